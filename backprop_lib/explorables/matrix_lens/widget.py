"""A lens on the matrix equations of two layers: the row and the column that made an entry of the result."""

from numbers import Integral

import traitlets

from backprop_lib.explorables.explorable import Explorable, browser_side
from backprop_lib.explorables.matrix_lens import words
from backprop_lib.explorables.matrix_lens.equations import CONVENTIONS, EQUATIONS, MOST, Pass, draw, shape


class MatrixLens(Explorable):
    """The two forward and the six backward equations of `nn.by_hand.TwoLayerMLP`, one at a time.

    samples, inputs, hidden, outputs: from 1 to 6, 5, 6 and 4.
    equation: "z1", "z2", "dz2", "dW2", "db2", "dz1", "dW1" or "db1", by its result.
    convention: "rows", where samples are rows and weights are [in, out]; "columns", where samples are columns
    and weights are [out, in], as torch stores them.
    row, column: of the entry pointed at, from 0; in the other convention the same entry has them the other
    way round. No traits: set them one at a time.
    seed: what the numbers are drawn with.  numbers: X, y, the weights and the biases at the largest sizes;
    smaller ones have the first of them.  start: the state at first, where reset goes back to.
    """

    _esm, _css = browser_side("matrix_lens")

    samples = traitlets.Int(4).tag(sync=True)
    inputs = traitlets.Int(3).tag(sync=True)
    hidden = traitlets.Int(5).tag(sync=True)
    outputs = traitlets.Int(2).tag(sync=True)
    equation = traitlets.Unicode("dW2").tag(sync=True)
    convention = traitlets.Unicode("rows").tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    numbers = traitlets.Dict(read_only=True).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)
    _at = traitlets.List([0, 0]).tag(sync=True)  # row and column where samples are rows

    def __init__(self, row=2, column=0, **state):
        super().__init__(**state)
        self.set_trait("numbers", draw(self.seed))
        self._at = self._inside([row, column][:: self._order])
        names = (*MOST, "equation", "convention", "_at")
        self.set_trait("start", {name: getattr(self, name) for name in names})

    @property
    def row(self):
        """The row pointed at, from 0."""
        return self._at[:: self._order][0]

    @row.setter
    def row(self, row):
        self._at = [row, self.column][:: self._order]

    @property
    def column(self):
        """The column pointed at, from 0."""
        return self._at[:: self._order][1]

    @column.setter
    def column(self, column):
        self._at = [self.row, column][:: self._order]

    @property
    def shape(self):
        """Rows and columns of the result. The gradient of a bias is one row; one column where samples are."""
        return shape(self.equation, self._sizes, self.convention)

    @property
    def arrays(self):
        """Every array of the pass by name, from X to dW1, with two axes each, as it is drawn."""
        return self._seen.arrays

    @property
    def entry(self):
        """The number pointed at: the sum of `terms`, times `local_derivative`."""
        return float(self.arrays[self.equation][self.row, self.column])

    @property
    def terms(self):
        """The products of the row with the column in their order, and last the bias where there is one."""
        return self._seen.terms(EQUATIONS[self.equation], self.row, self.column)

    @property
    def local_derivative(self):
        """The a·(1 − a) that multiplies the sum in dz2 and dz1; elsewhere 1."""
        return self._seen.local_derivative(EQUATIONS[self.equation], self.row, self.column)

    @property
    def sentence(self):
        """The entry as the sum it is, in letters and in numbers, and which row met which column."""
        return words.sentence(self.equation, self._seen, self.row, self.column)

    @property
    def _sizes(self):
        return {name: getattr(self, name) for name in MOST}

    @property
    def _seen(self):
        return Pass(self.numbers, self._sizes, self.convention)

    @property
    def _order(self):
        return 1 if self.convention == "rows" else -1

    def _inside(self, at):
        most = shape(self.equation, self._sizes, "rows")
        return [max(0, min(place, count - 1)) for place, count in zip(at, most, strict=True)]

    @traitlets.observe(*MOST, "equation")
    def _stay_inside(self, _):
        self._at = self._inside(self._at)

    @traitlets.observe("seed")
    def _draw_again(self, _):
        self.set_trait("numbers", draw(self.seed))

    @traitlets.validate(*MOST)
    def _check_size(self, proposal):
        name, size = proposal.trait.name, proposal.value
        if isinstance(size, bool) or not 1 <= size <= MOST[name]:
            raise traitlets.TraitError(f"{name} is a whole number from 1 to {MOST[name]}; received {size}")
        return size

    @traitlets.validate("seed")
    def _check_seed(self, proposal):
        if isinstance(proposal.value, bool) or proposal.value < 0:
            raise traitlets.TraitError(f"seed is a whole number, 0 or above; received {proposal.value}")
        return proposal.value

    @traitlets.validate("equation", "convention")
    def _check_choice(self, proposal):
        name = proposal.trait.name
        options = {"equation": EQUATIONS, "convention": CONVENTIONS}[name]
        if proposal.value not in options:
            listed = ", ".join(map(repr, options))
            raise traitlets.TraitError(f"{name} is one of {listed}; received {proposal.value!r}")
        return proposal.value

    @traitlets.validate("_at")
    def _check_place(self, proposal):
        places = proposal.value[:: self._order]
        for name, place, most in zip(("row", "column"), places, self.shape, strict=True):
            if isinstance(place, bool) or not isinstance(place, Integral) or not 0 <= place < most:
                raise traitlets.TraitError(
                    f"{name} is a whole number from 0 to {most - 1}, for {self.equation} is "
                    f"{words.times(self.shape)} here; received {place!r}"
                )
        return proposal.value


def matrix_lens(samples=4, inputs=3, hidden=5, outputs=2, seed=0):
    """Point at an entry of a matrix equation, and see the row and the column that made it.

    The network is `nn.by_hand.TwoLayerMLP`: z1 = X W1 + b1, a1 = σ(z1), z2 = a1 W2 + b2, a2 = σ(z2), and the
    loss is the mean of (a2 − y)² over samples and outputs.

    samples, inputs, hidden, outputs: from 1 to 6, 5, 6 and 4. Keep them unequal: a square matrix hides a
    forgotten transpose.  seed: what X, y, the weights and the biases are drawn with.

    Raises: traitlets.TraitError for a size out of its limits or a negative seed.

    >>> lens = matrix_lens(samples=2, inputs=3, hidden=4, outputs=1)
    >>> lens  # doctest: +NORMALIZE_WHITESPACE
    dW2[2,0] = Σₙ a1[n,2]·dz2[n,0] = 0.676·0.1106 + 0.8418·0.1063 = +0.1643;
    row 2 of a1ᵀ (4×2) meets column 0 of dz2 (2×1): 2 terms, one for each sample
    >>> lens.shape, [round(term, 4) for term in lens.terms]
    ((4, 1), [0.0748, 0.0895])
    >>> lens.convention = "columns"
    >>> lens.shape, lens.row, lens.column
    ((1, 4), 0, 2)
    """
    return MatrixLens(samples=samples, inputs=inputs, hidden=hidden, outputs=outputs, seed=seed)
