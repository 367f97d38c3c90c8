"""The terms of the course, each in one sentence, with the lesson that introduces it.

A lesson prints a term in bold where it defines it. `tools.glossary_page` makes the learners' page of this.
Formulas and what stands between dollar signs are LaTeX.
"""

from dataclasses import dataclass

from backprop_lib.course import LESSONS, Lesson


@dataclass(frozen=True)
class Term:
    """One term: its name, the lesson that defines it, one sentence.

    formula: in LaTeX.  see: names of related terms.  printed: how the lesson writes it, if not as its name.
    """

    name: str
    number: str
    meaning: str
    formula: str = ""
    see: tuple[str, ...] = ()
    printed: str = ""

    @property
    def lesson(self) -> Lesson:
        """The lesson that defines it.

        >>> GLOSSARY[0].lesson.title
        'Start here'
        """
        return next(lesson for lesson in LESSONS if lesson.number == self.number)

    @property
    def anchor(self) -> str:
        """Its place on the page.

        >>> next(term for term in GLOSSARY if term.name == "chain rule").anchor
        'chain-rule'
        """
        return self.name.lower().replace(" ", "-")


GLOSSARY = (
    # --- 00 ---
    Term("knob", "00", "A number that can be turned to change the result: a parameter.", see=("parameter",)),
    Term(
        "loss",
        "00",
        "A number that says how wrong the answer is; at first the miss, squared.",
        r"L = (a_2 - y)^2",
        ("cross-entropy", "target"),
    ),
    Term(
        "gradient",
        "00",
        "How many times as much the loss rises when a number is turned up a little: the derivative of "
        "the loss with respect to it, or those with respect to all parameters together.",
        r"dw = \partial L/\partial w",
        ("derivative", "gradient descent"),
    ),
    Term(
        "credit assignment",
        "00",
        "The problem of who is to blame for a wrong answer, and by how much, when many had a hand in it.",
        see=("backpropagation",),
    ),
    Term(
        "backpropagation",
        "00",
        "One walk back from the loss, in which each operation passes the blame on to those before it, so "
        "that every parameter gets its gradient.",
        see=("backward pass", "reverse mode"),
    ),
    # --- 01 ---
    Term("weight", "01", "A parameter that multiplies an input.", see=("bias", "parameter")),
    Term(
        "sigmoid",
        "01",
        "A function that squeezes any number between 0 and 1; its slope is $a(1-a)$, with its output $a$.",
        r"\sigma(z) = 1/(1+e^{-z})",
        ("tanh", "saturated"),
    ),
    Term("bias", "01", "A parameter that is added.", see=("weight", "affine")),
    Term(
        "parameter",
        "01",
        "A weight or a bias: a number that learning changes.",
        see=("weight", "bias"),
        printed="parameters",
    ),
    Term("target", "01", "What the answer should have been, $y$.", see=("loss",)),
    Term(
        "derivative",
        "01",
        "What the change of a result, divided by the nudge that caused it, settles on as the nudge gets "
        "smaller and smaller.",
        r"\partial L/\partial w",
        ("gradient", "central difference"),
    ),
    Term("forward pass", "01", "The computation from the input to the loss.", see=("backward pass",)),
    Term(
        "backward pass",
        "01",
        "The walk from the loss back to the inputs, which gets all gradients at once.",
        see=("forward pass", "backpropagation"),
    ),
    Term(
        "chain rule",
        "01",
        "The rates along a path multiply.",
        r"\frac{dq}{dx} = \frac{dq}{dh}\cdot\frac{dh}{dx}",
        ("upstream", "local derivative"),
    ),
    Term(
        "upstream",
        "01",
        "The gradient that has been worked out already, from the loss to here.",
        r"\text{gradient} = \text{upstream} \times \text{local derivative}",
        ("local derivative",),
    ),
    Term(
        "local derivative", "01", "How one operation answers to one of its inputs.", see=("upstream", "rule")
    ),
    Term(
        "graph",
        "01",
        "A node for each number of a computation, and an edge for each “depends on”.",
        see=("parents", "users", "dynamic graph"),
    ),
    Term(
        "gradient descent",
        "01",
        "Turning every parameter a little against its gradient, all of them at once, again and again.",
        r"w \leftarrow w - \eta\,\partial L/\partial w",
        ("learning rate", "SGD"),
    ),
    Term(
        "learning rate", "01", r"How far a step goes, $\eta$ (“eta”).", see=("step", "schedule", "curvature")
    ),
    # --- 02 ---
    Term(
        "ReLU",
        "02",
        "A function that hands a positive number on as it is, and makes a negative one 0.",
        r"\max(z, 0)",
        ("kink", "dead unit"),
    ),
    Term(
        "tanh",
        "02",
        "A function like the sigmoid that runs from −1 to 1; its slope is $1 - a^2$, with its output $a$.",
        see=("sigmoid",),
    ),
    Term(
        "inner derivative",
        "02",
        "The slope of what stands inside a function, which the chain rule multiplies by.",
        see=("chain rule",),
    ),
    Term("parents", "02", "The numbers that a number was computed from.", see=("users", "leaf")),
    Term(
        "users", "02", "The numbers that were computed from a number.", see=("parents", "topological order")
    ),
    Term(
        "topological order",
        "02",
        "An order for the way back in which every node waits until all its users have sent.",
        see=("tape", "users"),
    ),
    Term(
        "tape",
        "02",
        "The list of the nodes as they were computed; walked in reverse it is a topological order.",
        see=("topological order",),
    ),
    Term(
        "diamond",
        "02",
        "A number that goes two ways which join again: each one doubles the number of paths.",
        see=("topological order",),
    ),
    Term(
        "forward mode",
        "02",
        "Starting at one input and carrying on how each number answers to it: one pass for each input.",
        see=("reverse mode", "Jacobian"),
    ),
    Term(
        "reverse mode",
        "02",
        "Starting at one output and carrying back how it answers to each number: one pass for each output.",
        see=("forward mode", "backpropagation"),
    ),
    Term(
        "Jacobian",
        "02",
        "The table of all derivatives of several outputs with respect to several inputs.",
        r"\partial y_i/\partial x_j",
        ("forward mode", "reverse mode"),
    ),
    Term(
        "dynamic graph",
        "02",
        "A graph that is recorded while the numbers are computed, so that an `if` or a loop may leave "
        "another one each time.",
        see=("graph", "tape"),
    ),
    # --- 03 ---
    Term(
        "leaf",
        "03",
        "A number that was typed in: it has no parents.",
        see=("parents", "root"),
        printed="leaves",
    ),
    Term(
        "rule",
        "03",
        "An operation as a function that takes plain numbers, and returns the value and its local "
        "derivatives, one for each input.",
        see=("local derivative",),
    ),
    Term("root", "03", "The node where the walk back begins.", see=("leaf", "backward pass")),
    Term(
        "layer",
        "03",
        "Neurons that all see the same inputs.",
        see=("hidden layer", "unit"),
        printed="layers",
    ),
    # --- 04 ---
    Term(
        "hidden layer",
        "04",
        "A layer that is neither input nor output.",
        see=("layer", "hidden space"),
        printed="hidden",
    ),
    Term(
        "batch",
        "04",
        "The samples that go through the network together, a row for each.",
        see=("step", "epoch"),
    ),
    Term("matrix", "04", "A table of numbers.", see=("matrix product",)),
    Term("unit", "04", "A neuron of a layer: one column of the weights.", see=("layer",)),
    Term(
        "matrix product",
        "04",
        "Entry $(n, j)$ takes row $n$ of the first matrix and column $j$ of the second, multiplies pair "
        "by pair, and adds up; the inner sizes must agree.",
        r"(a, b) \cdot (b, c) \to (a, c)",
        ("matrix", "affine"),
    ),
    Term(
        "affine",
        "04",
        "The step that multiplies by the weights and adds the bias.",
        r"z = XW + b",
        ("matrix product", "bias"),
    ),
    Term(
        "kink",
        "04",
        "A place with one slope on the left, another on the right, and no derivative in between.",
        see=("ReLU",),
    ),
    Term(
        "cross-entropy",
        "04",
        r"A loss for probabilities: $-\ln$ of the probability that the right answer got.",
        r"L = -\ln p_c",
        ("softmax", "logit"),
    ),
    Term("logit", "04", "The number $z$ that becomes a probability; any number.", see=("softmax", "sigmoid")),
    Term(
        "softmax",
        "04",
        "The function that turns logits into probabilities that add up to 1.",
        r"p_k = \frac{e^{z_k}}{\sum_i e^{z_i}}",
        ("logit", "cross-entropy"),
    ),
    Term("one-hot", "04", "A row with 1 at the right class and else 0.", see=("softmax",)),
    # --- 05 ---
    Term("XOR", "05", "“Exclusive or”: 1 where exactly one of two inputs is 1.", see=("hidden space",)),
    Term(
        "hidden space",
        "05",
        "The plane into which a hidden layer moves the points: its outputs as coordinates.",
        see=("hidden layer",),
    ),
    Term(
        "plateau",
        "05",
        "A stretch of training in which the loss hardly falls, before it does.",
        see=("loss",),
    ),
    Term(
        "symmetry",
        "05",
        "Equal units have equal gradients, so they stay equal for ever.",
        see=("unit", "He", "Xavier"),
    ),
    Term(
        "dead unit",
        "05",
        "A unit that is 0 for all samples: no gradient passes, so no step will wake it.",
        see=("ReLU",),
        printed="dead",
    ),
    # --- 06 ---
    Term(
        "forward difference",
        "06",
        r"The rise of $f$ from $w$ to $w + \varepsilon$, divided by the way.",
        r"\frac{f(w+\varepsilon) - f(w)}{\varepsilon}",
        ("central difference",),
    ),
    Term(
        "central difference",
        "06",
        r"The rise of $f$ from $w - \varepsilon$ to $w + \varepsilon$, divided by the way.",
        r"\frac{f(w+\varepsilon) - f(w-\varepsilon)}{2\varepsilon}",
        ("forward difference", "truncation"),
    ),
    Term(
        "truncation",
        "06",
        r"The error of a difference that is left because the curve bends; for the central one it shrinks "
        r"with $\varepsilon^2$.",
        see=("round-off",),
    ),
    Term(
        "round-off",
        "06",
        "The error that comes of the few digits that a float keeps; "
        "it grows as the step of a difference shrinks.",
        see=("machine epsilon", "truncation"),
    ),
    Term("machine epsilon", "06", "The share $u$ up to which a float keeps a number.", see=("round-off",)),
    Term(
        "relative error",
        "06",
        "A difference divided by the larger of the two numbers, but never by less than $10^{-4}$.",
        r"\frac{|a-n|}{\max(|a|,\, |n|,\, 10^{-4})}",
        ("central difference",),
    ),
    # --- 07 ---
    Term(
        "PyTorch", "07", "An engine that others wrote, with which most networks are trained.", see=("tensor",)
    ),
    Term("tensor", "07", "PyTorch's array of numbers.", see=("PyTorch", "hook")),
    Term(
        "optimiser",
        "07",
        "What holds the parameters, changes them in a step, and forgets their gradients.",
        see=("SGD", "Adam"),
    ),
    Term(
        "inference",
        "07",
        "The use of a trained network, which only has to answer.",
        see=("dropout", "BatchNorm"),
    ),
    Term(
        "hook",
        "07",
        "A function that PyTorch calls with the gradient when the backward pass comes by its tensor.",
        see=("tensor",),
    ),
    # --- 08 ---
    Term(
        "gain",
        "08",
        r"The standard deviation of the weights, times √inputs.",
        see=("fan-in", "He", "Xavier"),
    ),
    Term(
        "vanishing gradient",
        "08",
        "A gradient that gets smaller with each layer on the way back, until the first layers never move.",
        see=("exploding gradient", "residual layer"),
        printed="vanishes",
    ),
    Term("saturated", "08", "Where the sigmoid is flat: nearly no gradient passes.", see=("sigmoid",)),
    Term(
        "singular value",
        "08",
        "The largest one is the most by which a matrix stretches any vector.",
        see=("gain",),
    ),
    Term(
        "exploding gradient",
        "08",
        "A gradient that gets larger with each layer on the way back.",
        see=("vanishing gradient", "NaN"),
        printed="explodes",
    ),
    Term("fan-in", "08", "The number of a unit's inputs.", see=("fan-out", "He")),
    Term(
        "He",
        "08",
        "A start for ReLU: weights with the variance 2 / fan-in.",
        r"\sqrt{2/\text{fan-in}}",
        ("Xavier", "fan-in"),
    ),
    Term(
        "Xavier",
        "08",
        "A start for tanh: weights with the variance 1 / the mean of fan-in and fan-out.",
        r"\sqrt{2/(\text{fan-in}+\text{fan-out})}",
        ("He", "fan-out"),
    ),
    Term(
        "fan-out",
        "08",
        "The number of units that a layer has, each of which sends a gradient back.",
        see=("fan-in",),
    ),
    Term(
        "residual layer",
        "08",
        "A layer that computes what to add to its input, so that the gradient also gets past it.",
        r"a = x + \tanh(xW)",
        ("vanishing gradient",),
        printed="residual",
    ),
    Term(
        "BatchNorm",
        "08",
        "A step before the activation that brings each unit's $z$, over the batch, to mean 0 and "
        "standard deviation 1.",
        see=("inference", "batch"),
    ),
    Term("NaN", "08", "“Not a number”: what inf − inf and 0 · inf give, and what comes of touching it."),
    # --- 09 ---
    Term("step", "09", "One change of the parameters, with the gradient of a batch.", see=("batch", "epoch")),
    Term(
        "epoch", "09", "As many steps as it takes until every sample has had its turn.", see=("step", "batch")
    ),
    Term(
        "Adam",
        "09",
        "An optimiser that divides a mean of the gradients by their usual size, so that all steps are "
        "about as long as the learning rate.",
        r"w \leftarrow w - \eta\,\hat m/(\sqrt{\hat v} + \varepsilon)",
        ("momentum", "AdamW"),
    ),
    Term(
        "SGD",
        "09",
        "Stochastic gradient descent: plain descent with batches that chance deals.",
        see=("gradient descent", "batch"),
    ),
    Term(
        "curvature",
        "09",
        r"How fast the gradient grows with the distance, $\lambda$; plain descent comes to rest below "
        r"$\eta = 2/\lambda$.",
        see=("learning rate",),
    ),
    Term(
        "momentum",
        "09",
        r"A velocity for each parameter, which keeps a share $\mu$ of itself and adds the gradient.",
        r"v \leftarrow \mu v + g \qquad w \leftarrow w - \eta v",
        ("Adam",),
    ),
    Term(
        "weight decay",
        "09",
        "Letting weights shrink in each step, so that what the data does not ask for goes away.",
        see=("L2", "AdamW"),
    ),
    Term("L2", "09", r"Weight decay by adding $\lambda w$ to the gradient.", see=("weight decay",)),
    Term(
        "AdamW",
        "09",
        "Adam with weight decay of its own: first the weights shrink, then Adam takes its step with the "
        "gradient alone.",
        r"w \leftarrow w - \eta\lambda w",
        ("Adam", "weight decay"),
    ),
    Term("schedule", "09", "What sets the learning rate for each epoch.", see=("learning rate",)),
    Term(
        "validation",
        "09",
        "Measuring on samples that are kept aside and never trained on.",
        see=("overfitting", "early stopping"),
    ),
    Term(
        "overfitting",
        "09",
        "Learning what is true of the training samples alone: "
        "their loss falls on, and the validation loss rises.",
        see=("validation", "early stopping", "dropout"),
    ),
    Term(
        "early stopping",
        "09",
        "Ending training when the validation loss has not come below its lowest for some epochs, and "
        "keeping the parameters of the best one.",
        see=("patience", "overfitting"),
    ),
    Term("patience", "09", "How many epochs early stopping waits for a lower loss.", see=("early stopping",)),
    Term(
        "dropout",
        "09",
        "Setting each entry to 0 with probability $p$ while training, and dividing the others by $1 - "
        "p$, so that no unit relies on another.",
        see=("overfitting", "inference"),
    ),
    # --- 10 ---
    Term("FLOPs", "10", "Floating-point operations: the additions and multiplications of floats."),
    Term(
        "activations",
        "10",
        "The results of the layers that the way forward computes and the way back needs.",
        see=("checkpoint", "inference"),
    ),
    Term(
        "segment",
        "10",
        "Some layers in a row, of which only the input is kept.",
        see=("checkpoint",),
        printed="segments",
    ),
    Term(
        "checkpoint",
        "10",
        "The kept input of a segment, from which the way back computes the segment again.",
        see=("segment", "activations"),
    ),
    Term(
        "data parallel",
        "10",
        "Training in which several copies of the network share the batch, and take the same step.",
        see=("worker", "all-reduce"),
    ),
    Term("worker", "10", "One that has a copy of the network and a shard of the batch.", see=("shard",)),
    Term("shard", "10", "A worker's part of the batch.", see=("worker", "batch")),
    Term(
        "all-reduce",
        "10",
        "A step that adds up the gradients of all workers and gives the sum to each.",
        see=("data parallel",),
    ),
    Term(
        "gloo",
        "10",
        "The back end of PyTorch by which processes talk without a graphics card.",
        see=("worker",),
    ),
    Term(
        "DistributedDataParallel",
        "10",
        "PyTorch's wrapper for data parallel training, which averages the gradients while the backward "
        "pass is still on its way.",
        see=("data parallel", "all-reduce"),
    ),
    # --- 11 ---
    Term("pixel", "11", "One number of a picture; here how much ink is in a square.", printed="pixels"),
    Term(
        "test set",
        "11",
        "Samples that are asked once, at the end.",
        see=("validation", "cross-validation"),
    ),
    Term(
        "baseline",
        "11",
        "A cheap rival that is measured before any network.",
        see=("accuracy", "baseline of a reward"),
    ),
    Term(
        "accuracy", "11", "The share of the samples that were answered rightly.", see=("recall", "baseline")
    ),
    Term(
        "cross-validation",
        "11",
        "Cutting the samples into parts and training once without each, so that every sample is tested once.",
        see=("test set", "validation"),
    ),
    Term(
        "confusion matrix",
        "11",
        "A table with a row for each true class and a column for each class that was read.",
        see=("recall", "accuracy"),
    ),
    Term(
        "recall",
        "11",
        "Of the samples of one class, the share that was read rightly.",
        see=("confusion matrix",),
    ),
    Term(
        "saliency map",
        "11",
        "A picture of the gradient of the loss with respect to each pixel.",
        see=("pixel", "gradient"),
        printed="saliency",
    ),
    # --- 12 ---
    Term(
        "bandit",
        "12",
        "A slot machine with several arms, of which each pays with a probability of its own.",
        see=("policy", "reward"),
    ),
    Term(
        "policy", "12", "The probability with which a learner takes each action.", see=("action", "softmax")
    ),
    Term("action", "12", "What a learner may do; on a bandit, to pull an arm.", see=("policy",)),
    Term("reward", "12", "What the world pays for an action, $R$.", see=("return", "REINFORCE")),
    Term(
        "REINFORCE",
        "12",
        "A loss for rewards that cannot be differentiated: the reward times the logarithm of the action's "
        "probability, turned round.",
        r"L = -R \log p(a)",
        ("policy", "baseline of a reward"),
    ),
    Term(
        "baseline of a reward",
        "12",
        "A number that is subtracted from every reward, such as the mean reward.",
        r"b = \mathrm{E}[R]",
        ("advantage", "baseline"),
        "baseline",
    ),
    Term(
        "advantage",
        "12",
        "How much better than the baseline a reward is.",
        "R - b",
        ("baseline of a reward",),
    ),
    Term("exploration", "12", "Trying what seems worse, to learn more about it.", see=("policy",)),
    Term(
        "discount",
        "12",
        r"The factor $\gamma$ by which a reward counts less for each step that it lies ahead.",
        see=("return",),
    ),
    Term(
        "return",
        "12",
        "What a step earns: its reward and all later ones, discounted.",
        r"G_t = r_t + \gamma\, G_{t+1}",
        ("discount", "reward"),
    ),
    Term(
        "backpropagation through time",
        "12",
        "A backward pass that walks back through time steps.",
        see=("backpropagation",),
    ),
)
