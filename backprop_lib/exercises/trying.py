"""Checks by numbers for functions that work on something else: nodes, networks, arrays that they change."""

import inspect
from collections.abc import Callable


def shown_as(function: Callable, on_numbers: Callable) -> Callable:
    """Let `solution` show the function itself, while a check goes by the arguments of `on_numbers`.

    >>> def double(node): ...
    >>> tried = shown_as(double, lambda data: 2 * data)
    >>> tried(3.0), inspect.unwrap(tried) is double, str(inspect.signature(tried))
    (6.0, True, '(data)')
    """
    on_numbers.__signature__ = inspect.signature(on_numbers)
    on_numbers.__wrapped__ = function
    return on_numbers
