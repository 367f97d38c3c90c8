"""Numbers and arrays: each operation on arrays gives, entry by entry, what its rule on numbers gives."""

import math

import numpy as np
import pytest

from backprop_lib.engine import elementwise, functions
from backprop_lib.engine.operations import ArrayOperation
from tests.engine.cases import CASES, EVERY, agree, name_of, points

# `affine` is a sum over weights for numbers, and a matrix product for arrays.
ON_ARRAYS = {name: thing for name, thing in vars(elementwise).items() if isinstance(thing, ArrayOperation)}
PAIRS = [(operation, case) for operation, case, _ in EVERY if operation.name != "affine"]
SETTING = {"power_of": "exponent", "leaky_relu": "negative_slope", "elu": "alpha"}

KINKS = [
    ("relu", None, [(0.0,), (-0.0,)]),
    ("absolute", None, [(0.0,), (-0.0,)]),
    ("leaky_relu", 0.25, [(0.0,), (-0.0,)]),
    ("elu", 0.5, [(0.0,), (-0.0,)]),
    ("maximum", None, [(3.0, 3.0), (0.0, -0.0), (1e308, 1e308)]),
    ("minimum", None, [(3.0, 3.0), (0.0, -0.0), (1e308, 1e308)]),
    ("power_of", 2.0, [(0.0,)]),
    ("power_of", 1.0, [(0.0,)]),
    ("power_of", 0.0, [(0.0,)]),
    ("power", None, [(0.0, 2.0), (0.0, 1.0), (0.0, 0.0)]),
    ("sigmoid", None, [(-1000.0,), (1000.0,)]),
    ("softplus", None, [(-1000.0,), (1000.0,)]),
    ("gelu", None, [(-1000.0,), (1000.0,)]),
    ("tanh", None, [(1000.0,), (-1000.0,)]),
    ("elu", 1.0, [(-1000.0,), (1000.0,)]),
]


def on_arrays(operation, rows):
    """Compute all rows at once: values, and local derivatives as the pull-backs of ones."""
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    settings = {SETTING[operation.name]: operation.parameter} if operation.name in SETTING else {}
    value, pull_backs = ON_ARRAYS[operation.name].rule(*columns, **settings)
    ones = np.ones(len(rows))
    return np.asarray(value), [np.asarray(pull_back(ones)) for pull_back in pull_backs]


def assert_the_same(operation, rows):
    values, slopes = on_arrays(operation, rows)
    assert len(slopes) == len(rows[0])
    for i, numbers in enumerate(rows):
        value, expected = operation.rule(*numbers)
        assert agree(values[i], value), numbers
        for slope, each in zip(slopes, expected, strict=True):
            assert agree(slope[i], each), numbers


def test_both_tables_have_the_same_operations():
    assert set(ON_ARRAYS) == set(functions.OPERATIONS) - {"affine"}
    assert set(CASES) - {"affine"} == set(ON_ARRAYS)


@pytest.mark.parametrize("name", sorted(ON_ARRAYS))
def test_both_tables_agree_on_names_symbols_and_numbers_of_inputs(name):
    on_numbers = functions.find(name, 2.0 if name in SETTING else None)
    ours = ON_ARRAYS[name]
    assert ours.name == name
    assert ours.symbol
    if name not in SETTING:  # a family's symbol shows its number
        assert ours.symbol == on_numbers.symbol
    assert len(ours.reads) == len(on_numbers.derivatives)


@pytest.mark.parametrize(("operation", "case"), PAIRS, ids=[name_of(operation) for operation, _ in PAIRS])
def test_an_array_of_numbers_gives_what_the_numbers_give(operation, case):
    assert_the_same(operation, points(case.ranges, 100, seed=4))


@pytest.mark.parametrize(("name", "parameter", "rows"), KINKS)
def test_also_at_kinks_and_far_ends(name, parameter, rows):
    assert_the_same(functions.find(name, parameter), rows)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("operation", "case"), PAIRS, ids=[name_of(operation) for operation, _ in PAIRS])
def test_no_operation_hides_a_nan(operation, case):
    for i in range(len(case.ranges)):
        numbers = list(points(case.ranges, 1)[0])
        numbers[i] = math.nan
        values, _ = on_arrays(operation, [tuple(numbers)])
        assert np.array_equal(np.isnan(values), np.isnan([operation.rule(*numbers)[0]]))
