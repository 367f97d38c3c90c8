"""The clipping cliff in the next cell: its loss, its descent, its sentence, and what it refuses."""

import math
import random
import re

import numpy as np
import pytest
import traitlets

from backprop_lib.explorables.clipping_cliff import (
    CLIPPINGS,
    ClippingCliff,
    _angle,
    cliff_loss,
    clipping_cliff,
)


def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


def plain_loss(w, b):
    x = 0.5
    for _ in range(15):
        x = w * sigmoid(x) + b
    return (sigmoid(x) - 0.7) ** 2


def places(count, seed=1):
    rng = random.Random(seed)
    return [(rng.uniform(4.0, 7.0), rng.uniform(-4.0, -1.0)) for _ in range(count)]


def test_the_loss_is_that_of_the_recurrence_and_its_gradient_that_of_differences():
    for w, b in places(10):
        assert cliff_loss(w, b).data == pytest.approx(plain_loss(w, b), rel=1e-12)
        (dw, db), *_ = ClippingCliff(w=w, b=b, steps=0).gradients
        h = 1e-6
        expected = [
            (plain_loss(w + h, b) - plain_loss(w - h, b)) / (2 * h),
            (plain_loss(w, b + h) - plain_loss(w, b - h)) / (2 * h),
        ]
        assert (dw, db) == pytest.approx(expected, rel=1e-5, abs=1e-9)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("clipping", CLIPPINGS)
def test_steps_are_those_of_torch(clipping):
    import torch

    wall = [(5.4974, -2.934), (5.5, -2.93)]
    for w, b in [*places(6, seed=2), *wall]:
        ours = ClippingCliff(w=w, b=b, steps=1, clipping=clipping, threshold=0.05, rate=0.5)
        parameters = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (w, b)]
        x = torch.tensor(0.5, dtype=torch.float64)
        for _ in range(15):
            x = parameters[0] * torch.sigmoid(x) + parameters[1]
        loss = (torch.sigmoid(x) - 0.7) ** 2
        loss.backward()
        gradient = [parameter.grad.item() for parameter in parameters]
        if clipping == "norm":
            torch.nn.utils.clip_grad_norm_(parameters, 0.05)
        elif clipping == "value":
            torch.nn.utils.clip_grad_value_(parameters, 0.05)
        torch.optim.SGD(parameters, lr=0.5).step()
        assert ours.losses[0] == pytest.approx(loss.item(), rel=1e-12)
        assert ours.gradients[0] == pytest.approx(gradient, rel=1e-11)
        assert ours.clipped[0] == pytest.approx([p.grad.item() for p in parameters], rel=1e-11)
        assert ours.path[1] == pytest.approx([p.item() for p in parameters], rel=1e-12)


def test_plain_descent_is_thrown_far_off_and_stays_there():
    cliff = ClippingCliff(steps=60)
    assert math.dist(cliff.path[10], cliff.path[11]) == pytest.approx(math.hypot(*cliff.gradients[10]))
    assert math.dist(cliff.path[10], cliff.path[11]) > 19.0
    assert math.dist(cliff.path[11], cliff.path[60]) < 1e-9
    assert cliff.losses[60] == pytest.approx(0.09, abs=1e-6)  # σ(x) = 1 misses 0.7 by 0.3


@pytest.mark.parametrize("clipping", ["norm", "value"])
def test_clipped_descent_stays_near_and_goes_on(clipping):
    cliff = ClippingCliff(clipping=clipping, threshold=0.3, steps=60)
    jumps = [math.dist(a, b) for a, b in zip(cliff.path[:-1], cliff.path[1:], strict=True)]
    assert max(jumps) <= 0.3 * (math.sqrt(2.0) if clipping == "value" else 1.0)
    assert min(cliff.losses) < 0.01


def test_by_norm_keeps_the_direction_and_by_value_does_not():
    for clipping, turned in [("norm", 0.0), ("value", 14.14)]:
        cliff = clipping_cliff(clipping)
        assert _angle(cliff.gradients[10], cliff.clipped[10]) == pytest.approx(turned, abs=0.01)
    assert _angle((0.0, 0.0), (1.0, 0.0)) == 0.0 and _angle((0.0, 2.0), (1.0, 0.0)) == 90.0


SENTENCES = {
    ("none", 0): "start at (w, b) = (5.9, −2.5): loss 0.0672, g = (+0.0252, +0.0263), ‖g‖ = 0.0365",
    (
        "none",
        11,
    ): "step 11: g = (−10.0726, −16.8504), ‖g‖ = 19.6314; nothing clips it; it moves by 19.6314 to "
    "(w, b) = (15.57, 13.9164), out of the picture; loss 0.3142 → 0.09",
    (
        "norm",
        11,
    ): "step 11: g = (−10.0726, −16.8504), ‖g‖ = 19.6314; clipped to norm 1: turned by 0°; it moves "
    "by 1 to (w, b) = (6.0105, −2.0757); loss 0.3142 → 0.0774",
    ("value", 11): "step 11: g = (−10.0726, −16.8504), ‖g‖ = 19.6314; each entry clipped to ±1: (−1, −1), "
    "turned by 14.1°; it moves by 1.4142 to (w, b) = (6.4974, −1.934); loss 0.3142 → 0.0835",
    (
        "value",
        10,
    ): "step 10: g = (+0.0727, +0.082), ‖g‖ = 0.1096; not more than 1: left as it is; it moves by "
    "0.1096 to (w, b) = (5.4974, −2.934); loss 0.0372 → 0.3142",
}


@pytest.mark.parametrize(("clipping", "steps"), SENTENCES)
def test_the_sentence(clipping, steps):
    cliff = ClippingCliff(clipping=clipping, steps=steps)
    assert cliff.sentence == SENTENCES[clipping, steps] == repr(cliff)


def test_the_far_ends_have_numbers_too():
    for w, b in [(4.0, -4.0), (4.0, -1.0), (7.0, -4.0), (7.0, -1.0), (6.96, -3.83)]:
        cliff = ClippingCliff(w=w, b=b, rate=100.0, threshold=100.0, steps=60)
        for cliff.clipping in CLIPPINGS:
            assert np.isfinite(cliff.path).all() and "none" not in cliff.sentence


REFUSED = [
    ("clipping", "both", "clipping is one of 'none', 'norm', 'value'; received 'both'"),
    ("threshold", 0.0, "threshold is a number from 0.01 to 100; received 0.0"),
    ("rate", math.inf, "rate is a number from 0.01 to 100; received inf"),
    ("w", 7.5, "w is a number from 4 to 7; received 7.5"),
    ("b", math.nan, "b is a number from −4 to −1; received nan"),
    ("steps", 61, "steps is a whole number from 0 to 60; received 61"),
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_what_is_refused(name, value, message):
    cliff = ClippingCliff()
    before = getattr(cliff, name)
    with pytest.raises(traitlets.TraitError, match=re.escape(message)):
        setattr(cliff, name, value)
    assert getattr(cliff, name) == before


def test_start_remembers_how_it_was_made():
    cliff = ClippingCliff(clipping="norm", w=5.0)
    cliff.w = 6.0
    assert cliff.start == {
        "clipping": "norm", "threshold": 1.0, "rate": 1.0, "w": 5.0, "b": -2.5, "steps": 11,
    }  # fmt: skip
