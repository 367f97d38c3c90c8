"""Dropout: in training, entries are left out at random."""

import numpy as np

from backprop_lib.engine.batched import as_tensor
from backprop_lib.engine.checkpoint import about_to_draw
from backprop_lib.nn import checks
from backprop_lib.nn.module import Module


class Dropout(Module):
    """Set each entry to 0 with probability p, and divide the others by 1 − p; in evaluation, change nothing.

    Dividing keeps the expected value, so that evaluation needs no correction ("inverted" dropout).

    p: the share that is left out, from 0 to 1; 0.5.
    rng: the `numpy.random.Generator` that decides. Without one, chance is different at every run. Inside a
    checkpoint, the second pass leaves out what the first did.

    In and out: any shape.
    Raises: TypeError, ValueError for a p out of range, and for an rng that is none.
    Source: Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, "Dropout".

    >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
    >>> layer(np.ones(6)).data
    array([2., 0., 0., 0., 2., 2.])
    >>> layer.eval()(np.ones(6)).data
    array([1., 1., 1., 1., 1., 1.])
    """

    def __init__(self, p=0.5, *, rng=None):
        self.p = checks.real("p", p, least=0, most=1)
        self.rng = np.random.default_rng() if rng is None else rng
        if not isinstance(self.rng, np.random.Generator):
            raise TypeError(
                f"rng must be a numpy.random.Generator, such as numpy.random.default_rng(0); received {rng!r}"
            )

    def forward(self, x):
        x = as_tensor(x)
        if not self.training or self.p == 0.0:
            return x
        about_to_draw(self.rng)
        kept = self.rng.random(x.shape) >= self.p
        return x * (kept.astype(x.dtype) * (1.0 / (1.0 - self.p) if self.p < 1.0 else 0.0))

    def extra_repr(self):
        return f"p={self.p:g}"
