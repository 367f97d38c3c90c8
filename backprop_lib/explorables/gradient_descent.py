"""Gradient descent on a learner's own loss, one step at a time."""

import traitlets

from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.on_graph import GraphExplorable, callers_variables


class GradientDescent(GraphExplorable):
    """The loss and the parameters, followed from step to step.

    learning_rate: η, above 0.  history: what each step reached, as {"L": …, "w1": …}, the start first; empty
    before the first step.  values: the number at each leaf now; setting one starts anew from there.
    """

    _esm, _css = browser_side("gradient_descent")

    learning_rate = traitlets.Float(0.1).tag(sync=True)
    history = traitlets.List().tag(sync=True)

    @property
    def parameters(self):
        """The names of the leaves that a step moves."""
        roles = {node["name"]: node["role"] for node in self.nodes}
        return [name for name in self.values if roles[name] == "parameter"]

    @property
    def loss(self):
        """The loss at the present leaf values, computed by our engine."""
        return self._replayed()[-1].data

    @property
    def sentence(self):
        """The number of steps, the loss and where the parameters are."""
        name = self.nodes[-1]["name"]
        steps = max(len(self.history) - 1, 0)
        now = self.loss
        first = self.history[0][name] if steps else now
        came = f", {'up' if now > first else 'down'} from {words.number(first)}" if steps else ""
        where = ", ".join(f"{leaf} = {words.number(self.values[leaf])}" for leaf in self.parameters[:6])
        more = f", and {len(self.parameters) - 6} more" if len(self.parameters) > 6 else ""
        taken = f"after {steps} {'step' if steps == 1 else 'steps'}"
        return f"{taken} {name} = {words.number(now)}{came}; {where}{more}"

    @traitlets.observe("values")
    def _start_anew(self, change):
        """Forget the history, unless it is a step that moved the parameters."""
        expected = (change.old or change.new) | (self.history[-1] if self.history else {})
        if any(expected[name] != x for name, x in change.new.items()):
            self.history = []

    @traitlets.validate("learning_rate")
    def _check_learning_rate(self, proposal):
        if not 0.0 < proposal.value < float("inf"):
            raise traitlets.TraitError(f"the learning rate is a number above 0; received {proposal.value}")
        return proposal.value


def descend(loss, parameters=None, learning_rate=0.1):
    """Walk down a loss: every parameter moves by −η × its gradient, all at once, at each step.

    loss: a Value that you computed.  parameters: the Values that move; without it, leaves whose name starts
    with w or b.  learning_rate: η.

    Raises: TypeError, ValueError as `explore`; ValueError when there is no parameter; traitlets.TraitError
    for a learning rate that is not above 0.

    >>> from backprop_lib import Value
    >>> w = Value(3.0)
    >>> L = w * w
    >>> descend(L)
    after 0 steps L = 9; w = 3
    """
    walk = GradientDescent(loss, callers_variables(), parameters, learning_rate=learning_rate)
    if not walk.parameters:
        walk.close()
        raise ValueError(
            f"no parameter to move: the leaves are {', '.join(walk.values)}; name some w… or b…, or "
            "say which, as in descend(loss, parameters=[x])"
        )
    return walk
