"""The XOR playground in a page: our engine's numbers, no step unasked for, and a hand on all of it."""

import itertools

import numpy as np
import pytest

from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.hidden_layer import WEIGHTS
from backprop_lib.explorables.xor_playground import (
    ACTIVATIONS,
    INITIALISATIONS,
    XorPlayground,
    initial_weights,
    xor_playground,
)
from backprop_lib.training import data
from tests.browser.layout import height_where_all_can_be_read
from tests.browser.playing import (
    assert_keyboard_does_all,
    assert_plays,
    button,
    choose,
    close,
    press,
    said,
    slide,
    state,
    told,
    trained,
)
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

X, Y = data.xor()
SETTINGS = ("units", "activation", "initialisation", "seed", "learning_rate")
TRAITS = (*SETTINGS, "steps", *WEIGHTS)
JUMP = "500 steps at once"
PLAY = "play, 10 steps a frame"


def in_python(page):
    return told(page, xor_playground(), TRAITS)


# --- numbers ------------------------------------------------------------------------------------------------

LOAD = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.bundle = await import(url);
    window.computed = (state) => {
        const net = bundle.xorNetwork(state.units);
        net.load(state);
        const loss = net.evaluate();
        const weights = bundle.listed(net);
        return { loss, logits: Array.from(net.through.output),
            told: bundle.describe(net, weights, state.steps, loss),
            gradients: weights.map(({ code, gradient }) => [code, gradient]),
            numbers: weights.map(({ code, number }) => [code, number]) };
    };
}"""


@pytest.fixture(scope="module")
def bundle(browser):
    """A page with nothing in it but the shipped bundle's functions."""
    page = browser.new_page()
    page.evaluate(LOAD, browser_side("xor_playground")[0])
    yield page
    page.close()


def states():
    rng = np.random.default_rng(2)
    for units, activation in itertools.product(range(1, 9), ACTIVATIONS):
        for how in INITIALISATIONS:
            yield XorPlayground(units=units, activation=activation, initialisation=how, seed=units)
        moved = XorPlayground(units=units, activation=activation, steps=int(rng.integers(1, 9999)))
        for name in WEIGHTS:
            setattr(moved, name, 3.0 * rng.standard_normal(np.shape(getattr(moved, name))))
        yield moved


def test_numbers_and_sentence_are_those_of_our_engine(bundle):
    tried = [*states()]
    sent = [{name: getattr(one, name) for name in TRAITS} for one in tried]
    remarks = set()
    for one, found in zip(tried, bundle.evaluate("all => all.map(computed)", sent), strict=True):
        assert found["loss"] == pytest.approx(one.loss, rel=1e-12)
        p = 1.0 / (1.0 + np.exp(-np.array(found["logits"])))
        assert close(p, one.probabilities)
        gradients = one.gradients
        for code, gradient in found["gradients"]:
            assert gradient == pytest.approx(eval(code, {}, gradients), rel=1e-12, abs=1e-12), code
        weights = {name: getattr(one, name) for name in WEIGHTS}
        assert all(number == eval(code, {}, weights) for code, number in found["numbers"])
        assert found["told"] == one.sentence
        remarks |= {word for word in ("twins", "dead", "every gradient") if word in one.sentence}
    assert remarks == {"twins", "dead", "every gradient"}


def test_weights_begin_as_in_python_for_every_seed(bundle):
    normals = list(xor_playground()._normals)
    cases = [
        {"units": units, "activation": activation, "initialisation": how, "seed": seed}
        for units, activation, how in itertools.product((1, 2, 8), ("tanh", "relu"), INITIALISATIONS)
        for seed in (range(100) if how == "normal" else (0, 99))
    ]
    found = bundle.evaluate(
        """([cases, bytes]) => {
            const view = new DataView(Uint8Array.from(bytes).buffer);
            return cases.map((settings) => bundle.initialWeights(settings, view));
        }""",
        [cases, normals],
    )
    for settings, weights in zip(cases, found, strict=True):
        for name, expected in initial_weights(**settings).items():
            assert np.array_equal(weights[name], expected), settings


# --- training -----------------------------------------------------------------------------------------------


def test_steps_are_those_of_our_engine(mount_widget, screenshot):
    playground = xor_playground(3, "tanh", seed=5)
    page = mount_widget(playground, width=844)
    assert page.saved() == [] and said(page) == playground.sentence
    before = said(page)
    press(page, "one step")
    assert page.model_get("steps") == 1
    for name, expected in trained(playground, 1, 1.0).items():
        assert close(page.model_get(name), expected)
    assert said(page) == in_python(page).sentence != before
    for _ in range(4):
        press(page, "one step")
    for name, expected in trained(playground, 5, 1.0).items():
        assert close(page.model_get(name), expected)
    press(page, JUMP)
    assert page.model_get("steps") == 505
    for name, expected in trained(playground, 505, 1.0).items():
        assert close(page.model_get(name), expected, 1e-9)  # rounding grows over five hundred steps
    for saved in page.saved():
        playground.set_state(saved)
    assert playground.steps == 505 and playground.sentence == said(page)
    screenshot(page.root, "xor_trained")
    press(page, "back to step 0")
    assert page.model_get("steps") == 0 and said(page) == before


def test_play_trains_until_pause_and_leaves_nothing_behind(mount_widget):
    page = mount_widget(xor_playground(), width=844, reduced_motion="no-preference", clock=True)
    stops = ("one step", "back to step 0", "reset", "seed→", "units→")
    assert_plays(page, TRAITS, stops, counts="steps", play=PLAY)


def test_hands_stay_on_while_it_trains(mount_widget):
    page = mount_widget(xor_playground(), width=844, reduced_motion="no-preference", clock=True)
    button(page, PLAY).click()
    page.clock.run_for(500)
    steps = page.model_get("steps")
    assert steps >= 100 and steps % 10 == 0
    page.root.locator('[data-name="η"] input').press("End")
    page.root.locator('[data-name="weight"] input').press("ArrowRight")
    page.clock.run_for(200)
    assert page.model_get("learning_rate") == 32 and page.model_get("steps") > steps
    button(page, "pause").click()
    assert said(page) == in_python(page).sentence


def test_a_rate_that_is_too_large_ends_in_a_sentence_at_the_last_good_weights(mount_widget):
    playground = XorPlayground(units=8, activation="relu", learning_rate=1e5)
    page = mount_widget(playground, width=844)
    press(page, JUMP)
    assert said(page) == (
        "the next step goes too far, η = 1.00×10⁵ is too large: take a smaller one, or go back to step 0"
    )
    assert "NaN" not in page.root.inner_html() and "Infinity" not in page.root.inner_html()
    assert in_python(page).sentence.startswith(f"step {page.model_get('steps')}: ")
    page.model_set("learning_rate", 0.5)
    assert said(page) == in_python(page).sentence
    press(page, "back to step 0")
    assert said(page) == XorPlayground(units=8, activation="relu").sentence


# --- moved by hand ------------------------------------------------------------------------------------------


def test_every_setting_begins_anew_as_python_does(mount_widget):
    page = mount_widget(xor_playground(), width=844)
    press(page, "one step")
    slide(page, "units", "ArrowRight", "ArrowRight")
    slide(page, "seed", "ArrowRight")
    assert said(page) == in_python(page).sentence == xor_playground(4, seed=1).sentence
    for name in ("tanh", "ReLU", "He / Xavier", "all ½", "all 0", "N(0, 1)", "sigmoid"):
        press(page, "one step")
        choose(page, name)
        now = in_python(page)
        fresh = XorPlayground(**{name: getattr(now, name) for name in SETTINGS})
        assert page.model_get("steps") == 0
        assert all(close(page.model_get(name), getattr(fresh, name), 0.0) for name in WEIGHTS)
        assert said(page) == fresh.sentence
    assert (page.model_get("units"), page.model_get("seed")) == (4, 1)


def select(page, place):
    page.root.get_by_label("weight to move").select_option(str(place))
    settle(page.page)


def test_any_weight_becomes_a_slider(mount_widget):
    page = mount_widget(xor_playground(), width=844)
    codes = [
        "W1[0][0]",
        "W1[0][1]",
        "W1[1][0]",
        "W1[1][1]",
        "b1[0]",
        "b1[1]",
        "W2[0][0]",
        "W2[1][0]",
        "b2[0]",
    ]
    for place, code in enumerate(codes):
        select(page, place)
        assert page.root.locator(".bp-inspector code").text_content() == code
        assert page.root.locator(".bp-chosen").count() == 1
        before = state(page, TRAITS)
        slide(page, "weight", "ArrowRight")
        after = state(page, TRAITS)
        old, new = (eval(code, {}, one) for one in (before, after))
        assert new == pytest.approx(round(old, 1) + 0.1, abs=0.0501)
        assert sum(a != b for a, b in zip(flat(before), flat(after), strict=True)) == 1
        assert said(page) == in_python(page).sentence
        gradient = in_python(page).gradients
        shown = page.root.locator(".bp-inspector b.bp-gradient").text_content()
        assert shown == words.signed(eval(code, {}, gradient))


def flat(one):
    return [x for name in WEIGHTS for x in np.ravel(one[name])]


def test_a_number_in_the_network_is_dragged(mount_widget):
    page = mount_widget(xor_playground(units=8, seed=3), width=844)
    group = page.root.locator(".bp-weight").nth(11)  # W1[1][3]
    box = group.bounding_box()
    x, y = box["x"] + 20, box["y"] + box["height"] / 2
    before = state(page, TRAITS)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y)
    page.mouse.up()
    page.mouse.move(x, y)  # let go: this moves nothing
    settle(page.page)
    assert page.root.locator(".bp-inspector code").text_content() == "W1[1][3]"
    after = state(page, TRAITS)
    assert after["W1"][1][3] == pytest.approx(before["W1"][1][3] + 1.0, abs=0.051)
    assert sum(a != b for a, b in zip(flat(before), flat(after), strict=True)) == 1
    assert said(page) == in_python(page).sentence
    assert page.model_get("steps") == 0


def test_python_sets_any_trait_and_the_picture_follows(mount_widget):
    page = mount_widget(xor_playground(), width=844)
    page.model_set("W1", [[5.0, -5.0], [5.0, -5.0]])
    page.model_set("b1", [-2.0, 7.0])
    page.model_set("steps", 77)
    assert said(page) == in_python(page).sentence
    page.model_set("activation", "relu")
    page.model_set("learning_rate", 0.2)
    assert page.root.get_by_role("radio", name="ReLU").is_checked()
    assert said(page) == in_python(page).sentence
    # The number of units comes a message before the weights that belong to it.
    page.model_set("units", 5)
    assert said(page) == xor_playground(5, "relu").sentence
    assert page.root.locator(".bp-weight").count() == 21


def test_reset_goes_back_to_how_it_was_made_also_when_drawn_again(mount_widget):
    playground = xor_playground(3, "tanh", seed=8)
    page = mount_widget(playground, width=844)
    press(page, JUMP)
    choose(page, "all ½")
    slide(page, "units", "End")
    slide(page, "η", "Home")
    moved = playground.get_state() | state(page, TRAITS)
    for shown in (page, mount_widget(moved, width=844)):
        press(shown, "reset")
        assert {name: shown.model_get(name) for name in SETTINGS} == playground.start
        assert said(shown) == playground.sentence


# --- what is drawn ------------------------------------------------------------------------------------------


def test_points_probabilities_and_hidden_answers_stand_where_they_are(mount_widget):
    playground = xor_playground(2, "sigmoid", seed=4)
    page = mount_widget(playground, width=844)
    press(page, JUMP)
    now = in_python(page)
    shown = page.root.locator(".bp-first .bp-beside-point").all_text_contents()
    assert shown == [f"{p:.2f}" for p in now.probabilities]
    a1 = 1.0 / (1.0 + np.exp(-(X @ np.array(now.W1) + np.array(now.b1))))
    places = page.root.locator(".bp-second .bp-sample").evaluate_all(
        "all => all.map((one) => one.getAttribute('transform').match(/-?[0-9.]+/g).map(Number))"
    )
    low, high, side = -0.35, 1.35, 178.0
    unit = side / (high - low)
    expected = [[42.0 + (u - low) * unit, 24.0 + (high - v) * unit] for u, v in a1]
    assert np.array(places) == pytest.approx(np.array(expected), abs=1e-6)
    slide(page, "units", "ArrowRight")
    now = in_python(page)
    a1 = 1.0 / (1.0 + np.exp(-(X @ np.array(now.W1) + np.array(now.b1))))
    cells = page.root.locator(".bp-answer-cell + text")
    assert cells.all_text_contents() == [f"{a:.2f}" for a in a1.T.ravel()]


def test_the_boundary_runs_where_p_is_a_half_and_the_shading_takes_sides(mount_widget):
    playground = xor_playground(2, "tanh", seed=0)
    page = mount_widget(playground, width=844)
    press(page, JUMP)
    now = in_python(page)
    path = page.root.locator(".bp-first .bp-boundary").get_attribute("d")
    points = np.array([[float(x) for x in pair.split()] for pair in path.replace("L", "M").split("M")[1:]])
    assert len(points) > 40
    inputs = np.column_stack([points[:, 0] / 20.0 - 0.5, 1.5 - points[:, 1] / 20.0])
    hidden = np.tanh(inputs @ np.array(now.W1) + np.array(now.b1))
    logits = hidden @ np.array(now.W2) + np.array(now.b2)
    p = 1.0 / (1.0 + np.exp(-logits))
    assert np.abs(p - 0.5).max() < 0.1  # straight between the corners of a cell
    pixels = page.root.locator(".bp-first canvas").evaluate(
        """canvas => [[10, 30], [10, 10], [30, 30], [30, 10]].map(([x, y]) =>
            Array.from(canvas.getContext("2d").getImageData(x, y, 1, 1).data))"""
    )
    for (red, _, blue, alpha), wanted in zip(pixels, now.probabilities > 0.5, strict=True):
        assert (red > blue) == wanted and alpha > 20


def test_a_network_that_knows_nothing_draws_no_boundary(mount_widget):
    page = mount_widget(XorPlayground(initialisation="zero"), width=844)
    press(page, JUMP)
    assert [page.root.locator(".bp-boundary").nth(k).get_attribute("d") for k in (0, 1)] == ["", ""]
    assert said(page) == in_python(page).sentence
    assert "every gradient is 0" in said(page)


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(xor_playground(), width=844)
    # The weight and its slider, four buttons, η, three and four radios, units, seed.
    assert_keyboard_does_all(page, 16)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_grave(mount_widget, axe_violations, theme):
    page = mount_widget(xor_playground(units=3, activation="relu", seed=4), theme=theme, width=844)
    press(page, JUMP)
    assert axe_violations(page.page) == []


# The numbers in the network neither meet one another nor the units.
TEXTS = ".bp-network text:not(.bp-hint, .bp-axis-name)"
WORST = {
    "units": 8,
    "activation": "relu",
    "W1": [[-99.99, -12.3, -1e6, -1.0, -1.0, 3e-9, 99.99, -12345.6]] * 2,
    "b1": [-0.001] * 8,
    "W2": [[-99.99]] * 8,
    "b2": [-54321.0],
    "steps": 1234567,
}


@pytest.mark.parametrize("width", [560, 844, 1080])
def test_nothing_is_cut_overlaps_or_moves_the_layout(mount_widget, width, screenshot):
    page = mount_widget(xor_playground(), width=width)
    heights = set()

    def look():
        settle(page.page)
        heights.add(height_where_all_can_be_read(page, state(page, TRAITS), TEXTS))

    look()
    press(page, JUMP)
    look()
    for key in ("Home", "End"):
        slide(page, "units", key)
        for name in ("ReLU", "tanh"):
            choose(page, name)
            look()
            press(page, JUMP)
            look()
    choose(page, "all ½")
    choose(page, "ReLU")
    select(page, 32)
    look()
    page.page.evaluate("traits => Object.entries(traits).forEach(([k, v]) => window.model.set(k, v))", WORST)
    look()
    screenshot(page.root, f"xor_worst_{width}")
    assert len(heights) == 1
    assert width != 844 or heights.pop() <= 640


# The echo of an older message, coming between the two, would take the newest steps back.
def test_python_is_told_in_the_same_breath(mount_widget):
    page = mount_widget(xor_playground())
    saved = page.page.evaluate(
        """async () => {
            [...document.querySelectorAll("button")].find((b) => b.textContent === "one step").click();
            await new Promise(queueMicrotask);
            return window.model.saved.length;
        }"""
    )
    assert saved == 1
