"""`spinnery embed`: a map of a table's rows, or one line that says what to put right."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from test_cli import fails, spin, table
from test_cli_cohorts import table as cohort_table

from spinnery import TSNE
from spinnery.embedding.views import default_perplexity, seen
from spinnery.storage.models import load, save


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A fitted model beside its table, which has columns that the model does not know."""
    from spinnery import SPINNClassifier

    home = tmp_path_factory.mktemp("embed")
    frame = table()
    frame.to_csv(home / "data.csv", index=False)
    X = frame.drop(columns=["outcome", "score"])
    model = SPINNClassifier(hidden=(4,), lam=0.05, random_state=0, tol=1e-2)
    save(model.fit(X, frame["outcome"].to_numpy(dtype=str)), home / "model.spinn")
    return home


@pytest.fixture
def ask(home, tmp_path):
    return ["embed", home / "model.spinn", home / "data.csv", "--out", tmp_path / "map.png"]


def ends(tmp_path, message, *arguments):
    fails(message, *arguments)
    assert not list(tmp_path.iterdir())


def test_a_picture_and_its_coordinates(home, ask, tmp_path):
    done = spin(*ask, "--colour", "outcome", "--coordinates", tmp_path / "map.csv", "--seed", "3")
    assert done.exit_code == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.csv", "map.png"]
    model, frame = load(home / "model.spinn"), table()
    n = model.selected_.sum()
    assert done.stdout == f"Drew 60 rows by {n} columns into {tmp_path / 'map.png'}.\n"
    assert done.stderr == (
        "Note: ignored columns that the model was not fitted on: 'score'.\n"
    )  # fmt: skip
    found = pd.read_csv(tmp_path / "map.csv")
    assert found.columns.tolist() == ["tsne0", "tsne1", "outcome"]
    assert found["outcome"].tolist() == frame["outcome"].tolist()
    features = seen(model, frame[list(model.feature_names_in_)])
    Y = TSNE(perplexity=default_perplexity(60), random_state=3).fit_transform(features)
    np.testing.assert_allclose(found[["tsne0", "tsne1"]], Y, rtol=1e-5)
    assert imread(tmp_path / "map.png").std() > 0.02  # not blank


@pytest.mark.parametrize(
    "options, suffix",
    [
        (["--by", "hidden"], ".svg"),
        (["--method", "sne", "--perplexity", "5"], ".pdf"),
        (["--colour", "score"], ".png"),
    ],
)
def test_options(ask, tmp_path, options, suffix):
    out = tmp_path / f"map{suffix}"
    done = spin(*ask[:-1], out, *options)
    assert done.exit_code == 0, done.stderr
    assert out.stat().st_size > 1000


def test_by_cohort(tmp_path):
    from spinnery import IntegrativeSPINNRegressor

    frame = cohort_table()
    X, lab = frame.drop(columns=["lab", "score"]), frame["lab"]
    model = IntegrativeSPINNRegressor(hidden=(4,), lam=0.1, random_state=0, tol=1e-2)
    save(model.fit(X, frame["score"], cohorts=lab), tmp_path / "model.spinn")
    frame.to_csv(tmp_path / "data.csv", index=False)
    ask = ["embed", tmp_path / "model.spinn", tmp_path / "data.csv", "--out", tmp_path / "m.png"]
    out = tmp_path / "m.csv"
    done = spin(*ask, "--cohort", "lab", "--by", "hidden", "--coordinates", out)
    assert done.exit_code == 0, done.stderr
    assert pd.read_csv(out)["lab"].tolist() == lab.tolist()
    fails(
        f"{tmp_path / 'model.spinn'} was fitted to several cohorts ('a', 'b'): name the column "
        "that holds each row's with --cohort.",
        *ask, "--force",
    )  # fmt: skip
    ask.append("--force")
    fails("--colour 'lab' is the --cohort column: leave it out.", *ask, "--cohort", "lab",
          "--colour", "lab")  # fmt: skip


def test_a_column_of_any_name_may_colour(home, ask, tmp_path):
    frame = table().rename(columns={"outcome": "y"})
    frame.to_csv(home / "y.csv", index=False)
    ask[2] = home / "y.csv"
    done = spin(*ask, "--colour", "y", "--coordinates", tmp_path / "map.csv")
    assert done.exit_code == 0, done.stderr
    assert pd.read_csv(tmp_path / "map.csv")["y"].tolist() == frame["y"].tolist()


def test_what_can_be_wrong(home, ask, tmp_path):
    ends(
        tmp_path,
        f"--out {tmp_path / 'map.jpeg'} has the extension '.jpeg'; name a picture, .png, .svg, "
        ".pdf.",
        *ask[:-1], tmp_path / "map.jpeg",
    )  # fmt: skip
    ends(
        tmp_path,
        f"--out {tmp_path / 'no/map.png'} is not a file in an existing folder; choose another "
        "name.",
        *ask[:-1], tmp_path / "no" / "map.png",
    )  # fmt: skip
    ends(
        tmp_path,
        f"--coordinates {home / 'data.csv'} would overwrite an input; choose another name.",
        *ask, "--coordinates", home / "data.csv",
    )  # fmt: skip
    ends(
        tmp_path,
        f"{home / 'data.csv'} has no column 'outcom' for --colour; did you mean 'outcome'?",
        *ask, "--colour", "outcom",
    )  # fmt: skip
    ends(
        tmp_path,
        f"{home / 'model.spinn'} was not fitted with --cohort; leave out --cohort 'outcome'.",
        *ask, "--cohort", "outcome",
    )  # fmt: skip
    ends(
        tmp_path,
        "The map is not possible: perplexity must be at least 1 and less than the number of "
        "samples, 60; got 60. 5 to 50 is usual, a third of the samples is plenty.",
        *ask, "--perplexity", "60",
    )  # fmt: skip
    ends(
        tmp_path,
        "The map is not possible: The 'perplexity' parameter of TSNE must be a float in the range "
        "(0.0, inf). Got 0.0 instead.",
        *ask, "--perplexity", "0",
    )  # fmt: skip
    ends(
        tmp_path,
        f"--coordinates and --out are both {tmp_path / 'map.png'}; name two files.",
        *ask, "--coordinates", tmp_path / "map.png",
    )  # fmt: skip
    ends(
        tmp_path,
        f"Cannot read {tmp_path / 'none.spinn'} (No such file or directory); check the path.",
        "embed", tmp_path / "none.spinn", home / "data.csv", "--out", tmp_path / "map.png",
    )  # fmt: skip


def test_missing_values(home, ask, tmp_path):
    frame = table()
    frame.loc[2, "dose"] = np.nan
    frame.to_csv(home / "holes.csv", index=False)
    ask[2] = home / "holes.csv"
    ends(
        tmp_path,
        f"{home / 'holes.csv'} has 1 missing values, in 'dose', and the model was fitted to a "
        "table without any; fill them in, or remove those rows or columns.",
        *ask,
    )


def test_one_row(home, ask, tmp_path):
    table()[:1].to_csv(home / "row.csv", index=False)
    ask[2] = home / "row.csv"
    done = spin(*ask)
    assert done.exit_code == 2 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("Error: The map is not possible: Found array with 1 sample(s)")
    assert not list(tmp_path.iterdir())


def test_colours_may_be_missing(home, ask):
    frame = table()
    frame.loc[2, "outcome"] = None
    frame.to_csv(home / "unknown.csv", index=False)
    ask[2] = home / "unknown.csv"
    assert spin(*ask, "--colour", "outcome").exit_code == 0
