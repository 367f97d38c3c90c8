"""Stories about whose gradient is written where and when, told to Tensors and to torch."""

import numpy as np
import pytest

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.recording import no_grad

torch = pytest.importorskip("torch")


def accumulation(w, v, note):
    loss = ((w * v).tanh() * w).sum()
    for _ in range(3):
        loss.backward(retain_graph=True)
        note(w.grad, v.grad)
    (w * 2.0).sum().backward()
    note(w.grad, v.grad)


def retained(w, v, note):
    h = (w * v).exp()
    h.retain_grad()
    loss = (h * h).sum()
    loss.backward(retain_graph=True)
    note(h.grad, w.grad)
    (h * w).sum().backward()
    note(h.grad, w.grad)


def hooked(w, v, note):
    h = w * v
    h.register_hook(lambda g: 10.0 * g)
    h.retain_grad()
    h.register_hook(lambda g: note(g) or g + 1.0)
    w.register_hook(lambda g: note(g))
    w.register_hook(lambda g: -g)
    (h * h + h + w).sum().backward()
    note(h.grad, w.grad, v.grad)


def removed(w, v, note):
    first = w.register_hook(lambda g: g * 2.0)
    w.register_hook(lambda g: g + 1.0)
    (w * v).sum().backward()
    first.remove()
    (w * v).sum().backward()
    note(w.grad, v.grad)


def detached(w, v, note):
    h = w * v
    (h.detach() * w + h * v.detach()).sum().backward()
    note(w.grad, v.grad)


def frozen(w, v, note):
    v.requires_grad_(False)
    (w * v * v).sum().backward()
    note(w.grad, v.grad)
    v.requires_grad_(True)
    (w * v * v).sum().backward()
    note(w.grad, v.grad)


def shared(w, v, note):
    h = (w * v).sin()
    one, two = (h * w).sum(), (h.exp() + v).sum()
    one.backward(retain_graph=True)
    note(w.grad, v.grad)
    (one + two).backward(retain_graph=True)
    two.backward()
    note(w.grad, v.grad)


def leaf_as_loss(w, v, note):
    (w.sum() * 1.0).backward()
    v[0].backward()
    note(w.grad, v.grad)


def optimiser(w, v, note):
    for _ in range(5):
        ((w * v - 1.0) ** 2).mean().backward()
        for parameter in (w, v):
            parameter.data -= 0.1 * parameter.grad
            parameter.grad = None
        note(w.data, v.data)


STORIES = (accumulation, retained, hooked, removed, detached, frozen, shared, leaf_as_loss, optimiser)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_ends_as_with_torch(story):
    def numbers(thing):
        return None if thing is None else np.array(thing.tolist())

    def told(make):
        seen = []
        leaves = [make(data) for data in ([0.5, -1.5], [2.0, 0.75])]
        story(*leaves, note=lambda *things: seen.extend(numbers(thing) for thing in things))
        return seen

    ours = told(lambda data: Tensor(data, requires_grad=True))
    theirs = told(lambda data: torch.tensor(data, dtype=torch.float64, requires_grad=True))
    assert len(ours) == len(theirs) > 0
    for one, other in zip(ours, theirs, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize(
    "act",
    [
        lambda w, engine: w.detach().sum().backward(),
        lambda w, engine: (w * 2.0).backward(),
        lambda w, engine: [loss.backward() for loss in [(w * w).sum()] * 2],
        lambda w, engine: w.detach().register_hook(print),
        lambda w, engine: w.detach().retain_grad(),
        lambda w, engine: w.numpy(),
        lambda w, engine: (w * w).requires_grad_(False),
        lambda w, engine: w.__isub__(1.0),
        lambda w, engine: w.__setitem__(0, 1.0),
        lambda w, engine: engine(w),
    ],
)
def test_what_torch_refuses_is_refused_with_the_same_kind_of_error(act):
    def without_recording(no_grad):
        def engine(w):
            with no_grad():
                loss = (w * w).sum()
            loss.backward()

        return engine

    ours, theirs = Tensor([1.0, 2.0], requires_grad=True), torch.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError):
        act(theirs, without_recording(torch.no_grad))
    with pytest.raises(RuntimeError):
        act(ours, without_recording(no_grad))
