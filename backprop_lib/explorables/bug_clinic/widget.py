"""The bug clinic: a backward pass with one bug, to be named from the pattern of its errors."""

import itertools
from functools import lru_cache

import traitlets

from backprop_lib.explorables import words
from backprop_lib.explorables.bug_clinic.bugs import BUGS, EQUATIONS
from backprop_lib.explorables.bug_clinic.cases import STEPS, bug_of, case, training
from backprop_lib.explorables.explorable import Explorable, browser_side
from backprop_lib.training.checks.gradient_check import gradcheck
from backprop_lib.training.checks.tables import listed

VIEWS = ("analytic", "numerical", "ratio", "difference")
SHOWN = "shown"  # the answer of a learner who gave up
LARGEST_SEED = 2**32 - 1
MOST_PATIENTS = 1000


class BugClinic(Explorable):
    """A two-layer network whose backward pass has a bug, or none: the patient.

    seed: a whole number; it gives the order of the patients and their numbers.
    patient: which one is in the room, from 0; every bug comes once before any comes again.
    view: what the cells show, "analytic", "numerical", "ratio" or "difference".
    zeros: whether all parameters are 0.  alone: whether the last sample stands alone.
    answers: the diagnoses given for each patient so far, in order, by their keys in `diagnoses`; "shown"
    where the learner gave up.
    diagnoses: all that can be named: key, name, what gives it away, the equations as they are and should be.
    start: where reset goes back to.
    """

    _esm, _css = browser_side("bug_clinic")

    seed = traitlets.Int(0).tag(sync=True)
    patient = traitlets.Int(0).tag(sync=True)
    view = traitlets.Unicode("ratio").tag(sync=True)
    zeros = traitlets.Bool(False).tag(sync=True)
    alone = traitlets.Bool(False).tag(sync=True)
    answers = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    diagnoses = traitlets.List(read_only=True).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **state):
        super().__init__(**state)
        self.set_trait("diagnoses", [_described(key) for key in BUGS])
        self.set_trait(
            "start", {name: getattr(self, name) for name in ("patient", "view", "zeros", "alone", "answers")}
        )

    def case(self):
        """Hand over the patient as it is shown, (model, X, y), for `gradcheck(*clinic.case())`."""
        return case(self.seed, self.patient, zeros=self.zeros, alone=self.alone)

    @property
    def named(self):
        """The patients that are through: {"patient": 0, "bug": its key, "tries": 1}; tries is 0 if shown."""
        through = []
        for patient, given in enumerate(self.answers):
            bug = bug_of(self.seed, patient)
            if given and given[-1] in (bug, SHOWN):
                through.append(
                    {"patient": patient, "bug": bug, "tries": len(given) if given[-1] == bug else 0}
                )
        return through

    @property
    def right_at_first(self):
        """How many were named at the first try."""
        return sum(result["tries"] == 1 for result in self.named)

    @property
    def errors(self):
        """The largest relative error of each parameter, by name, as `gradcheck` measures it."""
        return gradcheck(*self.case()).errors

    @property
    def sentence(self):
        """Which blocks are off by how much, and what training with these gradients comes to."""
        parameters = "all parameters 0" if self.zeros else "random parameters"
        samples = "the last sample alone" if self.alone else "all 6 samples"
        return (
            f"Patient {self.patient + 1}, {parameters}, {samples}: {_compared(gradcheck(*self.case()))}; "
            f"{_trained(self.seed, self.patient)}"
        )

    @traitlets.validate("seed", "patient")
    def _check_count(self, proposal):
        name, most = proposal.trait.name, {"seed": LARGEST_SEED, "patient": MOST_PATIENTS - 1}
        if not 0 <= proposal.value <= most[name]:
            raise traitlets.TraitError(
                f"{name} is a whole number from 0 to {most[name]}; received {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("view")
    def _check_view(self, proposal):
        if proposal.value not in VIEWS:
            raise traitlets.TraitError(
                f"the view is 'analytic', 'numerical', 'ratio' or 'difference'; received {proposal.value!r}"
            )
        return proposal.value

    @traitlets.validate("answers")
    def _check_answers(self, proposal):
        for answer in itertools.chain(*proposal.value):
            if answer not in (*BUGS, SHOWN):
                raise traitlets.TraitError(
                    f"an answer is the key of a diagnosis, or {SHOWN!r}: {', '.join(BUGS)}; "
                    f"received {answer!r}"
                )
        if len(proposal.value) > MOST_PATIENTS:
            raise traitlets.TraitError(
                f"at most {MOST_PATIENTS} patients have answers; received {len(proposal.value)}"
            )
        return proposal.value


def bug_clinic(seed=0):
    """Name the bug in a backward pass, from the pattern of its errors.

    Each patient is the two-layer network of `backprop_lib.nn.by_hand` with 2 inputs, 4 hidden units, 3
    outputs and 6 samples, and a backward pass that may have a bug. Its gradients stand beside numerical ones.

    seed: a whole number; each gives other patients in another order.

    Raises: traitlets.TraitError for a seed below 0, or above 2³² − 1.

    >>> clinic = bug_clinic(seed=0)
    >>> clinic.answers = [["healthy"]]
    >>> clinic.named, clinic.right_at_first
    ([], 0)
    >>> clinic.zeros = True
    >>> model, X, y = clinic.case()
    >>> bool(model.W1.any())
    False
    """
    return BugClinic(seed=seed)


def _described(key):
    bug = BUGS[key]
    return {
        "key": key,
        "name": bug.name,
        "tell": bug.tell,
        "wrong": [f"{name} = {equation}" for name, equation in bug.changed.items()],
        "right": [f"{name} = {EQUATIONS[name]}" for name in bug.changed],
    }


def _compared(check):
    """Say what a check found, block by block.

    >>> _compared(gradcheck(*case(seed=0, patient=0, bug="wrong_sign")))
    'W1 is off, relative error 2; b1, W2 and b2 agree with the numerical gradient'
    """
    off = [c.name for c in check.parameters if not c.ok]
    agreeing = [c.name for c in check.parameters if c.ok]
    if not off:
        return "all four blocks agree with the numerical gradient"
    sizes = listed([words.number(float(f"{c.error:.2g}")) for c in check.parameters if not c.ok])
    told = f"{listed(off)} is off, relative error {sizes}"
    if len(off) > 1:
        told = f"{listed(off)} are off, relative errors {sizes}"
    if not agreeing:
        return f"{told}; no block agrees"
    return f"{told}; {listed(agreeing)} agree{'s' * (len(agreeing) == 1)} with the numerical gradient"


@lru_cache(maxsize=32)  # it is asked for again and again while one patient is looked at
def _trained(seed, patient):
    losses = training(*case(seed, patient))
    right = training(*case(seed, patient, bug="healthy"))
    first, last, reached = map(words.number, (losses[0], losses[-1], right[-1]))
    if len(losses) <= STEPS:
        told = f"training overflows at step {len(losses)}"
        return f"{told}, right gradients take the loss from {first} to {reached}"
    return f"{STEPS} steps take the loss from {first} to {last}, with right gradients to {reached}"
