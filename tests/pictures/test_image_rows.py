"""Grey images and signed ones: what each pixel shows, the scales, the captions."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from backprop_lib.pictures import images, signed_images
from backprop_lib.pictures.colours import GRADIENT, INK, PARAMETER
from backprop_lib.pictures.image_rows import NEGATIVE
from tests.pictures.reading import written
from tests.pictures.test_every_picture import OKLAB, SIMULATED

WHITE = (1.0, 1.0, 1.0)


def drawn(picture):
    """Read the images, red, green and blue, in their order."""
    (axes,) = picture.axes
    return [np.asarray(image.get_array()) for image in axes.images]


def glyphs(picture, marker):
    """Count the + or _ on all images."""
    return sum(len(line.get_xdata()) for line in picture.axes[0].lines if line.get_marker() == marker)


def test_paper_is_white_ink_is_dark_and_rows_run_from_the_upper_left():
    image, other = drawn(images([[0.0, 1.0, 0.5, 0.0], [1.0, 0.0, 0.0, 0.0]]))
    assert image.shape == (2, 2, 3)
    assert np.allclose(image[0, 0], WHITE) and np.allclose(image[0, 1], to_rgb(INK))
    assert np.allclose(image[1, 0], (np.array(WHITE) + to_rgb(INK)) / 2)
    assert np.allclose(other[0, 0], to_rgb(INK))
    first = images([[0.0, 1.0, 0.5, 0.0]]).axes[0].images[0]
    left, right, bottom, top = first.get_extent()
    assert left < right and top < bottom and first.axes.yaxis_inverted() and first.origin == "upper"


def test_images_of_any_height_and_width_are_drawn_with_square_pixels():
    picture = images(np.zeros((2, 3, 12)))
    left, right, bottom, top = picture.axes[0].images[0].get_extent()
    assert (right - left) / (bottom - top) == pytest.approx(4.0)


def test_columns_are_filled_row_by_row():
    places = [image.get_extent() for image in images(np.zeros((7, 64)), columns=3).axes[0].images]
    lefts, tops = [place[0] for place in places], [place[3] for place in places]
    assert lefts[0] == lefts[3] == lefts[6] < lefts[1] == lefts[4] < lefts[2]
    assert tops[0] == tops[2] < tops[3] == tops[5] < tops[6]


def test_captions_stand_under_their_images_and_in_the_sentence():
    picture = images(np.zeros((2, 4)), ["8, read as 1\np(8) = 0.01", 3], title="Two")
    assert repr(picture) == "Two: 2 images of 2×2 pixels: 8, read as 1, p(8) = 0.01; 3."
    assert {"8, read as 1", "p(8) = 0.01", "3"} <= set(written(picture))
    assert repr(images([[0.25]])) == "Images: 1 image of 1×1 pixels."


@pytest.mark.parametrize(("of", "colour"), [("gradients", GRADIENT), ("parameters", PARAMETER)])
def test_positive_has_the_colour_of_what_it_is_negative_another_and_zero_none(of, colour):
    (image,) = drawn(signed_images([[2.0, -2.0, 0.0, 1.0]], of=of))
    assert np.allclose(image[0, 0], to_rgb(colour)) and np.allclose(image[0, 1], to_rgb(NEGATIVE))
    assert np.allclose(image[1, 0], WHITE)
    assert np.allclose(image[1, 1], (np.array(WHITE) + to_rgb(colour)) / 2)


def test_one_scale_for_all_is_in_the_legend_and_scales_of_their_own_under_each():
    rows = [[1.0, 0.0, 0.0, 0.0], [-4.0, 0.0, 0.0, 0.0]]
    together = signed_images(rows)
    assert {"−4", "0", "+4"} <= set(written(together))
    weak, strong = drawn(together)
    assert weak[0, 0].min() > 0.7 and np.allclose(strong[0, 0], to_rgb(NEGATIVE))
    apart = signed_images(rows, ["a", "b"], shared=False)
    assert {"a", "±1", "b", "±4", "−", "+"} <= set(written(apart))
    assert np.allclose(drawn(apart)[0][0, 0], to_rgb(GRADIENT))
    assert repr(apart) == "Images: 2 images of 2×2 gradients, from −4 to 1: a; b."


def test_an_image_of_zeros_is_white():
    for shared in (True, False):
        assert all(
            np.allclose(image, WHITE) for image in drawn(signed_images(np.zeros((2, 4)), shared=shared))
        )


def test_entries_that_are_not_faint_carry_their_sign():
    picture = signed_images([[1.0, 0.4, 0.1, -0.5, -0.9, -0.2, 0.0, 0.0, 0.0]])
    assert (glyphs(picture, "+"), glyphs(picture, "_")) == (2, 2)
    small = signed_images(np.ones((20, 64)), columns=20)
    assert glyphs(small, "+") == 0  # too small to be told apart


def seen(colour, kind):
    """Where a colour, red, green and blue, stands in OKLab for this kind of colour blindness."""
    channels = np.array(colour)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    cones, lab = map(np.array, OKLAB)
    return lab @ np.cbrt(cones @ np.clip(np.array(SIMULATED[kind]) @ linear, 0, 1))


@pytest.mark.parametrize("kind", SIMULATED)
@pytest.mark.parametrize("colour", [GRADIENT, PARAMETER])
def test_the_signs_differ_for_colour_blind_readers(kind, colour):
    for share, apart in ((0.3, 0.04), (1.0, 0.2)):
        plus, minus = (1 - share * (1 - np.array(to_rgb(one))) for one in (colour, NEGATIVE))
        assert np.linalg.norm(seen(plus, kind) - seen(minus, kind)) > apart


@pytest.mark.parametrize("draw", [images, signed_images])
@pytest.mark.parametrize(
    ("rows", "captions", "words"),
    [
        (np.zeros((2, 5)), None, r"Expected 1 to 100 images .* got shape \(2, 5\)\."),
        (np.zeros(64), None, r"got shape \(64,\)\."),
        (np.zeros((0, 64)), None, r"got shape \(0, 64\)\."),
        (np.zeros((101, 64)), None, r"got shape \(101, 8, 8\)\."),
        ([[np.nan]], None, "Expected finite numbers"),
        (np.zeros((2, 4)), ["one"], "got 1 captions for 2 images"),
    ],
)
def test_what_cannot_be_drawn_is_named(draw, rows, captions, words):
    with pytest.raises(ValueError, match=words):
        draw(rows, captions)


def test_counts_in_place_of_shares_are_refused():
    with pytest.raises(ValueError, match=r"from 0, the paper, to 1, the ink; got 0 to 16: divide"):
        images([[0.0, 16.0, 3.0, 0.0]])


def test_another_meaning_is_refused():
    with pytest.raises(ValueError, match=r'Expected of="gradients" or of="parameters"; got \'weights\'\.'):
        signed_images([[0.0]], of="weights")
