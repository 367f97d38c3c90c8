"""A widget drawn by the real browser in a bare page: JupyterLab's colours, a stand-in model, no kernel."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Locator, Page, Route

Theme = Literal["light", "dark"]

# Never really requested: the route below answers. A page at localhost may do what a page of Jupyter may.
ADDRESS = "http://localhost/widget"
WIDTH = 920  # about the width of an output in JupyterLab on a laptop

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Widget</title>
<link rel="icon" href="data:,">
<style>{theme}</style>
<style>
  body {{ margin: 0; background: var(--jp-layout-color0); color: var(--jp-content-font-color1);
         font-family: var(--jp-content-font-family); font-size: var(--jp-content-font-size1);
         line-height: var(--jp-content-line-height); }}
  #widget {{ width: {width}px; font-family: var(--jp-ui-font-family); font-size: var(--jp-ui-font-size1);
            color: var(--jp-ui-font-color1); }}
</style></head>
<body class="jp-ThemedContainer" data-jp-theme-light="{is_light}" data-jp-theme-name="JupyterLab {name}">
<main id="widget" class="jp-OutputArea-output"></main>
<script>{fake_model}</script></body></html>"""


def mount(page: Page, state: dict[str, Any], *, theme: Theme = "light", width: int = WIDTH) -> Locator:
    """Draw the widget with this state (`_esm` and `_css` included) in `page`; returns its element."""
    html = PAGE.format(
        theme=theme_css(theme),
        width=width,
        is_light="true" if theme == "light" else "false",
        name=theme.title(),
        fake_model=Path(__file__).with_name("fake_model.js").read_text(encoding="utf-8"),
    )

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.route(ADDRESS, answer)
    page.goto(ADDRESS)
    page.evaluate("state => window.mountWidget(state)", encode(state))
    settle(page)
    return page.locator("#widget")


def settle(page: Page) -> None:
    """Wait until fonts are there and two frames have been drawn."""
    page.evaluate(
        """async () => {
            await document.fonts.ready;
            const frame = () => new Promise(requestAnimationFrame);
            await frame(); await frame();
        }"""
    )


@cache
def theme_css(theme: Theme) -> str:
    """JupyterLab's own style sheet of a theme: the variables a widget may use, with their true values."""
    from jupyterlab.commands import get_app_dir  # slow to import, and only needed with a browser

    path = Path(get_app_dir()) / "themes" / "@jupyterlab" / f"theme-{theme}-extension" / "index.css"
    return path.read_text(encoding="utf-8")


def encode(value: Any) -> Any:
    """The state as JSON: bytes become {"$base64": ...}, which the stand-in model turns into a DataView.

    >>> encode({"w": 1.5, "trace": b"abc"})
    {'w': 1.5, 'trace': {'$base64': 'YWJj'}}
    """
    if isinstance(value, bytes | bytearray | memoryview):
        return {"$base64": base64.b64encode(bytes(value)).decode("ascii")}
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value
