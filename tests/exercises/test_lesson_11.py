"""Lesson 11: its reader of digits against PyTorch's, the figures of its experiments, its answers."""

import ast
import functools
import inspect
import types

import numpy as np
import pytest

from backprop_lib import Tensor, nn, training
from backprop_lib.exercises import evaluate, lesson_11, lesson_11_pytorch
from backprop_lib.exercises.compare import distance
from backprop_lib.exercises.lesson_09 import train_epoch
from backprop_lib.exercises.lesson_11 import confusions, evaluation_loss, nudge, pixel_gradient, recall
from backprop_lib.exercises.lesson_11_neighbours import near_in_file
from backprop_lib.exercises.registry import find_exercise, find_prediction
from backprop_lib.explorables.draw_a_digit import draw_a_digit
from backprop_lib.training import Adam, fit, mini_batches, numerical_gradient
from backprop_lib.training.data import digits, split
from tools.build_notebooks import LESSONS
from tools.lessons import read_lesson

SOLUTIONS = {
    "11.1": "accuracy",
    "11.2": "evaluation_loss",
    "11.3": "confusions",
    "11.4": "recall",
    "11.5": "pixel_gradient",
    "11.6": "nudge",
}
SAFE = 1e-3  # between the two largest logits: rounding moves them by far less


@functools.cache
def lesson():
    """The lesson's functions, solutions among them, and its data, without its experiments."""
    cells = read_lesson(LESSONS / "11_digits.py", solved=True).cells
    code = ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code")).body
    functions = [node for node in code if isinstance(node, ast.FunctionDef)]
    X, y = digits()
    rng = np.random.default_rng(1)
    (X_rest, y_rest), (X_test, y_test) = split(X, y, 0.2, rng)
    (X_train, y_train), (X_val, y_val) = split(X_rest, y_rest, 0.125, rng)
    space = {name: value for name, value in locals().items() if name[0] in "Xy"}
    space |= {"np": np, "nn": nn, "fit": fit, "Adam": Adam, "loss": nn.CrossEntropyLoss()}
    space |= {"mini_batches": mini_batches, "train_epoch": train_epoch, "training": training}
    space |= {
        "ready": lesson_11,
        "tqdm": lambda epochs, **_: epochs,
        "sys": types.SimpleNamespace(stdout=None),
    }
    exec(compile(ast.Module(functions, []), "lesson", "exec"), space)
    return types.SimpleNamespace(space=space, **{name: space[name] for name in space if name != "sys"})


@functools.cache
def reader():
    """The lesson's network, trained, and the history of its training."""
    home = lesson()
    validation = (home.X_val, home.y_val)
    return home.trained(home.X_train, home.y_train, epochs=60, validation=validation, patience=10)


@functools.cache
def logits_of_test():
    return reader()[0](lesson().X_test).data


def sure(logits):
    """How far the largest logit of each row is ahead of the second."""
    return np.diff(np.sort(logits, axis=1)[:, -2:])[:, 0]


def right(logits):
    return int(np.sum(logits.argmax(axis=1) == lesson().y_test))


def confused(id):
    return {confusion.measured for confusion in find_prediction(id).confusions}


# --- the solutions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("id", "name"), SOLUTIONS.items())
def test_the_lessons_solutions_are_right_and_the_modules_own(id, name):
    theirs, ours = getattr(lesson(), name), getattr(lesson_11, name)
    assert evaluate(id, theirs).solved
    for given in find_exercise(id).cases():
        assert distance(ours(*given), theirs(*given)) < 1e-12


def test_what_solution_shows_can_be_pasted_into_the_lesson():
    """It uses only what the lesson's cells know."""
    for name in SOLUTIONS.values():
        tree = ast.parse(inspect.getsource(getattr(lesson_11, name)))
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        stored |= {argument.arg for argument in ast.walk(tree) if isinstance(argument, ast.arg)}
        read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        assert read - stored <= {"np", "int", "zip"}


def test_other_ways_to_write_them_are_right_too():
    def counted(truth, predicted, classes):
        return [
            [int(np.sum((truth == i) & (predicted == j))) for j in range(classes)] for i in range(classes)
        ]

    def flat(truth, predicted, classes):
        return np.bincount(classes * truth + predicted, minlength=classes**2).reshape(classes, classes)

    def by_engine(X, y, W1, b1, W2, b2):
        x = Tensor(X, requires_grad=True)
        z2 = (x @ W1 + b1).relu() @ W2 + b2
        nn.CrossEntropyLoss(reduction="sum")(z2, y.argmax(axis=1)).backward()
        return x.grad

    assert evaluate("11.1", training.accuracy).solved
    assert evaluate("11.2", lambda means, sizes: sum(means * sizes) / sum(sizes)).solved
    assert evaluate("11.2", lambda means, sizes: np.average(means, weights=sizes)).solved
    assert evaluate("11.3", counted).solved and evaluate("11.3", flat).solved
    assert evaluate("11.4", lambda counts: [row[i] / sum(row) for i, row in enumerate(counts)]).solved
    assert evaluate("11.5", by_engine).solved
    assert evaluate("11.6", lambda X, dX, eps: np.minimum(np.maximum(X + eps * np.sign(dX), 0.0), 1.0)).solved


def test_the_confusion_matrix_and_the_recall_are_those_of_the_picture():
    from backprop_lib.pictures import confusion_matrix

    truth, read, classes = find_exercise("11.3").cases()[1]
    counts = confusions(truth, read, classes)
    (axes,) = confusion_matrix(truth, read).axes
    for text in axes.texts:
        column, row = text.get_position()
        assert text.get_text() == (str(counts[row, column]) if counts[row, column] else "·")
    shares = [np.mean(read[truth == digit] == digit) for digit in range(classes)]
    np.testing.assert_allclose(recall(counts), shares, rtol=1e-12)


# --- the data, and the baseline -----------------------------------------------------------------------------


def test_the_digits_are_as_the_lesson_says():
    X, y = lesson().X, lesson().y
    assert X.shape == (1797, 64) and np.array_equal(16 * X, np.round(16 * X))
    shares = np.bincount(y) / len(y)
    assert shares.max() < 0.11 and shares.min() > 0.09  # "about as many of each"
    assert (len(lesson().y_train), len(lesson().y_val), len(lesson().y_test)) == (1258, 180, 359)
    assert divmod(359, 64) == (5, 39)  # "five batches have 64 digits, and the last one has 39"


def test_the_nearest_mean_is_right_in_nine_of_ten():
    home = lesson()
    means = np.array([home.X_train[home.y_train == digit].mean(axis=0) for digit in range(10)])
    distances = ((home.X_test[:, None] - means) ** 2).sum(axis=2)
    share = 100 * np.mean(distances.argmin(axis=1) == home.y_test)
    assert sure(-distances).min() > 1e-4
    assert round(share) == 91
    assert all(abs(share - measured) < 0.06 * share for measured in confused("11.a"))


# --- training -----------------------------------------------------------------------------------------------


def test_more_than_97_per_cent_of_the_test_set_are_right():
    assert right(logits_of_test()) == 350 > 0.97 * 359
    assert sure(logits_of_test()).min() > SAFE


def test_rounding_elsewhere_changes_nothing_that_is_printed():
    """Another BLAS rounds otherwise; start from weights that differ by a part in 10¹⁰."""
    home, rng, history = lesson(), np.random.default_rng(1), reader()[1]
    other = home.network(rng)
    for parameter in other.parameters():
        parameter.data *= 1 + 1e-10 * np.random.default_rng(5).choice([-1, 1], parameter.shape)
    settings = {"validation": (home.X_val, home.y_val), "patience": 10, "epochs": 60, "batch_size": 64}
    optimizer = Adam(other.parameters(), lr=0.01)
    again = fit(other, home.X_train, home.y_train, loss=home.loss, optimizer=optimizer, rng=rng, **settings)
    assert (again.best_epoch, again.epochs) == (history.best_epoch, history.epochs)
    np.testing.assert_allclose(again.loss, history.loss, rtol=1e-6)
    np.testing.assert_allclose(other(home.X_test).data, logits_of_test(), atol=SAFE / 10)


def test_the_losses_are_those_recorded_from_pytorch():
    _, history = reader()
    recorded = lesson_11_pytorch.RECORDED_LOSSES
    assert len(recorded) == history.best_epoch
    np.testing.assert_allclose(history.loss[: len(recorded)], recorded, atol=1e-9)
    assert right(logits_of_test()) == lesson_11_pytorch.RECORDED_RIGHT


@pytest.mark.needs("torch")
def test_the_losses_are_those_of_pytorch():
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        lesson().space["torch"] = torch
        losses, count = lesson().in_pytorch(reader()[1].best_epoch)
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_allclose(lesson_11_pytorch.RECORDED_LOSSES, losses, atol=1e-9)
    np.testing.assert_allclose(reader()[1].loss[: len(losses)], losses, rtol=1e-9)
    assert count == lesson_11_pytorch.RECORDED_RIGHT


# --- measuring ----------------------------------------------------------------------------------------------


def test_the_published_loss_is_too_small_by_about_the_batch_size():
    home, (model, _) = lesson(), reader()
    batches = list(mini_batches(home.X_test, home.y_test, 64, shuffle=False))
    means = np.array([home.loss(model(X), y).item() for X, y in batches])
    sizes = np.array([len(y) for _, y in batches])
    true = home.loss(model(home.X_test), home.y_test).item()
    assert evaluation_loss(means, sizes) == pytest.approx(true, rel=1e-12)
    assert training.evaluate(model, home.X_test, home.y_test, loss=home.loss)["loss"] == pytest.approx(true)
    assert means.mean() != pytest.approx(true, rel=0.01)
    factor = true / (means.sum() / sizes.sum())
    assert len(means) == 6 and factor == pytest.approx(359 / 6, rel=0.15)
    assert all(abs(factor - measured) < 0.15 * factor for measured in confused("11.b"))


@functools.cache
def five(shuffled):
    order = np.arange(1797)
    return lesson().five_networks(np.random.default_rng(3).permutation(1797) if shuffled else order)


def test_shuffled_they_read_known_hands_and_in_file_order_strangers():
    known, strangers = (np.mean(five(shuffled) == lesson().y) for shuffled in (True, False))
    assert known == pytest.approx(0.973, abs=0.001)
    assert strangers == pytest.approx(0.935, abs=0.01)
    assert confused("11.c") == {"lower"}


def test_the_most_alike_stand_near_each_other_in_the_file():
    X, y = lesson().X, lesson().y
    share, chance = near_in_file(X, y, reach=100)
    assert (round(share, 2), round(chance, 2)) == (0.54, 0.10)
    order = np.random.default_rng(0).permutation(len(y))
    assert near_in_file(X[order], y[order], reach=100)[0] == pytest.approx(chance, abs=0.02)


def test_1_and_8_are_taken_for_each_other_most_often():
    counts = confusions(lesson().y, five(True), 10)
    both = {(i, j): counts[i, j] + counts[j, i] for i in range(10) for j in range(i + 1, 10)}
    first, second, *_ = sorted(both, key=both.get, reverse=True)
    assert first == (1, 8) and both[first] >= both[second] + 3
    assert confused("11.d") == {"1 and 8"}
    asked = {tuple(map(int, pair.split(" and "))) for pair in find_prediction("11.d").options}
    assert first in asked


def test_the_highest_losses_are_mistakes():
    home, p = lesson(), reader()[0](lesson().X_test).softmax(axis=1).data
    likely = p[np.arange(359), home.y_test]
    worst = np.argsort(likely)[:9]
    assert (np.diff(likely[worst]) > 1e-6).all()
    assert (p[worst[:8]].argmax(axis=1) != home.y_test[worst[:8]]).all()
    assert (home.y_test[worst[0]], p[worst[0]].argmax()) == (8, 1) and p[worst[0]].max() > 0.99


def test_some_hidden_units_are_dead_and_weights_without_ink_stay_as_they_were():
    home, (model, _) = lesson(), reader()
    z1, W1 = model[0](home.X_train).data, model[0].weight.data
    dead = (z1 <= 0).all(axis=0)
    assert 0 < dead.sum() < 32 and dead[:16].any()
    live = np.sort(np.abs(W1).max(axis=0)[~dead])
    assert np.abs(W1[:, dead]).max() < np.median(live)  # "the pale ones are dead"
    assert np.abs(z1.max(axis=0)[~dead]).min() > 1e-6
    blank = (home.X_train == 0).all(axis=0)
    start = home.network(np.random.default_rng(1))[0].weight.data
    assert np.array_equal(np.flatnonzero((start == W1).all(axis=1)), np.flatnonzero(blank))
    assert blank.sum() == 3


# --- the gradient of the input ------------------------------------------------------------------------------


@functools.cache
def gradients():
    home, (model, _) = lesson(), reader()
    pictures = Tensor(home.X_test, requires_grad=True)
    nn.CrossEntropyLoss(reduction="sum")(model(pictures), home.y_test).backward()
    return pictures.grad


def test_the_engine_the_formula_and_differences_agree():
    home, (model, _) = lesson(), reader()
    weights = [parameter.data for parameter in model.parameters()]
    np.testing.assert_allclose(
        pixel_gradient(home.X_test, np.eye(10)[home.y_test], *weights), gradients(), atol=1e-12
    )
    for i in np.argsort(-np.abs(gradients()).max(axis=1))[:3]:
        measured = numerical_gradient(
            lambda x, i=i: home.loss(model(x[None]), home.y_test[i : i + 1]), home.X_test[i]
        )
        np.testing.assert_allclose(measured, gradients()[i], atol=1e-6)


@pytest.mark.needs("torch")
def test_the_gradient_of_the_pixels_is_that_of_pytorch():
    import torch

    home, (model, _) = lesson(), reader()
    W1, b1, W2, b2 = (torch.tensor(parameter.data) for parameter in model.parameters())
    x = torch.tensor(home.X_test, requires_grad=True)
    logits = (x @ W1 + b1).relu() @ W2 + b2
    torch.nn.functional.cross_entropy(logits, torch.tensor(home.y_test), reduction="sum").backward()
    np.testing.assert_allclose(gradients(), x.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_some_of_the_strongest_pixels_hardly_ever_have_ink():
    home = lesson()
    p = reader()[0](home.X_test).softmax(axis=1).data
    worst = np.argsort(p[np.arange(359), home.y_test])[:8]
    ink = (home.X_train > 0).mean(axis=0)
    strong = np.argsort(-np.abs(gradients()[worst]), axis=1)[:, :3]
    assert (ink[strong].min(axis=1) < 0.02).sum() >= 3


def right_after(direction, eps):
    logits = reader()[0](nudge(lesson().X_test, direction, eps)).data
    assert sure(logits).min() > 1e-6
    return 100 * right(logits) / 359


def test_a_nudge_that_noise_of_its_size_would_survive():
    noise = np.random.default_rng(0).choice([-1.0, 1.0], size=gradients().shape)
    assert round(right_after(noise, 0.1)) == 97
    fooled = right_after(gradients(), 0.1)
    assert fooled == pytest.approx(41, abs=1)
    assert all(abs(fooled - measured) < 0.15 * fooled for measured in confused("11.e"))
    assert right_after(gradients(), 0.2) < 1  # "with twice the step hardly any is left"
    assert right_after(-gradients(), 0.1) > 99
    push, drift = np.abs(gradients()).sum(axis=1).mean(), np.abs((noise * gradients()).sum(axis=1)).mean()
    assert push / drift == pytest.approx(8.0, rel=0.15)  # "about √64 times as small"


# --- what the explorable shows ------------------------------------------------------------------------------


def drawing():
    home = lesson()
    return draw_a_digit(reader()[0], start=home.X_test[3], examples=(home.X_test, home.y_test))


def test_three_pixels_make_the_1_an_8_and_two_are_where_hardly_any_digit_has_ink():
    picture, ink = drawing(), (lesson().X_train > 0).mean(axis=0)
    assert picture.reading == lesson().y_test[3] == 1
    filled = []
    while picture.reading != 8:
        picture.target = 8
        x = np.array(picture.pixels)
        filled.append(int(np.where(x < 1, picture.pixel_gradient, np.inf).argmin()))
        x[filled[-1]] = 1.0
        picture.pixels = x
    assert len(filled) == 3
    at_the_rim = [pixel for pixel in filled if pixel % 8 == 0]
    assert len(at_the_rim) == 2 and ink[at_the_rim].max() < 0.02


def test_one_nudge_makes_it_a_2_and_chance_does_not():
    picture = drawing()
    picture.epsilon, picture.nudges = 0.1, 1
    assert picture.reading == 2 and picture.probabilities[2] > 0.95
    assert "the smallest ε that does it in one nudge is 0.060" in picture.sentence
    assert picture.sentence.endswith("Of 200 random changes as large, none does")


def test_whatever_is_drawn_gets_a_digit_and_blank_paper_a_hesitant_7():
    picture, cross = drawing(), np.zeros((8, 8))
    cross[3:5] = cross[:, 3:5] = 1.0
    turned = np.maximum(np.eye(8), np.eye(8)[::-1])
    for strange, least in ((cross, 0.999), (np.ones((8, 8)), 0.999), (turned, 0.5)):
        picture.pixels = strange
        assert picture.probabilities.max() > least
    picture.pixels = np.zeros(64)
    assert picture.reading == 7 and 0.1 < picture.probabilities.max() < 0.2
    assert sure(np.log(picture.probabilities)[None]) > 10 * SAFE
