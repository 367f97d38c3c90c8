"""Parameters whose entries can be nudged: arrays, Tensors, groups of Values, tensors of PyTorch."""

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.scalar import Value
from backprop_lib.nn import neurons
from backprop_lib.training.checks.preserved import is_torch, torch_if_loaded
from backprop_lib.training.norms import as_array


class ArraySlot:
    """An array under a name. Entries change in place; nothing is told to a graph, since all is put back.

    epsilon: the machine epsilon of its dtype.  claim_epsilon: that of the claimed gradient, if it is another.

    >>> W = np.array([[1.0, 2.0]])
    >>> slot = ArraySlot("W", W)
    >>> slot.put((0, 1), 5.0)
    >>> W
    array([[1., 5.]])
    """

    def __init__(self, name, array):
        self.name, self.array, self.shape = name, array, array.shape
        self.epsilon, self.claim_epsilon = float(np.finfo(array.dtype).eps), 0.0

    def get(self, place):
        return float(self.array[place])

    def put(self, place, number):
        self.array[place] = number

    def keep(self):
        return self.array.copy()

    def put_back(self, kept):
        self.array[...] = kept

    def numbers(self):
        return self.array.astype(np.float64)


class TorchSlot:
    """The same for a tensor of PyTorch's, on whatever device it lies."""

    def __init__(self, name, tensor):
        self.name, self.array, self.shape = name, tensor.data, tuple(tensor.shape)
        self.epsilon, self.claim_epsilon = float(torch_if_loaded().finfo(tensor.dtype).eps), 0.0

    def get(self, place):
        return self.array[place].item()

    def put(self, place, number):
        self.array[place] = number

    def keep(self):
        return self.array.clone()

    def put_back(self, kept):
        self.array.copy_(kept)

    def numbers(self):
        return as_array(self.array).copy()


class ValueSlot:
    """The same for Values, held in an array of objects."""

    epsilon, claim_epsilon = float(np.finfo(np.float64).eps), 0.0

    def __init__(self, name, values):
        self.name, self.array, self.shape = name, values, values.shape

    def get(self, place):
        return self.array[place].data

    def put(self, place, number):
        self.array[place].data = number

    def keep(self):
        return [value.data for value in self.array.flat]

    def put_back(self, kept):
        for value, number in zip(self.array.flat, kept, strict=True):
            value.data = number

    def numbers(self):
        return np.array(self.keep(), np.float64).reshape(self.shape)


def slot_for(name, leaf):
    """Make the slot for a Tensor, a Value, an array of Values, or a tensor of PyTorch's.

    Raises: TypeError for anything else.
    """
    if isinstance(leaf, Tensor):
        return ArraySlot(name, leaf.data)
    if isinstance(leaf, Value):
        return ValueSlot(name, objects(leaf, ()))
    if isinstance(leaf, np.ndarray) and leaf.dtype == object:
        return ValueSlot(name, leaf)
    if is_torch(leaf, "Tensor"):
        return TorchSlot(name, leaf)
    raise TypeError(
        f"gradcheck needs {name} as a Tensor, a Value or a torch tensor, so that backward gives it a "
        f"gradient; received {type(leaf).__name__}: for plain arrays pass gradients={{name: array}} too"
    )


def objects(values, shape):
    """Hold Values in an array of objects."""
    held = np.empty(shape, object)
    held[...] = values
    return held


def of_neurons(model, prefix=""):
    """Group the Values of a network of neurons: {name: array of Values}, weights (in, out) as everywhere.

    >>> {name: values.shape for name, values in of_neurons(neurons.MLP(2, [3, 1])).items()}
    {'layers.0.W': (2, 3), 'layers.0.b': (3,), 'layers.1.W': (3, 1), 'layers.1.b': (1,)}
    """
    if isinstance(model, neurons.MLP):
        parts = [of_neurons(layer, f"{prefix}layers.{i}.") for i, layer in enumerate(model.layers)]
        return {name: values for part in parts for name, values in part.items()}
    if isinstance(model, neurons.Layer):
        columns = [neuron.w for neuron in model.neurons]
        rows = [list(row) for row in zip(*columns, strict=True)]
        return {
            f"{prefix}W": objects(rows, (len(rows), len(columns))),
            f"{prefix}b": objects([neuron.b for neuron in model.neurons], (len(columns),)),
        }
    if isinstance(model, neurons.Neuron):
        return {f"{prefix}w": objects(model.w, (len(model.w),)), f"{prefix}b": objects(model.b, ())}
    values = model.parameters()
    labels = [value.label for value in values]
    return {
        label if label and labels.count(label) == 1 else f"parameter {i}": objects(value, ())
        for i, (label, value) in enumerate(zip(labels, values, strict=True))
    }
