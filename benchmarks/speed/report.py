"""Targets and sections of speed and size; used by benchmarks/report.py."""

from collections.abc import Iterator

from ..tables import Target, median, table, where
from .size import exponents

RUN = "python -m benchmarks.speed.run"
LASSONET = {"cold": 15, "warm": 30}  # times ours
PEERS = ("lassonet", "gcrnet")
CORES = "two cores"


def targets(rows: dict):
    seconds = {r["method"]: r["seconds"] for r in rows["speed"]}
    for way, factor in LASSONET.items():
        text = f"LassoNetRegressorCV's time at least {factor} times ours, {way}"
        if "lassonet" not in seconds:
            yield Target(text, RUN)
            continue
        ours, theirs = seconds[f"ours, {way}"], seconds["lassonet"]
        measured = f"{theirs:.0f} s / {ours:.2f} s = {theirs / ours:.1f}"
        yield Target(text, RUN, measured, theirs >= factor * ours)
    text = "faster than GCRNet, cold"
    if "gcrnet" in seconds:
        ours, theirs = seconds["ours, cold"], seconds["gcrnet"]
        yield Target(text, RUN, f"{ours:.2f} s against {theirs:.0f} s", ours < theirs)
    else:
        yield Target(text, RUN)
    yield from _paired(rows["speed_paired"])
    yield from (_engine(rows), _size(rows))
    yield from _on_gpu(rows["speed_device"])


def _paired(rows: list[dict]) -> Iterator[Target]:
    run = "python -m benchmarks.speed.paired OLD/src src"
    for work, what in (
        ("the same work", "a warm fit of the same work (five folds, no check)"),
        ("defaults", "a warm default fit"),
    ):
        text = f"{what} takes at most 1.05 times what it took before this version"
        found = where(rows, work=work)
        if not found:
            yield Target(text, run)
            continue
        ratio = median(found, "ratio")
        measured = (
            f"{ratio:.3f} times (median of {len(found)} rounds; {median(found, 'old'):.2f} s, "
            f"{median(found, 'new'):.2f} s)"
        )
        yield Target(text, run, measured, ratio <= 1.05)


def _engine(rows: dict) -> Target:
    text, run = "dense phase, 36 lanes: ≥ 60 % of the peak", "python -m benchmarks.speed.engine"
    found = where(rows["speed_engine"], lanes=36)
    if not found:
        return Target(text, run)
    (row,) = found
    measured = (
        f"{row['dense_gflops']:.0f} of {row['peak_gflops']:.0f} GFLOP/s = "
        f"{100 * row['share']:.0f} % ({100 * row['share_with_padding']:.0f} % with padding)"
    )
    return Target(text, run, measured, row["share"] >= 0.6)


def _size(rows: dict) -> Target:
    text, run = "p = 100,000 within 10 minutes and 12 GB", "python -m benchmarks.speed.size"
    found = where(rows["speed_size"], p=100_000)
    if not found:
        return Target(text, run)
    seconds, gigabytes = found[0]["seconds"], found[0]["peak_gib"] * 1.0737
    measured = f"{seconds:.0f} s, {gigabytes:.1f} GB"
    return Target(text, run, measured, seconds <= 600 and gigabytes <= 12)


def _on_gpu(rows: list[dict]):
    run = "python -m benchmarks.speed.device"
    many = "a GPU: 1,000 lanes at least 50 times faster than two cores"
    share = "a GPU: dense phase, 1,000 lanes: ≥ 40 % of its TF32 products"
    cores = where(rows, device=CORES, what="models", lanes=1000)
    cards = [row for row in rows if row["device"] != CORES and row["lanes"] == 1000]
    found = where(cards, what="models")
    if found and cores:
        ours, theirs = found[0]["seconds"], cores[0]["seconds"]
        measured = f"{theirs:.0f} s / {ours:.1f} s = {theirs / ours:.0f} ({found[0]['device']})"
        yield Target(many, run, measured, theirs >= 50 * ours)
    else:
        yield Target(many, run)
    dense, peak = (where(cards, what=what, way="rounded") for what in ("dense", "peak"))
    if dense and peak:
        reached, most = dense[0]["gflops"], peak[0]["gflops"]
        measured = f"{reached / 1e3:.0f} of {most / 1e3:.0f} TFLOP/s = {100 * reached / most:.0f} %"
        yield Target(share, run, f"{measured} ({dense[0]['device']})", reached >= 0.4 * most)
    else:
        yield Target(share, run)


def device(rows: dict) -> list[str]:
    found = rows["speed_device"]
    cores = {row["what"]: row["seconds"] for row in where(found, device=CORES) if "seconds" in row}
    lines = []
    for row in found:
        beside = cores.get(row["what"])
        ratio = beside / row["seconds"] if beside and row["device"] != CORES else None
        lines.append([
            row["what"], row["way"], row["device"], row.get("first"), row.get("seconds"), ratio,
            row["gflops"] / 1e3 if "gflops" in row else None, row.get("certificate"),
            row.get("loss"), _features(row),
        ])  # fmt: skip
    header = [
        "what", "way", "device", "first, s", "warm, s", "two cores / this", "TFLOP/s",
        "certificate", "held-out loss", "features",
    ]  # fmt: skip
    note = (
        "n = 500, p = 1,000, 1,000 halves as lanes (models, dense) or default settings. Rounded: "
        "matrix products of factors rounded to TF32; a fit proposes features so and does all the "
        "rest in float32. First: with compilation. Peak: a square product, as measured."
    )
    return ["## A GPU beside two cores", "", *table(header, lines, key=3), note, ""]


def _features(row: dict) -> str | None:
    if "true_of_six" in row:
        return f"{row['true_of_six']:.3f} of six"
    listed = row.get("features", row.get("stable"))
    return None if listed is None else " ".join(map(str, listed))


def speed(rows: dict) -> list[str]:
    seconds = {r["method"]: r["seconds"] for r in rows["speed"]}
    lines = []
    for r in rows["speed"]:
        if r["method"] != "ours, import":
            ours = r["method"].startswith("ours")
            ratios = [seconds[p] / r["seconds"] if ours and p in seconds else None for p in PEERS]
            lines.append([r["method"], r["seconds"], r["score"], *ratios])
    header = ["method", "seconds", "test MSE", *(f"{p} / this" for p in PEERS)]
    out = ["## Speed, additive design, n = 500, p = 1,000", "", *table(header, lines)]
    if "ours, import" in seconds:
        out += [f"Importing Spinnery took {seconds['ours, import']:.1f} s besides.", ""]
    return out


def size(rows: dict) -> list[str]:
    found = sorted(rows["speed_size"], key=lambda r: r["p"])
    columns = ["p", "seconds", "warm", "peak_gib", "found", "extra"]
    header = ["features", "first fit, s", "second fit, s", "peak GiB", "true found", "others"]
    out = ["## Size, n = 500", "", *table(header, [[r[c] for c in columns] for r in found])]
    if len([r for r in found if r["warm"]]) > 1:
        out += [f"Exponents against p: {exponents(found)}.", ""]
    return [*out, "![time and memory against the number of features](speed/size.png)", ""]


SECTIONS = (
    (("speed", "speed_paired", "speed_engine"), speed),
    (("speed_size",), size),
    (("speed_device",), device),
)
