"""Loss curves: what is drawn is what was recorded, and where a curve stops it says why."""

import numpy as np
import pytest

from backprop_lib.pictures import loss_curves
from backprop_lib.pictures.colours import LOSS, LOSS_SHADES
from tests.pictures.reading import line, written

NAN, INF = np.nan, np.inf


def test_curves_hold_the_losses_numbered_from_1():
    losses = {"training": [0.7, 0.3, 0.1], "validation": [0.8, 0.5]}
    (axes,) = loss_curves(losses).axes
    for name, expected in losses.items():
        xs, ys = line(axes, name).get_data()
        assert xs.tolist() == list(range(1, len(expected) + 1))
        assert ys.tolist() == expected
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss L")


def test_losses_stand_where_they_were_recorded():
    (axes,) = loss_curves({"XOR": [0.27, 0.25, 0.02]}, x="step", at=[0, 100, 2000], log=True).axes
    assert line(axes, "XOR").get_xdata().tolist() == [0, 100, 2000]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("step", "loss L, log axis")
    assert axes.get_yscale() == "log"


def test_a_linear_axis_begins_at_0():
    assert loss_curves({"loss": [5.0, 4.0]}).axes[0].get_ylim()[0] == 0.0


def test_each_curve_is_named_at_its_end_with_its_last_loss():
    picture = loss_curves({"training": [0.7, 0.1234], "validation": [0.8, 0.5]})
    assert {"training  0.123", "validation  0.5"} <= set(written(picture))
    assert picture.axes[0].get_legend() is None


def test_one_run_has_the_colour_of_the_loss_and_validation_is_dashed():
    (axes,) = loss_curves({"training": [0.7, 0.1], "validation": [0.8, 0.5]}).axes
    curves = [line(axes, name) for name in ("training", "validation")]
    assert [curve.get_color() for curve in curves] == [LOSS, LOSS]
    assert [curve.is_dashed() for curve in curves] == [False, True]


def test_runs_differ_in_shade_and_share_it_with_their_validation():
    names = ["SGD training", "SGD validation", "Adam training", "Adam validation"]
    (axes,) = loss_curves({name: [1.0, 0.5] for name in names}).axes
    shades = [line(axes, name).get_color() for name in names]
    assert shades == [LOSS_SHADES[0]] * 2 + [LOSS_SHADES[1]] * 2
    assert [line(axes, name).is_dashed() for name in names] == [False, True] * 2


def test_a_curve_that_another_covers_is_wide_enough_to_be_seen_below_it():
    ours = np.exp(-np.arange(20) / 5)
    (axes,) = loss_curves({"ours": ours, "PyTorch": ours + 1e-9, "another": ours[::-1]}).axes
    widths = [line(axes, name).get_linewidth() for name in ("ours", "PyTorch", "another")]
    assert widths == [6, 2, 2]


@pytest.mark.parametrize(
    ("losses", "log", "stop", "said"),
    [
        ([1.0, 9.0, NAN, NAN], False, [(2, 9.0)], "nan (from epoch 3 on)"),
        ([1.0, INF, NAN], False, [(1, 1.0)], "inf (from epoch 2 on)"),
        ([1.0, 0.5, 0.0], True, [(2, 0.5)], "0 (from epoch 3 on)"),
        ([1.0, NAN, 0.5], False, [(1, 1.0)], "0.5"),
        ([NAN, NAN], False, [], "nan (from epoch 1 on)"),
        ([1.0, 0.0], False, [], "0"),
    ],
)
def test_a_cross_marks_where_a_curve_stops_and_the_label_says_why(losses, log, stop, said):
    picture = loss_curves({"run": losses}, log=log)
    (axes,) = picture.axes
    crosses = [
        point
        for mark in axes.lines
        if mark.get_marker() == "X"
        for point in zip(*mark.get_data(), strict=True)
    ]
    assert crosses == stop
    assert f"run  {said}" in written(picture)
    assert f"to {said}." in repr(picture)


def test_a_label_beside_a_diverged_curve_stands_in_the_panel():
    picture = loss_curves({"lr 10": [1.0, 5.0] + [NAN] * 48, "lr 0.1": np.linspace(1.0, 0.1, 50)})
    (axes,) = picture.axes
    right = {text.get_text().split("  ")[0]: text.get_position()[0] > 1.0 for text in axes.texts}
    assert right == {"lr 10": False, "lr 0.1": True}


def test_a_single_loss_is_a_dot():
    (axes,) = loss_curves({"training": [0.25]}).axes
    assert [(*dot.get_xdata(), *dot.get_ydata()) for dot in axes.lines if dot.get_marker() == "o"] == [
        (1, 0.25)
    ]


def test_the_history_of_a_training_is_drawn():
    from backprop_lib.training.fitting import History

    history = History(loss=[0.7, 0.3], validation_loss=[0.8, 0.5])
    (axes,) = loss_curves(history).axes
    assert line(axes, "training").get_ydata().tolist() == history.loss
    assert line(axes, "validation").get_ydata().tolist() == history.validation_loss


@pytest.mark.needs("torch")
def test_losses_may_be_tensors_of_torch():
    import torch

    losses = [torch.tensor(0.5, requires_grad=True), torch.tensor(0.25)]
    (axes,) = loss_curves({"training": losses}).axes
    assert line(axes, "training").get_ydata().tolist() == [0.5, 0.25]


@pytest.mark.parametrize(
    ("history", "at", "error", "message"),
    [
        ([0.5, 0.4], None, TypeError, "Expected a History, or a dict of name -> losses; got list."),
        ({}, None, ValueError, "Expected at least one curve; got none."),
        ({"a": []}, None, ValueError, "Expected losses of shape (n,), at least one; 'a' has shape (0,)."),
        (
            {"a": [[1.0]]},
            None,
            ValueError,
            "Expected losses of shape (n,), at least one; 'a' has shape (1, 1).",
        ),
        (
            {"a": [1.0, 2.0]},
            [1, 2, 3],
            ValueError,
            "Expected one place in `at` for each loss; 'a' has 2 losses, `at` has shape (3,).",
        ),
        ({"a": [1.0]}, [NAN], ValueError, "Expected finite numbers in `at`; got nan or inf."),
    ],
)
def test_what_cannot_be_drawn_is_named(history, at, error, message):
    with pytest.raises(error) as caught:
        loss_curves(history, at=at)
    assert str(caught.value) == message
