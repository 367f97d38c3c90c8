"""What a learner does in lesson 01: guess, answer wrongly, be told why, answer rightly, move and read."""

import pytest

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def notebook(jupyterlab):
    notebook = jupyterlab("01_by_hand.ipynb")
    notebook.run_all()
    yield notebook
    notebook.problems.assert_clean()


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


def run(notebook, index):
    outputs = notebook.show(index)
    notebook.page.keyboard.press("Shift+Enter")
    notebook.wait_idle()
    return "\n".join(outputs.all_inner_texts())


def test_nothing_stands_before_the_first_notebook(notebook):
    """JupyterLab's question about news would cover the controls, and a yes would leave the machine."""
    notebook.page.wait_for_timeout(500)
    assert notebook.page.locator(".Toastify__toast, .jp-Dialog").all_inner_texts() == []


def test_a_wrong_answer_is_told_why_and_the_right_one_is_praised(notebook):
    index = cell_with(notebook, 'check("01.2"')
    wrong = rewrite(notebook, index, "dw2 = ...", "dw2 = -dz2 * a1")
    assert "❌" in wrong and "2(a2 − y)" in wrong
    right = rewrite(notebook, index, "dw2 = -dz2 * a1", "dw2 = dz2 * a1")
    assert "✅" in right and "Right" in right


def test_a_guess_is_kept_and_compared_with_the_experiment(notebook):
    index = cell_with(notebook, 'predict("01.a"')
    experiment = cell_with(notebook, 'reveal("01.a"')
    assert "Guess first" in "\n".join(notebook.show(experiment).all_inner_texts())
    assert "Recorded: fall" in rewrite(notebook, index, "...", '"fall"')
    told = run(notebook, experiment)
    assert "You predicted fall; measured: grow" in told and "w2 is negative" in told


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


def test_a_slider_of_the_learners_own_answers(notebook):
    index = cell_with(notebook, "@interact")
    rewrite(notebook, index, "    ...", '    print(f"twice {2 * w2}")')
    slider = notebook.show(index).get_by_role("slider").first
    slider.focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.show(index).get_by_text("twice -1.5").wait_for()


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
