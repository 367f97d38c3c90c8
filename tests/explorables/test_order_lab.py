"""The backward pass in any order: 26 in topological order, and what beginners' recursions give."""

import itertools
import random

import pytest
import traitlets

from backprop_lib import Value
from backprop_lib.engine.graph import topological_order
from backprop_lib.explorables.order_lab import MOST, SENDERS, USERS, order_lab, send


def graph(swapped=False):
    x = Value(3.0)
    h = 2 * x
    m = h * h
    return {"x": x, "h": h, "m": m, "q": h + m if swapped else m + h}


def after(sent):
    lab = order_lab()
    lab.sent = list(sent)
    return lab


def spread_then_call(node, called, parents=dict.fromkeys):
    """Micrograd's `_backward` and `_prev`, called without its topological order."""
    called.append(node)
    send(node)
    for parent in parents(node.parents):
        spread_then_call(parent, called, parents)


def call_at_once(node):
    """Each parent is called as soon as it has received."""
    for parent, local in zip(node.parents, node.local_derivatives, strict=True):
        parent.grad += local * node.grad
        call_at_once(parent)


# --- the recursions -----------------------------------------------------------------------------------------


def test_a_recursion_that_spreads_and_then_calls_gives_52_in_the_labs_order():
    nodes = graph()
    nodes["q"].grad = 1.0
    called = []
    spread_then_call(nodes["q"], called)
    names = {node: name for name, node in nodes.items() if name != "x"}
    order = [names[node] for node in called if node in names]
    assert order == ["q", "m", "h", "h"]
    assert nodes["x"].grad == after(order).gradients["x"] == 52.0


def test_other_recursions_give_other_numbers():
    """As the docstring says."""
    found = []
    for swapped, recursion in [
        (True, lambda q: spread_then_call(q, [])),
        (False, call_at_once),
        (False, lambda q: spread_then_call(q, [], parents=list)),  # h·h calls h twice
    ]:
        nodes = graph(swapped)
        nodes["q"].grad = 1.0
        recursion(nodes["q"])
        found.append(nodes["x"].grad)
    assert found == [28.0, 62.0, 78.0]
    assert after("qhmh").gradients["x"] == 28.0


def test_the_topological_order_gives_what_our_engine_gives():
    nodes = graph()
    nodes["q"].backward()
    lab = after("qmh")
    assert lab.gradients == {name: node.grad for name, node in nodes.items()}
    assert lab.gradients["x"] == 26.0
    order = [node for node in topological_order(nodes["q"]) if node.parents]
    assert [nodes[name] for name in lab.sent] == order[::-1]


def test_only_a_node_that_waits_for_all_that_use_it_is_right():
    """The rule that the lab is for: of all orders in which each node sends once, one is right."""
    for order in itertools.permutations(SENDERS):
        waits = all(set(USERS[name]) <= set(order[:i]) for i, name in enumerate(order))
        assert (after(order).gradients["x"] == 26.0) is waits


# --- any order ----------------------------------------------------------------------------------------------


def orders(count, seed=4):
    rng = random.Random(seed)
    few = [list(o) for n in range(5) for o in itertools.product(SENDERS, repeat=n)]
    return few + [rng.choices(SENDERS, k=rng.randint(5, MOST)) for _ in range(count)]


def test_gradients_are_those_of_the_same_sends_on_the_engines_nodes():
    for order in orders(200):
        nodes = graph()
        nodes["q"].grad = 1.0
        for name in order:
            for parent, local in zip(nodes[name].parents, nodes[name].local_derivatives, strict=True):
                parent.grad += local * nodes[name].grad
        assert after(order).gradients == {name: node.grad for name, node in nodes.items()}


def test_the_verdict_is_right_for_every_order():
    for order in orders(1000):
        lab = after(order)
        said = lab.sentence
        assert "\n" not in said and "none" not in said and said == repr(lab)
        ended = set(order) == set(SENDERS)
        assert said.startswith("dq/dx = ") is ended
        if not ended:
            continue
        right = lab.gradients["x"] == 26.0
        assert ("instead of +26" in said) is not right
        if (
            "as it should be" in said
        ):  # then every node sent its whole gradient just once, however early it tried
            assert right and [n for n in order if n == "q"] == ["q"]
        else:
            assert right is ("by chance" in said)
            assert any(word in said for word in ("twice", "too much", "never went on", "in all")), said


SENTENCES = {
    "": "q has gradient +1, and nothing has been sent: choose the node that sends first",
    "q": "q sent +1 to m and +1 to h; still to send: m, h",
    "qm": "m sent +1 × 6 = +6 to h, twice: once for each factor of h·h; still to send: h",
    "qh": "h sent +1 × 2 = +2 to x; still to send: m",
    "qhh": "h sent +1 × 2 = +2 to x again; still to send: m",
    "h": "h sent 0, for nothing had arrived there; still to send: q, m",
    "qmh": "dq/dx = +26, as it should be: each node sent once, after all that use it had sent",
    "hqmh": "dq/dx = +26, as it should be: "
    "a node that sends before anything has arrived sends 0, which does no harm",
    "qmhh": "dq/dx = +52 instead of +26: h sent +13 and then +13, so +13 went out twice",
    "qhm": "dq/dx = +2 instead of +26: h sent +1 before m had sent, "
    "and the +12 that came later never went on",
    "qhmh": "dq/dx = +28 instead of +26: h sent +1 before m had sent and then +13, so +1 went out twice",
    "qhhm": "dq/dx = +4 instead of +26: h sent +1 before m had sent and then +1, so +1 went out twice, "
    "and the +12 that came later never went on",
    "mqh": "dq/dx = +2 instead of +26: m sent 0 before q had sent, and the +1 that came later never went on",
    "hmq": "dq/dx = 0 instead of +26: m sent 0 before q had sent, and the +1 that came later never went on",
    "qmhhh": "dq/dx = +78 instead of +26: h sent +13 and then +13 and then +13, so +26 too much went out",
    "qmhhhh": "dq/dx = +104 instead of +26: h sent 4 times, +52 in all",
    "mqhqhhhhhh": "dq/dx = +26 by chance: q sent +1 and then +1, so +1 went out twice",
}


@pytest.mark.parametrize(("sent", "sentence"), SENTENCES.items())
def test_the_sentence_in_every_branch(sent, sentence):
    assert after(sent).sentence == sentence


# --- traits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["q", "x"], "can send are q, m, h; received 'x', which was typed in and has nobody to send to$"),
        (["q", "y"], "can send are q, m, h; received 'y'$"),
        (["h"] * 13, "at most 12 sends fit here; received 13$"),
        ("qmh", "can send are q, m, h; received 'qmh'$"),
        ([1], "expected"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_one_sentence(wrong, said):
    lab = after("qm")
    with pytest.raises(traitlets.TraitError, match=said) as problem:
        lab.sent = wrong
    assert "\n" not in str(problem.value)
    assert lab.sent == ["q", "m"]


def test_the_hint_is_a_matter_of_yes_or_no():
    lab = order_lab()
    assert lab.hint is False
    with pytest.raises(traitlets.TraitError):
        lab.hint = "yes"


def test_the_browser_tells_python():
    lab = order_lab()
    lab.set_state({"sent": ["q", "m"], "hint": True})
    assert lab.gradients == {"x": 0.0, "h": 13.0, "m": 1.0, "q": 1.0}
    assert lab.hint
