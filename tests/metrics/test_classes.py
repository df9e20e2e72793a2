"""Top-k error, with ties against the model, and the multinomial log-likelihood."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, log_loss, top_k_accuracy_score

import references as ref
from spinnery.metrics import multinomial_log_likelihood, top_k_error


def table(seed, n=30, classes=5):
    rng = np.random.default_rng(seed)
    return rng.integers(classes, size=n), rng.normal(size=(n, classes))


@given(seed=st.integers(0, 99), k=st.integers(1, 4))
def test_without_ties_it_is_scikit_learns(seed, k):
    y, scores = table(seed)
    accuracy = top_k_accuracy_score(y, scores, k=k, labels=range(5))
    assert top_k_error(y, scores, k=k) == pytest.approx(1 - accuracy)


@given(seed=st.integers(0, 99))
def test_it_falls_in_k_from_the_error_to_zero(seed):
    y, scores = table(seed)
    errors = [top_k_error(y, np.round(scores), k) for k in range(1, 6)]
    assert np.all(np.diff(errors) <= 0) and errors[-1] == 0
    assert top_k_error(y, scores, 1) == pytest.approx(1 - accuracy_score(y, scores.argmax(axis=1)))


@given(seed=st.integers(0, 99), shift=st.floats(-1e4, 1e4), k=st.integers(1, 5))
def test_only_the_order_counts(seed, shift, k):
    y, scores = table(seed)
    assert top_k_error(y, scores, k) == top_k_error(y, np.round(shift) + 8 * scores, k)
    assert top_k_error(y, scores, k) == top_k_error(y, ref.softmax(scores), k)


def test_ties_count_against_the_model():
    y = np.arange(4)
    for k in range(1, 5):  # all scores alike: found only if all are listed
        assert top_k_error(y, np.ones((4, 4)), k) == (k < 4)
    assert top_k_error([0, 1], [[2, 2, 1], [3, 2, 2]], 2) == 0.5


def test_labels_of_columns():
    y, scores = table(0)
    names = np.array(list("vwxyz"))
    assert top_k_error(names[y], scores, 2, classes=names) == top_k_error(y, scores, 2)
    back = scores[:, ::-1]
    assert top_k_error(names[y], back, 2, classes=names[::-1]) == top_k_error(y, scores, 2)


@given(seed=st.integers(0, 99))
def test_log_likelihood_is_minus_n_cross_entropies(seed):
    y, scores = table(seed)
    proba = ref.softmax(scores)
    found = multinomial_log_likelihood(y, proba)
    assert found == pytest.approx(-len(y) * log_loss(y, proba, labels=range(5)))
    assert found == pytest.approx(-ref.loss_value("softmax", scores, np.eye(5)[y]).sum())


def test_log_likelihood_of_the_impossible_is_finite():
    found = multinomial_log_likelihood([0, 1], [[0.0, 1.0], [0.0, 1.0]])
    assert found == pytest.approx(np.log(np.finfo(float).tiny)) and np.isfinite(found)
    assert multinomial_log_likelihood([1], [[0.0, 1.0]]) == 0


Y, SCORES = [0, 1], [[0.5, 0.5], [0.2, 0.8]]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: top_k_error(Y, SCORES, 0), "k must be an integer from 1 to 2 classes; got 0."),
        (lambda: top_k_error(Y, SCORES, 3), "k must be an integer from 1 to 2 classes; got 3."),
        (lambda: top_k_error(Y, SCORES, 1.0), "k must be an integer from 1 to 2 classes; got 1.0."),
        (lambda: top_k_error([0], SCORES, 1), "y_true and scores need shapes (n,) and (n, "
         "n_classes) with n >= 1; got (1,) and (2, 2)."),
        (lambda: top_k_error([], np.zeros((0, 2)), 1), "y_true and scores need shapes (n,) and (n, "
         "n_classes) with n >= 1; got (0,) and (0, 2)."),
        (lambda: top_k_error(Y, [[0, np.nan], [1, 2]], 1), "scores must be finite; they hold NaN "
         "or infinity."),
        (lambda: top_k_error(Y, SCORES, 1, classes=[0]), "classes needs one label per column of "
         "scores, 2; got shape (1,)."),
        (lambda: top_k_error([0, 7], SCORES, 1), "y_true holds labels without a column in scores: "
         "[7]. Pass classes= in the order of the columns."),
        (lambda: top_k_error(["a", "b"], SCORES, 1), "y_true holds labels without a column in "
         "scores: ['a', 'b']. Pass classes= in the order of the columns."),
        (lambda: multinomial_log_likelihood(Y, [[0.5, 0.6], [0.2, 0.8]]), "proba needs rows of "
         "non-negative numbers that sum to one; pass predict_proba's, not decision_function's."),
        (lambda: multinomial_log_likelihood(Y, [[-0.5, 1.5], [0.2, 0.8]]), "proba needs rows of "
         "non-negative numbers that sum to one; pass predict_proba's, not decision_function's."),
    ],
)  # fmt: skip
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
