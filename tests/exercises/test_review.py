"""review, questions and remember: everything of the learner's own, nothing given away, and never an error."""

import json
import random

import pytest

from backprop_lib.exercises import logbook, predict, questions, remember, review
from backprop_lib.exercises.detective import question_about
from backprop_lib.exercises.record import Mistake, record
from backprop_lib.exercises.registry import find_exercise, find_prediction, lesson, lesson_numbers
from backprop_lib.exercises.review import NOTHING_YET
from tests.exercises.learner import a_course, confuse, err, guess, solve
from tests.exercises.test_notes import Tags

EXERCISES = {id: one for number in lesson_numbers() for id, one in lesson(number)[0].items()}
PREDICTIONS = {id: one for number in lesson_numbers() for id, one in lesson(number)[1].items()}


@pytest.fixture
def said(capsys):
    return lambda: capsys.readouterr().out


# --- review -------------------------------------------------------------------------------------------------


def test_where_nothing_is_recorded_one_sentence_says_what_will_be_here(progress_file):
    assert repr(review()) == NOTHING_YET
    assert Tags(review()._repr_html_()).tags == {"div"} and NOTHING_YET in review()._repr_html_()
    assert not progress_file.exists()


def test_wrong_guesses_and_open_mistakes_come_first_with_their_why():
    a_course()
    lines = repr(review()).splitlines()
    confusion, question = find_prediction("01.b").confusions[0], find_prediction("01.b").question
    assert lines[:3] == [
        "1 guess came out otherwise:",
        f"▸ 01.b  {question}",
        f"You predicted grow; measured: shrink. {confusion.why}",
    ]
    text = "\n".join(lines)
    order = [
        "1 guess not measured yet:",
        "1 guess right",
        "Not guessed yet:",
        "1 mistake met and still open:",
    ]
    order += ["2 mistakes met and cured", "Tried and not solved yet: 02.1.", "exercises solved"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert "You predicted less. Run its experiment in lesson 01, By hand." in text
    met = {one.name: one.why for one in find_exercise("02.1").misconceptions}
    assert f"❌ 02.1  inner derivative forgotten.\n{met['inner derivative forgotten']}" in text
    assert "✅ 01.2  target minus output." in text and "✅ 01.2  x in place of a1." in text
    assert "✅ 01  01.1 at once, 01.2 at attempt 3." in text
    assert f"2 of {len(EXERCISES)} exercises solved" in text


def test_what_is_right_is_folded_and_the_tags_are_closed():
    a_course()
    shown = review()._repr_html_()
    assert Tags(shown).tags <= {"div", "b", "code", "details", "summary"}
    assert shown.count("<details") == 3
    open_part = shown[: shown.index("<details")]
    assert "▸ <b>01.b</b>" in open_part and "✅" not in open_part
    assert "color:var(--jp-content-font-color1,inherit)" in shown


def test_nothing_is_told_of_what_has_not_been_guessed_or_measured():
    guess("01.c", "exactly")
    text = repr(review())
    asked = [id for id, one in PREDICTIONS.items() if one.question in text]
    assert asked == ["01.c"]
    for confusion in (one for prediction in PREDICTIONS.values() for one in prediction.confusions):
        assert confusion.why not in text
    counts = ", ".join(
        f"{len(lesson(number)[1]) - (number == '01')} in {number}"
        for number in lesson_numbers()
        if len(lesson(number)[1]) - (number == "01")
    )
    assert f"Not guessed yet: {counts}." in text


def test_a_guess_that_is_wrong_without_a_known_confusion_is_shown_without_a_why():
    guess("01.a", "same", "fall")
    assert repr(review()).splitlines()[2] == "You predicted same; measured: fall."


def test_a_number_within_the_predictions_tolerance_is_right():
    confusion = find_prediction("04.a").confusions[0]
    guess("04.a", confusion.measured, confusion.measured * 1.0001)
    assert repr(review()).startswith("1 guess right")


def test_every_exercise_and_prediction_can_be_reviewed(said):
    for id in PREDICTIONS:
        if PREDICTIONS[id].confusions:
            confuse(id)
    for id, exercise in EXERCISES.items():
        err(id, exercise.misconceptions[0].name)
        if id[-1] in "13579":
            solve(id)
    said()
    shown = review()
    assert sum(len(one.mistakes) for one in shown.lessons) == len(EXERCISES)
    assert len([one for part in shown.lessons for one in part.guesses if one.why]) == sum(
        bool(one.confusions) for one in PREDICTIONS.values()
    )
    assert Tags(shown._repr_html_()).tags <= {"div", "b", "code", "details", "summary", "pre"}
    assert len(questions()) == 12


def test_a_file_without_the_new_fields_is_read(progress_file):
    old = {"01.2": {"attempts": 4, "hints": 0, "solved": True, "solution": False}, "01.3": {"attempts": 1}}
    progress_file.write_text(json.dumps({"version": 1, "exercises": old, "predictions": {}}))
    text = repr(review())
    assert "✅ 01  01.2." in text and "Tried and not solved yet: 01.3." in text


STALE = {
    "exercises": {
        "01.2": {"met": ["a mistake of old", "no factor 2"], "attempts": 1},
        "77.1": {"met": ["x"], "attempts": 3, "solved": True},
    },
    "predictions": {
        "01.a": {"guess": "sideways", "measured": "grow"},
        "01.b": {"guess": "grow", "measured": 3},
        "04.a": {"guess": 10**400, "measured": 4.0},
        "04.b": {"guess": "two"},
        "77.a": {"guess": "grow"},
    },
}


def test_what_the_course_no_longer_has_is_left_out(progress_file):
    progress_file.write_text(json.dumps(STALE | {"version": 1}))
    lines = repr(review()).splitlines()
    assert lines[0] == "1 guess not measured yet:" and lines[1].startswith("⬜ 01.b")
    (found,) = [one for one in record() if not one.is_blank]
    assert [one.misconception.name for one in found.mistakes] == ["no factor 2"]
    questions()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"version": 9}', b'{"version": 1, "exercises": {"01.1": 3}}']
)
def test_a_damaged_file_is_no_reason_to_raise(progress_file, content):
    progress_file.write_bytes(content)
    assert repr(review()) == NOTHING_YET and questions() == []


# --- questions ----------------------------------------------------------------------------------------------


def by_id(asked):
    return {one["id"]: one for one in asked}


def test_with_no_progress_nothing_is_asked(progress_file):
    assert questions() == [] and not progress_file.exists()


def test_wrong_predictions_come_first_then_open_mistakes_then_cured_ones():
    a_course()
    ids = [one["id"] for one in questions()]
    assert ids[:2] == ["01.b", "02.1: inner derivative forgotten"]
    assert set(ids[2:4]) == {"01.2: target minus output", "01.2: x in place of a1"}
    assert len(ids) == 6, "filled up from what was solved"
    assert {id[:4] for id in ids[4:]} <= {"01.1", "01.2"}


def test_the_seed_sets_the_order_and_the_choices():
    a_course()
    assert questions(seed=3) == questions(seed=3)
    assert len({json.dumps(questions(seed=seed)) for seed in range(5)}) == 5


def test_a_prediction_is_asked_in_its_words_and_answered_by_what_was_measured():
    confusion = confuse("01.b")
    (asked,) = questions()
    assert asked["question"] == find_prediction("01.b").question
    assert asked["choices"] == ["grow", "shrink"] and asked["right"] == 1
    assert asked["whys"][0] == f"Measured: shrink. {confusion.why}"
    assert asked["whys"][1] == f"Measured: shrink. You had guessed grow. {confusion.why}"


def test_a_number_is_chosen_among_the_guesses_of_others():
    confuse("04.a")
    (asked,) = questions()
    assert asked["choices"] == sorted(asked["choices"], key=float) and len(asked["choices"]) == 4
    assert asked["choices"][asked["right"]] == "4"


@pytest.mark.parametrize("id", [id for id, one in PREDICTIONS.items() if one.confusions])
def test_every_confusion_makes_a_question_whose_right_choice_was_measured(id, monkeypatch):
    confusion = confuse(id)
    (asked,) = questions()
    right = asked["choices"][asked["right"]]
    assert right == (
        confusion.measured if isinstance(confusion.measured, str) else f"{confusion.measured:.6g}"
    )
    assert len(asked["whys"]) == len(asked["choices"]) == len(set(asked["choices"])) >= 2


def test_a_right_or_unmeasured_guess_is_not_asked():
    guess("01.a", "grow", "grow")
    guess("01.c", "exactly")
    assert questions() == []


def test_a_mistake_shows_what_it_gives_beside_the_right_result():
    err("01.2", "target minus output")
    solve("01.2")
    asked = by_id(questions())["01.2: target minus output"]
    assert asked["evidence"] == [["right", "−0.2165"], ["this answer", "0.2165"]]
    assert asked["choices"][asked["right"]] == "target minus output" and len(asked["choices"]) == 4
    known = {one.name: one.why for one in find_exercise("01.2").misconceptions}
    for name, why in zip(asked["choices"], asked["whys"], strict=True):
        assert why.endswith(known["target minus output"])
        assert why.startswith(f"“{name}” gives ") or name == "target minus output"


def test_an_open_exercise_gives_nothing_away():
    err("02.1", "inner derivative forgotten")
    (asked,) = questions()
    assert [name for name, _ in asked["evidence"]] == ["at", "this answer"]
    exercise = find_exercise("02.1")
    told = json.dumps(asked, ensure_ascii=False)
    assert "−5.467" not in told and exercise.explain not in told
    for misconception in exercise.misconceptions:
        assert (misconception.why in told) == (misconception.name == "inner derivative forgotten")


@pytest.mark.parametrize("id", EXERCISES)
def test_every_mistake_of_a_solved_exercise_makes_a_fair_question(id):
    exercise = EXERCISES[id]
    for made in exercise.misconceptions:
        asked = question_about(Mistake(exercise, made, True, True), "", random.Random(1))
        if asked is None:
            assert len({one.why for one in exercise.misconceptions}) < 3
            continue
        assert asked["choices"][asked["right"]] in (made.name, made.why)
        assert 3 <= len(asked["choices"]) == len(set(asked["choices"])) <= 4
        results = [why.partition(" gives ")[2].partition(". This one")[0] for why in asked["whys"]]
        shown = dict(asked["evidence"])
        if "this answer" in shown:  # nobody can be asked to tell two mistakes apart that give the same
            assert shown["this answer"] not in results and shown["right"] != shown["this answer"]
        assert not any("0x" in text or "…" in text for text in shown.values())


def test_an_open_exercise_whose_results_are_too_long_to_read_is_not_asked():
    exercise = find_exercise("04.7")
    for made in exercise.misconceptions:
        assert question_about(Mistake(exercise, made, False, False), "", random.Random(1)) is None


# --- remember -----------------------------------------------------------------------------------------------


def answer(id, right=True):
    return {"id": id, "chosen": 0, "right": right}


def test_answers_are_noted_and_what_was_right_at_once_comes_last(said):
    a_course()
    first = questions()
    said()
    remember([answer(first[0]["id"]), answer(first[1]["id"], False), answer(first[1]["id"])])
    assert said() == "✎ Noted: 2 questions reviewed, 1 right at once.\n"
    assert logbook.read()["reviewed"] == {
        first[0]["id"]: {"wrong": 0, "right": True},
        first[1]["id"]: {"wrong": 1, "right": True},
    }
    ids = [one["id"] for one in questions()]
    assert ids[-1] == first[0]["id"] and ids[0] == first[1]["id"]


def test_to_run_the_cell_again_changes_nothing(progress_file):
    remember([answer("01.b", False), answer("01.b")])
    before = progress_file.read_text()
    remember([answer("01.b", False), answer("01.b")])
    assert progress_file.read_text() == before


def test_an_empty_quiz_leaves_no_trace(said, progress_file):
    remember([])
    assert said() == "⬜ No question has been answered yet.\n" and not progress_file.exists()


@pytest.mark.parametrize(
    "odd", [None, 3, "x", [3], [{}], [{"id": 1, "right": True}], [answer("01.b", "yes")], ...]
)
def test_what_is_no_answer_is_told_and_not_noted(odd, said, progress_file):
    remember(odd)
    assert said().startswith("❓ `remember` takes") and not progress_file.exists()


def test_other_records_stay(progress_file):
    predict("01.a", "grow")
    remember([answer("01.b")])
    stored = json.loads(progress_file.read_text())
    assert stored["predictions"] == {"01.a": {"guess": "grow"}} and stored["version"] == 1
