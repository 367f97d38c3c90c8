"""The clipping cliff in a page: our engine's numbers, and a hand on the start and on all that is set."""

import itertools
import random

import numpy as np
import pytest

from backprop_lib.explorables.clipping_cliff import CLIPPINGS, ClippingCliff, cliff_loss, clipping_cliff
from backprop_lib.explorables.explorable import browser_side
from tests.browser.layout import height_where_all_can_be_read
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

TRAITS = ("clipping", "threshold", "rate", "w", "b", "steps")


def state(page):
    return {name: page.model_get(name) for name in TRAITS}


def in_python(page):
    return ClippingCliff(**state(page))


def said(page):
    return page.root.locator("[role=status]").text_content()


def slide(page, name, *keys):
    for key in keys:
        page.root.locator(f'[data-name="{name}"] input').press(key)
    settle(page.page)


def choose(page, name):
    page.root.get_by_role("radio", name=name, exact=True).check(force=True)
    settle(page.page)


# --- numbers ------------------------------------------------------------------------------------------------

LOAD = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.bundle = await import(url);
    window.computed = (state) => {
        const points = bundle.descend(state);
        return { points, told: bundle.describe(state, points) };
    };
}"""


@pytest.fixture(scope="module")
def bundle(browser):
    """A page with nothing in it but the shipped bundle's functions."""
    page = browser.new_page()
    page.evaluate(LOAD, browser_side("clipping_cliff")[0])
    yield page
    page.close()


def states(steps):
    rng = random.Random(4)
    for clipping in CLIPPINGS:
        for _ in range(40):
            w, b = rng.randrange(400, 701) / 100, rng.randrange(-400, -99) / 100
            one = {"clipping": clipping, "w": w, "b": b, "steps": steps}
            yield one | {"threshold": 10.0 ** rng.uniform(-2.0, 0.0), "rate": 10.0 ** rng.uniform(-1.0, 1.0)}
        # On the wall itself, where gradients are large.
        for w, b in [(5.4974, -2.934), (6.96, -3.83), (5.1, -2.6835)]:
            yield {"clipping": clipping, "threshold": 1.0, "rate": 1.0, "w": w, "b": b, "steps": steps}


def test_each_step_is_that_of_our_engine(bundle):
    tried = [*states(1)]
    for one, found in zip(tried, bundle.evaluate("all => all.map(computed)", tried), strict=True):
        ours = ClippingCliff(**one)
        points = found["points"]
        assert points[0]["loss"] == pytest.approx(ours.losses[0], rel=1e-12)
        assert points[0]["gradient"] == pytest.approx(ours.gradients[0], rel=1e-12), one
        assert points[0]["clipped"] == pytest.approx(ours.clipped[0], rel=1e-12), one
        assert [points[1]["w"], points[1]["b"]] == pytest.approx(ours.path[1], rel=1e-12), one
        assert found["told"] == ours.sentence


def test_whole_ways_and_sentences_are_those_of_python(bundle):
    """Where descent meets the wall again and again, last digits grow: it does so once in these."""
    for clipping, steps in itertools.product(CLIPPINGS, (0, 5, 10, 11, 12, 20)):
        ours = ClippingCliff(clipping=clipping, steps=steps)
        found = bundle.evaluate("computed", state_of(ours))
        path = [[point["w"], point["b"]] for point in found["points"]]
        assert np.array(path) == pytest.approx(np.array(ours.path), rel=1e-9)
        if clipping != "none" or steps < 12:  # beyond, the gradient is round-off
            assert found["told"] == ours.sentence


def state_of(cliff):
    return {name: getattr(cliff, name) for name in TRAITS}


# --- what is drawn, and moved by hand -----------------------------------------------------------------------


def drawn(page):
    """The points of the way, read back: w from 4 to 7 lies at 46 to 392, b from −4 to −1 at 368 to 22."""
    path = page.root.locator(".bp-way").get_attribute("d")
    pairs = [pair.split() for pair in path[1:].split("L")]
    return [(4.0 + 3.0 * (float(u) - 46.0) / 346.0, -1.0 - 3.0 * (float(v) - 22.0) / 346.0) for u, v in pairs]


def table(page):
    return page.root.locator(".bp-cell").all_text_contents()


def test_the_way_is_drawn_and_every_control_moves_it(mount_widget, screenshot):
    cliff = clipping_cliff()
    page = mount_widget(cliff, width=844)
    assert page.saved() == [] and said(page) == cliff.sentence
    assert np.array(drawn(page)) == pytest.approx(np.array(cliff.path), abs=2e-3)
    leaves = page.root.locator(".bp-leaves")
    assert leaves.text_content() == "to (15.6, 13.9)"
    assert page.root.locator(".bp-plain").get_attribute("d") == ""
    choose(page, "by value")
    assert said(page) == in_python(page).sentence and leaves.text_content() == "plain: to (15.6, 13.9)"
    assert table(page) == ["−10.0726", "−1", "−16.8504", "−1", "19.6314", "1.4142", "", "14.1°"]
    assert page.root.locator(".bp-plain").get_attribute("d") != ""
    screenshot(page.root, "clipping_cliff_value")
    choose(page, "by norm")
    assert table(page)[-1] == "0°" and said(page) == in_python(page).sentence
    slide(page, "steps", "ArrowRight")
    slide(page, "threshold", "ArrowLeft", "ArrowLeft")
    slide(page, "learning rate η", "ArrowRight")
    assert state(page) == {
        "clipping": "norm", "threshold": 0.79, "rate": 1.1, "w": 5.9, "b": -2.5, "steps": 12,
    }  # fmt: skip
    assert said(page) == in_python(page).sentence
    start = page.root.get_by_role("slider", name="start, moved by the arrow keys")
    for key in ("ArrowLeft", "ArrowUp", "ArrowUp", "Shift+ArrowRight", "ArrowDown", "Tab"):
        start.press(key)
    settle(page.page)
    assert (page.model_get("w"), page.model_get("b")) == (5.86, -2.45)
    assert start.get_attribute("aria-valuetext") == "(w, b) = (5.86, −2.45)"
    box = start.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    one = page.root.locator(".bp-frame").bounding_box()["width"] / 3.0
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x - one, y - 0.5 * one)
    page.page.mouse.up()
    page.page.mouse.move(x, y)  # let go: this moves nothing
    settle(page.page)
    assert (page.model_get("w"), page.model_get("b")) == pytest.approx((4.86, -1.95), abs=0.011)
    for saved in page.saved():
        cliff.set_state(saved)
    assert state_of(cliff) == state(page) and cliff.sentence == said(page)
    page.root.get_by_role("button", name="reset").click()
    settle(page.page)
    assert state(page) == cliff.start
    for name, value in [("clipping", "value"), ("threshold", 0.2), ("rate", 0.5), ("w", 4.5), ("b", -3.0)]:
        page.model_set(name, value)
        assert said(page) == in_python(page).sentence
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""


def test_the_loss_is_shaded_and_its_lines_lie_where_it_has_their_level(mount_widget):
    page = mount_widget(clipping_cliff(), width=844)
    assert page.root.locator("image").get_attribute("href").startswith("data:image/png")
    path = page.root.locator(".bp-contours").get_attribute("d")
    points = [pair.split("L")[0].split() for pair in path[1:].split("M")]
    levels = np.array([0.005, 0.02, 0.04, 0.06, 0.08, 0.2, 0.3, 0.4, 0.45])
    cell = 3.0 / 220
    seen = 0
    for u, v in points[:: len(points) // 60]:
        w, b = 4.0 + cell * float(u), -4.0 + cell * float(v)
        around = [cliff_loss(w + i * cell, b + j * cell).data for i in (-1, 1) for j in (-1, 1)]
        if max(around) - min(around) > 0.02:
            continue  # on the wall a cell holds many levels
        seen += 1
        assert np.abs(levels - cliff_loss(w, b).data).min() < 0.05 * (max(around) - min(around)), (w, b)
    assert seen > 20


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(clipping_cliff("norm"), width=844)
    report = operate(page.page, page.root)
    assert len(report.controls) == 8  # the start, three clippings, three sliders, reset
    assert report.problems() == {}
    focusable = ":is(button, input, [tabindex]):not([data-lm-suppress-shortcuts=true])"
    assert page.root.locator(focusable).count() == 0
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1


WORST = [
    {"clipping": "none", "steps": 60},
    {"clipping": "value", "threshold": 0.01, "rate": 100.0, "w": 4.0, "b": -4.0},
    {"clipping": "norm", "threshold": 100.0, "rate": 100.0, "w": 6.96, "b": -3.83},
    {"clipping": "value", "threshold": 0.032, "rate": 0.01, "w": 7.0, "b": -1.0, "steps": 59},
    {"clipping": "none", "rate": 100.0, "w": 7.0, "b": -3.85, "steps": 1},
    {"steps": 0},
]


@pytest.mark.parametrize(("width", "theme"), [(560, "dark"), (844, "light"), (1080, "dark")])
def test_it_can_be_read_everywhere_and_nothing_moves(mount_widget, axe_violations, width, theme, screenshot):
    page = mount_widget(clipping_cliff("norm"), width=width, theme=theme)
    heights = {page.root.bounding_box()["height"]}
    assert axe_violations(page.page) == []
    screenshot(page.root, f"clipping_cliff_{width}_{theme}")
    for k, one in enumerate(WORST):
        page.model_set_all(one)
        heights.add(height_where_all_can_be_read(page, one))
        assert "none" not in said(page)
        screenshot(page.root, f"clipping_cliff_{width}_worst_{k}")
    assert len(heights) == 1 and (width != 844 or heights.pop() <= 620)
