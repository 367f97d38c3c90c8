"""Lesson 04, matrix form: a layer and a batch at once, its pull-backs, and softmax with cross-entropy.

Rows are samples, weights are (in, out): z = XW + b. No two sizes are equal, so that no transpose fits by
accident. The network has two layers of sigmoid units under the mean of (a2 − y)² over all entries.
"""

import numpy as np

from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction
from backprop_lib.nn.by_hand import sigmoid

# What PyTorch gives on the lesson's network: the first entry of dW1, db1, dW2 and db2.
RECORDED_FROM_PYTORCH = (0.005139, -0.003557, -0.017796, -0.008334)


def in_pytorch(X, y, W1, b1, W2, b2):
    """Compute dW1, db1, dW2, db2 of the lesson's network in PyTorch, which keeps weights as (out, in).

    X: (samples, inputs).  y: (samples, outputs).  The others: as `backward` takes them, arrays of float64.
    Returns: four arrays; where PyTorch is not installed the first entry of each, as recorded for the
    network of the lesson.
    """
    try:
        import torch
    except ImportError:
        return RECORDED_FROM_PYTORCH
    weight1, bias1, weight2, bias2 = leaves = [
        torch.tensor(array, requires_grad=True) for array in (W1.T, b1, W2.T, b2)
    ]
    a1 = torch.sigmoid(torch.nn.functional.linear(torch.tensor(X), weight1, bias1))
    a2 = torch.sigmoid(torch.nn.functional.linear(a1, weight2, bias2))
    torch.nn.functional.mse_loss(a2, torch.tensor(y)).backward()
    return tuple(leaf.grad.numpy().T for leaf in leaves)


def _sizes(generator, count):
    """Sizes of which no two are equal, none of them 1."""
    return [int(size) for size in generator.permutation([2, 3, 4, 5, 6])[:count]]


def _numbers(generator, *shape):
    return generator.normal(size=shape).round(2)


# --- 04.1 shapes --------------------------------------------------------------------------------------------


def shapes(samples, inputs, hidden, outputs):
    W1, b1, a1 = (inputs, hidden), (hidden,), (samples, hidden)
    W2 = (hidden, outputs)
    dW2 = W2  # a gradient has the shape of what it belongs to
    return W1, b1, a1, W2, dW2


def _shapes_but(**changed):
    """`shapes` with some of the five exchanged: functions of (samples, inputs, hidden, outputs)."""

    def mistaken(samples, inputs, hidden, outputs):
        names = ("W1", "b1", "a1", "W2", "dW2")
        right = dict(zip(names, shapes(samples, inputs, hidden, outputs), strict=True))
        wrong = {name: change(samples, inputs, hidden, outputs) for name, change in changed.items()}
        return tuple((right | wrong).values())

    return mistaken


SHAPES = Exercise(
    id="04.1",
    task="Write `shapes(samples, inputs, hidden, outputs)`: the shapes of W1, b1, a1, W2 and dW2, a tuple "
    "each.",
    truth=shapes,
    inputs=lambda generator: tuple(_sizes(generator, 4)),
    examples=((4, 3, 5, 2),),
    parts=("W1", "b1", "a1", "W2", "dW2"),
    explain="What holds samples has one row for each. Parameters know nothing of samples: a weight stands "
    "between an input and a unit, a bias belongs to a unit. And a gradient has the shape of what it belongs "
    "to.",
    hints=(
        "z1 = X W1 has a row for each sample and a column for each hidden unit, and X is (samples, inputs). "
        "Which shape of W1 fits in between?",
        "In a product (a, b) times (b, c) gives (a, c). Each unit has one bias, whatever the sample.",
        "`return (inputs, hidden), (hidden,), …` with a1, W2 and dW2 to follow. dW2 holds one gradient for "
        "each entry of W2.",
    ),
    misconceptions=(
        Misconception(
            "weights as [out, in]",
            "Your weights are (out, in), as PyTorch stores them. Here z = XW, so W is (in, out): (samples, "
            "in) times (in, out) gives (samples, out).",
            _shapes_but(
                W1=lambda m, i, h, o: (h, i), W2=lambda m, i, h, o: (o, h), dW2=lambda m, i, h, o: (o, h)
            ),
        ),
        Misconception(
            "samples as columns",
            "This is the other convention: a column for each sample, weights as (out, in). Here each row is "
            "a sample, and weights are (in, out).",
            _shapes_but(
                W1=lambda m, i, h, o: (h, i),
                a1=lambda m, i, h, o: (h, m),
                W2=lambda m, i, h, o: (o, h),
                dW2=lambda m, i, h, o: (o, h),
            ),
        ),
        Misconception(
            "a1 on its side",
            "The weights are right, but a1 lies on its side: rows are samples, columns are units.",
            _shapes_but(a1=lambda m, i, h, o: (h, m)),
        ),
        Misconception(
            "a bias for each sample and unit",
            "b1 has a row for each sample here. A parameter does not know the sample: one bias for each "
            "unit, which NumPy adds to every row.",
            _shapes_but(b1=lambda m, i, h, o: (m, h)),
        ),
        Misconception(
            "a bias for each sample",
            "b1 has one number for each sample here. A bias belongs to a unit, and is the same for all "
            "samples.",
            _shapes_but(b1=lambda m, i, h, o: (m,)),
        ),
        Misconception(
            "a bias for each input",
            "b1 has one number for each input here. It is added to z1, which has a column for each hidden "
            "unit.",
            _shapes_but(b1=lambda m, i, h, o: (i,)),
        ),
        Misconception(
            "bias as a matrix",
            "b1 has two sizes here. It is a plain row of numbers, one for each hidden unit: (hidden,).",
            _shapes_but(b1=lambda m, i, h, o: (1, h)),
        ),
        Misconception(
            "no comma",
            "b1 needs a comma: (hidden,). Without it the brackets do nothing, and a plain number comes back.",
            _shapes_but(b1=lambda m, i, h, o: h),
        ),
        Misconception(
            "gradient transposed",
            "All right but dW2, which lies on its side. It holds one gradient for each entry of W2, so it "
            "has the shape of W2.",
            _shapes_but(dW2=lambda m, i, h, o: (o, h)),
        ),
        Misconception(
            "gradient of the output",
            "dW2 has the shape of z2 here. It holds one gradient for each entry of W2, so it has the shape "
            "of W2.",
            _shapes_but(dW2=lambda m, i, h, o: (m, o)),
        ),
        Misconception(
            "a gradient for each sample",
            "Here every sample has a dW2 of its own. The samples share one loss and one W2, so there is one "
            "gradient for each entry of W2.",
            _shapes_but(dW2=lambda m, i, h, o: (m, h, o)),
        ),
    ),
)


# --- 04.2 affine --------------------------------------------------------------------------------------------


def affine(X, W, b):
    return X @ W + b


def _affine_inputs(generator):
    m, n_in, n_out = _sizes(generator, 3)
    return _numbers(generator, m, n_in), _numbers(generator, n_in, n_out), _numbers(generator, n_out)


def _swapped(matrix):
    """The shape of the transpose, with the entries read in the wrong order."""
    return matrix.reshape(matrix.shape[::-1])


# Three samples, two inputs, one output: small enough for paper.
_X, _W, _b = np.array([[1.0, 2.0], [3.0, -1.0], [0.0, 4.0]]), np.array([[2.0], [-1.0]]), np.array([0.5])
_dz = np.array([[1.0], [-2.0], [3.0]])

AFFINE = Exercise(
    id="04.2",
    task="Write `affine(X, W, b)`: return z for all samples at once.",
    truth=affine,
    inputs=_affine_inputs,
    examples=((_X, _W, _b),),
    explain="Entry (n, j) of XW multiplies row n of X, a sample, with column j of W, a unit's weights, and "
    "adds up. Then NumPy adds b to every row.",
    hints=(
        "In NumPy the matrix product is `@`; `*` multiplies entry by entry.",
        "X is (samples, in) and W is (in, out). In which order do the inner sizes agree?",
        "`X @ W`, and then the bias: NumPy adds a (out,) to every row by itself.",
    ),
    misconceptions=(
        Misconception("bias forgotten", "This is XW. The bias is still to be added.", lambda X, W, b: X @ W),
        Misconception(
            "columns are samples",
            "This is WᵀXᵀ + b, with a column for each sample. The samples came as rows, and should leave as "
            "rows: XW + b.",
            lambda X, W, b: W.T @ X.T + b[:, None],
        ),
        Misconception(
            "bias added at every input",
            "The bias came in once for each input: it stands inside the sum. Add it once, after the sum.",
            lambda X, W, b: X @ W + len(W) * b,
        ),
        Misconception(
            "products not added up",
            "Here every product x·w stands for itself. A unit adds its products up: that is what `@` does, "
            "and `*` does not.",
            lambda X, W, b: X[:, :, None] * W + b,
        ),
        Misconception(
            "mean over the inputs",
            "The products were averaged over the inputs. A unit adds them up.",
            lambda X, W, b: X @ W / len(W) + b,
        ),
        Misconception(
            "product of the sums",
            "Inputs and weights were added up first, and multiplied then. Each input has its own weight: "
            "multiply first, add up then.",
            lambda X, W, b: X.sum(axis=1, keepdims=True) * W.sum(axis=0) + b,
        ),
        Misconception(
            "activation included",
            "This is σ(XW + b), the output of the whole layer. Asked for is z; the activation comes after.",
            lambda X, W, b: sigmoid(X @ W + b),
        ),
        Misconception(
            "one bias for all",
            "The biases were added up and given to every unit. Each unit has its own: `+ b` is enough.",
            lambda X, W, b: X @ W + b.sum(),
        ),
    ),
)


# --- 04.3 to 04.5 the pull-backs of affine ------------------------------------------------------------------


def weight_gradient(X, dz):
    return X.T @ dz


def _layer_inputs(generator):
    """X, W and dz of one layer."""
    m, n_in, n_out = _sizes(generator, 3)
    return tuple(_numbers(generator, *shape) for shape in ((m, n_in), (n_in, n_out), (m, n_out)))


def _x_and_dz(generator):
    X, _, dz = _layer_inputs(generator)
    return X, dz


def _dz_and_w(generator):
    _, W, dz = _layer_inputs(generator)
    return dz, W


WEIGHT_GRADIENT = Exercise(
    id="04.3",
    task="Write `weight_gradient(X, dz)`: ∂L/∂W for z = XW + b, given dz = ∂L/∂z.",
    truth=weight_gradient,
    inputs=_x_and_dz,
    examples=((_X, _dz),),
    explain="Entry (i, j) is column i of X times column j of dz, added over the samples. All of them at "
    "once: XᵀdZ.",
    hints=(
        "By shape: dW is (in, out). You have X, (samples, in), and dz, (samples, out). What has to be turned "
        "around so that the inner sizes agree, and (in, out) comes out?",
        "By element: dw_ij adds x_ni · dz_nj over the samples n. A matrix product adds over what lies "
        "between the two factors, so the samples must lie there.",
        "`X.T` is (in, samples).",
    ),
    misconceptions=(
        Misconception(
            "transposed",
            "The numbers are right, but the matrix lies on its side: (out, in), as in PyTorch. dW must have "
            "the shape of W, (in, out): else it cannot be taken from W.",
            lambda X, dz: dz.T @ X,
        ),
        Misconception(
            "mean over the samples",
            "This is divided by the number of samples. If the loss is a mean, dz has that factor already; "
            "once more makes it too small.",
            lambda X, dz: X.T @ dz / len(X),
        ),
        Misconception(
            "product of the sums",
            "Here X and dz were each added up over the samples, and multiplied then. Each sample's input "
            "belongs to its own dz: multiply first, add up then.",
            lambda X, dz: np.outer(X.sum(axis=0), dz.sum(axis=0)),
        ),
        Misconception(
            "last sample only",
            "This comes from the last sample alone: each one overwrote the one before it. Gradients add up, "
            "as `+=` does.",
            lambda X, dz: np.outer(X[-1], dz[-1]),
        ),
        Misconception(
            "not added over the samples",
            "Every sample has a matrix of its own here. They share one W: add over the samples.",
            lambda X, dz: X[:, :, None] * dz[:, None, :],
        ),
        Misconception(
            "reshape in place of the transpose",
            "The shape is right, the entries are not: `reshape` reads the numbers row after row into new "
            "rows, and mixes the samples. `X.T` turns rows into columns.",
            lambda X, dz: _swapped(X) @ dz,
        ),
        Misconception(
            "input left out",
            "This is dz alone, added over the samples, for every input. On the path to w_ij the local "
            "derivative is the input x_ni that it multiplies.",
            lambda X, dz: np.ones_like(X).T @ dz,
        ),
        Misconception(
            "upstream left out",
            "This adds up X alone. Each x_ni is multiplied by what arrives at its unit, dz_nj.",
            lambda X, dz: X.T @ np.ones_like(dz),
        ),
    ),
)


def bias_gradient(dz):
    return dz.sum(axis=0)


BIAS_GRADIENT = Exercise(
    id="04.4",
    task="Write `bias_gradient(dz)`: ∂L/∂b for z = XW + b, given dz = ∂L/∂z.",
    truth=bias_gradient,
    inputs=lambda generator: (_numbers(generator, *_sizes(generator, 2)),),
    examples=((np.array([[1.0, 10.0], [2.0, -20.0], [4.0, 30.0]]),),),
    explain="Each row of z used b once, with local derivative 1. So b_j collects column j of dz: one sum "
    "over the samples for each unit.",
    hints=(
        "By shape: b is (out,), dz is (samples, out). The samples have to go.",
        "Each sample sends its dz_nj to b_j, with local derivative 1. Where paths meet, gradients add up.",
        "`dz.sum(axis=…)`: the axis named is the one that goes. Rows are axis 0.",
    ),
    misconceptions=(
        Misconception(
            "not added up",
            "This has a row for each sample still. All samples used the same b: add up over them.",
            lambda dz: dz * 1.0,
        ),
        Misconception(
            "mean",
            "This is the mean over the samples. Gradients that meet at a parameter add up; the 1/m of a mean "
            "loss is in dz already.",
            lambda dz: dz.mean(axis=0),
        ),
        Misconception(
            "wrong axis",
            "This adds up each row: one number for each sample. b has one number for each unit, a column of "
            "dz. The axis that you name is the one that goes.",
            lambda dz: dz.sum(axis=1),
        ),
        Misconception(
            "one number",
            "Everything was added up to one number. Each unit has its own bias: add over the samples only.",
            lambda dz: dz.sum(),
        ),
        Misconception(
            "last sample only",
            "This is the last sample's row: each one overwrote the one before it. Gradients add up.",
            lambda dz: dz[-1],
        ),
        Misconception(
            "kept as a matrix",
            "The numbers are right, but the shape is (1, out). b is (out,), and a gradient has the shape of "
            "what it belongs to: leave out `keepdims`.",
            lambda dz: dz.sum(axis=0, keepdims=True),
        ),
        Misconception(
            "local derivative for gradient",
            "The local derivative towards b is 1, yes; times what arrives, dz_nj, and added over the "
            "samples.",
            lambda dz: np.full(dz.shape[1], float(len(dz))),
        ),
    ),
)


def input_gradient(dz, W):
    return dz @ W.T


INPUT_GRADIENT = Exercise(
    id="04.5",
    task="Write `input_gradient(dz, W)`: ∂L/∂a for z = aW + b, given dz = ∂L/∂z.",
    truth=input_gradient,
    inputs=_dz_and_w,
    examples=((_dz, _W),),
    explain="Entry (n, i) is row n of dz times row i of W: unit i is blamed by every unit that it feeds, "
    "each time by the weight in between. All at once: dz Wᵀ.",
    hints=(
        "By shape: da is (samples, in), as a is. You have dz, (samples, out), and W, (in, out).",
        "By element: a_ni feeds every unit j of its own sample, by the weight w_ij. So add dz_nj · w_ij over "
        "the units j.",
        "The units must lie between the two factors: `W.T` is (out, in).",
    ),
    misconceptions=(
        Misconception(
            "columns are samples",
            "The numbers are right, but the result lies on its side: W dZᵀ has a column for each sample. "
            "With samples as rows it is dz Wᵀ.",
            lambda dz, W: W @ dz.T,
        ),
        Misconception(
            "reshape in place of the transpose",
            "The shape is right, the entries are not: `reshape` reads W row after row into new rows. `W.T` "
            "turns rows into columns.",
            lambda dz, W: dz @ _swapped(W),
        ),
        Misconception(
            "forward undone",
            "This undoes the forward pass, with an inverse of W. Going back does not undo: it asks how the "
            "loss answers, and on each edge that is the weight itself, so Wᵀ.",
            lambda dz, W: dz @ np.linalg.pinv(W),
        ),
        Misconception(
            "not added over the units",
            "Every path stands for itself here. a_ni reaches the loss through all units of the next layer: "
            "add over them.",
            lambda dz, W: dz[:, None, :] * W,
        ),
        Misconception(
            "last unit only",
            "This comes from the last unit alone: each one overwrote the one before it. Where paths meet, "
            "gradients add up.",
            lambda dz, W: np.outer(dz[:, -1], W[:, -1]),
        ),
        Misconception(
            "weights left out",
            "Every input gets the same here: the weights are missing. On each edge the local derivative is "
            "the weight w_ij.",
            lambda dz, W: dz @ np.ones_like(W).T,
        ),
        Misconception(
            "product of the sums",
            "dz and W were added up first, and multiplied then. Each dz_nj belongs to its own weight: "
            "multiply first, add up then.",
            lambda dz, W: np.outer(dz.sum(axis=1), W.sum(axis=1)),
        ),
        Misconception(
            "mean over the units",
            "This is divided by the number of units. Paths add up; nothing is averaged.",
            lambda dz, W: dz @ W.T / W.shape[1],
        ),
    ),
)


# --- 04.6 through the activation ----------------------------------------------------------------------------


def through_sigmoid(da, z, a):
    return da * a * (1 - a)


def _activation_inputs(generator):
    z = _numbers(generator, *_sizes(generator, 2))
    return _numbers(generator, *z.shape), z, sigmoid(z)


_z = np.array([[0.0, 1.0], [-2.0, 3.0], [0.5, -1.0]])

THROUGH_SIGMOID = Exercise(
    id="04.6",
    task="Write `through_sigmoid(da, z, a)`: ∂L/∂z for a = σ(z), given da = ∂L/∂a.",
    truth=through_sigmoid,
    inputs=_activation_inputs,
    examples=((np.array([[1.0, 2.0], [3.0, -1.0], [0.0, 4.0]]), _z, sigmoid(_z)),),
    explain="One path leads from each a_nj to its z_nj, so nothing is added: entry by entry, upstream × "
    "slope. The slope needs a alone, which the forward pass has kept.",
    hints=(
        "Which of the numbers in z does a_nj depend on? Is there anything to add?",
        "In lesson 01: dz2 = da2 · a2 · (1 − a2). Nothing changes but the size.",
        "`*` multiplies entry by entry.",
    ),
    misconceptions=(
        Misconception(
            "z for a",
            "This has z·(1 − z). The slope of the sigmoid is a·(1 − a), with the output: at z = 1 yours is "
            "0, and the gradient dies.",
            lambda da, z, a: da * z * (1 - z),
        ),
        Misconception(
            "slope forgotten",
            "da came through unchanged. On its way back it is multiplied by the slope of the sigmoid.",
            lambda da, z, a: da * 1.0,
        ),
        Misconception(
            "upstream forgotten",
            "This is the slope alone. It is multiplied by what arrives, da.",
            lambda da, z, a: a * (1 - a),
        ),
        Misconception(
            "value for slope",
            "da is multiplied by σ(z) itself here. Going back, it takes the slope of σ.",
            lambda da, z, a: da * a,
        ),
        Misconception(
            "squeezed twice",
            "The sigmoid was applied to a, which is σ(z) already. Its own entries are enough: a·(1 − a).",
            lambda da, z, a: da * sigmoid(a) * (1 - sigmoid(a)),
        ),
        Misconception(
            "brackets forgotten",
            "This is da·a·1 − a: `*` comes before `−`. Put brackets around 1 − a.",
            lambda da, z, a: da * a * 1 - a,
        ),
        Misconception(
            "slope of tanh",
            "1 − a² is the slope of tanh. That of the sigmoid is a·(1 − a).",
            lambda da, z, a: da * (1 - a**2),
        ),
        Misconception(
            "slope of ReLU",
            "This lets da through where z is positive: that is ReLU. The sigmoid's slope is a·(1 − a).",
            lambda da, z, a: da * (z > 0),
        ),
        Misconception(
            "matrix product",
            "This is a matrix product, which mixes units or samples. Each entry answers to its own z alone: "
            "multiply entry by entry, with `*`.",
            lambda da, z, a: da @ (a * (1 - a)).T,
        ),
        Misconception(
            "matrix product over the samples",
            "This is a matrix product, which adds over the samples. Each entry answers to its own z alone: "
            "multiply entry by entry, with `*`.",
            lambda da, z, a: da.T @ (a * (1 - a)),
        ),
        Misconception(
            "added up",
            "This is added over the samples. z has a row for each sample, and so has its gradient.",
            lambda da, z, a: (da * a * (1 - a)).sum(axis=0),
        ),
    ),
)


# --- 04.7 the whole pass ------------------------------------------------------------------------------------


def backward(X, y, W1, b1, W2, b2):
    a1 = sigmoid(X @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    da2 = 2 * (a2 - y) / y.size
    dz2 = da2 * a2 * (1 - a2)
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    da1 = dz2 @ W2.T
    dz1 = da1 * a1 * (1 - a1)
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0)
    return dW1, db1, dW2, db2


def _slope(z, a):
    return a * (1 - a)


def _backward_but(
    *,
    da2=lambda a2, y: 2 * (a2 - y) / y.size,
    slope2=_slope,
    slope1=_slope,
    dW=lambda a, dz: a.T @ dz,
    db=lambda dz: dz.sum(axis=0),
    into_dW2=lambda z1, a1: a1,
    to_parameters=lambda da2, dz2: dz2,
    sent_back=lambda da2, dz2: dz2,
    bias=1,
    hidden=sigmoid,
    output=sigmoid,
):
    """`backward` with one of its steps exchanged for a mistaken one."""

    def mistaken(X, y, W1, b1, W2, b2):
        z1 = X @ W1 + bias * b1
        a1 = hidden(z1)
        z2 = a1 @ W2 + bias * b2
        a2 = output(z2)
        upstream = da2(a2, y)
        dz2 = upstream * slope2(z2, a2)
        dz1 = sent_back(upstream, dz2) @ W2.T * slope1(z1, a1)
        arrived = to_parameters(upstream, dz2)
        return dW(X, dz1), db(dz1), dW(into_dW2(z1, a1), arrived), db(arrived)

    return mistaken


def _as_it_stands(z):
    return z


def _in_order(*places):
    """`backward` with its four results in another order."""
    return lambda *arguments: tuple(backward(*arguments)[place] for place in places)


def _network_inputs(generator):
    m, n_in, n_hidden, n_out = _sizes(generator, 4)
    X, y = _numbers(generator, m, n_in), generator.uniform(size=(m, n_out)).round(2)
    W1, b1 = _numbers(generator, n_in, n_hidden), _numbers(generator, n_hidden)
    return X, y, W1, b1, _numbers(generator, n_hidden, n_out), _numbers(generator, n_out)


BACKWARD = Exercise(
    id="04.7",
    task="Write `backward(X, y, W1, b1, W2, b2)`: return dW1, db1, dW2, db2. L is the mean of (a2 − y)² over "
    "all entries.",
    truth=backward,
    inputs=_network_inputs,
    parts=("dW1", "db1", "dW2", "db2"),
    explain="The same walk as in lesson 01, line by line. da2 comes from the loss; then three equations for "
    "each layer: dz, dW and db.",
    hints=(
        "Forward first, two lines: a1 from X, a2 from a1. `sigmoid` takes a whole matrix.",
        "Then da2, given in the comment, and `through_sigmoid` for dz2. From dz2 three paths lead on, to "
        "dW2, db2 and da1: the exercises 04.3 to 04.5, with a1 in the place of X.",
        "From da1 once more through the sigmoid to dz1, then dW1 = Xᵀ dz1 and db1.",
    ),
    misconceptions=(
        Misconception(
            "no mean",
            "All gradients are as many times too large as y has entries. The loss is a mean, so da2 is "
            "divided by `y.size`.",
            _backward_but(da2=lambda a2, y: 2 * (a2 - y)),
        ),
        Misconception(
            "divided by the samples alone",
            "All gradients are as many times too large as there are outputs. The loss averages over all "
            "entries, samples × outputs: divide by `y.size`, not by `len(y)`.",
            _backward_but(da2=lambda a2, y: 2 * (a2 - y) / len(y)),
        ),
        Misconception(
            "averaged twice",
            "The weights' and biases' gradients were divided by the number of samples once more. The mean is "
            "in da2 already.",
            _backward_but(dW=lambda a, dz: a.T @ dz / len(a), db=lambda dz: dz.mean(axis=0)),
        ),
        Misconception(
            "mean bias",
            "dW1 and dW2 are right; the biases were averaged over the samples. What meets at a parameter "
            "adds up: `sum(axis=0)`.",
            _backward_but(db=lambda dz: dz.mean(axis=0)),
        ),
        Misconception(
            "bias not summed",
            "The biases have a row for each sample still. All samples used the same b: add up over them.",
            _backward_but(db=lambda dz: dz),
        ),
        Misconception(
            "bias summed over the units",
            "dW1 and dW2 are right. The biases have one number for each sample: `axis=1` added up the rows. "
            "Add over the samples, `axis=0`.",
            _backward_but(db=lambda dz: dz.sum(axis=1)),
        ),
        Misconception(
            "2 forgotten",
            "All gradients are half of what they should be: the square gives a factor 2.",
            _backward_but(da2=lambda a2, y: (a2 - y) / y.size),
        ),
        Misconception(
            "sign",
            "The sizes are right, the signs are not: it is a2 − y, output minus target.",
            _backward_but(da2=lambda a2, y: 2 * (y - a2) / y.size),
        ),
        Misconception(
            "slope of the output forgotten",
            "dz2 is taken for da2: the slope of the second sigmoid is missing. δ = a2 − y holds where the "
            "output is linear; here it is squeezed.",
            _backward_but(slope2=lambda z, a: 1.0),
        ),
        Misconception(
            "slope of the hidden layer forgotten",
            "dW2 and db2 are right. On the way to layer 1 the slope of the first sigmoid is missing: dz1 = "
            "da1 ⊙ a1 ⊙ (1 − a1).",
            _backward_but(slope1=lambda z, a: 1.0),
        ),
        Misconception(
            "both slopes forgotten",
            "The slopes of both sigmoids are missing: the gradient has to pass each on its way back.",
            _backward_but(slope2=lambda z, a: 1.0, slope1=lambda z, a: 1.0),
        ),
        Misconception(
            "z for a in both slopes",
            "The slopes were written with z. The sigmoid's slope is a·(1 − a), with its output.",
            _backward_but(slope2=lambda z, a: z * (1 - z), slope1=lambda z, a: z * (1 - z)),
        ),
        Misconception(
            "z for a in the hidden slope",
            "dW2 and db2 are right. The slope of the first sigmoid was written with z1 in place of a1.",
            _backward_but(slope1=lambda z, a: z * (1 - z)),
        ),
        Misconception(
            "z for a in dW2",
            "All right but dW2. Layer 2 is fed with a1, not with z1: dW2 = a1ᵀ dz2.",
            _backward_but(into_dW2=lambda z1, a1: z1),
        ),
        Misconception(
            "da2 sent back",
            "dW2 and db2 are right. But da1 was computed from da2, past the second sigmoid: it is dz2 W2ᵀ.",
            _backward_but(sent_back=lambda da2, dz2: da2),
        ),
        Misconception(
            "da2 at the parameters",
            "dW1 and db1 are right. But dW2 and db2 were computed from da2, past the second sigmoid: take "
            "dz2.",
            _backward_but(to_parameters=lambda da2, dz2: da2),
        ),
        Misconception(
            "transposed weights",
            "The weights' gradients lie on their sides, (out, in). dW has the shape of W, (in, out): XᵀdZ.",
            _backward_but(dW=lambda a, dz: dz.T @ a),
        ),
        Misconception(
            "biases left out of the forward pass",
            "z1 and z2 were computed without the biases, so all that follows is another network's.",
            _backward_but(bias=0),
        ),
        Misconception(
            "linear output",
            "a2 was not squeezed. Both layers have a sigmoid here.",
            _backward_but(output=_as_it_stands, slope2=lambda z, a: 1.0),
        ),
        Misconception(
            "hidden layer not squeezed",
            "a1 is X W1 + b1 here. The hidden layer has a sigmoid, too: a1 = σ(z1).",
            _backward_but(hidden=_as_it_stands),
        ),
        Misconception(
            "weights before biases",
            "The values are right, their order is not: return dW1, db1, dW2, db2, layer by layer.",
            _in_order(0, 2, 1, 3),
        ),
        Misconception(
            "second layer first",
            "The values are right, their order is not: return dW1, db1, dW2, db2, the first layer first.",
            _in_order(2, 3, 0, 1),
        ),
    ),
)


# --- 04.8 softmax and cross-entropy -------------------------------------------------------------------------


def delta(z, y):
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    return (p - y) / len(z)


def _delta_but(
    *,
    exponent=lambda z: z - z.max(axis=1, keepdims=True),
    total=lambda powers: powers.sum(axis=1, keepdims=True),
    result=lambda p, y: (p - y) / len(y),
):
    """`delta` with one of its steps exchanged for a mistaken one."""

    def mistaken(z, y):
        with np.errstate(all="ignore"):  # overflow is one of the mistakes
            powers = np.exp(exponent(z))
            return result(powers / total(powers), y)

    return mistaken


def _one_hot(classes, count):
    return np.eye(count)[classes]


def _logits(generator):
    m, classes = _sizes(generator, 2)
    return _numbers(generator, m, classes), _one_hot(generator.integers(0, classes, size=m), classes)


def _sum_of_columns(powers):
    return powers.sum(axis=0)


_COLUMNS = (
    "Your columns add up to 1: the samples compete here. The classes of one sample should: sum over `axis=1`."
)
_MATRIX = (
    "You divide by the sum over the whole matrix, so that all samples compete. Each row has its own sum: "
    "`axis=1, keepdims=True`."
)
_SOFTMAX_MISTAKES = (
    (
        "overflow",
        "Right for small logits. But e¹⁰⁰⁰ is too large for a float: inf / inf is nan. First take its "
        "largest logit from each row.",
        {"exponent": _as_it_stands},
    ),
    (
        "one maximum for all rows",
        "Nearly: you took the largest number of the whole matrix from every row. A row far below it then has "
        "exponentials of 0 only, and 0 / 0 is nan. Each row has its own maximum.",
        {"exponent": lambda z: z - z.max()},
    ),
    (
        "wrong axis",
        _COLUMNS,
        {"exponent": lambda z: z - z.max(axis=0), "total": _sum_of_columns},
    ),
    ("wrong axis, overflow", _COLUMNS, {"exponent": _as_it_stands, "total": _sum_of_columns}),
    ("one sum for all rows", _MATRIX, {"total": np.sum}),
    ("one sum and maximum for all rows", _MATRIX, {"exponent": lambda z: z - z.max(), "total": np.sum}),
    ("one sum for all rows, overflow", _MATRIX, {"exponent": _as_it_stands, "total": np.sum}),
)


def _softmax_mistakes():
    """Each of them, alone and with the mean forgotten as well."""
    for name, why, changes in _SOFTMAX_MISTAKES:
        yield Misconception(name, why, _delta_but(**changes))
        yield Misconception(
            f"{name}, mean forgotten",
            f"{why} And the loss is a mean: divide by the number of samples.",
            _delta_but(**changes, result=lambda p, y: p - y),
        )


DELTA = Exercise(
    id="04.8",
    task="Write `delta(z, y)`: ∂L/∂z for the cross-entropy of softmax(z), averaged over the samples. z may "
    "hold numbers as large as 1000.",
    truth=delta,
    inputs=_logits,
    examples=(
        (np.array([[2.0, 1.0, 0.1]]), _one_hot([0], 3)),
        (np.array([[2.0, 1.0, 0.1], [1002.0, 1001.0, 1000.1]]), _one_hot([0, 2], 3)),
    ),
    explain="p − y for each sample, divided by the number of samples. Without its largest logit no "
    "exponential can be above 1, and none of the sums below 1.",
    hints=(
        "Softmax row by row: each sample has its own probabilities, which add up to 1. `axis=1, "
        "keepdims=True` keeps the sums as a column.",
        "First take its largest logit from each row; the probabilities do not change. Then exp, and divide "
        "by the row's sum.",
        "Then p − y, and divide by the number of samples, `len(z)`.",
    ),
    misconceptions=(
        *_softmax_mistakes(),
        Misconception(
            "mean forgotten",
            "This is p − y, the gradient for a sum over the samples. The loss is a mean: divide by their "
            "number.",
            _delta_but(result=lambda p, y: p - y),
        ),
        Misconception(
            "averaged over all entries",
            "This is divided by samples × classes. Cross-entropy gives one loss for each sample, so the mean "
            "is over the samples alone.",
            _delta_but(result=lambda p, y: (p - y) / y.size),
        ),
        Misconception(
            "sign",
            "The sizes are right, the signs are not: δ = p − y. The right class has a negative gradient, as "
            "its logit should grow.",
            _delta_but(result=lambda p, y: (y - p) / len(y)),
        ),
        Misconception(
            "target left out",
            "These are the probabilities, averaged. Take 1 from that of the right class: p − y.",
            _delta_but(result=lambda p, y: p / len(y)),
        ),
        Misconception(
            "slope of softmax once more",
            "p·(1 − p) was multiplied on. The slope of softmax is in δ = p − y already: it met the 1/p of "
            "the logarithm, and they cancelled.",
            _delta_but(result=lambda p, y: (p - y) * p * (1 - p) / len(y)),
        ),
        Misconception(
            "derivative by the probabilities",
            "This is −y/p, the gradient for p. One step remains, back through softmax to z.",
            _delta_but(result=lambda p, y: -y / p / len(y)),
        ),
        Misconception(
            "sigmoid for softmax",
            "Each logit was squeezed alone, so the probabilities of a sample do not add up to 1. Softmax "
            "lets them compete.",
            lambda z, y: (sigmoid(z) - y) / len(y),
        ),
        Misconception(
            "logits for probabilities",
            "This is z − y. The logits have to pass softmax first.",
            lambda z, y: (z - y) / len(y),
        ),
    ),
)


EXERCISES = (
    SHAPES,
    AFFINE,
    WEIGHT_GRADIENT,
    BIAS_GRADIENT,
    INPUT_GRADIENT,
    THROUGH_SIGMOID,
    BACKWARD,
    DELTA,
)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="04.a",
        question="4 samples pass 3 inputs, 5 hidden units and 2 outputs. In how many products does the "
        "single weight W1[0, 0] take part on the way forward?",
        confusions=(
            Confusion(1.0, 4.0, "It multiplies one input, yes; but that of each sample."),
            Confusion(
                3.0, 4.0, "3 is the number of inputs. This weight belongs to one of them, in every sample."
            ),
            Confusion(
                5.0,
                4.0,
                "5 is the number of hidden units. This weight leads to one of them, in every sample.",
            ),
            Confusion(
                8.0,
                4.0,
                "8 paths lead from it to the loss. But they begin with 4 products, one for each sample.",
            ),
            Confusion(
                12.0,
                4.0,
                "X has 12 entries, and the weight meets one of its columns: one entry in each sample.",
            ),
        ),
        tolerance=0.01,
    ),
    Prediction(
        id="04.b",
        question="The loss averages over all 4 × 2 entries; the backward pass divides by the 4 samples "
        "alone. How many times as large as the true gradient is what it gives?",
        confusions=(
            Confusion(
                1.0, 2.0, "So it would be with a single output; here a row has two entries to average."
            ),
            Confusion(
                0.5,
                2.0,
                "The other way round: it divides by too small a number, so the gradient is too large.",
            ),
            Confusion(
                4.0,
                2.0,
                "So it would be if it divided by the 2 outputs alone. It divides by the 4 samples.",
            ),
            Confusion(
                8.0,
                2.0,
                "8 would come of not dividing at all. It does divide by 4; what is missing is the rest.",
            ),
        ),
        tolerance=0.01,
    ),
    Prediction(
        id="04.c",
        question="z = −4, and the right answer is yes, y = 1. Which loss has the larger gradient with "
        "respect to z, squared error or cross-entropy, or is it the same?",
        options=("squared error", "cross-entropy", "same"),
        confusions=(
            Confusion(
                "squared error",
                "cross-entropy",
                "Squares do punish large misses. But this miss can be no larger than 1, and on its way to z "
                "the gradient has to pass the sigmoid.",
            ),
            Confusion(
                "same",
                "cross-entropy",
                "Both begin with the same miss. But one of them loses most of it on the way through the "
                "sigmoid.",
            ),
        ),
    ),
    Prediction(
        id="04.d",
        question="You add 1000 to each of the three logits, and type the formula as it stands. Does it give "
        "the same probabilities, others, or nan?",
        options=("same", "others", "nan"),
        confusions=(
            Confusion(
                "same",
                "nan",
                "In the maths they are the same, as the factor e¹⁰⁰⁰ cancels. In floats it is too large to "
                "be written down.",
            ),
            Confusion(
                "others",
                "nan",
                "The factor e¹⁰⁰⁰ stands above and below the line, and cancels. But a float cannot hold it.",
            ),
        ),
    ),
)
