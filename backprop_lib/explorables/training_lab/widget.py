"""A network trained in the browser: batches, rate, overfitting, and what stops it."""

import math
from itertools import islice, takewhile
from numbers import Integral

import traitlets

from backprop_lib.explorables.checks import check_count
from backprop_lib.explorables.explorable import Explorable, browser_side
from backprop_lib.explorables.training_lab import words
from backprop_lib.explorables.training_lab.run import (
    HIDDEN,
    MOST_EPOCHS,
    MOST_SAMPLES,
    OPTIMISERS,
    SAMPLES,
    SCHEDULES,
    draws,
    train,
)

MOST_NOISE = 0.3
MOST_DECAY = 1.0
SETTINGS = (
    "batch",
    "rate",
    "optimiser",
    "schedule",
    "weight_decay",
    "hidden",
    "samples",
    "noise",
    "patience",
    "seed",
)
KNOWN = {
    "optimiser": tuple(OPTIMISERS),
    "schedule": SCHEDULES,
    "hidden": HIDDEN,
    "samples": SAMPLES,
}


class TrainingLab(Explorable):
    """A network 2–hidden–hidden/2–1 with ReLU learns which points lie outside a circle.

    batch: samples a step, 1 to 200, or "all".  rate: η, above 0.  optimiser: "sgd", "adam" or "adamw".
    schedule: "constant", or "cosine", down to 0 within 200 epochs.  weight_decay: λ, from 0 to 1.
    hidden: units of the first layer, 2, 4, 8, 16 or 32.  samples: to train on, 60 or 200.  noise: the share
    of labels that are flipped, from 0 to 0.3.  patience: stop after so many epochs without a lower validation
    loss; None does not.  seed: where points, weights and order come from, see `training_lab_run`.
    Setting one of these begins anew.

    epoch: how many have passed, 0 to 200; set in Python, our engine trains that far from the beginning.
    history: {"train_loss": [...], "val_loss": [...]}, one number an epoch, as `fit` measures them: the
    training loss before each step, the validation loss at the end of the epoch.
    start: the settings but the seed as they were at first, for reset.
    """

    _esm, _css = browser_side("training_lab")

    batch = traitlets.Any(32).tag(sync=True)
    rate = traitlets.Float(0.01).tag(sync=True)
    optimiser = traitlets.Unicode("adam").tag(sync=True)
    schedule = traitlets.Unicode("constant").tag(sync=True)
    weight_decay = traitlets.Float(0.0).tag(sync=True)
    hidden = traitlets.Int(16).tag(sync=True)
    samples = traitlets.Int(200).tag(sync=True)
    noise = traitlets.Float(0.0).tag(sync=True)
    patience = traitlets.Int(None, allow_none=True).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    epoch = traitlets.Int(0).tag(sync=True)
    history = traitlets.Dict({"train_loss": [], "val_loss": []}, read_only=True).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)
    _draws = traitlets.Dict(read_only=True).tag(sync=True)

    _listens = False  # not while it is being made

    def __init__(self, **settings):
        super().__init__(**settings)
        self.set_trait("start", {name: value for name, value in self.settings.items() if name != "seed"})
        self.set_trait("_draws", draws(self.seed))
        self._listens = True

    @property
    def settings(self):
        """All that decides how training goes, by name."""
        return {name: getattr(self, name) for name in SETTINGS}

    @property
    def best_epoch(self):
        """The epoch with the lowest validation loss so far; None before the first."""
        losses = self.history["val_loss"]
        return words.best_epoch(losses) if losses else None

    @property
    def arithmetic(self):
        """How many batches make an epoch, which step it is, and the rate where a schedule changes it."""
        return words.arithmetic(self.settings, self.epoch)

    @property
    def sentence(self):
        """The two losses, their gap, the best epoch, overfitting, and why training ended."""
        return words.sentence(self.history, self.patience)

    # --- training -------------------------------------------------------------------------------------------

    @traitlets.observe(*SETTINGS)
    def _begin_anew(self, change):
        if not self._listens:
            return
        with self.hold_sync():
            if change.name == "seed":
                self.set_trait("_draws", draws(self.seed))
            self.epoch = 0

    @traitlets.observe("epoch")
    def _train(self, change):
        if not self._listens:
            return
        finite = []
        if change.new > 0:
            _, found = train(self.settings, change.new)
            measured = zip(found.loss, found.validation_loss, strict=True)
            complete = islice(measured, found.epochs - found.diverged)  # the last one broke off
            finite = list(takewhile(lambda losses: all(map(math.isfinite, losses)), complete))
        self._take(*([losses[k] for losses in finite] for k in range(2)))

    def _take(self, train_loss, val_loss):
        with self._deaf(), self.hold_sync():
            self.set_trait("history", {"train_loss": train_loss, "val_loss": val_loss})
            self.epoch = len(train_loss)

    # --- what is refused ------------------------------------------------------------------------------------

    @traitlets.validate(*KNOWN)
    def _check_known(self, proposal):
        name = proposal.trait.name
        if proposal.value not in KNOWN[name]:
            listed = ", ".join(map(repr, KNOWN[name]))
            raise traitlets.TraitError(f"{name} is one of {listed}; received {proposal.value!r}")
        return proposal.value

    @traitlets.validate("batch")
    def _check_batch(self, proposal):
        batch = proposal.value
        whole = isinstance(batch, Integral) and not isinstance(batch, bool)
        if not (whole and 1 <= batch <= MOST_SAMPLES) and batch != "all":
            raise traitlets.TraitError(
                f'batch is a whole number from 1 to {MOST_SAMPLES}, or "all"; received {batch!r}'
            )
        return batch

    @traitlets.validate("noise", "weight_decay")
    def _check_share(self, proposal):
        name = proposal.trait.name
        most = {"noise": MOST_NOISE, "weight_decay": MOST_DECAY}[name]
        if not 0.0 <= proposal.value <= most:
            raise traitlets.TraitError(f"{name} is a number from 0 to {most:g}; received {proposal.value}")
        return proposal.value

    @traitlets.validate("rate")
    def _check_rate(self, proposal):
        if not 0.0 < proposal.value < math.inf:
            raise traitlets.TraitError(f"rate is a number above 0; received {proposal.value}")
        return proposal.value

    @traitlets.validate("epoch", "patience", "seed")
    def _check_count(self, proposal):
        limits = {"epoch": (0, MOST_EPOCHS), "patience": (1, math.inf), "seed": (0, math.inf)}
        return check_count(proposal, limits)


def training_lab(
    batch=32,
    rate=0.01,
    optimiser="adam",
    hidden=16,
    noise=0.0,
    samples=200,
    schedule="constant",
    weight_decay=0.0,
    patience=None,
    seed=0,
):
    """Train a small network step by step: watch its loss on what it learns from, and on what it never saw.

    batch: samples a step, 1 to 200, or "all".  rate: η.  optimiser: "sgd", "adam" or "adamw".  hidden: units
    of the first layer, 2, 4, 8, 16 or 32; the second has half as many.  noise: the share of flipped labels,
    0 to 0.3.  samples: to train on, 60 or 200.  schedule: "constant" or "cosine".  weight_decay: 0 to 1.
    patience: of early stopping, in epochs; None is off.  seed: of points, weights and order.

    Raises: traitlets.TraitError for what is out of these limits.

    >>> lab = training_lab()
    >>> print(lab)
    epoch 0: the network is untrained; to know nothing is a loss of ln 2 = 0.6931
    >>> lab.epoch = 10
    >>> lab.arithmetic
    '200 samples ÷ 32 = 6.25: 7 batches an epoch, the last one of 8; epoch 10 = step 70'
    >>> [round(loss, 3) for loss in lab.history["train_loss"][:2]], lab.best_epoch
    ([0.671, 0.634], 10)
    """
    return TrainingLab(
        batch=batch,
        rate=rate,
        optimiser=optimiser,
        hidden=hidden,
        noise=noise,
        samples=samples,
        schedule=schedule,
        weight_decay=weight_decay,
        patience=patience,
        seed=seed,
    )
