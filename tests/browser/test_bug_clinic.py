"""The bug clinic in a page: its broken passes are Python's, what it says is true, and all of it works."""

import itertools

import numpy as np
import pytest

from backprop_lib.explorables.bug_clinic import BugClinic, bug_clinic
from backprop_lib.explorables.bug_clinic.bugs import BUGS
from backprop_lib.explorables.bug_clinic.cases import bug_of, case, training
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.training.checks.gradient_check import gradcheck
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
PARAMETERS = ["W1", "b1", "W2", "b2"]
HIDDEN_SLOPE = 0  # the patient of seed 0 with this bug


def said(page):
    return page.root.locator("[role=status]").inner_text().translate(PLAIN)


def result(page):
    return page.root.locator(".bp-result").inner_text().translate(PLAIN)


def press(page, name):
    page.root.get_by_role("button", name=name).click()
    settle(page.page)


def choose(page, name):
    page.root.get_by_role("radio", name=name, exact=True).check(force=True)
    settle(page.page)


def diagnose(page, key):
    page.root.locator(f"input[value={key}]").check()
    press(page, "this is it")


# --- numbers ------------------------------------------------------------------------------------------------

LOAD = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.clinic = await import(url);
    window.claimed = (state, bug) => {
        const { parameters, X, y } = window.clinic.caseOf(state);
        return window.clinic.backward(window.clinic.forward(parameters, X), y, bug);
    };
    window.trained = (state, bug) => window.clinic.training(window.clinic.caseOf(state), bug);
    window.said = (state) => {
        const { caseOf, bugOf, check, sentence, training } = window.clinic;
        const bug = bugOf(state.seed, state.patient);
        const whole = caseOf({ seed: state.seed, patient: state.patient });
        return sentence(state, check(caseOf(state), bug), training(whole, bug), training(whole, "healthy"));
    };
    window.apart = (state, pairs) => pairs.map(([chosen, actual]) => {
        const fact = window.clinic.separate(state, chosen, actual);
        return [fact, window.clinic.apart(fact)];
    });
}"""


@pytest.fixture(scope="module")
def bundle(browser):
    """A page with nothing in it but the shipped bundle's functions."""
    page = browser.new_page()
    page.evaluate(LOAD, browser_side("bug_clinic")[0])
    yield page
    page.close()


CONDITIONS = [{"zeros": zeros, "alone": alone} for zeros in (False, True) for alone in (False, True)]


def matrix(array):
    return np.atleast_2d(array).tolist()


@pytest.mark.parametrize("bug", BUGS)
def test_the_broken_gradients_are_pythons(bundle, bug):
    for (seed, patient), how in itertools.product([(0, 0), (7, 31)], CONDITIONS):
        model, X, y = case(seed, patient, bug=bug, **how)
        model.forward(X)
        state = {"seed": seed, "patient": patient, **how}
        found = bundle.evaluate("([state, bug]) => claimed(state, bug)", [state, bug])
        for name, gradient in model.backward(y).items():
            assert np.array(found[name]) == pytest.approx(np.array(matrix(gradient)), rel=1e-12, abs=1e-15)


def test_the_patients_are_pythons(bundle):
    seeds = [0, 1, 5, 2**32 - 1]
    asked = [(seed, patient) for seed in seeds for patient in (0, 1, 14, 15, 44, 999)]
    orders = bundle.evaluate("all => all.map(([seed, patient]) => clinic.bugOf(seed, patient))", asked)
    assert orders == [bug_of(*one) for one in asked]
    for seed, patient in asked:
        found = bundle.evaluate("state => clinic.caseOf(state)", {"seed": seed, "patient": patient})
        model, X, y = case(seed, patient)
        assert (found["X"], found["y"]) == (X.tolist(), y.tolist())
        assert found["parameters"] == {name: matrix(array) for name, array in model.parameters.items()}


def test_the_numerical_gradients_and_verdicts_are_those_of_gradcheck(bundle):
    for patient, how in itertools.product(range(15), CONDITIONS):
        ours = gradcheck(*case(2, patient, **how))
        state = {"seed": 2, "patient": patient, **how}
        found = bundle.evaluate(
            "state => clinic.check(clinic.caseOf(state), clinic.bugOf(2, state.patient))", state
        )
        for check in ours.parameters:
            block = found[check.name]
            assert block["verdict"] == check.verdict
            numerical = [[cell["numerical"] for cell in row] for row in block["cells"]]
            assert np.array(numerical) == pytest.approx(np.atleast_2d(check.numerical), rel=1e-7, abs=1e-10)
            if not check.ok:
                assert block["error"] == pytest.approx(check.error, rel=1e-6)


def test_the_training_is_pythons(bundle):
    for bug in BUGS:
        found = bundle.evaluate("bug => trained({ seed: 3, patient: 11 }, bug)", bug)
        assert found == pytest.approx(training(*case(3, 11, bug=bug)), rel=1e-9), bug


def test_the_sentence_is_pythons(bundle):
    runaway = next(k for k in range(15) if bug_of(4, k) == "z_in_slope")
    for patient, how in itertools.product((0, 1, 2, 3, runaway), CONDITIONS):
        state = {"seed": 4, "patient": patient, **how}
        assert bundle.evaluate("state => said(state)", state) == BugClinic(**state).sentence


# --- what sets two bugs apart -------------------------------------------------------------------------------


def ratios(bug, seed, patient, alone):
    """Claimed over right gradients; where both are the same, 1."""
    model, X, y = case(seed, patient, bug=bug, alone=alone)
    model.forward(X)
    wrong, right = model.backward(y), BUGS["healthy"].gradients(model, y)
    return {name: np.atleast_2d(wrong[name] / right[name]) for name in right}


def spoilt(bug, seed, patient):
    return [name for name, r in ratios(bug, seed, patient, False).items() if np.abs(r - 1).max() > 1e-3]


def one(numbers):
    low, high = numbers.min(), numbers.max()
    return high - low < 1e-4 * max(abs(low), abs(high))


def lines(r):
    if all(one(row) for row in r):
        return "row"
    return "column" if all(one(column) for column in r.T) else "none"


def fact_of(bug, fact, seed, patient):
    """The same fact, from Python's gradients in place of numerical ones."""
    kind = fact["kind"]
    if kind == "blocks":
        return spoilt(bug, seed, patient)
    if kind == "factor":
        whole = ratios(bug, seed, patient, alone=False)
        assert fact["blocks"] == spoilt(bug, seed, patient)
        every = np.concatenate([whole[name].ravel() for name in fact["blocks"]])
        return pytest.approx(every.mean(), rel=1e-6) if one(every) else None
    r = ratios(bug, seed, patient, alone=True)[fact["block"]]
    return lines(r) if kind == "lines" else pytest.approx([r.min(), r.max()], rel=1e-5)


@pytest.mark.parametrize(("seed", "patient"), [(0, 0), (0, 9), (1, 30), (12, 4)])
def test_what_is_said_to_set_two_bugs_apart_is_true_for_every_pair(bundle, seed, patient):
    pairs = list(itertools.permutations(BUGS, 2))
    told = bundle.evaluate(
        "([state, pairs]) => apart(state, pairs)", [{"seed": seed, "patient": patient}, pairs]
    )
    for (chosen, actual), (fact, text) in zip(pairs, told, strict=True):
        assert fact["chosen"] == fact_of(chosen, fact, seed, patient), (chosen, actual)
        assert fact["actual"] == fact_of(actual, fact, seed, patient), (chosen, actual)
        assert fact["chosen"] != fact["actual"]
        assert BUGS[actual].name not in text and "NaN" not in text and "undefined" not in text
    # Each other text also says two different things.
    ranges = [text for fact, text in told if fact["kind"] == "range"]
    assert all(
        text.split("here")[0].split("between ")[1][:12] != text.split("between ")[2][:12] for text in ranges
    )


def test_it_is_said_in_words(mount_widget):
    clinic = bug_clinic()
    page = mount_widget(clinic)
    diagnose(page, "healthy")
    assert result(page) == (
        "Not “no bug: this pass is right”. A right pass agrees in all four blocks; here W1 and b1 are off."
    )
    diagnose(page, "wrong_sign")
    assert result(page) == (
        "Not “a wrong sign in one line”. That bug would spoil W1 and leave b1, W2 and b2 right; "
        "here W1 and b1 are off."
    )
    diagnose(page, "tanh_slope")
    assert result(page) == (
        "Not “tanh’s f′ = 1 − a² for σ’s”. With the last sample alone, that bug’s ratios in W1 would lie "
        "between ×3.29 and ×4.38; here they lie between ×4.07 and ×4.8."
    )
    page.model_set("patient", next(k for k in range(15) if bug_of(0, k) == "sum_over_samples"))
    diagnose(page, "outputs_forgotten")
    assert result(page).endswith(
        "That bug would make every ratio in W1, b1, W2 and b2 ×3; here every one is ×6."
    )
    diagnose(page, "output_slope")
    assert result(page).endswith(
        "That bug would make the ratios in W1, b1, W2 and b2 differ from entry to entry; "
        "here every one is ×6."
    )


# --- the reader's hand --------------------------------------------------------------------------------------


def test_a_patient_is_named_by_keyboard_and_python_hears(mount_widget):
    clinic = bug_clinic()
    page = mount_widget(clinic)
    assert page.saved() == []
    press(page, "this is it")
    assert result(page) == "Choose a diagnosis first." and page.saved() == []
    keys = list(BUGS)
    page.root.locator("input[value=healthy]").focus()
    page.page.keyboard.press("Space")
    for _ in range(keys.index("output_slope")):
        page.page.keyboard.press("ArrowDown")
    assert page.saved() == []
    assert (
        page.root.locator(".bp-equations").inner_text() == "dz2 = da2 in place of dz2 = da2 * a2 * (1 - a2)"
    )
    page.root.get_by_role("button", name="this is it").press("Enter")
    settle(page.page)
    assert page.model_get("answers") == [["output_slope"]]
    assert page.root.locator(".bp-out").text_content() == "f′ left out at the output ✗"
    press(page, "this is it")  # the same again is no second try
    diagnose(page, "hidden_slope")
    clinic.set_state(page.saved()[-1])
    assert clinic.named == [{"patient": 0, "bug": "hidden_slope", "tries": 2}] and clinic.right_at_first == 0
    assert result(page) == f"Yes: “f′ left out in the hidden layer”. {BUGS['hidden_slope'].tell}"
    assert page.root.locator(".bp-found").text_content() == "f′ left out in the hidden layer ✓"
    page.root.locator("input[value=healthy]").check()
    for name in ("this is it", "give up"):  # too late: it is known
        page.root.get_by_role("button", name=name).press("Enter")
    assert page.model_get("answers") == [["output_slope", "hidden_slope"]]
    press(page, "next patient")
    assert page.root.locator("input:checked[value]").count() == 3 and "Look for" in result(page)
    diagnose(page, bug_of(0, 1))
    assert result(page).startswith("Yes, at the first try: ")
    press(page, "next patient")
    press(page, "give up")
    assert result(page).startswith(f"It was “{BUGS[bug_of(0, 2)].name}”. ".translate(PLAIN))
    clinic.set_state(page.saved()[-1] | {"patient": 2})
    assert [entry["tries"] for entry in clinic.named] == [2, 1, 0] and clinic.right_at_first == 1
    assert page.root.locator(".bp-counter").inner_text() == "at the first try: 1 of 3"
    assert said(page) == clinic.sentence


def test_nothing_on_the_page_gives_the_bug_away(mount_widget):
    """What is drawn is the same but for the numbers."""
    texts = []
    for seed in (0, 1):
        page = mount_widget(bug_clinic(seed))
        texts.append(
            page.root.locator(".bp-diagnoses, .bp-answer-box").evaluate_all(
                'all => all.map((one) => one.outerHTML.replaceAll(/name="[^"]*"/g, \'\')).join()'
            )
        )
    assert bug_of(0, 0) != bug_of(1, 0) and texts[0] == texts[1]


def test_the_cells_show_what_is_chosen(mount_widget):
    page = mount_widget(bug_clinic())
    check = gradcheck(*case(0, 0)).parameters[0]
    a, n = check.gradient, check.numerical
    numbers = {"analytic": a, "numerical": n, "difference": a - n}
    for view, expected in numbers.items():
        choose(page, view)
        assert page.model_get("view") == view
        shown = page.root.locator('[data-name="W1"] [role=gridcell]').all_inner_texts()
        assert [float(text.replace("−", "-")) for text in shown] == pytest.approx(expected.ravel(), abs=6e-5)
    choose(page, "ratio")
    shown = page.root.locator('[data-name="W1"] [role=gridcell]').all_inner_texts()
    assert [float(text[1:].replace("−", "-")) for text in shown] == pytest.approx((a / n).ravel(), rel=6e-3)
    assert set(page.root.locator('[data-name="W2"] [role=gridcell]').all_inner_texts()) == {"×1"}
    heads = page.root.locator("[role=rowheader]").all_inner_texts()
    assert [text.translate(PLAIN) for text in heads] == [
        *("W1 ✗ error 1.2: bug", "b1 ✗ error 0.93: bug"),
        *("W2 ✓ error < 10⁻⁵: good", "b2 ✓ error < 10⁻⁵: good"),
    ]
    choose(page, "all 0")
    assert page.root.locator(".bp-off").count() == 0
    assert set(page.root.locator('[data-name="W1"] [role=gridcell]').all_inner_texts()) == {"0 = 0"}
    choose(page, "the last one alone")
    assert page.saved()[-1] == {"alone": True} and said(page) == BugClinic(zeros=True, alone=True).sentence


def test_the_cells_are_walked_with_the_arrows_and_pointed_at(mount_widget):
    page = mount_widget(bug_clinic())
    grid = page.root.get_by_role("grid")

    def here():
        label = grid.evaluate(
            "one => document.getElementById(one.ariaActiveDescendantElement?.id ?? "
            "one.getAttribute('aria-activedescendant')).getAttribute('aria-label')"
        )
        assert label.split(":")[0] == page.root.locator(".bp-parameter-name").inner_text().split(" =")[0]
        return label.split(":")[0].translate(PLAIN)

    grid.focus()
    path = [here()]
    for key in ["Right"] * 4 + ["Down"] * 5 + ["Left"] * 3 + ["Up", "Left", "Left", "Down", "Down", "Up"]:
        page.page.keyboard.press(f"Arrow{key}")
        path.append(here())
    assert path == [
        *("W1[0, 0]", "W1[0, 1]", "W1[0, 2]", "W1[0, 3]", "W2[0, 0]"),
        *("W2[1, 0]", "W2[2, 0]", "W2[3, 0]", "b2[0]", "b2[0]"),
        *("b1[3]", "b1[2]", "b1[1]", "W1[1, 1]", "W1[1, 0]", "W1[1, 0]", "b1[0]", "b1[0]", "W1[1, 0]"),
    ]
    page.root.locator('[data-name="W2"] [role=gridcell]').nth(5).hover()
    assert here() == "W2[1, 2]"
    choose(page, "the last one alone")
    detail = page.root.locator(".bp-detail").inner_text()
    model, X, _ = case(0, 0, alone=True)
    model.forward(X)
    assert (
        f"a₁ = {model.a1[0, 1]:.3g}" in detail
        and f"f′ = {model.a2[0, 2] * (1 - model.a2[0, 2]):.3g}" in detail
    )
    assert page.saved() == [{"alone": True}]


def test_python_sets_the_patient_and_reset_goes_back(mount_widget):
    clinic = BugClinic(seed=3, patient=2, view="difference")
    page = mount_widget(clinic)
    first = said(page)
    page.model_set("patient", 7)
    assert said(page) == BugClinic(seed=3, patient=7).sentence
    page.model_set("seed", 8)
    assert said(page) == BugClinic(seed=8, patient=7).sentence
    page.model_set("seed", 3)
    diagnose(page, "healthy")
    choose(page, "all 0")
    again = mount_widget(clinic.get_state() | {n: page.model_get(n) for n in ("patient", "zeros", "answers")})
    assert again.root.locator(".bp-out").count() == 1
    press(again, "reset")
    assert said(again) == first and again.root.locator(".bp-out").count() == 0
    assert again.model_get("answers") == [] and again.model_get("view") == "difference"


# --- a good guest -------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(bug_clinic())
    report = operate(page.page, page.root)
    assert len(report.controls) == 1 + 8 + 15 + 4  # the cells, three strips, the diagnoses, the buttons
    assert report.problems() == {}
    assert (
        page.root.locator(":is(button, input, [tabindex]):not([data-lm-suppress-shortcuts=true])").count()
        == 0
    )


STICKING_OUT = """root => {
    const { left, right } = root.getBoundingClientRect();
    const cut = (one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
    const fixed = ".bp-caption, .bp-answer-box, .bp-detail, .bp-entry, .bp-diagnosis";
    return [...root.querySelectorAll("button, label, text, svg, .bp-entry, .bp-detail div, .bp-block-head")]
        .filter((one) => {
            const box = one.getBoundingClientRect();
            return box.right > right + 0.5 || box.left < left - 0.5;
        })
        .concat([...root.querySelectorAll(fixed)].filter(cut))
        .map((one) => one.outerHTML.slice(0, 120));
}"""

MEETING = """root => {
    const boxes = [...root.querySelectorAll(".bp-curve text, .bp-diagnosis, .bp-detail, .bp-block")]
        .filter((one) => one.textContent && !one.querySelector("text"))
        .map((one) => [one.textContent, one.getBoundingClientRect()]);
    const apart = (a, b) => a.left >= b.right - 1 || a.top >= b.bottom - 3;
    return boxes.flatMap(([name, a], i) => boxes.slice(i + 1)
        .filter(([_, b]) => !apart(a, b) && !apart(b, a)).map(([other]) => [name, other]));
}"""


@pytest.mark.parametrize("width", [1080, 844, 560])
def test_nothing_is_cut_overlaps_or_moves_the_layout(mount_widget, width, screenshot):
    page = mount_widget(bug_clinic(), width=width)
    heights = set()
    keys = list(BUGS)
    for patient in range(15):
        bug = bug_of(0, patient)
        wrong = keys[(keys.index(bug) + 1 + patient % 14) % 15]
        state = {
            "patient": patient,
            "alone": patient % 2 == 0,
            "view": ["analytic", "numerical", "ratio", "difference"][patient % 4],
        }
        for given in ([wrong], [wrong, bug]):
            page.page.evaluate(
                "state => window.model.set(state)", state | {"answers": [[]] * patient + [given]}
            )
            heights.add(page.root.bounding_box()["height"])
            assert page.root.evaluate(STICKING_OUT) == [], (bug, given)
            assert page.root.evaluate(MEETING) == [], (bug, given)
    assert len(heights) == 1
    assert width != 844 or heights.pop() <= 620
    screenshot(page.root, f"bug_clinic_{width}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_in_both_themes(mount_widget, axe_violations, theme):
    page = mount_widget(BugClinic(answers=[["healthy", "wrong_sign"]], alone=True), theme=theme)
    assert axe_violations(page.page) == []
    press(page, "give up")
    choose(page, "analytic")
    assert axe_violations(page.page) == []
    label = page.root.get_by_role("img").get_attribute("aria-label")
    assert label == (
        "loss in training: this pass from 0.2493 to 0.1262 in 300 steps, "
        "a right pass from 0.2493 to 0.1496 in 300 steps"
    )
    assert page.root.locator("[role=status]").count() == 1


def test_nothing_moves_by_itself_and_nothing_is_left_behind(mount_widget):
    page = mount_widget(bug_clinic(), reduced_motion="no-preference")
    before = page.root.inner_html()
    page.page.wait_for_timeout(150)
    assert page.root.evaluate("root => root.getAnimations({ subtree: true }).length") == 0
    assert page.root.inner_html() == before and page.saved() == []
    choose(page, "all 0")
    assert page.listener_count() > 0
    page.unmount()
    assert page.listener_count() == 0 and page.element.inner_html() == ""
