"""A machine with the xtrabackup image, and one command run in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simk8s.images.xtrabackup import xtrabackup
from simk8s.machine import File, FileSystem, Machine, SinkHandle, SourceHandle
from simk8s.mysql.profile import Profile
from simk8s.sim import Simulation


@dataclass(frozen=True)
class Outcome:
    status: int
    stdout: bytes
    stderr: str


class Box:
    """`volume` is mounted at /var/lib/mysql."""

    def __init__(self, profile: Profile | None = None) -> None:
        self.sim = Simulation()
        self.volume = FileSystem("data")
        self.machine = Machine(self.sim, root=xtrabackup(profile=profile).root().copy("box"))
        self.machine.mounts.mount("/var/lib/mysql", self.volume)

    def run(self, *argv: str, stdin: bytes = b"") -> Outcome:
        out: list[bytes] = []
        errors: list[bytes] = []
        process = self.machine.start(
            list(argv),
            env={"PATH": "/usr/bin:/bin", "USER": "root"},
            stdin=SourceHandle(stdin),
            stdout=SinkHandle(lambda _, data: out.append(data)),
            stderr=SinkHandle(lambda _, data: errors.append(data)),
        )
        self.sim.run(process.exited)
        assert process.status is not None
        return Outcome(process.status, b"".join(out), b"".join(errors).decode())

    def files(self) -> dict[str, int]:
        """The volume's files by path, with their sizes."""
        return dict(self._files())

    def _files(self) -> Iterator[tuple[str, int]]:
        for path, inode in self.volume.walk():
            yield path.removeprefix("/"), len(inode.content) if isinstance(inode, File) else -1
