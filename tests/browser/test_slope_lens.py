"""The slope lens in a page: its numbers are our engine's, and a hand can move all of it."""

import itertools
import random

import pytest

from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.slope_lens import FUNCTIONS, SlopeLens, _digits, slope_lens
from tests.explorables.test_words import many_numbers
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

TRAITS = ("function", "x", "step", "scheme")
STEPS = [float(f"1e-{k}") for k in range(15)]


def state(page):
    return {name: page.model_get(name) for name in TRAITS}


def said(page):
    return page.root.locator("[role=status]").text_content()


def in_python(page):
    return SlopeLens(**state(page))


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def move(page, name, *keys):
    for key in keys:
        slider(page, name).press(key)
    settle(page.page)


def choose(page, name):
    page.root.get_by_role("radio", name=name).check(force=True)
    settle(page.page)


def reset(page):
    page.root.get_by_role("button", name="reset").click()
    settle(page.page)


# --- numbers ------------------------------------------------------------------------------------------------

LOAD = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.bundle = await import(url);
    window.told = (state) => {
        const text = (part) => typeof part === "string" ? part : part.text;
        return Object.values(window.bundle.describe(state)).flat().map(text).join("");
    };
}"""


@pytest.fixture(scope="module")
def bundle(browser):
    """A page with nothing in it but the shipped bundle's functions."""
    page = browser.new_page()
    page.evaluate(LOAD, browser_side("slope_lens")[0])
    yield page
    page.close()


def states(count, smallest):
    rng = random.Random(11)
    for function in FUNCTIONS:
        for scheme in ("forward", "central"):
            for _ in range(count):
                x = rng.choice([rng.randrange(-40, 41) / 20, rng.uniform(-2.0, 2.0)])
                step = rng.choice([step for step in STEPS if step >= smallest])
                yield {"function": function, "x": x, "step": step, "scheme": scheme}


def test_values_and_derivatives_are_those_of_our_engine_at_every_step(bundle):
    """To within one last digit of float64, which the smallest steps magnify."""
    tried = [*states(60, 1e-14)]
    for one, found in zip(tried, bundle.evaluate("all => all.map(bundle.measure)", tried), strict=True):
        rule = FUNCTIONS[one["function"]].rule
        ours = SlopeLens(**one)
        low = one["x"] - one["step"] if one["scheme"] == "central" else one["x"]
        assert found["low"] == pytest.approx(rule(low)[0], rel=2.3e-16, abs=0.0), one
        assert found["high"] == pytest.approx(rule(one["x"] + one["step"])[0], rel=2.3e-16, abs=0.0), one
        assert found["derivative"] == pytest.approx(ours.derivative, rel=1e-12, abs=0.0), one
        assert found["run"] == ours.run
        assert found["secant"] == found["rise"] / found["run"]
        assert found["difference"] == found["secant"] - found["derivative"]


def test_slopes_are_those_of_python(bundle):
    tried = [*states(60, 1e-2)]
    for one, found in zip(tried, bundle.evaluate("all => all.map(bundle.measure)", tried), strict=True):
        ours = SlopeLens(**one)
        assert found["secant"] == pytest.approx(ours.secant_slope, rel=1e-12, abs=1e-13), one


def last_digits_agree(bundle, one):
    """Whether both have f(x), f(x ± h) and f′(x) bit for bit alike, for this step and for a tenth of it."""
    rule = FUNCTIONS[one["function"]].rule
    for step in (one["step"], float(f"{one['step'] / 10.0:.15g}")):
        found = bundle.evaluate("state => bundle.measure(state)", one | {"step": step})
        low = one["x"] - step if one["scheme"] == "central" else one["x"]
        numbers = (rule(low)[0], rule(one["x"] + step)[0], *rule(one["x"])[1])
        if (found["low"], found["high"], found["derivative"]) != numbers:
            return False
    return True


def test_the_sentence_is_pythons(bundle):
    """Everywhere but in the few states where C's library is one last digit off, and the step magnifies it."""
    tried = [*states(60, 1e-14)]
    told = bundle.evaluate("all => all.map(window.told)", tried)
    different = [one for one, text in zip(tried, told, strict=True) if text != SlopeLens(**one).sentence]
    assert len(different) <= len(tried) / 100
    assert [one for one in different if last_digits_agree(bundle, one)] == []


def test_numbers_are_written_as_in_python(bundle):
    numbers = many_numbers()
    assert bundle.evaluate("all => all.map(bundle.digits)", numbers) == [_digits(x) for x in numbers]


# --- what is drawn ------------------------------------------------------------------------------------------


def measured(page):
    """The errors at the fifteen steps and the present one, read back from where their dots are drawn."""
    ticks = page.root.locator(".bp-errors .bp-axis").nth(1).locator(".tick").all()
    heights = [
        float(tick.get_attribute("transform").split(",")[1].rstrip(")")) for tick in (ticks[0], ticks[-1])
    ]
    scale = (heights[1] - heights[0]) / 16.0  # the ticks go from 1e-16 to 1
    dots = page.root.locator(".bp-measured, .bp-present").evaluate_all(
        "dots => dots.map((dot) => Number(dot.getAttribute('cy')))"
    )
    return [10.0 ** ((cy - heights[0]) / scale - 16.0) for cy in dots]


@pytest.mark.parametrize("scheme", ["forward", "central"])
def test_the_error_at_every_step_is_drawn_where_it_is(mount_widget, scheme):
    lens = SlopeLens(function="x³", x=1.3, step=1e-3, scheme=scheme)
    page = mount_widget(lens, scale=2)  # at a scale of 1, axes are drawn half a pixel lower
    errors = [SlopeLens(function="x³", x=1.3, step=step, scheme=scheme).error for step in [*STEPS, 1e-3]]
    assert measured(page) == pytest.approx(errors, rel=1e-3)


def slope_of(line):
    """A drawn line's slope: up is positive."""
    x1, x2, y1, y2 = (float(line.get_attribute(name)) for name in ("x1", "x2", "y1", "y2"))
    return (y1 - y2) / (x2 - x1)


def test_in_the_lens_secant_and_tangent_stand_as_their_slopes(mount_widget):
    page = mount_widget(slope_lens(x=0.7))
    for function, step in itertools.product(FUNCTIONS, (1.0, 1e-1, 1e-3, 1e-7)):
        page.model_set_all({"function": function, "step": step})
        ours = SlopeLens(function=function, x=0.7, step=step)
        for place in (0, 1):  # beside it, and in the lens
            tangent, secant = (page.root.locator(f".bp-{kind}").nth(place) for kind in ("tangent", "secant"))
            ratio = slope_of(secant) / slope_of(tangent)
            assert ratio == pytest.approx(ours.secant_slope / ours.derivative, rel=1e-9), (function, step)


STRAIGHTNESS = """path => {
    const points = path.getAttribute("d").slice(1).split("L").map((pair) => pair.split(",").map(Number));
    const [[x1, y1], [x2, y2]] = [points[0], points.at(-1)];
    return Math.max(...points.map(([x, y]) => Math.abs(y - y1 - (y2 - y1) * (x - x1) / (x2 - x1))));
}"""


def bend(page):
    """How many pixels the curve in the lens is away from a straight line."""
    return page.root.locator(".bp-thick").evaluate(STRAIGHTNESS)


def test_under_the_lens_a_smooth_curve_becomes_straight(mount_widget):
    page = mount_widget(slope_lens(x=0.7))
    for function in ("x²", "x³", "sin x", "eˣ", "σ(x)"):
        page.model_set_all({"function": function, "step": 1.0})
        wide = bend(page)
        page.model_set("step", 1e-3)
        assert bend(page) < min(wide / 50.0, 0.5), function


def test_a_kink_stays_a_kink_and_has_no_tangent(mount_widget):
    page = mount_widget(slope_lens("|x|", x=0.0))
    wide = bend(page)
    for step in (1e-3, 1e-9, 1e-14):
        page.model_set("step", step)
        assert bend(page) == pytest.approx(wide, rel=1e-9)
    assert wide > 40.0
    shown = "lines => lines.map((line) => getComputedStyle(line).display !== 'none')"
    assert page.root.locator(".bp-tangent").evaluate_all(shown) == [False, False]
    page.model_set("x", 0.5)
    assert page.root.locator(".bp-tangent").evaluate_all(shown) == [True, True]


def middle(page, selector, place):
    box = page.root.locator(selector).nth(place).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_lens_is_four_steps_wide_and_x_is_in_its_middle(mount_widget):
    page = mount_widget(SlopeLens(x=-0.4))
    for scheme, step in itertools.product(["forward", "central"], [1.0, 0.3, 1e-3, 1e-12]):
        page.model_set_all({"scheme": scheme, "step": step})
        assert_lens(page, scheme)


def assert_lens(page, scheme):
    rim = page.root.locator(".bp-glass").bounding_box()
    one_step = rim["width"] / 4
    x, y = middle(page, ".bp-point", 1)
    assert (x, y) == pytest.approx((rim["x"] + rim["width"] / 2, rim["y"] + rim["height"] / 2), abs=0.1)
    assert middle(page, ".bp-end", 3)[0] - x == pytest.approx(one_step, abs=0.1)
    if scheme == "central":
        assert x - middle(page, ".bp-end", 2)[0] == pytest.approx(one_step, abs=0.1)


def test_rise_and_run_are_written_at_the_lens(mount_widget):
    page = mount_widget(slope_lens(step=1e-5))
    texts = page.root.locator(".bp-measure").all_text_contents()
    assert texts == ["rise Δy = 2.00001×10⁻⁵", "run Δx = 10⁻⁵"]
    assert page.root.get_by_text("through the lens: 4×10⁻⁵ wide").count() == 1


# --- moved by hand ------------------------------------------------------------------------------------------


def test_the_sliders_move_the_point_and_the_step_and_python_hears(mount_widget):
    lens = slope_lens()
    page = mount_widget(lens)
    assert page.saved() == [] and said(page) == lens.sentence
    move(page, "x", "ArrowLeft", "ArrowLeft")
    move(page, "h", *["ArrowLeft"] * 3)
    assert state(page) == {"function": "x²", "x": 0.9, "step": 0.001, "scheme": "forward"}
    assert slider(page, "x").get_attribute("aria-valuetext") == "x = 0.9"
    assert slider(page, "h").get_attribute("aria-valuetext") == "h = 0.001"
    for saved in page.saved():
        lens.set_state(saved)
    assert (lens.x, lens.step) == (0.9, 0.001)
    assert said(page) == repr(lens)


def test_the_step_goes_through_the_powers_of_ten(mount_widget):
    page = mount_widget(slope_lens())
    for step in STEPS:
        assert page.model_get("step") == step
        move(page, "h", "ArrowLeft")
    assert page.model_get("step") == 1e-14
    move(page, "h", "End")
    assert page.model_get("step") == 1.0


def test_function_and_scheme_are_chosen(mount_widget):
    page = mount_widget(slope_lens([*FUNCTIONS][-1], x=0.35, step=0.1))
    for function, scheme in itertools.product(FUNCTIONS, ("forward", "central")):
        choose(page, function)
        choose(page, scheme)
        assert state(page) == {"function": function, "x": 0.35, "step": 0.1, "scheme": scheme}
        assert said(page) == in_python(page).sentence


def test_python_sets_any_trait_and_the_picture_follows(mount_widget):
    page = mount_widget(slope_lens())
    for name, value in [("function", "sin x"), ("scheme", "central"), ("x", -0.123), ("step", 0.3)]:
        page.model_set(name, value)
        assert said(page) == in_python(page).sentence
    assert page.root.get_by_role("radio", name="sin x").is_checked()
    assert page.root.get_by_role("radio", name="central").is_checked()
    assert page.root.locator("output").all_text_contents() == ["−0.123", "0.3"]


def drag(page, handle, dx, dy=0.0):
    """Take hold of an element and pull it by as many pixels."""
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + dx / 2, y + dy / 2)
    page.page.mouse.move(x + dx, y + dy)
    settle(page.page)
    page.page.mouse.up()
    page.page.mouse.move(x, y)  # let go: this moves nothing
    settle(page.page)


def pixels_of_one(page):
    ticks = page.root.locator(".bp-picture .bp-axis").first.locator(".tick line").all()
    return ticks[1].bounding_box()["x"] - ticks[0].bounding_box()["x"]


def test_the_point_is_dragged_along_the_curve(mount_widget):
    page = mount_widget(slope_lens())
    drag(page, page.root.locator(".bp-handle").nth(1), -1.5 * pixels_of_one(page), dy=80)
    assert state(page) == {"function": "x²", "x": -0.5, "step": 1.0, "scheme": "forward"}
    drag(page, page.root.locator(".bp-handle").nth(1), 0.5 * pixels_of_one(page))
    assert page.model_get("x") == 0.0
    drag(page, page.root.locator(".bp-handle").nth(1), 400)
    assert page.model_get("x") == 2.0
    assert said(page) == in_python(page).sentence


def test_the_other_end_is_dragged_towards_the_point(mount_widget):
    page = mount_widget(slope_lens())
    end = page.root.locator(".bp-handle").nth(0)
    drag(page, end, -0.3 * pixels_of_one(page))
    assert state(page) == {"function": "x²", "x": 1.0, "step": 0.7, "scheme": "forward"}
    drag(page, end, -400)
    assert page.model_get("step") == 0.05
    move(page, "h", "End")
    drag(page, end, 400)
    assert page.model_get("step") == 1.0


def test_a_step_is_picked_from_the_errors(mount_widget):
    page = mount_widget(slope_lens())
    page.root.locator(".bp-measured").nth(6).click(force=True)
    settle(page.page)
    assert page.model_get("step") == 1e-6
    box = page.root.locator(".bp-measured").nth(0).bounding_box()
    drag(page, page.root.locator(".bp-reach"), box["x"] - 2000)
    assert page.model_get("step") == 1e-14


def test_reset_goes_back_to_how_it_was_made_also_when_drawn_again(mount_widget):
    lens = slope_lens("sin x", x=0.3, step=0.01)
    page = mount_widget(lens)
    first = said(page)
    choose(page, "central")
    choose(page, "eˣ")
    move(page, "x", "End")
    move(page, "h", "Home")
    moved = lens.get_state() | state(page)
    reset(page)
    assert state(page) == lens.start and said(page) == first
    again = mount_widget(moved)
    reset(again)
    assert state(again) == lens.start and said(again) == first


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(slope_lens())
    report = operate(page.page, page.root)
    assert len(report.controls) == 11  # six functions, two schemes, reset, x, step
    assert report.problems() == {}
    assert page.root.locator(":is(button, input):not([data-lm-suppress-shortcuts=true])").count() == 0


def test_two_in_one_page_do_not_share_their_choices(mount_widget):
    page = mount_widget(slope_lens())
    page.page.evaluate(
        """async (state) => {
            const place = document.createElement("div");
            place.id = "second";
            document.body.append(place);
            await window.mountWidget(state, "second");
        }""",
        {name: value for name, value in slope_lens("sin x").get_state().items() if name[0] != "_"}
        | dict(zip(("_esm", "_css"), browser_side("slope_lens"), strict=True)),
    )
    checked = page.page.locator("input:checked").evaluate_all("all => all.map((input) => input.value)")
    assert checked == ["x²", "forward", "sin x", "forward"]
    ids = page.page.locator("clipPath").evaluate_all("all => all.map(({ id }) => id)")
    assert len(set(ids)) == len(ids) == 4


STICKING_OUT = """root => {
    const { left, right } = root.getBoundingClientRect();
    return [...root.querySelectorAll("button, input, output, label, text, svg, .bp-caption, .bp-said")]
        .filter((element) => {
            const box = element.getBoundingClientRect();
            return box.right > right + 0.5 || box.left < left - 0.5;
        })
        .map((element) => element.outerHTML.slice(0, 80));
}"""

# A number without its exponent would be another number.
CUT = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"

MEETING = """root => {
    const texts = [...root.querySelectorAll(".bp-picture text, .bp-errors .bp-axis text, .bp-axis-name")]
        .filter((text) => !text.matches(".bp-leg")) // they stand on lines, and move
        .map((text) => [text.textContent, text.getBoundingClientRect()]);
    const apart = (a, b) => a.left >= b.right || a.top >= b.bottom - 3;
    return texts.flatMap(([name, a], i) => texts.slice(i + 1)
        .filter(([other, b]) => name !== other && !apart(a, b) && !apart(b, a))
        .map(([other]) => [name, other]));
}"""

LONGEST = [
    {"function": "σ(x)", "x": -1.95, "step": 1e-7, "scheme": "central"},
    {"function": "|x|", "x": 0.0, "step": 1e-4, "scheme": "central"},
    {"function": "x³", "x": 1.85, "step": 1e-9, "scheme": "central"},
    {"function": "x³", "x": 2.0, "step": 1.0, "scheme": "forward"},
]


@pytest.mark.parametrize("width", [1240, 960, 920, 660])
def test_nothing_is_cut_overlaps_or_moves_the_layout(mount_widget, width):
    page = mount_widget(slope_lens(), width=width)
    heights = set()
    for one in [state(page), *LONGEST]:
        for name, value in one.items():
            page.model_set(name, value)
        heights.add(page.root.bounding_box()["height"])
        assert page.root.evaluate(STICKING_OUT) == [], one
        assert page.root.evaluate(MEETING) == [], one
        assert page.root.locator("output").evaluate_all(CUT) == [], one
        caption = page.root.locator(".bp-caption")
        assert caption.evaluate("box => box.scrollHeight <= box.clientHeight"), one
    assert len(heights) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [920, 660])
def test_it_can_be_read_in_both_themes(mount_widget, axe_violations, theme, width, screenshot):
    page = mount_widget(slope_lens(step=0.1), theme=theme, width=width)
    screenshot(page.root, f"slope_lens_{width}_{theme}")
    assert axe_violations(page.page) == []


def test_it_says_what_it_shows(mount_widget):
    page = mount_widget(slope_lens(step=0.1))
    pictures = [picture.get_attribute("aria-label") for picture in page.root.get_by_role("img").all()]
    assert pictures == [
        "x² with its tangent at x = 1 and a secant from 1 to 1.1; beside it the same under a lens",
        "the error at steps from 10⁻¹⁴ to 1; at h = 0.1 it is 0.1",
    ]
    assert page.root.get_attribute("aria-label") == "the slope of a curve"
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1


def test_nothing_moves_by_itself(mount_widget):
    page = mount_widget(slope_lens(step=0.1), reduced_motion="no-preference")
    moving = page.root.evaluate("root => root.getAnimations({ subtree: true }).length")
    before = page.root.inner_html()
    page.page.wait_for_timeout(200)
    assert moving == 0 and page.root.inner_html() == before and page.saved() == []


def test_unmounting_leaves_nothing_behind(mount_widget):
    page = mount_widget(slope_lens())
    move(page, "x", "ArrowLeft")
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
