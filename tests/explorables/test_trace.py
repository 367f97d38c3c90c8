"""A graph as plain data: how nodes are named, where brackets stand, what is refused."""

import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_lib.engine import functions
from backprop_lib.engine.graph import topological_order
from backprop_lib.engine.scalar import Value, affine, apply
from backprop_lib.explorables import trace as trace_module
from backprop_lib.explorables.trace import replay, trace
from tests.engine.cases import EVERY, name_of, points
from tests.explorables.reading import compute

DETERMINISTIC = settings(derandomize=True, deadline=None, max_examples=300, database=None)


def names(root, **variables):
    return [node["name"] for node in trace(root, variables)]


def formula(root, **variables):
    return trace(root, variables)[-1]["formula"]


# --- names --------------------------------------------------------------------------------------------------


def test_a_label_goes_before_the_variable_and_the_variable_before_the_formula():
    w, x, b = Value(2.0, label="weight"), Value(3.0), Value(1.0)
    z = w * x
    assert names(z + b, w=w, x=x, z=z) == ["weight", "x", "z", "c1", "v2"]
    assert names(z + b, w=w, x=x, z=z, b=b) == ["weight", "x", "z", "b", "z + b"]


def test_a_formula_names_a_node_while_it_is_short():
    a, b, c, d = (Value(n) for n in (1.0, 2.0, 3.0, 4.0))
    variables = {"a": a, "b": b, "c": c, "d": d}
    assert names(a + b + c, **variables)[-1] == "a + b + c"
    assert names(a + b + c + d, **variables)[-1] == "v1"
    assert formula(a + b + c + d, **variables) == "a + b + c + d"
    assert names((a + b + c + d) ** 2, **variables)[-1] == "v2"  # no formula holds the name of a number


def test_numbers_typed_into_the_formula_are_counted():
    x = Value(3.0)
    assert names(2 * x + 1, x=x) == ["c1", "x", "v2", "c3", "v4"]


def test_two_nodes_never_share_a_name():
    same = [Value(1.0, label="w"), Value(2.0, label="w"), Value(3.0, label="w #2"), Value(4.0, label="c1")]
    root = same[0] + same[1] + same[2] + same[3] + Value(5.0)
    found = names(root)
    assert len(set(found)) == len(found) == 9
    assert names(sum([*same[1:3], Value(0.0, label="w")], start=same[2] * same[0]))[:2] == ["w #2", "w"]
    assert replay(trace(root, {}), {name: node.data for name, node in zip_leaves(root)})[-1].data == 15.0


def zip_leaves(root):
    return [
        (entry["name"], node)
        for entry, node in zip(trace(root, {}), topological_order(root), strict=True)
        if not node.parents
    ]


def test_the_same_formula_twice_is_told_apart():
    a, b = Value(1.0), Value(2.0)
    assert names((a + b) * (a + b), a=a, b=b)[2:4] == ["a + b", "a + b #2"]


def test_private_variables_name_nothing():
    x = Value(3.0)
    assert names(x * x, _=x, _1=x, _x=x) == ["c1", "v2"]
    assert names(x * x, _=x, x=x) == ["x", "x·x"]


def test_of_two_variables_for_one_value_the_first_one_names_it():
    x = Value(3.0)
    assert names(x * x, x=x, again=x)[0] == "x"


# --- formulas -----------------------------------------------------------------------------------------------

A, B, C, Y = (Value(n) for n in (1.5, 2.5, 0.75, 3.5))
VARIABLES = {"a": A, "b": B, "c": C, "y": Y}


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ((A - Y) ** 2, "(a − y)²"),
        (A * (B + C), "a·(b + c)"),
        (A * B + C, "a·b + c"),
        (A + (B + C), "a + b + c"),
        (A - (B - C), "a − (b − c)"),
        (A - B - C, "a − b − c"),
        (A - B * C, "a − b·c"),
        (A / (B * C), "a / (b·c)"),
        (A / (B / C), "a / (b / c)"),
        (A / B / C, "(a / b) / c"),
        ((A / B) * C, "(a / b)·c"),  # a / b·c could be a / (b·c)
        (A * (B / C), "a·(b / c)"),
        (A * B / C, "a·b / c"),
        (-(A + B), "−(a + b)"),
        (-(A * B), "−a·b"),
        (-(-A), "−(−a)"),  # noqa: B002
        (A + (-B), "a + (−b)"),
        (A - (-B), "a − (−b)"),
        (A * (-B), "a·(−b)"),
        ((-A) ** 2, "(−a)²"),
        (-(A**2), "−a²"),
        ((A**2) ** 3, "(a²)³"),
        ((A**B) ** C, "(a^b)^c"),
        (A ** (B**C), "a^(b^c)"),
        (A.sqrt() ** 2, "(√a)²"),
        ((A**2).sqrt(), "√(a²)"),
        ((A * B).sqrt(), "√(a·b)"),
        (A.sqrt() * B, "√a·b"),
        ((A + B).sigmoid(), "σ(a + b)"),
        ((A - B).sin() / C, "sin(a − b) / c"),
        (A**-0.5, "a⁻⁰·⁵"),
        (affine([A, B], [C, Y], A), "a·c + b·y + a"),
        (affine([A], [B - C], Y), "a·(b − c) + y"),
    ],
    ids=lambda thing: thing if isinstance(thing, str) else "",
)
def test_brackets_stand_where_they_are_needed_and_nowhere_else(root, expected):
    assert formula(root, **VARIABLES) == expected


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ((A - Y) ** 2, ["2·(a − y)"]),
        ((A - Y) * (B + C), ["b + c", "a − y"]),
        ((A - Y).sin(), ["cos(a − y)"]),
        ((A - Y).softplus(), ["σ(a − y)"]),
        ((A + Y).log(), ["1 / (a + y)"]),
        ((A / B), ["1 / b", "−(a / b) / b"]),
        ((A.log() + B).sin(), ["cos(ln(a) + b)"]),
        (A.sigmoid(), ["σ(a)·(1 − σ(a))"]),
    ],
    ids=lambda thing: thing[-1] if isinstance(thing, list) else "",
)
def test_the_local_derivatives_too(root, expected):
    assert trace(root, VARIABLES)[-1]["derivatives"] == expected


def test_a_label_that_is_a_formula_is_bracketed():
    n = Value(2.0, label="x1*w1")
    assert formula(n**2, n=n) == "(x1*w1)²"


SHAPES = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b if b.data else a,
    "negate": lambda a, b: -a,
    "square": lambda a, b: a**2,
    "reciprocal": lambda a, b: a**-1 if a.data else a,
    "root": lambda a, b: a**0.5 if a.data > 0 else a,
    "sqrt": lambda a, b: a.sqrt() if a.data > 0 else a,
    "power": lambda a, b: a**b if a.data > 0 else a,
    "affine": lambda a, b: affine([a], [b], a),
    "maximum": lambda a, b: a.maximum(b),
    **{
        name: lambda a, b, name=name: getattr(a, name)()
        for name in ("sin", "cos", "tanh", "sigmoid", "softplus", "gelu", "relu", "leaky_relu", "elu")
    },
    "log": lambda a, b: a.log() if a.data > 0 else a,
}
STEP = st.tuples(st.sampled_from(sorted(SHAPES)), st.integers(0, 99), st.integers(0, 99))


def grow(program):
    """A graph of the steps; those that overflow, or that reach no number, are passed over."""
    made = [Value(1.25, label="a"), Value(-0.5, label="b"), Value(2.0, label="c")]
    for name, i, j in program:
        try:
            new = SHAPES[name](made[i % len(made)], made[j % len(made)])
        except (ArithmeticError, ValueError):
            continue
        if abs(new.data) < 1e6 and new not in made[:3]:
            made.append(new)
    return made[-1] if made[-1].parents else made[0] + made[1]


@DETERMINISTIC
@given(st.lists(STEP, min_size=1, max_size=8))
def test_every_formula_read_as_printed_gives_the_nodes_number_and_its_derivatives(program):
    root = grow(program)
    order = topological_order(root)
    nodes = trace(root, {})
    numbers = {node["name"]: node["value"] for node in nodes}
    for node, value in zip(nodes, order, strict=True):
        if not node["parents"]:
            continue
        assert math.isclose(compute(node["formula"], numbers), value.data, rel_tol=1e-9, abs_tol=1e-12), node
        for text, local in zip(node["derivatives"], value.local_derivatives, strict=True):
            if local == 0.5 and " if " in text:
                continue  # a tie of max: its slope is shared
            assert math.isclose(compute(text, numbers), local, rel_tol=1e-9, abs_tol=1e-12), (node, text)


# --- roles, order, data -------------------------------------------------------------------------------------


def test_roles_go_by_name_or_by_what_is_given():
    w, x, bias, y = Value(1.0), Value(2.0), Value(3.0), Value(4.0)
    L = (w * x + bias - y) ** 2
    variables = {"W": w, "x": x, "bias": bias, "y": y, "L": L}
    by_name = {node["name"]: node["role"] for node in trace(L, variables)}
    assert {name for name, role in by_name.items() if role == "parameter"} == {"W", "bias"}
    assert {name for name, role in by_name.items() if role == "input"} == {"x", "y"}
    assert by_name["L"] == "loss" and by_name["W·x"] == "operation"
    given_ = {node["name"]: node["role"] for node in trace(L, variables, [x])}
    assert [name for name, role in given_.items() if role == "parameter"] == ["x"]


@DETERMINISTIC
@given(st.lists(STEP, min_size=1, max_size=12))
def test_parents_come_before_children_and_the_root_last(program):
    nodes = trace(grow(program), {})
    assert all(parent < i for i, node in enumerate(nodes) for parent in node["parents"])
    assert [node["role"] for node in nodes].index("loss") == len(nodes) - 1
    assert len({node["name"] for node in nodes}) == len(nodes)
    assert json.loads(json.dumps(nodes, allow_nan=False)) == nodes  # it travels as JSON


@pytest.mark.parametrize("case", EVERY, ids=lambda case: name_of(case[0]))
def test_a_replayed_graph_is_the_engines_for_every_operation(case):
    operation, where, _ = case
    first, second = points(where.ranges, 2, seed=3)
    make = lambda numbers: [Value(n, label=f"x{i}") for i, n in enumerate(numbers)]  # noqa: E731
    nodes = trace(apply(operation, *make(first)), {})
    expected = apply(operation, *make(second))
    expected.backward()
    again = replay(nodes, {f"x{i}": n for i, n in enumerate(second)})
    again[-1].backward()
    assert [(v.data, v.grad) for v in again] == [(v.data, v.grad) for v in topological_order(expected)]


def test_a_replayed_graph_is_the_engines_for_random_leaves():
    rng = random.Random(11)

    def network(numbers):
        w, x, b, y = (Value(n, label=name) for n, name in zip(numbers, "wxby", strict=True))
        a = (w * x + b).tanh()
        return (a - y) ** 2 + (a * w).sigmoid() / (1 + x * x)

    nodes = trace(network([0.1, 0.2, 0.3, 0.4]), {})
    typed_in = {n["name"]: n["value"] for n in nodes if not n["parents"]}
    for _ in range(50):
        numbers = [rng.uniform(-2, 2) for _ in range(4)]
        expected = network(numbers)
        expected.backward()
        again = replay(nodes, typed_in | dict(zip("wxby", numbers, strict=True)))
        again[-1].backward()
        assert [(v.data, v.grad) for v in again] == [(v.data, v.grad) for v in topological_order(expected)]


def test_every_operation_of_the_engine_is_in_a_trace():
    assert {operation.name for operation, *_ in EVERY} == set(functions.OPERATIONS)


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("root", "kind", "said"),
    [
        (5, TypeError, "received int 5"),
        ("L", TypeError, "received str 'L'"),
        ([Value(1.0)] * 100, TypeError, "received list"),
        (Value(2.0), ValueError, "typed in, not computed"),
    ],
)
def test_what_is_no_result_is_refused_in_one_sentence(root, kind, said):
    with pytest.raises(kind) as problem:
        trace(root, {})
    assert said in str(problem.value)
    assert "\n" not in str(problem.value) and len(str(problem.value)) < 250


def test_a_graph_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(trace_module, "LARGEST", 10)
    x = Value(1.0)
    for _ in range(9):
        x = x.tanh()
    assert len(trace(x, {})) == 10
    with pytest.raises(ValueError, match="at most 10 nodes; this graph has 11: take a part"):
        trace(x.tanh(), {})
