"""A learner who guesses, errs and solves, so that there is something to review."""

from backprop_lib.exercises import check, predict, reveal
from backprop_lib.exercises.registry import find_exercise, find_prediction


def guess(id, guessed, measured=None):
    """Guess, and run the experiment if it is said what it measures."""
    predict(id, guessed)
    if measured is not None:
        reveal(id, measured)


def err(id, *names):
    """Make the mistakes of these names, one attempt each."""
    exercise = find_exercise(id)
    known = {one.name: one.wrong for one in exercise.misconceptions}
    for name in names:
        check(id, known[name] if exercise.asks_for_a_function else known[name]())


def solve(id):
    exercise = find_exercise(id)
    check(id, exercise.truth if exercise.asks_for_a_function else exercise.truth())


def confuse(id):
    """Guess what many guess; then the experiment measures what it does measure. Returns that confusion."""
    confusion = find_prediction(id).confusions[0]
    guess(id, confusion.guess, confusion.measured)
    return confusion


def a_course():
    """Some of everything: guesses right, wrong, not measured; mistakes open and cured; one solved at once."""
    guess("01.a", "grow", "grow")
    confuse("01.b")
    guess("01.c", "less")
    err("01.2", "target minus output", "x in place of a1")
    solve("01.2")
    err("02.1", "inner derivative forgotten")
    solve("01.1")
