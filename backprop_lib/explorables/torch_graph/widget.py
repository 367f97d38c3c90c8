"""The same computation in two engines: our graph and PyTorch's, node beside node."""

import traitlets

from backprop_lib.engine.scalar import Value
from backprop_lib.explorables.explorable import Explorable, browser_side
from backprop_lib.explorables.on_graph import callers_variables
from backprop_lib.explorables.torch_graph import words
from backprop_lib.explorables.torch_graph.entries import entries, known, turns
from backprop_lib.explorables.torch_graph.pairs import near
from backprop_lib.explorables.torch_graph.recorded import RECORDED
from backprop_lib.explorables.trace import replay, trace
from backprop_lib.explorables.trace_torch import LARGEST, trace_torch


class TorchGraph(Explorable):
    """Our graph, PyTorch's, and which node is which.

    ours: our nodes as plain data (see `trace`), with `gradient` and `locals`, the local derivatives.
    theirs: PyTorch's (see `trace_torch`).  entries: both as one list, partners together; `lines` is what is
    said of each, and `known` the step after which its gradient is complete.  turns: the entries in the order
    of the backward pass, which is that of PyTorch's engine.  said: what stands there before the first step,
    after the last, and in place of a gradient that has not come yet.
    step: how far the pass has come; 0 is before its first node, −1 the end.  chosen: the name of the entry
    that is lit on both sides, or "".  recorded: whether PyTorch's side was recorded earlier.
    """

    _esm, _css = browser_side("torch_graph")

    ours = traitlets.List(read_only=True).tag(sync=True)
    theirs = traitlets.List(read_only=True).tag(sync=True)
    entries = traitlets.List(read_only=True).tag(sync=True)
    turns = traitlets.List(read_only=True).tag(sync=True)
    said = traitlets.Dict(read_only=True).tag(sync=True)
    recorded = traitlets.Bool(False, read_only=True).tag(sync=True)
    step = traitlets.Int(-1).tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)

    def __init__(self, ours, theirs, recorded=False):
        super().__init__()
        listed = entries(ours, theirs)
        order = turns(listed, ours, theirs)
        steps = known(listed, order, ours)
        told = [words.lines(entry, listed, ours, theirs) for entry in listed]
        parts = zip(listed, steps, told, strict=True)
        self.set_trait("ours", ours)
        self.set_trait("theirs", theirs)
        self.set_trait("entries", [entry | {"known": s, "lines": said} for entry, s, said in parts])
        self.set_trait("turns", order)
        start, end = words.beginning(theirs), words.outcome(listed, ours, theirs)
        self.set_trait("said", {"start": start, "end": end, "waiting": words.WAITING})
        self.set_trait("recorded", recorded)

    @property
    def gradients(self):
        """The gradients at every node that both have: name -> (ours, PyTorch's)."""
        both = [entry for entry in self.entries if None not in (entry["ours"], entry["theirs"])]
        return {
            entry["name"]: (
                self.ours[entry["ours"]]["gradient"],
                self.theirs[entry["theirs"]]["gradient"],
            )
            for entry in both
        }

    @property
    def sentence(self):
        """What each keeps at the chosen node, or at the one whose turn it is; at the end how they agree."""
        last = len(self.turns) + 1
        step = last if self.step < 0 else min(self.step, last)
        names = [entry["name"] for entry in self.entries]
        if self.chosen:
            entry = self.entries[names.index(self.chosen)]
        elif step in (0, last):
            return words.plain(self.said["end" if step else "start"])
        else:
            entry = self.entries[self.turns[step - 1]]
        ours, theirs, gradient = entry["lines"]
        return words.plain([ours, theirs, gradient if entry["known"] <= step else words.WAITING])

    @traitlets.validate("chosen")
    def _check_chosen(self, proposal):
        names = [entry["name"] for entry in self.entries]
        if proposal.value and proposal.value not in names:
            raise traitlets.TraitError(
                f"there is no node {proposal.value!r} here; the nodes are {', '.join(names)}"
            )
        return proposal.value


def compare_graphs(ours=None, theirs=None):
    """Draw our graph beside PyTorch's; see what each keeps at a node, and walk both back in step.

    ours: the Value that our engine computed, such as a loss.  theirs: the same loss as PyTorch computed it, a
    tensor with one number, before `backward()` (which frees it). Leaves are matched by name where our Value's
    label is the name of your tensor, else by their numbers; operations by their order. One backward pass
    runs through PyTorch's graph; gradients stay as they were.
    Without arguments: the two neurons of lesson 01, with PyTorch's side as recorded; torch is not needed.

    Raises: TypeError, ValueError when `ours` is no computed Value or `theirs` no computed loss, when their
    numbers differ, or for graphs too large to compare; RuntimeError when PyTorch can no longer go back.

    >>> graphs = compare_graphs()
    >>> graphs.chosen = "a1"
    >>> print(graphs.sentence.replace("; ", "\\n"))
    ours: a1 = σ(z1) = 0.7311, keeps the local derivative 0.1966
    PyTorch: SigmoidBackward0, keeps result (0.7311)
    gradient in both: +0.2962, handed on: +0.0582 to z1
    """
    if ours is None and theirs is None:
        return TorchGraph(_ours(*two_neurons()), RECORDED, recorded=True)
    if ours is None or theirs is None:
        raise TypeError(
            "two graphs are compared: give our loss and PyTorch's, or neither for the recorded ones"
        )
    names = callers_variables()
    nodes, functions = _ours(ours, names), trace_torch(theirs, names)
    if not near(ours.data, theirs.item()):
        raise ValueError(
            f"our loss is {ours.data:g}, PyTorch's is {theirs.item():g}: give the same computation on the "
            "same numbers"
        )
    return TorchGraph(nodes, functions)


def two_neurons():
    """The two neurons of lesson 01: their loss, and the names of what leads to it.

    >>> L, names = two_neurons()
    >>> round(L.data, 4), names["w1"].data
    (0.4557, 0.5)
    """
    x, y, w1, w2, b = (Value(number) for number in (2.0, 1.0, 0.5, -1.0, 0.0))
    z1 = w1 * x
    a1 = z1.sigmoid()
    z2 = w2 * a1 + b
    a2 = z2.sigmoid()
    L = (a2 - y) ** 2
    return L, {"x": x, "y": y, "w1": w1, "w2": w2, "b": b, "z1": z1, "a1": a1, "z2": z2, "a2": a2, "L": L}


def _ours(root, names):
    nodes = trace(root, names)
    if len(nodes) > LARGEST:
        raise ValueError(
            f"a comparison holds at most {LARGEST} nodes of ours; this graph has {len(nodes)}: compare the "
            "loss of one sample"
        )
    graph = replay(nodes, {node["name"]: node["value"] for node in nodes})  # the learner's .grad stays theirs
    graph[-1].backward()
    return [
        node | {"gradient": value.grad, "locals": list(value.local_derivatives)}
        for node, value in zip(nodes, graph, strict=True)
    ]
