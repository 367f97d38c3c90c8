"""Lesson 09: its rules against the library's and PyTorch's, its loop, the figures of its experiments."""

import ast
import functools
import inspect
import types

import numpy as np
import pytest

from backprop_lib import Tensor, nn, no_grad, training
from backprop_lib.exercises import evaluate, lesson_09, lesson_09_pytorch
from backprop_lib.exercises.compare import distance
from backprop_lib.exercises.lesson_09 import (
    adam_step,
    adamw_step,
    critical_rate,
    early_stopping,
    momentum_step,
    train_epoch,
    try_epoch,
    try_measure,
    walk,
)
from backprop_lib.exercises.registry import find_exercise, find_prediction
from backprop_lib.explorables import optimiser_race, training_lab
from backprop_lib.explorables.training_lab.run import network, samples, streams
from backprop_lib.pictures.power_laws import slope_of
from backprop_lib.training import SGD, Adam, AdamW, CosineAnnealingLR, fit, mini_batches, steps_per_epoch
from backprop_lib.training.data import circle
from tools.build_notebooks import LESSONS
from tools.lessons import read_lesson

SOLUTIONS = {
    "09.1": "count_steps",
    "09.2": "train_epoch",
    "09.3": "critical_rate",
    "09.4": "momentum_step",
    "09.5": "adam_step",
    "09.6": "adamw_step",
    "09.7": "early_stopping",
    "09.8": "measure",
}
TRIED = {"09.2": try_epoch, "09.8": try_measure}
CURVATURES, START = np.array([1.0, 25.0]), np.array([-2.5, 1.0])
LOSS = nn.BCEWithLogitsLoss()


@functools.cache
def lesson():
    """The lesson's functions, solutions among them, without its experiments."""
    cells = read_lesson(LESSONS / "09_training_loop.py", solved=True).cells
    code = ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code")).body
    functions = [node for node in code if isinstance(node, ast.FunctionDef)]
    X, y = circle(200)
    few, held_out = samples(count=60, noise=0.2)
    space = {"np": np, "no_grad": no_grad, "loss": LOSS, "fit": fit, "network": network, "streams": streams}
    space |= {"X": X, "y": y, "few": few, "held_out": held_out, "ready": lesson_09}
    space |= {"CURVATURES": CURVATURES, "START": START}
    exec(compile(ast.Module(functions, []), "lesson", "exec"), space)
    return types.SimpleNamespace(X=X, y=y, held_out=held_out, **{n.name: space[n.name] for n in functions})


def confused(id):
    return {confusion.measured for confusion in find_prediction(id).confusions}


# --- the solutions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("id", "name"), SOLUTIONS.items())
def test_the_lessons_solutions_are_right_and_the_modules_own(id, name):
    theirs, ours = (TRIED.get(id, lambda f: f)(getattr(home, name)) for home in (lesson(), lesson_09))
    assert evaluate(id, theirs).solved
    for given in find_exercise(id).cases():
        assert distance(ours(*given), theirs(*given)) < 1e-12


def test_what_solution_shows_can_be_pasted_into_the_lesson():
    """It uses only what the lesson's cells know."""
    known = {"np", "no_grad", "int", "len", "range", "max", *SOLUTIONS.values()}
    for name in SOLUTIONS.values():
        tree = ast.parse(inspect.getsource(getattr(lesson_09, name)))
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        stored |= {argument.arg for argument in ast.walk(tree) if isinstance(argument, ast.arg)}
        read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        assert read - stored <= known


def test_other_ways_to_write_them_are_right_too():
    def counted(samples, batch, epochs):
        full, left = divmod(samples, batch)
        steps = full + (left > 0)
        return [steps, left or batch, epochs * steps]

    def summed(model, loss, optimizer, batches):
        sums, sizes = [], []
        for X, y in batches:
            L = loss(model(X), y)
            L.backward()
            optimizer.step()
            optimizer.zero_grad()
            sums.append(len(y) * float(L.item()))
            sizes.append(len(y))
        return np.sum(sums) / np.sum(sizes)

    def scaled(w, g, m, v, t, lr):
        m, v = m + 0.1 * (g - m), v + (1 - 0.999) * (g * g - v)
        scale = np.sqrt(1 - 0.999**t)
        return w - lr / (1 - 0.9**t) * m / (np.sqrt(v) / scale + 1e-8), m, v

    def waited(losses, patience):
        best, lowest, count = 1, losses[0], 0
        for epoch, loss in enumerate(losses[1:], start=2):
            best, lowest, count = (epoch, loss, 0) if loss < lowest else (best, lowest, count + 1)
            if count == patience:
                return best, epoch
        return best, len(losses)

    assert evaluate("09.1", counted).solved
    assert evaluate("09.2", try_epoch(summed)).solved
    assert evaluate("09.4", lambda w, g, v, lr, mu: (w - lr * (mu * v + g), mu * v + g)).solved
    assert evaluate("09.5", scaled).solved
    assert evaluate("09.7", waited).solved


@pytest.mark.parametrize(("id", "attempt"), TRIED.items())
def test_a_function_without_a_body_is_not_an_attempt(id, attempt):
    assert evaluate(id, attempt(lambda *given: None)).kind == "blank"
    assert evaluate(id, attempt(lambda *given: ...)).kind == "blank"


def test_a_forgotten_return_is_named():
    def train(model, loss, optimizer, batches):
        train_epoch(model, loss, optimizer, batches)

    assert "return" in evaluate("09.2", try_epoch(train)).message
    assert (
        "return"
        in evaluate("09.8", try_measure(lambda model, loss, X, y: [loss(model(X), y), None][1])).message
    )


def test_a_loss_that_is_still_a_tensor_is_not_taken_for_a_number():
    def graph(model, loss, X, y):
        model.eval()
        return loss(model(X), y)

    assert not evaluate("09.8", try_measure(graph)).solved


# --- epochs and steps ---------------------------------------------------------------------------------------


def test_steps_are_counted_as_batches_are_dealt():
    for count, size, epochs in find_exercise("09.1").cases():
        rows = np.arange(count)
        dealt = [len(X) for X, _ in mini_batches(rows, rows, size, shuffle=False)]
        expected = (len(dealt), dealt[-1], epochs * len(dealt))
        assert lesson_09.count_steps(count, size, epochs) == expected
        assert steps_per_epoch(count, size) == len(dealt)
    assert lesson_09.count_steps(200, 32, 100) == (7, 8, 700)


def test_an_epoch_is_that_of_fit():
    X, y = circle(50)
    ours, theirs = network(), network()
    rngs = (np.random.default_rng(3) for _ in range(2))
    history = fit(
        ours,
        X,
        y,
        loss=LOSS,
        optimizer=SGD(ours.parameters(), lr=0.1),
        epochs=2,
        batch_size=16,
        rng=next(rngs),
    )
    batches, optimizer = mini_batches(X, y, 16, next(rngs)), SGD(theirs.parameters(), lr=0.1)
    losses = [train_epoch(theirs, LOSS, optimizer, batches) for _ in range(2)]
    assert losses == pytest.approx(history.loss, rel=1e-12)


@functools.cache
def hundred_epochs():
    model = network()
    batches = mini_batches(*circle(200), 32, rng=np.random.default_rng(7))
    optimizer = Adam(model.parameters(), lr=0.01)
    return model, [train_epoch(model, LOSS, optimizer, batches) for _ in range(100)]


def test_the_hundred_epochs_are_those_recorded_from_pytorch():
    model, losses = hundred_epochs()
    assert losses == pytest.approx(lesson_09_pytorch.RECORDED_LOSSES, abs=1e-6)
    assert training.accuracy(model(lesson().X), lesson().y) > 0.98


@pytest.fixture
def one_thread():
    """PyTorch on one thread: with arrays this small, several wait for one another."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.needs("torch")
def test_the_hundred_epochs_are_those_of_pytorch(one_thread):
    import torch

    one, two, three = (torch.nn.Linear(*sizes).double() for sizes in ((2, 16), (16, 8), (8, 1)))
    twin = torch.nn.Sequential(one, torch.nn.ReLU(), two, torch.nn.ReLU(), three)
    for theirs, start in zip(twin.parameters(), network().parameters(), strict=True):
        theirs.data = torch.tensor(start.data.T.copy())
    optimizer, loss = torch.optim.Adam(twin.parameters(), lr=0.01), torch.nn.BCEWithLogitsLoss()
    batches, losses = mini_batches(*circle(200), 32, rng=np.random.default_rng(7)), []
    for _ in range(100):
        pairs = [(torch.tensor(X), torch.tensor(y)) for X, y in batches]
        losses.append(train_epoch(twin, loss, optimizer, pairs))
    np.testing.assert_allclose(hundred_epochs()[1], losses, rtol=1e-9)
    np.testing.assert_allclose(lesson_09_pytorch.RECORDED_LOSSES, losses, atol=1e-6)


# --- batches ------------------------------------------------------------------------------------------------


def test_smaller_batches_get_further_in_as_many_epochs():
    ends = {size: lesson().trained(lambda p: SGD(p, lr=0.1), 30, size)[-1] for size in (8, 32, 200)}
    assert ends[8] < 0.7 * ends[32] < 0.7 * ends[200]
    assert confused("09.a") == {"8"}
    assert lesson_09.count_steps(200, 8, 1)[0] == 25  # "where batches of 8 take 25"


def test_the_noise_goes_with_one_over_the_root_of_the_batch():
    rng, start = np.random.default_rng(5), network()
    truth, sizes, noise = lesson().gradient(start, *circle(20_000, rng=rng)), (1, 4, 16, 64), []
    for size in sizes:
        draws = [lesson().gradient(start, *circle(size, rng=rng)) for _ in range(300)]
        noise.append(np.sqrt(((np.array(draws) - truth) ** 2).sum(axis=1).mean()))
    assert slope_of(sizes, noise) == pytest.approx(-0.5, abs=0.03)


# --- rates --------------------------------------------------------------------------------------------------


def test_too_small_right_and_too_large():
    small, right, large = (lesson().trained(lambda p, lr=lr: SGD(p, lr=lr), 60) for lr in (0.001, 0.1, 10.0))
    assert 0.98 < small[-1] / small[0] < 1
    assert right[-1] < 0.2 * right[0]
    assert large[-1] > large[0] > right[0]


def test_above_the_critical_rate_plain_descent_runs_away_and_below_it_comes_to_rest():
    limit = critical_rate(CURVATURES.tolist())
    assert limit == 0.08
    for share, rests in ((0.99, True), (1.01, False)):
        w = START
        for _ in range(2000):
            w = w - share * limit * CURVATURES * w
        assert (np.abs(w).max() < 1e-3) == rests


@pytest.mark.parametrize("mu", [0.0, 0.5, 0.9])
def test_with_momentum_the_limit_is_higher_by_1_plus_mu(mu):
    limit = 2 * (1 + mu) / 25
    assert lesson().comes_to_rest(0.98 * limit, mu)
    assert not lesson().comes_to_rest(1.02 * limit, mu)


def test_the_prediction_on_momentum_knows_the_right_answer():
    assert confused("09.b") == {"higher"}


# --- the three rules ----------------------------------------------------------------------------------------

RULES = {
    "SGD": (momentum_step, 1, {"lr": 0.05, "momentum": 0.8}, lambda t: (0.05, 0.8)),
    "Adam": (adam_step, 2, {"lr": 0.1}, lambda t: (t, 0.1)),
    "AdamW": (adamw_step, 2, {"lr": 0.1, "weight_decay": 0.3}, lambda t: (t, 0.1, 0.3)),
}


def by_rule(name, gradients):
    step, remembered, _, rest = RULES[name]
    w, memory, path = np.array([1.0, -2.0, 0.5]), [0.0] * remembered, []
    for t, g in enumerate(gradients, start=1):
        w, *memory = step(w, g, *memory, *rest(t))
        path.append(w)
    return np.array(path)


GRADIENTS = np.random.default_rng(0).normal(size=(60, 3)) * np.array([1e3, 1.0, 1e-6])


@pytest.mark.parametrize("name", RULES)
def test_the_rules_take_the_steps_of_our_optimisers(name):
    w = Tensor([1.0, -2.0, 0.5], requires_grad=True)
    optimizer, path = getattr(training, name)([w], **RULES[name][2]), []
    for g in GRADIENTS:
        w.grad = g
        optimizer.step()
        path.append(w.data.copy())
    np.testing.assert_allclose(by_rule(name, GRADIENTS), np.array(path), rtol=1e-11)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("name", RULES)
def test_the_rules_take_the_steps_of_pytorch(name):
    import torch

    w = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
    optimizer, path = getattr(torch.optim, name)([w], **RULES[name][2]), []
    for g in GRADIENTS:
        w.grad = torch.tensor(g)
        optimizer.step()
        path.append(w.detach().numpy().copy())
    np.testing.assert_allclose(by_rule(name, GRADIENTS), np.array(path), rtol=1e-11)


def test_twenty_steps_down_the_valley_are_those_recorded_from_pytorch():
    ends = walk(momentum_step, adam_step, adamw_step, CURVATURES, START)
    ours = lesson().twenty_steps(training, Tensor)
    for name, recorded in lesson_09_pytorch.RECORDED_STEPS.items():
        np.testing.assert_allclose(ends[name], recorded, atol=1e-8)
        np.testing.assert_allclose(ours[name].data, ends[name], rtol=1e-11)


@pytest.mark.needs("torch")
def test_the_table_of_the_lesson_is_that_of_pytorch():
    import torch

    for name, end in lesson().twenty_steps(torch.optim, torch.tensor).items():
        np.testing.assert_allclose(lesson_09_pytorch.RECORDED_STEPS[name], end, atol=1e-8)


def test_a_learner_whose_step_works_in_place_spoils_nothing():
    def in_place(w, g, v, lr, mu):
        v *= mu
        v += g
        w -= lr * v
        return w, v

    kept = START.copy()
    ends = walk(in_place, adam_step, adamw_step, CURVATURES, START)
    assert np.array_equal(START, kept)
    np.testing.assert_allclose(ends["SGD"], lesson_09_pytorch.RECORDED_STEPS["SGD"], atol=1e-8)


def test_adams_first_step_is_eta_long_and_three_times_that_without_the_correction():
    for g in (1000.0, 1.0, 0.001):
        assert abs(adam_step(0.0, g, 0.0, 0.0, 1, 0.1)[0]) == pytest.approx(0.1, rel=1e-4)
    assert confused("09.c") == {0.1}
    uncorrected = next(m.wrong for m in find_exercise("09.5").misconceptions if m.name == "no correction")
    w, _, _ = uncorrected(np.array([0.0]), np.array([1000.0]), 0.0, 0.0, 1, 0.1)
    assert abs(w[0]) == pytest.approx(0.3162, abs=1e-4)


def test_where_gradients_change_sign_adams_steps_get_short():
    lengths = []
    for signs in (1, -1):
        w, m, v = 0.0, 0.0, 0.0
        for t in range(1, 51):
            before = w
            w, m, v = adam_step(w, float(signs**t), m, v, t, 0.1)
        lengths.append(abs(w - before))
    assert lengths[0] == pytest.approx(0.1, rel=1e-3)
    assert lengths[1] < 0.1 * lengths[0]


def test_l2_spares_weights_with_large_gradients_and_decoupled_decay_does_not():
    kept = {}
    for optimiser in (Adam, AdamW):
        w = Tensor([1.0, 1.0], requires_grad=True)
        optimizer = optimiser([w], lr=0.01, weight_decay=0.1)
        for t in range(200):
            w.grad = np.array([100.0, 0.01]) * (-1) ** t
            optimizer.step()
        kept[optimiser] = 1 - w.data
    coupled, decoupled = kept[Adam], kept[AdamW]
    assert coupled[0] < 0.1 * coupled[1]  # the weight with large gradients hardly shrinks
    assert decoupled == pytest.approx([0.18, 0.18], abs=0.05)


# --- what the race shows ------------------------------------------------------------------------------------


def test_the_race_shows_what_the_answers_say():
    ends = {name: losses[-1] for name, losses in optimiser_race("bend", rate=0.05).losses.items()}
    assert 1e4 * ends["momentum"] < ends["SGD"] < ends["Adam"]
    ends = {name: losses[-1] for name, losses in optimiser_race("plateau", rate=0.05).losses.items()}
    assert max(ends["momentum"], ends["Adam"]) < 1e-6 < 0.2 < ends["SGD"]
    critical = optimiser_race("valley").critical_rates
    assert critical["SGD"] == 0.08 and critical["momentum"] == pytest.approx(0.152)
    for rate in (0.2, 1.0, 3.0):
        losses = optimiser_race("valley", rate=rate).losses
        assert len(losses["SGD"]) <= len(losses["momentum"]) < 201 == len(losses["Adam"])
        assert losses["Adam"][-1] < losses["Adam"][0]


# --- schedule, overfitting, its cures -----------------------------------------------------------------------


def test_a_cosine_schedule_ends_lower_and_calmer():
    constant = lesson().trained(lambda p: SGD(p, lr=0.5), 60, batch_size=8)
    model = network()
    optimizer = SGD(model.parameters(), lr=0.5)
    cosine = fit(
        model,
        lesson().X,
        lesson().y,
        loss=LOSS,
        optimizer=optimizer,
        epochs=60,
        batch_size=8,
        rng=np.random.default_rng(7),
        schedule=CosineAnnealingLR(optimizer, T_max=60),
    ).loss
    assert cosine[-1] < 0.6 * constant[-1]
    assert np.std(cosine[-10:]) < 0.1 * np.std(constant[-10:])


@functools.cache
def overfitted():
    return lesson().train_on_few(lambda p: Adam(p, lr=0.01))


def test_validation_ends_higher_than_it_began_while_training_falls():
    begin = training.evaluate(network(hidden=32), *lesson().held_out, loss=LOSS)["loss"]
    run = overfitted()
    assert min(run.validation_loss) < 0.9 * begin < begin < 0.5 * run.validation_loss[-1]
    assert run.loss[-1] < 0.4 * run.loss[0]
    assert confused("09.d") == {"higher"}


def test_stopping_early_and_weight_decay_cure_it():
    stopped = lesson().train_on_few(lambda p: Adam(p, lr=0.01), patience=10)
    assert stopped.stopped_early and stopped.epochs == stopped.best_epoch + 10
    decayed = lesson().train_on_few(lambda p: AdamW(p, lr=0.01, weight_decay=1.0))
    assert max(min(stopped.validation_loss), decayed.validation_loss[-1]) < 0.65
    assert decayed.epochs == 200


@pytest.mark.parametrize("patience", [1, 3, 10, 300])
def test_early_stopping_stops_where_fit_stops(patience):
    run = lesson().train_on_few(lambda p: Adam(p, lr=0.01), patience=patience)
    expected = run.best_epoch, run.epochs
    assert early_stopping(overfitted().validation_loss, patience) == expected


def test_the_lab_shows_what_the_answers_say():
    def gap(**settings):
        lab = training_lab(noise=0.2, hidden=32, **settings)
        lab.epoch = 200
        train, held_out = (lab.history[name][-1] for name in ("train_loss", "val_loss"))
        return train, held_out - train

    train, wide = gap(samples=60)
    assert train == pytest.approx(overfitted().loss[-1], rel=1e-9)  # the lab trains the lesson's network
    assert wide == pytest.approx(1.3, abs=0.05)
    train, narrow = gap(samples=60, optimiser="adamw", weight_decay=1.0)
    assert narrow == pytest.approx(0.1, abs=0.04) and train == pytest.approx(0.5, abs=0.02)
    assert gap(samples=200)[1] / wide == pytest.approx(0.25, abs=0.05)


def test_with_a_fifth_of_the_labels_wrong_the_circle_alone_gives_a_loss_of_a_half():
    assert -(0.2 * np.log(0.2) + 0.8 * np.log(0.8)) == pytest.approx(0.5, abs=0.001)


# --- modes --------------------------------------------------------------------------------------------------


def test_dropout_makes_each_measurement_another_in_training_mode():
    rng = np.random.default_rng(3)
    layers = nn.Linear(2, 32, rng=rng), nn.ReLU(), nn.Dropout(0.5, rng=rng), nn.Linear(32, 1, rng=rng)
    model, X, y = nn.Sequential(*layers), lesson().X, lesson().y
    fit(model, X, y, loss=LOSS, optimizer=Adam(model.parameters(), lr=0.01), epochs=50, rng=rng)
    noisy = {LOSS(model(X), y).item() for _ in range(4)}
    calm = {lesson_09.measure(model, LOSS, X, y) for _ in range(4)}
    assert len(noisy) == 4 and len(calm) == 1 and min(noisy) > max(calm)
