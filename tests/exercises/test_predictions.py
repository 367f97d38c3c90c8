"""predict and reveal: kept before, compared after, and silent about being right in between."""

import json

import pytest

from backprop_lib.exercises import predict, predictions, reveal
from backprop_lib.exercises.registry import Confusion, Prediction, lesson


@pytest.fixture
def said(capsys):
    return lambda: capsys.readouterr().out


def kept(progress_file):
    return json.loads(progress_file.read_text(encoding="utf-8"))["predictions"]


@pytest.mark.parametrize("id", lesson("01")[1])
def test_every_option_is_recorded_in_the_same_words(id, said, progress_file):
    for option in lesson("01")[1][id].options:
        predict(id, option)
        assert said() == f"✎ {id}  Recorded: {option}.\n"
        assert kept(progress_file)[id] == {"guess": option}


def test_a_blank_shows_question_and_options_and_leaves_no_trace(said, progress_file):
    predict("01.b", ...)
    question = lesson("01")[1]["01.b"].question
    assert said() == f'⬜ 01.b  {question} Guess "grow" or "shrink".\n'
    reveal("01.b", "shrink")
    assert said() == "▸ 01.b  Guess first, in the cell above; then run this cell again.\n"
    assert not progress_file.exists()


def test_a_right_guess(said):
    predict("01.a", " Grow")
    said()
    reveal("01.a", "grow")
    assert said() == "✅ 01.a  You predicted grow; measured: grow.\n"


def test_a_known_confusion_is_explained(said):
    predict("01.b", "grow")
    said()
    reveal("01.b", "shrink")
    (confusion,) = lesson("01")[1]["01.b"].confusions
    assert said() == f"▸ 01.b  You predicted grow; measured: shrink. {confusion.why}\n"


def test_the_explanation_stays_away_when_the_experiment_measured_something_else(said):
    predict("01.a", "same")
    said()
    reveal("01.a", "fall")
    assert said() == "▸ 01.a  You predicted same; measured: fall.\n"


NUMBERS = "gradient × nudge against the change:\n0.0582 against 0.0521"


def test_the_experiments_numbers_are_shown_below_a_recorded_guess_right_or_wrong(said):
    predict("01.c", "less")
    predict("01.a", "fall")
    said()
    reveal("01.c", "less", NUMBERS)
    assert said() == f"✅ 01.c  You predicted less; measured: less.\n{NUMBERS}\n"
    reveal("01.a", "grow", NUMBERS)
    assert said().endswith(f"measured: grow. {lesson('01')[1]['01.a'].confusions[0].why}\n{NUMBERS}\n")


def test_without_a_guess_nothing_of_the_numbers_is_shown(said, progress_file):
    reveal("01.c", "less", NUMBERS)
    assert said() == "▸ 01.c  Guess first, in the cell above; then run this cell again.\n"
    assert not progress_file.exists()


def test_numbers_that_are_no_text_are_described(said):
    predict("01.c", "less")
    said()
    reveal("01.c", "less", numbers=0.0521)
    assert said().endswith("\n0.0521\n")


def test_a_guess_may_change_until_it_is_revealed(said, progress_file):
    predict("01.a", "fall")
    predict("01.a", "same")
    assert kept(progress_file)["01.a"] == {"guess": "same"}
    reveal("01.a", "grow")
    said()
    predict("01.a", "grow")
    assert said() == "✎ 01.a  The result has been shown: your guess stays same.\n"
    assert kept(progress_file)["01.a"] == {"guess": "same", "measured": "grow"}


def test_running_the_notebook_again_gives_the_same_text(said):
    def run():
        predict("01.a", "fall")
        reveal("01.a", "grow")
        return said()

    assert run() == run()


def test_what_is_no_option_is_not_recorded(said, progress_file):
    predict("01.a", "up")
    assert said() == '⬜ 01.a  A guess is "grow", "fall" or "same"; received the text \'up\'.\n'
    predict("01.a", 3)
    reveal("01.a", "up")
    assert "The result is" in said() and not progress_file.exists()


def test_an_exercise_is_no_prediction(said):
    predict("01.3", "grow")
    assert said() == '❓ 01.3 is an exercise: use `check("01.3", ...)`.\n'


@pytest.fixture
def how_much(monkeypatch):
    why = Confusion(1.0, 0.25, "One is the slope of the identity.")
    prediction = Prediction("99.a", "How much?", confusions=(why,))
    monkeypatch.setattr(predictions, "find_prediction", lambda id: prediction)


def test_a_number_is_guessed_within_a_tolerance(how_much, said):
    predict("99.a", ...)
    assert said() == "⬜ 99.a  How much? Guess a number.\n"
    predict("99.a", 0.24)
    assert said() == "✎ 99.a  Recorded: 0.24.\n"
    reveal("99.a", 0.25)
    assert said() == "✅ 99.a  You predicted 0.24; measured: 0.25.\n"


def test_a_confused_number_is_explained(how_much, said):
    predict("99.a", 1)
    said()
    reveal("99.a", 0.25)
    assert said() == "▸ 99.a  You predicted 1; measured: 0.25. One is the slope of the identity.\n"


@pytest.mark.parametrize("guess", [float("nan"), float("inf"), "many", [1, 2], True])
def test_what_is_no_finite_number_is_not_recorded(how_much, said, progress_file, guess):
    predict("99.a", guess)
    assert said().startswith("⬜ 99.a  A guess is a number; received ")
    assert not progress_file.exists()
