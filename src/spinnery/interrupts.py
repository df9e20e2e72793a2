"""Ctrl-C that cannot get lost."""

from __future__ import annotations

import signal
import threading
from typing import Any


class Interrupts:
    """Remembers Ctrl-C while a fit runs; a context manager.

    A `KeyboardInterrupt` that is raised while Python runs a callback of the garbage collector (JAX
    has one) is printed and dropped. So the signal is noted, too, and `check` raises again.
    """

    def __init__(self) -> None:
        self._pressed: tuple | None = None
        self._before: Any = None

    def check(self) -> None:
        """Raise what Ctrl-C raises, if it has been pressed."""
        if self._pressed is not None:
            self._before(*self._pressed)

    def _note(self, number: int, frame: Any) -> None:
        self._pressed = number, frame
        self._before(number, frame)

    def __enter__(self) -> Interrupts:
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(before):
            self._before = before
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if error is None:
            self.check()
