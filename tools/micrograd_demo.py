"""micrograd's own demo, for the test that ours gives its numbers and for the benchmark of the two."""

import importlib.util
import math
import random
import sys
import types
from pathlib import Path

import backprop_lib.engine


def moons(count, noise=0.1, seed=1337):
    """Two half circles that reach into each other, labelled 1 and −1."""
    rng = random.Random(seed)
    points, labels = [], []
    for i in range(count):
        angle, inner = rng.uniform(0.0, math.pi), i % 2
        x, y = math.cos(angle), math.sin(angle)
        x, y = (1.0 - x, 0.5 - y) if inner else (x, y)
        points.append((x + rng.gauss(0.0, noise), y + rng.gauss(0.0, noise)))
        labels.append(2 * inner - 1)
    return points, labels


def demo_loss(Value, model, points, labels):
    """The demo's max-margin loss with L2 regularisation, its lines as they are; returns loss and scores."""
    inputs = [list(map(Value, point)) for point in points]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(labels, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    alpha = 1e-4
    reg_loss = alpha * sum(p * p for p in model.parameters())
    return data_loss + reg_loss, scores


def descend(model, total_loss, learning_rate):
    """The rest of the demo's step."""
    model.zero_grad()
    total_loss.backward()
    for p in model.parameters():
        p.data -= learning_rate * p.grad


def their_nn_on_our_value():
    """micrograd's own nn.py, not a letter changed, where `micrograd.engine` is our engine."""
    source = importlib.util.find_spec("micrograd.nn").origin
    module = types.ModuleType("their_nn_on_our_value")
    theirs, sys.modules["micrograd.engine"] = sys.modules["micrograd.engine"], backprop_lib.engine
    try:
        exec(compile(Path(source).read_text(encoding="utf-8"), source, "exec"), vars(module))
    finally:
        sys.modules["micrograd.engine"] = theirs
    return module
