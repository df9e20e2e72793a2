"""Independent parts of one computation, spread over processes or machines.

What all parts share goes to every worker once. Under joblib's processes its arrays are mapped into
memory from one file. Under dask it is itself a task, so that the scheduler can make it again when
the worker that had it is gone, and workers pass it on to each other.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from typing import Any, TypeVar

from joblib import Parallel, delayed
from joblib.parallel import get_active_backend

Shared = TypeVar("Shared")
Part = TypeVar("Part")
Result = TypeVar("Result")

ATTEMPTS = 4  # beginnings of what was lost with a worker
LOST = (
    "Workers died {times} times with parts of the computation in hand, most likely for want of "
    "memory. Use fewer workers on each machine (n_jobs, --jobs), or give them more memory; with "
    "checkpoint= (--checkpoint), parts that are finished are kept and a new run takes them up."
)


class LostWorkersError(RuntimeError):
    """Workers died again and again."""


def spread(
    work: Callable[[Shared, Part], Result], shared: Shared, parts: Sequence[Part],
    n_jobs: int | None = None,
) -> Iterator[tuple[Part, Result]]:  # fmt: skip
    """Each part and its `work(shared, part)`, in the order in which they are finished.

    Other processes begin at once, not when the first result is asked for. A part whose worker
    dies is begun again elsewhere.

    Parameters
    ----------
    work : function of a module
    shared : object that can be pickled
    parts : sequence of hashable, small objects
    n_jobs : int, optional
        As joblib has it; without effect under dask, which has its own workers.

    Raises
    ------
    LostWorkersError
        If workers die again and again. Errors of `work` are raised as they are.
    """
    backend = get_active_backend()[0]
    client = getattr(backend, "client", None)
    if client is not None and type(backend).__name__ == "DaskDistributedBackend":
        return _by_dask(client, work, shared, parts)
    return _by_joblib(work, shared, parts, n_jobs)


def _by_joblib(work, shared, parts, n_jobs) -> Iterator[tuple[Any, Any]]:
    # Ray's backend gives results back when all are there
    one_by_one = getattr(get_active_backend()[0], "supports_return_generator", False)
    how = "generator_unordered" if one_by_one else "list"

    def begin(left):
        return Parallel(n_jobs=n_jobs, batch_size=1, return_as=how)(
            delayed(_named)(work, shared, part) for part in list(left)
        )

    def follow(running):
        left = dict.fromkeys(parts)
        for attempt in range(ATTEMPTS):
            try:
                for part, result in running if attempt == 0 else begin(left):
                    del left[part]
                    yield part, result
                return
            except BrokenExecutor as error:
                broken = error
        raise LostWorkersError(LOST.format(times=ATTEMPTS)) from broken

    return follow(begin(parts))


def _named(work, shared, part):
    return part, work(shared, part)


def _by_dask(client, work, shared, parts) -> Iterator[tuple[Any, Any]]:
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")  # once, and on purpose
        sent = client.submit(_itself, shared, pure=False)
    futures = {client.submit(work, sent, part, pure=False): part for part in parts}

    def follow():
        try:
            for future in as_completed(list(futures), loop=client.loop):
                try:
                    result = future.result()
                except KilledWorker as error:
                    raise LostWorkersError(LOST.format(times=ATTEMPTS)) from error
                yield futures.pop(future), result
        finally:
            client.cancel([*futures, sent])

    return follow()


def _itself(shared):
    return shared
