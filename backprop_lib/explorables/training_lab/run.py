"""What the training lab trains: samples, network and order of a seed, and a run over them by our engine."""

import math

import numpy as np

from backprop_lib import nn
from backprop_lib.engine.batched import Tensor
from backprop_lib.training import data
from backprop_lib.training.batches import mini_batches
from backprop_lib.training.fitting import fit
from backprop_lib.training.optimisers import SGD, Adam, AdamW
from backprop_lib.training.schedules import CosineAnnealingLR

OPTIMISERS = {"sgd": SGD, "adam": Adam, "adamw": AdamW}
SCHEDULES = ("constant", "cosine")
HIDDEN = (2, 4, 8, 16, 32)
SAMPLES = (60, 200)
MOST_EPOCHS = 200
MOST_SAMPLES = max(SAMPLES)


def streams(seed):
    """Give the four generators of a seed: for points, for which labels flip, for weights, for the order."""
    return np.random.default_rng(seed).spawn(4)


def samples(seed=0, count=200, noise=0.0):
    """Draw training and validation samples: y = 1 outside the circle of radius 1, some labels turned round.

    A smaller count takes the first of the same points, more noise flips the same labels and others.

    seed: a whole number.  count: training samples, at most 200; there are always 200 validation samples.
    noise: the share of flipped labels, in both.

    Returns: (X, y), (X_validation, y_validation); X (count, 2), y (count, 1).

    >>> (X, y), (X_validation, y_validation) = samples(count=60, noise=0.1)
    >>> X.shape, y_validation.shape
    ((60, 2), (200, 1))
    >>> int(((np.hypot(*X.T) > 1.0) != y.ravel()).sum())
    6
    """
    points, labels, _, _ = streams(seed)
    parts = [data.circle(MOST_SAMPLES, rng=points) for _ in range(2)]
    chances = labels.random((2, MOST_SAMPLES))
    return tuple(
        _noisy(X[:size], y[:size], chance[:size], noise)
        for (X, y), chance, size in zip(parts, chances, (count, MOST_SAMPLES), strict=True)
    )


def _noisy(X, y, chance, noise):
    flipped = np.argsort(chance)[: math.floor(noise * len(y) + 0.5)]
    y[flipped] = 1.0 - y[flipped]
    return X, y


def network(seed=0, hidden=16):
    """Make the untrained network 2–hidden–hidden/2–1 with ReLU; its outputs are logits.

    >>> network(hidden=16).num_parameters()
    193
    """
    rng = streams(seed)[2]
    sizes = (2, hidden, hidden // 2, 1)
    first, second, last = (nn.Linear(*sizes[k : k + 2], rng=rng) for k in range(3))
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)


def train(settings, epochs):
    """Train by our engine, as the lab does in the browser.

    settings: the lab's, by name.  epochs: how many at most; early stopping or numbers without end may leave
    fewer.

    Returns: the model, and its `History`.
    """
    model = network(settings["seed"], settings["hidden"])
    make = OPTIMISERS[settings["optimiser"]]
    optimizer = make(model.parameters(), lr=settings["rate"], weight_decay=settings["weight_decay"])
    cosine = settings["schedule"] == "cosine"
    (X, y), validation = samples(settings["seed"], settings["samples"], settings["noise"])
    history = fit(
        model,
        X,
        y,
        loss=nn.BCEWithLogitsLoss(),
        optimizer=optimizer,
        epochs=epochs,
        batch_size=batch_size(settings["batch"], settings["samples"]),
        rng=streams(settings["seed"])[3],
        validation=validation,
        schedule=CosineAnnealingLR(optimizer, T_max=MOST_EPOCHS) if cosine else None,
        patience=settings["patience"],
        progress=False,
    )
    return model, history


def rate_at(rate, schedule, epoch):
    """Give the learning rate after so many epochs.

    >>> rate_at(0.01, "constant", 100), rate_at(0.01, "cosine", 100)
    (0.01, 0.005)
    """
    if schedule == "constant":
        return rate
    optimizer = SGD([Tensor([0.0], requires_grad=True)], lr=rate)
    return CosineAnnealingLR(optimizer, T_max=MOST_EPOCHS).rate(epoch)


def batch_size(batch, count):
    """Give the samples of a full batch: `batch`, or all of the `count`.

    >>> batch_size(32, 200), batch_size("all", 200), batch_size(100, 60)
    (32, 200, 60)
    """
    return count if batch == "all" else min(batch, count)


def draws(seed):
    """Give what NumPy draws for a seed, as bytes by name, for a browser, where NumPy does not run.

    seed: itself; widgets tell a change by it, as some of them take any bytes for the same.
    points: 400 × 2, training samples first.  chances: 400; the smallest are flipped.  weights: from U(0, 1),
    in the order in which layers take them.  orders: of each epoch, for 60 samples, then for 200.
    """
    points, labels, weights, _ = streams(seed)
    sizes = (2, HIDDEN[-1], HIDDEN[-1] // 2, 1)
    largest = sum((sizes[k] + 1) * sizes[k + 1] for k in range(3))
    orders = [_orders(seed, count) for count in SAMPLES]
    return {
        "seed": seed,
        "points": _bytes([data.circle(MOST_SAMPLES, rng=points)[0] for _ in range(2)]),
        "chances": _bytes(labels.random((2, MOST_SAMPLES))),
        "weights": _bytes(weights.random(largest)),
        "orders": np.concatenate(orders, axis=None).astype(np.uint8).tobytes(),
    }


def _orders(seed, count):
    """The order of the samples in each epoch: (MOST_EPOCHS, count)."""
    rows = np.arange(count)
    batches = mini_batches(rows, rows, count, rng=streams(seed)[3])
    return np.array([next(iter(batches))[0] for _ in range(MOST_EPOCHS)])


def _bytes(numbers):
    return np.array(numbers, dtype="<f8").tobytes()
