"""The gradient-flow microscope in a page: its numbers are our engine's, and a hand can move all of it."""

import itertools
import math
import random
import re

import numpy as np
import pytest

from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.gradient_flow.network import Settings, measure
from backprop_lib.explorables.gradient_flow.widget import (
    ACTIVATIONS,
    NORMALISATIONS,
    WIDTHS,
    GradientFlow,
    gradient_flow,
)
from backprop_lib.explorables.gradient_flow.words import three
from tests.explorables.test_words import many_numbers, read
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

TRAITS = (*Settings._fields, "layer")
GAINS = (0.2, 0.5, 1.0, math.sqrt(2.0), 2.0, 3.0, 4.0)


def state(page):
    return {name: page.model_get(name) for name in TRAITS}


def said(page):
    return page.root.locator("[role=status]").text_content()


def in_python(page):
    return GradientFlow(**state(page))


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def move(page, name, *keys):
    for key in keys:
        slider(page, name).press(key)
    settle(page.page)


def choose(page, name):
    page.root.get_by_role("radio", name=name, exact=True).check(force=True)
    settle(page.page)


def press(page, name):
    page.root.get_by_role("button", name=name).click()
    settle(page.page)


# --- numbers ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle(browser):
    """A page with nothing in it but the shipped bundle's functions."""
    page = browser.new_page()
    page.evaluate(
        """async (source) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            window.bundle = await import(url);
        }""",
        browser_side("gradient_flow")[0],
    )
    yield page
    page.close()


def networks(count):
    """Random settings; every activation with every normalisation, with and without a shortcut."""
    rng = random.Random(3)
    kinds = [*itertools.product(ACTIVATIONS, NORMALISATIONS, (False, True))]
    for k in range(count):
        activation, normalisation, residual = kinds[k % len(kinds)]
        depth = rng.choice((1, 2, 7, 20, 20, 50))
        yield {
            "depth": depth, "width": rng.choice(WIDTHS), "activation": activation, "gain": rng.choice(GAINS),
            "normalisation": normalisation, "residual": residual, "clipping": rng.random() < 0.5,
            "seed": rng.randrange(10_000), "layer": rng.randint(1, depth),
        }  # fmt: skip


def test_all_sizes_are_those_of_our_engine_and_both_say_the_same(bundle):
    """To 1e-12. In fifty layers a last digit can grow a thousandfold, as gradients themselves do."""
    tried = [*networks(84)]
    for one, found in zip(tried, bundle.evaluate("all => all.map(bundle.told)", tried), strict=True):
        ours = GradientFlow(**one)
        flow = measure(Settings(*(one[name] for name in Settings._fields)))
        close = {"rel": 1e-12 if one["depth"] <= 20 else 1e-9, "abs": 1e-200}
        assert found["gradients"] == pytest.approx(flow.gradients, **close), one
        assert found["inputGradient"] == pytest.approx(flow.input_gradient, **close), one
        assert found["activations"] == pytest.approx(flow.activations, **close), one
        assert found["slopes"] == pytest.approx(flow.slopes, **close), one
        assert found["factor"] == pytest.approx(flow.factor, **close), one
        if one["clipping"]:
            assert found["norm"] == pytest.approx(flow.norm, **close), one
        z = flow.z[one["layer"] - 1].ravel()
        assert np.abs(np.array(found["z"]) - z).max() <= 1e-9 * np.abs(z).max(), one
        assert (found["expected"] is None) == (ours.theory_sizes is None)
        if found["expected"]:
            expected = np.array(found["expected"]["gradients"]) * found["factor"]
            assert expected == pytest.approx(ours.theory_sizes, **close), one
        assert found["text"] == ours.sentence


def test_numbers_are_written_as_in_python(bundle):
    numbers = [abs(x) for x in many_numbers()]
    assert bundle.evaluate("all => all.map(bundle.three)", numbers) == [three(x) for x in numbers]


# --- what is drawn ------------------------------------------------------------------------------------------

SUPERSCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def exponent(label):
    return {"1": 0, "10": 1}.get(label) if label in ("1", "10") else int(label[2:].translate(SUPERSCRIPT))


def drawn(page, kind):
    """The sizes of a panel, read back from where its dots are."""
    panel = page.root.locator(f".bp-{kind}-panel")
    ticks = panel.locator(".tick").evaluate_all(
        """all => all.map((tick) => [
            tick.textContent, Number(tick.getAttribute("transform").split(",")[1].slice(0, -1))])"""
    )
    (low, bottom), (high, top) = ((exponent(label), y) for label, y in (ticks[0], ticks[-1]))
    heights = panel.locator("circle").evaluate_all("all => all.map((dot) => Number(dot.getAttribute('cy')))")
    return [10.0 ** (low + (high - low) * (y - bottom) / (top - bottom)) for y in heights]


SHOWN = [
    {},
    {"activation": "tanh", "gain": 3.0, "clipping": True},
    {"activation": "relu", "gain": 2.0, "depth": 50},
    {"normalisation": "BatchNorm", "depth": 7, "width": 16},
    {"activation": "identity", "gain": 4.0, "depth": 50, "residual": True},
    {"depth": 1, "activation": "elu"},
]


def test_every_dot_stands_where_its_size_is(mount_widget):
    page = mount_widget(gradient_flow(), scale=2)
    for changed in SHOWN:
        page.model_set_all(gradient_flow().start | {"layer": 1} | changed)
        flow = in_python(page)
        gradients = [flow.input_gradient, *flow.gradient_sizes]
        assert drawn(page, "gradient") == pytest.approx(gradients, rel=1e-2), changed
        assert drawn(page, "value")[1:] == pytest.approx(flow.activation_sizes, rel=1e-2), changed
        plain = flow.theory_sizes is not None
        lines = [bool(path.get_attribute("d")) for path in page.root.locator(".bp-theory").all()]
        assert lines == [plain, plain]
        assert page.root.locator(".bp-key-theory").is_visible() == plain
        clipped = page.root.get_by_text("before clipping").count() == 1
        assert clipped == (measure(flow._settings()).factor < 1.0)


def test_gradients_that_are_0_are_rings_at_a_0(mount_widget):
    page = mount_widget(gradient_flow(depth=50, width=4, activation="relu", gain=0.2))
    panel = page.root.locator(".bp-gradient-panel")
    assert panel.locator("circle.bp-hollow").count() == 51
    assert panel.locator(".tick text").first.text_content() == "0"
    assert "no gradient enters layer 50" in said(page)


def histogram(page):
    """The counts, as shares of the highest."""
    path = page.root.locator(".bp-histogram").get_attribute("d")
    bars = [bar.split("h")[0] for bar in path.split("M")[1:]]
    return sorted(-float(bar.split("v")[1]) for bar in bars)


@pytest.mark.parametrize("changed", SHOWN[:4], ids=str)
def test_the_histogram_counts_the_pre_activations_of_the_layer(mount_widget, changed):
    page = mount_widget(GradientFlow(**changed))
    label = page.root.get_by_role("img").nth(1).get_attribute("aria-label")
    reach = read(re.search(r"within (\S+) of 0", label)[1])
    flow = in_python(page)
    z = measure(flow._settings()).z[flow.layer - 1]
    counts, _ = np.histogram(z, bins=40, range=(-reach, reach))
    assert counts.sum() == z.size
    heights = histogram(page)
    assert np.array(heights) / heights[-1] == pytest.approx(np.sort(counts[counts > 0]) / counts.max())


# --- moved by hand ------------------------------------------------------------------------------------------


def test_the_sliders_move_the_network_and_python_hears(mount_widget):
    flow = gradient_flow()
    page = mount_widget(flow)
    assert page.saved() == [] and said(page) == flow.sentence
    move(page, "depth", "ArrowLeft", "ArrowLeft")
    move(page, "width", "ArrowLeft")
    move(page, "gain", "ArrowRight")
    move(page, "layer", "End")
    now = state(page)
    assert (now["depth"], now["width"], now["gain"], now["layer"]) == (18, 32, 1.05, 18)
    for saved in page.saved():
        flow.set_state(saved)
    assert said(page) == flow.sentence
    texts = [
        slider(page, name).get_attribute("aria-valuetext") for name in ("depth", "width", "gain", "layer")
    ]
    assert texts == ["depth 18", "width 32", "gain 1.05", "layer 18"]
    move(page, "depth", "Home")
    assert (page.model_get("depth"), page.model_get("layer")) == (1, 1)
    move(page, "depth", "End")
    move(page, "width", "End")
    assert (page.model_get("depth"), page.model_get("width")) == (50, 128)


def test_the_critical_gain_of_relu_is_on_the_slider(mount_widget):
    page = mount_widget(gradient_flow(activation="relu", gain=1.35))
    assert not page.root.get_by_role("radio", name="ReLU + He").is_checked()
    move(page, "gain", "ArrowRight")
    assert page.model_get("gain") == math.sqrt(2.0)
    assert page.root.locator('[data-name="gain"] output').text_content() == "√2"
    assert page.root.get_by_role("radio", name="ReLU + He").is_checked()
    move(page, "gain", "End")
    assert page.model_get("gain") == 4.0
    move(page, "gain", "Home")
    assert page.model_get("gain") == 0.2


def test_everything_else_is_chosen_with_the_mouse(mount_widget):
    page = mount_widget(gradient_flow(depth=6, width=16))
    for name in ("leaky ReLU", "BatchNorm", "GELU", "LayerNorm", "tanh ½ + residual", "no norm", "identity"):
        choose(page, name)
        assert said(page) == in_python(page).sentence
    for name in ("residual", "clip to norm 1"):
        page.root.get_by_role("checkbox", name=name).click()
        settle(page.page)
        assert said(page) == in_python(page).sentence
    expected = {"activation": "identity", "normalisation": "none", "residual": False, "clipping": True}
    assert {name: page.model_get(name) for name in expected} == expected
    press(page, "draw again")
    assert page.model_get("seed") == 1 and said(page) == in_python(page).sentence


def test_a_name_sets_a_network_and_leaves_its_size(mount_widget):
    page = mount_widget(GradientFlow(depth=12, width=32, clipping=True, seed=9999, layer=4))
    ratios = {}
    for name in ("sigmoid, 1986", "tanh + Xavier", "ReLU + He", "sigmoid + BatchNorm", "tanh ½ + residual"):
        choose(page, name)
        now = state(page)
        assert (now["depth"], now["width"], now["seed"], now["layer"]) == (12, 32, 9999, 4)
        ratios[name] = in_python(page).ratio
        assert page.root.locator(".bp-presets input:checked").count() == 1
    assert ratios.pop("sigmoid, 1986") < 1e-6 < 0.05 < min(ratios.values()) <= max(ratios.values()) < 20.0
    choose(page, "ReLU × 2")
    assert in_python(page).ratio > 10.0
    press(page, "draw again")
    assert page.model_get("seed") == 0


def test_pointing_looks_into_a_layer_and_pressing_chooses_it(mount_widget):
    page = mount_widget(gradient_flow())
    name = page.root.locator(".bp-inside > .bp-axis-name").first
    ground = page.root.locator(".bp-reach").bounding_box()
    assert name.text_content() == "inside layer 10: its z"
    before = said(page)
    page.page.mouse.move(ground["x"] + ground["width"] - 5, ground["y"] + 60)
    assert name.text_content() == "inside layer 20: its z" and said(page) == before and page.saved() == []
    page.page.mouse.move(ground["x"] + ground["width"] / 2, ground["y"] - 30)
    assert name.text_content() == "inside layer 10: its z"
    page.page.mouse.move(ground["x"] + 5, ground["y"] + 200)
    page.page.mouse.down()
    settle(page.page)
    assert page.model_get("layer") == 1 and said(page) == in_python(page).sentence
    page.page.mouse.move(ground["x"] + ground["width"] + 200, ground["y"] + 200)
    page.page.mouse.up()
    settle(page.page)
    assert page.model_get("layer") == 20 and said(page) == in_python(page).sentence


def test_python_sets_any_trait_and_the_picture_follows(mount_widget):
    page = mount_widget(gradient_flow())
    changes = {
        "depth": 9, "layer": 9, "width": 8, "activation": "gelu", "gain": 1.234, "normalisation": "LayerNorm",
        "residual": True, "clipping": True, "seed": 77,
    }  # fmt: skip
    for name, value in changes.items():
        page.model_set(name, value)
        now = state(page)
        assert said(page) == GradientFlow(**now | {"layer": min(now["layer"], now["depth"])}).sentence
    assert page.root.locator("output").all_text_contents() == ["9", "8", "1.234", "9"]
    checked = page.root.locator("input[type=radio]:checked").evaluate_all(
        "all => all.map((one) => one.value)"
    )
    assert checked == ["gelu", "LayerNorm"]
    assert page.root.locator("input[type=checkbox]:checked").count() == 2


def test_reset_goes_back_to_how_it_was_made(mount_widget):
    flow = GradientFlow(depth=8, width=16, activation="elu", gain=1.3, layer=3, seed=5)
    page = mount_widget(flow)
    first = said(page)
    choose(page, "sigmoid + BatchNorm")
    move(page, "depth", "Home")
    press(page, "draw again")
    press(page, "reset")
    assert state(page) == flow.start and said(page) == first


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(gradient_flow(depth=5, width=16))
    report = operate(page.page, page.root)
    assert len(report.controls) == 24  # 6 names, 4 sliders, 7 + 3 choices, 2 boxes, 2 buttons
    assert report.problems() == {}
    assert page.root.locator(":is(button, input):not([data-lm-suppress-shortcuts=true])").count() == 0


STICKING_OUT = """root => {
    const { left, right } = root.getBoundingClientRect();
    return [...root.querySelectorAll("button, input, output, label, text, svg, .bp-caption")]
        .filter((element) => {
            const box = element.getBoundingClientRect();
            return box.right > right + 0.5 || box.left < left - 0.5;
        })
        .map((element) => element.outerHTML.slice(0, 80));
}"""

CUT = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"

MEETING = """root => {
    const texts = [...root.querySelectorAll("svg text")]
        .filter((text) => text.textContent !== "")
        .map((text) => [text.textContent, text.getBoundingClientRect()]);
    const apart = (a, b) => a.left >= b.right || a.top >= b.bottom - 4;
    return texts.flatMap(([name, a], i) => texts.slice(i + 1)
        .filter(([, b]) => !apart(a, b) && !apart(b, a))
        .map(([other]) => [name, other]));
}"""

WRONG = "root => /NaN|Infinity|undefined/.test(root.innerHTML)"

EXTREMES = [
    {"depth": 50, "width": 128, "activation": "leaky_relu", "gain": 0.65, "residual": True, "clipping": True},
    {"depth": 50, "activation": "identity", "gain": 4.0, "residual": True, "clipping": True},
    {"depth": 50, "activation": "identity", "gain": 0.2},
    {"depth": 50, "activation": "gelu", "gain": 0.2, "clipping": True},
    {"depth": 50, "width": 4, "activation": "relu", "gain": 0.2},
    {"depth": 25, "width": 4, "activation": "relu", "gain": 4.0, "residual": True},
    {"depth": 12, "activation": "tanh", "gain": 4.0, "clipping": True},
    {"depth": 1, "width": 4, "activation": "sigmoid", "normalisation": "BatchNorm", "clipping": True},
    {"depth": 50, "width": 128, "activation": "leaky_relu", "gain": 3.95, "normalisation": "LayerNorm",
     "residual": True, "clipping": True},
]  # fmt: skip


@pytest.mark.parametrize("width", [1240, 844, 700, 560])
def test_nothing_is_cut_overlaps_or_moves_the_layout(mount_widget, width):
    page = mount_widget(gradient_flow(), width=width)
    heights = set()
    for changed in [{}, *EXTREMES]:
        page.model_set_all(gradient_flow().start | {"layer": 1} | changed)
        assert not page.root.evaluate(WRONG), changed
        heights.add(page.root.bounding_box()["height"])
        assert page.root.evaluate(STICKING_OUT) == [], changed
        assert page.root.evaluate(MEETING) == [], changed
        assert page.root.locator("output").evaluate_all(CUT) == [], changed
        caption = page.root.locator(".bp-caption")
        assert caption.evaluate("box => box.scrollHeight <= box.clientHeight"), changed
    assert len(heights) == 1
    assert width < 844 or heights.pop() <= 640.0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [844, 560])
def test_it_can_be_read_in_both_themes(mount_widget, axe_violations, theme, width, screenshot):
    page = mount_widget(gradient_flow(activation="relu", gain=2.0, clipping=True), theme=theme, width=width)
    screenshot(page.root, f"gradient_flow_{width}_{theme}")
    assert axe_violations(page.page) == []


def test_it_says_what_it_shows(mount_widget):
    page = mount_widget(gradient_flow())
    pictures = [picture.get_attribute("aria-label") for picture in page.root.get_by_role("img").all()]
    flow = in_python(page)
    first, last = (three(flow.gradient_sizes[k]) for k in (0, -1))
    before, after = (three(flow.activation_sizes[k]) for k in (0, -1))
    assert pictures == [
        f"sizes over the 20 layers, on logarithmic axes: the gradient is {first} at layer 1 and {last} at "
        f"layer 20; the signal is {before} and {after}",
        "inside layer 10: its pre-activations lie within 4 of 0; √mean f′(z)² = 0.236",
    ]
    assert page.root.get_attribute("aria-label") == "the gradient on its way back through a deep network"
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1


def test_nothing_moves_by_itself(mount_widget):
    page = mount_widget(gradient_flow(), reduced_motion="no-preference")
    moving = page.root.evaluate("root => root.getAnimations({ subtree: true }).length")
    before = page.root.inner_html()
    page.page.wait_for_timeout(200)
    assert moving == 0 and page.root.inner_html() == before and page.saved() == []


def test_unmounting_leaves_nothing_behind(mount_widget):
    page = mount_widget(gradient_flow())
    move(page, "gain", "ArrowLeft")
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
