"""Every operation against PyTorch in float64: values, gradients, kinks."""

import pytest

from backprop_lib.engine import functions
from backprop_lib.engine.scalar import Value, apply
from tests.engine.cases import EVERY, agree, name_of, points

torch = pytest.importorskip("torch")
F = torch.nn.functional

TORCH = {
    "add": torch.add,
    "subtract": torch.subtract,
    "multiply": torch.multiply,
    "divide": torch.divide,
    "negate": torch.negative,
    "power": torch.pow,
    "power_of": lambda p: lambda a: torch.pow(a, p),
    "affine": lambda n: lambda *a: sum((w * x for w, x in zip(a[:n], a[n:-1], strict=True)), a[-1]),
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "absolute": torch.abs,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": lambda p: lambda a: F.leaky_relu(a, p),
    "elu": lambda p: lambda a: F.elu(a, p),
    "gelu": F.gelu,
    "softplus": F.softplus,
}

# Where PyTorch has its digits: below −3 its GELU adds 1 to an erf near −1, and above 20 its softplus is x
# itself. Beyond these, test_functions.py compares with mpmath.
NARROWER = {"gelu": (((-3.0, -1.0), (-0.5, 6.0)),), "softplus": (((-30.0, 20.0),),)}


def counterpart(operation):
    found = TORCH[operation.name]
    return found if operation.parameter is None else found(operation.parameter)


def test_each_operation_has_a_counterpart():
    assert set(TORCH) == set(functions.OPERATIONS)


@pytest.mark.parametrize(("operation", "case"), [e[:2] for e in EVERY], ids=[name_of(e[0]) for e in EVERY])
def test_value_and_gradients_are_those_of_torch(operation, case):
    rows = points(NARROWER.get(operation.name, case.ranges), 200, seed=3)
    columns = [
        torch.tensor(column, dtype=torch.float64, requires_grad=True) for column in zip(*rows, strict=True)
    ]
    expected = counterpart(operation)(*columns)
    (1.5 * expected).sum().backward()
    for row, numbers in enumerate(rows):
        leaves = [Value(number) for number in numbers]
        out = apply(operation, *leaves)
        out.backward(1.5)
        assert agree(out.data, expected[row].item()), numbers
        for leaf, column in zip(leaves, columns, strict=True):
            slope = 0.0 if column.grad is None else column.grad[row].item()
            assert agree(leaf.grad, slope), (numbers, leaf)


@pytest.mark.parametrize(
    ("name", "parameter", "numbers"),
    [
        ("relu", None, [0.0]),
        ("absolute", None, [0.0]),
        ("leaky_relu", 0.25, [0.0]),
        ("elu", 0.5, [0.0]),
        ("elu", 2.0, [0.0]),
        ("maximum", None, [3.0, 3.0]),
        ("minimum", None, [3.0, 3.0]),
        ("maximum", None, [0.0, -0.0]),
        ("power_of", 0.0, [0.0]),
        ("power_of", 1.0, [0.0]),
        ("power_of", 2.0, [0.0]),
        ("power", None, [0.0, 0.0]),
        ("power", None, [0.0, 1.0]),
        ("power", None, [0.0, 2.5]),
        ("sigmoid", None, [-1000.0]),
        ("sigmoid", None, [1000.0]),
        ("softplus", None, [1000.0]),
        ("softplus", None, [-1000.0]),
        ("tanh", None, [1000.0]),
        ("gelu", None, [0.0]),
        ("gelu", None, [1000.0]),
    ],
)
def test_at_kinks_and_far_ends_the_convention_is_that_of_torch(name, parameter, numbers):
    operation = functions.find(name, parameter)
    leaves = [Value(number) for number in numbers]
    out = apply(operation, *leaves)
    out.backward()
    tensors = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    expected = counterpart(operation)(*tensors)
    expected.backward()
    assert out.data == expected.item()
    assert [leaf.grad for leaf in leaves] == [tensor.grad.item() for tensor in tensors]
