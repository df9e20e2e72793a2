"""Is a warm fit of one source tree slower than that of another?

Additive design, n = 500, p = 1,000, default SPINNRegressorCV. Each round starts a process per
tree, in alternating order; the first fit of each warms it up, the fastest later one counts. The
median of the rounds' ratios is printed, once of the same work (five folds and no check for
nothing, which is all that the first stage did) and once of each tree's defaults.

    python -m benchmarks.speed.paired OLD/src src [--rounds 7] [--fits 4] [--smoke]
"""

import argparse
from pathlib import Path

import numpy as np

from ..common import Results
from .fit import fresh

WORKS = {"the same work": ["--five"], "defaults": []}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", type=Path, help="folder that holds a spinnery to compare with")
    parser.add_argument("new", type=Path, help="folder that holds the spinnery in question")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--fits", type=int, default=4, help="of a process, at least 2")
    parser.add_argument("--smoke", action="store_true", help="tiny data, to see that it runs")
    args = parser.parse_args()
    for folder in (args.old, args.new):
        if not (folder / "spinnery" / "__init__.py").exists():
            parser.error(f"{folder} holds no spinnery/__init__.py")
    results = Results("speed_paired", ("work", "round"), args.smoke)
    results.path.unlink(missing_ok=True)  # rounds of another comparison
    smoke = ["--smoke"] if args.smoke else []
    for work, more in WORKS.items():
        ratios = []
        for k in range(args.rounds):
            seconds = {}
            for name in ("old", "new") if k % 2 == 0 else ("new", "old"):
                source = str(getattr(args, name).resolve())
                found = fresh("--source", source, "--fits", str(args.fits), *more, *smoke)
                seconds[name] = min(found["seconds"][1:])
            ratios.append(seconds["new"] / seconds["old"])
            results.add(work=work, round=k, **seconds, ratio=ratios[-1])
        print(f"  {work}: median ratio new / old: {np.median(ratios):.3f}")


if __name__ == "__main__":
    main()
