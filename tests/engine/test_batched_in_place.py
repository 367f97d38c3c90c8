"""Arrays changed in place between forward and backward: the gradient of the numbers used, or a refusal."""

import numpy as np
import pytest

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import (
    affine,
    binary_cross_entropy_with_logits,
    concatenate,
    cross_entropy,
    mse_loss,
    stack,
    where,
)
from backprop_lib.engine.recording import no_grad

A = np.array([[0.5, 1.5], [2.5, 0.75]])
B = np.array([[1.25, 0.25], [0.5, 2.0]])
MASK = np.array([[True, False], [False, True]])

OPERATIONS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a**b,
    "maximum": lambda a, b: a.maximum(b),
    "minimum": lambda a, b: a.minimum(b),
    "matmul": lambda a, b: a @ b,
    "matmul of vectors": lambda a, b: a[0] @ b[1],
    "affine": lambda a, b: affine(a, b, b[0]),
    "affine of one sample": lambda a, b: affine(a[0], b, b[0]),
    "concatenate": lambda a, b: concatenate([a, b]),
    "stack": lambda a, b: stack([a, b]),
    "where": lambda a, b: where(MASK, a, b),
    "where of a comparison": lambda a, b: where(a > 1.0, a, b),
    "mse_loss": lambda a, b: mse_loss(a, b),
    "mse_loss, each": lambda a, b: mse_loss(a, b, reduction="none"),
    "BCE": lambda a, b: binary_cross_entropy_with_logits(a, b),
    "cross_entropy": lambda a, b: cross_entropy(a, b),
    "cross_entropy of classes": lambda a, b: cross_entropy(a, np.array([0, 1])),
    "square": lambda a, b: a**2,
    "2 ^ a": lambda a, b: 2.0**a,
    "negate": lambda a, b: -a,
    "exp": lambda a, b: a.exp(),
    "log": lambda a, b: a.log(),
    "sqrt": lambda a, b: a.sqrt(),
    "sin": lambda a, b: a.sin(),
    "cos": lambda a, b: a.cos(),
    "abs": lambda a, b: a.abs(),
    "sigmoid": lambda a, b: a.sigmoid(),
    "tanh": lambda a, b: a.tanh(),
    "relu": lambda a, b: a.relu(),
    "leaky_relu": lambda a, b: a.leaky_relu(),
    "elu": lambda a, b: a.elu(),
    "gelu": lambda a, b: a.gelu(),
    "softplus": lambda a, b: a.softplus(),
    "softmax": lambda a, b: a.softmax(1),
    "log_softmax": lambda a, b: a.log_softmax(1),
    "sum": lambda a, b: a.sum(axis=0),
    "mean": lambda a, b: a.mean(axis=0),
    "var": lambda a, b: a.var(axis=0),
    "max": lambda a, b: a.max(axis=0),
    "min": lambda a, b: a.min(axis=0),
    "clip": lambda a, b: a.clip(0.6, 2.0),
    "reshape": lambda a, b: a.reshape(4),
    "permute": lambda a, b: a.T,
    "index": lambda a, b: a[0],
    # What shares memory with an input, and is then read by another operation.
    "a view, squared": lambda a, b: a.reshape(4) * a.reshape(4),
    "a view of a view": lambda a, b: a.T[0].exp() * a.T[0],
    "a view times the other": lambda a, b: a[0] * b[1],
    "a detached twin": lambda a, b: a.detach() * b,
    "a detached view": lambda a, b: a.T.detach() * b,
}


def first_of(tensor):
    return 0 if tensor.ndim else ()


def by_setter(tensor):
    tensor.data -= 3.0


def by_operator(tensor):
    with no_grad():
        tensor -= 3.0


def by_other_operators(tensor):
    with no_grad():
        tensor += 1.0
        tensor *= -2.0
        tensor /= 0.5


def by_assignment(tensor):
    with no_grad():
        tensor[first_of(tensor)] = -7.0


def by_new_data(tensor):
    tensor.data = -tensor.data - 1.0


def by_a_view(tensor):
    with no_grad():
        part = tensor[first_of(tensor)]
        part -= 3.0


def by_a_twin(tensor):
    twin = tensor.detach()
    twin -= 3.0


def by_a_view_of_a_twin(tensor):
    twin = tensor.detach().reshape(-1)
    twin[1:] = 0.0


CHANGES = [
    by_setter,
    by_operator,
    by_other_operators,
    by_assignment,
    by_new_data,
    by_a_view,
    by_a_twin,
    by_a_view_of_a_twin,
]


def gradients(name, change, place):
    """Compute, change one of (a, b, the result), go back. The gradients, or None after a refusal."""
    a, b = Tensor(A, requires_grad=True), Tensor(B, requires_grad=True)
    y = OPERATIONS[name](a, b)
    weights = np.linspace(0.5, 2.0, y.numel()).reshape(y.shape)
    loss = (y * weights).sum()
    if change:
        change((a, b, y)[place])
    try:
        loss.backward()
    except RuntimeError as refusal:
        assert "changed in place" in str(refusal)
        assert a.grad is b.grad is None
        return None
    return [a.grad, b.grad]


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_the_gradient_is_that_of_the_numbers_used_or_refused(name, change):
    expected = gradients(name, None, 0)
    for place in (0, 1, 2):
        received = gradients(name, change, place)
        if received is not None:
            for ours, right in zip(received, expected, strict=True):
                assert np.array_equal(ours, right) if right is not None else ours is None


# Beside each operation: the inputs (and its result, y) that may change, as its pull-backs do not read them.
UNREAD = {
    "add": "aby",
    "subtract": "aby",
    "multiply": "y",
    "matmul": "y",
    "concatenate": "aby",
    "stack": "aby",
    "where": "aby",
    "mse_loss": "y",
    "negate": "aby",
    "exp": "ab",
    "tanh": "ab",
    "sigmoid": "ab",
    "relu": "ab",
    "sqrt": "ab",
    "softmax": "ab",
    "log": "by",
    "sum": "aby",
    "mean": "aby",
    "reshape": "aby",
    "permute": "aby",
    "index": "aby",
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_no_gradient_reads_may_change(name):
    expected = gradients(name, None, 0)
    for place in UNREAD[name]:
        received = gradients(name, by_setter, "aby".index(place))
        for ours, right in zip(received, expected, strict=True):
            assert np.array_equal(ours, right) if right is not None else ours is None


@pytest.mark.needs("torch")
@pytest.mark.parametrize("name", UNREAD)
def test_what_torch_refuses_is_refused_and_what_it_accepts_is_accepted(name):
    import torch

    twins = {
        "concatenate": lambda a, b: torch.cat([a, b]),
        "stack": lambda a, b: torch.stack([a, b]),
        "where": lambda a, b: torch.where(torch.tensor(MASK), a, b),
        "mse_loss": torch.nn.functional.mse_loss,
        "sum": lambda a, b: a.sum(dim=0),
        "mean": lambda a, b: a.mean(dim=0),
    }

    def refused_by_torch(place):
        a, b = (torch.tensor(data, requires_grad=True) for data in (A, B))
        y = twins.get(name, OPERATIONS[name])(a, b)
        loss = (y * torch.ones_like(y)).sum()
        with torch.no_grad():
            (a, b, y)[place].sub_(3.0)
        try:
            loss.backward()
        except RuntimeError as refusal:
            assert "inplace" in str(refusal)
            return True
        return False

    for place in (0, 1, 2):
        if name == "mse_loss" and place < 2:
            continue  # torch computes the difference again, ours is kept
        assert (gradients(name, by_operator, place) is None) == refused_by_torch(place), "aby"[place]


def test_a_change_before_the_forward_pass_is_no_change():
    w = Tensor([1.0, 2.0], requires_grad=True)
    for change in (by_setter, by_operator, by_other_operators, by_new_data):
        change(w)
        w.zero_grad()
        (w * w).sum().backward()
        assert np.array_equal(w.grad, 2.0 * w.data)


def test_an_optimisers_step_after_backward_refuses_nothing_later():
    w = Tensor([1.0, 2.0], requires_grad=True)
    for _ in range(5):
        w.zero_grad()
        (w * w).sum().backward()
        w.data -= 0.25 * w.grad
    assert w.tolist() == [1.0 / 32.0, 2.0 / 32.0]


def test_a_change_of_one_parameter_concerns_only_the_graphs_that_read_it():
    w, v = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    one, two = (w * w).sum(), (v * v).sum()
    w.data -= 1.0
    two.backward()
    assert v.grad.tolist() == [2.0, 4.0]
    with pytest.raises(RuntimeError, match="changed in place"):
        one.backward()
    assert w.grad is None


def test_a_factor_that_needs_no_gradient_may_not_change_either():
    w, x = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0])
    y = (w * x.reshape(2)).sum()
    x -= 1.0
    with pytest.raises(RuntimeError, match="changed in place"):
        y.backward()
    assert w.grad is None
    # The other way round, x itself is not needed: its gradient is not wanted.
    frozen, v = Tensor([3.0, 4.0]), Tensor([1.0, 2.0], requires_grad=True)
    y = (v * frozen).sum()
    v.data -= 1.0
    y.backward()
    assert v.grad.tolist() == [3.0, 4.0]


def test_a_failed_pass_leaves_leaves_and_earlier_gradients_as_they_were():
    w, v = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    (w + v).sum().backward()
    y = (w.exp() * v).sum() + (v * v).sum()
    v.data -= 1.0
    with pytest.raises(RuntimeError, match=r"needs its input .* changed in place .* forward pass again"):
        y.backward()
    assert w.grad.tolist() == v.grad.tolist() == [1.0, 1.0]
    assert v.tolist() == [0.0, 1.0]


def test_the_refusal_names_what_was_changed():
    w = Tensor([1.0, 2.0], requires_grad=True, label="w")
    y = (w * w).sum()
    w.data -= 1.0
    with pytest.raises(RuntimeError, match=r"^multiply needs its input w \(2,\)"):
        y.backward()
    w = Tensor([1.0, 2.0], requires_grad=True)
    h = w.exp()
    y = h.sum()
    with no_grad():
        h -= 1.0
    with pytest.raises(RuntimeError, match=r"^exp needs its own result"):
        y.backward()


def test_what_becomes_of_an_index_a_condition_or_a_class_after_its_use_changes_nothing():
    rows, positions, condition = [0, 1], np.array([0, 1]), np.array([[True], [False]])
    classes, targets = np.array([0, 1]), np.array([[1.0, 0.0], [0.0, 1.0]])
    both = (rows, positions)
    computations = {
        "list": lambda a: a[rows],
        "array": lambda a: a[positions],
        "tuple": lambda a: a[both],
        "condition": lambda a: where(condition, a, 0.0),
        "classes": lambda a: cross_entropy(a, classes),
        "probabilities": lambda a: cross_entropy(a, targets),
        "mse_loss": lambda a: mse_loss(a, targets),
        "BCE": lambda a: binary_cross_entropy_with_logits(a, targets),
    }
    leaves = {name: Tensor(A, requires_grad=True) for name in computations}
    twins = {name: Tensor(A, requires_grad=True) for name in computations}
    results = {name: compute(leaves[name]).sum() for name, compute in computations.items()}
    for name, compute in computations.items():
        compute(twins[name]).sum().backward()
    rows[0], positions[0], condition[0], classes[0], targets[0] = 1, 1, False, 1, 0.5
    for name, result in results.items():
        result.backward()
        assert np.array_equal(leaves[name].grad, twins[name].grad), name


# --- what in-place operators do while the graph is recorded -------------------------------------------------


def test_in_place_on_a_leaf_of_the_graph_is_refused():
    w = Tensor([1.0, 2.0], requires_grad=True)
    for change in ("w += 1.0", "w -= 1.0", "w *= 2.0", "w /= 2.0", "w[0] = 1.0"):
        with pytest.raises(RuntimeError, match=r"with no_grad\(\):"):
            exec(change, {"w": w})
    assert w.tolist() == [1.0, 2.0]


def test_in_place_on_a_result_of_the_graph_gives_a_new_result():
    w = Tensor([1.0, 2.0], requires_grad=True)
    h = first = w * w
    h += 1.0
    h *= 2.0
    assert h is not first
    assert first.tolist() == [1.0, 4.0]
    h.sum().backward()
    assert w.grad.tolist() == [4.0, 8.0]


def test_in_place_on_a_constant_changes_it_and_keeps_its_dtype():
    x = same = Tensor(np.array([1.0, 2.0], np.float32))
    x += np.array([1.0, 1.0])
    x -= 1
    x *= Tensor([2.0, 3.0])
    x /= 2.0
    x[0] = 7.0
    x[1:] = np.array([5.0])
    assert x is same
    assert x.tolist() == [7.0, 5.0]
    assert x.dtype == np.float32


def test_assigning_data_keeps_the_dtype():
    w = Tensor(np.array([1.0, 2.0], np.float32), requires_grad=True)
    w.data = np.array([3.0, 4.0])
    assert w.dtype == np.float32
    assert w.tolist() == [3.0, 4.0]
    w.data -= np.array([1.0, 1.0])
    assert w.dtype == np.float32
