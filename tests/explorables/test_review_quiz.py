"""The review quiz, its Python side: what it asks, what it takes as an answer, and where it stands."""

import pytest
import traitlets

from backprop_lib.exercises import questions
from backprop_lib.explorables.review_quiz import NOTHING, ReviewQuiz, review_quiz
from tests.exercises.learner import a_course


def question(id, choices=("a", "b", "c"), right=1, **other):
    texts = {"lesson": "01", "about": "About.", "question": f"Which `{id}`?", "evidence": []}
    whys = [f"Why {choice} of {id}." for choice in choices]
    return {"id": id, "choices": list(choices), "right": right, "whys": whys, **texts, **other}


def answer(id, chosen=1):
    return {"id": id, "chosen": chosen, "right": chosen == 1}


THREE = [question("one"), question("two"), question("three")]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([], "0 of 3 answered right"),
        ([answer("one")], "1 of 3 answered right"),
        ([answer("one", 0), answer("two")], "1 of 3 answered right, 1 to come back"),
        ([answer("one", 0), answer("two", 0), answer("three")], "1 of 3 answered right, 2 to come back"),
        ([answer("one"), answer("two"), answer("three")], "All 3 questions answered right, each at once"),
        (
            [answer("one", 0), answer("two"), answer("three"), answer("one", 2), answer("one")],
            "All 3 questions answered right, 2 at once, 1 after coming back",
        ),
    ],
)
def test_the_sentence_says_how_far_it_is(answers, said):
    quiz = review_quiz(THREE)
    quiz.answers = answers
    assert repr(quiz) == quiz.sentence == said


def test_a_single_question():
    quiz = review_quiz(THREE[:1])
    quiz.answers = [answer("one")]
    assert repr(quiz) == "The one question answered right, at once"


def test_without_questions_it_says_what_they_are_made_of():
    assert repr(review_quiz([])) == NOTHING


def test_it_asks_what_the_exercises_give(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BACKPROP_PROGRESS", str(tmp_path / "progress.json"))
    assert repr(review_quiz(questions())) == NOTHING
    a_course()
    asked = questions()
    assert review_quiz(asked).questions == asked and len(asked) == 6


@pytest.mark.parametrize("odd", [None, 3, "questions", {"id": "one"}, questions])
def test_what_is_no_list_of_questions_is_refused(odd):
    with pytest.raises(traitlets.TraitError, match=r"as in review_quiz\(questions\(\)\); received"):
        review_quiz(odd)


@pytest.mark.parametrize(
    "odd",
    [
        3,
        {},
        question("one", right=3),
        question("one", right=-1),
        question("one", whys=["one too few"]),
        question("one", lesson=1),
        THREE[1],
    ],
)
def test_a_question_that_lacks_something_or_comes_twice_is_refused(odd):
    with pytest.raises(traitlets.TraitError, match=r"the quiz asks what questions\(\) gives"):
        ReviewQuiz(questions=[*THREE, odd] if odd is THREE[1] else [odd])


@pytest.mark.parametrize(
    "odd", [3, {}, answer("four"), answer("one", 3), answer("one") | {"right": False}, answer("one", True)]
)
def test_what_is_no_answer_is_refused_and_the_others_stay(odd):
    quiz = review_quiz(THREE)
    quiz.answers = [answer("two")]
    with pytest.raises(traitlets.TraitError, match=r"To start again: quiz.answers = \[\]"):
        quiz.answers = [odd]
    assert quiz.answers == [answer("two")]


def test_it_starts_again():
    quiz = review_quiz(THREE)
    quiz.answers = [answer("one", 0)]
    quiz.answers = []
    assert repr(quiz) == "0 of 3 answered right"
