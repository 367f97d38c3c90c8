"""PNG files: small, and the same bytes as before where the picture is the same."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable

from PIL import Image, ImageChops

# Levels of 255 by which two pixels may differ and still count as the same: rounding, never a letter.
TOLERANCE = 8


# Bytes that a page should not carry for one picture; what is larger gets by with fewer colours.
HEAVY = 100_000


def shrink(png: bytes) -> bytes:
    """The picture with a palette: flat drawings lose two thirds of the bytes, and nothing visible.

    What is more than half transparent stays so, entirely: the corners of a card.
    """
    small = _with_palette(png, 256)
    return small if len(small) <= HEAVY else min(small, _with_palette(png, 48), key=len)


def _with_palette(png: bytes, colours: int) -> bytes:
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    clear = picture.getchannel("A").point(lambda alpha: 255 * (alpha < 128))
    # Median cut knows no transparency: one place of the palette is kept for it. Without dithering, which
    # would speckle flat areas and make the file larger.
    opaque = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    small = opaque.quantize(colours - 1, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    settings = {}
    if clear.getbbox():
        small.paste(colours - 1, mask=clear)
        settings["transparency"] = colours - 1
    buffer = io.BytesIO()
    small.save(buffer, "PNG", optimize=True, **settings)
    return min(buffer.getvalue(), png, key=len)


def same_picture(one: bytes, other: bytes) -> bool:
    """Whether two PNG files show the same, or so nearly that no reader could tell."""
    if one == other:
        return True
    first, second = (Image.open(io.BytesIO(png)).convert("RGBA") for png in (one, other))
    if first.size != second.size:
        return False
    ranges = ImageChops.difference(first, second).getextrema()
    return all(highest <= TOLERANCE for _, highest in ranges)


def keep_old_bytes(png: str, old: Iterable[str]) -> str:
    """The first of the old pictures (base64) that shows the same as `png`, else `png` itself."""
    new = base64.b64decode(png)
    return next((candidate for candidate in old if same_picture(base64.b64decode(candidate), new)), png)
