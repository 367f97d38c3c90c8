"""Gradient clipping: keep one huge gradient from throwing the parameters far away. Names are PyTorch's.

Source: Pascanu, Mikolov & Bengio (2013): where the loss has a cliff, only its direction is of use.
"""

import math

import numpy as np

from backprop_lib.training.optimisers import number, read_parameters, with_gradients


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Shrink all gradients by one factor, so that their joint norm is at most `max_norm`; direction is kept.

        n = (Σ |gᵢ|ᵖ)^(1/p)  over every entry of every gradient,    g ← g · min(1, max_norm / (n + 10⁻⁶))

    parameters: an iterable of Tensors or Values, or a single one; those without gradient are passed over.
    max_norm: 0 or more; infinity only measures.  norm_type: p, 1 or more; infinity takes the largest entry.

    Gradients change in place. Returns: the norm n before clipping, a float.
    A norm that is infinite or NaN makes gradients 0 or NaN, as in PyTorch, unless `error_if_nonfinite`.

    Raises: RuntimeError for such a norm with `error_if_nonfinite`; TypeError, ValueError for bad arguments.
    Then nothing has changed.

    >>> from backprop_lib.engine.batched import Tensor
    >>> w = Tensor([0.0, 0.0], requires_grad=True)
    >>> w.grad = np.array([30.0, -40.0])
    >>> clip_grad_norm_([w], max_norm=1.0)
    50.0
    >>> w.grad.round(4)
    array([ 0.6, -0.8])
    """
    max_norm = number("clip_grad_norm_'s max_norm", max_norm, "a number of 0 or more", lambda x: x >= 0)
    norm_type = number("clip_grad_norm_'s norm_type", norm_type, "a number of 1 or more", lambda x: x >= 1)
    clipped = _read(parameters, "clip_grad_norm_")
    with np.errstate(all="ignore"):
        norms = [_norm(np.asarray(parameter.grad), norm_type) for parameter in clipped]
        total = _norm(np.array(norms, np.float64), norm_type)
        if error_if_nonfinite and not math.isfinite(total):
            raise RuntimeError(
                f"clip_grad_norm_ needs finite gradients; their norm is {total}: "
                "find the first operation that gave inf or NaN"
            )
        factor = max_norm / (total + 1e-6)
        if not factor >= 1.0:  # NaN too
            for parameter in clipped:
                _scale(parameter, factor)
    return total


def clip_grad_value_(parameters, clip_value):
    """Bring every entry of every gradient into [−clip_value, clip_value]. This may turn the direction.

    parameters: as in `clip_grad_norm_`.  clip_value: 0 or more. Gradients change in place; NaN stays NaN.

    Raises: TypeError, ValueError for bad arguments. Then nothing has changed.

    >>> from backprop_lib.engine.batched import Tensor
    >>> w = Tensor([0.0, 0.0], requires_grad=True)
    >>> w.grad = np.array([0.3, -40.0])
    >>> clip_grad_value_([w], clip_value=1.0)
    >>> w.grad
    array([ 0.3, -1. ])
    """
    clip_value = number(
        "clip_grad_value_'s clip_value", clip_value, "a number of 0 or more", lambda x: x >= 0
    )
    for parameter in _read(parameters, "clip_grad_value_"):
        if isinstance(parameter.grad, np.ndarray):
            np.clip(parameter.grad, -clip_value, clip_value, out=parameter.grad)
        else:
            parameter.grad = min(max(parameter.grad, -clip_value), clip_value)


def _read(parameters, reader):
    if hasattr(parameters, "data") and hasattr(parameters, "grad"):
        parameters = [parameters]
    return [parameter for _, parameter in with_gradients(read_parameters(parameters, reader), reader)]


def _norm(entries, p):
    """(Σ |entry|ᵖ)^(1/p) in float64, whatever the size of the entries."""
    entries = entries.ravel()
    if p == math.inf:
        return float(np.max(np.abs(entries), initial=0.0))
    if p == 2.0:
        powers = float(np.einsum("i,i->", entries, entries, dtype=np.float64))
    else:
        powers = float(np.sum(np.abs(entries, dtype=np.float64) ** p))
    if 1e-280 * entries.size < powers < math.inf:
        return powers ** (1.0 / p)
    # Powers left the range of float64: divide by the largest entry first. (Or entries are all 0, inf or NaN.)
    largest = _norm(entries, math.inf)
    return largest * _norm(entries / np.float64(largest), p) if 0.0 < largest < math.inf else largest


def _scale(parameter, factor):
    if isinstance(parameter.grad, np.ndarray):
        # In float64, because the factor for huge float32 gradients may be too small for float32.
        np.multiply(parameter.grad, factor, out=parameter.grad, dtype=np.float64, casting="same_kind")
    else:
        parameter.grad *= factor
