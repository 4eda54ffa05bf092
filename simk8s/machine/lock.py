"""Advisory locks on files, as flock(2) gives them: held by open file descriptions, let go by the last close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import simpy

if TYPE_CHECKING:
    from simk8s.machine.handle import FileHandle
    from simk8s.sim import Simulation


class FileLock:
    """Who holds a file's lock: one description alone, or several that share it."""

    __slots__ = ("_changed", "_holders", "_shared")

    def __init__(self) -> None:
        self._holders: list[FileHandle] = []
        self._shared = False
        self._changed: list[simpy.Event] = []

    def take(self, handle: FileHandle, *, shared: bool) -> bool:
        """Take the lock if it is free, or free for sharing; whether that worked."""
        others = [holder for holder in self._holders if holder is not handle]
        if others and not (shared and self._shared):
            return False
        self._holders = [*others, handle]
        self._shared = shared
        return True

    def release(self, handle: FileHandle) -> None:
        """Let go, and wake everybody who waits."""
        self._holders = [holder for holder in self._holders if holder is not handle]
        waiting, self._changed = self._changed, []
        for event in waiting:
            event.succeed()

    def changed(self, sim: Simulation) -> simpy.Event:
        """An event for the next time that somebody lets go."""
        event = sim.event()
        self._changed.append(event)
        return event
