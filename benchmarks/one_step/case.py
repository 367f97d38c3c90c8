"""What every library is given: sizes, weights, samples."""

from dataclasses import dataclass

import numpy as np

LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Case:
    """A network and a batch.

    sizes: units of each layer, inputs first. One output means regression with mean squared error, several
    mean classes with softmax and cross-entropy.
    hidden: "tanh" or "relu".  steps: how many are timed in a row.
    """

    name: str
    sizes: tuple[int, ...]
    batch: int
    hidden: str
    steps: int
    dtype: str = "float64"

    @property
    def classifies(self):
        return self.sizes[-1] > 1

    def start(self):
        """Draw weights, biases, inputs and targets; the same ones each time."""
        rng = np.random.default_rng(0)
        gain = {"tanh": 1.0, "relu": 2.0}[self.hidden]
        weights, biases = [], []
        for fan_in, fan_out in zip(self.sizes, self.sizes[1:], strict=False):
            weights.append((rng.normal(size=(fan_in, fan_out)) * (gain / fan_in) ** 0.5).astype(self.dtype))
            biases.append(np.zeros(fan_out, self.dtype))
        X = rng.normal(size=(self.batch, self.sizes[0])).astype(self.dtype)
        if self.classifies:
            return weights, biases, X, rng.integers(self.sizes[-1], size=self.batch)
        return weights, biases, X, rng.normal(size=(self.batch, 1)).astype(self.dtype)


CASES = [
    Case("2-4-1", (2, 4, 1), 4, "tanh", 200),
    Case("2-16-16-1", (2, 16, 16, 1), 100, "relu", 100),
    Case("64-64-10", (64, 64, 10), 64, "relu", 100),
    Case("784-128-10", (784, 128, 10), 64, "relu", 20),
    Case("50 layers of 64", (64,) * 51, 128, "relu", 3),
    Case("784-1024-1024-10", (784, 1024, 1024, 10), 256, "relu", 1),
]
