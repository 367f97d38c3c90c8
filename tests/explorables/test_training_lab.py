"""The training lab in the next cell: its samples, its history by our engine, its words, its refusals."""

import math
import re

import numpy as np
import pytest
import traitlets

from backprop_lib import nn
from backprop_lib.engine.batched import Tensor
from backprop_lib.explorables.training_lab import TrainingLab, run, training_lab
from backprop_lib.explorables.training_lab.words import arithmetic, best_epoch, sentence
from backprop_lib.training.optimisers import AdamW

OVERFITTING = {"hidden": 32, "samples": 60, "noise": 0.2, "batch": 16}


def test_more_noise_flips_the_same_labels_and_others_and_fewer_samples_are_the_first_of_them():
    (X, clean), (X_validation, _) = run.samples(seed=3)
    assert np.array_equal(clean.ravel() == 1.0, np.hypot(*X.T) > 1.0)
    assert not np.isin(X, X_validation).any()
    before = np.zeros(200, bool)
    for noise in (0.05, 0.15, 0.3):
        (same, y), (_, y_validation) = run.samples(seed=3, noise=noise)
        flipped = (y != clean).ravel()
        assert np.array_equal(same, X) and flipped.sum() == round(200 * noise)
        assert not (before & ~flipped).any()
        assert (y_validation != run.samples(seed=3)[1][1]).sum() == flipped.sum()
        before = flipped
    (few, y), (_, all_of_them) = run.samples(seed=3, count=60, noise=0.1)
    assert np.array_equal(few, X[:60]) and (y != clean[:60]).sum() == 6 and len(all_of_them) == 200


def test_what_travels_with_the_picture_is_what_our_engine_draws():
    drawn = run.draws(seed=5)
    points = np.frombuffer(drawn["points"]).reshape(2, 200, 2)
    for part, (X, _) in zip(points, run.samples(seed=5), strict=True):
        assert np.array_equal(part, X)
    uniforms = np.frombuffer(drawn["weights"])
    for hidden in run.HIDDEN:
        taken, fan_in = 0, 0
        for parameter in run.network(seed=5, hidden=hidden).parameters():
            fan_in = parameter.shape[0] if parameter.data.ndim == 2 else fan_in  # a bias has its layer's
            bound = 1.0 / math.sqrt(fan_in)
            u = uniforms[taken : taken + parameter.data.size].reshape(parameter.shape)
            assert np.array_equal(-bound + 2.0 * bound * u, parameter.data)
            taken += parameter.data.size
    assert taken == len(uniforms)
    orders = np.frombuffer(drawn["orders"], np.uint8)
    rng = run.streams(5)[3]
    expected = [rng.permutation(200) for _ in range(200)]
    assert np.array_equal(orders[200 * 60 :].reshape(200, 200), expected)
    assert (np.sort(orders[: 200 * 60].reshape(200, 60)) == np.arange(60)).all()


def by_hand(lab, epochs):
    """The history of a training that is written out, step by step."""
    (X, y), (X_validation, y_validation) = run.samples(lab.seed, lab.samples, lab.noise)
    model = run.network(lab.seed, lab.hidden)
    optimizer = AdamW(model.parameters(), lr=lab.rate, weight_decay=lab.weight_decay)
    loss, rng = nn.BCEWithLogitsLoss(), run.streams(lab.seed)[3]
    train_loss, val_loss = [], []
    for epoch in range(epochs):
        order, total = rng.permutation(len(X)), 0.0
        for first in range(0, len(X), lab.batch):
            rows = order[first : first + lab.batch]
            optimizer.zero_grad()
            mean = loss(model(Tensor(X[rows])), y[rows])
            mean.backward()
            optimizer.lr = lab.rate * (1.0 + math.cos(math.pi * epoch / 200)) / 2.0
            optimizer.step()
            total += mean.item() * len(rows)
        train_loss.append(total / len(X))
        val_loss.append(loss(model(Tensor(X_validation)), y_validation).item())
    return {"train_loss": train_loss, "val_loss": val_loss}


def test_the_history_is_that_of_a_loop_written_out():
    lab = training_lab(32, 0.03, "adamw", noise=0.1, schedule="cosine", weight_decay=0.1, seed=2)
    lab.epoch = 8
    expected = by_hand(lab, 8)
    for name, losses in lab.history.items():
        assert losses == pytest.approx(expected[name], rel=1e-12)
    assert lab.best_epoch == int(np.argmin(expected["val_loss"])) + 1


def test_overfitting_is_made_and_each_cure_works():
    sick = training_lab(**OVERFITTING)
    sick.epoch = 120
    train_loss, val_loss = (np.array(sick.history[name]) for name in ("train_loss", "val_loss"))
    assert sick.best_epoch == 11 and val_loss[-1] > 1.8 * val_loss.min() and train_loss[-1] < 0.35
    assert sick.sentence.endswith("overfitting")
    for cure in ({"weight_decay": 0.01}, {"optimiser": "adamw", "weight_decay": 1.0}):
        cured = training_lab(**OVERFITTING, **cure)
        cured.epoch = 120
        assert cured.history["val_loss"][-1] < 1.05 * val_loss.min() and "overfitting" not in cured.sentence
    more = training_lab(**OVERFITTING | {"samples": 200})
    more.epoch = 60
    assert more.history["val_loss"][-1] < 0.85 * val_loss[59]


def test_early_stopping_ends_it_and_brings_back_the_best_weights():
    lab = training_lab(**OVERFITTING, patience=10)
    lab.epoch = 150
    assert (lab.epoch, lab.best_epoch) == (21, 11) == (len(lab.history["val_loss"]), 11)
    assert lab.sentence.endswith(
        "Training has ended: stopped early, after 10 epochs without a lower one, "
        "the weights are again those of epoch 11"
    )
    stopped, _ = run.train(lab.settings, 200)
    best, _ = run.train(lab.settings | {"patience": None}, 11)
    for ours, theirs in zip(stopped.parameters(), best.parameters(), strict=True):
        assert np.array_equal(ours.data, theirs.data)


def test_every_setting_begins_anew():
    lab = training_lab()
    changes = {
        "batch": "all", "rate": 0.1, "optimiser": "sgd", "schedule": "cosine", "weight_decay": 0.01,
        "hidden": 4, "samples": 60, "noise": 0.1, "patience": 5, "seed": 9,
    }  # fmt: skip
    drawn = lab._draws
    for name, value in changes.items():
        lab.epoch = 2
        assert len(lab.history["val_loss"]) == 2
        setattr(lab, name, value)
        assert lab.epoch == 0 and lab.history == {"train_loss": [], "val_loss": []} and lab.best_epoch is None
    assert lab.settings == changes
    assert lab.start | {"seed": 0} == training_lab().settings
    assert lab._draws == run.draws(9) != drawn


def test_numbers_without_end_end_the_training(capsys):
    lab = training_lab(optimiser="sgd", rate=3.0, weight_decay=1.0)
    lab.epoch = 20
    assert 0 < lab.epoch < 20 and all(map(math.isfinite, lab.history["train_loss"] + lab.history["val_loss"]))
    assert (
        lab.epoch == len(lab.history["train_loss"]) and "Training stopped in epoch" in capsys.readouterr().out
    )


def test_what_the_browser_sends_stays_and_is_not_trained_again():
    lab = training_lab()
    sent = {"batch": 1, "epoch": 3, "history": {"train_loss": [0.6, 0.5, 0.4], "val_loss": [0.6, 0.55, 0.5]}}
    lab.set_state(sent)
    assert {name: getattr(lab, name) for name in sent} == sent
    assert lab.sentence.startswith("epoch 3: training loss 0.4, validation loss 0.5, the gap +0.1;")
    lab.rate = 0.02
    assert lab.epoch == 0


def test_it_says_what_it_shows():
    lab = training_lab()
    assert repr(lab) == "epoch 0: the network is untrained; to know nothing is a loss of ln 2 = 0.6931"
    assert lab.arithmetic == (
        "200 samples ÷ 32 = 6.25: 7 batches an epoch, the last one of 8; epoch 0 = step 0"
    )
    lab.batch, lab.samples = "all", 60
    lab.epoch = 2
    assert lab.arithmetic == "60 samples ÷ 60 = 1: 1 batch an epoch; epoch 2 = step 2"
    assert arithmetic(lab.settings | {"batch": 7}, 3) == (
        "60 samples ÷ 7 = 8.5714: 9 batches an epoch, the last one of 4; epoch 3 = step 27"
    )
    assert best_epoch([0.5, 0.3, 0.3]) == 2


@pytest.mark.parametrize(
    ("train_loss", "val_loss", "patience", "ending"),
    [
        ([0.6, 0.5], [0.6, 0.65], None, "the gap +0.15; the lowest validation loss was 0.6 in epoch 1"),
        ([0.6, 0.5], [0.5, 0.6], None, "since then it rose while the training loss fell: overfitting"),
        ([0.5, 0.6], [0.5, 0.6], None, "the gap 0; the lowest validation loss was 0.5 in epoch 1"),
        ([0.6, 0.5], [0.6, 0.61], 1, "without a lower one, the weights are again those of epoch 1"),
        ([0.5] * 200, [*[0.5] * 199, 0.4], 300, "so far. Training has ended: all 200 epochs are done"),
        ([0.5] * 200, [0.5] * 200, 300, "200 epochs are done, the weights are again those of epoch 1"),
    ],
)  # fmt: skip
def test_the_sentence_says_where_training_stands(train_loss, val_loss, patience, ending):
    assert sentence({"train_loss": train_loss, "val_loss": val_loss}, patience).endswith(ending)


@pytest.mark.parametrize(
    ("trait", "wrong", "message"),
    [
        ("batch", 0, 'batch is a whole number from 1 to 200, or "all"; received 0'),
        ("batch", "some", "batch is a whole number from 1 to 200, or \"all\"; received 'some'"),
        ("batch", True, 'batch is a whole number from 1 to 200, or "all"; received True'),
        ("rate", 0.0, "rate is a number above 0; received 0.0"),
        ("rate", math.nan, "rate is a number above 0; received nan"),
        ("optimiser", "rmsprop", "optimiser is one of 'sgd', 'adam', 'adamw'; received 'rmsprop'"),
        ("schedule", "step", "schedule is one of 'constant', 'cosine'; received 'step'"),
        ("hidden", 5, "hidden is one of 2, 4, 8, 16, 32; received 5"),
        ("samples", 100, "samples is one of 60, 200; received 100"),
        ("noise", 0.4, "noise is a number from 0 to 0.3; received 0.4"),
        ("weight_decay", -0.1, "weight_decay is a number from 0 to 1; received -0.1"),
        ("patience", 0, "patience is a whole number, 1 or above; received 0"),
        ("seed", -1, "seed is a whole number, 0 or above; received -1"),
        ("epoch", 201, "epoch is a whole number, from 0 to 200; received 201"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_and_nothing_moves(trait, wrong, message):
    lab = training_lab()
    before = lab.settings
    with pytest.raises(traitlets.TraitError, match=f"^{re.escape(message)}$"):
        setattr(lab, trait, wrong)
    assert lab.settings == before and lab.epoch == 0


def test_the_history_is_only_read():
    with pytest.raises(traitlets.TraitError):
        TrainingLab().history = {}
