"""AnnData: a model of the cells, and in the object what it says of the genes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError, listing
from ..evidence.assess import assess
from ..evidence.reading import selected_table, strengths
from ..evidence.result import Evidence
from ..inputs.cells import MAIN, columns_of, refuse_same_names, unique
from ..outcomes.guess import guess
from ..outcomes.times import survival_target
from .by_task import BY_TASK

OF_EVIDENCE = ("frequency", "importance")  # columns of `Evidence.features` that genes get
NUMBERS = ("null_p_value", "threshold", "expected_false")  # of evidence


def annotate(
    adata: Any, target: str | None = None, *, time: str | None = None, event: str | None = None,
    task: str = "auto", layer: str | None = None, keep: str | Sequence[str] = (),
    cohort: str | None = None, groups: str | None = None, evidence: bool | Mapping = False,
    key_added: str = "spinnery", random_state: int = 0, **params: Any,
):  # fmt: skip
    """Fit the cells by their genes, and write into `adata` which genes matter.

    The estimator is the cross-validated one that suits the target, as `spinnery fit` chooses it.

    Parameters
    ----------
    adata : AnnData
        Changed; for a copy pass `adata.copy()`. Genes of `adata.raw` are `adata.raw.to_adata()`.
    target : str, optional
        Column of `adata.obs` to predict. Every cell needs a value.
    time, event : str, optional
        For survival times, in place of `target`: columns of times and of events (1/0, true/false).
    task : {"auto", "classification", "regression"}, default="auto"
    layer : str, optional
        Matrix of `adata.layers` to predict from; default `adata.X`.
    keep : str or list of str, optional
        Columns of `adata.obs`, or genes, that are in every model (age, sex).
    cohort : str, optional
        Column of `adata.obs` that names each cell's study or donor: one model over all of them, by
        an integrative estimator.
    groups : str, optional
        Column of `adata.obs` whose groups (such as donors) no fold parts.
    evidence : bool or dict, default=False
        Also measure how sure each gene is; a dict has parameters of `spinnery.assess`.
    key_added : str, default="spinnery"
        Under which name results are written.
    random_state : int, default=0
    **params
        Further parameters of the estimator, such as `hidden=()` or `max_features=12`.

    Returns
    -------
    The fitted estimator. Its features are the genes, and after them columns of `obs` in `keep`.

    Raises
    ------
    ImportError
        If anndata is not installed.
    ValueError
        If a column or layer is not there, or the target cannot be predicted.

    Notes
    -----
    Written are, for genes, `adata.var["spinnery_selected"]` and `"spinnery_strength"` (norm of the
    first-layer weights for standardised inputs), with evidence `"spinnery_frequency"`,
    `"spinnery_importance"` (NaN where not selected) and `"spinnery_stable"`; over cohorts
    `"spinnery_n_cohorts"`. `adata.uns["spinnery"]` has what was asked, the selected features and
    the path as tables, and what was chosen. `adata.write_h5ad` takes all of it.

    Examples
    --------
    >>> import anndata, numpy as np, spinnery
    >>> X = np.random.default_rng(0).normal(size=(80, 6)).astype("float32")
    >>> adata = anndata.AnnData(X)
    >>> adata.obs["kind"] = np.where(X[:, 1] - X[:, 4] > 0, "T", "B")
    >>> model = spinnery.annotate(adata, "kind", hidden=(), max_features=3)
    >>> adata.var_names[adata.var["spinnery_selected"]].tolist()
    ['1', '4']
    """
    keep = [keep] if isinstance(keep, str) else list(keep)
    columns = {"target": target, "time": time, "event": event, "cohort": cohort, "groups": groups}
    named = {part: column for part, column in columns.items() if column is not None}
    _check(adata, layer, list(named.values()), keep)
    task, y = _targets(adata.obs, target, time, event, task)
    X = _inputs(adata, layer, keep)
    labels = {
        name: adata.obs[column].astype(str).to_numpy()
        for name, column in (("cohorts", cohort), ("groups", groups))
        if column is not None
    }
    if keep:
        params = {"penalty_weights": np.where(X.columns.isin(keep), 0.0, 1.0), **params}
    if X.isna().any(axis=None):
        params = {"missing": "indicator", **params}
    model = BY_TASK[task][cohort is not None](random_state=random_state, **params)
    model.fit(X, y, **labels)
    model.parts_ = {**named, "layer": layer or MAIN}
    found = None
    if evidence is not False:
        options = {} if evidence is True else dict(evidence)
        found = assess(model, X, y, **labels, **{"random_state": random_state, **options})
    asked = {**model.parts_, "task": task, "random_state": int(random_state)}
    if keep:
        asked["keep"] = np.array(keep, dtype=object)
    _write(adata, key_added, model, found, asked)
    return model


def _check(adata: Any, layer: str | None, taken: list[str], keep: Sequence[str]) -> None:
    """What is named is there."""
    if not (hasattr(adata, "obs") and hasattr(adata, "var") and hasattr(adata, "layers")):
        raise TypeError(
            f"annotate takes an AnnData object; got {type(adata).__name__}. Tables go to the "
            "estimators themselves, such as SPINNClassifierCV().fit(X, y)."
        )
    layers = [name for name in adata.layers if name is not None]  # X as None, anndata >= 0.13
    if layer is not None and layer not in layers:
        raise ValueError(f"There is no layer {layer!r}; adata.layers has {listing(layers)}.")
    if layer is None and adata.X is None:
        raise ValueError(f"adata.X is None: name a layer, one of {listing(layers)}.")
    names = [name for name in taken if name not in adata.obs]
    names += [name for name in keep if name not in adata.obs and name not in adata.var_names]
    if names:
        raise ValueError(f"adata.obs has no column {listing(names)}; it has {listing(adata.obs)}.")
    gaps = [name for name in taken if adata.obs[name].isna().any()]
    if gaps:
        raise ValueError(
            f"adata.obs has gaps in {listing(gaps)}; leave out those cells, "
            f"adata[adata.obs[{gaps[0]!r}].notna()]."
        )
    twice = sorted({name for name in [*taken, *keep] if [*taken, *keep].count(name) > 1})
    if twice:
        raise ValueError(f"{listing(twice)} is asked for in two parts; each column has one.")


def _inputs(adata: Any, layer: str | None, keep: Sequence[str]) -> pd.DataFrame:
    """The genes, and after them what else is kept."""
    genes = unique(adata.var_names.astype(str))
    known = [name for name in keep if name in adata.obs]
    refuse_same_names(genes, known)
    X = columns_of(adata.X if layer is None else adata.layers[layer], genes, genes)
    return pd.concat([X, adata.obs[known].reset_index(drop=True)], axis=1) if known else X


def _targets(
    obs: pd.DataFrame, target: str | None, time: str | None, event: str | None, task: str
) -> tuple[str, np.ndarray]:
    """The task, and every cell's target."""
    if (target is None) == (time is None) or (time is None) != (event is None):
        raise ValueError("annotate needs either target, or time and event: columns of adata.obs.")
    if target is None:
        return "survival", survival_target(obs[event], obs[time])
    try:
        task, y, _ = guess(obs[target], task)
    except InputError as error:
        raise ValueError(str(error).replace("--task regression", 'task="regression"')) from None
    return task, y


def _write(adata: Any, key: str, model: Any, evidence: Evidence | None, asked: dict) -> None:
    """Results into `adata.var` and `adata.uns`, as plain values that a file holds."""
    n_genes = adata.n_vars
    adata.var[f"{key}_selected"] = model.get_support()[:n_genes]
    adata.var[f"{key}_strength"] = strengths(model)[:n_genes]
    if hasattr(model, "cohorts_"):
        adata.var[f"{key}_n_cohorts"] = model.selected_[:, :n_genes].sum(axis=0)
    about: dict[str, Any] = {
        "params": asked,
        "estimator": type(model).__name__,
        "selected": _table(selected_table(model)),
        "path": _table(model.path_),
        "hidden": np.array(model.hidden_, int),
        "ridge": float(model.ridge_),
        "stationarity": float(model.stationarity_),
        "null_p_value": float(model.null_p_value_),
    }
    if evidence is not None:
        adata.var[f"{key}_stable"] = evidence.stable[:n_genes]
        rows = evidence.features.set_index("feature")
        for name in OF_EVIDENCE:
            values = rows[name].reindex(model.feature_names_in_[:n_genes]).to_numpy(float)
            adata.var[f"{key}_{name}"] = np.nan_to_num(values) if name == "frequency" else values
        about["evidence"] = {name: float(getattr(evidence, name)) for name in NUMBERS}
    adata.uns[key] = about


def _table(table: pd.DataFrame) -> pd.DataFrame:
    """With row names as text, which is what files of AnnData have."""
    return table.set_axis(table.index.astype(str), axis=0)
