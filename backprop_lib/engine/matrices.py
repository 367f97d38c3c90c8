"""Operations that move, join or sum entries: value beside pull-backs, on NumPy arrays.

The one to know by heart is `affine`: its three pull-backs are the matrix equations of backpropagation.
"""

import math

import numpy as np

from backprop_lib.engine.operations import NOTHING, SELF, array_operation

AXES = "an axis that the array has, several of them in a tuple, or None for all"
MATMUL = "as many columns on the left as rows on the right, and batches that broadcast (for numbers use *)"

_sum_of = np.add.reduce  # what np.sum calls in the end

# --- products -----------------------------------------------------------------------------------------------


@array_operation(symbol="XW + b", reads=((1,), (0,), NOTHING))
def affine(X, W, b):
    # `dot` is `@` for matrices, and a third of its overhead: on small networks that is what takes the time.
    Z = X.dot(W)
    Z += b
    if X.ndim != 2:
        return Z, _affine_pull_backs_of_any_rows(X, W)
    return Z, (
        lambda dZ: dZ.dot(W.T),  # dX = dZ Wᵀ
        lambda dZ: X.T.dot(dZ),  # dW = Xᵀ dZ
        lambda dZ: _sum_of(dZ, axis=0),  # db = the sum of the rows of dZ: each of them used b once
    )


def _affine_pull_backs_of_any_rows(X, W):
    """The same three for one sample (in,) and for stacks of rows (…, in)."""
    inputs, outputs = W.shape
    rows = X.reshape(-1, inputs)
    return (
        lambda dZ: dZ @ W.T,
        lambda dZ: rows.T @ dZ.reshape(-1, outputs),
        lambda dZ: _sum_of(dZ.reshape(-1, outputs), axis=0),
    )


@array_operation(symbol="@", reads=((1,), (0,)), needs=MATMUL)
def matmul(A, B):
    value = A @ B
    if A.ndim == B.ndim == 2:
        return value, (lambda g: g @ B.T, lambda g: A.T @ g)

    def spread(g):  # the gradient with the axes that vectors do not have
        g = g if B.ndim > 1 else np.expand_dims(g, -1)
        return g if A.ndim > 1 else np.expand_dims(g, -2)

    rows = A if A.ndim > 1 else A[None, :]
    columns = B if B.ndim > 1 else B[:, None]
    return value, (
        lambda g: sum_to(spread(g) @ columns.swapaxes(-1, -2), rows.shape).reshape(A.shape),
        lambda g: sum_to(rows.swapaxes(-1, -2) @ spread(g), columns.shape).reshape(B.shape),
    )


# --- sums over axes -----------------------------------------------------------------------------------------


@array_operation(symbol="Σ", reads=(NOTHING,), needs=AXES)
def sum(a, axis, keepdims):
    return _sum_of(a, axis=axis, keepdims=keepdims), (lambda g: _spread(g, a, axis, keepdims),)


@array_operation(symbol="mean", reads=(NOTHING,), needs=AXES)
def mean(a, axis, keepdims):
    share = 1.0 / count(a, axis) if a.size else math.nan
    total = _sum_of(a, axis=axis, keepdims=keepdims)
    return total * share, (lambda g: _spread(g * share, a, axis, keepdims),)


@array_operation(symbol="var", reads=((0,),), needs=f"more than `correction` entries to average, and {AXES}")
def var(a, axis, correction, keepdims):
    if not count(a, axis) > correction:
        raise ValueError
    center = a - a.mean(axis=axis, keepdims=True)
    share = 1.0 / (count(a, axis) - correction)
    value = _sum_of(center * center, axis=axis, keepdims=keepdims) * share
    return value, (lambda g: _spread(g * (2.0 * share), a, axis, keepdims) * center,)


@array_operation(symbol="max", reads=((0, SELF),), needs=f"at least one entry to choose from, and {AXES}")
def max(a, axis, keepdims):
    return _extreme(np.maximum, a, axis, keepdims)


@array_operation(symbol="min", reads=((0, SELF),), needs=f"at least one entry to choose from, and {AXES}")
def min(a, axis, keepdims):
    return _extreme(np.minimum, a, axis, keepdims)


def _extreme(pick, a, axis, keepdims):
    value = pick.reduce(a, axis=axis, keepdims=keepdims)

    def pull_back(g):
        ties = a == _with_axes(value, a, axis, keepdims)  # they share the gradient, as in torch.amax
        return _spread(g, a, axis, keepdims) * ties / ties.sum(axis=axis, keepdims=True)

    return value, (pull_back,)


def count(a, axis):
    """How many entries of `a` one sum over `axis` takes in."""
    if axis is None:
        return a.size
    return math.prod(a.shape[i] for i in (axis if isinstance(axis, tuple) else (axis,)))


def _with_axes(reduced, a, axis, keepdims):
    """Give a reduced array its summed axes back, each of length 1."""
    if keepdims or a.ndim == 0:
        return reduced
    return np.expand_dims(reduced, tuple(range(a.ndim)) if axis is None else axis)


def _spread(g, a, axis, keepdims):
    """Give every entry of `a` the gradient of the sum that it went into."""
    spread = np.empty(a.shape, g.dtype)
    spread[...] = g if axis is None and not keepdims else _with_axes(g, a, axis, keepdims)
    return spread


def sum_to(g, shape):
    """Undo broadcasting: sum a gradient over the axes along which an array of `shape` was repeated.

    >>> sum_to(np.ones((4, 3)), (3,))
    array([4., 4., 4.])
    >>> sum_to(np.ones((4, 3)), (4, 1)).shape
    (4, 1)
    """
    if g.shape == shape:
        return g
    leading = g.ndim - len(shape)
    repeated = tuple(i for i, n in enumerate(shape, leading) if n == 1 and g.shape[i] != 1)
    return _sum_of(g, axis=(*range(leading), *repeated), keepdims=True).reshape(shape)


# --- moving entries -----------------------------------------------------------------------------------------


@array_operation(
    symbol="reshape",
    reads=(NOTHING,),
    needs="a shape with as many entries (one −1 is worked out)",
)
def reshape(a, shape):
    if any(length < -1 for length in shape):
        raise ValueError
    return a.reshape(shape), (lambda g: g.reshape(a.shape),)


@array_operation(symbol="permute", reads=(NOTHING,), needs="each axis of the array once")
def permute(a, axes):
    return a.transpose(axes), (lambda g: g.transpose(np.argsort([axis % a.ndim for axis in axes])),)


@array_operation(symbol="[ ]", reads=(NOTHING,), needs="positions that the array has")
def index(a, where):
    def pull_back(g):
        scattered = np.zeros(a.shape, g.dtype)
        # An entry picked twice gets both gradients; a slice or a mask picks each at most once.
        if repeats(where):
            np.add.at(scattered, where, g)
        else:
            scattered[where] = g
        return scattered

    return a[where], (pull_back,)


def repeats(where):
    """Whether an index may pick an entry twice: only arrays of positions can.

    >>> repeats(slice(0, 2)), repeats(np.array([True, False])), repeats(([0, 0], 1))
    (False, False, True)
    """
    parts = where if isinstance(where, tuple) else (where,)
    return any(np.ndim(part) and np.asarray(part).dtype != bool for part in parts if part is not None)


@array_operation(
    symbol="concatenate",
    reads=(NOTHING,),
    needs="arrays that differ in length on one of their axes only, and that axis",
)
def concatenate(*arrays, axis):
    ends = np.cumsum([a.shape[axis] for a in arrays])
    before = (slice(None),) * (axis % arrays[0].ndim)

    def pull_back(end, length):
        return lambda g: g[(*before, slice(end - length, end))]

    pulls = [pull_back(end, a.shape[axis]) for end, a in zip(ends, arrays, strict=True)]
    return np.concatenate(arrays, axis), tuple(pulls)


@array_operation(
    symbol="stack", reads=(NOTHING,), needs="arrays of one shape, and an axis that the result has"
)
def stack(*arrays, axis):
    def pull_back(i):
        return lambda g: g.take(i, axis)

    return np.stack(arrays, axis), tuple(pull_back(i) for i in range(len(arrays)))


# --- choosing entries ---------------------------------------------------------------------------------------


@array_operation(symbol="where", reads=(NOTHING, NOTHING))
def where(a, b, condition):
    return np.where(condition, a, b), (
        lambda g: sum_to(np.where(condition, g, 0.0), a.shape),
        lambda g: sum_to(np.where(condition, 0.0, g), b.shape),
    )


@array_operation(symbol="clip", reads=((0,),), needs="a number for min, for max, or for both")
def clip(a, min, max):
    low, high = -math.inf if min is None else min, math.inf if max is None else max
    return np.clip(a, low, high), (lambda g: np.where((a >= low) & (a <= high), g, 0.0),)
