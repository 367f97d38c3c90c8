"""Lesson 03 against PyTorch, mpmath and differences: its rules, its walk, and the engine made of them."""

import ast
import functools
import math
import random
import types

import mpmath
import pytest

from backprop_lib import Value
from backprop_lib.exercises import evaluate, lesson_03
from backprop_lib.exercises.lesson_03 import (
    RECORDED_FROM_PYTORCH,
    backward,
    divide,
    exp,
    log,
    multiply,
    order,
    tanh,
    try_backward,
    try_order,
    uses,
)
from backprop_lib.exercises.registry import find_exercise
from backprop_lib.nn.neurons import MLP
from backprop_lib.training.data import moons
from tools.build_notebooks import LESSONS
from tools.lessons import read_lesson

ENGINE = ("MyValue", "add", "multiply", "apply", "exp", "log", "tanh", "divide", "uses", "order", "backward")
SOLUTIONS = {"03.1": "multiply", "03.2": "exp", "03.3": "log", "03.4": "tanh", "03.5": "divide"}


@functools.cache
def solved():
    """The code of the lesson with its solutions, as a syntax tree."""
    cells = read_lesson(LESSONS / "03_scalar_engine.py", solved=True).cells
    return ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code"))


def pieces():
    """The statements that make the learner's engine."""
    return [
        node
        for node in solved().body
        if getattr(node, "name", None) in ENGINE
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("MyValue."))
    ]


def run(statements, **names):
    space = {"math": math, **names}
    exec(compile(ast.Module(statements, []), "lesson", "exec"), space)
    return types.SimpleNamespace(**space)


@functools.cache
def engine():
    return run(pieces())


def function_of_the_lesson(name, **names):
    return vars(run([node for node in solved().body if getattr(node, "name", None) == name], **names))[name]


# --- the learner's engine -----------------------------------------------------------------------------------


def test_it_has_about_sixty_lines():
    lines = [line for node in pieces() for line in ast.unparse(node).splitlines() if line.strip() != "..."]
    assert 55 <= len(lines) <= 65


@pytest.mark.parametrize(("id", "name"), SOLUTIONS.items())
def test_the_lessons_rules_are_the_right_ones(id, name):
    assert evaluate(id, getattr(engine(), name)).solved


def test_the_lessons_walk_is_the_right_one():
    assert evaluate("03.6", try_order(engine().order)).solved
    assert evaluate("03.7", try_backward(engine().backward)).solved


def test_it_reproduces_the_seven_steps_of_lesson_01():
    neurons = function_of_the_lesson(
        "two_neurons", MyValue=engine().MyValue, sigmoid=lambda z: 1 / (1 + (-z).exp())
    )
    gradients = (0.11645520647913963, -0.21650663914152246, -0.29615498061312865)
    with mpmath.workdps(30):
        x, y, w1, w2, b = (mpmath.mpf(number) for number in ("2", "1", "0.5", "-1", "0"))

        def loss(w1, w2, b):
            def sigma(z):
                return 1 / (1 + mpmath.exp(-z))

            return (sigma(w2 * sigma(w1 * x) + b) - y) ** 2

        true = [float(mpmath.diff(loss, (w1, w2, b), tuple(int(i == k) for i in range(3)))) for k in range(3)]
    assert true == pytest.approx(gradients, abs=1e-10)
    assert neurons(2.0, 1.0, 0.5, -1.0, 0.0) == pytest.approx(true, abs=1e-12)


OPERATIONS = (
    lambda a, b: a + b,
    lambda a, b: a * b * 0.3,
    lambda a, b: a / (b * b + 1),
    lambda a, b: a.tanh(),
    lambda a, b: a.tanh().exp(),
    lambda a, b: (a * a + 0.5).log(),
    lambda a, b: 2 - a,
    lambda a, b: a - b,
    lambda a, b: 1 / ((-a).tanh() + 1.5),
)


def random_expression(seed, leaves):
    """The same for every engine: operations drawn by chance, on any of the results so far."""
    chance, known = random.Random(seed), list(leaves)
    for _ in range(12):
        known.append(chance.choice(OPERATIONS)(chance.choice(known), chance.choice(known)))
    return sum(known[1:], known[0])


@pytest.mark.needs("torch")
@pytest.mark.parametrize("seed", range(30))
def test_any_graph_agrees_with_torch(seed):
    import torch

    numbers = [random.Random(seed).uniform(-2, 2) for _ in range(3)]
    theirs = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    result = random_expression(seed, theirs)
    result.backward()
    for number_type in (engine().MyValue, Value):
        leaves = [number_type(number) for number in numbers]
        ours = random_expression(seed, leaves)
        ours.backward()
        assert ours.data == pytest.approx(result.item(), rel=1e-12)
        for leaf, their in zip(leaves, theirs, strict=True):
            assert leaf.grad == pytest.approx(their.grad.item(), rel=1e-11, abs=1e-12)


def test_no_recursion_limit():
    x = engine().MyValue(1.0)
    total = x
    for _ in range(100_000):
        total = total + x
    total.backward()
    assert x.grad == 100_001


def test_a_chain_of_diamonds_is_walked_once():
    x = node = engine().MyValue(1.0)
    for _ in range(60):  # by paths this would never end
        node = node + node
    node.backward()
    assert x.grad == 2.0**60
    assert len(engine().order(node)) == 61


def test_a_rule_that_is_missing_is_named():
    def tanh(a): ...

    with pytest.raises(NotImplementedError, match="tanh is still to be written"):
        engine().apply(tanh, 1.0)


@pytest.mark.needs("torch")
def test_the_recorded_values_are_torchs():
    import torch

    wild = function_of_the_lesson("wild")
    x, y = (torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in (0.7, 2.0))
    wild(x, y).backward()
    assert (round(x.grad.item(), 6), round(y.grad.item(), 6)) == RECORDED_FROM_PYTORCH


# --- rules --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "function", "numbers"),
    [
        (multiply, lambda a, b: a * b, (1.7, -2.3)),
        (divide, lambda a, b: a / b, (1.7, -2.3)),
        (exp, mpmath.exp, (0.7,)),
        (log, mpmath.log, (0.7,)),
        (tanh, mpmath.tanh, (-0.7,)),
    ],
    ids=["multiply", "divide", "exp", "log", "tanh"],
)
def test_the_rules_are_the_derivatives(rule, function, numbers):
    value, local = rule(*numbers)
    assert value == pytest.approx(float(function(*numbers)), rel=1e-15)
    for k, slope in enumerate(local):
        order_of = tuple(int(i == k) for i in range(len(numbers)))
        true = (
            mpmath.diff(function, numbers, order_of) if len(numbers) > 1 else mpmath.diff(function, *numbers)
        )
        assert slope == pytest.approx(float(true), rel=1e-12)


def test_other_ways_to_write_a_rule_are_right_too():
    assert evaluate("03.5", lambda a, b: [a / b, [b**-1, -(a / b) / b]]).solved
    assert evaluate("03.4", lambda a: (math.tanh(a), (1 / math.cosh(a) ** 2,))).solved


def test_a_rule_without_its_slopes_is_told_what_is_asked_for():
    message = evaluate("03.1", lambda a, b: a * b).message
    assert "2 values (the value, the local derivatives)" in message


# --- the walk -----------------------------------------------------------------------------------------------


def diamond(x):
    h = 2 * x
    return h * h + h


def depth_first(root):
    done = []

    def visit(node):
        if node not in done:
            for parent in node.parents:
                visit(parent)
            done.append(node)

    visit(root)
    return done[::-1]


def test_uses_counts_edges():
    x = Value(3.0)
    assert sorted((node.data, count) for node, count in uses(diamond(x)).items()) == [
        (2.0, 1),
        (3.0, 1),
        (6.0, 3),
        (36.0, 1),
        (42.0, 0),
    ]


@pytest.mark.parametrize("case", find_exercise("03.6").cases())
def test_each_graph_of_the_check_has_one_right_order(case):
    """So any way to find it is right."""
    (parents,) = case
    assert all(i + 1 in parents[i] for i in range(len(parents) - 1))
    assert try_order(order)(parents) == try_order(depth_first)(parents) == list(range(len(parents)))


def test_another_algorithm_is_right_too():
    assert evaluate("03.6", try_order(depth_first)).solved
    assert evaluate("03.6", try_order(lambda root: tuple(order(root)))).solved


@pytest.mark.parametrize("case", find_exercise("03.7").cases())
def test_the_pass_agrees_with_the_sum_over_all_paths(case):
    parents, local, before = case

    def slope(node):
        """∂(node 0)/∂(node): the sum over all paths of the product along each."""
        above = [(i, local[i][k]) for i in range(len(parents)) for k, p in enumerate(parents[i]) if p == node]
        return sum(slope(i) * s for i, s in above) if above else 1.0

    true = [slope(i) + (0.0 if parents[i] else before[i]) for i in range(len(parents))]
    assert try_backward(backward)(parents, local, before) == pytest.approx(true, rel=1e-12)


def test_a_pass_on_any_right_order_is_right():
    assert evaluate("03.7", try_backward(Value.backward)).solved


@pytest.mark.parametrize("attempt", [try_order, try_backward])
def test_a_function_without_a_body_is_not_an_attempt(attempt):
    id = "03.6" if attempt is try_order else "03.7"
    assert evaluate(id, attempt(lambda root: None)).kind == "blank"


def test_a_forgotten_return_is_told():
    def forgetful(root):
        order(root)

    assert "return" in evaluate("03.6", try_order(forgetful)).message


def test_the_solutions_show_the_functions_and_not_their_lists(capsys):
    from backprop_lib.exercises import solution

    solution("03.6", anyway=True)
    solution("03.7", anyway=True)
    shown = capsys.readouterr().out
    assert "def order(root):" in shown and "def backward(root):" in shown
    assert "on_lists" not in shown


# --- what the experiments show ------------------------------------------------------------------------------


def test_26_and_52_and_102():
    send = function_of_the_lesson("send")
    hurry = function_of_the_lesson("hurry", send=send)
    x = Value(3.0)
    q = diamond(x)
    q.grad = 1.0
    hurry(q)
    assert x.grad == 52

    def carelessly(root):
        root.grad = 1.0
        for node in order(root):
            send(node)

    for walk, twice in ((Value.backward, 52), (carelessly, 102)):  # 03.b, and its confusion
        x = Value(3.0)
        q = diamond(x)
        walk(q)
        assert x.grad == 26 == pytest.approx((diamond(3 + 1e-5) - diamond(3 - 1e-5)) / 2e-5)
        walk(q)
        assert x.grad == twice


def test_the_mistakes_of_the_walk_give_these_numbers_on_the_diamond():
    mistakes = {m.name: m.wrong for m in find_exercise("03.7").misconceptions}
    fresh, second = find_exercise("03.7").examples
    at_x = {name: (wrong(*fresh)[-1], wrong(*second)[-1]) for name, wrong in mistakes.items()}
    assert at_x["without waiting"][0] == 52
    assert at_x["computed nodes not reset"] == (26, 102)
    assert at_x["leaves reset too"] == (26, 26)
    assert try_backward(backward)(*fresh)[-1] == 26
    assert try_backward(backward)(*second)[-1] == 52


def test_the_moons_are_learnt_and_forgetting_zero_grad_spoils_it():
    X, y = moons(100)
    names = {"points": X.tolist(), "targets": y.ravel().tolist(), "tqdm": lambda steps, **_: steps}
    train = function_of_the_lesson("train", sys=types.SimpleNamespace(stdout=None), **names)
    network = MLP(2, [8, 8, 1])
    losses = train(network, steps=60)
    right = [(network(point).data > 0) == (target > 0.5) for point, target in zip(X.tolist(), y, strict=True)]
    assert all(right)
    assert losses[-1] < 0.1 * losses[0]
    forgetful = train(MLP(2, [8, 8, 1]), steps=60, reset=False)
    assert forgetful[-1] > 5 * losses[-1]  # 03.c: higher


def test_every_solution_of_the_lesson_is_the_modules_own():
    for name in SOLUTIONS.values():
        theirs, ours = getattr(engine(), name), getattr(lesson_03, name)
        numbers = (0.7, 1.3)[: ours.__code__.co_argcount]
        assert theirs(*numbers) == ours(*numbers)
