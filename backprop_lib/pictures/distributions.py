"""Distributions layer by layer: pre-activations, activations, gradients, parameters."""

import math
from collections.abc import Mapping

import numpy as np

from backprop_lib.pictures.axes import TOO_LARGE, decades, log_ticks
from backprop_lib.pictures.colours import FAINT, GRADIENT, INK, PARAMETER, QUIET, VALUE
from backprop_lib.pictures.layout import PAD, SMALL, WIDTH, points, shortened, text_width
from backprop_lib.pictures.words import listed, percent, short
from backprop_lib.training.norms import as_array

KINDS = {
    "values": ("value", VALUE),
    "gradients": ("gradient", GRADIENT),
    "parameters": ("parameter", PARAMETER),
}
BINS = 80
PITCH, STRIP = 50, 38  # from one strip to the next, and its height
COLUMN = 82  # of the table on the right


def histograms(arrays, of="values", log=False, title=None):
    """Draw the distribution of several arrays, one strip each, on common axes.

    arrays: name -> array or tensor of any shape, such as the pre-activations of each layer.
    of: "values", "gradients" or "parameters"; it decides the colour.  log: draw |entry| on a log axis, for
    arrays whose sizes differ by powers of ten.
    Bars are shares of all entries. Exact zeros, and entries that are not finite (or beyond 10³⁰⁰), have no
    bar: their share is written beside, with the standard deviation of the finite entries, zeros included.
    Returns: a matplotlib Figure.
    Raises: ValueError for an empty array, for no array, or for another `of`; TypeError for anything but a
    mapping.

    >>> z = np.array([-1.5, -0.5, 0.5, 1.5])
    >>> histograms({"z": z, "ReLU(z)": np.maximum(z, 0.0)})
    Distribution of values: z std 1.12, 0 % zeros; ReLU(z) std 0.612, 50 % zeros.
    """
    if not isinstance(arrays, Mapping):
        raise TypeError(f"Expected a dict of name -> array; got {type(arrays).__name__}.")
    if of not in KINDS:
        raise ValueError(f"Expected of='values', 'gradients' or 'parameters'; got {of!r}.")
    arrays = {str(name): as_array(numbers).ravel() for name, numbers in arrays.items()}
    empty = [name for name, numbers in arrays.items() if not numbers.size]
    if empty or not arrays:
        raise ValueError(
            f"Expected arrays with entries; got {'no array' if not arrays else f'none in {empty[0]!r}'}."
        )
    from backprop_lib.pictures.canvas import Picture, house_style

    what, colour = KINDS[of]
    title = title or f"Distribution of {of}"
    table = {name: _describe(numbers) for name, numbers in arrays.items()}
    headings = ["std", "exact zeros"]
    if any(row[2] != "0 %" for row in table.values()):
        headings.append("not finite")
    names = [shortened(name, 220) for name in arrays]
    left = PAD + math.ceil(max(map(text_width, names))) + 52
    width = WIDTH - PAD - COLUMN * len(headings) - left
    edges = _edges(list(arrays.values()), log)
    shares = [_shares(numbers, edges, log) for numbers in arrays.values()]
    highest = max(share.max() for share in shares) or 1.0
    tick = _round_below(highest)
    said = (
        f"{name} std {std}, {zeros} zeros" + (f", {lost} not finite" if lost != "0 %" else "")
        for name, (std, zeros, lost) in table.items()
    )
    with house_style():
        picture = Picture(len(arrays) * PITCH + 60, title, f"{title}: {listed(said, separator='; ')}.")
        for column, heading in enumerate(headings, 1):
            picture.write(
                left + width + column * COLUMN,
                6,
                heading,
                ha="right",
                va="center",
                color=QUIET,
                fontsize=points(SMALL),
            )
        for row, (name, share) in enumerate(zip(names, shares, strict=True)):
            top = 18 + row * PITCH
            scale = "log" if log else "linear"
            limits = {"xlim": (edges[0], edges[-1]), "ylim": (0.0, 1.08 * highest)}
            axes = picture.panel(left, top, width, STRIP, xscale=scale, **limits)
            if log:
                axes.set_xticks(*log_ticks(*decades(edges[[0, -1]]), most=width // 64))
            else:
                _linear_ticks(axes)
            axes.stairs(share, edges, fill=True, color=colour, zorder=2)
            axes.set_yticks([tick], [percent(tick)])
            axes.grid(color=FAINT, linewidth=points(1))
            axes.spines["left"].set_visible(False)
            axes.tick_params(axis="y", length=0)
            last = row == len(arrays) - 1
            axes.tick_params(axis="x", length=points(4) if last else 0, labelbottom=last)
            middle = top + STRIP / 2
            picture.write(left - 52 + 6, middle, name, ha="right", va="center", color=INK)
            for column, text in enumerate(list(table.values())[row][: len(headings)], 1):
                picture.write(
                    left + width + column * COLUMN, middle, text, ha="right", va="center", color=INK
                )
        axes.set_xlabel(f"|{what}|, log axis" if log else what)
        bins = "share of all entries in each bin"
        picture.write(left, 6, bins, va="center", color=QUIET, fontsize=points(SMALL))
    return picture


def _is_finite(numbers):
    return np.abs(numbers) < TOO_LARGE


def _describe(numbers):
    """Write down std, share of exact zeros, share of what is not finite."""
    finite = numbers[_is_finite(numbers)]
    scale = np.max(np.abs(finite), initial=0.0) or 1.0  # squares of very large or small numbers leave float64
    std = short(scale * np.std(finite / scale)) if finite.size else "none"
    return std, percent(np.mean(numbers == 0.0)), percent(1.0 - finite.size / numbers.size)


def _edges(arrays, log):
    """Cut the common range of all finite entries (without zeros) into bins."""
    numbers = np.concatenate(arrays)
    numbers = numbers[_is_finite(numbers) & (numbers != 0.0)]
    if log:
        bottom, top = decades(np.abs(numbers)) if numbers.size else (-1, 0)
        return np.logspace(bottom, top, BINS + 1)
    low, high = (numbers.min(), numbers.max()) if numbers.size else (-1.0, 1.0)
    if low == high:
        low, high = low - 0.5 * abs(low), high + 0.5 * abs(high)
    width = (high - low) / BINS
    # 0 is an edge, so that no bar holds both signs.
    return width * np.arange(math.floor(low / width + 1e-9), math.ceil(high / width - 1e-9) + 1)


def _shares(numbers, edges, log):
    bars = numbers[_is_finite(numbers) & (numbers != 0.0)]
    counts, _ = np.histogram(np.abs(bars) if log else bars, edges)
    return counts / numbers.size


def _round_below(share):
    """Find the largest of 1, 2, 5 times a power of ten that is not above `share`."""
    power = 10.0 ** math.floor(math.log10(share))
    return max(step * power for step in (1, 2, 5) if step * power <= share * (1 + 1e-9))


def _linear_ticks(axes):
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: short(x)))
