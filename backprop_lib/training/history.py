"""What a training loop remembers of its epochs."""

import math
from dataclasses import dataclass, field


@dataclass(repr=False)
class History:
    """What `fit` measured: lists with one number for each epoch that was completed.

    loss: the mean over the samples, each measured just before the step it took part in; so the parameters
    differ from batch to batch. validation_loss: at the end of the epoch; empty without validation data.
    metrics, validation_metrics: name -> list, measured on what the losses were measured on.
    lr: the learning rate of the epoch.  gradient_norm: of all parameters together, before clipping; its mean
    over the steps.

    stopped_early, interrupted, diverged: whether patience ran out, Ctrl-C was pressed, or a loss or gradient
    was not finite.  ending: that in words, and of which epoch the parameters are, if not of the last.

    >>> History(loss=[0.693, 0.412], validation_loss=[0.7, 0.45])
    History of 2 epochs: loss 0.693 to 0.412, validation loss 0.7 to 0.45, lowest 0.45 in epoch 2.
    """

    loss: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    metrics: dict = field(default_factory=dict)
    validation_metrics: dict = field(default_factory=dict)
    lr: list = field(default_factory=list)
    gradient_norm: list = field(default_factory=list)
    stopped_early: bool = False
    interrupted: bool = False
    diverged: bool = False
    ending: str = ""

    @property
    def epochs(self):
        """How many epochs were recorded."""
        return len(self.loss)

    @property
    def best_epoch(self):
        """The epoch, counted from 1, with the lowest validation loss; None without a finite one."""
        finite = [(loss, epoch) for epoch, loss in enumerate(self.validation_loss, 1) if math.isfinite(loss)]
        return min(finite)[1] if finite else None

    @property
    def curves(self):
        """The losses by name, as `pictures.loss_curves` draws them."""
        curves = {"training": self.loss, "validation": self.validation_loss}
        return {name: losses for name, losses in curves.items() if losses}

    def __repr__(self):
        lists = {"loss": self.loss, "validation loss": self.validation_loss, **self.metrics}
        lists |= {f"validation {name}": values for name, values in self.validation_metrics.items()}
        parts = []
        for name, values in lists.items():
            if values:
                parts.append(f"{name} {values[0]:.4g} to {values[-1]:.4g}")
            if name == "validation loss" and self.best_epoch:
                lowest = self.validation_loss[self.best_epoch - 1]
                parts.append(f"lowest {lowest:.4g} in epoch {self.best_epoch}")
        count = f"History of {in_words(self.epochs)}"
        said = f"{count}: {', '.join(parts)}." if parts else f"{count}."
        return f"{said} {self.ending}".rstrip()


def in_words(count):
    """Write a number of epochs.

    >>> in_words(1), in_words(2)
    ('1 epoch', '2 epochs')
    """
    return "1 epoch" if count == 1 else f"{count} epochs"
