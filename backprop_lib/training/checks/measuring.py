"""Numerical slopes of a loss, entry by entry, with what rounding and kinks do to them."""

import math
from dataclasses import dataclass

import numpy as np

from backprop_lib.training.checks.differences import too_small
from backprop_lib.training.checks.slots import ValueSlot

# Two one-sided slopes that differ by more than this share of the parameter's largest slope may hide a kink.
KINK = 1e-3
# An entry that disagrees is measured again with ε times and ε divided by powers of STEP.
STEP, SMALLEST = 8.0, 8
# Below this relative error an entry is good.
GOOD = 1e-5


class StepTooSmall(ValueError):
    """The step does not move the entry in the dtype it is kept in."""


@dataclass(frozen=True)
class Slope:
    """The loss on both sides of one entry.

    central, left, right: slopes.  eps: the step.
    rounding: how far rounding can move `central` and the claim.
    """

    central: float
    left: float
    right: float
    eps: float
    rounding: float

    @property
    def jump(self):
        return abs(self.right - self.left)

    def error(self, claimed):
        """Give the relative error of a claim: what rounding cannot explain, over the larger of the two."""
        distance = abs(claimed - self.central) - self.rounding
        if not np.isfinite(distance):
            return np.inf
        return distance / max(abs(claimed), abs(self.central)) if distance > 0.0 else 0.0


def slope_at(loss, base, slot, place, eps, blur=0.0):
    """Nudge one entry by ±ε, and put it back. Divides by the distance that was really moved.

    blur: the rounding of the claimed gradient.
    """
    at = slot.get(place)
    try:
        slot.put(place, at + eps)
        high, above = slot.get(place), _nudged(loss, slot)
        slot.put(place, at - eps)
        low, below = slot.get(place), _nudged(loss, slot)
    finally:
        slot.put(place, at)
    if not low < at < high:
        raise StepTooSmall(f"{slot.name}{_at(place)}: {too_small(eps, at, 'the dtype it is kept in')}")
    size = max(abs(base), abs(above), abs(below))
    return Slope(
        central=(above - below) / (high - low),
        left=(base - below) / (at - low),
        right=(above - base) / (high - at),
        eps=eps,
        rounding=8.0 * slot.epsilon * size / (high - low) + blur,
    )


def _nudged(loss, slot):
    """Compute the loss. Where arrays give nan, Values raise; here both mean the same."""
    if not isinstance(slot, ValueSlot):
        return loss()
    try:
        return loss()
    except (ArithmeticError, ValueError):
        return math.nan


@dataclass
class Measured:
    """The slopes of one parameter, in arrays of its shape; nan where an entry was not drawn.

    notes: sentences on kinks and on losses that are not finite.
    """

    numerical: np.ndarray
    errors: np.ndarray
    rounding: np.ndarray
    kinks: list
    undefined: list


def measure(loss, base, slot, claimed, places, eps, blur=0.0):
    """Measure the slope at `places` and compare it with what is claimed; look twice where they disagree.

    blur: how far rounding may have moved the claims.

    An entry that disagrees, or has two different one-sided slopes, is measured with other steps, and the best
    agreement counts: a wrong gradient agrees with none. Where the one-sided slopes stay apart, there is no
    derivative, and any number between them is accepted.
    """
    if claimed.shape != slot.shape:  # transposed: no entry has a partner
        claimed = np.full(slot.shape, np.nan)
    steps = {place: eps or slot.epsilon ** (1 / 3) * max(1.0, abs(slot.get(place))) for place in places}
    slopes = {place: slope_at(loss, base, slot, place, step, blur) for place, step in steps.items()}
    scale = max((abs(s.central) for s in slopes.values() if np.isfinite(s.central)), default=0.0)
    found = Measured(*(np.full(slot.shape, np.nan) for _ in range(3)), [], [])
    for place, slope in slopes.items():
        a = float(claimed[place])
        error = slope.error(a)
        suspect = slope.jump > KINK * scale + 4.0 * slope.rounding
        if error >= GOOD or suspect:
            slope, error = _look_again(loss, base, slot, place, a, slope, suspect, found, blur)
        found.numerical[place], found.errors[place] = slope.central, error
        found.rounding[place] = slope.rounding
        if not np.isfinite(slope.central):
            found.undefined.append(place)
    return found


def _look_again(loss, base, slot, place, a, first, suspect, found, blur):
    """Try a larger step, against rounding, then ever smaller ones, against kinks and strong bends."""
    tries = [first]
    for power in (1, *range(-1, -SMALLEST, -1)):
        factor = STEP**power
        rounding, size = (first.rounding - blur) / factor, max(abs(a), abs(first.central), first.jump)
        if power < 0 and rounding > KINK * size:
            break
        try:
            tries.append(slope_at(loss, base, slot, place, first.eps * factor, blur))
        except StepTooSmall:
            break
        if power < 0 and not suspect and _settled(*tries[-2:]):
            break
    agreeing = next((slope for slope in tries if slope.error(a) < GOOD), None)
    closer = [slope for slope in tries if slope.eps < first.eps]
    if suspect and closer and not _bends(first, closer[0]):
        last = closer[-1]
        found.kinks.append((place, first, last))
        if last.jump > first.jump / 2:
            low, high = sorted((last.left, last.right))
            between = low - 2.0 * last.rounding <= a <= high + 2.0 * last.rounding
            return first, 0.0 if between else first.error(a)
    # A wrong claim is shown beside the first step, which has little noise, unless only smaller ones settle.
    chosen = agreeing or (first if _settled(first, tries[-1]) else tries[-1])
    return chosen, chosen.error(a)


def _settled(before, now):
    """Whether a smaller step changes nothing any more."""
    return abs(now.central - before.central) <= GOOD * abs(now.central) + before.rounding + now.rounding


def _bends(first, smaller):
    """Whether the slopes come together as those of a smooth function do: in step with ε."""
    expected = first.jump * smaller.eps / first.eps
    return abs(smaller.jump - expected) <= 0.05 * first.jump + 4.0 * (first.rounding + smaller.rounding)


def _at(place):
    return f"[{', '.join(map(str, place))}]" if place else ""
