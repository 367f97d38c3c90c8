"""The drawn digit in a page: its numbers are our engine's, and a hand, a finger or the keys can draw."""

import math

import numpy as np
import pytest

from backprop_lib import nn
from backprop_lib.explorables import words
from backprop_lib.explorables.draw_a_digit import DrawADigit, draw_a_digit
from backprop_lib.explorables.draw_a_digit.network import Network
from backprop_lib.explorables.draw_a_digit.nudge import nudged
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.training import data
from tests.explorables.test_draw_a_digit import SENTENCES, lesson, networks, pictures
from tools.keyboard import operate
from tools.widget_page import encode, settle

pytestmark = pytest.mark.needs("chromium")

TRAITS = ("pixels", "target", "nudges", "epsilon", "fit", "show_logits", "_drawn")


def arc(x, y, rx, ry, start, end):
    """Points on an ellipse, from one angle to another in degrees; 0 is to the right, 90 below."""
    angles = [math.radians(start + (end - start) * k / 14) for k in range(15)]
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


# The strokes of ten digits by hand, in units of the bitmap of 32×32.
STROKES = {
    0: [arc(16, 16, 7, 11, -90, 270)],
    1: [[(11, 9), (17, 4), (17, 28)]],
    2: [[*arc(16, 10, 7, 6, 180, 380), (9, 27), (24, 27)]],
    3: [[*arc(15, 10, 6, 6, 200, 450), *arc(15, 22, 7, 6, -90, 160)]],
    4: [[(17, 4), (8, 19), (25, 19)], [(20, 11), (20, 28)]],
    5: [[(11, 5), (10, 15), *arc(15, 20.5, 7, 7, -110, 140)], [(11, 5), (23, 5)]],
    6: [[(20, 4), (14, 10), (10, 18), *arc(16, 21, 6, 6.5, 190, 540)]],
    7: [[(8, 5), (24, 5), (14, 28)]],
    8: [[*arc(16, 10, 5.5, 6, 90, -270), *arc(16, 22, 6.5, 6, -90, 270)]],
    9: [[*arc(16, 11, 6, 6.5, 0, -360), (22, 11), (21, 20), (18, 28)]],
}
PLACED = {
    "as large as the frame": lambda x, y: (x, y),
    "small, in a corner": lambda x, y: (1 + 0.55 * x, 2 + 0.5 * y),
    "small and slanting": lambda x, y: (8 + 0.5 * x + 0.15 * (16 - y), 10 + 0.6 * y),
}


@pytest.fixture(scope="module")
def digits():
    """The lesson's network, and the digits it was not trained on."""
    return lesson()


def said(page):
    return page.root.locator("[role=status]").text_content()


def pixels(page):
    return np.array(page.model_get("pixels"))


def in_python(page, model, examples=None):
    """What Python has after all that the page has sent."""
    digit = DrawADigit(model, examples)
    digit.set_state({name: page.model_get(name) for name in TRAITS})
    return digit


def press(page, name):
    page.root.get_by_role("button", name=name, exact=True).click(force=True)  # disabled ones, too
    settle(page.page)


def choose(page, group, name):
    strip = page.root.get_by_role("radiogroup", name=group)
    strip.get_by_role("radio", name=name, exact=True).check(force=True)
    settle(page.page)


def points_of(page, points):
    box = page.root.locator(".bp-drawing .bp-edge-of").bounding_box()
    return [(box["x"] + x * box["width"] / 32, box["y"] + y * box["height"] / 32) for x, y in points]


def draw(page, strokes, rest=True):
    for points in strokes:
        first, *others = points_of(page, points)
        page.page.mouse.move(*first)
        page.page.mouse.down()
        for point in others:
            page.page.mouse.move(*point)
        page.page.mouse.up()
    page.page.mouse.move(1, 1)
    if rest:
        fit = page.root.get_by_role("checkbox", name="fit to the frame")
        if fit.is_checked():  # no need to wait until the pen has rested
            fit.click()
            fit.click()
    settle(page.page)


# --- numbers ------------------------------------------------------------------------------------------------

NUMBERS = """async ([source, cases]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { readNetwork, nudged } = await import(url);
    return cases.map(({ steps, weights, x, target }) => {
        const bytes = Uint8Array.from(atob(weights.$base64), (character) => character.charCodeAt(0));
        const network = readNetwork(steps, new DataView(bytes.buffer));
        const { p, logits, loss, gradient } = network.at(x, target);
        const moved = nudged(network, x, target, 0.04, 3);
        const at = network.lossAt(x, target);
        return { p, logits: [...logits], loss, gradient: [...gradient], moved, at };
    });
}"""


def test_the_browsers_numbers_are_our_engines_on_random_networks(mount_widget, digits):
    page = mount_widget(draw_a_digit(digits[0]))
    tried = []
    for k, (model, x) in enumerate(zip(networks(40, seed=8), pictures(40, seed=9), strict=True)):
        tried.append((Network(model), x, k % 10))
    cases = [
        {"steps": network.steps, "weights": encode(network.content()), "x": x.tolist(), "target": target}
        for network, x, target in tried
    ]
    found = page.evaluate(NUMBERS, [browser_side("draw_a_digit")[0], cases])
    for (network, x, target), theirs in zip(tried, found, strict=True):
        expected = {
            "p": network.probabilities(x)[0],
            "logits": network.logits(x).data[0],
            "gradient": network.pixel_gradient(x, target),
            "moved": nudged(network, x, target, 0.04, 3),
            "loss": network.loss(x, target).item(),
            "at": network.loss(x, target).item(),
        }
        for name, numbers in expected.items():
            assert theirs[name] == pytest.approx(numbers, abs=1e-9), (name, network.steps)


def test_the_sentence_is_pythons(mount_widget, digits):
    model, (X, _) = digits
    digit = draw_a_digit(model)
    page = mount_widget(digit)
    assert page.saved() == [] and said(page) == digit.sentence
    for k, x in enumerate([*pictures(8), *X[:8]]):
        digit.pixels = x
        digit.target = None if k % 3 else k % 10
        digit.epsilon = (k % 5) * 0.06
        digit.nudges = k % 4
        page.model_set_all({name: digit.get_state()[name] for name in TRAITS})
        assert said(page) == digit.sentence
    for model, _, _ in SENTENCES[:1]:
        digit = draw_a_digit(model)
        page = mount_widget(digit)
        assert said(page) == digit.sentence


# --- drawn by hand ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", PLACED)
def test_a_digit_drawn_by_hand_is_read(mount_widget, digits, how):
    page = mount_widget(draw_a_digit(digits[0]), width=844)
    read, ink = {}, []
    for digit, strokes in STROKES.items():
        press(page, "clear")
        draw(page, [[PLACED[how](x, y) for x, y in points] for points in strokes])
        drawn = in_python(page, digits[0])
        read[digit] = drawn.reading
        assert said(page) == drawn.sentence
        # As the data: counts of sixteenths, from the top to the bottom, blank at the sides.
        picture = pixels(page).reshape(8, 8)
        ink.append(picture.mean())
        assert np.array_equal(16.0 * picture, np.round(16.0 * picture))
        assert picture[0].any() and picture[7].any() and not picture[:, [0, 7]].any()
    assert sum(digit == found for digit, found in read.items()) >= 9, read
    assert np.mean(ink) == pytest.approx(data.digits()[0].mean(), rel=0.1)


def test_the_pen_counts_the_ink_in_blocks_and_is_fitted_only_when_it_rests(mount_widget, digits):
    page = mount_widget(draw_a_digit(digits[0]))
    bar = [[(6, 10), (6, 21)]]
    draw(page, bar, rest=False)
    picture = 16.0 * pixels(page).reshape(8, 8)
    # Within 2.8 of the line x = 6: the middles of six columns, one of them in each outer block.
    assert picture[3:5].tolist() == [[4, 16, 4, 0, 0, 0, 0, 0]] * 2
    assert not picture[:, 3:].any() and not picture[[0, 6, 7]].any()
    page.page.wait_for_timeout(800)
    fitted = pixels(page).reshape(8, 8)
    assert fitted[[0, 7]].any() and np.array_equal(fitted, fitted[:, ::-1])  # in the middle, and broader
    press(page, "undo")
    assert not pixels(page).any()
    page.root.get_by_role("checkbox", name="fit to the frame").uncheck()
    draw(page, bar)
    assert np.array_equal(16.0 * pixels(page).reshape(8, 8), picture)
    page.root.get_by_role("checkbox", name="fit to the frame").check()
    settle(page.page)
    assert np.array_equal(pixels(page).reshape(8, 8), fitted)


def test_a_dot_and_a_stroke_on_another_picture_stay_where_they_are(mount_widget, digits):
    model, (X, _) = digits
    page = mount_widget(draw_a_digit(model))
    draw(page, [[(22, 6), (22, 7)]])
    dot = pixels(page).reshape(8, 8)
    assert dot[1, 5] > 0.5 and not dot[4:].any() and not dot[:, :4].any()
    page.model_set("pixels", X[0].tolist())
    draw(page, [[(2, 4), (2, 28)]])
    changed = pixels(page) != X[0]
    assert changed.reshape(8, 8)[:, 2:].sum() == 0 and pixels(page).reshape(8, 8)[4, 0] > 0.8


def test_the_eraser_takes_ink_away_and_every_step_is_taken_back(mount_widget, digits):
    model, (X, _) = digits
    page = mount_widget(draw_a_digit(model, start=X[0]))
    choose(page, "tool", "erase")
    draw(page, [[(16, 1), (16, 31)]])
    rubbed = pixels(page).reshape(8, 8)
    assert (
        not np.any(rubbed > X[0].reshape(8, 8))
        and rubbed[:, 3:5].sum() < X[0].reshape(8, 8)[:, 3:5].sum() / 2
    )
    assert np.array_equal(rubbed[:, [0, 1, 6, 7]], X[0].reshape(8, 8)[:, [0, 1, 6, 7]])
    press(page, "clear")
    assert not pixels(page).any()
    press(page, "undo")
    assert np.array_equal(pixels(page).reshape(8, 8), rubbed)
    press(page, "undo")
    assert np.array_equal(pixels(page), X[0])
    assert page.root.get_by_role("button", name="undo").get_attribute("aria-disabled") == "true"
    press(page, "undo")
    assert np.array_equal(pixels(page), X[0])


# --- by keys ------------------------------------------------------------------------------------------------


def test_the_keys_move_a_pen_put_ink_and_take_it_away(mount_widget, digits):
    page = mount_widget(draw_a_digit(digits[0]))
    cell = page.root.locator('[role=gridcell][tabindex="0"]')
    cell.focus()
    for key in ("Home", "ArrowLeft", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowRight", " ", "Enter"):
        page.page.keyboard.press(key)
    settle(page.page)
    assert np.flatnonzero(pixels(page)).tolist() == [1] and pixels(page)[1] == 0.5
    focused = page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    assert focused.startswith("row 1, column 2: ink 0.5, gradient ")
    for key in (" ", " ", " ", "Delete"):  # full after the second
        page.page.keyboard.press(key)
    settle(page.page)
    assert pixels(page)[1] == 0.75
    assert page.root.locator(".bp-drawing .bp-ring").is_visible()
    for key in ("End", "ArrowRight", "ArrowDown", "Enter", "Backspace"):
        page.page.keyboard.press(key)
    settle(page.page)
    assert np.flatnonzero(pixels(page)).tolist() == [1]
    assert (
        page.root.locator('[role=gridcell][tabindex="0"]')
        .get_attribute("aria-label")
        .startswith("row 2, column 8")
    )


def test_a_pixel_tells_its_gradient_and_what_more_ink_would_truly_do(mount_widget, digits):
    model, (X, _) = digits
    digit = draw_a_digit(model, start=X[1])
    page = mount_widget(digit)
    network, x = Network(model), X[1]
    line = page.root.locator(".bp-pixel")
    assert line.text_content() == "Point at a pixel to see what a little more ink there would do to the loss."
    for picture in ("drawing", "gradients"):
        for i in (0, 11, int(x.argmax())):
            box = page.root.locator(f".bp-{picture} .bp-edge-of").bounding_box()
            side = box["width"] / 8
            page.page.mouse.move(box["x"] + (i % 8 + 0.5) * side, box["y"] + (i // 8 + 0.5) * side)
            settle(page.page)
            step = min(0.25, 1.0 - x[i])
            rise = (
                network.loss(x + step * np.eye(64)[i], digit.goal).item() - network.loss(x, digit.goal).item()
            )
            g = float(digit.pixel_gradient[i])
            where = (
                f"Row {i // 8 + 1}, column {i % 8 + 1}: ink {words.number(x[i])}, ∂L/∂x = {words.signed(g)}. "
            )
            more = (
                f"{words.number(step)} more ink: the gradient predicts {words.signed(g * step)}, "
                f"L changes by {words.signed(rise)}."
            )
            assert line.text_content() == where + (more if step else "It is full: no more ink fits in.")
            for ringed in ("drawing", "gradients"):
                ring = page.root.locator(f".bp-{ringed} .bp-ring")
                assert ring.get_attribute("transform") == f"translate({40 * (i % 8)} {40 * (i // 8)})"
    page.page.mouse.move(1, 1)
    settle(page.page)
    assert line.text_content().startswith("Point at a pixel")
    assert not page.root.locator(".bp-drawing .bp-ring").is_visible()


# --- the loss, the nudge ------------------------------------------------------------------------------------


def test_the_target_epsilon_and_the_nudge(mount_widget, digits):
    model, (X, _) = digits
    digit = draw_a_digit(model, start=X[3])
    page = mount_widget(digit)
    network, goal = Network(model), digit.reading
    assert not page.root.locator(".bp-tick").first.is_visible()
    press(page, "nudge")
    assert pixels(page) == pytest.approx(nudged(network, X[3], goal, 0.1, 1), abs=1e-12)
    assert said(page) == in_python(page, model).sentence
    press(page, "nudge again")
    assert pixels(page) == pytest.approx(nudged(network, X[3], goal, 0.1, 2), abs=1e-12)
    slider = page.root.get_by_role("slider", name="ε")
    slider.press("Home")
    for _ in range(4):
        slider.press("ArrowRight")
    settle(page.page)
    assert slider.get_attribute("aria-valuetext") == "ε = 0.02"
    assert pixels(page) == pytest.approx(nudged(network, X[3], goal, 0.02, 2), abs=1e-12)
    choose(page, "target of the loss", "9")
    assert pixels(page) == pytest.approx(nudged(network, X[3], 9, 0.02, 2), abs=1e-12)
    assert said(page) == in_python(page, model).sentence
    press(page, "undo")  # the nudge, not what was set since
    assert pixels(page) == pytest.approx(nudged(network, X[3], 9, 0.02, 1), abs=1e-12)
    choose(page, "target of the loss", "as read")
    press(page, "undo")
    assert pixels(page) == pytest.approx(X[3]) and page.model_get("nudges") == 0
    for saved in page.saved():
        digit.set_state(saved)
    assert repr(digit) == said(page) and digit.epsilon == 0.02 and digit.target is None


def test_what_is_drawn_are_the_numbers(mount_widget, digits):
    model, (X, _) = digits
    digit = draw_a_digit(model, start=X[3])
    digit.nudges = 1
    page = mount_widget(digit)
    shown = [
        float(one.get_attribute("fill-opacity")) for one in page.root.locator(".bp-drawing .bp-ink").all()
    ]
    assert shown == pytest.approx(digit.pixels, abs=1e-4)
    tints = page.root.locator(".bp-gradients .bp-tint")
    scale = float(page.root.locator(".bp-scale-numbers span").last.text_content())
    gradient = digit.pixel_gradient
    assert np.abs(gradient).max() <= scale < 2.0 * np.abs(gradient).max()
    strengths = tints.evaluate_all("all => all.map((one) => Number(one.getAttribute('fill-opacity')))")
    assert strengths == pytest.approx(np.abs(gradient) / scale, abs=1e-4)
    plus = tints.evaluate_all("all => all.map((one) => one.classList.contains('bp-plus'))")
    assert plus == (gradient > 0.0).tolist()
    glyphs = page.root.locator(".bp-gradients .bp-glyph")
    signs = glyphs.evaluate_all("all => all.map((one) => one.getAttribute('d').replace(/[^hv]/g, ''))")
    for g, glyph in zip(gradient, signs, strict=True):
        assert glyph == ("" if abs(g) / scale <= 0.06 else "hv" if g > 0.0 else "h")
    tracks, bars = (page.root.locator(f".bp-{kind}").all() for kind in ("track", "bar"))
    for track, bar, p in zip(tracks, bars, digit.probabilities, strict=True):
        assert bar.bounding_box()["width"] == pytest.approx(p * track.bounding_box()["width"], abs=0.5)
    assert page.root.locator(".bp-read .bp-digit").text_content() == str(digit.reading)
    assert page.root.locator(".bp-target .bp-digit").text_content() == str(digit.goal)
    before = draw_a_digit(model, start=X[3]).probabilities
    ticks = page.root.locator(".bp-tick").all()
    assert [tick.is_visible() for tick in ticks] == [p >= 0.005 for p in before]
    assert not page.root.locator(".bp-z").first.is_visible()
    page.root.get_by_role("checkbox", name="logits z").check()
    settle(page.page)
    logits = [text.replace("−", "-") for text in page.root.locator(".bp-z").all_text_contents()]
    assert [float(z) for z in logits] == pytest.approx(Network(model).logits(digit.pixels).data[0], abs=6e-3)


def test_digits_are_loaded_one_after_the_other_and_reset_brings_back_the_first(mount_widget, digits):
    model, (X, y) = digits
    some = np.flatnonzero(y == 4)[:2].tolist() + np.flatnonzero(y == 7)[:1].tolist()
    page = mount_widget(draw_a_digit(model, start=X[0], examples=(X[some], y[some])))
    for expected in (some[0], some[1], some[0]):
        press(page, "load a 4")
        assert np.array_equal(pixels(page), X[expected])
    assert page.root.get_by_role("button", name="load a 5").get_attribute("aria-disabled") == "true"
    press(page, "load a 5")
    assert np.array_equal(pixels(page), X[some[0]])
    choose(page, "target of the loss", "3")
    press(page, "nudge")
    press(page, "reset")
    state = {name: page.model_get(name) for name in ("target", "nudges", "epsilon", "fit")}
    assert state == {"target": None, "nudges": 0, "epsilon": 0.1, "fit": True}
    assert np.array_equal(pixels(page), X[0])


# --- extremes -----------------------------------------------------------------------------------------------


def test_a_saturated_and_a_blind_network_are_said_in_words(mount_widget, digits):
    sure = nn.Sequential(nn.Linear(64, 10, rng=np.random.default_rng(0)))
    sure[0].weight.data *= 1e5
    blind = nn.Sequential(nn.Linear(64, 10, rng=np.random.default_rng(0)))
    blind[0].weight.data *= 0.0
    for model in (sure, blind):
        digit = draw_a_digit(model, start=np.full(64, 0.5))
        for target, nudges in ((None, 0), ((digit.reading + 1) % 10, 0), (None, 20)):
            digit.target, digit.nudges = target, nudges
            page = mount_widget(digit)
            assert said(page) == digit.sentence
            everything = page.root.evaluate("root => root.outerHTML")
            assert "NaN" not in everything and "Infinity" not in everything and "undefined" not in everything


def test_python_sets_any_trait_and_the_picture_follows(mount_widget, digits):
    model, (X, _) = digits
    digit = draw_a_digit(model)
    page = mount_widget(digit)
    for name, value in {
        "pixels": X[5],
        "target": 2,
        "nudges": 3,
        "epsilon": 0.01,
        "show_logits": True,
    }.items():
        setattr(digit, name, value)
        page.model_set_all({trait: digit.get_state()[trait] for trait in TRAITS})
        assert said(page) == digit.sentence
        assert np.array_equal(pixels(page), digit.pixels)
    assert page.root.locator(".bp-z").first.is_visible()
    assert page.root.get_by_role("radio", name="2").is_checked()


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_everything(mount_widget, digits):
    model, (X, _) = digits
    page = mount_widget(draw_a_digit(model, start=X[0]))
    report = operate(page.page, page.root)
    assert len(report.controls) == 1 + 2 + 2 + 3 + 10 + 11 + 2
    assert report.problems() == {}
    assert (
        page.root.locator(":is(button, input, [tabindex]):not([data-lm-suppress-shortcuts=true])").count()
        == 0
    )


STICKING_OUT = """root => {
    const { left, right, bottom } = root.getBoundingClientRect();
    return [...root.querySelectorAll("*")].filter((element) => {
        const box = element.getBoundingClientRect();
        const beside = box.right > right + 0.5 || box.left < left - 0.5 || box.bottom > bottom + 0.5;
        return box.width > 0 && beside;
    }).map((element) => element.outerHTML.slice(0, 90));
}"""
TEXTS = ".bp-head, .bp-share, .bp-p, .bp-z, .bp-foot, .bp-row, button, .bp-tile"
CUT = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"


@pytest.mark.parametrize(("width", "most"), [(1080, 680), (844, 640), (700, 840), (560, 840)])
def test_nothing_is_cut_or_moves_the_layout(mount_widget, digits, width, most):
    model, (X, _) = digits
    untrained = next(networks(1))
    sizes = set()
    for network in (model, untrained):
        digit = draw_a_digit(network)
        page = mount_widget(digit, width=width)
        for x, nudges, logits in (
            (X[3], 0, False),
            (X[3], 20, True),
            (np.zeros(64), 0, True),
            (X[5], 1, False),
        ):
            digit.pixels, digit.nudges, digit.show_logits = x, nudges, logits
            page.model_set_all({trait: digit.get_state()[trait] for trait in TRAITS})
            sizes.add(page.root.bounding_box()["height"])
            assert page.root.evaluate(STICKING_OUT) == []
            assert page.root.locator(TEXTS).evaluate_all(CUT) == []
            for box in (".bp-caption", ".bp-pixel"):
                assert page.root.locator(box).evaluate("one => one.scrollHeight <= one.clientHeight"), (
                    box,
                    x,
                )
    assert len(sizes) == 1 and sizes.pop() <= most


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_in_both_themes(mount_widget, digits, axe_violations, theme, screenshot):
    model, (X, _) = digits
    digit = draw_a_digit(model, start=X[3])
    page = mount_widget(digit, theme=theme, width=844)
    for nudges in (0, 1):
        digit.nudges = nudges
        page.model_set_all({trait: digit.get_state()[trait] for trait in TRAITS})
        screenshot(page.root, f"draw_a_digit_{theme}_{nudges}")
        assert axe_violations(page.page) == []


def test_nothing_moves_by_itself_and_unmounting_leaves_nothing_behind(mount_widget, digits):
    page = mount_widget(draw_a_digit(digits[0], start=digits[1][0][0]), reduced_motion="no-preference")
    press(page, "nudge")
    before, saved = page.root.inner_html(), page.saved()
    page.page.wait_for_timeout(200)
    assert page.root.evaluate("root => root.getAnimations({ subtree: true }).length") == 0
    assert page.root.inner_html() == before and page.saved() == saved
    press(page, "clear")
    draw(page, STROKES[3], rest=False)
    saved = page.saved()
    page.unmount()  # before the pen has rested
    page.page.wait_for_timeout(800)
    assert page.listener_count() == 0 and page.element.inner_html() == "" and page.saved() == saved
