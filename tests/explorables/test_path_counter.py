"""Counts, products and sums of the chain of diamonds, against a recursion that really goes every way."""

import itertools
import math
import re

import pytest
import traitlets

from backprop_lib import Value
from backprop_lib.engine.graph import topological_order
from backprop_lib.explorables.path_counter import LOWER, MOST, UPPER, PathCounter, count, path_counter


def at(diamonds, path=1):
    counter = path_counter(diamonds)
    counter.path = path
    return counter


def chain(n):
    """The chain as a learner writes it; b and c are nodes of their own."""
    x = a = Value(1.0)
    for _ in range(n):
        b, c = a * UPPER, a * LOWER
        a = b + c
    return x, a


def between(x, node):
    """Whether a node is x or was computed from it: the numbers 0.9 and 0.6 are not."""
    return node is x or bool(node.parents)


def recursion(x, node, product, ends):
    """Follow every path by itself; gives the visits, and collects each path's product."""
    ends += [product] if node is x else []
    edges = [(p, d) for p, d in zip(node.parents, node.local_derivatives, strict=True) if between(x, p)]
    return 1 + sum(recursion(x, parent, product * local, ends) for parent, local in edges)


@pytest.mark.parametrize("n", range(11))
def test_counts_are_those_of_a_recursion_and_of_the_engines_order(n):
    x, q = chain(n)
    counter = path_counter(n)
    products = []
    assert counter.visits_path_by_path == recursion(x, q, 1.0, products)
    assert counter.paths == len(products)
    assert counter.visits == sum(between(x, node) for node in topological_order(q))
    if n > 0:
        q.backward()
        assert counter.gradient == pytest.approx(x.grad, rel=1e-14)
    assert math.fsum(products) == pytest.approx(counter.gradient, rel=1e-12)


@pytest.mark.parametrize("n", range(9))
def test_each_path_adds_its_product_and_all_add_up_to_the_gradient(n):
    counter, total = path_counter(n), 0.0
    for k, slopes in enumerate(itertools.product((UPPER, LOWER), repeat=n), start=1):
        counter.path = k
        total += math.prod(slopes)
        assert counter.product == pytest.approx(math.prod(slopes), rel=1e-12)
        assert counter.sum_so_far == pytest.approx(total, rel=1e-12)
    assert k == counter.paths
    assert counter.sum_so_far == pytest.approx(counter.gradient, rel=1e-12)


def test_ten_diamonds_are_those_of_the_lesson():
    counter = path_counter(10)
    assert (counter.paths, counter.visits_path_by_path, counter.visits) == (1024, 4093, 31)
    assert counter.gradient == pytest.approx(1.5**10, rel=1e-14)


def test_the_largest_chain_is_counted_exactly():
    counter = at(MOST, 2**MOST)
    assert count(counter.visits_path_by_path) == "4 398 046 511 101".replace(" ", "\u202f")
    assert counter.visits == 121
    assert counter.sum_so_far == pytest.approx(counter.gradient, rel=1e-12)


SENTENCES = {
    (0, 1): "no diamond: x is q itself, 1 node, 1 path without an arrow, and dq/dx = +1",
    (1, 1): "1 diamond, 2 paths: path by path 5 node visits, 4 when each node waits for all that use it; "
    "path 1 adds +0.9 of dq/dx = +1.5",
    (3, 6): "3 diamonds, 8 paths: path by path 29 node visits, 10 when each node waits for all that use it; "
    "path 6 adds +0.324, paths 1 to 6 make +2.835 of dq/dx = +3.375",
    (3, 8): "3 diamonds, 8 paths: path by path 29 node visits, 10 when each node waits for all that use it; "
    "path 8 adds +0.216, the last: together they make dq/dx = +3.375",
}


@pytest.mark.parametrize(("state", "sentence"), SENTENCES.items())
def test_the_sentence_in_every_branch(state, sentence):
    counter = at(*state)
    assert counter.sentence == repr(counter) == sentence


@pytest.mark.parametrize("wrong", [-1, 41, 10**6])
def test_another_number_of_diamonds_is_refused(wrong):
    with pytest.raises(traitlets.TraitError, match=f"whole number from 0 to 40; received {wrong}$"):
        path_counter(wrong)
    counter = at(5, 7)
    with pytest.raises(traitlets.TraitError, match="whole number from 0 to 40"):
        counter.diamonds = wrong
    assert (counter.diamonds, counter.path) == (5, 7)


@pytest.mark.parametrize("wrong", [2.5, "3", None])
def test_what_is_no_whole_number_is_refused(wrong):
    with pytest.raises(traitlets.TraitError, match="expected an int"):
        path_counter(wrong)


@pytest.mark.parametrize("wrong", [0, -3, 9])
def test_a_path_that_does_not_exist_is_refused(wrong):
    counter = at(3, 8)
    expected = re.escape(f"with 3 diamonds, path is a whole number from 1 to 8; received {wrong}")
    with pytest.raises(traitlets.TraitError, match=f"^{expected}$"):
        counter.path = wrong
    assert counter.path == 8


def test_fewer_diamonds_leave_fewer_paths():
    counter = at(10, 1000)
    counter.diamonds = 12
    assert counter.path == 1000
    counter.diamonds = 3
    assert counter.path == 8


@pytest.mark.parametrize("state", [{"path": 4000, "diamonds": 12}, {"diamonds": 12, "path": 4000}])
def test_both_may_come_from_the_browser_at_once(state):
    counter = at(3, 8)
    counter.set_state(state)
    assert (counter.diamonds, counter.path) == (12, 4000)
    assert PathCounter(**state).path == 4000
