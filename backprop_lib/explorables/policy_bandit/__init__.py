"""A bandit and a softmax policy: a reward that cannot be differentiated still gives a gradient."""

from backprop_lib.explorables.policy_bandit.widget import PolicyBandit, policy_bandit

__all__ = ["PolicyBandit", "policy_bandit"]
