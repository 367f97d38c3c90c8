"""Ctrl-C that leaves nothing half done."""

import signal
import threading


class CtrlC:
    """Take Ctrl-C as a wish, obeyed between two steps, so that nothing is left half done.

    Pressed again it interrupts at once, in case that a model never comes to an end; only a step of the
    optimiser is completed even then.
    """

    def __init__(self):
        self.pressed = self.stepping = False

    def __enter__(self):
        self._before = signal.getsignal(signal.SIGINT)
        # Only the main thread is interrupted. What is no function ignores Ctrl-C, or ends the process.
        self._listens = threading.current_thread() is threading.main_thread() and callable(self._before)
        if self._listens:
            signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_):
        if self._listens:
            signal.signal(signal.SIGINT, self._before)

    def _press(self, *_):
        if self.pressed and not self.stepping:
            raise KeyboardInterrupt
        self.pressed = True

    def obey(self):
        """Interrupt now, if Ctrl-C was pressed."""
        if self.pressed:
            raise KeyboardInterrupt
