"""`predict` before the experiment, `reveal` in it: a guess is kept, then set beside what was measured."""

import functools

import numpy as np

from backprop_lib.exercises import logbook
from backprop_lib.exercises.answers import NotNumbers, describe, is_blank, numbers_in, problem_text
from backprop_lib.exercises.checking import MARKS
from backprop_lib.exercises.compare import plain
from backprop_lib.exercises.notes import Note, show
from backprop_lib.exercises.outcome import agree, why_natural
from backprop_lib.exercises.registry import Prediction, UnknownId, find_prediction


def predict(id: str, guess: object = ...) -> None:
    """Record a guess before the experiment is run; say that it is recorded, never whether it is right.

    `guess` is one of the prediction's options (or a number, where it asks for one). Another guess replaces it
    until the result has been shown. With `...` the question is shown and nothing is recorded.

    >>> predict("01.a", ...)
    ⬜ 01.a  If w1 grows a little, will the loss grow, fall or stay the same? Guess "grow", "fall" or "same".
    """
    _guarded(_predict, id, guess)


def reveal(id: str, measured: object, numbers: str = "") -> None:
    """Set the guess beside what the experiment measured.

    Where the guess was a known confusion, a sentence says why it is a natural one and what is missing in it.
    Call it in the experiment's cell with the computed result. `numbers` is a text with the experiment's
    figures, on one line or several, shown below. Without a recorded guess it asks for one, and neither tells
    nor records anything: a published notebook gives no result away.

    >>> reveal("01.z", "grow")
    ❓ There is no prediction "01.z"; the nearest are 01.d, 01.c, 01.b.
    """
    _guarded(functools.partial(_reveal, numbers=numbers), id, measured)


def _guarded(action, id: object, value: object) -> None:
    """A notebook runs to its end whatever is passed here."""
    try:
        prediction = find_prediction(id)
    except UnknownId as problem:
        show(Note(MARKS["unknown"], "", str(problem)))
        return
    try:
        note = action(prediction, value)
    except KeyboardInterrupt:
        raise
    except BaseException as problem:
        note = Note("⬜", prediction.id, f"This could not be read: `{problem_text(problem)}`.")
    show(note)


def _predict(prediction: Prediction, guess: object) -> Note:
    if is_blank(guess):
        return Note("⬜", prediction.id, f"{prediction.question} Guess {_offer(prediction)}.")
    value = _read(prediction, guess)
    if value is None:
        return Note("⬜", prediction.id, f"A guess is {_offer(prediction)}; received {describe(guess)}.")
    kept = {}

    def record(state: dict) -> None:
        entry = state["predictions"].get(prediction.id, {})
        if "measured" not in entry:
            state["predictions"][prediction.id] = entry = {**entry, "guess": value}
        kept.update(entry)

    logbook.change(record)
    if kept["guess"] != value:
        return Note(
            "✎",
            prediction.id,
            f"The result has been shown: your guess stays {describe_guess(kept['guess'])}.",
        )
    return Note("✎", prediction.id, f"Recorded: {describe_guess(value)}.")


def _reveal(prediction: Prediction, measured: object, numbers: object) -> Note:
    truth = _read(prediction, measured)
    if truth is None:
        return Note(
            "⬜", prediction.id, f"The result is {_offer(prediction)}; received {describe(measured)}."
        )
    found = {}

    def record(state: dict) -> None:
        entry = state["predictions"].get(prediction.id)
        if entry is not None:  # a blank notebook leaves no trace
            entry["measured"] = truth
            found.update(entry)

    logbook.change(record)
    if not found:
        return Note("▸", prediction.id, "Guess first, in the cell above; then run this cell again.")
    guess = found["guess"]
    compared = f"You predicted {describe_guess(guess)}; measured: {describe_guess(truth)}."
    more = numbers if type(numbers) is str else describe(numbers)
    if agree(prediction, guess, truth):
        return Note("✅", prediction.id, compared, more=more)
    why = why_natural(prediction, guess, truth)
    return Note("▸", prediction.id, f"{compared} {why}".rstrip(), more=more)


def describe_guess(guess: str | float) -> str:
    """A guess or a result as it is shown: the option itself, or the number."""
    return guess if isinstance(guess, str) else describe(guess)


def _read(prediction: Prediction, guess: object) -> str | float | None:
    """The option, or the number, that was meant; None if it is neither."""
    if prediction.options:
        if type(guess) is not str:
            return None
        return next((option for option in prediction.options if plain(option) == plain(guess)), None)
    try:
        number = numbers_in(guess)
    except NotNumbers:
        return None
    return float(number) if number.ndim == 0 and np.isfinite(number) else None


def _offer(prediction: Prediction) -> str:
    if not prediction.options:
        return "a number"
    *most, last = (f'"{option}"' for option in prediction.options)
    return f"{', '.join(most)} or {last}"
