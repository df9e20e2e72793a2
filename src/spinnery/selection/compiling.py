"""Programs compiled in a thread while others run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Any

from ..compilation import arithmetic


class Compiling:
    """Compiles what `programs()` names, with their arguments, one after the other.

    Compiled, not run: two programs running at once may each wait for the other's threads.
    """

    def __init__(self, programs: Callable[[], Iterable[tuple[Any, tuple]]], dtype: str):
        self.programs, self.dtype = programs, dtype
        self._left, self._done = Event(), Event()
        self._thread = Thread(target=self._compile)

    def begin(self) -> None:
        self._thread.start()

    def wait(self) -> None:
        """Return when all is compiled, at once if it was never begun.

        Before Python 3.13 a `join` that Ctrl-C ends takes the thread for finished ever after, so an
        event is waited for.
        """
        if self._thread.ident is not None:
            self._done.wait()
            self._thread.join()

    def leave(self) -> None:
        """Compile nothing more, and wait for the program that is being compiled."""
        self._left.set()
        self.wait()

    def _compile(self) -> None:
        try:
            with arithmetic(self.dtype):
                for program, arguments in self.programs():
                    if not self._left.is_set():
                        program.lower(*arguments).compile()
        finally:
            self._done.set()
