"""What several ways cost by size, on two log axes."""

import numpy as np
import pytest

from backprop_lib.pictures.cost_curves import cost_curves
from backprop_lib.pictures.power_laws import slope_of
from tests.pictures.reading import outside, overlapping, written

N = 4.0 ** np.arange(2, 8)
FLAT = np.array([3.4, 3.1, 3.3, 2.9, 2.6, 2.7])
LONG = "encoder.blocks.11.attention.output.projection.weight"

EXAMPLES = {
    "two": lambda: cost_curves({"differences": (N[:4], 2 * N[:4]), "backprop": (N, FLAT)}),
    "one": lambda: cost_curves({"backprop": ([1.0, 10.0], [3.0, 3.0])}, "parameters", "passes"),
    "four, with one end": lambda: cost_curves({f"{i} {LONG}": (N, FLAT + 0.01 * i) for i in range(4)}),
    "narrow": lambda: cost_curves({"a": ([3.1, 3.2], [4.1, 4.2])}),
    "wide": lambda: cost_curves({"a": ([1e-20, 1e20], [1e-200, 1e200]), "b": ([1.0, 2.0], [1.0, 1.0])}),
}
each = pytest.mark.parametrize("draw", EXAMPLES.values(), ids=EXAMPLES)


def test_points_are_where_they_were_measured_and_lines_go_on_to_the_largest_size():
    one, two = (N[:4], 2 * N[:4]), (N, FLAT)
    lines = cost_curves({"one": one, "two": two}).axes[0].lines
    for (sizes, costs), line, dots in zip((one, two), lines[::2], lines[1::2], strict=True):
        assert np.array_equal(dots.get_xydata(), np.column_stack([sizes, costs]))
        (x0, y0), (x1, y1) = line.get_xydata()
        assert (x0, x1) == (N[0], N[-1])
        assert np.log(y1 / y0) / np.log(x1 / x0) == pytest.approx(slope_of(sizes, costs))


def test_the_sentence_is_the_same_for_times_measured_anew():
    sentence = "Cost, passes by n: one grows about in proportion, two stays about the same."
    for seed in range(5):
        noise = np.random.default_rng(seed).uniform(0.8, 1.25, (2, len(N)))
        curves = {"one": (N, 2 * N * noise[0]), "two": (N, FLAT * noise[1])}
        assert repr(cost_curves(curves, "n", "passes")) == sentence


def test_other_powers_are_told_as_numbers():
    picture = cost_curves({"one": (N, N**2), "two": (N, 1 / N)})
    assert "one goes about with the power 2, two goes about with the power −1." in repr(picture)


def test_the_slopes_are_written_beside_the_lines():
    texts = written(EXAMPLES["two"]())
    assert {"differences", "slope 1.00", "backprop", f"slope {slope_of(N, FLAT):.2f}".replace("-", "−")} <= {
        *texts
    }


def test_a_slope_of_nearly_0_has_no_sign():
    assert "slope 0.00" in written(cost_curves({"one": ([1.0, 10.0], [3.0, 2.99999])}))


@each
@pytest.mark.filterwarnings("error")
def test_it_can_be_read(draw):
    picture = draw()
    picture._repr_png_()
    assert overlapping(picture) == []
    assert outside(picture) == []


@pytest.mark.parametrize(
    ("curves", "error", "words"),
    [
        ([1.0, 2.0], TypeError, "a dict of name"),
        ({}, ValueError, "got 0"),
        ({str(i): (N, FLAT) for i in range(5)}, ValueError, "one to 4 curves; got 5"),
        ({"a": ([1.0, 2.0], [1.0])}, ValueError, r"'a' has shapes \(2,\) and \(1,\)"),
        ({"a": ([2.0, 2.0], [1.0, 3.0])}, ValueError, "two different sizes"),
        ({"a": ([0.0, 2.0], [1.0, 3.0])}, ValueError, "positive, finite"),
        ({"a": ([1.0, 2.0], [1.0, np.nan])}, ValueError, "positive, finite"),
    ],
)
def test_what_has_no_place_on_log_axes_is_refused(curves, error, words):
    with pytest.raises(error, match=words):
        cost_curves(curves)
