"""Whole graphs against PyTorch in float64: random ones, and passes that follow one another."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_lib.engine.graph import topological_order
from backprop_lib.engine.scalar import Value, affine
from tests.engine.cases import agree, magnitudes

torch = pytest.importorskip("torch")
F = torch.nn.functional
DETERMINISTIC = settings(derandomize=True, deadline=None, max_examples=300, database=None)


class Twins:
    """A growing list of numbers, each computed twice: by Value and by torch."""

    def __init__(self, numbers):
        self.ours = [Value(number) for number in numbers]
        self.theirs = [torch.tensor(n, dtype=torch.float64, requires_grad=True) for n in numbers]
        self.used = set()

    def add(self, compute, *places, compute_torch=None):
        """Compute a new number from those at `places`; return its place."""
        ours = compute(*[self.ours[place] for place in places])
        theirs = (compute_torch or compute)(*[self.theirs[place] for place in places])
        theirs.retain_grad()
        self.ours.append(ours)
        self.theirs.append(theirs)
        return len(self.ours) - 1

    # Keep numbers where a function is defined, smooth and of moderate size.

    def tame(self, place):
        size = abs(self.ours[place].data)
        return self.add(lambda a: a * (2.0 / size), place) if size > 3.0 else place

    def positive(self, place):
        return self.add(lambda a: a * a + 0.5, place)

    def off_zero(self, place, least=1e-3):
        return place if abs(self.ours[place].data) > least else self.add(lambda a: a + 0.75, place)

    def off_flat(self, place):
        """Away from where GELU's slope, a difference of two numbers, is 0 and has no exact digits."""
        near = abs(self.ours[place].data + 0.7518) < 0.01
        return self.add(lambda a: a + 0.75, place) if near else place

    def apart(self, one, other):
        near = abs(self.ours[one].data - self.ours[other].data) < 1e-3
        return self.add(lambda a: a + 0.75, one) if near else one


def smooth(compute, compute_torch=None):
    return lambda g, a, b, c: g.add(compute, a, compute_torch=compute_torch)


def kinked(compute, compute_torch=None):
    return lambda g, a, b, c: g.add(compute, g.off_zero(a), compute_torch=compute_torch)


def pair(compute):
    return lambda g, a, b, c: g.add(compute, a, b)


STEPS = {
    "add": pair(lambda a, b: a + b),
    "subtract": pair(lambda a, b: a - b),
    "multiply": pair(lambda a, b: a * b),
    "divide": lambda g, a, b, c: g.add(lambda a, b: a / b, a, g.off_zero(b, 0.25)),
    "power": lambda g, a, b, c: g.add(lambda a, b: a**b, g.positive(a), b),
    "maximum": lambda g, a, b, c: g.add(lambda a, b: a.maximum(b), g.apart(a, b), b),
    "minimum": lambda g, a, b, c: g.add(lambda a, b: a.minimum(b), g.apart(a, b), b),
    "affine": lambda g, a, b, c: g.add(
        lambda a, b, c: affine([a, b], [c, a], b),
        *(a, b, c),
        compute_torch=lambda a, b, c: b + a * c + b * a,
    ),
    "negate": smooth(lambda a: -a),
    "square": smooth(lambda a: a**2),
    "cube": smooth(lambda a: a**3),
    "reciprocal": lambda g, a, b, c: g.add(lambda a: a**-1, g.off_zero(a, 0.25)),
    "root": lambda g, a, b, c: g.add(lambda a: a**0.5, g.positive(a)),
    "exp": smooth(lambda a: a.exp()),
    "log": lambda g, a, b, c: g.add(lambda a: a.log(), g.positive(a)),
    "sqrt": lambda g, a, b, c: g.add(lambda a: a.sqrt(), g.positive(a)),
    "sin": smooth(lambda a: a.sin()),
    "cos": smooth(lambda a: a.cos()),
    "sigmoid": smooth(lambda a: a.sigmoid()),
    "tanh": smooth(lambda a: a.tanh()),
    "gelu": lambda g, a, b, c: g.add(lambda a: a.gelu(), g.off_flat(a), compute_torch=F.gelu),
    "softplus": smooth(lambda a: a.softplus(), F.softplus),
    "absolute": kinked(abs),
    "relu": kinked(lambda a: a.relu()),
    "leaky_relu": kinked(lambda a: a.leaky_relu(0.1), lambda a: F.leaky_relu(a, 0.1)),
    "elu": kinked(lambda a: a.elu(), F.elu),
    "2 + a": smooth(lambda a: 2 + a),
    "2 − a": smooth(lambda a: 2 - a),
    "1.5·a": smooth(lambda a: 1.5 * a),
    "1 / a": lambda g, a, b, c: g.add(lambda a: 1 / a, g.off_zero(a, 0.25)),
    "2 ^ a": smooth(lambda a: 2.0**a),
    "a + a": smooth(lambda a: a + a),
    "a·a": smooth(lambda a: a * a),
}
PLACE = st.integers(0, 10**6)
PROGRAM = st.lists(st.tuples(st.sampled_from(sorted(STEPS)), PLACE, PLACE, PLACE), min_size=3, max_size=25)
LEAVES = st.lists(st.integers(-70, 70).map(lambda n: n / 37), min_size=1, max_size=4)


def build(leaves, program):
    twins = Twins(leaves)
    for name, *places in program:
        count = len(twins.ours)
        # Recent numbers are chosen more often, so that graphs grow deep as well as wide.
        chosen = [
            twins.tame(count - 1 - place % min(count, 4) if place % 3 else place % count) for place in places
        ]
        STEPS[name](twins, *chosen)
    last = len(twins.ours) - 1
    twins.add(lambda a, b, c: a * b + c, twins.tame(last), twins.tame(last - 1), twins.tame(last // 2))
    return twins


def check(twins):
    root, root_torch = twins.ours[-1], twins.theirs[-1]
    root.backward()
    root_torch.backward()
    size = magnitudes(root)
    for ours, theirs in zip(twins.ours, twins.theirs, strict=True):
        if theirs.grad is None:  # not behind the root
            assert ours not in size
            assert ours.grad == 0.0
        else:
            assert agree(ours.data, theirs.item(), scale=1.0)
            assert agree(ours.grad, theirs.grad.item(), scale=size[ours]), ours


@DETERMINISTIC
@given(LEAVES, PROGRAM)
def test_all_gradients_of_a_random_graph_are_those_of_torch(leaves, program):
    check(build(leaves, program))


@pytest.mark.parametrize("name", sorted(STEPS))
def test_each_step_alone_and_followed_by_itself(name):
    rng = random.Random(name)
    for _ in range(5):
        leaves = [rng.uniform(-2, 2) for _ in range(3)]
        check(build(leaves, [(name, *(rng.randrange(100) for _ in range(3))) for _ in range(3)]))


def test_one_large_graph_of_every_step():
    rng = random.Random(5)
    program = [(name, *(rng.randrange(10**6) for _ in range(3))) for name in sorted(STEPS) * 20]
    rng.shuffle(program)
    twins = build([0.3, -1.2, 1.7, 0.9], program)
    assert len(twins.ours) > 660
    check(twins)


# --- passes that follow one another: what accumulates -------------------------------------------------------


def ours_and_theirs(story):
    """Run one story with Values and with tensors; return the leaves' gradients of both."""
    ours = [Value(1.5), Value(-0.5)]
    theirs = [torch.tensor(leaf.data, dtype=torch.float64, requires_grad=True) for leaf in ours]
    story(*ours, backward=lambda loss, *gradient: loss.backward(*gradient))
    story(
        *theirs,
        backward=lambda loss, *gradient: loss.backward(
            *(torch.tensor(g, dtype=torch.float64) for g in gradient), retain_graph=True
        ),
    )
    return [leaf.grad for leaf in ours], [leaf.grad.item() for leaf in theirs]


def agree_all(pairs):
    ours, theirs = pairs
    return all(agree(a, b) for a, b in zip(ours, theirs, strict=True))


def test_a_second_pass_adds_to_the_leaves_and_counts_nothing_twice():
    def story(w, x, backward):
        loss = ((w * x).tanh() * w).exp()
        for _ in range(3):
            backward(loss)

    assert agree_all(ours_and_theirs(story))


def test_two_losses_that_share_a_part_of_their_graph():
    def story(w, x, backward):
        shared = (w * x).sigmoid()
        one, two = shared * w, shared.exp() + x
        backward(one)
        backward(two)
        backward(one + two)
        backward(shared)

    assert agree_all(ours_and_theirs(story))


def test_passes_from_other_gradients_than_1():
    def story(w, x, backward):
        loss = (w * x + w).sin()
        backward(loss, 2.5)
        backward(loss, -0.75)

    assert agree_all(ours_and_theirs(story))


def test_gradients_of_nodes_in_between_are_those_of_the_last_pass():
    w, x = Value(1.5), Value(-0.5)
    z = w * x
    one, two = z.tanh(), z.exp()
    one.backward()
    first = z.grad
    two.backward()
    assert z.grad == two.local_derivatives[0]
    one.backward()
    assert z.grad == first


def test_zero_grad_starts_afresh():
    w, x = Value(1.5), Value(-0.5)
    loss = (w * x).tanh()
    loss.backward()
    first = [node.grad for node in topological_order(loss)]
    loss.zero_grad()
    assert {node.grad for node in topological_order(loss)} == {0.0}
    loss.backward()
    assert [node.grad for node in topological_order(loss)] == first


def test_zero_grad_of_a_part_leaves_the_rest():
    w, x, b = Value(1.5), Value(-0.5), Value(2.0)
    z = w * x
    loss = z + b
    loss.backward()
    z.zero_grad()
    assert (w.grad, x.grad, z.grad) == (0.0, 0.0, 0.0)
    assert (b.grad, loss.grad) == (1.0, 1.0)


def test_a_leaf_reached_by_many_paths_gets_the_sum_of_them():
    x = Value(1.1)
    t = torch.tensor(1.1, dtype=torch.float64, requires_grad=True)
    for leaf in (x, t):
        (leaf * leaf * leaf + leaf.exp() * leaf - leaf / (leaf + 3.0)).backward()
    assert agree(x.grad, t.grad.item())
