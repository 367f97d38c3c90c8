"""One truth about the lessons: the README and the lessons' sources say what course.py says."""

import re
from pathlib import Path

import pytest

from backprop_lib.course import LESSONS, PARTS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_lessons_are_numbered_from_00_in_order():
    assert [lesson.number for lesson in LESSONS] == [f"{n:02}" for n in range(len(LESSONS))]
    assert sum(count for _, count in PARTS) == len(LESSONS) == 13


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_is_complete(lesson):
    assert re.fullmatch(r"[a-z_]+", lesson.name)
    assert lesson.question.endswith("?") and lesson.explorables
    for text in (lesson.title, lesson.question, lesson.teaches, *lesson.explorables):
        assert text == text.strip() and "  " not in text and text[-1] != "."


def test_the_readmes_table_has_the_same_names_and_questions():
    rows = re.findall(r"^\| (\d\d) \| (.+?) \| (.+) \|$", README, re.MULTILINE)
    names = [(number, re.sub(r"\]\(.+\)|\[", "", name), asked) for number, name, asked in rows]
    assert names == [(lesson.number, lesson.name, lesson.question) for lesson in LESSONS]


def test_each_lessons_source_begins_with_its_title_and_its_question():
    there = {path.stem: path for path in (ROOT / "lessons").glob("[0-9][0-9]_*.py")}
    known = {lesson.notebook.removesuffix(".ipynb"): lesson for lesson in LESSONS}
    assert set(there) <= set(known)
    for name, path in there.items():
        head = path.read_text(encoding="utf-8")[:600]
        assert f"# # {known[name].number} · {known[name].title}\n" in head, name
        assert f"**{known[name].question}**" in head, name


def test_each_lesson_links_the_glossary_and_the_next_one():
    for path in sorted((ROOT / "lessons").glob("[0-9][0-9]_*.py")):
        source = path.read_text(encoding="utf-8").replace("\n# ", " ")
        links = re.findall(r"\]\(([\w.]+\.(?:ipynb|md))\)", source)
        following = [lesson.notebook for lesson in LESSONS[int(path.name[:2]) + 1 :][:1]]
        assert {"glossary.md", *following} <= set(links), path.name
        assert [link for link in links if not (ROOT / "notebooks" / link).exists()] == [], path.name
