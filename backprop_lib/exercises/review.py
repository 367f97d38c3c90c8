"""`review`: each guess beside what was measured, the mistakes that were met, and what was solved."""

import html
from collections.abc import Callable
from dataclasses import dataclass

from backprop_lib.course import LESSONS
from backprop_lib.exercises.notes import BLOCK, Note
from backprop_lib.exercises.predictions import describe_guess
from backprop_lib.exercises.record import Guess, LessonRecord, Mistake, Solved, record

NOTHING_YET = (
    "Nothing is recorded yet. As you guess and solve, this will show each guess beside what was measured, "
    "the mistakes that you met and whether they are cured, and how many attempts each exercise took."
)
TITLES = {lesson.number: lesson.title for lesson in LESSONS}


@dataclass(frozen=True)
class Part:
    """Some notes under one heading; what went well is folded away."""

    heading: str
    notes: tuple[Note, ...]
    folded: bool = False

    @property
    def lines(self) -> list[str]:
        return [self.heading, *map(repr, self.notes)]

    @property
    def html(self) -> str:
        heading = html.escape(self.heading)
        notes = "".join(note._repr_html_() for note in self.notes)
        if self.folded and notes:
            return f'<details style="margin:0.5em 0"><summary>{heading}</summary>{notes}</details>'
        return f'<div style="margin:0.5em 0">{heading}</div>{notes}'


@dataclass(frozen=True, repr=False)
class Review:
    """What the learner's file holds of every lesson. In a notebook it shows itself: what went wrong first."""

    lessons: tuple[LessonRecord, ...]

    def __repr__(self) -> str:
        return "\n".join(line for part in _parts(self.lessons) for line in part.lines)

    def _repr_html_(self) -> str:
        style = BLOCK.format(colour="transparent")  # each note has a line of its own
        return f'<div style="{style}">{"".join(part.html for part in _parts(self.lessons))}</div>'


def review() -> Review:
    """Show every guess beside what was measured, the mistakes met, and the exercises solved.

    Wrong guesses and open mistakes come first; what is right is folded. A prediction that has not been made
    is counted, and its result is not told: nobody but your own file knows it.

    >>> review() == review()
    True
    """
    return Review(record())


def _parts(lessons: tuple[LessonRecord, ...]) -> list[Part]:
    if all(lesson.is_blank for lesson in lessons):
        return [Part(NOTHING_YET, ())]
    return [*_of_guesses(lessons), *_of_mistakes(lessons), *_of_exercises(lessons)]


def _of_guesses(lessons: tuple[LessonRecord, ...]) -> list[Part]:
    guesses = [guess for lesson in lessons for guess in lesson.guesses]
    surprises = [guess for guess in guesses if guess.surprise]
    right = [guess for guess in guesses if guess.right]
    waiting = [guess for guess in guesses if guess.measured is None]
    left = {one.number: one.predictions - len(one.guesses) for one in lessons}
    left = {number: count for number, count in left.items() if count}
    return [
        *_part(f"{_count(surprises, 'guess')} came out otherwise:", surprises, _compared),
        *_part(f"{_count(waiting, 'guess')} not measured yet:", waiting, _waiting),
        *_part(f"{_count(right, 'guess')} right", right, _compared, folded=True),
        *([Part(f"Not guessed yet: {_by_lesson(left)}.", ())] if left else []),
    ]


def _of_mistakes(lessons: tuple[LessonRecord, ...]) -> list[Part]:
    mistakes = [mistake for lesson in lessons for mistake in lesson.mistakes]
    still_open = [mistake for mistake in mistakes if not mistake.cured]
    cured = [mistake for mistake in mistakes if mistake.cured]
    return [
        *_part(f"{_count(still_open, 'mistake')} met and still open:", still_open, _mistake),
        *_part(f"{_count(cured, 'mistake')} met and cured", cured, _mistake, folded=True),
    ]


def _of_exercises(lessons: tuple[LessonRecord, ...]) -> list[Part]:
    tried = [id for lesson in lessons for id in lesson.tried]
    solved = [lesson for lesson in lessons if lesson.solved]
    count, total = sum(len(one.solved) for one in lessons), sum(one.exercises for one in lessons)
    return [
        *([Part(f"Tried and not solved yet: {', '.join(tried)}.", ())] if tried else []),
        *_part(f"{count} of {total} exercises solved", solved, _solved, folded=True),
    ]


def _part(heading: str, things: list, note: Callable, folded: bool = False) -> list[Part]:
    return [Part(heading, tuple(map(note, things)), folded)] if things else []


def _compared(guess: Guess) -> Note:
    prediction = guess.prediction
    compared = f"You predicted {describe_guess(guess.guess)}; measured: {describe_guess(guess.measured)}."
    more = f"{compared} {guess.why}".strip()
    return Note("✅" if guess.right else "▸", prediction.id, prediction.question, more=more)


def _waiting(guess: Guess) -> Note:
    prediction = guess.prediction
    number = prediction.id[:2]
    more = f"You predicted {describe_guess(guess.guess)}. Run its experiment in lesson {_named(number)}."
    return Note("⬜", prediction.id, prediction.question, more=more)


def _mistake(mistake: Mistake) -> Note:
    misconception = mistake.misconception
    mark = "✅" if mistake.cured else "❌"
    return Note(mark, mistake.exercise.id, f"{misconception.name}.", more=misconception.why)


def _solved(lesson: LessonRecord) -> Note:
    return Note("✅", lesson.number, ", ".join(map(_attempts, lesson.solved)) + ".")


def _attempts(one: Solved) -> str:
    if one.attempts is None:  # recorded before attempts were
        return one.exercise.id
    return f"{one.exercise.id} " + ("at once" if one.attempts == 1 else f"at attempt {one.attempts}")


def _count(things: list, name: str) -> str:
    plural = {"guess": "guesses", "mistake": "mistakes"}[name]
    return f"{len(things)} {name if len(things) == 1 else plural}"


def _by_lesson(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} in {number}" for number, count in counts.items())


def _named(number: str) -> str:
    return f"{number}, {TITLES[number]}" if number in TITLES else number
