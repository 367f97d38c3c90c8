"""Small pictures in rows: grey ones, such as digits, and signed ones, such as weights or gradients."""

import math

import numpy as np

from backprop_lib.pictures.colours import GRADIENT, INK, LINE, PANEL, PARAMETER, QUIET
from backprop_lib.pictures.layout import PAD, SMALL, WIDTH, points, shortened
from backprop_lib.pictures.words import listed, short
from backprop_lib.training.norms import as_array

MOST = 100  # images; more would be too small to be told apart
LARGEST = 104  # the side of one
GAP = 12  # between two
NARROWEST = 470  # picture, for the title
LINE_HEIGHT = 16  # of what is written under an image
NEGATIVE = "#5E3C99"  # told apart from both by every kind of colour-blind reader
SIGNED = {"gradients": GRADIENT, "parameters": PARAMETER}
GLYPH_FROM, WHITE_FROM = (
    0.3,
    0.65,
)  # of the scale: fainter entries get no + or −, and stronger ones a white one
GLYPH_ROOM = 9  # pixels for one entry: in smaller ones glyphs would run together


def images(rows, captions=None, title="Images", columns=10):
    """Draw grey images in rows: 0 is the paper, 1 the ink.

    rows: shape (n, pixels), square images row by row from the upper left, or (n, height, width); numbers in
    [0, 1].  captions: one for each, a number or a text of one line or more.  columns: images in a row.
    Returns: a matplotlib Figure.
    Raises: ValueError for other shapes, no image or more than 100, numbers outside of [0, 1], and another
    number of captions.

    >>> images([[0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0]], ["up", "down"], title="Two lines")
    Two lines: 2 images of 2×2 pixels: up; down.
    """
    stack, captions = _checked(rows, captions)
    if stack.min() < 0.0 or stack.max() > 1.0:
        raise ValueError(
            f"Expected numbers from 0, the paper, to 1, the ink; got {short(stack.min())} to "
            f"{short(stack.max())}: divide by the largest possible one."
        )
    sentence = f"{title}: {_counted(stack)} pixels{_told(captions)}."
    return _draw([_mixed(image, INK) for image in stack], captions, title, sentence, columns)


def signed_images(rows, captions=None, title="Images", of="gradients", columns=10, shared=True):
    """Draw images of positive and negative numbers in rows: white is 0, large entries carry + or −.

    rows, captions, columns, Raises: as `images`, for any finite numbers.
    of: "gradients" or "parameters", whose colour the positive entries have.
    shared: one scale for all, up to the largest entry of any; else each image has its own, written under it.
    Returns: a matplotlib Figure.

    >>> signed_images([[0.5, -1.0, 0.0, 0.25]], title="Gradient")
    Gradient: 1 image of 2×2 gradients, from −1 to 0.5.
    """
    if of not in SIGNED:
        raise ValueError(f'Expected of="gradients" or of="parameters"; got {of!r}.')
    stack, captions = _checked(rows, captions)
    sizes = np.abs(stack).max(axis=(1, 2))
    scales = np.full(len(stack), sizes.max()) if shared else sizes
    shares = stack / np.where(scales, scales, 1.0)[:, None, None]
    sentence = (
        f"{title}: {_counted(stack)} {of}, from {short(stack.min())} to {short(stack.max())}"
        f"{_told(captions)}."
    )
    if not shared:
        captions = [f"{text}\n±{short(size, 2)}".lstrip() for text, size in zip(captions, sizes, strict=True)]
    end = short(scales.max()) if shared else ""
    legend = [(f"{sign}{end}", _square(colour)) for sign, colour in (("−", NEGATIVE), ("+", SIGNED[of]))]
    legend.insert(1, ("0", _square(PANEL)))
    drawn = [_mixed(np.abs(image), np.where(image > 0, SIGNED[of], NEGATIVE)) for image in shares]
    return _draw(drawn, captions, title, sentence, columns, legend, shares)


def _checked(rows, captions):
    """Give the images, shape (n, height, width), and a text for each."""
    stack = as_array(rows).astype(float)
    if stack.ndim == 2 and stack.size and math.isqrt(stack.shape[1]) ** 2 == stack.shape[1]:
        side = math.isqrt(stack.shape[1])
        stack = stack.reshape(len(stack), side, side)
    if stack.ndim != 3 or not stack.size or len(stack) > MOST:
        raise ValueError(
            f"Expected 1 to {MOST} images of shape (n, height, width), or (n, pixels) if they are square; "
            f"got shape {stack.shape}."
        )
    if not np.isfinite(stack).all():
        raise ValueError("Expected finite numbers in all images; got nan or inf.")
    captions = [""] * len(stack) if captions is None else [str(caption) for caption in captions]
    if len(captions) != len(stack):
        raise ValueError(
            f"Expected a caption for each image; got {len(captions)} captions for {len(stack)} images."
        )
    return stack, captions


def _counted(stack):
    count, height, width = stack.shape
    return f"{count} image{'s' if count > 1 else ''} of {height}×{width}"


def _told(captions):
    told = [caption.replace("\n", ", ") for caption in captions if caption]
    return f": {listed(told, most=12, separator='; ')}" if told else ""


def _square(colour):
    return {
        "marker": "s",
        "linestyle": "none",
        "markersize": 9,
        "markerfacecolor": colour,
        "markeredgecolor": LINE,
        "markeredgewidth": points(1),
    }


def _mixed(strength, colours):
    """Mix white with colours, all of the colour at 1: red, green, blue in a last axis."""
    from matplotlib.colors import to_rgb

    parts = np.array([to_rgb(colour) for colour in np.ravel(colours)]).reshape(*np.shape(colours), 3)
    return 1.0 - strength[..., None] * (1.0 - parts)


def _draw(drawn, captions, title, sentence, columns, legend=(), shares=None):
    from backprop_lib.pictures.canvas import Picture, house_style

    columns = min(columns, len(drawn))
    across = min((WIDTH - 2 * PAD + GAP) / columns - GAP, LARGEST)
    height, width = drawn[0].shape[:2]
    scale = across / max(height, width)
    down = height * scale
    lines = max(caption.count("\n") + 1 if caption else 0 for caption in captions)
    step = down + lines * LINE_HEIGHT + GAP
    body = math.ceil(len(drawn) / columns) * step - GAP + PAD
    whole = math.ceil(max(columns * (across + GAP) - GAP + 2 * PAD, NARROWEST))
    with house_style():
        picture = Picture(body, title, sentence, legend, width=whole)
        axes = picture.panel(0, 0, whole, body, xlim=(0, whole), ylim=(body, 0))
        axes.set(xticks=[], yticks=[], frame_on=False)
        for k, image in enumerate(drawn):
            left, top = PAD + k % columns * (across + GAP), k // columns * step
            _image(axes, image, left, top, scale)
            if shares is not None and scale >= GLYPH_ROOM:
                _glyphs(axes, shares[k], left, top, scale)
            for n, line in enumerate(captions[k].split("\n")):
                text = shortened(line, across + GAP - 2, SMALL)
                looks = {"fontsize": points(SMALL), "color": INK if n == 0 else QUIET, "va": "center"}
                picture.write(left, top + down + (n + 0.6) * LINE_HEIGHT, text, **looks)
    return picture


def _image(axes, image, left, top, scale):
    height, width = image.shape[:2]
    box = left, left + width * scale, top + height * scale, top
    axes.imshow(image, extent=box, interpolation="nearest", aspect="auto")
    axes.plot(
        [box[0], box[1], box[1], box[0], box[0]],
        [box[3], box[3], box[2], box[2], box[3]],
        color=LINE,
        linewidth=points(1),
    )
    axes.set_autoscale_on(False)


def _glyphs(axes, shares, left, top, scale):
    """Write + and − on the entries that are not faint."""
    looks = {"markersize": points(0.5 * scale), "markeredgewidth": points(1.2), "linestyle": "none"}
    for sign, marker in ((1, "+"), (-1, "_")):
        for low, high, colour in ((GLYPH_FROM, WHITE_FROM, INK), (WHITE_FROM, math.inf, PANEL)):
            rows, columns = np.nonzero((sign * shares >= low) & (sign * shares < high))
            places = left + (columns + 0.5) * scale, top + (rows + 0.5) * scale
            axes.plot(*places, marker=marker, color=colour, **looks)
