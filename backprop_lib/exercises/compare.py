"""How far an answer is from a result: structure first, then shape, then values."""

import math
from dataclasses import dataclass

import numpy as np

from backprop_lib.exercises.answers import NotNumbers, array_text, describe, key_text, number_text, numbers_in

# Entries smaller than this share of an array's largest are compared with that share: their own size is mostly
# the rounding of the larger ones.
SMALL_ENTRY = 1e-3

ROUNDED = 0.005  # a number rounded to three digits is at most this far off


class Unlike(Exception):
    """The two cannot be compared: another structure, type or shape."""

    def __init__(self, label: str, wanted: str, got: str):
        super().__init__(label, wanted, got)
        self.label, self.wanted, self.got = label, wanted, got


@dataclass(frozen=True)
class Leaf:
    """One part of an answer beside the same part of the result: an array each, or a text each."""

    label: str
    expected: np.ndarray | str | bool
    received: np.ndarray | str | bool

    @property
    def is_numeric(self) -> bool:
        return isinstance(self.expected, np.ndarray)

    @property
    def distance(self) -> float:
        """The largest relative error of any entry; infinite if only one side is finite or texts differ."""
        if not self.is_numeric:
            return 0.0 if self.expected == self.received else np.inf
        errors = _relative_errors(self.expected, self.received)
        return float(errors.max()) if errors.size else 0.0


def distance(expected: object, received: object, parts: tuple[str, ...] = ()) -> float:
    """The largest relative error between two answers; infinite if they are not even alike in form.

    >>> distance((1.0, 2.0), [1.0, 2.02])
    0.010000000000000009
    >>> distance(1.0, (1.0, 2.0))
    inf
    """
    try:
        return max((leaf.distance for leaf in align(expected, received, parts)), default=0.0)
    except Unlike:
        return float("inf")


def align(expected: object, received: object, parts: tuple[str, ...] = (), label: str = "") -> list[Leaf]:
    """The two side by side, part by part; raises Unlike where their forms differ.

    >>> [leaf.label for leaf in align((1.0, 2.0), {"w": 1.0, "b": 2.0}, parts=("w", "b"))]
    ['w', 'b']
    """
    if isinstance(expected, dict):
        return _align_dict(expected, received, label)
    if isinstance(expected, tuple):
        return _align_tuple(expected, received, parts, label)
    if isinstance(expected, str):
        if type(received) is not str:
            raise Unlike(label, "a text in quotes", describe(received))
        return [Leaf(label, plain(expected), plain(received))]
    if isinstance(expected, bool):
        if not issubclass(type(received), (bool, np.bool_)):
            raise Unlike(label, "True or False", describe(received))
        return [Leaf(label, expected, bool(received))]
    wanted = numbers_in(expected)
    try:
        got = numbers_in(received)
    except NotNumbers as problem:
        raise Unlike(label, _form(wanted), str(problem)) from None
    if wanted.shape != got.shape:
        values = f", {array_text(got)}" if got.size <= 6 else ""
        raise Unlike(label, _form(wanted), _form(got) + values)
    return [Leaf(label, wanted, got)]


def plain(text: str) -> str:
    """A text without differences of case or spacing, which nobody means.

    >>> plain("  Same ")
    'same'
    """
    return " ".join(text.casefold().split())


def values_text(leaf: Leaf) -> str:
    """`expected …, received …` for one part, with as many digits as it takes to tell the two apart."""
    where, expected, received = "", leaf.expected, leaf.received
    if leaf.is_numeric and leaf.expected.size > 6:
        worst = np.unravel_index(_relative_errors(expected, received).argmax(), expected.shape)
        where = f" at [{', '.join(str(int(i)) for i in worst)}] of shape {expected.shape}"
        expected, received = expected[worst], received[worst]
    for digits in (6, 9, 12, 17):
        texts = [describe(_plain_number(one), digits) for one in (expected, received)]
        if texts[0] != texts[1]:
            break
    return f"expected {texts[0]}, received {texts[1]}{where}"


def constant_factor(leaves: list[Leaf], tolerance: float = 1e-6) -> float | None:
    """The one number by which every received value is off, if there is one (0, or nearly 1, says nothing).

    >>> constant_factor(align((1.0, -2.0), (0.5, -1.0)))
    0.5
    """
    if not all(leaf.is_numeric for leaf in leaves):
        return None
    expected = np.concatenate([leaf.expected.ravel() for leaf in leaves])
    received = np.concatenate([leaf.received.ravel() for leaf in leaves])
    if not (np.isfinite(expected).all() and np.isfinite(received).all()):
        return None
    telling = expected != 0
    if telling.sum() < 2 or np.any(received[~telling] != 0):
        return None
    ratios = received[telling] / expected[telling]
    factor = float(np.median(ratios))
    if factor == 0 or abs(factor - 1) < 0.01 or np.ptp(ratios) > tolerance * abs(factor):
        return None
    return factor


def same_on_every_input(cases: list[list[Leaf]]) -> bool:
    """Whether the received numbers are the same on every input, although the expected ones are not.

    >>> same_on_every_input([align(1.0, 0.5), align(2.0, 0.5)])
    True
    """
    leaves = [leaf for case in cases for leaf in case]
    if not all(leaf.is_numeric and np.isfinite(leaf.received).all() for leaf in leaves):
        return False
    expected = {tuple(leaf.expected.tobytes() for leaf in case) for case in cases}
    received = {tuple(leaf.received.tobytes() for leaf in case) for case in cases}
    return len(received) == 1 < len(expected)


def agreeing_digits(apart: float) -> int:
    """To how many digits numbers agree that lie this far apart (relative, not zero).

    >>> agreeing_digits(ROUNDED), agreeing_digits(2e-6)
    (3, 6)
    """
    return math.floor(math.log10(5 / apart))


def factor_text(factor: float) -> str:
    return number_text(round(factor, 9), 4)


def _align_dict(expected: dict, received: object, label: str) -> list[Leaf]:
    wanted = "a dict with the keys " + ", ".join(key_text(key) for key in expected)
    if not issubclass(type(received), dict):
        raise Unlike(label, wanted, describe(received))
    if set(received) != set(expected):
        keys = ", ".join(key_text(key) for key in list(received)[:8]) or "none"
        raise Unlike(label, wanted, f"a dict with the keys {keys}")
    leaves = []
    for key, value in expected.items():
        leaves += align(value, received[key], label=f"{label}[{key_text(key)}]" if label else str(key))
    return leaves


def _align_tuple(expected: tuple, received: object, parts: tuple[str, ...], label: str) -> list[Leaf]:
    names = parts or tuple(f"{label}[{i}]" for i in range(len(expected)))
    wanted = f"{len(expected)} value{'s' * (len(expected) != 1)}" + (
        f" ({', '.join(parts)})" if parts else ""
    )
    if issubclass(type(received), dict) and parts and set(received) == set(parts):
        members = [received[name] for name in parts]
    elif issubclass(type(received), (tuple, list)):
        members = list(received)
    elif hasattr(received, "__array__"):
        try:
            members = list(np.atleast_1d(numbers_in(received)))
        except NotNumbers:
            raise Unlike(label, wanted, describe(received)) from None
    else:
        raise Unlike(label, wanted, describe(received))
    if len(members) != len(expected):
        raise Unlike(label, wanted, f"{len(members)}: {describe(received)}")
    leaves = []
    for name, one, other in zip(names, expected, members, strict=True):
        leaves += align(one, other, label=name)
    return leaves


def _relative_errors(expected: np.ndarray, received: np.ndarray) -> np.ndarray:
    finite = np.isfinite(expected) & np.isfinite(received)
    alike = (expected == received) | (np.isnan(expected) & np.isnan(received))
    sizes = np.abs(np.where(np.isfinite(expected), expected, 0.0))
    scale = np.maximum(sizes, SMALL_ENTRY * sizes.max(initial=0.0))
    scale = np.where(scale == 0, 1.0, scale)  # beside an exact zero, the error counts as it is
    with np.errstate(all="ignore"):
        errors = np.abs(received - expected) / scale
    return np.where(alike, 0.0, np.where(finite, errors, np.inf))


def _form(array: np.ndarray) -> str:
    return "one number" if array.ndim == 0 else f"an array of shape {array.shape}"


def _plain_number(value):
    return float(value) if isinstance(value, np.ndarray) and value.ndim == 0 else value
