"""A browser for the tests, pages with one widget in them, and a real JupyterLab."""

import os
import re
from pathlib import Path

import pytest

from tools.browser import open_browser, watch
from tools.build_notebooks import NOTEBOOKS
from tools.lab import LabNotebook, jupyter_lab
from tools.widget_page import mount, settle

# The explorables' own promise, not the whole of axe: what it calls serious or critical fails.
GRAVE = {"serious", "critical"}


# Per module, not per session: Playwright's loop must end before a test elsewhere draws stills with its own.
@pytest.fixture(scope="module")
def browser():
    """One Chromium for the tests of a file."""
    with open_browser() as browser:
        yield browser


class WidgetPage:
    """A page with one widget; everything a Playwright page can do, and a hand on the widget's model."""

    def __init__(self, page, element):
        self.page = page
        self.element = element

    def __getattr__(self, name):
        return getattr(self.page, name)

    @property
    def root(self):
        """The explorable's own root element."""
        return self.element.locator(".backprop-explorable")

    def model_get(self, name):
        """A trait as the browser side has it."""
        return self.page.evaluate("name => window.model.get(name)", name)

    def model_set(self, name, value):
        """Set a trait as Python would; the widget hears of it."""
        self.page.evaluate("([name, value]) => window.model.set(name, value)", [name, value])
        settle(self.page)

    def saved(self):
        """What a kernel would have received so far, one dict for each save."""
        return self.page.evaluate("() => window.model.saved")

    def listener_count(self):
        """Listeners that the widget has on its model; none may be left after `unmount`."""
        return self.page.evaluate("() => window.model.listenerCount()")

    def unmount(self):
        """Take the widget away, as when its output is cleared."""
        self.page.evaluate("() => window.unmountWidget()")


@pytest.fixture
def mount_widget(browser):
    """A function: draws a widget (or a state with `_esm` and `_css`) in a page of its own.

    At the end of the test no script may have failed, no error been logged, and no request have left.
    """
    contexts, watches = [], []

    def open_page(widget, *, theme="light", width=920, reduced_motion="reduce", clock=False, scale=1):
        state = widget if isinstance(widget, dict) else widget.get_state()
        context = browser.new_context(
            reduced_motion=reduced_motion,
            device_scale_factor=scale,
            viewport={"width": width + 40, "height": 900},
        )
        contexts.append(context)
        page = context.new_page()
        watches.append(watch(page))
        if clock:
            page.clock.install()
        return WidgetPage(page, mount(page, state, theme=theme, width=width))

    yield open_page
    for context in contexts:
        context.close()
    for problems in watches:
        problems.assert_clean()


@pytest.fixture(scope="session")
def axe_violations():
    """A function: what axe finds serious or critical within the elements that match a selector."""
    from axe_playwright_python.sync_playwright import Axe

    def find(page, selector=".backprop-explorable"):
        found = Axe().run(page, context=[selector]).response["violations"]
        return [
            f"{item['id']}: {item['help']}: {node['html'][:160]}"
            for item in found
            if item["impact"] in GRAVE
            for node in item["nodes"]
        ]

    return find


@pytest.fixture(scope="session")
def lab():
    """JupyterLab on a copy of notebooks/."""
    with jupyter_lab(NOTEBOOKS) as lab:
        yield lab


@pytest.fixture(scope="module")
def jupyterlab(browser, lab):
    """A function: opens a notebook in JupyterLab. Kernels and pages end with the tests."""
    opened = []

    def open_notebook(name, **context):
        page = browser.new_context(
            viewport={"width": 1280, "height": 1000}, reduced_motion="reduce", **context
        ).new_page()
        problems = watch(page)
        notebook = LabNotebook(page, lab, name)
        notebook.problems = problems
        opened.append(notebook)
        return notebook

    yield open_notebook
    for notebook in opened:
        notebook.close()


@pytest.fixture(scope="session")
def screenshot():
    """A function: saves a picture of a page or an element in the folder $SCREENSHOTS, if that is set."""
    folder = os.environ.get("SCREENSHOTS")

    def save(target, name):
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            target.screenshot(path=str(Path(folder) / f"{re.sub(r'[^0-9A-Za-z_-]+', '_', name)}.png"))

    return save
