"""The fully connected layer."""

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import affine, matmul
from backprop_lib.nn import checks
from backprop_lib.nn.initialisation import default_linear
from backprop_lib.nn.module import Module


class Linear(Module):
    """Z = XW + b: each output is a weighted sum of all inputs, plus a bias.

    in_features, out_features: how many numbers come in and go out for each sample, at least 1 each.
    bias: whether there is a b.
    rng: the `numpy.random.Generator` that W, then b, is drawn from. Make one and pass it to each layer of a
    network: it goes on drawing, so the layers differ, and the whole is the same each time. Without one, each
    layer comes out differently at every run, as in torch without a seed.
    dtype: of the parameters, float64 or float32.

    weight: W, (in_features, out_features); torch stores the transpose.  bias: b, (out_features,), or None.
    Both are drawn from U(−1/√in_features, 1/√in_features), torch's default. For another start, assign to
    `layer.weight.data` what a function of `nn.init` draws.

    In: X, (samples, in_features); also (in_features,) and (…, in_features).  Out: in_features becomes
    out_features.

    Raises: TypeError, ValueError for sizes that are no whole numbers or below 1, for another rng or dtype;
    when called, ValueError for an X of other columns.

    >>> layer = Linear(2, 4, rng=np.random.default_rng(0))
    >>> layer
    Linear(in_features=2, out_features=4, bias=True)
    >>> layer(np.ones((3, 2))).shape
    (3, 4)
    """

    def __init__(self, in_features, out_features, bias=True, *, rng=None, dtype=np.float64):
        self.in_features = checks.whole("in_features", in_features)
        self.out_features = checks.whole("out_features", out_features)
        with_bias = checks.flag("bias", bias)
        rng = np.random.default_rng() if rng is None else rng
        W = default_linear((self.in_features, self.out_features), rng=rng, dtype=dtype)
        self.weight = Tensor(W, requires_grad=True, label="weight")
        self.bias = None
        if with_bias:
            b = default_linear((self.out_features,), fan_in=self.in_features, rng=rng, dtype=dtype)
            self.bias = Tensor(b, requires_grad=True, label="bias")

    def forward(self, X):
        if self.bias is None:
            return matmul(X, self.weight)
        return affine(X, self.weight, self.bias)

    def extra_repr(self):
        sizes = f"in_features={self.in_features}, out_features={self.out_features}"
        return f"{sizes}, bias={self.bias is not None}"
