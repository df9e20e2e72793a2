"""`spinnery fit --evidence` and `spinnery assess`."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from spinnery.cli import app

TABLES = {"evidence.json", "features.csv", "clusters.csv", "performance.csv"}
REPORTS = {"report.html", "report.json"}
IDS = [f"s{k}" for k in range(60)]
FOLDER = TABLES | REPORTS | {"stability.png", "clusters.png", "importance.png", "effects.png"}


def spin(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A table of 60 rows, with a fit and its evidence in `run`."""
    home = tmp_path_factory.mktemp("evidence")
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 6)), columns=["age", "dose", "g[1]", "b", "c", "d"])
    score = X["g[1]"] * 2 - X["age"] + 0.5 * rng.normal(size=60)
    X.assign(score=score, sample=IDS).to_csv(home / "data.csv", index=False)
    done = spin(
        "fit", home / "data.csv", "--target", "score", "--out", home / "run", "--evidence",
        "--hidden", "linear", "--test-folds", "2",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    return home, done.stdout


def test_fit_with_evidence(home):
    folder, said = home
    found = {file.name for file in (folder / "run").iterdir()}
    assert found >= FOLDER | {"model.spinn", "heldout.csv", "null.png"}
    table = pd.read_csv(folder / "run" / "features.csv").set_index("feature")
    assert table.loc["g[1]", "stable"] and table.loc["g[1]", "effect"] == "up"
    assert table.loc["age", "sign"] == -1
    numbers = json.loads((folder / "run" / "evidence.json").read_text())
    assert numbers["null_p_value"] == 0.05 and len(numbers["null_gains"]) == 19
    said = " ".join(said.split())
    assert "tried on 19 copies with swapped outcomes, did as well on none of them (p = 0.05" in said
    assert "g[1]" in said  # brackets are no markup
    assert f"picked by at least {numbers['threshold']:.0%} of 100 fits to random halves" in said


def test_held_out_predictions_are_one_row_each(home):
    folder, _ = home
    table = pd.read_csv(folder / "run" / "heldout.csv")
    data = pd.read_csv(folder / "data.csv")
    assert table.columns.tolist() == ["id", "row", "fold", "observed", "prediction"]
    assert table["id"].tolist() == IDS
    assert table["row"].tolist() == list(range(2, 62))  # as a spreadsheet has them
    np.testing.assert_allclose(table["observed"], data["score"])
    assert table["fold"].value_counts().tolist() == [30, 30]
    assert np.corrcoef(table["observed"], table["prediction"])[0, 1] > 0.9


def test_assess_a_model_file(home):
    folder, _ = home
    done = spin(
        "assess", folder / "run" / "model.spinn", folder / "data.csv", "--target", "score",
        "--out", folder / "assessed", "--pairs", "5", "--permutations", "0", "--test-folds", "2",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    found = {file.name for file in (folder / "assessed").iterdir()}
    assert found == FOLDER | {"heldout.csv"}
    assert pd.read_csv(folder / "assessed" / "heldout.csv")["id"].tolist() == IDS
    assert json.loads((folder / "assessed" / "evidence.json").read_text())["n_pairs"] == 5
    assert "swapped outcomes" not in done.stdout
    report = json.loads((folder / "assessed" / "report.json").read_text())
    assert report["evidence"]["n_pairs"] == 5 and report["performance"]["kind"] == "held out"
    # a folder of evidence is ours, and may be replaced
    again = spin(
        "assess", folder / "run" / "model.spinn", folder / "data.csv", "--target", "nothing",
        "--out", folder / "assessed", "--force",
    )  # fmt: skip
    assert again.exit_code == 2 and "no column 'nothing' for --target" in again.stderr


@pytest.mark.parametrize(
    "options, message",
    [
        (("--target", "kind"), "is a model of regression, and the target is one of classif"),
        (("--target", "score", "--cohort", "kind"), "was not fitted with --cohort"),
        ((), "Name the column to predict: --target"),
        (("--target", "score", "--test-folds", "1"), "n_folds must be 0 (none) or at least 2"),
        (("--target", "score", "--expected-false", "0"), "expected_false must be above 0"),
    ],
)
def test_errors_say_what_to_do(home, tmp_path, options, message):
    folder, _ = home
    data = pd.read_csv(folder / "data.csv")
    data.assign(kind=np.where(data["b"] > 0, "x", "y")).to_csv(tmp_path / "d.csv", index=False)
    model = folder / "run" / "model.spinn"
    done = spin("assess", model, tmp_path / "d.csv", "--out", tmp_path / "out", *options)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_workers_options_that_do_not_go_together(home, tmp_path):
    folder, _ = home
    asked = ["assess", folder / "run" / "model.spinn", folder / "data.csv", "--target", "score"]
    for more, said in (
        (["--jobs", 0], "--jobs must not be 0"),
        (["--jobs", 2, "--scheduler", "tcp://127.0.0.1:9"], "has its own workers; name one"),
        (["--scheduler", "tcp://127.0.0.1:9"], "no dask scheduler at tcp://127.0.0.1:9 ("),
        (["--scheduler", "head"], "such as tcp://host:8786; got 'head'"),
    ):
        done = spin(*asked, "--out", tmp_path / "out", *more)
        assert done.exit_code == 2 and said in done.stderr
    done = spin("fit", folder / "data.csv", "--out", tmp_path / "f", "--checkpoint", tmp_path / "c")
    assert done.exit_code == 2 and "add --evidence" in done.stderr


def test_a_checkpoint_is_taken_up(home, tmp_path):
    folder, _ = home
    kept = tmp_path / "kept"
    asked = [
        "assess", folder / "run" / "model.spinn", folder / "data.csv", "--target", "score",
        "--pairs", 2, "--permutations", 0, "--test-folds", 0, "--checkpoint", kept,
    ]  # fmt: skip
    assert spin(*asked, "--out", tmp_path / "one").exit_code == 0
    before = {file.name: file.stat().st_mtime_ns for file in kept.iterdir()}
    assert spin(*asked, "--out", tmp_path / "two").exit_code == 0
    assert before == {file.name: file.stat().st_mtime_ns for file in kept.iterdir()}
    one, two = ((tmp_path / k / "features.csv").read_text() for k in ("one", "two"))
    assert one == two
    refused = spin(*asked, "--seed", 1, "--out", tmp_path / "three")
    assert refused.exit_code == 2 and "of another assessment: random_state differ" in refused.stderr
