"""Lesson 01 against figures that were worked out apart from it, and against finite differences."""

import math

import pytest

from backprop_lib.exercises import evaluate
from backprop_lib.exercises.lesson_01 import EXAMPLE, backward, dL_dw2, new_w1, sigmoid, sigmoid_slope, step
from backprop_lib.exercises.registry import find_exercise


def loss(x, y, w1, w2, b):
    return (sigmoid(w2 * sigmoid(w1 * x) + b) - y) ** 2


def test_the_figures_of_the_example():
    assert loss(*EXAMPLE) == pytest.approx(0.4556756634, abs=1e-10)
    assert dL_dw2() == pytest.approx(-0.2165066391, abs=1e-10)
    assert backward(*EXAMPLE) == pytest.approx((0.1164552065, -0.2165066391, -0.2961549806), abs=1e-10)
    assert new_w1() == pytest.approx(0.4883544793, abs=1e-10)
    after = step(EXAMPLE[2:], backward(*EXAMPLE), 0.1)
    assert after == pytest.approx((0.4883544793, -0.9783493361, 0.0296154981), abs=1e-10)
    assert loss(*EXAMPLE[:2], *after) == pytest.approx(0.4408782229, abs=1e-10)


def test_the_slope_is_the_slope():
    for z in (-2.0, 0.0, 1.0):
        numeric = (sigmoid(z + 1e-6) - sigmoid(z - 1e-6)) / 2e-6
        assert sigmoid_slope(sigmoid(z)) == pytest.approx(numeric, rel=1e-8)


@pytest.mark.parametrize("case", find_exercise("01.3").cases())
def test_the_backward_pass_agrees_with_finite_differences(case):
    for position, gradient in zip((2, 3, 4), backward(*case), strict=True):
        up, down = list(case), list(case)
        up[position] += 1e-6
        down[position] -= 1e-6
        assert gradient == pytest.approx((loss(*up) - loss(*down)) / 2e-6, rel=1e-5, abs=1e-9)


def test_what_the_predictions_will_measure():
    """The sentences of the confusions speak of these results."""
    x, y, w1, w2, b = EXAMPLE
    gradient = backward(*EXAMPLE)[0]
    change = loss(x, y, w1 + 0.5, w2, b) - loss(*EXAMPLE)
    assert loss(x, y, w1 + 0.01, w2, b) > loss(*EXAMPLE)  # 01.a: grow
    assert 0 < change < 0.5 * gradient  # 01.c: less
    assert backward(x, y, w1 + 0.5, w2, b)[0] < gradient  # ... because the rate shrinks on the way


@pytest.mark.parametrize("typed", [0.4884, 0.48835, 0.488354])
def test_four_digits_are_enough_for_the_simultaneous_step(typed):
    assert evaluate("01.6", typed).solved


@pytest.mark.parametrize("typed", [0.4886, 0.48861, 0.488607])
def test_four_digits_tell_the_step_with_w2_first(typed):
    assert evaluate("01.6", typed).misconception == "w2 first"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (0.5, "not moved"),
        (0.1165, "gradient instead of new value"),
        (-0.0116, "change instead of new value"),
        (0.512, "ascent"),
    ],
)
def test_rounded_slips_of_the_step_are_named(typed, name):
    assert evaluate("01.6", typed).misconception == name


def test_half_a_percent_is_not_close_in_the_step():
    assert "Close" in evaluate("01.6", 0.488).message
    assert "Close" not in evaluate("01.6", 0.491).message


def test_z1_taken_for_a1_and_da1_for_dz2_are_told():
    x, _, w1, w2, _ = EXAMPLE
    dz2 = backward(*EXAMPLE)[2]
    z1, da1 = w1 * x, dz2 * w2
    assert "by z1, which happens to be 1 here" in evaluate("01.2", dz2 * z1).message
    assert "(not da1, which is −dz2 here)" in evaluate("01.2", da1 * sigmoid(z1)).message


def test_a_pass_over_the_cells_above_is_told_though_it_is_right_at_the_examples_numbers():
    a1 = sigmoid(EXAMPLE[2] * EXAMPLE[0])
    a2 = sigmoid(EXAMPLE[3] * a1 + EXAMPLE[4])

    def with_globals(x, y, w1, w2, b):
        dz2 = 2 * (a2 - y) * a2 * (1 - a2)
        return dz2 * w2 * a1 * (1 - a1) * x, dz2 * a1, dz2

    assert with_globals(*EXAMPLE) == pytest.approx(backward(*EXAMPLE), rel=1e-12)
    assert evaluate("01.3", with_globals).misconception == "forward pass left outside"


def test_a_rate_typed_in_is_told_though_it_is_right_at_the_examples_rate():
    def typed(parameters, gradients, eta):
        return step(parameters, gradients, 0.1)

    assert evaluate("01.5", typed).misconception == "rate typed as a number"


def test_the_parameters_of_new_loss_are_those_of_the_lesson():
    assert find_exercise("01.4").argument_names == ("loss", "gradient", "nudge")


def test_a_step_with_everything_recomputed_after_w2_is_taken_for_w2_first():
    x, y, w1, w2, b = EXAMPLE
    w2 -= 0.1 * backward(x, y, w1, w2, b)[1]
    b -= 0.1 * backward(x, y, w1, w2, b)[2]
    assert evaluate("01.6", w1 - 0.1 * backward(x, y, w1, w2, b)[0]).misconception == "w2 first"


def test_other_ways_to_write_the_slope_are_right_too():
    assert evaluate("01.1", lambda a: a - a * a).solved
    assert evaluate("01.1", lambda a: 0.25 - (a - 0.5) ** 2).solved
    assert evaluate("01.1", lambda a: 1 / (2 + 2 * math.cosh(math.log(a / (1 - a))))).solved
