"""Networks, built on the engines. Names, arguments and defaults are PyTorch's.

>>> from backprop_lib import nn
>>> model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
>>> model.num_parameters()
65
"""

from backprop_lib.engine import functional
from backprop_lib.nn import initialisation as init
from backprop_lib.nn.activations import (
    ACTIVATIONS,
    ELU,
    GELU,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Softplus,
    Tanh,
    activation,
)
from backprop_lib.nn.containers import Residual, Sequential
from backprop_lib.nn.dropout import Dropout
from backprop_lib.nn.linear import Linear
from backprop_lib.nn.losses import BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from backprop_lib.nn.module import Module
from backprop_lib.nn.normalisation import BatchNorm1d, LayerNorm

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "CrossEntropyLoss",
    "Dropout",
    "Identity",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MSELoss",
    "Module",
    "ReLU",
    "Residual",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "activation",
    "functional",
    "init",
]
