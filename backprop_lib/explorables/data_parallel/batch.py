"""The batch that the workers share, what they compute on their shards, and where their copies go."""

from dataclasses import dataclass

import numpy as np

from backprop_lib.engine.batched import Tensor

SAMPLES = 12
RATE = 0.2
START = (0.0, 0.0)


def draw_samples(seed):
    """Draw the batch: samples sorted by x, along a curve that no straight line fits.

    Sorted, as files often are, so that the shards differ and their gradients with them.

    seed: a whole number, 0 or above.  Returns: {"x": list, "y": list}, 12 numbers each.

    Raises: ValueError for a negative seed.

    >>> batch = draw_samples(0)
    >>> [round(x, 2) for x in batch["x"][:3]], [round(y, 2) for y in batch["y"][:3]]
    ([-1.79, -1.58, -1.32], [-0.92, -1.51, -1.18])
    """
    if seed < 0:
        raise ValueError(f"seed is a whole number, 0 or above; received {seed}")
    rng = np.random.default_rng(seed)
    x = -2.0 + 4.0 * (np.arange(SAMPLES) + rng.uniform(size=SAMPLES)) / SAMPLES
    noise = rng.uniform(-0.3, 0.3, size=SAMPLES)
    y = 0.35 * x**2 + 0.7 * x - 1.0 + noise
    return {"x": x.tolist(), "y": y.tolist()}


def mean_gradient(copy, x, y):
    """Compute (∂L/∂w, ∂L/∂b) of L = mean of ½(w·x + b − y)², by our engine.

    copy: (w, b).  x, y: one number a sample.  Returns: a pair; None without samples, for 0 ÷ 0 is no number.

    >>> mean_gradient((1.0, 0.0), [2.0, 1.0], [1.0, 1.0])
    (1.0, 0.5)
    """
    if len(x) == 0:
        return None
    w, b = (Tensor(number, requires_grad=True) for number in copy)
    loss = 0.5 * ((w * np.asarray(x) + b - np.asarray(y)) ** 2).mean()
    loss.backward()
    return w.grad.item(), b.grad.item()


def mean_of_means(gradients):
    """Add the workers' means and divide by the number of workers; None where one of them has no mean.

    >>> mean_of_means([(1.0, 0.0), (3.0, 2.0)])
    (2.0, 1.0)
    """
    if None in gradients:
        return None
    return tuple(sum(entries) / len(gradients) for entries in zip(*gradients, strict=True))


def weighted_mean(gradients, shards):
    """Weight each worker's mean by its number of samples: add the sums, and divide by all samples.

    >>> weighted_mean([(1.0, 0.0), (3.0, 2.0), None], [3, 1, 0])
    (1.5, 0.5)
    """
    filled = [(count, mean) for count, mean in zip(shards, gradients, strict=True) if count]
    return tuple(sum(count * mean[entry] for count, mean in filled) / sum(shards) for entry in range(2))


def step(copy, gradient):
    """Descend by one step; without a gradient a copy stays where it is.

    >>> step((1.0, 0.0), (0.5, -1.0))
    (0.9, 0.2)
    """
    if gradient is None:
        return copy
    return tuple(number - RATE * slope for number, slope in zip(copy, gradient, strict=True))


@dataclass(frozen=True)
class Run:
    """Where the workers are after some steps.

    taken: how many steps were taken; fewer than wanted where the all-reduce had no result.
    copies: (w, b) of each worker.  alone: (w, b) of one machine with the whole batch after as many steps.
    """

    taken: int
    copies: list
    alone: tuple


def shard_gradients(samples, shards, copies):
    """Give each worker's mean gradient over its shard at its own copy, None for an empty shard."""
    gradients, first = [], 0
    for count, copy in zip(shards, copies, strict=True):
        mine = slice(first, first + count)
        gradients.append(mean_gradient(copy, samples["x"][mine], samples["y"][mine]))
        first += count
    return gradients


def run(samples, shards, steps, sends, together):
    """Let every worker take `steps` steps on its own copy, with what the all-reduce gives or without it.

    samples: of `draw_samples`.  shards: the number of samples of each worker.  sends: "means" or "sums".
    together: whether the gradients are averaged before each step.  Returns: a Run.
    """
    copies, alone = [START] * len(shards), START
    for taken in range(steps):
        gradients = shard_gradients(samples, shards, copies)
        if together:
            means = sends == "means"
            shared = mean_of_means(gradients) if means else weighted_mean(gradients, shards)
            if shared is None:
                return Run(taken, copies, alone)
            gradients = [shared] * len(shards)
        copies = [step(copy, gradient) for copy, gradient in zip(copies, gradients, strict=True)]
        alone = step(alone, mean_gradient(alone, samples["x"], samples["y"]))
    return Run(steps, copies, alone)
