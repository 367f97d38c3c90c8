"""Logits, their loss and the gradient it sends back: softmax with cross-entropy, and its rivals."""

import math

import numpy as np
import traitlets

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.functional import binary_cross_entropy_with_logits, cross_entropy
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import Explorable, browser_side

VIEWS = ("three classes", "yes or no", "big logits")
LOGITS = ("z1", "z2", "z3")
FARTHEST = 8.0
LARGEST_SHIFT = 1000.0
CERTAIN = 0.1  # an output this close to 0 or 1 is sure of itself


class LogitsLab(Explorable):
    """Three logits and the right class; one sigmoid output; and logits too large for exp.

    view: "three classes", "yes or no" or "big logits".
    z1, z2, z3: the logits, from −8 to 8.  right: the right class, 1, 2 or 3.
    z: the logit of the one output, from −8 to 8.  target: its y, 0 or 1.
    shift: c, which is added to each of the three logits where they are big, from 0 to 1000.
    start: all but the view as they were at first, where reset goes back to.
    """

    _esm, _css = browser_side("logits_lab")

    view = traitlets.Unicode(VIEWS[0]).tag(sync=True)
    z1 = traitlets.Float(2.0).tag(sync=True)
    z2 = traitlets.Float(1.0).tag(sync=True)
    z3 = traitlets.Float(0.1).tag(sync=True)
    right = traitlets.Int(1).tag(sync=True)
    z = traitlets.Float(-4.0).tag(sync=True)
    target = traitlets.Int(1).tag(sync=True)
    shift = traitlets.Float(0.0).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **state):
        super().__init__(**state)
        names = (*LOGITS, "right", "z", "target", "shift")
        self.set_trait("start", {name: getattr(self, name) for name in names})

    @property
    def p(self):
        """The shares of the three classes, softmax(z)."""
        return _numbers(Tensor(self._logits).softmax(0))

    @property
    def loss(self):
        """The cross-entropy: −ln p of the right class."""
        return self._cross_entropy(Tensor(self._logits)).item()

    @property
    def delta(self):
        """What the loss sends back into the three logits, from a backward pass: p − y."""
        logits = Tensor(self._logits, requires_grad=True)
        self._cross_entropy(logits).backward()
        return tuple(logits.grad.tolist())

    @property
    def losses(self):
        """The loss of the one output, by name: "cross-entropy" and "half squared error"."""
        return {name: loss.item() for name, loss in self._two_losses(Tensor([self.z])).items()}

    @property
    def gradients(self):
        """What either loss sends back into z, by name, each from a backward pass."""
        found = {}
        for name in self.losses:
            z = Tensor([self.z], requires_grad=True)
            self._two_losses(z)[name].backward()
            found[name] = z.grad.item()
        return found

    @property
    def naive(self):
        """The shares as exp(z + c) / Σ exp(z + c), for each class; None for one that has no value."""
        with np.errstate(over="ignore", invalid="ignore"):  # what it shows
            powers = Tensor(self._shifted).exp()
            return tuple(p if math.isfinite(p) else None for p in _numbers(powers / powers.sum()))

    @property
    def stable(self):
        """The shares of the logits z + c with the largest of them taken away first."""
        return _numbers(Tensor(self._shifted).softmax(0))

    @property
    def sentence(self):
        """What the present view shows, in numbers."""
        return {
            "three classes": self._three_classes,
            "yes or no": self._yes_or_no,
            "big logits": self._big_logits,
        }[self.view]()

    def _three_classes(self):
        right = f"p{self.right}"
        others = " and ".join(name for i, name in enumerate(LOGITS, 1) if i != self.right)
        delta = ", ".join(map(words.signed, self.delta))
        return (
            f"Class {self.right} is right and gets {right} = {words.number(self.p[self.right - 1])}: "
            f"the loss is −ln {right} = {words.number(self.loss)}. It sends δ = p − y = ({delta}) back "
            f"into the logits: a step downhill raises z{self.right} and lowers {others}"
        )

    def _yes_or_no(self):
        a = Tensor(self.z).sigmoid().item()
        slope = a * (1.0 - a)
        entropy, squared = map(words.signed, self.gradients.values())
        return (
            f"{_verdict(abs(a - self.target))}: z = {words.number(self.z)} gives a = σ(z) = "
            f"{words.number(a)}, and y = {self.target}. Cross-entropy sends back a − y = {entropy}; half the "
            f"squared error sends (a − y)·σ'(z) = {entropy} × {words.number(slope)} = {squared}, "
            f"{words.number(float(f'{1.0 / slope:.3g}'))} times less"
        )

    def _big_logits(self):
        stable = ", ".join(map(words.number, self.stable))
        largest = words.number(max(self._shifted))
        told = f"c = {words.number(self.shift)}: "
        rest = f"The stable form takes the largest logit away first, so that p is ({stable}) for any c"
        if None in self.naive:
            return f"{told}exp({largest}) is more than float64 can hold, and ∞/∞ has no value. {rest}"
        if not any(self.naive):
            return f"{told}each exp(z + c) fits into float64, but their sum does not: every p is 0. {rest}"
        power = words.number(math.exp(max(self._shifted)))
        return f"{told}exp({largest}) = {power} fits into float64, and both forms agree. {rest}"

    @property
    def _logits(self):
        return [getattr(self, name) for name in LOGITS]

    @property
    def _shifted(self):
        return [z + self.shift for z in self._logits]

    def _cross_entropy(self, logits):
        return cross_entropy(logits, np.array(self.right - 1))

    def _two_losses(self, z):
        squared = 0.5 * (z.sigmoid() - self.target) ** 2
        entropy = binary_cross_entropy_with_logits(z, np.array([self.target]))
        return {"cross-entropy": entropy, "half squared error": squared.sum()}

    @traitlets.validate(*LOGITS, "z")
    def _check_logit(self, proposal):
        if not abs(proposal.value) <= FARTHEST:
            name = proposal.trait.name
            raise traitlets.TraitError(f"{name} is a number from −8 to 8; received {proposal.value}")
        return proposal.value

    @traitlets.validate("shift")
    def _check_shift(self, proposal):
        if not 0.0 <= proposal.value <= LARGEST_SHIFT:
            raise traitlets.TraitError(f"the shift is a number from 0 to 1000; received {proposal.value}")
        return proposal.value

    @traitlets.validate("right")
    def _check_right(self, proposal):
        return _one_of("the right class", (1, 2, 3), proposal.value)

    @traitlets.validate("target")
    def _check_target(self, proposal):
        return _one_of("the target", (0, 1), proposal.value)

    @traitlets.validate("view")
    def _check_view(self, proposal):
        return _one_of("the view", VIEWS, proposal.value)


def logits_lab(logits=(2.0, 1.0, 0.1), right=1):
    """Move logits: see the shares that softmax makes of them, the loss, and δ = p − y that it sends back.

    Two more views compare cross-entropy with half the squared error, and the stable softmax with the naive.

    logits: three numbers from −8 to 8.  right: the right class, 1, 2 or 3.

    Raises: ValueError for another number of logits; traitlets.TraitError for one out of its limits, or for a
    class that is not there.

    >>> lab = logits_lab()
    >>> [round(p, 6) for p in lab.p], round(lab.loss, 6)
    ([0.659001, 0.242433, 0.098566], 0.41703)
    >>> [round(delta, 6) for delta in lab.delta]
    [-0.340999, 0.242433, 0.098566]
    >>> lab.z = -4
    >>> {name: round(gradient, 6) for name, gradient in lab.gradients.items()}
    {'cross-entropy': -0.982014, 'half squared error': -0.017345}
    >>> lab.shift = 1000
    >>> lab.naive
    (None, None, None)
    """
    logits = tuple(logits)
    if len(logits) != len(LOGITS):
        raise ValueError(f"the lab has three logits, such as (2.0, 1.0, 0.1); received {len(logits)}")
    return LogitsLab(right=right, **dict(zip(LOGITS, logits, strict=True)))


def _numbers(tensor):
    return tuple(tensor.data.tolist())


def _verdict(miss):
    """Say how good an output is that misses its target, 0 or 1, by so much."""
    if miss == 0.5:
        return "Undecided"
    sure = miss <= CERTAIN or miss >= 1.0 - CERTAIN
    if miss < 0.5:
        return "Confidently right" if sure else "Right"
    return "Confidently wrong" if sure else "Wrong"


def _one_of(what, choices, value):
    if isinstance(value, bool) or value not in choices:
        raise traitlets.TraitError(f"{what} is one of {', '.join(map(repr, choices))}; received {value!r}")
    return value
