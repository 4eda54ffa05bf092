"""A process and its system calls: the narrow surface through which every program acts.

Everything that changes something is a *step*: it may take virtual time, and a fault may fall right before it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import simpy

from simk8s.errors import SimError
from simk8s.machine.descriptors import Descriptors
from simk8s.machine.handle import Handle
from simk8s.machine.network import resolve
from simk8s.machine.pipe import Pipe
from simk8s.machine.program import Main, load, load_from_path
from simk8s.machine.signalled import Disposition, Signalled
from simk8s.machine.signals import SIGCHLD
from simk8s.machine.sockets import Sockets
from simk8s.sim import Actor, Run, Task, Waits
from simk8s.sim.clock import Wait

if TYPE_CHECKING:
    from simk8s.machine.machine import Machine

MOST_REPLACEMENTS = 1_000


class Exit(Exception):
    """Ends the process from any depth of its program."""

    def __init__(self, status: int) -> None:
        self.status = status & 0xFF


class Exec(Exception):
    """Replaces the program of the process from any depth of the old one."""

    def __init__(self, main: Main, argv: list[str]) -> None:
        self.main = main
        self.argv = argv


class Process(Descriptors, Sockets, Signalled):
    """A running program.

    Its surface: paths (`files.py`), open files (`descriptors.py`), sockets (`sockets.py`), signals (`signalled.py`),
    and here the life of processes.
    """

    replaced = 0
    """How often `exec` has put another program here."""
    signal: int | None = None
    """The signal that ended it."""
    finished_at = 0.0
    is_main_shell = False
    """Whether it is its machine's first process, or a subshell of that: what it runs is numbered."""
    memory = 0
    """Bytes that it holds, as far as it has said so (`need`)."""
    stage = ""
    """What a program that works for long says it is doing, in a word or two."""

    def __init__(
        self,
        machine: Machine,
        parent: Process | None,
        argv: list[str],
        environ: Mapping[str, str],
        cwd: str,
        files: dict[int, Handle],
        actor: Actor,
    ) -> None:
        self.machine = machine
        self.sim = machine.sim
        self.parent = parent
        self.pid = machine.allocate_pid()
        self.argv = argv
        self.environ = environ
        self.cwd = cwd
        self.files = files
        self.private_files: set[int] = set()
        self.actor = actor
        self.umask = parent.umask if parent else 0o022
        self.uid = parent.uid if parent else 0
        self.gid = parent.gid if parent else 0
        self.groups: tuple[int, ...] = parent.groups if parent else ()
        self.children: dict[int, Process] = {}
        self.dispositions: dict[int, Disposition] = {}
        self.exited: simpy.Event = simpy.Event(machine.sim.env)  # succeeds with the status
        self.status: int | None = None
        self.started_at = self.sim.env._now
        self.command_index: int = parent.command_index if parent else 0 if self.pid == 1 else -1
        """The number of the command that it works for, where somebody numbers them; -1: for none, as a probe does."""
        self._tasks: list[Task] = []
        self._most_tasks = 8  # with more than that, those that have ended are forgotten
        self._interruption: simpy.Event | None = None  # made for who waits for it
        self._continued: simpy.Event | None = None  # it is stopped until this happens,
        self._delayed: list[int] = []  # and then gets these signals
        machine.processes[self.pid] = self
        if parent is not None:
            parent.children[self.pid] = self
            if parent.dispositions:
                self.dispositions = {n: d for n, d in parent.dispositions.items() if d == "ignore"}

    # The life of the process

    def begin(self, main: Main, argv: list[str], *, forked: bool = False) -> None:
        """Start running `main`; the kernel's part of spawn, or of fork: then the child goes on where its parent is."""
        self.argv = argv
        self.is_main_shell = self.parent.is_main_shell if forked and self.parent else self.pid == 1
        detail = {"forked": True} if forked else {}
        parent = self.parent.pid if self.parent else 0
        self.record("process.start", f"{self.machine.name}[{self.pid}]", argv=argv, parent=parent, **detail)
        self._tasks.append(self.sim.task(self._life(main)))

    def _life(self, main: Main) -> Run[None]:
        if self.machine.idle_seconds and self.pid == 1:
            yield self.sim.sleep(self.machine.idle_seconds)
        while True:
            try:
                status = yield from main(self)
            except Exit as end:
                status = end.status
            except Exec as replaced:
                main, self.argv = replaced.main, replaced.argv
                for fd in sorted(self.private_files & self.files.keys()) if self.private_files else ():
                    self.close(fd)
                if self.dispositions:
                    self.dispositions = {n: d for n, d in self.dispositions.items() if d == "ignore"}
                self.record("process.exec", f"{self.machine.name}[{self.pid}]", argv=self.argv)
                continue
            except SimError as error:
                if not error.machine:
                    error.machine, error.argv = self.machine.name, tuple(self.argv)
                raise
            if self.status is None:
                self._end(status & 0xFF)
                self.sim.env.happen(self.exited, self.status)  # nothing is left to do here
            return

    def terminate(self, status: int, signal: int | None = None) -> None:
        """The kernel's part of the end: no code of the program runs any more, its descriptors are closed."""
        if self.status is None:
            self._end(status, signal)
            self.exited.succeed(status)

    def _end(self, status: int, signal: int | None = None) -> None:
        """All of the end but what waits for it."""
        self.status = status
        self.signal = signal
        self.finished_at = self.sim.env._now
        for task in self._tasks:
            task.kill()
        detail = {"signal": signal} if signal else {}
        seq = self.record("process.exit", f"{self.machine.name}[{self.pid}]", status=status, **detail)
        for fd in sorted(self.files):
            self.files[fd].release()
        self.files.clear()
        del self.machine.processes[self.pid]
        for child in self.children.values():
            child.parent = None
        if self.pid == 1:
            self.machine.kill()
        if self.parent is not None and self.parent.status is None:
            self.parent.actor.hear(seq)
            handler = self.parent.dispositions.get(SIGCHLD)
            if callable(handler):  # no wait is interrupted by it
                handler(SIGCHLD)

    @property
    def tasks(self) -> Sequence[Task]:
        """Its main program and its threads; some of them may have ended."""
        return self._tasks

    @property
    def is_alive(self) -> bool:
        return self.status is None

    @property
    def parent_pid(self) -> int:
        return self.parent.pid if self.parent else 0

    # Children

    def spawn(
        self,
        argv: list[str],
        *,
        env: Mapping[str, str] | None = None,
        files: Mapping[int, Handle] | None = None,
        path: str | None = None,
    ) -> Run[Process]:
        """Start a program as a child. `files` replaces inherited descriptors; the child gets references of its own.

        `path` names the executable where it is not to be looked up by `argv[0]`.
        Raises SyscallError ENOENT, EACCES or ENOEXEC.
        """
        yield from self.step("spawn", argv[0], self.machine.costs.fork + self.machine.costs.exec)
        main, words = load(self, path, argv) if path else self.find_program(argv)
        public = self.files
        if self.private_files:
            public = {fd: handle for fd, handle in public.items() if fd not in self.private_files}
        child = self._child(self.environ if env is None else env, {**public, **files} if files else public)
        child.begin(main, words)
        return child

    def fork(self, main: Main, *, files: Mapping[int, Handle] | None = None) -> Run[Process]:
        """Start a child that runs `main` with the same arguments: a subshell, a connection's handler."""
        yield from self.sleep(self.machine.costs.fork)
        child = self._child(self.environ, {**self.files, **files} if files else self.files)
        if self.private_files:
            child.private_files = self.private_files - set(files or ())
        child.begin(main, self.argv, forked=True)
        return child

    def _child(self, environ: Mapping[str, str], files: Mapping[int, Handle]) -> Process:
        if len(self.machine.processes) >= self.machine.process_limit:
            raise SimError(
                "SK305",
                f"{len(self.machine.processes)} processes run in {self.machine.name} at once, and one more is started",
                hint="is there a fork bomb, a recursion through $( ), or a loop that starts things with & for ever?",
            )
        shared = {fd: handle.share() for fd, handle in files.items()}
        return Process(self.machine, self, self.argv, environ, self.cwd, shared, self.actor.fork())

    def wait(self, child: Process, *, interruptible: bool = False) -> Run[int | None]:
        """The exit status of a child, waiting for its end. None where a handled signal came first."""
        if child.status is None:
            if interruptible:
                yield self.sim.any_of(child.exited, self.interruption)
            else:
                yield child.exited
        if child.status is None:
            return None
        self.children.pop(child.pid, None)
        return child.status

    def exec(self, argv: list[str], *, env: Mapping[str, str] | None = None, path: str | None = None) -> Run[None]:
        """Become another program. Does not return. Raises SyscallError where that program cannot be executed."""
        yield from self.step("exec", argv[0], self.machine.costs.exec)
        main, words = load(self, path, argv) if path else self.find_program(argv)
        self.replaced += 1
        if self.replaced > MOST_REPLACEMENTS:
            raise SimError(
                "SK301",
                f"this process has replaced its program {MOST_REPLACEMENTS} times: an endless loop of exec",
                hint="let the script wait, or run the other program without `exec`",
            )
        if env is not None:
            self.environ = env
        raise Exec(main, words)

    def exit(self, status: int) -> None:
        """End this process."""
        raise Exit(status)

    def find_program(self, argv: list[str]) -> tuple[Main, list[str]]:
        """The program that `argv` names, by PATH where it has no slash. Raises SyscallError."""
        name = argv[0]
        return load(self, name, argv) if "/" in name else load_from_path(self, argv)

    def thread(self, generator: Generator[simpy.Event, Any, Any]) -> Task:
        """Run something beside the main program; it ends with the process at the latest."""
        task = self.sim.task(generator)
        self._tasks.append(task)
        if len(self._tasks) > self._most_tasks:
            self._tasks = [task for task in self._tasks if task.is_alive]
            self._most_tasks = 2 * len(self._tasks) + 8
        return task

    def acting_as(self, actor: Actor) -> Self:
        """The same process for one of its threads, whose acts history keeps apart."""
        thread = object.__new__(type(self))
        thread.__dict__ = self.__dict__ | {"actor": actor}
        return thread

    # Memory

    def need(self, amount: int) -> None:
        """Hold at least so many bytes of memory until the end. What is beyond the machine's limit ends the machine."""
        if amount > self.memory:
            self.memory = amount
            self.machine.check_memory(self)

    def hold(self, amount: int) -> Run[None]:
        """As `need`; does not return if that was too much."""
        self.need(amount)
        if self.status is not None:
            yield self.machine.never

    # Time and history

    def sleep(self, seconds: float) -> Waits:
        """Let virtual time pass."""
        sim = self.sim
        return () if self.status is None and sim.env.passed(seconds) else (Wait(sim.env, seconds),)

    def step(self, verb: str, object: str = "", seconds: float | None = None) -> Waits:
        """Pass through a point where this process may be killed, and take the time of a system call (or `seconds`)."""
        machine = self.machine
        hook = machine.before_step
        if hook is not None:
            hook(self, verb, object)
        if seconds is None:
            seconds = machine.costs.syscall
        return () if self.status is None and self.sim.env.passed(seconds) else self._wait(verb, object, seconds)

    def _wait(self, verb: str, object: str, seconds: float) -> Run[None]:
        """The rest of a step that others come between; by its variables anybody can see which step that is."""
        if self.status is not None:
            yield self.machine.never
        yield Wait(self.sim.env, seconds)

    def record(self, verb: str, object: str = "", **detail: Any) -> int:
        """Write to history what this process did."""
        sim = self.sim
        if sim.history.enabled:
            detail = {"pid": self.pid, **detail}
        return sim.history.add(sim.env._now, self.actor, verb, object, detail)

    # Plumbing

    def pipe(self) -> tuple[Handle, Handle]:
        """A new pipe's reading and writing ends, not yet in the descriptor table: hand them to a child or `install`."""
        return Pipe(self.sim).ends()

    def resolve(self, name: str) -> Run[list[str]]:
        """The addresses of a host name. Raises ResolveError."""
        return (yield from resolve(self, name))

    def print(self, text: str) -> Waits:
        """Write a line to standard output."""
        return self.write(1, text.encode() + b"\n")

    def complain(self, text: str) -> Waits:
        """Write a line to standard error behind the program's name, as tools do."""
        name = self.argv[0].rsplit("/", 1)[-1]
        return self.write(2, f"{name}: {text}\n".encode())
