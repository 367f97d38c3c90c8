"""The table of what the course covers points at sections and tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "systems.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!\||slip|---)(.+) \|$", PAGE, re.MULTILINE)
LETTERS = [*map(chr, range(ord("A"), ord("Z") + 1)), "AA", "AB", "AC"]


def test_every_system_has_its_row():
    assert [row.split(" | ")[0] for row in ROWS if re.match(r"[A-Z]{1,2} \|", row)] == LETTERS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.partition(" |")[0])
def test_a_row_points_at_sections_that_are_there(row):
    sections = re.findall(r"\(\.\./notebooks/(\w+)\.ipynb\) ([^;|]+?)(?:;| \|)", row)
    assert sections, row
    for lesson, section in sections:
        source = (ROOT / "lessons" / f"{lesson}.py").read_text(encoding="utf-8")
        assert re.search(rf"^# ##+ {re.escape(section)}$", source, re.MULTILINE), (lesson, section)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.partition(" |")[0])
def test_a_row_points_at_tests_that_are_there(row):
    tests = re.findall(r"`([\w/]+\.py)::(test_\w+)`", row)
    assert tests, row
    for file, name in tests:
        source = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", source, re.MULTILINE), (file, name)
