"""`annotate`: the fit of the estimator, written into the AnnData object, and into a file."""

from __future__ import annotations

import re

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import spinnery as sp

QUICK = {"hidden": (), "max_features": 3, "null_check": False, "cv": 3, "ridges": [0.1]}
n = 90


@pytest.fixture
def adata():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 8)).astype(np.float32)
    obs = pd.DataFrame(
        {
            "kind": pd.Categorical(np.where(X[:, 1] - X[:, 4] > 0, "T", "B")),
            "lab": np.where(np.arange(n) % 2, "one", "two"),
            "age": rng.integers(20, 80, n),
            "sex": np.where(rng.random(n) < 0.5, "f", "m"),
        },
        index=[f"cell {k}" for k in range(n)],
    )
    obs["level"] = 3 * X[:, 2] + 0.1 * obs["age"] + 0.1 * rng.normal(size=n)
    var = pd.DataFrame({"chrom": "1"}, index=[f"g{j}" for j in range(8)])
    shifted = X + np.where(obs["lab"] == "one", 0, 9).astype(np.float32)[:, None]
    return anndata.AnnData(X, obs, var, layers={"shifted": shifted})


def written(adata, path):
    """After a round trip through a file."""
    adata.write_h5ad(path)
    return anndata.read_h5ad(path)


def test_it_is_the_estimator_that_suits_the_target(adata, tmp_path):
    model = sp.annotate(adata, "kind", **QUICK)
    X = pd.DataFrame(adata.X, columns=adata.var_names)
    own = sp.SPINNClassifierCV(random_state=0, **QUICK).fit(X, adata.obs["kind"].astype(str))
    np.testing.assert_array_equal(model.predict_proba(X), own.predict_proba(X))
    back = written(adata, tmp_path / "a.h5ad")
    assert list(back.var) == ["chrom", "spinnery_selected", "spinnery_strength"]
    assert back.var["spinnery_selected"].tolist() == own.selected_.tolist()
    np.testing.assert_array_equal(back.var["spinnery_strength"], own.coef_norm_)
    about = back.uns["spinnery"]
    assert about["estimator"] == "SPINNClassifierCV"
    asked = {"target": "kind", "task": "classification", "layer": "X", "random_state": 0}
    assert about["params"] == asked
    assert {"g1", "g4"} <= set(about["selected"]["feature"])
    pd.testing.assert_frame_equal(
        about["path"].reset_index(drop=True), own.path_, check_names=False
    )
    assert (about["ridge"], tuple(about["hidden"])) == (own.ridge_, own.hidden_)


def test_kept_columns_and_evidence(adata, tmp_path):
    adata.obs.loc["cell 3", "sex"] = None  # a gap in what is kept has its indicator
    model = sp.annotate(
        adata, "level", keep=["age", "sex"], key_added="of_level",
        evidence={"n_pairs": 4, "n_permutations": 0, "n_folds": 0}, **QUICK,
    )  # fmt: skip
    assert list(model.feature_names_in_[-2:]) == ["age", "sex"]
    assert set(model.get_feature_names_out()) == {"g2", "age", "sex"}
    assert model.missing == "indicator"
    var = written(adata, tmp_path / "a.h5ad").var
    assert var["of_level_selected"].tolist() == [j == 2 for j in range(8)]
    assert var["of_level_frequency"].iloc[2] == 1
    assert var["of_level_importance"].notna().tolist() == [j == 2 for j in range(8)]
    assert var["of_level_stable"].dtype == bool


def test_cohorts_and_layers(adata, tmp_path):
    model = sp.annotate(adata, "level", cohort="lab", layer="shifted", **QUICK)
    assert type(model) is sp.IntegrativeSPINNRegressorCV
    assert model.parts_["layer"] == "shifted"
    assert abs(model._models[1].center - 9).max() < 1  # standardised within cohorts
    var = written(adata, tmp_path / "a.h5ad").var
    assert var["spinnery_n_cohorts"].iloc[2] == 2


def test_survival_groups_and_sparse_counts(adata):
    rng = np.random.default_rng(1)
    adata.obs["months"] = rng.exponential(np.exp(-2 * adata.X[:, 0]))
    adata.obs["died"] = rng.random(n) < 0.8
    adata.obs["patient"] = np.arange(n) // 2
    adata.X = sparse.csr_matrix(adata.X)
    given = {"time": "months", "event": "died", "groups": "patient", **QUICK}
    model = sp.annotate(adata, **given)
    assert type(model) is sp.SPINNSurvivalCV
    assert adata.var["spinnery_selected"].tolist() == model.selected_.tolist()
    assert model.selected_[0]


def test_what_it_cannot_take(adata):
    def refused(text, *args, error=ValueError, **given):
        with pytest.raises(error, match=f"^{re.escape(text)}$"):
            sp.annotate(*args, **given)

    refused(
        "annotate takes an AnnData object; got ndarray. Tables go to the estimators themselves, "
        "such as SPINNClassifierCV().fit(X, y).",
        adata.X, "kind", error=TypeError,
    )  # fmt: skip
    refused("There is no layer 'raw'; adata.layers has 'shifted'.", adata, "kind", layer="raw")
    refused(
        "adata.obs has no column 'type'; it has 'kind', 'lab', 'age', 'sex', 'level'.",
        adata, "type",
    )  # fmt: skip
    either = "annotate needs either target, or time and event: columns of adata.obs."
    refused(either, adata)
    refused(either, adata, "kind", time="age", event="sex")
    refused(either, adata, time="age")
    refused("'age' is asked for in two parts; each column has one.", adata, "age", keep=["age"])
    refused(
        "Classification needs class labels; 'level' holds 90 distinct numbers, not all integers. "
        'Use task="regression".',
        adata, "level", task="classification",
    )  # fmt: skip
    adata.obs.loc["cell 0", "kind"] = None
    refused(
        "adata.obs has gaps in 'kind'; leave out those cells, adata[adata.obs['kind'].notna()].",
        adata, "kind",
    )  # fmt: skip
    adata.obs["g3"] = 1.0
    refused(
        "genes and columns of obs have the same name: 'g3'; rename the columns.",
        adata, "level", keep="g3",
    )  # fmt: skip
    del adata.X
    refused("adata.X is None: name a layer, one of 'shifted'.", adata, "level")
