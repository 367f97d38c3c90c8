"""Backward passes with one mistake each, on the two-layer network with its equations written out."""

import numpy as np

from backprop_lib.nn.by_hand import TwoLayerMLP, sigmoid

EQUATIONS = {
    "da2": "2 * (a2 - y) / y.size",
    "dz2": "da2 * a2 * (1 - a2)",
    "dW2": "a1.T @ dz2",
    "db2": "dz2.sum(axis=0)",
    "da1": "dz2 @ W2.T",
    "dz1": "da1 * a1 * (1 - a1)",
    "dW1": "X.T @ dz1",
    "db1": "dz1.sum(axis=0)",
}


def broken(**changed):
    """Make the network whose backward pass computes some equations otherwise: broken(da2="…")."""
    equations = EQUATIONS | changed

    class Broken(TwoLayerMLP):
        def backward(self, y):
            names = {
                name: getattr(self, name) for name in ("X", "z1", "a1", "z2", "a2", "W1", "W2", "b1", "b2")
            }
            names |= {
                "y": np.asarray(y, float),
                "np": np,
                "sigmoid": sigmoid,
                "last_sample_only": last_sample_only,
            }
            for name, equation in equations.items():
                names[name] = eval(equation, {}, names)
            return {name: names[f"d{name}"] for name in self.parameters}

    return Broken


def last_sample_only(rows, columns):
    """Multiply rowsᵀ · columns sample by sample, and forget to add up."""
    for row, column in zip(rows, columns, strict=True):
        product = np.outer(row, column)
    return product


def case(kind, m=5, n_in=4, n_hidden=6, n_out=3, seed=0):
    """A network and samples for it. No two sizes are equal, and no bias is 0."""
    rng = np.random.default_rng(seed)
    model = kind(n_in, n_hidden, n_out, rng=rng)
    model.b1 += rng.standard_normal(n_hidden)
    model.b2 += rng.standard_normal(n_out)
    return model, rng.standard_normal((m, n_in)), rng.uniform(size=(m, n_out))
