# %% [markdown] lang="en"
# # 02 · Chain rule and graphs
#
# **Why does multiplying backwards work, and why must the order be right?**
#
# In lesson 01 you multiplied rates along a path, and the gradient came out. Why may rates be multiplied? And
# what if a number is used twice, so that two paths lead back to it, or a thousand?
#
# You will be the engine yourself, and find the one rule that every engine keeps. It takes about half an hour.

# %%
import math

from backprop_lib import Value
from backprop_lib.exercises import check, predict, progress, reveal
from backprop_lib.explorables import (
    chain_gears,
    count_passes,
    explore,
    order_lab,
    path_counter,
    slope_lens,
)

# %% [markdown] lang="en"
# ## One slope, under the lens
#
# You measured derivatives by nudging: the rise, divided by the step. Smaller steps came closer, and you
# stopped at 0.0001. For $x^2$ at $x = 1$ the truth is 2. Let the step shrink from $10^{-8}$ on to $10^{-12}$:
# will the measured slope get `"closer"` to 2, stay the `"same"`, or get `"worse"`?

# %%
predict("02.a", ...)


# %%
def error(step):
    return abs(((1 + step) ** 2 - 1) / step - 2)


steps = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12)
numbers = "\n".join(f"step {step:<7g} error {error(step):.1e}" for step in steps)
reveal("02.a", "worse" if error(1e-12) > error(1e-8) else "closer", numbers)

# %% [markdown] lang="en"
# Over a large step the curve bends. Over a tiny one the two values agree in nearly all of the 16 digits that
# a float keeps, and their difference is mostly round-off.
#
# 1. Drag **step h** to the left. The lens magnifies: what becomes of the curve in it?
# 2. Move $x$. Does the derivative belong to the function, or to a place on it?
# 3. Choose |x|, with $x$ at 0. Does the lens ever show a straight line?

# %%
slope_lens("x²", x=1.0, step=1.0)

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: a straight line, the tangent. 2: to a place; it is the rate there. 3: never; a kink has no derivative.
# </details>
#
# ## Gears
#
# So near one place an operation only multiplies a nudge, by its slope; as a gear turns the next one by a
# fixed ratio. Put two in a row, $h = 2x$ and $q = h^2$, and nudge $x$:

# %%
x, nudge = 3.0, 1e-6
change_h = 2 * (x + nudge) - 2 * x
change_q = (2 * (x + nudge)) ** 2 - (2 * x) ** 2
print(f"h per x {change_h / nudge:.4f}   q per h {change_q / change_h:.4f}")
print(f"q per x {change_q / nudge:.4f}")

# %% [markdown] lang="en"
# The third is the product of the first two. It has to be, as the change of $h$ cancels:
#
# $$\frac{\Delta q}{\Delta x} = \frac{\Delta q}{\Delta h}\cdot\frac{\Delta h}{\Delta x}
# \qquad\text{and for small changes}\qquad \frac{dq}{dx} = \frac{dq}{dh}\cdot\frac{dh}{dx}$$
#
# That is why rates multiply. Each slope is taken where its own gear stands: $q$ answers to $h$, so its slope
# is the one at $h$, not at $x$. Now you: what is $dy/dx$ for $y = \sin(x^2)$?


# %%
def dy_dx(x):
    ...  # math.cos is the derivative of math.sin
    ### BEGIN SOLUTION
    return math.cos(x**2) * 2 * x
    ### END SOLUTION


check("02.1", dy_dx)

# %% [markdown] lang="en"
# ## One flat stage
#
# **ReLU** hands a positive number on as it is, and makes a negative one 0. **tanh** is like the sigmoid, but
# runs from −1 to 1. Four stages stand in a row: first × 2, second ReLU, third × −1.5, fourth tanh. Enter with
# $x = -0.4$, and no nudge of $x$ arrives at the end. Which stage lets nothing through? Guess its number.

# %%
predict("02.b", ...)

# %%
gears = chain_gears("×2", "relu", "×-1.5", "tanh", x=-0.4)
reveal("02.b", 1 + gears.slopes.index(0.0), f"slopes {gears.slopes}")

# %% [markdown] lang="en"
# One 0 among the factors makes the whole product 0.
#
# 1. Which gradients are 0, those before the flat stage or those after it?
# 2. Drag $x$ above 0 and press **nudge**. Do the values move as the slopes say?
# 3. Multiply **forward** in place of **backward**. What stays, and what changes?

# %%
gears

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: those before it; what comes after is still felt at the end. 2: nearly; tanh bends a little. 3: the
# product stays. Backward, a number says how $y$ answers to this place; forward, how this place answers to
# $x$.
# </details>
#
# ## The smallest network
#
# Two weights and nothing to squeeze: $z_1 = w_1 x$, $\hat y = w_2 z_1$, with the answer $\hat y$ ("y hat")
# and the loss $L = \tfrac12 (y - \hat y)^2$. Go back to $\hat y$, and on to $w_2$:
#
# $$\frac{\partial L}{\partial \hat y} = \tfrac12 \cdot 2\,(y - \hat y)\cdot(-1) = \hat y - y
# \qquad
# \frac{\partial L}{\partial w_2} = (\hat y - y)\cdot\frac{\partial \hat y}{\partial w_2}
# = (\hat y - y)\cdot z_1$$
#
# The ½ is there to cancel the 2. The −1 is the **inner derivative**, that of $y - \hat y$. The next cell
# holds the second formula against a nudge. Then find $\partial L/\partial w_1$ yourself.


# %%
def loss(x, y, w1, w2):
    return 0.5 * (y - w2 * w1 * x) ** 2


x, y, w1, w2 = 2.0, 1.0, 0.5, -1.5
z1 = w1 * x
y_hat = w2 * z1
dw2 = (y_hat - y) * z1
nudged = (loss(x, y, w1, w2 + 1e-6) - loss(x, y, w1, w2)) / 1e-6
print(f"dw2 by formula {dw2:.4f}, by nudging {nudged:.4f}")
nudged = (loss(x, y, w1 + 1e-6, w2) - loss(x, y, w1, w2)) / 1e-6
print(f"dw1 by nudging {nudged:.4f}, by formula: your turn")


# %%
def dL_dw1(x, y, w1, w2):
    ...
    ### BEGIN SOLUTION
    y_hat = w2 * w1 * x
    return (y_hat - y) * w2 * x
    ### END SOLUTION


check("02.2", dL_dw1)

# %% [markdown] lang="en"
# ## Several paths add
#
# So far one path led from the end to each number. Now let $q = h \cdot h + h$, with $h = 2x$ as before. $h$
# is used three times, so three paths lead back to $x$. Multiply along each one:

# %%
x, nudge = 3.0, 1e-6
h = 2 * x
paths = [h * 2, h * 2, 1.0 * 2]  # the slope of a product, for one factor, is the other factor
h_nudged = 2 * (x + nudge)
slope = ((h_nudged * h_nudged + h_nudged) - (h * h + h)) / nudge
print(f"paths {paths}   sum {sum(paths)}   by nudging {slope:.4f}")

# %% [markdown] lang="en"
# A nudge takes all paths at once, and $q$ moves by all that arrives. So **multiply along a path, add over the
# paths**. That is the `+=` of lesson 01. Try it on $y = u \cdot v$ with $u = x^2$ and $v = \sin x$:


# %%
def two_paths(x):
    ...  # u = x**2, v = math.sin(x)
    ### BEGIN SOLUTION
    u, v = x**2, math.sin(x)
    through_u = v * 2 * x
    through_v = u * math.cos(x)
    return through_u + through_v
    ### END SOLUTION


check("02.3", two_paths)

# %% [markdown] lang="en"
# At school this was the product rule: two paths, added.
#
# ## A tiny engine
#
# Let the computer walk. The **parents** of a number are those that it was computed from. A `Node` keeps the
# slope for each of its parents. Going back, it sends its gradient on, then asks each parent to do the same.
#
# For the same $q$ at $x = 3$, written as $m = h \cdot h$ and $q = m + h$: what will it leave in `x.grad`?


# %%
class Node:
    def __init__(self, data, slopes=None):
        self.data, self.slopes, self.grad = data, slopes or {}, 0.0

    def send(self):
        for parent, slope in self.slopes.items():
            parent.grad += self.grad * slope

    def backward(self):
        self.send()
        for parent in self.slopes:
            parent.backward()


# %%
predict("02.c", ...)

# %%
x = Node(3.0)
h = Node(2 * x.data, {x: 2.0})
m = Node(h.data * h.data, {h: 2 * h.data})  # both factors are h: the two paths in one
q = Node(m.data + h.data, {m: 1.0, h: 1.0})

q.grad = 1.0
q.backward()
reveal("02.c", x.grad, f"h.grad is {h.grad}, and x.grad is {x.grad}.")

# %% [markdown] lang="en"
# Every slope is right, every gradient is added, and even `h.grad` is right. What goes wrong? Be the engine:
#
# 1. Press **as recursion calls it** until it ends. Where does the surplus come from?
# 2. Press **reset**, and send by hand until the result is right. Stuck? A new button
#    shows a right order.
# 3. What if `q` calls `h` before `m`? Send q, h, m, h.

# %%
order_lab()

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: `h` is called by `m` and by `q`. The second time it sends again what it has sent before. 2: `q`, `m`,
# `h`. 3: another wrong number, 28. How a sum is written should not matter; here it does.
# </details>
#
# ## The rule
#
# What makes an order right? Number the nodes as they were computed: $x$ is 1, $h$ is 2, $m$ is 3, $q$ is 4. A
# number's **users** are those computed from it; for $h$ they are `[3, 4]`. In `sent` are those that have sent
# so far. May a node with these users send now?


# %%
def ready(users, sent):
    ...  # return True or False
    ### BEGIN SOLUTION
    return all(user in sent for user in users)
    ### END SOLUTION


check("02.4", ready)

# %% [markdown] lang="en"
# An order in which every node waits like this is a **topological order**. One comes for free: a number is
# computed before its users. So note the nodes on a **tape** as they are computed, and walk it in reverse.


# %%
def walk_back(tape):
    for node in tape:
        node.grad = 0.0
    tape[-1].grad = 1.0
    for node in reversed(tape):
        node.send()
    return len(tape)  # visits


walk_back([x, h, m, q])
print("x.grad", x.grad)

# %% [markdown] lang="en"
# ## A thousand paths
#
# There is another cure: let each call carry only what came along its own path. That is right, but look at the
# price. In a **diamond** a number goes two ways, which join again: $a$ gives $b$ and $c$, and $b + c$ is
# where the next diamond starts. Each one doubles the paths, so ten in a row have $2^{10}$.
#
# If every node waits for its users, how many visits does the walk back through all ten make?

# %%
predict("02.d", ...)


# %%
def path_by_path(node, arrived=1.0):
    node.grad += arrived
    return 1 + sum(path_by_path(parent, arrived * slope) for parent, slope in node.slopes.items())


tape = [Node(1.0)]
for _ in range(10):
    a = tape[-1]
    b, c = Node(0.9 * a.data, {a: 0.9}), Node(0.6 * a.data, {a: 0.6})
    tape += [b, c, Node(b.data + c.data, {b: 1.0, c: 1.0})]
numbers = f"path by path: {path_by_path(tape[-1])} visits, gradient {tape[0].grad:.3f}"
visits = walk_back(tape)
reveal("02.d", visits, f"{numbers}\neach node waits: {visits} visits, gradient {tape[0].grad:.3f}")

# %% [markdown] lang="en"
# The same gradient both times, as what has met at a node may go on together. Here are three diamonds.
#
# 1. Press ▶ until the bar is full: each path adds its product. Which path adds the most?
# 2. Drag **diamonds** to 10, and on. From how many on does path by path need a million visits?

# %%
path_counter(diamonds=3)

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: the first, which takes 0.9 everywhere. 2: eighteen. One count doubles, the other grows by three.
# </details>
#
# ## From which end?
#
# The gears gave the same product from both ends. **Forward mode** starts at one input, and carries on how
# each number answers to it. **Reverse mode**, your way until now, starts at one output, and carries back how
# it answers to each number. The table of all $\partial y_i / \partial x_j$ is called the **Jacobian**.
#
# Fill it in both modes. When does forward mode win? Then say how many passes each mode needs.

# %%
count_passes(inputs=3, outputs=1)


# %%
def passes(inputs, outputs):
    ...  # return forward, reverse
    ### BEGIN SOLUTION
    return inputs, outputs
    ### END SOLUTION


check("02.5", passes)

# %% [markdown] lang="en"
# A network has millions of parameters, and one loss. So learning goes in reverse, with one pass:
# backpropagation.
#
# ## The graph is what was computed
#
# Nobody draws the graph beforehand. `Value` records it while the numbers are computed, and `backward` walks
# the record in reverse. So an `if` or a loop may leave another graph each time: a **dynamic graph**. This
# loop multiplies until $y$ has reached 10.
#
# Drag $x$ to 3 in the picture. It does not show what the loop found at 3. Why?


# %%
def grow(x):
    y = x
    while y < 10:
        y = y * x
    return y


for start in (5.0, 3.0, 2.0):
    x = Value(start)
    y = grow(x)
    y.backward()
    print(f"x {x.data}   y {y.data}   dy/dx {x.grad}")
explore(y)

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# The picture replays what was recorded at 2: three products, $x^4$. At 3 the loop stops after two. A gradient
# belongs to the way that was really taken.
# </details>
#
# ## What you can do now
#
# - Say why rates multiply along a path, and add where paths meet.
# - Walk any graph back: a node sends its gradient on once, when all its users have sent.
# - Say why learning goes in reverse: one loss, one pass, however many parameters.
#
# **Where next?** Your `Node` had to be told every slope. In lesson 03, [scalar
# engine](03_scalar_engine.ipynb), you build one that finds them: your own `Value`.
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("02")
