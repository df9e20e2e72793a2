"""How often does the default model choose exactly the features that matter?

HarderLASSO's designs (designs.py), many replicates of each: a replicate counts if every active
feature is chosen and no other. One row is kept per replicate, and a rerun goes on where the last
stopped (to measure another version of the library, delete out/recovery.jsonl); `--seconds` ends
a run after the replicate that passes them.

    python -m benchmarks.recovery.run [--smoke] [--forms cox] [--active 2 4] [--replicates 100]
        [--seconds 3600]
"""

import time
import warnings

from spinnery import SPINNRegressorCV, SPINNSurvivalCV, survival_target

from ..common import SMOKE, Results, options, several, timed
from .designs import FORMS, draw


def tasks(args) -> list[tuple[str, int, int]]:
    """Forms, numbers of active features and replicates, all sizes of a form in step."""
    found = []
    for name in args.forms:
        form = FORMS[name]
        active = [s for s in form.active if args.active is None or s in args.active]
        replicates = form.replicates if args.replicates is None else args.replicates
        found += [(name, s, k) for k in range(replicates) for s in active]
    return [(name, 2, 0) for name in args.forms] if args.smoke else found


def choose(form: str, active: int, replicate: int, smoke: bool) -> dict:
    """One replicate's row."""
    X, y = draw(form, active, replicate, 80 if smoke else None)
    kind = SPINNRegressorCV if form == "regression" else SPINNSurvivalCV
    y = y if form == "regression" else survival_target(*y)
    model = kind(random_state=0, **SMOKE if smoke else {})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _, seconds = timed(model.fit, X, y)
    chosen = model.get_support(indices=True)
    found = int((chosen < active).sum())
    return {
        "form": form, "active": active, "replicate": replicate,
        "exact": found == active == len(chosen), "found": found, "extra": len(chosen) - found,
        "hidden": list(model.hidden_), "seconds": seconds,
        "warnings": sorted({str(w.message)[:80] for w in caught}),
    }  # fmt: skip


def main() -> None:
    args = options(
        __doc__,
        forms=several(FORMS),
        active={"type": int, "nargs": "+", "help": "numbers of active features; default: all"},
        replicates={"type": int, "help": "default: 100 for cox, 200 for regression"},
        seconds={"type": float, "default": float("inf"), "help": "stop after so many"},
    )
    key = ("form", "active", "replicate")
    results = Results("recovery", key, args.smoke)
    done = {tuple(row[c] for c in key) for row in results.rows}
    start = time.perf_counter()
    for task in tasks(args):
        if task in done:
            continue
        if time.perf_counter() - start > args.seconds:
            print("  stopped by --seconds; run again to go on")
            break
        results.add(**choose(*task, args.smoke))


if __name__ == "__main__":
    main()
