"""Where things stand on a picture, in pixels of the page, and how much room a text takes."""

from functools import lru_cache

WIDTH = 920
PAD = 18  # between the edge of the card and what is on it
DPI = 96  # one pixel of the page

TITLE, BODY, SMALL = 14, 12, 11  # sizes of text


def points(pixels):
    """Convert to matplotlib's unit for text and lines."""
    return pixels * 72 / DPI


@lru_cache(maxsize=4096)
def text_width(text, size=BODY, weight="normal"):
    """Measure a text in pixels, before there is a picture to put it on."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]


def shortened(text, room, size=BODY, weight="normal"):
    """Leave out the middle of a text that is wider than `room` pixels."""
    if text_width(text, size, weight) <= room:
        return text
    keep = next(n for n in range(len(text) - 1, -1, -1) if text_width(_ends(text, n), size, weight) <= room)
    return _ends(text, keep)


def _ends(text, keep):
    return f"{text[: (keep + 1) // 2]}…{text[len(text) - keep // 2 :]}"


def wrapped(text, room, size=BODY, weight="normal"):
    """Break a text into lines no wider than `room` pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size, weight) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return [shortened(line, room, size, weight) for line in lines]
