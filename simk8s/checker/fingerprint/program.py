"""The programs' part of a fingerprint: where each process stands, read from its generators.

A program is a generator that waits in another one, and so on. For each of them: which function, how far it has come
(`f_lasti`), and those of its local variables that are plain values, or commands of a script: these stand for their
places. So no program has to describe itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from types import FrameType
from typing import Any, get_args
from weakref import WeakKeyDictionary

from simk8s.checker.fingerprint.naming import nameless
from simk8s.machine import Machine, Process
from simk8s.shell.syntax.nodes import Command
from simk8s.sim.task import Task

_PLAIN = frozenset({str, bool, type(None), int})
_COMMANDS = frozenset(get_args(Command))
_SEQUENCES = frozenset({tuple, list})
_LONG = 64
_NUMBERED = frozenset({"seq", "cause", "number", "pid", "address", "port", "size", "offset", "position"})
"""Local variables that count or name what this one run has made. Floats are moments, bytes are on their way."""


@dataclass(slots=True)
class _Read:
    """A task as it was read last: after how many turns, with which lists among its variables, and what came out.

    In the middle of a turn `turns` is -1, since before that is over it may still go anywhere.
    """

    turns: int
    lists: list[tuple[list[object], list[object]]]
    said: bytes

    def holds(self, task: Task) -> bool:
        """Whether it would come out the same now: nobody but the task changes its variables, but for lists."""
        if self.turns != task.turns or task.is_running:
            return False
        return not self.lists or all(now == then for now, then in self.lists)


class ProgramDigests:
    """Digests of where programs stand. A task that has had no turn meanwhile is not read again."""

    def __init__(self) -> None:
        self._read: WeakKeyDictionary[Machine, dict[Task, _Read]] = WeakKeyDictionary()

    def of(self, machine: Machine) -> bytes:
        """One digest of where the programs of a container stand, those apart that probes and people have started."""
        said: list[bytes] = []
        before = self._read.get(machine, {})
        now: dict[Task, _Read] = {}
        for process in _descendants(machine):
            said.append(_called(tuple(process.argv), process.cwd))
            for task in process.tasks:
                if task.is_alive:
                    known = before.get(task)
                    read = now[task] = known if known is not None and known.holds(task) else _read(task)
                    said.append(read.said)
        self._read[machine] = now
        return blake2b(b"".join(said), digest_size=12).digest()


@lru_cache(1 << 10)
def _called(argv: tuple[str, ...], cwd: str) -> bytes:
    """What a process is, and where."""
    return _bytes(([nameless(word) for word in argv], nameless(cwd)))


def _read(task: Task) -> _Read:
    lists: list[tuple[list[object], list[object]]] = []
    said = _bytes([_frame(frame, lists) for frame in task.frames()])
    return _Read(-1 if task.is_running else task.turns, lists, said)


def _bytes(said: object) -> bytes:
    return repr(said).encode("utf-8", "surrogateescape")


def _descendants(machine: Machine) -> Iterator[Process]:
    """The main process, its children and theirs, in the order of their numbers."""
    main = machine.processes.get(1)
    waiting = [main] if main is not None else []
    while waiting:
        process = waiting.pop()
        yield process
        if process.children:
            waiting += [child for _, child in sorted(process.children.items(), reverse=True) if child.is_alive]


def _frame(frame: FrameType, lists: list[tuple[list[object], list[object]]]) -> tuple[Any, ...]:
    said: list[object] = [frame.f_code.co_qualname, frame.f_lasti]
    for name, value in frame.f_locals.items():
        kind = type(value)
        if kind in _PLAIN:
            if name not in _NUMBERED:
                said += (name, nameless(value) if kind is str and "-" in value else value)
        elif kind in _COMMANDS:
            said += (value.line, value.column)
        elif kind in _SEQUENCES:  # all else is objects
            if kind is list:
                lists.append((value, [*value]))
            if len(value) <= _LONG and all(type(item) in _PLAIN for item in value):
                said += (name, [nameless(item) if type(item) is str and "-" in item else item for item in value])
    return tuple(said)
