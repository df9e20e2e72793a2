"""Reports as files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ..evidence.result import Evidence
from ..storage.files import write_whole
from .contents import FORMAT, VERSION, report_of
from .html import page
from .markdown import markdown

Report = dict[str, Any]
RENDERINGS = {".html": page, ".md": markdown}


def write_report(
    model: Any, file: str | os.PathLike, X, y, evidence: Evidence | None = None, *, cohorts=None,
    strata=None, test: tuple | None = None, target: str | None = None, link: str | None = None,
) -> None:  # fmt: skip
    """Write what there is to say of a fitted model as a page that one can hand over.

    Parameters
    ----------
    model : fitted sparse-input estimator
    file : path
        `.html`, `.md` or `.json`; an existing file is replaced. The page is one file that loads
        nothing.
    X, y : the data of the fit
    evidence : Evidence, optional
        Made by `assess`: how sure each feature is, and how well the whole procedure predicts.
    cohorts, strata : array-like of shape (n_samples,), optional
        As given to `fit`.
    test : (X, y) or (X, y, cohorts), optional
        Samples that had no part in the fit, to judge predictions by. Without them predictions are
        those of the evidence, else of the cross-validation, else of the training samples, and the
        report says which.
    target : str, optional
        What the outcome is called; by default the name of `y`, if it has one.
    link : str, optional
        Address of a page on each feature, with `{feature}` in place of its name, such as
        "https://www.genecards.org/cgi-bin/carddisp.pl?gene={feature}".

    Raises
    ------
    ValueError
        If the file's extension is another, `link` has no `{feature}`, or the data are not those of
        the model.

    Examples
    --------
    ::

        evidence = spinnery.assess(model, X, y)
        spinnery.write_report(model, "report.html", X, y, evidence)
    """
    check(file, link)
    name = getattr(y, "name", None)
    target = str(name) if target is None and name is not None else target
    write(report_of(
        model, X, y, evidence, cohorts=cohorts, strata=strata, test=test, target=target, link=link,
    ), file)  # fmt: skip


def check(file: str | os.PathLike, link: str | None) -> None:
    """Refuse what cannot be written, before anything is computed."""
    if Path(file).suffix not in (*RENDERINGS, ".json"):
        raise ValueError(
            f"A report is written as {', '.join(RENDERINGS)} or .json; got {Path(file).name!r}."
        )
    if (link is not None and "{feature}" not in link) or (
        link and not link.startswith(("http://", "https://"))
    ):
        raise ValueError(
            "link must be an address that begins with https:// or http:// and holds {feature} "
            f"where the feature's name goes; got {link!r}."
        )


def write(report: dict[str, Any], file: str | os.PathLike) -> None:
    """A report's dictionary in the form that the file's extension asks for."""
    kind = Path(file).suffix
    text = as_json(report) if kind == ".json" else RENDERINGS[kind](report)
    write_whole(Path(file), text.encode("utf-8", "replace"))


def as_json(report: dict[str, Any]) -> str:
    return json.dumps(report, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def read(file: str | os.PathLike) -> dict[str, Any]:
    """A report's dictionary from its JSON.

    Raises
    ------
    ValueError
        If the file is something else, or of a newer version.
    """
    try:
        report = json.loads(Path(file).read_text(encoding="utf-8"))
        form, version = report["format"], report["format_version"]
    except (ValueError, TypeError, KeyError):
        form, version = None, None
    if form != FORMAT:
        raise ValueError(f"{file} is no report of spinnery's; give a report.json that it wrote.")
    if version != VERSION:
        raise ValueError(
            f"{file} has format version {version}, and this spinnery reads version {VERSION}. "
            "Write it again from the model."
        )
    return report
