"""The gradient-flow microscope: the course's figures, theory, an independent network, and what it refuses."""

import math
from decimal import Decimal

import numpy as np
import pytest
import traitlets

from backprop_lib.engine.batched import Tensor
from backprop_lib.explorables.gradient_flow.network import ROWS, Settings, measure, normals
from backprop_lib.explorables.gradient_flow.theory import means, theory
from backprop_lib.explorables.gradient_flow.widget import ACTIVATIONS, WIDTHS, GradientFlow, gradient_flow
from backprop_lib.explorables.gradient_flow.words import three
from backprop_lib.nn.activations import activation as make_activation
from tests.explorables.test_words import RAISED, many_numbers

SQRT2 = math.sqrt(2.0)


def settings(**changed):
    usual = Settings(20, 64, "sigmoid", 1.0, "none", False, False, 0)
    return usual._replace(**changed)


# --- the course's figures -----------------------------------------------------------------------------------

# First layer over last; of 21 drawings the medians scatter by a tenth or less, for ReLU's by a sixth.
RATIOS = [
    ("sigmoid", 1.0, 1e-12, 1.2),
    ("tanh", 1.0, 0.2, 1.2),
    ("tanh", 3.0, 323.0, 1.25),
    ("relu", 1.0, 1.1e-3, 1.35),
    ("relu", SQRT2, 0.81, 1.35),
    ("relu", 2.0, 588.0, 1.35),
]
# Through all twenty layers, from the output back to the input.
THROUGH = [(False, 7.4e-7, 1.2), (True, 3.3, 1.1)]


def median(quantity, **changed):
    return float(np.median([quantity(measure(settings(seed=seed, **changed))) for seed in range(21)]))


@pytest.mark.parametrize(("activation", "gain", "figure", "within"), RATIOS)
def test_ratios_of_first_to_last_gradient(activation, gain, figure, within):
    found = median(lambda flow: flow.gradients[0] / flow.gradients[-1], activation=activation, gain=gain)
    assert figure / within < found < figure * within


@pytest.mark.parametrize(("residual", "figure", "within"), THROUGH)
def test_a_shortcut_brings_back_what_weak_weights_take(residual, figure, within):
    found = median(lambda flow: flow.input_gradient, activation="tanh", gain=0.5, residual=residual)
    assert figure / within < found < figure * within


# --- the network, written a second time ---------------------------------------------------------------------


def by_hand(now):
    """The same passes with nothing of ours but the weights: sizes of ∂L/∂z, of a, and every ∂L/∂W."""
    f, slope = {
        "tanh": (np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
        "relu": (lambda z: np.maximum(z, 0.0), lambda z: 1.0 * (z > 0.0)),
    }[now.activation]
    axis = {"none": None, "BatchNorm": 0, "LayerNorm": 1}[now.normalisation]
    W = [now.gain / np.sqrt(now.width) * normals(now.seed, k + 2, (now.width,) * 2) for k in range(now.depth)]
    a = [normals(now.seed, 0, (ROWS, now.width))]
    z, spread = [], []
    for weights in W:
        s = a[-1] @ weights
        spread.append(1.0 if axis is None else np.sqrt(s.var(axis=axis, keepdims=True) + 1e-5))
        z.append(s if axis is None else (s - s.mean(axis=axis, keepdims=True)) / spread[-1])
        a.append(f(z[-1]) + (a[-1] if now.residual else 0.0))
    da = normals(now.seed, 1, (ROWS, now.width)) / (ROWS * now.width)
    handed, dz, dW = np.linalg.norm(da), [], []
    for k in reversed(range(now.depth)):
        dz.insert(0, da * slope(z[k]))
        ds = dz[0]
        if axis is not None:
            mean = ds.mean(axis=axis, keepdims=True)
            ds = (ds - mean - z[k] * (ds * z[k]).mean(axis=axis, keepdims=True)) / spread[k]
        dW.insert(0, a[k].T @ ds)
        da = ds @ W[k].T + (da if now.residual else 0.0)
    norm = np.sqrt(sum((one**2).sum() for one in dW))
    return [np.linalg.norm(one) / handed for one in dz], np.linalg.norm(da) / handed, a[1:], norm


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("normalisation", ["none", "BatchNorm", "LayerNorm"])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("gain", [0.9, 1.7])
def test_sizes_are_those_of_the_equations_written_out(activation, normalisation, residual, gain):
    now = settings(
        depth=7, width=16, activation=activation, gain=gain, normalisation=normalisation,
        residual=residual, clipping=True, seed=5,
    )  # fmt: skip
    flow = measure(now)
    gradients, at_input, a, norm = by_hand(now)
    factor = min(1.0, 1.0 / (norm + 1e-6))
    assert flow.norm == pytest.approx(norm, rel=1e-11)
    assert flow.factor == pytest.approx(factor, rel=1e-11)
    assert flow.gradients == pytest.approx(np.array(gradients) * factor, rel=1e-11)
    assert flow.input_gradient == pytest.approx(at_input * factor, rel=1e-11)
    assert flow.activations == pytest.approx([np.sqrt((one**2).mean()) for one in a], rel=1e-12)


def test_clipping_multiplies_all_by_one_factor_and_leaves_small_gradients_alone():
    large, clipped = (measure(settings(activation="relu", gain=2.0, clipping=on)) for on in (False, True))
    assert clipped.factor * clipped.norm == pytest.approx(1.0, rel=1e-5)
    assert clipped.gradients / large.gradients == pytest.approx(np.full(20, clipped.factor), rel=1e-12)
    small = measure(settings(clipping=True))
    assert small.norm < 1.0 and small.factor == 1.0
    assert np.array_equal(small.gradients, measure(settings()).gradients)


@pytest.mark.parametrize("normalisation", ["BatchNorm", "LayerNorm"])
def test_a_normalisation_makes_the_gain_matter_no_more(normalisation):
    weak, strong = (measure(settings(gain=gain, normalisation=normalisation)).gradients for gain in (0.5, 4))
    assert weak == pytest.approx(strong, rel=0.02)  # but for ε


def test_batch_norm_cures_the_sigmoid_and_layer_norm_does_not():
    assert 0.1 < gradient_flow(normalisation="BatchNorm").ratio < 10.0
    assert gradient_flow(normalisation="LayerNorm").ratio < 1e-6  # what all rows share is still there


# --- theory -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variance", [1e-30, 1e-4, 0.3, 1.0, 16.0, 1e6, 1e30])
def test_means_are_those_that_are_known(variance):
    assert means("identity", variance) == pytest.approx((variance, 1.0), rel=1e-13)
    assert means("relu", variance) == pytest.approx((variance / 2.0, 0.5), rel=1e-13)
    assert means("leaky_relu", variance) == pytest.approx((1.0001 * variance / 2, 1.0001 / 2), rel=1e-13)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("variance", [0.04, 1.0, 25.0])
def test_means_are_those_of_a_plain_sum_over_a_fine_grid(activation, variance):
    x = np.linspace(-12.0, 12.0, 400_000)  # 0 is not among them
    weights = np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi) * (x[1] - x[0])
    z = Tensor(np.sqrt(variance) * x, requires_grad=True)
    a = make_activation(activation)(z)
    a.sum().backward()
    assert means(activation, variance) == pytest.approx((weights @ a.data**2, weights @ z.grad**2), rel=1e-8)


@pytest.mark.parametrize("gain", [1.0, SQRT2, 2.0])
def test_relu_passes_on_gain_over_root_2(gain):
    sizes = theory(20, "relu", gain).gradients
    assert sizes[:-1] / sizes[1:] == pytest.approx(np.full(19, gain / SQRT2), rel=1e-12)


@pytest.mark.parametrize(
    ("activation", "gain"),
    [
        ("sigmoid", 1.0),
        ("sigmoid", 3.0),
        ("tanh", 1.0),
        ("tanh", 3.0),
        ("relu", SQRT2),
        ("elu", 1.0),
        ("gelu", 1.2),
    ],
)
def test_wide_networks_do_what_theory_says(activation, gain):
    flows = [measure(settings(width=128, activation=activation, gain=gain, seed=seed)) for seed in range(9)]
    expected = theory(20, activation, gain)
    for name in ("gradients", "activations", "input_gradient"):
        found = np.median([getattr(flow, name) for flow in flows], axis=0)
        assert found == pytest.approx(getattr(expected, name), rel=0.35), name


def test_no_gain_cures_the_sigmoid():
    def passed_on(gain):
        sizes = theory(50, "sigmoid", gain).gradients
        return sizes[0] / sizes[1]

    assert max(passed_on(gain) for gain in np.arange(0.2, 4.01, 0.1)) < 0.8


# --- weights ------------------------------------------------------------------------------------------------


def test_weights_are_normal_and_those_of_layers_have_nothing_to_do_with_one_another():
    layers = [normals(3, layer + 1, (64, 64)).ravel() for layer in range(1, 21)]
    everything = np.concatenate(layers)
    assert abs(everything.mean()) < 4.0 / np.sqrt(everything.size)
    assert abs(everything.std() - 1.0) < 4.0 / np.sqrt(2.0 * everything.size)
    assert np.mean(np.abs(everything) < 1.0) == pytest.approx(math.erf(math.sqrt(0.5)), abs=0.01)
    correlations = np.corrcoef(layers)[np.triu_indices(20, 1)]
    assert np.abs(correlations).max() < 5.0 / 64.0


def test_a_layer_keeps_its_signals_when_others_are_added():
    shallow, deep = measure(settings(depth=5)), measure(settings(depth=9))
    assert np.array_equal(shallow.activations, deep.activations[:5])


# --- traits and words ---------------------------------------------------------------------------------------


def test_numbers_follow_the_traits():
    flow = gradient_flow()
    assert (flow.depth, flow.layer, flow.ratio < 1e-10) == (20, 10, True)
    flow.activation, flow.gain = "relu", 2.0
    assert flow.ratio > 100.0 and flow.gradient_sizes.shape == flow.activation_sizes.shape == (20,)
    assert flow.theory_sizes == pytest.approx(theory(20, "relu", 2.0).gradients, rel=1e-14)
    flow.clipping = True
    assert flow.theory_sizes[-1] / flow.gradient_sizes[-1] == pytest.approx(1.0, abs=0.1)
    flow.residual = True
    assert flow.theory_sizes is None
    assert flow.start == settings()._asdict() | {"layer": 10}


def test_a_reader_cannot_change_what_is_kept():
    flow = gradient_flow()
    flow.gradient_sizes[:] = flow.activation_sizes[:] = 0.0
    assert flow.gradient_sizes.min() > 0.0 < flow.activation_sizes.min()


def test_the_layer_stays_inside():
    flow = GradientFlow(depth=30, layer=25)
    flow.depth = 12
    assert flow.layer == 12
    flow.set_state({"depth": 40, "layer": 33})
    assert (flow.depth, flow.layer) == (40, 33)
    flow.set_state({"layer": 3, "depth": 4})
    assert (flow.depth, flow.layer) == (4, 3)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("width", [4, 128])
def test_extremes_have_numbers_and_words(activation, width):
    for gain, residual, normalisation in [
        (0.2, False, "none"),
        (4.0, True, "none"),
        (4.0, True, "LayerNorm"),
    ]:
        flow = gradient_flow(50, width, activation, gain, normalisation, residual, clipping=True)
        assert np.isfinite(flow.gradient_sizes).all() and np.isfinite(flow.activation_sizes).all()
        assert not {"nan", "inf", "none"} & set(flow.sentence.replace(",", " ").split())


SENTENCES = {
    "sigmoid": (
        {},
        "20 layers of 64, sigmoid, gain 1: layer 1 receives 1.00×10⁻¹² of the gradient at layer 20: "
        "it vanishes. On average a layer passes on 0.234 (theory: 0.235). "
        "Layer 10: signals of size 0.516, slopes √mean f′² = 0.236.",
    ),
    "residual": (
        {"activation": "tanh", "gain": 0.5, "residual": True, "normalisation": "LayerNorm", "clipping": True},
        "20 layers of 64, tanh, gain 0.5, LayerNorm, residual: layer 1 receives 3.2 of the gradient at "
        "layer 20: it gets through. On average a layer passes on 1.06. Clipping: all ∂L/∂W together have "
        "norm 1.87, so each is multiplied by 0.536; the ratio stays. "
        "Layer 10: signals of size 2.25, slopes √mean f′² = 0.674.",
    ),
    "relu": (
        {"activation": "relu", "gain": 2.0, "clipping": True},
        "20 layers of 64, ReLU, gain 2: layer 1 receives 512 of the gradient at layer 20: it explodes. "
        "On average a layer passes on 1.39 (theory: 1.41). Clipping: all ∂L/∂W together have norm 282, so "
        "each is multiplied by 0.00355; the ratio stays. "
        "Layer 10: signals of size 36.7, slopes √mean f′² = 0.707.",
    ),
    "one layer": (
        {"depth": 1, "activation": "leaky_relu", "gain": SQRT2},
        "1 layer of 64, leaky ReLU, gain √2: layer 1 receives 0.715 of the gradient at the output. "
        "Layer 1: signals of size 0.988, slopes √mean f′² = 0.713.",
    ),
    "no gradient": (
        {"depth": 50, "width": 4, "activation": "relu", "gain": 0.2},
        "50 layers of 4, ReLU, gain 0.2: no gradient enters layer 50: f′ is 0 for all its units, "
        "at every row. Layer 25: signals of size 3.23×10⁻²², slopes √mean f′² = 0.625.",
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_the_sentence_says_it_in_numbers(case):
    changed, sentence = SENTENCES[case]
    assert repr(gradient_flow(**changed)) == sentence


def test_without_any_gradient_there_is_no_ratio():
    assert math.isnan(gradient_flow(depth=50, width=4, activation="relu", gain=0.2).ratio)


def test_three_digits_are_kept():
    for x in map(abs, [*many_numbers(), 0.0009995, 9.995, 9994.9, 9995.1, 1e-12]):
        mantissa, _, power = three(x).partition("×10")
        exact = Decimal(mantissa).scaleb(int(power.translate(RAISED) or 0))
        assert abs(exact - Decimal(x)) <= Decimal(x) * Decimal("0.0050000001"), (x, three(x))


REFUSED = {
    "depth": (0, "the depth is a whole number from 1 to 50; received 0"),
    "seed": (-1, "the seed is a whole number from 0 to 9999; received -1"),
    "width": (60, "the width is one of 4, 8, 16, 32, 64, 128; received 60"),
    "gain": (float("nan"), "the gain is a number from 0.2 to 4; received nan"),
    "activation": (
        "swish",
        "the activation is one of 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'elu', 'gelu', 'identity'; "
        "received 'swish'",
    ),
    "normalisation": (
        "batch",
        "the normalisation is one of 'none', 'BatchNorm', 'LayerNorm'; received 'batch'",
    ),
    "layer": (21, "the layer is a whole number from 1 to the depth, 20; received 21"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_out_of_limits_is_refused_in_a_sentence(name):
    value, message = REFUSED[name]
    flow = gradient_flow()
    before = getattr(flow, name)
    with pytest.raises(traitlets.TraitError) as caught:
        setattr(flow, name, value)
    assert str(caught.value) == message and getattr(flow, name) == before
    with pytest.raises(traitlets.TraitError):
        GradientFlow(**{name: value})


def test_all_widths_are_taken():
    assert [gradient_flow(depth=2, width=width).ratio > 0.0 for width in WIDTHS] == [True] * 6


@pytest.mark.needs("torch")
@pytest.mark.parametrize("normalisation", ["none", "BatchNorm", "LayerNorm"])
def test_gradients_are_those_of_torch(normalisation):
    import torch

    now = settings(depth=6, width=16, activation="gelu", gain=1.3, normalisation=normalisation, residual=True)
    weights = [
        torch.tensor(1.3 / 4.0 * normals(0, k + 2, (16, 16)), requires_grad=True) for k in range(now.depth)
    ]
    a = torch.tensor(normals(0, 0, (ROWS, 16)))
    made = {"BatchNorm": torch.nn.BatchNorm1d, "LayerNorm": torch.nn.LayerNorm}
    zs = []
    for W in weights:
        z = a @ W
        z = made[normalisation](16, dtype=torch.float64)(z) if normalisation in made else z
        z.retain_grad()
        zs.append(z)
        a = a + torch.nn.functional.gelu(z)
    upstream = torch.tensor(normals(0, 1, (ROWS, 16)))
    (a * upstream).mean().backward()
    handed = upstream.norm() / upstream.numel()
    assert measure(now).gradients == pytest.approx([float(z.grad.norm() / handed) for z in zs], rel=1e-12)
    norm = float(torch.nn.utils.clip_grad_norm_(weights, 1.0))
    assert measure(now).norm == pytest.approx(norm, rel=1e-12)
