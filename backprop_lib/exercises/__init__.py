"""Exercises that know why an answer is wrong, and predictions that are kept until the experiment has run.

In a notebook: `check`, `hint`, `solution` for exercises (ids such as "01.3"), `predict` and `reveal` for
predictions ("01.a"), `progress` for where the learner stands. At the end of the course: `review`, `questions`
and `remember` for the review quiz, and `summary_picture`. None of them raises, so a notebook that nobody has
filled in yet runs clean from top to bottom. `evaluate` is the pure function behind `check`.

One file a lesson (`lesson_01.py`, ...) holds questions, answers, misconceptions and hints; `registry` says
what they are made of, `checking` judges, `logbook` keeps one small file beside the notebooks. Nothing is sent
anywhere.
"""

from backprop_lib.exercises.actions import check, hint, solution
from backprop_lib.exercises.certificate import summary_picture
from backprop_lib.exercises.checking import Verdict, evaluate
from backprop_lib.exercises.predictions import predict, reveal
from backprop_lib.exercises.questions import questions, remember
from backprop_lib.exercises.review import review
from backprop_lib.exercises.summary import progress

__all__ = [
    "Verdict",
    "check",
    "evaluate",
    "hint",
    "predict",
    "progress",
    "questions",
    "remember",
    "reveal",
    "review",
    "solution",
    "summary_picture",
]
