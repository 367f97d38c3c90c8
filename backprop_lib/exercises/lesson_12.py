"""Lesson 12, beyond and review: a loss from a reward, its gradient, a baseline, walks, the five levels.

Logits are θ, p is their softmax, an action is a place in it. A loss is what is descended: −R·log p.
"""

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.exercises.lesson_12_levels import SYMPTOMS, TASK
from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction
from backprop_lib.exercises.trying import shown_as


def _numbers(generator, low, high, size):
    """Numbers with two decimals, easy to retype, of either sign and never near zero."""
    return np.round(generator.uniform(low, high, size) * generator.choice([-1, 1], size), 2)


# --- 12.1 a loss from a reward ------------------------------------------------------------------------------


def reinforce_loss(logits, action, reward):
    return -reward * logits.log_softmax(axis=0)[action]


NOT_CONNECTED = "a loss that does not depend on the logits"
SEVERAL = "more than one number"


def try_loss(loss):
    """Turn `loss(logits, …)` on a Tensor into a function from arrays to the loss and its gradient.

    >>> L, d = try_loss(reinforce_loss)(np.array([0.0, 0.0]), action=1, reward=2.0)
    >>> round(L, 4), d
    (1.3863, array([ 1., -1.]))
    """

    def on_numbers(logits, action, reward):
        return _loss_and_gradient(loss, logits, action, reward)

    return shown_as(loss, on_numbers)


def _loss_and_gradient(loss, numbers, *others):
    logits = Tensor(numbers, requires_grad=True)
    L = loss(logits, *others)
    if L is None or L is ...:
        return ... if _is_empty(loss) else L
    if not isinstance(L, Tensor) or not L.requires_grad:
        return NOT_CONNECTED
    if L.numel() != 1:
        return SEVERAL
    L.backward()
    return L.item(), logits.grad


def _is_empty(function):
    """Whether a function has no name in it besides its arguments, as one that is still to be written."""
    code = getattr(function, "__code__", None)
    return code is None or not (code.co_names or code.co_nlocals > code.co_argcount)


def _log_p(logits):
    return logits.log_softmax(axis=0)


def _loss_inputs(generator):
    size = int(generator.integers(3, 6))
    reward = round(float(generator.uniform(0.4, 3.0)), 2)  # above 0, so that its logarithm exists
    return _numbers(generator, 0.2, 1.5, size), int(generator.integers(size)), reward


REINFORCE_LOSS = Exercise(
    id="12.1",
    task="Write `reinforce_loss(logits, action, reward)`: −R·log p(a), from a Tensor of logits, the place of "
    "the action that was drawn, and the reward, a plain number.",
    truth=try_loss(reinforce_loss),
    inputs=_loss_inputs,
    examples=((np.array([1.0, 0.0, -1.0]), 2, 1.0),),
    parts=("the loss", "its gradient"),
    explain="The reward is a plain number, a weight: the gradient goes through log p alone. With R = 1 this "
    "is the cross-entropy of lesson 04, and the class is the action that was drawn.",
    hints=(
        "`log_softmax` of lesson 04 gives log p for all actions: `logits.log_softmax(axis=0)`.",
        "Pick the entry of the action. The reward multiplies it, and the minus makes a loss of it.",
    ),
    misconceptions=(
        Misconception(
            "descends the reward",
            "The minus is missing. Descending this makes what paid less likely: it learns to lose.",
            try_loss(lambda logits, action, reward: reward * _log_p(logits)[action]),
        ),
        Misconception(
            "p in place of log p",
            "This is −R·p(a). An action is drawn with probability p already. ∇p has one more factor p in it "
            "than ∇log p, so frequent actions count twice over: with the logits of this lesson its mean even "
            "points the other way. Take the logarithm.",
            try_loss(lambda logits, action, reward: -reward * logits.softmax(axis=0)[action]),
        ),
        Misconception(
            "differentiates the reward",
            "Nothing leads from this loss back to the logits. The reward comes from the world, a plain "
            "number: log p(a) is what the gradient goes through. And `.item()` or NumPy cut the way back.",
            lambda logits, action, reward: NOT_CONNECTED,
        ),
        Misconception(
            "a loss for each action",
            "This is a number for each action, and `backward` needs one. Pick the entry of the action that "
            "was drawn.",
            lambda logits, action, reward: SEVERAL,
        ),
        Misconception(
            "reward forgotten",
            "The reward is missing. −log p(a) makes every action more likely that is drawn, paid or not.",
            try_loss(lambda logits, action, reward: -_log_p(logits)[action]),
        ),
        Misconception(
            "reward subtracted",
            "The reward was subtracted. A constant has no gradient: what was paid would change nothing. It "
            "has to multiply.",
            try_loss(lambda logits, action, reward: -reward - _log_p(logits)[action]),
        ),
        Misconception(
            "reward inside the logarithm",
            "log(R·p) = log R + log p, and log R is a constant: the reward falls out of the gradient. It "
            "stands before the logarithm.",
            try_loss(lambda logits, action, reward: -(reward * logits.softmax(axis=0)[action]).log()),
        ),
        Misconception(
            "the logit for log p",
            "This takes the logit as it is. log p also has −log Σeᶿ in it: one more likely makes all others "
            "less likely.",
            try_loss(lambda logits, action, reward: -reward * logits[action]),
        ),
        Misconception(
            "all actions at once",
            "This adds up log p of all actions. The reward is for the one that was drawn.",
            try_loss(lambda logits, action, reward: -reward * _log_p(logits).sum()),
        ),
        Misconception(
            "mean over the actions",
            "This is the entropy-like mean Σ p·log p, times R. The mean over the actions comes by itself, as "
            "each is drawn with its p. Take log p of the one that was drawn.",
            try_loss(
                lambda logits, action, reward: -reward * (logits.softmax(axis=0) * _log_p(logits)).sum()
            ),
        ),
    ),
)


# --- 12.2 its gradient by hand ------------------------------------------------------------------------------


def reinforce_gradient(p, action, reward):
    dz = p.copy()
    dz[action] -= 1
    return reward * dz


def _one_hot(p, action):
    return np.eye(len(p))[action]


def _gradient_inputs(generator):
    size = int(generator.integers(3, 6))
    p = np.round(generator.dirichlet(np.full(size, 4.0)), 2) + 0.01
    p[0] += 1.0 - p.sum()
    return p.round(2), int(generator.integers(1, size)), float(_numbers(generator, 0.4, 3.0, ()))


REINFORCE_GRADIENT = Exercise(
    id="12.2",
    task="Write `reinforce_gradient(p, action, reward)`: the gradient of −R·log p(a) with respect to the "
    "logits, from the probabilities p.",
    truth=reinforce_gradient,
    inputs=_gradient_inputs,
    examples=((np.array([0.2, 0.3, 0.5]), 1, 1.0),),
    explain="Lesson 04 has it: the gradient of −log p(a) is p − onehot(a). The reward is a factor. A step "
    "against it raises the logit of the paid action and lowers all others, by as much in all.",
    hints=(
        "For R = 1 it is the cross-entropy of lesson 04, where the gradient was p − y.",
        "y is 1 at the action and 0 elsewhere. Multiply by the reward.",
    ),
    misconceptions=(
        Misconception(
            "turned round",
            "The sign is turned: this is the gradient of +R·log p. Of the loss it is R(p − onehot): negative "
            "at the action, so that a step down raises its logit.",
            lambda p, action, reward: reward * (_one_hot(p, action) - p),
        ),
        Misconception(
            "reward forgotten",
            "This is p − onehot alone. Every action that is drawn would be pushed as if it had paid 1.",
            lambda p, action, reward: p - _one_hot(p, action),
        ),
        Misconception(
            "only the action",
            "Only the action has a gradient here. But its probability falls when another logit rises: the "
            "others get R·p each.",
            lambda p, action, reward: reward * (p - 1) * _one_hot(p, action),
        ),
        Misconception(
            "1 − p left out",
            "This is R·p for every logit. At the action it is R(p − 1): the onehot is missing.",
            lambda p, action, reward: reward * p,
        ),
        Misconception(
            "gradient of p",
            "This is the gradient of −R·p(a), with one factor p(a) too many. Differentiate log p(a).",
            lambda p, action, reward: reward * p[action] * (p - _one_hot(p, action)),
        ),
        Misconception(
            "1 over p",
            "−R/p(a) is the derivative with respect to p(a). There is still the way from p back to the "
            "logits, through the softmax.",
            lambda p, action, reward: -reward / p[action] * _one_hot(p, action),
        ),
        Misconception(
            "reward in the target",
            "Here the reward stands at the action's place in the target, p − R·onehot. It has to multiply "
            "all of p − onehot: no reward, no gradient.",
            lambda p, action, reward: p - reward * _one_hot(p, action),
        ),
        Misconception(
            "1 from all",
            "1 was subtracted everywhere. It belongs to the place of the action alone.",
            lambda p, action, reward: reward * (p - 1),
        ),
        Misconception(
            "1 from all, reward on p",
            "1 was subtracted everywhere, and without the reward. It is R times (p − onehot), and the onehot "
            "is 1 at the place of the action alone.",
            lambda p, action, reward: reward * p - 1,
        ),
        Misconception(
            "number of the action",
            "The number of the action was subtracted from every p. It is the place where 1 is subtracted.",
            lambda p, action, reward: reward * (p - action),
        ),
        Misconception(
            "another action",
            "This subtracts 1 at the place after the action. Places are counted from 0.",
            lambda p, action, reward: reward * (p - np.roll(_one_hot(p, action), 1)),
        ),
    ),
)


# --- 12.3 what was better than before -----------------------------------------------------------------------


def advantages(rewards):
    result = []
    for i in range(len(rewards)):
        before = np.mean(rewards[:i]) if i > 0 else 0.0
        result.append(rewards[i] - before)
    return np.array(result)


def _minus(baseline, first=lambda rewards: 0.0):
    """`advantages` with another baseline: a function of (rewards, i), and one of the rewards for i = 0."""

    def mistaken(rewards):
        later = [baseline(rewards, i) for i in range(1, len(rewards))]
        return rewards - np.array([first(rewards), *later])

    return mistaken


ADVANTAGES = Exercise(
    id="12.3",
    task="Write `advantages(rewards)`: each reward minus the mean of all rewards before it. Before the first "
    "one there is nothing to subtract.",
    truth=advantages,
    inputs=lambda generator: (np.round(generator.uniform(0.0, 5.0, int(generator.integers(4, 8))), 1),),
    examples=((np.array([1.0, 0.0, 1.0, 1.0]),),),
    explain="What came before does not depend on the action of now. So it may be subtracted, and the mean of "
    "the gradients stays. As rewards get better, so does what counts as good.",
    hints=(
        "`rewards[:i]` are those before place i. There are none for i = 0.",
        "Take `np.mean(rewards[:i])` if i > 0, else 0, and subtract it from `rewards[i]`.",
    ),
    misconceptions=(
        Misconception(
            "itself included",
            "The reward itself is in its mean. So the baseline depends on the action, and it takes away a "
            "part of what is to be learnt: of the first reward everything. Take only those before.",
            _minus(lambda rewards, i: np.mean(rewards[: i + 1]), first=lambda rewards: rewards[0]),
        ),
        Misconception(
            "mean of nothing",
            "All is right but the first, which is NaN: the mean of no numbers is 0/0. Before the first pull "
            "the baseline is 0.",
            _minus(lambda rewards, i: np.mean(rewards[:i]), first=lambda rewards: np.nan),
        ),
        Misconception(
            "mean of all",
            "This subtracts the mean of all rewards, also of those that are still to come. Nobody knows them "
            "when the step is made.",
            lambda rewards: rewards - np.mean(rewards),
        ),
        Misconception(
            "only the last one",
            "This subtracts the reward just before. It is as much a matter of luck as this one: the mean of "
            "all before is calmer.",
            _minus(lambda rewards, i: rewards[i - 1]),
        ),
        Misconception(
            "sum for mean",
            "This subtracts the sum of those before. It grows from pull to pull, and soon every reward looks "
            "bad.",
            _minus(lambda rewards, i: np.sum(rewards[:i])),
        ),
        Misconception(
            "divided by one too many",
            "The sum of those before was divided by i + 1. There are i of them.",
            _minus(lambda rewards, i: np.sum(rewards[:i]) / (i + 1)),
        ),
        Misconception(
            "added",
            "The baseline was added. That pushes harder on everything, and makes the spread larger.",
            _minus(lambda rewards, i: -np.mean(rewards[:i])),
        ),
        Misconception(
            "turned round",
            "This is baseline minus reward, so what is better than before would be made less likely.",
            lambda rewards: -advantages(rewards),
        ),
        Misconception(
            "best so far",
            "This subtracts the best reward so far. Then hardly any action is ever praised. The mean says "
            "what is to be expected.",
            _minus(lambda rewards, i: np.max(rewards[:i])),
        ),
        Misconception(
            "first one left out",
            "The first reward became 0. There is nothing to subtract from it, so it stays as it is.",
            lambda rewards: np.concatenate([[0.0], advantages(rewards)[1:]]),
        ),
        Misconception(
            "no baseline",
            "These are the rewards themselves. Subtract what was to be expected.",
            lambda rewards: np.array(rewards),
        ),
    ),
)


# --- 12.4 returns -------------------------------------------------------------------------------------------


def returns_to_go(rewards, gamma):
    G, result = 0.0, []
    for reward in rewards[::-1]:
        G = reward + gamma * G
        result.append(G)
    return np.array(result[::-1])


def _powers(rewards, gamma):
    return gamma ** np.arange(len(rewards))


def _not_turned_back(rewards, gamma):
    return returns_to_go(rewards, gamma)[::-1]


def _so_far(rewards, gamma):
    return returns_to_go(rewards[::-1], gamma)[::-1]


def _discounted_from_the_start(rewards, gamma):
    return np.cumsum((rewards * _powers(rewards, gamma))[::-1])[::-1]


def _discounted_from_the_end(rewards, gamma):
    return np.cumsum((rewards * _powers(rewards, gamma)[::-1])[::-1])[::-1]


def _later_ones_only(rewards, gamma):
    return np.append(returns_to_go(rewards, gamma)[1:], 0.0)


RETURNS_TO_GO = Exercise(
    id="12.4",
    task="Write `returns_to_go(rewards, gamma)`: for each step of a walk Gₜ = rₜ + γrₜ₊₁ + γ²rₜ₊₂ + …, down "
    "to the last reward.",
    truth=returns_to_go,
    inputs=lambda generator: (
        _numbers(generator, 0.3, 3.0, int(generator.integers(3, 7))),
        round(float(generator.uniform(0.5, 0.95)), 2),
    ),
    examples=((np.array([0.0, 0.0, 1.0]), 0.9), (np.array([1.0, 2.0, 4.0]), 0.5)),
    explain="Gₜ = rₜ + γGₜ₊₁: start at the end, and walk back once. It is a backward pass, with γ as the "
    "local derivative.",
    hints=(
        "The last one is easy: it is the last reward. And the one before it?",
        "Gₜ = rₜ + γGₜ₊₁. Go through `rewards[::-1]`, and keep G from one step to the next.",
        "What you have collected runs from the end to the start. Turn it round: `[::-1]`.",
    ),
    misconceptions=(
        Misconception(
            "whole return",
            "Every step has the return of the whole walk here. A step cannot have earned what was paid "
            "before it: count from its own reward on.",
            lambda rewards, gamma: np.full(len(rewards), returns_to_go(rewards, gamma)[0]),
        ),
        Misconception(
            "discounted from the start",
            "This discounts by the time since the walk began, γᵗrₜ. Then late steps count for little, "
            "whatever they earn. Each step counts the time from itself.",
            _discounted_from_the_start,
        ),
        Misconception(
            "discounted from the end",
            "Here the last reward counts in full, and early ones are discounted. It is the other way round: "
            "what lies further ahead counts less.",
            _discounted_from_the_end,
        ),
        Misconception(
            "not discounted",
            "γ is missing: these are the plain sums of what is still to come.",
            lambda rewards, gamma: np.cumsum(rewards[::-1])[::-1],
        ),
        Misconception(
            "own reward left out",
            "This begins with the reward after the step's own. rₜ is what step t was paid: it belongs to Gₜ.",
            _later_ones_only,
        ),
        Misconception(
            "not added up",
            "These are the rewards, each discounted, and nothing is added up. A step gets all that is still "
            "to come.",
            lambda rewards, gamma: rewards * _powers(rewards, gamma),
        ),
        Misconception(
            "what lies behind, discounted",
            "This adds up from the start, discounted by the time since then. What is past, the step cannot "
            "have earned: look ahead, from its own reward on.",
            lambda rewards, gamma: np.cumsum(rewards * _powers(rewards, gamma)),
        ),
        Misconception(
            "what lies behind",
            "This adds up the rewards so far. What is past, the step cannot have earned: look ahead.",
            _so_far,
        ),
        Misconception(
            "not turned back",
            "The numbers are right, but they run from the end to the start. Turn them round once more.",
            _not_turned_back,
        ),
        Misconception(
            "one discount for all",
            "Here all that is to come is discounted by one γ. A reward k steps ahead gets γ to the power "
            "of k.",
            lambda rewards, gamma: rewards + gamma * (np.cumsum(rewards[::-1])[::-1] - rewards),
        ),
        Misconception(
            "next step only",
            "This looks one step ahead, rₜ + γrₜ₊₁. Put Gₜ₊₁ in the place of rₜ₊₁.",
            lambda rewards, gamma: rewards + gamma * np.append(rewards[1:], 0.0),
        ),
        Misconception(
            "own reward discounted",
            "The step's own reward is discounted, too: γ(rₜ + Gₜ₊₁). It is paid now, with the factor 1.",
            lambda rewards, gamma: gamma * returns_to_go(rewards, gamma),
        ),
    ),
)


# --- 12.5 the loss of a walk --------------------------------------------------------------------------------


def walk_loss(logits, moves, advantages):
    log_p = logits.log_softmax(axis=1)[np.arange(len(moves)), moves]
    return -(log_p * advantages).sum()


def try_walk(loss):
    """Turn `walk_loss(logits, moves, advantages)` into a function from arrays to the loss and its gradient.

    >>> L, d = try_walk(walk_loss)(np.zeros((1, 2)), np.array([0]), np.array([1.0]))
    >>> round(L, 4), d
    (0.6931, array([[-0.5,  0.5]]))
    """

    def on_numbers(logits, moves, advantages):
        return _loss_and_gradient(loss, logits, moves, advantages)

    return shown_as(loss, on_numbers)


def _chosen(logits, moves, axis=1):
    return logits.log_softmax(axis=axis)[np.arange(len(moves)), moves]


def _walk_inputs(generator):
    steps, actions = int(generator.integers(5, 8)), 4
    moves = generator.permutation(np.arange(steps) % actions)  # no move is missing
    return _numbers(generator, 0.2, 1.5, (steps, actions)), moves, _numbers(generator, 0.3, 2.0, steps)


WALK_LOSS = Exercise(
    id="12.5",
    task="Write `walk_loss(logits, moves, advantages)`: the sum of −Aₜ·log p(move t) over the steps. "
    "`logits` is a Tensor with a row for each step; `moves` and `advantages` are arrays, an entry for each.",
    truth=try_walk(walk_loss),
    inputs=_walk_inputs,
    parts=("the loss", "its gradient"),
    explain="One REINFORCE loss for each step, added up. The gradients of all steps meet in the same "
    "parameters, so `backward` adds them as it always does.",
    hints=(
        "`logits.log_softmax(axis=1)` has a row for each step. Pick from each row the entry of its move.",
        "`log_p[np.arange(len(moves)), moves]` picks one entry from each row, as in lesson 04.",
        "Multiply by the advantages, add up, and mind the sign.",
    ),
    misconceptions=(
        Misconception(
            "uphill",
            "The minus is missing: descending this makes good moves rare.",
            try_walk(lambda logits, moves, advantages: (_chosen(logits, moves) * advantages).sum()),
        ),
        Misconception(
            "everything with everything",
            "Here the sum of all advantages multiplies the sum of all log p. Each step has an advantage of "
            "its own: multiply first, then add.",
            try_walk(lambda logits, moves, advantages: -_chosen(logits, moves).sum() * advantages.sum()),
        ),
        Misconception(
            "wrong axis",
            "The softmax runs over the steps, axis 0. Each row holds the moves of one step, and they share "
            "its probability: axis 1.",
            try_walk(lambda logits, moves, advantages: -(_chosen(logits, moves, 0) * advantages).sum()),
        ),
        Misconception(
            "p in place of log p",
            "This takes p, where log p is asked for: moves that are likely anyway would count twice over.",
            try_walk(
                lambda logits, moves, advantages: (
                    -(logits.softmax(axis=1)[np.arange(len(moves)), moves] * advantages).sum()
                )
            ),
        ),
        Misconception(
            "advantages forgotten",
            "The advantages are missing. This makes every move more likely that was made: it learns to "
            "repeat itself.",
            try_walk(lambda logits, moves, advantages: -_chosen(logits, moves).sum()),
        ),
        Misconception(
            "mean for sum",
            "This is the mean over the steps. A long walk would then push each of its steps less than a "
            "short one.",
            try_walk(lambda logits, moves, advantages: -(_chosen(logits, moves) * advantages).mean()),
        ),
        Misconception(
            "whole rows",
            "`log_p[moves]` picks whole rows, those numbered as the moves are. One entry of each row is "
            "wanted: `log_p[np.arange(len(moves)), moves]`.",
            try_walk(
                lambda logits, moves, advantages: (
                    -(logits.log_softmax(axis=1)[moves] * advantages[:, None]).sum()
                )
            ),
        ),
        Misconception(
            "every step with every move",
            "`log_p[:, moves]` picks the moves of all steps from every row. One entry of each row is wanted: "
            "`log_p[np.arange(len(moves)), moves]`.",
            try_walk(
                lambda logits, moves, advantages: -(logits.log_softmax(axis=1)[:, moves] * advantages).sum()
            ),
        ),
        Misconception(
            "a loss for each step",
            "This is a number for each step, and `backward` needs one: add them up.",
            lambda logits, moves, advantages: SEVERAL,
        ),
        Misconception(
            "cut off",
            "Nothing leads from this loss back to the logits: `.item()`, `.data` or NumPy cut the way. Stay "
            "with Tensors up to the sum.",
            lambda logits, moves, advantages: NOT_CONNECTED,
        ),
        Misconception(
            "all moves of a step",
            "All moves of a step get its advantage here. Praise belongs to the one that was made.",
            try_walk(
                lambda logits, moves, advantages: -(logits.log_softmax(axis=1) * advantages[:, None]).sum()
            ),
        ),
        Misconception(
            "logits for log p",
            "This takes the logits as they are. log p comes from `log_softmax`.",
            try_walk(
                lambda logits, moves, advantages: -(logits[np.arange(len(moves)), moves] * advantages).sum()
            ),
        ),
    ),
)


# --- 12.6 the five levels -----------------------------------------------------------------------------------


def _levels(**moved):
    """The levels of all symptoms, some of them moved to another."""
    return {letter: moved.get(letter, symptom.level) for letter, symptom in SYMPTOMS.items()}


def levels():
    return {
        "A": "gradient descent",
        "B": "chain rule",
        "C": "deep engineering",
        "D": "computational graph",
        "E": "backpropagation",
    }


LEVELS_OF_MISTAKES = Exercise(
    id="12.6",
    task=TASK,
    truth=levels,
    explain="Look from below: is every slope right, is the graph, is the walk? A gradient check answers all "
    "three at once. Only then ask how far to go, and last how deep.",
    hints=(
        "Ask of each: is the gradient wrong? If the check passes, the mistake is higher up.",
        "One of them gets right gradients, but pays a forward pass for each weight.",
        "One number wrong in one factor is the lowest level. An order that is wrong is the next.",
    ),
    misconceptions=tuple(
        Misconception(f"{letter} taken for {level}", why, lambda moved={letter: level}: _levels(**moved))
        for letter, symptom in SYMPTOMS.items()
        for level, why in symptom.taken_for.items()
    ),
)


EXERCISES = (
    REINFORCE_LOSS,
    REINFORCE_GRADIENT,
    ADVANTAGES,
    RETURNS_TO_GO,
    WALK_LOSS,
    LEVELS_OF_MISTAKES,
)


PREDICTIONS = (
    Prediction(
        id="12.a",
        question="The worst arm is drawn, and for once it pays 1. After the step, is its probability higher, "
        "lower or the same?",
        options=("higher", "lower", "same"),
        confusions=(
            Confusion(
                "lower",
                "higher",
                "You know that it is the worst arm. The learner knows one pull, and that one paid.",
            ),
            Confusion(
                "same",
                "higher",
                "The step does not compare arms. Whatever pays becomes more likely, at the others' expense.",
            ),
        ),
    ),
    Prediction(
        id="12.b",
        question="From every reward the same number is subtracted. What does that change: the mean of the "
        "gradients, their spread, or both?",
        options=("mean", "spread", "both"),
        confusions=(
            Confusion(
                "mean",
                "spread",
                "Every gradient moves by −b(p − onehot). Over all draws the onehot is p in the mean, so that "
                "is 0.",
            ),
            Confusion(
                "both",
                "spread",
                "The spread, yes. But each gradient moves by −b(p − onehot), and in the mean over all draws "
                "the onehot is p: so the mean stays.",
            ),
        ),
    ),
    Prediction(
        id="12.c",
        question="A hundred learners pull 500 times each, with a learning rate of 5. How many of them end up "
        "with the best arm as their favourite?",
        confusions=(
            *(
                Confusion(
                    guess,
                    59.0,
                    "On average each step is right. But who soon favours an arm hardly ever tries the others "
                    "again.",
                )
                for guess in (100.0, 82.0, 72.0)
            ),
            Confusion(
                33.0,
                59.0,
                "That would be chance alone. They do learn; some of them too fast.",
            ),
        ),
    ),
    Prediction(
        id="12.d",
        question="Now a hole costs 1. Where do most of the last 100 walks end: at the goal, in a hole, or "
        "nowhere, as they run out of steps?",
        options=("goal", "hole", "nowhere"),
        confusions=(
            Confusion(
                "goal",
                "nowhere",
                "Holes are near, and soon found; the goal is far. Before it was ever met often enough, the "
                "learner had learnt to stay away from the holes, and from the way between them.",
            ),
            Confusion(
                "hole",
                "nowhere",
                "It learns to avoid holes quickly, as they are met so often. But it learns nothing else.",
            ),
        ),
    ),
)
