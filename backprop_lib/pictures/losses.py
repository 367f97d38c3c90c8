"""How the loss falls, or does not."""

import math
from collections.abc import Mapping

import numpy as np

from backprop_lib.pictures.axes import TOO_LARGE, decades, log_ticks, spread
from backprop_lib.pictures.colours import FAINT, LOSS, LOSS_SHADES, PANEL, TEXT
from backprop_lib.pictures.layout import PAD, WIDTH, points, shortened, text_width
from backprop_lib.pictures.words import listed, short
from backprop_lib.training.norms import as_array

HEIGHT = 300
LINE_HEIGHT = 18
ASIDE = 14  # from the end of a curve to its label
HELD_OUT = ("validation", "valid", "val", "test")  # words in the name of a curve that is drawn dashed


def loss_curves(history, x="epoch", at=None, log=False, title="Loss"):
    """Draw losses by epoch or by step; each curve carries its name and its last value at its end.

    history: what `fit` returns, or name -> sequence of losses. A name with the word "validation" (val, test)
    is dashed, in the shade of its training curve: "SGD training" and "SGD validation" belong together. Where
    a later curve covers an earlier one, the earlier is drawn wide.
    x: what is counted.  at: where the losses were recorded; without it they are numbered from 1.
    log: a log axis for the loss. A curve stops with a cross before a loss that its axis cannot show: nan,
    inf, on a log axis 0 or less.
    Returns: a matplotlib Figure.
    Raises: ValueError for no losses, or for another number of them than places in `at`; TypeError for
    anything but a mapping.

    >>> loss_curves({"training": [0.69, 0.41, 0.22], "validation": [0.7, 0.5, 0.45]})
    Loss by epoch: training from 0.69 to 0.22, validation from 0.7 to 0.45.
    >>> loss_curves({"lr 10": [0.69, 31.0, float("nan")]})
    Loss by epoch: lr 10 from 0.69 to nan (from epoch 3 on).
    """
    curves = _checked(history, at)
    from backprop_lib.pictures.canvas import Picture, house_style

    shown = {
        name: (np.abs(losses) < TOO_LARGE) & ((losses > 0.0) | (not log))
        for name, (_, losses) in curves.items()
    }
    lasts = {name: _last(*curves[name], shown[name], x) for name in curves}
    labels = [f"{shortened(name, 150)}  {last}" for name, last in lasts.items()]
    left = PAD + 62
    width = WIDTH - left - ASIDE - math.ceil(max(map(text_width, labels))) - PAD
    said = [f"{name} from {short(curves[name][1][0])} to {last}" for name, last in lasts.items()]
    sentence = f"{title} by {x}: {listed(said)}."
    with house_style():
        picture = Picture(HEIGHT + 62, title, sentence)
        axes = picture.panel(left, 4, width, HEIGHT, yscale="log" if log else "linear")
        _set_limits(axes, curves, shown, log)
        axes.grid(axis="y", color=FAINT, linewidth=points(1))
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(x)
        axes.set_ylabel("loss L, log axis" if log else "loss L")
        axes.yaxis.set_label_coords(-52 / width, 0.5)
        looks = _looks(list(curves))
        widths = _widths(curves)
        ends = [_curve(axes, *curves[name], shown[name], name, *looks[name], widths[name]) for name in curves]
        _label(axes, labels, ends, [colour for colour, _ in looks.values()], width)
    return picture


def _widths(curves):
    """Make a curve wide that a later one covers from end to end, so that both are seen."""
    losses = [losses for _, losses in curves.values()]
    finite = np.concatenate([one[np.abs(one) < TOO_LARGE] for one in losses])
    apart = 0.004 * np.ptp(finite) if finite.size else 0.0
    return {
        name: 6 if any(_coincide(losses[i], later, apart) for later in losses[i + 1 :]) else 2
        for i, name in enumerate(curves)
    }


def _coincide(one, other, apart):
    return one.shape == other.shape and np.allclose(one, other, rtol=0.004, atol=apart, equal_nan=True)


def _curve(axes, places, losses, shown, name, colour, dashes, width):
    """Draw one curve; tell where it ends, as shares of the panel's width and height."""
    seen = np.where(shown, losses, np.nan)
    look = {"linewidth": width, "linestyle": dashes, "dash_capstyle": "butt"}
    axes.plot(places, seen, color=colour, label=name, zorder=3, **look)
    stops = shown & ~np.append(shown[1:], True)
    crosses = {"marker": "X", "markersize": 9, "markeredgecolor": "white", "linestyle": "none"}
    axes.plot(places[stops], seen[stops], color=colour, zorder=4, **crosses)
    if len(seen) == 1:  # a line has no length
        axes.plot(places, seen, color=colour, marker="o", markersize=5)
    if not shown.any():
        return 0.0, 0.5
    last = np.flatnonzero(shown)[-1]
    return axes.transAxes.inverted().transform(axes.transData.transform((places[last], seen[last])))


def _label(axes, labels, ends, colours, width):
    """Write each label beside the end of its curve: in the panel where there is room, else in the margin."""
    entries = [
        (label, x, y * HEIGHT, TEXT.get(colour, colour))
        for label, (x, y), colour in zip(labels, ends, colours, strict=True)
    ]
    inside = [entry for entry in entries if entry[1] * width + ASIDE + text_width(entry[0]) < width]
    outside = [entry for entry in entries if entry not in inside]
    for chosen, edge in ((inside, LINE_HEIGHT / 2), (outside, 0.0)):
        heights = spread([y for _, _, y, _ in chosen], LINE_HEIGHT, low=edge, high=HEIGHT - edge)
        for (label, x, y, colour), at in zip(chosen, heights, strict=True):
            left = (x * width if chosen is inside else width) + ASIDE
            leader = {"arrowstyle": "-", "color": colour, "linewidth": 0.8, "relpos": (0, 0.5)}
            moved = abs(at - y) > 5 or left - x * width > 2 * ASIDE
            axes.annotate(
                label,
                (x, y / HEIGHT),
                (left / width, at / HEIGHT),
                xycoords="axes fraction",
                textcoords="axes fraction",
                va="center",
                color=colour,
                bbox={"facecolor": PANEL if chosen is inside else "none", "edgecolor": "none", "pad": 1},
                arrowprops=leader | {"shrinkA": 0, "shrinkB": 2} if moved else None,
                zorder=5,
            )


def _checked(history, at):
    """Give name -> (places, losses) as arrays."""
    history = getattr(history, "curves", history)
    if not isinstance(history, Mapping):
        raise TypeError(f"Expected a History, or a dict of name -> losses; got {type(history).__name__}.")
    losses = {str(name): as_array(sequence) for name, sequence in history.items()}
    for name, sequence in losses.items():
        if sequence.ndim != 1 or not sequence.size:
            raise ValueError(
                f"Expected losses of shape (n,), at least one; {name!r} has shape {sequence.shape}."
            )
    if not losses:
        raise ValueError("Expected at least one curve; got none.")
    if at is None:
        return {name: (np.arange(1.0, len(sequence) + 1), sequence) for name, sequence in losses.items()}
    places = as_array(at)
    if not np.isfinite(places).all():
        raise ValueError("Expected finite numbers in `at`; got nan or inf.")
    for name, sequence in losses.items():
        if places.shape != sequence.shape:
            raise ValueError(
                f"Expected one place in `at` for each loss; {name!r} has {len(sequence)} losses, "
                f"`at` has shape {places.shape}."
            )
    return {name: (places, sequence) for name, sequence in losses.items()}


def _last(places, losses, shown, x):
    """Write the last loss, and since when it has been one that the axis cannot show."""
    if shown[-1]:
        return short(losses[-1])
    since = len(shown) - np.argmax(shown[::-1]) if shown.any() else 0
    return f"{short(losses[since])} (from {x} {short(places[since], digits=9)} on)"


def _looks(names):
    """Give each curve its shade and its line style: name -> (colour, style)."""
    words = {
        name: [word for word in name.split() if word.lower() not in (*HELD_OUT, "training", "train")]
        for name in names
    }
    runs = list(dict.fromkeys(tuple(rest) for rest in words.values()))
    return {
        name: (
            LOSS_SHADES[runs.index(tuple(words[name])) % len(LOSS_SHADES)] if len(runs) > 1 else LOSS,
            (0, (4, 2)) if set(name.lower().split()) & set(HELD_OUT) else "-",
        )
        for name in names
    }


def _set_limits(axes, curves, shown, log):
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    places = np.concatenate([places for places, _ in curves.values()])
    low, high = places.min(), places.max()
    axes.set_xlim((low, high) if low < high else (low - 1.0, high + 1.0))
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: short(place, digits=9)))
    seen = np.concatenate([losses[shown[name]] for name, (_, losses) in curves.items()])
    if log:
        bottom, top = decades(seen) if seen.size else (-1, 0)
        axes.set_ylim(10.0 ** (bottom - 0.05), 10.0 ** (top + 0.05))
        axes.set_yticks(*log_ticks(bottom, top, most=8))
        return
    low, high = (min(seen.min(), 0.0), seen.max()) if seen.size else (0.0, 1.0)
    axes.set_ylim(low, high + 0.05 * (high - low) or 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda loss, _: short(loss)))
