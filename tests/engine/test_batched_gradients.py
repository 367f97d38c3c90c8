"""Whose gradient is written where, and when: the house rules of `backward`, which are PyTorch's."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import affine, concatenate, cross_entropy, stack, where
from backprop_lib.engine.recording import is_grad_enabled, no_grad


def leaf(*numbers):
    return Tensor(numbers, requires_grad=True)


# --- accumulation -------------------------------------------------------------------------------------------


def test_a_leaf_has_no_gradient_before_the_first_pass_and_after_zero_grad():
    w = leaf(1.0, 2.0)
    assert w.grad is None
    (w * 3.0).sum().backward()
    assert w.grad.tolist() == [3.0, 3.0]
    w.zero_grad()
    assert w.grad is None


def test_passes_add_up_in_the_leaves():
    w = leaf(1.0, 2.0)
    for _ in range(3):
        (w * w).sum().backward()
    assert w.grad.tolist() == [6.0, 12.0]
    y = (w * w).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert w.grad.tolist() == [10.0, 20.0]


@pytest.mark.parametrize("set_by_hand", [0.0, np.zeros(3), np.zeros((2, 1))])
def test_a_gradient_of_another_shape_set_by_hand_is_refused_and_nothing_changes(set_by_hand):
    w, v = leaf(1.0, 2.0), leaf(3.0, 4.0)
    for first, second in ((v, w), (w, v)):
        v.grad, w.grad = None, set_by_hand
        with pytest.raises(ValueError, match=r"grad set to shape .*; expected .* \(2,\)"):
            (first * second).sum().backward()
        assert v.grad is None
        assert w.grad is set_by_hand
    w.grad = np.ones(2)
    (v * w).sum().backward()
    assert w.grad.tolist() == [4.0, 5.0]


def test_two_losses_that_share_a_part_of_their_graph():
    w = leaf(1.0, 2.0)
    shared = w * w
    one, two = shared.sum(), (shared * 10.0).sum()
    one.backward(retain_graph=True)
    two.backward()
    assert w.grad.tolist() == [22.0, 44.0]


def test_a_pass_starts_from_the_gradient_it_is_given():
    for gradient in ([1.0, -2.0], np.array([1, -2]), Tensor([1.0, -2.0]), leaf(1.0, -2.0)):
        w = leaf(3.0, 4.0)
        (w * w).backward(gradient)
        assert w.grad.tolist() == [6.0, -16.0]


def test_the_gradient_given_stays_the_callers_own():
    w = leaf(3.0, 4.0)
    given = np.ones(2)
    w.backward(given)
    w.grad *= 5.0
    assert given.tolist() == [1.0, 1.0]
    given[:] = 7.0
    assert w.grad.tolist() == [5.0, 5.0]


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_one_entry_needs_no_gradient_to_start_from(shape):
    w = Tensor(np.full(shape, 3.0), requires_grad=True)
    (w * w).backward()
    assert w.grad.shape == shape
    assert w.grad.item() == 6.0


def test_a_leaf_can_be_its_own_loss():
    w = Tensor(3.0, requires_grad=True)
    w.backward()
    w.backward()
    assert w.grad == 2.0
    assert type(w.grad) is np.ndarray


def test_only_what_asked_for_a_gradient_gets_one():
    w, x = leaf(1.0), Tensor([2.0])
    y = w * x
    z = y.sum()
    z.backward()
    assert x.grad is y.grad is z.grad is None
    assert w.grad == 2.0


def test_a_node_used_twice_and_diamonds():
    w = leaf(0.5)
    h = w * 2.0
    (h * h + h.tanh() * h).sum().backward()
    expected = 2.0 * (2.0 * h.item() + np.tanh(1.0) + h.item() * (1.0 - np.tanh(1.0) ** 2))
    assert w.grad == pytest.approx(expected, rel=1e-14)
    x = node = leaf(1.0)
    for _ in range(100):  # 2¹⁰⁰ paths
        node = 0.5 * node + 0.25 * node
    node.backward()
    assert x.grad == pytest.approx(0.75**100, rel=1e-12)


def test_tied_weights_get_the_sum_of_all_their_uses():
    W, x, b = Tensor([[0.5, -1.0], [2.0, 0.25]], requires_grad=True), np.array([[1.0, 2.0]]), np.zeros(2)
    affine(affine(x, W, Tensor(b)), W.T, Tensor(b)).sum().backward()
    tied = W.grad
    first, second = (Tensor(W.data, requires_grad=True) for _ in range(2))
    affine(affine(x, first, Tensor(b)), second.T, Tensor(b)).sum().backward()
    np.testing.assert_allclose(tied, first.grad + second.grad, rtol=1e-14)


def test_a_hundred_thousand_operations_need_no_recursion():
    w = x = leaf(1.0)
    for _ in range(100_000):
        x = -x
    x.backward(retain_graph=True)
    assert w.grad == 1.0
    del x  # freed link by link; no link may overflow the stack


def test_a_second_run_gives_the_same_bits():
    def run():
        rng = np.random.default_rng(5)
        X, y = rng.normal(size=(20, 6)), rng.integers(0, 3, 20)
        weights = [Tensor(rng.normal(size=s), requires_grad=True) for s in ((6, 8), (8,), (8, 3), (3,))]
        hidden = affine(X, *weights[:2]).tanh()
        cross_entropy(affine(hidden, *weights[2:]), y).backward()
        return [w.grad.tobytes() for w in weights]

    assert run() == run()


# --- a leaf's gradient is its own memory --------------------------------------------------------------------


def joined(a, b):
    return concatenate([a, b])


@pytest.mark.parametrize(
    "compute",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a.reshape(2, 1) + b.reshape(2, 1),
        lambda a, b: a.T + b.T,
        lambda a, b: a[:] + b[:],
        lambda a, b: a[::-1] + b[::-1],
        lambda a, b: a + b + (a + b),
        joined,
        lambda a, b: stack([a, b]),
        lambda a, b: where(np.array([True, False]), a, b),
        lambda a, b: a.sum() + b.sum(),
        lambda a, b: (a + b).reshape(1, 2).permute(1, 0),
        lambda a, b: a.sum(axis=0, keepdims=True) + b,
    ],
)
def test_changing_one_gradient_in_place_changes_no_other(compute):
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    y = compute(a, b)
    y.retain_grad()
    upstream = np.ones(y.shape)
    y.backward(upstream, retain_graph=True)
    before = b.grad.copy(), y.grad.copy()
    a.grad *= 100.0
    assert np.array_equal(b.grad, before[0])
    assert np.array_equal(y.grad, before[1])
    assert (upstream == 1.0).all()
    changed = a.grad.copy()
    b.grad *= 100.0
    y.grad *= 100.0
    assert np.array_equal(a.grad, changed)
    # Nor has the graph kept one of them: a second pass adds what the first one gave.
    y.backward(upstream)
    assert np.array_equal(a.grad, changed + changed / 100.0)


def test_every_gradient_can_be_written_to():
    w, b = leaf(1.0, 2.0), Tensor(1.0, requires_grad=True)
    (w.sum() + b).backward()
    for tensor in (w, b):
        assert type(tensor.grad) is np.ndarray
        assert tensor.grad.flags.writeable
        assert tensor.grad.flags.owndata
        assert tensor.grad.shape == tensor.shape


def test_the_data_is_a_copy_of_what_was_given():
    given = np.array([1.0, 2.0])
    w = Tensor(given, requires_grad=True)
    given[:] = 9.0
    assert w.tolist() == [1.0, 2.0]
    w.data = given
    given[:] = 5.0
    assert w.tolist() == [9.0, 9.0]


# --- gradients in between -----------------------------------------------------------------------------------


def test_retain_grad_keeps_what_lies_in_between_and_adds_up():
    w = leaf(1.0, 2.0)
    h = w * w
    h.retain_grad()
    y = (3.0 * h).sum()
    y.retain_grad()
    for times in (1.0, 2.0):
        y.backward(retain_graph=True)
        assert h.grad.tolist() == [3.0 * times] * 2
        assert y.grad == times
        assert type(y.grad) is type(h.grad) is np.ndarray
    h.zero_grad()
    assert h.grad is None


def test_retain_grad_on_a_leaf_changes_nothing():
    w = leaf(1.0)
    w.retain_grad()
    (w * 2.0).backward()
    assert w.grad == 2.0


# --- hooks --------------------------------------------------------------------------------------------------


def test_a_hook_is_called_once_with_the_total_gradient():
    w = leaf(3.0)
    h = w * 2.0
    seen = []
    w.register_hook(lambda g: seen.append(("w", g.tolist())))
    h.register_hook(lambda g: seen.append(("h", g.tolist())))
    (h * h + h).sum().backward()
    assert seen == [("h", [13.0]), ("w", [26.0])]


def test_what_a_hook_returns_takes_the_gradients_place():
    w = leaf(3.0)
    h = w * 2.0
    h.retain_grad()
    h.register_hook(lambda g: 10.0 * g)
    h.register_hook(lambda g: g + 1.0)  # in order: it gets what the first one returned
    w.register_hook(lambda g: -g)
    h.sum().backward()
    assert h.grad == 11.0
    assert w.grad == -22.0


def test_hooks_are_called_in_order_though_nobody_kept_their_handles():
    w = leaf(1.0)
    seen = []
    for i in range(5):
        w.register_hook(lambda g, i=i: seen.append(i))
    (w * 2.0).backward()
    assert seen == [0, 1, 2, 3, 4]


def test_a_hook_can_be_removed_and_removed_again():
    w = leaf(1.0)
    seen = []
    handles = [w.register_hook(lambda g, i=i: seen.append(i)) for i in range(3)]
    handles[1].remove()
    handles[1].remove()
    (w * 2.0).backward()
    assert seen == [0, 2]


def test_a_hook_can_remove_itself():
    w = leaf(1.0)
    seen = []
    handle = w.register_hook(lambda g: (seen.append(1), handle.remove())[2:])
    with pytest.raises(ValueError):  # it returned an empty tuple, which is no gradient
        (w * 2.0).backward()
    assert w.grad is None
    (w * 2.0).backward()
    assert seen == [1]


def test_the_gradient_that_a_hook_kept_stays_as_it_was():
    w = leaf(1.0, 2.0)
    seen = []
    w.register_hook(seen.append)
    for _ in range(2):
        (w * 2.0).sum().backward()
    w.grad *= 100.0
    assert [g.tolist() for g in seen] == [[2.0, 2.0]] * 2


def test_a_hook_may_return_a_list_an_array_of_whole_numbers_or_a_tensor():
    for answer in ([5.0], np.array([5]), Tensor([5.0])):
        w = leaf(1.0)
        w.register_hook(lambda g, answer=answer: answer)
        (w * 2.0).backward()
        assert w.grad.tolist() == [5.0]
        assert w.grad.dtype == np.float64


def test_a_hook_on_a_leaf_that_fails_leaves_every_leaf_as_it_was():
    for broken in (0, 1, 2):
        leaves = [leaf(1.0), leaf(2.0), leaf(3.0)]
        leaves[broken].register_hook(lambda g: np.ones(3))
        y = (leaves[0] * leaves[1] * leaves[2]).sum()
        with pytest.raises(ValueError, match=r"shape it got, \(1,\); .*\(3,\)"):
            y.backward()
        assert [w.grad for w in leaves] == [None] * 3


# --- leaving the graph --------------------------------------------------------------------------------------


def test_detach_gives_the_same_numbers_without_a_graph():
    w = leaf(2.0)
    h = w * w
    d = h.detach()
    assert d.data is h.data
    assert d.is_leaf
    assert not d.requires_grad
    (d * w).sum().backward()
    assert w.grad == 4.0


def test_no_grad_makes_constants():
    w = leaf(2.0)
    with no_grad():
        y = w * w
        assert not is_grad_enabled()
    assert is_grad_enabled()
    assert y.parents == ()
    assert y.operation is None
    assert not y.requires_grad
    assert y.is_leaf


def test_no_grad_can_be_nested_and_ends_with_an_exception():
    with no_grad():
        with no_grad():
            pass
        assert not is_grad_enabled()
        with pytest.raises(ZeroDivisionError), no_grad():
            raise ZeroDivisionError
        assert not is_grad_enabled()
    assert is_grad_enabled()
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert is_grad_enabled()


def test_no_grad_decorates_a_function():
    w = leaf(2.0)

    @no_grad()
    def evaluate():
        return w * w

    for _ in range(2):
        assert not evaluate().requires_grad
    assert is_grad_enabled()
    assert (w * w).requires_grad


def test_backward_works_inside_no_grad():
    w = leaf(2.0)
    y = w * w
    with no_grad():
        y.backward()
    assert w.grad == 4.0


def test_requires_grad_can_be_switched_on_and_off():
    w = Tensor([2.0])
    assert w.requires_grad_() is w
    assert w.requires_grad
    (w * w).backward()
    assert w.grad == 4.0
    w.requires_grad_(False)
    assert not (w * w).requires_grad
    v = leaf(1.0)
    (v * w).backward()
    assert w.grad == 4.0


# --- copies -------------------------------------------------------------------------------------------------


def test_a_copy_is_a_tensor_of_its_own():
    w = Tensor([1.0, 2.0], requires_grad=True, label="w")
    (w * w).sum().backward()
    for twin in (copy.deepcopy(w), pickle.loads(pickle.dumps(w))):
        assert twin.label == "w"
        assert twin.requires_grad
        assert twin.grad.tolist() == [2.0, 4.0]
        with no_grad():
            twin -= 1.0
        (twin * twin).sum().backward()
        assert twin.grad.tolist() == [2.0, 6.0]
    assert w.tolist() == [1.0, 2.0]
    assert w.grad.tolist() == [2.0, 4.0]


def test_a_tensor_loaded_in_another_process_counts_as_unchanged_there(tmp_path):
    w = leaf(1.0, 2.0)
    for _ in range(5):
        w.data -= 0.0
    (tmp_path / "w.pickle").write_bytes(pickle.dumps(w))
    code = f"""
import pickle
from backprop_lib.engine.batched import Tensor
with open({str(tmp_path / "w.pickle")!r}, "rb") as file:
    w = pickle.load(file)
y, other = (w * w).sum(), Tensor([1.0])
other.data -= 1.0  # anything that starts the clock
y.backward()
assert w.grad.tolist() == [2.0, 4.0]
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
