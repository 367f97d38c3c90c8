"""Gradient norms, layer by layer."""

import math

from backprop_lib.pictures.axes import LOWEST, decades, log_ticks
from backprop_lib.pictures.colours import FAINT, GRADIENT, INK, QUIET
from backprop_lib.pictures.layout import BODY, PAD, WIDTH, points, shortened, text_width
from backprop_lib.pictures.words import listed, short
from backprop_lib.training.norms import gradient_norms

PITCH = 24  # from one bar to the next
NUMBERS = 84  # room for the numbers on the right


def gradient_bars(model, title="Gradient norm of each weight"):
    """Draw the norm of each layer's weight gradient as a bar on a log axis, the first layer on top.

    model: a Module of ours or of PyTorch's, after `backward()`. Its parameters named "weight" are drawn; if
    there are none, all its parameters. What a log axis cannot show stands there in words: no gradient (None),
    a gradient of exact zeros, one that is not finite. The numbers: `gradient_norms`.
    Returns: a matplotlib Figure.
    Raises: TypeError for a model without `named_parameters`, ValueError for one without parameters.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> layers = [("0.weight", np.full((2, 8), 0.003)), ("2.weight", np.ones((8, 1))), ("4.weight", None)]
    >>> pairs = [(name, SimpleNamespace(grad=grad)) for name, grad in layers]
    >>> gradient_bars(SimpleNamespace(named_parameters=lambda: pairs))
    Gradient norm of each weight: 0.weight 0.012, 2.weight 2.83, 4.weight no gradient (None).
    """
    norms = gradient_norms(model)
    norms = [(name, norm) for name, norm in norms if name.rpartition(".")[2] == "weight"] or norms
    if not norms:
        raise ValueError(
            "Expected a model with parameters; this one has none, so there is no gradient to draw."
        )
    from backprop_lib.pictures.canvas import Picture, house_style

    names = [shortened(name, 220) for name, _ in norms]
    left = PAD + math.ceil(max(map(text_width, names))) + 12
    width, height = WIDTH - PAD - NUMBERS - left, len(norms) * PITCH + 8
    shown = [norm for _, norm in norms if _has_bar(norm)]
    bottom, top = decades(shown) if shown else (-1, 0)
    if shown and math.log10(min(shown)) - bottom < 0.15:
        bottom = max(bottom - 1, LOWEST)  # so that the shortest bar is a bar
    sentence = f"{title}: {listed(f'{name} {in_words(norm)}' for name, norm in norms)}."
    with house_style():
        picture = Picture(height + 56, title, sentence)
        axes = picture.panel(left, 4, width, height, xscale="log", xlim=(10.0**bottom, 10.0**top))
        axes.set_xticks(*log_ticks(bottom, top, most=width // 64))
        axes.set_ylim(len(norms) - 0.5 + 4 / PITCH, -0.5 - 4 / PITCH)
        axes.set_yticks(range(len(norms)), names, color=INK, fontsize=points(BODY))
        axes.tick_params(axis="y", length=0, pad=points(8))
        axes.grid(axis="x", color=FAINT, linewidth=points(1))
        axes.spines["bottom"].set_visible(False)
        axes.set_xlabel("‖∂L/∂W‖, Euclidean norm, log axis")
        for y, (_, norm) in enumerate(norms):
            text = {
                "xycoords": axes.get_yaxis_transform(),
                "textcoords": "offset points",
                "va": "center_baseline",
            }
            if _has_bar(norm):
                axes.barh(y, norm - 10.0**bottom, left=10.0**bottom, height=0.62, color=GRADIENT, zorder=2)
                axes.annotate(short(norm), (1, y), (points(NUMBERS - 4), 0), ha="right", color=INK, **text)
            else:
                text["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 1}
                axes.annotate(in_words(norm), (0, y), (points(8), 0), color=QUIET, style="italic", **text)
    return picture


def in_words(norm):
    """Write a norm, and say what it means where it is not a positive number.

    >>> in_words(0.5), in_words(0.0), in_words(None), in_words(math.nan)
    ('0.5', 'exactly 0', 'no gradient (None)', 'not finite (nan)')
    """
    if norm is None:
        return "no gradient (None)"
    if norm == 0.0:
        return "exactly 0"
    return short(norm) if math.isfinite(norm) else f"not finite ({short(norm)})"


def _has_bar(norm):
    return norm is not None and 0.0 < norm < math.inf
