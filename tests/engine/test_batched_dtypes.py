"""float64 unless told otherwise; float32 stays float32 in every value and every gradient."""

import numpy as np
import pytest

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import (
    affine,
    binary_cross_entropy_with_logits,
    concatenate,
    cross_entropy,
    matmul,
    mse_loss,
    stack,
    where,
)


@pytest.mark.parametrize(
    "data",
    [
        *(1, 1.5, True, [1, 2], (1.0, 2.0), [[True, False]], range(3), [], [[]]),
        *(np.int8(1), np.float16(1.5), np.uint8([1, 2]), np.float16([1.5]), np.array([True]), np.array(2)),
    ],
    ids=repr,
)
def test_everything_but_float32_becomes_float64(data):
    x = Tensor(data)
    assert x.dtype == np.float64
    assert type(x.data) is np.ndarray
    assert np.array_equal(x.data, np.asarray(data, np.float64))


def test_float32_is_kept():
    assert Tensor(np.float32([1.0])).dtype == np.float32
    assert Tensor(np.float32(1.0)).dtype == np.float32
    assert Tensor(Tensor(np.float32([1.0])).data).dtype == np.float32


SINGLE = np.array([[0.5, 1.5], [2.5, 0.75]], np.float32)
ONES = np.ones((2, 2), int)
TARGETS = np.array([0, 1])
DOUBLE = np.float64(0.25)  # a number of NumPy's: what computing with arrays gives

COMPUTATIONS = {
    "add": lambda a, b: a + b + 1 + 1.5 + DOUBLE,
    "subtract": lambda a, b: 1 - (DOUBLE - (a - b)),
    "multiply": lambda a, b: 2 * a * b * 2.5 * DOUBLE,
    "divide": lambda a, b: 1.0 / (a / b) / DOUBLE,
    "power": lambda a, b: a**b,
    "fixed powers": lambda a, b: a**2 + a**0.5 + a**-1 + a**0 + a ** np.float64(3.0),
    "2 ^ a": lambda a, b: 2**a + 2.0**a + DOUBLE**a,
    "negate": lambda a, b: -a,
    "whole numbers": lambda a, b: a * ONES + ONES / a + np.array(3) * b,
    "arrays of no dimensions": lambda a, b: a * np.array(2.5),
    "maximum": lambda a, b: a.maximum(b).maximum(0.5).minimum(DOUBLE).minimum(ONES),
    "exp": lambda a, b: a.exp(),
    "log": lambda a, b: a.log(),
    "sqrt": lambda a, b: a.sqrt(),
    "sin, cos": lambda a, b: a.sin() * a.cos(),
    "abs": lambda a, b: a.abs(),
    "sigmoid": lambda a, b: a.sigmoid(),
    "tanh": lambda a, b: a.tanh(),
    "relu": lambda a, b: a.relu(),
    "leaky_relu": lambda a, b: a.leaky_relu() * a.leaky_relu(DOUBLE),
    "elu": lambda a, b: a.elu() * a.elu(DOUBLE),
    "gelu": lambda a, b: a.gelu(),
    "softplus": lambda a, b: a.softplus(),
    "softmax": lambda a, b: a.softmax(1),
    "log_softmax": lambda a, b: a.log_softmax(0),
    "sum": lambda a, b: a.sum() + a.sum(axis=0) + a.sum(axis=(0, 1), keepdims=True),
    "mean": lambda a, b: a.mean() + a.mean(axis=0),
    "var": lambda a, b: a.var() + a.var(axis=0, correction=0),
    "max, min": lambda a, b: a.max() + a.max(axis=0) + a.min() + a.min(axis=1),
    "matmul": lambda a, b: a @ b,
    "vector products": lambda a, b: (a[0] @ b[0]) * (a @ b[0]),
    "matmul with whole numbers": lambda a, b: matmul(ONES, a) @ ONES + ONES @ b,
    "affine": lambda a, b: affine(a, b, b[0]) + affine(ONES, b, np.array([1, 2])) + affine(a[0], b, b[0]),
    "reshape, permute, index": lambda a, b: a.reshape(4)[[0, 0, 3]].sum() * a.T[0],
    "concatenate": lambda a, b: concatenate([a, b, ONES]),
    "stack": lambda a, b: stack([ONES, a, b], axis=1),
    "where": lambda a, b: where(a > 1.0, a, 0.0) + where(a > 1.0, ONES, b) + where(a > 1, DOUBLE, a),
    "clip": lambda a, b: a.clip(0.6, 2.0) + a.clip(DOUBLE) + a.clip(max=np.float64(2.0)),
    "mse_loss": lambda a, b: mse_loss(a, b) + mse_loss(a, ONES) + mse_loss(a, [[0.1, 0.2], [0.3, 0.4]]),
    "BCE": lambda a, b: binary_cross_entropy_with_logits(a, ONES) + binary_cross_entropy_with_logits(a, b),
    "cross_entropy": lambda a, b: cross_entropy(a, TARGETS) + cross_entropy(a, TARGETS, reduction="sum"),
    "cross_entropy of probabilities": lambda a, b: cross_entropy(a, b) + cross_entropy(a, np.eye(2)),
    "cross_entropy of one sample": lambda a, b: cross_entropy(a[0], 1) + cross_entropy(a[0], b[0]),
    "numbers alone": lambda a, b: (a.sum() * DOUBLE).exp().tanh() * b.mean().sigmoid() ** 2 / 3,
    "numbers alone, on": lambda a, b: a.sum().softplus().relu().gelu().elu().clip(0.0, 9.0) + b.max().sqrt(),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("name", COMPUTATIONS)
def test_no_value_and_no_gradient_on_the_way_has_another_dtype(name, dtype):
    a, b = (Tensor(data.astype(dtype), requires_grad=True) for data in (SINGLE, SINGLE.T + 1))
    y = COMPUTATIONS[name](a, b)
    nodes, stack_ = set(), [y]
    while stack_:
        node = stack_.pop()
        if node not in nodes and node.requires_grad:
            nodes.add(node)
            stack_ += node.parents
            node.retain_grad()
    y.backward(np.ones(y.shape))
    for node in nodes:
        assert node.dtype == dtype, node.operation
        assert node.grad.dtype == dtype, node
        assert type(node.grad) is np.ndarray
        assert node.grad.shape == node.shape


def test_where_the_dtypes_differ_the_result_is_float64_and_each_gradient_has_its_tensors_own():
    single = Tensor(np.ones(2, np.float32), requires_grad=True)
    double = Tensor(np.ones(2), requires_grad=True)
    half_way = single * 2.0
    half_way.retain_grad()
    y = half_way * double
    y.sum().backward()
    assert y.dtype == double.grad.dtype == np.float64
    assert single.grad.dtype == half_way.grad.dtype == np.float32


def test_a_gradient_given_takes_the_dtype_of_its_tensor():
    for gradient in (np.ones(2), [1, 1], np.ones(2, int)):
        w = Tensor(np.ones(2, np.float32), requires_grad=True)
        seen = []
        y = w * 2.0
        y.register_hook(lambda g, seen=seen: seen.append(g.dtype))
        y.backward(gradient)
        assert seen == [np.float32]
        assert w.grad.dtype == np.float32
