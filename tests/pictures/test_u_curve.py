"""The error of a numerical derivative against its step."""

import numpy as np
import pytest

from backprop_lib.pictures import u_curve
from backprop_lib.pictures.colours import GRADIENT_SHADES, QUIET
from tests.pictures.reading import line, written

STEPS = 10.0 ** -np.arange(1.0, 13.0)
ERRORS = STEPS**2 / 6 + 1e-16 / STEPS


def test_curves_hold_the_errors_and_steps_fall_to_the_right():
    shuffled = np.random.default_rng(3).permutation(len(STEPS))
    (axes,) = u_curve(STEPS[shuffled], {"float64": ERRORS[shuffled]}).axes
    curve = line(axes, "float64")
    assert curve.get_xdata().tolist() == STEPS.tolist()
    assert curve.get_ydata().tolist() == ERRORS.tolist()
    assert axes.xaxis_inverted()
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_xlabel() == "step ε, log axis, smaller to the right"
    assert axes.get_ylabel() == "relative error, log axis"


def test_the_smallest_error_is_marked_and_said():
    picture = u_curve(STEPS, {"float64": ERRORS, "float32": 1e8 * ERRORS})
    (axes,) = picture.axes
    marks = [(*dot.get_xdata(), *dot.get_ydata()) for dot in axes.lines if dot.get_markersize() == 9]
    assert marks == [(STEPS[4], ERRORS[4]), (STEPS[4], 1e8 * ERRORS[4])]
    assert "best 2.67×10⁻¹¹ at ε = 1×10⁻⁵" in written(picture)
    assert "float64 best 2.67×10⁻¹¹ at ε = 1×10⁻⁵" in repr(picture)


def test_curves_are_shades_of_the_gradient_and_theory_is_quiet():
    (axes,) = u_curve(STEPS, {"float64": ERRORS, "float32": ERRORS}, {"ε²/6": STEPS**2 / 6}).axes
    assert [line(axes, name).get_color() for name in ("float64", "float32")] == list(GRADIENT_SHADES[:2])
    theory = line(axes, "ε²/6")
    assert theory.get_color() == QUIET
    assert theory.is_dashed()
    assert theory.get_ydata().tolist() == (STEPS**2 / 6).tolist()


def test_an_exact_answer_is_a_triangle_at_the_bottom():
    picture = u_curve([1e-1, 1e-2, 1e-3], {"x²": [0.0, 1e-16, 0.0]})
    (axes,) = picture.axes
    (triangles,) = [mark for mark in axes.lines if mark.get_marker() == "v"]
    assert triangles.get_xdata().tolist() == [1e-1, 1e-3]
    assert "x² best 0 at ε = 0.1" in repr(picture)


def test_what_is_not_finite_leaves_a_gap():
    picture = u_curve([1e-1, 1e-2, 1e-3], {"a": [1.0, np.nan, 0.1], "b": [np.inf] * 3})
    assert np.isnan(line(picture.axes[0], "a").get_ydata()).tolist() == [False, True, False]
    assert "b never finite" in repr(picture)


@pytest.mark.parametrize(
    ("steps", "errors", "theory", "error", "message"),
    [
        (
            [],
            {"a": []},
            None,
            ValueError,
            r"Expected steps of shape \(n,\), all above 0; got shape \(0,\): none\.",
        ),
        (
            [0.1, 0.0],
            {"a": [1, 1]},
            None,
            ValueError,
            r"Expected steps .* all above 0; got shape \(2,\): 0\.1, 0\.",
        ),
        (
            [0.1],
            {"a": [1, 1]},
            None,
            ValueError,
            r"Expected one number for each of the 1 steps in `errors`; 'a' has shape \(2,\)\.",
        ),
        (
            [0.1],
            {"a": [1]},
            {"t": 3.0},
            ValueError,
            r"Expected one number for each of the 1 steps in `theory`; 't' has shape \(\)\.",
        ),
        ([0.1], {"a": [-1]}, None, ValueError, r"Expected errors of 0 or above in `errors`; 'a' has −1\."),
        ([0.1], {}, None, ValueError, r"Expected at least one curve in errors; got none\."),
        ([0.1], [1.0], None, TypeError, r"Expected a dict of name -> errors as `errors`; got list\."),
    ],
)
def test_what_cannot_be_drawn_is_named(steps, errors, theory, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        u_curve(steps, errors, theory)
