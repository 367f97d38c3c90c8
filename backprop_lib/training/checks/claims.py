"""Gradients as backward gives them, in either engine or in PyTorch, with every `grad` left as it was."""

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.graph import topological_order
from backprop_lib.engine.scalar import Value
from backprop_lib.training.checks.differences import one_number
from backprop_lib.training.checks.preserved import is_torch, torch_if_loaded
from backprop_lib.training.norms import as_array


def by_backward(result, leaves, weights=None):
    """Run backward from `result`; give one array for each leaf, None where no gradient arrives.

    weights: ∂L/∂(result), for a result of several numbers.  Every `grad` is left as it was.
    Raises: TypeError for a result that has left the graph; ValueError for several numbers without weights.
    """
    result_numbers(result)
    if weights is None:
        one_number(result)
    if is_torch(result, "Tensor"):
        return _by_torch(result, leaves, weights)
    return _by_ours(result, leaves, weights)


def result_numbers(result):
    """Read what a function returned, as an array. Raises TypeError for what has left the graph."""
    if isinstance(result, Tensor | Value):
        return np.asarray(result.data)
    if is_torch(result, "Tensor"):
        return as_array(result)
    raise TypeError(
        "gradcheck needs a function that returns a Tensor, a Value or a torch tensor, so that backward can "
        f"start from it; it returned {type(result).__name__}: return the result itself, not .data or .item()"
    )


def _by_torch(result, leaves, weights):
    torch = torch_if_loaded()
    if not result.requires_grad:
        return [None] * len(leaves)
    upstream = None
    if weights is not None:
        upstream = torch.as_tensor(weights, dtype=result.dtype, device=result.device).reshape(result.shape)
    found = torch.autograd.grad(result, leaves, upstream, retain_graph=True, allow_unused=True)
    return [None if gradient is None else as_array(gradient).copy() for gradient in found]


def _by_ours(result, leaves, weights):
    root = result * 1.0  # a result even where the function hands its input through
    arriving = [list(leaf.flat) if isinstance(leaf, np.ndarray) else [leaf] for leaf in leaves]
    nodes = dict.fromkeys(topological_order(root))
    reached = set(nodes)
    nodes |= dict.fromkeys(node for group in arriving for node in group)
    before = [(node, node.grad) for node in nodes]
    for node in nodes:
        node.grad = 0.0 if isinstance(node, Value) else None
    try:
        if isinstance(root, Value):
            root.backward()
        elif root.requires_grad:
            root.backward(weights, retain_graph=True)
        return [_arrived(leaf, group, reached) for leaf, group in zip(leaves, arriving, strict=True)]
    finally:
        for node, grad in before:
            node.grad = grad


def _arrived(leaf, group, reached):
    if isinstance(leaf, Tensor):
        return None if leaf.grad is None else leaf.grad.astype(np.float64)
    if reached.isdisjoint(group):
        return None
    return np.array([value.grad for value in group]).reshape(np.shape(leaf))
