"""From a key press to the visible picture: every explorable, in a real JupyterLab.

    python benchmarks/key_to_picture.py [NAME ...] [--presses 60]

The clock starts with the key event's own time stamp and stops when the page has drawn the frame that shows
the change (the screen's own delay comes on top, for every method alike). Measured as it is, with 100 ms of
network (50 each way), and with the kernel gone.
"""

import argparse
import statistics
import sys
import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import TimeoutError as TooLate

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.browser import open_browser
from tools.lab import LabNotebook, jupyter_lab
from tools.lessons import NOTEBOOK_METADATA
from tools.slow_network import delayed

NETWORK = 0.1  # seconds, there and back
PATIENCE = 1000  # milliseconds until a key counts as without effect
GOAL = 33  # milliseconds: two frames of a 60 Hz screen


class Case(NamedTuple):
    """One row of the table: a control of an explorable, and the keys that are pressed on it in turn."""

    explorable: str
    code: str
    role: str
    control: str
    keys: tuple[str, ...]


ARROWS = ("ArrowRight", "ArrowLeft")
ENTER = ("Enter",)
NETWORK_OF_LESSON_01 = """from backprop_lib import Value
w1, w2, b, x, y = Value(0.5), Value(-1.0), Value(0.0), Value(2.0), Value(1.0)
L = ((w2 * (w1 * x).sigmoid() + b).sigmoid() - y) ** 2
"""


def made(name, call, before=""):
    """Code that imports an explorable from its module and shows it."""
    return f"{before}from backprop_lib.explorables.{name} import {call.split('(')[0]}\n{call}"


EXPLORE = made("graph_explorer", "explore(L)", NETWORK_OF_LESSON_01)
DESCEND = made("gradient_descent", "descend(L)", NETWORK_OF_LESSON_01)
MAP = made("course_map", "course_map(progress())", "from backprop_lib.exercises import progress\n")

DIGIT = """from backprop_lib import nn
from backprop_lib.explorables.draw_a_digit import draw_a_digit
from backprop_lib.training import Adam, fit
from backprop_lib.training.data import digits
X, y = digits()
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
fit(model, X, y, loss=nn.CrossEntropyLoss(), optimizer=Adam(model.parameters(), lr=0.01), epochs=10)
digit = draw_a_digit(model, start=X[0])
digit.nudges = 1
digit"""

CASES = (
    Case("course_map", MAP, "button", "02", ARROWS),
    Case("production_line", made("production_line", "production_line()"), "slider", "w₁", ARROWS),
    Case("production_line", made("production_line", "production_line()"), "button", "one small step", ENTER),
    Case("graph_explorer", EXPLORE, "slider", "w₁", ARROWS),
    Case("graph_explorer", EXPLORE, "button", "one step on", ENTER),
    Case("gradient_descent", DESCEND, "slider", "w₁", ARROWS),
    Case("gradient_descent", DESCEND, "button", "one step", ENTER),
    Case("slope_lens", made("slope_lens", "slope_lens()"), "slider", "x", ARROWS),
    Case("slope_lens", made("slope_lens", "slope_lens()"), "slider", "h", ARROWS),
    Case("chain_gears", made("chain_gears", "chain_gears()"), "slider", "x", ARROWS),
    Case("path_counter", made("path_counter", "path_counter(10)"), "slider", "diamonds", ARROWS),
    Case("path_counter", made("path_counter", "path_counter(10)"), "button", "the next path", ENTER),
    Case("order_lab", made("order_lab", "order_lab()"), "button", "as recursion calls it", ENTER),
    Case("count_passes", made("count_passes", "count_passes(8, 8)"), "slider", "inputs", ARROWS),
    Case("count_passes", made("count_passes", "count_passes(8, 8)"), "button", "next pass", ENTER),
    Case("matrix_lens", made("matrix_lens", "matrix_lens(6, 5, 6, 4)"), "slider", "samples", ARROWS),
    Case("logits_lab", made("logits_lab", "logits_lab()"), "slider", "z₁", ARROWS),
    Case("xor_playground", made("xor_playground", "xor_playground(8)"), "slider", "learning rate η", ARROWS),
    Case("xor_playground", made("xor_playground", "xor_playground(8)"), "button", "one step", ENTER),
    Case("epsilon_lab", made("epsilon_lab", "epsilon_lab()"), "slider", "ε", ARROWS),
    Case("bug_clinic", made("bug_clinic", "bug_clinic()"), "button", "next patient", ENTER),
    Case("torch_graph", made("torch_graph", "compare_graphs()"), "button", "one step on", ENTER),
    Case("gradient_flow", made("gradient_flow", "gradient_flow()"), "slider", "gain", ARROWS),
    Case("gradient_flow", made("gradient_flow", "gradient_flow()"), "button", "draw again", ENTER),
    Case("dead_relu_lab", made("dead_relu_lab", "dead_relu_lab()"), "button", "one step", ENTER),
    Case("clipping_cliff", made("clipping_cliff", "clipping_cliff()"), "slider", "threshold", ARROWS),
    Case("optimiser_race", made("optimiser_race", "optimiser_race()"), "slider", "learning rate η", ARROWS),
    Case(
        "training_lab", made("training_lab", "training_lab(hidden=32, batch=1)"), "button", "one epoch", ENTER
    ),
    Case("checkpointing", made("checkpointing", "checkpointing(64, 8)"), "slider", "segments k", ARROWS),
    Case("checkpointing", made("checkpointing", "checkpointing(64, 8)"), "button", "one step on", ENTER),
    Case("data_parallel", made("data_parallel", "data_parallel()"), "slider", "border", ARROWS),
    Case("data_parallel", made("data_parallel", "data_parallel()"), "button", "take a step", ENTER),
    Case("draw_a_digit", DIGIT, "slider", "ε", ARROWS),
    Case("draw_a_digit", DIGIT, "gridcell", "row 4, column 4", ("Enter", "Delete")),
    Case("policy_bandit", made("policy_bandit", "policy_bandit()"), "slider", "arm 1", ARROWS),
    Case("policy_bandit", made("policy_bandit", "policy_bandit()"), "button", "one pull", ENTER),
)

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


def press(page, root, case, presses):
    """Milliseconds of each key press that changed the picture."""
    times = []
    control = root.get_by_role(case.role, name=case.control).first
    root.evaluate(WATCH)
    for number in range(2 * presses):
        control.focus()
        before = page.evaluate("() => window.latencies.length")
        page.keyboard.press(case.keys[number % len(case.keys)])
        try:
            page.wait_for_function("n => window.latencies.length > n", arg=before, timeout=PATIENCE)
        except TooLate:  # at the end of the range or of the steps: begin again, and do not count it
            start_again(page, root)
            continue
        times.append(page.evaluate("() => window.latencies.at(-1)"))
        page.wait_for_timeout(30)  # a finger that is fast, not a queue of events
        if len(times) == presses:
            break
    page.evaluate("() => window.stopWatching()")
    return times


def start_again(page, root):
    again = root.get_by_role("button", name="reset")
    if again.count():
        again.click()
    first = root.get_by_role("button", name="to the start")
    if first.count():
        first.click()
    page.wait_for_timeout(100)


@contextmanager
def laboratory(cases):
    """JupyterLab with a notebook of one cell for each explorable: the server, and the code of each cell."""
    codes = list(dict.fromkeys(case.code for case in cases))
    with tempfile.TemporaryDirectory() as folder:
        cells = [new_code_cell(code) for code in codes]
        nbformat.write(new_notebook(cells=cells, metadata=NOTEBOOK_METADATA), Path(folder) / "all.ipynb")
        with jupyter_lab(Path(folder)) as lab:
            yield lab, codes


def conditions(cases, presses):
    """Measure under each condition; yields (condition, case, times)."""
    with open_browser() as browser, laboratory(cases) as (lab, codes):
        for condition in ("as it is", f"{NETWORK * 1000:.0f} ms of network", "kernel gone"):
            network = delayed(lab.port, NETWORK / 2) if "network" in condition else nullcontext()
            with network as port:
                page = browser.new_page(viewport={"width": 1280, "height": 1000})
                notebook = LabNotebook(page, lab, "all.ipynb", port=port)
                notebook.run_all()
                if condition == "kernel gone":
                    notebook.shut_down_kernel()
                for case in cases:
                    root = notebook.show(codes.index(case.code)).locator(".backprop-explorable")
                    root.scroll_into_view_if_needed()
                    yield condition, case, press(page, root, case, presses)
                notebook.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = sorted({case.explorable for case in CASES})
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(names)} (all)")
    parser.add_argument("--presses", type=int, default=60, help="of each control (60)")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"there is no row for {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    cases = [case for case in CASES if not options.names or case.explorable in options.names]

    print(f"Key press to visible picture, milliseconds, {options.presses} presses each; goal: {GOAL}\n")
    print(f"{'condition':<20}{'explorable':<18}{'control':<24}{'median':>8}{'p95':>8}")
    for condition, case, times in conditions(cases, options.presses):
        row = f"{condition:<20}{case.explorable:<18}{case.control:<24}"
        if len(times) < options.presses:
            print(f"{row}   {len(times)} changes seen")
            continue
        median, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"{row}{median:>8.0f}{p95:>8.0f}", flush=True)


if __name__ == "__main__":
    main()
