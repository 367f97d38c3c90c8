"""Gradient check: compare the gradients that backward gives with numerical ones.

The relative error of an entry, with claimed derivative a and numerical derivative n:

    max(0, |a − n| − r) / max(|a|, |n|),    r = 8·u·|L| / 2ε

It is taken entry by entry, so that one broken entry stands out in the largest matrix. r is how far rounding
of the loss L can move n (u is the machine epsilon), so that a derivative of 0 that is right passes.
Below 1e-5 an entry is good, up to 1e-3 suspicious, above that a bug.
"""

import numpy as np

from backprop_lib.training.checks.differences import check_step
from backprop_lib.training.checks.error_patterns import Comparison
from backprop_lib.training.checks.measuring import GOOD, measure
from backprop_lib.training.checks.preserved import preserved, unrecorded
from backprop_lib.training.checks.report import GradientCheck, ParameterCheck
from backprop_lib.training.checks.suspicions import suspect
from backprop_lib.training.checks.tables import listed, place_name, short
from backprop_lib.training.checks.targets import target_of

BUG = 1e-3


def gradcheck(
    function_or_model,
    *inputs,
    loss=None,
    parameters=None,
    gradients=None,
    eps=None,
    entries=None,
    rng=None,
    samples=None,
    outputs=None,
    activations=None,
):
    """Check gradients against central differences, entry by entry; name what fails, and guess why.

    What can be checked:

    - `gradcheck(f, *inputs)`: a function of Values, Tensors or torch tensors. Checked are the Values, and the
      tensors that require a gradient. A result of several numbers is summed with random weights.
    - `gradcheck(model, X, y, loss=…)`: a Module of ours, of PyTorch's, or a network of neurons; the loss is
      loss(model(X), y). Neurons get a list of outputs for the rows of X, if X has two axes.
    - `gradcheck(model, X, y)`: a network with its equations written out, such as `TwoLayerMLP`, with its own
      loss.
    - `gradcheck(f, parameters={name: array}, gradients={name: array})`: f() is the loss, computed from these
      very arrays, and the gradients are anybody's. Without `gradients`, the parameters are Tensors, Values
      or torch tensors, or a model, and backward gives them.

    eps: the step ε; without it machine-epsilon^(1/3), 6.1e-6 in float64, times the size of an entry above 1.
    entries: check so many entries of each parameter, drawn by `rng`; without it all.
    rng: a `numpy.random.Generator` for entries and weights; without one the same are drawn each time.
    samples, outputs: how many there are, to explain a wrong factor; read from X and y where they are given.
    activations: {parameter name: outputs of its layer, (1, units)}, to explain a wrong factor f′ when the
    loss is that of a single sample.

    All numbers and all `grad` are afterwards as before, bit by bit, also after an error; so are a model's
    running statistics and random generators. What a function of yours changes besides is not put back.

    Returns: a `GradientCheck`.
    Raises: TypeError, ValueError for arguments that do not fit together. Kinks, a loss that is not finite and
    one that changes from call to call are no errors, but stand in `notes`.

    >>> from backprop_lib.engine.scalar import Value
    >>> gradcheck(lambda w, x: (w * x).sigmoid(), Value(0.5), Value(2.0))
    gradcheck: all gradients agree with the numerical ones
    parameter  shape  largest error  at  claimed  numerical  verdict
    w          ()     < 1e-05                                good
    x          ()     < 1e-05                                good

    >>> w = np.array([1.0, -3.0])
    >>> check = gradcheck(lambda: (w**2).sum(), parameters={"w": w}, gradients={"w": w})
    >>> check.ok, check.worst.place, check.worst.claimed, round(check.worst.measured, 6)
    (False, (1,), -3.0, -6.0)
    """
    check_step(eps)
    _check_whole(entries=entries, samples=samples, outputs=outputs)
    rng = np.random.default_rng(0) if rng is None else rng
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, such as default_rng(0); received {rng!r}")
    target = target_of(function_or_model, inputs, loss, parameters, gradients, rng)
    target.samples, target.outputs = samples or target.samples, outputs or target.outputs
    target.activations |= _checked_activations(activations, target.slots)
    with _put_back(target.slots), preserved(target.model):
        return _check(target, eps, entries, rng)


class _put_back:
    """Bring every parameter back to what it was, bit by bit."""

    def __init__(self, slots):
        self.slots = slots

    def __enter__(self):
        self.kept = [slot.keep() for slot in self.slots]

    def __exit__(self, *problem):
        for slot, kept in zip(self.slots, self.kept, strict=True):
            slot.put_back(kept)


def _check(target, eps, entries, rng):
    notes = []
    claims = _claims(target, notes)
    with unrecorded():
        base, again = target.loss(), target.loss()
        if not np.isfinite(base):
            return GradientCheck([], notes=[*notes, _NOT_FINITE.format(base)])
        if base != again:
            return GradientCheck([], notes=[*notes, _BY_CHANCE.format(short(base), short(again))])
        # A derivative that is 0 comes out of float32 as a rest of larger terms, wherever they are.
        largest = max(float(np.abs(claimed[np.isfinite(claimed)]).max(initial=0.0)) for claimed in claims)
        found = []
        for slot, claimed in zip(target.slots, claims, strict=True):
            places = _drawn(slot, entries, rng)
            blur = 16.0 * slot.claim_epsilon * largest
            found.append(measure(target.loss, base, slot, claimed, places, eps, blur))
        checks = [_judged(*parts) for parts in zip(target.slots, claims, found, strict=True)]
        notes += _notes(target, checks, found, entries)
        suspicions = _explain(target, checks, found, eps) if _any_slope(found) else []
        if target.loss() != base:
            return GradientCheck([], notes=[*notes, _BY_CHANCE.format(short(base), "another number later")])
    return GradientCheck(checks, suspicions, notes)


_NOT_FINITE = (
    "the loss is {}, so there is no slope to compare: find the first operation that gave inf or nan, "
    "for instance with diagnose(model, X, y, loss)"
)
_BY_CHANCE = (
    "the loss is {} and then {} with the same parameters: something in it is random, such as Dropout in "
    "training, or keeps a state; call model.eval(), or draw the random numbers once and before"
)


def _claims(target, notes):
    """Ask for the claimed gradients; a backward pass that changes parameters is undone, and said."""
    kept = [slot.numbers() for slot in target.slots]
    with np.errstate(all="ignore"), _put_back(target.slots):
        claims = target.claims()
        claims = [
            np.zeros(slot.shape) if claimed is None else claimed
            for slot, claimed in zip(target.slots, claims, strict=True)
        ]
        changed = [
            slot.name
            for slot, before in zip(target.slots, kept, strict=True)
            if slot.numbers().tobytes() != before.tobytes()
        ]
    if changed:
        notes.append(
            f"computing the gradients changed {listed(changed)}: keep gradients and parameters apart; "
            "compared is the slope at the parameters as they were before"
        )
    return claims


def _drawn(slot, entries, rng):
    places = list(np.ndindex(slot.shape))
    if entries is None or entries >= len(places):
        return places
    return [places[i] for i in sorted(rng.choice(len(places), entries, replace=False))]


def _judged(slot, claimed, found):
    """Give a parameter its verdict, and find its worst entry: among equal errors the largest difference."""
    if claimed.shape != slot.shape:
        errors = np.where(np.isnan(found.numerical), np.nan, np.inf)
    else:
        errors = found.errors
    error = float(np.nanmax(errors, initial=0.0))
    if np.isnan(errors).all():
        return ParameterCheck(slot.name, claimed, found.numerical, 0.0, (), np.nan, np.nan, "good")
    # Rounded first: of entries that are wrong by one factor, chance should not choose.
    nearly = errors >= error * (1.0 - 1e-6)
    upright = claimed if claimed.shape == slot.shape else claimed.T
    distance = np.where(nearly, np.nan_to_num(np.abs(upright - found.numerical), nan=np.inf), -1.0)
    place = next(tuple(map(int, p)) for p in np.argwhere(distance >= distance.max() * (1.0 - 1e-6)))
    a, n = (float(claimed[place]) if claimed.shape == slot.shape else np.nan), float(found.numerical[place])
    if abs(n) <= found.rounding[place]:
        n = 0.0
    verdict = "good" if error < GOOD else "suspicious" if error <= BUG else "bug"
    if not (np.isfinite(n) and (np.isfinite(a) or claimed.shape != slot.shape)):
        verdict = "not finite"
    return ParameterCheck(slot.name, claimed, found.numerical, error, place, a, n, verdict)


def _explain(target, checks, found, eps):
    comparisons = _compared(target, checks, found)

    def alone(i):
        """Compare gradients of one sample: there each factor of a unit stands by itself."""
        one = target.single(i)
        claims = _claims(one, [])
        parts = [
            measure(one.loss, one.loss(), slot, claimed, list(np.ndindex(slot.shape)), eps)
            for slot, claimed in zip(one.slots, claims, strict=True)
        ]
        return _compared(one, [_judged(*p) for p in zip(one.slots, claims, parts, strict=True)], parts)

    last = (target.samples or 0) - 1
    return suspect(comparisons, (lambda: alone(last)) if target.single else None)


def _compared(target, checks, found):
    return [
        Comparison(
            name=check.name,
            claimed=check.gradient,
            numerical=check.numerical,
            rounding=part.rounding,
            parameter=slot.numbers(),
            ok=check.verdict in ("good", "suspicious"),  # a small error has no pattern to trust
            samples=target.samples,
            outputs=target.outputs,
            activation=target.activations.get(check.name),
        )
        for slot, check, part in zip(target.slots, checks, found, strict=True)
    ]


def _notes(target, checks, found, entries):
    notes = []
    for check, part in zip(checks, found, strict=True):
        notes += _on_kinks(check.name, part.kinks)
        if part.undefined:
            where = place_name(check.name, part.undefined[0])
            notes.append(f"the loss next to {where} is not finite: it leaves where the function is defined")
    if entries is not None and any(np.isnan(check.numerical).any() for check in checks):
        total = sum(check.numerical.size for check in checks)
        drawn = sum(int(np.isfinite(part.errors).sum() + np.isinf(part.errors).sum()) for part in found)
        notes.append(
            f"{drawn} of {total} entries were checked, drawn at random; the others may still be wrong"
        )
    low = [slot.name for slot in target.slots if slot.epsilon > 1e-12]
    if any(slot.claim_epsilon for slot in target.slots):
        notes.append("the gradients are in float32; they were compared with slopes of a float64 copy")
    if low:
        notes.append(
            f"{listed(low)}: in float32 a numerical gradient is good to about 3 digits, and errors of 1e-5 "
            "to 1e-3 say nothing: repeat the check in float64"
        )
    if not _any_slope(found) and not all(check.ok for check in checks):
        notes.append(
            "no nudge changes the loss at all: does it read these very parameters, and not copies of them?"
        )
    matrices = [slot for slot in target.slots if len(slot.shape) == 2]
    if len(matrices) > 1 and not any(slot.numbers().any() for slot in matrices):
        notes.append(
            "all weights are 0: most terms of the gradient vanish with them, and mistakes there cannot show: "
            "check again with random weights"
        )
    return notes


def _any_slope(found):
    return any((np.abs(part.numerical) > part.rounding).any() for part in found)


def _on_kinks(name, kinks):
    if not kinks:
        return []
    place, first, last = kinks[0]
    more = f" (and {len(kinks) - 1} more in {name})" if len(kinks) > 1 else ""
    slopes = f"the slope is {short(first.left, 3)} on the left and {short(first.right, 3)} on the right"
    if last.jump > first.jump / 2:
        end = "there is no derivative at this point, and any number between the two is accepted"
    else:
        end = "a smaller step stays on one side of it, and that slope was compared"
    return [f"{place_name(name, place)} has a kink within ε = {first.eps:.1e}{more}: {slopes}; {end}"]


def _check_whole(**numbers):
    for name, number in numbers.items():
        if number is not None and (not isinstance(number, int | np.integer) or isinstance(number, bool)):
            raise TypeError(f"{name} must be a whole number of 1 or more; received {number!r}")
        if number is not None and number < 1:
            raise ValueError(f"{name} must be a whole number of 1 or more; received {number!r}")


def _checked_activations(activations, slots):
    if activations is None:
        return {}
    if not isinstance(activations, dict):
        raise TypeError(
            f"activations must be {{parameter name: array}}; received {type(activations).__name__}"
        )
    shapes = {slot.name: slot.shape for slot in slots}
    for name, array in activations.items():
        if name not in shapes:
            raise ValueError(f"activations names {name!r}; the parameters are {', '.join(shapes)}")
        if np.ndim(array) != 2 or np.shape(array)[1:] != shapes[name][-1:]:
            units = shapes[name][-1] if shapes[name] else 1
            raise ValueError(
                f"the activations of {name} need the shape (samples, {units}); received {np.shape(array)}"
            )
    return {name: np.asarray(array, float) for name, array in activations.items()}
