"""The command line: results in a folder, or one line that says what to put right."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from typer.testing import CliRunner

import spinnery
from spinnery.cli import app, folder
from spinnery.cli.errors import one_line_errors
from spinnery.errors import InputError, listing
from spinnery.outcomes.guess import guess
from spinnery.storage.models import load

REPORTS = {"report.html", "report.json"}
RESULTS = REPORTS | {
    "model.spinn", "selected.csv", "metrics.csv", "path.png", "cv.png", "predictions.png",
}  # fmt: skip
HELD_OUT = {"heldout.csv"}
QUICK = ["--hidden", "linear", "--max-features", "2"]


def spin(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def fails(message, *arguments):
    """The command ends with code 2 and exactly this line on standard error."""
    done = spin(*arguments)
    assert done.stderr == f"Error: {message}\n"
    assert done.exit_code == 2
    assert done.stdout == ""


def table(n=60):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=["age", "dose", "gene a", "gene b", "gene c"])
    words = np.where(X["gene a"] - X["dose"] > 0, "ill", "well")
    return X.assign(outcome=words, score=X["gene b"] * 2 + X["age"])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A classification run on a CSV file."""
    home = tmp_path_factory.mktemp("run")
    table().to_csv(home / "data.csv", index=False)
    done = spin(
        "fit", home / "data.csv", "--target", "outcome", "--drop", "score",
        "--out", home / "out", "--test-folds", "2", *QUICK,
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    return home, done


@pytest.fixture
def data(tmp_path):
    table().to_csv(tmp_path / "data.csv", index=False)
    return tmp_path / "data.csv"


# -- fit -------------------------------------------------------------------------------------


def test_fit_writes_its_results(run):
    home, done = run
    assert {path.name for path in (home / "out").iterdir()} == RESULTS | HELD_OUT
    assert {path.name for path in home.iterdir()} == {"data.csv", "out"}
    assert done.stdout.startswith(
        "Classification: the target 'outcome' holds 2 distinct words. 60 samples, 5 columns.\n"
    )
    assert done.stderr == ""
    selected = pd.read_csv(home / "out" / "selected.csv")
    assert list(selected.columns) == ["feature", "strength", "folds"]
    assert set(selected["feature"]) == {"gene a", "dose"}
    assert selected["strength"].is_monotonic_decreasing
    assert selected["folds"].between(0, 2).all()
    metrics = pd.read_csv(home / "out" / "metrics.csv").set_index("metric")["value"]
    assert metrics["accuracy"] > 0.85
    assert metrics["log-loss"] < 0.4
    for word in ("gene a", "dose", "came back", "certificate", "unseen samples in 2 folds"):
        assert word in done.stdout


def test_fit_reports_on_held_out_samples(run):
    home, done = run
    report = json.loads((home / "out" / "report.json").read_text())
    said = " ".join(done.stdout.split())
    assert report["verdict"] in said
    assert str(home / "out" / "report.html") in "".join(done.stdout.split())
    assert (report["performance"]["kind"], report["performance"]["n_folds"]) == ("held out", 2)
    assert (report["target"]["name"], report["target"]["classes"]) == (
        "outcome", {"ill": int((table()["outcome"] == "ill").sum()),
                    "well": int((table()["outcome"] == "well").sum())},
    )  # fmt: skip
    metrics = pd.read_csv(home / "out" / "metrics.csv")
    assert metrics["metric"].tolist() == [m["measure"] for m in report["performance"]["measures"]]
    assert_allclose(metrics["value"], [m["value"] for m in report["performance"]["measures"]])
    assert "“outcome”" in (home / "out" / "report.html").read_text(encoding="utf-8")


def test_a_report_is_written_again(run, tmp_path):
    home, _ = run
    page = (home / "out" / "report.html").read_bytes()
    done = spin("report", home / "out")
    assert (done.exit_code, done.stdout) == (0, f"Written to {home / 'out' / 'report.html'}.\n")
    assert (home / "out" / "report.html").read_bytes() == page
    link, out = "https://example.org/{feature}", tmp_path / "a.html"
    assert spin("report", home / "out", "--out", out, "--link", link).exit_code == 0
    assert 'href="https://example.org/gene%20a"' in out.read_text(encoding="utf-8")
    assert spin("report", home / "out", "--out", tmp_path / "a.md").exit_code == 0
    assert (
        (tmp_path / "a.md").read_text(encoding="utf-8").startswith("# What goes with “outcome”\n")
    )


def test_what_cannot_be_reported(run, tmp_path):
    home, _ = run
    fails(
        f"{tmp_path} holds no report.json; give a folder that spinnery fit, assess or demo wrote, "
        "or call spinnery.write_report(model, file, X, y).", "report", tmp_path,
    )  # fmt: skip
    fails("A report is written as .html, .md or .json; got 'a.pdf'.",
          "report", home / "out", "--out", tmp_path / "a.pdf")  # fmt: skip
    (tmp_path / "report.json").write_text("{}")
    file = tmp_path / "report.json"
    fails(f"{file} is no report of spinnery's; give a report.json that it wrote.",
          "report", tmp_path)  # fmt: skip
    fails(f"--out {file} would overwrite an input; choose another name.",
          "report", tmp_path, "--out", file)  # fmt: skip


def test_the_model_is_the_estimator_fitted_in_python(run):
    home, _ = run
    frame = table()
    model = spinnery.SPINNClassifierCV(hidden=[()], max_features=2, random_state=0)
    X = frame.drop(columns=["outcome", "score"])
    model.fit(X, frame["outcome"].to_numpy(dtype=str))
    loaded = load(home / "out" / "model.spinn")
    assert_allclose(loaded.predict_proba(X), model.predict_proba(X))
    assert loaded.rule == "min"


@pytest.mark.parametrize("extension", [".tsv", ".parquet", ".npz"])
def test_fit_reads_every_format(tmp_path, extension):
    frame, file = table().drop(columns="outcome"), tmp_path / f"data{extension}"
    names = np.array([name for name in frame.columns if name != "score"])
    if extension == ".tsv":
        frame.to_csv(file, sep="\t", index=False)
    elif extension == ".parquet":
        pytest.importorskip("pyarrow")
        frame.to_parquet(file)
    else:
        np.savez(file, X=frame[list(names)], score=frame["score"], feature_names=names)
    done = spin(
        "fit", file, "--target", "score", "--out", tmp_path / "run", "--rule", "1se",
        "--test-folds", "0", *QUICK,
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("Regression: the target 'score' holds 60 distinct numbers. 60")
    assert "cross-validated samples" in done.stdout
    model = load(tmp_path / "run" / "model.spinn")
    assert model.rule == "1se"
    assert set(model.feature_names_in_[model.selected_]) == {"gene b", "age"}


def test_npz_without_names(tmp_path):
    frame = table()
    X = frame.drop(columns=["outcome", "score"]).to_numpy()
    np.savez(tmp_path / "a.npz", X=X, y=frame["score"])
    done = spin("fit", tmp_path / "a.npz", "--out", tmp_path / "r", "--test-folds", "0", *QUICK)
    assert done.exit_code == 0, done.stderr
    assert set(pd.read_csv(tmp_path / "r" / "selected.csv")["feature"]) == {"x3", "x0"}
    done = spin("predict", tmp_path / "r" / "model.spinn", tmp_path / "a.npz", "--out",
                tmp_path / "p.csv")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    predicted = pd.read_csv(tmp_path / "p.csv")["prediction"]
    assert_allclose(predicted, load(tmp_path / "r" / "model.spinn").predict(X))


def test_unnamed_first_column_is_row_names(tmp_path):
    table().to_csv(tmp_path / "a.csv")  # with pandas' row numbers
    out = tmp_path / "r"
    done = spin("fit", tmp_path / "a.csv", "--target", "score", "--drop", "outcome", "--out", out,
                "--test-folds", "0", *QUICK)  # fmt: skip
    assert done.exit_code == 0
    assert done.stderr == (
        f"Note: the first column of {tmp_path / 'a.csv'} has no name and is taken as row names.\n"
    )
    assert load(out / "model.spinn").n_features_in_ == 5


@pytest.mark.parametrize(
    "values, task, says",
    [
        (["a", "b"] * 30, "classification", "holds 2 distinct words"),
        ([True, False] * 30, "classification", "is true or false"),
        ([0, 1, 2] * 20, "classification", "holds 3 distinct integers"),
        ([0.0, 1.0] * 30, "classification", "holds 2 distinct integers"),
        (list(range(60)), "regression", "holds 60 distinct numbers"),
        ([0, 1, 2] * 4, "regression", "holds 3 distinct numbers"),  # too few samples to be sure
        ([0.5, 1.5] * 30, "regression", "holds 2 distinct numbers"),
    ],
)
def test_task_is_guessed_from_the_target(values, task, says):
    chosen, y, why = guess(pd.Series(values, name="y"), "auto")
    assert chosen == task
    assert why == f"{task.capitalize()}: the target 'y' {says}."
    assert y.shape == (len(values),)


def test_task_on_request():
    chosen, y, why = guess(pd.Series([0, 1] * 30, name="y"), "regression")
    assert (chosen, y.dtype, why) == ("regression", float, "Regression: as asked by --task.")
    with pytest.raises(InputError) as caught:
        guess(pd.Series(["a", "b"], name="y"), "regression")
    assert str(caught.value) == (
        "Regression needs a numeric target; 'y' holds 2 distinct words."
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        guess(pd.Series([0.5, 0.7], name="y"), "classification")
    assert str(caught.value) == (
        "Classification needs class labels; 'y' holds 2 distinct numbers, not all integers. "
        "Use --task regression."
    )


# -- what can be wrong with a table ----------------------------------------------------------


def test_missing_and_unreadable_files(tmp_path):
    def fit_fails(name, message, content=None):
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content)
        fails(message.format(file=file), "fit", file, "--target", "y", "--out", tmp_path / "run")
        assert not (tmp_path / "run").exists()

    fit_fails("a.csv", "{file} is not there (or is not a file); check the path.")
    fit_fails("a.csv", "{file} is empty; give a table with a header and rows.", b"")
    fit_fails(
        "a.xlsx",
        "{file} has the extension '.xlsx'; give a table as .csv, .tsv, .parquet, .npz, .h5ad, or "
        ".csv.gz, .tsv.gz.",
        b"x",
    )
    no_text = (
        "{file} is text neither in UTF-8 nor in Windows-1252, nor marked as UTF-16; save it as "
        "UTF-8."
    )
    for content in (b"a,y\n1,\x81\n", b"\xff\xfea", "a,y\n1,\xe4\n".encode("utf-16-le")):
        fit_fails("a.csv", no_text, content)
    fit_fails("a.csv", "{file} has no rows below its header; give a table with samples.", b"a,y\n")
    fit_fails(
        "a.csv",
        "{file} has several columns of the same name: 'a'; rename them.",
        b"a,b,a,y\n1,2,3,4\n",
    )
    fit_fails("a.csv", "{file} has no name for column 2; name or remove it.", b"a,,y\n1,2,3\n")
    fit_fails(
        "a.csv",
        "{file} cannot be read (Error tokenizing data. C error: Expected 2 fields in line 3, saw "
        "3); save it again.",
        b"a,y\n1,2\n1,2,3\n",
    )
    fit_fails(
        "a.npz",
        "{file} cannot be read (This file contains pickled (object) data. If you trust the file you"
        " can load it unsafely using the `allow_pickle=` keyword argument or `pickle.load()`); save"
        " it again.",
        b"no archive",
    )


def test_damaged_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no table")
    done = spin("fit", tmp_path / "a.parquet", "--target", "y", "--out", tmp_path / "r")
    assert done.exit_code == 2 and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"Error: {tmp_path / 'a.parquet'} cannot be read (")


@pytest.mark.parametrize(
    "arrays, message",
    [
        ({"data": np.ones(3)}, "{file} needs a 2-D array X, one row per sample; it has 'data'."),
        (
            {"X": np.ones(3)},
            "{file} needs a 2-D array X, one row per sample; X has shape (3,).",
        ),
        ({"X": np.ones((3, 2))}, "{file} has no array 'y'; it has 'X'."),
        (
            {"X": np.ones((3, 2)), "y": np.ones(4)},
            "{file}: 'y' needs one value per row of X, shape (3,); got shape (4,).",
        ),
        (
            {"X": np.ones((3, 2)), "y": np.ones(3), "feature_names": np.array(["a"])},
            "{file} needs one of feature_names per column of X: 2; got shape (1,).",
        ),
    ],
)
def test_npz_of_another_make(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    fails(
        message.format(file=tmp_path / "a.npz"),
        "fit", tmp_path / "a.npz", "--out", tmp_path / "run",
    )  # fmt: skip


def test_npz_never_unpickles(tmp_path):
    np.savez(tmp_path / "a.npz", X=np.array([[print]], dtype=object), y=np.ones(1))
    fails(
        f"{tmp_path / 'a.npz'} cannot be read (Object arrays cannot be loaded when "
        "allow_pickle=False); save it again.",
        "fit", tmp_path / "a.npz", "--out", tmp_path / "run",
    )  # fmt: skip


def fit_fails(data, message, *options):
    out = data.parent / "run"
    fails(message.format(file=data), "fit", data, "--out", out, *options)
    assert [path.name for path in data.parent.iterdir()] == ["data.csv"]


def test_columns_that_are_not_there(data):
    names = "'age', 'dose', 'gene a', 'gene b', 'gene c', 'outcome', 'score'"
    fit_fails(data, f"Name the column to predict: --target, one of {names}.")
    fit_fails(
        data,
        "{file} has no column 'outcom' for --target; did you mean 'outcome'?",
        "--target", "outcom",
    )  # fmt: skip
    fit_fails(
        data, f"{{file}} has no column 'zzz' for --target; it has {names}.", "--target", "zzz"
    )
    fit_fails(
        data,
        "{file} has no column 'agee' for --drop; did you mean 'age'?",
        "--target", "score", "--drop", "agee",
    )  # fmt: skip


def test_columns_that_are_neither_numbers_nor_factors(data):
    """All of them at once, with the one option that mends it."""
    frame = table().assign(born="2020-01-03", note=[f"remark {k}" for k in range(60)])
    frame["gene c"] = frame["gene c"].astype(object)
    frame.loc[2, "gene c"] = "<LOD"
    frame.insert(0, "a, b", [f"text {k}" for k in range(60)])
    frame.to_csv(data, index=False)
    fit_fails(
        data,
        "{file} has columns that are neither numbers nor factors: 'a, b' holds free text ('text 0' "
        "in row 2); 'gene c' holds words among numbers ('<LOD' in row 4); 'born' holds dates "
        "('2020-01-03' in row 2); 'note' holds free text ('remark 0' in row 2); leave them out "
        "with --drop 'gene c,born,note' --drop 'a, b', or give numbers or a few repeated words.",
        "--target", "score",
    )  # fmt: skip
    done = spin("fit", data, "--target", "score", "--drop", "gene c,born,note", "--drop", "a, b",
                "--out", data.parent / "r", "--test-folds", "0", *QUICK)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "Words are factors: 'outcome' (2 levels).\n" in done.stdout


def test_the_cell_that_spoils_a_column_is_shown(tmp_path):
    file = tmp_path / "data.csv"
    file.write_text("a,b,y\n1.5,0.2,u\n2.5,0.3,v\n0.5,<LOD,u\n1.0,0.7,v\n")
    fails(
        f"{file} has columns that are neither numbers nor factors: 'b' holds words among numbers "
        "('<LOD' in row 4); leave them out with --drop b, or give numbers or a few repeated words.",
        "fit", file, "--target", "y", "--out", tmp_path / "r", "--test-folds", "0",
    )  # fmt: skip


def test_truth_with_a_gap_is_a_number_with_a_gap(tmp_path):
    rng = np.random.default_rng(0)
    smokes = np.array(["TRUE", "FALSE"])[rng.integers(0, 2, 60)]
    frame = pd.DataFrame({"smokes": smokes, "y": (smokes == "TRUE") + 0.1 * rng.normal(size=60)})
    frame.loc[3, "smokes"] = None
    frame.to_csv(tmp_path / "data.csv", index=False)
    out = tmp_path / "r"
    done = spin("fit", tmp_path / "data.csv", "--target", "y", "--out", out, "--test-folds", "0",
                *QUICK)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "factors" not in done.stdout and "Empty cells: 1, in 'smokes'; " in done.stdout
    assert load(out / "model.spinn").get_feature_names_out().tolist() == ["smokes"]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A run on a table with a factor and gaps, as it comes."""
    home = tmp_path_factory.mktemp("mixed")
    frame = table(120).drop(columns="outcome")
    frame["stage"] = np.array(["I", "II", "III"])[np.arange(120) % 3]
    frame["score"] += 3.0 * (frame["stage"] == "II")
    frame.loc[frame.index % 7 == 0, ["gene b", "gene c"]] = np.nan
    frame.loc[5, "stage"] = None
    frame.to_csv(home / "data.csv", index=False)
    done = spin("fit", home / "data.csv", "--target", "score", "--out", home / "out",
                "--test-folds", "2", *QUICK)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    return home, frame, done


def test_a_mixed_table_is_fitted_as_it_comes(mixed):
    home, _, done = mixed
    assert done.stdout.startswith(
        "Regression: the target 'score' holds 120 distinct numbers. 120 samples, 6 columns.\n"
        "Words are factors: 'stage' (3 levels).\n"
        "Empty cells: 37, in 'gene b', 'gene c', 'stage'; each is taken for its column's "
        "mean, with an indicator of the gap beside it.\n"
    )
    model = load(home / "out" / "model.spinn")
    assert model.missing == "indicator" and model.n_features_in_ == 6
    assert set(pd.read_csv(home / "out" / "selected.csv")["feature"]) == {"stage", "gene b"}


def test_predicting_a_mixed_table(mixed, tmp_path):
    home, frame, _ = mixed
    frame = frame.copy()
    frame.loc[[7, 8], "stage"] = "IV"
    frame.to_csv(tmp_path / "new.csv", index=False)
    model = home / "out" / "model.spinn"
    done = spin("predict", model, tmp_path / "new.csv", "--out", tmp_path / "p.csv")
    assert done.exit_code == 0, done.stderr
    assert done.stderr == (
        "Note: 2 cells hold levels that training did not know, taken for the mean over its levels: "
        "'stage' 2 ('IV').\n"
    )
    X = pd.read_csv(tmp_path / "new.csv").drop(columns="score")
    with pytest.warns(UserWarning, match="2 cells hold levels"):
        expected = load(model).predict(X)
    predicted = pd.read_csv(tmp_path / "p.csv")
    assert list(predicted) == ["observed", "prediction"]
    assert_allclose(predicted["prediction"], expected)
    picture = tmp_path / "map.png"
    assert spin("embed", model, home / "data.csv", "--out", picture).exit_code == 0
    # nobody reads columns that the model does not use
    frame.assign(age="old", **{"gene b": "few"}).to_csv(tmp_path / "new.csv", index=False)
    fails(
        f"{tmp_path}/new.csv has columns that are not as in training: 'gene b' holds words, and "
        "numbers in training ('few' in row 2); put numbers in their place.",
        "predict", model, tmp_path / "new.csv", "--out", tmp_path / "q.csv",
    )  # fmt: skip


def test_missing_targets_and_infinite_values(data):
    frame = table().drop(columns="outcome")
    frame.loc[3:4, "dose"] = np.nan
    frame.to_csv(data, index=False)
    fit_fails(
        data,
        "The target 'dose' has 2 missing values, the first in row 5; remove those rows. (In text "
        "files, empty cells and NA count as missing.)",
        "--target", "dose",
    )  # fmt: skip
    frame = table().drop(columns="outcome")
    frame.loc[0, "age"] = np.inf
    frame.to_csv(data, index=False)
    fit_fails(
        data,
        "{file} has infinite values, in 'age' (row 2); replace them or remove those rows or "
        "columns.",
        "--target", "score",
    )  # fmt: skip


def test_targets_that_cannot_be_learnt(data):
    frame = table().drop(columns="score")
    frame.assign(outcome="ill").to_csv(data, index=False)
    fit_fails(
        data,
        "The target 'outcome' has one class, 'ill'; a classifier needs samples of at least two.",
        "--target", "outcome",
    )  # fmt: skip
    frame.loc[[7, 5], "outcome"] = "rare", "odd"
    frame.to_csv(data, index=False)
    fit_fails(
        data,
        "The target 'outcome' has one sample each of the classes 'odd' (row 7), 'rare' (row 9); "
        "cross-validation needs two at least. Remove them or merge them with other classes.",
        "--target", "outcome",
    )  # fmt: skip
    frame[["outcome"]].to_csv(data, index=False)
    fit_fails(data, "{file} has no columns to predict 'outcome' from.", "--target", "outcome")


def test_options_that_make_no_sense(data):
    options = ["--target", "score", "--drop", "outcome"]
    fit_fails(
        data,
        "--hidden takes layer widths such as 20 or 10,5, or the word linear; got 'wide'.",
        *options, "--hidden", "wide",
    )  # fmt: skip
    fit_fails(
        data, "--test-folds must be 0 (none) or at least 2; got 1.", *options, "--test-folds", "1"
    )
    assert spin("fit", data, "--out", "x", "--task", "guess").exit_code == 2


def test_errors_of_the_fit_are_one_line(data):
    table()[:1].to_csv(data, index=False)
    ask = ("fit", data, "--target", "score", "--drop", "outcome", "--test-folds", "0")
    done = spin(*ask, "--out", data.parent / "run")
    assert done.exit_code == 2
    assert done.stderr == (
        "Error: The fit is not possible: Found array with 1 sample(s) (shape=(1, 5)) while a "
        "minimum of 2 is required by SPINNRegressorCV.\n"
    )
    assert [path.name for path in data.parent.iterdir()] == ["data.csv"]


# -- the folder of results -------------------------------------------------------------------


def test_results_replace_earlier_results_only(tmp_path):
    out = tmp_path / "run"
    with folder.ResultFolder(out) as inside:
        (inside / "model.spinn").write_text("old")
        (inside / "cv.png").write_text("old")
        assert not out.exists()
    with pytest.raises(InputError) as caught, folder.ResultFolder(out):
        pass
    assert str(caught.value) == (
        f"The folder {out} holds the results of an earlier run; --force replaces them, or choose "
        "another --out."
    )
    with folder.ResultFolder(out, force=True) as inside:
        (inside / "model.spinn").write_text("new")
    assert [path.name for path in out.iterdir()] == ["model.spinn"]
    assert (out / "model.spinn").read_text() == "new"
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(InputError) as caught, folder.ResultFolder(out, force=True):
        pass
    assert str(caught.value) == (
        f"The folder {out} was not made by spinnery (it holds 'thesis.txt'); choose another --out."
    )
    assert (out / "thesis.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_results_go_into_new_and_empty_folders(tmp_path):
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "empty", tmp_path / "a" / "b" / "c"):
        with folder.ResultFolder(out) as inside:
            (inside / "model.spinn").write_text("x")
        assert (out / "model.spinn").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"empty", "a"}


def test_nothing_stays_after_a_failure(tmp_path):
    with pytest.raises(RuntimeError), folder.ResultFolder(tmp_path / "run") as inside:
        (inside / "model.spinn").write_text("x")
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_folders_that_cannot_be_written(data, monkeypatch):
    file = data.parent / "file"
    file.write_text("x")
    options = ["--target", "score", "--drop", "outcome"]
    for out, blocked in ((file, file), (file / "sub", file)):
        fails(
            f"{blocked} is a file, not a folder; choose another --out.",
            "fit", data, "--out", out, *options,
        )  # fmt: skip

    def denied(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)
    fails(
        f"Cannot write in {data.parent} (Permission denied); choose another --out.",
        "fit", data, "--out", data.parent / "run", *options,
    )  # fmt: skip


def test_a_disk_that_fills_up(data, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder.os, "replace", full)
    with pytest.raises(InputError) as caught, folder.ResultFolder(data.parent / "run"):
        pass
    assert str(caught.value) == (
        f"Cannot write {data.parent / 'run'} (No space left on device); choose another --out."
    )
    assert [path.name for path in data.parent.iterdir()] == ["data.csv"]


def test_interrupt(data, monkeypatch):
    def interrupted(self, *_):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(10)

    monkeypatch.setattr(spinnery.SPINNRegressorCV, "fit", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    try:
        handler = signal.getsignal(signal.SIGINT)
        done = spin(
            "fit", data, "--target", "score", "--drop", "outcome", "--out", data.parent / "run"
        )
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert done.exit_code == 130
    assert done.stderr == "Interrupted; nothing was written.\n"
    assert [path.name for path in data.parent.iterdir()] == ["data.csv"]


# -- predict ---------------------------------------------------------------------------------


def test_predict_matches_columns_by_name(run, tmp_path):
    home, _ = run
    frame = table()
    shuffled = frame[["score", "gene c", "gene b", "gene a", "dose", "age"]]
    shuffled.to_csv(tmp_path / "new.csv", index=False)
    model = home / "out" / "model.spinn"
    done = spin("predict", model, tmp_path / "new.csv", "--out", tmp_path / "p.csv")
    assert done.exit_code == 0, done.stderr
    assert done.stderr == (
        "Note: ignored columns that the model was not fitted on: 'score'.\n"
    )  # fmt: skip
    predicted = pd.read_csv(tmp_path / "p.csv")
    assert list(predicted.columns) == ["prediction", "probability ill", "probability well"]
    X = frame.drop(columns=["outcome", "score"])
    loaded = load(model)
    assert list(predicted["prediction"]) == list(loaded.predict(X))
    assert_allclose(predicted.iloc[:, 1:], loaded.predict_proba(X))


def predict_fails(run, tmp_path, frame, message, out="p.csv"):
    new = tmp_path / "new.csv"
    frame.drop(columns="score").to_csv(new, index=False)
    model = run[0] / "out" / "model.spinn"
    fails(message.format(file=new), "predict", model, new, "--out", tmp_path / out)
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]


def test_predict_names_what_is_missing(run, tmp_path):
    predict_fails(
        run, tmp_path, table().drop(columns=["dose", "gene a", "gene c"]),
        "{file} lacks 2 of the 2 columns that the model uses: 'dose', 'gene a'; add them.",
    )  # fmt: skip


def test_predict_wants_numbers(run, tmp_path):
    predict_fails(
        run, tmp_path, table().assign(dose="old"),
        "{file} has columns that are not as in training: 'dose' holds words, and numbers in "
        "training ('old' in row 2); put numbers in their place.",
    )  # fmt: skip


def test_predict_wants_whole_rows_of_a_model_of_whole_rows(run, tmp_path):
    predict_fails(
        run, tmp_path, table().assign(dose=np.r_[np.nan, np.ones(59)]),
        "{file} has 1 missing values, in 'dose', and the model was fitted to a table without any; "
        "fill them in, or remove those rows or columns.",
    )  # fmt: skip
    predict_fails(
        run, tmp_path, table().assign(dose=np.r_[1.0, np.inf, np.ones(58)]),
        "{file} has infinite values, in 'dose' (row 3); replace them or remove those rows or "
        "columns.",
    )  # fmt: skip


def test_predict_never_overwrites_an_input(run, tmp_path):
    predict_fails(
        run, tmp_path, table(),
        f"--out {tmp_path / 'new.csv'} would overwrite an input; choose another name.",
        out="new.csv",
    )  # fmt: skip


def test_predict_without_names_needs_the_same_width(run, tmp_path):
    np.savez(tmp_path / "new.npz", X=np.ones((3, 4)))
    model = run[0] / "out" / "model.spinn"
    fails(
        f"{tmp_path / 'new.npz'} has 4 columns, and the model needs 5; the file has no column "
        "names, so give exactly its columns, in its order.",
        "predict", model, tmp_path / "new.npz", "--out", tmp_path / "p.csv",
    )  # fmt: skip
    np.savez(tmp_path / "new.npz", X=np.ones((3, 5)))
    done = spin("predict", model, tmp_path / "new.npz", "--out", tmp_path / "p.csv")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"Predicted 3 rows into {tmp_path / 'p.csv'}.\n"


def test_predict_with_files_that_are_no_models(run, tmp_path, data):
    fails(
        f"Cannot read {tmp_path / 'm'} (No such file or directory); check the path.",
        "predict", tmp_path / "m", data,
    )  # fmt: skip
    fails(
        f"{data} is not a Spinnery model: it is not a safetensors file. Pass a file written by "
        "save.",
        "predict", data, data, "--out", tmp_path / "p.csv",
    )  # fmt: skip
    fails(
        f"--out {tmp_path / 'no' / 'p.csv'} is not a file in an existing folder; choose another "
        "name.",
        "predict", run[0] / "out" / "model.spinn", run[0] / "data.csv",
        "--out", tmp_path / "no" / "p.csv",
    )  # fmt: skip


# -- demo and the rest -----------------------------------------------------------------------


def test_demo(tmp_path):
    done = spin("demo", "--out", tmp_path / "demo", "--decoys", "20", *QUICK)
    assert done.exit_code == 0, done.stderr
    assert {path.name for path in (tmp_path / "demo").iterdir()} == RESULTS
    assert "decoys let through 0 of 20" in " ".join(done.stdout.split())
    for words in ("test samples", "accuracy", "log-loss", "certificate", "time", "strength"):
        assert words in done.stdout
    report = json.loads((tmp_path / "demo" / "report.json").read_text())
    assert report["performance"]["kind"] == "test" and report["target"]["name"] == "tumour"
    metrics = pd.read_csv(tmp_path / "demo" / "metrics.csv").set_index("metric")["value"]
    assert metrics["accuracy"] > 0.9


def test_help_is_quick_because_nothing_heavy_is_imported():
    # The package itself is replaced by an empty one: this is about the command line's own imports.
    code = (
        "import sys, types; package = types.ModuleType('spinnery');"
        f"package.__path__ = [{str(Path(spinnery.__file__).parent)!r}];"
        "sys.modules['spinnery'] = package; import spinnery.cli;"
        "heavy = ('jax', 'numpy', 'sklearn', 'pandas', 'matplotlib');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("wrong", ["file", "target", "cell", "model"])
def test_errors_of_the_input_come_before_heavy_imports(tmp_path, wrong):
    table = tmp_path / "t.csv"
    table.write_text("a,b,y\n1,2,u\n3,x,v\n5,6,u\n7,8,v\n")
    arguments = ["fit", str(table), "--target", "y", "--out", str(tmp_path / "out")]
    if wrong == "file":
        arguments[1] = "missing.csv"
    elif wrong == "target":
        arguments[3] = "z"
    elif wrong == "model":
        arguments = ["predict", "missing.spinn", str(table), "--out", str(tmp_path / "p.csv")]
    code = (
        "import sys; from spinnery.cli import main\n"
        f"sys.argv = ['spinnery', *{arguments!r}]\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, 'jax' in sys.modules, 'sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "2 False False", done.stderr
    assert done.stderr.startswith("Error: ")


def test_errors_are_one_line(capsys):
    import typer

    with pytest.raises(typer.Exit) as caught, one_line_errors():
        raise InputError("two\n  lines")
    assert caught.value.exit_code == 2
    assert capsys.readouterr().err == "Error: two lines\n"


def test_long_lists_are_cut():
    assert listing("abc") == "'a', 'b', 'c'"
    assert listing(range(10)) == "'0', '1', '2', '3', '4', '5', '6', '7' and 2 more"


def test_kept_columns_are_in_the_model(data, tmp_path):
    done = spin(
        "fit", data, "--target", "score", "--drop", "outcome,gene c", "--keep", "dose,gene a",
        "--out", tmp_path / "r", "--test-folds", "2", "--no-null-check", *QUICK,
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    model = load(tmp_path / "r" / "model.spinn")
    assert model.feature_names_in_.tolist() == ["age", "dose", "gene a", "gene b"]
    assert {"dose", "gene a"} <= set(model.feature_names_in_[model.selected_])
    selected = pd.read_csv(tmp_path / "r" / "selected.csv").set_index("feature")
    assert (selected.loc[["dose", "gene a"], "folds"] == 2).all()


def test_columns_that_cannot_be_kept(data, tmp_path):
    def fit_fails(message, *options):
        fails(message, "fit", data, "--target", "outcome", "--out", tmp_path / "r", *options)

    fit_fails(f"{data} has no column 'gene d' for --keep; did you mean 'gene c'?", "--keep",
              "age,gene d")  # fmt: skip
    fit_fails(
        "--keep 'age,outcome' names what is the --target, --drop, --cohort, --group-folds or --id "
        "too; keep columns to predict from.", "--keep", "dose,age,outcome", "--drop", "age",
    )  # fmt: skip
    np.savez(tmp_path / "a.npz", X=np.ones((3, 2)), y=np.arange(3))
    fails(f"{tmp_path}/a.npz has no column names, so --keep cannot name one.", "fit",
          tmp_path / "a.npz", "--out", tmp_path / "r", "--keep", "x0")  # fmt: skip


def test_a_name_with_a_comma_is_one_name(tmp_path):
    frame = table().rename(columns={"gene c": "a, b"}).drop(columns="outcome")
    frame.to_csv(tmp_path / "data.csv", index=False)
    done = spin("fit", tmp_path / "data.csv", "--target", "score", "--drop", "a, b", "--drop",
                "dose,gene a", "--out", tmp_path / "r", "--test-folds", "0", *QUICK)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    names = load(tmp_path / "r" / "model.spinn").feature_names_in_
    assert names.tolist() == ["age", "gene b"]


def test_group_folds_keep_patients_together_inside_and_outside(tmp_path, monkeypatch):
    """Features that tell patients apart predict samples left out, and no patient left out."""
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(12), 6)
    frame = pd.DataFrame(np.eye(12)[patient] + 0.01 * rng.normal(size=(72, 12)))
    frame.columns = [f"mark {k}" for k in range(12)]
    frame = frame.assign(y=rng.normal(size=12)[patient], patient=[f"p{k}" for k in patient])
    frame.to_csv(tmp_path / "data.csv", index=False)

    def error(*options):
        done = spin(
            "fit", tmp_path / "data.csv", "--target", "y", "--out", tmp_path / "r",
            "--test-folds", "3", "--hidden", "linear", "--no-null-check", "--force", *options,
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
        assert "72 samples, 12 columns" in done.stdout and "in 3 folds" in done.stdout
        metrics = pd.read_csv(tmp_path / "r" / "metrics.csv").set_index("metric")["value"]
        return metrics["R²"]

    assert error("--drop", "patient") > 0.9
    assert error("--group-folds", "patient") < 0.2


def test_group_columns_that_cannot_serve(data, tmp_path):
    def fit_fails(message, *options):
        fails(message, "fit", data, "--target", "outcome", "--out", tmp_path / "r", *options)

    fit_fails(f"{data} has no column 'patient' for --group-folds; it has 'age', 'dose', 'gene a', "
              "'gene b', 'gene c', 'outcome', 'score'.", "--group-folds", "patient")  # fmt: skip
    fit_fails("--group-folds 'outcome' is the --target, --cohort or a --drop column too.",
              "--group-folds", "outcome")  # fmt: skip
    frame = table().assign(patient=np.where(table()["outcome"] == "ill", "one", "other"))
    frame.loc[3, "patient"] = None
    frame.to_csv(data, index=False)
    fit_fails("The group column 'patient' has 1 missing values; name the group of every row, or "
              "remove those rows.", "--group-folds", "patient")  # fmt: skip
