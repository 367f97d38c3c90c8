"""What the matrix lens looks at: the equations of two layers, their arrays, samples as rows or as columns."""

from dataclasses import dataclass

import numpy as np

from backprop_lib.nn.by_hand import TwoLayerMLP

MOST = {"samples": 6, "inputs": 5, "hidden": 6, "outputs": 4}
CONVENTIONS = ("rows", "columns")

# Rows and columns of each array where samples are rows; z and the gradients are as those they belong to.
AXES = {
    "X": ("samples", "inputs"),
    "W1": ("inputs", "hidden"),
    "b1": ("", "hidden"),
    "a1": ("samples", "hidden"),
    "W2": ("hidden", "outputs"),
    "b2": ("", "outputs"),
    "a2": ("samples", "outputs"),
    "1": ("samples", ""),  # as many ones
}


@dataclass(frozen=True)
class Equation:
    """One line of `TwoLayerMLP`: left·right + bias, or entry by entry a product with a local derivative.

    left, right: as they stand where samples are rows; where samples are columns, they change places.
    over: what the sum in left·right runs over.  activation: the a whose a·(1 − a) multiplies each entry.
    """

    left: str = ""
    right: str = ""
    over: str = ""
    bias: str = ""
    activation: str = ""


EQUATIONS = {
    "z1": Equation("X", "W1", "inputs", bias="b1"),
    "z2": Equation("a1", "W2", "hidden", bias="b2"),
    "dz2": Equation(activation="a2"),  # da2 comes from the loss: no product of matrices
    "dW2": Equation("a1ᵀ", "dz2", "samples"),
    "db2": Equation("1ᵀ", "dz2", "samples"),
    "dz1": Equation("dz2", "W2ᵀ", "outputs", activation="a1"),
    "dW1": Equation("Xᵀ", "dz1", "samples"),
    "db1": Equation("1ᵀ", "dz1", "samples"),
}


def draw(seed):
    """Draw X, y and the parameters at the largest sizes, with two decimals, so that a cell shows all of them.

    >>> draw(0)["X"][0]
    [0.13, -0.13, 0.64, 0.1, -0.54]
    """
    rng = np.random.default_rng(seed)
    samples, inputs, hidden, outputs = MOST.values()
    drawn = {
        "X": rng.normal(0.0, 1.0, (samples, inputs)),
        "W1": rng.normal(0.0, 0.8, (inputs, hidden)),
        "b1": rng.normal(0.0, 0.4, hidden),
        "W2": rng.normal(0.0, 0.8, (hidden, outputs)),
        "b2": rng.normal(0.0, 0.4, outputs),
        "y": rng.integers(0, 2, (samples, outputs)),
    }
    return {name: (np.round(array, 2) + 0.0).tolist() for name, array in drawn.items()}


def shape(name, sizes, convention):
    """Give rows and columns of an array or its transpose, as it is drawn.

    >>> sizes = {"samples": 4, "inputs": 3, "hidden": 5, "outputs": 2}
    >>> shape("dW2", sizes, "rows"), shape("dW2", sizes, "columns"), shape("a1ᵀ", sizes, "rows")
    ((5, 2), (2, 5), (5, 4))
    """
    bare = name.removesuffix("ᵀ")
    rows, columns = (sizes.get(axis, 1) for axis in AXES[bare.removeprefix("d").replace("z", "a")])
    return (columns, rows) if (name != bare) != (convention == "columns") else (rows, columns)


class Pass:
    """One forward and one backward pass of `TwoLayerMLP`, in a convention.

    numbers: from `draw`.  sizes: how many samples, inputs, hidden, outputs; they take the first of them.
    arrays: all of the pass by name, with two axes each; transposed where samples are columns.
    """

    def __init__(self, numbers, sizes, convention):
        self.sizes, self.convention = sizes, convention
        rows = {name: np.atleast_2d(array) for name, array in _computed(numbers, **sizes).items()}
        self.arrays = rows if convention == "rows" else {name: array.T for name, array in rows.items()}

    def __getitem__(self, name):
        """An array, or the transpose of one: "a1", "a1ᵀ"."""
        bare = name.removesuffix("ᵀ")
        return self.arrays[bare] if name == bare else self.arrays[bare].T

    def shape(self, name):
        return shape(name, self.sizes, self.convention)

    def factors(self, equation):
        """The names of the left and of the right factor."""
        pair = equation.left, equation.right
        return pair if self.convention == "rows" else pair[::-1]

    def met(self, equation, row, column):
        """The row of the left factor and the column of the right one, which make the entry there (from 0)."""
        left, right = (self[name] for name in self.factors(equation))
        return left[row].tolist(), right[:, column].tolist()

    def terms(self, equation, row, column):
        """What is summed for that entry: the products, and the bias; or da2, which comes from the loss."""
        if not equation.left:
            return [float(self["da2"][row, column])]
        products = [a * b for a, b in zip(*self.met(equation, row, column), strict=True)]
        if not equation.bias:
            return products
        bias = self[equation.bias].ravel()
        return [*products, float(bias[column if self.convention == "rows" else row])]

    def local_derivative(self, equation, row, column):
        """The a·(1 − a) that the sum is multiplied by; 1 where there is none."""
        if not equation.activation:
            return 1.0
        a = float(self[equation.activation][row, column])
        return a * (1.0 - a)


def _computed(numbers, samples, inputs, hidden, outputs):
    first = {name: np.array(given) for name, given in numbers.items()}
    X, y = first["X"][:samples, :inputs], first["y"][:samples, :outputs]
    network = TwoLayerMLP(inputs, hidden, outputs)
    for name, parameter in network.parameters.items():
        parameter[...] = first[name][tuple(map(slice, parameter.shape))]
    network.forward(X)
    gradients = {f"d{name}": gradient for name, gradient in network.backward(y).items()}
    kept = {name: getattr(network, name) for name in ("z1", "a1", "z2", "a2", "da2", "dz2", "da1", "dz1")}
    return {"X": X, "y": y, "1": np.ones((samples, 1))} | network.parameters | kept | gradients
