"""What the learner's file says of each lesson: guesses with what was measured, mistakes, what was solved."""

from dataclasses import dataclass

from backprop_lib.exercises import logbook
from backprop_lib.exercises.outcome import agree, fits, why_natural
from backprop_lib.exercises.registry import Exercise, Misconception, Prediction, lesson, lesson_numbers


@dataclass(frozen=True)
class Guess:
    """A recorded guess; `measured` is None until its experiment has been run."""

    prediction: Prediction
    guess: str | float
    measured: str | float | None

    @property
    def right(self) -> bool:
        return self.measured is not None and agree(self.prediction, self.guess, self.measured)

    @property
    def surprise(self) -> bool:
        return self.measured is not None and not self.right

    @property
    def why(self) -> str:
        return why_natural(self.prediction, self.guess, self.measured) if self.surprise else ""


@dataclass(frozen=True)
class Mistake:
    """A misconception that a check has named; `cured` when the exercise was solved after it."""

    exercise: Exercise
    misconception: Misconception
    solved: bool
    cured: bool


@dataclass(frozen=True)
class Solved:
    """An exercise that is solved, and the number of attempts it took; None where that was not recorded."""

    exercise: Exercise
    attempts: int | None


@dataclass(frozen=True)
class LessonRecord:
    """One lesson: all that is recorded of it, and how many predictions and exercises it has."""

    number: str
    guesses: tuple[Guess, ...]
    mistakes: tuple[Mistake, ...]
    solved: tuple[Solved, ...]
    tried: tuple[str, ...]  # attempted and not solved: their ids
    predictions: int
    exercises: int

    @property
    def is_blank(self) -> bool:
        return not (self.guesses or self.mistakes or self.solved or self.tried)


def record() -> tuple[LessonRecord, ...]:
    """Read the learner's file, lesson by lesson; ids and mistakes that are no longer there are left out.

    >>> record()[1].number
    '01'
    """
    state = logbook.read()
    return tuple(_of_lesson(number, state) for number in lesson_numbers())


def _of_lesson(number: str, state: dict) -> LessonRecord:
    exercises, predictions = lesson(number)
    entries = [(exercise, state["exercises"].get(id, {})) for id, exercise in exercises.items()]
    return LessonRecord(
        number,
        guesses=tuple(_guesses(predictions, state["predictions"])),
        mistakes=tuple(mistake for exercise, entry in entries for mistake in _mistakes(exercise, entry)),
        solved=tuple(
            Solved(exercise, entry.get("solved_after")) for exercise, entry in entries if entry.get("solved")
        ),
        tried=tuple(
            exercise.id for exercise, entry in entries if entry.get("attempts", 0) and not entry.get("solved")
        ),
        predictions=len(predictions),
        exercises=len(exercises),
    )


def _guesses(predictions: dict[str, Prediction], kept: dict):
    for id, prediction in predictions.items():
        entry = kept.get(id, {})
        if fits(prediction, entry.get("guess")):
            measured = entry.get("measured")
            yield Guess(prediction, entry["guess"], measured if fits(prediction, measured) else None)


def _mistakes(exercise: Exercise, entry: dict):
    known = {misconception.name: misconception for misconception in exercise.misconceptions}
    for name in entry.get("met", []):
        if name in known:
            solved = bool(entry.get("solved"))
            yield Mistake(exercise, known[name], solved, name in entry.get("cured", []))
