"""What the training lab says; js/training_lab/words.js writes the same."""

from backprop_lib.explorables import words
from backprop_lib.explorables.training_lab.run import MOST_EPOCHS, batch_size, rate_at
from backprop_lib.training.batches import steps_per_epoch

RISEN = 1.1  # times the lowest validation loss: less is the wobble of any training


def arithmetic(settings, epoch):
    """Write how samples, batches, steps and epochs belong together, and the learning rate where it changes.

    settings: the lab's, by name.

    >>> settings = {"batch": 32, "samples": 200, "rate": 0.01, "schedule": "cosine"}
    >>> arithmetic(settings, 100)
    '200 samples ÷ 32 = 6.25: 7 batches an epoch, the last one of 8; epoch 100 = step 700; now η = 0.005'
    >>> arithmetic(settings | {"batch": "all", "schedule": "constant"}, 1)
    '200 samples ÷ 200 = 1: 1 batch an epoch; epoch 1 = step 1'
    """
    samples = settings["samples"]
    size = batch_size(settings["batch"], samples)
    steps, left = steps_per_epoch(samples, size), samples % size
    told = f"{samples} samples ÷ {size} = {words.number(samples / size)}: "
    told += f"{steps} batch{'' if steps == 1 else 'es'} an epoch{f', the last one of {left}' if left else ''}"
    told += f"; epoch {epoch} = step {epoch * steps}"
    if settings["schedule"] == "constant":
        return told
    return f"{told}; now η = {words.number(rate_at(settings['rate'], settings['schedule'], epoch))}"


def sentence(history, patience):
    """Say where training stands: the two losses, their gap, the best epoch, and why it ended.

    history: {"train_loss": list, "val_loss": list}, one number an epoch.  patience: as the lab's.

    >>> sentence({"train_loss": [0.7, 0.5], "val_loss": [0.71, 0.6]}, None)
    'epoch 2: training loss 0.5, validation loss 0.6, the gap +0.1; no validation loss was lower so far'
    """
    train, held_out = history["train_loss"], history["val_loss"]
    epoch = len(train)
    if epoch == 0:
        return "epoch 0: the network is untrained; to know nothing is a loss of ln 2 = 0.6931"
    best = best_epoch(held_out)
    lowest, now = held_out[best - 1], held_out[-1]
    losses = f"epoch {epoch}: training loss {words.number(train[-1])}, validation loss {words.number(now)}"
    told = [f"{losses}, the gap {words.signed(now - train[-1])}"]
    if best == epoch:
        told.append("no validation loss was lower so far")
    else:
        told.append(f"the lowest validation loss was {words.number(lowest)} in epoch {best}")
        if now > RISEN * lowest and train[-1] < train[best - 1]:
            told.append("since then it rose while the training loss fell: overfitting")
    return "; ".join(told) + _ending(epoch, best, patience)


def best_epoch(losses):
    """The epoch, counted from 1, of the lowest loss; among equals the first."""
    return losses.index(min(losses)) + 1


def _ending(epoch, best, patience):
    stopped = patience is not None and epoch - best >= patience
    if not stopped and epoch < MOST_EPOCHS:
        return ""
    waited = "1 epoch" if patience == 1 else f"{patience} epochs"
    why = (
        f"stopped early, after {waited} without a lower one"
        if stopped
        else f"all {MOST_EPOCHS} epochs are done"
    )
    back = f", the weights are again those of epoch {best}" if patience is not None and best < epoch else ""
    return f". Training has ended: {why}{back}"
