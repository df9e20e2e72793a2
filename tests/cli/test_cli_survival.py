"""The command line on survival times."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_cli import HELD_OUT, QUICK, RESULTS, fails, spin

from spinnery import survival_target
from spinnery.storage.models import load


def table(n=150):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=["age", "dose", "gene a", "gene b", "gene c"])
    time = rng.exponential(np.exp(-2 * X["dose"]))
    return X.assign(months=np.minimum(time, 2), died=(time < 2).astype(int))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    home = tmp_path_factory.mktemp("survival")
    table().to_csv(home / "data.csv", index=False)
    done = spin(
        "fit", home / "data.csv", "--time", "months", "--event", "died", "--out", home / "out",
        "--test-folds", "2", *QUICK,
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    return home, done


def test_fit_finds_the_dose_and_measures_concordance(run):
    home, done = run
    assert {path.name for path in (home / "out").iterdir()} == RESULTS | HELD_OUT
    assert "had the event 'died'" in done.stdout and "unseen samples in 2 folds" in done.stdout
    metrics = pd.read_csv(home / "out" / "metrics.csv").set_index("metric")["value"]
    assert metrics["concordance (Harrell)"] > 0.75
    selected = pd.read_csv(home / "out" / "selected.csv")
    assert selected.loc[0, "feature"] == "dose"


def test_predict_gives_risks_and_survival_at_times(run):
    home, _ = run
    out = home / "risks.csv"
    model = home / "out" / "model.spinn"
    done = spin("predict", model, home / "data.csv", "--out", out, "--times", "1,0.25")
    assert done.exit_code == 0, done.stderr
    risks = pd.read_csv(out)
    assert list(risks) == [
        "time",
        "event",
        "log risk",
        "share left at 0.25",
        "share left at 1",
        "median",
    ]
    assert (risks["share left at 0.25"] >= risks["share left at 1"]).all()
    X = table().drop(columns=["months", "died"])
    np.testing.assert_allclose(risks["log risk"], load(model).predict(X), rtol=1e-6)


def test_predictions_are_measured_where_times_are_known(run, tmp_path):
    home, _ = run
    frame, out = table().astype({"died": object}), tmp_path / "p.csv"
    frame.loc[:9, "died"] = None
    frame.loc[10:19, "months"] = None

    def predict(frame, *options):
        frame.to_csv(tmp_path / "new.csv", index=False)
        return spin("predict", home / "out" / "model.spinn", tmp_path / "new.csv", "--out", out,
                    "--force", *options)  # fmt: skip

    done = predict(frame)
    assert done.exit_code == 0 and "the 130 rows whose outcome is known" in done.stdout
    metrics = pd.read_csv(tmp_path / "p_metrics.csv").set_index("metric")["value"]
    known = table()[20:]
    y = survival_target(known["died"], known["months"])
    score = load(home / "out" / "model.spinn").score(known, y)
    assert metrics["concordance (Harrell)"] == pytest.approx(score)
    frame["died"] = frame["died"].map({0: "alive", 1: "dead "})
    named = ["--time", "months", "--event", "died=dead"]
    assert "the 130 rows" in predict(frame, *named).stdout
    done = predict(frame.assign(months="long"), *named)
    assert done.exit_code == 0 and "measured on" not in done.stdout
    assert done.stderr.startswith(
        "Note: the predictions are not measured by 'months', 'died': it holds words.\n"
    )


def test_a_coded_event_is_named_by_its_value(tmp_path):
    frame = table()
    frame["status"] = np.where(frame.pop("died") == 1, "dead", "alive")
    frame.to_csv(tmp_path / "data.csv", index=False)
    given = ["fit", tmp_path / "data.csv", "--time", "months", "--out", tmp_path / "out", "--force",
             *QUICK]  # fmt: skip
    done = spin(*given, "--event", "status=dead", "--test-folds", "0", "--hidden", "linear")
    assert done.exit_code == 0, done.stderr
    fails(
        "--event 'status' and --time 'months' are no survival outcome: event must be True/False or "
        "1/0; got the values 'dead', 'alive'. Pass a comparison, such as status == 'dead'.",
        *given, "--event", "status",
    )  # fmt: skip
    found = "--event status=gone: the column holds 'dead', 'alive'."
    fails(found, *given, "--event", "status=gone")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--time", "months"],
         "A survival outcome needs --time and --event; --event is missing."),
        (["--event", "died"],
         "A survival outcome needs --time and --event; --time is missing."),
        (["--time", "months", "--event", "died", "--target", "age"],
         "--time and --event are the target: leave out --target and --task."),
        (["--task", "survival"], "--task survival needs --time and --event, a column each."),
    ],
)  # fmt: skip
def test_half_a_survival_outcome_is_refused(run, tmp_path, options, message):
    home, _ = run
    fails(message, "fit", home / "data.csv", "--out", tmp_path / "out", *options)


def test_swapped_columns_are_named(run, tmp_path):
    home, _ = run
    done = spin(
        "fit", home / "data.csv", "--time", "died", "--event", "months", "--out", tmp_path / "out"
    )
    assert done.exit_code == 2 and "event and time look swapped" in done.stderr
