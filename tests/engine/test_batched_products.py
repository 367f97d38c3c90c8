"""Products of vectors, matrices and batches, and the affine map of a layer, against torch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import affine, matmul
from tests.engine.array_cases import (
    DTYPE,
    SEED,
    assert_agree,
    compare,
    deterministic,
    filled,
    sizes_on_absolute_values,
)

torch = pytest.importorskip("torch")

SHAPES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3, 4)),
    ((1, 3), (3, 1)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (6, 3, 4)),
    ((1, 2, 3), (5, 3, 4)),
    ((6, 5, 2, 3), (5, 3, 2)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
    ((0,), (0,)),
    ((0, 2, 3), (3, 4)),
    ((2, 3), (3, 0)),
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize(("left", "right"), SHAPES, ids=str)
def test_matmul(left, right, dtype):
    rng = np.random.default_rng(0)
    A, B = filled(rng, left, dtype), filled(rng, right, dtype)
    sizes = sizes_on_absolute_values(torch.matmul, A, B)
    compare(lambda A, B: A @ B, torch.matmul, A, B, sizes=sizes)
    compare(matmul, torch.matmul, A, B, sizes=sizes)


def test_an_array_may_stand_on_either_side():
    rng = np.random.default_rng(1)
    A, B = filled(rng, (2, 3)), filled(rng, (3, 4))
    left = sizes_on_absolute_values(lambda a: a @ torch.tensor(abs(B)), A)
    right = sizes_on_absolute_values(lambda b: torch.tensor(abs(A)) @ b, B)
    for ours in (lambda a: a @ B, lambda a: matmul(a, B)):
        compare(ours, lambda a: a @ torch.tensor(B), A, sizes=left)
    for ours in (lambda b: A @ b, lambda b: matmul(A, b)):
        compare(ours, lambda b: torch.tensor(A) @ b, B, sizes=right)


def test_a_matrix_times_itself():
    A = filled(np.random.default_rng(2), (3, 3))
    sizes = sizes_on_absolute_values(lambda a: a @ a, A)
    compare(lambda a: a @ a, lambda a: a @ a, A, sizes=sizes)
    compare(lambda a: a.T @ a, lambda a: a.T @ a, A, sizes=sizes_on_absolute_values(lambda a: a.T @ a, A))


@deterministic(100)
@given(st.lists(st.integers(0, 4), max_size=3), st.integers(1, 4), st.integers(1, 4), DTYPE, SEED)
def test_affine_takes_one_sample_many_and_stacks_of_many(leading, inputs, outputs, dtype, seed):
    rng = np.random.default_rng(seed)
    X = filled(rng, (*leading, inputs), dtype)
    W, b = filled(rng, (inputs, outputs), dtype), filled(rng, (outputs,), dtype)

    def theirs(X, W, b):
        return torch.nn.functional.linear(X, W.T, b)

    sizes = sizes_on_absolute_values(theirs, X, W, b)
    y = compare(affine, theirs, X, W, b, seed=seed, sizes=sizes)
    assert y.shape == (*leading, outputs)


def test_affine_is_the_product_and_the_sum():
    rng = np.random.default_rng(3)
    arrays = [filled(rng, shape) for shape in ((5, 3), (3, 2), (2,))]
    g = rng.normal(size=(5, 2))
    one, two = ([Tensor(array, requires_grad=True) for array in arrays] for _ in range(2))
    affine(*one).backward(g)
    (two[0] @ two[1] + two[2]).backward(g)
    X, W, _ = arrays
    for first, second, equation in zip(one, two, (g @ W.T, X.T @ g, g.sum(axis=0)), strict=True):
        assert_agree(first.grad, second.grad)
        assert_agree(first.grad, equation)


def test_affine_takes_arrays_for_what_needs_no_gradient():
    X, W, b = np.ones((2, 2), int), np.array([[1.0], [2.0]]), np.array([0.5])
    assert affine(X, Tensor(W), Tensor(b)).tolist() == [[3.5], [3.5]]
    assert affine(X, W, Tensor(b)).tolist() == [[3.5], [3.5]]
    assert affine(X, W, b).tolist() == [[3.5], [3.5]]
    assert affine(Tensor(X), W, b).tolist() == [[3.5], [3.5]]
