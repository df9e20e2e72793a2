"""Targets and sections of speed and size; used by benchmarks/report.py."""

from ..tables import Target, median, table, where
from .size import exponents

RUN = "python -m benchmarks.speed.run"
LASSONET = {"cold": 15, "warm": 30}  # times ours
PEERS = ("lassonet", "gcrnet")


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
    yield from (_paired(rows["speed_paired"]), _engine(rows), _size(rows))


def _paired(rows: list[dict]) -> Target:
    text = "a warm default fit takes at most 1.05 times what it took before this version"
    run = "python -m benchmarks.speed.paired OLD/src src"
    if not rows:
        return Target(text, run)
    ratio = median(rows, "ratio")
    measured = (
        f"{ratio:.3f} times (median of {len(rows)} rounds; {median(rows, 'old'):.2f} s, "
        f"{median(rows, 'new'):.2f} s)"
    )
    return Target(text, run, measured, ratio <= 1.05)


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
)
