"""Arrows as long as a move is likely, the way that they lead, and how returns rise."""

import numpy as np
import pytest
from matplotlib.text import Annotation

from backprop_lib.pictures import policy_map, reward_curve
from tests.pictures.reading import outside, overlapping, written

POND = ["S...", ".H.H", "...H", "H..G"]
RIGHT, DOWN = np.eye(4)[[1, 2]]
EVENLY = np.full((16, 4), 0.25)


def leading(moves):
    """A policy for the pond that is even but for the given cells."""
    p = EVENLY.copy()
    for cell, move in moves.items():
        p[cell] = move
    return p


TO_GOAL = leading({0: RIGHT, 1: RIGHT, 2: DOWN, 6: DOWN, 10: DOWN, 14: RIGHT})


def arrows(picture):
    """Where each arrow begins and how long it is, as (start, vector) pairs."""
    (axes,) = picture.axes
    return [
        (np.array(one.xyann), np.array(one.xy) - one.xyann)
        for one in axes.texts
        if isinstance(one, Annotation)
    ]


def test_each_arrow_points_where_its_move_goes_and_is_as_long_as_it_is_likely():
    p = EVENLY.copy()
    p[0] = 0.1, 0.5, 0.3, 0.1
    found = [vector for start, vector in arrows(policy_map(POND, p)) if tuple(start) == (0.5, 0.5)]
    directions = np.array([(0, -1), (1, 0), (0, 1), (-1, 0)])  # y runs downwards
    np.testing.assert_allclose(found, 0.4 * p[0][:, None] * directions, atol=1e-12)


def test_where_the_walk_ends_and_for_rare_moves_there_is_no_arrow():
    picture = policy_map(POND, TO_GOAL)
    open_cells = "".join(POND).count(".") + 1
    assert len(arrows(picture)) == 6 + 4 * (open_cells - 6)
    assert [text for text in written(picture) if text in ("start", "goal", "hole")].count("hole") == 4


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (TO_GOAL, "from the start: right, right, down, down, down, right, to the goal."),
        (leading({0: RIGHT, 1: DOWN}), "from the start: right, down, into a hole."),
        (leading({0: RIGHT, 1: np.eye(4)[3]}), "from the start: right, left, and round for ever."),
        (EVENLY, "from the start: up, and round for ever."),
    ],
)
def test_its_sentence_tells_where_the_likeliest_moves_lead(p, words):
    assert repr(policy_map(POND, p, title="Policy")) == f"Policy: always by the likeliest move, {words}"


@pytest.mark.parametrize(
    ("world", "p", "words"),
    [
        (["S.", "..."], EVENLY, "same length"),
        (["SX"], EVENLY, "letters"),
        ([], EVENLY, "letters"),
        (["S.", ".S"], EVENLY[:4], "one start"),
        (["...."], EVENLY[:4], "one start"),
        (POND, EVENLY[:4], r"shape \(16, 4\)"),
        (POND, 2 * EVENLY, "add up to 1"),
        (POND, EVENLY + np.array([0.5, -0.5, 0.0, 0.0]), "add up to 1"),
        (POND, EVENLY * np.nan, "add up to 1"),
    ],
)
def test_what_is_no_policy_is_refused(world, p, words):
    with pytest.raises(ValueError, match=words):
        policy_map(world, p)


def test_the_curve_holds_the_returns_and_the_best_is_a_line():
    best, curve = reward_curve([-0.5, 0.1, 0.4], best=0.6, x="step").axes[0].lines
    assert np.array_equal(curve.get_xydata(), [[1, -0.5], [2, 0.1], [3, 0.4]])
    assert set(best.get_ydata()) == {0.6}
    assert repr(reward_curve([-0.5, 0.4], best=0.6)) == (
        "Return: −0.5 at step 1, 0.4 at step 2; the best there is: 0.6."
    )


@pytest.mark.parametrize("returns", [[], [[0.1]], [np.nan], 0.5])
def test_what_is_no_curve_is_refused(returns):
    with pytest.raises(ValueError, match="finite"):
        reward_curve(returns, best=1.0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "draw",
    [
        lambda: policy_map(["S.......G"], np.full((9, 4), 0.25), title="A long corridor"),
        lambda: policy_map(["SG"], np.full((2, 4), 0.25), title="A title that is longer than two cells"),
        lambda: policy_map(["S", "G"], np.full((2, 4), 0.25)),
        lambda: reward_curve([0.0], best=0.0),
        lambda: reward_curve([5.0, 5.0], best=5.0),
        lambda: reward_curve([-1e6, 3.0], best=12345.0, title="Far"),
        lambda: reward_curve(np.linspace(0, 1, 5000), best=1.0),
    ],
)
def test_it_can_be_read_at_any_size(draw):
    picture = draw()
    picture._repr_png_()
    assert overlapping(picture) == []
    assert outside(picture) == []
