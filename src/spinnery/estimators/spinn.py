"""Sparse-input networks at one lambda."""

from __future__ import annotations

from numbers import Real

import jax
import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions

from ..design import round_up, split_blocks
from ..losses import Loss
from ..path import RATIO, Path, lambda_linear
from ..problem import Params
from ..progress import Steps
from ..solvers import proximal
from ..solvers.refit import refit
from ..start import dense_start
from ..table import Table
from . import docs
from .base import BaseSPINN, ClassificationTargets, OneTable, RegressionTargets
from .model import build_models, path_norms


class _SPINN(BaseSPINN):
    _parameter_constraints: dict = {
        **BaseSPINN._parameter_constraints,
        "hidden": [tuple, list],
        "lam": [Interval(Real, 0, None, closed="left")],
        "ridge": [Interval(Real, 0, None, closed="left")],
        "relax": ["boolean"],
    }

    def _fit(self, X, y, sample_weight, codes=None):
        self._validate_params()
        table = self._table(X, y, sample_weight, codes)
        hidden = check_hidden(self.hidden)
        with self._precision(), Steps(self.verbose) as steps:
            self._fit_table(table, hidden, steps)
        self._warn_unless_converged()
        return self

    def _fit_table(self, table: Table, hidden: tuple[int, ...], steps: Steps) -> None:
        B = self.n_restarts if hidden else 1
        data = table.padded(np.tile(table.weights[:, None], B), np.full(B, self.ridge))
        groups, penalty = self._groups(self.n_features_in_), self._penalty(data.n_cohorts)
        seed = self._seed()
        steps.say("dense start")
        dense = dense_start(
            data, [seed + b for b in range(B)], hidden, table.n_outputs, self.activation,
            self._sharing(),
        )  # fmt: skip
        path = Path(data, penalty, groups, dense)

        lams = ladder(0.1 * lambda_linear(data, penalty, groups), self.lam)
        steps.expect(len(lams))
        stages = []
        for lam in lams[:-1]:
            steps.say(f"lambda {lam:.3g}")
            path.solve(lam, 10 * self.tol, 60)
            stages.append(_stage(path))
            steps.advance()
        steps.say(f"lambda {self.lam:.3g}")
        n_iter = np.zeros(B, int)
        for factor in (2, 8, 32):  # a step's own residual may flatter: the certificate decides
            solution = path.solve(self.lam, self.tol / factor, self.max_iter)
            n_iter += np.asarray(solution.n_iter)
            b = int(np.argmin(np.asarray(solution.objective)))
            final = np.full(B, self.lam, data.X.dtype)
            restricted = groups.restrict(penalty, path.features).with_lam(final)
            params = Params(path.W, path.upper)
            reached = np.asarray(proximal.certificate(path.problem, restricted, params))[b]
            if reached <= self.tol or n_iter[b] >= self.max_iter:
                break
        stages.append(_stage(path))
        steps.advance()
        self.stationarity_ = float(reached)
        self.n_iter_ = int(n_iter[b])
        self.lambda_, self.ridge_ = float(self.lam), float(self.ridge)
        self.path_coef_norm_ = path_norms([(f, W[:, b]) for f, W in stages], self.n_features_in_)
        self.path_ = pd.DataFrame(
            {"lambda": lams, "n_features": np.diff(self.path_coef_norm_.indptr)}
        )

        support = path.supports()[b]
        W = np.asarray(path.W)[support, b]
        used = split_blocks(W, data.n_cohorts).any(axis=-1).T  # (M, k)
        index = np.where(used, path.features[support], data.X.shape[1])
        upper = jax.tree.map(lambda leaf: np.asarray(leaf[b]), path.upper)
        if self.relax and len(support):
            steps.say("relaxed refit")
            W, upper = self._relax(table, index, W, upper)
        self._set_models(build_models(table, index, W, upper))

    def _relax(self, table: Table, index, W, upper):
        """Refit the selected blocks with ridge only; the certificate is then the refit's."""
        data = table.padded(table.weights[:, None], np.full(1, self.ridge))
        k = len(W)
        spare = round_up(k, 16) - k
        index = np.pad(index, ((0, 0), (0, spare)), constant_values=data.X.shape[1])[None]
        rows = np.pad(W, ((0, spare), (0, 0)))[:, None]
        start = Params(rows, jax.tree.map(lambda leaf: np.asarray(leaf)[None], upper))
        fit = refit(data, index, start, self.tol / 2, self.max_iter)
        self.selection_stationarity_ = self.stationarity_
        self.stationarity_ = float(fit.stationarity[0])
        self.n_iter_ += int(fit.n_iter[0])
        upper = jax.tree.map(lambda leaf: np.asarray(leaf[0]), fit.params.upper)
        return np.asarray(fit.params.W)[:k, 0], upper


@docs.fixed(kind=docs.REGRESSION)
class SPINNRegressor(OneTable, RegressionTargets, RegressorMixin, _SPINN):
    """Sparse-input network for regression at one lambda.

    With `w` the sample weights (summing to one), it minimises over first layer `W` and upper
    network `u`

        sum_i w_i loss(u(x_i W), y_i) + ridge/2 (||W||^2 + ||weights of u||^2) + sum_j Pen(W_j; lam)

    from a dense ridge network by raising lambda to `lam`, inputs and targets standardised.

    Parameters
    ----------
    <<model>>
    <<common>>
    <<fixed>>
    <<groups>>
    <<kind>>
    <<training>>

    Attributes
    ----------
    <<attributes>>

    See Also
    --------
    SPINNRegressorCV : chooses features, ridge and architecture by cross-validation; start there.

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import SPINNRegressor
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(300, 50))
    >>> y = np.sin(3 * X[:, 0]) * X[:, 1]
    >>> model = SPINNRegressor(lam=0.2, random_state=0).fit(X, y)
    >>> model.get_support(indices=True)
    array([0, 1])
    """

    _parameter_constraints: dict = {
        **_SPINN._parameter_constraints,
        "loss": [StrOptions({"squared", "huber"}), Loss],
    }

    def __init__(
        self, hidden=(20,), activation="tanh", penalty="group_mcp", lam=0.2, ridge=1e-2,
        relax=True, groups=None, penalty_weights=None, loss="squared", n_restarts=2, tol=1e-3,
        max_iter=2000, dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.activation = activation
        self.penalty = penalty
        self.lam = lam
        self.ridge = ridge
        self.relax = relax
        self.groups = groups
        self.penalty_weights = penalty_weights
        self.loss = loss
        self.n_restarts = n_restarts
        self.tol = tol
        self.max_iter = max_iter
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose


@docs.fixed(kind=docs.CLASSIFICATION)
class SPINNClassifier(OneTable, ClassificationTargets, ClassifierMixin, _SPINN):
    """Sparse-input network for classification at one lambda.

    Two classes share one logit (logistic loss); more have one each (softmax cross-entropy).

    With `w` the sample weights (summing to one), it minimises over first layer `W` and upper
    network `u`

        sum_i w_i loss(u(x_i W), y_i) + ridge/2 (||W||^2 + ||weights of u||^2) + sum_j Pen(W_j; lam)

    from a dense ridge network by raising lambda to `lam`, inputs standardised.

    Parameters
    ----------
    <<model>>
    <<common>>
    <<fixed>>
    <<groups>>
    <<kind>>
    <<training>>

    Attributes
    ----------
    <<attributes>>
    classes_ : (n_classes,) array
        Class labels.

    See Also
    --------
    SPINNClassifierCV : chooses features, ridge and architecture by cross-validation; start there.

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import SPINNClassifier
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(300, 50))
    >>> y = np.where(X[:, 0] ** 2 + X[:, 1] > 0.3, "yes", "no")
    >>> model = SPINNClassifier(lam=0.2, random_state=0).fit(X, y)
    >>> model.get_support(indices=True)
    array([0, 1])
    """

    _parameter_constraints: dict = {
        **_SPINN._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self, hidden=(20,), activation="tanh", penalty="group_mcp", lam=0.2, ridge=1e-2,
        relax=True, groups=None, penalty_weights=None, class_weight=None, n_restarts=2, tol=1e-3,
        max_iter=2000, dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.activation = activation
        self.penalty = penalty
        self.lam = lam
        self.ridge = ridge
        self.relax = relax
        self.groups = groups
        self.penalty_weights = penalty_weights
        self.class_weight = class_weight
        self.n_restarts = n_restarts
        self.tol = tol
        self.max_iter = max_iter
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose


def check_hidden(hidden) -> tuple[int, ...]:
    """Hidden layer widths as a tuple of positive integers."""
    widths = tuple(hidden)
    if not all(isinstance(w, (int, np.integer)) and w > 0 for w in widths):
        raise ValueError(
            f"hidden must be a tuple of positive widths, () for a linear model; got {hidden!r}."
        )
    return tuple(int(w) for w in widths)


def _stage(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The path's slots `(M, k)` and rows as they are now."""
    return np.tile(path.features, (path.data.n_cohorts, 1)), np.asarray(path.W)


def ladder(first: float, lam: float) -> list[float]:
    """Lambdas from `first` up to `lam` in even ratios of at most `RATIO`."""
    if not 0 < first < lam:
        return [lam]
    n = int(np.ceil(np.log(lam / first) / np.log(RATIO)))
    return [*np.geomspace(first, lam, n + 1)[:-1].tolist(), lam]
