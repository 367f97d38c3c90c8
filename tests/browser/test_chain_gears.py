"""The train of gears in a page: its numbers are our engine's, and every control does what it says."""

import json
import math
import random

import pytest

from backprop_lib.explorables.chain_gears import STAGES, ChainGears, chain_gears, change
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.words import number, signed
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
TRAITS = ("x", "stages", "weights", "direction", "nudge", "nudged")
SIX = ("×2", "relu", "×-1.5", "tanh", "×3", "sigmoid")


def said(page):
    return page.root.locator("[role=status]").inner_text().translate(PLAIN)


def state(page):
    return {name: page.model_get(name) for name in TRAITS}


def row(page, kind):
    return [
        text.translate(PLAIN) for text in page.root.locator(f".bp-line-{kind} .bp-cell").all_inner_texts()
    ]


def button(page, name):
    return page.root.get_by_role("button", name=name)


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def stage(page, place):
    return page.root.get_by_label(f"stage {place}", exact=True)


def follow(gears, page):
    """Tell Python what the page has: what a kernel would have received last."""
    gears.set_state(state(page))
    return gears


# --- the numbers --------------------------------------------------------------------------------------------

LOAD = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.bundle = await import(url);
    // As text, because infinity and NaN do not travel as JSON.
    const written = (numbers) => numbers.map(String);
    window.run = (state) => {
        const found = window.bundle.compute(state);
        const { values, slopes, products, measured, derivative } = found;
        return { values: written(values), slopes: written(slopes), products: written(products),
                 measured: written(measured), derivative: written([derivative]),
                 sentence: window.bundle.describe(state, found) };
    };
}"""


@pytest.fixture(scope="module")
def bundle(browser):
    """A page with nothing in it but the shipped bundle's functions."""
    page = browser.new_page()
    page.evaluate(LOAD, browser_side("chain_gears")[0])
    yield page
    page.close()


def random_gears(rng):
    stages = [rng.choice(list(STAGES)) for _ in range(rng.randint(2, 6))]
    names = [f"{STAGES[name].letter}{k}" for k, name in enumerate(stages, start=1) if STAGES[name].letter]
    gears = ChainGears(stages, {name: rng.uniform(-3.0, 3.0) for name in names}, x=rng.uniform(-3.0, 3.0))
    gears.direction = rng.choice(["backward", "forward"])
    gears.nudge = rng.choice([0.0003, 0.01, 0.3, 1.0])
    gears.nudged = rng.random() < 0.5
    return gears


def sent(gears):
    return {name: getattr(gears, name) for name in TRAITS}


def test_random_chains_have_the_numbers_of_our_engine(bundle):
    rng = random.Random(7)
    many = [random_gears(rng) for _ in range(400)]
    tame = [one for one in many if "overflow" not in failing(one) and max(map(abs, one.values)) < 1e3]
    assert len(tame) > 250 and {name for one in tame for name in one.stages} == set(STAGES)
    results = bundle.evaluate("states => states.map(window.run)", [sent(one) for one in tame])
    for gears, found in zip(tame, results, strict=True):
        # Where the chain amplifies (exp, then sin), it amplifies the last digit too.
        scale = max(1.0, *map(abs, gears.products), *map(abs, gears.values))
        close = lambda many, digits: pytest.approx(many, rel=digits, abs=digits * scale)  # noqa: B023, E731
        for name in ("values", "slopes", "products"):
            assert [*map(float, found[name])] == close(getattr(gears, name), 1e-12), (gears, name)
        assert float(found["derivative"][0]) == close(gears.derivative, 1e-12)
        for theirs, ours in zip(found["measured"], gears.measured, strict=True):
            assert ours is None or float(theirs) == close(ours, 1e-9)


def failing(gears):
    try:
        gears.values  # noqa: B018
    except OverflowError:
        return "overflow"
    return ""


def test_the_sentence_is_written_alike_on_both_sides(bundle):
    rng = random.Random(8)
    many = [random_gears(rng) for _ in range(300)]
    many += [chain_gears(x=x, nudge=h) for x in (-1.0, 0.0, 0.4, 1.5, 3.0) for h in (1e-4, 1.0)]
    many += [chain_gears("×10", "exp", "tanh", x=100.0), chain_gears("square", "exp", "×100", "×100", x=26.4)]
    brink = chain_gears("square", "exp", x=26.5, nudge=1.0)
    brink.nudged = True
    results = bundle.evaluate("states => states.map(window.run)", [sent(one) for one in [*many, brink]])
    sentences = [found["sentence"] for found in results]
    assert sentences == [repr(one) for one in [*many, brink]]
    for words in (
        "is 0 here",
        "nearly flat",
        "multiply up",
        "other way",
        "far as x",
        "can hold",
        "moves by none",
    ):
        assert any(words in sentence for sentence in sentences), words


def test_changes_are_written_alike_on_both_sides(bundle):
    rng = random.Random(9)
    many = [rng.choice([-1, 1]) * 10 ** rng.uniform(-12, 12) for _ in range(500)]
    many += [0.0, 0.03125, 9999.4, 9999.5, 9999.9, 0.00099999, 1e-3, 1e4, 0.5, -0.00048828125, 2.0**-20]
    assert bundle.evaluate("many => many.map(bundle.change)", many) == [change(x) for x in many]


# --- the picture --------------------------------------------------------------------------------------------


def check_picture(page, gears):
    """Everything drawn is what Python says."""
    back = gears.direction == "backward"
    assert row(page, "values") == [number(x) for x in gears.values]
    assert row(page, "products") == [signed(x) for x in gears.products]
    slopes = [f"← × {number(s)}" if back else f"× {number(s)} →" for s in gears.slopes]
    assert row(page, "slopes") == slopes
    told = [change(p * gears.nudge) for p in gears.products] if gears.nudged else [""] * len(gears.values)
    seen = [change(m) for m in gears.measured] if gears.nudged else [""] * len(gears.values)
    assert (row(page, "predicted"), row(page, "measured")) == (told, seen)
    assert said(page) == repr(gears)
    hands = [
        float(hand.get_attribute("transform")[len("rotate(") : -1])
        for hand in page.root.locator(".bp-hand").all()
    ]
    assert hands == pytest.approx([math.fmod(45.0 * p, 360.0) for p in gears.products], abs=1e-6)


def test_the_first_picture_tells_python_nothing(mount_widget, screenshot):
    gears = chain_gears()
    page = mount_widget(gears)
    screenshot(page.root, "gears")
    check_picture(page, gears)
    assert row(page, "names") == ["x", "v1", "v2", "v3", "y", "× 2", "ReLU", "× −1.5", "tanh"]
    assert page.saved() == []


@pytest.mark.parametrize("direction", ["backward", "forward"])
def test_a_flat_stage_silences_all_that_it_cuts_off(mount_widget, direction, screenshot):
    gears = chain_gears(x=0.4, direction=direction)
    page = mount_widget(gears)
    word = page.root.locator(".bp-silence")
    assert word.inner_text() == "" and page.root.locator(".bp-faded").count() == 0
    slider(page, "x").press("Home")  # −3: ReLU is off
    settle(page.page)
    screenshot(page.root, f"gears_silenced_{direction}")
    check_picture(page, follow(gears, page))
    assert word.inner_text() == "silenced by ReLU"
    faded = [
        gear.evaluate("e => e.classList.contains('bp-faded')") for gear in page.root.locator(".bp-gear").all()
    ]
    assert faded == (
        [True, True, False, False, False] if direction == "backward" else [False, False, True, True, True]
    )
    assert [gears.products[k] for k, quiet in enumerate(faded) if quiet] == [0.0] * sum(faded)
    slider(page, "x").press("End")  # 3: tanh is saturated
    settle(page.page)
    assert word.inner_text() == "nearly silenced by tanh"
    assert page.root.locator(".bp-gear.bp-faded").count() == (4 if direction == "backward" else 1)


def test_a_chain_that_explodes_turns_and_turns(mount_widget):
    gears = chain_gears("×3", "exp", "square", x=1.0)
    page = mount_widget(gears)
    check_picture(page, gears)
    assert page.root.locator(".bp-turns").all_text_contents() == ["many", "many", "5 turns", ""]
    assert said(page).endswith("because large slopes multiply up")


def test_a_chain_without_a_value_is_explained_and_comes_back(mount_widget):
    gears = chain_gears("×4", "exp", "exp", x=0.4)
    page = mount_widget(gears)
    slider(page, "x").press("End")
    settle(page.page)
    assert said(page) == repr(follow(gears, page))
    assert said(page).startswith("y is beyond what a computer can hold: exp receives v2 = 1.63×10⁵;")
    assert row(page, "values")[-1] == "none"
    slider(page, "x").press("Home")
    settle(page.page)
    check_picture(page, follow(gears, page))


def test_python_moves_everything_and_the_picture_follows(mount_widget):
    gears = chain_gears()
    page = mount_widget(gears)
    gears.stages = ["+", "sin", "×", "exp", "square"]
    gears.weights["b1"] = -0.25
    gears.x, gears.direction, gears.nudge, gears.nudged = 1.7, "forward", 0.1, True
    for name in TRAITS:  # one after the other, as Python sends them
        page.model_set(name, getattr(gears, name))
        assert "undefined" not in page.root.inner_text()
    check_picture(page, gears)
    assert page.saved() == []


# --- the controls -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(chain_gears())
    report = operate(page.page, page.root)
    # x, nudge, its size, four stages, two weights, two directions, less, more, reset
    assert len(report.controls) == 14
    assert report.problems() == {}
    assert page.root.locator(":is(button, input, select):not([data-lm-suppress-shortcuts=true])").count() == 0


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_every_control_does_what_it_says(mount_widget, how):
    gears = chain_gears()
    page = mount_widget(gears)

    def press(name):
        button(page, name).click() if how == "mouse" else button(page, name).press("Enter")
        settle(page.page)
        check_picture(page, follow(gears, page))

    def move(name, share, key):
        range_ = slider(page, name)
        if how == "mouse":
            box = range_.bounding_box()
            range_.click(position={"x": 8 + share * (box["width"] - 16), "y": box["height"] / 2})
        else:
            range_.press(key)
        settle(page.page)
        check_picture(page, follow(gears, page))

    press("nudge each by +0.01")
    assert gears.nudged and button(page, "nudge each by +0.01").get_attribute("aria-pressed") == "true"
    move("nudge", 1.0, "End")
    assert gears.nudge == 1.0
    assert slider(page, "nudge").get_attribute("aria-valuetext") == "nudge = 1"
    move("nudge", 0.0, "Home")
    assert gears.nudge == 0.0001
    press("forward")
    assert gears.direction == "forward"
    assert button(page, "forward").get_attribute("aria-pressed") == "true"
    assert button(page, "backward").get_attribute("aria-pressed") == "false"
    press("nudge x by")
    assert not gears.nudged
    press("backward")
    assert gears.direction == "backward"
    move("x", 1.0, "End")
    assert gears.x == 3.0
    move("w1", 0.0, "Home")
    assert gears.weights == {"w1": -4.0, "w3": -1.5}
    assert slider(page, "w1").get_attribute("aria-valuetext") == "w1 = −4"
    press("one stage more")
    assert gears.stages[4:] == ["×"] and gears.weights["w5"] == 2.0
    press("one stage less")
    press("one stage less")
    assert gears.stages == ["×", "relu", "×"] and gears.weights == {"w1": -4.0, "w3": -1.5}
    press("reset")
    assert sent(gears) == sent(chain_gears())


def test_a_stage_is_chosen_and_its_parameter_comes_and_goes(mount_widget):
    gears = chain_gears()
    page = mount_widget(gears)
    for choice, weights in [
        ("exp", {"w3": -1.5}),
        ("+", {"b1": 1.0, "w3": -1.5}),
        ("×", {"w1": 2.0, "w3": -1.5}),
    ]:
        stage(page, 1).select_option(choice)
        settle(page.page)
        assert gears.set_state(state(page)) is None and gears.weights == weights
        check_picture(page, gears)
        sliders = page.root.locator(".bp-bench .bp-slider")
        assert sliders.evaluate_all("all => all.map((one) => one.dataset.name)") == list(weights)
    stage(page, 2).focus()
    for _ in range(len(STAGES)):
        page.keyboard.press("ArrowDown")
    settle(page.page)
    assert page.model_get("stages")[1] == list(STAGES)[-1]
    assert page.evaluate("document.activeElement.ariaLabel") == "stage 2"


def test_a_chain_ends_at_two_and_at_six_stages(mount_widget):
    page = mount_widget(chain_gears())
    for name, count in [("one stage more", 6), ("one stage less", 2)]:
        for _ in range(6):
            button(page, name).press("Enter")
        settle(page.page)
        assert len(page.model_get("stages")) == count
        assert button(page, name).get_attribute("aria-disabled") == "true"
        assert row(page, "names")[: count + 1] == ["x", *(f"v{k}" for k in range(1, count)), "y"]


def drag(page, element, by):
    box = element.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by / 2, y)
    page.mouse.move(x + by, y)
    page.mouse.up()
    page.mouse.move(x, y)  # let go: nothing more moves
    settle(page.page)


def test_numbers_in_the_picture_can_be_dragged(mount_widget):
    gears = chain_gears()
    page = mount_widget(gears)
    drag(page, page.root.locator(".bp-line-values .bp-cell").first, 40)
    assert page.model_get("x") == 0.9
    drag(page, page.root.locator(".bp-seat").first, -4000)
    assert page.model_get("x") == -3.0
    drag(page, page.root.locator(".bp-stage-name").nth(2), 80)
    assert page.model_get("weights") == {"w1": 2.0, "w3": 0.5}
    before = state(page)
    drag(page, page.root.locator(".bp-stage-name").nth(1), 80)  # ReLU has no number
    assert state(page) == before
    check_picture(page, follow(gears, page))


def test_a_drag_ends_where_python_would_refuse(mount_widget):
    gears = chain_gears("×2", "tanh", x=99.9)
    page = mount_widget(gears)
    drag(page, page.root.locator(".bp-seat").first, 400)
    assert page.model_get("x") == 100.0
    slider(page, "x").press("End")
    settle(page.page)
    assert page.model_get("x") == 100.0
    check_picture(page, follow(gears, page))


def test_reset_goes_back_to_the_learners_chain_also_when_drawn_again(mount_widget):
    gears = chain_gears("+1", "sin", x=-0.5, nudge=0.1)
    page = mount_widget(gears)
    button(page, "one stage more").click()
    slider(page, "x").press("End")
    settle(page.page)
    again = mount_widget(gears.get_state() | state(page))
    assert len(again.model_get("stages")) == 3
    button(again, "reset").click()
    settle(again.page)
    assert state(again) == sent(gears)
    assert said(again) == repr(chain_gears("+1", "sin", x=-0.5, nudge=0.1))


# --- a good guest -------------------------------------------------------------------------------------------

OVERLAPS = """root => [...root.querySelectorAll(".bp-line")].flatMap((line) => {
    const boxes = [...line.querySelectorAll(".bp-cell:not(.bp-shaft), .bp-label, .bp-lens")]
        .map((cell) => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            const own = cell.matches(".bp-lens") ? cell : range;
            return [own.getBoundingClientRect(), cell.textContent];
        })
        .filter(([box]) => box.width > 0)
        .sort(([a], [b]) => a.left - b.left);
    return boxes.slice(1).flatMap(([box, text], i) =>
        box.left < boxes[i][0].right - 0.5 ? [`${boxes[i][1]} | ${text}`] : []);
})"""

STICKING_OUT = """root => {
    const right = root.getBoundingClientRect().right + 0.5;
    return [...root.querySelectorAll("button, input, select, output, svg, .bp-cell, .bp-caption")]
        .filter((one) => one.getBoundingClientRect().right > right || one.scrollWidth > one.clientWidth + 1
            && !one.matches("svg, .bp-cell, output"))
        .map((one) => one.outerHTML.slice(0, 90));
}"""


def crowded(**state):
    """Six stages and numbers as long as they come."""
    gears = chain_gears("×-1.2346", "tanh", "×3.4567", "tanh", "+-2.3456", "sigmoid", x=2.3456, **state)
    gears.nudged = True
    return gears


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [660, 960, 1240])
@pytest.mark.parametrize("make", [chain_gears, crowded])
def test_it_can_be_read_in_both_themes_and_all_widths(
    mount_widget, axe_violations, make, width, theme, screenshot
):
    for direction in ("backward", "forward"):
        page = mount_widget(make(direction=direction), theme=theme, width=width)
        screenshot(page.root, f"gears_{make.__name__}_{direction}_{width}_{theme}")
        assert page.root.evaluate(OVERLAPS) == []
        assert page.root.evaluate(STICKING_OUT) == []
        caption = page.root.locator(".bp-caption")
        assert caption.evaluate("one => one.scrollHeight <= one.clientHeight")
    assert axe_violations(page.page) == []


@pytest.mark.parametrize("width", [660, 960])
def test_the_height_stays_whatever_happens(mount_widget, width):
    page = mount_widget(chain_gears(), width=width)
    heights = set()

    def measure():
        settle(page.page)
        heights.add(page.root.bounding_box()["height"])

    measure()
    for name in (
        "nudge each by",
        "forward",
        "one stage more",
        "one stage more",
        "one stage less",
        "nudge x by",
    ):
        button(page, name).click()
        measure()
    for name, key in [("x", "Home"), ("w1", "End"), ("x", "End")]:
        slider(page, name).press(key)
        measure()
    for name in STAGES:
        stage(page, 1).select_option(name)
        measure()
    assert len(heights) == 1


def test_gears_turn_slowly_only_where_motion_is_allowed(mount_widget):
    seconds = "body => getComputedStyle(body).transitionDuration"
    for allowed, duration in [("reduce", "0s"), ("no-preference", "0.35s")]:
        page = mount_widget(chain_gears(), reduced_motion=allowed)
        assert page.root.locator(".bp-turning").first.evaluate(seconds) == duration
        before = page.root.inner_html()
        page.wait_for_timeout(200)
        assert page.root.inner_html() == before  # nothing plays by itself


def test_one_status_and_no_request_and_nothing_left_behind(mount_widget):
    page = mount_widget(chain_gears())
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1
    assert page.listener_count() == len(TRAITS)
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""


def test_what_the_reader_did_reaches_python_whole(mount_widget):
    gears = chain_gears()
    page = mount_widget(gears)
    stage(page, 2).select_option("+")
    settle(page.page)
    saved = page.saved()[-1]
    assert saved["stages"] == ["×", "+", "×", "tanh"] and saved["weights"] == {
        "w1": 2.0,
        "b2": 1.0,
        "w3": -1.5,
    }
    gears.set_state(json.loads(json.dumps(saved)))
    assert gears.weights == saved["weights"]
    assert said(page) == repr(gears)
