"""Look at a model without leaving a trace in it."""

import sys
from contextlib import contextmanager

import numpy as np

from backprop_lib.engine.recording import no_grad


def torch_if_loaded():
    """Give torch if somebody has imported it, else None: then nothing can be a tensor of its own."""
    return sys.modules.get("torch")


def is_torch(thing, kind):
    """Whether `thing` is a torch tensor (kind "Tensor") or a torch module (kind "nn.Module").

    >>> is_torch(3.0, "Tensor")
    False
    """
    torch = torch_if_loaded()
    return torch is not None and isinstance(thing, torch.Tensor if kind == "Tensor" else torch.nn.Module)


@contextmanager
def unrecorded():
    """Compute without graphs in either engine, and without NumPy's warnings about overflow."""
    torch = torch_if_loaded()
    with no_grad(), np.errstate(all="ignore"):
        if torch is None:
            yield
        else:
            with torch.no_grad():
                yield


@contextmanager
def preserved(model):
    """Put back what forward and backward passes change in a model, also after an error.

    model: a Module of ours, or one of PyTorch's. Kept are the numbers and the `grad` of every parameter,
    buffers such as `running_mean`, training modes, and the states of random generators (for torch, its own).
    Anything else has nothing to keep.

    >>> from backprop_lib.nn.normalisation import BatchNorm1d
    >>> layer = BatchNorm1d(1)
    >>> with preserved(layer):
    ...     output = layer(np.array([[1.0], [3.0]]))
    ...     layer.running_mean
    array([0.2])
    >>> layer.running_mean
    array([0.])
    """
    put_back = [_torch_state(model)] if is_torch(model, "nn.Module") else _state(model)
    try:
        yield
    finally:
        for undo in put_back:
            undo()


def _torch_state(model):
    torch = torch_if_loaded()
    tensors = [*model.parameters(), *model.buffers()]
    copies = [tensor.detach().clone() for tensor in tensors]
    grads = [
        (tensor, tensor.grad, None if tensor.grad is None else tensor.grad.clone()) for tensor in tensors
    ]
    modes = [(module, module.training) for module in model.modules()]
    state = torch.get_rng_state()

    def undo():
        for tensor, copy in zip(tensors, copies, strict=True):
            if not _same_bits(tensor.detach(), copy):
                tensor.data.copy_(copy)
        for tensor, grad, copy in grads:
            tensor.grad = grad
            if grad is not None:
                grad.data.copy_(copy)
        for module, mode in modes:
            module.training = mode
        torch.set_rng_state(state)

    return undo


def _same_bits(a, b):
    return bool(((a == b) | ((a != a) & (b != b))).all())


def _state(model):
    """List what puts back each attribute of each module, and the arrays and generators among them."""
    if not callable(getattr(model, "modules", None)):
        return []
    put_back = [_leaf_state(parameter) for parameter in model.parameters()]
    for module in model.modules():
        put_back.append(_attributes(module, dict(vars(module))))
        for held in vars(module).values():
            if isinstance(held, np.ndarray):
                put_back.append(_array_state(held))
            elif isinstance(held, np.random.Generator):
                put_back.append(_generator_state(held))
    return put_back


def _attributes(module, before):
    def undo():
        vars(module).clear()
        vars(module).update(before)

    return undo


def _array_state(array):
    copy = array.copy()

    def undo():
        array[...] = copy

    return undo


def _generator_state(rng):
    state = rng.bit_generator.state

    def undo():
        rng.bit_generator.state = state

    return undo


def _leaf_state(parameter):
    """Keep a Tensor's array and gradient: the same objects with the same bits come back."""
    array, grad = parameter.data, parameter.grad
    copies = array.copy(), None if grad is None else grad.copy()

    def undo():
        if parameter.data is not array:
            parameter.data = copies[0]
        array[...] = copies[0]
        parameter.grad = grad
        if grad is not None:
            grad[...] = copies[1]

    return undo
