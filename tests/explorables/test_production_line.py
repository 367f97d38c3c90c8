"""The production line as a learner has it in the next cell: lengths, gradients, the sentence."""

import math
import random

import pytest
import traitlets

from backprop_lib.explorables.production_line import KNOBS, production_line


def states(count=200, seed=5):
    """Leaves as the sliders give them, and some beyond."""
    rng = random.Random(seed)
    for _ in range(count):
        yield {
            "x": 2.0,
            "w1": rng.uniform(-1, 4),
            "w2": rng.uniform(-1, 4),
            "b": rng.uniform(-4, 4),
            "y": rng.uniform(0, 12),
        }


def test_it_begins_with_a_product_too_long_for_which_each_knob_is_blamed_differently():
    line = production_line()
    assert dict(line.values) == {"x": 2.0, "w1": 1.5, "w2": 2.0, "b": -1.0, "y": 3.0}
    assert {name: line.gradients[name] for name in KNOBS} == {"w1": 16.0, "w2": 12.0, "b": 4.0}


def test_the_gradients_are_those_of_the_formula():
    line = production_line()
    for leaves in states():
        line.values = leaves
        x, w1, w2, b, y = leaves.values()
        miss = x * w1 * w2 + b - y
        expected = {"w1": 2 * miss * x * w2, "w2": 2 * miss * x * w1, "b": 2 * miss, "y": -2 * miss}
        found = line.gradients
        assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("knobs", "leaves", "said"),
    [
        (
            3,
            {},
            "The product is 5 cm, 2 cm too long: the loss is 4; turn w1 up a little and the loss rises "
            "16 times as much (w2: rises 12 times, b: rises 4 times); most to blame: w1, so turn it down",
        ),
        (
            2,
            {"w1": 0.5},
            "The product is 1 cm, 2 cm too short: the loss is 4; turn w1 up a little and the loss falls "
            "16 times as much (w2: falls 4 times); most to blame: w1, so turn it up",
        ),
        (
            1,
            {"w1": 0.5},
            "The product is 1 cm, 2 cm too short: the loss is 4; turn w1 up a little and the loss falls "
            "16 times as much, so turn it up",
        ),
        (3, {"w1": 1.0}, "The product is 3 cm, as the customer wants: the loss is 0, no knob is to blame"),
        (
            3,
            {"w1": 1.5, "w2": 1.5},
            "The product is 3.5 cm, 0.5 cm too long: the loss is 0.25; turn w1 up a little and the loss "
            "rises 3 times as much (w2: rises 3 times, b: rises 1 times); most to blame: w1 and w2, alike",
        ),
        (
            3,
            {"w2": 0.0},
            "The product is −1 cm, 4 cm too short: the loss is 16; turn w1 up a little and the loss stays "
            "(w2: falls 24 times, b: falls 8 times); most to blame: w2, so turn it up",
        ),
        (
            2,
            {"w1": 0.0, "w2": 0.0},
            "The product is −1 cm, 4 cm too short: the loss is 16; turning w1 or w2 a little changes nothing",
        ),
        (
            1,
            {"w2": 0.0},
            "The product is −1 cm, 4 cm too short: the loss is 16; turning w1 a little changes nothing",
        ),
    ],
)
def test_the_sentence_says_how_wrong_it_is_and_who_is_to_blame(knobs, leaves, said):
    line = production_line(knobs)
    line.set(**leaves)
    assert line.sentence == repr(line) == said


def test_where_there_is_no_result_the_repr_says_why():
    line = production_line()
    line.set(w1=1e200, w2=1e200)
    assert "\n" not in repr(line) and "inf" not in repr(line) and "nan" not in repr(line)


@pytest.mark.parametrize("knobs", [0, 4, -1])
def test_a_line_has_one_to_three_knobs(knobs):
    with pytest.raises(traitlets.TraitError, match=f"^1, 2 or 3 knobs can be .* knobs={knobs}$"):
        production_line(knobs)
    line = production_line(2)
    with pytest.raises(traitlets.TraitError, match="1, 2 or 3 knobs"):
        line.knobs = knobs
    assert line.knobs == 2


def test_what_is_no_number_of_knobs_is_refused():
    with pytest.raises(traitlets.TraitError, match="knobs"):
        production_line("two")


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_no_length_is_refused_and_nothing_moves(number):
    line = production_line()
    with pytest.raises(ValueError, match="a Value needs"):
        line.values["w1"] = number
    assert line.values["w1"] == 1.5


def test_two_lines_do_not_share_their_state():
    one, other = production_line(), production_line()
    one.values["w1"] = 3
    assert other.values["w1"] == 1.5
