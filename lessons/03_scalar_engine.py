# %% [markdown] lang="en"
# # 03 · A scalar engine
#
# **Can sixty lines of Python differentiate anything?**
#
# You write a formula with `Value`s, call `backward()`, and every gradient is there. So far you took that on
# trust. Now you write such an engine yourself, in small pieces. At the end a network learns to tell two moons
# apart, one number at a time. It takes about forty minutes.
#
# The idea is old: in 1964 R. E. Wengert described *A simple automatic derivative evaluation program*. In 2020
# Andrej Karpathy's micrograd showed how little code it takes to go backward.

# %%
import math
import sys

from tqdm import tqdm

from backprop_lib import Value
from backprop_lib.exercises import check, hint, predict, progress, reveal, solution
from backprop_lib.exercises.lesson_03 import RECORDED_FROM_PYTORCH, try_backward, try_order
from backprop_lib.explorables import explore
from backprop_lib.nn.neurons import MLP
from backprop_lib.pictures import decision_regions
from backprop_lib.training.data import moons

# %% [markdown] lang="en"
# ## What a number has to remember
#
# To walk back, a number must know what it was computed from, its parents, and how fast it changes with
# each of them: the local derivatives. Numbers that were typed in have no parents: they are **leaves**.
#
# Your class is called `MyValue`; `Value` is always ours. Here is a node made by hand, for $2 + (-3)$:


# %%
class MyValue:
    def __init__(self, data, parents=(), local_derivatives=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local_derivatives = local_derivatives


a, b = MyValue(2.0), MyValue(-3.0)
total = MyValue(a.data + b.data, (a, b), (1.0, 1.0))
print(total.data, total.local_derivatives)

# %% [markdown] lang="en"
# Nobody wants to write that for every sum. So an operation becomes a **rule**: a function that takes plain
# numbers, and returns the value and a tuple of local derivatives, one for each input. `add` shows the form.
# Write `multiply`. In the cell below it, `apply` lets a rule make a node.


# %%
def add(a, b):
    return a + b, (1.0, 1.0)


def multiply(a, b):
    ...
    ### BEGIN SOLUTION
    return a * b, (b, a)
    ### END SOLUTION


check("03.1", multiply)  # stuck? hint("03.1"), and after that solution("03.1")


# %%
def apply(rule, *parents):
    parents = tuple(p if isinstance(p, MyValue) else MyValue(p) for p in parents)
    made = rule(*[parent.data for parent in parents])
    if made is None:
        raise NotImplementedError(f"{rule.__name__} is still to be written")
    value, local_derivatives = made
    return MyValue(value, parents, local_derivatives)


total = apply(add, a, b)
print(total.data, total.local_derivatives)

# %% [markdown] lang="en"
# ## Four more rules
#
# A new operation needs its rule, and nothing else. The table has the values of four functions, and their
# slopes, found by nudging. Which formula is behind each column of slopes? Two of them need only the value,
# which has been computed already.


# %%
def by_nudging(function, x, nudge=1e-5):
    return (function(x + nudge) - function(x - nudge)) / (2 * nudge)


columns = {"exp": math.exp, "log": math.log, "tanh": math.tanh, "1/x": lambda x: 1 / x}
print("   x", *(f"{name:>6} {'slope':>8}" for name in columns))
for x in (0.5, 1.0, 2.0, 4.0):
    print(f"{x:4}", *(f"{f(x):6.2f} {by_nudging(f, x):8.4f}" for f in columns.values()))


# %%
def exp(a):
    ...  # the value, and a tuple of one: (slope,)
    ### BEGIN SOLUTION
    return math.exp(a), (math.exp(a),)
    ### END SOLUTION


def log(a):
    ...
    ### BEGIN SOLUTION
    return math.log(a), (1 / a,)
    ### END SOLUTION


check("03.2", exp)
check("03.3", log)


# %%
def tanh(a):
    ...
    ### BEGIN SOLUTION
    return math.tanh(a), (1 - math.tanh(a) ** 2,)
    ### END SOLUTION


def divide(a, b):
    ...  # two local derivatives: towards a, towards b
    ### BEGIN SOLUTION
    return a / b, (1 / b, -a / b**2)
    ### END SOLUTION


check("03.4", tanh)
check("03.5", divide)

# %% [markdown] lang="en"
# ## Going back: why `+=`
#
# When its turn comes, a node sends upstream × local derivative to each parent:
#
# ```python
# parent.grad += local * node.grad
# ```
#
# Why `+=`, and not `=`? Take $q = x \cdot x$ at $x = 3$: both parents of $q$ are $x$. If the line had `=`,
# which number would $x$ get? Guess a number.

# %%
predict("03.a", ...)


# %%
def send(node):
    for parent, local in zip(node.parents, node.local_derivatives, strict=True):
        parent.grad += local * node.grad


def send_with_equals(node):
    for parent, local in zip(node.parents, node.local_derivatives, strict=True):
        parent.grad = local * node.grad


three = Value(3.0)
square = three * three
square.grad = 1.0
send_with_equals(square)
reveal("03.a", three.grad, f"By nudging: {by_nudging(lambda x: x * x, 3.0):.4f}")

# %% [markdown] lang="en"
# With `=`, what comes by the second path replaces what came by the first. Paths add up, so `+=`.
#
# ## Why an order
#
# Lesson 02 found the rule: *a node may pass its gradient on only when everything that uses it has answered*.
# Here is a walk that does not wait, on the graph from there: $x = 3$, $h = 2x$, $q = h \cdot h + h$. Each
# node sends, and then calls its parents at once.


# %%
def hurry(node):
    send(node)
    for parent in dict.fromkeys(node.parents):  # each parent once
        hurry(parent)


x = Value(3.0)
h = 2 * x
q = h * h + h
q.grad = 1.0
hurry(q)
slope = by_nudging(lambda x: (2 * x) * (2 * x) + 2 * x, 3.0)
print(f"in a hurry {x.grad:.0f}, by nudging {slope:.0f}")

# %% [markdown] lang="en"
# $h$ was called by $h \cdot h$ and by $q$, and each time it sent on all that it held.
#
# To wait, a node has to know for how many. `uses` counts that: how often is each node a parent?
#
# Then the rule becomes a loop. The **root**, where the walk begins, is ready at once. Take a ready node: for
# each of its parents that is one less to wait for, and a parent with none left is ready, too. Write the loop.
# (`try_order` gives your function graphs of numbered nodes, so that the check has numbers to compare.)


# %%
def uses(root):
    count, todo = {root: 0}, [root]
    while todo:
        for parent in todo.pop().parents:
            if parent not in count:
                count[parent] = 0
                todo.append(parent)
            count[parent] += 1
    return count


for node, count in uses(q).items():
    print(f"value {node.data:2.0f}   used {count} ×")


# %%
def order(root):
    ...  # begin with waiting = uses(root), ready = [root]
    ### BEGIN SOLUTION
    waiting, ready, done = uses(root), [root], []
    while ready:
        node = ready.pop()
        done.append(node)
        for parent in node.parents:
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)
    return done
    ### END SOLUTION


check("03.6", try_order(order))

# %% [markdown] lang="en"
# ## Why not recursion
#
# A function that calls itself finds an order in fewer lines: list the parents first, then the node. micrograd
# does it so. Here it meets a sum of 10 000 terms, as a loss over 10 000 samples would be.


# %%
def list_parents_first(node, listed):
    if node not in listed:
        for parent in node.parents:
            list_parents_first(parent, listed)
        listed[node] = True


term = Value(1.0)
total = sum([term] * 10_000)
try:
    list_parents_first(total, {})
except RecursionError:
    print("with recursion: RecursionError")
total.backward()
print(f"without: the gradient is {term.grad:.0f}")

# %% [markdown] lang="en"
# Each call waits for the one inside it, and Python lets only so many wait. A list of ready nodes has no such
# limit.
#
# ## What if `backward` is called twice?
#
# Back to $q = h \cdot h + h$, where one pass gives $x$ the gradient 26. You call `q.backward()` again and
# change nothing else. Does $x$ then hold `"26"`, `"52"` or `"102"`?

# %%
predict("03.b", ...)


# %%
x = Value(3.0)
h = 2 * x
q = h * h + h
q.backward()
q.backward()
again = x.grad

q.zero_grad()
for node in 2 * [q, *q.parents]:  # q, h·h and h send, and then all over again
    q.grad = 1.0
    send(node)
reveal("03.b", f"{again:.0f}", f"Without resetting the computed nodes: {x.grad:.0f}.")

# %% [markdown] lang="en"
# Leaves add up over passes. That is meant so: it collects the gradients of several losses. But what a
# *computed* node holds belongs to one pass. Left there, it is sent on again by the next pass. So `backward`
# sets computed nodes to 0 before it starts.
#
# And if you do not want to collect? Then you have to reset something yourself. What is enough?

# %%
for name in ("the result", "computed nodes", "leaves"):
    x = Value(3.0)
    h = 2 * x
    q = h * h + h
    q.backward()
    for node in {"the result": [q], "computed nodes": [q, *q.parents], "leaves": [x]}[name]:
        node.grad = 0.0
    q.backward()
    print(f"reset {name:14} and go back again: x holds {x.grad:.0f}")

# %% [markdown] lang="en"
# The leaves. In a network that means the parameters, and `zero_grad` sets their gradients to 0.
#
# Now write the whole pass. Computed nodes (those with parents) start from 0 and the root from 1; leaves keep
# what they hold. Then each node sends, in your `order`.


# %%
def backward(root):
    ...
    ### BEGIN SOLUTION
    nodes = order(root)
    for node in nodes:
        if node.parents:
            node.grad = 0.0
    root.grad = 1.0
    for node in nodes:
        for parent, local in zip(node.parents, node.local_derivatives, strict=True):
            parent.grad += local * node.grad
    ### END SOLUTION


check("03.7", try_backward(backward))

# %% [markdown] lang="en"
# ## Your engine
#
# Python reads `a * b` as `a.__mul__(b)`, and `2 * b` as `b.__rmul__(2)`. The next cell puts the pieces
# together, and your engine is complete: about sixty lines.
#
# Does it find the gradients of lesson 01? Write the two neurons with `MyValue`: $a_1 = \sigma(w_1 x)$,
# $a_2 = \sigma(w_2 a_1 + b)$, $L = (a_2 - y)^2$. It has no powers, but a square is a product.

# %%
MyValue.__add__ = MyValue.__radd__ = lambda a, b: apply(add, a, b)
MyValue.__mul__ = MyValue.__rmul__ = lambda a, b: apply(multiply, a, b)
MyValue.__truediv__ = lambda a, b: apply(divide, a, b)
MyValue.__rtruediv__ = lambda a, b: apply(divide, b, a)
MyValue.__neg__ = lambda a: a * -1
MyValue.__sub__ = lambda a, b: a + b * -1
MyValue.__rsub__ = lambda a, b: a * -1 + b
MyValue.exp = lambda a: apply(exp, a)
MyValue.log = lambda a: apply(log, a)
MyValue.tanh = lambda a: apply(tanh, a)
MyValue.backward = backward


# %%
def sigmoid(z):
    return 1 / (1 + (-z).exp())


def two_neurons(x, y, w1, w2, b):
    ...  # return the gradients of w1, w2 and b
    ### BEGIN SOLUTION
    w1, w2, b = MyValue(w1), MyValue(w2), MyValue(b)
    a1 = sigmoid(w1 * x)
    a2 = sigmoid(w2 * a1 + b)
    L = (a2 - y) * (a2 - y)
    L.backward()
    return w1.grad, w2.grad, b.grad
    ### END SOLUTION


check("03.8", two_neurons)

# %% [markdown] lang="en"
# You wrote no derivative this time: the rules know them all. So take an expression that nobody wants to
# differentiate by hand, $\ln(e^x / y + \tanh xy)$, and try your engine, ours, and PyTorch, the library of
# lesson 07. (Where PyTorch is not installed, the cell shows what was recorded with it.)


# %%
def wild(x, y):
    return (x.exp() / y + (x * y).tanh()).log()


def slopes(number):
    x, y = number(0.7), number(2.0)
    wild(x, y).backward()
    return round(float(x.grad), 6), round(float(y.grad), 6)


# %%
def in_pytorch(number):
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)


try:
    import torch

    print("PyTorch", slopes(in_pytorch))
except ImportError:
    print("PyTorch", RECORDED_FROM_PYTORCH)
print("ours   ", slopes(Value))
try:
    print("yours  ", slopes(MyValue))
except Exception as problem:
    print("yours    not yet:", problem)

# %% [markdown] lang="en"
# Ours (`backprop_lib/engine/scalar.py`) is the same idea, with more rules. The lesson goes on with it, even
# where a piece of yours is missing.
#
# ## Any expression you like
#
# 1. Press the first button, then ▶ again and again. At which two nodes do gradients from two paths meet?
# 2. Drag $y$ down, towards 0. Which edges carry ever larger local derivatives? And what happens below 0?
# 3. Put an expression of your own into the cell: `sin`, `cos`, `sqrt`, `**`, `abs` and `sigmoid` are there,
#    too. Use one of its numbers twice.

# %%
x, y = Value(0.7), Value(2.0)
e = x.exp()
L = (e / y + (x * y).tanh()).log()
L.backward()
explore(L)

# %% [markdown] lang="en"
# <details><summary>Answers to 1 and 2</summary>
#
# 1: at $x$ and at $y$. 2: the two edges of the division, $1/b$ and $-a/b^2$. As the quotient gets large, the
# logarithm's $1/a$ shrinks, and makes up for part of it. Below 0 the sum gets negative: no logarithm.
# </details>
#
# ## A network learns, one number at a time
#
# Two moons reach into each other, and no straight line tells them apart. `MLP(2, [8, 8, 1])` takes two
# inputs. It has two **layers** of eight neurons (all neurons of a layer see the same inputs), and one neuron
# at the end. Inside, they have ReLU in place of the sigmoid.
#
# The loss is that of lesson 01, averaged over 100 points. A step is that of lesson 01, too, now with all
# parameters in a loop.

# %%
X, y = moons(100)
points, targets = X.tolist(), y.ravel().tolist()
network = MLP(2, [8, 8, 1])
print(f"{len(network.parameters())} parameters")
print(f"{len(uses(network(points[0])))} nodes to judge one point")


# %%
def train(network, steps, eta=3.0, reset=True):
    losses = []
    for _ in tqdm(range(steps), unit="step", file=sys.stdout, leave=False):
        answers = [network(point).sigmoid() for point in points]
        L = sum((a - y) ** 2 for a, y in zip(answers, targets, strict=True)) / len(points)
        if reset:
            network.zero_grad()
        L.backward()
        for parameter in network.parameters():
            parameter.data -= eta * parameter.grad
        losses.append(L.data)
    return losses


# %%
losses = train(network, steps=60)
answers = [network(point).sigmoid() for point in points]
right = sum((a > 0.5) == (y > 0.5) for a, y in zip(answers, targets, strict=True))
print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}, {right} of {len(points)} points right")


def probability(grid):
    return [network(point).sigmoid().data for point in grid.tolist()]


decision_regions(probability, X, y, resolution=60)

# %% [markdown] lang="en"
# On the black line the network is undecided: it bends around both moons. Nobody derived a formula for this.
#
# Now the same network trains again from the start, but nobody calls `zero_grad`. After 60 steps, will its
# loss be `"lower"`, the `"same"` or `"higher"`?

# %%
predict("03.c", ...)

# %%
forgetful = train(MLP(2, [8, 8, 1]), steps=60, reset=False)
numbers = f"with zero_grad {losses[-1]:.3f}, without {forgetful[-1]:.3f}"
reveal("03.c", "higher" if forgetful[-1] > losses[-1] else "lower", numbers)

# %% [markdown] lang="en"
# A gradient belongs to a point. Without `zero_grad`, each step goes by the sum of all gradients so far, from
# places left long ago.
#
# ## What you can do now
#
# - Teach an engine any operation with one rule: its value and its local derivatives.
# - Walk a graph of any size so that every node waits for all that use it.
# - Say what `backward` adds up, what it resets, and what `zero_grad` is for.
#
# **Where next?** One number at a time is easy to follow, and slow. Lesson 04, [matrix
# form](04_matrix_form.ipynb), does a whole layer and a whole batch at once: the same rules, with shapes.
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("03")
