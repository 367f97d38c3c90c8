"""What the bandit says; js/policy_bandit/words.js writes the same."""

import math

from backprop_lib.explorables import words

ROUND_OFF = 1e-12  # what is smaller is 0, but for the last digits of a sum
CHANGED = 1.05  # times the other variance, or more: a spread that is told from it
BASELINES = ("b = 0", "b = V")  # that are compared where nothing is learnt


def learning(number, pull, probabilities, earned, best):
    """Tell of the latest pull: its arm, its reward, its gradient, and how much is earned on average.

    number: how many pulls there were.  pull: the last of them, or None.  probabilities: those after it.
    earned: the mean reward so far.  best: what the best arm pays.
    """
    if pull is None:
        each = words.number(probabilities[0])
        return (
            f"No pull yet: each of the {len(probabilities)} arms is drawn with p = {each}. "
            f"The best one pays with probability {words.number(best)}, and only pulling can tell which it is"
        )
    drawn = words.number(pull.probabilities[pull.arm - 1])
    after = words.number(probabilities[pull.arm - 1])
    advantage = settled(pull.reward - pull.baseline)
    if not any(map(settled, pull.gradient)):
        learnt = "the gradient is 0, and nothing is learnt"
    else:
        learnt = f"a step downhill {'raises' if advantage > 0.0 else 'lowers'} its p to {after}"
    return (
        f"Pull {number} drew arm {pull.arm} (p = {drawn}), and it paid R = {pull.reward}. "
        f"R − b = {pull.reward} − {words.number(pull.baseline)} = {words.signed(advantage)}: {learnt}. "
        f"Mean reward so far {words.number(earned)}, the best arm's {words.number(best)}"
    )


def checking(count, expected, exact, means, variances):
    """Tell what pulls without learning say of the gradient, without a baseline and with it.

    count: how many there were.  expected: V.  exact: the gradient of −V.  means, variances: without, with.
    """
    if count == 0:
        return (
            f"These p earn V = {words.number(expected)} a pull. Enumerated over all arms, the gradient of −V "
            f"is {_listed(exact)}. Now pull without learning: what do the samples give on average?"
        )
    pulls = "1 pull" if count == 1 else f"{count} pulls"
    misses = (words.number(settled(math.dist(mean, exact))) for mean in means)
    first, second = (f"by {miss} with {name}" for miss, name in zip(misses, BASELINES, strict=True))
    spread = " and ".join(words.number(settled(variance)) for variance in variances)
    return (
        f"The mean of {pulls} without learning misses the exact gradient {_listed(exact)} {first}, and "
        f"{second} = {words.number(expected)}. Variance of one pull: {spread}; {_effect(*variances)}"
    )


def settled(x):
    """Take what is left of a 0 by round-off as 0.

    >>> settled(1.9e-17), settled(0.25)
    (0.0, 0.25)
    """
    return 0.0 if abs(x) < ROUND_OFF else x


def _effect(without, with_baseline):
    without, with_baseline = settled(without), settled(with_baseline)
    if without == with_baseline == 0.0:
        return "nothing is left to chance"
    if without >= CHANGED * with_baseline:
        return "the baseline narrows the spread and leaves the mean"
    if with_baseline >= CHANGED * without:
        return "here the baseline widens the spread, and still leaves the mean"
    return "the baseline hardly changes the spread, and leaves the mean"


def _listed(gradient):
    return f"({', '.join(words.signed(settled(slope)) for slope in gradient)})"
