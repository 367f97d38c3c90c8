"""Gradient checks: numerical derivatives, every kind of model, kinks, chance, and what is left unchanged."""

import random

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib import nn
from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.scalar import Value
from backprop_lib.nn import neurons
from backprop_lib.nn.by_hand import TwoLayerMLP
from backprop_lib.training.checks.differences import default_step, numerical_gradient
from backprop_lib.training.checks.gradient_check import gradcheck
from tests.training.broken import broken, case

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((5, 4)), RNG.standard_normal((5, 3))


def network(*layers, dtype=np.float64):
    rng = np.random.default_rng(1)
    first, last = nn.Linear(4, 6, rng=rng, dtype=dtype), nn.Linear(6, 3, rng=rng, dtype=dtype)
    return nn.Sequential(first, *layers, last)


# --- numerical derivatives ----------------------------------------------------------------------------------


def loss_of_network_a(w1):
    sigmoid = lambda z: 1.0 / (1.0 + np.exp(-z))  # noqa: E731
    return (sigmoid(-1.0 * sigmoid(w1 * 2.0)) - 1.0) ** 2


def true_slope_of_network_a():
    with mpmath.workdps(40):
        sigmoid = lambda z: 1 / (1 + mpmath.exp(-z))  # noqa: E731
        return float(mpmath.diff(lambda w1: (sigmoid(-sigmoid(2 * w1)) - 1) ** 2, mpmath.mpf("0.5")))


@pytest.mark.parametrize(("eps", "error"), [(1e-2, 1.3e-5), (1e-5, 7e-12), (1e-8, 2.3e-8), (1e-12, 8e-4)])
def test_errors_of_central_differences_on_network_a(eps, error):
    true = true_slope_of_network_a()
    measured = abs(numerical_gradient(loss_of_network_a, 0.5, eps) - true) / true
    if eps == 1e-2:  # truncation: the same on every machine
        assert measured == pytest.approx(error, rel=0.05)
    else:  # round-off: the last digits of exp may differ
        assert error / 10 < measured < error * 10


def test_float32_never_comes_below_1e_minus_5():
    true = true_slope_of_network_a()
    errors = [
        abs(numerical_gradient(loss_of_network_a, np.float32(0.5), 10.0**-k) - true) / true
        for k in range(1, 7)
    ]
    assert 1e-6 < min(errors) < 1e-3
    assert errors[-1] > 1e-3


def test_forward_differences_err_by_half_the_second_derivative_times_eps():
    assert numerical_gradient(lambda x: x * x, 3.0, 0.5, "forward") == 6.5
    assert numerical_gradient(lambda x: x * x, 3.0, 0.5, "central") == 6.0


def test_a_kink_within_eps_of_zero_gives_0_45_where_the_truth_is_0():
    measured = numerical_gradient(lambda x: max(x, 0.0), -1e-6, eps=1e-5)
    assert measured == pytest.approx(0.45, rel=1e-9)


def test_default_steps_are_those_of_theory():
    assert default_step(np.float64) == pytest.approx(6.06e-6, rel=1e-2)
    assert default_step(np.float64, "forward") == pytest.approx(1.49e-8, rel=1e-2)


@given(st.lists(st.floats(-1000.0, 1000.0), min_size=1, max_size=4))
def test_numerical_gradients_of_sin_are_cosines(numbers):
    x = np.array(numbers)
    before = x.tobytes()
    measured = numerical_gradient(lambda x: np.sin(x / 100).sum(), x)
    np.testing.assert_allclose(measured, np.cos(x / 100) / 100, rtol=1e-5, atol=1e-9)
    assert x.tobytes() == before


# --- every kind of model ------------------------------------------------------------------------------------


def mean_squared_error_of(model):
    return nn.MSELoss()(model(X), Y)


LAYERS = {
    "relu": [nn.ReLU],
    "gelu and layer norm": [lambda: nn.LayerNorm(6), nn.GELU],
    "batch norm": [lambda: nn.BatchNorm1d(6), nn.Tanh],
    "residual": [lambda: nn.Residual(nn.Sequential(nn.Linear(6, 6), nn.Sigmoid()))],
}


@pytest.mark.parametrize("kind", LAYERS)
def test_our_modules_are_right_and_parameters_keep_their_names(kind):
    model = network(*(make() for make in LAYERS[kind]))
    check = gradcheck(model, X, Y, loss=nn.MSELoss())
    assert check.ok
    assert list(check.errors) == [name for name, _ in model.named_parameters()]
    assert max(check.errors.values()) < 1e-6
    assert not check.suspicions


def test_the_network_by_hand_is_right():
    assert gradcheck(*case(TwoLayerMLP)).ok


def test_networks_of_neurons_are_right_and_their_weights_are_grouped():
    model = neurons.MLP(4, [5, 3], rng=random.Random(2))

    def loss(outputs, targets):
        return sum(
            (o - t) ** 2
            for row, ts in zip(outputs, targets, strict=True)
            for o, t in zip(row, ts, strict=True)
        )

    check = gradcheck(model, X.tolist(), Y, loss=loss)
    assert check.ok
    shapes = {parameter.name: parameter.numerical.shape for parameter in check.parameters}
    assert shapes == {"layers.0.W": (4, 5), "layers.0.b": (5,), "layers.1.W": (5, 3), "layers.1.b": (3,)}


def test_an_entry_of_a_neurons_weight_is_where_its_layer_has_it():
    model = neurons.MLP(2, [3, 1])
    hidden = model.layers[0].neurons[2].w[1]
    model.layers[0].neurons[2].b.data = 5.0
    check = gradcheck(model, [0.5, -1.0], loss=lambda out: out * out)
    out = model([0.5, -1.0])
    (out * out).backward()
    assert check.parameters[0].gradient[1, 2] == hidden.grad != 0.0


@pytest.mark.parametrize("engine", ["Value", "Tensor"])
def test_functions_of_either_engine(engine):
    inputs = [Value(0.5), Value(-1.5)] if engine == "Value" else [Tensor(0.5, True), Tensor(-1.5, True)]
    check = gradcheck(lambda w, x: (w * x).tanh() + w / x, *inputs)
    assert check.ok
    assert list(check.errors) == ["w", "x"]


def test_a_result_of_several_numbers_is_checked_in_all_of_them():
    # The sum of softmax is 1 whatever comes in: a plain sum would check nothing.
    check = gradcheck(lambda z: z.softmax(axis=1), Tensor(X, requires_grad=True))
    assert check.ok
    assert np.abs(check.parameters[0].numerical).max() > 1e-2


def test_a_function_that_hands_its_input_through():
    assert gradcheck(lambda x: x, Value(3.0)).ok
    assert gradcheck(lambda x: x, Tensor([3.0, 4.0], requires_grad=True)).ok


def test_a_closure_over_tensors_or_over_a_model():
    model = network(nn.Tanh())
    loss = nn.MSELoss()
    assert gradcheck(lambda: loss(model(X), Y), parameters=model).ok
    assert gradcheck(lambda: loss(model(X), Y), parameters=dict(model.named_parameters())).ok


@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_models_of_torch_are_right_in_either_precision(dtype):
    import torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 6), torch.nn.BatchNorm1d(6), torch.nn.ReLU(), torch.nn.Linear(6, 3)
    ).to(getattr(torch, dtype))
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    check = gradcheck(model, X, Y, loss=torch.nn.MSELoss())
    assert check.ok, check
    assert ("float32" in "".join(check.notes)) == (dtype == "float32")
    assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.needs("torch")
def test_functions_and_broken_functions_of_torch():
    import torch

    x = torch.tensor([0.5, -1.5, 2.0], dtype=torch.float64, requires_grad=True)

    class Broken(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**2

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * x

    assert gradcheck(lambda x: torch.sin(x) * x, x).ok
    check = gradcheck(lambda x: Broken.apply(x).sum(), x)
    assert check.worst.verdict == "bug"
    assert "0.5 times" in check.suspicions[0]
    assert x.grad is None


# --- verdicts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1 + 5e-6, "good"), (1 + 1e-4, "suspicious"), (1 + 2e-3, "bug"), (2.0, "bug")]
)
def test_the_three_bands(factor, verdict):
    w = np.array([0.3, -0.7, 2.0])
    check = gradcheck(lambda: np.sin(w).sum(), parameters={"w": w}, gradients={"w": np.cos(w) * factor})
    assert [parameter.verdict for parameter in check.parameters] == [verdict]
    assert check.ok == (verdict == "good")


def test_a_derivative_of_zero_that_is_right_is_good():
    w = np.array([1.0, 2.0])
    for zero in (0.0, 1e-17):
        claimed = np.array([2.0, zero])
        check = gradcheck(lambda: 1e3 + w[0] ** 2, parameters={"w": w}, gradients={"w": claimed})
        assert check.ok
    check = gradcheck(lambda: w[0] ** 2, parameters={"w": w}, gradients={"w": np.array([2.0, 1e-3])})
    assert check.worst.verdict == "bug"
    assert (check.worst.place, check.worst.claimed, check.worst.measured) == ((1,), 1e-3, 0.0)


def test_one_broken_entry_in_a_large_matrix_is_named_with_both_numbers():
    W = np.random.default_rng(3).standard_normal((30, 20))
    claimed = 3.0 * W**2
    claimed[17, 4] *= 1.01
    check = gradcheck(lambda: (W**3).sum(), parameters={"W": W}, gradients={"W": claimed})
    worst = check.worst
    assert (worst.name, worst.place, worst.verdict) == ("W", (17, 4), "bug")
    assert worst.claimed == claimed[17, 4]
    assert worst.measured == pytest.approx(claimed[17, 4] / 1.01, rel=1e-6)
    assert worst.error == pytest.approx(0.01 / 1.01, rel=1e-4)


@pytest.mark.parametrize("number", [1e-7, 1.0, 1e7])
def test_strong_bends_and_large_numbers_are_no_bugs(number):
    assert gradcheck(lambda x: x.log(), Value(number)).ok
    assert gradcheck(lambda x: x * x, Value(number)).ok


@given(st.integers(0, 2**32 - 1))
def test_a_right_gradient_passes_at_random_parameters(seed):
    assert gradcheck(*case(TwoLayerMLP, m=3, n_in=2, n_hidden=3, n_out=2, seed=seed)).ok


# --- kinks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["relu", "abs"])
@pytest.mark.parametrize("distance", [0.0, -6e-7, 3e-6])
def test_a_kink_is_named_and_is_no_bug(function, distance):
    x = Tensor([1.0, distance, -2.0], requires_grad=True)
    check = gradcheck(lambda x: getattr(x, function)(), x)
    assert check.ok
    assert len(check.notes) == 1
    assert check.notes[0].startswith("x[1] has a kink within ε = 6.1e-06")
    assert ("no derivative at this point" in check.notes[0]) == (distance == 0.0)


def test_a_wrong_claim_at_a_kink_is_still_a_bug():
    x = np.array([0.0, 1.0])
    check = gradcheck(lambda: np.abs(x).sum(), parameters={"x": x}, gradients={"x": np.array([1.5, 1.0])})
    assert check.worst.verdict == "bug"
    check = gradcheck(lambda: np.abs(x).sum(), parameters={"x": x}, gradients={"x": np.array([-0.5, 1.0])})
    assert check.ok  # a subgradient


@pytest.mark.parametrize("claimed", [1.5, -1.5])
def test_a_claim_beyond_either_side_of_a_kink_is_a_bug(claimed):
    x = np.array([0.0])
    check = gradcheck(lambda: abs(x[0]), parameters={"x": x}, gradients={"x": np.array([claimed])})
    assert check.worst.verdict == "bug"


@pytest.mark.parametrize("distance", [-6e-7, 3e-6, -5e-9])
def test_a_wrong_claim_next_to_a_kink_is_shown_beside_the_slope_on_its_side(distance):
    x = np.array([1.0, distance])
    twice = {"x": 2.0 * np.sign(x)}
    check = gradcheck(lambda: np.abs(x).sum(), parameters={"x": x}, gradients=twice)
    assert check.parameters[0].numerical == pytest.approx(np.sign(x), rel=1e-5)
    assert "2 times" in check.suspicions[0]


def test_a_wrong_claim_in_a_strong_bend_is_shown_beside_the_right_slope():
    check = gradcheck(
        lambda: np.log(x[0]), parameters={"x": (x := np.array([1e-7]))}, gradients={"x": np.ones(1)}
    )
    assert check.worst.measured == pytest.approx(1e7, rel=1e-4)


def test_a_wrong_entry_is_shown_beside_the_slope_of_the_first_step():
    x = np.array([0.7])
    check = gradcheck(lambda: np.sin(x[0]), parameters={"x": x}, gradients={"x": np.array([0.5])})
    assert check.worst.measured == pytest.approx(np.cos(0.7), rel=1e-10)


def test_smooth_functions_have_no_kinks_even_where_their_slope_is_0():
    assert gradcheck(lambda x: x**2, Value(0.0)).notes == []
    assert (
        gradcheck(lambda x: 50.0 * (x - 1.0) ** 4 + x**2, Tensor([0.0, 1.0, 3.0], requires_grad=True)).notes
        == []
    )


# --- what cannot be compared --------------------------------------------------------------------------------


def test_chance_is_detected():
    model = network(nn.Dropout(0.5, rng=np.random.default_rng(0)))
    check = gradcheck(model, X, Y, loss=nn.MSELoss())
    assert not check.ok
    assert check.worst is None
    assert "Dropout" in check.notes[0]
    assert gradcheck(model.eval(), X, Y, loss=nn.MSELoss()).ok


def test_a_loss_that_drifts_later_is_detected():
    calls = iter(range(100))
    w = np.array([1.0])
    check = gradcheck(
        lambda: w[0] + (1.0 if next(calls) > 3 else 0.0), parameters={"w": w}, gradients={"w": np.ones(1)}
    )
    assert check.parameters == []
    assert "the same parameters" in check.notes[-1]


def test_a_loss_that_is_not_finite_is_said():
    check = gradcheck(lambda x: x.log(), Tensor(0.0, requires_grad=True))
    assert not check.ok
    assert "the loss is -inf" in check.notes[0]


def test_a_gradient_that_is_not_finite_is_said():
    check = gradcheck(lambda x: (x * 0.0).sqrt() + x, Tensor(1.0, requires_grad=True))
    assert check.worst.verdict == "not finite"


def test_a_loss_that_reads_copies_is_said():
    w = np.ones(3)
    copy = w.copy()
    check = gradcheck(lambda: (copy**2).sum(), parameters={"w": w}, gradients={"w": 2 * w})
    assert not check.ok
    assert "no nudge changes the loss" in check.notes[0]


def test_float32_arrays_are_warned_of():
    w = np.array([0.5, -1.0], np.float32)
    check = gradcheck(lambda: np.tanh(w).sum(), parameters={"w": w}, gradients={"w": 1 - np.tanh(w) ** 2})
    assert "repeat the check in float64" in check.notes[0]


def test_a_float32_model_is_compared_with_a_float64_copy():
    model = network(nn.Tanh(), dtype=np.float32)
    check = gradcheck(model, X.astype(np.float32), Y.astype(np.float32), loss=nn.MSELoss())
    assert check.ok
    assert check.notes == ["the gradients are in float32; they were compared with slopes of a float64 copy"]
    assert all(parameter.dtype == np.float32 for parameter in model.parameters())


def test_some_entries_of_a_large_model():
    calls = []
    W = np.random.default_rng(0).standard_normal((40, 30))

    def loss():
        calls.append(1)
        return (W**2).sum()

    check = gradcheck(loss, parameters={"W": W}, gradients={"W": 2 * W}, entries=7)
    assert check.ok
    assert len(calls) == 2 + 2 * 7 + 1
    assert np.isfinite(check.parameters[0].numerical).sum() == 7
    assert check.notes == ["7 of 1200 entries were checked, drawn at random; the others may still be wrong"]
    other = gradcheck(
        loss, parameters={"W": W}, gradients={"W": 2 * W}, entries=7, rng=np.random.default_rng(5)
    )
    assert (np.isnan(other.parameters[0].numerical) != np.isnan(check.parameters[0].numerical)).any()


# --- nothing changes ----------------------------------------------------------------------------------------


def state_of(model):
    parameters = [
        (p.data, p.data.tobytes(), p.grad, None if p.grad is None else p.grad.tobytes())
        for p in model.parameters()
    ]
    return parameters, {k: v.tobytes() for k, v in model.state_dict().items()}, model.training


def same(before, after):
    for (data, bits, grad, grad_bits), (data2, bits2, grad2, grad_bits2) in zip(
        before[0], after[0], strict=True
    ):
        if data is not data2 or bits != bits2 or grad is not grad2 or grad_bits != grad_bits2:
            return False
    return before[1:] == after[1:]


def test_a_model_is_left_as_it_was_bit_by_bit():
    dropout = nn.Dropout(0.0, rng=np.random.default_rng(3))
    model = network(nn.BatchNorm1d(6), nn.ReLU(), dropout)
    nn.MSELoss()(model(X), Y).backward()
    before = state_of(model)
    older = nn.MSELoss()(model(X), Y)
    before = state_of(model)
    gradcheck(model, X, Y, loss=nn.MSELoss())
    assert same(before, state_of(model))
    older.backward()  # a graph made before is still good


def test_a_model_is_left_as_it_was_when_the_loss_raises_in_the_middle():
    model = network(nn.BatchNorm1d(6))
    nn.MSELoss()(model(X), Y).backward()
    before, calls = state_of(model), []

    def loss(output, target):
        calls.append(1)
        if len(calls) == 20:
            raise ArithmeticError("in the middle")
        return nn.MSELoss()(output, target)

    with pytest.raises(ArithmeticError, match="in the middle"):
        gradcheck(model, X, Y, loss=loss)
    assert same(before, state_of(model))


def test_inputs_and_what_a_function_uses_besides_keep_their_gradients():
    v, w = Value(2.0), Value(3.0)
    x, W = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0], requires_grad=True)
    v.grad, w.grad, W.grad = 5.0, 6.0, np.array([7.0, 8.0])
    kept = W.grad
    gradcheck(lambda v: v * w, v)
    gradcheck(lambda x: x * W, x)
    assert (v.grad, w.grad, x.grad) == (5.0, 6.0, None)
    assert W.grad is kept
    assert kept.tolist() == [7.0, 8.0]


def test_a_loss_that_switches_to_evaluation_leaves_the_mode_as_it_was():
    model = network(nn.Tanh())
    assert gradcheck(lambda: mean_squared_error_of(model.eval()), parameters=model).ok
    assert all(module.training for module in model.modules())


@pytest.mark.needs("torch")
def test_the_mode_of_a_torch_model_comes_back_too():
    import torch

    model = torch.nn.Linear(4, 3).double()
    inputs = torch.tensor(X)
    assert gradcheck(lambda: model.eval()(inputs).square().sum(), parameters=model).ok
    assert model.training


def test_a_graph_built_outside_is_not_let_go():
    W = Tensor([3.0, 4.0], requires_grad=True)
    hidden = W.tanh()
    gradcheck(lambda x: x * hidden, Tensor([1.0, 2.0], requires_grad=True))
    hidden.sum().backward()
    assert W.grad is not None


def test_arrays_with_negative_zero_and_the_network_by_hand_keep_every_bit():
    model, samples, targets = case(TwoLayerMLP)
    model.W1[0, 0] = -0.0
    output = model.forward(samples)
    before = {name: array.tobytes() for name, array in model.parameters.items()}, vars(model).copy()
    gradcheck(model, samples[:2], targets[:2])
    assert {name: array.tobytes() for name, array in model.parameters.items()} == before[0]
    assert all(vars(model)[name] is held for name, held in before[1].items())
    assert model.a2 is output


def test_a_backward_that_steps_is_undone_and_said():
    model, samples, targets = case(broken(step="W1.__isub__(0.1 * dW1)"))
    before = model.W1.copy()
    check = gradcheck(model, samples, targets)
    assert (before == model.W1).all()
    assert "computing the gradients changed W1" in check.notes[0]


# --- words --------------------------------------------------------------------------------------------------


def test_the_table_is_the_same_each_time_and_leaves_noise_out():
    texts = {repr(gradcheck(*case(broken(db1="dz1.mean(axis=0)")))) for _ in range(2)}
    assert len(texts) == 1
    lines = texts.pop().splitlines()
    assert lines[0] == "gradcheck: b1 differs from the numerical gradient"
    assert lines[1].split() == [
        "parameter",
        "shape",
        "largest",
        "error",
        "at",
        "claimed",
        "numerical",
        "verdict",
    ]
    assert lines[2].split() == ["W1", "(4,", "6)", "<", "1e-05", "good"]
    assert lines[3].split()[:3] == ["b1", "(6,)", "8.0e-01"]


def loss_of(w):
    return lambda: float((np.asarray(w) ** 2).sum())


W2 = np.ones((2, 3))
READ_ONLY = np.ones(2)
READ_ONLY.flags.writeable = False
BAD = [
    (lambda: gradcheck(3.0), "needs a function or a model first; received float"),
    (lambda: gradcheck(lambda x: x * x), "received no inputs"),
    (lambda: gradcheck(lambda x: x, 3.0), "at least one input .* received float"),
    (lambda: gradcheck(lambda x: x.sum(), Tensor([1.0])), "requires_grad=True; received Tensor"),
    (lambda: gradcheck(lambda x: x.data, Value(1.0)), "it returned float: return the result itself"),
    (lambda: gradcheck(lambda x: None, Value(1.0)), "it returned NoneType"),
    (lambda: gradcheck(lambda x: x, Value(1.0), loss=nn.MSELoss()), "takes loss=… with a model"),
    (lambda: gradcheck(network(), X, Y), "gradcheck\\(model, X, y, loss=nn.MSELoss\\(\\)\\).*loss=None"),
    (lambda: gradcheck(network(), loss=nn.MSELoss()), "received 0 inputs"),
    (lambda: gradcheck(network(), X, Y, loss=nn.MSELoss("none")), "returned shape \\(5, 3\\): take its sum"),
    (lambda: gradcheck(nn.ReLU(), X, Y, loss=nn.MSELoss()), "this ReLU has none"),
    (lambda: gradcheck(network(), X, Y[:, :2], loss=nn.MSELoss()), "shape"),
    (lambda: gradcheck(TwoLayerMLP(2, 3, 1), X), "gradcheck\\(model, X, y\\); received 1 inputs"),
    (lambda: gradcheck(TwoLayerMLP(2, 3, 1), X, Y), "X needs one row for each sample and 2 columns"),
    (lambda: gradcheck(loss_of(W2), gradients={"W": W2}), "needs parameters="),
    (lambda: gradcheck(loss_of(W2), parameters=[W2], gradients={}), "parameters as .* received list"),
    (lambda: gradcheck(loss_of(W2), parameters={}, gradients={}), "received an empty dict"),
    (lambda: gradcheck(loss_of(W2), parameters={"W": W2}, gradients=W2), "gradients as .* received ndarray"),
    (
        lambda: gradcheck(loss_of(W2), parameters={"W": W2}, gradients={"V": W2}),
        "for each parameter: W; .* V",
    ),
    (
        lambda: gradcheck(loss_of(W2), parameters={"W": W2}, gradients={"W": np.ones(3)}),
        "the gradient of W needs the shape of W, \\(2, 3\\); received shape \\(3,\\)",
    ),
    (
        lambda: gradcheck(loss_of(W2), parameters={"W": np.arange(3)}, gradients={"W": np.arange(3)}),
        "W as an array of floats.*received dtype int64",
    ),
    (
        lambda: gradcheck(loss_of(W2), parameters={"W": READ_ONLY}, gradients={"W": READ_ONLY}),
        "this array is read-only",
    ),
    (lambda: gradcheck(loss_of(W2), parameters={"W": W2}), "for plain arrays pass gradients="),
    (lambda: gradcheck(loss_of(W2), X, parameters={"W": W2}), "no inputs"),
    (lambda: gradcheck(lambda: "high", parameters={"W": W2}, gradients={"W": W2}), "it returned str"),
    (lambda: gradcheck(lambda x: x, Value(1.0), eps=0.0), "eps must be a finite number above 0"),
    (lambda: gradcheck(lambda x: x, Value(1.0), eps="small"), "eps must be a number above 0"),
    (lambda: gradcheck(lambda x: x, Value(1.0), eps=1e-20), "x: eps = 1.0e-20 is too small to move 1"),
    (lambda: gradcheck(lambda x: x, Value(1.0), entries=0), "entries must be a whole number of 1 or more"),
    (lambda: gradcheck(lambda x: x, Value(1.0), entries=2.5), "entries must be a whole number"),
    (lambda: gradcheck(lambda x: x, Value(1.0), rng=7), "rng must be a numpy.random.Generator"),
    (lambda: gradcheck(lambda x: x, Value(1.0), activations=[1]), "activations must be"),
    (lambda: gradcheck(lambda x: x, Value(1.0), activations={"W": W2}), "names 'W'; the parameters are x"),
    (lambda: numerical_gradient(3.0, 1.0), "needs a function f as its first argument"),
    (lambda: numerical_gradient(abs, "1"), "needs a number or an array of numbers as x"),
    (lambda: numerical_gradient(abs, [1.0, [2.0]]), "needs a number or an array"),
    (lambda: numerical_gradient(abs, np.nan), "needs finite numbers in x"),
    (lambda: numerical_gradient(abs, 1.0, scheme="backward"), 'scheme "central" or "forward"'),
    (lambda: numerical_gradient(abs, 1.0, eps=1e-20), "too small to move 1 in float64"),
    (lambda: numerical_gradient(np.abs, X), "one number; it returned shape \\(5, 4\\)"),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_bad_calls_get_one_clear_sentence(number):
    call, words = BAD[number]
    before = W2.tobytes()
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert W2.tobytes() == before
