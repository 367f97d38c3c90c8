"""Build notebooks/ from lessons/: solutions out, run in a fresh kernel, widgets replaced by stills, written.

    python -m tools.build_notebooks             every lesson
    python -m tools.build_notebooks 01 02       these lessons
    python -m tools.build_notebooks --check     write nothing, say what differs (pictures aside)
    python -m tools.build_notebooks --solved --output DIR    with the solutions, for the tests

The same sources give the same bytes; a picture that looks as before keeps the bytes it had.
"""

from __future__ import annotations

import argparse
import base64
import copy
import difflib
import math
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from queue import Empty

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tools.lessons import NOTEBOOK_METADATA, LessonError, find_lessons, read_lesson
from tools.pictures import keep_old_bytes, shrink
from tools.stills import Draw, States, draw_nothing, drawing, replace_widgets

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "lessons"
NOTEBOOKS = ROOT / "notebooks"
CELL_TIMEOUT = 120  # seconds; no cell of a course should make a reader wait nearly as long
COLOUR_CODES = re.compile(r"\x1b\[[0-9;]*m")


class _Client(NotebookClient):
    """Runs a notebook and remembers the state of every widget as it was at the end of each cell.

    Later cells may move a widget: its still must show what the sentence beside it says.
    """

    def __init__(self, notebook: NotebookNode, **options) -> None:
        super().__init__(notebook, **options)
        self.states_after: dict[int, States] = {}

    async def async_start_new_kernel_client(self, **options):
        client = await super().async_start_new_kernel_client(**options)
        for channel in (client.shell_channel, client.iopub_channel):
            channel.get_msg = asking_again(channel.get_msg)
        return client

    async def async_execute_cell(self, cell: NotebookNode, cell_index: int, **options) -> NotebookNode:
        cell = await super().async_execute_cell(cell, cell_index, **options)
        if cell.get("outputs"):
            self.states_after[cell_index] = self._states()
        return cell

    def _states(self) -> States:
        states = copy.deepcopy(self.widget_state)
        # Binary traits travel apart from the rest of the state; put them back in their places.
        for model_id, buffers in self.widget_buffers.items():
            for buffer in buffers.values():
                *path, last = buffer["path"]
                place = states[model_id]
                for key in path:
                    place = place[key]
                place[last] = base64.b64decode(buffer["data"])
        # What an Output widget has caught, from the client's own list: the state lags behind, as the kernel
        # sends every earlier list back after the cell has ended.
        for model_id, widget in self.comm_objects.items():
            states[model_id]["outputs"] = copy.deepcopy(widget.outputs)
        return states


def asking_again(get_msg: Callable) -> Callable:
    """Wait for a message in slices of a second.

    Once in a few hundred cells a message that is there wakes nobody, and the cell seems to take CELL_TIMEOUT.
    """

    async def get(timeout: float | None = None) -> dict:
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            try:
                return await get_msg(timeout=max(0.0, min(1.0, left)))
            except Empty:
                if left <= 1.0:
                    raise

    return get


def build(lesson: Path, *, draw: Draw = draw_nothing, solved: bool = False, lang: str = "en") -> NotebookNode:
    """The finished notebook of a lesson, run in notebooks/ wherever it will be written."""
    notebook = read_lesson(lesson, solved=solved, lang=lang)
    run(notebook, lesson=lesson, draw=draw, folder=NOTEBOOKS)
    return notebook


def run(notebook: NotebookNode, *, lesson: Path, draw: Draw, folder: Path) -> None:
    """Execute in place and tidy the outputs; a cell that raises or warns is an error."""
    place = {"metadata": {"path": str(folder)}}
    client = _Client(notebook, timeout=CELL_TIMEOUT, record_timing=False, resources=place)
    # The kernel warns on every start that its ports are not encrypted; they are this machine's own.
    client.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
    with kernel_environment() as env:
        try:
            client.execute(env=env)
        except CellExecutionError as error:
            raise LessonError(f"{lesson}: a cell raised\n{COLOUR_CODES.sub('', str(error))}") from None
    for picture in pictures(notebook):  # those of matplotlib; the stills come small
        picture["image/png"] = base64.b64encode(shrink(base64.b64decode(picture["image/png"]))).decode()
    for index, states in client.states_after.items():
        cell = notebook.cells[index]
        cell.outputs = merge_streams(replace_widgets(cell.outputs, states, draw))
        _forbid_stderr(cell, lesson)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    # The run adds version numbers and widget states.
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)


@contextmanager
def kernel_environment() -> Iterator[dict[str, str]]:
    """The environment of a kernel whose results depend on nothing but the notebook."""
    with tempfile.TemporaryDirectory() as scratch:
        yield {
            **os.environ,
            "BACKPROP_PROGRESS": str(Path(scratch) / "progress.json"),  # never the reader's own
            "OMP_NUM_THREADS": "1",  # sums in one order
            "PYTHONHASHSEED": "0",
            "TQDM_DISABLE": "1",  # progress is for who waits; a page keeps no trace of it
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }


def merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring prints: how a kernel cuts them into messages is chance."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output["output_type"] == "stream" == last.get("output_type") and output["name"] == last["name"]:
            last["text"] += output["text"]
        else:
            merged.append(output)
    return merged


def _forbid_stderr(cell: NotebookNode, lesson: Path) -> None:
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise LessonError(f"{lesson}: {cell.id} wrote to stderr\n{cell.source}\n---\n{output['text']}")


def pictures(notebook: NotebookNode) -> Iterator[dict]:
    """The data of every output that holds a PNG."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "image/png" in output.get("data", {}):
                yield output["data"]


def to_text(notebook: NotebookNode) -> str:
    """The file's content."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def without_pictures(text: str) -> str:
    """A notebook file's content with every picture's bytes left out, to compare the rest."""
    notebook = nbformat.reads(text, as_version=4)
    for data in pictures(notebook):
        data["image/png"] = "…"
    return nbformat.writes(notebook) + "\n"


def write(notebook: NotebookNode, path: Path) -> bool:
    """Write the notebook unless the file says the same already; whether it was written."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if old:
        known = [data["image/png"] for data in pictures(nbformat.reads(old, as_version=4))]
        for data in pictures(notebook):
            data["image/png"] = keep_old_bytes(data["image/png"], known)
    new = to_text(notebook)
    if new == old:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(new, encoding="utf-8")
    return True


def difference(notebook: NotebookNode, path: Path) -> str:
    """What a rebuild would change in `path`, pictures aside; empty if nothing."""
    if not path.exists():
        return f"{path.name} has not been built\n"
    old = without_pictures(path.read_text(encoding="utf-8"))
    new = without_pictures(to_text(notebook))
    names = (f"{path.name} as it is", f"{path.name} rebuilt")
    return "".join(
        difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), *names, n=1)
    )


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parse(arguments)
    folder = options.output or (NOTEBOOKS if options.lang == "en" else NOTEBOOKS / options.lang)
    status = 0
    try:
        lessons = find_lessons(LESSONS, options.numbers)
        NOTEBOOKS.mkdir(exist_ok=True)
        with nullcontext(draw_nothing) if options.check else drawing() as draw:
            for lesson in lessons:
                notebook = build(lesson, draw=draw, solved=options.solved, lang=options.lang)
                path = folder / f"{lesson.stem}.ipynb"
                if not options.check:
                    print(f"{path.name}: {'written' if write(notebook, path) else 'unchanged'}")
                elif changed := difference(notebook, path):
                    status = 1
                    print(changed, end="")
                else:
                    print(f"{path.name}: up to date")
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    return status


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tools.build_notebooks", description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", metavar="NN", help="lessons to build (all)")
    parser.add_argument("--solved", action="store_true", help="keep the solutions; needs --output")
    parser.add_argument("--output", type=Path, metavar="DIR", help="folder to write to (notebooks/)")
    parser.add_argument("--check", action="store_true", help="write nothing; say what would change")
    parser.add_argument("--lang", default="en", help="language of the prose (en)")
    options = parser.parse_args(arguments)
    if options.solved and not options.output and not options.check:
        parser.error("--solved needs --output, so that solutions never land in notebooks/")
    return options


if __name__ == "__main__":
    sys.exit(main())
