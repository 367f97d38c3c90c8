"""Gradient descent in a page: each step is our engine's, and it stops where it must."""

import re

import pytest

from backprop_lib import Value
from backprop_lib.explorables import descend, words
from backprop_lib.explorables.trace import replay
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def network(learning_rate=0.1):
    """The course's first example: two neurons, one sample."""
    w1, w2, b, x, y = Value(0.5), Value(-1.0), Value(0.0), Value(2.0), Value(1.0)
    a1 = (w1 * x).sigmoid()
    a2 = (w2 * a1 + b).sigmoid()
    L = (a2 - y) ** 2
    return descend(L, learning_rate=learning_rate)


def by_engine(explorable, steps, rate):
    """The leaves and the loss after some steps that our own engine takes."""
    values, history = dict(explorable.values), []
    for step in range(steps + 1):
        graph = replay(explorable.nodes, values)
        graph[-1].backward()
        names = {node["name"]: value for node, value in zip(explorable.nodes, graph, strict=True)}
        parameters = explorable.parameters
        history.append({"L": graph[-1].data} | {name: values[name] for name in parameters})
        if step < steps:
            values = values | {name: values[name] - rate * names[name].grad for name in parameters}
    return values, history


def press(page, name, times=1):
    button = page.root.get_by_role("button", name=name, exact=True)
    for _ in range(times):
        button.click()
    settle(page.page)


def said(page):
    return page.root.locator("[role=status]").inner_text().translate(PLAIN)


def state(page):
    return {name: page.model_get(name) for name in ("values", "history", "learning_rate")}


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


# --- steps --------------------------------------------------------------------------------------------------


def test_one_step_arrives_where_the_articles_numbers_say(mount_widget, screenshot):
    explorable = network()
    page = mount_widget(explorable)
    assert said(page) == repr(explorable)
    press(page, "one step")
    screenshot(page.root, "descent_one_step")
    reached = page.model_get("history")[-1]
    expected = {"w1": 0.4883544793, "w2": -0.9783493361, "b": 0.0296154981, "L": 0.4408782229}
    assert reached == pytest.approx(expected, abs=1e-9)
    assert page.model_get("values") == explorable.values | {k: v for k, v in reached.items() if k != "L"}
    assert said(page) == "after 1 step L = 0.4409, down from 0.4557; w1 = 0.4884, w2 = −0.9783, b = 0.0296"


def test_fifty_steps_are_those_of_our_engine_and_python_says_the_same(mount_widget):
    explorable = network(0.7)
    page = mount_widget(explorable)
    page.root.get_by_role("button", name="one step", exact=True).evaluate(
        "button => { for (let i = 0; i < 50; i++) button.click(); }"
    )
    settle(page.page)
    values, history = by_engine(explorable, 50, 0.7)
    found = state(page)
    assert found["values"] == pytest.approx(values, rel=1e-12)
    assert len(found["history"]) == 51
    for ours, theirs in zip(history, found["history"], strict=True):
        assert theirs == pytest.approx(ours, rel=1e-12)
    saved = page.saved()[-1]  # values and history come to Python together
    explorable.set_state({"values": saved["values"], "history": saved["history"]})
    assert len(explorable.history) == 51
    assert said(page) == repr(explorable)


def test_the_table_says_what_the_next_step_does(mount_widget):
    explorable = network()
    page = mount_widget(explorable)
    values, _ = by_engine(explorable, 1, 0.1)
    graph = replay(explorable.nodes, explorable.values)
    graph[-1].backward()
    gradients = {node["name"]: v.grad for node, v in zip(explorable.nodes, graph, strict=True)}
    rows = page.root.locator("tbody tr").all()
    for row, name in zip(rows, explorable.parameters, strict=True):
        cells = [cell.translate(PLAIN) for cell in row.locator("th, td").all_inner_texts()]
        step = f"− 0.1 × ({words.signed(gradients[name])})"
        assert cells == [name, words.number(explorable.values[name]), step, words.number(values[name])]
    press(page, "one step")
    now = [row.locator("td").first.inner_text() for row in rows]
    assert now == [words.number(values[name]) for name in explorable.parameters]


def test_one_back_undoes_one_step(mount_widget):
    page = mount_widget(network())
    back = page.root.get_by_role("button", name="one back", exact=True)
    press(page, "one step", 2)
    after_two = (state(page), said(page))
    press(page, "one step")
    press(page, "one back")
    assert (state(page), said(page)) == after_two
    press(page, "one back", 2)
    assert back.get_attribute("aria-disabled") == "true"
    start = (page.model_get("values"), said(page))
    back.press("Enter")  # there is nothing before the start
    settle(page.page)
    assert (page.model_get("values"), said(page)) == start
    assert page.model_get("values") == network().values


@pytest.mark.parametrize("name", ["w1", "x"])
def test_moving_a_leaf_starts_anew_from_there(mount_widget, name):
    page = mount_widget(network())
    press(page, "one step", 3)
    slider(page, name).press("ArrowRight")
    settle(page.page)
    assert page.model_get("history") == []
    assert said(page).startswith("after 0 steps")
    moved = page.model_get("values")
    press(page, "one step")
    assert page.model_get("history")[0]["w1"] == moved["w1"] and len(page.model_get("history")) == 2


def test_python_moves_a_leaf_and_the_walk_starts_anew(mount_widget):
    explorable = network()
    page = mount_widget(explorable)
    press(page, "one step", 3)
    saved = page.saved()[-1]
    explorable.set_state({"values": saved["values"], "history": saved["history"]})
    explorable.values["w2"] = 2.0
    page.model_set("history", explorable.history)
    page.model_set("values", dict(explorable.values))
    assert said(page) == repr(explorable)
    assert said(page).startswith("after 0 steps")


def test_another_learning_rate_changes_only_later_steps(mount_widget):
    page = mount_widget(network())
    press(page, "one step", 2)
    before = page.model_get("history")
    slider(page, "η").press("End")
    settle(page.page)
    rate = page.model_get("learning_rate")
    assert rate > 10 and page.model_get("history") == before
    assert slider(page, "η").get_attribute("aria-valuetext") == f"η = {words.number(rate)}"
    press(page, "one step")
    after = page.model_get("history")
    assert after[:3] == before and abs(after[3]["b"] - before[-1]["b"]) > 1.0


def test_reset_goes_back_to_the_learners_numbers_also_when_drawn_again(mount_widget):
    explorable = network()
    page = mount_widget(explorable)
    press(page, "one step", 3)
    slider(page, "η").press("End")
    press(page, "reset")
    assert state(page) == {"values": explorable.values, "history": [], "learning_rate": 0.1}
    press(page, "one step", 3)
    later = explorable.get_state() | {
        "values": page.model_get("values"),
        "history": page.model_get("history"),
    }
    again = mount_widget(later)
    assert said(again).startswith("after 3 steps")
    press(again, "reset")
    assert again.model_get("values") == explorable.values


# --- playing ------------------------------------------------------------------------------------------------


def test_play_takes_steps_until_it_is_paused(mount_widget):
    page = mount_widget(network(), reduced_motion="no-preference", clock=True)
    play = page.root.locator(".bp-icon")
    assert play.get_attribute("aria-label") == "play"
    play.click()
    assert play.get_attribute("aria-label") == "pause"
    page.clock.run_for(1000)
    play.click()
    assert play.get_attribute("aria-label") == "play"
    steps = len(page.model_get("history")) - 1
    assert steps >= 10
    page.clock.run_for(1000)
    assert len(page.model_get("history")) - 1 == steps


@pytest.mark.parametrize("name", ["one step", "one back", "reset"])
def test_any_other_control_pauses(mount_widget, name):
    page = mount_widget(network(), reduced_motion="no-preference", clock=True)
    page.root.locator(".bp-icon").click()
    page.clock.run_for(500)
    page.root.get_by_role("button", name=name, exact=True).click()
    page.clock.run_for(50)
    before = page.model_get("values")
    page.clock.run_for(1000)
    assert page.model_get("values") == before
    assert page.root.locator(".bp-icon").get_attribute("aria-label") == "play"


def test_without_motion_play_is_one_still_picture_of_the_same_steps(mount_widget):
    explorable = network()
    page = mount_widget(explorable)
    press(page, "play")
    history = page.model_get("history")
    assert len(history) == 16
    assert history[-1] == pytest.approx(by_engine(explorable, 15, 0.1)[1][-1], rel=1e-12)
    assert page.root.locator(".bp-icon").get_attribute("aria-label") == "play"


def test_unmounting_stops_the_walk_and_leaves_nothing_behind(mount_widget):
    page = mount_widget(network(), reduced_motion="no-preference", clock=True)
    page.root.locator(".bp-icon").click()
    page.clock.run_for(300)
    assert page.listener_count() > 0
    page.unmount()
    steps = len(page.model_get("history"))
    page.clock.run_for(2000)
    assert len(page.model_get("history")) == steps > 1
    assert page.listener_count() == 0 and page.element.inner_html() == ""


# --- where it goes wrong ------------------------------------------------------------------------------------


def exploding():
    w = Value(2.0)
    L = (w * w).exp()
    return descend(L, learning_rate=5.0)


def overflowing():
    w = Value(1.0)
    L = w * w
    return descend(L, learning_rate=1e200)


def leaving():
    w = Value(0.2)
    L = w - w.log() * 0.0 + w
    return descend(L, learning_rate=1.0)


@pytest.mark.parametrize("make", [exploding, overflowing, leaving])
def test_a_walk_that_diverges_says_so_and_keeps_its_last_good_state(mount_widget, make, screenshot):
    explorable = make()
    page = mount_widget(explorable)
    press(page, "play")
    screenshot(page.root, f"descent_{make.__name__}")
    told = said(page)
    assert re.match(r"the next step goes too far, η = \S+ is too large: .+", told), told
    assert "\n" not in told and "NaN" not in told and "undefined" not in told
    good = state(page)
    numbers = [*good["values"].values(), *(x for point in good["history"] for x in point.values())]
    assert None not in numbers and all(abs(x) < 1.8e308 for x in numbers)
    press(page, "one step")
    assert state(page) == good
    explorable.set_state({"values": good["values"], "history": good["history"]})
    assert repr(explorable).startswith(f"after {max(len(good['history']) - 1, 0)} step")
    press(page, "reset")
    assert said(page).startswith("after 0 steps")


def test_a_leaf_dragged_to_where_there_is_no_loss_is_explained(mount_widget):
    page = mount_widget(leaving())
    before = said(page)
    slider(page, "w").press("Home")
    settle(page.page)
    assert "ln(w) has no value at w = −3: it needs a number above 0. Move a slider back." in said(page)
    press(page, "one step")
    press(page, "reset")
    assert said(page) == before


# --- a good guest -------------------------------------------------------------------------------------------


def six_alike():
    """Parameters that end close to one another: their names must not."""
    w = [Value(1.0 + 0.001 * k, label=f"w{k}") for k in range(1, 7)]
    L = sum((one * one for one in w[1:]), start=w[0] * w[0])
    return descend(L)


OVERLAPS = """root => [...root.querySelectorAll(".bp-lines")].map((group) => {
    const boxes = [...group.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
    const frame = group.ownerSVGElement.getBoundingClientRect();
    const apart = (a, b) => a.left >= b.right || a.top >= b.bottom - 3;
    const meet = (a, b) => !apart(a, b) && !apart(b, a);
    return {
        names: boxes.length,
        overlap: boxes.some((a, i) => boxes.slice(i + 1).some((b) => meet(a, b))),
        outside: boxes.some(({ right, top, bottom }) =>
            right > frame.right + 0.5 || top < frame.top || bottom > frame.bottom),
    };
})"""


# A number without its exponent would be another number.
CUT = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"


@pytest.mark.parametrize("make", [network, six_alike])
def test_the_lines_names_neither_overlap_nor_stick_out(mount_widget, make, screenshot):
    explorable = make()
    page = mount_widget(explorable)
    for _ in range(3):
        press(page, "play")
        for group in page.root.evaluate(OVERLAPS):
            assert (group["overlap"], group["outside"]) == (False, False)
    assert [group["names"] for group in page.root.evaluate(OVERLAPS)] == [1, len(explorable.parameters)]
    assert page.root.locator("output, td, th").evaluate_all(CUT) == []
    screenshot(page.root, f"descent_{make.__name__}_45_steps")


def test_the_charts_say_what_they_show(mount_widget):
    page = mount_widget(network())
    press(page, "one step")
    charts = [chart.get_attribute("aria-label") for chart in page.root.get_by_role("img").all()]
    assert charts == [
        "L after each step: L from 0.4557 to 0.4409",
        "the parameters after each step: w1 from 0.5 to 0.4884, w2 from −1 to −0.9783, b from 0 to 0.0296",
    ]
    assert page.root.get_attribute("aria-label") == "gradient descent on L"
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1


@pytest.mark.parametrize(("theme", "width"), [("light", 920), ("dark", 600)])
def test_it_can_be_read_in_both_themes_and_widths(mount_widget, axe_violations, theme, width, screenshot):
    page = mount_widget(network(0.5), theme=theme, width=width)
    press(page, "play")
    screenshot(page.root, f"descent_{width}_{theme}")
    assert axe_violations(page.page) == []
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    right = page.root.bounding_box()["x"] + width
    sticking_out = page.root.evaluate(
        """(root, right) => [...root.querySelectorAll("button, input, output, td, svg, .bp-caption")]
            .filter((element) => element.getBoundingClientRect().right > right + 0.5)
            .map((element) => element.outerHTML.slice(0, 80))""",
        right,
    )
    assert sticking_out == []
    assert page.root.locator("output, td, th").evaluate_all(CUT) == []


@pytest.mark.parametrize("width", [600, 920])
def test_the_height_stays_whatever_happens(mount_widget, width):
    page = mount_widget(network(), width=width)
    heights = set()

    def measure():
        settle(page.page)
        heights.add(page.root.bounding_box()["height"])

    measure()
    press(page, "one step")
    measure()
    press(page, "play")
    measure()
    for name, key in [("w1", "End"), ("x", "Home"), ("η", "End")]:
        slider(page, name).press(key)
        measure()
    press(page, "play")
    measure()
    assert len(heights) == 1


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(network())
    report = operate(page.page, page.root)
    assert len(report.controls) == 10  # step, back, play, η, reset, five leaves
    assert report.problems() == {}
    assert page.root.locator(":is(button, input):not([data-lm-suppress-shortcuts=true])").count() == 0
