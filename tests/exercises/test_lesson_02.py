"""Lesson 02 against torch, mpmath, closed forms and finite differences, and the figures that it tells."""

import math
import random

import pytest

from backprop_lib import Value
from backprop_lib.engine.graph import topological_order
from backprop_lib.exercises import evaluate
from backprop_lib.exercises.lesson_02 import dL_dw1, dy_dx, passes, ready, two_paths
from backprop_lib.exercises.registry import find_exercise, find_prediction
from backprop_lib.explorables.chain_gears import chain_gears
from backprop_lib.explorables.order_lab import order_lab
from backprop_lib.explorables.path_counter import path_counter


class Node:
    """The lesson's engine, with its naive `backward`."""

    def __init__(self, data, slopes=None):
        self.data, self.slopes, self.grad = data, slopes or {}, 0.0

    def send(self):
        for parent, slope in self.slopes.items():
            parent.grad += self.grad * slope

    def backward(self):
        self.send()
        for parent in self.slopes:
            parent.backward()


def shared_number(m_first=True):
    """x and q of h = 2x, m = h·h, q = m + h at x = 3."""
    x = Node(3.0)
    h = Node(6.0, {x: 2.0})
    m = Node(36.0, {h: 12.0})
    q = Node(42.0, {m: 1.0, h: 1.0} if m_first else {h: 1.0, m: 1.0})
    q.grad = 1.0
    return [x, h, m, q]


def confused(id):
    return {(confusion.guess, confusion.measured) for confusion in find_prediction(id).confusions}


# --- the exercises' truths ----------------------------------------------------------------------------------


@pytest.mark.needs("torch")
@pytest.mark.parametrize("case", find_exercise("02.2").cases())
def test_the_smallest_network_agrees_with_torch(case):
    import torch

    x, y, w1, w2 = (torch.tensor(number, dtype=torch.float64) for number in case)
    w1.requires_grad_(True)
    (0.5 * (y - w2 * w1 * x) ** 2).backward()
    assert dL_dw1(*case) == pytest.approx(w1.grad.item(), rel=1e-12)


@pytest.mark.needs("torch")
@pytest.mark.parametrize(
    ("id", "function", "truth"),
    [
        ("02.1", lambda x: (x**2).sin(), dy_dx),
        ("02.3", lambda x: x**2 * x.sin(), two_paths),
    ],
)
def test_slopes_agree_with_torch(id, function, truth):
    import torch

    for (number,) in find_exercise(id).cases():
        x = torch.tensor(number, dtype=torch.float64, requires_grad=True)
        function(x).backward()
        assert truth(number) == pytest.approx(x.grad.item(), rel=1e-12)


def test_the_figures_of_the_smallest_network():
    x, y, w1, w2 = find_exercise("02.2").examples[0]
    w1, w2 = Value(w1), Value(w2)
    loss = (y - w2 * (w1 * x)) ** 2 / 2
    loss.backward()
    y_hat = w2.data * w1.data * x
    assert (w1.grad, w2.grad) == ((y_hat - y) * w2.data * x, (y_hat - y) * w1.data * x) == (7.5, -2.5)
    assert dL_dw1(x, y, w1.data, w2.data) == 7.5


def test_the_sign_and_the_half_are_told():
    assert evaluate("02.2", lambda x, y, w1, w2: (y - w2 * w1 * x) * w2 * x).misconception == "sign"
    twice = evaluate("02.2", lambda x, y, w1, w2: 2 * (w2 * w1 * x - y) * w2 * x)
    assert twice.misconception == "½ forgotten" and "cancels" in twice.message
    minus = evaluate("02.2", lambda x, y, w1, w2: -(y - w2 * w1 * x) * w2 * x)
    assert minus.solved


# --- the order ----------------------------------------------------------------------------------------------


def test_an_order_that_keeps_the_rule_gives_the_gradient_and_no_other_does():
    """All orders in which q, m and h send once each."""
    users = {"h": [3, 4], "m": [4], "q": []}
    place = {"h": 2, "m": 3, "q": 4}
    for order in ("qmh", "qhm", "mqh", "mhq", "hqm", "hmq"):
        x, h, m, q = shared_number()
        nodes = {"h": h, "m": m, "q": q}
        kept = all(ready(users[name], [place[other] for other in order[:i]]) for i, name in enumerate(order))
        for name in order:
            nodes[name].send()
        assert (x.grad == 26.0) == kept, order


def test_a_walk_by_the_rule_gives_what_the_engine_gives_on_any_graph():
    draw = random.Random(2)
    for _ in range(20):
        nodes = [Value(draw.uniform(0.5, 1.5))]
        for _ in range(12):
            nodes.append(draw.choice(nodes) * draw.choice(nodes) + draw.choice(nodes))
        graph = topological_order(nodes[-1])
        users = {
            i: [j for j, user in enumerate(graph) if any(p is node for p in user.parents)]
            for i, node in enumerate(graph)
        }
        place = {node: i for i, node in enumerate(graph)}  # by identity: equal numbers are different nodes
        gradients, sent = [0.0] * len(graph), []
        gradients[-1] = 1.0
        while len(sent) < len(graph):
            free = [i for i in users if i not in sent and ready(users[i], sent)]
            i = draw.choice(free)  # any order that keeps the rule will do
            sent.append(i)
            for parent, slope in zip(graph[i].parents, graph[i].local_derivatives, strict=True):
                gradients[place[parent]] += slope * gradients[i]
        nodes[-1].backward()
        assert gradients == pytest.approx([node.grad for node in graph], rel=1e-12)


def test_a_node_that_asks_whether_it_has_sent_itself_is_right_too():
    """The cases never ask of a node that has sent already."""
    assert evaluate("02.4", lambda users, sent: set(users) <= set(sent)).solved
    assert evaluate("02.4", lambda users, sent: len([u for u in users if u in sent]) == len(users)).solved


def test_what_is_said_of_the_rule_can_be_read():
    told = evaluate("02.4", lambda users, sent: True).message
    assert "users=[3, 4], sent=[4]: expected False, received True" in told


# --- what the predictions will measure ----------------------------------------------------------------------


def test_the_measured_slope_gets_worse_again():
    import mpmath

    def error(step):
        return abs(((1 + step) ** 2 - 1) / step - 2)

    errors = [error(step) for step in (1e-2, 1e-4, 1e-6, 1e-8)]
    assert errors == sorted(errors, reverse=True)
    assert error(1e-12) > 1000 * error(1e-8)
    with mpmath.workdps(60):  # with enough digits it would not
        assert abs(((1 + mpmath.mpf("1e-12")) ** 2 - 1) / mpmath.mpf("1e-12") - 2) < 1.1e-12
    assert confused("02.a") == {("closer", "worse"), ("same", "worse")}


def test_relu_silences_what_comes_before_it():
    gears = chain_gears("×2", "relu", "×-1.5", "tanh", x=-0.4)
    assert gears.slopes == [2.0, 0.0, -1.5, 1.0]
    assert [product == 0 for product in gears.products] == [True, True, False, False, False]
    assert gears.values[3] == 0  # tanh stands at 0, where it is steepest: the confusion says so
    assert {measured for _, measured in confused("02.b")} == {1 + gears.slopes.index(0.0)}


def test_the_naive_engine_gives_52_and_28_and_the_truth_is_26():
    x, h, _, q = shared_number()
    q.backward()
    assert (h.grad, x.grad) == (13.0, 52.0)
    x, *_, q = shared_number(m_first=False)
    q.backward()
    assert x.grad == 28.0
    lab = order_lab()
    lab.sent = ["q", "h", "m", "h"]
    assert lab.gradients["x"] == 28.0
    x = Value(3.0)
    h = 2 * x
    (h * h + h).backward()
    assert x.grad == 8 * x.data + 2 == 26.0  # q = 4x² + 2x
    assert {measured for _, measured in confused("02.c")} == {52}


def test_ten_diamonds_have_31_nodes_and_eighteen_need_a_million_visits_path_by_path():
    counter = path_counter(10)
    assert (counter.paths, counter.visits) == (1024, 31)
    assert {measured for _, measured in confused("02.d")} == {counter.visits}
    assert counter.gradient == pytest.approx(1.5**10, rel=1e-12)
    assert path_counter(17).visits_path_by_path < 1_000_000 < path_counter(18).visits_path_by_path


def test_the_passes_are_the_jacobians_columns_and_rows():
    assert passes(3, 1) == (3, 1)
    assert evaluate("02.5", lambda inputs, outputs: [inputs, outputs]).solved


def test_a_loop_records_another_graph_at_another_place():
    def grow(x):
        y = x
        while y < 10:
            y = y * x
        return y

    for start, power in ((5.0, 2), (3.0, 3), (2.0, 4)):
        x = Value(start)
        y = grow(x)
        y.backward()
        assert (y.data, x.grad) == (start**power, power * start ** (power - 1))
        assert len(topological_order(y)) == power  # x, and a node for each product
    assert not math.isclose(3.0**4, grow(Value(3.0)).data)  # what the picture, recorded at 2, shows at 3
