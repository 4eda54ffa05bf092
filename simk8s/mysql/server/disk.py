"""The data directory as a process sees it: the model's steps get their virtual time, crash points and history here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from simk8s.machine import Content, Directory, Errno, File, SyscallError
from simk8s.machine.content import as_json
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.step import Blocked, Change, Log, Pause, Stage, Step, Steps
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

T = TypeVar("T")

WRITE_SECONDS = 0.00005
SYNC_SECONDS = 0.0015  # SIM: a forced write; a commit has about three of them (DUR-19)


class Disk:
    """Performs the steps of the model on the directory at `path` of a process's files."""

    def __init__(self, process: Process, path: str) -> None:
        location = process.locate(path)
        if not isinstance(location.inode, Directory):
            raise SyscallError(Errno.ENOENT, path)
        self.process = process
        self.path = location.path
        self.label = location.label.rstrip("/")
        self.directory = DataDirectory(location.inode, observe=self._observe, owner=process.uid)
        self.log: Callable[[Log], Run[None]] = self._ignore
        self.pace: Callable[[Change], float] = seconds_of
        self.stage: Callable[[Stage], Run[None]] = self._ignore

    def perform(self, steps: Steps[T], *, blocked: Callable[[Blocked], Run[None]] | None = None) -> Run[T]:
        """Take the steps one after the other. `blocked` waits for others; it may raise into the steps."""
        problem: Exception | None = None
        while True:
            try:
                step: Step = next(steps) if problem is None else steps.throw(problem)
            except StopIteration as stop:
                result: T = stop.value
                return result
            problem = None
            match step:
                case Change(verb, path):
                    yield from self.process.step(verb, f"{self.label}/{path}", self.pace(step))
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

    def _observe(self, change: Change, content: Content, offset: int) -> None:
        process = self.process
        now = process.sim.now
        source, _, target = change.path.partition(" -> ")
        inode = self.directory.inode(target or source)
        if isinstance(inode, File):
            inode.mtime = now
        if not process.sim.history.enabled:
            return
        label = f"{self.label}/{source}"
        match change.verb:
            case "create" | "write":
                if change.verb == "create" and isinstance(inode, File):
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
            case verb:
                process.record(f"file.{verb}", label)

    def _ignore(self, step: object) -> Run[None]:
        return
        yield


def seconds_of(change: Change) -> float:
    """How long a change takes: what is forced to disk takes longer."""
    return SYNC_SECONDS if change.sync else WRITE_SECONDS
