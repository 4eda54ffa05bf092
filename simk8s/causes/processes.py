"""Which process did a record, what it was running, and which line of a script had started it."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.sim import Record


@dataclass(slots=True)
class Known:
    """A process as history knows it. `line` is the shell command that it runs, or that had started it."""

    argv: tuple[str, ...]
    parent: Known | None
    line: Record | None
    placed: str
    """Where that command, or the nearest before it that a person wrote, stands in a manifest."""
    from_outside: bool
    """Whether it was started from outside the container while that ran: a probe, or a person's exec."""
    stage: str = ""
    started: int = -1


class Processes:
    """Follows history record by record."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Known] = {}

    def follow(self, record: Record) -> Known | None:
        """The process that did this record, as of now; None where it was no process."""
        pid = record.detail.get("pid")
        if pid is None:
            return None
        where = (record.actor, pid)
        if record.verb == "process.start":
            return self._started(record, where)
        process = self._known.get(where)
        if process is None:
            return None
        if record.verb == "process.exec":
            process.argv = tuple(record.detail["argv"])
            process.stage = ""
        elif record.verb == "command":
            process.line = record
            process.placed = record.detail.get("place") or process.placed
        elif record.verb in _STAGES:
            process.stage = _STAGES[record.verb] or str(record.detail.get("title") or record.detail.get("stage", ""))
        return process

    def _started(self, record: Record, where: tuple[str, int]) -> Known:
        parent = self._known.get((record.actor, record.detail.get("parent", 0)))
        outside = parent.from_outside if parent else where[1] != 1
        line, placed = (parent.line, parent.placed) if parent else (None, "")
        process = Known(tuple(record.detail["argv"]), parent, line, placed, outside, started=record.seq)
        self._known[where] = process
        return process


_STAGES = {
    "mysql.stage": "",
    "mysql.backup": "",
    "mysql.prepare": "",
    "mysql.ready": "ready",
    "mysql.stopping": "stopping",
}
