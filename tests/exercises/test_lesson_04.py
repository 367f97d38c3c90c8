"""Lesson 04 against both engines, the equations written out, torch, mpmath, and the figures that it tells."""

import ast
import functools
import itertools
import sys
import types

import mpmath
import numpy as np
import pytest

from backprop_lib import Tensor, Value
from backprop_lib.exercises import evaluate, lesson_04
from backprop_lib.exercises.compare import distance
from backprop_lib.exercises.lesson_03 import uses
from backprop_lib.exercises.lesson_04 import (
    RECORDED_FROM_PYTORCH,
    backward,
    bias_gradient,
    delta,
    in_pytorch,
    input_gradient,
    through_sigmoid,
    weight_gradient,
)
from backprop_lib.exercises.registry import find_exercise
from backprop_lib.nn import functional
from backprop_lib.nn.by_hand import TwoLayerMLP, sigmoid
from tools.build_notebooks import LESSONS
from tools.lessons import read_lesson

SOLUTIONS = {
    "04.1": "shapes",
    "04.2": "affine",
    "04.3": "weight_gradient",
    "04.4": "bias_gradient",
    "04.5": "input_gradient",
    "04.6": "through_sigmoid",
    "04.7": "backward",
    "04.8": "delta",
}


@functools.cache
def lesson():
    """The lesson's functions, solutions among them, and its network: X, y, W1, b1, W2, b2."""
    cells = read_lesson(LESSONS / "04_matrix_form.py", solved=True).cells
    code = ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code")).body
    first = [node for node in code if isinstance(node, ast.Assign)][:4]  # rng and what is drawn with it
    functions = [node for node in code if isinstance(node, ast.FunctionDef)]
    space = {"np": np, "Tensor": Tensor, "functional": functional, "sigmoid": sigmoid}
    exec(compile(ast.Module([*first, *functions], []), "lesson", "exec"), space)
    return types.SimpleNamespace(**space)


def network():
    at = lesson()
    return at.X, at.y, at.W1, at.b1, at.W2, at.b2


def scalar_leaves():
    return [np.vectorize(Value, otypes=[object])(array) for array in network()[2:]]


def gradients_of(loss, leaves):
    loss.backward()
    return [leaf.grad for leaf in leaves]


def assert_same(gradients, true, rel=1e-11):
    for gradient, other in zip(gradients, true, strict=True):
        np.testing.assert_allclose(gradient, other, rtol=rel, atol=1e-15)


# --- the solutions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("id", "name"), SOLUTIONS.items())
def test_the_lessons_solutions_are_right_and_the_modules_own(id, name):
    theirs, ours = getattr(lesson(), name), getattr(lesson_04, name)
    assert evaluate(id, theirs).solved
    for case in find_exercise(id).cases():
        assert distance(ours(*case), theirs(*case)) < 1e-12


def test_the_pull_backs_of_affine_are_the_engines():
    generator = np.random.default_rng(0)
    shapes = (4, 3), (3, 5), (5,)
    X, W, b = (Tensor(generator.normal(size=shape), requires_grad=True) for shape in shapes)
    dz = generator.normal(size=(4, 5))
    functional.affine(X, W, b).backward(dz)
    np.testing.assert_allclose(weight_gradient(X.data, dz), W.grad, rtol=1e-12)
    np.testing.assert_allclose(bias_gradient(dz), b.grad, rtol=1e-12)
    np.testing.assert_allclose(input_gradient(dz, W.data), X.grad, rtol=1e-12)


def test_the_way_back_through_the_sigmoid_is_the_engines():
    for da, z, a in find_exercise("04.6").cases():
        leaf = Tensor(z, requires_grad=True)
        leaf.sigmoid().backward(da)
        np.testing.assert_allclose(through_sigmoid(da, z, a), leaf.grad, rtol=1e-12)


def test_one_product_alone_has_the_shape_of_the_weights():
    m, n_in, n_out = 4, 3, 5
    X, dz = np.ones((m, n_in)), np.ones((m, n_out))
    fitting = []
    for left, right in itertools.permutations({"X": X, "X.T": X.T, "dz": dz, "dz.T": dz.T}.items(), 2):
        if left[1].shape[1] == right[1].shape[0] and (left[1] @ right[1]).shape == (n_in, n_out):
            fitting.append(f"{left[0]} @ {right[0]}")
    assert fitting == ["X.T @ dz"]


def test_a_square_matrix_hides_a_forgotten_transpose():
    generator = np.random.default_rng(0)
    dz, square = generator.normal(size=(4, 3)), generator.normal(size=(3, 3))
    assert (dz @ square).shape == (dz @ square.T).shape
    assert not np.allclose(dz @ square, dz @ square.T)
    for id in ("04.2", "04.3", "04.5"):
        for case in find_exercise(id).cases():
            sizes = [size for array in case for size in array.shape]
            assert len(set(sizes)) == 3  # samples, in, out: no two are equal


def test_other_ways_to_write_them_are_right_too():
    assert evaluate("04.2", lambda X, W, b: np.einsum("ni,ij->nj", X, W) + b).solved
    assert evaluate("04.3", lambda X, dz: sum(map(np.outer, X, dz))).solved
    assert evaluate("04.3", lambda X, dz: (dz.T @ X).T).solved
    assert evaluate("04.4", lambda dz: np.ones(len(dz)) @ dz).solved
    assert evaluate("04.4", lambda dz: sum(dz)).solved
    assert evaluate("04.5", lambda dz, W: (W @ dz.T).T).solved
    assert evaluate("04.6", lambda da, z, a: da / (2 + np.exp(z) + np.exp(-z))).solved
    assert evaluate("04.8", lambda z, y: (Tensor(z).softmax(1).data - y) / len(y)).solved


def test_shapes_that_do_not_fit_are_told_with_the_arguments():
    message = evaluate("04.5", lambda dz, W: dz @ W).message
    assert "matmul" in message and "W=" in message


# --- the whole pass -----------------------------------------------------------------------------------------


def test_all_ways_agree_on_every_entry():
    X, y, *arrays = network()
    numbers, tensors = scalar_leaves(), [Tensor(array, requires_grad=True) for array in arrays]
    L = lesson().loss_in_numbers(X, y, *numbers)
    L.backward()
    true = [np.vectorize(lambda value: value.grad)(array) for array in numbers]

    loss = lesson().loss_in_matrices(X, y, *tensors)
    assert loss.item() == pytest.approx(L.data, rel=1e-13)
    assert_same(gradients_of(loss, tensors), true)

    model = TwoLayerMLP(3, 5, 2)
    model.W1, model.b1, model.W2, model.b2 = arrays
    model.forward(X)
    assert_same(model.backward(y).values(), true)
    assert_same(backward(X, y, *arrays), true)
    assert [round(float(np.ravel(gradient)[0]), 6) for gradient in true] == list(RECORDED_FROM_PYTORCH)


@pytest.mark.needs("torch")
def test_torch_agrees_on_every_entry_and_on_every_case():
    for case in (network(), *find_exercise("04.7").cases()):
        assert_same(in_pytorch(*case), backward(*case))


def test_without_torch_the_recorded_values_come(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert in_pytorch(*network()) == RECORDED_FROM_PYTORCH


def test_numbers_need_hundreds_of_nodes_and_more_with_each_sample_matrices_eleven():
    X, y, *arrays = network()
    tensors = [Tensor(array, requires_grad=True) for array in arrays]
    counts = {}
    for samples in (4, 2):
        some = X[:samples], y[:samples]
        counts[samples] = len(uses(lesson().loss_in_numbers(*some, *scalar_leaves())))
        assert len(uses(lesson().loss_in_matrices(*some, *tensors))) == 11
    assert counts[4] > 400
    assert counts[4] > 1.7 * counts[2]


def test_each_weight_takes_part_in_one_product_for_each_sample():
    X, y, *_ = network()
    W1, b1, W2, b2 = leaves = scalar_leaves()
    counts = uses(lesson().loss_in_numbers(X, y, *leaves))
    assert {counts[leaf] for array in (W1, b1, W2, b2) for leaf in array.flat} == {len(X)}  # 04.a: 4


# --- sum and mean, rows and columns -------------------------------------------------------------------------


def test_a_batch_shown_twice_doubles_the_sum_and_leaves_the_mean():
    X, y, *arrays = network()
    twice = np.vstack([X, X]), np.vstack([y, y])
    for reduction, factor in (("sum", 2), ("mean", 1)):
        found = []
        for batch in ((X, y), twice):
            tensors = [Tensor(array, requires_grad=True) for array in arrays]
            found.append(gradients_of(lesson().loss_in_matrices(*batch, *tensors, reduction), tensors))
        assert_same(found[1], [factor * gradient for gradient in found[0]])


@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_dividing_by_the_samples_alone_is_off_by_the_number_of_outputs(outputs):
    assert lesson().how_many_times(outputs) == pytest.approx(outputs, rel=1e-12)  # 04.b: 2
    wrong = {m.name: m.wrong for m in find_exercise("04.7").misconceptions}["divided by the samples alone"]
    for case in find_exercise("04.7").cases():
        n_out = case[1].shape[1]
        assert_same(wrong(*case), [n_out * gradient for gradient in backward(*case)])


def test_columns_are_rows_on_their_side():
    for X, y, W1, b1, W2, b2 in find_exercise("04.7").cases():
        m = len(X)
        x, t = X.T, y.T  # samples are columns, weights are (out, in)
        a1 = sigmoid(W1.T @ x + b1[:, None])
        a2 = sigmoid(W2.T @ a1 + b2[:, None])
        delta2 = 2 * (a2 - t) / len(t) * a2 * (1 - a2)  # one sample's; 1/m comes at the parameters
        delta1 = W2 @ delta2 * a1 * (1 - a1)
        columns = delta1 @ x.T / m, delta1.mean(axis=1), delta2 @ a1.T / m, delta2.mean(axis=1)
        assert_same([gradient.T for gradient in columns], backward(X, y, W1, b1, W2, b2))


@pytest.mark.needs("torch")
def test_torch_stores_weights_as_out_in():
    import torch

    assert tuple(torch.nn.Linear(3, 5).weight.shape) == (5, 3)


# --- activations --------------------------------------------------------------------------------------------

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_slope_is_the_derivative(name):
    for at in (-1.3, 0.7):
        z = Value(at)
        getattr(z, name)().backward()
        up, down = (getattr(Value(at + nudge), name)().data for nudge in (1e-6, -1e-6))
        assert z.grad == pytest.approx((up - down) / 2e-6, rel=1e-8)


@pytest.mark.parametrize(("name", "left"), [("relu", 0.0), ("leaky_relu", 0.01)])
def test_at_a_kink_the_engines_take_the_slope_on_the_left(name, left):
    at_kink, array = Value(0.0), Tensor([0.0], requires_grad=True)
    getattr(at_kink, name)().backward()
    getattr(array, name)().sum().backward()
    assert at_kink.grad == array.grad[0] == left


# --- losses -------------------------------------------------------------------------------------------------


def test_the_figures_of_softmax_and_cross_entropy():
    logits, one_hot = np.array([[2.0, 1.0, 0.1]]), np.array([[1.0, 0.0, 0.0]])
    with mpmath.workdps(30):
        powers = [mpmath.exp(mpmath.mpf(z)) for z in ("2", "1", "0.1")]
        p = [float(power / sum(powers)) for power in powers]
        loss = float(mpmath.log(sum(powers)) - 2)
    assert [round(share, 6) for share in p] == [0.659001, 0.242433, 0.098566]
    assert round(loss, 6) == 0.417030
    assert delta(logits, one_hot)[0].round(6).tolist() == [-0.340999, 0.242433, 0.098566]
    np.testing.assert_allclose(delta(logits, one_hot)[0], np.array(p) - one_hot[0], rtol=1e-14)


@pytest.mark.parametrize("case", find_exercise("04.8").cases())
def test_delta_is_the_gradient_of_the_stable_loss(case):
    z, y = case
    logits = Tensor(z, requires_grad=True)
    functional.cross_entropy(logits, y.argmax(axis=1)).backward()
    np.testing.assert_allclose(delta(z, y), logits.grad, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(delta(z, y).sum(axis=1), 0.0, atol=1e-15)  # what the lab asks


@pytest.mark.needs("torch")
@pytest.mark.parametrize("case", find_exercise("04.8").cases())
def test_delta_is_torchs(case):
    import torch

    z, y = (torch.tensor(array) for array in case)
    z.requires_grad_(True)
    torch.nn.functional.cross_entropy(z, y).backward()
    np.testing.assert_allclose(delta(*case), z.grad.numpy(), rtol=1e-12, atol=1e-16)


def test_badly_wrong_the_squared_error_says_nearly_nothing():
    squared, entropy = Value(-4.0), Value(-4.0)
    (0.5 * (squared.sigmoid() - 1.0) ** 2).backward()
    (-entropy.sigmoid().log()).backward()
    assert (round(squared.grad, 6), round(entropy.grad, 6)) == (-0.017345, -0.982014)  # 04.c
    a = sigmoid(np.array(-4.0))
    assert squared.grad == pytest.approx((a - 1) * a * (1 - a), rel=1e-13)
    assert entropy.grad == pytest.approx(a - 1, rel=1e-13)


def test_delta_is_the_miss_for_the_squared_error_of_a_linear_output_only():
    for squash, factor in ((lambda z: z, 1.0), (Value.sigmoid, 0.25 - (sigmoid(np.array(0.3)) - 0.5) ** 2)):
        z = Value(0.3)
        output = squash(z)
        (0.5 * (output - 0.9) ** 2).backward()
        assert z.grad == pytest.approx((output.data - 0.9) * factor, rel=1e-12)


def test_a_thousand_more_overflows_and_only_as_it_stands():
    logits = np.array([2.0, 1.0, 0.1])
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(np.exp(logits + 1000) / np.exp(logits + 1000).sum()).all()  # 04.d
        assert np.isfinite(np.exp(709.0)) and np.isinf(np.exp(710.0))
    big = Tensor(logits + 1000)
    np.testing.assert_allclose(big.softmax(0).data, Tensor(logits).softmax(0).data, rtol=1e-12)
    assert functional.cross_entropy(big, np.array(0)).item() == pytest.approx(0.41703, rel=1e-5)
    naive = find_exercise("04.8").misconceptions[0]
    assert naive.name == "overflow" and np.isnan(naive.wrong(*find_exercise("04.8").examples[1])).any()
