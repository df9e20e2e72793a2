"""Build RESULTS.md from out/*.json: one row per target, then every measurement beside its peers'.

python benchmarks/report.py [--smoke]
"""

import json

import numpy as np

import common
import report_integrative
import targets
import targets_integrative
from common import HERE, REAL, options, read
from size import exponents
from tables import by_seed, table

SIMULATED = {
    "additive": "test MSE",
    "multivar": "test MSE",
    "nn": "test MSE",
    "binary": "expected error",
    "three-class": "expected error",
}


def simulations(rows: dict) -> list[str]:
    out = ["## Simulations, 1,000 features of which six matter", ""]
    lines = []
    for design, what in SIMULATED.items():
        ours = [r for r in rows["simulations"] if r["design"] == design]
        runs = {"ours": ours}
        for row in rows["peer_simulations"]:
            if row["design"] == design:
                runs.setdefault(row["method"], []).append(row)
        for method, found in runs.items():
            if found:
                lines.append(
                    [design, method, what, targets.median(found, "score"), by_seed(found, "score"),
                     by_seed(found, "found"), by_seed(found, "extra"),
                     targets.median(found, "seconds")]
                )  # fmt: skip
        for reference in ("told", "bayes"):
            if ours and reference in ours[0]:
                lines.append(
                    [design, reference, what, targets.median(ours, reference),
                     by_seed(ours, reference), None, None, None]
                )  # fmt: skip
    header = ["design", "method", "measure", "median", "by seed", "true found", "others", "seconds"]
    notes = [
        "Regressions have 500 samples and are scored on 2,000 noiseless points; classifications "
        "have 1,000 and are scored by the error that the true probabilities give the predicted "
        "classes at 5,000 points. Seconds are of whichever runs shared the machine; the speed "
        "table has those that count.",
        "",
    ]
    return [*out, *table(header, lines), *notes]


def real(rows: dict) -> list[str]:
    lines = []
    for name in REAL:
        adelie = {r["seed"]: r["error"] for r in rows["peer_real"] if r["set"] == name}
        for method in ("default", "linear", "adelie"):
            file = "peer_real" if method == "adelie" else "real"
            found = [r for r in rows[file] if (r["set"], r["method"]) == (name, method)]
            if not found:
                continue
            mean, se = targets.mean_se([r["error"] for r in found])
            pairs = [r["error"] - adelie[r["seed"]] for r in found if r["seed"] in adelie]
            excess = "{:+.3f} ± {:.3f}".format(*targets.mean_se(pairs)) if pairs else None
            linear = sum(not r.get("hidden", []) for r in found)
            lines.append(
                [name, method, f"{mean:.3f} ± {se:.3f}", None if method == "adelie" else excess,
                 by_seed(found, "error"), float(np.mean([r["n_features"] for r in found])),
                 f"{linear}/{len(found)}", targets.median(found, "seconds")]
            )  # fmt: skip
    header = ["set", "method", "error ± SE", "minus adelie ± SE", "by split", "features",
              "linear chosen", "seconds"]  # fmt: skip
    return ["## Real sets, five 70/30 splits", "", *table(header, lines)]


def madelon(rows: dict) -> list[str]:
    lines = []
    for clusters in (2, 16):
        for method, file in (("ours", "madelon"), ("xgboost", "peer_madelon")):
            found = [r for r in rows[file] if r["clusters"] == clusters]
            if found:
                mean, se = targets.mean_se([r["error"] for r in found])
                lines.append(
                    [clusters, method, f"{mean:.3f} ± {se:.3f}", by_seed(found, "error"),
                     by_seed(found, "n_features"), by_seed(found, "with_signal"),
                     targets.median(found, "seconds")]
                )  # fmt: skip
    header = ["clusters a class", "method", "error ± SE", "by split", "features", "with signal",
              "seconds"]  # fmt: skip
    return ["## Madelon form", "", *table(header, lines)]


def speed(rows: dict) -> list[str]:
    seconds = {r["method"]: r["seconds"] for r in rows["speed"]}
    peers = [m for m in seconds if not m.startswith("ours")]
    lines = [
        [r["method"], r["seconds"], r["score"]]
        + [seconds[p] / r["seconds"] if r["method"].startswith("ours") else None for p in peers]
        for r in rows["speed"]
        if r["method"] != "ours, import"
    ]
    out = ["## Speed, additive design, n = 500, p = 1,000", ""]
    note = f"Importing Spinnery took {seconds.get('ours, import', float('nan')):.1f} s besides."
    header = ["method", "seconds", "test MSE", *(f"{p} / this" for p in peers)]
    return [*out, *table(header, lines), note, ""]


def size(rows: dict) -> list[str]:
    found = sorted(rows["size"], key=lambda r: r["p"])
    columns = ["p", "seconds", "warm", "peak_gib", "found", "extra"]
    header = ["features", "first fit, s", "second fit, s", "peak GiB", "true found", "others"]
    out = ["## Size, n = 500", "", *table(header, [[r[c] for c in columns] for r in found])]
    if len([r for r in found if r["warm"]]) > 1:
        out += [f"Exponents against p: {exponents(found)}."]
    return [*out, "", "![time and memory against the number of features](size.png)", ""]


def main() -> None:
    args = options(__doc__, [])
    names = ("simulations", "peer_simulations", "real", "peer_real", "madelon", "peer_madelon",
             "speed", "engine", "size", *report_integrative.FILES)  # fmt: skip
    rows = {name: read(name, args.smoke) for name in names}
    files = [HERE / "out" / ("smoke" if args.smoke else "") / f"{name}.json" for name in names]
    machines = {json.loads(f.read_text())["machine"] for f in files if f.exists()}
    marks = {True: "yes", False: "**no**", None: "not measured"}
    every = [*targets.all_(rows), *targets_integrative.all_(rows)]
    judged = [[t.text, t.measured, marks[t.reached], f"`{t.command}`"] for t in every]
    days = sorted({r["measured"][:10] for found in rows.values() for r in found})
    out = [
        "# Results",
        "",
        f"Measured {' and '.join({days[0]: 0, days[-1]: 0}) if days else 'nothing'} on "
        f"{'; '.join(sorted(machines)) or common.machine()}. Built by "
        "`python benchmarks/report.py` from `benchmarks/out/`; `benchmarks/run_all.sh` measures "
        "everything anew. Real sets are read from the folder `SPINNERY_DATA`.",
        "",
        "## Targets",
        "",
        *table(["target", "measured", "reached", "command"], judged),
        *simulations(rows),
        *real(rows),
        *madelon(rows),
        *speed(rows),
        *size(rows),
        *report_integrative.section(rows),
        (HERE / "notes.md").read_text().rstrip(),
        "",
    ]
    path = HERE / "out" / "smoke" / "RESULTS.md" if args.smoke else HERE / "RESULTS.md"
    path.write_text("\n".join(out))
    print(f"  wrote {path.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
