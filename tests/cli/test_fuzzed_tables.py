"""Tables of any make on the command line: a fit, or one line that says what is wrong.

Here a fit ends where its search would begin, for compilation takes seconds; with SPINNERY_FUZZ, a
number of tables, fits are whole and predict their own table (benchmarks/fuzz/tables.py).
"""

from __future__ import annotations

import os
import re
import string
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from spinnery.cli import app

WHOLE = "SPINNERY_FUZZ" in os.environ
EXAMPLES = int(os.environ.get("SPINNERY_FUZZ", "50"))
ROWS = (3, 12, 30)  # few numbers of rows, so that programs are compiled for few shapes
SEARCH = "spinnery.estimators.cross_validated.Steps"
LINEAR = ["--hidden", "linear", "--max-features", "1", "--test-folds", "0"]


class Begun(Exception):  # noqa: N818
    """The search has begun."""


@dataclass(frozen=True)
class Given:
    """A file's content and extension, and the options beside it."""

    frame: pd.DataFrame
    extension: str
    written: dict  # how, for text files
    encoding: str
    cut: bool  # whether the file ends in the middle
    options: list[str]


NUMBERS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "small": lambda rng, n: rng.normal(size=n) * 1e-300,
    "large": lambda rng, n: rng.normal(size=n) * 1e300,
    "far": lambda rng, n: 2_460_000 + rng.random(n),
    "counts": lambda rng, n: rng.poisson(2, n),
    "numbering": lambda rng, n: np.arange(n),
    "big integers": lambda rng, n: rng.integers(-(2**62), 2**62, n),
    "constant": lambda rng, n: np.full(n, 3.5),
    "single": lambda rng, n: np.r_[9.0, np.zeros(n - 1)],
    "single precision": lambda rng, n: rng.normal(size=n).astype(np.float32),
    "truth": lambda rng, n: rng.random(n) < 0.5,
    "infinite": lambda rng, n: np.where(rng.random(n) < 0.1, np.inf, rng.normal(size=n)),
    "nothing": lambda rng, n: np.full(n, np.nan),
}
WORDS = {
    "levels": lambda rng, n: rng.choice(["a", "b", "c"], n),
    "spaced": lambda rng, n: rng.choice(["yes", "yes ", " no", "no"], n),
    "rare": lambda rng, n: np.r_[["odd"], rng.choice(["a", "b"], n - 1)],
    "ids": lambda rng, n: [f"P{k:03}x" for k in range(n)],
    "text": lambda rng, n: [f"remark no. {k}" for k in range(n)],
    "dates": lambda rng, n: [f"2020-01-{k % 28 + 1:02}" for k in range(n)],
    "limits": lambda rng, n: ["<LOD", *np.round(rng.normal(size=n - 1), 2).astype(str)],
    "odd": lambda rng, n: rng.choice(["ä", "日本", '"', ",", ";", "\n", "NA", "", "[b]"], n),
    "commas": lambda rng, n: [f"{k},5" for k in range(n)],
    "one": lambda rng, n: ["same"] * n,
    "mixed": lambda rng, n: rng.choice(np.array(["1", "2", "many", ""], object), n),
}
KINDS = {**NUMBERS, **WORDS}
REFUSED = {"infinite", "text", "dates", "limits", "commas", "ids", "odd"}
TAME = ["normal"] * 5 + [kind for kind in KINDS if kind not in REFUSED]
TARGETS = ["levels", "spaced", "normal", "counts", "far", "truth"]
PLAIN = st.text("abcdef ;.-[", min_size=1, max_size=6).filter(str.strip)
NAMES = st.one_of(
    st.text(string.ascii_lowercase, min_size=1, max_size=6),
    st.text(max_size=8),
    st.sampled_from(
        ["", " ", "a", "y", "id", "x,y", 'a"b', "Unnamed: 0", "gap in a", "é" * 80, "0"]
    ),
)


@st.composite
def tables(draw):
    """A table of any make, with the options of a fit to it."""
    wild = draw(st.integers(0, 2)) == 0  # or it would be refused nearly always
    kinds = st.sampled_from(["normal", *KINDS] if wild else TAME)
    targets = st.sampled_from(list(KINDS) if wild else TARGETS)
    extension = draw(st.sampled_from([".csv"] * 6 + [".tsv", ".csv.gz", ".parquet", ".npz"]))
    n = draw(st.sampled_from(ROWS if wild else ROWS[1:]))
    width = draw(st.one_of(st.integers(not wild, 6), st.integers(not wild, 50)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    unique = not wild or draw(st.booleans())
    names = draw(st.lists(NAMES if wild else PLAIN, min_size=width, max_size=width, unique=unique))
    columns = [(name, column(draw(kinds), rng, n)) for name in names]
    columns.append(("y", column(draw(targets), rng, n, wild)))
    options = [f"--target={draw(st.sampled_from(['y'] * 9 + ['z'])) if wild else 'y'}"]
    for option, kind in (("--cohort", "levels"), ("--group-folds", "levels"), ("--id", "ids")):
        if extension != ".npz" and draw(st.integers(0, 9)) == 0:
            kind = draw(st.sampled_from(list(KINDS))) if wild else kind
            columns.append((option[2:], column(kind, rng, n, wild)))
            options.append(f"{option}={option[2:]}")
    for option in ("--drop", "--keep"):
        if extension != ".npz" and len(names) > 2 and draw(st.integers(0, 4)) == 0:
            options.append(f"{option}={draw(st.sampled_from(names))}")
    frame = pd.concat([pd.Series(v, dtype=None) for _, v in columns], axis=1)
    frame.columns = pd.Index([name for name, _ in columns])
    separator = draw(st.sampled_from([",", ",", ";", "\t"]))
    written = {
        "sep": "\t" if extension == ".tsv" else separator,
        "decimal": draw(st.sampled_from([".", "."] + [","] * (separator != ","))),
        "index": draw(st.sampled_from([False, False, True])),
    }
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig"] + ["latin-1", "utf-16"] * wild))
    cut = wild and draw(st.integers(0, 9)) == 0
    return Given(frame, extension, written, encoding, cut, options)


def column(kind, rng, n, gaps=True):
    """Values of a kind, with gaps now and then."""
    values = np.array(KINDS[kind](rng, n))
    if gaps and rng.random() < 0.25 and values.dtype != bool:
        values = values.astype(object)
        values[rng.random(n) < rng.choice([0.1, 0.9])] = None
    return values


def write(given: Given, folder: Path) -> Path:
    """The file, as whole as it shall be."""
    file, frame = folder / f"data{given.extension}", given.frame
    if given.extension == ".npz":
        numbers = frame.apply(pd.to_numeric, errors="coerce").to_numpy(float)
        np.savez(file, X=numbers[:, :-1], y=numbers[:, -1])
    elif given.extension == ".parquet":
        frame.loc[:, ~frame.columns.duplicated()].to_parquet(file)
    else:
        frame.to_csv(file, encoding=given.encoding, errors="replace", **given.written)
    if given.cut:
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2])
    return file


def run(*arguments):
    """Whether a command did its work; if not, it said why in one line, and left nothing."""
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    if isinstance(done.exception, Begun):
        return True
    assert done.exception is None or isinstance(done.exception, SystemExit), arguments
    assert done.exit_code in (0, 2), done.stderr
    lines = done.stderr.splitlines()
    if done.exit_code:
        assert len(lines) == 1 and lines[0].startswith("Error: "), done.stderr
        assert re.search(r"[.?)]$", lines[0]) and "Traceback" not in lines[0]
        event(f"refused: {KIND.sub('', lines[0])[:60]}")
    else:
        assert all(line.startswith("Note: ") for line in lines), done.stderr
    return done.exit_code == 0


KIND = re.compile(r"^Error: |\S*/\S*|'[^']*'|\d+")


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_a_fit_or_one_clear_line(given):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = write(given, folder)
        searched = nullcontext() if WHOLE else patch(SEARCH, side_effect=Begun)
        with searched:
            fitted = run("fit", file, "--out", folder / "run", *given.options, *LINEAR)
        event("a fit" if fitted else "one clear line")
        left = {path.name for path in folder.iterdir()}
        assert left == ({file.name, "run"} if fitted and WHOLE else {file.name})
        if fitted and WHOLE:
            cohort = [option for option in given.options if option.startswith("--cohort")]
            model = folder / "run" / "model.spinn"
            event(f"predicted: {run('predict', model, file, '--out', folder / 'p.csv', *cohort)}")
