"""How numbers and the one sentence are written."""

import math
import random
import re

import pytest

from backprop_lib import Value
from backprop_lib.explorables import explore, words

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
WRITTEN = re.compile(r"−?\d+(\.\d*[1-9])?|−?\d\.\d\d×10⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def many_numbers():
    rng = random.Random(2)
    spread = [rng.choice((-1, 1)) * 10 ** rng.uniform(-320, 308) for _ in range(500)]
    usual = [rng.uniform(-3, 3) for _ in range(1000)] + [rng.uniform(-2e5, 2e5) for _ in range(500)]
    ties = [k / 32 for k in range(-100, 100)] + [k * 500.0 for k in range(200, 300)]
    edges = [
        0.0,
        -0.0,
        1.0,
        0.0005,
        0.00049999,
        -0.00005,
        99999.99994,
        99999.99996,
        100000.0,
        5e-324,
        1.7e308,
    ]
    return [*spread, *usual, *ties, *edges]


def read(text):
    mantissa, _, exponent = text.replace("−", "-").replace("+", "").partition("×10")
    return float(mantissa) * 10.0 ** int(exponent.translate(RAISED) or 0)


@pytest.mark.parametrize("x", [0.5, -0.2961549806, 12345.6789, 0.0005, 99999.99994])
def test_four_decimals_are_kept(x):
    assert abs(read(words.number(x)) - x) <= 0.00005000001


def test_every_number_can_be_read_back_to_the_digits_that_are_written():
    for x in many_numbers():
        text = words.number(x)
        assert WRITTEN.fullmatch(text), (x, text)
        if abs(x) > 1e-300:
            assert abs(read(text) - x) <= max(0.005001 * abs(x) if "×" in text else 0.00005001, 0), (x, text)


def test_a_gradient_shows_its_sign_by_glyph():
    for x in many_numbers():
        text = words.signed(x)
        assert text[0] == ("+" if x > 0 else "−" if x < 0 else "0"), (x, text)
        assert "-" not in text
        assert text.lstrip("+") == words.number(x)


@pytest.mark.parametrize(
    ("x", "expected"),
    [(0.03125, "0.0313"), (-0.03125, "−0.0313"), (112500.0, "1.13×10⁵"), (-0.0, "0"), (2.0, "2")],
)
def test_halves_are_rounded_as_browsers_do(x, expected):
    assert words.number(x) == expected


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_none_and_has_no_sign(x):
    assert words.number(x) == words.signed(x) == "none"


def test_the_sentence_names_six_leaves_and_counts_the_others():
    w = [Value(float(k), label=f"w{k}") for k in range(9)]
    said = repr(explore(sum(w[1:], start=w[0])))
    assert said.count("∂") == 12 and said.endswith(", and 3 more")


def test_what_is_known_by_its_formula_is_bracketed():
    a, b = Value(2.0), Value(3.0, label="my b")
    assert repr(explore(a * b)) == "a·(my b) = 6; ∂(a·(my b))/∂a = +3, ∂(a·(my b))/∂(my b) = +2"
