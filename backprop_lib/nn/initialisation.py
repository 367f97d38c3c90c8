"""Where weights begin: each function gives a new array of the shape asked for.

Weights have the shape (fan_in, fan_out), the W of Z = XW + b: each of the fan_out columns holds the weights
of one unit, which looks at fan_in inputs. torch keeps the transpose, (fan_out, fan_in); the fans, and so the
spreads, are the same.

    function                          variance of a weight           derived for
    zeros                             0                              biases
    normal                            std²                           nothing: it ignores the width
    xavier_uniform, xavier_normal     2·gain² / (fan_in + fan_out)   tanh; used with the sigmoid too
    kaiming_uniform, kaiming_normal   gain² / fan; for ReLU 2 / fan  ReLU and leaky ReLU
    default_linear                    1 / (3·fan_in)                 nothing: it is torch's default

Xavier and Glorot are one person, and so are Kaiming and He: initialisation "of Glorot" and "of He" is meant.

Sources: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
2010; K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", 2015.
"""

import math
from numbers import Integral, Real

import numpy as np


def calculate_gain(nonlinearity, param=None):
    """Look up by how much weights grow to make up for what an activation takes away.

    nonlinearity: "linear", "sigmoid", "tanh", "relu", "leaky_relu" or "selu".  param: the slope of the leaky
    ReLU below 0, 0.01 unless given; the others have none.  The numbers are those of
    `torch.nn.init.calculate_gain`.

    ReLU sets half of its inputs to 0 and so halves their mean square: weights √2 times as large restore it.
    The 5/3 of tanh and the 3/4 of SELU are rules of thumb. The 1 of the sigmoid makes up for nothing: its
    slope is ¼ at most.

    Raises: ValueError for an activation without an entry, TypeError for a slope that is no number.

    >>> calculate_gain("relu")
    1.4142135623730951
    >>> calculate_gain("leaky_relu", 1.0)
    1.0
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else _finite("param", param, least=-math.inf)
        return math.sqrt(2.0 / (1.0 + slope * slope))
    try:
        return _GAINS[nonlinearity]
    except (KeyError, TypeError):
        known = ", ".join([*_GAINS, "leaky_relu"])
        raise ValueError(f"calculate_gain knows {known}; received {nonlinearity!r}") from None


_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3.0, "relu": math.sqrt(2.0), "selu": 0.75}


def zeros(shape, dtype=np.float64):
    """Make an array of zeros: right for biases, wrong for weights.

    Hidden units that begin equal get equal gradients, and stay equal: a layer of twins learns as one unit.

    Raises: for shape and dtype, as `normal`.

    >>> zeros((3,))
    array([0., 0., 0.])
    """
    return np.zeros(_sizes("zeros", shape), _float_type(dtype))


def normal(shape, std=0.01, *, rng, dtype=np.float64):
    """Draw from N(0, std²), whatever the width of the layer.

    shape: a size or several, biases included.  rng: a `numpy.random.Generator` (a `RandomState` works too);
    the same state draws the same weights.  dtype: float64 or float32; both hold the same draws, rounded.

    Raises: TypeError or ValueError for sizes that are no whole numbers or below 0, a spread that is negative
    or not finite, an rng that is none, another dtype.

    >>> normal((2, 3), std=0.5, rng=np.random.default_rng(0)).round(3)
    array([[ 0.063, -0.066,  0.32 ],
           [ 0.052, -0.268,  0.181]])
    """
    return _normal(_sizes("normal", shape), _finite("std", std), rng, dtype)


def xavier_uniform(shape, gain=1.0, *, rng, dtype=np.float64):
    """Draw from U(−r, r) with r = gain·√(6 / (fan_in + fan_out)): variance 2·gain² / (fan_in + fan_out).

    A compromise between 1/fan_in, which keeps the spread of the signals on their way forward, and 1/fan_out,
    which keeps that of the gradients on their way back. It is derived for units that work near 0 with a slope
    of 1, as tanh does (Glorot & Bengio 2010, eq. 16). It is the usual choice for the sigmoid too, though its
    slope, ¼ at most, still shrinks the gradient at each layer.

    shape: (fan_in, fan_out).  gain: see `calculate_gain`.  rng, dtype, Raises: as `normal`.

    >>> xavier_uniform((2, 4), rng=np.random.default_rng(0)).shape
    (2, 4)
    """
    fan_in, fan_out = shape = _fans("xavier_uniform", shape)
    return _uniform(shape, math.sqrt(3.0) * _xavier_std(gain, fan_in, fan_out), rng, dtype)


def xavier_normal(shape, gain=1.0, *, rng, dtype=np.float64):
    """Draw from N(0, 2·gain² / (fan_in + fan_out)), the spread of `xavier_uniform`.

    Source: Glorot & Bengio 2010, eq. 12.

    shape: (fan_in, fan_out).  gain: see `calculate_gain`.  rng, dtype, Raises: as `normal`.

    >>> xavier_normal((2, 4), rng=np.random.default_rng(0)).shape
    (2, 4)
    """
    fan_in, fan_out = shape = _fans("xavier_normal", shape)
    return _normal(shape, _xavier_std(gain, fan_in, fan_out), rng, dtype)


def kaiming_uniform(shape, a=0.0, mode="fan_in", nonlinearity="leaky_relu", *, rng, dtype=np.float64):
    """Draw from U(−r, r) with r = gain·√(3 / fan): variance gain² / fan, which is 2 / fan for ReLU.

    Initialisation of He: derived for ReLU and its leaky kind (He et al. 2015, eq. 10, 14, 15), not for tanh
    or the sigmoid.

    shape: (fan_in, fan_out).  a: the slope of the leaky ReLU below 0; 0 is ReLU.  mode: "fan_in" keeps the
    spread of the signals on their way forward, "fan_out" that of the gradients on their way back.
    nonlinearity: whose `calculate_gain` to use.  rng, dtype, Raises: as `normal`, and ValueError for another
    mode or activation.

    >>> kaiming_uniform((2, 4), rng=np.random.default_rng(0)).shape
    (2, 4)
    """
    shape, std = _kaiming("kaiming_uniform", shape, a, mode, nonlinearity)
    return _uniform(shape, math.sqrt(3.0) * std, rng, dtype)


def kaiming_normal(shape, a=0.0, mode="fan_in", nonlinearity="leaky_relu", *, rng, dtype=np.float64):
    """Draw from N(0, gain² / fan), which is N(0, 2 / fan) for ReLU.

    Spread, arguments and Raises are those of `kaiming_uniform`.

    >>> kaiming_normal((2, 4), rng=np.random.default_rng(0)).shape
    (2, 4)
    """
    shape, std = _kaiming("kaiming_normal", shape, a, mode, nonlinearity)
    return _normal(shape, std, rng, dtype)


def default_linear(shape, fan_in=None, *, rng, dtype=np.float64):
    """Draw from U(−1/√fan_in, 1/√fan_in), as torch's `nn.Linear` does for its weights and its bias.

    shape: (fan_in, fan_out) for weights.  fan_in: shape[0] unless given; a bias, of shape (fan_out,), takes
    that of its layer.  The variance is 1 / (3·fan_in): through each layer with ReLU the signals' mean square
    falls to a sixth.  rng, dtype, Raises: as `normal`.

    >>> rng = np.random.default_rng(0)
    >>> W, b = default_linear((4, 3), rng=rng), default_linear((3,), fan_in=4, rng=rng)
    >>> W.shape, b.shape
    ((4, 3), (3,))
    """
    if fan_in is None:
        fan_in, _ = shape = _fans("default_linear", shape)
    else:
        shape = _sizes("default_linear", shape)
        if not isinstance(fan_in, Integral):
            raise TypeError(f"fan_in must be a whole number; received {fan_in!r}")
        if fan_in < 0:
            raise ValueError(f"fan_in must be 0 or above; received {fan_in!r}")
    return _uniform(shape, _per_root(1.0, fan_in), rng, dtype)


# --- spreads ------------------------------------------------------------------------------------------------


def _xavier_std(gain, fan_in, fan_out):
    return _per_root(_finite("gain", gain), (fan_in + fan_out) / 2.0)


def _kaiming(name, shape, a, mode, nonlinearity):
    fan_in, fan_out = shape = _fans(name, shape)
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f'{name} needs mode="fan_in" or mode="fan_out"; received {mode!r}')
    gain = calculate_gain(nonlinearity, _finite("a", a, least=-math.inf))
    return shape, _per_root(gain, fan_in if mode == "fan_in" else fan_out)


def _per_root(gain, fan):
    return gain / math.sqrt(fan) if fan else 0.0  # a layer without inputs has no weights to spread


def _uniform(shape, bound, rng, dtype):
    dtype = _float_type(dtype)
    return np.asarray(_generator(rng).uniform(-bound, bound, shape), dtype)


def _normal(shape, std, rng, dtype):
    dtype = _float_type(dtype)
    return np.asarray(std * _generator(rng).standard_normal(shape), dtype)


# --- what is asked for --------------------------------------------------------------------------------------


def _fans(name, shape):
    sizes = _sizes(name, shape)
    if len(sizes) != 2:
        raise ValueError(f"{name} needs a shape of two sizes, (fan_in, fan_out); received {shape!r}")
    return sizes


def _sizes(name, shape):
    sizes = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    if not all(isinstance(size, Integral) for size in sizes):
        raise TypeError(f"{name} needs sizes that are whole numbers; received {shape!r}")
    if any(size < 0 for size in sizes):
        raise ValueError(f"{name} needs sizes of 0 or above; received {shape!r}")
    return tuple(int(size) for size in sizes)


def _finite(name, number, least=0.0):
    if not isinstance(number, Real):
        raise TypeError(f"{name} must be a number; received {number!r}")
    if not math.isfinite(number) or number < least:
        above = "" if least == -math.inf else f", {least:g} or above"
        raise ValueError(f"{name} must be a finite number{above}; received {number!r}")
    return float(number)


def _generator(rng):
    if not isinstance(rng, (np.random.Generator, np.random.RandomState)):
        raise TypeError(
            f"rng must be a numpy.random.Generator, such as numpy.random.default_rng(0); received {rng!r}"
        )
    return rng


def _float_type(dtype):
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if found not in (np.float64, np.float32):
        raise TypeError(f"dtype must be numpy.float64 or numpy.float32; received {dtype!r}")
    return found
