"""Lesson 00 against figures worked out apart from it, and against the production line itself."""

import pytest

from backprop_lib.exercises import evaluate
from backprop_lib.exercises.lesson_00 import BLAME, START, after_small_step, blame, loss, runs
from backprop_lib.explorables import production_line


def test_the_lessons_line_is_the_explorables():
    line = production_line()
    assert tuple(line.values[name] for name in ("w1", "w2", "b")) == START
    assert tuple(line.gradients[name] for name in ("w1", "w2", "b")) == BLAME
    assert loss(*START) == 4.0 and "the loss is 4;" in line.sentence


@pytest.mark.parametrize("position", range(3))
def test_nudging_finds_the_blame(position):
    # x = 2: dL/dw1 = 2·miss·w2·x, dL/dw2 = 2·miss·w1·x, dL/db = 2·miss, with miss = 2.
    by_formula = (2 * 2 * 2 * 2, 2 * 2 * 1.5 * 2, 2 * 2)[position]
    knobs = list(START)
    knobs[position] += 1e-6
    assert blame(loss(*START), loss(*knobs), 1e-6) == pytest.approx(by_formula, rel=1e-4)
    assert BLAME[position] == by_formula


def test_what_the_predictions_will_measure():
    assert loss(0.501, 2, -1) < loss(0.5, 2, -1) == 4  # 00.a: fall, from the same loss
    assert max(BLAME) == BLAME[0]  # 00.b: w1
    full = [knob - share for knob, share in zip(START, BLAME, strict=True)]
    assert loss(*full) == 282**2  # 00.c: larger
    assert runs(1_000_000) * 0.001 / 60 == pytest.approx(16.67, abs=0.01)  # 00.d


def test_a_small_step_helps():
    assert after_small_step() == pytest.approx(0.99680256, abs=1e-9)
    assert evaluate("00.4", 0.997).solved
