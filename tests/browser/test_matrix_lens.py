"""The matrix lens in a page: its numbers are by_hand's, and pointer, keys and sliders reach every entry."""

import numpy as np
import pytest

from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.matrix_lens import MatrixLens, matrix_lens
from tests.explorables.test_matrix_lens import MOST, NAMES, SIZES, lens, states
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
LARGEST = (6, 5, 6, 4)


def state(page):
    names = (*MOST, "equation", "convention", "_at")
    return {name: page.model_get(name) for name in names}


def in_python(page):
    one = matrix_lens()
    one.set_state(state(page))
    return one


def said(page):
    return page.root.locator("[role=status]").text_content().translate(PLAIN)


def put(page, one):
    """Give the browser the state of a lens, all at once, as Python does."""
    names = (*MOST, "equation", "convention", "seed", "numbers", "_at")
    page.page.evaluate("state => window.model.set(state)", {name: getattr(one, name) for name in names})
    settle(page.page)


def entry(page, row, column):
    return page.root.locator(f'[role=gridcell][data-row="{row}"][data-column="{column}"]')


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def choose(page, value):
    page.root.locator(f'input[type=radio][value="{value}"]').check(force=True)
    settle(page.page)


def press(page, *keys):
    for key in keys:
        page.page.keyboard.press(key)
    settle(page.page)


# --- numbers ------------------------------------------------------------------------------------------------

BY_BUNDLE = """async ([source, states]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { EQUATIONS, describe, drawn } = await import(url);
    return states.map(({ numbers, sizes, convention, equation, row, column }) => {
        const seen = drawn(numbers, sizes, convention);
        const { sum, result, met } = describe(equation, seen, row, column);
        const names = ["X", "W1", "b1", "z1", "a1", "W2", "b2", "z2", "a2", "y"];
        const all = [...names, "da2", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1"];
        return {
            arrays: Object.fromEntries(all.map((name) => [name, seen.get(name)])),
            terms: seen.terms(EQUATIONS[equation], row, column),
            said: `${sum}${result}; ${met}`,
            code: EQUATIONS[equation].code[convention],
        };
    });
}"""


@pytest.fixture(scope="module")
def computed(browser):
    """Many states, and what the shipped bundle makes of each."""
    tried = list(states(200, seed=9))
    given = [
        {
            "sizes": {name: getattr(one, name) for name in MOST},
            **{name: getattr(one, name) for name in ("numbers", "convention", "equation", "row", "column")},
        }
        for one in tried
    ]
    page = browser.new_page()
    found = page.evaluate(BY_BUNDLE, [browser_side("matrix_lens")[0], given])
    page.close()
    return list(zip(tried, found, strict=True))


def test_the_browsers_arrays_are_by_hands(computed):
    for one, found in computed:
        ours = one.arrays
        for name, array in found["arrays"].items():
            np.testing.assert_allclose(array, ours[name], rtol=1e-12, atol=1e-15, err_msg=f"{name}: {one}")
        assert found["terms"] == pytest.approx(one.terms, rel=1e-12, abs=1e-16)


def test_the_browsers_sentence_is_pythons(computed):
    assert [found["said"] for _, found in computed] == [one.sentence for one, _ in computed]


def test_the_line_of_numpy_gives_the_result(computed):
    for one, found in computed:
        name, code = found["code"].split(" = ")
        ours = one.arrays
        result = np.reshape(eval(code, {}, ours), one.shape)  # a sum has lost the axis it went over
        np.testing.assert_allclose(result, ours[name], rtol=1e-12, atol=1e-15)
        assert name == one.equation


# --- what is drawn ------------------------------------------------------------------------------------------

DRAWN = """root => [...root.querySelectorAll(".bp-block")].map((block) => {
    const rows = getComputedStyle(block).gridTemplateRows.split(" ").length;
    const columns = getComputedStyle(block).gridTemplateColumns.split(" ").length;
    const cells = [...block.querySelectorAll("span")];
    const box = ({ left, top, right, bottom }) => ({ left, top, right, bottom });
    return {
        role: [...block.classList].find((name) => /left|right|product|local|result/.test(name)).slice(3),
        rows, columns, box: box(block.getBoundingClientRect()),
        cells: cells.map((cell) => cell.textContent),
        lit: cells.flatMap((cell, k) => cell.classList.contains("bp-lit")
            ? [[Math.floor(k / columns), k % columns]] : []),
    };
})"""


def blocks(page):
    return {block.pop("role"): block for block in page.root.evaluate(DRAWN)}


def row_of(block, row):
    return [[row, k] for k in range(block["columns"])]


def column_of(block, column):
    return [[k, column] for k in range(block["rows"])]


def test_the_row_to_the_left_and_the_column_above_light_up(mount_widget):
    page = mount_widget(matrix_lens())
    for one in states(25, seed=2):
        put(page, one)
        drawn = blocks(page)
        here = [[one.row, one.column]]
        assert (drawn["result"]["rows"], drawn["result"]["columns"]) == one.shape
        for role, block in drawn.items():
            lit = {"left": row_of, "right": column_of}.get(role.removesuffix("-extra"))
            place = one.row if role.startswith("left") else one.column
            assert block["lit"] == (lit(block, place) if lit else here), (role, one)
        if "left" in drawn:
            count = drawn["left"]["columns"]
            assert count == drawn["right"]["rows"]
            # One arc for each term, and each block beside the other.
            assert page.root.locator(".bp-arc").count() == len(one.terms)
            first = drawn.get("product", drawn["result"])["box"]
            assert (
                drawn["left"]["box"]["right"] < first["left"] and drawn["left"]["box"]["top"] == first["top"]
            )
            assert drawn["right"]["box"]["bottom"] < first["top"]
            assert drawn["right"]["box"]["left"] == first["left"]
        assert ("product" in drawn) == ("local" in drawn) == (one.equation in ("dz1", "dz2"))
        assert said(page) == one.sentence


SIGNS = str.maketrans({"−": "-", "+": ""})


def test_the_cells_show_the_numbers(mount_widget):
    page = mount_widget(matrix_lens())
    for sizes in (SIZES[0], LARGEST):
        for name in NAMES:
            one = lens(sizes, equation=name)
            put(page, one)
            cells = blocks(page)["result"]["cells"]
            places = 3 if name[0] == "z" else 4
            for text, number in zip(cells, one.arrays[name].ravel(), strict=True):
                assert float(text.translate(SIGNS)) == pytest.approx(number, abs=0.51 * 10.0**-places)
                assert text[0] == "−" if number < 0 else text[0] != "−"


# Sets state after state; tells what overlaps, is cut or leaves the picture, and every height there was.
UNTIDY = """async ([root, states]) => {
    const meet = (a, b) =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const name = (one) => `${one.getAttribute("class")} ${one.textContent.slice(0, 20)}`;
    const found = [];
    const heights = new Set();
    for (const state of states) {
        window.model.set(state);
        await Promise.resolve().then(() => {});
        const frame = root.querySelector(".bp-field").getBoundingClientRect();
        const boxes = [...root.querySelectorAll(".bp-block, .bp-label, .bp-over")]
            .map((one) => [name(one), one.getBoundingClientRect()]);
        boxes.forEach(([one, a], i) => {
            for (const [other, b] of boxes.slice(i + 1)) if (meet(a, b)) found.push([state, one, other]);
            const inside = a.left >= frame.left && a.right <= frame.right && a.top >= frame.top
                && a.bottom <= frame.bottom;
            if (!inside) found.push([state, one, "outside"]);
        });
        for (const one of root.querySelectorAll(".bp-block span, output, .bp-heading > div, .bp-caption")) {
            const cut = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
            if (cut) found.push([state, name(one), "cut"]);
        }
        heights.add(root.getBoundingClientRect().height);
    }
    return { found, heights: [...heights] };
}"""

CORNERS = [LARGEST, (4, 3, 5, 2), (1, 1, 1, 1), (6, 1, 1, 4), (1, 5, 6, 1), (5, 5, 5, 4), (4, 4, 4, 4)]


@pytest.mark.parametrize("width", [1080, 844, 560])
def test_nothing_overlaps_is_cut_or_jumps(mount_widget, width, screenshot):
    page = mount_widget(matrix_lens(), width=width)
    every = [
        dict(zip(MOST, sizes, strict=True)) | {"equation": name, "convention": convention, "_at": [9, 9]}
        for sizes in CORNERS
        for name in NAMES
        for convention in ("rows", "columns")
    ]
    untidy = page.page.evaluate(UNTIDY, [page.root.element_handle(), every])
    screenshot(page.root, f"matrix_{width}")
    assert untidy["found"] == []
    (height,) = untidy["heights"]
    assert height <= (620 if width >= 844 else 780)
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# --- moved by hand ------------------------------------------------------------------------------------------


def test_a_pointer_lights_what_it_is_over_and_python_hears(mount_widget):
    one = matrix_lens()
    page = mount_widget(one)
    assert page.saved() == [] and said(page) == one.sentence
    entry(page, 4, 1).hover()
    settle(page.page)
    assert state(page)["_at"] == [4, 1] and said(page) == in_python(page).sentence
    for saved in page.saved():
        one.set_state(saved)
    assert (one.row, one.column) == (4, 1) and said(page) == one.sentence
    choose(page, "columns")
    assert state(page)["_at"] == [4, 1]  # the same entry, which is now in row 1
    entry(page, 0, 3).click()
    settle(page.page)
    assert state(page)["_at"] == [3, 0]
    assert (
        page.root.locator(":focus").get_attribute("aria-label")
        == f"dW2[0,3] = {words.signed(one.arrays['dW2'][3, 0])}"
    )
    choose(page, "dz1")
    page.root.locator('.bp-local [data-row="1"][data-column="2"]').hover()
    settle(page.page)
    assert state(page)["_at"] == [2, 1]


def test_a_pointer_at_rest_points_at_nothing_that_moves_under_it(mount_widget):
    page = mount_widget(matrix_lens())
    entry(page, 2, 0).hover()
    settle(page.page)
    slider(page, "hidden").focus()
    press(page, "Home", "ArrowRight", "ArrowRight", "ArrowRight", "End")
    assert state(page)["_at"] == [0, 0] and state(page)["hidden"] == 6


def test_arrows_go_from_entry_to_entry_and_stop_at_the_edge(mount_widget):
    page = mount_widget(matrix_lens())
    entry(page, 2, 0).click()
    for keys, place in [
        (["ArrowRight"], [2, 1]),
        (["ArrowRight", "ArrowDown"], [3, 1]),
        (["Home"], [3, 0]),
        (["ArrowUp"] * 5, [0, 0]),
        (["End"], [0, 1]),
        (["ArrowDown"] * 9, [4, 1]),
    ]:
        press(page, *keys)
        assert state(page)["_at"] == place
        focused = page.root.locator(":focus")
        assert [int(focused.get_attribute(f"data-{name}")) for name in ("row", "column")] == place
        assert focused.get_attribute("aria-selected") == "true" and focused.get_attribute("tabindex") == "0"
        assert page.root.locator('[role=gridcell][tabindex="0"]').count() == 1
        assert said(page) == in_python(page).sentence
    page.model_set("hidden", 2)  # by Python, while the focus is there
    assert page.root.locator(":focus").get_attribute("data-row") == "1"


@pytest.mark.parametrize(("name", "most"), MOST.items())
def test_a_slider_sets_its_size_and_the_numbers_follow(mount_widget, name, most):
    page = mount_widget(matrix_lens())
    for key, size in [("End", most), ("Home", 1), ("ArrowRight", 2)]:
        slider(page, name).press(key)
        settle(page.page)
        assert state(page)[name] == size
        assert said(page) == in_python(page).sentence
    one = matrix_lens()
    for saved in page.saved():
        one.set_state(saved)
    assert one.sentence == said(page)
    plural = {"samples": "samples", "inputs": "inputs", "hidden": "hidden units", "outputs": "outputs"}[name]
    assert slider(page, name).get_attribute("aria-valuetext") == f"2 {plural}"


def test_equation_and_convention_are_chosen(mount_widget):
    page = mount_widget(matrix_lens())
    for convention in ("columns", "rows"):
        choose(page, convention)
        note = "W is [out, in], as torch stores W" if convention == "columns" else "W is [in, out]"
        assert page.root.locator(".bp-stored").inner_text() == f"samples are {convention}, {note}"
        for name in NAMES:
            choose(page, name)
            assert (state(page)["equation"], state(page)["convention"]) == (name, convention)
            assert said(page) == in_python(page).sentence
    page.root.locator('input[value="db1"]').focus()
    press(page, "ArrowLeft")
    assert state(page)["equation"] == "dW1"


def test_the_heading_writes_the_equation_and_what_its_axes_stand_for(mount_widget):
    page = mount_widget(matrix_lens())
    told = {
        ("dW2", "rows"): ("dW2 = a1ᵀ dz2", "hidden×outputs = hidden×samples · samples×outputs"),
        ("dW2", "columns"): ("dW2 = dz2 a1ᵀ", "outputs×hidden = outputs×samples · samples×hidden"),
        ("dz1", "columns"): (
            "dz1 = (W2ᵀ dz2) ⊙ a1(1 − a1)",
            "hidden×samples = hidden×outputs · outputs×samples",
        ),
        ("z1", "columns"): (
            "z1 = W1 X + b1b is one more column of W1, and meets ones",
            "hidden×samples = hidden×inputs · inputs×samples",
        ),
    }
    for (name, convention), (letters, axes) in told.items():
        put(page, MatrixLens(equation=name, convention=convention))
        assert page.root.locator(".bp-letters").text_content().translate(PLAIN) == letters
        assert page.root.locator(".bp-axes").text_content() == axes


def test_reset_goes_back_to_how_it_was_made_also_when_drawn_again(mount_widget):
    one = matrix_lens(samples=3, hidden=2, seed=5)
    page = mount_widget(one)
    first = said(page)
    choose(page, "dW1")
    choose(page, "columns")
    slider(page, "samples").press("End")
    moved = one.get_state() | state(page)
    for again in (page, mount_widget(moved)):
        again.root.get_by_role("button", name="reset").click()
        settle(again.page)
        assert state(again) == one.start and said(again) == first


def test_python_gives_other_numbers(mount_widget):
    page = mount_widget(matrix_lens())
    other = matrix_lens(seed=8)
    page.model_set("numbers", other.numbers)
    assert said(page) == other.sentence


# --- a good guest -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(mount_widget, axe_violations, theme):
    page = mount_widget(matrix_lens(), theme=theme)
    for name in ("dW2", "z1", "dz1"):
        put(page, MatrixLens(equation=name))
        assert axe_violations(page.page) == []
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(matrix_lens())
    report = operate(page.page, page.root)
    assert len(report.controls) == 1 + 8 + 2 + 1 + 4  # the result, equations, conventions, reset, sizes
    assert report.problems() == {}
    assert (
        page.root.locator(
            ":is(button, input, [role=gridcell]):not([data-lm-suppress-shortcuts=true])"
        ).count()
        == 0
    )


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_by_itself_and_nothing_is_left_behind(mount_widget, motion):
    page = mount_widget(matrix_lens(), reduced_motion=motion)
    kept = entry(page, 0, 0).element_handle()
    entry(page, 2, 0).click()
    press(page, "ArrowUp", "ArrowUp")
    assert kept.evaluate("cell => cell === document.activeElement")  # lit in place, not drawn anew
    assert page.root.evaluate("root => root.getAnimations({ subtree: true }).length") == 0
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
