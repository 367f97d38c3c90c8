"""The path counter in a page: its counts and sums are Python's, and every control does what it says."""

import random
from pathlib import Path

import pytest

from backprop_lib.explorables import words
from backprop_lib.explorables.path_counter import LOWER, MOST, UPPER, count, path_counter
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

# Everything that can be read, in one look.
READ = """root => {
    const all = (selector) => [...root.querySelectorAll(selector)].map((one) => one.textContent);
    const output = (name) => root.querySelector(`[data-name="${name}"] output`).textContent;
    return {
        said: root.querySelector("[role=status]").textContent,
        cells: all("tbody td"), lines: all(".bp-product"),
        many: all(".bp-chain .bp-many"), once: all(".bp-chain .bp-once"),
        gradients: all(".bp-chain .bp-gradient"), factors: all(".bp-factor"), gap: all(".bp-gap text"),
        taken: [...root.querySelectorAll(".bp-way")].filter((way) => way.querySelector(".active")).length,
        diamonds: output("diamonds"), path: output("path"),
        charts: [...root.querySelectorAll("[role=img]")].map((one) => one.getAttribute("aria-label")),
        bar: [".bp-sum-before", ".bp-sum-now"].map((one) => parseFloat(root.querySelector(one).style.width)),
        height: root.getBoundingClientRect().height,
    };
}"""
# The same after each of many states, without a way there and back for each.
READ_ALL = f"""async (root, states) => {{
    const read = {READ};
    const found = [];
    for (const state of states) {{
        window.model.set(state);
        await null; // the explorable draws in a microtask
        found.push(read(root));
    }}
    return found;
}}"""


def at(diamonds, path=1):
    counter = path_counter(diamonds)
    counter.path = path
    return counter


def read(page):
    settle(page.page)
    return page.root.evaluate(READ)


def show(page, diamonds, path):
    return show_all(page, [(diamonds, path)])[0]


def show_all(page, states):
    return page.root.evaluate(READ_ALL, [{"diamonds": n, "path": k} for n, k in states])


def state(page):
    return page.model_get("diamonds"), page.model_get("path")


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def press(page, name, times=1):
    for _ in range(times):
        page.root.get_by_role("button", name=name, exact=True).click()
    settle(page.page)


def brief(n):
    return count(n) if n < 100_000 else words.number(n)


def random_states(seed=6):
    rng = random.Random(seed)
    few = [(n, k) for n in range(4) for k in range(1, 2**n + 1)]
    sizes = [rng.randint(4, MOST) for _ in range(60)]
    return few + [(n, rng.randint(1, 2**n)) for n in sizes] + [(n, 2**n) for n in (11, 12, 13, MOST)]


# --- numbers ------------------------------------------------------------------------------------------------


def test_all_that_is_said_and_counted_is_pythons(mount_widget):
    page = mount_widget(at(10))
    states = random_states()
    for (n, k), found in zip(states, show_all(page, states), strict=True):
        counter = at(n, k)
        assert found["said"] == counter.sentence
        total = words.signed(counter.gradient)
        assert found["cells"] == [
            count(counter.visits_path_by_path),
            str(counter.visits),
            count(counter.visits_path_by_path - 1),
            str(4 * n),
            total,
            total,
        ]
        assert found["lines"][0].endswith(words.signed(counter.product))
        assert found["lines"][1].endswith(f": {words.signed(counter.sum_so_far)} of {total}")
        assert (found["diamonds"], found["path"]) == (str(n), f"{brief(k)} of {brief(counter.paths)}")
        before, now = found["bar"]  # the share that the paths have reached
        assert now / 100 == pytest.approx(counter.product / counter.gradient, rel=1e-5, abs=1e-6)
        share = counter.sum_so_far / counter.gradient
        assert (before + now) / 100 == pytest.approx(share, rel=1e-5, abs=1e-6)
    assert page.saved() == []  # Python knows what it set


NUMBERS = """async ([source, states]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { product, sumTo, backward } = await import(url);
    return states.map(([n, k]) => [product(n, k), sumTo(n, k), backward(n)[0]]);
}"""


def test_the_numbers_behind_it_are_the_engines_to_twelve_digits(mount_widget):
    """Nothing of it is rounded for the screen: the module itself."""
    js = Path(__file__).parents[2] / "js"
    source = (js / "common/numbers.js").read_text() + (js / "path_counter/counts.js").read_text()
    source = "\n".join(line for line in source.splitlines() if not line.startswith("import "))
    page = mount_widget(at(10))
    states = random_states(seed=8)
    for (n, k), found in zip(states, page.page.evaluate(NUMBERS, [source, states]), strict=True):
        counter = at(n, k)
        assert found == pytest.approx([counter.product, counter.sum_so_far, counter.gradient], rel=1e-12)


def test_the_chain_shows_visits_gradients_and_the_path(mount_widget):
    states = [(n, 1 + (5 * 2**n) // 7) for n in (0, 1, 3, 10, 12)]
    for state, found in zip(states, show_all(mount_widget(at(10), width=1200), states), strict=True):
        assert_chain(found, *state)


def assert_chain(found, n, k):
    counter = at(n, k)
    assert found["many"] == [count(2**i) for i in reversed(range(n + 1))]
    assert found["once"] == ["1"] * (n + 1)
    # 1.5ⁿ, with three digits; the engine's at x is in the table
    assert [float(g) for g in found["gradients"]] == [float(f"{1.5**i:.3g}") for i in reversed(range(n + 1))]
    lower = f"{k - 1:0{n}b}" if n else ""
    assert found["factors"] == [f"×{LOWER if digit == '1' else UPPER}" for digit in lower]
    assert found["taken"] == n
    ways = " ".join("c" if digit == "1" else "b" for digit in lower)
    assert found["charts"] == [
        f"a chain of {n} diamonds from x to q; this path goes by {ways}" if n else "x is q",
        f"node visits for {n} diamonds: path by path {count(counter.visits_path_by_path)}, "
        f"each waits {counter.visits}",
    ]


def test_of_many_diamonds_the_first_and_the_last_are_drawn(mount_widget):
    found = read(mount_widget(at(40, 2**39), width=1200))
    assert found["gap"] == ["…", "29 more"]
    assert found["many"][:2] == ["1.10×10¹²", "5.50×10¹¹"]
    assert found["many"][-6:] == ["32", "16", "8", "4", "2", "1"]
    assert found["factors"] == ["×0.9"] + ["×0.6"] * 10


# --- controls -----------------------------------------------------------------------------------------------


def test_the_diamonds_slider_by_keyboard_and_by_mouse(mount_widget):
    counter = at(10, 1000)
    page = mount_widget(counter)
    slider(page, "diamonds").press("ArrowRight")
    assert read(page)["said"] == at(11, 1000).sentence
    slider(page, "diamonds").press("Home")
    settle(page.page)
    assert state(page) == (0, 1)
    slider(page, "diamonds").press("End")
    settle(page.page)
    assert state(page) == (40, 1)
    box = slider(page, "diamonds").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.2, box["y"] + box["height"] / 2)
    settle(page.page)
    assert 6 <= page.model_get("diamonds") <= 10
    assert page.saved()[-1]["diamonds"] == page.model_get("diamonds")
    assert read(page)["said"] == at(*state(page)).sentence


def test_the_path_slider_and_the_buttons_beside_it(mount_widget):
    page = mount_widget(at(3))
    back = page.root.get_by_role("button", name="the path before")
    assert back.get_attribute("aria-disabled") == "true"
    back.press("Enter")
    assert state(page) == (3, 1) and page.saved() == []
    press(page, "the next path", 2)
    assert state(page) == (3, 3)
    press(page, "the path before")
    assert state(page) == (3, 2)
    slider(page, "path").press("End")
    assert read(page)["said"] == at(3, 8).sentence
    following = page.root.get_by_role("button", name="the next path")
    assert following.get_attribute("aria-disabled") == "true"
    following.press("Enter")
    assert state(page) == (3, 8)
    box = slider(page, "path").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settle(page.page)
    assert page.model_get("path") in (4, 5)
    assert slider(page, "path").get_attribute("aria-valuetext") == f"path {page.model_get('path')} of 8"


def test_following_every_path_reaches_the_gradient(mount_widget):
    page = mount_widget(at(5))
    for k in range(1, 33):
        assert read(page)["said"] == at(5, k).sentence
        page.root.get_by_role("button", name="the next path").press("Enter")
    assert sum(read(page)["bar"]) == pytest.approx(100)


def test_a_click_in_a_diamond_sends_the_path_the_other_way(mount_widget):
    page = mount_widget(at(4))
    for diamond, by, path in [(0, "c", 9), (3, "c", 10), (0, "b", 2), (0, "b", 2)]:
        found = page.root.locator(".bp-chain").bounding_box()
        step = 180 if found["width"] > 1000 else (found["width"] - 154 - 26) / 4
        x = found["x"] + 154 + step * (diamond + 0.5)
        page.mouse.click(x, found["y"] + (136 if by == "c" else 70))
        settle(page.page)
        assert page.model_get("path") == path


def test_fewer_diamonds_from_python_before_the_path_follows(mount_widget):
    page = mount_widget(at(10, 1000))
    page.model_set("diamonds", 3)  # Python sends the path right after
    assert read(page)["said"] == at(3, 8).sentence


def test_reset_goes_back_to_where_it_was(mount_widget):
    page = mount_widget(at(10, 7))
    before = read(page)
    slider(page, "diamonds").press("End")
    slider(page, "path").press("End")
    press(page, "reset")
    assert read(page) == before
    assert state(page) == (10, 7)


def test_python_hears_of_both_at_once(mount_widget):
    counter = at(10, 1000)
    page = mount_widget(counter)
    slider(page, "diamonds").press("Home")
    slider(page, "diamonds").press("ArrowRight")
    settle(page.page)
    for saved in page.saved():
        counter.set_state(saved)
    assert (counter.diamonds, counter.path) == state(page) == (1, 1)
    assert counter.sentence == read(page)["said"]


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(at(10, 5))
    report = operate(page.page, page.root)
    assert len(report.controls) == 5  # diamonds, path, back, next, reset
    assert report.problems() == {}
    assert page.root.locator(":is(button, input):not([data-lm-suppress-shortcuts=true])").count() == 0


# --- a good guest -------------------------------------------------------------------------------------------

MISPLACED = """root => {
    const texts = [...root.querySelectorAll("svg text, td, th, output, .bp-product")];
    const boxes = texts.filter((one) => one.textContent)
        .map((one) => [one.textContent, one.getBoundingClientRect()]);
    const frame = root.getBoundingClientRect();
    const across = (a, b) => a.left < b.right - 1 && b.left < a.right - 1;
    const meet = (a, b) => across(a, b) && a.top < b.bottom - 4 && b.top < a.bottom - 4;
    const text = ([content]) => content;
    const caption = root.querySelector(".bp-caption");
    return {
        outside: boxes.filter(([, b]) => b.right > frame.right + 1 || b.left < frame.left - 1).map(text),
        overlap: boxes.flatMap(([one, a], i) =>
            boxes.slice(i + 1).filter(([, b]) => meet(a, b)).map((other) => [one, text(other)])),
        cut: texts.filter((one) => !one.ownerSVGElement && one.scrollWidth > one.clientWidth + 1)
            .map((one) => one.textContent),
        scrolls: caption.scrollHeight > caption.clientHeight,
        page: document.documentElement.scrollWidth > innerWidth,
    };
}"""


@pytest.mark.parametrize("width", [332, 568, 620, 700, 848, 1240])
def test_nothing_overlaps_is_cut_or_changes_the_height(mount_widget, width, screenshot):
    page = mount_widget(at(10), width=width)
    heights = set()
    for n, k in [
        (0, 1),
        (1, 2),
        (3, 6),
        (7, 1),
        (10, 1000),
        (12, 4096),
        (13, 1),
        (25, 2**24),
        (40, 2**40 - 1),
    ]:
        heights.add(show(page, n, k)["height"])
        found = page.root.evaluate(MISPLACED)
        none = {"outside": [], "overlap": [], "cut": [], "scrolls": False, "page": False}
        assert found == none, (n, k)
        screenshot(page.root, f"path_counter_{width}_{n}")
    assert len(heights) == 1


@pytest.mark.parametrize(("theme", "width"), [("light", 920), ("dark", 660)])
def test_it_can_be_read_in_both_themes(mount_widget, axe_violations, theme, width, screenshot):
    page = mount_widget(at(10, 365), theme=theme, width=width)
    screenshot(page.root, f"path_counter_{theme}")
    assert axe_violations(page.page) == []
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1


def test_the_picture_follows_the_width(mount_widget):
    page = mount_widget(at(10), width=1000)
    wide = page.root.locator(".bp-chain").bounding_box()["width"]
    page.page.evaluate("() => document.getElementById('widget').style.width = '700px'")
    settle(page.page)
    assert page.root.locator(".bp-chain").bounding_box()["width"] < wide - 250
    assert page.saved() == []


def test_unmounting_leaves_nothing_behind(mount_widget):
    page = mount_widget(at(10), reduced_motion="no-preference")
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
