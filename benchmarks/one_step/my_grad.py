"""The step in MyGrad."""

import mygrad
from mygrad.nnet.losses import softmax_crossentropy

from one_step.case import LEARNING_RATE

NAME = "MyGrad"


def make(case):
    weights, biases, X, y = case.start()
    W, b = [mygrad.tensor(w) for w in weights], [mygrad.tensor(v) for v in biases]
    hidden = mygrad.tanh if case.hidden == "tanh" else mygrad.nnet.activations.relu

    def step():
        a = X
        for i in range(len(W)):
            z = a @ W[i] + b[i]
            a = hidden(z) if i < len(W) - 1 else z
        loss = softmax_crossentropy(z, y) if case.classifies else mygrad.mean((z - y) ** 2)
        loss.backward()
        for parameter in W + b:
            parameter.data -= LEARNING_RATE * parameter.grad
            parameter.null_grad()
        return loss.data

    return step
