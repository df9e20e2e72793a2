"""Targets and section of exact recovery; used by benchmarks/report.py."""

import numpy as np

from ..tables import Target, column, mean, median, table, where
from .designs import FORMS

COMMAND = "python -m benchmarks.recovery.run --forms {}"
WANTED = {
    "cox": {2: 0.97, 4: 0.97, 6: 0.97, 8: 0.90, 10: 0.50},
    "regression": {0: 0.95} | dict.fromkeys((2, 4, 6, 8, 10), 0.97) | {12: 0.95, 14: 0.95},
}
HARDER = {  # HarderLASSO's own shares
    "cox": {0: 0.90, 2: 1.0, 4: 1.0, 6: 1.0, 8: 0.83, 10: 0.01},
    "regression": {0: 0.99} | dict.fromkeys((2, 4, 6, 8), 1.0) | {10: 0.94, 12: 0.66, 14: 0.21},
}


def share(found: list[dict]) -> tuple[float, float]:
    """Share of exact recoveries and its standard error."""
    exact = mean(found, "exact")
    return exact, float(np.sqrt(exact * (1 - exact) / len(found)))


def targets(rows: dict):
    for form, wanted in WANTED.items():
        for active, least in wanted.items():
            text = f"recovery, {form}, {active} active: exact in a share ≥ {least:.2f}"
            text += f" (HarderLASSO {HARDER[form][active]:.2f})"
            found = where(rows["recovery"], form=form, active=active)
            if not found:
                yield Target(text, COMMAND.format(form))
                continue
            exact, se = share(found)
            measured = f"{exact:.3f} ± {se:.3f} ({len(found)} replicates)"
            yield Target(text, COMMAND.format(form), measured, exact >= least)


def section(rows: dict) -> list[str]:
    lines = []
    for form in FORMS:
        for active in FORMS[form].active:
            found = where(rows["recovery"], form=form, active=active)
            if found:
                missed = active - mean(found, "found")
                linear = sum(not hidden for hidden in column(found, "hidden"))
                lines.append(
                    [form, active, len(found), "{:.3f} ± {:.3f}".format(*share(found)),
                     HARDER[form][active], missed, mean(found, "extra"), f"{linear}/{len(found)}",
                     median(found, "seconds")]
                )  # fmt: skip
    header = ["design", "active", "replicates", "exactly recovered ± SE", "HarderLASSO", "missed",
              "others", "linear chosen", "seconds"]  # fmt: skip
    note = (
        "50 standard Gaussian features, `f` the sum of ten times the absolute differences of the "
        "active ones, pair by pair. `regression`: 500 samples, `y = f` and noise of variance 1; "
        "`cox`: 750 samples, hazard `exp(f)`, half of them censored at the median. Missed and "
        "other features are means. HarderLASSO's shares are its authors'."
    )
    return ["## Exact recovery", "", *table(header, lines, key=2), note, ""]


SECTIONS = ((("recovery",), section),)
