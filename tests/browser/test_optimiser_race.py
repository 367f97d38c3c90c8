"""The optimiser race in a page: its steps are our optimisers', and a hand can move all of it."""

import random

import numpy as np
import pytest

from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.optimiser_race import OptimiserRace, optimiser_race
from backprop_lib.explorables.optimiser_race.surfaces import RUNNERS, SURFACES
from tests.explorables.test_optimiser_race import SENTENCES
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

TRAITS = ("surface", "rate", "momentum", "condition", "step", "point", "runners")
PLAIN = str.maketrans("₁₂", "12")
LATER = "2100-01-01"
PLAY, JUMP = "play", "to the last step"


def state(page):
    return {name: page.model_get(name) for name in TRAITS}


def said(page):
    return page.root.locator("[role=status]").text_content().translate(PLAIN)


def in_python(page):
    return OptimiserRace(**state(page))


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def ring(page):
    return page.root.locator(".bp-ring")


def move(page, name, *keys):
    for key in keys:
        slider(page, name).press(key)
    settle(page.page)


def press(page, name):
    page.root.get_by_role("button", name=name, exact=True).click()
    settle(page.page)


def choose(page, surface):
    page.root.get_by_role("radio", name=surface).check(force=True)
    settle(page.page)


# --- numbers ------------------------------------------------------------------------------------------------

FOUND = """async ([source, states]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { describe, run, sentence, SURFACES } = await import(url);
    const found = states.map((state) => {
        const paths = Object.fromEntries(state.runners.map((runner) => [runner, run(runner, state)]));
        return { paths, told: sentence(describe(state, paths)) };
    });
    return { found, points: Object.fromEntries(Object.entries(SURFACES).map(([k, s]) => [k, s.point])) };
}"""


def states():
    rng = random.Random(5)
    for surface in SURFACES:
        for _ in range(25):
            yield optimiser_race(
                surface,
                rate=round(10.0 ** rng.uniform(-3.0, 0.5), 4),
                momentum=rng.choice([0.0, 0.5, 0.9, 0.99]),
                condition=float(rng.choice([1, 25, 100, rng.randint(1, 100)])),
                step=rng.choice([0, 1, 60, 200]),
                point=rng.choice([None, (0.0, 1.5), (rng.uniform(-3.0, 3.0), rng.uniform(-2.0, 2.0))]),
                runners=rng.choice([[], ["SGD"], ["Adam"], ["SGD", "momentum"], [*RUNNERS], [*RUNNERS]]),
            )
    for one, _ in SENTENCES:
        yield optimiser_race(**one)


def test_every_step_and_every_word_is_that_of_python(browser):
    races = [*states()]
    page = browser.new_page()
    answer = page.evaluate(FOUND, [browser_side("optimiser_race")[0], [race.start for race in races]])
    page.close()
    assert answer["points"] == {name: [*surface.point] for name, surface in SURFACES.items()}
    for race, found in zip(races, answer["found"], strict=True):
        assert found["told"] == race.sentence
        assert [*found["paths"]] == race.runners
        for runner, path in found["paths"].items():
            ours = np.column_stack([race.paths[runner], race.losses[runner]])
            np.testing.assert_allclose(
                np.array(path, float), ours, rtol=1e-12, atol=1e-12, err_msg=repr(race.start)
            )


# --- what is drawn ------------------------------------------------------------------------------------------

SEEN = """root => {
    const shown = (element) => getComputedStyle(element).display !== "none";
    const ends = [...root.querySelectorAll(".bp-plane g[data-runner]")].filter(shown);
    const of = (kind) => ends.filter((g) => g.querySelector(kind));
    const arrows = of(".bp-exit").filter((g) => shown(g.querySelector(".bp-exit")));
    return {
        ends: Object.fromEntries(of(".bp-mark").map((g) => {
            const [, x, y] = g.getAttribute("transform").match(/translate\\(([-\\d.e]+) ([-\\d.e]+)\\)/);
            return [g.dataset.runner, [(x - 32) / 76 - 3, 2 - (y - 22) / 76]];
        })),
        ways: Object.fromEntries(of(".bp-way").map((g) => [
            g.dataset.runner,
            [...g.querySelector(".bp-way").getAttribute("d").matchAll(/[ML]([-\\d.]+) ([-\\d.]+)/g)]
                .map(([, x, y]) => [(x - 32) / 76 - 3, 2 - (y - 22) / 76]),
        ])),
        arrows: arrows.map((g) => g.dataset.runner),
        stems: [...root.querySelectorAll(".bp-stem")].filter(shown).map((stem) => {
            const [box, track] = [stem, stem.parentElement].map((one) => one.getBoundingClientRect());
            const share = (box.left + box.width / 2 - track.left - 8) / (track.width - 16);
            return 10 ** (3.5 * share - 3);
        }),
        contours: [...root.querySelector(".bp-contour").getAttribute("d").matchAll(/([-\\d.]+) ([-\\d.]+)/g)]
            .map(([, column, row]) => [column / 25 - 3, 2 - row / 25]),
        note: root.querySelector(".bp-note").textContent,
        html: root.innerHTML,
    };
}"""


def test_ways_end_where_the_runners_are_and_the_critical_rates_are_marked(mount_widget):
    race = optimiser_race(step=30)
    page = mount_widget(race, width=844)
    for surface in SURFACES:
        race = optimiser_race(surface, step=30)
        page.model_set_all({name: race.get_state()[name] for name in TRAITS})
        seen = page.root.evaluate(SEEN)
        for runner, path in race.paths.items():
            assert seen["ends"][runner] == pytest.approx(path[-1], abs=1e-9)
            inside = (abs(path) <= [3.0, 2.0]).all(axis=1)
            if inside.all():
                assert seen["ways"][runner] == [pytest.approx(place, abs=1e-3) for place in path]
        assert seen["arrows"] == []
        along = np.array([SURFACES[surface].loss(*place, 25.0) for place in seen["contours"]]).reshape(-1, 2)
        # Both ends of a line are equally high, but for what the surface bends within a cell of 0.04.
        assert len(along) > 300 and np.abs(along[:, 0] - along[:, 1]).max() < 60.0 * 0.04**2 / 4.0
        if surface == "valley":
            assert seen["stems"] == pytest.approx([0.08, 0.152], rel=2e-3)
            assert "SGD diverges above 2/λmax = 0.08" in seen["note"] and "0.152" in seen["note"]
        else:
            assert seen["stems"] == [] and "no one rate is the limit" in seen["note"]


def test_beyond_the_critical_rate_sgd_leaves_the_picture_and_no_number_is_lost(mount_widget):
    page = mount_widget(optimiser_race(rate=0.089), width=844)
    seen = page.root.evaluate(SEEN)
    assert seen["arrows"] == ["SGD"] and "SGD left for good (at step 35)" in said(page)
    assert abs(seen["ends"]["SGD"][1]) < 2.0  # its mark stays at the edge
    assert all(abs(w1) < 3.2 and abs(w2) < 2.2 for w1, w2 in seen["ways"]["SGD"])
    for extreme in (
        {"rate": 3.2, "condition": 100, "momentum": 0.99, "point": [3, 2]},
        {"surface": "bend", "point": [-3, -2]},
        {"surface": "saddle", "point": [-3, 2]},
        {"surface": "plateau", "point": [0, 0]},
        {"surface": "valley", "condition": 1, "rate": 0.001, "momentum": 0, "point": [0, 0]},
        {"runners": []},
    ):
        page.model_set_all(extreme)
        html = page.root.evaluate(SEEN)["html"]
        assert not any(word in html for word in ("NaN", "Infinity", "undefined")), extreme
        assert said(page) == in_python(page).sentence
    assert page.root.evaluate(SEEN)["ends"] == {}


# --- moved by hand ------------------------------------------------------------------------------------------


def test_a_hand_moves_everything_and_python_hears(mount_widget):
    race = optimiser_race(step=20)
    page = mount_widget(race, width=844)
    first = said(page)
    assert page.saved() == [] and first == race.sentence
    move(page, "η", "ArrowRight")
    move(page, "μ", "ArrowLeft")
    move(page, "κ", "ArrowRight", "ArrowRight")
    move(page, "step", "ArrowLeft")
    assert state(page) == {
        "surface": "valley",
        "rate": 0.056,
        "momentum": 0.89,
        "condition": 27,
        "step": 19,
        "point": [-2.5, 1],
        "runners": [*RUNNERS],
    }
    spoken = [slider(page, name).get_attribute("aria-valuetext") for name in ("η", "μ", "κ", "step")]
    assert spoken == ["η = 0.056", "μ = 0.89", "κ = 27", "step 19"]
    press(page, "one step")
    assert page.model_get("step") == 20
    press(page, JUMP)  # the page wants no motion
    assert page.model_get("step") == 200
    press(page, "back to the start")
    assert page.model_get("step") == 0
    page.root.get_by_role("checkbox", name="momentum").uncheck()
    settle(page.page)
    assert page.model_get("runners") == ["SGD", "Adam"]
    page.root.get_by_role("checkbox", name="SGD").uncheck()
    page.root.get_by_role("checkbox", name="momentum").check()
    settle(page.page)
    assert page.model_get("runners") == ["momentum", "Adam"]  # in their order
    choose(page, "saddle")
    assert page.model_get("point") == [0.1, 1.5] and slider(page, "κ").is_disabled()
    # A slider that is dragged.
    box = slider(page, "step").bounding_box()
    page.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settle(page.page)
    assert 95 <= page.model_get("step") <= 105
    for saved in page.saved():
        race.set_state(saved)
    assert said(page) == repr(race)
    press(page, "reset")
    assert state(page) == {
        name: [*race.start[name]] if name == "point" else race.start[name] for name in TRAITS
    }
    assert said(page) == first


def test_the_ring_is_moved_by_keys_and_dragged_within_the_picture(mount_widget):
    page = mount_widget(optimiser_race(), width=844)
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowDown"):
        ring(page).press(key)
    settle(page.page)
    assert page.model_get("point") == [-2.4, 0.9]
    assert ring(page).get_attribute("aria-valuetext") == "w1 = −2.4, w2 = 0.9"
    place = ring(page).locator(".bp-handle").bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    unit = page.root.locator(".bp-frame").bounding_box()["width"] / 6
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + unit, y + unit)
    settle(page.page)
    assert page.model_get("point") == [-1.4, -0.1]
    page.page.mouse.move(x + 2000, y - 2000)
    page.page.mouse.up()
    page.page.mouse.move(x, y)  # let go: this moves nothing
    settle(page.page)
    assert page.model_get("point") == [3, 2]
    ring(page).press("ArrowRight")
    assert page.model_get("point") == [3, 2]
    assert said(page) == in_python(page).sentence


def test_python_sets_any_trait_and_the_picture_follows(mount_widget):
    page = mount_widget(optimiser_race(), width=844)
    for name, value in [
        ("surface", "bend"),
        ("point", [-2.0, 1.0]),
        ("rate", 0.0123),
        ("momentum", 0.5),
        ("step", 77),
        ("runners", ["Adam"]),
        ("surface", "valley"),
        ("condition", 8),
    ]:
        page.model_set(name, value)
        assert said(page) == in_python(page).sentence, name
    assert page.root.get_by_role("radio", name="valley").is_checked()
    assert page.root.locator("output").all_text_contents() == ["77", "0.0123", "0.5", "8"]
    checked = page.root.locator("input[type=checkbox]").evaluate_all("all => all.map((one) => one.checked)")
    assert checked == [False, False, True] and page.saved() == []


def test_play_runs_to_the_end_and_any_step_by_hand_stops_it(mount_widget):
    page = mount_widget(optimiser_race(), width=844, reduced_motion="no-preference", clock=True)
    status = page.root.locator("[role=status]")
    page.clock.pause_at(LATER)  # or the clock would go on by itself between two lines
    page.clock.run_for(500)
    assert page.model_get("step") == 200  # never by itself
    page.root.get_by_role("button", name=PLAY, exact=True).click()  # from the end: begins anew
    page.clock.run_for(500)
    assert page.model_get("step") == 20 and status.get_attribute("aria-live") == "off"
    slider(page, "η").press("ArrowRight")  # hands stay on
    page.clock.run_for(500)
    assert page.model_get("step") == 40
    page.root.get_by_role("button", name="pause", exact=True).click()
    page.clock.run_for(500)
    assert page.model_get("step") == 40 and status.get_attribute("aria-live") == "polite"
    for control in ("one step", "back to the start", "reset"):
        page.root.get_by_role("button", name=PLAY, exact=True).click()
        page.clock.run_for(100)
        page.root.get_by_role("button", name=control, exact=True).click()
        stopped = state(page)
        page.clock.run_for(300)
        assert state(page) == stopped, control
    page.root.get_by_role("button", name=PLAY, exact=True).click()
    page.clock.run_for(6000)
    assert page.model_get("step") == 200
    assert page.root.get_by_role("button", name=PLAY, exact=True).count() == 1
    page.root.get_by_role("button", name=PLAY, exact=True).click()
    page.clock.run_for(100)
    page.unmount()
    step = page.model_get("step")
    page.clock.run_for(500)
    assert page.model_get("step") == step < 200
    assert page.listener_count() == 0 and page.element.inner_html() == ""


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(optimiser_race(step=20), width=844)
    report = operate(page.page, page.root)
    # the ring, 4 surfaces, 3 runners, reset, 3 buttons, step, rate, momentum, condition
    assert len(report.controls) == 16
    assert report.problems() == {}
    controls = page.root.locator(":is(button, input, [tabindex]):not([data-lm-suppress-shortcuts=true])")
    assert controls.count() == 0


LAYOUT = """root => {
    const { left, right } = root.getBoundingClientRect();
    const box = (element) => element.getBoundingClientRect();
    const out = [...root.querySelectorAll("button, input, output, label, text, svg, .bp-caption, .bp-note")]
        .filter((one) => box(one).width > 0 && (box(one).right > right + 0.5 || box(one).left < left - 0.5))
        .map((one) => one.outerHTML.slice(0, 80));
    const texts = [...root.querySelectorAll("svg text")]
        .filter((text) => text.textContent && getComputedStyle(text).display !== "none")
        .map((text) => [text.textContent, box(text), text.matches(".bp-runner-name")]);
    const apart = (a, b) => a.left >= b.right || a.top >= b.bottom - 4;
    const meeting = texts.flatMap(([name, a, first], i) => texts.slice(i + 1)
        .filter(([, b, second]) => first === second && !apart(a, b) && !apart(b, a))
        .map(([other]) => [name, other]));
    const caption = root.querySelector(".bp-caption");
    const cut = [...root.querySelectorAll("output, .bp-note")]
        .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
        .map((one) => one.textContent);
    const overflow = caption.scrollHeight - caption.clientHeight;
    return { out, meeting, cut, overflow, height: box(root).height };
}"""

EXTREMES = [
    {"rate": 0.05},
    {"step": 0},
    {"step": 199, "rate": 3.2, "condition": 100, "momentum": 0.99, "point": [3, 2]},
    {"rate": 0.0023, "condition": 73, "point": [-3, -2], "momentum": 0.07},
    {"surface": "saddle", "point": [0, 2], "rate": 1.4},
    {"surface": "bend", "point": [3, 2], "rate": 0.1},
    {"surface": "plateau", "point": [3, -2], "rate": 3.2},
    {"runners": []},
]


@pytest.mark.parametrize("width", [1080, 844, 560])
def test_nothing_is_cut_overlaps_or_moves_the_layout_in_both_themes(
    mount_widget, axe_violations, width, screenshot
):
    for theme in ("dark", "light"):
        page = mount_widget(optimiser_race(rate=0.1), theme=theme, width=width)
        screenshot(page.root, f"optimiser_race_{width}_{theme}")
        assert axe_violations(page.page) == []
    heights = set()
    for one in EXTREMES:
        page.model_set_all(one)
        layout = page.root.evaluate(LAYOUT)
        heights.add(layout.pop("height"))
        assert layout == {"out": [], "meeting": [], "cut": [], "overflow": 0}, one
    assert len(heights) == 1
    if width == 844:
        assert heights.pop() <= 620


def test_it_says_what_it_shows_and_two_in_one_page_do_not_meet(mount_widget):
    page = mount_widget(optimiser_race(step=1, runners=("SGD",)), width=844)
    assert page.root.get_attribute("aria-label") == "optimiser race"
    pictures = [picture.get_attribute("aria-label") for picture in page.root.get_by_role("img").all()]
    assert pictures == ["the loss after each step; now SGD 3.6016"]
    above = page.root.get_by_role("group", name="the valley from above, and the ways down it of SGD")
    assert above.count() == 1
    page.page.evaluate(
        """async (state) => {
            const place = document.createElement("div");
            place.id = "second";
            document.body.append(place);
            await window.mountWidget(state, "second");
        }""",
        {name: value for name, value in optimiser_race("bend").get_state().items() if name[0] != "_"}
        | dict(zip(("_esm", "_css"), browser_side("optimiser_race"), strict=True)),
    )
    checked = page.page.locator("input[type=radio]:checked").evaluate_all(
        "all => all.map((one) => one.value)"
    )
    assert checked == ["valley", "bend"]
    ids = page.page.locator("clipPath").evaluate_all("all => all.map(({ id }) => id)")
    assert len(set(ids)) == len(ids) == 4
