# %% [markdown] lang="en"
# # 01 · By hand
#
# **What does one backward pass really compute?**
#
# Two neurons stand in a row. They get a number, and they answer wrongly. Three knobs could be turned to do
# better. Which way should each one turn, and how much does it matter?
#
# You will find out with school calculus: seven multiplications in all. Then you drag every number, and see
# what depends on it. It takes about half an hour.

# %%
import math

from ipywidgets import interact

from backprop_lib import Value
from backprop_lib.exercises import check, hint, predict, progress, reveal, solution
from backprop_lib.explorables import descend, explore


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


# %% [markdown] lang="en"
# ## Forward: from the input to the loss
#
# The input $x$ passes through two neurons. Each one multiplies by a **weight** ($w_1$, $w_2$), then squeezes
# the result between 0 and 1 with the **sigmoid** $\sigma(z) = 1/(1+e^{-z})$. The second one also adds a
# **bias** $b$. Weights and bias are the **parameters**: the knobs.
#
# $$z_1 = w_1 x \qquad a_1 = \sigma(z_1) \qquad z_2 = w_2 a_1 + b \qquad a_2 = \sigma(z_2)$$
#
# The answer is $a_2$; the **target** $y$ is what it should have been. The loss is the miss,
# squared, as in lesson 00:
#
# $$L = (a_2 - y)^2$$

# %%
x, y = 2.0, 1.0
w1, w2, b = 0.5, -1.0, 0.0

z1 = w1 * x
a1 = sigmoid(z1)
z2 = w2 * a1 + b
a2 = sigmoid(z2)
L = (a2 - y) ** 2
print(f"z1 {z1:.4f}   a1 {a1:.4f}   z2 {z2:.4f}")
print(f"a2 {a2:.4f}   L {L:.4f}")

# %% [markdown] lang="en"
# `a2` is far below the target `y`, and `L` is what we want to bring down.
#
# Now guess before you look: if $w_1$ grows a little, will the loss `"grow"`, `"fall"` or stay the `"same"`?
# A wrong guess costs nothing. Being surprised is how this course works.

# %%
predict("01.a", ...)


# %%
def loss(x, y, w1, w2, b):
    a1 = sigmoid(w1 * x)
    a2 = sigmoid(w2 * a1 + b)
    return (a2 - y) ** 2


change = loss(x, y, w1 + 0.01, w2, b) - L
reveal("01.a", "grow" if change > 0 else "fall")

# %% [markdown] lang="en"
# By how much does the loss change, for each unit that $w_1$ moves? Divide the change by the nudge, and make
# the nudge smaller and smaller:

# %%
for nudge in (1.0, 0.1, 0.01, 0.001, 0.0001):
    rate = (loss(x, y, w1 + nudge, w2, b) - L) / nudge
    print(f"nudge {nudge:<7} change per unit {rate:.6f}")

# %% [markdown] lang="en"
# The numbers settle. What they settle on is the **derivative** of $L$ with respect to $w_1$, written
# $\partial L/\partial w_1$. It is what lesson 00 called the gradient of a knob. The derivatives with respect
# to all parameters together are called the gradient, too.
#
# Nudging works, but you know what it costs: one more **forward pass**, from $x$ to $L$, for *every*
# parameter. A **backward pass**, from $L$ to $x$, gets all gradients at once.
#
# ## Backward: seven small steps
#
# $L$ depends on $a_2$, which depends on $z_2$, and so on down to $w_1$. The **chain rule** says that the
# rates along such a path multiply. So we start at $L$ and walk back, and each step is one multiplication:
#
# > gradient = **upstream** (what has been worked out already, from $L$ to here) × **local derivative** (how
# > this one operation answers to its input)
#
# We write `da2` for $\partial L/\partial a_2$, and so on. Nothing is upstream of $L$, so we start from 1. The
# derivative of the square $(a_2-y)^2$ is $2(a_2-y)$:

# %%
da2 = 1.0 * 2 * (a2 - y)
print(f"da2 = {da2:.4f}")

# %% [markdown] lang="en"
# Negative: a larger `a2` would lower the loss.
#
# The next step leads back through the sigmoid, so we need its slope. Here it is at five places, found by
# nudging. Beside it stands a tempting guess, $z\,(1-z)$. It is wrong in every row, and at $z = 1$ it would
# stop the gradient dead. The true formula looks much like it, but uses only the *output* $a = \sigma(z)$,
# which the forward pass has left us. Can you find it?

# %%
print("    z        a    slope   z·(1 − z)")
for z in (-2.0, -1.0, 0.0, 1.0, 2.0):
    slope = (sigmoid(z + 1e-5) - sigmoid(z - 1e-5)) / 2e-5
    print(f"{z:5.1f} {sigmoid(z):8.4f} {slope:8.4f} {z * (1 - z):8.4f}")


# %%
def sigmoid_slope(a):
    ...
    ### BEGIN SOLUTION
    return a * (1 - a)
    ### END SOLUTION


check("01.1", sigmoid_slope)  # stuck? hint("01.1"), and after that solution("01.1")

# %% [markdown] lang="en"
# So $\sigma'(z) = a\,(1-a)$, and `dz2` is the upstream `da2` times $a_2\,(1-a_2)$.
#
# Going back from $z_2 = w_2 a_1 + b$, three paths lead on. On the path to $b$ the local derivative is 1, as
# $b$ is only added; on the path to $a_1$ it is $w_2$, which multiplies it.
#
# Your turn: what is the local derivative on the path to $w_2$? Multiply it by `dz2`.

# %%
dz2 = da2 * a2 * (1 - a2)
db = dz2 * 1.0
da1 = dz2 * w2
dw2 = ...
### BEGIN SOLUTION
dw2 = dz2 * a1
### END SOLUTION
print(f"dz2 = {dz2:.4f}   db = {db:.4f}   da1 = {da1:.4f}")
check("01.2", dw2)

# %% [markdown] lang="en"
# `da1` came out positive, as the negative weight on its path turned the sign around. For the loss to fall,
# should $a_1$ then `"grow"` or `"shrink"`?

# %%
predict("01.b", ...)

# %%
larger_a1 = (sigmoid(w2 * (a1 + 0.1) + b) - y) ** 2
numbers = f"L is {L:.4f}; with a larger a1 it is {larger_a1:.4f}."
reveal("01.b", "shrink" if larger_a1 > L else "grow", numbers)

# %% [markdown] lang="en"
# A positive gradient means: more of this, more loss. To bring the loss down, go the other way.
#
# Two steps remain: through the first sigmoid to `dz1`, and on to `dw1`, where the local derivative is $x$.
# Here is the whole pass as data. Look for each gradient again as an upstream further down. Only `dw2`, `db`
# and `dw1` do not return: there a path ends.

# %%
dz1 = da1 * a1 * (1 - a1)
dw1 = dz1 * x
names = ["da2", "dz2", "dw2", "db", "da1", "dz1", "dw1"]
upstream = [1.0, da2, dz2, dz2, dz2, da1, dz1]
local = [2 * (a2 - y), a2 * (1 - a2), a1, 1.0, w2, a1 * (1 - a1), x]
print("      upstream      local   gradient")
for name, above, here in zip(names, upstream, local, strict=True):
    print(f"{name:4}{above:10.4f} {here:10.4f} {above * here:10.4f}")

# %% [markdown] lang="en"
# The last line is the number on which the nudges settled. One walk back gave it, and all the others with it.
#
# Now put the lines into a function that works for any numbers.


# %%
def backward(x, y, w1, w2, b):
    ...  # first forward, then the seven lines, and last: return dw1, dw2, db
    ### BEGIN SOLUTION
    a1 = sigmoid(w1 * x)
    a2 = sigmoid(w2 * a1 + b)
    dz2 = 2 * (a2 - y) * a2 * (1 - a2)
    dz1 = dz2 * w2 * a1 * (1 - a1)
    return dz1 * x, dz2 * a1, dz2
    ### END SOLUTION


check("01.3", backward)

# %% [markdown] lang="en"
# ## Touch every gradient
#
# A `Value` is a number that remembers how it was made. With it the same formulas leave a **graph** behind:
# a node for each number, an edge for each "depends on". `L.backward()` walks it as you did, with a few more
# steps: it also visits `x`, `y`, and the × and − that you did in your head. After that `w1.grad` is the
# gradient of `w1`, and `w1.data` its plain number.
#
# In the picture each box shows a value and, under it, its gradient; each edge carries its local derivative.
#
# 1. Press the first button under the picture, then ▶ again and again: forward, then back, edge by edge. A
#    node *adds up* (`+=`) what arrives; here only one path arrives at each.
# 2. Tick **ask me before each gradient**, go to the start again, and be the computer yourself.
# 3. Drag $w_2$ to 0. Which gradients die, and why only these?
# 4. Drag $b$ to its left end. The loss is large, yet the gradient of every parameter is small. Which local
#    derivative is to blame?

# %%
x, y = Value(2.0), Value(1.0)
w1, w2, b = Value(0.5), Value(-1.0), Value(0.0)

z1 = w1 * x
a1 = z1.sigmoid()
z2 = w2 * a1 + b
a2 = z2.sigmoid()
L = (a2 - y) ** 2
L.backward()
print(f"dw1 by the engine {w1.grad:.4f}   by hand {dw1:.4f}")
explorer = explore(L)
explorer

# %% [markdown] lang="en"
# <details><summary>Answers to 3 and 4</summary>
#
# 3: $w_2$ is the local derivative on the edge to $a_1$. At 0 nothing passes, so everything before it ($a_1$,
# $z_1$, $w_1$, $x$) gets 0; $w_2$ and $b$ lie on other paths. 4: the sigmoid's slope at $z_2$. Far from 0 the
# sigmoid is flat, and nearly nothing passes: it is *saturated*.
# </details>
#
# What you have set can be read by the next cell:

# %%
print("w2 =", explorer.values["w2"], "  dw1 =", round(explorer.gradients["w1"], 4))

# %% [markdown] lang="en"
# Now make a slider yourself: `interact` calls a function again whenever its slider moves. In the body, unpack
# `dw1, dw2, db = backward(2.0, 1.0, 0.5, w2, 0.0)` and print the three. Where does `dw1` change its sign?


# %%
@interact(w2=(-3.0, 3.0, 0.25))
def at(w2=-1.0):
    ...
    ### BEGIN SOLUTION
    dw1, dw2, db = backward(2.0, 1.0, 0.5, w2, 0.0)
    print(f"dw1 {dw1:+.4f}   dw2 {dw2:+.4f}   db {db:+.4f}")
    ### END SOLUTION


# %% [markdown] lang="en"
# ## A rate, not an amount
#
# Suppose $w_1$ grows by a whole 0.5. Will the loss change by `"exactly"` 0.5 × gradient, by `"less"` or by
# `"more"`?

# %%
predict("01.c", ...)

# %%
numbers = "gradient × nudge against the real change:"
for nudge in (0.005, 0.05, 0.5):
    real = loss(2.0, 1.0, 0.5 + nudge, -1.0, 0.0) - L.data
    numbers += f"\n{w1.grad * nudge:.6f} against {real:.6f}"
reveal("01.c", "less" if real < w1.grad * nudge else "more", numbers)

# %% [markdown] lang="en"
# A gradient is like a speed. For a short while, speed × time is nearly the way you go; over a long while the
# speed itself changes. So for a small nudge, what is the loss after it, nearly?


# %%
def new_loss(loss, gradient, nudge):
    ...
    ### BEGIN SOLUTION
    return loss + gradient * nudge
    ### END SOLUTION


check("01.4", new_loss)

# %% [markdown] lang="en"
# ## Steps downhill
#
# **Gradient descent** turns every parameter a little against its gradient. How little is set by the
# **learning rate** $\eta$ ("eta"): $\;w \leftarrow w - \eta\,\partial L/\partial w$.


# %%
def step(parameters, gradients, eta):
    w1, w2, b = parameters
    dw1, dw2, db = gradients
    ...  # return the three new parameters
    ### BEGIN SOLUTION
    return w1 - eta * dw1, w2 - eta * dw2, b - eta * db
    ### END SOLUTION


check("01.5", step)

# %% [markdown] lang="en"
# What if $w_2$ steps first, and $w_1$ finds its gradient only afterwards? Will $w_1$ end at the `"same"`
# number, or at a `"different"` one?

# %%
predict("01.d", ...)


# %%
def slope_of_w1(w2, nudge=1e-5):
    up, down = (loss(2.0, 1.0, 0.5 + way, w2, 0.0) for way in (nudge, -nudge))
    return (up - down) / (2 * nudge)


together = 0.5 - 0.1 * slope_of_w1(-1.0)
after_w2 = 0.5 - 0.1 * slope_of_w1(-1.0 - 0.1 * w2.grad)
numbers = f"If w2 goes first, w1 ends {after_w2 - together:+.6f} away."
reveal("01.d", "same" if together == after_w2 else "different", numbers)

# %% [markdown] lang="en"
# A gradient belongs to a point. Once $w_2$ has moved we stand somewhere else, and $w_1$ would get the
# gradient of another place. So: first all gradients, then all steps. Where is $w_1$ after one step of the
# whole network with $\eta = 0.1$?

# %%
new_w1 = ...
### BEGIN SOLUTION
new_w1, new_w2, new_b = step((0.5, -1.0, 0.0), backward(2.0, 1.0, 0.5, -1.0, 0.0), 0.1)
### END SOLUTION
check("01.6", new_w1)

# %% [markdown] lang="en"
# One step does little. Here is the walk:
#
# 1. Press **one step**, and find your own `new_w1` in the table.
# 2. About how many steps until the loss is half of what it was? Guess first, then press ▶ and stop in time.
# 3. Press **reset**, drag the target $y$ to 0.5, and walk with a learning rate of 0.1, of 1 and of 20. Which
#    one arrives, which one crawls, and which one never gets there?
# 4. Press **reset**, and drag $y$ to 3. The sigmoid cannot reach it: what do the parameters do instead?
#
# <details><summary>Answers to 3 and 4</summary>
#
# 3: at 0.1 it crawls and at 1 it arrives; at 20 it jumps across the valley and back, and the loss stays up.
# 4: they run away. Ever larger $b$ and $w_2$ push $a_2$ towards 1, where the sigmoid gets so flat that the
# loss hardly falls any more.
# </details>

# %%
walk = descend(L, learning_rate=0.1)
walk

# %% [markdown] lang="en"
# ## What you can do now
#
# - Work out every gradient of a small network by hand: upstream × local derivative, from the loss back.
# - Read a gradient: its sign says which way *not* to go, and it is a rate, not an amount.
# - Take a step of gradient descent, with all parameters at once.
#
# **Where next?** Here each parameter had one path to the loss. What if there are two, or a thousand? Then
# gradients add up, and the order of the walk matters: lesson 02, [chain rule and
# graphs](02_chain_rule_and_graphs.ipynb).
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("01")
