"""Data sets: each function gives (X, y), where rows are samples and X is float64.

One convention for labels. Two classes: y of shape (n, 1), 0.0 or 1.0, as
`binary_cross_entropy_with_logits` takes them. More classes: y of shape (n,), whole numbers from 0, as
`cross_entropy` takes them. For a loss with labels −1 and 1, write `2 * y - 1`.

Without an `rng`, a function gives the same data each time.
"""

import hashlib
import io
import math
from pathlib import Path

import numpy as np

from backprop_lib.training.batches import read_rng, read_samples, whole
from backprop_lib.training.optimisers import number

DIGITS = Path(__file__).with_name("digits.npz")
_DIGITS_SHA256 = "089d33176bf6819a5c6ebd6746c5293713f4e81c2c8fc52b672e6e15faa78f41"


def xor():
    """Give the four samples of exclusive or: y is 1 where exactly one of the two inputs is.

    Returns: X (4, 2), y (4, 1).

    >>> X, y = xor()
    >>> np.hstack([X, y])
    array([[0., 0., 0.],
           [0., 1., 1.],
           [1., 0., 1.],
           [1., 1., 0.]])
    """
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return X, np.array([[0.0], [1.0], [1.0], [0.0]])


def moons(count=200, noise=0.1, rng=None):
    """Draw two half circles that reach into each other.

    The upper one (y = 0) is centred at (0, 0), the lower one (y = 1) at (1, ½); both have radius 1. Samples
    of the two take turns. The same rng with more noise moves the same points further.

    count: how many samples.  noise: the standard deviation of what is added to both coordinates.
    rng: a `numpy.random.Generator` (a `RandomState` works too).

    Returns: X (count, 2), y (count, 1).

    Raises: TypeError, ValueError for a count below 1, a noise below 0 or another rng.

    >>> X, y = moons(4, noise=0.0)
    >>> np.hypot(*X[::2].T).round(6)  # the distance of the upper ones from (0, 0)
    array([1., 1.])
    """
    count, noise, rng = whole("moons' count", count), _noise("moons", noise), read_rng(rng)
    moon = np.arange(count) % 2
    angle = rng.uniform(0.0, math.pi, count)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    points = np.where(moon[:, None] == 0, upper, [1.0, 0.5] - upper)
    return points + noise * rng.standard_normal((count, 2)), _labels(moon, 2)


def circle(count=200, rng=None):
    """Draw points from N(0, 1)², labelled by whether they lie outside the circle of radius 1.

    About 61 % do: exp(−½).

    count, rng, Raises: as `moons`.

    Returns: X (count, 2), y (count, 1).

    >>> X, y = circle(1000)
    >>> float(y.mean())
    0.607
    """
    count, rng = whole("circle's count", count), read_rng(rng)
    X = rng.standard_normal((count, 2))
    return X, _labels(np.hypot(X[:, 0], X[:, 1]) > 1.0, 2)


def spirals(count=300, classes=3, noise=0.05, turns=1.0, rng=None):
    """Draw spiral arms around (0, 0), one for each class.

    At the radius r, from 0.2 to 1, arm k stands at the angle 2π (turns · r + k / classes). Samples of the
    arms take turns. The same rng with more noise moves the same points further.

    count, noise, rng: as `moons`.  classes: how many arms, 2 or more.  turns: how often an arm would go
    around between r = 0 and 1; more is harder, and below 0 it goes clockwise.

    Returns: X (count, 2); y (count,) of whole numbers, or (count, 1) for two classes.

    Raises: as `moons`, and for classes below 2 or turns that are no finite number.

    >>> X, y = spirals(6)
    >>> y
    array([0, 1, 2, 0, 1, 2])
    >>> X, y = spirals(6, classes=2)
    >>> y.shape
    (6, 1)
    """
    count, classes = whole("spirals' count", count), whole("spirals' classes", classes, least=2)
    noise = _noise("spirals", noise)
    turns = number("spirals' turns", turns, "a finite number", math.isfinite)
    rng = read_rng(rng)
    arm = np.arange(count) % classes
    radius = rng.uniform(0.2, 1.0, count)
    angle = 2.0 * math.pi * (turns * radius + arm / classes)
    points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return points + noise * rng.standard_normal((count, 2)), _labels(arm, classes)


def digits():
    """Load 1797 real handwritten digits, images of 8×8 grey values.

    Returns: X (1797, 64) in [0, 1], 0 the paper and 1 the ink, row by row from the upper left; y (1797,), the
    digits 0 to 9 as int64. `X[i].reshape(8, 8)` is an image.

    13 people wrote them. A random `split` puts images of each person on both sides, so the accuracy on the
    test part is that for known hands.

    Raises: OSError when the file that holds them is missing or damaged.

    Source: E. Alpaydin, C. Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning
    Repository, 1998, doi 10.24432/C50P49, the test part; licence CC BY 4.0. digits.txt says more.

    >>> X, y = digits()
    >>> X.shape, y[:5]
    ((1797, 64), array([0, 1, 2, 3, 4]))
    """
    try:
        content = DIGITS.read_bytes()
    except OSError as problem:
        raise OSError(f"{_no_digits('cannot be read')} ({type(problem).__name__})") from None
    if hashlib.sha256(content).hexdigest() != _DIGITS_SHA256:
        raise OSError(_no_digits("is damaged"))
    with np.load(io.BytesIO(content)) as arrays:
        return arrays["pixels"] / 16.0, arrays["labels"].astype(np.int64)


def split(X, y, test_share=0.2, rng=None):
    """Split samples at random into two parts without overlap, one to train on and one to test on.

    Stratified: each class has the same share in both parts, to within one sample.

    X, y: arrays with as many rows.  test_share: the share of the test part, between 0 and 1; of n samples it
    gets test_share · n, rounded.  rng: as `moons`.

    Returns: (X_train, y_train), (X_test, y_test): copies, in random order.

    Raises: ValueError when X and y are of unequal length, for a share out of its range, and where a part
    would be empty; TypeError for a share that is no number or another rng.

    >>> X, y = digits()
    >>> (X_train, y_train), (X_test, y_test) = split(X, y)
    >>> len(X_train), len(X_test)
    (1438, 359)
    """
    X, y = read_samples("split", X, y)
    test_share = number("split's test_share", test_share, "a number above 0 and below 1", lambda x: 0 < x < 1)
    rng = read_rng(rng)
    # Of n samples in a row this marks round(test_share · n) as test, evenly spread.
    spread = np.diff(np.floor(test_share * np.arange(len(X) + 1) + 0.5)) > 0
    if spread.all() or not spread.any():
        raise ValueError(
            f"split needs samples enough for both parts; received {len(X)} with test_share={test_share}, "
            f"which gives {len(X) - spread.sum()} to train on and {spread.sum()} to test on"
        )
    order = rng.permutation(len(X))
    _, kind = np.unique(y.reshape(len(y), -1), axis=0, return_inverse=True)
    by_class = order[np.argsort(kind.ravel()[order], kind="stable")]
    in_test = np.empty(len(X), bool)
    in_test[by_class] = spread
    train, test = order[~in_test[order]], order[in_test[order]]
    return (X[train], y[train]), (X[test], y[test])


def _labels(classes, count):
    return classes.astype(float)[:, None] if count == 2 else classes.astype(np.int64)


def _noise(who, noise):
    return number(f"{who}' noise", noise, "a number of 0 or more", lambda x: 0 <= x < math.inf)


def _no_digits(what):
    return f"the handwritten digits cannot be loaded, because {DIGITS} {what}: install backprop_lib again"
