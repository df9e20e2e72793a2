"""`spinnery report`: the report of a run, written again."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError
from .folder import PAGE, REPORT
from .output import check_out


def run_report(run: Path, out: Path | None, link: str | None, force: bool = False) -> None:
    """Render the run's `report.json` anew."""
    source = run / REPORT
    if not source.is_file():
        raise InputError(
            f"{run} holds no {REPORT}; give a folder that spinnery fit, assess or demo wrote, or "
            "call spinnery.write_report(model, file, X, y)."
        )
    own = out is None  # the run's page, which this command is there to replace
    out = run / PAGE if out is None else out
    check_out(out, (source,), force=force or own)

    from ..report.files import check, read, write

    try:
        check(out, link)
        told = read(source)
    except ValueError as error:
        raise InputError(str(error)) from None
    try:
        write(told if link is None else told | {"link": link}, out)
    except OSError as error:
        raise InputError(
            f"Cannot write {out} ({error.strerror or error}); choose another --out."
        ) from None
    print(f"Written to {out}.")
