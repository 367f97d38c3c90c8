"""A wall in the loss of a recurrent network: plain descent is thrown off it, clipped descent goes on."""

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext

import traitlets

from backprop_lib.engine.scalar import Value
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import Explorable, browser_side
from backprop_lib.training.clipping import clip_grad_norm_, clip_grad_value_

CLIPPINGS = ("none", "norm", "value")
W_LIMITS = (4.0, 7.0)
B_LIMITS = (-4.0, -1.0)
MOST_STEPS = 60
TIMES = 15
FIRST = 0.5
TARGET = 0.7


def cliff_loss(w, b):
    """Compute the loss (σ(x15) − 0.7)², where x0 = 0.5 and x ← w·σ(x) + b fifteen times.

    A recurrent network of one unit without input: the same w and b at all times. Where x0 lies on the border
    between two states that attract, the last state jumps, and with it the loss: a wall.

    w, b: numbers, or Values. Returns: a Value.

    Source: Pascanu, Mikolov & Bengio (2013), figure 6, there with 50 times.

    >>> w, b = Value(5.9), Value(-2.5)
    >>> loss = cliff_loss(w, b)
    >>> loss.backward()
    >>> round(loss.data, 4), round(w.grad, 4), round(b.grad, 4)
    (0.0672, 0.0252, 0.0263)
    """
    w, b = (x if isinstance(x, Value) else Value(x) for x in (w, b))
    x = Value(FIRST)
    for _ in range(TIMES):
        x = w * x.sigmoid() + b
    return (x.sigmoid() - TARGET) ** 2


class ClippingCliff(Explorable):
    """Gradient descent on `cliff_loss` from a point that can be moved, plain or with clipped gradients.

    clipping: "none"; "norm", by `clip_grad_norm_`, which keeps the direction; "value", by `clip_grad_value_`,
    entry by entry.  threshold: the largest norm, or entry; 0.01 to 100.  rate: the learning rate η, above 0.
    w, b: where descent starts, 4 to 7 and −4 to −1.  steps: how many are taken, 0 to 60.
    start: all six as they were at first, for reset.
    path, gradients, clipped, losses: computed by our engine.
    """

    _esm, _css = browser_side("clipping_cliff")

    clipping = traitlets.Unicode("none").tag(sync=True)
    threshold = traitlets.Float(1.0).tag(sync=True)
    rate = traitlets.Float(1.0).tag(sync=True)
    w = traitlets.Float(5.9).tag(sync=True)
    b = traitlets.Float(-2.5).tag(sync=True)
    steps = traitlets.Int(11).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **state):
        super().__init__(**state)
        names = ("clipping", "threshold", "rate", "w", "b", "steps")
        self.set_trait("start", {name: getattr(self, name) for name in names})

    @property
    def path(self):
        """The points (w, b) that descent visits, the start first: steps + 1 pairs."""
        return [(point["w"], point["b"]) for point in self._descend()]

    @property
    def losses(self):
        """The loss at each point of the path."""
        return [point["loss"] for point in self._descend()]

    @property
    def gradients(self):
        """(∂L/∂w, ∂L/∂b) at each point of the path, as the backward pass gives them."""
        return [point["gradient"] for point in self._descend()]

    @property
    def clipped(self):
        """The gradients at each point as a step uses them, after clipping."""
        return [point["clipped"] for point in self._descend()]

    @property
    def sentence(self):
        """The last step: its gradient, what clipping makes of it, and where the step leads."""
        *before, last = self._descend()
        if not before:
            return (
                f"start at {_point(last)}: loss {words.number(last['loss'])}, g = {_pair(last['gradient'])}, "
                f"‖g‖ = {_size(last['gradient'])}"
            )
        origin = before[-1]
        moved = math.hypot(last["w"] - origin["w"], last["b"] - origin["b"])
        return (
            f"step {self.steps}: g = {_pair(origin['gradient'])}, ‖g‖ = {_size(origin['gradient'])}; "
            f"{self._done(origin)}; it moves by {words.number(moved)} to {_point(last)}"
            f"{'' if _inside(last) else ', out of the picture'}; "
            f"loss {words.number(origin['loss'])} → {words.number(last['loss'])}"
        )

    def _done(self, origin):
        """Say what clipping does to the gradient."""
        gradient, clipped = origin["gradient"], origin["clipped"]
        limit = words.number(self.threshold)
        if self.clipping == "none":
            return "nothing clips it"
        if gradient == clipped:
            return f"not more than {limit}: left as it is"
        if self.clipping == "norm":
            return f"clipped to norm {limit}: turned by {_degrees(_angle(gradient, clipped))}"
        return (
            f"each entry clipped to ±{limit}: {_pair(clipped)}, turned by "
            f"{_degrees(_angle(gradient, clipped))}"
        )

    def _descend(self):
        """Go down: one dict a point, the start first."""
        points = [self._look(self.w, self.b)]
        for _ in range(self.steps):
            dw, db = points[-1]["clipped"]
            points.append(self._look(points[-1]["w"] - self.rate * dw, points[-1]["b"] - self.rate * db))
        return points

    def _look(self, w, b):
        """The loss at a point, the gradient, and what clipping leaves of it."""
        parameters = [Value(w), Value(b)]
        loss = cliff_loss(*parameters)
        loss.backward()
        gradient = tuple(parameter.grad for parameter in parameters)
        if self.clipping == "norm":
            clip_grad_norm_(parameters, self.threshold)
        elif self.clipping == "value":
            clip_grad_value_(parameters, self.threshold)
        clipped = tuple(parameter.grad for parameter in parameters)
        return {"w": w, "b": b, "loss": loss.data, "gradient": gradient, "clipped": clipped}

    @traitlets.validate("clipping")
    def _check_clipping(self, proposal):
        if proposal.value not in CLIPPINGS:
            listed = ", ".join(map(repr, CLIPPINGS))
            raise traitlets.TraitError(f"clipping is one of {listed}; received {proposal.value!r}")
        return proposal.value

    @traitlets.validate("threshold", "rate", "w", "b")
    def _check_number(self, proposal):
        name = proposal.trait.name
        low, high, said = {
            "threshold": (0.01, 100.0, "0.01 to 100"),
            "rate": (0.01, 100.0, "0.01 to 100"),
            "w": (*W_LIMITS, "4 to 7"),
            "b": (*B_LIMITS, "−4 to −1"),
        }[name]
        if not low <= proposal.value <= high:
            raise traitlets.TraitError(f"{name} is a number from {said}; received {proposal.value}")
        return proposal.value

    @traitlets.validate("steps")
    def _check_steps(self, proposal):
        if not 0 <= proposal.value <= MOST_STEPS:
            raise traitlets.TraitError(
                f"steps is a whole number from 0 to {MOST_STEPS}; received {proposal.value}"
            )
        return proposal.value


def clipping_cliff(clipping="none", threshold=1.0, rate=1.0):
    """Let gradient descent meet a wall in the loss, and see where it goes with and without clipping.

    clipping: "none", "norm" or "value".  threshold: the largest norm, or the largest entry, 0.01 to 100.
    rate: the learning rate η, 0.01 to 100.

    Raises: traitlets.TraitError for what is out of these limits.

    >>> cliff = clipping_cliff()
    >>> max(round(math.hypot(*gradient), 1) for gradient in cliff.gradients)
    19.6
    >>> [round(x, 1) for x in cliff.path[-1]]
    [15.6, 13.9]
    >>> cliff.clipping = "norm"
    >>> [round(x, 1) for x in cliff.path[-1]]
    [6.0, -2.1]
    """
    return ClippingCliff(clipping=clipping, threshold=threshold, rate=rate)


# --- words --------------------------------------------------------------------------------------------------


def _point(point):
    return f"(w, b) = ({words.number(point['w'])}, {words.number(point['b'])})"


def _pair(gradient):
    return f"({', '.join(map(words.signed, gradient))})"


def _size(gradient):
    return words.number(math.hypot(*gradient))


def _inside(point):
    return W_LIMITS[0] <= point["w"] <= W_LIMITS[1] and B_LIMITS[0] <= point["b"] <= B_LIMITS[1]


def _angle(one, other):
    """The angle between two vectors in degrees, 0 to 180; 0 where one of them has no length."""
    across = one[0] * other[1] - one[1] * other[0]
    return abs(math.degrees(math.atan2(across, one[0] * other[0] + one[1] * other[1])))


def _degrees(angle):
    """Write one decimal.

    >>> _degrees(13.65), _degrees(1e-15)
    ('13.7°', '0°')
    """
    with localcontext(rounding=ROUND_HALF_UP):  # as a browser rounds
        return f"{Decimal(angle):.1f}".removesuffix(".0") + "°"
