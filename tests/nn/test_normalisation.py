"""BatchNorm1d and LayerNorm: what they promise of mean and variance, and their gradient. See also
test_layers_torch.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib import Tensor, checkpoint, nn


def batches(*shape):
    return np.random.default_rng(0).normal(3.0, 2.0, shape)


def test_batch_norm_gives_each_feature_mean_0_and_variance_1_then_scale_and_shift():
    layer = nn.BatchNorm1d(3, eps=0.0)
    out = layer(batches(50, 3)).data
    np.testing.assert_allclose(out.mean(axis=0), 0.0, atol=1e-14)
    np.testing.assert_allclose(out.var(axis=0), 1.0, rtol=1e-13)
    layer.weight.data[:], layer.bias.data[:] = [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]
    np.testing.assert_allclose(layer(batches(50, 3)).data, out * [1, 2, 3] + [4, 5, 6], rtol=1e-13)


def test_layer_norm_gives_each_sample_mean_0_and_variance_1():
    out = nn.LayerNorm(20, eps=0.0)(batches(3, 20)).data
    np.testing.assert_allclose(out.mean(axis=1), 0.0, atol=1e-14)
    np.testing.assert_allclose(out.var(axis=1), 1.0, rtol=1e-13)


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(2), nn.LayerNorm(2)])
def test_entries_without_spread_become_0_not_nan(layer):
    x = Tensor(np.full((3, 2), 7.0), requires_grad=True)
    out = layer(x)
    out.sum().backward()
    assert not out.data.any()
    assert np.isfinite(x.grad).all()


@given(st.integers(2, 5), st.integers(1, 4), st.integers(0, 50))
def test_a_shift_and_a_scale_of_the_input_do_not_show_so_the_gradient_has_none(samples, features, seed):
    rng = np.random.default_rng(seed)
    x = Tensor(rng.normal(size=(samples, features)), requires_grad=True)
    layer = nn.BatchNorm1d(features, eps=0.0)
    (layer(x) * rng.normal(size=x.shape)).sum().backward()
    scale = np.abs(x.grad).max(axis=0) + 1.0 / x.data.std(axis=0)
    np.testing.assert_allclose(x.grad.sum(axis=0) / scale, 0.0, atol=1e-10)
    np.testing.assert_allclose((x.grad * (x.data - x.data.mean(axis=0))).sum(axis=0) / scale, 0.0, atol=1e-10)


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(4), nn.LayerNorm(4), nn.BatchNorm1d(4).eval()])
def test_the_gradient_is_the_one_of_central_differences(layer):
    rng = np.random.default_rng(1)
    x, direction, weights = (rng.normal(size=(5, 4)) for _ in range(3))
    leaf = Tensor(x, requires_grad=True)
    (layer(leaf) * weights).sum().backward()

    def loss(step):
        return float((layer(x + step * direction).data * weights).sum())

    # Statistics that move in between are not used in training, and do not move in evaluation.
    numerical = (loss(1e-5) - loss(-1e-5)) / 2e-5
    assert (leaf.grad * direction).sum() == pytest.approx(numerical, rel=1e-8)


def test_one_operation_stands_in_the_graph_for_the_whole_standardising():
    out = nn.BatchNorm1d(3, affine=False)(Tensor(batches(4, 3), requires_grad=True))
    assert out.operation.name == "standardise"
    assert out.operation.symbol == "x̂"


# --- running statistics -------------------------------------------------------------------------------------


def test_running_statistics_are_averages_in_which_old_batches_fade():
    layer, x, y = nn.BatchNorm1d(3, momentum=0.25), batches(8, 3), batches(5, 3) + 1.0
    layer(x), layer(y)
    mean = 0.75 * (0.25 * x.mean(axis=0)) + 0.25 * y.mean(axis=0)
    var = 0.75 * (0.75 + 0.25 * x.var(axis=0, ddof=1)) + 0.25 * y.var(axis=0, ddof=1)
    np.testing.assert_allclose(layer.running_mean, mean, rtol=1e-14)
    np.testing.assert_allclose(layer.running_var, var, rtol=1e-14)


def test_running_statistics_keep_the_precision_of_the_layer():
    layer = nn.BatchNorm1d(3, dtype=np.float32)
    layer(batches(8, 3))
    assert {a.dtype for a in layer.state_dict().values()} == {np.dtype(np.float32)}


def test_in_evaluation_a_sample_does_not_depend_on_the_others_and_nothing_moves():
    layer = nn.BatchNorm1d(3)
    layer(batches(8, 3))
    layer.eval()
    state, x = layer.state_dict(), batches(4, 3)
    together = layer(x).data
    for i in range(4):
        assert np.array_equal(layer(x[i : i + 1]).data[0], together[i])
    assert layer(np.ones((0, 3))).shape == (0, 3)
    assert all(np.array_equal(layer.state_dict()[name], state[name]) for name in state)


def test_inside_a_checkpoint_statistics_move_once_for_a_batch():
    x, rng = batches(6, 3), np.random.default_rng(2)
    plain = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 3, rng=rng), nn.BatchNorm1d(3))
    saving = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 3), nn.BatchNorm1d(3))
    saving.load_state_dict(plain.state_dict())
    weights = rng.normal(size=(6, 3))
    (plain(x) * weights).sum().backward()
    (checkpoint(saving, x) * weights).sum().backward()
    for name, array in plain.state_dict().items():
        assert np.array_equal(saving.state_dict()[name], array), name
    for one, two in zip(plain.parameters(), saving.parameters(), strict=True):
        assert np.array_equal(one.grad, two.grad)


def test_a_graph_from_before_the_statistics_moved_is_still_right():
    layer = nn.BatchNorm1d(2).eval()
    x = Tensor(batches(3, 2), requires_grad=True)
    out = layer(x)
    layer.train()(batches(5, 2))
    out.sum().backward()
    np.testing.assert_allclose(x.grad, 1.0 / np.sqrt(1.0 + 1e-5), rtol=1e-14)
