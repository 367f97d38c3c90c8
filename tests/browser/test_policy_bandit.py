"""The policy bandit in a page: our engine's pulls and gradients, none unasked for, and all of it by hand."""

import numpy as np
import pytest

from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.policy_bandit.run import sampled
from backprop_lib.explorables.policy_bandit.widget import VIEWS, PolicyBandit, policy_bandit
from tests.explorables.test_policy_bandit import STATES
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

LEARN, CHECK = VIEWS
TRAITS = ("arms", "rate", "baseline", "seed", "pulls", "held", "view")
JUMP = "100 pulls at once"


def state(page):
    return {name: page.model_get(name) for name in TRAITS}


def in_python(page):
    return PolicyBandit(**state(page))


def said(page):
    return page.root.locator("[role=status]").text_content()


def press(page, name):
    page.root.get_by_role("button", name=name, exact=True).click()
    settle(page.page)


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def slide(page, name, *keys):
    for key in keys:
        slider(page, name).press(key)
    settle(page.page)


def choose(page, view):
    page.root.get_by_role("radio", name=view, exact=True).check(force=True)
    settle(page.page)


def texts(page, selector):
    return page.root.locator(selector).all_text_contents()


def points(page, selector):
    """The corners of a path of straight lines, one array (points, 2)."""
    path = page.root.locator(selector).get_attribute("d").replace("M", "").rstrip("Z")
    return np.array([pair.split(",") for pair in path.split("L")], float)


# --- numbers ------------------------------------------------------------------------------------------------

NUMBERS = """async ([source, states]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const bundle = await import(url);
    return states.map((state) => {
        const learnt = bundle.learn(state);
        const found = bundle.measured(state, learnt);
        const variances = found.variances.map(bundle.total);
        return { learnt, ...found, variances, told: {
            learn: bundle.learning(learnt, Math.max(...state.arms)),
            "check the gradient": bundle.checking({ ...found, variances }) } };
    });
}"""


def random_states():
    rng = np.random.default_rng(5)
    for k in range(12):
        yield {
            "arms": tuple(rng.random(2 + k % 3).round(2).tolist()),
            "rate": float(10 ** rng.uniform(-2.0, 0.5)),
            "baseline": bool(k % 2),
            "seed": int(rng.integers(2**32)),
            "pulls": 200,
            "held": int(rng.integers(1, 2000)),
        }


def test_the_browsers_pulls_gradients_and_sentences_are_our_engines(browser):
    states = [*STATES, *random_states()]
    bandits = [PolicyBandit(**chosen) for chosen in states]
    page = browser.new_page()
    every = [{name: getattr(bandit, name) for name in TRAITS} for bandit in bandits]
    numbers = page.evaluate(NUMBERS, [browser_side("policy_bandit")[0], every])
    page.close()
    for bandit, found in zip(bandits, numbers, strict=True):
        learnt = found["learnt"]
        assert len(learnt["pulls"]) == bandit.pulls
        assert learnt["logits"] == pytest.approx(bandit.logits, rel=1e-12, abs=1e-12)
        assert learnt["p"] == pytest.approx(bandit.probabilities, rel=1e-12, abs=1e-12)
        for one, pull in zip(learnt["pulls"], bandit.history, strict=True):
            assert (one["arm"] + 1, one["reward"]) == (pull.arm, pull.reward)
            assert one["baseline"] == pytest.approx(pull.baseline, abs=1e-12)
            assert one["p"] == pytest.approx(pull.probabilities, abs=1e-12)
            assert one["gradient"] == pytest.approx(pull.gradient, abs=1e-12)
            assert one["logits"] == pytest.approx(pull.logits, rel=1e-12, abs=1e-12)
        assert found["expected"] == pytest.approx(bandit.expected_reward, abs=1e-12)
        assert found["exact"] == pytest.approx(bandit.exact_gradient, abs=1e-12)
        assert found["variances"] == pytest.approx(tuple(bandit.exact_variances.values()), abs=1e-12)
        if bandit.held > 0:
            for one, mean in zip(found["means"], bandit.mean_gradients.values(), strict=True):
                assert one == pytest.approx(mean, abs=1e-12)
        if bandit.held > 1:
            variances = [one["variance"] for one in found["samples"]]
            assert variances == pytest.approx(tuple(bandit.measured_variances.values()), abs=1e-12)
        for view in VIEWS:
            bandit.view = view
            assert found["told"][view] == bandit.sentence


# --- by hand ------------------------------------------------------------------------------------------------


def test_pulls_and_settings_by_mouse_and_by_keyboard(mount_widget):
    bandit = policy_bandit()
    page = mount_widget(bandit, width=844)
    assert page.saved() == [] and said(page) == bandit.sentence
    press(page, "one pull")
    press(page, "one pull")
    assert page.model_get("pulls") == 2 and said(page) == in_python(page).sentence
    press(page, JUMP)
    assert page.model_get("pulls") == 102 and said(page) == in_python(page).sentence
    for saved in page.saved():
        bandit.set_state(saved)
    assert bandit.sentence == said(page) and bandit.logits == in_python(page).logits
    # Whatever is changed, the same pulls are taken again.
    changes = [
        (lambda: slide(page, "payout of arm 1", "ArrowRight"), {"arms": [0.25, 0.5, 0.8]}),
        (lambda: slide(page, "payout of arm 3", "Home"), {"arms": [0.25, 0.5, 0]}),
        (lambda: slide(page, "η", "ArrowRight", "ArrowRight"), {"rate": 0.13}),
        (lambda: page.root.get_by_role("checkbox").uncheck(), {"baseline": False}),
        (lambda: press(page, "other luck"), {"seed": 1}),
    ]
    for change, expected in changes:
        change()
        settle(page.page)
        assert {name: page.model_get(name) for name in expected} == expected
        assert page.model_get("pulls") == 102 and said(page) == in_python(page).sentence
    # The handle at the end of a bar is dragged.
    box = slider(page, "payout of arm 2").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, middle, steps=4)
    page.mouse.up()
    settle(page.page)
    assert page.model_get("arms") == [0.25, 1, 0] and said(page) == in_python(page).sentence
    press(page, "back to pull 0")
    assert page.model_get("pulls") == 0 and said(page) == in_python(page).sentence
    press(page, "reset")
    assert {name: page.model_get(name) for name in bandit.start} == {
        **bandit.start, "arms": [0.2, 0.5, 0.8]
    }  # fmt: skip
    assert said(page) == policy_bandit().sentence


def test_the_policy_is_held_while_the_gradient_is_checked(mount_widget):
    page = mount_widget(policy_bandit(seed=2), width=844)
    press(page, "one pull")
    choose(page, CHECK)
    assert page.model_get("view") == CHECK and said(page) == in_python(page).sentence
    press(page, "one pull without learning")
    assert page.model_get("held") == 1 and said(page) == in_python(page).sentence
    for _ in range(10):
        press(page, "1000 pulls without learning")
    assert page.model_get("held") == 10_000 and page.model_get("pulls") == 1  # there are no more
    more = page.root.get_by_role("button", name="pulls without learning")
    assert more.get_attribute("aria-disabled") == "true"
    held = in_python(page)
    assert said(page) == held.sentence and held.pulls == 1
    press(page, "other luck")
    assert page.model_get("held") == 10_000 and said(page) == in_python(page).sentence != held.sentence
    press(page, "forget these pulls")
    assert page.model_get("held") == 0 and page.model_get("pulls") == 1
    choose(page, LEARN)
    assert said(page) == in_python(page).sentence


def test_python_sets_any_trait_and_the_picture_follows(mount_widget):
    page = mount_widget(policy_bandit(), width=844)
    for changes in (
        {"arms": (0.1, 0.9), "pulls": 40},
        {"arms": (0.1, 0.9, 0.3, 0.3), "rate": 0.0123, "seed": 77},
        {"baseline": False, "pulls": 7},
        {"view": CHECK, "held": 300},
    ):
        page.model_set_all(changes)
        assert said(page) == in_python(page).sentence and page.saved() == []
    assert page.root.locator(".bp-line:not(.bp-heads)").count() == 4
    assert page.root.locator('[data-name="η"] output').text_content() == "0.0123"


# --- the picture --------------------------------------------------------------------------------------------


def test_a_pull_is_drawn_as_it_was(mount_widget, screenshot):
    bandit = PolicyBandit(pulls=12)
    page = mount_widget(bandit, width=844)
    pull = bandit.last
    lines = page.root.locator(".bp-line:not(.bp-heads)")
    drawn = lines.evaluate_all("all => all.map((one) => one.classList.contains('bp-drawn'))")
    assert drawn == [k + 1 == pull.arm for k in range(3)] and texts(page, ".bp-paid")[1:] == ["R = 1", "", ""]
    assert texts(page, ".bp-onehot") == ["− 1", "− 0", "− 0"]
    assert texts(page, ".bp-advantage") == ["× +0.364"] * 3
    assert texts(page, ".bp-line:not(.bp-heads) > .bp-gradient") == ["= −0.234", "= +0.099", "= +0.135"]
    steps = [text.replace("−", "-") for text in texts(page, ".bp-line:not(.bp-heads) .bp-parameter-text")]
    assert [float(text) for text in steps[0::2]] == pytest.approx([-0.1 * g for g in pull.gradient], abs=6e-4)
    assert [float(text) for text in steps[1::2]] == pytest.approx(bandit.logits, abs=6e-4)
    parts = ("chance .bp-track", "share", "after", "both", "sent")
    boxes = [[line.locator(f".bp-{part}").bounding_box() for part in parts] for line in lines.all()]
    for k, (track, share, after, both, sent) in enumerate(boxes):
        assert share["width"] / track["width"] == pytest.approx(pull.probabilities[k], abs=0.005)
        middle = after["x"] + 1 - track["x"]
        assert middle / track["width"] == pytest.approx(bandit.probabilities[k], abs=0.005)
        centre = both["x"] + both["width"] / 2
        end = sent["x"] + (0 if pull.gradient[k] < 0 else sent["width"])
        assert (end - centre) / (both["width"] / 2) == pytest.approx(pull.gradient[k], abs=0.005)
    # Below: the mean reward over the pulls, and the arms' shares, which end where the policy is.
    mean = points(page, ".bp-mean")
    rewards = np.cumsum([one.reward for one in bandit.history]) / np.arange(1, 13)
    assert mean[:, 0] == pytest.approx(np.arange(1, 13) / 20, abs=1e-4)
    assert mean[:, 1] == pytest.approx(1.0 - rewards, abs=1e-4)
    assert page.root.locator(".bp-best").get_attribute("d") == f"M0 {1 - 0.8}H1"
    top = points(page, ".bp-arm-3")[:13]
    p3 = [one.probabilities[2] for one in bandit.history] + [bandit.probabilities[2]]
    assert top[:, 1] == pytest.approx(1.0 - np.array(p3), abs=1e-4)
    assert texts(page, ".bp-end") == [
        *(f"arm {k}: {p:.3f}" for k, p in enumerate(bandit.probabilities, 1)), "best 0.8", "mean 0.667",
    ]  # fmt: skip
    screenshot(page.root, "bandit_learn")


def test_the_funnels_hold_the_samples_the_truth_and_the_theory(mount_widget, screenshot):
    bandit = PolicyBandit(pulls=12, held=1000, view=CHECK)
    page = mount_widget(bandit, width=844)
    found = [sampled(bandit.logits, bandit.arms, 0, 1000, b) for b in (0.0, bandit.expected_reward)]
    funnels = page.root.locator(".bp-funnel")
    for k in range(3):
        for i, samples in enumerate(found):
            nth = f".bp-funnel >> nth={2 * k + i} >>"
            path = points(page, f"{nth} .bp-sampled")
            counts = np.rint(10 ** (3 * path[:, 0])).astype(int)
            assert counts[0] == 1 and counts[-1] == 1000 and len(counts) > 60
            means = np.cumsum(samples[:, k])[counts - 1] / counts
            assert 1.0 - 2.0 * path[:, 1] == pytest.approx(2.0 * means, abs=1e-4)  # the scale ends at ±0.5
            truth = float(page.root.locator(f"{nth} .bp-truth").get_attribute("d")[3:-2])
            assert 0.5 - truth == pytest.approx(bandit.exact_gradient[k], abs=1e-12)
            band = points(page, f"{nth} .bp-stray")
            spread = (band[-1, 1] - band[0, 1]) / 2.0  # at the first pull: σ
            assert abs(spread) == pytest.approx(exact_deviation(bandit, i)[k], abs=1e-4)
    assert funnels.count() == 6
    shown = [float(text.replace("−", "-")) for text in texts(page, ".bp-mean-number")]
    expected = np.array(list(bandit.mean_gradients.values())).T.ravel()
    assert shown == pytest.approx(expected, abs=6e-4)
    assert texts(page, ".bp-exact-number") == ["+0.1095", "+1.02×10⁻⁴", "−0.1096"]
    assert texts(page, ".bp-exact .bp-about") == ["lower θ₁", "lower θ₂", "raise θ₃"]
    assert texts(page, ".bp-spread-text") == ["0.3063 (0.3141)", "0.1412 (0.1372)"]
    screenshot(page.root, "bandit_check")


def exact_deviation(bandit, i):
    """σ of the gradient of one pull for each logit, written out."""
    p, b = np.array(bandit.probabilities), (0.0, bandit.expected_reward)[i]
    second = np.zeros(3)
    for arm, pays in enumerate(bandit.arms):
        for reward, chance in ((0, 1.0 - pays), (1, pays)):
            second += p[arm] * chance * ((reward - b) * (p - np.eye(3)[arm])) ** 2
    return np.sqrt(second - np.array(bandit.exact_gradient) ** 2)


# --- playing ------------------------------------------------------------------------------------------------


HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
FOLD = "(root, display) => { root.style.display = display; }"


def test_play_pulls_until_pause_and_never_by_itself(mount_widget):
    page = mount_widget(policy_bandit(), width=844, reduced_motion="no-preference", clock=True)
    page.clock.run_for(500)
    assert page.model_get("pulls") == 0 and page.saved() == []
    click(page, "play")
    page.clock.run_for(1000)
    assert page.root.locator("[role=status]").get_attribute("aria-live") == "off"
    click(page, "pause")
    assert page.model_get("pulls") >= 8 and stands(page)  # and not one a frame
    assert said(page) == in_python(page).sentence
    assert page.root.locator("[role=status]").get_attribute("aria-live") == "polite"
    for name in ("one pull", "back to pull 0", "reset"):
        is_stopped_by(page, lambda name=name: click(page, name))
    is_stopped_by(page, lambda: page.root.get_by_role("radio", name=CHECK).check(force=True))
    page.root.get_by_role("radio", name=LEARN).check(force=True)
    is_stopped_by(page, lambda: page.evaluate(HIDE, True))
    page.evaluate(HIDE, False)
    is_stopped_by(page, lambda: (page.root.evaluate(FOLD, "none"), page.clock.run_for(50)))
    page.root.evaluate(FOLD, "")
    assert stands(page)
    # What is moved while it plays does not stop it; the end of the pulls does, and play begins again.
    click(page, "play")
    page.clock.run_for(100)
    slider(page, "payout of arm 1").press("ArrowRight")
    assert not stands(page)
    page.model_set("pulls", 995)
    page.clock.run_for(300)
    assert page.model_get("pulls") == 1000 and stands(page)
    one = page.root.get_by_role("button", name="one pull", exact=True)
    assert one.get_attribute("aria-disabled") == "true"
    click(page, "play")
    page.clock.run_for(300)
    assert 0 < page.model_get("pulls") < 100
    assert page.listener_count() > 0
    page.unmount()
    assert stands(page) and page.listener_count() == 0 and page.element.inner_html() == ""


def click(page, name):
    page.root.get_by_role("button", name=name, exact=True).click()


def stands(page):
    before = page.model_get("pulls")
    page.clock.run_for(300)
    return page.model_get("pulls") == before


def is_stopped_by(page, act):
    click(page, "play")
    page.clock.run_for(200)
    act()
    assert stands(page)


# --- extremes, and a good guest -----------------------------------------------------------------------------

STICKING_OUT = """root => {
    const { left, right } = root.getBoundingClientRect();
    return [...root.querySelectorAll("button, input, output, .bp-number, .bp-head, span, svg, .bp-caption")]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .filter((element) => {
            const box = element.getBoundingClientRect();
            return box.width > 0 && (box.right > right + 0.5 || box.left < left - 0.5);
        })
        .map((element) => element.outerHTML.slice(0, 80));
}"""
MEETING = """root => {
    const words = [];
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const parent = node.parentElement;
        if (!node.textContent.trim() || !parent.checkVisibility({ visibilityProperty: true })) continue;
        if (parent.closest(".bp-choice, .bp-caption")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        words.push([node.textContent, range.getBoundingClientRect()]);
    }
    const apart = (a, b) => a.left >= b.right - 0.5 || a.top >= b.bottom - 4;
    return words.flatMap(([name, a], i) => words.slice(i + 1)
        .filter(([, b]) => !apart(a, b) && !apart(b, a)).map(([other]) => [name, other]));
}"""

EXTREMES = [
    {},
    {"pulls": 1},
    {"pulls": 1000, "held": 10_000},
    {"rate": 100.0, "held": 1},
    {"arms": (0.0, 0.0, 0.0, 0.0), "held": 1000},
    {"arms": (1.0, 1.0, 1.0, 1.0), "rate": 10.0, "pulls": 20},
    {"arms": (0.0123, 0.05, 0.05, 1.0), "rate": 1.0, "pulls": 100, "held": 999},
    {"rate": 3.0, "baseline": False, "seed": 3, "pulls": 60},
    {"rate": 1e-5, "pulls": 3},
]


@pytest.mark.parametrize("width", [560, 844])
def test_extremes_end_in_a_sentence_and_nothing_is_cut_or_moves(mount_widget, width, screenshot):
    page = mount_widget(PolicyBandit(arms=(0.2, 0.5, 0.8, 0.8)), width=width)
    heights = set()
    for number, extreme in enumerate(EXTREMES):
        page.model_set_all(extreme)
        for view in VIEWS:
            page.model_set("view", view)
            at = (extreme, view)
            heights.add(page.root.bounding_box()["height"])
            screenshot(page.root, f"bandit_{width}_{number}_{view}")
            assert page.root.evaluate(STICKING_OUT) == [], at
            assert page.root.evaluate(MEETING) == [], at
            caption = page.root.locator(".bp-caption")
            assert caption.evaluate("box => box.scrollHeight <= box.clientHeight"), at
            drawn = page.root.inner_html()
            assert "NaN" not in drawn and "Infinity" not in drawn and "undefined" not in drawn, at
            assert said(page) == in_python(page).sentence
    assert len(heights) == 1
    assert width != 844 or heights.pop() <= 620


REACHED = {
    LEARN: ["back to pull 0", JUMP, "one pull", "baseline b = mean so far", "learning rate η"],
    CHECK: ["forget these pulls", "one pull without learning", "1000 pulls without learning"],
}


@pytest.mark.parametrize("view", VIEWS)
def test_the_keyboard_reaches_and_operates_what_the_view_has(mount_widget, axe_violations, view):
    page = mount_widget(PolicyBandit(pulls=3, held=3, view=view), width=844)
    arms = ["arm 1", "arm 2", "arm 3"] if view == LEARN else []
    report = operate(page.page, page.root)
    assert report.controls == [*VIEWS, *arms, *REACHED[view], "other luck", "reset"]
    assert report.problems() == {}
    assert page.root.locator(":is(button, input):not([data-lm-suppress-shortcuts=true])").count() == 0
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1
    assert axe_violations(page.page) == []
    dark = mount_widget(PolicyBandit(pulls=30, held=300, view=view), theme="dark", width=844)
    assert axe_violations(dark.page) == []
    if view == LEARN:
        spoken = [one.get_attribute("aria-valuetext") for one in dark.root.get_by_role("slider").all()]
        assert spoken == [*(f"payout of arm {k} = {r}" for k, r in ((1, 0.2), (2, 0.5), (3, 0.8))), "η = 0.1"]
