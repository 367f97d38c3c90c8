"""Optimisers raced on one surface: what a learning rate, a momentum and a scale of one's own do downhill."""

import math

import numpy as np
import traitlets

from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import Explorable, browser_side
from backprop_lib.explorables.optimiser_race.surfaces import (
    REACH,
    RUNNERS,
    SURFACES,
    is_out,
    is_outside,
    run,
)

LIMITS = {"rate": (0.001, 3.2), "momentum": (0.0, 0.99), "condition": (1.0, 100.0), "step": (0, 200)}


class OptimiserRace(Explorable):
    """Plain SGD, SGD with momentum, and Adam descend from one point with one learning rate.

    surface: "valley", ½(w1² + κ w2²); "saddle", between two minima; "plateau", flat far from its minimum; or
    "bend", a valley with a curved floor.  rate: the learning rate η of all, 0.001 to 3.2.  momentum: μ of the
    runner "momentum", 0 to 0.99.  condition: κ, how many times steeper the valley is along w2, 1 to 100.
    step: how many steps are shown, 0 to 200.  point: where all begin, (w1, w2), within ±3 and ±2; who chooses
    another surface in the picture begins at that surface's own.  runners: those that are shown, of "SGD",
    "momentum" and "Adam".  start: all of these as they were at first, where reset goes back to.

    The gradients are exact, with no noise of batches in them. Adam has PyTorch's β₁ = 0.9, β₂ = 0.999.
    """

    _esm, _css = browser_side("optimiser_race")

    surface = traitlets.Unicode("valley").tag(sync=True)
    rate = traitlets.Float(0.05).tag(sync=True)
    momentum = traitlets.Float(0.9).tag(sync=True)
    condition = traitlets.Float(25.0).tag(sync=True)
    step = traitlets.Int(200).tag(sync=True)
    point = traitlets.Tuple(traitlets.Float(), traitlets.Float(), default_value=(-2.5, 1.0)).tag(sync=True)
    runners = traitlets.List(default_value=list(RUNNERS)).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **state):
        super().__init__(**state)
        names = ("surface", "rate", "momentum", "condition", "step", "point", "runners")
        self.set_trait("start", {name: getattr(self, name) for name in names})

    @property
    def paths(self):
        """Runner -> where it was at first and after each step: (steps + 1, 2), columns w1 and w2.

        A runner more than 1000 away from 0 is out of the race, and its path ends there.
        """
        return {runner: np.array(self._run(runner))[:, :2] for runner in self.runners}

    @property
    def losses(self):
        """Runner -> the loss at first and after each step: (steps + 1,)."""
        return {runner: np.array(self._run(runner))[:, 2] for runner in self.runners}

    @property
    def critical_rates(self):
        """The learning rates above which SGD, and momentum, diverge in the valley; None on other surfaces."""
        if self.surface != "valley":
            return None
        steepest = self.condition  # λmax, the largest eigenvalue of the Hessian
        return {"SGD": 2.0 / steepest, "momentum": 2.0 * (1.0 + self.momentum) / steepest}

    @property
    def sentence(self):
        """How low each runner is and how long its last step was; then what the surface does to them."""
        first = words.number(SURFACES[self.surface].loss(*self.point, self.condition))
        if not self.runners:
            return f"nobody runs: switch a runner on; all would begin at L = {first}"
        remark = self._in_valley() if self.surface == "valley" else _REMARKS[self.surface](self.point)
        if not self.step:
            return f"before the first step L = {first}; {remark}"
        steps = "1 step" if self.step == 1 else f"{self.step} steps"
        told = ", ".join(map(self._tell, self.runners))
        return f"after {steps} with η = {words.number(self.rate)}, from L = {first}: {told}; {remark}"

    def _run(self, runner):
        return run(
            self.surface, self.condition, runner, self.rate, self.momentum, tuple(self.point), self.step
        )

    def _tell(self, runner):
        *_, before, last = path = self._run(runner)
        if is_out(last):
            return f"{runner} left for good (at step {len(path) - 1})"
        where = "outside, " if is_outside(last) else ""
        length = math.sqrt((last[0] - before[0]) ** 2 + (last[1] - before[1]) ** 2)
        return f"{runner} L = {words.number(last[2])} ({where}step {words.number(length)} long)"

    def _in_valley(self):
        """Say by what plain SGD multiplies w1 and w2, and who diverges."""
        critical, told = self.critical_rates, []
        if "SGD" in self.runners:
            limit = f"2/λmax = {words.number(critical['SGD'])}"
            factors = [words.number(1.0 - self.rate * curvature) for curvature in (1.0, self.condition)]
            told.append(f"each step of SGD multiplies w1 by {factors[0]} and w2 by {factors[1]}")
            if self.rate > critical["SGD"]:
                told.append(f"it diverges, as η > {limit}")
            elif self.rate == critical["SGD"]:
                told.append(f"it jumps from side to side for ever, as η = {limit}")
            else:
                told.append(f"it converges, as η < {limit}")
        if "momentum" in self.runners and self.rate > critical["momentum"]:
            limit = f"2(1 + μ)/λmax = {words.number(critical['momentum'])}"
            told.append("so does momentum" if told else f"momentum diverges, as η > {limit}")
        return "; ".join(told) or "the valley's steepest curvature is λmax = κ"

    @traitlets.validate("surface")
    def _check_surface(self, proposal):
        if proposal.value not in SURFACES:
            raise traitlets.TraitError(
                f"the surface is one of {_listed(SURFACES)}; received {proposal.value!r}"
            )
        return proposal.value

    @traitlets.validate("rate", "momentum", "condition", "step")
    def _check_number(self, proposal):
        name = proposal.trait.name
        low, high = LIMITS[name]
        if not low <= proposal.value <= high:
            raise traitlets.TraitError(
                f"{name} is a number from {low:g} to {high:g}; received {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("point")
    def _check_point(self, proposal):
        if not all(abs(w) <= reach for w, reach in zip(proposal.value, REACH, strict=True)):
            raise traitlets.TraitError(
                f"the point is (w1, w2) with w1 from −3 to 3 and w2 from −2 to 2; received {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("runners")
    def _check_runners(self, proposal):
        unknown = [name for name in proposal.value if name not in RUNNERS]
        if unknown:
            raise traitlets.TraitError(f"runners are some of {_listed(RUNNERS)}; received {unknown[0]!r}")
        return [name for name in RUNNERS if name in proposal.value]


def _at_saddle(point):
    if point[0] == 0.0:
        return "from w1 = 0 no gradient points left or right: the race ends at the saddle, L = 0.5"
    return "at the saddle, in the middle, L = 0.5; a minimum with L = 0 lies on either side"


_REMARKS = {
    "saddle": _at_saddle,
    "plateau": lambda point: "far out L is nearly 1 and the gradient nearly 0; at the minimum L = 0",
    "bend": lambda point: "the floor is curved and falls slowly, to L = 0 at (2, 1)",
}


def optimiser_race(
    surface="valley", rate=0.05, momentum=0.9, *, condition=25.0, step=200, point=None, runners=tuple(RUNNERS)
):
    """Race SGD, momentum and Adam on one surface: see who overshoots, who lingers, who gets through.

    surface: "valley", "saddle", "plateau" or "bend".  rate: the learning rate η of all, 0.001 to 3.2.
    momentum: μ, 0 to 0.99.  condition: κ, how many times steeper the valley is along w2, 1 to 100.
    step: how many steps are shown, 0 to 200.  point: where all begin, (w1, w2); each surface has its own.
    runners: those that run, of "SGD", "momentum" and "Adam".

    Raises: traitlets.TraitError for a name that is not in its list, or a number out of its limits.

    >>> race = optimiser_race("valley", rate=0.1, condition=25.0, step=5)
    >>> race.critical_rates["SGD"]  # 2/λmax
    0.08
    >>> race.paths["SGD"][:3].round(3)  # w2 is multiplied by 1 − 0.1 · 25
    array([[-2.5  ,  1.   ],
           [-2.25 , -1.5  ],
           [-2.025,  2.25 ]])
    """
    if point is None and surface in SURFACES:
        point = SURFACES[surface].point
    chosen = {} if point is None else {"point": point}
    return OptimiserRace(
        surface=surface,
        rate=rate,
        momentum=momentum,
        condition=condition,
        step=step,
        runners=list(runners),
        **chosen,
    )


def _listed(names):
    return ", ".join(map(repr, names))
