"""Sums, means, extremes, variances and softmax over axes, against torch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.engine.batched import Tensor
from tests.engine.array_cases import (
    DTYPE,
    SEED,
    compare,
    deterministic,
    filled,
    shape_and_axis,
    sizes_on_absolute_values,
)

torch = pytest.importorskip("torch")


def every(axis, ndim):
    """Name the axes as torch wants them: all of them where NumPy says None."""
    return tuple(range(ndim)) if axis is None else axis


@deterministic(150)
@given(st.sampled_from(["sum", "mean"]), shape_and_axis(), st.booleans(), DTYPE, SEED)
def test_sum_and_mean(name, where, keepdims, dtype, seed):
    shape, axis = where
    a = filled(np.random.default_rng(seed), shape, dtype)

    def ours(a):
        return getattr(a, name)(axis=axis, keepdims=keepdims)

    def theirs(a):
        return getattr(a, name)(dim=every(axis, len(shape)), keepdim=keepdims)

    compare(ours, theirs, a, seed=seed, sizes=sizes_on_absolute_values(theirs, a))


@deterministic(150)
@given(st.sampled_from(["max", "min"]), shape_and_axis(), st.booleans(), DTYPE, SEED)
def test_extremes_with_ties(name, where, keepdims, dtype, seed):
    shape, axis = where
    a = np.random.default_rng(seed).integers(0, 3, shape).astype(dtype)  # few numbers, many ties

    def ours(a):
        return getattr(a, name)(axis=axis, keepdims=keepdims)

    def theirs(a):
        return getattr(torch, f"a{name}")(a, dim=every(axis, len(shape)), keepdim=keepdims)

    compare(ours, theirs, a, seed=seed)


@deterministic(150)
@given(shape_and_axis(), st.sampled_from([0, 1]), st.booleans(), DTYPE, SEED)
def test_variance(where, correction, keepdims, dtype, seed):
    shape, axis = where
    axes = [i % len(shape) for i in np.atleast_1d(every(axis, len(shape)))]
    count = np.prod([shape[i] for i in axes])
    if count <= correction:
        return
    a = filled(np.random.default_rng(seed), shape, dtype)

    def sizes(g):
        # Entry and mean cancel in a − mean; each of them is at most max |a|.
        largest, share = np.abs(a).max(), 1.0 / (count - correction)
        spread = g if keepdims else np.expand_dims(g, tuple(axes))
        return largest**2 * count * share, 2.0 * np.abs(spread) * share * largest * np.ones(shape)

    compare(
        lambda a: a.var(axis=axis, correction=correction, keepdims=keepdims),
        lambda a: a.var(dim=every(axis, len(shape)), correction=correction, keepdim=keepdims),
        a,
        seed=seed,
        sizes=sizes,
    )


def test_a_variance_of_equal_numbers_is_0_and_flat():
    compare(lambda a: a.var(axis=0), lambda a: a.var(dim=0), np.full((4, 2), 0.1))


@deterministic(100)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple), st.data(), DTYPE, SEED)
def test_softmax(shape, data, dtype, seed):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    z = filled(np.random.default_rng(seed), shape, dtype, ((-5.0, 5.0),))

    def sizes(g):
        p = np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)
        return p, p * (np.abs(g) + (np.abs(g) * p).sum(axis=axis, keepdims=True))  # p·(g − Σ g·p)

    compare(lambda a: a.softmax(axis), lambda a: a.softmax(axis), z, seed=seed, sizes=sizes)


@deterministic(100)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple), st.data(), DTYPE, SEED)
def test_log_softmax(shape, data, dtype, seed):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    z = filled(np.random.default_rng(seed), shape, dtype, ((-5.0, 5.0),))

    def sizes(g):
        p = np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)
        # Value: (z − max) − ln Σ, where Σ itself is at least 1. Gradient: g − p·Σ g.
        below = np.abs(z - z.max(axis=axis, keepdims=True))
        return below + 1.0, np.abs(g) + p * np.abs(g).sum(axis=axis, keepdims=True)

    compare(lambda a: a.log_softmax(axis), lambda a: a.log_softmax(axis), z, seed=seed, sizes=sizes)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min"])
def test_one_number_has_one_sum(name):
    theirs = f"a{name}" if name in ("max", "min") else name
    for keepdims in (False, True):
        y = compare(
            lambda a, k=keepdims: getattr(a, name)(keepdims=k), lambda a: getattr(a, theirs)(), np.array(2.5)
        )
        assert y.shape == ()


def test_sums_over_no_entries():
    compare(lambda a: a.sum(axis=0), lambda a: a.sum(dim=0), np.zeros((0, 3)))
    compare(lambda a: a.sum(), lambda a: a.sum(), np.zeros((2, 0)))
    compare(lambda a: a.mean(axis=1), lambda a: a.mean(dim=1), np.zeros((0, 3)))
    compare(lambda a: a.max(axis=1), lambda a: a.amax(dim=1), np.zeros((0, 3)))
    with np.errstate(invalid="ignore"):
        compare(lambda a: a.mean(), lambda a: a.mean(), np.zeros(0))  # NaN


def test_the_axis_comes_first_and_keepdims_second():
    a = Tensor([[1.0, 2.0], [3.0, 4.0]])
    for name in ("sum", "mean", "max", "min"):
        assert getattr(a, name)(0, True).shape == (1, 2)
    assert a.softmax(0).data.sum(axis=0).tolist() == a.softmax(axis=0).data.sum(axis=0).tolist()
