"""Checkpoints: the same values and gradients as without, from fewer arrays held at a time."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.checkpoint import about_to_draw, checkpoint, is_recomputing
from backprop_lib.engine.functional import affine
from backprop_lib.engine.recording import is_grad_enabled, no_grad


def plain(function, *inputs):
    return function(*inputs)


EACH_WAY = (plain, checkpoint)


def leaf(*shape, seed=0):
    return Tensor(np.random.default_rng(seed).normal(size=shape), requires_grad=True)


def assert_the_same(story, shapes):
    """Run a story with and without checkpoints; compare its value and the gradients of its leaves."""
    outcomes = []
    for way in EACH_WAY:
        leaves = [leaf(*shape, seed=i) for i, shape in enumerate(shapes)]
        loss = story(way, *leaves)
        loss.backward()
        outcomes.append([loss.data, *(tensor.grad for tensor in leaves)])
    for one, other in zip(*outcomes, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert one.dtype == other.dtype
            np.testing.assert_allclose(other, one, rtol=1e-12)


# --- the same numbers ---------------------------------------------------------------------------------------


def test_a_chain_in_pieces():
    def story(way, x, W, b):
        for _ in range(4):
            x = way(lambda x: affine(affine(x, W, b).tanh(), W, b).sigmoid(), x)
        return (x * x).sum()

    assert_the_same(story, [(5, 3), (3, 3), (3,)])


def test_several_inputs_some_of_them_constant():
    def story(way, a, b, c):
        return (
            way(lambda a, k, b, m: (a * k).tanh() * b + m, a, np.full((2, 1), 3.0), b, Tensor(2.0)).sum() * c
        )

    assert_the_same(story, [(2, 3), (3,), ()])


def test_an_input_given_twice_and_used_twice():
    assert_the_same(lambda way, x: way(lambda a, b: a.exp() * b, x, x).sum(), [(3,)])
    assert_the_same(lambda way, x: (way(lambda a: a.exp() * a, x) * x).sum() + x.sum(), [(3,)])


def test_one_parameter_in_several_pieces_and_outside():
    def story(way, x, w):
        first = way(lambda x: (x * w).tanh(), x)
        second = way(lambda x: (x * w + w).sin(), first)
        return (second * w).sum()

    assert_the_same(story, [(3,), (3,)])


def test_a_parameter_given_and_captured():
    assert_the_same(lambda way, w: way(lambda v: v * w * w, w).sum(), [(3,)])


@pytest.mark.parametrize("last", [False, True], ids=["before", "after"])
def test_a_result_of_the_graph_captured_by_the_function(last):
    def story(way, x, w):
        h = (w * 3.0).tanh()
        piece, rest = way(lambda x: (x * h).exp(), x), h * 2.0
        return (rest + piece if last else piece + rest).sum()

    assert_the_same(story, [(3,), (3,)])


def test_a_captured_result_keeps_its_gradient_and_calls_its_hook_once():
    for way in EACH_WAY:
        w, x = Tensor(2.0, requires_grad=True), Tensor(5.0, requires_grad=True)
        h = w * 3.0
        h.retain_grad()
        seen = []
        h.register_hook(lambda g, seen=seen: seen.append(float(g)))
        (way(lambda x, h=h: x * h, x) + h * 2.0).backward()
        assert seen == [7.0]
        assert h.grad == 7.0
        assert (w.grad, x.grad) == (21.0, 6.0)


def test_a_function_that_uses_nothing_but_what_it_captures():
    assert_the_same(lambda way, w: way(lambda: (w * w).tanh()).sum(), [(3,)])


def test_a_function_that_returns_its_input_or_a_parameter():
    assert_the_same(lambda way, x: (way(lambda x: x, x) * 2.0).sum(), [(3,)])
    assert_the_same(lambda way, x, w: (way(lambda x: w, x) * x).sum(), [(3,), (3,)])
    assert_the_same(lambda way, x: (way(lambda x: x[::-1].reshape(3, 1), x) * 2.0).sum(), [(3,)])


def test_a_function_of_constants_gives_a_constant():
    y = checkpoint(lambda x: x * 2.0, np.ones(3))
    assert not y.requires_grad
    assert y.parents == ()
    w = Tensor(np.ones(3), requires_grad=True)
    d = checkpoint(lambda w: w.detach() * 2.0, w)
    assert not d.requires_grad


def test_pieces_within_pieces():
    def story(way, x, w):
        def inner(x):
            return (x * w).tanh()

        def outer(x):
            return way(inner, way(inner, x)) + x

        return way(outer, way(outer, x)).sum()

    assert_the_same(story, [(3,), (3,)])


def test_float32_stays_float32():
    for way in EACH_WAY:
        w = Tensor(np.ones(3, np.float32), requires_grad=True)
        y = way(lambda x, w=w: (x * w).tanh(), Tensor(np.full(3, 0.5, np.float32)))
        y.sum().backward()
        assert y.dtype == w.grad.dtype == np.float32


def test_passes_add_up_and_a_graph_may_be_kept():
    for times in (1, 2, 3):
        x, w = leaf(3), leaf(3, seed=1)
        y = checkpoint(lambda x, w=w: (x * w).exp(), x)
        once = [leaf(3), leaf(3, seed=1)]
        (once[0] * once[1]).exp().backward(np.ones(3))
        for i in range(times):
            y.backward(np.full(3, i + 1.0), retain_graph=True)
        total = sum(range(1, times + 1))
        np.testing.assert_allclose(x.grad, total * once[0].grad, rtol=1e-12)
        np.testing.assert_allclose(w.grad, total * once[1].grad, rtol=1e-12)


def test_a_second_backward_says_that_the_graph_is_gone():
    x = leaf(3)
    y = checkpoint(lambda x: x.exp(), x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match=r"let go by an earlier backward\(\)"):
        y.backward()


@pytest.mark.parametrize("frozen", [0, 1])
def test_a_parameter_frozen_for_one_pass_gets_fresh_gradients_in_the_next(frozen):
    leaves = [Tensor(2.0, requires_grad=True), Tensor(3.0, requires_grad=True)]
    y = checkpoint(lambda x: x * leaves[1], leaves[0])
    leaves[frozen].requires_grad_(False)
    y.backward(1.0, retain_graph=True)
    leaves[frozen].requires_grad_(True)
    for tensor in leaves:
        tensor.zero_grad()
    y.backward(10.0)
    assert (leaves[0].grad, leaves[1].grad) == (30.0, 20.0)


def test_each_leaf_owns_its_gradient():
    x, w = leaf(3), leaf(3, seed=1)
    checkpoint(lambda x: x + w, x).backward(np.ones(3))
    x.grad *= 100.0
    assert w.grad.tolist() == [1.0, 1.0, 1.0]


def test_under_no_grad_it_is_the_function_itself():
    x = leaf(3)
    calls = []
    with no_grad():
        y = checkpoint(lambda x: calls.append(is_grad_enabled()) or x.exp(), x)
    assert calls == [False]
    assert not y.requires_grad
    assert np.array_equal(y.data, np.exp(x.data))


def test_backward_inside_no_grad():
    x = leaf(3)
    y = checkpoint(lambda x: (x * x).exp(), x).sum()
    with no_grad():
        y.backward()
    np.testing.assert_allclose(x.grad, 2.0 * x.data * np.exp(x.data**2), rtol=1e-12)


# --- chance -------------------------------------------------------------------------------------------------


def dropped(x, rng):
    about_to_draw(rng)
    return x * (rng.random(x.shape) < 0.5)


def test_the_same_numbers_are_drawn_again_and_none_are_lost():
    outcomes = []
    for way in EACH_WAY:
        rng, x = np.random.default_rng(3), leaf(50)
        y = x
        for _ in range(3):
            y = way(lambda x, rng=rng: dropped(dropped(x.tanh(), rng) * 2.0, rng), y)
        between = rng.random()
        y.sum().backward()
        outcomes.append((y.tolist(), x.grad.tolist(), between, rng.random()))
    assert outcomes[0] == outcomes[1]


def test_draws_in_nested_pieces():
    outcomes = []
    for way in EACH_WAY:
        rng, other, x = np.random.default_rng(3), np.random.default_rng(4), leaf(50)

        def inner(x, rng=rng, other=other):
            return dropped(dropped(x.tanh(), rng), other)

        def outer(x, way=way, rng=rng):
            return dropped(way(inner, x) + way(inner, x), rng) + x

        y = way(outer, x)
        y.sum().backward()
        outcomes.append((y.tolist(), x.grad.tolist(), rng.random(), other.random()))
    assert outcomes[0] == outcomes[1]


def test_draws_that_were_not_announced_are_refused():
    rng, x = np.random.default_rng(3), leaf(50)
    y = checkpoint(lambda x: x * rng.random(50), x)
    with pytest.raises(RuntimeError, match=r"about_to_draw\(rng\)"):
        y.sum().backward()
    assert x.grad is None


def test_a_generator_keeps_its_place_when_a_function_fails_the_second_time():
    rng, x, calls = np.random.default_rng(3), leaf(5), []

    def fails_later(x):
        calls.append(1)
        if len(calls) > 1:
            raise ZeroDivisionError
        return dropped(x, rng)

    y = checkpoint(fails_later, x).sum()
    state = rng.bit_generator.state
    with pytest.raises(ZeroDivisionError):
        y.backward()
    assert rng.bit_generator.state == state
    assert not is_recomputing()
    assert x.grad is None


def test_is_recomputing_tells_the_second_run_from_the_first():
    seen = []
    x = leaf(3)

    def function(x):
        seen.append(is_recomputing())
        return x.exp()

    y = checkpoint(lambda x: checkpoint(function, x) * 2.0, x).sum()
    assert seen == [False]
    y.backward()
    assert seen == [False, True, True]
    assert not is_recomputing()


# --- changes in place ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", ["x", "k", "w", "m", "h"])
@pytest.mark.parametrize("change", [lambda data: data - 1.0, lambda data: -data], ids=["minus 1", "negated"])
def test_the_gradient_is_that_of_the_numbers_used_or_refused(changed, change):
    def outcome(change):
        x, w = leaf(3), leaf(3, seed=1)
        k, m = (Tensor(np.random.default_rng(i).normal(size=3)) for i in (2, 3))
        h = w.detach() * 1.5
        y = checkpoint(lambda x, k: (x * x) * (k * k) * (w * w) * (m * m) * (h * h), x, k).sum()
        with no_grad():
            tensor = {"x": x, "k": k, "w": w, "m": m, "h": h}[changed]
            tensor[:] = change(tensor.data)  # negated, each of them gives the same y
        try:
            y.backward()
        except RuntimeError as refusal:
            assert "changed in place" in str(refusal)
            assert x.grad is w.grad is None
            return None
        return x.grad.tolist(), w.grad.tolist()

    assert outcome(change) in (None, outcome(lambda data: data))


def test_a_step_of_the_optimiser_after_backward_is_no_change():
    x, w = leaf(3), leaf(3, seed=1)
    for _ in range(3):
        checkpoint(lambda x: (x * w).tanh(), x).sum().backward()
        w.data -= 0.1 * w.grad
        w.zero_grad()


# --- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [None, 3.0, (Tensor(1.0), Tensor(2.0)), np.ones(3)])
def test_a_function_that_returns_no_tensor_is_refused(answer):
    for grad in (True, False):
        x = leaf(3)
        with pytest.raises(
            TypeError, match="checkpoint needs a function that returns one Tensor; it returned"
        ):
            if grad:
                checkpoint(lambda x: answer, x)
            else:
                with no_grad():
                    checkpoint(lambda x: answer, x)


def test_an_error_in_the_function_passes_through_and_leaves_nothing_behind():
    rng, x = np.random.default_rng(3), leaf(3)

    def fails(x):
        about_to_draw(rng)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        checkpoint(fails, x)
    about_to_draw(rng)
    assert is_grad_enabled()
    assert not is_recomputing()


# --- memory -------------------------------------------------------------------------------------------------


@pytest.fixture
def without_the_collector():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def peak_in_arrays(run, size):
    """The most memory held at a time while `run` runs, in arrays of `size` bytes."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (peak - before) / size


@pytest.mark.usefixtures("without_the_collector")
def test_64_layers_in_8_pieces_hold_the_pieces_ends_and_one_piece():
    W, b = Tensor(np.eye(4) * 0.9, requires_grad=True), Tensor(np.zeros(4), requires_grad=True)
    x = Tensor(np.random.default_rng(0).normal(size=(5000, 4)), requires_grad=True)

    def layers(x, count):
        for _ in range(count):
            x = affine(x, W, b).tanh()
        return x

    def whole():
        layers(x, 64).sum().backward()

    def in_pieces():
        h = x
        for _ in range(8):
            h = checkpoint(lambda h: layers(h, 8), h)
        h.sum().backward()

    gradients = []
    for run in (whole, in_pieces):
        W.grad = x.grad = b.grad = None
        peak = peak_in_arrays(run, x.data.nbytes)
        gradients.append((W.grad, x.grad, b.grad))
        if run is whole:
            assert peak >= 2 * 64  # each layer keeps the result of its affine map and that of its tanh
        else:
            # The end of each of 8 pieces, the 2 · 8 results within one, and what the walk itself holds: a few
            # gradients on their way.
            assert peak <= 8 + 2 * 8 + 6
    for one, other in zip(*gradients, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-12)


@pytest.mark.usefixtures("without_the_collector")
def test_between_forward_and_backward_nothing_inside_a_piece_is_alive():
    x, watched = leaf(3), []

    def function(x):
        h = x.exp()
        watched.append(weakref.ref(h.data))
        return h.tanh()

    y = checkpoint(function, x).sum()
    assert watched[0]() is None
    y.backward()
    assert [reference() for reference in watched] == [None, None]
    assert x.grad is not None


@pytest.mark.usefixtures("without_the_collector")
def test_a_checkpoint_makes_no_cycle():
    h = leaf(3) * 2.0
    watched = weakref.ref(h.data)
    y = checkpoint(lambda x: x.exp(), h)
    del h
    assert watched() is not None
    del y
    assert watched() is None
    h = leaf(3) * 2.0
    watched = weakref.ref(h.data)
    y = checkpoint(lambda x: x.exp(), h)
    del h
    y.backward(np.ones(3))
    assert watched() is None
