"""What all explorables share: where their browser side lies, and how they stand for themselves in text."""

from pathlib import Path

import anywidget

_STATIC = Path(__file__).parent / "static"


def browser_side(name):
    """Give the bundle and the style sheet of an explorable, as anywidget's two attributes."""
    return _STATIC / f"{name}.js", _STATIC / "explorables.css"


class Explorable(anywidget.AnyWidget):
    """A picture that can be moved; its state is in traits, so that the next cell can read it."""

    @property
    def sentence(self):
        """What the picture shows, in one sentence; it stands for the explorable where no picture can be."""
        raise NotImplementedError

    def __repr__(self):
        return self.sentence


class Leaves(dict):
    """The numbers at the leaves. Setting one moves its slider: `explorer.values["w1"] = 2`."""

    def __init__(self, numbers, tell):
        super().__init__(numbers)
        self._tell = tell

    def __setitem__(self, name, number):
        self._tell({name: number})
