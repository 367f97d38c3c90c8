"""What a classifier answers all over the plane."""

import numpy as np

from backprop_lib.pictures.colours import CLASSES, INK, MARKERS, QUIET
from backprop_lib.pictures.layout import PAD, SMALL, points
from backprop_lib.pictures.words import listed, percent, short
from backprop_lib.training.norms import as_array

SIDE = 400  # the height of the panel; its width follows the data, so that a circle is a circle
NARROWEST, WIDEST = 260, 640
BAR = 14  # the width of the colour scale
MARGIN = 0.08  # of the plane around the samples
SCALE = {True: "p(y = {})", False: "output"}


def decision_regions(
    predict, X, y, boundary=0.5, resolution=160, axis_names=("x₁", "x₂"), title="Decision regions"
):
    """Draw what `predict` answers all over the plane, its boundary, and the samples on top.

    predict: takes points, shape (n, 2). It returns the probability of the second class, shape (n,) or (n, 1),
    or a score for each class, shape (n, classes), whose largest wins.
    X: samples, shape (n, 2).  y: their classes, shape (n,) or (n, 1): one of two numbers, such as 0 and 1 or
    −1 and 1, or class numbers from 0 on.
    boundary: where the second class begins; 0 for logits.  resolution: points along the longer side.
    Each class has a colour and a marker.
    Returns: a matplotlib Figure.
    Raises: ValueError for other shapes, for no samples, more than 6 classes, or answers that are not finite.

    >>> X = np.array([[-1.0, 0.0], [-2.0, 1.0], [1.0, 0.0], [2.0, 1.0]])
    >>> decision_regions(lambda points: points[:, 0] > 0.0, X, [0, 0, 1, 1])
    Decision regions: 4 samples of 2 classes over x₁ and x₂; y = 0 on 50 %, y = 1 on 50 % of the plane.
    """
    X, y = _samples(X, y)
    low, high = _limits(X)
    width = round(min(max(SIDE * (high - low)[0] / (high - low)[1], NARROWEST), WIDEST))
    counts = [max(round(resolution * side / max(width, SIDE)), 2) for side in (width, SIDE)]
    grid = np.meshgrid(*map(np.linspace, low, high, counts))
    answers = _answers(predict, np.column_stack([side.ravel() for side in grid]))
    names, members = _classes(y, answers.shape[1])
    binary = answers.shape[1] == 1
    winners = (answers[:, 0] >= boundary).astype(int) if binary else np.argmax(answers, axis=1)
    plane = answers.reshape(*grid[0].shape, -1)

    from backprop_lib.pictures.canvas import Picture, house_style

    shares = [f"y = {name} on {percent(np.mean(winners == k))}" for k, name in enumerate(names)]
    samples = f"{len(X)} sample{'s' if len(X) > 1 else ''} of {len(names)} classes"
    sentence = f"{title}: {samples} over {' and '.join(axis_names)}; {listed(shares)} of the plane."
    legend = [(f"y = {name}", _marker(k) | {"markersize": 7}) for k, name in enumerate(names)]
    left, scale = PAD + 50, 70 if binary else 0
    with house_style():
        picture = Picture(SIDE + 60, title, sentence, legend, width=left + width + scale + PAD)
        axes = picture.panel(left, 8, width, SIDE, xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        if binary:
            _shade(axes, picture.panel(left + width + 16, 30, BAR, SIDE - 22), grid, plane[:, :, 0], boundary)
            picture.write(left + width + 16, 14, SCALE[_is_probability(plane)].format(names[1]), **_quiet())
        else:
            _tint(axes, grid, plane)
        for k, member in enumerate(members):
            axes.plot(*X[member].T, markersize=6.5, label=f"y = {names[k]}", zorder=4, **_marker(k))
        _frame(axes, axis_names, width)
    return picture


def _samples(X, y):
    X, y = as_array(X), as_array(y)
    if X.ndim != 2 or X.shape[1] != 2 or not len(X):
        raise ValueError(f"Expected samples X of shape (n, 2), at least one; got shape {X.shape}.")
    if y.shape not in ((len(X),), (len(X), 1)):
        raise ValueError(f"Expected a class in y for each of the {len(X)} samples; got shape {y.shape}.")
    if not (np.isfinite(X).all() and np.isfinite(y).all()):
        raise ValueError("Expected finite numbers in X and y; got nan or inf.")
    return X, y.ravel()


def _limits(X):
    """Choose the corners of the plane: all samples, and a margin."""
    low, high = X.min(axis=0), X.max(axis=0)
    span = high - low
    span = np.where(span > 0.0, span, span.max() or 1.0)
    return (low + high) / 2 - span * (0.5 + MARGIN), (low + high) / 2 + span * (0.5 + MARGIN)


def _answers(predict, points):
    """Ask `predict` for all points at once: shape (n, 1), or (n, classes)."""
    answers = as_array(predict(points))
    n = len(points)
    if answers.shape != (n,) and not (answers.ndim == 2 and len(answers) == n and answers.shape[1]):
        raise ValueError(
            f"Expected predict to answer {n} points of shape ({n}, 2) with shape ({n},), ({n}, 1) or "
            f"({n}, classes); got shape {answers.shape}."
        )
    if not np.isfinite(answers).all():
        lost = n - np.isfinite(answers.reshape(n, -1)).all(axis=1).sum()
        raise ValueError(
            f"Expected finite answers from predict; got nan or inf at {lost} of {n} points: "
            "has the training diverged?"
        )
    return answers.reshape(n, -1)


def _classes(y, columns):
    """Name the classes, and choose the samples of each."""
    present = np.unique(y)
    if columns == 1:
        both = next((pair for pair in ((0, 1), (-1, 1)) if set(present) <= set(pair)), present)
        if len(both) != 2:
            raise ValueError(
                f"Expected two classes in y, because predict gives one number for each point; "
                f"got {len(present)}: {listed(map(short, present))}."
            )
    else:
        both = np.arange(columns)
        if columns > len(CLASSES):
            raise ValueError(f"Expected at most {len(CLASSES)} classes, which have colours; got {columns}.")
        if not set(present) <= set(both):
            raise ValueError(
                f"Expected class numbers from 0 to {columns - 1} in y, because predict gives {columns} "
                f"scores for each point; got {listed(map(short, present))}."
            )
    return [short(name) for name in both], [y == name for name in both]


def _marker(k):
    return {
        "marker": MARKERS[k],
        "linestyle": "none",
        "markerfacecolor": CLASSES[k],
        "markeredgecolor": "white",
        "markeredgewidth": 0.8,
    }


def _is_probability(answers):
    return bool(answers.min() >= 0.0 and answers.max() <= 1.0)


def _shade(axes, scale, grid, plane, boundary):
    """Shade the plane from the first class's colour over white, at the boundary, to the second's."""
    from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm

    reach = np.abs(plane - boundary).max() or 1.0
    low, high = (
        (0.0, 1.0)
        if _is_probability(plane) and 0.0 < boundary < 1.0
        else (boundary - reach, boundary + reach)
    )
    colours = LinearSegmentedColormap.from_list(
        "two classes", [_pale(CLASSES[0]), "white", _pale(CLASSES[1])]
    )
    looks = {"cmap": colours, "norm": TwoSlopeNorm(boundary, low, high), "origin": "lower", "aspect": "auto"}
    axes.imshow(plane, extent=_extent(grid), interpolation="bilinear", zorder=0, **looks)
    if plane.min() < boundary <= plane.max():
        axes.contour(*grid, plane, levels=[boundary], colors=INK, linewidths=1.4, zorder=2)
    scale.imshow(np.linspace(low, high, 256)[:, None], extent=(0, 1, low, high), **looks)
    scale.axhline(boundary, color=INK, linewidth=1.4)
    scale.set_xticks([])
    scale.set_yticks([low, boundary, high], [short(tick) for tick in (low, boundary, high)])
    scale.yaxis.tick_right()
    scale.tick_params(length=0, pad=points(5))
    scale.spines[:].set_visible(False)


def _tint(axes, grid, plane):
    """Tint the plane with the colour of the class whose score is largest, and draw where two are equal."""
    from matplotlib.colors import ListedColormap

    winners = np.argmax(plane, axis=2)
    classes = plane.shape[2]
    colours = ListedColormap([_pale(colour, 0.32) for colour in CLASSES[:classes]])
    looks = {"cmap": colours, "vmin": -0.5, "vmax": classes - 0.5, "origin": "lower", "aspect": "auto"}
    axes.imshow(winners, extent=_extent(grid), interpolation="nearest", zorder=0, **looks)
    for k in range(classes):
        lead = plane[:, :, k] - np.delete(plane, k, axis=2).max(axis=2)
        if lead.min() < 0.0 < lead.max():
            axes.contour(*grid, lead, levels=[0.0], colors=INK, linewidths=1.4, zorder=2)


def _pale(colour, strength=0.42):
    from matplotlib.colors import to_rgb

    return tuple(strength * c + (1 - strength) for c in to_rgb(colour))


def _extent(grid):
    """Give imshow the outer edges of the cells whose centres are the grid."""
    edges = []
    for numbers in (grid[0][0], grid[1][:, 0]):
        half = (numbers[1] - numbers[0]) / 2
        edges += [numbers[0] - half, numbers[-1] + half]
    return edges


def _frame(axes, axis_names, width):
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    for axis, name in zip((axes.xaxis, axes.yaxis), axis_names, strict=True):
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(FuncFormatter(lambda x, _: short(x)))
        axis.set_label_text(name)
    axes.spines[:].set_visible(False)
    axes.yaxis.label.set(rotation=0, ha="left", va="center")
    axes.yaxis.set_label_coords(-46 / width, 0.5)


def _quiet():

    return {"color": QUIET, "fontsize": points(SMALL), "va": "center"}
