"""A network of neurons on the scalar engine, one number at a time."""

import random

from backprop_lib.engine.scalar import Value, affine


class Module:
    """Anything with parameters."""

    def parameters(self):
        """List the Values that training may change."""
        return []

    def zero_grad(self):
        """Set the gradient of every parameter back to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0


class Neuron(Module):
    """ReLU(Σ wᵢ·xᵢ + b), or without the ReLU when `nonlin` is False.

    nin: the number of inputs.  rng: where the weights, uniform in [−1, 1], are drawn from; the bias is 0.
    Without an `rng`, the same neuron is made each time.

    Raises: ValueError when called with another number of inputs.

    >>> neuron = Neuron(3, rng=random.Random(7))
    >>> neuron
    ReLUNeuron(3)
    >>> neuron([1.0, 2.0, 3.0]).operation.name
    'relu'
    """

    def __init__(self, nin, nonlin=True, rng=None):
        rng = rng or random.Random(0)
        self.w = [Value(rng.uniform(-1, 1), label=f"w{i}") for i in range(1, nin + 1)]
        self.b = Value(0.0, label="b")
        self.nonlin = nonlin

    def __call__(self, x):
        z = affine(self.w, _as_values(x), self.b)
        return z.relu() if self.nonlin else z

    def parameters(self):
        return [*self.w, self.b]

    def __repr__(self):
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """`nout` neurons that look at the same `nin` inputs; a single neuron's answer comes without a list.

    >>> Layer(2, 3)([0.5, -1.0])[0].operation.name
    'relu'
    """

    def __init__(self, nin, nout, nonlin=True, rng=None):
        rng = rng or random.Random(0)
        self.neurons = [Neuron(nin, nonlin, rng) for _ in range(nout)]

    def __call__(self, x):
        x = _as_values(x)
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self):
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def __repr__(self):
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(Module):
    """Layers one after the other, the last without ReLU (multi-layer perceptron).

    nin: the number of inputs.  nouts: the sizes of the layers.  rng: as in `Neuron`.

    >>> MLP(2, [3, 1])
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(3)]]
    >>> len(MLP(2, [16, 16, 1]).parameters())
    337
    """

    def __init__(self, nin, nouts, rng=None):
        rng = rng or random.Random(0)
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last, rng=rng) for i in range(len(nouts))]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def __repr__(self):
        return f"MLP of [{', '.join(map(repr, self.layers))}]"


def _as_values(numbers):
    return [number if isinstance(number, Value) else Value(number) for number in numbers]
