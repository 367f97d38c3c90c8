"""A browser for the tests, pages with one widget in them, and a real JupyterLab."""

import os
import re
from collections import defaultdict
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

    def model_set_all(self, traits):
        """Set several traits at once, as Python does when it sends them together."""
        self.page.evaluate("traits => window.model.set(traits)", traits)
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


@pytest.fixture(scope="module")
def idle_pages():
    """Pages that a test has done with, by kind: to make a page takes longer than to draw a widget in one."""
    return defaultdict(list)


@pytest.fixture
def mount_widget(browser, idle_pages):
    """A function: draws a widget (or a state with `_esm` and `_css`) in a page of its own.

    At the end of the test no script may have failed, no error been logged, and no request have left.
    """
    used = []

    def open_page(widget, *, theme="light", width=920, reduced_motion="reduce", clock=False, scale=1):
        state = widget if isinstance(widget, dict) else widget.get_state()
        kind = {"reduced_motion": reduced_motion, "device_scale_factor": scale}
        idle = idle_pages[*kind.values()]
        # A clock that was replaced stays replaced, so such a page is always new, and never used again.
        page, problems = idle.pop() if idle and not clock else _new_page(browser, kind)
        used.append((page, problems, None if clock else idle))
        if clock:
            page.clock.install()
        page.set_viewport_size({"width": width + 40, "height": 900})
        page.mouse.move(width + 39, 899)  # where no widget is: the last test may have left it anywhere
        return WidgetPage(page, mount(page, state, theme=theme, width=width))

    yield open_page
    for page, problems, idle in used:
        _clear(page)
        problems.assert_clean()
        page.context.close() if idle is None else idle.append((page, problems))


def _new_page(browser, kind):
    page = browser.new_context(**kind).new_page()
    return page, watch(page)


def _clear(page):
    """Leave nothing of a test in its page: no widget, no answers to requests, no page beside it."""
    page.goto("about:blank")
    page.unroute_all()
    page.context.unroute_all()
    for other in page.context.pages:
        if other is not page:
            other.close()


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
