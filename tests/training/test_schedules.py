"""Learning-rate schedules: their formulas, PyTorch's values, joining, refusals."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.engine.batched import Tensor
from backprop_lib.training.optimisers import SGD, Adam
from backprop_lib.training.schedules import (
    CosineAnnealingLR,
    LinearLR,
    LRScheduler,
    SequentialLR,
    StepLR,
)

SCHEDULES = [
    (StepLR, {"step_size": 30}),
    (StepLR, {"step_size": 1, "gamma": 0.95}),
    (StepLR, {"step_size": 7, "gamma": 0.5}),
    (StepLR, {"step_size": 10, "gamma": 1.5}),
    (CosineAnnealingLR, {"T_max": 100}),
    (CosineAnnealingLR, {"T_max": 250}),
    (CosineAnnealingLR, {"T_max": 50, "eta_min": 0.001}),
    (CosineAnnealingLR, {"T_max": 13}),  # climbs back, as often as torch's does
    (CosineAnnealingLR, {"T_max": 1, "eta_min": 0.01}),
    (CosineAnnealingLR, {"T_max": 20, "eta_min": 0.5}),  # above the rate it starts from
    (LinearLR, {}),
    (LinearLR, {"start_factor": 0.001, "total_iters": 60}),
    (LinearLR, {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 100}),
    (LinearLR, {"start_factor": 0.5, "end_factor": 0.0, "total_iters": 200}),
    (LinearLR, {"start_factor": 0.5, "total_iters": 1}),
]
NAMES = [
    f"{kind.__name__}-{'-'.join(f'{k}={v}' for k, v in settings.items())}" for kind, settings in SCHEDULES
]
EVERY = pytest.mark.parametrize(("kind", "settings"), SCHEDULES, ids=NAMES)


def sgd(lr=0.3):
    return SGD([Tensor([1.0], requires_grad=True)], lr=lr)


def rates(schedule, steps=100):
    """The optimiser's rate before each step."""
    seen = [schedule.optimizer.lr]
    for _ in range(steps):
        schedule.step()
        assert schedule.get_last_lr() == [schedule.optimizer.lr]
        seen.append(schedule.optimizer.lr)
    return seen


def rates_of_torch(make, steps=100):
    """The same of PyTorch's; make: (its schedules, an optimiser of rate 0.3) -> a schedule."""
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    schedule = make(torch.optim.lr_scheduler, optimizer)
    seen = [optimizer.param_groups[0]["lr"]]
    for _ in range(steps):
        optimizer.step()
        schedule.step()
        seen.append(schedule.get_last_lr()[0])
    return seen


# --- against torch ------------------------------------------------------------------------------------------

# A rate of exactly 0 is, in torch, what is left when its products cancel.
CLOSE = {"rel": 1e-12, "abs": 1e-16}


@pytest.mark.needs("torch")
@EVERY
def test_100_rates_are_those_of_torch(kind, settings):
    expected = rates_of_torch(lambda theirs, optimizer: getattr(theirs, kind.__name__)(optimizer, **settings))
    assert rates(kind(sgd(), **settings)) == pytest.approx(expected, **CLOSE)


def joined(schedules, optimizer, milestones):
    """Warm-up, then each of the rest; `schedules` are ours or torch's."""
    parts = [
        schedules.LinearLR(optimizer, start_factor=0.01, total_iters=10),
        schedules.CosineAnnealingLR(optimizer, T_max=90),
        schedules.StepLR(optimizer, step_size=5, gamma=0.5),
    ]
    return schedules.SequentialLR(optimizer, parts[: len(milestones) + 1], milestones=milestones)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("milestones", [[], [10], [5], [1], [10, 60], [99, 100]])
def test_joined_schedules_are_those_of_torch(milestones):
    from backprop_lib.training import schedules

    expected = rates_of_torch(lambda theirs, optimizer: joined(theirs, optimizer, milestones))
    assert rates(joined(schedules, sgd(), milestones)) == pytest.approx(expected, **CLOSE)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("kind", [StepLR, CosineAnnealingLR, LinearLR, SequentialLR])
def test_names_and_defaults_are_those_of_torch(kind):
    import inspect

    import torch

    theirs = inspect.signature(getattr(torch.optim.lr_scheduler, kind.__name__)).parameters
    ours = inspect.signature(kind).parameters
    assert list(ours) == [name for name in theirs if name != "last_epoch"]
    assert {name: p.default for name, p in ours.items()} == {name: theirs[name].default for name in ours}


# --- the formulas -------------------------------------------------------------------------------------------


@given(st.integers(1, 200), st.floats(1e-4, 10.0), st.floats(0.0, 1e-4))
def test_the_cosine_ends_at_its_lowest_halfway_in_the_middle_and_mirrors(T_max, lr, eta_min):
    schedule = CosineAnnealingLR(sgd(lr), T_max, eta_min)
    assert schedule.rate(0) == pytest.approx(lr, rel=1e-14)
    assert schedule.rate(T_max) == eta_min
    assert schedule.rate(T_max / 2) == pytest.approx((lr + eta_min) / 2, rel=1e-12)
    for t in range(T_max):
        assert schedule.rate(t) >= schedule.rate(t + 1)
        assert schedule.rate(2 * T_max - t) == pytest.approx(schedule.rate(t), rel=1e-12, abs=1e-15 * lr)


@given(st.floats(0.01, 1.0), st.floats(0.0, 1.0), st.integers(1, 50))
def test_the_line_grows_by_equal_steps_and_then_stays(start, end, total):
    schedule = LinearLR(sgd(1.0), start, end, total)
    steps = [schedule.rate(t + 1) - schedule.rate(t) for t in range(total + 5)]
    assert steps == pytest.approx([(end - start) / total] * total + [0.0] * 5, abs=1e-15)
    assert schedule.rate(0) == start
    assert schedule.rate(total) == pytest.approx(end, abs=1e-15)


def test_steps_fall_at_multiples_of_the_step_size():
    assert rates(StepLR(sgd(1.0), step_size=3, gamma=0.5), 7) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]


def test_warm_up_and_cosine_meet_at_the_full_rate():
    optimizer = sgd(1.0)
    warm_up = LinearLR(optimizer, start_factor=0.1, total_iters=4)
    schedule = SequentialLR(optimizer, [warm_up, CosineAnnealingLR(optimizer, T_max=6)], [4])
    seen = rates(schedule, 10)
    assert seen == pytest.approx(
        [0.1, 0.325, 0.55, 0.775] + [(1 + math.cos(math.pi * t / 6)) / 2 for t in range(7)], abs=1e-15
    )
    assert max(seen) == seen[4] == 1.0


def test_joined_schedules_can_be_joined_again():
    optimizer = sgd(1.0)
    inner = SequentialLR(
        optimizer, [LinearLR(optimizer, 0.5, total_iters=2), StepLR(optimizer, 2, gamma=0.5)], [2]
    )
    outer = SequentialLR(optimizer, [inner, LinearLR(optimizer, 0.25, total_iters=1)], [6])
    assert rates(outer, 8) == [0.5, 0.75, 1.0, 1.0, 0.5, 0.5, 0.25, 1.0, 1.0]


def test_a_step_is_taken_with_the_scheduled_rate():
    w = Tensor([0.0], requires_grad=True)
    optimizer = SGD([w], lr=1.0)
    schedule = StepLR(optimizer, step_size=1, gamma=0.5)
    for expected in (-1.0, -1.5, -1.75):
        w.grad = Tensor([1.0]).data
        optimizer.step()
        schedule.step()
        assert w.data.item() == expected


def test_a_formula_can_be_drawn_without_taking_a_step():
    schedule = CosineAnnealingLR(sgd(), T_max=10)
    drawn = [schedule.rate(t) for t in range(21)]
    assert schedule.optimizer.lr == 0.3
    assert rates(schedule, 20) == drawn


@EVERY
def test_training_goes_on_with_the_same_rates_after_a_reload(kind, settings):
    schedule = kind(sgd(), **settings)
    rates(schedule, 20)
    saved, epoch = schedule.optimizer.state_dict(), schedule.last_epoch
    expected = rates(schedule, 20)

    for load_first in (False, True):  # before or after the schedule is made
        optimizer = sgd(lr=0.3)
        if load_first:
            optimizer.load_state_dict(saved)
        resumed = kind(optimizer, **settings)
        optimizer.load_state_dict(saved)
        resumed.last_epoch = epoch
        assert rates(resumed, 20) == expected


# --- mistakes -----------------------------------------------------------------------------------------------


def other():
    return StepLR(sgd(), 3)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda o: StepLR(0.1, 3), TypeError, r"StepLR needs an optimiser, .*; received float"),
        (
            lambda o: StepLR(o, 0),
            ValueError,
            "StepLR's step_size needs a whole number of 1 or more; received 0",
        ),
        (lambda o: StepLR(o, 2.5), TypeError, "StepLR's step_size .* received 2.5"),
        (lambda o: StepLR(o, True), TypeError, "StepLR's step_size .* received True"),
        (
            lambda o: StepLR(o, 3, gamma=0.0),
            ValueError,
            "StepLR's gamma needs a number above 0; received 0.0",
        ),
        (lambda o: StepLR(o, 3, gamma="half"), TypeError, "StepLR's gamma .* received str 'half'"),
        (lambda o: CosineAnnealingLR(o, 0), ValueError, "T_max needs a whole number of 1 or more"),
        (lambda o: CosineAnnealingLR(o, None), TypeError, "CosineAnnealingLR's T_max .* received None"),
        (
            lambda o: CosineAnnealingLR(o, 3, -0.1),
            ValueError,
            "eta_min needs a number of 0 or more; received -0.1",
        ),
        (lambda o: CosineAnnealingLR(o, 3, math.nan), ValueError, "eta_min .* received nan"),
        (
            lambda o: LinearLR(o, 0.0),
            ValueError,
            "start_factor needs a number above 0, at most 1; received 0.0",
        ),
        (lambda o: LinearLR(o, 1.5), ValueError, "LinearLR's start_factor .* received 1.5"),
        (
            lambda o: LinearLR(o, end_factor=2),
            ValueError,
            "end_factor needs a number from 0 to 1; received 2.0",
        ),
        (lambda o: LinearLR(o, total_iters=0), ValueError, "LinearLR's total_iters .* received 0"),
        (
            lambda o: SequentialLR(o, StepLR(o, 3), [3]),
            TypeError,
            "needs a list .* received StepLR and list",
        ),
        (lambda o: SequentialLR(o, [], []), ValueError, "received 0 schedules, 0 milestones"),
        (lambda o: SequentialLR(o, [StepLR(o, 3)], [3]), ValueError, "received 1 schedules, 1 milestones"),
        (lambda o: SequentialLR(o, [StepLR(o, 3)], 3), TypeError, "received list and int"),
        (lambda o: SequentialLR(o, [other(), 7], [3]), ValueError, "number 0, StepLR, has another"),
        (lambda o: SequentialLR(o, [StepLR(o, 3), 7], [3]), TypeError, "number 1 in it is 7"),
        (
            lambda o: SequentialLR(o, [StepLR(o, 3)] * 3, [5, 5]),
            ValueError,
            r"milestones in rising order; received \[5, 5\]",
        ),
        (
            lambda o: SequentialLR(o, [StepLR(o, 3)] * 2, [0]),
            ValueError,
            "SequentialLR's milestone .* received 0",
        ),
        (lambda o: SequentialLR(o, [StepLR(o, 3)] * 2, [1.5]), TypeError, "SequentialLR's milestone .* 1.5"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(make, error, words):
    optimizer = Adam([Tensor([1.0])], lr=0.3)
    with pytest.raises(error, match=words) as refusal:
        make(optimizer)
    assert "\n" not in str(refusal.value)
    assert optimizer.lr == 0.3


def test_a_schedule_of_ones_own_needs_only_its_formula():
    class Harmonic(LRScheduler):
        def rate(self, epoch):
            return self.base_lr / (1 + epoch)

    assert rates(Harmonic(sgd(1.0)), 3) == [1.0, 0.5, 1 / 3, 0.25]
