"""Levels that stand on one another."""

from types import SimpleNamespace

import pytest
from matplotlib.patches import FancyBboxPatch

from backprop_lib.exercises.lesson_12_levels import LEVELS
from backprop_lib.pictures import stairs
from tests.pictures.reading import outside, overlapping, texts, written


def level(name="a level", lessons=("01",), you_can="do something"):
    return SimpleNamespace(name=name, lessons=lessons, you_can=you_can)


def test_the_lowest_level_is_at_the_bottom_and_the_widest():
    picture = stairs([level("one"), level("two"), level("three")])
    heights = {text: box.y0 for text, box in texts(picture)}
    assert heights["one"] < heights["two"] < heights["three"]
    boxes = [patch for patch in picture.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    steps = sorted((box.get_y(), box.get_width()) for box in boxes if box.get_width() > 200)
    assert [width for _, width in steps] == sorted(width for _, width in steps)


def test_nothing_of_the_courses_levels_is_cut_off():
    found = written(stairs(LEVELS))
    for one in LEVELS:
        assert {one.name, one.you_can, *one.lessons} <= set(found)


def test_its_sentence_names_the_levels_from_below():
    picture = stairs([level("one", ("01", "02")), level("two", ("03",))], title="Up")
    assert repr(picture) == "Up: 1 one (lessons 01, 02), 2 two (lessons 03)."


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("count", [1, 5, 8])
def test_it_can_be_read(count):
    numbers = [f"{n:02}" for n in range(8)]
    picture = stairs([level("computational graph", numbers, "a sentence too long " * 8)] * count)
    picture._repr_png_()
    assert overlapping(picture) == []
    assert outside(picture) == []


@pytest.mark.parametrize("count", [0, 9])
def test_too_few_or_too_many_are_refused(count):
    with pytest.raises(ValueError, match="one to eight"):
        stairs([level()] * count)
