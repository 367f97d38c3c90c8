# %% [markdown] lang="en"
# # 08 · Vanishing and exploding
#
# **Why did deep networks fail for twenty years?**
#
# Backpropagation became known in 1986. For twenty years after, networks with more than two or three hidden
# layers hardly ever learned by it, though every gradient was right. In 1991 a student, Sepp Hochreiter, found
# out why. Here you let a deep network fail, follow its gradient back from layer to layer, and find the cures.
# Most are a line of code. It takes about forty minutes.

# %%
import sys
import textwrap

import numpy as np
from tqdm import tqdm

from backprop_lib import Tensor, Value, nn
from backprop_lib.exercises import check, hint, predict, progress, reveal, solution
from backprop_lib.exercises.lesson_08 import RECORDED_FROM_PYTORCH
from backprop_lib.explorables import clipping_cliff, dead_relu_lab, gradient_flow
from backprop_lib.explorables.dead_relu_lab import rings
from backprop_lib.explorables.gradient_flow.theory import theory
from backprop_lib.pictures import gradient_bars
from backprop_lib.training import SGD, clip_grad_norm_, diagnose
from backprop_lib.training.data import moons

# %% [markdown] lang="en"
# ## Deeper, and worse
#
# The moons of lesson 03 again, and hidden layers of 32 units. The weights have the standard deviation
# gain / √inputs, and the **gain** is 1 for now. (`cure` and `max_norm` get their meaning later.)
#
# One network has 1 hidden layer of sigmoid units, another has 20. After 300 steps, is the loss of the deep
# one `"lower"`, the `"same"` or `"higher"`?


# %%
def linear(inputs, outputs, gain, rng):
    layer = nn.Linear(inputs, outputs, rng=rng)
    layer.weight.data = nn.init.normal((inputs, outputs), gain / inputs**0.5, rng=rng)
    layer.bias.data = nn.init.zeros(outputs)
    return layer


def network(depth, activation, gain=1.0, cure=lambda *layers: layers):
    rng = np.random.default_rng(0)
    layers = [linear(2, 32, gain, rng), nn.activation(activation)]
    for _ in range(depth - 1):
        layers += cure(linear(32, 32, gain, rng), nn.activation(activation))
    return nn.Sequential(*layers, linear(32, 1, 1.0, rng))


# %%
X, y = moons(100)
loss = nn.BCEWithLogitsLoss()  # cross-entropy behind a sigmoid


def train(model, X=X, y=y, eta=0.1, steps=300, max_norm=np.inf):
    optimizer, losses = SGD(model.parameters(), lr=eta), []
    for _ in tqdm(range(steps), unit="step", file=sys.stdout, leave=False):
        optimizer.zero_grad()
        L = loss(model(X), y)
        L.backward()
        clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(L.item())
    return losses


# %%
predict("08.a", ...)

# %%
shallow, deep = train(network(1, "sigmoid"))[-1], train(network(20, "sigmoid"))[-1]
numbers = f"1 hidden layer {shallow:.3f}, 20 hidden layers {deep:.3f}; ln 2 = {np.log(2):.3f}"
reveal("08.a", "higher" if deep > shallow else "lower", numbers)

# %% [markdown] lang="en"
# ln 2 is the loss of a network that answers ½ to everything. Twenty layers can represent all that one can,
# and more; they did not learn it. Here is the first gradient that their weights get. (`0.weight` is $W_1$;
# the odd places are sigmoids.)

# %%
model = network(20, "sigmoid")
loss(model(X), y).backward()
gradient_bars(model, title="Sigmoid, 20 hidden layers")

# %% [markdown] lang="en"
# The axis is logarithmic: each layer gets a few times less than the one behind it. The gradient **vanishes**.
# The first layers never move, and the last ones see of the moons only what chance has left of them.
#
# ## A quarter for each layer
#
# Take layers of one unit each: $a_1 = \sigma(w a_0)$, $a_2 = \sigma(w a_1)$, and so on. On the way back each
# multiplies by $w\,\sigma'(z)$, and $\sigma'$ is never above ¼. How large can $|\partial a_n / \partial a_0|$
# be at most? Write it.
#
# Then guess. Send 0.5 through ten such layers. If $w$ is 4 in place of 1, is the gradient `"larger"`, the
# `"same"` or `"smaller"`?


# %%
def bound(w, n):
    ...
    ### BEGIN SOLUTION
    return (abs(w) / 4) ** n
    ### END SOLUTION


check("08.1", bound)  # stuck? hint("08.1"), and after that solution("08.1")
predict("08.b", ...)


# %%
def ten_sigmoids(w, centre=0.0):
    x = a = Value(0.5)
    for _ in range(10):
        a = (w * (a - centre)).sigmoid()
    a.backward()
    return x.grad, a.data


(small, _), (large, last) = ten_sigmoids(1.0), ten_sigmoids(4.0)
numbers = f"w = 1: {small:.1e}, and ¼ to the power of 10 is {0.25**10:.2e}\n"
numbers += f"w = 4: {large:.1e}, and the last output is {last:.2f}\n"
numbers += f"w = 4, if each layer gets a − ½: {ten_sigmoids(4.0, centre=0.5)[0]:.1f}"
reveal("08.b", "larger" if large > small else "smaller", numbers)

# %% [markdown] lang="en"
# At $w = 4$ the bound is 1, but the slope is ¼ at $z = 0$ alone. Large weights drive $z$ away, to where the
# sigmoid is flat: it is **saturated**. If each layer gets $a - ½$, then $z$ stays 0, and each passes on all
# of it, $4 \cdot ¼$. So it takes both: the right weights, and signals that stay where the slope is.
#
# ## What a layer passes on
#
# In a wide layer many paths meet. With 64 units, each entry of $da = dz\,W^\top$ adds up 64 products. The
# weights have random signs, so what adds up are the squares: 64 times the variance gain²/64. So in root mean
# square $da$ is gain × $dz$. Then each entry meets its $f'(z)$. A layer passes on about
#
# $$\text{gain} \cdot \sqrt{\text{mean of } f'(z)^2}$$
#
# and many layers the product. `flow` tries it: noise forward through 20 layers, and other noise back.
#
# Some say that gradients explode if the largest **singular value** of the weights is above 1. (That is the
# most by which $W$ stretches any vector.) The cell prints it for a matrix of gain 1. With 20 tanh layers of
# that kind, the gradient at layer 1, over that at layer 20: does it `"explode"` (above 100), `"vanish"`
# (below 1/100), or is it in `"between"`?


# %%
def flow(activation, gain, norm=lambda z: z, residual=False, seed=0):
    rng, f = np.random.default_rng(seed), nn.activation(activation)
    a, zs = Tensor(rng.normal(size=(32, 64)), requires_grad=True), []
    for _ in range(20):
        W = gain / 64**0.5 * rng.normal(size=(64, 64))
        z = norm(a @ W)
        z.retain_grad()
        zs.append(z)
        a = a + f(z) if residual else f(z)
    a.backward(rng.normal(size=a.shape))
    return [np.linalg.norm(z.grad) for z in zs]


# %%
def first_over_last(*network, **cure):
    sizes = [flow(*network, **cure, seed=seed) for seed in range(21)]
    return np.median([first / last for first, *_, last in sizes])


stretches = np.linalg.svd(np.random.default_rng(0).normal(size=(64, 64)) / 8, compute_uv=False)
print(f"largest singular value {stretches.max():.1f}")
predict("08.c", ...)

# %%
found = first_over_last("tanh", 1.0)
numbers = f"first over last {found:.1f}; with the largest singular value {stretches.max() ** 19:.0e}\n"
numbers += f"root mean square of all 64 singular values {np.mean(stretches**2) ** 0.5:.1f}"
reveal("08.c", "explode" if found > 100 else "vanish" if found < 0.01 else "between", numbers)

# %% [markdown] lang="en"
# A matrix stretches so much along one direction only, and gradients point along no special one. What counts
# is the root mean square of all singular values, and that is the gain. Then $f'$ takes its share, as it is 1
# at most. So here a largest singular value above 1 is necessary for an explosion, but not sufficient.
#
# First over last, as measured (the median of 21 networks), and by the formula for layers of endless width:

# %%
for activation, gains in {"sigmoid": (1, 2**0.5, 4), "tanh": (0.5, 1, 3), "relu": (1, 2**0.5, 2)}.items():
    for gain in gains:
        measured, sizes = first_over_last(activation, gain), theory(20, activation, gain).gradients
        print(
            f"{activation:8} gain {gain:<5.3g} measured {measured:.1e}   formula {sizes[0] / sizes[-1]:.1e}"
        )

# %% [markdown] lang="en"
# It vanishes, or it **explodes**, and one line tells which. So turn it round: `slopes` holds $f'(z)$ for many
# $z$. With which gain does a layer pass on as much as it gets?


# %%
def critical_gain(slopes):
    ...
    ### BEGIN SOLUTION
    return 1 / np.mean(slopes**2) ** 0.5
    ### END SOLUTION


check("08.2", critical_gain)

# %% [markdown] lang="en"
# ## A start that fits
#
# For ReLU half of the slopes are 1, and half are 0: the gain is √2, so the variance of the weights
# 2 / **fan-in** (a unit's inputs). That is the start of Kaiming **He** (2015), for ReLU.
#
# **Xavier** Glorot (2010) thought of tanh near 0, where the slope is 1. A signal adds up fan-in products, so
# its size is kept by a variance of 1 / fan-in. A gradient adds up one product for each unit of the layer,
# **fan-out** of them. So he took the mean of both: 1 / ((fan-in + fan-out) / 2).
#
# Write both, as *standard deviations*.
#
# ## A way past
#
# A **residual** layer computes what to add to its input: $z = xW$, $a = x + \tanh(z)$. Two paths lead from
# $a$ back to $x$. Write the gradient, in the second cell.


# %%
def he(fan_in, fan_out):
    ...
    ### BEGIN SOLUTION
    return (2 / fan_in) ** 0.5
    ### END SOLUTION


def xavier(fan_in, fan_out):
    ...
    ### BEGIN SOLUTION
    return (2 / (fan_in + fan_out)) ** 0.5
    ### END SOLUTION


check("08.3", he)
check("08.4", xavier)


# %%
def back(da, z, W):
    ...  # return dx
    ### BEGIN SOLUTION
    return da + (da * (1 - np.tanh(z) ** 2)) @ W.T
    ### END SOLUTION


check("08.5", back)

# %% [markdown] lang="en"
# With one unit that is $1 + w f'(z)$: whatever the layer stops, the 1 gets past it.
#
# **BatchNorm** (Ioffe and Szegedy, 2015) stands before the activation: over the batch, it brings each unit's
# $z$ to mean 0 and standard deviation 1. So signals stay where the slope is. The cell measures both cures,
# and one that is none: a tutorial starts a sigmoid network by He, "against saturation". Then look yourself:
#
# 1. Sigmoid: which **gain** lets the gradient through? ReLU: which one, and how far may you miss it? Tanh?
# 2. tanh, gain 0.5: switch **residual** on.
# 3. Sigmoid, gain 1, BatchNorm: what does the gain do now? And why does LayerNorm, which works over the
#    units of each sample, not help?

# %%
print(f"tanh, gain 0.5               {first_over_last('tanh', 0.5):.1e}")
print(f"tanh, gain 0.5, residual     {first_over_last('tanh', 0.5, residual=True):.1e}")
print(f"sigmoid, gain 1              {first_over_last('sigmoid', 1.0):.1e}")
print(f"sigmoid, He                  {first_over_last('sigmoid', 2**0.5):.1e}")
print(f"sigmoid, gain 1, BatchNorm   {first_over_last('sigmoid', 1.0, norm=nn.BatchNorm1d(64)):.1e}")

# %%
gradient_flow()

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: none up to 4: first the slope is too small, then the signals are out on the flat ends. ReLU: near 1.4;
# with 1.2 a few per cent arrive. Tanh: near 1.2, and it forgives: more gain, more saturation. 2: it gets
# through. 3: nothing. All samples give a sigmoid about ½, so a unit gets nearly the same $z$ from each.
# BatchNorm takes away what they share, and enlarges what tells them apart. LayerNorm keeps it.
# </details>
#
# ## The first NaN
#
# Exploding is louder. A number too large for a float is `inf`; inf − inf and 0 · inf are **NaN**, "not a
# number", and what touches NaN becomes NaN. So the end tells nothing. Look for the *first* layer whose output
# is not all finite (`np.isfinite` is False for both). Then try it on 20 layers of ReLU with gain 2.


# %%
def first_bad(outputs):
    ...  # outputs: an array for each layer; return the layer, counted from 0
    ### BEGIN SOLUTION
    for i, a in enumerate(outputs):
        if not np.isfinite(a).all():
            return i
    ### END SOLUTION


check("08.6", first_bad)

# %%
model, outputs, a = network(20, "relu", gain=2.0), [], X
with np.errstate(all="ignore"):
    losses = train(model, steps=2)
    for layer in model:
        a = layer(a)
        outputs.append(a.data)
found, start = (diagnose(m, X, y, loss) for m in (model, network(20, "relu", gain=2.0)))
print("losses", *(f"{L:.1e}" for L in [*losses, found.loss]))
try:
    bad = first_bad(outputs)
    print(f"yours: layer {bad}; the one before reached {np.abs(outputs[bad - 1]).max():.0e}")
except Exception:
    print("yours: not yet")
for when, words in (("ours", found.findings[0]), ("before training", start.findings[-1])):
    print(f"{when}:", *textwrap.wrap(words, 90), sep="\n  ")

# %% [markdown] lang="en"
# `diagnose` finds where it crashed, and the cause, which is older: the start. Its gradient is so long that
# the first step throws all weights far away.
#
# ## Clipping
#
# The direction of a gradient may be good, and its length too much. So limit the length. Here is a loss with a
# wall (after Pascanu, Mikolov and Bengio, 2013).
#
# 1. Go from step 10 to step 11. How far is it thrown?
# 2. Clip **by norm**, then **by value**. How many degrees does each turn the step?

# %%
clipping_cliff()

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: by nearly 20, out of the picture, to where all is flat. 2: by 0, and by 14: by value, large entries lose
# more than small ones.
# </details>
#
# By norm: if the norm of *all* gradients together, the root of the sum of all squares, is above the limit,
# one factor brings all of them down to it. By value: each entry is brought into −limit … limit. Write both,
# for one layer.
#
# In `train` the limit is `max_norm`. It saves the network that crashed. What will it do for the stuck sigmoid
# network: is first over last `"larger"`, `"smaller"` or the `"same"` after clipping?


# %%
def by_norm(dW, db, limit):
    ...  # return both
    ### BEGIN SOLUTION
    norm = ((dW**2).sum() + (db**2).sum()) ** 0.5
    factor = min(1.0, limit / norm)
    return dW * factor, db * factor
    ### END SOLUTION


def by_value(dW, db, limit):
    ...
    ### BEGIN SOLUTION
    return np.clip(dW, -limit, limit), np.clip(db, -limit, limit)
    ### END SOLUTION


check("08.7", by_norm)
check("08.8", by_value)

# %%
losses = train(network(20, "relu", gain=2.0), steps=76, max_norm=0.1)
print("the network that crashed, every 25 steps:", *(f"{L:.0f}" for L in losses[::25]))
predict("08.d", ...)


# %%
def clipped(max_norm):
    model = network(20, "sigmoid")
    loss(model(X), y).backward()
    clip_grad_norm_(model.parameters(), max_norm)
    return [np.linalg.norm(model[place].weight.grad) for place in (0, 40)]


(first, last), (first_after, last_after) = clipped(np.inf), clipped(0.01)
before, after = first / last, first_after / last_after
numbers = f"before: first {first:.0e}, last {last:.0e}, first over last {before:.0e}\n"
numbers += f"after:  first {first_after:.0e}, last {last_after:.0e}, first over last {after:.0e}"
reveal("08.d", "same" if np.isclose(before, after) else "larger" if after > before else "smaller", numbers)

# %% [markdown] lang="en"
# One factor for all, and never above 1: clipping cures what is too large, and no vanishing.
#
# ## Dead units
#
# ReLU has an illness of its own. A unit whose $z$ is at most 0 for all samples is dead, as lesson 05 found:
# its slope is 0, and nothing comes through. How do units die? Here 100 of them see two rings of points, and
# take three steps.
#
# The third network goes on after that, with a gentle $\eta = 1$, for 300 steps. How many of its dead units
# come back? Guess a number.


# %%
def hundred(eta, bias=0.0):
    rng = np.random.default_rng(0)
    model = nn.Sequential(linear(2, 100, 2**0.5, rng), nn.ReLU(), linear(100, 1, 2**0.5, rng))
    model[0].bias.data += bias
    train(model, *rings(), eta, steps=3)
    return model


def dead(model):
    return (model[0](rings()[0]).data <= 0).all(axis=0)


for eta, bias in ((1.0, 0.0), (10.0, 0.0), (30.0, 0.0), (1.0, -1.0), (1.0, -2.0)):
    print(f"η = {eta:4}, first bias {bias:4}: {dead(hundred(eta, bias)).sum()} of 100 are dead")
predict("08.e", ...)

# %%
model = hundred(30.0)
before = dead(model)
train(model, *rings(), eta=1.0, steps=300)
after = dead(model)
reveal("08.e", (before & ~after).sum(), f"dead before {before.sum()}, and after {after.sum()}")

# %% [markdown] lang="en"
# Their gradient is exactly 0, so no step moves them. (Behind other layers, what comes in may change, and wake
# one by luck.) Mind the difference: in a healthy layer half of all outputs are 0, but each unit has some
# samples that pass.
#
# 1. $\eta = 20$: how many units are left after five steps? Then make $\eta$ 1. Where does the loss end?
# 2. First bias −2, $\eta = 1$, 300 steps: which activations bring units back?

# %%
dead_relu_lab(rate=20.0)

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: none; at ln 2, as only the last bias still learns. 2: ELU several, GELU two, leaky ReLU hardly one: its
# slope of a hundredth is slow. ReLU alone has none at all below 0.
# </details>
#
# ## Cured
#
# Back to the twenty layers that could not tell the moons apart. Each cure is a line.
#
# The last picture is of the last network, in PyTorch, made as the first was; mind its axis. (Where PyTorch is
# not installed, it is as recorded. `torch.nn.Linear` itself starts with a gain of about 0.58, too small for
# deep ReLU networks: use `torch.nn.init.kaiming_normal_`.)

# %%
networks = {
    "sigmoid": network(20, "sigmoid"),
    "sigmoid, BatchNorm": network(20, "sigmoid", cure=lambda layer, f: (layer, nn.BatchNorm1d(32), f)),
    "tanh, gain 0.5": network(20, "tanh", 0.5),
    "tanh, gain 0.5, residual": network(
        20, "tanh", 0.5, cure=lambda *layers: [nn.Residual(nn.Sequential(*layers))]
    ),
    "tanh, Xavier": network(20, "tanh"),
    "ReLU, He": network(20, "relu", 2**0.5),
}
for name, model in networks.items():
    losses = train(model, max_norm=1.0)
    print(f"{name:26} first loss {losses[0]:.1f}, lowest {min(losses):.1f}")

# %%
try:
    import torch

    layers = []
    for inputs in [2, *19 * [32]]:
        layers += [torch.nn.Linear(inputs, 32), torch.nn.ReLU()]
    theirs = torch.nn.Sequential(*layers, torch.nn.Linear(32, 1)).double()
    start = network(20, "relu", 2**0.5).named_parameters()
    theirs.load_state_dict({name: torch.tensor(p.data.T) for name, p in start})
    torch.nn.BCEWithLogitsLoss()(theirs(torch.tensor(X)), torch.tensor(y)).backward()
except ImportError:
    theirs = RECORDED_FROM_PYTORCH
gradient_bars(theirs, title="ReLU by He, 20 hidden layers, in PyTorch")

# %% [markdown] lang="en"
# ## What you can do now
#
# - Say what a layer passes on, gain · √mean $f'^2$, and what twenty of them make of a gradient.
# - Choose the cure: a start that fits the activation, BatchNorm, residual layers; clipping for what is too
#   large.
# - Trace a NaN to the layer where it began, and a dead unit to the step or the bias that killed it.
#
# **Where next?** Deep networks can learn now. How well, and how fast, is a matter of batches, learning rates
# and when to stop: lesson 09, [the training loop](09_training_loop.ipynb).
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("08")
