"""Progress: a bar on a terminal, plain lines elsewhere, nothing unless asked."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress

import pytest

from spinnery.progress import Steps


def stages(show):
    with Steps(show) as steps:
        steps.expect(2)
        for what in ("path", "path", "refit"):
            steps.say(what)
            steps.advance()
    return steps


def test_lines_where_no_bar_can_move(capsys):
    assert stages(True).shown
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" s  ")[1] for line in lines] == ["path", "refit"]
    assert all(float(line.split(" s  ")[0]) < 60 for line in lines)


@pytest.mark.parametrize("show", [None, False])
def test_silence(capsys, show):
    assert not stages(show).shown
    assert capsys.readouterr() == ("", "")


def test_a_bar_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert stages(None).shown
    assert " s  path" not in capsys.readouterr().err


def test_a_lost_interrupt_ends_the_next_step():
    """Raised where Python drops exceptions, as in a callback of the garbage collector."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a shell's background
    steps = Steps(False)
    with pytest.raises(KeyboardInterrupt), steps:
        steps.advance()
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        steps.advance()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt), Steps(False), suppress(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)


def test_steps_count_in_any_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(stages(False)))
    thread.start()
    thread.join()
    assert len(found) == 1
