"""Dropout: what it leaves out, and that the expected value stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib import Tensor, checkpoint, nn


def dropout(p, seed=0):
    return nn.Dropout(p, rng=np.random.default_rng(seed))


@given(st.floats(0.0, 0.95), st.integers(0, 99))
def test_each_entry_is_left_out_or_divided_by_the_share_that_stays(p, seed):
    x = np.full((4, 5), 3.0)
    out = dropout(p, seed)(x).data
    left_out = out == 0.0
    np.testing.assert_allclose(out[~left_out], 3.0 / (1.0 - p), rtol=1e-14)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_share_left_out_is_p_and_the_expected_value_stays(p):
    n = 100_000
    out = dropout(p)(np.ones(n)).data
    spread = (p * (1.0 - p) / n) ** 0.5
    assert (out == 0.0).mean() == pytest.approx(p, abs=4 * spread)
    assert out.mean() == pytest.approx(1.0, abs=4 * spread / (1.0 - p))


def test_the_gradient_passes_where_the_value_did():
    x = Tensor(np.ones((6, 7)), requires_grad=True)
    out = dropout(0.4)(x)
    out.sum().backward()
    assert np.array_equal(x.grad, out.data)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_at_the_ends_nothing_or_all_is_left_out(dtype):
    x = np.array([1.0, -2.0], dtype)
    assert dropout(0.0)(x).tolist() == [1.0, -2.0]
    assert dropout(1.0)(x).tolist() == [0.0, 0.0]
    assert dropout(1.0)(x).dtype == dtype


def test_evaluation_changes_nothing_and_draws_nothing():
    layer, x = dropout(0.5), Tensor(np.ones(3))
    state = layer.rng.bit_generator.state
    assert layer.eval()(x) is x
    assert layer.rng.bit_generator.state == state


def test_each_pass_leaves_out_others_and_a_seed_the_same():
    x, layer = np.ones(64), dropout(0.5)
    first, second = layer(x).data, layer(x).data
    assert not np.array_equal(first, second)
    again = dropout(0.5)
    assert np.array_equal(again(x).data, first)
    assert np.array_equal(again(x).data, second)


def test_layers_that_share_a_generator_leave_out_other_entries():
    rng, x = np.random.default_rng(0), np.ones(64)
    assert not np.array_equal(nn.Dropout(rng=rng)(x).data, nn.Dropout(rng=rng)(x).data)


def test_a_checkpoint_leaves_out_the_same_entries_again():
    def network(seed):
        rng = np.random.default_rng(seed)
        return nn.Sequential(nn.Dropout(rng=rng), nn.Linear(8, 8, rng=rng), nn.Tanh(), nn.Dropout(rng=rng))

    x = np.ones((4, 8))
    plain, saving = network(3), network(3)
    for _ in range(2):  # and chance goes on as it would have without the checkpoint
        one, two = plain(x), checkpoint(saving, x)
        assert np.array_equal(one.data, two.data)
        one.sum().backward(), two.sum().backward()
        for p, q in zip(plain.parameters(), saving.parameters(), strict=True):
            assert np.array_equal(p.grad, q.grad)
