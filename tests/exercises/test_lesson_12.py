"""Lesson 12: REINFORCE against sums over all draws and PyTorch, what its learners learn, its levels."""

import ast
import functools
import inspect
import itertools
import sys
import types

import numpy as np
import pytest

from backprop_lib import Tensor, Value
from backprop_lib.course import LESSONS as COURSE
from backprop_lib.exercises import evaluate, lesson_12, lesson_12_pytorch
from backprop_lib.exercises.compare import distance
from backprop_lib.exercises.lesson_12 import (
    advantages,
    reinforce_gradient,
    reinforce_loss,
    returns_to_go,
    try_loss,
    try_walk,
    walk_loss,
)
from backprop_lib.exercises.lesson_12_levels import LEVELS, SYMPTOMS
from backprop_lib.exercises.lesson_12_pond import KINDS, LONGEST, MOVES, POND, step, walk
from backprop_lib.exercises.registry import find_exercise, find_prediction
from backprop_lib.explorables.policy_bandit import policy_bandit
from backprop_lib.training import SGD, numerical_gradient
from tools.build_notebooks import LESSONS
from tools.lessons import read_lesson

PAYS, LOGITS = np.array([0.2, 0.5, 0.8]), np.array([1.0, 0.0, -1.0])
SOLUTIONS = {
    "12.1": "reinforce_loss",
    "12.2": "reinforce_gradient",
    "12.3": "advantages",
    "12.4": "returns_to_go",
    "12.5": "walk_loss",
}
TRIED = {"12.1": try_loss, "12.5": try_walk}


@functools.cache
def lesson():
    """The lesson's functions, solutions among them, without its experiments."""
    cells = read_lesson(LESSONS / "12_beyond_and_review.py", solved=True).cells
    code = ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code")).body
    functions = [node for node in code if isinstance(node, ast.FunctionDef)]
    space = {"np": np, "Tensor": Tensor, "Value": Value, "SGD": SGD, "PAYS": PAYS, "LOGITS": LOGITS}
    space |= {"ready": lesson_12, "walk": walk, "tqdm": lambda steps, **_: steps, "sys": sys}
    exec(compile(ast.Module(functions, []), "lesson", "exec"), space)
    return types.SimpleNamespace(**{node.name: space[node.name] for node in functions})


def confused(id):
    return {confusion.measured for confusion in find_prediction(id).confusions}


def softmax(logits):
    return Tensor(logits).softmax(axis=-1).data


# --- the solutions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("id", "name"), SOLUTIONS.items())
def test_the_lessons_solutions_are_right_and_the_modules_own(id, name):
    theirs, ours = (TRIED.get(id, lambda f: f)(getattr(home, name)) for home in (lesson(), lesson_12))
    assert evaluate(id, theirs).solved
    for given in find_exercise(id).cases():
        assert distance(ours(*given), theirs(*given)) < 1e-12


def test_what_solution_shows_can_be_pasted_into_the_lesson():
    """It uses only what the lesson's cells know."""
    known = {"np", "len", "range", *SOLUTIONS.values()}
    for name in SOLUTIONS.values():
        tree = ast.parse(inspect.getsource(getattr(lesson_12, name)))
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        stored |= {argument.arg for argument in ast.walk(tree) if isinstance(argument, ast.arg)}
        read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        assert read - stored <= known


def test_other_ways_to_write_them_are_right_too():
    def by_hand(logits, action, reward):
        return (logits.exp().sum().log() - logits[action]) * reward

    def outer(p, action, reward):
        return [reward * (p[i] - (i == action)) for i in range(len(p))]

    def running(rewards):
        mean, found = 0.0, []
        for count, reward in enumerate(rewards):
            found.append(reward - mean)
            mean += (reward - mean) / (count + 1)
        return found

    def summed(rewards, gamma):
        n = len(rewards)
        return [sum(gamma ** (k - t) * rewards[k] for k in range(t, n)) for t in range(n)]

    def step_by_step(logits, moves, advantages):
        return sum(reinforce_loss(logits[t], moves[t], advantages[t]) for t in range(len(moves)))

    assert evaluate("12.1", try_loss(by_hand)).solved
    assert evaluate("12.2", outer).solved
    assert evaluate("12.3", running).solved
    assert evaluate("12.4", summed).solved
    assert evaluate("12.5", try_walk(step_by_step)).solved


@pytest.mark.parametrize(("id", "trying"), TRIED.items())
def test_a_loss_that_is_not_written_is_blank_and_one_without_return_is_told(id, trying):
    def empty(logits, action, reward): ...

    def unreturned(logits, action, reward):
        logits.sum()

    assert evaluate(id, trying(empty)).kind == "blank"
    assert "return" in evaluate(id, trying(unreturned)).message
    assert evaluate(id, trying(lambda logits, *_: -logits)).misconception.startswith("a loss for each")
    assert evaluate("12.1", try_loss(lambda logits, action, reward: -reward)).misconception == (
        "differentiates the reward"
    )


# --- the gradient of a reward -------------------------------------------------------------------------------


def expected(logits, pays):
    return softmax(logits) @ pays


@pytest.mark.parametrize("seed", range(5))
def test_the_mean_over_all_draws_is_the_gradient_of_the_expected_reward(seed):
    rng = np.random.default_rng(seed)
    logits, pays = rng.normal(size=4), rng.uniform(size=4)
    p, truth = softmax(logits), -numerical_gradient(lambda z: expected(z, pays), logits)
    for b in (0.0, 0.7, p @ pays):
        drawn = [p[a] * reinforce_gradient(p, a, pays[a] - b) for a in range(4)]
        np.testing.assert_allclose(np.sum(drawn, axis=0), truth, atol=1e-9)
    np.testing.assert_allclose(p * (p @ pays - pays), truth, atol=1e-9)


def test_the_gradient_by_hand_is_that_of_the_engine():
    for logits, action, reward in find_exercise("12.1").cases():
        _, gradient = try_loss(reinforce_loss)(logits, action, reward)
        np.testing.assert_allclose(reinforce_gradient(softmax(logits), action, reward), gradient, atol=1e-12)


def test_a_loss_of_p_or_a_baseline_that_knows_the_action_leads_elsewhere():
    p = softmax(LOGITS)
    truth = p * (p @ PAYS - PAYS)
    of_p = sum(p[a] * p[a] * reinforce_gradient(p, a, PAYS[a]) for a in range(3))
    knowing = sum(p[a] * reinforce_gradient(p, a, PAYS[a] - 0.5 * PAYS[a]) for a in range(3))
    assert of_p @ truth < 0  # uphill, even: the worst arm is drawn so often
    assert np.abs(knowing - truth).max() > 0.01


def test_the_recorded_gradient_is_ours():
    p = softmax(LOGITS)
    np.testing.assert_allclose(lesson_12_pytorch.RECORDED, p * (p @ PAYS - PAYS), atol=1e-9)


@pytest.mark.needs("torch")
def test_the_recorded_gradient_is_that_of_pytorch():
    found = lesson_12_pytorch.by_categorical(LOGITS, PAYS)
    np.testing.assert_allclose(found, lesson_12_pytorch.RECORDED, atol=1e-9)


@pytest.mark.needs("torch")
def test_pytorchs_policy_gives_the_gradient_of_each_draw():
    import torch

    for action, reward in itertools.product(range(3), (1.0, -0.5)):
        theta = torch.tensor(LOGITS, requires_grad=True)
        (-reward * torch.distributions.Categorical(logits=theta).log_prob(torch.tensor(action))).backward()
        np.testing.assert_allclose(
            theta.grad.numpy(), reinforce_gradient(softmax(LOGITS), action, reward), atol=1e-12
        )


# --- what the experiments measure ---------------------------------------------------------------------------


def test_an_arm_that_pays_becomes_more_likely_even_the_worst():
    p = softmax(LOGITS)
    assert softmax(LOGITS - reinforce_gradient(p, 0, 1.0))[0] > p[0]
    assert confused("12.a") == {"higher"}


@pytest.mark.parametrize("logits", [np.zeros(3), LOGITS])
def test_the_baseline_halves_the_variance_and_leaves_the_mean(logits):
    p, spread, means = softmax(logits), [], []
    for b in (0.0, p @ PAYS):
        outcomes = [
            (p[a] * chance, reinforce_gradient(p, a, reward - b))
            for a in range(3)
            for reward, chance in ((1.0, PAYS[a]), (0.0, 1 - PAYS[a]))
        ]
        means.append(sum(weight * gradient for weight, gradient in outcomes))
        spread.append(sum(weight * ((gradient - means[-1]) ** 2).sum() for weight, gradient in outcomes))
    np.testing.assert_allclose(*means, atol=1e-12)
    assert spread[1] / spread[0] == pytest.approx(0.5, abs=0.05)
    assert confused("12.b") == {"spread"}


def test_who_is_sure_too_soon_misses_the_best_arm():
    fast, calmed, slow = (lesson().favourites(*setting)[2] for setting in ((5.0,), (5.0, True), (0.1,)))
    assert fast + 10 < calmed < slow == 100
    assert confused("12.c") == {float(fast)}


def test_the_explorable_shows_what_the_answers_say():
    bandit = policy_bandit()
    assert {k: round(v, 3) for k, v in bandit.exact_variances.items()} == {"b = 0": 0.313, "b = V": 0.147}
    bandit.pulls = 200
    unpaid = [pull for pull in bandit.history[5:] if not pull.reward]
    assert all(pull.gradient[pull.arm - 1] > 0 for pull in unpaid)  # so a step lowers its logit
    bandit.baseline = False
    assert all(not any(pull.gradient) for pull in bandit.history if not pull.reward)
    ends = []
    for seed in range(10):
        hasty = policy_bandit(rate=5.0, seed=seed)
        hasty.pulls = 300
        ends.append(int(np.argmax(hasty.probabilities)))
    assert 1 <= sum(end != 2 for end in ends) <= 6


# --- walks --------------------------------------------------------------------------------------------------


def test_the_best_return_of_the_pond_is_that_of_six_moves():
    best = np.zeros(len(KINDS))
    for _ in range(LONGEST):
        for cell, kind in enumerate(KINDS):
            if kind not in "GH":
                ways = [step(cell, move, hole=0.0) for move in range(len(MOVES))]
                best[cell] = max(reward + 0.9 * best[after] for after, reward in ways)
    assert best[KINDS.index("S")] == pytest.approx(0.9**5)


def test_a_walk_ends_in_a_hole_at_the_goal_or_after_thirty_steps():
    rng, evenly = np.random.default_rng(0), np.full((16, 4), 0.25)
    for _ in range(200):
        cells, moves, rewards = walk(evenly, rng, hole=-1.0)
        assert len(cells) == len(moves) == len(rewards) <= LONGEST
        after, reward = step(cells[-1], moves[-1], hole=-1.0)
        assert KINDS[after] in "GH" or len(cells) == LONGEST
        assert not rewards[:-1].any() and rewards[-1] == reward


def test_at_the_edge_one_stays():
    assert [step(0, move, 0.0)[0] for move in range(4)] == [0, 1, 4, 0]
    assert [step(13, move, 0.0)[0] for move in range(4)] == [9, 14, 13, 12]
    assert "".join(POND) == KINDS


def test_returns_to_go_are_a_backward_pass_with_the_discount_as_local_derivative():
    rewards, gamma = [1.0, -2.0, 4.0], 0.5
    weights = [Value(1.0)]
    for _ in rewards[1:]:
        weights.append(weights[-1] * gamma)
    L = sum(weight * reward for weight, reward in zip(weights, rewards, strict=True))
    L.backward()
    assert [weight.grad for weight in weights] == returns_to_go(np.array(rewards), gamma).tolist()


def test_the_exact_gradient_of_the_discounted_return_weighs_step_t_by_gamma_to_the_t():
    """Two steps, two moves each; the second state depends on the first move, so there are three states."""
    rng, gamma = np.random.default_rng(3), 0.7
    logits, first, second = rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=(2, 2))

    def mean_return(logits):
        p = softmax(logits)
        return sum(
            p[0, a] * p[1 + a, b] * (first[a] + gamma * second[a, b])
            for a, b in itertools.product(range(2), repeat=2)
        )

    p, found = softmax(logits), np.zeros((3, 2))
    for a, b in itertools.product(range(2), repeat=2):
        G = returns_to_go(np.array([first[a], second[a, b]]), gamma)
        states, moves = np.array([0, 1 + a]), np.array([a, b])
        _, rows = try_walk(walk_loss)(logits[states], moves, G * gamma ** np.arange(2))
        found[states] += p[0, a] * p[1 + a, b] * rows
    np.testing.assert_allclose(found, -numerical_gradient(mean_return, logits), atol=1e-9)


def last_returns(hole, seed):
    _, returns, last = lesson().learn(hole, np.random.default_rng(seed))
    return np.mean(returns[-100:]), last[-100:]


def test_where_holes_only_end_the_walk_the_goal_is_found_by_every_learner():
    for seed in range(6):
        mean, _ = last_returns(0.0, seed)
        assert 0.45 < mean <= 0.9**5


def test_where_holes_cost_most_learners_hide():
    hidden = [last_returns(-1.0, seed)[1].count(0.0) > 50 for seed in range(6)]
    assert hidden[0] and sum(hidden) >= 4
    assert confused("12.d") == {"nowhere"}


def test_an_advantage_knows_nothing_of_its_own_reward():
    rewards = np.array([1.0, 0.0, 3.0])
    for i in range(3):
        changed = rewards.copy()
        changed[i] += 1.0
        np.testing.assert_allclose((advantages(changed) - advantages(rewards))[i], 1.0)


# --- the throw ----------------------------------------------------------------------------------------------


def test_the_gradient_through_a_hundred_time_steps_is_right():
    def miss(v):
        x, y = lesson().throw(Value(float(v[0])), Value(float(v[1])))
        return (x - 6.0) ** 2 + (y - 3.0) ** 2

    start = np.array([4.0, 7.0])
    velocity = Value(4.0), Value(7.0)
    x, y = lesson().throw(*velocity)
    ((x - 6.0) ** 2 + (y - 3.0) ** 2).backward()
    by_nudging = numerical_gradient(lambda v: miss(v).data, start)
    np.testing.assert_allclose([v.grad for v in velocity], by_nudging, rtol=1e-7)


# --- the levels ---------------------------------------------------------------------------------------------


def test_the_levels_cover_the_course():
    names = [level.name for level in LEVELS]
    assert {number for level in LEVELS for number in level.lessons} == {one.number for one in COURSE}
    assert len(set(names)) == 5
    assert sorted(symptom.level for symptom in SYMPTOMS.values()) == sorted(names)


@pytest.mark.parametrize("letter", SYMPTOMS)
def test_each_symptom_is_taken_for_other_levels_and_told_why_not(letter):
    symptom, names = SYMPTOMS[letter], {level.name for level in LEVELS}
    assert set(symptom.taken_for) <= names - {symptom.level}
    assert all(why.startswith(f"{letter}: ") for why in symptom.taken_for.values())


def test_the_lesson_tells_the_symptoms_in_the_words_of_the_task():
    text = " ".join(
        (LESSONS / "12_beyond_and_review.py").read_text(encoding="utf-8").replace("#", "").split()
    )
    for letter, symptom in SYMPTOMS.items():
        assert f"- {letter}: {symptom.text}" in text


def test_the_answer_of_the_module_is_that_of_the_symptoms():
    assert lesson_12.levels() == {letter: symptom.level for letter, symptom in SYMPTOMS.items()}
    swapped = lesson_12.levels() | {"A": "chain rule", "B": "gradient descent"}
    assert evaluate("12.6", swapped).kind == "wrong"
    assert evaluate("12.6", dict.fromkeys(SYMPTOMS, ...)).kind == "blank"


# --- what it refers to --------------------------------------------------------------------------------------


def test_who_is_named_with_a_year_is_in_the_list():
    text = (LESSONS / "12_beyond_and_review.py").read_text(encoding="utf-8")
    text, _, entries = text.partition("## Where it comes from")
    entries = entries.partition("## Five levels")[0].replace("\n#  ", "")
    for name, year in [
        ("Werbos", 1990),
        ("Vaswani", 2017),
        ("Chen", 2018),
        ("Hu", 2020),
        ("Pearlmutter", 1994),
    ]:
        assert f"{name} {year}" in text or f"{name} and others {year}" in text
        assert any(name in entry and f"({year})" in entry for entry in entries.split("# - "))
