"""What a learner did in the course, on one sheet: the lessons along the loss that is left, and four counts.

This module loads matplotlib; whoever draws imports it then.
"""

from pathlib import Path

from matplotlib import style
from matplotlib.patches import Circle, Rectangle, Wedge

from backprop_lib.pictures.canvas import DENSITY, Picture, house_style
from backprop_lib.pictures.colours import CARD, FAINT, INK, LINE, LOSS, PANEL, QUIET
from backprop_lib.pictures.layout import BODY, DPI, PAD, SMALL, TITLE, points, shortened, text_width, wrapped

WIDTH, HEIGHT = 800, 452  # under the heading, in pixels of the page; the file has twice as many
LARGE = 27
LEFT = 40
FIRST, LAST = 66, 748  # where the first lesson stands, and the last
TOP, FALL = 130, 124  # where the path begins, and how deep it falls when all is solved
NODE = 15
ROOM = 106  # for a lesson's title: its neighbours' stand on the other side of the path
COUNTS = 344
BAR = 162  # its length, when full
LEFT_TO_DO = "#F3E4EC"  # a faint loss
MARK = "backprop_lib.pictures.certificate"  # in every file of ours, so that no other is replaced


class Certificate(Picture):
    """The sheet, which can be saved."""

    def save(self, path):
        """Write the picture as PNG (1600 × 1000 pixels) or as SVG, by the path's ending, and say so.

        An older picture of this kind is replaced.
        Raises: ValueError for another ending; FileExistsError where the file is something else.
        """
        path = Path(path)
        if path.suffix.lower() not in (".png", ".svg"):
            raise ValueError(f"The picture is saved as .png or as .svg; received {path.name!r}.")
        if path.exists() and not (path.is_file() and MARK.encode() in path.read_bytes()):
            raise FileExistsError(
                f"{path.name} is there, and is no picture of this kind: choose another name."
            )
        unneeded = "Date" if path.suffix.lower() == ".svg" else "Software"  # the same picture, the same file
        details = {"Title": self.sentence, "Description": MARK, unneeded: None}
        with house_style(), style.context({"svg.hashsalt": MARK}):
            self.savefig(path, dpi=DENSITY * DPI, facecolor="none", metadata=details)
        print(f"Saved as {path}.")


def certificate(lessons, counts, name="", date=""):
    """Draw the lessons as a path that falls with every exercise solved, and what was counted.

    lessons: dicts with "number", "title", "solved" and "exercises", in order, two at least.  counts: name to
    (so many, of so many), four at most.  name, date: texts, which may be empty.
    Returns: a matplotlib Figure with `save(path)`.
    Raises: TypeError for a name or a date that is no text.

    >>> lessons = [{"number": number, "title": "", "solved": 5, "exercises": 5} for number in ("00", "01")]
    >>> certificate(lessons, {"exercises solved": (10, 10)}, name="Ada")
    Backpropagation, Ada: 2 of 2 lessons finished; exercises solved: 10 of 10.
    """
    for value in (name, date):
        if not isinstance(value, str):
            raise TypeError(f"Name and date are texts in quotes; received {type(value).__name__}.")
    name, date = " ".join(name.split()), " ".join(date.split())
    with house_style():
        sheet = Certificate(HEIGHT, "", _sentence(lessons, counts, name, date), width=WIDTH)
        _draw_head(sheet, name, date)
        axes = sheet.panel(0, 0, WIDTH, HEIGHT, facecolor="none", xticks=(), yticks=())
        axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
        axes.set_axis_off()
        _draw_path(sheet, axes, lessons)
        for i, (what, (count, total)) in enumerate(counts.items()):
            _draw_count(sheet, axes, LEFT + i * (WIDTH - 2 * LEFT + 24) / 4, what, count, total)
    return sheet


def _sentence(lessons, counts, name, date):
    whose = ", ".join(part for part in ("Backpropagation", name, date) if part)
    finished = sum(_share(lesson) == 1 for lesson in lessons)
    told = [f"{what}: {count} {_of(total)}" for what, (count, total) in counts.items()]
    return "; ".join([f"{whose}: {finished} of {len(lessons)} lessons finished", *told]) + "."


def _share(lesson):
    return lesson["solved"] / lesson["exercises"] if lesson["exercises"] else 0.0


def _of(total):
    return f"of {total}" if total else "so far"


def _draw_head(sheet, name, date):
    first = PAD + 12 - sheet.top
    sheet.write(LEFT, first, "Backpropagation", fontsize=points(TITLE), fontweight="bold", va="center")
    quiet = {"color": QUIET, "va": "center", "ha": "right", "parse_math": False}
    sheet.write(WIDTH - LEFT, first, shortened(date, 400), **quiet)
    bold = {"fontsize": points(LARGE), "fontweight": "bold", "va": "center", "parse_math": False}
    whose = name or "My way through backpropagation"
    sheet.write(LEFT, 24, shortened(whose, WIDTH - 2 * LEFT, LARGE, "bold"), **bold)
    course = "Thirteen lessons, from two neurons to a network that reads handwritten digits"
    sheet.write(LEFT, 54, course, color=QUIET, va="center")


def _draw_path(sheet, axes, lessons):
    """Draw the loss: the exercises that are left. Each lesson stands where it is after it."""
    total = sum(lesson["exercises"] for lesson in lessons)
    xs = [FIRST + (LAST - FIRST) * i / (len(lessons) - 1) for i in range(len(lessons))]
    solved, ys = 0, []
    for lesson in lessons:
        solved += lesson["solved"]
        ys.append(TOP + FALL * solved / max(total, 1))
    path = [0, *xs, WIDTH], [TOP, *ys, ys[-1]]
    axes.fill_between(*path, TOP + FALL, color=LEFT_TO_DO, linewidth=0)
    axes.plot(*path, color=LOSS, linewidth=points(5), solid_joinstyle="round", solid_capstyle="butt")
    for i, (x, y, lesson) in enumerate(zip(xs, ys, lessons, strict=True)):
        _draw_lesson(sheet, axes, x, y, lesson, above=i % 2 == 1)
    left = f"{total - solved} of {total} exercises left" if total else "no exercises yet"
    sheet.write(LEFT, TOP + FALL + 24, f"The path is the loss: {left}.", color=QUIET, va="center")


def _draw_lesson(sheet, axes, x, y, lesson, above):
    share = _share(lesson)
    ground, ink = (INK, CARD) if share == 1 else (PANEL, INK if share else QUIET)
    edge = INK if share == 1 else LINE
    axes.add_patch(Circle((x, y), NODE, facecolor=ground, edgecolor=edge, linewidth=points(3), zorder=3))
    if 0 < share < 1:
        # From the top, clockwise: the axis points down, so angles go the other way round.
        ring = Wedge((x, y), NODE + 1.5, -90, -90 + 360 * share, width=3, facecolor=INK, zorder=4)
        axes.add_patch(ring)
    small = {"fontsize": points(SMALL), "va": "center"}
    sheet.write(x, y, lesson["number"], color=ink, ha="center", fontweight="bold", zorder=5, **small)
    # To the side on which the path leaves room: it falls to the right.
    side, way = (x - NODE, "left") if above else (x + NODE, "right")
    lines = wrapped(lesson["title"], min(ROOM, side - 6 if way == "right" else WIDTH - 6 - side), SMALL)
    first = y - NODE - 12 - 14 * (len(lines) - 1) if above else y + NODE + 12
    for row, line in enumerate(lines):
        sheet.write(side, first + 14 * row, line, color=INK if share else QUIET, ha=way, **small)


def _draw_count(sheet, axes, left, what, count, total):
    """Draw "12 of 20", what that is, and a bar as full."""
    bold = {"fontsize": points(LARGE), "fontweight": "bold", "va": "baseline"}
    sheet.write(left, COUNTS + 22, str(count), **bold)
    beside = left + text_width(str(count), LARGE, "bold") + 7
    sheet.write(beside, COUNTS + 22, _of(total), color=QUIET, fontsize=points(TITLE), va="baseline")
    full = BAR * count / total if total else 0
    axes.add_patch(Rectangle((left, COUNTS + 34), BAR, 5, facecolor=FAINT, edgecolor="none"))
    axes.add_patch(Rectangle((left, COUNTS + 34), full, 5, facecolor=INK, edgecolor="none"))
    sheet.write(left, COUNTS + 56, what, color=QUIET, fontsize=points(BODY), va="center")
