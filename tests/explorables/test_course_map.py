"""The course map: what it says of a learner's progress, and which lesson it sends them to."""

import pytest
import traitlets

from backprop_lib.course import LESSONS
from backprop_lib.exercises import progress
from backprop_lib.exercises.summary import LessonProgress, Progress
from backprop_lib.explorables.course_map import course_map


def done(*lessons):
    """Progress from (number, solved, attempted, total, predicted, predictions)."""
    return Progress(tuple(LessonProgress(*lesson) for lesson in lessons), {})


@pytest.fixture
def folder(tmp_path):
    """The first four notebooks are here, the others are planned."""
    for lesson in LESSONS[:4]:
        (tmp_path / lesson.notebook).touch()
    return tmp_path


FRESH = [("00", 0, 0, 2, 0, 1), ("01", 0, 0, 6, 0, 4), ("02", 0, 0, 7, 0, 3), ("03", 0, 0, 5, 0, 0)]


def with_lessons(*changed):
    numbers = {lesson[0]: lesson for lesson in FRESH} | {lesson[0]: lesson for lesson in changed}
    return done(*numbers.values())


def card(shown, number):
    (found,) = [one for one in shown.lessons if one["number"] == number]
    return found


@pytest.mark.parametrize(
    ("lessons", "said", "chosen"),
    [
        ([], "0 of 13 lessons begun, 0 finished; next: 00 Start here", "00"),
        ([("00", 2, 2, 2, 0, 1)], "1 of 13 lessons begun, 1 finished; next: 01 By hand", "01"),
        (
            [("00", 2, 2, 2, 1, 1), ("01", 6, 6, 6, 4, 4), ("02", 0, 1, 7, 0, 3)],
            "3 of 13 lessons begun, 2 finished; next: 02 Chain rule and graphs",
            "02",
        ),
        # What was left out comes first.
        ([("01", 6, 6, 6, 4, 4)], "1 of 13 lessons begun, 1 finished; next: 00 Start here", "00"),
        # A guess is a beginning, too.
        ([("00", 0, 0, 2, 1, 1)], "1 of 13 lessons begun, 0 finished; next: 00 Start here", "00"),
        # All that is here is done.
        (
            [("00", 2, 2, 2, 1, 1), ("01", 6, 6, 6, 4, 4), ("02", 7, 7, 7, 3, 3), ("03", 5, 5, 5, 0, 0)],
            "4 of 13 lessons begun, 4 finished; next: 04 Matrix form (planned)",
            "04",
        ),
        # Where nothing can be solved nothing is recorded: it would be next for ever.
        ([("00", 0, 0, 0, 0, 0)], "0 of 13 lessons begun, 0 finished; next: 01 By hand", "01"),
        (
            [("00", 0, 0, 0, 0, 0), ("01", 0, 1, 6, 0, 4)],
            "1 of 13 lessons begun, 0 finished; next: 01 By hand",
            "01",
        ),
        # Predictions alone can finish a lesson that has nothing else.
        ([("00", 0, 0, 0, 3, 3)], "1 of 13 lessons begun, 1 finished; next: 01 By hand", "01"),
    ],
)
def test_the_sentence_counts_and_names_what_is_next(folder, lessons, said, chosen):
    shown = course_map(with_lessons(*lessons), folder)
    assert shown.sentence == repr(shown) == said
    assert shown.chosen == chosen
    assert [one["number"] for one in shown.lessons if one["next"]] == [chosen]


def test_when_all_is_done_nothing_is_next(tmp_path):
    for lesson in LESSONS:
        (tmp_path / lesson.notebook).touch()
    shown = course_map(done(*((lesson.number, 3, 3, 3, 1, 1) for lesson in LESSONS)), tmp_path)
    assert shown.sentence == "13 of 13 lessons begun, 13 finished"
    assert not any(one["next"] for one in shown.lessons) and shown.chosen == "12"


@pytest.mark.parametrize(
    ("lesson", "state", "status"),
    [
        (("01", 0, 0, 6, 0, 4), "new", "6 exercises"),
        (("01", 0, 0, 1, 0, 4), "new", "1 exercise"),
        (("01", 0, 2, 6, 0, 4), "begun", "done 0 of 6 exercises"),
        (("01", 4, 5, 6, 3, 4), "begun", "done 4 of 6 exercises"),
        (("01", 0, 0, 6, 1, 4), "begun", "done 0 of 6 exercises"),
        (("01", 6, 6, 6, 0, 4), "finished", "finished: 6 exercises"),
        (("01", 1, 1, 1, 0, 0), "finished", "finished: 1 exercise"),
        (("01", 0, 0, 0, 1, 4), "begun", "done 1 of 4 predictions"),
        (("01", 0, 0, 0, 4, 4), "finished", "finished: 4 predictions"),
        (("01", 0, 0, 0, 0, 0), "free", "nothing to solve"),
        (("07", 0, 0, 6, 0, 4), "new", "planned"),
        (("07", 2, 2, 6, 0, 4), "begun", "done 2 of 6 exercises"),
    ],
)
def test_each_card_says_how_far_its_lesson_is(folder, lesson, state, status):
    shown = card(course_map(done(lesson), folder), lesson[0])
    assert (shown["state"], shown["status"]) == (state, status)


def test_the_details_count_exercises_and_predictions(folder):
    shown = course_map(with_lessons(("01", 4, 5, 6, 3, 4)), folder)
    assert card(shown, "01")["details"] == "4 of 6 exercises solved, 3 of 4 predictions made"
    assert card(shown, "03")["details"] == "0 of 5 exercises solved"
    assert card(shown, "12")["details"] == ""


def test_only_a_lesson_that_is_here_can_be_opened(folder):
    shown = course_map(with_lessons(), folder)
    files = [one["notebook"] for one in shown.lessons]
    assert files == [lesson.notebook for lesson in LESSONS[:4]] + [""] * 9
    assert card(shown, "04")["status"] == "planned"


def test_the_notebooks_are_looked_for_in_the_working_directory(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert card(course_map(with_lessons()), "00")["notebook"] == "00_start_here.ipynb"


def test_it_takes_what_progress_gives(folder, monkeypatch):
    monkeypatch.setenv("BACKPROP_PROGRESS", str(folder / "progress.json"))
    shown = course_map(progress(), folder)
    assert shown.sentence.startswith("0 of 13 lessons begun, 0 finished; next: ")
    assert card(shown, "01")["total"] == 6
    assert not (folder / "progress.json").exists()


@pytest.mark.parametrize("given", [progress, None, [], {"lessons": []}])
def test_anything_else_is_refused_with_the_call_that_works(given):
    with pytest.raises(TypeError, match=r"as in course_map\(progress\(\)\); received") as refused:
        course_map(given)
    assert "\n" not in str(refused.value)


def test_another_lesson_can_be_chosen_if_there_is_one(folder):
    shown = course_map(with_lessons(), folder)
    shown.chosen = "07"
    assert shown.chosen == "07" and shown.sentence.endswith("next: 00 Start here")
    with pytest.raises(traitlets.TraitError, match=r"^the lessons are '00' to '12'; received chosen='13'$"):
        shown.chosen = "13"
    assert shown.chosen == "07"
