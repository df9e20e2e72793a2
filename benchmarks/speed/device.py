"""A thousand lanes, and default fits, on whatever device JAX computes: a GPU beside two cores.

The additive design, n = 500, p = 1,000, 20 tanh units; lanes are halves of the samples. "dense" is
the start's 100 Adam steps, 4 n p lanes units operations each (useful ones only, as in `engine`),
beside the device's own square matrix products; "models" is what `assess` does with halves:
start, path, exchange. On a GPU both ways to multiply are tried: factors rounded to TF32 and full
float32. Then default fits of four designs, where the features are proposed by rounded products and
where by full ones: time, features, certificate of the final refit, and held-out loss.

    python -m benchmarks.speed.device [--smoke] [--lanes 1000] [--parts peak dense models fits]
"""

from contextlib import nullcontext
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np

import spinnery.evidence.halves as halves_module
from spinnery import SPINNRegressorCV, assess
from spinnery.compilation import precision, products
from spinnery.engine.dense import STEPS, train_dense
from spinnery.engine.path import Groups
from spinnery.engine.problem import Params
from spinnery.evidence.halves import complementary
from spinnery.inputs.scale import standard_scale, standardise
from spinnery.inputs.table import make_table
from spinnery.losses import Squared
from spinnery.nn import SHARED, init_lanes
from spinnery.penalties import GroupMCP
from spinnery.selection.ranking import models_of_lanes
from spinnery.selection.starts import Settings

from ..common import Results, options, several, timed
from ..simulations import designs

UNITS, RIDGE, SIZE = 20, 0.03, 12
WAYS = {"rounded": "tensorfloat32", "full": "highest"}
PARTS = ("peak", "dense", "models", "fits", "assess")


def device() -> str:
    """The device in words; two cores where it is a CPU."""
    (first, *_) = jax.devices()
    return "two cores" if first.platform == "cpu" else first.device_kind


def halves(data, lanes: int):
    """The standardised table, and a random half of it as weights of every lane."""
    n = len(data.y)
    weights, codes = np.full(n, 1 / n), np.zeros(n, int)
    y, _, _ = standardise(data.y[:, None], weights, codes, np.float32, standard_scale)
    table = make_table(data.X, y, weights, codes, Squared(), np.float32)
    rng = np.random.default_rng(0)
    pairs = complementary(codes, -(-lanes // 2), np.arange(n), rng)
    chosen = [half for pair in pairs for half in pair][:lanes]
    out = np.zeros((n, lanes), np.float32)
    for b, rows in enumerate(chosen):
        out[rows, b] = 1 / len(rows)
    return table, out


def best(call, repeats: int = 3) -> float:
    """Seconds, the least of some runs."""
    return min(timed(lambda: jax.block_until_ready(call()))[1] for _ in range(repeats + 1))


def peak(side: int) -> float:
    """GFLOP/s of the device's product of two square matrices of random numbers."""
    rng = np.random.default_rng(0)
    a, b = (jnp.asarray(rng.normal(size=s), jnp.float32) for s in 2 * [(side, side)])
    times = 20 if jax.default_backend() != "cpu" else 1
    many = jax.jit(lambda a, b: jax.lax.fori_loop(0, times, lambda _, x: x + 1e-9 * (x @ b), a))
    return 2 * side**3 * times / best(lambda: many(a, b)) / 1e9


def main() -> None:
    args = options(__doc__, lanes={"type": int, "default": 1000}, parts=several(PARTS))
    n, p, lanes = (60, 40, 4) if args.smoke else (500, 1000, args.lanes)
    results = Results("speed_device", ("device", "what", "way"), args.smoke)
    ways = WAYS if jax.default_backend() != "cpu" else {"full": "highest"}
    data = designs.regression("additive", 1, n=n, p=p, n_test=1)
    table, weights = halves(data, lanes)
    about = {"device": device(), "lanes": lanes, "jax": jax.__version__}
    side = 256 if args.smoke else 8192 if len(ways) > 1 else 2048
    with precision("float32"):
        padded = table.padded(weights, np.full(lanes, RIDGE))
        W, upper = init_lanes(
            list(range(lanes)), padded.X.shape[1], (UNITS,), 1, "tanh", np.dtype("float32")
        )
        start = Params(jnp.asarray(W), jax.tree.map(jnp.asarray, upper))
        problem = padded.over(padded.X)
        for way, how in ways.items():
            with products(how):
                if "peak" in args.parts:
                    results.add(**about, what="peak", way=way, gflops=peak(side))
                if "dense" in args.parts:
                    seconds = best(lambda: train_dense(problem, start, STEPS))
                    gflops = 4 * n * p * lanes * UNITS * STEPS / seconds / 1e9
                    results.add(**about, what="dense", way=way, seconds=seconds, gflops=gflops)
        if "models" in args.parts:
            del start, problem
            models(results, about, table, padded, 3 if args.smoke else SIZE)
    if "fits" in args.parts:
        fits(results, about, list(ways), args.smoke)
    if "assess" in args.parts:
        whole(results, about, data, args.smoke)


def models(results: Results, about: dict, table, padded, size: int) -> None:
    """All lanes' models of up to `size` features, as `assess` has them: first and warm."""
    groups = Groups(np.arange(table.X.shape[1]), None)
    settings = Settings(
        GroupMCP(1.0), groups, "tanh", size, 1, 0, None, 1e-4, 1000, SHARED
    )  # fmt: skip
    ran = [timed(models_of_lanes, padded, (UNITS,), settings, size) for _ in range(2)]
    count = min(6, size)
    six = [m[count].index[0] for m in ran[-1][0] if count in m]
    names = np.append(table.columns, -1)  # the last is padding's
    true = [np.isin(names[np.minimum(k, len(names) - 1)], range(6)).sum() / count for k in six]
    results.add(
        **about, what="models", way="default", first=ran[0][1], seconds=ran[1][1],
        true_of_six=float(np.mean(true)),
    )  # fmt: skip


def whole(results: Results, about: dict, data, smoke: bool) -> None:
    """`assess` as it is by default, halves eleven at a time and as many as the device takes."""
    more = {"hidden": ((3,), ()), "max_features": 4} if smoke else {}
    pairs = {"n_pairs": 4} if smoke else {}
    model = SPINNRegressorCV(random_state=0, **more).fit(data.X, data.y)
    for way, many in {"many halves": halves_module.MANY, "eleven halves": 11}.items():
        with mock.patch.object(halves_module, "MANY", many):
            ran = [timed(lambda: assess(model, data.X, data.y, **pairs)) for _ in range(2)]
        results.add(
            **about, what="assess", way=way, first=ran[0][1], seconds=ran[1][1],
            stable=np.flatnonzero(ran[1][0].stable).tolist(), p_value=ran[1][0].null_p_value,
        )  # fmt: skip
        if about["device"] == "two cores":
            break


def fits(results: Results, about: dict, ways: list[str], smoke: bool) -> None:
    """Default fits: time, features, certificate, and held-out loss."""
    small = {"n": 60, "p": 40} if smoke else {}
    more = {"hidden": ((3,), ()), "max_features": 4} if smoke else {}
    for name in ("additive", "multivar", "nn", "mix"):
        data = designs.regression(name, 11, n_test=1, **small)
        for way in ways:
            full = mock.patch("spinnery.selection.starts.rounded_products", nullcontext)
            with full if way == "full" else nullcontext():
                model = SPINNRegressorCV(random_state=0, **more)
                seconds = [timed(model.fit, data.X, data.y)[1] for _ in range(2)]
            results.add(
                **about, what=f"fit, {name}", way=way, first=seconds[0], seconds=seconds[1],
                features=model.get_support(indices=True).tolist(),
                certificate=float(model.stationarity_), loss=float(model.cv_loss_),
            )  # fmt: skip


if __name__ == "__main__":
    main()
