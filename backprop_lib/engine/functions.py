"""Every operation, stated once: its symbol, its formulas, its value and its local derivatives.

An operation's rule takes the parents' numbers and returns the value and, beside it, one local derivative for
each parent. The formulas are what a drawn graph shows: `{0}` and `{1}` stand for the parents' names, `{out}`
for the name of the result.

>>> multiply.rule(3.0, 4.0)
(12.0, (4.0, 3.0))
>>> multiply.derivative_formula(0, names=("w", "x"), out="z")
'x'
>>> sigmoid.derivative_formula(0, names=("z",), out="a")
'a·(1 − a)'
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

OPERATIONS = {}


@dataclass(frozen=True, eq=False, slots=True)
class Operation:
    """One operation: how it is written, what it gives, how it answers to each of its parents.

    symbol: what is drawn on its node.  formula, derivatives: templates, one derivative for each parent.
    rule: numbers -> (value, (local derivative, ...)).  needs: what its inputs must be, for error messages.
    parameter: the fixed number of an operation such as x ** 3, else None.
    """

    name: str
    symbol: str
    formula: str
    derivatives: tuple[str, ...]
    rule: Callable
    needs: str = ""
    parameter: float | None = None

    def value_formula(self, names):
        """Write the value in terms of the parents' `names`.

        >>> add.value_formula(("a", "b"))
        'a + b'
        """
        return self.formula.format(*names)

    def derivative_formula(self, index, names, out):
        """Write the local derivative with respect to parent `index`.

        >>> divide.derivative_formula(1, names=("a", "b"), out="q")
        '−q / b'
        """
        return self.derivatives[index].format(*names, out=out)

    def document(self, method):
        """Give a method that computes this operation its name and its formulas; return it.

        >>> def compute(self, other): ...
        >>> multiply.document(compute).__doc__
        'a·b; local derivative: b, a.'
        """
        names = ("a", "b")
        slopes = [self.derivative_formula(i, names, "out") for i in range(len(self.derivatives))]
        method.__name__ = self.name
        method.__doc__ = f"{self.value_formula(names)}; local derivative: {', '.join(slopes)}."
        return method


def operation(symbol, formula, *derivatives, needs=""):
    """Turn a rule into an `Operation` under the rule's own name, and enter it in `OPERATIONS`."""

    def enter(rule):
        OPERATIONS[rule.__name__] = Operation(rule.__name__, symbol, formula, derivatives, rule, needs)
        return OPERATIONS[rule.__name__]

    return enter


def family(make):
    """Turn a maker of operations with one fixed number into a cached one, entered in `OPERATIONS`."""
    OPERATIONS[make.__name__] = lru_cache(maxsize=1024)(make)
    return OPERATIONS[make.__name__]


def find(name, parameter=None):
    """Look an operation up by its name and, for a family, its fixed number.

    >>> find("power_of", 3.0).rule(2.0)
    (8.0, (12.0,))
    """
    found = OPERATIONS[name]
    return found if parameter is None else found(parameter)


# --- arithmetic ---------------------------------------------------------------------------------------------


@operation("+", "{0} + {1}", "1", "1")
def add(a, b):
    return a + b, (1.0, 1.0)


@operation("−", "{0} − {1}", "1", "−1")
def subtract(a, b):
    return a - b, (1.0, -1.0)


@operation("×", "{0}·{1}", "{1}", "{0}")
def multiply(a, b):
    return a * b, (b, a)


@operation("÷", "{0} / {1}", "1 / {1}", "−{out} / {1}", needs="a divisor other than 0")
def divide(a, b):
    quotient = a / b
    return quotient, (1.0 / b, -quotient / b)


@operation("−", "−{0}", "−1")
def negate(a):
    return -a, (-1.0,)


@operation(
    "^",
    "{0}^{1}",
    "{1}·{0}^({1} − 1)",
    "{out}·ln {0}",
    needs="a positive base (0 too, under an exponent of 0 or at least 1; for a negative base write x ** 3)",
)
def power(base, exponent):
    if base < 0.0:
        raise ValueError
    value = base**exponent
    by_base = exponent * base ** (exponent - 1.0) if exponent else 0.0
    # At base 0 the value stays 0 for every positive exponent: its slope in the exponent is 0.
    by_exponent = value * math.log(base) if base else 0.0
    return value, (by_base, by_exponent)


_SUPERSCRIPT = str.maketrans("0123456789-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·")


@family
def power_of(exponent):
    """A fixed exponent: x ** 2, 1 / x ** 0.5. Unlike `power`, its base may be negative."""
    shown = f"{exponent:g}".translate(_SUPERSCRIPT)
    lower = f"{exponent - 1.0:g}".translate(_SUPERSCRIPT)
    factor = f"{exponent:g}".replace("-", "−")
    derivative = {1.0: "1", 2.0: "2·{0}"}.get(exponent, f"{factor}·{{0}}{lower}")

    def rule(base):
        value = base**exponent
        if isinstance(value, complex):  # Python's answer to (-8) ** 0.5
            raise ValueError
        return value, (exponent * base ** (exponent - 1.0) if exponent else 0.0,)

    whole = exponent == int(exponent)
    base = "other than 0" if whole else "above 0" if exponent < 1.0 else "of 0 or above"
    needs = f"a base {base} for the exponent {exponent:g}"
    return Operation("power_of", f"( ){shown}", f"{{0}}{shown}", (derivative,), rule, needs, exponent)


@family
def affine(count):
    """z = Σ wᵢ·xᵢ + b in one node; its parents are `count` weights, `count` inputs and the bias."""
    weights, inputs = range(count), range(count, 2 * count)
    formula = " + ".join(
        [f"{{{w}}}·{{{x}}}" for w, x in zip(weights, inputs, strict=True)] + [f"{{{2 * count}}}"]
    )
    derivatives = (*(f"{{{x}}}" for x in inputs), *(f"{{{w}}}" for w in weights), "1")

    def rule(*numbers):
        w, x, bias = numbers[:count], numbers[count:-1], numbers[-1]
        return sum((wi * xi for wi, xi in zip(w, x, strict=True)), bias), (*x, *w, 1.0)

    return Operation("affine", "Σ", formula, derivatives, rule, parameter=count)


# --- elementary functions -----------------------------------------------------------------------------------


@operation("exp", "exp({0})", "{out}")
def exp(a):
    value = math.exp(a)
    return value, (value,)


@operation("ln", "ln({0})", "1 / {0}", needs="a number above 0")
def log(a):
    return math.log(a), (1.0 / a,)


@operation("√", "√{0}", "1 / (2·{out})", needs="a number above 0 (at 0 its slope is infinite)")
def sqrt(a):
    root = math.sqrt(a)
    return root, (0.5 / root,)


@operation("sin", "sin({0})", "cos({0})")
def sin(a):
    return math.sin(a), (math.cos(a),)


@operation("cos", "cos({0})", "−sin({0})")
def cos(a):
    return math.cos(a), (-math.sin(a),)


@operation("| |", "|{0}|", "sign({0})")
def absolute(a):
    # At the kink the slope is 0, as in PyTorch.
    return math.fabs(a), (math.copysign(1.0, a) if a else 0.0,)


# The last branch takes ties, which share the gradient as in PyTorch, and NaN, which must not be hidden.


@operation("max", "max({0}, {1})", "1 if {0} > {1}", "1 if {1} > {0}")
def maximum(a, b):
    if a > b:
        return a, (1.0, 0.0)
    return (b, (0.0, 1.0)) if b > a else (0.5 * a + 0.5 * b, (0.5, 0.5))


@operation("min", "min({0}, {1})", "1 if {0} < {1}", "1 if {1} < {0}")
def minimum(a, b):
    if a < b:
        return a, (1.0, 0.0)
    return (b, (0.0, 1.0)) if b < a else (0.5 * a + 0.5 * b, (0.5, 0.5))


# --- activations --------------------------------------------------------------------------------------------


@operation("σ", "σ({0})", "{out}·(1 − {out})")
def sigmoid(a):
    if a >= 0.0:
        value = 1.0 / (1.0 + math.exp(-a))
    else:  # the same number, written so that exp cannot overflow
        growth = math.exp(a)
        value = growth / (1.0 + growth)
    return value, (value * (1.0 - value),)


@operation("tanh", "tanh({0})", "1 − {out}²")
def tanh(a):
    value = math.tanh(a)
    return value, (1.0 - value * value,)


@operation("ReLU", "ReLU({0})", "1 if {0} > 0")
def relu(a):
    # At the kink the slope is 0, as in PyTorch; a NaN fails the test, and so is not hidden.
    return (0.0, (0.0,)) if a <= 0.0 else (a, (1.0,))


@family
def leaky_relu(negative_slope):
    def rule(a):
        return (negative_slope * a, (negative_slope,)) if a <= 0.0 else (a, (1.0,))

    slope = f"1 if {{0}} > 0 else {negative_slope:g}"
    return Operation("leaky_relu", "leaky", "leaky({0})", (slope,), rule, parameter=negative_slope)


@family
def elu(alpha):
    def rule(a):
        return (alpha * math.expm1(a), (alpha * math.exp(a),)) if a <= 0.0 else (a, (1.0,))

    slope = f"1 if {{0}} > 0 else {{out}} + {alpha:g}"
    return Operation("elu", "ELU", "ELU({0})", (slope,), rule, parameter=alpha)


@operation("GELU", "GELU({0})", "Φ({0}) + {0}·φ({0})")
def gelu(a):
    below = 0.5 * math.erfc(-a / math.sqrt(2.0))  # Φ(a), the share of a normal population below a
    density = math.exp(-0.5 * a * a) / math.sqrt(2.0 * math.pi)
    return a * below, (below + a * density,)


@operation("softplus", "softplus({0})", "σ({0})")
def softplus(a):
    slope, _ = sigmoid.rule(a)
    return max(a, 0.0) + math.log1p(math.exp(-math.fabs(a))), (slope,)
