"""Lesson 07 in PyTorch and without it: the same outputs, what was recorded, what it says of both engines."""

import ast
import contextlib
import io
import itertools
import math
import subprocess
import sys

import nbformat
import numpy as np
import pytest

from backprop_lib import Value, no_grad
from backprop_lib.exercises import evaluate, lesson_07, predict
from backprop_lib.exercises.compare import distance
from backprop_lib.exercises.lesson_07 import trying
from backprop_lib.exercises.lesson_07_pytorch import RECORDED, as_it_starts, in_pytorch, times_as_long
from backprop_lib.exercises.registry import find_exercise, find_prediction
from backprop_lib.explorables.torch_graph import compare_graphs
from backprop_lib.training.norms import gradient_norms
from tools.build_notebooks import LESSONS, NOTEBOOKS
from tools.lessons import read_lesson

GUESSES = {"a": "tensor", "b": "None", "c": 2.0, "d": "error", "e": "wrong", "f": "as much"}

needs_torch = pytest.mark.needs("torch")
either_way = pytest.mark.parametrize("torch", [pytest.param("torch", marks=needs_torch), None], indirect=True)


@pytest.fixture
def torch(request, monkeypatch):
    """PyTorch, whose settings are put back afterwards; or None, and then nobody can import it."""
    if getattr(request, "param", "torch") is None:
        monkeypatch.setitem(sys.modules, "torch", None)
        yield None
        return
    import torch

    before = torch.get_default_dtype()
    yield torch
    torch.set_default_dtype(before)
    torch.set_default_device(None)


def run(solved=False):
    """Run the lesson's cells: its names, and for each cell what it printed and what it ended with."""
    space, shown = {}, {}
    for cell in read_lesson(LESSONS / "07_pytorch.py", solved=solved).cells:
        if cell.cell_type != "code":
            continue
        code = ast.parse(cell.source)
        last = code.body.pop() if isinstance(code.body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, cell.id, "exec"), space)
            ended = last and eval(compile(ast.Expression(last.value), cell.id, "eval"), space)
        shown[cell.id] = printed.getvalue() + ("" if ended is None else f"{ended!r}\n")
    return space, shown


def near(result):
    """What a recorded result is held against."""
    return result if result is None or isinstance(result, str | bool) else pytest.approx(result, rel=1e-9)


# --- with and without PyTorch -------------------------------------------------------------------------------


def test_nothing_imports_torch_before_it_is_asked_for():
    code = "import sys; from backprop_lib.exercises import lesson_07; print(bool(sys.modules.get('torch')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


@either_way
def test_the_published_outputs_come_with_torch_and_without(torch):
    path = NOTEBOOKS / "07_pytorch.ipynb"
    _, shown = run()
    for cell in nbformat.read(path, as_version=4).cells:
        published = ""
        for output in cell.get("outputs", ()):
            published += output.get("text") or output["data"]["text/plain"] + "\n"
        if cell.cell_type == "code" and "progress(" not in cell.source:
            assert shown[cell.id] == published


@either_way
def test_a_solved_lesson_has_every_mark_with_torch_and_without(torch):
    for letter, guess in GUESSES.items():
        predict(f"07.{letter}", guess)
    _, shown = run(solved=True)
    text = "".join(shown.values())
    assert [text.count(mark) for mark in "✅❌"] == [7 + 6, 0]


@needs_torch
def test_what_was_recorded_is_what_torch_gives(torch, monkeypatch):
    found = {}

    def noted(function):
        def run(*arguments):
            found[(function.__name__, *arguments)] = result = in_pytorch(function)(*arguments)
            return result

        return run

    monkeypatch.setattr(lesson_07, "in_pytorch", noted)
    run()
    assert set(found) == set(RECORDED) - {("times_as_long",)}
    deep, recorded = (gradient_norms(which["after_backward",]) for which in (found, RECORDED))
    for key in set(found) - {("after_backward",)}:
        assert found[key] == near(RECORDED[key]), key
    assert [pair for pair in deep if pair[0].endswith("weight")] == [
        (name, pytest.approx(norm, rel=1e-6)) for name, norm in recorded
    ]


@pytest.mark.parametrize("torch", [None], indirect=True)
def test_what_was_not_recorded_is_told(torch):
    @in_pytorch
    def mine():
        pass

    with pytest.raises(LookupError, match="mine was not recorded"):
        mine()


@pytest.mark.parametrize("torch", [None], indirect=True)
def test_the_time_was_recorded_too(torch):
    assert times_as_long(None) == RECORDED["times_as_long",] > 1


@needs_torch
def test_the_time_is_a_ratio(torch):
    assert 0 < times_as_long(lambda: torch.nn.Linear(100, 1), repeats=2) < math.inf


@needs_torch
def test_the_first_cells_can_be_run_again_later(torch):
    space, _ = run()
    assert torch.get_default_dtype() == torch.float64
    assert space["neuron"]() == RECORDED["neuron",]
    assert space["bias"]() == RECORDED["bias",]
    with pytest.raises(ZeroDivisionError), as_it_starts():
        assert torch.get_default_dtype() == torch.float32
        _ = 1 / 0
    assert torch.get_default_dtype() == torch.float64


def test_the_predictions_know_what_will_be_measured():
    for letter, measured in GUESSES.items():
        confusions = find_prediction(f"07.{letter}").confusions
        assert {confusion.measured for confusion in confusions} == {measured}


# --- the exercises ------------------------------------------------------------------------------------------


@either_way
def test_the_lessons_solutions_are_the_modules_own_in_either_engine(torch):
    space, _ = run(solved=True)
    answers = {
        "07.1": trying.leaves(space["leaves"]),
        "07.2": trying.rule(space["forward"], space["backward"]),
        "07.3": space["to_pytorch"],
        "07.4": trying.add_up(space["add_up"]),
        "07.5": trying.update(space["update"]),
        "07.6": trying.train_step(space["train_step"]),
        "07.7": trying.watch(space["watch"]),
    }
    for id, answer in answers.items():
        exercise = find_exercise(id)
        for case in exercise.cases():
            assert distance(exercise.truth(*case), answer(*case)) < 1e-12, id


MADE = {
    "07.4": (trying.add_up, {"_no_backward": "backward not called", "_all_at_once": "all at once"}),
    "07.5": (trying.update, {"_recorded": "no_grad forgotten", "_another_tensor": "another tensor"}),
    "07.6": (trying.train_step, {"_loss_afterwards": "loss after the step"}),
    "07.7": (trying.watch, {"_late": "all under the last i", "_in_order_of_arrival": "in order of arrival"}),
}
MADE["07.4"][1].update(
    _one_backward="one backward for all", _not_reduced="not one number", _item_first="item before backward"
)
MADE["07.5"][1].update(_reset_first="reset first")
MADE["07.7"][1].update(
    _inputs_watched="inputs watched", _outputs_kept="outputs kept", _read_at_once="read at once"
)


@either_way
@pytest.mark.parametrize("id", MADE)
def test_mistakes_are_known_in_either_engine(id, torch):
    attempt, mistakes = MADE[id]
    for function, name in mistakes.items():
        assert evaluate(id, attempt(getattr(lesson_07, function))).misconception == name


@either_way
def test_a_tuple_and_an_empty_ctx_are_known_in_either_engine(torch):
    def forward(ctx, z):
        a = z.sigmoid()
        ctx.save_for_backward(a)
        return a

    def not_unpacked(ctx, da):
        a = ctx.saved_tensors
        return da * a * (1 - a)

    def one_minus_first(ctx, da):
        a = ctx.saved_tensors
        return (1 - a) * a * da

    for backward in (not_unpacked, one_minus_first):
        assert evaluate("07.2", trying.rule(forward, backward)).misconception == "tuple not unpacked"
    keeps_nothing = trying.rule(lambda ctx, z: z.sigmoid(), lesson_07.Sigmoid.backward)
    assert evaluate("07.2", keeps_nothing).misconception == "nothing kept"


@either_way
def test_no_graph_is_known_in_either_engine(torch):
    record_nothing = torch.no_grad if torch else no_grad

    def train_step(model, optimizer, X, y):
        with record_nothing():
            loss = ((model(X) - y) ** 2).mean()
        loss.backward()

    def item_first(model, optimizer, X, y):
        ((model(X) - y) ** 2).mean().item().backward()

    assert evaluate("07.6", trying.train_step(train_step)).misconception == "forward under no_grad"
    assert evaluate("07.6", trying.train_step(item_first)).misconception == "item before backward"


@either_way
def test_blanks_are_not_attempted_in_either_engine(torch):
    def blank(*_): ...

    attempts = (trying.add_up, trying.update, trying.train_step, trying.watch)
    for id, attempt in zip(("07.4", "07.5", "07.6", "07.7"), attempts, strict=True):
        assert evaluate(id, attempt(blank)).kind == "blank"
    assert evaluate("07.1", trying.leaves(blank)).kind == "blank"
    assert evaluate("07.2", trying.rule(blank, blank)).kind == "blank"
    assert evaluate("07.2", trying.rule(lesson_07.Sigmoid.forward, blank)).kind == "blank"


@either_way
def test_a_forgotten_return_is_told_in_either_engine(torch):
    def watch_only(layers, x):
        layers[0](x)

    def look_only(function):
        function.name()

    assert "is a `return` missing" in evaluate("07.7", trying.watch(watch_only)).message
    assert "is a `return` missing" in evaluate("07.1", trying.leaves(look_only)).message


@either_way
def test_other_ways_to_write_them_are_right_too(torch):
    def recursive(function):
        if hasattr(function, "variable"):
            return {function.variable}
        return set().union(*(recursive(below) for below, _ in function.next_functions if below))

    def forward(ctx, z):
        ctx.z = z
        return z.sigmoid()

    def backward(ctx, da):
        return da * ctx.z.sigmoid() * (1 - ctx.z.sigmoid())

    def zero_afterwards(model, optimizer, X, y):
        loss = ((model(X) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        model.zero_grad()
        return loss.item()

    def through_data(parameters, lr):
        for w in parameters:
            w.data -= lr * w.grad
            w.grad = None

    assert evaluate("07.1", trying.leaves(recursive)).solved
    assert evaluate("07.2", trying.rule(forward, backward)).solved
    assert evaluate("07.5", trying.update(through_data)).solved
    assert evaluate("07.6", trying.train_step(zero_afterwards)).solved


# --- what the lesson says -----------------------------------------------------------------------------------


@needs_torch
def test_leaves_walks_torchs_own_graph(torch):
    space, _ = run(solved=True)
    found = space["leaves"](space["theirs"].grad_fn)
    assert {id(leaf) for leaf in found} == {id(space[name]) for name in ("w1", "w2", "b")}
    assert len(found) == 3


def test_all_ways_are_the_gradients_of_lesson_01():
    w1, w2, b = Value(0.5), Value(-1.0), Value(0.0)
    (((w2 * (w1 * 2.0).sigmoid() + b).sigmoid() - 1.0) ** 2).backward()
    for way in ("two_neurons", "own_rule", "layers"):
        assert RECORDED[way,] == pytest.approx((w1.grad, w2.grad, b.grad), rel=1e-12)
    assert RECORDED["two_neurons",] == pytest.approx((0.1164552065, -0.2165066391, -0.2961549806), abs=1e-10)


def test_the_answers_to_node_beside_node():
    graphs = compare_graphs()
    alone = [entry["name"] for entry in graphs.entries if entry["theirs"] is None]
    assert alone == ["x", "y"]
    graphs.chosen = "a1"
    assert "keeps the local derivative 0.1966" in graphs.sentence
    assert "SigmoidBackward0, keeps result (0.7311)" in graphs.sentence
    assert sum(node["kind"] == "AccumulateGrad" for node in graphs.theirs) == 3


@needs_torch
def test_weights_on_their_side_give_torch_the_same_network(torch):
    for W1, b1, W2, b2 in find_exercise("07.3").cases():
        layers = torch.nn.Linear(*W1.shape), torch.nn.ReLU(), torch.nn.Linear(*W2.shape)
        model = torch.nn.Sequential(*layers).double()
        state = lesson_07.to_pytorch(W1, b1, W2, b2)
        model.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
        X = np.random.default_rng(0).normal(size=(4, len(W1)))
        ours = np.maximum(X @ W1 + b1, 0) @ W2 + b2
        np.testing.assert_allclose(model(torch.tensor(X)).detach().numpy(), ours, rtol=1e-12)


@either_way
def test_the_regression_takes_the_same_steps_in_both(torch):
    space, shown = run()
    lines = next(text for text in shown.values() if text.startswith("PyTorch      1."))
    theirs, ours = (line.split()[1:] for line in lines.splitlines())
    assert theirs == ours
    shapes = [parameter.shape for parameter in space["ours"].parameters()]
    assert shapes == [(10, 20), (20,), (20, 1), (1,)]


def test_gradients_of_pieces_add_up():
    whole = RECORDED["added", (0, 32)]
    assert RECORDED["added", (0, 16), (16, 32)] == pytest.approx(2 * whole, rel=1e-12)
    assert RECORDED["added", (0, 32), (0, 32), (0, 32)] == pytest.approx(3 * whole, rel=1e-12)


def test_each_layer_loses_most_of_the_gradient():
    norms = [norm for _, norm in gradient_norms(RECORDED["after_backward",])]
    assert all(first < 0.5 * second for first, second in itertools.pairwise(norms))


@needs_torch
@pytest.mark.filterwarnings("ignore:Input #0 requires gradient and is not a double")
def test_gradcheck_needs_float64(torch):
    def square(a):
        return a**2

    for dtype, right in ((torch.float64, True), (torch.float32, False)):
        a = torch.tensor([0.3, 0.9], dtype=dtype, requires_grad=True)
        assert torch.autograd.gradcheck(square, (a,), raise_exception=False) == right


@needs_torch
def test_dtype_in_time_is_what_keeps_the_digits(torch):
    bias = 6.8813735870195432
    assert math.tanh(bias - 6.0) == pytest.approx(math.sqrt(0.5), rel=1e-15)
    assert torch.tensor(bias, dtype=torch.float64).item() == bias
    assert np.finfo(np.float32).nmant + 1 == 24 and 10**-7.5 < np.finfo(np.float32).eps < 10**-6.5
