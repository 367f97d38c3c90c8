# %% [markdown] lang="en"
# # 09 · The training loop
#
# **What turns gradients into learning?**
#
# A gradient says which way is down. It does not say how far to go, how many samples to ask, or when to stop.
# These choices decide whether a network learns. You make them one by one, write the optimisers that
# everybody uses, and watch a network learn too much. It takes about forty minutes.

# %%
import sys
from contextlib import suppress

import numpy as np
from tqdm import tqdm

from backprop_lib import Tensor, nn, no_grad, training
from backprop_lib.exercises import check, hint, lesson_09_pytorch, predict, progress, reveal, solution
from backprop_lib.exercises import lesson_09 as ready
from backprop_lib.explorables import optimiser_race, training_lab
from backprop_lib.explorables.training_lab.run import network, samples, streams
from backprop_lib.pictures import decision_regions, loss_curves, power_law
from backprop_lib.training import SGD, Adam, AdamW, CosineAnnealingLR, evaluate, fit, mini_batches
from backprop_lib.training.data import circle

# %% [markdown] lang="en"
# ## Epoch, batch, step
#
# There are 200 points, and the network should say which of them lie outside a circle. For the mean loss over
# all, each step would ask all 200. So one takes a batch, a few samples drawn at random, and makes a
# **step** with the gradient of *their* mean loss. When every sample has had its turn, an **epoch** is over,
# and they are shuffled and dealt anew. What does not fill a batch makes a smaller one. Count.
#
# Then write an epoch. In lesson 07 you wrote a step: forget, forward, backward, step. Make one with each
# batch. Return the mean loss over all *samples*; mind the smaller batch.


# %%
def count_steps(samples, batch, epochs):
    ...  # steps in an epoch, samples in its last batch, steps in all
    ### BEGIN SOLUTION
    steps = int(np.ceil(samples / batch))
    return steps, samples - (steps - 1) * batch, epochs * steps
    ### END SOLUTION


check("09.1", count_steps)  # stuck? hint("09.1"), and after that solution("09.1")


# %%
def train_epoch(model, loss, optimizer, batches):
    ...  # for X, y in batches: …
    ### BEGIN SOLUTION
    total, count = 0.0, 0
    for X, y in batches:
        optimizer.zero_grad()
        L = loss(model(X), y)
        L.backward()
        optimizer.step()
        total += L.item() * len(X)
        count += len(X)
    return total / count
    ### END SOLUTION


check("09.2", ready.try_epoch(train_epoch))

# %% [markdown] lang="en"
# Here a hundred such epochs run: a network of 2, 16, 8 and 1 units with ReLU, cross-entropy, and **Adam**, an
# optimiser that you will write below. (`ready` holds our solutions.) The same loop then takes PyTorch's
# network, loss and optimiser, with the same first weights and the same batches.

# %%
X, y = circle(200)
loss = nn.BCEWithLogitsLoss()


def hundred_epochs(model, loss, optimizer, tensor):
    batches, losses = mini_batches(X, y, 32, rng=np.random.default_rng(7)), []
    for _ in tqdm(range(100), unit="epoch", file=sys.stdout, leave=False):
        pairs = ((tensor(rows), tensor(targets)) for rows, targets in batches)
        losses.append(ready.train_epoch(model, loss, optimizer, pairs))
    return losses


model = network()
losses = {"ours": hundred_epochs(model, loss, Adam(model.parameters(), lr=0.01), Tensor)}
decision_regions(lambda points: model(points).sigmoid(), X, y, title="After a hundred epochs")

# %%
try:
    import torch

    torch.set_num_threads(1)  # with arrays this small, several threads wait for one another
    one, two, three = (torch.nn.Linear(*sizes).double() for sizes in ((2, 16), (16, 8), (8, 1)))
    twin = torch.nn.Sequential(one, torch.nn.ReLU(), two, torch.nn.ReLU(), three)
    for theirs, start in zip(twin.parameters(), network().parameters(), strict=True):
        theirs.data = torch.tensor(start.data.T.copy())
    optimizer = torch.optim.Adam(twin.parameters(), lr=0.01)
    losses["PyTorch"] = hundred_epochs(twin, torch.nn.BCEWithLogitsLoss(), optimizer, torch.tensor)
except ImportError:
    losses["PyTorch"] = lesson_09_pytorch.RECORDED_LOSSES

print(f"largest distance of the two: {np.abs(np.subtract(*losses.values())).max():.5f}")
loss_curves(losses, title="One curve on top of the other")

# %% [markdown] lang="en"
# ## How many samples for a step?
#
# The gradient of a batch is an estimate. Plain descent with batches is called **SGD**, stochastic gradient
# descent: chance deals them. With the same rate and as many epochs, which batch size ends with the lowest
# loss: 8, 32 or all 200?

# %%
predict("09.a", ...)


# %%
def trained(optimizer, epochs, batch_size=32):
    model, rng = network(), np.random.default_rng(7)
    made = optimizer(model.parameters())
    return fit(model, X, y, loss=loss, optimizer=made, epochs=epochs, batch_size=batch_size, rng=rng).loss


ends, numbers = {}, []
for size in (8, 32, 200):
    ends[size] = trained(lambda p: SGD(p, lr=0.1), 30, size)[-1]
    numbers.append(
        f"batches of {size:3}: {ready.count_steps(200, size, 30)[2]:3} steps, loss {ends[size]:.3f}"
    )
reveal("09.a", str(min(ends, key=ends.get)), "\n".join(numbers))

# %% [markdown] lang="en"
# How rough is the estimate? Draw many batches of one size. How far are their gradients from the one over very
# many points? (The distance is squared, averaged, and its root taken.)


# %%
def gradient(model, X, y):
    model.zero_grad()
    loss(model(X), y).backward()
    return np.concatenate([parameter.grad.ravel() for parameter in model.parameters()])


rng, start = np.random.default_rng(1), network()
sizes, noise, truth = 2 ** np.arange(9), [], gradient(start, *circle(20_000, rng=rng))
for size in sizes.tolist():
    draws = [gradient(start, *circle(size, rng=rng)) for _ in range(300)]
    noise.append(np.sqrt(((np.array(draws) - truth) ** 2).sum(axis=1).mean()))
power_law(sizes, noise, "batch size", "gradient noise", title="Noise of the gradient")

# %% [markdown] lang="en"
# On log axes a slope of −½ means $1/\sqrt{\text{batch}}$. So half the noise costs four times the samples.
#
# ## How far to go?
#
# Now the batch stays at 32, and the learning rate changes.

# %%
rates = {f"lr {lr:g}": trained(lambda p, lr=lr: SGD(p, lr=lr), 60) for lr in (0.001, 0.1, 10)}
loss_curves(rates, title="Too small, right, too large")

# %% [markdown] lang="en"
# Too small hardly moves. Too large jumps about, and ends worse than it began. Where is the limit? Take a
# valley, $L = \tfrac12(\lambda_1 w_1^2 + \lambda_2 w_2^2)$. There the gradient of $w_1$ is $\lambda_1 w_1$,
# and $\lambda_1$, the **curvature**, says how fast it grows. A step multiplies $w_1$ by a number:
#
# $$w_1 \leftarrow w_1 - \eta\lambda_1 w_1 = (1 - \eta\lambda_1)\, w_1$$
#
# From which $\eta$ on does some weight no longer come to rest at 0?


# %%
def critical_rate(curvatures):
    ...
    ### BEGIN SOLUTION
    return 2 / max(curvatures)
    ### END SOLUTION


check("09.3", critical_rate)

# %% [markdown] lang="en"
# So the steepest direction sets the limit for all, and the flattest one creeps. **Momentum** helps. It gives
# $w$ a velocity $v$, which keeps a share $\mu$ of itself and adds the gradient:
#
# $$v \leftarrow \mu v + g \qquad w \leftarrow w - \eta v$$
#
# If the gradient stays the same, $\mu = 0.9$ makes the steps up to ten times as long. With curvatures of 1
# and 25, is the largest rate then lower than without momentum, the same, or higher?

# %%
predict("09.b", ...)


# %%
def momentum_step(w, g, v, lr, mu):
    ...  # return w, v
    ### BEGIN SOLUTION
    v = mu * v + g
    return w - lr * v, v
    ### END SOLUTION


check("09.4", momentum_step)


# %%
def comes_to_rest(lr, mu):
    w, v = 1.0, 0.0
    for _ in range(1000):
        w, v = ready.momentum_step(w, 25.0 * w, v, lr, mu)
    return abs(w) < 0.1


largest = {mu: max(k / 1000 for k in range(1, 200) if comes_to_rest(k / 1000, mu)) for mu in (0.0, 0.5, 0.9)}
numbers = "\n".join(f"μ = {mu}: comes to rest up to η = {lr:.3f}" for mu, lr in largest.items())
change = np.sign(largest[0.9] - largest[0.0])
reveal("09.b", {-1: "lower", 0: "same", 1: "higher"}[change], numbers)

# %% [markdown] lang="en"
# ## A scale for each weight
#
# Why one rate for all weights? Adam (Kingma & Ba, 2015) keeps an average $m$ of the gradients, and an average
# $v$ of their squares. Both begin at 0, so they are too small for a while; a division makes up for that. In
# step $t = 1, 2, \dots$, with $\beta_1 = 0.9$, $\beta_2 = 0.999$ and $\epsilon = 10^{-8}$:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2$$
#
# $$\hat m = \frac{m}{1 - \beta_1^t} \qquad \hat v = \frac{v}{1 - \beta_2^t} \qquad
# w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}$$
#
# Say a gradient is 1000, and $\eta$ is 0.1. How far does the first step go? Guess a number, then write it.

# %%
predict("09.c", ...)


# %%
def adam_step(w, g, m, v, t, lr):
    ...  # return w, m, v
    ### BEGIN SOLUTION
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**t)
    v_hat = v / (1 - 0.999**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + 1e-8), m, v
    ### END SOLUTION


check("09.5", adam_step)

# %%
first = {g: abs(ready.adam_step(0.0, g, 0.0, 0.0, 1, 0.1)[0]) for g in (1000.0, 1.0, 0.001)}
numbers = [f"gradient {g:g}: first step {length:.4f}" for g, length in first.items()]
numbers.append(f"without the two divisions by 1 − βᵗ: {0.1 * 0.1 / np.sqrt(0.001):.4f}")
reveal("09.c", round(first[1000.0], 6), "\n".join(numbers))

# %% [markdown] lang="en"
# While gradients agree, $|\hat m|$ and $\sqrt{\hat v}$ are about the same, whatever their size. Where they
# change sign, $|\hat m|$ is smaller, and the steps get short.
#
# **Weight decay** lets weights shrink in each step, so that what the data does not ask for goes away. One can
# add $\lambda w$ to the gradient (**L2**). But Adam divides that by $\sqrt{\hat v}$, too, and weights with
# large gradients hardly shrink. **AdamW** decouples the two: first $w \leftarrow w - \eta\lambda w$, then
# Adam's step with $g$ alone.
#
# Then your three rules go down the valley, beside ours and PyTorch's.


# %%
def adamw_step(w, g, m, v, t, lr, decay):
    ...  # w shrinks, then adam_step
    ### BEGIN SOLUTION
    w = w - lr * decay * w
    return adam_step(w, g, m, v, t, lr)
    ### END SOLUTION


check("09.6", adamw_step)

# %%
CURVATURES, START = np.array([1.0, 25.0]), np.array([-2.5, 1.0])


def twenty_steps(library, tensor):
    ends, settings = {}, {"SGD": {"lr": 0.02, "momentum": 0.9}, "Adam": {"lr": 0.1}}
    settings["AdamW"] = {"lr": 0.1, "weight_decay": 0.5}
    for name, chosen in settings.items():
        w = tensor(START.copy(), requires_grad=True)
        optimizer = getattr(library, name)([w], **chosen)
        for _ in range(20):
            optimizer.zero_grad()
            (0.5 * tensor(CURVATURES) * w * w).sum().backward()
            optimizer.step()
        ends[name] = w.detach()
    return ends


# %%
table = {"PyTorch": lesson_09_pytorch.RECORDED_STEPS, "ours": twenty_steps(training, Tensor)}
with suppress(NameError):
    table["PyTorch"] = twenty_steps(torch.optim, torch.tensor)
with suppress(Exception):  # as long as something of yours is missing
    table["yours"] = ready.walk(momentum_step, adam_step, adamw_step, CURVATURES, START)
for who, ends in table.items():
    print(f"{who:7}", *(f"  {name} ({float(w[0]):.5f}, {float(w[1]):.5f})" for name, w in ends.items()))

# %% [markdown] lang="en"
# Now a race, with the same rate for all, and no noise.
#
# 1. On the plateau, far out, the gradient is nearly 0. Who is held up by that? Go back to the start, and
#    press ▶.
# 2. Choose **bend**. Is Adam the best here, too?
# 3. Choose **valley**, and raise **learning rate η**. Who leaves first, who second, and who stays?

# %%
optimiser_race("plateau", rate=0.05)

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: plain SGD. Adam divides by the size of the gradient, and momentum adds faint gradients up. 2: no.
# Momentum is far ahead, and even plain SGD ends lower. 3: plain SGD above 0.08, momentum above 0.152, which
# is $2(1 + \mu)/\lambda_{max}$. Adam stays: its steps are hardly longer than $\eta$.
# </details>
#
# ## A rate that changes
#
# Near the bottom the noise keeps $w$ jumping, the farther the larger $\eta$ is. So go fast first, and then
# slow down: a **schedule** sets $\eta$ for each epoch, here along half a cosine, from 0.5 to 0.

# %%
curves = {"constant": trained(lambda p: SGD(p, lr=0.5), 60, batch_size=8)}
model, rng = network(), np.random.default_rng(7)
optimizer = SGD(model.parameters(), lr=0.5)
schedule = CosineAnnealingLR(optimizer, T_max=60)
run = fit(model, X, y, loss=loss, optimizer=optimizer, epochs=60, batch_size=8, rng=rng, schedule=schedule)
loss_curves(curves | {"cosine": run.loss}, log=True, title="Constant rate, and cosine schedule")

# %% [markdown] lang="en"
# ## Learning too much
#
# So far every loss was measured on the samples that the network trains on. What counts are others. So some
# are kept aside, the **validation** set: never trained on, measured after each epoch.
#
# Make it hard: 60 samples, a fifth of all labels turned round, twice the units, 200 epochs. Does the
# validation loss end lower or higher than it began?

# %%
predict("09.d", ...)

# %%
few, held_out = samples(count=60, noise=0.2)


def train_on_few(optimizer, **more):
    model, settings = network(hidden=32), {"loss": loss, "epochs": 200, "rng": streams(0)[3], **more}
    return fit(model, *few, optimizer=optimizer(model.parameters()), validation=held_out, **settings)


run, untrained = train_on_few(lambda p: Adam(p, lr=0.01)), evaluate(network(hidden=32), *held_out, loss=loss)
begin, end = untrained["loss"], run.validation_loss[-1]
numbers = f"validation loss at first {begin:.3f}, at the end {end:.3f}; "
numbers += f"lowest {min(run.validation_loss):.3f}, in epoch {run.best_epoch}\n"
numbers += f"training loss from {run.loss[0]:.3f} to {run.loss[-1]:.3f}"
reveal("09.d", "higher" if end > begin else "lower", numbers)

# %% [markdown] lang="en"
# When the training loss falls on and the validation loss rises, the network learns what is true of these 60
# samples alone: **overfitting**. One cure is to stop in time. **Early stopping** ends training when so many
# epochs, the **patience**, have brought no validation loss below the lowest so far. The parameters of the
# best epoch are kept.


# %%
def early_stopping(losses, patience):
    ...  # the best epoch and the last one, both counted from 1
    ### BEGIN SOLUTION
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best + 1, epoch + 1
    ### END SOLUTION


check("09.7", early_stopping)

# %% [markdown] lang="en"
# Weight decay is a second cure, and more data the best. The lab trains the network from above, on the same 60
# samples.
#
# 1. Press ▶, and let it end. How far apart are the two curves?
# 2. Choose **AdamW** and the largest **weight decay λ**. What becomes of the gap, and of the training loss?
# 3. Back to **Adam** and λ = 0. Take 200 **training samples**. How much of the gap is left?

# %%
stopped = train_on_few(lambda p: Adam(p, lr=0.01), patience=10)
decayed = train_on_few(lambda p: AdamW(p, lr=0.01, weight_decay=1.0))
print(f"early stopping: validation loss {min(stopped.validation_loss):.3f}. {stopped.ending}")
print(f"weight decay:   validation loss {decayed.validation_loss[-1]:.3f} after {decayed.epochs} epochs.")
training_lab(samples=60, noise=0.2, hidden=32)

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: about 1.3. 2: it shrinks to about 0.1, and the training loss stays near 0.5. With a fifth of the labels
# wrong, who knows no more than the circle gets no lower than that. 3: about a quarter.
# </details>
#
# ## Measuring is not training
#
# While it trains, BatchNorm takes its mean from the batch, and afterwards from a running average.
# **Dropout**, one more cure, sets each entry to 0 with probability $p$ while it trains, and divides the
# others by $1 - p$, so that no unit relies on another. Afterwards it does nothing.
#
# So a loss measured in training mode is that of another network. Write how to measure, without a graph.


# %%
def measure(model, loss, X, y):
    ...  # model.training is True or False; model.eval() and model.train(…) set it
    ### BEGIN SOLUTION
    before = model.training
    model.eval()
    with no_grad():
        L = loss(model(X), y).item()
    model.train(before)
    return L
    ### END SOLUTION


check("09.8", ready.try_measure(measure))

# %%
rng = np.random.default_rng(3)
layers = nn.Linear(2, 32, rng=rng), nn.ReLU(), nn.Dropout(0.5, rng=rng), nn.Linear(32, 1, rng=rng)
model = nn.Sequential(*layers)
fit(model, X, y, loss=loss, optimizer=Adam(model.parameters(), lr=0.01), epochs=50, rng=rng)
print("training mode:  ", *(f"{loss(model(X), y).item():.3f}" for _ in range(4)))
print("evaluation mode:", *(f"{ready.measure(model, loss, X, y):.3f}" for _ in range(4)))

# %% [markdown] lang="en"
# ## What you can do now
#
# - Write a training loop, count its steps, and report a loss that means something.
# - Choose batch, rate and schedule, and write momentum, Adam and AdamW from their formulas.
# - See overfitting in two curves, stop in time, and measure in the right mode.
#
# **Where next?** Every step here took one forward and one backward pass, whatever the number of weights. Why
# so little, and what does it cost in memory? Lesson 10, [the cost of gradients](10_cost_of_gradients.ipynb).
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("09")
