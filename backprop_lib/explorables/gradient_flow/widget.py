"""The gradient-flow microscope: how large the gradient is in every layer of a deep network, and why."""

import math

import traitlets

from backprop_lib.explorables.explorable import Explorable, browser_side
from backprop_lib.explorables.gradient_flow import words
from backprop_lib.explorables.gradient_flow.network import Settings, measure
from backprop_lib.explorables.gradient_flow.theory import theory

ACTIVATIONS = tuple(words.NAMES)
NORMALISATIONS = ("none", "BatchNorm", "LayerNorm")
WIDTHS = (4, 8, 16, 32, 64, 128)
DEEPEST = 50
SMALLEST_GAIN, LARGEST_GAIN = 0.2, 4.0
SEEDS = 10_000
_ONE_OF = {"activation": ACTIVATIONS, "normalisation": NORMALISATIONS, "width": WIDTHS}


class GradientFlow(Explorable):
    """A deep network just after its weights were drawn: sizes of signals and gradients in every layer.

    depth: how many layers, 1 to 50.  width: units in each, 4, 8, 16, 32, 64 or 128.
    activation: "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu" or "identity".
    gain: weights come from N(0, gain² / width); 0.2 to 4. Xavier is 1 here, He is √2.
    normalisation: of what the activation receives, "none", "BatchNorm" or "LayerNorm".
    residual: whether each layer adds its input to its output.
    clipping: whether all gradients are multiplied by one factor, so that those of all weights together have a
    norm of 1 at most.  seed: of weights, input and loss, 0 to 9999.  layer: which one is looked into, from 1.
    start: all of them as they were at first, for reset.

    The batch has 32 rows from N(0, 1). The loss hands noise of one size to the last layer's output a_L: it is
    the mean of G·a_L, with G from N(0, 1). Read after a move, all computed by our engine:

    gradient_sizes: ‖∂L/∂z_l‖ / ‖∂L/∂a_L‖ for each layer l, after clipping; z_l is what the activation
    receives.  input_gradient: ‖∂L/∂x‖ / ‖∂L/∂a_L‖.  ratio: of the first layer's gradient to the last one's.
    activation_sizes: the root mean square of each layer's output.  theory_sizes: what `gradient_sizes` would
    be on average in a wide network, or None with a normalisation or a shortcut.
    """

    _esm, _css = browser_side("gradient_flow")

    depth = traitlets.Int(20).tag(sync=True)
    width = traitlets.Int(64).tag(sync=True)
    activation = traitlets.Unicode("sigmoid").tag(sync=True)
    gain = traitlets.Float(1.0).tag(sync=True)
    normalisation = traitlets.Unicode("none").tag(sync=True)
    residual = traitlets.Bool(False).tag(sync=True)
    clipping = traitlets.Bool(False).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    layer = traitlets.Int().tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **state):
        super().__init__(**state)
        self.set_trait("start", self._settings()._asdict() | {"layer": self.layer})

    @property
    def gradient_sizes(self):
        """‖∂L/∂z_l‖ / ‖∂L/∂a_L‖ for each layer, shape (depth,)."""
        return self._flow().gradients.copy()

    @property
    def activation_sizes(self):
        """The root mean square of each layer's output, shape (depth,)."""
        return self._flow().activations.copy()

    @property
    def theory_sizes(self):
        """What theory expects of `gradient_sizes`, shape (depth,); None where it has no answer."""
        expected = self._theory()
        return None if expected is None else self._flow().factor * expected.gradients

    @property
    def input_gradient(self):
        """‖∂L/∂x‖ / ‖∂L/∂a_L‖: what all layers together make of the gradient."""
        return self._flow().input_gradient

    @property
    def ratio(self):
        """‖∂L/∂z_1‖ / ‖∂L/∂z_L‖, first layer over last; nan where the last one's is 0."""
        first, last = self._flow().gradients[[0, -1]]
        return float(first / last) if last else math.nan

    @property
    def sentence(self):
        """The ratio, what a layer passes on, what clipping does, and what is seen inside the chosen layer."""
        return words.sentence(self._settings(), self.layer, self._flow(), self._theory())

    def _settings(self):
        return Settings(*(getattr(self, name) for name in Settings._fields))

    def _flow(self):
        return measure(self._settings())

    def _theory(self):
        if self.normalisation != "none" or self.residual:
            return None
        return theory(self.depth, self.activation, self.gain)

    @traitlets.default("layer")
    def _middle_layer(self):
        return (self.depth + 1) // 2

    @traitlets.observe("depth")
    def _keep_layer_inside(self, change):
        self.layer = min(self.layer, change.new)

    @traitlets.validate("activation", "normalisation", "width")
    def _check_choice(self, proposal):
        name, choices = proposal.trait.name, _ONE_OF[proposal.trait.name]
        if proposal.value not in choices:
            raise traitlets.TraitError(
                f"the {name} is one of {', '.join(map(repr, choices))}; received {proposal.value!r}"
            )
        return proposal.value

    @traitlets.validate("depth", "seed")
    def _check_count(self, proposal):
        name = proposal.trait.name
        least, most = {"depth": (1, DEEPEST), "seed": (0, SEEDS - 1)}[name]
        if not least <= proposal.value <= most:
            raise traitlets.TraitError(
                f"the {name} is a whole number from {least} to {most}; received {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("layer")
    def _check_layer(self, proposal):
        if not 1 <= proposal.value <= self.depth:
            raise traitlets.TraitError(
                f"the layer is a whole number from 1 to the depth, {self.depth}; received {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("gain")
    def _check_gain(self, proposal):
        if not SMALLEST_GAIN <= proposal.value <= LARGEST_GAIN:
            raise traitlets.TraitError(f"the gain is a number from 0.2 to 4; received {proposal.value}")
        return proposal.value


def gradient_flow(
    depth=20,
    width=64,
    activation="sigmoid",
    gain=1.0,
    normalisation="none",
    residual=False,
    clipping=False,
    seed=0,
):
    """Put a deep network under the microscope: see the gradient vanish, explode, or get through.

    Arguments and what can be read afterwards: see `GradientFlow`.

    Raises: traitlets.TraitError for a setting that is out of its limits or not in its list.

    >>> flow = gradient_flow(depth=10, activation="relu", gain=2.0)
    >>> flow.gradient_sizes.shape, bool(flow.ratio > 1.0)
    ((10,), True)
    >>> flow.gain = 0.5
    >>> bool(flow.ratio < 1e-3)
    True
    """
    return GradientFlow(
        depth=depth,
        width=width,
        activation=activation,
        gain=gain,
        normalisation=normalisation,
        residual=residual,
        clipping=clipping,
        seed=seed,
    )
