"""What goes wrong is said in one sentence: what was expected, what came, what to do. Nothing has changed."""

import re

import numpy as np
import pytest

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.checkpoint import checkpoint
from backprop_lib.engine.functional import (
    affine,
    binary_cross_entropy_with_logits,
    concatenate,
    cross_entropy,
    matmul,
    mse_loss,
    stack,
    where,
)
from backprop_lib.engine.recording import no_grad
from backprop_lib.engine.scalar import Value


def tensors():
    """Parameters with gradients from an earlier pass, a constant, and graphs in every state."""
    W = Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True, label="W")
    b = Tensor([1.0, 2.0, 3.0], requires_grad=True, label="b")
    (W * b).sum().backward()
    gone = (W * b).sum()
    gone.backward()
    stale = (b * b).sum()
    b.data -= 0.0
    hooked = Tensor([1.0, 2.0], requires_grad=True)
    hooked.register_hook(lambda g: np.ones(3))
    worded = Tensor([1.0, 2.0], requires_grad=True)
    worded.register_hook(lambda g: "no gradient")
    return {
        "W": W,
        "b": b,
        "x": Tensor([[1.0, 2.0], [3.0, 4.0]]),
        "one": Tensor(2.0, requires_grad=True),
        "empty": Tensor([]),
        "stack3": Tensor(np.ones((4, 2, 3))),
        "y": W * 2.0,
        "gone": gone,
        "stale": stale,
        "hooked": hooked,
        "worded": worded,
    }


# A call, the kind of its exception, and what the sentence must hold.
BAD_CALLS = [
    # --- data ---
    ("Tensor('3')", TypeError, "real numbers", "'3'"),
    ("Tensor(None)", TypeError, "real numbers", "None"),
    ("Tensor(['a', 'b'])", TypeError, "real numbers", "['a', 'b']"),
    ("Tensor([[1.0], [2.0, 3.0]])", ValueError, "rows of equal length", "[[1.0], [2.0, 3.0]]"),
    ("Tensor([1 + 2j])", TypeError, "real numbers", "complex128"),
    ("Tensor(np.array([1.0, None]))", TypeError, "real numbers", "None"),
    ("Tensor({'a': 1.0})", TypeError, "real numbers", "{'a': 1.0}"),
    ("Tensor([Value(1.0)])", TypeError, "real numbers", "Value"),
    ("Tensor(W)", TypeError, "W (2, 3)", "a Tensor already"),
    ("Tensor([b, b])", TypeError, "stack(...)", "concatenate(...)"),
    ("Tensor([[one, one]])", TypeError, "stack(...)", "concatenate(...)"),
    ("W.data = np.ones((3, 2))", ValueError, "W (2, 3)", "(3, 2)"),
    ("W.data = None", TypeError, "real numbers", "None"),
    ("W.data = 'abc'", TypeError, "real numbers", "'abc'"),
    ("W.data = x", TypeError, "(2, 2)", ".data"),
    # --- operands ---
    ("W + '3'", TypeError, "str '3'"),
    ("None * W", TypeError, "NoneType None"),
    ("W - [1.0, 2.0, 3.0]", TypeError, "list [1.0, 2.0, 3.0]", "wrap it in Tensor(...)"),
    ("W / 2j", TypeError, "complex 2j"),
    ("W * np.array(['a', 'b', 'c'])", TypeError, "real numbers", "['a', 'b', 'c']"),
    ("W * np.array([1j, 2j, 3j])", TypeError, "real numbers", "complex128"),
    ("W * Value(2.0)", TypeError, "Value"),
    ("W + x", ValueError, "add", "(2, 3)", "(2, 2)"),
    ("W * np.ones(2)", ValueError, "multiply", "(2, 3)", "(2,)"),
    ("np.ones((3, 1, 4)) / W", ValueError, "divide", "(3, 1, 4)", "(2, 3)"),
    ("W ** b[:2]", ValueError, "power", "(2, 3)", "(2,)"),
    ("W ** 'two'", TypeError, "str 'two'"),
    ("W.maximum(x)", ValueError, "maximum", "(2, 3)", "(2, 2)"),
    ("W.maximum(None)", TypeError, "NoneType None"),
    ("W < x", ValueError, "(2, 3)", "(2, 2)"),
    ("W == x", ValueError, "(2, 3)", "(2, 2)"),
    ("W > 'a'", TypeError, "str 'a'"),
    ("np.exp(W)", TypeError, "np.exp", "x.exp"),
    ("np.maximum(W, 0.0)", TypeError, "np.maximum", "x.maximum"),
    ("np.negative(W)", TypeError, "np.negative", "-x"),
    ("np.square(W)", TypeError, "np.square", "x ** 2"),
    ("np.add.reduce(W)", TypeError, "np.add"),
    # --- settings ---
    ("W.leaky_relu('a')", TypeError, "leaky_relu", "negative_slope", "'a'"),
    ("W.leaky_relu(np.ones(3))", TypeError, "leaky_relu", "negative_slope", "array"),
    ("W.leaky_relu(one)", TypeError, "leaky_relu", "negative_slope", "Tensor"),
    ("W.elu(None)", TypeError, "elu", "alpha", "None"),
    ("W.elu([1.0])", TypeError, "elu", "alpha", "[1.0]"),
    ("W.clip()", (TypeError, ValueError), "clip", "min", "max"),
    ("W.clip('a')", TypeError, "clip", "min", "'a'"),
    ("W.clip(max=b)", TypeError, "clip", "max", "Tensor"),
    # --- axes ---
    ("W.sum(axis=2)", IndexError, "sum", "axis", "(2, 3)", "axis=2"),
    ("W.mean(axis=-3)", IndexError, "mean", "(2, 3)", "axis=-3"),
    ("W.max(axis=(0, 5))", IndexError, "max", "(2, 3)", "axis=(0, 5)"),
    ("W.sum(axis=(0, 0))", ValueError, "sum", "(2, 3)", "axis=(0, 0)"),
    ("W.min(axis='rows')", TypeError, "min", "(2, 3)", "axis='rows'"),
    ("W.mean(axis=1.0)", TypeError, "mean", "(2, 3)", "axis=1.0"),
    ("W.sum(axis=[0, 1])", TypeError, "sum", "tuple", "axis=[0, 1]"),
    ("W.var(axis=7)", IndexError, "var", "(2, 3)", "axis=7"),
    ("W.var(correction=6)", ValueError, "var", "more than", "(2, 3)", "correction=6"),
    ("W.var(axis=0, correction=5)", ValueError, "var", "(2, 3)", "axis=0", "correction=5"),
    ("one.var()", ValueError, "var", "()", "correction=1"),
    ("empty.var()", ValueError, "var", "(0,)"),
    ("W.var(correction='n')", TypeError, "var", "correction", "'n'"),
    ("empty.max()", ValueError, "max", "at least one entry", "(0,)"),
    ("empty.softmax(0)", ValueError, "softmax", "at least one entry", "(0,)"),
    ("W.softmax(2)", IndexError, "softmax", "(2, 3)", "axis=2"),
    ("W.log_softmax('classes')", TypeError, "log_softmax", "axis='classes'"),
    ("W.softmax(None)", TypeError, "softmax", "axis=None"),
    ("W.log_softmax((0, 1))", TypeError, "log_softmax", "axis=(0, 1)"),
    # --- shapes ---
    ("W.reshape(4, 2)", ValueError, "reshape", "(2, 3)", "(4, 2)"),
    ("W.reshape(-1, -1)", ValueError, "reshape", "(2, 3)", "(-1, -1)"),
    ("W.reshape(-2)", ValueError, "reshape", "(2, 3)", "(-2,)"),
    ("W.reshape(4, -1)", ValueError, "reshape", "(2, 3)", "(4, -1)"),
    ("W.reshape(2.0, 3.0)", TypeError, "reshape", "(2.0, 3.0)"),
    ("W.reshape('flat')", TypeError, "reshape", "flat"),
    ("W.permute(0)", ValueError, "permute", "each axis", "(2, 3)", "(0,)"),
    ("W.permute(0, 0)", ValueError, "permute", "(2, 3)", "(0, 0)"),
    ("W.permute(0, 2)", (IndexError, ValueError), "permute", "(2, 3)", "(0, 2)"),
    ("W.transpose(0, 2)", IndexError, "transpose", "(2, 3)", "0 and 2"),
    ("W.transpose('a', 0)", IndexError, "transpose", "(2, 3)", "a and 0"),
    ("W[2]", IndexError, "index", "(2, 3)", "2"),
    ("W[0, 0, 0]", IndexError, "index", "(2, 3)", "(0, 0, 0)"),
    ("W[1.0]", IndexError, "index", "(2, 3)", "1.0"),
    ("W['a']", IndexError, "index", "(2, 3)", "'a'"),
    ("W[[0, 9]]", IndexError, "index", "(2, 3)", "[0, 9]"),
    ("W[np.array([True, False, True])]", IndexError, "index", "(2, 3)"),
    ("W[[0, 1], [0, 1, 2]]", IndexError, "index", "(2, 3)", "[0, 1, 2]"),
    ("W[b]", TypeError, "index", "Tensor"),
    ("W[0, one]", TypeError, "index", "Tensor"),
    ("len(one)", TypeError, "no length"),
    ("list(one)", TypeError, "no length"),
    ("W.item()", ValueError, "one entry", "(2, 3)"),
    ("float(W)", ValueError, "one entry", "(2, 3)"),
    ("bool(W)", ValueError, "(2, 3)", ".any()", ".all()"),
    ("f'{W:.3f}'", ValueError, "one entry", "(2, 3)"),
    ("W.numpy()", RuntimeError, ".detach().numpy()"),
    ("np.array(W)", RuntimeError, ".detach().numpy()"),
    # --- products ---
    ("W @ W", ValueError, "matmul", "columns", "(2, 3) and (2, 3)"),
    ("W @ b[:2]", ValueError, "matmul", "(2, 3) and (2,)"),
    ("W @ 2.0", ValueError, "matmul", "(2, 3) and ()"),
    ("matmul(one, W)", ValueError, "matmul", "() and (2, 3)"),
    ("stack3 @ Tensor(np.ones((5, 3, 2)))", ValueError, "matmul", "(4, 2, 3) and (5, 3, 2)"),
    ("W @ [1.0, 2.0, 3.0]", TypeError, "list [1.0, 2.0, 3.0]"),
    ("affine(W, W, b)", ValueError, "affine", "X has 3 and W 2", "X (2, 3), W (2, 3), b (3,)"),
    ("affine(x, W, b[:2])", ValueError, "affine", "bias b of shape (3,)", "b (2,)"),
    ("affine(x, b, b)", ValueError, "affine", "(in, out)", "W (3,)"),
    ("affine(one, W, b)", ValueError, "affine", "X ()"),
    ("affine(x, W, 1.0)", ValueError, "affine", "bias b of shape (3,)", "b ()"),
    ("affine([[1.0, 2.0]], W, b)", TypeError, "list [[1.0, 2.0]]"),
    ("affine(x, W, None)", TypeError, "NoneType None"),
    # --- joins and choices ---
    ("concatenate([])", TypeError, "concatenate", "a list of Tensors", "[]"),
    ("concatenate(W)", TypeError, "concatenate", "a list of Tensors", "Tensor"),
    ("concatenate(np.ones((2, 2)))", TypeError, "concatenate", "a list of Tensors", "array"),
    ("concatenate(5)", TypeError, "concatenate", "a list of Tensors", "5"),
    ("stack(None)", TypeError, "stack", "a list of Tensors", "None"),
    ("concatenate([W, x])", ValueError, "concatenate", "(2, 3) and (2, 2)"),
    ("concatenate([W, b])", (IndexError, ValueError), "concatenate", "(2, 3) and (3,)"),
    ("concatenate([W, W], axis=2)", IndexError, "concatenate", "axis", "(2, 3)", "axis=2"),
    ("concatenate([one, one])", (IndexError, ValueError), "concatenate", "() and ()"),
    ("concatenate([W, W], axis='rows')", TypeError, "concatenate", "axis='rows'"),
    ("concatenate([W, None])", TypeError, "NoneType None"),
    ("concatenate([W, [[1.0, 2.0, 3.0]]])", TypeError, "list [[1.0, 2.0, 3.0]]"),
    ("stack([W, x])", ValueError, "stack", "one shape", "(2, 3) and (2, 2)"),
    ("stack([W, W], axis=4)", IndexError, "stack", "axis", "(2, 3)", "axis=4"),
    ("where(W > 1.0, W, x)", ValueError, "where", "(2, 3)", "(2, 2)"),
    ("where(x > 1.0, W, W)", ValueError, "where", "(2, 2)", "(2, 3)"),
    ("where(W, W, 0.0)", TypeError, "where", "True and False", "Tensor"),
    ("where([1, 0, 1], b, 0.0)", TypeError, "where", "True and False", "[1, 0, 1]"),
    ("where(None, b, 0.0)", TypeError, "where", "True and False", "None"),
    ("where(b > 1.0, b, 'a')", TypeError, "str 'a'"),
    # --- losses ---
    ("mse_loss(W, np.ones(2))", ValueError, "mse_loss", "(2, 3)", "(2,)", "reshape"),
    ("mse_loss(W, 1.0)", ValueError, "mse_loss", "(2, 3)", "()"),
    ("mse_loss(one, None)", TypeError, "real numbers", "None"),
    ("mse_loss(b, ['1', '2', '3'])", TypeError, "real numbers", "['1', '2', '3']"),
    ("mse_loss(b, [1j, 2j, 3j])", TypeError, "real numbers", "complex128"),
    ("mse_loss(b, [[1.0], [2.0, 3.0]])", ValueError, "rows of equal length", "[[1.0], [2.0, 3.0]]"),
    ("mse_loss(b, b.data, reduction='avg')", ValueError, "mse_loss", "reduction", "'avg'"),
    ("mse_loss(b, b.data, reduction=None)", ValueError, "mse_loss", "reduction", "None"),
    ("mse_loss([1.0], [1.0])", TypeError, "list [1.0]"),
    ("binary_cross_entropy_with_logits(W, np.ones((2, 1)))", ValueError, "binary", "(2, 3)", "(2, 1)"),
    ("binary_cross_entropy_with_logits(b, 'yes')", TypeError, "real numbers", "'yes'"),
    ("cross_entropy(W, np.array([0, 3]))", ValueError, "classes from 0 to 2", "(2, 3)", "0 to 3"),
    ("cross_entropy(W, np.array([-1, 0]))", ValueError, "classes from 0 to 2", "-1 to 0"),
    ("cross_entropy(W, np.array([0, 1, 2]))", ValueError, "(samples,)", "(2, 3)", "(3,)"),
    ("cross_entropy(W, np.array([0.5, 1.0]))", ValueError, "whole numbers", "0.5"),
    ("cross_entropy(W, np.array([np.nan, 1.0]))", ValueError, "whole numbers", "nan"),
    ("cross_entropy(W, np.array([np.inf, 1.0]))", ValueError, "whole numbers", "inf"),
    ("cross_entropy(W, ['cat', 'dog'])", TypeError, "numbers", "['cat', 'dog']"),
    ("cross_entropy(W, [[0], [1, 2]])", ValueError, "rows of equal length", "[[0], [1, 2]]"),
    ("cross_entropy(W, None)", TypeError, "numbers", "None"),
    ("cross_entropy(stack3, np.zeros((4, 2), int))", ValueError, "(samples, classes)", "(4, 2, 3)"),
    ("cross_entropy(W, np.array([0, 1]), reduction='all')", ValueError, "cross_entropy", "'all'"),
    # --- backward ---
    ("x.backward()", RuntimeError, "requires_grad=True", "(2, 2)"),
    ("(x * 2.0).sum().backward()", RuntimeError, "requires_grad=True", "no_grad()"),
    ("y.backward()", RuntimeError, "one number", "(2, 3)", ".sum()"),
    ("empty.requires_grad_().backward()", RuntimeError, "one number", "(0,)"),
    ("y.backward(np.ones((3, 2)))", ValueError, "(2, 3)", "(3, 2)"),
    ("y.backward(1.0)", ValueError, "(2, 3)", "()"),
    ("y.backward('up')", TypeError, "real numbers", "'up'"),
    ("y.backward([[1.0], [2.0, 3.0]])", ValueError, "rows of equal length"),
    ("y.backward(np.full((2, 3), 1j))", TypeError, "real numbers", "complex128"),
    ("gone.backward()", RuntimeError, "let go by an earlier backward()", "retain_graph=True"),
    ("(gone * W).sum().backward()", RuntimeError, "let go by an earlier backward()"),
    ("stale.backward()", RuntimeError, "multiply", "b (3,)", "changed in place"),
    ("(hooked * 2.0).sum().backward()", ValueError, "hook", "(2,)", "(3,)"),
    ("(worded * 2.0).sum().backward()", TypeError, "real numbers", "'no gradient'"),
    ("W.register_hook(3)", TypeError, "hook", "function", "3"),
    ("W.register_hook(None)", TypeError, "hook", "function", "None"),
    ("x.register_hook(print)", RuntimeError, "register_hook", "requires a gradient"),
    ("x.retain_grad()", RuntimeError, "retain_grad", "requires a gradient"),
    ("y.requires_grad_(False)", RuntimeError, ".detach()"),
    # --- in place ---
    ("W -= 1.0", RuntimeError, "W (2, 3)", "with no_grad():"),
    ("W *= b", RuntimeError, "W (2, 3)", "with no_grad():"),
    ("W[0] = 1.0", RuntimeError, "W (2, 3)", "with no_grad():"),
    ("x[0] = b[:2]", RuntimeError, "(2, 2)", "with no_grad():"),
    ("x += np.ones(3)", ValueError, "(2, 2)", "(3,)"),
    ("x += np.ones((4, 2, 2))", ValueError, "(2, 2)", "(4, 2, 2)"),
    ("x -= 'a'", TypeError, "str 'a'"),
    ("x[5] = 1.0", IndexError, "(2, 2)", "5"),
    ("x['a'] = 1.0", IndexError, "(2, 2)", "'a'"),
    ("x[0] = np.ones(3)", ValueError, "(2, 2)", "(3,)"),
    ("x[0] = None", TypeError, "NoneType None"),
    ("x[0] = [1.0, 2.0]", TypeError, "list [1.0, 2.0]"),
    ("x[one] = 1.0", TypeError, "index", "Tensor"),
    # --- checkpoints ---
    ("checkpoint(lambda x: None, x)", TypeError, "checkpoint", "one Tensor", "NoneType"),
    ("checkpoint(lambda x: (x, x), W)", TypeError, "checkpoint", "one Tensor", "tuple"),
    ("checkpoint(lambda x: x, [1.0])", TypeError, "list [1.0]"),
    ("checkpoint(W, W)", TypeError, "checkpoint", "function", "Tensor"),
    ("checkpoint(lambda x: x @ x, W)", ValueError, "matmul", "(2, 3) and (2, 3)"),
]

NAMES = {
    thing.__name__: thing
    for thing in (
        *(Tensor, Value, affine, matmul, concatenate, stack, where, checkpoint, no_grad),
        *(mse_loss, binary_cross_entropy_with_logits, cross_entropy),
    )
} | {"np": np}

# What NumPy and Python say of their own affairs.
LEAKS = re.compile(
    r"could not be broadcast|could not convert|shape mismatch|not aligned|matmul: |core dimension|ufunc '|"
    r"inhomogeneous|truth value|not callable|not iterable|not supported between|unsupported operand|"
    r"out of bounds|cannot reshape|axes don't match|setting an array element|boolean index|too many indices|"
    r"arrays used as indices|duplicate value|repeated axis|__array|zero-size|can only specify|object has no"
)


def state(named):
    return [
        (
            *(
                tensor.data.tobytes(),
                tensor.data.shape,
                None if tensor.grad is None else tensor.grad.tobytes(),
            ),
            *(tensor.requires_grad, tensor.operation, tensor.label),
        )
        for name, tensor in named.items()
        if name != "empty"
    ]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("call", "kind", "said"), [(c, k, s) for c, k, *s in BAD_CALLS])
def test_a_bad_call_gets_one_sentence_and_changes_nothing(call, kind, said):
    named = tensors()
    before = state(named)
    with pytest.raises(kind) as refusal:
        exec(call, NAMES | named)
    sentence = str(refusal.value)
    assert all(part in sentence for part in said), sentence
    assert "\n" not in sentence
    assert not re.search(r"[.!?]\s|\.$", sentence), sentence
    assert not LEAKS.search(sentence), sentence
    assert len(sentence) < 300, sentence
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    assert state(named) == before


@pytest.mark.needs("torch")
@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("W * torch.ones(3)", ["torch.Tensor", ".detach().numpy()"]),
        ("torch.ones(3) * W", ["torch.Tensor", ".detach().numpy()"]),
        ("W @ torch.ones(3, 3)", ["torch.Tensor", ".detach().numpy()"]),
        ("W * torch.ones(3, requires_grad=True)", ["torch.Tensor", ".detach().numpy()"]),
        ("Tensor(torch.ones(3, requires_grad=True))", ["torch.Tensor", "requires a gradient"]),
        ("mse_loss(b, torch.ones(3, requires_grad=True))", ["torch.Tensor", "requires a gradient"]),
        ("where(b > 1.0, b, torch.ones(3))", ["torch.Tensor", ".detach().numpy()"]),
    ],
)
def test_a_tensor_of_torch_is_no_operand_of_ours(call, said):
    import torch

    named = tensors()
    before = state(named)
    with pytest.raises(TypeError) as refusal:
        exec(call, NAMES | named | {"torch": torch})
    sentence = str(refusal.value)
    assert all(part in sentence for part in said), sentence
    assert not re.search(r"[.!?](\s|$)|\n", sentence), sentence
    assert state(named) == before


@pytest.mark.needs("torch")
def test_the_numbers_of_a_tensor_of_torch_can_be_read():
    import torch

    assert Tensor(torch.tensor([1.0, 2.0], dtype=torch.float64)).tolist() == [1.0, 2.0]
    assert mse_loss(Tensor([1.0, 2.0]), torch.tensor([1.0, 4.0])).item() == 2.0
    assert cross_entropy(Tensor([[0.0, 0.0]]), torch.tensor([1])).item() == np.log(2.0)


def test_a_refused_step_can_be_tried_again():
    w = Tensor([1.0, 2.0], requires_grad=True)
    y = w * w
    with pytest.raises(ValueError):
        y.backward(np.ones(3))
    y.backward(np.ones(2))
    assert w.grad.tolist() == [2.0, 4.0]
