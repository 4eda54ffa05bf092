"""What the server model hands to whoever drives it: the places where time may pass and a crash may fall.

The model is written as generators of these steps. A `Change` comes *before* the file is touched: a driver that closes
the generator there leaves the directory as all earlier changes made it. What a step means for virtual time is the
driver's business; the model has no clock of its own.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")


class Change(NamedTuple):
    """The file at `path` (relative to the data directory) is about to change; `size` bytes are written.

    `verb` is write, append, splice, truncate, rename, unlink, mkdir or rmdir; `sync` says that it is forced to disk.
    """

    verb: str
    path: str
    size: int = 0
    sync: bool = False


@dataclass(frozen=True, slots=True)
class Log:
    """A line for the error log (MYSQLD-42). `level` is Note, Warning or ERROR."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    """So many virtual seconds pass: SLEEP()."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Blocked:
    """The statement waits for somebody else; `state` is what SHOW PROCESSLIST says. Resume it when a lock is released,
    or after `timeout_seconds`: it looks again."""

    state: str
    timeout_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A row of the table of initialisation stages (MYSQLD-20) begins."""

    row: int
    title: str


Step: TypeAlias = Change | Log | Pause | Blocked | Stage

Steps: TypeAlias = Generator[Step, None, T]
"""Something that happens in steps and returns a T: call it with `yield from`."""


def finish(steps: Steps[T]) -> T:
    """Run all steps at once, for tests and for those who do not care about time.

    Raises RuntimeError where the steps wait for somebody who cannot come.
    """
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            result: T = stop.value
            return result
        if isinstance(step, Blocked):
            raise RuntimeError(f"blocked: {step.state}")
