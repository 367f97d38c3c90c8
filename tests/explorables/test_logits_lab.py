"""The logits lab in the next cell: its numbers against closed forms and torch, and what it refuses."""

import math
import random
import re

import pytest
import traitlets

from backprop_lib.explorables.logits_lab import VIEWS, LogitsLab, logits_lab

TRAITS = ("view", "z1", "z2", "z3", "right", "z", "target", "shift")


def states(count=60, seed=4):
    """Random states, on the grid of the sliders and off it, and all the corners."""
    rng = random.Random(seed)
    for _ in range(count):
        names = ("z1", "z2", "z3", "z")
        logits = {name: rng.choice([rng.randrange(-80, 81) / 10, rng.uniform(-8, 8)]) for name in names}
        shift = rng.choice([0.0, 10.0, 100.0, rng.randrange(695, 712), 709.0, 1000.0])
        yield logits | {"right": rng.randint(1, 3), "target": rng.randint(0, 1), "shift": float(shift)}
    for corner in range(8):
        ends = {f"z{k + 1}": 8.0 if corner >> k & 1 else -8.0 for k in range(3)}
        for right in (1, 2, 3):
            yield ends | {"z": ends["z1"], "right": right, "target": corner & 1, "shift": 702.0}
    # Each exp fits into float64, and their sum does not.
    yield {"z1": 0.5, "z2": 0.5, "z3": 0.4, "right": 1, "z": 0.0, "target": 0, "shift": 709.0}


def logits_of(state):
    return [state["z1"], state["z2"], state["z3"]]


def test_it_begins_as_in_the_lesson():
    lab = logits_lab()
    assert lab.p == pytest.approx((0.659001, 0.242433, 0.098566), abs=5e-7)
    assert lab.delta == pytest.approx((-0.340999, 0.242433, 0.098566), abs=5e-7)
    assert lab.loss == pytest.approx(0.417030, abs=5e-7)
    assert (lab.z, lab.target) == (-4.0, 1)
    expected = {"cross-entropy": -0.982014, "half squared error": -0.017345}
    assert lab.gradients == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize("state", [*states()], ids=str)
def test_the_numbers_are_those_of_the_closed_forms(state):
    lab = LogitsLab(**state)
    logits, right = logits_of(state), state["right"] - 1
    total = math.fsum(map(math.exp, logits))
    p = [math.exp(z) / total for z in logits]
    assert lab.p == pytest.approx(p, rel=1e-12, abs=0.0)
    assert lab.loss == pytest.approx(math.log(total) - logits[right], abs=1e-12)
    assert lab.delta == pytest.approx([q - (i == right) for i, q in enumerate(p)], abs=1e-12)
    assert lab.stable == pytest.approx(p, rel=1e-12, abs=0.0)
    assert sum(lab.delta) == pytest.approx(0.0, abs=1e-12)

    z, y = state["z"], state["target"]
    a = 0.5 + 0.5 * math.tanh(z / 2)
    slope = 0.25 / math.cosh(z / 2) ** 2
    losses = {"cross-entropy": math.log1p(math.exp(z)) - z * y, "half squared error": (a - y) ** 2 / 2}
    assert lab.losses == pytest.approx(losses, abs=1e-12)
    gradients = {"cross-entropy": a - y, "half squared error": (a - y) * slope}
    assert lab.gradients == pytest.approx(gradients, abs=1e-12)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("state", [*states(12)], ids=str)
def test_torch_sends_back_the_same(state):
    import torch

    lab = LogitsLab(**state)
    logits = torch.tensor(logits_of(state), dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(state["right"] - 1))
    loss.backward()
    assert lab.loss == pytest.approx(loss.item(), abs=1e-12)
    assert lab.p == pytest.approx(torch.softmax(logits, 0).tolist(), abs=1e-12)
    assert lab.delta == pytest.approx(logits.grad.tolist(), abs=1e-12)

    y = torch.tensor(float(state["target"]), dtype=torch.float64)
    for name, compute in {
        "cross-entropy": torch.nn.functional.binary_cross_entropy_with_logits,
        "half squared error": lambda z, y: 0.5 * (torch.sigmoid(z) - y) ** 2,
    }.items():
        z = torch.tensor(state["z"], dtype=torch.float64, requires_grad=True)
        loss = compute(z, y)
        loss.backward()
        assert lab.losses[name] == pytest.approx(loss.item(), abs=1e-12)
        assert lab.gradients[name] == pytest.approx(z.grad.item(), abs=1e-12)


def test_the_gradient_is_the_slope_of_the_loss():
    for state in states(20):
        for name, delta in zip(("z1", "z2", "z3"), LogitsLab(**state).delta, strict=True):
            at = min(7.9, max(-7.9, state[name]))
            up, down = (LogitsLab(**state | {name: at + h}).loss for h in (1e-5, -1e-5))
            delta = LogitsLab(**state | {name: at}).delta[int(name[1]) - 1]
            assert (up - down) / 2e-5 == pytest.approx(delta, abs=1e-9)


@pytest.mark.parametrize("shift", [0.0, 10.0, 100.0, 707.0])
def test_both_forms_agree_as_long_as_exp_fits(shift):
    lab = LogitsLab(shift=shift)
    assert lab.naive == pytest.approx(lab.p, abs=1e-12)
    assert lab.stable == pytest.approx(lab.p, abs=1e-12)


@pytest.mark.filterwarnings("error")
def test_the_naive_form_has_no_value_where_exp_overflows():
    assert LogitsLab(shift=708.0).naive == (None, 0.0, 0.0)  # ∞/∞, and a number over ∞
    assert LogitsLab(shift=1000.0).naive == (None, None, None)
    assert LogitsLab(z1=0.5, z2=0.5, z3=0.4, shift=709.0).naive == (0.0, 0.0, 0.0)
    assert LogitsLab(shift=1000.0).stable == pytest.approx(LogitsLab().p, abs=1e-12)


SENTENCES = [
    (
        {},
        "Class 1 is right and gets p1 = 0.659: the loss is −ln p1 = 0.417. It sends δ = p − y = (−0.341, "
        "+0.2424, +0.0986) back into the logits: a step downhill raises z1 and lowers z2 and z3",
    ),
    (
        {"z1": -8, "z2": 8, "z3": 8, "right": 3},
        "Class 3 is right and gets p3 = 0.5: the loss is −ln p3 = 0.6931. It sends δ = p − y = "
        "(+5.63×10⁻⁸, +0.5, −0.5) back into the logits: a step downhill raises z3 and lowers z1 and z2",
    ),
    (
        {"view": "yes or no"},
        "Confidently wrong: z = −4 gives a = σ(z) = 0.018, and y = 1. Cross-entropy sends back a − y = "
        "−0.982; half the squared error sends (a − y)·σ'(z) = −0.982 × 0.0177 = −0.0173, 56.6 times less",
    ),
    (
        {"view": "yes or no", "z": 8, "target": 0},
        "Confidently wrong: z = 8 gives a = σ(z) = 0.9997, and y = 0. Cross-entropy sends back a − y = "
        "+0.9997; half the squared error sends (a − y)·σ'(z) = +0.9997 × 3.35×10⁻⁴ = +3.35×10⁻⁴, "
        "2980 times less",
    ),
    (
        {"view": "yes or no", "z": 0},
        "Undecided: z = 0 gives a = σ(z) = 0.5, and y = 1. Cross-entropy sends back a − y = −0.5; half the "
        "squared error sends (a − y)·σ'(z) = −0.5 × 0.25 = −0.125, 4 times less",
    ),
    (
        {"view": "big logits", "shift": 100},
        "c = 100: exp(102) = 1.99×10⁴⁴ fits into float64, and both forms agree. The stable form takes the "
        "largest logit away first, so that p is (0.659, 0.2424, 0.0986) for any c",
    ),
    (
        {"view": "big logits", "shift": 1000},
        "c = 1000: exp(1002) is more than float64 can hold, and ∞/∞ has no value. The stable form takes the "
        "largest logit away first, so that p is (0.659, 0.2424, 0.0986) for any c",
    ),
    (
        {"view": "big logits", "z1": 0.5, "z2": 0.5, "z3": 0.4, "shift": 709},
        "c = 709: each exp(z + c) fits into float64, but their sum does not: every p is 0. The stable form "
        "takes the largest logit away first, so that p is (0.3443, 0.3443, 0.3115) for any c",
    ),
]


@pytest.mark.parametrize(("state", "sentence"), SENTENCES)
def test_the_sentence_says_it_in_numbers(state, sentence):
    lab = LogitsLab(**state)
    assert repr(lab) == lab.sentence == sentence


@pytest.mark.parametrize(
    ("z", "verdict"),
    [(-8, "Confidently wrong"), (-2.2, "Confidently wrong"), (-2.1, "Wrong"), (-0.1, "Wrong"),
     (0, "Undecided"), (0.1, "Right"), (2.1, "Right"), (2.2, "Confidently right"), (8, "Confidently right")],
)  # fmt: skip
def test_it_says_how_good_the_output_is(z, verdict):
    assert LogitsLab(view="yes or no", z=z, target=1).sentence.startswith(f"{verdict}: ")
    assert LogitsLab(view="yes or no", z=-z, target=0).sentence.startswith(f"{verdict}: ")


def test_the_function_sets_logits_and_class_and_remembers_them():
    lab = logits_lab((0.5, -1, 3), right=2)
    assert (lab.z1, lab.z2, lab.z3, lab.right, lab.view) == (0.5, -1.0, 3.0, 2, "three classes")
    lab.z1, lab.right, lab.view = 7, 3, "big logits"
    assert lab.start == {
        "z1": 0.5, "z2": -1.0, "z3": 3.0, "right": 2, "z": -4.0, "target": 1, "shift": 0.0,
    }  # fmt: skip
    assert lab.delta == logits_lab((7, -1, 3), right=3).delta


@pytest.mark.parametrize("logits", [(), (1.0, 2.0), (1.0, 2.0, 3.0, 4.0)])
def test_another_number_of_logits_is_refused(logits):
    message = f"the lab has three logits, such as (2.0, 1.0, 0.1); received {len(logits)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        logits_lab(logits)


@pytest.mark.parametrize(
    ("trait", "wrong", "message"),
    [
        ("z1", 8.1, "z1 is a number from −8 to 8; received 8.1"),
        ("z3", math.nan, "z3 is a number from −8 to 8; received nan"),
        ("z", -math.inf, "z is a number from −8 to 8; received -inf"),
        ("right", 0, "the right class is one of 1, 2, 3; received 0"),
        ("right", True, "the right class is one of 1, 2, 3; received True"),
        ("target", 2, "the target is one of 0, 1; received 2"),
        ("shift", -1.0, "the shift is a number from 0 to 1000; received -1.0"),
        ("shift", math.nan, "the shift is a number from 0 to 1000; received nan"),
        ("view", "four", f"the view is one of {', '.join(map(repr, VIEWS))}; received 'four'"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_and_nothing_moves(trait, wrong, message):
    lab = LogitsLab()
    before = {name: getattr(lab, name) for name in TRAITS}
    with pytest.raises(traitlets.TraitError, match=f"^{re.escape(message)}$"):
        setattr(lab, trait, wrong)
    assert {name: getattr(lab, name) for name in TRAITS} == before
    with pytest.raises(traitlets.TraitError):
        LogitsLab(**{trait: wrong})


@pytest.mark.parametrize("trait", ["z1", "right", "shift", "view"])
def test_what_has_another_type_is_refused(trait):
    with pytest.raises(traitlets.TraitError):
        setattr(LogitsLab(), trait, None)
