"""What an exercise and a prediction are made of, and how an id finds its own.

A lesson is one module, `lesson_NN.py`, with two tuples: `EXERCISES` and `PREDICTIONS`. It is imported when
one of its ids is first asked for, so a notebook loads its own lesson and no other.
"""

import importlib
import inspect
import pkgutil
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import numpy as np

from backprop_lib.exercises.answers import cut

RANDOM_CASES = 5  # enough that a formula right by accident on one input is caught on another


@dataclass(frozen=True)
class Misconception:
    """A classic mistake, as a function that makes it.

    `wrong` takes what the exercise's `truth` takes. Its results are compared with the learner's on every
    input, so a mistake is recognised by what it does and never by how the code is spelt. `why` speaks to the
    learner.
    """

    name: str
    why: str
    wrong: Callable


@dataclass(frozen=True)
class Exercise:
    """One question with its answer, its hints and the mistakes that people make.

    truth               the answer, as a function; its source is what `solution` shows. For a fixed answer (a
                        number, several numbers, a choice) it takes nothing and returns the answer.
    inputs              for function answers: makes one tuple of arguments from a NumPy Generator. None: fixed
                        answer.
    examples            argument tuples tried before the random ones: the values that the notebook talks
                        about.
    parts               names of what `truth` returns when that is a tuple: ("dw1", "dw2", "db").
    options             the texts to choose from, when the answer is one of them.
    relative_tolerance  None means: 1e-6 for a function. For a fixed number 0.005, so that 0.4557 passes for
                        0.45567566 and a mistake 2 % away does not. Where a misconception lies within the
                        tolerance too, the nearer of the two is what the answer is taken for.
                        A finer one leaves a fixed number's misconceptions recognisable from three digits.
    """

    id: str
    task: str
    truth: Callable
    explain: str
    misconceptions: tuple[Misconception, ...]
    hints: tuple[str, ...]
    inputs: Callable[[np.random.Generator], tuple] | None = None
    examples: tuple[tuple, ...] = ()
    parts: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    relative_tolerance: float | None = None

    @property
    def asks_for_a_function(self) -> bool:
        return self.inputs is not None

    @property
    def tolerance(self) -> float:
        if self.relative_tolerance is not None:
            return self.relative_tolerance
        return 1e-6 if self.asks_for_a_function else 0.005

    @property
    def argument_names(self) -> tuple[str, ...]:
        return tuple(inspect.signature(self.truth).parameters)

    def cases(self) -> list[tuple]:
        """The argument tuples on which answers are compared: the same ones every time."""
        if self.inputs is None:
            return [()]
        generator = np.random.default_rng(zlib.crc32(self.id.encode()))
        return [*self.examples, *(self.inputs(generator) for _ in range(RANDOM_CASES))]


@dataclass(frozen=True)
class Confusion:
    """Why a wrong guess is a natural one; shown when this was guessed and that was measured."""

    guess: str | float
    measured: str | float
    why: str


@dataclass(frozen=True)
class Prediction:
    """A question asked before an experiment is run. The experiment measures the truth; it is not kept here.

    options    what to choose from; empty means that a number is asked for.
    tolerance  how far a guessed number may lie from the measured one to be called close (relative).
    """

    id: str
    question: str
    options: tuple[str, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    tolerance: float = 0.1


class UnknownId(LookupError):
    """No such exercise or prediction; the message is the sentence to show."""


@cache
def lesson_numbers() -> tuple[str, ...]:
    """The lessons that have a file here, in order.

    >>> lesson_numbers()[0]
    '00'
    """
    package = importlib.import_module(__package__)
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(sorted(name[-2:] for name in names if re.fullmatch(r"lesson_\d\d", name)))


@cache
def lesson(number: str) -> tuple[dict[str, Exercise], dict[str, Prediction]]:
    """The exercises and the predictions of one lesson, by id.

    >>> exercises, predictions = lesson("01")
    >>> exercises["01.2"].argument_names
    ()
    """
    module = importlib.import_module(f"{__package__}.lesson_{number}")
    return {e.id: e for e in module.EXERCISES}, {p.id: p for p in module.PREDICTIONS}


def find_exercise(id: object) -> Exercise:
    """The exercise with this id, or an UnknownId that names the nearest ones.

    >>> find_exercise("01.1").id
    '01.1'
    """
    return _find(id, 0)


def find_prediction(id: object) -> Prediction:
    """The prediction with this id, or an UnknownId that names the nearest ones.

    >>> find_prediction("01.a").options
    ('grow', 'fall', 'same')
    """
    return _find(id, 1)


def _find(id: object, shelf: int):
    if not issubclass(type(id), str):
        raise UnknownId('An id is a short text in quotes, such as "01.3".')
    id = str.__str__(id)
    number = id[:2]
    if number in lesson_numbers():
        shelves = lesson(number)
        if id in shelves[shelf]:
            return shelves[shelf][id]
        if id in shelves[1 - shelf]:
            kind, use = ("a prediction", "predict") if shelf == 0 else ("an exercise", "check")
            raise UnknownId(f'{id} is {kind}: use `{use}("{id}", ...)`.')
    kind = ("exercise", "prediction")[shelf]
    raise UnknownId(f'There is no {kind} "{cut(id, 20)}"; the nearest are {", ".join(_nearest(id, shelf))}.')


def _nearest(id: str, shelf: int) -> list[str]:
    id = re.sub(r"^(\d)\.", r"0\1.", id)  # "1.3" for "01.3"
    numbers = [id[:2]] if id[:2] in lesson_numbers() else lesson_numbers()
    known = [one for number in numbers for one in lesson(number)[shelf]]
    return get_close_matches(id[:20], known, n=3, cutoff=0.4) or known[:3]
