# %% [markdown] lang="en"
# # 10 · The cost of gradients
#
# **Why is backprop cheap, and what does it cost in memory?**
#
# One walk back gives the gradients of a million weights. How long does it take, and what has to be kept for
# it? Here you count and measure both. Then you trade time for memory, as large models have to, and share a
# batch among several processes. It takes about forty minutes.

# %%
import sys
from functools import partial
from itertools import pairwise

import numpy as np
from tqdm import tqdm

from backprop_lib import Tensor, checkpoint, nn, no_grad
from backprop_lib.exercises import check, hint, lesson_10_workers, predict, progress, reveal, solution
from backprop_lib.exercises import lesson_10 as ready
from backprop_lib.exercises import lesson_10_pytorch as pytorch
from backprop_lib.exercises.lesson_10_measuring import most_memory, shortest
from backprop_lib.explorables import checkpointing, data_parallel
from backprop_lib.pictures import cost_curves

# %% [markdown] lang="en"
# ## The price of nudging
#
# Differences need no backward pass at all: nudge each parameter, and look at the loss. How many forward
# passes is that for $n$ parameters, one-sided and central? Count, as in lesson 06.


# %%
def forward_passes(n):
    ...  # one-sided, central
    ### BEGIN SOLUTION
    return n + 1, 2 * n
    ### END SOLUTION


check("10.1", forward_passes)  # stuck? hint("10.1"), and after that solution("10.1")

# %% [markdown] lang="en"
# Here are both ways to a gradient. Do they agree, and how many forward passes does each make?

# %%
loss = nn.MSELoss()


def forward(model, X, y):
    with no_grad():
        return loss(model(X), y).item()


def by_backprop(model, X, y):
    model.zero_grad()
    loss(model(X), y).backward()
    return np.concatenate([w.grad.ravel() for w in model.parameters()])


# %%
def by_differences(model, X, y, eps=1e-6):
    gradient = []
    for w in model.parameters():
        for i in np.ndindex(w.shape):
            kept = w.data[i]
            w.data[i] = kept + eps
            up = forward(model, X, y)
            w.data[i] = kept - eps
            down = forward(model, X, y)
            w.data[i] = kept
            gradient.append((up - down) / (2 * eps))
    return np.array(gradient)


# %%
def example(width, samples=32):
    rng = np.random.default_rng(0)
    one, two, three = (nn.Linear(width, n, rng=rng) for n in (width, width, 1))
    model = nn.Sequential(one, nn.Tanh(), two, nn.Tanh(), three)
    return model, rng.normal(size=(samples, width)), rng.normal(size=(samples, 1))


model, X, y = example(8)
passes = []
model.register_forward_hook(lambda *_: passes.append("forward"))
agree = np.allclose(by_differences(model, X, y), by_backprop(model, X, y), atol=1e-8)
print(f"{model.num_parameters()} parameters; forward passes: {len(passes) - 1} by differences, 1 by backprop")
print("both agree:", agree)

# %% [markdown] lang="en"
# Now think big: the smallest GPT-2 of 2019 has 124 million parameters. Say backprop takes one second for its
# gradient, and central differences go on one after the other. Do they take `"an hour"`, `"a month"` or
# `"years"`?

# %%
predict("10.a", ...)

curves = {"central differences": ([], []), "backprop": ([], [])}
for width in tqdm([2**power for power in range(1, 11)], unit="network", file=sys.stdout, leave=False):
    model, X, y = example(width)
    ways = {"backprop": (by_backprop, 20)}
    if width <= 64:
        ways["central differences"] = by_differences, 2
    for name, (gradient, rounds) in ways.items():
        works = partial(forward, model, X, y), partial(gradient, model, X, y)
        once, whole = shortest(*works, rounds=rounds)
        curves[name][0].append(model.num_parameters())
        curves[name][1].append(whole / once)

# %%
both = curves["backprop"][1][-1]
seconds = 2 * 124e6 / both
years = seconds / (365 * 24 * 3600)
numbers = f"backprop takes as long as {both:.1f} forward passes, in PyTorch {pytorch.times_as_long():.1f}\n"
numbers += f"so central differences take {seconds:.1e} s, or {years:.1f} years"
reveal("10.a", "years" if years > 0.5 else "a month" if years > 0.01 else "an hour", numbers)
cost_curves(curves, "parameters n", "time in forward passes", title="What a gradient costs")

# %% [markdown] lang="en"
# This was measured on your machine, in the time that a forward pass of the same network takes; both axes are
# logarithmic. By differences the price grows with $n$. By backprop it hardly depends on $n$: forward and
# backward together take about three forward passes.
#
# ## Why about three?
#
# Nearly all the work is in matrix products. Say $X$ is (samples, in) and $W$ is (in, out). Then each entry of
# $z = XW$ adds up `in` products: as many multiplications, and as many additions. Computers are rated by such
# **FLOPs**, floating-point operations.
#
# How many are there in this product? And on the way back, in $dW = X^\top dz$ and $dX = dz\,W^\top$? Is there
# something that the first layer need not compute?


# %%
def flops(samples, n_in, n_out, first):
    ...  # forward, backward; first: True in the first layer
    ### BEGIN SOLUTION
    forward = 2 * samples * n_in * n_out
    return forward, forward if first else 2 * forward
    ### END SOLUTION


check("10.2", flops)

sizes = (512, 512, 512, 1)
layers = [ready.flops(32, m, n, first=i == 0) for i, (m, n) in enumerate(pairwise(sizes))]
ahead, back = (sum(counts) for counts in zip(*layers, strict=True))
print(f"forward {ahead / 1e6:.1f} million FLOPs, backward {back / 1e6:.1f} million")
print(f"both together: {(ahead + back) / ahead:.2f} times the forward pass")

# %% [markdown] lang="en"
# Backward is two forwards, a little less as the first layer saves one product. So whoever plans to train a
# large model reckons with three: one for the way ahead, two for the way back.
#
# ## From the other end
#
# Lesson 02 counted passes: forward mode needs one for each input, reverse mode one for each output. Now
# write forward mode for a layer $a = \tanh(xW + b)$. Beside the value goes its rate: if $x$ is nudged in the
# direction $dx$, how does $a$ answer? (Here $da$ means this answer, and not $\partial L/\partial a$. The
# slope of tanh is $1 - a^2$.)


# %%
def push(x, dx, W, b):
    ...  # return a, da
    ### BEGIN SOLUTION
    a = np.tanh(x @ W + b)
    da = (1 - a**2) * (dx @ W)
    return a, da
    ### END SOLUTION


check("10.3", push)


# %%
def forward_mode(layers, x):
    columns = []
    for dx in np.eye(len(x)):  # one pass for each input
        a, da = x, dx
        for W, b in layers:
            a, da = ready.push(a, da, W, b)
        columns.append(da)
    return np.array(columns).T, len(columns)


# %%
def reverse_mode(layers, x):
    a = x = Tensor(x, requires_grad=True)
    for W, b in layers:
        a = (a @ W + b).tanh()
    rows = []
    for start in np.eye(a.shape[0]):  # one pass for each output
        x.zero_grad()
        a.backward(start, retain_graph=True)
        rows.append(x.grad)
    return np.array(rows), len(rows)


# %%
rng, sizes = np.random.default_rng(2), (3, 100, 1000)
layers = [(rng.normal(size=(m, n)) / m**0.5, rng.normal(size=n)) for m, n in pairwise(sizes)]
one, passes = forward_mode(layers, np.ones(3))
other, passes_back = reverse_mode(layers, np.ones(3))
print(f"Jacobian {one.shape}, the same from both: {np.allclose(one, other, atol=1e-12)}")
print(f"forward mode {passes} passes, reverse mode {passes_back}")

# %% [markdown] lang="en"
# From 3 inputs to 1000 outputs, forward mode is far ahead: reverse mode is not cheaper as such. A pass meets
# each weight once, in either mode. So what does a whole Jacobian take, in multiplications by a weight?
# `sizes` lists the units of all layers, the inputs first.


# %%
def cost(sizes):
    ...  # forward mode, reverse mode
    ### BEGIN SOLUTION
    one_pass = sum(m * n for m, n in pairwise(sizes))
    return sizes[0] * one_pass, sizes[-1] * one_pass
    ### END SOLUTION


check("10.4", cost)

for sizes in ((3, 100, 1000), (784, 100, 10), (124_000_000, 1)):
    ahead, back = ready.cost(sizes)
    print(f"{sizes!s:16} forward mode {ahead:.1e}   reverse mode {back:.1e}")

# %% [markdown] lang="en"
# The last line stands for learning: 124 million parameters go in, and one loss comes out. That is why
# backprop is cheap.
#
# ## What must be kept
#
# Forward mode has one more good side. `push` needs nothing but the layer where it is, and forgets it after.
# The way back needs what the way forward has computed: $X$ for $dW$, $a$ for the slope of tanh. It begins at
# the end, so the results of *all* layers wait for it. They are called **activations**, as the functions are.
#
# A network has 64 layers. Under `no_grad` it keeps nothing. Ready for `backward`, does it take `"as much"`
# memory at its peak, `"twice as much"`, or `"over ten times as much"`?


# %%
def memory(depth, samples, training):
    """The most that a forward pass takes at a time, in MiB (2²⁰ bytes)."""
    rng, X = np.random.default_rng(0), np.ones((samples, 128))
    layers = [layer for _ in range(depth) for layer in (nn.Linear(128, 128, rng=rng), nn.Tanh())]
    model = nn.Sequential(*layers)

    def run():
        model(X).mean()

    return most_memory(run if training else no_grad(run)) / 2**20


predict("10.b", ...)


# %%
light, heavy = (memory(64, 512, training) for training in (False, True))
size = 512 * 128 * 8 / 2**20
numbers = f"under no_grad {light:.1f} MiB, ready for backward {heavy:.1f} MiB\n"
numbers += f"z and a of 64 layers: 2 · 64 · {size} MiB = {2 * 64 * size:.1f} MiB"
options = {1: "as much", 2: "twice as much", 3: "over ten times as much"}
reveal("10.b", options[1 + (heavy > 1.5 * light) + (heavy > 10 * light)], numbers)

print("MiB       batch of 256     512    1024")
for depth in (8, 16, 32):
    cells = [f"{memory(depth, samples, training=True):8.0f}" for samples in (256, 512, 1024)]
    print(f"{depth:2} layers     ", *cells)

# %% [markdown] lang="en"
# Twice the layers, twice the memory; twice the samples, twice again. Parameters take the same for any batch.
# But each comes with its gradient, and with Adam's $m$ and $v$.
#
# Count the bytes, for a network with `sizes` units. A number takes 8 in float64 and 4 in float32: its
# `itemsize`. For every unit and sample our engine keeps $z$ and $a$; the inputs are there anyway. (PyTorch
# lets $z$ go where $a$ is enough.)


# %%
def training_bytes(sizes, samples, itemsize):
    ...  # parameters and what Adam has beside them, activations
    ### BEGIN SOLUTION
    parameters = sum(m * n + n for m, n in pairwise(sizes))
    kept = 2 * samples * sum(sizes[1:])
    return 4 * parameters * itemsize, kept * itemsize
    ### END SOLUTION


check("10.5", training_bytes)

for samples in (1, 64, 4096):
    found = (f"{count / 2**20:8.1f} MiB" for count in ready.training_bytes([784] + 20 * [512], samples, 4))
    print(f"20 layers of 512, batch {samples:4}: parameters {next(found)}, activations {next(found)}")

# %% [markdown] lang="en"
# ## Forget, and compute again
#
# If the memory is too small, take a smaller batch, or add up gradients as in lesson 07. Or forget most
# activations. Cut the layers into **segments**, and keep only the input of each one, its **checkpoint**. On
# the way back, compute a segment again from there, walk back through it, and let go.
#
# Say 64 layers are cut into 8 segments of 8. Does the most memory at a time fall to `"half"` of what it takes
# to keep all, to `"a quarter"`, or to `"an eighth"`? Guess, and then move it:
#
# 1. Set **segments k** to 4, and press ▶. When is most held?
# 2. Which number of segments has the lowest peak for 16 layers? For 36, and for 64? Do you see a rule?
# 3. What does it save to make each layer a segment? And all of them one?

# %%
predict("10.c", ...)
checkpointing(depth=16, segments=1)

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: when the last segment has been computed again: all checkpoints are there, and its own results. 2: 4, 6
# and 8, the square root of the layers. 3: nothing, either of them. With 16 segments everything is a
# checkpoint, with one everything comes back at once. And both compute each layer twice.
# </details>
#
# Write down what you have found, for $n$ layers in $k$ segments. The input $x$ counts, as the first
# checkpoint. Where $n/k$ does not come out even, some segments have one layer more.


# %%
def segmented(n, k):
    ...  # the most results held at a time, how often a layer is computed forward
    ### BEGIN SOLUTION
    longest = -(-n // k)
    return k + longest, 2 * n
    ### END SOLUTION


check("10.6", segmented)

# %% [markdown] lang="en"
# Does a real engine do this? `checkpoint(function, x)` computes `function(x)` and keeps $x$ alone; PyTorch's
# is in `torch.utils.checkpoint`. Here are 64 layers without activation functions, so that each has one
# result.

# %%
weights = [np.linalg.qr(np.random.default_rng(i).normal(size=(16, 16)))[0] for i in range(64)]
x = np.random.default_rng(64).normal(size=(8192, 16))


def there_and_back(h, weights, segments, checkpoint):
    for some in np.split(np.arange(64), segments):

        def segment(h, some=some):
            for i in some:
                h = h @ weights[i]
            return h

        h = checkpoint(segment, h)
    h.sum().backward()


# %%
def keep_all(segment, h):
    return segment(h)


peaks, gradients = {}, {}
for segments in (None, 2, 4, 8, 16, 32, 64):
    tensors = [Tensor(W, requires_grad=True) for W in weights]
    arguments = (Tensor(x), tensors, segments or 1, checkpoint if segments else keep_all)
    peaks[segments] = most_memory(partial(there_and_back, *arguments)) / x.nbytes
    gradients[segments] = np.array([W.grad for W in tensors])
same = all(np.array_equal(found, gradients[None]) for found in gradients.values())
print("all gradients the same, to the last bit:", same)

# %%
try:
    import torch
    from torch.utils.checkpoint import checkpoint as torchs

    theirs = {}
    for segments in peaks:
        tensors = [torch.tensor(W, requires_grad=True) for W in weights]
        way = partial(torchs, use_reentrant=False) if segments else keep_all
        arguments = (torch.tensor(x), tensors, segments or 1, way)
        theirs[segments] = pytorch.peak_in_pytorch(partial(there_and_back, *arguments)) / x.nbytes
except ImportError:
    theirs = pytorch.RECORDED_PEAKS

# %%
numbers = []
for segments, peak in peaks.items():
    name, count = (
        ("keep all", 65) if segments is None else (f"k = {segments}", ready.segmented(64, segments)[0])
    )
    numbers.append(f"{name}: counted {count}, ours {peak:.0f}, PyTorch {theirs[segments]:.0f}")
parts = {"half": 2, "a quarter": 4, "an eighth": 8}
fall = peaks[None] / peaks[8]
reveal("10.c", min(parts, key=lambda part: abs(np.log(parts[part] / fall))), "\n".join(numbers))

# %% [markdown] lang="en"
# What ours holds beyond the count are gradients on their way. So $\sqrt n$ segments hold about $2\sqrt n$
# results in place of $n$. The price is one forward pass more, four in place of three: a third more time. This
# is how models are trained that would not fit otherwise (Chen and others, 2016).
#
# ## Share the batch
#
# If one machine is too slow, take several. In **data parallel** training each **worker** has a copy of the
# network, and a **shard** of the batch. Each goes forward and back alone. Then an **all-reduce** adds up the
# gradients of all workers and gives the sum to each. So all copies take the same step, and stay the same.
#
# Say the loss is a mean, and each worker takes it over its own shard. One has 9 samples, another 3. Is the
# mean of both gradients `"the same"` as the full batch's gradient, or `"another"`?

# %%
predict("10.d", ...)

# %%
model, X, y = example(4, samples=12)
full = by_backprop(model, X, y)
numbers, off = [], {}
for count in (6, 9):
    means = [by_backprop(model, X[rows], y[rows]) for rows in (slice(count), slice(count, 12))]
    off[count] = np.linalg.norm(np.mean(means, axis=0) - full) / np.linalg.norm(full)
    numbers.append(
        f"shards of {count} and {12 - count}: off by {off[count]:.4f} of the full gradient's length"
    )
reveal("10.d", "the same" if off[9] < 1e-12 else "another", "\n".join(numbers))

# %% [markdown] lang="en"
# Now share a batch yourself. Here the network is a line, $w x + b$.
#
# 1. Drag the border between the shards. Where is the mean of the means right? Which samples count too much
#    elsewhere?
# 2. Let each worker send **its sum**. Where is it right now?
# 3. Go back to 6 and 6, and **skip the all-reduce**. Take five steps. What becomes of the copies?

# %%
data_parallel(workers=2)

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: at 6 and 6 alone. Elsewhere it is those of the smaller shard. 2: everywhere. 3: they drift apart, each to
# what suits its own shard.
# </details>
#
# So make it right: from the mean gradients and the numbers of samples, the gradient of the whole batch.


# %%
def average(gradients, counts):
    ...
    ### BEGIN SOLUTION
    total = sum(count * g for count, g in zip(counts, gradients, strict=True))
    return total / sum(counts)
    ### END SOLUTION


check("10.7", average)

# %% [markdown] lang="en"
# ## Two real processes
#
# Now two workers, each a Python process with its own memory. They talk through `torch.distributed`, by its
# back end **gloo**, which needs no graphics card. After `backward()`, each calls `weighted_mean`, printed
# below. In practice one wraps the network in **DistributedDataParallel** (DDP) instead, which averages while
# the backward pass is still on its way.
#
# They try four ways, with 6 + 6 and with 9 + 3 samples. "Equal" means: to the full batch's gradient, within
# $10^{-12}$. (Each process loads PyTorch first; give it some seconds. Without PyTorch you see what was
# recorded.)

# %%
print(pytorch.source_of(lesson_10_workers.weighted_mean))
print(pytorch.run_workers(2))

# %% [markdown] lang="en"
# DDP takes the mean of the means, too. With unequal shards it is off, and says nothing. The cure is a factor
# for each worker's loss: workers × its samples / all samples.
#
# You have run both on one machine. With more, the same script is started by one command, on each of them:
#
# ```
# torchrun --nnodes=2 --nproc-per-node=4 --rdzv-backend=c10d \
#     --rdzv-endpoint=HOST:29400 train.py
# ```
#
# - `--nnodes=2`: so many machines take part.
# - `--nproc-per-node=4`: so many workers start on each, one for each graphics card, say.
# - `--rdzv-backend=c10d`: they find one another by PyTorch's own means, and need nothing installed.
# - `--rdzv-endpoint=HOST:29400`: where they meet, one of the machines and a free port; the same on all.
# - `train.py`: your script. torchrun tells each worker its number, and how many there are.
#
# On one machine `--standalone` is enough. Ours runs like this, if you want to see it in a terminal:
#
# ```
# torchrun --standalone --nproc-per-node=2 -m backprop_lib.exercises.lesson_10_workers
# ```
#
# ## What you can do now
#
# - Say what a gradient takes in time: about three forward passes, however many parameters, and why.
# - Choose the mode by inputs and outputs, and count the bytes that training keeps.
# - Save memory with √n segments, for one forward pass more, and average the gradients of unequal shards.
#
# **Where next?** You have all the tools. Lesson 11, [digits](11_digits.ipynb), puts them to work on real
# data.
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("10")
