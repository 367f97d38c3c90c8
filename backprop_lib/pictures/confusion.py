"""Which classes are taken for which."""

import math

import numpy as np

from backprop_lib.pictures.colours import ERROR, FAINT, INK, PANEL, QUIET
from backprop_lib.pictures.layout import BODY, PAD, WIDTH, points, shortened, text_width
from backprop_lib.pictures.words import percent
from backprop_lib.training.norms import as_array

SIDE = 380  # of the matrix, if its cells are neither too small for their numbers nor too large
MOST = 20  # classes; a picture of more has no room for its numbers


def confusion_matrix(truth, predicted, names=None):
    """Draw how often each class was predicted for each true class: rows are truths, columns predictions.

    truth, predicted: class numbers from 0 on, shape (n,) or (n, 1).  names: of the classes; without them
    their numbers. Errors are coloured, the darker the larger their share of the row.
    Returns: a matplotlib Figure.
    Raises: ValueError for other shapes, different lengths, no samples, numbers that are no classes, more than
    20 classes.

    >>> confusion_matrix([0, 0, 1, 1, 2], [0, 1, 1, 1, 2], names=["cat", "dog", "owl"])
    Accuracy 80 %: 4 of 5 samples right; most frequent error: cat taken for dog (1 time).
    """
    truth, predicted = _classes(truth, "truth"), _classes(predicted, "predicted")
    if len(truth) != len(predicted):
        raise ValueError(
            f"Expected one prediction for each truth; got {len(truth)} truths and "
            f"{len(predicted)} predictions."
        )
    highest = max(truth.max(), predicted.max())
    names = [str(name) for name in (range(highest + 1) if names is None else names)]
    if highest >= len(names):
        raise ValueError(f"Expected a name for each class from 0 to {highest}; got {len(names)} names.")
    if len(names) > MOST:
        raise ValueError(
            f"Expected at most {MOST} classes; got {len(names)}, which leave no room for the counts."
        )
    counts = np.zeros((len(names), len(names)), dtype=int)
    np.add.at(counts, (truth, predicted), 1)
    return _draw(counts, names)


def _classes(numbers, what):
    numbers = as_array(numbers)
    if numbers.ndim == 2 and numbers.shape[1] > 1:
        raise ValueError(
            f"Expected class numbers of shape (n,) in `{what}`; got shape {numbers.shape}: "
            "take the argmax over axis 1 first."
        )
    if numbers.shape not in ((numbers.size,), (numbers.size, 1)) or not numbers.size:
        raise ValueError(
            f"Expected class numbers of shape (n,), at least one, in `{what}`; got shape {numbers.shape}."
        )
    numbers = numbers.ravel()
    wrong = numbers[~(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers)))]
    if wrong.size:
        raise ValueError(f"Expected class numbers 0, 1, 2, … in `{what}`; got {wrong[0]:g}.")
    return numbers.astype(int)


def _draw(counts, names):
    from backprop_lib.pictures.canvas import Picture, house_style

    n, k = counts.sum(), len(names)
    right = np.trace(counts)
    cell = min(max(SIDE // k, 36), 72)
    title = f"Accuracy {percent(right / n)}: {right} of {n} sample{'s' if n > 1 else ''} right"
    rows = [shortened(name, 160) for name in names]
    left = PAD + 26 + math.ceil(max(map(text_width, rows))) + 8
    widest = max(text_width(text) for text in (*rows, str(counts.max()))) + 12
    width = math.ceil(min(max(cell, widest), max(cell, (WIDTH - left - PAD) / k)))
    legend = [
        ("right", {"color": FAINT, "marker": "s", "linestyle": "none", "markersize": 9}),
        (
            "wrong; darker: a larger share of its row",
            {"color": ERROR, "marker": "s", "linestyle": "none", "markersize": 9},
        ),
    ]
    with house_style():
        picture = Picture(
            40 + k * cell + PAD,
            title,
            f"{title}; {_worst(counts, names)}.",
            legend,
            width=max(left + k * width + PAD, 470),
        )
        axes = picture.panel(left, 40, k * width, k * cell, xlim=(-0.5, k - 0.5), ylim=(k - 0.5, -0.5))
        axes.set_facecolor("none")
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        for (row, column), count in np.ndenumerate(counts):
            share = shares[row, column]
            fill, ink = _cell(row == column, count, share)
            axes.bar(column, 0.94, width=1 - 0.06 * cell / width, bottom=row - 0.47, color=fill)
            axes.text(column, row, count if count else "·", ha="center", va="center_baseline", color=ink)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, labelsize=points(BODY), labelcolor=INK)
        axes.xaxis.tick_top()
        axes.set_xticks(range(k), [shortened(name, width - 6) for name in names])
        axes.set_yticks(range(k), rows)
        axes.set_xlabel("predicted class", labelpad=points(8))
        axes.xaxis.set_label_position("top")
        axes.set_ylabel("true class")
        axes.yaxis.set_label_coords(-(left - PAD - 8) / (k * width), 0.5)
    return picture


def _cell(right, count, share):
    """Choose a cell's colours: of its ground and of its number."""
    from matplotlib.colors import to_rgb

    if right or not count:
        return (FAINT if right else PANEL), (INK if count else QUIET)
    strength = 0.25 + 0.75 * min(2 * share, 1.0)  # half of a row is as bad as it needs to look
    ground = tuple(strength * c + (1 - strength) for c in to_rgb(ERROR))
    return ground, "white" if strength > 0.5 else INK


def _worst(counts, names):
    errors = counts * ~np.eye(len(names), dtype=bool)
    if not errors.any():
        return "no errors"
    row, column = np.unravel_index(np.argmax(errors), errors.shape)
    times = "1 time" if errors[row, column] == 1 else f"{errors[row, column]} times"
    return f"most frequent error: {names[row]} taken for {names[column]} ({times})"
