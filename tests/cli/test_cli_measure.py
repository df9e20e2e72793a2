"""What test folds need is said before anything is fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_cli import spin

from spinnery import survival_target
from spinnery.cli.measure import check_enough
from spinnery.errors import InputError

FEW = ["u"] * 2 + ["v"] * 20
TIMES = survival_target(np.arange(20) < 2, np.arange(1.0, 21))


@pytest.mark.parametrize(
    ("task", "y", "folds", "evidence", "text"),
    [
        ("regression", np.arange(7.0), 5, False, "has 7 samples; .* need 8. Or leave out test fol"),
        ("regression", np.arange(7.0), 0, True, "need 8. Leave out --evidence and set --test-fold"),
        ("classification", np.array(FEW), 5, False, "3 samples of each class; .* of 'u'. Remove"),
        ("survival", TIMES, 5, False, "3 samples with the event; got 2. Add samples. Or leave"),
    ],
)
def test_too_few(task, y, folds, evidence, text):
    with pytest.raises(InputError, match=text):
        check_enough(task, y, folds, evidence)
    check_enough(task, y, 0, False)
    check_enough(task, np.tile(y, 2), folds, evidence)


def test_it_comes_before_the_fit_and_beside_other_faults(tmp_path):
    frame = pd.DataFrame(
        {"a": np.arange(22.0), "y": FEW, "when": pd.date_range("2020", periods=22)}
    )
    frame.to_csv(tmp_path / "data.csv", index=False)
    done = spin("fit", tmp_path / "data.csv", "--target", "y", "--out", tmp_path / "out")
    assert done.exit_code == 2 and done.stdout == ""
    assert "of 'u'" in done.stderr and "--drop when" in done.stderr
