"""Our graph beside PyTorch's: the trace is torch's, partners are found, and nothing is changed."""

import sys

import pytest
import traitlets

from backprop_lib import Value
from backprop_lib.explorables.torch_graph.pairs import STEMS
from backprop_lib.explorables.torch_graph.recorded import RECORDED
from backprop_lib.explorables.torch_graph.widget import compare_graphs, two_neurons
from backprop_lib.explorables.trace_torch import LARGEST, trace_torch
from tests.explorables import torch_graphs

needs_torch = pytest.mark.needs("torch")
EVERY = [pytest.param(make, id=make.__name__) for make in torch_graphs.EVERY]


def partners(graphs):
    """Name -> PyTorch's kind, or None on either side."""
    kind = {entry["name"]: entry["theirs"] for entry in graphs.entries if entry["ours"] is not None}
    return {name: None if j is None else graphs.theirs[j]["kind"] for name, j in kind.items()}


def said(graphs, name):
    graphs.chosen = name
    return graphs.sentence.split("; ")


# --- the recorded graphs, without torch ---------------------------------------------------------------------


def test_without_arguments_nothing_needs_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    graphs = compare_graphs()
    assert graphs.recorded and len(graphs.theirs) == 10
    assert repr(graphs) == (
        "L = 0.4557 in both; 10 nodes have a partner; ours alone: x and y; "
        "the gradients agree at all 10 of them"
    )


@needs_torch
def test_the_recorded_trace_is_what_the_installed_torch_gives():
    def same(recorded, live):
        if isinstance(recorded, dict):
            return recorded.keys() == live.keys() and all(same(recorded[k], live[k]) for k in recorded)
        if isinstance(recorded, list):
            return len(recorded) == len(live) and all(map(same, recorded, live))
        return recorded == (pytest.approx(live, rel=1e-14, abs=0.0) if isinstance(recorded, float) else live)

    live = trace_torch(*torch_graphs.two_neurons_in_torch())
    assert same(RECORDED, live)
    assert [list(node["kept"]) for node in live] == [list(node["kept"]) for node in RECORDED]


@needs_torch
def test_what_is_kept_is_what_torch_has_saved():
    loss, _ = torch_graphs.two_neurons_in_torch()
    *_, sigmoid, subtraction, power = trace_torch(loss, {})
    function = loss.grad_fn
    assert power["kept"] == {"self": function._saved_self.item(), "exponent": function._saved_exponent}
    assert subtraction["kept"] == {}
    before = function.next_functions[0][0].next_functions[0][0]
    assert sigmoid["kept"] == {"result": before._saved_result.item()}


def test_each_partner_of_the_two_neurons():
    graphs = compare_graphs()
    accumulates = dict.fromkeys(("w1", "w2", "b"), "AccumulateGrad")
    assert partners(graphs) == accumulates | {
        "x": None,
        "y": None,
        "z1": "MulBackward0",
        "a1": "SigmoidBackward0",
        "w2·a1": "MulBackward0",
        "z2": "AddBackward0",
        "a2": "SigmoidBackward0",
        "a2 − y": "SubBackward0",
        "L": "PowBackward0",
    }
    for mine, other in graphs.gradients.values():
        assert mine == pytest.approx(other, rel=1e-14)
    assert len(graphs.gradients) == 10


def test_what_each_keeps_is_said():
    graphs = compare_graphs()
    assert said(graphs, "w2·a1") == [
        "ours: w2·a1 = −0.7311, keeps the local derivatives 0.7311 to w2 and −1 to a1",
        "PyTorch: MulBackward0, keeps self (−1) and other (0.7311)",
        "gradient in both: −0.2962, handed on: −0.2165 to w2 and +0.2962 to a1",
    ]
    assert said(graphs, "z1")[1:] == [
        "PyTorch: MulBackward0, keeps other (2)",
        "gradient in both: +0.0582, handed on: +0.1165 to w1 and +0.0291 to x (ours alone)",
    ]
    assert said(graphs, "b") == [
        "ours: b = 0, a leaf",
        "PyTorch: AccumulateGrad, a leaf: adds what arrives to b.grad",
        "gradient in both: −0.2962",
    ]
    assert said(graphs, "x")[1:] == [
        "PyTorch: no node, as it wants no gradient",
        "MulBackward0 keeps its number as other",
        "gradient: ours +0.0291",
        "PyTorch works none out",
    ]
    assert said(graphs, "y")[2] == "SubBackward0 does not need its number"


# --- the walk -----------------------------------------------------------------------------------------------


def test_the_walk_goes_in_the_order_of_pytorchs_engine():
    graphs = compare_graphs()
    order = [graphs.entries[e] for e in graphs.turns]
    assert [entry["name"] for entry in order] == [
        "L",
        "a2 − y",
        "a2",
        "z2",
        "b",
        "w2·a1",
        "w2",
        "a1",
        "z1",
        "w1",
    ]
    assert [graphs.theirs[entry["theirs"]]["turn"] for entry in order] == list(range(1, 11))


def test_each_step_says_what_its_node_keeps():
    graphs = compare_graphs()
    graphs.step = 0
    assert graphs.sentence.endswith("here 7 numbers in all; no gradient yet")
    for step, e in enumerate(graphs.turns, 1):
        graphs.step, graphs.chosen = step, ""
        shown = graphs.sentence
        graphs.chosen = graphs.entries[e]["name"]
        assert graphs.sentence == shown and "no gradient yet" not in shown
        graphs.step = step - 1
        assert graphs.sentence.endswith("; no gradient yet")
    graphs.chosen, graphs.step = "", 99
    assert graphs.sentence == repr(compare_graphs())


def test_a_leaf_that_pytorch_has_not_is_known_when_all_its_users_have_sent():
    graphs = compare_graphs()
    known = {entry["name"]: entry["known"] for entry in graphs.entries}
    assert (known["x"], known["y"]) == (known["z1"], known["a2 − y"])


@needs_torch
@pytest.mark.parametrize("make", EVERY)
def test_each_node_waits_for_its_users_in_both_graphs(make):
    graphs = make()
    turn = {e: t for t, e in enumerate(graphs.turns)}
    entry_of = {
        side: {entry[side]: e for e, entry in enumerate(graphs.entries)} for side in ("ours", "theirs")
    }
    edges = [("ours", i, p) for i, node in enumerate(graphs.ours) for p in node["parents"]]
    edges += [
        ("theirs", j, p) for j, node in enumerate(graphs.theirs) for p in node["inputs"] if p is not None
    ]
    for side, user, parent in edges:
        below = entry_of[side][parent]
        if below in turn:
            assert turn[entry_of[side][user]] < turn[below]
    assert len(set(graphs.turns)) == len(graphs.turns)


@needs_torch
@pytest.mark.parametrize("make", EVERY)
def test_what_is_sent_adds_up_to_what_arrives(make):
    theirs = make().theirs
    for j, node in enumerate(theirs[:-1]):
        sent = [s for user in theirs for s, p in zip(user["sends"], user["inputs"], strict=True) if p == j]
        assert node["gradient"] == pytest.approx(sum(sent), rel=1e-6)


# --- where the structures differ ----------------------------------------------------------------------------


@needs_torch
@pytest.mark.parametrize("make", EVERY)
def test_all_that_are_partners_have_the_same_gradient(make):
    graphs = make()
    assert graphs.sentence.endswith(f"the gradients agree at all {len(graphs.gradients)} of them")
    leaves = [node for node in graphs.theirs if "variable" in node]
    mine = [e for e in graphs.entries if e["theirs"] is not None and "variable" in graphs.theirs[e["theirs"]]]
    assert len(mine) == len(leaves) and all(entry["ours"] is not None for entry in mine)


@needs_torch
def test_an_affine_node_is_pytorchs_last_sum():
    graphs = torch_graphs.neuron()
    found = list(partners(graphs).values())
    assert partners(graphs)["z"] == "AddBackward0"
    assert (found.count("SigmoidBackward0"), found.count("MseLossBackward0")) == (1, 1)
    alone = [entry["name"] for entry in graphs.entries if entry["ours"] is None]
    assert alone == ["MulBackward0", "MulBackward0 #2", "AddBackward0", "MulBackward0 #3", "AddBackward0 #2"]
    assert said(graphs, "AddBackward0")[1].endswith("does this too")
    assert "and 4 more" in said(graphs, "z")[0]
    assert "MulBackward0 keeps its number as other" in said(graphs, "c1")


@needs_torch
def test_a_square_of_a_difference_is_mse_loss():
    graphs = torch_graphs.sequential()
    found = partners(graphs)
    assert list(found.values()).count("MseLossBackward0") == 1
    assert list(found.values()).count("AddmmBackward0") == 1
    assert list(found.values()).count("MmBackward0") == 1


@needs_torch
def test_a_learners_own_function_is_found_by_its_gradient():
    found = partners(torch_graphs.own_function())
    assert list(found.values()).count("MySigmoidBackward") == 2
    assert [name for name, kind in found.items() if kind is None] == ["x", "y"]


@needs_torch
def test_a_difference_in_the_gradients_is_told():
    mine = torch_graphs.ours()
    x, y, w1, w2, b = torch_graphs.leaves(**torch_graphs.START)
    graphs = compare_graphs(mine, ((w2 * (w1 * x).sigmoid() - b).sigmoid() - y) ** 2)  # b is 0
    assert graphs.sentence.endswith("as at b: ours −0.2962, PyTorch +0.2962")
    assert said(graphs, "b")[-1] == "gradient: ours −0.2962, PyTorch +0.2962"


UNARY = [
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "sigmoid",
    "tanh",
    "relu",
    "gelu",
    "softplus",
    "abs",
    "neg",
    "leaky_relu",
    "elu",
]


@needs_torch
@pytest.mark.parametrize("name", UNARY)
def test_every_operation_of_one_number_finds_its_partner(name):
    import torch

    def apply(a):
        if name == "neg":
            return -a
        return getattr(a, name, None)() if hasattr(a, name) else getattr(torch.nn.functional, name)(a)

    (w,) = torch_graphs.leaves(w=1.5)
    graphs = compare_graphs(apply(Value(1.5, label="w")) * 1.0, apply(w) * 1.0)
    assert len(graphs.gradients) == 3 and "agree" in graphs.sentence


@needs_torch
@pytest.mark.parametrize(
    "compute",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: 1 - a * b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: 2 / a + b,
        lambda a, b: a**b,
        lambda a, b: a**3 + b,
        lambda a, b: 2**a * b,
        lambda a, b: a.maximum(b),
        lambda a, b: a.minimum(b),
    ],
)
def test_every_operation_of_two_numbers_finds_its_partner(compute):
    graphs = compare_graphs(
        compute(Value(1.5, label="a"), Value(2.5, label="b")),
        compute(*torch_graphs.leaves(a=1.5, b=2.5)),
    )
    operations = [node for node in graphs.ours if node["parents"]]
    assert len(graphs.gradients) == 2 + len(operations) and "agree" in graphs.sentence


def test_every_exception_to_the_names_is_an_operation():
    from backprop_lib.engine.functions import OPERATIONS

    assert set(STEMS) <= set(OPERATIONS)


# --- nothing of the learner's is changed --------------------------------------------------------------------


@needs_torch
def test_every_grad_stays_as_it_was():
    import torch

    theirs, names = torch_graphs.two_neurons_in_torch()
    w1, w2, a1 = names["w1"], names["w2"], names["a1"]
    a1.retain_grad()
    theirs.backward(retain_graph=True)
    w2.grad = None
    held, before, inside = w1.grad, w1.grad.clone(), a1.grad
    mine = torch_graphs.ours()
    mine.backward()
    own = [mine.grad, *(parent.grad for parent in mine.parents)]
    graphs = compare_graphs(mine, theirs)
    assert w1.grad is held and torch.equal(held, before)
    assert w2.grad is None and a1.grad is inside
    assert [mine.grad, *(parent.grad for parent in mine.parents)] == own
    assert graphs.gradients["w1"][1] == pytest.approx(before.item(), rel=1e-14)
    theirs.backward(retain_graph=True)  # the graph was kept
    assert torch.equal(w1.grad, 2 * before)
    theirs.backward(
        torch.tensor(torch.inf, dtype=torch.float64)
    )  # our hooks, which would refuse this, are gone


@needs_torch
def test_variables_name_the_leaves_and_labels_find_them():
    mine = torch_graphs.ours()
    x, y, w1, w2, b = torch_graphs.leaves(**torch_graphs.START)
    graphs = compare_graphs(mine, ((w2 * (w1 * x).sigmoid() + b).sigmoid() - y) ** 2)
    assert {node["variable"] for node in graphs.theirs if "variable" in node} == {"w1", "w2", "b"}
    assert not graphs.recorded
    graphs = torch_graphs.sequential()  # whose parameters have no variables
    assert {node["variable"] for node in graphs.theirs if "variable" in node} == {""}
    assert said(graphs, "w2")[1] == "PyTorch: AccumulateGrad, a leaf: adds what arrives to its tensor's .grad"


# --- what is refused ----------------------------------------------------------------------------------------


def test_half_a_comparison_is_refused():
    with pytest.raises(TypeError, match="give our loss and PyTorch's, or neither"):
        compare_graphs(two_neurons()[0])
    with pytest.raises(TypeError, match="PyTorch's graph is that of a tensor; received float 0"):
        compare_graphs(two_neurons()[0], 0.5)


@needs_torch
def test_what_is_no_loss_is_refused():
    import torch

    mine = two_neurons()[0]
    (w,) = torch_graphs.leaves(w=1.5)
    with pytest.raises(ValueError, match=r"shape \(2,\): reduce it"):
        compare_graphs(mine, torch.stack([w, w]))
    for plain in (w, w.detach() * 2):
        with pytest.raises(ValueError, match=r"no grad_fn: compute it from leaves with requires_grad=True"):
            compare_graphs(mine, plain)
    with pytest.raises(ValueError, match=r"our loss is 0\.455676, PyTorch's is 3: give the same computation"):
        compare_graphs(mine, w * 2)
    with pytest.raises(ValueError, match=r"has a tensor of shape \(3,\): compute one sample"):
        compare_graphs(mine, (w * torch.ones(3, dtype=w.dtype)).sum())
    with pytest.raises(ValueError, match="SqrtBackward0 has met the number"):
        compare_graphs(mine, ((w - 1.5) * 0).sqrt().sqrt())
    with pytest.raises(TypeError, match="the graph is that of a Value"):
        compare_graphs(w * 2, w * 2)


@needs_torch
def test_a_graph_that_was_freed_or_changed_is_refused():
    import torch

    theirs, names = torch_graphs.two_neurons_in_torch()
    theirs.backward()
    with pytest.raises(RuntimeError, match=r"backward through the graph a second time\): compute it again"):
        compare_graphs(two_neurons()[0], theirs)
    theirs, names = torch_graphs.two_neurons_in_torch()
    with torch.no_grad():
        names["w2"] -= 0.1
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation.*optimiser's step"):
        compare_graphs(two_neurons()[0], theirs)


@needs_torch
def test_large_graphs_are_refused():
    mine = two_neurons()[0]
    (w,) = torch_graphs.leaves(w=1.5)
    chain, own = w, Value(1.5)
    for _ in range(LARGEST):
        chain, own = chain * 1.0, own * 1.0
    with pytest.raises(ValueError, match="at most 40 nodes of PyTorch's"):
        compare_graphs(mine, chain)
    with pytest.raises(ValueError, match="at most 40 nodes of ours; this graph has 81"):
        compare_graphs(own, chain)


def test_an_unknown_node_is_refused():
    graphs = compare_graphs()
    with pytest.raises(traitlets.TraitError, match="no node 'w9' here; the nodes are z1, a1, w2·a1"):
        graphs.chosen = "w9"
    with pytest.raises(traitlets.TraitError):
        graphs.ours = []
