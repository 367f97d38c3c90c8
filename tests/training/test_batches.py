"""Mini-batches: every sample once an epoch, in an order that the generator decides."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.training.batches import mini_batches, steps_per_epoch

COUNTS = st.integers(0, 60)
BATCH_SIZES = st.integers(1, 70)
SEEDS = st.integers(0, 2**32 - 1)


def samples(count):
    """Rows that say which row they are, in X and in y alike."""
    rows = np.arange(count)
    return np.column_stack([rows, 10.0 * rows]), rows


def order(batches):
    return [row for _, y_batch in batches for row in y_batch.tolist()]


# --- one epoch ----------------------------------------------------------------------------------------------


@given(COUNTS, BATCH_SIZES, SEEDS, st.booleans())
def test_each_sample_comes_exactly_once_with_its_own_label(count, batch_size, seed, shuffle):
    X, y = samples(count)
    batches = list(mini_batches(X, y, batch_size, rng=np.random.default_rng(seed), shuffle=shuffle))
    assert sorted(order(batches)) == list(range(count))
    assert all((X_batch == X[y_batch]).all() for X_batch, y_batch in batches)


@given(COUNTS, BATCH_SIZES, SEEDS)
def test_all_batches_are_full_but_the_last(count, batch_size, seed):
    sizes = [len(yb) for _, yb in mini_batches(*samples(count), batch_size, np.random.default_rng(seed))]
    assert sizes[:-1] == [batch_size] * (len(sizes) - 1)
    assert all(1 <= size <= batch_size for size in sizes)


@given(COUNTS, BATCH_SIZES, SEEDS)
def test_drop_last_leaves_out_the_batch_that_is_not_full_and_nothing_else(count, batch_size, seed):
    kept, dropped = (
        order(mini_batches(*samples(count), batch_size, np.random.default_rng(seed), drop_last=drop))
        for drop in (False, True)
    )
    assert dropped == kept[: count - count % batch_size]


@given(COUNTS, BATCH_SIZES, st.booleans())
def test_the_length_is_the_number_of_batches(count, batch_size, drop_last):
    batches = mini_batches(*samples(count), batch_size, shuffle=False, drop_last=drop_last)
    assert len(list(batches)) == len(batches) == steps_per_epoch(count, batch_size, drop_last)


@given(COUNTS, BATCH_SIZES)
def test_steps_round_up_and_with_drop_last_down(count, batch_size):
    assert steps_per_epoch(count, batch_size) == math.ceil(count / batch_size)
    assert steps_per_epoch(count, batch_size, drop_last=True) == math.floor(count / batch_size)


def test_a_batch_size_above_the_data_gives_one_batch():
    [(X_batch, y_batch)] = mini_batches(*samples(5), 64, np.random.default_rng(0))
    assert X_batch.shape == (5, 2)
    assert sorted(y_batch) == [0, 1, 2, 3, 4]


def test_no_samples_give_no_batch():
    assert list(mini_batches(np.empty((0, 2)), np.empty((0, 1)), 8, np.random.default_rng(0))) == []


@pytest.mark.parametrize("shuffle", [True, False])
def test_shapes_and_dtypes_stay_and_batches_are_copies(shuffle):
    X, y = np.zeros((5, 3, 2), np.float32), np.zeros((5, 1), np.int64)
    for X_batch, y_batch in mini_batches(X, y, 2, np.random.default_rng(0), shuffle=shuffle):
        assert X_batch.shape[1:] == (3, 2)
        assert y_batch.shape[1:] == (1,)
        assert (X_batch.dtype, y_batch.dtype) == (np.float32, np.int64)
        X_batch += 1.0
        y_batch += 1
    assert not X.any()
    assert not y.any()


def test_lists_are_data_too():
    [(X_batch, y_batch)] = mini_batches([[1, 2], [3, 4]], [5, 6], 2, shuffle=False)
    assert X_batch.tolist() == [[1, 2], [3, 4]]
    assert y_batch.tolist() == [5, 6]


# --- epochs -------------------------------------------------------------------------------------------------


def test_each_pass_shuffles_afresh():
    batches = mini_batches(*samples(50), 8, np.random.default_rng(0))
    epochs = [order(batches) for _ in range(4)]
    assert len({tuple(epoch) for epoch in epochs}) == 4
    assert list(range(50)) not in epochs


def test_a_call_for_each_epoch_shuffles_as_passes_over_one_call_do():
    rng, other = np.random.default_rng(5), np.random.default_rng(5)
    batches = mini_batches(*samples(20), 6, rng)
    assert [order(batches) for _ in range(3)] == [
        order(mini_batches(*samples(20), 6, other)) for _ in range(3)
    ]


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
def test_the_order_is_the_permutation_that_the_generator_draws(make):
    assert order(mini_batches(*samples(30), 7, make(3))) == make(3).permutation(30).tolist()
    assert order(mini_batches(*samples(30), 7, make(3))) != order(mini_batches(*samples(30), 7, make(4)))


def test_every_sample_is_as_likely_in_every_place():
    rng, count, epochs = np.random.default_rng(0), 4, 6000
    places = np.zeros((count, count))
    batches = mini_batches(*samples(count), 3, rng)
    for _ in range(epochs):
        places[np.arange(count), order(batches)] += 1
    # Four standard errors of a share of ¼ among 6000.
    assert np.abs(places / epochs - 0.25).max() < 4 * math.sqrt(0.25 * 0.75 / epochs)


def test_unshuffled_data_keep_their_order_and_draw_nothing():
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    batches = mini_batches(*samples(10), 3, rng, shuffle=False)
    assert order(batches) == order(batches) == list(range(10))
    assert rng.bit_generator.state == before


def test_the_global_random_state_is_left_alone():
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)
    list(mini_batches(*samples(10), 3, np.random.default_rng(0)))
    assert np.random.random() == expected


# --- mistakes -----------------------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
X, Y = samples(6)
MISTAKES = {
    "rows that do not match": (
        lambda: mini_batches(X, Y[:5], 2, RNG),
        ValueError,
        "one row of y for each row of X; received 6 and 5 rows, in X of shape (6, 2) and y of shape (5,)",
    ),
    "columns for samples": (lambda: mini_batches(X.T, Y, 2, RNG), ValueError, "received 2 and 6 rows"),
    "one number for y": (
        lambda: mini_batches(X, 1.0, 2, RNG),
        ValueError,
        "y as an array with one row a sam",
    ),
    "nothing for X": (lambda: mini_batches(None, Y, 2, RNG), ValueError, "X as an array.*received None"),
    "ragged rows": (lambda: mini_batches([[1], [1, 2]], [0, 1], 2, RNG), ValueError, "equal length in X"),
    "batches of none": (lambda: mini_batches(X, Y, 0, RNG), ValueError, "batch_size .*1 or more; received 0"),
    "half a sample": (lambda: mini_batches(X, Y, 2.5, RNG), TypeError, "whole number.*received 2.5"),
    "True for a size": (lambda: mini_batches(X, Y, True, RNG), TypeError, "whole number.*received True"),
    "no rng": (lambda: mini_batches(X, Y, 2), TypeError, "needs an rng.*default_rng(0) once.*shuffle=False"),
    "a seed for an rng": (lambda: mini_batches(X, Y, 2, 42), TypeError, "rng .*default_rng(0); received 42"),
    "NumPy's global state": (lambda: mini_batches(X, Y, 2, np.random), TypeError, "rng .*received <module"),
    "a count below 0": (lambda: steps_per_epoch(-1, 2), ValueError, "count .*0 or more; received -1"),
    "data for a count": (lambda: steps_per_epoch([1, 2], 2), TypeError, "count .*received [1, 2]"),
    "steps of none": (lambda: steps_per_epoch(6, 0), ValueError, "batch_size .*1 or more; received 0"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_one_clear_sentence_before_the_first_batch(name):
    mistake, kind, words = MISTAKES[name]
    with pytest.raises(kind, match=re.sub(r"[()\[\]]", r"\\\g<0>", words)) as caught:
        mistake()
    assert "\n" not in str(caught.value)
