"""A trained network taken apart into steps, as the browser gets it; frozen as it was at that time."""

import numpy as np

from backprop_lib import nn
from backprop_lib.engine import functional
from backprop_lib.engine.batched import Tensor

PIXELS = 64
CLASSES = 10

# Class → (name of the rule, name of its fixed number). Dropout changes nothing in evaluation.
_ACTIVATIONS = {
    nn.ReLU: ("relu", None),
    nn.Tanh: ("tanh", None),
    nn.Sigmoid: ("sigmoid", None),
    nn.LeakyReLU: ("leaky_relu", "negative_slope"),
}
_NOTHING = (nn.Dropout, nn.Identity)


class Network:
    """Affine maps and activations in a row, from 64 pixels to 10 logits.

    model: a Sequential of Linear, ReLU, Tanh, Sigmoid, LeakyReLU, Dropout and of such Sequentials. Its
    weights are copied: later training changes nothing here.
    steps: one dict each, {"kind": "affine", "inputs", "outputs"} or {"kind": "relu", "parameter"}.
    weights: for each affine step W (inputs, outputs) and b (outputs,), float64.

    Raises: TypeError for another model or another layer in it; ValueError where 64 pixels do not fit in, 10
    logits do not come out, or a weight is no finite number.

    >>> rng = np.random.default_rng(0)
    >>> network = Network(nn.Sequential(nn.Linear(64, 32, rng=rng), nn.ReLU(), nn.Linear(32, 10, rng=rng)))
    >>> [step["kind"] for step in network.steps]
    ['affine', 'relu', 'affine']
    >>> network.logits(np.zeros(64)).shape
    (1, 10)
    """

    def __init__(self, model):
        if not isinstance(model, nn.Sequential):
            raise TypeError(
                "draw_a_digit needs a trained nn.Sequential, such as nn.Sequential(nn.Linear(64, 32), "
                f"nn.ReLU(), nn.Linear(32, 10)); received {type(model).__name__}"
            )
        self.steps, self.weights = [], []
        for layer in _flat(model):
            self._take(layer)
        self._check_sizes()

    def logits(self, x):
        """Run pixels through: (64,) or (samples, 64) → a Tensor (samples, 10)."""
        z = Tensor(np.atleast_2d(x)) if not isinstance(x, Tensor) else x
        weights = iter(self.weights)
        for step in self.steps:
            if step["kind"] == "affine":
                z = functional.affine(z, *next(weights))
            else:
                fixed = [step["parameter"]] if step["parameter"] is not None else []
                z = getattr(z, step["kind"])(*fixed)
        return z

    def probabilities(self, x):
        """Shares of the classes: (64,) or (samples, 64) → an array (samples, 10)."""
        return self.logits(x).softmax(-1).data

    def readings(self, x):
        """The most likely class of each sample."""
        return self.logits(x).data.argmax(axis=-1)

    def loss(self, x, target):
        """L = −ln p(target), from the logits: a Tensor, so that it can be differentiated.  x: (64,)."""
        return functional.cross_entropy(self.logits(x), np.array([target]))

    def pixel_gradient(self, x, target):
        """∂L/∂x: (64,) → (64,)."""
        pixels = Tensor(np.reshape(x, (1, PIXELS)), requires_grad=True)
        self.loss(pixels, target).backward()
        return pixels.grad[0]

    def content(self):
        """All weights in the order of the steps, as bytes: what the browser reads."""
        arrays = [array.ravel() for pair in self.weights for array in pair]
        return np.concatenate(arrays).astype("<f8").tobytes()

    def _take(self, layer):
        kind = type(layer)
        if kind is nn.Linear:
            W = np.array(layer.weight.data, dtype=np.float64)
            b = np.zeros(W.shape[1]) if layer.bias is None else np.array(layer.bias.data, dtype=np.float64)
            self.steps.append({"kind": "affine", "inputs": W.shape[0], "outputs": W.shape[1]})
            self.weights.append((W, b))
        elif kind in _ACTIVATIONS:
            name, fixed = _ACTIVATIONS[kind]
            self.steps.append({"kind": name, "parameter": fixed and float(getattr(layer, fixed))})
        elif kind not in _NOTHING:
            raise TypeError(
                "draw_a_digit can show Linear, ReLU, Tanh, Sigmoid, LeakyReLU and Dropout in a Sequential; "
                f"received {kind.__name__} among them: train a network without it"
            )

    def _check_sizes(self):
        affine = [step for step in self.steps if step["kind"] == "affine"]
        size = PIXELS
        for step in affine:
            if step["inputs"] != size:
                wanted = "64 pixels" if step is affine[0] else f"{size} numbers from the layer before"
                raise ValueError(
                    f"draw_a_digit hands {wanted} to a Linear; received one with in_features="
                    f"{step['inputs']}: the first Linear needs 64, and each next what the one before gives"
                )
            size = step["outputs"]
        if not affine or size != CLASSES:
            raise ValueError(
                "draw_a_digit needs a network that ends with 10 logits, one for each digit; "
                f"received one that gives {size} numbers"
            )
        if not all(np.isfinite(array).all() for pair in self.weights for array in pair):
            raise ValueError(
                "draw_a_digit needs finite weights; received nan or inf among them: training has diverged, "
                "so train again with a smaller rate"
            )


def _flat(model):
    for module in model:
        if isinstance(module, nn.Sequential):
            yield from _flat(module)
        else:
            yield module
