"""Reading what a learner handed in: is it blank, which numbers are in it, how to describe it in a few words.

Nothing here trusts the answer: its own `repr` is never shown (it may raise, or hold a memory address that
differs on every run), and numbers are taken out of it one by one.
"""

import re

import numpy as np

LONGEST_TEXT = 60
NEVER_NUMBERS = (bool, np.bool_, complex, np.complexfloating, dict)  # though float() would take True


class NotNumbers(TypeError):
    """The answer, or a part of it, cannot be read as numbers; the message describes what it is."""


def is_blank(answer: object) -> bool:
    """Whether nothing has been filled in yet: `...`, None, or a container with `...` inside or only None.

    >>> is_blank(...), is_blank((0.1, ..., 0.2)), is_blank(0.0)
    (True, True, False)
    """
    if answer is None or answer is Ellipsis:
        return True
    if _is_a(answer, dict):
        members = list(answer.values())
    elif _is_a(answer, (tuple, list)):
        members = list(answer)
    else:
        return False
    if members and all(member is None for member in members):
        return True
    return any(
        member is Ellipsis or (_is_a(member, (tuple, list, dict)) and is_blank(member)) for member in members
    )


def numbers_in(thing: object) -> np.ndarray:
    """A float array with the numbers of `thing`: a number, an array, nested lists, a tensor, our own `Value`.

    >>> numbers_in([[1, 2], [3, 4]]).shape
    (2, 2)
    >>> numbers_in("0.5")
    Traceback (most recent call last):
    backprop_lib.exercises.answers.NotNumbers: the text '0.5' (a number is written without quotes)
    """
    if _is_a(thing, (str, bytes)):
        text = describe(thing)
        raise NotNumbers(f"{text} (a number is written without quotes)" if _reads_as_number(thing) else text)
    if thing is None or thing is Ellipsis or _is_a(thing, NEVER_NUMBERS):
        raise NotNumbers(describe(thing))
    try:
        if hasattr(thing, "detach"):  # a tensor that records its history will not turn into an array before
            thing = thing.detach()
        if _is_a(thing, (list, tuple)) or hasattr(thing, "__array__"):
            array = np.asarray(thing)
        else:
            array = np.asarray(float(thing))
        if array.dtype == object:  # a list of Values, or of who knows what: one by one
            array = np.array([float(one) for one in array.flat]).reshape(array.shape)
        if array.dtype.kind not in "fiub":
            raise NotNumbers(describe(thing))
        return array.astype(float)
    except NotNumbers:
        raise
    except OverflowError:
        raise NotNumbers("a number too large for a float") from None
    except Exception:
        raise NotNumbers(describe(thing)) from None


def describe(thing: object, digits: int = 6, depth: int = 2) -> str:
    """What something is, in a few words that are the same on every run.

    >>> describe(0.45567566), describe((1, -2.5)), describe(print), describe("two")
    ('0.455676', '(1, -2.5)', 'a function', "the text 'two'")
    """
    if thing is None:
        return "None"
    if thing is Ellipsis:
        return "..."
    if _is_a(thing, (bool, np.bool_)):
        return str(bool(thing))
    if type(thing) in (int, float) or _is_a(thing, np.number):
        return number_text(thing, digits)
    if type(thing) in (str, bytes):
        return f"the text {cut(repr(thing))}"
    if type(thing) is np.ndarray and thing.dtype.kind in "fiub":
        return array_text(thing, digits)
    if type(thing) in (tuple, list) and len(thing) <= 6 and depth:
        left, right = "()" if type(thing) is tuple else "[]"
        return left + ", ".join(describe(one, digits, depth - 1) for one in thing) + right
    if type(thing) is dict and len(thing) <= 6 and depth:
        pairs = (f"{key_text(key)}: {describe(one, digits, depth - 1)}" for key, one in thing.items())
        return "{" + ", ".join(pairs) + "}"
    if type(thing) in (tuple, list, dict):
        return f"a {type(thing).__name__} of {len(thing)}"
    if callable(thing) and not _is_a(thing, type) and hasattr(thing, "__name__"):
        return "a function"
    return f"an object of type {cut(str(type(thing).__name__))}"


def number_text(number: object, digits: int = 6) -> str:
    try:
        return f"{number:.{digits}g}"
    except (OverflowError, ValueError, TypeError):
        return "a number too large for a float"


def array_text(array: np.ndarray, digits: int = 6) -> str:
    if array.ndim == 0:
        return number_text(float(array), digits)
    if array.size > 6:
        return f"an array of shape {array.shape}"
    return " ".join(np.array2string(array, formatter={"all": lambda one: number_text(one, digits)}).split())


def key_text(key: object) -> str:
    return cut(repr(key)) if type(key) in (str, int, float, bool, type(None)) else f"a {type(key).__name__}"


# NumPy names a product's sizes in the words of its own machinery.
MISFIT = re.compile(r"matmul: .*\(size (\d+) is different from (\d+)\)")


def problem_text(problem: BaseException) -> str:
    """An exception as one short line: its name and its message.

    >>> problem_text(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    name = type(problem).__name__
    try:
        message = cut(MISFIT.sub(r"matmul: the inner sizes are \2 and \1", str(problem)), 160)
    except Exception:  # a message that cannot be read: the name alone will have to do
        message = ""
    return f"{name}: {message}" if message else name


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """One line, not too long, without memory addresses."""
    text = " ".join(re.sub(r" at 0x[0-9a-fA-F]+", "", text[: 4 * longest]).split())
    text = text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be displayed
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _is_a(thing: object, types) -> bool:
    # isinstance asks the object itself for its class, and an object may refuse to answer.
    return issubclass(type(thing), types)


def _reads_as_number(text: str | bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
