"""What the learner sees: a short note, as plain text and as HTML that follows the reader's theme."""

import html
import re
import sys
from dataclasses import dataclass

GREEN, RED, GREY = "#009E73", "#D55E00", "#8A8A8A"
COLOURS = {"✅": GREEN, "❌": RED}

# Text takes the notebook's own colour and font; only the thin line at the left has a colour of its own.
BLOCK = (
    "border-left:3px solid {colour};padding:0.2em 0.8em;margin:0.3em 0;line-height:1.5;"
    "font-family:var(--jp-content-font-family,system-ui,sans-serif);"
    "font-size:var(--jp-content-font-size1,14px);color:var(--jp-content-font-color1,inherit)"
)
CODE = (
    "margin:0.4em 0;padding:0.5em 0.7em;overflow-x:auto;background:var(--jp-layout-color2,transparent);"
    "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px);"
    "color:var(--jp-content-font-color1,inherit)"
)


@dataclass(frozen=True, repr=False)
class Note:
    """A mark, an id, one or two lines and, for solutions, a piece of code.

    >>> Note("✅", "01.2", "Right.")
    ✅ 01.2  Right.
    """

    mark: str
    id: str
    text: str
    code: str = ""
    more: str = ""

    def __repr__(self) -> str:
        first = f"{self.mark} {self.id}  {self.text}" if self.id else f"{self.mark} {self.text}"
        return "\n".join(part for part in (first, self.code, self.more) if part)

    def _repr_html_(self) -> str:
        style = BLOCK.format(colour=COLOURS.get(self.mark, GREY))
        name = f"<b>{html.escape(self.id)}</b> " if self.id else ""
        code = f'<pre style="{CODE}">{html.escape(self.code)}</pre>' if self.code else ""
        more = f'<div style="white-space:pre-wrap">{rich(self.more)}</div>' if self.more else ""
        return f'<div style="{style}">{self.mark} {name}{rich(self.text)}{code}{more}</div>'


def rich(text: str) -> str:
    """Escaped for HTML, with `code` between backticks set as code.

    >>> rich("a < b in `f(x)`")
    'a &lt; b in <code>f(x)</code>'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def show(note: object) -> None:
    """Display a note in a notebook, print it elsewhere."""
    if "IPython" in sys.modules:  # a kernel has imported it long since; nobody else has to
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is not None:
            display(note)
            return
    say(repr(note))


def say(text: str) -> None:
    """Print, even where the terminal's encoding has no ✅."""
    try:
        print(text)
    except UnicodeEncodeError:
        print(text.encode("ascii", "replace").decode())
