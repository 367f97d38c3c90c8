"""What the explorables of a learner's own graph share: the trace, the leaves, the numbers that follow."""

import sys

import traitlets

from backprop_lib.engine.scalar import Value
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import Explorable, Leaves
from backprop_lib.explorables.trace import replay, trace


class GraphExplorable(Explorable):
    """An explorable of the graph behind a Value.

    nodes: the graph as plain data (see `trace`).  values: the number at each leaf; setting one moves its
    slider.
    """

    nodes = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(self, root, names, parameters=None, **state):
        nodes = trace(root, names, parameters)
        leaves = _leaves(nodes)
        # In the order in which the learner made them; leaves without a variable come last.
        places = {name: place for place, name in enumerate(names)}
        leaves = dict(sorted(leaves.items(), key=lambda leaf: places.get(leaf[0], len(places))))
        super().__init__(nodes=nodes, values=leaves, **state)

    @property
    def gradients(self):
        """The gradient at every node for the present leaf values, computed by our engine."""
        return {node["name"]: value.grad for node, value in zip(self.nodes, self._replayed(), strict=True)}

    @property
    def sentence(self):
        """The result and its gradient at each leaf."""
        graph = self._replayed()
        numbers = [value.data for value in graph], [value.grad for value in graph]
        return words.summary(self.nodes, list(self.values), *numbers)

    def _replayed(self):
        graph = replay(self.nodes, self.values)
        graph[-1].backward()
        return graph

    def set(self, **numbers):
        """Move leaves: `explorer.set(w1=2.0, x=-1.0)`."""
        self.values = numbers

    @traitlets.validate("values")
    def _check_values(self, proposal):
        leaves = _leaves(self.nodes)
        unknown = [name for name in proposal.value if name not in leaves]
        if unknown:
            raise traitlets.TraitError(
                f"there is no leaf {unknown[0]!r} here; the leaves are {', '.join(leaves)}"
            )
        numbers = {name: Value(number).data for name, number in proposal.value.items()}
        return Leaves((dict(self.values) or numbers) | numbers, self._set_some)

    def _set_some(self, numbers):
        self.values = numbers


def _leaves(nodes):
    return {node["name"]: node["value"] for node in nodes if not node["parents"]}


def callers_variables():
    """The variables that the learner sees where they called us: names for the nodes of their graph."""
    frame = sys._getframe(2)
    return {**frame.f_globals, **frame.f_locals}
