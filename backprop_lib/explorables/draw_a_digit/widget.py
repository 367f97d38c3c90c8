"""Draw a digit: a trained network reads it live, and its loss sends a gradient back to every pixel."""

import numpy as np
import traitlets

from backprop_lib.explorables.draw_a_digit import words
from backprop_lib.explorables.draw_a_digit.input import read_examples, read_pixels, remark
from backprop_lib.explorables.draw_a_digit.network import CLASSES, PIXELS, Network
from backprop_lib.explorables.draw_a_digit.nudge import MOST, flips_by_chance, nudged, smallest
from backprop_lib.explorables.explorable import Explorable, browser_side

MOST_NUDGES = 20
OF_EACH = 5  # examples of each class that travel with the picture


class DrawADigit(Explorable):
    """A picture of 8×8 pixels, a network that reads it, and the gradient of its loss by each pixel.

    pixels: 64 numbers from 0, the paper, to 1, the ink, row by row from the upper left: what the network sees
    now. Setting them is a new drawing.
    target: the class t of the loss L = −ln p(t), 0 to 9; None is the class that is read, before any nudge.
    nudges, epsilon: how often, 0 to 20, and how far, 0 to 0.3, the drawing has been nudged up the loss.
    Setting one of these three nudges the drawing anew.
    fit: whether strokes are stretched to the frame once the pen rests, as the data were.
    show_logits: whether the logits stand beside the probabilities.
    start: the state at first, where reset goes back to.

    The data are counts of ink in blocks of 4×4, and so is what the pen draws. In the data each digit reaches
    from the first row to the last, both begin at about the same column, and the outer columns are nearly
    empty; a 1 has as much ink as an 8. So a drawing is made as high as the frame, upright, at most 20 of 32
    wide, and a narrow one gets a broader pen.
    """

    _esm, _css = browser_side("draw_a_digit")

    pixels = traitlets.TraitType((0.0,) * PIXELS).tag(sync=True)
    target = traitlets.Int(None, allow_none=True).tag(sync=True)
    nudges = traitlets.Int(0).tag(sync=True)
    epsilon = traitlets.Float(0.1).tag(sync=True)
    fit = traitlets.Bool(True).tag(sync=True)
    show_logits = traitlets.Bool(False).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)
    _drawn = traitlets.TraitType(()).tag(sync=True)  # the pixels before the nudges; empty without any
    _steps = traitlets.List(read_only=True).tag(sync=True)
    _weights = traitlets.Bytes(read_only=True).tag(sync=True)
    _examples = traitlets.Bytes(read_only=True).tag(sync=True)
    _labels = traitlets.List(read_only=True).tag(sync=True)
    _remark = traitlets.Unicode("", read_only=True).tag(sync=True)

    _listens = False  # not while it is being made

    def __init__(self, model, examples=None, **state):
        network = Network(model)
        X, y = read_examples(examples)
        super().__init__(**state)
        self._network = network
        self.set_trait("_steps", network.steps)
        self.set_trait("_weights", network.content())
        chosen = np.concatenate([np.flatnonzero(y == digit)[:OF_EACH] for digit in range(CLASSES)])
        self.set_trait("_examples", X[chosen].astype("<f8").tobytes())
        self.set_trait("_labels", y[chosen].tolist())
        self.set_trait("_remark", remark(network, X, y))
        names = ("pixels", "target", "epsilon", "fit")
        self.set_trait("start", {name: getattr(self, name) for name in names})
        self._listens = True

    # --- what the next cell reads ---------------------------------------------------------------------------

    @property
    def probabilities(self):
        """p, softmax of the logits, shape (10,)."""
        return self._network.probabilities(self.pixels)[0]

    @property
    def reading(self):
        """The class with the largest p."""
        return int(self._network.readings(self.pixels)[0])

    @property
    def goal(self):
        """The class t whose loss is differentiated: the target, else what was read before any nudge."""
        return self._goal_from(self._before)

    @property
    def pixel_gradient(self):
        """∂L/∂x at each pixel, shape (64,), for L = −ln p(goal)."""
        return self._network.pixel_gradient(self.pixels, self.goal)

    @property
    def sentence(self):
        """What is read, how sure, and where ink changes the loss most; or what the nudges did."""
        p, x = self.probabilities, self._before
        if self.nudges:
            said = words.changed(
                p,
                self._network.probabilities(x)[0],
                self.nudges,
                self.epsilon,
                smallest(self._network, x, self.goal),
                flips_by_chance(self._network, x, self.nudges * self.epsilon),
            )
        else:
            loss = self._network.loss(self.pixels, self.goal).item()
            said = words.unchanged(p, self.pixels, self.goal, loss, self.pixel_gradient)
        return f"{self._remark}{said}"

    @property
    def _before(self):
        return np.array(self._drawn if self.nudges else self.pixels)

    # --- what is set ----------------------------------------------------------------------------------------

    @traitlets.observe("pixels")
    def _drawn_anew(self, change):
        if self._listens:
            self._take(drawn=(), nudges=0)

    @traitlets.observe("target", "nudges", "epsilon")
    def _nudge_anew(self, change):
        if not self._listens:
            return
        x = np.array(self._drawn or self.pixels)
        if not self.nudges:
            self._take(pixels=x, drawn=())
        else:
            self._take(
                pixels=nudged(self._network, x, self._goal_from(x), self.epsilon, self.nudges), drawn=x
            )

    def _goal_from(self, x):
        return self.target if self.target is not None else int(self._network.readings(x)[0])

    def _take(self, drawn, pixels=None, nudges=None):
        with self._deaf(), self.hold_sync():
            self._drawn = tuple(np.asarray(drawn, dtype=float).tolist())
            if pixels is not None:
                self.pixels = pixels
            if nudges is not None:
                self.nudges = nudges

    # --- what is refused ------------------------------------------------------------------------------------

    @traitlets.validate("pixels")
    def _check_pixels(self, proposal):
        try:
            pixels = read_pixels("pixels", proposal.value, (PIXELS,))
        except ValueError as problem:
            raise traitlets.TraitError(str(problem)) from None
        return tuple(pixels.tolist())  # an entry of a list, assigned to in place, would reach nobody

    @traitlets.validate("target", "nudges")
    def _check_count(self, proposal):
        name = proposal.trait.name
        most = {"target": CLASSES - 1, "nudges": MOST_NUDGES}[name]
        if proposal.value is not None and not 0 <= proposal.value <= most:
            also = " or None" if name == "target" else ""
            raise traitlets.TraitError(
                f"{name} is a whole number from 0 to {most}{also}; received {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("epsilon")
    def _check_epsilon(self, proposal):
        if not 0.0 <= proposal.value <= MOST:
            raise traitlets.TraitError(f"epsilon is a number from 0 to {MOST}; received {proposal.value}")
        return proposal.value


def draw_a_digit(model, start=None, examples=None):
    """Draw a digit with mouse, finger or keys: see what the network reads, and which pixels its loss blames.

    model: a trained `nn.Sequential` of Linear, ReLU, Tanh, Sigmoid, LeakyReLU and Dropout, from 64 pixels to
    10 logits. It is handed over once: later training does not change the picture.
    start: the first picture, 64 numbers or 8×8, from 0 to 1; None is blank paper.
    examples: (X, y), pictures to be loaded and their classes, such as (X_test, y_test); of each class the
    first five are kept. None: those of `training.data.digits()`.

    Raises: TypeError, ValueError for a model that does not fit, or examples that are none;
    traitlets.TraitError for a start that is no such picture.

    >>> import numpy as np
    >>> from backprop_lib import nn
    >>> from backprop_lib.explorables.draw_a_digit.widget import draw_a_digit
    >>> rng = np.random.default_rng(0)
    >>> model = nn.Sequential(nn.Linear(64, 32, rng=rng), nn.ReLU(), nn.Linear(32, 10, rng=rng))
    >>> digit = draw_a_digit(model)
    >>> digit.probabilities.shape, digit.pixel_gradient.shape
    ((10,), (64,))
    >>> digit.sentence.split(".")[0]
    'This network reads only 11 % of the examples right: train it first'
    """
    state = {} if start is None else {"pixels": start}
    return DrawADigit(model, examples, **state)
