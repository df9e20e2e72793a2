"""The reference of the simulations: the same network, given only the true features.

20 tanh units, ridge chosen by 5-fold cross-validation over a fine grid, fitted to convergence from
three starts by the library's own refit. Nothing is left to select, so what separates a model
from it is the price of selection.
"""

import jax
import numpy as np

from spinnery.estimators.model import build_model
from spinnery.nn import init_lanes
from spinnery.problem import Params
from spinnery.solvers.refit import refit
from spinnery.table import Table

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
    k = table.X.shape[1]
    data = table.padded(weightings[:, lanes[1]], RIDGES[lanes[0]])
    W, upper = init_lanes(lanes[2].tolist(), k, (20,), table.n_outputs, "tanh", table.X.dtype.type)
    index = np.tile(np.arange(k), (W.shape[1], 1, 1))
    fit = refit(data, index, Params(W, upper), 1e-4, 3000)

    objective = np.asarray(fit.objective).reshape(shape)
    best = np.argmin(objective, axis=2)
    losses = np.asarray(fit.sample_losses).reshape(-1, *shape)
    held_out = np.zeros(len(RIDGES))
    for r in range(len(RIDGES)):
        for f, rows in enumerate(folds):
            held_out[r] += losses[rows, r, f + 1, best[r, f + 1]].mean() / len(folds)
    r = int(np.argmin(held_out))
    lane = int(np.ravel_multi_index((r, 0, best[r, 0]), shape))
    upper = jax.tree.map(lambda leaf: np.asarray(leaf[lane]), fit.params.upper)
    model = build_model(table, np.arange(k), np.asarray(fit.params.W)[:, lane], upper)
    return model.outputs(X_test), float(RIDGES[r])
