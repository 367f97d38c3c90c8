"""check, hint and solution: what they print and what they record."""

import json

import pytest

from backprop_lib.exercises import check, hint, solution
from backprop_lib.exercises.lesson_01 import backward
from backprop_lib.exercises.registry import find_exercise


@pytest.fixture
def said(capsys):
    return lambda: capsys.readouterr().out


def entry(progress_file, id):
    return json.loads(progress_file.read_text(encoding="utf-8"))["exercises"][id]


def test_check_shows_one_line_and_returns_nothing(said):
    assert check("01.2", -0.2165) is None
    assert said() == "✅ 01.2  Right.\n"


def test_an_attempt_is_recorded_a_blank_and_a_slip_in_the_id_are_not(progress_file):
    check("01.2", ...)
    check("01.3", lambda *_: ...)
    check("01.99", 1.0)
    assert not progress_file.exists()
    check("01.2", 0.5)
    assert entry(progress_file, "01.2") == {"attempts": 1, "hints": 0, "solved": False, "solution": False}
    check("01.2", -0.2165)
    check("01.2", 0.5)
    assert entry(progress_file, "01.2")["attempts"] == 3
    assert entry(progress_file, "01.2")["solved"], "once solved, solved"


def test_a_mistake_is_noted_once_and_is_cured_when_the_exercise_is_solved_after_it(progress_file):
    def mistakes():
        return [entry(progress_file, "01.2").get(field) for field in ("met", "cured")]

    swapped, plain = "target minus output", "x in place of a1"
    for answer, met, cured in (
        (7.0, None, None),  # wrong, and no mistake that has a name
        (0.2165, [swapped], None),
        (-0.5923, [swapped, plain], None),
        (0.2165, [swapped, plain], None),
        (-0.2165, [swapped, plain], [swapped, plain]),
        (0.2165, [swapped, plain], [plain]),  # made again: open again
        (-0.2165, [swapped, plain], [swapped, plain]),
    ):
        check("01.2", answer)
        assert mistakes() == [met, cured], answer


def test_the_number_of_attempts_until_it_was_solved_stays(progress_file):
    for answer in (7.0, 0.2165, -0.2165, -0.2165, 7.0):
        check("01.2", answer)
    assert entry(progress_file, "01.2")["solved_after"] == 3
    assert entry(progress_file, "01.2")["attempts"] == 5


def test_an_entry_without_these_fields_goes_on(progress_file):
    old = {"01.2": {"attempts": 2, "hints": 0, "solved": True, "solution": False}}
    progress_file.write_text(json.dumps({"version": 1, "exercises": old, "predictions": {}}))
    check("01.2", -0.2165)
    assert entry(progress_file, "01.2") == old["01.2"] | {"attempts": 3}


def test_hints_come_one_by_one_and_then_all_together(said, progress_file):
    hints = find_exercise("01.3").hints
    for number, text in enumerate(hints, 1):
        hint("01.3")
        assert said() == f"💡 01.3  Hint {number} of {len(hints)}: {text}\n"
        assert entry(progress_file, "01.3")["hints"] == number
    hint("01.3")
    everything = said()
    assert all(text in everything for text in hints)
    assert entry(progress_file, "01.3")["hints"] == len(hints)


def test_the_solution_says_what_to_try_first(said, progress_file):
    solution("01.3")
    text = said()
    assert 'check("01.3", ...)' in text and "the 3 hints" in text and "anyway=True" in text
    assert "def backward" not in text and not progress_file.exists()

    check("01.3", lambda *_: (1, 2, 3))
    hint("01.3")
    hint("01.3")
    said()
    solution("01.3")
    text = said()
    assert "check(" not in text and "the hint that" in text and "def backward" not in text

    hint("01.3")
    said()
    solution("01.3")
    text = said()
    assert "def backward(x, y, w1, w2, b):" in text and find_exercise("01.3").explain in text
    assert entry(progress_file, "01.3")["solution"]


def test_a_solved_exercise_shows_its_solution_at_once(said):
    check("01.3", backward)
    solution("01.3")
    assert "def backward" in said()


def test_anyway_means_anyway(said):
    solution("01.3", anyway=True)
    assert "def backward" in said()


def test_the_shown_source_of_a_fixed_answer_runs_and_gives_the_answer():
    """Nothing but what the notebook has defined by then is used in it."""
    import inspect

    from backprop_lib.exercises import lesson_01

    names = {name: getattr(lesson_01, name) for name in ("sigmoid", "backward", "step")}
    for id in ("01.2", "01.6"):
        truth = find_exercise(id).truth
        exec(inspect.getsource(truth), names)
        assert names[truth.__name__]() == truth()


def test_unknown_ids_and_predictions_get_a_sentence(said):
    for action in (hint, solution):
        action("01.33")
        assert said().startswith('❓ There is no exercise "01.33"')
        action("01.a")
        assert "is a prediction" in said()
