"""Confusion matrices: counts, where they stand, and what stands out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_lib.pictures import confusion_matrix


def counts(picture):
    """Read the cells: [row, column] -> count."""
    (axes,) = picture.axes
    size = len(axes.get_xticks())
    matrix = np.zeros((size, size), dtype=int)
    for text in axes.texts:
        column, row = text.get_position()
        matrix[row, column] = 0 if text.get_text() == "·" else int(text.get_text())
    return matrix


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40))
def test_rows_are_truths_and_columns_predictions(pairs):
    truth, predicted = zip(*pairs, strict=True)
    picture = confusion_matrix(truth, predicted)
    matrix = counts(picture)
    for row in range(len(matrix)):
        for column in range(len(matrix)):
            assert matrix[row, column] == pairs.count((row, column))
    assert f": {sum(a == b for a, b in pairs)} of {len(pairs)} sample" in repr(picture)


def test_the_axes_say_which_is_which_and_the_first_row_is_on_top():
    (axes,) = confusion_matrix([0, 1], [0, 1], names=["cat", "dog"]).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog"]
    assert axes.yaxis_inverted()


def test_the_accuracy_is_in_the_title_and_the_worst_error_in_the_sentence():
    picture = confusion_matrix([[0], [0], [1], [1]], [0, 1, 0, 0])
    assert (
        repr(picture) == "Accuracy 25 %: 1 of 4 samples right; most frequent error: 1 taken for 0 (2 times)."
    )
    assert repr(confusion_matrix([1], [1])) == "Accuracy 100 %: 1 of 1 sample right; no errors."


def test_errors_are_coloured_the_darker_the_larger_their_share():
    (axes,) = confusion_matrix([0] * 10 + [1] * 10, [0] * 8 + [1] * 2 + [0] * 5 + [1] * 5).axes
    fills = np.array([bar.get_facecolor()[:3] for bar in axes.patches]).reshape(2, 2, 3)
    saturation = np.ptp(fills, axis=2)
    assert saturation[0, 0] == saturation[1, 1] == 0.0
    assert 0.0 < saturation[0, 1] < saturation[1, 0]
    assert fills[1, 0].sum() < fills[0, 1].sum() < fills[0, 0].sum()


def test_a_class_that_never_occurs_keeps_its_row():
    assert counts(confusion_matrix([0, 2], [0, 2])).tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("truth", "predicted", "names", "message"),
    [
        ([0, 1], [0], None, r"Expected one prediction for each truth; got 2 truths and 1 predictions\."),
        (
            [],
            [],
            None,
            r"Expected class numbers of shape \(n,\), at least one, in `truth`; got shape \(0,\)\.",
        ),
        (0, 0, None, r"Expected class numbers of shape \(n,\), at least one, in `truth`; got shape \(\)\."),
        (
            [0, 1],
            np.eye(2),
            None,
            r"Expected class numbers of shape \(n,\) in `predicted`; .*: take the argmax over axis 1",
        ),
        ([0, 0.5], [0, 1], None, r"Expected class numbers 0, 1, 2, … in `truth`; got 0\.5\."),
        ([0, 1], [0, -1], None, r"Expected class numbers 0, 1, 2, … in `predicted`; got -1\."),
        ([0, np.nan], [0, 1], None, r"Expected class numbers 0, 1, 2, … in `truth`; got nan\."),
        ([0, 2], [0, 1], ["a", "b"], r"Expected a name for each class from 0 to 2; got 2 names\."),
        ([0, 20], [0, 1], None, r"Expected at most 20 classes; got 21, "),
    ],
)
def test_what_cannot_be_drawn_is_named(truth, predicted, names, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        confusion_matrix(truth, predicted, names)
