"""How large signals and gradients are in a wide plain network, without drawing any weights.

With weights from N(0, gain² / width), each z of layer l is a sum over many units: close to N(0, q_l), with

    q_l = gain²·mean(a_{l−1}²)          mean(a_l²) = E[f(z)²]          mean(a_0²) = 1

and a gradient that comes back through the layer is on average as large as before, times gain·√E[f′(z)²]. So

    ‖∂L/∂z_l‖ / ‖∂L/∂a_L‖ = √E[f′(z_l)²] · ∏ gain·√E[f′(z_k)²]  over k = l + 1, …, L

It holds for infinite width, without normalisation and without shortcuts (which correlate the layers).
Sources: Poole et al. 2016, "Exponential expressivity in deep neural networks through transient chaos";
Schoenholz et al. 2017, "Deep information propagation".
"""

from typing import NamedTuple

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.nn.activations import activation as make_activation


class Theory(NamedTuple):
    """gradients, activations: one entry a layer, as `Flow` has them; input_gradient: at x."""

    gradients: np.ndarray
    input_gradient: float
    activations: np.ndarray


def _nodes():
    """Nodes and weights for means over N(0, 1): x = ±e^(t − e^(−t)), crowded at 0, where activations bend.

    In log |x| an activation looks equally smooth however wide z spreads; Gauss–Hermite's nodes miss its bend.
    """
    t = np.arange(-42, 24) / 10.0
    x = np.exp(t - np.exp(-t))
    weights = 0.1 * x * (1.0 + np.exp(-t)) * np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)
    return np.concatenate([x, -x]), np.concatenate([weights, weights])


_X, _WEIGHTS = _nodes()


def means(activation, variance):
    """Compute the means of f(z)² and f′(z)² over z from N(0, variance).

    >>> squares, slopes = means("relu", 3.0)
    >>> round(squares, 12), round(slopes, 12)
    (1.5, 0.5)
    """
    z = Tensor(np.sqrt(variance) * _X, requires_grad=True)
    a = make_activation(activation)(z)
    a.sum().backward()
    return float(_WEIGHTS @ a.data**2), float(_WEIGHTS @ z.grad**2)


def theory(depth, activation, gain):
    """Compute the sizes in each layer of a plain network, without clipping; returns a `Theory`.

    >>> relu = theory(depth=20, activation="relu", gain=2.0)
    >>> round(relu.gradients[0] / relu.gradients[-1])
    724
    >>> 2**9.5 == 724.0773439350247
    True
    """
    activations, slopes = [], []
    square = 1.0
    for _ in range(depth):
        square, slope = means(activation, gain * gain * square)
        activations.append(np.sqrt(square))
        slopes.append(slope)
    gradients = []
    handed = 1.0
    for slope in reversed(slopes):
        gradients.append(np.sqrt(handed * slope))
        handed *= gain * gain * slope
    return Theory(np.array(gradients[::-1]), float(np.sqrt(handed)), np.array(activations))
