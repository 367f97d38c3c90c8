"""The production line in a page: its numbers are our engine's, and every knob turns by key and by pointer."""

import pytest

from backprop_lib.explorables import words
from backprop_lib.explorables.production_line import KNOBS, production_line
from tests.explorables.test_production_line import states
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
STEP = 0.01

NUMBERS = """async ([source, nodes, states]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { evaluate, sentence } = await import(url);
    return states.map((leaves) => {
        const { values, gradients } = evaluate(nodes, leaves);
        return { values, gradients, said: [1, 2, 3].map((knobs) =>
            sentence(values, gradients, ["w1", "w2", "b"].slice(0, knobs))) };
    });
}"""


def said(page):
    return page.root.locator("[role=status]").inner_text().translate(PLAIN)


def note(page):
    return page.root.locator(".bp-note").inner_text().translate(PLAIN)


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def press(page, name, times=1):
    for _ in range(times):
        page.root.get_by_role("button", name=name, exact=True).click()
    settle(page.page)


def key(page, name, key):
    slider(page, name).press(key)
    settle(page.page)


def blamed(page):
    """The gradients that are written, in the order of the stations."""
    return page.root.locator(".bp-blame .bp-hidden").all_text_contents()


# --- numbers ------------------------------------------------------------------------------------------------


def test_the_browsers_numbers_and_sentences_are_ours(mount_widget):
    lines = [production_line(knobs) for knobs in (1, 2, 3)]
    # Where a gradient is 0 or two are alike, too.
    exact = [{"w1": 1.0}, {"w2": 0.0}, {"w1": 0.0, "w2": 0.0}, {"w1": 1.5, "w2": 1.5}, {"w1": 0.5}, {}]
    tried = [*states(), *(dict(lines[0].values) | some for some in exact)]
    page = mount_widget(lines[2])
    results = page.evaluate(NUMBERS, [lines[0]._esm, lines[0].nodes, tried])
    for leaves, found in zip(tried, results, strict=True):
        for line, sentence in zip(lines, found["said"], strict=True):
            line.values = leaves
            assert sentence == line.sentence
        graph = {node["name"]: v for node, v in zip(lines[0].nodes, lines[0]._replayed(), strict=True)}
        assert found["values"] == pytest.approx({n: v.data for n, v in graph.items()}, rel=1e-12, abs=1e-300)
        assert found["gradients"] == pytest.approx(
            {n: v.grad for n, v in graph.items()}, rel=1e-12, abs=1e-300
        )


@pytest.mark.parametrize("knobs", [1, 2, 3])
def test_what_is_drawn_follows_python(mount_widget, knobs):
    line = production_line(knobs)
    page = mount_widget(line)
    assert page.saved() == []
    for leaves in states(20, seed=7):
        line.values = leaves
        page.model_set("values", dict(line.values))
        assert said(page) == line.sentence
        assert blamed(page) == [words.signed(line.gradients[name]) for name in KNOBS[:knobs]]
        graph = {node["name"]: v.data for node, v in zip(line.nodes, line._replayed(), strict=True)}
        lengths = page.root.get_by_role("img").get_attribute("aria-label")
        assert f"product {words.number(graph['p'])}, wanted" in lengths


def test_python_gives_more_knobs(mount_widget):
    page = mount_widget(production_line(1))
    assert page.root.locator("input").count() == 1 and len(blamed(page)) == 1
    page.model_set("knobs", 3)
    assert page.root.locator("input").count() == 4 and len(blamed(page)) == 3
    assert said(page) == production_line(3).sentence


def test_arrow_and_words_say_the_way_in_which_the_loss_falls(mount_widget):
    page = mount_widget(production_line())
    for leaves in ({}, {"w1": 0.5}, {"w2": 0.0}, {"w1": 1.0}):
        line = production_line()
        line.set(**leaves)
        page.model_set("values", dict(line.values))
        assert_ways(page, line)


def assert_ways(page, line):
    loss = line._replayed()[-1].data
    ways = page.root.locator(".bp-way").all()
    for name, way, told in zip(KNOBS, ways, page.root.locator(".bp-turn").all_inner_texts(), strict=True):
        gradient = line.gradients[name]
        assert (way.get_attribute("visibility") == "hidden") == (gradient == 0) == (told == "changes nothing")
        if gradient == 0:
            continue
        down = "scale(-1 1)" in way.get_attribute("transform")  # mirrored: anticlockwise
        assert down == told.startswith("↓ turn down") != told.startswith("↑ turn up")
        turned = production_line()
        turned.set(**dict(line.values) | {name: line.values[name] + (-0.001 if down else 0.001)})
        assert turned._replayed()[-1].data < loss


# --- turning ------------------------------------------------------------------------------------------------


def test_every_slider_turns_by_key_and_python_hears(mount_widget):
    line = production_line()
    page = mount_widget(line)
    for name, step in [("w1", 0.02), ("w2", 0.02), ("b", 0.02), ("y", 0.1)]:
        key(page, name, "ArrowRight")
        moved = line.values[name] + step
        assert page.model_get("values") == pytest.approx(dict(line.values) | {name: moved}, rel=1e-12)
        line.set_state(page.saved()[-1])
        assert line.values[name] == moved and said(page) == line.sentence
        assert slider(page, name).get_attribute("aria-valuetext") == f"{name} = {words.number(moved)}"
        key(page, name, "Home")
        line.set_state(page.saved()[-1])
        assert said(page) == line.sentence


def test_a_small_turn_does_nearly_what_the_gradient_said(mount_widget):
    page = mount_widget(production_line(1))
    assert "Turn a knob" in note(page)
    key(page, "w1", "ArrowRight")
    assert note(page) == "Just now: w1 +0.02, loss +0.3264: that is 16.3 times as much."
    key(page, "w1", "ArrowLeft")
    assert note(page) == "Just now: w1 −0.02, loss −0.3264: that is 16.3 times as much."
    page.model_set("values", dict(production_line().values) | {"w1": 2.0})  # by Python: it was not the reader
    assert "Turn a knob" in note(page)


def centre(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, locator, right, down=0):
    x, y = centre(locator)
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + right / 2, y + down / 2)
    page.page.mouse.move(x + right, y + down)
    page.page.mouse.up()
    settle(page.page)


def test_a_knob_in_the_picture_can_be_dragged(mount_widget):
    line = production_line()
    page = mount_widget(line)
    for place, name in enumerate(KNOBS):
        dial = page.root.locator(".bp-dial").nth(place)
        drag(page, dial, 18)  # a tenth of its way
        reach = 6.0 if name == "b" else 3.0
        assert page.model_get("values")[name] == pytest.approx(line.values[name] + reach / 10, abs=0.011)
        drag(page, dial, 0, 400)  # down, and beyond the end
        assert page.model_get("values")[name] == (-3.0 if name == "b" else 0.0)
        page.page.mouse.move(500, 300)  # let go: it turns no more
        assert page.model_get("values")[name] == (-3.0 if name == "b" else 0.0)


def test_the_customers_mark_can_be_dragged(mount_widget):
    page = mount_widget(production_line())
    drag(page, page.root.locator(".bp-handle"), 60)
    assert page.model_get("values")["y"] > 3.5
    assert page.model_get("values")["y"] == round(page.model_get("values")["y"], 1)
    drag(page, page.root.locator(".bp-handle"), -600)
    assert page.model_get("values")["y"] == 0.0


def test_with_one_knob_nothing_else_moves(mount_widget):
    line = production_line(1)
    page = mount_widget(line)
    for place in (1, 2):
        drag(page, page.root.locator(".bp-dial").nth(place), 60)
    drag(page, page.root.locator(".bp-handle"), 60)
    assert page.model_get("values") == dict(line.values) and page.saved() == []
    press(page, "one small step")
    assert page.model_get("values") == pytest.approx(dict(line.values) | {"w1": 1.34}, rel=1e-12)


# --- steps --------------------------------------------------------------------------------------------------


def test_one_small_step_moves_all_knobs_at_once_and_the_loss_falls(mount_widget):
    line = production_line()
    page = mount_widget(line)
    for _ in range(8):
        before = line.gradients
        expected = {name: line.values[name] - STEP * before[name] for name in KNOBS}
        loss = line._replayed()[-1].data
        press(page, "one small step")
        line.set_state(page.saved()[-1])
        assert {name: line.values[name] for name in KNOBS} == pytest.approx(expected, rel=1e-12)
        assert line._replayed()[-1].data < loss
        assert said(page) == line.sentence
    page.model_set("values", dict(production_line().values))
    press(page, "one small step")
    assert note(page) == ("One step of −0.01 × gradient: w1 −0.16, w2 −0.12, b −0.04; loss 4 → 0.9968.")


def test_a_step_lets_the_loss_fall_from_wherever_the_sliders_reach():
    line = production_line()
    ends = [
        (w1, w2, b, y) for w1 in (0, 1, 2, 3) for w2 in (0, 1, 2, 3) for b in (-3, 0, 3) for y in (0, 5, 10)
    ]
    for w1, w2, b, y in ends:
        line.set(w1=w1, w2=w2, b=b, y=y)
        before = line._replayed()[-1].data
        gradients = line.gradients
        line.set(**{name: line.values[name] - STEP * gradients[name] for name in KNOBS})
        assert line._replayed()[-1].data < before or before == 0


def test_where_nothing_is_to_blame_a_step_says_so(mount_widget):
    page = mount_widget(production_line())
    page.model_set("values", dict(production_line().values) | {"w1": 1.0})
    before = page.model_get("values")
    press(page, "one small step")
    assert note(page) == "Every gradient is 0: a step moves nothing."
    assert page.model_get("values") == before
    assert page.root.locator(".bp-turn").all_inner_texts() == ["changes nothing"] * 3


def test_reset_brings_all_back_also_when_drawn_again(mount_widget):
    line = production_line()
    page = mount_widget(line)
    press(page, "one small step", 2)
    key(page, "y", "End")
    again = mount_widget(line.get_state() | {"values": page.model_get("values")})
    press(again, "reset")
    assert again.model_get("values") == dict(line.values) and said(again) == line.sentence
    assert "Turn a knob" in note(again)


def test_numbers_without_end_are_explained_and_the_picture_stays(mount_widget):
    line = production_line()
    page = mount_widget(line)
    drawn = page.root.locator(".bp-scene").inner_html()
    page.model_set("values", dict(line.values) | {"w1": 1e200, "w2": 1e200})
    told = said(page)
    assert told.endswith(". Move a slider back.") and "NaN" not in told and "no value" in told
    assert page.root.locator(".bp-scene").inner_html() == drawn
    press(page, "one small step")
    press(page, "reset")
    assert said(page) == line.sentence


# --- a good guest -------------------------------------------------------------------------------------------

CUT = """root => [...root.querySelectorAll(".bp-does, .bp-setting, .bp-turn, output, i")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"""

# Texts of the picture that leave its column, or lie on one of the next column.
OUTSIDE = """root => {
    const frame = root.getBoundingClientRect();
    const boxes = [...root.querySelectorAll("svg text, .bp-does, .bp-setting, .bp-turn")]
        .filter((one) => one.textContent)
        .map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }));
    const meet = (a, b) =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
    const found = boxes.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1);
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => meet(a.box, b.box) && found.push(a, b)));
    return found.map(({ text }) => text);
}"""

PLACES = {
    "start": {},
    "largest": {"w1": 3.0, "w2": 3.0, "b": 3.0, "y": 0.0},
    "smallest": {"w1": 0.34, "w2": 0.26, "b": -3.0, "y": 10.0},
    "below 0": {"w1": 0.02, "w2": 2.98, "b": -2.98, "y": 0.1},
}


@pytest.mark.parametrize("width", [1080, 920, 700, 552])
def test_nothing_overlaps_or_is_cut_at_any_width(mount_widget, width, screenshot):
    line = production_line()
    page = mount_widget(line, width=width)
    heights = set()
    for name, leaves in PLACES.items():
        page.model_set("values", dict(line.values) | leaves)
        screenshot(page.root, f"line_{width}_{name}")
        assert page.root.evaluate(CUT) == [] and page.root.evaluate(OUTSIDE) == []
        for button in (None, "one small step", "reset"):
            if button:
                press(page, button)
            caption = page.root.locator(".bp-caption")
            assert caption.evaluate("one => one.scrollHeight <= one.clientHeight"), (name, button)
            heights.add(page.root.bounding_box()["height"])
    assert len(heights) == 1
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_where_there_is_little_room_the_picture_is_scrolled(mount_widget, axe_violations, screenshot):
    page = mount_widget(production_line(), width=332)
    screenshot(page.root, "line_332")
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.root.evaluate(CUT) == [] and axe_violations(page.page) == []
    picture = page.root.locator(".bp-scrolled")
    picture.focus()
    for _ in range(20):
        page.page.keyboard.press("ArrowRight")
    page.page.wait_for_function("document.activeElement.scrollLeft > 100")
    assert mount_widget(production_line(), width=552).root.locator("[tabindex]").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("knobs", [1, 3])
def test_axe_finds_nothing_serious(mount_widget, axe_violations, theme, knobs, screenshot):
    page = mount_widget(production_line(knobs), theme=theme)
    screenshot(page.root, f"line_{knobs}_{theme}")
    assert axe_violations(page.page) == []
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1


@pytest.mark.parametrize(("knobs", "controls"), [(1, 3), (2, 5), (3, 6)])
def test_the_keyboard_reaches_and_operates_all(mount_widget, knobs, controls):
    page = mount_widget(production_line(knobs))
    report = operate(page.page, page.root)
    assert len(report.controls) == controls
    assert report.problems() == {}
    assert page.root.locator(":is(button, input):not([data-lm-suppress-shortcuts=true])").count() == 0


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_by_itself_and_nothing_is_left_behind(mount_widget, motion):
    page = mount_widget(production_line(), reduced_motion=motion)
    press(page, "one small step")
    assert page.root.evaluate("root => root.getAnimations({ subtree: true }).length") == 0
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
