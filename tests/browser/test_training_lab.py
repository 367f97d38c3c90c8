"""The training lab in a page: our engine's losses, no epoch unasked for, and all of it by hand."""

import numpy as np
import pytest

from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.training_lab import run, words
from backprop_lib.explorables.training_lab.widget import SETTINGS, training_lab
from tests.browser.layout import height_where_all_can_be_read
from tests.browser.playing import (
    assert_keyboard_does_all,
    assert_plays,
    button,
    choose,
    press,
    said,
    slide,
    told,
)
from tools.widget_page import encode, settle

pytestmark = pytest.mark.needs("chromium")

JUMP = "20 epochs at once"
TRAITS = (*SETTINGS, "epoch", "history")
OVERFITTING = {"hidden": 32, "samples": 60, "noise": 0.2, "batch": 16}


def in_python(page):
    return told(page, training_lab(), TRAITS)


def steps(page):
    return page.root.locator(".bp-steps").text_content()


def is_trained(page, epochs):
    """Whether history and words are those of our engine after so many epochs of these settings."""
    assert page.model_get("epoch") == epochs
    lab, history = in_python(page), page.model_get("history")
    lab.epoch = 0
    lab.epoch = epochs
    for name, losses in lab.history.items():
        assert history[name] == pytest.approx(losses, rel=1e-9)
    assert said(page) == lab.sentence and steps(page) == lab.arithmetic
    return True


# --- numbers ------------------------------------------------------------------------------------------------

VIEWS = """() => {
    const bytes = ({ $base64 }) => Uint8Array.from(atob($base64), (one) => one.charCodeAt());
    window.views = ({ seed, ...draws }) => ({ seed, ...Object.fromEntries(
        Object.entries(draws).map(([name, encoded]) => [name, new DataView(bytes(encoded).buffer)])) });
}"""

LOAD = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const bundle = await import(url);
    window.trained = ([settings, draws, epochs]) => {
        const run = bundle.run(settings, bundle.read(views(draws)));
        while (run.epoch() < epochs && !run.ended()) run.advance();
        return { history: run.history, told: bundle.describe(run.history, settings.patience),
            steps: bundle.arithmetic(settings, run.epoch()),
            weights: run.layers.flatMap(({ W, b }) => [...W, ...b]) };
    };
}"""

TRAININGS = [
    {},
    {"batch": 1, "samples": 60, "hidden": 4, "seed": 1},
    {"batch": 4, "samples": 60, "optimiser": "sgd", "rate": 0.1, "weight_decay": 0.01, "seed": 2},
    {"batch": 16, "optimiser": "adamw", "weight_decay": 0.3, "schedule": "cosine", "noise": 0.3, "seed": 3},
    {"batch": "all", "optimiser": "sgd", "rate": 1.0, "schedule": "cosine", "hidden": 2, "seed": 4},
    {"batch": 7, "weight_decay": 0.03, "samples": 60, "noise": 0.05, "hidden": 8, "patience": 3, "seed": 5},
    {**OVERFITTING, "patience": 5},
]


def test_twenty_epochs_are_those_of_our_engine(browser):
    page = browser.new_page()
    page.evaluate(VIEWS)
    page.evaluate(LOAD, browser_side("training_lab")[0])
    endings = set()
    for chosen in TRAININGS:
        settings = training_lab().settings | chosen
        model, expected = run.train(settings, 20)
        found = page.evaluate("trained", [settings, encode(run.draws(settings["seed"])), 20])
        history = {"train_loss": expected.loss, "val_loss": expected.validation_loss}
        for name, losses in history.items():
            assert found["history"][name] == pytest.approx(losses, rel=1e-9), chosen
        assert found["told"] == words.sentence(history, settings["patience"])
        assert found["steps"] == words.arithmetic(settings, expected.epochs)
        if expected.stopped_early or settings["patience"] is None:  # else `fit` brings the best epoch back
            weights = np.concatenate([parameter.data.ravel() for parameter in model.parameters()])
            assert found["weights"] == pytest.approx(weights, rel=1e-9, abs=1e-9), chosen
        endings.add(expected.stopped_early)
    page.close()
    assert endings == {True, False}


# --- training by hand ---------------------------------------------------------------------------------------


def test_epochs_and_settings_by_mouse_and_by_keyboard(mount_widget, screenshot):
    lab = training_lab()
    page = mount_widget(lab, width=844)
    assert page.saved() == [] and (said(page), steps(page)) == (lab.sentence, lab.arithmetic)
    press(page, "one epoch")
    assert is_trained(page, 1)
    press(page, JUMP)
    assert is_trained(page, 21)
    assert page.root.locator(".bp-end").all_text_contents() == [
        f"{name} {losses[-1]:.3f}"
        for name, losses in zip(("training", "validation"), page.model_get("history").values(), strict=True)
    ]
    screenshot(page.root, "lab_trained")
    for saved in page.saved():
        lab.set_state(saved)
    assert lab.epoch == 21 and lab.sentence == said(page)
    press(page, "back to epoch 0")
    assert is_trained(page, 0) and page.root.locator(".bp-before").get_attribute("d") == ""
    changes = [
        (lambda: choose(page, "batch", "4"), {"batch": 4}),
        (lambda: choose(page, "batch", "all"), {"batch": "all"}),
        (lambda: choose(page, "optimiser", "SGD"), {"optimiser": "sgd"}),
        (lambda: choose(page, "optimiser", "AdamW"), {"optimiser": "adamw"}),
        (lambda: choose(page, "schedule", "cosine"), {"schedule": "cosine"}),
        (lambda: choose(page, "training samples", "60"), {"samples": 60}),
        (lambda: choose(page, "early stopping, patience", "5"), {"patience": 5}),
        (lambda: slide(page, "η", "ArrowRight"), {"rate": 0.013}),
        (lambda: slide(page, "hidden", "ArrowLeft"), {"hidden": 8}),
        (lambda: slide(page, "label noise", "ArrowRight", "ArrowRight"), {"noise": 0.1}),
        (lambda: slide(page, "decay", "ArrowRight"), {"weight_decay": 0.001}),
    ]
    for number, (change, expected) in enumerate(changes):
        if number % 5 == 0:
            press(page, "one epoch")
        change()
        assert {name: page.model_get(name) for name in expected} == pytest.approx(expected)
        assert is_trained(page, 0)
    assert (
        page.root.locator(".bp-sample").count() == 60
        and page.root.locator(".bp-plane g > .bp-flipped").count() == 7
    )
    press(page, JUMP)
    assert is_trained(page, 20)
    choose(page, "early stopping, patience", "off")
    assert page.model_get("patience") is None and is_trained(page, 0)
    assert page.root.locator(".bp-before").get_attribute("d").count("L") == 19  # the run before
    press(page, "reset")
    assert {name: page.model_get(name) for name in lab.start} == lab.start and is_trained(page, 0)
    assert page.root.locator(".bp-before").get_attribute("d") == ""


def test_what_the_picture_shows_is_where_it_is(mount_widget):
    lab = training_lab(**OVERFITTING, patience=10)
    page = mount_widget(lab, width=844)
    for _ in range(2):
        press(page, JUMP)
    assert is_trained(page, 21)  # stopped, and "one epoch" has nothing left to do
    one = page.root.get_by_role("button", name="one epoch")
    assert one.get_attribute("aria-disabled") == "true"
    one.dispatch_event("click")
    settle(page.page)
    assert page.model_get("epoch") == 21
    history = page.model_get("history")
    names = page.root.locator(".bp-best-name, .bp-stop-name").all_text_contents()
    assert names == ["lowest: epoch 11", "stopped: epoch 21"]
    places = {
        kind: float(page.root.locator(f"line.bp-{kind}").get_attribute("x1")) for kind in ("best", "stop")
    }
    assert places == pytest.approx({"best": 38 + 11 * 366 / 50, "stop": 38 + 21 * 366 / 50})
    for kind, losses in (("training", history["train_loss"]), ("validation", history["val_loss"])):
        path = page.root.locator(f"path.bp-{kind}").get_attribute("d")
        points = np.array([pair.split(",") for pair in path[1:].split("L")], float)
        assert points[:, 0] == pytest.approx(38 + np.arange(1, 22) * 366 / 50, abs=0.01)
        assert points[:, 1] == pytest.approx(292 - 242 * np.array(losses), abs=0.01)  # the axis ends at 1
    # The line between the classes is where the network of the best epoch, trained by our engine, has logit 0.
    model, _ = run.train(lab.settings, 200)
    (X, y), _ = run.samples(0, 60, 0.2)
    reach = np.ceil(2.0 * np.abs(X).max()) / 2.0
    path = page.root.locator(".bp-boundary").get_attribute("d")
    points = np.array([pair.split() for pair in path.replace("L", "M").split("M")[1:]], float)
    inputs = np.column_stack([points[:, 0], 40.0 - points[:, 1]]) * 2.0 * reach / 40.0 - reach
    assert len(points) > 40 and np.abs(model(inputs).data).max() < 0.05
    classes = page.root.locator(".bp-sample").evaluate_all(
        "all => all.map((one) => one.querySelector('rect') !== null)"
    )
    assert classes == (y.ravel() == 1.0).tolist()
    again = mount_widget(
        lab.get_state() | {name: page.model_get(name) for name in ("epoch", "history")}, width=844
    )
    assert again.root.locator(".bp-boundary").get_attribute("d") == path and again.saved() == []


def test_python_sets_any_trait_and_the_picture_follows(mount_widget):
    lab = training_lab(hidden=4, batch=16)
    page = mount_widget(lab, width=844)
    lab.seed, lab.rate = 7, 0.05
    lab.epoch = 12
    page.evaluate(VIEWS)
    page.model_set_all({name: getattr(lab, name) for name in ("seed", "rate", "epoch", "history")})
    # What belongs to the seed comes a message later.
    page.evaluate("draws => window.model.set('_draws', views(draws))", encode(lab._draws))
    settle(page.page)
    assert said(page) == lab.sentence and page.saved() == []
    press(page, "one epoch")
    assert is_trained(page, 13)
    page.model_set("epoch", 4)
    assert said(page).startswith("epoch 4: ")
    press(page, "one epoch")
    assert is_trained(page, 5)
    begun = {"epoch": 0, "history": {"train_loss": [], "val_loss": []}}
    page.model_set_all({"batch": 50, "patience": 4, "weight_decay": 0.0002} | begun)
    assert is_trained(page, 0) and page.root.locator("output").last.text_content() == "2.00×10⁻⁴"


def test_play_trains_at_its_own_pace(mount_widget):
    page = mount_widget(training_lab(), width=844, reduced_motion="no-preference", clock=True)
    button(page, "play").click()
    page.clock.run_for(1000)
    button(page, "pause").click()
    epoch = page.model_get("epoch")
    assert epoch >= 15 and is_trained(page, epoch)  # and not one a frame: the clock also runs by itself


def test_play_goes_on_until_it_is_stopped_and_leaves_nothing_behind(mount_widget):
    page = mount_widget(training_lab(), width=844, reduced_motion="no-preference", clock=True)
    assert_plays(page, TRAITS, ("one epoch", "back to epoch 0", "reset", "decay→"), counts="epoch")


# --- extremes, and a good guest -----------------------------------------------------------------------------

PICTURES = (".bp-plane text", ".bp-curves text")
EXTREMES = [
    {},
    {"patience": 5, "schedule": "cosine", "epoch": 200, **OVERFITTING},
    {"patience": None, "epoch": 200},
    {"batch": 1, "rate": 10.0, "optimiser": "sgd", "noise": 0.3, "weight_decay": 0.0, "epoch": 3},
    {"batch": 7, "rate": 1e-4, "hidden": 2, "epoch": 1},
    {"batch": 32, "rate": 1e9, "optimiser": "sgd", "weight_decay": 0.0001, "epoch": 1},
    {"rate": 3.0, "weight_decay": 1.0, "epoch": 20},
]


@pytest.mark.parametrize("width", [560, 844])
def test_extremes_end_in_a_sentence_and_nothing_is_cut_or_moves(mount_widget, width, screenshot):
    page = mount_widget(training_lab(), width=width)
    heights = set()
    for number, extreme in enumerate(EXTREMES):
        page.model_set_all({"epoch": 0})
        page.model_set_all(extreme)
        heights |= {height_where_all_can_be_read(page, extreme, texts) for texts in PICTURES}
        screenshot(page.root, f"lab_{width}_{number}")
    assert said(page).startswith("epoch ") and "cannot be completed: a number grew beyond" in said(page)
    assert len(heights) == 1
    assert width != 844 or heights.pop() <= 620
    press(page, JUMP)  # there is nothing left to play: it begins again, and ends there again
    assert "cannot be completed" in said(page)
    slide(page, "decay", "Home")
    assert is_trained(page, 0)


def test_keyboard_themes_and_names(mount_widget, axe_violations):
    page = mount_widget(training_lab(hidden=4, samples=60), width=844)
    assert_keyboard_does_all(page, 24)  # four buttons, η, sixteen choices, three sliders
    assert axe_violations(page.page) == []
    dark = mount_widget(training_lab(**OVERFITTING), theme="dark", width=844)
    press(dark, JUMP)
    assert axe_violations(dark.page) == []
    assert [slider.get_attribute("aria-valuetext") for slider in dark.root.get_by_role("slider").all()] == [
        "η = 0.01", "label noise = 20 %", "hidden units 32 + 16", "weight decay λ 0",
    ]  # fmt: skip
