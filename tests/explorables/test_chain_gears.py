"""The train of gears as a learner has it in the next cell: numbers, sentences, and what may be set."""

import math
import re

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib import Value
from backprop_lib.explorables.chain_gears import STAGES, ChainGears, chain_gears, change

# The same functions, written down a second time as a learner would.
BY_HAND = {
    "×": lambda v, w: v * w,
    "+": lambda v, w: v + w,
    "square": lambda v, _: v**2,
    "sigmoid": lambda v, _: v.sigmoid(),
    "tanh": lambda v, _: v.tanh(),
    "relu": lambda v, _: v.relu(),
    "sin": lambda v, _: v.sin(),
    "exp": lambda v, _: v.exp(),
}

numbers = st.floats(-2.0, 2.0)
chains = st.lists(st.sampled_from(list(STAGES)), min_size=2, max_size=6)
directions = st.sampled_from(["backward", "forward"])


def made(stages, seeds, x, **state):
    letters = {f"{STAGES[name].letter}{k}": k for k, name in enumerate(stages, 1) if STAGES[name].letter}
    return ChainGears(stages, {name: seeds[k - 1] for name, k in letters.items()}, x=x, **state)


def by_hand(gears):
    """The values along the chain, made by a learner's own expressions, after `backward`."""
    values = [Value(gears.x)]
    for k, name in enumerate(gears.stages, start=1):
        weight = gears.weights.get(f"w{k}", gears.weights.get(f"b{k}"))
        values.append(BY_HAND[name](values[-1], weight))
    values[-1].backward()
    return values


@given(chains, st.lists(numbers, min_size=6, max_size=6), numbers)
def test_the_product_of_the_slopes_is_the_gradient_from_either_end(stages, seeds, x):
    gears = made(stages, seeds, x)
    try:
        values = by_hand(gears)
    except OverflowError:
        with pytest.raises(OverflowError, match=r"is beyond what a computer can hold"):
            gears.values  # noqa: B018
        assert "is beyond what a computer can hold" in repr(gears)
        return
    close = lambda many: pytest.approx(many, rel=1e-12, abs=1e-300, nan_ok=True)  # noqa: E731
    assert gears.values == close([value.data for value in values])
    if not math.isfinite(values[0].grad):
        return
    assert gears.products == close([value.grad for value in values])
    assert gears.derivative == close(values[0].grad)
    assert math.prod(gears.slopes) == close(values[0].grad)
    gears.direction = "forward"
    assert gears.products[0] == 1.0
    assert gears.products == close([math.prod(gears.slopes[:k]) for k in range(len(values))])
    assert gears.derivative == close(values[0].grad)


@pytest.mark.parametrize("direction", ["backward", "forward"])
def test_a_smaller_nudge_moves_the_values_more_nearly_as_the_slopes_say(direction):
    gears = chain_gears("×2", "tanh", "×3", "sigmoid", direction=direction)
    off = []
    for nudge in (0.1, 0.01, 0.001):
        gears.nudge = nudge
        rates = [moved / nudge for moved in gears.measured]
        off.append(max(abs(rate - product) for rate, product in zip(rates, gears.products, strict=True)))
    # The first term left out is the second derivative's: a tenth of the nudge, a tenth of the difference.
    assert off[0] / off[1] == pytest.approx(10.0, rel=0.2)
    assert off[1] / off[2] == pytest.approx(10.0, rel=0.03)


def test_what_is_measured_is_what_the_nudge_moves():
    gears = chain_gears("×2", "square", "+1", x=3.0, nudge=0.5)
    assert gears.values == [3.0, 6.0, 36.0, 37.0]
    assert gears.measured == [13.0, 6.25, 0.5, 0.5]  # y, when each value alone is nudged
    gears.direction = "forward"
    assert gears.measured == [0.5, 1.0, 13.0, 13.0]  # each value, when x is nudged


def test_noise_of_the_last_digits_is_no_change_and_an_overflow_none():
    saturated = chain_gears("×2", "tanh", x=12.0)
    saturated.nudged = True
    assert saturated.measured[0] == 0.0
    assert repr(saturated).endswith("and it moves by 0")
    brink = chain_gears("square", "exp", x=26.5, nudge=1.0)
    brink.nudged = True
    assert brink.measured[0] is None
    assert brink.measured[1] == pytest.approx(brink.values[2] * (math.e - 1.0))
    assert repr(brink).endswith("and it moves by none")


# --- sentences ----------------------------------------------------------------------------------------------

SENTENCES = {
    "at x = 0.4, dy/dx = 0.305 × (−1.5) × 1 × 2 = −0.9151: y moves 0.9151 times as far as x, the other way": (
        chain_gears,
        {},
    ),
    "at x = 0.4, dy/dx = 2 × 1 × (−1.5) × 0.305 = −0.9151: y moves 0.9151 times as far as x, the other way": (
        chain_gears,
        {"direction": "forward"},
    ),
    "at x = −1, dy/dx = 1 × (−1.5) × 0 × 2 = 0: the slope of ReLU is 0 here, and 0 times anything is 0": (
        chain_gears,
        {"x": -1.0},
    ),
    "at x = 1.5, dy/dx = 4.94×10⁻⁴ × (−1.5) × 1 × 2 = −0.0015: tanh is nearly flat here "
    "(slope 4.94×10⁻⁴), so y hardly feels x": (chain_gears, {"x": 1.5}),
    "at x = 2, dy/dx = 55.75 × 8 × 1 = +446: y moves 446 times as far as x, "
    "because large slopes multiply up": (
        lambda: chain_gears("+2", "square", "*55.75"),
        {"x": 2.0},
    ),
    "at x = 0.4, dy/dx = 0.305 × (−1.5) × 1 × 2 = −0.9151: nudging x by +0.1 should move y by −0.09151, "
    "and it moves by −0.07149": (chain_gears, {"nudge": 0.1, "nudged": True}),
    "v2 is beyond what a computer can hold: exp receives v1 = 1000; move x or a weight back": (
        lambda: chain_gears("×10", "exp", "tanh"),
        {"x": 100.0},
    ),
    "dy/dx is beyond what a computer can hold; move x or a weight back": (
        lambda: chain_gears("square", "exp", "×100", "×100"),
        {"x": 26.4},
    ),
}


@pytest.mark.parametrize("expected", SENTENCES, ids=lambda text: text[-30:])
def test_the_sentence_says_it_in_numbers(expected):
    make, state = SENTENCES[expected]
    gears = make()
    for name, value in state.items():
        setattr(gears, name, value)
    assert repr(gears) == expected


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.00999951, "+0.01"),
        (-0.0012346, "−0.001235"),
        (0.03125, "+0.03125"),
        (9999.4, "+9999"),
        (9999.9, "+1×10⁴"),
        (-123456.0, "−1.235×10⁵"),
        (0.00099999, "+0.001"),
        (1e-12, "+1×10⁻¹²"),
        (0.0, "0"),
        (None, "none"),
    ],
)
def test_changes_are_written_with_four_digits(x, text):
    assert change(x) == text


# --- what may be set ----------------------------------------------------------------------------------------


def test_stages_are_read_as_they_are_typed():
    gears = chain_gears("×2", "* -1.5", "+ .5", "-1", "−2", "ReLU")
    assert gears.stages == ["×", "×", "+", "+", "+", "relu"]
    assert gears.weights == {"w1": 2.0, "w2": -1.5, "b3": 0.5, "b4": -1.0, "b5": -2.0}
    assert chain_gears("×", "+", "σ").weights == {"w1": 2.0, "b2": 1.0}


@pytest.mark.parametrize("text", ["cosh", "×a", "x2", "", "/3", "+1.2.3", "-"])
def test_a_stage_that_is_none_is_refused_in_one_sentence(text):
    with pytest.raises(ValueError, match=r"^a stage is one of ×2, \+1, square, .*; received '") as refused:
        chain_gears("tanh", text)
    assert "\n" not in str(refused.value)


def test_a_stage_is_a_text():
    with pytest.raises(TypeError, match=r'^a stage is a text such as "×2" or "tanh"; received 3$'):
        chain_gears("tanh", 3)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", 101.0, "x is a number from −100 to 100; received 101.0"),
        ("x", math.nan, "x is a number from −100 to 100; received nan"),
        ("stages", ["tanh"], "a chain has 2 to 6 stages; received 1"),
        ("stages", ["tanh"] * 7, "a chain has 2 to 6 stages; received 7"),
        ("stages", ["tanh", "cosh"], f"a stage is one of {', '.join(STAGES)}; received 'cosh'"),
        ("weights", {"w2": 1.0}, "there is no weight 'w2' here; the weights are w1, w3"),
        ("weights", {"w1": "2"}, "w1 is a number from −100 to 100; received '2'"),
        ("weights", {"w1": -200.0}, "w1 is a number from −100 to 100; received -200.0"),
        ("direction", "sideways", 'the direction is "backward" or "forward"; received \'sideways\''),
        ("nudge", 0.0, "a nudge is a number above 0 and at most 1; received 0.0"),
        ("nudge", 2.0, "a nudge is a number above 0 and at most 1; received 2.0"),
    ],
)
def test_a_wrong_value_is_refused_and_nothing_changes(name, value, message):
    gears = chain_gears()
    before = repr(gears), getattr(gears, name)
    with pytest.raises(traitlets.TraitError, match=f"^{re.escape(message)}$"):
        setattr(gears, name, value)
    assert (repr(gears), getattr(gears, name)) == before


def test_without_a_parameter_there_is_none_to_set():
    gears = chain_gears("tanh", "exp")
    with pytest.raises(traitlets.TraitError, match="the weights are none, for no stage is a × or a"):
        gears.weights["w1"] = 1.0


def test_weights_are_set_one_by_one_and_follow_the_stages():
    gears = chain_gears("×2", "relu", "×-1.5", "tanh")
    heard = []
    gears.observe(lambda change: heard.append(dict(change.new)), ["weights"])
    gears.weights["w1"] = 3
    assert gears.weights == {"w1": 3.0, "w3": -1.5} and heard == [{"w1": 3.0, "w3": -1.5}]
    assert gears.slopes[0] == 3.0
    gears.stages = ["×", "+", "tanh"]
    assert gears.weights == {"w1": 3.0, "b2": 1.0}
    gears.stages = ["tanh", "exp"]
    assert gears.weights == {}


def test_the_browsers_state_arrives_as_a_whole():
    gears = chain_gears()
    gears.set_state({"stages": ["+", "sin", "×"], "weights": {"b1": -0.5, "w3": 4.0}, "x": 1})
    assert gears.weights == {"b1": -0.5, "w3": 4.0}
    assert gears.derivative == pytest.approx(4.0 * math.cos(0.5), rel=1e-15)
