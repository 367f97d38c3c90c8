"""The explorables' engine in JavaScript, held together with ours and with PyTorch."""

import math
import random

import pytest

from backprop_lib import Value
from backprop_lib.engine import functions
from backprop_lib.engine.graph import topological_order
from backprop_lib.engine.scalar import apply
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.trace import trace
from tests.engine.cases import CASES, EVERY, agree, name_of, points
from tests.explorables.test_words import many_numbers

pytestmark = pytest.mark.needs("chromium")

LOAD = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.bundle = await import(url);
    window.run = ({ nodes, leaves }) => {
        const { values, locals } = window.bundle.forward(nodes, leaves);
        // As text, because infinity and NaN do not travel as JSON.
        return { values: values.map(String), locals: locals.map((row) => row.map(String)),
                 gradients: window.bundle.backward(nodes, locals).map(String) };
    };
}"""


@pytest.fixture(scope="module")
def page(browser):
    """A page with nothing in it but the shipped bundle's functions."""
    page = browser.new_page()
    page.evaluate(LOAD, browser_side("graph_explorer")[0])
    yield page
    page.close()


def compute(page, graphs):
    """values, locals and gradients of each {nodes, leaves}: one journey to the browser for all."""
    results = page.evaluate("graphs => graphs.map(window.run)", graphs)
    number = lambda text: float(text.replace("Infinity", "inf"))  # noqa: E731
    return [
        {
            "values": [*map(number, one["values"])],
            "gradients": [*map(number, one["gradients"])],
            "locals": [[*map(number, row)] for row in one["locals"]],
        }
        for one in results
    ]


def written(root):
    nodes = trace(root, {})
    return {"nodes": nodes, "leaves": {n["name"]: n["value"] for n in nodes if not n["parents"]}}


def single(operation, numbers):
    """One operation on leaves, as a trace; it need not have a value in Python."""
    leaves = [{"name": f"x{i}", "parents": []} for i in range(len(numbers))]
    parents = list(range(len(numbers)))
    node = {"name": "out", "parents": parents, "operation": operation.name, "parameter": operation.parameter}
    return {"nodes": [*leaves, node], "leaves": {f"x{i}": n for i, n in enumerate(numbers)}}


def test_every_operation_has_its_rule_and_the_same_numbers(page):
    assert set(CASES) == set(functions.OPERATIONS)
    tried = [
        (operation, numbers) for operation, case, _ in EVERY for numbers in points(case.ranges, 20, seed=4)
    ]
    results = compute(page, [single(*one) for one in tried])
    for (operation, numbers), found in zip(tried, results, strict=True):
        value, locals_ = operation.rule(*numbers)
        where = (name_of(operation), numbers, found)
        assert agree(found["values"][-1], value), where
        assert len(found["locals"][-1]) == len(locals_), where
        assert all(agree(*pair) for pair in zip(found["locals"][-1], locals_, strict=True)), where


# Kinks, ties, zeros and far ends: exactly the same decision on both sides.
CORNERS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 40.0, -40.0, 700.0, -700.0]


def test_at_kinks_ties_and_far_ends_both_decide_alike(page):
    tried = []
    for operation in dict.fromkeys(operation for operation, *_ in EVERY):
        count = len(operation.derivatives)
        if count == 1:
            tried += [(operation, (a,)) for a in CORNERS]
        elif count == 2:
            tried += [(operation, (a, b)) for a in CORNERS for b in CORNERS]
    results = compute(page, [single(*one) for one in tried])
    refused = 0
    for (operation, numbers), found in zip(tried, results, strict=True):
        where = (name_of(operation), numbers, found)
        try:
            node = apply(operation, *map(Value, numbers))
        except (ArithmeticError, ValueError):
            refused += 1
            assert math.isnan(found["values"][-1]), where
            continue
        assert agree(found["values"][-1], node.data), where
        for ours, theirs in zip(found["locals"][-1], node.local_derivatives, strict=True):
            assert agree(ours, theirs, scale=1e-300), where
    assert refused > 50


@pytest.mark.needs("torch")
def test_random_graphs_have_the_values_and_gradients_of_our_engine_and_of_torch(page):
    from tests.engine import test_scalar_torch as generator

    rng = random.Random(20)
    names = sorted(generator.STEPS)
    cases = []
    for k in range(80):
        program = [(rng.choice(names), *(rng.randrange(10**6) for _ in range(3))) for _ in range(2 + k // 2)]
        leaves = [rng.uniform(-1.9, 1.9) for _ in range(rng.randint(1, 4))]
        cases.append(generator.build(leaves, program))
    # One graph that holds every step, so that none is left to chance.
    program = [(name, *(rng.randrange(10**6) for _ in range(3))) for name in names * 2]
    cases.append(generator.build([0.3, -1.2, 1.7], program))

    graphs = [written(twins.ours[-1]) for twins in cases]
    used = {node.get("operation") for graph in graphs for node in graph["nodes"]}
    assert used >= set(functions.OPERATIONS)
    shared = sum(len(graph["nodes"]) < 1 + sum(len(n["parents"]) for n in graph["nodes"]) for graph in graphs)
    assert shared > 60  # most of them use a result more than once

    for twins, found in zip(cases, compute(page, graphs), strict=True):
        root = twins.ours[-1]
        root.backward()
        twins.theirs[-1].backward()
        size = generator.magnitudes(root)
        theirs = dict(zip(twins.ours, twins.theirs, strict=True))
        order = topological_order(root)
        for i, node in enumerate(order):
            assert agree(found["values"][i], node.data, scale=1.0)
            assert agree(found["gradients"][i], node.grad, scale=size[node]), node
            if node in theirs:  # typed-in constants are numbers to torch
                assert agree(found["values"][i], theirs[node].item(), scale=1.0)
                assert agree(found["gradients"][i], theirs[node].grad.item(), scale=size[node]), node


def test_numbers_are_written_alike_on_both_sides(page):
    many = many_numbers()
    found = page.evaluate("many => many.map((x) => [bundle.number(x), bundle.signed(x)])", many)
    different = [
        (x, both, words.number(x), words.signed(x))
        for x, both in zip(many, found, strict=True)
        if both != [words.number(x), words.signed(x)]
    ]
    assert different == []
    assert page.evaluate("[NaN, Infinity, -Infinity].map((x) => bundle.signed(x))") == ["none"] * 3


def test_the_one_sentence_is_written_alike_on_both_sides(page):
    rng = random.Random(6)
    a, b, odd = Value(1.0, label="a"), Value(2.0, label="b"), Value(3.0, label="my x")
    many = [Value(float(k), label=f"w{k}") for k in range(9)]
    for root in (a * b, (a - b) ** 2, a / odd, -a, sum(many[1:], start=many[0])):
        nodes = trace(root, {})
        leaves = [node["name"] for node in nodes if not node["parents"]]
        values, gradients = ([rng.gauss(0, 1) for _ in nodes] for _ in range(2))
        found = page.evaluate("all => bundle.summary(...all)", [nodes, leaves, values, gradients])
        assert found == words.summary(nodes, leaves, values, gradients)


def test_digits_of_a_name_are_lowered_and_others_are_not(page):
    shown = {"w1": "w₁", "∂L/∂w12": "∂L/∂w₁₂", "w1·a2 + 3": "w₁·a₂ + 3", "2.5×10⁻⁵": "2.5×10⁻⁵", "x²": "x²"}
    assert page.evaluate("names => names.map(bundle.pretty)", list(shown)) == list(shown.values())
