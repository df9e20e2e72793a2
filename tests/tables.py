"""Tables for tests of the engine: targets encoded as estimators encode them.

Features stay where the user has them, so that tests may name them by number.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spinnery.inputs.table import Table, make_table
from spinnery.outcomes import Classes, numeric_kind


def regression_table(X, y, sample_weight, loss, dtype, codes=None) -> Table:
    weights, codes = sample_weight / sample_weight.sum(), _one_cohort(X, codes)
    outcome = numeric_kind(loss).learn(y, loss, weights, codes)
    return _with(outcome, make_table(X, outcome.encode(y, codes), weights, codes, loss, dtype))


def classification_table(X, y, sample_weight, dtype, codes=None) -> Table:
    weights, codes = sample_weight / sample_weight.sum(), _one_cohort(X, codes)
    outcome = Classes.of(np.unique(y), int(codes.max()) + 1)
    table = make_table(X, outcome.encode(y, codes), weights, codes, outcome.loss, dtype)
    return _with(outcome, table)


def _with(outcome, table: Table) -> Table:
    place = np.argsort(table.columns)
    table = replace(
        table, X=table.X[:, place], center=table.center[:, place], scale=table.scale[:, place],
        columns=np.arange(len(place)),
    )  # fmt: skip
    object.__setattr__(table, "outcome", outcome)
    return table


def _one_cohort(X, codes) -> np.ndarray:
    return np.zeros(len(X), int) if codes is None else codes
