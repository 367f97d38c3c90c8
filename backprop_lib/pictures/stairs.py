"""Stairs: what stands on what, from the lowest level to the highest."""

from backprop_lib.pictures.colours import FAINT, INK, LINE, PANEL, PARAMETER, QUIET, TEXT
from backprop_lib.pictures.layout import BODY, PAD, SMALL, TITLE, WIDTH, points, text_width, wrapped

STEP = 64  # the height of one level
INDENT = 34  # by so much each level begins further right than the one below it
ROUND = 30


def stairs(levels, title="From the ground up", about="lessons"):
    """Draw levels as stairs, the lowest first; each stands on all those below it.

    levels: objects with a `name`, `lessons` (a sequence of numbers as texts), and `you_can`, a short text.
    about: what the numbers are.
    Returns: a matplotlib Figure.
    Raises: ValueError for no level, or for more than eight.

    >>> from types import SimpleNamespace as Level
    >>> stairs([Level(name="chain rule", lessons=["01"], you_can="blame"), Level(name="graph", lessons=["02"],
    ...     you_can="draw")])
    From the ground up: 1 chain rule (lessons 01), 2 graph (lessons 02).
    """
    levels = list(levels)
    if not 1 <= len(levels) <= 8:
        raise ValueError(f"Expected one to eight levels; got {len(levels)}.")
    from backprop_lib.pictures.canvas import Picture, house_style

    said = (f"{i} {level.name} ({about} {', '.join(level.lessons)})" for i, level in enumerate(levels, 1))
    with house_style():
        picture = Picture(len(levels) * STEP + PAD, title, f"{title}: {', '.join(said)}.")
        axes = picture.panel(0, 0, WIDTH, len(levels) * STEP)
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(len(levels) * STEP, 0)
        axes.set_axis_off()
        axes.set(xticks=[], yticks=[])
        axes.patch.set_visible(False)
        for i, level in enumerate(levels):
            _draw_level(axes, i, len(levels) - 1 - i, level)
    return picture


def _draw_level(axes, i, row, level):
    from matplotlib.patches import Circle, FancyBboxPatch

    left, top, right = PAD + i * INDENT, row * STEP + 1, WIDTH - PAD
    box = {"boxstyle": "round,pad=0,rounding_size=6", "facecolor": PANEL, "edgecolor": LINE}
    axes.add_patch(FancyBboxPatch((left, top), right - left, STEP - 8, linewidth=points(1), **box))
    middle = top + (STEP - 8) / 2
    axes.add_patch(Circle((left + 32, middle), ROUND / 2, facecolor=PARAMETER, edgecolor="none"))
    bold = {"va": "center", "fontweight": "bold"}
    axes.text(left + 32, middle, str(i + 1), ha="center", color="white", fontsize=points(TITLE), **bold)
    chips = sum(_chip_width(number) + 6 for number in level.lessons)
    name_left, room = left + 62, right - chips - 20 - (left + 62)
    axes.text(name_left, middle - 11, level.name, color=INK, fontsize=points(TITLE), **bold)
    text = wrapped(level.you_can, room, BODY)[0]
    axes.text(name_left, middle + 11, text, color=QUIET, va="center", fontsize=points(BODY))
    at = right - chips - 6
    for number in level.lessons:
        _draw_chip(axes, at, middle, number)
        at += _chip_width(number) + 6


def _draw_chip(axes, left, middle, number):
    from matplotlib.patches import FancyBboxPatch

    box = {"boxstyle": "round,pad=0,rounding_size=9", "facecolor": FAINT, "edgecolor": "none"}
    axes.add_patch(FancyBboxPatch((left, middle - 10), _chip_width(number), 20, **box))
    centre = {"ha": "center", "va": "center_baseline"}
    axes.text(
        left + _chip_width(number) / 2,
        middle,
        number,
        color=TEXT[PARAMETER],
        fontsize=points(SMALL),
        **centre,
    )


def _chip_width(number):
    return text_width(number, SMALL) + 16
