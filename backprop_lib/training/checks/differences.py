"""Numerical derivatives: nudge a number, and see how far the result moves."""

from numbers import Real

import numpy as np

SCHEMES = {"central": 1 / 3, "forward": 1 / 2}


def default_step(dtype, scheme="central"):
    """Give the step at which truncation and round-off are about equally large, for numbers of size 1.

    Truncation grows as ε² for central differences and as ε for forward ones; round-off as u/ε, where u is the
    machine epsilon of the dtype. They balance at u^(1/3) and u^(1/2).
    Source: Press et al., "Numerical Recipes", section 5.7.

    >>> [f"{default_step(dtype):.1e}" for dtype in (np.float64, np.float32)]
    ['6.1e-06', '4.9e-03']
    """
    return float(np.finfo(dtype).eps) ** SCHEMES[scheme]


def numerical_gradient(f, x, eps=None, scheme="central"):
    """Measure ∂f/∂x by finite differences, one entry after the other.

        central: (f(x + ε) − f(x − ε)) / 2ε          forward: (f(x + ε) − f(x)) / ε

    f: takes what x is, and returns one number (or a Tensor or array that holds one).
    x: a number or an array; it is not changed. float32 stays float32, so that its round-off can be seen; all
    else becomes float64.
    eps: ε, above 0; without it `default_step`, times the size of the entry where that is above 1.
    scheme: "central" takes 2 calls of f for each entry, "forward" 1 and one more at x.

    Returns: the gradient in float64, a float for a number and an array of its shape for an array.
    Raises: TypeError, ValueError for an f, x, eps or scheme that is none, and for an ε too small to move x.

    >>> x = np.array([1.0, -2.0])
    >>> numerical_gradient(lambda x: (x**3).sum(), x).round(6)
    array([ 3., 12.])
    >>> round(numerical_gradient(lambda x: x * x, 3.0, eps=0.5, scheme="forward"), 6)  # 2x + ε
    6.5
    """
    if not callable(f):
        raise TypeError(f"numerical_gradient needs a function f as its first argument; received {f!r}")
    if scheme not in SCHEMES:
        raise ValueError(f'numerical_gradient needs scheme "central" or "forward"; received {scheme!r}')
    at = read_numbers(x)
    check_step(eps)
    base = one_number(f(_as_given(at, x))) if scheme == "forward" else None
    gradient = np.empty(at.shape)
    with np.errstate(all="ignore"):
        for place in np.ndindex(at.shape):
            step = eps or default_step(at.dtype, scheme) * max(1.0, abs(float(at[place])))
            above = one_number(f(_as_given(moved(at, place, step), x)))
            if scheme == "forward":
                gradient[place] = (above - base) / step
            else:
                below = one_number(f(_as_given(moved(at, place, -step), x)))
                gradient[place] = (above - below) / (2.0 * step)
    return gradient if isinstance(x, np.ndarray | list | tuple) else float(gradient)


def moved(at, place, step):
    """Copy the array with one entry moved. Raises ValueError when the step is too small for that."""
    nudged = at.copy()
    nudged[place] += at.dtype.type(step)
    if nudged[place] == at[place]:
        raise ValueError(too_small(abs(step), float(at[place]), at.dtype))
    return nudged


def too_small(step, number, dtype):
    return f"eps = {step:.1e} is too small to move {number:.6g} in {dtype}: take a larger eps"


def read_numbers(x):
    """Copy x as an array of float64, or of float32 if it is that."""
    try:
        array = np.array(x)
    except (TypeError, ValueError):
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"numerical_gradient needs a number or an array of numbers as x; received {x!r}")
    array = array if array.dtype == np.float32 else array.astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"numerical_gradient needs finite numbers in x; received {x!r}")
    return array


def check_step(eps):
    """Raise TypeError, ValueError for a step that is neither None nor a finite number above 0."""
    if eps is None:
        return
    if not isinstance(eps, Real) or isinstance(eps, bool):
        raise TypeError(f"eps must be a number above 0, such as 1e-5; received {eps!r}")
    if not 0.0 < eps < np.inf:
        raise ValueError(f"eps must be a finite number above 0, such as 1e-5; received {eps!r}")


def one_number(result):
    """Read what a function or a loss returned, as a float. Raises TypeError, ValueError for anything else."""
    shape = tuple(getattr(result, "shape", ()))
    if np.prod(shape) != 1:
        raise ValueError(
            f"expected a function that returns one number; it returned shape {shape}: take its sum or mean"
        )
    if isinstance(result, Real):
        return float(result)
    if hasattr(result, "item"):
        return float(result.item())
    if hasattr(result, "backward"):  # a Value
        return float(result.data)
    raise TypeError(f"expected a function that returns one number; it returned {type(result).__name__}")


def _as_given(at, x):
    """Hand an array to a function of arrays, and a number to a function of numbers."""
    if isinstance(x, np.ndarray | list | tuple):
        return at.copy()
    return at[()] if at.dtype == np.float32 else float(at)
