"""The ε lab in a page: its numbers are our engine's, its digits are all there, and a hand can move all of it.

The browser computes e^x to the last binary digit, and C's library, which Python asks, nearly always does.
Where it does not, points that round-off rules may differ: these are held to a bound that follows from the
machine epsilon, all others to the last digits.
"""

import itertools
import random

import numpy as np
import pytest

from backprop_lib import Tensor
from backprop_lib.explorables.epsilon_lab import EXAMPLES, EpsilonLab, epsilon_lab
from backprop_lib.explorables.explorable import browser_side
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

TRAITS = ("example", "epsilon", "scheme", "dtype")
STEPS = [1.0, *(float(f"{digit}e-{k}") for k in range(1, 15) for digit in (3, 1))]
MACHINE = {"float32": 2.0**-23, "float64": 2.0**-52}
SETTINGS = [
    dict(zip(("example", "scheme", "dtype"), one, strict=True))
    for one in itertools.product(EXAMPLES, ("forward", "central"), MACHINE)
]
THEORY = epsilon_lab().theory


def state(page):
    return {name: page.model_get(name) for name in TRAITS}


def said(page):
    return page.root.locator("[role=status]").text_content().replace("w₁", "w1")


def in_python(page):
    return EpsilonLab(**state(page))


def slider(page):
    return page.root.locator('[data-name="ε"] input')


def press(page, *keys):
    for key in keys:
        slider(page).press(key)
    settle(page.page)


def choose(page, name):
    page.root.get_by_role("radio", name=name).check(force=True)
    settle(page.page)


def reset(page):
    page.root.get_by_role("button", name="reset").click()
    settle(page.page)


def put(page, traits):
    """Set several traits at once, as Python would."""
    page.evaluate("(all) => Object.entries(all).forEach((one) => window.model.set(...one))", traits)
    settle(page.page)


# --- numbers ------------------------------------------------------------------------------------------------

LOAD = """async ([source, theory]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const bundle = await import(url);
    window.steps = bundle.STEPS;
    window.found = (state) => {
        const known = theory[state.example];
        const now = bundle.measure(state, known);
        const told = Object.values(bundle.describe(state, now, known)).join("").replace("w₁", "w1");
        return { ...now, told, best: bundle.bestEpsilon(state), ...bundle.expected(state, known) };
    };
}"""


@pytest.fixture(scope="module")
def bundle(browser):
    """A page with nothing in it but the shipped bundle's functions."""
    page = browser.new_page()
    page.evaluate(LOAD, [browser_side("epsilon_lab")[0], THEORY])
    yield page
    page.close()


@pytest.fixture(scope="module")
def found(bundle):
    """Every setting at every step of the slider and at random ones: (what the browser computes, our own)."""
    rng = random.Random(6)
    anywhere = [10.0 ** rng.uniform(-14.0, 0.0) for _ in range(9)]
    states = [one | {"epsilon": epsilon} for one in SETTINGS for epsilon in [*STEPS, *anywhere]]
    theirs = bundle.evaluate("all => all.map(found)", states)
    return [(numbers, EpsilonLab(**one)) for numbers, one in zip(theirs, states, strict=True)]


def test_losses_are_those_of_python_to_the_last_digit_of_their_dtype(found):
    for numbers, ours in found:
        losses = [numbers["high"], numbers["low"]]
        assert losses == pytest.approx(ours.values, rel=2.0 * MACHINE[ours.dtype], abs=0.0), ours
        assert numbers["rise"] == numbers["high"] - numbers["low"]


def test_gradients_and_errors_are_those_of_python(found):
    """Off by what the last digits of both losses may do: two of them, over the run."""
    for numbers, ours in found:
        noise = 4.0 * MACHINE[ours.dtype] * THEORY[ours.example]["loss"] / ours.epsilon
        assert numbers["truth"] == ours.truth
        assert numbers["numerical"] == pytest.approx(ours.numerical, rel=1e-12, abs=noise), ours
        assert numbers["error"] == pytest.approx(ours.error, rel=1e-6, abs=noise / abs(ours.truth or 1.0)), (
            ours
        )
        assert numbers["best"] == pytest.approx(ours.best_epsilon, rel=1e-12)


def test_where_truncation_rules_errors_agree_to_six_digits(found):
    ruled = [(numbers, ours) for numbers, ours in found if numbers["truncation"] > 1e6 * numbers["roundOff"]]
    assert len(ruled) > 25
    for numbers, ours in ruled:
        assert numbers["error"] == pytest.approx(ours.error, rel=1e-6), ours


def test_the_sentence_is_pythons(found):
    """Everywhere but in the few states where C's library is one last digit off."""
    different = [(numbers, ours) for numbers, ours in found if numbers["told"] != ours.sentence]
    assert len(different) <= len(found) / 50
    assert [ours for numbers, ours in different if (numbers["high"], numbers["low"]) == ours.values] == []


def test_float32_is_float32_all_the_way(found):
    """Every loss is a number that float32 has, and NumPy's own float32 gives it to a few last digits."""
    losses = {
        "smooth": lambda w1: ((-1.0 * (w1 * 2.0).sigmoid()).sigmoid() - 1.0) ** 2,
        "ReLU": lambda w1: (np.float32(1.0 / 7.0) * (w1 * 2.0).relu() - 1.0) ** 2,
        "kink": lambda w1: w1.relu(),
    }
    for numbers, ours in found:
        if ours.dtype != "float32":
            continue
        for end, value in zip(numbers["ends"], (numbers["high"], numbers["low"]), strict=True):
            assert [float(np.float32(x)) for x in (end, value)] == [end, value]
            tensor = losses[ours.example](Tensor(np.float32(end))).data
            assert tensor.dtype == np.float32
            assert value == pytest.approx(float(tensor), rel=8.0 * MACHINE["float32"], abs=0.0), ours


def test_the_slider_goes_by_half_decades(bundle):
    assert bundle.evaluate("steps") == STEPS


# --- what is drawn ------------------------------------------------------------------------------------------


def heights(page, selector):
    return page.root.locator(selector).evaluate_all("all => all.map((dot) => Number(dot.getAttribute('cy')))")


def scale(page, axis):
    """A function: what a place along an axis stands for, read from its ticks."""
    ticks = page.root.locator(".bp-plot .bp-axis").nth(axis).locator(".tick").all()
    at = [tick.get_attribute("transform")[10:-1].split(",")[axis] for tick in (ticks[0], ticks[-1])]
    first, last = map(float, at)
    low, high = (-16.0, 0.0) if axis else (0.0, -14.0)
    return lambda place: 10.0 ** (low + (place - first) / (last - first) * (high - low))


SHOWN = "lines => lines.map((line) => line.style.display !== 'none')"


def test_every_error_is_drawn_where_it_is(mount_widget):
    page = mount_widget(epsilon_lab(epsilon=3e-4), scale=2)  # at a scale of 1 axes are half a pixel lower
    error = scale(page, 1)
    for one in SETTINGS:
        put(page, one)
        ours = [EpsilonLab(**one, epsilon=epsilon).error for epsilon in [*STEPS, 3e-4]]
        drawn = [error(cy) for cy in heights(page, ".bp-measured, .bp-present")]
        for expected, found in zip(ours, drawn, strict=True):
            assert found == pytest.approx(max(expected, 1e-16), rel=0.02, abs=3e-16)
        rings = page.root.locator(".bp-measured.bp-beyond").count()
        assert rings == sum(error < 1e-16 for error in ours[:-1])
        truncation = one["example"] == "smooth" or (one["example"], one["scheme"]) == ("ReLU", "forward")
        lines = page.root.locator(".bp-theory").evaluate_all(SHOWN)
        assert lines == [truncation, one["example"] != "kink"]


ENDS = r"path => path.getAttribute('d').slice(1).split('L').map((pair) => pair.split(' ').map(Number))"


@pytest.mark.parametrize("scheme", ["central", "forward"])
def test_the_lines_of_theory_stand_where_theory_says(mount_widget, scheme):
    page = mount_widget(epsilon_lab(scheme=scheme), scale=2)
    theory = THEORY["smooth"]
    expected = {
        "truncation": lambda e: theory["third"] * e**2 if scheme == "central" else theory["second"] * e,
        "round-off": lambda e: 2.0**-52 * theory["loss"] / e,
    }
    epsilon, error = scale(page, 0), scale(page, 1)
    for name, line in expected.items():
        for x, y in page.root.locator(f".bp-{name}").evaluate(ENDS):
            assert error(y) == pytest.approx(abs(line(epsilon(x)) / theory["truth"]), rel=0.02)
    mark = epsilon(float(page.root.locator(".bp-mark").get_attribute("x1")))
    assert mark == pytest.approx(epsilon_lab(scheme=scheme).best_epsilon, rel=0.01)
    root, best = ("∛", "6.1×10⁻⁶") if scheme == "central" else ("√", "1.5×10⁻⁸")
    assert page.root.locator(".bp-marked").text_content() == f"rule of thumb {root}u = {best}"


def rows(page):
    """The numbers as they are written out: name → [whole, first part, second part]."""
    read = """all => all.map((row) => {
        const [sign, head, tail] = row.querySelector("code").children;
        const text = row.querySelector("code").textContent.trim();
        return [row.children[1].textContent, [text, head.textContent, tail.textContent]];
    })"""
    return dict(page.root.locator(".bp-number").evaluate_all(read))


def written(x, decimals):
    return f"{x:.{decimals}f}".replace("-", "−")


def test_all_digits_are_written_and_those_that_differ_are_marked(mount_widget):
    page = mount_widget(epsilon_lab())
    for one in SETTINGS:
        decimals = 17 if one["dtype"] == "float64" else 9
        lower = "L(w₁ − ε)" if one["scheme"] == "central" else "L(w₁)"
        for epsilon in (1.0, 1e-5, 1e-14):
            put(page, one | {"epsilon": epsilon})
            ours, digits = in_python(page), rows(page)
            high, low = ours.values
            texts = [digits[name][0] for name in ("L(w₁ + ε)", lower, "numerical", "true")]
            assert texts == [written(x, decimals) for x in (high, low, ours.numerical, ours.truth)]
            (_, same, differ), (_, below, other) = digits["L(w₁ + ε)"], digits[lower]
            assert same == below and (differ == other == "" or differ[0] != other[0])
            _, zeros, off = digits["off by"]
            assert set(zeros) == {"0", "."} and off[:1] != "0"


def test_the_loss_of_digits_is_told(mount_widget):
    page = mount_widget(epsilon_lab())

    def told():
        return page.root.locator(".bp-part > .bp-small").all_text_contents()[3:]

    assert told()[0] == "the first 5 digits of 17 cancel, 12 are left"
    page.model_set("epsilon", 1e-12)
    assert told()[0] == "the first 11 digits of 17 cancel, 6 are left"
    page.model_set("epsilon", 1e-2)
    assert told()[1] == "right to 5 of 17 decimals"
    put(page, {"dtype": "float32", "epsilon": 1e-10})
    assert told() == ["all 9 digits cancel: nothing is left", "not one decimal is right"]
    put(page, {"example": "kink", "epsilon": 1e-5})
    assert told() == ["the ends are on two sides of the kink", "not one decimal is right"]
    page.model_set("epsilon", 1e-6)
    assert told() == ["both ends are on the flat side", "all 9 decimals are right"]


# --- moved by hand ------------------------------------------------------------------------------------------


def test_the_slider_goes_through_every_step_and_python_hears(mount_widget):
    lab = epsilon_lab(epsilon=1.0)
    page = mount_widget(lab)
    assert page.saved() == [] and said(page) == lab.sentence
    for epsilon in STEPS:
        assert page.model_get("epsilon") == epsilon
        press(page, "ArrowRight")
    assert page.model_get("epsilon") == 1e-14
    assert slider(page).get_attribute("aria-valuetext") == "ε = 10⁻¹⁴"
    press(page, "Home", "ArrowRight")
    assert page.root.locator("output").text_content() == "0.3"
    for saved in page.saved():
        lab.set_state(saved)
    assert lab.epsilon == 0.3 and said(page) == lab.sentence
    box = slider(page).bounding_box()
    page.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settle(page.page)
    assert page.model_get("epsilon") == 1e-7


def test_everything_is_chosen_by_hand_and_reset_goes_back_also_when_drawn_again(mount_widget):
    lab = epsilon_lab("ReLU", epsilon=1e-3, dtype="float32")
    page = mount_widget(lab)
    first = said(page)
    for name, trait in [
        ("kink", "example"),
        ("forward", "scheme"),
        ("float64", "dtype"),
        ("smooth", "example"),
    ]:
        choose(page, name)
        assert page.model_get(trait) == name
        assert said(page) == in_python(page).sentence
    press(page, "End")
    moved = lab.get_state() | state(page)
    reset(page)
    assert state(page) == lab.start and said(page) == first
    again = mount_widget(moved)
    reset(again)
    assert state(again) == lab.start and said(again) == first


def test_a_step_is_picked_and_dragged_in_the_picture(mount_widget):
    page = mount_widget(epsilon_lab())
    dots = page.root.locator(".bp-measured")
    places = [dots.nth(k).bounding_box() for k in (4, 21)]
    (x, y), (to, down) = ((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in places)
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    settle(page.page)
    assert page.model_get("epsilon") == STEPS[4]
    page.page.mouse.move(to + 3, down + 40)
    settle(page.page)
    assert page.model_get("epsilon") == STEPS[21]
    page.page.mouse.move(to + 2000, down)
    page.page.mouse.up()
    page.page.mouse.move(x, y)  # let go: this moves nothing
    settle(page.page)
    assert page.model_get("epsilon") == 1e-14
    assert said(page) == in_python(page).sentence


def test_python_sets_any_trait_and_the_picture_follows(mount_widget):
    page = mount_widget(epsilon_lab())
    for name, value in [
        ("example", "ReLU"),
        ("scheme", "forward"),
        ("dtype", "float32"),
        ("epsilon", 0.0123),
    ]:
        page.model_set(name, value)
        assert said(page) == in_python(page).sentence
    for name in ("ReLU", "forward", "float32"):
        assert page.root.get_by_role("radio", name=name).is_checked()
    assert page.root.locator("output").text_content() == "0.0123"
    assert page.saved() == []


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(epsilon_lab())
    report = operate(page.page, page.root)
    assert len(report.controls) == 9  # three examples, two schemes, two dtypes, ε, reset
    assert report.problems() == {}
    assert page.root.locator(":is(button, input):not([data-lm-suppress-shortcuts=true])").count() == 0


# What sticks out of the explorable, what is cut, and which texts of the plot meet.
CROOKED = """root => {
    const box = (element) => element.getBoundingClientRect();
    const { left, right } = box(root);
    const before = (a, b) => a.right <= b.left || a.bottom - 2 <= b.top;
    const shown = ({ style }) => style.display !== "none";
    const all = (selector) => [...root.querySelectorAll(selector)].filter(shown);
    const out = all("button, input, output, label, text, svg, code, .bp-small, .bp-caption")
        .filter((one) => box(one).right > right + 0.5 || box(one).left < left - 0.5);
    const cut = all("output, .bp-small, .bp-formula, .bp-part, .bp-caption")
        .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
    const rows = all(".bp-number").filter(({ children: [, name, code] }) => {
        const range = document.createRange();
        range.selectNodeContents(name);
        return range.getBoundingClientRect().right > box(code).left + 1 || box(code).right > right + 0.5;
    });
    const texts = all(".bp-plot text");
    const meeting = texts.flatMap((one, i) => texts.slice(i + 1)
        .filter((other) => !before(box(one), box(other)) && !before(box(other), box(one))).map(() => one));
    return [...out, ...cut, ...rows, ...meeting].map((one) => one.outerHTML.slice(0, 90));
}"""


@pytest.mark.parametrize("width", [1090, 844, 740, 560])
def test_nothing_is_cut_overlaps_or_moves_the_layout(mount_widget, width):
    page = mount_widget(epsilon_lab(), width=width)
    sizes = set()
    for one in SETTINGS:
        for epsilon in (1.0, 3e-9, 1.2345e-13):
            put(page, one | {"epsilon": epsilon})
            sizes.add(page.root.bounding_box()["height"])
            assert page.root.evaluate(CROOKED) == [], state(page)
    assert len(sizes) == 1
    if width == 844:
        assert sizes.pop() <= 620


COVERED = """root => {
    const names = [...root.querySelectorAll(".bp-theory-name")].filter((one) => one.style.display !== "none");
    const matrix = root.querySelector("svg").getScreenCTM();
    return names.flatMap((name) => {
        const { x, y, width, height } = name.getBBox();
        const inverse = name.getScreenCTM().inverse();
        return [...root.querySelectorAll(".bp-measured")].filter((dot) => {
            const point = new DOMPoint(dot.getAttribute("cx"), dot.getAttribute("cy"));
            const at = point.matrixTransform(matrix).matrixTransform(inverse);
            return at.x > x - 3 && at.x < x + width + 3 && at.y > y - 1 && at.y < y + height + 1;
        }).map((dot) => `${name.textContent} ${dot.outerHTML}`);
    });
}"""


def test_the_names_of_the_lines_stand_on_no_point(mount_widget):
    page = mount_widget(epsilon_lab())
    for one in SETTINGS:
        put(page, one)
        assert page.root.evaluate(COVERED) == [], one


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [844, 560])
def test_it_can_be_read_in_both_themes(mount_widget, axe_violations, theme, width, screenshot):
    page = mount_widget(epsilon_lab(epsilon=1e-8), theme=theme, width=width)
    screenshot(page.root, f"epsilon_lab_{width}_{theme}")
    assert axe_violations(page.page) == []


def test_it_says_what_it_shows(mount_widget):
    page = mount_widget(epsilon_lab(epsilon=1e-2))
    picture = page.root.get_by_role("img")
    assert picture.get_attribute("aria-label") == (
        "relative error of the numerical gradient at every ε from 1 to 10⁻¹⁴; at ε = 0.01 it is 1.3×10⁻⁵"
    )
    assert page.root.get_attribute("aria-label") == "the error of a numerical gradient"
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1


MOVING = "root => root.getAnimations({ subtree: true }).length"


def test_points_move_only_where_motion_is_allowed_and_never_by_themselves(mount_widget):
    page = mount_widget(epsilon_lab(), reduced_motion="no-preference")
    before = page.root.inner_html()
    page.page.wait_for_timeout(200)
    assert page.root.evaluate(MOVING) == 0 and page.root.inner_html() == before and page.saved() == []
    page.model_set("dtype", "float32")
    assert page.root.evaluate(MOVING) > 0
    still = mount_widget(epsilon_lab(), reduced_motion="reduce")
    still.model_set("dtype", "float32")
    assert still.root.evaluate(MOVING) == 0


def test_two_in_one_page_do_not_share_their_choices(mount_widget):
    page = mount_widget(epsilon_lab())
    other = {name: value for name, value in epsilon_lab("kink").get_state().items() if name[0] != "_"}
    page.page.evaluate(
        """async (state) => {
            const place = document.createElement("div");
            place.id = "second";
            document.body.append(place);
            await window.mountWidget(state, "second");
        }""",
        other | dict(zip(("_esm", "_css"), browser_side("epsilon_lab"), strict=True)),
    )
    checked = page.page.locator("input:checked").evaluate_all("all => all.map((input) => input.value)")
    assert checked == ["smooth", "central", "float64", "kink", "central", "float64"]


def test_unmounting_leaves_nothing_behind(mount_widget):
    page = mount_widget(epsilon_lab())
    press(page, "ArrowLeft")
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
