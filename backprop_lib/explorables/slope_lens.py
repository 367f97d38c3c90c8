"""What a derivative is: the slope of a secant whose step shrinks, and where float64 ends it."""

import sys
from decimal import ROUND_HALF_UP, Decimal, localcontext

import traitlets

from backprop_lib.engine import functions
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import Explorable, browser_side

FUNCTIONS = {
    "x²": functions.power_of(2.0),
    "x³": functions.power_of(3.0),
    "sin x": functions.sin,
    "eˣ": functions.exp,
    "σ(x)": functions.sigmoid,
    "|x|": functions.absolute,
}
SCHEMES = ("forward", "central")
FARTHEST = 2.0
SMALLEST = 1e-14
LARGEST = 1.0


class SlopeLens(Explorable):
    """A curve with its tangent at x, and the secant over a step that shrinks.

    function: "x²", "x³", "sin x", "eˣ", "σ(x)" or "|x|".  x: where, from −2 to 2.  step: h, from 1e-14 to 1.
    scheme: "forward", from x to x + h, or "central", from x − h to x + h.  start: the four as they were at
    first, where reset goes back to.
    """

    _esm, _css = browser_side("slope_lens")

    function = traitlets.Unicode("x²").tag(sync=True)
    x = traitlets.Float(1.0).tag(sync=True)
    step = traitlets.Float(1.0).tag(sync=True)
    scheme = traitlets.Unicode("forward").tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **state):
        super().__init__(**state)
        chosen = {name: getattr(self, name) for name in ("function", "x", "step", "scheme")}
        self.set_trait("start", chosen)

    @property
    def rise(self):
        """Δy: how much f changes over the run."""
        return self._rise(self.step)

    @property
    def run(self):
        """Δx: h, or 2h between the two ends of a central difference."""
        return self._run(self.step)

    @property
    def secant_slope(self):
        """The rise over the run: what a derivative is measured by."""
        return self._slope(self.step)

    @property
    def derivative(self):
        """The local derivative at x, from the package's own table of operations."""
        _, (derivative,) = FUNCTIONS[self.function].rule(self.x)
        return derivative

    @property
    def error(self):
        """|secant slope − derivative|."""
        return abs(self._difference(self.step))

    @property
    def sentence(self):
        """The secant's slope and the derivative, their difference, and what a smaller step would change."""
        central = self.scheme == "central"
        before, under = ("x − h", "2h") if central else ("x", "h")
        run = _digits(self.run)
        over = f"({run})" if "×" in run else run
        formula = FUNCTIONS[self.function].derivative_formula(0, names=("x",), out=self.function)
        return (
            f"{self.function} at x = {_digits(self.x)}, h = {_digits(self.step)}: "
            f"secant slope = (f(x + h) − f({before})) / {under} = {_digits(self.rise)} / {over} = "
            f"{_signed_digits(self.secant_slope)}, "
            f"derivative = {formula} = {_signed_digits(self.derivative)}, "
            f"difference {words.signed(self._difference(self.step))}{self._remark()}"
        )

    def _remark(self):
        difference = self._difference(self.step)
        remark = ""
        if self.function == "|x|" and self.x == 0.0:
            remark = "; |x| has no tangent at its kink, and 0 is only a convention"
        elif self.function == "|x|" and any(self.x * end < 0.0 for end in self._ends(self.step)):
            remark = "; the step reaches over the kink at 0"
        elif difference and abs(difference) <= self._noise():
            remark = "; what is left is round-off, for float64 keeps only 16 digits"
        if self.step >= 10.0 * SMALLEST:
            smaller = float(f"{self.step / 10.0:.15g}")
            remark += f"; a step ten times smaller leaves {words.signed(self._difference(smaller))}"
        return remark

    def _noise(self):
        """How far the secant's slope can be off because its two values end after 53 binary digits."""
        value = max(abs(self._value(end)) for end in self._ends(self.step))
        inputs = abs(self.x * self.derivative)
        return sys.float_info.epsilon * ((value + inputs) / self.run + abs(self.secant_slope))

    def _value(self, x):
        value, _ = FUNCTIONS[self.function].rule(x)
        return value

    def _ends(self, step):
        return (self.x - step if self.scheme == "central" else self.x, self.x + step)

    def _rise(self, step):
        low, high = map(self._value, self._ends(step))
        return high - low

    def _run(self, step):
        return 2.0 * step if self.scheme == "central" else step

    def _slope(self, step):
        return self._rise(step) / self._run(step)

    def _difference(self, step):
        return self._slope(step) - self.derivative

    @traitlets.validate("function")
    def _check_function(self, proposal):
        if proposal.value not in FUNCTIONS:
            raise traitlets.TraitError(
                f"the function is one of {_listed(FUNCTIONS)}; received {proposal.value!r}"
            )
        return proposal.value

    @traitlets.validate("scheme")
    def _check_scheme(self, proposal):
        if proposal.value not in SCHEMES:
            raise traitlets.TraitError(
                f"the scheme is one of {_listed(SCHEMES)}; received {proposal.value!r}"
            )
        return proposal.value

    @traitlets.validate("x")
    def _check_x(self, proposal):
        if not abs(proposal.value) <= FARTHEST:
            raise traitlets.TraitError(f"x is a number from −2 to 2; received {proposal.value}")
        return proposal.value

    @traitlets.validate("step")
    def _check_step(self, proposal):
        if not SMALLEST <= proposal.value <= LARGEST:
            raise traitlets.TraitError(f"the step is a number from 1e-14 to 1; received {proposal.value}")
        return proposal.value


def slope_lens(function="x²", x=1.0, step=1.0):
    """Put a lens on a curve: see the secant become the tangent as the step shrinks.

    function: "x²", "x³", "sin x", "eˣ", "σ(x)" or "|x|".  x: where the slope is asked for, from −2 to 2.
    step: h, how far away the secant's other end is, from 1e-14 to 1.

    Raises: traitlets.TraitError for a function that is not in the list, an x or a step out of its limits.

    >>> lens = slope_lens("x²", x=1.0, step=0.5)
    >>> lens.secant_slope, lens.derivative, lens.error
    (2.5, 2.0, 0.5)
    >>> lens.step = 0.001
    >>> lens.x, round(lens.error, 6)
    (1.0, 0.001)
    """
    return SlopeLens(function=function, x=x, step=step)


def _listed(names):
    return ", ".join(map(repr, names))


def _digits(x):
    """Write nine digits, so that a slope can be seen to settle.

    >>> _digits(2.00001), _digits(-1.99999999e-08), _digits(1e-07), _digits(0.001)
    ('2.00001', '−1.99999999×10⁻⁸', '10⁻⁷', '0.001')
    """
    if not x:
        return "0"
    minus = "−" if x < 0.0 else ""
    with localcontext(rounding=ROUND_HALF_UP):  # as a browser rounds
        mantissa, power = f"{abs(Decimal(x)):.8e}".split("e")
        exponent = int(power)
        if -3 <= exponent <= 5:
            return minus + f"{abs(Decimal(x)):.{8 - exponent}f}".rstrip("0").rstrip(".")
    raised = f"10{str(exponent).translate(_SUPERSCRIPT)}"
    short = mantissa.rstrip("0").rstrip(".")
    return minus + (raised if short == "1" else f"{short}×{raised}")


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _signed_digits(x):
    return f"+{_digits(x)}" if x > 0.0 else _digits(x)
