"""Hands and eyes for explorables that are trained in the page: press, choose, slide, play, look."""

import numpy as np
import pytest

from backprop_lib.explorables.hidden_layer import WEIGHTS
from tools.keyboard import operate
from tools.widget_page import settle

PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def state(page, traits):
    return {name: page.model_get(name) for name in traits}


def told(page, explorable, traits):
    """The explorable as Python has it once it has heard everything that the browser says."""
    explorable.set_state(state(page, traits))
    return explorable


def said(page, selector="[role=status]"):
    """The sentence; its parts as Python joins them, where `selector` finds several."""
    return "; ".join(page.root.locator(selector).all_text_contents()).translate(PLAIN)


def button(page, name):
    return page.root.get_by_role("button", name=name, exact=True)


def press(page, *names):
    for name in names:
        button(page, name).click()
    settle(page.page)


def choose(page, *names):
    """Choose one of several: its name, or before it that of its strip."""
    *strip, name = names
    within = page.root.get_by_role("radiogroup", name=strip[0]) if strip else page.root
    within.get_by_role("radio", name=name, exact=True).check(force=True)
    settle(page.page)


def slide(page, name, *keys):
    for key in keys:
        page.root.locator(f'[data-name="{name}"] input').press(key)
    settle(page.page)


# --- one hidden layer ---------------------------------------------------------------------------------------


def close(found, expected, tolerance=1e-12):
    return np.ravel(found) == pytest.approx(np.ravel(expected), rel=tolerance, abs=tolerance)


def trained(explorable, steps, rate):
    """The weights after some steps of gradient descent by our engine."""
    twin = type(explorable)(**explorable.start)
    for name in WEIGHTS:
        setattr(twin, name, getattr(explorable, name))
    for _ in range(steps):
        gradients = twin.gradients
        for name in WEIGHTS:
            setattr(twin, name, np.array(getattr(twin, name)) - rate * gradients[name])
    return {name: getattr(twin, name) for name in WEIGHTS}


# --- playing ------------------------------------------------------------------------------------------------

HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
FOLD = "(root, display) => { root.style.display = display; }"


def assert_plays(page, traits, stops, *, counts, play="play"):
    """It plays when asked to, until one of `stops`, until it is left, and until it is taken away.

    page: mounted with a clock, motion allowed.  counts: the trait that grows.  stops: buttons, and sliders as
    "name→".  play: what the button is called.
    """
    page.clock.run_for(500)
    assert page.model_get(counts) == 0 and page.saved() == []  # never by itself
    for stop in ("pause", *stops, HIDE, FOLD):
        _play(page, counts, play)
        assert page.root.locator("[role=status]").get_attribute("aria-live") == "off"
        _stop(page, stop)
        before = state(page, traits)
        page.clock.run_for(300)
        assert state(page, traits) == before, stop
        assert page.root.locator("[role=status]").get_attribute("aria-live") == "polite"
        assert button(page, play).count() == 1
    _play(page, counts, play)
    assert page.listener_count() > 0
    page.unmount()
    reached = page.model_get(counts)
    page.clock.run_for(300)
    assert page.model_get(counts) == reached > 0
    assert page.listener_count() == 0 and page.element.inner_html() == ""


def _play(page, counts, play):
    before = page.model_get(counts)
    button(page, play).click()
    page.clock.run_for(200)
    assert page.model_get(counts) > before


def _stop(page, stop):
    if stop == HIDE:
        page.evaluate(HIDE, True)
        page.evaluate(HIDE, False)
    elif stop == FOLD:
        page.root.evaluate(FOLD, "none")
        page.clock.run_for(50)
        page.root.evaluate(FOLD, "")
    elif stop.endswith("→"):
        page.root.locator(f'[data-name="{stop[:-1]}"] input').press("ArrowRight")
    else:
        button(page, stop).click()


# --- a good guest -------------------------------------------------------------------------------------------


def assert_keyboard_does_all(page, controls):
    """By keyboard alone all `controls` work, and keep their keys; one thing is read out."""
    report = operate(page.page, page.root)
    assert len(report.controls) == controls
    assert report.problems() == {}
    focusable = ":is(button, input, select):not([data-lm-suppress-shortcuts=true])"
    assert page.root.locator(focusable).count() == 0
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1
