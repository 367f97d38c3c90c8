"""The graph explorer: a learner's own computation, walked forward and backward."""

import traitlets

from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.on_graph import GraphExplorable, callers_variables


class GraphExplorer(GraphExplorable):
    """The graph of a Value: value and gradient on each node, the local derivative on each edge.

    step: where the walk stands; 0 is before the first operation, −1 the end.
    asking: ask for each gradient before showing it.  guesses: what was answered, as
    {"edge": "w2·a1 → w2", "guess": …, "truth": …}.  opened: the folded nodes that were opened, by index.
    """

    _esm, _css = browser_side("graph_explorer")

    step = traitlets.Int(-1).tag(sync=True)
    asking = traitlets.Bool(False).tag(sync=True)
    guesses = traitlets.List().tag(sync=True)
    opened = traitlets.List(traitlets.Int()).tag(sync=True)


def explore(root, parameters=None, **state):
    """Draw the graph behind a Value; walk it, and move its leaves.

    root: the Value to take gradients of, such as a loss. Nodes are named by their `label`, by your variables,
    or by their formula.  parameters: the Values to draw as parameters; without it, leaves whose name starts
    with w or b.  state: `step=0` to begin at the start, `asking=True` to be asked for each gradient.

    Raises: TypeError, ValueError when `root` is no Value, was not computed, or has too large a graph to draw.

    >>> from backprop_lib import Value
    >>> w, x = Value(2.0), Value(3.0)
    >>> y = w * x
    >>> explorer = explore(y)
    >>> explorer
    y = 6; ∂y/∂w = +3, ∂y/∂x = +2
    >>> explorer.values["w"] = 10
    >>> explorer.gradients["x"]
    10.0
    """
    return GraphExplorer(root, callers_variables(), parameters, **state)
