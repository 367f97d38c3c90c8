"""Lesson 05: its training, run as the learner runs it; what it says of starts, twins and dead units."""

import ast
import functools
import itertools
import math
import types

import numpy as np
import pytest

from backprop_lib import Tensor
from backprop_lib.exercises import evaluate
from backprop_lib.exercises.lesson_05 import FEATURES, shared_answer, stuck_loss, try_output
from backprop_lib.exercises.registry import find_prediction
from backprop_lib.explorables.xor_playground import initial_weights
from backprop_lib.nn import functional
from backprop_lib.nn.by_hand import TwoLayerMLP, sigmoid
from backprop_lib.training.data import xor
from tools.build_notebooks import LESSONS
from tools.lessons import read_lesson

X, Y = xor()
ACTIVATIONS = ("sigmoid", "tanh", "relu")
WIDTHS = (2, 3, 4, 8)
LN2 = math.log(2)

SOLVED = {  # out of 100, by activation and units
    "sigmoid": (77, 98, 100, 100),
    "tanh": (52, 92, 99, 100),
    "relu": (18, 45, 67, 93),
}


@functools.cache
def lesson():
    """The functions and constants that the lesson defines, without running its experiments."""
    cells = read_lesson(LESSONS / "05_xor.py", solved=True).cells
    tree = ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code"))
    kept = [node for node in tree.body if isinstance(node, ast.FunctionDef) or _is_needed(node)]
    space = {"np": np, "math": math, "sigmoid": sigmoid, "xor": xor}
    exec(compile(ast.Module(kept, []), "lesson", "exec"), space)
    space["steps"] = lambda count, about=None: range(count)
    return types.SimpleNamespace(**space)


def _is_needed(node):
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("ACTIVATIONS", "(X, y)")


@functools.cache
def hundred(activation, units, apart=0.0):
    """Train the lesson's hundred networks: (their outputs a1 and p, which of them solved XOR).

    apart: how far the start weights are moved, each in a direction of its own.
    """
    networks = lesson().starts(units)
    for weights in (networks[0], networks[2]):
        weights += apart * np.random.default_rng(units).standard_normal(weights.shape)
    a1, p = lesson().forward(X, lesson().train(networks, activation), activation)
    return a1, p, ((p > 0.5) == (Y > 0.5)).all(axis=(1, 2))


def train(network, activation, steps=5000):
    """What the lesson's `train` does, for any number of steps."""
    for _ in range(steps):
        for array, gradient in zip(network, lesson().gradients(network, activation), strict=True):
            array -= gradient
    return network


def answers(network, activation="sigmoid"):
    return lesson().forward(X, network, activation)[1].ravel()


def confused(id):
    return {confusion.measured for confusion in find_prediction(id).confusions}


# --- the equations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_lessons_gradients_are_the_engines_for_one_network_and_for_a_stack(activation):
    stack = lesson().starts(3)
    for array, gradient in zip(stack, lesson().gradients(stack, activation), strict=True):
        assert gradient.shape == array.shape
    for seed in (0, 7, 99):
        network = lesson().start(3, seed)
        tensors = [Tensor(array, requires_grad=True) for array in network]
        W1, b1, W2, b2 = tensors
        logits = getattr(X @ W1 + b1, activation)() @ W2 + b2
        functional.binary_cross_entropy_with_logits(logits, Y).backward()
        alone = lesson().gradients(network, activation)
        stacked = [gradient[seed] for gradient in lesson().gradients(stack, activation)]
        for tensor, one, other in zip(tensors, alone, stacked, strict=True):
            np.testing.assert_allclose(one, tensor.grad, rtol=1e-12, atol=1e-15)
            np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-15)


def test_the_lessons_loss_is_the_engines():
    p = np.array([[0.3], [0.6], [0.9], [0.2]])
    logits = np.log(p / (1 - p))
    true = functional.binary_cross_entropy_with_logits(logits, Y).item()
    assert lesson().cross_entropy(p) == pytest.approx(true, rel=1e-12)
    assert lesson().cross_entropy(np.stack([p, p])) == pytest.approx([true, true], rel=1e-12)


@pytest.mark.parametrize("units", WIDTHS)
def test_the_playground_begins_where_the_lesson_does(units):
    for seed in (0, 6, 99):
        W1, b1, W2, b2 = lesson().start(units, seed)
        there = initial_weights(units, "sigmoid", "normal", seed)
        assert np.array_equal(W1, there["W1"])
        assert np.array_equal(W2, there["W2"])
        assert not (b1.any() or b2.any() or there["b1"].any() or there["b2"].any())


# --- one neuron ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [sigmoid, lambda z: z], ids=["sigmoid", "linear"])
def test_one_neuron_ends_at_a_half(f):
    assert lesson().train_one_neuron(f).ravel() == pytest.approx([0.5] * 4, abs=1e-8)
    assert confused("05.a") == {0.5}


def test_the_half_is_the_bottom_of_both_bowls():
    columns = np.hstack([X, np.ones((4, 1))])
    best, *_ = np.linalg.lstsq(columns, Y, rcond=None)
    assert np.mean((columns @ best - Y) ** 2) == pytest.approx(0.25, rel=1e-12)
    assert (columns.T @ (0.5 - Y) == 0).all()  # the pulls cancel, for each weight and for the bias
    assert lesson().cross_entropy(np.full((4, 1), 0.5)) == pytest.approx(LN2, rel=1e-15)
    rng = np.random.default_rng(0)  # no other line does as well
    for weights in rng.normal(size=(1000, 3, 1)):
        assert lesson().cross_entropy(sigmoid(columns @ weights)) > LN2


# --- an output neuron by hand -------------------------------------------------------------------------------


def test_any_weights_that_do_it_are_right():
    rng = np.random.default_rng(1)
    for _ in range(20):
        b = -rng.uniform(0.1, 5.0)
        w_or = -b + rng.uniform(0.1, 5.0)
        assert evaluate("05.2", try_output(w_or, -(w_or + b) - rng.uniform(0.1, 5.0), b)).solved


def test_every_table_that_a_line_can_make_has_its_message():
    for table in itertools.product((0, 1), repeat=3):
        at_00, at_one, at_11 = table
        verdict = evaluate("05.2", (at_00, at_one, at_one, at_11))
        assert verdict.solved or verdict.misconception, table


@pytest.mark.parametrize(
    ("weights", "place"),
    [((1, -2, 0), "(0, 0)"), ((2, -1, -1), "(1, 1)"), ((1, -1, 0), "both zeros"), ((1, -2, -1), "the ones")],
)
def test_a_point_on_the_line_is_undecided(weights, place):
    assert evaluate("05.2", try_output(*weights)).misconception == f"undecided at {place}"


@pytest.mark.parametrize("blank", [(..., ..., ...), (1.0, None, -0.5)])
def test_blank_weights_are_not_attempted(blank):
    assert evaluate("05.2", try_output(*blank)).kind == "blank"


@pytest.mark.parametrize("strange", [("1", "a", 0), ([1, 2], 0, 0), (1, {}, 0)])
def test_what_are_no_weights_is_wrong_and_no_error(strange):
    assert evaluate("05.2", try_output(*strange)).kind == "wrong"


def test_the_units_set_by_hand_are_or_and_and():
    a1 = sigmoid(X @ np.full((2, 2), 20.0) + np.array([-10.0, -30.0]))
    np.testing.assert_allclose(a1, FEATURES, atol=1e-4)


# --- found by training --------------------------------------------------------------------------------------


def test_the_loss_stays_on_the_plateau_for_hundreds_of_epochs():
    losses = TwoLayerMLP(2, 4, 1, rng=np.random.RandomState(42)).train(X, Y, lr=0.5, epochs=5000)
    assert all(abs(loss - 0.25) < 0.013 for loss in losses[50:500])
    assert losses[5000] < 0.002


def test_two_sigmoid_units_from_seed_0_rest_near_ln_2_and_then_put_the_zeros_together():
    network = lesson().start(2, 0)
    for steps, resting in ((500, True), (500, False)):
        train(network, "sigmoid", steps)
        loss = lesson().cross_entropy(answers(network)[:, None])
        assert (loss > 0.69) == resting
    a1, _ = lesson().forward(X, train(network, "sigmoid", 4000), "sigmoid")
    assert a1[0] == pytest.approx(a1[3], abs=0.02)
    assert np.abs(a1[1] - a1[2]).min() > 0.9


def test_one_unit_from_seed_0_gives_two_answers():
    p = answers(train(lesson().start(1, 0), "sigmoid")).round(1)
    assert sorted(p) == [0.3, 0.3, 0.3, 1.0]


# --- twins --------------------------------------------------------------------------------------------------


def same(units, number=0.5):
    return [np.full((2, units), number), np.zeros((1, units)), np.full((units, 1), number), np.zeros((1, 1))]


def test_twins_stay_twins_and_do_what_one_unit_does():
    W1, b1, W2, b2 = network = train(same(4), "sigmoid")
    units = np.vstack([W1, b1, W2.T])
    assert np.ptp(units, axis=1) == pytest.approx(0.0, abs=1e-9)
    assert confused("05.b") == {1}
    w1, b, w2 = find_one(W1[:, 0], b1[0, 0], W2[0, 0])
    alone = sigmoid(sigmoid(X @ w1 + b) * w2 + b2[0, 0])
    assert alone == pytest.approx(answers(network), rel=1e-9)
    assert answers(network).round(2).tolist() == [0.0, 0.66, 0.66, 0.67]


def find_one(w1, b1, w2):
    assert evaluate("05.3", lesson().one_for_all).solved
    return lesson().one_for_all(w1, b1, w2, 4)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_zeros_take_not_even_a_first_step(activation):
    assert not any(gradient.any() for gradient in lesson().gradients(same(4, 0.0), activation))


@pytest.mark.parametrize("place", [(0, (0, 0)), (0, (1, 2)), (1, (0, 0)), (2, (0, 0))])
def test_a_tenth_breaks_the_symmetry(place):
    network, (array, entry) = same(4), place
    network[array][entry] += 0.1
    assert ((answers(train(network, "sigmoid")) > 0.5) == (Y.ravel() > 0.5)).all()


# --- a hundred starts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("units", WIDTHS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_so_many_of_a_hundred_starts_solve_it(activation, units):
    assert hundred(activation, units)[2].sum() == SOLVED[activation][WIDTHS.index(units)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_same_starts_solve_it_when_moved_by_more_than_any_rounding(activation):
    """So other BLAS builds, and other roundings of exp, print the same counts."""
    a1, p, solved = hundred(activation, 2)
    moved_a1, moved_p, moved_solved = hundred(activation, 2, apart=1e-9)
    assert (solved == moved_solved).all()
    assert ((a1 == 0).all(axis=1) == (moved_a1 == 0).all(axis=1)).all()
    assert np.abs(p - moved_p).max() < 1e-6


def test_the_predictions_know_what_will_be_measured():
    assert confused("05.c") == {SOLVED["sigmoid"][0]}
    assert confused("05.d") == {"sigmoid"}
    a1, _, solved = hundred("relu", 2)
    dead = (a1 == 0).all(axis=1).any(axis=1)
    assert (dead[~solved].sum(), dead[solved].sum()) == (55, 0)
    assert confused("05.e") == {round(100 * 55 / 82)}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_who_fails_gives_one_answer_to_points_that_stand_together(activation):
    """½ and ½, one against three, or all four: the mean of the targets, hence three losses."""
    a1, p, solved = hundred(activation, 2)
    losses = lesson().cross_entropy(p[~solved])
    possible = np.array([LN2 / 2, stuck_loss(), LN2])
    apart = np.abs(losses[:, None] - possible)
    assert apart.min(axis=1).max() < 0.004
    assert set(possible[apart.argmin(axis=1)]) == set(possible[: 2 + (activation == "relu")])
    scattered = 0
    for hidden, answer in zip(a1[~solved], p[~solved, :, 0], strict=True):
        undecided = np.abs(answer - 0.5) < 0.4
        assert answer[undecided] == pytest.approx(shared_answer(Y[undecided]), abs=0.02)
        scattered += np.ptp(hidden[undecided], axis=0).max() > 0.1
    assert scattered == {"sigmoid": 0, "tanh": 0, "relu": 2}[activation]  # two are as blind as one neuron


def test_the_failed_network_that_the_lesson_looks_into():
    a1, p, solved = hundred("sigmoid", 2)
    seed = np.flatnonzero(~solved)[0]
    assert seed == 6
    assert p[seed].ravel() == pytest.approx([0.0, 0.5, 1.0, 0.5], abs=0.01)
    assert a1[seed, 1] == pytest.approx(a1[seed, 3], abs=0.01)
    network = train(lesson().start(2, 6), "sigmoid")
    assert max(np.abs(g).max() for g in lesson().gradients(network, "sigmoid")) < 5e-4


def test_only_one_weight_is_in_its_way():
    stuck = train(lesson().start(2, 6), "sigmoid", steps=2000)
    assert stuck[0][0, 0] > 0 > stuck[0][1, 0]  # unit 1 has found "x1, but not x2"

    def saves(array, entry, number):
        network = [one.copy() for one in stuck]
        network[array][entry] = number
        return ((answers(train(network, "sigmoid", 3000)) > 0.5) == (Y.ravel() > 0.5)).all()

    assert all(saves(0, (0, 1), number) for number in (-2.0, -5.0))
    others = [(0, (0, 0)), (0, (1, 0)), (0, (1, 1)), (2, (0, 0)), (2, (1, 0)), (3, (0, 0))]
    assert not any(saves(*place, number) for place in others for number in (-5.0, 5.0))


def test_one_relu_unit_in_four_starts_dead():
    rng = np.random.default_rng(0)
    W1 = rng.standard_normal((2, 100_000))
    assert (np.maximum(X @ W1, 0) == 0).all(axis=0).mean() == pytest.approx(0.25, abs=0.01)


def test_the_dead_stay_dead():
    network = train(lesson().start(2, 7), "relu")
    a1, _ = lesson().forward(X, network, "relu")
    dead = (a1 == 0).all(axis=0)
    assert dead.any() and lesson().dead_units(a1) == dead.sum()
    dW1, db1, dW2, _ = lesson().gradients(network, "relu")
    assert not (dW1[:, dead].any() or db1[:, dead].any() or dW2[dead].any())


def test_dead_units_may_be_counted_in_other_ways():
    assert evaluate("05.6", lambda a1: len([1 for unit in a1.T if not unit.any()])).solved
    assert evaluate("05.6", lambda a1: np.sum(a1.max(axis=0) == 0)).solved
    assert evaluate("05.6", lambda a1: (a1.sum(axis=0) == 0).sum()).solved


def test_eight_units_have_some_to_spare():
    a1, _, solved = hundred("relu", 8)
    dead = (a1 == 0).all(axis=1).any(axis=1)
    assert dead[solved].sum() > 80
