"""SGD, Adam, AdamW: their formulas, PyTorch's numbers, saving, refusals."""

import copy
import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.scalar import Value
from backprop_lib.training.optimisers import SGD, Adam, AdamW, Optimizer

SETTINGS = [
    (SGD, {}),
    (SGD, {"lr": 0.05}),
    (SGD, {"lr": 0.05, "weight_decay": 0.1}),
    (SGD, {"lr": 0.05, "momentum": 0.9}),
    (SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}),
    (SGD, {"lr": 0.05, "momentum": 0.9, "dampening": -0.5}),
    (SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    (SGD, {"lr": 0.05, "momentum": 0.5, "nesterov": True, "weight_decay": 0.2}),
    (SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01}),
    (SGD, {"lr": 0.0, "momentum": 0.9}),
    (Adam, {}),
    (Adam, {"lr": 0.05}),
    (Adam, {"lr": 0.05, "betas": (0.5, 0.9)}),
    (Adam, {"lr": 0.05, "betas": (0.0, 0.0)}),
    (Adam, {"lr": 0.05, "betas": (0.0, 0.999)}),
    (Adam, {"lr": 0.05, "eps": 0.1}),
    (Adam, {"lr": 0.05, "weight_decay": 0.1}),
    (AdamW, {}),
    (AdamW, {"lr": 0.05, "weight_decay": 0.5}),
    (AdamW, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.0}),
]
NAMES = [
    f"{kind.__name__}-{'-'.join(f'{k}={v}' for k, v in settings.items())}" for kind, settings in SETTINGS
]
EVERY = pytest.mark.parametrize(("kind", "settings"), SETTINGS, ids=NAMES)
SHAPES = [(3, 4), (4,), (), (0, 3), (2, 1, 2)]


def tensors(seed=0, dtype=np.float64, shapes=SHAPES):
    rng = np.random.default_rng(seed)
    return [Tensor(rng.normal(size=shape).astype(dtype), requires_grad=True) for shape in shapes]


def gradients(step, parameters):
    """Gradients of very different sizes, the same in every run; None now and then."""
    rng = np.random.default_rng(1000 + step)
    for i, parameter in enumerate(parameters):
        gradient = rng.normal(size=parameter.data.shape) * 10.0 ** rng.integers(-4, 2, parameter.data.shape)
        parameter.grad = None if (step + i) % 7 == 3 else np.asarray(gradient, parameter.data.dtype)


def run(optimizer, steps):
    for step in steps:
        gradients(step, optimizer.parameters)
        optimizer.step()


def arrays(parameters):
    return [np.array(parameter.data) for parameter in parameters]


def same_bits(one, other):
    return [a.tobytes() for a in map(np.asarray, one)] == [a.tobytes() for a in map(np.asarray, other)]


# --- against torch ------------------------------------------------------------------------------------------


@pytest.mark.needs("torch")
@pytest.mark.parametrize(("dtype", "rel"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@EVERY
def test_100_steps_are_those_of_torch(kind, settings, dtype, rel):
    import torch

    ours = tensors(dtype=dtype)
    theirs = [torch.tensor(parameter.data, requires_grad=True) for parameter in ours]
    optimizer = kind(ours, **settings)
    twin = getattr(torch.optim, kind.__name__)(theirs, **settings)
    scales = [0.0] * len(ours)
    for step in range(100):
        gradients(step, ours)
        for parameter, tensor in zip(ours, theirs, strict=True):
            tensor.grad = None if parameter.grad is None else torch.tensor(parameter.grad)
        optimizer.step()
        twin.step()
        for i, (parameter, tensor) in enumerate(zip(ours, theirs, strict=True)):
            expected = tensor.detach().numpy()
            # Relative to the largest that was summed: what passes through 0 has no digits of its own.
            scales[i] = np.abs(expected).max(initial=scales[i])
            np.testing.assert_allclose(parameter.data, expected, rtol=0, atol=rel * scales[i])


@pytest.mark.needs("torch")
@pytest.mark.parametrize("kind", [SGD, Adam, AdamW])
def test_names_and_defaults_are_those_of_torch(kind):
    import inspect

    import torch

    theirs = inspect.signature(getattr(torch.optim, kind.__name__)).parameters
    ours = inspect.signature(kind).parameters
    assert list(ours) == [name for name in theirs if name in ours]
    assert {name: p.default for name, p in ours.items()} == {name: theirs[name].default for name in ours}


@pytest.mark.needs("torch")
@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize(("kind", "settings"), [(SGD, {"momentum": 0.9}), (Adam, {}), (AdamW, {})])
def test_a_gradient_that_is_not_finite_does_what_it_does_in_torch(kind, settings, bad):
    import torch

    (ours,) = tensors(shapes=[(3,)])
    theirs = torch.tensor(ours.data, requires_grad=True)
    optimizer, twin = kind([ours], **settings), getattr(torch.optim, kind.__name__)([theirs], **settings)
    for gradient in ([1.0, bad, -2.0], [0.5, 1.0, 0.0]):
        ours.grad, theirs.grad = np.array(gradient), torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        twin.step()
    assert np.isfinite(ours.data).tolist() == torch.isfinite(theirs.detach()).tolist() == [True, False, True]
    np.testing.assert_allclose(ours.data[[0, 2]], theirs.detach().numpy()[[0, 2]], rtol=1e-12)


# --- the formulas -------------------------------------------------------------------------------------------


@given(array_shapes(min_dims=0, min_side=0), st.floats(1e-6, 1e3))
def test_plain_sgd_is_the_parameter_less_lr_times_the_gradient(shape, lr):
    (w,) = tensors(shapes=[shape])
    gradients(0, [w])
    before, gradient = w.data.copy(), w.grad.copy()
    SGD([w], lr=lr).step()
    assert same_bits([w.data, w.grad], [before - lr * gradient, gradient])


def test_momentum_gathers_speed_up_to_1_over_1_less_mu():
    w = Tensor([0.0], requires_grad=True)
    optimizer = SGD([w], lr=1.0, momentum=0.75)
    for _ in range(200):
        before = w.data.copy()
        w.grad = np.array([1.0])
        optimizer.step()
    assert (before - w.data).item() == pytest.approx(4.0, rel=1e-12)


@given(st.floats(1e-3, 1e6), st.sampled_from([-1.0, 1.0]))
def test_the_first_step_of_adam_is_lr_whatever_the_size_of_the_gradient(size, sign):
    w = Tensor([0.0], requires_grad=True)
    w.grad = np.array([sign * size])
    Adam([w], lr=0.1).step()
    assert w.data.item() == pytest.approx(-0.1 * sign, rel=1e-4)


def test_weight_decay_differs_between_adam_and_adamw_as_described():
    for kind, expected in [(Adam, 1.0 - 0.1), (AdamW, 1.0 - 0.1 * 0.5)]:
        w = Tensor([1.0], requires_grad=True)
        w.grad = np.array([0.0])
        kind([w], lr=0.1, weight_decay=0.5).step()
        assert w.data.item() == pytest.approx(expected, rel=1e-7)


# --- arrays, numbers, dtypes --------------------------------------------------------------------------------


@EVERY
def test_the_array_stays_the_same_object_and_the_gradient_is_only_read(kind, settings):
    parameters = tensors()
    held = [parameter.data for parameter in parameters]
    optimizer = kind(parameters, **settings)
    for step in range(5):
        gradients(step, parameters)
        before = [None if p.grad is None else p.grad.copy() for p in parameters]
        optimizer.step()
        assert all(
            p.grad is b is None or same_bits([p.grad], [b]) for p, b in zip(parameters, before, strict=True)
        )
    assert all(p.data is array for p, array in zip(parameters, held, strict=True))


@EVERY
def test_float32_stays_float32_with_all_that_is_remembered(kind, settings):
    parameters = tensors(dtype=np.float32)
    optimizer = kind(parameters, **settings)
    optimizer.lr = np.float64(optimizer.lr)
    run(optimizer, range(5))
    kept = [kept[name] for kept in optimizer.state_dict()["state"] if kept for name in optimizer.remembers]
    assert {array.dtype for array in arrays(parameters) + kept} == {np.dtype(np.float32)}
    assert all(type(array) is np.ndarray for array in kept)


@EVERY
def test_values_take_the_same_steps_as_arrays(kind, settings):
    (w,) = tensors(shapes=[(4,)])
    values = [Value(number) for number in w.data.tolist()]
    together, one_by_one = kind([w], **settings), kind(values, **settings)
    for step in range(50):
        w.grad = np.random.default_rng(step).normal(size=4)
        for value, slope in zip(values, w.grad.tolist(), strict=True):
            value.grad = slope
        together.step()
        one_by_one.step()
    assert {type(value.data) for value in values} == {float}
    assert [value.data for value in values] == pytest.approx(w.data.tolist(), rel=1e-14)


def test_a_value_with_an_infinite_gradient_is_not_refused_and_a_gradient_of_0_divides_nothing():
    values = [Value(1.0), Value(1.0)]
    values[0].grad = math.inf
    for optimizer in (Adam(values), SGD(values, momentum=0.9)):
        optimizer.step()
    assert not math.isfinite(values[0].data)
    assert values[1].data == 1.0


@EVERY
def test_a_parameter_without_gradient_is_passed_over_with_its_state(kind, settings):
    used, idle = tensors(shapes=[(2,), (2,)])
    before = idle.data.copy()
    optimizer = kind([used, idle], **settings)
    for _ in range(3):
        used.grad = np.ones(2)
        optimizer.step()
    assert same_bits([idle.data], [before])
    assert optimizer.state_dict()["state"][1] is None
    (fresh,) = tensors(shapes=[(2,)])
    fresh.data = before.copy()
    fresh.grad = idle.grad = np.array([1.0, -3.0])
    optimizer.step()
    kind([fresh], **settings).step()
    assert same_bits([idle.data], [fresh.data])


@pytest.mark.filterwarnings("error")
@EVERY
def test_steps_warn_of_nothing_even_when_training_diverges(kind, settings):
    parameters = tensors()
    optimizer = kind(parameters, **settings)
    for size in (1e300, math.inf, -math.inf, 0.0):
        for parameter in parameters:
            parameter.grad = np.full(parameter.shape, size)
        optimizer.step()


def test_a_backward_through_a_graph_from_before_the_step_is_refused():
    w = Tensor([1.0, 2.0], requires_grad=True)
    loss = (w * w).sum()
    w.grad = np.ones(2)
    SGD([w]).step()
    with pytest.raises(RuntimeError):
        loss.backward()


@pytest.mark.parametrize("gradient", [np.array(2.0), np.float64(2.0), 2.0])
@EVERY
def test_a_parameter_without_axes_takes_a_plain_number_as_gradient(kind, settings, gradient):
    one, other = Tensor(1.0, requires_grad=True), Tensor([1.0], requires_grad=True)
    one.grad, other.grad = gradient, np.array([2.0])
    kind([one], **settings).step()
    kind([other], **settings).step()
    assert type(one.data) is np.ndarray
    assert one.data == other.data


def test_zero_grad_forgets_the_gradients():
    w, v = Tensor([1.0], requires_grad=True), Value(2.0)
    w.grad, v.grad = np.array([1.0]), 3.0
    SGD([w, v]).zero_grad()
    assert w.grad is None
    assert v.grad == 0.0


def test_a_generator_of_parameters_is_read_once_and_kept():
    parameters = tensors()
    optimizer = Adam(parameter for parameter in parameters)
    run(optimizer, range(2))
    assert optimizer.parameters == parameters


def test_the_rate_may_be_changed_between_steps():
    w = Tensor([0.0], requires_grad=True)
    optimizer = SGD([w], lr=1.0)
    for lr in (1.0, 0.5, 0.0):
        optimizer.lr = lr
        w.grad = np.array([-1.0])
        optimizer.step()
    assert w.data.tolist() == [1.5]


def test_repr_names_every_setting():
    assert repr(SGD(tensors(), 0.1)) == (
        "SGD(lr=0.1, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False)"
    )
    assert repr(AdamW(tensors())) == "AdamW(lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01)"


# --- training on a network ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "settings"),
    [(SGD, {"lr": 0.1, "momentum": 0.9}), (Adam, {"lr": 0.05}), (AdamW, {"lr": 0.05, "weight_decay": 0})],
)
def test_a_regression_is_learnt(kind, settings):
    rng = np.random.default_rng(2)
    X, truth = rng.normal(size=(50, 3)), np.array([[1.0], [-2.0], [0.5]])
    W, b = Tensor(np.zeros((3, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    optimizer = kind([W, b], **settings)
    for _ in range(500):
        optimizer.zero_grad()
        ((Tensor(X) @ W + b - (X @ truth + 4.0)) ** 2).mean().backward()
        optimizer.step()
    assert W.data == pytest.approx(truth, abs=0.02)
    assert b.data == pytest.approx([4.0], abs=0.02)


# --- the same again, and saved ------------------------------------------------------------------------------


@EVERY
def test_a_second_run_is_equal_bit_for_bit(kind, settings):
    first, second = tensors(), tensors()
    run(kind(first, **settings), range(20))
    run(kind(second, **settings), range(20))
    assert same_bits(arrays(first), arrays(second))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@EVERY
def test_training_goes_on_bit_for_bit_after_a_reload(kind, settings, dtype):
    straight = tensors(dtype=dtype)
    optimizer = kind(straight, **settings)
    run(optimizer, range(10))
    optimizer.lr *= 0.5
    saved, weights = pickle.loads(pickle.dumps(optimizer.state_dict())), arrays(straight)
    run(optimizer, range(10, 20))

    resumed = [Tensor(array, requires_grad=True) for array in weights]
    loaded = kind(resumed, lr=7.0)
    loaded.load_state_dict(saved)
    assert repr(loaded) == repr(kind(straight, **{**settings, "lr": optimizer.lr}))
    run(loaded, range(10, 20))
    assert same_bits(arrays(straight), arrays(resumed))


def test_the_state_of_values_is_saved_too():
    one, two = [Value(1.0)], [Value(1.0)]
    first, second = Adam(one), Adam(two)
    one[0].grad = two[0].grad = 3.0
    first.step()
    two[0].data = one[0].data
    second.load_state_dict(first.state_dict())
    first.step()
    second.step()
    assert one[0].data == two[0].data


def test_a_saved_state_is_a_copy_on_both_ways():
    optimizer = Adam(tensors())
    run(optimizer, range(3))
    saved = optimizer.state_dict()
    before = copy.deepcopy(saved)
    run(optimizer, range(3, 6))
    assert same_bits([saved["state"][0]["exp_avg"]], [before["state"][0]["exp_avg"]])
    optimizer.load_state_dict(saved)
    run(optimizer, range(3, 6))
    assert same_bits([saved["state"][0]["exp_avg"]], [before["state"][0]["exp_avg"]])


# --- mistakes -----------------------------------------------------------------------------------------------


class Model:
    def parameters(self):
        return tensors()


class Foreign:
    """As a parameter of PyTorch's would be: the data is no NumPy array."""

    data, grad = [1.0], None


TWICE = Tensor([1.0], requires_grad=True, label="W")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: SGD(tensors(), lr=-0.1), ValueError, "SGD's lr needs a number of 0 or more; received -0.1"),
        (
            lambda: Adam(tensors(), lr=math.nan),
            ValueError,
            "Adam's lr needs a number of 0 or more; received nan",
        ),
        (lambda: SGD(tensors(), lr=math.inf), ValueError, "SGD's lr needs .* received inf"),
        (lambda: SGD(tensors(), lr="0.1"), TypeError, "SGD's lr needs a number .* received str '0.1'"),
        (lambda: SGD(tensors(), lr=True), TypeError, "received bool True"),
        (lambda: SGD(tensors(), lr=np.ones(2)), TypeError, r"received numpy.ndarray of shape \(2,\)"),
        (lambda: setattr(SGD(tensors()), "lr", -1), ValueError, "SGD's lr .* received -1.0"),
        (lambda: SGD(tensors(), momentum=-0.9), ValueError, "SGD's momentum .* received -0.9"),
        (lambda: SGD(tensors(), momentum=None), TypeError, "SGD's momentum .* received NoneType None"),
        (lambda: SGD(tensors(), dampening=math.nan), ValueError, "dampening needs a finite number"),
        (lambda: SGD(tensors(), weight_decay=-1), ValueError, "SGD's weight_decay .* received -1.0"),
        (lambda: SGD(tensors(), nesterov=True), ValueError, "needs a momentum above 0, such as 0.9"),
        (
            lambda: SGD(tensors(), momentum=0.9, dampening=0.1, nesterov=True),
            ValueError,
            "nesterov=True needs .* dampening=0; received momentum=0.9, dampening=0.1",
        ),
        (lambda: Adam(tensors(), betas=(0.9, 1.0)), ValueError, "Adam's betas .* below 1.* received 1.0"),
        (lambda: AdamW(tensors(), betas=(-0.1, 0.9)), ValueError, "AdamW's betas .* received -0.1"),
        (
            lambda: Adam(tensors(), betas=0.9),
            TypeError,
            "Adam's betas needs two numbers .* received float 0.9",
        ),
        (lambda: Adam(tensors(), betas=(0.9,)), TypeError, r"two numbers .* received tuple \(0.9,\)"),
        (lambda: Adam(tensors(), eps=0.0), ValueError, "Adam's eps needs a number above 0, such as 1e-8"),
        (lambda: AdamW(tensors(), weight_decay=-0.5), ValueError, "AdamW's weight_decay .* received -0.5"),
        (lambda: SGD([]), ValueError, r"such as model.parameters\(\); received an empty one"),
        (lambda: SGD(tensors()[0]), TypeError, "received a single backprop_lib.Tensor: put it in a list"),
        (lambda: SGD(Value(1.0)), TypeError, "received a single backprop_lib.Value: put it in a list"),
        (
            lambda: SGD(Model()),
            TypeError,
            r"needs a list of parameters, such as model.parameters\(\); received .*Model",
        ),
        (lambda: SGD(Model().parameters), TypeError, "received method"),
        (lambda: SGD(3.0), TypeError, "received float 3.0"),
        (lambda: SGD([1.0]), TypeError, "each a Tensor or a Value; received as parameter 0 float 1.0"),
        (lambda: SGD("Wb"), TypeError, "received as parameter 0 str 'W'"),
        (lambda: SGD([*tensors(), ("0.bias", TWICE)]), TypeError, "received as parameter 5 tuple"),
        (lambda: SGD([np.ones(2)]), TypeError, r"received as parameter 0 numpy.ndarray of shape \(2,\)"),
        (lambda: SGD([Foreign()]), TypeError, "each a Tensor or a Value; received as parameter 0 .*Foreign"),
        (
            lambda: SGD([TWICE, *tensors(), TWICE]),
            ValueError,
            r"the same .* as 0 and as parameter 6 \(W\): list it once",
        ),
        (lambda: SGD([TWICE * 2.0]), ValueError, "parameter 0 the result of multiply: give the parameters"),
        (lambda: SGD([Value(1.0) + 1.0]), ValueError, "parameter 0 the result of add"),
        (lambda: Adam(tensors()).load_state_dict([]), TypeError, r"what state_dict\(\) gave; received list"),
        (lambda: Adam(tensors()).load_state_dict({"lr": 0.1}), TypeError, "received dict {'lr': 0.1}"),
        (
            lambda: AdamW(tensors()).load_state_dict(Adam(tensors()).state_dict()),
            ValueError,
            "AdamW.load_state_dict needs a state of AdamW; received one of Adam",
        ),
        (
            lambda: Adam(tensors()).load_state_dict(Adam(tensors()[:2]).state_dict()),
            ValueError,
            "received the state of 2 parameters; this optimiser has 5",
        ),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(call, error, words):
    with pytest.raises(error, match=words) as refusal:
        call()
    assert "\n" not in str(refusal.value)


def test_state_of_other_shapes_is_refused_and_nothing_is_taken_over():
    small = Adam(tensors(shapes=[(2,), (3,)]), lr=0.5)
    other = Adam(tensors(shapes=[(2,), (4,)]))
    run(small, range(1))
    run(other, range(1))
    before = repr(other.state_dict())
    words = re.escape("needs exp_avg of shape (4,) for parameter 1; received shape (3,)")
    with pytest.raises(ValueError, match=words):
        other.load_state_dict(small.state_dict())
    assert repr(other.state_dict()) == before


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (np.ones(3), ValueError, r"parameter 1 \(b\) an array of floats of shape \(2,\); received .* \(3,\)"),
        (np.ones((1, 2)), ValueError, r"shape \(2,\); received .* \(1, 2\)"),
        (np.array(1.0), ValueError, r"shape \(2,\); received numpy.ndarray of shape \(\)"),
        (1.0, TypeError, r"received float 1.0"),
        (np.float32(1.0), TypeError, r"received numpy.float32 of shape \(\)"),
        ([1.0, 2.0], TypeError, r"received list \[1.0, 2.0\]"),
        (np.array([1, 2]), TypeError, "array of floats .* dtype int"),
        (np.array([1.0, 2j]), TypeError, "array of floats .* dtype complex128"),
        (np.array([True, False]), TypeError, "array of floats .* dtype bool"),
        (Tensor([1.0, 2.0]), TypeError, r"received backprop_lib.Tensor of shape \(2,\)"),
    ],
)
@EVERY
def test_a_gradient_that_does_not_fit_leaves_everything_as_it_was(kind, settings, bad, error, words):
    parameters = [Tensor([1.0, 2.0], requires_grad=True, label=label) for label in ("W", "b")]
    optimizer = kind(parameters, **settings)
    for wait in (False, True):  # in the first step, and in a later one
        parameters[0].grad = np.ones(2)
        parameters[1].grad = bad
        before, state = arrays(parameters), repr(optimizer.state_dict())
        with pytest.raises(error, match=f"{kind.__name__}.step needs as gradient of .*{words}"):
            optimizer.step()
        assert same_bits(arrays(parameters), before)
        assert repr(optimizer.state_dict()) == state
        parameters[1].grad = np.ones(2)
        if not wait:
            optimizer.step()


@pytest.mark.parametrize("bad", ["1.0", [1.0], np.ones(2)])
def test_a_gradient_of_a_value_that_is_no_number_is_refused(bad):
    values = [Value(1.0), Value(2.0)]
    values[0].grad, values[1].grad = 1.0, bad
    with pytest.raises(TypeError, match="needs as gradient of parameter 1 a number; received"):
        SGD(values).step()
    assert [value.data for value in values] == [1.0, 2.0]


def test_an_optimiser_of_ones_own_needs_only_its_rule():
    class SignSGD(Optimizer):
        def _update(self, ready):
            for _, parameter in ready:
                parameter.data -= self.lr * np.sign(parameter.grad)

    w = Tensor([1.0, 1.0], requires_grad=True)
    w.grad = np.array([5.0, -0.1])
    optimizer = SignSGD([w], lr=0.5)
    optimizer.step()
    assert w.data.tolist() == [0.5, 1.5]
    with pytest.raises(NotImplementedError):
        Optimizer([w], lr=0.5).step()
