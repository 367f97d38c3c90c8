"""The build itself, on toy lessons: what it makes of outputs, what it refuses, and that it repeats itself."""

import asyncio
import base64
import io
import os
import subprocess
import sys
from pathlib import Path
from queue import Empty

import pytest
from PIL import Image, ImageDraw

from tools import build_notebooks
from tools.lessons import LessonError
from tools.pictures import keep_old_bytes, same_picture, shrink
from tools.stills import RUN_ME, WIDGET_VIEW, draw_nothing, drawing

LESSON = '''\
# %%
import os

import anywidget
import traitlets
from IPython.display import HTML, display
from ipywidgets import interact

print(os.path.basename(os.environ["BACKPROP_PROGRESS"]))


# %%
class Number(anywidget.AnyWidget):
    """Shows a number."""

    _esm = """export default { render({ model, el }) {
      el.textContent = `n = ${model.get("n")}, ${model.get("raw").byteLength} bytes`;
      el.style.font = `${20 * model.get("n")}px sans-serif`;
    } }"""
    n = traitlets.Int(1).tag(sync=True)
    raw = traitlets.Bytes(b"ab").tag(sync=True)

    def __repr__(self):
        return f"n is {self.n}"


# %%
number = Number(n=2)
number

# %%
number.n = 3
print("one", end=" ", flush=True)
print("two")
display(HTML("<b>bold</b>"))
number


# %%
@interact(x=(0, 4))
def show(x=3):
    print(x * x)
    display(HTML("<i>slanted</i>"))
'''


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A function: writes a lesson into a course of its own and returns the path."""
    home = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKPROP_PROGRESS", "mine.json")
        for name in ("LESSONS", "NOTEBOOKS"):
            (home / name.lower()).mkdir()
            patch.setattr(build_notebooks, name, home / name.lower())

        def add(text, name="08_toy.py"):
            path = build_notebooks.LESSONS / name
            path.write_text(text, encoding="utf-8")
            return path

        yield add


@pytest.fixture(scope="module")
def toy(course):
    """The lesson above, built without pictures."""
    return build_notebooks.build(course(LESSON, "07_toy.py"))


def data_of(cell):
    return [dict(output.get("data", {"stream": output.get("text")})) for output in cell.outputs]


def test_outputs_are_what_a_reader_without_a_kernel_can_see(toy):
    text = build_notebooks.to_text(toy)
    assert WIDGET_VIEW not in text and "IPY_MODEL" not in text
    assert set(toy.metadata) == {"kernelspec", "language_info"}
    assert [cell.execution_count for cell in toy.cells] == [1, 2, 3, 4, 5]

    first, second, controls = toy.cells[2:]
    assert data_of(first)[0]["text/plain"] == "n is 2"
    assert first.outputs[0].metadata["image/png"]["alt"] == "n is 2"
    assert data_of(second)[0] == {"stream": "one two\n"}
    assert data_of(second)[1]["text/html"] == "<b>bold</b>"
    assert data_of(controls)[0] == {"stream": "9\n"}
    assert data_of(controls)[1]["text/html"] == "<i>slanted</i>"
    assert data_of(controls)[2] == {"text/plain": RUN_ME}


def test_the_readers_progress_is_left_alone(toy):
    assert data_of(toy.cells[0]) == [{"stream": "progress.json\n"}]


@pytest.mark.needs("nbval")
def test_nbval_finds_in_it_what_a_live_run_gives(toy, tmp_path):
    (tmp_path / "toy.ipynb").write_text(build_notebooks.to_text(toy), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
    command += ["--nbval-sanitize-with", str(Path(__file__).with_name("nbval_sanitize.cfg")), "toy.ipynb"]
    environment = {**os.environ, "BACKPROP_PROGRESS": "progress.json"}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "5 passed" in run.stdout, run.stdout


@pytest.mark.parametrize(
    "code, words",
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import sys\n\nprint('hm', file=sys.stderr)", "wrote to stderr"),
    ],
)
def test_a_cell_that_raises_or_warns_stops_the_build(course, code, words):
    with pytest.raises(LessonError, match=words):
        build_notebooks.build(course(f"# %%\n{code}\n"))


def test_the_command_writes_checks_and_keeps_solutions_out(course, capsys):
    path = course("# %%\nx = ...\n### BEGIN SOLUTION\nx = 2\n### END SOLUTION\nx\n")
    with pytest.raises(SystemExit):  # where to? never into notebooks/
        build_notebooks.main(["--solved"])
    assert build_notebooks.main(["--check", "08"]) == 1
    assert "has not been built" in capsys.readouterr().out

    built = build_notebooks.NOTEBOOKS / "08_toy.ipynb"
    build_notebooks.write(build_notebooks.build(path), built)
    assert build_notebooks.main(["--check", "08"]) == 0
    built.write_text(built.read_text().replace("Ellipsis", "something"))
    capsys.readouterr()
    assert build_notebooks.main(["--check", "08"]) == 1
    assert '-       "something"' in capsys.readouterr().out

    assert build_notebooks.main(["03"]) == 1
    assert "no lesson '03'" in capsys.readouterr().err


@pytest.mark.needs("chromium")
def test_stills_show_each_widget_as_it_was_then_and_nothing_else_changes(course, toy):
    with drawing() as draw:
        notebook = build_notebooks.build(course(LESSON, "07_toy.py"), draw=draw)
    built = build_notebooks.NOTEBOOKS / "07_toy.ipynb"
    assert build_notebooks.write(notebook, built)
    two, three = (
        Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
        for data in build_notebooks.pictures(notebook)
    )
    assert two.width == three.width == 1840
    assert three.height > two.height  # larger letters for the larger number
    assert built.read_text() != build_notebooks.to_text(toy)
    assert build_notebooks.difference(toy, built) == ""

    # A picture that looks the same keeps its bytes: other compression, nothing written.
    for data in build_notebooks.pictures(notebook):
        buffer = io.BytesIO()
        Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGB").save(buffer, "PNG")
        data["image/png"] = base64.b64encode(buffer.getvalue()).decode()
    assert not build_notebooks.write(notebook, built)


def picture(colour="#0072B2", x=10):
    image = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(image).ellipse((x, 10, x + 80, 90), fill=colour)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_pictures_are_told_apart_by_what_is_seen():
    assert same_picture(picture(), shrink(picture()))
    assert same_picture(picture("#0072B2"), picture("#0173B3"))
    assert not same_picture(picture(), picture(x=11))
    assert not same_picture(picture(), draw_nothing({}))


def test_old_bytes_are_kept_for_the_same_picture_only():
    old, moved = (base64.b64encode(png).decode() for png in (picture("#0173B3"), picture(x=12)))
    new = base64.b64encode(picture("#0072B2")).decode()
    assert keep_old_bytes(new, [moved, old]) == old
    assert keep_old_bytes(new, [moved]) == new


def test_a_message_that_wakes_nobody_is_found_within_a_second():
    asked = []

    async def get_msg(timeout):
        asked.append(timeout)
        if len(asked) < 3:
            raise Empty
        return {"content": "here"}

    assert asyncio.run(build_notebooks.asking_again(get_msg)(timeout=120)) == {"content": "here"}
    assert asked == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("timeout", [0.0, 0.01])
def test_a_message_that_never_comes_ends_in_empty(timeout):
    async def get_msg(timeout):
        raise Empty

    with pytest.raises(Empty):
        asyncio.run(build_notebooks.asking_again(get_msg)(timeout=timeout))
