"""How well a numerical derivative agrees with the true one, against its step."""

import math
from collections.abc import Mapping

import numpy as np

from backprop_lib.pictures.axes import LOWEST, decades, log_ticks, spread
from backprop_lib.pictures.colours import FAINT, GRADIENT_SHADES, QUIET, TEXT
from backprop_lib.pictures.layout import PAD, SMALL, WIDTH, points, shortened, text_width
from backprop_lib.pictures.words import listed, short
from backprop_lib.training.norms import as_array

HEIGHT = 330


def u_curve(steps, errors, theory=None, title="Relative error of the numerical derivative"):
    """Draw the relative error of a numerical derivative against its step ε, on log axes.

    Read it from left to right: ε is made smaller, and the error falls as long as truncation rules, then
    rises again when round-off does. The smallest error of each curve is marked.
    steps: the ε, positive, shape (n,).  errors: name -> relative errors, shape (n,), such as
    {"float64": …, "float32": …}.  theory: name -> expected errors, shape (n,), drawn as thin dashed lines
    where they lie within the range of the errors. An error of exactly 0 has no place on a log axis: it is a
    triangle at the bottom; nan and inf leave a gap.
    Returns: a matplotlib Figure.
    Raises: ValueError for steps that are not positive, for another number of errors than steps, for negative
    errors, or for no curve; TypeError for anything but a mapping.

    >>> steps = np.array([1e-2, 1e-5, 1e-8])
    >>> u_curve(steps, {"float64": [1.3e-5, 7e-12, 2.3e-8]})
    Relative error of the numerical derivative: float64 best 7×10⁻¹² at ε = 1×10⁻⁵.
    """
    steps = as_array(steps)
    if steps.ndim != 1 or not steps.size or not (np.isfinite(steps) & (steps > 0.0)).all():
        raise ValueError(
            f"Expected steps of shape (n,), all above 0; got shape {steps.shape}: {_some(steps)}."
        )
    errors, theory = _checked(errors, steps, "errors"), _checked(theory or {}, steps, "theory")
    if not errors:
        raise ValueError("Expected at least one curve in errors; got none.")
    order = np.argsort(-steps, kind="stable")
    steps = steps[order]
    errors, theory = ({name: row[order] for name, row in curves.items()} for curves in (errors, theory))

    from backprop_lib.pictures.canvas import Picture, house_style

    said = {name: _best(steps, row) for name, row in errors.items()}
    labels = [shortened(name, 170, weight="bold") for name in errors]
    left = PAD + 62
    room = max(
        *(text_width(label, weight="bold") for label in labels),
        *(text_width(best, SMALL) for best in said.values()),
    )
    width = WIDTH - left - math.ceil(room) - 14 - PAD
    seen = np.concatenate([row[_drawable(row)] for row in errors.values()])
    bottom, top = decades(seen) if seen.size else (-1, 0)
    bottom = max(bottom - bool(theory), LOWEST)  # room for the names of the lines
    finest, coarsest = decades(steps)
    with house_style():
        sentence = f"{title}: {listed(f'{name} {best}' for name, best in said.items())}."
        picture = Picture(HEIGHT + 60, title, sentence)
        limits = {
            "xlim": (10.0**coarsest, 10.0**finest),
            "ylim": (10.0 ** (bottom - 0.2), 10.0 ** (top + 0.2)),
        }
        axes = picture.panel(left, 8, width, HEIGHT, xscale="log", yscale="log", **limits)
        axes.set_xticks(*log_ticks(finest, coarsest, most=width // 56))
        axes.set_yticks(*log_ticks(bottom, top, most=10))
        axes.grid(color=FAINT, linewidth=points(1))
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("step ε, log axis, smaller to the right")
        axes.set_ylabel("relative error, log axis")
        axes.yaxis.set_label_coords(-52 / width, 0.5)
        for name, row in theory.items():
            _theory(axes, steps, row, shortened(name, 200), width)
        colours = [GRADIENT_SHADES[i % len(GRADIENT_SHADES)] for i in range(len(errors))]
        ends = [
            _curve(axes, steps, row, *look)
            for row, *look in zip(errors.values(), errors, colours, strict=True)
        ]
        heights = spread([HEIGHT * end for end in ends], gap=36, low=18, high=HEIGHT - 18)
        for label, best, colour, height in zip(labels, said.values(), colours, heights, strict=True):
            looks = {"va": "center", "color": TEXT.get(colour, colour)}
            picture.write(left + width + 14, HEIGHT - height, label, fontweight="bold", **looks)
            picture.write(left + width + 14, HEIGHT - height + 16, best, fontsize=points(SMALL), **looks)
    return picture


def _drawable(row):
    return np.isfinite(row) & (row > 0.0)


def _curve(axes, steps, row, name, colour):
    """Draw one curve and its smallest error; tell how high it ends, as a share of the panel."""
    drawn = np.where(_drawable(row), row, np.nan)
    axes.plot(steps, drawn, color=colour, linewidth=2, marker="o", markersize=3.5, label=name, zorder=3)
    exact = row == 0.0
    triangles = {"linestyle": "none", "marker": "v", "markersize": 8, "transform": axes.get_xaxis_transform()}
    axes.plot(steps[exact], np.full(exact.sum(), 0.02), color=colour, zorder=4, **triangles)
    kept = np.flatnonzero(~np.isnan(drawn))
    if not kept.size:
        return 0.0
    if not exact.any():
        i = np.nanargmin(drawn)
        axes.plot(steps[i], row[i], marker="o", markersize=9, color=colour, markeredgecolor="white", zorder=5)
    low, high = np.log10(axes.get_ylim())
    return float((np.log10(drawn[kept[-1]]) - low) / (high - low))


def _best(steps, row):
    """Say where the error is smallest."""
    finite = np.where(np.isfinite(row), row, np.inf)
    i = np.argmin(finite)
    return "never finite" if np.isinf(finite[i]) else f"best {short(row[i])} at ε = {short(steps[i])}"


def _checked(curves, steps, what):
    if not isinstance(curves, Mapping):
        raise TypeError(f"Expected a dict of name -> errors as `{what}`; got {type(curves).__name__}.")
    curves = {str(name): as_array(row) for name, row in curves.items()}
    for name, row in curves.items():
        if row.shape != steps.shape:
            raise ValueError(
                f"Expected one number for each of the {len(steps)} steps in `{what}`; "
                f"{name!r} has shape {row.shape}."
            )
        if (row < 0.0).any():
            raise ValueError(
                f"Expected errors of 0 or above in `{what}`; {name!r} has {short(row[row < 0.0][0])}."
            )
    return curves


def _some(numbers):
    return listed(map(short, numbers.ravel()), most=4) or "none"


def _theory(axes, steps, row, name, width):
    """Draw a line, and its name at its lower end: below the curves nothing else is."""
    axes.plot(steps, row, color=QUIET, linewidth=1.2, linestyle=(0, (5, 3)), zorder=2, label=name)
    low, high = axes.get_ylim()
    visible = np.flatnonzero((row >= low) & (row <= high))
    if not visible.size:
        return
    lowest = visible[np.argmin(row[visible])]
    x = width * axes.transAxes.inverted().transform(axes.transData.transform((steps[lowest], row[lowest])))[0]
    room = 8 + text_width(name, SMALL)
    falling = lowest > (visible[0] + visible[-1]) / 2
    right = x + room < width if falling else x < room  # of the point, within the panel
    axes.annotate(
        name,
        (steps[lowest], row[lowest]),
        (points(8 if right else -8), points(4)),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        color=QUIET,
        fontsize=points(SMALL),
    )
