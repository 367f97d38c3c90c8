"""A question made of a mistake: here is what an answer gives; which mistake is in it?"""

import copy
import random
import re
import warnings
from collections.abc import Callable

import numpy as np

from backprop_lib.exercises.answers import describe
from backprop_lib.exercises.record import Mistake
from backprop_lib.exercises.registry import Exercise, Misconception

CHOICES = 4
LONGEST = 90  # characters of arguments, or of a result: more is not read
# What `describe` says where it would take too long to tell, and numbers that many mistakes have in common.
TELLS_NOTHING = re.compile(r"an array of|an object of|a function|[a-z]+ of \d|too large|nan|inf|…")

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+")


def question_about(mistake: Mistake, about: str, generator: random.Random) -> dict | None:
    """Ask which mistake gives this result; or, where results are too long to read, why a mistake is wrong.

    The right result, and what is said of other mistakes, are shown only where the exercise is solved. None
    where no question can be made of it.
    """
    exercise, name = mistake.exercise, mistake.misconception.name
    asked = _by_result(mistake, generator) or _by_words(mistake, generator)
    if not asked:
        return None
    asked["about"] = f"{about} {asked['about']}"
    return {"id": f"{exercise.id}: {name}", "lesson": exercise.id[:2], **asked}


def _by_result(mistake: Mistake, generator: random.Random) -> dict | None:
    """The results at one input: the right one, and that of the mistake. Its name is to be found."""
    exercise, made = mistake.exercise, mistake.misconception
    for arguments in exercise.cases():
        at = _at(exercise, arguments)
        truth, result = _result(exercise.truth, arguments), _result(made.wrong, arguments)
        if at is None or not truth or not result or truth == result:
            continue
        others = _others(mistake, arguments, {truth, result}, generator)
        if len(others) < 2:
            continue
        choices = [*others, made.name]
        generator.shuffle(choices)
        rows = [("at", at), ("right", truth if mistake.solved else ""), ("this answer", result)]
        return {
            "about": "Which one is it?",
            "question": exercise.task,
            "evidence": [[name, text] for name, text in rows if text],
            "choices": choices,
            "right": choices.index(made.name),
            "whys": [
                made.why if name == made.name else _not_this(name, others[name], made) for name in choices
            ],
        }
    return None


def _not_this(name: str, result: str, made: Misconception) -> str:
    return f"“{name}” gives {result}. This one is “{made.name}”: {made.why}"


def _by_words(mistake: Mistake, generator: random.Random) -> dict | None:
    """The mistake's name is given; what is said of it is to be found among what is said of others."""
    exercise, made = mistake.exercise, mistake.misconception
    others = [one for one in exercise.misconceptions if one.why != made.why]
    if not mistake.solved or len(others) < 2:
        return None
    choices = [*generator.sample(others, 2), made]
    generator.shuffle(choices)
    return {
        "about": "What is wrong in it?",
        "question": exercise.task,
        "evidence": [["mistake", made.name]],
        "choices": [one.why for one in choices],
        "right": choices.index(made),
        "whys": [
            exercise.explain if one is made else f"That is said of “{one.name}”. Here: {made.why}"
            for one in choices
        ],
    }


def _others(mistake: Mistake, arguments: tuple, taken: set[str], generator: random.Random) -> dict[str, str]:
    """Names of other mistakes with what each gives here: not the same as any other choice."""
    found, taken = {}, set(taken)
    candidates = [one for one in mistake.exercise.misconceptions if one.name != mistake.misconception.name]
    for one in generator.sample(candidates, len(candidates)):
        result = _result(one.wrong, arguments)
        if result and result not in taken and len(found) < CHOICES - 1:
            taken.add(result)
            found[one.name] = result
    return found


def _result(function: Callable, arguments: tuple) -> str:
    """What a function gives, in a few words; empty if it breaks, or if that cannot be told in a line."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            text = describe(function(*copy.deepcopy(arguments)), digits=4)
    except Exception:  # some mistakes break on some inputs
        return ""
    return (
        "" if len(text) > LONGEST or TELLS_NOTHING.search(text) else _printed(text.replace("the text ", ""))
    )


def _at(exercise: Exercise, arguments: tuple) -> str | None:
    """The arguments in a line; None if that would be too long to read."""
    pairs = zip(exercise.argument_names, arguments, strict=True)
    text = ", ".join(f"{name} = {describe(value)}" for name, value in pairs)
    return None if len(text) > LONGEST or TELLS_NOTHING.search(text) else _printed(text)


def _printed(text: str) -> str:
    """Numbers as in print: powers of ten and minus signs."""
    powers = re.sub(r"(?<=\d)e([+-])0*(\d+)", lambda e: f"×10{(e[1] + e[2]).translate(RAISED)}", text)
    return powers.replace("-", "−")
