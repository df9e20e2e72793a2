"""What the benchmarks of lists share: their options, the replicates still wanted, and counts."""

import itertools
import os
import time
from collections.abc import Iterable, Iterator

from ..common import Results, options, several
from .designs import EFFECTS, OUTCOMES, TABLES, TRUE

KEY = ("method", "table", "effect", "outcome", "n_true", "seed")
SMALL = {"n": 80, "p": 40}  # of smoke runs


def cell_options(doc: str, methods, replicates: int, **more: dict):
    """The command line; cells are all combinations of its tables, effects and so on."""
    return options(
        doc,
        methods=several(methods),
        tables=several(TABLES),
        effects=several(EFFECTS),
        outcomes=several(OUTCOMES),
        true=several(TRUE),
        replicates={"type": int, "default": replicates},
        seconds={"type": float, "default": float("inf"), "help": "stop after so many"},
        **more,
    )


def cells(args) -> list[tuple[str, str, str, str, int, int]]:
    """Values of `KEY`, all cells in step; tables that are not there are left out."""
    tables = [t for t in args.tables if "rows" not in t or os.environ.get("SPINNERY_DATA")]
    seeds, effects, numbers = range(args.replicates), args.effects, args.true
    if args.smoke:
        tables, seeds, effects, numbers = ["blocks of 0.9"], [0], ["linear"], [6]
    every = itertools.product(seeds, tables, effects, args.outcomes, numbers, args.methods)
    return [(method, *cell, seed) for seed, *cell, method in every]


def wanted(every: Iterable[tuple], results: Results, seconds: float) -> Iterator[tuple]:
    """Those that have no row yet, until so many seconds have passed."""
    done = {tuple(row[c] for c in results.key) for row in results.rows}
    start = time.perf_counter()
    for one in every:
        if one in done:
            continue
        if time.perf_counter() - start > seconds:
            print("  stopped by --seconds; run again to go on")
            return
        yield one
