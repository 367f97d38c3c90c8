"""The data-parallel workers in a page: our engine's numbers, and a hand on all that is set."""

import math
import random
import re
from fractions import Fraction

import numpy as np
import pytest

from backprop_lib.explorables import words
from backprop_lib.explorables.data_parallel.widget import STATE, DataParallel, data_parallel
from backprop_lib.explorables.explorable import browser_side
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")


def state(page):
    return {name: page.model_get(name) for name in STATE}


def in_python(page):
    return DataParallel(**state(page))


def said(page):
    return page.root.locator("[role=status]").text_content()


def texts(page, selector):
    return [text for text in page.root.locator(f"{selector}:visible").all_text_contents() if text]


def choose(page, group, name):
    page.root.get_by_role("radiogroup", name=group).get_by_role("radio", name=name).check(force=True)
    settle(page.page)


def click(page, name):
    page.root.get_by_role("button", name=name).click()
    settle(page.page)


def skip(page):
    page.root.get_by_role("checkbox", name="skip the all-reduce").click()
    settle(page.page)


def border(page, k):
    return page.root.get_by_role("slider", name=f"border between worker {k} and worker {k + 1}")


def press(page, k, *keys):
    for key in keys:
        border(page, k).press(key)
    settle(page.page)


def drag(page, k, samples, dy=0.0):
    """Pull a border to the right by so many samples."""
    box = border(page, k).bounding_box()
    one = page.root.locator(".bp-lanes").bounding_box()["width"] / 12.0
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + 0.5 * one * samples, y + dy)
    page.page.mouse.move(x + one * samples, y + dy)
    page.page.mouse.up()
    page.page.mouse.move(x, y)  # let go: this moves nothing
    settle(page.page)


# --- numbers ------------------------------------------------------------------------------------------------

LOAD = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.bundle = await import(url);
    window.computed = ({ samples, ...state }) => {
        const now = bundle.compute(state, samples);
        return { ...now, told: bundle.describe(state, now) };
    };
}"""


@pytest.fixture(scope="module")
def bundle(browser):
    """A page with nothing in it but the shipped bundle's functions."""
    page = browser.new_page()
    page.evaluate(LOAD, browser_side("data_parallel")[0])
    yield page
    page.close()


def states(count):
    rng = random.Random(8)
    for _ in range(count):
        borders = sorted(rng.choices(range(13), k=rng.randrange(4)))
        yield {
            "seed": rng.randrange(5),
            "workers": len(borders) + 1,
            "borders": borders,
            "sends": rng.choice(["means", "sums"]),
            "steps": rng.choice([0, 0, 1, 2, 5, 20]),
            "together": rng.random() < 0.6,
        }


def test_all_numbers_and_the_sentence_are_those_of_our_engine(bundle):
    tried = [DataParallel(**one) for one in states(120)]
    told = [{name: getattr(one, name) for name in (*STATE, "samples")} for one in tried]
    for ours, found in zip(tried, bundle.evaluate("all => all.map(computed)", told), strict=True):
        assert [shard["count"] for shard in found["shards"]] == ours.shards
        assert found["taken"] == ours.taken
        pairs = [*zip(found["gradients"], ours.worker_gradients, strict=True)]
        pairs += zip(found["copies"], ours.copies, strict=True)
        pairs += [(found[name], getattr(ours, name)) for name in ("averaged", "weighted", "full", "spread")]
        pairs += [(found["alone"][-1], ours.alone)]
        for theirs, mine in pairs:
            assert (theirs is None) == (mine is None)
            if mine is not None:
                assert theirs == pytest.approx(mine, rel=1e-12, abs=1e-12)
        assert found["told"] == ours.sentence


# --- what is drawn ------------------------------------------------------------------------------------------


def heights(page):
    """How much each sample counts, read back from its bar: the tallest possible one is 6/12."""
    whole = page.root.locator(".bp-bars").evaluate("chart => chart.clientHeight")
    bars = page.root.locator(".bp-bar").evaluate_all(
        "all => all.map((bar) => bar.getBoundingClientRect().height)"
    )
    return [bar / whole / 2.0 for bar in bars]


def test_each_sample_is_drawn_as_heavy_as_it_is(mount_widget):
    page = mount_widget(data_parallel(), width=844)
    for borders in ([9], [1], [4, 8], [2, 3, 8], []):
        page.model_set_all({"workers": len(borders) + 1, "borders": borders})
        shards = in_python(page).shards
        expected = [1.0 / (len(shards) * count) for count in shards for _ in range(count)]
        assert heights(page) == pytest.approx(expected, abs=0.005)
        fractions = [Fraction(text) for text in texts(page, ".bp-fraction")]
        assert sum(part * count for part, count in zip(fractions, shards, strict=True)) == 1
        choose(page, "what each worker sends", "its sum")
        assert heights(page) == pytest.approx([1.0 / 12.0] * 12, abs=0.005)
        assert texts(page, ".bp-fraction") == ["1/12"] * len(shards)
        choose(page, "what each worker sends", "its mean")


def arrows(page, selector):
    """Where the arrows point, from their paths: up is positive."""
    paths = page.root.locator(f"{selector}:visible .bp-arrow").evaluate_all(
        "all => all.map((path) => path.getAttribute('d'))"
    )
    ends = [[pair.split() for pair in path[1:].split("M")[0].split("L")] for path in paths if path]
    return [(float(tip[0]) - float(tail[0]), float(tail[1]) - float(tip[1])) for tail, tip in ends]


def test_arrows_point_where_the_gradients_do(mount_widget):
    page = mount_widget(data_parallel(), width=844)
    for borders in ([9], [2, 4, 9]):
        page.model_set_all({"workers": len(borders) + 1, "borders": borders, "steps": 2})
        ours = in_python(page)
        workers = arrows(page, ".bp-cards .bp-card")
        given = arrows(page, ".bp-results .bp-card")
        gradients = [*ours.worker_gradients, ours.averaged, ours.weighted, ours.full]
        longest = max(np.hypot(*gradient) for gradient in gradients)
        expected = np.array(gradients) / longest * 25.0
        assert np.array([*workers, *given]) == pytest.approx(expected, abs=0.02)
        samples = np.array([ours.samples[name] for name in ("x", "y")])
        w, b = ours.copies[0]
        miss = w * samples[0] + b - samples[1]
        each = np.stack([miss * samples[0], miss], axis=1)
        each *= 30.0 / np.hypot(*each.T).max()
        assert np.array(arrows(page, ".bp-sample")) == pytest.approx(each, abs=0.02)


def test_the_copies_are_drawn_where_they_are(mount_widget):
    page = mount_widget(DataParallel(borders=[4, 8], workers=3, together=False, steps=5), width=844, scale=2)
    ours = in_python(page)
    ticks = {"x": {}, "y": {}}
    for axis, at in zip(page.root.locator(".bp-plane .bp-axis").all(), ticks, strict=True):
        for tick in axis.locator(".tick").all():
            place = tick.get_attribute("transform")[10:-1].split(",")["xy".index(at)]
            ticks[at][float(tick.text_content().replace("−", "-"))] = float(place)
    scales = [np.polyfit([*ticks[at]], [*ticks[at].values()], 1) for at in "xy"]
    for way, copy in zip(page.root.locator(".bp-way").all(), ours.copies, strict=False):
        end = way.get_attribute("d").split("L")[-1].split()
        expected = [np.polyval(scale, entry) for scale, entry in zip(scales, copy, strict=True)]
        assert [*map(float, end)] == pytest.approx(expected, abs=0.1)
    assert texts(page, ".bp-together") == []
    skip(page)
    assert texts(page, ".bp-together") == ["3 equal"]


# --- moved by hand ------------------------------------------------------------------------------------------


def test_borders_are_dragged_and_moved_by_keys_and_python_hears(mount_widget):
    workers = data_parallel(workers=3)
    page = mount_widget(workers, width=844)
    assert page.saved() == [] and said(page) == workers.sentence
    drag(page, 1, -3, dy=60)
    assert page.model_get("borders") == [1, 8] and said(page) == in_python(page).sentence
    drag(page, 1, 12)  # not beyond the next one
    assert page.model_get("borders") == [8, 8] and "worker 2 has no samples" in said(page)
    drag(page, 1, 2)  # of two at one place, the last goes to the right
    assert page.model_get("borders") == [8, 10]
    press(page, 2, "ArrowLeft", "ArrowDown")
    drag(page, 2, -2)  # and the first to the left
    assert page.model_get("borders") == [6, 8]
    press(page, 1, "Home", "ArrowLeft", "ArrowRight", "ArrowUp", "Tab")
    press(page, 2, "End", "ArrowRight")
    assert page.model_get("borders") == [2, 12]
    slider = border(page, 1)
    assert slider.get_attribute("aria-valuetext") == "worker 1 has 2 samples, worker 2 has 10 samples"
    limits = [slider.get_attribute(f"aria-value{name}") for name in ("min", "now", "max")]
    assert limits == ["0", "2", "12"]
    for saved in page.saved():
        workers.set_state(saved)
    assert workers.sentence == said(page)
    click(page, "reset")
    assert state(page) == workers.start


def test_every_control_and_reset(mount_widget):
    workers = data_parallel(workers=2, shards=[9, 3])
    page = mount_widget(workers, width=844)
    step = page.root.get_by_role("button", name="take a step")
    click(page, "take a step")
    assert page.model_get("steps") == 1 and said(page) == in_python(page).sentence
    ours = in_python(page)
    off = words.number(math.dist(ours.averaged, ours.full))
    assert texts(page, ".bp-verdict") == [f"off by {off}→ step", "✓ the same", "the reference"]
    choose(page, "what each worker sends", "its sum")
    assert texts(page, ".bp-verdict")[0].startswith("off by") and "as on one machine" in said(page)
    assert texts(page, ".bp-sent") == ["sends 9·g₁", "sends 3·g₂"]
    skip(page)
    assert page.model_get("together") is False and texts(page, ".bp-verdict") == []
    assert texts(page, ".bp-nothing") == ["no all-reduce, so there is no common result"]
    assert said(page) == in_python(page).sentence
    for _ in range(21):
        step.press("Enter")
    settle(page.page)
    assert page.model_get("steps") == 20 and step.get_attribute("aria-disabled") == "true"
    choose(page, "workers", "4")
    assert state(page) == {
        "workers": 4, "borders": [3, 6, 9], "sends": "sums", "steps": 20, "together": False,
    }  # fmt: skip
    for saved in page.saved():
        workers.set_state(saved)
    assert workers.sentence == said(page)
    click(page, "reset")
    assert state(page) == workers.start
    again = mount_widget(workers.get_state(), width=844)  # drawn once more, after changes
    click(again, "reset")
    assert state(again) == workers.start and said(again) == data_parallel(2, [9, 3]).sentence


def test_an_empty_worker_is_said_in_words_and_stops_the_steps(mount_widget):
    page = mount_widget(data_parallel(workers=2, shards=[12, 0]), width=844)
    step = page.root.get_by_role("button", name="take a step")
    assert step.get_attribute("aria-disabled") == "true"
    step.press("Enter")
    assert page.saved() == []
    assert texts(page, ".bp-nothing") == ["no result: worker 2 has no mean"]
    assert texts(page, ".bp-cards .bp-entries")[1] == "no mean0 ÷ 0"
    assert texts(page, ".bp-verdict")[0] == "0 ÷ 0 in the sum"
    choose(page, "what each worker sends", "its sum")
    click(page, "take a step")
    assert page.model_get("steps") == 1 and said(page) == in_python(page).sentence


def test_python_sets_any_trait_and_the_picture_follows(mount_widget):
    page = mount_widget(data_parallel(), width=844)
    for name, value in [("borders", [2]), ("sends", "sums"), ("steps", 7), ("together", False)]:
        page.model_set(name, value)
        assert said(page) == in_python(page).sentence
    page.model_set("workers", 4)  # the borders that belong to it follow in a message of their own
    assert "3, 3, 3 and 3" in said(page)
    page.model_set_all({"workers": 3, "borders": [1, 2]})
    assert said(page) == in_python(page).sentence
    assert page.root.get_by_role("radio", name="3").is_checked()
    assert page.root.get_by_role("radio", name="its sum").is_checked()
    assert page.root.get_by_role("checkbox").is_checked()


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(data_parallel(workers=3), width=844)
    for key, workers in [("ArrowLeft", "2"), ("ArrowLeft", "1"), ("ArrowLeft", "4"), ("ArrowRight", "1")]:
        page.root.get_by_role("radiogroup", name="workers").locator(":checked").press(key)
        assert page.model_get("workers") == int(workers)
        assert page.page.evaluate("document.activeElement.value") == workers
    click(page, "reset")
    # With the number of workers that of the borders changes, and the walk would lose count.
    page.root.get_by_role("radiogroup", name="workers").evaluate("group => (group.style.display = 'none')")
    report = operate(page.page, page.root)
    assert len(report.controls) == 7  # two borders, mean or sum, step, skip, reset
    assert report.problems() == {}
    focusable = ":is(button, input, [tabindex]):not([data-lm-suppress-shortcuts=true])"
    assert page.root.locator(focusable).count() == 0
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""


def test_it_says_what_it_shows_and_nothing_moves_by_itself(mount_widget):
    page = mount_widget(data_parallel(2, [9, 3]), width=844, reduced_motion="no-preference")
    assert page.root.get_attribute("aria-label") == "data-parallel workers"
    assert page.root.locator(".bp-strip").get_attribute("aria-label") == (
        "the batch: worker 1 has 9, each counts 1/18; worker 2 has 3, each counts 1/6"
    )
    assert page.root.get_by_role("img").get_attribute("aria-label") == (
        "the copies of w and b after 0 steps: all at (w, b) = (0, 0); one machine: (w, b) = (0, 0)"
    )
    click(page, "take a step")
    assert page.root.evaluate("root => root.getAnimations({ subtree: true }).length") == 0


# Nothing sticks out of the whole, nor out of its card; what does not wrap is whole.
STICKING_OUT = """root => [...root.querySelectorAll(".bp-card *, text, button, label, .bp-heading")]
    .filter((element) => {
        const frame = (element.closest(".bp-card, .bp-plane") ?? root).getBoundingClientRect();
        const box = element.getBoundingClientRect();
        return box.width > 0 && (box.right > frame.right + 0.5 || box.left < frame.left - 0.5);
    })
    .map((element) => element.outerHTML.slice(0, 90))"""
MEETING = """root => {
    const kinds = ".bp-fraction, .bp-owner span, .bp-fair-name, .bp-nothing, .bp-plane text, " +
        ".bp-entries span, .bp-entries b, .bp-copy span, " +
        ".bp-verdict span, .bp-card-name b, .bp-count, .bp-heading, .bp-hint";
    const boxes = [...root.querySelectorAll(kinds)]
        .filter((text) => text.textContent && text.checkVisibility({ visibilityProperty: true }))
        .map((text) => [text.textContent, text.getBoundingClientRect()]);
    const apart = (a, b) => a.left >= b.right - 0.5 || a.top >= b.bottom - 4;
    return boxes.flatMap(([name, a], i) => boxes.slice(i + 1)
        .filter(([, b]) => !apart(a, b) && !apart(b, a)).map(([other]) => [name, other]));
}"""
WORST = [
    {"workers": 4, "borders": [1, 2, 3]},
    {"workers": 4, "borders": [3, 6, 9], "together": False, "steps": 20},
    {"workers": 4, "borders": [12, 12, 12], "steps": 0, "together": True},
    {"workers": 4, "borders": [1, 1, 12], "together": False, "steps": 20},
    {"workers": 4, "borders": [0, 1, 11], "together": True, "sends": "sums"},
    {"workers": 4, "borders": [2, 4, 9], "sends": "means", "steps": 9},
    {"workers": 2, "borders": [1], "steps": 20},
    {"workers": 1, "borders": [], "steps": 13},
]


@pytest.mark.parametrize(("width", "theme"), [(560, "dark"), (844, "light"), (844, "dark"), (1080, "light")])
def test_it_can_be_read_everywhere_and_nothing_moves(mount_widget, axe_violations, width, theme, screenshot):
    page = mount_widget(data_parallel(2, [9, 3]), width=width, theme=theme)
    tall = {page.root.bounding_box()["height"]}
    assert axe_violations(page.page) == []
    for k, one in enumerate(WORST):
        page.model_set_all(one)
        tall.add(page.root.bounding_box()["height"])
        assert page.root.evaluate(STICKING_OUT) == [], one
        assert page.root.evaluate(MEETING) == [], one
        assert page.root.locator(".bp-caption").evaluate("box => box.scrollHeight <= box.clientHeight"), one
        assert "NaN" not in page.root.inner_html() and not re.search(r"[(=,] ?none", said(page))
        screenshot(page.root, f"data_parallel_{width}_{theme}_{k}")
    assert axe_violations(page.page) == []
    assert len(tall) == 1 and (width == 560 or tall.pop() <= 620)
