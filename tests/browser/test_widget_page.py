"""The bench on which explorables are tested, tested itself with a toy."""

import importlib.util
from pathlib import Path

import pytest

from tools.browser import watch
from tools.keyboard import operate

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="session")
def toy():
    """The toy's class; loaded by path, as the tests are no package."""
    spec = importlib.util.spec_from_file_location("toy", Path(__file__).with_name("toy.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Toy


def test_the_widget_draws_its_state_and_answers_both_sides(mount_widget, toy):
    page = mount_widget(toy(w=3.0))
    assert page.root.locator("[role=status]").inner_text() == "w = 3, w² = 9, 3 bytes"

    page.model_set("w", 4.0)
    assert page.root.locator("[role=status]").inner_text().startswith("w = 4")
    assert page.saved() == []  # what came from Python is not sent back

    page.root.get_by_text("Step").click()
    assert page.model_get("w") == 4.5
    assert page.saved() == [{"w": 4.5}]


def test_unmounting_leaves_nothing_behind(mount_widget, toy):
    page = mount_widget(toy())
    assert page.listener_count() == 1
    page.unmount()
    assert page.listener_count() == 0
    assert page.element.inner_html() == ""


@pytest.mark.parametrize("theme, dark", [("light", False), ("dark", True)])
def test_the_page_has_jupyterlabs_colours(mount_widget, toy, theme, dark):
    page = mount_widget(toy(), theme=theme)
    background = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    levels = [int(part) for part in background.strip("rgb()").split(",")]
    assert (max(levels) < 60) is dark


def test_axe_finds_nothing_in_the_toy_and_a_button_without_a_name(mount_widget, toy, axe_violations):
    page = mount_widget(toy())
    assert axe_violations(page.page) == []
    page.root.evaluate("root => root.append(document.createElement('button'))")
    assert [line.split(":")[0] for line in axe_violations(page.page)] == ["button-name"]


def test_the_keyboard_reaches_and_operates_all_of_the_toy(mount_widget, toy):
    page = mount_widget(toy())
    report = operate(page.page, page.root)
    assert len(report.controls) == 4
    assert report.problems() == {}


def test_the_keyboard_test_tells_what_fails(mount_widget, toy):
    page = mount_widget(toy())
    page.root.evaluate(
        """root => root.insertAdjacentHTML("beforeend", `
            <button>Idle</button>
            <button tabindex="-1" onclick="this.textContent += '!'">Away</button>
            <button style="outline: none" onclick="this.dataset.on = 1">Bare</button>
            <button onclick="this.disabled = true">Once</button>`)"""
    )
    assert operate(page.page, page.root).problems() == {
        "unreached": ["Away"],
        "without_effect": ["Idle"],
        "without_ring": ["Bare"],
        "focus_lost": ["Once"],
    }


def test_a_page_that_fails_or_calls_out_does_not_pass_as_clean(browser):
    context = browser.new_context()
    page = context.new_page()
    problems = watch(page)
    page.set_content("<script>throw new Error('broken')</script><img src='https://example.invalid/x.png'>")
    context.close()
    assert "broken" in problems.page_errors[0]
    assert problems.external_requests == ["https://example.invalid/x.png"]
