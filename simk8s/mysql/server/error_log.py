"""The error log: standard error in the images, a line an event (MYSQLD-42)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.mysql.step import Log
from simk8s.sim import Waits

if TYPE_CHECKING:
    from simk8s.machine import Process


class ErrorLog:
    """Writes lines with UTC time, thread id and level."""

    def __init__(self, process: Process) -> None:
        self.process = process

    def note(self, text: str, thread: int = 0) -> Waits:
        return self.write("Note", text, thread)

    def warn(self, text: str, thread: int = 0) -> Waits:
        return self.write("Warning", text, thread)

    def error(self, text: str, thread: int = 0) -> Waits:
        return self.write("ERROR", text, thread)

    def take(self, line: Log) -> Waits:
        """A line that the model asks for."""
        return self.write(line.level, line.text)

    def write(self, level: str, text: str, thread: int = 0) -> Waits:
        moment = self.process.sim.datetime.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return self.process.write(2, f"{moment} {thread} [{level}] {text}\n".encode())

    def plain(self, text: str) -> Waits:
        """A line that has no time in front: the version under `ready for connections`."""
        return self.process.write(2, f"{text}\n".encode())
