"""Judging an answer: right, not attempted, or wrong and why."""

import copy
import inspect
import itertools
import re
import warnings
from dataclasses import dataclass

import numpy as np

from backprop_lib.exercises.answers import NotNumbers, describe, is_blank, numbers_in, problem_text
from backprop_lib.exercises.bytecode import still_to_write, works
from backprop_lib.exercises.compare import (
    ROUNDED,
    Leaf,
    Unlike,
    agreeing_digits,
    align,
    constant_factor,
    distance,
    factor_text,
    plain,
    same_on_every_input,
    values_text,
)
from backprop_lib.exercises.notes import Note
from backprop_lib.exercises.registry import Exercise, UnknownId, find_exercise

MARKS = {"solved": "✅", "blank": "⬜", "wrong": "❌", "unknown": "❓"}
NEARLY = 10  # a number off by less than so many tolerances is called close: too few digits were typed

# What an exception of the learner's function most often means: its type, what its message holds, the remark.
REMARKS = (
    (RecursionError, r"", "It calls itself without an end."),
    (
        TypeError,
        r"'(int|float|numpy\.\w+|Tensor|Value)' object is not callable",
        "In Python a product needs `*`: a * (1 - a).",
    ),
    (
        TypeError,
        r"operand.*'tuple'|concatenate tuple|multiply sequence",
        "A tuple cannot be added or multiplied number by number: write one line for each parameter.",
    ),
    (
        ValueError,
        r"matmul|not aligned",
        "In a product the inner sizes have to agree, (a, b) @ (b, c): write the shape under each factor. "
        "Does one of them want its transpose, `.T`?",
    ),
    (
        ValueError,
        r"could not be broadcast",
        "`*`, `+` and `-` go entry by entry and need shapes that fit; the matrix product is `@`. A sum that "
        "is to stay a column needs `keepdims=True`.",
    ),
)


@dataclass(frozen=True, repr=False)
class Verdict:
    """What `evaluate` found out about an answer.

    `kind` is "solved", "blank", "wrong" or "unknown"; `message` is what the learner reads.
    `misconception` is the name of the mistake whose results match, if one does. In a notebook a verdict shows
    itself.
    """

    id: str
    kind: str
    message: str
    misconception: str | None = None

    @property
    def solved(self) -> bool:
        return self.kind == "solved"

    @property
    def attempted(self) -> bool:
        return self.kind in ("solved", "wrong")

    @property
    def note(self) -> Note:
        return Note(MARKS[self.kind], self.id, self.message)

    def __repr__(self) -> str:
        return repr(self.note)

    def _repr_html_(self) -> str:
        return self.note._repr_html_()


def evaluate(id: str, answer: object) -> Verdict:
    """Judge an answer; display nothing, record nothing, and never raise.

    A function is called with the exercise's inputs (the notebook's own values first, then seeded random ones)
    and compared within the exercise's relative tolerance, 1e-6 unless it says otherwise. A number may be
    typed with fewer digits: it is right within 0.5 % (unless the exercise says otherwise) and if no
    misconception's result is nearer. A misconception's number is recognised within 0.5 %, which is what
    rounding to three digits can do, however fine the exercise's tolerance; unless it lies so near to the
    truth itself, where only the exercise's tolerance tells the two apart. `...` and None, alone or inside,
    count as not attempted. Only KeyboardInterrupt passes through.

    >>> evaluate("01.2", -0.2165)
    ✅ 01.2  Right.
    >>> evaluate("01.2", ...).kind
    'blank'
    >>> evaluate("01.2", 0.2165).misconception
    'target minus output'
    """
    try:
        exercise = find_exercise(id)
    except UnknownId as problem:
        return Verdict("", "unknown", str(problem))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # an overflow on the way is told by its result
            return _judge(exercise, answer)
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # the answer broke while being looked at
        return _wrong(exercise, f"The answer could not be read: `{problem_text(problem)}`.")


def _judge(exercise: Exercise, answer: object) -> Verdict:
    if is_blank(answer):
        return _blank(exercise)
    if exercise.asks_for_a_function:
        received = _run(exercise, answer)
        if isinstance(received, Verdict):
            return received
    elif callable(answer):
        return _wrong(exercise, "That is a function; the answer is what it returns. Is `()` missing?")
    else:
        received = [answer]
    cases = exercise.cases()
    match = _closest(exercise, cases, received)
    if match is exercise.truth:
        right = f"Right, on {len(cases)} inputs out of {len(cases)}." if len(cases) > 1 else "Right."
        return Verdict(exercise.id, "solved", right)
    if match is not None:
        return Verdict(exercise.id, "wrong", match.why, match.name)
    return _wrong(exercise, _explain(exercise, cases, received))


def _run(exercise: Exercise, answer: object) -> list | Verdict:
    """What the learner's function returns on every input, or the verdict if it gets no further."""
    names = ", ".join(exercise.argument_names)
    if not callable(answer):
        wanted = f"The answer is a function of ({names}), handed over without calling it"
        return _wrong(exercise, f"{wanted}; received {describe(answer)}.")
    mismatch = _argument_mismatch(answer, exercise)
    if mismatch:
        return _wrong(exercise, mismatch)
    received = []
    for arguments in exercise.cases():
        try:
            # Copies: a function that changes its arguments in place must not change the next comparison.
            received.append(answer(*copy.deepcopy(arguments)))
        except KeyboardInterrupt:
            raise
        except BaseException as problem:
            if isinstance(problem, NotImplementedError):
                return _blank(exercise)
            if "ellipsis" in problem_text(problem):  # arithmetic with a `...` that is to be filled in
                return _blank(exercise, "There is a `...` in the function still.")
            if missing := still_to_write(answer):
                return _blank(exercise, f"It uses `{missing[0]}`, which is still to be written.")
            at = _inputs_text(exercise, arguments)
            text = f"Your function raised `{problem_text(problem)}` at {at}."
            return _wrong(exercise, " ".join([text, *_remarks(problem)]))
    blanks = [is_blank(result) for result in received]
    if all(result is None for result in received) and works(answer):
        return _wrong(exercise, "It runs, but hands nothing back: is a `return` missing?")
    if all(blanks):
        return _blank(exercise)
    if any(blanks):
        at = _inputs_text(exercise, exercise.cases()[blanks.index(True)])
        return _wrong(exercise, f"Your function returned nothing at {at}: is a `return` missing on one path?")
    return received


def _remarks(problem: BaseException) -> list[str]:
    text = problem_text(problem)
    return [remark for kind, sign, remark in REMARKS if isinstance(problem, kind) and re.search(sign, text)]


def _argument_mismatch(answer, exercise: Exercise) -> str:
    arguments = exercise.cases()[0]
    try:
        signature = inspect.signature(answer)
    except Exception:  # functions written in C may have none: calling them will tell
        return ""
    try:
        signature.bind(*arguments)
    except TypeError:
        names, theirs = ", ".join(exercise.argument_names), ", ".join(signature.parameters) or "nothing"
        count = "1 argument" if len(arguments) == 1 else f"{len(arguments)} arguments"
        return f"The function is called with {count}, ({names}); yours takes {theirs}."
    return ""


def _closest(exercise: Exercise, cases: list[tuple], received: list):
    """`truth` or the misconception that agrees with the answer on every input; the nearest if several do."""
    best, best_distance = None, np.inf
    for candidate in (exercise.truth, *exercise.misconceptions):
        function = candidate if candidate is exercise.truth else candidate.wrong
        try:
            tolerance = _tolerance(exercise, function)
            apart = max(
                distance(function(*copy.deepcopy(arguments)), result, exercise.parts)
                for arguments, result in zip(cases, received, strict=True)
            )
        except (ArithmeticError, ValueError):  # this mistake breaks on these inputs, and the answer did not
            continue
        if apart <= tolerance and apart < best_distance:
            best, best_distance = candidate, apart
    return best


def _tolerance(exercise: Exercise, function) -> float:
    """How near an answer has to come to what `function` returns; `evaluate` tells the rule."""
    if exercise.asks_for_a_function or distance(exercise.truth(), function(), exercise.parts) <= ROUNDED:
        return exercise.tolerance
    return max(exercise.tolerance, ROUNDED)


def _explain(exercise: Exercise, cases: list[tuple], received: list) -> str:
    """For a wrong answer that no misconception explains: the first input on which it fails, and how."""
    aligned: list[list[Leaf]] = []
    first = None
    for arguments, result in zip(cases, received, strict=True):
        expected = exercise.truth(*copy.deepcopy(arguments))
        try:
            leaves = align(expected, result, exercise.parts)
        except Unlike as unlike:
            return _several_text(exercise, expected, result) or _form_text(exercise, arguments, unlike)
        aligned.append(leaves)
        if first is None and any(leaf.distance > exercise.tolerance for leaf in leaves):
            first = arguments, expected, result, leaves
    arguments, expected, result, leaves = first
    if isinstance(expected, str):
        return _choice_text(exercise, arguments, result)
    if same_on_every_input(aligned):
        names = _listed([f"`{name}`" for name in exercise.argument_names])
        noun = "argument" if len(exercise.argument_names) == 1 else "arguments"
        return f"The result is the same for every input: use the {noun} {names}."
    if _is_another_order(expected, result, exercise):
        order = ", ".join(exercise.parts) or "that of the task"
        return f"These are the right values in another order; the order asked for is ({order})."
    wrong = [leaf for leaf in leaves if leaf.distance > exercise.tolerance]
    agreeing = [leaf.label for leaf in leaves if leaf.label and leaf.distance <= exercise.tolerance]
    also = f" {_listed(agreeing)} {'agrees' if len(agreeing) == 1 else 'agree'}." if agreeing else ""
    if not exercise.asks_for_a_function:
        return _without_giving_it_away(wrong[0], exercise) + also
    name = f"{wrong[0].label}: " if wrong[0].label else ""
    text = f"At {_inputs_text(exercise, arguments)}: {name}{values_text(wrong[0])}.{also}"
    all_leaves = list(itertools.chain.from_iterable(aligned))
    apart = max(leaf.distance for leaf in all_leaves)
    if apart <= ROUNDED:
        digits = agreeing_digits(apart)
        text += f" All results agree to about {digits} digits: compute, don't type rounded numbers."
    factor = constant_factor(all_leaves)
    if factor is not None:
        text += f" On all {len(cases)} inputs every value is {factor_text(factor)} × the right one."
    return text


def _several_text(exercise: Exercise, expected: object, result: object) -> str:
    """For several numbers where a fixed answer is one; empty if that is not what came."""
    try:
        one, several = numbers_in(expected), numbers_in(result)
    except NotNumbers:
        return ""
    if exercise.asks_for_a_function or one.ndim or not several.ndim:
        return ""
    if type(result) is tuple and [type(part) for part in result] == [int, int] and 0 <= result[1] < 10**15:
        typed = f"{result[0]}.{result[1]}" if result[0] else f"0.{result[1]} or -0.{result[1]}"  # -0 is 0
        return f"Two numbers came. Is it a decimal comma? Python writes a decimal point: {typed}."
    if several.size == 1:
        return "One number came, but wrapped up: is there a comma or a bracket too many?"
    text = f"{several.size} values came, and one number is asked for"
    if several.ndim == 1:
        right = [i for i, value in enumerate(several) if distance(expected, value) <= exercise.tolerance]
        text += f"; the one at [{right[0]}] is it" if len(right) == 1 else ""
    return f"{text}."


def _form_text(exercise: Exercise, arguments: tuple, unlike: Unlike) -> str:
    what = unlike.label or ("the result" if exercise.asks_for_a_function else "the answer")
    at = f"At {_inputs_text(exercise, arguments)}: " if exercise.asks_for_a_function else ""
    text = f"{at}{what} should be {unlike.wanted}; received {unlike.got}."
    return text[0].upper() + text[1:] if not unlike.label or at else text


def _choice_text(exercise: Exercise, arguments: tuple, result: str) -> str:
    if exercise.options and plain(result) not in {plain(option) for option in exercise.options}:
        return f"The answer is one of {_quoted(exercise.options)}; received {describe(result)}."
    if exercise.asks_for_a_function:
        return f"At {_inputs_text(exercise, arguments)}: {describe(result)} is not it."
    return f"{describe(result)[0].upper()}{describe(result)[1:]} is not it."


def _without_giving_it_away(leaf: Leaf, exercise: Exercise) -> str:
    """What can be said of a wrong number without printing the right one."""
    name = f"{leaf.label}: received" if leaf.label else "Received"
    if not leaf.is_numeric or leaf.expected.ndim:
        return f"{name} {describe(leaf.received)}, which is not it."
    expected, received = float(leaf.expected), float(leaf.received)
    text = f"{name} {describe(received)}."
    if not np.isfinite(received):
        return f"{text} The answer is a finite number."
    if leaf.distance <= NEARLY * exercise.tolerance:
        return f"{text} Close, but not equal: give at least four digits, and round only at the end."
    if received == 0 or expected == 0:
        return text + (" The answer is not zero." if expected else " It is smaller than that.")
    if received * expected < 0:
        same_size = abs(received + expected) <= exercise.tolerance * abs(expected)
        return text + (" The size is right, the sign is not." if same_size else " The sign is not right yet.")
    size = "large" if abs(received) > abs(expected) else "small"
    return f"{text} The sign is right; the size is too {size}."


def _is_another_order(expected: object, result: object, exercise: Exercise) -> bool:
    if type(expected) is not tuple or not 2 <= len(expected) <= 4 or type(result) not in (tuple, list):
        return False
    return any(
        distance(expected, reordered, exercise.parts) <= exercise.tolerance
        for reordered in itertools.permutations(result)
    )


def _inputs_text(exercise: Exercise, arguments: tuple) -> str:
    pairs = zip(exercise.argument_names, arguments, strict=True)
    return ", ".join(f"{name}={describe(value)}" for name, value in pairs)


def _blank(exercise: Exercise, remark: str = "") -> Verdict:
    return Verdict(exercise.id, "blank", f"Not attempted yet. {remark or exercise.task}")


def _wrong(exercise: Exercise, message: str) -> Verdict:
    return Verdict(exercise.id, "wrong", message)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _quoted(options: tuple[str, ...]) -> str:
    return ", ".join(f'"{option}"' for option in options)
