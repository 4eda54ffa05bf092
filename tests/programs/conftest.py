"""A box to run programs in: a machine from the bash image, whose files a test can set and see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from simk8s.images.bash import BASH
from simk8s.machine import Device, Directory, File, FileSystem, Inode, Machine, Process, SinkHandle, SourceHandle
from simk8s.machine.signals import SIGKILL
from simk8s.sim import Simulation

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin", "HOME": "/root"}


@dataclass(frozen=True)
class Result:
    status: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        return self.stdout.decode()

    @property
    def err(self) -> str:
        return self.stderr.decode()


class Box:
    """A container to try programs in. Its first process sleeps, as a container's main one would."""

    def __init__(self, sim: Simulation | None = None) -> None:
        self.sim = sim or Simulation()
        self.root: FileSystem = BASH.root().copy("box")
        self.machine = Machine(self.sim, "box", root=self.root)
        self.root.directory("/work")
        self.first = self.machine.start(["sleep", "infinity"], env=ENVIRONMENT)
        self.cwd = "/work"

    def write(self, path: str, text: str | bytes, mode: int = 0o644) -> None:
        data = text.encode() if isinstance(text, str) else text
        self.root.place(self._absolute(path), File(data, mode, mtime=self.sim.now))

    def read(self, path: str) -> str:
        inode = self.inode(path)
        assert isinstance(inode, File), f"{path} is {inode}"
        return bytes(inode.content).decode()

    def inode(self, path: str) -> Inode | None:
        return self.root.find(self._absolute(path))

    def mode(self, path: str) -> int:
        inode = self.inode(path)
        assert inode is not None
        return inode.mode

    def files(self, path: str = "/work") -> list[str]:
        """The paths of everything below a directory, relative to it."""
        directory = self.root.directory(path)
        return [name[1:] for name, inode in FileSystem("part", directory).walk() if not isinstance(inode, Device)]

    def directories(self) -> list[str]:
        below = FileSystem("part", self.root.directory("/work")).walk()
        return [name[1:] for name, inode in below if isinstance(inode, Directory)]

    def start(self, *argv: str, stdin: bytes = b"", env: dict[str, str] | None = None, uid: int = 0) -> Running:
        return Running(self, list(argv), stdin, env or {}, uid)

    def run(self, *argv: str, stdin: str | bytes = b"", env: dict[str, str] | None = None, uid: int = 0) -> Result:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        return self.start(*argv, stdin=data, env=env, uid=uid).result()

    def crash(self, verb: str, object: str) -> None:
        """Kill whoever is about to do `verb` to a path of the box."""

        def before(process: Process, what: str, label: str) -> None:
            if (what, label) == (verb, f"box:{self._absolute(object)}"):
                process.kill(SIGKILL)

        self.machine.before_step = before

    def _absolute(self, path: str) -> str:
        return path if path.startswith("/") else f"{self.cwd}/{path}"


class Running:
    """A started program with what it has written so far."""

    def __init__(self, box: Box, argv: list[str], stdin: bytes, env: dict[str, str], uid: int) -> None:
        self.box = box
        self.stdout = bytearray()
        self.stderr = bytearray()
        self.process = box.machine.start(
            argv,
            env={**ENVIRONMENT, **env},
            cwd=box.cwd,
            stdin=SourceHandle(stdin),
            stdout=SinkHandle(lambda _, data: self.stdout.extend(data)),
            stderr=SinkHandle(lambda _, data: self.stderr.extend(data)),
            uid=uid,
            gid=uid,
        )

    def result(self) -> Result:
        status = self.box.sim.run(self.process.exited)
        return Result(status, bytes(self.stdout), bytes(self.stderr))


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def new_box() -> Iterator[Callable[[], Box]]:
    yield Box
