"""Measures of a prediction beside its loss."""

import numpy as np

from backprop_lib.training.norms import as_array


def accuracy(outputs, targets):
    """Measure the share of samples whose class is predicted right, from logits.

    outputs: of shape (samples, classes), where the largest logit wins; or (samples, 1) or (samples,) for two
    classes, where a logit above 0 says 1.  targets: whole numbers from 0, one a sample, (samples,) or, beside
    one column of logits, (samples, 1) too.  Tensors, arrays or PyTorch's tensors. NaN is never right.

    Returns: a float from 0 to 1.
    Raises: ValueError for shapes that do not fit, no samples, and for a class that does not exist.

    >>> accuracy(np.array([[2.0, 1.0], [0.1, 0.3], [5.0, 0.0], [0.0, 1.0]]), np.array([0, 1, 1, 1]))
    0.75
    >>> accuracy(np.array([[-1.5], [0.2]]), np.array([[0.0], [1.0]]))
    1.0
    """
    logits, classes = as_array(outputs), as_array(targets)
    shapes = f"received outputs {logits.shape} and targets {classes.shape}"
    if logits.ndim == 2 and logits.shape[1] > 1:
        fits, count, predicted = classes.ndim == 1, logits.shape[1], logits.argmax(axis=1)
    else:
        columns = {array.shape[1:] for array in (logits, classes)}
        fits, count, predicted = columns <= {(), (1,)}, 2, logits.ravel() > 0.0
    if not fits or len(logits) != len(classes) or not len(logits):
        raise ValueError(
            "accuracy needs outputs of shape (samples, classes) and targets of shape (samples,) with the "
            f"class of each, or one column of both; {shapes}"
        )
    classes = classes.ravel()
    if not np.isin(classes, np.arange(count)).all():
        wrong = classes[~np.isin(classes, np.arange(count))][0]
        raise ValueError(f"accuracy needs classes from 0 to {count - 1} as targets, not {wrong:g}; {shapes}")
    known = ~np.isnan(logits).reshape(len(logits), -1).any(axis=1)
    return float(np.mean((predicted == classes) & known))
