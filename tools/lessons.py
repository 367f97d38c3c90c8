"""Lesson sources: jupytext percent files in which prose, code and solutions stand together."""

from __future__ import annotations

from pathlib import Path

import jupytext
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
LONGEST_CELL = 15  # lines of code

# What a cell of a published notebook may keep; everything else is the author's business.
CELL_METADATA = ("tags", "jupyter")

# No version numbers: a rebuild on another Python must change nothing.
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class LessonError(ValueError):
    """Something in a lesson's source that its author must mend."""


def find_lessons(folder: Path, numbers: list[str] | None = None) -> list[Path]:
    """The lessons of a folder in order; with `numbers` ("01", "1" or a whole name) only those."""
    lessons = sorted(folder.glob("[0-9][0-9]_*.py"))
    if not numbers:
        return lessons
    chosen = []
    for number in numbers:
        wanted = Path(number).stem
        matches = [path for path in lessons if path.stem == wanted or path.stem[:2] == wanted.zfill(2)]
        if not matches:
            raise LessonError(f"no lesson {number!r} in {folder}")
        chosen += matches
    return chosen


def read_lesson(path: Path, *, solved: bool = False, lang: str = "en") -> NotebookNode:
    """The notebook that a lesson describes, not run: solutions taken out (or kept), one language of prose."""
    check_markers(path)
    source = jupytext.read(path, fmt="py:percent")
    cells = []
    for cell in source.cells:
        metadata = {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
        if cell.cell_type == "markdown":
            if cell.metadata.get("lang", lang) == lang:
                cells.append(new_markdown_cell(cell.source, metadata=metadata))
        elif cell.cell_type == "code":
            code = keep_solutions(cell.source) if solved else strip_solutions(cell.source)
            check_length(code, path)
            cells.append(new_code_cell(code, metadata=metadata))
        else:
            raise LessonError(f"{path}: a {cell.cell_type} cell; only Markdown and code are published")
    # Ids from the position, as random ones would change with every build.
    for position, cell in enumerate(cells, start=1):
        cell.id = f"cell-{position:02d}"
    notebook = new_notebook(cells=cells, metadata=NOTEBOOK_METADATA)
    notebook.nbformat_minor = 5
    return notebook


def check_markers(path: Path) -> None:
    """Raise with file and line unless every BEGIN has its END, in the same cell and not nested."""
    opened = 0  # line of the BEGIN we are in
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        mark = line.strip()
        if mark == BEGIN:
            if opened:
                raise LessonError(f"{path}:{number}: {BEGIN} inside the solution begun on line {opened}")
            opened = number
        elif mark == END:
            if not opened:
                raise LessonError(f"{path}:{number}: {END} without {BEGIN}")
            opened = 0
        elif line.startswith("# %%") and opened:
            raise LessonError(f"{path}:{opened}: {BEGIN} without {END} in the same cell")
        elif "BEGIN SOLUTION" in mark or "END SOLUTION" in mark:
            raise LessonError(f"{path}:{number}: write {BEGIN!r} or {END!r}, not {mark!r}")
    if opened:
        raise LessonError(f"{path}:{opened}: {BEGIN} without {END} in the same cell")


def strip_solutions(code: str) -> str:
    """The cell as a learner gets it: marked blocks gone, and the blank lines that led to them.

    >>> strip_solutions("answer = ...\\n### BEGIN SOLUTION\\nanswer = 3\\n### END SOLUTION\\n")
    'answer = ...'
    """
    kept: list[str] = []
    inside = False
    for line in code.splitlines():
        if line.strip() == BEGIN:
            inside = True
            while kept and not kept[-1].strip():
                kept.pop()
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept).strip("\n")


def keep_solutions(code: str) -> str:
    """The cell with its solution: only the marker lines go.

    >>> keep_solutions("answer = ...\\n### BEGIN SOLUTION\\nanswer = 3\\n### END SOLUTION\\n")
    'answer = ...\\nanswer = 3'
    """
    lines = [line for line in code.splitlines() if line.strip() not in (BEGIN, END)]
    return "\n".join(lines).strip("\n")


def check_length(code: str, path: Path) -> None:
    """Raise if a cell is longer than a reader takes in at once."""
    lines = code.splitlines()
    if len(lines) > LONGEST_CELL:
        raise LessonError(
            f"{path}: a code cell of {len(lines)} lines (at most {LONGEST_CELL}), beginning with {lines[0]!r}"
        )
