"""Where the first infinity or NaN comes from: forward by values, backward by gradients."""

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.graph import topological_order
from backprop_lib.training.checks.tables import place_name, short
from backprop_lib.training.norms import as_array


def first_forward(model, X, y, result, calls):
    """Say what made the first value that is no finite number, or None.

    Data and parameters come first; then, for our Tensors, the operation; for torch's, the layer.
    """
    sources = [("X", X), ("y", y), *((name, p.data) for name, p in model.named_parameters())]
    for name, source in sources:
        numbers = _numbers(source)
        if numbers is not None and not np.isfinite(numbers).all():
            place = tuple(np.argwhere(~np.isfinite(numbers))[0].tolist())
            return f"{name} holds {numbers[place]} at {place_name('', place)}: what comes of it is not finite"
    if isinstance(result, Tensor):
        return _by_operation(result, calls)
    for call in calls:
        if not np.isfinite(call.numbers).all():
            origin = (
                f"layer {call.name} ({call.kind})"
                if call.inputs_finite
                else f"what stands before {call.name}"
            )
            return f"{_FIRST_VALUE} made by {origin}"
    return None if np.isfinite(_numbers(result)).all() else f"{_FIRST_VALUE} made by the loss"


_FIRST_VALUE = "the first value that is no finite number is"
_LOSS = "after the last layer, in the loss"


def _numbers(thing):
    try:
        return as_array(thing)
    except (TypeError, ValueError):  # no array: nothing to look at
        return None


def _by_operation(result, calls):
    places = _places(calls)
    for node in topological_order(result):
        if not np.isfinite(node.data).all():
            if node.operation is None:
                return f"{_FIRST_VALUE} in a constant of shape {node.shape} {places.get(node, _LOSS)}"
            made = f"{_FIRST_VALUE} made by {node.operation.name} {places.get(node, _LOSS)}"
            return f"{made}, with {_inputs(node.parents)}"
    return None


def _inputs(parents):
    """Tell how small and how large an operation's inputs were: log fails at one end, exp at another."""
    said = "; ".join(f"{parent.shape}, {_reach(parent.data)}" for parent in parents)
    return f"{'its input' if len(parents) == 1 else 'inputs'} of shape {said}"


def _reach(numbers):
    if not numbers.size:
        return "empty"
    return f"between {short(float(numbers.min()), 3)} and {short(float(numbers.max()), 3)}"


def _places(calls):
    """Tell where each node was made: in the first layer whose output, but no input, depends on it."""
    places = {}
    for call in calls:
        if isinstance(call.output, Tensor):
            before = _behind([tensor for tensor in call.inputs if isinstance(tensor, Tensor)])
            for node in _behind([call.output]):
                where = "before" if node in before else "in"
                places.setdefault(node, f"{where} layer {call.name} ({call.kind})")
    return places


def _behind(tensors):
    return {node for tensor in tensors for node in topological_order(tensor)}


class GradientWatch:
    """Hooks on every node behind a loss of ours: where is the first gradient that is not finite?"""

    def __init__(self, result, calls):
        self.first = None
        self._places = _places(calls)
        self._consumers, self._inputs, self._hooks = {}, {}, []
        for node in topological_order(result):
            self._inputs[node] = node.parents  # kept, because backward lets the graph go
            for parent in node.parents:
                self._consumers.setdefault(parent, []).append(node)
            if node.requires_grad:
                self._hooks.append(node.register_hook(self._look_at(node)))

    def _look_at(self, node):
        def look(gradient):
            if self.first is None and not np.isfinite(gradient).all():
                self.first = node

        return look

    def remove(self):
        for hook in self._hooks:
            hook.remove()

    def sentence(self):
        """Name the operation that made the first gradient that is not finite; None if all are."""
        if self.first not in self._consumers:
            return None
        maker = self._consumers[self.first][-1]
        place = self._places.get(maker, _LOSS)
        inputs = _inputs(self._inputs[maker])
        return f"{_FIRST_GRADIENT} made on the way back through {maker.operation.name} {place}, with {inputs}"


_FIRST_GRADIENT = "all values are finite, but the first gradient that is not is"


def first_backward(watch, calls, parameters):
    """Say where the first gradient that is not finite came from, or None. For torch: behind which layer."""
    if watch is not None:
        return watch.sentence()
    for call in reversed(calls):
        if call.gradient is not None and not np.isfinite(call.gradient).all():
            return f"{_FIRST_GRADIENT} the one that comes to the output of layer {call.name} ({call.kind})"
    for parameter in parameters:
        if parameter.gradient_norm is not None and not np.isfinite(parameter.gradient_norm):
            return f"{_FIRST_GRADIENT} that of {parameter.name}"
    return None
