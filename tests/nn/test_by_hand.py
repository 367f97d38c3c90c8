"""The two-layer network with its equations written out."""

import copy
import inspect
import re
import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.engine.scalar import Value, affine
from backprop_lib.nn.by_hand import TwoLayerMLP, mean_squared_error, sigmoid

XOR_X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_Y = np.array([[0.0], [1.0], [1.0], [0.0]])


def case(m=5, n_in=4, n_hidden=6, n_out=3, seed=0, kind=TwoLayerMLP):
    """A network with biases that are not 0, and samples for it. No two sizes are equal."""
    rng = np.random.default_rng(seed)
    model = kind(n_in, n_hidden, n_out, rng=rng)
    model.b1 += rng.standard_normal(n_hidden)
    model.b2 += rng.standard_normal(n_out)
    return model, rng.standard_normal((m, n_in)), rng.uniform(size=(m, n_out))


def snapshot(model):
    return {name: array.tobytes() for name, array in model.parameters.items()}


def central_differences(model, X, y, eps=1e-5):
    slopes = {}
    for name, array in model.parameters.items():
        slopes[name] = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + eps
            above = model.loss(X, y)
            array[place] = kept - eps
            below = model.loss(X, y)
            array[place] = kept
            slopes[name][place] = (above - below) / (2 * eps)
    return slopes


# --- gradients ----------------------------------------------------------------------------------------------

SIZES = [(5, 4, 6, 3), (4, 2, 4, 1), (1, 3, 2, 5), (7, 1, 1, 2)]


@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_are_the_slopes_that_central_differences_measure(sizes):
    model, X, y = case(*sizes)
    model.forward(X)
    gradients = model.backward(y)
    measured = central_differences(model, X, y)
    assert list(gradients) == list(measured) == ["W1", "b1", "W2", "b2"]
    for name, expected in measured.items():
        np.testing.assert_allclose(gradients[name], expected, rtol=1e-7, atol=1e-10, err_msg=name)


@given(st.tuples(*[st.integers(1, 5)] * 4), st.integers(0, 2**32 - 1))
def test_each_gradient_has_the_shape_of_its_parameter_and_the_slope_along_any_direction(sizes, seed):
    model, X, y = case(*sizes, seed=seed)
    model.forward(X)
    gradients = model.backward(y)
    rng = np.random.default_rng(seed)
    direction = {name: rng.standard_normal(array.shape) for name, array in model.parameters.items()}
    for name, array in model.parameters.items():
        assert gradients[name].shape == array.shape
    eps, losses = 1e-5, []
    for sign in (1, -1):
        nudged = copy.deepcopy(model)
        for name, array in nudged.parameters.items():
            array += sign * eps * direction[name]
        losses.append(nudged.loss(X, y))
    slope = sum((gradients[name] * direction[name]).sum() for name in gradients)
    assert (losses[0] - losses[1]) / (2 * eps) == pytest.approx(slope, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("sizes", SIZES)
def test_values_and_gradients_are_those_of_the_scalar_engine_summed_over_the_batch(sizes):
    model, X, y = case(*sizes)
    leaves = {}
    for name, array in model.parameters.items():
        leaves[name] = np.empty(array.shape, dtype=object)
        for place in np.ndindex(array.shape):
            leaves[name][place] = Value(array[place])

    def layer(inputs, W, b):
        columns = range(W.shape[1])
        return [affine(list(W[:, j]), inputs, b[j]).sigmoid() for j in columns]

    outputs = [
        layer(layer([Value(x) for x in row], leaves["W1"], leaves["b1"]), leaves["W2"], leaves["b2"])
        for row in X
    ]
    squares = [
        (a - target) ** 2
        for row, targets in zip(outputs, y, strict=True)
        for a, target in zip(row, targets, strict=True)
    ]
    loss = sum(squares) / len(squares)
    loss.backward()

    a2 = model.forward(X)
    np.testing.assert_allclose(a2, [[a.data for a in row] for row in outputs], rtol=1e-12, atol=0)
    assert model.loss(X, y) == pytest.approx(loss.data, rel=1e-12, abs=0)
    for name, gradient in model.backward(y).items():
        expected = np.vectorize(lambda leaf: leaf.grad, otypes=[float])(leaves[name])
        np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-16, err_msg=name)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("sizes", SIZES)
def test_every_value_and_every_gradient_is_that_of_torch(sizes):
    import torch

    model, X, y = case(*sizes)
    p = {name: torch.tensor(array, requires_grad=True) for name, array in model.parameters.items()}
    z1 = torch.tensor(X) @ p["W1"] + p["b1"]
    a1 = torch.sigmoid(z1)
    z2 = a1 @ p["W2"] + p["b2"]
    a2 = torch.sigmoid(z2)
    between = {"z1": z1, "a1": a1, "z2": z2, "a2": a2}
    for tensor in between.values():
        tensor.retain_grad()
    loss = torch.nn.functional.mse_loss(a2, torch.tensor(y))
    loss.backward()

    model.forward(X)
    gradients = model.backward(y)
    assert model.loss(X, y) == pytest.approx(loss.item(), rel=1e-12, abs=0)
    for name, tensor in between.items():
        np.testing.assert_allclose(getattr(model, name), tensor.detach(), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(getattr(model, f"d{name}"), tensor.grad, rtol=1e-12, atol=1e-15)
    for name, tensor in p.items():
        np.testing.assert_allclose(gradients[name], tensor.grad, rtol=1e-12, atol=1e-15, err_msg=name)


@pytest.mark.parametrize(
    "equation",
    """
    z1 = X @ W1 + b1
    a1 = sigmoid(z1)
    z2 = a1 @ W2 + b2
    a2 = sigmoid(z2)
    dz2 = da2 * a2 * (1 - a2)
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    da1 = dz2 @ W2.T
    dz1 = da1 * a1 * (1 - a1)
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0)
    """.strip().splitlines(),
)
def test_the_equations_stand_in_the_source_word_for_word(equation):
    source = inspect.getsource(TwoLayerMLP.forward) + inspect.getsource(TwoLayerMLP.backward)
    assert equation.strip() in [line.strip() for line in source.splitlines()]


BROKEN = {
    "the loss divided by m alone": ("/ y.size", "/ len(y)", ["W1", "b1", "W2", "b2"]),
    "a sign": ("2 * (a2 - y)", "2 * (y - a2)", ["W1", "b1", "W2", "b2"]),
    "σ' of the output forgotten": ("da2 * a2 * (1 - a2)", "da2", ["W1", "b1", "W2", "b2"]),
    "σ' of the hidden layer forgotten": ("da1 * a1 * (1 - a1)", "da1", ["W1", "b1"]),
    "z for a": ("da1 * a1 * (1 - a1)", "da1 * self.z1 * (1 - self.z1)", ["W1", "b1"]),
    "a mean for the bias": ("dz2.sum(axis=0)", "dz2.mean(axis=0)", ["b2"]),
}


def broken(old, new):
    """The network with one equation changed."""
    source = inspect.getsource(TwoLayerMLP.backward)
    assert source.count(old) == 1
    names = dict(vars(inspect.getmodule(TwoLayerMLP)))
    exec("class Broken(TwoLayerMLP):\n" + source.replace(old, new), names)
    return names["Broken"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_subclass_with_one_wrong_equation_is_found_out_in_the_parameters_it_spoils(name):
    old, new, spoilt = BROKEN[name]
    model, X, y = case(kind=broken(old, new))
    model.forward(X)
    gradients = model.backward(y)
    measured = central_differences(model, X, y)
    assert [
        key for key in gradients if not np.allclose(gradients[key], measured[key], rtol=1e-4, atol=1e-8)
    ] == spoilt


def test_dividing_by_the_samples_alone_is_off_by_the_number_of_outputs():
    right, X, y = case(n_out=3)
    wrong, _, _ = case(n_out=3, kind=broken("/ y.size", "/ len(y)"))
    for model in (right, wrong):
        model.forward(X)
    received, expected = wrong.backward(y), right.backward(y)
    for name in expected:
        np.testing.assert_allclose(received[name], 3 * expected[name], rtol=1e-14)


# --- XOR ----------------------------------------------------------------------------------------------------

XOR_LOG = {0: 0.2682715, 100: 0.2500884, 500: 0.2382580, 1000: 0.1837292, 2000: 0.0222192, 5000: 0.0018895}


def test_the_xor_log():
    model = TwoLayerMLP(2, 4, 1, rng=np.random.RandomState(42))
    losses = model.train(XOR_X, XOR_Y, lr=0.5, epochs=5000)
    assert {epoch: losses[epoch] for epoch in XOR_LOG} == pytest.approx(XOR_LOG, rel=0, abs=1e-7)
    assert model.a2.ravel() == pytest.approx([0.044, 0.954, 0.962, 0.046], abs=5e-4)


def test_the_weights_are_drawn_w1_first_with_he_scale_and_the_biases_are_0():
    model = TwoLayerMLP(3, 4, 2, rng=np.random.RandomState(42))
    rng = np.random.RandomState(42)
    np.testing.assert_allclose(model.W1, rng.randn(3, 4) * np.sqrt(2 / 3), rtol=1e-15)
    np.testing.assert_allclose(model.W2, rng.randn(4, 2) * np.sqrt(2 / 4), rtol=1e-15)
    assert not model.b1.any()
    assert not model.b2.any()


def test_hidden_units_that_begin_equal_stay_equal():
    model = TwoLayerMLP(2, 4, 1)
    model.W1[:] = 0.0
    model.W2[:] = 0.0
    model.train(XOR_X, [[0], [1], [1], [1]], lr=0.5, epochs=200)
    assert model.W1.any()
    assert np.ptp(model.W1, axis=1) == pytest.approx(0.0, abs=1e-12)
    assert np.ptp(model.W2) == pytest.approx(0.0, abs=1e-12)


# --- training -----------------------------------------------------------------------------------------------


def test_train_returns_the_loss_before_the_first_step_and_after_each():
    model, X, y = case()
    twin = copy.deepcopy(model)
    losses = model.train(X, y, lr=0.3, epochs=4)
    expected = [twin.loss(X, y)]
    for _ in range(4):
        twin.forward(X)
        twin.step(twin.backward(y), lr=0.3)
        expected.append(twin.loss(X, y))
    assert losses == expected
    assert all(type(loss) is float for loss in losses)
    assert snapshot(model) == snapshot(twin)


def test_no_epochs_are_one_loss_and_no_change():
    model, X, y = case()
    before = snapshot(model)
    assert model.train(X, y, lr=0.3, epochs=0) == [model.loss(X, y)]
    assert snapshot(model) == before


def test_after_training_the_kept_values_are_those_of_the_trained_parameters():
    model, X, y = case()
    model.train(X, y, lr=0.3, epochs=3)
    kept = model.a2
    assert (kept == model.forward(X)).all()


def test_a_second_run_is_bit_equal():
    first, second = (TwoLayerMLP(2, 4, 1, rng=np.random.default_rng(7)) for _ in range(2))
    assert first.train(XOR_X, XOR_Y, 0.5, 300) == second.train(XOR_X, XOR_Y, 0.5, 300)
    assert snapshot(first) == snapshot(second)


def test_without_an_rng_the_same_network_is_made_each_time():
    assert snapshot(TwoLayerMLP(2, 4, 1)) == snapshot(TwoLayerMLP(2, 4, 1))
    assert snapshot(TwoLayerMLP(2, 4, 1)) != snapshot(TwoLayerMLP(2, 4, 1, rng=np.random.default_rng(1)))


def test_making_and_training_a_network_leaves_the_global_random_state_alone():
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)
    TwoLayerMLP(2, 4, 1).train(XOR_X, XOR_Y, 0.5, 3)
    assert np.random.random() == expected


def test_a_step_takes_lr_times_the_gradient_from_the_arrays_themselves():
    model, X, y = case()
    held = model.parameters
    before = copy.deepcopy(held)
    model.forward(X)
    gradients = model.backward(y)
    model.step(gradients, lr=0.25)
    for name, array in model.parameters.items():
        assert array is held[name]
        assert (array == before[name] - 0.25 * gradients[name]).all()


def test_a_step_with_lr_0_changes_nothing():
    model, X, y = case()
    before = snapshot(model)
    model.forward(X)
    model.step(model.backward(y), lr=0)
    assert snapshot(model) == before


# --- what is kept, and what stays ---------------------------------------------------------------------------


def test_forward_and_backward_and_loss_change_no_parameter_and_no_argument():
    model, X, y = case()
    before, samples, targets = snapshot(model), X.tobytes(), y.tobytes()
    model.forward(X)
    first = model.backward(y)
    model.loss(X, y)
    second = model.backward(y)
    assert all((first[name] == second[name]).all() for name in first)
    assert snapshot(model) == before
    assert (X.tobytes(), y.tobytes()) == (samples, targets)


def test_the_loss_of_other_samples_leaves_alone_what_forward_kept():
    model, X, y = case()
    model.forward(X)
    kept, expected = model.a1, model.backward(y)
    model.loss(X[:2] + 1, y[:2])
    assert model.a1 is kept
    assert all((model.backward(y)[name] == expected[name]).all() for name in expected)


def test_changing_x_after_forward_does_not_reach_backward():
    model, X, y = case()
    model.forward(X)
    expected = model.backward(y)
    X[:] = 0.0
    assert (model.backward(y)["W1"] == expected["W1"]).all()


def test_each_gradient_in_between_has_the_shape_of_its_value():
    model, X, y = case(5, 4, 6, 3)
    model.forward(X)
    model.backward(y)
    assert model.z1.shape == model.a1.shape == model.dz1.shape == model.da1.shape == (5, 6)
    assert model.z2.shape == model.a2.shape == model.dz2.shape == model.da2.shape == (5, 3)
    assert (model.X == X).all()


@pytest.mark.parametrize("kind", [list, np.int64, np.bool_, np.float32])
def test_samples_may_be_lists_whole_numbers_truths_or_float32(kind):
    model = TwoLayerMLP(2, 4, 1)
    X, y = (a.tolist() if kind is list else a.astype(kind) for a in (XOR_X, XOR_Y))
    expected = TwoLayerMLP(2, 4, 1).train(XOR_X, XOR_Y, 0.5, 5)
    assert model.train(X, y, 0.5, 5) == expected
    assert model.a2.dtype == np.float64


def test_repr_names_the_sizes():
    assert repr(TwoLayerMLP(2, 4, 1)) == "TwoLayerMLP(2, 4, 1)"


# --- sigmoid and loss ---------------------------------------------------------------------------------------


def test_sigmoid_is_right_to_the_last_digits_everywhere():
    z = np.concatenate([np.linspace(-700, 700, 281), np.linspace(-5, 5, 101), [-0.0, 1e-300, -36.9, 36.9]])
    with mpmath.workdps(40):
        expected = [float(1 / (1 + mpmath.exp(-mpmath.mpf(number)))) for number in z.tolist()]
    np.testing.assert_allclose(sigmoid(z), expected, rtol=1e-15, atol=0)


def test_sigmoid_does_not_overflow():
    with np.errstate(over="raise", invalid="raise", divide="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        ends = sigmoid(np.array([-np.inf, -1e308, -1000.0, 1000.0, 1e308, np.inf]))
    assert ends.tolist() == [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    assert np.isnan(sigmoid(np.array([np.nan]))).all()


def test_a_saturated_network_has_gradients_of_0_and_no_warnings():
    model = TwoLayerMLP(1, 2, 1)
    model.W1[:] = 1000.0
    model.W2[:] = -1000.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        losses = model.train([[1.0], [2.0]], [[1.0], [1.0]], lr=0.5, epochs=3)
    assert losses == [1.0] * 4


def test_the_loss_is_the_mean_over_samples_and_outputs():
    a2, y = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]), np.zeros((2, 3))
    assert mean_squared_error(a2, y) == pytest.approx((1 + 4 + 9) / 6, rel=1e-15)


# --- mistakes -----------------------------------------------------------------------------------------------


def ready():
    """A 2-4-1 network that has just seen the four samples of XOR."""
    model = TwoLayerMLP(2, 4, 1)
    model.forward(XOR_X)
    return model


def after_step(model):
    model.step(model.backward(XOR_Y), 0.0)
    return model


def with_gradient(model, **changed):
    return {**model.backward(XOR_Y), **changed}


MISTAKES = {
    "X with too many columns": (lambda m: m.forward(np.zeros((4, 3))), ValueError, "X .*(m, 2).*(4, 3)"),
    "X of one dimension": (lambda m: m.forward([0.0, 1.0]), ValueError, "X .*(m, 2).*(2,)"),
    "X of three dimensions": (lambda m: m.forward(np.zeros((1, 4, 2))), ValueError, "X .*(m, 2).*(1, 4, 2)"),
    "X a number": (lambda m: m.forward(1.0), ValueError, "X .*(m, 2).*()"),
    "X without samples": (lambda m: m.forward(np.zeros((0, 2))), ValueError, "at least one sample.*(0, 2)"),
    "X ragged": (lambda m: m.forward([[0.0, 1.0], [1.0]]), ValueError, "X .*one length.*[1.0]"),
    "X with NaN": (
        lambda m: m.forward([[0, np.nan]]),
        ValueError,
        "X .*finite.*nan at [0, 1] of shape (1, 2)",
    ),
    "X with inf": (lambda m: m.loss([[np.inf, 0]], [[1]]), ValueError, "X .*inf at [0, 0] of shape (1, 2)"),
    "X of words": (lambda m: m.forward([["a", "b"]]), TypeError, "X .*plain numbers.*<U1.*(1, 2)"),
    "X complex": (lambda m: m.forward([[1j, 0]]), TypeError, "X .*plain numbers.*complex128.*(1, 2)"),
    "X of Values": (
        lambda m: m.forward([[Value(0), Value(1)]]),
        TypeError,
        "X .*plain numbers.*object.*(1, 2)",
    ),
    "y of one dimension": (
        lambda m: m.backward([0, 1, 1, 0]),
        ValueError,
        "y .*(4, 1).*(4,): .*y.reshape(4, 1)",
    ),
    "y lying": (lambda m: m.backward([[0, 1, 1, 0]]), ValueError, "y .*a2, (4, 1); received shape (1, 4)$"),
    "y too short": (lambda m: m.backward(XOR_Y[:3]), ValueError, "y .*(4, 1); received shape (3, 1)$"),
    "y too wide": (lambda m: m.backward(np.zeros((4, 2))), ValueError, "y .*(4, 1); received shape (4, 2)$"),
    "y with NaN": (lambda m: m.backward([[0], [1], [np.nan], [0]]), ValueError, "y .*nan at [2, 0] .*(4, 1)"),
    "loss of another y": (lambda m: m.loss(XOR_X, [0, 1, 1, 0]), ValueError, "y .*(4, 1).*(4,)"),
    "backward before forward": (
        lambda m: TwoLayerMLP(2, 4, 1).backward(XOR_Y),
        RuntimeError,
        "backward .*call forward(X) first",
    ),
    "backward after a step": (lambda m: after_step(m).backward(XOR_Y), RuntimeError, "again after each step"),
    "step without gradients": (lambda m: m.step({}, 0.5), ValueError, "W1, b1, W2, b2.*an empty dict"),
    "step with some": (lambda m: m.step({"W1": m.W1}, 0.5), ValueError, "W1, b1, W2, b2.*received W1$"),
    "step with a list": (lambda m: m.step([m.W1], 0.5), ValueError, "a dict of gradients.*received list$"),
    "a gradient transposed": (
        lambda m: m.step(with_gradient(m, b2=[1e3], W2=np.zeros((1, 4))), 0.5),
        ValueError,
        "gradient of W2 .*(4, 1); received shape (1, 4)",
    ),
    "a gradient of NaN": (
        lambda m: m.step(with_gradient(m, b2=[np.nan]), 0.5),
        ValueError,
        "gradient of b2 .*nan at [0] of shape (1,)",
    ),
    "lr a word": (lambda m: m.step(m.backward(XOR_Y), "fast"), TypeError, "lr .*'fast'"),
    "lr below 0": (lambda m: m.step(m.backward(XOR_Y), -0.5), ValueError, "lr .*0 or above; received -0.5"),
    "lr NaN": (lambda m: m.train(XOR_X, XOR_Y, float("nan"), 5), ValueError, "lr .*finite.*nan"),
    "lr beyond all floats": (
        lambda m: m.step(with_gradient(m, b2=[1e3]), 1e308),
        ValueError,
        "lr = 1e+308 leaves no finite b2: take a smaller lr",
    ),
    "epochs below 0": (
        lambda m: m.train(XOR_X, XOR_Y, 0.5, -1),
        ValueError,
        "epochs .*at least 0; received -1",
    ),
    "epochs a half": (lambda m: m.train(XOR_X, XOR_Y, 0.5, 1.5), TypeError, "epochs .*whole number.*1.5"),
    "train on another X": (lambda m: m.train(XOR_X.T, XOR_Y, 0.5, 5), ValueError, "X .*(m, 2).*(2, 4)"),
    "train on another y": (lambda m: m.train(XOR_X, XOR_Y.T, 0.5, 5), ValueError, "y .*(4, 1).*(1, 4)"),
    "no inputs": (lambda m: TwoLayerMLP(0, 4, 1), ValueError, "n_in .*at least 1; received 0"),
    "fewer than no hidden units": (lambda m: TwoLayerMLP(2, -4, 1), ValueError, "n_hidden .*received -4"),
    "half an output": (lambda m: TwoLayerMLP(2, 4, 0.5), TypeError, "n_out .*whole number; received 0.5"),
    "a seed for an rng": (
        lambda m: TwoLayerMLP(2, 4, 1, rng=42),
        TypeError,
        "rng .*default_rng.*received 42",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_one_clear_sentence_and_changes_no_parameter(name):
    mistake, kind, words = MISTAKES[name]
    model = ready()
    before = snapshot(model)
    pattern = re.sub(r"[()\[\]+]", r"\\\g<0>", words)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(kind, match=pattern) as caught:
            mistake(model)
    assert "\n" not in str(caught.value)
    assert snapshot(model) == before
