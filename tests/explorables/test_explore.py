"""The two explorables as a learner has them in the next cell: values, gradients, sentences."""

import gc
import math
import re
import subprocess
import sys
import weakref

import pytest
import traitlets

from backprop_lib import Value
from backprop_lib.explorables import descend, explore


def example():
    """The course's first network: two neurons, one sample."""
    x, y, w1, w2, b1, b2 = (Value(n) for n in (2.0, 1.0, 0.5, -1.0, 0.0, 0.0))
    a1 = (w1 * x + b1).sigmoid()
    a2 = (w2 * a1 + b2).sigmoid()
    L = (a2 - y) ** 2
    return explore(L), L, {"x": x, "y": y, "w1": w1, "w2": w2, "b1": b1, "b2": b2}


def test_names_and_numbers_are_those_of_the_learners_own_variables():
    explorer, L, leaves = example()
    L.backward()
    assert list(explorer.values) == list(leaves)  # in the order in which they were made
    for name, leaf in leaves.items():
        assert explorer.values[name] == leaf.data
        assert explorer.gradients[name] == leaf.grad
    assert {"a1", "a2", "L"} <= set(explorer.gradients)


def test_inside_a_function_its_own_variables_are_seen():
    def local():
        inner_w, inner_x = Value(2.0), Value(5.0)
        return explore(inner_w * inner_x), descend((inner_w * inner_x) ** 2, [inner_w])

    explorer, walk = local()
    assert list(explorer.values) == ["inner_w", "inner_x"]
    assert walk.parameters == ["inner_w"]


def test_setting_a_leaf_moves_it_and_all_numbers_follow():
    explorer, L, _ = example()
    before = L.data
    heard = []
    explorer.observe(lambda change: heard.append(change.name), ["values"])
    explorer.values["w1"] = 2
    assert explorer.values["w1"] == 2.0 and heard == ["values"]
    w, x = Value(2.0), Value(2.0)
    a1 = (w * x).sigmoid()
    a2 = (-a1).sigmoid()
    loss = (a2 - 1.0) ** 2
    loss.backward()
    assert explorer.gradients["w1"] == pytest.approx(w.grad, rel=1e-14)
    assert L.data == before  # the learner's own graph stays as it is


@pytest.mark.parametrize(
    "move",
    [
        lambda explorer: explorer.set(w1=2.0, x=-1.0),
        lambda explorer: explorer.values.update({"w1": 2.0, "x": -1.0}),
        lambda explorer: explorer.values.update(w1=2.0, x=-1.0),
        lambda explorer: setattr(explorer, "values", {"w1": 2.0, "x": -1.0}),
        lambda explorer: setattr(explorer, "values", explorer.values | {"w1": 2.0, "x": -1.0}),
    ],
    ids=["set", "update", "update by name", "some values", "all values"],
)
def test_several_leaves_move_at_once_and_the_others_stay(move):
    explorer, _, _ = example()
    told = []
    explorer.observe(lambda change: told.append(change.new), ["values"])
    move(explorer)
    assert dict(explorer.values) == {"x": -1.0, "y": 1.0, "w1": 2.0, "w2": -1.0, "b1": 0.0, "b2": 0.0}
    assert len(told) == 1


def test_the_dictionaries_own_or_equals_moves_too():
    explorer, _, _ = example()
    explorer.values |= {"w1": 7}
    told = []
    explorer.observe(lambda change: told.append(change.new["w1"]), ["values"])
    explorer.values |= {"w1": 8}
    assert told == [8.0] and explorer.values["w1"] == 8.0


def test_a_leaf_that_is_not_there_is_named_with_those_that_are():
    explorer, _, _ = example()
    with pytest.raises(traitlets.TraitError, match=r"no leaf 'w3' here; the leaves are \w"):
        explorer.values["w3"] = 1.0
    assert "w3" not in explorer.values


@pytest.mark.parametrize(
    ("number", "kind"),
    [("two", TypeError), (None, TypeError), (math.nan, ValueError), (math.inf, ValueError)],
)
def test_what_is_no_number_is_refused_and_nothing_moves(number, kind):
    explorer, _, _ = example()
    with pytest.raises(kind, match="a Value needs"):
        explorer.values["w1"] = number
    assert explorer.values["w1"] == 0.5


def test_the_sentence_is_the_repr_and_stays_the_same():
    explorer, _, _ = example()
    assert repr(explorer) == explorer.sentence
    assert repr(example()[0]) == repr(explorer)
    assert repr(explorer).startswith("L = 0.4557; ")
    assert "∂L/∂w1 = +0.1165" in repr(explorer) and "∂L/∂w2 = −0.2165" in repr(explorer)
    assert not re.search(r"0x[0-9a-f]{4}", repr(explorer)) and "\n" not in repr(explorer)


def test_where_there_is_no_result_the_repr_says_why():
    x = Value(2.0)
    explorer = explore(x.log())
    explorer.values["x"] = -1
    assert repr(explorer) == "log needs a number above 0; received x = -1.0"
    explorer.values["x"] = 1
    assert repr(explorer) == "ln(x) = 0; ∂ln(x)/∂x = +1"


def test_state_can_be_given_at_the_start():
    x = Value(2.0)
    y = x * x
    explorer = explore(y, step=0, asking=True)
    assert (explorer.step, explorer.asking, explorer.guesses, explorer.opened) == (0, True, [], [])


@pytest.mark.parametrize("make", [explore, descend])
def test_an_explorable_keeps_neither_the_graph_nor_itself_alive(make):
    def values_alive():
        gc.collect()
        return sum(type(thing) is Value for thing in gc.get_objects())

    before, w = values_alive(), Value(2.0)
    made = [make(w * w + w) for _ in range(100)]
    assert values_alive() - before < 50
    there = [weakref.ref(explorer) for explorer in made]
    for explorer in made:
        explorer.close()
    del made, explorer
    gc.collect()
    assert [ref for ref in there if ref() is not None] == []


def test_explorables_load_neither_matplotlib_nor_torch():
    code = (
        "import sys; from backprop_lib import Value; from backprop_lib.explorables import explore, descend\n"
        "w = Value(2.0); L = w * w; explore(L), descend(L)\n"
        "print([name for name in ('matplotlib', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


# --- gradient descent ---------------------------------------------------------------------------------------


def valley():
    w, b, x, y = Value(0.5), Value(0.1), Value(2.0), Value(1.0)
    L = (w * x + b - y) ** 2
    return descend(L, learning_rate=0.05), L


@pytest.mark.parametrize("rate", [0.0, -0.1, math.nan, math.inf])
def test_a_learning_rate_that_is_not_above_0_is_refused(rate):
    walk, L = valley()
    with pytest.raises(traitlets.TraitError, match="a number above 0"):
        walk.learning_rate = rate
    assert walk.learning_rate == 0.05
    with pytest.raises(traitlets.TraitError, match="a number above 0"):
        descend(L, learning_rate=rate)


def test_loss_and_sentence_follow_the_values():
    walk, L = valley()
    assert walk.loss == L.data
    assert repr(walk) == "after 0 steps L = 0.01; w = 0.5, b = 0.1"
    walk.values["w"] = 1.0
    assert walk.loss == pytest.approx(1.21)
    assert repr(walk) == "after 0 steps L = 1.21; w = 1, b = 0.1"


def arrive(walk, values, history):
    """As the browser tells of a step: both at once."""
    walk.set_state({"values": values, "history": history})


def test_the_sentence_counts_the_steps_and_says_up_or_down():
    walk, _ = valley()
    start = {"L": 0.01, "w": 0.5, "b": 0.1}
    arrive(walk, walk.values | {"w": 0.48, "b": 0.09}, [start, {"L": 0.0025, "w": 0.48, "b": 0.09}])
    assert repr(walk) == "after 1 step L = 0.0025, down from 0.01; w = 0.48, b = 0.09"
    arrive(walk, walk.values | {"w": 2.0}, [*walk.history, {"L": 9.5481, "w": 2.0, "b": 0.09}])
    assert repr(walk) == "after 2 steps L = 9.5481, up from 0.01; w = 2, b = 0.09"


@pytest.mark.parametrize("leaf", ["w", "x"])
def test_setting_a_leaf_starts_anew(leaf):
    walk, _ = valley()
    arrive(
        walk, walk.values | {"w": 0.48}, [{"L": 0.01, "w": 0.5, "b": 0.1}, {"L": 0.0036, "w": 0.48, "b": 0.1}]
    )
    assert len(walk.history) == 2
    walk.values[leaf] = 3.0
    assert walk.history == [] and repr(walk).startswith("after 0 steps")


def test_parameters_are_those_given_or_those_named_w_and_b():
    w, x = Value(1.0), Value(2.0)
    L = (w * x) ** 2
    assert descend(L).parameters == ["w"]
    assert descend(L, parameters=[x]).parameters == ["x"]
    assert repr(descend(L, parameters=[w, x])).endswith("w = 1, x = 2")


def test_a_loss_without_a_parameter_says_what_to_do():
    x = Value(2.0)
    L = x * x
    with pytest.raises(ValueError, match=r"no parameter to move: the leaves are x; .*parameters=\[x\]"):
        descend(L)


def test_many_parameters_are_counted_and_not_all_listed():
    w = [Value(1.0, label=f"w{k}") for k in range(10)]
    assert repr(descend(sum(w[1:], start=w[0]))).endswith("w5 = 1, and 4 more")
