# %% [markdown] lang="en"
# # 11 · Digits
#
# **Does it all work on real data?**
#
# XOR, rings, moons: so far all data was made up. Now come digits that thirteen people wrote, and your
# engine learns to read them. You measure how well, in a way that does not flatter. You look at its
# mistakes. Then you follow the gradient one step further back than ever before, to the pixels, and find out
# how to fool it. It takes about forty minutes.

# %%
import sys
from contextlib import suppress

import numpy as np
from tqdm import tqdm

from backprop_lib import Tensor, nn, training
from backprop_lib.exercises import check, hint, lesson_11_pytorch, predict, progress, reveal, solution
from backprop_lib.exercises import lesson_11 as ready
from backprop_lib.exercises.lesson_09 import train_epoch
from backprop_lib.exercises.lesson_11_neighbours import near_in_file
from backprop_lib.explorables import draw_a_digit
from backprop_lib.pictures import confusion_matrix, images, loss_curves, signed_images
from backprop_lib.training import Adam, evaluate, fit, mini_batches, numerical_gradient
from backprop_lib.training.data import digits, split

# %% [markdown] lang="en"
# ## Look first
#
# Each digit was scanned as 32 × 32 dots, black or white. Then the black ones in each block of 4 × 4 were
# counted. That makes 8 × 8 **pixels**, from 0 to 16. `digits` divides them by 16, so that 0 is paper, 1 is
# ink, and the inputs have about the size that a good start expects (lesson 08).

# %%
X, y = digits()
print("X", X.shape, "from", X.min(), "to", X.max())
print("how many of each digit:", np.bincount(y))
images(X[:48], y[:48], columns=16, title="The first 48")

# %% [markdown] lang="en"
# About as many of each. So who always says 3 is right in a tenth of all cases.
#
# Keep a part aside before anything else. The **test set** is only there to measure: nothing is decided by it.
# The validation set decides when to stop. The rest is to train on.
#
# And before any network, measure a cheap rival, the **baseline**. Take the mean of all 0s, of all 1s, and so
# on. Name each test digit after the mean that it is nearest to. How many per cent come out right?

# %%
rng = np.random.default_rng(1)
(X_rest, y_rest), (X_test, y_test) = split(X, y, 0.2, rng)
(X_train, y_train), (X_val, y_val) = split(X_rest, y_rest, 0.125, rng)
print(f"to train on {len(y_train)}, for validation {len(y_val)}, for the test {len(y_test)}")
predict("11.a", ...)

# %%
means = np.array([X_train[y_train == digit].mean(axis=0) for digit in range(10)])
distances = ((X_test[:, None] - means) ** 2).sum(axis=2)
nearest = distances.argmin(axis=1)
reveal("11.a", round(100 * np.mean(nearest == y_test)), f"{np.sum(nearest == y_test)} of {len(y_test)} right")
images(means, range(10), title="The mean of each digit")

# %% [markdown] lang="en"
# ## Train
#
# 64 pixels, 64 hidden units with ReLU, 10 logits. Cross-entropy, Adam, batches of 64, early stopping: you
# have written each of them. The same engine that learned XOR takes a second.


# %%
def network(rng):
    return nn.Sequential(nn.Linear(64, 64, rng=rng), nn.ReLU(), nn.Linear(64, 10, rng=rng))


loss = nn.CrossEntropyLoss()


def trained(X, y, **settings):
    rng = np.random.default_rng(1)
    model = network(rng)
    optimizer = Adam(model.parameters(), lr=0.01)
    return model, fit(model, X, y, loss=loss, optimizer=optimizer, batch_size=64, rng=rng, **settings)


# %%
model, history = trained(X_train, y_train, epochs=60, validation=(X_val, y_val), patience=10)
print(history.ending)
loss_curves({"training": history.loss, "validation": history.validation_loss}, title="Learning to read")

# %% [markdown] lang="en"
# Does PyTorch see the same? It gets the same first weights and the same batches, up to that epoch. (Where it
# is not installed, you see what was recorded.)


# %%
def in_pytorch(epochs):
    rng = np.random.default_rng(1)
    start, one, two = network(rng), torch.nn.Linear(64, 64).double(), torch.nn.Linear(64, 10).double()
    twin = torch.nn.Sequential(one, torch.nn.ReLU(), two)
    for theirs, ours in zip(twin.parameters(), start.parameters(), strict=True):
        theirs.data = torch.tensor(ours.data.T.copy())
    optimizer, losses = torch.optim.Adam(twin.parameters(), lr=0.01), []
    batches = mini_batches(X_train, y_train, 64, rng)
    for _ in tqdm(range(epochs), unit="epoch", file=sys.stdout, leave=False):
        pairs = ((torch.tensor(rows), torch.tensor(labels)) for rows, labels in batches)
        losses.append(train_epoch(twin, torch.nn.CrossEntropyLoss(), optimizer, pairs))
    return losses, int((twin(torch.tensor(X_test)).argmax(1) == torch.tensor(y_test)).sum())


# %%
losses, right = lesson_11_pytorch.RECORDED_LOSSES, lesson_11_pytorch.RECORDED_RIGHT
with suppress(ImportError):
    import torch

    torch.set_num_threads(1)  # with arrays this small, several threads wait for one another
    losses, right = in_pytorch(history.best_epoch)

logits = model(X_test).data
print(f"largest distance of the losses: {np.abs(np.subtract(losses, history.loss[: len(losses)])).max():.9f}")
print(f"right: PyTorch {right}, ours {np.sum(logits.argmax(axis=1) == y_test)}, of {len(y_test)}")

# %% [markdown] lang="en"
# ## How good is it?
#
# That count, as a share, is the **accuracy**. Write it for any logits.


# %%
def accuracy(logits, y):
    ...
    ### BEGIN SOLUTION
    return np.mean(logits.argmax(axis=1) == y)
    ### END SOLUTION


check("11.1", accuracy)  # stuck? hint("11.1"), and after that solution("11.1")

# %% [markdown] lang="en"
# Accuracy does not say how *sure* the network was; the loss does. Large test sets are measured in batches.
# Here five batches have 64 digits, and the last one has 39.
#
# One published tutorial adds up the mean losses of the batches, and divides by the number of samples. By
# about which factor is its loss too small? Guess a number, then write it right.

# %%
predict("11.b", ...)


def evaluation_loss(means, sizes):
    ...  # two arrays: the mean loss of each batch, and how many samples it has
    ### BEGIN SOLUTION
    return np.dot(means, sizes) / np.sum(sizes)
    ### END SOLUTION


check("11.2", evaluation_loss)

# %%
batches = list(mini_batches(X_test, y_test, 64, shuffle=False))
batch_means = np.array([loss(model(rows), labels).item() for rows, labels in batches])
sizes = np.array([len(labels) for _, labels in batches])
mean = ready.evaluation_loss(batch_means, sizes)
published = batch_means.sum() / sizes.sum()
numbers = f"published {published:.5f}, mean of the means {batch_means.mean():.5f}, right {mean:.5f}; "
numbers += f"our `evaluate` says {evaluate(model, X_test, y_test, loss=loss)['loss']:.5f}"
reveal("11.b", round(mean / published, 1), numbers)

# %% [markdown] lang="en"
# A loss too small by a factor looks like a very good network. And no error is raised.
#
# ## Is it luck?
#
# With 359 test digits, each is 0.3 %, and another split gives another number. So let each digit be tested
# once: cut all of them into fifths, train five networks, each without one fifth, and ask it about that one.
# This is called **cross-validation**. First shuffled, as `split` does.
#
# Then in the order of the file. Will that be lower, the same or higher?


# %%
def five_networks(order):
    predicted = np.empty_like(y)
    for part in np.array_split(order, 5):
        rest = np.setdiff1d(order, part)
        reader, _ = trained(X[rest], y[rest], epochs=30)
        predicted[part] = reader(X[part]).data.argmax(axis=1)
    return predicted


read = five_networks(np.random.default_rng(3).permutation(len(y)))
print(f"shuffled: {100 * np.mean(read == y):.1f} % of all {len(y)} right")
predict("11.c", ...)

# %%
in_file_order = five_networks(np.arange(len(y)))
change = np.sign(np.sum(in_file_order == y) - np.sum(read == y))
share, chance = near_in_file(X, y, reach=100)
numbers = (
    f"shuffled {100 * np.mean(read == y):.1f} %, in file order {100 * np.mean(in_file_order == y):.1f} %\n"
)
numbers += "The image most like another of its digit stands within 100 places of it in the file:\n"
numbers += f"{100 * share:.0f} %; in a shuffled file it would be {100 * chance:.0f} %."
reveal("11.c", {-1: "lower", 0: "same", 1: "higher"}[change], numbers)

# %% [markdown] lang="en"
# Neighbours in the file seem to come from the same hand. A shuffled split puts each hand on both sides. So it
# tells how well the network reads people it knows. In file order it meets mostly strangers. Neither number is
# wrong; say which one you mean.
#
# ## Which mistakes?
#
# A **confusion matrix** has a row for each true digit, and a column for each digit read. Count.


# %%
def confusions(truth, predicted, classes):
    ...
    ### BEGIN SOLUTION
    counts = np.zeros((classes, classes), dtype=int)
    for true, read in zip(truth, predicted, strict=True):
        counts[true, read] += 1
    return counts
    ### END SOLUTION


check("11.3", confusions)
predict("11.d", ...)  # of the five networks, shuffled: which two digits?

# %%
counts = ready.confusions(y, read, 10)
both = {f"{i} and {j}": counts[i, j] + counts[j, i] for i in range(10) for j in range(i + 1, 10)}
frequent = sorted(both, key=both.get, reverse=True)[:3]
numbers = "; ".join(f"{pair}: {both[pair]} times" for pair in frequent)
reveal("11.d", frequent[0], f"{numbers}\n{counts}")

# %% [markdown] lang="en"
# Of each row, which share is right? That is the digit's **recall**.


# %%
def recall(counts):
    ...
    ### BEGIN SOLUTION
    return np.diag(counts) / counts.sum(axis=1)
    ### END SOLUTION


check("11.4", recall)

# %% [markdown] lang="en"
# Here is the matrix of the first network, for the test set. And which single mistakes cost most? Below it are
# the test digits with the highest loss, and the probability that the right answer got.

# %%
p = model(X_test).softmax(axis=1).data
print("recall of 0 to 9:", ready.recall(ready.confusions(y_test, p.argmax(axis=1), 10)).round(2))
confusion_matrix(y_test, p.argmax(axis=1))

# %%
worst = np.argsort(p[np.arange(len(y_test)), y_test])[:8]
names = [f"{y_test[i]}, read as {p[i].argmax()}\np({y_test[i]}) = {p[i, y_test[i]]:.2g}" for i in worst]
images(X_test[worst], names, columns=8, title="The highest losses")

# %% [markdown] lang="en"
# Some you would misread, too. Others are plain, and the network was sure. What does it look for? Each hidden
# unit has a weight for each pixel, so its column of $W_1$ is a picture.

# %%
W1, z1 = model[0].weight.data, model[0](X_train).data
blank = (X_train == 0).all(axis=0)
first_W1 = network(np.random.default_rng(1))[0].weight.data
print("hidden units that are dead:", np.sum((z1 <= 0).all(axis=0)), "of 64")
print("pixels without ink in all training images:", np.sum(blank))
print("weights at these pixels are as they were at the start:", np.array_equal(W1[blank], first_W1[blank]))
signed_images(W1.T[:16], of="parameters", columns=8, title="Weights of the first sixteen hidden units")

# %% [markdown] lang="en"
# No strokes or loops, but patches that vote for and against. The pale ones are dead (lesson 08). And where
# there was never ink, chance still rules: row $i$ of $dW_1 = X^\top dz_1$ is 0 if pixel $i$ is always 0.
#
# ## One step further back
#
# In lesson 04 you wrote `input_gradient`, $da_1 = dz_2 W_2^\top$, since layer 1 had to know its blame.
# Layer 1 has an input, too, the picture. Nobody asked for *its* gradient, as no one can train a picture.
# But it tells which pixels matter:
#
# $$dX = dz_1 W_1^\top$$
#
# Write it for the whole network. Each picture has its own loss, so there is no mean, and no $1/n$.


# %%
def pixel_gradient(X, y, W1, b1, W2, b2):
    ...  # forward first; y has one-hot rows, and dz2 = p − y
    ### BEGIN SOLUTION
    z1 = X @ W1 + b1
    z2 = np.maximum(z1, 0) @ W2 + b2
    powers = np.exp(z2 - z2.max(axis=1, keepdims=True))
    dz2 = powers / powers.sum(axis=1, keepdims=True) - y
    dz1 = (dz2 @ W2.T) * (z1 > 0)
    return dz1 @ W1.T
    ### END SOLUTION


check("11.5", pixel_gradient)

# %%
pictures, labels = Tensor(X_test, requires_grad=True), np.eye(10)[y_test]
nn.CrossEntropyLoss(reduction="sum")(model(pictures), y_test).backward()
weights = [parameter.data for parameter in model.parameters()]
i = worst[0]
ways = {
    "engine": lambda: pictures.grad[i],
    "numerical": lambda: numerical_gradient(lambda x: loss(model(x[None]), y_test[i : i + 1]), X_test[i]),
    "ours": lambda: ready.pixel_gradient(X_test, labels, *weights)[i],
    "yours": lambda: pixel_gradient(X_test, labels, *weights)[i],
}
for way, gradient in ways.items():
    with suppress(Exception):
        print(f"{way:10}", *(f"{entry:9.5f}" for entry in gradient()[18:24]))

# %%
names = [f"{y_test[i]}, read as {p[i].argmax()}" for i in worst]
signed_images(pictures.grad[worst], names, columns=8, shared=False, title="Gradient of the loss, by pixel")

# %% [markdown] lang="en"
# Such a picture is called a **saliency** map. + says: ink here makes the loss larger. − says: ink here would
# help. Look at the first one. Which pixels would turn it into a better 8? And some at the rim are strong,
# where hardly any digit has ink. That is odd, and a weakness.
#
# ## Uphill
#
# Training goes down along the weights. What if you go *up* along the pixels? Move each of them by the same
# small $\varepsilon$, in the direction of its sign: $x + \varepsilon\,\mathrm{sign}(dx)$ (Goodfellow, Shlens
# and Szegedy, 2015). Then bring it back between paper and ink.


# %%
def nudge(X, dX, eps):
    ...
    ### BEGIN SOLUTION
    return np.clip(X + eps * np.sign(dX), 0, 1)
    ### END SOLUTION


check("11.6", nudge)

# %% [markdown] lang="en"
# To compare, noise of the same size: each pixel moves by 0.1, and a coin decides whether up or down. The cell
# prints how many per cent are still read right. How many will the nudge leave?


# %%
def right_after(direction, eps):
    return 100 * training.accuracy(model(ready.nudge(X_test, direction, eps)), y_test)


noise = np.random.default_rng(0).choice([-1.0, 1.0], size=X_test.shape)
print(f"untouched {right_after(noise, 0.0):.0f} %, with noise {right_after(noise, 0.1):.0f} %")
predict("11.e", ...)

# %%
lines = ["   ε  nudge  noise"]
for eps in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3):
    lines.append(f"{eps:4.2f}  {right_after(pictures.grad, eps):3.0f} %  {right_after(noise, eps):3.0f} %")
reveal("11.e", round(right_after(pictures.grad, 0.1)), "\n".join(lines))

# %%
nudged = ready.nudge(X_test, pictures.grad, 0.1)
after = model(nudged).softmax(axis=1).data
fooled = np.flatnonzero((p.argmax(axis=1) == y_test) & (after.argmax(axis=1) != y_test))[:8]
names = [f"{q.argmax()}, p = {q.max():.2f}" for q in (*p[fooled], *after[fooled])]
push, drift = np.abs(pictures.grad).sum(axis=1), np.abs((noise * pictures.grad).sum(axis=1))
print(f"slope of the loss: {push.mean():.2f} along the nudge, {drift.mean():.2f} along the noise")
images(np.vstack([X_test[fooled], nudged[fooled]]), names, columns=8, title="Eight that it fooled")

# %% [markdown] lang="en"
# Above as they were, below after a nudge of 0.1. You read the same digit, and the network another. Why? The
# slope along the nudge is $\sum_i |dx_i|$: 64 small pushes, all the same way. In noise they cancel but for a
# rest, here about √64 times as small. The more pixels, the worse; a photo has millions.
#
# Now you. The picture beside your drawing is its gradient, live. It begins with a 1.
#
# 1. Choose **loss for** 8. Click into the drawing where the strongest − is, look again, click again. How many
#    dabs of ink make it an 8 for the network? Is it one for you?
# 2. **Reset**, and **nudge** once, by 0.1. What is read now? Does chance do that, too?
# 3. **Clear**, and draw a large ×. How sure is the network? Can it say "none of these"?

# %%
draw_a_digit(model, start=X_test[3], examples=(X_test, y_test))

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: about three. The first ones are at the left rim, where hardly any digit has ink: no loop in sight. 2: a
# 2, and it is sure. An $\varepsilon$ of 0.06 would do, and of 200 changes by chance none does it.
# 3: whatever you draw gets a digit, often with much confidence. It cannot say none: softmax gives all of the
# 1 to the ten. Even blank paper is read, as a hesitant 7.
# </details>
#
# ## What you can do now
#
# - Measure a network on data that it has not seen, with a baseline, and say for whom the number holds.
# - Read its mistakes: counts, recall, the worst ones one by one.
# - Follow the gradient to the input, to see what matters, and to fool a network that reads well.
#
# **Where next?** Here each loss knew the right answer. What if nobody does, and there is only a reward?
# Lesson 12, [beyond and review](12_beyond_and_review.ipynb).
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("11")
