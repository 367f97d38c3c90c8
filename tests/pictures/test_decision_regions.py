"""Decision regions: samples, shades and the boundary."""

import numpy as np
import pytest

from backprop_lib import Tensor, nn
from backprop_lib.pictures import decision_regions
from backprop_lib.pictures.colours import CLASSES, MARKERS
from tests.pictures.reading import line, written

RNG = np.random.default_rng(5)
X = RNG.uniform(-1.5, 1.5, size=(80, 2))
INSIDE = (np.hypot(*X.T) < 1.0).astype(int)


def circle(points):
    return 1.0 / (1.0 + np.exp(9.0 * (np.hypot(*points.T) - 1.0)))


def boundary(axes):
    (contour,) = [c for c in axes.collections if hasattr(c, "levels")]
    return np.concatenate([path.vertices for path in contour.get_paths()])


def test_samples_are_where_they_are_with_colour_and_marker_of_their_class():
    axes = decision_regions(circle, X, INSIDE, resolution=30).axes[0]
    for k, (colour, marker) in enumerate(zip(CLASSES[:2], MARKERS[:2], strict=True)):
        dots = line(axes, f"y = {k}")
        assert np.array(dots.get_data()).T.tolist() == X[k == INSIDE].tolist()
        assert (dots.get_markerfacecolor(), dots.get_marker()) == (colour, marker)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x₁", "x₂")


@pytest.mark.parametrize("shape", [lambda p: p, lambda p: p[:, None], lambda p: np.column_stack([1 - p, p])])
def test_the_line_is_where_both_classes_are_as_likely(shape):
    axes = decision_regions(lambda points: shape(circle(points)), X, INSIDE).axes[0]
    contours = [c for c in axes.collections if hasattr(c, "levels")]
    radii = np.hypot(*np.concatenate([path.vertices for c in contours for path in c.get_paths()]).T)
    assert radii == pytest.approx(np.ones_like(radii), abs=0.01)


def test_logits_have_their_boundary_at_0():
    axes = decision_regions(lambda p: 3 * p[:, 0] - 1.5, X, INSIDE, boundary=0.0).axes[0]
    assert boundary(axes)[:, 0] == pytest.approx(0.5)


def test_a_circle_is_a_circle():
    axes = decision_regions(circle, X, INSIDE, resolution=20).axes[0]
    box = axes.get_window_extent()
    across, down = np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim())
    assert box.width / across == pytest.approx(box.height / down, rel=0.01)


def test_the_shade_is_what_predict_answers():
    axes = decision_regions(circle, X, INSIDE, resolution=25).axes[0]
    (image,) = axes.images
    left, right, bottom, top = image.get_extent()
    rows, columns = image.get_array().shape
    xs = left + (np.arange(columns) + 0.5) * (right - left) / columns
    ys = bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows
    points = np.column_stack([side.ravel() for side in np.meshgrid(xs, ys)])
    assert np.asarray(image.get_array()).ravel() == pytest.approx(circle(points), abs=1e-12)
    assert image.get_cmap()(0.5)[:3] == pytest.approx((1.0, 1.0, 1.0), abs=0.02)  # undecided is white


def test_predict_is_asked_once_for_a_plane_that_holds_all_samples():
    asked = []
    decision_regions(lambda points: asked.append(points) or circle(points), X, INSIDE, resolution=50)
    (points,) = asked
    assert points.shape[1] == 2
    assert 50 <= len(points) <= 2500
    assert (points.min(axis=0) < X.min(axis=0)).all()
    assert (points.max(axis=0) > X.max(axis=0)).all()


def test_of_several_scores_the_largest_wins():
    centres = np.array([[-1.0, -1.0], [1.0, -1.0], [0.0, 1.0]])
    y = np.arange(80) % 3
    picture = decision_regions(lambda p: -((p[:, None] - centres) ** 2).sum(axis=2), X, y)
    (axes,) = picture.axes
    (image,) = axes.images
    assert set(np.unique(image.get_array())) == {0, 1, 2}
    assert {"y = 0", "y = 1", "y = 2"} <= set(written(picture))


def test_without_a_boundary_in_the_plane_there_is_no_line():
    axes = decision_regions(lambda p: np.full(len(p), 0.3), X, INSIDE).axes[0]
    assert len(axes.collections) == 0


def test_the_sentence_says_how_the_plane_is_divided():
    picture = decision_regions(lambda p: p[:, 0] > 0, [[-1.0, 0.0], [1.0, 1.0]], [-1, 1], title="Halves")
    assert (
        repr(picture)
        == "Halves: 2 samples of 2 classes over x₁ and x₂; y = −1 on 50 %, y = 1 on 50 % of the plane."
    )


@pytest.mark.parametrize(("answer", "name"), [(circle, "p(y = 1)"), (lambda p: 5 * p[:, 0], "output")])
def test_the_scale_says_what_is_shaded(answer, name):
    assert name in written(decision_regions(answer, X, INSIDE, resolution=20))


def test_predict_may_answer_with_a_tensor_of_ours():
    model = nn.Sequential(nn.Linear(2, 1, rng=np.random.default_rng(1)), nn.Sigmoid())
    picture = decision_regions(lambda points: model(Tensor(points)), X, INSIDE, resolution=20)
    (image,) = picture.axes[0].images
    assert 0.0 < image.get_array().min() < image.get_array().max() < 1.0


@pytest.mark.needs("torch")
def test_predict_may_answer_with_a_tensor_of_torch():
    import torch

    model = torch.nn.Linear(2, 3)
    y = np.arange(80) % 3
    decision_regions(lambda p: model(torch.tensor(p, dtype=torch.float32)), X, y, resolution=20)


@pytest.mark.parametrize(
    ("predict", "X", "y", "message"),
    [
        (circle, X[:, 0], INSIDE, r"Expected samples X of shape \(n, 2\), at least one; got shape \(80,\)\."),
        (circle, X[:0], [], r"Expected samples X of shape \(n, 2\), at least one; got shape \(0, 2\)\."),
        (circle, X, INSIDE[:-1], r"Expected a class in y for each of the 80 samples; got shape \(79,\)\."),
        (
            circle,
            X,
            np.eye(2)[INSIDE],
            r"Expected a class in y for each of the 80 samples; got shape \(80, 2\)\.",
        ),
        (circle, X * np.nan, INSIDE, r"Expected finite numbers in X and y; got nan or inf\."),
        (
            lambda p: circle(p)[:-1],
            X,
            INSIDE,
            r"Expected predict to answer \d+ points of shape .*; got shape \(\d+,\)\.",
        ),
        (lambda p: 0.5, X, INSIDE, r"Expected predict to answer .*; got shape \(\)\."),
        (
            lambda p: circle(p) * np.nan,
            X,
            INSIDE,
            r"Expected finite answers from predict; got nan or inf at (\d+) of \1 ",
        ),
        (
            circle,
            X,
            np.arange(80) % 3,
            r"Expected two classes in y, .* one number for each point; got 3: 0, 1, 2\.",
        ),
        (lambda p: p, X, INSIDE + 1, r"Expected class numbers from 0 to 1 in y, .*; got 1, 2\."),
        (
            lambda p: np.zeros((len(p), 7)),
            X,
            INSIDE,
            r"Expected at most 6 classes, which have colours; got 7\.",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(predict, X, y, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        decision_regions(predict, X, y, resolution=20)
