"""The XOR playground in the next cell: its weights, its numbers, its sentence, and what it refuses."""

import math
import re

import numpy as np
import pytest
import traitlets

from backprop_lib.explorables.xor_playground import XorPlayground, initial_weights, xor_playground
from backprop_lib.nn import init
from backprop_lib.training import data

X, Y = data.xor()
WEIGHTS = ("W1", "b1", "W2", "b2")
ACTIVATIONS = ("sigmoid", "tanh", "relu")


def random_weights(units, seed):
    rng = np.random.default_rng(seed)
    shapes = {"W1": (2, units), "b1": (units,), "W2": (units, 1), "b2": (1,)}
    return {name: 2.0 * rng.standard_normal(shape) for name, shape in shapes.items()}


def moved(units, activation, seed):
    """A playground whose weights were all moved by hand."""
    playground = xor_playground(units, activation)
    for name, weights in random_weights(units, seed).items():
        setattr(playground, name, weights)
    return playground


def by_formulas(playground):
    """Loss, gradients and probabilities from the equations written out, without any engine."""
    W1, b1, W2, b2 = (np.array(getattr(playground, name)) for name in WEIGHTS)
    z1 = X @ W1 + b1
    a1, slope = {
        "sigmoid": (1 / (1 + np.exp(-z1)), np.exp(-z1) / (1 + np.exp(-z1)) ** 2),
        "tanh": (np.tanh(z1), 1 / np.cosh(z1) ** 2),
        "relu": (np.maximum(z1, 0.0), (z1 > 0.0) * 1.0),
    }[playground.activation]
    p = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
    loss = -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))
    dz2 = (p - Y) / 4
    dz1 = dz2 @ W2.T * slope
    gradients = {"W1": X.T @ dz1, "b1": dz1.sum(axis=0), "W2": a1.T @ dz2, "b2": dz2.sum(axis=0)}
    return loss, gradients, p.ravel()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("units", [1, 2, 5, 8])
def test_loss_gradients_and_probabilities_are_those_of_the_equations(units, activation):
    playground = moved(units, activation, seed=units)
    loss, gradients, p = by_formulas(playground)
    assert playground.loss == pytest.approx(loss, rel=1e-12)
    assert playground.probabilities == pytest.approx(p, rel=1e-12)
    assert playground.right == sum((p > 0.5) == (Y.ravel() == 1.0))
    for name in WEIGHTS:
        assert playground.gradients[name].shape == np.shape(getattr(playground, name))
        assert playground.gradients[name] == pytest.approx(gradients[name], rel=1e-12, abs=1e-14)


# --- where the weights begin --------------------------------------------------------------------------------


@pytest.mark.parametrize("units", [1, 3, 8])
@pytest.mark.parametrize("seed", [0, 7, 99])
def test_normal_weights_are_numpys_draws_in_the_order_that_is_documented(units, seed):
    weights = initial_weights(units, seed=seed)
    draws = np.random.default_rng(seed).standard_normal(3 * units)
    assert np.array_equal(weights["W1"], draws[: 2 * units].reshape(2, units))
    assert np.array_equal(weights["W2"], draws[2 * units :].reshape(units, 1))
    assert not weights["b1"].any() and not weights["b2"].any()


@pytest.mark.parametrize(
    ("activation", "scheme"), [("relu", init.kaiming_normal), ("tanh", init.xavier_normal)]
)
def test_scaled_weights_are_those_of_he_and_of_xavier(activation, scheme):
    rng = np.random.default_rng(3)
    options = {"nonlinearity": "relu"} if activation == "relu" else {}
    weights = initial_weights(4, activation, "scaled", seed=3)
    assert np.array_equal(weights["W1"], scheme((2, 4), rng=rng, **options))
    assert np.array_equal(weights["W2"], scheme((4, 1), rng=rng, **options))


def test_the_same_weights_everywhere_and_none():
    for how, expected in [("same", 0.5), ("zero", 0.0)]:
        weights = initial_weights(3, initialisation=how, seed=5)
        assert np.all(weights["W1"] == expected) and np.all(weights["W2"] == expected)
        assert [weights[name].shape for name in WEIGHTS] == [(2, 3), (3,), (3, 1), (1,)]


def agrees(playground):
    settings = {name: getattr(playground, name) for name in ("units", "activation", "initialisation", "seed")}
    weights = initial_weights(**settings)
    return all(np.array_equal(getattr(playground, name), weights[name]) for name in WEIGHTS)


def test_a_playground_begins_with_them_and_begins_anew_with_each_setting():
    playground = xor_playground(3, "tanh", seed=4)
    assert agrees(playground) and playground.steps == 0
    for name, value in [("seed", 9), ("units", 5), ("activation", "relu"), ("initialisation", "scaled")]:
        playground.steps = 12
        playground.b2 = [1.0]
        setattr(playground, name, value)
        assert agrees(playground) and playground.steps == 0
    playground.steps = 12
    playground.learning_rate = 0.3
    assert playground.steps == 12
    assert playground.start == {
        "units": 3, "activation": "tanh", "initialisation": "normal", "seed": 4, "learning_rate": 1.0,
    }  # fmt: skip


def test_what_the_browser_sends_stays_though_the_settings_come_along():
    playground = xor_playground()
    sent = {name: weights.tolist() for name, weights in random_weights(4, seed=1).items()}
    playground.set_state({"units": 4, "seed": 8, "steps": 30} | sent)
    assert (playground.units, playground.seed, playground.steps) == (4, 8, 30)
    assert np.array_equal(playground.W1, sent["W1"]) and np.array_equal(playground.b2, sent["b2"])
    playground.seed = 9
    assert agrees(playground) and playground.steps == 0


def test_the_draws_for_every_seed_travel_with_the_picture():
    draws = np.frombuffer(xor_playground()._normals, dtype="<f8").reshape(100, 24)
    for seed in (0, 42, 99):
        assert np.array_equal(draws[seed], np.random.default_rng(seed).standard_normal(24))


# --- the sentence -------------------------------------------------------------------------------------------


def playground(**state):
    return XorPlayground(**state)


def test_the_sentence_says_it_in_numbers():
    one = xor_playground()
    assert repr(one) == one.sentence
    assert one.sentence == (
        "step 0: loss 0.6959, 2 of 4 points right; the largest gradient is −0.0344 at the bias of the output"
    )


DEAD = "their ReLU gives 0 at all 4 points, and no gradient comes through"
TWINS = "are twins: same weights, same gradients"


def test_twins_are_named():
    assert playground(units=2, initialisation="same").sentence.endswith(f"; units 1 and 2 {TWINS}")
    assert playground(units=3, initialisation="same").sentence.endswith(f"; all 3 units {TWINS}")
    four = playground(units=5)
    four.W1 = [[1, 2, 1, 3, 2], [1, 2, 1, 3, 2]]
    four.W2 = [[1], [2], [1], [3], [2]]
    assert four.sentence.endswith(f"; units 1 and 3 {TWINS}; units 2 and 5 {TWINS}")
    four.b1 = [0, 0, 0, 0, 0.001]
    assert four.sentence.endswith(f"; units 1 and 3 {TWINS}")
    four.b1 = [0, 0, 0.001, 0, 0.001]
    assert "twins" not in four.sentence


def test_dead_units_are_named_and_only_with_relu():
    one = playground(units=3, activation="relu")
    one.W1, one.b1 = [[1, -1, -1], [1, -1, 1]], [0, 0, -1]
    assert one.sentence.endswith(f"; units 2 and 3 are dead: {DEAD}")
    assert np.all(one.gradients["W1"][:, 1:] == 0.0)
    one.b1 = [0, 0, 0.1]
    assert one.sentence.endswith(
        "; unit 2 is dead: its ReLU gives 0 at all 4 points, and no gradient comes through"
    )
    one.activation = "tanh"
    one.W1 = [[1, -1, -1], [1, -1, 1]]
    assert "dead" not in one.sentence


def test_without_a_gradient_it_says_so():
    for activation in ACTIVATIONS:
        one = playground(activation=activation, initialisation="zero")
        assert one.loss == pytest.approx(math.log(2.0), rel=1e-15)
        assert "every gradient is 0: no step moves anything" in one.sentence


def test_each_weight_has_its_name():
    named = set()
    for seed in range(60):
        name = moved(2, "sigmoid", seed).sentence.split(" at ")[1]
        named.add(name)
    assert named <= {
        "x1 → unit 1", "x1 → unit 2", "x2 → unit 1", "x2 → unit 2", "the bias of unit 1",
        "the bias of unit 2", "unit 1 → output", "unit 2 → output", "the bias of the output",
    }  # fmt: skip
    assert len(named) >= 5


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trait", "wrong", "message"),
    [
        ("units", 0, "units is a whole number, from 1 to 8; received 0"),
        ("units", 9, "units is a whole number, from 1 to 8; received 9"),
        ("seed", 100, "seed is a whole number, from 0 to 99; received 100"),
        ("seed", -1, "seed is a whole number, from 0 to 99; received -1"),
        ("steps", -1, "steps is a whole number, 0 or above; received -1"),
        ("activation", "elu", "the activation is one of 'sigmoid', 'tanh', 'relu'; received 'elu'"),
        (
            "initialisation",
            "ones",
            "the initialisation is one of 'normal', 'scaled', 'same', 'zero'; received 'ones'",
        ),
        ("learning_rate", 0.0, "the learning rate is a number above 0; received 0.0"),
        ("learning_rate", math.inf, "the learning rate is a number above 0; received inf"),
        ("W1", [[1, 2, 3], [4, 5, 6]], "W1 needs shape (2, 2); received shape (2, 3)"),
        ("W1", "many", "W1 needs numbers, shape (2, 2); received 'many'"),
        ("W2", [1, 2], "W2 needs shape (2, 1); received shape (2,)"),
        ("b1", [0, math.nan], "b1 needs numbers from −1000000 to 1000000; received [0, nan]"),
        ("b2", [1e7], "b2 needs numbers from −1000000 to 1000000; received [10000000.0]"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_and_nothing_moves(trait, wrong, message):
    one = xor_playground()
    before = one.sentence
    with pytest.raises(traitlets.TraitError, match=f"^{re.escape(message)}$"):
        setattr(one, trait, wrong)
    assert one.sentence == before


def test_a_wrong_setting_is_refused_from_the_beginning():
    with pytest.raises(traitlets.TraitError, match="units is a whole number, from 1 to 8; received 12"):
        xor_playground(units=12)


def test_an_entry_cannot_be_changed_behind_the_pictures_back():
    one = xor_playground()
    with pytest.raises(TypeError):
        one.W1[0][0] = 1.0
    one.W1 = np.zeros((2, 2))
    assert one.W1 == ((0.0, 0.0), (0.0, 0.0))
