"""One report of every kind, made once."""

from __future__ import annotations

import pytest
from kinds import KINDS


@pytest.fixture(scope="session")
def reports():
    """Every report by its name, made when first asked for."""

    class Made(dict):
        def __missing__(self, name):
            self[name] = KINDS[name]()
            return self[name]

    return Made()
