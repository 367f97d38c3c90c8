"""Layers that bring signals to mean 0 and variance 1, and then learn a scale and a shift.

Both share one operation. With the mean μ and the variance v of the entries that are looked at together,

    x̂ = (x − μ) / √(v + ε)
    y = γ·x̂ + β

Since μ and v depend on every x among them, so does each x̂, and the gradient has two terms besides the plain
one (all means over the entries that are looked at together):

    dx = (dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂)) / √(v + ε)

What the first takes away is a common shift of all x, and the second a common scale: both leave x̂ as it is.
"""

import numpy as np

from backprop_lib.engine.batched import Tensor, apply, as_tensor
from backprop_lib.engine.checkpoint import is_recomputing
from backprop_lib.engine.matrices import count
from backprop_lib.engine.operations import SELF, array_operation
from backprop_lib.nn import checks
from backprop_lib.nn.initialisation import zeros
from backprop_lib.nn.module import Module

_sum_of = np.add.reduce  # what np.sum calls in the end


def _mean(x, axis):
    return _sum_of(x, axis=axis, keepdims=True) * (1.0 / count(x, axis))


def moments(x, axis):
    """Compute the mean and the variance over `axis`; the variance is the biased one, over the full count.

    Returns: two arrays in which `axis` has length 1.

    >>> moments(np.array([[1.0], [3.0]]), axis=0)
    (array([[2.]]), array([[1.]]))
    """
    mean = _mean(x, axis)
    centred = x - mean
    return mean, _mean(centred * centred, axis)


@array_operation(symbol="x̂", reads=((SELF,),))
def standardise(x, mean, variance, axis, eps):
    # mean, variance: the `moments` of this x over this axis, so that the gradient runs through them, too.
    scale = 1.0 / np.sqrt(variance + eps)
    x_hat = (x - mean) * scale

    def pull_back(g):
        return (g - _mean(g, axis) - x_hat * _mean(g * x_hat, axis)) * scale

    return x_hat, (pull_back,)


class BatchNorm1d(Module):
    """Standardise each feature over the samples of the batch; then scale and shift it.

    num_features: how many columns.
    eps: added to the variance, so that a feature without spread does not divide by 0; 1e-5.
    momentum: how much a new batch counts in the running statistics, from 0 to 1; 0.1.
    affine: whether a scale and a shift are learnt.
    dtype: of parameters and running statistics, float64 or float32.

    weight, bias: γ, from 1, and β, from 0, each (num_features,); None if not `affine`.
    running_mean, running_var: (num_features,), from 0 and 1. In training each batch moves them,
    running ← (1 − momentum)·running + momentum·batch, with the unbiased variance, over samples − 1; the
    output uses the biased one. In evaluation they stand in for the batch's own, so that the output for one
    sample does not depend on the others. All this is as in torch; only its count of batches is not kept.

    A checkpoint runs `forward` twice for one batch; the statistics move once.

    In and out: (samples, num_features).
    Raises: TypeError, ValueError for settings out of range; when called, ValueError for another shape, and in
    training for fewer than two samples. Then the statistics have not moved.
    Source: Ioffe & Szegedy 2015, "Batch normalization"; the gradient is theirs of section 3, put together.

    >>> layer = BatchNorm1d(1)
    >>> layer(np.array([[1.0], [3.0]])).data.round(3)
    array([[-1.],
           [ 1.]])
    >>> layer.running_mean, layer.running_var
    (array([0.2]), array([1.1]))
    >>> layer.eval()(np.array([[0.2]])).data
    array([[0.]])
    """

    buffer_names = ("running_mean", "running_var")

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, *, dtype=np.float64):
        self.num_features = checks.whole("num_features", num_features)
        self.eps = checks.real("eps", eps, least=0)
        self.momentum = checks.real("momentum", momentum, least=0, most=1)
        affine = checks.flag("affine", affine)
        self.running_mean = zeros(self.num_features, dtype)
        self.running_var = np.ones_like(self.running_mean)
        self.weight, self.bias = _scale_and_shift(self.num_features, dtype) if affine else (None, None)

    def forward(self, x):
        x = as_tensor(x, like=self.weight)
        if x.ndim != 2 or x.shape[1] != self.num_features:
            raise ValueError(
                f"BatchNorm1d needs inputs of shape (samples, {self.num_features}); received shape {x.shape}"
            )
        x_hat = self._by_batch(x) if self.training else self._by_running_statistics(x)
        return x_hat if self.weight is None else x_hat * self.weight + self.bias

    def _by_batch(self, x):
        samples = len(x.data)
        if samples < 2:
            raise ValueError(
                "BatchNorm1d in training needs at least two samples, because the spread of one is 0; "
                f"received shape {x.shape}: take larger batches, or eval() for the running statistics"
            )
        mean, variance = moments(x.data, axis=0)
        if not is_recomputing():
            unbiased = variance[0] * (samples / (samples - 1.0))
            self.running_mean = self._moved(self.running_mean, mean[0])
            self.running_var = self._moved(self.running_var, unbiased)
        return apply(standardise, x, mean=mean, variance=variance, axis=0, eps=self.eps)

    def _moved(self, running, batch):
        moved = (1.0 - self.momentum) * running + self.momentum * batch
        return moved.astype(running.dtype, copy=False)

    def _by_running_statistics(self, x):
        return (x - self.running_mean) / np.sqrt(self.running_var + self.eps)

    def extra_repr(self):
        affine = self.weight is not None
        return f"{self.num_features}, eps={self.eps:g}, momentum={self.momentum:g}, affine={affine}"


class LayerNorm(Module):
    """Standardise each sample over its own features; then scale and shift each feature.

    It needs no batch and no running statistics: training and evaluation are the same.

    normalized_shape: the lengths of the last axes, which are looked at together; a number for the last alone.
    eps: added to the variance; 1e-5.  dtype: of the parameters, float64 or float32.

    weight, bias: γ, from 1, and β, from 0, each of shape `normalized_shape`.

    In and out: (…, *normalized_shape).
    Raises: TypeError, ValueError for sizes that are no whole numbers or below 1, and for an eps below 0; when
    called, ValueError for another shape.
    Source: Ba, Kiros & Hinton 2016, "Layer normalization".

    >>> LayerNorm(2)(np.array([[1.0, 3.0], [10.0, 50.0]])).data.round(3)
    array([[-1.,  1.],
           [-1.,  1.]])
    """

    def __init__(self, normalized_shape, eps=1e-5, *, dtype=np.float64):
        sizes = normalized_shape if isinstance(normalized_shape, tuple | list) else (normalized_shape,)
        if not sizes:
            raise ValueError(f"normalized_shape must have at least one size; received {normalized_shape!r}")
        self.normalized_shape = tuple(checks.whole("normalized_shape", size) for size in sizes)
        self.eps = checks.real("eps", eps, least=0)
        self.weight, self.bias = _scale_and_shift(self.normalized_shape, dtype)
        self._axes = tuple(range(-len(sizes), 0))

    def forward(self, x):
        x = as_tensor(x, like=self.weight)
        if x.shape[-len(self._axes) :] != self.normalized_shape:
            expected = ", ".join(map(str, self.normalized_shape))
            raise ValueError(f"LayerNorm needs inputs of shape (…, {expected}); received shape {x.shape}")
        mean, variance = moments(x.data, self._axes)
        x_hat = apply(standardise, x, mean=mean, variance=variance, axis=self._axes, eps=self.eps)
        return x_hat * self.weight + self.bias

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps:g}"


def _scale_and_shift(shape, dtype):
    """Make γ = 1 and β = 0."""
    shift = zeros(shape, dtype)
    weight = Tensor(np.ones_like(shift), requires_grad=True, label="weight")
    return weight, Tensor(shift, requires_grad=True, label="bias")
