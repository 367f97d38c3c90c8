# %% [markdown] lang="en"
# # 04 · Matrix form
#
# **How do seven scalars become six matrix equations?**
#
# Seven numbers led you back through the two neurons of lesson 01. A real layer has hundreds of neurons, and
# sees hundreds of samples at once. Now the same steps do a whole layer and a whole batch. You find each
# equation twice: by its shape, and by one of its entries. It takes about forty minutes.

# %%
import numpy as np

from backprop_lib import Tensor, Value
from backprop_lib.exercises import check, hint, predict, progress, reveal, solution
from backprop_lib.exercises.lesson_03 import uses
from backprop_lib.exercises.lesson_04 import in_pytorch
from backprop_lib.explorables import logits_lab, matrix_lens
from backprop_lib.nn import functional
from backprop_lib.nn.by_hand import TwoLayerMLP, sigmoid
from backprop_lib.pictures import activations

# %% [markdown] lang="en"
# ## One number at a time
#
# This is the network of lesson 01, made wider: 3 inputs, 5 neurons in the **hidden** layer (neither input nor
# output), 2 outputs. It sees a **batch** of 4 samples. The loss is the mean of $(a_2-y)^2$ over all 4 × 2
# outputs. With `Value`s every product is a node of its own. A `Tensor` holds a whole array, and does them
# together:

# %%
rng = np.random.default_rng(4)
X, y = rng.normal(size=(4, 3)), rng.uniform(size=(4, 2))
W1, b1 = rng.normal(size=(3, 5)), rng.normal(size=5)
W2, b2 = rng.normal(size=(5, 2)), rng.normal(size=2)


def layer(row, W, b):
    sums = [sum(x * w for x, w in zip(row, column, strict=True)) for column in W.T]
    return [(z + bias).sigmoid() for z, bias in zip(sums, b, strict=True)]


def loss_in_numbers(X, y, W1, b1, W2, b2):
    a2 = [layer(layer(row, W1, b1), W2, b2) for row in X]
    return sum((a2[n][k] - target) ** 2 for (n, k), target in np.ndenumerate(y)) / y.size


# %%
parameters = [np.vectorize(Value, otypes=[object])(array) for array in (W1, b1, W2, b2)]
L = loss_in_numbers(X, y, *parameters)
print(f"loss {L.data:.6f}, {len(uses(L))} nodes")
L.backward()


# %%
def loss_in_matrices(X, y, W1, b1, W2, b2, reduction="mean"):
    a1 = functional.affine(X, W1, b1).sigmoid()
    a2 = functional.affine(a1, W2, b2).sigmoid()
    return functional.mse_loss(a2, y, reduction)


tensors = [Tensor(array, requires_grad=True) for array in (W1, b1, W2, b2)]
loss = loss_in_matrices(X, y, *tensors)
print(f"loss {loss.item():.6f}, {len(uses(loss))} nodes")
loss.backward()

# %% [markdown] lang="en"
# And no more for a thousand samples. But each edge now has to carry a matrix back. By which rules?
#
# ## Rows are samples
#
# The names stay those of lesson 01, but each now holds a **matrix**, a table of numbers. $X$ has a row for
# each sample and a column for each input. $W_1$ has a row for each input and a column for each hidden neuron,
# or **unit**. $b_1$ has one number for each unit:
#
# $$z_1 = X W_1 + b_1 \qquad a_1 = \sigma(z_1) \qquad z_2 = a_1 W_2 + b_2 \qquad a_2 = \sigma(z_2)$$
#
# In the **matrix product** $XW$, in NumPy `X @ W`, entry $(n, j)$ takes row $n$ of $X$ and column $j$ of $W$,
# multiplies pair by pair, and adds up. So $(a, b)$ times $(b, c)$ gives $(a, c)$: the inner sizes must agree.
# The bias is added to every row. The step $XW + b$ is called **affine**.
#
# `dW1` holds $\partial L/\partial w$ for every weight in $W_1$, each in its place. Which shapes are these?
# Then write the affine step.


# %%
def shapes(samples, inputs, hidden, outputs):
    ...  # return the shapes of W1, b1, a1, W2, dW2
    ### BEGIN SOLUTION
    return (inputs, hidden), (hidden,), (samples, hidden), (hidden, outputs), (hidden, outputs)
    ### END SOLUTION


def affine(X, W, b):
    ...
    ### BEGIN SOLUTION
    return X @ W + b
    ### END SOLUTION


check("04.1", shapes)  # stuck? hint("04.1"), and after that solution("04.1")
check("04.2", affine)

# %% [markdown] lang="en"
# ## Back through the affine step
#
# Take a single weight, `W1[0, 0]`. In how many products does it take part, on the way forward through the
# whole batch? Guess a number.

# %%
predict("04.a", ...)

# %%
reveal("04.a", uses(L)[parameters[0][0, 0]])

# %% [markdown] lang="en"
# From each of them a gradient comes back, and gradients that meet add up. So what is $dW$, for any layer
# $z = XW + b$, when $dz$ has arrived?
#
# **By shape.** $dW$ has the shape of $W$, (in, out). There are $X$, (samples, in), and $dz$, (samples, out).
# Only one product of the two has that shape.
#
# **By element.** $z_{nj} = \sum_i x_{ni} w_{ij} + b_j$. In sample $n$ the path from $z_{nj}$ back to $w_{ij}$
# has the local derivative $x_{ni}$. Multiply along each path, add over the paths:
#
# $$dw_{ij} = \sum_n x_{ni}\, dz_{nj}$$
#
# A column of $X$ times a column of $dz$. Both ways lead to the same product. Which one?


# %%
def weight_gradient(X, dz):
    ...
    ### BEGIN SOLUTION
    return X.T @ dz
    ### END SOLUTION


check("04.3", weight_gradient)

# %% [markdown] lang="en"
# Two paths remain. Every row used the bias once, with the local derivative 1. And the input of layer 2 is
# $a_1$, which needs a gradient, too: $a_{ni}$ feeds each unit $j$ of its own sample by the weight $w_{ij}$,
# so $\;da_{ni} = \sum_j dz_{nj}\, w_{ij}$. Write both.


# %%
def bias_gradient(dz):
    ...
    ### BEGIN SOLUTION
    return dz.sum(axis=0)
    ### END SOLUTION


def input_gradient(dz, W):
    ...
    ### BEGIN SOLUTION
    return dz @ W.T
    ### END SOLUTION


check("04.4", bias_gradient)
check("04.5", input_gradient)

# %% [markdown] lang="en"
# 1. Point at an entry of $dW_2$. Over what does its sum run? And those of $dz_1$ and $z_2$?
# 2. Drag **samples**. Which gradients keep their shape?
# 3. At $dz_1$, make hidden and outputs equal. Which mistake would now go unnoticed?

# %%
matrix_lens(samples=4, inputs=3, hidden=5, outputs=2)

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: over the samples; over the outputs (then times the slope, which comes next); over the hidden units. 2:
# those of the parameters. 3: $W_2$ without the transpose: the shape fits, the numbers are wrong. So test with
# sizes of which no two are equal.
# </details>
#
# ## Through the activation
#
# $a_{nj}$ depends on $z_{nj}$ alone: one path, nothing to add. So $dz = da \odot f'(z)$, where $\odot$
# multiplies entry by entry (`*` in NumPy). Here are the sigmoid and its rivals, each with its slope $f'$:

# %%
activations()

# %% [markdown] lang="en"
# ReLU and leaky ReLU have a **kink** at 0: one slope on the left, another on the right, and no derivative in
# between. An engine chooses one of the two, the filled dot. A float is rarely exactly 0, so it hardly
# matters.
#
# Now write the way back through the sigmoid.


# %%
def through_sigmoid(da, z, a):
    ...  # a is sigmoid(z)
    ### BEGIN SOLUTION
    return da * a * (1 - a)
    ### END SOLUTION


check("04.6", through_sigmoid)

# %% [markdown] lang="en"
# ## The whole pass
#
# Chain the pieces, from $da_2$ back to the parameters.


# %%
def backward(X, y, W1, b1, W2, b2):
    ...  # forward first, then da2 = 2 * (a2 - y) / y.size, and last: return dW1, db1, dW2, db2
    ### BEGIN SOLUTION
    a1 = sigmoid(X @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    da2 = 2 * (a2 - y) / y.size
    dz2 = da2 * a2 * (1 - a2)
    da1 = dz2 @ W2.T
    dz1 = da1 * a1 * (1 - a1)
    return X.T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0)
    ### END SOLUTION


check("04.7", backward)

# %% [markdown] lang="en"
# Seven scalars have become three equations for each layer. ($da_2$ belongs to the loss, and $da_1$ is on the
# way to $dz_1$.)
#
# | lesson 01 | a layer and a batch |
# |---|---|
# | $dz_2 = da_2 \cdot a_2(1-a_2)$ | $dz_2 = da_2 \odot a_2 \odot (1-a_2)$ |
# | $dw_2 = dz_2 \cdot a_1$ | $dW_2 = a_1^\top dz_2$ |
# | $db = dz_2$ | $db_2 =$ the rows of $dz_2$, added |
# | $dz_1 = dz_2 \cdot w_2 \cdot a_1(1-a_1)$ | $dz_1 = (dz_2 W_2^\top) \odot a_1 \odot (1-a_1)$ |
# | $dw_1 = dz_1 \cdot x$ | $dW_1 = X^\top dz_1$ |
# | (no bias there) | $db_1 =$ the rows of $dz_1$, added |
#
# Do all ways agree? `TwoLayerMLP` has these six written out. Below is the first entry of `dW1`, `db1`, `dW2`
# and `db2`. (Where PyTorch is not installed, its line is what was recorded.)

# %%
model = TwoLayerMLP(3, 5, 2)
model.W1, model.b1, model.W2, model.b2 = W1, b1, W2, b2
model.forward(X)
ways = {
    "number by number": lambda: [np.vectorize(lambda v: v.grad)(array) for array in parameters],
    "matrix engine": lambda: [tensor.grad for tensor in tensors],
    "six equations": lambda: model.backward(y).values(),
    "PyTorch": lambda: in_pytorch(X, y, W1, b1, W2, b2),
    "yours": lambda: backward(X, y, W1, b1, W2, b2),
}
for way, gradients in ways.items():
    try:
        print(f"{way:16}", *(f"{np.ravel(gradient)[0]:10.6f}" for gradient in gradients()))
    except Exception:
        print(f"{way:16}    not yet")

# %% [markdown] lang="en"
# ## Sum or mean
#
# Show every sample twice. A sum doubles, and so does its gradient. A mean stays, so that a step does not grow
# with the batch.
#
# But a mean over what? One published tutorial averages its loss over all entries, samples × outputs, while
# its backward pass divides by the samples alone. With 4 samples and 2 outputs, how many times as large as the
# true gradient is what it computes?

# %%
for reduction in ("sum", "mean"):
    for batch in ([X, y], [np.vstack([X, X]), np.vstack([y, y])]):
        loss = loss_in_matrices(*batch, *tensors, reduction)
        tensors[3].zero_grad()
        loss.backward()
        print(f"{reduction:4}  {len(batch[0])} samples   db2[0] {tensors[3].grad[0]:.6f}")

# %%
predict("04.b", ...)


# %%
def how_many_times(outputs):
    a2 = Tensor(rng.uniform(size=(4, outputs)), requires_grad=True)
    target = rng.uniform(size=(4, outputs))
    functional.mse_loss(a2, target).backward()
    theirs = 2 * (a2.data - target) / len(target)
    return (theirs / a2.grad)[0, 0]


numbers = "\n".join(f"outputs {n}: {how_many_times(n):.4f} times" for n in (1, 2, 3))
reveal("04.b", round(how_many_times(2), 6), numbers)

# %% [markdown] lang="en"
# With a single output nobody notices.
#
# ## Rows or columns
#
# Many books write samples as columns, and $\delta$ ("delta") for $dz$:
#
# | | rows (here) | columns |
# |---|---|---|
# | $X$ | (samples, in) | (in, samples) |
# | $W$ | (in, out) | (out, in) |
# | forward | $z = XW + b$ | $z = WX + b$ |
# | weights | $dW = X^\top dz$ | $dW = \frac1m\,\delta X^\top$ |
# | back | $da = dz\,W^\top$ | $da = W^\top \delta$ |
#
# Turn every matrix on its side, and one becomes the other; in the lens above, choose **samples are columns**.
# With $m$ samples, their $1/m$ stands in $dW$ and $db$, ours in $dz$: in one place, never in both. PyTorch
# has rows for samples, yet weights as (out, in): $z = XW^\top + b$.

# %%
m, dz2, a1 = len(X), model.dz2, model.a1
delta_columns, a_columns, W_columns = m * dz2.T, a1.T, W2.T
dW_columns = delta_columns @ a_columns.T / m
da_columns = W_columns.T @ delta_columns / m
print("dW2: rows", (a1.T @ dz2).shape, " columns", dW_columns.shape)
print("dW2 agree:", np.allclose(dW_columns.T, a1.T @ dz2))
print("da1 agree:", np.allclose(da_columns.T, dz2 @ W2.T))

# %% [markdown] lang="en"
# ## Badly wrong
#
# A neuron answers a yes-or-no question with $z = -4$: yes, with probability $a = \sigma(-4)$, about 0.02. But
# yes is right, $y = 1$. Take the squared error $\tfrac12(a-y)^2$, or another loss, the **cross-entropy**:
# $-\ln$ of the probability that the right answer got, here $-\ln a$ (for $y = 0$ it is $-\ln(1-a)$).
#
# Which one has the larger gradient with respect to $z$: `"squared error"`, `"cross-entropy"`, or are they the
# `"same"`?

# %%
predict("04.c", ...)

# %%
z = Value(-4.0)
(0.5 * (z.sigmoid() - 1.0) ** 2).backward()
squared, z = z.grad, Value(-4.0)
(-z.sigmoid().log()).backward()
numbers = f"squared error {squared:.6f}, cross-entropy {z.grad:.6f}"
reveal("04.c", "cross-entropy" if abs(z.grad) > abs(squared) else "squared error", numbers)

# %% [markdown] lang="en"
# The squared error gives $(a-y)\cdot a(1-a)$: the worse the answer, the flatter the sigmoid, and nearly
# nothing passes. Cross-entropy gives $-\frac1a \cdot a(1-a) = a - 1$. The slope has cancelled:
# $\delta = a - y$.
#
# Some texts give $\delta = \hat y - y$ for the squared error, too. That is so for a linear output,
# $\hat y = z$, as in lesson 02. Behind a sigmoid its slope is a factor.
#
# ## Softmax
#
# With several classes, each gets a **logit** $z_k$, any number. **Softmax** turns the logits into
# probabilities, and the loss is $-\ln$ of that of the right class, $c$:
#
# $$p_k = \frac{e^{z_k}}{\sum_i e^{z_i}} \qquad L = -\ln p_c = \ln \sum_i e^{z_i} - z_c$$
#
# The derivative of the first term is $p_k$, and the second takes away 1 at $c$. Write $y$ as a **one-hot**
# row, 1 at the right class and else 0, and again $\delta = p - y$:

# %%
logits = np.array([2.0, 1.0, 0.1])
one_hot = np.array([1.0, 0.0, 0.0])  # the first class is right
p = np.exp(logits) / np.exp(logits).sum()
z = [Value(logit) for logit in logits]
cross_entropy = sum(one.exp() for one in z).log() - z[0]
cross_entropy.backward()
print(f"loss {cross_entropy.data:.6f}   p {p.round(6)}")
print("p − y     ", (p - one_hot).round(6))
print("the engine", np.round([one.grad for one in z], 6))

# %% [markdown] lang="en"
# Add 1000 to each logit, and type the formula for $p$ as it stands. Will it give the `"same"` probabilities,
# `"others"`, or `"nan"` (not a number)?

# %%
predict("04.d", ...)

# %%
with np.errstate(over="ignore", invalid="ignore"):
    naive = np.exp(logits + 1000) / np.exp(logits + 1000).sum()
shifted = logits + 1000 - np.max(logits + 1000)
stable = np.exp(shifted) / np.exp(shifted).sum()
result = "nan" if np.isnan(naive).any() else "same" if np.allclose(naive, p) else "others"
reveal("04.d", result, f"as it stands {naive}\nwithout the largest logit {stable.round(6)}")

# %% [markdown] lang="en"
# $e^{1000}$ is more than a float can hold. But what is taken from all logits cancels, so take away the
# largest: then no exponential is above 1. The loss is saved likewise:
# $\ln\sum_i e^{z_i} = z_{\max} + \ln\sum_i e^{z_i - z_{\max}}$.
#
# Write $\delta$ for a batch: `z` has a row of logits for each sample, `y` its one-hot rows, and the loss is
# the mean over the samples.


# %%
def delta(z, y):
    ...
    ### BEGIN SOLUTION
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    return (p - y) / len(z)
    ### END SOLUTION


check("04.8", delta)

# %% [markdown] lang="en"
# 1. Drag the logits. What do the three entries of $\delta$ always add up to?
# 2. Go to **big logits** and drag $c$. From where on does the naive form fail?
# 3. Go to **yes or no**, and drag $z$. Where do both losses have a small gradient, and where only one?

# %%
logits_lab()

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: to 0, as $p$ and $y$ both add up to 1. 2: when the largest logit passes 709; $e^{710}$ is too large for a
# float. 3: both where the answer is right, squared error alone where it is badly wrong.
# </details>
#
# ## What you can do now
#
# - Derive the gradients of a layer by shape and by element, and read either convention.
# - Write the backward pass for a whole batch, and say where the $1/m$ belongs.
# - Say why cross-entropy has $\delta = p - y$, and compute it so that nothing overflows.
#
# **Where next?** The pass is right; now let it learn. Lesson 05, [XOR](05_xor.ipynb), has the smallest
# problem that one layer alone cannot solve.
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("04")
