"""The random numbers that Python and the browser share."""

import math

import numpy as np
import pytest

from backprop_lib.explorables.seeded import normals, uniforms

SEEDS = [0, 1, 42, 2**31 + 5, -3]


def mulberry32(seed):
    """Tommy Ettinger's generator, number by number."""
    low = 0xFFFFFFFF
    state = seed & low
    while True:
        state = (state + 0x6D2B79F5) & low
        t = ((state ^ (state >> 15)) * (state | 1)) & low
        t ^= (t + ((t ^ (t >> 7)) * (t | 61))) & low
        yield (t ^ (t >> 14)) / 2**32


@pytest.mark.parametrize("seed", SEEDS)
def test_they_are_those_of_their_algorithms(seed):
    stream = mulberry32(seed)
    uniform = [next(stream) for _ in range(201)]
    assert uniforms(seed, 201).tolist() == uniform
    normal = []
    for u, v in zip(uniform[:-1:2], uniform[1::2], strict=True):
        radius = math.sqrt(-2.0 * math.log(1.0 - u))
        normal += [radius * math.cos(2.0 * math.pi * v), radius * math.sin(2.0 * math.pi * v)]
    assert normals(seed, 199) == pytest.approx(normal[:199], rel=1e-12, abs=1e-14)


def test_they_are_spread_as_they_should_be():
    uniform, normal = uniforms(123, 20_000), normals(7, 40_000)
    assert uniform.min() >= 0 and uniform.max() < 1
    counts, _ = np.histogram(uniform, bins=20, range=(0, 1))
    assert ((counts - 1000) ** 2 / 1000).sum() < 43.8  # χ² with 19 degrees of freedom, p = 0.001
    assert abs(normal.mean()) < 4.0 / 200.0  # four standard errors
    assert abs(normal.std() - 1.0) < 4.0 / math.sqrt(2 * 40_000)
    assert np.mean(np.abs(normal) < 1.0) == pytest.approx(math.erf(math.sqrt(0.5)), abs=0.01)
