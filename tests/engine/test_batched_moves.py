"""Indexing, reshaping, joining and choosing, against torch: values move, gradients move back."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import concatenate, stack, where
from tests.engine.array_cases import (
    DTYPE,
    LENGTH,
    SEED,
    SHAPE_OR_EMPTY,
    assert_agree,
    broadcastable,
    compare,
    deterministic,
    filled,
    sizes_on_absolute_values,
)

torch = pytest.importorskip("torch")

# --- indexing: torch takes no negative steps, so the truth is the sum of unit gradients ---------------------

SHAPE = (3, 4, 2)
ROWS = np.array([2, 0, 0, -1])
MASK = np.arange(24).reshape(SHAPE) % 5 < 2
INDICES = [
    0,
    -1,
    np.int64(1),
    np.array(2),
    slice(None),
    slice(1, None),
    slice(None, None, 2),
    slice(None, None, -1),
    slice(2, 0, -1),
    slice(5, 9),
    None,
    Ellipsis,
    (),
    (1, 2, 0),
    (0, slice(None), 1),
    (slice(None), slice(3, 0, -2)),
    (Ellipsis, 0),
    (1, Ellipsis, None),
    (None, slice(None), None, 2),
    ROWS,
    [1, 1, 1],
    [],
    np.array([[0, 1], [1, 0]]),
    (ROWS, ROWS % 4),
    (ROWS, slice(None), 0),
    (slice(None), ROWS),
    (slice(None), ROWS[:, None], np.array([0, 1])),
    (0, slice(None), [1, 1, 0]),
    (Ellipsis, [0, 0]),
    MASK,
    MASK[:, :, 0],
    MASK[:, 0, 0],
    (MASK[:, 0, 0], slice(None, None, -1)),
    (slice(None), [True, False, True, True]),
    ([2, 2], [True, False, True, False]),
    np.zeros(3, bool),
    True,
    (np.array(1), [0, 0, 3]),
]


@pytest.mark.parametrize("index", INDICES, ids=lambda index: " ".join(repr(index).split())[:60])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_each_entry_picked_sends_its_gradient_back(index, dtype):
    rng = np.random.default_rng(0)
    x = Tensor(filled(rng, SHAPE, dtype), requires_grad=True)
    y = x[index]
    assert np.array_equal(y.data, x.data[index])
    assert y.dtype == dtype
    g = np.asarray(rng.normal(size=y.shape), dtype)
    y.backward(g)
    source = np.arange(x.numel()).reshape(SHAPE)[index]  # where each entry came from
    expected = np.zeros(x.numel(), dtype)
    for place, part in zip(source.ravel(), g.ravel(), strict=True):
        expected[place] += part
    assert_agree(x.grad, expected.reshape(SHAPE), size=np.abs(g).sum() if g.size else 0.0)


@pytest.mark.parametrize(
    "index",
    [
        1,
        (slice(None), slice(1, 4, 2)),
        (None, Ellipsis, 0),
        ROWS.tolist(),
        ([0, 0, 2], [3, 3, 1]),
        (slice(None), [1, 1], 0),
        MASK,
    ],
    ids=lambda index: " ".join(repr(index).split())[:60],
)
def test_indexing_as_torch_does(index):
    a = filled(np.random.default_rng(1), SHAPE)
    for_torch = torch.tensor(index) if isinstance(index, np.ndarray) else index
    compare(
        lambda a: a[index],
        lambda a: a[for_torch],
        a,
        sizes=sizes_on_absolute_values(lambda a: a[for_torch], a),
    )


def test_iteration_gives_the_rows_of_the_graph():
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    first, second = x
    (first * 10.0 + second).sum().backward()
    assert x.grad.tolist() == [[10.0, 10.0], [1.0, 1.0]]
    assert len(x) == 2


# --- the same entries in another order ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "new"),
    [
        ((2, 6), (3, 4)),
        ((2, 6), (-1,)),
        ((2, 6), (2, -1, 3)),
        ((2, 6), (12, 1)),
        ((1,), ()),
        ((), (1, 1)),
        ((0, 3), (3, 0)),
        ((0, 3), (-1, 3)),
        ((2, 3), (2, 3)),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_reshape(shape, new, dtype):
    a = filled(np.random.default_rng(2), shape, dtype)
    compare(lambda a: a.reshape(*new), lambda a: a.reshape(new), a)
    compare(lambda a: a.reshape(new), lambda a: a.reshape(new), a)
    compare(lambda a: a.reshape(list(new)), lambda a: a.reshape(new), a)


@pytest.mark.parametrize("axes", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.parametrize("from_the_right", [(), (0, 1, 2), (1,), (0, 2)], ids=str)
def test_permute(axes, from_the_right):
    axes = tuple(axis - 3 if i in from_the_right else axis for i, axis in enumerate(axes))
    for shape in ((2, 3, 4), (3, 3, 3)):
        a = filled(np.random.default_rng(3), shape)
        compare(lambda a: a.permute(*axes), lambda a: a.permute(axes), a)
        compare(lambda a: a.permute(axes), lambda a: a.permute(axes), a)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 0), (-1, -2), (0, -1), (2, 2)])
def test_transpose_swaps_two_axes(one, other):
    for shape in ((2, 3, 4), (3, 3, 3)):
        a = filled(np.random.default_rng(4), shape)
        compare(lambda a: a.transpose(one, other), lambda a: a.transpose(one, other), a)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (3, 3), (2, 3, 4)])
def test_T_reverses_the_axes(shape):
    a = filled(np.random.default_rng(5), shape)
    compare(lambda a: a.T, lambda a: a.permute(tuple(range(a.ndim))[::-1]), a)


# --- joining ------------------------------------------------------------------------------------------------


@deterministic(60)
@given(st.lists(LENGTH, min_size=1, max_size=3), st.data(), DTYPE, SEED)
def test_concatenate(shape, data, dtype, seed):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    lengths = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    rng = np.random.default_rng(seed)
    arrays = []
    for length in lengths:
        shape[axis] = length
        arrays.append(filled(rng, tuple(shape), dtype))
    compare(lambda *a: concatenate(a, axis), lambda *a: torch.cat(a, axis), *arrays, seed=seed)


@deterministic(60)
@given(st.lists(st.integers(0, 3), max_size=2).map(tuple), st.data(), DTYPE, SEED)
def test_stack(shape, data, dtype, seed):
    axis = data.draw(st.integers(-len(shape) - 1, len(shape)))
    rng = np.random.default_rng(seed)
    arrays = [filled(rng, shape, dtype) for _ in range(data.draw(st.integers(1, 4)))]
    compare(lambda *a: stack(a, axis), lambda *a: torch.stack(a, axis), *arrays, seed=seed)


@pytest.mark.parametrize("join", [concatenate, stack])
def test_a_tensor_joined_to_itself_gets_both_gradients(join):
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = join([x, np.array([5.0, 6.0]), x])
    y.backward(np.arange(6.0).reshape(y.shape))
    assert x.grad.tolist() == [4.0, 6.0]


# --- choosing -----------------------------------------------------------------------------------------------


@deterministic(100)
@given(broadcastable(), SHAPE_OR_EMPTY, DTYPE, SEED)
def test_where_broadcasts_all_three(shapes, third, dtype, seed):
    rng = np.random.default_rng(seed)
    try:
        np.broadcast_shapes(*shapes, third)
    except ValueError:
        third = ()
    condition = rng.random(third) < 0.5
    a, b = (filled(rng, shape, dtype) for shape in shapes)

    def theirs(a, b):
        return torch.where(torch.tensor(condition), a, b)

    def sizes(g):
        return 0.0, np.abs(g).sum(), np.abs(g).sum()  # a broadcast entry's gradient is a sum over g

    compare(lambda a, b: where(condition, a, b), theirs, a, b, seed=seed, sizes=sizes)


def test_where_takes_numbers_arrays_and_comparisons():
    a = np.array([-1.0, 0.5, 2.0])
    compare(lambda a: where(a > 0, a, 0.0), lambda a: torch.where(a > 0, a, 0.0), a)
    compare(lambda a: where(a > 0, -1, a), lambda a: torch.where(a > 0, -1.0, a), a)
    compare(lambda a: where([True, False, True], a, a * a), lambda a: torch.stack([a[0], a[1] ** 2, a[2]]), a)
    scalar = np.array(3.0)
    compare(
        lambda a: where(np.array([True, False]), a, 1.0),
        lambda a: torch.stack([a, torch.tensor(1.0, dtype=a.dtype)]),
        scalar,
    )


@pytest.mark.parametrize("bounds", [(-1.0, 1.0), (-1, None), (None, 1), (1.0, -1.0), (0.5, 0.5)], ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_clip_with_entries_at_its_bounds(bounds, dtype):
    a = np.array([[-3.0, -1.0, -0.5], [0.5, 1.0, 4.0]], dtype)
    compare(lambda a: a.clip(*bounds), lambda a: a.clamp(*bounds), a)
    compare(lambda a: a.clip(min=bounds[0], max=bounds[1]), lambda a: a.clamp(*bounds), a)
