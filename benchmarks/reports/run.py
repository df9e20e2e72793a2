"""What does a report weigh, how soon is it there, and who can read it?

Our page of the table that the peers have (peer.py writes theirs first), and one of 20 features
found among 20,000, both with evidence. In Chromium, without a network: the time until the page's
load event, the median of seven; what it asks a network for; characters of text with scripts
switched off; and its width on a screen of 400 pixels, where more means scrolling sideways.

    python -m benchmarks.reports.run [--smoke]
"""

import sys
from pathlib import Path
from statistics import median
from time import sleep

import numpy as np

import spinnery

from ..common import HERE, Results, options
from .tables import PAGES, tumours

sys.path.append(str(HERE.parent / "tests" / "report"))
from browser import Browser, find

TIMES, SETTLED = 7, 2.0  # pages opened; seconds after which nothing more is asked for
LOCAL = ("file:", "data:", "blob:", "about:")


def wide(p: int) -> tuple[np.ndarray, np.ndarray]:
    """300 samples, 20 features among `p` that say something."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, p)).astype(np.float32)
    return X, X[:, : p : p // 20].sum(axis=1) + rng.normal(size=300)


def ours(folder: Path, smoke: bool) -> None:
    pairs = 2 if smoke else 20
    sets = {
        "spinnery": (spinnery.SPINNClassifierCV(random_state=0), tumours()),
        "spinnery, 20 of 20,000": (
            spinnery.SPINNRegressorCV(hidden=(), max_features=20, random_state=0),
            wide(200 if smoke else 20_000),
        ),
    }
    for name, (model, (X, y)) in sets.items():
        model.fit(X, y)
        found = spinnery.assess(model, X, y, n_pairs=pairs, n_permutations=0, random_state=0)
        spinnery.write_report(model, folder / f"{name}.html", X, y, found)
        print(f"  {name}: {model.get_support().sum()} features", flush=True)


def look(browser: Browser, file: Path) -> dict:
    seconds = median(browser.open(file, width=1400) for _ in range(TIMES))
    sleep(SETTLED)
    browser.run("0")  # takes in what happened meanwhile
    asked = {str(one) for one in browser.requests() if not str(one).startswith(LOCAL)}
    browser.open(file, width=400)
    sleep(SETTLED)
    width = browser.run("document.documentElement.scrollWidth")
    browser.open(file, scripts=False)
    text = browser.run("document.body.innerText.length")
    return {
        "kB": file.stat().st_size // 1000, "seconds": seconds, "requests": len(asked),
        "text": text, "width": width,
    }  # fmt: skip


def main() -> None:
    args = options(__doc__)
    program = find()
    if program is None:
        sys.exit("Skipped: no Chromium here (apt-get install chromium, or SPINNERY_CHROMIUM).")
    folder = PAGES.parent / "smoke" / "reports" if args.smoke else PAGES
    folder.mkdir(parents=True, exist_ok=True)
    ours(folder, args.smoke)
    results = Results("reports", ("page",), args.smoke)
    browser = Browser(program)
    try:
        for file in sorted(folder.glob("*.html")):
            results.add(page=file.stem, **look(browser, file))
    finally:
        browser.close()


if __name__ == "__main__":
    main()
