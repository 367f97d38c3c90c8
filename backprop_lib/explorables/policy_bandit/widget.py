"""A bandit and a softmax policy: a reward that cannot be differentiated still gives a gradient."""

from numbers import Real

import traitlets

from backprop_lib.explorables.explorable import Explorable, browser_side
from backprop_lib.explorables.policy_bandit import words
from backprop_lib.explorables.policy_bandit.run import (
    enumerated,
    expected_reward,
    learn,
    probabilities,
    sampled,
)

VIEWS = ("learn", "check the gradient")
MOST_RATE = 100.0
LIMITS = {"pulls": 1000, "held": 10_000, "seed": 2**32 - 1}


class PolicyBandit(Explorable):
    """Two to four arms, each paying 1 with a probability of its own, and a policy that learns to choose.

    arms: these probabilities, each from 0 to 1.  rate: the learning rate η, above 0, 100 at most.
    baseline: whether b, taken from each reward, is the mean of the rewards before; else b = 0.
    seed: the luck, of arms and of rewards, a whole number.
    pulls: how many the policy has learnt from, 0 to 1000.  They decide all the rest: whatever is changed, the
    same pulls are taken again from logits of 0, with the same luck.
    view: "learn", or "check the gradient".  held: pulls without learning at the logits reached, 0 to 10 000.
    start: all but the view as they were at first, where reset goes back to.
    """

    _esm, _css = browser_side("policy_bandit")

    arms = traitlets.Tuple(default_value=(0.2, 0.5, 0.8)).tag(sync=True)
    rate = traitlets.Float(0.1).tag(sync=True)
    baseline = traitlets.Bool(True).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    pulls = traitlets.Int(0).tag(sync=True)
    held = traitlets.Int(0).tag(sync=True)
    view = traitlets.Unicode(VIEWS[0]).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **state):
        super().__init__(**state)
        names = ("arms", "rate", "baseline", "seed", "pulls", "held")
        self.set_trait("start", {name: getattr(self, name) for name in names})

    # --- learning -------------------------------------------------------------------------------------------

    @property
    def history(self):
        """All pulls so far: a tuple of `Pull`s."""
        return learn(self.arms, self.rate, self.baseline, self.seed, self.pulls)

    @property
    def last(self):
        """The latest `Pull`: its arm, reward, baseline, probabilities, gradient, logits; None at first."""
        return self.history[-1] if self.history else None

    @property
    def logits(self):
        """θ, one for each arm, after the latest pull."""
        return self.last.logits if self.last else (0.0,) * len(self.arms)

    @property
    def probabilities(self):
        """The policy, softmax(θ)."""
        return tuple(probabilities(self.logits).tolist())

    @property
    def mean_reward(self):
        """The mean of all rewards so far; None before the first pull."""
        return sum(pull.reward for pull in self.history) / self.pulls if self.pulls else None

    # --- the gradient, at the logits reached ----------------------------------------------------------------

    @property
    def expected_reward(self):
        """V = Σ p(arm)·payout, what the policy earns a pull."""
        return expected_reward(self.logits, self.arms)

    @property
    def exact_gradient(self):
        """The gradient of −V for each logit, enumerated over arms and rewards."""
        return tuple(enumerated(self.logits, self.arms, 0.0)[0].tolist())

    @property
    def mean_gradients(self):
        """The mean gradient of the pulls without learning, for "b = 0" and "b = V"; None before the first."""
        return {
            name: tuple(found.mean(axis=0).tolist()) if self.held else None
            for name, found in self._samples().items()
        }

    @property
    def measured_variances(self):
        """The variance of these gradients, Σ over the logits, for both; None before the second pull."""
        return {
            name: float(found.var(axis=0).sum()) if self.held > 1 else None
            for name, found in self._samples().items()
        }

    @property
    def exact_variances(self):
        """The same enumerated over arms and rewards: the variance of the gradient of one pull."""
        return {
            name: float(enumerated(self.logits, self.arms, b)[1].sum())
            for name, b in self._baselines().items()
        }

    @property
    def sentence(self):
        """What the present view shows, in numbers."""
        if self.view == "learn":
            return words.learning(self.pulls, self.last, self.probabilities, self.mean_reward, max(self.arms))
        return words.checking(
            self.held,
            self.expected_reward,
            self.exact_gradient,
            tuple(self.mean_gradients.values()),
            tuple(self.exact_variances.values()),
        )

    def _baselines(self):
        return dict(zip(words.BASELINES, (0.0, self.expected_reward), strict=True))

    def _samples(self):
        return {
            name: sampled(self.logits, self.arms, self.seed, self.held, b)
            for name, b in self._baselines().items()
        }

    # --- what is refused ------------------------------------------------------------------------------------

    @traitlets.validate("arms")
    def _check_arms(self, proposal):
        arms = proposal.value
        if not 2 <= len(arms) <= 4 or not all(map(_is_probability, arms)):
            raise traitlets.TraitError(
                f"arms are two to four probabilities from 0 to 1, such as (0.2, 0.5, 0.8); received {arms!r}"
            )
        return tuple(map(float, arms))

    @traitlets.validate("rate")
    def _check_rate(self, proposal):
        if not 0.0 < proposal.value <= MOST_RATE:
            raise traitlets.TraitError(
                f"rate is a number above 0, {MOST_RATE:g} at most; received {proposal.value}"
            )
        return proposal.value

    @traitlets.validate(*LIMITS)
    def _check_count(self, proposal):
        name = proposal.trait.name
        if not 0 <= proposal.value <= LIMITS[name]:
            raise traitlets.TraitError(
                f"{name} is a whole number from 0 to {LIMITS[name]}; received {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("view")
    def _check_view(self, proposal):
        if proposal.value not in VIEWS:
            listed = ", ".join(map(repr, VIEWS))
            raise traitlets.TraitError(f"the view is one of {listed}; received {proposal.value!r}")
        return proposal.value


def policy_bandit(arms=(0.2, 0.5, 0.8), rate=0.1, baseline=True, seed=0):
    """Let a softmax policy learn which arm pays: see the gradient of each pull, and their mean.

    A second view holds the policy still, and compares the mean of many such gradients with the exact one.

    arms: how probably each one pays, two to four numbers from 0 to 1.  rate: the learning rate η.
    baseline: whether b is the mean of the rewards before, else 0.  seed: the luck.

    Raises: traitlets.TraitError for what is out of these limits.

    >>> bandit = policy_bandit()
    >>> bandit.pulls = 200
    >>> [round(p, 4) for p in bandit.probabilities]
    [0.0769, 0.1685, 0.7546]
    >>> bandit.pulls = 0
    >>> [round(abs(slope), 4) for slope in bandit.exact_gradient]
    [0.1, 0.0, 0.1]
    >>> {name: round(variance, 4) for name, variance in bandit.exact_variances.items()}
    {'b = 0': 0.3133, 'b = V': 0.1467}
    """
    return PolicyBandit(arms=arms, rate=rate, baseline=baseline, seed=seed)


def _is_probability(value):
    return isinstance(value, Real) and not isinstance(value, bool) and 0.0 <= value <= 1.0
