"""Gradient clipping: what it keeps, PyTorch's numbers, ranges of floats, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.scalar import Value
from backprop_lib.training.clipping import clip_grad_norm_, clip_grad_value_

# Within what NumPy's norm can square, and raise to the 50th; the ends of the range have a test of their own.
NUMBERS = st.just(0.0) | st.floats(1e-5, 1e6) | st.floats(-1e6, -1e-5)
ENTRIES = arrays(np.float64, array_shapes(min_dims=0, min_side=0), elements=NUMBERS)
GRADIENTS = st.lists(st.none() | ENTRIES, min_size=1, max_size=4)
NORMS = st.sampled_from([1.0, 1.5, 2.0, 3.0, 50.0, math.inf])


def parameters(*gradients):
    """Tensors with these gradients; None for no gradient."""
    made = []
    for gradient in gradients:
        shape, dtype = (2,), np.float64
        if gradient is not None:
            shape, dtype = gradient.shape, gradient.dtype
        made.append(Tensor(np.zeros(shape, dtype), requires_grad=True))
        made[-1].grad = None if gradient is None else gradient.copy()
    return made


def flat(made):
    return np.concatenate([np.zeros(0), *[p.grad.ravel() for p in made if p.grad is not None]])


# --- what each keeps ----------------------------------------------------------------------------------------


@given(GRADIENTS, st.floats(1e-3, 1e3), NORMS)
def test_norm_clipping_keeps_the_direction_and_bounds_the_norm(gradients, max_norm, p):
    made = parameters(*gradients)
    before = flat(made)
    total = clip_grad_norm_(made, max_norm, p)
    after = flat(made)
    assert total == pytest.approx(np.linalg.norm(before, p) if before.size else 0.0, rel=1e-12, abs=0.0)
    if total <= max_norm:
        np.testing.assert_allclose(after, before, rtol=1e-6 / max_norm)
    else:
        assert clip_grad_norm_(made, math.inf, p) == pytest.approx(
            max_norm * total / (total + 1e-6), rel=1e-12
        )
        np.testing.assert_allclose(after * total, before * max_norm, rtol=2e-6 / total + 1e-12)


def test_value_clipping_turns_the_direction():
    (by_norm,), (by_value,) = parameters(np.array([3.0, 400.0])), parameters(np.array([3.0, 400.0]))
    clip_grad_norm_(by_norm, max_norm=5.0)
    clip_grad_value_(by_value, clip_value=5.0)
    assert by_norm.grad[1] / by_norm.grad[0] == pytest.approx(400.0 / 3.0, rel=1e-14)
    assert by_value.grad.tolist() == [3.0, 5.0]


@given(GRADIENTS, st.floats(0.0, 1e3))
def test_value_clipping_changes_only_entries_beyond_the_bound(gradients, bound):
    made = parameters(*gradients)
    before = flat(made)
    assert clip_grad_value_(made, bound) is None
    assert flat(made).tolist() == [min(max(entry, -bound), bound) for entry in before]


def test_gradients_within_the_bounds_keep_every_bit():
    gradient = np.random.default_rng(0).normal(size=(5, 3))
    made = parameters(gradient)
    clip_grad_norm_(made, 2.0 * np.linalg.norm(gradient))
    clip_grad_value_(made, np.abs(gradient).max())
    assert made[0].grad.tobytes() == gradient.tobytes()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_the_gradient_stays_the_same_array_of_the_same_dtype(dtype, shape):
    (made,) = parameters(np.full(shape, 10.0, dtype))
    held = made.grad
    clip_grad_norm_([made], 3.0)
    clip_grad_value_([made], 0.5)
    assert made.grad is held
    assert held.dtype == dtype
    assert np.all(held <= 0.5)


def test_gradients_out_of_backward_are_clipped_one_by_one():
    a, b = Tensor([3.0], requires_grad=True), Tensor([4.0], requires_grad=True)
    ((a + b) * 5.0).sum().backward()
    assert clip_grad_norm_([a, b], 1.0) == pytest.approx(5.0 * math.sqrt(2.0))
    assert [a.grad.item(), b.grad.item()] == pytest.approx([math.sqrt(0.5)] * 2, rel=1e-6)


def test_values_are_clipped_like_arrays():
    values = [Value(0.0), Value(0.0)]
    values[0].grad, values[1].grad = 30.0, -40.0
    assert clip_grad_norm_(values, 5.0) == 50.0
    assert [value.grad for value in values] == pytest.approx([3.0, -4.0], rel=1e-7)
    clip_grad_value_(values, 3.5)
    assert values[1].grad == -3.5
    assert {type(value.grad) for value in values} == {float}


def test_a_gradient_without_axes_may_be_a_plain_number():
    w = Tensor(1.0, requires_grad=True)
    for plain in (40.0, np.float64(40.0)):
        w.grad = plain
        assert clip_grad_norm_([w], 20.0) == 40.0
        assert w.grad == pytest.approx(20.0, rel=1e-7)
        clip_grad_value_([w], 3.0)
        assert w.grad == 3.0


def test_a_single_parameter_and_a_generator_are_taken_too():
    (made,) = parameters(np.array([3.0, 4.0]))
    assert clip_grad_norm_(made, 100.0) == 5.0
    assert clip_grad_norm_((p for p in [made]), 1.0) == 5.0
    clip_grad_value_(made, 0.1)
    assert made.grad.tolist() == [0.1, 0.1]


def test_without_gradients_the_norm_is_0():
    made = parameters(None, np.zeros((0, 3)), None)
    assert clip_grad_norm_(made, 1.0) == 0.0
    assert clip_grad_norm_(made, 1.0, math.inf) == 0.0
    assert made[0].grad is None


# --- the ends of the range of floats ------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, 50.0, math.inf])
@pytest.mark.parametrize(
    ("dtype", "size", "rel"),
    [
        (np.float32, 3e38, 1e-6),
        (np.float32, 1e20, 1e-6),
        (np.float32, 1e-22, 1e-6),
        (np.float32, 1e-30, 1e-6),
        (np.float64, 1e300, 1e-12),
        (np.float64, 1e-160, 1e-12),
        (np.float64, 1e-300, 1e-12),
    ],
)
def test_the_norm_of_huge_and_tiny_gradients_neither_overflows_nor_vanishes(dtype, size, rel, p):
    made = parameters(np.full(8, size, dtype), np.full((2, 4), -size, dtype))
    truth = float(dtype(size)) * (1.0 if p == math.inf else 16.0 ** (1.0 / p))
    assert clip_grad_norm_(made, 1.0, p) == pytest.approx(truth, rel=rel, abs=0.0)
    if size > 1.0:
        assert clip_grad_norm_(made, 1.0, p) == pytest.approx(1.0, rel=rel)


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, math.inf])
def test_a_norm_that_is_not_finite_can_be_refused_before_anything_changes(p):
    for bad in (math.inf, math.nan):
        made = parameters(np.array([1.0, 2.0]), np.array([bad]))
        with pytest.raises(RuntimeError, match=f"needs finite gradients; their norm is {bad}"):
            clip_grad_norm_(made, 1.0, p, error_if_nonfinite=True)
        assert made[0].grad.tolist() == [1.0, 2.0]


# --- against torch ------------------------------------------------------------------------------------------


def of_torch(gradients):
    import torch

    made = []
    for gradient in gradients:
        made.append(
            torch.zeros(gradient.shape, dtype=getattr(torch, str(gradient.dtype)), requires_grad=True)
        )
        made[-1].grad = torch.tensor(gradient)
    return made


@pytest.mark.needs("torch")
@pytest.mark.parametrize(("dtype", "rel"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@pytest.mark.parametrize("p", [1, 2, 2.5, math.inf])
@pytest.mark.parametrize("size", [1e-9, 1e-3, 1.0, 1e6])
@pytest.mark.parametrize("max_norm", [0.0, 1e-3, 1.0, 100.0, math.inf])
def test_norm_clipping_is_that_of_torch(dtype, rel, p, size, max_norm):
    import torch

    rng = np.random.default_rng(0)
    gradients = [np.asarray(size * rng.normal(size=shape), dtype) for shape in [(3, 4), (4,), (), (2, 1, 2)]]
    ours, theirs = parameters(*gradients), of_torch(gradients)
    total = clip_grad_norm_(ours, max_norm, p)
    assert total == pytest.approx(
        torch.nn.utils.clip_grad_norm_(theirs, max_norm, p).item(), rel=rel, abs=0.0
    )
    for parameter, tensor in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(parameter.grad, tensor.grad.numpy(), rtol=rel)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("bound", [0.0, 0.3, 1.0, math.inf])
def test_value_clipping_is_that_of_torch(dtype, bound):
    import torch

    gradient = np.array([-math.inf, -2.0, -0.3, 0.0, 0.1, 1.0, 5.0, math.inf, math.nan], dtype)
    ours, theirs = parameters(gradient), of_torch([gradient])
    clip_grad_value_(ours, bound)
    torch.nn.utils.clip_grad_value_(theirs, bound)
    np.testing.assert_array_equal(ours[0].grad, theirs[0].grad.numpy())


@pytest.mark.needs("torch")
@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, math.inf])
@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_a_norm_that_is_not_finite_does_what_it_does_in_torch(p, bad):
    import torch

    gradients = [np.array([1.0, -2.0]), np.array([bad, 3.0])]
    ours, theirs = parameters(*gradients), of_torch(gradients)
    total = clip_grad_norm_(ours, 1.0, p)
    np.testing.assert_equal(total, torch.nn.utils.clip_grad_norm_(theirs, 1.0, p).item())
    for parameter, tensor in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(parameter.grad, tensor.grad.numpy())


# --- mistakes -----------------------------------------------------------------------------------------------


def wrong(gradient):
    """Two parameters, the second with a gradient that does not fit."""
    made = parameters(np.array([30.0, 40.0]), None)
    made[1].grad = gradient
    return made


GOOD = parameters(np.array([30.0, 40.0]))


@pytest.mark.parametrize("clip", [clip_grad_norm_, clip_grad_value_])
@pytest.mark.parametrize(
    ("made", "bound", "error", "words"),
    [
        (GOOD, -1.0, ValueError, "needs a number of 0 or more; received -1.0"),
        (GOOD, math.nan, ValueError, "needs a number of 0 or more; received nan"),
        (GOOD, "1", TypeError, "needs a number of 0 or more; received str '1'"),
        (GOOD, None, TypeError, "needs a number of 0 or more; received NoneType None"),
        ([], 1.0, ValueError, "received an empty one: is it a generator that was used before"),
        (7, 1.0, TypeError, "needs a list of parameters, .* received int 7"),
        ([np.ones(2)], 1.0, TypeError, "each a Tensor or a Value; received as parameter 0 numpy.ndarray"),
        (GOOD * 2, 1.0, ValueError, "the same parameter as 0 and as parameter 1: list it once"),
        (
            wrong(np.ones(3)),
            1.0,
            ValueError,
            r"needs as gradient of parameter 1 .* \(2,\); received .* \(3,\)",
        ),
        (wrong([1.0, 2.0]), 1.0, TypeError, r"an array of floats .* received list \[1.0, 2.0\]"),
        (wrong(np.array([1, 2])), 1.0, TypeError, "an array of floats .* dtype int"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence_and_nothing_changes(clip, made, bound, error, words):
    with pytest.raises(error, match=f"{clip.__name__}.*{words}") as refusal:
        clip(made, bound)
    assert "\n" not in str(refusal.value)
    assert GOOD[0].grad.tolist() == [30.0, 40.0]
    if isinstance(made, list) and made and isinstance(made[0], Tensor):
        assert made[0].grad.tolist() == [30.0, 40.0]


@pytest.mark.parametrize(("p", "error"), [(0.5, ValueError), (-math.inf, ValueError), ("fro", TypeError)])
def test_a_norm_type_that_gives_no_norm_is_refused(p, error):
    with pytest.raises(error, match="norm_type needs a number of 1 or more; received"):
        clip_grad_norm_(GOOD, 1.0, p)
    assert GOOD[0].grad.tolist() == [30.0, 40.0]
