"""Random numbers that the browser draws, too: those of js/common/random.js."""

import numpy as np


def uniforms(seed, count):
    """Draw the first `count` numbers of a seed, from [0, 1).

    seed: a whole number; its last 32 bits count.  Returns: an array of shape (count,).
    Source: mulberry32, by Tommy Ettinger.

    >>> uniforms(0, 2).round(6)
    array([0.266429, 0.00033 ])
    """
    # Unsigned arithmetic drops what exceeds 32 bits.
    state = np.uint32(seed % 2**32) + np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
    t = (state ^ (state >> 15)) * (state | 1)
    t ^= t + (t ^ (t >> 7)) * (t | 61)
    return (t ^ (t >> 14)) / 2**32


def normals(seed, count):
    """Draw the first `count` numbers of a seed, from N(0, 1).

    seed: as above.  Returns: an array of shape (count,).  Source: Box & Muller 1958.

    >>> normals(0, 3).round(4)
    array([0.7872, 0.0016, 0.4314])
    """
    first, second = uniforms(seed, count + count % 2).reshape(-1, 2).T
    radius, angle = np.sqrt(-2.0 * np.log(1.0 - first)), 2.0 * np.pi * second
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()[:count]
