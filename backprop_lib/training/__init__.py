"""Data, optimisers, the training loop, and the checks of gradients and networks."""

from backprop_lib.training.batches import mini_batches, steps_per_epoch
from backprop_lib.training.checks.diagnosis import diagnose
from backprop_lib.training.checks.differences import numerical_gradient
from backprop_lib.training.checks.gradient_check import gradcheck
from backprop_lib.training.clipping import clip_grad_norm_, clip_grad_value_
from backprop_lib.training.fitting import evaluate, fit
from backprop_lib.training.history import History
from backprop_lib.training.metrics import accuracy
from backprop_lib.training.norms import gradient_norms
from backprop_lib.training.optimisers import SGD, Adam, AdamW
from backprop_lib.training.saving import load, save
from backprop_lib.training.schedules import CosineAnnealingLR, LinearLR, SequentialLR, StepLR

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "CosineAnnealingLR",
    "History",
    "LinearLR",
    "SequentialLR",
    "StepLR",
    "accuracy",
    "clip_grad_norm_",
    "clip_grad_value_",
    "diagnose",
    "evaluate",
    "fit",
    "gradcheck",
    "gradient_norms",
    "load",
    "mini_batches",
    "numerical_gradient",
    "save",
    "steps_per_epoch",
]
