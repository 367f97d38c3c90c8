"""summary_picture: its numbers are those of the learner's file; it is saved, and replaces no other file."""

import itertools
import subprocess
import sys
from types import SimpleNamespace

import pytest
from PIL import Image

from backprop_lib.course import LESSONS
from backprop_lib.exercises import summary_picture
from backprop_lib.exercises.record import record
from backprop_lib.pictures.certificate import MARK, certificate
from tests.exercises.learner import a_course
from tests.pictures.reading import outside, overlapping, written


def lessons(*solved, exercises=7):
    return [
        {"number": lesson.number, "title": lesson.title, "solved": done, "exercises": exercises}
        for lesson, done in zip(LESSONS, solved, strict=True)
    ]


COUNTS = {
    "exercises solved": (91, 91),
    "predictions made": (155, 155),
    "right first time": (0, 0),
    "mistakes cured": (128, 200),
}
SHEETS = {
    "blank": lambda: certificate(lessons(*[0] * 13), COUNTS),
    "full": lambda: certificate(lessons(*[7] * 13), COUNTS, "Ada Lovelace", "10 December 2026"),
    "mixed": lambda: certificate(lessons(7, 3, 0, 7, 1, 0, 0, 7, 7, 2, 0, 0, 1), COUNTS, "Ada"),
    "no exercises": lambda: certificate(lessons(*[0] * 13, exercises=0), {}),
    "long": lambda: certificate(lessons(*[1] * 13), COUNTS, "Ada of the very long name " * 9, "then " * 99),
}
every_sheet = pytest.mark.parametrize("draw", SHEETS.values(), ids=SHEETS)


def test_a_blank_course_is_told_as_it_is():
    total = sum(one.exercises for one in record())
    asked = sum(one.predictions for one in record())
    assert repr(summary_picture()) == (
        f"Backpropagation: 0 of 13 lessons finished; exercises solved: 0 of {total}; "
        f"predictions made: 0 of {asked}; right first time: 0 so far; mistakes cured: 0 so far."
    )


def test_the_numbers_come_from_the_learners_file(capsys):
    a_course()
    total = sum(one.exercises for one in record())
    asked = sum(one.predictions for one in record())
    picture = summary_picture("Ada", "today")
    assert repr(picture) == (
        f"Backpropagation, Ada, today: 0 of 13 lessons finished; exercises solved: 2 of {total}; "
        f"predictions made: 3 of {asked}; right first time: 1 of 2; mistakes cured: 2 of 3."
    )
    texts = written(picture)
    assert {"Ada", "today", "2", f"of {total}", "of 3"} <= set(texts)
    assert f"The path is the loss: {total - 2} of {total} exercises left." in texts


@every_sheet
@pytest.mark.filterwarnings("error")
def test_no_text_overlaps_another_or_leaves_the_sheet(draw):
    picture = draw()
    assert overlapping(picture) == [] and outside(picture) == []
    assert picture.size == (800, 500)
    assert repr(picture).endswith(".") and repr(picture) == repr(draw())


def test_a_name_is_written_as_it_is():
    texts = written(certificate(lessons(*[0] * 13), {}, "$x^2$ & <Ada>\nLovelace"))
    assert "$x^2$ & <Ada> Lovelace" in texts


@pytest.mark.parametrize("blank", ["", ..., None, "…"])
def test_a_name_that_is_not_filled_in_is_left_out(blank):
    assert repr(summary_picture(blank, blank)) == repr(summary_picture())


def test_a_date_may_be_a_number():
    assert repr(summary_picture("Ada", 2026)).startswith("Backpropagation, Ada, 2026: ")


def test_the_picture_itself_takes_texts_alone():
    with pytest.raises(TypeError, match="texts in quotes; received int"):
        certificate(lessons(*[0] * 13), {}, name=3)


def test_it_is_saved_as_png_and_as_svg_and_says_where(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    picture = SHEETS["mixed"]()
    picture.save("mine.png")
    picture.save("mine.svg")
    assert capsys.readouterr().out == "Saved as mine.png.\nSaved as mine.svg.\n"
    with Image.open("mine.png") as image:
        assert image.size == (1600, 1000) and image.text["Title"] == repr(picture)
    text = (tmp_path / "mine.svg").read_text()
    assert text.startswith("<?xml") and MARK in text and "3 of 7" not in text


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_picture_is_the_same_file_and_replaces_itself(tmp_path, kind):
    path = tmp_path / f"mine.{kind}"
    SHEETS["full"]().save(path)
    before = path.read_bytes()
    SHEETS["full"]().save(path)
    assert path.read_bytes() == before
    SHEETS["mixed"]().save(path)
    assert path.read_bytes() != before


def test_no_other_file_is_replaced(tmp_path):
    path = tmp_path / "holiday.png"
    path.write_bytes(b"precious")
    (tmp_path / "folder.png").mkdir()
    for there in (path, tmp_path / "folder.png"):
        with pytest.raises(FileExistsError, match="is no picture of this kind"):
            SHEETS["blank"]().save(there)
    assert path.read_bytes() == b"precious"


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"as .png or as .svg; received 'mine.pdf'"):
        SHEETS["blank"]().save(tmp_path / "mine.pdf")


def test_the_exercises_load_no_matplotlib_until_it_is_drawn():
    code = (
        "import sys, backprop_lib.exercises as e\nprint('matplotlib' in sys.modules)\n"
        "e.summary_picture()\nprint('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\nTrue False\n", "")


def test_the_path_falls_with_what_is_solved():
    def path(sheet) -> SimpleNamespace:
        (axes,) = sheet.axes
        (line,) = axes.lines
        return line.get_ydata()

    blank, full, mixed = (path(SHEETS[name]()) for name in ("blank", "full", "mixed"))
    assert len(set(blank)) == 1, "flat"
    assert all(one < other for one, other in itertools.pairwise(full[:-1])), "down the page"
    assert full[0] == mixed[0] == blank[0]
    share = sum((7, 3, 0, 7, 1, 0, 0, 7, 7, 2, 0, 0, 1)) / 91
    assert mixed[-1] - mixed[0] == pytest.approx(share * (full[-1] - full[0]))
