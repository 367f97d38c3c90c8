"""Losses as modules; what they compute stands in `nn.functional`.

reduction: "mean", "sum", or "none" for one loss for each entry (each sample, for the cross-entropy).
"""

from backprop_lib.engine import functional
from backprop_lib.nn.module import Module


class _Loss(Module):
    def __init__(self, reduction="mean"):
        self.reduction = reduction

    def extra_repr(self):
        return f"reduction={self.reduction!r}"


class MSELoss(_Loss):
    """Mean squared error: `functional.mse_loss`.

    >>> import numpy as np
    >>> MSELoss()(np.array([[1.0], [2.0]]), np.array([[1.0], [4.0]])).item()
    2.0
    """

    def forward(self, prediction, target):
        return functional.mse_loss(prediction, target, self.reduction)


class BCEWithLogitsLoss(_Loss):
    """Binary cross-entropy of σ(logits): `functional.binary_cross_entropy_with_logits`.

    >>> import numpy as np
    >>> round(BCEWithLogitsLoss()(np.array([[0.0]]), np.array([[1.0]])).item(), 4)  # ln 2
    0.6931
    """

    def forward(self, logits, target):
        return functional.binary_cross_entropy_with_logits(logits, target, self.reduction)


class CrossEntropyLoss(_Loss):
    """Cross-entropy of softmax(logits), with the class of each sample as target: `functional.cross_entropy`.

    >>> import numpy as np
    >>> round(CrossEntropyLoss()(np.array([[2.0, 1.0, 0.1]]), np.array([0])).item(), 6)
    0.41703
    """

    def forward(self, logits, target):
        return functional.cross_entropy(logits, target, self.reduction)
