"""Tables and folders as people have them: read with a word on it, or refused in one line."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_cli import QUICK, fails, spin, table

from spinnery.inputs.columns import without_stray_spaces
from spinnery.storage.models import load


@pytest.fixture
def ask(tmp_path):
    table().drop(columns="score").to_csv(tmp_path / "data.csv", index=False)
    return ["fit", tmp_path / "data.csv", "--target", "outcome", "--out", tmp_path / "r",
            "--test-folds", "0", *QUICK]  # fmt: skip


def test_a_semicolon_table_in_an_archive(ask, tmp_path):
    frame = pd.read_csv(tmp_path / "data.csv").round(3)
    file = tmp_path / "data.csv.gz"
    file.write_bytes(gzip.compress(frame.to_csv(index=False, sep=";", decimal=",").encode()))
    ask[1] = file
    done = spin(*ask)
    assert done.exit_code == 0, done.stderr
    assert done.stderr == f"Note: {file} is separated by semicolons and has decimal commas.\n"
    assert done.stdout.startswith("Classification: the target 'outcome' holds 2 distinct words.")


def test_stray_spaces_join_labels(ask, tmp_path):
    frame = table().drop(columns="score").assign(site=["x", "y", "x ", " y"] * 15)
    frame.insert(0, "case", np.arange(60))
    frame.loc[[3, 9], "outcome"] += " "
    frame.to_csv(tmp_path / "data.csv", index=False)
    done = spin(*ask, "--id", "case")
    assert done.exit_code == 0, done.stderr
    assert "the target 'outcome' holds 2 distinct words" in done.stdout
    assert "Words are factors: 'site' (2 levels).\n" in done.stdout
    assert "Stray spaces around words count for nothing, in 'site'.\n" in done.stdout
    cell = frame["outcome"][3]
    assert done.stderr == (
        f"Note: 2 cells of 'outcome' have stray spaces, such as {cell!r} in row 5, and count "
        "without them.\n"
    )
    model = load(tmp_path / "r" / "model.spinn")
    assert model.classes_.tolist() == ["ill", "well"] and model.n_features_in_ == 6


def test_labels_without_stray_spaces():
    with pytest.warns(UserWarning, match="2 cells of 'a' have stray spaces, such as 'x ' in row 1"):
        found = without_stray_spaces(pd.Series(["x", "x ", "\ty", " ", None, 1], name="a"))
    assert found.tolist()[:3] == ["x", "x", "y"] and found.isna().tolist()[3:] == [1, 1, 0]
    for plain in (
        pd.Series([1.0, 2]),
        pd.Series(["x", None]),
        pd.Series([True, None], dtype="boolean"),
    ):
        assert without_stray_spaces(plain).equals(plain)


def test_everything_that_is_wrong_is_said_at_once(ask, tmp_path):
    frame = table().drop(columns="score").assign(seen="2020-01-03", note="a remark on ")
    frame["note"] += [str(k) for k in range(60)]
    frame.loc[[8, 2], "outcome"] = "odd", "rare"
    frame.to_csv(tmp_path / "data.csv", index=False)
    fails(
        "The target 'outcome' has one sample each of the classes 'rare' (row 4), 'odd' (row 10); "
        "cross-validation needs two at least. Remove them or merge them with other classes. "
        f"{tmp_path}/data.csv has columns that are neither numbers nor factors: 'seen' holds dates "
        "('2020-01-03' in row 2); 'note' holds free text ('a remark on 0' in row 2); leave them "
        "out with --drop seen,note, or give numbers or a few repeated words.",
        *ask,
    )


def test_a_sample_id_is_no_cohort(ask, tmp_path):
    frame = table().drop(columns="score").assign(sample=[f"s{k:02}" for k in range(60)])
    frame.to_csv(tmp_path / "data.csv", index=False)
    fails(
        "--cohort 'sample': 60 of 60 cohorts have one sample each, 's00', 's01', 's02', 's03', "
        "'s04', 's05', 's06', 's07' and 52 more, which leaves nothing to learn from or to hold "
        "out. Give labels that samples share (ids of samples are none), or leave these samples "
        "out.",
        *ask, "--cohort", "sample",
    )  # fmt: skip


def test_truth_is_predicted_as_truth(ask, tmp_path):
    pytest.importorskip("pyarrow")
    frame = table().drop(columns="score")
    frame["outcome"] = (frame["outcome"] == "ill").astype("boolean")
    frame.to_parquet(tmp_path / "data.parquet")
    ask[1] = tmp_path / "data.parquet"
    done = spin(*ask)
    assert done.exit_code == 0, done.stderr
    assert "the target 'outcome' is true or false" in done.stdout
    out = tmp_path / "p.csv"
    done = spin("predict", tmp_path / "r" / "model.spinn", ask[1], "--out", out)
    assert done.exit_code == 0, done.stderr
    found = pd.read_csv(out)
    assert list(found) == ["observed", "prediction", "probability False", "probability True"]
    assert found["prediction"].dtype == bool


# -- what is there already -------------------------------------------------------------------


def test_a_second_run_asks(ask, tmp_path):
    model = tmp_path / "r" / "model.spinn"
    (tmp_path / "r").mkdir()
    model.write_text("an earlier run's")
    again = (
        f"The folder {tmp_path / 'r'} holds the results of an earlier run; --force replaces them, "
        "or choose another --out."
    )
    fails(again, *ask, "--seed", "3")
    fails(again, "demo", "--out", tmp_path / "r")
    fails(again, "study", "learning", "--out", tmp_path / "r")
    fails(again, "assess", model, tmp_path / "data.csv", "--out", tmp_path / "r")
    assert model.read_text() == "an earlier run's"
    assert spin(*ask, "--force").exit_code == 0
    assert load(model).n_features_in_ == 5

    for out, command in (("p.csv", "predict"), ("m.png", "embed")):
        (tmp_path / out).write_text("mine")
        ask = [command, model, tmp_path / "data.csv", "--out", tmp_path / out]
        fails(f"--out {tmp_path / out} exists; --force replaces it, or choose another name.", *ask)
        assert (tmp_path / out).read_text() == "mine"
    (tmp_path / "p.csv").write_text("")  # nothing is lost
    (tmp_path / "p_metrics.csv").write_text("mine")
    ask = ["predict", model, tmp_path / "data.csv", "--out", tmp_path / "p.csv"]
    fails(
        f"the file of measures {tmp_path / 'p_metrics.csv'} exists; --force replaces it, or choose "
        "another name.", *ask,
    )  # fmt: skip
    assert spin(*ask, "--force").exit_code == 0
    assert "accuracy" in (tmp_path / "p_metrics.csv").read_text()
    fails(
        f"--coordinates {tmp_path / 'p.csv'} exists; --force replaces it, or choose another name.",
        "embed", model, tmp_path / "data.csv", "--out", tmp_path / "new.png", "--coordinates",
        tmp_path / "p.csv",
    )  # fmt: skip


def test_the_makefiles_demo_runs_twice():
    makefile = Path(__file__).parents[2] / "Makefile"
    assert "spinnery demo --out demo --force\n" in makefile.read_text()
