"""Who works: processes of this machine, or a dask scheduler's workers."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import joblib

from ..errors import InputError

WAIT = 30  # seconds for a scheduler to answer, and for its first worker


@dataclass(frozen=True)
class Workers:
    """Processes, or the address of a scheduler, and the folder of finished parts."""

    jobs: int | None = None
    scheduler: str | None = None
    checkpoint: Path | None = None

    def check(self, evidence: bool = True) -> None:
        """Raise `InputError` if the options do not go together."""
        if self.jobs == 0:
            raise InputError("--jobs must not be 0; -1 is as many as there are CPUs.")
        if self.jobs is not None and self.scheduler is not None:
            raise InputError("--jobs and --scheduler: a scheduler has its own workers; name one.")
        if self.checkpoint is not None and not evidence:
            raise InputError("--checkpoint keeps parts of an assessment: add --evidence.")

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """What joblib starts inside goes to the scheduler's workers, if there is one."""
        if self.scheduler is None:
            yield
            return
        _check_address(self.scheduler)
        try:
            from distributed import Client
        except ImportError:
            raise InputError('--scheduler needs dask: pip install "spinnery[dask]".') from None
        try:
            client = Client(self.scheduler, timeout=WAIT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _missing(self.scheduler, error) from error
        with client:
            try:
                client.wait_for_workers(1, timeout=WAIT)
            except TimeoutError:
                raise InputError(
                    f"The dask scheduler at {self.scheduler} has no workers. Start some with "
                    f"`dask worker {self.scheduler} --nthreads 1`."
                ) from None
            with joblib.parallel_config(backend="dask", client=client):
                yield


def _check_address(address: str) -> None:
    """Raise `InputError` at once if nobody listens: dask would try for long."""
    found = re.fullmatch(r"(?:\w+://)?([\w.:-]+|\[[\w:]+\]):(\d+)/?", address)
    if found is None:
        raise InputError(f"--scheduler takes an address such as tcp://host:8786; got {address!r}.")
    try:
        socket.create_connection((found[1].strip("[]"), int(found[2])), WAIT).close()
    except (OSError, OverflowError) as error:
        raise _missing(address, error) from error


def _missing(address: str, error: Exception) -> InputError:
    return InputError(
        f"There is no dask scheduler at {address} ({error}). Start one with `dask scheduler`, and "
        "workers with `dask worker ADDRESS --nthreads 1`."
    )
