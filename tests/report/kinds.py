"""A report of every kind."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from made import data, evidence, fitted, held_out

from spinnery.report import report_of

try:
    LONE = str(pd.Index(["lone \ud800 surrogate"])[0])
except UnicodeEncodeError:  # pandas that keeps words in Arrow takes no half of a pair
    LONE = "lone surrogate"
HOSTILE = [
    "<script>document.title = 'taken'</script>", "\"quoted\" 'both' & <b>bold</b>", "W" * 200,
    "שלום עולם (ltr)", "\u202egnp.exe", "$x^2$ | `code` *star*", "",
    "two\nlines \x1b[31mred\x1b[0m",
    "%s {0} {feature}", "javascript:alert(1)", "</style></svg>", LONE,
]  # fmt: skip


def _numbers(**params):
    X, y = data("numbers")
    return X, y, fitted("numbers", X, y, **params)


def measured():
    X, y, model = _numbers()
    link = "https://example.org/?gene={feature}"
    return report_of(model, X, y, evidence(model, X, y), target="score", link=link)


def left_out():
    """Firm, and not in the model: the twin of one that is, and one by itself."""
    X, y, model = _numbers(features=(0, 3))
    found = evidence(model, X, y, threshold=0.3)
    found.clusters.at[0, "members"] = ["x0", "x1"]
    found.features.loc[1, "cluster"] = 1
    return report_of(model, X, y, found)


def refitted():
    X, y, model = _numbers()
    return report_of(model, X, y, held_out=held_out(model, X), command="spinnery fit a.csv")


def cross_validated():
    X, y, model = _numbers(p_value=np.nan)
    return report_of(model, X, y)


def training():
    X, y, model = _numbers()
    del model.cv_predictions_
    return report_of(model, X, y)


def tested():
    X, y, model = _numbers()
    new = data("numbers", n=50, seed=1)
    return report_of(model, X, y, test=new)


def nothing():
    X, y, model = _numbers(features=(), p_value=0.43)
    return report_of(model, X, y, held_out=held_out(model, X))


def nothing_measured():
    X, y = data("classes")
    model = fitted("classes", X, y, features=(), p_value=0.43)
    return report_of(model, X, y, evidence(model, X, y, threshold=np.inf))


def counts():
    X, y = data("counts")
    model = fitted("counts", X, y)
    return report_of(model, X, y, held_out=held_out(model, X))


def classes():
    X, y = data("classes")
    model = fitted("classes", X, y)
    return report_of(model, X, y, evidence(model, X, y), target="tumour")


def many_classes():
    X, y = data("classes", n=800, n_classes=40)
    model = fitted("classes", X, y)
    return report_of(model, X, y, held_out=held_out(model, X))


def survival():
    X, y = data("survival")
    model = fitted("survival", X, y)
    return report_of(model, X, y, evidence(model, X, y), target="died")


def several_outputs():
    X, y = data("numbers", n_outputs=3)
    model = fitted("numbers", X, y)
    return report_of(model, X, y, held_out=held_out(model, X))


def cohorts():
    X, y = data("numbers", n=240)
    labels = np.array([f"site {k}" for k in range(12)])[np.arange(240) % 12]
    X[labels == "site 3", 3] = np.nan
    model = fitted("numbers", X, y, features=(0, 1, 3), cohorts=labels)
    return report_of(model, X, y, evidence(model, X, y, cohorts=labels), cohorts=labels)


def survival_cohorts():
    X, y = data("survival", n=150)
    labels = np.array(["north", "south"])[np.arange(150) % 2]
    model = fitted("survival", X, y, features=(0, 1, 3), cohorts=labels)
    return report_of(model, X, y, held_out=held_out(model, X, cohorts=labels), cohorts=labels)


def hostile():
    X, y = data("classes", n_classes=3)
    y = np.array(["<i>a</i>", '"b"', "العربية"])[np.searchsorted(np.unique(y), y)]
    frame = pd.DataFrame(X, columns=HOSTILE, index=[f"<tr>{i}" for i in range(len(X))])
    model = fitted("classes", frame, y, features=range(12))
    link = "https://example.org/?gene={feature}"
    found = evidence(model, frame, y)
    return report_of(model, frame, y, found, target="<h1>evil</h1>", link=link)


def one_feature():
    X, y = data("numbers", p=1)
    model = fitted("numbers", X, y, features=(0,))
    return report_of(model, X, y, evidence(model, X, y))


def wide():
    X, y = data("numbers", n=100, p=20_000)
    model = fitted("numbers", X, y, features=range(0, 20_000, 1_000))
    return report_of(model, X, y, evidence(model, X, y))


def mixed():
    """Factors, gaps, a constant, an id, a feature that is always in."""
    X, y = data("numbers")
    frame = pd.DataFrame(X, columns=[f"v{j}" for j in range(12)])
    frame["stage"] = np.array(["I", "II", "III"])[np.arange(120) % 3]
    frame["id"], frame["same"] = np.arange(120)[::-1], 1.0
    frame.loc[3:9, "v1"] = np.nan
    y = y + 3 * (frame["stage"] == "II").to_numpy()
    weights = np.where(np.arange(15) == 0, 0.0, 1.0)
    given = {"missing": "indicator", "penalty_weights": weights}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Another whole number in every row")
        model = fitted("numbers", frame, y, features=(0, 1, 12, 13), **given)
    return report_of(model, frame, y, evidence(model, frame, y), target="score")


def alone():
    """Of the model by itself, as in a notebook."""
    return report_of(_numbers()[2])


KINDS = {
    make.__name__: make
    for make in (
        measured, left_out, refitted, cross_validated, training, tested, nothing, nothing_measured,
        counts, classes, many_classes, survival, several_outputs, cohorts, survival_cohorts,
        hostile, one_feature, wide, mixed, alone,
    )
}  # fmt: skip
