"""Stills: what a published notebook shows where a live one shows a widget.

GitHub and other viewers run no kernel and no widget code; for them each explorable becomes the picture that
the real browser drew, and each `interact` the output it produced, so that nobody reads "model not found".
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from playwright.sync_api import Browser

from tools.browser import open_browser, watch
from tools.pictures import shrink
from tools.widget_page import WIDTH, mount

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
OUTPUT_MODEL = "OutputModel"

# Under an `interact`, in place of a repr of nested widgets; nbval's sanitize file maps the live repr to it.
RUN_ME = "(Run this cell to move its controls.)"

State = dict[str, Any]  # of one widget model
States = dict[str, State]  # of all, by model id
Draw = Callable[[State], bytes]  # a widget's picture as PNG

# 1 × 1, transparent: for builds that are compared with the pictures aside, and need no browser.
BLANK_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def replace_widgets(outputs: list[NotebookNode], states: States, draw: Draw) -> list[NotebookNode]:
    """A cell's outputs with every widget view replaced; `states` are those at the end of the cell."""
    result: list[NotebookNode] = []
    for output in outputs:
        view = output.get("data", {}).get(WIDGET_VIEW)
        if view is None:
            result.append(output)
            continue
        state = states[view["model_id"]]
        if "_esm" in state:
            result.append(_still(output, draw(state)))
        else:
            result += _captured(view["model_id"], states, draw)
            result.append(_without_view(output))
    return result


def _still(output: NotebookNode, png: bytes) -> NotebookNode:
    sentence = output["data"].get("text/plain", "")
    still = new_output(
        output["output_type"],
        data={"image/png": base64.b64encode(png).decode("ascii"), "text/plain": sentence},
        # The screenshot is twice as dense as the page. nbconvert and nbsphinx read the alt text from here.
        metadata={"image/png": {"alt": sentence, "width": WIDTH}},
    )
    return _numbered(still, output)


def _captured(model_id: str, states: States, draw: Draw) -> list[NotebookNode]:
    """What the Output widgets inside a core widget had caught, as ordinary outputs."""
    state = states.get(model_id, {})
    if state.get("_model_name") == OUTPUT_MODEL:
        caught = [NotebookNode(output) for output in state.get("outputs", ())]
        return replace_widgets(caught, states, draw)
    children = [child.removeprefix("IPY_MODEL_") for child in state.get("children", ())]
    return [output for child in children for output in _captured(child, states, draw)]


def _without_view(output: NotebookNode) -> NotebookNode:
    return _numbered(new_output(output["output_type"], data={"text/plain": RUN_ME}), output)


def _numbered(new: NotebookNode, old: NotebookNode) -> NotebookNode:
    if "execution_count" in old:
        new["execution_count"] = old["execution_count"]
    return new


def draw_nothing(state: State) -> bytes:
    """In place of a picture where pictures do not count."""
    return BLANK_PNG


@contextmanager
def drawing() -> Iterator[Draw]:
    """A browser that draws; every picture starts from a fresh page."""
    with open_browser() as browser:
        yield lambda state: draw_widget(browser, state)


def draw_widget(browser: Browser, state: State) -> bytes:
    """The widget in this state as a PNG: light theme, no motion, two device pixels to one of the page."""
    context = browser.new_context(
        device_scale_factor=2, reduced_motion="reduce", viewport={"width": WIDTH, "height": 1200}
    )
    try:
        page = context.new_page()
        problems = watch(page)
        element = mount(page, state)
        png = element.screenshot(animations="disabled", caret="hide")
        problems.assert_clean()
    finally:
        context.close()
    return shrink(png)
