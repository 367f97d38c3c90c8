"""The deep network under the gradient-flow microscope, run once forward and backward by our engine.

From x, layer l makes, with weights W_l from N(0, gain² / width) and no biases,

    z_l = norm(a_{l−1} W_l)          a_l = f(z_l)  or, with a shortcut,  a_{l−1} + f(z_l)          a_0 = x

The loss is the mean over all entries of G·a_L. Both x and G come from N(0, 1), so that ∂L/∂a_L is noise of
one size everywhere: what a network at its start gets from a loss. Rows are samples; x has `ROWS` of them.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.explorables import seeded
from backprop_lib.nn import BatchNorm1d, LayerNorm
from backprop_lib.nn.activations import activation as make_activation
from backprop_lib.training.clipping import clip_grad_norm_

ROWS = 32
MAX_NORM = 1.0


class Settings(NamedTuple):
    """What decides all numbers; see `GradientFlow`."""

    depth: int
    width: int
    activation: str
    gain: float
    normalisation: str
    residual: bool
    clipping: bool
    seed: int


class Flow(NamedTuple):
    """What one pass measured; arrays have one entry a layer, the first layer first.

    gradients: ‖∂L/∂z_l‖ / ‖∂L/∂a_L‖, after clipping.  input_gradient: the same of x.
    activations: the root mean square of a_l.  slopes: √mean f′(z_l)².  z: (rows, width) for each layer.
    norm: of all ∂L/∂W_l together, before clipping.  factor: what clipping multiplies every gradient with.
    """

    gradients: np.ndarray
    input_gradient: float
    activations: np.ndarray
    slopes: np.ndarray
    z: tuple
    norm: float
    factor: float


@lru_cache(maxsize=4)
def measure(settings):
    """Run the network that `settings` describe, forward and backward; returns a `Flow`."""
    depth, width = settings.depth, settings.width
    x = Tensor(normals(settings.seed, 0, (ROWS, width)), requires_grad=True)
    spread = settings.gain / np.sqrt(width)
    weights = [
        Tensor(spread * normals(settings.seed, layer + 1, (width, width)), requires_grad=True)
        for layer in range(1, depth + 1)
    ]
    zs, outputs = _forward(x, weights, settings)
    loss = (outputs[-1] * normals(settings.seed, 1, (ROWS, width))).mean()
    loss.backward()
    handed = np.linalg.norm(outputs[-1].grad)
    norm = clip_grad_norm_(weights, MAX_NORM)
    factor = min(1.0, MAX_NORM / (norm + 1e-6)) if settings.clipping else 1.0
    return Flow(
        gradients=factor * np.array([np.linalg.norm(z.grad) for z in zs]) / handed,
        input_gradient=float(factor * np.linalg.norm(x.grad) / handed),
        activations=np.array([_root_mean_square(a.data) for a in outputs]),
        slopes=np.array([_root_mean_square(_derivative(z.data, settings.activation)) for z in zs]),
        z=tuple(z.data for z in zs),
        norm=norm,
        factor=factor,
    )


def _forward(x, weights, settings):
    """Give every layer's z and a, with room for their gradients."""
    f = make_activation(settings.activation)
    a, zs, outputs = x, [], []
    for W in weights:
        z = _normalised(a @ W, settings)
        a = a + f(z) if settings.residual else f(z)
        for tensor in (z, a):
            tensor.retain_grad()
        zs.append(z)
        outputs.append(a)
    return zs, outputs


def _normalised(z, settings):
    if settings.normalisation == "BatchNorm":
        return BatchNorm1d(settings.width, affine=False)(z)
    if settings.normalisation == "LayerNorm":
        return LayerNorm(settings.width)(z)
    return z


def _derivative(z, activation):
    z = Tensor(z, requires_grad=True)
    make_activation(activation)(z).sum().backward()
    return z.grad


def _root_mean_square(x):
    return float(np.sqrt(np.mean(x * x)))


def normals(seed, stream, shape):
    """Draw from N(0, 1) what the browser draws: stream 0 is x, 1 is G, l + 1 the weights of layer l.

    A stream's first numbers stay the same whatever is asked for, so that a layer keeps its weights when
    others are added.

    seed: a whole number; its last 32 bits count.  Returns: an array of that shape, row after row.

    >>> normals(0, 2, (1, 3)).round(4)
    array([[1.8163, 0.5365, 1.9621]])
    """
    own_seed = int(2**32 * seeded.uniforms(seed, stream + 1)[stream])
    return seeded.normals(own_seed, int(np.prod(shape))).reshape(shape)
