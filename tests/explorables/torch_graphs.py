"""The same loss in both engines, in ways in which learners write it."""

from backprop_lib import Value
from backprop_lib.engine.scalar import affine
from backprop_lib.explorables.torch_graph import compare_graphs

START = {"x": 2.0, "y": 1.0, "w1": 0.5, "w2": -1.0, "b": 0.0}


def labelled(**numbers):
    """Our leaves, known by their labels: their variables may be PyTorch's."""
    return [Value(number, label=name) for name, number in numbers.items()]


def leaves(dtype=None, **numbers):
    import torch

    dtype = dtype or torch.float64
    wanted = {name: name not in ("x", "y") for name in numbers}
    return [torch.tensor(n, dtype=dtype, requires_grad=wanted[name]) for name, n in numbers.items()]


def ours():
    x, y, w1, w2, b = labelled(**START)
    return ((w2 * (w1 * x).sigmoid() + b).sigmoid() - y) ** 2


def two_neurons_in_torch(dtype=None):
    """The loss, and the variables that a learner would have."""
    import torch

    x, y, w1, w2, b = leaves(dtype, **START)
    z1 = w1 * x
    a1 = torch.sigmoid(z1)
    z2 = w2 * a1 + b
    a2 = torch.sigmoid(z2)
    L = (a2 - y) ** 2
    return L, {"x": x, "y": y, "w1": w1, "w2": w2, "b": b, "z1": z1, "a1": a1, "z2": z2, "a2": a2, "L": L}


def neuron():
    """Ours in one affine node and a square, PyTorch's in products, sums and mse_loss."""
    import torch

    w1, w2, w3, b, y = labelled(w1=0.5, w2=-1.0, w3=0.25, b=0.1, y=1.0)
    z = affine([w1, w2, w3], [Value(2.0), Value(1.0), Value(3.0)], b)
    mine = (z.sigmoid() - y) ** 2
    w1, w2, w3, b = leaves(w1=0.5, w2=-1.0, w3=0.25, b=0.1)
    a = torch.sigmoid(w1 * 2.0 + w2 * 1.0 + w3 * 3.0 + b)
    return compare_graphs(mine, torch.nn.functional.mse_loss(a, torch.tensor(1.0, dtype=a.dtype)))


def sequential():
    """PyTorch's as a model of layers: float32, weights transposed, one node for w·a + b."""
    import torch

    layers = [
        torch.nn.Linear(1, 1, bias=False),
        torch.nn.Sigmoid(),
        torch.nn.Linear(1, 1),
        torch.nn.Sigmoid(),
    ]
    model = torch.nn.Sequential(*layers)
    model.load_state_dict(
        {
            "0.weight": torch.tensor([[START["w1"]]]),
            "2.weight": torch.tensor([[START["w2"]]]),
            "2.bias": torch.tensor([START["b"]]),
        }
    )
    loss = torch.nn.functional.mse_loss(model(torch.tensor([[START["x"]]])), torch.tensor([[START["y"]]]))
    return compare_graphs(ours(), loss)


def own_function():
    """A sigmoid of the learner's own, in float32."""
    import torch

    class MySigmoid(torch.autograd.Function):
        @staticmethod
        def forward(context, z):
            a = torch.sigmoid(z)
            context.save_for_backward(a)
            return a

        @staticmethod
        def backward(context, upstream):
            (a,) = context.saved_tensors
            return upstream * a * (1 - a)

    mine = ours()
    x, y, w1, w2, b = leaves(torch.float32, **START)
    return compare_graphs(mine, (MySigmoid.apply(w2 * MySigmoid.apply(w1 * x) + b) - y).square())


def shared():
    """A leaf and nodes with several users, very small numbers, plain numbers in the formula."""
    (x,) = labelled(x=1.5)
    h = x * x
    q = (1 - (2 * h).tanh()) + h / x
    mine = q * q + 1e-7 * x
    (x,) = leaves(w=1.5)
    h = x * x
    q = (1 - (2 * h).tanh()) + h / x
    return compare_graphs(mine, q * q + 1e-7 * x)


EVERY = (neuron, sequential, own_function, shared)
