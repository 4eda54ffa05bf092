"""A machine: what one container is to the processes in it. Files, processes, a host name and a network interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import simpy

from simk8s.errors import Place
from simk8s.machine.errno import SyscallError
from simk8s.machine.filesystem import FileSystem
from simk8s.machine.handle import Handle, NullHandle
from simk8s.machine.mount import MountTable
from simk8s.machine.network import Interface, Network
from simk8s.machine.process import Process
from simk8s.machine.signals import SIGKILL
from simk8s.sim import Actor, Simulation

if TYPE_CHECKING:
    from simk8s.machine.program import Main


@dataclass(frozen=True, slots=True)
class Costs:
    """How much virtual time things take, in seconds (DUR-21; SIM)."""

    syscall: float = 0.00002
    builtin: float = 0.0001
    fork: float = 0.0005
    exec: float = 0.0015
    disk_bytes_per_second: float = 100e6


TextPlace = Callable[[int, int], Place]
"""From line and column of a text to the place where a person wrote it."""

BeforeCommand = Callable[[Process, str, Place], None]
"""Called where bash's DEBUG trap runs, before a simple command: with the process, the text and its place."""

BeforeStep = Callable[[Process, str, str], None]
"""Called before each step with the process, the verb and the object. May kill the process or its machine."""


class Machine:
    """Namespaces of files, processes and host name, on an interface that other machines may share.

    >>> from simk8s.machine import Machine, executable
    >>> from simk8s.sim import Simulation
    >>> box = Machine(Simulation())
    """

    def __init__(
        self,
        sim: Simulation,
        name: str = "box",
        *,
        root: FileSystem | None = None,
        interface: Interface | None = None,
        hostname: str = "",
        costs: Costs | None = None,
    ) -> None:
        self.sim = sim
        self.name = name
        self.mounts = MountTable(root or FileSystem(f"{name}/root"))
        self.interface = interface or Network(sim).attach("10.0.0.1")
        self.hostname = hostname or self.interface.hostname or name
        self.costs = costs or Costs()
        self.processes: dict[int, Process] = {}
        self.before_command: BeforeCommand | None = None
        self.before_step: BeforeStep | None = None
        self.find_text: Callable[[str], TextPlace | None] | None = None
        """Knows where the texts of scripts were written, for history: set by whoever has read the manifests."""
        self.memory_limit = 8 << 30
        self.on_memory_exhausted: Callable[[], None] = self.kill
        self.idle_seconds = 0.0
        """So long the main program gets no processor after its start: for whoever tries other orders of starts."""
        self.command_limit = 50_000  # simple commands of one shell without waiting: SK301
        self.process_limit = 1_000  # processes alive at once: SK305
        self._next_pid = 1

    def start(
        self,
        argv: list[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str = "/",
        stdin: Handle | None = None,
        stdout: Handle | None = None,
        stderr: Handle | None = None,
        uid: int = 0,
        gid: int = 0,
        groups: tuple[int, ...] = (),
        cause: Actor | None = None,
    ) -> Process:
        """Start a process that no process of this machine is the parent of: the main one, a probe, an exec.

        Raises SyscallError where the program cannot be executed.
        """
        files = {0: stdin or NullHandle(), 1: stdout or NullHandle(), 2: stderr or NullHandle()}
        actor = (cause or Actor(self.name)).fork(self.name)
        process = Process(self, None, argv, dict(env or {}), cwd, files, actor)
        process.uid, process.gid, process.groups = uid, gid, groups
        try:
            main, words = process.find_program(argv)
        except SyscallError:
            del self.processes[process.pid]  # it never came to be
            raise
        process.begin(main, words)
        return process

    def run_function(self, main: Main, argv: list[str], **files: Handle) -> Process:
        """Start a process from a Python program directly, without an executable file: for tests."""
        handles = {
            0: files.get("stdin") or NullHandle(),
            1: files.get("stdout") or NullHandle(),
            2: files.get("stderr") or NullHandle(),
        }
        process = Process(self, None, argv, {}, "/", handles, Actor(self.name))
        process.begin(main, argv)
        return process

    def allocate_pid(self) -> int:
        pid = self._next_pid
        self._next_pid += 1
        return pid

    def place_of(self, text: str) -> TextPlace | None:
        """Where a person wrote a script that is about to run; None where nobody knows."""
        is_asked = self.sim.history.enabled or self.before_command is not None
        return self.find_text(text) if self.find_text is not None and is_asked else None

    def hear(self, seq: int) -> None:
        """What all processes do next follows that record."""
        for process in self.processes.values():
            process.actor.hear(seq)

    @property
    def memory(self) -> int:
        """Bytes in use: what processes hold, and files in memory."""
        file_systems = {mount.filesystem for mount in self.mounts.points().values() if mount.filesystem.in_memory}
        held = sum(process.memory for process in self.processes.values() if process.status is None)
        return held + sum(filesystem.size() for filesystem in file_systems)

    def check_memory(self, asked_by: Process) -> None:
        """The kernel's part when a process takes more memory: beyond the limit everything here ends.

        That process, too: it gets no further than to its next step.
        """
        used = self.memory
        if used > self.memory_limit:
            asked_by.record("memory.exhausted", self.name, used=used, limit=self.memory_limit)
            self.on_memory_exhausted()

    def kill(self) -> None:
        """End every process at once, as when the main one is gone or the node loses power."""
        for process in list(self.processes.values()):  # in the order of their numbers, as they were started
            process.terminate(128 + SIGKILL, SIGKILL)

    @property
    def never(self) -> simpy.Event:
        """An event that never happens: where a killed process stands."""
        return self.sim.event()
