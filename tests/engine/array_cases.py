"""The same computation by Tensor and by torch, and how closely the two must agree."""

import itertools

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from backprop_lib.engine.batched import Tensor

DTYPES = (np.float64, np.float32)
DIGITS = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 1e-5}

DTYPE = st.sampled_from(DTYPES)
SEED = st.integers(0, 2**32 - 1)
LENGTH = st.integers(1, 4)
SHAPE = st.lists(LENGTH, max_size=3).map(tuple)
SHAPE_OR_EMPTY = st.lists(st.integers(0, 4), max_size=3).map(tuple)


def deterministic(max_examples):
    return settings(derandomize=True, deadline=None, max_examples=max_examples, database=None)


@st.composite
def broadcastable(draw):
    """Draw two shapes that broadcast: axes left out or of length 1 on either side, empty ones too."""
    full = draw(st.lists(st.integers(0, 3), max_size=3))

    def thinned():
        kept = [length if draw(st.booleans()) else 1 for length in full]
        return tuple(kept[draw(st.integers(0, len(kept))) :])

    return thinned(), thinned()


@st.composite
def shape_and_axis(draw):
    """Draw a shape, and an axis as None, a number or a tuple, counted from either end."""
    shape = tuple(draw(st.lists(LENGTH, min_size=1, max_size=4)))
    subsets = [None, *range(-len(shape), len(shape))]
    for size in range(1, len(shape) + 1):
        subsets += itertools.combinations(range(len(shape)), size)
    axis = draw(st.sampled_from(subsets))
    if isinstance(axis, tuple) and draw(st.booleans()):
        axis = tuple(i - len(shape) for i in reversed(axis))
    return shape, axis


def filled(rng, shape, dtype=np.float64, intervals=((-3.0, 3.0),)):
    """Make an array of random numbers, each from one of the intervals."""
    low, high = np.array(intervals).T
    which = rng.integers(len(intervals), size=shape)
    return np.asarray(rng.uniform(low[which], high[which]), dtype)


def assert_agree(received, expected, size=0.0):
    """Compare entry by entry: 12 digits in float64, 5 in float32; infinities and NaN in the same places.

    size: the sum of the absolute values of the terms, where terms of both signs cancel. A rounding error is
    measured against the terms, not against what is left of them.
    """
    expected = expected.detach().numpy() if hasattr(expected, "detach") else np.asarray(expected)
    assert received.shape == expected.shape
    assert received.dtype == expected.dtype
    with np.errstate(invalid="ignore"):
        bound = DIGITS[expected.dtype] * np.maximum(np.abs(expected), size)
        near = np.abs(received - expected) <= bound
    same = near | (received == expected) | (np.isnan(received) & np.isnan(expected))
    assert same.all(), f"\nreceived {received}\nexpected {expected}"


def both(arrays):
    """Make a leaf of each array, twice: as a Tensor and as torch's."""
    import torch

    ours = [Tensor(array, requires_grad=True) for array in arrays]
    return ours, [torch.tensor(array, requires_grad=True) for array in arrays]


def compare(ours, theirs, *arrays, seed=0, sizes=None):
    """Assert that a computation by Tensor and by torch has the same value and the same gradients.

    The gradient that goes in at the end is random.
    sizes: function of that gradient, giving the sizes of the terms in the value and in each leaf's gradient.
    """
    import torch

    leaves, others = both(arrays)
    y, z = ours(*leaves), theirs(*others)
    g = np.asarray(np.random.default_rng(seed).normal(size=y.shape), y.dtype)
    value_size, *gradient_sizes = sizes(g) if sizes else [0.0] * (1 + len(arrays))
    assert_agree(y.data, z, value_size)
    y.backward(g)
    z.backward(torch.tensor(g))
    for leaf, other, size in zip(leaves, others, gradient_sizes, strict=True):
        assert_agree(leaf.grad, other.grad, size)
    return y


def sizes_on_absolute_values(theirs, *arrays):
    """Size the terms of a computation whose terms are products of its inputs, such as A @ B."""
    import torch

    def sizes(g):
        leaves = [torch.tensor(np.abs(array), requires_grad=True) for array in arrays]
        value = theirs(*leaves)
        value.backward(torch.tensor(np.abs(g)))
        return value.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)

    return sizes


def sizes_over_broadcast_axes(theirs, *arrays):
    """Size the terms that a broadcast leaf's gradient is the sum of: one for each place it was used."""
    import torch

    def sizes(g):
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        full = [torch.tensor(np.broadcast_to(array, shape).copy(), requires_grad=True) for array in arrays]
        theirs(*full).backward(torch.tensor(g))
        return 0.0, *(
            leaf.grad.abs().sum_to_size(a.shape).numpy() for leaf, a in zip(full, arrays, strict=True)
        )

    return sizes
