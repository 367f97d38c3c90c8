"""The order lab in a page: any order gives what the engine's nodes give, and the reader is told why."""

import itertools
import random
import re

import pytest

from backprop_lib.explorables import words
from backprop_lib.explorables.order_lab import MOST, SENDERS, USERS, order_lab
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

READ = """root => {
    const text = (selector, within = root) => within.querySelector(selector)?.textContent ?? "";
    const nodes = [...root.querySelectorAll(".bp-node")];
    return {
        said: text("[role=status]"), head: text(".bp-head"),
        buttons: [...root.querySelectorAll("button")].map((button) => button.textContent),
        nodes: Object.fromEntries(nodes.map((node) => [node.dataset.node, {
            gradient: text(".bp-gradient", node), value: text(".bp-value", node),
            arrived: [...node.querySelectorAll(".bp-arrived")].map((row) => row.textContent).filter(Boolean),
            hint: text(".bp-hint", node), pill: text(".bp-pill", node), mark: text(".bp-symbol", node),
            label: node.getAttribute("aria-label"),
        }])),
        edges: [...root.querySelectorAll(".bp-edge")].map((edge) => edge.classList[1] ?? ""),
        height: root.getBoundingClientRect().height,
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


def after(sent, hint=False, tried=False):
    lab = order_lab()
    lab.sent, lab.hint, lab.tried = list(sent), hint, tried
    return lab


def read(page):
    settle(page.page)
    return page.root.evaluate(READ)


def node(page, name):
    return page.root.locator(f'[data-node="{name}"]')


def press(page, name, times=1):
    for _ in range(times):
        page.root.get_by_role("button", name=re.compile(f"^{name}")).click()
    settle(page.page)


def orders(seed=5):
    rng = random.Random(seed)
    few = [list(o) for n in range(5) for o in itertools.product(SENDERS, repeat=n)]
    return few + [rng.choices(SENDERS, k=rng.randint(5, MOST)) for _ in range(120)]


# --- numbers ------------------------------------------------------------------------------------------------


def test_after_any_order_all_numbers_and_the_sentence_are_pythons(mount_widget):
    page = mount_widget(order_lab())
    many = orders()
    shown = page.root.evaluate(READ_ALL, [{"sent": order} for order in many])
    for order, found in zip(many, shown, strict=True):
        lab = after(order)
        assert found["said"] == lab.sentence
        gradients = {name: words.signed(gradient) for name, gradient in lab.gradients.items()}
        assert found["nodes"]["x"]["gradient"] == f"dq/dx = {gradients['x']}"
        for name in SENDERS:
            assert found["nodes"][name]["gradient"] == gradients[name]
            again = " again" if name in order else ""
            assert found["nodes"][name]["pill"] == f"◂ send {gradients[name]}{again}"
        ended = set(order) == set(SENDERS)
        mark = ("✓ 26" if lab.gradients["x"] == 26 else "≠ 26") if ended else ""
        assert found["nodes"]["x"]["mark"] == mark
        assert found["head"].startswith("sent: " + (" → ".join(order) or "nothing yet"))
    assert page.saved() == []


def test_each_node_says_what_arrived_from_whom(mount_widget):
    found = read(mount_widget(after("qhmh")))["nodes"]
    arrived = {name: box["arrived"] for name, box in found.items()}
    assert arrived == {
        "x": ["from h: +2 +26"],
        "h": ["from q: +1", "from m: +6 +6"],
        "m": ["from q: +1"],
        "q": ["its own: dq/dq = 1"],
    }
    assert {name: box["value"] for name, box in found.items()} == {"x": "3", "h": "6", "m": "36", "q": "42"}
    long = read(mount_widget(after("qmhhhhhhhhhh")))["nodes"]["x"]["arrived"]
    assert long == ["from h: … +26"]


def test_the_arrows_of_the_last_send_stand_out(mount_widget):
    assert read(mount_widget(after("")))["edges"] == [""] * 5
    assert read(mount_widget(after("qm")))["edges"] == ["done", "done", "active", "active", ""]


# --- the reader's hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["click", "Enter", "Space"])
def test_sending_by_mouse_and_by_keyboard(mount_widget, how, screenshot):
    lab = order_lab()
    page = mount_widget(lab)
    for i, name in enumerate("qmhh", start=1):
        node(page, name).click() if how == "click" else node(page, name).press(how)
        settle(page.page)
        assert page.model_get("sent") == list("qmhh")[:i]
    for saved in page.saved():
        lab.set_state(saved)
    assert lab.gradients["x"] == 52.0 and lab.tried
    assert read(page)["said"] == lab.sentence
    screenshot(page.root, "order_lab_52")


def test_x_has_nobody_to_send_to(mount_widget):
    page = mount_widget(order_lab())
    node(page, "x").click()
    settle(page.page)
    assert page.model_get("sent") == [] and page.saved() == []
    assert node(page, "x").get_attribute("tabindex") is None


def test_more_sends_than_fit_are_refused_in_words(mount_widget):
    page = mount_widget(after("h" * MOST))
    before = read(page)
    node(page, "q").click()
    found = read(page)
    assert page.model_get("sent") == ["h"] * MOST
    assert found["head"] == "12 sends are all that fit here: press reset or one back"
    press(page, "one back")
    assert page.model_get("sent") == ["h"] * (MOST - 1)
    node(page, "h").click()
    assert read(page) == before


def test_as_recursion_calls_it(mount_widget):
    page = mount_widget(order_lab())
    for i in range(1, 5):
        press(page, "as recursion calls it")
        assert page.model_get("sent") == list("qmhh")[:i]
        assert read(page)["buttons"][0] == f"as recursion calls it {i}/4"
    found = read(page)
    assert found["said"] == after("qmhh").sentence
    assert found["head"] == "sent: q → m → h → h (q calls m, m calls h, and then q calls h)"
    press(page, "as recursion calls it")  # at its end it starts afresh
    assert page.model_get("sent") == ["q"]


@pytest.mark.parametrize("order", ["qhm", "qmh"])
def test_the_right_order_is_offered_only_to_those_who_have_tried_one(mount_widget, order):
    page = mount_widget(order_lab())
    offer = page.root.get_by_role("button", name="in topological order")
    height = read(page)["height"]
    press(page, "as recursion calls it", 4)  # passes q, m, h on its way, but that is not the reader's order
    assert not offer.is_visible() and page.model_get("tried") is False
    press(page, "reset")
    for name in order:
        assert not offer.is_visible()
        node(page, name).press("Enter")
        settle(page.page)
    assert offer.is_visible()
    assert node(page, order[-1]).evaluate("one => one === document.activeElement")
    press(page, "reset")
    assert offer.is_visible() and read(page)["height"] == height


def test_in_topological_order(mount_widget):
    page = mount_widget(after("hq", tried=True))
    for i in range(1, 4):  # what was sent otherwise is put aside
        press(page, "in topological order")
        assert page.model_get("sent") == list("qmh")[:i]
        buttons = read(page)["buttons"]
        assert (buttons[0], buttons[-1]) == (f"as recursion calls it {i}/4", f"in topological order {i}/3")
    assert read(page)["said"].startswith("dq/dx = +26, as it should be")
    press(page, "as recursion calls it")  # which calls h once more
    assert page.model_get("sent") == list("qmhh")


def test_the_hint_says_how_many_are_still_to_come(mount_widget):
    page = mount_widget(order_lab())
    assert {box["hint"] for box in read(page)["nodes"].values()} == {""}
    page.root.get_by_role("checkbox").press("Space")
    for order in ["", "q", "qh", "m", "mq", "qmh"]:
        page.model_set("sent", list(order))
        found = read(page)["nodes"]
        for name in SENDERS:
            waits = len(set(USERS[name]) - set(order))
            assert found[name]["hint"] == f"waits for {waits or 'nobody'}{' more' if waits else ''}"
            assert found[name]["label"].endswith(found[name]["hint"])
        assert found["x"]["hint"] == ""
    assert page.saved() == [{"hint": True}]
    page.root.get_by_role("checkbox").click()
    assert {box["hint"] for box in read(page)["nodes"].values()} == {""}


def test_one_back_takes_the_last_send_back(mount_widget):
    page = mount_widget(order_lab())
    start = read(page)
    back = page.root.get_by_role("button", name="one back")
    assert back.get_attribute("aria-disabled") == "true"
    node(page, "q").click()
    one = read(page)
    node(page, "h").click()
    press(page, "one back")
    assert read(page) == one
    press(page, "one back")
    assert read(page) == start
    back.press("Enter")  # there is nothing before the start
    assert read(page) == start


def test_reset_forgets_all(mount_widget):
    page = mount_widget(order_lab())
    start = read(page)
    for name in "hqmqh":
        node(page, name).click()
    page.root.get_by_role("checkbox").click()
    press(page, "reset")
    assert read(page) == start
    assert (page.model_get("sent"), page.model_get("hint")) == ([], False)
    assert not page.root.get_by_role("checkbox").is_checked()


def test_each_button_says_what_it_would_send(mount_widget):
    found = read(mount_widget(after("qmh")))["nodes"]
    assert found["h"]["label"] == "send back from h: gradient +13, has sent once"
    again = read(mount_widget(after("qmhh")))["nodes"]
    assert again["h"]["label"] == "send back from h: gradient +13, has sent 2 times"


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(after("", tried=True))
    report = operate(page.page, page.root)
    assert len(report.controls) == 8  # three nodes, two orders, one back, the hint, reset
    assert report.problems() == {}
    keys = ":is(button, input, [tabindex]):not([data-lm-suppress-shortcuts=true])"
    assert page.root.locator(keys).count() == 0


# --- a good guest -------------------------------------------------------------------------------------------

MISPLACED = """root => {
    const inside = [...root.querySelectorAll(".bp-node")].flatMap((node) => {
        const box = node.querySelector(".bp-box").getBoundingClientRect();
        const texts = [...node.querySelectorAll("text:not(.bp-hint)")].filter((text) => text.textContent);
        const out = (text) => {
            const { left, right } = text.getBoundingClientRect();
            const room = text.closest(".bp-pill")?.querySelector("rect").getBoundingClientRect() ?? box;
            return left < room.left + 3 || right > room.right - 3;
        };
        return texts.filter(out).map((text) => text.textContent);
    });
    const frame = root.getBoundingClientRect();
    const all = [...root.querySelectorAll("button, .bp-checkbox, .bp-lab-stage")];
    const texts = [...root.querySelectorAll("svg text")].filter((text) => text.textContent);
    const boxes = texts.map((text) => [text.textContent, text.getBoundingClientRect()]);
    const across = (a, b) => a.left < b.right && b.left < a.right;
    const meet = (a, b) => across(a, b) && a.top < b.bottom - 5 && b.top < a.bottom - 5;
    const text = ([content]) => content;
    const caption = root.querySelector(".bp-caption");
    return {
        inside,
        outside: all.map((one) => [one.textContent, one.getBoundingClientRect().right])
            .filter(([, right]) => right > frame.right + 1).map(text),
        overlap: boxes.flatMap(([one, a], i) =>
            boxes.slice(i + 1).filter(([, b]) => meet(a, b)).map((other) => [one, text(other)])),
        scrolls: caption.scrollHeight > caption.clientHeight,
        page: document.documentElement.scrollWidth > innerWidth,
    };
}"""


@pytest.mark.parametrize("width", [332, 568, 700, 848, 1240])
def test_nothing_overlaps_is_cut_or_changes_the_height(mount_widget, width, screenshot):
    page = mount_widget(after("", hint=True, tried=True), width=width)
    heights = set()
    for order in ["", "q", "qm", "qmhh", "qhhm", "qqqqmmmmhhhh", "mhqqqqqqmmhh", "hmq", "hqqqhmmmhhhm"]:
        page.model_set("sent", list(order))
        heights.add(read(page)["height"])
        none = {"inside": [], "outside": [], "overlap": [], "scrolls": False, "page": False}
        assert page.root.evaluate(MISPLACED) == none, order
        screenshot(page.root, f"order_lab_{width}_{order}")
    assert len(heights) == 1


@pytest.mark.parametrize(("theme", "width"), [("light", 920), ("dark", 660)])
def test_it_can_be_read_in_both_themes(mount_widget, axe_violations, theme, width, screenshot):
    page = mount_widget(after("qhm", hint=True, tried=True), theme=theme, width=width)
    screenshot(page.root, f"order_lab_{theme}")
    assert axe_violations(page.page) == []
    assert page.root.locator("[role=status]").count() == 1


def test_unmounting_leaves_nothing_behind(mount_widget):
    page = mount_widget(order_lab(), reduced_motion="no-preference")
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
