"""Forks of this process that share some work: each takes the next call that no other has taken yet.

They start with all that this process has imported, parsed and remembers. The numbers of the calls wait in one pipe,
those of the answers come back through another, and an answer itself lies in a file by then.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from struct import Struct
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from simk8s.checker import fork

T = TypeVar("T")

Hear = Callable[[], None]
"""Called whenever a worker has come one step further."""

bell: ContextVar[Hear] = ContextVar("bell", default=lambda: None)
"""To be called by whoever works, once for each step: the one who waits hears it, if he can."""

_NUMBER = Struct("=I")
_STEP = _NUMBER.pack(0xFFFFFFFF)
_SIGKILL = 9


def say(sink: int, word: bytes) -> None:
    """Tell whoever waits for this process, which ends here if nobody does any more."""
    try:
        os.write(sink, word)
    except BrokenPipeError:
        os._exit(1)


def by_forks(act: Callable[..., T], calls: Sequence[tuple[Any, ...]], workers: int, hear: Hear) -> Iterator[T]:
    """The results of all these calls in order. What a fork could not bear is done here.

    Whoever does not wait for the last one leaves no fork at work.
    """
    todo, put = os.pipe()
    told, tell = os.pipe()
    os.write(put, b"".join(map(_NUMBER.pack, range(len(calls)))))
    os.close(put)
    crew: list[int] = []
    with TemporaryDirectory(prefix="simk8s-crew-") as folder:
        answers = [Path(folder, str(number)) for number in range(len(calls))]
        try:
            cores = sorted(fork.cores_of())
            for place in range(min(workers, len(calls))):
                number = fork.split()
                if number == 0:
                    os.close(told)
                    if workers <= len(cores):
                        fork.stay({cores[place]})
                    _work(act, calls, answers, todo, tell)
                crew.append(number)
            os.close(todo)
            os.close(tell)
            yield from _answered(act, calls, answers, told, hear)
        finally:
            os.close(told)
            for number in crew:
                os.kill(number, _SIGKILL)  # most have ended by themselves
                os.waitpid(number, 0)


def _answered(
    act: Callable[..., T], calls: Sequence[tuple[Any, ...]], answers: Sequence[Path], told: int, hear: Hear
) -> Iterator[T]:
    there: set[int] = set()
    for number, call in enumerate(calls):
        while number not in there and (word := os.read(told, _NUMBER.size)):
            if word == _STEP:
                hear()
            else:
                there.add(_NUMBER.unpack(word)[0])
        yield pickle.loads(answers[number].read_bytes()) if number in there else act(*call)


def _work(
    act: Callable[..., T], calls: Sequence[tuple[Any, ...]], answers: Sequence[Path], todo: int, tell: int
) -> None:
    """What a fork does until nothing is left to take. It does not return."""

    bell.set(lambda: say(tell, _STEP))
    try:
        while word := os.read(todo, _NUMBER.size):
            (number,) = _NUMBER.unpack(word)
            with suppress(Exception):  # who waits for it does it again, and meets the same
                answers[number].write_bytes(pickle.dumps(act(*calls[number])))
                say(tell, word)
    finally:
        os._exit(0)
