"""The explorables' network of arrays in JavaScript, held together with our engine and with PyTorch."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from backprop_lib import Tensor
from backprop_lib.engine import functions
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.nn import functional

pytestmark = pytest.mark.needs("chromium")

RANDOM = Path(__file__).parents[2] / "js" / "common" / "random.js"

LOAD = """async ([bundle, random]) => {
    const load = (source) => import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    Object.assign(window, await load(bundle), await load(random));
    window.built = ({ sizes, activations, weights }) => {
        const layers = network(sizes, activations);
        layers.forEach(({ W, b }, l) => (W.set(weights[l].W), b.set(weights[l].b)));
        return layers;
    };
    window.run = ({ X, targets, loss, ...shape }) => {
        const layers = built(shape);
        const through = pass(layers, X.length / shape.sizes[0]);
        const measure = window[loss];
        let value, dX;
        for (let time = 0; time < 2; time++) { // the second time over what the first one left
            const upstream = new Float64Array(through.output.length);
            value = measure(through.forward(Float64Array.from(X)), targets, upstream);
            dX = through.backward(upstream);
        }
        const kept = through.layers.map((layer) =>
            Object.fromEntries(["z", "a", "dz", "dW", "db"].map((name) => [name, Array.from(layer[name])])));
        return { value, kept, dX: Array.from(dX) };
    };
}"""

ACTIVATIONS = {
    "identity": (),
    "sigmoid": (),
    "tanh": (),
    "relu": (),
    "leaky_relu": (0.01,),
    "elu": (1.0,),
    "gelu": (),
}
LOSSES = ("halfSquaredError", "crossEntropyWithLogits", "softmaxCrossEntropy")


@pytest.fixture(scope="module")
def page(browser):
    """A page with nothing in it but the shipped bundle's functions, and those of random.js."""
    page = browser.new_page()
    page.evaluate(LOAD, [browser_side("xor_playground")[0], RANDOM.read_text(encoding="utf-8")])
    yield page
    page.close()


def networks(count):
    """Random networks of one to five layers, with random samples, targets and one of the losses."""
    rng = np.random.default_rng(5)
    names = list(ACTIVATIONS)
    for k in range(count):
        loss = LOSSES[k % 3]
        sizes = [int(size) for size in rng.integers(1, 7, size=rng.integers(2, 7))]
        sizes[-1] = max(sizes[-1], 2) if loss == "softmaxCrossEntropy" else sizes[-1]
        rows = int(rng.integers(1, 9))
        activations = [names[(k + j) % len(names)] for j in range(len(sizes) - 1)]
        targets = rng.uniform(0.0, 1.0, (rows, sizes[-1]))
        if loss == "softmaxCrossEntropy":
            targets = rng.integers(0, sizes[-1], rows)
        weights = [
            {"W": rng.standard_normal(pair), "b": rng.standard_normal(pair[1])}
            for pair in itertools.pairwise(sizes)
        ]
        X = rng.standard_normal((rows, sizes[0]))
        yield {
            "sizes": sizes, "activations": activations, "weights": weights, "X": X, "targets": targets,
            "loss": loss,
        }  # fmt: skip


def sent(case):
    weights = [{name: array.ravel().tolist() for name, array in layer.items()} for layer in case["weights"]]
    flat = {name: case[name].ravel().tolist() for name in ("X", "targets")}
    return case | flat | {"weights": weights}


def by_engine(case):
    """The same by our engine: a dict of arrays for each layer, the loss, and the gradient of X."""
    X = Tensor(case["X"], requires_grad=True)
    kept, out = [], X
    for layer, name in zip(case["weights"], case["activations"], strict=True):
        W, b = (Tensor(layer[key], requires_grad=True) for key in ("W", "b"))
        z = functional.affine(out, W, b)
        a = z * 1.0 if name == "identity" else getattr(z, name)(*ACTIVATIONS[name])
        z.retain_grad()
        kept.append({"z": z, "a": a, "W": W, "b": b})
        out = a
    loss = {
        "halfSquaredError": lambda: functional.mse_loss(out, case["targets"]) * 0.5,
        "crossEntropyWithLogits": lambda: functional.binary_cross_entropy_with_logits(out, case["targets"]),
        "softmaxCrossEntropy": lambda: functional.cross_entropy(out, case["targets"]),
    }[case["loss"]]()
    loss.backward()
    layers = [
        {
            "z": one["z"].data,
            "a": one["a"].data,
            "dz": one["z"].grad,
            "dW": one["W"].grad,
            "db": one["b"].grad,
        }
        for one in kept
    ]
    return loss.item(), layers, X.grad


def close(found, expected):
    return found == pytest.approx(np.ravel(expected), rel=1e-12, abs=1e-12)


def test_random_networks_have_the_numbers_of_our_engine(page):
    cases = [*networks(90)]
    assert {name for case in cases for name in case["activations"]} == set(ACTIVATIONS)
    results = page.evaluate("cases => cases.map(run)", [sent(case) for case in cases])
    for case, found in zip(cases, results, strict=True):
        value, layers, dX = by_engine(case)
        where = {name: case[name] for name in ("sizes", "activations", "loss")}
        assert found["value"] == pytest.approx(value, rel=1e-12), where
        assert close(found["dX"], dX), where
        for ours, theirs in zip(layers, found["kept"], strict=True):
            for name, array in ours.items():
                assert close(theirs[name], array), (name, where)


@pytest.mark.needs("torch")
def test_random_networks_have_the_gradients_of_torch(page):
    import torch
    import torch.nn.functional as F

    activations = {
        "identity": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu,
        "leaky_relu": F.leaky_relu, "elu": F.elu, "gelu": F.gelu,
    }  # fmt: skip
    losses = {
        "halfSquaredError": lambda out, y: 0.5 * F.mse_loss(out, y),
        "crossEntropyWithLogits": F.binary_cross_entropy_with_logits,
        "softmaxCrossEntropy": F.cross_entropy,
    }
    cases = [*networks(45)]
    results = page.evaluate("cases => cases.map(run)", [sent(case) for case in cases])
    for case, found in zip(cases, results, strict=True):
        X = torch.tensor(case["X"], requires_grad=True)
        weights = [
            {key: torch.tensor(layer[key], requires_grad=True) for key in ("W", "b")}
            for layer in case["weights"]
        ]
        out = X
        for layer, name in zip(weights, case["activations"], strict=True):
            out = activations[name](out @ layer["W"] + layer["b"])
        loss = losses[case["loss"]](out, torch.tensor(case["targets"]))
        loss.backward()
        assert found["value"] == pytest.approx(loss.item(), rel=1e-12)
        assert close(found["dX"], X.grad)
        for layer, theirs in zip(weights, found["kept"], strict=True):
            assert close(theirs["dW"], layer["W"].grad) and close(theirs["db"], layer["b"].grad)


def test_each_activation_is_that_of_our_table_also_at_its_kink_and_far_away(page):
    places = [0.0, -0.0, 1e-9, -1e-9, 0.3, -0.75, 2.0, -5.0, 40.0, -40.0, 700.0, -700.0]
    found = page.evaluate(
        """places => Object.fromEntries(Object.entries(ACTIVATIONS).map(([name, { value, slope }]) =>
            [name, places.map((z) => [value(z), slope(z, value(z))])]))""",
        places,
    )
    assert set(found) == set(ACTIVATIONS)
    assert found.pop("identity") == [[z, 1.0] for z in places]
    for name, pairs in found.items():
        rule = functions.find(name, *ACTIVATIONS[name]).rule
        for z, (value, slope) in zip(places, pairs, strict=True):
            expected, (derivative,) = rule(z)
            assert value == pytest.approx(expected, rel=1e-12, abs=1e-300), (name, z)
            assert slope == pytest.approx(derivative, rel=1e-12, abs=1e-300), (name, z)


def test_losses_stay_finite_at_far_logits(page):
    found = page.evaluate(
        """() => {
            const gradient = new Float64Array(2);
            const binary = crossEntropyWithLogits([800, -800], [0, 0], gradient);
            const first = Array.from(gradient);
            const softmax = softmaxCrossEntropy([800, -800], [1], gradient);
            return { binary, first, softmax, second: Array.from(gradient) };
        }"""
    )
    assert found == {"binary": 400.0, "first": [0.5, 0.0], "softmax": 1600.0, "second": [1.0, -1.0]}


def test_a_step_takes_the_rate_times_the_gradient_and_passes_share_the_network(page):
    case = next(networks(1))
    moved = page.evaluate(
        """(case_) => {
            const layers = built(case_);
            const rows = case_.X.length / case_.sizes[0];
            const [one, other] = [pass(layers, rows), pass(layers, rows)];
            const upstream = new Float64Array(one.output.length);
            window[case_.loss](one.forward(Float64Array.from(case_.X)), case_.targets, upstream);
            one.backward(upstream);
            descend(layers, one, 0.25);
            const output = Array.from(other.forward(Float64Array.from(case_.X)));
            return { layers: layers.map(({ W, b }) => ({ W: Array.from(W), b: Array.from(b) })), output };
        }""",
        sent(case),
    )
    _, layers, _ = by_engine(case)
    for before, gradients, after in zip(case["weights"], layers, moved["layers"], strict=True):
        for name in ("W", "b"):
            assert close(after[name], before[name] - 0.25 * gradients[f"d{name}"])
    stepped = [
        {name: np.reshape(after[name], before[name].shape) for name in ("W", "b")}
        for before, after in zip(case["weights"], moved["layers"], strict=True)
    ]
    assert close(moved["output"], by_engine(case | {"weights": stepped})[1][-1]["a"])


# --- random numbers -----------------------------------------------------------------------------------------


def mulberry32(seed):
    """Tommy Ettinger's generator, a second time: 32-bit whole numbers as shares of 2³²."""
    low = 0xFFFFFFFF
    state = seed & low
    while True:
        state = (state + 0x6D2B79F5) & low
        t = ((state ^ (state >> 15)) * (state | 1)) & low
        t ^= (t + ((t ^ (t >> 7)) * (t | 61))) & low
        yield (t ^ (t >> 14)) / 2**32


@pytest.mark.parametrize("seed", [0, 1, 42, 2**31 + 5, -3])
def test_uniform_and_normal_numbers_are_those_of_their_algorithms(page, seed):
    found = page.evaluate(
        """seed => {
            const [one, other] = [generator(seed), generator(seed)];
            const draw = (next) => Array.from({ length: 200 }, next);
            return [draw(one.uniform), draw(other.normal)];
        }""",
        seed,
    )
    stream = mulberry32(seed)
    uniform = [next(stream) for _ in range(200)]
    assert found[0] == uniform
    normal = []
    for u, v in zip(uniform[::2], uniform[1::2], strict=True):
        radius = math.sqrt(-2.0 * math.log(1.0 - u))
        normal += [radius * math.cos(2.0 * math.pi * v), radius * math.sin(2.0 * math.pi * v)]
    assert found[1] == pytest.approx(normal, rel=1e-12, abs=1e-14)


def test_normal_numbers_are_spread_as_they_should_be(page):
    draws = np.array(
        page.evaluate(
            "() => { const { normal } = generator(7); return Array.from({ length: 40000 }, normal); }"
        )
    )
    # Four standard errors; the seed is fixed.
    assert abs(draws.mean()) < 4.0 / 200.0
    assert abs(draws.std() - 1.0) < 4.0 / math.sqrt(2 * 40000)
    assert np.mean(np.abs(draws) < 1.0) == pytest.approx(math.erf(math.sqrt(0.5)), abs=0.01)
