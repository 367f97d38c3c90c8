"""The glossary has every term that a lesson prints in bold, and its page is what the terms make of it.

Bold is a term unless it is one of these: a question, a label or a sentence (it ends with a mark, or has more
than four words); keys (Shift + Enter); the word bold itself; what a reader is to press, choose or drag, that
is bold after such a verb, or inside a numbered list.
"""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from backprop_lib.course import LESSONS
from backprop_lib.glossary import GLOSSARY
from tools.glossary_page import PAGE, page

ROOT = Path(__file__).resolve().parents[2]
NAMES = {term.name: term for term in GLOSSARY}
PRINTED = defaultdict(list)  # a term as it is in bold: the lessons, two where one word means two things
for term in GLOSSARY:
    PRINTED[(term.printed or term.name).lower()].append(term.number)
LESSON_FILES = sorted((ROOT / "lessons").glob("[0-9][0-9]_*.py"))

BOLD = re.compile(r"(?P<verb>(?:choose|press|drag|tick)\s)?\*\*(?P<bold>[^*]+)\*\*", re.IGNORECASE)
NO_TERM = re.compile(r"[.?!:]$| \+ |^bold$|(\S+ ){4}")


def prose(source):
    """The prose of a lesson, cell by cell, without the numbered lists."""
    for cell in re.split(r"^# %%", source, flags=re.MULTILINE):
        if cell.startswith(" [markdown]"):
            text = re.sub(r"^# ?", "", cell.partition("\n")[2], flags=re.MULTILINE)
            yield re.sub(r"^\d\. .*(\n(?!\n|\d\. |<|- ).+)*", "", text, flags=re.MULTILINE)


def bold_terms(source):
    """The terms in bold, in small letters, in the order of the text."""
    found = [match for text in prose(source) for match in BOLD.finditer(text) if not match["verb"]]
    names = [" ".join(match["bold"].split()).lower() for match in found]
    return [name for name in names if not NO_TERM.search(name)]


def places():
    """Every term in bold, and the lessons where it is, one entry a time."""
    found = defaultdict(list)
    for path in LESSON_FILES:
        for term in bold_terms(path.read_text(encoding="utf-8")):
            found[term].append(path.stem[:2])
    return found


def test_bold_that_is_no_term_is_told_apart():
    source = (
        '# %% [markdown] lang="en"\n# # 01 · Title\n#\n# **Why?** A **knob**\n# and **two\n# words**.\n'
        "#\n# 1. Press **reset**, then\n#    **one step**. **Here** too.\n# 2. Choose **bend**.\n#\n"
        "# **By shape.** With **Shift + Enter**. **Last** one.\n"
        "# So choose **rows**. **Multiply along a path, add over them**.\n# %%\nx = 2**3 + 3**2\n"
    )
    assert bold_terms(source) == ["knob", "two words", "last"]


def test_every_term_in_bold_is_in_the_glossary():
    missing = {term: where for term, where in places().items() if term not in PRINTED}
    assert missing == {}, "add these to backprop_lib/glossary.py, with their lessons"


def test_a_term_is_in_bold_once_in_the_lesson_that_defines_it():
    found = places()
    wrong = {term: (found[term], numbers) for term, numbers in PRINTED.items() if found[term] != numbers}
    assert wrong == {}, "term: where it is in bold, and which lesson the glossary names"


@pytest.mark.parametrize("term", GLOSSARY, ids=lambda term: term.name)
def test_a_term_is_one_sentence_with_links_that_lead_somewhere(term):
    assert term.meaning.endswith(".") and not re.search(r"[.?!] [A-Z]", term.meaning)
    assert term.meaning[0].isupper() or term.meaning[0] in "“$"
    assert term.number in {lesson.number for lesson in LESSONS}
    assert set(term.see) <= set(NAMES) - {term.name}
    for text in (term.meaning, term.formula):
        assert text.count("$") % 2 == 0 and text.count("{") == text.count("}")
    assert "$" not in term.formula


def test_names_and_anchors_are_unique():
    assert len(NAMES) == len({term.anchor for term in GLOSSARY}) == len(GLOSSARY)


def test_the_page_is_what_a_rebuild_makes():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.glossary_page"


def test_the_pages_links_lead_somewhere():
    text = page()
    anchors = set(re.findall(r'<a id="([^"]+)">', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors
    assert len(anchors) == len(GLOSSARY)
    assert all((PAGE.parent / link).exists() for link in re.findall(r"\]\(([^)#]+\.ipynb)\)", text))


def test_the_page_is_in_alphabetical_order():
    names = [name.lower() for name in re.findall(r"</a>\*\*(.+?)\*\*", page())]
    assert names == sorted(names) and len(names) == len(GLOSSARY)
