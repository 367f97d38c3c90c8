"""The losses against torch: every kind of target, every reduction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from tests.engine.array_cases import DTYPE, SEED, SHAPE, assert_agree, compare, deterministic, filled

torch = pytest.importorskip("torch")
F = torch.nn.functional

REDUCTION = st.sampled_from(["mean", "sum", "none"])
SIZES = st.integers(1, 5), st.integers(1, 5)


def spread(g, reduction, count):
    """Each entry's share of the upstream gradient."""
    return np.abs(g) / count if reduction == "mean" else np.abs(g)


@deterministic(60)
@given(SHAPE, REDUCTION, DTYPE, SEED)
def test_mse_loss(shape, reduction, dtype, seed):
    rng = np.random.default_rng(seed)
    prediction, target = filled(rng, shape, dtype), filled(rng, shape, dtype)
    compare(
        lambda p, t: mse_loss(p, t, reduction=reduction),
        lambda p, t: F.mse_loss(p, t, reduction=reduction),
        *(prediction, target),
        seed=seed,
    )


@deterministic(80)
@given(SHAPE, REDUCTION, DTYPE, SEED)
def test_binary_cross_entropy(shape, reduction, dtype, seed):
    rng = np.random.default_rng(seed)
    z, y = filled(rng, shape, dtype), filled(rng, shape, dtype, ((0.0, 1.0),))

    def sizes(g):
        terms = np.abs(z) * (1.0 + y) + 1.0  # max(z, 0) − z·y + ln(1 + exp(−|z|))
        share = spread(g, reduction, z.size)
        value = {"mean": terms.mean(), "sum": terms.sum(), "none": terms}[reduction]
        return value, share * (1.0 + y), share * np.abs(z)  # g·(σ(z) − y)

    compare(
        lambda z, y: binary_cross_entropy_with_logits(z, y, reduction=reduction),
        lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction=reduction),
        *(z, y),
        seed=seed,
        sizes=sizes,
    )


def sizes_of_cross_entropy(z, weight, reduction):
    """weight: how much of each sample's target falls on each class."""

    def sizes(g):
        below = np.abs(z - z.max(axis=-1, keepdims=True)) + 1.0  # (z − max) − ln Σ, with Σ at least 1
        losses = (weight * below).sum(axis=-1)
        share = np.expand_dims(spread(g, reduction, losses.size), -1)
        value = {"mean": losses.mean(), "sum": losses.sum(), "none": losses}[reduction]
        return value, share * (1.0 + weight.sum(axis=-1, keepdims=True)), share * below  # g·(p − y), g·ln p

    return sizes


@deterministic(80)
@given(*SIZES, REDUCTION, DTYPE, SEED, st.booleans())
def test_cross_entropy_of_classes(samples, classes, reduction, dtype, seed, one):
    rng = np.random.default_rng(seed)
    z, y = filled(rng, (samples, classes), dtype), rng.integers(0, classes, samples)
    if one:  # a single sample, without an axis for it
        z, y = z[0], y[0]

    def sizes(g):
        return sizes_of_cross_entropy(z, np.eye(classes)[y], reduction)(g)[:2]

    y_torch = torch.tensor(y)
    for target in (y, y.tolist(), np.asarray(y, np.uint8), np.asarray(y, float), Tensor(y)):
        compare(
            lambda z, target=target: cross_entropy(z, target, reduction=reduction),
            lambda z: F.cross_entropy(z, y_torch, reduction=reduction),
            z,
            seed=seed,
            sizes=sizes,
        )


@deterministic(80)
@given(*SIZES, REDUCTION, DTYPE, SEED, st.booleans())
def test_cross_entropy_of_probabilities(samples, classes, reduction, dtype, seed, one):
    rng = np.random.default_rng(seed)
    z = filled(rng, (samples, classes), dtype)
    y = filled(rng, (samples, classes), dtype, ((0.0, 1.0),))  # need not sum to 1
    if one:
        z, y = z[0], y[0]
    compare(
        lambda z, y: cross_entropy(z, y, reduction=reduction),
        lambda z, y: F.cross_entropy(z, y, reduction=reduction),
        *(z, y),
        seed=seed,
        sizes=sizes_of_cross_entropy(z, y, reduction),
    )


def test_a_class_and_its_one_hot_row_give_the_same_loss_and_gradient():
    rng = np.random.default_rng(1)
    z, y = filled(rng, (6, 4)), rng.integers(0, 4, 6)
    one, other = Tensor(z, requires_grad=True), Tensor(z, requires_grad=True)
    first, second = cross_entropy(one, y), cross_entropy(other, np.eye(4)[y])
    first.backward()
    second.backward()
    assert_agree(first.data, second.data)
    assert_agree(one.grad, other.grad, size=0.25)


@pytest.mark.parametrize("loss", [mse_loss, binary_cross_entropy_with_logits])
def test_targets_may_be_lists_whole_numbers_and_booleans(loss):
    z = Tensor([[0.5], [-1.0]])
    expected = loss(z, np.array([[1.0], [0.0]])).item()
    for target in ([[1], [0]], [[1.0], [0.0]], np.array([[1], [0]]), np.array([[True], [False]])):
        assert loss(z, target).item() == expected


@pytest.mark.parametrize("loss", [mse_loss, binary_cross_entropy_with_logits, cross_entropy])
def test_a_target_of_float64_leaves_a_float32_loss_as_it_is(loss):
    z = Tensor(np.array([[0.5, 1.0]], np.float32), requires_grad=True)
    y = loss(z, np.array([[1.0, 0.0]]))
    y.backward()
    assert y.dtype == z.grad.dtype == np.float32


def test_the_mean_over_no_samples_is_not_a_number_as_in_torch():
    with np.errstate(invalid="ignore"):
        assert np.isnan(mse_loss(Tensor(np.zeros((0, 2))), np.zeros((0, 2))).item())
        assert np.isnan(cross_entropy(Tensor(np.zeros((0, 2))), np.zeros(0, int)).item())
    assert cross_entropy(Tensor(np.zeros((0, 2))), np.zeros(0, int), reduction="sum").item() == 0.0
