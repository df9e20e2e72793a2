"""The section "Linear inverse problems and dictionaries" of RESULTS.md; used by report.py."""

from tables import table

FILES = ("proximal_lasso", "proximal_codes", "proximal_dictionary", "proximal_deblurring")


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
    return ["### 1,000 sparse codes", "", *table(header, lines), note, ""]


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
