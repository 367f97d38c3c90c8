"""The training loop: epochs of steps, what is measured on the way, and when to stop."""

import math
from contextlib import contextmanager

import numpy as np

from backprop_lib.engine.batched import Tensor, as_tensor
from backprop_lib.engine.recording import no_grad
from backprop_lib.nn.module import Module
from backprop_lib.training.arguments import check_trained, read_data, read_functions, read_validation, shown
from backprop_lib.training.batches import mini_batches, read_rng, whole
from backprop_lib.training.clipping import clip_grad_norm_
from backprop_lib.training.history import History, in_words
from backprop_lib.training.interrupting import CtrlC
from backprop_lib.training.optimisers import number
from backprop_lib.training.progress import progress_bar


def fit(
    model,
    X,
    y,
    *,
    loss,
    optimizer,
    epochs,
    batch_size=32,
    rng=None,
    validation=None,
    schedule=None,
    clip=None,
    metrics=None,
    patience=None,
    progress=True,
):
    """Train a model: in each epoch every sample once, in shuffled batches, one step of the optimiser a batch.

    model: an `nn.Module`.  X: inputs, rows are samples.  y: targets, as many rows; what the loss takes.
    loss: a function of (outputs, targets) that gives one Tensor, the mean over the batch, such as
    `cross_entropy`.  optimizer: one of the model's parameters.  epochs, batch_size: whole numbers; the last
    batch of an epoch may be smaller.
    rng: the `numpy.random.Generator` that shuffles. The same rng and model give the same training, bit for
    bit; without one, each call shuffles alike.
    validation: a pair (X, y) to measure on after each epoch, never to train on.
    schedule: of this optimiser; its `step` is called once an epoch.
    clip: the largest joint norm of the gradients, as in `clip_grad_norm_`; None does not clip.
    metrics: name -> function of (outputs, targets) that gives one number, such as `accuracy`. In training
    they see the outputs that the steps were made from.
    patience: stop when the validation loss has found no new minimum for so many epochs. However training
    ends, the model then has the parameters and buffers of its best epoch.
    progress: draw a progress bar while training, in terminals and notebooks, if tqdm is installed. It leaves
    nothing behind. The environment variable TQDM_DISABLE=1 turns it off everywhere.

    The model is in training mode during steps, in evaluation mode for validation, and afterwards as it was.
    Ctrl-C ends training after the step that is under way (pressed again, at once): the model keeps what it
    has learnt, the history holds the completed epochs, and a sentence is printed.
    A loss or gradient that is inf or NaN ends it before a step is taken with it: the model is left as it was
    then, the last losses of the history show it, and a sentence is printed.
    Call `fit` again with the same optimiser, schedule and rng to go on.

    Returns: a `History`.
    Raises: TypeError, ValueError for arguments that do not fit, and whatever model, loss or metric raises.
    Then model, optimiser and schedule are as they were before.

    >>> from backprop_lib import nn
    >>> from backprop_lib.training.data import xor
    >>> from backprop_lib.training.optimisers import Adam
    >>> X, y = xor()
    >>> rng = np.random.default_rng(0)
    >>> model = nn.Sequential(nn.Linear(2, 8, rng=rng), nn.Tanh(), nn.Linear(8, 1, rng=rng))
    >>> optimizer = Adam(model.parameters(), lr=0.05)
    >>> fit(model, X, y, loss=nn.BCEWithLogitsLoss(), optimizer=optimizer, epochs=100, rng=rng)
    History of 100 epochs: loss 0.7362 to 0.006214.
    """
    check_trained(model, optimizer, schedule)
    loss, metrics = read_functions("fit", loss, metrics)
    X, y = read_data("fit", X, y)
    if validation is not None:
        validation = read_validation(validation, X, y)
    epochs, batch_size = whole("fit's epochs", epochs), whole("fit's batch_size", batch_size)
    if clip is not None:
        clip = number("fit's clip", clip, "a number above 0", lambda norm: norm > 0)
    if patience is not None:
        patience = whole("fit's patience", patience)
        if validation is None:
            raise ValueError(
                "fit's patience watches the validation loss: pass validation=(X_val, y_val), too"
            )
    batches = mini_batches(X, y, batch_size, read_rng(rng))

    history, best = History(), None
    go_back = _snapshot(model, optimizer, schedule)
    with (
        CtrlC() as ctrl_c,
        _modes_kept(model),
        np.errstate(all="ignore"),
        progress_bar(epochs, progress) as advance,
    ):
        try:
            for epoch in range(1, epochs + 1):
                lr = optimizer.lr
                measured, norm, problem = _train(model, batches, loss, optimizer, clip, metrics, ctrl_c)
                held_out = validation and _measure(model, *validation, loss, metrics, batch_size)
                _record(history, measured, held_out, lr, norm)
                if patience and history.best_epoch == epoch:
                    best = model.state_dict()
                if problem:
                    history.diverged, history.ending = True, f"Training stopped in epoch {epoch}, {problem}"
                    break
                if schedule is not None:
                    schedule.step()
                advance(history)
                if patience and epoch - (history.best_epoch or 0) >= patience:
                    history.stopped_early = True
                    history.ending = f"Stopped early: no lower validation loss for {in_words(patience)}."
                    break
                ctrl_c.obey()
        except KeyboardInterrupt:
            history.interrupted = True
            history.ending = f"Training was interrupted after {history.epochs} of {in_words(epochs)}."
        except Exception:
            go_back()
            raise
        if best is not None:
            model.load_state_dict(best)
            back = f"The model has the parameters of epoch {history.best_epoch}."
            history.ending = f"{history.ending} {back}".lstrip()
    if history.diverged or history.interrupted:
        print(history.ending)
    return history


def evaluate(model, X, y, *, loss, metrics=None, batch_size=256):
    """Measure a model on data: the mean over all samples, whatever the size of the batches.

    Outputs are computed batch by batch; loss and metrics then see all of them at once, so that no mean of
    means can go wrong. The model is in evaluation mode meanwhile, and no graph is recorded.

    model: an `nn.Module`, or any function from a Tensor of rows to outputs.
    X, y, loss, metrics: as in `fit`.

    Returns: {"loss": number, and each metric's name: number}.
    Raises: TypeError, ValueError for arguments that do not fit, and whatever model, loss or metric raises.

    >>> from backprop_lib.engine.functional import mse_loss
    >>> evaluate(lambda X: 2.0 * X, [[1.0], [2.0], [3.0]], [[2.0], [4.0], [9.0]], loss=mse_loss, batch_size=2)
    {'loss': 3.0}
    """
    if not callable(model) or isinstance(model, type):
        raise TypeError(f"evaluate needs a model, a function from inputs to outputs; received {shown(model)}")
    loss, metrics = read_functions("evaluate", loss, metrics)
    X, y = read_data("evaluate", X, y)
    with _modes_kept(model), np.errstate(all="ignore"):
        return _measure(model, X, y, loss, metrics, whole("evaluate's batch_size", batch_size))


# --- an epoch -----------------------------------------------------------------------------------------------


def _train(model, batches, loss, optimizer, clip, metrics, ctrl_c):
    """Take the steps of one epoch.

    Returns: what was measured, {"loss": mean over the samples, ...}; the mean norm of the gradient; and ""
    or, where a number was not finite, which and when.
    """
    total, count, norms, outputs, targets, problem = 0.0, 0, [], [], [], ""
    model.train()
    for step, (X_batch, y_batch) in enumerate(batches, start=1):
        output = model(Tensor(X_batch))
        mean = loss(output, y_batch)
        if not isinstance(mean, Tensor):
            raise TypeError(
                f"fit needs a loss that gives a Tensor, to go backward from; it gave {shown(mean)}"
            )
        value = _as_number("the loss", mean)
        # The published mistake is a mean of the means: the last batch may be smaller.
        total += value * len(y_batch)
        count += len(y_batch)
        if metrics:
            outputs.append(as_tensor(output).data)
            targets.append(y_batch)
        if math.isfinite(value):
            optimizer.zero_grad()
            mean.backward()
            norms.append(clip_grad_norm_(optimizer.parameters, math.inf if clip is None else clip))
        problem = _not_finite(step, value, norms)
        if problem:
            break
        ctrl_c.stepping = True
        optimizer.step()
        ctrl_c.stepping = False
        ctrl_c.obey()
    measured = {"loss": total / count}
    if metrics:
        measured |= _apply(metrics, np.concatenate(outputs), np.concatenate(targets))
    return measured, math.fsum(norms) / len(norms) if norms else math.nan, problem


def _not_finite(step, loss, norms):
    """Say which of the numbers of this step is infinite or NaN; "" if none is."""
    if math.isfinite(loss) and math.isfinite(norms[-1]):
        return ""
    found = f"gradient has norm {norms[-1]}" if math.isfinite(loss) else f"loss is {loss}"
    return (
        f"step {step}: the {found}. A smaller lr or clip=1.0 may keep it finite; "
        "`diagnose` finds where the first such number arises."
    )


def _measure(model, X, y, loss, metrics, batch_size):
    """Do what `evaluate` does, with arguments that were checked."""
    with _modes_kept(model), no_grad():
        if isinstance(model, Module):
            model.eval()
        batches = mini_batches(X, y, batch_size, shuffle=False)
        outputs = np.concatenate([as_tensor(model(Tensor(X_batch))).data for X_batch, _ in batches])
    return _apply({"loss": loss, **metrics}, outputs, y)


def _apply(functions, outputs, targets):
    """Give {name: number} for functions of (outputs, targets)."""
    with no_grad():
        return {
            name: _as_number(name, function(as_tensor(outputs), targets))
            for name, function in functions.items()
        }


def _record(history, measured, held_out, lr, norm):
    """Add the numbers of one epoch."""
    history.lr.append(lr)
    history.gradient_norm.append(norm)
    for numbers, losses, metrics in (
        (measured, history.loss, history.metrics),
        (held_out, history.validation_loss, history.validation_metrics),
    ):
        for name, value in (numbers or {}).items():
            (losses if name == "loss" else metrics.setdefault(name, [])).append(value)


# --- around the steps ---------------------------------------------------------------------------------------


def _snapshot(model, optimizer, schedule):
    """Remember how all three are; return a function that brings that back."""
    parameters, remembered = model.state_dict(), optimizer.state_dict()
    position = dict(vars(schedule)) if schedule is not None else {}

    def go_back():
        model.load_state_dict(parameters)
        optimizer.load_state_dict(remembered)
        if schedule is not None:
            vars(schedule).update(position)

    return go_back


@contextmanager
def _modes_kept(model):
    """Bring each module back to the mode, training or evaluation, that it had."""
    modules = model.modules() if isinstance(model, Module) else []
    before = [module.training for module in modules]
    try:
        yield
    finally:
        for module, mode in zip(modules, before, strict=True):
            module.training = mode


def _as_number(name, value):
    """Read what a loss or a metric gave as a float."""
    array = value.data if isinstance(value, Tensor) else np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} must give one number for all samples that it gets, such as their mean; "
            f"it gave {shown(value)}"
        )
    return float(array.item())
