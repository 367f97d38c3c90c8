"""From a lesson's source to its cells: solutions, languages, limits."""

import pytest

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
