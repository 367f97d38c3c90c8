"""Activations as layers. What each one computes, and its derivative, stands in `engine.functions`.

All work entry by entry and keep the shape; only `Softmax` looks along an axis.
"""

from backprop_lib.engine.batched import as_tensor
from backprop_lib.nn import checks
from backprop_lib.nn.module import Module


class Identity(Module):
    """Hand the input on: for comparing a network with one that has no activation."""

    def forward(self, x):
        return as_tensor(x)


class Sigmoid(Module):
    """σ(x), between 0 and 1: its slope is ¼ at most, so a stack of them shrinks gradients.

    >>> Sigmoid()(0.0).item()
    0.5
    """

    def forward(self, x):
        return as_tensor(x).sigmoid()


class Tanh(Module):
    """tanh(x), between −1 and 1: a sigmoid centred at 0, with slope 1 there.

    >>> Tanh()(100.0).item()
    1.0
    """

    def forward(self, x):
        return as_tensor(x).tanh()


class ReLU(Module):
    """max(x, 0): slope 1 or 0.

    >>> ReLU()(-2.0).item(), ReLU()(3.0).item()
    (0.0, 3.0)
    """

    def forward(self, x):
        return as_tensor(x).relu()


class LeakyReLU(Module):
    """x above 0, negative_slope · x below: a unit cannot die, because its slope is never 0.

    negative_slope: 0.01, as in torch.  Raises: TypeError, ValueError for what is no finite number.

    >>> LeakyReLU(0.1)(-2.0).item()
    -0.2
    """

    def __init__(self, negative_slope=0.01):
        self.negative_slope = checks.real("negative_slope", negative_slope)

    def forward(self, x):
        return as_tensor(x).leaky_relu(self.negative_slope)

    def extra_repr(self):
        return f"negative_slope={self.negative_slope:g}"


class ELU(Module):
    """x above 0, alpha · (exp(x) − 1) below: smooth at 0 for alpha = 1, and levels off at −alpha.

    alpha: 1, as in torch.  Raises: TypeError, ValueError for what is no finite number.
    Source: Clevert, Unterthiner & Hochreiter 2016.

    >>> ELU()(-100.0).item()
    -1.0
    """

    def __init__(self, alpha=1.0):
        self.alpha = checks.real("alpha", alpha)

    def forward(self, x):
        return as_tensor(x).elu(self.alpha)

    def extra_repr(self):
        return f"alpha={self.alpha:g}"


class GELU(Module):
    """x · Φ(x), where Φ is the normal distribution's: a smooth ReLU, exact and not the tanh approximation.

    Source: Hendrycks & Gimpel 2016.

    >>> round(GELU()(1.0).item(), 4)
    0.8413
    """

    def forward(self, x):
        return as_tensor(x).gelu()


class Softplus(Module):
    """ln(1 + exp(x)): a smooth ReLU whose slope is σ(x).

    >>> round(Softplus()(0.0).item(), 4)  # ln 2
    0.6931
    """

    def forward(self, x):
        return as_tensor(x).softplus()


class Softmax(Module):
    """Turn scores into shares that are positive and sum to 1 along `axis`.

    axis: −1, the classes where rows are samples. torch calls it `dim`.
    `CrossEntropyLoss` takes the scores themselves: it has its own softmax.
    Raises: TypeError for an axis that is no whole number; when called, IndexError or ValueError for one that
    x does not have.

    >>> import numpy as np
    >>> Softmax()(np.zeros((1, 4))).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """

    def __init__(self, axis=-1):
        self.axis = checks.whole("axis", axis, least=-32)

    def forward(self, x):
        return as_tensor(x).softmax(self.axis)

    def extra_repr(self):
        return f"axis={self.axis}"


# By the names of `engine.functions`.
ACTIVATIONS = {
    "identity": Identity,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "elu": ELU,
    "gelu": GELU,
    "softplus": Softplus,
}


def activation(name):
    """Make the activation of that name, with its default settings.

    name: a key of `ACTIVATIONS`; but for "identity", the names of `engine.functions`.
    Raises: ValueError for another name.

    >>> activation("leaky_relu")
    LeakyReLU(negative_slope=0.01)
    """
    try:
        return ACTIVATIONS[name]()
    except (KeyError, TypeError):
        raise ValueError(f"activation knows {', '.join(ACTIVATIONS)}; received {name!r}") from None
