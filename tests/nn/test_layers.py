"""Layers without torch: chance, precision, look-up by name, and what they say to bad input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib import Tensor, nn
from backprop_lib.engine import elementwise, functions

# --- chance -------------------------------------------------------------------------------------------------


def model_of(seed):
    rng = np.random.default_rng(seed)
    layers = [nn.Linear(4, 8, rng=rng), nn.ReLU(), nn.Dropout(0.3, rng=rng), nn.Linear(8, 4, rng=rng)]
    return nn.Sequential(*layers, nn.BatchNorm1d(4), nn.Linear(4, 1, rng=rng))


def trained(seed):
    model, x = model_of(seed), np.random.default_rng(5).normal(size=(6, 4))
    for _ in range(3):
        model.zero_grad()
        nn.functional.mse_loss(model(x), np.ones((6, 1))).backward()
        for parameter in model.parameters():
            parameter.data -= 0.1 * parameter.grad
    return [array.tobytes() for array in model.state_dict().values()]


def test_the_same_seed_trains_the_same_network_bit_for_bit():
    assert trained(1) == trained(1)
    assert trained(1) != trained(2)


def test_layers_of_one_network_differ_with_and_without_an_rng():
    for rng in (np.random.default_rng(0), None):
        one, two = nn.Linear(3, 3, rng=rng), nn.Linear(3, 3, rng=rng)
        assert not (one.weight == two.weight).any()
        assert not (one.bias == two.bias).any()


def test_the_global_random_state_is_left_alone():
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)
    nn.Linear(2, 2)
    nn.Dropout()(np.ones(3))
    assert np.random.random() == expected


def test_both_precisions_start_from_the_same_draws():
    double, single = (
        nn.Linear(3, 2, rng=np.random.default_rng(0), dtype=d) for d in (np.float64, np.float32)
    )
    assert np.array_equal(double.weight.data.astype(np.float32), single.weight.data)


# --- precision and inputs -----------------------------------------------------------------------------------


def test_float32_stays_float32_all_the_way():
    rng, d = np.random.default_rng(0), np.float32
    layers = [nn.Linear(3, 4, rng=rng, dtype=d), nn.BatchNorm1d(4, dtype=d), nn.LayerNorm(4, dtype=d)]
    layers += [make() for make in nn.ACTIVATIONS.values()]
    layers += [nn.Dropout(rng=rng), nn.Softmax(), nn.Residual(nn.Linear(4, 4, bias=False, rng=rng, dtype=d))]
    model, x = nn.Sequential(*layers), Tensor(np.ones((5, 3), d), requires_grad=True)
    for mode in (True, False):
        out = model.train(mode)(x)
        out.sum().backward()
        assert out.dtype == d
        assert {p.grad.dtype for p in model.parameters()} == {np.dtype(d)}
        assert {a.dtype for a in model.state_dict().values()} == {np.dtype(d)}


@pytest.mark.parametrize(
    "layer",
    [
        nn.Linear(2, 2),
        nn.Linear(2, 2, bias=False),
        nn.BatchNorm1d(2),
        nn.LayerNorm(2),
        nn.Dropout(),
        nn.Tanh(),
    ],
)
def test_arrays_of_any_real_numbers_are_inputs(layer):
    layer.eval()
    x = np.array([[0, 1], [1, 1], [1, 0]])
    expected = layer(Tensor(x)).data
    for given_x in (x, x.astype(bool), x.astype(float), x.astype(np.float16)):
        assert np.array_equal(layer(given_x).data, expected)


@given(st.integers(0, 5), st.integers(1, 5), st.integers(1, 5), st.booleans())
def test_linear_is_xw_plus_b(samples, inputs, outputs, bias):
    layer = nn.Linear(inputs, outputs, bias)
    X = np.random.default_rng(0).normal(size=(samples, inputs))
    b = layer.bias.data if bias else 0.0
    np.testing.assert_allclose(layer(X).data, X @ layer.weight.data + b, rtol=1e-12, atol=1e-14)


# --- activations --------------------------------------------------------------------------------------------


def test_activations_go_by_the_names_of_the_table_and_compute_what_it_says():
    x = np.linspace(-3.0, 3.0, 13)
    assert set(nn.ACTIVATIONS) - set(functions.OPERATIONS) == {"identity"}
    for name, kind in nn.ACTIVATIONS.items():
        made = nn.activation(name)
        assert type(made) is kind
        if name != "identity":
            settings = vars(made)
            expected, _ = getattr(elementwise, name).rule(x, **settings)
            assert np.array_equal(made(x).data, expected)
            assert made(Tensor(x, requires_grad=True)).operation.name == name
            one_number = functions.find(name, *settings.values())
            assert made(0.7).item() == pytest.approx(one_number.rule(0.7)[0], rel=1e-15)


def test_softmax_gives_shares_along_its_axis():
    x = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_allclose(nn.Softmax()(x).data.sum(axis=1), 1.0, rtol=1e-14)
    np.testing.assert_allclose(nn.Softmax(axis=0)(x).data.sum(axis=0), 1.0, rtol=1e-14)


# --- mistakes -----------------------------------------------------------------------------------------------

X = np.ones((5, 3))

BAD_SETTINGS = {
    "size 0": (lambda: nn.Linear(0, 2), ValueError, "in_features must be at least 1; received 0"),
    "negative": (lambda: nn.Linear(2, -1), ValueError, "out_features must be at least 1; received -1"),
    "fraction": (lambda: nn.Linear(2.5, 2), TypeError, "in_features must be a whole number; received 2.5"),
    "True": (lambda: nn.Linear(2, True), TypeError, "out_features must be a whole number; received True"),
    "text": (lambda: nn.Linear("2", 2), TypeError, "in_features must be a whole number; received '2'"),
    "rng as bias": (
        lambda: nn.Linear(2, 2, np.random.default_rng(0)),
        TypeError,
        "bias must be True or False; received Generator",
    ),
    "seed as rng": (
        lambda: nn.Linear(2, 2, rng=0),
        TypeError,
        "rng must be a numpy.random.Generator, such as",
    ),
    "dtype": (lambda: nn.Linear(2, 2, dtype=int), TypeError, "dtype must be numpy.float64 or numpy.float32"),
    "features": (lambda: nn.BatchNorm1d(0), ValueError, "num_features must be at least 1; received 0"),
    "eps": (lambda: nn.BatchNorm1d(2, eps=-1.0), ValueError, "eps must be at least 0; received -1.0"),
    "momentum": (
        lambda: nn.BatchNorm1d(2, momentum=1.5),
        ValueError,
        "momentum must be at least 0 and at most 1; received 1.5",
    ),
    "momentum None": (
        lambda: nn.BatchNorm1d(2, momentum=None),
        TypeError,
        "momentum must be a number; received None",
    ),
    "affine": (lambda: nn.BatchNorm1d(2, affine=3), TypeError, "affine must be True or False; received 3"),
    "bn dtype": (lambda: nn.BatchNorm1d(2, dtype=np.float16), TypeError, "dtype must be numpy.float64 or"),
    "no shape": (lambda: nn.LayerNorm(()), ValueError, "normalized_shape must have at least one size"),
    "shape": (lambda: nn.LayerNorm((2, 0)), ValueError, "normalized_shape must be at least 1; received 0"),
    "shape text": (
        lambda: nn.LayerNorm("2"),
        TypeError,
        "normalized_shape must be a whole number; received '2'",
    ),
    "layer eps": (lambda: nn.LayerNorm(2, eps=math.nan), ValueError, "eps must be at least 0; received nan"),
    "p": (lambda: nn.Dropout(1.5), ValueError, "p must be at least 0 and at most 1; received 1.5"),
    "p below": (lambda: nn.Dropout(-0.1), ValueError, "p must be at least 0 and at most 1; received -0.1"),
    "p text": (lambda: nn.Dropout("half"), TypeError, "p must be a number; received 'half'"),
    "p nan": (lambda: nn.Dropout(math.nan), ValueError, "p must be at least 0 and at most 1; received nan"),
    "dropout rng": (lambda: nn.Dropout(rng=1), TypeError, "rng must be a numpy.random.Generator, such as"),
    "slope": (lambda: nn.LeakyReLU("steep"), TypeError, "negative_slope must be a number; received 'steep'"),
    "slope inf": (lambda: nn.LeakyReLU(math.inf), ValueError, "negative_slope must be finite; received inf"),
    "alpha": (lambda: nn.ELU(None), TypeError, "alpha must be a number; received None"),
    "axis": (lambda: nn.Softmax(1.0), TypeError, "axis must be a whole number; received 1.0"),
    "name": (lambda: nn.activation("swish"), ValueError, "activation knows identity, sigmoid, tanh, relu"),
    "class": (lambda: nn.activation(nn.ReLU), ValueError, "softplus; received <class"),
    "unhashable": (lambda: nn.activation(["relu"]), ValueError, "softplus; received ['relu']"),
    "list": (
        lambda: nn.Sequential([nn.ReLU()]),
        TypeError,
        "Sequential needs modules, such as Linear(2, 4) and Tanh(); received a list: put a * before it",
    ),
    "no brackets": (lambda: nn.Sequential(nn.ReLU), TypeError, "received the class ReLU: write ReLU()"),
    "function": (lambda: nn.Residual(np.tanh), TypeError, "Residual needs modules, such as"),
    "appended": (lambda: nn.Sequential().append(None), TypeError, "received NoneType: for a function"),
}

BAD_INPUTS = {
    "columns": (nn.Linear(2, 4), X, ValueError, "received X (5, 3), W (2, 4), b (4,)"),
    "columns, no bias": (nn.Linear(2, 4, bias=False), X, ValueError, "received shapes (5, 3) and (2, 4)"),
    "a number": (nn.Linear(2, 4), 3.0, ValueError, "received X (), W (2, 4), b (4,)"),
    "list": (nn.Linear(2, 4), [[1.0, 2.0]], TypeError, "received list [[1.0, 2.0]]: wrap it in Tensor(...)"),
    "text": (nn.Tanh(), "x", TypeError, "expected a Tensor, an array or a number; received str 'x'"),
    "None": (nn.Dropout(), None, TypeError, "received NoneType None"),
    "complex": (nn.ReLU(), np.ones(2) * 1j, TypeError, "expected real numbers; received dtype complex128"),
    "features": (
        nn.BatchNorm1d(4),
        X,
        ValueError,
        "BatchNorm1d needs inputs of shape (samples, 4); received shape (5, 3)",
    ),
    "one axis": (nn.BatchNorm1d(3), np.ones(3), ValueError, "(samples, 3); received shape (3,)"),
    "three axes": (
        nn.BatchNorm1d(3),
        np.ones((2, 3, 3)),
        ValueError,
        "(samples, 3); received shape (2, 3, 3)",
    ),
    "one sample": (
        nn.BatchNorm1d(3),
        np.ones((1, 3)),
        ValueError,
        "BatchNorm1d in training needs at least two samples, because the spread of one is 0; received shape "
        "(1, 3): take larger batches, or eval()",
    ),
    "no sample": (nn.BatchNorm1d(3), np.ones((0, 3)), ValueError, "received shape (0, 3): take larger"),
    "last axis": (
        nn.LayerNorm(4),
        X,
        ValueError,
        "LayerNorm needs inputs of shape (…, 4); received shape (5, 3)",
    ),
    "last axes": (nn.LayerNorm((2, 3)), X, ValueError, "inputs of shape (…, 2, 3); received shape (5, 3)"),
    "too few axes": (nn.LayerNorm((5, 3)), np.ones(3), ValueError, "(…, 5, 3); received shape (3,)"),
    "softmax": (nn.Softmax(axis=2), X, IndexError, "softmax needs one axis that the array has"),
    "residual": (
        nn.Residual(nn.Linear(3, 2)),
        X,
        ValueError,
        "both need one shape; received input (5, 3), output (5, 2)",
    ),
    "residual that would broadcast": (
        nn.Residual(nn.Linear(3, 1)),
        X,
        ValueError,
        "received input (5, 3), output (5, 1)",
    ),
    "in a network": (
        nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(4, 1)),
        X,
        ValueError,
        "in layer 2, Linear(in_features=4, out_features=1, bias=True): affine needs one column of X for each "
        "row of W, but X has 2 and W 4; received X (5, 2), W (4, 1), b (1,)",
    ),
    "deeper": (
        nn.Sequential(nn.Identity(), nn.Sequential(nn.BatchNorm1d(2))),
        X,
        ValueError,
        "in layer 1, Sequential: in layer 0, BatchNorm1d(2, eps=1e-05, momentum=0.1, affine=True): "
        "BatchNorm1d needs inputs of shape (samples, 2); received shape (5, 3)",
    ),
}


@pytest.mark.parametrize("name", BAD_SETTINGS)
def test_bad_settings_are_refused_in_one_sentence(name):
    call, kind, message = BAD_SETTINGS[name]
    with pytest.raises(kind) as caught:
        call()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_bad_inputs_are_refused_in_one_sentence_with_the_shapes_and_change_nothing(name):
    layer, x, kind, message = BAD_INPUTS[name]
    before = layer.state_dict()
    with pytest.raises(kind) as caught:
        layer(x)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert all(np.array_equal(layer.state_dict()[key], array) for key, array in before.items())
    assert all(p.grad is None for p in layer.parameters())


@pytest.mark.parametrize("kind", [nn.MSELoss, nn.BCEWithLogitsLoss, nn.CrossEntropyLoss])
def test_losses_refuse_another_reduction(kind):
    with pytest.raises(ValueError, match=r'needs reduction "mean", "sum" or "none"; received \'average\''):
        kind("average")(np.zeros((2, 2)), np.ones((2, 2)))
