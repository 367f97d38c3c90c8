"""The training loop: PyTorch's numbers, means over samples, when it stops, how it leaves a model."""

import ast
import io
import itertools
import math
import signal
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_lib import nn
from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from backprop_lib.engine.recording import is_grad_enabled
from backprop_lib.training import progress
from backprop_lib.training.batches import mini_batches
from backprop_lib.training.data import circle
from backprop_lib.training.fitting import evaluate, fit
from backprop_lib.training.history import History
from backprop_lib.training.metrics import accuracy
from backprop_lib.training.optimisers import SGD, Adam
from backprop_lib.training.schedules import StepLR


def network(*sizes, seed=0, activation=nn.Tanh):
    rng = np.random.default_rng(seed)
    layers = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        layers += [nn.Linear(fan_in, fan_out, rng=rng), activation()]
    return nn.Sequential(*layers[:-1])


def bits(model):
    return [array.tobytes() for array in model.state_dict().values()]


def blobs(count=50, seed=0):
    """Three classes in the plane: X (count, 2), y (count,) of whole numbers."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 3
    return np.array([[0.0, 2.0], [-2.0, -1.0], [2.0, -1.0]])[y] + rng.standard_normal((count, 2)), y


X, Y = circle(50)
X_VAL, Y_VAL = circle(21, rng=np.random.default_rng(1))
DEFAULTS = {"loss": binary_cross_entropy_with_logits, "epochs": 3, "batch_size": 16}


def trained(model=None, lr=0.05, data=(X, Y), optimizer=None, **settings):
    """A model after `fit`, and its history."""
    model = model or network(2, 5, 1)
    optimizer = optimizer or Adam(model.parameters(), lr=lr)
    return model, fit(model, *data, optimizer=optimizer, **{**DEFAULTS, **settings})


# --- the same run in PyTorch --------------------------------------------------------------------------------


@pytest.mark.needs("torch")
def test_the_circle_run_is_that_of_torch():
    """200 points, 2-16-8-1 with ReLU, BCE with logits, Adam 0.01, batches of 32, 100 epochs."""
    import torch

    data, held_out = circle(200), circle(200, rng=np.random.default_rng(1))
    model = network(2, 16, 8, 1, activation=nn.ReLU)
    twin = torch.nn.Sequential(
        torch.nn.Linear(2, 16),
        torch.nn.ReLU(),
        torch.nn.Linear(16, 8),
        torch.nn.ReLU(),
        torch.nn.Linear(8, 1),
    ).double()
    with torch.no_grad():
        for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
            theirs.copy_(torch.from_numpy(ours.data.T.copy()))

    _, history = trained(
        model,
        lr=0.01,
        data=data,
        epochs=100,
        batch_size=32,
        rng=np.random.default_rng(7),
        validation=held_out,
        metrics={"accuracy": accuracy},
    )

    loss_of, optimizer = torch.nn.BCEWithLogitsLoss(), torch.optim.Adam(twin.parameters(), lr=0.01)
    batches = mini_batches(*data, batch_size=32, rng=np.random.default_rng(7))
    losses, validation_losses, norms = [], [], []
    for _ in range(100):
        total, epoch_norms = 0.0, []
        for X_batch, y_batch in batches:
            optimizer.zero_grad()
            loss = loss_of(twin(torch.from_numpy(X_batch)), torch.from_numpy(y_batch))
            loss.backward()
            epoch_norms.append(torch.nn.utils.clip_grad_norm_(twin.parameters(), math.inf).item())
            optimizer.step()
            total += loss.item() * len(X_batch)
        losses.append(total / 200)
        norms.append(np.mean(epoch_norms))
        with torch.no_grad():
            outputs = twin(torch.from_numpy(held_out[0]))
            validation_losses.append(loss_of(outputs, torch.from_numpy(held_out[1])).item())

    np.testing.assert_allclose(history.loss, losses, rtol=1e-9, atol=0)
    np.testing.assert_allclose(history.validation_loss, validation_losses, rtol=1e-9, atol=0)
    np.testing.assert_allclose(history.gradient_norm, norms, rtol=1e-9, atol=0)
    correct = ((outputs > 0).numpy() == held_out[1]).mean()
    assert history.validation_metrics["accuracy"][-1] == correct
    assert history.metrics["accuracy"][-1] > 0.95
    assert accuracy(model(data[0]), data[1]) > 0.95
    assert history.loss[-1] < 0.15 < 0.6 < history.loss[0]


# --- means over samples -------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(count=st.integers(1, 40), batch_size=st.integers(1, 50))
def test_losses_are_means_over_the_samples_whatever_the_batches(count, batch_size):
    """Not means of means: the last batch may be smaller. Not divided twice."""
    for X, y, loss, classes in ((*circle(count), mse_loss, 1), (*blobs(count), cross_entropy, 3)):
        model = network(2, 4, classes)
        whole = loss(model(X), y).item()
        measured = evaluate(model, X, y, loss=loss, batch_size=batch_size)
        assert measured == {"loss": pytest.approx(whole, rel=1e-12)}
        frozen = SGD(model.parameters(), lr=0.0)
        history = fit(
            model, X, y, loss=loss, optimizer=frozen, epochs=2, batch_size=batch_size, validation=(X, y)
        )
        assert history.loss == pytest.approx([whole, whole], rel=1e-12)
        assert history.validation_loss == pytest.approx([whole, whole], rel=1e-12)


def test_metrics_see_all_samples_at_once():
    """A share of explained variance is no mean over samples: averaged over batches it would be another."""

    def explained(outputs, targets):
        return 1.0 - np.sum((outputs.data - targets) ** 2) / np.sum((targets - targets.mean()) ** 2)

    model = network(2, 4, 1)
    expected = explained(model(X), Y)
    frozen = SGD(model.parameters(), lr=0.0)
    _, history = trained(model, optimizer=frozen, validation=(X, Y), metrics={"R2": explained}, epochs=2)
    assert history.metrics["R2"] == pytest.approx([expected] * 2, rel=1e-12)
    assert history.validation_metrics["R2"] == pytest.approx([expected] * 2, rel=1e-12)
    measured = evaluate(model, X, Y, loss=mse_loss, metrics={"R2": explained}, batch_size=16)
    assert measured["R2"] == pytest.approx(expected, rel=1e-12)


def test_training_metrics_are_of_the_outputs_that_steps_were_made_from():
    model, seen = network(2, 4, 1), []
    model.register_forward_hook(lambda module, inputs, output: seen.append(output.data))
    _, history = trained(model, epochs=1, metrics={"mean": lambda outputs, targets: outputs.data.mean()})
    assert history.metrics == {"mean": [np.concatenate(seen).mean()]}


# --- data ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size, steps", [(1, 5), (2, 3), (4, 2), (5, 1), (6, 1), (1000, 1)])
def test_each_sample_comes_once_an_epoch(batch_size, steps):
    seen = []

    def loss(outputs, targets):
        seen.append(targets.ravel().tolist())
        return mse_loss(outputs, targets)

    rows = np.arange(5.0)[:, None]
    trained(network(1, 1), lr=0.0, data=(rows, rows), loss=loss, epochs=2, batch_size=batch_size)
    assert len(seen) == 2 * steps
    for epoch in (seen[:steps], seen[steps:]):
        assert sorted(itertools.chain(*epoch)) == [0, 1, 2, 3, 4]
        assert [len(batch) for batch in epoch[:-1]] == [batch_size] * (steps - 1)


def test_classes_may_be_whole_numbers_and_lists():
    X, y = blobs()
    _, history = trained(network(2, 8, 3), data=(X.tolist(), y.tolist()), loss=cross_entropy, epochs=60)
    assert history.loss[-1] < 0.3 < 0.8 < history.loss[0]
    counts = X.round().astype(int)
    first, second = (
        trained(network(2, 3), data=(inputs, y), loss=cross_entropy)[1] for inputs in (counts, counts * 1.0)
    )
    assert first == second


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    model = nn.Linear(2, 1, rng=rng, dtype=np.float32)
    dtypes = []

    def loss(outputs, targets):
        dtypes.append(outputs.dtype)
        return mse_loss(outputs, targets)

    _, history = trained(
        model, data=(X.astype(np.float32), Y), loss=loss, validation=(X.astype(np.float32), Y)
    )
    assert set(dtypes) == {np.dtype(np.float32)} == {parameter.dtype for parameter in model.parameters()}
    assert all(type(value) is float for value in history.loss + history.validation_loss)


def test_data_and_global_chance_are_left_alone():
    before = X.copy(), Y.copy(), np.random.get_state()[1].copy()
    trained(validation=(X_VAL, Y_VAL))
    assert np.array_equal(X, before[0]) and np.array_equal(Y, before[1])
    assert np.array_equal(np.random.get_state()[1], before[2])


# --- the same again -----------------------------------------------------------------------------------------


def test_the_same_rng_gives_the_same_run_bit_for_bit():
    runs = []
    for seed in (3, 3, 4, None, None):
        rng = None if seed is None else np.random.default_rng(seed)
        model, history = trained(rng=rng, validation=(X_VAL, Y_VAL), metrics={"accuracy": accuracy})
        runs.append((bits(model), history))
    assert runs[0] == runs[1] and runs[3] == runs[4]
    assert runs[0][0] != runs[2][0] and runs[0][1].loss != runs[2][1].loss


def test_training_can_go_on_as_if_it_had_not_stopped():
    def run(*epochs):
        model, rng = network(2, 5, 1), np.random.default_rng(0)
        optimizer = Adam(model.parameters(), lr=0.1)
        schedule = StepLR(optimizer, step_size=2, gamma=0.5)
        parts = [trained(model, optimizer=optimizer, schedule=schedule, rng=rng, epochs=n)[1] for n in epochs]
        return bits(model), [part.loss for part in parts], [part.lr for part in parts]

    whole, parts = run(7), run(3, 4)
    assert parts[0] == whole[0]
    assert [*itertools.chain(*parts[1])] == whole[1][0]
    assert [*itertools.chain(*parts[2])] == whole[2][0] == [0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.0125]


def test_it_is_the_loop_that_one_would_write():
    """Clipping, a schedule, momentum: the same parameters as by hand, and the norms before clipping."""
    model, by_hand = network(2, 5, 1), network(2, 5, 1)
    optimizer = SGD(model.parameters(), lr=0.5, momentum=0.9)
    schedule = StepLR(optimizer, step_size=1, gamma=0.5)
    _, history = trained(
        model, optimizer=optimizer, schedule=schedule, clip=0.05, rng=np.random.default_rng(2)
    )

    batches = mini_batches(X, Y, batch_size=16, rng=np.random.default_rng(2))
    velocity = [np.zeros(parameter.shape) for parameter in by_hand.parameters()]
    norms = []
    for epoch in range(3):
        norms.append([])
        for X_batch, y_batch in batches:
            by_hand.zero_grad()
            binary_cross_entropy_with_logits(by_hand(X_batch), y_batch).backward()
            norm = math.sqrt(sum(np.sum(parameter.grad**2) for parameter in by_hand.parameters()))
            norms[-1].append(norm)
            for v, parameter in zip(velocity, by_hand.parameters(), strict=True):
                v *= 0.9
                v += parameter.grad * min(1.0, 0.05 / (norm + 1e-6))
                parameter.data -= 0.5 * 0.5**epoch * v
    for ours, expected in zip(model.parameters(), by_hand.parameters(), strict=True):
        np.testing.assert_allclose(ours.data, expected.data, rtol=1e-12)
    assert history.gradient_norm == pytest.approx([np.mean(epoch) for epoch in norms], rel=1e-12)
    assert min(map(min, norms)) > 0.05
    assert history.lr == [0.5, 0.25, 0.125]


def test_what_the_optimiser_does_not_hold_stays():
    model = network(2, 5, 1)
    frozen = bits(model[0])
    trained(model, optimizer=SGD(model[2].parameters(), lr=0.1))
    assert bits(model[0]) == frozen and bits(model[2]) != bits(network(2, 5, 1)[2])


# --- training and evaluation mode ---------------------------------------------------------------------------


class Watcher(nn.Module):
    """Notes how it is called."""

    def __init__(self):
        self.calls = []

    def forward(self, x):
        self.calls.append((len(x), self.training, is_grad_enabled()))
        return x


def watched():
    rng = np.random.default_rng(0)
    layers = (
        nn.Linear(2, 4, rng=rng),
        nn.BatchNorm1d(4),
        nn.Dropout(0.5, rng=rng),
        Watcher(),
        nn.Linear(4, 1, rng=rng),
    )
    return nn.Sequential(*layers)


def test_steps_are_in_training_mode_and_validation_is_not():
    model = watched().eval()
    trained(model, validation=(X_VAL, Y_VAL), epochs=2, batch_size=20)
    steps = [(20, True, True), (20, True, True), (10, True, True)]
    held_out = [(20, False, False), (1, False, False)]
    assert model[3].calls == 2 * (steps + held_out)


@pytest.mark.parametrize("ends", ["well", "in an error", "with Ctrl-C"])
def test_each_module_gets_its_mode_back(ends):
    def loss(outputs, targets):
        if ends == "in an error":
            raise ZeroDivisionError
        if ends == "with Ctrl-C":
            raise KeyboardInterrupt
        return mse_loss(outputs, targets)

    for run in (
        lambda model: trained(model, loss=loss, validation=(X_VAL, Y_VAL)),
        lambda model: evaluate(model, X, Y, loss=loss),
    ):
        model = watched().eval()
        model[2].train()
        try:
            run(model)
        except (ZeroDivisionError, KeyboardInterrupt):
            assert ends != "well"
        assert [module.training for module in model.modules()] == [False, False, False, True, False, False]
        assert is_grad_enabled()


def test_evaluation_leaves_no_trace():
    """No graph, no gradient, no running statistics, no numbers drawn: the same answer twice."""
    model = watched()
    model(X)
    before, chance = bits(model), model[2].rng.bit_generator.state
    outputs = []

    def loss(output, targets):
        outputs.append(output)
        return mse_loss(output, targets)

    first, second = (evaluate(model, X, Y, loss=loss, metrics={"accuracy": accuracy}) for _ in range(2))
    assert first == second
    assert bits(model) == before and model[2].rng.bit_generator.state == chance
    assert all(output.is_leaf and not output.requires_grad for output in outputs)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_any_function_can_be_evaluated():
    def by_numpy(inputs):
        return np.asarray(inputs) @ np.array([[1.0], [2.0]])

    expected = mse_loss(by_numpy(X), Y).item()
    assert evaluate(by_numpy, X, Y, loss=mse_loss, batch_size=7)["loss"] == pytest.approx(expected, rel=1e-12)


# --- early stopping -----------------------------------------------------------------------------------------


class Countdown(nn.Module):
    """One parameter, from which each epoch of `countdown` takes 1: it tells how many epochs there were."""

    def __init__(self):
        self.w = Tensor([0.0], requires_grad=True)

    def forward(self, x):
        return x * 0.0 + self.w


def countdown(sequence, epochs=100, **settings):
    """Train with `sequence` as the validation losses of epochs 1, 2, 3, ..."""
    model = Countdown()

    def loss(outputs, targets):
        is_validation = targets[0, 0] == 1.0
        return Tensor(sequence[round(-model.w.item()) - 1]) if is_validation else outputs.mean()

    row = np.zeros((1, 1))
    history = fit(
        model,
        row,
        row,
        loss=loss,
        optimizer=SGD([model.w], lr=1.0),
        epochs=epochs,
        validation=(row, row + 1.0),
        **settings,
    )
    return -model.w.item(), history


@pytest.mark.parametrize(
    "sequence, patience, stops, best",
    [
        ([5, 4, 3, 4, 4, 4, 1], 3, 6, 3),  # the better one comes too late
        ([5, 4, 3, 4, 4, 1, 2, 2, 2, 0], 3, 9, 6),
        ([5, 6], 1, 2, 1),
        ([3, 3, 3, 0], 2, 3, 1),  # no lower one: equal is not enough
        ([5, math.nan, 4, math.nan, math.inf, 3], 2, 5, 3),
        ([math.nan, math.inf, 1], 2, 2, None),
    ],
)
def test_it_stops_when_patience_runs_out_and_goes_back_to_the_best(sequence, patience, stops, best):
    parameters_of, history = countdown(sequence, patience=patience)
    assert history.epochs == stops and history.stopped_early
    assert history.validation_loss == pytest.approx(sequence[:stops], nan_ok=True)
    assert history.best_epoch == best
    assert parameters_of == (best or stops)
    assert f"no lower validation loss for {patience} epoch" in repr(history)


def test_with_patience_the_best_parameters_come_back_however_it_ends():
    parameters_of, history = countdown([3, 1, 2, 2], epochs=4, patience=10)
    assert (parameters_of, history.epochs, history.stopped_early) == (2, 4, False)
    assert history.ending == "The model has the parameters of epoch 2."


def test_without_patience_training_goes_on_and_the_last_parameters_stay():
    parameters_of, history = countdown([3, 1, 2, 2], epochs=4)
    assert (parameters_of, history.epochs, history.best_epoch, history.ending) == (4, 4, 2, "")


def test_running_statistics_come_back_with_the_parameters():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1, rng=np.random.default_rng(0)))
    states = []

    def rising(outputs, targets):
        if is_grad_enabled():
            return mse_loss(outputs, targets)
        states.append(bits(model))
        return float(len(states))

    trained(model, loss=rising, validation=(X_VAL, Y_VAL), patience=4, epochs=9)
    assert len(states) == 5 and len(set(map(tuple, states))) == 5
    assert bits(model) == states[0]


# --- Ctrl-C -------------------------------------------------------------------------------------------------


def small_run(at_line=None, epochs=2, batch_size=4):
    """Two steps an epoch; Ctrl-C comes just before the line of the package with this number is run."""
    model = nn.Sequential(nn.Linear(2, 2, rng=np.random.default_rng(0)), nn.BatchNorm1d(2))
    optimizer, rows, lines, history = Adam(model.parameters(), lr=0.1), circle(8)[0], 0, None

    def trace(frame, event, argument):
        nonlocal lines
        if "backprop_lib" not in frame.f_code.co_filename:
            return None
        if event == "line":
            lines += 1
            if lines == at_line:
                signal.raise_signal(signal.SIGINT)
        return trace

    before = sys.gettrace()
    try:
        sys.settrace(trace)
        history = fit(
            model,
            rows,
            rows,
            loss=mse_loss,
            optimizer=optimizer,
            epochs=epochs,
            batch_size=batch_size,
            validation=(rows, rows),
        )
    except KeyboardInterrupt:  # before anything began, or after it has ended
        pass
    finally:
        sys.settrace(before)
    assert is_grad_enabled() and model.training
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    steps = {kept["step"] if kept else 0 for kept in optimizer._state}
    assert len(steps) == 1, "some parameters were stepped, others not"
    return bits(model), steps.pop(), history, lines


def test_ctrl_c_at_any_line_leaves_whole_steps(capsys):
    after_one_epoch, _, complete, _ = small_run(epochs=1)
    after_two_epochs, _, _, lines = small_run(epochs=2)
    interrupted = 0
    for at_line in range(1, lines + 1, 17):
        found, steps, history, _ = small_run(at_line)
        if steps in (2, 4):
            assert found == {2: after_one_epoch, 4: after_two_epochs}[steps]
        if history is not None and history.interrupted:
            interrupted += 1
            measured = history.loss, history.validation_loss, history.lr, history.gradient_norm
            assert {len(values) for values in measured} == {history.epochs}
            assert history.epochs <= steps / 2
            assert history.loss[:1] == complete.loss[: history.epochs]
    assert interrupted > 20
    assert "Training was interrupted after 1 of 2 epochs." in capsys.readouterr().out


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_in_a_step_waits_for_its_end(capsys, presses):
    class Pressed(SGD):
        def _update(self, ready):
            super()._update(ready[:2])
            if len(losses) == 6:
                for _ in range(presses):
                    signal.raise_signal(signal.SIGINT)
            super()._update(ready[2:])

    losses = []

    def loss(outputs, targets):
        losses.append(binary_cross_entropy_with_logits(outputs, targets))
        return losses[-1]

    model, by_hand = network(2, 5, 1), network(2, 5, 1)
    optimizer = Pressed(model.parameters(), lr=0.1)
    _, history = trained(model, optimizer=optimizer, loss=loss, epochs=9, rng=np.random.default_rng(0))

    optimizer = SGD(by_hand.parameters(), lr=0.1)
    batches = mini_batches(X, Y, 16, np.random.default_rng(0))
    for X_batch, y_batch in itertools.islice(itertools.chain(batches, batches), 6):
        by_hand.zero_grad()
        binary_cross_entropy_with_logits(by_hand(X_batch), y_batch).backward()
        optimizer.step()
    assert bits(model) == bits(by_hand)
    assert history.interrupted and history.epochs == 1  # four steps an epoch: the second is not complete
    assert repr(history).endswith("Training was interrupted after 1 of 9 epochs.")
    assert capsys.readouterr().out == "Training was interrupted after 1 of 9 epochs.\n"


def test_ctrl_c_pressed_twice_gets_out_of_a_model_that_does_not_end():
    class Endless(nn.Linear):
        def forward(self, x):
            while True:
                signal.raise_signal(signal.SIGINT)

    model = Endless(2, 1, rng=np.random.default_rng(0))
    before = bits(model)
    _, history = trained(model)
    assert history.interrupted and history.epochs == 0 and bits(model) == before


def test_an_ignored_ctrl_c_stays_ignored():
    def pressing(outputs, targets):
        signal.raise_signal(signal.SIGINT)
        return mse_loss(outputs, targets)

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _, history = trained(loss=pressing)
    finally:
        signal.signal(signal.SIGINT, before)
    assert history.epochs == 3 and not history.interrupted


def test_ctrl_c_with_patience_goes_back_to_the_best():
    sequence = [3, 1, 2]

    class Impatient(list):
        def __getitem__(self, index):
            if index == 3:
                raise KeyboardInterrupt
            return super().__getitem__(index)

    parameters_of, history = countdown(Impatient(sequence), patience=9)
    assert parameters_of == 2 and history.interrupted and history.validation_loss == sequence


def test_it_trains_in_a_thread_where_no_ctrl_c_arrives():
    done = []
    thread = threading.Thread(target=lambda: done.append(trained()[1]))
    thread.start()
    thread.join()
    assert done == [trained()[1]]


# --- numbers that are not finite ----------------------------------------------------------------------------


def test_a_diverging_run_stops_with_its_curve_and_one_sentence(capsys):
    model = network(2, 5, 1, activation=nn.ReLU)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, history = trained(
            model,
            optimizer=SGD(model.parameters(), lr=30.0),
            loss=mse_loss,
            epochs=99,
            validation=(X_VAL, Y_VAL),
            metrics={"accuracy": accuracy},
        )
    assert history.diverged and 1 <= history.epochs < 20
    assert not math.isfinite(history.loss[-1])
    lists = [
        history.loss,
        history.validation_loss,
        history.lr,
        history.gradient_norm,
        *history.metrics.values(),
    ]
    assert {len(values) for values in lists} == {history.epochs}
    said = capsys.readouterr().out
    assert said.startswith(f"Training stopped in epoch {history.epochs}, step ") and said.count("\n") == 1
    assert "`diagnose`" in said and said.strip() in repr(history)


def test_no_step_is_taken_with_a_loss_that_is_not_finite():
    calls = []

    def loss(outputs, targets):
        calls.append(bits(model))
        return mse_loss(outputs, targets) * (math.nan if len(calls) == 6 else 1.0)

    model = network(2, 5, 1)
    _, history = trained(model, loss=loss)
    assert len(calls) == 6 and bits(model) == calls[-1]
    assert history.ending.startswith("Training stopped in epoch 2, step 2: the loss is nan.")
    assert math.isnan(history.loss[1]) and math.isfinite(history.gradient_norm[1])


def test_no_step_is_taken_with_a_gradient_that_is_not_finite():
    class Root(nn.Module):
        def __init__(self):
            self.w = Tensor([0.0], requires_grad=True)

        def forward(self, x):
            return x * self.w.sqrt()

    model, history = trained(Root(), data=(np.ones((4, 1)), np.ones((4, 1))), loss=mse_loss)
    assert history.diverged and history.loss == [1.0]
    assert model.w.item() == 0.0
    assert "epoch 1, step 1: the gradient has norm " in history.ending


def test_a_schedule_takes_no_step_where_training_stopped():
    model = network(2, 5, 1)
    optimizer = SGD(model.parameters(), lr=1e200)
    schedule = StepLR(optimizer, step_size=1)
    history = trained(model, optimizer=optimizer, schedule=schedule, loss=mse_loss)[1]
    assert history.diverged and schedule.last_epoch == history.epochs - 1


# --- errors on the way --------------------------------------------------------------------------------------


def test_after_an_error_in_a_later_epoch_all_is_as_before():
    def fails(outputs, targets):
        calls.append(None)
        return len(calls) if len(calls) < 5 else [1, 2]

    calls, model = [], network(2, 5, 1)
    optimizer = Adam(model.parameters(), lr=0.1)
    schedule = StepLR(optimizer, step_size=1)
    trained(model, optimizer=optimizer, schedule=schedule, epochs=2)
    before = bits(model), repr(optimizer.state_dict()), schedule.last_epoch, schedule.get_last_lr()
    with pytest.raises(TypeError, match="fails must give one number"):
        trained(model, optimizer=optimizer, schedule=schedule, metrics={"fails": fails}, epochs=9)
    assert len(calls) == 5
    assert (bits(model), repr(optimizer.state_dict()), schedule.last_epoch, schedule.get_last_lr()) == before


# --- the progress bar ---------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run_in_a_terminal(statements, **environment):
    """Run code with a terminal for stdout, in a process of its own: tqdm reads its switches as it loads.

    Returns: what was drawn.
    """
    code = f"""if True:
        import io, sys
        from backprop_lib import nn
        from backprop_lib.training.fitting import fit
        from backprop_lib.training.optimisers import SGD
        class Terminal(io.StringIO):
            isatty = lambda self: True
        model = nn.Linear(1, 1)
        screen, sys.stdout = sys.stdout, Terminal()
        settings = dict(loss=nn.MSELoss(), optimizer=SGD(model.parameters()))
        {statements}
        print(repr(sys.stdout.getvalue()), file=screen)
    """
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return ast.literal_eval(done.stdout)


def test_the_bar_is_drawn_in_a_terminal_and_wiped():
    drawn = run_in_a_terminal("fit(model, [[1.0]], [[1.0]], epochs=5, **settings)")
    assert "| 0/5 [" in drawn and "epoch" in drawn
    assert drawn.split("\r")[-1].strip() == "" == drawn.split("\r")[-2].strip()


def test_without_tqdm_there_is_no_bar(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    trained()
    assert sys.stdout.getvalue() == ""


@pytest.mark.parametrize("progress, stream", [(False, Terminal), (True, io.StringIO), (True, lambda: None)])
def test_nothing_is_printed_where_nobody_watches(monkeypatch, capsys, progress, stream):
    monkeypatch.setattr(sys, "stdout", stream())
    trained(progress=progress)
    assert sys.stdout is None or sys.stdout.getvalue() == ""
    assert capsys.readouterr() == ("", "")


def test_tqdm_is_imported_only_to_draw_and_can_be_turned_off_from_outside():
    twice = """
        fit(model, [[1.0]], [[1.0]], epochs=3, progress=False, **settings)
        assert "tqdm" not in sys.modules
        fit(model, [[1.0]], [[1.0]], epochs=3, **settings)
        assert "tqdm" in sys.modules
    """
    assert run_in_a_terminal(twice, TQDM_DISABLE="1") == ""


# --- the history --------------------------------------------------------------------------------------------


def test_a_history_says_what_happened_without_timings():
    _, history = trained(validation=(X_VAL, Y_VAL), metrics={"accuracy": accuracy}, epochs=1)
    loss, held_out = history.loss[0], history.validation_loss[0]
    right, others = history.metrics["accuracy"][0], history.validation_metrics["accuracy"][0]
    assert repr(history) == (
        f"History of 1 epoch: loss {loss:.4g} to {loss:.4g}, "
        f"validation loss {held_out:.4g} to {held_out:.4g}, lowest {held_out:.4g} in epoch 1, "
        f"accuracy {right:.4g} to {right:.4g}, validation accuracy {others:.4g} to {others:.4g}."
    )
    assert repr(History()) == "History of 0 epochs."


def test_a_history_can_be_drawn():
    from backprop_lib.pictures.losses import loss_curves

    _, history = trained(validation=(X_VAL, Y_VAL))
    assert "training from" in repr(loss_curves(history.curves)) and "validation from" in repr(
        loss_curves(history.curves)
    )
    assert list(trained()[1].curves) == ["training"]


# --- accuracy -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outputs, targets, expected",
    [
        ([[1.0], [-1.0], [0.0], [2.0]], [[1.0], [0.0], [1.0], [0.0]], 0.5),  # σ(0) is ½: not above
        ([1.0, -1.0, 0.5], [1, 0, 0], 2 / 3),
        ([[1.0], [-1.0]], [1, 1], 0.5),  # not (2, 1) against (2,), broadcast to four pairs
        ([1.0, -1.0], [[1], [1]], 0.5),
        ([[0.0, 1.0, -1.0], [3.0, 1.0, 2.0]], [1, 2], 0.5),
        ([[1e308, -np.inf], [np.inf, 1.0]], [0, 0], 1.0),
        ([[np.nan], [np.nan]], [[0.0], [1.0]], 0.0),
        ([[np.nan, 1.0], [0.0, 1.0]], [0, 1], 0.5),
    ],
)
def test_accuracy_counts_right_classes(outputs, targets, expected):
    for wrap in (np.array, Tensor, lambda array: Tensor(array, requires_grad=True)):
        assert accuracy(wrap(outputs), np.array(targets)) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    "outputs, targets, words",
    [
        (np.zeros((4, 3)), np.zeros((4, 3)), r"outputs \(4, 3\) and targets \(4, 3\)"),
        (np.zeros((4, 3)), np.zeros((4, 1)), r"outputs \(4, 3\) and targets \(4, 1\)"),
        (np.zeros((4, 1)), np.zeros((5, 1)), r"outputs \(4, 1\) and targets \(5, 1\)"),
        (np.zeros((0, 1)), np.zeros((0, 1)), r"outputs \(0, 1\) and targets \(0, 1\)"),
        (np.zeros((4, 1)), np.array([1, 0, 2, 1]), "classes from 0 to 1 as targets, not 2"),
        (np.zeros((4, 1)), np.array([1, -1, 1, 1]), "classes from 0 to 1 as targets, not -1"),
        (np.zeros((2, 3)), np.array([1, 3]), "classes from 0 to 2 as targets, not 3"),
        (np.zeros((2, 3)), np.array([1, 0.5]), "classes from 0 to 2 as targets, not 0.5"),
    ],
)
def test_accuracy_refuses_what_it_would_miscount(outputs, targets, words):
    with pytest.raises(ValueError, match=words):
        accuracy(outputs, targets)


# --- refusals -----------------------------------------------------------------------------------------------

THREE = np.ones((50, 3))
HOLE = np.where(np.arange(100).reshape(50, 2) == 35, np.nan, X)
OTHER = network(2, 5, 1)

BAD_CALLS = {
    "a function as model": ({"model": lambda x: x}, TypeError, "nn.Module; received function"),
    "a class as model": ({"model": nn.Linear}, TypeError, "the class Linear: write Linear"),
    "no optimiser": ({"optimizer": None}, TypeError, "needs an optimiser .*received NoneType"),
    "a class as optimiser": ({"optimizer": Adam}, TypeError, "the class Adam: write Adam"),
    "another model's optimiser": (
        {"optimizer": SGD(OTHER.parameters())},
        ValueError,
        "4 of its 4 are not among the model's 4: make the optimiser again",
    ),
    "a number as schedule": ({"schedule": 0.9}, TypeError, "needs a schedule.*received float 0.9"),
    "another optimiser's schedule": (
        {"schedule": StepLR(SGD(OTHER.parameters()), 1)},
        ValueError,
        "this StepLR has another",
    ),
    "a name as loss": ({"loss": "mse"}, TypeError, "as loss a function .*received str 'mse'"),
    "a class as loss": ({"loss": nn.MSELoss}, TypeError, "the class MSELoss: write MSELoss"),
    "a loss for each sample": (
        {"loss": lambda z, y: mse_loss(z, y, reduction="none")},
        TypeError,
        r"the loss must give one number.*it gave Tensor of shape \(16, 1\)",
    ),
    "a loss outside the graph": (
        {"loss": lambda z, y: float(mse_loss(z, y).item())},
        TypeError,
        "a loss that gives a Tensor.*it gave float",
    ),
    "a loss that was detached": (
        {"loss": lambda z, y: mse_loss(z.detach(), y)},
        RuntimeError,
        "requires_grad=True",
    ),
    "a list of metrics": ({"metrics": [accuracy]}, TypeError, r'as \{"accuracy": accuracy\}; received list'),
    "a metric that is none": (
        {"metrics": {"accuracy": 3}},
        TypeError,
        "as accuracy a function .*received int 3",
    ),
    "a metric named loss": ({"metrics": {"loss": accuracy}}, ValueError, "another one"),
    "a metric for each sample": (
        {"metrics": {"right": lambda z, y: (z > 0) == y}},
        TypeError,
        r"right must give one number .*it gave ndarray of shape \(50, 1\)",
    ),
    "unequal rows": ({"y": Y[:40]}, ValueError, r"X of shape \(50, 2\) and y of shape \(40, 1\)"),
    "no rows": (
        {"X": X[:0], "y": Y[:0]},
        ValueError,
        r"at least one sample; received X \(0, 2\) and y \(0, 1\)",
    ),
    "a number as X": ({"X": 3.0}, ValueError, "one row a sample; received 3.0"),
    "ragged rows": ({"X": [[1.0], [1.0, 2.0]], "y": Y[:2]}, ValueError, "rows of equal length in X"),
    "words as y": (
        {"y": np.array(["cat"] * 50)},
        TypeError,
        r"y of real numbers; received shape \(50,\), dtype <U3",
    ),
    "NaN in X": ({"X": HOLE}, ValueError, r"X of shape \(50, 2\) has nan in row 17"),
    "infinity in y": ({"y": np.full((50, 1), np.inf)}, ValueError, r"y of shape \(50, 1\) has inf in row 0"),
    "too many columns": ({"X": THREE}, ValueError, r"in layer 0, .*\(16, 3\)"),
    "flat targets": (
        {"y": Y[:, 0]},
        ValueError,
        r"predictions of shape \(16, 1\) and targets of shape \(16,\)",
    ),
    "a class too many": ({"loss": cross_entropy, "y": np.arange(50)}, ValueError, "classes"),
    "no epochs": ({"epochs": 0}, ValueError, "fit's epochs needs a whole number of 1 or more; received 0"),
    "half an epoch": ({"epochs": 0.5}, TypeError, "fit's epochs needs a whole number .*received 0.5"),
    "no batch": (
        {"batch_size": 0},
        ValueError,
        "fit's batch_size needs a whole number of 1 or more; received 0",
    ),
    "a seed as rng": ({"rng": 42}, TypeError, "rng must be a numpy.random.Generator.*received 42"),
    "one array as validation": (
        {"validation": X},
        TypeError,
        r"pair \(X_val, y_val\); received ndarray of shape",
    ),
    "unequal rows in validation": (
        {"validation": (X_VAL, Y)},
        ValueError,
        r"fit's validation needs .* X of shape \(21, 2\) and y of shape \(50, 1\)",
    ),
    "other columns in validation": (
        {"validation": (THREE, Y)},
        ValueError,
        r"X_val \(50, 3\) and y_val \(50, 1\) beside X \(50, 2\) and y \(50, 1\)",
    ),
    "NaN in validation": (
        {"validation": (HOLE, Y)},
        ValueError,
        "fit's validation needs finite numbers.*row 17",
    ),
    "no clip": ({"clip": 0.0}, ValueError, "fit's clip needs a number above 0; received 0.0"),
    "clip=True": ({"clip": True}, TypeError, "fit's clip needs a number above 0; received bool True"),
    "no patience": (
        {"patience": 0, "validation": (X, Y)},
        ValueError,
        "fit's patience needs a whole number of 1",
    ),
    "patience for nothing": ({"patience": 3}, ValueError, r"pass validation=\(X_val, y_val\)"),
}


@pytest.mark.parametrize("changed, kind, words", BAD_CALLS.values(), ids=BAD_CALLS)
def test_fit_refuses_in_one_clear_sentence_and_changes_nothing(changed, kind, words, capsys):
    model = network(2, 5, 1)
    optimizer = Adam(model.parameters(), lr=0.1)
    before = bits(model), repr(optimizer.state_dict()), [module.training for module in model.modules()]
    arguments = {"model": model, "X": X, "y": Y, "optimizer": optimizer, **DEFAULTS, **changed}
    with pytest.raises(kind, match=words) as caught:
        fit(arguments.pop("model"), arguments.pop("X"), arguments.pop("y"), **arguments)
    assert "\n" not in str(caught.value)
    assert (
        bits(model),
        repr(optimizer.state_dict()),
        [module.training for module in model.modules()],
    ) == before
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "changed, kind, words",
    [
        ({"model": 3}, TypeError, "evaluate needs a model, .*received int 3"),
        ({"model": nn.Linear}, TypeError, "the class Linear"),
        ({"y": Y[:7]}, ValueError, r"evaluate needs .* X of shape \(50, 2\) and y of shape \(7, 1\)"),
        ({"X": HOLE}, ValueError, "evaluate needs finite numbers; .*row 17"),
        ({"loss": None}, TypeError, "evaluate needs as loss a function .*received NoneType"),
        ({"loss": lambda z, y: z}, TypeError, r"it gave Tensor of shape \(50, 1\)"),
        (
            {"batch_size": -1},
            ValueError,
            "evaluate's batch_size needs a whole number of 1 or more; received -1",
        ),
        ({"X": THREE}, ValueError, r"in layer 0, .*\(50, 3\)"),
    ],
)
def test_evaluate_refuses_in_one_clear_sentence(changed, kind, words):
    arguments = {"model": network(2, 5, 1), "X": X, "y": Y, "loss": mse_loss, **changed}
    with pytest.raises(kind, match=words) as caught:
        evaluate(arguments.pop("model"), arguments.pop("X"), arguments.pop("y"), **arguments)
    assert "\n" not in str(caught.value)
