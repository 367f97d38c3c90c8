"""`progress`: where the learner stands, lesson by lesson."""

import html
from dataclasses import dataclass

from backprop_lib.exercises import logbook
from backprop_lib.exercises.notes import BLOCK, GREEN
from backprop_lib.exercises.registry import lesson, lesson_numbers


@dataclass(frozen=True)
class LessonProgress:
    """One lesson: exercises solved and attempted out of `total`, predictions made out of `predictions`."""

    lesson: str
    solved: int
    attempted: int
    total: int
    predicted: int
    predictions: int


@dataclass(frozen=True, repr=False)
class Progress:
    """All lessons, and every recorded prediction as {id: {"guess": ..., "measured": ...}}.

    In a notebook it shows itself as a table.
    """

    lessons: tuple[LessonProgress, ...]
    guesses: dict[str, dict]

    def __repr__(self) -> str:
        return "\n".join(
            f"{one.lesson}  solved {one.solved} of {one.total} · attempted {one.attempted} · "
            f"predictions {one.predicted} of {one.predictions}"
            for one in self.lessons
        )

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col">{name}</th>' for name in ("lesson", "solved", "attempted", "predictions")
        )
        rows = "".join(
            f'<tr><th scope="row">{html.escape(one.lesson)}</th><td>{one.solved} of {one.total}</td>'
            f"<td>{one.attempted}</td><td>{one.predicted} of {one.predictions}</td></tr>"
            for one in self.lessons
        )
        style = BLOCK.format(colour=GREEN)
        return (
            f'<div style="{style}"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        )


def progress(number: str | None = None) -> Progress:
    """How far the learner is: solved, attempted, total, and the predictions made.

    number: the lesson, such as "01"; all lessons where it is left out.

    Raises: ValueError for a lesson that is not there.

    >>> progress("01").lessons[0].total
    6
    """
    numbers = lesson_numbers()
    if number is not None and number not in numbers:
        raise ValueError(f'the lessons are "{numbers[0]}" to "{numbers[-1]}"; received {number!r}')
    state = logbook.read()
    asked = numbers if number is None else (number,)
    return Progress(tuple(_of_lesson(one, state) for one in asked), state["predictions"])


def _of_lesson(number: str, state: dict) -> LessonProgress:
    exercises, predictions = lesson(number)
    entries = [state["exercises"].get(id, {}) for id in exercises]
    return LessonProgress(
        lesson=number,
        solved=sum(bool(entry.get("solved")) for entry in entries),
        attempted=sum(entry.get("attempts", 0) > 0 for entry in entries),
        total=len(exercises),
        predicted=sum(id in state["predictions"] for id in predictions),
        predictions=len(predictions),
    )
