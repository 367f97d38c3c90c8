"""Mini-batches: the samples of one epoch, a few at a time.

An epoch is one pass over the data, a step one update of the parameters, and each step takes one batch.
"""

from numbers import Integral

import numpy as np


def mini_batches(X, y, batch_size, rng=None, shuffle=True, drop_last=False):
    """Deal the samples into batches: each pass is an epoch, in which every sample comes exactly once.

    X, y: arrays with as many rows, one for each sample.  batch_size: the rows of a batch.  rng: the
    `numpy.random.Generator` that shuffles (a `RandomState` works too); each pass draws a new order from it.
    shuffle: False keeps the order of the rows, and needs no rng.  drop_last: leave out a last batch that is
    smaller than the others. A batch_size above the number of samples gives one batch of them all.

    Returns: an iterable of pairs (X_batch, y_batch), copies of the same dtype; its `len` is the number of
    steps. It can be passed over again, as a `DataLoader` of PyTorch can.

    Raises: ValueError when X and y are of unequal length; TypeError, ValueError for another batch_size or
    rng.

    >>> X, y = np.arange(10.0).reshape(5, 2), np.arange(5)
    >>> batches = mini_batches(X, y, batch_size=2, rng=np.random.default_rng(0))
    >>> for epoch in range(2):
    ...     print([y_batch.tolist() for X_batch, y_batch in batches])
    [[2, 4], [3, 0], [1]]
    [[4, 1], [2, 0], [3]]
    """
    X, y = read_samples("mini_batches", X, y)
    batch_size = whole("mini_batches's batch_size", batch_size)
    if shuffle and rng is None:
        # A generator made here would shuffle every epoch alike when this is called once an epoch.
        raise TypeError(
            "mini_batches needs an rng to shuffle with: make rng = numpy.random.default_rng(0) once, before "
            "the first epoch, and pass rng=rng, or keep the order of the rows with shuffle=False"
        )
    return _MiniBatches(X, y, batch_size, read_rng(rng) if shuffle else None, drop_last)


class _MiniBatches:
    """What `mini_batches` returns: a pass over it is an epoch."""

    def __init__(self, X, y, batch_size, rng, drop_last):
        self.X, self.y, self.batch_size, self.rng, self.drop_last = X, y, batch_size, rng, drop_last

    def __len__(self):
        return steps_per_epoch(len(self.X), self.batch_size, self.drop_last)

    def __iter__(self):
        order = np.arange(len(self.X)) if self.rng is None else self.rng.permutation(len(self.X))
        for step in range(len(self)):
            rows = order[step * self.batch_size : (step + 1) * self.batch_size]
            yield self.X[rows], self.y[rows]


def steps_per_epoch(count, batch_size, drop_last=False):
    """Count the batches, and so the steps, of one epoch: ⌈count / batch_size⌉, or ⌊ ⌋ with `drop_last`.

    count: the number of samples, 0 or more.  batch_size, drop_last, Raises: as `mini_batches`.

    >>> steps_per_epoch(200, 32)  # six batches of 32, one of 8
    7
    >>> 100 * steps_per_epoch(200, 32)  # steps in 100 epochs
    700
    """
    count = whole("steps_per_epoch's count", count, least=0)
    full, left = divmod(count, whole("steps_per_epoch's batch_size", batch_size))
    return full + (left > 0 and not drop_last)


# --- reading arguments --------------------------------------------------------------------------------------


def whole(name, value, least=1):
    """Read a whole number of `least` or more. Raises TypeError, ValueError.

    >>> whole("batch_size", np.int64(32))
    32
    """
    wanted = f"{name} needs a whole number of {least} or more"
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{wanted}; received {value!r}")
    if value < least:
        raise ValueError(f"{wanted}; received {value}")
    return int(value)


def read_rng(rng):
    """Give back `rng`, or a generator that begins alike each time where it is None. Raises TypeError.

    >>> bool(read_rng(None).normal() == read_rng(None).normal())
    True
    """
    if rng is None:
        return np.random.default_rng(0)
    if not isinstance(rng, np.random.Generator | np.random.RandomState):
        raise TypeError(
            f"rng must be a numpy.random.Generator, such as numpy.random.default_rng(0); received {rng!r}"
        )
    return rng


def read_samples(reader, X, y):
    """Read X and y as arrays of as many rows. `reader` is who needs them, for the message. Raises ValueError.

    >>> [array.shape for array in read_samples("mini_batches", [[1, 2], [3, 4]], [0, 1])]
    [(2, 2), (2,)]
    """
    arrays = []
    for name, rows in (("X", X), ("y", y)):
        try:
            array = np.asarray(rows)
        except ValueError:  # a ragged list
            raise ValueError(
                f"{reader} needs rows of equal length in {name}; received rows that differ"
            ) from None
        if array.ndim == 0:
            raise ValueError(f"{reader} needs {name} as an array with one row a sample; received {rows!r}")
        arrays.append(array)
    X, y = arrays
    if len(X) != len(y):
        raise ValueError(
            f"{reader} needs one row of y for each row of X; received {len(X)} and {len(y)} rows, "
            f"in X of shape {X.shape} and y of shape {y.shape}"
        )
    return X, y
