"""How notes look: escaped, in the reader's theme, one output a cell."""

import html.parser
import subprocess
import sys

import pytest

from backprop_lib.exercises import check, evaluate, notes, progress
from backprop_lib.exercises.notes import Note

NASTY = "<script>alert('x')</script> & <img src=x onerror=alert(1)>"


class Tags(html.parser.HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.tags, self.open = set(), []
        self.feed(source)
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def raising(*_):
    raise ValueError(NASTY)


Named = type(NASTY, (), {})


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("01.2", NASTY),
        ("01.2", Named()),
        ("01.1", raising),
        ("01.1", lambda a: NASTY),
        ("01.1", lambda a: {NASTY: 1}),
        (NASTY, 1),
        ("01.1", type("F", (), {"__call__": lambda self: 1, "__name__": NASTY})()),
    ],
)
def test_what_the_learner_wrote_is_escaped(id, answer):
    shown = evaluate(id, answer)._repr_html_()
    assert Tags(shown).tags <= {"div", "b", "code"}


@pytest.mark.parametrize("field", ["id", "text", "code", "more"])
def test_every_field_of_a_note_is_escaped(field):
    note = Note(**({"mark": "✅", "id": "01.1", "text": "t"} | {field: NASTY}))
    assert Tags(note._repr_html_()).tags <= {"div", "b", "pre", "code"}


def test_the_line_has_the_colour_of_its_meaning_and_the_text_has_none_of_its_own():
    colours = {0.5: "#D55E00", -0.2165: "#009E73", ...: "#8A8A8A"}
    for answer, colour in colours.items():
        shown = evaluate("01.2", answer)._repr_html_()
        assert f"border-left:3px solid {colour}" in shown
        assert "color:var(--jp-content-font-color1,inherit)" in shown
        assert shown.count("#") == 1, "no other fixed colour"
    assert Tags(progress()._repr_html_()).tags <= {"div", "table", "thead", "tbody", "tr", "th", "td"}


def test_in_a_kernel_one_object_is_displayed_and_nothing_printed(capsys):
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.instance()
    try:
        with capture_output() as captured:
            check("01.2", -0.2165)
    finally:
        InteractiveShell.clear_instance()
    (output,) = captured.outputs
    assert set(output.data) == {"text/plain", "text/html"} and output.data["text/plain"] == "✅ 01.2  Right."
    assert captured.stdout == ""


def test_a_terminal_without_unicode_is_no_reason_to_raise(monkeypatch, capsys):
    import io

    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    notes.show(Note("✅", "01.1", "Right."))
    narrow.flush()
    assert narrow.buffer.getvalue().decode().split() == ["?", "01.1", "Right."]


def test_importing_the_exercises_imports_little():
    code = (
        "import sys, backprop_lib.exercises as e; e.check('01.2', ...); "
        "print(sorted({'IPython', 'matplotlib', 'torch', 'ipywidgets'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "[]"
