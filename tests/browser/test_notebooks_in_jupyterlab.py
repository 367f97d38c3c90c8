"""Every committed notebook in a real JupyterLab, as a learner meets it."""

import pytest

from tools.build_notebooks import NOTEBOOKS
from tools.keyboard import operate

NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.skipif(not NAMES, reason="notebooks/ is empty: there is nothing to open"),
]


@pytest.fixture(scope="module", params=NAMES)
def notebook(request, jupyterlab):
    """The notebook after "Run all"; the tests of a notebook share it."""
    notebook = jupyterlab(request.param)
    notebook.run_all()
    yield notebook
    notebook.close()


def explorables(notebook):
    """Each explorable's root with a name, its cell scrolled into view."""
    for index in notebook.widget_cells():
        for place, root in enumerate(notebook.show(index).locator(".backprop-explorable").all()):
            root.scroll_into_view_if_needed()
            yield f"{notebook.name[:2]}_cell{index + 1:02d}_{place + 1}", root


def test_it_runs_and_no_cell_fails(notebook):
    outputs = [output for cell in notebook.outputs() for output in cell]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]


def test_every_widget_is_drawn_and_says_what_it_shows(notebook):
    for name, root in explorables(notebook):
        assert root.locator("[role=status]").first.inner_text().strip(), f"{name} has no sentence"
    for index in notebook.widget_cells():
        text = notebook.show(index).all_inner_texts()
        assert not any("Error displaying widget" in part or "Loading widget" in part for part in text), index


def test_both_themes_show_it_whole_and_axe_finds_nothing_serious(notebook, axe_violations, screenshot):
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        for name, root in explorables(notebook):
            screenshot(root, f"{name}_{theme}")
            spill = root.evaluate("root => root.scrollWidth - root.clientWidth")
            assert spill <= 1, f"{name} is {spill} pixels wider than its place"
            if theme == "dark":  # each explorable's own tests have looked at it in the light
                root.evaluate("(root, name) => root.setAttribute('data-test', name)", name)
                found = axe_violations(notebook.page, f"[data-test='{name}']")
                assert not found, f"{name}: {found}"


# Every control is walked by key in its explorable's own tests; here JupyterLab could take the keys.
WALKED = NAMES[:1]
UNGUARDED = """root => [...root.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])"
)].filter(({ dataset }) => dataset.lmSuppressShortcuts !== "true").map((element) => element.outerHTML)"""


def test_jupyterlab_takes_no_key_of_a_control(notebook):
    for name, root in explorables(notebook):
        assert root.evaluate(UNGUARDED) == [], name
        if notebook.name in WALKED:
            cells = notebook.cell_count()
            assert operate(notebook.page, root).problems() == {}, name
            assert notebook.cell_count() == cells, f"{name}: JupyterLab took one of its keys"


# Last: what it looks at has gathered while the others worked.
def test_no_script_failed_and_no_request_left_the_machine(notebook):
    notebook.problems.assert_clean()
