"""Forward paths of many linear lanes, beside one lane after the other written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.selection.forward import Lanes, past_the_best
from spinnery.selection.many import choose_linear

n, p, T = 24, 7, 3
FOLDS = [np.arange(k, n, 3) for k in range(3)]


def drawn(seed: int, gaps: bool):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    Y = X[:, rng.integers(p, size=T)] + rng.normal(size=(n, T))
    known = rng.uniform(size=(n, T)) > 0.2 * gaps
    return X, Y, known


def one_lane(X, y, train, held, ridge, most):
    """Features in their order and the held-out loss at every size, by normal equations."""
    chosen, losses = [], []
    A = X[train] - X[train].mean(axis=0)
    b = y[train] - y[train].mean()
    coef = np.zeros(0)
    for k in range(most + 1):
        outputs = (X[held] - X[train].mean(axis=0))[:, chosen] @ coef + y[train].mean()
        losses.append(0.5 * np.mean((y[held] - outputs) ** 2))
        if k < most:
            gradient = np.abs(A.T @ (b - A[:, chosen] @ coef))
            gradient[chosen] = -1
            chosen.append(int(gradient.argmax()))
            own = A[:, chosen]
            gram = own.T @ own / len(own) + ridge * np.eye(k + 1)
            coef = np.linalg.solve(gram, own.T @ b / len(own))
    return chosen, losses


@given(
    seed=st.integers(0, 10**6), gaps=st.booleans(), ridge=st.sampled_from([0.01, 1.0]),
    most=st.integers(1, p),
)  # fmt: skip
def test_lanes_are_what_each_would_be_alone(seed, gaps, ridge, most):
    X, Y, known = drawn(seed, gaps)
    paths = Lanes.of(X, Y, known, FOLDS).forward(ridge, most)
    for t, path in enumerate(paths):
        there = known[:, t]
        assert path.index.shape == (1 + len(FOLDS), most)
        for f, fold in enumerate(FOLDS):
            held = np.isin(np.arange(n), fold) & there
            train = ~np.isin(np.arange(n), fold) & there
            chosen, losses = one_lane(X, Y[:, t], train, held, ridge, most)
            assert path.index[f + 1].tolist() == chosen
            np.testing.assert_allclose(path.folds[:, f], losses, rtol=1e-8)
        assert path.index[0].tolist() == one_lane(X, Y[:, t], there, there, ridge, most)[0]


def test_a_path_ends_where_larger_models_are_clearly_worse():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 60))
    Y = np.column_stack([3 * X[:, 4] + 0.5 * rng.normal(size=30), X[:, :20].sum(axis=1)])
    folds = [np.arange(k, 30, 3) for k in range(3)]
    lanes = Lanes.of(X, Y, np.ones_like(Y, bool), folds)
    for path in lanes.forward(0.01, 20):
        for size in range(1, len(path.sizes)):
            over = past_the_best(path.folds[None, : size + 1])[0]
            assert over == (size == len(path.sizes) - 1) or size == 20
    short, alone = lanes.forward(0.01, 20)[0], lanes.only(np.array([0])).forward(0.01, 20)[0]
    assert short.index[0, 0] == 4 and np.array_equal(short.index, alone.index)


@pytest.mark.parametrize("most", [1, 3])
def test_the_model_of_all_samples_is_ridge_regression(most):
    X, Y, known = drawn(0, gaps=False)
    for t, model in enumerate(choose_linear(Lanes.of(X, Y, known, FOLDS), most, most)):
        k = len(model.features)
        assert k <= most
        own, y = X[:, model.features], Y[:, t] - Y[:, t].mean()
        gram = own.T @ own / n + model.ridge * np.eye(k)
        np.testing.assert_allclose(model.coef, np.linalg.solve(gram, own.T @ y / n), rtol=1e-8)
        assert model.losses.mean() <= model.nothing.mean()
