"""The activation functions beside one another, each with its derivative."""

import math

import numpy as np

from backprop_lib.engine import functions
from backprop_lib.pictures.colours import FAINT, GRADIENT, LINE, TEXT, VALUE
from backprop_lib.pictures.layout import BODY, PAD, points
from backprop_lib.pictures.words import listed, short

# name: (how it is called, its operation)
ACTIVATIONS = {
    "sigmoid": ("sigmoid", functions.find("sigmoid")),
    "tanh": ("tanh", functions.find("tanh")),
    "relu": ("ReLU", functions.find("relu")),
    "leaky_relu": ("leaky ReLU (0.1)", functions.find("leaky_relu", 0.1)),
    "elu": ("ELU (α = 1)", functions.find("elu", 1.0)),
    "gelu": ("GELU", functions.find("gelu")),
    "softplus": ("softplus", functions.find("softplus")),
    "identity": ("identity", functions.find("power_of", 1.0)),
}

Z = 4.0
BELOW, ABOVE = np.linspace(-Z, 0.0, 201), np.linspace(0.0, Z, 201)[1:]
FAR = (-50.0, 50.0)  # where softplus and its like have reached their largest slope


def activations(names=tuple(ACTIVATIONS)):
    """Draw activation functions and their derivatives as small multiples on common axes.

    names: any of "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus", "identity".
    Values f(z) are blue, derivatives f′(z) orange; beside each name stands the largest slope, which a dot
    marks where it is reached at one point. At a kink the filled dot is the slope that backward uses.
    Returns: a matplotlib Figure.
    Raises: ValueError for a name that is not one of these, or for no name.

    >>> activations(["sigmoid", "gelu"])
    Activation functions f(z) with their derivatives f′(z): sigmoid (f′ ≤ 0.25), GELU (f′ ≤ 1.13).
    """
    names = [names] if isinstance(names, str) else list(names)
    if not names or not set(names) <= set(ACTIVATIONS):
        unknown = [name for name in names if name not in ACTIVATIONS]
        raise ValueError(
            f"Expected names of activation functions out of {', '.join(ACTIVATIONS)}; "
            f"got {', '.join(map(repr, unknown)) or 'none'}."
        )
    from backprop_lib.pictures.canvas import Picture, house_style

    steepest = [largest_slope(ACTIVATIONS[name][1]) for name in names]
    columns = min(len(names), 4)
    rows = math.ceil(len(names) / columns)
    left, width, gap, height, pitch = PAD + 30, 200, 19, 150, 194
    sentence = "Activation functions f(z) with their derivatives f′(z): " + listed(
        f"{ACTIVATIONS[name][0]} (f′ ≤ {short(slope)})"
        for name, (_, slope) in zip(names, steepest, strict=True)
    )
    with house_style():
        picture = Picture(
            rows * pitch + 36,
            "Activation functions" if len(names) > 1 else "Activation function",
            f"{sentence}.",
            legend=[
                ("value f(z)", {"color": VALUE, "linewidth": 2.6}),
                ("derivative f′(z)", {"color": GRADIENT, "linewidth": 1.7}),
            ],
            width=left + columns * (width + gap) - gap + PAD,
        )
        for i, (name, highest) in enumerate(zip(names, steepest, strict=True)):
            row, column = divmod(i, columns)
            at = left + column * (width + gap), row * pitch + 26
            axes = picture.panel(*at, width, height, xlim=(-Z, Z), ylim=(-1.25, 2.25))
            _draw(axes, *ACTIVATIONS[name], highest)
            lowest = i + columns >= len(names)
            axes.tick_params(left=column == 0, labelleft=column == 0, bottom=lowest, labelbottom=lowest)
            if lowest:
                axes.set_xlabel("z")
    return picture


def largest_slope(operation):
    """Find (z, f′(z)) where the derivative is largest; z is None where that is not at a single point."""
    zs = [*BELOW, *ABOVE, *FAR]
    slopes = [operation.rule(float(z))[1][0] for z in zs]
    highest = max(slopes)
    places = [z for z, slope in zip(zs, slopes, strict=True) if slope == highest]
    return (places[0] if len(places) == 1 and places[0] not in FAR else None), highest


def _draw(axes, title, operation, highest):

    axes.axhline(0.0, color=LINE, linewidth=1, zorder=1)
    axes.axvline(0.0, color=FAINT, linewidth=1, zorder=1)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks([-3, 0, 3], ["−3", "0", "3"])
    axes.set_yticks([-1, 0, 1, 2], ["−1", "0", "1", "2"])

    values, slopes = _halves(operation)
    # The wider line lies below, so that both are seen where they coincide.
    axes.plot([*BELOW, *ABOVE], np.concatenate(values), color=VALUE, linewidth=2.6, zorder=3, label="f(z)")
    at_kink, above = slopes[0][-1], slopes[1][0]
    jumps = abs(above - at_kink) > 0.1  # far more than a smooth slope changes in one step
    gap = [math.nan] if jumps else []
    axes.plot(
        [*BELOW, *([0.0] if jumps else []), *ABOVE],
        np.concatenate([slopes[0], gap, slopes[1]]),
        color=GRADIENT,
        linewidth=1.7,
        zorder=4,
        label="f′(z)",
    )
    dot = {"linestyle": "none", "marker": "o", "color": GRADIENT, "markersize": 5, "zorder": 5}
    if jumps:
        axes.plot([0.0], [above], markerfacecolor="white", **dot)
        axes.plot([0.0], [at_kink], **dot)
    where, slope = highest
    if where is not None:
        axes.plot([where], [slope], **dot)
    heading = {"fontsize": points(BODY), "pad": points(8)}
    axes.set_title(title, loc="left", fontweight="bold", **heading)
    axes.set_title(f"f′ ≤ {short(slope)}", loc="right", color=TEXT[GRADIENT], **heading)


def _halves(operation):
    """Evaluate the operation's rule up to 0 and above it: two pairs, values and slopes."""
    pairs = [[operation.rule(float(z)) for z in half] for half in (BELOW, ABOVE)]
    values = [np.array([value for value, _ in half]) for half in pairs]
    slopes = [np.array([slope for _, (slope,) in half]) for half in pairs]
    return values, slopes
