"""Read a picture back: its texts, where they stand, what its lines hold."""

from types import SimpleNamespace

import numpy as np
from matplotlib.text import Text


def texts(picture):
    """Give every text that is seen, with its box in the picture's pixels."""
    picture.canvas.draw()
    renderer = picture.canvas.get_renderer()
    hidden = _hidden_tick_labels(picture)
    return [
        (text.get_text(), Text.get_window_extent(text, renderer))
        for text in picture.findobj(Text)
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden
    ]


def _hidden_tick_labels(picture):
    """Find the tick labels for places outside the axes: they exist, but are not drawn."""
    axes = [axis for axes in picture.axes for axis in (axes.xaxis, axes.yaxis)]
    drawn = {id(tick) for axis in axes for tick in axis._update_ticks()}
    ticks = [tick for axis in axes for tick in (*axis.majorTicks, *axis.minorTicks)]
    return {id(label) for tick in ticks if id(tick) not in drawn for label in (tick.label1, tick.label2)}


def overlapping(picture):
    """Name the pairs of texts whose boxes overlap by more than a pixel."""
    boxes = texts(picture)
    return [
        (one, other)
        for i, (one, a) in enumerate(boxes)
        for other, b in boxes[i + 1 :]
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
    ]


def outside(picture):
    """Name the texts that are not on the picture as a whole."""
    width, height = picture.canvas.get_width_height()
    return [
        text for text, box in texts(picture) if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]


def line(axes, label):
    """Find the line with this label."""
    (found,) = [line for line in axes.lines if line.get_label() == label]
    return found


def written(picture):
    """List what is written, wherever it stands."""
    return [text for text, _ in texts(picture)]


def model(*pairs):
    """Make the least that `gradient_bars` asks of a model: named parameters that have a gradient."""
    parameters = [
        (name, SimpleNamespace(grad=None if g is None else np.asarray(g, dtype=float))) for name, g in pairs
    ]
    return SimpleNamespace(named_parameters=lambda: parameters)
