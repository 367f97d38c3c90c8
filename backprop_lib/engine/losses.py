"""Softmax and the losses, each fused into one stable operation: value beside pull-backs, on NumPy arrays.

Fused, because the parts overflow where the whole does not, and because the whole has the simpler gradient:
softmax and cross-entropy together give δ = p − y.
"""

import operator

import numpy as np

from backprop_lib.engine.elementwise import stable_sigmoid
from backprop_lib.engine.operations import NOTHING, SELF, array_operation

AXIS = "one axis that the array has, with at least one entry"

_sum_of, _max_of = np.add.reduce, np.maximum.reduce  # what np.sum and np.max call in the end


@array_operation(symbol="softmax", reads=((SELF,),), needs=AXIS)
def softmax(z, axis):
    axis = operator.index(axis)
    p = np.exp(z - _max_of(z, axis=axis, keepdims=True))
    p /= _sum_of(p, axis=axis, keepdims=True)
    return p, (lambda g: p * (g - _sum_of(g * p, axis=axis, keepdims=True)),)


@array_operation(symbol="log softmax", reads=((SELF,),), needs=AXIS)
def log_softmax(z, axis):
    axis = operator.index(axis)
    log_p = _log_softmax(z, axis)
    return log_p, (lambda g: g - np.exp(log_p) * _sum_of(g, axis=axis, keepdims=True),)


def _log_softmax(z, axis):
    # Without its largest entry no exp can overflow, and the sum is at least 1.
    log_p = z - _max_of(z, axis=axis, keepdims=True)
    log_p -= np.log(_sum_of(np.exp(log_p), axis=axis, keepdims=True))
    return log_p


@array_operation(symbol="cross-entropy", reads=(NOTHING,))
def cross_entropy_of_classes(z, classes, reduction):
    rows = np.arange(len(classes))
    log_p = _log_softmax(z, axis=1)
    value, share = reduce(-log_p[rows, classes], reduction)

    def pull_back(g):
        delta = np.exp(log_p)
        delta[rows, classes] -= 1.0  # δ = p − y
        g = g * share
        delta *= g if g.ndim == 0 else g[:, None]
        return delta

    return value, (pull_back,)


@array_operation(symbol="cross-entropy", reads=((1,), (0,)))
def cross_entropy(z, y, reduction):
    log_p = _log_softmax(z, axis=-1)
    value, share = reduce(-_sum_of(y * log_p, axis=-1), reduction)

    def by_logits(g):
        # y need not sum to 1: p counts once for each unit of it.
        delta = np.exp(log_p) * _sum_of(y, axis=-1, keepdims=True) - y
        return delta * np.expand_dims(g * share, -1)

    return value, (by_logits, lambda g: -log_p * np.expand_dims(g * share, -1))


@array_operation(symbol="BCE", reads=((0, 1), (0,)))
def binary_cross_entropy_with_logits(z, y, reduction):
    # −y·ln σ(z) − (1 − y)·ln(1 − σ(z)), written so that no exp overflows
    losses = np.maximum(z, 0.0) - z * y + np.log1p(np.exp(-np.abs(z)))
    value, share = reduce(losses, reduction)
    return value, (lambda g: (g * share) * (stable_sigmoid(z) - y), lambda g: -(g * share) * z)


@array_operation(symbol="MSE", reads=(NOTHING, NOTHING))
def mse_loss(prediction, target, reduction):
    difference = prediction - target
    value, share = reduce(difference * difference, reduction)
    return value, (lambda g: (g * (2.0 * share)) * difference, lambda g: (g * (-2.0 * share)) * difference)


def reduce(losses, reduction):
    """Sum up the losses: the value, and the share that each of them has in it.

    >>> reduce(np.array([1.0, 3.0]), "mean")
    (np.float64(2.0), 0.5)
    """
    if reduction == "none":
        return losses, 1.0
    total = _sum_of(losses, axis=None)
    if reduction == "sum":
        return total, 1.0
    share = 1.0 / losses.size if losses.size else np.nan
    return total * share, share
