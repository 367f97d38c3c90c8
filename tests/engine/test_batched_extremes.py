"""Far from zero, at infinity and at NaN: what torch gives, and no warning where the answer is ordinary."""

import warnings

import numpy as np
import pytest

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    mse_loss,
    where,
)
from tests.engine.array_cases import DTYPES, both, compare

torch = pytest.importorskip("torch")
F = torch.nn.functional

FAR = np.array([-1000.0, -100.0, -30.0, 0.0, 30.0, 100.0, 1000.0])
EACH_DTYPE = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)


@pytest.fixture
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


# --- far from zero ------------------------------------------------------------------------------------------

# For the sizes: a derivative such as σ·(1 − σ) is 0 here, or 1 less something too small to see.
FAR_FUNCTIONS = {
    "sigmoid": (Tensor.sigmoid, torch.sigmoid),
    "tanh": (Tensor.tanh, torch.tanh),
    "relu": (Tensor.relu, torch.relu),
    "leaky_relu": (Tensor.leaky_relu, F.leaky_relu),
    "elu": (Tensor.elu, F.elu),
    "gelu": (Tensor.gelu, F.gelu),
    "softplus": (Tensor.softplus, F.softplus),
    "softmax": (lambda z: z.softmax(-1), lambda z: z.softmax(-1)),
    "log_softmax": (lambda z: z.log_softmax(-1), lambda z: z.log_softmax(-1)),
    "clip": (lambda z: z.clip(-50.0, 50.0), lambda z: z.clamp(-50.0, 50.0)),
}


@pytest.mark.usefixtures("no_warnings")
@EACH_DTYPE
@pytest.mark.parametrize("name", FAR_FUNCTIONS)
def test_logits_of_a_thousand_overflow_nowhere(name, dtype):
    compare(*FAR_FUNCTIONS[name], FAR.astype(dtype), sizes=lambda g: (1.0, np.abs(g).sum()))


@pytest.mark.usefixtures("no_warnings")
@EACH_DTYPE
@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
def test_binary_cross_entropy_of_huge_logits(dtype, target):
    y = np.full_like(FAR, target, dtype)
    compare(
        lambda z: binary_cross_entropy_with_logits(z, y, reduction="none"),
        lambda z: F.binary_cross_entropy_with_logits(z, torch.tensor(y), reduction="none"),
        FAR.astype(dtype),
        sizes=lambda g: (1.0, np.abs(g)),
    )


@pytest.mark.usefixtures("no_warnings")
@EACH_DTYPE
def test_cross_entropy_of_huge_logits(dtype):
    z = np.array([[1000.0, 0.0, -1000.0]] * 3, dtype)
    for y in (np.array([0, 1, 2]), np.eye(3, dtype=dtype)):
        compare(
            lambda z, y=y: cross_entropy(z, y, reduction="none"),
            lambda z, y=y: F.cross_entropy(z, torch.tensor(y), reduction="none"),
            z,
        )


@pytest.mark.usefixtures("no_warnings")
@pytest.mark.parametrize("number", [0.0, 1000.0, -1000.0, 1e300, -1e300])
def test_equal_scores_share_equally_however_large(number):
    z = Tensor(np.full((2, 4), number), requires_grad=True)
    p = z.softmax(1)
    assert (p.data == 0.25).all()
    assert (z.log_softmax(1).data == -np.log(4.0)).all()
    loss = cross_entropy(z, np.array([1, 3]))
    assert loss.item() == np.log(4.0)
    loss.backward()
    assert z.grad.tolist() == [[0.125, -0.375, 0.125, 0.125], [0.125, 0.125, 0.125, -0.375]]


@pytest.mark.usefixtures("no_warnings")
def test_a_scores_share_is_the_same_wherever_zero_lies():
    z = np.array([[0.5, -1.0, 2.0]])
    for shift in (1024.0, -1024.0):  # a power of two, so that z + shift is exact
        assert np.array_equal(Tensor(z + shift).softmax(1).data, Tensor(z).softmax(1).data)


# --- infinity and NaN ---------------------------------------------------------------------------------------

STRANGE = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 2.5, -2.5])
ZERO = np.array(0.0)

STRANGE_FUNCTIONS = {
    "relu": (Tensor.relu, torch.relu),
    "elu": (Tensor.elu, F.elu),
    "gelu": (Tensor.gelu, F.gelu),
    "softplus": (Tensor.softplus, F.softplus),
    "sigmoid": (Tensor.sigmoid, torch.sigmoid),
    "tanh": (Tensor.tanh, torch.tanh),
    "exp": (Tensor.exp, torch.exp),
    "log": (Tensor.log, torch.log),
    "sqrt": (Tensor.sqrt, torch.sqrt),
    "sin": (Tensor.sin, torch.sin),
    "square": (lambda a: a**2, lambda a: a**2),
    "reciprocal": (lambda a: a**-1, lambda a: a**-1),
    "to the 0": (lambda a: a**0, lambda a: a**0),
    "1 / a": (lambda a: 1.0 / a, lambda a: 1.0 / a),
    "clip": (lambda a: a.clip(-1.0, 1.0), lambda a: a.clamp(-1.0, 1.0)),
    "clip below": (lambda a: a.clip(-1.0), lambda a: a.clamp(-1.0)),
    "clip above": (lambda a: a.clip(max=1.0), lambda a: a.clamp(max=1.0)),
    "max": (lambda a: a.max(), lambda a: a.amax()),
    "min of each": (lambda a: a.reshape(-1, 1).min(axis=1), lambda a: a.reshape(-1, 1).amin(dim=1)),
    "sum": (lambda a: a.sum(), lambda a: a.sum()),
    "maximum": (lambda a: a.maximum(ZERO), lambda a: torch.maximum(a, torch.tensor(ZERO))),
    "minimum": (lambda a: a.minimum(ZERO), lambda a: torch.minimum(a, torch.tensor(ZERO))),
    "where": (
        lambda a: where(np.arange(9) < 5, a, 0.0),
        lambda a: torch.where(torch.arange(9) < 5, a, 0.0),
    ),
    "softmax": (lambda a: a.softmax(0), lambda a: a.softmax(0)),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", STRANGE_FUNCTIONS)
def test_infinity_and_nan_go_where_torch_sends_them(name):
    compare(*STRANGE_FUNCTIONS[name], STRANGE)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("upstream", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("name", ["relu", "clip", "maximum", "minimum", "where", "max"])
def test_an_infinite_gradient_goes_where_torch_sends_it(name, upstream):
    ours, theirs = STRANGE_FUNCTIONS[name]
    (leaf,), (other,) = both([STRANGE[3:] if name == "max" else STRANGE])
    y, z = ours(leaf), theirs(other)
    y.backward(np.full(y.shape, upstream))
    z.backward(torch.full(z.shape, upstream, dtype=z.dtype))
    np.testing.assert_array_equal(leaf.grad, other.grad.numpy())


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_maximum_of_nan_on_either_side():
    a, b = np.array([np.nan, 1.0, np.nan]), np.array([1.0, np.nan, np.nan])
    compare(Tensor.maximum, torch.maximum, a, b)
    compare(Tensor.minimum, torch.minimum, a, b)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_logarithm_of_0_is_minus_infinity():
    x = Tensor([0.0], requires_grad=True)
    y = x.log()
    y.backward()
    assert y.item() == -np.inf
    assert x.grad == np.inf


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_nan_in_the_data_is_seen_in_the_loss():
    z = np.array([[np.nan, 1.0], [0.0, 1.0]])
    for loss, y in [
        (cross_entropy, np.array([0, 1])),
        (binary_cross_entropy_with_logits, np.ones((2, 2))),
        (mse_loss, np.ones((2, 2))),
    ]:
        x = Tensor(z, requires_grad=True)
        value = loss(x, y)
        value.backward()
        assert np.isnan(value.item())
        assert np.isnan(x.grad[0]).any()
        assert not np.isnan(x.grad[1]).any()  # the other sample has its own gradient
