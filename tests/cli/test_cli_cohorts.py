"""The command line over several studies."""

import numpy as np
import pandas as pd
import pytest
from test_cli import HELD_OUT, QUICK, RESULTS, fails, spin

from spinnery.storage.models import load


def table(n=120):
    """Two labs, opposite effects of the dose; lab "b" never measured gene c."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=["age", "dose", "gene a", "gene b", "gene c"])
    lab = np.where(np.arange(n) % 3 == 0, "a", "b")
    sign = np.where(lab == "a", 1.0, -1.0)
    out = X.assign(lab=lab, score=sign * X["dose"] + 0.3 * rng.normal(size=n))
    out.loc[lab == "b", "gene c"] = np.nan
    return out


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    home = tmp_path_factory.mktemp("cohorts")
    table().to_csv(home / "data.csv", index=False)
    done = spin(
        "fit", home / "data.csv", "--target", "score", "--cohort", "lab", "--out", home / "out",
        "--test-folds", "2", *QUICK,
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    return home, done


def test_fit_writes_what_each_cohort_uses(run):
    home, done = run
    extra = {"cohorts.csv", "cohorts.png", "cohort_errors.png"}
    assert {path.name for path in (home / "out").iterdir()} == RESULTS | HELD_OUT | extra
    cohorts = pd.read_csv(home / "out" / "cohorts.csv")
    assert cohorts.loc[0, ["feature", "kind", "n_cohorts"]].tolist() == ["dose", "shared", 2]
    assert (cohorts.loc[0, ["a", "b"]].to_numpy(float) > 0).all()
    assert pd.read_csv(home / "out" / "selected.csv").loc[0, "cohorts"] == 2
    metrics = pd.read_csv(home / "out" / "metrics.csv").set_index("metric")["value"]
    assert metrics["R²"] > 0.7  # held out; pooled it would be about 0
    assert "120 samples, 5 columns" in done.stdout


def test_predict_by_cohort(run, tmp_path):
    home, _ = run
    rows, out, model = table().drop(columns="score"), tmp_path / "p.csv", home / "out/model.spinn"
    rows.to_csv(tmp_path / "new.csv", index=False)
    done = spin("predict", model, tmp_path / "new.csv", "--cohort", "lab", "--out", out)
    assert done.exit_code == 0, done.stderr
    expected = load(model).predict(rows.drop(columns="lab"), cohorts=rows["lab"])
    np.testing.assert_allclose(pd.read_csv(out)["prediction"], expected)

    new = rows.assign(lab="c").dropna(axis=0)
    new.to_csv(tmp_path / "other.csv", index=False)
    ask = ["predict", model, tmp_path / "other.csv", "--cohort", "lab", "--out", out, "--force"]
    fails(
        "The prediction is not possible: Unknown cohorts ['c']; this model knows 'a', 'b'. "
        "--new-cohorts average predicts new cohorts by the average over these.",
        *ask,
    )
    assert spin(*ask, "--new-cohorts", "average").exit_code == 0
    fails(
        f"{model} was fitted to several cohorts ('a', 'b'): name the column that holds each row's "
        "with --cohort, or average over them with --new-cohorts average.",
        "predict", model, tmp_path / "new.csv", "--out", tmp_path / "q.csv",
    )  # fmt: skip


def test_cohort_columns_that_cannot_serve(tmp_path):
    data = tmp_path / "data.csv"
    frame = table()
    frame.to_csv(data, index=False)

    def fit_fails(message, *options):
        fails(message, "fit", data, "--out", tmp_path / "out", "--target", "score", *options)
        assert not (tmp_path / "out").exists()

    fit_fails(f"{data} has no column 'labs' for --cohort; did you mean 'lab'?", "--cohort", "labs")
    fit_fails(
        "--cohort 'score' is the --target or a --drop column too.", "--cohort", "score"
    )  # fmt: skip
    frame.assign(lab=frame["lab"].where(frame.index != 3)).to_csv(data, index=False)
    fit_fails(
        "The cohort column 'lab' has 1 missing values; name the study of every row, or remove "
        "those rows.", "--cohort", "lab",
    )  # fmt: skip
