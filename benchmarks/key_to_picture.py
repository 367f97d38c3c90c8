"""From a key press to the visible picture: each explorable's first slider and step button, in JupyterLab.

    python benchmarks/key_to_picture.py [NOTEBOOK.ipynb] [--presses 60]

The clock starts with the key event's own time stamp and stops when the page has drawn the frame that shows
the change (the screen's own delay comes on top, for every method alike). Measured as it is, with 100 ms of
network (50 each way), and with the kernel gone.
"""

import argparse
import statistics
import sys
from contextlib import nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.browser import open_browser
from tools.build_notebooks import NOTEBOOKS
from tools.lab import LabNotebook, jupyter_lab
from tools.slow_network import delayed

NETWORK = 0.1  # seconds, there and back
PATIENCE = 1000  # milliseconds until a key counts as without effect

# After the mutation comes the frame (requestAnimationFrame), and after the frame's painting the message.
WATCH = """root => {
    window.latencies = [];
    let pressed = 0;
    const painted = new MessageChannel();
    painted.port1.onmessage = () => {
        if (pressed) window.latencies.push(performance.now() - pressed);
        pressed = 0;
    };
    window.stopWatching?.();
    const start = (event) => { pressed = event.timeStamp; };
    const observer = new MutationObserver(() => {
        if (pressed) requestAnimationFrame(() => painted.port2.postMessage(0));
    });
    addEventListener("keydown", start, true);
    observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    window.stopWatching = () => { observer.disconnect(); removeEventListener("keydown", start, true); };
}"""

# Names that buttons for one step, and for starting again, may have.
STEP = "step|next|forward"
AGAIN = "reset|first|again|start|back"
FIND = """([root, words]) => [...root.querySelectorAll("button")].find((button) =>
    new RegExp(words, "i").test(button.getAttribute("aria-label") || button.textContent))"""


def press(page, root, control, keys, presses):
    """Milliseconds of each key press that changed the picture."""
    times = []
    root.evaluate(WATCH)
    for number in range(2 * presses):
        control.focus()
        before = page.evaluate("() => window.latencies.length")
        page.keyboard.press(keys[number % len(keys)])
        try:
            page.wait_for_function("n => window.latencies.length > n", arg=before, timeout=PATIENCE)
        except Exception:  # at the end of the range or of the steps: begin again, and do not count it
            start_again(page, root)
            continue
        times.append(page.evaluate("() => window.latencies.at(-1)"))
        page.wait_for_timeout(30)  # a finger that is fast, not a queue of events
        if len(times) == presses:
            break
    page.evaluate("() => window.stopWatching()")
    return times


def button(root, words):
    """The first button called so, or None."""
    return root.evaluate_handle("(root, words) => (" + FIND + ")([root, words])", words).as_element()


def start_again(page, root):
    if found := button(root, AGAIN):
        found.evaluate("button => button.click()")
        page.wait_for_timeout(100)


def measure(notebook, presses):
    """Rows (explorable, control, times) for every explorable of the open notebook."""
    rows = []
    for index in notebook.widget_cells():
        for root in notebook.show(index).locator(".backprop-explorable").all():
            root.scroll_into_view_if_needed()
            name = root.get_attribute("aria-label") or root.inner_text().splitlines()[0]
            slider = root.locator("input[type=range]")
            if slider.count():
                keys = ["ArrowRight", "ArrowLeft"]
                rows.append((name, "slider", press(notebook.page, root, slider.first, keys, presses)))
            if step := button(root, STEP):
                rows.append((name, "step", press(notebook.page, root, step, ["Enter"], presses)))
    return rows


def conditions(name, presses):
    """Measure under each condition; yields (condition, rows)."""
    with open_browser() as browser, jupyter_lab(NOTEBOOKS) as lab:
        for condition in ("as it is", f"{NETWORK * 1000:.0f} ms of network", "kernel gone"):
            network = delayed(lab.port, NETWORK / 2) if "network" in condition else nullcontext()
            with network as port:
                page = browser.new_page(viewport={"width": 1280, "height": 1000})
                notebook = LabNotebook(page, lab, name, port=port)
                notebook.run_all()
                if condition == "kernel gone":
                    notebook.shut_down_kernel()
                yield condition, measure(notebook, presses)
                notebook.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    first = next(iter(sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))), None)
    parser.add_argument("notebook", nargs="?", default=first, help=f"in notebooks/ ({first})")
    parser.add_argument("--presses", type=int, default=60, help="of each control (60)")
    options = parser.parse_args()
    if options.notebook is None:
        parser.error("notebooks/ is empty")

    print(f"{options.notebook}: key press to visible picture, milliseconds, {options.presses} presses each\n")
    print(f"{'condition':<20}{'explorable':<36}{'control':<9}{'median':>8}{'p95':>8}")
    for condition, rows in conditions(options.notebook, options.presses):
        for name, control, times in rows:
            if len(times) > 1:
                median, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
                print(f"{condition:<20}{name[:34]:<36}{control:<9}{median:>8.0f}{p95:>8.0f}")
            else:
                print(f"{condition:<20}{name[:34]:<36}{control:<9}   no change to see")


if __name__ == "__main__":
    main()
