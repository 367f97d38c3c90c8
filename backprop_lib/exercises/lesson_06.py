"""Lesson 06, gradient checking: differences from one side and from both, a checker, and what it finds.

The checker's rules: relative error |a − n| / max(|a|, |n|, 1e-4), of claimed derivative a and numerical
derivative n, entry by entry, with ε = 1e-5; below 1e-5 good, up to 1e-3 suspicious, above that a bug. The
answers spell these numbers out, as `solution` shows them.
"""

import math
from dataclasses import dataclass

import numpy as np

from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction
from backprop_lib.exercises.trying import shown_as
from backprop_lib.nn.by_hand import sigmoid

SENSIBLE = (1e-7, 1e-3)  # steps that cost a check of float64 numbers of size 1 nothing


def _nonzero(generator, low, high, size=None):
    """Numbers with two decimals, easy to retype, of either sign and never near zero."""
    numbers = generator.uniform(low, high, size) * generator.choice([-1, 1], size)
    return np.round(numbers, 2) if size else round(float(numbers), 2)


# --- 06.1, 06.2 a slope from differences -------------------------------------------------------------------


def forward_difference(f, w, eps):
    return (f(w + eps) - f(w)) / eps


def central_difference(f, w, eps):
    return (f(w + eps) - f(w - eps)) / (2 * eps)


def _exact(f, w):
    """The slope with a step that is far too small to be told from none on these functions."""
    return central_difference(f, w, 1e-5)


@dataclass(frozen=True)
class _Cubic:
    """w -> a·w³ + b·w² + c·w, a function like any other."""

    a: float
    b: float
    c: float
    __name__ = "f"

    def __call__(self, w):
        return self.a * w**3 + self.b * w**2 + self.c * w


def _difference_inputs(generator):
    """A cubic, a place, and a step so large that one side, both sides and the slope itself lie apart."""
    f = _Cubic(*(_nonzero(generator, 0.5, 2.0) for _ in range(3)))
    return f, _nonzero(generator, 0.5, 2.0), round(float(generator.uniform(0.05, 0.4)), 2)


FORWARD = Exercise(
    id="06.1",
    task="Write `forward_difference(f, w, eps)`: the slope of f at w, measured with a step ε to the right.",
    truth=forward_difference,
    inputs=_difference_inputs,
    examples=((_Cubic(1.0, 0.0, 0.0), 1.0, 0.1),),
    explain="The rise, f(w + ε) − f(w), divided by the way, ε. At w³ this is 3w² + 3wε + ε²: wrong by about "
    "3wε.",
    hints=(
        "How much does f rise when w moves to w + ε? And how far was the way?",
        "The rise is `f(w + eps) - f(w)`. A slope is the rise divided by the way.",
    ),
    misconceptions=(
        Misconception(
            "rise not divided",
            "This is the rise alone. A slope is the rise for each unit of the way: divide by ε.",
            lambda f, w, eps: f(w + eps) - f(w),
        ),
        Misconception(
            "divided by 2ε",
            "This is half of it: the rise over one ε, divided by two. From w to w + ε the way is ε.",
            lambda f, w, eps: (f(w + eps) - f(w)) / (2 * eps),
        ),
        Misconception(
            "brackets forgotten",
            "Python divides before it subtracts: only f(w) was divided by ε. Put brackets around the rise.",
            lambda f, w, eps: f(w + eps) - f(w) / eps,
        ),
        Misconception(
            "to the left",
            "This measures to the left, from w − ε to w. It is as good, but asked for is the step to the "
            "right.",
            lambda f, w, eps: (f(w) - f(w - eps)) / eps,
        ),
        Misconception(
            "both sides",
            "This measures on both sides, which is the next exercise. Here: from w to w + ε.",
            central_difference,
        ),
        Misconception(
            "sign turned",
            "The size is right, the sign is not. What comes later minus what comes first: f(w + ε) − f(w).",
            lambda f, w, eps: (f(w) - f(w + eps)) / eps,
        ),
        Misconception(
            "result nudged in place of the input",
            "This is always 1: ε was added to f(w). Nudge what goes into f: f(w + ε).",
            lambda f, w, eps: 1.0,
        ),
        Misconception(
            "step of its own",
            "This is the slope itself, with a step of your own. Use the `eps` that comes as an argument.",
            lambda f, w, eps: _exact(f, w),
        ),
        Misconception(
            "step as a share of w",
            "Here w was multiplied by 1 + ε, so that the way was w·ε. Add ε.",
            lambda f, w, eps: (f(w * (1 + eps)) - f(w)) / eps,
        ),
    ),
)

CENTRAL = Exercise(
    id="06.2",
    task="Write `central_difference(f, w, eps)`: the slope of f at w, measured from w − ε to w + ε.",
    truth=central_difference,
    inputs=_difference_inputs,
    examples=((_Cubic(1.0, 0.0, 0.0), 1.0, 0.1),),
    explain="The rise from w − ε to w + ε, divided by the way, 2ε. At w³ this is 3w² + ε²: what the bend "
    "adds on the right, it takes away on the left.",
    hints=(
        "Now the step begins at w − ε and ends at w + ε. How much does f rise on it, and how far is it?",
        "The way is 2ε.",
        "In Python `/ 2 * eps` divides by 2, and then multiplies by eps. It needs brackets: `/ (2 * eps)`.",
    ),
    misconceptions=(
        Misconception(
            "divided by ε",
            "This is twice the slope: from w − ε to w + ε the way is 2ε.",
            lambda f, w, eps: (f(w + eps) - f(w - eps)) / eps,
        ),
        Misconception(
            "brackets forgotten",
            "Python goes from left to right: `/ 2 * eps` divides by 2, and then multiplies by ε. Write "
            "`/ (2 * eps)`.",
            lambda f, w, eps: (f(w + eps) - f(w - eps)) / 2 * eps,
        ),
        Misconception(
            "from one side",
            "This is the forward difference: it begins at w. Here the step begins at w − ε.",
            forward_difference,
        ),
        Misconception(
            "from the left side",
            "This ends at w. Here the step goes on to w + ε.",
            lambda f, w, eps: (f(w) - f(w - eps)) / eps,
        ),
        Misconception(
            "one side, divided by 2ε",
            "This is half of the slope: the rise over one ε, divided by two. Let the step begin at w − ε.",
            lambda f, w, eps: (f(w + eps) - f(w)) / (2 * eps),
        ),
        Misconception(
            "sum in place of the difference",
            "The two values were added. The slope comes from how much they differ: f(w + ε) − f(w − ε).",
            lambda f, w, eps: (f(w + eps) + f(w - eps)) / (2 * eps),
        ),
        Misconception(
            "sign turned",
            "The size is right, the sign is not: f(w + ε) − f(w − ε).",
            lambda f, w, eps: (f(w - eps) - f(w + eps)) / (2 * eps),
        ),
        Misconception(
            "half a step to each side",
            "This goes ε/2 to each side. It is a central difference, too, but with another step: go a whole "
            "ε to each side, and divide by 2ε.",
            lambda f, w, eps: (f(w + eps / 2) - f(w - eps / 2)) / eps,
        ),
        Misconception(
            "rise not divided",
            "This is the rise alone. Divide it by the way, 2ε.",
            lambda f, w, eps: f(w + eps) - f(w - eps),
        ),
        Misconception(
            "step of its own",
            "This is the slope itself, with a step of your own. Use the `eps` that comes as an argument.",
            lambda f, w, eps: _exact(f, w),
        ),
    ),
)


# --- 06.3 the step between the walls ------------------------------------------------------------------------


def best_step(u):
    return u ** (1 / 3)  # ε² = u/ε


BEST_STEP = Exercise(
    id="06.3",
    task="Write `best_step(u)`: the ε at which ε² and u/ε are equal.",
    truth=best_step,
    inputs=lambda generator: (2.0 ** -int(generator.integers(8, 60)),),
    examples=((float(np.finfo(np.float64).eps),), (float(np.finfo(np.float32).eps),)),
    explain="ε² = u/ε means ε³ = u. In float64 that is 6.1·10⁻⁶, in float32 4.9·10⁻³. From one side "
    "truncation grows as ε, and the root is a square root.",
    hints=(
        "Write ε² = u/ε, and multiply both sides by ε.",
        "ε³ = u. Which power of u is ε?",
        "The cube root is `u ** (1 / 3)`, with brackets.",
    ),
    misconceptions=(
        Misconception(
            "brackets forgotten",
            "This is u/3: Python takes powers first. Write `u ** (1 / 3)`.",
            lambda u: u / 3,
        ),
        Misconception(
            "square root",
            "This is the square root. It is best for the forward difference, whose truncation grows as ε. "
            "Here it grows as ε².",
            lambda u: u**0.5,
        ),
        Misconception(
            "machine epsilon itself",
            "This is u itself, and far too small: next to a w of size 1 such a nudge nearly vanishes, and "
            "round-off is all that is left.",
            lambda u: u,
        ),
        Misconception(
            "cube",
            "This is u³. The equation is ε³ = u, so u is the cube, and ε its root.",
            lambda u: u**3,
        ),
        Misconception(
            "the error in place of the step",
            "This is ε² at the best step, which is about the error that remains. Asked for is the step.",
            lambda u: u ** (2 / 3),
        ),
        Misconception(
            "root of the inverse",
            "This is 1 over the right step: a huge one. ε³ = u, and not 1/u.",
            lambda u: u ** (-1 / 3),
        ),
        Misconception(
            "smallest sum",
            "This is where the sum of the two is smallest: nearly the same place. Asked for is where they "
            "are equal, which is easier to find.",
            lambda u: (u / 2) ** (1 / 3),
        ),
        Misconception(
            "10⁻⁵ for all",
            "10⁻⁵ is a good step in float64, where u is 2·10⁻¹⁶. Another u needs another step: use it.",
            lambda u: 1e-5,
        ),
        Misconception(
            "too large for all",
            "10⁻² is too large in float64: there truncation rules. Let the step follow from u.",
            lambda u: 1e-2,
        ),
        Misconception(
            "too small for all",
            "10⁻¹² is too small: there round-off rules, in any precision. Let the step follow from u.",
            lambda u: 1e-12,
        ),
    ),
)


# --- 06.4 relative error ------------------------------------------------------------------------------------


def relative_error(a, n):
    return np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), 1e-4)


def _pair_inputs(generator):
    """Claims beside slopes: near and far, of either sign and any size; at the end next to nothing."""
    n = _nonzero(generator, 0.2, 3.0, 6) * 10.0 ** generator.integers(-3, 2, size=6)
    a = n * generator.choice([1.0, 1.02, 0.5, -1.0, 3.0], size=6)
    n[4:], a[4:] = (0.0, round(float(generator.uniform(1.0, 9.0)), 1) * 1e-6), 0.0
    a[0], n[0] = -2.0 * abs(n[0]), -abs(n[0])
    return a, n


def _over(scale, distance=lambda a, n: np.abs(a - n)):
    """A relative error over another denominator."""

    def mistaken(a, n):
        with np.errstate(all="ignore"):
            return distance(a, n) / scale(a, n)

    return mistaken


def _larger(a, n):
    return np.maximum(np.abs(a), np.abs(n))


RELATIVE_ERROR = Exercise(
    id="06.4",
    task="Write `relative_error(a, n)` for arrays: |a − n| divided by the largest of |a|, |n| and 10⁻⁴, "
    "entry by entry.",
    truth=relative_error,
    inputs=_pair_inputs,
    examples=(
        (np.array([2.0, -2.0, 0.0, 0.0]), np.array([1.0, -1.0, 0.0, 1e-6])),
        (np.array([0.3, 0.3]), np.array([0.3, -0.3])),
    ),
    explain="Divided by the larger of the two, the error says how many digits agree, whatever the size. The "
    "floor keeps 0/0 away, and lets a right 0 beside a speck of round-off pass.",
    hints=(
        "`np.abs` and `np.maximum` work entry by entry. `np.maximum` takes two arrays, or an array and a "
        "number.",
        "The larger of the two sizes is `np.maximum(np.abs(a), np.abs(n))`. Put another `np.maximum` around "
        "it, for the floor.",
        "1e-4 is how Python writes 10⁻⁴.",
    ),
    misconceptions=(
        Misconception(
            "absolute error",
            "This is |a − n|, not divided. 0.001 is nothing beside 100, and everything beside 0.002.",
            lambda a, n: np.abs(a - n),
        ),
        Misconception(
            "no floor",
            "0/0 is nan, and 0 beside the smallest round-off gives an error of 1. The denominator needs a "
            "floor: never below 10⁻⁴.",
            _over(_larger),
        ),
        Misconception(
            "divided by the numerical alone, without a floor",
            "This divides by |n| alone. Where n is 0 it gives inf or nan. Divide by the larger of the two, "
            "and never by less than 10⁻⁴.",
            _over(lambda a, n: np.abs(n)),
        ),
        Misconception(
            "divided by the claim alone, without a floor",
            "This divides by |a| alone. Where the claim is 0, as in a gradient that nobody computed, it "
            "gives inf or nan. Divide by the larger of the two, and never by less than 10⁻⁴.",
            _over(lambda a, n: np.abs(a)),
        ),
        Misconception(
            "divided by the numerical alone",
            "This divides by |n|, or by the floor. A claim that is far too large then has an error without "
            "limit; take the larger of |a| and |n|.",
            _over(lambda a, n: np.maximum(np.abs(n), 1e-4)),
        ),
        Misconception(
            "divided by the claim alone",
            "This divides by |a|, or by the floor. A claim of 0 is then thousands of times off; take the "
            "larger of |a| and |n|.",
            _over(lambda a, n: np.maximum(np.abs(a), 1e-4)),
        ),
        Misconception(
            "divided by the sum",
            "This divides by |a| + |n|. Some books do; where the two nearly agree, it gives half. Here the "
            "larger of the two is meant.",
            _over(lambda a, n: np.maximum(np.abs(a) + np.abs(n), 1e-4)),
        ),
        Misconception(
            "floor added",
            "Here 10⁻⁴ was added to the denominator. That makes every error a little smaller. As a floor it "
            "changes nothing but what lies below: `np.maximum`.",
            _over(lambda a, n: _larger(a, n) + 1e-4),
        ),
        Misconception(
            "10e-4",
            "10e-4 is 10 · 10⁻⁴, which is 10⁻³. Python writes 10⁻⁴ as 1e-4.",
            _over(lambda a, n: np.maximum(_larger(a, n), 10e-4)),
        ),
        Misconception(
            "signs kept below",
            "The denominator has no absolute values: of two negative numbers it takes the one nearer to 0, "
            "or the floor. It is the sizes that count.",
            _over(lambda a, n: np.maximum(np.maximum(a, n), 1e-4)),
        ),
        Misconception(
            "sign kept above",
            "The error has a sign here. So a claim that is too small counts as a tiny error, below any "
            "limit: take the absolute value of a − n.",
            lambda a, n: (a - n) / np.maximum(_larger(a, n), 1e-4),
        ),
        Misconception(
            "sizes compared",
            "This compares |a| with |n|. A gradient with the wrong sign then has no error at all. Subtract "
            "first, and take the absolute value then.",
            _over(lambda a, n: np.maximum(_larger(a, n), 1e-4), lambda a, n: np.abs(np.abs(a) - np.abs(n))),
        ),
        Misconception(
            "one number for all",
            "This is one number: the largest error. Asked for is one for each entry.",
            lambda a, n: relative_error(a, n).max(),
        ),
        Misconception(
            "one scale for all",
            "Here all entries were divided by the largest entry of all. Beside it a small one can be as "
            "wrong as it likes. Each entry has its own scale: `np.maximum`, not `np.max`.",
            _over(lambda a, n: max(_larger(a, n).max(), 1e-4)),
        ),
    ),
)


# --- 06.5 verdict -------------------------------------------------------------------------------------------


def verdict(error):
    return "good" if error < 1e-5 else "suspicious" if error <= 1e-3 else "bug"


def _bands(good, bug, names=("good", "suspicious", "bug")):
    """`verdict` with other limits or other names."""
    return lambda error: names[0] if error < good else names[1] if error <= bug else names[2]


VERDICT = Exercise(
    id="06.5",
    task='Write `verdict(error)`: "good" below 1e-5, "suspicious" up to 1e-3, else "bug".',
    truth=verdict,
    inputs=lambda generator: (float(f"{10.0 ** generator.uniform(-10, 1):.2g}"),),
    options=("good", "suspicious", "bug"),
    examples=((3e-9,), (4e-5,), (3e-4,), (5e-3,), (0.67,), (math.nan,)),
    explain="Ask for what is good. A nan is neither below nor above anything, so what remains for it is the "
    "last branch, and that has to be the bug.",
    hints=(
        "Two questions, `if error < 1e-5:` and `if error <= 1e-3:`, and what remains.",
        "What becomes of nan? It is not below, not above and not equal to any number: every comparison with "
        "it is False. So the last branch must be the bug.",
    ),
    misconceptions=(
        Misconception(
            "nan is good",
            'A nan passes as "good": it is not above any limit, so it falls through to the end. Ask for '
            "what is good, and let the rest be bugs.",
            lambda error: "bug" if error > 1e-3 else "suspicious" if error >= 1e-5 else "good",
        ),
        Misconception(
            "nan is suspicious",
            'A nan comes out as "suspicious": no comparison with it is True, so it takes the last branch. '
            "Let that be the bug.",
            lambda error: "suspicious" if math.isnan(error) else verdict(error),
        ),
        Misconception(
            "10e-5",
            "10e-5 is 10 · 10⁻⁵, which is 10⁻⁴. Python writes 10⁻⁵ as 1e-5, and 10⁻³ as 1e-3.",
            _bands(10e-5, 10e-3),
        ),
        Misconception(
            "nothing is suspicious",
            "Between 10⁻⁵ and 10⁻³ the error is neither good nor surely a bug: a kink, an ε that does not "
            'fit, or float32. Call it "suspicious".',
            _bands(1e-5, 1e-5),
        ),
        Misconception(
            "suspicious is good",
            "This lets everything up to 10⁻³ pass. Ask for the smaller limit first, 10⁻⁵. Between the two "
            'say "suspicious": in float64 a right gradient does better.',
            _bands(1e-3, 1e-3),
        ),
        Misconception(
            "the wrong way round",
            "A small error is good, and a large one a bug.",
            _bands(1e-5, 1e-3, ("bug", "suspicious", "good")),
        ),
        Misconception(
            "exponents without a minus",
            "1e5 is 100 000. With the minus, 1e-5, it is 0.00001.",
            _bands(1e5, 1e3),
        ),
    ),
)


# --- 06.6 the slopes of an array ----------------------------------------------------------------------------


def slopes(loss, w, eps):
    found = np.zeros(w.shape)
    for place in np.ndindex(w.shape):
        kept = w[place]
        w[place] = kept + eps
        above = loss()
        w[place] = kept - eps
        below = loss()
        w[place] = kept
        found[place] = (above - below) / (2 * eps)
    return found


class _Loss:
    """A `loss()` that reads its arrays itself, and counts how often it is asked."""

    def __init__(self, compute):
        self.compute, self.calls = compute, 0

    def __call__(self, *given):
        if given:
            raise TypeError(
                "loss() takes no argument: it reads the array. Change an entry there, then call it"
            )
        self.calls += 1
        return float(self.compute())

    def blank(self):
        """What a function without a result comes to: a forgotten return, or nothing written yet."""
        return None if self.calls else ...


def try_slopes(slopes):
    """Turn `slopes(loss, w, eps)` into a function from numbers to (the slopes, w afterwards).

    The loss is Σ c·w³ + (Σ w)²: each entry has its own slope, which depends on the others, too.
    w, c: arrays of one shape.

    >>> found, w = try_slopes(slopes)(np.array([1.0, 2.0]), np.array([0.0, 1.0]), 0.5)
    >>> found.round(2), w
    (array([ 6.  , 18.25]), array([1., 2.]))
    """

    def on_numbers(w, c, eps):
        w = w.copy()
        loss = _Loss(lambda: (c * w**3).sum() + w.sum() ** 2)
        found = slopes(loss, w, eps)
        return loss.blank() if found is None or found is ... else (found, w)

    return shown_as(slopes, on_numbers)


def _slopes_but(measure, places=np.ndindex):
    """`slopes` with `measure(loss, w, place, eps)` for each place."""

    def mistaken(loss, w, eps):
        found = np.zeros(w.shape)
        for place in places(w.shape):
            found[place] = measure(loss, w, place, eps)
        return found

    return try_slopes(mistaken)


def _at(loss, w, place, value):
    """The loss with other numbers at one place, or at several."""
    kept = w[place].copy()
    w[place] = value
    result = loss()
    w[place] = kept
    return result


def _both_ways(loss, w, place, eps):
    above, below = (_at(loss, w, place, w[place] + way) for way in (eps, -eps))
    return (above - below) / (2 * eps)


def _not_put_back(loss, w, place, eps):
    kept = w[place].copy()
    w[place] = kept + eps
    above = loss()
    w[place] = kept - eps
    return (above - loss()) / (2 * eps)


def _back_to_the_start(loss, w, place, eps):
    """w += ε, then w −= ε: the second loss is that of the start."""
    return (_at(loss, w, place, w[place] + eps) - loss()) / (2 * eps)


def _left_above(loss, w, place, eps):
    """w += ε, w −= 2ε, w += 2ε: one ε too far."""
    slope = _both_ways(loss, w, place, eps)
    w[place] += eps
    return slope


def _slopes_inputs(generator):
    shape = (int(generator.integers(2, 4)), int(generator.integers(2, 4)))
    w, c = _nonzero(generator, 0.3, 2.0, shape), _nonzero(generator, 0.3, 2.0, shape)
    return w, c, round(float(generator.uniform(0.05, 0.3)), 2)


SLOPES = Exercise(
    id="06.6",
    task="Write `slopes(loss, w, eps)`: the central difference of `loss()` for each entry of the array `w`, "
    "as an array of its shape. Afterwards `w` is as before.",
    truth=try_slopes(slopes),
    inputs=_slopes_inputs,
    examples=((np.array([1.0, 2.0]), np.array([0.0, 1.0]), 0.5),),
    parts=("the slopes", "w afterwards"),
    explain="One entry at a time, up, down, and back to the very number that was there. Two losses for each "
    "entry: a network of a million parameters needs two million forward passes, and backward needs one pass.",
    hints=(
        "Begin with `found = np.zeros(w.shape)`, and fill it: `for place in np.ndindex(w.shape):`. Then "
        "`w[place]` is one number.",
        "Keep it first: `kept = w[place]`. Then `w[place] = kept + eps`, and `above = loss()`.",
        "The same with `kept - eps` and `below`. Put `kept` back, and `found[place]` is the central "
        "difference.",
    ),
    misconceptions=(
        Misconception(
            "divided by ε",
            "Every slope is twice as large as it should be: from w − ε to w + ε the way is 2ε.",
            _slopes_but(lambda *given: 2 * _both_ways(*given)),
        ),
        Misconception(
            "from one side",
            "This is the forward difference. Go to both sides: above at w + ε, below at w − ε, divided by "
            "2ε.",
            _slopes_but(lambda loss, w, place, eps: (_at(loss, w, place, w[place] + eps) - loss()) / eps),
        ),
        Misconception(
            "not put back",
            "Each entry stays at w − ε, so the next ones are measured somewhere else, and the network is "
            "another one afterwards. Put back what was there.",
            _slopes_but(_not_put_back),
        ),
        Misconception(
            "second nudge back to the start",
            "Each slope is about half of what it should be: `w[place] -= eps` after `+= eps` leads back to "
            "the start, and not below it. Set `w[place] = kept - eps`.",
            _slopes_but(_back_to_the_start),
        ),
        Misconception(
            "left above",
            "Each entry ends one ε above where it was, and the next ones are measured there. Keep the "
            "number, and put that very number back.",
            _slopes_but(_left_above),
        ),
        Misconception(
            "the whole array at once",
            "Every entry has the same slope, as all of them were nudged together. So the loss answered to "
            "all at once. Nudge one entry at a time.",
            _slopes_but(lambda loss, w, place, eps: _both_ways(loss, w, ..., eps)),
        ),
        Misconception(
            "a whole row at once",
            "`for i in range(len(w))` runs over rows: `w[i]` is a whole row of a matrix, and it was nudged "
            "together. `np.ndindex(w.shape)` runs over the entries.",
            _slopes_but(lambda loss, w, place, eps: _both_ways(loss, w, place[:1], eps)),
        ),
        Misconception(
            "a copy nudged",
            "All slopes are 0: a copy was nudged, or a number taken out of the array, and the loss never saw "
            "it. It reads `w` itself: write `w[place] = …`.",
            _slopes_but(lambda loss, w, place, eps: 0.0),
        ),
        Misconception(
            "sign turned",
            "The size is right, the sign is not: above minus below.",
            _slopes_but(lambda *given: -_both_ways(*given)),
        ),
        Misconception(
            "step of its own",
            "These are the slopes with a step of your own. Use the `eps` that comes as an argument.",
            _slopes_but(lambda loss, w, place, eps: _both_ways(loss, w, place, 1e-5)),
        ),
        Misconception(
            "not divided",
            "These are the rises, above minus below. Divide by 2ε.",
            _slopes_but(lambda loss, w, place, eps: 2 * eps * _both_ways(loss, w, place, eps)),
        ),
        Misconception(
            "only one entry",
            "Only the last entry has a slope. Fill them all; and if you `return`, is it inside the loop?",
            _slopes_but(_both_ways, lambda shape: [tuple(size - 1 for size in shape)]),
        ),
        Misconception(
            "only the first entry",
            "Only the first entry has a slope. Is the `return` inside the loop? It ends the function.",
            _slopes_but(_both_ways, lambda shape: [(0,) * len(shape)]),
        ),
    ),
)


# --- 06.7 the check -----------------------------------------------------------------------------------------


def check_gradients(loss, parameters, gradients):
    return {
        name: relative_error(gradients[name], slopes(loss, w, 1e-5)).max() for name, w in parameters.items()
    }


TOO_LARGE, TOO_SMALL = "with an ε that is too large", "with an ε that is too small"


def try_check(check):
    """Turn `check_gradients(loss, parameters, gradients)` into a function from arrays to errors by name.

    W, b: parameters of the loss Σ (W + b)³, (rows, columns) and (columns,).  dW, db: what is claimed.
    Errors are rounded to 6 decimals, so that round-off does not count. A step that does not fit float64 comes
    back as a text in their place.

    >>> W, b = np.array([[1.0, 2.0], [1.0, 2.0]]), np.zeros(2)
    >>> try_check(check_gradients)(W, b, dW=3 * W**2, db=np.array([6.0, 12.0]))
    {'W': 0.0, 'b': 0.5}
    """

    def on_arrays(W, b, dW, db):
        parameters, moved = {"W": W.copy(), "b": b.copy()}, [0.0]

        def compute():
            moved.extend((np.abs(parameters["W"] - W).max(), np.abs(parameters["b"] - b).max()))
            return ((parameters["W"] + parameters["b"]) ** 3).sum()

        loss = _Loss(compute)
        found = check(loss, parameters, {"W": dW, "b": db})
        if found is None or found is ...:
            return loss.blank()
        if max(moved) > SENSIBLE[1]:
            return TOO_LARGE
        return TOO_SMALL if 0.0 < max(moved) < SENSIBLE[0] else _rounded(found)

    return shown_as(check, on_arrays)


def _rounded(found):
    """Errors by name without their round-off; what is none stays as it is."""
    if isinstance(found, dict):
        return {name: _rounded(error) for name, error in found.items()}
    if isinstance(found, float | np.floating | np.ndarray):
        return np.round(found, 6) if isinstance(found, np.ndarray) else round(float(found), 6)
    return found


def _check_but(summary, step=1e-5, claim=lambda claimed, w: claimed):
    """`check_gradients` with `summary(claimed, numerical)` for each parameter."""

    def mistaken(loss, parameters, gradients):
        return {
            name: summary(claim(gradients[name], w), slopes(loss, w, step)) for name, w in parameters.items()
        }

    return try_check(mistaken)


def _worst(a, n):
    return relative_error(a, n).max()


def _by_norms(a, n):
    return np.linalg.norm(a - n) / max(np.linalg.norm(a), np.linalg.norm(n), 1e-4)


def _one_for_all(loss, parameters, gradients):
    worst = max(check_gradients(loss, parameters, gradients).values())
    return dict.fromkeys(parameters, worst)


def _true_gradients(W, b):
    dW = 3 * (W + b) ** 2
    return dW, dW.sum(axis=0)


def _check_inputs(generator):
    """Claims of which some are right, and some wrong in a single entry in the middle."""
    W = np.abs(_nonzero(generator, 0.3, 2.0, (3, 4)))
    b = np.abs(_nonzero(generator, 0.3, 1.0, 4))
    dW, db = _true_gradients(W, b)
    dW[1, int(generator.integers(1, 3))] *= round(float(generator.uniform(1.2, 3.0)), 1)
    if generator.random() < 0.5:
        db *= round(float(generator.uniform(0.2, 0.8)), 1)
    return W, b, dW, db


def _check_examples():
    W, b = np.array([[1.0, 2.0, 0.5], [0.3, 1.5, 0.7]]), np.array([0.2, 0.1, 0.4])
    dW, db = _true_gradients(W, b)
    off = np.array([[1.5, 1.2, 1.1], [3.0, 1.3, 2.0]])  # neither the first nor the last is the largest
    lost = db.copy()
    lost[1] = math.nan
    return (W, b, dW, db), (W, b, off * dW, db), (W, b, dW, lost)


CHECK = Exercise(
    id="06.7",
    task="Write `check_gradients(loss, parameters, gradients)`: a dict with the largest relative error of "
    "each parameter, by its name. Measure with ε = 1e-5, and use your `slopes` and `relative_error`.",
    truth=try_check(check_gradients),
    inputs=_check_inputs,
    examples=_check_examples(),
    relative_tolerance=1e-4,
    explain="The largest error of each parameter: one broken entry among a thousand right ones stands out, "
    "and its name says where to look. And nan stays nan, so that nobody takes it for good.",
    hints=(
        "`for name, w in parameters.items():` runs over names and arrays. What is claimed for it is "
        "`gradients[name]`.",
        "`slopes(loss, w, 1e-5)` has the shape of w, and so has the `relative_error` of the two.",
        "Of these errors the largest counts: `.max()`. Put it into a dict under `name`.",
    ),
    misconceptions=(
        Misconception(
            "compared with the parameter",
            "Here the parameter itself was compared with the numerical gradient. What is claimed is in "
            "`gradients[name]`; `parameters[name]` is where the slope is measured.",
            _check_but(_worst, claim=lambda claimed, w: w),
        ),
        Misconception(
            "mean",
            "This is the mean of the errors. One broken entry drowns among many right ones: take the "
            "largest.",
            _check_but(lambda a, n: relative_error(a, n).mean()),
        ),
        Misconception(
            "norm of the difference",
            "This compares the lengths of whole arrays. One broken entry drowns, above all a small one. Take "
            "the error of each entry, and then the largest.",
            _check_but(_by_norms),
        ),
        Misconception(
            "first entry only",
            "Only the first entry of each parameter was looked at. The broken one is another.",
            _check_but(lambda a, n: relative_error(a, n).flat[0]),
        ),
        Misconception(
            "last entry only",
            "Only the last entry of each parameter counts here: each one wrote over the one before it. Keep "
            "the largest.",
            _check_but(lambda a, n: relative_error(a, n).flat[-1]),
        ),
        Misconception(
            "smallest error",
            "This is the smallest error. A single right entry would make a whole parameter look good.",
            _check_but(lambda a, n: relative_error(a, n).min()),
        ),
        Misconception(
            "sum of the errors",
            "This is the sum of the errors: it grows with the size of the array, and the limits lose their "
            "meaning. Take the largest.",
            _check_but(lambda a, n: relative_error(a, n).sum()),
        ),
        Misconception(
            "absolute error",
            "These are absolute differences. Use `relative_error`: how much is a lot depends on the size of "
            "the gradient.",
            _check_but(lambda a, n: np.abs(a - n).max()),
        ),
        Misconception(
            "nan overlooked",
            "Where the claim is nan, the error should be nan, and here it is a small number: Python's `max` "
            "and `np.nanmax` pass a nan over. An array's `.max()` does not.",
            _check_but(lambda a, n: np.nanmax(relative_error(a, n))),
        ),
        Misconception(
            "one error for all",
            "Every parameter has the largest error of all. Then the check says that something is wrong, and "
            "not where. Give each its own.",
            try_check(_one_for_all),
        ),
        Misconception(
            "verdicts",
            "These are the verdicts. Asked for are the errors themselves, so that one can see how large they "
            "are.",
            _check_but(lambda a, n: verdict(_worst(a, n))),
        ),
        Misconception(
            "an error for each entry",
            "These are the errors of all entries. Of each parameter only the largest is asked for: `.max()`.",
            _check_but(relative_error),
        ),
        Misconception(
            "ε too large",
            "Your ε is too large: truncation would be taken for a bug. In float64 measure with 1e-5.",
            lambda W, b, dW, db: TOO_LARGE,
        ),
        Misconception(
            "ε too small",
            "Your ε is too small: what is left of the difference is round-off, and would be taken for a bug. "
            "In float64 measure with 1e-5.",
            lambda W, b, dW, db: TOO_SMALL,
        ),
    ),
)


# --- 06.8 first the check, then the step --------------------------------------------------------------------


def checked_step(loss, w, gradient, lr):
    claimed = gradient()
    error = relative_error(claimed, slopes(loss, w, 1e-5)).max()
    w -= lr * claimed
    return error


def try_step(step):
    """Turn `checked_step(loss, w, gradient, lr)` into a function from numbers to (the error, w afterwards).

    The loss is Σ w³, and the gradient that is claimed has a slip: 3w² + slip·w. The error is rounded to 6
    decimals, so that round-off does not count.

    >>> error, w = try_step(checked_step)(np.array([1.0, 2.0]), slip=3.0, lr=0.1)
    >>> error, w.round(2)
    (0.5, array([0.4, 0.2]))
    """

    def on_numbers(w, slip, lr):
        at = w.copy()
        loss = _Loss(lambda: (at**3).sum())
        error = step(loss, at, lambda: 3 * at**2 + slip * at, lr)
        if error is None or error is ...:
            return loss.blank() if np.array_equal(at, w) else None
        return _rounded(error), at

    return shown_as(step, on_numbers)


def _against_parameter(loss, w, gradient, lr):
    error = _worst(w, slopes(loss, w, 1e-5))
    w -= lr * gradient()
    return error


def _against_parameter_after(loss, w, gradient, lr):
    w -= lr * gradient()
    return _worst(w, slopes(loss, w, 1e-5))


def _after_the_step(loss, w, gradient, lr):
    claimed = gradient()
    w -= lr * claimed
    return _worst(claimed, slopes(loss, w, 1e-5))


def _step_first(loss, w, gradient, lr):
    w -= lr * gradient()
    return _worst(gradient(), slopes(loss, w, 1e-5))


def _step_along(direction):
    """The right error, and another step: `direction(claimed, numerical)` is what lr is multiplied with."""

    def mistaken(loss, w, gradient, lr):
        claimed, numerical = gradient(), slopes(loss, w, 1e-5)
        w -= lr * direction(claimed, numerical)
        return _worst(claimed, numerical)

    return try_step(mistaken)


CHECKED_STEP = Exercise(
    id="06.8",
    task="Write `checked_step(loss, w, gradient, lr)`: return the largest relative error of what "
    "`gradient()` claims at w, and take the step, w −= lr · gradient, in place. Use your `slopes` and "
    "`relative_error`.",
    truth=try_step(checked_step),
    inputs=lambda generator: (
        np.abs(_nonzero(generator, 0.5, 2.0, 3)),
        round(float(generator.uniform(0.5, 2.0)), 2),
        round(float(generator.uniform(0.05, 0.2)), 2),
    ),
    examples=((np.array([1.0, 2.0]), 3.0, 0.1),),
    parts=("the error", "w afterwards"),
    relative_tolerance=1e-4,
    explain="A gradient belongs to the place where it was computed. So: ask for it, measure there, compare "
    "the two, and only then move. And it has an array of its own, apart from the parameter.",
    hints=(
        "Three things, in order: ask for the gradient, compare, move. Which of them have to happen at the "
        "same w?",
        "`claimed = gradient()`, and beside it `slopes(loss, w, 1e-5)`.",
        "Keep the largest `relative_error` of the two, then `w -= lr * claimed`, and last the `return`.",
    ),
    misconceptions=(
        Misconception(
            "compared with the parameter",
            "Here w itself was compared with the numerical gradient, as in the tutorial. Compare what "
            "`gradient()` returns.",
            try_step(_against_parameter),
        ),
        Misconception(
            "compared with the stepped parameter",
            "This is the tutorial's check: first the step, in place, and then w itself against the numerical "
            "gradient. It can never pass. Keep what `gradient()` returns, and compare that, before the step.",
            try_step(_against_parameter_after),
        ),
        Misconception(
            "checked after the step",
            "The claim belongs to the old w, and the slopes were measured at the new one. Even a right "
            "gradient fails such a check. Measure before w moves.",
            try_step(_after_the_step),
        ),
        Misconception(
            "step first, then all anew",
            "Claim and slopes agree about the place, but it is the place after the step. So the step itself "
            "went unchecked. Check first.",
            try_step(_step_first),
        ),
        Misconception(
            "no step",
            "The error is right, but w has not moved. `w = w - …` makes a new array that ends with the "
            "function; `w -= …` changes the one that was given.",
            _step_along(lambda claimed, numerical: 0.0),
        ),
        Misconception(
            "uphill",
            "The error is right, and the step goes uphill: subtract.",
            _step_along(lambda claimed, numerical: -claimed),
        ),
        Misconception(
            "step without the learning rate",
            "The error is right. The step was lr times something else: multiply lr with the gradient, once.",
            lambda w, slip, lr: _step_along(lambda claimed, n: claimed / lr)(w, slip, lr),
        ),
        Misconception(
            "step by the numerical gradient",
            "The error is right, but the step was taken with the numerical gradient. It is there to check; "
            "the step takes the one that was claimed.",
            _step_along(lambda claimed, numerical: numerical),
        ),
    ),
)


# --- 06.9 a published backward pass, repaired ---------------------------------------------------------------


def repaired(X, y, W1, b1, W2, b2):
    a1 = np.tanh(X @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    dz2 = (a2 - y) / y.size * a2 * (1 - a2)
    dz1 = dz2 @ W2.T * (1 - a1**2)
    return {"W1": X.T @ dz1, "b1": dz1.sum(axis=0), "W2": a1.T @ dz2, "b2": dz2.sum(axis=0)}


def _pass_but(
    *,
    scale=lambda y: y.size,
    output=lambda a2: a2 * (1 - a2),
    hidden=lambda a1: 1 - a1**2,
):
    """`repaired` with some of its three factors exchanged for mistaken ones."""

    def mistaken(X, y, W1, b1, W2, b2):
        a1 = np.tanh(X @ W1 + b1)
        a2 = sigmoid(a1 @ W2 + b2)
        dz2 = (a2 - y) / scale(y) * output(a2)
        dz1 = dz2 @ W2.T * hidden(a1)
        return {"W1": X.T @ dz1, "b1": dz1.sum(axis=0), "W2": a1.T @ dz2, "b2": dz2.sum(axis=0)}

    return mistaken


_SAMPLES = {"scale": len}
_NO_SLOPE = {"output": np.ones_like}
_TANH_ITSELF = {"hidden": lambda a1: a1}


def _pass_inputs(generator):
    X, y = generator.normal(size=(5, 2)).round(2), generator.uniform(size=(5, 3)).round(2)
    W1, b1 = generator.normal(size=(2, 4)).round(2), generator.normal(size=4).round(2)
    return X, y, W1, b1, generator.normal(size=(4, 3)).round(2), generator.normal(size=3).round(2)


REPAIRED = Exercise(
    id="06.9",
    task="Write `repaired(X, y, W1, b1, W2, b2)`: the gradients of ½ (a2 − y)², averaged over all entries, "
    "with tanh in the hidden layer and a sigmoid at the output, in a dict as `published` returns.",
    truth=repaired,
    inputs=_pass_inputs,
    explain="The mean is taken over all entries, so it is `y.size`. Behind the squared error stands a "
    "sigmoid, so its slope a2·(1 − a2) is a factor. And the slope of tanh is 1 − a1².",
    hints=(
        "Copy `published`, and work back from the loss. With `y.size` entries in the mean, what is ∂L/∂a2?",
        "Between a2 and z2 stands a sigmoid: multiply by its slope. Now W2 and b2 should be good.",
        "On the way back from a1 to z1 the factor is the slope of tanh, from lesson 03. Is it a1?",
    ),
    misconceptions=(
        Misconception(
            "all three are left",
            "This is still the tutorial's pass. Begin at the loss: over how many entries is the mean taken?",
            _pass_but(**_SAMPLES, **_NO_SLOPE, **_TANH_ITSELF),
        ),
        Misconception(
            "slopes are left",
            "The mean is right. No parameter is: between a2 and z2 stands a sigmoid, and its slope is "
            "missing. After that, look at tanh.",
            _pass_but(**_NO_SLOPE, **_TANH_ITSELF),
        ),
        Misconception(
            "mean and output slope are left",
            "tanh is right. But all is wrong from the output on: the mean runs over all entries, and behind "
            "a2 stands a sigmoid.",
            _pass_but(**_SAMPLES, **_NO_SLOPE),
        ),
        Misconception(
            "mean and tanh are left",
            "The slope at the output is right. b2 is 3 times too large: the loss is a mean over samples and "
            "outputs, `y.size`. After that, look at tanh.",
            _pass_but(**_SAMPLES, **_TANH_ITSELF),
        ),
        Misconception(
            "mean is left",
            "Every entry is 3 times too large, and there are 3 outputs. The loss is a mean over all entries: "
            "`y.size`, and not the number of samples.",
            _pass_but(**_SAMPLES),
        ),
        Misconception(
            "output slope is left",
            "Mean and tanh are right. ŷ − y alone is ∂L/∂z2 for a linear output; behind a sigmoid the slope "
            "a2·(1 − a2) is a factor.",
            _pass_but(**_NO_SLOPE),
        ),
        Misconception(
            "tanh is left",
            "W2 and b2 are right, W1 and b1 are not: the fault lies between them. The slope of tanh is not "
            "tanh itself.",
            _pass_but(**_TANH_ITSELF),
        ),
        Misconception(
            "the sigmoid's slope for tanh",
            "W2 and b2 are right. a1·(1 − a1) is the slope of a sigmoid, and a1 comes from tanh.",
            _pass_but(hidden=lambda a1: a1 * (1 - a1)),
        ),
        Misconception(
            "tanh's slope for the sigmoid",
            "1 − a2² is the slope of tanh, and a2 comes from a sigmoid.",
            _pass_but(output=lambda a2: 1 - a2**2),
        ),
        Misconception(
            "square forgotten",
            "W2 and b2 are right. The slope of tanh is 1 − a1²; here the square is missing.",
            _pass_but(hidden=lambda a1: 1 - a1),
        ),
        Misconception(
            "tanh taken twice",
            "W2 and b2 are right. a1 is tanh(z1) already; here tanh was taken of it once more.",
            _pass_but(hidden=lambda a1: 1 - np.tanh(a1) ** 2),
        ),
        Misconception(
            "½ forgotten",
            "Everything is twice as large as it should be: the ½ in the loss cancels the 2 that the square "
            "gives.",
            _pass_but(scale=lambda y: y.size / 2),
        ),
        Misconception(
            "½ twice",
            "Everything is half of what it should be: the ½ in the loss is used up by the 2 that the square "
            "gives.",
            _pass_but(scale=lambda y: 2 * y.size),
        ),
        Misconception(
            "mean over the outputs only",
            "Everything is 5 times too large, and there are 5 samples. The loss is a mean over all entries: "
            "`y.size`.",
            _pass_but(scale=lambda y: y.shape[1]),
        ),
        Misconception(
            "sum in place of the mean",
            "Everything is 15 times too large: samples times outputs. The loss is a mean over all entries.",
            _pass_but(scale=lambda y: 1),
        ),
    ),
)


EXERCISES = (FORWARD, CENTRAL, BEST_STEP, RELATIVE_ERROR, VERDICT, SLOPES, CHECK, CHECKED_STEP, REPAIRED)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="06.a",
        question="Fourteen backward passes, each with one bug, train the same network for 300 steps. In how "
        "many of them is the loss lower at the end than at the start?",
        tolerance=0.05,
        confusions=(
            Confusion(
                0,
                13,
                "A wrong gradient is seldom wrong in everything. If it points downhill on the whole, the "
                "loss falls.",
            ),
            Confusion(
                14,
                13,
                "Nearly: only one of them runs away.",
            ),
            Confusion(
                7,
                13,
                "Half would be a coin's toss. But a wrong gradient mostly still points downhill on the "
                "whole: one block in four is wrong, or the length and not the direction.",
            ),
        ),
    ),
    Prediction(
        id="06.b",
        question="Central differences on w1 of lesson 01's network. Which ε comes nearest to the true "
        "gradient: 1e-2, 1e-5, 1e-8 or 1e-12?",
        options=("1e-2", "1e-5", "1e-8", "1e-12"),
        confusions=(
            Confusion(
                "1e-12",
                "1e-5",
                "In exact arithmetic smaller is always better. But the two losses agree in nearly all of "
                "their digits, and what is left of the difference is round-off.",
            ),
            Confusion(
                "1e-8",
                "1e-5",
                "For the forward difference that would be right. The central one is so good that it can "
                "afford a larger step, with less round-off.",
            ),
            Confusion(
                "1e-2",
                "1e-5",
                "Over a step of 0.01 the loss still bends, so that the two ends do not tell the slope "
                "between them.",
            ),
        ),
    ),
    Prediction(
        id="06.c",
        question="A ReLU has z = −10⁻⁶, so its slope is 0. You measure with ε = 10⁻⁵, on both sides. Which "
        "slope do you get?",
        tolerance=0.02,
        confusions=(
            Confusion(
                0,
                0.45,
                "0 is the slope at z. But the right end of the step lies on the other side of the kink, "
                "where ReLU rises.",
            ),
            Confusion(
                0.5,
                0.45,
                "Nearly: exactly on the kink it would be ½. Here the kink lies a little to the right of z, "
                "so less than half of the way rises.",
            ),
            Confusion(
                1,
                0.45,
                "1 is the slope to the right of the kink. The left half of the step, and a little more, is "
                "flat.",
            ),
        ),
    ),
    Prediction(
        id="06.d",
        question="The same fourteen broken passes, but with all parameters at 0. How many of the fourteen "
        "does the check still find?",
        tolerance=0.05,
        confusions=(
            Confusion(
                14,
                8,
                "The check itself is as good as before. But where both gradients are multiplied by 0, there "
                "is nothing left to disagree about.",
            ),
            Confusion(
                0,
                8,
                "Not all is 0: the gradient of b2 needs no weight, and that of W2 needs a1 = σ(0) = ½.",
            ),
            Confusion(
                7,
                8,
                "Nearly: one more.",
            ),
        ),
    ),
)
