"""Fifty processes killed at random moments: do old or new files stand, and does work go on?

The test of tests/storage/test_kills.py, with more moments than the tests take.

    python -m benchmarks.faults.kills [--smoke]
"""

import os
import re
import subprocess
import sys

from ..common import HERE, Results, options, timed


def main() -> None:
    args = options(__doc__)
    kills = 3 if args.smoke else 50
    results = Results("kills", ("kills",), args.smoke)
    command = [sys.executable, "-m", "pytest", "tests/storage/test_kills.py"]
    environment = {**os.environ, "SPINNERY_KILLS": str(kills)}
    done, seconds = timed(
        lambda: subprocess.run(
            command, cwd=HERE.parent, env=environment, capture_output=True, text=True, check=False
        )
    )
    summary = done.stdout.strip().splitlines()[-1]
    passed = re.search(r"(\d+) passed", summary)
    results.add(kills=kills, passed=int(passed[1]) if passed else 0, seconds=seconds)


if __name__ == "__main__":
    main()
