"""What explorables of one hidden layer, trained in the browser, share: weights, numbers, beginning anew."""

import numpy as np
import traitlets

from backprop_lib.engine import functional
from backprop_lib.engine.batched import Tensor
from backprop_lib.explorables.explorable import Explorable

WEIGHTS = ("W1", "b1", "W2", "b2")
LARGEST = 1e6  # of a weight: beyond it, sums of products would soon have no value


class HiddenLayer(Explorable):
    """A network with 2 inputs, one hidden layer and 1 logit, on all its samples in one batch.

    A subclass has the trait `activation` and the methods below that say nothing here; setting one of its ANEW
    begins anew, and SETTINGS are what `start` holds, for reset.
    """

    ANEW = ()
    SETTINGS = ()

    steps = traitlets.Int(0).tag(sync=True)
    W1 = traitlets.TraitType(()).tag(sync=True)
    b1 = traitlets.TraitType(()).tag(sync=True)
    W2 = traitlets.TraitType(()).tag(sync=True)
    b2 = traitlets.TraitType(()).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **settings):
        super().__init__(**settings)
        self._begin_anew()
        self.observe(self._setting_changed, self.ANEW)
        self.set_trait("start", {name: getattr(self, name) for name in self.SETTINGS})

    def _samples(self):
        """Give X (samples, 2) and y (samples, 1)."""
        raise NotImplementedError

    def _first_weights(self):
        """Give the weights that the settings begin with: one array a name."""
        raise NotImplementedError

    def _hidden_units(self):
        """Give their number."""
        raise NotImplementedError

    @property
    def loss(self):
        """The mean binary cross-entropy over the samples; ln 2 = 0.6931 where nothing is known."""
        return self._run()["loss"].item()

    @property
    def gradients(self):
        """∂L/∂W1, ∂L/∂b1, ∂L/∂W2, ∂L/∂b2 by name, arrays of the shapes of the weights."""
        run = self._run()
        run["loss"].backward()
        return {name: run[name].grad for name in WEIGHTS}

    def _run(self):
        """Run the network on its samples: every Tensor by name."""
        X, y = self._samples()
        run = {name: Tensor(getattr(self, name), requires_grad=True) for name in WEIGHTS}
        run["z1"] = functional.affine(X, run["W1"], run["b1"])
        run["a1"] = getattr(run["z1"], self.activation)()
        run["logits"] = functional.affine(run["a1"], run["W2"], run["b2"])
        run["loss"] = functional.binary_cross_entropy_with_logits(run["logits"], y)
        return run

    # --- beginning anew -------------------------------------------------------------------------------------

    def _begin_anew(self):
        weights = self._first_weights()
        with self.hold_sync():
            for name in WEIGHTS:
                setattr(self, name, weights[name])
            self.steps = 0

    def _setting_changed(self, change):
        if self._listens:
            self._begin_anew()

    # --- what is refused ------------------------------------------------------------------------------------

    @traitlets.validate(*WEIGHTS)
    def _check_weights(self, proposal):
        name, units = proposal.trait.name, self._hidden_units()
        shape = {"W1": (2, units), "b1": (units,), "W2": (units, 1), "b2": (1,)}[name]
        try:
            array = np.asarray(proposal.value, dtype=np.float64)
        except (TypeError, ValueError):
            raise traitlets.TraitError(
                f"{name} needs numbers, shape {shape}; received {proposal.value!r}"
            ) from None
        if array.shape != shape:
            raise traitlets.TraitError(f"{name} needs shape {shape}; received shape {array.shape}")
        if not (np.abs(array) <= LARGEST).all():
            raise traitlets.TraitError(
                f"{name} needs numbers from −{LARGEST:.0f} to {LARGEST:.0f}; received {proposal.value!r}"
            )
        # Tuples, because an entry that is assigned to in place would reach nobody.
        return tuple(map(tuple, array.tolist())) if array.ndim > 1 else tuple(array.tolist())
