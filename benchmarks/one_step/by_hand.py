"""The step as a careful person writes it in NumPy: the matrix equations, and no engine."""

import numpy as np

from one_step.case import LEARNING_RATE

NAME = "NumPy by hand"


def make(case):
    W, b, X, y = case.start()
    layers = range(len(W))
    rows = np.arange(case.batch)

    def step():
        a, z = [X], []
        for i in layers:
            z.append(a[i] @ W[i] + b[i])
            if i < layers[-1]:
                a.append(np.tanh(z[i]) if case.hidden == "tanh" else np.maximum(z[i], 0))

        if case.classifies:
            shifted = z[-1] - z[-1].max(axis=1, keepdims=True)
            exp = np.exp(shifted)
            total = exp.sum(axis=1, keepdims=True)
            loss = -np.mean((shifted - np.log(total))[rows, y])
            dz = exp / total
            dz[rows, y] -= 1
            dz /= case.batch
        else:
            difference = z[-1] - y
            loss = np.mean(difference**2)
            dz = 2 * difference / difference.size

        dW, db = [None] * len(W), [None] * len(b)
        for i in reversed(layers):
            dW[i] = a[i].T @ dz
            db[i] = dz.sum(axis=0)
            if i > 0:
                da = dz @ W[i].T
                dz = da * (1 - a[i] ** 2) if case.hidden == "tanh" else da * (z[i - 1] > 0)

        for i in layers:
            W[i] -= LEARNING_RATE * dW[i]
            b[i] -= LEARNING_RATE * db[i]
        return loss

    return step
