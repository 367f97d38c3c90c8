"""XOR by a network with one hidden layer: trained in the browser, every weight to be moved by hand."""

import math

import numpy as np
import traitlets

from backprop_lib.explorables import words
from backprop_lib.explorables.checks import check_count
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.hidden_layer import HiddenLayer
from backprop_lib.nn import initialisation
from backprop_lib.training import accuracy, data

ACTIVATIONS = ("sigmoid", "tanh", "relu")
INITIALISATIONS = ("normal", "scaled", "same", "zero")
MOST_UNITS = 8
SEEDS = 100
SAME = 0.5
NO_GRADIENT = 1e-12  # less is round-off: the sums of the four points' gradients cancel


def initial_weights(units=2, activation="sigmoid", initialisation="normal", seed=0):
    """Make the weights that the playground begins with.

    All come from `numpy.random.default_rng(seed)`: first W1, row after row, then W2; so 3·units numbers from
    N(0, 1), in that order. "normal" takes them as they are. "scaled" spreads them as He for ReLU
    (`kaiming_normal`), as Xavier for sigmoid and tanh (`xavier_normal`). "same" makes each weight ½, "zero"
    each 0; there the seed changes nothing. Biases begin at 0.

    units: 1 to 8.  activation: "sigmoid", "tanh" or "relu".  initialisation: "normal", "scaled", "same" or
    "zero".  seed: for the playground 0 to 99, here any.

    Returns: {"W1": (2, units), "b1": (units,), "W2": (units, 1), "b2": (1,)}, float64.

    >>> weights = initial_weights(units=2, seed=7)
    >>> weights["W1"].round(3)
    array([[ 0.001,  0.299],
           [-0.274, -0.891]])
    >>> draws = np.random.default_rng(7).standard_normal(6)
    >>> np.array_equal([*weights["W1"].ravel(), *weights["W2"].ravel()], draws)
    True
    """
    rng = np.random.default_rng(seed)
    W1, W2 = (_initial(shape, activation, initialisation, rng) for shape in ((2, units), (units, 1)))
    return {"W1": W1, "b1": np.zeros(units), "W2": W2, "b2": np.zeros(1)}


def _initial(shape, activation, how, rng):
    if how in ("same", "zero"):
        return np.full(shape, SAME if how == "same" else 0.0)
    if how == "normal":
        return initialisation.normal(shape, 1.0, rng=rng)
    if activation == "relu":
        return initialisation.kaiming_normal(shape, nonlinearity="relu", rng=rng)
    return initialisation.xavier_normal(shape, rng=rng)


class XorPlayground(HiddenLayer):
    """A network with 2 inputs, a hidden layer and 1 logit on the four points of XOR, all in one batch.

    units: how many hidden units, 1 to 8.  activation: theirs, "sigmoid", "tanh" or "relu".  initialisation,
    seed: where the weights begin, see `initial_weights`; setting one of these four begins anew.
    learning_rate: η, above 0.  steps: how many were taken since the beginning.
    W1 (2, units), b1 (units,), W2 (units, 1), b2 (1,): the weights now, as nested tuples; assign a whole one,
    a list or an array, to move them.  start: the five settings as they were at first, for reset.
    loss, gradients, probabilities, right: computed by our engine from the weights.
    """

    _esm, _css = browser_side("xor_playground")
    ANEW = ("units", "activation", "initialisation", "seed")
    SETTINGS = (*ANEW, "learning_rate")

    units = traitlets.Int(2).tag(sync=True)
    activation = traitlets.Unicode("sigmoid").tag(sync=True)
    initialisation = traitlets.Unicode("normal").tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    learning_rate = traitlets.Float(1.0).tag(sync=True)
    # NumPy's generator does not run in a browser: what it draws for each seed travels with the picture.
    _normals = traitlets.Bytes(read_only=True).tag(sync=True)

    def __init__(self, **settings):
        super().__init__(**settings)
        draws = [np.random.default_rng(seed).standard_normal(3 * MOST_UNITS) for seed in range(SEEDS)]
        self.set_trait("_normals", np.array(draws, dtype="<f8").tobytes())

    @property
    def probabilities(self):
        """How likely y = 1 is held to be at (0, 0), (0, 1), (1, 0), (1, 1): shape (4,)."""
        return self._run()["logits"].sigmoid().data.ravel()

    @property
    def right(self):
        """At how many of the four points the likelier class is the right one; at ½ that is y = 0."""
        return _right(self._run())

    @property
    def sentence(self):
        """The step, the loss, the points that are right, the largest gradient; and twins and dead units."""
        run = self._run()
        loss = words.number(run["loss"].item())
        told = [f"step {self.steps}: loss {loss}, {_right(run)} of 4 points right", _largest(self.gradients)]
        for group in self._twins():
            told.append(f"{_units(group, self.units)} are twins: same weights, same gradients")
        dead = self._dead(run["z1"].data)
        if dead:
            one = len(dead) == 1
            told.append(
                f"{_units(dead, self.units)} {'is' if one else 'are'} dead: {'its' if one else 'their'} ReLU "
                "gives 0 at all 4 points, and no gradient comes through"
            )
        return "; ".join(told)

    def _samples(self):
        return data.xor()

    def _first_weights(self):
        return initial_weights(self.units, self.activation, self.initialisation, self.seed)

    def _hidden_units(self):
        return self.units

    def _twins(self):
        """The groups of units that have all their weights in common, two units or more in each."""
        groups = {}
        for unit, weights in enumerate(zip(*self.W1, self.b1, self.W2, strict=True)):
            groups.setdefault(weights, []).append(unit)
        return [group for group in groups.values() if len(group) > 1]

    def _dead(self, z1):
        """The units whose ReLU is 0, and flat, at all four points."""
        return np.flatnonzero((z1 <= 0.0).all(axis=0)).tolist() if self.activation == "relu" else []

    # --- what is refused ------------------------------------------------------------------------------------

    @traitlets.validate("activation", "initialisation")
    def _check_name(self, proposal):
        name = proposal.trait.name
        known = ACTIVATIONS if name == "activation" else INITIALISATIONS
        if proposal.value not in known:
            listed = ", ".join(map(repr, known))
            raise traitlets.TraitError(f"the {name} is one of {listed}; received {proposal.value!r}")
        return proposal.value

    @traitlets.validate("units", "seed", "steps")
    def _check_count(self, proposal):
        limits = {"units": (1, MOST_UNITS), "seed": (0, SEEDS - 1), "steps": (0, math.inf)}
        return check_count(proposal, limits)

    @traitlets.validate("learning_rate")
    def _check_learning_rate(self, proposal):
        if not 0.0 < proposal.value < math.inf:
            raise traitlets.TraitError(f"the learning rate is a number above 0; received {proposal.value}")
        return proposal.value


def xor_playground(units=2, activation="sigmoid", seed=0):
    """Train a small network on XOR: move its weights, watch its boundary, its hidden units and its gradients.

    units: hidden units, 1 to 8.  activation: "sigmoid", "tanh" or "relu".  seed: 0 to 99, where the weights
    begin; `initial_weights` gives the same ones.

    Raises: traitlets.TraitError for what is out of these limits.

    >>> playground = xor_playground(units=2, seed=0)
    >>> print(playground)
    step 0: loss 0.6959, 2 of 4 points right; the largest gradient is −0.0344 at the bias of the output
    >>> playground.W2 = [[0.0], [0.0]]
    >>> playground.gradients["W1"]
    array([[0., 0.],
           [0., 0.]])
    >>> playground.seed = 7
    >>> np.array_equal(playground.W1, initial_weights(units=2, seed=7)["W1"])
    True
    """
    return XorPlayground(units=units, activation=activation, seed=seed)


# --- words --------------------------------------------------------------------------------------------------


def _right(run):
    return round(4 * accuracy(run["logits"], data.xor()[1]))


def _largest(gradients):
    """Say which gradient is the largest, sign aside; among equals the first."""
    named = {_name(name, index): x for name, array in gradients.items() for index, x in np.ndenumerate(array)}
    largest = max(map(abs, named.values()))
    if largest < NO_GRADIENT:
        return "every gradient is 0: no step moves anything"
    # Not quite the largest: equal sums that were added up in another order differ in their last digit.
    first = next(name for name, x in named.items() if abs(x) >= largest * (1.0 - 1e-9))
    return f"the largest gradient is {words.signed(named[first])} at {first}"


def _name(name, index):
    if name == "W1":
        return f"x{index[0] + 1} → unit {index[1] + 1}"
    if name == "W2":
        return f"unit {index[0] + 1} → output"
    return f"the bias of {'the output' if name == 'b2' else f'unit {index[0] + 1}'}"


def _units(members, count):
    """Name some units, from 1 on.

    >>> _units([1], 4), _units([0, 2, 3], 4), _units([0, 1, 2], 3)
    ('unit 2', 'units 1, 3 and 4', 'all 3 units')
    """
    numbers = [str(unit + 1) for unit in members]
    if len(numbers) == count > 2:
        return f"all {count} units"
    if len(numbers) == 1:
        return f"unit {numbers[0]}"
    return f"units {', '.join(numbers[:-1])} and {numbers[-1]}"
