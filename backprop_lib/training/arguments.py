"""Reading what `fit` and `evaluate` are given: everything is checked before anything is trained."""

from collections.abc import Mapping

import numpy as np

from backprop_lib.engine import refusals
from backprop_lib.nn.module import Module
from backprop_lib.training.batches import read_samples
from backprop_lib.training.optimisers import Optimizer
from backprop_lib.training.schedules import LRScheduler


def check_trained(model, optimizer, schedule):
    """Check that a model, its optimiser and its schedule belong together. Raises TypeError, ValueError."""
    if not isinstance(model, Module):
        raise TypeError(f"fit needs a model that is an nn.Module; received {shown(model)}")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            "fit needs an optimiser of this package, such as Adam(model.parameters()); "
            f"received {shown(optimizer)}"
        )
    own = {id(parameter) for parameter in model.parameters()}
    foreign = sum(id(parameter) not in own for parameter in optimizer.parameters)
    if foreign:
        raise ValueError(
            "fit needs an optimiser of this model's parameters; "
            f"{foreign} of its {len(optimizer.parameters)} are not among the model's {len(own)}: "
            "make the optimiser again, after the model"
        )
    if schedule is not None and not isinstance(schedule, LRScheduler):
        raise TypeError(f"fit needs a schedule, such as StepLR(optimizer, 10); received {shown(schedule)}")
    if schedule is not None and schedule.optimizer is not optimizer:
        raise ValueError(
            f"fit needs a schedule of the optimiser that it uses, {optimizer!r}; "
            f"this {type(schedule).__name__} has another, {schedule.optimizer!r}"
        )


def read_functions(reader, loss, metrics):
    """Check the loss and the metrics; give both, the metrics as a dict."""
    metrics = {} if metrics is None else metrics
    if not isinstance(metrics, Mapping):
        raise TypeError(f'{reader} needs metrics as {{"accuracy": accuracy}}; received {shown(metrics)}')
    for name, function in {"loss": loss, **metrics}.items():
        if isinstance(function, type) or not callable(function):
            raise TypeError(
                f"{reader} needs as {name} a function of (outputs, targets), such as cross_entropy; "
                f"received {shown(function)}"
            )
    if "loss" in metrics:
        raise ValueError(f'{reader} reports the loss as "loss": give the metric of that name another one')
    return loss, dict(metrics)


def read_data(reader, X, y):
    """Read inputs as floats and targets as they are: one row a sample, at least one, all finite."""
    X, y = read_samples(reader, X, y)
    if not len(X):
        raise ValueError(f"{reader} needs at least one sample; received X {X.shape} and y {y.shape}")
    for name, array in (("X", X), ("y", y)):
        if array.dtype.kind not in "biuf":
            raise TypeError(
                f"{reader} needs {name} of real numbers; received shape {array.shape}, dtype {array.dtype}"
            )
        if not np.isfinite(array).all():
            place = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
            raise ValueError(
                f"{reader} needs finite numbers; {name} of shape {array.shape} has {array[place]} in row "
                f"{place[0]}: leave such rows out, or fill in a number"
            )
    return X, y


def read_validation(validation, X, y):
    """Read a pair of inputs and targets that belong to the same model as X and y."""
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise TypeError(f"fit needs validation as a pair (X_val, y_val); received {shown(validation)}")
    X_val, y_val = read_data("fit's validation", *validation)
    if X_val.shape[1:] != X.shape[1:] or y_val.shape[1:] != y.shape[1:]:
        raise ValueError(
            "fit needs validation data with the columns of the training data; received X_val "
            f"{X_val.shape} and y_val {y_val.shape} beside X {X.shape} and y {y.shape}"
        )
    return X_val, y_val


def shown(thing):
    """Describe what was received, in a few words."""
    if isinstance(thing, type):
        return f"the class {thing.__name__}: write {thing.__name__}(…), with its settings"
    shape = getattr(thing, "shape", None)
    said = refusals.shortened(thing) if shape is None else f"of shape {tuple(shape)}"
    return f"{type(thing).__name__} {said}"
