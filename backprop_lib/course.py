"""The thirteen lessons: their names, their questions, what each one teaches."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """One lesson, `notebooks/NN_name.ipynb`.

    question: what it answers.  teaches: goes on from "you learn".  explorables: what can be moved in it.
    """

    number: str
    name: str
    title: str
    question: str
    teaches: str
    explorables: tuple[str, ...]

    @property
    def notebook(self) -> str:
        """The name of its file.

        >>> LESSONS[1].notebook
        '01_by_hand.ipynb'
        """
        return f"{self.number}_{self.name}.ipynb"


# Which lessons belong together, in order: a heading and how many lessons it covers.
PARTS = (("One number at a time", 4), ("Whole networks", 4), ("Deep and trained", 3), ("For real", 2))

LESSONS = (
    Lesson(
        "00",
        "start_here",
        "Start here",
        "Who is to blame for a wrong answer?",
        "what a gradient says: which knob to turn, which way, and how much it matters",
        ("production line", "this map"),
    ),
    Lesson(
        "01",
        "by_hand",
        "By hand",
        "What does one backward pass really compute?",
        "each multiplication of a backward pass, and one step of gradient descent",
        ("graph explorer", "gradient descent"),
    ),
    Lesson(
        "02",
        "chain_rule_and_graphs",
        "Chain rule and graphs",
        "Why does multiplying backwards work, and why must the order be right?",
        "why derivatives multiply along a path, and add where paths meet",
        ("slope lens", "gear chain", "path counter", "order lab"),
    ),
    Lesson(
        "03",
        "scalar_engine",
        "A scalar engine",
        "Can sixty lines of Python differentiate anything?",
        "to write an engine that differentiates any expression, and to train with it",
        ("graph explorer on an expression of yours",),
    ),
    Lesson(
        "04",
        "matrix_form",
        "Matrix form",
        "How do seven scalars become six matrix equations?",
        "to derive the matrix equations, by shape and by element",
        ("matrix lens", "logits lab"),
    ),
    Lesson(
        "05",
        "xor",
        "XOR",
        "Why does one hidden layer change everything, and why does training sometimes fail?",
        "what a hidden layer does to the plane, and why equal weights stay equal",
        ("XOR playground",),
    ),
    Lesson(
        "06",
        "gradient_checking",
        "Gradient checking",
        "How do you know a gradient is right?",
        "to check a backward pass by numerical differences, and to know a bug by its errors",
        ("epsilon lab", "bug clinic"),
    ),
    Lesson(
        "07",
        "pytorch",
        "PyTorch",
        "What does `loss.backward()` do that we did not?",
        "to do all this in PyTorch, and what its graph keeps and lets go",
        ("your graph and PyTorch's, node beside node",),
    ),
    Lesson(
        "08",
        "vanishing_and_exploding",
        "Vanishing and exploding",
        "Why did deep networks fail for twenty years?",
        "why gradients die or explode with depth, and what cures each",
        ("gradient flow", "dead-ReLU lab", "clipping cliff"),
    ),
    Lesson(
        "09",
        "training_loop",
        "The training loop",
        "What turns gradients into learning?",
        "batches, learning rates, optimisers, and when to stop",
        ("optimiser race", "training lab"),
    ),
    Lesson(
        "10",
        "cost_of_gradients",
        "The cost of gradients",
        "Why is backprop cheap, and what does it cost in memory?",
        "what a gradient costs in time and in memory, and how to trade one for the other",
        ("checkpointing", "data-parallel workers"),
    ),
    Lesson(
        "11",
        "digits",
        "Digits",
        "Does it all work on real data?",
        "to train a reader of handwritten digits, and to read its mistakes",
        ("draw a digit",),
    ),
    Lesson(
        "12",
        "beyond_and_review",
        "Beyond and review",
        "What next, and what have I learnt?",
        "where backpropagation leads, and which of your guesses were right",
        ("policy gradient on a bandit", "review of your predictions"),
    ),
)
