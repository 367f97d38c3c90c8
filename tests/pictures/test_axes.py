"""Ticks that do not crowd, labels that do not meet."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.pictures.axes import decades, log_ticks, spread

positive = st.floats(min_value=5e-324, max_value=1e308)


@given(st.lists(positive, min_size=1, max_size=5))
def test_decades_hold_the_numbers(numbers):
    bottom, top = decades(numbers)
    assert bottom < top
    assert 10.0**bottom <= min(n for n in numbers) * (1 + 1e-9) or bottom == -323
    assert max(numbers) <= 10.0**top * (1 + 1e-9)


@given(st.integers(-323, 307), st.integers(1, 600), st.integers(2, 12))
def test_ticks_are_few_and_within_the_axis(bottom, span, most):
    top = min(bottom + span, 308)
    ticks, labels = log_ticks(bottom, top, most)
    assert len(ticks) == len(labels) <= most
    assert all(10.0**bottom * 0.999 <= tick <= 10.0**top * 1.001 for tick in ticks)
    assert len(set(labels)) == len(labels)


@given(st.lists(st.floats(0.0, 200.0), max_size=10))
def test_spread_keeps_order_distance_and_limits(wanted):
    placed = spread(wanted, gap=18.0, low=0.0, high=200.0)
    assert np.all((placed >= -1e-9) & (placed <= 200.0 + 1e-9))
    order = np.argsort(wanted, kind="stable")
    assert np.all(np.diff(placed[order]) >= 18.0 - 1e-9)


def test_what_is_apart_stays_where_it_is():
    assert spread([100.0, 10.0, 50.0], gap=18.0, low=0.0, high=200.0).tolist() == [100.0, 10.0, 50.0]
