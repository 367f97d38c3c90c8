"""The backward pass of the batched engine: from ∂L/∂(result), edge by edge, to the leaves."""

import itertools

import numpy as np

from backprop_lib.engine import recording, refusals
from backprop_lib.engine.graph import topological_order


def gradients_at_leaves(root, gradient, retain_graph, stop=frozenset()):
    """Walk the graph behind `root` backward; list each leaf that needs a gradient with the one it gets.

    gradient: ∂L/∂(root), an array of its shape. The leaves are not written to, so that an error on the way
    leaves them as they were. Each node lets go of its graph as soon as it is done, unless `retain_graph`.
    stop: nodes to take for leaves.
    """
    at_leaves = []
    upstream = {root: gradient}
    order = topological_order(root)
    while order:
        node = order.pop()
        g = upstream.pop(node, None)
        if g is None:  # a constant
            continue
        if node.operation is None or node in stop:
            at_leaves.append((node, g))
            continue
        if node._hooks:
            g = after_hooks(node, g)
        if node._retains:
            before = 0.0 if node.grad is None else node.grad
            node.grad = np.array(before + g, node._data.dtype)
        pull_backs = node._pull_backs
        if pull_backs is None:
            raise RuntimeError(refusals.released(node))
        if node._made_at != recording.clock:
            _refuse_if_stale(node)
        for parent, pull_back in zip(node.parents, pull_backs):  # noqa: B905 (one for one by making)
            if parent._requires_grad:
                part = pull_back(g)
                if parent in upstream:
                    upstream[parent] = upstream[parent] + part
                elif parent.operation is None and (part is g or part.base is not None):
                    upstream[parent] = part.copy()  # a leaf's gradient is its own, not a view of another
                else:
                    upstream[parent] = part
        if not retain_graph:
            node.parents, node._pull_backs = (), None
    return at_leaves


def after_hooks(node, g):
    """Show the gradient of a node to its hooks, each of which may put another in its place."""
    for hook in list(node._hooks.values()):
        changed = hook(g)
        if changed is not None:
            g = refusals.gradient(changed, node, "a hook may return None or a gradient of the shape it got")
    return g


def _refuse_if_stale(node):
    """Raise if an array that a pull-back of this node reads was changed in place since the node was made."""
    reads = node.operation.reads
    for i, parent in enumerate(node.parents):
        if parent._requires_grad:
            for position in reads[i if len(reads) > 1 else 0]:
                source = node.parents[position] if position >= 0 else node
                if recording.changed_since(node._made_at, source._data):
                    raise RuntimeError(refusals.stale(node, source))


_keys = itertools.count()


class Hook:
    """What `register_hook` returns: `remove()` takes the hook off again."""

    def __init__(self, hooks, function):
        if not callable(function):
            raise TypeError(f"a hook is a function; received {refusals.shortened(function)}")
        self._hooks, self._key = hooks, next(_keys)
        hooks[self._key] = function

    def remove(self):
        """Take the hook off; a second time does nothing."""
        self._hooks.pop(self._key, None)
