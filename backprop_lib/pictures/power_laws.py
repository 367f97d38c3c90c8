"""One quantity that goes with a power of another: a straight line on two log axes."""

import math

import numpy as np

from backprop_lib.pictures.axes import TOO_LARGE, decades, log_ticks
from backprop_lib.pictures.colours import FAINT, GRADIENT, QUIET, TEXT
from backprop_lib.pictures.layout import PAD, WIDTH, points, text_width
from backprop_lib.pictures.words import short
from backprop_lib.training.norms import as_array

HEIGHT = 300
MARGIN = 1.25  # the factor by which the axes go beyond the numbers


def slope_of(x, y):
    """Fit the power p in y = c · xᵖ, by least squares between the logarithms.

    >>> round(slope_of([1.0, 2.0, 4.0], [6.0, 3.0, 1.5]), 6)
    -1.0
    """
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def power_law(x, y, x_name="x", y_name="y", title="Power law", colour=GRADIENT):
    """Draw y against x on log axes, and the power of x that fits best, as a dashed line.

    x, y: positive numbers of shape (n,), two different x at least.  x_name, y_name: what they are.
    colour: of the measured points; one of the course's four.
    Returns: a matplotlib Figure.
    Raises: ValueError for other shapes, and for numbers that are not positive and finite.

    >>> power_law([1, 4, 16], [2.0, 1.0, 0.5], "batch size", "noise", title="Noise")
    Noise: noise from 2 at batch size 1 to 0.5 at batch size 16, slope −0.50.
    """
    x, y = _checked(x, y)
    from backprop_lib.pictures.canvas import Picture, house_style

    slope = slope_of(x, y)
    middle = np.exp(np.log(x).mean()), np.exp(np.log(y).mean())
    ends = np.array([x[0], x[-1]])
    line = middle[1] * (ends / middle[0]) ** slope
    label = f"slope {slope:.2f}".replace("-", "−")
    sentence = (
        f"{title}: {y_name} from {short(y[0])} at {x_name} {short(x[0])} to {short(y[-1])} at {x_name} "
        f"{short(x[-1])}, {label}."
    )
    left = PAD + 62
    width = WIDTH - left - math.ceil(text_width(label, weight="bold")) - 24 - PAD
    with house_style():
        picture = Picture(HEIGHT + 62, title, sentence)
        axes = picture.panel(left, 8, width, HEIGHT, xscale="log", yscale="log")
        axes.set_xticks(*_ticks(x))
        axes.set_yticks(*_ticks(np.append(y, line)))
        axes.set_xlim(x[0] / MARGIN, x[-1] * MARGIN)
        axes.set_ylim(min(*y, *line) / MARGIN, max(*y, *line) * MARGIN)
        axes.grid(color=FAINT, linewidth=points(1))
        axes.tick_params(length=0)
        axes.set_xlabel(f"{x_name}, log axis")
        axes.set_ylabel(f"{y_name}, log axis")
        axes.yaxis.set_label_coords(-52 / width, 0.5)
        axes.plot(ends, line, color=QUIET, linewidth=1.5, linestyle=(0, (5, 3)), zorder=2)
        axes.plot(x, y, color=colour, marker="o", markersize=7, linestyle="none", zorder=3)
        height = axes.transAxes.inverted().transform(axes.transData.transform((ends[1], line[1])))[1]
        looks = {"va": "center", "fontweight": "bold", "color": TEXT.get(colour, colour)}
        picture.write(left + width + 14, 8 + HEIGHT * (1 - min(max(height, 0.05), 0.95)), label, **looks)
    return picture


def _ticks(numbers):
    """Place ticks within the numbers' range, and at whole powers of ten where that is wide."""
    ticks = zip(*log_ticks(*decades(numbers), most=10), strict=True)
    low, high = min(numbers) / MARGIN, max(numbers) * MARGIN
    return tuple(zip(*((place, text) for place, text in ticks if low <= place <= high), strict=True)) or (
        [],
        [],
    )


def _checked(x, y):
    """Give both as arrays, in rising order of x."""
    x, y = as_array(x).astype(float), as_array(y).astype(float)
    if x.ndim != 1 or x.shape != y.shape or len(np.unique(x)) < 2:
        raise ValueError(
            f"Expected x and y of the same shape (n,), with two different x at least; "
            f"got shapes {x.shape} and {y.shape}."
        )
    numbers = np.concatenate([x, y])
    if not ((numbers > 0.0) & (numbers < TOO_LARGE)).all():
        raise ValueError("Expected positive, finite numbers: log axes have no place for others.")
    order = np.argsort(x, kind="stable")
    return x[order], y[order]
