"""A Jacobian filled pass by pass: forward mode fills a column for each input, reverse mode a row each."""

import traitlets

from backprop_lib.engine.scalar import Value
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import Explorable, browser_side

MOST = 8  # inputs, and outputs
NAMED = 3  # numbers in the sentence

# The numbers in the function, for the most inputs and outputs. With these no derivative is near 0.
NUMBERS = {
    "x": (-0.7, -0.5, -0.3, -0.8, 0.6, 0.4, -0.5, -0.8),
    "w": (
        (0.4, -0.4, -0.5, -0.3, 0.4, 0.8, 0.7, -0.9),
        (0.2, 0.3, 0.8, 0.3, 0.7, 0.3, 0.5, -0.3),
        (-0.8, 0.9, -0.4, -0.5, -0.9, -0.4, 0.2, 0.5),
    ),
    "v": (
        (0.9, 0.4, -0.4),
        (0.8, 1.1, -1.0),
        (-0.9, -0.8, 0.7),
        (0.9, -0.4, -0.8),
        (0.9, 0.8, -0.8),
        (-1.1, 1.0, 0.6),
        (-1.0, -0.9, -1.0),
        (-0.7, 0.5, -1.2),
    ),
}


class CountPasses(Explorable):
    """The function y_i = Σ_k v_ik · tanh(Σ_j w_kj · x_j) with three hidden nodes, and its Jacobian ∂y_i/∂x_j.

    inputs, outputs: how many of each, from 1 to 8.  mode: "forward" or "reverse".  passes: how many are done,
    from 0 to `needed`; with fewer inputs or outputs, or in the other mode, it falls to what is needed there.
    numbers: the x, w and v of the function, for 8 inputs and 8 outputs; a smaller one has the first.

    The derivatives are taken at x.  See Griewank and Walther, Evaluating Derivatives (2008), chapter 3.
    """

    _esm, _css = browser_side("count_passes")

    inputs = traitlets.Int(3).tag(sync=True)
    outputs = traitlets.Int(1).tag(sync=True)
    mode = traitlets.Enum(("forward", "reverse"), "forward").tag(sync=True)
    passes = traitlets.Int(0).tag(sync=True)
    numbers = traitlets.Dict(NUMBERS, read_only=True).tag(sync=True)
    _start = traitlets.Dict().tag(sync=True)  # where reset goes back to

    def __init__(self, inputs=3, outputs=1, mode="forward", passes=0):
        start = {"inputs": inputs, "outputs": outputs, "mode": mode, "passes": passes}
        super().__init__(_start=start, **start)

    @property
    def needed(self):
        """The passes that the present mode needs for the whole Jacobian."""
        return self._needed(self.mode)

    @property
    def jacobian(self):
        """The derivatives ∂y_i/∂x_j, row i as a list; each row is one backward pass of our engine."""
        x = [Value(number) for number in self.numbers["x"][: self.inputs]]
        hidden = [_weighted(row, x).tanh() for row in self.numbers["w"]]
        rows = []
        for weights in self.numbers["v"][: self.outputs]:
            y = _weighted(weights, hidden)
            y.zero_grad()
            y.backward()
            rows.append([one.grad for one in x])
        return rows

    @property
    def sentence(self):
        """What the last pass filled, and how many passes either mode needs."""
        if self.passes == 0:
            this, that = ("input", "output") if self.mode == "forward" else ("output", "input")
            return (
                f"{self.mode} mode, no pass yet: it needs {_passes(self.needed)}, one for each {this}; "
                f"{self._other} mode would need {_passes(self._needed(self._other))}, one for each {that}"
            )
        k, jacobian = self.passes, self.jacobian
        if self.mode == "forward":
            start, where = f"nudges x{k}", "column"
            filled = [(i + 1, k, row[k - 1]) for i, row in enumerate(jacobian)]
        else:
            start, where = f"starts from y{k}", "row"
            filled = [(k, j + 1, derivative) for j, derivative in enumerate(jacobian[k - 1])]
        said = ", ".join(f"∂y{i}/∂x{j} = {words.signed(number)}" for i, j, number in filled[:NAMED])
        more = f", and {len(filled) - NAMED} more" if len(filled) > NAMED else ""
        return (
            f"{self.mode} pass {k} of {self.needed} {start} and fills {where} {k}: {said}{more}; "
            f"{self._progress(len(filled))}"
        )

    def _progress(self, a_pass):
        total = self.inputs * self.outputs
        missing = total - self.passes * a_pass
        if missing:
            return f"{missing} of {total} numbers {'is' if missing == 1 else 'are'} still missing"
        numbers = "the only number is" if total == 1 else f"all {total} numbers are"
        other = _passes(self._needed(self._other))
        return f"{numbers} known after {_passes(self.passes)}; {self._other} mode would need {other}"

    @property
    def _other(self):
        return "reverse" if self.mode == "forward" else "forward"

    def _needed(self, mode):
        return self.inputs if mode == "forward" else self.outputs

    @traitlets.validate("inputs", "outputs")
    def _check_count(self, proposal):
        name, count = proposal.trait.name, proposal.value
        if isinstance(count, bool) or not 1 <= count <= MOST:
            raise traitlets.TraitError(f"{name} is a whole number from 1 to {MOST}; received {count}")
        return count

    @traitlets.validate("passes")
    def _check_passes(self, proposal):
        needed = max(self.needed, 0)  # a wrong number of inputs is not for this check to report
        if isinstance(proposal.value, bool) or not 0 <= proposal.value <= needed:
            raise traitlets.TraitError(
                f"passes is a whole number from 0 to {needed}, which is what {self.mode} mode needs "
                f"here; received {proposal.value}"
            )
        return proposal.value

    @traitlets.observe("inputs", "outputs", "mode")
    def _keep_what_is_needed(self, _):
        self.passes = min(self.passes, self.needed)


def count_passes(inputs=3, outputs=1):
    """Count the passes that a Jacobian takes: forward mode fills a column a pass, reverse mode a row.

    inputs, outputs: of a small function, from 1 to 8 each; the picture has a slider for both.

    Raises: traitlets.TraitError for a number of inputs or outputs that is not a whole number from 1 to 8.

    >>> count = count_passes(inputs=2, outputs=1)
    >>> count  # doctest: +NORMALIZE_WHITESPACE
    forward mode, no pass yet: it needs 2 passes, one for each input;
    reverse mode would need 1 pass, one for each output
    >>> [[round(derivative, 4) for derivative in row] for row in count.jacobian]
    [[0.7475, -0.6029]]
    >>> count.mode = "reverse"
    >>> count.needed
    1
    """
    return CountPasses(inputs, outputs)


def _weighted(weights, values):
    """The sum of weight × value."""
    first, *others = (value * weight for weight, value in zip(weights, values, strict=False))
    return sum(others, start=first)


def _passes(count):
    return f"{count} {'pass' if count == 1 else 'passes'}"
