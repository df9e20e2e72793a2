"""The reference of the simulations: the same network, given only the true features.

20 tanh units, ridge chosen by 5-fold cross-validation over a fine grid, fitted to convergence from
three starts by the library's own refit. Nothing is left to select, so what separates a model
from it is the price of selection.
"""

import jax
import numpy as np

from spinnery.engine.problem import Params
from spinnery.engine.refit import refit
from spinnery.inputs.table import Table
from spinnery.nn import init_lanes

RIDGES = np.geomspace(1e-3, 1, 16)
RESTARTS = 3


def told_outputs(table: Table, folds: list[np.ndarray], X_test: np.ndarray) -> tuple:
    """Raw outputs at `X_test` of the network told that every column of `table` matters.

    Returns the outputs and the chosen ridge. One lane per ridge, weighting (all samples, then
    each fold held out) and restart; per weighting, the restart with the least objective counts.
    """
    weightings = np.stack([table.weights, *(table.without(rows) for rows in folds)], axis=1)
    shape = (len(RIDGES), weightings.shape[1], RESTARTS)
    lanes = np.indices(shape).reshape(3, -1)
    k, n_outputs = table.X.shape[1], table.loss.n_outputs(table.targets.shape[1])
    data = table.padded(weightings[:, lanes[1]], RIDGES[lanes[0]])
    W, upper = init_lanes(lanes[2].tolist(), k, (20,), n_outputs, "tanh", table.X.dtype.type)
    index = np.tile(np.arange(k), (W.shape[1], 1, 1))
    fit = refit(data, index, Params(W, upper), 1e-4, 3000)

    best = np.argmin(np.asarray(fit.objective).reshape(shape), axis=2)
    held_out = np.asarray(fit.held_out).reshape(shape)
    chosen = np.take_along_axis(held_out, best[..., None], axis=2)[..., 0]
    r = int(np.argmin(chosen[:, 1:].mean(axis=1)))  # 0 holds nothing out
    lane = int(np.ravel_multi_index((r, 0, best[r, 0]), shape))
    upper = jax.tree.map(lambda leaf: np.asarray(leaf[lane]), fit.params.upper)
    X_test = X_test[:, table.columns]
    Z = (X_test - table.center[0]) / table.scale[0] @ np.asarray(fit.params.W)[:, lane]
    return upper(Z, np), float(RIDGES[r])


def told_model(kind: type, n_true: int, X, y, **settings):
    """The public estimator `kind`, cross-validated on the first `n_true` columns alone.

    For outcomes that `told_outputs` has no table of: it may leave some of the true ones out.
    """
    model = kind(
        hidden=((20,),), ridges=RIDGES, max_features=n_true, n_restarts=RESTARTS, random_state=0,
        **settings,
    )  # fmt: skip
    return model.fit(X[:, :n_true], y)
