"""Who does the work: this process, its forks, or whatever joblib has been told to use."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, TypeVar

from simk8s.checker import fork
from simk8s.checker.crew import Hear, bell, by_forks

T = TypeVar("T")


def by_itself(jobs: int | None) -> bool:
    """Whether this process, with its forks, does the work of so many workers."""
    return jobs is not None and fork.is_possible()


def shared(
    act: Callable[..., T], calls: Sequence[tuple[Any, ...]], jobs: int | None, hear: Hear = lambda: None
) -> Generator[T]:
    """The results of all these calls in order, from so many workers; None: as many as `joblib.parallel_config` says.

    A single worker is this process, several are its forks. Where it has other threads, they are processes beside it,
    which can be forked. `hear` is called at each step that this process and its forks tell of by the `bell`.
    """
    if jobs is not None and by_itself(jobs):
        yield from by_forks(act, calls, jobs, hear) if jobs > 1 else _here(act, calls, hear)
    elif jobs == 1:
        yield from _by_one(act, calls) if fork.is_offered() else _here(act, calls, hear)
    else:
        yield from _by_joblib(act, calls, jobs)


def _here(act: Callable[..., T], calls: Sequence[tuple[Any, ...]], hear: Hear) -> Iterator[T]:
    for call in calls:
        before = bell.set(hear)
        try:
            found = act(*call)
        finally:
            bell.reset(before)
        yield found


def _by_joblib(act: Callable[..., T], calls: Sequence[tuple[Any, ...]], jobs: int | None) -> Iterator[T]:
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
