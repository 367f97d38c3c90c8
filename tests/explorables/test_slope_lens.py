"""The slope lens in the next cell: its numbers, its sentence, and what it refuses."""

import math
import random
import re
from decimal import Decimal

import pytest
import traitlets

from backprop_lib.explorables.slope_lens import FUNCTIONS, SlopeLens, _digits, slope_lens
from tests.explorables.test_words import RAISED, many_numbers

# Value and slope, in formulas that are not ours.
TRUTH = {
    "x²": (lambda x: x * x, lambda x: 2.0 * x),
    "x³": (lambda x: x * x * x, lambda x: 3.0 * x * x),
    "sin x": (math.sin, math.cos),
    "eˣ": (math.exp, math.exp),
    "σ(x)": (lambda x: 0.5 + 0.5 * math.tanh(x / 2), lambda x: 0.25 / math.cosh(x / 2) ** 2),
    "|x|": (abs, lambda x: (x > 0.0) - (x < 0.0)),
}


def lens(function="x²", x=1.0, step=1.0, scheme="forward"):
    return SlopeLens(function=function, x=x, step=step, scheme=scheme)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("scheme", ["forward", "central"])
def test_slopes_and_error_are_those_of_the_definition(function, scheme):
    value, slope = TRUTH[function]
    rng = random.Random(3)
    for _ in range(20):
        x, h = rng.uniform(-2.0, 2.0), 10.0 ** rng.uniform(-3.0, 0.0)
        one = lens(function, x, h, scheme)
        low, run = (x - h, 2.0 * h) if scheme == "central" else (x, h)
        rise = value(x + h) - value(low)
        assert one.rise == pytest.approx(rise, rel=1e-10, abs=1e-14)
        assert one.run == run
        assert one.secant_slope == pytest.approx(rise / run, rel=1e-10, abs=1e-11)
        assert one.derivative == pytest.approx(slope(x), rel=1e-14, abs=1e-15)
        assert one.error == abs(one.secant_slope - one.derivative)


@pytest.mark.parametrize("function", ["x³", "sin x", "eˣ", "σ(x)"])
@pytest.mark.parametrize(("scheme", "order"), [("forward", 1), ("central", 2)])
def test_the_error_falls_with_the_step_to_the_power_of_the_scheme(function, scheme, order):
    larger, smaller = (lens(function, 0.7, h, scheme).error for h in (1e-2, 1e-3))
    assert math.log10(larger / smaller) == pytest.approx(order, abs=0.02)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_round_off_ends_it(function):
    assert lens(function, 1.3, 1e-14).error > 10.0 * lens(function, 1.3, 1e-8).error


SENTENCES = {
    ("x²", 1.0, 1.0, "forward"): (
        "x² at x = 1, h = 1: secant slope = (f(x + h) − f(x)) / h = 3 / 1 = +3, derivative = 2·x = +2, "
        "difference +1; a step ten times smaller leaves +0.1"
    ),
    ("x²", 1.0, 1e-5, "forward"): (
        "x² at x = 1, h = 10⁻⁵: secant slope = (f(x + h) − f(x)) / h = 2.00001×10⁻⁵ / 10⁻⁵ = +2.00001, "
        "derivative = 2·x = +2, difference +1.00×10⁻⁵; a step ten times smaller leaves +1.00×10⁻⁶"
    ),
    ("x²", -1.0, 1.0, "central"): (
        "x² at x = −1, h = 1: secant slope = (f(x + h) − f(x − h)) / 2h = −4 / 2 = −2, "
        "derivative = 2·x = −2, difference 0; a step ten times smaller leaves −4.44×10⁻¹⁶"
    ),
    ("x³", 0.0, 1e-5, "central"): (
        "x³ at x = 0, h = 10⁻⁵: secant slope = (f(x + h) − f(x − h)) / 2h = 2×10⁻¹⁵ / (2×10⁻⁵) = +10⁻¹⁰, "
        "derivative = 3·x² = 0, difference +1.00×10⁻¹⁰; a step ten times smaller leaves +1.00×10⁻¹²"
    ),
    ("x³", 1.0, 1e-14, "forward"): (
        "x³ at x = 1, h = 10⁻¹⁴: secant slope = (f(x + h) − f(x)) / h = 2.99760217×10⁻¹⁴ / 10⁻¹⁴ = "
        "+2.99760217, derivative = 3·x² = +3, difference −0.0024; what is left is round-off, for float64 "
        "keeps only 16 digits"
    ),
    ("σ(x)", 0.0, 0.1, "forward"): (
        "σ(x) at x = 0, h = 0.1: secant slope = (f(x + h) − f(x)) / h = 0.0249791875 / 0.1 = +0.249791875, "
        "derivative = σ(x)·(1 − σ(x)) = +0.25, difference −2.08×10⁻⁴; a step ten times smaller leaves "
        "−2.08×10⁻⁶"
    ),
    ("|x|", 0.0, 1e-3, "forward"): (
        "|x| at x = 0, h = 0.001: secant slope = (f(x + h) − f(x)) / h = 0.001 / 0.001 = +1, "
        "derivative = sign(x) = 0, difference +1; |x| has no tangent at its kink, and 0 is only a "
        "convention; a step ten times smaller leaves +1"
    ),
    ("|x|", -0.5, 1.0, "forward"): (
        "|x| at x = −0.5, h = 1: secant slope = (f(x + h) − f(x)) / h = 0 / 1 = 0, "
        "derivative = sign(x) = −1, difference +1; the step reaches over the kink at 0; "
        "a step ten times smaller leaves +2.22×10⁻¹⁶"
    ),
    ("|x|", 0.5, 1.0, "central"): (
        "|x| at x = 0.5, h = 1: secant slope = (f(x + h) − f(x − h)) / 2h = 1 / 2 = +0.5, "
        "derivative = sign(x) = +1, difference −0.5; the step reaches over the kink at 0; "
        "a step ten times smaller leaves −2.22×10⁻¹⁶"
    ),
}


@pytest.mark.parametrize("state", SENTENCES, ids=str)
def test_the_sentence_says_it_in_numbers(state):
    assert repr(lens(*state)) == lens(*state).sentence == SENTENCES[state]


def test_round_off_is_named_only_where_it_is_all_that_is_left():
    for function in ("sin x", "eˣ", "σ(x)"):
        named = ["round-off" in lens(function, 0.7, float(f"1e-{k}")).sentence for k in range(15)]
        assert named[:7] == [False] * 7 and named[10:] == [True] * 5


WRITTEN = re.compile(r"(−?)(?:(\d+(?:\.\d*[1-9])?)|(?:(\d(?:\.\d*[1-9])?)×)?10(⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))")


def test_nine_digits_are_kept():
    for x in [*many_numbers(), 2.00001, 9.999999995, -99.9999999951, 999999.9995, 1e-7, -1e-14]:
        minus, plain, mantissa, power = WRITTEN.fullmatch(_digits(x)).groups()
        exact = Decimal(plain or mantissa or 1).scaleb(int((power or "0").translate(RAISED)))
        exact = -exact if minus else exact
        assert abs(exact - Decimal(x)) <= abs(Decimal(x)) * Decimal("5.0000001e-9"), (x, _digits(x))


def test_traits_are_read_and_set_and_the_numbers_follow():
    one = slope_lens("sin x", 0, 0.5)
    assert (one.function, one.x, one.step, one.scheme) == ("sin x", 0.0, 0.5, "forward")
    assert one.derivative == 1.0
    one.x = 1
    one.scheme = "central"
    assert one.derivative == math.cos(1.0)
    assert one.secant_slope == pytest.approx(math.sin(0.5) / 0.5 * math.cos(1.0), rel=1e-14)
    one.function = "eˣ"
    assert one.derivative == math.e
    assert one.start == {"function": "sin x", "x": 0.0, "step": 0.5, "scheme": "forward"}


NAMES = "'x²', 'x³', 'sin x', 'eˣ', 'σ(x)', '|x|'"


@pytest.mark.parametrize(
    ("trait", "wrong", "message"),
    [
        ("function", "x**2", f"the function is one of {NAMES}; received 'x**2'"),
        ("x", 2.1, "x is a number from −2 to 2; received 2.1"),
        ("x", math.nan, "x is a number from −2 to 2; received nan"),
        ("step", 0.0, "the step is a number from 1e-14 to 1; received 0.0"),
        ("step", -0.1, "the step is a number from 1e-14 to 1; received -0.1"),
        ("step", math.inf, "the step is a number from 1e-14 to 1; received inf"),
        ("scheme", "backward", "the scheme is one of 'forward', 'central'; received 'backward'"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_and_nothing_moves(trait, wrong, message):
    one = lens()
    before = one.sentence
    with pytest.raises(traitlets.TraitError, match=f"^{re.escape(message)}$"):
        setattr(one, trait, wrong)
    assert one.sentence == before
    with pytest.raises(traitlets.TraitError):
        SlopeLens(**{trait: wrong})


@pytest.mark.parametrize("wrong", ["one", None])
def test_what_is_no_number_is_refused(wrong):
    one = lens()
    with pytest.raises(traitlets.TraitError):
        one.step = wrong
    assert one.step == 1.0
