"""Adversarial nudges: every pixel moves by ε to the side that raises the loss; and chance, to compare."""

import numpy as np

from backprop_lib.explorables.seeded import uniforms

MOST = 0.3  # of ε, in shares of full ink
STEPS = 300  # into which that is divided by the search for the smallest ε
CHANCES = 200


def nudged(network, x, target, epsilon, times):
    """Nudge so many times: x ← clip(x + ε·sign(∂L/∂x), 0, 1), each time with the gradient at the new x.

    x: (64,).  target: the class whose loss −ln p goes up.  Returns: (64,).
    Source: Goodfellow, Shlens & Szegedy 2015, "Explaining and harnessing adversarial examples".
    """
    x = np.array(x, dtype=np.float64)
    for _ in range(times):
        x = np.clip(x + epsilon * np.sign(network.pixel_gradient(x, target)), 0.0, 1.0)
    return x


def smallest(network, x, target):
    """The smallest ε, to a thousandth, with which one nudge changes the answer; None up to 0.3."""
    tried = MOST * np.arange(1, STEPS + 1) / STEPS
    direction = np.sign(network.pixel_gradient(x, target))
    flips = network.readings(np.clip(x + tried[:, None] * direction, 0.0, 1.0)) != network.readings(x)
    return float(tried[flips.argmax()]) if flips.any() else None


def by_chance(x, size):
    """Move each pixel by `size` up or down, as 64 coins fall: 200 such pictures, (200, 64)."""
    coins = np.where(uniforms(0, CHANCES * x.size) < 0.5, -1.0, 1.0).reshape(CHANCES, x.size)
    return np.clip(x + size * coins, 0.0, 1.0)


def flips_by_chance(network, x, size):
    """How many of the 200 pictures moved by chance are read as another digit."""
    return int((network.readings(by_chance(x, size)) != network.readings(x)).sum())
