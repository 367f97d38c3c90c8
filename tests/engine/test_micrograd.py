"""Code written for micrograd runs after changing the import, and finds the same numbers."""

import random

import micrograd.engine
import micrograd.nn
import pytest

from backprop_lib.engine import Value
from backprop_lib.engine.graph import topological_order
from backprop_lib.nn import neurons
from tools.micrograd_demo import demo_loss, descend, moons, their_nn_on_our_value

# --- micrograd's two tests of its engine, on ours -----------------------------------------------------------


@pytest.mark.needs("torch")
def test_sanity_check():
    import torch

    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    xmg, ymg = x, y

    x = torch.Tensor([-4.0]).double()
    x.requires_grad = True
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    xpt, ypt = x, y

    assert ymg.data == ypt.data.item()
    assert xmg.grad == xpt.grad.item()


@pytest.mark.needs("torch")
def test_more_ops():
    import torch

    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    amg, bmg, gmg = a, b, g

    a = torch.Tensor([-4.0]).double()
    b = torch.Tensor([2.0]).double()
    a.requires_grad = True
    b.requires_grad = True
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + (b + a).relu()
    d = d + 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g = g + 10.0 / f
    g.backward()
    apt, bpt, gpt = a, b, g

    assert gmg.data == pytest.approx(gpt.data.item(), rel=1e-12)
    assert amg.grad == pytest.approx(apt.grad.item(), rel=1e-12)
    assert bmg.grad == pytest.approx(bpt.grad.item(), rel=1e-12)


# --- its demo: two half moons, max-margin loss --------------------------------------------------------------


@pytest.fixture(scope="module", name="their_nn_on_our_value")
def their_nn():
    module = their_nn_on_our_value()
    assert module.Value is Value
    return module


def train(Value, model, points, labels, steps):
    history = []
    for k in range(steps):
        total_loss, scores = demo_loss(Value, model, points, labels)
        descend(model, total_loss, learning_rate=1.0 - 0.9 * k / 100)
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(labels, scores, strict=True)]
        history.append((total_loss.data, sum(accuracy) / len(accuracy)))
    return history


def seeded(make):
    random.seed(1337)
    return make()


def test_the_demo_gives_micrograds_losses_step_by_step(their_nn_on_our_value):
    points, labels = moons(20)
    theirs = seeded(lambda: micrograd.nn.MLP(2, [16, 16, 1]))
    ported = seeded(lambda: their_nn_on_our_value.MLP(2, [16, 16, 1]))
    ours = neurons.MLP(2, [16, 16, 1], rng=random.Random(1337))
    expected = train(micrograd.engine.Value, theirs, points, labels, steps=5)
    for model in (ported, ours):
        history = train(Value, model, points, labels, steps=5)
        assert [loss for loss, _ in history] == pytest.approx([loss for loss, _ in expected], rel=1e-10)
        assert [accuracy for _, accuracy in history] == [accuracy for _, accuracy in expected]
        for p, q in zip(model.parameters(), theirs.parameters(), strict=True):
            assert p.data == pytest.approx(q.data, rel=1e-10)
            assert p.grad == pytest.approx(q.grad, rel=1e-10, abs=1e-14)


def test_the_demo_learns_the_moons():
    points, labels = moons(40)
    model = neurons.MLP(2, [16, 16, 1], rng=random.Random(1337))
    history = train(Value, model, points, labels, steps=30)
    (first_loss, first_accuracy), (last_loss, last_accuracy) = history[0], history[-1]
    assert last_loss < 0.3 * first_loss
    assert first_accuracy < 0.9
    assert last_accuracy >= 0.95


def test_models_are_shown_as_micrograd_shows_them(their_nn_on_our_value):
    for nin, nouts in [(2, [16, 16, 1]), (3, [1]), (1, [2, 2])]:
        shown = repr(neurons.MLP(nin, nouts))
        assert shown == repr(micrograd.nn.MLP(nin, nouts)) == repr(their_nn_on_our_value.MLP(nin, nouts))


# --- its drawings -------------------------------------------------------------------------------------------


def trace(root):
    """The walk of micrograd's `draw_dot`, its lines as they are."""
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def test_the_code_that_draws_micrograds_graphs_reads_ours():
    x = Value(1.0)
    y = (x * 2 + 1).relu()
    y.backward()
    nodes, edges = trace(y)
    assert nodes == set(topological_order(y))
    assert len(edges) == 5
    assert sorted(n._op for n in nodes if n._op) == sorted(["×", "+", "ReLU"])
    assert x._op == ""
    assert x._prev == set()
    assert y._prev == set(y.parents)
    assert "{ data %.4f | grad %.4f }" % (y.data, y.grad) == "{ data 3.0000 | grad 1.0000 }"  # noqa: UP031
