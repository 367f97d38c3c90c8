"""The five levels of what was learnt, as data: for the picture of lesson 12, and for its last exercise."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One level: where it was learnt, and what goes on from "you can now"."""

    name: str
    lessons: tuple[str, ...]
    you_can: str


LEVELS = (
    Level(
        "chain rule",
        ("00", "01", "02"),
        "say who is to blame, and by how much: local derivative times upstream",
    ),
    Level(
        "computational graph",
        ("02", "03"),
        "draw any formula as nodes, and say in which order they may answer",
    ),
    Level(
        "backpropagation",
        ("03", "04", "06", "07", "10"),
        "get every gradient in one walk back, check it, and say what it costs",
    ),
    Level(
        "gradient descent",
        ("05", "09", "12"),
        "turn gradients into learning, even where the loss has no formula",
    ),
    Level(
        "deep engineering",
        ("08", "11"),
        "find out why a deep network does not learn, and choose the cure",
    ),
)


@dataclass(frozen=True)
class Symptom:
    """What went wrong, on which level, and what it is taken for: level -> why it is not that."""

    text: str
    level: str
    taken_for: dict[str, str]


SYMPTOMS = {
    "A": Symptom(
        "All gradients agree with central differences to ten digits. The loss jumps about, and ends higher "
        "than it began.",
        "gradient descent",
        {
            "backpropagation": "A: the gradients passed the check, so the walk back is right. What is wrong "
            "is how far each step goes.",
            "deep engineering": "A: nothing vanishes or explodes between layers, the gradients are right and "
            "of use. The learning rate is too large: that is a matter of descent.",
            "chain rule": "A: a wrong slope would fail the check, and this passed to ten digits. The step "
            "is too long.",
        },
    ),
    "B": Symptom(
        "One gradient is exactly four times too large. σ(z) is 0.5 there, and nobody wrote σ′(z).",
        "chain rule",
        {
            "backpropagation": "B: the walk came by, in the right order. One factor on its way, the local "
            "derivative σ′ = ¼, was left out: that is the lowest level.",
            "computational graph": "B: the graph is right, and no path is missing. A factor on the path is: "
            "σ′ = ¼.",
            "gradient descent": "B: four times the gradient acts like four times the rate, so it looks like "
            "that. But it is one gradient only, and it is wrong.",
        },
    ),
    "C": Symptom(
        "Twenty layers of sigmoids. Every gradient is right, that of layer 1 is 10⁻¹² of the last one, and "
        "the loss stays at ln 2.",
        "deep engineering",
        {
            "gradient descent": "C: no learning rate suits layer 1 and layer 20 at once, with 10¹² between "
            "them. The network has to be built otherwise: start, activation, BatchNorm.",
            "backpropagation": "C: the gradients are right, as the task says. They are that small.",
            "chain rule": "C: the chain rule is to blame in a way, as it multiplies twenty slopes of ¼ at "
            "most. But it is applied correctly; the cure lies in how the network is built.",
        },
    ),
    "D": Symptom(
        "x is used twice. Each local derivative is right, but a node passed on its gradient before both of "
        "its users had answered.",
        "computational graph",
        {
            "chain rule": "D: each local derivative is right, as the task says. What is wrong is who waits "
            "for whom: the order of the nodes.",
            "backpropagation": "D: close, as it shows in the walk back. But the walk only follows the order, "
            "and the order is a matter of the graph: who uses whom.",
        },
    ),
    "E": Symptom(
        "All gradients are right. But a network with a million weights takes a million forward passes for "
        "one step.",
        "backpropagation",
        {
            "gradient descent": "E: the step is as good as any. What takes so long is getting the gradient: "
            "weight by weight, where one walk back gives all.",
            "deep engineering": "E: no layer is to blame, a flat network of that size would take as long. "
            "Nudging costs a pass for each weight, and one walk back gives all.",
            "computational graph": "E: the graph is there, and nobody walks back along it. One walk gives "
            "all gradients.",
        },
    ),
}

_NAMES = ", ".join(f'"{level.name}"' for level in LEVELS)
_FAILURES = " ".join(f"{letter}: {symptom.text}" for letter, symptom in SYMPTOMS.items())
TASK = f'Put A to E on their levels, {_NAMES}: a dict such as {{"A": "chain rule", …}}. {_FAILURES}'
