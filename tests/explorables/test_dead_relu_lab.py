"""The dead-ReLU lab in the next cell: what dies, what comes back, its numbers, and what it refuses."""

import math
import re

import numpy as np
import pytest
import traitlets

from backprop_lib.explorables.dead_relu_lab import (
    ACTIVATIONS,
    DeadReluLab,
    dead_relu_lab,
    initial_weights,
    rings,
)
from backprop_lib.explorables.hidden_layer import WEIGHTS

X, Y = rings()
SHAPES = {"W1": (2, 16), "b1": (16,), "W2": (16, 1), "b2": (1,)}


def moved(activation, seed, shift=0.0):
    """A lab with random weights; a shift below 0 takes units out of the samples' reach."""
    rng = np.random.default_rng(seed)
    lab = dead_relu_lab(activation)
    for name, shape in SHAPES.items():
        setattr(lab, name, rng.standard_normal(shape) + (shift if name == "b1" else 0.0))
    return lab


def descend(lab, steps):
    """Gradient descent by our engine."""
    for _ in range(steps):
        gradients = lab.gradients
        for name in WEIGHTS:
            setattr(lab, name, np.array(getattr(lab, name)) - lab.rate * gradients[name])
    lab.steps += steps


NORMAL = np.vectorize(lambda z: 0.5 * math.erfc(-z / math.sqrt(2.0)))
FORMULAS = {
    "relu": lambda z: (np.maximum(z, 0.0), (z > 0.0) * 1.0),
    "leaky_relu": lambda z: (np.where(z > 0.0, z, 0.01 * z), np.where(z > 0.0, 1.0, 0.01)),
    "elu": lambda z: (
        np.where(z > 0.0, z, np.expm1(np.minimum(z, 0.0))),
        np.where(z > 0.0, 1.0, np.exp(np.minimum(z, 0.0))),
    ),
    "gelu": lambda z: (
        z * NORMAL(z),
        NORMAL(z) + z * np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi),
    ),
}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shift", [0.0, -2.0])
def test_numbers_are_those_of_the_equations(activation, shift):
    lab = moved(activation, seed=5, shift=shift)
    W1, b1, W2, b2 = (np.array(getattr(lab, name)) for name in WEIGHTS)
    z1 = X @ W1 + b1
    a1, slopes = FORMULAS[activation](z1)
    p = 1.0 / (1.0 + np.exp(-(a1 @ W2 + b2)))
    dz2 = (p - Y) / 40.0
    dz1 = dz2 @ W2.T * slopes
    expected = {"W1": X.T @ dz1, "b1": dz1.sum(axis=0), "W2": a1.T @ dz2, "b2": dz2.sum(axis=0)}
    assert lab.loss == pytest.approx(-np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p)), rel=1e-12)
    for name, gradient in expected.items():
        assert lab.gradients[name] == pytest.approx(gradient, rel=1e-11, abs=1e-15)
    assert lab.active.tolist() == (z1 > 0.0).mean(axis=0).tolist()
    assert lab.silent == [j + 1 for j in range(16) if (z1[:, j] <= 0.0).all()]
    assert lab.dead == [j + 1 for j in range(16) if (slopes[:, j] == 0.0).all()]
    assert lab.silent and lab.dead == (lab.silent if activation == "relu" else [])


@pytest.mark.needs("torch")
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_are_those_of_torch(activation):
    import torch

    lab = moved(activation, seed=8, shift=-0.5)
    W1, b1, W2, b2 = (torch.tensor(getattr(lab, name), dtype=torch.float64) for name in WEIGHTS)
    for weight in (W1, b1, W2, b2):
        weight.requires_grad_()
    a1 = getattr(torch.nn.functional, activation)(torch.tensor(X) @ W1 + b1)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(a1 @ W2 + b2, torch.tensor(Y))
    loss.backward()
    assert lab.loss == pytest.approx(loss.item(), rel=1e-12)
    for name, weight in zip(WEIGHTS, (W1, b1, W2, b2), strict=True):
        assert lab.gradients[name] == pytest.approx(weight.grad.numpy(), rel=1e-11, abs=1e-15)


# --- what the reader finds ----------------------------------------------------------------------------------


def test_one_step_too_large_kills_units_and_they_never_come_back():
    lab = dead_relu_lab(rate=20.0)
    assert lab.dead == []
    descend(lab, 1)
    dead = lab.dead
    assert len(dead) == 7
    before = np.array(lab.W1)
    lab.rate = 0.5
    descend(lab, 50)
    kept = [unit - 1 for unit in dead]
    assert set(dead) <= set(lab.dead)
    assert np.array_equal(np.array(lab.W1)[:, kept], before[:, kept])  # to the last digit


def test_a_bias_far_below_0_starts_them_dead_and_only_relu_keeps_them_so():
    left = {}
    for activation in ACTIVATIONS:
        lab = dead_relu_lab(activation, rate=2.0, bias=-2.0)
        assert len(lab.silent) == 15
        descend(lab, 60)
        left[activation] = len(lab.silent)
    assert left["relu"] == 15 and left["elu"] <= 12 and left["gelu"] < 15


def test_leaky_relu_takes_its_time():
    lab = dead_relu_lab("leaky_relu", rate=3.0, bias=-2.0)
    descend(lab, 600)
    assert len(lab.silent) <= 10 and lab.loss < 0.05


DEAD = (
    "step 0: 15 of 16 units are dead: no sample gets through them, so no gradient does either; loss 0.6965; "
)
LEAKY = (
    "step 0: 15 of 16 units have every z1 ≤ 0, but leaky ReLU still passes a gradient on: its slope reaches "
    "0.01 or more at each; loss 0.6968; "
)
ALIVE = (
    "step 0: some sample gets through each of the 16 units, and so some gradient does too; loss 1.0433; "
    "unit 1: z1 from −0.6649 to 0.6649, above 0 at 20 of 40 samples, ∂L/∂b1 = −0.0072"
)
BELOW = "unit 1: z1 from −2.6649 to −1.3351, above 0 at 0 of 40 samples, ∂L/∂b1 = "
SENTENCES = {
    ("relu", 0.0): ALIVE,
    ("relu", -2.0): f"{DEAD}{BELOW}0",
    ("leaky_relu", -2.0): f"{LEAKY}{BELOW}+7.24×10⁻⁶",
}


@pytest.mark.parametrize(("activation", "bias"), SENTENCES)
def test_the_sentence(activation, bias):
    lab = dead_relu_lab(activation, bias=bias)
    assert lab.sentence == SENTENCES[activation, bias] == repr(lab)


def test_the_sentence_counts_one_all_and_those_beyond_the_last_digit():
    lab = dead_relu_lab()
    lab.b1 = [-9.0] + [0.0] * 15
    assert "1 of 16 units is dead: no sample gets through it, so no gradient does either" in lab.sentence
    lab.activation = "elu"
    assert re.search(r"1 of 16 units has every z1 ≤ 0, but ELU .* reaches 2\.40×10⁻⁴ there", lab.sentence)
    lab.b1 = [-9.0] + [-900.0] * 15
    assert "all 16 units have every z1 ≤ 0, and 15 of these are dead: there the slope of ELU" in lab.sentence
    lab.activation = "relu"
    assert "all 16 units are dead: no sample gets through them" in lab.sentence
    lab.unit = 2
    assert "; unit 2: z1 from −90" in lab.sentence


# --- its state ----------------------------------------------------------------------------------------------


def test_bias_and_seed_begin_anew_and_the_others_go_on():
    lab = dead_relu_lab(seed=4)
    lab.steps, lab.b2 = 12, [1.0]
    lab.activation, lab.rate, lab.unit = "gelu", 3.0, 9
    assert lab.steps == 12 and lab.b2 == (1.0,)
    for name, value in [("bias", -1.5), ("seed", 19)]:
        lab.steps = 12
        setattr(lab, name, value)
        fresh = initial_weights(lab.bias, lab.seed)
        assert lab.steps == 0 and all(np.array_equal(getattr(lab, n), fresh[n]) for n in WEIGHTS)
    assert lab.start == {"activation": "relu", "rate": 1.0, "bias": 0.0, "seed": 4, "unit": 1}
    assert np.array(lab.samples).shape == (40, 3)


def test_what_the_browser_sends_stays_though_the_settings_come_along():
    lab = dead_relu_lab()
    sent = {name: np.full(shape, 0.5).tolist() for name, shape in SHAPES.items()}
    lab.set_state({"bias": -1.0, "seed": 8, "steps": 30} | sent)
    assert (lab.bias, lab.seed, lab.steps) == (-1.0, 8, 30) and lab.b1 == (0.5,) * 16


REFUSED = [
    ("activation", "tanh", "the activation is one of 'relu', 'leaky_relu', 'elu', 'gelu'; received 'tanh'"),
    ("rate", 0.0, "the rate is a number from 0.001 to 100; received 0.0"),
    ("rate", math.nan, "the rate is a number from 0.001 to 100; received nan"),
    ("bias", -2.5, "the bias is a number from −2 to 1; received -2.5"),
    ("seed", 20, "seed is a whole number, from 0 to 19; received 20"),
    ("unit", 0, "unit is a whole number, from 1 to 16; received 0"),
    ("steps", -1, "steps is a whole number, 0 or above; received -1"),
    ("b1", [1.0], "b1 needs shape (16,); received shape (1,)"),
    ("b2", ["a"], "b2 needs numbers, shape (1,); received ['a']"),
    ("b2", [math.inf], "b2 needs numbers from −1000000 to 1000000; received [inf]"),
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_what_is_refused(name, value, message):
    lab = DeadReluLab()
    before = getattr(lab, name)
    with pytest.raises(traitlets.TraitError, match=re.escape(message)):
        setattr(lab, name, value)
    assert getattr(lab, name) == before
