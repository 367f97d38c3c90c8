"""The passes over a Jacobian as a learner has them in the next cell: derivatives, counts, sentences."""

import math

import pytest
import traitlets

from backprop_lib.explorables.count_passes import NUMBERS, CountPasses, count_passes

SIZES = range(1, 9)
EVERY_SIZE = [(n, m) for n in SIZES for m in SIZES]


def closed_form(inputs, outputs):
    """∂y_i/∂x_j = Σ_k v_ik (1 − tanh²z_k) w_kj, written out."""
    x, w = NUMBERS["x"][:inputs], [row[:inputs] for row in NUMBERS["w"]]
    slopes = [1.0 / math.cosh(math.fsum(a * b for a, b in zip(row, x, strict=True))) ** 2 for row in w]
    return [
        [math.fsum(v[k] * slopes[k] * w[k][j] for k in range(len(w))) for j in range(inputs)]
        for v in NUMBERS["v"][:outputs]
    ]


def flat(rows):
    return [number for row in rows for number in row]


# --- the numbers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("inputs", "outputs"), EVERY_SIZE)
def test_the_jacobian_is_the_closed_form(inputs, outputs):
    count = count_passes(inputs, outputs)
    found = count.jacobian
    assert [len(row) for row in found] == [inputs] * outputs
    assert flat(found) == pytest.approx(flat(closed_form(inputs, outputs)), rel=1e-12)
    count.close()


@pytest.mark.needs("torch")
def test_the_jacobian_is_that_of_torch():
    import torch

    for inputs, outputs in EVERY_SIZE:
        tensor = lambda rows: torch.tensor(rows, dtype=torch.float64)  # noqa: E731
        w, v = tensor(NUMBERS["w"])[:, :inputs], tensor(NUMBERS["v"])[:outputs]
        x = tensor(NUMBERS["x"])[:inputs]
        expected = torch.autograd.functional.jacobian(lambda x, w=w, v=v: v @ torch.tanh(w @ x), x)
        count = count_passes(inputs, outputs)
        assert flat(count.jacobian) == pytest.approx(expected.flatten().tolist(), rel=1e-12)
        count.close()


def test_every_number_has_one_decimal_and_no_derivative_looks_like_zero():
    rows = [NUMBERS["x"], *NUMBERS["w"], *NUMBERS["v"]]
    assert [len(row) for row in rows] == [8] * 4 + [3] * 8
    assert all(number == round(number, 1) != 0 for row in rows for number in row)
    for inputs, outputs in EVERY_SIZE:
        assert min(abs(number) for number in flat(closed_form(inputs, outputs))) > 0.03


def test_the_numbers_of_the_function_can_be_read_and_not_set():
    count = count_passes()
    assert count.numbers == NUMBERS
    with pytest.raises(traitlets.TraitError):
        count.numbers = {}


# --- the state ----------------------------------------------------------------------------------------------


def test_what_is_needed_follows_the_mode():
    count = count_passes(inputs=5, outputs=2)
    assert (count.inputs, count.outputs, count.mode, count.passes, count.needed) == (5, 2, "forward", 0, 5)
    count.mode = "reverse"
    assert count.needed == 2


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"mode": "reverse"}, 3),
        ({"inputs": 2}, 2),
        ({"inputs": 8}, 5),
        ({"outputs": 8}, 5),
        ({"outputs": 1}, 5),
    ],
)
def test_passes_stay_done_as_far_as_they_are_needed(change, left):
    count = CountPasses(inputs=6, outputs=3, passes=5)
    for name, value in change.items():
        setattr(count, name, value)
    assert count.passes == left


def test_what_the_browser_sends_together_is_taken_together():
    count = CountPasses(inputs=2, outputs=1, passes=2)
    count.set_state({"inputs": 6, "outputs": 4, "mode": "reverse", "passes": 4})
    assert (count.inputs, count.outputs, count.mode, count.passes) == (6, 4, "reverse", 4)
    count.set_state({"passes": 1, "outputs": 1})
    assert (count.outputs, count.passes) == (1, 1)


@pytest.mark.parametrize("name", ["inputs", "outputs"])
@pytest.mark.parametrize("wrong", [0, 9, -1, True])
def test_a_wrong_number_of_inputs_or_outputs_is_refused_in_one_sentence(name, wrong):
    said = f"{name} is a whole number from 1 to 8; received {wrong}"
    with pytest.raises(traitlets.TraitError) as problem:
        count_passes(**{name: wrong})
    assert str(problem.value) == said
    count = CountPasses(passes=2)
    before = count.get_state()
    with pytest.raises(traitlets.TraitError) as problem:
        setattr(count, name, wrong)
    assert str(problem.value) == said
    assert count.get_state() == before


@pytest.mark.parametrize("wrong", [2.5, "three", None])
def test_what_is_no_whole_number_is_refused(wrong):
    for name in ("inputs", "outputs", "passes"):
        with pytest.raises(traitlets.TraitError, match=f"'{name}' trait"):
            CountPasses(**{name: wrong})


@pytest.mark.parametrize("wrong", [-1, 4, True])
def test_more_passes_than_are_needed_are_refused(wrong):
    count = count_passes()
    with pytest.raises(traitlets.TraitError) as problem:
        count.passes = wrong
    assert str(problem.value) == (
        f"passes is a whole number from 0 to 3, which is what forward mode needs here; received {wrong}"
    )
    assert count.passes == 0


def test_there_are_two_modes():
    with pytest.raises(traitlets.TraitError, match="'mode' trait"):
        count_passes().mode = "sideways"


# --- the sentence -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            {},
            "forward mode, no pass yet: it needs 3 passes, one for each input; "
            "reverse mode would need 1 pass, one for each output",
        ),
        (
            {"mode": "reverse", "inputs": 1, "outputs": 2},
            "reverse mode, no pass yet: it needs 2 passes, one for each output; "
            "forward mode would need 1 pass, one for each input",
        ),
        (
            {"inputs": 2, "passes": 1},
            "forward pass 1 of 2 nudges x1 and fills column 1: ∂y1/∂x1 = {0}; "
            "1 of 2 numbers is still missing",
        ),
        (
            {"inputs": 3, "passes": 1},
            "forward pass 1 of 3 nudges x1 and fills column 1: ∂y1/∂x1 = {0}; "
            "2 of 3 numbers are still missing",
        ),
        (
            {"inputs": 1, "outputs": 3, "passes": 1},
            "forward pass 1 of 1 nudges x1 and fills column 1: ∂y1/∂x1 = {0}, ∂y2/∂x1 = {1}, ∂y3/∂x1 = {2}; "
            "all 3 numbers are known after 1 pass; reverse mode would need 3 passes",
        ),
        (
            {"inputs": 5, "outputs": 2, "mode": "reverse", "passes": 2},
            "reverse pass 2 of 2 starts from y2 and fills row 2: ∂y2/∂x1 = {5}, ∂y2/∂x2 = {6}, "
            "∂y2/∂x3 = {7}, and 2 more; "
            "all 10 numbers are known after 2 passes; forward mode would need 5 passes",
        ),
        (
            {"inputs": 1, "outputs": 1, "mode": "reverse", "passes": 1},
            "reverse pass 1 of 1 starts from y1 and fills row 1: ∂y1/∂x1 = {0}; "
            "the only number is known after 1 pass; forward mode would need 1 pass",
        ),
    ],
)
def test_the_sentence_in_each_of_its_forms(state, said):
    count = CountPasses(**state)
    numbers = flat(closed_form(count.inputs, count.outputs))
    signed = [f"{number:+.4f}".rstrip("0").replace("-", "−") for number in numbers]
    assert count.sentence == repr(count) == said.format(*signed)
