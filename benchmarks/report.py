"""Build RESULTS.md from out/*.json: one row per target, then every measurement beside its peers'.

python benchmarks/report.py [--smoke]
"""

import json
from pathlib import Path

import numpy as np

import report_embedding
import report_integrative
import report_networks
import report_proximal
import targets
import targets_embedding
import targets_integrative
import targets_networks
import targets_proximal
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


# A section's files, and what writes it. Rows are kept on the machine that measured them
# (out/ is not shipped), so a section without any there stays as RESULTS.md has it.
SECTIONS = (
    (("simulations", "peer_simulations"), simulations),
    (("real", "peer_real"), real),
    (("madelon", "peer_madelon"), madelon),
    (("speed",), speed),
    (("size",), size),
    (report_integrative.FILES, report_integrative.section),
    (report_networks.FILES, report_networks.section),
    (report_proximal.FILES, report_proximal.section),
    (report_embedding.FILES, report_embedding.section),
)
TARGETS = (targets, targets_integrative, targets_networks, targets_proximal, targets_embedding)


def kept(path: Path) -> dict[str, list[str]]:
    """Sections of an earlier report by heading, "" for what comes before the first."""
    found: dict[str, list[str]] = {"": []}
    heading = ""
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.startswith("## "):
            heading = line
            found[heading] = []
        found[heading].append(line)
    return found


def dated(lines: list[str], rows: list[dict], machines: set[str]) -> list[str]:
    """A section with a line under its heading that says when and where it was measured."""
    days = sorted({row["measured"][:10] for row in rows})
    span = " to ".join(dict.fromkeys((days[0], days[-1])))
    return [*lines[:2], f"Measured {span} on {'; '.join(sorted(machines))}.", "", *lines[2:]]


def judged(rows: dict, before: list[str]) -> list[str]:
    """The table of targets; what was not measured anew keeps its line.

    The line of a target that was renamed or dropped has to be deleted by hand.
    """
    marks = {True: "yes", False: "**no**", None: "not measured"}
    every = [t for module in TARGETS for t in module.all_(rows)]
    head, rule, *lines = table(
        ["target", "measured", "reached", "command"],
        [[t.text, t.measured, marks[t.reached], f"`{t.command}`"] for t in every],
    )[:-1]
    kept = {line.split(" | ")[0]: line for line in before if line.startswith("| ")}
    for found in (head, rule):
        kept.pop(found.split(" | ")[0], None)
    for target, line in zip(every, lines, strict=True):
        if target.reached is not None or line.split(" | ")[0] not in kept:
            kept[line.split(" | ")[0]] = line
    return [head, rule, *kept.values(), ""]


def main() -> None:
    args = options(__doc__, [])
    folder = HERE / "out" / "smoke" if args.smoke else HERE / "out"
    path = folder / "RESULTS.md" if args.smoke else HERE / "RESULTS.md"
    names = ("engine", *(name for files, _ in SECTIONS for name in files))
    rows = {name: read(name, args.smoke) for name in names}
    before, out = kept(path), []
    for files, section in SECTIONS:
        found = [row for name in files for row in rows[name]]
        lines = section(rows)
        if found:
            texts = [folder / f"{name}.json" for name in files if rows[name]]
            lines = dated(lines, found, {json.loads(t.read_text())["machine"] for t in texts})
        else:
            lines = before.get(lines[0], [])
        out += [*lines, ""] if lines and lines[-1] else lines
    head = [
        "# Results",
        "",
        "Built by `python benchmarks/report.py` from `benchmarks/out/`; `benchmarks/run_all.sh` "
        "measures everything anew. Real sets are read from the folder `SPINNERY_DATA`.",
        "",
        "## Targets",
        "",
        *judged(rows, before.get("## Targets", [])),
    ]
    notes = (HERE / "notes.md").read_text().rstrip()
    path.write_text("\n".join([*head, *out, notes, ""]))
    print(f"  wrote {path.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
