"""`questions` for the review quiz: what the learner got wrong, asked again; `remember` notes the answers."""

import random

from backprop_lib.exercises import logbook
from backprop_lib.exercises.detective import question_about
from backprop_lib.exercises.notes import Note, show
from backprop_lib.exercises.outcome import agree, why_natural
from backprop_lib.exercises.predictions import describe_guess
from backprop_lib.exercises.record import Guess, LessonRecord, Mistake, record

MOST = 12  # questions in one sitting
FEWEST = 6  # below this, mistakes of others in solved exercises fill up


def questions(seed: int = 0) -> list[dict]:
    """Give what `review_quiz` asks: wrong predictions, then the mistakes that were met, open ones first.

    Only predictions that were measured, and only exercises that were solved or in which the mistake was made:
    nothing is given away. Few of one's own are filled up with mistakes that others make in exercises that
    were solved. What `remember` has noted as right comes last.

    seed: of the order, and of the choices.  Returns: at most 12 dicts with "id", "lesson", "about",
    "question", "evidence" ([name, text] rows), "choices", "right" (its place among the choices) and "whys"
    (what is said to each choice).

    >>> questions() == questions()
    True
    """
    generator = random.Random(str(seed))
    lessons = record()
    known = {
        id
        for id, entry in logbook.read().get("reviewed", {}).items()
        if entry["right"] and not entry["wrong"]
    }
    predictions, mistakes = (
        sorted(made, key=lambda one: one["id"] in known)
        for made in (_predictions(lessons, generator), _mistakes(lessons, generator))
    )
    asked = predictions[: max(MOST // 2, MOST - len(mistakes))]
    asked += mistakes[: MOST - len(asked)]
    asked += _of_others(lessons, generator, known, FEWEST - len(asked))
    return sorted(asked, key=lambda one: one["id"] in known)


def remember(answers: object) -> None:
    """Note the answers of a review quiz in the learner's file, so that the next one begins with the others.

    answers: `quiz.answers`. Anything else is told and not noted; nothing is raised. To run it again with the
    same answers changes nothing.

    >>> remember([])
    ⬜ No question has been answered yet.
    """
    try:
        found = _by_question(answers)
    except Exception:  # whatever was handed in, a notebook runs to its end
        show(Note("❓", "", "`remember` takes what a quiz has kept: `remember(quiz.answers)`."))
        return
    if not found:
        show(Note("⬜", "", "No question has been answered yet."))
        return
    logbook.change(lambda state: state.setdefault("reviewed", {}).update(found))
    at_once = sum(entry["right"] and not entry["wrong"] for entry in found.values())
    count = "1 question" if len(found) == 1 else f"{len(found)} questions"
    show(Note("✎", "", f"Noted: {count} reviewed, {at_once} right at once."))


def _by_question(answers: object) -> dict[str, dict]:
    found = {}
    for answer in list(answers):
        id, right = answer["id"], answer["right"]
        if type(id) is not str or type(right) is not bool:
            raise TypeError("not an answer")
        entry = found.setdefault(id, {"wrong": 0, "right": False})
        entry["wrong"] += not right
        entry["right"] = entry["right"] or right
    return found


def _predictions(lessons: tuple[LessonRecord, ...], generator: random.Random) -> list[dict]:
    guesses = [guess for one in lessons for guess in one.guesses if guess.surprise]
    asked = [question for guess in guesses if (question := _prediction(guess))]
    generator.shuffle(asked)
    return asked


def _prediction(guess: Guess) -> dict | None:
    """A prediction whose experiment has been run: the same question, now that the truth is known."""
    prediction, measured = guess.prediction, guess.measured
    choices = list(prediction.options) or _numbers(guess)
    right = next((i for i, one in enumerate(choices) if agree(prediction, one, measured)), None)
    if right is None or len(choices) < 2:
        return None
    came = f"Measured: {describe_guess(measured)}."
    whys = [_joined(came, why_natural(prediction, one, measured)) for one in choices]
    whys[right] = _joined(came, guess.why and f"You had guessed {describe_guess(guess.guess)}. {guess.why}")
    return {
        "id": prediction.id,
        "lesson": prediction.id[:2],
        "about": "You guessed this, and it came out otherwise. What was measured?",
        "question": prediction.question,
        "evidence": [],
        "choices": [describe_guess(one) for one in choices],
        "right": right,
        "whys": whys,
    }


def _numbers(guess: Guess) -> list[float]:
    """Numbers to choose from, rising: what was measured, what was guessed, and what others guess."""
    prediction, numbers = guess.prediction, [guess.measured]
    others = [one.guess for one in prediction.confusions if agree(prediction, one.measured, guess.measured)]
    for number in [guess.guess, *others]:
        if len(numbers) < 4 and not any(agree(prediction, number, one) for one in numbers):
            numbers.append(number)
    return sorted(numbers)


def _mistakes(lessons: tuple[LessonRecord, ...], generator: random.Random) -> list[dict]:
    met = [mistake for one in lessons for mistake in one.mistakes]
    generator.shuffle(met)
    met.sort(key=lambda mistake: mistake.cured)
    about = "You made this mistake once."
    made = (question_about(mistake, about, generator) for mistake in met)
    return [question for question in made if question]


def _of_others(
    lessons: tuple[LessonRecord, ...], generator: random.Random, known: set[str], count: int
) -> list[dict]:
    """Mistakes that others make in exercises that the learner has solved."""
    met = {(mistake.exercise.id, mistake.misconception.name) for one in lessons for mistake in one.mistakes}
    left = [
        Mistake(solved.exercise, misconception, solved=True, cured=True)
        for one in lessons
        for solved in one.solved
        for misconception in solved.exercise.misconceptions
        if (solved.exercise.id, misconception.name) not in met
    ]
    generator.shuffle(left)
    asked = []
    about = "You solved this; here is a mistake that others make."
    for mistake in left:
        if len(asked) >= count:
            break
        question = question_about(mistake, about, generator)
        if question and question["id"] not in known:
            asked.append(question)
    return asked


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
