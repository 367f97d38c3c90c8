"""The logits lab in a page: its numbers are our engine's, and a hand can move all of it."""

import math

import pytest

from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.logits_lab import VIEWS, LogitsLab, logits_lab
from tests.explorables.test_logits_lab import SENTENCES, TRAITS, states
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

PLAIN = str.maketrans("₁₂₃", "123")


def said(page):
    return page.root.locator("[role=status]").text_content().translate(PLAIN)


def state(page):
    return {name: page.model_get(name) for name in TRAITS}


def in_python(page):
    return LogitsLab(**state(page))


def put(page, traits):
    for name, value in traits.items():
        page.model_set(name, value)


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def move(page, name, *keys):
    for key in keys:
        slider(page, name).press(key)
    settle(page.page)


def choose(page, group, name):
    strip = page.root.get_by_role("radiogroup", name=group)
    strip.get_by_role("radio", name=name, exact=True).check(force=True)
    settle(page.page)


# --- numbers ------------------------------------------------------------------------------------------------

NUMBERS = """async ([source, views, states]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const bundle = await import(url);
    const text = (part) => typeof part === "string" ? part : part.text;
    return states.map((state) => ({
        classes: bundle.threeClasses(state),
        output: bundle.yesOrNo(state),
        big: bundle.bigLogits(state),
        said: views.map((view) => bundle.describe({ ...state, view }).map(text).join("")),
    }));
}"""


def test_the_browsers_numbers_and_sentences_are_our_engines(mount_widget):
    tried = [*states(300, seed=8), *(LogitsLab(**some).start for some, _ in SENTENCES)]
    page = mount_widget(logits_lab())
    found = page.evaluate(NUMBERS, [browser_side("logits_lab")[0], VIEWS, tried])
    for one, theirs in zip(tried, found, strict=True):
        ours = LogitsLab(**one)
        assert theirs["classes"]["p"] == pytest.approx(ours.p, rel=1e-12, abs=0.0), one
        assert theirs["classes"]["delta"] == pytest.approx(ours.delta, abs=1e-12), one
        assert theirs["classes"]["loss"] == pytest.approx(ours.loss, abs=1e-12), one
        for key, name in (("entropy", "cross-entropy"), ("squared", "half squared error")):
            assert theirs["output"][key]["loss"] == pytest.approx(ours.losses[name], abs=1e-12), one
            assert theirs["output"][key]["gradient"] == pytest.approx(ours.gradients[name], abs=1e-12), one
        naive = [None if math.isnan(p) else p for p in theirs["big"]["naive"]["p"]]
        assert [p is None for p in naive] == [p is None for p in ours.naive], one
        assert [p for p in naive if p is not None] == pytest.approx(
            [p for p in ours.naive if p is not None], rel=1e-12, abs=0.0
        ), one
        assert theirs["big"]["stable"]["p"] == pytest.approx(ours.stable, rel=1e-12, abs=0.0), one
        for view, sentence in zip(VIEWS, theirs["said"], strict=True):
            ours.view = view
            assert sentence.translate(PLAIN) == ours.sentence


# --- what is drawn ------------------------------------------------------------------------------------------


def boxes(page, selector):
    return [one.bounding_box() for one in page.root.locator(selector).all()]


def test_bars_and_numbers_of_three_classes_are_drawn_as_they_are(mount_widget):
    page = mount_widget(logits_lab())
    unit = boxes(page, ".bp-shares .bp-unit")[0]
    for one in [*states(4, seed=1)][:6]:
        put(page, one)
        lab = in_python(page)
        y = [float(k == lab.right) for k in (1, 2, 3)]
        numbers = [
            page.root.locator(f".bp-line .bp-{kind}.bp-number").all_text_contents()[-3:]
            for kind in ("target-number", "gradient")
        ]
        assert numbers == [
            [f"− {target:.0f}" for target in y],
            [f"= {words.signed(delta)}" for delta in lab.delta],
        ]
        shares, gaps, targets, sent, tracks = (
            boxes(page, f".bp-shares .bp-{kind}") for kind in ("share", "gap", "target", "delta", "both")
        )
        for k in range(3):
            end = unit["x"] + unit["width"] * lab.p[k]
            size = unit["width"] * abs(lab.delta[k])
            assert shares[k]["width"] == pytest.approx(unit["width"] * lab.p[k], abs=0.1)
            # On one scale: the gap between p and its target is as long as the bar of δ.
            assert gaps[k]["width"] == pytest.approx(size, abs=0.1)
            assert gaps[k]["x"] == pytest.approx(min(end, unit["x"] + unit["width"] * y[k]), abs=0.1)
            assert sent[k]["width"] == pytest.approx(size, abs=0.1)
            middle = tracks[k]["x"] + tracks[k]["width"] / 2
            start = middle - size if lab.delta[k] < 0 else middle
            assert sent[k]["x"] == pytest.approx(start, abs=0.1)
            assert (targets[k]["width"] > 5) == bool(y[k])
        loss, track = boxes(page, ".bp-missed .bp-bar")[0], boxes(page, ".bp-missed .bp-track")[0]
        assert loss["width"] == pytest.approx(track["width"] * lab.loss / 20, abs=0.1)
        assert page.root.locator(".bp-missed-number").text_content() == words.number(lab.loss)


def test_the_advice_lowers_the_loss(mount_widget):
    page = mount_widget(logits_lab((3, -1, 0.5), right=2))
    advice = page.root.locator(".bp-advice").all_text_contents()
    assert advice == ["lower z₁", "raise z₂", "lower z₃"]
    loss = in_python(page).loss
    for name, text in zip(("z1", "z2", "z3"), advice, strict=True):
        step = 0.1 if text.startswith("raise") else -0.1
        assert LogitsLab(**state(page) | {name: page.model_get(name) + step}).loss < loss


def heights(curves):
    """Turn a height in the picture into a number, by the ticks of the axis."""
    ticks = curves.locator(".bp-axis").nth(1).locator(".tick")
    read = "all => all.map((one) => [one.transform.baseVal[0].matrix.f, one.textContent.replace('−', '-')])"
    marks = [(height, float(text)) for height, text in ticks.evaluate_all(read)]
    (low, first), (high, last) = marks[0], marks[-1]
    return lambda height: first + (last - first) * (height - low) / (high - low)


@pytest.mark.parametrize("target", [0, 1])
def test_curves_and_dots_are_where_the_numbers_are(mount_widget, target):
    page = mount_widget(LogitsLab(view="yes or no", target=target), scale=2)
    for z in (-4.0, 8.0):
        page.model_set("z", z)
        lab = in_python(page)
        for kind, numbers in (("gradient", lab.gradients), ("loss", lab.losses)):
            curves = page.root.locator(f".bp-curves.bp-of-{kind}")
            number_at = heights(curves)
            shown = curves.locator(".bp-result-number").all_text_contents()
            write = words.signed if kind == "gradient" else words.number
            assert shown == [write(number) for number in numbers.values()]
            for one, number in zip(("entropy", "squared"), numbers.values(), strict=True):
                dot = curves.locator(f".bp-dot.bp-of-{one}")
                at = float(dot.get_attribute("cy"))
                assert number_at(at) == pytest.approx(number, abs=2e-3)
                path = curves.locator(f"svg[role=img] .bp-curve.bp-of-{one}").get_attribute("d")
                points = [tuple(map(float, pair.split(","))) for pair in path[1:].split("L")]
                near = min(points, key=lambda point: abs(point[0] - float(dot.get_attribute("cx"))))
                assert near[1] == pytest.approx(at, abs=0.5)


def test_what_overflows_is_said_in_words(mount_widget):
    page = mount_widget(LogitsLab(view="big logits"))
    shares = page.root.locator(".bp-big .bp-result .bp-number")
    for shift in (0.0, 707.0, 708.0, 1000.0):
        page.model_set("shift", shift)
        lab = in_python(page)
        naive = ["no value" if p is None else words.number(p) for p in lab.naive]
        stable = [words.number(p) for p in lab.stable]
        pairs = zip(naive, stable, strict=True)
        assert shares.all_text_contents() == [text for pair in pairs for text in pair]
        verdict = page.root.locator(".bp-verdict").first.text_content()
        assert verdict == ("overflow: ∞/∞ has no value" if shift > 707 else "agrees, so far")
        assert said(page) == lab.sentence
        everything = page.root.evaluate("root => root.outerHTML")
        assert "NaN" not in everything and "Infinity" not in everything


# --- moved by hand ------------------------------------------------------------------------------------------


def test_every_slider_moves_by_key_and_python_hears(mount_widget):
    lab = logits_lab()
    page = mount_widget(lab)
    assert page.saved() == [] and said(page) == lab.sentence
    move(page, "z1", "ArrowLeft")
    move(page, "z2", "End")
    move(page, "z3", "Home")
    assert slider(page, "z1").get_attribute("aria-valuetext") == "z1 = 1.9"
    choose(page, "view", "yes or no")
    move(page, "z", "ArrowRight", "ArrowRight")
    choose(page, "view", "big logits")
    move(page, "c", "End", "ArrowLeft")
    changed = {"view": "big logits", "z1": 1.9, "z2": 8.0, "z3": -8.0, "z": -3.8, "shift": 999.0}
    assert state(page) == lab.start | {"view": "three classes"} | changed
    for saved in page.saved():
        lab.set_state(saved)
    assert {name: getattr(lab, name) for name in changed} == changed
    assert said(page) == repr(lab)


def test_class_target_and_view_are_chosen(mount_widget):
    page = mount_widget(logits_lab())
    for right in (2, 3, 1):
        choose(page, "right class", str(right))
        assert page.model_get("right") == right and said(page) == in_python(page).sentence
    choose(page, "view", "yes or no")
    for target in (0, 1):
        choose(page, "target y", str(target))
        assert page.model_get("target") == target and said(page) == in_python(page).sentence
    page.root.get_by_role("radio", name="yes or no").press("ArrowRight")
    settle(page.page)
    assert page.model_get("view") == "big logits" and said(page) == in_python(page).sentence


def test_z_is_dragged_in_the_curves(mount_widget):
    page = mount_widget(LogitsLab(view="yes or no"))
    for kind in ("gradient", "loss"):
        box = page.root.locator(f".bp-of-{kind} .bp-reach").bounding_box()
        middle = box["y"] + box["height"] / 2
        page.page.mouse.move(box["x"] + box["width"] / 4, middle)
        page.page.mouse.down()
        settle(page.page)
        assert page.model_get("z") == -4.0
        page.page.mouse.move(box["x"] + box["width"] * 0.75, middle)
        settle(page.page)
        assert page.model_get("z") == 4.0
        page.page.mouse.move(box["x"] + box["width"] + 300, middle)
        settle(page.page)
        page.page.mouse.up()
        assert page.model_get("z") == 8.0 and said(page) == in_python(page).sentence


def test_python_sets_any_trait_and_the_picture_follows(mount_widget):
    page = mount_widget(logits_lab())
    for name, value in {"z1": 0.123, "right": 3, "view": "yes or no", "z": 2.5, "target": 0}.items():
        page.model_set(name, value)
        assert said(page) == in_python(page).sentence
    page.model_set("view", "big logits")
    page.model_set("shift", 12.5)
    assert said(page) == in_python(page).sentence
    assert page.root.locator("output").all_text_contents() == ["0.123", "1", "0.1", "2.5", "12.5"]
    assert page.root.get_by_role("radio", name="big logits").is_checked()


def test_reset_brings_back_the_numbers_and_stays_in_the_view(mount_widget):
    lab = logits_lab((1, -2, 3), right=2)
    page = mount_widget(lab)
    choose(page, "right class", "1")
    move(page, "z1", "End")
    choose(page, "view", "big logits")
    move(page, "c", "End")
    page.root.get_by_role("button", name="reset").click()
    settle(page.page)
    assert state(page) == lab.start | {"view": "big logits"}


# --- a good guest -------------------------------------------------------------------------------------------

REACHED = {
    "three classes": ["z₁", "z₂", "z₃", "1", "2", "3", "reset"],
    "yes or no": ["0", "1", "logit z", "reset"],
    "big logits": ["z₁", "z₂", "z₃", "added to every logit: c", "reset"],
}


@pytest.mark.parametrize("view", VIEWS)
def test_the_keyboard_reaches_and_operates_what_the_view_has(mount_widget, view):
    page = mount_widget(LogitsLab(view=view))
    # The strip of views would take the others away in the middle of the walk; its keys are tried above.
    page.root.locator(".bp-views").evaluate("strip => strip.remove()")
    report = operate(page.page, page.root)
    assert report.controls == REACHED[view]
    assert report.problems() == {}


def test_every_control_keeps_its_keys_and_hidden_ones_are_out_of_reach(mount_widget):
    page = mount_widget(logits_lab())
    assert page.root.locator(":is(button, input):not([data-lm-suppress-shortcuts=true])").count() == 0
    assert page.root.get_by_role("slider").count() == 3
    choose(page, "view", "yes or no")
    assert page.root.get_by_role("slider").count() == 1


LONGEST = [
    {"z1": -8.0, "z2": 8.0, "z3": 7.9},
    {"z1": 8.0, "z2": -8.0, "z3": -7.9999},
    {"z1": 8.0, "z2": -8.0, "z3": -7.9, "right": 2, "z": 8.0, "target": 0, "shift": 702.0},
    {"z": -8.0, "target": 1, "shift": 1000.0},
    {"z1": 0.5, "z2": 0.5, "z3": 0.4, "z": -7.9999, "shift": 709.0},
]

STICKING_OUT = """root => {
    const { left, right } = root.getBoundingClientRect();
    return [...root.querySelectorAll("*")].filter((element) => {
        const box = element.getBoundingClientRect();
        const shown = getComputedStyle(element).visibility !== "hidden";
        return shown && (box.right > right + 0.5 || box.left < left - 0.5);
    }).map((element) => element.outerHTML.slice(0, 80));
}"""

CUT = "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"

# Where the letters are, not the boxes around them: a number may be wider than its column.
MEETING = """root => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
        const node = walker.currentNode;
        const holder = node.parentElement;
        if (getComputedStyle(holder).visibility === "hidden" || holder.closest("[role=status]")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        texts.push([node.textContent, range.getBoundingClientRect()]);
    }
    const apart = (a, b) => a.left >= b.right - 0.5 || a.top >= b.bottom - 3;
    return texts.flatMap(([name, a], i) => texts.slice(i + 1)
        .filter(([, b]) => !apart(a, b) && !apart(b, a))
        .map(([other]) => [name, other]));
}"""


@pytest.mark.parametrize("width", [1080, 844, 700, 560])
def test_nothing_is_cut_overlaps_or_moves_the_layout(mount_widget, width):
    page = mount_widget(logits_lab(), width=width)
    sizes = set()
    for traits in [state(page), *LONGEST]:
        put(page, traits)
        for view in VIEWS:
            page.model_set("view", view)
            sizes.add(page.root.bounding_box()["height"])
            assert page.root.evaluate(STICKING_OUT) == [], (view, traits)
            assert page.root.evaluate(MEETING) == [], (view, traits)
            assert page.root.locator(".bp-reading").evaluate_all(CUT) == [], (view, traits)
            caption = page.root.locator(".bp-caption")
            assert caption.evaluate("box => box.scrollHeight <= box.clientHeight"), (view, traits)
    assert len(sizes) == 1 and sizes.pop() < 540


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_in_both_themes(mount_widget, axe_violations, theme, screenshot):
    page = mount_widget(LogitsLab(shift=1000.0), theme=theme, width=844)
    for view in VIEWS:
        page.model_set("view", view)
        screenshot(page.root, f"logits_lab_{view}_{theme}")
        assert axe_violations(page.page) == []


def test_it_says_what_it_shows(mount_widget):
    page = mount_widget(LogitsLab(shift=1000.0))
    pictures = {}
    for view in VIEWS:
        page.model_set("view", view)
        images = page.root.get_by_role("img").all()
        pictures[view] = [image.get_attribute("aria-label") for image in images]
    assert pictures == {
        "three classes": [
            "p = 0.659, 0.2424, 0.0986; y = 1, 0, 0; δ = −0.341, +0.2424, +0.0986; loss −ln p₁ = 0.417"
        ],
        "yes or no": [
            "gradient dL/dz: what the loss sends back, from z = −8 to 8; at z = −4: "
            "cross-entropy −0.982, ½ squared error −0.0173",
            "loss L, from z = −8 to 8; at z = −4: cross-entropy 4.0181, ½ squared error 0.4822",
        ],
        "big logits": [
            "naive p: no value, no value, no value, overflow: ∞/∞ has no value; "
            "stable p: 0.659, 0.2424, 0.0986"
        ],
    }
    assert page.root.get_attribute("aria-label") == "logits and their losses"


def test_nothing_moves_by_itself_and_unmounting_leaves_nothing_behind(mount_widget):
    page = mount_widget(logits_lab(), reduced_motion="no-preference")
    move(page, "z1", "ArrowLeft")
    before, saved = page.root.inner_html(), page.saved()
    page.page.wait_for_timeout(200)
    assert page.root.evaluate("root => root.getAnimations({ subtree: true }).length") == 0
    assert page.root.inner_html() == before and page.saved() == saved
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
