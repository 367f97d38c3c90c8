"""What all explorables share: where their browser side lies, and how they stand for themselves in text."""

from contextlib import contextmanager
from pathlib import Path

import anywidget

_STATIC = Path(__file__).parent / "static"


def browser_side(name):
    """Give the bundle and the styles of an explorable (the common ones, then its own), for anywidget.

    Their text, not their paths: anywidget watches a file on behalf of every instance, and none is ever freed.
    """
    styles = [path for path in (_STATIC / "explorables.css", _STATIC / f"{name}.css") if path.exists()]
    bundle = (_STATIC / f"{name}.js").read_text(encoding="utf-8")
    return bundle, "".join(path.read_text(encoding="utf-8") for path in styles)


class Explorable(anywidget.AnyWidget):
    """A picture that can be moved; its state is in traits, so that the next cell can read it."""

    _listens = True  # to what Python sets, and computes what follows; the browser does so by itself

    def set_state(self, sync_data):
        """Take over what the browser sends, with all that it has computed."""
        with self._deaf():
            super().set_state(sync_data)

    @contextmanager
    def _deaf(self):
        before, self._listens = self._listens, False
        try:
            yield
        finally:
            self._listens = before

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
