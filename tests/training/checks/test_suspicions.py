"""The bug clinic: backward passes that are really broken, and what their errors look like."""

import re

import numpy as np
import pytest

from backprop_lib.nn.by_hand import TwoLayerMLP, sigmoid
from backprop_lib.training.checks.gradient_check import gradcheck
from tests.training.broken import broken, case

ALL = ["W1", "b1", "W2", "b2"]
SQUARE = {"n_hidden": 3}  # W2 is 3 × 3: a transposed matrix fits

# name: (changed equations, sizes, parameters that are wrong, words of the first suspicion)
CLINIC = {
    "the 2 left out": (
        {"da2": "(a2 - y) / y.size"},
        {},
        ALL,
        "the 2 of the squared error's",
    ),
    "a 2 too many": ({"da2": "4 * (a2 - y) / y.size"}, {}, ALL, "a factor ½ of the loss that was left out"),
    "divided by m alone": ({"da2": "2 * (a2 - y) / len(y)"}, {}, ALL, "a sum over the 3 outputs"),
    "1/m left out": ({"da2": "2 * (a2 - y) / y.shape[1]"}, {}, ALL, "a sum over the 5 samples where"),
    "1/m twice": ({"da2": "2 * (a2 - y) / y.size / len(y)"}, {}, ALL, "a mean over the 5 samples"),
    "a sum for a mean": ({"da2": "2 * (a2 - y)"}, {}, ALL, "a sum over the 5 samples and 3 outputs"),
    "sign": ({"da2": "2 * (y - a2) / y.size"}, {}, ALL, "a wrong sign"),
    "sign and 1/m": (
        {"da2": "2 * (y - a2) / 3"},
        {},
        ALL,
        "5 samples .*, with the wrong sign",
    ),
    "any factor": ({"da2": "0.37 * 2 * (a2 - y) / y.size"}, {}, ALL, "0.37 times .* a constant factor"),
    "a factor of 7": ({"da2": "7 * 2 * (a2 - y) / y.size"}, {}, ALL, "of what does your network have 7"),
    "mean bias 1": ({"db1": "dz1.mean(axis=0)"}, {}, ["b1"], r"dZ.mean\(axis=0\) over the 5 samples"),
    "mean bias 2": ({"db2": "dz2.mean(axis=0)"}, {}, ["b2"], r"dZ.mean\(axis=0\) over the 5 samples"),
    "bias over all axes": (
        {"db1": "dz1.sum() * np.ones_like(b1)"},
        {},
        ["b1"],
        r"dZ.sum\(\) where dZ.sum\(axis=0\) belongs",
    ),
    "never computed": ({"dW1": "np.zeros_like(W1)"}, {}, ["W1"], "no gradient arrives"),
    "the parameter itself": ({"dW1": "W1"}, {}, ["W1"], "the parameter itself"),
    "weight decay": (
        {"dW1": "X.T @ dz1 + 0.01 * W1"},
        {},
        ["W1"],
        "0.01 times the .* weight decay",
    ),
    "f′ of layer 1 left out": ({"dz1": "da1"}, {}, ["W1", "b1"], r"f′ = a·\(1 − a\) of the sigmoid left out"),
    "f′ of layer 2 left out": ({"dz2": "da2"}, {}, ALL, r"^W2 and b2: .* f′ = a·\(1 − a\) .* left out"),
    "z for a in f′": (
        {"dz1": "da1 * z1 * (1 - z1)"},
        {},
        ["W1", "b1"],
        r"z·\(1 − z\) where a·",
    ),
    "σ′ at a": (
        {"dz1": "da1 * sigmoid(a1) * (1 - sigmoid(a1))"},
        {},
        ["W1", "b1"],
        "a sigmoid of a sigmoid",
    ),
    "f′ twice": ({"dz1": "da1 * (a1 * (1 - a1)) ** 2"}, {}, ["W1", "b1"], "multiplied twice"),
    "tanh's f′": ({"dz1": "da1 * (1 - a1**2)"}, {}, ["W1", "b1"], "differs from unit to unit"),
    "z for a as input": ({"dW2": "z1.T @ dz2"}, {}, ["W2"], "z where a belongs, as the input"),
    "W2 for its transpose": (
        {"da1": "dz2 @ W2"},
        SQUARE,
        ["W1", "b1"],
        "W2 where its transpose",
    ),
    "transposed, square": ({"dW2": "dz2.T @ a1"}, SQUARE, ["W2"], "agrees once it is transposed"),
    "transposed, unequal": ({"dW2": "dz2.T @ a1"}, {}, ["W2"], "agrees once it is transposed"),
    "overwritten 1": ({"dW1": "last_sample_only(X, dz1)"}, {}, ["W1"], "of the last sample alone"),
    "overwritten 2": ({"dW2": "last_sample_only(a1, dz2)"}, {}, ["W2"], "of the last sample alone"),
    "samples mixed up": ({"dW1": "X[::-1].T @ dz1"}, {}, ["W1"], "right for a single sample"),
    "one entry": ({"dW1": "X.T @ dz1 + 0.01 * (W1 == W1[2, 4])"}, {}, ["W1"], r"only 1 of 24 .*, \[2, 4\]"),
    "one row": ({"dW1": "X.T @ dz1 * (1 + (np.arange(4) == 3))[:, None]"}, {}, ["W1"], "all in row 3"),
    "one column": ({"dW1": "X.T @ dz1 * (1 + (np.arange(6) == 3))"}, {}, ["W1"], "all in column 3"),
    "not finite": ({"dW1": "X.T @ dz1 / 0.0"}, {}, ["W1"], r"the claimed gradient is -?inf at \[0, 0\]"),
}


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("bug", CLINIC)
def test_each_bug_is_found_and_named(bug, seed):
    changed, sizes, wrong, words = CLINIC[bug]
    check = gradcheck(*case(broken(**changed), **sizes, seed=seed))
    assert [parameter.name for parameter in check.parameters if not parameter.ok] == wrong
    assert check.worst.verdict in ("bug", "not finite")
    assert re.search(words, check.suspicions[0]), check


def test_the_network_that_is_not_broken_is_not_suspected():
    check = gradcheck(*case(broken()))
    assert check.ok
    assert check.suspicions == check.notes == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"dz1": "da1"}, "the fault lies on the way back from W2 to b1"),
        ({"db1": "dz1.mean(axis=0)"}, "only b1 is wrong"),
        ({"dW2": "z1.T @ dz2"}, "only W2 is wrong"),
        ({"da2": "2 * (y - a2) / y.size"}, "look where the way back begins, at the loss"),
    ],
)
def test_what_is_right_localises_the_fault(changed, words):
    assert words in gradcheck(*case(broken(**changed))).suspicions[-1]


def test_what_only_inherits_a_fault_is_not_given_a_name_of_its_own():
    check = gradcheck(*case(broken(dz2="da2")))
    assert check.suspicions[1] == "W1 and b1: no simple pattern; mend the others first, and check again"


def test_with_all_zero_parameters_bugs_pass():
    bugs = ["f′ of layer 1 left out", "z for a in f′", "f′ twice"]
    for bug in bugs:
        model, X, y = case(broken(**CLINIC[bug][0]))
        for array in model.parameters.values():
            array[...] = 0.0
        check = gradcheck(model, X, y)
        assert check.ok, bug  # da1 = dz2·W2ᵀ is 0, whatever it is multiplied with
        assert "all weights are 0" in check.notes[-1]
    assert not gradcheck(*case(broken(**CLINIC[bugs[0]][0]))).ok


def test_a_loss_that_falls_proves_nothing():
    model, X, y = case(broken(dz1="da1"))
    losses = model.train(X, y, lr=0.5, epochs=200)
    assert losses[-1] < losses[0] / 2
    assert not gradcheck(model, X, y).ok


# --- plain dicts, as learners have them ---------------------------------------------------------------------


def plain(a_for_slope, samples=1):
    """One layer of sigmoids under half the squared error, for one sample, with a slope of the caller's."""
    rng = np.random.default_rng(4)
    X, y = rng.standard_normal((samples, 3)), rng.uniform(size=(samples, 4))
    p = {"W": rng.standard_normal((3, 4)), "b": rng.standard_normal(4)}
    a = sigmoid(X @ p["W"] + p["b"])
    dz = (a - y) * a_for_slope(a)
    gradients = {"W": X.T @ dz, "b": dz.sum(axis=0)}
    return (lambda: 0.5 * ((sigmoid(X @ p["W"] + p["b"]) - y) ** 2).sum()), p, gradients, a


def test_a_missing_slope_is_named_only_with_the_evidence():
    loss, p, gradients, a = plain(lambda a: np.ones_like(a))
    without = gradcheck(loss, parameters=p, gradients=gradients).suspicions
    assert "differs from unit to unit" in without[0]
    assert "a·(1 − a)" not in without[0]
    given = gradcheck(loss, parameters=p, gradients=gradients, activations={"W": a, "b": a}).suspicions
    assert given == ["W and b: looks like the factor f′ = a·(1 − a) of the sigmoid left out"]


def test_evidence_of_several_samples_names_no_slope():
    loss, p, gradients, a = plain(lambda a: np.ones_like(a), samples=5)
    found = gradcheck(loss, parameters=p, gradients=gradients, activations={"W": a, "b": a}).suspicions
    assert not any("left out" in line for line in found)


def test_a_right_slope_is_right():
    loss, p, gradients, _ = plain(lambda a: a * (1 - a), samples=5)
    assert gradcheck(loss, parameters=p, gradients=gradients).ok


def test_a_tanh_without_its_slope():
    rng = np.random.default_rng(0)
    x, p = rng.standard_normal((1, 3)), {"W": rng.standard_normal((3, 4))}
    a = np.tanh(x @ p["W"])
    check = gradcheck(
        lambda: np.tanh(x @ p["W"]).sum(),
        parameters=p,
        gradients={"W": x.T @ np.ones_like(a)},
        activations={"W": a},
    )
    assert check.suspicions[0] == "W: looks like the factor f′ = 1 − a² of tanh left out"


def test_a_relu_without_its_slope():
    rng = np.random.default_rng(0)
    x, p = rng.standard_normal((1, 3)), {"W": rng.standard_normal((3, 6))}
    ones = np.ones((1, 6))
    check = gradcheck(lambda: np.maximum(x @ p["W"], 0).sum(), parameters=p, gradients={"W": x.T @ ones})
    assert "ReLU's derivative left out" in check.suspicions[0]


def test_the_numbers_of_samples_and_outputs_may_be_given():
    loss, p, gradients, _ = plain(lambda a: a * (1 - a), samples=5)
    five = {name: 5 * gradient for name, gradient in gradients.items()}
    unknown = gradcheck(loss, parameters=p, gradients=five).suspicions[0]
    assert "of what does your network have 5?" in unknown
    known = gradcheck(loss, parameters=p, gradients=five, samples=5, outputs=4).suspicions[0]
    assert "a sum over the 5 samples" in known


def test_two_samples_leave_two_explanations():
    model, X, y = case(broken(da2="2 * (a2 - y) / y.shape[1]"), m=2)
    first = gradcheck(model, X, y).suspicions[0]
    assert "a factor ½ of the loss that was left out" in first
    assert "a sum over the 2 samples" in first


def test_one_number_alone_is_no_evidence_for_an_odd_factor():
    w = np.array([2.0])
    check = gradcheck(lambda: w[0] ** 2, parameters={"w": w}, gradients={"w": np.array([1.234])})
    assert not check.ok
    assert not any("times" in line for line in check.suspicions)


def test_a_lost_path_of_a_shared_parameter_is_a_bug():
    x = np.array([3.0])  # h = 2x, q = h·h + h: one path lost gives 24 where 26 is right
    check = gradcheck(
        lambda: 4 * x[0] ** 2 + 2 * x[0], parameters={"x": x}, gradients={"x": np.array([24.0])}
    )
    assert check.worst.verdict == "bug"
    assert check.worst.measured == pytest.approx(26.0, rel=1e-9)


def test_a_gradient_compared_with_parameters_after_a_step_never_passes():
    model, X, y = case(TwoLayerMLP)
    model.forward(X)
    model.step(model.backward(y), lr=0.5)
    check = gradcheck(lambda: model.loss(X, y), parameters=model.parameters, gradients=model.parameters)
    assert not check.ok
    assert check.suspicions[0].startswith("W1, b1, W2 and b2: what is claimed is the parameter itself")


def test_a_gradient_of_transposed_shape_that_does_not_agree_either_is_said():
    W = np.arange(6.0).reshape(2, 3)
    check = gradcheck(lambda: (W**2).sum(), parameters={"W": W}, gradients={"W": np.ones((3, 2))})
    assert "shape (3, 2), and does not agree when transposed" in check.suspicions[0]


def test_some_drawn_entries_show_a_factor_too():
    model, X, y = case(broken(da2="2 * (a2 - y)"))
    assert "15 times" in gradcheck(model, X, y, entries=2).suspicions[0]
