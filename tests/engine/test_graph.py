"""The walk over a graph: every node once, parents first."""

import random

import pytest

from backprop_lib.engine.graph import topological_order
from backprop_lib.engine.scalar import Value


class Node:
    """Counts how often its parents are asked for."""

    def __init__(self, *parents):
        self._parents, self.asked = parents, 0

    @property
    def parents(self):
        self.asked += 1
        return self._parents


def test_ten_diamonds_have_1024_paths_and_each_node_is_visited_once():
    top = node = Node()
    for _ in range(10):
        node = Node(Node(node), Node(node))
    node.asked = 0
    order = topological_order(node)
    assert order[0] is top
    assert order[-1] is node
    assert len(order) == 1 + 10 * 3
    # The root is asked once more, when it is recognised as a node.
    assert [seen.asked for seen in order] == [1] * (len(order) - 1) + [2]


def test_a_hundred_diamonds_of_values_have_2_to_the_100_paths():
    x = node = Value(1.0)
    for _ in range(100):
        node = 0.5 * node + 0.25 * node
    node.backward()
    assert x.grad == pytest.approx(0.75**100, rel=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_parents_come_before_their_children_and_each_node_comes_once(seed):
    rng = random.Random(seed)
    nodes = [Node()]
    for _ in range(60):
        nodes.append(Node(*rng.choices(nodes, k=rng.randrange(4))))
    order = topological_order(nodes[-1])
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is nodes[-1]
    for node in order:
        assert all(place[parent] < place[node] for parent in node.parents)


def test_parents_are_visited_from_left_to_right():
    a, b, c = Node(), Node(), Node()
    left, right = Node(a, b), Node(c)
    root = Node(left, right)
    assert topological_order(root) == [a, b, left, c, right, root]


def test_a_node_that_is_its_own_sibling_comes_once():
    x = Node()
    square = Node(x, x)
    assert topological_order(square) == [x, square]


def test_a_wide_node_is_no_deeper_than_a_narrow_one():
    leaves = [Node() for _ in range(10_000)]
    root = Node(*leaves)
    assert topological_order(root) == [*leaves, root]


@pytest.mark.parametrize("stranger", [3.0, "x", None, [Value(1.0)]])
def test_what_is_no_node_is_refused_in_one_sentence(stranger):
    with pytest.raises(TypeError, match=r"expected a node of a graph, .*received .*") as refusal:
        topological_order(stranger)
    assert type(stranger).__name__ in str(refusal.value)
    assert "\n" not in str(refusal.value)
