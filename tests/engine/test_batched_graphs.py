"""Random graphs, computed three times: with Tensors, with torch, and entry by entry with Values."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.scalar import Value
from tests.engine.array_cases import assert_agree, deterministic
from tests.engine.cases import magnitudes

torch = pytest.importorskip("torch")
F = torch.nn.functional

SHAPES = [(), (3,), (2, 1), (2, 3)]  # any two of them broadcast


def entry_by_entry(function):
    """Apply a function of Values to arrays of Values."""
    return np.vectorize(function, otypes=[object])


class Triplets:
    """A growing list of arrays, each computed by Tensor, by torch and by Value."""

    def __init__(self, arrays):
        self.tensors = [Tensor(array, requires_grad=True) for array in arrays]
        self.torches = [torch.tensor(array, requires_grad=True) for array in arrays]
        self.values = [entry_by_entry(Value)(array) for array in arrays]

    def add(self, compute, *places, compute_torch=None):
        """Compute a new array from those at `places`; return its place."""
        self.tensors.append(compute(*[self.tensors[place] for place in places]))
        self.torches.append((compute_torch or compute)(*[self.torches[place] for place in places]))
        self.values.append(np.asarray(entry_by_entry(compute)(*[self.values[place] for place in places])))
        return len(self.tensors) - 1

    # Keep numbers where a function is defined, smooth and of moderate size.

    def tame(self, place):
        size = np.abs(self.tensors[place].data).max()
        return self.add(lambda a: a * (2.0 / size), place) if size > 3.0 else place

    def positive(self, place):
        return self.add(lambda a: a * a + 0.5, place)

    def off_zero(self, place):
        near = np.abs(self.tensors[place].data).min() < 1e-3
        return self.positive(place) if near else place

    def above(self, one, other):
        """Move one array where it ties with the other nowhere."""
        gap = np.abs(self.tensors[one].data - self.tensors[other].data).min()
        return self.add(lambda a: a + 9.0, one) if gap < 1e-3 else one


def smooth(compute, compute_torch=None):
    return lambda g, a, b: g.add(compute, a, compute_torch=compute_torch)


def kinked(compute, compute_torch=None):
    return lambda g, a, b: g.add(compute, g.off_zero(a), compute_torch=compute_torch)


def pair(compute):
    return lambda g, a, b: g.add(compute, a, b)


STEPS = {
    "add": pair(lambda a, b: a + b),
    "subtract": pair(lambda a, b: a - b),
    "multiply": pair(lambda a, b: a * b),
    "divide": lambda g, a, b: g.add(lambda a, b: a / b, a, g.positive(b)),
    "power": lambda g, a, b: g.add(lambda a, b: a**b, g.positive(a), b),
    "maximum": lambda g, a, b: g.add(lambda a, b: a.maximum(b), g.above(a, b), b),
    "minimum": lambda g, a, b: g.add(lambda a, b: a.minimum(b), g.above(a, b), b),
    "negate": smooth(lambda a: -a),
    "square": smooth(lambda a: a**2),
    "reciprocal": lambda g, a, b: g.add(lambda a: a**-1, g.positive(a)),
    "root": lambda g, a, b: g.add(lambda a: a**0.5, g.positive(a)),
    "exp": smooth(lambda a: a.exp()),
    "log": lambda g, a, b: g.add(lambda a: a.log(), g.positive(a)),
    "sqrt": lambda g, a, b: g.add(lambda a: a.sqrt(), g.positive(a)),
    "sin": smooth(lambda a: a.sin()),
    "cos": smooth(lambda a: a.cos()),
    "sigmoid": smooth(lambda a: a.sigmoid()),
    "tanh": smooth(lambda a: a.tanh()),
    "gelu": smooth(lambda a: a.gelu(), F.gelu),
    "softplus": smooth(lambda a: a.softplus(), F.softplus),
    "absolute": kinked(lambda a: abs(a)),
    "relu": kinked(lambda a: a.relu()),
    "leaky_relu": kinked(lambda a: a.leaky_relu(0.1), lambda a: F.leaky_relu(a, 0.1)),
    "elu": kinked(lambda a: a.elu(), F.elu),
    "1.5 − a": smooth(lambda a: 1.5 - a),
    "1 / a": lambda g, a, b: g.add(lambda a: 1.0 / a, g.positive(a)),
    "2 ^ a": smooth(lambda a: 2.0**a),
    "a + a": smooth(lambda a: a + a),
}
PLACE = st.integers(0, 10**6)
PROGRAM = st.lists(st.tuples(st.sampled_from(sorted(STEPS)), PLACE, PLACE), min_size=3, max_size=15)
LEAF = st.sampled_from(SHAPES)


def check(shapes, program, seed):
    rng = np.random.default_rng(seed)
    triplets = Triplets([np.asarray(rng.uniform(-2.0, 2.0, shape)) for shape in shapes])
    for name, *places in program:
        count = len(triplets.tensors)
        # Recent arrays are chosen more often, so that graphs grow deep as well as wide.
        chosen = [
            triplets.tame(count - 1 - place % min(count, 4) if place % 3 else place % count)
            for place in places
        ]
        STEPS[name](triplets, *chosen)
    last = triplets.tame(len(triplets.tensors) - 1)
    last = triplets.add(lambda a, b: a * b, last, triplets.tame(last // 2))
    root = sum(triplets.values[last].ravel().tolist(), Value(0.0))
    root.backward()
    triplets.tensors[last].sum().backward()
    triplets.torches[last].sum().backward()
    size = magnitudes(root)
    assert_agree(triplets.tensors[last].data, triplets.torches[last], size=1.0)
    for place in range(len(shapes)):
        ours, theirs = triplets.tensors[place].grad, triplets.torches[place].grad
        assert (ours is None) == (theirs is None)
        if ours is not None:
            read = entry_by_entry(lambda value: size.get(value, 0.0))(triplets.values[place]).astype(float)
            grads = entry_by_entry(lambda value: value.grad)(triplets.values[place]).astype(float)
            assert_agree(ours, theirs, size=read)
            assert_agree(ours, grads, size=read)


@deterministic(150)
@given(st.lists(LEAF, min_size=1, max_size=3), PROGRAM, st.integers(0, 10**6))
def test_the_three_engines_agree_on_a_random_graph(shapes, program, seed):
    check(shapes, program, seed)


@pytest.mark.parametrize("name", sorted(STEPS))
def test_each_step_alone_and_followed_by_itself(name):
    rng = random.Random(name)
    for seed in range(3):
        program = [(name, rng.randrange(100), rng.randrange(100)) for _ in range(2)]
        check([rng.choice(SHAPES), rng.choice(SHAPES)], program, seed)
