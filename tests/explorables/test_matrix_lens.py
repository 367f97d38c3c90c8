"""The matrix lens in the next cell: its numbers, its sentence, and what it refuses."""

import itertools
import random
import re

import numpy as np
import pytest
import traitlets

from backprop_lib import Tensor
from backprop_lib.explorables.matrix_lens import MatrixLens, matrix_lens
from backprop_lib.nn.by_hand import TwoLayerMLP

MOST = {"samples": 6, "inputs": 5, "hidden": 6, "outputs": 4}
NAMES = ("z1", "z2", "dz2", "dW2", "db2", "dz1", "dW1", "db1")
SIZES = [(4, 3, 5, 2), (1, 1, 1, 1), (6, 5, 6, 4), (1, 5, 2, 4), (6, 1, 1, 3), (2, 4, 6, 1), (3, 3, 3, 3)]


def lens(sizes=(4, 3, 5, 2), **state):
    return MatrixLens(**dict(zip(MOST, sizes, strict=True)), **state)


def states(count, seed=5):
    rng = random.Random(seed)
    for _ in range(count):
        sizes = [rng.randint(1, most) for most in MOST.values()]
        name, convention = rng.choice(NAMES), rng.choice(["rows", "columns"])
        one = lens(sizes, equation=name, convention=convention, seed=rng.randint(0, 9))
        one.row, one.column = (rng.randrange(most) for most in one.shape)
        yield one


# --- numbers ------------------------------------------------------------------------------------------------


def given(one):
    """X, W1, b1, W2, b2, y as the lens draws them, samples in rows."""
    rows = lens([getattr(one, name) for name in MOST], seed=one.seed)
    return {name: np.array(rows.arrays[name]) for name in ("X", "W1", "b1", "W2", "b2", "y")}


def by_hand(one):
    start = given(one)
    network = TwoLayerMLP(one.inputs, one.hidden, one.outputs)
    for name, parameter in network.parameters.items():
        parameter[...] = start[name].reshape(parameter.shape)
    network.forward(start["X"])
    gradients = network.backward(start["y"])
    return {f"d{name}": gradient for name, gradient in gradients.items()} | {
        name: getattr(network, name) for name in ("z1", "z2", "dz2", "dz1")
    }


def by_tensors(one):
    start = given(one)
    X, W1, b1, W2, b2 = (Tensor(start[name], requires_grad=True) for name in ("X", "W1", "b1", "W2", "b2"))
    z1 = X @ W1 + b1
    z2 = z1.sigmoid() @ W2 + b2
    z1.retain_grad()
    z2.retain_grad()
    ((z2.sigmoid() - start["y"]) ** 2).mean().backward()
    leaves = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "z1": z1, "z2": z2}
    return {"z1": z1.data, "z2": z2.data} | {f"d{name}": leaf.grad for name, leaf in leaves.items()}


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("convention", ["rows", "columns"])
@pytest.mark.parametrize("truth", [by_hand, by_tensors])
def test_every_array_is_that_of_by_hand_and_of_our_engine(sizes, convention, truth):
    one = lens(sizes, convention=convention, seed=3)
    arrays = one.arrays
    for name, array in truth(one).items():
        expected = np.atleast_2d(array)
        expected = expected if convention == "rows" else expected.T
        assert arrays[name].shape == expected.shape
        np.testing.assert_allclose(arrays[name], expected, rtol=1e-12, atol=1e-15)


@pytest.mark.needs("torch")
def test_in_columns_the_gradients_are_those_of_torch_which_stores_weights_so():
    import torch

    one = lens(convention="columns", seed=4)
    arrays = {name: torch.tensor(array) for name, array in one.arrays.items()}
    weights = {name: arrays[name].clone().requires_grad_() for name in ("W1", "W2")}
    biases = {name: arrays[name].flatten().clone().requires_grad_() for name in ("b1", "b2")}
    linear = torch.nn.functional.linear
    hidden = torch.sigmoid(linear(arrays["X"].T, weights["W1"], biases["b1"]))
    output = torch.sigmoid(linear(hidden, weights["W2"], biases["b2"]))
    torch.nn.functional.mse_loss(output, arrays["y"].T).backward()
    for name, parameter in (weights | biases).items():
        found = one.arrays[f"d{name}"].reshape(parameter.shape)
        np.testing.assert_allclose(found, parameter.grad.numpy(), rtol=1e-12, atol=1e-16)


def from_scratch(one):
    """The factors of every term, picked entry by entry from the arrays, with samples in rows."""
    rows = lens([getattr(one, name) for name in MOST], seed=one.seed).arrays
    r, c = (one.row, one.column) if one.convention == "rows" else (one.column, one.row)
    m, i, h, o = (range(getattr(one, name)) for name in MOST)
    return {
        "z1": lambda: [rows["X"][r, k] * rows["W1"][k, c] for k in i] + [rows["b1"][0, c]],
        "z2": lambda: [rows["a1"][r, k] * rows["W2"][k, c] for k in h] + [rows["b2"][0, c]],
        "dz2": lambda: [2.0 * (rows["a2"][r, c] - rows["y"][r, c]) / (len(m) * len(o))],
        "dW2": lambda: [rows["a1"][n, r] * rows["dz2"][n, c] for n in m],
        "db2": lambda: [rows["dz2"][n, c] for n in m],
        "dz1": lambda: [rows["dz2"][r, k] * rows["W2"][c, k] for k in o],
        "dW1": lambda: [rows["X"][n, r] * rows["dz1"][n, c] for n in m],
        "db1": lambda: [rows["dz1"][n, c] for n in m],
    }[one.equation]()


def test_the_entry_is_the_sum_of_its_terms_times_the_local_derivative():
    for one in states(300):
        assert one.terms == pytest.approx(from_scratch(one), rel=1e-12, abs=1e-16), one
        assert sum(one.terms) * one.local_derivative == pytest.approx(one.entry, rel=1e-12, abs=1e-15), one
        assert one.entry == one.arrays[one.equation][one.row, one.column]
        if one.equation not in ("dz1", "dz2"):
            assert one.local_derivative == 1.0


def test_a_smaller_network_has_the_first_of_the_numbers():
    large, small = lens((6, 5, 6, 4)), lens((2, 3, 4, 1))
    for name in ("X", "W1", "b1", "W2", "b2", "y"):
        rows, columns = small.arrays[name].shape
        assert (small.arrays[name] == large.arrays[name][:rows, :columns]).all()


def test_another_seed_gives_other_numbers_and_the_same_seed_the_same():
    one = matrix_lens(seed=1)
    assert one.numbers == matrix_lens(seed=1).numbers != matrix_lens(seed=2).numbers
    one.seed = 2
    assert one.numbers == matrix_lens(seed=2).numbers
    for name, numbers in one.numbers.items():
        assert np.array_equal(np.round(numbers, 2), numbers), name


# --- where it points ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_in_the_other_convention_it_is_the_same_entry(name):
    one = lens(equation=name, row=1, column=1)
    before = one.entry, one.terms, one.local_derivative
    row, column, shape = one.row, one.column, one.shape
    one.convention = "columns"
    assert (one.row, one.column, one.shape) == (column, row, shape[::-1])
    assert (one.entry, one.terms, one.local_derivative) == before


def test_where_the_result_gets_smaller_it_points_inside():
    one = matrix_lens()
    one.row, one.column = 4, 1
    one.hidden = 4
    assert (one.row, one.column) == (3, 1)
    one.equation = "db2"
    assert (one.row, one.column, one.shape) == (0, 1, (1, 2))
    one.outputs = 1
    assert (one.row, one.column) == (0, 0)
    assert matrix_lens(hidden=2).row == 1


def test_what_the_browser_sends_is_understood_in_any_order():
    for order in itertools.permutations(["convention", "_at", "equation", "hidden"]):
        one = matrix_lens()
        sent = {"convention": "columns", "_at": [1, 2], "equation": "dW1", "hidden": 4}
        one.set_state({name: sent[name] for name in order})
        assert (one.row, one.column, one.shape) == (2, 1, (4, 3))


# --- the sentence -------------------------------------------------------------------------------------------

SENTENCES = {
    ("dW2", "rows"): (
        "dW2[2,0] = Σₙ a1[n,2]·dz2[n,0] = 0.676·0.0308 + 0.8418·0.0288 + 0.5785·0.0367 + 0.5957·(−0.0082) = "
        "+0.0614; row 2 of a1ᵀ (5×4) meets column 0 of dz2 (4×2): 4 terms, one for each sample"
    ),
    ("dW2", "columns"): (
        "dW2[0,2] = Σₙ dz2[0,n]·a1[2,n] = 0.0308·0.676 + 0.0288·0.8418 + 0.0367·0.5785 + (−0.0082)·0.5957 = "
        "+0.0614; row 0 of dz2 (2×4) meets column 2 of a1ᵀ (4×5): 4 terms, one for each sample"
    ),
    ("z1", "rows"): (
        "z1[2,0] = Σᵢ X[2,i]·W1[i,0] + b1[0] = (−0.62)·(−0.81) + 0.04·(−0.52) + (−2.33)·1.08 + (−0.17) = "
        "−2.205; row 2 of X (4×3) meets column 0 of W1 (3×5): 3 terms, one for each input, and the bias"
    ),
    ("z2", "columns"): (
        "z2[0,2] = Σⱼ W2[0,j]·a1[j,2] + b2[0] = 1.27·0.0993 + 0.04·0.1375 + 1.46·0.5785 + 0.04·0.5408 + "
        "(−0.3)·0.0605 + (−0.11) = 0.8696; row 0 of W2 (2×5) meets column 2 of a1 (5×4): 5 terms, one for "
        "each hidden unit, and the bias"
    ),
    ("dz2", "rows"): (
        "dz2[2,0] = da2[2,0]·a2[2,0]·(1 − a2[2,0]) = 0.1762·0.2081 = +0.0367; no sum, entry meets entry; "
        "da2[2,0] = 2·(0.7047 − 0)/8, for the loss is the mean over 4×2 = 8 entries"
    ),
    ("dz1", "columns"): (
        "dz1[0,2] = (Σₖ W2[k,0]·dz2[k,2])·a1[0,2]·(1 − a1[0,2]) = (1.27·0.0367 + 1.06·0.0359)·0.0894 = "
        "+0.0076; row 0 of W2ᵀ (5×2) meets column 2 of dz2 (2×4): 2 terms, one for each output; then times "
        "the local derivative a1·(1 − a1)"
    ),
    ("db2", "rows"): (
        "db2[0] = Σₙ dz2[n,0] = 0.0308 + 0.0288 + 0.0367 + (−0.0082) = +0.0881; column 0 of dz2 (4×2) is "
        "added up: 4 terms, one for each sample"
    ),
    ("db1", "columns"): (
        "db1[0] = Σₙ dz1[0,n] = 0.0185 + 0.0068 + 0.0076 + (−0.0069) = +0.0259; row 0 of dz1 (5×4) is added "
        "up: 4 terms, one for each sample"
    ),
}


@pytest.mark.parametrize(("name", "convention"), SENTENCES)
def test_the_sentence_writes_the_sum_out(name, convention):
    one = lens(equation=name)
    one.convention = convention
    assert repr(one) == one.sentence == SENTENCES[name, convention]


@pytest.mark.parametrize("convention", ["rows", "columns"])
def test_where_there_is_only_one_it_is_said_so(convention):
    one = lens((1, 1, 1, 1), equation="dW1", convention=convention)
    assert one.sentence.endswith("(1×1): one term, for the only sample")
    one.equation = "dz2"
    assert one.sentence.endswith("for the loss is the mean over 1×1 = 1 entry")


# Which two sizes let a transpose, forgotten or too many, pass unseen.
HIDES = {
    "z1": ("W1", "inputs", "hidden"),
    "z2": ("W2", "hidden", "outputs"),
    "dW2": ("a1", "samples", "hidden"),
    "dz1": ("W2", "hidden", "outputs"),
    "dW1": ("X", "samples", "inputs"),
}


def test_the_sentence_warns_where_shapes_hide_a_forgotten_transpose():
    for one in states(300, seed=6):
        array, first, second = HIDES.get(one.equation, ("", "seed", "seed"))
        hidden = array and getattr(one, first) == getattr(one, second) > 1
        warning = f"; {array} is square here, so its transpose fits as well: the shapes would hide a mistake"
        assert one.sentence.endswith(warning) == bool(hidden), one
        assert ("square" in one.sentence) == bool(hidden), one


# --- what it refuses ----------------------------------------------------------------------------------------

EQUATIONS = ", ".join(map(repr, NAMES))


@pytest.mark.parametrize(
    ("trait", "wrong", "message"),
    [
        ("samples", 0, "samples is a whole number from 1 to 6; received 0"),
        ("inputs", 6, "inputs is a whole number from 1 to 5; received 6"),
        ("hidden", -1, "hidden is a whole number from 1 to 6; received -1"),
        ("outputs", 5, "outputs is a whole number from 1 to 4; received 5"),
        ("outputs", True, "outputs is a whole number from 1 to 4; received True"),
        ("seed", -1, "seed is a whole number, 0 or above; received -1"),
        ("equation", "dw2", f"equation is one of {EQUATIONS}; received 'dw2'"),
        ("convention", "torch", "convention is one of 'rows', 'columns'; received 'torch'"),
        ("row", 5, "row is a whole number from 0 to 4, for dW2 is 5×2 here; received 5"),
        ("row", 1.5, "row is a whole number from 0 to 4, for dW2 is 5×2 here; received 1.5"),
        ("column", -1, "column is a whole number from 0 to 1, for dW2 is 5×2 here; received -1"),
        ("column", True, "column is a whole number from 0 to 1, for dW2 is 5×2 here; received True"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_and_nothing_moves(trait, wrong, message):
    one = matrix_lens()
    before = one.sentence
    with pytest.raises(traitlets.TraitError, match=f"^{re.escape(message)}$"):
        setattr(one, trait, wrong)
    assert one.sentence == before


def test_in_columns_row_and_column_are_those_that_are_seen():
    one = matrix_lens()
    one.convention = "columns"
    with pytest.raises(traitlets.TraitError, match=r"^row is a whole number from 0 to 1, for dW2 is 2×5"):
        one.row = 2
    one.column = 4
    assert (one.row, one.column) == (0, 4)


@pytest.mark.parametrize("wrong", [{"samples": 7}, {"hidden": 2.5}, {"seed": "one"}])
def test_nothing_is_made_of_a_wrong_size(wrong):
    with pytest.raises(traitlets.TraitError):
        matrix_lens(**wrong)
