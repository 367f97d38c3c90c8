"""The step on our batched engine."""

from backprop_lib import Tensor, nn
from backprop_lib.nn import functional
from backprop_lib.training.optimisers import SGD
from one_step.case import LEARNING_RATE

NAME = "backprop_lib"


def make(case):
    weights, biases, X, y = case.start()
    modules = []
    for W, b in zip(weights, biases, strict=True):
        linear = nn.Linear(*W.shape, dtype=case.dtype)
        linear.weight.data, linear.bias.data = W, b
        modules += [linear, nn.Tanh() if case.hidden == "tanh" else nn.ReLU()]
    model = nn.Sequential(*modules[:-1])
    optimizer = SGD(model.parameters(), lr=LEARNING_RATE)
    loss_of = functional.cross_entropy if case.classifies else functional.mse_loss
    X, y = Tensor(X), y if case.classifies else Tensor(y)

    def step():
        optimizer.zero_grad()
        loss = loss_of(model(X), y)
        loss.backward()
        optimizer.step()
        return loss.data

    return step
