"""The optimiser race in the next cell: its numbers, its sentence, and what it refuses."""

import numpy as np
import pytest
import traitlets

from backprop_lib import Tensor
from backprop_lib.explorables.optimiser_race import OptimiserRace, optimiser_race
from backprop_lib.explorables.optimiser_race.surfaces import FARTHEST, RUNNERS, SURFACES
from backprop_lib.training import SGD, Adam

# The same losses and their gradients, not in our spelling.
LOSSES = {
    "valley": lambda w, k: (w[0] * w[0] + k * w[1] * w[1]) / 2,
    "saddle": lambda w, k: (w[0] * w[0] - 4) * (w[0] * w[0] - 4) / 32 + w[1] * w[1] / 2,
    "plateau": lambda w, k: 1 - (-(w[0] * w[0] / 2 + w[1] * w[1])).exp(),
    "bend": lambda w, k: (2 - w[0]) ** 2 / 8 + (2 + 2 * w[1] - w[0] * w[0]) ** 2 / 2,
}
SETTINGS = [(surface, rate) for surface in SURFACES for rate in (0.004, 0.03, 0.1)]


def walked(surface, optimizer, w, steps):
    """Where (w1, w2) is at first and after each step."""
    places = [np.array(w.data.tolist())]
    for _ in range(steps):
        optimizer.zero_grad()
        LOSSES[surface](w, 20.0).backward()
        optimizer.step()
        places.append(np.array(w.data.tolist()))
    return np.array(places)


@pytest.mark.needs("torch")
@pytest.mark.parametrize(("surface", "rate"), SETTINGS)
def test_a_hundred_steps_are_those_of_torch(surface, rate):
    import torch

    race = optimiser_race(surface, rate, 0.8, condition=20.0, step=100)
    for runner, make in {
        "SGD": lambda w: torch.optim.SGD([w], lr=rate),
        "momentum": lambda w: torch.optim.SGD([w], lr=rate, momentum=0.8),
        "Adam": lambda w: torch.optim.Adam([w], lr=rate),
    }.items():
        w = torch.tensor(race.point, dtype=torch.float64, requires_grad=True)
        theirs = walked(surface, make(w), w, 100)
        assert race.paths[runner] == pytest.approx(theirs, rel=1e-12, abs=1e-12), runner


@pytest.mark.parametrize(("surface", "rate"), SETTINGS)
def test_a_hundred_steps_are_those_of_our_optimisers_on_arrays(surface, rate):
    race = optimiser_race(surface, rate, 0.8, condition=20.0, step=100)
    for runner, make in {
        "SGD": lambda w: SGD([w], lr=rate),
        "momentum": lambda w: SGD([w], lr=rate, momentum=0.8),
        "Adam": lambda w: Adam([w], lr=rate),
    }.items():
        w = Tensor(np.array(race.point), requires_grad=True)
        ours = walked(surface, make(w), w, 100)
        assert race.paths[runner] == pytest.approx(ours, rel=1e-12, abs=1e-12), runner
        losses = [LOSSES[surface](Tensor(place), 20.0).item() for place in ours]
        assert race.losses[runner] == pytest.approx(losses, rel=1e-12, abs=1e-12)


# --- where plain descent diverges ---------------------------------------------------------------------------


@pytest.mark.parametrize("condition", [1.0, 7.0, 25.0, 100.0])
def test_in_the_valley_plain_descent_multiplies_by_one_minus_rate_times_curvature(condition):
    race = optimiser_race(rate=0.9 / condition, condition=condition, step=30)
    n = np.arange(31)
    expected = np.array([-2.5 * (1 - 0.9 / condition) ** n, 0.1**n]).T
    assert race.paths["SGD"] == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("condition", [1.0, 25.0, 100.0])
def test_sgd_diverges_above_two_over_the_largest_curvature_and_not_below(condition):
    critical = optimiser_race(condition=condition).critical_rates["SGD"]
    assert critical == 2.0 / condition
    below, at, above = (
        np.abs(optimiser_race(rate=critical * by, condition=condition).paths["SGD"][:, 1])
        for by in (0.99, 1.0, 1.01)
    )
    assert np.all(np.diff(below) < 0.0) and np.all(np.diff(above) > 0.0)
    assert at == pytest.approx(np.ones(201), rel=1e-12)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_momentum_has_its_critical_rate_where_its_step_has_an_eigenvalue_of_minus_one(momentum):
    """The step is linear in (w, v): v ← μ v + κ w, then w ← w − η v."""
    race = optimiser_race(momentum=momentum, condition=25.0)

    def radius(rate):
        step = np.array([[1.0 - rate * 25.0, -rate * momentum], [25.0, momentum]])
        return np.abs(np.linalg.eigvals(step)).max()

    critical = race.critical_rates["momentum"]
    assert radius(critical) == pytest.approx(1.0, abs=1e-12)
    assert radius(0.999 * critical) < 1.0 < radius(1.001 * critical)


def test_only_the_valley_has_one_critical_rate():
    assert [optimiser_race(surface).critical_rates for surface in ("saddle", "plateau", "bend")] == [None] * 3


def test_nothing_overflows_at_the_ends_of_all_limits():
    for surface in SURFACES:
        for momentum in (0.0, 0.99):
            for point in [(3.0, 2.0), (-3.0, -2.0), (0.0, 0.0), (0.0, 2.0)]:
                race = optimiser_race(surface, 3.2, momentum, condition=100.0, point=point)
                for runner, path in race.paths.items():
                    assert np.isfinite(path).all() and np.isfinite(race.losses[runner]).all()
                    assert (np.abs(path[:-1]) <= FARTHEST).all()
                    assert len(path) == 201 or np.abs(path[-1]).max() > FARTHEST
                assert "none" not in race.sentence


# --- what the surfaces are there to show --------------------------------------------------------------------


def test_on_the_plateau_plain_descent_lingers_and_the_others_get_through():
    low = {runner: losses[-1] for runner, losses in optimiser_race("plateau", step=100).losses.items()}
    assert low["SGD"] > 0.9 and low["momentum"] < 0.01 and low["Adam"] < 0.01


def test_from_the_ridge_all_end_at_the_saddle_and_from_beside_it_none_does():
    on = optimiser_race("saddle", point=(0.0, 1.5))
    assert all(path[-1] == pytest.approx([0.0, 0.0], abs=1e-3) for path in on.paths.values())
    beside = optimiser_race("saddle", point=(-0.1, 1.5))
    assert all(path[-1] == pytest.approx([-2.0, 0.0], abs=0.05) for path in beside.paths.values())


def test_in_the_bend_momentum_is_far_ahead():
    low = {runner: losses[-1] for runner, losses in optimiser_race("bend", step=150).losses.items()}
    assert 100.0 * low["momentum"] < min(low["SGD"], low["Adam"])


# --- words --------------------------------------------------------------------------------------------------

SENTENCES = [
    (
        {"rate": 0.04, "step": 1},
        "after 1 step with η = 0.04, from L = 15.625: SGD L = 2.88 (step 1.005 long), "
        "momentum L = 2.88 (step 1.005 long), Adam L = 14.5458 (step 0.0566 long); each step of SGD "
        "multiplies w1 by 0.96 and w2 by 0; it converges, as η < 2/λmax = 0.08",
    ),
    (
        {"rate": 0.1, "step": 4, "runners": ["SGD"]},
        "after 4 steps with η = 0.1, from L = 15.625: SGD L = 321.7065 (outside, step 8.4395 long); each "
        "step of SGD multiplies w1 by 0.9 and w2 by −1.5; it diverges, as η > 2/λmax = 0.08",
    ),
    (
        {"rate": 0.2, "runners": ["SGD", "momentum"]},
        "after 200 steps with η = 0.2, from L = 15.625: SGD left for good (at step 5), momentum left for "
        "good (at step 7); each step of SGD multiplies w1 by 0.8 and w2 by −4; it diverges, as η > "
        "2/λmax = 0.08; so does momentum",
    ),
    (
        {"rate": 0.08, "step": 0},
        "before the first step L = 15.625; each step of SGD multiplies w1 by 0.92 and w2 by −1; it jumps "
        "from side to side for ever, as η = 2/λmax = 0.08",
    ),
    (
        {"rate": 0.2, "step": 0, "runners": ["momentum"]},
        "before the first step L = 15.625; momentum diverges, as η > 2(1 + μ)/λmax = 0.152",
    ),
    (
        {"step": 0, "runners": ["Adam"]},
        "before the first step L = 15.625; the valley's steepest curvature is λmax = κ",
    ),
    ({"runners": []}, "nobody runs: switch a runner on; all would begin at L = 15.625"),
    (
        {"surface": "saddle", "step": 0},
        "before the first step L = 1.6225; at the saddle, in the middle, L = 0.5; a minimum with L = 0 lies "
        "on either side",
    ),
    (
        {"surface": "saddle", "step": 0, "point": (0.0, 1.0)},
        "before the first step L = 1; from w1 = 0 no gradient points left or right: the race ends at the "
        "saddle, L = 0.5",
    ),
    (
        {"surface": "plateau", "step": 0},
        "before the first step L = 0.9867; far out L is nearly 1 and the gradient nearly 0; at the minimum "
        "L = 0",
    ),
    (
        {"surface": "bend", "step": 0},
        "before the first step L = 3.8978; the floor is curved and falls slowly, to L = 0 at (2, 1)",
    ),
]


@pytest.mark.parametrize(("state", "sentence"), SENTENCES)
def test_the_sentence_says_it_in_numbers(state, sentence):
    assert repr(optimiser_race(**state)) == sentence


# --- traits -------------------------------------------------------------------------------------------------


def test_traits_are_read_and_set_and_the_paths_follow():
    race = optimiser_race("saddle", 0.1, 0.5, step=3, runners=("Adam", "SGD"))
    assert race.runners == ["SGD", "Adam"] and race.point == (
        0.1,
        1.5,
    )  # in order, and the saddle's own point
    assert {name: path.shape for name, path in race.paths.items()} == {"SGD": (4, 2), "Adam": (4, 2)}
    race.point = [1.0, -1.0]  # a list, as the browser sends it
    race.runners = ["momentum"]
    race.step = 1
    assert race.paths["momentum"] == pytest.approx(np.array([[1.0, -1.0], [1.0375, -0.9]]), rel=1e-12)
    assert race.losses["momentum"].shape == (2,)
    assert race.start == {
        "surface": "saddle",
        "rate": 0.1,
        "momentum": 0.5,
        "condition": 25.0,
        "step": 3,
        "point": (0.1, 1.5),
        "runners": ["SGD", "Adam"],
    }


def test_without_a_point_each_surface_has_its_own():
    assert [optimiser_race(name).point for name in SURFACES] == [one.point for one in SURFACES.values()]
    assert OptimiserRace().point == SURFACES["valley"].point and OptimiserRace().runners == [*RUNNERS]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            {"surface": "hill"},
            "the surface is one of 'valley', 'saddle', 'plateau', 'bend'; received 'hill'",
        ),
        ({"rate": 0.0}, "rate is a number from 0.001 to 3.2; received 0.0"),
        ({"rate": float("nan")}, "rate is a number from 0.001 to 3.2; received nan"),
        ({"momentum": 1.0}, "momentum is a number from 0 to 0.99; received 1.0"),
        ({"condition": 0.5}, "condition is a number from 1 to 100; received 0.5"),
        ({"step": 201}, "step is a number from 0 to 200; received 201"),
        (
            {"point": (0.0, 2.5)},
            "the point is (w1, w2) with w1 from −3 to 3 and w2 from −2 to 2; received (0.0, 2.5)",
        ),
        ({"runners": ["RMSprop"]}, "runners are some of 'SGD', 'momentum', 'Adam'; received 'RMSprop'"),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_expected(state, message):
    with pytest.raises(traitlets.TraitError) as refused:
        optimiser_race(**state)
    assert str(refused.value) == message
    race = optimiser_race()
    ((name, value),) = state.items()
    before = getattr(race, name)
    with pytest.raises(traitlets.TraitError):
        setattr(race, name, value)
    assert getattr(race, name) == before
