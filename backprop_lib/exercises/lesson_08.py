"""Lesson 08, vanishing and exploding: what a layer passes on, starts and parts that help, NaN, clipping.

Weights are (in, out), with z = xW. What they are drawn from has the standard deviation gain / √fan_in.
"""

from types import SimpleNamespace

import numpy as np

from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction

# The norms of the 21 weight gradients that PyTorch gives on the lesson's ReLU network, before training.
_NORMS = (
    "0.187965 0.609708 0.519907 0.78096 1.02723 1.21217 1.00217 1.19356 1.24614 1.11372 1.82992 1.90555 "
    "2.13998 2.78342 2.57202 2.30509 2.21642 2.11989 1.50968 1.32853 1.46222"
)


def _recorded(norms):
    """Make a model for `gradient_bars`: weights by PyTorch's names, whose gradients have one entry."""
    weights = [
        (f"{2 * i}.weight", SimpleNamespace(grad=np.array([float(norm)])))
        for i, norm in enumerate(norms.split())
    ]
    return SimpleNamespace(named_parameters=lambda: weights)


RECORDED_FROM_PYTORCH = _recorded(_NORMS)


def _nonzero(generator, low, high):
    """A number with two decimals, easy to retype, of either sign and never near zero."""
    return round(float(generator.uniform(low, high) * generator.choice([-1, 1])), 2)


# --- 08.1 the most that n sigmoids let through --------------------------------------------------------------


def bound(w, n):
    return (abs(w) / 4) ** n


BOUND = Exercise(
    id="08.1",
    task="Write `bound(w, n)`: the most that |∂a_n/∂a_0| can be after n sigmoids in a row, each with the "
    "weight w.",
    truth=bound,
    inputs=lambda generator: (_nonzero(generator, 0.5, 9.0), int(generator.integers(3, 13))),
    examples=((1.0, 10), (4.0, 10), (-2.0, 5)),
    explain="Each layer multiplies by w·σ′(z), which is |w|/4 at most in size. n of them multiply.",
    hints=(
        "What does one layer multiply by? Its weight, and its slope.",
        "One layer: |w| · ¼ at most. One layer's output goes into the next: do they add or multiply?",
        "They multiply, so it is a power. And w may be negative, while a size is not: `abs(w)`.",
    ),
    misconceptions=(
        Misconception(
            "weight left out",
            "This is ¼ⁿ, the slopes alone. On its way back the gradient also passes each weight.",
            lambda w, n: 0.25**n,
        ),
        Misconception(
            "weight once only",
            "The slopes are there n times, the weight only once. Each layer has one.",
            lambda w, n: abs(w) * 0.25**n,
        ),
        Misconception(
            "slope once only",
            "The weight is there n times, the slope only once. Each layer has its sigmoid.",
            lambda w, n: abs(w) ** n / 4,
        ),
        Misconception(
            "slopes left out",
            "This is |w|ⁿ, the weights alone. Behind each stands a sigmoid, whose slope is ¼ at most.",
            lambda w, n: abs(w) ** n,
        ),
        Misconception(
            "added in place of multiplied",
            "This adds up the layers. Along one path local derivatives multiply.",
            lambda w, n: n * abs(w) / 4,
        ),
        Misconception(
            "one layer alone",
            "This is one layer. There are n of them, one after the other.",
            lambda w, n: abs(w) / 4,
        ),
        Misconception(
            "sign kept",
            "For a negative w this can be negative. Asked for is a size: take `abs(w)`.",
            lambda w, n: (w / 4) ** n,
        ),
        Misconception(
            "slope once only, sign kept",
            "The weight is there n times, the slope only once: each layer has its sigmoid. And asked for is "
            "a size, so take `abs(w)`.",
            lambda w, n: w**n / 4,
        ),
        Misconception(
            "added, sign kept",
            "This adds up the layers. Along one path local derivatives multiply. And asked for is a size, so "
            "take `abs(w)`.",
            lambda w, n: n * w / 4,
        ),
        Misconception(
            "value for slope",
            "½ is the sigmoid's value at z = 0. Its slope there is ¼.",
            lambda w, n: (abs(w) / 2) ** n,
        ),
        Misconception(
            "one layer too few",
            "This is (|w|/4) to the power of n − 1. From a_0 to a_n there are n layers.",
            lambda w, n: (abs(w) / 4) ** (n - 1),
        ),
        Misconception(
            "one layer too many",
            "This is (|w|/4) to the power of n + 1. From a_0 to a_n there are n layers.",
            lambda w, n: (abs(w) / 4) ** (n + 1),
        ),
        Misconception(
            "upside down",
            "This is (4/|w|)ⁿ: each layer multiplies by |w|/4, it does not divide.",
            lambda w, n: (4 / abs(w)) ** n,
        ),
        Misconception(
            "never above 1",
            "Right up to w = 4, but with larger weights the bound is above 1: nothing caps it.",
            lambda w, n: min(1.0, (abs(w) / 4) ** n),
        ),
    ),
)


# --- 08.2 the gain at which a layer passes on what it gets --------------------------------------------------


def critical_gain(slopes):
    return 1 / np.mean(slopes**2) ** 0.5


def _slope_inputs(generator):
    """Slopes as activations have them: some of them 0, some negative, none of the kinds alone."""
    slopes = generator.uniform(0.05, 1.0, size=int(generator.integers(5, 9))).round(2)
    slopes[0] = 0.0
    slopes[1] = -0.1
    return (generator.permutation(slopes),)


CRITICAL_GAIN = Exercise(
    id="08.2",
    task="Write `critical_gain(slopes)`: the gain with which gain · √(mean of slopes²) is 1.",
    truth=critical_gain,
    inputs=_slope_inputs,
    examples=((np.array([0.0, 1.0, 0.0, 1.0]),), (np.array([0.25, 0.2, 0.15]),)),
    explain="gain · √mean f′² = 1, so gain = 1 / √mean f′². For slopes of which half are 1 and half are 0, "
    "that is 1 / √½ = √2.",
    hints=(
        "The layer passes on gain · √mean f′². For which gain is that exactly 1?",
        "gain = 1 / √mean f′². Square first, then take the mean, then the root.",
        "`slopes**2` squares each entry, `np.mean` takes the mean, `** 0.5` is the root.",
    ),
    misconceptions=(
        Misconception(
            "mean in place of root mean square",
            "This is 1 / mean f′. Sizes add up by their squares: mean of the squares first, then the root. "
            "For ReLU, 2 would be too large.",
            lambda slopes: 1 / np.mean(slopes),
        ),
        Misconception(
            "mean size",
            "This is 1 / mean |f′|. Sizes add up by their squares: mean of the squares first, then the root.",
            lambda slopes: 1 / np.mean(np.abs(slopes)),
        ),
        Misconception(
            "root forgotten",
            "This is 1 / mean f′², the gain squared: what the variance of the weights has to grow by. The "
            "gain is its root.",
            lambda slopes: 1 / np.mean(slopes**2),
        ),
        Misconception(
            "upside down",
            "This is √mean f′², what the layer passes on at gain 1. The gain has to make up for it: one over "
            "that.",
            lambda slopes: np.mean(slopes**2) ** 0.5,
        ),
        Misconception(
            "root of the mean",
            "This is 1 / √mean f′: the squares are missing. For slopes of 0 and 1 nobody notices.",
            lambda slopes: 1 / np.mean(slopes) ** 0.5,
        ),
        Misconception(
            "square of the mean",
            "This squares the mean. Square each slope, and then take the mean.",
            lambda slopes: 1 / np.mean(slopes) ** 2,
        ),
        Misconception(
            "sum in place of mean",
            "This adds up the squares. How many slopes were looked at must not matter: take their mean.",
            lambda slopes: 1 / np.sum(slopes**2) ** 0.5,
        ),
        Misconception(
            "largest slope",
            "This makes up for the largest slope only. Most entries meet a smaller one.",
            lambda slopes: 1 / np.max(np.abs(slopes)),
        ),
        Misconception(
            "zeros left out",
            "This leaves out the slopes that are 0. They stop their share of the gradient, so they count.",
            lambda slopes: 1 / np.mean(slopes[slopes != 0] ** 2) ** 0.5,
        ),
        Misconception(
            "spread about the mean",
            "`np.std` takes the mean away first. Here the slopes count as they are: √mean f′².",
            lambda slopes: 1 / max(float(np.std(slopes)), 1e-3),
        ),
    ),
)


# --- 08.3, 08.4 a start that fits ---------------------------------------------------------------------------


def he(fan_in, fan_out):
    return (2 / fan_in) ** 0.5


def xavier(fan_in, fan_out):
    return (2 / (fan_in + fan_out)) ** 0.5


def _fans(generator):
    fan_in, fan_out = generator.choice(range(5, 400), size=2, replace=False)
    return int(fan_in), int(fan_out)


_VARIANCE = "This is the variance. Asked for is the standard deviation: its root."

HE = Exercise(
    id="08.3",
    task="Write `he(fan_in, fan_out)`: the standard deviation of weights by He, for ReLU.",
    truth=he,
    inputs=_fans,
    examples=((64, 16),),
    explain="Each z adds up fan_in products, and ReLU takes half of the squares away: fan_in · variance · ½ "
    "= 1. So the variance is 2 / fan_in, and the standard deviation √(2 / fan_in). fan_out plays no part.",
    hints=(
        "The variance is 2 / fan_in. What is the standard deviation?",
        "The standard deviation is the root of the variance: `** 0.5`.",
    ),
    misconceptions=(
        Misconception("variance", _VARIANCE, lambda fan_in, fan_out: 2 / fan_in),
        Misconception(
            "fan_out",
            "This has fan_out. Forward, a unit adds up one product for each of its inputs: fan_in.",
            lambda fan_in, fan_out: (2 / fan_out) ** 0.5,
        ),
        Misconception(
            "2 forgotten",
            "This is 1/√fan_in. ReLU takes half of the squares away, and the 2 makes up for it.",
            lambda fan_in, fan_out: (1 / fan_in) ** 0.5,
        ),
        Misconception(
            "2 outside the root",
            "The 2 belongs to the variance, so its root comes out: √2 / √fan_in, not 2 / √fan_in.",
            lambda fan_in, fan_out: 2 / fan_in**0.5,
        ),
        Misconception(
            "root of the 2 alone",
            "Only the 2 got its root. The whole variance needs it: √(2 / fan_in).",
            lambda fan_in, fan_out: 2**0.5 / fan_in,
        ),
        Misconception(
            "Xavier",
            "This is Xavier's, with both fans. He looks at the way forward only: fan_in.",
            lambda fan_in, fan_out: (2 / (fan_in + fan_out)) ** 0.5,
        ),
        Misconception(
            "variance by fan_out",
            f"{_VARIANCE} And it is fan_in that counts, not fan_out.",
            lambda fan_in, fan_out: 2 / fan_out,
        ),
        Misconception(
            "limits of an even distribution",
            "This is √(6 / fan_in): how far to both sides an even distribution must reach to have He's "
            "spread. The spread itself is √(2 / fan_in).",
            lambda fan_in, fan_out: (6 / fan_in) ** 0.5,
        ),
        Misconception(
            "upside down",
            "The more inputs, the smaller the weights: fan_in stands below the line.",
            lambda fan_in, fan_out: (fan_in / 2) ** 0.5,
        ),
    ),
)

XAVIER = Exercise(
    id="08.4",
    task="Write `xavier(fan_in, fan_out)`: the standard deviation of weights by Xavier.",
    truth=xavier,
    inputs=_fans,
    examples=((64, 16),),
    explain="The variance is 1 over the mean of both fans, 2 / (fan_in + fan_out): between what the way "
    "forward asks for, and what the way back does. The standard deviation is its root.",
    hints=(
        "What is 1 over the mean of fan_in and fan_out?",
        "It is 2 / (fan_in + fan_out). That is the variance. And its root?",
    ),
    misconceptions=(
        Misconception("variance", _VARIANCE, lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
        Misconception(
            "sum in place of mean",
            "This has the sum of the fans. Their mean is half of that, so a 2 comes on top.",
            lambda fan_in, fan_out: (1 / (fan_in + fan_out)) ** 0.5,
        ),
        Misconception(
            "fan_in alone",
            "This suits the way forward alone. Xavier has both fans in it.",
            lambda fan_in, fan_out: (1 / fan_in) ** 0.5,
        ),
        Misconception(
            "fan_out alone",
            "This suits the way back alone. Xavier has both fans in it.",
            lambda fan_in, fan_out: (1 / fan_out) ** 0.5,
        ),
        Misconception(
            "He",
            "This is He's, for ReLU. Xavier has both fans in it, and nothing to make up for.",
            lambda fan_in, fan_out: (2 / fan_in) ** 0.5,
        ),
        Misconception(
            "mean of the variances",
            "This is the mean of 1/fan_in and 1/fan_out. Xavier takes the mean of the fans, and then one "
            "over it.",
            lambda fan_in, fan_out: ((1 / fan_in + 1 / fan_out) / 2) ** 0.5,
        ),
        Misconception(
            "mean of the standard deviations",
            "This is the mean of 1/√fan_in and 1/√fan_out. Take the mean of the fans first.",
            lambda fan_in, fan_out: (fan_in**-0.5 + fan_out**-0.5) / 2,
        ),
        Misconception(
            "2 outside the root",
            "The 2 belongs to the variance, under the root.",
            lambda fan_in, fan_out: 2 / (fan_in + fan_out) ** 0.5,
        ),
        Misconception(
            "root of the 2 alone",
            "Only the 2 got its root. The whole variance needs it.",
            lambda fan_in, fan_out: 2**0.5 / (fan_in + fan_out),
        ),
        Misconception(
            "halved in place of doubled",
            "Is a bracket missing? 1 / (fan_in + fan_out) / 2 divides by 2 once more. Meant is 1 / "
            "((fan_in + fan_out) / 2).",
            lambda fan_in, fan_out: (1 / (fan_in + fan_out) / 2) ** 0.5,
        ),
        Misconception(
            "bracket forgotten",
            "Is a bracket missing? This is √(2 / fan_in + fan_out). Both fans stand below the line.",
            lambda fan_in, fan_out: (2 / fan_in + fan_out) ** 0.5,
        ),
        Misconception(
            "limits of an even distribution",
            "This is √(6 / (fan_in + fan_out)): how far to both sides an even distribution must reach to "
            "have Xavier's spread. The spread itself has a 2 in place of the 6.",
            lambda fan_in, fan_out: (6 / (fan_in + fan_out)) ** 0.5,
        ),
        Misconception(
            "upside down",
            "The wider the layer, the smaller the weights: the fans stand below the line.",
            lambda fan_in, fan_out: ((fan_in + fan_out) / 2) ** 0.5,
        ),
    ),
)


# --- 08.5 back through a residual layer ---------------------------------------------------------------------


def back(da, z, W):
    return da + (da * (1 - np.tanh(z) ** 2)) @ W.T


def _slope(z):
    return 1 - np.tanh(z) ** 2


def _residual_inputs(generator):
    """A square W, as the shapes of x and a agree: a forgotten transpose fits."""
    samples, units = 3, int(generator.integers(2, 5))
    da, z = generator.normal(size=(2, samples, units)).round(2)
    return da, z, generator.normal(size=(units, units)).round(2)


BACK = Exercise(
    id="08.5",
    task="Write `back(da, z, W)`: dx for a = x + tanh(z) with z = xW, when da has arrived at a. Rows are "
    "samples.",
    truth=back,
    inputs=_residual_inputs,
    examples=((np.array([[1.0]]), np.array([[0.5]]), np.array([[2.0]])),),
    explain="Two paths lead from a to x, so two gradients meet there and add up: da as it is, along the sum; "
    "and (da ⊙ tanh′(z)) Wᵀ, through the layer.",
    hints=(
        "x is used twice: in the sum itself, and in z. What comes back along each of the two?",
        "Along the sum the local derivative is 1, so da itself comes back. The other path is that of lesson "
        "04: da ⊙ f′(z), and then Wᵀ.",
        "tanh′(z) = 1 − tanh²(z). Multiply da by it, `@ W.T`, and add da.",
    ),
    misconceptions=(
        Misconception(
            "way past forgotten",
            "This is an ordinary layer: the path through tanh alone. x is also added to a as it is, and "
            "along that path da comes back unchanged.",
            lambda da, z, W: (da * _slope(z)) @ W.T,
        ),
        Misconception(
            "way through forgotten",
            "This is only what comes past the layer. x is in z, too, and a gradient comes from there.",
            lambda da, z, W: da,
        ),
        Misconception(
            "transpose forgotten",
            "Nearly: the way back goes by Wᵀ. W is square here, so the wrong one fits as well.",
            lambda da, z, W: da + (da * _slope(z)) @ W,
        ),
        Misconception(
            "slope forgotten",
            "The slope of tanh is missing on the way through the layer: da ⊙ tanh′(z).",
            lambda da, z, W: da + da @ W.T,
        ),
        Misconception(
            "weights forgotten",
            "This goes back to z, and not on to x: Wᵀ is missing. Only with the weight 1 is it 1 + f′.",
            lambda da, z, W: da + da * _slope(z),
        ),
        Misconception(
            "slope on both paths",
            "The slope is on both paths. The one past the layer meets no tanh: da alone.",
            lambda da, z, W: (da + da @ W.T) * _slope(z),
        ),
        Misconception(
            "slope after the weights",
            "Each step has its place: first back through tanh, to z, then by Wᵀ to x. Here the slope comes "
            "after Wᵀ.",
            lambda da, z, W: da + (da @ W.T) * _slope(z),
        ),
        Misconception(
            "way past sent through the weights",
            "Here what comes past the layer goes through Wᵀ as well. That path meets neither tanh nor "
            "weights: it brings da as it is.",
            lambda da, z, W: (da * (1 + _slope(z))) @ W.T,
        ),
        Misconception(
            "upstream forgotten",
            "These are local derivatives alone. Each has to be multiplied by what arrived, da.",
            lambda da, z, W: 1 + _slope(z) @ W.T,
        ),
        Misconception(
            "product of the paths",
            "The two paths are multiplied here. Paths that meet add up.",
            lambda da, z, W: da * ((da * _slope(z)) @ W.T),
        ),
        Misconception(
            "1 for da",
            "This adds 1. The local derivative past the layer is 1, so what comes back there is da · 1.",
            lambda da, z, W: 1 + (da * _slope(z)) @ W.T,
        ),
        Misconception(
            "z for tanh(z)",
            "The slope was written with z. It is 1 − tanh(z)², with the value of tanh.",
            lambda da, z, W: da + (da * (1 - z**2)) @ W.T,
        ),
        Misconception(
            "square forgotten",
            "The slope of tanh is 1 − tanh(z)²: the square is missing.",
            lambda da, z, W: da + (da * (1 - np.tanh(z))) @ W.T,
        ),
        Misconception(
            "slope of the sigmoid",
            "a·(1 − a) is the slope of the sigmoid. That of tanh is 1 − a².",
            lambda da, z, W: da + (da * np.tanh(z) * (1 - np.tanh(z))) @ W.T,
        ),
        Misconception(
            "mean of the paths",
            "This is the mean of the two paths. Paths that meet add up.",
            lambda da, z, W: (da + (da * _slope(z)) @ W.T) / 2,
        ),
        Misconception(
            "difference of the paths",
            "One path is taken away from the other. a = x + tanh(z), so both count with a plus.",
            lambda da, z, W: da - (da * _slope(z)) @ W.T,
        ),
    ),
)


# --- 08.6 the first layer that is not finite ----------------------------------------------------------------


def first_bad(outputs):
    for i, a in enumerate(outputs):
        if not np.isfinite(a).all():
            return i


def _outputs(generator):
    """Make layers' outputs. The first bad one has a single inf; NaN comes two layers later, and spreads."""
    layers = int(generator.integers(9, 12))
    outputs = [generator.normal(size=(3, 2)).round(2) for _ in range(layers)]
    first = int(generator.integers(3, layers - 4))
    outputs[first - 2][0, 0] = -1e300  # large, and still a number
    outputs[first][1, 0] = outputs[first + 1][1, 0] = generator.choice([-np.inf, np.inf])
    outputs[first + 2][1] = np.nan
    for a in outputs[first + 3 :]:
        a[:] = np.nan
    return (outputs,)


def _first(test):
    """`first_bad` with another test; None becomes −1, as nothing was found."""

    def mistaken(outputs):
        return next((i for i, a in enumerate(outputs) if test(a)), -1)

    return mistaken


def _last_good(outputs):
    return first_bad(outputs) - 1


FIRST_BAD = Exercise(
    id="08.6",
    task="Write `first_bad(outputs)`: the number of the first layer, counted from 0, whose output is not all "
    "finite.",
    truth=first_bad,
    inputs=_outputs,
    explain="One entry that is not finite is enough, and the first is nearly always an inf. The NaNs come "
    "later, when inf meets inf or 0, and by then they tell nothing of where it began.",
    hints=(
        "Go through the outputs in their order, with a number: `for i, a in enumerate(outputs):`.",
        "`np.isfinite(a)` is True or False for each entry. A layer is good if they are all True: `.all()`.",
        "Return `i` at the first layer for which `np.isfinite(a).all()` is False.",
    ),
    misconceptions=(
        Misconception(
            "NaN alone",
            "This is the first layer with a NaN. Before it came an `inf`, which is no finite number either: "
            "`np.isfinite` is False for both.",
            _first(lambda a: np.isnan(a).any()),
        ),
        Misconception(
            "all entries bad",
            "This is the first layer in which every entry is bad. One is enough: not all finite.",
            _first(lambda a: not np.isfinite(a).any()),
        ),
        Misconception(
            "last one",
            "This is the last bad layer. What was bad first made all after it bad: go from the front, and "
            "return at once.",
            lambda outputs: max(i for i, a in enumerate(outputs) if not np.isfinite(a).all()),
        ),
        Misconception(
            "counted from 1",
            "One too many: layers count from 0 here, as `enumerate` does.",
            lambda outputs: first_bad(outputs) + 1,
        ),
        Misconception(
            "last good one",
            "This is the layer before, the last good one.",
            _last_good,
        ),
        Misconception(
            "first good one",
            "This is the first layer that is all finite. Is a `not` missing?",
            _first(lambda a: np.isfinite(a).all()),
        ),
        Misconception(
            "how many",
            "This is how many layers are bad. Asked for is the number of the first of them.",
            lambda outputs: sum(not np.isfinite(a).all() for a in outputs),
        ),
        Misconception(
            "large numbers taken for bad",
            "This stops at a number that is large, and still finite. Only `inf` and `nan` are none.",
            _first(lambda a: not (np.abs(a) < 1e100).all()),
        ),
    ),
)


# --- 08.7, 08.8 clipping ------------------------------------------------------------------------------------


def by_norm(dW, db, limit):
    norm = ((dW**2).sum() + (db**2).sum()) ** 0.5
    factor = min(1.0, limit / norm)
    return dW * factor, db * factor


def by_value(dW, db, limit):
    return np.clip(dW, -limit, limit), np.clip(db, -limit, limit)


def _norm(*arrays):
    return sum((array**2).sum() for array in arrays) ** 0.5


def _scaled(factor):
    """Both gradients times one factor, a function of dW, db and the limit."""

    def clip(dW, db, limit):
        by = factor(dW, db, limit)
        return dW * by, db * by

    return clip


def _entries(change):
    """Each entry changed by itself: a function of an array and the limit."""
    return lambda dW, db, limit: (change(dW, limit), change(db, limit))


def _gradients(generator):
    """Gradients that are longer than the limit, each by itself, too; with entries on both sides of it."""
    dW, db = generator.normal(size=(3, 2)).round(2) * 9, generator.normal(size=2).round(2) * 9
    dW[0, 0], db[0], dW[1, 1], db[1] = -20.0, 15.0, 0.5, -0.25
    return dW, db, round(float(generator.uniform(1.5, 6.0)), 1)


_GRADIENT_EXAMPLES = (
    (np.array([[30.0, -40.0]]), np.array([0.0, 120.0]), 13.0),
    (np.array([[3.0, -4.0]]), np.array([0.0, 12.0]), 20.0),  # short enough already
    (np.array([[3.0, -4.0]]), np.array([0.0, 12.0]), 12.5),  # each of the two is, but not both together
)

BY_NORM = Exercise(
    id="08.7",
    task="Write `by_norm(dW, db, limit)`: both gradients, times the one factor that brings their joint norm "
    "down to the limit, if it is above.",
    truth=by_norm,
    inputs=_gradients,
    examples=_GRADIENT_EXAMPLES,
    parts=("dW", "db"),
    explain="The norm of all together is √(Σ dW² + Σ db²). The factor is limit / norm, and never above 1: "
    "what is short enough stays as it is. As all entries shrink alike, the direction is kept.",
    hints=(
        "First the norm of all entries together, dW and db: the root of the sum of all squares.",
        "If it is above the limit, multiply both by limit / norm. If not, change nothing.",
        "`factor = min(1.0, limit / norm)` says both.",
    ),
    misconceptions=(
        Misconception(
            "each by itself",
            "dW and db were clipped each by itself. Then the longer one shrinks more, and the direction "
            "turns. Take one norm of all, and one factor.",
            lambda dW, db, limit: tuple(g * min(1.0, limit / max(_norm(g), 1e-12)) for g in (dW, db)),
        ),
        Misconception(
            "short ones made longer",
            "Right where the norm is above the limit. Below it this makes the gradient longer. Then change "
            "nothing: the factor is never above 1.",
            _scaled(lambda dW, db, limit: limit / _norm(dW, db)),
        ),
        Misconception(
            "each by itself, short ones made longer",
            "dW and db got a factor each, which turns the direction: take one norm of all. And the factor is "
            "never above 1: what is short enough stays as it is.",
            lambda dW, db, limit: tuple(g * limit / max(_norm(g), 1e-12) for g in (dW, db)),
        ),
        Misconception(
            "norm of dW alone",
            "The factor comes from dW alone. Both belong to the norm: Σ dW² + Σ db².",
            _scaled(lambda dW, db, limit: min(1.0, limit / _norm(dW))),
        ),
        Misconception(
            "norms added",
            "The norms of dW and db were added. Squares add up, not lengths: √(Σ dW² + Σ db²).",
            _scaled(lambda dW, db, limit: min(1.0, limit / (_norm(dW) + _norm(db)))),
        ),
        Misconception(
            "root forgotten",
            "The sum of squares was taken for the norm: its root is missing.",
            _scaled(lambda dW, db, limit: min(1.0, limit / _norm(dW, db) ** 2)),
        ),
        Misconception(
            "brought to length 1",
            "What was too long now has the norm 1, whatever the limit: multiply by the limit as well.",
            _scaled(
                lambda dW, db, limit: 1.0 if _norm(dW, db) <= limit else 1 / _norm(dW, db),
            ),
        ),
        Misconception(
            "always divided by the limit",
            "Everything was divided by the limit. The factor is limit / norm, and only where the norm is "
            "above the limit.",
            _scaled(lambda dW, db, limit: 1 / limit),
        ),
        Misconception(
            "divided by the limit",
            "What was too long was divided by the limit. The factor is limit / norm.",
            _scaled(lambda dW, db, limit: 1.0 if _norm(dW, db) <= limit else 1 / limit),
        ),
        Misconception(
            "upside down",
            "The factor is turned round: this makes a gradient that is too long still longer. It is limit / "
            "norm.",
            _scaled(lambda dW, db, limit: 1.0 if _norm(dW, db) <= limit else _norm(dW, db) / limit),
        ),
        Misconception(
            "root mean square for norm",
            "This takes the mean of the squares. The norm has their sum: it grows with the number of "
            "entries.",
            _scaled(
                lambda dW, db, limit: min(1.0, limit / (_norm(dW, db) / (dW.size + db.size) ** 0.5)),
            ),
        ),
        Misconception(
            "largest entry for norm",
            "The factor comes from the largest entry. The norm is the root of the sum of all squares.",
            _scaled(lambda dW, db, limit: min(1.0, limit / max(np.abs(dW).max(), np.abs(db).max()))),
        ),
        Misconception(
            "sizes added for norm",
            "This adds up the sizes of the entries. The norm adds up their squares, and takes the root.",
            _scaled(lambda dW, db, limit: min(1.0, limit / (np.abs(dW).sum() + np.abs(db).sum()))),
        ),
        Misconception(
            "by value",
            "This is clipping by value, each entry by itself. By norm, one factor multiplies all.",
            by_value,
        ),
        Misconception(
            "nothing clipped",
            "These are the gradients as they came.",
            lambda dW, db, limit: (dW, db),
        ),
        Misconception(
            "thrown away",
            "Gradients that are too long became 0. Their direction is of use: make them shorter.",
            _scaled(lambda dW, db, limit: float(_norm(dW, db) <= limit)),
        ),
    ),
)

BY_VALUE = Exercise(
    id="08.8",
    task="Write `by_value(dW, db, limit)`: both gradients, each entry brought into −limit … limit.",
    truth=by_value,
    inputs=_gradients,
    examples=_GRADIENT_EXAMPLES,
    parts=("dW", "db"),
    explain="`np.clip(g, -limit, limit)` puts −limit for what is below it, limit for what is above, and "
    "leaves the rest. Large entries lose more than small ones, so the direction turns.",
    hints=(
        "What is above the limit becomes the limit; what is below −limit becomes −limit; the rest stays.",
        "NumPy has a function for it: `np.clip(array, low, high)`.",
    ),
    misconceptions=(
        Misconception(
            "above alone",
            "Right at the top. Negative entries may be too large as well: they end at −limit.",
            _entries(np.minimum),
        ),
        Misconception(
            "below 0",
            "Negative entries became 0, or their sign was lost. The range is −limit … limit, on both "
            "sides of 0.",
            _entries(lambda g, limit: np.clip(g, 0, limit)),
        ),
        Misconception(
            "sign lost",
            "The sizes are right, but the signs are gone. A negative entry stays negative: −limit at "
            "the lowest.",
            _entries(lambda g, limit: np.minimum(np.abs(g), limit)),
        ),
        Misconception(
            "small ones made larger",
            "Every entry has the size of the limit now. Those within the range stay as they are.",
            _entries(lambda g, limit: np.sign(g) * limit),
        ),
        Misconception(
            "thrown away",
            "Entries that are too large became 0. They become ±limit.",
            _entries(lambda g, limit: np.where(np.abs(g) > limit, 0.0, g)),
        ),
        Misconception(
            "largest brought to the limit",
            "All entries were multiplied by one factor, so that the largest fits. By value, each entry is "
            "treated by itself.",
            _scaled(lambda dW, db, limit: min(1.0, limit / max(np.abs(dW).max(), np.abs(db).max()))),
        ),
        Misconception(
            "by norm",
            "This is clipping by norm, with one factor for all. By value, each entry is treated by itself.",
            by_norm,
        ),
        Misconception(
            "within −1 … 1",
            "Everything is within −1 … 1, whatever the limit. The range is −limit … limit.",
            _entries(lambda g, limit: np.clip(g, -1.0, 1.0)),
        ),
        Misconception(
            "taken from the size",
            "The limit was taken away from what was too large. It should become the limit itself.",
            _entries(lambda g, limit: np.where(np.abs(g) > limit, g - np.sign(g) * limit, g)),
        ),
        Misconception(
            "nothing clipped",
            "These are the gradients as they came.",
            lambda dW, db, limit: (dW, db),
        ),
    ),
)


EXERCISES = (BOUND, CRITICAL_GAIN, HE, XAVIER, BACK, FIRST_BAD, BY_NORM, BY_VALUE)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="08.a",
        question="One network has 1 hidden layer of sigmoid units, another has 20. After 300 steps, is the "
        "loss of the deep one lower, the same or higher?",
        options=("lower", "same", "higher"),
        confusions=(
            Confusion(
                "lower",
                "higher",
                "It could be: twenty layers can represent far more. But what a network can represent, and "
                "what training finds, are two things, as with XOR.",
            ),
            Confusion(
                "same",
                "higher",
                "As if further layers did no harm. Each one stands between the first weights and the loss.",
            ),
        ),
    ),
    Prediction(
        id="08.b",
        question="0.5 goes through ten sigmoids in a row. If each weight is 4 in place of 1, is the gradient "
        "at the front larger, the same or smaller?",
        options=("larger", "same", "smaller"),
        confusions=(
            Confusion(
                "larger",
                "smaller",
                "The bound is larger, a million times. But a bound is not reached: the weights also decide "
                "where on its curve each sigmoid works.",
            ),
            Confusion(
                "same",
                "smaller",
                "Weights do count: each one multiplies the gradient. And each moves z, on which the slope "
                "depends.",
            ),
        ),
    ),
    Prediction(
        id="08.c",
        question="Each of 20 tanh layers has weights of gain 1, with a largest singular value well above 1. "
        "The gradient at layer 1, over that at layer 20: does it explode, vanish, or is it in between?",
        options=("explode", "vanish", "between"),
        confusions=(
            Confusion(
                "explode",
                "between",
                "So the rule has it. But only a vector along one direction is stretched so much, and the "
                "slopes of tanh shrink all of them.",
            ),
            Confusion(
                "vanish",
                "between",
                "It does get smaller. But tanh has the slope 1 where signals are small, so each layer takes "
                "little away.",
            ),
        ),
    ),
    Prediction(
        id="08.d",
        question="The gradients of the stuck sigmoid network are clipped by norm. Is the first layer's, over "
        "the last one's, then larger, smaller or the same?",
        options=("larger", "smaller", "same"),
        confusions=(
            Confusion(
                "larger",
                "same",
                "It would be, if only large gradients were cut down. But one factor multiplies all of them.",
            ),
            Confusion(
                "smaller",
                "same",
                "Each gradient does get smaller. But one factor multiplies all of them, so what one is to "
                "the other stays.",
            ),
        ),
    ),
    Prediction(
        id="08.e",
        question="After three long steps most of 100 ReLU units are dead. The network goes on with a small "
        "learning rate for 300 steps. How many of the dead ones come back?",
        confusions=(
            Confusion(
                81.0,
                0.0,
                "What could move them? Where the slope is 0 at every sample, the gradient is 0, and so is "
                "the step, however many there are.",
            ),
            Confusion(
                40.0,
                0.0,
                "Half of them would need half a gradient. Where the slope is 0 at every sample, the gradient "
                "is exactly 0.",
            ),
        ),
        tolerance=0.1,
    ),
)
