"""Units that die: sixteen hidden units, trained in the browser, each with the samples that get through it."""

import math

import numpy as np
import traitlets

from backprop_lib.engine.batched import Tensor
from backprop_lib.explorables import words
from backprop_lib.explorables.checks import check_count
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.hidden_layer import HiddenLayer
from backprop_lib.nn import initialisation

ACTIVATIONS = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "gelu": "GELU"}
UNITS = 16
SEEDS = 20
BIASES = (-2.0, 1.0)
RATES = (0.001, 100.0)


def rings():
    """Place 20 points on a circle of radius ½, class 1, and 20 around them on one of radius 1.2, class 0.

    Returns: X (40, 2), y (40, 1), float64.

    >>> X, y = rings()
    >>> np.hypot(*X[[0, 20]].T).round(12), y[[0, 20]].ravel()
    (array([0.5, 1.2]), array([1., 0.]))
    """
    turn = np.arange(20) * np.pi / 10.0
    circles = [0.5 * np.stack([np.cos(turn), np.sin(turn)], axis=1)]
    circles.append(1.2 * np.stack([np.cos(turn + 0.1), np.sin(turn + 0.1)], axis=1))
    return np.concatenate(circles), np.repeat([1.0, 0.0], 20)[:, None]


def initial_weights(bias=0.0, seed=0):
    """Make the weights that the lab begins with: He's for ReLU, and one bias for all hidden units.

    W1, then W2, come from `numpy.random.default_rng(seed)` by `kaiming_normal`; b2 is 0. The activation
    changes nothing here, so that all four can be compared.

    Returns: {"W1": (2, 16), "b1": (16,), "W2": (16, 1), "b2": (1,)}, float64.

    >>> weights = initial_weights(bias=-1.0, seed=3)
    >>> draws = np.random.default_rng(3).standard_normal(48)
    >>> np.allclose(weights["W1"].ravel(), draws[:32]), weights["b1"][:2]
    (True, array([-1., -1.]))
    """
    rng = np.random.default_rng(seed)
    W1, W2 = (
        initialisation.kaiming_normal(shape, nonlinearity="relu", rng=rng)
        for shape in ((2, UNITS), (UNITS, 1))
    )
    return {"W1": W1, "b1": np.full(UNITS, float(bias)), "W2": W2, "b2": np.zeros(1)}


class DeadReluLab(HiddenLayer):
    """A network 2–16–1 that tells two rings of points apart, trained on all 40 at once by gradient descent.

    activation: of the hidden units, "relu", "leaky_relu", "elu" or "gelu"; it may change on the way.
    rate: the learning rate η, 0.001 to 100.  bias: where hidden biases begin, −2 to 1.  seed: of the first
    weights, 0 to 19, see `initial_weights`; setting bias or seed begins anew.  unit: that looked at, 1 to 16.
    steps: how many were taken.  W1 (2, 16), b1 (16,), W2 (16, 1), b2 (1,): the weights now, as nested tuples.
    samples: x₁, x₂ and class of each sample.  start: the five settings as they were at first, for reset.
    loss, gradients, active, silent, dead: computed by our engine from the weights.
    """

    _esm, _css = browser_side("dead_relu_lab")
    ANEW = ("bias", "seed")
    SETTINGS = ("activation", "rate", "bias", "seed", "unit")

    activation = traitlets.Unicode("relu").tag(sync=True)
    rate = traitlets.Float(1.0).tag(sync=True)
    bias = traitlets.Float(0.0).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    unit = traitlets.Int(1).tag(sync=True)
    samples = traitlets.List(read_only=True).tag(sync=True)
    # NumPy's generator does not run in a browser: the first weights of each seed travel with the picture.
    _first = traitlets.Bytes(read_only=True).tag(sync=True)

    def __init__(self, **settings):
        super().__init__(**settings)
        self.set_trait("samples", np.concatenate(rings(), axis=1).tolist())
        first = [initial_weights(seed=seed) for seed in range(SEEDS)]
        drawn = [[*weights["W1"].ravel(), *weights["W2"].ravel()] for weights in first]
        self.set_trait("_first", np.array(drawn, dtype="<f8").tobytes())

    @property
    def active(self):
        """At which share of the samples each unit has z > 0: shape (16,)."""
        return (self._run()["z1"].data > 0.0).mean(axis=0)

    @property
    def silent(self):
        """The units, from 1 on, whose z is 0 or less at every sample."""
        return [int(unit) + 1 for unit in np.flatnonzero(self.active == 0.0)]

    @property
    def dead(self):
        """The units, from 1 on, whose slope f′(z) is 0 at every sample: no gradient comes through them."""
        slopes = self._slopes(self._run()["z1"])
        return [int(unit) + 1 for unit in np.flatnonzero((slopes == 0.0).all(axis=0))]

    @property
    def sentence(self):
        """How many units let nothing through, what that does to their gradient, and the unit looked at."""
        run = self._run()
        run["loss"].backward()
        slopes = np.abs(self._slopes(run["z1"])).max(axis=0)
        told = _network(ACTIVATIONS[self.activation], (run["z1"].data <= 0.0).all(axis=0), slopes)
        z1, db1 = run["z1"].data[:, self.unit - 1], run["b1"].grad[self.unit - 1]
        return (
            f"step {self.steps}: {told}; loss {words.number(run['loss'].item())}; "
            f"unit {self.unit}: z1 from {words.number(z1.min())} to {words.number(z1.max())}, "
            f"above 0 at {(z1 > 0.0).sum()} of {len(z1)} samples, ∂L/∂b1 = {words.signed(db1)}"
        )

    def _samples(self):
        return rings()

    def _first_weights(self):
        return initial_weights(self.bias, self.seed)

    def _hidden_units(self):
        return UNITS

    def _slopes(self, z1):
        """f′(z) for each sample and unit: (40, 16)."""
        z = Tensor(z1.data, requires_grad=True)
        getattr(z, self.activation)().sum().backward()
        return z.grad

    # --- what is refused ------------------------------------------------------------------------------------

    @traitlets.validate("activation")
    def _check_activation(self, proposal):
        if proposal.value not in ACTIVATIONS:
            listed = ", ".join(map(repr, ACTIVATIONS))
            raise traitlets.TraitError(f"the activation is one of {listed}; received {proposal.value!r}")
        return proposal.value

    @traitlets.validate("unit", "seed", "steps")
    def _check_count(self, proposal):
        return check_count(proposal, {"unit": (1, UNITS), "seed": (0, SEEDS - 1), "steps": (0, math.inf)})

    @traitlets.validate("rate")
    def _check_rate(self, proposal):
        if not RATES[0] <= proposal.value <= RATES[1]:
            raise traitlets.TraitError(f"the rate is a number from 0.001 to 100; received {proposal.value}")
        return proposal.value

    @traitlets.validate("bias")
    def _check_bias(self, proposal):
        if not BIASES[0] <= proposal.value <= BIASES[1]:
            raise traitlets.TraitError(f"the bias is a number from −2 to 1; received {proposal.value}")
        return proposal.value


def dead_relu_lab(activation="relu", rate=1.0, bias=0.0, seed=0):
    """Train sixteen hidden units, and see which of them die: by a large rate, or by a bias far below 0.

    activation: "relu", "leaky_relu", "elu" or "gelu".  rate: the learning rate η, 0.001 to 100.
    bias: where every hidden bias begins, from −2 to 1.  seed: 0 to 19, of the first weights.

    Raises: traitlets.TraitError for what is out of these limits.

    >>> lab = dead_relu_lab(bias=-2.0)
    >>> print(lab.sentence[:97])
    step 0: 15 of 16 units are dead: no sample gets through them, so no gradient does either; loss 0.
    >>> lab.activation = "leaky_relu"
    >>> len(lab.silent), lab.dead
    (15, [])
    """
    return DeadReluLab(activation=activation, rate=rate, bias=bias, seed=seed)


# --- words --------------------------------------------------------------------------------------------------


def _network(name, silent, steepest):
    """Say what gets through the units.

    silent: for each unit, whether z ≤ 0 at every sample.  steepest: its largest |f′(z)| over the samples.
    """
    dead = int((steepest == 0.0).sum())
    count = int(silent.sum())
    if count == 0:
        return f"some sample gets through each of the {UNITS} units, and so some gradient does too"
    one = count == 1
    if dead == count:
        is_, them = ("is", "it") if one else ("are", "them")
        return f"{_of_all(count)} {is_} dead: no sample gets through {them}, so no gradient does either"
    told = f"{_of_all(count)} {'has' if one else 'have'} every z1 ≤ 0, "
    if dead:
        return f"{told}and {dead} of these are dead: there the slope of {name} is 0 to the last digit"
    reached = words.number(steepest[silent].min())
    still = f"{reached} there" if one else f"{reached} or more at each"
    return f"{told}but {name} still passes a gradient on: its slope reaches {still}"


def _of_all(count):
    return f"all {UNITS} units" if count == UNITS else f"{count} of {UNITS} units"
