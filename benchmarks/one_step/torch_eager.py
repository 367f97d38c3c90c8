"""The step in PyTorch, eager, on the CPU."""

import torch
from torch import nn
from torch.nn import functional

from one_step.case import LEARNING_RATE

NAME = "PyTorch"


def make(case):
    weights, biases, X, y = case.start()
    modules = []
    for W, b in zip(weights, biases, strict=True):
        linear = nn.Linear(*W.shape, dtype=getattr(torch, case.dtype))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T))
            linear.bias.copy_(torch.from_numpy(b))
        modules += [linear, nn.Tanh() if case.hidden == "tanh" else nn.ReLU()]
    model = nn.Sequential(*modules[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    loss_of = functional.cross_entropy if case.classifies else functional.mse_loss
    X, y = torch.from_numpy(X), torch.from_numpy(y)

    def step():
        optimizer.zero_grad()
        loss = loss_of(model(X), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step
