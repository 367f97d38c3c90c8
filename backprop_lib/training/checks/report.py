"""What `gradcheck` reports: a verdict for each parameter, what the mistakes look like, and a table."""

from dataclasses import dataclass, field

import numpy as np

from backprop_lib.training.checks.tables import listed, place_name, short, table


@dataclass(frozen=True)
class ParameterCheck:
    """How one parameter did.

    gradient, numerical: arrays of its shape; numerical is nan where an entry was not drawn.
    error: the largest relative error; place: where it is; claimed, measured: both numbers there.
    verdict: "good", "suspicious", "bug", or "not finite".
    """

    name: str
    gradient: np.ndarray
    numerical: np.ndarray
    error: float
    place: tuple
    claimed: float
    measured: float
    verdict: str

    @property
    def ok(self):
        return self.verdict == "good"


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """What `gradcheck` found: printed, a table.

    ok: whether every entry that was checked is good.
    parameters: a `ParameterCheck` for each parameter, in order; none if nothing could be compared.
    suspicions: what the pattern of a mistake looks like, sentences.
    notes: what else there is to know: kinks, float32, entries left out.
    """

    parameters: list
    suspicions: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    @property
    def ok(self):
        return bool(self.parameters) and all(check.ok for check in self.parameters)

    @property
    def errors(self):
        """The largest relative error of each parameter, by name."""
        return {check.name: check.error for check in self.parameters}

    @property
    def worst(self):
        """The `ParameterCheck` with the largest error; None if nothing could be compared."""
        return max(self.parameters, key=lambda check: check.error, default=None)

    def __repr__(self):
        if not self.parameters:
            return "\n".join(["gradcheck: nothing could be compared", *self.notes])
        wrong = [check.name for check in self.parameters if not check.ok]
        differ = "differs" if len(wrong) == 1 else "differ"
        head = f"gradcheck: {listed(wrong)} {differ} from the numerical gradient"
        rows = [("parameter", "shape", "largest error", "at", "claimed", "numerical", "verdict")]
        rows += [_row(check) for check in self.parameters]
        lines = [head if wrong else "gradcheck: all gradients agree with the numerical ones", *table(rows)]
        return "\n".join(
            [*lines, *(f"→ {line}" for line in self.suspicions), *(f"· {n}" for n in self.notes)]
        )


def _row(check):
    shape = str(check.numerical.shape)
    if check.ok:  # the last digits of a right gradient are noise, and differ from machine to machine
        return check.name, shape, "< 1e-05", "", "", "", check.verdict
    return (
        check.name,
        shape,
        f"{check.error:.1e}" if np.isfinite(check.error) else "–",
        place_name("", check.place),
        short(check.claimed) if check.gradient.shape == check.numerical.shape else "transposed",
        short(check.measured),
        check.verdict,
    )
