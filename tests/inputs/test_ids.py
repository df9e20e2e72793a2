"""Ids: named, found, or only numbers that look like some."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import spinnery as sp
from spinnery.errors import InputError
from spinnery.inputs.files import Source
from spinnery.inputs.ids import numberings, split_ids

n = 30
NUMBER = np.arange(n) * 0.5


def source(row_names=None, **columns):
    frame = pd.DataFrame({"a": NUMBER, **columns})
    return Source(Path("data.csv"), frame, row_names=row_names)


def test_ids_that_are_named():
    table = source(who=[f"p {k} " for k in range(n)], row_names=pd.Series(range(n)))
    rest, ids, column = split_ids(table, "who")
    assert (
        column == "who"
        and list(rest.frame) == ["a"]
        and ids.tolist() == [f"p {k}" for k in range(n)]
    )
    rest, ids, column = split_ids(table, None)
    assert (
        column is None
        and list(rest.frame) == ["a", "who"]
        and ids.tolist() == [str(k) for k in range(n)]
    )
    assert split_ids(source(), None)[1] is None
    with pytest.raises(InputError, match=r"has no column 'whom' for --id; did you mean 'who'\?"):
        split_ids(table, "whom")


PLAIN = {
    "words": [f"TCGA-{k:02}" for k in range(n)],
    "codes": [f"{k}b" for k in range(n)],
}
OTHERS = {
    "not all": [None, *PLAIN["words"][1:]],
    "repeated": [PLAIN["words"][1], *PLAIN["words"][1:]],
    "free text": [f"remark {k}" for k in range(n)],
    "dates": [f"2020-01-{k + 1:02}" for k in range(n)],
    "a detection limit": ["<LOD", *(str(k) for k in range(1, n))],
    "numbers as text": [str(k) for k in range(n)],
    "numbers": list(range(n)),
    "a factor, as told": pd.Categorical(PLAIN["words"]),
    "a factor": ["x", "y"] * (n // 2),
}


@pytest.mark.parametrize("name", PLAIN)
def test_ids_that_are_plainly_there(name):
    table = source(who=PLAIN[name], more=PLAIN[name])
    with pytest.warns(UserWarning) as caught:
        rest, ids, column = split_ids(table, None)
    assert column == "who" and list(rest.frame) == ["a", "more"] and ids.tolist() == PLAIN[name]
    assert [str(w.message) for w in caught] == [
        "'who' holds another word in every row: they are taken as ids, and nothing is predicted "
        "from them."
    ]
    with pytest.warns(UserWarning):
        assert split_ids(table, None, known=["who"])[2] == "more"


@pytest.mark.parametrize("name", OTHERS)
def test_columns_that_are_no_ids(name):
    assert split_ids(source(who=OTHERS[name]), None)[1:] == (None, None)


def test_few_rows_say_nothing():
    table = source(who=PLAIN["words"])
    few = Source(table.file, table.frame[:10])
    assert split_ids(few, None)[2] is None
    alone = Source(table.file, table.frame[["who"]])
    assert split_ids(alone, None)[2] is None  # or nothing would be left to predict from


def shuffled(values):
    return np.random.default_rng(0).permutation(np.asarray(values, float))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (np.arange(n), True),
        (shuffled(range(1000, 1000 + n)), True),
        (-np.arange(n), True),
        (shuffled(np.delete(np.arange(n + 5), [3, 8, 9, 20, 21])), True),  # hardly a gap
        (np.arange(n) * 2, False),
        (np.r_[0, 0, np.arange(2, n)], False),  # repeated
        (np.arange(n) + 0.5, False),
        (np.r_[0.5, np.arange(1, n - 1), n - 1], False),
        (np.r_[np.nan, np.arange(1, n)], False),
        (NUMBER, False),
    ],
)
def test_numbers_that_look_like_ids(values, told):
    X = np.column_stack([NUMBER, values, np.ones(n)])
    remark = numberings(X, ["a", "id", "c"])
    assert remark == (
        "Another whole number in every row, with hardly a gap, is in 'id'. If these are ids or the "
        "order in which rows came, a model can follow that order and nothing else: leave them out "
        "(--drop id; --id id writes it beside predictions)."
        if told
        else None
    )
    assert numberings(X[:10], ["a", "id", "c"]) is None


def test_a_fit_to_a_table_says_so_and_one_to_an_array_does_not():
    frame = pd.DataFrame({"id": np.arange(n), "x": NUMBER[::-1] ** 2})
    model = sp.SPINNRegressor((), lam=99.0, random_state=0)
    with pytest.warns(UserWarning, match="whole number in every row, .* is in 'id'"):
        model._learn_table(frame, NUMBER, None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model._learn_table(frame.to_numpy(), NUMBER, None)
