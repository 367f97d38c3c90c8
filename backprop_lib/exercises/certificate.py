"""`summary_picture`: what was done in the course, as a picture to keep."""

from backprop_lib.course import LESSONS
from backprop_lib.exercises.answers import is_blank
from backprop_lib.exercises.record import LessonRecord, record


def summary_picture(name: object = "", date: object = ""):
    """Draw what you have done: the lessons as a path, and what you solved, guessed and cured.

    name, date: as they are to stand on it; `...` leaves them out.  Returns: a matplotlib Figure, whose
    `save(path)` writes a PNG or an SVG. Every number comes from your own progress file.

    >>> summary_picture("Ada").size
    (800, 500)
    """
    from backprop_lib.pictures.certificate import certificate  # loads matplotlib

    lessons = record()
    return certificate(_lessons(lessons), _counts(lessons), name=_text(name), date=_text(date))


def _text(given: object) -> str:
    return "" if is_blank(given) or given == "…" else str(given)


def _lessons(lessons: tuple[LessonRecord, ...]) -> list[dict]:
    """What the path shows: all lessons of the course, also those without anything to solve."""
    recorded = {one.number: one for one in lessons}
    return [
        {
            "number": lesson.number,
            "title": lesson.title,
            "solved": len(recorded[lesson.number].solved) if lesson.number in recorded else 0,
            "exercises": recorded[lesson.number].exercises if lesson.number in recorded else 0,
        }
        for lesson in LESSONS
    ]


def _counts(lessons: tuple[LessonRecord, ...]) -> dict[str, tuple[int, int]]:
    """What is counted, as (so many, of so many)."""
    measured = [guess for one in lessons for guess in one.guesses if guess.measured is not None]
    mistakes = [mistake for one in lessons for mistake in one.mistakes]
    return {
        "exercises solved": (sum(len(one.solved) for one in lessons), sum(one.exercises for one in lessons)),
        "predictions made": (
            sum(len(one.guesses) for one in lessons),
            sum(one.predictions for one in lessons),
        ),
        "right first time": (sum(guess.right for guess in measured), len(measured)),
        "mistakes cured": (sum(mistake.cured for mistake in mistakes), len(mistakes)),
    }
