# %% [markdown] lang="en"
# # 12 · Beyond and review
#
# **What next, and what have I learnt?**
#
# Every loss so far was a formula, and you went back through it. But often there is none: the game is lost,
# the customer has left, and nobody knows the derivative of that. Here you learn from such a reward, with the
# tools that you have. Then you look ahead, and back. It takes about forty minutes.

# %%
import sys

import numpy as np
from tqdm import tqdm

from backprop_lib import Tensor, Value, exercises
from backprop_lib.exercises import check, hint, predict, progress, reveal, solution
from backprop_lib.exercises import lesson_12 as ready
from backprop_lib.exercises.lesson_12_levels import LEVELS
from backprop_lib.exercises.lesson_12_pond import POND, walk
from backprop_lib.exercises.lesson_12_pytorch import by_categorical
from backprop_lib.explorables import policy_bandit, review_quiz
from backprop_lib.pictures import policy_map, power_law, reward_curve, stairs
from backprop_lib.training import SGD, numerical_gradient

# %% [markdown] lang="en"
# ## A reward is no formula
#
# A **bandit** is a slot machine, here with three arms. Each pays 1 or nothing, with a probability of its own,
# which the learner does not know. The learner has three logits $\theta$, and their softmax is its **policy**:
# the probability $p$ of each **action**, here to pull an arm. What the world pays is the **reward** $R$.
#
# One pull. How does $\theta$ have to change, to get more? Ask the engine.

# %%
PAYS, LOGITS = np.array([0.2, 0.5, 0.8]), np.array([1.0, 0.0, -1.0])


def pull(arm, rng):
    return float(rng.random() < PAYS[arm])


rng, theta = np.random.default_rng(0), Tensor(LOGITS, requires_grad=True)
p = theta.softmax(axis=0).data
reward = Tensor(pull(rng.choice(3, p=p), rng))
print("policy", p.round(3))
try:
    reward.backward()
except RuntimeError as problem:
    print(str(problem).partition(";")[0])

# %% [markdown] lang="en"
# There is no path from the reward back to $\theta$: between them stand a draw, and a machine that nobody may
# look into.
#
# Ask for less: the reward *on average*, $\mathrm{E}[R] = \sum_a p(a)\, R(a)$, where $R(a)$ is what arm $a$
# pays in the mean. It is smooth in $\theta$, since $p$ is. Three lines:
#
# $$\nabla \mathrm{E}[R] = \sum_a R(a)\, \nabla p(a) \qquad\text{only } p \text{ depends on } \theta$$
#
# $$= \sum_a p(a)\, R(a)\, \nabla \log p(a) \qquad\text{since } \nabla \log p = \nabla p \,/\, p$$
#
# $$= \mathrm{E}\left[R\, \nabla \log p(a)\right] \qquad\text{a mean again, over the draws}$$
#
# So draw an action, see its reward, and go back through $\log p$ of that action. The reward is a plain number
# that multiplies. As we descend, the loss of one pull is $-R \log p(a)$. Ronald Williams, one of the
# three authors of 1986, published this in 1992 and called it **REINFORCE**. Write it.
#
# With $R = 1$ you know this loss: the cross-entropy of lesson 04, where the right class is the action that
# was drawn. There the gradient for the logits was $p - y$. What is it here? Write that, too.


# %%
def reinforce_loss(logits, action, reward):
    ...  # logits: a Tensor; action: a place in it; reward: a number
    ### BEGIN SOLUTION
    return -reward * logits.log_softmax(axis=0)[action]
    ### END SOLUTION


check("12.1", ready.try_loss(reinforce_loss))  # stuck? hint("12.1"), and after that solution("12.1")


# %%
def reinforce_gradient(p, action, reward):
    ...
    ### BEGIN SOLUTION
    dz = p.copy()
    dz[action] -= 1
    return reward * dz
    ### END SOLUTION


check("12.2", reinforce_gradient)

# %% [markdown] lang="en"
# Is the derivation right? With three arms one can add up all that may happen. The first cell gives the
# gradient of $-\mathrm{E}[R]$ in four ways. (`ready` holds our solutions. PyTorch has
# `Categorical(logits=…).log_prob(a)`; where it is not installed, its line is what was recorded.)
#
# The real learner has draws, not sums. So the second cell asks: how far is the mean over some draws from the
# right gradient?


# %%
def by_engine(action, reward):
    theta = Tensor(LOGITS, requires_grad=True)
    ready.reinforce_loss(theta, action, reward).backward()
    return theta.grad


def expected_reward(logits):
    return Tensor(logits).softmax(axis=0).data @ PAYS


ways = {"formula": p * (p @ PAYS - PAYS), "nudged": -numerical_gradient(expected_reward, LOGITS)}
ways["all draws"] = sum(p[a] * by_engine(a, PAYS[a]) for a in range(3))
ways["PyTorch"] = by_categorical(LOGITS, PAYS)
for way, found in ways.items():
    print(f"{way:10}", *(f"{number:10.6f}" for number in found))


# %%
def draws(rng, *shape):
    actions = rng.choice(3, size=shape, p=p)
    rewards = (rng.random(shape) < PAYS[actions]) * 1.0
    return actions, rewards


sizes, errors = 4 ** np.arange(6), []
for size in sizes:
    actions, rewards = draws(np.random.default_rng(1), 300, size)
    means = (rewards[..., None] * (p - np.eye(3)[actions])).mean(axis=1)
    errors.append(np.sqrt(((means - ways["formula"]) ** 2).sum(axis=1).mean()))
power_law(sizes, errors, "draws", "error", title="Error of the mean gradient")

# %% [markdown] lang="en"
# It goes with $1/\sqrt{\text{draws}}$, as the noise of batches did in lesson 09. One draw alone is rough. How
# rough? Say the worst arm is drawn, and for once it pays. After the step, is its
# probability higher, lower, or the same?

# %%
predict("12.a", ...)

# %%
after = Tensor(LOGITS - 1.0 * ready.reinforce_gradient(p, 0, 1.0)).softmax(axis=0).data
numbers = f"p before {p.round(3)}, after one step with a rate of 1: {after.round(3)}"
reveal("12.a", "higher" if after[0] > p[0] else "lower", numbers)

# %% [markdown] lang="en"
# What pays becomes more likely. That another arm is better shows only in that it pays more often.
#
# ## Better than what?
#
# It would be wiser to ask whether a reward was *better than expected*. So subtract a number $b$ from every
# reward, the **baseline** (not the rival of lesson 11), say $b = \mathrm{E}[R]$. What is left, $R - b$, is
# the **advantage**. Does that change the mean of the gradients, their spread, or both?

# %%
predict("12.b", ...)

# %%
actions, rewards = draws(np.random.default_rng(2), 100_000)
found = {}
for name, b in {"b = 0": 0.0, "b = E[R]": p @ PAYS}.items():
    gradients = (rewards - b)[:, None] * (p - np.eye(3)[actions])
    found[name] = gradients.mean(axis=0), gradients.var(axis=0).sum()
(mean, spread), (other_mean, other_spread) = found.values()
numbers = "\n".join(f"{name:9} mean {m.round(3)}, variance {v:.3f}" for name, (m, v) in found.items())
moved, narrower = np.abs(mean - other_mean).max() > 0.005, other_spread < 0.9 * spread
reveal("12.b", "both" if moved and narrower else "spread" if narrower else "mean", numbers)

# %% [markdown] lang="en"
# The mean stays, because all probabilities together are 1, and a constant has no slope:
#
# $$\mathrm{E}\left[b\, \nabla \log p(a)\right] = b \sum_a \nabla p(a) = b\, \nabla 1 = 0$$
#
# That holds if $b$ does not depend on the action that was drawn. A learner does not know $\mathrm{E}[R]$. But
# it has the rewards *before* this one.


# %%
def advantages(rewards):
    ...  # each reward, minus the mean of all before it
    ### BEGIN SOLUTION
    result = []
    for i in range(len(rewards)):
        before = np.mean(rewards[:i]) if i > 0 else 0.0
        result.append(rewards[i] - before)
    return np.array(result)
    ### END SOLUTION


check("12.3", advantages)

# %% [markdown] lang="en"
# Now you are the world, and say what each arm pays.
#
# 1. Press ▶ and let it learn. When an arm pays nothing, which way does its logit go? And without the
#    baseline?
# 2. Press **reset**, choose **check the gradient**, and take pulls without learning. What does the baseline
#    do to the spread?
# 3. Back to **learn**: a large **learning rate η**, and other luck, several times. What goes wrong?

# %%
policy_bandit()

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: down, as that was worse than expected. Without the baseline nothing moves: 0 times anything is 0. 2: it
# halves the variance, from 0.313 to 0.147, and the mean stays. 3: now and then the learner settles on an arm
# that is not the best.
# </details>
#
# How often does that happen? A hundred learners begin with equal logits, without a baseline, and pull 500
# times each with a rate of 5. How many of them end up with the best arm as their favourite?


# %%
def favourites(rate, baseline=False):
    rng, theta, mean = np.random.default_rng(0), np.zeros((100, 3)), np.zeros(100)
    for count in range(1, 501):
        p = Tensor(theta).softmax(axis=1).data
        actions = (p.cumsum(axis=1) < rng.random((100, 1))).sum(axis=1)
        R = (rng.random(100) < PAYS[actions]) * 1.0
        theta -= rate * (R - baseline * mean)[:, None] * (p - np.eye(3)[actions])
        mean += (R - mean) / count
    return np.bincount(theta.argmax(axis=1), minlength=3)


predict("12.c", ...)

# %%
settings = {"rate 5": (5.0,), "rate 5, baseline": (5.0, True), "rate 0.1": (0.1,)}
results = {name: favourites(*setting) for name, setting in settings.items()}
numbers = "\n".join(f"{name:17} favourites: {counts}" for name, counts in results.items())
reveal("12.c", results["rate 5"][2], numbers)

# %% [markdown] lang="en"
# On average each step is right. But who soon favours an arm hardly ever tries the others again, and learns no
# more about them. To try what seems worse is called **exploration**.
#
# ## A walk
#
# A frozen pond, four cells by four. From the start you go up, right, down or left; at the edge you stay where
# you are. The goal pays 1, a hole ends the walk, all else pays nothing. After 30 steps it is over.
#
# Which of the steps has earned the 1 at the end? Credit assignment, once more. Each step gets what came
# *after* it, and what lies far ahead counts less. With the **discount** $\gamma$, the **return** of step $t$
# is
#
# $$G_t = r_t + \gamma\, r_{t+1} + \gamma^2 r_{t+2} + \dots$$
#
# The policy is a table, four logits for each cell. The baseline is a number for each cell, an average of
# the returns from there so far; it depends on the cell, and not on the move. The loss is REINFORCE for each
# step, added up over the walk.


# %%
def returns_to_go(rewards, gamma):
    ...
    ### BEGIN SOLUTION
    G, result = 0.0, []
    for reward in rewards[::-1]:
        G = reward + gamma * G
        result.append(G)
    return np.array(result[::-1])
    ### END SOLUTION


check("12.4", returns_to_go)


# %%
def walk_loss(logits, moves, advantages):
    ...  # a row of logits, a move and an advantage for each step
    ### BEGIN SOLUTION
    log_p = logits.log_softmax(axis=1)[np.arange(len(moves)), moves]
    return -(log_p * advantages).sum()
    ### END SOLUTION


check("12.5", ready.try_walk(walk_loss))


# %%
def learn(hole, rng):
    theta, b = Tensor(np.zeros((16, 4)), requires_grad=True), np.zeros(16)
    optimizer, returns, last = SGD([theta], lr=0.4), [], []
    for _ in tqdm(range(60), unit="step", file=sys.stdout, leave=False):
        p = theta.softmax(axis=1).data
        optimizer.zero_grad()
        for cells, moves, rewards in [walk(p, rng, hole) for _ in range(10)]:
            G = ready.returns_to_go(rewards, 0.9)
            ready.walk_loss(theta[cells], moves, G - b[cells]).backward()  # gradients add up
            for cell, g in zip(cells, G, strict=True):
                b[cell] += 0.1 * (g - b[cell])
            returns.append(G[0])
            last.append(rewards[-1])
        optimizer.step()
    return theta, np.array(returns), last


# %%
theta, returns, _ = learn(hole=0.0, rng=np.random.default_rng(0))
reward_curve(returns.reshape(60, 10).mean(axis=1), best=0.9**5, title="Mean return of ten walks")

# %%
policy_map(POND, theta.softmax(axis=1).data, title="After 600 walks")

# %% [markdown] lang="en"
# Nobody told it the way, nor what a goal is. The shortest way has six moves, so the best return is
# $\gamma^5$: the discount alone makes it hurry. (For the discounted return of the whole walk, step $t$ would
# have to count $\gamma^t$ times as much. Nearly everybody leaves that out.)
#
# Until now a hole only ended the walk. Now it costs 1 as well, and the learner starts anew. Where do its last
# walks end: at the goal, in a hole, or nowhere?

# %%
predict("12.d", ...)

# %%
theta, returns, last = learn(hole=-1.0, rng=np.random.default_rng(0))
ends = [{1.0: "goal", -1.0: "hole", 0.0: "nowhere"}[reward] for reward in last[-100:]]
counts = {end: ends.count(end) for end in ("goal", "hole", "nowhere")}
likeliest = theta.softmax(axis=1).data.argmax(axis=1).reshape(4, 4)
numbers = f"of the last 100 walks: {counts}\nthe likeliest move of the first row: "
numbers += " ".join("↑→↓←"[move] for move in likeliest[0])
reveal("12.d", max(counts, key=counts.get), numbers)

# %% [markdown] lang="en"
# A gradient knows only what was met. That is one limit. Another: if a reward comes thousands of steps late,
# its trace drowns in noise. And what is chosen once and for all, not drawn from probabilities, has no slope.
# Whether brains do anything of the kind is an open question.
#
# ## Where the formula is known
#
# Draws are for what cannot be differentiated. More can be than one thinks: any program of smooth steps. Here
# is the throw of a ball through air, in 100 time steps. Which velocity takes it to (6, 3) in one second?


# %%
def throw(vx, vy, dt=0.01):
    x, y = Value(0.0), Value(0.0)
    for _ in range(100):
        speed = (vx * vx + vy * vy).sqrt()
        vx, vy = vx - dt * 0.1 * speed * vx, vy - dt * (9.81 + 0.1 * speed * vy)
        x, y = x + dt * vx, y + dt * vy
    return x, y


aim = [Value(1.0), Value(1.0)]
for _ in range(40):
    x, y = throw(*aim)
    ((x - 6.0) ** 2 + (y - 3.0) ** 2).backward()
    aim = [Value(v.data - 0.5 * v.grad) for v in aim]
print(f"({aim[0].data:.2f}, {aim[1].data:.2f}) metres per second: at ({x.data:.3f}, {y.data:.3f})")

# %% [markdown] lang="en"
# To walk back through time steps is called **backpropagation through time**. From here roads lead on:
#
# - to sequences: networks through time (Werbos 1990), and attention in their place (Vaswani and others 2017);
# - to layers that are solvers, such as neural differential equations (Chen and others 2018);
# - to physics as a layer (Hu and others 2020), and to derivatives of derivatives (Pearlmutter 1994).
#
# ## Where it comes from
#
# The idea was found several times, and published lists of references often mix titles and people up. (The
# words that you have learnt are in the [glossary](glossary.md).)
#
# - R. E. Wengert (1964). *A simple automatic derivative evaluation program.* Communications of the ACM 7(8),
#   463–464. Forward mode.
# - S. Linnainmaa (1970). *The representation of the cumulative rounding error of an algorithm as a Taylor
#   expansion of the local rounding errors.* Master's thesis, in Finnish, University of Helsinki: reverse
#   mode. In English: *Taylor expansion of the accumulated rounding error*, BIT 16(2), 146–160, 1976.
# - P. J. Werbos (1974). *Beyond regression: new tools for prediction and analysis in the behavioral
#   sciences.* PhD thesis, Harvard University. For neural networks: *Applications of advances in nonlinear
#   sensitivity analysis*, in System Modeling and Optimization, Springer, 762–770, 1982.
# - B. Speelpenning (1980). *Compiling fast partial derivatives of functions given by algorithms.* PhD thesis,
#   University of Illinois at Urbana-Champaign.
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986). *Learning representations by back-propagating
#   errors.* Nature 323, 533–536.
# - Y. LeCun, B. Boser, J. S. Denker, D. Henderson, R. E. Howard, W. Hubbard, L. D. Jackel (1989).
#   *Backpropagation applied to handwritten zip code recognition.* Neural Computation 1(4), 541–551.
# - P. J. Werbos (1990). *Backpropagation through time: what it does and how to do it.* Proceedings of the
#   IEEE 78(10), 1550–1560.
# - R. J. Williams (1992). *Simple statistical gradient-following algorithms for connectionist reinforcement
#   learning.* Machine Learning 8, 229–256.
# - B. A. Pearlmutter (1994). *Fast exact multiplication by the Hessian.* Neural Computation 6(1), 147–160.
# - A. Griewank, A. Walther (2008). *Evaluating derivatives: principles and techniques of algorithmic
#   differentiation*, 2nd edition. SIAM.
# - A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit, L. Jones, A. N. Gomez, Ł. Kaiser, I. Polosukhin (2017).
#   *Attention is all you need.* Advances in Neural Information Processing Systems 30.
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind (2018). *Automatic differentiation in machine
#   learning: a survey.* Journal of Machine Learning Research 18(153), 1–43.
# - R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud (2018). *Neural ordinary differential equations.*
#   Advances in Neural Information Processing Systems 31.
# - Y. Hu, L. Anderson, T.-M. Li, Q. Sun, N. Carr, J. Ragan-Kelley, F. Durand (2020). *DiffTaichi:
#   differentiable programming for physical simulation.* International Conference on Learning Representations.
# - A. Karpathy (2020). *micrograd.* github.com/karpathy/micrograd
#
# ## Five levels
#
# What you have learnt stands on five levels. Each needs those below it.

# %%
stairs(LEVELS, title="You can now …")

# %% [markdown] lang="en"
# When training fails, the question is on which level. Here are five failures. Put each on its own, as in
# `{"A": "chain rule", …}`.
#
# - A: All gradients agree with central differences to ten digits. The loss jumps about, and ends higher than
#   it began.
# - B: One gradient is exactly four times too large. σ(z) is 0.5 there, and nobody wrote σ′(z).
# - C: Twenty layers of sigmoids. Every gradient is right, that of layer 1 is 10⁻¹² of the last one, and the
#   loss stays at ln 2.
# - D: x is used twice. Each local derivative is right, but a node passed on its gradient before both of its
#   users had answered.
# - E: All gradients are right. But a network with a million weights takes a million forward passes for one
#   step.

# %%
levels = ...
### BEGIN SOLUTION
levels = {
    "A": "gradient descent",
    "B": "chain rule",
    "C": "deep engineering",
    "D": "computational graph",
    "E": "backpropagation",
}
### END SOLUTION
check("12.6", levels)

# %% [markdown] lang="en"
# ## Looking back
#
# Every guess of yours was kept. Here they are, beside what was measured, with the mistakes you met. Where a
# guess was wrong, you learnt most. So the quiz asks it again, until it is right.
#
# The last cell keeps what you answered, and draws the whole way. Put in your name and the day, and add
# `.save("my_course.png")` to make a file of it.

# %%
exercises.review()

# %%
quiz = review_quiz(exercises.questions(seed=0))
quiz

# %%
exercises.remember(quiz.answers)
exercises.summary_picture(name="…", date="…")

# %% [markdown] lang="en"
# ## What you can do now
#
# - Make a loss of a reward that has no derivative, check its gradient, and calm it with a baseline.
# - Say who found what, and where backpropagation ends.
# - Say on which of five levels a failure lies.
#
# **Where next?** You began with one knob, and asked who is to blame. Now you can answer for any number of
# knobs, by hand and by machine, and you know when to trust the answer. Three things to build:
#
# 1. An engine of your own: grow the sixty lines of lesson 03 to arrays, with `gradcheck` as the judge.
# 2. A network that writes: let it predict the next letter of a book you love. Lessons 08 and 09 will help.
# 3. A player: REINFORCE, and a game small enough to write in an evening.
#
# Then explain one of them to somebody, with a pencil. Thank you for walking all the way, and back.

# %%
progress("12")
