"""Whatever is handed in, a verdict comes back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_lib.exercises import check, evaluate, hint, predict, reveal, solution
from backprop_lib.exercises.registry import lesson, lesson_numbers

IDS = sorted(id for number in lesson_numbers() for shelf in lesson(number) for id in shelf)


def hostile(name):
    """A class whose objects raise when they are asked for `name`."""

    def refuse(self, *_):
        raise RuntimeError("no")

    return type("Hostile", (), {name: property(refuse) if name == "__class__" else refuse})


NAMES = [
    *("__eq__", "__hash__", "__bool__", "__float__", "__index__", "__len__", "__iter__", "__array__"),
    *("__repr__", "__str__", "__format__", "__class__", "__getattribute__", "__call__", "__deepcopy__"),
]
HOSTILE = [hostile(name)() for name in NAMES]


class SillyError(Exception):
    def __str__(self):
        raise RuntimeError("not even a message")


def raises_silly(*_):
    raise SillyError


class HostileTuple(tuple):
    def __iter__(self):
        raise RuntimeError("no")


class HostileText(str):
    def __getitem__(self, _):
        raise RuntimeError("no")

    __str__ = __len__ = __eq__ = __getitem__
    __hash__ = str.__hash__


def nested(depth):
    inner = []
    for _ in range(depth):
        inner = [inner]
    return inner


CIRCULAR = []
CIRCULAR.append(CIRCULAR)

ODDITIES = [
    *HOSTILE,
    HostileTuple((1, 2, 3)),
    HostileText("x"),
    raises_silly,
    nested(5000),
    CIRCULAR,
    {"w1": CIRCULAR},
    range(10**12),
    10**400,
    float("nan"),
    "\ud800",
    b"\xff",
    object,
    type,
    print,
    np.array([None, 1], dtype=object),
    np.array([(1, 2.0)], dtype="i4,f8"),
    np.datetime64("2020-01-01"),
    np.zeros((0, 3)),
    np.ma.masked,
    (number for number in range(3)),
    NotImplemented,
    SillyError(),
]

numbers = st.integers() | st.floats() | st.complex_numbers() | st.booleans() | st.decimals() | st.fractions()
oddities = st.integers(0, len(ODDITIES) - 1).map(lambda i: ODDITIES[i])  # Hypothesis would ask for their repr
leaves = numbers | st.text() | st.binary() | st.none() | st.just(...) | oddities
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers() | st.sampled_from(["w1", "w2", "b"]), inner)
    ),
    max_leaves=8,
)


def holds(verdict):
    """The verdict can be shown, too."""
    assert verdict.kind in {"solved", "blank", "wrong", "unknown"}
    (repr(verdict) + verdict._repr_html_()).encode()


@settings(deadline=None)
@given(id=st.sampled_from(IDS), answer=anything)
def test_any_value(id, answer):
    holds(evaluate(id, answer))


@settings(deadline=None)
@given(id=st.sampled_from(IDS), result=anything)
def test_a_function_that_returns_any_value(id, result):
    holds(evaluate(id, lambda *_: result))


@settings(deadline=None)
@given(id=st.text() | anything)
def test_any_id(id):
    holds(evaluate(id, 1.0))


@pytest.mark.parametrize("number", range(len(ODDITIES)))
@pytest.mark.parametrize("id", ["01.1", "01.2", "01.3"])
def test_every_oddity_is_met(id, number):
    odd = ODDITIES[number]
    holds(evaluate(id, odd))
    holds(evaluate(id, lambda *_: odd))
    holds(evaluate(id, lambda *_: (odd, 1.0, odd)))
    holds(evaluate(odd, 1.0))


@pytest.mark.parametrize("number", range(len(ODDITIES)))
def test_everything_that_a_cell_can_call(number, capsys):
    odd = ODDITIES[number]
    check("01.2", odd)
    check(odd, odd)
    hint(odd)
    solution(odd)
    predict("01.a", odd)
    predict(odd, odd)
    reveal("01.a", odd)
    assert len(capsys.readouterr().out.splitlines()) == 7


def test_check_without_an_answer_is_a_blank(capsys):
    check("01.2")
    assert capsys.readouterr().out.startswith("⬜ 01.2")
