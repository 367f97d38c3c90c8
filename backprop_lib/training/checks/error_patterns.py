"""What wrong gradients look like: each pattern compares a claimed gradient a with the numerical n.

A pattern takes (comparison, the one over all samples, those of all parameters), and returns a sentence or
None. `PATTERNS` lists them in the order in which they are tried.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop_lib.nn.by_hand import sigmoid
from backprop_lib.training.checks.tables import place_name, short


@dataclass(frozen=True)
class Comparison:
    """A claimed and a numerical gradient of one parameter, and what is known beside them.

    numerical: nan where an entry was not measured.  rounding: how far each may be off.
    ok: whether they agree, or nearly.  samples, outputs: how many, or None.
    activation: outputs of the parameter's layer, (samples, units), or None.
    """

    name: str
    claimed: np.ndarray
    numerical: np.ndarray
    rounding: np.ndarray
    parameter: np.ndarray
    ok: bool
    samples: int | None = None
    outputs: int | None = None
    activation: np.ndarray | None = None

    def is_claimed(self, expected, claimed=None):
        """Whether `expected`, made from numerical numbers, is what was claimed, entry by entry."""
        claimed = self.claimed if claimed is None else claimed
        if claimed.shape != self.numerical.shape or not np.isfinite(self.claimed).all():
            return False
        seen = ~np.isnan(self.numerical)
        expected = np.broadcast_to(expected, claimed.shape)[seen]
        size = np.abs(expected).max(initial=0.0)
        with np.errstate(all="ignore"):
            factor = size / np.nanmax(np.abs(self.numerical), initial=0.0)
        slack = 1e-4 * np.abs(expected) + 1e-8 * size
        slack += 4.0 * self.rounding[seen] * max(1.0, factor if np.isfinite(factor) else 1.0)
        return bool((np.abs(claimed[seen] - expected) <= slack).all()) and size > 0.0

    def known(self):
        """Where the numerical derivative is clearly not 0, so that a ratio to it means something."""
        n = np.nan_to_num(self.numerical)
        return np.abs(n) > np.maximum(1e3 * np.nan_to_num(self.rounding), 1e-6 * np.abs(n).max(initial=0.0))

    def ratio(self, axis=None):
        """Give a/n if it is one number for all entries (axis None), each column (0) or each row (1)."""
        if self.claimed.shape != self.numerical.shape or (axis is not None and self.claimed.ndim != 2):
            return None
        known = self.known()
        counts = known.sum(axis=axis, keepdims=True)
        if not counts.all() or (axis is not None and counts.min() < 2):
            return None
        n = np.where(known, np.nan_to_num(self.numerical), 0.0)
        ratio = (self.claimed * n).sum(axis=axis, keepdims=True) / (n * n).sum(axis=axis, keepdims=True)
        return ratio if self.is_claimed(ratio * np.nan_to_num(self.numerical)) else None


# --- patterns over all samples ------------------------------------------------------------------------------


def _not_finite(c, whole, others):
    if not np.isfinite(c.claimed).all():
        place = tuple(np.argwhere(~np.isfinite(c.claimed))[0].tolist())
        return f"the claimed gradient is {c.claimed[place]} at {place_name('', place)}"


def _nothing(c, whole, others):
    if not c.claimed.any():
        return (
            "no gradient arrives, every claimed entry is 0: looks like a gradient that is never computed or "
            "never added, or a graph cut by detach, .data or no_grad"
        )


def _itself(c, whole, others):
    if c.parameter.any() and np.array_equal(c.claimed, c.parameter):
        return "what is claimed is the parameter itself: keep gradients apart from parameters"


def _transposed(c, whole, others):
    if c.claimed.ndim != 2 or c.claimed.T.shape != c.numerical.shape or min(c.claimed.shape) < 2:
        return None
    if c.is_claimed(c.numerical, c.claimed.T):
        return "the claimed gradient agrees once it is transposed: looks like dZᵀ·A where Aᵀ·dZ belongs"


def constant_factor(c, whole, others):
    ratio = c.ratio()
    if ratio is None or abs(float(ratio.item()) - 1.0) < 1e-3:
        return None
    k = float(ratio.item())
    meanings = _meanings(k, c, others) or ([] if k > 0 else _meanings(-k, c, others, "with the wrong sign"))
    if meanings:
        return f"every claimed entry is {short(k, 4)} times the numerical one: looks like " + ", or ".join(
            meanings
        )
    if c.known().sum() < 2:  # one number is always some multiple of another
        return None
    for whole_number, inverse in ((k, False), (1.0 / k, True)):
        if 1.5 < abs(whole_number) < 1000 and abs(whole_number - round(whole_number)) < 1e-4 * abs(
            whole_number
        ):
            turned = "a mean where a sum belongs" if inverse else "a sum where a mean belongs"
            count = abs(round(whole_number))
            return (
                f"every claimed entry is {'1/' if inverse else ''}{round(whole_number)} times the numerical "
                f"one: looks like {turned}; of what does your network have {count}?"
            )
    return (
        f"every claimed entry is {short(k, 4)} times the numerical one: looks like a constant factor too many"
    )


# A factor, from the numbers of samples m and of outputs o, and what it looks like.
FACTORS = (
    (lambda m, o: -1.0, "a wrong sign: y − a where a − y belongs"),
    (lambda m, o: 2.0, "a factor ½ of the loss that was left out, or a 2 too many"),
    (lambda m, o: 0.5, "the 2 of the squared error's derivative left out, or a ½ too many"),
    (lambda m, o: m, "a sum over the {m} samples where the loss takes the mean"),
    (lambda m, o: 1 / m, "a mean over the {m} samples where a sum belongs"),
    (lambda m, o: o, "a sum over the {o} outputs where the loss takes the mean over them, too"),
    (lambda m, o: 1 / o, "a mean over the {o} outputs where the loss takes the sum over them"),
    (lambda m, o: m * o, "a sum over the {m} samples and {o} outputs where the loss takes the mean"),
    (lambda m, o: 1 / (m * o), "a mean over the {m} samples and {o} outputs where the loss takes the sum"),
)


def _meanings(k, c, others, also=""):
    unknown = np.nan
    m, o = c.samples or unknown, c.outputs or unknown
    found = []
    for factor, words in FACTORS:
        value = factor(m, o)
        trivial = abs(value - 1.0) < 1e-9 or ("{o}" in words and o == 1)
        if not trivial and abs(k - value) < 1e-4 * abs(value):
            found.append(words.format(m=m, o=o) + (f", {also}" if also else ""))
    if len(found) and abs(k * m - 1.0) < 1e-4 and c.numerical.ndim == 1 and any(o.ok for o in others):
        return [f"dZ.mean(axis=0) over the {m} samples where dZ.sum(axis=0) belongs"]
    return found


def _summed_over_all(c, whole, others):
    if c.numerical.ndim == 1 and c.numerical.size > 1 and not np.isnan(c.numerical).any():
        total = c.numerical.sum()
        if c.is_claimed(total):
            return (
                "every claimed entry is the sum of all the numerical ones: looks like dZ.sum() where "
                "dZ.sum(axis=0) belongs"
            )


def _decay(c, whole, others):
    seen = ~np.isnan(c.numerical)
    w = np.where(seen, c.parameter, 0.0)
    if c.claimed.shape != w.shape or np.count_nonzero(w) < 2:
        return None
    difference = np.where(seen, c.claimed - np.nan_to_num(c.numerical), 0.0)
    share = float((difference * w).sum() / (w * w).sum())
    slack = 1e-4 * np.abs(share * w) + 1e-7 * np.abs(difference).max() + 4.0 * np.nan_to_num(c.rounding)
    large = np.abs(difference).max() > 1e-3 * np.nanmax(np.abs(c.numerical), initial=0.0)
    if large and (np.abs(difference - share * w) <= slack).all():
        return (
            f"the claimed gradient is the numerical one plus {short(share, 4)} times the parameter: looks "
            "like weight decay in the gradient that the loss has not"
        )


def _zeros_filled(c, whole, others):
    if c.claimed.shape != c.numerical.shape:
        return None
    known, seen = c.known(), ~np.isnan(c.numerical)
    wrong = seen & (np.abs(c.claimed - np.nan_to_num(c.numerical)) > _slack(c))
    if known.any() and wrong.any() and not (wrong & known).any():
        return (
            "claimed entries are not 0 where the numerical ones are: looks like ReLU's derivative left out, "
            "which is 0 for units that are off"
        )


def _some_entries(c, whole, others):
    if c.claimed.shape != c.numerical.shape:
        return None
    seen = ~np.isnan(c.numerical)
    wrong = seen & (np.abs(c.claimed - np.nan_to_num(c.numerical)) > _slack(c))
    places = np.argwhere(wrong)
    if not 0 < 2 * len(places) <= seen.sum():
        return None
    which = f"only {len(places)} of {seen.sum()} entries are wrong, "
    if len(places) == 1:
        return f"{which}{place_name('', places[0].tolist())}: look for what treats this one differently"
    for axis, kind in enumerate(("row", "column")[: wrong.ndim] if wrong.ndim == 2 else ()):
        lines = set(places[:, axis].tolist())
        if len(lines) == 1:
            return f"{which}all in {kind} {lines.pop()}: look for what treats it differently"
    return f"{which}the first at {place_name('', places[0].tolist())}"


def _slack(c):
    """From where on an entry counts as wrong."""
    n = np.nan_to_num(c.numerical)
    return 1e-5 * np.maximum(np.abs(c.claimed), np.abs(n)) + np.nan_to_num(c.rounding)


# --- patterns of a single sample ----------------------------------------------------------------------------
# There the gradient of a weight is one product, input × δ, and a wrong factor shows as a ratio of its unit.


def _overwritten(c, whole, others):
    if whole.is_claimed(c.numerical) or whole.is_claimed(c.numerical / whole.samples):
        return (
            "the claimed gradient is that of the last sample alone: looks like = in a loop over the samples "
            "where += belongs"
        )


def _right_for_one(c, whole, others):
    if c.ok:
        return "right for a single sample: the mistake lies in how the samples are put together"


def _logit(a):
    return np.log(a / (1.0 - a))


# What was used in place of f′ → the ratio a/n of a unit with output a; all but one suppose a sigmoid.
IN_PLACE_OF_SLOPE = (
    ("the factor f′ = a·(1 − a) of the sigmoid left out", lambda a: 1.0 / (a * (1.0 - a))),
    ("the factor f′ = 1 − a² of tanh left out", lambda a: 1.0 / (1.0 - a * a)),
    ("z·(1 − z) where a·(1 − a) belongs", lambda a: _logit(a) * (1.0 - _logit(a)) / (a * (1.0 - a))),
    (
        "σ′ taken at a where it is taken at z: a sigmoid of a sigmoid",
        lambda a: sigmoid(a) * (1.0 - sigmoid(a)) / (a * (1.0 - a)),
    ),
    ("the factor f′ = a·(1 − a) multiplied twice", lambda a: a * (1.0 - a)),
)


def _slope_of_unit(c, whole, others):
    if c.activation is None or len(c.activation) != 1 or c.claimed.shape != c.numerical.shape:
        return None
    a = c.activation[0]
    with np.errstate(all="ignore"):
        for words, ratio in IN_PLACE_OF_SLOPE:
            expected = ratio(a)
            if np.isfinite(expected).all() and c.known().any() and c.is_claimed(expected * c.numerical):
                return f"looks like {words}"


def _input_of_layer(c, whole, others):
    ratio = c.ratio(axis=1)
    if ratio is None or np.ptp(ratio) < 1e-4 * np.abs(ratio).max():
        return None
    for other in others:
        a = other.activation
        if other is not c and a is not None and a.shape == (1, len(ratio)):
            with np.errstate(all="ignore"):
                expected = _logit(a[0]) / a[0]
            if np.allclose(ratio.ravel(), expected, rtol=1e-4):
                return "looks like z where a belongs, as the input of this layer"
    return (
        "the ratio of claimed to numerical differs from row to row: looks like a wrong input of this layer, "
        "such as z where a belongs"
    )


def _transposed_weight(c, whole, others):
    """da = dZ·W in place of dZ·Wᵀ, which fits in shape when W is square."""
    others = list(others)
    position = next((i for i, other in enumerate(others) if other.name == c.name), len(others))
    later = [other for other in others[position + 1 :] if other.parameter.ndim == 2]
    if not later or c.claimed.shape != c.numerical.shape:
        return None
    W = later[0].parameter
    bias = next((o for o in others if o.parameter.shape == W.shape[1:] and o.name != c.name and o.ok), None)
    units = c.claimed.shape[-1]
    if bias is None or W.shape != (units, units) or others.index(bias) < others.index(later[0]):
        return None
    delta = bias.numerical  # for one sample, the gradient of a bias is δ itself
    with np.errstate(all="ignore"):
        if c.is_claimed(c.numerical * (delta @ W) / (delta @ W.T)):
            return f"looks like a product with {later[0].name} where its transpose belongs"


# --- what remains -------------------------------------------------------------------------------------------


def _unit_by_unit(c, whole, others):
    if c.claimed.shape != c.numerical.shape or c.numerical.size < 2:
        return None
    if c.numerical.ndim == 1 or c.ratio(axis=0) is not None:
        return (
            "the ratio of claimed to numerical differs from unit to unit: looks like an elementwise factor, "
            "such as f′, missing or wrong in this layer or behind it"
        )


def _wrong_shape(c, whole, others):
    if c.claimed.shape != c.numerical.shape:
        return f"the claimed gradient has shape {c.claimed.shape}, and does not agree when transposed, either"


@dataclass(frozen=True)
class Pattern:
    """fits: (comparison, the one over all samples, those of all parameters) -> a sentence or None.

    alone: whether it looks at the last sample alone.
    general: whether it says little, and nothing where another parameter shows something special.
    """

    fits: Callable
    alone: bool = False
    general: bool = False


PATTERNS = (
    Pattern(_not_finite),
    Pattern(_nothing),
    Pattern(constant_factor),
    Pattern(_itself),
    Pattern(_transposed),
    Pattern(_wrong_shape),
    Pattern(_summed_over_all),
    Pattern(_decay),
    Pattern(_overwritten, alone=True),
    Pattern(_zeros_filled),
    Pattern(_some_entries),
    Pattern(_right_for_one, alone=True),
    Pattern(_slope_of_unit),
    Pattern(_slope_of_unit, alone=True),
    Pattern(_transposed_weight, alone=True),
    Pattern(_input_of_layer, alone=True),
    Pattern(_unit_by_unit, alone=True, general=True),
    Pattern(_input_of_layer),
    Pattern(_unit_by_unit, general=True),
)
