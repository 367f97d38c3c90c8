"""What holds for every exercise and every prediction of every lesson file."""

import itertools
import re

import pytest

from backprop_lib.exercises import evaluate
from backprop_lib.exercises.answers import is_blank
from backprop_lib.exercises.compare import ROUNDED, distance
from backprop_lib.exercises.registry import find_exercise, find_prediction, lesson, lesson_numbers

EXERCISES = [exercise for number in lesson_numbers() for exercise in lesson(number)[0].values()]
PREDICTIONS = [prediction for number in lesson_numbers() for prediction in lesson(number)[1].values()]
MISTAKES = [(exercise, mistake) for exercise in EXERCISES for mistake in exercise.misconceptions]

CODE, EMPHASIS = re.compile(r"`[^`]*`"), re.compile(r"\*[^\s*][^*]*[^\s*]\*(?!\*)")

every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
every_prediction = pytest.mark.parametrize("prediction", PREDICTIONS, ids=lambda prediction: prediction.id)


def answer_from(exercise, function):
    """What a learner would hand in who works like `function`."""
    return function if exercise.asks_for_a_function else function()


@every_exercise
def test_the_truth_is_right(exercise):
    assert evaluate(exercise.id, answer_from(exercise, exercise.truth)).solved


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=[f"{e.id}-{m.name}" for e, m in MISTAKES])
def test_every_misconception_is_named(exercise, mistake):
    verdict = evaluate(exercise.id, answer_from(exercise, mistake.wrong))
    assert (verdict.kind, verdict.misconception) == ("wrong", mistake.name)
    assert mistake.why in verdict.message


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=[f"{e.id}-{m.name}" for e, m in MISTAKES])
def test_a_misconception_is_named_from_three_digits(exercise, mistake):
    """Where it lies nearer to the truth than that, three digits say nothing."""
    if exercise.asks_for_a_function or not isinstance(mistake.wrong(), float):
        return
    if distance(exercise.truth(), mistake.wrong()) > ROUNDED:
        assert evaluate(exercise.id, float(f"{mistake.wrong():.3g}")).misconception == mistake.name


@every_exercise
def test_truth_and_misconceptions_are_pairwise_distinguishable(exercise):
    """No answer can lie within the tolerance of two of them."""
    functions = {"the truth": exercise.truth} | {m.name: m.wrong for m in exercise.misconceptions}
    assert len(functions) == 1 + len(exercise.misconceptions) >= 4
    for (one, f), (other, g) in itertools.combinations(functions.items(), 2):
        apart = max(
            min(
                distance(f(*case), g(*case), exercise.parts),
                distance(g(*case), f(*case), exercise.parts),
            )
            for case in exercise.cases()
        )
        assert apart > 2 * exercise.tolerance, f"{one} / {other}"


@every_exercise
def test_a_blank_is_not_attempted(exercise):
    blanks = [..., None, (..., 1.0), {"w1": ...}]
    if exercise.asks_for_a_function:
        blanks += [lambda *_: ..., lambda *_: None, lambda *_: (1.0, ...), lambda *_: 2 * ..., not_written]
    for blank in blanks:
        assert evaluate(exercise.id, blank).kind == "blank"


def not_written(*_):
    raise NotImplementedError


@every_exercise
def test_the_cases_are_the_same_every_time(exercise):
    assert repr(exercise.cases()) == repr(exercise.cases())
    assert not any(is_blank(exercise.truth(*case)) for case in exercise.cases())


@every_exercise
def test_an_exercise_is_complete(exercise):
    assert exercise.hints
    for text in (exercise.task, exercise.explain, *exercise.hints, *(m.why for m in exercise.misconceptions)):
        assert text == text.strip() and text[-1] in ".?:", text
        assert "  " not in text, text
        assert not EMPHASIS.search(CODE.sub("", text)), f"asterisks are shown as they are: {text}"
    assert all(len(case) == len(exercise.argument_names) for case in exercise.cases())


@every_prediction
def test_a_prediction_is_complete(prediction):
    assert prediction.question.endswith("?")
    assert len(set(prediction.options)) == len(prediction.options) != 1
    for confusion in prediction.confusions:
        assert confusion.guess != confusion.measured
        if prediction.options:
            assert {confusion.guess, confusion.measured} <= set(prediction.options)


def test_ids_belong_to_their_lesson_and_find_their_own():
    for number in lesson_numbers():
        exercises, predictions = lesson(number)
        for id in (*exercises, *predictions):
            assert id.startswith(f"{number}.")
        for id, exercise in exercises.items():
            assert id[3:].isdigit() and find_exercise(id) is exercise
        for id, prediction in predictions.items():
            assert id[3:].isalpha() and find_prediction(id) is prediction
