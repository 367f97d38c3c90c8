"""Every layer, and networks of them, against PyTorch: outputs, gradients, names, running statistics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib import Tensor, nn, no_grad
from backprop_lib.engine.scalar import Value
from backprop_lib.nn.by_hand import TwoLayerMLP
from tests.nn.twins import DIGITS, as_ours, assert_near, assert_same_pass, assert_same_state, tensor, twin

torch = pytest.importorskip("torch")

LAYERS = {
    "Linear": lambda rng, dtype: nn.Linear(5, 3, rng=rng, dtype=dtype),
    "Linear without bias": lambda rng, dtype: nn.Linear(5, 3, bias=False, rng=rng, dtype=dtype),
    "BatchNorm1d": lambda rng, dtype: nn.BatchNorm1d(5, dtype=dtype),
    "BatchNorm1d with settings": lambda rng, dtype: nn.BatchNorm1d(5, eps=0.1, momentum=0.3, dtype=dtype),
    "BatchNorm1d without affine": lambda rng, dtype: nn.BatchNorm1d(5, affine=False, dtype=dtype),
    "BatchNorm1d in evaluation": lambda rng, dtype: nn.BatchNorm1d(5, dtype=dtype).eval(),
    "LayerNorm": lambda rng, dtype: nn.LayerNorm(5, dtype=dtype),
    "LayerNorm with eps": lambda rng, dtype: nn.LayerNorm((5,), eps=0.1, dtype=dtype),
    "Dropout in evaluation": lambda rng, dtype: nn.Dropout(0.3, rng=rng).eval(),
    "Dropout of nothing": lambda rng, dtype: nn.Dropout(0.0, rng=rng),
    "Dropout of everything": lambda rng, dtype: nn.Dropout(1.0, rng=rng),
    "Residual": lambda rng, dtype: nn.Residual(nn.Linear(5, 5, rng=rng, dtype=dtype)),
    "Softmax": lambda rng, dtype: nn.Softmax(),
    "Softmax over samples": lambda rng, dtype: nn.Softmax(axis=0),
    "LeakyReLU with slope": lambda rng, dtype: nn.LeakyReLU(0.3),
    "ELU with alpha": lambda rng, dtype: nn.ELU(0.5),
    **{name: lambda rng, dtype, make=make: make() for name, make in nn.ACTIVATIONS.items()},
}


def shaken(module, rng):
    """Move parameters and buffers off their first values, where mistakes may hide."""
    state = module.state_dict()
    module.load_state_dict({name: a + rng.uniform(0.1, 0.9, a.shape) for name, a in state.items()})
    return module


@pytest.mark.parametrize("dtype", DIGITS)
@pytest.mark.parametrize("name", LAYERS)
def test_each_layer_is_torchs(name, dtype):
    rng = np.random.default_rng(1)
    layer = shaken(LAYERS[name](rng, dtype), rng)
    x = rng.normal(size=(7, 5)).astype(dtype)
    assert_same_pass(layer, twin(layer), x, DIGITS[dtype])


@pytest.mark.parametrize(
    "name", ["Linear", "Linear without bias", "LayerNorm", "Residual", "Softmax", "tanh"]
)
@pytest.mark.parametrize("shape", [(5,), (1, 5), (0, 5), (2, 3, 5)])
def test_other_numbers_of_axes_and_empty_batches_are_torchs(name, shape):
    rng = np.random.default_rng(2)
    layer = shaken(LAYERS[name](rng, np.float64), rng)
    assert_same_pass(layer, twin(layer), rng.normal(size=shape), 1e-12)


@pytest.mark.parametrize("shape", [(3, 4), (2, 5, 3, 4)])
def test_layer_norm_over_several_axes_is_torchs(shape):
    rng = np.random.default_rng(3)
    layer = shaken(nn.LayerNorm((3, 4)), rng)
    assert_same_pass(layer, twin(layer), rng.normal(size=shape), 1e-12)


@given(st.integers(2, 9), st.integers(1, 6), st.integers(0, 99))
def test_batch_norm_is_torchs_for_all_sizes(samples, features, seed):
    rng = np.random.default_rng(seed)
    layer = shaken(nn.BatchNorm1d(features), rng)
    # Up to 1e3 away from 0: a variance from squares would lose its digits there. Whole numbers, so that no
    # two samples lie so near each other that every way of computing it loses them.
    x = rng.integers(-5, 6, size=(samples, features)) + np.linspace(0.0, 1e3, features).round()
    assert_same_pass(layer, twin(layer), x, 1e-9)


@given(st.integers(0, 5), st.integers(1, 6), st.integers(1, 6), st.booleans(), st.integers(0, 99))
def test_linear_is_torchs_for_all_sizes(samples, inputs, outputs, bias, seed):
    rng = np.random.default_rng(seed)
    layer = nn.Linear(inputs, outputs, bias, rng=rng)
    assert_same_pass(layer, twin(layer), rng.normal(size=(samples, inputs)), 1e-12)


# --- running statistics -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DIGITS)
def test_running_statistics_and_evaluation_are_torchs_after_several_batches(dtype):
    rng = np.random.default_rng(4)
    layer = nn.BatchNorm1d(3, dtype=dtype)
    network = twin(layer)
    for samples in (8, 2, 5, 8):  # also in batches of unequal size
        x = (rng.normal(size=(samples, 3)) * [0.1, 1.0, 10.0] + [5.0, 0.0, -5.0]).astype(dtype)
        assert_near(layer(x), network(tensor(x)), 100 * DIGITS[dtype])
        assert_same_state(layer, network, DIGITS[dtype])
    layer.eval(), network.eval()
    for samples in (0, 1, 4):
        x = rng.normal(size=(samples, 3)).astype(dtype)
        assert_near(layer(x), network(tensor(x)), DIGITS[dtype])
    assert_same_state(layer, network, DIGITS[dtype])
    layer.train(), network.train()
    assert_same_pass(layer, network, rng.normal(size=(4, 3)).astype(dtype), 10 * DIGITS[dtype])


def test_statistics_move_without_a_graph_too():
    layer, x = nn.BatchNorm1d(2), np.random.default_rng(5).normal(size=(4, 2))
    network = twin(layer)
    with no_grad(), torch.no_grad():
        layer(x), network(tensor(x))
    assert_same_state(layer, network, 1e-12)


# --- networks -----------------------------------------------------------------------------------------------


def digits_network(rng, dtype):
    return nn.Sequential(
        nn.Linear(784, 128, rng=rng, dtype=dtype),
        nn.BatchNorm1d(128, dtype=dtype),
        nn.ReLU(),
        nn.Linear(128, 10, rng=rng, dtype=dtype),
    )


def deep_network(rng, dtype):
    def block(activation):
        return nn.Residual(
            nn.Sequential(
                nn.LayerNorm(16, dtype=dtype),
                nn.Linear(16, 16, rng=rng, dtype=dtype),
                activation,
                nn.BatchNorm1d(16, dtype=dtype),
                nn.Linear(16, 16, bias=False, rng=rng, dtype=dtype),
            )
        )

    blocks = [block(activation()) for activation in (nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.ELU) * 2]
    return nn.Sequential(
        nn.Linear(8, 16, rng=rng, dtype=dtype), *blocks, nn.Linear(16, 10, dtype=dtype, rng=rng)
    )


@pytest.mark.parametrize("dtype", DIGITS)
@pytest.mark.parametrize(("make", "inputs"), [(digits_network, 784), (deep_network, 8)])
def test_a_network_learns_as_torchs_does(make, inputs, dtype):
    rng = np.random.default_rng(6)
    model = make(rng, dtype)
    network = twin(model)
    loss_of, torch_loss_of = nn.CrossEntropyLoss(), torch.nn.CrossEntropyLoss()
    for _ in range(3):
        x, classes = rng.normal(size=(32, inputs)).astype(dtype), rng.integers(10, size=32)
        model.zero_grad(), network.zero_grad()
        loss, expected = loss_of(model(x), classes), torch_loss_of(network(tensor(x)), torch.tensor(classes))
        # Each step hands the differences of the last one on.
        assert_near(loss, expected, 10 * DIGITS[dtype])
        loss.backward(), expected.backward()
        theirs = dict(network.named_parameters())
        for name, parameter in model.named_parameters():
            gradient = as_ours(name, network, theirs[name].grad)
            largest = max(p.grad.abs().max().item() for p in theirs.values())
            np.testing.assert_allclose(
                parameter.grad, gradient.numpy(), rtol=0, atol=100 * DIGITS[dtype] * largest
            )
            parameter.data -= 0.1 * parameter.grad
            with torch.no_grad():
                theirs[name] -= 0.1 * theirs[name].grad
    model.eval(), network.eval()
    assert_near(model(x), network(tensor(x)), 100 * DIGITS[dtype])


def test_names_are_torchs():
    ours = nn.Sequential(nn.Linear(2, 3), nn.Residual(nn.BatchNorm1d(3)), nn.Sequential(nn.LayerNorm(3)))
    theirs = twin(ours)
    assert [n for n, _ in ours.named_modules()] == [n for n, _ in theirs.named_modules()]
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    assert set(ours.state_dict()) == {n for n in theirs.state_dict() if "num_batches" not in n}


def test_what_is_shown_is_what_torch_shows():
    ours = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Sequential(nn.Tanh(), nn.Linear(3, 1, bias=False)))
    assert repr(ours) == repr(twin(ours))
    assert repr(nn.LayerNorm((2, 3))) == "LayerNorm((2, 3), eps=1e-05)"
    expected = "BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True)"
    assert repr(nn.BatchNorm1d(3)) == expected


def test_the_default_start_has_torchs_bounds():
    layer, theirs = nn.Linear(400, 300, rng=np.random.default_rng(7)), torch.nn.Linear(400, 300)
    for ours, other in [(layer.weight, theirs.weight), (layer.bias, theirs.bias)]:
        assert np.abs(ours.data).max() == pytest.approx(0.05, rel=0.02)
        assert other.abs().max().item() == pytest.approx(0.05, rel=0.02)
        assert ours.data.std() == pytest.approx(0.05 / 3**0.5, rel=0.1)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_losses_are_torchs(reduction):
    rng = np.random.default_rng(8)
    x, y, classes = rng.normal(size=(6, 4)), rng.uniform(size=(6, 4)), rng.integers(4, size=6)
    for name, target in [("MSELoss", y), ("BCEWithLogitsLoss", y), ("CrossEntropyLoss", classes)]:
        loss = getattr(nn, name)(reduction)(Tensor(x), target)
        assert_near(
            loss, getattr(torch.nn, name)(reduction=reduction)(tensor(x), torch.tensor(target)), 1e-12
        )


# --- one network, four ways ---------------------------------------------------------------------------------


def test_scalar_engine_batched_engine_by_hand_and_torch_agree():
    rng = np.random.default_rng(9)
    X, y = rng.normal(size=(6, 3)), rng.uniform(size=(6, 2))
    hand = TwoLayerMLP(3, 4, 2, rng=rng)
    hand.b1[...], hand.b2[...] = rng.normal(size=4), rng.normal(size=2)

    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2), nn.Sigmoid())
    names = {"W1": "0.weight", "b1": "0.bias", "W2": "2.weight", "b2": "2.bias"}
    model.load_state_dict({names[name]: array for name, array in hand.parameters.items()})
    network = twin(model)

    values = {name: np.vectorize(Value, otypes=[object])(a) for name, a in hand.parameters.items()}
    sigmoid = np.vectorize(Value.sigmoid, otypes=[object])
    a2 = sigmoid(sigmoid(X @ values["W1"] + values["b1"]) @ values["W2"] + values["b2"])
    scalar_loss = ((a2 - y) ** 2).sum() / y.size

    loss = nn.MSELoss()(model(X), y)
    torch_loss = torch.nn.MSELoss()(network(tensor(X)), tensor(y))
    assert hand.loss(X, y) == pytest.approx(loss.item(), rel=1e-12)
    assert scalar_loss.data == pytest.approx(loss.item(), rel=1e-12)
    assert torch_loss.item() == pytest.approx(loss.item(), rel=1e-12)

    hand.forward(X)
    by_hand = hand.backward(y)
    scalar_loss.backward(), loss.backward(), torch_loss.backward()
    theirs, ours = dict(network.named_parameters()), dict(model.named_parameters())
    for name, expected in by_hand.items():
        scalar = np.vectorize(lambda value: value.grad)(values[name])
        assert_near(scalar, expected, 1e-12)
        assert_near(ours[names[name]].grad, expected, 1e-12)
        assert_near(as_ours(names[name], network, theirs[names[name]].grad), expected, 1e-12)


def test_one_step_of_a_relu_regression_is_torchs():
    rng = np.random.default_rng(10)
    model = nn.Sequential(nn.Linear(10, 20, rng=rng), nn.ReLU(), nn.Linear(20, 1, rng=rng))
    network = twin(model)
    X, y = rng.normal(size=(32, 10)), rng.normal(size=(32, 1))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    torch.nn.functional.mse_loss(network(tensor(X)), tensor(y)).backward()
    optimizer.step()

    nn.functional.mse_loss(model(X), y).backward()
    for parameter in model.parameters():
        parameter.data -= 0.01 * parameter.grad
    assert_same_state(model, network, 1e-12)
