"""`Value`: a number among numbers, its passes backward, and the sentence that each mistake gets."""

import copy
import gc
import inspect
import math
import operator
import pickle
import re
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from backprop_lib.engine import functions, scalar
from backprop_lib.engine.graph import topological_order
from backprop_lib.engine.scalar import Value, affine, apply

# --- arithmetic with other kinds of numbers -----------------------------------------------------------------

NUMBERS = [
    2,
    2.5,
    True,
    Fraction(5, 2),
    np.int64(2),
    np.float32(0.1),
    np.float64(2.5),
    np.bool_(True),
    np.array(2.5),
    np.array(3),
]
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{type(number).__name__} {number}")
@pytest.mark.parametrize("compute", ARITHMETIC, ids=lambda compute: compute.__name__)
def test_arithmetic_takes_every_kind_of_real_number_on_either_side(compute, number):
    v = Value(1.5)
    right, left = compute(v, number), compute(number, v)
    assert right.data == compute(1.5, float(number))
    assert left.data == compute(float(number), 1.5)
    for result in (right, left):
        assert type(result) is Value
        assert type(result.data) is float
        assert any(parent is v for parent in result.parents)


def test_what_a_value_holds_is_a_float():
    for number in NUMBERS:
        assert type(Value(number).data) is float
        assert Value(number).data == float(number)


@pytest.mark.needs("torch")
def test_a_torch_tensor_of_no_dimensions_is_a_number():
    import torch

    two = torch.tensor(2.0)
    assert Value(two).data == 2.0
    assert (Value(3.0) * two).data == 6.0
    assert (two * Value(3.0)).data == 6.0


@pytest.mark.parametrize(
    ("compute", "name", "parameter"),
    [
        (lambda a, b: a + b, "add", None),
        (lambda a, b: a - b, "subtract", None),
        (lambda a, b: a * b, "multiply", None),
        (lambda a, b: a / b, "divide", None),
        (lambda a, b: a**b, "power", None),
        (lambda a, b: a.maximum(b), "maximum", None),
        (lambda a, b: a.minimum(b), "minimum", None),
        (lambda a, b: -a, "negate", None),
        (lambda a, b: a**3, "power_of", 3.0),
        (lambda a, b: a.exp(), "exp", None),
        (lambda a, b: a.log(), "log", None),
        (lambda a, b: a.sqrt(), "sqrt", None),
        (lambda a, b: a.sin(), "sin", None),
        (lambda a, b: a.cos(), "cos", None),
        (lambda a, b: a.abs(), "absolute", None),
        (lambda a, b: abs(a), "absolute", None),
        (lambda a, b: a.sigmoid(), "sigmoid", None),
        (lambda a, b: a.tanh(), "tanh", None),
        (lambda a, b: a.relu(), "relu", None),
        (lambda a, b: a.leaky_relu(), "leaky_relu", 0.01),
        (lambda a, b: a.leaky_relu(0.2), "leaky_relu", 0.2),
        (lambda a, b: a.elu(), "elu", 1.0),
        (lambda a, b: a.elu(0.5), "elu", 0.5),
        (lambda a, b: a.gelu(), "gelu", None),
        (lambda a, b: a.softplus(), "softplus", None),
        (lambda a, b: affine([a], [b], Value(1.0)), "affine", 1),
    ],
)
def test_a_node_keeps_its_operation_its_parents_and_its_local_derivatives(compute, name, parameter):
    a, b = Value(1.25), Value(0.75)
    result = compute(a, b)
    assert result.operation is functions.find(name, parameter)
    assert result.parents[0] is a
    assert (result.data, result.local_derivatives) == result.operation.rule(*[p.data for p in result.parents])
    assert result.grad == 0.0


def test_each_operation_can_be_reached_from_a_value():
    source = inspect.getsource(scalar)
    assert set(re.findall(r"functions\.([a-z_]+)", source)) >= set(functions.OPERATIONS)


def test_plus_changes_nothing():
    x = Value(3.0)
    assert +x is x


def test_sum_and_max_of_python_work():
    values = [Value(1.0), Value(4.0), Value(2.0)]
    assert sum(values).data == 7.0
    assert max(values) is values[1]
    assert [value.data for value in sorted(values)] == [1.0, 2.0, 4.0]


def test_a_numpy_array_of_values_multiplies_as_numbers_do():
    w = [Value(2.0), Value(-1.0)]
    out = np.array([3.0, 5.0]) @ np.array(w)
    out.backward()
    assert out.data == 1.0
    assert [value.grad for value in w] == [3.0, 5.0]


# --- a number among numbers ---------------------------------------------------------------------------------


def test_comparison_is_by_value():
    two, three = Value(2.0), Value(3.0)
    assert two < three
    assert three > two
    assert two <= 2
    assert operator.ge(2, two)  # the number on the left
    assert 1.5 < two < np.float64(2.5)
    assert two == 2.0
    assert two == Value(2.0)
    assert two != three
    assert two != "two"
    assert (two < 0) is False


def test_values_are_hashed_by_identity():
    a, b = Value(2.0), Value(2.0)
    assert a == b
    assert len({a, b}) == 2
    assert a in {a}
    assert b not in {a}


def test_float_bool_and_format_read_the_number():
    v = Value(2.345)
    assert float(v) == 2.345
    assert math.floor(float(v)) == 2
    assert bool(v)
    assert not Value(0.0)
    assert f"{v:.1f}" == "2.3"
    assert "%.2f" % v == "2.35"  # noqa: UP031 (micrograd's drawings are written so)
    assert f"{v}" == str(v) == repr(v) == "Value(data=2.345, grad=0.0)"
    assert repr(Value(1, label="x")) == "Value(data=1.0, grad=0.0, label='x')"


def test_a_value_carries_its_slots_and_nothing_else():
    v = Value(1.0)
    assert not hasattr(v, "__dict__")
    with pytest.raises(AttributeError):
        v.gradient = 1.0


def test_a_value_can_be_copied_with_all_that_it_was_computed_from():
    x = Value(3.0, label="x")
    y = x * x
    twin = copy.deepcopy(y)
    twin.backward()
    assert twin.parents[0] is twin.parents[1]
    assert twin.parents[0].grad == 6.0
    assert x.grad == 0.0
    assert pickle.loads(pickle.dumps(x)).label == "x"


def test_the_scalar_engine_works_without_numpy():
    # Packages without their __init__, so that only what these modules import themselves is loaded.
    code = """
import importlib, importlib.util, sys, types
root = importlib.util.find_spec("backprop_lib").submodule_search_locations[0]
for name, path in [("backprop_lib", root), ("backprop_lib.engine", root + "/engine")]:
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [path]
sys.modules["numpy"] = None  # importing it would now fail
scalar = importlib.import_module("backprop_lib.engine.scalar")
x = scalar.Value(3.0)
(2 * x.tanh() + x).backward()
assert x.grad > 1.0
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# --- backward -----------------------------------------------------------------------------------------------


def test_changing_data_after_the_forward_pass_leaves_that_pass_as_it_was():
    w, x = Value(3.0), Value(2.0)
    y = (w * x).tanh()
    expected = y.local_derivatives[0]
    w.data, x.data = 100.0, -50.0
    y.backward()
    assert w.grad == expected * 2.0
    assert x.grad == expected * 3.0


def test_local_derivatives_times_upstream_gradient_is_the_gradient():
    x = Value(0.5)
    y = x.exp()
    z = y * y
    z.backward()
    assert y.grad == sum(z.local_derivatives)
    assert x.grad == y.local_derivatives[0] * y.grad


def test_backward_starts_from_the_gradient_it_is_given():
    for gradient in (-2.0, 3, np.float32(0.5), np.array(4.0)):
        x = Value(3.0)
        y = x * x
        y.backward(gradient)
        assert y.grad == float(gradient)
        assert x.grad == 6.0 * float(gradient)


def test_an_infinite_answer_never_leaves_the_forward_pass():
    big = Value(1e200)
    with pytest.raises(OverflowError):
        big * big


def test_a_million_operations_need_no_recursion():
    w = Value(0.5)
    x = node = Value(1.0)
    for _ in range(500_000):
        node = w * node + x
    assert node.data == 2.0
    node.backward()
    assert w.grad == pytest.approx(4.0, rel=1e-12)  # d/dw of 1 / (1 − w)
    assert x.grad == pytest.approx(2.0, rel=1e-12)
    assert len(topological_order(node)) == 1_000_002
    node.zero_grad()
    assert (w.grad, x.grad, node.grad) == (0.0, 0.0, 0.0)
    gc.collect()
    del node  # a chain is freed link by link; no link may overflow the stack


def test_a_graph_is_freed_without_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        before = sum(type(thing) is Value for thing in gc.get_objects())
        y = (Value(2.0) * 3.0).exp()
        y.backward()
        del y
        assert sum(type(thing) is Value for thing in gc.get_objects()) == before
    finally:
        gc.enable()


# --- what goes wrong is said in one sentence ----------------------------------------------------------------


def nodes():
    """Leaves of every awkward kind and one result, with gradients from an earlier pass."""
    x, minus, zero = Value(3.0, label="x"), Value(-8.0, label="m"), Value(0.0, label="zero")
    named = {
        "x": x,
        "minus": minus,
        "zero": zero,
        "big": Value(1e308, label="big"),
        "plain": Value(-2.0),
        "result": x * minus,
        "infinite": Value(1.0, label="w"),
        "missing": Value(1.0, label="v"),
    }
    named["infinite"].data = math.inf
    named["missing"].data = math.nan
    named["result"].backward(0.5)
    return named


BAD_CALLS = [
    # What is no number.
    ("Value('3')", TypeError, "a Value", "str '3'"),
    ("Value(None)", TypeError, "a Value", "NoneType None"),
    ("Value([1.0, 2.0])", TypeError, "a Value", "list [1.0, 2.0]"),
    ("Value(1 + 2j)", TypeError, "a Value", "complex (1+2j)"),
    ("Value(np.complex128(1j))", TypeError, "a Value", "complex128"),
    ("Value(np.array('3'))", TypeError, "a Value", "'3'"),
    ("Value(np.array(None))", TypeError, "a Value", "None"),
    ("Value(np.zeros((2, 3)))", TypeError, "a Value", "an array of shape (2, 3)"),
    ("Value(x)", TypeError, "a Value", "data=3.0", "label='x'", "use it as it is"),
    ("x + '3'", TypeError, "add", "str '3'"),
    ("None * x", TypeError, "multiply", "NoneType None"),
    ("x - [1.0]", TypeError, "subtract", "list [1.0]"),
    ("np.ones(3) / x", TypeError, "divide", "an array of shape (3,)"),
    ("x * np.ones(3)", TypeError, "multiply", "an array of shape (3,)"),
    ("x ** 'two'", TypeError, "power", "str 'two'"),
    ("x.maximum(None)", TypeError, "maximum", "NoneType None"),
    ("x.leaky_relu('a')", TypeError, "leaky_relu", "str 'a'"),
    ("x.elu(minus)", TypeError, "elu", "label='m'", "take its .data"),
    ("result.backward([1.0])", TypeError, "backward", "list [1.0]"),
    ("result.backward(x)", TypeError, "backward", "label='x'"),
    # Numbers that are not finite.
    ("Value(math.inf)", ValueError, "a Value", "finite", "inf"),
    ("Value(math.nan)", ValueError, "a Value", "finite", "nan"),
    ("Value(10 ** 400)", ValueError, "a Value", "finite", "inf"),
    ("x + math.nan", ValueError, "add", "finite", "nan"),
    ("x ** math.inf", ValueError, "power", "finite", "inf"),
    ("result.backward(math.nan)", ValueError, "backward", "finite", "nan"),
    ("infinite + x", ValueError, "add", "w = inf"),
    ("(missing * x).exp()", ValueError, "multiply", "v = nan"),
    ("infinite.sin()", ValueError, "sin", "w = inf"),
    ("missing.relu()", ValueError, "relu", "v = nan"),
    # Outside of what the operation is defined for.
    ("x / zero", ZeroDivisionError, "divide", "a divisor other than 0", "x = 3.0, zero = 0.0"),
    ("x / 0", ZeroDivisionError, "divide", "a divisor other than 0", "x = 3.0, 0.0"),
    ("1 / zero", ZeroDivisionError, "divide", "1.0, zero = 0.0"),
    ("zero ** -1", ZeroDivisionError, "power", "other than 0 for the exponent -1", "zero = 0.0"),
    ("zero ** 0.5", ZeroDivisionError, "power", "above 0 for the exponent 0.5", "zero = 0.0"),
    ("minus ** 0.5", ValueError, "power", "above 0 for the exponent 0.5", "m = -8.0"),
    ("minus ** 1.5", ValueError, "power", "0 or above for the exponent 1.5", "m = -8.0"),
    ("minus ** x", ValueError, "power", "a positive base", "m = -8.0, x = 3.0"),
    ("(-2) ** x", ValueError, "power", "a positive base", "-2.0, x = 3.0"),
    ("zero ** plain", ZeroDivisionError, "power", "a positive base", "zero = 0.0, -2.0"),
    ("minus.log()", ValueError, "log", "a number above 0", "m = -8.0"),
    ("zero.log()", ValueError, "log", "a number above 0", "zero = 0.0"),
    ("plain.sqrt()", ValueError, "sqrt", "a number above 0", "-2.0"),
    ("zero.sqrt()", ZeroDivisionError, "sqrt", "a number above 0", "zero = 0.0"),
    ("affine([x, x], [x], x)", ValueError, "affine", "2 weights, 1 inputs"),
    # Too large for a float.
    ("big.exp()", OverflowError, "exp overflows", "big = 1e+308"),
    ("big * big", OverflowError, "multiply overflows", "big = 1e+308, big = 1e+308"),
    ("big + big", OverflowError, "add overflows", "big = 1e+308"),
    ("big / 1e-5", OverflowError, "divide overflows", "big = 1e+308, 1e-05"),
    ("big ** 2", OverflowError, "power_of overflows", "big = 1e+308"),
    ("big ** x", OverflowError, "power overflows", "big = 1e+308, x = 3.0"),
    ("affine([big], [x], zero)", OverflowError, "affine overflows", "big = 1e+308, x = 3.0, zero = 0.0"),
    # Backward from what was never computed.
    ("x.backward()", RuntimeError, "backward", "x = 3.0"),
    ("Value(result.data).backward()", RuntimeError, "backward", "-24.0", "not on Value(loss.data)"),
]


@pytest.mark.parametrize(("call", "kind", "said"), [(c, k, s) for c, k, *s in BAD_CALLS])
def test_a_bad_call_gets_one_sentence_and_changes_nothing(call, kind, said):
    def state():
        return [(repr(node), node.parents, node.local_derivatives, node.operation) for node in named.values()]

    named = nodes()
    before = state()
    with pytest.raises(kind) as refusal:
        eval(call, {"Value": Value, "affine": affine, "math": math, "np": np, **named})
    sentence = str(refusal.value)
    assert type(refusal.value) is kind
    assert all(part in sentence for part in said), sentence
    assert sentence.startswith(said[0])
    assert "\n" not in sentence
    assert not re.search(r"[.!?](\s|$)", sentence), sentence
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    assert state() == before


@pytest.mark.parametrize("compute", [operator.lt, operator.le, operator.gt, operator.ge])
@pytest.mark.parametrize("stranger", ["3", None, [3.0]])
def test_order_among_strangers_is_refused_as_python_does(compute, stranger):
    with pytest.raises(TypeError, match="not supported between instances of"):
        compute(Value(3.0), stranger)


def test_a_refused_operation_says_nothing_of_how_python_computes():
    with pytest.raises(ValueError) as refusal:
        apply(functions.log, Value(-1.0))
    assert "math domain error" not in str(refusal.value)
