"""Pictures of what networks do, one function each, for our models and for PyTorch's.

Each returns a matplotlib Figure, which a notebook shows when it is a cell's last expression. matplotlib is
loaded by the first call.
"""

from backprop_lib.pictures.activation_functions import activations
from backprop_lib.pictures.confusion import confusion_matrix
from backprop_lib.pictures.cost_curves import cost_curves
from backprop_lib.pictures.distributions import histograms
from backprop_lib.pictures.gradients import gradient_bars
from backprop_lib.pictures.image_rows import images, signed_images
from backprop_lib.pictures.losses import loss_curves
from backprop_lib.pictures.numerical import u_curve
from backprop_lib.pictures.power_laws import power_law
from backprop_lib.pictures.regions import decision_regions
from backprop_lib.pictures.stairs import stairs
from backprop_lib.pictures.walks import policy_map, reward_curve

__all__ = [
    "activations",
    "confusion_matrix",
    "cost_curves",
    "decision_regions",
    "gradient_bars",
    "histograms",
    "images",
    "loss_curves",
    "policy_map",
    "power_law",
    "reward_curve",
    "signed_images",
    "stairs",
    "u_curve",
]
