"""From a lesson's source to its cells: solutions, languages, limits."""

import ast

import pytest

from backprop_lib import nn
from backprop_lib.nn.neurons import MLP
from tools.build_notebooks import LESSONS
from tools.lessons import LessonError, find_lessons, read_lesson

LESSON = '''\
# %% [markdown] lang="en"
# # A toy

# %% [markdown] lang="de"
# # Ein Spielzeug

# %% [markdown]
# $y = x^2$

# %% tags=["keep"] mystery=1
def square(x):
    """x times x."""
    ...

    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION


square(3)

# %%
answer = ...
### BEGIN SOLUTION
answer = 9
### END SOLUTION
'''


def lesson(folder, text=LESSON, name="07_toy.py"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def sources(notebook, kind):
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def test_the_learners_cells_have_no_solution(tmp_path):
    square, answer = sources(read_lesson(lesson(tmp_path)), "code")
    assert square == 'def square(x):\n    """x times x."""\n    ...\n\n\nsquare(3)'
    assert answer == "answer = ..."


def test_the_solved_cells_have_no_markers(tmp_path):
    square, answer = sources(read_lesson(lesson(tmp_path), solved=True), "code")
    assert "    return x * x\n\n\nsquare(3)" in square
    assert answer == "answer = ...\nanswer = 9"
    assert "SOLUTION" not in square + answer


@pytest.mark.parametrize("lang, title", [("en", "# A toy"), ("de", "# Ein Spielzeug")])
def test_prose_of_one_language_and_code_of_all(tmp_path, lang, title):
    notebook = read_lesson(lesson(tmp_path), lang=lang)
    assert sources(notebook, "markdown") == [title, "$y = x^2$"]
    assert len(sources(notebook, "code")) == 2


def test_ids_come_from_the_position_and_metadata_are_few(tmp_path):
    notebook = read_lesson(lesson(tmp_path))
    assert [cell.id for cell in notebook.cells] == ["cell-01", "cell-02", "cell-03", "cell-04"]
    assert [dict(cell.metadata) for cell in notebook.cells] == [{}, {}, {"tags": ["keep"]}, {}]
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize(
    "text, line, words",
    [
        ("# %%\nx = 1\n### BEGIN SOLUTION\n", 3, "without"),
        ("# %%\n### BEGIN SOLUTION\n\n# %%\n### END SOLUTION\n", 2, "in the same cell"),
        ("# %%\n### END SOLUTION\n", 2, "without"),
        ("# %%\n### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n", 3, "inside"),
        ("# %%\n# BEGIN SOLUTION\n", 2, "write"),
    ],
)
def test_an_unbalanced_marker_is_told_with_file_and_line(tmp_path, text, line, words):
    path = lesson(tmp_path, text)
    with pytest.raises(LessonError, match=words) as error:
        read_lesson(path)
    assert f"{path}:{line}:" in str(error.value)


def test_a_cell_too_long_to_take_in_is_refused(tmp_path):
    fifteen = "# %%\n" + "x = 1\n" * 15
    read_lesson(lesson(tmp_path, fifteen))
    with pytest.raises(LessonError, match="16 lines"):
        read_lesson(lesson(tmp_path, fifteen + "x = 1\n"))


def test_lessons_are_found_by_number_or_name(tmp_path):
    first = lesson(tmp_path, name="01_first.py")
    tenth = lesson(tmp_path, name="10_tenth.py")
    lesson(tmp_path, name="helper.py")
    assert find_lessons(tmp_path) == [first, tenth]
    assert find_lessons(tmp_path, ["10", "1"]) == [tenth, first]
    assert find_lessons(tmp_path, ["01_first"]) == [first]
    with pytest.raises(LessonError, match="no lesson '3'"):
        find_lessons(tmp_path, ["3"])


# --- the lessons themselves ---------------------------------------------------------------------------------

# Without `rng` these draw anew at every run, and a stored output would never be met again. What else takes an
# `rng` (`nn.neurons.MLP`, `TwoLayerMLP`, the data sets) starts from 0 without one.
DRAWS = {"Linear", "Dropout"}


def drawn_at_random(code):
    """Calls in the code that make a layer from chance that nobody can repeat, as (line, name)."""
    found = []
    for call in ast.walk(ast.parse(code)):
        if not isinstance(call, ast.Call):
            continue
        *path, name = ast.unparse(call.func).split(".")
        if name in DRAWS and "torch" not in path and "rng" not in [one.arg for one in call.keywords]:
            found.append((call.lineno, name))
    return found


@pytest.mark.parametrize("path", find_lessons(LESSONS), ids=lambda path: path.stem)
def test_a_lesson_draws_only_from_chance_that_can_be_repeated(path):
    for notebook in (read_lesson(path), read_lesson(path, solved=True)):
        for cell in sources(notebook, "code"):
            assert drawn_at_random(cell) == [], cell


def test_a_layer_without_a_generator_is_found():
    code = "model = Sequential(nn.Linear(2, 4), Linear(4, 1, rng=rng), Dropout(0.5), torch.nn.Linear(1, 1))"
    assert sorted(drawn_at_random(code)) == [(1, "Dropout"), (1, "Linear")]


def test_what_draws_without_a_generator_is_known():
    rows = [next(iter(nn.Linear(3, 4).parameters())).data.tolist() for _ in range(2)]
    assert rows[0] != rows[1]
    made = [[one.data for one in MLP(2, [3, 1]).parameters()] for _ in range(2)]
    assert made[0] == made[1]
