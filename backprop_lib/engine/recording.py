"""Whether results remember how they were made, and when arrays were changed in place."""

from contextlib import ContextDecorator

import numpy as np

on = True
# Counts in-place changes (and checkpoints): what was made later has a larger number.
clock = 0
# When the memory of an array was last changed: {id of the array that owns it: clock}.
_changed = {}


class grad_mode(ContextDecorator):
    """Record, or do not record, what is computed inside; what `no_grad` and checkpoints are made of."""

    def __init__(self, wanted):
        self._wanted = wanted
        self._before = []

    def __enter__(self):
        global on
        self._before.append(on)
        on = self._wanted

    def __exit__(self, *problem):
        global on
        on = self._before.pop()


def no_grad(function=None):
    """Compute without remembering: results inside `with no_grad():` have no graph and need no gradient.

    function: given when used as `@no_grad`; `@no_grad()` works, too.

    >>> from backprop_lib import Tensor
    >>> w = Tensor(3.0, requires_grad=True)
    >>> with no_grad():
    ...     w -= 0.5
    >>> w
    Tensor(2.5, requires_grad=True)
    """
    return grad_mode(False) if function is None else grad_mode(False)(function)


def is_grad_enabled():
    """Tell whether results are remembered just now."""
    return on


def tick():
    """Begin a new moment, and return it."""
    global clock
    clock += 1
    return clock


def mark_changed(array):
    """Note that the entries of `array` were changed in place, whichever view of them was used."""
    global clock
    clock += 1
    _changed[id(array if array.base is None else _owner(array))] = clock


def changed_since(moment, array):
    """Tell whether the entries of `array` were changed in place after `moment`."""
    return _changed.get(id(_owner(array)), -1) > moment


def _owner(array):
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
