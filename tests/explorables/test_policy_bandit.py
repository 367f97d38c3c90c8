"""The policy bandit in the next cell: its pulls, its gradients, its words, its refusals."""

import math
import re

import numpy as np
import pytest
import traitlets

from backprop_lib.engine.batched import Tensor
from backprop_lib.explorables.policy_bandit import PolicyBandit, policy_bandit
from backprop_lib.explorables.policy_bandit.run import draw, enumerated, gradient, outcomes, sampled
from backprop_lib.explorables.seeded import uniforms
from backprop_lib.training import numerical_gradient

STATES = [
    {},
    {"pulls": 1},
    {"pulls": 12, "held": 1},
    {"pulls": 200, "held": 1000, "seed": 3},
    {"pulls": 200, "held": 37, "baseline": False, "seed": 5},
    {"arms": (0.0, 1.0), "rate": 1.0, "pulls": 30, "held": 500, "seed": 2**32 - 1},
    {"arms": (0.9, 0.1, 0.35, 0.9), "rate": 0.5, "pulls": 61, "held": 10_000, "seed": 11},
    {"arms": (0.4, 0.4), "rate": 0.02, "pulls": 77, "held": 2, "baseline": False, "seed": 12},
    {"arms": (0.0, 0.0, 0.0), "pulls": 9, "held": 9},
    {"arms": (0.0, 1.0), "rate": 100.0, "pulls": 1000, "held": 30},
]


def softmax(logits):
    powers = np.exp(logits - np.max(logits))
    return powers / powers.sum()


def by_hand(arms, rate, baseline, seed, pulls):
    """REINFORCE written out with NumPy alone: (arm, reward, b, logits after the step) of each pull."""
    logits, rewards, done = np.zeros(len(arms)), [], []
    for first, second in uniforms(seed, 2 * pulls).reshape(-1, 2):
        p = softmax(logits)
        arm = int(np.argmax(first < np.cumsum(p)))
        reward = 1 if second < arms[arm] else 0
        b = float(np.mean(rewards)) if baseline and rewards else 0.0
        logits = logits - rate * (reward - b) * (p - np.eye(len(arms))[arm])
        rewards.append(reward)
        done.append((arm + 1, reward, b, logits))
    return done


@pytest.mark.parametrize("state", STATES)
def test_each_pull_is_that_of_reinforce_written_out(state):
    bandit = PolicyBandit(**state)
    expected = by_hand(bandit.arms, bandit.rate, bandit.baseline, bandit.seed, bandit.pulls)
    assert len(bandit.history) == bandit.pulls
    for pull, (arm, reward, b, logits) in zip(bandit.history, expected, strict=True):
        assert (pull.arm, pull.reward) == (arm, reward)
        assert pull.baseline == pytest.approx(b, abs=1e-12)
        assert pull.logits == pytest.approx(logits, rel=1e-12, abs=1e-12)
    if expected:
        assert bandit.last == bandit.history[-1] and bandit.logits == bandit.last.logits
        assert bandit.mean_reward == pytest.approx(np.mean([reward for _, reward, *_ in expected]))
    else:
        assert bandit.last is bandit.mean_reward is None and set(bandit.logits) == {0.0}
    assert bandit.probabilities == pytest.approx(softmax(np.array(bandit.logits)), rel=1e-12)


def test_the_gradient_of_a_pull_is_that_of_its_loss():
    logits = np.array([0.3, -1.2, 0.7, 2.0])
    for arm in range(4):
        for advantage in (1.0, 0.0, -0.45):
            found = gradient(logits, arm, advantage)
            logarithm = numerical_gradient(lambda z, arm=arm: math.log(softmax(z)[arm]), logits)
            assert found == pytest.approx(-advantage * logarithm, abs=1e-9)
            assert found == pytest.approx(advantage * (softmax(logits) - np.eye(4)[arm]), abs=1e-14)


# --- the exact gradient, and what samples say of it ---------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_the_exact_gradient_is_the_slope_of_the_expected_reward(state):
    bandit = PolicyBandit(**state)
    arms, logits = np.array(bandit.arms), np.array(bandit.logits)
    assert bandit.expected_reward == pytest.approx(softmax(logits) @ arms, rel=1e-12)
    measured = numerical_gradient(lambda z: -(softmax(z) @ arms), logits)
    assert bandit.exact_gradient == pytest.approx(measured, abs=1e-8)
    theta = Tensor(logits, requires_grad=True)
    (-(theta.softmax(0) * arms).sum()).backward()
    assert bandit.exact_gradient == pytest.approx(theta.grad, abs=1e-14)


@pytest.mark.parametrize("b", [0.0, 0.5, -3.0])
def test_a_baseline_leaves_the_mean_and_moves_the_variance(b):
    logits, arms = (0.4, -0.1, 1.1), (0.2, 0.5, 0.8)
    p = softmax(np.array(logits))
    mean, variance = enumerated(logits, arms, b)
    assert mean == pytest.approx(enumerated(logits, arms, 0.0)[0], abs=1e-14)
    # E|g|² − |E g|², with E(R − b)² = r(1 − 2b) + b² for a reward of 0 or 1
    squares = [((p - onehot) ** 2).sum() for onehot in np.eye(3)]
    second = sum(
        chance * (pays * (1.0 - 2.0 * b) + b * b) * square
        for chance, pays, square in zip(p, arms, squares, strict=True)
    )
    assert variance.sum() == pytest.approx(second - (mean**2).sum(), rel=1e-12)


def test_the_baseline_narrows_the_spread_of_an_undecided_policy_and_can_widen_that_of_a_decided_one():
    undecided = policy_bandit()
    assert undecided.exact_variances == pytest.approx({"b = 0": 0.94 / 3.0, "b = V": 0.44 / 3.0})
    assert undecided.exact_gradient == pytest.approx((0.1, 0.0, -0.1), abs=1e-14)
    decided = policy_bandit(arms=(0.0, 1.0), rate=1.0)
    decided.pulls = 100
    assert decided.probabilities[1] > 0.95
    assert decided.exact_variances["b = V"] > 2.0 * decided.exact_variances["b = 0"]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_mean_of_pulls_without_learning_converges_on_the_exact_gradient(seed):
    bandit = policy_bandit(seed=seed)
    bandit.pulls = 20
    for held in (100, 10_000):
        bandit.held = held
        for name, mean in bandit.mean_gradients.items():
            error = math.dist(mean, bandit.exact_gradient)
            assert error < 4.0 * math.sqrt(bandit.exact_variances[name] / held)
    assert bandit.measured_variances == pytest.approx(bandit.exact_variances, rel=0.06)
    logits = bandit.logits
    bandit.held = 0
    assert bandit.logits == logits and set(bandit.mean_gradients.values()) == {None}


def test_pulls_without_learning_are_those_of_their_stream():
    bandit = policy_bandit(seed=4)
    bandit.held = 50
    luck = uniforms(4 + 2**31, 100).reshape(-1, 2)
    arms, rewards = draw(np.full(3, 1 / 3), bandit.arms, luck)
    found = [(reward - 0.25) * (1 / 3 - np.eye(3)[arm]) for arm, reward in zip(arms, rewards, strict=True)]
    assert np.allclose(sampled(bandit.logits, bandit.arms, 4, 50, 0.25), found, rtol=0, atol=1e-15)
    assert bandit.measured_variances["b = 0"] == pytest.approx(
        np.var(
            [reward * (1 / 3 - np.eye(3)[arm]) for arm, reward in zip(arms, rewards, strict=True)], 0
        ).sum()
    )


def test_the_last_arm_is_drawn_where_the_sum_of_p_falls_short_of_1():
    arms, rewards = draw(np.array([0.5, 0.5 - 1e-9]), (0.0, 1.0), np.array([[1.0 - 1e-12, 0.5]]))
    assert (arms.tolist(), rewards.tolist()) == ([1], [1])


@pytest.mark.needs("torch")
def test_torch_gives_the_same_gradients():
    import torch

    bandit = policy_bandit(arms=(0.3, 0.6, 0.1), rate=0.4, seed=8)
    bandit.pulls = 40
    theta = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=0.4)
    for pull in bandit.history:
        optimizer.zero_grad()
        policy = torch.distributions.Categorical(logits=theta)
        loss = -(pull.reward - pull.baseline) * policy.log_prob(torch.tensor(pull.arm - 1))
        loss.backward()
        assert theta.grad.tolist() == pytest.approx(pull.gradient, abs=1e-13)
        optimizer.step()
    assert bandit.logits == pytest.approx(theta.tolist(), abs=1e-12)
    optimizer.zero_grad()
    (-(theta.softmax(0) @ torch.tensor(bandit.arms, dtype=torch.float64))).backward()
    assert bandit.exact_gradient == pytest.approx(theta.grad.tolist(), abs=1e-14)


def test_every_outcome_has_its_gradient():
    found = outcomes((0.0, 0.0), 0.25)
    assert found[0, 1] == pytest.approx([-0.375, 0.375]) and found[1, 0] == pytest.approx([-0.125, 0.125])


# --- traits, words ------------------------------------------------------------------------------------------


def test_what_is_changed_takes_the_same_pulls_again():
    bandit = policy_bandit()
    bandit.pulls = 60
    before = bandit.logits
    bandit.rate = 0.3
    assert bandit.pulls == 60 and bandit.logits != before
    bandit.rate = 0.1
    assert bandit.logits == before
    bandit.pulls = 61
    assert bandit.history[59].logits == before
    bandit.arms = [0, 1, 1]
    assert bandit.arms == (0.0, 1.0, 1.0) and bandit.start["arms"] == (0.2, 0.5, 0.8)
    assert bandit.start == {**bandit.start, "rate": 0.1, "baseline": True, "seed": 0, "pulls": 0, "held": 0}


LEARNING = {
    0: (
        "No pull yet: each of the 3 arms is drawn with p = 0.3333. The best one pays with probability 0.8, "
        "and only pulling can tell which it is"
    ),
    12: (
        "Pull 12 drew arm 1 (p = 0.3563), and it paid R = 1. R − b = 1 − 0.6364 = +0.3636: a step downhill "
        "raises its p to 0.3644. Mean reward so far 0.6667, the best arm's 0.8"
    ),
    200: (
        "Pull 200 drew arm 1 (p = 0.0846), and it paid R = 0. R − b = 0 − 0.6683 = −0.6683: a step downhill "
        "lowers its p to 0.0769. Mean reward so far 0.665, the best arm's 0.8"
    ),
}


@pytest.mark.parametrize("pulls", LEARNING)
def test_it_says_what_was_pulled_and_learnt(pulls):
    bandit = policy_bandit()
    bandit.pulls = pulls
    assert repr(bandit) == bandit.sentence == LEARNING[pulls]


def test_it_says_where_nothing_is_learnt():
    bandit = policy_bandit(baseline=False)
    bandit.pulls = next(n for n in range(1, 50) if by_hand((0.2, 0.5, 0.8), 0.1, False, 0, n)[-1][1] == 0)
    assert "R − b = 0 − 0 = 0: the gradient is 0, and nothing is learnt." in bandit.sentence
    sure = PolicyBandit(arms=(0.0, 1.0), rate=100.0, pulls=1000)
    assert "the gradient is 0, and nothing is learnt." in sure.sentence


CHECKING = [
    (
        {"held": 0},
        "These p earn V = 0.5 a pull. Enumerated over all arms, the gradient of −V is (+0.1, 0, −0.1). "
        "Now pull without learning: what do the samples give on average?",
    ),
    (
        {"held": 1000},
        "The mean of 1000 pulls without learning misses the exact gradient (+0.1, 0, −0.1) by 0.0233 with "
        "b = 0, and by 0.017 with b = V = 0.5. Variance of one pull: 0.3133 and 0.1467; the baseline narrows "
        "the spread and leaves the mean",
    ),
    ({"held": 1}, "The mean of 1 pull without learning misses"),
    ({"held": 5, "arms": (0.0, 0.0)}, "Variance of one pull: 0 and 0; nothing is left to chance"),
    (
        {"held": 5, "arms": (0.0, 1.0), "rate": 1.0, "pulls": 100},
        "here the baseline widens the spread, and still leaves the mean",
    ),
    (
        {"held": 5, "arms": (0.02, 0.02)},
        "the baseline hardly changes the spread, and leaves the mean",
    ),
]


@pytest.mark.parametrize(("state", "words"), CHECKING)
def test_it_says_what_samples_give(state, words):
    assert words in PolicyBandit(view="check the gradient", **state).sentence


@pytest.mark.parametrize(
    ("trait", "wrong", "message"),
    [
        *(
            (
                "arms",
                arms,
                f"arms are two to four probabilities from 0 to 1, such as (0.2, 0.5, 0.8); received {arms!r}",
            )
            for arms in ((0.5,), (0.1,) * 5, (0.5, 1.1), (0.5, math.nan), (0.5, "1"), (True, 0.5))
        ),
        ("rate", 0.0, "rate is a number above 0, 100 at most; received 0.0"),
        ("rate", math.nan, "rate is a number above 0, 100 at most; received nan"),
        ("rate", 101.0, "rate is a number above 0, 100 at most; received 101.0"),
        ("pulls", 1001, "pulls is a whole number from 0 to 1000; received 1001"),
        ("held", -1, "held is a whole number from 0 to 10000; received -1"),
        ("seed", 2**32, "seed is a whole number from 0 to 4294967295; received 4294967296"),
        ("view", "play", "the view is one of 'learn', 'check the gradient'; received 'play'"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_and_nothing_moves(trait, wrong, message):
    bandit = policy_bandit()
    before = getattr(bandit, trait)
    with pytest.raises(traitlets.TraitError, match=f"^{re.escape(message)}$"):
        setattr(bandit, trait, wrong)
    assert getattr(bandit, trait) == before
