"""How long does a whole survival cross-validation take beside the regression's?

n = 500, p = 1,000: the additive design as log hazard with 30 % censored, and with noise as numbers.
Both fitted once to warm up, then in turns in the same process.

    python -m benchmarks.survival.speed [--smoke] [--rounds 3]
"""

from spinnery import SPINNRegressorCV, SPINNSurvivalCV, survival_target

from ..common import SMOKE, Results, options, timed
from ..simulations import designs
from .designs import draw


def main() -> None:
    args = options(__doc__, rounds={"type": int, "default": 3})
    results = Results("survival_speed", ("round",), args.smoke)
    size = {"n": 80, "p": 40, "n_test": 0} if args.smoke else {"n_test": 0}
    settings = SMOKE if args.smoke else {}
    times, numbers = draw(30, 1, **size), designs.regression("additive", 1, **size)
    y = survival_target(times.event, times.time)

    def fits() -> tuple[float, float]:
        _, survival = timed(SPINNSurvivalCV(random_state=0, **settings).fit, times.X, y)
        model = SPINNRegressorCV(random_state=0, **settings)
        return survival, timed(model.fit, numbers.X, numbers.y)[1]

    fits()
    for k in range(args.rounds):
        seconds, regression = fits()
        results.add(round=k, seconds=seconds, regression=regression, ratio=seconds / regression)


if __name__ == "__main__":
    main()
