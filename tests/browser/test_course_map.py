"""The course map in a page and in JupyterLab: cards, the chosen lesson, the link that opens it."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from backprop_lib.course import LESSONS
from backprop_lib.explorables.course_map import course_map
from tests.explorables.test_course_map import done, with_lessons
from tools.browser import watch
from tools.keyboard import operate
from tools.lab import LabNotebook, jupyter_lab
from tools.lessons import NOTEBOOK_METADATA
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def half_done(tmp_path):
    for lesson in LESSONS[:5]:
        (tmp_path / lesson.notebook).touch()
    lessons = [
        ("00", 2, 2, 2, 1, 1),
        ("01", 4, 5, 6, 3, 4),
        ("03", 0, 0, 0, 0, 0),
        ("04", 1, 1, 12, 0, 3),
        ("06", 0, 0, 5, 0, 0),
    ]
    return course_map(with_lessons(*lessons), tmp_path)


def card(page, number):
    return page.root.locator(f'[data-lesson="{number}"]')


def chosen(page):
    """The lessons whose details are seen."""
    return [one[:2] for one in page.root.locator(".bp-detail:visible").all_inner_texts()]


# --- cards --------------------------------------------------------------------------------------------------


def test_every_lesson_has_its_card_and_the_sentence_is_pythons(mount_widget, half_done, screenshot):
    page = mount_widget(half_done)
    screenshot(page.root, "map")
    assert page.root.locator("[role=status]").inner_text() == repr(half_done)
    assert page.root.locator("[role=status]").count() == 1
    for lesson, shown in zip(LESSONS, half_done.lessons, strict=True):
        text = card(page, lesson.number).inner_text()
        for part in (lesson.number, lesson.title, lesson.question.replace("`", ""), shown["status"]):
            assert part in text.replace("\n", " "), lesson
    assert page.root.locator(".bp-next").get_attribute("data-lesson") == "01"
    assert "next" in card(page, "01").inner_text().split("\n")
    assert "✓" in card(page, "00").inner_text()
    assert page.saved() == []


def test_a_square_for_every_exercise_is_filled_when_it_is_solved(mount_widget, half_done):
    page = mount_widget(half_done)
    for shown in half_done.lessons:
        squares = card(page, shown["number"]).locator(".bp-pips i")
        filled = card(page, shown["number"]).locator(".bp-pips .bp-solved")
        planned = shown["status"] == "planned"
        expected = (0, 0) if planned else (shown["solved"], shown["total"])
        assert (filled.count(), squares.count()) == expected


def test_the_chosen_lesson_tells_what_it_teaches_and_python_hears(mount_widget, half_done):
    page = mount_widget(half_done)
    assert chosen(page) == ["01"]
    for lesson, shown in zip(LESSONS, half_done.lessons, strict=True):
        card(page, lesson.number).click()
        settle(page.page)
        assert chosen(page) == [lesson.number] and page.model_get("chosen") == lesson.number
        text = page.root.locator(".bp-detail:visible").inner_text().replace("\n", " ")
        assert f"You learn {lesson.teaches}." in text
        assert f"You move {', '.join(lesson.explorables)}." in text
        assert (shown["details"] or shown["status"]) in text
        links = page.root.locator("a:visible")
        assert links.count() == bool(shown["notebook"])
        if shown["notebook"]:
            assert links.get_attribute("href") == lesson.notebook
        else:
            assert "not here yet" in text
        assert page.root.locator("[aria-pressed=true]").get_attribute("data-lesson") == lesson.number
    assert page.saved()[-1] == {"chosen": "12"}
    page.model_set("chosen", "02")
    assert chosen(page) == ["02"]


def test_arrows_go_from_card_to_card(mount_widget, half_done):
    page = mount_widget(half_done)
    card(page, "01").focus()
    keys = [
        "ArrowRight",
        "ArrowDown",
        "ArrowLeft",
        "ArrowUp",
        "ArrowLeft",
        "ArrowLeft",
        "End",
        "ArrowRight",
        "Home",
    ]
    visited = []
    for key in keys:
        page.page.keyboard.press(key)
        settle(page.page)
        visited += chosen(page)
        assert page.evaluate("document.activeElement.dataset.lesson") == visited[-1]
    assert visited == ["02", "03", "02", "01", "00", "00", "12", "12", "00"]


# --- a good guest -------------------------------------------------------------------------------------------

CUT = """root => [...root.querySelectorAll("button, span, a, .bp-detail")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
    .map((one) => one.textContent)"""


@pytest.mark.parametrize(("width", "theme"), [(1080, "light"), (920, "dark"), (700, "light"), (552, "dark")])
def test_it_can_be_read_in_both_themes_and_all_widths(
    mount_widget, half_done, axe_violations, width, theme, screenshot
):
    page = mount_widget(half_done, width=width, theme=theme)
    screenshot(page.root, f"map_{width}_{theme}")
    assert axe_violations(page.page) == []
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.root.evaluate(CUT) == []
    heights = set()
    for lesson in LESSONS:
        card(page, lesson.number).click()
        settle(page.page)
        heights.add(page.root.bounding_box()["height"])
    assert len(heights) == 1


def test_the_keyboard_reaches_and_operates_all(mount_widget, half_done):
    page = mount_widget(half_done)
    report = operate(page.page, page.root)
    assert len(report.controls) == 13
    assert report.problems() == {}
    assert page.root.locator(":is(button, a):not([data-lm-suppress-shortcuts=true])").count() == 0


def test_the_link_is_the_next_stop_after_the_cards(mount_widget, half_done):
    page = mount_widget(half_done)
    card(page, "12").focus()
    page.page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "01_by_hand.ipynb"
    assert page.evaluate("document.activeElement.matches(':focus-visible')")
    assert (
        page.root.locator("a:focus-visible").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    )


def test_nothing_is_left_behind(mount_widget, half_done):
    page = mount_widget(half_done, reduced_motion="no-preference")
    card(page, "03").click()
    assert page.root.evaluate("root => root.getAnimations({ subtree: true }).length") == 0
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""


def test_without_any_notebook_nothing_can_be_opened(mount_widget, tmp_path):
    page = mount_widget(course_map(done(), tmp_path))
    assert page.root.locator("a").count() == 0
    assert page.root.locator(".bp-absent").count() == 13


# --- in JupyterLab ------------------------------------------------------------------------------------------

MAP = """from backprop_lib.exercises import progress
from backprop_lib.explorables.course_map import course_map
course_map(progress())"""

# Whether the notebook with this path is the one in front, its kernel at rest.
OPEN = """path => {
    const panel = window.jupyterapp.shell.currentWidget;
    return panel?.context?.path === path && panel.sessionContext.session?.kernel?.status === "idle";
}"""


FOLDERS = ("", "my course/")


@pytest.fixture(scope="module")
def lab_with_maps(tmp_path_factory):
    """A JupyterLab in which the map stands beside lesson 01, in the served folder and in one inside it."""
    served = tmp_path_factory.mktemp("served")
    for folder in FOLDERS:
        (served / folder).mkdir(exist_ok=True)
        for lesson, code in zip(LESSONS, [MAP, "1 + 1"], strict=False):
            notebook = new_notebook(cells=[new_code_cell(code)], metadata=NOTEBOOK_METADATA)
            nbformat.write(notebook, served / folder / lesson.notebook)
    with jupyter_lab(served) as lab:
        yield lab


@pytest.mark.parametrize("folder", FOLDERS, ids=["served folder", "inner folder"])
def test_the_link_opens_the_lesson_in_a_tab_of_jupyterlab(browser, lab_with_maps, folder):
    first, second = (folder + lesson.notebook for lesson in LESSONS[:2])
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    problems = watch(page)
    notebook = LabNotebook(page, lab_with_maps, first)
    notebook.run_all()
    page.evaluate("window.sameLab = true")
    for way in ("click", "Enter"):
        root = notebook.show(0).locator(".backprop-explorable")
        root.locator('[data-lesson="01"]').click()
        link = root.get_by_role("link", name="Open lesson 01")
        if way == "click":
            link.click()
        else:
            link.focus()
            page.keyboard.press("Enter")
        page.wait_for_function(OPEN, arg=second)
        assert page.evaluate("window.sameLab"), "the page was loaded again"
        assert page.locator(".jp-Dialog").count() == 0
        tabs = notebook.evaluate("return [...app.shell.widgets('main')].map(one => one.context?.path)")
        assert sorted(tabs) == [first, second]
        notebook.evaluate(
            "const [tab] = [...app.shell.widgets('main')].filter(one => one.context.path === argument);"
            "app.shell.activateById(tab.id)",
            first,
        )
        page.wait_for_function(OPEN, arg=first)
    problems.assert_clean()
    page.context.close()


ADDRESSES = [
    ("/lab/tree/00_start_here.ipynb", "/", "01_by_hand.ipynb"),
    ("/user/me/lab/tree/a%20b/00_start_here.ipynb", "/user/me/", "a b/01_by_hand.ipynb"),
    ("/lab/workspaces/auto-x/tree/notebooks/00_start_here.ipynb", "/", "notebooks/01_by_hand.ipynb"),
    ("/doc/tree/notebooks/00_start_here.ipynb", "/", "notebooks/01_by_hand.ipynb"),
    ("/lab", "/", "01_by_hand.ipynb"),
    ("/lab/workspaces/auto-x", "/", "01_by_hand.ipynb"),
    ("/notebooks/notebooks/00_start_here.ipynb", "/", None),  # Notebook 7: a plain link is right
    ("/notebooks/lab/tree/00_start_here.ipynb", "/", None),
    ("/elsewhere", "/user/me/", None),
]

BESIDE = """async ([source, addresses]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { besideThis } = await import(url);
    return addresses.map(([address, base]) => besideThis("01_by_hand.ipynb", address, base));
}"""


def test_outside_of_jupyterlab_the_link_stays_plain(mount_widget, half_done):
    page = mount_widget(half_done)
    found = page.evaluate(BESIDE, [half_done._esm, [one[:2] for one in ADDRESSES]])
    assert found == [expected for *_, expected in ADDRESSES]


@pytest.mark.parametrize("way", ["click", "Enter"])
def test_in_a_page_without_jupyterlab_the_link_opens_another_page(mount_widget, half_done, way):
    page = mount_widget(half_done)
    page.page.context.route(
        "**/*.ipynb", lambda route: route.fulfill(body="<title>lesson</title>", content_type="text/html")
    )
    link = page.root.get_by_role("link", name="Open lesson 01")
    with page.page.context.expect_page() as opened:
        link.click() if way == "click" else link.press("Enter")
    assert opened.value.url == "http://localhost/01_by_hand.ipynb"
    assert page.page.url == "http://localhost/widget"
