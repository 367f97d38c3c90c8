"""`check`, `hint` and `solution`: what a learner types in an exercise's cell."""

import functools
import inspect
import textwrap

from backprop_lib.exercises import logbook
from backprop_lib.exercises.checking import MARKS, Verdict, evaluate
from backprop_lib.exercises.notes import Note, show
from backprop_lib.exercises.registry import Exercise, UnknownId, find_exercise


def check(id: str, answer: object = ...) -> None:
    """Check an answer and show the verdict: ✅, ⬜ not attempted, or ❌ with the reason.

    `answer` is what the exercise asks for: a number, several numbers in a tuple or dict, an array, one of the
    offered texts, or a function (the function itself, which is then run on several inputs). It never raises.
    A number may be typed with fewer digits: see `evaluate` for the rule. An attempt is recorded in the
    progress file; a blank is not.

    >>> check("01.2", ...)
    ⬜ 01.2  Not attempted yet. Compute ∂L/∂w2 at x = 2, y = 1, w1 = 0.5, w2 = −1, b = 0.
    """
    verdict = evaluate(id, answer)
    if verdict.attempted:
        logbook.change(functools.partial(_note_attempt, verdict=verdict))
    show(verdict)


def hint(id: str) -> None:
    """Show the next hint, one at a time; after the last, all of them together.

    >>> hint("01.99")
    ❓ There is no exercise "01.99"; the nearest are 01.6, 01.5, 01.4.
    """
    exercise = _find(id)
    if exercise is None:
        return
    hints = exercise.hints
    seen = _entry(logbook.read(), exercise)["hints"]
    if seen < len(hints):
        logbook.change(functools.partial(_note_hint, id=exercise.id, seen=seen + 1))
        show(Note("💡", exercise.id, f"Hint {seen + 1} of {len(hints)}: {hints[seen]}"))
    else:
        numbered = "\n".join(f"{i}. {text}" for i, text in enumerate(hints, 1))
        show(Note("💡", exercise.id, "These are all the hints:", more=numbered))


def solution(id: str, anyway: bool = False) -> None:
    """Show the solution once it has been tried, and says what to try first before that.

    It opens when the exercise is solved, or when an answer has been checked and all hints are read.
    `anyway=True` shows it at once.

    >>> solution("01.a")
    ❓ 01.a is a prediction: use `predict("01.a", ...)`.
    """
    exercise = _find(id)
    if exercise is None:
        return
    remaining = [] if anyway else _still_to_try(exercise)
    if remaining:
        first = f"Before the solution: {' and '.join(remaining)}."
        show(
            Note(
                "⬜",
                exercise.id,
                f'{first} To see it all the same: `solution("{exercise.id}", anyway=True)`.',
            )
        )
        return
    logbook.change(functools.partial(_note_solution, id=exercise.id))
    show(Note("📖", exercise.id, exercise.task, code=_source(exercise), more=exercise.explain))


def _still_to_try(exercise: Exercise) -> list[str]:
    entry = _entry(logbook.read(), exercise)
    if entry["solved"]:
        return []
    remaining = []
    if entry["attempts"] == 0:
        remaining.append(f'try an answer with `check("{exercise.id}", ...)`')
    unread = len(exercise.hints) - entry["hints"]
    if unread > 0:
        hints = "the hint" if unread == 1 else f"the {unread} hints"
        remaining.append(f'read {hints} that `hint("{exercise.id}")` still has')
    return remaining


def _source(exercise: Exercise) -> str:
    try:
        return textwrap.dedent(inspect.getsource(exercise.truth)).rstrip()
    except (OSError, TypeError):  # installed without sources
        return ""


def _find(id: object) -> Exercise | None:
    try:
        return find_exercise(id)
    except UnknownId as problem:
        show(Note(MARKS["unknown"], "", str(problem)))
        return None


def _entry(state: dict, exercise: Exercise) -> dict:
    return logbook.exercise_entry(state, exercise.id)


def _note_attempt(state: dict, verdict: Verdict) -> None:
    entry = logbook.exercise_entry(state, verdict.id)
    entry["attempts"] += 1
    if verdict.solved and not entry["solved"]:
        entry["solved"] = True
        entry["solved_after"] = entry["attempts"]
    _note_mistakes(entry, verdict)


def _note_mistakes(entry: dict, verdict: Verdict) -> None:
    """A mistake that was made is open until the exercise is solved after it; then it is cured."""
    if verdict.solved and entry.get("met"):
        entry["cured"] = list(entry["met"])
    elif verdict.misconception:
        entry["met"] = [*dict.fromkeys([*entry.get("met", []), verdict.misconception])]
        if "cured" in entry:
            entry["cured"] = [name for name in entry["cured"] if name != verdict.misconception]


def _note_hint(state: dict, id: str, seen: int) -> None:
    entry = logbook.exercise_entry(state, id)
    entry["hints"] = max(entry["hints"], seen)


def _note_solution(state: dict, id: str) -> None:
    logbook.exercise_entry(state, id)["solution"] = True
