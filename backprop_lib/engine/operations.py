"""What the batched engine knows of an operation: its value on arrays, and its pull-backs."""

from collections.abc import Callable
from dataclasses import dataclass

from backprop_lib.engine.functions import Operation

SELF = -1  # in `reads`: the operation's own result
NOTHING = ()

BROADCAST = "shapes in which, counted from the right, each pair of lengths is equal or one of them is 1"


@dataclass(frozen=True, eq=False, slots=True)
class ArrayOperation:
    """One operation on arrays.

    symbol: what is drawn on its node.
    rule: arrays, then fixed settings -> (value, (pull-back, ...)), one pull-back for each array.
    reads: for each pull-back, the positions of the arrays that it will read (`SELF` is the result); a single
    entry stands for any number of arrays. When one of them was changed in place meanwhile, the gradient can
    no longer be right, and `backward` says so.
    needs: what its arrays and settings must be, for error messages.
    function: the same operation on numbers, with its formulas, where there is one.
    """

    name: str
    symbol: str
    rule: Callable
    reads: tuple
    needs: str = BROADCAST
    function: Operation | None = None


def array_operation(function=None, *, reads, symbol="", needs=BROADCAST):
    """Turn a rule on arrays into an `ArrayOperation` under the rule's own name.

    function: the same operation on numbers, or its family; its symbol is taken over.
    """

    def enter(rule):
        known = function if isinstance(function, Operation) else None  # a family has no symbol of its own
        drawn = symbol or (known.symbol if known else rule.__name__)
        return ArrayOperation(rule.__name__, drawn, rule, reads, needs, known)

    return enter
