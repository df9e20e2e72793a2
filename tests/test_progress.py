"""Progress: a bar on a terminal, plain lines elsewhere, nothing unless asked."""

from __future__ import annotations

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
