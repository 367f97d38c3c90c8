"""Lesson 06: its checker against the library's, the figures of its experiments, the published mistakes."""

import ast
import functools
import inspect
import math
import types
from contextlib import suppress

import numpy as np
import pytest

from backprop_lib import Tensor, Value
from backprop_lib.exercises import evaluate, lesson_06
from backprop_lib.exercises.compare import distance
from backprop_lib.exercises.lesson_06 import (
    best_step,
    central_difference,
    check_gradients,
    checked_step,
    forward_difference,
    relative_error,
    repaired,
    slopes,
    try_check,
    try_slopes,
    try_step,
    verdict,
)
from backprop_lib.exercises.registry import find_exercise, find_prediction
from backprop_lib.explorables import epsilon_lab
from backprop_lib.explorables.bug_clinic.bugs import BUGS
from backprop_lib.explorables.bug_clinic.cases import case, training
from backprop_lib.nn.by_hand import sigmoid
from backprop_lib.training import gradcheck, numerical_gradient
from tools.build_notebooks import LESSONS
from tools.lessons import read_lesson

BROKEN = [bug for bug in BUGS if bug != "healthy"]
SOLUTIONS = {
    "06.1": "forward_difference",
    "06.2": "central_difference",
    "06.3": "best_step",
    "06.4": "relative_error",
    "06.5": "verdict",
    "06.6": "slopes",
    "06.7": "check_gradients",
    "06.8": "checked_step",
    "06.9": "repaired",
}
TRIED = {"06.6": try_slopes, "06.7": try_check, "06.8": try_step}

the_lessons_case = functools.partial(case, seed=7, patient=0)


@functools.cache
def lesson():
    """The lesson's functions, solutions among them, without its experiments."""
    cells = read_lesson(LESSONS / "06_gradient_checking.py", solved=True).cells
    code = ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code")).body
    functions = [node for node in code if isinstance(node, ast.FunctionDef)]
    space = {"np": np, "math": math, "sigmoid": sigmoid, "gradcheck": gradcheck}
    space |= {"numerical_gradient": numerical_gradient, "truth": truth(), "suppress": suppress}
    exec(compile(ast.Module(functions, []), "lesson", "exec"), space)
    return types.SimpleNamespace(space=space, **{node.name: space[node.name] for node in functions})


def truth():
    w1 = Value(0.5)
    (((-1.0 * (2.0 * w1).sigmoid()).sigmoid() - 1.0) ** 2).backward()
    return w1.grad


def confused(id):
    return {confusion.measured for confusion in find_prediction(id).confusions}


# --- the solutions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("id", "name"), SOLUTIONS.items())
def test_the_lessons_solutions_are_right_and_the_modules_own(id, name):
    theirs, ours = (TRIED.get(id, lambda f: f)(getattr(home, name)) for home in (lesson(), lesson_06))
    assert evaluate(id, theirs).solved
    for given in find_exercise(id).cases():
        assert distance(ours(*given), theirs(*given)) < 1e-12


def test_what_solution_shows_can_be_pasted_into_the_lesson():
    """It uses only what the lesson's cells know."""
    known = {"np", "sigmoid", *SOLUTIONS.values()}
    for name in SOLUTIONS.values():
        tree = ast.parse(inspect.getsource(getattr(lesson_06, name)))
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        stored |= {argument.arg for argument in ast.walk(tree) if isinstance(argument, ast.arg)}
        read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        assert read - stored <= known


def test_other_ways_to_write_them_are_right_too():
    assert evaluate("06.2", lambda f, w, eps: (f(w + eps) - f(w - eps)) / 2 / eps).solved
    assert evaluate("06.3", np.cbrt).solved
    assert evaluate(
        "06.4", lambda a, n: abs(a - n) / np.maximum.reduce([abs(a), abs(n), 0 * a + 1e-4])
    ).solved
    assert evaluate("06.5", lambda e: "Good" if e < 1e-5 else "suspicious" if e < 1e-3 else "Bug").solved

    def in_steps(loss, w, eps):
        found = np.empty_like(w)
        flat, slope = w.ravel(), found.ravel()  # views
        for i in range(w.size):
            flat[i] += eps
            slope[i] = loss()
            flat[i] -= 2 * eps
            slope[i] -= loss()
            flat[i] += eps
        return found / (2 * eps)

    assert evaluate("06.6", try_slopes(in_steps)).solved

    def with_another_step(loss, parameters, gradients):
        return {
            name: np.max(relative_error(gradients[name], slopes(loss, w, 1e-6)))
            for name, w in parameters.items()
        }

    assert evaluate("06.7", try_check(with_another_step)).solved


@pytest.mark.parametrize("attempt", TRIED.values())
def test_a_function_without_a_body_is_not_an_attempt(attempt):
    id = next(id for id, one in TRIED.items() if one is attempt)
    assert evaluate(id, attempt(lambda *given: None)).kind == "blank"
    assert evaluate(id, attempt(lambda *given: ...)).kind == "blank"
    assert "return" in evaluate(id, attempt(lambda loss, *given: [loss(), None][1])).message


def test_a_step_without_a_return_is_told_so():
    def forgetful(loss, w, gradient, lr):
        w -= lr * gradient()

    assert "return" in evaluate("06.8", try_step(forgetful)).message


def test_a_loss_that_is_handed_an_array_says_what_to_do():
    message = evaluate("06.6", try_slopes(lambda loss, w, eps: loss(w + eps))).message
    assert "Change an entry" in message


@pytest.mark.parametrize(
    ("eps", "name"), [(0.1, "large"), (1e-2, "large"), (1e-8, "small"), (1e-12, "small")]
)
def test_a_step_that_does_not_fit_is_named(eps, name):
    def unlucky(loss, parameters, gradients):
        return {
            key: relative_error(gradients[key], slopes(loss, w, eps)).max() for key, w in parameters.items()
        }

    assert evaluate("06.7", try_check(unlucky)).misconception == f"ε too {name}"


# --- differences and their errors ---------------------------------------------------------------------------


def test_the_truth_is_that_of_lesson_01():
    assert truth() == pytest.approx(0.1164552065, abs=1e-10)
    assert lesson().f(0.5) == pytest.approx(0.4556756634, abs=1e-10)


def test_a_tenth_of_the_step_is_a_tenth_of_the_error_or_a_hundredth():
    for coarse, fine in ((1e-1, 1e-2), (1e-2, 1e-3)):
        for scheme, factor in (("forward", 10), ("central", 100)):
            ratio = lesson().error(coarse, scheme) / lesson().error(fine, scheme)
            assert ratio == pytest.approx(factor, rel=0.03)


def test_on_a_cube_the_differences_are_what_the_lesson_writes():
    w, eps = 1.7, 0.25
    assert forward_difference(lambda w: w**3, w, eps) == pytest.approx(3 * w**2 + 3 * w * eps + eps**2)
    assert central_difference(lambda w: w**3, w, eps) == pytest.approx(3 * w**2 + eps**2)


def test_which_step_is_best():
    """Where round-off rules, the last digits are the machine's: held to its bound, L·u/(ε·dw1)."""
    errors = {eps: lesson().error(eps) for eps in (1e-2, 1e-5, 1e-8, 1e-12)}
    assert errors[1e-2] == pytest.approx(1.3e-5, rel=0.03)
    for eps in (1e-5, 1e-8, 1e-12):
        assert errors[eps] < 4 * lesson().f(0.5) * 2.0**-52 / (eps * truth())
    assert errors[1e-5] < 1e-10 < errors[1e-8] < errors[1e-2] < errors[1e-12]
    assert confused("06.b") == {"1e-5"}


def test_the_best_step_is_where_the_walls_meet():
    assert best_step(np.finfo(np.float64).eps) == pytest.approx(6.1e-6, rel=0.01)
    assert best_step(np.finfo(np.float32).eps) == pytest.approx(4.9e-3, rel=0.01)
    for u in (2.0**-52, 2.0**-23):
        assert best_step(u) ** 2 == pytest.approx(u / best_step(u))


def test_a_step_over_a_kink_mixes_two_slopes():
    assert numerical_gradient(lesson().relu, -1e-6, eps=1e-5) == pytest.approx(0.45, rel=1e-9)
    assert numerical_gradient(lesson().relu, -1e-6, eps=1e-7) == 0.0
    assert confused("06.c") == {0.45}


def test_what_the_lab_shows_is_what_the_answers_say():
    steps = [float(f"{digit}e-{k}") for k in range(1, 15) for digit in (3, 1)]

    def errors(**setting):
        return {eps: epsilon_lab(epsilon=eps, **setting).error for eps in steps}

    central, forward = errors(), errors(scheme="forward")
    assert 1e-7 < min(central, key=central.get) < 1e-4  # "near 1e-5"
    assert min(central.values()) < 1e-10  # "ten digits agree or more"
    assert 1e-9 < min(forward, key=forward.get) < 1e-6
    assert 100 < min(forward.values()) / min(central.values()) < 1e5
    assert min(errors(dtype="float32").values()) > 1e-5
    assert epsilon_lab("ReLU").theory["ReLU"]["third"] == 0.0  # no truncation


# --- errors and verdicts ------------------------------------------------------------------------------------


def test_the_floor_lets_a_right_nought_pass_and_no_wrong_gradient():
    assert verdict(relative_error(0.0, 1e-11)) == "good"
    assert verdict(relative_error(0.0, 0.0)) == "good"
    assert verdict(relative_error(1e-6, 2e-6)) == "bug"
    assert verdict(relative_error(0.0, 1.0)) == "bug"
    assert verdict(math.nan) == verdict(math.inf) == "bug"


# --- the checker against the library's ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 3, 7])
@pytest.mark.parametrize("bug", BUGS)
def test_the_learners_checker_names_what_the_librarys_names(bug, seed):
    for zeros in (False, True):
        model, X, y = case(seed, 0, bug=bug, zeros=zeros)
        before = {name: w.copy() for name, w in model.parameters.items()}
        assert lesson().yours(model, X, y) == lesson().ours(model, X, y)
        assert all(np.array_equal(w, before[name]) for name, w in model.parameters.items())


def test_both_find_the_fourteen_and_the_wrong_sign_is_in_w1():
    found = {bug: lesson().ours(*the_lessons_case(bug=bug)) for bug in BUGS}
    assert len(BROKEN) == 14
    assert [bug for bug in BUGS if not found[bug]] == ["healthy"]
    assert found["wrong_sign"] == ["W1"]


# --- what a falling loss and what noughts prove -------------------------------------------------------------


def test_thirteen_of_fourteen_losses_fall_and_half_end_below_the_right_pass():
    curves = {bug: training(*the_lessons_case(bug=bug)) for bug in BUGS}
    right = curves.pop("healthy")
    assert len(right) == 301
    fallen = [bug for bug, losses in curves.items() if len(losses) == 301 and losses[-1] < 0.9 * right[0]]
    assert set(BROKEN) - set(fallen) == {"z_in_slope"}
    assert len(fallen) == 13 and confused("06.a") == {13}
    assert sum(curves[bug][-1] < right[-1] for bug in fallen) == 7


def test_with_noughts_for_parameters_six_bugs_hide():
    hidden = [bug for bug in BROKEN if gradcheck(*the_lessons_case(bug=bug, zeros=True)).ok]
    assert len(BROKEN) - len(hidden) == 8 and confused("06.d") == {8}
    for bug in ("healthy", *hidden):  # nothing passes back: the right pass and the wrong one claim the same
        model, X, y = the_lessons_case(bug=bug, zeros=True)
        model.forward(X)
        gradients = model.backward(y)
        assert not gradients["W1"].any() and not gradients["b1"].any()
        assert gradients["W2"].any() and gradients["b2"].any()


# --- mistakes found in published tutorials ------------------------------------------------------------------


def test_a_check_against_the_parameters_fails_a_right_pass():
    model, X, y = the_lessons_case(bug="healthy")
    model.forward(X)
    model.step(model.backward(y), lr=0.5)
    claimed = {name: w.copy() for name, w in model.parameters.items()}
    found = gradcheck(lambda: model.loss(X, y), parameters=model.parameters, gradients=claimed)
    assert [check.verdict for check in found.parameters] == ["bug"] * 4
    assert "the parameter itself" in str(found)


def test_after_the_step_even_a_right_gradient_fails():
    def loss():
        return float((w**3).sum())

    w = np.array([1.0, 2.0])
    claimed = 3 * w**2
    assert checked_step(loss, w, lambda: claimed, lr=0.05) < 1e-5
    assert w == pytest.approx([0.85, 1.4])
    assert relative_error(claimed, slopes(loss, w, 1e-5)).max() > 1e-3


@functools.cache
def broken_pass():
    """The lesson's `published` and its loss, on the network and samples of its cell."""
    model, X, y = the_lessons_case(bug="healthy")
    return X, y, {name: w.copy() for name, w in model.parameters.items()}


def verdicts(backward):
    X, y, parameters = broken_pass()
    lesson().space.update(X=X, y=y, parameters=parameters)
    return [check.verdict for check in lesson().report(backward).parameters]


def mistake(name):
    return next(one.wrong for one in find_exercise("06.9").misconceptions if one.name == name)


def test_the_published_pass_is_wrong_in_all_and_comes_right_from_the_loss_on():
    assert verdicts(lesson().published) == ["bug"] * 4
    assert verdicts(mistake("slopes are left")) == ["bug"] * 4
    assert verdicts(mistake("tanh is left")) == ["bug", "bug", "good", "good"]
    assert verdicts(lesson().repaired) == ["good"] * 4
    X, y, parameters = broken_pass()
    for one, other in ((lesson().published, mistake("all three are left")), (lesson().repaired, repaired)):
        assert distance(one(X, y, **parameters), other(X, y, **parameters)) < 1e-12


def test_to_divide_by_the_samples_alone_is_off_by_the_number_of_outputs():
    X, y, parameters = broken_pass()
    right, wrong = repaired(X, y, **parameters), mistake("mean is left")(X, y, **parameters)
    for name in right:
        np.testing.assert_allclose(wrong[name], 3 * right[name], rtol=1e-12)
    for *_, b2 in find_exercise("06.9").cases():
        assert len(b2) == 3


def test_the_repaired_pass_is_the_engines():
    for X, y, *arrays in find_exercise("06.9").cases():
        W1, b1, W2, b2 = leaves = [Tensor(array, requires_grad=True) for array in arrays]
        a2 = (((X @ W1 + b1).tanh()) @ W2 + b2).sigmoid()
        (0.5 * (a2 - y) ** 2).mean().backward()
        for gradient, leaf in zip(repaired(X, y, *arrays).values(), leaves, strict=True):
            np.testing.assert_allclose(gradient, leaf.grad, rtol=1e-10, atol=1e-15)


def test_the_check_is_the_one_that_the_library_makes():
    """On a right pass both are content, on a broken one both give the same error."""
    model, X, y = the_lessons_case(bug="tanh_slope")
    model.forward(X)
    errors = check_gradients(lambda: model.loss(X, y), model.parameters, model.backward(y))
    for name, error in gradcheck(model, X, y).errors.items():
        assert errors[name] == pytest.approx(error, rel=1e-4, abs=1e-5)


def test_half_a_cross_entropy_passes_the_check_and_teaches_nothing_where_0_is_right():
    def slope(loss, target):
        z = Value(2.0)
        loss(z, target).backward()
        measured = numerical_gradient(lambda at: loss(Value(at), target).data, 2.0)
        assert z.grad == pytest.approx(measured, abs=1e-9)
        return z.grad

    def half(z, target):
        return -target * z.sigmoid().log()

    def whole(z, target):
        return half(z, target) - (1 - target) * (1 - z.sigmoid()).log()

    assert slope(half, 0.0) == 0.0
    answer = Value(2.0).sigmoid().data
    assert [slope(whole, target) for target in (0.0, 1.0)] == pytest.approx([answer, answer - 1.0])
