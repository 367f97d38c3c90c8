"""PyTorch's graph behind a loss, written down once for the browser: what each node keeps and hands on."""

import math
import re
import reprlib

from backprop_lib.engine.graph import topological_order

LARGEST = 40  # nodes; more of them cannot be compared by eye
FIXED = ("exponent", "negative_slope")  # plain numbers that a node keeps beside its tensors


def trace_torch(loss, names):
    """Write the `grad_fn` graph behind a loss as plain data: one dictionary a node, inputs before users.

    One backward pass runs through the graph, with hooks, and leaves every `.grad` that it can see as it was.

    loss: a tensor with one number, computed by PyTorch and not yet freed by `backward()`.
    names: name -> object, such as the learner's variables; they name the leaves.
    Returns: dictionaries of `name`, which no other node has; `kind`, PyTorch's own name; `inputs`, for each
    of `next_functions` the index of its node or None; `kept`, the numbers saved for the backward pass;
    `gradient`, what arrived; `sends`, what went to each input; `turn`, the place in the order in which
    PyTorch's engine ran them, from 1; at a leaf also `variable`, its name or "", and `value`.

    Raises: TypeError when `loss` is no tensor; ValueError when it holds more than one number, has no graph or
    one too large to draw, or when a node met several numbers at once or one that is not finite; RuntimeError
    when PyTorch can no longer go back through it.
    """
    functions = _functions(_checked(loss))
    given = {id(thing): name for name, thing in reversed(names.items()) if name[0].isalpha()}
    try:
        kept = [_kept(function) for function in functions]
        passed = _backward(loss, functions, names.values())
    except RuntimeError as problem:
        first = str(problem).partition(".")[0].partition(" (")[0]
        raise RuntimeError(
            f"PyTorch cannot go back through this loss any more ({first}): compute it again, and compare "
            "before backward() or an optimiser's step"
        ) from None
    index = {function: i for i, function in enumerate(functions)}
    return [
        {
            "name": name,
            "kind": _kind(function),
            "inputs": [index.get(below) for below, _ in function.next_functions],
            "kept": kept[i],
            **passed[function],
            **_leaf(function, given),
        }
        for i, (function, name) in enumerate(zip(functions, _unique(functions), strict=True))
    ]


def _checked(loss):
    if not hasattr(loss, "grad_fn"):
        raise TypeError(
            f"PyTorch's graph is that of a tensor; received {type(loss).__name__} {reprlib.repr(loss)}: "
            "give the loss that torch computed"
        )
    if loss.numel() != 1:
        raise ValueError(f"a loss is one number; received a tensor of shape {tuple(loss.shape)}: reduce it")
    if loss.grad_fn is None:
        raise ValueError(
            f"this tensor ({loss.item():g}) has no grad_fn: compute it from leaves with requires_grad=True, "
            "outside no_grad"
        )
    return loss.grad_fn


class _Node:
    def __init__(self, function):
        self.function = function
        self.parents = ()


def _functions(root):
    """The nodes behind `root`, in the order in which ours are listed."""
    nodes, waiting = {root: _Node(root)}, [root]
    while waiting:
        function = waiting.pop()
        below = [other for other, _ in function.next_functions if other is not None]
        waiting += [other for other in dict.fromkeys(below) if other not in nodes]
        nodes |= {other: _Node(other) for other in below if other not in nodes}
        nodes[function].parents = tuple(nodes[other] for other in below)
        if len(nodes) > LARGEST:
            raise ValueError(
                f"a comparison holds at most {LARGEST} nodes of PyTorch's; this graph has more: compare the "
                "loss of one sample, computed with single numbers"
            )
    return [node.function for node in topological_order(nodes[root])]


def _kind(function):
    return function.name().rpartition("::")[2]


def _unique(functions):
    kinds = [_kind(function) for function in functions]
    before = [kinds[:i].count(kind) for i, kind in enumerate(kinds)]
    return [f"{kind} #{n + 1}" if n else kind for kind, n in zip(kinds, before, strict=True)]


def _number(tensor, function):
    if tensor.numel() != 1:
        raise ValueError(
            f"each node is compared by one number; {_kind(function)} has a tensor of shape "
            f"{tuple(tensor.shape)}: compute one sample with single numbers"
        )
    number = float(tensor.item())
    if not math.isfinite(number):
        raise ValueError(
            f"{_kind(function)} has met the number {number}: compare where all numbers are finite"
        )
    return number


def _kept(function):
    """What a node has saved, by PyTorch's own names for it."""
    names = [name for name in dir(function) if name.startswith("_saved_")]
    names.sort(key=lambda name: name != "_saved_self")  # the first operand first
    saved = {name.removeprefix("_saved_"): getattr(function, name) for name in names}
    own = getattr(function, "saved_tensors", ())  # of a learner's own autograd.Function, which names nothing
    saved |= {f"saved {k}": tensor for k, tensor in enumerate(own, 1)}
    tensors = {name: _number(held, function) for name, held in saved.items() if hasattr(held, "numel")}
    return tensors | {name: float(saved[name]) for name in FIXED if isinstance(saved.get(name), int | float)}


def _backward(loss, functions, things):
    """Run one pass, and note each node's turn, what arrived there and what it sent; undo its traces."""
    passed = {}

    def watch(function):
        def hook(sends, arrived):
            passed[function] = {
                "gradient": _number(arrived[0], function),
                "sends": [None if one is None else _number(one, function) for one in sends],
                "turn": len(passed) + 1,
            }

        return function.register_hook(hook)

    leaves = [function.variable for function in functions if hasattr(function, "variable")]
    tensors = [thing for thing in things if hasattr(type(thing), "retains_grad")]
    inside = [tensor for tensor in tensors if tensor.retains_grad]
    before = [(tensor, tensor.grad) for tensor in leaves + inside]
    for tensor, _ in before:
        tensor.grad = None  # an addition in place would change what we are to put back
    hooks = [watch(function) for function in functions]
    try:
        loss.backward(retain_graph=True)
    finally:
        for hook in hooks:
            hook.remove()
        for tensor, gradient in before:
            tensor.grad = gradient
    return passed


def _leaf(function, given):
    if not hasattr(function, "variable"):
        return {}
    variable = function.variable
    return {"variable": given.get(id(variable), ""), "value": _number(variable, function)}


def is_built_in(kind):
    """Say whether PyTorch itself, not the learner, wrote this node's backward.

    >>> is_built_in("SigmoidBackward0"), is_built_in("MySigmoidBackward")
    (True, False)
    """
    return re.search(r"Backward\d+$", kind) is not None
