"""The bug clinic in the next cell: its bugs are really wrong, its answers are counted, its texts are true."""

import itertools
import re

import numpy as np
import pytest
import traitlets

from backprop_lib.explorables.bug_clinic import BugClinic, bug_clinic
from backprop_lib.explorables.bug_clinic.bugs import BUGS, EQUATIONS, RATE
from backprop_lib.explorables.bug_clinic.cases import bug_of, case, training
from backprop_lib.nn.by_hand import TwoLayerMLP
from backprop_lib.training.checks.gradient_check import gradcheck
from tests.training import broken

# The parameters that each bug spoils, with random parameters and all samples.
SPOILT = {
    "healthy": [],
    "sum_over_samples": ["W1", "b1", "W2", "b2"],
    "outputs_forgotten": ["W1", "b1", "W2", "b2"],
    "output_slope": ["W1", "b1", "W2", "b2"],
    "hidden_slope": ["W1", "b1"],
    "z_in_slope": ["W1", "b1"],
    "tanh_slope": ["W1", "b1"],
    "reshaped_weight": ["W1", "b1"],
    "updated_weight": ["W1", "b1"],
    "mean_of_biases": ["b1", "b2"],
    "overwritten": ["W1", "W2"],
    "z_as_input": ["W2"],
    "column_product": ["W2"],
    "weight_for_input": ["W1"],
    "wrong_sign": ["W1"],
}
SOME = [(0, 0), (0, 7), (1, 3), (2, 20)]  # seeds and patients


def off(check):
    return [c.name for c in check.parameters if not c.ok]


def ratios(bug, seed, patient, alone=True):
    """Claimed over right gradients, by parameter, and what the forward pass has kept."""
    model, X, y = case(seed, patient, bug=bug, alone=alone)
    model.forward(X)
    wrong, right = model.backward(y), BUGS["healthy"].gradients(model, y)
    return {name: wrong[name] / right[name] for name in right}, model


# --- the bugs -----------------------------------------------------------------------------------------------


def test_without_a_bug_the_equations_are_those_of_the_network():
    assert broken.EQUATIONS == EQUATIONS
    for seed, patient in SOME:
        model, X, y = case(seed, patient, bug="healthy")
        output = model.forward(X)
        right, claimed = TwoLayerMLP.backward(model, y), model.backward(y)
        assert all((claimed[name] == right[name]).all() for name in right)
        assert output.shape == y.shape


@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_spoils_what_it_must_and_nothing_else(bug):
    for seed, patient in SOME:
        check = gradcheck(*case(seed, patient, bug=bug))
        assert off(check) == SPOILT[bug]
        assert {c.verdict for c in check.parameters if not c.ok} <= {"bug"}


@pytest.mark.parametrize("bug", [bug for bug in BUGS if BUGS[bug].changed])
def test_a_bug_is_the_equation_that_it_shows(bug):
    model, X, y = case(0, 0, bug=bug)
    changed = {
        name: text.replace("lr", str(RATE)).replace("len(y)", "y.shape[0]")
        for name, text in BUGS[bug].changed.items()
    }
    twin = broken.broken(**changed)(2, 4, 3)
    for name, array in twin.parameters.items():
        array[...] = model.parameters[name]
    model.forward(X), twin.forward(X)
    claimed, expected = model.backward(y), twin.backward(y)
    assert {name: g.tolist() for name, g in claimed.items()} == {n: g.tolist() for n, g in expected.items()}


def test_with_all_parameters_0_bugs_pass():
    passing = {bug for bug in BUGS if gradcheck(*case(0, 0, bug=bug, zeros=True)).ok}
    assert passing == {
        *("healthy", "hidden_slope", "z_in_slope", "tanh_slope", "reshaped_weight"),
        *("weight_for_input", "wrong_sign"),
    }


def test_with_the_last_sample_alone_what_is_wrong_with_sums_passes():
    for seed, patient in SOME:
        passing = {bug for bug in BUGS if gradcheck(*case(seed, patient, bug=bug, alone=True)).ok}
        assert passing == {"healthy", "sum_over_samples", "mean_of_biases", "overwritten"}


def test_a_falling_loss_proves_nothing():
    losses = {bug: training(*case(0, 0, bug=bug)) for bug in BUGS}
    assert all(one[-1] < one[0] for one in losses.values())
    further = {bug for bug, one in losses.items() if one[-1] < losses["healthy"][-1]}
    assert {"sum_over_samples", "outputs_forgotten", "hidden_slope"} <= further


# --- what the answers say -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "patient"), SOME)
def test_what_is_said_to_give_a_bug_away_is_true(seed, patient):
    whole = {bug: ratios(bug, seed, patient, alone=False)[0] for bug in BUGS}
    assert all(np.allclose(r, 6) for r in whole["sum_over_samples"].values())
    assert all(np.allclose(r, 3) for r in whole["outputs_forgotten"].values())
    assert np.allclose(whole["mean_of_biases"]["b1"], 1 / 6)
    assert np.allclose(whole["wrong_sign"]["W1"], -1)
    assert np.median(np.abs(whole["updated_weight"]["W1"] - 1)) < 0.1

    alone = {bug: ratios(bug, seed, patient)[0] for bug in BUGS}
    _, model = ratios("healthy", seed, patient)
    z, a, f1, f2 = model.z1[0], model.a1[0], model.a1 * (1 - model.a1), model.a2 * (1 - model.a2)
    same = np.ones((2, 1))
    assert np.allclose(alone["outputs_forgotten"]["W2"], 3)
    assert np.allclose(alone["output_slope"]["W2"], np.ones((4, 1)) / f2) and (1 / f2 >= 4).all()
    assert np.allclose(alone["hidden_slope"]["W1"], same / f1) and (1 / f1 >= 4).all()
    assert np.allclose(alone["z_in_slope"]["W1"], same * z * (1 - z) / f1)
    assert np.allclose(alone["tanh_slope"]["W1"], same * (1 + 1 / a))
    assert np.allclose(alone["z_as_input"]["W2"], (z / a)[:, None] * np.ones(3))
    assert np.allclose(alone["weight_for_input"]["W1"], model.W1 / model.X.T)
    for bug in ("column_product", "weight_for_input"):
        (name,) = SPOILT[bug]
        assert np.ptp(alone[bug][name], axis=0).min() > 1e-2 and np.ptp(alone[bug][name], axis=1).min() > 1e-2
    assert len(training(*case(seed, patient, bug="z_in_slope"))) < 301


def test_the_bounds_of_f_are_as_said():
    z = np.linspace(-20, 20, 400_001)
    a = 1 / (1 + np.exp(-z))
    ratio = z * (1 - z) / (a * (1 - a))
    assert (
        1.06 < ratio.max() < 1.07 and ((ratio > 0) == ((z > 0) & (z < 1)))[np.abs(z * (1 - z)) > 1e-9].all()
    )
    assert ((1 + 1 / a)[a > 1 / 3] < 4).all() and (1 + 1 / a).min() >= 2


def test_every_pair_of_diagnoses_differs_on_every_patient():
    for seed, patient in SOME:
        claims = {}
        for bug in BUGS:
            model, X, y = case(seed, patient, bug=bug)
            model.forward(X)
            claims[bug] = np.concatenate([g.ravel() for g in model.backward(y).values()])
        for one, other in itertools.combinations(BUGS, 2):
            assert not np.allclose(claims[one], claims[other], rtol=1e-3, atol=0), (one, other)


def test_no_name_is_used_twice_and_each_is_explained():
    assert len({bug.name for bug in BUGS.values()}) == len(BUGS) == 15
    assert all(bug.tell.endswith(".") and not re.search(r"\d-|-\d", bug.tell) for bug in BUGS.values())


# --- who comes ----------------------------------------------------------------------------------------------


def test_every_bug_comes_once_before_any_comes_again():
    for seed in (0, 1, 2**32 - 1):
        turns = [[bug_of(seed, 15 * turn + k) for k in range(15)] for turn in range(4)]
        assert all(sorted(turn) == sorted(BUGS) for turn in turns)
        assert len({tuple(turn) for turn in turns}) == 4


def test_the_same_seed_gives_the_same_patient_and_another_gives_another():
    (one, X, _), (again, again_X, _), (other, *_) = case(3, 4), case(3, 4), case(4, 4)
    assert (one.W1 == again.W1).all() and np.array_equal(X, again_X) and (one.W1 != other.W1).all()


# --- the widget ---------------------------------------------------------------------------------------------


def test_the_patient_can_be_checked_by_hand():
    clinic = bug_clinic(seed=0)
    assert clinic.errors == gradcheck(*clinic.case()).errors
    assert repr(clinic.case()[0]) == "TwoLayerMLP(2, 4, 3)"
    clinic.alone = True
    assert clinic.case()[1].shape == (1, 2)


def test_the_answers_are_counted():
    clinic = bug_clinic(seed=0)
    bugs = [bug_of(0, k) for k in range(4)]
    clinic.answers = [[bugs[0]], [bugs[0], bugs[1]], [bugs[0], "shown"], [bugs[0]]]
    assert clinic.named == [
        {"patient": 0, "bug": bugs[0], "tries": 1},
        {"patient": 1, "bug": bugs[1], "tries": 2},
        {"patient": 2, "bug": bugs[2], "tries": 0},
    ]
    assert clinic.right_at_first == 1


def test_nothing_that_is_sent_gives_the_bug_away():
    one, other = (bug_clinic(seed=seed).get_state() for seed in (0, 1))
    assert bug_of(0, 0) != bug_of(1, 0)
    assert {name for name in one if one[name] != other[name]} <= {"seed", "layout"}


def test_the_sentence_says_what_is_off_and_what_training_comes_to():
    clinic = bug_clinic(seed=0)
    assert bug_of(0, 0) == "hidden_slope"
    assert (
        clinic.sentence
        == repr(clinic)
        == (
            "Patient 1, random parameters, all 6 samples: W1 and b1 are off, relative errors 1.2 and 0.93; "
            "W2 and b2 agree with the numerical gradient; 300 steps take the loss from 0.2493 to 0.1262, "
            "with right gradients to 0.1496"
        )
    )
    clinic.zeros = clinic.alone = True
    assert clinic.sentence.startswith(
        "Patient 1, all parameters 0, the last sample alone: all four blocks agree with the numerical "
        "gradient; "
    )
    clinic.patient = next(k for k in range(15) if bug_of(0, k) == "z_in_slope")
    assert re.search(r"; training overflows at step \d+, right gradients take the loss from", clinic.sentence)


@pytest.mark.parametrize(
    ("trait", "wrong", "message"),
    [
        ("seed", -1, "seed is a whole number from 0 to 4294967295; received -1"),
        ("patient", 1000, "patient is a whole number from 0 to 999; received 1000"),
        (
            "view",
            "error",
            "the view is 'analytic', 'numerical', 'ratio' or 'difference'; received 'error'",
        ),
        ("answers", [["flu"]], "an answer is the key of a diagnosis, or 'shown': .*; received 'flu'"),
        ("answers", [[]] * 1001, "at most 1000 patients have answers; received 1001"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_and_nothing_moves(trait, wrong, message):
    clinic = bug_clinic()
    before = getattr(clinic, trait)
    with pytest.raises(traitlets.TraitError, match=f"^{message}$"):
        setattr(clinic, trait, wrong)
    assert getattr(clinic, trait) == before
    with pytest.raises(traitlets.TraitError):
        BugClinic(**{trait: wrong})
