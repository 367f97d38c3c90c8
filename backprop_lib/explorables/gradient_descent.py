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
    def loss(self):
        """The loss at the present leaf values, computed by our engine."""
        return self._replayed()[-1].data

    @property
    def sentence(self):
        """The number of steps, the loss and where the parameters are."""
        name = self.nodes[-1]["name"]
        parameters = [node["name"] for node in self.nodes if node["role"] == "parameter"]
        steps = max(len(self.history) - 1, 0)
        now = self.loss
        first = self.history[0][name] if steps else now
        came = f", {'up' if now > first else 'down'} from {words.number(first)}" if steps else ""
        where = ", ".join(
            f"{leaf} = {words.number(x)}" for leaf, x in self.values.items() if leaf in parameters
        )
        return (
            f"after {steps} {'step' if steps == 1 else 'steps'} {name} = {words.number(now)}{came}; {where}"
        )

    @traitlets.validate("learning_rate")
    def _check_learning_rate(self, proposal):
        if not 0.0 < proposal.value < float("inf"):
            raise traitlets.TraitError(f"the learning rate is a number above 0; received {proposal.value}")
        return proposal.value


def descend(loss, parameters=None, learning_rate=0.1):
    """Walk down a loss: every parameter moves by −η × its gradient, all at once, at each step.

    loss: a Value that you computed.  parameters: the Values that move; without it, leaves whose name starts
    with w or b.  learning_rate: η.

    Raises: TypeError, ValueError as `explore`; traitlets.TraitError for a learning rate that is not above 0.

    >>> from backprop_lib import Value
    >>> w = Value(3.0)
    >>> L = w * w
    >>> descend(L)
    after 0 steps L = 9; w = 3
    """
    return GradientDescent(loss, callers_variables(), parameters, learning_rate=learning_rate)
