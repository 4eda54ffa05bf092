"""Who does the work: this process, other processes of this computer, or whatever joblib has been told to use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from simk8s.checker import fork

T = TypeVar("T")


def shared(act: Callable[..., T], calls: Sequence[tuple[Any, ...]], jobs: int | None) -> Iterator[T]:
    """The results of all these calls in order, from so many workers; None: as many as `joblib.parallel_config` says.

    A single worker is this process, unless it has other threads: then it is a process beside it, which can be forked.
    """
    if jobs != 1:
        yield from _by_many(act, calls, jobs)
    elif fork.is_possible() or not fork.is_offered():
        yield from (act(*call) for call in calls)
    else:
        yield from _by_one(act, calls)


def _by_many(act: Callable[..., T], calls: Sequence[tuple[Any, ...]], jobs: int | None) -> Iterator[T]:
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    done = 0
    try:
        for found in Parallel(n_jobs=jobs, return_as="generator")(delayed(act)(*call) for call in calls):
            done += 1
            yield found
    except TerminatedWorkerError:
        for call in calls[done:]:  # what one worker could not bear is done here, one world at a time
            yield act(*call)


def _by_one(act: Callable[..., T], calls: Sequence[tuple[Any, ...]]) -> Iterator[T]:
    """One call after the other, so that nothing is under way when somebody has seen enough."""
    from joblib.executor import get_memmapping_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    for call in calls:
        executor = get_memmapping_executor(1)  # there for the next call, too
        try:
            found = executor.submit(act, *call).result()
        except TerminatedWorkerError:
            found = act(*call)
        except KeyboardInterrupt:
            executor.terminate(kill_workers=True)
            raise
        yield found
