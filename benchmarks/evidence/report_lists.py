"""Targets and sections of lists, intervals and p-values; used by report.py."""

import numpy as np

from ..tables import Target, mean_se, table, where, with_se
from .cells import KEY
from .designs import EFFECTS, OUTCOMES, TABLES, TRUE

COMMAND = "python -m benchmarks.evidence."
OURS = "spinnery"
PEERS = ("ipss", "hidimstat", "hidimstat, debiased", "knockpy", "boruta", "lassonet")
ORDER = (OURS, f"{OURS}, linear", *PEERS, "lassonet, oracle")
LIMITS = {"stable": 1.0, "rate": 0.1}
COVERED, SMALL_P = 0.9, 0.06
FEWEST, FEWEST_BESIDE = 10, 3  # data sets of a design, to be judged by itself and beside a peer


def by_cell(rows: list[dict]) -> dict[tuple, list[dict]]:
    """Rows by table, effect, outcome, number of true ones and method, in the designs' order."""
    found: dict[tuple, list[dict]] = {}
    for row in rows:
        found.setdefault((*(row[c] for c in KEY[1:5]), row["method"]), []).append(row)
    orders = TABLES, tuple(EFFECTS), OUTCOMES, TRUE, ORDER

    def place(cell: tuple) -> list[int]:
        return [order.index(one) for order, one in zip(orders, cell, strict=True)]

    return {cell: found[cell] for cell in sorted(found, key=place)}


def unit(name: str) -> str:
    """What is judged where features have twins: clusters."""
    return "" if name == "independent" else "_clusters"


def wrong(rows: list[dict], what: str, of: str) -> list[float]:
    """Of each replicate: false units, or their share of the list."""
    if what == "stable":
        return [row[f"stable_false{of}"] for row in rows]
    return [
        row[f"rate_false{of}"] / max(row[f"rate_true{of}"] + row[f"rate_false{of}"], 1)
        for row in rows
    ]


def targets(rows: dict):
    cells = by_cell(rows["lists"])
    for what, text in (
        ("stable", "`expected_false=1`: mean number of false {} ≤ 1 ({})"),
        ("rate", "`false_rate` ≤ 0.1: realised share of false {} ≤ 0.1 ({})"),
    ):
        for name in TABLES:
            of = unit(name)
            words = text.format("clusters" if of else "features", name)
            own = {k: v for k, v in cells.items() if k[0] == name and len(v) >= FEWEST}
            found = {k: wrong(v, what, of) for k, v in own.items()}
            yield _limited(words, COMMAND + "lists", found, LIMITS[what])
    peers = by_cell(rows["lists_peer"])
    for peer in PEERS:
        yield _beside(peer, cells, peers)
    yield _intervals(rows["intervals"])
    yield _noise(rows["assess_noise"])


def _limited(text: str, command: str, found: dict[tuple, list[float]], limit: float) -> Target:
    """Reached if the mean of all is within the limit, and no cell above it by two errors."""
    if not found:
        return Target(text, command)
    default = sum(len(values) for cell, values in found.items() if cell[4] == OURS)
    every = [value for values in found.values() for value in values]
    worst = max(found, key=lambda cell: np.mean(found[cell]))
    (mean, _), above = mean_se(every), [m - 2 * se for m, se in map(mean_se, found.values())]
    measured = (
        f"{with_se(every)} ({len(every)} data sets, {default} of them with default estimators), "
        f"at most {with_se(found[worst])} "
        f"({', '.join(map(str, worst[1:]))}: {len(found[worst])})"
    )
    return Target(text, command, measured, mean <= limit and max(above) <= limit)


def _beside(peer: str, cells: dict, peers: dict) -> Target:
    """True units where the peer's realised rate is at most 0.1, on the same data sets."""
    text = f"true features listed: at least as many as {peer}, where at most 0.1 of its are false"
    command = f"$SPINNERY_PEERS3 -m benchmarks.evidence.lists_peer --methods '{peer.split(',')[0]}'"
    gains = {}
    for cell, theirs in peers.items():
        ours = {row["seed"]: row for row in cells.get((*cell[:4], OURS), [])}
        both, of = [row for row in theirs if row["seed"] in ours], unit(cell[0])
        if (
            cell[4] == peer
            and len(both) >= FEWEST_BESIDE
            and np.mean(wrong(both, "rate", of)) <= LIMITS["rate"]
        ):
            true = f"rate_true{of}"
            gains[cell] = [ours[row["seed"]][true] - row[true] for row in both]
    if not gains:
        return Target(text, command)
    worst = min(gains, key=lambda cell: np.mean(gains[cell]))
    every = [gain for found in gains.values() for gain in found]
    measured = (
        f"{sum(np.mean(g) >= 0 for g in gains.values())} of {len(gains)} designs; "
        f"{with_se(every, '+')} on average; at worst "
        f"{with_se(gains[worst], '+')} ({', '.join(map(str, worst[:4]))}: {len(gains[worst])})"
    )
    return Target(text, command, measured, all(np.mean(g) >= 0 for g in gains.values()))


def covered(row: dict, true: bool | None = None) -> list[bool]:
    """Of a data set's features, or its true or other ones: whether the interval has the value."""
    return [
        f["low"] <= f["value"] <= f["high"]
        for f in row["features"]
        if true is None or f["true"] == true
    ]


def covered_share(rows: list[dict], true: bool | None = None) -> str:
    """Share of all features, its error from the spread between data sets."""
    pairs = [(sum(c), len(c)) for c in (covered(row, true) for row in rows) if c]
    if not pairs:
        return "-"
    hits, sizes = np.array(pairs, float).T
    share = hits.sum() / sizes.sum()
    error = np.sqrt(((hits - share * sizes) ** 2).sum()) / sizes.sum()
    return f"{share:.3f} ± {error:.3f}"


def _intervals(rows: list[dict]) -> Target:
    text, command = (
        f"importance: intervals hold the value in ≥ {COVERED:.0%}",
        COMMAND + "intervals",
    )
    every = [one for row in rows for one in covered(row)]
    if not every:
        return Target(text, command)
    measured = f"{covered_share(rows)} of {len(every)} features in {len(rows)} data sets"
    return Target(text, command, measured, np.mean(every) >= COVERED)


def _noise(rows: list[dict]) -> Target:
    text = f"noise: p-value of `assess` ≤ 0.05 in ≤ {SMALL_P} of data sets"
    command = COMMAND + "intervals --parts noise"
    if not rows:
        return Target(text, command)
    small = [row["p_value"] <= 0.05 for row in rows]
    return Target(text, command, f"{with_se(small)} of {len(small)}", mean_se(small)[0] <= SMALL_P)


def section(rows: dict) -> list[str]:
    lines = []
    for cell, found in by_cell([*rows["lists"], *rows["lists_peer"]]).items():
        name, effect, outcome, n_true, method = cell
        line = [name, f"{effect}, {outcome}", n_true, method, len(found)]
        for what in ("stable", "rate"):
            for of in ("", "_clusters"):
                true = f"{what}_true{of}"
                if true in found[0]:
                    line += [with_se(wrong(found, what, of)), with_se([r[true] for r in found])]
                else:
                    line += [None, None]
        lines.append([*line, float(np.median([row["seconds"] for row in found]))])
    header = ["features", "what", "true ones", "method", "data sets",
              "false, at 1", "true, at 1", "clusters: false, at 1", "true, at 1",
              "share false, at 0.1", "true, at 0.1", "clusters: share false, at 0.1",
              "true, at 0.1", "seconds"]  # fmt: skip
    note = (
        "Means over data sets with standard errors. At 1: `stable` at `expected_false=1`; at 0.1: "
        "what has a `false_rate` of at most 0.1, or each peer's list at that rate. A cluster is "
        "true if it holds a true feature; in blocks of 0.5 and 0.7 features are clusters of their "
        "own. A knockoff filter at 0.1 lists ten or none, so that it finds nothing where six are "
        "true. Seconds are medians of the halves alone, and of the peers' calls."
    )
    return ["## Lists", "", *table(header, lines, key=4), note, ""]


def section_intervals(rows: dict) -> list[str]:
    lines = []
    for cell, found in by_cell(rows["intervals"]).items():
        name, effect, _, n_true, method = cell
        every = [f for row in found for f in row["features"]]
        if every:
            shares = [covered_share(found, true) for true in (None, True, False)]
            means = [float(np.mean([f[c] for f in every])) for c in ("estimate", "value")]
            lines.append([name, effect, n_true, method, len(found), len(every), *shares, *means])
    header = ["features", "effect", "true ones", "method", "data sets", "importances", "held ± SE",
              "of true ones", "of others", "mean estimate", "mean value"]  # fmt: skip
    noise = []
    for method in ORDER:
        for outcome in OUTCOMES:
            found = where(rows["assess_noise"], method=method, outcome=outcome)
            if found:
                p = [row["p_value"] for row in found]
                shares = [with_se([one <= level for one in p]) for level in (0.05, 0.25, 0.5)]
                noise.append([method, outcome, len(p), *shares])
    note = (
        "How often the interval of a chosen feature's importance holds the mean rise of the loss "
        "without it over 20 fresh data sets; other features are those that the model chose though "
        "they are not true. Below, how often the p-value of `assess` is so small on noise."
    )
    names = ["method", "outcome", "data sets", "p ≤ 0.05", "p ≤ 0.25", "p ≤ 0.5"]
    return ["## Importance and p-values", "", *table(header, lines, key=4), note, "",
            *table(names, noise, key=2)]  # fmt: skip


SECTIONS = (
    (("lists", "lists_peer"), section),
    (("intervals", "assess_noise"), section_intervals),
)
