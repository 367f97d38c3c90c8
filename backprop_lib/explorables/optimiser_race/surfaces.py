"""The ground that optimisers race on: losses of two parameters, and the way that an optimiser takes there."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from backprop_lib.engine.scalar import Value
from backprop_lib.training import SGD, Adam

REACH = (3.0, 2.0)  # how far the picture goes, in w1 and in w2
FARTHEST = 1000.0  # who gets farther than this from 0 is out of the race: numbers would soon overflow

RUNNERS = {
    "SGD": lambda w, rate, momentum: SGD(w, lr=rate),
    "momentum": lambda w, rate, momentum: SGD(w, lr=rate, momentum=momentum),
    "Adam": lambda w, rate, momentum: Adam(w, lr=rate),
}


class Surface(NamedTuple):
    """loss: of w1, w2 and the condition number, Values or numbers.  point: where its race begins."""

    loss: Callable
    point: tuple


def _valley(w1, w2, condition):
    return 0.5 * (w1**2 + condition * w2**2)


def _saddle(w1, w2, condition):
    return (w1**2 - 4.0) ** 2 / 32.0 + 0.5 * w2**2


def _plateau(w1, w2, condition):
    q = 0.5 * w1**2 + w2**2
    return 1.0 - (Value.exp(-q) if isinstance(q, Value) else math.exp(-q))


def _bend(w1, w2, condition):  # Rosenbrock's valley, less steep
    return (w1 - 2.0) ** 2 / 8.0 + 2.0 * (w2 + 1.0 - 0.5 * w1**2) ** 2


SURFACES = {
    "valley": Surface(_valley, (-2.5, 1.0)),
    "saddle": Surface(_saddle, (0.1, 1.5)),
    "plateau": Surface(_plateau, (-2.4, 1.2)),
    "bend": Surface(_bend, (-2.2, 0.5)),
}


@lru_cache(maxsize=100)
def run(surface, condition, runner, rate, momentum, point, steps):
    """Let one optimiser descend, its gradients by backward.

    Returns: where it was at first and after each step, as (w1, w2, L); no more than `steps` steps, and none
    after the one that led farther than `FARTHEST` from 0.

    >>> run("valley", 25.0, "SGD", 0.04, 0.9, (-2.5, 1.0), 1)  # w2 − 0.04 · 25 · w2
    ((-2.5, 1.0, 15.625), (-2.4, 0.0, 2.88))
    """
    w = [Value(start, label=name) for start, name in zip(point, ("w1", "w2"), strict=True)]
    optimizer = RUNNERS[runner](w, rate, momentum)
    loss = SURFACES[surface].loss
    path = []
    for _ in range(steps):
        L = loss(*w, condition)
        path.append((w[0].data, w[1].data, L.data))
        if is_out(path[-1]):
            return tuple(path)
        optimizer.zero_grad()
        L.backward()
        optimizer.step()
    where = (w[0].data, w[1].data)
    return (*path, (*where, loss(*where, condition)))


def is_out(place):
    """Whether w1 or w2 is farther than `FARTHEST` from 0."""
    return max(abs(place[0]), abs(place[1])) > FARTHEST


def is_outside(place):
    """Whether the picture ends before this place."""
    return abs(place[0]) > REACH[0] or abs(place[1]) > REACH[1]
