"""A network of two layers with every equation written out, forward and backward: NumPy, and no engine."""

import copy
import math
from numbers import Integral, Real

import numpy as np

from backprop_lib.nn.initialisation import kaiming_normal, zeros


def sigmoid(z):
    """Compute σ(z) = 1 / (1 + exp(−z)), entry by entry.

    z: an array of any shape.  Its derivative is a·(1 − a), where a = σ(z).

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    shrinking = np.exp(-np.abs(z))  # never above 1, so that exp cannot overflow
    return np.where(z >= 0, 1.0, shrinking) / (1.0 + shrinking)


def mean_squared_error(a2, y):
    """Compute the mean of (a2 − y)² over all entries: samples times outputs.

    a2, y: arrays of one shape, (m, n_out).  Its derivative with respect to a2 is 2·(a2 − y) / (m·n_out).

    >>> mean_squared_error(np.array([[0.5], [1.0]]), np.array([[0.0], [1.0]]))
    0.125
    """
    return float(np.mean((a2 - y) ** 2))


class TwoLayerMLP:
    """Two layers of sigmoid units under the mean squared error.

    The loss L is the mean of (a2 − y)² over all m·n_out entries, without a factor ½. The gradients are those
    of this L: ∂L/∂a2 = 2·(a2 − y) / (m·n_out).

    Rows are samples: X is (m, n_in), z1 and a1 are (m, n_hidden), z2, a2 and y are (m, n_out). Weights are
    (in, out): W1 is (n_in, n_hidden), W2 is (n_hidden, n_out); b1 and b2 hold one number for each column. All
    are float64, and each is an attribute. `forward` keeps X, z1, a1, z2, a2; `backward` keeps da2, dz2, da1,
    dz1, where dz1 stands for ∂L/∂z1 and has the shape of z1. The gradients of the parameters are returned,
    apart from them.

    n_in, n_hidden, n_out: how many of each, at least 1.  rng: a `numpy.random.Generator` (a `RandomState`
    works too); without one the same network is made each time. W1, then W2, is drawn by `kaiming_normal`:
    N(0, 2/n_in), N(0, 2/n_hidden). That spread is derived for ReLU; the XOR figures below were made with it.
    Biases begin at 0.

    Raises: TypeError, ValueError for sizes that are no whole numbers or below 1, and for an rng that is none.

    >>> X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> y = np.array([[0], [1], [1], [0]])  # XOR
    >>> model = TwoLayerMLP(2, 4, 1, rng=np.random.RandomState(42))
    >>> losses = model.train(X, y, lr=0.5, epochs=5000)
    >>> [round(losses[epoch], 6) for epoch in (0, 1000, 2000, 5000)]
    [0.268272, 0.183729, 0.022219, 0.00189]
    >>> model.forward(X).round(3).ravel()
    array([0.044, 0.954, 0.962, 0.046])
    """

    def __init__(self, n_in, n_hidden, n_out, rng=None):
        for name, size in [("n_in", n_in), ("n_hidden", n_hidden), ("n_out", n_out)]:
            _check_whole(name, size, least=1)
        rng = np.random.default_rng(0) if rng is None else rng
        self.W1 = kaiming_normal((n_in, n_hidden), rng=rng)
        self.b1 = zeros(n_hidden)
        self.W2 = kaiming_normal((n_hidden, n_out), rng=rng)
        self.b2 = zeros(n_out)
        self.X = self.z1 = self.a1 = self.z2 = self.a2 = None
        self.da2 = self.dz2 = self.da1 = self.dz1 = None
        self._forward_is_current = False

    @property
    def parameters(self):
        """The parameters by name, W1, b1, W2, b2: the arrays themselves, so that an entry can be nudged.

        >>> {name: array.shape for name, array in TwoLayerMLP(2, 4, 1).parameters.items()}
        {'W1': (2, 4), 'b1': (4,), 'W2': (4, 1), 'b2': (1,)}
        """
        return {"W1": self.W1, "b1": self.b1, "W2": self.W2, "b2": self.b2}

    def forward(self, X):
        """Compute a2, the output for each row of X, and keep z1, a1, z2, a2 for `backward`.

        Raises: TypeError, ValueError for an X that is not (m, n_in), m at least 1, or holds what is no finite
        number.

        >>> TwoLayerMLP(2, 4, 3).forward([[0.0, 1.0]]).shape
        (1, 3)
        """
        X = _as_samples(X, columns=self.W1.shape[0])
        W1, b1, W2, b2 = self.W1, self.b1, self.W2, self.b2

        z1 = X @ W1 + b1
        a1 = sigmoid(z1)
        z2 = a1 @ W2 + b2
        a2 = sigmoid(z2)

        self.X, self.z1, self.a1, self.z2, self.a2 = X, z1, a1, z2, a2
        self._forward_is_current = True
        return a2

    def backward(self, y):
        """Compute the gradient of the loss with respect to each parameter: {"W1": ∂L/∂W1, "b1": …}.

        y: the targets for the rows that `forward` last saw, (m, n_out).  Nothing is changed but da2, dz2,
        da1, dz1.

        Raises: RuntimeError before `forward`, and after a `step` until `forward` has run again; TypeError,
        ValueError for a y of another shape than a2, or with what is no finite number.

        >>> model = TwoLayerMLP(2, 4, 1)
        >>> output = model.forward([[0.0, 1.0], [1.0, 1.0]])
        >>> model.backward([[1.0], [0.0]])["W1"].shape
        (2, 4)
        """
        if not self._forward_is_current:
            raise RuntimeError(
                "backward needs what a forward pass with these parameters has kept: "
                "call forward(X) first, and again after each step"
            )
        y = _as_targets(y, self.a2.shape)
        X, a1, a2, W2 = self.X, self.a1, self.a2, self.W2

        da2 = 2 * (a2 - y) / y.size
        dz2 = da2 * a2 * (1 - a2)
        dW2 = a1.T @ dz2
        db2 = dz2.sum(axis=0)
        da1 = dz2 @ W2.T
        dz1 = da1 * a1 * (1 - a1)
        dW1 = X.T @ dz1
        db1 = dz1.sum(axis=0)

        self.da2, self.dz2, self.da1, self.dz1 = da2, dz2, da1, dz1
        return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}

    def loss(self, X, y):
        """Compute the mean squared error of the outputs for X. What `forward` and `backward` kept stays.

        Raises: TypeError, ValueError as `forward` and `backward` do.

        >>> round(TwoLayerMLP(2, 4, 1, rng=np.random.RandomState(42)).loss([[0.0, 1.0]], [[1.0]]), 6)
        0.379795
        """
        a2 = copy.copy(self).forward(X)  # the copy shares the parameters, and keeps its own z1, a1, …
        return mean_squared_error(a2, _as_targets(y, a2.shape))

    def step(self, gradients, lr):
        """Take lr times its gradient from each parameter, in place.

        gradients: what `backward` returned.  lr: the learning rate, 0 or above.

        Raises: TypeError, ValueError for an lr that is none, for gradients with other names or shapes than
        the parameters, and for numbers that are not or do not stay finite. Then no parameter has changed.

        >>> model = TwoLayerMLP(2, 4, 1)
        >>> output = model.forward([[0.0, 1.0]])
        >>> before = model.loss([[0.0, 1.0]], [[1.0]])
        >>> model.step(model.backward([[1.0]]), lr=0.5)
        >>> model.loss([[0.0, 1.0]], [[1.0]]) < before
        True
        """
        parameters = self.parameters
        gradients = _as_gradients(gradients, parameters)
        _check_learning_rate(lr)
        with np.errstate(over="ignore"):  # looked for in the next lines
            stepped = {name: array - lr * gradients[name] for name, array in parameters.items()}
        for name, array in stepped.items():
            if not np.isfinite(array).all():
                raise ValueError(f"a step with lr = {lr} leaves no finite {name}: take a smaller lr")
        for name, array in parameters.items():
            array[...] = stepped[name]
        self._forward_is_current = False

    def train(self, X, y, lr, epochs):
        """Run `forward`, `backward`, `step` on all samples, `epochs` times; return the loss at each epoch.

        The list has epochs + 1 entries: losses[k] is the loss after k steps, losses[0] that before the first.

        Raises: TypeError, ValueError as `forward`, `backward` and `step` do, and for epochs that are no whole
        number or below 0.

        >>> len(TwoLayerMLP(2, 4, 1).train([[0.0, 1.0]], [[1.0]], lr=0.5, epochs=10))
        11
        """
        _check_whole("epochs", epochs, least=0)
        y = _as_targets(y, self.forward(X).shape)
        losses = [mean_squared_error(self.a2, y)]
        for _ in range(epochs):
            self.step(self.backward(y), lr)
            losses.append(mean_squared_error(self.forward(X), y))
        return losses

    def __repr__(self):
        return f"TwoLayerMLP({self.W1.shape[0]}, {self.W1.shape[1]}, {self.W2.shape[1]})"


# --- what comes in ------------------------------------------------------------------------------------------


def _as_samples(X, columns):
    X = _as_numbers("X", X)
    if X.ndim != 2 or X.shape[1] != columns:
        raise ValueError(
            f"X needs one row for each sample and {columns} columns, one for each input of the network, "
            f"shape (m, {columns}); received shape {X.shape}"
        )
    if not len(X):
        raise ValueError(f"X needs at least one sample; received shape {X.shape}")
    return X


def _as_targets(y, shape):
    y = _as_numbers("y", y)
    if y.shape != shape:
        # (m,) against (m, 1) would broadcast to (m, m), and train on every target for every sample.
        cure = f": give it y.reshape{shape}" if y.shape == shape[:1] and shape[1] == 1 else ""
        raise ValueError(f"y needs the shape of the output a2, {shape}; received shape {y.shape}{cure}")
    return y


def _as_numbers(name, data):
    """Copy `data` to a float64 array: what the caller does to theirs later must not reach `backward`."""
    try:
        array = np.asarray(data)
    except ValueError:  # rows of unequal length
        raise ValueError(f"{name} needs rows of one length; received {data!r}") from None
    if array.dtype.kind not in "buif":
        raise TypeError(f"{name} needs plain numbers; received dtype {array.dtype}, shape {array.shape}")
    array = array.astype(np.float64)
    strange = np.argwhere(~np.isfinite(array))
    if len(strange):
        place = tuple(strange[0].tolist())
        raise ValueError(
            f"{name} needs finite numbers; received {array[place]} at {list(place)} of shape {array.shape}"
        )
    return array


def _as_gradients(gradients, parameters):
    if not isinstance(gradients, dict) or set(gradients) != set(parameters):
        received = ", ".join(map(str, gradients)) if isinstance(gradients, dict) else type(gradients).__name__
        raise ValueError(
            f"step needs a dict of gradients for {', '.join(parameters)}, as backward returns; "
            f"received {received or 'an empty dict'}"
        )
    arrays = {name: _as_numbers(f"the gradient of {name}", gradients[name]) for name in parameters}
    for name, array in arrays.items():
        if array.shape != parameters[name].shape:
            raise ValueError(
                f"the gradient of {name} needs the shape of {name}, {parameters[name].shape}; "
                f"received shape {array.shape}"
            )
    return arrays


def _check_learning_rate(lr):
    if not isinstance(lr, Real):
        raise TypeError(f"lr must be a number; received {lr!r}")
    if not math.isfinite(lr) or lr < 0:
        raise ValueError(f"lr must be a finite number, 0 or above; received {lr!r}")


def _check_whole(name, number, least):
    if not isinstance(number, Integral):
        raise TypeError(f"{name} must be a whole number; received {number!r}")
    if number < least:
        raise ValueError(f"{name} must be at least {least}; received {number!r}")
