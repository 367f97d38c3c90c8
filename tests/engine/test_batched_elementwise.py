"""What works entry by entry, against torch: values and gradients, broadcast, in float64 and float32."""

import operator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from backprop_lib.engine import functions
from backprop_lib.engine.batched import Tensor
from tests.engine.array_cases import (
    DTYPE,
    SEED,
    SHAPE_OR_EMPTY,
    assert_agree,
    broadcastable,
    compare,
    deterministic,
    filled,
    sizes_over_broadcast_axes,
)
from tests.engine.cases import ANY, FRACTIONAL, NOT_ZERO, POSITIVE, WHOLE

torch = pytest.importorskip("torch")
F = torch.nn.functional

# Beside each operation: the intervals in which its formula keeps its digits in float32 (which is the narrower
# demand: 1 − tanh² far from 0 has lost them), and in which torch's has.
UNARY = {
    "negate": (operator.neg, torch.negative, ANY),
    "exp": (Tensor.exp, torch.exp, ANY),
    "log": (Tensor.log, torch.log, POSITIVE),
    "sqrt": (Tensor.sqrt, torch.sqrt, POSITIVE),
    "sin": (Tensor.sin, torch.sin, ANY),
    "cos": (Tensor.cos, torch.cos, ANY),
    "absolute": (abs, torch.abs, ANY),
    "sigmoid": (Tensor.sigmoid, torch.sigmoid, ((-20.0, 2.0),)),
    "tanh": (Tensor.tanh, torch.tanh, ((-1.5, 1.5),)),
    "relu": (Tensor.relu, torch.relu, ANY),
    "leaky_relu": (Tensor.leaky_relu, F.leaky_relu, ANY),
    "leaky_relu 0.2": (lambda a: a.leaky_relu(0.2), lambda a: F.leaky_relu(a, 0.2), ANY),
    "elu": (Tensor.elu, F.elu, ANY),
    "elu 0.5": (lambda a: a.elu(0.5), lambda a: F.elu(a, 0.5), ANY),
    "gelu": (Tensor.gelu, F.gelu, ((-0.5, 5.0),)),
    "softplus": (Tensor.softplus, F.softplus, ANY),
    "2 ^ a": (lambda a: 2**a, lambda a: 2**a, ANY),
    "0.5 ^ a": (lambda a: 0.5**a, lambda a: 0.5**a, ANY),
}
BINARY = {
    "add": (operator.add, operator.add, (ANY, ANY)),
    "subtract": (operator.sub, operator.sub, (ANY, ANY)),
    "multiply": (operator.mul, operator.mul, (ANY, ANY)),
    "divide": (operator.truediv, operator.truediv, (ANY, NOT_ZERO)),
    "power": (operator.pow, operator.pow, (POSITIVE, ANY)),
    "maximum": (Tensor.maximum, torch.maximum, (ANY, ANY)),
    "minimum": (Tensor.minimum, torch.minimum, (ANY, ANY)),
}


@pytest.mark.parametrize("name", UNARY)
def test_a_function_of_one_array(name):
    ours, theirs, intervals = UNARY[name]

    @deterministic(25)
    @given(SHAPE_OR_EMPTY, DTYPE, SEED)
    def check(shape, dtype, seed):
        compare(ours, theirs, filled(np.random.default_rng(seed), shape, dtype, intervals), seed=seed)

    check()


@pytest.mark.parametrize("name", BINARY)
def test_an_operation_on_two_arrays_that_broadcast(name):
    ours, theirs, intervals = BINARY[name]

    @deterministic(60)
    @given(broadcastable(), DTYPE, SEED)
    def check(shapes, dtype, seed):
        rng = np.random.default_rng(seed)
        arrays = [filled(rng, shape, dtype, each) for shape, each in zip(shapes, intervals, strict=True)]
        compare(ours, theirs, *arrays, seed=seed, sizes=sizes_over_broadcast_axes(theirs, *arrays))

    check()


@pytest.mark.parametrize("exponent", [*WHOLE, *FRACTIONAL, 2, np.float32(3), Fraction(1, 2), True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_fixed_exponent(exponent, dtype):
    intervals = NOT_ZERO if float(exponent).is_integer() else POSITIVE
    a = filled(np.random.default_rng(3), (4, 3), dtype, intervals)
    y = compare(lambda a: a**exponent, lambda a: a ** float(exponent), a)
    assert y.dtype == dtype


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0, 0.5])
def test_a_fixed_exponent_at_0(exponent):
    compare(lambda a: a**exponent, lambda a: a**exponent, np.zeros(2))


def test_an_exponent_from_the_graph_at_base_0():
    base, exponent = np.zeros(4), np.array([0.0, 1.0, 2.0, 2.5])
    compare(operator.pow, operator.pow, base, exponent)
    compare(lambda exponent: 0.0**exponent, lambda exponent: 0.0**exponent, exponent)


@pytest.mark.parametrize("name", ["relu", "absolute", "leaky_relu 0.2", "elu 0.5"])
def test_at_its_kink_a_function_has_the_slope_that_torch_gives(name):
    ours, theirs, _ = UNARY[name]
    compare(ours, theirs, np.array([0.0, -0.0]))


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_ties_share_the_gradient(name):
    ours, theirs, _ = BINARY[name]
    compare(ours, theirs, np.array([[1.0, 2.0, 0.0]]), np.array([[1.0, 3.0, -0.0], [0.0, 2.0, 0.0]]))
    x = Tensor([3.0], requires_grad=True)
    ours(x, x).backward()
    assert x.grad == 1.0


# --- other kinds of numbers, on either side -----------------------------------------------------------------

NUMBERS = [2, 2.5, True, Fraction(5, 2), np.int64(2), np.float32(2.5), np.float64(2.5), np.bool_(True)]
ARRAYS = [np.array([2.5, 0.5]), np.array([[1], [2]]), np.array([True, True]), np.array(2.5), np.array(3)]
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("other", [*NUMBERS, *ARRAYS], ids=lambda other: f"{type(other).__name__} {other}")
@pytest.mark.parametrize("compute", ARITHMETIC, ids=lambda compute: compute.__name__)
def test_arithmetic_takes_numbers_and_arrays_on_either_side(compute, other):
    a = np.array([1.5, 0.75])
    constant = torch.tensor(np.asarray(other, float))
    right = compare(lambda a: compute(a, other), lambda a: compute(a, constant), a)
    left = compare(lambda a: compute(other, a), lambda a: compute(constant, a), a)
    assert type(right) is type(left) is Tensor


@pytest.mark.parametrize("other", [*NUMBERS, np.array([2, 3]), np.array([True, False]), np.array(2)])
@pytest.mark.parametrize("compute", ARITHMETIC, ids=lambda compute: compute.__name__)
def test_a_number_or_whole_numbers_leave_float32_as_it_is(compute, other):
    x = Tensor(np.array([1.5, 0.5], np.float32), requires_grad=True)
    for y in (compute(x, other), compute(other, x)):
        assert y.dtype == np.float32
        x.zero_grad()
        y.sum().backward()
        assert x.grad.dtype == np.float32


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_maximum_and_minimum_take_numbers_and_arrays(name):
    ours, theirs, _ = BINARY[name]
    a = np.array([1.5, -0.75])
    compare(lambda a: ours(a, 0.5), lambda a: theirs(a, torch.tensor(0.5, dtype=a.dtype)), a)
    compare(lambda a: ours(a, np.ones((3, 1))), lambda a: theirs(a, torch.ones(3, 1, dtype=a.dtype)), a)


# --- comparison ---------------------------------------------------------------------------------------------

COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


@pytest.mark.parametrize("compute", COMPARISONS, ids=lambda compute: compute.__name__)
@pytest.mark.parametrize("other", [1.0, 2, np.array([1.0, 3.0]), np.array([[1], [2], [3]]), np.float64(1.0)])
def test_comparison_gives_a_numpy_array_of_booleans(compute, other):
    a = np.array([1.0, 2.0])
    for held, received in [
        (compute(a, other), compute(Tensor(a, requires_grad=True), other)),
        (compute(a, other), compute(Tensor(a), Tensor(other))),
        (compute(other, a), compute(other, Tensor(a))),
    ]:
        assert isinstance(received, np.ndarray | np.bool_)
        assert received.dtype == bool
        assert np.array_equal(received, held)


def test_every_operation_on_numbers_is_tried_on_arrays():
    tried = {name.split()[0] for name in UNARY} - {"2", "0.5"} | set(BINARY)
    assert tried | {"power_of", "affine"} == set(functions.OPERATIONS)


def test_a_tensor_used_twice_gets_both_gradients():
    compare(lambda a: a * a + a / a - a, lambda a: a * a + a / a - a, np.array([[1.0, -2.0]]))
    compare(lambda a: a**a, lambda a: a**a, np.array([1.0, 2.5]))
    t = np.array([0.5, 2.0])
    x = Tensor(t, requires_grad=True)
    (x + x).sum().backward()
    assert_agree(x.grad, np.array([2.0, 2.0]))
