"""The data directory as a process sees it: the model's steps get their virtual time, crash points and history here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from simk8s.machine import Content, Directory, Errno, File, SyscallError
from simk8s.machine.content import as_json
from simk8s.machine.filesystem import own_all
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.step import Blocked, Change, Log, Pause, Stage, Step, Steps
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

T = TypeVar("T")

WRITE_SECONDS = 0.00005
SIGABRT = 6
SYNC_SECONDS = 0.0015  # SIM: a forced write; a commit has about three of them (DUR-19)


class Disk:
    """Performs the steps of the model on the directory at `path` of a process's files."""

    def __init__(self, process: Process, path: str) -> None:
        location = process.locate(path)
        if not isinstance(location.inode, Directory):
            raise SyscallError(Errno.ENOENT, path)
        if location.mount.point == "/":  # nowhere else are files of an image
            own_all(location.inode)  # since the model changes files without asking the process for them
        self.process = process
        self.path = location.path
        self.label = location.label.rstrip("/")
        self.filesystem = location.mount.filesystem
        env = process.sim.env
        self.directory = DataDirectory(
            location.inode,
            observe=self._record if process.sim.history.enabled else None,
            owner=process.uid,
            clock=lambda: env._now,
        )
        self.log: Callable[[Log], Run[None]] = self._ignore
        self.pace: Callable[[Change], float] = seconds_of
        self.stage: Callable[[Stage], Run[None]] = self._ignore

    def perform(self, steps: Steps[T], *, blocked: Callable[[Blocked], Run[None]] | None = None) -> Run[T]:
        """Take the steps one after the other. `blocked` waits for others; it may raise into the steps."""
        problem: Exception | None = None
        forced = ""  # what the change that was announced last is to be forced to disk
        while True:
            try:
                step: Step = next(steps) if problem is None else steps.throw(problem)
            except StopIteration as stop:
                if forced:
                    self.directory.force(forced)
                result: T = stop.value
                return result
            if forced:
                self.directory.force(forced)
            problem, forced = None, ""
            match step:
                case Change(verb, path):
                    seconds = self.pace(step) * self.filesystem.slowness
                    yield from self.process.step(verb, f"{self.label}/{path}", seconds)
                    if self.filesystem.is_failing:
                        yield from self._give_up(path)
                    forced = path if step.sync else ""
                case Log():
                    yield from self.log(step)
                case Pause(seconds):
                    yield self.process.sim.sleep(seconds)
                case Stage():
                    yield from self.stage(step)
                case Blocked():
                    try:
                        if blocked is None:
                            raise RuntimeError(f"blocked: {step.state}")
                        yield from blocked(step)
                    except Exception as error:
                        problem = error

    def _give_up(self, path: str) -> Run[None]:
        """InnoDB does not go on after an input/output error: the process aborts (SIM)."""
        yield from self.log(Log("ERROR", f"InnoDB: Write to file ./{path} failed: Operating system error number 5."))
        self.process.terminate(128 + SIGABRT, SIGABRT)
        yield self.process.machine.never

    def _record(self, verb: str, path: str, content: Content, offset: int) -> None:
        process = self.process
        source, _, target = path.partition(" -> ")
        inode = self.directory.inode(source)
        label = f"{self.label}/{source}"
        match verb:
            case "create" | "write":
                if verb == "create" and isinstance(inode, File):
                    inode.number = process.record("file.create", label, mode=inode.mode, uid=inode.uid, gid=inode.gid)
                else:
                    process.record("file.truncate", label, size=0)
                if len(content):
                    process.record("file.write", label, offset=0, data=as_json(content))
            case "append" | "splice":
                process.record("file.write", label, offset=offset, data=as_json(content))
            case "truncate":
                process.record("file.truncate", label, size=offset)
            case "rename":
                process.record("file.rename", label, to=f"{self.label}/{target}")
            case "mkdir":
                if isinstance(inode, Directory):
                    seq = process.record("file.mkdir", label, mode=inode.mode, uid=inode.uid, gid=inode.gid)
                    inode.number = seq
            case _:
                process.record(f"file.{verb}", label)

    def _ignore(self, step: object) -> Run[None]:
        return
        yield


def seconds_of(change: Change) -> float:
    """How long a change takes: what is forced to disk takes longer."""
    return SYNC_SECONDS if change.sync else WRITE_SECONDS
