"""Functions of several Tensors: the arithmetic of a layer, joins, losses."""

import numpy as np

from backprop_lib.engine import losses, matrices, refusals
from backprop_lib.engine.batched import Tensor, apply, as_tensor, make_node


def affine(X, W, b):
    """Z = XW + b, one row for each sample.

    X: (samples, in); also (in,) and (…, in).  W: (in, out); torch's `Linear` keeps the transpose.  b: (out,).
    Returns: (samples, out). Its pull-backs are dX = dZ·Wᵀ, dW = Xᵀ·dZ, db = the sum of the rows of dZ.
    Raises: ValueError when the shapes do not fit.

    >>> W, b = Tensor([[3.0], [4.0]], requires_grad=True), Tensor([0.5], requires_grad=True)
    >>> Z = affine(Tensor([[1.0, 2.0], [0.0, 1.0]]), W, b)
    >>> Z.data
    array([[11.5],
           [ 4.5]])
    >>> Z.sum().backward()
    >>> W.grad.T, b.grad
    (array([[1., 3.]]), array([2.]))
    """
    if not (type(X) is type(W) is type(b) is Tensor):
        W, b = as_tensor(W), as_tensor(b)
        X = as_tensor(X, like=W)
    x, w, bias = X._data, W._data, b._data
    if w.ndim != 2 or bias.shape != w.shape[1:] or x.shape[-1:] != w.shape[:1]:
        raise ValueError(refusals.affine(x, w, bias))
    value, pull_backs = matrices.affine.rule(x, w, bias)
    return make_node(matrices.affine, (X, W, b), value, pull_backs)


def matmul(A, B):
    """A @ B: vectors, matrices, and batches of matrices, by NumPy's rules.

    >>> matmul(Tensor([[1.0, 2.0]]), Tensor([[3.0], [4.0]]))
    Tensor([[11.]])
    """
    return as_tensor(A, like=B) @ B


def concatenate(tensors, axis=0):
    """Join Tensors along an axis that they have.

    >>> concatenate([Tensor([1.0]), Tensor([2.0, 3.0])])
    Tensor([1., 2., 3.])
    """
    return apply(matrices.concatenate, *_listed(tensors, "concatenate"), axis=axis)


def stack(tensors, axis=0):
    """Join Tensors of one shape along a new axis.

    >>> stack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])]).shape
    (2, 2)
    """
    return apply(matrices.stack, *_listed(tensors, "stack"), axis=axis)


def _listed(tensors, reader):
    if not isinstance(tensors, list | tuple) or not tensors:
        raise TypeError(f"{reader} needs a list of Tensors; received {refusals.shortened(tensors)}")
    first = next((tensor for tensor in tensors if isinstance(tensor, Tensor)), None)
    return [as_tensor(tensor, like=first) for tensor in tensors]


def where(condition, a, b):
    """Take `a` where the condition holds, else `b`, entry by entry.

    condition: an array of booleans (a comparison of Tensors gives one).  a, b: Tensors, arrays or numbers.

    >>> x = Tensor([-2.0, 3.0])
    >>> where(x > 0, x, 0.0)
    Tensor([0., 3.])
    """
    received = condition if isinstance(condition, Tensor) else np.array(condition)
    if received.dtype != bool:
        raise TypeError(
            "where needs a condition of True and False, such as x > 0; "
            f"received {refusals.shortened(condition)}"
        )
    a = as_tensor(a, like=b)
    b = as_tensor(b, like=a)
    return apply(matrices.where, a, b, condition=received)


# --- losses -------------------------------------------------------------------------------------------------


def mse_loss(prediction, target, reduction="mean"):
    """Mean squared error: (prediction − target)², averaged over all entries.

    prediction, target: one shape; torch would broadcast, and average over pairs that do not belong together.
    reduction: "mean", "sum", or "none" for one loss for each entry.
    Raises: ValueError when the shapes differ, or for another reduction.

    >>> mse_loss(Tensor([[1.0], [2.0]]), np.array([[1.0], [4.0]]))
    Tensor(2.)
    """
    return _paired(losses.mse_loss, prediction, target, reduction)


def binary_cross_entropy_with_logits(logits, target, reduction="mean"):
    """Binary cross-entropy of σ(logits), in one stable step: ∂L/∂z = σ(z) − y.

    logits, target: one shape; targets lie between 0 and 1.  reduction: as in `mse_loss`.
    Raises: ValueError when the shapes differ, or for another reduction.

    >>> loss = binary_cross_entropy_with_logits(Tensor([[0.0]]), np.array([[1.0]]))
    >>> round(loss.item(), 4)  # ln 2
    0.6931
    """
    return _paired(losses.binary_cross_entropy_with_logits, logits, target, reduction)


def _paired(loss, prediction, target, reduction):
    prediction = as_tensor(prediction)
    if not isinstance(target, Tensor):
        target = as_tensor(refusals.read(target).astype(prediction.dtype, copy=False))
    if prediction._data.shape != target._data.shape:
        raise ValueError(
            f"{loss.name} needs one target for each prediction; received predictions of shape "
            f"{prediction.shape} and targets of shape {target.shape}: reshape one to the shape of the other"
        )
    _check_reduction(loss, reduction)
    value, pull_backs = loss.rule(prediction._data, target._data, reduction)
    return make_node(loss, (prediction, target), value, pull_backs)


def cross_entropy(logits, target, reduction="mean"):
    """Cross-entropy of softmax(logits), in one stable step: ∂L/∂z = p − y for each sample.

    logits: (samples, classes), or (classes,) for one sample.
    target: the class of each sample, whole numbers (samples,); or probabilities in the shape of the logits.
    reduction: "mean" over the samples, "sum", or "none" for one loss for each sample.
    Raises: ValueError for shapes that do not fit, for a class that does not exist, or for another reduction.

    >>> loss = cross_entropy(Tensor([[2.0, 1.0, 0.1]]), np.array([0]))
    >>> round(loss.item(), 6)
    0.41703
    """
    logits = as_tensor(logits)
    if type(target) is np.ndarray and target.dtype.kind == "i":
        target = target.copy()  # what is done to it later must not reach the backward pass
    elif not isinstance(target, Tensor):
        target = refusals.read(target, whole=True)
    if logits.ndim not in (1, 2) or target.shape not in (logits.shape, logits.shape[:-1]):
        raise ValueError(
            "cross_entropy needs logits of shape (samples, classes) and targets of shape (samples,) with the "
            "class of each, or (samples, classes) with probabilities; "
            f"received logits {logits.shape} and targets {target.shape}"
        )
    _check_reduction(losses.cross_entropy, reduction)
    if target.shape == logits.shape:
        if not isinstance(target, Tensor):
            target = as_tensor(target.astype(logits.dtype, copy=False))
        return apply(losses.cross_entropy, logits, target, reduction=reduction)
    classes = _classes(target, logits)
    if logits.ndim == 2:
        return apply(losses.cross_entropy_of_classes, logits, classes=classes, reduction=reduction)
    one_row, one_class = logits.reshape(1, -1), classes.reshape(1)
    loss = apply(losses.cross_entropy_of_classes, one_row, classes=one_class, reduction=reduction)
    return loss.reshape(())


def _classes(target, logits):
    """Read the class of each sample as whole numbers below the number of columns."""
    classes = target._data if isinstance(target, Tensor) else target
    if classes.dtype.kind not in "iu":
        if classes.dtype.kind != "f" or not (np.isfinite(classes) & (classes == np.floor(classes))).all():
            shown = refusals.shortened(classes.tolist())
            raise ValueError(f"cross_entropy needs whole numbers as classes; received {shown}")
        classes = classes.astype(np.intp)
    count = logits.shape[-1]
    if classes.size and (np.minimum.reduce(classes, None) < 0 or np.maximum.reduce(classes, None) >= count):
        raise ValueError(
            f"cross_entropy needs classes from 0 to {count - 1}, one for each column of the logits "
            f"{logits.shape}; received classes from {classes.min()} to {classes.max()}"
        )
    return classes


def _check_reduction(loss, reduction):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f'{loss.name} needs reduction "mean", "sum" or "none"; received {reduction!r}')
