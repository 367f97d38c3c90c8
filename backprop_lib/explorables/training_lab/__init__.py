"""A network trained in the browser: batches, rate, overfitting, and what stops it."""

from backprop_lib.explorables.training_lab.widget import TrainingLab, training_lab

__all__ = ["TrainingLab", "training_lab"]
