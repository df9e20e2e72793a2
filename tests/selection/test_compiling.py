"""Programs compiled in a thread: none is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from spinnery.selection.compiling import Compiling

SECONDS = 0.3

SCRIPT = """
import os, signal, threading, time
from spinnery.selection.compiling import Compiling
from test_compiling import SECONDS, Slow

signal.signal(signal.SIGINT, signal.default_int_handler)
slow = Slow()
compiling = Compiling(lambda: [(slow, ())] * 3, "float32")
compiling.begin()
threading.Timer(SECONDS / 3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    compiling.wait()
except KeyboardInterrupt:
    compiling.leave()
    print(slow.compiled, threading.active_count())
"""


class Slow:
    """A program that takes its time to compile."""

    def __init__(self):
        self.compiled = 0

    def lower(self):
        return self

    def compile(self):
        time.sleep(SECONDS)
        self.compiled += 1


def test_an_interrupted_wait_leaves_no_thread():
    """In a process of its own, whose main thread gets the signal."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=os.path.dirname(__file__), capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.split() == ["1", "1"], done.stderr


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_program_that_cannot_be_compiled_keeps_nobody_waiting():
    compiling = Compiling(lambda: [(None, ())], "float32")
    compiling.begin()
    compiling.wait()
    assert not compiling._thread.is_alive()


def test_what_was_never_begun_is_not_waited_for():
    Compiling(list, "float32").leave()
