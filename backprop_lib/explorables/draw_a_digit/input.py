"""What draw_a_digit is given beside the network: pictures of 64 pixels, and examples to load."""

import numpy as np

from backprop_lib.explorables.draw_a_digit.network import CLASSES, PIXELS
from backprop_lib.training import data

TRAINED = 0.5  # right on the examples; an untrained network is right on 0.1


def read_pixels(name, given, shape):
    """Read numbers from 0 to 1 as an array of `shape`, (64,) or (-1, 64). Raises ValueError for others."""
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if array.size == 0 or array.size % PIXELS or (shape == (PIXELS,) and array.size != PIXELS):
        found = f"shape {array.shape}" if array.shape else repr(given)
        raise ValueError(f"{name} needs 64 numbers a picture, row by row, or 8×8; received {found}")
    if not ((array >= 0.0) & (array <= 1.0)).all():
        advice = ": divide counts by 16" if array.max() <= 16.0 and array.min() >= 0.0 else ""
        raise ValueError(
            f"{name} needs numbers from 0, the paper, to 1, the ink; received "
            f"{array.min():g} to {array.max():g}{advice}"
        )
    return array.reshape(shape)


def read_examples(examples):
    """Read (X, y) as arrays (n, 64) and (n,); None gives the data set. Raises TypeError, ValueError."""
    if examples is None:
        return data.digits()
    if not isinstance(examples, tuple | list) or len(examples) != 2:
        raise TypeError(
            f"examples needs a pair (X, y), such as (X_test, y_test); received {type(examples).__name__}"
        )
    X, y = read_pixels("examples", examples[0], (-1, PIXELS)), np.asarray(examples[1])
    if y.shape != X.shape[:1] or not np.isin(y, range(CLASSES)).all():
        raise ValueError(
            f"examples needs a class from 0 to 9 for each of its {len(X)} pictures; received shape {y.shape}"
        )
    return X, y.astype(int)


def remark(network, X, y):
    """Say that a network is not trained, by how many examples it reads right; nothing for a trained one."""
    right = np.mean(network.readings(X) == y)
    if right >= TRAINED:
        return ""
    return f"This network reads only {100.0 * right:.0f} % of the examples right: train it first. "
