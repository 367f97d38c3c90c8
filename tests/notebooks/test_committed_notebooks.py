"""What is committed in notebooks/ is what lessons/ build, keeps the course's limits, and can be solved."""

import functools
import json
import re

import nbformat
import pytest

from tools.build_notebooks import LESSONS, NOTEBOOKS, build, pictures
from tools.lessons import LONGEST_CELL, find_lessons, read_lesson
from tools.stills import WIDGET_VIEW

LESSON_PATHS = find_lessons(LESSONS)

CELLS = range(30, 46)
LARGEST_FILE = 1_500_000  # bytes; GitHub and slow connections show more only with patience
LARGEST_PICTURE = 150_000
# What a check shows: a mark and its number. Predictions have letters, and nothing to be wrong about.
CHECK = re.compile(r"^([✅⬜❌❓]) \d\d\.\d+\b", re.MULTILINE)
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")

pytestmark = pytest.mark.skipif(not LESSON_PATHS, reason="lessons/ is empty: there is nothing to build")

each_lesson = pytest.mark.parametrize("lesson", LESSON_PATHS, ids=lambda path: path.stem)


@functools.cache
def committed(lesson):
    """The notebook as it lies in notebooks/, and its text."""
    path = NOTEBOOKS / f"{lesson.stem}.ipynb"
    assert path.exists(), f"{path.name} has not been built: `make notebooks`"
    text = path.read_text(encoding="utf-8")
    return nbformat.reads(text, as_version=4), text


def marks(notebook):
    """The marks that the cells' checks show, in order."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            shown = output.get("text") or output.get("data", {}).get("text/plain", "")
            found += CHECK.findall(shown)
    return found


def without_outputs(notebook):
    """What a notebook is before it runs, as text."""
    bare = nbformat.reads(nbformat.writes(notebook), as_version=4)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(bare)


# That the outputs stay the same as well is what nbval finds out, which runs every notebook once more.
@each_lesson
def test_a_rebuild_changes_nothing(lesson):
    notebook, _ = committed(lesson)
    rebuilt = read_lesson(lesson)
    assert without_outputs(notebook) == without_outputs(rebuilt), "run `make notebooks` and commit the result"


@each_lesson
def test_a_blank_notebook_has_attempted_nothing(lesson):
    notebook, _ = committed(lesson)
    assert set(marks(notebook)) == {"⬜"}


@each_lesson
def test_the_solutions_pass_every_check(lesson):
    notebook, _ = committed(lesson)
    solved = build(lesson, solved=True)
    assert marks(solved) == ["✅"] * len(marks(notebook))
    assert "❌" not in nbformat.writes(solved)


@each_lesson
def test_it_keeps_the_courses_limits(lesson):
    notebook, text = committed(lesson)
    assert len(notebook.cells) in CELLS
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert max(len(cell.source.splitlines()) for cell in code) <= LONGEST_CELL
    assert len(text.encode()) < LARGEST_FILE
    assert all(len(data["image/png"]) < LARGEST_PICTURE for data in pictures(notebook))


@each_lesson
def test_it_was_run_once_from_top_to_bottom_and_in_silence(lesson):
    notebook, _ = committed(lesson)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [output for cell in code for output in cell.outputs if output.get("name") == "stderr"]
    assert not [output for cell in code for output in cell.outputs if output.output_type == "error"]


@each_lesson
def test_it_shows_nothing_that_only_one_machine_has(lesson):
    notebook, text = committed(lesson)
    assert WIDGET_VIEW not in text and "widget-state" not in text
    for data in pictures(notebook):
        data["image/png"] = ""
    words = json.dumps(notebook, ensure_ascii=False)
    assert not ADDRESS.findall(words)
    assert not re.findall(r"/(?:home|root|tmp|Users)/[^\s\"\\]*", words)


@each_lesson
def test_every_still_has_an_alternative_text(lesson):
    notebook, _ = committed(lesson)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            about = output.get("metadata", {}).get("image/png")
            if about:
                assert about["alt"].strip() == output["data"]["text/plain"].strip()


def test_no_notebook_without_a_lesson():
    lessons = {path.stem for path in LESSON_PATHS}
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} <= lessons
