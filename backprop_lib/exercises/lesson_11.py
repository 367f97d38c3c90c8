"""Lesson 11, digits: measuring a classifier, counting its mistakes, and the gradient of its input.

Rows are samples. Logits and probabilities have a column for each class; a confusion matrix has a row for each
true class and a column for each predicted one.
"""

import numpy as np

from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction


def _nonzero(generator, low, high, size):
    """Numbers with two decimals, easy to retype, of either sign and never near zero."""
    return np.round(generator.uniform(low, high, size) * generator.choice([-1, 1], size), 2)


# --- 11.1 accuracy ------------------------------------------------------------------------------------------


def accuracy(logits, y):
    return np.mean(logits.argmax(axis=1) == y)


def _sure_and_right(logits, y):
    powers = np.exp(logits)
    p = powers / powers.sum(axis=1, keepdims=True)
    return np.mean(p[np.arange(len(y)), y] > 0.5)


def _logits_inputs(generator):
    """As many samples as classes: then an answer along the wrong axis has the right shape."""
    size = int(generator.integers(5, 9))
    y = generator.integers(size, size=size)
    logits = np.round(generator.normal(0.0, 0.6, (size, size)), 2)
    lifted = generator.permutation(size)[: size // 2 + 1]
    logits[lifted, y[lifted]] += 1.5
    return logits, y


_LOGITS = np.array([[2.0, 1.0, 0.1], [0.3, 0.2, 0.9], [0.2, 1.5, 0.4]]), np.array([0, 2, 0])

ACCURACY = Exercise(
    id="11.1",
    task="Write `accuracy(logits, y)`: the share of samples whose largest logit is that of the right class.",
    truth=accuracy,
    inputs=_logits_inputs,
    examples=(_LOGITS,),
    explain="`argmax(axis=1)` looks along each row, over the classes. No softmax is needed: it keeps the "
    "order. Compared with `y` that is True or False for each sample, and the mean of those is a share.",
    hints=(
        "Softmax keeps the order of the logits. So the class read is where the largest logit stands.",
        "`logits.argmax(axis=…)`: the classes are the columns. Which axis runs along a row?",
        "`np.mean(predicted == y)` is the share of True.",
    ),
    misconceptions=(
        Misconception(
            "wrong axis",
            "`axis=0` looks down each column, and finds the sample that is most like each class. The classes "
            "of one sample stand in a row: `axis=1`.",
            lambda logits, y: np.mean(logits.argmax(axis=0) == y),
        ),
        Misconception(
            "no axis",
            "Without an axis `argmax` gives one place, counted through the whole table. Each sample has an "
            "answer of its own: `axis=1`.",
            lambda logits, y: np.mean(logits.argmax() == y),
        ),
        Misconception(
            "smallest logit",
            "This reads the smallest logit. The largest one has the largest probability.",
            lambda logits, y: np.mean(logits.argmin(axis=1) == y),
        ),
        Misconception(
            "logit in place of class",
            "`max` gives the largest logit itself. Which class it belongs to is its place: `argmax`.",
            lambda logits, y: np.mean(logits.max(axis=1) == y),
        ),
        Misconception(
            "a count",
            "This is how many are right. As a share it can be compared with that on other data: divide by "
            "the number of samples.",
            lambda logits, y: np.sum(logits.argmax(axis=1) == y),
        ),
        Misconception(
            "not averaged",
            "This is True or False for each sample. Their mean is the share of True.",
            lambda logits, y: logits.argmax(axis=1) == y,
        ),
        Misconception(
            "in per cent",
            "This is in per cent. A share lies between 0 and 1.",
            lambda logits, y: 100 * accuracy(logits, y),
        ),
        Misconception(
            "error rate",
            "This is the share of wrong answers: 1 − accuracy.",
            lambda logits, y: 1 - accuracy(logits, y),
        ),
        Misconception(
            "above one half",
            "This asks for a probability above ½. With more than two classes less is enough to be the "
            "largest.",
            _sure_and_right,
        ),
        Misconception(
            "probability of the right class",
            "This is the mean probability of the right class. It tells how sure the network is; accuracy "
            "counts who comes first.",
            lambda logits, y: np.mean(np.exp(logits[np.arange(len(y)), y]) / np.exp(logits).sum(axis=1)),
        ),
    ),
)


# --- 11.2 a mean loss over batches --------------------------------------------------------------------------


def evaluation_loss(means, sizes):
    return np.dot(means, sizes) / np.sum(sizes)


def _batches_inputs(generator):
    full, count = int(generator.choice([8, 16, 64])), int(generator.integers(3, 7))
    sizes = np.array([full] * (count - 1) + [int(generator.integers(2, full - 1))])
    return np.round(generator.uniform(0.05, 1.5, count), 3), sizes


EVALUATION_LOSS = Exercise(
    id="11.2",
    task="Write `evaluation_loss(means, sizes)`: the mean loss over all samples, from the mean loss of each "
    "batch and the number of its samples.",
    truth=evaluation_loss,
    inputs=_batches_inputs,
    examples=((np.array([0.2, 0.1, 0.9]), np.array([64, 64, 16])),),
    explain="mean · size is the sum over a batch. Add the sums, and divide once, by the number of samples.",
    hints=(
        "What is the sum of the losses of one batch, if you know their mean and how many there are?",
        "Add those sums over all batches. By what do you divide?",
        "`(means * sizes).sum() / sizes.sum()`.",
    ),
    misconceptions=(
        Misconception(
            "means divided by the samples",
            "This adds up means, and divides by the number of samples. But each mean has been divided by its "
            "batch size already: the result is too small by about the batch size. A published tutorial "
            "does so.",
            lambda means, sizes: means.sum() / sizes.sum(),
        ),
        Misconception(
            "mean of the means",
            "This is the mean of the batch means. Each sample of the small last batch then counts for more "
            "than the others: weigh each mean with its size.",
            lambda means, sizes: means.mean(),
        ),
        Misconception(
            "sum over the samples",
            "This is the sum over all samples. Divide by how many there are.",
            lambda means, sizes: np.dot(means, sizes),
        ),
        Misconception(
            "sum of the means",
            "This is the sum of the means, which grows with the number of batches.",
            lambda means, sizes: means.sum(),
        ),
        Misconception(
            "divided by the batches",
            "The sum over all samples was divided by the number of batches. Divide by that of the samples.",
            lambda means, sizes: np.dot(means, sizes) / len(means),
        ),
        Misconception(
            "divided by the batches, too",
            "The mean over all samples was divided by the number of batches once more. Once is enough.",
            lambda means, sizes: np.dot(means, sizes) / sizes.sum() / len(means),
        ),
        Misconception(
            "not added",
            "These are the batches' parts of the mean, one by one. Add them up.",
            lambda means, sizes: means * sizes / sizes.sum(),
        ),
        Misconception(
            "last batch taken for full",
            "This counts as many samples in the last batch as in the first. It has fewer.",
            lambda means, sizes: means.sum() * sizes[0] / sizes.sum(),
        ),
        Misconception(
            "last batch left out",
            "The smaller last batch is missing. Its samples were measured, too.",
            lambda means, sizes: np.dot(means[:-1], sizes[:-1]) / sizes[:-1].sum(),
        ),
        Misconception(
            "sizes the wrong way",
            "The means were divided by their sizes, as if they were sums. They are means: multiply.",
            lambda means, sizes: (means / sizes).sum(),
        ),
    ),
)


# --- 11.3 the confusion matrix ------------------------------------------------------------------------------


def confusions(truth, predicted, classes):
    counts = np.zeros((classes, classes), dtype=int)
    for true, read in zip(truth, predicted, strict=True):
        counts[true, read] += 1
    return counts


def _each_pair_once(truth, predicted, classes):
    counts = np.zeros((classes, classes), dtype=int)
    counts[truth, predicted] += 1
    return counts


def _of_rows(truth, predicted, classes):
    counts = confusions(truth, predicted, classes)
    return counts / counts.sum(axis=1, keepdims=True)


def _pairs_inputs(generator):
    """Each class occurs, is read, and is read wrongly; some pairs come more than once."""
    classes = int(generator.integers(3, 6))
    truth = np.concatenate([np.arange(classes)] * 2 + [generator.integers(classes, size=2 * classes)])
    predicted = truth.copy()
    predicted[: classes - 1] = (truth[: classes - 1] + 1) % classes
    predicted[-classes:] = generator.integers(classes, size=classes)
    order = generator.permutation(len(truth))
    return truth[order], predicted[order], classes


_TRUTH, _READ = np.array([0, 0, 1, 1, 1, 2, 2, 2]), np.array([0, 0, 1, 2, 2, 2, 1, 0])

CONFUSIONS = Exercise(
    id="11.3",
    task="Write `confusions(truth, predicted, classes)`: a table of counts with a row for each true class "
    "and a column for each predicted one.",
    truth=confusions,
    inputs=_pairs_inputs,
    examples=((_TRUTH, _READ, 3),),
    explain="Each sample adds 1 in the row of its truth and the column of its prediction. What is right "
    "stands on the diagonal, and each row adds up to the number of samples of that class.",
    hints=(
        "Begin with `np.zeros((classes, classes), dtype=int)`. Where does a sample with truth 3, read as 5, "
        "belong?",
        "Go through the pairs, `for true, read in zip(truth, predicted)`, and add 1 each time.",
        "The place is `counts[true, read]`: the row comes first.",
    ),
    misconceptions=(
        Misconception(
            "rows and columns exchanged",
            "Here columns are the truth. Both ways are in use, so say which: in this course rows are true "
            "classes, and `counts[true, read]` names the row first.",
            lambda truth, predicted, classes: confusions(truth, predicted, classes).T,
        ),
        Misconception(
            "each pair counted once",
            "Each pair has a 1, however often it came. `counts[truth, predicted] += 1` reads all places, "
            "adds 1, and writes them back, so a place that comes twice gets 1 all the same. Use a loop, or "
            "`np.add.at`.",
            _each_pair_once,
        ),
        Misconception(
            "shares of a row",
            "These are shares of each row. Asked for are counts: a share does not tell whether it is one of "
            "two or a hundred of two hundred.",
            _of_rows,
        ),
        Misconception(
            "shares of all",
            "These are shares of all samples. Asked for are counts.",
            lambda truth, predicted, classes: confusions(truth, predicted, classes) / len(truth),
        ),
        Misconception(
            "diagonal left out",
            "The diagonal is empty. What was read right belongs there: without it nobody can tell whether 8 "
            "errors are many.",
            lambda truth, predicted, classes: (
                confusions(truth, predicted, classes) * (1 - np.eye(classes, dtype=int))
            ),
        ),
        Misconception(
            "errors in both directions together",
            "Both directions were added up. An 8 taken for a 1 is one mistake, a 1 taken for an 8 another.",
            lambda truth, predicted, classes: (
                confusions(truth, predicted, classes) + confusions(predicted, truth, classes)
            ),
        ),
        Misconception(
            "only what is right",
            "Only the diagonal is counted. The mistakes are what this table is for.",
            lambda truth, predicted, classes: (
                confusions(truth, predicted, classes) * np.eye(classes, dtype=int)
            ),
        ),
    ),
)


# --- 11.4 recall --------------------------------------------------------------------------------------------


def recall(counts):
    return np.diag(counts) / counts.sum(axis=1)


def _f1(counts):
    right = np.diag(counts)
    return 2 * right / (counts.sum(axis=0) + counts.sum(axis=1))


def _counts_inputs(generator):
    classes = int(generator.integers(3, 6))
    counts = generator.integers(1, 9, size=(classes, classes))
    return (counts + np.diag(generator.integers(10, 60, size=classes)),)


RECALL = Exercise(
    id="11.4",
    task="Write `recall(counts)`: for each class, the share of its samples that were read right, from the "
    "table with true classes as rows.",
    truth=recall,
    inputs=_counts_inputs,
    examples=((np.array([[8, 2, 0], [1, 4, 0], [3, 0, 17]]),),),
    explain="All samples of a class stand in its row, and those that were read right on the diagonal.",
    hints=(
        "Which entries of the table are samples whose true class is 3? Which of them were read right?",
        "`np.diag(counts)` is the diagonal, and `counts.sum(axis=1)` adds along each row.",
    ),
    misconceptions=(
        Misconception(
            "precision",
            "This divides by the columns: of all that was read as 8, how much is one? That is called "
            "precision. Recall asks how many of the true 8s were found: rows.",
            lambda counts: np.diag(counts) / counts.sum(axis=0),
        ),
        Misconception(
            "shares of all",
            "This divides by the number of all samples. Then no class could come near 1: divide each by its "
            "own number.",
            lambda counts: np.diag(counts) / counts.sum(),
        ),
        Misconception(
            "counts",
            "These are counts. 4 of 5 is better than 8 of 12: divide by how many there were.",
            lambda counts: np.diag(counts).copy(),
        ),
        Misconception(
            "share missed",
            "This is the share of each class that was missed: 1 − recall.",
            lambda counts: 1 - recall(counts),
        ),
        Misconception(
            "accuracy",
            "This is one number for all classes together, the accuracy. It hides a class that fails.",
            lambda counts: np.trace(counts) / counts.sum(),
        ),
        Misconception(
            "right beside wrong",
            "This is right : wrong. A share is right : all, and never above 1.",
            lambda counts: np.diag(counts) / (counts.sum(axis=1) - np.diag(counts)),
        ),
        Misconception(
            "how frequent the class is",
            "This is how frequent each class is. Where is what was read right?",
            lambda counts: counts.sum(axis=1) / counts.sum(),
        ),
        Misconception(
            "F1",
            "This is the F1 score, which mixes recall with precision. Asked for is recall alone.",
            _f1,
        ),
        Misconception(
            "table divided along the wrong axis",
            "This is the whole table, and each column was divided by a row's sum. Take the diagonal: it has "
            "one entry for each row.",
            lambda counts: counts / counts.sum(axis=1),
        ),
        Misconception(
            "table of shares",
            "This is the whole table as shares of its rows. The recall of each class is its diagonal.",
            lambda counts: counts / counts.sum(axis=1, keepdims=True),
        ),
    ),
)


# --- 11.5 the gradient of the pixels ------------------------------------------------------------------------


def pixel_gradient(X, y, W1, b1, W2, b2):
    z1 = X @ W1 + b1
    z2 = np.maximum(z1, 0) @ W2 + b2
    powers = np.exp(z2 - z2.max(axis=1, keepdims=True))
    dz2 = powers / powers.sum(axis=1, keepdims=True) - y
    dz1 = (dz2 @ W2.T) * (z1 > 0)
    return dz1 @ W1.T


def _softmax(z, axis=1):
    powers = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _gradient_but(
    at_logits=lambda p, y: p - y,
    slope=lambda z1, da1: z1 > 0,
    last=lambda X, dz1, W1: dz1 @ W1.T,
    axis=1,
):
    """`pixel_gradient` with another start, another slope, or another last step."""

    def mistaken(X, y, W1, b1, W2, b2):
        z1 = X @ W1 + b1
        da1 = at_logits(_softmax(np.maximum(z1, 0) @ W2 + b2, axis), y) @ W2.T
        return last(X, da1 * slope(z1, da1), W1)

    return mistaken


def _sigmoid_network(X, y, W1, b1, W2, b2):
    a1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
    return ((_softmax(a1 @ W2 + b2) - y) @ W2.T * a1 * (1 - a1)) @ W1.T


def _of_the_right_probability(p, y):
    return (p * y).sum(axis=1, keepdims=True) * (y - p)


def _network_inputs(generator):
    """Sizes of which no two are equal, and in each row units on both sides of the kink."""
    samples, pixels, hidden, classes = 2, int(generator.integers(6, 9)), 5, 3
    y = np.eye(classes)[generator.choice(classes, samples, replace=False)]
    X = np.round(generator.uniform(0.0, 1.0, (samples, pixels)), 2)
    W1 = _nonzero(generator, 0.2, 1.0, (pixels, hidden))
    b1 = np.round([0.4, -0.4, 0.3, -0.3, 0.2] - X.mean(axis=0) @ W1, 2)
    return (
        X,
        y,
        W1,
        b1,
        _nonzero(generator, 0.3, 1.2, (hidden, classes)),
        _nonzero(generator, 0.1, 0.5, classes),
    )


PIXEL_GRADIENT = Exercise(
    id="11.5",
    task="Write `pixel_gradient(X, y, W1, b1, W2, b2)`: for each sample the gradient of its own loss with "
    "respect to its pixels. y has one-hot rows; the hidden layer is ReLU, the loss cross-entropy.",
    truth=pixel_gradient,
    inputs=_network_inputs,
    explain="dX = dz₁W₁ᵀ: the same step that led from dz₂ to da₁. No 1/n, as each sample has its own loss: "
    "where nothing is averaged, nothing is divided.",
    hints=(
        "Forward first. Then dz₂ = p − y, with the stable softmax of lesson 04, and no division by n.",
        "Back through layer 2: da₁ = dz₂W₂ᵀ. Through ReLU: dz₁ = da₁ where z₁ > 0, else 0.",
        "Layer 1 has an input as layer 2 has: dX = dz₁W₁ᵀ, `dz1 @ W1.T`.",
    ),
    misconceptions=(
        Misconception(
            "divided by the samples",
            "This is divided by the number of samples: the gradient of a mean over the batch. Here each "
            "picture has its own loss.",
            _gradient_but(lambda p, y: (p - y) / len(y)),
        ),
        Misconception(
            "gradient of the weights",
            "This is dW₁ = Xᵀdz₁: how to change the network. Asked for is dX, how to change the picture: "
            "`dz1 @ W1.T`.",
            _gradient_but(last=lambda X, dz1, W1: X.T @ dz1),
        ),
        Misconception(
            "gradient of the probability",
            "This is the gradient of the right class's probability. That of the loss, −ln p, is −1/p times "
            "it: it points the other way, and does not fade where p is small.",
            _gradient_but(_of_the_right_probability),
        ),
        Misconception(
            "gradient of the right logit",
            "This is the gradient of the right class's logit. It leaves out what the other classes do: "
            "begin from p − y.",
            _gradient_but(lambda p, y: y),
        ),
        Misconception(
            "target minus output",
            "The sign is turned: dz₂ is p − y.",
            _gradient_but(lambda p, y: y - p),
        ),
        Misconception(
            "target left out",
            "This begins from p. The 1 of the right class has to be taken away: p − y.",
            _gradient_but(lambda p, y: p),
        ),
        Misconception(
            "ReLU left out",
            "This goes past ReLU as if its slope were 1 everywhere. Units with z₁ ≤ 0 let nothing through.",
            _gradient_but(slope=lambda z1, da1: 1.0),
        ),
        Misconception(
            "output for slope",
            "This multiplies by a₁. The slope of ReLU is 1 or 0: `z1 > 0`.",
            _gradient_but(slope=lambda z1, da1: np.maximum(z1, 0)),
        ),
        Misconception(
            "sigmoid in place of ReLU",
            "This is the pass of a sigmoid layer. Here the hidden layer is ReLU, `np.maximum(z1, 0)`, and "
            "its slope is `z1 > 0`.",
            _sigmoid_network,
        ),
        Misconception(
            "no activation",
            "This goes through no activation, neither forward nor back. The hidden layer is ReLU: "
            "`np.maximum(z1, 0)`, and back `z1 > 0`.",
            lambda X, y, W1, b1, W2, b2: (_softmax((X @ W1 + b1) @ W2 + b2) - y) @ W2.T @ W1.T,
        ),
        Misconception(
            "gradient cut at 0",
            "This keeps positive gradients, `da1 > 0`. What ReLU lets through goes by its input: `z1 > 0`.",
            _gradient_but(slope=lambda z1, da1: da1 > 0),
        ),
        Misconception(
            "stopped at the hidden layer",
            "This is dz₁, a number for each hidden unit. One step is left, back through W₁.",
            _gradient_but(last=lambda X, dz1, W1: dz1),
        ),
        Misconception(
            "added over the samples",
            "The rows were added up. Each sample has its own picture, and its own gradient.",
            _gradient_but(last=lambda X, dz1, W1: (dz1 @ W1.T).sum(axis=0)),
        ),
        Misconception(
            "without signs",
            "These are absolute values. The sign says whether ink makes the loss larger or smaller.",
            _gradient_but(last=lambda X, dz1, W1: np.abs(dz1 @ W1.T)),
        ),
        Misconception(
            "times the input",
            "This is the gradient times the pixel. On blank paper that is 0, and yet ink there matters.",
            _gradient_but(last=lambda X, dz1, W1: X * (dz1 @ W1.T)),
        ),
        Misconception(
            "softmax over the samples",
            "The softmax was taken down the columns, over the samples. The classes of one sample stand in a "
            "row: `axis=1`.",
            _gradient_but(axis=0),
        ),
    ),
)


# --- 11.6 the nudge -----------------------------------------------------------------------------------------


def nudge(X, dX, eps):
    return np.clip(X + eps * np.sign(dX), 0, 1)


def _of_length(X, dX, eps):
    return np.clip(X + eps * dX / np.sqrt((dX**2).sum(axis=1, keepdims=True)), 0, 1)


def _pictures_inputs(generator):
    """Blank paper and full ink in each row, gradients of all sizes, and one that is 0."""
    X = np.round(generator.uniform(0.1, 0.9, (2, 8)), 2)
    X[:, :2], X[:, 2:4] = 0.0, 1.0
    dX = np.round(10.0 ** generator.uniform(-2, 0.8, (2, 8)), 3) * generator.choice([-1, 1], (2, 8))
    dX[:, [0, 2]], dX[:, [1, 3]] = abs(dX[:, [0, 2]]), -abs(dX[:, [1, 3]])
    dX[:, 4] = 0.0
    return X, dX, round(float(generator.uniform(0.05, 0.3)), 2)


NUDGE = Exercise(
    id="11.6",
    task="Write `nudge(X, dX, eps)`: move each pixel by `eps` in the direction that makes the loss larger, "
    "and keep it between 0 and 1.",
    truth=nudge,
    inputs=_pictures_inputs,
    examples=((np.array([[0.0, 0.05, 0.5, 0.95, 1.0]]), np.array([[-2.0, -0.01, 0.0, 0.3, 5.0]]), 0.1),),
    explain="sign gives each pixel the same small step, up or down by its gradient, so no change is larger "
    "than ε. Clipping comes last: a picture has no ink below 0 or above 1.",
    hints=(
        "`np.sign(dX)` is 1, −1 or 0. In which direction does the loss grow: along the gradient, or against "
        "it?",
        "`X + eps * np.sign(dX)`. What if a pixel was 0, and its sign is −1?",
        "`np.clip(…, 0, 1)` brings what left the range back to its edge.",
    ),
    misconceptions=(
        Misconception(
            "downhill",
            "This goes against the gradient, as training does, and makes the loss smaller: the picture gets "
            "easier to read. Uphill is `+`.",
            lambda X, dX, eps: np.clip(X - eps * np.sign(dX), 0, 1),
        ),
        Misconception(
            "sign forgotten",
            "This adds ε times the gradient. Then a few pixels change by a lot, most by nothing, and a "
            "picture that is read well not at all: take `np.sign(dX)`.",
            lambda X, dX, eps: np.clip(X + eps * dX, 0, 1),
        ),
        Misconception(
            "not clipped",
            "Some pixels have left 0 to 1, and paper cannot be whiter than white. Clip last, after the step: "
            "`np.clip(…, 0, 1)`.",
            lambda X, dX, eps: X + eps * np.sign(dX),
        ),
        Misconception(
            "downhill, not clipped",
            "This goes against the gradient, as training does, and makes the loss smaller. Uphill is `+`. "
            "And some pixels have left 0 to 1: clip last.",
            lambda X, dX, eps: X - eps * np.sign(dX),
        ),
        Misconception(
            "sign forgotten, not clipped",
            "This adds ε times the gradient, so that most pixels hardly move: take `np.sign(dX)`. And some "
            "have left 0 to 1: clip last.",
            lambda X, dX, eps: X + eps * dX,
        ),
        Misconception(
            "step clipped",
            "The step was clipped to 0 to 1, so nothing is ever taken away. Clip the picture, after adding.",
            lambda X, dX, eps: X + np.clip(eps * np.sign(dX), 0, 1),
        ),
        Misconception(
            "step clipped, and the picture",
            "Only ink is added, never taken away: the step was clipped, too. Its sign has to survive.",
            lambda X, dX, eps: np.clip(X + np.clip(eps * np.sign(dX), 0, 1), 0, 1),
        ),
        Misconception(
            "ε left out",
            "Each pixel moves by 1, so that all become blank paper or full ink. Multiply the sign by `eps`.",
            lambda X, dX, eps: np.clip(X + np.sign(dX), 0, 1),
        ),
        Misconception(
            "upper edge 16",
            "The upper edge is 16 here. `digits` has divided by 16 already, and full ink is 1.",
            lambda X, dX, eps: np.clip(X + eps * np.sign(dX), 0, 16),
        ),
        Misconception(
            "zero counts as positive",
            "Where the gradient is 0, nothing is to be gained, and the pixel stays: `np.sign(0)` is 0.",
            lambda X, dX, eps: np.clip(X + eps * np.where(dX >= 0, 1, -1), 0, 1),
        ),
        Misconception(
            "of one length",
            "Here the whole step has the length ε. That is another good nudge; asked for is ε in each pixel.",
            _of_length,
        ),
        Misconception(
            "times the pixel",
            "The step was multiplied by the pixel, so that blank paper stays blank. Add it instead.",
            lambda X, dX, eps: np.clip(X * (1 + eps * np.sign(dX)), 0, 1),
        ),
        Misconception(
            "only the signs",
            "These are the signs alone, times ε. Add them to the picture.",
            lambda X, dX, eps: eps * np.sign(dX),
        ),
        Misconception(
            "clipped to −1 … 1",
            "This allows −1. But 0 is blank paper already: the lower edge is 0.",
            lambda X, dX, eps: np.clip(X + eps * np.sign(dX), -1, 1),
        ),
    ),
)

EXERCISES = (ACCURACY, EVALUATION_LOSS, CONFUSIONS, RECALL, PIXEL_GRADIENT, NUDGE)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="11.a",
        question="No network: each test digit is named after the mean picture that it is nearest to. How "
        "many per cent come out right?",
        tolerance=0.06,
        confusions=(
            Confusion(
                10,
                90,
                "That is guessing. Ten means know far more: most digits look much like the mean of their "
                "kind.",
            ),
            Confusion(
                50,
                90,
                "Hand-writing differs, but on 8×8 pixels two 0s share most of their ink. Always measure the "
                "cheapest rival first: it is often hard to beat.",
            ),
            Confusion(
                70,
                90,
                "On 8×8 pixels two 0s share most of their ink. Always measure the cheapest rival first: it "
                "is often hard to beat.",
            ),
        ),
    ),
    Prediction(
        id="11.b",
        question="A published evaluation adds up the mean losses of all batches of 64, and divides by the "
        "number of samples. By about which factor is its loss too small?",
        tolerance=0.15,
        confusions=(
            Confusion(
                6,
                62,
                "6 is the number of batches, by which the sum should have been divided. It was divided by "
                "359.",
            ),
            Confusion(
                359,
                62,
                "It would be 359 if there were one batch. There are six means to add up, so it is about 359 "
                "over 6.",
            ),
            Confusion(
                1,
                62,
                "Each mean was divided by 64 already. To divide the sum by all samples is to divide twice.",
            ),
        ),
    ),
    Prediction(
        id="11.c",
        question="Now the fifths are cut from the file as it lies, in place of a shuffled one. Is the "
        "accuracy lower, the same or higher?",
        options=("lower", "same", "higher"),
        confusions=(
            Confusion(
                "same",
                "lower",
                "It would be, if the order of the file meant nothing. But whoever wrote an image often wrote "
                "the next ones, too: shuffled, each hand is on both sides.",
            ),
            Confusion(
                "higher",
                "lower",
                "In file order most of the hands in a fifth have never been seen in training. That is "
                "harder.",
            ),
        ),
    ),
    Prediction(
        id="11.d",
        question="Which two digits are taken for each other most often?",
        options=("1 and 7", "1 and 8", "3 and 5", "4 and 9"),
        confusions=(
            Confusion(
                "1 and 7",
                "1 and 8",
                "On paper, perhaps. On 8×8 pixels a narrow 8 closes its loops, and becomes a thick stroke: a "
                "1.",
            ),
            Confusion(
                "3 and 5",
                "1 and 8",
                "They differ in one stroke only, and some are confused. But a narrow 8 with closed loops is "
                "a thick stroke, as a 1 is.",
            ),
            Confusion(
                "4 and 9",
                "1 and 8",
                "The open top of the 4 survives on 8×8 pixels. The loops of a narrow 8 do not.",
            ),
        ),
    ),
    Prediction(
        id="11.e",
        question="Each pixel moves by 0.1, up or down as its gradient says. How many per cent of the test "
        "digits are still read right?",
        tolerance=0.15,
        confusions=(
            Confusion(
                97,
                41,
                "So many survive random noise of this size. The nudge is no larger, but each pixel pushes "
                "the same way.",
            ),
            Confusion(
                90,
                41,
                "Random noise of this size would leave even more. But here no pixel works against another.",
            ),
            Confusion(
                0,
                41,
                "With twice the step hardly any is left. At 0.1 the surest ones still hold.",
            ),
        ),
    ),
)
