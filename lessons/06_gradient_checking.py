# %% [markdown] lang="en"
# # 06 · Gradient checking
#
# **How do you know a gradient is right?**
#
# A wrong backward pass does not complain. The shapes fit, and no error is raised. In lesson 05 you trusted
# four lines of gradients. Now you write the tool that needs no trust: it finds a wrong gradient, and names
# the parameter. Then you repair mistakes that published tutorials make. It takes about forty minutes.

# %%
import math
import sys
from contextlib import suppress

import numpy as np
from tqdm import tqdm

from backprop_lib import Value
from backprop_lib.exercises import check, hint, predict, progress, reveal, solution
from backprop_lib.exercises.lesson_06 import try_check, try_slopes, try_step
from backprop_lib.explorables import bug_clinic, epsilon_lab
from backprop_lib.explorables.bug_clinic.bugs import BUGS
from backprop_lib.explorables.bug_clinic.cases import case, training
from backprop_lib.nn.by_hand import sigmoid
from backprop_lib.training import gradcheck, numerical_gradient

# %% [markdown] lang="en"
# ## Fourteen mistakes
#
# `BUGS` holds the backward pass of lesson 04 with one mistake: a slope left out, a wrong sign, a mean for a
# sum. There are fourteen of them, and `"healthy"`, the right one. Each trains the same network (2 inputs, 4
# hidden units, 3 outputs) on the same 6 samples, from the same start, for 300 steps.
#
# With how many of the fourteen does the loss end lower than it began? Guess a number.

# %%
predict("06.a", ...)

# %%
curves = {}
for bug in tqdm(BUGS, unit="pass", file=sys.stdout, leave=False):
    curves[bug] = training(*case(seed=7, patient=0, bug=bug))

# One that overflows stops before its 300 steps are over.
ends = {bug: losses[-1] if len(losses) == 301 else np.inf for bug, losses in curves.items()}
right = ends.pop("healthy")
begin = curves["healthy"][0]
numbers = f"begin {begin:.3f}, end with the right pass {right:.3f}; of the broken ones "
numbers += f"{sum(end < right for end in ends.values())} end lower still:\n"
numbers += "\n".join(f"{bug:18} {end:.3f}" for bug, end in ends.items())
reveal("06.a", sum(end < begin for end in ends.values()), numbers)

# %% [markdown] lang="en"
# To fall, a loss needs no gradient: any direction that leads downhill will do. And a pass with too long a
# gradient may even look better than the right one, as it takes longer steps. So the loss curve is no proof.
#
# ## From one side, from both
#
# Something else knows the truth: the definition. A derivative is how far the loss moves, for each unit that
# the parameter moves. You have nudged since lesson 01. Now do it with care, on the network from there. As
# truth, for once, we trust `Value`.
#
# The **forward difference** steps from $w$ to $w + \varepsilon$. The **central difference** steps from
# $w - \varepsilon$ to $w + \varepsilon$. Each is the rise of $f$, divided by the way.


# %%
def sigma(z):
    return 1 / (1 + math.exp(-z))


def f(w1):
    return (sigma(-1.0 * sigma(2.0 * w1)) - 1.0) ** 2


w1 = Value(0.5)
L = ((-1.0 * (2.0 * w1).sigmoid()).sigmoid() - 1.0) ** 2
L.backward()
truth = w1.grad
print(f"f(0.5) = {f(0.5):.6f}, dw1 = {truth:.6f}")


# %%
def forward_difference(f, w, eps):
    ...
    ### BEGIN SOLUTION
    return (f(w + eps) - f(w)) / eps
    ### END SOLUTION


def central_difference(f, w, eps):
    ...
    ### BEGIN SOLUTION
    return (f(w + eps) - f(w - eps)) / (2 * eps)
    ### END SOLUTION


check("06.1", forward_difference)  # stuck? hint("06.1"), and after that solution("06.1")
check("06.2", central_difference)

# %% [markdown] lang="en"
# Is the second worth its name? `numerical_gradient` is the library's. Here is how far each is from the truth,
# as a share of it:


# %%
def error(eps, scheme="central"):
    return abs(numerical_gradient(f, 0.5, eps=eps, scheme=scheme) - truth) / truth


for eps in (1e-1, 1e-2, 1e-3):
    print(f"ε = {eps:<6} forward {error(eps, 'forward'):.1e}   central {error(eps):.1e}")

# %% [markdown] lang="en"
# With a tenth of the step, the forward error is a tenth; the central error is a hundredth. $w^3$ shows why:
#
# $$\frac{(w+\varepsilon)^3 - w^3}{\varepsilon} = 3w^2 + 3w\,\varepsilon + \varepsilon^2
# \qquad \frac{(w+\varepsilon)^3 - (w-\varepsilon)^3}{2\varepsilon} = 3w^2 + \varepsilon^2$$
#
# On both sides of $w$ the curve bends away from its tangent by nearly the same amount, and in the difference
# that cancels. What is left over is called **truncation** error.
#
# ## Which ε?
#
# Go on making $\varepsilon$ smaller: of `"1e-2"`, `"1e-5"`, `"1e-8"` and `"1e-12"`, which has the smallest
# central error?

# %%
predict("06.b", ...)

# %%
errors = {eps: error(float(eps)) for eps in ("1e-2", "1e-5", "1e-8", "1e-12")}
numbers = "\n".join(f"ε = {eps:6} relative error {size:.0e}" for eps, size in errors.items())
reveal("06.b", min(errors, key=errors.get), numbers)

# %% [markdown] lang="en"
# Two errors pull in opposite directions. Truncation shrinks with $\varepsilon^2$. **Round-off** grows: a
# float keeps each loss only up to a share $u$, the **machine epsilon**, and this blur is divided by
# $2\varepsilon$. So, leaving out factors of about 1, the total is $\varepsilon^2 + u/\varepsilon$. The best
# $\varepsilon$ is where the two are equal. Which one is it?

# %%
for dtype in (np.float64, np.float32):
    print(f"{dtype.__name__}: u = {np.finfo(dtype).eps:.1e}")


def best_step(u):
    ...
    ### BEGIN SOLUTION
    return u ** (1 / 3)
    ### END SOLUTION


check("06.3", best_step)

# %% [markdown] lang="en"
# All this holds where the curve is smooth. Take a ReLU at $z = -10^{-6}$, a hair to the left of its kink, so
# that its slope is 0. What does the central difference with $\varepsilon = 10^{-5}$ give? Guess a number.

# %%
predict("06.c", ...)


# %%
def relu(z):
    return max(z, 0.0)


measured = {eps: numerical_gradient(relu, -1e-6, eps=eps) for eps in (1e-5, 1e-7)}
numbers = "\n".join(f"ε = {eps:g}: slope {slope:.4f}" for eps, slope in measured.items())
reveal("06.c", round(measured[1e-5], 6), numbers)

# %% [markdown] lang="en"
# A step that reaches over a kink mixes two slopes. So when a ReLU network fails a check at a few entries
# only, measure those again with a smaller $\varepsilon$, before you look for a bug.
#
# 1. Drag $\varepsilon$ to the right, from $10^{-2}$ on. Where is the bottom? What becomes of the digits?
# 2. Choose **forward**. Where is the bottom now, and how much higher?
# 3. Back to **central**, with **float32**. How small does the error get?
# 4. Choose **ReLU** and **float64**. One of the two walls is missing: which, and why?

# %%
epsilon_lab(epsilon=1e-2)

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: near $10^{-5}$, where ten digits agree or more. Further on the two losses share ever more digits, which
# cancel. 2: near $10^{-8}$, about a thousand times higher. 3: never below $10^{-5}$, so check in float64. 4:
# the left one, truncation. Away from its kink this loss is quadratic in $w_1$, and central differences of a
# parabola are exact.
# </details>
#
# ## When do two numbers agree?
#
# Never exactly, as you have seen. And a difference of 0.001 is nothing between gradients of 100, but a bug
# between 0.001 and 0.002. So divide by the larger of the two: the **relative error**. Where both are nearly
# 0, that would be 0/0, or one speck of round-off divided by itself. So never divide by less than $10^{-4}$:
#
# $$\frac{|a - n|}{\max(|a|,\ |n|,\ 10^{-4})}$$
#
# with $a$ for what backward claims, and $n$ for the numerical gradient. In float64, what is below $10^{-5}$
# is good. Above $10^{-3}$ it is a bug. In between it is suspicious: a kink, perhaps, or an unlucky
# $\varepsilon$.


# %%
def relative_error(a, n):
    ...  # for arrays, entry by entry: np.abs, and np.maximum of two
    ### BEGIN SOLUTION
    return np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), 1e-4)
    ### END SOLUTION


def verdict(error):
    ...  # "good", "suspicious" or "bug"; and what of nan?
    ### BEGIN SOLUTION
    return "good" if error < 1e-5 else "suspicious" if error <= 1e-3 else "bug"
    ### END SOLUTION


check("06.4", relative_error)
check("06.5", verdict)

# %% [markdown] lang="en"
# ## The check
#
# A network's parameters are arrays, and its loss reads them: `loss()` needs no argument. So to nudge an
# entry, change it *in its array*, call `loss()`, and put back what was there. (`np.ndindex(w.shape)` runs
# over the places of all entries, and `w[place]` is one of them.)
#
# Then, in the second cell, the checker. `parameters` and `gradients` are dicts of arrays by name, such as
# `"W1"`. Return a dict with the largest relative error of each parameter. (The `try_…` functions make a
# network for your function, so that the check has numbers to compare.)


# %%
def slopes(loss, w, eps):
    ...  # an array of w's shape: the central difference for each entry
    ### BEGIN SOLUTION
    found = np.zeros(w.shape)
    for place in np.ndindex(w.shape):
        kept = w[place]
        w[place] = kept + eps
        above = loss()
        w[place] = kept - eps
        below = loss()
        w[place] = kept
        found[place] = (above - below) / (2 * eps)
    return found
    ### END SOLUTION


check("06.6", try_slopes(slopes))


# %%
def check_gradients(loss, parameters, gradients):
    ...  # with slopes, at eps = 1e-5, and relative_error
    ### BEGIN SOLUTION
    errors = {}
    for name, w in parameters.items():
        errors[name] = relative_error(gradients[name], slopes(loss, w, 1e-5)).max()
    return errors
    ### END SOLUTION


check("06.7", try_check(check_gradients))

# %% [markdown] lang="en"
# Does it find what the loss curves did not? The library has such a checker, too, called `gradcheck`. Both now
# examine the fourteen broken passes and the right one. How many do they call wrong, and which parameter has
# the wrong sign? (Yours is silent as long as it raises an error.)


# %%
def ours(model, X, y):
    return [parameter.name for parameter in gradcheck(model, X, y).parameters if not parameter.ok]


def yours(model, X, y):
    model.forward(X)
    errors = check_gradients(lambda: model.loss(X, y), model.parameters, model.backward(y))
    return [name for name, error in errors.items() if verdict(error) != "good"]


for find in (ours, yours):
    with suppress(Exception):
        wrong = {bug: find(*case(seed=7, patient=0, bug=bug)) for bug in BUGS}
        found = sum(map(bool, wrong.values()))
        print(f"{find.__name__:5} finds {found}; the wrong sign is in", *wrong["wrong_sign"])

# %% [markdown] lang="en"
# Each check took two losses for every parameter, where one backward pass gives all gradients at once. So
# nobody trains this way. But to check once, on a small network, before training, is cheap. (In a large one,
# check some entries of each parameter, drawn at random.)
#
# ## At which parameters?
#
# Now set all parameters to 0, and check the same fourteen. How many does the check find? Guess a number.

# %%
predict("06.d", ...)

# %%
hidden = [bug for bug in BUGS if gradcheck(*case(seed=7, patient=0, bug=bug, zeros=True)).ok]
hidden.remove("healthy")
reveal("06.d", len(BUGS) - 1 - len(hidden), f"These pass: {', '.join(hidden)}.")

# %% [markdown] lang="en"
# With $W_2 = 0$, nothing passes back from $dz_2$ to $da_1$. So $dW_1$ and $db_1$ are 0, in the right pass and
# in the wrong one alike. 0 times a wrong factor is as good as 0 times the right one. So check at random
# parameters, biases too, and with sizes of which no two are equal.
#
# ## Mistakes found in published tutorials
#
# **The check that cannot pass.** In one tutorial, the backward pass updates the parameters in place. Then its
# check reads *the parameters*, and compares them with the numerical gradients. Here that is, on the right
# pass:

# %%
model, X, y = case(seed=7, patient=0, bug="healthy")
model.forward(X)
model.step(model.backward(y), lr=0.5)
claimed = {name: w.copy() for name, w in model.parameters.items()}
gradcheck(lambda: model.loss(X, y), parameters=model.parameters, gradients=claimed)

# %% [markdown] lang="en"
# The pass is right, and every verdict says bug. A check that fails whatever it is given tells nothing. Write
# it as it should be, for one parameter. `gradient()` returns what backward claims at `w` as it then is.


# %%
def checked_step(loss, w, gradient, lr):
    ...  # return the largest error, and take the step; in which order?
    ### BEGIN SOLUTION
    claimed = gradient()
    error = relative_error(claimed, slopes(loss, w, 1e-5)).max()
    w -= lr * claimed
    return error
    ### END SOLUTION


check("06.8", try_step(checked_step))

# %% [markdown] lang="en"
# **Three slips in one pass.** The next pass has slips from three tutorials: one in a factor of the loss, one
# at the output, one in the hidden layer. Its loss is $\tfrac12(a_2 - y)^2$, averaged over all entries.


# %%
def published(X, y, W1, b1, W2, b2):
    a1 = np.tanh(X @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    dz2 = (a2 - y) / len(X)
    dz1 = dz2 @ W2.T * a1
    return {"W1": X.T @ dz1, "b1": dz1.sum(axis=0), "W2": a1.T @ dz2, "b2": dz2.sum(axis=0)}


def half_squared_error(X, y, W1, b1, W2, b2):
    a2 = sigmoid(np.tanh(X @ W1 + b1) @ W2 + b2)
    return (0.5 * (a2 - y) ** 2).mean()


# %%
def report(backward):
    gradients = backward(X, y, **parameters)
    return gradcheck(
        lambda: half_squared_error(X, y, **parameters), parameters=parameters, gradients=gradients
    )


parameters = model.parameters
report(published)

# %% [markdown] lang="en"
# All four are wrong. Errors travel backward, so begin where the walk begins: at the loss. Copy the pass, mend
# one line, look at `report(repaired)`, mend the next.


# %%
def repaired(X, y, W1, b1, W2, b2):
    ...
    ### BEGIN SOLUTION
    a1 = np.tanh(X @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    dz2 = (a2 - y) / y.size * a2 * (1 - a2)
    dz1 = dz2 @ W2.T * (1 - a1**2)
    return {"W1": X.T @ dz1, "b1": dz1.sum(axis=0), "W2": a1.T @ dz2, "b2": dz2.sum(axis=0)}
    ### END SOLUTION


check("06.9", repaired)

# %% [markdown] lang="en"
# **Half a loss.** The last slip passes every check. One tutorial writes its cross-entropy as $-y \ln a$ and
# leaves out the other half, $-(1-y)\ln(1-a)$. Here is what a neuron with $z = 2$ is told where 0 is right:


# %%
def half(z, target):
    return -target * z.sigmoid().log()


def whole(z, target):
    return half(z, target) - (1 - target) * (1 - z.sigmoid()).log()


for loss in (half, whole):
    z = Value(2.0)
    L = loss(z, 0.0)
    L.backward()
    slope = numerical_gradient(lambda at, loss=loss: loss(Value(at), 0.0).data, 2.0)
    print(f"{loss.__name__:5}  loss {L.data:.4f}   dz {z.grad + 0.0:.4f}   by nudging {slope:.4f}")

# %% [markdown] lang="en"
# Its answer is far above ½, and with half a loss it hears that all is well. A check holds the backward pass
# against the loss *as written*. Whether that is the loss you want, no check can know.
#
# ## The clinic
#
# A check says that something is wrong, and where. The *pattern* of the errors often says what. Each patient
# here is one of the fifteen passes. Name the bug of five of them. It helps to ask:
#
# 1. Which blocks are right? As errors travel backward, where must the fault lie?
# 2. **ratio** is analytic (what backward claims) over numerical. Is it one number everywhere, one in each
#    column, or one in each row?
# 3. Choose **the last one alone**, a single sample. What is right now, and was wrong before?

# %%
bug_clinic(seed=0)

# %% [markdown] lang="en"
# <details><summary>What the patterns mean</summary>
#
# 1: if $W_2$ and $b_2$ are right, the fault lies behind them, on the way to $W_1$. If one block alone is
# wrong, it is the line of that block. 2: one number is a constant factor; of what has the network that many?
# One in each column, with a single sample, is what came back to that unit: a slope, or the weights on the
# way. One in each row is a wrong input. 3: then the samples were put together wrongly: a sum, a mean, or `=`
# for `+=`.
# </details>
#
# ## What you can do now
#
# - Measure any gradient by central differences, and choose an $\varepsilon$ between truncation and round-off.
# - Check a backward pass: the relative error of each entry, at random parameters, before the step.
# - Tell from what is wrong, and what is not, where to look for the bug.
#
# **Where next?** With this you can trust your own backward pass, and anybody's. Lesson 07,
# [PyTorch](07_pytorch.ipynb), has one that you did not write.
#
# Forgotten a word? Here is the [glossary](glossary.md).

# %%
progress("06")
