"""What a user's type checker makes of the package (`py.typed`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import spinnery

SNIPPET = """
import numpy as np
from spinnery import SPINNClassifierCV, SPINNRegressor, SPINNSurvivalCV, assess, survival_target

X = np.zeros((20, 3))
model = SPINNClassifierCV(random_state=0).fit(X, ["a", "b"] * 10)
evidence = assess(model, X, ["a", "b"] * 10)
times = survival_target(event=[True], time=[1.0])
reveal_type(SPINNSurvivalCV().fit(X, times))
reveal_type(SPINNRegressor(lam=0.1).fit(X, X[:, 0]).predict(X))
reveal_type(evidence.features)
SPINNRegressor(lam=0.1).fit(X)
"""


@pytest.mark.slow  # a type checker reads the package and NumPy's types first
def test_types_reach_a_users_checker(tmp_path):
    file = tmp_path / "user.py"
    file.write_text(SNIPPET)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports"),
            *("--config-file=", f"--cache-dir={tmp_path / 'cache'}", str(file)),
        ],
        env={"MYPYPATH": str(Path(spinnery.__file__).parents[1]), "PATH": ""},
        capture_output=True,
        text=True,
    )
    said = [line for line in run.stdout.splitlines() if "user.py:" in line]
    assert len(said) == 4, run.stdout + run.stderr
    assert "SPINNSurvivalCV" in said[0]
    assert "ndarray" in said[1]
    assert "DataFrame" in said[2]
    assert 'Missing positional argument "y"' in said[3]


def test_package_says_that_it_has_types():
    assert (Path(spinnery.__file__).parent / "py.typed").exists()
