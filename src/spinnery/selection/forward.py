"""Linear models of many targets of the same samples, features entering one by one.

What the exchange does for a linear model with the squared loss, in closed form: a lane is a target
with all its samples or without a fold, and the feature with the largest gradient enters. Lanes
share their product with the data, and least squares on a few features are solved, not iterated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .curve import Curve, standard_error
from .search import PATIENCE


@dataclass(frozen=True)
class Path(Curve):
    """A curve, and in which order features enter: `index` `(1 + n_folds, n_sizes - 1)`."""

    index: np.ndarray


@dataclass(frozen=True)
class Lanes:
    """Targets `(T, n)` of the samples of `X` `(n, p)`, and who sees them.

    `weights` `(T, 1 + F, n)` are sample weights: of all samples, then without each fold; they sum
    to one, and are 0 where a target has no value. `judging` `(T, F, n)` are those of held-out
    samples.
    """

    X: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    judging: np.ndarray

    @classmethod
    def of(
        cls, X: np.ndarray, targets: np.ndarray, known: np.ndarray, folds: list[np.ndarray]
    ) -> Lanes:
        """From targets `(n, T)`, which of them are known, and held-out rows."""
        held = np.zeros((len(folds), len(X)), bool)
        for row, fold in zip(held, folds, strict=True):
            row[fold] = True
        sees = np.concatenate([np.ones((1, len(X)), bool), ~held])
        there = known.T[:, None, :]

        def shares(mask):
            counts = mask.sum(axis=-1, keepdims=True)
            return (mask / np.maximum(counts, 1)).astype(X.dtype)

        values = np.where(known, targets, 0).T.astype(X.dtype)
        return cls(X, values, shares(sees & there), shares(held & there))

    def only(self, targets: np.ndarray) -> Lanes:
        """Some of the targets."""
        return Lanes(self.X, self.targets[targets], self.weights[targets], self.judging[targets])

    def forward(self, ridge: float, most: int) -> list[Path]:
        """Each target's path up to `most` features, or until larger models are clearly worse."""
        T, J, n = self.weights.shape
        w, judging, y = self.weights, self.judging, self.targets[:, None, :]
        residual = y - (w @ y.mT).reshape(T, J, 1)
        columns = np.zeros((T, J, most, n), self.X.dtype)
        gram, moment = np.zeros((T, J, most, most)), np.zeros((T, J, most))
        index = np.zeros((T, J, most), int)
        losses = [held_out(residual, judging)]
        names, out = np.arange(T), {}
        for k in range(most):
            gradient = np.abs((w * residual).reshape(-1, n) @ self.X).reshape(len(names), J, -1)
            np.put_along_axis(gradient, index[..., :k], -1, axis=-1)
            index[..., k] = gradient.argmax(axis=-1)
            new = centred(self.X.T[index[..., k]], w)
            columns[:, :, k] = new
            inner = columns[:, :, : k + 1] @ (w * new)[..., None]
            gram[:, :, k, : k + 1] = gram[:, :, : k + 1, k] = inner[..., 0]
            moment[..., k] = (w * new * y).sum(axis=-1)
            solved = ridge_solution(gram[..., : k + 1, : k + 1], moment[..., : k + 1], ridge)
            fitted = solved[..., None, :].astype(w.dtype) @ columns[:, :, : k + 1]
            residual = y - (w @ y.mT).reshape(len(names), J, 1) - fitted[:, :, 0]
            losses.append(held_out(residual, judging))
            by_size = np.stack(losses, axis=1)  # (targets, sizes, folds)
            over = past_the_best(by_size) if k + 1 < most else np.ones(len(names), bool)
            for t in np.flatnonzero(over):
                sizes = np.arange(k + 2)
                out[names[t]] = Path((), ridge, sizes, by_size[t], [], index[t, :, : k + 1].copy())
            if over.all():
                break
            if over.any():
                on = ~over
                names, w, judging, y = names[on], w[on], judging[on], y[on]
                residual, columns, gram = residual[on], columns[on], gram[on]
                moment, index = moment[on], index[on]
                losses = [one[on] for one in losses]
        return [out[t] for t in range(T)]


def past_the_best(losses: np.ndarray) -> np.ndarray:
    """Whether larger models have clearly become worse, by target; losses `(T, sizes, folds)`."""
    mean = losses.mean(axis=-1)
    lowest = mean.argmin(axis=1)
    excess = losses[:, -1] - losses[np.arange(len(losses)), lowest]
    clearly = excess.mean(axis=-1) > 2 * standard_error(excess)
    return clearly & (losses.shape[1] - 1 >= lowest + PATIENCE)


def held_out(residual: np.ndarray, judging: np.ndarray) -> np.ndarray:
    """Loss of each fold `(T, F)`; residuals `(T, 1 + F, n)`."""
    return 0.5 * (judging * residual[:, 1:] ** 2).sum(axis=-1, dtype=float)


def centred(columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Columns `(..., n)` less their weighted means."""
    return columns - (columns * weights).sum(axis=-1, keepdims=True)


def ridge_solution(gram: np.ndarray, moment: np.ndarray, ridge: float) -> np.ndarray:
    """Coefficients `(..., k)` of least squares with ridge."""
    penalised = gram + ridge * np.eye(gram.shape[-1])
    return np.linalg.solve(penalised, moment[..., None])[..., 0]
