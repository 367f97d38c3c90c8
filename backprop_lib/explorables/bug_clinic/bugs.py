"""The patients of the bug clinic: the two-layer network, its backward pass with an equation or two wrong."""

from dataclasses import dataclass, field

import numpy as np

from backprop_lib.nn.by_hand import TwoLayerMLP

RATE = 0.5  # the learning rate that all patients are trained with

# The backward pass of `TwoLayerMLP`, in the order in which it runs. These texts are shown, and they are run.
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


@dataclass(frozen=True)
class Bug:
    """A diagnosis.

    name: what it is called.  tell: what gives it away, in a sentence or two.
    changed: the equations that it replaces, none for a pass that is right.
    """

    name: str
    tell: str
    changed: dict = field(default_factory=dict)

    def gradients(self, model, y):
        """Compute what the broken pass claims: {"W1": ∂L/∂W1, "b1": …}.

        model: a `TwoLayerMLP` after `forward`.  y: the targets, (m, n_out).

        >>> model = TwoLayerMLP(2, 4, 3)
        >>> output = model.forward([[1.0, 2.0]])
        >>> right = BUGS["healthy"].gradients(model, np.zeros((1, 3)))
        >>> wrong = BUGS["wrong_sign"].gradients(model, np.zeros((1, 3)))
        >>> bool((wrong["W1"] == -right["W1"]).all() and (wrong["W2"] == right["W2"]).all())
        True
        """
        known = {"lr": RATE, "y": np.asarray(y, float), **model.parameters}
        known |= {name: getattr(model, name) for name in ("X", "z1", "a1", "z2", "a2")}
        for name, equation in (EQUATIONS | self.changed).items():
            known[name] = eval(equation, {"np": np}, known)
        return {name: known[f"d{name}"] for name in model.parameters}


BUGS = {
    "healthy": Bug(
        "no bug: this pass is right",
        "All four blocks agree with the numerical gradient, for one sample as for six. "
        "A check that finds nothing is a finding, too.",
    ),
    "sum_over_samples": Bug(
        "1/m left out: a sum for a mean",
        "Every entry is 6 times too large, and with the last sample alone all is right: "
        "a sum over the 6 samples where the loss takes the mean.",
        {"da2": "2 * (a2 - y) / y.shape[1]"},
    ),
    "outputs_forgotten": Bug(
        "divided by m in place of m·n",
        "Every entry is 3 times too large, with the last sample alone as well: the loss also takes the mean "
        "over the 3 outputs. A network with one output would have passed.",
        {"da2": "2 * (a2 - y) / len(y)"},
    ),
    "output_slope": Bug(
        "f′ left out at the output",
        "Nothing is right from the output on. With the last sample alone each output has one ratio, 1/f′, "
        "never below 4. δ = ŷ − y belongs to cross-entropy, or to a linear output.",
        {"dz2": "da2"},
    ),
    "hidden_slope": Bug(
        "f′ left out in the hidden layer",
        "W2 and b2 are right: the fault lies behind them. With the last sample alone each hidden unit has "
        "one ratio, 1/f′, never below 4.",
        {"dz1": "da1"},
    ),
    "z_in_slope": Bug(
        "z·(1 − z) for f′ = a·(1 − a)",
        "W2 and b2 are right. With the last sample alone each hidden unit has one ratio, z·(1 − z) over f′: "
        "negative unless z lies between 0 and 1, never above 1.07. It has no bound: training runs away.",
        {"dz1": "da1 * z1 * (1 - z1)"},
    ),
    "tanh_slope": Bug(
        "tanh’s f′ = 1 − a² for σ’s",
        "W2 and b2 are right. With the last sample alone each hidden unit has one ratio, "
        "(1 − a²)/f′ = 1 + 1/a: never below 2, and below 4 where a is above ⅓.",
        {"dz1": "da1 * (1 - a1**2)"},
    ),
    "reshaped_weight": Bug(
        "W2 reshaped, not transposed",
        "W2 and b2 are right. With the last sample alone each hidden unit has one ratio, of any size and "
        "sign, and no f′ explains it: what comes back arrives at the wrong units.",
        {"da1": "dz2 @ W2.reshape(W2.T.shape)"},
    ),
    "updated_weight": Bug(
        "W2 updated before it is used",
        "W2 and b2 are right, W1 and b1 nearly so: most ratios are close to 1. With all parameters 0 it "
        "still shows, since W2 has already moved away from 0.",
        {"da1": "dz2 @ (W2 - lr * dW2).T"},
    ),
    "mean_of_biases": Bug(
        "biases: a mean for a sum",
        "Both biases are 6 times too small, both weights are right; with the last sample alone all is right. "
        "The mean was taken in the loss already.",
        {"db2": "dz2.mean(axis=0)", "db1": "dz1.mean(axis=0)"},
    ),
    "overwritten": Bug(
        "= for += in the sample loop",
        "Both weights are wrong, both biases right; with the last sample alone all is right, for that is the "
        "only one that the loop leaves.",
        {"dW2": "np.outer(a1[-1], dz2[-1])", "dW1": "np.outer(X[-1], dz1[-1])"},
    ),
    "z_as_input": Bug(
        "z1 for a1 as the input of layer 2",
        "W2 alone is wrong: the fault lies in its own line. With the last sample alone each row has one "
        "ratio, z1/a1, that of its input.",
        {"dW2": "z1.T @ dz2"},
    ),
    "column_product": Bug(
        "a column product, reshaped",
        "W2 alone is wrong. With the last sample alone no row and no column has one ratio: the numbers "
        "are right, and stand in the wrong places.",
        {"dW2": "(dz2.T @ a1).reshape(W2.shape)"},
    ),
    "weight_for_input": Bug(
        "the weight for the input x",
        "W1 alone is wrong. With the last sample alone each ratio is w/x, so no row and no column has one. "
        "The slope of w·x by w is x.",
        {"dW1": "W1 * dz1.sum(axis=0)"},
    ),
    "wrong_sign": Bug(
        "a wrong sign in one line",
        "W1 alone is wrong, and every ratio is −1: the right size, uphill in place of downhill.",
        {"dW1": "-X.T @ dz1"},
    ),
}


class Patient(TwoLayerMLP):
    """A `TwoLayerMLP` whose backward pass may have a bug; nothing that it prints says which.

    bug: a key of `BUGS`.

    >>> Patient("wrong_sign", 2, 4, 3)
    TwoLayerMLP(2, 4, 3)
    """

    def __init__(self, bug, *sizes, rng=None):
        super().__init__(*sizes, rng=rng)
        self._bug = BUGS[bug]

    def backward(self, y):
        """Compute the gradients as the patient does. Raises as that of `TwoLayerMLP`."""
        super().backward(y)  # refuses what it cannot take
        return self._bug.gradients(self, y)
