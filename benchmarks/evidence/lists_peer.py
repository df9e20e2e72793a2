"""What do others list on the data of lists.py, with at most a tenth false promised?

- ipss: boosting, q-values of at most 0.1;
- hidimstat: model-X knockoffs; "debiased": its desparsified lasso, Benjamini-Hochberg;
- knockpy: Gaussian knockoffs, coefficients of a lasso;
- boruta: random forests of depth 5, all that it confirms; it promises no rate;
- lassonet: stability selection over 20 halves, the longest list whose expected number of wrong
  features, by LassoNet's own bound, is a tenth of its length. "oracle": the length it recommends.

All at their defaults but for what is said, rates 0.1; binary outcomes are 0 and 1 to those that
know no classes (hidimstat). Of them only LassoNet takes survival times. Fewer replicates than
lists.py has, since most are slow.

    $SPINNERY_PEERS3 -m benchmarks.evidence.lists_peer [--smoke] [--methods ipss] [and as lists.py]
"""

import contextlib
import io
import random
import warnings

import numpy as np
import torch
from boruta import BorutaPy
from hidimstat import DesparsifiedLasso, ModelXKnockoff
from ipss import ipss
from knockpy import KnockoffFilter
from lassonet import LassoNetClassifier, LassoNetCoxRegressor, LassoNetRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from ..common import N_CPUS, Results, timed
from .cells import KEY, SMALL, cell_options, cells, wanted
from .designs import clusters, draw, tally

RATE = 0.1
HALVES, HALVES_SMOKE = 20, 2  # of LassoNet


def by_ipss(X, y, outcome, seed, smoke):
    q = ipss(X, y, n_jobs=N_CPUS)["q_values"]
    return [j for j, value in q.items() if value <= RATE]


def by_hidimstat(X, y, outcome, seed, smoke):
    model = ModelXKnockoff(random_state=seed)
    model.fit_importance(X, y)
    return np.flatnonzero(model.fdr_selection(RATE))


def by_debiased(X, y, outcome, seed, smoke):
    model = DesparsifiedLasso(random_state=seed, n_jobs=N_CPUS)
    model.fit_importance(X, y)
    return np.flatnonzero(model.fdr_selection(RATE))


def by_knockpy(X, y, outcome, seed, smoke):
    return np.flatnonzero(KnockoffFilter().forward(X=X, y=y, fdr=RATE))


def by_boruta(X, y, outcome, seed, smoke):
    kind = RandomForestClassifier if outcome == "binary" else RandomForestRegressor
    forest = kind(n_jobs=N_CPUS, max_depth=5, random_state=seed)
    model = BorutaPy(forest, n_estimators="auto", random_state=seed)
    return np.flatnonzero(model.fit(X, y).support_)


def by_lassonet(X, y, outcome, seed, smoke):
    settings = {"path_multiplier": 1.5} if smoke else {}
    kind = {"regression": LassoNetRegressor, "binary": LassoNetClassifier}.get(outcome)
    if outcome == "survival":
        kind, settings["tie_approximation"] = LassoNetCoxRegressor, "efron"
        y = np.stack([y[1], y[0]], axis=1).astype(np.float32)
    elif outcome == "regression":
        y = ((y - y.mean()) / y.std()).astype(np.float32)
    model = kind(hidden_dims=(20,), random_state=seed, torch_seed=seed, verbose=0, **settings)
    times = HALVES_SMOKE if smoke else HALVES
    oracle, order, wrong, *_ = model.stability_selection(X.astype(np.float32), y, n_models=times)
    few = np.flatnonzero(wrong.numpy() <= RATE * np.arange(1, len(wrong) + 1))
    length = few[-1] + 1 if len(few) else 0
    return order.numpy()[:length], order.numpy()[:oracle]


METHODS = {
    "ipss": by_ipss, "hidimstat": by_hidimstat, "hidimstat, debiased": by_debiased,
    "knockpy": by_knockpy, "boruta": by_boruta, "lassonet": by_lassonet,
}  # fmt: skip
TAKES_TIMES = ("lassonet",)


def measure(method: str, *cell, smoke: bool) -> list[dict]:
    """One replicate's row, or two where there are two lists."""
    data, outcome, seed = draw(*cell, **SMALL if smoke else {}), cell[2], cell[-1]
    torch.set_num_threads(1)  # such small products are no faster with two
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        with contextlib.redirect_stderr(io.StringIO()):
            found, seconds = timed(METHODS[method], data.X, data.y, outcome, seed, smoke)
    label, rows = clusters(data.X), []
    for name, listed in zip(
        (method, f"{method}, oracle"), found if isinstance(found, tuple) else (found,), strict=False
    ):
        row = dict(zip(KEY, (name, *cell), strict=True), seconds=seconds)
        listed = np.asarray(listed, int)
        row |= tally(listed, data.true, "") | tally(label[listed], label[data.true], "_clusters")
        rows.append(row)
    return rows


def main() -> None:
    args = cell_options(__doc__, METHODS, 20)
    results = Results("lists_peer", KEY, args.smoke)
    every = [cell for cell in cells(args) if cell[3] != "survival" or cell[0] in TAKES_TIMES]
    for cell in wanted(every, results, args.seconds):
        for row in measure(*cell, smoke=args.smoke):
            results.add(**row)


if __name__ == "__main__":
    main()
