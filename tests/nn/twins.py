"""The torch twin of a network: the same layers with the same parameters and buffers."""

import numpy as np
import pytest

from backprop_lib import Tensor, nn

torch = pytest.importorskip("torch")

# 12 digits in float64; 5 in float32, of which torch and NumPy sum in another order.
DIGITS = {np.float64: 1e-12, np.float32: 1e-5}


class Residual(torch.nn.Module):
    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return x + self.module(x)


def tensor(array, requires_grad=False):
    return torch.from_numpy(np.array(array)).requires_grad_(requires_grad)


def twin(module):
    """Build it layer by layer."""
    match module:
        case nn.Sequential():
            return torch.nn.Sequential(*map(twin, module))
        case nn.Residual():
            return Residual(twin(module.module))
        case nn.Linear(in_features=n, out_features=m):
            made = torch.nn.Linear(n, m, bias=module.bias is not None)
        case nn.BatchNorm1d():
            made = torch.nn.BatchNorm1d(
                module.num_features, module.eps, module.momentum, module.weight is not None
            )
            made.register_buffer("running_mean", tensor(module.running_mean))
            made.register_buffer("running_var", tensor(module.running_var))
        case nn.LayerNorm():
            made = torch.nn.LayerNorm(module.normalized_shape, module.eps)
        case nn.LeakyReLU():
            made = torch.nn.LeakyReLU(module.negative_slope)
        case nn.ELU():
            made = torch.nn.ELU(module.alpha)
        case nn.Softmax():
            made = torch.nn.Softmax(module.axis)
        case nn.Dropout():
            made = torch.nn.Dropout(module.p)
        case _:
            made = getattr(torch.nn, type(module).__name__)()
    for name, parameter in module.named_parameters():
        array = parameter.data.T if isinstance(module, nn.Linear) else parameter.data
        setattr(made, name, torch.nn.Parameter(tensor(np.ascontiguousarray(array))))
    return made.train(module.training)


def assert_near(received, expected, digits):
    """Agree to `digits`, measured at the largest entry."""
    expected = expected.detach().numpy() if isinstance(expected, torch.Tensor) else np.asarray(expected)
    received = received.data if isinstance(received, Tensor) else np.asarray(received)
    assert received.shape == expected.shape
    assert received.dtype == expected.dtype
    scale = np.abs(expected).max(initial=0.0)
    np.testing.assert_allclose(received, expected, rtol=digits, atol=digits * max(scale, 1e-30))


def as_ours(name, module, array):
    """Transpose what torch keeps of the parameter `name` as we keep it."""
    owner = module.get_submodule(name.rpartition(".")[0])
    return array.t() if isinstance(owner, torch.nn.Linear) else array


def assert_same_state(model, network, digits):
    """Parameters, their gradients and buffers are those of the twin, under the same names."""
    theirs = dict(network.named_parameters())
    assert [name for name, _ in model.named_parameters()] == list(theirs)
    for name, parameter in model.named_parameters():
        assert_near(parameter, as_ours(name, network, theirs[name]), digits)
        if theirs[name].grad is None:
            assert parameter.grad is None
        else:
            assert_near(parameter.grad, as_ours(name, network, theirs[name].grad), digits)
    buffers = {k: v for k, v in network.named_buffers() if not k.endswith("num_batches_tracked")}
    state = model.state_dict()
    assert set(state) == set(theirs) | set(buffers)
    for name, buffer in buffers.items():
        assert_near(state[name], buffer, digits)


def assert_same_pass(model, network, x, digits):
    """One forward and one backward pass: output, gradient of the input, of the parameters, buffers."""
    ours, theirs = Tensor(x, requires_grad=True), tensor(x, requires_grad=True)
    out, expected = model(ours), network(theirs)
    assert_near(out, expected, digits)
    # Weights that differ: a plain sum has gradient 0 behind a normalisation.
    weights = np.cos(np.arange(out.data.size)).reshape(out.shape).astype(out.dtype)
    out.backward(weights)
    expected.backward(tensor(weights))
    assert_near(ours.grad, theirs.grad, digits)
    assert_same_state(model, network, digits)
