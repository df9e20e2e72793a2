"""What do LassoNet and GCRNet reach on the data of run.py, and in what time?

LassoNetRegressorCV(hidden_dims=(20,)) with 5 folds. GCRNet with group MCP as in its documented
regression example (10 and 5 ReLU units, 50 lambdas, one validation split, no cross-validation),
but for the dense start's length, left at its default, much shorter where p > n (`gcrnet-long` has
the example's); its classifier on the binary design. Inputs and regression targets are
standardised for both.

    $SPINNERY_PEERS -m benchmarks.simulations.peer [--seeds 1] [--designs additive]
        [--methods lassonet gcrnet] [--out simulations_peer]
"""

import contextlib
import io
import random
import time

import numpy as np
import torch
from gcrnet.gcrnet import GCRNet
from lassonet import LassoNetRegressorCV

from ..common import N_CPUS, Results, options, several
from . import designs

LAMBDAS = np.exp(np.linspace(np.log(0.01), np.log(0.5), 50))


def lassonet(X, y, regression):
    """Prediction function and selected features, `(p,)` bool."""
    model = LassoNetRegressorCV(hidden_dims=(20,), cv=5, random_state=0, torch_seed=0, verbose=0)
    model.fit(X, y)
    return model.predict, model.best_selected_.numpy()


def gcrnet(X, y, regression, init_epochs=None):
    """Prediction function and selected features, `(p,)` bool.

    `init_epochs=None` is its default: 200 epochs of dense start where p > n, 2,000 elsewhere.
    """
    model = GCRNet(
        task_type="regression" if regression else "classification",
        device=torch.device("cpu"),
        input_dim=X.shape[1],
        output_dim=1,
        hidden_dims=[10, 5],
        activation="relu",
        optimizer="Adam",
        learning_rate=0.001,
        batch_size=len(X),
        alpha=0.01,
        lam=LAMBDAS,
        penalty="MCP",
        drop_input=True,
    )
    random.seed(0)  # its split is drawn by `random`
    np.random.seed(0)
    torch.manual_seed(0)
    with contextlib.redirect_stdout(io.StringIO()):
        model = model.fit_and_validate(
            X=X,
            y=y,
            param_grid={"alpha": [0.03]},
            init_num_epochs=init_epochs,
            num_epochs=200,
            verbose=False,
        )
    key = "pred" if regression else "logits"
    return lambda X: model.predict(X, key=key), np.asarray(model.get_selection()[0], bool)


def gcrnet_long(X, y, regression):
    """GCRNet with the 2,000 epochs that its example, where p < n, gives the dense start."""
    return gcrnet(X, y, regression, init_epochs=2000)


METHODS = {"lassonet": lassonet, "gcrnet": gcrnet, "gcrnet-long": gcrnet_long}


def main() -> None:
    args = options(
        __doc__,
        range(1, 6),
        designs=several([*designs.REGRESSION, "binary"]),
        methods={"nargs": "+", "default": ["lassonet", "gcrnet"], "choices": list(METHODS)},
        out={"default": "simulations_peer"},
    )
    torch.set_num_threads(N_CPUS)
    results = Results(args.out, ("method", "design", "seed"), args.smoke)
    for seed in args.seeds[:1] if args.smoke else args.seeds:
        for name in args.designs[:1] if args.smoke else args.designs:
            regression = name in designs.REGRESSION
            draw = designs.regression if regression else designs.classification
            data = draw(name, seed, **{"n": 60, "p": 40} if args.smoke else {})
            center, scale = data.X.mean(0), data.X.std(0)
            low, unit = (data.y.mean(), data.y.std()) if regression else (0, 1)
            for method in args.methods:
                if method == "lassonet" and not regression:
                    continue
                X, y = (data.X - center) / scale, (data.y - low) / unit
                start = time.perf_counter()
                predict, selected = METHODS[method](X, y, regression)
                seconds = time.perf_counter() - start
                out = np.ravel(predict((data.X_test - center) / scale))
                results.add(
                    method=method,
                    design=name,
                    seed=seed,
                    score=designs.score(name, out * unit + low if regression else out > 0,
                                        data.truth),
                    **designs.support(selected),
                    seconds=seconds,
                )  # fmt: skip


if __name__ == "__main__":
    main()
