"""The sheet that every picture is drawn on: its style, its card, its heading, and how a notebook shows it.

Lengths are in pixels of the page, from the top left, as in a browser. This module loads matplotlib, so
functions import it when they are called. pyplot is not used: it would keep every figure open.
"""

import base64
import io
import math

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from backprop_lib.pictures.colours import CARD, INK, LINE, PANEL, QUIET
from backprop_lib.pictures.layout import BODY, DPI, PAD, SMALL, TITLE, WIDTH, points, text_width, wrapped

DENSITY = 2  # pixels of the file for one of the page, so that text is sharp on every screen

ROW = 22  # from one line of the heading to the next
SWATCH = 18
BETWEEN = 16  # entries of the legend


STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, and has every sign of the maths
    "font.size": points(BODY),
    "text.color": INK,
    "axes.facecolor": PANEL,
    "axes.edgecolor": LINE,
    "axes.labelcolor": QUIET,
    "axes.labelsize": points(BODY),
    "axes.linewidth": points(1),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": QUIET,
    "ytick.labelcolor": QUIET,
    "xtick.labelsize": points(SMALL),
    "ytick.labelsize": points(SMALL),
    "xtick.major.size": points(4),
    "ytick.major.size": points(4),
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": points(1),
}


def house_style():
    """Draw in the course's style, whatever the reader's settings are, and leave those as they were."""
    return style.context(STYLE, after_reset=True)


class Picture(Figure):
    """A figure on a light card, so that it is legible on light pages and on dark ones.

    A notebook shows it as a PNG without pyplot, whose alternative text is `sentence`; so is its `repr`.
    """

    def __init__(self, body, title, sentence, legend=(), width=WIDTH):
        """`body`: height in pixels of what is under the heading.  legend: (text, artist's options) pairs."""
        room = width - 2 * PAD
        lines = wrapped(title, room, TITLE, "bold")
        entries = [(text, options, SWATCH + 6 + math.ceil(text_width(text))) for text, options in legend]
        beside = text_width(lines[-1], TITLE, "bold") + BETWEEN + _length(entries) <= room
        rows = [entries] if beside else _in_rows(entries, room)
        self.top = PAD + (len(lines) + len(rows) - beside) * ROW + 8
        self.size = width, self.top + body
        self.sentence = sentence
        super().__init__(figsize=[length / DPI for length in self.size], dpi=DPI, facecolor="none")
        FigureCanvasAgg(self)
        self.add_artist(
            FancyBboxPatch(
                (0, 0),
                *(length / DPI for length in self.size),
                boxstyle=f"round,pad=0,rounding_size={8 / DPI}",
                transform=self.dpi_scale_trans,
                facecolor=CARD,
                edgecolor="none",
                zorder=-1,
            )
        )
        first = PAD + 6 - self.top
        for row, line in enumerate(lines):
            bold = {"fontsize": points(TITLE), "fontweight": "bold"}
            self.write(PAD, first + row * ROW, line, va="center", **bold)
        for row, entries in enumerate(rows, len(lines) - beside):
            left = width - PAD - _length(entries) + BETWEEN if beside else PAD
            for text, options, length in entries:
                self._swatch(left, first + row * ROW - 1, options)
                self.write(left + SWATCH + 6, first + row * ROW, text, color=QUIET, va="center")
                left += length + BETWEEN

    def _swatch(self, left, top, options):
        across, down = self.size
        xs = [left + SWATCH / 2] if options.get("linestyle") == "none" else [left, left + SWATCH]
        ys = [1 - (self.top + top) / down] * len(xs)
        self.add_artist(Line2D([x / across for x in xs], ys, transform=self.transFigure, **options))

    def panel(self, left, top, width, height, **options):
        """Add axes, whose frame is at this place under the heading."""
        across, down = self.size
        bottom = down - self.top - top - height
        axes = self.add_axes((left / across, bottom / down, width / across, height / down), **options)
        axes.minorticks_off()  # a log axis would label them, beside the ticks it is given
        return axes

    def write(self, left, top, text, **options):
        """Write on the card, at this place under the heading."""
        across, down = self.size
        return self.text(left / across, 1 - (self.top + top) / down, text, **options)

    def __repr__(self):
        return self.sentence

    __str__ = __repr__

    def _repr_png_(self):
        buffer = io.BytesIO()
        with house_style():
            self.savefig(
                buffer, format="png", dpi=DENSITY * DPI, facecolor="none", metadata={"Software": None}
            )
        return buffer.getvalue()

    def _ipython_display_(self):
        # Not through the formatters: there, once pyplot is loaded, its own way of drawing figures goes first.
        from IPython.display import display

        png = base64.b64encode(self._repr_png_()).decode("ascii")
        about = {"alt": self.sentence, "width": self.size[0]}
        display({"image/png": png, "text/plain": self.sentence}, metadata={"image/png": about}, raw=True)


def _length(entries):
    return sum(length + BETWEEN for _, _, length in entries)


def _in_rows(entries, room):
    """Break the entries of a legend into rows no longer than `room`."""
    rows = []
    for entry in entries:
        if rows and _length([*rows[-1], entry]) - BETWEEN <= room:
            rows[-1].append(entry)
        else:
            rows.append([entry])
    return rows
