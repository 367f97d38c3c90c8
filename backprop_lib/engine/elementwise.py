"""The operations of `functions` on whole arrays: value beside pull-backs.

A pull-back carries the gradient one edge back: from ∂L/∂(result) to ∂L/∂(input). For an operation that works
entry by entry it multiplies by the local derivative. Arrays of unequal shapes are broadcast as NumPy does it;
`batched` then sums each gradient back to the shape of its input.

>>> value, (pull_back,) = tanh.rule(np.array([0.0, 1.0]))
>>> pull_back(np.array([1.0, 1.0])).round(4)
array([1.  , 0.42])
"""

import math

import numpy as np

from backprop_lib.engine import functions
from backprop_lib.engine.operations import NOTHING, SELF, array_operation

# --- arithmetic ---------------------------------------------------------------------------------------------


@array_operation(functions.add, reads=(NOTHING, NOTHING))
def add(a, b):
    return a + b, (lambda g: g, lambda g: g)


@array_operation(functions.subtract, reads=(NOTHING, NOTHING))
def subtract(a, b):
    return a - b, (lambda g: g, lambda g: -g)


@array_operation(functions.multiply, reads=((1,), (0,)))
def multiply(a, b):
    return a * b, (lambda g: g * b, lambda g: g * a)


@array_operation(functions.divide, reads=((1,), (1, SELF)))
def divide(a, b):
    quotient = a / b
    return quotient, (lambda g: g / b, lambda g: -g * quotient / b)


@array_operation(functions.negate, reads=(NOTHING,))
def negate(a):
    return -a, (lambda g: -g,)


@array_operation(functions.power, reads=((0, 1), (0, 1, SELF)))
def power(base, exponent):
    value = base**exponent

    def by_base(g):
        # 0⁰ is the constant 1: its slope is 0, where 0 · 0⁻¹ would not be a number.
        lower = base ** np.where(exponent == 0.0, 1.0, exponent - 1.0)
        return g * exponent * lower

    def by_exponent(g):
        # At base 0 the value stays 0 for every positive exponent: its slope in the exponent is 0.
        return g * value * np.log(np.where((base == 0.0) & (exponent >= 0.0), 1.0, base))

    return value, (by_base, by_exponent)


@array_operation(functions.power_of, reads=((0,),))
def power_of(base, exponent):
    if exponent == 0.0:
        return np.ones_like(base), (lambda g: np.zeros_like(base),)
    return base**exponent, (lambda g: g * (exponent * base ** (exponent - 1.0)),)


# --- elementary functions -----------------------------------------------------------------------------------


@array_operation(functions.exp, reads=((SELF,),))
def exp(a):
    value = np.exp(a)
    return value, (lambda g: g * value,)


@array_operation(functions.log, reads=((0,),))
def log(a):
    return np.log(a), (lambda g: g / a,)


@array_operation(functions.sqrt, reads=((SELF,),))
def sqrt(a):
    root = np.sqrt(a)
    return root, (lambda g: 0.5 * g / root,)


@array_operation(functions.sin, reads=((0,),))
def sin(a):
    return np.sin(a), (lambda g: g * np.cos(a),)


@array_operation(functions.cos, reads=((0,),))
def cos(a):
    return np.cos(a), (lambda g: -g * np.sin(a),)


@array_operation(functions.absolute, reads=((0,),))
def absolute(a):
    return np.abs(a), (lambda g: g * np.sign(a),)


# Ties share the gradient, as in PyTorch.


@array_operation(functions.maximum, reads=((0, 1), (0, 1)))
def maximum(a, b):
    return np.maximum(a, b), (lambda g: _shared(g, a < b, a == b), lambda g: _shared(g, b < a, a == b))


@array_operation(functions.minimum, reads=((0, 1), (0, 1)))
def minimum(a, b):
    return np.minimum(a, b), (lambda g: _shared(g, a > b, a == b), lambda g: _shared(g, b > a, a == b))


def _shared(g, loses, ties):
    return np.where(loses, 0.0, np.where(ties, 0.5 * g, g))


# --- activations --------------------------------------------------------------------------------------------


@array_operation(functions.sigmoid, reads=((SELF,),))
def sigmoid(a):
    value = stable_sigmoid(a)
    return value, (lambda g: g * (value * (1.0 - value)),)


def stable_sigmoid(a):
    """1 / (1 + e⁻ᵃ). Far below zero e⁻ᵃ overflows to infinity, and 1 / infinity is the right answer: 0.

    >>> stable_sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-a))


@array_operation(functions.tanh, reads=((SELF,),))
def tanh(a):
    value = np.tanh(a)
    return value, (lambda g: g * (1.0 - value * value),)


@array_operation(functions.relu, reads=((SELF,),))
def relu(a):
    value = np.maximum(a, 0.0)
    # The value is 0, positive, or NaN, which must not be hidden.
    return value, (lambda g: _kept(g, value != 0.0),)


def _kept(g, wanted):
    """Keep g where it is wanted; 0 elsewhere, even where g is infinite.

    Its bits are masked, which is as fast as multiplying; ∞ · 0 would be NaN, and np.where takes far longer.
    """
    bits = np.int64 if g.dtype == np.float64 else np.int32
    return (g.view(bits) & -wanted.astype(bits)).view(g.dtype)


@array_operation(functions.leaky_relu, reads=((0,),), needs="a number for negative_slope")
def leaky_relu(a, negative_slope):
    return np.where(a <= 0.0, negative_slope * a, a), (lambda g: np.where(a <= 0.0, negative_slope * g, g),)


@array_operation(functions.elu, reads=((0,),), needs="a number for alpha")
def elu(a, alpha):
    below = np.minimum(a, 0.0)  # keeps exp from overflowing where its value is not used
    value = np.where(a <= 0.0, alpha * np.expm1(below), a)
    return value, (lambda g: np.where(a <= 0.0, alpha * np.exp(below) * g, g),)


@array_operation(functions.gelu, reads=((0,),))
def gelu(a):
    # NumPy has no erfc. Python's own, number by number, is exact and slow; nothing here needs it fast.
    flat = np.fromiter(map(math.erfc, (a * -math.sqrt(0.5)).ravel().tolist()), a.dtype, a.size)
    below = 0.5 * flat.reshape(a.shape)  # Φ(a), the share of a normal population below a

    def pull_back(g):
        density = np.exp(-0.5 * a * a) / math.sqrt(2.0 * math.pi)
        return g * (below + a * density)

    return a * below, (pull_back,)


@array_operation(functions.softplus, reads=((0,),))
def softplus(a):
    value = np.maximum(a, 0.0) + np.log1p(np.exp(-np.abs(a)))
    return value, (lambda g: g * stable_sigmoid(a),)
