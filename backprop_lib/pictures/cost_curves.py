"""What several ways to the same result cost, by size: one line each on two log axes."""

import math
from collections.abc import Mapping

import numpy as np

from backprop_lib.pictures.axes import TOO_LARGE, decades, log_ticks, spread
from backprop_lib.pictures.colours import FAINT, GRADIENT_SHADES, TEXT
from backprop_lib.pictures.layout import PAD, WIDTH, points, shortened, text_width
from backprop_lib.pictures.power_laws import slope_of
from backprop_lib.pictures.words import listed
from backprop_lib.training.norms import as_array

HEIGHT = 320
MARGIN = 1.5  # the factor by which the axes go beyond the numbers
BETWEEN = 40  # pixels from one label to the next
MARKERS = ("o", "s", "^", "D")
GROWTH = {0: "stays about the same", 1: "grows about in proportion"}


def cost_curves(curves, x_name="size", y_name="cost", title="Cost"):
    """Draw the costs of up to four ways against size, each with the power law that fits it, dashed.

    curves: name -> (sizes, costs), positive numbers of one shape (n,), two different sizes at least.
    Returns: a matplotlib Figure. The dashed lines go on to the largest size of all. The sentence tells whole
    powers only, so that it stays the same where times are measured anew.
    Raises: ValueError for other shapes, for numbers that are not positive and finite, and for no curve or
    more than four; TypeError for anything but a mapping.

    >>> n = np.array([10, 100, 1000])
    >>> cost_curves({"one by one": (n, 2.0 * n), "at once": (n, [3.1, 2.9, 3.0])}, "parameters", "passes")
    Cost, passes by parameters: one by one grows about in proportion, at once stays about the same.
    """
    curves = _checked(curves)
    from backprop_lib.pictures.canvas import Picture, house_style

    slopes = {name: slope_of(*curve) for name, curve in curves.items()}
    said = [f"{name} {_growth(slope)}" for name, slope in slopes.items()]
    sentence = f"{title}, {y_name} by {x_name}: {listed(said)}."
    labels = [(shortened(name, 220, weight="bold"), _slope_text(slope)) for name, slope in slopes.items()]
    left = PAD + 62
    room = max(text_width(line, weight="bold") for label in labels for line in label)
    width = WIDTH - left - math.ceil(room) - 24 - PAD
    ends = _ends([sizes for sizes, _ in curves.values()])
    lines = [_line(*curve, slopes[name], ends) for name, curve in curves.items()]
    with house_style():
        picture = Picture(HEIGHT + 62, title, sentence)
        axes = _panel(picture, left, width, [*curves.values()], ends, lines)
        axes.set_xlabel(f"{x_name}, log axis")
        axes.set_ylabel(f"{y_name}, log axis")
        axes.yaxis.set_label_coords(-52 / width, 0.5)
        looks = [*zip(GRADIENT_SHADES, MARKERS, strict=True)][: len(curves)]
        for (sizes, costs), line, (colour, marker) in zip(curves.values(), lines, looks, strict=True):
            axes.plot(ends, line, color=colour, linewidth=1.5, linestyle=(0, (5, 3)), zorder=2)
            axes.plot(sizes, costs, color=colour, marker=marker, markersize=7, linestyle="none", zorder=3)
        heights = axes.transAxes.inverted().transform(
            axes.transData.transform([(ends[1], line[1]) for line in lines])
        )[:, 1]
        tops = spread(HEIGHT * (1 - heights), BETWEEN, BETWEEN / 2, HEIGHT - BETWEEN / 2)
        for label, top, (colour, _) in zip(labels, tops, looks, strict=True):
            bold = {"va": "center", "fontweight": "bold", "color": TEXT.get(colour, colour)}
            for row, text in enumerate(label):
                picture.write(left + width + 14, 8 + top + 18 * (row - 0.5), text, **bold)
    return picture


def _panel(picture, left, width, curves, ends, lines):
    axes = picture.panel(left, 8, width, HEIGHT, xscale="log", yscale="log")
    costs = np.concatenate([cost for _, cost in curves] + lines)
    limits = (ends[0] / MARGIN, ends[1] * MARGIN), (10.0 ** decades(costs)[0], max(costs) * MARGIN)
    for (low, high), axis in zip(limits, (axes.xaxis, axes.yaxis), strict=True):
        ticks = zip(*log_ticks(*decades([low, high])), strict=True)
        ticks = [(place, text) for place, text in ticks if low <= place <= high]
        axis.set_ticks([place for place, _ in ticks], [text for _, text in ticks])
    axes.set(xlim=limits[0], ylim=limits[1])
    axes.grid(color=FAINT, linewidth=points(1))
    axes.tick_params(length=0)
    return axes


def _ends(sizes):
    everything = np.concatenate(sizes)
    return np.array([everything.min(), everything.max()])


def _line(sizes, costs, slope, ends):
    """The power law of this slope through the middle of the points, at both ends."""
    size, cost = np.exp(np.log(sizes).mean()), np.exp(np.log(costs).mean())
    return cost * (ends / size) ** slope


def _growth(slope):
    power = round(slope)
    return GROWTH.get(power, f"goes about with the power {power}".replace("-", "−"))


def _slope_text(slope):
    # Adding 0 makes −0.00 a 0.00.
    return f"slope {round(slope, 2) + 0:.2f}".replace("-", "−")


def _checked(curves):
    """Give name -> (sizes, costs) as arrays."""
    if not isinstance(curves, Mapping):
        raise TypeError(f"Expected a dict of name -> (sizes, costs); got {type(curves).__name__}.")
    if not 1 <= len(curves) <= len(MARKERS):
        raise ValueError(f"Expected one to {len(MARKERS)} curves; got {len(curves)}.")
    checked = {}
    for name, (sizes, costs) in curves.items():
        sizes, costs = as_array(sizes).astype(float), as_array(costs).astype(float)
        if sizes.ndim != 1 or sizes.shape != costs.shape or len(np.unique(sizes)) < 2:
            raise ValueError(
                f"Expected sizes and costs of one shape (n,), with two different sizes at least; {name!r} "
                f"has shapes {sizes.shape} and {costs.shape}."
            )
        numbers = np.concatenate([sizes, costs])
        if not ((numbers > 0.0) & (numbers < TOO_LARGE)).all():
            raise ValueError(
                f"Expected positive, finite numbers; {name!r} has others, and log axes no place for them."
            )
        checked[str(name)] = sizes, costs
    return checked
