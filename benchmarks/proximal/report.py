"""Targets and section of linear problems and dictionaries; used by benchmarks/report.py."""

from ..tables import Target, table, where

COMMAND = "python -m benchmarks.proximal.run --parts {}"
OURS = ("ours", "ours, tol = 1e-3")
CODES = {
    "random atoms": (0.1, 0.3),
    "cosines, patches of a photograph": (0.02, 0.075),
    "patches, patches of another": (0.02, 0.075),
}  # lams of each dictionary
GAIN = {"cosines": 2.5, "wavelets (db4)": 2.3}  # dB


def targets(rows: dict):
    text = "ista: objective within 1e-5 of scikit-learn's Lasso and the same support, ten problems"
    found, run = rows["proximal_lasso"], COMMAND.format("lasso")
    if found:
        worst, same = max(abs(r["gap"]) for r in found), sum(r["same_support"] for r in found)
        measured = f"within {worst:.0e}; the same support in {same} of {len(found)}"
        yield Target(text, run, measured, worst <= 1e-5 and same == len(found) >= 10)
    else:
        yield Target(text, run)
    for name, lams in CODES.items():
        for lam in lams:
            yield _code(where(rows["proximal_codes"], dictionary=name, lam=lam), name, lam)
    dictionaries = {r["method"]: r for r in rows["proximal_dictionary"]}
    for peer in ("scikit-learn", "scikit-learn, mini-batches"):
        yield _learnt(dictionaries, peer)
    run = COMMAND.format("deblurring")
    for basis, gain in GAIN.items():
        text = f"deblurring, {basis}: ≥ {gain} dB over the blurred image, 512 x 512 within 10 s"
        found = where(rows["proximal_deblurring"], basis=basis)
        if not found:
            yield Target(text, run)
            continue
        ours, seconds = found[0]["gain"], found[0]["seconds"]
        yield Target(text, run, f"{ours:.2f} dB in {seconds:.1f} s", ours >= gain and seconds <= 10)


def _code(found: list[dict], name: str, lam: float) -> Target:
    text = (
        f"sparse_code, {name}, lam = {lam:g}: ≥ 10 times faster than sparse_encode, objective "
        "within 1e-4"
    )
    if not found:
        return Target(text, COMMAND.format("codes"))
    (r,) = found
    measured = f"{r['ratio']:.1f} times ({r['seconds']:.2f} s, {r['peer']:.2f} s), {r['gap']:.0e}"
    return Target(text, COMMAND.format("codes"), measured, r["ratio"] >= 10 and r["gap"] <= 1e-4)


def _learnt(found: dict, peer: str) -> Target:
    text = f"DictionaryLearning: scikit-learn's objective in at most half its time ({peer})"
    run = COMMAND.format("dictionary")
    if not {*OURS, peer} <= found.keys():
        return Target(text, run)
    theirs = found[peer]
    low = [found[m] for m in OURS if found[m]["objective"] <= theirs["objective"]]
    ours = min(low or [found[OURS[0]]], key=lambda r: r["seconds"])
    measured = (
        f"{ours['objective']:.4f} in {ours['seconds']:.1f} s against "
        f"{theirs['objective']:.4f} in {theirs['seconds']:.1f} s"
    )
    return Target(text, run, measured, bool(low) and ours["seconds"] <= 0.5 * theirs["seconds"])


def section(rows: dict) -> list[str]:
    return [
        "## Linear inverse problems and dictionaries", "", *_lasso(rows), *_codes(rows),
        *_dictionary(rows), *_deblurring(rows),
    ]  # fmt: skip


def _lasso(rows: dict) -> list[str]:
    lines = [[r["seed"], r["shape"], r["gap"], "yes" if r["same_support"] else "**no**",
              r["n_iter"], r["stationarity"]] for r in rows["proximal_lasso"]]  # fmt: skip
    header = ["seed", "problem", "objective over scikit-learn's - 1", "same support", "iterations",
              "stationarity"]  # fmt: skip
    return ["### Lasso by `ista`, single precision, defaults", "", *table(header, lines)]


def _codes(rows: dict) -> list[str]:
    lines = [[r["dictionary"], r["lam"], r["nonzero"], r["seconds"], r["cold"], r["peer"],
              f"{r['ratio']:.1f}", r["gap"]] for r in rows["proximal_codes"]]  # fmt: skip
    header = ["dictionary and samples", "lam", "atoms a sample", "ours, s", "first call, s",
              "sparse_encode (lasso_cd), s", "ratio", "objective over its - 1"]  # fmt: skip
    note = (
        "1,000 samples, 256 x 1,024. The fewest seconds of three calls each (scikit-learn's one at "
        "the smallest lam). Coordinate descent costs as much as codes are dense and atoms alike; "
        "two products of the whole dictionary with all samples are what an iteration of ours costs."
    )
    return ["### 1,000 sparse codes", "", *table(header, lines, key=2), note, ""]


def _dictionary(rows: dict) -> list[str]:
    lines = [[r["method"], r["objective"], r["seconds"], r["n_iter"]]
             for r in rows["proximal_dictionary"]]  # fmt: skip
    note = (
        "5,000 patches of 8 x 8 of `china.jpg`, centred and of norm one, lam = 0.1. Objectives "
        "with codes by scikit-learn's coordinate descent over each dictionary. scikit-learn's full "
        "batches stop after 30 rounds; mini-batches are at its defaults."
    )
    header = ["method", "objective", "seconds", "iterations"]
    return ["### 100 atoms", "", *table(header, lines), note, ""]


def _deblurring(rows: dict) -> list[str]:
    lines = [
        [r["basis"], r["shape"], f"{r['before']:.2f}", f"{r['after']:.2f}", f"{r['gain']:.2f}",
         r["n_iter"], r["seconds"], r["cold"]]
        for r in rows["proximal_deblurring"]
    ]  # fmt: skip
    header = ["basis", "image", "blurred, dB", "restored, dB", "gain, dB", "iterations", "seconds",
              "first call, s"]  # fmt: skip
    note = (
        "Green channel of `flower.jpg`, its last 85 rows mirrored; Gaussian blur of two pixels, "
        "noise of 0.002, lam = 3e-4, tol = 0.1."
    )
    return ["### Deblurring", "", *table(header, lines), note, ""]


SECTIONS = (
    (
        ("proximal_lasso", "proximal_codes", "proximal_dictionary", "proximal_deblurring"),
        section,
    ),
)
