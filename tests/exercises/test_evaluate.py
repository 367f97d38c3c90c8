"""Verdicts: what counts as right, as blank, as wrong, and what is said about it."""

import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from backprop_lib.engine.scalar import Value
from backprop_lib.exercises import checking, evaluate
from backprop_lib.exercises.lesson_01 import backward, dL_dw2, sigmoid_slope, step
from backprop_lib.exercises.lesson_06 import try_check
from backprop_lib.exercises.registry import Exercise, Misconception, find_exercise


@pytest.fixture
def ask(monkeypatch):
    """Lets `evaluate` find an exercise made for the test."""

    def ask(**fields):
        texts = {"id": "99.1", "task": "A test.", "explain": "", "misconceptions": (), "hints": ()}
        exercise = Exercise(**(texts | fields))
        monkeypatch.setattr(checking, "find_exercise", lambda id: exercise)
        return lambda answer: evaluate("99.1", answer)

    return ask


# --- right ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [float, np.float64, np.array, Fraction, Decimal])
def test_any_kind_of_number_is_read(kind):
    assert evaluate("01.2", kind(dL_dw2())).solved


def test_numbers_of_the_engine_are_read():
    assert evaluate("01.2", Value(dL_dw2())).solved
    assert evaluate("01.1", lambda a: Value(a) * (1 - Value(a))).solved
    assert evaluate("01.3", lambda *args: [Value(one) for one in backward(*args)]).solved


@pytest.mark.needs("torch")
def test_a_torch_tensor_that_requires_grad_is_read():
    import torch

    assert evaluate("01.2", torch.tensor(dL_dw2(), dtype=torch.float64, requires_grad=True)).solved


@pytest.mark.parametrize("typed", [-0.2165, -0.217, -0.21650664, -0.2175])
def test_a_number_may_be_typed_with_fewer_digits(typed):
    assert evaluate("01.2", typed).solved


def test_two_percent_away_is_not_right(ask):
    evaluate = ask(truth=lambda: 0.4556756634)
    assert evaluate(0.4557).solved and evaluate(0.456).solved
    assert evaluate(0.4556756634 * 1.02).kind == "wrong"


def test_the_nearer_of_truth_and_misconception_wins(ask):
    near = Misconception("near", "Near.", lambda: 1.004)
    evaluate = ask(truth=lambda: 1.0, misconceptions=(near,))
    assert evaluate(1.001).solved
    assert evaluate(1.003).misconception == "near"


@pytest.mark.parametrize(
    "shape_of",
    [tuple, list, np.array, lambda parts: dict(zip(("dw1", "dw2", "db"), parts, strict=True))],
)
def test_several_values_come_as_a_tuple_a_list_an_array_or_a_dict(shape_of):
    assert evaluate("01.3", lambda *args: shape_of(backward(*args))).solved


def test_texts_are_compared_without_case_and_spaces(ask):
    evaluate = ask(
        truth=lambda: "fall",
        options=("grow", "fall", "same"),
        misconceptions=(Misconception("grows", "It falls.", lambda: "grow"),),
    )
    assert evaluate(" Fall ").solved
    assert evaluate("grow").misconception == "grows"
    assert evaluate("same").message == "The text 'same' is not it."
    assert evaluate("up").message == 'The answer is one of "grow", "fall", "same"; received the text \'up\'.'
    assert evaluate(3).message == "The answer should be a text in quotes; received 3."


def test_dicts_arrays_and_truth_values(ask):
    evaluate = ask(truth=lambda: {"W": np.arange(6.0).reshape(2, 3), "dead": True})
    assert evaluate({"W": [[0, 1, 2], [3, 4, 5]], "dead": np.bool_(True)}).solved
    assert "keys 'W', 'dead'; received a dict with the keys 'W'" in evaluate({"W": 1.0}).message
    wrong_shape = evaluate({"W": np.ones((3, 2)), "dead": True}).message
    assert wrong_shape == "W should be an array of shape (2, 3); received an array of shape (3, 2), " + (
        "[[1 1] [1 1] [1 1]]."
    )
    assert "dead should be True or False; received 1" in evaluate({"W": np.ones((2, 3)), "dead": 1}).message


def test_the_first_wrong_entry_of_a_large_array_is_shown(ask):
    def twisted(x):
        result = x * 2
        result[1, 2] = 7
        return result

    evaluate = ask(truth=lambda x: x * 2, inputs=lambda generator: (generator.normal(size=(3, 4)),))
    message = evaluate(twisted).message
    assert "At x=an array of shape (3, 4): expected " in message
    assert "received 7 at [1, 2] of shape (3, 4)." in message


def test_entries_that_are_mostly_rounding_do_not_count(ask):
    evaluate = ask(truth=lambda: np.array([1.0, 1e-17]), relative_tolerance=1e-6)
    assert evaluate(np.array([1.0, 3e-17])).solved
    tiny = ask(truth=lambda: 1e-20)
    assert tiny(1e-20).solved and tiny(2e-20).kind == "wrong"


def test_infinities_and_nan_agree_only_with_themselves(ask):
    evaluate = ask(truth=lambda: (float("inf"), float("nan")), parts=("loss", "gradient"))
    assert evaluate((float("inf"), float("nan"))).solved
    assert not evaluate((float("-inf"), float("nan"))).solved
    assert not evaluate((1.0, 1.0)).solved
    assert not evaluate("inf").solved


def test_a_function_that_changes_its_arguments_spoils_nothing(ask):
    def greedy(x):
        x *= 2
        return x

    evaluate = ask(
        truth=lambda x: x * 2,
        inputs=lambda generator: (generator.normal(size=3),),
        examples=((np.ones(3),),),
    )
    assert evaluate(greedy).solved and evaluate(greedy).solved


# --- wrong: what is said --------------------------------------------------------------------------


def says(id, answer, expected):
    verdict = evaluate(id, answer)
    assert (verdict.kind, verdict.message) == ("wrong", expected)


def test_the_first_failing_input_is_shown_with_both_values_and_what_agrees():
    def nearly(*args):
        dw1, dw2, db = backward(*args)
        return dw1 + 1, dw2, db

    says(
        "01.3",
        nearly,
        "At x=2, y=1, w1=0.5, w2=-1, b=0: dw1: expected 0.116455, received 1.11646. dw2 and db agree.",
    )


def test_a_later_failing_input_is_found():
    message = evaluate("01.3", lambda *args: backward(*args[:4], 0.0)).message  # right where b is 0
    assert message.startswith("At x=") and "x=2, y=1" not in message


def test_nearly_equal_values_are_shown_with_enough_digits():
    says(
        "01.1",
        lambda a: sigmoid_slope(a) * (1 + 2e-6),
        "At a=0.731: expected 0.196639, received 0.196639393. All results agree to about 6 digits: compute, "
        "don't type rounded numbers.",
    )


@pytest.mark.parametrize("digits", [3, 4, 5])
def test_rounded_results_are_told_to_how_many_digits_they_agree(digits):
    message = evaluate("01.3", lambda *args: [float(f"{one:.{digits}g}") for one in backward(*args)]).message
    assert f"All results agree to about {digits} digits" in message
    coarse = evaluate("01.3", lambda *args: [float(f"{one:.1g}") for one in backward(*args)]).message
    assert "digits" not in coarse


def test_a_result_that_is_the_same_for_every_input():
    says(
        "01.1", lambda a: 0.731 * (1 - 0.731), "The result is the same for every input: use the argument `a`."
    )
    says(
        "01.3",
        lambda *_: (0.1165, -0.2165, -0.2962),
        "The result is the same for every input: use the arguments `x`, `y`, `w1`, `w2` and `b`.",
    )
    one_part = evaluate("01.3", lambda *args: (0.1165, *backward(*args)[1:])).message
    assert "the same for every input" not in one_part


def test_a_result_that_should_be_the_same_for_every_input(ask):
    evaluate = ask(truth=lambda x: 2.0, inputs=lambda generator: (generator.normal(),))
    assert "expected 2, received 3" in evaluate(lambda x: 3.0).message


def test_a_constant_factor_is_noticed():
    message = evaluate("01.1", lambda a: 3 * sigmoid_slope(a)).message
    assert message.endswith("On all 6 inputs every value is 3 × the right one.")


def test_another_order_is_noticed():
    says(
        "01.3",
        lambda *args: backward(*args)[::-1],
        "These are the right values in another order; the order asked for is (dw1, dw2, db).",
    )


def test_an_exception_is_named_with_its_message_and_the_inputs():
    says(
        "01.4",
        lambda loss, gradient, nudge: loss / 0,
        "Your function raised `ZeroDivisionError: float division by zero` at loss=0.4557, gradient=0.1165, "
        "nudge=0.01.",
    )


@pytest.mark.parametrize("kind", [float, np.float64, np.array, Value])
def test_a_product_without_its_sign(kind):
    message = evaluate("01.1", lambda a: kind(a)(1 - a)).message
    assert message.endswith("In Python a product needs `*`: a * (1 - a).")
    assert "product" not in evaluate("01.1", lambda a: str(a)(a)).message


@pytest.mark.parametrize(
    "formula",
    [
        lambda p, g, eta: p - eta * g,
        lambda p, g, eta: p - g,
        lambda p, g, eta: p + eta,
        lambda p, g, eta: p - eta,
        lambda p, g, eta: -p,
    ],
)
def test_arithmetic_on_whole_tuples(formula):
    message = evaluate("01.5", formula).message
    assert message.endswith(" number by number: write one line for each parameter.")


def test_another_slip_with_a_tuple_is_not_taken_for_arithmetic():
    assert "number by number" not in evaluate("01.5", lambda p, g, eta: p["w1"]).message
    assert "number by number" not in evaluate("01.5", lambda p, g, eta: p(1)).message


def test_infinite_recursion_is_survived():
    def forever(a):
        return forever(a)

    message = evaluate("01.1", forever).message
    assert "RecursionError" in message and message.endswith("It calls itself without an end.")


def test_sys_exit_in_a_function_does_not_end_the_notebook():
    def leave(a):
        raise SystemExit

    assert "SystemExit" in evaluate("01.1", leave).message


def test_an_interrupt_passes_through():
    def interrupted(a):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate("01.1", interrupted)


def test_a_wrong_number_of_arguments():
    says(
        "01.4",
        lambda gradient: gradient,
        "The function is called with 3 arguments, (loss, gradient, nudge); yours takes gradient.",
    )
    says("01.1", lambda: 1, "The function is called with 1 argument, (a); yours takes nothing.")
    assert "TypeError" in evaluate("01.4", getattr).message  # no signature to look at: it is called


def test_a_result_in_place_of_the_function_and_the_other_way_round():
    says("01.1", 0.25, "The answer is a function of (a), handed over without calling it; received 0.25.")
    says("01.2", dL_dw2, "That is a function; the answer is what it returns. Is `()` missing?")


def test_a_gap_left_inside_the_function():
    verdict = evaluate("01.1", lambda a: a * ...)
    assert verdict.kind == "blank" and "There is a `...`" in verdict.message


def test_a_function_that_fails_for_an_earlier_one_that_is_empty_is_told_which():
    notebook = {}
    exec(
        "def slopes(loss, w, eps):\n    ...\n"
        "def check_gradients(loss, parameters, gradients):\n"
        "    return {name: slopes(loss, w, 1e-5) - gradients[name] for name, w in parameters.items()}\n",
        notebook,
    )
    verdict = evaluate("06.7", try_check(notebook["check_gradients"]))
    assert verdict.kind == "blank"
    assert verdict.message == "Not attempted yet. It uses `slopes`, which is still to be written."
    notebook["slopes"] = lambda loss, w, eps: missing  # noqa: F821
    assert "NameError" in evaluate("06.7", try_check(notebook["check_gradients"])).message


def test_a_missing_return():
    def slope_without_return(a):
        slope = a * (1 - a)  # noqa: F841

    def prints(a):
        print(a)

    for function in (slope_without_return, prints):
        says("01.1", function, "It runs, but hands nothing back: is a `return` missing?")


def test_an_untouched_placeholder_is_not_attempted_and_gets_the_task():
    def step(parameters, gradients, eta):
        w1, w2, b = parameters  # noqa: RUF059
        dw1, dw2, db = gradients  # noqa: RUF059
        ...  # return the three new parameters

    def documented(*_):
        """What is to be done."""

    for id, function in [("01.5", step), ("01.3", documented), ("01.1", lambda a: None)]:
        verdict = evaluate(id, function)
        assert (verdict.kind, verdict.message) == ("blank", f"Not attempted yet. {find_exercise(id).task}")


def test_a_return_missing_on_one_path():
    sometimes = evaluate("01.1", lambda a: a * (1 - a) if a == 0.731 else None)
    assert sometimes.kind == "wrong" and "missing on one path" in sometimes.message


@pytest.mark.parametrize(
    ("answer", "described"),
    [
        ("-0.2165", "the text '-0.2165' (a number is written without quotes)"),
        ("half", "the text 'half'"),
        (True, "True"),
        (1 + 2j, "an object of type complex"),
        (np.array(["a"]), "an object of type ndarray"),
        ({}, "{}"),
        (object(), "an object of type object"),
        pytest.param(10**5000, "a number too large for a float", id="huge"),
        ([[1], [2, 3]], "[[1], [2, 3]]"),
    ],
)
def test_what_is_no_number_is_described(answer, described):
    says("01.2", answer, f"The answer should be one number; received {described}.")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((-1, 25), "Two numbers came. Is it a decimal comma? Python writes a decimal point: -1.25."),
        (
            (-0, 2165),
            "Two numbers came. Is it a decimal comma? Python writes a decimal point: 0.2165 or -0.2165.",
        ),
        ((1, -25), "2 values came, and one number is asked for."),
        ((1.0, 25), "2 values came, and one number is asked for."),
        ([1.0, 2.0], "2 values came, and one number is asked for."),
        (np.zeros((5, 4)), "20 values came, and one number is asked for."),
        ((0.1165, -0.2165, -0.2962), "3 values came, and one number is asked for; the one at [1] is it."),
        ((-0.2165,), "One number came, but wrapped up: is there a comma or a bracket too many?"),
    ],
)
def test_several_numbers_where_one_is_asked_for(answer, expected):
    says("01.2", answer, expected)


def test_several_numbers_from_a_function_are_described():
    assert "received an array of shape (2,), [1 2]" in evaluate("01.1", lambda a: (1, 2)).message


def test_a_wrong_form_is_described():
    says(
        "01.5",
        lambda parameters, gradients, eta: 0.5,
        "At parameters=(0.5, -1, 0), gradients=(0.1165, -0.2165, -0.2962), eta=0.1: the result should be "
        "3 values (w1, w2, b); received 0.5.",
    )
    assert "w2 should be one number; received the text 'x'" in (
        evaluate("01.5", lambda p, g, eta: (step(p, g, eta)[0], "x", 0.0)).message
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            -0.21,
            "Received -0.21. Close, but not equal: give at least four digits, and round only at the end.",
        ),
        (-0.9, "Received -0.9. The sign is right; the size is too large."),
        (-0.1, "Received -0.1. The sign is right; the size is too small."),
        (0.5, "Received 0.5. The sign is not right yet."),
        (0, "Received 0. The answer is not zero."),
        (float("nan"), "Received nan. The answer is a finite number."),
    ],
)
def test_a_wrong_number_is_commented_without_giving_the_answer_away(answer, expected):
    says("01.2", answer, expected)
    assert "0.2165" not in expected and "0.217" not in expected


def test_close_means_ten_tolerances(ask):
    evaluate = ask(truth=lambda: 1.0, relative_tolerance=1e-4)
    assert "Close" in evaluate(1.0009).message
    assert "Close" not in evaluate(1.0011).message


def test_a_rounded_misconception_is_named_however_fine_the_tolerance(ask):
    evaluate = ask(
        truth=lambda: 1.0,
        relative_tolerance=1e-4,
        misconceptions=(Misconception("far", "F.", lambda: 2.0), Misconception("near", "N.", lambda: 1.004)),
    )
    assert evaluate(2.009).misconception == "far"
    assert evaluate(2.011).misconception is None
    assert evaluate(1.00405).misconception == "near"
    assert evaluate(1.0035).misconception is None, "it may as well be a badly rounded truth"


def test_a_function_is_held_to_its_tolerance():
    assert evaluate("01.1", lambda a: (1 - a) * 1.001).misconception is None


def test_warnings_of_the_learners_code_stay_out_of_the_way():
    def warns(a):
        warnings.warn("from the learner's code", stacklevel=1)
        return np.exp(np.float64(1e4))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "received inf" in evaluate("01.1", warns).message


def test_an_object_that_hides_its_class_is_described_all_the_same():
    class Shy:
        @property
        def __class__(self):
            raise RuntimeError("no")

    says("01.2", Shy(), "The answer should be one number; received an object of type Shy.")


# --- ids ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("01.9", 'There is no exercise "01.9"; the nearest are 01.'),
        ("1.3", "the nearest are 01.3"),
        ("nonsense", "the nearest are 00.1"),
        ("", "the nearest are 00.1"),
        ("01.a", '01.a is a prediction: use `predict("01.a", ...)`.'),
        (1.3, 'An id is a short text in quotes, such as "01.3".'),
        (None, 'An id is a short text in quotes, such as "01.3".'),
        ("x" * 10_000, "…"),
    ],
)
def test_an_unknown_id_gets_one_sentence(id, expected):
    verdict = evaluate(id, 1.0)
    assert verdict.kind == "unknown" and expected in verdict.message
    assert len(verdict.message) < 120


# --- the same on every run ------------------------------------------------------------------------


def test_texts_hold_no_memory_addresses():
    class Thing:
        pass

    def raising(a):
        raise ValueError(f"cannot use {object()!r}")

    for id, answer in [
        ("01.1", raising),
        ("01.2", Thing()),
        ("01.2", [Thing()]),
        ("01.1", lambda a: lambda: a),
    ]:
        verdict = evaluate(id, answer)
        assert verdict.kind == "wrong"
        assert "0x" not in repr(verdict) + verdict._repr_html_()


def test_the_same_answer_gets_the_same_words():
    for id, answer in [("01.1", lambda a: a + 1), ("01.3", lambda *args: args[:3]), ("01.2", 3)]:
        assert evaluate(id, answer) == evaluate(id, answer)


def test_shapes_that_do_not_fit_are_told_as_shapes():
    message = evaluate("04.3", lambda X, dz: X @ dz).message
    assert "raised `ValueError: matmul: the inner sizes are 2 and 3` at" in message and "`.T`" in message
    message = evaluate("04.3", lambda X, dz: X.T * dz).message
    assert "the matrix product is `@`" in message


def test_a_wrong_text_is_told_with_the_input_that_it_was_given_for():
    message = evaluate("06.5", lambda error: "good").message
    assert message.startswith("At error=") and message.endswith("the text 'good' is not it.")
