"""A progress bar, where somebody watches."""

import sys
from contextlib import contextmanager
from importlib.util import find_spec


@contextmanager
def progress_bar(epochs, wanted):
    """Draw a bar where somebody watches. Gives: a function of the history, to be called after each epoch."""
    # In a file, a pipe or a test nobody does. What ipykernel prints to is a notebook's cell.
    out = sys.stdout
    watched = out is not None and (out.isatty() or type(out).__module__.startswith("ipykernel"))
    if not (wanted and watched and find_spec("tqdm")):
        yield lambda history: None
        return
    from tqdm import tqdm

    # Not to stderr, which notebooks show in red.
    with tqdm(total=epochs, unit="epoch", file=out, leave=False) as bar:

        def advance(history):
            bar.set_postfix_str(f"loss {history.loss[-1]:.4g}", refresh=False)
            bar.update()

        yield advance
