"""The review quiz: questions that come back until they were answered right once."""

import reprlib

import traitlets

from backprop_lib.explorables.explorable import Explorable, browser_side

FIELDS = {
    "id": str,
    "lesson": str,
    "about": str,
    "question": str,
    "evidence": list,
    "choices": list,
    "right": int,
    "whys": list,
}
NOTHING = (
    "Nothing to ask yet: the questions are made of the guesses that you measured and of the exercises "
    "that you tried"
)


class ReviewQuiz(Explorable):
    """One question after another; what was answered wrong comes back after the others.

    questions: what is asked, in order, as `backprop_lib.exercises.questions` makes it.  answers: what was
    answered so far, one {"id", "chosen", "right"} each; `quiz.answers = []` starts again.
    """

    _esm, _css = browser_side("review_quiz")

    questions = traitlets.List().tag(sync=True)
    answers = traitlets.List().tag(sync=True)

    @property
    def sentence(self):
        """How many questions were answered right, and how many are still asked."""
        total = len(self.questions)
        if not total:
            return NOTHING
        right = {answer["id"] for answer in self.answers if answer["right"]}
        wrong = {answer["id"] for answer in self.answers if not answer["right"]}
        if len(right) < total:
            back = len(wrong - right)
            told = f"{len(right)} of {total} answered right"
            return f"{told}, {back} to come back" if back else told
        all_of_them = "The one question" if total == 1 else f"All {total} questions"
        if not wrong:
            return f"{all_of_them} answered right, {'' if total == 1 else 'each '}at once"
        return f"{all_of_them} answered right, {total - len(wrong)} at once, {len(wrong)} after coming back"

    @traitlets.validate("questions")
    def _check_questions(self, proposal):
        ids = [one["id"] for one in proposal.value if _is_question(one)]
        if len(set(ids)) < len(proposal.value):
            raise traitlets.TraitError(
                "the quiz asks what questions() gives, as in review_quiz(questions()); "
                f"received {reprlib.repr(proposal.value)}"
            )
        return proposal.value

    @traitlets.validate("answers")
    def _check_answers(self, proposal):
        known = {one["id"]: one for one in self.questions}
        for answer in proposal.value:
            if not _is_answer(answer, known):
                raise traitlets.TraitError(
                    f"an answer is the id of a question, which choice was taken, and whether it was right; "
                    f"received {reprlib.repr(answer)}. To start again: quiz.answers = []"
                )
        return proposal.value


def _is_question(one):
    if not isinstance(one, dict) or any(type(one.get(name)) is not kind for name, kind in FIELDS.items()):
        return False
    return 0 <= one["right"] < len(one["choices"]) == len(one["whys"])


def _is_answer(answer, known):
    if not isinstance(answer, dict) or set(answer) != {"id", "chosen", "right"} or answer["id"] not in known:
        return False
    question, chosen = known[answer["id"]], answer["chosen"]
    if type(chosen) is not int or not 0 <= chosen < len(question["choices"]):
        return False
    return answer["right"] is (chosen == question["right"])


def review_quiz(questions):
    """Ask the questions one after another; a wrong one comes back after the others, until it is right.

    questions: what `questions()` of the exercises gives: it asks again what you got wrong. `quiz.answers`
    holds your answers, and `remember(quiz.answers)` notes them, so that the next quiz begins with the others.

    Raises: traitlets.TraitError when they are something else.

    >>> from backprop_lib.exercises import questions
    >>> quiz = review_quiz(questions(seed=0))
    >>> quiz.answers
    []
    """
    if not isinstance(questions, list):
        raise traitlets.TraitError(
            "the quiz asks what questions() gives, as in review_quiz(questions()); "
            f"received {type(questions).__name__} {reprlib.repr(questions)}"
        )
    return ReviewQuiz(questions=questions)
