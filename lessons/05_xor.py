# %% [markdown] lang="en"
# # 05 · XOR
#
# **Why does one hidden layer change everything, and why does training sometimes fail?**
#
# Lesson 04 left you with a backward pass for any layer. Now it meets the smallest problem that one neuron
# cannot solve: four points. You see what a layer in between does to them. Then a hundred networks train
# that differ in nothing but their first numbers, and not all of them arrive. It takes about forty minutes.

# %%
import math
import sys

import numpy as np
from tqdm import tqdm

from backprop_lib.exercises import check, hint, predict, progress, reveal, solution
from backprop_lib.exercises.lesson_05 import try_output
from backprop_lib.explorables import xor_playground
from backprop_lib.nn.by_hand import TwoLayerMLP, mean_squared_error, sigmoid
from backprop_lib.pictures import decision_regions, loss_curves
from backprop_lib.training.data import xor

# %%
X, y = xor()
print(np.hstack([X, y]))


def cross_entropy(p):
    return -np.log(np.where(y == 1, p, 1 - p)).mean(axis=(-2, -1))


def steps(count, about=None):
    return tqdm(range(count), desc=about, unit="step", file=sys.stdout, leave=False)


# %% [markdown] lang="en"
# ## Four points
#
# **XOR**, "exclusive or", is 1 where exactly one of two inputs is 1. Each row above is a point: $x_1$,
# $x_2$, and the target $y$.
#
# One neuron is to learn it: $z = w_1 x_1 + w_2 x_2 + b$, and $p = \sigma(z)$ is the probability that it
# gives to a 1. The loss is the cross-entropy, so each point pulls at its $z$ with $p - y$, as in lesson 04.
# It trains until the loss falls no more. Which $p$ does it then give to (1, 1)? Guess a number.

# %%
predict("05.a", ...)


# %%
def train_one_neuron(f):
    w, b = np.array([[1.0], [-2.0]]), np.array([0.5])
    for _ in steps(1000):
        dz = (f(X @ w + b) - y) / len(X)
        w -= X.T @ dz
        b -= dz.sum(axis=0)
    return f(X @ w + b)


p = train_one_neuron(sigmoid)
line = train_one_neuron(lambda z: z)  # a linear output: the squared error has δ = ŷ − y, too
numbers = f"sigmoid  answers {p.ravel().round(4)}, cross-entropy {cross_entropy(p):.4f}\n"
numbers += f"linear   answers {line.ravel().round(4)}, squared error {mean_squared_error(line, y):.4f}"
reveal("05.a", p[3, 0], numbers)

# %% [markdown] lang="en"
# Whatever it starts from, one neuron ends there. Why can it do no better?
#
# To be right, $z$ must be above 0 at (0, 1) and (1, 0), and below 0 at the two other corners. But can $z$
# be chosen freely at each corner? Say you know it at three of them, and not the weights. What is it at (1,
# 1)?


# %%
def fourth(z00, z01, z10):
    ...
    ### BEGIN SOLUTION
    return z01 + z10 - z00
    ### END SOLUTION


check("05.1", fourth)  # stuck? hint("05.1"), and after that solution("05.1")

# %% [markdown] lang="en"
# So $z_{00} + z_{11} = z_{01} + z_{10}$, always. XOR wants the left side below 0 and the right side above
# it, and no weights can do that. Seen in the plane, $z = 0$ is a straight line, and no line has the right
# points on each side. (In *Perceptrons*, 1969, Minsky and Papert proved such limits for larger problems,
# among them parity, which for two inputs is XOR.)
#
# And why that $p$? There the four pulls $p - y$ are −½ for the ones and +½ for the others. For $b$ they add
# up to 0; for each weight they are multiplied by its input, and again add up to 0. The loss of a single
# neuron is a bowl with one bottom: where the gradient is 0, training has ended.
#
# ## A layer in between
#
# OR and AND need only one line each. So let two hidden units compute them, with weights set by hand. The
# last neuron no longer sees $x_1$ and $x_2$. It sees what the units make of them.

# %%
W1, b1 = np.full((2, 2), 20.0), np.array([-10.0, -30.0])
a1 = sigmoid(X @ W1 + b1)
for (x1, x2), (a_or, a_and), target in zip(X, a1, y.ravel(), strict=True):
    print(f"({x1:.0f}, {x2:.0f})   OR {a_or:.2f}   AND {a_and:.2f}   y {target:.0f}")

# %% [markdown] lang="en"
# Read OR and AND as coordinates: the hidden layer has *moved the points* into a new plane, the **hidden
# space**. There (0, 1) and (1, 0) stand at one place. Does one line suffice now? Choose weights for
# $z_2 = w_{or} \cdot \text{OR} + w_{and} \cdot \text{AND} + b$, so that $z_2$ is above 0 where $y$ is 1,
# and below 0 elsewhere.

# %%
w_or, w_and, b = ..., ..., ...
### BEGIN SOLUTION
w_or, w_and, b = 1.0, -2.0, -0.5
### END SOLUTION
check("05.2", try_output(w_or, w_and, b))

# %% [markdown] lang="en"
# The last neuron still draws one straight line. The layer before it need not know the answer: it moves the
# points until one line is enough.
#
# ## Found, not designed
#
# Here you knew what to look for. A network starts from random numbers, and has only gradients to go by.
# This is `TwoLayerMLP` from lesson 04, with four hidden units and the squared error. (Its start is drawn by
# a rule made for ReLU; lesson 08 tells which rule suits whom.)

# %%
model = TwoLayerMLP(2, 4, 1, rng=np.random.RandomState(42))
losses = []
for _ in steps(5001):
    a2 = model.forward(X)
    losses.append(mean_squared_error(a2, y))
    model.step(model.backward(y), lr=0.5)
for step in (0, 100, 500, 1000, 2000, 5000):
    print(f"step {step:4}   loss {losses[step]:.6f}")
print("answers", a2.ravel().round(3))
loss_curves({"squared error": losses}, "step", at=range(5001), title="Four hidden units learn XOR")

# %% [markdown] lang="en"
# The loss comes down to 0.25, and stays near it for hundreds of steps: a **plateau**. Then it falls after
# all. A loss that stands still has not always come to its end.
#
# ## What the hidden layer does to the plane
#
# With two hidden units, the hidden space can be drawn. Here are the equations of lesson 04 again, for three
# activations, with the cross-entropy. One sign is new: `.mT` transposes the last two axes. So these lines
# train one network now, and later a stack of a hundred.

# %%
ACTIVATIONS = {  # a from z, and its slope from a
    "sigmoid": (sigmoid, lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),
}


def forward(X, network, activation):
    W1, b1, W2, b2 = network
    a1 = ACTIVATIONS[activation][0](X @ W1 + b1)
    return a1, sigmoid(a1 @ W2 + b2)


# %%
def gradients(network, activation):
    a1, p = forward(X, network, activation)
    dz2 = (p - y) / len(X)
    dz1 = dz2 @ network[2].mT * ACTIVATIONS[activation][1](a1)
    db1, db2 = (dz.sum(axis=-2, keepdims=True) for dz in (dz1, dz2))
    return X.T @ dz1, db1, a1.mT @ dz2, db2


def train(network, activation, about=None):
    for _ in steps(5000, about):
        for array, gradient in zip(network, gradients(network, activation), strict=True):
            array -= 1.0 * gradient  # the learning rate is 1
    return network


# %%
def start(units, seed):
    rng = np.random.default_rng(seed)
    W1, W2 = rng.standard_normal((2, units)), rng.standard_normal((units, 1))
    return [W1, np.zeros((1, units)), W2, np.zeros((1, 1))]


network = train(start(2, seed=0), "sigmoid")
a1, p = forward(X, network, "sigmoid")
decision_regions(lambda points: forward(points, network, "sigmoid")[1], X, y, title="Input plane")

# %%
W1, b1, W2, b2 = network
decision_regions(
    lambda points: sigmoid(points @ W2 + b2), a1, y, axis_names=("unit 1", "unit 2"), title="Hidden space"
)

# %% [markdown] lang="en"
# One network, twice. In the input plane it cuts out a band, with two boundaries. In the hidden space one
# straight line is enough, and the two points with $y = 0$ lie almost on top of each other. Now watch them
# move:
#
# 1. Press ▶. At which loss does it rest, and for how long? What do the points of the hidden space do when
#    it falls?
# 2. Set **hidden units** to 1, and let it take 5000 steps. How many different answers does it give?

# %%
xor_playground(units=2, activation="sigmoid", seed=0)

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: near 0.69, for more than 500 steps. Then the points hurry to the corners, and those with $y = 0$ meet.
# 2: two. One point is right, and the three others share an answer.
# </details>
#
# ## Why random numbers?
#
# Let four hidden units begin with all weights at 0.5 instead, and train as before. Afterwards, how many
# *different* hidden units are there? Guess a number.

# %%
predict("05.b", ...)

# %%
same = [np.full((2, 4), 0.5), np.zeros((1, 4)), np.full((4, 1), 0.5), np.zeros((1, 1))]
W1, b1, W2, b2 = network = train(same, "sigmoid")
units = np.vstack([W1, b1, W2.T]).round(3)
p = forward(X, network, "sigmoid")[1]
numbers = f"w1, w1, b1 and w2, a column for each unit:\n{units}\nanswers {p.ravel().round(2)}"
reveal("05.b", np.unique(units, axis=1).shape[1], numbers)

# %% [markdown] lang="en"
# Equal units have equal outputs, so equal gradients, so equal weights after the step. This is **symmetry**:
# twins stay twins for ever. What can a layer of twins do? Find the one unit that does all their work.
#
# The cell after it tries a start with all weights at 0, and takes the first gradient.


# %%
def one_for_all(w1, b1, w2, count):
    ...  # return w1, b1, w2 of the single unit
    ### BEGIN SOLUTION
    return w1, b1, count * w2
    ### END SOLUTION


check("05.3", one_for_all)

# %%
zeros = [np.zeros_like(array) for array in start(4, seed=0)]
for activation in ACTIVATIONS:
    p = forward(X, zeros, activation)[1]
    largest = max(np.abs(gradient).max() for gradient in gradients(zeros, activation))
    print(f"{activation:8} answers {p.ravel()}   largest gradient {largest}")

# %% [markdown] lang="en"
# A single unit sees the plane along one direction, so twins have no more than one straight boundary. From 0
# there is not even a first step: $W_2 = 0$ lets nothing back to $W_1$; and as a unit gives the same at all
# four points, the pulls cancel on their way to $W_2$. Random numbers break the symmetry.
#
# ## A hundred starts
#
# Does it matter which random numbers? A hundred networks draw theirs with the seeds 0 to 99, and take 5000
# steps. With two sigmoid units each, how many of the hundred get all four points right?
#
# And tanh or ReLU in place of the sigmoid: which of the three solves XOR most often, with two units?

# %%
predict("05.c", ...)
predict("05.d", ...)


# %%
def starts(units):
    networks = [start(units, seed) for seed in range(100)]
    return [np.stack(arrays) for arrays in zip(*networks, strict=True)]


trained = {}
for activation in ACTIVATIONS:
    for units in (2, 3, 4, 8):
        trained[activation, units] = train(starts(units), activation, f"{activation}, {units} units")

# %%
outputs = {which: forward(X, networks, which[0]) for which, networks in trained.items()}
solved = {which: ((p > 0.5) == (y > 0.5)).all(axis=(-2, -1)) for which, (a1, p) in outputs.items()}


def row(name):
    counts = [f"{solved[name, units].sum()} with {units} units" for units in (2, 3, 4, 8)]
    return f"{name}: {', '.join(counts)}"


reveal("05.c", solved["sigmoid", 2].sum(), row("sigmoid"))
winner = max(ACTIVATIONS, key=lambda name: solved[name, 2].sum())
reveal("05.d", winner, "\n".join(map(row, ACTIVATIONS)))

# %% [markdown] lang="en"
# All these networks *can* represent XOR. Whether training finds it is another matter. What becomes of those
# that fail, with two units? The cell prints the losses at which they stop, and looks into one of them.

# %%
for activation in ACTIVATIONS:
    a1, p = outputs[activation, 2]
    heights = np.unique(cross_entropy(p[~solved[activation, 2]]).round(2))
    print(f"{activation:8} the failed ones stop at a loss of", *heights)

seed = np.flatnonzero(~solved["sigmoid", 2])[0]
a1, p = (array[seed] for array in outputs["sigmoid", 2])
largest = max(np.abs(g[seed]).max() for g in gradients(trained["sigmoid", 2], "sigmoid"))
print(f"\nsigmoid, seed {seed}, largest gradient {largest:.4f}")
for (x1, x2), (one, two), answer, target in zip(X, a1, p.ravel(), y.ravel(), strict=True):
    print(f"({x1:.0f}, {x2:.0f})   hidden ({one:.2f}, {two:.2f})   p {answer:.2f}   y {target:.0f}")

# %% [markdown] lang="en"
# So many starts, and so few heights. In the network below them, two points with different targets stand at
# one place of the hidden space. The last neuron cannot tell them apart: they share an answer. Points that
# share a $z$ pull at it together, each with $p - y$. Which $p$ is best for all of them?
#
# Then you can compute the heights. At one of them, three points with targets 0, 1 and 1 share their best
# answer, and the fourth is right with certainty. What is the mean cross-entropy of the four?


# %%
def shared_answer(targets):
    ...
    ### BEGIN SOLUTION
    return targets.mean()
    ### END SOLUTION


check("05.4", shared_answer)

# %%
height = ...
### BEGIN SOLUTION
height = -(math.log(1 / 3) + 2 * math.log(2 / 3)) / 4
### END SOLUTION
check("05.5", height)

# %% [markdown] lang="en"
# Why do they not walk on? At the shared place the pulls cancel, so $W_2$ and $b_2$ feel nothing. On its way
# to $W_1$ a pull must pass the slope $a(1-a)$ of a unit that stands at 0.00 or 1.00, where it is flat.
# There is a better place, but hardly any gradient points to it.
#
# The slope of a silent ReLU is not small, but 0. A unit that is 0 for all samples is **dead**: no gradient
# passes, so no step will wake it. Count the dead.


# %%
def dead_units(a1):
    ...  # a row for each sample, a column for each unit
    ### BEGIN SOLUTION
    return (a1 == 0).all(axis=0).sum()
    ### END SOLUTION


check("05.6", dead_units)

# %% [markdown] lang="en"
# Of the ReLU networks with two units that failed, how many per cent have a dead unit? Guess a number.

# %%
predict("05.e", ...)

# %%
numbers, dead = "networks with a dead unit:", {}
for units in (2, 3, 4, 8):
    (a1, p), right = outputs["relu", units], solved["relu", units]
    some = dead[units] = (a1 == 0).all(axis=-2).any(axis=-1)
    numbers += f"\n{units} units: {some[~right].sum()} of {(~right).sum()} that failed, "
    numbers += f"{some[right].sum()} of {right.sum()} that solved XOR"
failed = ~solved["relu", 2]
reveal("05.e", round(100 * dead[2][failed].mean()), numbers)

# %% [markdown] lang="en"
# With two units none can be spared. With eight most networks lose some, and do it with the others: width is
# a reserve. Lesson 08 has other cures.
#
# 1. Here is the failed sigmoid network. Train it until it is stuck. One of its units has found "$x_1$, but
#    not $x_2$". What should the other one find, and which weight is in its way? Drag it.
# 2. Take 4 hidden units, and first weights **all ½**. Drag one weight by 0.1, and only then press ▶.

# %%
xor_playground(units=2, activation="sigmoid", seed=int(seed))

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: "$x_2$, but not $x_1$". The weight from $x_1$ to unit 2 has to be negative. 2: the symmetry is broken,
# and XOR is solved.
# </details>
#
# ## What you can do now
#
# - Say why one neuron stops at ½, and what a hidden layer does: it moves the points until one line is
#   enough.
# - Say why weights start at random: twins get equal gradients, and stay twins.
# - Read a stuck loss: which points share an answer, and where the gradient is lost.
#
# **Where next?** You trusted four lines of gradients here. Had one of them been wrong, would you have
# noticed? Lesson 06, [gradient checking](06_gradient_checking.ipynb), makes sure.
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("05")
