"""Gradient checkpointing: keep a function's inputs, and compute what lies between again when it is needed."""

from contextlib import contextmanager

import numpy as np

from backprop_lib.engine import recording, refusals
from backprop_lib.engine.backward import gradients_at_leaves
from backprop_lib.engine.batched import Tensor, as_tensor, make_node
from backprop_lib.engine.operations import NOTHING, ArrayOperation
from backprop_lib.engine.recording import grad_mode, is_grad_enabled


def checkpoint(function, *inputs):
    """Compute `function(*inputs)` without keeping its graph; `backward` computes it again, piece by piece.

    Memory for time: a chain of n layers cut into √n checkpoints keeps about 2·√n results in place of n, for
    one more forward pass.

    function: of Tensors, returning one Tensor; it may use parameters that are not among its inputs. It is
    called again in `backward`, with the same random numbers (see `about_to_draw`).
    Raises: TypeError for what is no function, or returns anything but a Tensor.
    Source: Chen, Xu, Zhang & Guestrin 2016, "Training deep nets with sublinear memory cost".

    >>> W = Tensor([[2.0]], requires_grad=True)
    >>> y = checkpoint(lambda x: (x @ W).tanh(), np.array([[0.5]]))
    >>> y.backward()
    >>> W.grad.round(4)
    array([[0.21]])
    """
    if not callable(function):
        raise TypeError(f"checkpoint needs a function first; received {refusals.shortened(function)}")
    inputs = [as_tensor(data) for data in inputs]
    if not is_grad_enabled():
        return _checked(function(*inputs))
    began = recording.tick()
    draws, stand_ins = {}, [_stand_in(tensor) for tensor in inputs]
    with _noting_draws(draws):
        result = _checked(function(*stand_ins))
    # What the function was given, and what it used besides: parameters, and results made before it ran.
    used = [node for node in _reached(result, began) if node.requires_grad]
    from_outside = frozenset(used) - frozenset(stand_ins)
    value = result.data

    def gradients(g):
        for tensor in (*inputs, *used):
            if recording.changed_since(began, tensor.data):
                raise RuntimeError(refusals.changed_before_recomputing(tensor))
        again = [_stand_in(tensor) for tensor in inputs]
        with grad_mode(True), _drawing_again(draws):
            result = function(*again)
        if not np.array_equal(result.data, value, equal_nan=True):
            raise RuntimeError(
                "checkpoint computed its function again and got another result: does it draw random numbers "
                "without about_to_draw(rng), or use something that was changed in place?"
            )
        found = dict(gradients_at_leaves(result, g, retain_graph=True, stop=from_outside))
        now = dict(zip(stand_ins, again, strict=True))
        return [found.get(now.get(node, node), np.zeros(node.shape, node.dtype)) for node in used]

    given = dict(zip(stand_ins, inputs, strict=True))
    parents = tuple(given.get(node, node) for node in used)
    operation = ArrayOperation("checkpoint", "again", function, reads=(NOTHING,))  # `gradients` looks itself
    return make_node(operation, parents, value, _one_run_for_all(gradients, len(parents)))


def _reached(result, began):
    """List what a function that `began` then was made from: leaves, and nodes that were there before."""
    outside, seen, stack = [], set(), [result]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.is_leaf or node._made_at < began:
            outside.append(node)
        else:
            stack.extend(node.parents)
    return outside


def _one_run_for_all(gradients, count):
    """Make one pull-back for each parent; the first of a pass computes for all of them."""
    waiting, last = {}, None

    def pull_back(i):
        def pull(g):
            nonlocal last
            if g is not last or i not in waiting:
                waiting.update(enumerate(gradients(g)))
                last = g
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
