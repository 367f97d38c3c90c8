"""The ε lab in the next cell: its numbers, its sentence, and what it refuses."""

import itertools
import math
import re

import mpmath
import numpy as np
import pytest
import traitlets

from backprop_lib import Tensor
from backprop_lib.explorables.epsilon_lab import EXAMPLES, EpsilonLab, _rough, epsilon_lab
from backprop_lib.training import numerical_gradient

STEPS = [1.0, *(float(f"{digit}e-{k}") for k in range(1, 15) for digit in (3, 1))]
MACHINE = {"float32": 2.0**-23, "float64": 2.0**-52}
NUMBERS = {"float32": np.float32, "float64": float}
SETTINGS = list(itertools.product(EXAMPLES, ("central", "forward"), NUMBERS))

# The same losses, not in our spelling.
LOSSES = {
    "smooth": lambda w1, f: (f.sigmoid(-f.sigmoid(2 * w1)) - 1) ** 2,
    "ReLU": lambda w1, f: (f.relu(2 * w1) / 7 - 1) ** 2,
    "kink": lambda w1, f: f.relu(w1),
}


class Exactly:
    """The activations in as many digits as mpmath works with."""

    sigmoid = staticmethod(lambda z: 1 / (1 + mpmath.exp(-z)))
    relu = staticmethod(lambda z: max(z, mpmath.mpf(0)))


def lab(example="smooth", epsilon=1e-5, scheme="central", dtype="float64"):
    return EpsilonLab(example=example, epsilon=epsilon, scheme=scheme, dtype=dtype)


def where(example):
    return EXAMPLES[example][0]


# --- the losses and their gradients -------------------------------------------------------------------------


@pytest.mark.parametrize("example", ["smooth", "ReLU"])
def test_loss_gradient_and_taylor_coefficients_are_exact(example):
    with mpmath.workdps(60):
        orders = [0, 1, 2, 3]
        at = mpmath.mpf(where(example))
        true = [mpmath.diff(lambda w1: LOSSES[example](w1, Exactly), at, order) for order in orders]
        expected = [float(slope / mpmath.factorial(order)) for order, slope in zip(orders, true, strict=True)]
    found = [lab().theory[example][name] for name in ("loss", "truth", "second", "third")]
    assert found == pytest.approx(expected, rel=1e-14, abs=1e-20)
    assert lab(example).truth == found[1]


def test_the_kink_has_the_gradient_of_its_flat_side():
    assert lab("kink").theory["kink"] == {"loss": 0.0, "truth": 0.0, "second": 0.0, "third": 0.0}


@pytest.mark.parametrize(("example", "scheme", "dtype"), SETTINGS)
def test_both_losses_are_the_tensors_to_a_few_last_digits(example, scheme, dtype):
    """NumPy's exp may be off in its last digits, and differs between machines: by 8u of a value."""
    number = NUMBERS[dtype]
    for epsilon in STEPS:
        at, step = number(where(example)), number(epsilon)
        ends = (at + step, at - step if scheme == "central" else at)
        found = lab(example, epsilon, scheme, dtype).values
        for end, value in zip(ends, found, strict=True):
            tensor = LOSSES[example](Tensor(np.asarray(end)), Tensor)
            assert tensor.data.dtype == dtype
            assert value == pytest.approx(float(tensor.data), rel=8.0 * MACHINE[dtype], abs=0.0)
            assert value == float(number(value))  # a number that this dtype has


@pytest.mark.parametrize(("example", "scheme", "dtype"), SETTINGS)
def test_the_numerical_gradient_is_the_one_of_the_training_tools(example, scheme, dtype):
    at, loss = EXAMPLES[example]
    plain = {"sigmoid": lambda z: 1.0 / (1.0 + type(z)(math.exp(-z))), "relu": lambda z: max(z, type(z)(0.0))}
    for epsilon in STEPS:
        one = lab(example, epsilon, scheme, dtype)
        try:
            expected = numerical_gradient(lambda w1: loss(w1, **plain), NUMBERS[dtype](at), epsilon, scheme)
        except ValueError:  # ε does not move w1
            expected = 0.0
            assert "too small to move w1 in float32" in one.sentence
        assert one.numerical == expected
        assert one.truth == lab(example).truth


@pytest.mark.parametrize(("example", "scheme", "dtype"), SETTINGS)
def test_the_error_is_relative_to_the_larger_number_and_judged_as_in_a_gradient_check(example, scheme, dtype):
    for epsilon in STEPS:
        one = lab(example, epsilon, scheme, dtype)
        larger = max(abs(one.numerical), abs(one.truth)) or 1.0
        assert one.error == abs(one.numerical - one.truth) / larger
        assert one.verdict == ("good" if one.error < 1e-5 else "suspicious" if one.error <= 1e-3 else "bug")


# --- the figures of the lesson ------------------------------------------------------------------------------


@pytest.mark.parametrize(("epsilon", "error"), [(1e-2, 1.3e-5), (1e-5, 7e-12), (1e-8, 2.3e-8), (1e-12, 8e-4)])
def test_errors_of_central_differences_on_the_network_of_lesson_01(epsilon, error):
    found = lab(epsilon=epsilon).error
    if epsilon == 1e-2:  # truncation: the same on every machine
        assert found == pytest.approx(error, rel=0.05)
    else:  # round-off: the last digits of exp may differ
        assert error / 10.0 < found < error * 10.0


def test_float32_never_gets_below_1e_minus_5():
    errors = [lab(epsilon=epsilon, dtype="float32").error for epsilon in STEPS]
    assert 1e-5 < min(errors) < 3e-5
    assert max(errors) == 1.0  # nothing is left


@pytest.mark.parametrize("dtype", NUMBERS)
def test_a_kink_within_epsilon_gives_0_45_where_the_truth_is_0(dtype):
    one = lab("kink", 1e-5, dtype=dtype)
    assert one.numerical == pytest.approx(0.45, rel=1e-6 if dtype == "float32" else 1e-12)
    assert (one.truth, one.error, one.verdict) == (0.0, 1.0, "bug")
    assert lab("kink", 1e-5, "forward", dtype).numerical == pytest.approx(0.9, rel=1e-6)
    for epsilon in STEPS:
        cured = lab("kink", epsilon, dtype=dtype)
        assert (cured.error == 0.0) == (cured.verdict == "good") == (epsilon <= 1e-6)


def test_a_relu_network_has_no_truncation_with_central_differences():
    assert lab("ReLU", 1.0).error < 1e-15
    assert lab("ReLU", 1.0, "forward").error > 0.1


@pytest.mark.parametrize("example", ["smooth", "ReLU"])
@pytest.mark.parametrize("scheme", ["central", "forward"])
def test_truncation_is_what_theory_expects(example, scheme):
    theory = lab().theory[example]
    for epsilon in (1e-2, 3e-3, 1e-3):
        terms = {"central": theory["third"] * epsilon**2, "forward": theory["second"] * epsilon}
        expected = abs(terms[scheme] / theory["truth"])
        assert lab(example, epsilon, scheme).error == pytest.approx(expected, rel=0.02, abs=1e-12)


@pytest.mark.parametrize(("example", "scheme", "dtype"), [one for one in SETTINGS if one[0] != "kink"])
def test_round_off_stays_near_its_line(example, scheme, dtype):
    """Two losses, each off by 2u·|L| at most, and rounded ends: together less than 8u·|L| over the run."""
    theory = lab().theory[example]
    for epsilon in STEPS:
        expected = 8.0 * MACHINE[dtype] * theory["loss"] / epsilon / abs(theory["truth"])
        terms = {"central": theory["third"] * epsilon**2, "forward": theory["second"] * epsilon}
        truncation = 1.5 * abs(terms[scheme] / theory["truth"])
        assert lab(example, epsilon, scheme, dtype).error < truncation + expected


def test_the_best_epsilon_is_a_root_of_the_machine_epsilon():
    found = [lab(scheme=s, dtype=d).best_epsilon for s in ("central", "forward") for d in NUMBERS]
    assert found == pytest.approx([4.92e-3, 6.06e-6, 3.45e-4, 1.49e-8], rel=1e-2)


# --- the sentence -------------------------------------------------------------------------------------------

QUADRATIC = "L is quadratic here, so central differences have no truncation: the larger ε, the better"
SENTENCES = {
    ("smooth", 1e-2, "central", "float64"): (
        "ε = 0.01, central, float64: numerical +0.116454, true +0.116455, relative error 1.3×10⁻⁵, "
        "verdict suspicious, a false alarm; truncation rules here: a smaller ε would be better"
    ),
    ("smooth", 1.0, "forward", "float32"): (
        "ε = 1, forward, float32: numerical +0.065078, true +0.116455, relative error 0.44, "
        "verdict bug, a false alarm; truncation rules here: a smaller ε would be better"
    ),
    ("smooth", 1e-14, "central", "float32"): (
        "ε = 10⁻¹⁴, central, float32: numerical 0, true +0.116455, relative error 1, verdict bug, a false "
        "alarm; ε is too small to move w1 in float32: both ends are the same number"
    ),
    ("smooth", 1e-7, "central", "float32"): (
        "ε = 10⁻⁷, central, float32: numerical 0, true +0.116455, relative error 1, verdict bug, a false "
        "alarm; both losses are the same number in float32: no digit is left"
    ),
    ("ReLU", 1.0, "central", "float32"): (
        f"ε = 1, central, float32: numerical −0.37551, true −0.37551, relative error 5.1×10⁻⁸, verdict good; "
        f"{QUADRATIC}"
    ),
    ("kink", 1e-5, "central", "float64"): (
        "ε = 10⁻⁵, central, float64: numerical +0.45, true 0, relative error 1, verdict bug, a false alarm; "
        "the step reaches over the kink, 10⁻⁶ away: make ε smaller"
    ),
    ("kink", 1e-6, "forward", "float32"): (
        "ε = 10⁻⁶, forward, float32: numerical 0, true 0, relative error 0, verdict good; "
        "both ends lie on the same side of the kink"
    ),
}


@pytest.mark.parametrize("state", SENTENCES, ids=str)
def test_the_sentence_says_it_in_numbers(state):
    assert repr(lab(*state)) == lab(*state).sentence == SENTENCES[state]


def test_the_sentence_tells_which_epsilon_would_be_better():
    def advice(**state):
        told = [lab(epsilon=epsilon, **state).sentence for epsilon in STEPS]
        return ["<" if "a smaller" in one else ">" if "a larger" in one else "=" for one in told]

    assert advice() == ["<"] * 9 + ["="] * 2 + [">"] * 18  # equal at 3e-5 and 1e-5
    assert advice(scheme="forward") == ["<"] * 14 + ["="] * 2 + [">"] * 13  # at 1e-7 and 3e-8
    for state in ({}, {"scheme": "forward"}):
        errors = [lab(epsilon=epsilon, **state).error for epsilon in STEPS]
        assert advice(**state)[errors.index(min(errors))] == "="


def test_errors_are_written_with_two_digits():
    assert [_rough(x) for x in (0.0, 1.0, 0.1436, 7.77e-4, 9.99e-9)] == ["0", "1", "0.14", "0.0008", "10⁻⁸"]


# --- traits -------------------------------------------------------------------------------------------------


def test_traits_are_read_and_set_and_the_numbers_follow():
    one = epsilon_lab("ReLU", 1, "forward", "float32")
    chosen = {"example": "ReLU", "epsilon": 1.0, "scheme": "forward", "dtype": "float32"}
    assert {name: getattr(one, name) for name in chosen} == one.start == chosen
    one.example, one.epsilon, one.scheme, one.dtype = "smooth", 0.1, "central", "float64"
    assert one.numerical == pytest.approx(0.1163, abs=1e-4)
    assert one.values[0] - one.values[1] == pytest.approx(0.2 * one.numerical, rel=1e-12)
    assert one.start == chosen
    default = epsilon_lab()
    assert (default.example, default.epsilon, default.scheme, default.dtype) == (
        "smooth",
        1e-5,
        "central",
        "float64",
    )


@pytest.mark.parametrize(
    ("trait", "wrong", "message"),
    [
        ("example", "sharp", "the example is one of 'smooth', 'ReLU', 'kink'; received 'sharp'"),
        ("scheme", "backward", "the scheme is one of 'forward', 'central'; received 'backward'"),
        ("dtype", "float16", "the dtype is one of 'float32', 'float64'; received 'float16'"),
        ("epsilon", 0.0, "epsilon is a number from 1e-14 to 1; received 0.0"),
        ("epsilon", -1e-5, "epsilon is a number from 1e-14 to 1; received -1e-05"),
        ("epsilon", math.nan, "epsilon is a number from 1e-14 to 1; received nan"),
        ("epsilon", math.inf, "epsilon is a number from 1e-14 to 1; received inf"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_and_nothing_moves(trait, wrong, message):
    one = lab()
    before = one.sentence
    with pytest.raises(traitlets.TraitError, match=f"^{re.escape(message)}$"):
        setattr(one, trait, wrong)
    assert one.sentence == before
    with pytest.raises(traitlets.TraitError):
        EpsilonLab(**{trait: wrong})


def test_theory_and_start_are_not_for_setting():
    one = lab()
    for name in ("theory", "start"):
        with pytest.raises(traitlets.TraitError):
            setattr(one, name, {})
