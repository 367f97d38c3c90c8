"""Lesson 09, the training loop: its arithmetic, the loop itself, optimisers, when to stop, how to measure.

Optimisers take and return the numbers that they remember: `step(w, g, remembered…) -> (w, remembered…)`.
Their formulas and defaults are PyTorch's.
"""

import math

import numpy as np

from backprop_lib import nn
from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.recording import no_grad
from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction
from backprop_lib.exercises.trying import shown_as
from backprop_lib.training.batches import mini_batches
from backprop_lib.training.optimisers import SGD


def _nonzero(generator, low, high, size=None):
    """Numbers with two decimals, easy to retype, of either sign and never near zero."""
    numbers = generator.uniform(low, high, size) * generator.choice([-1, 1], size)
    return np.round(numbers, 2) if size else round(float(numbers), 2)


# --- 09.1 epochs, batches, steps ----------------------------------------------------------------------------


def count_steps(samples, batch, epochs):
    steps = int(np.ceil(samples / batch))
    last = samples - (steps - 1) * batch
    return steps, last, epochs * steps


def _steps_but(steps=None, last=None, total=None):
    """`count_steps` with another way to one of its numbers."""

    def mistaken(samples, batch, epochs):
        right_steps, right_last, _ = count_steps(samples, batch, epochs)
        each = right_steps if steps is None else steps(samples, batch)
        rest = right_last if last is None else last(samples, batch)
        return each, rest, epochs * each if total is None else total(samples, batch, epochs)

    return mistaken


COUNT_STEPS = Exercise(
    id="09.1",
    task="Write `count_steps(samples, batch, epochs)`: the steps in an epoch, the samples in its last batch, "
    "and the steps in all.",
    truth=count_steps,
    inputs=lambda generator: (
        int(generator.integers(100, 2000)),
        int(generator.integers(7, 65)),
        int(generator.integers(2, 50)),
    ),
    examples=((200, 32, 100), (128, 32, 10), (20, 32, 3)),
    parts=("steps in an epoch", "samples in the last batch", "steps in all"),
    relative_tolerance=1e-9,
    explain="What does not fill a batch is a batch, too: so ⌈samples / batch⌉ steps, rounded up. Each epoch "
    "begins with a new deal, so the steps in all are a multiple of that.",
    hints=(
        "200 samples make six batches of 32. What is left, and is it thrown away?",
        "`np.ceil(samples / batch)` rounds up. How many samples did all batches but the last one take?",
        "The last batch has `samples - (steps - 1) * batch`. In all there are `epochs * steps`.",
    ),
    misconceptions=(
        Misconception(
            "rounded down",
            "The steps were rounded down. The samples that do not fill a batch make one more, smaller batch: "
            "round up.",
            _steps_but(steps=lambda samples, batch: samples // batch),
        ),
        Misconception(
            "rest left out",
            "The last batch is counted, but there is no step with it: the steps were rounded down. Round up.",
            _steps_but(
                steps=lambda samples, batch: samples // batch, last=lambda samples, batch: samples % batch
            ),
        ),
        Misconception(
            "rest put into the last batch",
            "The steps were rounded down, and the last batch has more than `batch` samples. What does not "
            "fill a batch makes one more, smaller batch: round up.",
            _steps_but(
                steps=lambda samples, batch: samples // batch,
                last=lambda samples, batch: samples - (samples // batch - 1) * batch,
            ),
        ),
        Misconception(
            "one more, and a remainder",
            "This is right where something is left over. But 128 samples are 4 full batches of 32: there is "
            "no fifth one, with 0 samples.",
            _steps_but(
                steps=lambda samples, batch: samples // batch + 1,
                last=lambda samples, batch: samples % batch,
            ),
        ),
        Misconception(
            "always one more",
            "`samples // batch + 1` is one too many where the batches come out even: 128 samples are 4 "
            "batches of 32, and not 5.",
            _steps_but(steps=lambda samples, batch: samples // batch + 1),
        ),
        Misconception(
            "rounded to the nearest",
            "The steps were rounded to the nearest whole number. However few samples are left, they are a "
            "batch: round up.",
            _steps_but(steps=lambda samples, batch: round(samples / batch)),
        ),
        Misconception(
            "not rounded",
            "These are fractions of steps. The last batch is smaller, but the step with it is a whole one.",
            _steps_but(steps=lambda samples, batch: samples / batch),
        ),
        Misconception(
            "remainder as last batch",
            "`samples % batch` is 0 where the batches come out even. Then the last batch is a full one.",
            _steps_but(last=lambda samples, batch: samples % batch),
        ),
        Misconception(
            "last batch taken for full",
            "The last batch has only what the others have left over, and not always `batch` samples.",
            _steps_but(last=lambda samples, batch: batch),
        ),
        Misconception(
            "what the last batch lacks",
            "This is how many samples the last batch lacks. How many does it have?",
            _steps_but(last=lambda samples, batch: math.ceil(samples / batch) * batch - samples),
        ),
        Misconception(
            "epochs glued together",
            "In all there are a few steps too few: this deals the samples of all epochs in one go. But each "
            "epoch ends with its own smaller batch.",
            _steps_but(total=lambda samples, batch, epochs: math.ceil(samples * epochs / batch)),
        ),
        Misconception(
            "one step for each sample",
            "This counts a step for each sample. A step takes a whole batch.",
            _steps_but(total=lambda samples, batch, epochs: samples * epochs),
        ),
        Misconception(
            "one step an epoch",
            "This counts one step an epoch. That is so only if the batch holds all samples.",
            _steps_but(total=lambda samples, batch, epochs: epochs),
        ),
    ),
)


# --- 09.2 an epoch ------------------------------------------------------------------------------------------


def train_epoch(model, loss, optimizer, batches):
    total, count = 0.0, 0
    for X, y in batches:
        optimizer.zero_grad()
        L = loss(model(X), y)
        L.backward()
        optimizer.step()
        total += L.item() * len(X)
        count += len(X)
    return total / count


A_TENSOR = "a Tensor"


def _linear(w):
    """A linear layer with these weights, and no bias."""
    layer = nn.Linear(len(w), 1, bias=False, rng=np.random.default_rng(0))
    layer.weight.data[:] = w
    return layer


def try_epoch(epoch):
    """Turn `train_epoch(model, loss, optimizer, batches)` into a function from arrays to (loss, weights).

    The model is a linear layer with weights `w`, the loss the mean squared error, the optimiser plain SGD.

    >>> X, y, w = np.array([[1.0], [2.0], [1.0]]), np.array([[1.0], [2.0], [0.0]]), np.array([[0.0]])
    >>> mean, w = try_epoch(train_epoch)(X, y, w, size=2, lr=0.1)
    >>> round(mean, 4), w.round(2)  # (1 + 4) / 2 · 2, then 0.25 · 1, over 3
    (1.75, array([[0.4]]))
    """

    def on_numbers(X, y, w, size, lr):
        model, batches = _linear(w), mini_batches(X, y, size, shuffle=False)
        mean = epoch(model, nn.MSELoss(), SGD(model.parameters(), lr=lr), batches)
        if mean is None or mean is ...:
            return ... if np.array_equal(model.weight.data, w) else "nothing: is the `return` missing?"
        return A_TENSOR if isinstance(mean, Tensor) else (mean, model.weight.data)

    return shown_as(epoch, on_numbers)


def _epoch_but(summary=None, zero=True, step=True, forget_first=False):
    """`train_epoch` with another summary of the losses and the sizes, or with a part left out."""

    def mistaken(model, loss, optimizer, batches):
        means, sizes = [], []
        for X, y in batches:
            if zero:
                optimizer.zero_grad()
            L = loss(model(X), y)
            L.backward()
            if forget_first:
                optimizer.zero_grad()
            if step:
                optimizer.step()
            means.append(L.item())
            sizes.append(len(X))
        means, sizes = np.array(means), np.array(sizes)
        return float((means * sizes).sum() / sizes.sum() if summary is None else summary(means, sizes))

    return try_epoch(mistaken)


def _one_step_an_epoch(model, loss, optimizer, batches):
    total, count = 0.0, 0
    optimizer.zero_grad()
    for X, y in batches:
        L = loss(model(X), y)
        L.backward()
        total, count = total + L.item() * len(X), count + len(X)
    optimizer.step()
    return total / count


def _measured_after_the_step(model, loss, optimizer, batches):
    total, count = 0.0, 0
    for X, y in batches:
        optimizer.zero_grad()
        loss(model(X), y).backward()
        optimizer.step()
        total, count = total + loss(model(X), y).item() * len(X), count + len(X)
    return total / count


def _first_batch_only(model, loss, optimizer, batches):
    return train_epoch(model, loss, optimizer, list(batches)[:1])


def _epoch_inputs(generator):
    columns = int(generator.integers(1, 4))
    samples = int(generator.integers(7, 12))
    return (
        _nonzero(generator, 0.3, 1.5, (samples, columns)),
        _nonzero(generator, 0.3, 2.0, (samples, 1)),
        _nonzero(generator, 0.3, 1.0, (columns, 1)),
        next(size for size in (4, 5, 3) if samples % size),
        round(float(generator.uniform(0.05, 0.15)), 2),
    )


TRAIN_EPOCH = Exercise(
    id="09.2",
    task="Write `train_epoch(model, loss, optimizer, batches)`: one step with each `(X, y)` of the batches. "
    "Return the mean loss over all samples, a plain number.",
    truth=try_epoch(train_epoch),
    inputs=_epoch_inputs,
    parts=("the mean loss", "the weights"),
    explain="Each batch loss is a mean over its own samples, so it counts as often as it has samples. Then a "
    "smaller last batch weighs less, and the batch size does not change what the number means.",
    hints=(
        "For each batch the step of lesson 07: forget the gradients, compute the loss, go back, step.",
        "`L.item() * len(X)` is the sum of the losses of a batch. Add these up, and count the samples.",
        "After the loop `return total / count`.",
    ),
    misconceptions=(
        Misconception(
            "mean of the means",
            "This is the mean of the batch means. The last batch is smaller, and its samples would count for "
            "more than the others: weigh each mean with `len(X)`.",
            _epoch_but(lambda means, sizes: means.mean()),
        ),
        Misconception(
            "means divided by the samples",
            "This adds up means, and divides by the number of samples: too small by about the batch size. A "
            "published tutorial does so. Make sums out of the means first, `L.item() * len(X)`.",
            _epoch_but(lambda means, sizes: means.sum() / sizes.sum()),
        ),
        Misconception(
            "sum of the means",
            "This is the sum of the batch losses. It grows with the number of batches; take the mean over "
            "the samples.",
            _epoch_but(lambda means, sizes: means.sum()),
        ),
        Misconception(
            "sum over the samples",
            "This is the sum over the samples. Twice the data would seem twice as bad: divide by their "
            "number.",
            _epoch_but(lambda means, sizes: (means * sizes).sum()),
        ),
        Misconception(
            "last loss",
            "This is the loss of the last batch alone. Add up those of all batches.",
            _epoch_but(lambda means, sizes: means[-1]),
        ),
        Misconception(
            "a Tensor",
            "This is a Tensor, and with it the graphs of all batches stay in memory. `L.item()` is the plain "
            "number.",
            lambda X, y, w, size, lr: A_TENSOR,
        ),
        Misconception(
            "gradients not forgotten",
            "The gradients of all batches so far add up, and each step follows the old ones, too. "
            "`optimizer.zero_grad()` belongs before each `backward`.",
            _epoch_but(zero=False),
        ),
        Misconception(
            "no step",
            "The weights have not moved. After `backward`, `optimizer.step()`; and if `zero_grad` comes "
            "between the two, nothing is left to step by.",
            _epoch_but(step=False),
        ),
        Misconception(
            "one step an epoch",
            "The gradients of all batches were added up for a single step. Step after each batch.",
            try_epoch(_one_step_an_epoch),
        ),
        Misconception(
            "only the first batch",
            "Training ended after the first batch. Is the `return` inside the loop?",
            try_epoch(_first_batch_only),
        ),
        Misconception(
            "measured after the step",
            "Each loss was measured after the step with its own batch. That flatters: take the loss that "
            "`backward` began from.",
            try_epoch(_measured_after_the_step),
        ),
    ),
)


# --- 09.3 the largest rate ----------------------------------------------------------------------------------


def critical_rate(curvatures):
    return 2 / max(curvatures)


CRITICAL_RATE = Exercise(
    id="09.3",
    task="Write `critical_rate(curvatures)`: the learning rate from which on plain descent on ½(λ₁w₁² + "
    "λ₂w₂² + …) no longer comes to rest, from the list of all λ.",
    truth=critical_rate,
    inputs=lambda generator: (
        np.round(generator.uniform(0.2, 40.0, int(generator.integers(2, 6))), 1).tolist(),
    ),
    examples=(([1.0, 25.0],), ([3.0, 1.0, 2.0],)),
    explain="|1 − ηλ| < 1 means 0 < ηλ < 2, for each λ. The steepest direction is the first to fail, so "
    "η < 2/λmax.",
    hints=(
        "One weight converges if its factor 1 − ηλ lies between −1 and 1. For which η is that so?",
        "From ηλ = 2 on it no longer shrinks. Which of the weights gets there first?",
    ),
    misconceptions=(
        Misconception(
            "one over",
            "At η = 1/λmax the factor is 0: the steepest weight arrives in a single step. That is the best "
            "rate for it, and twice as much is the limit.",
            lambda curvatures: 1 / max(curvatures),
        ),
        Misconception(
            "flattest direction",
            "This is the limit of the flattest direction. The steepest one fails long before.",
            lambda curvatures: 2 / min(curvatures),
        ),
        Misconception(
            "mean curvature",
            "This goes by the mean of the λ. But weights do not help each other: one that grows is enough.",
            lambda curvatures: 2 / float(np.mean(curvatures)),
        ),
        Misconception(
            "sum of the curvatures",
            "This goes by the sum of the λ. Each weight has its own factor 1 − ηλ: only the largest counts.",
            lambda curvatures: 2 / sum(curvatures),
        ),
        Misconception(
            "upside down",
            "This grows with the curvature. The steeper, the smaller the steps have to be.",
            lambda curvatures: max(curvatures) / 2,
        ),
        Misconception(
            "first entry",
            "This goes by the first λ in the list. The largest may be another.",
            lambda curvatures: 2 / curvatures[0],
        ),
        Misconception(
            "last entry",
            "This goes by the last λ in the list. The largest may be another.",
            lambda curvatures: 2 / curvatures[-1],
        ),
        Misconception(
            "best compromise",
            "2/(λmin + λmax) is where the slowest weight is as fast as it can be. Asked for is the limit.",
            lambda curvatures: 2 / (min(curvatures) + max(curvatures)),
        ),
    ),
)


# --- 09.4 momentum ------------------------------------------------------------------------------------------


def momentum_step(w, g, v, lr, mu):
    v = mu * v + g
    return w - lr * v, v


def _averaged(w, g, v, lr, mu):
    v = mu * v + (1 - mu) * g
    return w - lr * v, v


def _rate_inside(w, g, v, lr, mu):
    v = mu * v + lr * g
    return w - v, v


def _two_steps(w, g, v, lr, mu):
    return w - lr * g - lr * (mu * v + g), mu * v + g


def _momentum_inputs(generator):
    size = int(generator.integers(2, 5))
    return (
        *(_nonzero(generator, 0.3, 2.0, size) for _ in range(3)),
        round(float(generator.uniform(0.05, 0.5)), 2),
        round(float(generator.uniform(0.6, 0.95)), 2),
    )


MOMENTUM = Exercise(
    id="09.4",
    task="Write `momentum_step(w, g, v, lr, mu)`: return w and v after the step.",
    truth=momentum_step,
    inputs=_momentum_inputs,
    examples=((np.array([1.0]), np.array([2.0]), np.array([0.0]), 0.1, 0.9),),
    parts=("w", "v"),
    explain="The velocity keeps a share μ of itself, and takes in the gradient. Then w follows the velocity. "
    "Under a steady gradient v grows to g/(1 − μ): ten times g for μ = 0.9.",
    hints=(
        "First the new velocity. Then w moves by it, and no longer by g.",
        "`v = mu * v + g`, and then `w - lr * v`. Return both.",
    ),
    misconceptions=(
        Misconception(
            "averaged",
            "Here the gradient entered with 1 − μ, as in Adam's average. PyTorch's momentum adds all of g, "
            "so its steps are up to 1/(1 − μ) times as long; a rate tuned for one does not fit the other.",
            _averaged,
        ),
        Misconception(
            "rate inside the velocity",
            "The rate went into the velocity. While η stays the same, w takes the same path. But then a "
            "schedule that lowers η leaves the old steps as long as they were. Keep η out of v.",
            _rate_inside,
        ),
        Misconception(
            "old velocity used",
            "w moved by the old velocity, so in the first step not at all. Update v first.",
            lambda w, g, v, lr, mu: (w - lr * v, mu * v + g),
        ),
        Misconception(
            "gradient used",
            "w moved by g, as without momentum. The velocity was kept, but nobody follows it.",
            lambda w, g, v, lr, mu: (w - lr * g, mu * v + g),
        ),
        Misconception(
            "moved twice",
            "w moved by the gradient and by the velocity. The velocity has the gradient in it already.",
            _two_steps,
        ),
        Misconception(
            "looks ahead",
            "This is Nesterov's momentum, g + μv with the new v. It is as good; asked for is the plain one.",
            lambda w, g, v, lr, mu: (w - lr * (g + mu * (mu * v + g)), mu * v + g),
        ),
        Misconception(
            "uphill",
            "v is right, but w goes uphill: subtract.",
            lambda w, g, v, lr, mu: (w + lr * (mu * v + g), mu * v + g),
        ),
        Misconception(
            "velocity turned",
            "Here the velocity points downhill, and w is the same. PyTorch's v points as g does, and is "
            "subtracted.",
            lambda w, g, v, lr, mu: (w - lr * (mu * v + g), -(mu * v + g)),
        ),
        Misconception(
            "never slows down",
            "The velocity keeps all of itself, v + g. Without μ it never forgets, and rolls on for ever.",
            lambda w, g, v, lr, mu: (w - lr * (v + g), v + g),
        ),
        Misconception(
            "μ on the gradient",
            "μ belongs to the old velocity: that is the share of it which stays.",
            lambda w, g, v, lr, mu: (w - lr * (v + mu * g), v + mu * g),
        ),
    ),
)


# --- 09.5 Adam ----------------------------------------------------------------------------------------------


def adam_step(w, g, m, v, t, lr):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**t)
    v_hat = v / (1 - 0.999**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


def _adam_but(
    average=lambda m, g: 0.9 * m + 0.1 * g,
    square=lambda v, g: 0.999 * v + 0.001 * g**2,
    correct_m=lambda t: 1 - 0.9**t,
    correct_v=lambda t: 1 - 0.999**t,
    move=lambda m_hat, v_hat: m_hat / (np.sqrt(v_hat) + 1e-8),
):
    """`adam_step` with one of its lines written otherwise."""

    def mistaken(w, g, m, v, t, lr):
        with np.errstate(all="ignore"):
            m, v = average(m, g), square(v, g)
            m_hat, v_hat = m / np.float64(correct_m(t)), v / np.float64(correct_v(t))
            return w - lr * move(m_hat, v_hat), m, v

    return mistaken


def _corrected_kept(w, g, m, v, t, lr):
    w, m, v = adam_step(w, g, m, v, t, lr)
    return w, m / (1 - 0.9**t), v / (1 - 0.999**t)


def _old_averages(w, g, m, v, t, lr):
    _, new_m, new_v = adam_step(w, g, m, v, t, lr)
    return w - lr * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), new_m, new_v


def _adam_inputs(generator):
    """Some steps after the start, as they come: the averages belong to a t."""
    size, t = int(generator.integers(2, 4)), int(generator.integers(2, 12))
    w, g, m = (_nonzero(generator, 0.3, 2.0, size) for _ in range(3))
    v = np.round(generator.uniform(0.001, 0.01, size), 4)
    return w, g, np.round(m * 0.3, 3), v, t, round(float(generator.uniform(0.02, 0.2)), 2)


_FAINT = np.array([3e-6, -2e-6])  # gradients small enough to tell where ε stands

ADAM = Exercise(
    id="09.5",
    task="Write `adam_step(w, g, m, v, t, lr)`: return w, m and v after step number t, with β₁ = 0.9, "
    "β₂ = 0.999 and ε = 10⁻⁸.",
    truth=adam_step,
    inputs=_adam_inputs,
    examples=(
        (np.array([1.0]), np.array([1000.0]), np.array([0.0]), np.array([0.0]), 1, 0.1),
        (np.array([1.0, 1.0]), _FAINT, np.zeros(2), np.zeros(2), 1, 0.1),
        (np.array([1.0, 1.0]), _FAINT, _FAINT / 2, _FAINT**2 / 2, 7, 0.1),
    ),
    parts=("w", "m", "v"),
    explain="m averages the gradients, v their squares. Both begin at 0 and are too small at first; 1 − βᵗ "
    "makes up for that. What is left is m̂/√v̂, a number of about 1 or less, whatever the units of g.",
    hints=(
        "Five lines, one for each formula. m and v come first, and both use g as it is.",
        "`m_hat = m / (1 - 0.9**t)`, and the same for v with 0.999. At t = 1 that gives back g and g².",
        "The step is `lr * m_hat / (np.sqrt(v_hat) + 1e-8)`. Return w, m, v, and not m_hat, v_hat.",
    ),
    misconceptions=(
        Misconception(
            "no correction",
            "m and v were used as they are. They begin at 0: after the first step m is a tenth of g, and √v "
            "a thirtieth, so the first steps are about three times too long. Divide by 1 − βᵗ.",
            _adam_but(correct_m=lambda t: 1.0, correct_v=lambda t: 1.0),
        ),
        Misconception(
            "only m corrected",
            "m was corrected, and v was not: it is still far too small, and the first steps are thirty "
            "times too long. Both begin at 0.",
            _adam_but(correct_v=lambda t: 1.0),
        ),
        Misconception(
            "only v corrected",
            "v was corrected, and m was not, so the first steps are a tenth of what they should be. Both "
            "begin at 0.",
            _adam_but(correct_m=lambda t: 1.0),
        ),
        Misconception(
            "t from 0",
            "Here steps are counted from 0: 1 − β⁰ is 0, and the first step divides by it. `t` counts from 1 "
            "already.",
            _adam_but(correct_m=lambda t: 1 - 0.9 ** (t - 1), correct_v=lambda t: 1 - 0.999 ** (t - 1)),
        ),
        Misconception(
            "t one too far",
            "This corrects for t + 1 steps. `t` is the number of this step: the first one has t = 1.",
            _adam_but(correct_m=lambda t: 1 - 0.9 ** (t + 1), correct_v=lambda t: 1 - 0.999 ** (t + 1)),
        ),
        Misconception(
            "always the first step",
            "This divides by 1 − β, at every step. That is right for t = 1 alone: the power is missing, "
            "`beta**t`.",
            _adam_but(correct_m=lambda t: 0.1, correct_v=lambda t: 0.001),
        ),
        Misconception(
            "times in place of to the power of",
            "`0.9 * t` is a product. βᵗ is a power, `0.9**t`.",
            _adam_but(correct_m=lambda t: 1 - 0.9 * t, correct_v=lambda t: 1 - 0.999 * t),
        ),
        Misconception(
            "ε inside the root",
            "ε stands inside the root. √(v̂ + 10⁻⁸) is never below 10⁻⁴, so faint gradients hardly move "
            "anything. It is added after the root.",
            _adam_but(move=lambda m_hat, v_hat: m_hat / np.sqrt(v_hat + 1e-8)),
        ),
        Misconception(
            "no ε",
            "ε is missing. Where a gradient has always been 0, the step is then 0/0.",
            _adam_but(move=lambda m_hat, v_hat: m_hat / np.sqrt(v_hat)),
        ),
        Misconception(
            "no root",
            "v̂ has the units of g², so m̂/v̂ has those of 1/g: large gradients would make small steps. Take "
            "the root.",
            _adam_but(move=lambda m_hat, v_hat: m_hat / (v_hat + 1e-8)),
        ),
        Misconception(
            "gradient in place of m̂",
            "w moves by g/√v̂. The average m̂ is computed, and nobody uses it.",
            lambda w, g, m, v, t, lr: (
                w - lr * g / (np.sqrt((0.999 * v + 0.001 * g**2) / (1 - 0.999**t)) + 1e-8),
                0.9 * m + 0.1 * g,
                0.999 * v + 0.001 * g**2,
            ),
        ),
        Misconception(
            "summed as in momentum",
            "m takes in all of g, as the velocity of momentum does. Here it is an average: 0.1 · g.",
            _adam_but(average=lambda m, g: 0.9 * m + g),
        ),
        Misconception(
            "not squared",
            "v averages the gradients, and not their squares.",
            _adam_but(square=lambda v, g: 0.999 * v + 0.001 * g),
        ),
        Misconception(
            "βs exchanged",
            "β₁ and β₂ changed places: 0.9 is for m, and 0.999 for v, whose memory is longer.",
            _adam_but(
                average=lambda m, g: 0.999 * m + 0.001 * g,
                square=lambda v, g: 0.9 * v + 0.1 * g**2,
                correct_m=lambda t: 1 - 0.999**t,
                correct_v=lambda t: 1 - 0.9**t,
            ),
        ),
        Misconception(
            "corrected averages kept",
            "w is right, but m̂ and v̂ were returned. In the next step they would be corrected once more. "
            "Keep m and v as they are.",
            _corrected_kept,
        ),
        Misconception(
            "old averages used",
            "w moved by the averages before this step. Update m and v first.",
            _old_averages,
        ),
        Misconception(
            "uphill",
            "m and v are right, but w goes uphill: subtract.",
            _adam_but(move=lambda m_hat, v_hat: -m_hat / (np.sqrt(v_hat) + 1e-8)),
        ),
    ),
)


# --- 09.6 weight decay --------------------------------------------------------------------------------------


def adamw_step(w, g, m, v, t, lr, decay):
    w = w - lr * decay * w
    return adam_step(w, g, m, v, t, lr)


def _decay_after(w, g, m, v, t, lr, decay):
    w, m, v = adam_step(w, g, m, v, t, lr)
    return w - lr * decay * w, m, v


def _adamw_inputs(generator):
    return *_adam_inputs(generator), round(float(generator.uniform(0.1, 0.6)), 2)


ADAMW = Exercise(
    id="09.6",
    task="Write `adamw_step(w, g, m, v, t, lr, decay)`: first w shrinks by lr · decay · w, and then Adam "
    "takes its step with g. Use your `adam_step`.",
    truth=adamw_step,
    inputs=_adamw_inputs,
    examples=((np.array([1.0]), np.array([0.0]), np.array([0.0]), np.array([0.0]), 1, 0.1, 0.5),),
    parts=("w", "m", "v"),
    explain="The decay goes past m and v, so nothing is divided by √v̂: each weight shrinks by the same share "
    "ηλ, whether its gradients are large or small.",
    hints=(
        "The gradient that Adam sees is g alone. The decay changes w, before Adam does.",
        "`w = w - lr * decay * w`, and then `return adam_step(w, g, m, v, t, lr)`.",
    ),
    misconceptions=(
        Misconception(
            "decay in the gradient",
            "λw was added to the gradient. That is Adam with L2, not AdamW: it passes through m and v, and "
            "Adam divides it by √v̂. A weight with large gradients then hardly decays.",
            lambda w, g, m, v, t, lr, decay: adam_step(w, g + decay * w, m, v, t, lr),
        ),
        Misconception(
            "decay in the gradient, with the rate",
            "ηλw was added to the gradient. There Adam averages it, divides it by √v̂, and multiplies it by η "
            "once more. Take it away from w itself.",
            lambda w, g, m, v, t, lr, decay: adam_step(w, g + lr * decay * w, m, v, t, lr),
        ),
        Misconception(
            "rate left out",
            "w shrinks by λw, without the learning rate. In PyTorch the decay is ηλw, so that a schedule "
            "lowers it, too.",
            lambda w, g, m, v, t, lr, decay: adam_step(w - decay * w, g, m, v, t, lr),
        ),
        Misconception(
            "after the step",
            "Here Adam stepped first, and the new w shrank. It is nearly the same; PyTorch shrinks the old "
            "one.",
            _decay_after,
        ),
        Misconception(
            "grows",
            "The weights grow: the decay is subtracted.",
            lambda w, g, m, v, t, lr, decay: adam_step(w + lr * decay * w, g, m, v, t, lr),
        ),
        Misconception(
            "no decay",
            "This is Adam alone: w has not shrunk.",
            lambda w, g, m, v, t, lr, decay: adam_step(w, g, m, v, t, lr),
        ),
        Misconception(
            "twice",
            "w shrinks, and λw is in the gradient, too. Once is enough: leave g as it is.",
            lambda w, g, m, v, t, lr, decay: adam_step(w - lr * decay * w, g + decay * w, m, v, t, lr),
        ),
        Misconception(
            "a constant taken away",
            "ηλ was taken away from every weight, and not ηλw. A share of w: large weights lose more, and "
            "negative ones come up.",
            lambda w, g, m, v, t, lr, decay: adam_step(w - lr * decay, g, m, v, t, lr),
        ),
        Misconception(
            "only the decay",
            "w shrinks, but Adam's step is missing.",
            lambda w, g, m, v, t, lr, decay: (w - lr * decay * w, *adam_step(w, g, m, v, t, lr)[1:]),
        ),
    ),
)


def walk(momentum_step, adam_step, adamw_step, curvatures, start, steps=20):
    """Let three rules go down the valley ½ Σ λ w², with the settings of the lesson's table.

    curvatures: the λ, an array.  start: w, an array of that shape.

    Returns: optimiser -> w after the steps.

    >>> ends = walk(momentum_step, adam_step, adamw_step, np.array([1.0]), np.array([1.0]), steps=1)
    >>> {name: float(w[0].round(4)) for name, w in ends.items()}
    {'SGD': 0.98, 'Adam': 0.9, 'AdamW': 0.85}
    """
    rules = {
        "SGD": (momentum_step, 1, lambda t: (0.02, 0.9)),
        "Adam": (adam_step, 2, lambda t: (t, 0.1)),
        "AdamW": (adamw_step, 2, lambda t: (t, 0.1, 0.5)),
    }
    ends = {}
    for name, (step, remembered, settings) in rules.items():
        w, memory = start.copy(), [np.zeros_like(start) for _ in range(remembered)]
        for t in range(1, steps + 1):
            w, *memory = step(w, curvatures * w, *memory, *settings(t))
        ends[name] = w
    return ends


# --- 09.7 when to stop --------------------------------------------------------------------------------------


def early_stopping(losses, patience):
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best + 1, epoch + 1


def _best(losses):
    return losses.index(min(losses)) + 1


def _stop_when(waited, lower=lambda loss, best: loss < best):
    """`early_stopping` with `waited(epoch, best, losses, patience)` for the test that ends it."""

    def mistaken(losses, patience):
        best = 0
        for epoch in range(len(losses)):
            if lower(losses[epoch], losses[best]):
                best = epoch
            if waited(epoch, best, losses, patience):
                break
        return best + 1, epoch + 1

    return mistaken


def _rises_in_a_row(epoch, best, losses, patience):
    if epoch < patience:
        return False
    return all(losses[k] > losses[k - 1] for k in range(epoch - patience + 1, epoch + 1))


def _from_0(losses, patience):
    best, end = early_stopping(losses, patience)
    return best - 1, end - 1


def _on_loss_curve(generator):
    """A validation loss that falls, wobbles, rises, and has its lowest value where patience is over."""
    epochs, bottom = int(generator.integers(14, 22)), int(generator.integers(4, 8))
    smooth = np.concatenate([np.linspace(0.7, 0.4, bottom), np.linspace(0.42, 0.6, epochs - bottom)])
    losses = np.round(smooth + generator.uniform(-0.03, 0.03, epochs), 3)
    losses[-1] = 0.2
    return losses.tolist(), int(generator.integers(2, 5))


EARLY_STOPPING = Exercise(
    id="09.7",
    task="Write `early_stopping(losses, patience)`: the best epoch and the last one that is trained, both "
    "counted from 1, from the list of validation losses.",
    truth=early_stopping,
    inputs=_on_loss_curve,
    examples=(
        ([0.7, 0.5, 0.6, 0.55, 0.4, 0.45, 0.41, 0.43, 0.3, 0.35, 0.4, 0.33, 0.5], 3),
        ([0.7, 0.5, 0.5, 0.5, 0.5, 0.4], 2),
        ([0.7, 0.6, 0.5, 0.55], 5),
    ),
    parts=("the best epoch", "the last epoch"),
    relative_tolerance=1e-9,
    explain="The last epoch is `patience` epochs after the best one, or the end of the list. What comes "
    "after it, nobody sees. The parameters that are kept are those of the best epoch.",
    hints=(
        "Walk through the losses, and remember where the lowest one so far was.",
        "How many epochs ago was that? When it is `patience` epochs, this epoch was the last.",
        "With positions from 0, stop when `epoch - best >= patience`, and add 1 to both at the end.",
    ),
    misconceptions=(
        Misconception(
            "one epoch too long",
            "This waits one epoch too long. With patience 3 and the best epoch 5, epochs 6, 7 and 8 find "
            "nothing lower, and 8 is the last: `>=`, not `>`.",
            _stop_when(lambda epoch, best, losses, patience: epoch - best > patience),
        ),
        Misconception(
            "one epoch too short",
            "This stops one epoch too soon: `patience` epochs without a lower loss come after the best one.",
            _stop_when(lambda epoch, best, losses, patience: epoch - best >= max(patience - 1, 1)),
        ),
        Misconception(
            "at the first rise",
            "This stops as soon as the loss rises. A validation loss wobbles: that is what patience is for.",
            _stop_when(lambda epoch, best, losses, patience: epoch > best),
        ),
        Misconception(
            "rises in a row",
            "This waits for `patience` rises in a row. A loss that wobbles far above its best would go on "
            "for ever: compare with the best so far, and not with the epoch before.",
            _stop_when(_rises_in_a_row),
        ),
        Misconception(
            "best epoch as the last",
            "These are the best epoch, twice. It becomes known as the best only `patience` epochs later.",
            lambda losses, patience: (early_stopping(losses, patience)[0],) * 2,
        ),
        Misconception(
            "last epoch as the best",
            "This is the last epoch, twice. But the parameters to keep are those of the lowest loss.",
            lambda losses, patience: (early_stopping(losses, patience)[1],) * 2,
        ),
        Misconception(
            "counted from 0",
            "These are positions in the list. Epochs are counted from 1.",
            _from_0,
        ),
        Misconception(
            "looks into the future",
            "This takes the lowest loss of the whole list. But training ended before that: what comes after "
            "the last epoch is not known.",
            lambda losses, patience: (_best(losses), early_stopping(losses, patience)[1]),
        ),
        Misconception(
            "waits from the lowest of all",
            "This finds the lowest loss of the whole list, and waits from there. But training may have ended "
            "long before: go through the epochs one by one.",
            lambda losses, patience: (_best(losses), min(_best(losses) + patience, len(losses))),
        ),
        Misconception(
            "never stops",
            "This goes through the whole list. Stop when `patience` epochs have brought nothing lower.",
            lambda losses, patience: (_best(losses), len(losses)),
        ),
        Misconception(
            "equal counts as lower",
            "A loss that is equal to the best is no progress. Only a lower one begins the waiting anew: `<`.",
            _stop_when(
                lambda epoch, best, losses, patience: epoch - best >= patience,
                lower=lambda loss, best: loss <= best,
            ),
        ),
        Misconception(
            "exchanged",
            "The two are exchanged: the best epoch comes first.",
            lambda losses, patience: early_stopping(losses, patience)[::-1],
        ),
    ),
)


# --- 09.8 measuring -----------------------------------------------------------------------------------------


def measure(model, loss, X, y):
    before = model.training
    model.eval()
    with no_grad():
        L = loss(model(X), y).item()
    model.train(before)
    return L


def try_measure(measuring):
    """Turn `measure(model, loss, X, y)` into a function from numbers to what it returns and leaves behind.

    The model is BatchNorm with a running mean and variance of its own, and a linear layer with weights `w`;
    the loss is the mean squared error.

    >>> X, y, w = np.array([[1.0], [3.0]]), np.array([[0.0], [1.0]]), np.array([[1.0]])
    >>> found = try_measure(measure)(X, y, w, np.array([1.0]), np.array([4.0]), training=True)
    >>> round(found[0], 4), found[1:]
    (0.0, ('training', array([1.]), 'no graph'))
    """

    def on_numbers(X, y, w, mean, variance, training):
        norm = nn.BatchNorm1d(len(w))
        norm.running_mean[:], norm.running_var[:] = mean, variance
        model = nn.Sequential(norm, _linear(w)).train(training)
        graphs, modes = [], []

        def loss(outputs, targets):
            graphs.append("a graph" if outputs.requires_grad else "no graph")
            modes.append(norm.training)
            return nn.MSELoss()(outputs, targets)

        L = measuring(model, loss, X, y)
        if L is None or L is ...:
            return "nothing: is the `return` missing?" if modes else ...
        mode = "training" if model.training else "evaluation"
        return L, mode, norm.running_mean.copy(), graphs[0] if graphs else "no forward pass"

    return shown_as(measuring, on_numbers)


def _measure_but(during=False, after=None, record=False, summary=lambda L, X: L):
    """`measure` in another mode, or with another mode left behind, a graph, or another summary."""

    def mistaken(model, loss, X, y):
        before = model.training
        if during is not None:
            model.train(during)
        if record:
            L = loss(model(X), y).item()
        else:
            with no_grad():
                L = loss(model(X), y).item()
        model.train(before if after is None else after)
        return summary(L, X)

    return try_measure(mistaken)


def _measure_inputs(generator):
    columns = int(generator.integers(1, 4))
    return (
        _nonzero(generator, 0.3, 2.0, (6, columns)),
        _nonzero(generator, 0.3, 1.0, (6, 1)),
        _nonzero(generator, 0.3, 1.0, (columns, 1)),
        _nonzero(generator, 0.3, 1.0, columns),
        np.round(generator.uniform(0.5, 3.0, columns), 2),
        bool(generator.integers(2)),
    )


_MEASURED = np.array([[1.0], [2.0], [6.0]]), np.array([[0.0], [1.0], [1.0]]), np.array([[1.0]])

MEASURE = Exercise(
    id="09.8",
    task="Write `measure(model, loss, X, y)`: the loss in evaluation mode, as a plain number, without a "
    "graph. Afterwards the model is in the mode in which it came.",
    truth=try_measure(measure),
    inputs=_measure_inputs,
    examples=tuple((*_MEASURED, np.array([1.0]), np.array([4.0]), mode) for mode in (True, False)),
    parts=("the loss", "the mode afterwards", "the running mean afterwards", "what is recorded"),
    explain="`eval()` changes what Dropout and BatchNorm do, `no_grad()` what is kept for a way back. "
    "Neither includes the other, and measuring wants both.",
    hints=(
        "`model.training` is True or False. Remember it, then `model.eval()`.",
        "Compute the loss inside `with no_grad():`, and take the number out with `.item()`.",
        "`model.train(before)` takes True or False, and goes back to either mode.",
    ),
    misconceptions=(
        Misconception(
            "measured in training mode",
            "The loss was measured in the mode in which the model came. In training mode BatchNorm uses the "
            "mean of these very samples, and lets them move its running mean. `no_grad` does not change "
            "that: call `model.eval()`.",
            _measure_but(during=None),
        ),
        Misconception(
            "put into training mode",
            "The loss was measured in training mode. `train()` is for steps; for measuring it is `eval()`.",
            _measure_but(during=True),
        ),
        Misconception(
            "left in evaluation mode",
            "The loss is right, but the model stays in evaluation mode, and the next steps train it so. Put "
            "it back.",
            _measure_but(after=False),
        ),
        Misconception(
            "always training afterwards",
            "Afterwards the model is always in training mode. It may have come in evaluation mode: remember "
            "`model.training`.",
            _measure_but(after=True),
        ),
        Misconception(
            "a graph recorded",
            "The loss is right, but a graph was recorded for a way back that nobody goes. `eval()` does not "
            "turn that off: `with no_grad():`.",
            _measure_but(record=True),
        ),
        Misconception(
            "neither mode nor recording",
            "The model was asked as it came: in whichever mode, and with a graph recorded. Measuring wants "
            "`model.eval()`, and `with no_grad():`.",
            _measure_but(during=None, record=True),
        ),
        Misconception(
            "only eval",
            "The loss is right. But the model stays in evaluation mode, and a graph was recorded for a way "
            "back that nobody goes: `with no_grad():`, and afterwards `model.train(before)`.",
            _measure_but(after=False, record=True),
        ),
        Misconception(
            "summed",
            "This is the loss times the number of samples. It is a mean already.",
            _measure_but(summary=lambda L, X: L * len(X)),
        ),
        Misconception(
            "divided twice",
            "This is the loss divided by the number of samples. It is a mean already.",
            _measure_but(summary=lambda L, X: L / len(X)),
        ),
    ),
)

EXERCISES = (COUNT_STEPS, TRAIN_EPOCH, CRITICAL_RATE, MOMENTUM, ADAM, ADAMW, EARLY_STOPPING, MEASURE)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="09.a",
        question="The same network, rate and 30 epochs, with batches of 8, 32 or all 200 samples. Which ends "
        "with the lowest training loss?",
        options=("8", "32", "200"),
        confusions=(
            Confusion(
                "200",
                "8",
                "Its gradients are exact, and that does make each step better. But it takes one step where "
                "batches of 8 take 25, and a rough direction is good enough to go downhill.",
            ),
            Confusion(
                "32",
                "8",
                "A good compromise on many machines. But counted in epochs, smaller batches take more steps, "
                "and here steps are what is missing.",
            ),
        ),
    ),
    Prediction(
        id="09.b",
        question="Plain descent no longer comes to rest at η = 0.08 in the valley. With momentum 0.9, is the "
        "limit lower, the same or higher?",
        options=("lower", "same", "higher"),
        confusions=(
            Confusion(
                "lower",
                "higher",
                "Momentum takes longer steps where gradients agree. In a direction that overshoots they take "
                "turns, left, right, left, and in the velocity they cancel.",
            ),
            Confusion(
                "same",
                "higher",
                "The limit is not a matter of the surface alone. Where gradients take turns, the velocity "
                "is shorter than each of them.",
            ),
        ),
    ),
    Prediction(
        id="09.c",
        question="A gradient is 1000, and Adam's learning rate 0.1. How far does its first step go?",
        tolerance=0.05,
        confusions=(
            Confusion(
                100,
                0.1,
                "So far plain descent would go. Adam divides by √v̂, and that is 1000, too.",
            ),
            Confusion(
                0.01,
                0.1,
                "m is a tenth of g at first, but that is corrected: m̂ is all of it.",
            ),
            Confusion(
                10,
                0.1,
                "That is η·m: a tenth of the gradient, not corrected, and not divided by √v̂.",
            ),
        ),
    ),
    Prediction(
        id="09.d",
        question="60 samples, a fifth of them with the wrong label, and 200 epochs. Is the validation loss "
        "then lower or higher than before the first step?",
        options=("lower", "higher"),
        confusions=(
            Confusion(
                "lower",
                "higher",
                "For a while it is lower. But then the network learns the wrong labels, too, and is sure of "
                "them: a confident mistake costs far more than knowing nothing.",
            ),
        ),
    ),
)
