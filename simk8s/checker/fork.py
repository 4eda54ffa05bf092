"""The same world twice: `os.fork` at a moment of a run, so that what came before it is not run again.

The simulation never gets to see this; it is the checker that continues it in a child and reads the answer. Only POSIX
has it, and a process in which other threads run is left alone: one of them may hold what the child waits for.
`sharing.py` then finds another process; where there is none, `worker.py` replays from the start.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Child:
    """The way back from the child to the run that it was forked from."""

    sink: int

    def answer(self, data: bytes) -> None:
        """Send the answer and end this process, without any clean-up of what it shares with its parent."""
        status = 1
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self.sink, view) :]
            status = 0
        finally:
            os._exit(status)

    def give_up(self) -> None:
        """End this process without an answer."""
        os._exit(130)


class Died(Exception):
    """The child ended without an answer; the message says how."""


def is_offered() -> bool:
    """Whether this system has it at all."""
    return hasattr(os, "fork")


def is_possible() -> bool:
    """Whether this process can be forked here and now."""
    return is_offered() and len(sys._current_frames()) == 1


def split() -> int:
    """fork(2). Python from 3.12 on warns of every other thread, also of those that run none of its code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def stay(cores: Collection[int]) -> None:
    """Let this process and its children run on these cores only, where the system lets one choose.

    A child that starts on the core of its parent, which does nothing but wait for it, finds in the caches what it is
    made of: that saves more than a tenth. Elsewhere each begins with cold ones.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def cores_of(process: int = 0) -> set[int]:
    """The cores that a process, by default this one, may run on; none where the system does not say."""
    return os.sched_getaffinity(process) if hasattr(os, "sched_getaffinity") else set()


def fork() -> Child | bytes:
    """In the child: its way back. In the parent, once the child has ended: its answer. Raises Died."""
    source, sink = os.pipe()
    number = split()
    if number == 0:
        os.close(source)
        return Child(sink)
    os.close(sink)
    pieces: list[bytes] = []
    try:
        while piece := os.read(source, 1 << 16):
            pieces.append(piece)
    finally:
        os.close(source)
        _, status = os.waitpid(number, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        raise Died(f"signal {-code}" if code < 0 else f"exit status {code}")
    return b"".join(pieces)
