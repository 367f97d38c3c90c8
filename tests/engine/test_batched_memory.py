"""What a graph holds, and when it lets go: seen on arrays that live or die at once, without the collector."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import affine
from backprop_lib.engine.recording import no_grad


@pytest.fixture(autouse=True)
def without_the_collector():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def chain(length):
    """A leaf, a loss, and for each result in between its array, watched."""
    w = h = Tensor(np.full(4, 0.5), requires_grad=True)
    watched = []
    for _ in range(length):
        h = (h * 1.01).tanh()
        watched.append(weakref.ref(h.data))
    return w, h.sum(), watched


def alive(watched):
    return [i for i, reference in enumerate(watched) if reference() is not None]


def test_a_graph_keeps_its_arrays_until_backward_and_then_lets_go():
    w, loss, watched = chain(10)
    assert alive(watched) == list(range(10))
    loss.backward()
    assert alive(watched) == []
    assert loss.parents == ()
    assert w.grad is not None


def test_retain_graph_keeps_them_for_the_next_pass():
    _, loss, watched = chain(10)
    loss.backward(retain_graph=True)
    assert alive(watched) == list(range(10))
    assert loss.parents != ()
    loss.backward()
    assert alive(watched) == []


def test_a_result_that_someone_holds_stays_and_its_graph_goes():
    w = Tensor(np.full(4, 0.5), requires_grad=True)
    h = w.exp()
    below = weakref.ref(h.data)
    top = h.tanh()
    loss = top.sum()
    del h
    loss.backward()
    assert below() is None
    assert top.shape == (4,)
    assert top.parents == ()


def test_each_array_goes_as_soon_as_the_walk_has_passed_it():
    w = h = Tensor(np.full(4, 0.5), requires_grad=True)
    watched, seen = [], []
    for i in range(10):
        h = h.tanh()
        watched.append(weakref.ref(h.data))
        h.register_hook(lambda g, i=i: seen.append((i, alive(watched))) and None)
    loss = h.sum()
    del h
    loss.backward()
    assert w.grad is not None
    for i, living in seen:
        assert max(living) <= i + 1  # the node just left may not have been dropped yet


def test_a_second_backward_says_that_the_graph_is_gone():
    w = Tensor([1.0, 2.0], requires_grad=True)
    loss = (w * w).sum()
    loss.backward()
    with pytest.raises(RuntimeError, match=r"let go by an earlier backward\(\).*retain_graph=True"):
        loss.backward()
    assert w.grad.tolist() == [2.0, 4.0]


def test_a_second_loss_through_a_graph_that_is_gone_says_so_and_changes_nothing():
    w, v = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    shared = w * w
    one, two = shared.sum(), (shared * v).sum()
    one.backward()
    with pytest.raises(RuntimeError, match=r"let go by an earlier backward\(\)"):
        two.backward()
    assert w.grad.tolist() == [2.0, 4.0]
    assert v.grad is None


def test_results_under_no_grad_keep_nothing():
    w = Tensor(np.ones(4), requires_grad=True)
    with no_grad():
        h = w * 2.0
        watched = weakref.ref(h.data)
        y = h.tanh() @ np.ones(4)
        del h
        assert watched() is None
    assert y.shape == ()


def test_constants_keep_nothing():
    x = Tensor(np.ones(4)) * 2.0
    watched = weakref.ref(x.data)
    y = x.tanh()
    del x
    assert watched() is None
    assert y.parents == ()


def test_detach_drops_the_graph():
    w = Tensor(np.ones(4), requires_grad=True)
    h = w * 2.0
    watched = weakref.ref(h.data)
    d = h.tanh().detach()
    del h
    assert watched() is None
    assert d.shape == (4,)


@pytest.mark.parametrize("walk", [False, True], ids=["never walked", "walked"])
def test_a_graph_dies_with_its_last_name(walk):
    _, loss, watched = chain(10)
    if walk:
        loss.backward(retain_graph=True)
    del loss
    assert alive(watched) == []


def test_a_hook_makes_no_cycle():
    w = Tensor(np.ones(4), requires_grad=True)
    big = np.ones(1000)
    watched = weakref.ref(big)
    h = w * 2.0
    h.register_hook(lambda g, big=big: None)
    del big
    h.sum().backward()
    del h
    assert watched() is None


def test_an_exception_leaves_nothing_alive():
    w = Tensor(np.ones(4), requires_grad=True)
    h = w * 2.0
    watched = weakref.ref(h.data)
    y = h.tanh()
    del h
    with pytest.raises(RuntimeError):
        y.backward()  # no loss
    with pytest.raises(ValueError):
        y @ np.ones(3)
    del y
    assert watched() is None


def test_training_steps_hold_no_more_than_one():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 20))
    layers = [
        (
            Tensor(rng.normal(size=(20, 20)) * 0.2, requires_grad=True),
            Tensor(np.zeros(20), requires_grad=True),
        )
        for _ in range(4)
    ]

    def step():
        h = X
        for W, b in layers:
            h = affine(h, W, b).tanh()
        (h * h).mean().backward()
        for W, b in layers:
            for parameter in (W, b):
                parameter.data -= 0.1 * parameter.grad
                parameter.zero_grad()

    tracemalloc.start()
    try:
        step()
        after_one, _ = tracemalloc.get_traced_memory()
        for _ in range(5):
            step()
        after_six, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after_six - after_one < X.nbytes  # less than one activation
