"""What all explorables share: where their browser side lies, and how they stand for themselves in text."""

from pathlib import Path

import anywidget

_STATIC = Path(__file__).parent / "static"


def browser_side(name):
    """Give the bundle and the style sheet of an explorable, as anywidget's two attributes.

    Their text, not their paths: anywidget watches a file on behalf of every instance, and none is ever freed.
    """
    return tuple((_STATIC / file).read_text(encoding="utf-8") for file in (f"{name}.js", "explorables.css"))


class Explorable(anywidget.AnyWidget):
    """A picture that can be moved; its state is in traits, so that the next cell can read it."""

    @property
    def sentence(self):
        """What the picture shows, in one sentence; it stands for the explorable where no picture can be."""
        raise NotImplementedError

    def __repr__(self):
        try:
            return self.sentence
        except (ArithmeticError, ValueError) as problem:  # a leaf was moved to where there is no result
            return str(problem)


class Leaves(dict):
    """The numbers at the leaves. Setting one moves its slider: `explorer.values["w1"] = 2`."""

    def __init__(self, numbers, tell):
        super().__init__(numbers)
        self._tell = tell

    def __setitem__(self, name, number):
        self._tell({name: number})

    def update(self, *pairs, **numbers):
        self._tell(dict(*pairs, **numbers))

    def __ior__(self, numbers):
        return self | numbers
