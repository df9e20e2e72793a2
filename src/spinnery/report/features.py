"""A report's features: those that the model uses or that are stable, one row each."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..evidence.effects import Effect
from ..evidence.reading import feature_names, strengths
from ..evidence.result import Evidence

MOST, MOST_CURVES = 200, 60  # rows, and those among them with a curve
MOST_NAMES = 12  # of twins and of stand-ins
OF_EVIDENCE = (
    "stable", "frequency", "expected_false", "worst_case", "importance", "importance_low",
    "importance_high",
)  # fmt: skip


def order_of(model: Any, evidence: Evidence | None) -> list[int]:
    """Numbers of the features: with evidence the firmest first, else the strongest."""
    strength = strengths(model)
    selected = np.flatnonzero(model.get_support())
    order = selected[np.argsort(-strength[selected], kind="stable")].tolist()
    if evidence is None:
        return order
    table = evidence.features
    told = table.index[table["selected"] | table["stable"]].tolist()
    known = set(told)
    return told + [j for j in order if j not in known]  # those that are always in come last


def rows_of(
    model: Any, evidence: Evidence | None, times: np.ndarray | None,
    effects: dict[int, dict[str, Effect]],
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of the `MOST` first features.

    Parameters
    ----------
    model : fitted estimator
    evidence : Evidence, optional
    times : (p,) int array, optional
        In how many refits on parts of the samples each feature was selected.
    effects : dict
        Curves by number of the feature and cohort.
    """
    names, strength = feature_names(model), strengths(model)
    support, kept = model.get_support(), model._kept()
    selected = {str(name) for name in names[support]}
    cohorts = [str(name) for name in getattr(model, "cohorts_", [])]
    rows = []
    for place, j in enumerate(order_of(model, evidence)[:MOST]):
        factor = model._form.factors.get(j)
        row = {
            "feature": str(names[j]),
            "selected": bool(support[j]),
            "always": bool(kept[j]),
            "levels": None if factor is None else len(factor.all_names),
            "strength": strength[j],
            "times_selected": None if times is None else times[j],
        }
        if cohorts:
            row["strengths"] = {
                name: None if model.absent_[m, j] else model.coef_norm_[m, j]
                for m, name in enumerate(cohorts)
            }
        curves = effects.get(j, {})
        row["effect"] = word_of(curves)
        row["curve"] = (
            curve_of(curves, model.outcome_.output_names) if place < MOST_CURVES else None
        )
        rows.append(row | of_evidence(evidence, j, selected))
    return rows


def word_of(curves: dict[str, Effect]) -> str | None:
    """The word for a feature's curves; cohorts may disagree."""
    words = {curve.word for curve in curves.values()}
    return (words.pop() if len(words) == 1 else "differs") if words else None


def curve_of(curves: dict[str, Effect], outputs: list[str]) -> dict[str, Any] | None:
    """A feature's curves of the output that it moves most, one for all cohorts."""
    if not curves:
        return None
    k = int(np.argmax(np.max([np.ptp(one.curve, axis=0) for one in curves.values()], axis=0)))
    first = next(iter(curves.values()))
    return {
        "output": outputs[k],
        "one_of_several": len(outputs) > 1,
        "levels": list(first.levels),
        "cohorts": [
            {
                "cohort": name,
                "values": one.values,
                "curve": one.curve[:, k],
                "error": None if np.isnan(one.error).all() else one.error[:, k],
            }
            for name, one in curves.items()
        ],
    }


def of_evidence(evidence: Evidence | None, j: int, selected: set[str]) -> dict[str, Any]:
    """What was measured of how sure a feature is; nothing of one that is always in."""
    if evidence is None or j not in evidence.features.index:
        return {}
    found = evidence.features.loc[j]
    cluster = evidence.clusters.loc[evidence.clusters["cluster"] == found["cluster"]].iloc[0]
    twins = [name for name in cluster["members"] if name != found["feature"]]
    return {
        **{name: found[name] for name in OF_EVIDENCE},
        "stand_ins": list(found["stand_ins"])[:MOST_NAMES],
        "n_stand_ins": len(found["stand_ins"]),
        "cluster": {
            "stable": bool(cluster["stable"]),
            "frequency": cluster["frequency"],
            "n_features": len(twins) + 1,
            "twins": twins[:MOST_NAMES],
            "selected_twin": next((name for name in twins if name in selected), None),
        },
    }
