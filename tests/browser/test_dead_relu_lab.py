"""The dead-ReLU lab in a page: our engine's numbers, no step unasked for, and a hand on all of it."""

import itertools

import numpy as np
import pytest

from backprop_lib.explorables.dead_relu_lab import (
    ACTIVATIONS,
    SEEDS,
    DeadReluLab,
    dead_relu_lab,
    initial_weights,
)
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.hidden_layer import WEIGHTS
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
    told,
    trained,
)
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

SETTINGS = ("activation", "rate", "bias", "seed", "unit")
TRAITS = (*SETTINGS, "steps", *WEIGHTS)
SHAPES = {"W1": (2, 16), "b1": (16,), "W2": (16, 1), "b2": (1,)}
JUMP = "500 steps at once"


def in_python(page):
    return told(page, dead_relu_lab(), TRAITS)


def sentence(page):
    return said(page, "[role=status] > div")


# --- numbers ------------------------------------------------------------------------------------------------

LOAD = """async ([source, samples]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.bundle = await import(url);
    const net = bundle.ringsNetwork(samples);
    window.computed = (state) => {
        net.load(state);
        const loss = net.evaluate();
        const units = net.units();
        const { layers } = net.through;
        return { loss, told: bundle.describe(state, units, loss).join("; "),
            gradients: layers.flatMap(({ dW, db }) => [Array.from(dW), Array.from(db)]),
            active: units.map(({ active, z }) => active / z.length),
            silent: units.flatMap(({ silent }, j) => silent ? [j + 1] : []),
            dead: units.flatMap(({ dead }, j) => dead ? [j + 1] : []) };
    };
    window.begun = (cases, first) => {
        const view = new DataView(Uint8Array.from(first).buffer);
        return cases.map((one) => bundle.initialWeights(one, view));
    };
}"""


def states():
    rng = np.random.default_rng(2)
    for activation, shift in itertools.product(ACTIVATIONS, (0.0, -2.0, -5.0, -40.0, -900.0)):
        yield dead_relu_lab(activation, bias=max(shift, -2.0), seed=3)
        lab = dead_relu_lab(activation)
        lab.unit, lab.steps = (int(k) for k in rng.integers(1, 17, 2))
        for name, shape in SHAPES.items():
            setattr(lab, name, rng.standard_normal(shape) + (shift if name == "b1" else 0.0))
        yield lab


def test_numbers_sentence_and_first_weights_are_those_of_python(browser):
    page = browser.new_page()
    lab = dead_relu_lab()
    page.evaluate(LOAD, [browser_side("dead_relu_lab")[0], lab.samples])
    tried = [*states()]
    sent = [{name: getattr(one, name) for name in TRAITS} for one in tried]
    remarks = set()
    for one, found in zip(tried, page.evaluate("all => all.map(computed)", sent), strict=True):
        assert found["loss"] == pytest.approx(one.loss, rel=1e-12)
        for name, gradient in zip(WEIGHTS, found["gradients"], strict=True):
            assert close(gradient, one.gradients[name]), (one, name)
        assert found["active"] == one.active.tolist()
        assert (found["silent"], found["dead"]) == (one.silent, one.dead)
        assert found["told"] == one.sentence
        remarks |= {
            word for word in ("dead: no", "still", "last digit", "some sample") if word in one.sentence
        }
    assert len(remarks) == 4
    cases = [{"bias": bias, "seed": seed} for seed in range(SEEDS) for bias in (-1.75, 0.0)]
    begun = page.evaluate("([cases, first]) => begun(cases, first)", [cases, list(lab._first)])
    for case, weights in zip(cases, begun, strict=True):
        expected = initial_weights(**case)
        assert all(np.array_equal(weights[name], expected[name]) for name in WEIGHTS)
    page.close()


# --- training -----------------------------------------------------------------------------------------------

CENTRE = "all => all.map((one) => Number(one.getAttribute('height')))"


def crosses(page):
    """How many units are marked as dead (✕), and how many as below the kink (○)."""
    marks = page.root.locator(".bp-unit .bp-glyph").evaluate_all("all => all.map((m) => m.getAttribute('d'))")
    return sum("M5" in mark for mark in marks), sum("a4.5" in mark for mark in marks)


def test_steps_are_those_of_our_engine_and_what_dies_comes_back_only_if_it_can(mount_widget, screenshot):
    lab = dead_relu_lab(rate=10.0)
    page = mount_widget(lab, width=844)
    assert page.saved() == [] and sentence(page) == lab.sentence and crosses(page) == (0, 0)
    first = sentence(page)
    press(page, "one step")
    expected = trained(lab, 1, 10.0)
    assert all(close(page.model_get(name), expected[name]) for name in WEIGHTS)
    assert sentence(page) == in_python(page).sentence != first
    assert crosses(page) == (len(in_python(page).dead), 0) == (3, 0)
    press(page, *["one step"] * 5)
    expected = trained(lab, 6, 10.0)
    assert all(close(page.model_get(name), expected[name], 1e-9) for name in WEIGHTS)
    assert crosses(page) == (16, 0)
    slide(page, "η", *["ArrowLeft"] * 20)
    assert page.model_get("rate") == 1.0
    press(page, JUMP)
    assert crosses(page) == (16, 0) and page.model_get("steps") == 506  # none comes back
    screenshot(page.root, "dead_relu_dead")
    choose(page, "ELU")
    assert crosses(page) == (0, 16) and page.model_get("steps") == 506  # the same weights
    press(page, JUMP)
    assert sum(crosses(page)) < 16 and sentence(page) == in_python(page).sentence
    screenshot(page.root, "dead_relu_revived")
    for saved in page.saved():
        lab.set_state(saved)
    assert lab.steps == 1006 and lab.sentence == sentence(page)
    press(page, "back to step 0")
    assert page.model_get("steps") == 0 and page.model_get("activation") == "elu"
    press(page, "reset")
    assert {name: page.model_get(name) for name in SETTINGS} == lab.start and sentence(page) == first


def test_play_trains_until_pause_and_leaves_nothing_behind(mount_widget):
    page = mount_widget(dead_relu_lab(), width=844, reduced_motion="no-preference", clock=True)
    stops = ("one step", "back to step 0", "reset", "seed→", "bias→")
    assert_plays(page, TRAITS, stops, counts="steps")


def test_training_goes_on_with_another_activation(mount_widget):
    page = mount_widget(dead_relu_lab(), width=844, reduced_motion="no-preference", clock=True)
    button(page, "play").click()
    page.clock.run_for(100)
    page.root.get_by_role("radio", name="GELU", exact=True).check(force=True)
    steps = page.model_get("steps")
    page.clock.run_for(100)
    assert page.model_get("steps") > steps > 0


# --- moved by hand ------------------------------------------------------------------------------------------


def test_settings_units_and_python_move_the_picture(mount_widget):
    page = mount_widget(dead_relu_lab(), width=844)
    press(page, "one step")
    slide(page, "bias", "Home")
    slide(page, "seed", "ArrowRight")
    slide(page, "unit", "End", "ArrowLeft")
    assert {name: page.model_get(name) for name in SETTINGS} == {
        "activation": "relu", "rate": 1.0, "bias": -2.0, "seed": 1, "unit": 15,
    }  # fmt: skip
    fresh = dead_relu_lab(bias=-2.0, seed=1)
    fresh.unit = 15
    assert sentence(page) == in_python(page).sentence == fresh.sentence
    column = page.root.locator(".bp-unit").nth(4).bounding_box()
    page.page.mouse.move(column["x"] + column["width"] / 2, column["y"] + 20)
    page.page.mouse.down()
    settle(page.page)
    assert page.model_get("unit") == 5
    page.page.mouse.move(column["x"] - 3000, column["y"] + 20)
    page.page.mouse.up()
    settle(page.page)
    assert page.model_get("unit") == 1
    for name, value in [("activation", "gelu"), ("rate", 0.3), ("unit", 7), ("steps", 41)]:
        page.model_set(name, value)
        assert sentence(page) == in_python(page).sentence
    page.model_set_all({"b1": [-9.0] * 16, "activation": "relu"})
    assert crosses(page) == (16, 0) and sentence(page) == in_python(page).sentence
    assert page.root.locator('[data-name="η"] input').get_attribute("aria-valuetext") == "η = 0.3"
    assert page.root.locator('[data-name="bias"] input').get_attribute("aria-valuetext") == "bias = −2"


def test_shares_and_samples_stand_where_they_are(mount_widget):
    lab = dead_relu_lab("gelu", bias=-1.0)
    lab.unit = 4
    page = mount_widget(lab, width=844, scale=2)
    shares = page.root.locator(".bp-share").evaluate_all(CENTRE)
    assert [share / 20.0 for share in shares] == pytest.approx(lab.active.tolist(), abs=1e-9)
    run = lab._run()
    z = run["z1"].data[:, 3]
    places = "all => all.map((dot) => [dot.getAttribute('cx'), dot.getAttribute('cy')].map(Number))"
    on_f = np.array(page.root.locator(".bp-value-dot").evaluate_all(places))
    on_slope = np.array(page.root.locator(".bp-gradient-dot").evaluate_all(places))
    # The axes: z from −4 to 4; f from −1.2 to 4; f′ from −0.2 to 1.2.
    assert on_f[:, 0] == pytest.approx(44.0 + 356.0 * (z + 4.0) / 8.0, abs=0.01)
    assert on_f[:, 1] == pytest.approx(126.0 - 98.0 * (run["a1"].data[:, 3] + 1.2) / 5.2, abs=0.01)
    slopes = lab._slopes(run["z1"])[:, 3]
    assert on_slope[:, 1] == pytest.approx(216.0 - 60.0 * (slopes + 0.2) / 1.4, abs=0.01)


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(dead_relu_lab(), width=844)
    assert_keyboard_does_all(page, 12)  # four buttons, η, four activations, bias, seed, unit


WORST = [
    {"activation": "elu", "b1": [-12.3] * 16, "steps": 1234567, "unit": 16, "rate": 0.001},
    {"activation": "gelu", "b1": [-900.0] * 15 + [-7.1], "W2": [[1e6]] * 16, "steps": 9, "rate": 100.0},
    {"activation": "leaky_relu", "b1": [-1e6] * 16, "W1": [[-12345.6] * 16] * 2, "steps": 2000},
    {"activation": "relu", "b1": [1e6] * 16, "W2": [[-1e6]] * 16, "unit": 12},
]


@pytest.mark.parametrize(("width", "theme"), [(560, "dark"), (844, "light"), (1080, "dark")])
def test_it_can_be_read_everywhere_and_nothing_moves(mount_widget, axe_violations, width, theme, screenshot):
    page = mount_widget(dead_relu_lab(rate=10.0), width=width, theme=theme)
    press(page, "one step", "one step", "one step")
    choose(page, "leaky ReLU")
    heights = {page.root.bounding_box()["height"]}
    assert axe_violations(page.page) == []
    screenshot(page.root, f"dead_relu_{width}_{theme}")
    for one in WORST:
        page.model_set_all(one)
        heights.add(height_where_all_can_be_read(page, one))
        assert sentence(page) == in_python(page).sentence
        screenshot(page.root, f"dead_relu_{width}_worst_{one['activation']}")
    assert len(heights) == 1 and (width != 844 or heights.pop() <= 620)


def test_a_rate_that_is_too_large_ends_in_a_sentence_at_the_last_good_weights(mount_widget):
    lab = DeadReluLab(rate=100.0)
    lab.W2 = [[1e5]] * 16
    page = mount_widget(lab, width=844)
    press(page, JUMP)
    assert sentence(page).startswith(
        "the next step goes too far, η = 100 is too large: take a smaller one, or go back to step 0; unit 1"
    )
    assert "NaN" not in page.root.inner_html() and "Infinity" not in page.root.inner_html()
    page.model_set("rate", 0.5)
    assert sentence(page) == in_python(page).sentence
    press(page, "back to step 0")
    assert sentence(page) == in_python(page).sentence
