"""The power of x that a quantity goes with, on log axes."""

import numpy as np
import pytest

from backprop_lib.pictures.colours import LOSS
from backprop_lib.pictures.power_laws import power_law, slope_of
from tests.pictures.reading import outside, overlapping

SIZES = 2.0 ** np.arange(9)

EXAMPLES = {
    "falling": lambda: power_law(SIZES, SIZES**-0.5, "batch size", "noise"),
    "rising": lambda: power_law(SIZES, 3e-4 * SIZES, "parameters", "seconds", colour=LOSS),
    "level": lambda: power_law([1.0, 10.0], [2.0, 2.0]),
    "narrow": lambda: power_law([3.1, 3.2], [4.1, 4.2]),
    "wide": lambda: power_law([1e-20, 1e20], [1e-200, 1e200]),
}
each = pytest.mark.parametrize("draw", EXAMPLES.values(), ids=EXAMPLES)


@pytest.mark.parametrize("power", [-1.0, -0.5, 0.0, 2.0])
def test_the_power_is_found(power):
    assert slope_of(SIZES, 7.0 * SIZES**power) == pytest.approx(power, abs=1e-12)


def test_the_points_are_where_they_were_measured_and_the_line_has_the_slope():
    y = np.array([1.0, 0.6, 0.3])
    line, dots = power_law([4, 1, 2], y[[2, 0, 1]]).axes[0].lines
    assert np.array_equal(dots.get_xydata(), np.column_stack([[1, 2, 4], y]))
    (x0, y0), (x1, y1) = line.get_xydata()
    assert np.log(y1 / y0) / np.log(x1 / x0) == pytest.approx(slope_of([1, 2, 4], y))
    assert (x0, x1) == (1.0, 4.0)


def test_its_sentence_tells_ends_and_slope():
    sentence = "Noise: noise from 1 at batch size 1 to 0.0625 at batch size 256, slope −0.50."
    assert repr(power_law(SIZES, SIZES**-0.5, "batch size", "noise", title="Noise")) == sentence


@each
@pytest.mark.filterwarnings("error")
def test_it_can_be_read(draw):
    picture = draw()
    picture._repr_png_()
    assert overlapping(picture) == []
    assert outside(picture) == []


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([1.0, 2.0], [1.0], r"shapes \(2,\) and \(1,\)"),
        ([2.0, 2.0], [1.0, 3.0], "two different x"),
        ([[1.0, 2.0]], [[1.0, 2.0]], r"shape \(n,\)"),
        ([0.0, 2.0], [1.0, 3.0], "positive, finite"),
        ([1.0, 2.0], [1.0, np.nan], "positive, finite"),
        ([1.0, 2.0], [1.0, np.inf], "positive, finite"),
    ],
)
def test_what_has_no_place_on_log_axes_is_refused(x, y, words):
    with pytest.raises(ValueError, match=words):
        power_law(x, y)
