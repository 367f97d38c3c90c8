"""What a learner's function does, as far as its bytecode tells without running it."""

import dis
import inspect
import itertools
from collections.abc import Callable

# What works something out. Names, constants and unpacking alone are what an empty exercise has too.
WORK = ("BINARY_", "BUILD_", "CALL", "COMPARE_", "FOR_ITER", "STORE_SUBSCR", "UNARY_")


def works(function: Callable) -> bool:
    """Whether a function does anything besides unpacking its arguments.

    >>> def unpacks(pair):
    ...     a, b = pair
    >>> works(unpacks), works(lambda a: 2 * a)
    (False, True)
    """
    try:
        return any(step.opname.startswith(WORK) for step in dis.get_instructions(function))
    except Exception:  # written in C, or an object that can be called: no telling
        return False


def still_to_write(function: Callable) -> list[str]:
    """The functions of the notebook that `function` uses, and that are still empty.

    >>> def slopes(): ...
    >>> still_to_write(lambda: slopes() + 1)
    ['slopes']
    """
    function = inspect.unwrap(function)
    try:
        used, around = _names_in(function.__code__), function.__globals__
    except AttributeError:  # written in C, or an object that can be called
        return []
    return [name for name in used if inspect.isfunction(around.get(name)) and _is_empty(around[name])]


def _names_in(code) -> list[str]:
    """The names that code looks up, and those of the functions inside it; each once."""
    inside = (_names_in(constant) for constant in code.co_consts if inspect.iscode(constant))
    return list(dict.fromkeys([*code.co_names, *itertools.chain.from_iterable(inside)]))


def _is_empty(function: Callable) -> bool:
    return not works(function) and not _returns_something(function)


def _returns_something(function: Callable) -> bool:
    pairs = itertools.pairwise(dis.get_instructions(function))
    returned = (before for before, step in pairs if step.opname == "RETURN_VALUE")
    return any(before.opname != "LOAD_CONST" or before.argval is not None for before in returned)
