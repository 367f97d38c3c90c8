"""How small ε should be: the error of a numerical gradient, between truncation and round-off."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache

import numpy as np
import traitlets
from numpy.polynomial import Polynomial

from backprop_lib.engine.scalar import Value
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import Explorable, browser_side
from backprop_lib.training.checks.differences import SCHEMES, default_step
from backprop_lib.training.checks.gradient_check import BUG
from backprop_lib.training.checks.measuring import GOOD


# One spelling of each loss, for plain numbers, Values and Taylor series: they bring their own activations.
def _smooth(w1, sigmoid, relu):
    x, y, w2, b = 2.0, 1.0, -1.0, 0.0  # the network of lesson 01
    miss = sigmoid(w2 * sigmoid(w1 * x) + b) - y
    return miss * miss


def _relu(w1, sigmoid, relu):
    x, y, w2 = 2.0, 1.0, 1.0 / 7.0  # no step up to 1 reaches the kink
    miss = w2 * relu(w1 * x) - y
    return miss * miss


def _kink(w1, sigmoid, relu):
    return relu(w1)


DISTANCE = 1e-6  # how far the kink is away
EXAMPLES = {"smooth": (0.5, _smooth), "ReLU": (1.2, _relu), "kink": (-DISTANCE, _kink)}
DTYPES = {"float32": np.float32, "float64": float}
SMALLEST = 1e-14
LARGEST = 1.0
ABOUT_EQUAL = 10.0  # truncation and round-off, up to this factor: points scatter as much


class EpsilonLab(Explorable):
    """The relative error of ∂L/∂w1 measured by differences, at every ε from 1 down to 1e-14.

    example: "smooth", the network of lesson 01; "ReLU", a network whose kink is far away; or "kink", a ReLU
    whose z is 1e-6 below 0.  epsilon: ε, from 1e-14 to 1.  scheme: "forward", from w1 to w1 + ε, or
    "central", from w1 − ε to w1 + ε.  dtype: "float32" or "float64", of the loss and all on its way.
    start: the four as they were at first, where reset goes back to.
    theory: example -> the loss L, its gradient (truth), L″/2 (second) and L‴/6 (third) at w1.
    """

    _esm, _css = browser_side("epsilon_lab")

    example = traitlets.Unicode("smooth").tag(sync=True)
    epsilon = traitlets.Float(1e-5).tag(sync=True)
    scheme = traitlets.Unicode("central").tag(sync=True)
    dtype = traitlets.Unicode("float64").tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)
    theory = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **state):
        super().__init__(**state)
        chosen = {name: getattr(self, name) for name in ("example", "epsilon", "scheme", "dtype")}
        self.set_trait("start", chosen)
        self.set_trait("theory", {name: _theory(name) for name in EXAMPLES})

    @property
    def values(self):
        """L at the two ends that are subtracted: at w1 + ε, and at w1 − ε (central) or w1 (forward)."""
        _, loss = EXAMPLES[self.example]
        return tuple(float(loss(end, _sigmoid_of, _relu_of)) for end in self._ends())

    @property
    def numerical(self):
        """The numerical gradient: the difference of the two values, divided by 2ε or ε."""
        high, low = self.values
        return (high - low) / (2.0 * self.epsilon if self.scheme == "central" else self.epsilon)

    @property
    def truth(self):
        """The gradient that backward gives, in float64."""
        return _theory(self.example)["truth"]

    @property
    def error(self):
        """|numerical − truth|, relative to the larger of the two; 0 where both are 0."""
        larger = max(abs(self.numerical), abs(self.truth))
        return abs(self.numerical - self.truth) / larger if larger else 0.0

    @property
    def verdict(self):
        """What a gradient check says of this error: "good", "suspicious" or "bug"."""
        return "good" if self.error < GOOD else "suspicious" if self.error <= BUG else "bug"

    @property
    def best_epsilon(self):
        """The rule of thumb: the cube root of the machine epsilon (central), or its square root (forward)."""
        return default_step(DTYPES[self.dtype], self.scheme)

    @property
    def sentence(self):
        """The numerical and the true gradient, the error, its verdict, and which ε would be better."""
        alarm = "" if self.verdict == "good" else ", a false alarm"
        return (
            f"ε = {_short(self.epsilon)}, {self.scheme}, {self.dtype}: "
            f"numerical {_six_decimals(self.numerical)}, true {_six_decimals(self.truth)}, "
            f"relative error {_rough(self.error)}, verdict {self.verdict}{alarm}; {self._remark()}"
        )

    def _remark(self):
        first, second = self._ends()
        if first == second:
            return f"ε is too small to move w1 in {self.dtype}: both ends are the same number"
        if self.example == "kink":
            if self.epsilon > DISTANCE:
                return f"the step reaches over the kink, {_short(DISTANCE)} away: make ε smaller"
            return "both ends lie on the same side of the kink"
        if len(set(self.values)) == 1:
            return f"both losses are the same number in {self.dtype}: no digit is left"
        truncation, round_off = self._expected()
        if truncation == 0.0:
            return "L is quadratic here, so central differences have no truncation: the larger ε, the better"
        if truncation > ABOUT_EQUAL * round_off:
            return "truncation rules here: a smaller ε would be better"
        if round_off > ABOUT_EQUAL * truncation:
            return "round-off rules here: a larger ε would be better"
        return "truncation and round-off are about equal here: the best ε is near"

    def _ends(self):
        number = DTYPES[self.dtype]
        w1, step = number(EXAMPLES[self.example][0]), number(self.epsilon)
        return w1 + step, w1 - step if self.scheme == "central" else w1

    def _expected(self):
        """Give the relative errors that theory expects, from truncation and from round-off."""
        theory, epsilon = _theory(self.example), self.epsilon
        central = self.scheme == "central"
        truncation = theory["third"] * epsilon**2 if central else theory["second"] * epsilon
        round_off = np.finfo(DTYPES[self.dtype]).eps * theory["loss"] / epsilon
        return abs(truncation / theory["truth"]), abs(float(round_off) / theory["truth"])

    @traitlets.validate("example", "scheme", "dtype")
    def _check_choice(self, proposal):
        name = proposal.trait.name
        choices = {"example": EXAMPLES, "scheme": sorted(SCHEMES, reverse=True), "dtype": DTYPES}[name]
        if proposal.value not in choices:
            known = ", ".join(map(repr, choices))
            raise traitlets.TraitError(f"the {name} is one of {known}; received {proposal.value!r}")
        return proposal.value

    @traitlets.validate("epsilon")
    def _check_epsilon(self, proposal):
        if not SMALLEST <= proposal.value <= LARGEST:
            raise traitlets.TraitError(f"epsilon is a number from 1e-14 to 1; received {proposal.value}")
        return proposal.value


def epsilon_lab(example="smooth", epsilon=1e-5, scheme="central", dtype="float64"):
    """Measure a gradient by differences: see which ε is too large, which too small, and where digits go.

    example: "smooth", the network of lesson 01; "ReLU", a network whose kink is far away; or "kink", a ReLU
    whose z is 1e-6 below 0.  epsilon: ε, the step, from 1e-14 to 1.  scheme: "central" or "forward".
    dtype: "float64" or "float32".

    Raises: traitlets.TraitError for a name that is not in its list, or an epsilon out of its limits.

    >>> lab = epsilon_lab(epsilon=1e-2)
    >>> round(lab.numerical, 6), round(lab.truth, 6), f"{lab.error:.1e}", lab.verdict
    (0.116454, 0.116455, '1.3e-05', 'suspicious')
    >>> kink = epsilon_lab("kink", epsilon=1e-5)
    >>> round(kink.numerical, 6), kink.truth
    (0.45, 0.0)
    """
    return EpsilonLab(example=example, epsilon=epsilon, scheme=scheme, dtype=dtype)


@cache
def _theory(example):
    """Give the loss, its gradient by backward, and its next two Taylor coefficients at w1."""
    w1, loss = EXAMPLES[example]
    leaf = Value(w1)
    result = loss(leaf, Value.sigmoid, Value.relu)
    result.backward()
    series = loss(Polynomial([w1, 1.0]), _sigmoid_of_series, _relu_of_series)
    _, _, second, third = [*map(float, series.coef), 0.0, 0.0, 0.0][:4]
    return {"loss": result.data, "truth": leaf.grad, "second": second, "third": third}


# Of numbers: each operation rounds to the type that z has.
def _sigmoid_of(z):
    return 1.0 / (1.0 + type(z)(math.exp(-z)))


def _relu_of(z):
    return max(z, type(z)(0.0))


# Of Taylor series, as far as the third power.
def _sigmoid_of_series(series):
    a = _sigmoid_of(float(series(0.0)))
    slope, rest = a * (1.0 - a), series - series(0.0)
    third = slope * (1.0 - 6.0 * slope)
    return a + slope * rest + slope * (1.0 - 2.0 * a) / 2.0 * rest**2 + third / 6.0 * rest**3


def _relu_of_series(series):
    return series if series(0.0) > 0.0 else 0.0 * series


def _short(x):
    """Write a number with no zeros at its end.

    >>> _short(1e-5), _short(3e-7), _short(6.1e-6), _short(0.01)
    ('10⁻⁵', '3×10⁻⁷', '6.1×10⁻⁶', '0.01')
    """
    return re.sub(r"^1×", "", re.sub(r"\.?0+×", "×", words.number(x)))


def _rough(x):
    """Write an error, of which two digits are enough.

    >>> _rough(7.162e-12), _rough(0.1436), _rough(1.0)
    ('7.2×10⁻¹²', '0.14', '1')
    """
    return _short(float(f"{x:.1e}"))


def _six_decimals(x):
    """Write a gradient with its sign and six decimals at most.

    >>> _six_decimals(0.1164552), _six_decimals(-0.45), _six_decimals(0.0)
    ('+0.116455', '−0.45', '0')
    """
    with localcontext(rounding=ROUND_HALF_UP):  # as a browser rounds
        text = f"{Decimal(x):+.6f}".rstrip("0").rstrip(".").replace("-", "−")
    return "0" if text in ("+0", "−0") else text
