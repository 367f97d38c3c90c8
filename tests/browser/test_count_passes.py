"""The Jacobian pass by pass in a page: both modes give our engine's numbers, and every control is heard."""

import math
import random

import pytest

from backprop_lib.explorables import words
from backprop_lib.explorables.count_passes import CountPasses, count_passes
from backprop_lib.explorables.explorable import browser_side
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
TRAITS = ("inputs", "outputs", "mode", "passes")
EVERY_SIZE = [(n, m) for n in range(1, 9) for m in range(1, 9)]

BY_BUNDLE = """async ([source, functions]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { evaluate, forwardPass, reversePass } = await import(url);
    return functions.map(([numbers, n, m]) => {
        const found = evaluate(numbers, n, m);
        const columns = found.inputs.map((_, j) => {
            const tangents = forwardPass(found, j);
            return found.outputs.map((node) => tangents[node]);
        });
        const rows = found.outputs.map((_, i) => {
            const gradients = reversePass(found, i);
            return found.inputs.map((node) => gradients[node]);
        });
        return { columns, rows };
    });
}"""


def by_bundle(browser, functions):
    """The columns by forward passes and the rows by reverse passes, as the shipped bundle computes them.

    functions: the numbers, how many inputs, how many outputs, for each.
    """
    page = browser.new_page()
    found = page.evaluate(BY_BUNDLE, [browser_side("count_passes")[0], functions])
    page.close()
    return found


def state(page):
    return {name: page.model_get(name) for name in TRAITS}


def said(page):
    return page.root.locator("[role=status]").inner_text().translate(PLAIN)


def press(page, name, times=1):
    for _ in range(times):
        page.root.get_by_role("button", name=name, exact=True).click()
    settle(page.page)


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def mode(page, name):
    return page.root.get_by_role("radio", name=f"{name} mode", exact=True)


def cells(page):
    return [row.locator("td").all_inner_texts() for row in page.root.locator("tbody tr").all()]


def shown(number):
    return f"{number:+.2f}".replace("-", "−")


def expected_cells(count):
    known = {"forward": lambda i, j: j < count.passes, "reverse": lambda i, j: i < count.passes}[count.mode]
    return [
        [shown(number) if known(i, j) else "" for j, number in enumerate(row)]
        for i, row in enumerate(count.jacobian)
    ]


def edges(page):
    """How many edges the graph has, and how many the last pass lit."""
    drawn = page.root.locator(".bp-network .bp-edge")
    return drawn.count(), page.root.locator(".bp-network .bp-edge.active").count()


# --- the numbers --------------------------------------------------------------------------------------------


def test_forward_columns_and_reverse_rows_are_our_engines_jacobian(browser):
    found = by_bundle(browser, [(CountPasses().numbers, n, m) for n, m in EVERY_SIZE])
    for (inputs, outputs), both in zip(EVERY_SIZE, found, strict=True):
        ours = count_passes(inputs, outputs).jacobian
        assert len(both["columns"]) == inputs and len(both["rows"]) == outputs
        for i, row in enumerate(ours):
            assert both["rows"][i] == pytest.approx(row, rel=1e-12)
            assert [column[i] for column in both["columns"]] == pytest.approx(row, rel=1e-12)


def test_both_modes_agree_with_our_engine_on_random_functions(browser, monkeypatch):
    rng = random.Random(5)

    def draw(count):
        return [rng.uniform(-1.5, 1.5) for _ in range(count)]

    functions = []
    for _ in range(200):
        numbers = {"x": draw(8), "w": [draw(8) for _ in range(3)], "v": [draw(3) for _ in range(8)]}
        functions.append((numbers, rng.randint(1, 8), rng.randint(1, 8)))
    found = by_bundle(browser, functions)
    for (numbers, inputs, outputs), both in zip(functions, found, strict=True):
        monkeypatch.setattr(CountPasses, "numbers", numbers)
        ours = count_passes(inputs, outputs).jacobian
        monkeypatch.undo()
        for i, row in enumerate(ours):
            # Relative to the row: a sum of three terms may come near 0.
            near = pytest.approx(row, rel=1e-12, abs=1e-12 * max(map(abs, row)))
            assert both["rows"][i] == near
            assert [column[i] for column in both["columns"]] == near


@pytest.mark.parametrize(
    ("inputs", "outputs"), [(1, 1), (3, 1), (1, 3), (4, 4), (8, 8), (8, 1), (1, 8), (2, 5)]
)
def test_each_pass_fills_what_it_says(mount_widget, inputs, outputs):
    count = count_passes(inputs, outputs)
    page = mount_widget(count)
    for name, needed, others in [("forward", inputs, outputs), ("reverse", outputs, inputs)]:
        mode(page, name).check()
        slider(page, "passes").press("Home")
        settle(page.page)
        for passes in range(needed + 1):
            count.set_state({"mode": name, "passes": passes})
            assert state(page) == {"inputs": inputs, "outputs": outputs, "mode": name, "passes": passes}
            assert said(page) == repr(count)
            assert cells(page) == expected_cells(count)
            # From one node through the three hidden ones to all on the other side.
            assert edges(page) == (3 * (inputs + outputs), 3 * (1 + others) if passes else 0)
            if passes < needed:
                press(page, "next pass")


def test_random_states_from_python_are_drawn_and_said_alike(mount_widget):
    rng = random.Random(7)
    count = CountPasses()
    page = mount_widget(count)
    for _ in range(40):
        now = {"inputs": rng.randint(1, 8), "outputs": rng.randint(1, 8)}
        now["mode"] = rng.choice(["forward", "reverse"])
        now["passes"] = rng.randint(0, now["inputs" if now["mode"] == "forward" else "outputs"])
        count.set_state(now)
        page.page.evaluate("now => window.model.set(now)", now)
        settle(page.page)
        assert said(page) == repr(count)
        assert cells(page) == expected_cells(count)
        checked = page.root.locator("input[type=radio]:checked")
        assert checked.evaluate("input => input.value") == now["mode"]
        for name in ("inputs", "outputs", "passes"):
            assert slider(page, name).input_value() == str(now[name])


def test_the_numbers_on_the_way_are_what_the_chain_rule_hands_on(mount_widget):
    count = count_passes(2, 2)
    page = mount_widget(count)
    x, w, v = (count.numbers[name] for name in "xwv")
    h = [math.tanh(row[0] * x[0] + row[1] * x[1]) for row in w]
    carried = lambda: page.root.locator(".bp-card .bp-derivative").all_text_contents()  # noqa: E731
    assert carried() == [""] * 7
    press(page, "next pass", 2)  # from x2
    nudged = [shown((1 - h[k] ** 2) * w[k][1]) for k in range(3)]
    assert carried() == ["", "+1", *nudged, *(shown(row[1]) for row in count.jacobian)]
    mode(page, "reverse").check()  # the second pass of the other mode: from y2
    settle(page.page)
    assert carried() == [*map(shown, count.jacobian[1]), *map(shown, v[1]), "", "+1"]
    key = page.root.locator(".bp-key-gradient").inner_text().translate(PLAIN)
    assert key == "∂y2/∂(this)"


def test_the_arrows_point_to_the_outputs_forward_and_to_the_inputs_in_reverse(mount_widget):
    page = mount_widget(CountPasses(inputs=4, outputs=3, passes=2))
    ahead = """arrows => arrows.map((arrow) => {
        const { a } = arrow.transform.baseVal.consolidate().matrix; // how much of its own x goes right
        return Math.sign(a);
    })"""
    lit = page.root.locator(".bp-arrow.active")
    assert lit.evaluate_all(ahead) == [1] * 3 * (1 + 3)
    mode(page, "reverse").check()
    settle(page.page)
    assert lit.evaluate_all(ahead) == [-1] * 3 * (1 + 4)


# --- the controls -------------------------------------------------------------------------------------------


def test_the_first_drawing_tells_python_nothing(mount_widget):
    page = mount_widget(count_passes(4, 2))
    assert page.saved() == []
    press(page, "next pass")
    assert page.saved() == [{"passes": 1}]


@pytest.mark.parametrize("hand", ["keyboard", "mouse"])
def test_every_slider_moves_by_keyboard_and_by_mouse(mount_widget, hand):
    count = CountPasses(inputs=4, outputs=2)
    page = mount_widget(count)
    for name, wanted in [("passes", 4), ("inputs", 8), ("outputs", 8)]:
        if hand == "keyboard":
            slider(page, name).press("End")
        else:
            box = slider(page, name).bounding_box()
            page.page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
        settle(page.page)
        assert state(page)[name] == wanted
        count.set_state(page.saved()[-1])
        assert said(page) == repr(count)
        assert cells(page) == expected_cells(count)
    assert state(page) == {"inputs": 8, "outputs": 8, "mode": "forward", "passes": 4}
    slider(page, "passes").press("ArrowRight")
    slider(page, "inputs").press("ArrowLeft")
    settle(page.page)
    assert state(page) == {"inputs": 7, "outputs": 8, "mode": "forward", "passes": 5}


def test_the_sliders_say_their_counts(mount_widget):
    page = mount_widget(CountPasses(inputs=1, outputs=4, mode="reverse", passes=1))
    told = {
        name: slider(page, name).get_attribute("aria-valuetext") for name in ("inputs", "outputs", "passes")
    }
    assert told == {"inputs": "1 input", "outputs": "4 outputs", "passes": "1 of 4 passes done"}


def test_more_outputs_are_free_forward_and_more_inputs_are_free_in_reverse(mount_widget):
    page = mount_widget(CountPasses(inputs=2, outputs=1, passes=2))
    slider(page, "outputs").press("End")
    settle(page.page)
    assert said(page).startswith("forward pass 2 of 2") and "all 16 numbers are known" in said(page)
    press(page, "reset")
    mode(page, "reverse").check()
    slider(page, "inputs").press("End")
    settle(page.page)
    assert said(page).startswith("reverse pass 1 of 1") and "all 8 numbers are known" in said(page)


def test_fewer_inputs_need_fewer_passes_and_python_hears_of_it(mount_widget):
    count = CountPasses(inputs=6, passes=6)
    page = mount_widget(count)
    slider(page, "inputs").press("Home")
    settle(page.page)
    assert page.saved()[-1] == {"inputs": 1, "passes": 1}
    count.set_state(page.saved()[-1])
    assert said(page) == repr(count)


def test_the_ends_refuse_quietly_and_keep_the_focus(mount_widget):
    page = mount_widget(count_passes(2, 1))
    back = page.root.get_by_role("button", name="one back", exact=True)
    on = page.root.get_by_role("button", name="next pass", exact=True)
    assert back.get_attribute("aria-disabled") == "true"
    back.press("Enter")
    assert page.model_get("passes") == 0
    on.press("Enter")
    on.press("Space")
    settle(page.page)
    assert page.model_get("passes") == 2 and on.get_attribute("aria-disabled") == "true"
    on.press("Enter")
    settle(page.page)
    assert page.model_get("passes") == 2
    assert on.evaluate("button => button === document.activeElement")
    press(page, "one back")
    assert page.model_get("passes") == 1


def test_a_pass_starts_where_the_picture_is_pressed(mount_widget):
    count = count_passes(5, 3)
    page = mount_widget(count)
    card = lambda name: page.root.locator(".bp-card", has_text=name)  # noqa: E731
    head = lambda name: page.root.locator("th", has_text=name)  # noqa: E731
    for target, wanted in [
        (card("x₄"), ("forward", 4)),
        (card("y₂"), ("reverse", 2)),
        (head("x₅"), ("forward", 5)),
        (head("y₁"), ("reverse", 1)),
    ]:
        target.click()
        settle(page.page)
        assert (page.model_get("mode"), page.model_get("passes")) == wanted
        count.set_state(page.saved()[-1])
        assert said(page) == repr(count)


def test_reset_goes_back_to_what_the_learner_made_also_when_drawn_again(mount_widget):
    count = count_passes(5, 2)
    page = mount_widget(count)
    start = state(page)
    mode(page, "reverse").check()
    slider(page, "outputs").press("End")
    press(page, "next pass", 3)
    later = count.get_state() | state(page)
    press(page, "reset")
    assert state(page) == start and said(page) == repr(count)
    again = mount_widget(later)
    assert said(again).startswith("reverse pass 3 of 8")
    press(again, "reset")
    assert state(again) == start


def test_two_pictures_on_one_page_keep_their_modes_apart(mount_widget):
    page = mount_widget(count_passes())
    page.page.evaluate(
        """async (state) => {
            const other = document.createElement("div");
            other.id = "other";
            document.querySelector("main").after(other);
            const first = window.model;
            await window.mountWidget(state, "other");
            window.model = first;
        }""",
        count_passes().get_state(),
    )
    page.page.locator("#other").get_by_role("radio", name="reverse mode").check()
    assert mode(page, "forward").is_checked() and page.model_get("mode") == "forward"


# --- what the pictures say ----------------------------------------------------------------------------------


def test_the_pictures_have_their_text(mount_widget):
    page = mount_widget(CountPasses(inputs=4, outputs=1, mode="reverse", passes=1))
    pictures = [one.get_attribute("aria-label") for one in page.root.get_by_role("img").all()]
    assert [text.replace("\u202f", " ") for text in pictures] == [
        "the function as a graph: 4 inputs, 3 hidden nodes, 1 output; "
        "the pass runs from y1 back to every input",
        "passes for the whole Jacobian: of this function 4 passes in forward mode, 1 pass in reverse mode; "
        "of the loss of a network with 1 000 000 weights 1 000 000 passes and 1 pass",
    ]
    assert page.root.get_by_role("columnheader").all_inner_texts() == ["x₁", "x₂", "x₃", "x₄"]
    assert page.root.get_by_role("rowheader").all_inner_texts() == ["y₁"]
    note = page.root.locator(".bp-note").inner_text().replace("\u202f", " ")
    assert note.startswith("a loss has one output: reverse mode needs 1 pass for all 1 000 000 weights")


def test_the_bars_count_the_passes_on_a_logarithmic_axis(mount_widget):
    page = mount_widget(count_passes(8, 2))
    counts = page.root.locator(".bp-cost .bp-count").all_text_contents()
    assert [text.replace("\u202f", "") for text in counts] == ["8", "2", "1000000", "1"]
    ends = page.root.locator(".bp-cost line").evaluate_all(
        "lines => lines.map((line) => [line.x1.baseVal.value, line.x2.baseVal.value])"
    )
    decades = [(end - start) / (ends[2][1] - ends[2][0]) * 6 for start, end in ends]
    assert decades == pytest.approx([0.90309, 0.30103, 6.0, 0.0], abs=1e-4)
    assert page.root.locator(".bp-cost.active .bp-mode").all_text_contents() == ["forward", "forward"]


def test_a_sign_is_a_glyph_and_a_side(mount_widget):
    count = CountPasses(inputs=3, outputs=3, passes=3)
    page = mount_widget(count)
    sides = page.root.locator(".bp-cell").evaluate_all(
        """cells => cells.map((cell) => {
            const { left, right, width } = getComputedStyle(cell, "::before");
            return [cell.textContent[0], parseFloat(left) < parseFloat(right) - 0.5, parseFloat(width)];
        })"""
    )
    flat = [number for row in count.jacobian for number in row]
    for number, (glyph, leans_left, width) in zip(flat, sides, strict=True):
        assert (glyph, leans_left) == (("+", False) if number > 0 else ("−", True))
        assert width == pytest.approx(abs(number) / 2 * 21, abs=1.0)


# --- a good guest -------------------------------------------------------------------------------------------

EXTREMES = [
    {"inputs": 8, "outputs": 8, "passes": 8},
    {"inputs": 8, "outputs": 8, "passes": 3, "mode": "reverse"},
    {"inputs": 1, "outputs": 1},
]

# Texts that are cut by what holds them, or lie over one another, or stick out of the explorable.
CROWDED = """root => {
    const seen = (one) => one.getClientRects().length > 0 && one.textContent.trim() !== "";
    const frame = root.getBoundingClientRect();
    const texts = [...root.querySelectorAll(
        "svg text, th, td span, output, button, label, .bp-above, .bp-key")].filter(seen);
    const box = (one) => one.getBoundingClientRect();
    const inside = (a, b) => a.contains(b) || b.contains(a);
    const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
    const problems = [];
    texts.forEach((one, k) => {
        const { left, right } = box(one);
        if (left < frame.left - 0.5 || right > frame.right + 0.5) problems.push(["out", one.textContent]);
        if (one.scrollWidth > one.clientWidth + 1 && !one.ownerSVGElement && one.clientWidth > 0)
            problems.push(["cut", one.textContent]);
        for (const other of texts.slice(k + 1)) {
            if (!inside(one, other) && meet(box(one), box(other)))
                problems.push(["over", one.textContent, other.textContent]);
        }
    });
    const caption = root.querySelector(".bp-caption");
    if (caption.scrollHeight > caption.clientHeight) problems.push(["cut", "caption"]);
    return problems;
}"""


@pytest.mark.parametrize("width", [600, 659, 660, 692, 819, 820, 844, 899, 900, 1272])
def test_nothing_overlaps_or_is_cut(mount_widget, width, screenshot):
    page = mount_widget(CountPasses(), width=width)
    for k, made in enumerate(EXTREMES):
        page.model_set_all({"mode": "forward", "passes": 0} | made)
        assert page.root.evaluate(CROWDED) == []
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        screenshot(page.root, f"count_passes_{width}_{k}")


@pytest.mark.parametrize("width", [600, 692, 920])
def test_the_height_stays_and_the_rows_stand_level_with_their_outputs(mount_widget, width):
    page = mount_widget(count_passes(), width=width)
    heights = set()
    for name, key in [("inputs", "End"), ("outputs", "End"), ("passes", "End"), ("inputs", "Home")]:
        slider(page, name).press(key)
        settle(page.page)
        heights.add(page.root.bounding_box()["height"])
        mode(page, "reverse").check()
        settle(page.page)
        heights.add(page.root.bounding_box()["height"])
        mode(page, "forward").check()
    assert len(heights) == 1
    middle = lambda box: box["y"] + box["height"] / 2  # noqa: E731
    rows = [middle(row.bounding_box()) for row in page.root.locator("tbody .bp-cell").all()]
    outputs = page.root.locator(".bp-card", has_text="y").locator("rect")
    if width > 660:
        assert rows == pytest.approx([middle(one.bounding_box()) for one in outputs.all()], abs=1.0)


def test_it_follows_the_width_of_its_page_and_waits_where_there_is_none(mount_widget):
    page = mount_widget(CountPasses(inputs=8, outputs=8, passes=2))
    for width, look in [
        ("600px", "display: block"),
        ("692px", "display: none"),
        ("692px", "display: block"),
        ("1272px", "display: block"),
    ]:
        style = f"width: {width}; {look}"
        page.element.evaluate("(element, style) => element.setAttribute('style', style)", style)
        settle(page.page)
        slider(page, "passes").evaluate("range => { range.value++; range.dispatchEvent(new Event('input')) }")
        settle(page.page)
        if "none" not in look:
            assert page.root.evaluate(CROWDED) == []
    assert page.model_get("passes") == 6


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_in_both_themes(mount_widget, axe_violations, theme):
    page = mount_widget(CountPasses(), theme=theme)
    for made in EXTREMES:
        page.model_set_all({"mode": "forward", "passes": 0} | made)
        assert axe_violations(page.page) == []


def test_an_output_of_jupyterlab_holds_it_with_its_values(mount_widget):
    """JupyterLab gives 844 pixels in a window of 1280."""
    page = mount_widget(count_passes(8, 8), width=844)
    assert page.root.bounding_box()["height"] <= 640
    assert page.root.locator(".bp-card .bp-value").first.is_visible()
    assert page.root.locator(".bp-key-value").is_visible()


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(count_passes(4, 2))
    report = operate(page.page, page.root)
    assert len(report.controls) == 8  # two modes, next, back, three sliders, reset
    assert report.problems() == {}
    assert page.root.locator(":is(button, input):not([data-lm-suppress-shortcuts=true])").count() == 0
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_by_itself(mount_widget, motion):
    page = mount_widget(count_passes(4, 2), reduced_motion=motion)
    press(page, "next pass")
    if motion == "reduce":
        assert page.page.evaluate("document.getAnimations().length") == 0
    before = page.root.evaluate("root => root.innerHTML")
    page.page.wait_for_timeout(200)
    assert page.root.evaluate("root => root.innerHTML") == before


def test_unmounting_leaves_nothing_behind(mount_widget):
    page = mount_widget(count_passes())
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
    page.model_set("inputs", 5)  # nobody is there to draw it


def test_the_sentence_has_the_engines_digits(mount_widget):
    count = CountPasses(inputs=3, outputs=1, mode="reverse", passes=1)
    page = mount_widget(count)
    for j, derivative in enumerate(count.jacobian[0]):
        assert f"∂y1/∂x{j + 1} = {words.signed(derivative)}" in said(page)
