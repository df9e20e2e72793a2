"""What stays with a row on the command line: its id, and the outcome that is known of it."""

import json

import numpy as np
import pandas as pd
import pytest
from test_cli import QUICK, fails, spin, table

from spinnery.storage.models import load

IDS = [f"P-{k:03}" for k in range(60)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A run on a table with a column of ids, of which nothing was said."""
    home = tmp_path_factory.mktemp("ids")
    frame = table()
    frame.insert(2, "sample", IDS)
    frame.to_csv(home / "data.csv", index=False)
    done = spin("fit", home / "data.csv", "--target", "outcome", "--drop", "score", "--out",
                home / "out", "--test-folds", "2", *QUICK)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert done.stderr == (
        "Note: 'sample' holds another word in every row: they are taken as ids, and nothing is "
        "predicted from them.\n"
    )
    assert "60 samples, 5 columns" in done.stdout
    return home


def predict(home, frame, tmp_path, *options):
    frame.to_csv(tmp_path / "new.csv", index=False)
    out = tmp_path / "p.csv"
    done = spin("predict", home / "out" / "model.spinn", tmp_path / "new.csv", "--out", out,
                "--force", *options)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    return pd.read_csv(out), done


def test_held_out_predictions_have_ids(home):
    held_out = pd.read_csv(home / "out" / "heldout.csv")
    assert list(held_out)[:4] == ["id", "row", "fold", "observed"]
    assert held_out["id"].tolist() == IDS
    worst = json.loads((home / "out" / "report.json").read_text(encoding="utf-8"))["worst"]
    ids = held_out.set_index("row")["id"]
    assert worst["samples"] and worst["first_row"] == ids.index[0] == 2
    assert all(ids[one["row"]] == one["name"] for one in worst["samples"])
    model = load(home / "out" / "model.spinn")
    assert model.parts_ == {"target": "outcome", "id": "sample"}
    assert "sample" not in model.feature_names_in_


def test_predictions_have_ids_and_are_measured(home, tmp_path):
    frame = table().assign(sample=IDS)[::-1]
    found, done = predict(home, frame, tmp_path)
    probabilities = ["probability ill", "probability well"]
    assert list(found) == ["id", "observed", "prediction", *probabilities]
    assert found["id"].tolist() == IDS[::-1]
    assert found["observed"].tolist() == frame["outcome"].tolist()
    metrics = pd.read_csv(tmp_path / "p_metrics.csv").set_index("metric")["value"]
    assert metrics["accuracy"] == np.mean(found["observed"] == found["prediction"]) > 0.85
    assert "the 60 rows whose outcome is known" in done.stdout and "log-loss" in done.stdout
    assert done.stderr == "Note: ignored columns that the model was not fitted on: 'score'.\n"


def test_only_the_columns_that_the_model_uses_are_needed(home, tmp_path):
    whole, _ = predict(home, table(), tmp_path)
    panel = table()[["gene a", "dose"]]
    found, done = predict(home, panel, tmp_path)
    assert done.stderr == ""
    assert list(found) == ["prediction", "probability ill", "probability well"]
    pd.testing.assert_frame_equal(found, whole[list(found)], check_exact=True)
    gaps = table().assign(age=None, **{"gene c": "lost"})
    found, _ = predict(home, gaps[:5], tmp_path)
    pd.testing.assert_frame_equal(found[list(panel)[:0]], found[[]])
    np.testing.assert_array_equal(found["probability ill"], whole["probability ill"][:5])
    load(home / "out" / "model.spinn").to_panel().save(tmp_path / "panel.spinn")
    out = tmp_path / "of_panel.csv"
    done = spin("predict", tmp_path / "panel.spinn", tmp_path / "new.csv", "--out", out)
    assert done.exit_code == 0, done.stderr
    assert out.read_text() == (tmp_path / "p.csv").read_text()


def test_outcomes_that_are_known_in_part(home, tmp_path):
    frame = table()
    frame["outcome"] = frame["outcome"] + " "
    frame.loc[:9, "outcome"] = None
    _, done = predict(home, frame, tmp_path)
    assert "the 50 rows whose outcome is known" in done.stdout
    frame.loc[10:12, "outcome"] = "odd"
    _, done = predict(home, frame, tmp_path)
    assert "the 47 rows" in done.stdout
    assert "classes that the model does not know are not measured: 'odd'." in done.stderr
    _, done = predict(home, frame.assign(outcome=None), tmp_path)
    assert done.stderr.startswith(
        "Note: ignored columns that the model was not fitted on: 'score'.\n"
        "Note: the predictions are not measured by 'outcome': it is known in no row.\n"
    )
    renamed = frame.rename(columns={"outcome": "truth"})
    _, done = predict(home, renamed, tmp_path, "--target", "truth")
    assert "the 47 rows" in done.stdout
    model = home / "out" / "model.spinn"
    ask = ["predict", model, tmp_path / "new.csv", "--out", tmp_path / "q.csv"]
    fails(f"{tmp_path / 'new.csv'} has no column 'tru' for --target; did you mean 'truth'?",
          *ask, "--target", "tru")  # fmt: skip
    fails("The model is one of classification: name what is known with --target.",
          *ask, "--time", "age")  # fmt: skip


def test_row_names_are_ids(home, tmp_path):
    table().set_axis(IDS).to_csv(tmp_path / "named.csv")
    out = tmp_path / "p.csv"
    done = spin("predict", home / "out" / "model.spinn", tmp_path / "named.csv", "--out", out)
    assert done.exit_code == 0, done.stderr
    assert pd.read_csv(out)["id"].tolist() == IDS


def test_ids_of_ones_choice(home, tmp_path):
    frame = table().assign(patient=np.arange(60) // 2, sample=IDS)
    found, _ = predict(home, frame, tmp_path, "--id", "patient")
    assert found["id"].tolist() == frame["patient"].tolist()
    fails(
        f"{tmp_path / 'new.csv'} has no column 'patients' for --id; did you mean 'patient'?",
        "predict", home / "out" / "model.spinn", tmp_path / "new.csv", "--id", "patients",
        "--out", tmp_path / "q.csv",
    )  # fmt: skip
    fails(
        "--id 'outcome' is the --target, --drop, --cohort or --group-folds column too.",
        "fit", home / "data.csv", "--target", "outcome", "--id", "outcome", "--out", tmp_path / "r",
    )  # fmt: skip


def test_coordinates_have_ids(home, tmp_path):
    model, data = home / "out" / "model.spinn", home / "data.csv"
    done = spin("embed", model, data, "--out", tmp_path / "m.png", "--coordinates",
                tmp_path / "m.csv")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    found = pd.read_csv(tmp_path / "m.csv")
    assert list(found) == ["id", "tsne0", "tsne1"] and found["id"].tolist() == IDS


def test_an_integer_id_is_remarked(tmp_path):
    """Rows sorted by the outcome, numbered: the number predicts perfectly and means nothing."""
    frame = table().sort_values("outcome").drop(columns="score")
    frame.insert(0, "case", np.arange(60))
    frame.to_csv(tmp_path / "data.csv", index=False)
    done = spin("fit", tmp_path / "data.csv", "--target", "outcome", "--out", tmp_path / "r",
                "--test-folds", "0", *QUICK)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "is in 'case'" in done.stderr and "--drop case; --id case writes it" in done.stderr
