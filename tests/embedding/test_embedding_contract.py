"""scikit-learn's own contract."""

import warnings

from sklearn.utils.estimator_checks import parametrize_with_checks

from spinnery import SNE, TSNE

NEW_POINTS = (
    "asks that transform of the training samples equal fit_transform; transform treats them as new "
    "samples, which come out near their place, not on it. test_estimators.py measures how near."
)
EXPECTED = {
    "check_transformer_general": NEW_POINTS,
    "check_transformer_data_not_an_array": NEW_POINTS,
}


@parametrize_with_checks(
    [SNE(perplexity=2, max_iter=50), TSNE(perplexity=2, max_iter=50)],
    expected_failed_checks=lambda estimator: EXPECTED,
)
def test_scikit_learn_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)
