"""The bandit's pulls, its gradients and their spread, by our engine; bandit.js does the same."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import cross_entropy
from backprop_lib.explorables.seeded import uniforms

HELD_STREAM = 2**31  # added to the seed: pulls without learning have luck of their own


class Pull(NamedTuple):
    """One pull and what was learnt from it.

    arm: which one was drawn, from 1.  reward: 0 or 1.  baseline: b.  probabilities: with which the arms were
    drawn.  gradient: of −(R − b)·log p(arm), for each logit.  logits: after the step.
    """

    arm: int
    reward: int
    baseline: float
    probabilities: tuple
    gradient: tuple
    logits: tuple


@lru_cache(maxsize=4)
def learn(arms, rate, baseline, seed, pulls):
    """Pull and learn: after each pull one step of gradient descent on −(R − b)·log p(arm).

    arms: how probably each one pays.  rate: η.  baseline: whether b is the mean of rewards before, else 0.
    seed, pulls: whole numbers.  Returns: a tuple of `Pull`s.  Source: Williams 1992, REINFORCE.

    >>> first = learn((0.2, 0.5, 0.8), 0.1, True, 3, 5)[0]
    >>> first.arm, first.reward, [round(slope, 4) for slope in first.gradient]
    (3, 1, [0.3333, 0.3333, -0.6667])
    """
    logits, earned, done = np.zeros(len(arms)), 0, []
    for luck in uniforms(seed, 2 * pulls).reshape(-1, 2):
        p = probabilities(logits)
        arm, reward = (int(drawn[0]) for drawn in draw(p, arms, luck[None]))
        b = earned / len(done) if baseline and done else 0.0
        slopes = gradient(logits, arm, reward - b)
        logits = logits - rate * slopes
        earned += reward
        done.append(Pull(arm + 1, reward, b, *map(_numbers, (p, slopes, logits))))
    return tuple(done)


def probabilities(logits):
    """The policy: softmax(logits), an array of shape (arms,)."""
    return Tensor(logits).softmax(0).data


def draw(p, arms, luck):
    """Draw arms by p, and what they pay.

    luck: (pulls, 2), numbers from [0, 1): the first draws the arm, the second its reward.
    Returns: arms from 0, and rewards 0 or 1, both of shape (pulls,).
    """
    drawn = np.searchsorted(np.cumsum(p), luck[:, 0], side="right")
    drawn = np.minimum(drawn, len(p) - 1)  # the sum of p may fall short of 1 by its last digit
    return drawn, (luck[:, 1] < np.array(arms)[drawn]).astype(int)


def gradient(logits, arm, advantage):
    """The gradient of −(R − b)·log p(arm) at the logits, from a backward pass: (arms,).

    advantage: R − b.
    """
    theta = Tensor(logits, requires_grad=True)
    (advantage * cross_entropy(theta, np.array(arm))).backward()
    return theta.grad


def expected_reward(logits, arms):
    """V = Σ p(arm)·payout, what these logits earn a pull.

    >>> round(expected_reward((0.0, 0.0, 0.0), (0.2, 0.5, 0.8)), 6)
    0.5
    """
    return float(probabilities(logits) @ np.array(arms))


def outcomes(logits, b):
    """The gradient that each arm gives with each reward: (arms, 2, arms)."""
    arms = range(len(logits))
    return np.array([[gradient(logits, arm, reward - b) for reward in (0, 1)] for arm in arms])


def enumerated(logits, arms, b):
    """Mean and variance of the gradient of one pull, exact: each outcome weighted by its probability.

    Returns: two arrays of shape (arms,), a number for each logit.

    >>> mean, variance = enumerated((0.0, 0.0, 0.0), (0.2, 0.5, 0.8), 0.0)
    >>> np.abs(mean).round(6).tolist(), round(float(variance.sum()), 6)
    ([0.1, 0.0, 0.1], 0.313333)
    """
    pays = np.array(arms)[:, None]
    weights = probabilities(logits)[:, None] * np.concatenate([1.0 - pays, pays], axis=1)
    found = outcomes(logits, b)
    mean = np.einsum("ar,ark->k", weights, found)
    return mean, np.einsum("ar,ark->k", weights, (found - mean) ** 2)


def sampled(logits, arms, seed, count, b):
    """The gradient of each of so many pulls without learning: (count, arms)."""
    luck = uniforms(seed + HELD_STREAM, 2 * count).reshape(-1, 2)
    return outcomes(logits, b)[draw(probabilities(logits), arms, luck)]


def _numbers(array):
    return tuple(array.tolist())
