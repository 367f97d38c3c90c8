"""Every operation against the exact value, its formulas against its numbers, and its kinks."""

import re

import mpmath
import pytest

from backprop_lib.engine import functions
from tests.engine.cases import CASES, EVERY, agree, name_of, points

EACH_OPERATION = pytest.mark.parametrize(
    ("operation", "case", "exact"), EVERY, ids=[name_of(operation) for operation, _, _ in EVERY]
)


@pytest.fixture(autouse=True)
def forty_digits():
    with mpmath.workdps(40):
        yield


def test_each_operation_has_a_case():
    assert set(CASES) == set(functions.OPERATIONS)


@EACH_OPERATION
def test_value_and_local_derivatives_are_exact_to_12_digits(operation, case, exact):
    for numbers in points(case.ranges, 40):
        value, slopes = operation.rule(*numbers)
        precise = [mpmath.mpf(number) for number in numbers]
        assert agree(value, exact(*precise)), (numbers, value)
        assert len(slopes) == len(numbers)
        for index, slope in enumerate(slopes):
            orders = tuple(int(i == index) for i in range(len(numbers)))
            assert agree(slope, mpmath.diff(exact, precise, orders)), (numbers, index, slope)


# --- what a learner reads -----------------------------------------------------------------------------------


def python_of(formula):
    """Translate a formula as it is shown into a Python expression."""
    raised = re.compile(r"⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:·[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")
    plain = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻·", "0123456789-.")
    text = raised.sub(lambda found: f"**({found[0].translate(plain)})", formula)
    text = re.sub(r"√(\w+)", r"sqrt(\1)", text)
    text = re.sub(r"\|(\w+)\|", r"abs(\1)", text)
    text = re.sub(r"ln (\w+)", r"ln(\1)", text)
    text = text.replace("−", "-").replace("·", "*").replace("^", "**")
    return f"{text} else 0" if " if " in text and " else " not in text else text


def meaning(formula, exact, **names):
    """Compute what a formula says, with each symbol as the mathematics defines it."""
    symbols = {
        **{name: getattr(mpmath, name) for name in ("exp", "ln", "sqrt", "sin", "cos", "tanh", "sign")},
        **{"max": max, "min": min, "abs": abs},
        **{"σ": lambda a: 1 / (1 + mpmath.exp(-a)), "Φ": mpmath.ncdf, "φ": mpmath.npdf},
        **dict.fromkeys(("ReLU", "leaky", "ELU", "GELU", "softplus"), exact),
    }
    return eval(python_of(formula), {"__builtins__": {}}, symbols | names)


@EACH_OPERATION
def test_the_formulas_shown_give_the_numbers_computed(operation, case, exact):
    names = tuple(f"p{i}" for i in range(len(case.ranges)))
    assert len(operation.derivatives) == len(names)
    for numbers in points(case.ranges, 40, seed=2):
        value, slopes = operation.rule(*numbers)
        known = dict(zip(names, map(mpmath.mpf, numbers), strict=True))
        shown = operation.value_formula(names)
        assert agree(value, meaning(shown, exact, **known)), (shown, numbers)
        for index, slope in enumerate(slopes):
            shown = operation.derivative_formula(index, names, out="out")
            assert agree(slope, meaning(shown, exact, out=mpmath.mpf(value), **known)), (shown, numbers)


def test_a_formula_is_written_with_the_names_it_is_given():
    cubed = functions.find("power_of", 3.0)
    assert cubed.value_formula(("w",)) == "w³"
    assert cubed.derivative_formula(0, ("w",), "y") == "3·w²"
    assert functions.find("power_of", -1.0).derivative_formula(0, ("w",), "y") == "−1·w⁻²"
    assert functions.power.derivative_formula(1, ("w", "x"), "y") == "y·ln w"
    assert functions.find("affine", 2).value_formula(("w1", "w2", "x1", "x2", "b")) == "w1·x1 + w2·x2 + b"


def test_each_operation_has_a_symbol_to_draw():
    assert all(operation.symbol for operation, _, _ in EVERY)


# --- the table ----------------------------------------------------------------------------------------------


def test_find_gives_the_same_operation_each_time():
    assert functions.find("add") is functions.add
    assert functions.find("power_of", 2.0) is functions.power_of(2.0)
    for operation, _, _ in EVERY:
        found = functions.find(operation.name, operation.parameter)
        assert (found.name, found.parameter) == (operation.name, operation.parameter)


# --- kinks and far ends -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "numbers", "value", "slopes"),
    [
        (functions.relu, (0.0,), 0.0, (0.0,)),
        (functions.absolute, (0.0,), 0.0, (0.0,)),
        (functions.absolute, (-0.0,), 0.0, (0.0,)),
        (functions.find("leaky_relu", 0.25), (0.0,), 0.0, (0.25,)),
        (functions.find("elu", 0.5), (0.0,), 0.0, (0.5,)),
        (functions.maximum, (3.0, 3.0), 3.0, (0.5, 0.5)),
        (functions.minimum, (3.0, 3.0), 3.0, (0.5, 0.5)),
        (functions.maximum, (1e308, 1e308), 1e308, (0.5, 0.5)),
        (functions.find("power_of", 2.0), (0.0,), 0.0, (0.0,)),
        (functions.find("power_of", 1.0), (0.0,), 0.0, (1.0,)),
        (functions.find("power_of", 0.0), (0.0,), 1.0, (0.0,)),
        (functions.power, (0.0, 2.0), 0.0, (0.0, 0.0)),
        (functions.power, (0.0, 1.0), 0.0, (1.0, 0.0)),
        (functions.power, (0.0, 0.0), 1.0, (0.0, 0.0)),
        (functions.sigmoid, (-1000.0,), 0.0, (0.0,)),
        (functions.sigmoid, (1000.0,), 1.0, (0.0,)),
        (functions.softplus, (-1000.0,), 0.0, (0.0,)),
        (functions.softplus, (1000.0,), 1000.0, (1.0,)),
        (functions.gelu, (-1000.0,), 0.0, (0.0,)),
        (functions.gelu, (1000.0,), 1000.0, (1.0,)),
        (functions.tanh, (1000.0,), 1.0, (0.0,)),
    ],
)
def test_at_its_kink_and_far_from_zero_an_operation_gives(operation, numbers, value, slopes):
    assert operation.rule(*numbers) == (value, slopes)


@EACH_OPERATION
def test_no_operation_hides_a_nan(operation, case, exact):
    if operation.parameter == 0.0 and operation.name == "power_of":
        assert operation.rule(float("nan"))[0] == 1.0  # x⁰ is 1 whatever x is, as IEEE 754 has it
        return
    for index in range(len(case.ranges)):
        numbers = list(points(case.ranges, 1)[0])
        numbers[index] = float("nan")
        value, _ = operation.rule(*numbers)
        assert value != value
