"""What a learner does in a lesson: guess, answer wrongly, be told why, answer rightly, move and read."""

from dataclasses import dataclass

import pytest

pytestmark = pytest.mark.needs("chromium")


@dataclass(frozen=True)
class Lesson:
    """One exercise and one prediction of a lesson, and what the learner should read there."""

    notebook: str
    exercise: str
    gap: str  # in its cell, where the answer goes
    wrong: str
    why: str  # part of what is said to the wrong answer
    right: str
    prediction: str
    guess: str
    verdict: str  # what the experiment says to the guess
    totals: tuple[int, int]  # exercises, predictions


FIRST = Lesson(
    notebook="01_by_hand.ipynb",
    exercise="01.2",
    gap="dw2 = ...",
    wrong="dw2 = -dz2 * a1",
    why="2(a2 − y)",
    right="dw2 = dz2 * a1",
    prediction="01.a",
    guess='"fall"',
    verdict="You predicted fall; measured: grow. A larger w1 does raise a1, but w2 is negative",
    totals=(6, 4),
)
SECOND = Lesson(
    notebook="02_chain_rule_and_graphs.ipynb",
    exercise="02.1",
    gap="    ...",
    wrong="    return math.cos(x**2)",
    why="multiply by that slope too",
    right="    return math.cos(x**2) * 2 * x",
    prediction="02.c",
    guess="26",
    verdict="You predicted 26; measured: 52. That is the right derivative.",
    totals=(5, 4),
)
only_the_first = pytest.mark.parametrize("opened", [FIRST], indirect=True, ids=["01"])


@pytest.fixture(scope="module", params=[FIRST, SECOND], ids=["01", "02"])
def opened(request, jupyterlab):
    """A lesson, and its notebook in which all cells have run."""
    notebook = jupyterlab(request.param.notebook)
    notebook.run_all()
    yield request.param, notebook
    notebook.problems.assert_clean()


@pytest.fixture
def lesson(opened):
    return opened[0]


@pytest.fixture
def notebook(opened):
    return opened[1]


def cell_with(notebook, text):
    """Index of the code cell that holds `text`."""
    sources = notebook.evaluate("return [...notebook.model.cells].map(cell => cell.toJSON())")
    (index,) = [
        i for i, cell in enumerate(sources) if cell["cell_type"] == "code" and text in "".join(cell["source"])
    ]
    return index


def rewrite(notebook, index, old, new):
    """Change a cell's source, run it with Shift+Enter, and return what it shows."""
    notebook.evaluate(
        "const source = notebook.widgets[argument.index].model.sharedModel;"
        "source.setSource(source.getSource().replace(argument.old, argument.new));",
        {"index": index, "old": old, "new": new},
    )
    return run(notebook, index)


def ask(notebook, code):
    """Run this in the last cell, in place of what stands there, and return what it shows."""
    last = notebook.cell_count() - 1
    notebook.evaluate(
        "notebook.widgets[argument.last].model.sharedModel.setSource(argument.code)",
        {"last": last, "code": code},
    )
    return run(notebook, last)


def run(notebook, index):
    outputs = notebook.show(index)
    notebook.page.keyboard.press("Shift+Enter")
    notebook.wait_idle()
    return "\n".join(outputs.all_inner_texts())


@only_the_first
def test_nothing_stands_before_the_first_notebook(notebook):
    """JupyterLab's question about news would cover the controls, and a yes would leave the machine."""
    notebook.page.wait_for_timeout(500)
    assert notebook.page.locator(".Toastify__toast, .jp-Dialog").all_inner_texts() == []


def test_a_wrong_answer_is_told_why_and_the_right_one_is_praised(lesson, notebook):
    index = cell_with(notebook, f'check("{lesson.exercise}"')
    wrong = rewrite(notebook, index, lesson.gap, lesson.wrong)
    assert "❌" in wrong and lesson.why in wrong
    ask(notebook, "from backprop_lib.exercises import hint, solution")
    assert "Hint 1 of" in ask(notebook, f'hint("{lesson.exercise}")')
    assert "Before the solution: read" in ask(notebook, f'solution("{lesson.exercise}")')
    right = rewrite(notebook, index, lesson.wrong, lesson.right)
    assert "✅" in right and "Right" in right
    assert "📖" in ask(notebook, f'solution("{lesson.exercise}")')


def test_a_guess_is_kept_and_compared_with_the_experiment(lesson, notebook):
    index = cell_with(notebook, f'predict("{lesson.prediction}"')
    experiment = cell_with(notebook, f'reveal("{lesson.prediction}"')
    assert "Guess first" in "\n".join(notebook.show(experiment).all_inner_texts())
    recorded = rewrite(notebook, index, "...", lesson.guess)
    assert f"Recorded: {lesson.guess.strip(chr(34))}" in recorded
    assert lesson.verdict in run(notebook, experiment)


def test_progress_counts_what_was_done(lesson, notebook):
    exercises, predictions = lesson.totals
    done = ask(notebook, f'progress("{lesson.exercise[:2]}")').split("\n")[-1]
    assert done.split("\t")[1:] == [f"1 of {exercises}", "1", f"1 of {predictions}"]


@only_the_first
def test_the_next_cell_reads_what_was_dragged(notebook):
    drawing = notebook.show(cell_with(notebook, "explore(L)"))
    slider = drawing.get_by_role("slider", name="w₂")
    slider.focus()
    for _ in range(4):
        notebook.page.keyboard.press("ArrowRight")
    moved = float(slider.input_value())
    assert moved > -1
    # Widgets send one state at a time and the latest last: a reader is never as fast as these two keys.
    reads = (run(notebook, cell_with(notebook, 'explorer.values["w2"]')) for _ in range(5))
    assert any(f"w2 = {moved}" in read for read in reads)


@only_the_first
def test_a_slider_of_the_learners_own_answers(notebook):
    index = cell_with(notebook, "@interact")
    rewrite(notebook, index, "    ...", '    print(f"twice {2 * w2}")')
    slider = notebook.show(index).get_by_role("slider").first
    slider.focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.show(index).get_by_text("twice -1.5").wait_for()


@only_the_first
def test_enter_answers_the_question_inside_a_cell(notebook):
    """JupyterLab stops forms in cells from being sent with Enter."""
    drawing = notebook.show(cell_with(notebook, "explore(L)"))
    drawing.get_by_role("button", name="reset").click()
    drawing.get_by_label("ask me before each gradient").check()
    drawing.get_by_label("to the start").click()
    guess = drawing.get_by_label("your guess")
    while not guess.is_visible():
        drawing.get_by_label("one step on").click()
    notebook.page.keyboard.type("1.35")
    notebook.page.keyboard.press("Enter")
    drawing.get_by_text("The size is right, the sign is not").wait_for()
