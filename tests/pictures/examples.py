"""Pictures of every kind, at small and at large sizes, with what is difficult to draw."""

from types import SimpleNamespace

import numpy as np

from backprop_lib.pictures import (
    activations,
    confusion_matrix,
    cost_curves,
    decision_regions,
    gradient_bars,
    histograms,
    images,
    loss_curves,
    policy_map,
    power_law,
    reward_curve,
    signed_images,
    stairs,
    u_curve,
)
from tests.pictures.reading import model

RNG = np.random.default_rng(7)
NAN, INF = np.nan, np.inf
LONG = "encoder.blocks.11.attention.output.projection.weight"
POINTS = RNG.normal(size=(60, 2))
STEPS = 10.0 ** -np.arange(1.0, 13.0, 0.5)
CENTRAL = STEPS**2 / 6 + 1e-16 / STEPS
THEORY = {"truncation ε²/6": STEPS**2 / 6, "round-off u/ε": 1e-16 / STEPS}
GREY = np.random.default_rng(8).uniform(size=(20, 64))
Z = {f"z{i}": RNG.normal(size=(30, 8)) * 10.0**-i for i in range(12)}


def bars(depth):
    return lambda: gradient_bars(model(*((f"{2 * i}.weight", [[10.0 ** (i - depth)]]) for i in range(depth))))


def classes(count):
    centres = np.arange(count) / count
    return lambda: decision_regions(
        lambda points: -((points[:, :1] - centres) ** 2), POINTS, np.arange(60) % count
    )


def confusions(count, **options):
    return lambda: confusion_matrix(np.arange(3 * count) % count, np.arange(3 * count) // 3, **options)


EXAMPLES = {
    "activations": activations,
    "activations, one": lambda: activations("gelu"),
    "activations, five": lambda: activations(["elu", "leaky_relu", "tanh", "relu", "softplus"]),
    "bars, 1": bars(1),
    "bars": bars(3),
    "bars, 40": bars(40),
    "bars, words": lambda: gradient_bars(model((LONG, [NAN]), ("a.weight", None), ("b.weight", [0.0]))),
    "bars, ends of float64": lambda: gradient_bars(model(("a.weight", [5e-324]), ("b.weight", [1.7e308]))),
    "costs": lambda: cost_curves({"by nudging": (STEPS, STEPS), LONG: (STEPS[:9], CENTRAL[:9])}, "n", "time"),
    "histograms": lambda: histograms({"z": Z["z0"], "a": np.maximum(Z["z0"], 0.0), LONG: [NAN, INF, 1.0]}),
    "histograms, log": lambda: histograms(Z, of="gradients", log=True),
    "histograms, parameters": lambda: histograms({"0.weight": Z["z3"]}, of="parameters", title="W¹"),
    "histograms, zeros": lambda: histograms({"dead": np.zeros(9)}),
    "histograms, large": lambda: histograms({"a": [1e299, -1e299, 1e301]}),
    "loss": lambda: loss_curves({"training": 1 / np.arange(1, 50), "validation": [0.5, 0.4]}),
    "loss, equal ends": lambda: loss_curves({f"lr {i} training": [1.0, 0.5] for i in range(9)}),
    "loss, diverged": lambda: loss_curves({f"lr {i}": [1.0, 1e200, NAN, NAN] for i in range(4)}, log=True),
    "loss, one": lambda: loss_curves({"training": [0.25]}, log=True),
    "loss, never finite": lambda: loss_curves({LONG: [NAN, NAN]}),
    "policy": lambda: policy_map(["S.H", ".HG"], np.tile([0.1, 0.6, 0.3, 0.0], (6, 1))),
    "policy, sure": lambda: policy_map(["SG"], np.eye(4)[[1, 1]]),
    "power law": lambda: power_law([1, 4, 16, 200], [2.0, 1.1, 0.5, 0.1], "batch size", "noise"),
    "power law, wide": lambda: power_law([1e-200, 1.0, 1e200], [1e200, 1.0, 1e-200]),
    "rewards": lambda: reward_curve([0.1, -0.2, 0.4, 0.5], best=0.59),
    "stairs": lambda: stairs([SimpleNamespace(name="engine", lessons=["03"], you_can="build it")] * 3),
    "loss, steps": lambda: loss_curves({"loss": [2.0, 1e-9]}, x="step", at=[0, 100000]),
    "regions": lambda: decision_regions(
        lambda p: 1 / (1 + np.exp(-p[:, :1])), POINTS, POINTS[:, :1] > 0, resolution=40
    ),
    "regions, scores": lambda: decision_regions(
        lambda p: 1e4 * p[:, 0] - 123, POINTS, np.sign(POINTS[:, 0]), boundary=0.0, axis_names=("a₁", "a₂")
    ),
    "regions, one sample": lambda: decision_regions(lambda p: np.zeros(len(p)), [[3.0, 3.0]], [1]),
    "regions, narrow": lambda: decision_regions(
        lambda p: p[:, 0] > 0, POINTS * [0.001, 1000.0], POINTS[:, 0] > 0, title="A long title " * 5
    ),
    "regions, 3": classes(3),
    "regions, 6": classes(6),
    "confusion, 2": confusions(2),
    "confusion": confusions(10),
    "confusion, 20": confusions(20),
    "confusion, names": confusions(3, names=["a very long name of a class", "b", "c"]),
    "confusion, many": lambda: confusion_matrix(np.repeat([0, 1], 60_000), np.repeat([0, 1], 60_000)),
    "images": lambda: images(GREY[:8], range(8), title="Grey"),
    "images, one": lambda: images(GREY[:1]),
    "images, a hundred": lambda: images(np.tile(GREY, (5, 1)), range(100), columns=20, title="Many " * 30),
    "images, words": lambda: images(GREY[:16], [f"{LONG}\np = 0.5"] * 16, columns=16),
    "images, wide": lambda: images(np.ones((3, 4, 30)), ["a", "b\nc", ""]),
    "signed images": lambda: signed_images(GREY - 0.5, columns=8, of="parameters"),
    "signed images, own scales": lambda: signed_images(
        GREY * 10.0 ** -np.arange(20)[:, None], [f"{k}, read as 8" for k in range(20)], shared=False
    ),
    "signed images, zeros": lambda: signed_images(np.zeros((2, 4)), shared=False),
    "u-curve": lambda: u_curve(STEPS, {"float64": CENTRAL, "float32": 1e9 * CENTRAL}, THEORY),
    "u-curve, exact": lambda: u_curve(STEPS, {"x²": 0.0 * STEPS, "lost": STEPS * NAN}),
    "u-curve, two steps": lambda: u_curve([1e-3, 1e-2], {LONG: [1e-5, 1e-4]}, {"theory": [1e-5, 1e-4]}),
}
