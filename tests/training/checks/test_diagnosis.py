"""Diagnosis: signals by layer, the first value that is not finite, and a model left as it was."""

import numpy as np
import pytest

from backprop_lib import nn
from backprop_lib.engine.batched import Tensor
from backprop_lib.training.checks.diagnosis import diagnose

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((20, 4)), RNG.standard_normal((20, 1))
MSE = nn.MSELoss()


def network(*middle, width=6):
    rng = np.random.default_rng(1)
    return nn.Sequential(nn.Linear(4, width, rng=rng), *middle, nn.Linear(width, 1, rng=rng))


class Function(nn.Module):
    def __init__(self, function):
        self.function = function

    def forward(self, x):
        return self.function(x)


# --- what is measured ---------------------------------------------------------------------------------------


def test_signals_are_those_computed_by_hand():
    model = network(nn.ReLU())
    found = diagnose(model, X, Y, MSE)
    W1, b1, W2, b2 = (parameter.data for parameter in model.parameters())
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    dz2 = 2 * (z2 - Y) / len(Y)
    da1 = dz2 @ W2.T
    dz1 = da1 * (z1 > 0)
    assert found.loss == pytest.approx(((z2 - Y) ** 2).mean())
    for layer, value, gradient in zip(found.layers, (z1, a1, z2), (dz1, da1, dz2), strict=True):
        assert layer.shape == value.shape
        assert layer.mean == pytest.approx(value.mean())
        assert layer.std == pytest.approx(value.std())
        assert layer.zeros == (value == 0).mean()
        assert layer.dead == (value == 0).all(axis=0).sum()
        assert layer.gradient_rms == pytest.approx(np.sqrt((gradient**2).mean()))
    weight = found.parameters[0]
    assert (weight.name, weight.shape) == ("0.weight", (4, 6))
    assert weight.gradient_norm == pytest.approx(np.linalg.norm(X.T @ dz1))
    assert weight.ratio == pytest.approx(np.linalg.norm(X.T @ dz1) / np.linalg.norm(W1))
    assert found.ok


@pytest.mark.needs("torch")
def test_torchs_model_with_the_same_numbers_has_the_same_signals():
    import torch

    model = network(nn.BatchNorm1d(6), nn.ReLU())
    theirs = torch.nn.Sequential(
        torch.nn.Linear(4, 6), torch.nn.BatchNorm1d(6), torch.nn.ReLU(), torch.nn.Linear(6, 1)
    ).double()
    with torch.no_grad():
        for our, their in zip(model.parameters(), theirs.parameters(), strict=True):
            their.copy_(torch.tensor(our.data.T))
    before = {name: tensor.clone() for name, tensor in theirs.state_dict().items()}
    ours, found = diagnose(model, X, Y, MSE), diagnose(theirs, X, Y, torch.nn.MSELoss())
    assert found.loss == pytest.approx(ours.loss, rel=1e-12)
    for a, b in zip(ours.layers, found.layers, strict=True):
        assert (a.name, a.kind, a.shape, a.zeros, a.dead) == (b.name, b.kind, b.shape, b.zeros, b.dead)
        assert [b.mean, b.std, b.gradient_rms] == pytest.approx([a.mean, a.std, a.gradient_rms], abs=1e-12)
    for a, b in zip(ours.parameters, found.parameters, strict=True):
        assert b.gradient_norm == pytest.approx(a.gradient_norm, rel=1e-9, abs=1e-12)
    assert repr(found) == repr(ours)
    assert all(torch.equal(tensor, before[name]) for name, tensor in theirs.state_dict().items())
    assert all(parameter.grad is None for parameter in theirs.parameters())
    assert not any(module._forward_hooks for module in theirs.modules())


def test_a_layer_that_is_used_twice_has_two_rows():
    layer = nn.Linear(4, 4, rng=RNG)
    found = diagnose(Function(lambda x: layer(layer(x))), X, X, MSE)
    assert [row.name for row in found.layers] == ["Function"]  # hidden in a closure: seen from outside alone
    model = nn.Sequential(layer, layer)
    assert [row.name for row in diagnose(model, X, X, MSE).layers] == ["0", "0 call 2"]


# --- findings -----------------------------------------------------------------------------------------------


def test_dead_units_are_counted():
    model = network(nn.ReLU(), width=8)
    model[0].bias.data[:6] = -100.0
    found = diagnose(model, X, Y, MSE)
    assert (found.layers[1].dead, found.layers[1].units) == (6, 8)
    assert found.findings[0].startswith("layer 1 (ReLU): 6 of 8 units are dead, 0 for every sample")


def test_dropout_and_few_dead_units_are_no_finding():
    model = network(nn.ReLU(), nn.Dropout(0.9, rng=np.random.default_rng(0)), width=8)
    model[0].bias.data[:] = 100.0
    model[0].bias.data[0] = -100.0
    assert not any("dead" in finding for finding in diagnose(model, X, Y, MSE).findings)


@pytest.mark.parametrize("kind", [nn.Sigmoid, nn.Tanh])
def test_saturation(kind):
    model = network(kind())
    assert diagnose(model, X, Y, MSE).layers[1].saturated < 0.5
    model[0].weight.data[:] *= 100.0
    found = diagnose(model, X, Y, MSE)
    assert found.layers[1].saturated > 0.9
    assert "of the outputs are saturated" in found.findings[0]


def deep(gain, kind=nn.Tanh, depth=20, width=64):
    rng = np.random.default_rng(0)
    layers = [part for _ in range(depth) for part in (nn.Linear(width, width, rng=rng), kind())]
    for layer in layers[::2]:
        layer.weight.data[:] = rng.standard_normal((width, width)) * gain / np.sqrt(width)
        layer.bias.data[:] = 0.0
    return nn.Sequential(*layers)


def test_vanishing_and_exploding_gradients():
    signals = RNG.standard_normal((8, 64))
    zeros = np.zeros((8, 64))
    vanishing = diagnose(deep(1.0, nn.Sigmoid), signals, zeros, MSE).findings
    assert vanishing[-1].startswith("from layer 38 back to layer 0, gradients shrink by a factor of")
    for exploding in (deep(2.0, nn.ReLU), deep(3.0)):
        found = diagnose(exploding, signals, zeros, MSE).findings
        assert found[-1].startswith("from layer 38 back to layer 0, gradients grow by a factor of")
    assert diagnose(deep(1.0), signals, zeros, MSE).ok


def test_parameters_without_a_gradient():
    model = network(nn.ReLU())
    model[0].bias.requires_grad = False
    found = diagnose(model, X, Y, MSE)
    assert found.findings == ["no gradient reaches 0.bias: frozen, or not used for this loss"]
    zero = network(Function(lambda x: x * 0.0))
    assert "exactly 0 for 0.weight, 0.bias" in diagnose(zero, X, Y, MSE).findings[0]


# --- the first value that is not finite ---------------------------------------------------------------------

FORWARD = {
    "log": (lambda x: x.relu().log(), "its input of shape (20, 6), between 0 and"),
    "exp": (lambda x: (x * 1e4).exp(), "its input of shape (20, 6), between"),
    "divide": (lambda x: x / x.relu(), "inputs of shape (20, 6), between"),
}


@pytest.mark.parametrize("kind", FORWARD)
def test_the_operation_that_made_the_first_infinity(kind):
    function, words = FORWARD[kind]
    found = diagnose(network(Function(function)), X, Y, MSE)
    made = f"the first value that is no finite number is made by {kind} in layer 1 (Function), with"
    assert found.findings[0].startswith(f"{made} {words}")


def test_the_smallest_input_of_log_was_0():
    found = diagnose(network(Function(lambda x: x.relu().log())), X, Y, MSE)
    assert "its input of shape (20, 6), between 0 and" in found.findings[0]


def test_an_empty_input_is_called_empty():
    found = diagnose(network(Function(lambda x: x + x[:0].mean())), X, Y, MSE)
    assert "of shape (0, 6), empty" in found.findings[0]


def test_what_is_made_between_two_layers_is_said_to_be():
    class Between(nn.Module):
        def __init__(self):
            self.hidden, self.output = nn.Linear(4, 6, rng=RNG), nn.Linear(6, 1, rng=RNG)

        def forward(self, x):
            return self.output(self.hidden(x).relu().log())

    found = diagnose(Between(), X, Y, MSE)
    assert "made by log before layer output (Linear)" in found.findings[0]


def test_the_loss_may_be_what_makes_it():
    model = network(nn.Sigmoid())
    found = diagnose(model, X, Y, lambda out, y: (out * 0.0).log().mean())
    assert "made by log after the last layer, in the loss" in found.findings[0]


@pytest.mark.parametrize("what", ["X", "y", "2.bias"])
def test_data_and_parameters_that_are_not_finite_come_first(what):
    model, inputs, targets = network(nn.ReLU()), X.copy(), Y.copy()
    {"X": inputs, "y": targets, "2.bias": model[2].bias.data.reshape(1, 1)}[what][0, 0] = np.nan
    found = diagnose(model, inputs, targets, MSE)
    assert found.findings[0].startswith(f"{what} holds nan at [0")


def test_the_operation_on_the_way_back():
    found = diagnose(network(Function(lambda x: x.relu().sqrt())), X, Y, MSE)
    assert np.isfinite(found.loss)
    assert found.findings[0].startswith(
        "all values are finite, but the first gradient that is not is made on the way back through sqrt in "
        "layer 1 (Function), with its input of shape (20, 6), between 0 and"
    )


def test_no_numpy_warning_is_shown():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        diagnose(network(Function(lambda x: x.relu().log())), X, Y, MSE)


@pytest.mark.needs("torch")
def test_for_torch_the_layer_is_named():
    import torch

    class Log(torch.nn.Module):
        def forward(self, x):
            return x.relu().log()

    class Sqrt(torch.nn.Module):
        def forward(self, x):
            return (x * 0.0).sqrt()

    def theirs(middle):
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Linear(4, 6), middle, torch.nn.Linear(6, 1))

    assert "made by layer 1 (Log)" in diagnose(theirs(Log()), X, Y, torch.nn.MSELoss()).findings[0]
    back = diagnose(theirs(Sqrt()), X, Y, torch.nn.MSELoss()).findings[0]
    assert "the one that comes to the output of layer 0 (Linear)" in back
    loss = diagnose(theirs(torch.nn.ReLU()), X, Y, lambda out, y: (out * 0).log().mean()).findings[0]
    assert "made by the loss" in loss


# --- nothing changes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_a_model_is_left_as_it_was(training, fails):
    rng = np.random.default_rng(7)
    model = network(nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5, rng=rng)).train(training)
    MSE(model(X), Y).backward()
    parameters = model.parameters()
    grads = [(p.data, p.data.tobytes(), p.grad, p.grad.tobytes()) for p in parameters]
    state = {name: array.tobytes() for name, array in model.state_dict().items()}
    chance = rng.bit_generator.state

    def loss(output, target):
        if fails:
            raise ArithmeticError("in the loss")
        return MSE(output, target)

    if fails:
        with pytest.raises(ArithmeticError):
            diagnose(model, X, Y, loss)
    else:
        diagnose(model, X, Y, loss)
    for parameter, (data, bits, grad, grad_bits) in zip(parameters, grads, strict=True):
        assert parameter.data is data
        assert parameter.grad is grad
        assert (data.tobytes(), grad.tobytes()) == (bits, grad_bits)
        assert not parameter._hooks
    assert {name: array.tobytes() for name, array in model.state_dict().items()} == state
    assert rng.bit_generator.state == chance
    assert all(module.training == training for module in model.modules())
    assert not any(module._forward_hooks for module in model.modules())


def test_inputs_that_require_a_gradient_get_none():
    inputs = Tensor(X, requires_grad=True)
    diagnose(network(nn.ReLU()), inputs, Y, MSE)
    assert inputs.grad is None


def test_the_report_is_the_same_each_time_and_shows_no_noise():
    model = network(nn.BatchNorm1d(6), nn.ReLU())
    texts = {repr(diagnose(model, X, Y, MSE)) for _ in range(2)}
    assert len(texts) == 1
    (text,) = texts
    assert "e-1" not in text
    assert text.splitlines()[1].split()[:4] == ["layer", "kind", "mean", "std"]
    assert text.splitlines()[-1] == "→ nothing looks ill"


BAD = [
    (lambda: diagnose(3, X, Y, MSE), "model that is an nn.Module, ours or PyTorch's; received int"),
    (lambda: diagnose(lambda x: x, X, Y, MSE), "received function"),
    (lambda: diagnose(network(), X, Y, None), "a loss that can be called"),
    (lambda: diagnose(network(), X, Y, lambda out, y: 1.0), "it returned float"),
    (lambda: diagnose(network(), X, Y, lambda out, y: out), "one number; it returned shape"),
    (lambda: diagnose(network(), X[:, :2], Y, MSE), "Linear"),
    (lambda: diagnose(network(), X, Y[:3], MSE), "mse_loss needs one target"),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_bad_calls_get_one_clear_sentence(number):
    call, words = BAD[number]
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
