"""For each operation: where to try it, and its exact value, written down a second time with mpmath."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import mpmath

from backprop_lib.engine import functions
from backprop_lib.engine.graph import topological_order

ANY = ((-5.0, 5.0),)
POSITIVE = ((0.05, 5.0),)
NOT_ZERO = ((-5.0, -0.05), (0.05, 5.0))
WHOLE, FRACTIONAL = (0.0, 1.0, 2.0, 3.0, -1.0, -2.0), (0.5, -0.5, 1.5, 2.25)


@dataclass(frozen=True)
class Case:
    """exact: mpmath's value of the operation.  ranges: for each parent, intervals that hold its numbers.

    No interval crosses a kink, nor a place where the formula itself loses digits (1 − tanh² far from 0).
    parameters: the fixed numbers that a family is tried with.
    """

    exact: Callable
    ranges: tuple
    parameters: tuple = (None,)


def unary(exact, ranges=ANY, parameters=(None,)):
    return Case(exact, (ranges,), parameters)


def _dot(*numbers):
    count = len(numbers) // 2
    return mpmath.fdot(numbers[:count], numbers[count:-1]) + numbers[-1]


CASES = {
    "add": [Case(lambda a, b: a + b, (ANY, ANY))],
    "subtract": [Case(lambda a, b: a - b, (ANY, ANY))],
    "multiply": [Case(lambda a, b: a * b, (ANY, ANY))],
    "divide": [Case(lambda a, b: a / b, (ANY, NOT_ZERO))],
    "negate": [unary(lambda a: -a)],
    "power": [Case(mpmath.power, (POSITIVE, ANY))],
    "power_of": [
        unary(lambda p: lambda a: mpmath.power(a, p), NOT_ZERO, WHOLE),
        unary(lambda p: lambda a: mpmath.power(a, p), POSITIVE, FRACTIONAL),
    ],
    # Positive numbers only: in a sum with both signs digits cancel.
    "affine": [Case(lambda count: _dot, (POSITIVE,) * (2 * n + 1), (n,)) for n in (0, 1, 3)],
    "exp": [unary(mpmath.exp, ((-20.0, 20.0),))],
    "log": [unary(mpmath.log, ((0.01, 100.0),))],
    "sqrt": [unary(mpmath.sqrt, ((0.01, 100.0),))],
    "sin": [unary(mpmath.sin)],
    "cos": [unary(mpmath.cos)],
    "absolute": [unary(abs, NOT_ZERO)],
    "maximum": [Case(max, (ANY, ANY))],
    "minimum": [Case(min, (ANY, ANY))],
    "sigmoid": [unary(lambda a: 1 / (1 + mpmath.exp(-a)), ((-30.0, 5.0),))],
    "tanh": [unary(mpmath.tanh, ((-3.0, 3.0),))],
    "relu": [unary(lambda a: max(a, 0), NOT_ZERO)],
    "leaky_relu": [unary(lambda p: lambda a: a if a > 0 else p * a, NOT_ZERO, (0.01, 0.25, 0.0))],
    "elu": [unary(lambda p: lambda a: a if a > 0 else p * mpmath.expm1(a), NOT_ZERO, (1.0, 0.5))],
    # Its slope is 0 near −0.75.
    "gelu": [unary(lambda a: a * mpmath.ncdf(a), ((-6.0, -1.0), (-0.5, 6.0)))],
    "softplus": [unary(lambda a: mpmath.log1p(mpmath.exp(a)), ((-30.0, 30.0),))],
}

# (operation, its Case, the exact value as a function of the parents' numbers); a family for each parameter.
EVERY = [
    (functions.find(name, parameter), case, case.exact if parameter is None else case.exact(parameter))
    for name, cases in CASES.items()
    for case in cases
    for parameter in case.parameters
]


def name_of(operation):
    return operation.name if operation.parameter is None else f"{operation.name}-{operation.parameter:g}"


def points(ranges, count, seed=1):
    """Draw `count` points: one number for each parent, from its intervals in turn."""
    rng = random.Random(seed)
    return [tuple(rng.uniform(*rng.choice(intervals)) for intervals in ranges) for _ in range(count)]


def agree(received, expected, scale=0.0):
    """Tell whether two numbers agree to 12 digits (of `scale`, where that is larger)."""
    return abs(received - expected) <= 1e-12 * max(abs(expected), scale)


def magnitudes(root):
    """For each node, the sum over all paths from `root` of |product of local derivatives|.

    It is the gradient without cancellation, and so the measure for rounding errors in it.
    """
    size = dict.fromkeys(topological_order(root), 0.0)
    size[root] = 1.0
    for node in reversed(list(size)):
        for parent, local in zip(node.parents, node.local_derivatives, strict=True):
            size[parent] += abs(local) * size[node]
    return size
