# %% [markdown] lang="en"
# # 01 · By hand
#
# **What does one backward pass really compute?**
#
# Two neurons stand in a row. They get a number, and they answer wrongly. Three knobs could be turned to do
# better. Which way should each one turn, and how much does it matter?
#
# You will find out with school arithmetic, seven multiplications in all. Then you will watch a computer do
# the same, and drag every number to see what depends on it. It takes about half an hour.
#
# Run a cell with **Shift + Enter**. Wherever you see `...`, your answer goes in its place. A wrong answer is
# welcome: you will be told what went wrong.

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
# The answer is $a_2$; the **target** $y$ is what it should have been. The **loss** says how wrong it is:
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
print(f"z1 {z1:.4f}   a1 {a1:.4f}   z2 {z2:.4f}   a2 {a2:.4f}   L {L:.4f}")

# %% [markdown] lang="en"
# `a2` is far below the target `y`, and `L` is what we want to bring down.
#
# Now guess before you look: if $w_1$ grows a little, will the loss `"grow"`, `"fall"` or stay the `"same"`?
# Your guess is kept, and nobody judges it. Being surprised is how this course works.

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
# By how much does it grow, for each unit that $w_1$ moves? Divide the change by the nudge, and make the
# nudge smaller and smaller:

# %%
for nudge in (1.0, 0.1, 0.01, 0.001):
    rate = (loss(x, y, w1 + nudge, w2, b) - L) / nudge
    print(f"nudge {nudge:<6} change per unit {rate:.6f}")

# %% [markdown] lang="en"
# The numbers settle. What they settle on is the **derivative** of $L$ with respect to $w_1$, written
# $\partial L/\partial w_1$. The derivatives with respect to all parameters together are the **gradient**.
#
# Nudging works, but it costs one more forward pass for *every* parameter. A model with a million parameters
# would need a million passes for a single step. The backward pass gets all of them at once.
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
# The next step passes through the sigmoid, so we need its slope. It has a famous short form, which uses only
# the *output* $a = \sigma(z)$ that the forward pass has left us: $\sigma'(z) = a\,(1-a)$. A classic slip puts
# $z$ where $a$ belongs. Here are both at $z_1$, beside the slope found by nudging:

# %%
nudged = (sigmoid(z1 + 1e-5) - sigmoid(z1 - 1e-5)) / 2e-5
print(f"by nudging   {nudged:.6f}")
print(f"a1·(1 − a1)  {a1 * (1 - a1):.6f}")
print(f"z1·(1 − z1)  {z1 * (1 - z1):.6f}   the slip: here no gradient would pass at all")


# %%
def sigmoid_slope(a):
    ...
    ### BEGIN SOLUTION
    return a * (1 - a)
    ### END SOLUTION


check("01.1", sigmoid_slope)  # stuck? hint("01.1"), and after that solution("01.1")

# %% [markdown] lang="en"
# So `dz2` is the upstream `da2` times that slope. From $z_2 = w_2 a_1 + b$ three paths lead on. On the one
# to $b$ the local derivative is 1, for $b$ is only added; on the one to $a_1$ it is $w_2$.
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
# should $a_1$ then `"grow"` or `"shrink"`? (Published tutorials get this wrong.)

# %%
predict("01.b", ...)

# %%
higher_a1 = (sigmoid(w2 * (a1 + 0.1) + b) - y) ** 2
print(f"L now {L:.4f}   L with a larger a1 {higher_a1:.4f}")
reveal("01.b", "shrink" if higher_a1 > L else "grow")

# %% [markdown] lang="en"
# A positive gradient means: more of this, more loss. To bring the loss down, go the other way.
#
# Two steps remain: through the first sigmoid to `dz1`, and on to `dw1`, where the local derivative is $x$.
# Here is the whole pass as data. Each gradient in the last column is upstream of a later line, until a
# parameter ends the path:

# %%
dz1 = da1 * a1 * (1 - a1)
upstream = {"da2": 1.0, "dz2": da2, "dw2": dz2, "db": dz2, "da1": dz2, "dz1": da1, "dw1": dz1}
local = [2 * (a2 - y), a2 * (1 - a2), a1, 1.0, w2, a1 * (1 - a1), x]
print("      upstream      local   gradient")
for (name, above), here in zip(upstream.items(), local, strict=True):
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
# a node for each number, an edge for each "depends on". `L.backward()` then does your seven steps.

# %%
x, y = Value(2.0), Value(1.0)
w1, w2, b = Value(0.5), Value(-1.0), Value(0.0)

z1 = w1 * x
a1 = z1.sigmoid()
z2 = w2 * a1 + b
a2 = z2.sigmoid()
L = (a2 - y) ** 2
L.backward()
print(f"dw1 by the engine {w1.grad:.4f}   by hand {dz1 * 2.0:.4f}")
explorer = explore(L)
explorer

# %% [markdown] lang="en"
# Each box shows a value and, under it, its gradient. Each edge carries its local derivative.
#
# 1. Press ⏮, then ▶ again and again: forward first, then back, edge by edge.
# 2. Tick **ask me before each gradient**, press ⏮, and be the computer yourself.
# 3. Drag $w_2$ to 0. Which gradients die, and why only these?
# 4. Drag $b$ to its left end. The loss is large, yet every gradient at a parameter is small. Which local
#    derivative is to blame?
#
# What you have set can be read by the next cell:

# %%
print("w2 =", explorer.values["w2"], "  dw1 =", round(explorer.gradients["w1"], 4))

# %% [markdown] lang="en"
# Now make a slider yourself: `interact` calls a function again whenever its slider moves. Let the body print
# `backward(2.0, 1.0, 0.5, w2, 0.0)`, and find where `dw1` changes its sign.


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
# Suppose $w_1$ moves by a whole 0.5. Will the loss change by `"exactly"` 0.5 × gradient, by `"less"` or by
# `"more"`?

# %%
predict("01.c", ...)

# %%
for nudge in (0.005, 0.05, 0.5):
    real = loss(2.0, 1.0, 0.5 + nudge, -1.0, 0.0) - L.data
    print(f"nudge {nudge:<6} gradient × nudge {w1.grad * nudge:.6f}   real change {real:.6f}")
reveal("01.c", "less" if real < w1.grad * nudge else "more")

# %% [markdown] lang="en"
# The gradient is the speed at one point of a road. For a short way, speed × distance is nearly right; on a
# long way the road bends. Write that estimate down:


# %%
def estimate(gradient, nudge):
    ...
    ### BEGIN SOLUTION
    return gradient * nudge
    ### END SOLUTION


check("01.4", estimate)

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
print(f"new w1, all at once {together:.6f}   new w1, after w2 {after_w2:.6f}")
reveal("01.d", "same" if together == after_w2 else "different")

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
# 2. How many steps until the loss is below 0.1? Guess first, then press ▶.
# 3. Press **reset**, and try a learning rate of 1, then of 10. What gets better, and what does not?
# 4. Drag the target $y$ to 3. The sigmoid cannot reach it: what do the parameters do instead?

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
# gradients add up, and the order of the walk matters: lesson 02, *chain rule and graphs*.

# %%
progress()
