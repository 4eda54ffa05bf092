"""The programs' part of a fingerprint: where each process stands, read from its generators.

A program is a generator that waits in another one, and so on. For each of them: which function, how far it has come
(`f_lasti`), and those of its local variables that are plain values, or commands of a script: these stand for their
places. So no program has to describe itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from types import FrameType
from typing import Any, get_args

from simk8s.checker.fingerprint.naming import nameless
from simk8s.machine import Machine, Process
from simk8s.shell.syntax.nodes import Command

_PLAIN = frozenset({str, bool, type(None), int})
_COMMANDS = frozenset(get_args(Command))
_TOLD = _PLAIN | _COMMANDS | {tuple, list}
_LONG = 64
_NUMBERED = frozenset({"seq", "cause", "number", "pid", "address", "port", "size", "offset", "position"})
"""Local variables that count or name what this one run has made. Floats are moments, bytes are on their way."""


def digest(machine: Machine) -> bytes:
    """One digest of where the programs of a container stand, those apart that probes and people have started."""
    stands = repr([_process(process) for process in _descendants(machine)])
    return blake2b(stands.encode("utf-8", "surrogateescape"), digest_size=12).digest()


def _descendants(machine: Machine) -> Iterator[Process]:
    """The main process, its children and theirs, in the order of their numbers."""
    main = machine.processes.get(1)
    waiting = [main] if main is not None else []
    while waiting:
        process = waiting.pop()
        yield process
        waiting += [child for _, child in sorted(process.children.items(), reverse=True) if child.is_alive]


def _process(process: Process) -> tuple[Any, ...]:
    frames = [_frame(frame) for task in process.tasks for frame in task.frames()]
    return ([nameless(word) for word in process.argv], nameless(process.cwd), frames)


def _frame(frame: FrameType) -> tuple[Any, ...]:
    said: list[object] = [frame.f_code.co_qualname, frame.f_lasti]
    for name, value in frame.f_locals.items():
        kind = type(value)
        if kind not in _TOLD:  # most are objects
            continue
        if kind in _PLAIN:
            if name not in _NUMBERED:
                said += (name, nameless(value) if kind is str else value)
        elif kind in _COMMANDS:
            said += (value.line, value.column)
        elif len(value) <= _LONG and all(type(item) in _PLAIN for item in value):
            said += (name, [nameless(item) if type(item) is str else item for item in value])
    return tuple(said)
