"""Where weights begin: spreads, bounds, gains, and what each spread is for."""

import math
import re
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.nn import initialisation
from backprop_lib.nn.initialisation import (
    calculate_gain,
    default_linear,
    kaiming_normal,
    kaiming_uniform,
    normal,
    xavier_normal,
    xavier_uniform,
    zeros,
)

N, M = 300, 700  # fan_in, fan_out: unequal, so that one taken for the other shows

# How each is called, and the variance that the papers state, as a function of fan_in and fan_out.
UNIFORM = {
    "xavier_uniform": (xavier_uniform, {}, lambda n, m: 2 / (n + m)),
    "xavier_uniform for tanh": (xavier_uniform, {"gain": 5 / 3}, lambda n, m: 25 / 9 * 2 / (n + m)),
    "kaiming_uniform": (kaiming_uniform, {}, lambda n, m: 2 / n),
    "kaiming_uniform, backward": (kaiming_uniform, {"mode": "fan_out"}, lambda n, m: 2 / m),
    "kaiming_uniform, leaky": (kaiming_uniform, {"a": 0.5}, lambda n, m: 2 / (1.25 * n)),
    "kaiming_uniform for SELU": (kaiming_uniform, {"nonlinearity": "selu"}, lambda n, m: 9 / 16 / n),
    "default_linear": (default_linear, {}, lambda n, m: 1 / (3 * n)),
}
NORMAL = {
    "normal": (normal, {}, lambda n, m: 1e-4),
    "normal, wide": (normal, {"std": 2.0}, lambda n, m: 4.0),
    "xavier_normal": (xavier_normal, {}, lambda n, m: 2 / (n + m)),
    "xavier_normal, gain 3": (xavier_normal, {"gain": 3}, lambda n, m: 18 / (n + m)),
    "kaiming_normal": (kaiming_normal, {}, lambda n, m: 2 / n),
    "kaiming_normal for ReLU": (kaiming_normal, {"nonlinearity": "relu"}, lambda n, m: 2 / n),
    "kaiming_normal, backward": (kaiming_normal, {"mode": "fan_out"}, lambda n, m: 2 / m),
    "kaiming_normal, linear": (kaiming_normal, {"nonlinearity": "linear"}, lambda n, m: 1 / n),
}
DRAWN = {**UNIFORM, **NORMAL}


# --- spreads ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DRAWN)
def test_the_variance_is_that_of_theory(name):
    function, arguments, theory = DRAWN[name]
    W = function((N, M), **arguments, rng=np.random.default_rng(0))
    variance = theory(N, M)
    # The standard error of a mean of squares: √(E[w⁴] − E[w²]²) / √count, where E[w⁴] is 3σ⁴ or 9σ⁴/5.
    error = math.sqrt((0.8 if name in UNIFORM else 2.0) / W.size) * variance
    assert (W**2).mean() == pytest.approx(variance, rel=0, abs=3 * error)
    assert W.mean() == pytest.approx(0.0, abs=3 * math.sqrt(variance / W.size))


@pytest.mark.parametrize("name", UNIFORM)
def test_uniform_weights_fill_their_bounds_evenly_and_no_more(name):
    function, arguments, theory = UNIFORM[name]
    W = function((N, M), **arguments, rng=np.random.default_rng(1))
    bound = math.sqrt(3 * theory(N, M))
    assert bound * (1 - 1e-3) < np.abs(W).max() <= bound * (1 + 1e-15)
    counts, _ = np.histogram(W, bins=10, range=(-bound, bound))
    assert counts == pytest.approx(np.full(10, W.size / 10), abs=4 * math.sqrt(W.size * 0.1 * 0.9))


@pytest.mark.parametrize("name", NORMAL)
def test_normal_weights_have_the_tails_of_the_bell_curve(name):
    function, arguments, theory = NORMAL[name]
    W = function((N, M), **arguments, rng=np.random.default_rng(2)) / math.sqrt(theory(N, M))
    for far in (1.0, 2.0, 3.0):
        share = math.erfc(far / math.sqrt(2))
        error = math.sqrt(share * (1 - share) / W.size)
        assert (np.abs(W) > far).mean() == pytest.approx(share, rel=0, abs=4 * error)


def test_zeros_are_zeros():
    assert not zeros((3, 4)).any()
    assert zeros((3, 4)).shape == (3, 4)
    assert zeros(3).shape == (3,)


def test_a_bias_takes_the_fan_in_of_its_layer():
    b = default_linear((100_000,), fan_in=16, rng=np.random.default_rng(0))
    assert 0.2499 < np.abs(b).max() <= 0.25
    assert b.shape == (100_000,)


def relu(z):
    return np.maximum(z, 0.0)


DEPTH, WIDTH, NETWORKS = 10, 400, 16
# A layer multiplies the mean square of one sample by the mean of `WIDTH` numbers 2·ReLU(g)², with g normal:
# expectation 1, variance 4·½·3 − 1 = 5. The mean over several samples spreads no wider than one of them.
RELU_ERROR = math.sqrt(((1 + 5 / WIDTH) ** DEPTH - 1) / NETWORKS)


def through_relu_layers(initialise):
    """Mean square of z at the last layer, and of the gradient at the first, where both began with 1."""
    rng = np.random.default_rng(3)
    signals, gradients = [], []
    for _ in range(NETWORKS):
        a, kept = rng.standard_normal((50, WIDTH)), []
        for _ in range(DEPTH):
            W = initialise((WIDTH, WIDTH), rng=rng)
            z = a @ W
            kept.append((W, z))
            a = relu(z)
        signals.append((z**2).mean())
        delta = rng.standard_normal(a.shape)
        for W, z in reversed(kept):
            delta = (delta * (z > 0)) @ W.T
        gradients.append((delta**2).mean())
    return np.mean(signals), np.mean(gradients)


# The input has not been through a ReLU: the first layer multiplies its mean square by n·Var(w), each later
# one by half of that. Backward, every layer multiplies by the half.
@pytest.mark.parametrize(
    ("initialise", "n_var"),
    [(kaiming_uniform, 2), (kaiming_normal, 2), (xavier_uniform, 1), (default_linear, 1 / 3)],
)
def test_through_relu_only_kaiming_keeps_the_mean_square_of_signals_and_gradients(initialise, n_var):
    signals, gradients = through_relu_layers(initialise)
    assert signals == pytest.approx(n_var * (n_var / 2) ** (DEPTH - 1), rel=3 * RELU_ERROR)
    assert gradients == pytest.approx((n_var / 2) ** DEPTH, rel=3 * RELU_ERROR)


@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
def test_fan_in_keeps_signals_and_fan_out_keeps_gradients_in_a_layer_that_widens(mode):
    rng = np.random.default_rng(4)
    W = kaiming_normal((200, 800), mode=mode, nonlinearity="linear", rng=rng)
    forward = (rng.standard_normal((500, 200)) @ W).var()
    backward = (rng.standard_normal((500, 800)) @ W.T).var()
    assert forward == pytest.approx(1.0 if mode == "fan_in" else 0.25, rel=0.02)
    assert backward == pytest.approx(4.0 if mode == "fan_in" else 1.0, rel=0.02)


# --- gains --------------------------------------------------------------------------------------------------


def test_gains():
    assert calculate_gain("linear") == calculate_gain("sigmoid") == 1.0
    assert calculate_gain("tanh") == 5 / 3
    assert calculate_gain("relu") == math.sqrt(2)
    assert calculate_gain("selu") == 3 / 4
    assert calculate_gain("leaky_relu") == calculate_gain("leaky_relu", 0.01) == math.sqrt(2 / 1.0001)
    assert calculate_gain("leaky_relu", 0) == calculate_gain("relu")


@pytest.mark.needs("torch")
def test_gains_are_those_of_torch():
    import torch

    for name in ("linear", "sigmoid", "tanh", "relu", "selu", "leaky_relu"):
        assert calculate_gain(name) == torch.nn.init.calculate_gain(name)
    for slope in (0, 0.01, 0.2, 1, 5**0.5, -0.3):
        assert calculate_gain("leaky_relu", slope) == torch.nn.init.calculate_gain("leaky_relu", slope)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("name", [name for name in DRAWN if not name.startswith(("normal", "default"))])
def test_spreads_are_those_of_torch_whose_weights_lie_the_other_way(name):
    import torch

    function, arguments, theory = DRAWN[name]
    generator = torch.Generator().manual_seed(0)
    weight = torch.empty(M, N, dtype=torch.float64)
    getattr(torch.nn.init, f"{function.__name__}_")(weight, **arguments, generator=generator)
    W = function((N, M), **arguments, rng=np.random.default_rng(5))
    error = math.sqrt(2 * (0.8 if name in UNIFORM else 2.0) / W.size) * theory(N, M)
    assert (W**2).mean() == pytest.approx((weight**2).mean().item(), rel=0, abs=3 * error)


@pytest.mark.needs("torch")
def test_the_default_has_the_bounds_of_torchs_linear_for_weights_and_bias():
    import torch

    torch.manual_seed(0)
    linear = torch.nn.Linear(16, 50_000, dtype=torch.float64)
    rng = np.random.default_rng(0)
    W, b = default_linear((16, 50_000), rng=rng), default_linear((50_000,), fan_in=16, rng=rng)
    assert np.abs(W).max() == pytest.approx(linear.weight.abs().max().item(), rel=1e-3)
    assert np.abs(b).max() == pytest.approx(linear.bias.abs().max().item(), rel=1e-3)


# --- shapes, precision, repeatability -----------------------------------------------------------------------

PAIRS = [xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal, default_linear]


@pytest.mark.parametrize("function", [*PAIRS, normal])
@given(shape=st.tuples(st.integers(0, 20), st.integers(0, 20)), kind=st.sampled_from([tuple, list]))
def test_every_shape_is_given_as_asked_even_with_nothing_in_it(function, shape, kind):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        W = function(kind(shape), rng=np.random.default_rng(0))
    assert type(W) is np.ndarray
    assert W.shape == shape
    assert W.dtype == np.float64
    assert np.isfinite(W).all()


@given(shape=st.lists(st.integers(0, 4), max_size=4).map(tuple))
def test_zeros_normal_and_biases_take_any_number_of_sizes(shape):
    rng = np.random.default_rng(0)
    for array in (zeros(shape), normal(shape, rng=rng), default_linear(shape, fan_in=3, rng=rng)):
        assert type(array) is np.ndarray
        assert array.shape == shape


def test_a_bias_of_a_layer_without_inputs_is_0():
    assert default_linear((3,), fan_in=0, rng=np.random.default_rng(0)).tolist() == [0.0] * 3


@pytest.mark.parametrize("function", [*PAIRS, normal])
def test_float32_holds_the_same_draws_rounded(function):
    wide, narrow = (
        function((5, 7), rng=np.random.default_rng(0), dtype=dtype) for dtype in (np.float64, np.float32)
    )
    assert narrow.dtype == np.float32
    assert (narrow == wide.astype(np.float32)).all()
    assert zeros(3, dtype="float32").dtype == np.float32


@pytest.mark.parametrize("function", [*PAIRS, normal])
@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
def test_the_same_state_draws_the_same_weights_and_moves_on(function, make):
    one, two = make(6), make(6)
    first = function((5, 7), rng=one)
    assert first.tobytes() == function((5, 7), rng=two).tobytes()
    assert first.tobytes() != function((5, 7), rng=one).tobytes()


@pytest.mark.parametrize("function", [*PAIRS, normal])
def test_an_rng_has_to_be_given_and_the_global_one_is_left_alone(function):
    with pytest.raises(TypeError, match="'rng'"):
        function((2, 3))
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)
    function((2, 3), rng=np.random.default_rng(0))
    assert np.random.random() == expected


# --- mistakes -----------------------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
MISTAKES = {
    "one size": (lambda: xavier_normal((3,), rng=RNG), ValueError, "xavier_normal .*(fan_in, fan_out).*(3,)"),
    "a bare size": (
        lambda: kaiming_uniform(3, rng=RNG),
        ValueError,
        "kaiming_uniform .*two sizes.*received 3",
    ),
    "three sizes": (lambda: kaiming_normal((3, 4, 5), rng=RNG), ValueError, "two sizes.*(3, 4, 5)"),
    "a bias without its fan_in": (lambda: default_linear((3,), rng=RNG), ValueError, "two sizes.*(3,)"),
    "a size below 0": (lambda: xavier_uniform((3, -4), rng=RNG), ValueError, "0 or above.*(3, -4)"),
    "zeros below 0": (lambda: zeros((-1,)), ValueError, "zeros .*0 or above.*(-1,)"),
    "half a size": (lambda: normal((2, 1.5), rng=RNG), TypeError, "normal .*whole numbers.*(2, 1.5)"),
    "an array for a shape": (lambda: zeros(np.ones(3)), TypeError, "zeros .*whole numbers.*array"),
    "a fan_in below 0": (lambda: default_linear((3,), -1, rng=RNG), ValueError, "fan_in .*received -1"),
    "a shape for a fan_in": (lambda: default_linear((3,), (4, 3), rng=RNG), TypeError, "fan_in .*(4, 3)"),
    "std below 0": (lambda: normal((2, 3), -0.1, rng=RNG), ValueError, "std .*0 or above; received -0.1"),
    "std NaN": (lambda: normal((2, 3), math.nan, rng=RNG), ValueError, "std .*finite.*nan"),
    "gain below 0": (lambda: xavier_normal((2, 3), gain=-1, rng=RNG), ValueError, "gain .*received -1"),
    "gain a name": (lambda: xavier_uniform((2, 3), gain="relu", rng=RNG), TypeError, "gain .*'relu'"),
    "a slope of inf": (lambda: kaiming_normal((2, 3), a=math.inf, rng=RNG), ValueError, "^a must .*inf"),
    "another mode": (lambda: kaiming_normal((2, 3), mode="in", rng=RNG), ValueError, "\"fan_in\" or .*'in'"),
    "another activation": (
        lambda: kaiming_normal((2, 3), nonlinearity="gelu", rng=RNG),
        ValueError,
        "linear, sigmoid, tanh, relu, selu, leaky_relu; received 'gelu'",
    ),
    "a function for a name": (lambda: calculate_gain([]), ValueError, "calculate_gain knows .*received []"),
    "a slope in words": (lambda: calculate_gain("leaky_relu", "0.2"), TypeError, "param .*'0.2'"),
    "a seed for an rng": (lambda: normal((2, 3), rng=42), TypeError, "rng .*default_rng(0); received 42"),
    "NumPy's global state": (lambda: normal((2, 3), rng=np.random), TypeError, "rng .*received <module"),
    "whole weights": (lambda: normal((2, 3), rng=RNG, dtype=int), TypeError, "dtype .*float32.*'int'"),
    "no dtype at all": (lambda: zeros(3, dtype="floaty"), TypeError, "dtype .*received 'floaty'"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_one_clear_sentence_and_draws_nothing(name):
    mistake, kind, words = MISTAKES[name]
    before = RNG.bit_generator.state
    with pytest.raises(kind, match=re.sub(r"[()\[\]]", r"\\\g<0>", words)) as caught:
        mistake()
    assert "\n" not in str(caught.value)
    assert RNG.bit_generator.state == before


def test_every_public_function_is_documented():
    functions = [
        f
        for name, f in vars(initialisation).items()
        if callable(f) and f.__module__ == initialisation.__name__
    ]
    public = [f for f in functions if not f.__name__.startswith("_")]
    assert len(public) == 8
    assert all(">>>" in f.__doc__ for f in public)
