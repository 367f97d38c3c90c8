"""An explorable worked by keyboard alone: every control reached, operated, and seen to do something."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page

TYPED = {"text", "number", "search"}
MOST_STOPS = 300  # more presses of Tab than any explorable has controls: the focus goes round in circles


@dataclass
class Report:
    """What the keyboard could not do, by the controls' names; all empty where everything works."""

    controls: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)  # neither Tab nor the arrows get there
    without_effect: list[str] = field(default_factory=list)  # operated, and nothing was drawn or said
    without_ring: list[str] = field(default_factory=list)  # focused, and looking as before
    focus_lost: list[str] = field(default_factory=list)  # operated, and the focus was gone

    def problems(self) -> dict[str, list[str]]:
        """The lists that are not empty."""
        names = ("unreached", "without_effect", "without_ring", "focus_lost")
        return {name: found for name in names if (found := getattr(self, name))}


def operate(page: Page, root: Locator) -> Report:
    """Go through the explorable as a reader without a pointer would."""
    page.evaluate(Path(__file__).with_name("keyboard.js").read_text(encoding="utf-8"))
    return _Walk(page, root).report()


class _Walk:
    def __init__(self, page: Page, root: Locator) -> None:
        self.page = page
        self.root = root
        self.controls = self._ask("list")
        self.reached: set[int] = set()
        self.effective: set[int] = set()
        self.ringed: set[int] = set()
        self.lost: set[int] = set()

    def report(self) -> Report:
        self._tab_through()
        # "Back" does nothing at the beginning, "reset" nothing before a change: stir the others, try again.
        for index in range(len(self.controls)):
            if index not in self.effective:
                self._try_after_others(index)
        every = set(range(len(self.controls)))
        return Report(
            controls=self._names(every),
            unreached=self._names(every - self.reached),
            without_effect=self._names(self.reached - self.effective),
            without_ring=self._names(self.reached - self.ringed),
            focus_lost=self._names(self.lost),
        )

    def _tab_through(self) -> None:
        self._ask("enter")
        for _ in range(MOST_STOPS):
            # Where the last stop lost the focus, the explorable is entered again by the next one.
            before = self._drawn()
            self.page.keyboard.press("Tab")
            place = self._focused()
            if place is None:
                return
            self._visit(place, before)
            if self._focused() is None:
                self._focus(place["index"])
        raise AssertionError("Tab never leaves the explorable")

    def _visit(self, place: dict, before: str) -> None:
        index = place["index"]
        if not 0 <= index < len(self.controls) or index in self.reached:
            return
        self.reached.add(index)
        if place["visible"] and place["look"] != self.controls[index]["look"]:
            self.ringed.add(index)
        if self._kind(index) == "other" and self._drawn() != before:
            self.effective.add(index)  # a mark that tells its story when it gets the focus
        for key in self._keys(index):
            changed = self._press(index, key)
            if changed:
                self.effective.add(index)
            after = self._focused()
            if after is None:
                self.lost.add(index)
                return
            if after["index"] != index:  # arrows move from one to the next inside a group
                self._visit(after, self._drawn())
                self._focus(index)
            if changed and self._kind(index) != "other":
                break
        if self._kind(index) != "typed":
            self.page.keyboard.press("b")  # in JupyterLab's command mode: a new cell

    def _try_after_others(self, index: int) -> None:
        for other in sorted(self.effective):
            self._focus(other)
            for key in self._keys(other)[:1]:
                self._press(other, key)
            if not self._focus(index):
                continue
            if not self.controls[index]["enabled"]:  # Tab passed it by, rightly
                self.reached.add(index)
                self.ringed.add(index)
            if any(self._press(index, key) for key in self._keys(index)):
                self.effective.add(index)
                return

    def _press(self, index: int, key: str) -> bool:
        """Press a key; whether anything drawn or said changed. Waits until the drawing is still again."""
        before = self._drawn()
        self.page.keyboard.press(key)
        changed = self._settle() != before
        if changed and self._kind(index) == "button" and not self._still():
            self.page.keyboard.press(key)  # it plays: the same button stops it
            self._settle()
        return changed

    def _settle(self, patience: float = 1.0) -> str:
        frames = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        end = time.monotonic() + patience
        last = None
        while True:
            self.page.evaluate(frames)
            now = self._drawn()
            if now == last or time.monotonic() > end:
                return now
            last = now

    def _still(self) -> bool:
        before = self._drawn()
        self.page.wait_for_timeout(100)
        return self._drawn() == before

    def _kind(self, index: int) -> str:
        control = self.controls[index]
        tag, type_, role = control["tag"], control["type"], control["role"]
        if tag in ("button", "summary") or role == "button" or type_ in ("button", "submit", "reset"):
            return "button"
        if type_ in ("checkbox", "radio", "range"):
            return type_
        if tag == "textarea" or (tag == "input" and type_ in TYPED | {""}):
            return "typed"
        return {"select": "select"}.get(tag) or {"slider": "range", "checkbox": "checkbox"}.get(role, "other")

    def _keys(self, index: int) -> list[str]:
        return {
            "button": ["Enter", "Space"],
            "checkbox": ["Space"],
            "radio": ["ArrowRight", "ArrowLeft", "Space"],
            "range": ["ArrowRight", "ArrowLeft"],
            "select": ["ArrowDown", "ArrowUp"],
            "typed": ["ArrowUp", "1", "Enter"],
            "other": ["Enter", "Space", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"],
        }[self._kind(index)]

    def _focus(self, index: int) -> bool:
        """Put the focus on a control: sets the scene, and proves nothing about who can get there."""
        return self.root.evaluate("(root, index) => window.keyboardTest.focus(root, index)", index)

    def _ask(self, what: str):
        return self.root.evaluate(f"root => window.keyboardTest.{what}(root)")

    def _drawn(self) -> str:
        return self._ask("drawn")

    def _focused(self) -> dict | None:
        return self._ask("focused")

    def _names(self, indices: set[int]) -> list[str]:
        return [self.controls[index]["name"] for index in sorted(indices)]
