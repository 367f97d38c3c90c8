"""Two graphs in a page: what is shown is Python's, partners light up, the two passes keep step."""

import pytest

from backprop_lib.explorables.torch_graph import compare_graphs
from backprop_lib.explorables.words import number, signed
from tests.explorables import torch_graphs
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
READ = """root => {
    const text = (selector, within) => within.querySelector(selector)?.textContent ?? "";
    const side = (name) => Object.fromEntries([...root.querySelectorAll(`.bp-${name}`)].map((node) => [
        node.dataset.node, {
            value: text(".bp-value", node), gradient: text(".bp-gradient", node),
            kept: text(".bp-kept", node),
            lit: node.classList.contains("bp-lit"), host: node.classList.contains("bp-host"),
            giving: node.classList.contains("giving"),
        }]));
    const count = (kind) => root.querySelectorAll(`.bp-edge.${kind}`).length;
    return {
        ours: side("ours"), theirs: side("theirs"),
        said: [...root.querySelectorAll("[role=status] > div")].map((line) => line.textContent).join("; "),
        head: text(".bp-head", root), link: root.querySelector(".bp-link").getAttribute("d") !== "",
        active: count("active"), done: count("done"), height: root.getBoundingClientRect().height,
    };
}"""
# The same after each of many states, without a way there and back for each.
READ_ALL = f"""async (root, states) => {{
    const read = {READ};
    const found = [];
    for (const state of states) {{
        window.model.set(state);
        await null; // the explorable draws in a microtask
        found.push(read(root));
    }}
    return found;
}}"""


def read(page):
    settle(page.page)
    found = page.root.evaluate(READ)
    return found | {"said": found["said"].translate(PLAIN)}


def node(page, side, name):
    return page.root.locator(f'.bp-{side}[data-node="{name}"]')


def press(page, *names):
    for name in names:
        page.root.get_by_role("button", name=name).click()
    settle(page.page)


def lit(found):
    return [name for side in ("ours", "theirs") for name, box in found[side].items() if box["lit"]]


def states(graphs):
    steps = [{"step": step, "chosen": ""} for step in range(-1, len(graphs.turns) + 2)]
    names = [entry["name"] for entry in graphs.entries]
    return steps + [{"step": step, "chosen": name} for name in names for step in (0, 4, -1)]


# --- what is shown ------------------------------------------------------------------------------------------


def check_every_state(page, graphs):
    many = states(graphs)
    for state, found in zip(many, page.root.evaluate(READ_ALL, many), strict=True):
        graphs.step, graphs.chosen = state["step"], state["chosen"]
        assert found["said"].translate(PLAIN) == graphs.sentence.translate(PLAIN), state
        step = len(graphs.turns) + 1 if graphs.step < 0 else graphs.step
        for entry in graphs.entries:
            for side in ("ours", "theirs"):
                if entry[side] is None or entry["known"] > step:
                    continue
                traced = getattr(graphs, side)[entry[side]]
                assert found[side][traced["name"]]["gradient"] == signed(traced["gradient"])
    assert page.saved() == []
    assert len({found["height"] for found in page.root.evaluate(READ_ALL, many[:9])}) == 1


def test_every_step_and_every_node_says_what_python_says(mount_widget):
    graphs = compare_graphs()
    check_every_state(mount_widget(graphs), graphs)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("make", torch_graphs.EVERY, ids=lambda make: make.__name__)
def test_so_it_does_where_the_structures_differ(mount_widget, make):
    graphs = make()
    check_every_state(mount_widget(graphs), graphs)


def test_the_boxes_hold_what_each_keeps(mount_widget):
    graphs = compare_graphs()
    page = mount_widget(graphs)
    found = read(page)
    assert {name: box["value"] for name, box in found["ours"].items()} == {
        one["name"]: number(one["value"]) for one in graphs.ours
    }
    kept = {name: box["kept"].translate(PLAIN) for name, box in found["theirs"].items()}
    assert kept["MulBackward0 #2"] == "self −1 · other 0.7311"
    assert kept["MulBackward0"] == "other 2" and kept["AddBackward0"] == "keeps no number"
    assert kept["AccumulateGrad #2"] == "w1.grad"
    labels = page.root.locator(".bp-local").all_text_contents()
    assert sorted(labels) == sorted(number(local) for one in graphs.ours for local in one["locals"])


def test_a_gradient_is_summed_up_while_its_users_send(mount_widget):
    page = mount_widget(compare_graphs())
    page.model_set("step", 0)
    start = read(page)
    assert {box["gradient"] for box in start["ours"].values()} == {""}
    assert {box["gradient"] for box in start["theirs"].values()} == {"", "None"}
    assert (start["active"], start["done"], lit(start)) == (0, 0, [])
    page.model_set("step", 6)  # w2·a1 hands on: ours has w2's gradient, PyTorch sets .grad in its own turn
    found = read(page)
    assert found["ours"]["w2"]["gradient"] == "−0.2165" and found["ours"]["a1"]["gradient"] == "+0.2962"
    assert found["theirs"]["AccumulateGrad"]["gradient"] == "None"
    assert found["theirs"]["SigmoidBackward0"]["gradient"] == "+0.2962"
    assert found["active"] == 4 and [name for name, box in found["ours"].items() if box["giving"]] == [
        "w2·a1"
    ]
    page.model_set("step", 7)
    assert read(page)["theirs"]["AccumulateGrad"]["gradient"] == "−0.2165"


# --- partners -----------------------------------------------------------------------------------------------


def test_pointing_at_either_partner_lights_both(mount_widget):
    graphs = compare_graphs()
    page = mount_widget(graphs)
    quiet = read(page)
    assert lit(quiet) == [] and not quiet["link"]
    graphs.chosen = "a1"
    for side, name in (("ours", "a1"), ("theirs", "SigmoidBackward0")):
        node(page, side, name).hover()
        found = read(page)
        assert lit(found) == ["a1", "SigmoidBackward0"] and found["link"]
        assert found["said"] == graphs.sentence
        assert found["head"] == "a₁ and SigmoidBackward0 are partners"
    page.mouse.move(2, 2)
    assert read(page) == quiet and page.saved() == []


def test_a_click_chooses_and_a_second_one_lets_go(mount_widget):
    graphs = compare_graphs()
    page = mount_widget(graphs)
    node(page, "theirs", "AddBackward0").click()
    page.mouse.move(2, 2)
    found = read(page)
    assert page.saved() == [{"chosen": "z2"}] and lit(found) == ["z2", "AddBackward0"]
    graphs.set_state(page.saved()[-1])
    assert found["said"] == graphs.sentence
    assert node(page, "ours", "z2").get_attribute("aria-selected") == "true"
    node(page, "ours", "z2").click()
    page.mouse.move(2, 2)
    assert lit(read(page)) == [] and page.model_get("chosen") == ""


def test_a_node_without_a_partner_points_to_the_one_that_keeps_its_number(mount_widget):
    page = mount_widget(compare_graphs())
    node(page, "ours", "x").hover()
    found = read(page)
    assert lit(found) == ["x"] and found["link"]
    assert [name for name, box in found["theirs"].items() if box["host"]] == ["MulBackward0"]
    assert [name for name, box in found["ours"].items() if box["host"]] == []
    assert found["head"] == "x has no partner in PyTorch"


def test_the_arrows_go_through_both_graphs(mount_widget):
    page = mount_widget(compare_graphs())
    page.root.get_by_role("listbox").focus()
    steps = [
        ("ArrowUp", "a2 − y"),
        ("ArrowLeft", "y"),
        ("ArrowUp", "b"),
        ("ArrowUp", "w2"),
        ("ArrowRight", "w2·a1"),
        ("ArrowRight", "w2·a1"),  # its partner
        ("ArrowRight", "w2"),
        ("ArrowRight", "w2"),  # there is nothing beyond
        ("ArrowDown", "b"),
        ("ArrowLeft", "z2"),
        ("ArrowDown", "a2"),
        ("ArrowLeft", "a2"),
    ]
    for key, name in steps:
        page.page.keyboard.press(key)
        settle(page.page)
        assert page.model_get("chosen") == name, (key, name)
        active = page.root.get_by_role("listbox").get_attribute("aria-activedescendant")
        assert page.root.locator(f"#{active}.bp-lit").count() == 1
    page.page.keyboard.press("Escape")
    assert lit(read(page)) == []
    page.page.keyboard.press("Enter")
    assert page.model_get("chosen") == "a2"


# --- the walk -----------------------------------------------------------------------------------------------


def test_the_buttons_and_the_track_walk_both_passes(mount_widget):
    graphs = compare_graphs()
    page = mount_widget(graphs)
    press(page, "to the start")
    assert page.model_get("step") == 0
    press(page, "one step on", "one step on")
    found = read(page)
    assert lit(found) == ["a2 − y", "SubBackward0"] and found["link"]
    assert found["head"].startswith("step 2 · of the nodes that are ready")
    press(page, "one step back")
    assert lit(read(page)) == ["L", "PowBackward0"]
    press(page, "one step back", "one step back")
    assert page.model_get("step") == 0
    track = page.root.get_by_role("slider")
    track.fill("5")
    found = read(page)
    assert lit(found) == ["b", "AccumulateGrad #3"] and "AccumulateGrad runs as soon" in found["head"]
    graphs.step = 5
    assert found["said"] == graphs.sentence
    assert track.get_attribute("aria-valuetext").translate(PLAIN) == f"step 5 of 11: {graphs.sentence}"
    node(page, "ours", "x").click()
    page.mouse.move(2, 2)
    press(page, "one step on")  # and the walk is told again
    assert (page.model_get("step"), page.model_get("chosen")) == (6, "")
    press(page, "to the end")
    assert page.model_get("step") == -1
    press(page, "one step on")
    assert page.model_get("step") == -1
    page.model_set_all({"step": 3, "chosen": "w1"})
    press(page, "reset")
    assert (page.model_get("step"), page.model_get("chosen")) == (-1, "")


def test_python_can_choose_and_walk(mount_widget):
    page = mount_widget(compare_graphs())
    page.model_set_all({"step": 2, "chosen": "w2"})
    found = read(page)
    assert lit(found) == ["w2", "AccumulateGrad"] and found["said"].endswith("no gradient yet")
    page.model_set("step", 99)
    assert read(page)["ours"]["w1"]["gradient"] == "+0.1165"
    assert page.saved() == []


# --- a good guest -------------------------------------------------------------------------------------------

MISPLACED = """root => {
    const rect = (one) => one.getBoundingClientRect();
    const inside = [...root.querySelectorAll(".bp-node")].flatMap((node) => {
        const box = rect(node.querySelector("rect"));
        return [...node.querySelectorAll("text")].filter((text) => text.textContent).filter((text) => {
            const { left, right } = rect(text);
            return left < box.left + 3 || right > box.right - 3;
        }).map((text) => text.textContent);
    });
    const texts = [...root.querySelectorAll(".bp-node text, .bp-local")].filter((text) => text.textContent);
    const meet = (a, b) =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 5 && b.top < a.bottom - 5;
    const overlap = texts.flatMap((one, i) => texts.slice(i + 1)
        .filter((other) => meet(rect(one), rect(other)))
        .map((other) => [one.textContent, other.textContent]));
    const frame = rect(root);
    return {
        inside, overlap,
        outside: [...root.querySelectorAll("button, .bp-stage")]
            .filter((one) => rect(one).right > frame.right + 1).length,
        scrolls: [".bp-caption"].filter((one) => {
            const { scrollHeight, clientHeight } = root.querySelector(one);
            return scrollHeight > clientHeight;
        }),
        sideways: root.querySelector(".bp-stage").scrollWidth > root.querySelector(".bp-stage").clientWidth,
        page: document.documentElement.scrollWidth > innerWidth,
    };
}"""
MISPLACED_IN_ALL = f"""async (root, states) => {{
    const misplaced = {MISPLACED};
    const found = [];
    for (const state of states) {{
        window.model.set(state);
        await null; // the explorable draws in a microtask
        found.push([misplaced(root), root.getBoundingClientRect().height]);
    }}
    return found;
}}"""
NONE = {"inside": [], "overlap": [], "outside": 0, "scrolls": [], "sideways": False, "page": False}


@pytest.mark.parametrize("width", [560, 844, 1240])
def test_nothing_overlaps_or_is_cut_at_any_width(mount_widget, width, screenshot):
    graphs = compare_graphs()
    page = mount_widget(graphs, width=width)
    many = [state for state in states(graphs) if not state["chosen"] or state["step"] == -1]
    found = page.root.evaluate(MISPLACED_IN_ALL, many)
    assert [(state, one) for state, (one, _) in zip(many, found, strict=True) if one != NONE] == []
    heights = {height for _, height in found}
    assert len(heights) == 1 and heights.pop() < 622
    screenshot(page.root, f"torch_graph_{width}")


@pytest.mark.needs("torch")
@pytest.mark.parametrize("make", torch_graphs.EVERY, ids=lambda make: make.__name__)
def test_nothing_overlaps_where_the_structures_differ(mount_widget, make, screenshot):
    graphs = make()
    page = mount_widget(graphs, width=844)
    found = page.root.evaluate(MISPLACED_IN_ALL, [{"step": step} for step in (0, 4, -1)])
    assert [one for one, _ in found] == [NONE] * 3
    screenshot(page.root, f"torch_graph_{make.__name__}")


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(compare_graphs())
    report = operate(page.page, page.root)
    assert len(report.controls) == 7  # the graphs, four buttons, the track, reset
    assert report.problems() == {}
    keys = ":is(button, input, [tabindex]):not([data-lm-suppress-shortcuts=true])"
    assert page.root.locator(keys).count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_in_both_themes(mount_widget, axe_violations, theme, screenshot):
    graphs = compare_graphs()
    graphs.step, graphs.chosen = 6, "x"
    page = mount_widget(graphs, theme=theme)
    screenshot(page.root, f"torch_graph_{theme}")
    assert axe_violations(page.page) == []
    page.model_set("chosen", "")
    assert axe_violations(page.page) == []
    assert page.root.locator("[role=status]").count() == 1


def test_a_step_changes_attributes_and_builds_nothing_again(mount_widget):
    page = mount_widget(compare_graphs())
    page.model_set("step", 3)
    before = page.root.locator(".bp-node").first.element_handle()
    page.model_set("step", 4)
    assert before.evaluate("node => node.isConnected")


def test_unmounting_leaves_nothing_behind(mount_widget):
    page = mount_widget(compare_graphs(), reduced_motion="no-preference")
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
