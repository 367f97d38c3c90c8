"""Checkpointing in a page: the schedule of Python, every step by mouse and by key, peaks to be found."""

import pytest

from backprop_lib.explorables.checkpointing import checkpointing
from backprop_lib.explorables.checkpointing.schedule import peak, schedule
from backprop_lib.explorables.explorable import browser_side
from tests.browser.layout import height_where_all_can_be_read
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

TRAITS = ("depth", "segments", "step", "visited", "show_all")
PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
JUMP = "to the next stage"


def state(page):
    return {name: page.model_get(name) for name in TRAITS}


def in_python(page):
    """The chain as Python has it once it has heard everything that the browser says."""
    chain = checkpointing()
    chain.set_state(state(page))
    return chain


def traits(chain):
    return {name: getattr(chain, name) for name in TRAITS}


def said(page):
    """Both parts of the sentence, as Python joins them."""
    return "; ".join(page.root.locator("[role=status] > div").all_text_contents()).translate(PLAIN)


def press(page, *names):
    for name in names:
        page.root.get_by_role("button", name=name, exact=True).click()
    settle(page.page)


def slider(page, name):
    label = {"depth": "layers n", "segments": "segments k", "step": "step"}[name]
    return page.root.get_by_role("slider", name=label, exact=True)


def slide(page, name, *keys):
    for key in keys:
        slider(page, name).press(key)
    settle(page.page)


def click_in(page, picture, x, y):
    """Press at a place in the units of the picture."""
    box = page.root.locator(picture).bounding_box()
    scale = box["width"] / page.root.locator(picture).evaluate("one => one.viewBox.baseVal.width")
    page.page.mouse.click(box["x"] + scale * x, box["y"] + scale * y)
    settle(page.page)


def drawn(page):
    """The state of every cell; then which of them the ring is at, and the gradient's arrow, or None."""
    cells = page.root.locator(".bp-chain .bp-cell")
    states = cells.evaluate_all("all => all.map((one) => one.dataset.state)")
    at = """(part) => {
        const chain = part.closest("svg");
        if (getComputedStyle(part).display === "none") return null;
        const middle = (one) => {
            const { left, right } = one.getBoundingClientRect();
            return (left + right) / 2;
        };
        const cells = [...chain.querySelectorAll(".bp-cell")];
        const off = cells.map((cell) => Math.abs(middle(cell) - middle(part)));
        return off.indexOf(Math.min(...off));
    }"""
    return states, *(
        page.root.locator(f".bp-chain {part}").evaluate(at) for part in (".bp-active", ".bp-arrow")
    )


def expected(chain):
    """The same from Python's schedule."""
    step = chain.schedule[chain.step]
    computed = step.layer if step.kind in ("start", "forward") else chain.depth
    states = [
        "checkpoint" if i in step.checkpoints
        else "kept" if i in step.held
        else "gone" if i <= computed
        else "waiting"
        for i in range(chain.depth + 1)
    ]  # fmt: skip
    ring = step.layer if step.kind in ("forward", "recompute") else None
    return states, ring, step.gradient


# --- the schedule -------------------------------------------------------------------------------------------

SCHEDULES = """async ([source, pairs]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { ofChain, ofStep, peak, peakStep, schedule } = await import(url);
    const list = (set) => [...set].sort((a, b) => a - b).join(" ");
    return pairs.map(([depth, segments]) => {
        const steps = schedule(depth, segments);
        const told = steps.map((_, s) => `${ofStep(steps, s)}; ${ofChain(depth, segments)}`);
        const all = steps.map(({ kind, layer, segment, held, checkpoints, gradient }) =>
            [kind, layer, ...segment, list(held), list(checkpoints), gradient].join());
        return { told, all, top: peakStep(steps), most: peak(depth, segments) };
    });
}"""


def written(step):
    def listed(numbers):
        return " ".join(map(str, sorted(numbers)))

    gradient = "" if step.gradient is None else step.gradient
    parts = [step.kind, step.layer, *step.segment, listed(step.held), listed(step.checkpoints), gradient]
    return ",".join(map(str, parts))


def test_every_step_and_its_words_are_those_of_python(browser):
    pairs = [(n, k) for n in (4, 5, 7, 16) for k in range(n + 1)]
    pairs += [(n, k) for n in (33, 61, 64) for k in (0, 1, 2, 7, 8, 31, n - 1, n)]
    page = browser.new_page()
    found = page.evaluate(SCHEDULES, [browser_side("checkpointing")[0], pairs])
    page.close()
    for (depth, segments), one in zip(pairs, found, strict=True):
        steps = schedule(depth, segments)
        assert one["all"] == [written(step) for step in steps]
        held = [len(step.held) for step in steps]
        assert one["most"] == peak(depth, segments) and one["top"] == held.index(one["most"])
        chain = checkpointing(depth, segments)
        for step in range(0, len(steps), 5):
            chain.step = step
            assert one["told"][step] == chain.sentence


# --- the steps ----------------------------------------------------------------------------------------------


def test_steps_are_taken_by_button_key_and_pointer(mount_widget, screenshot):
    chain = checkpointing(16, 4)
    page = mount_widget(chain, width=844)
    assert page.saved() == [] and said(page) == chain.sentence and drawn(page) == expected(chain)

    def reached(step):
        here = in_python(page)
        assert here.step == step == page.saved()[-1]["step"] and traits(here) == state(page)
        assert said(page) == here.sentence and drawn(page) == expected(here)
        value = slider(page, "step").get_attribute("aria-valuetext").translate(PLAIN)
        assert here.sentence.startswith(f"{value}; 16 layers")
        assert page.root.locator(".bp-memory .bp-told").text_content() == f"now {here.held}"

    press(page, "one step on", "one step on", "one step on", "one step back")
    reached(2)
    for step in (16, 20, 24, 28, 32):
        press(page, JUMP)
        reached(step)
    press(page, "to the end")
    reached(48)
    assert page.root.get_by_role("button", name="one step on").get_attribute("aria-disabled") == "true"
    press(page, JUMP)
    reached(16)  # it begins again
    press(page, "to the peak")
    reached(20)
    screenshot(page.root, "checkpointing_peak")
    slide(page, "step", "ArrowRight", "ArrowRight")
    reached(22)
    screenshot(page.root, "checkpointing_back")
    slide(page, "step", "End", "ArrowLeft")
    reached(47)
    press(page, "to the start")
    reached(0)
    # The chart: its axis is from 34 to 526, for 0 to 48 steps.
    click_in(page, ".bp-memory", 34 + 492 * 18 / 48, 100)
    reached(18)
    box = page.root.locator(".bp-memory").bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 80)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 3000, box["y"] + 80)
    page.page.mouse.up()
    settle(page.page)
    reached(48)


def test_the_track_stands_under_the_steps_of_the_chart(mount_widget):
    page = mount_widget(checkpointing(16, 4), width=844)
    track = slider(page, "step").bounding_box()
    chart = page.root.locator(".bp-memory").bounding_box()
    scale = chart["width"] / 536
    assert track["x"] + 8 == pytest.approx(chart["x"] + 34 * scale, abs=0.6)
    assert track["x"] + track["width"] - 8 == pytest.approx(chart["x"] + 526 * scale, abs=0.6)
    press(page, "to the peak")
    cursor = page.root.locator(".bp-memory .bp-cursor")
    assert float(cursor.get_attribute("x1")) == pytest.approx(34 + 492 * 20 / 48)
    dot = page.root.locator(".bp-memory .bp-dot")
    assert float(dot.get_attribute("cy")) == pytest.approx(148 - 108 * 8 / 17)
    assert page.root.locator(".bp-memory .bp-most-name").text_content() == "peak 8"


def test_play_goes_on_to_the_end_until_it_is_stopped_and_leaves_nothing_behind(mount_widget):
    page = mount_widget(checkpointing(16, 4), width=844, reduced_motion="no-preference", clock=True)
    page.clock.run_for(1000)
    assert page.model_get("step") == 0  # never by itself
    play = page.root.get_by_role("button", name="play", exact=True)
    status = page.root.locator("[role=status]")
    for stop in ("pause", "one step on", "to the start", "reset", "segments", "depth"):
        play.click()
        page.clock.run_for(900)
        assert page.model_get("step") > 1 and status.get_attribute("aria-live") == "off"
        if stop in ("segments", "depth"):
            slider(page, stop).press("ArrowRight")
        else:
            page.root.get_by_role("button", name=stop, exact=True).click()
        before = state(page)
        page.clock.run_for(500)
        assert state(page) == before and status.get_attribute("aria-live") == "polite", stop
    play.click()
    page.clock.run_for(20_000)
    assert page.model_get("step") == 51 and play.is_visible()  # 17 layers, to the end
    play.click()
    page.clock.run_for(900)
    assert 0 < page.model_get("step") < 10  # from the end it begins again
    page.unmount()
    step = page.model_get("step")
    page.clock.run_for(500)
    assert page.model_get("step") == step
    assert page.listener_count() == 0 and page.element.inner_html() == ""


# --- the cut ------------------------------------------------------------------------------------------------


def dots(page):
    """The k and the peak of every dot."""
    places = "all => all.map((dot) => [dot.getAttribute('cx'), dot.getAttribute('cy')].map(Number))"
    depth = page.model_get("depth")
    return [
        [round((x - 40) / 224 * depth, 6), round((148 - y) / 108 * (depth + 1), 6)]
        for x, y in page.root.locator(".bp-visits circle").evaluate_all(places)
    ]


def test_only_what_was_tried_is_drawn_until_all_is_asked_for(mount_widget, screenshot):
    chain = checkpointing()
    page = mount_widget(chain, width=844)
    assert dots(page) == [[1, 17]] and page.saved() == []
    slide(page, "segments", "ArrowRight", "ArrowRight", "ArrowRight")
    assert dots(page) == [[1, 17], [2, 10], [3, 9], [4, 8]]
    for sent in page.saved():
        chain.set_state(sent)
    assert chain.visited == [[16, 1, 17], [16, 2, 10], [16, 3, 9], [16, 4, 8]]
    assert (chain.segments, chain.peak) == (4, 8) and said(page) == chain.sentence
    click_in(page, ".bp-peaks", 40 + 224 * 12 / 16, 100)
    assert page.model_get("segments") == 12 and dots(page)[-1] == [12, 14]
    slide(page, "segments", "Home")
    assert dots(page)[0] == [0, 17] and page.root.locator(".bp-segment").count() == 0
    assert slider(page, "segments").get_attribute("aria-valuetext") == "segments k all kept"
    curve = page.root.locator(".bp-curve")
    assert not curve.is_visible()
    page.root.get_by_role("checkbox", name="show every k").check()
    settle(page.page)
    assert curve.is_visible() and page.model_get("show_all") is True and len(dots(page)) == 6
    assert curve.get_attribute("d").count("L") == 15
    screenshot(page.root, "checkpointing_all")
    slide(page, "depth", "ArrowRight")
    assert dots(page) == [[0, 18]] and said(page) == in_python(page).sentence
    press(page, "reset")
    assert state(page) == {"depth": 16, "segments": 1, "step": 0, "visited": [[16, 1, 17]], "show_all": False}


def test_the_step_stays_where_the_chain_is_cut_otherwise_and_layers_begin_anew(mount_widget):
    page = mount_widget(checkpointing(16, 16), width=844)
    press(page, "to the end")
    slide(page, "segments", "ArrowLeft")
    assert page.model_get("step") == 48
    slide(page, "segments", "Home")
    assert page.model_get("step") == 32
    slide(page, "segments", "End")
    slide(page, "depth", "Home")
    assert state(page)["visited"][-1] == [4, 4, 5]
    assert (page.model_get("segments"), page.model_get("step")) == (4, 0)
    assert traits(in_python(page)) == state(page)
    assert said(page) == in_python(page).sentence


def test_python_moves_the_picture(mount_widget):
    page = mount_widget(checkpointing(), width=844)
    for told in ({"segments": 5}, {"step": 30}, {"depth": 64, "step": 99}, {"segments": 0, "step": 128}):
        page.model_set_all(told)
        assert said(page) == in_python(page).sentence and drawn(page) == expected(in_python(page))
    page.model_set("depth", 4)  # for a moment, before Python has told how far the step falls
    assert said(page).startswith("step 8 of 8: ")
    page.model_set_all({"step": 8, "visited": [[4, 1, 5], [4, 2, 4]], "show_all": True})
    assert dots(page) == [[0, 5], [1, 5], [2, 4]]


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(checkpointing(), width=844)
    report = operate(page.page, page.root)
    assert len(report.controls) == 11  # the track, six buttons of the walk, reset, two counts, the checkbox
    assert report.problems() == {}
    assert page.root.locator(":is(button, input):not([data-lm-suppress-shortcuts=true])").count() == 0
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1


CHAINS = [
    (4, 0),
    (4, 3),
    (10, 9),
    (16, 1),
    (16, 14),
    (33, 6),
    (64, 1),
    (64, 11),
    (64, 12),
    (64, 33),
    (64, 64),
]


@pytest.mark.parametrize(("width", "theme"), [(560, "dark"), (844, "light"), (1080, "dark")])
def test_it_can_be_read_everywhere_and_nothing_moves(mount_widget, axe_violations, width, theme, screenshot):
    page = mount_widget(checkpointing(16, 4), width=width, theme=theme)
    heights = {page.root.bounding_box()["height"]}
    press(page, "to the peak")
    assert axe_violations(page.page) == []
    for depth, segments in CHAINS:
        for step in (0, depth, depth + 1, 2 * depth):
            page.model_set_all({"depth": depth, "segments": segments, "step": step, "show_all": True})
            heights.add(height_where_all_can_be_read(page, (depth, segments, step), "svg text"))
        assert said(page) == in_python(page).sentence
        screenshot(page.root, f"checkpointing_{width}_{depth}_{segments}")
    assert len(heights) == 1 and (width != 844 or heights.pop() <= 620)
