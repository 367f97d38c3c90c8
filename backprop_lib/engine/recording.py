"""Whether results remember how they were made, and when arrays were changed in place."""

from contextlib import contextmanager

on = True
# Counts in-place changes. A node made before an array was changed may have kept what is no longer there.
clock = 0


@contextmanager
def grad_mode(wanted):
    """Record, or do not record, what is computed inside; what `no_grad` and checkpoints are made of."""
    global on
    before, on = on, wanted
    try:
        yield
    finally:
        on = before


def no_grad():
    """Compute without remembering: results inside `with no_grad():` have no graph and need no gradient.

    >>> from backprop_lib import Tensor
    >>> w = Tensor(3.0, requires_grad=True)
    >>> with no_grad():
    ...     w -= 0.5
    >>> w
    Tensor(2.5, requires_grad=True)
    """
    return grad_mode(False)


def is_grad_enabled():
    """Tell whether results are remembered just now."""
    return on
