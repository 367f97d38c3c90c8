"""progress(): the counts that a course map shows."""

import pytest

from backprop_lib.exercises import check, hint, predict, progress, reveal


def first():
    return progress("01").lessons[0]


def test_nothing_done_yet(progress_file):
    one = first()
    assert (one.lesson, one.solved, one.attempted, one.total) == ("01", 0, 0, 6)
    assert (one.predicted, one.predictions) == (0, 4)
    assert progress().guesses == {}
    assert not progress_file.exists()


def test_what_is_done_is_counted(capsys):
    hint("01.1")
    check("01.2", 1.0)
    check("01.3", 1.0)
    check("01.2", -0.2165)
    predict("01.a", "fall")
    reveal("01.a", "grow")
    one = first()
    assert (one.solved, one.attempted, one.predicted) == (1, 2, 1)
    assert progress().guesses == {"01.a": {"guess": "fall", "measured": "grow"}}


def test_it_shows_itself_as_text_and_as_a_table():
    assert repr(progress("01")) == "01  solved 0 of 6 · attempted 0 · predictions 0 of 4"
    table = progress()._repr_html_()
    assert table.count('scope="row"') == len(progress().lessons) and table.count('scope="col"') == 4


def test_a_lesson_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r'"00" to "\d\d"; received .77.'):
        progress("77")


def test_all_lessons_are_told_where_none_is_named():
    assert [one.lesson for one in progress().lessons[:2]] == ["00", "01"]


def test_an_exercise_that_no_longer_exists_is_not_counted(progress_file):
    progress_file.write_text(
        '{"version": 1, "exercises": {"01.77": {"attempts": 2, "solved": true}}, "predictions": {}}'
    )
    assert first().solved == 0
