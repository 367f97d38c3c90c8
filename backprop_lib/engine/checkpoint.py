"""Gradient checkpointing: keep a function's inputs, and compute what lies between again when it is needed."""

from contextlib import contextmanager

import numpy as np

from backprop_lib.engine.backward import gradients_at_leaves
from backprop_lib.engine.batched import Tensor, as_tensor, make_node
from backprop_lib.engine.graph import topological_order
from backprop_lib.engine.operations import ArrayOperation
from backprop_lib.engine.recording import grad_mode, is_grad_enabled


def checkpoint(function, *inputs):
    """Compute `function(*inputs)` without keeping its graph; `backward` computes it again, piece by piece.

    Memory for time: a chain of n layers cut into √n checkpoints keeps about 2·√n results in place of n, for
    one more forward pass.

    function: of Tensors, returning one Tensor; it may use parameters that are not among its inputs. It is
    called again in `backward`, with the same random numbers (see `about_to_draw`).
    Raises: TypeError when it returns anything but a Tensor.
    Source: Chen, Xu, Zhang & Guestrin 2016, "Training deep nets with sublinear memory cost".

    >>> W = Tensor([[2.0]], requires_grad=True)
    >>> y = checkpoint(lambda x: (x @ W).tanh(), np.array([[0.5]]))
    >>> y.backward()
    >>> W.grad.round(4)
    array([[0.21]])
    """
    inputs = [as_tensor(data) for data in inputs]
    if not is_grad_enabled():
        return _checked(function(*inputs))
    draws, stand_ins = {}, [_stand_in(tensor) for tensor in inputs]
    with _noting_draws(draws):
        result = _checked(function(*stand_ins))
    leaves = [node for node in topological_order(result) if node.is_leaf and node.requires_grad]

    def gradients(g):
        again = [_stand_in(tensor) for tensor in inputs]
        with grad_mode(True), _drawing_again(draws):
            found = dict(gradients_at_leaves(function(*again), g, retain_graph=True))
        now = dict(zip(stand_ins, again, strict=True))
        return [found.get(now.get(leaf, leaf), np.zeros(leaf.shape, leaf.dtype)) for leaf in leaves]

    # The leaves are the inputs, and the parameters that the function uses besides them.
    given = dict(zip(stand_ins, inputs, strict=True))
    parents = tuple(given.get(leaf, leaf) for leaf in leaves)
    reads = (tuple(range(len(parents))),)
    operation = ArrayOperation("checkpoint", "again", function, reads)
    return make_node(operation, parents, result.data, _one_run_for_all(gradients, len(parents)))


def _one_run_for_all(gradients, count):
    """Make one pull-back for each parent; the first of a pass computes for all of them."""
    waiting = {}

    def pull_back(i):
        def pull(g):
            if i not in waiting:
                waiting.update(enumerate(gradients(g)))
            return waiting.pop(i)

        return pull

    return tuple(pull_back(i) for i in range(count))


def _stand_in(tensor):
    """A leaf in place of `tensor`: the same array, no graph behind it."""
    return tensor.detach().requires_grad_(tensor.requires_grad)


def _checked(result):
    if not isinstance(result, Tensor):
        raise TypeError(
            f"checkpoint needs a function that returns one Tensor; it returned {type(result).__name__}"
        )
    return result


# --- what must not differ when a function runs again --------------------------------------------------------

_noted = None  # while a checkpoint computes forward: the generators drawn from, with their state before
_recomputing = False


def about_to_draw(rng):
    """Tell a checkpoint that `rng` is about to be drawn from, so that it can draw the same numbers again.

    A layer with chance in it, such as Dropout, calls this first.
    """
    if _noted is not None:
        _noted.setdefault(rng, rng.bit_generator.state)


def is_recomputing():
    """Whether a checkpoint is computing again just now: running statistics have seen this batch already."""
    return _recomputing


@contextmanager
def _noting_draws(draws):
    global _noted
    outer, _noted = _noted, draws
    try:
        yield
    finally:
        _noted = outer
        for rng, state in draws.items():  # a checkpoint inside a checkpoint
            if outer is not None:
                outer.setdefault(rng, state)


@contextmanager
def _drawing_again(draws):
    global _recomputing
    outer, _recomputing = _recomputing, True
    now = {rng: rng.bit_generator.state for rng in draws}
    try:
        for rng, state in draws.items():
            rng.bit_generator.state = state
        yield
    finally:
        _recomputing = outer
        for rng, state in now.items():
            rng.bit_generator.state = state
