"""What log axes need: whole decades as limits, and ticks that do not crowd."""

import math

import numpy as np

from backprop_lib.pictures.words import short, ten_to

LOWEST, HIGHEST = -323, 308  # powers of ten within float64

# Beyond this the arithmetic of an axis overflows; what is as large is about to overflow itself.
TOO_LARGE = 1e300


def decades(numbers):
    """Find the exponents between which positive numbers lie, at least one decade apart.

    >>> decades([0.02, 3.0]), decades([1.0])
    ((-2, 1), (-1, 1))
    """
    low, high = math.log10(min(numbers)), math.log10(max(numbers))
    bottom, top = math.floor(low), math.ceil(high)
    if low == bottom == top:
        bottom, top = bottom - 1, top + 1
    bottom = max(bottom, LOWEST)
    return bottom, min(max(top, bottom + 1), HIGHEST)


def log_ticks(bottom, top, most=9):
    """Place at most `most` ticks from one power of ten to another: (positions, labels).

    >>> log_ticks(-4, 0)[1], log_ticks(-1, 0)[1]
    (['10⁻⁴', '10⁻³', '10⁻²', '10⁻¹', '1'], ['0.1', '0.2', '0.5', '1'])
    """
    if 3 * (top - bottom) < most and bottom > -4 and top < 5:
        ticks = [step * 10.0**n for n in range(bottom, top) for step in (1, 2, 5)] + [10.0**top]
        return ticks, [short(tick) for tick in ticks]
    step = math.ceil((top - bottom) / (most - 1)) or 1
    exponents = [n for n in range(bottom, top + 1) if n % step == 0]
    return [10.0**n for n in exponents], [ten_to(n) for n in exponents]


def spread(wanted, gap, low, high):
    """Move positions apart, in their order, until `gap` lies between neighbours and all are in [low, high].

    >>> [float(y) for y in spread([10.0, 12.0, 50.0], gap=10.0, low=0.0, high=60.0)]
    [6.0, 16.0, 50.0]
    """
    if not len(wanted):
        return np.array([])
    order = np.argsort(wanted, kind="stable")
    blocks = []  # of positions that touch: [centre, count]
    for y in np.asarray(wanted, dtype=float)[order]:
        blocks.append([y, 1])
        while len(blocks) > 1 and _top(blocks[-2], gap) + gap > _bottom(blocks[-1], gap):
            (a, m), (b, n) = blocks[-2:]
            blocks[-2:] = [[(a * m + b * n) / (m + n), m + n]]
    placed = np.concatenate([_bottom(block, gap) + gap * np.arange(block[1]) for block in blocks])
    for i in range(len(placed)):
        placed[i] = max(placed[i], low + i * gap)
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], high - (len(placed) - 1 - i) * gap)
    result = np.empty_like(placed)
    result[order] = placed
    return result


def _bottom(block, gap):
    return block[0] - gap * (block[1] - 1) / 2


def _top(block, gap):
    return block[0] + gap * (block[1] - 1) / 2
