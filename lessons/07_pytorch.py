# %% [markdown] lang="en"
# # 07 · PyTorch
#
# **What does `loss.backward()` do that we did not?**
#
# You have written an engine, and a check that finds its faults. Most networks are trained with one that
# others wrote, **PyTorch**. Now it gets the two neurons of lesson 01, and you look inside: what it does as
# you did, what it keeps, and what it lets go. It takes about forty minutes.
#
# PyTorch need not be installed. Without it, a function marked `@in_pytorch` gives what was recorded with it,
# and your answers run on our `Tensor`, which has the same methods under the same names.

# %%
import numpy as np

from backprop_lib import Value, nn, no_grad, training
from backprop_lib.exercises import check, hint, predict, progress, reveal, solution
from backprop_lib.exercises.lesson_07 import as_it_starts, in_pytorch, times_as_long, trying
from backprop_lib.exercises.lesson_07 import train_step as ready_made
from backprop_lib.explorables import compare_graphs
from backprop_lib.pictures import gradient_bars

try:
    import torch
    from torch import no_grad
    from torch.autograd import Function
except ImportError:
    torch, Function = None, object

# %% [markdown] lang="en"
# ## A bug?
#
# A single neuron: the tanh of $-3 \cdot 2 + b$. In PyTorch `torch.tensor` puts numbers into a **tensor**, its
# array; `.double()` asks for float64, the floats of Python; `.item()` takes the number out. Now look at the
# seventh digit. Which step has lost it: `"tensor"`, `"double"` or `"tanh"`?

# %%
BIAS = 6.8813735870195432


@in_pytorch
def neuron():
    with as_it_starts():  # in case you come back: later cells change PyTorch's settings
        x, b = torch.tensor(2.0).double(), torch.tensor(BIAS).double()
        return (-3.0 * x + b).tanh().item()


print(f"ours    {(-3.0 * Value(2.0) + BIAS).tanh().data:.8f}")
print(f"PyTorch {neuron():.8f}")
predict("07.a", ...)


# %%
@in_pytorch
def bias():
    with as_it_starts():
        b = torch.tensor(BIAS)
        return b.item(), b.double().item(), torch.tensor(BIAS, dtype=torch.float64).item()


made, doubled, at_once = bias()
numbers = f"typed in {BIAS:.9f}, after torch.tensor {made:.9f}, after .double() {doubled:.9f}\n"
numbers += f"with dtype=torch.float64 from the start {at_once:.9f}"
reveal("07.a", "tensor" if made != BIAS else "double" if doubled != BIAS else "tanh", numbers)

# %% [markdown] lang="en"
# So it is no bug. PyTorch makes float32 unless told otherwise: about seven digits, in half the memory, and
# enough to train with. Asking for more room afterwards brings no digit back. To compare with ours, all is
# float64 from here on. The next cell says so, and also where tensors live.
#
# ## The same two neurons
#
# First ours, as in lesson 01. Then PyTorch's, where only tensors with `requires_grad=True` get a gradient.

# %%
if torch:
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("cpu")  # or "cuda", if you have such a device: nothing else changes

x, y = Value(2.0, "x"), Value(1.0, "y")
w1, w2, b = Value(0.5, "w1"), Value(-1.0, "w2"), Value(0.0, "b")
z1 = w1 * x
a1 = z1.sigmoid()
z2 = w2 * a1 + b
a2 = z2.sigmoid()
L = (a2 - y) ** 2
L.backward()
by_ours = w1.grad, w2.grad, b.grad


# %%
@in_pytorch
def two_neurons():
    w1, w2, b = (torch.tensor(number, requires_grad=True) for number in (0.5, -1.0, 0.0))
    a1 = torch.sigmoid(w1 * 2.0)
    a2 = torch.sigmoid(w2 * a1 + b)
    ((a2 - 1.0) ** 2).backward()
    return w1.grad.item(), w2.grad.item(), b.grad.item()


def show(name, gradients):
    print(f"{name:10}", *(f"{gradient:10.6f}" for gradient in gradients))


show("ours", by_ours)
show("PyTorch", two_neurons())

# %% [markdown] lang="en"
# The same. Now look in between. Our `a1.grad` holds +0.296, as you found by hand. What does PyTorch's hold:
# `"0.296"`, `"0"` or `"None"`?

# %%
predict("07.b", ...)


# %%
@in_pytorch
def inside(keep):
    w1 = torch.tensor(0.5, requires_grad=True)
    a1 = torch.sigmoid(w1 * 2.0)
    if keep:
        a1.retain_grad()
    ((torch.sigmoid(-1.0 * a1) - 1.0) ** 2).backward()
    return a1.grad if a1.grad is None else a1.grad.item()


found = "None" if inside(False) is None else f"{inside(False):.3f}"
reveal("07.b", found, f"with a1.retain_grad() before backward: {inside(True):.6f}")

# %% [markdown] lang="en"
# Training needs the gradients of leaves alone. So PyTorch drops the others as soon as they have been passed
# on, while `Value` keeps them all, for you to look at. And $x$, here the plain number 2.0, wants none: its
# gradient is not even worked out.
#
# ## Node beside node
#
# Every computed tensor has a `grad_fn`, PyTorch's node. Here are both graphs.
#
# 1. Choose `a1`. What does ours keep for the way back, and what does PyTorch keep in its place?
# 2. Which of our nodes have no partner?
# 3. Walk back with ▶. Which kind of node fills a `.grad`?

# %%
if torch:
    w1, w2, b = (torch.tensor(number, requires_grad=True) for number in (0.5, -1.0, 0.0))
    theirs = (torch.sigmoid(w2 * torch.sigmoid(w1 * 2.0) + b) - 1.0) ** 2
compare_graphs(L, theirs) if torch else compare_graphs()

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: ours the local derivative, PyTorch the result $a_1$, from which it works out the local derivative on the
# way back. 2: $x$ and $y$, which want no gradient. 3: `AccumulateGrad`, one for each leaf.
# </details>
#
# What we call `parents`, a `grad_fn` has as `next_functions`: a pair for each input, `(node, number)`. The
# number says which output of that node is meant. For an input that wants no gradient the node is `None`. And
# the node of a leaf has a `variable`, the tensor itself.
#
# So you can ask which tensors `backward` will reach. List them, each once. (With PyTorch, then try
# `leaves(theirs.grad_fn)`.)


# %%
def leaves(function):
    ...
    ### BEGIN SOLUTION
    found, seen, todo = [], set(), [function]
    while todo:
        function = todo.pop()
        if function is None or function in seen:
            continue
        seen.add(function)
        if hasattr(function, "variable"):
            found.append(function.variable)
        todo += [below for below, _ in function.next_functions]
    return found
    ### END SOLUTION


check("07.1", trying.leaves(leaves))  # stuck? hint("07.1"), and after that solution("07.1")

# %% [markdown] lang="en"
# ## A rule of your own
#
# Your engine took any rule, and so does PyTorch. But as it works local derivatives out on the way back, a
# rule has two functions. `forward` keeps in `ctx` what will be needed. `backward` gets the upstream
# gradient, and returns one for each input: upstream × local derivative, or `None` where none is wanted.
#
# Below is the rule of the squared error, a class made from PyTorch's `Function`. `gradcheck` is PyTorch's
# check by central differences, as in lesson 06; it needs float64. Then write both functions for the sigmoid.


# %%
class SquaredError(Function):
    @staticmethod
    def forward(ctx, a, y):
        ctx.save_for_backward(a, y)
        return (a - y) ** 2

    @staticmethod
    def backward(ctx, dL):
        a, y = ctx.saved_tensors
        return dL * 2 * (a - y), None


# %%
@in_pytorch
def own_rule():
    w1, w2, b = (torch.tensor(number, requires_grad=True) for number in (0.5, -1.0, 0.0))
    a2 = torch.sigmoid(w2 * torch.sigmoid(w1 * 2.0) + b)
    SquaredError.apply(a2, torch.tensor(1.0)).backward()
    return w1.grad.item(), w2.grad.item(), b.grad.item()


@in_pytorch
def check_the_rule():
    return torch.autograd.gradcheck(SquaredError.apply, (torch.ones(3, requires_grad=True), torch.zeros(3)))


show("own rule", own_rule())
print("gradcheck ", check_the_rule())


# %%
def forward(ctx, z):
    ...
    ### BEGIN SOLUTION
    a = 1 / (1 + (-z).exp())
    ctx.save_for_backward(a)
    return a
    ### END SOLUTION


def backward(ctx, da):
    ...
    ### BEGIN SOLUTION
    (a,) = ctx.saved_tensors
    return da * a * (1 - a)
    ### END SOLUTION


check("07.2", trying.rule(forward, backward))

# %% [markdown] lang="en"
# ## Layers
#
# `torch.nn` has layers ready. `Sequential` chains them, and names each parameter: the position in the
# chain, a dot, `weight` or `bias`. `Linear` is the affine step, $XW^\top + b$: weights are (out, in), on
# their side.
#
# You have arrays as in lesson 04, (in, out). Prepare them for `Sequential(Linear(…), ReLU(), Linear(…))`.


# %%
def to_pytorch(W1, b1, W2, b2):
    ...  # a dict: {"0.weight": …, and so on}
    ### BEGIN SOLUTION
    return {"0.weight": W1.T, "0.bias": b1, "2.weight": W2.T, "2.bias": b2}
    ### END SOLUTION


check("07.3", to_pytorch)


# %%
@in_pytorch
def layers():
    one, two = torch.nn.Linear(1, 1, bias=False), torch.nn.Linear(1, 1)
    model = torch.nn.Sequential(one, torch.nn.Sigmoid(), two, torch.nn.Sigmoid())
    start = {"0.weight": [[0.5]], "2.weight": [[-1.0]], "2.bias": [0.0]}
    model.load_state_dict({name: torch.tensor(numbers) for name, numbers in start.items()})
    L = torch.nn.functional.mse_loss(model(torch.tensor([[2.0]])), torch.tensor([[1.0]]))
    L.backward()
    return [parameter.grad.item() for parameter in model.parameters()]


show("layers", layers())

# %% [markdown] lang="en"
# Single tensors, a rule of one's own, layers: three ways, the same gradients as by hand.
#
# ## Gradients add up
#
# As ours do: each `backward` adds to `.grad`. That is a trap, and a tool. Say a batch is too large for the
# memory. Cut it into two halves, and call `backward` for each: the gradients meet in `.grad`. Each loss is
# the mean over the rows of its half. How many times the gradient of the whole batch comes out? Guess a
# number.
#
# After that write `add_up`, for pieces of any size: what adds up is to be the gradient of the whole batch's
# mean. The last piece may be shorter.

# %%
rng = np.random.default_rng(7)
X, Y = rng.normal(size=(32, 10)), rng.normal(size=(32, 1))
predict("07.c", ...)


# %%
@in_pytorch
def added(*pieces):
    w = torch.zeros(10, 1, requires_grad=True)
    for first, last in pieces:
        errors = torch.tensor(X[first:last]) @ w - torch.tensor(Y[first:last])
        (errors**2).mean().backward()
    return w.grad[0].item()


whole, halves, forgotten = added((0, 32)), added((0, 16), (16, 32)), added((0, 32), (0, 32), (0, 32))
numbers = f"the first entry of the gradient: whole batch {whole:.6f}, both halves {halves:.6f}\n"
numbers += f"the whole batch three times, as nobody called zero_grad: {forgotten:.6f}"
reveal("07.c", round(halves / whole, 6), numbers)


# %%
def add_up(model, X, y, size):
    ...  # the loss is the mean of (model(X) - y) ** 2
    ### BEGIN SOLUTION
    for i in range(0, len(X), size):
        rows, targets = X[i : i + size], y[i : i + size]
        loss = ((model(rows) - targets) ** 2).mean()
        (loss * len(rows) / len(X)).backward()
    ### END SOLUTION


check("07.4", trying.add_up(add_up))

# %% [markdown] lang="en"
# ## Only once
#
# In lesson 03 you went back twice through one graph, $q = h \cdot h + h$ with $h = 2x$ at $x = 3$, and 26
# became 52. And in PyTorch: is it the `"same"`, `"twice"` as much, or an `"error"`?

# %%
predict("07.d", ...)


# %%
@in_pytorch
def twice(keep):
    x = torch.tensor(3.0, requires_grad=True)
    h = 2 * x
    q = h * h + h
    q.backward(retain_graph=keep)
    try:
        q.backward()
    except RuntimeError as problem:
        return str(problem).partition(" (")[0]
    return x.grad.item()


found = {26.0: "same", 52.0: "twice"}.get(twice(False), "error")
reveal("07.d", found, f"{twice(False)}\nwith retain_graph=True the first time: {twice(True):.0f}")

# %% [markdown] lang="en"
# Each node lets go of what it kept as soon as it has passed its gradient on, so memory is freed while the
# pass goes back. `retain_graph=True` is for those who have to go twice.
#
# ## Changing a parameter
#
# A step changes the parameters. That is no part of the function, so it must not be recorded: nothing is,
# inside `with no_grad():`. And it has to be the same tensor afterwards, the leaf that the model holds, and
# not another one computed from it. Write the step. Then forget the gradient: `w.grad = None`.


# %%
def update(parameters, lr):
    ...
    ### BEGIN SOLUTION
    with no_grad():
        for w in parameters:
            w -= lr * w.grad
            w.grad = None
    ### END SOLUTION


check("07.5", trying.update(update))

# %% [markdown] lang="en"
# `no_grad` is for a stretch of code. `a1.detach()` is for one tensor: the same numbers in the same memory,
# without their history. Older code has `a1.data` in its place. Between forward and backward, somebody sets
# $a_1$ to 0 through `.data`. Is the gradient of $w_1$ then `"right"`, `"wrong"`, or an `"error"`?

# %%
predict("07.e", ...)


# %%
@in_pytorch
def tampered(by):
    w1 = torch.tensor(0.5, requires_grad=True)
    a1 = torch.sigmoid(w1 * 2.0)
    L = (torch.sigmoid(-1.0 * a1) - 1.0) ** 2
    {"data": a1.data, "detach": a1.detach()}[by].zero_()  # sets to 0, in place
    try:
        L.backward()
    except RuntimeError:
        return "error"
    return "right" if abs(w1.grad.item() - two_neurons()[0]) < 1e-12 else "wrong"


reveal("07.e", tampered("data"), f"the same through .detach(): {tampered('detach')}")

# %% [markdown] lang="en"
# The sigmoid's node keeps $a_1$ itself, not a copy. PyTorch counts the changes of each tensor, and refuses to
# go back by one that is no longer what it was. A change through `.data` is not counted. So write `.detach()`.
#
# ## A step of training
#
# An **optimiser** holds the parameters: `optimizer.step()` changes them, `optimizer.zero_grad()` forgets
# their gradients. With forward and backward these are the four parts of a step. In which order? Return the
# loss by `.item()`, as a plain number: a list of loss tensors would keep all their graphs.
#
# The cell after it trains 10 inputs, 20 hidden units with ReLU and 1 output, in PyTorch and in our engine. It
# uses our own answer, `ready_made`: the same line for both.


# %%
def train_step(model, optimizer, X, y):
    ...  # return the loss before the step, as a plain number
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss = ((model(X) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


check("07.6", trying.train_step(train_step))

# %%
rng = np.random.default_rng(1)
ours = nn.Sequential(nn.Linear(10, 20, rng=rng), nn.ReLU(), nn.Linear(20, 1, rng=rng))


@in_pytorch
def regression():
    model = torch.nn.Sequential(torch.nn.Linear(10, 20), torch.nn.ReLU(), torch.nn.Linear(20, 1))
    model.load_state_dict({name: torch.tensor(w.data.T) for name, w in ours.named_parameters()})
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return [ready_made(model, optimizer, torch.tensor(X), torch.tensor(Y)) for _ in range(3)]


show("PyTorch", regression())
optimizer = training.SGD(ours.parameters(), lr=0.1)
show("ours", [ready_made(ours, optimizer, X, Y) for _ in range(3)])

# %% [markdown] lang="en"
# From the same start, the same losses.
#
# ## Training or inference
#
# A trained network only has to answer, which is called **inference**, and `model.eval()` tells it so. Does
# it then keep `"nothing"` for a way back, `"less"`, or `"as much"` as in training? Here is a network to
# try, with eight layers of 100 sigmoid units. PyTorch lets you count all that it keeps.


# %%
def deep_network():
    rng, layers = np.random.default_rng(0), []
    for _ in range(8):
        linear = torch.nn.Linear(100, 100)
        weight = torch.tensor(rng.normal(size=(100, 100)) / 10)
        linear.load_state_dict({"weight": weight, "bias": torch.zeros(100)})
        layers += [linear, torch.nn.Sigmoid()]
    return torch.nn.Sequential(*layers)


predict("07.f", ...)


# %%
@in_pytorch
def bytes_kept(how):
    def note(tensor):
        kept[tensor.data_ptr()] = tensor.nbytes
        return tensor

    kept, watching = {}, torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor)
    with watching, torch.set_grad_enabled(how != "no_grad"):
        deep_network().train(how == "training")(torch.zeros(100, 100))
    return sum(kept.values())


kept = {how: bytes_kept(how) for how in ("training", "eval", "no_grad")}
longer = f"forward and back take {times_as_long(deep_network):.1f} times as long as forward under no_grad"
reveal("07.f", "as much" if kept["eval"] == kept["training"] else "less", f"bytes kept: {kept}\n{longer}")

# %% [markdown] lang="en"
# `eval()` is for layers that behave differently in training; lesson 09 has two. Recording goes on, until
# `no_grad` stops it. Then nothing is kept, and the time of the way back is saved as well.
#
# ## Looking inside
#
# PyTorch drops the gradients in between. To see one, put a **hook** on its tensor: `x.register_hook(f)` calls
# `f(gradient)` when `backward` comes by. What `f` returns takes the gradient's place; `None` leaves it alone.
#
# Collect the gradients of all layers' outputs. Then look at the eight layers from above.


# %%
def watch(layers, x):
    ...  # return the last output, and a dict: number of the layer -> gradient
    ### BEGIN SOLUTION
    gradients = {}
    for i, layer in enumerate(layers):
        x = layer(x)
        x.register_hook(lambda gradient, i=i: gradients.update({i: gradient}))
    return x, gradients
    ### END SOLUTION


check("07.7", trying.watch(watch))


# %%
@in_pytorch
def after_backward():
    model = deep_network()
    model(torch.ones(1, 100)).sum().backward()
    return model


gradient_bars(after_backward())

# %% [markdown] lang="en"
# The axis is logarithmic. On the way back each layer loses most of the gradient that comes to it, and the
# first ones hardly learn.
#
# ## What you can do now
#
# - Say what `loss.backward()` does that you did not: it works local derivatives out on the way, frees what it
#   has used, keeps gradients for leaves only, and refuses where they would be wrong.
# - Say why a `.grad` is `None`, or twice too large: leaves, `detach`, `no_grad`, `zero_grad`.
# - Write a rule for PyTorch, move weights into its layers, and take a step of training.
#
# **Where next?** Where does the gradient of the first layers go? For twenty years that kept deep networks
# from learning: lesson 08, [vanishing and exploding](08_vanishing_and_exploding.ipynb).
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("07")
