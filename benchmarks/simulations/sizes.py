"""How much is lost by choosing the size by cross-validation?

The default model beside the best of the same search's models of all samples, one of each size, as
the test data would choose.

    python -m benchmarks.simulations.sizes [--smoke] [--seeds 1 2] [--designs mix]
"""

from spinnery import SPINNRegressorCV
from spinnery.estimators.model import build_models

from ..common import SMOKE, Results, options, several, timed
from . import designs
from .designs import REGRESSION


class Searched(SPINNRegressorCV):
    """The default estimator, which keeps its models of every size."""

    def _report(self, chosen, table, folds) -> None:
        super()._report(chosen, table, folds)
        self.of_sizes = [
            build_models(table, model.index, model.params.W, model.params.upper)
            for model in chosen.models
        ]

    def predictions_by_size(self, X):
        own = self._models
        for models in self.of_sizes:
            self._models = models
            yield self.predict(X)
        self._models = own


def main() -> None:
    args = options(__doc__, range(1, 11), designs=several(REGRESSION))
    results = Results("sizes", ("design", "seed"), args.smoke)
    size = {"n": 60, "p": 40, "n_test": 100} if args.smoke else {}
    for name in args.designs[:1] if args.smoke else args.designs:
        for seed in args.seeds[:1] if args.smoke else args.seeds:
            data = designs.regression(name, seed, **size)
            model = Searched(random_state=0, **SMOKE if args.smoke else {})
            model, seconds = timed(model.fit, data.X, data.y)
            scores = [
                designs.score(name, prediction, data.truth)
                for prediction in model.predictions_by_size(data.X_test)
            ]
            results.add(
                design=name,
                seed=seed,
                score=designs.score(name, model.predict(data.X_test), data.truth),
                by_test=min(scores),
                **designs.support(model.selected_),
                hidden=list(model.hidden_),
                seconds=seconds,
            )


if __name__ == "__main__":
    main()
