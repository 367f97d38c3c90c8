"""A chain of functions as a train of gears: dy/dx is the product of the slopes, from either end."""

import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import accumulate
from operator import mul

import traitlets

from backprop_lib.engine import functions
from backprop_lib.engine.scalar import Value, apply
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import Explorable, Leaves, browser_side

FEWEST, MOST = 2, 6
REACH = 100.0  # how far x and the parameters go
NEARLY_FLAT = 0.01
EXPLODED = 100.0
ROUND_OFF = 1e-9  # a measured change below this share of its value is noise of the last digits


@dataclass(frozen=True)
class Stage:
    """One function of a chain: its operation in the engine's table, and its parameter, if it has one.

    letter: what the parameter's name starts with.  start: the parameter where none was given.
    """

    operation: functions.Operation
    letter: str = ""
    start: float = 0.0


STAGES = {
    "×": Stage(functions.multiply, "w", 2.0),
    "+": Stage(functions.add, "b", 1.0),
    "square": Stage(functions.find("power_of", 2.0)),
    "sigmoid": Stage(functions.sigmoid),
    "tanh": Stage(functions.tanh),
    "relu": Stage(functions.relu),
    "sin": Stage(functions.sin),
    "exp": Stage(functions.exp),
}


class ChainGears(Explorable):
    """A chain of functions of one number, its slopes, and their product collected from either end.

    x: where the chain starts, from −100 to 100.  stages: the functions in order, names of `STAGES`.
    weights: the number at each × and +, by name: w1 for a × in the first place, b2 for a + in the second;
    setting one moves its slider.  direction: "backward" or "forward", the end from which the slopes are
    multiplied.  nudge: a small step, above 0 and at most 1.  nudged: whether its effect is measured and
    shown.
    """

    _esm, _css = browser_side("chain_gears")

    x = traitlets.Float(0.4).tag(sync=True)
    stages = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    weights = traitlets.Dict().tag(sync=True)
    direction = traitlets.Unicode("backward").tag(sync=True)
    nudge = traitlets.Float(0.01).tag(sync=True)
    nudged = traitlets.Bool(False).tag(sync=True)
    _start = traitlets.Dict().tag(sync=True)  # where the reset button goes

    def __init__(self, stages, weights, **state):
        super().__init__(stages=stages, weights=weights, **state)
        names = ("x", "stages", "weights", "direction", "nudge", "nudged")
        self._start = {name: getattr(self, name) for name in names}

    # --- numbers --------------------------------------------------------------------------------------------

    @property
    def values(self):
        """The numbers along the chain, x first and y last, computed by our engine."""
        return [value.data for value in self._run()]

    @property
    def slopes(self):
        """The local derivative of each stage, in the order of the stages."""
        return [value.local_derivatives[0] for value in self._run()[1:]]

    @property
    def products(self):
        """The slopes multiplied up, for each of the `values`.

        Backward ∂y/∂(value): 1 at y, dy/dx at x. Forward ∂(value)/∂x: 1 at x, dy/dx at y.
        """
        run = self._run()
        if self.direction == "backward":
            run[-1].backward()
            return [value.grad for value in run]
        return list(accumulate((value.local_derivatives[0] for value in run[1:]), mul, initial=1.0))

    @property
    def derivative(self):
        """dy/dx, the product of all slopes."""
        return self.products[0 if self.direction == "backward" else -1]

    @property
    def measured(self):
        """What the nudge really moves, for each of the `values`.

        Backward: by how much y moves when this value alone is nudged. Forward: by how much this value moves
        when x is nudged. None where a nudged value is beyond what a float can hold.
        """
        values = self.values
        if self.direction == "backward":
            return [self._moved(values[-1], k, x, -1) for k, x in enumerate(values)]
        return [self._moved(x, 0, values[0], k) for k, x in enumerate(values)]

    def _moved(self, before, first, x, index):
        try:
            after = self._run(first, x + self.nudge)[index].data
        except OverflowError:
            return None
        return after - before if abs(after - before) > ROUND_OFF * abs(before) else 0.0

    def _run(self, first=0, x=None):
        """The Values from `first` on, where the chain is entered with the number `x`."""
        run = [Value(self.x if x is None else x)]
        for k, name in enumerate(self.stages[first:], start=first):
            stage = STAGES[name]
            parameters = [Value(self.weights[f"{stage.letter}{k + 1}"])] if stage.letter else []
            try:
                run.append(apply(stage.operation, run[-1], *parameters))
            except OverflowError:
                raise OverflowError(
                    f"{self._name(k + 1)} is beyond what a computer can hold: {stage.operation.symbol} "
                    f"receives {self._name(k)} = {words.number(run[-1].data)}; move x or a weight back"
                ) from None
        return run

    def _name(self, k):
        return "x" if k == 0 else "y" if k == len(self.stages) else f"v{k}"

    # --- words ----------------------------------------------------------------------------------------------

    @property
    def sentence(self):
        """The product of the slopes in the order in which it is multiplied, and what follows from it."""
        slopes, derivative = self.slopes, self.derivative
        if not math.isfinite(derivative):
            return "dy/dx is beyond what a computer can hold; move x or a weight back"
        ordered = slopes[::-1] if self.direction == "backward" else slopes
        factors = " × ".join(f"({words.number(s)})" if s < 0 else words.number(s) for s in ordered)
        product = f"at x = {words.number(self.x)}, dy/dx = {factors} = {words.signed(derivative)}"
        return f"{product}: {self._meaning(slopes, derivative)}"

    def _meaning(self, slopes, derivative):
        if self.nudged:
            end = 0 if self.direction == "backward" else -1
            told, seen = change(derivative * self.nudge), change(self.measured[end])
            return f"nudging x by {change(self.nudge)} should move y by {told}, and it moves by {seen}"
        silencer = silencing(slopes, self.products, self.direction)
        if silencer is not None:
            symbol, slope = STAGES[self.stages[silencer]].operation.symbol, slopes[silencer]
            if slope == 0.0:
                return f"the slope of {symbol} is 0 here, and 0 times anything is 0"
            return f"{symbol} is nearly flat here (slope {words.number(slope)}), so y hardly feels x"
        far = f"y moves {words.number(abs(derivative))} times as far as x"
        if abs(derivative) >= EXPLODED:
            return f"{far}, because large slopes multiply up"
        return f"{far}, the other way" if derivative < 0 else far

    # --- what may be set ------------------------------------------------------------------------------------

    @traitlets.validate("x")
    def _check_x(self, proposal):
        return _within_reach("x", proposal.value)

    @traitlets.validate("stages")
    def _check_stages(self, proposal):
        stages = list(proposal.value)
        if not FEWEST <= len(stages) <= MOST:
            raise traitlets.TraitError(f"a chain has {FEWEST} to {MOST} stages; received {len(stages)}")
        for name in stages:
            if name not in STAGES:
                raise traitlets.TraitError(f"a stage is one of {', '.join(STAGES)}; received {name!r}")
        return stages

    @traitlets.validate("weights")
    def _check_weights(self, proposal):
        wanted = self._parameters()
        for name, number in proposal.value.items():
            if name not in wanted:
                there = ", ".join(wanted) or "none, for no stage is a × or a +"
                raise traitlets.TraitError(f"there is no weight {name!r} here; the weights are {there}")
            wanted[name] = _within_reach(name, number)
        return Leaves(wanted, self._set_some)

    @traitlets.observe("stages")
    def _follow_stages(self, _):
        """A stage of another kind has another parameter; the others keep theirs."""
        self.weights = {name: self.weights[name] for name in self._parameters() if name in self.weights}

    def _parameters(self):
        """The names of the parameters of these stages, each with what it is now or starts from."""
        stages = ((k, STAGES[name]) for k, name in enumerate(self.stages, start=1))
        starts = {f"{stage.letter}{k}": stage.start for k, stage in stages if stage.letter}
        return {name: self.weights.get(name, start) for name, start in starts.items()}

    def _set_some(self, numbers):
        self.weights = numbers

    @traitlets.validate("direction")
    def _check_direction(self, proposal):
        if proposal.value not in ("backward", "forward"):
            raise traitlets.TraitError(
                f'the direction is "backward" or "forward"; received {proposal.value!r}'
            )
        return proposal.value

    @traitlets.validate("nudge")
    def _check_nudge(self, proposal):
        if not 0.0 < proposal.value <= 1.0:
            raise traitlets.TraitError(
                f"a nudge is a number above 0 and at most 1; received {proposal.value}"
            )
        return proposal.value


def _within_reach(name, number):
    try:
        found = Value(number).data
    except (TypeError, ValueError):
        found = None
    if found is None or abs(found) > REACH:
        raise traitlets.TraitError(f"{name} is a number from −{REACH:g} to {REACH:g}; received {number!r}")
    return found


def silencing(slopes, products, direction):
    """Find the stage that lets nothing through, or nearly nothing: its place in the chain, else None."""
    for flat in (0.0, NEARLY_FLAT):
        found = [k for k, slope in enumerate(slopes) if abs(slope) <= flat]
        if found:
            k = found[-1] if direction == "backward" else found[0]
            beyond = products[: k + 1] if direction == "backward" else products[k + 1 :]
            if all(abs(product) <= flat for product in beyond):
                return k
    return None


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def change(x):
    """Write a change with its sign and four digits, however small; None, for no number, is "none".

    >>> change(0.00914812), change(-1.5), change(3.0004e-5), change(0.0)
    ('+0.009148', '−1.5', '+3×10⁻⁵', '0')
    """
    if x is None or x == 0.0:
        return "none" if x is None else "0"
    with localcontext(prec=4, rounding=ROUND_HALF_UP):  # as a browser rounds
        size = +abs(Decimal(x))
    sign = "+" if x > 0 else "−"
    if Decimal("0.001") <= size < 10_000:
        return sign + _trimmed(f"{size:f}")
    digits, exponent = f"{size:.3e}".split("e")
    return f"{sign}{_trimmed(digits)}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def _trimmed(digits):
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


_WITH_NUMBER = re.compile(r"([×*+\-−])\s*([\-−]?[\d.]+)?")
_NAMES = {"*": "×", "σ": "sigmoid", "ReLU": "relu", "( )²": "square"}


def chain_gears(*stages, x=0.4, direction="backward", nudge=0.01):
    """Show a chain of functions as gears: each turns by its slope times the turn of the one before.

    stages: 2 to 6, each "×2" (or "*2"), "+1", "-1", "square", "sigmoid", "tanh", "relu", "sin" or "exp";
    without any, a chain to start from.  x: the number that enters.  direction: "backward" or "forward", the
    end from which the slopes are multiplied.  nudge: the step whose effect the reader can measure.

    Raises: TypeError, ValueError for a stage that is none of these; traitlets.TraitError for numbers out of
    reach, another direction, or too few or too many stages.

    >>> chain_gears("×2", "tanh", x=0.0)
    at x = 0, dy/dx = 1 × 2 = +2: y moves 2 times as far as x
    >>> chain_gears("×2", "relu", "×3", x=-1.0)
    at x = −1, dy/dx = 3 × 0 × 2 = 0: the slope of ReLU is 0 here, and 0 times anything is 0
    """
    read = [_stage(text) for text in stages or ("×2", "relu", "×-1.5", "tanh")]
    names = [name for name, _ in read]
    weights = {
        f"{STAGES[name].letter}{k}": number
        for k, (name, number) in enumerate(read, start=1)
        if number is not None
    }
    return ChainGears(names, weights, x=x, direction=direction, nudge=nudge)


def _stage(text):
    """Read a stage as it is typed: its name, and its number or None."""
    if not isinstance(text, str):
        raise TypeError(f'a stage is a text such as "×2" or "tanh"; received {text!r}')
    text = text.strip()
    name = _NAMES.get(text, text)
    if name in STAGES:
        return name, None
    if found := _WITH_NUMBER.fullmatch(text):
        sign, digits = found.groups()
        try:
            number = float(digits.replace("−", "-"))
        except (AttributeError, ValueError):
            number = None
        if number is not None:
            return ("×", number) if sign in "×*" else ("+", number if sign == "+" else -number)
    typed = ", ".join(["×2", "+1", *(name for name, stage in STAGES.items() if not stage.letter)])
    raise ValueError(f"a stage is one of {typed}; received {text!r}")
