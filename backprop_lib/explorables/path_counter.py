"""Paths against visits: what the backward pass saves when each node waits for all that use it."""

import traitlets

from backprop_lib.engine.scalar import Value
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import Explorable, browser_side

MOST = 40  # diamonds; the picture draws twelve, the counts go on
UPPER, LOWER = 0.9, 0.6  # the slopes of the two ways through a diamond


class PathCounter(Explorable):
    """A chain of diamonds from x to q: each one splits into b = 0.9·a and c = 0.6·a, and joins b + c again.

    diamonds: how many, 0 to 40.  path: the path that is followed, 1 to 2ⁿ; it becomes smaller where fewer
    diamonds leave fewer paths. Path 1 goes by b everywhere, path 2ⁿ by c; c in the last diamond counts 1, in
    the one before it 2, and so on.
    """

    _esm, _css = browser_side("path_counter")

    diamonds = traitlets.Int(3).tag(sync=True)
    path = traitlets.Int(1).tag(sync=True)

    @property
    def paths(self):
        """How many paths lead from x to q: 2ⁿ."""
        return 2**self.diamonds

    @property
    def visits_path_by_path(self):
        """Node visits of a recursion that goes back along every path by itself: 2ⁿ⁺² − 3."""
        return 4 * self.paths - 3

    @property
    def visits(self):
        """Node visits when each node waits for all that use it: each node once, 3n + 1."""
        return 3 * self.diamonds + 1

    @property
    def product(self):
        """What the path adds to dq/dx: the product of its local derivatives."""
        lower = bin(self.path - 1).count("1")
        return UPPER ** (self.diamonds - lower) * LOWER**lower

    @property
    def sum_so_far(self):
        """What paths 1 to `path` add up to."""
        total, before, left = 0.0, 1.0, self.path
        for remaining in reversed(range(self.diamonds)):
            if left >= 2**remaining:  # all that go by b here are among them
                total += before * UPPER * (UPPER + LOWER) ** remaining
                before *= LOWER
                left -= 2**remaining
            else:
                before *= UPPER
        return total + left * before

    @property
    def gradient(self):
        """The derivative dq/dx, computed by our engine: one visit for each node."""
        if self.diamonds == 0:
            return 1.0  # x is q itself: there is no graph to go back through
        x = q = Value(1.0)
        for _ in range(self.diamonds):
            q = UPPER * q + LOWER * q
        q.backward()
        return x.grad

    @property
    def sentence(self):
        """Both counts, and what the paths add to the gradient."""
        if self.diamonds == 0:
            return "no diamond: x is q itself, 1 node, 1 path without an arrow, and dq/dx = +1"
        total = words.signed(self.gradient)
        chain = f"{self.diamonds} diamond{'s' if self.diamonds > 1 else ''}, {count(self.paths)} paths"
        one_by_one = f"path by path {count(self.visits_path_by_path)} node visits"
        visits = f"{one_by_one}, {self.visits} when each node waits for all that use it"
        adds = f"path {count(self.path)} adds {words.signed(self.product)}"
        if self.path == self.paths:
            return f"{chain}: {visits}; {adds}, the last: together they make dq/dx = {total}"
        so_far = (
            "" if self.path == 1 else f", paths 1 to {count(self.path)} make {words.signed(self.sum_so_far)}"
        )
        return f"{chain}: {visits}; {adds}{so_far} of dq/dx = {total}"

    @traitlets.validate("diamonds")
    def _check_diamonds(self, proposal):
        if not 0 <= proposal.value <= MOST:
            raise traitlets.TraitError(
                f"diamonds is a whole number from 0 to {MOST}; received {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("path")
    def _check_path(self, proposal):
        if not 1 <= proposal.value <= self.paths:
            raise traitlets.TraitError(
                f"with {self.diamonds} diamonds, path is a whole number from 1 to {self.paths}; "
                f"received {proposal.value}"
            )
        return proposal.value

    @traitlets.observe("diamonds")
    def _keep_path_within(self, change):
        self.path = min(self.path, self.paths)


def path_counter(diamonds=3):
    """Count the paths through a chain of diamonds, and the nodes that a backward pass visits.

    diamonds: how many, a whole number from 0 to 40.

    Raises: traitlets.TraitError for any other number.

    >>> path_counter(0)
    no diamond: x is q itself, 1 node, 1 path without an arrow, and dq/dx = +1
    >>> counter = path_counter(10)
    >>> counter.paths, counter.visits
    (1024, 31)
    """
    return PathCounter(diamonds=diamonds)


def count(n):
    """Write a whole number with its digits in groups of three.

    >>> count(4093).split("\\u202f"), count(31)
    (['4', '093'], '31')
    """
    return f"{n:,}".replace(",", "\u202f")
