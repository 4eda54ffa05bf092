"""A machine with a shell and a few programs, for the tests of this floor: nothing above it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import simk8s.shell  # noqa: F401  registers the shells
from simk8s.machine import (
    Device,
    FileSystem,
    Machine,
    Process,
    SinkHandle,
    SourceHandle,
    SyscallError,
    executable,
    program,
)
from simk8s.sim import Run, Simulation


@dataclass(frozen=True)
class Outcome:
    stdout: str
    stderr: str
    status: int
    box: Machine
    seconds: float

    def read(self, path: str) -> str:
        location = self.box.mounts.resolve(path)
        assert location.inode is not None, path
        return bytes(location.inode.content).decode()  # type: ignore[union-attr]


@program("test-cat")
def cat(process: Process) -> Run[int]:
    status = 0
    for path in process.argv[1:] or ["-"]:
        try:
            data = (yield from process.read_all(0)) if path == "-" else (yield from process.read_file(path))
            yield from process.write(1, data)
        except SyscallError as error:
            yield from process.complain(f"{path}: {error.text}")
            status = 1
    return status


@program("test-sleep")
def sleep(process: Process) -> Run[int]:
    yield from process.sleep(float(process.argv[1]))
    return 0


@program("test-env")
def env(process: Process) -> Run[int]:
    for name, value in process.environ.items():
        yield from process.print(f"{name}={value}")
    return 0


@program("test-sort")
def sort(process: Process) -> Run[int]:
    lines = (yield from process.read_all(0)).decode().splitlines()
    yield from process.write(1, "".join(line + "\n" for line in sorted(lines)).encode())
    return 0


@program("test-yes")
def yes(process: Process) -> Run[int]:
    while True:
        yield from process.write(1, b"y\n" * 512)


@program("test-head")
def head(process: Process) -> Run[int]:
    for _ in range(int(process.argv[1].lstrip("-n") or 10)):
        yield from process.write(1, (yield from process.read_until(0)))
    return 0


@program("test-rm")
def rm(process: Process) -> Run[int]:
    for path in process.argv[1:]:
        if not path.startswith("-"):
            try:
                yield from process.unlink(path)
            except SyscallError:
                pass
    return 0


@program("test-mkdir")
def mkdir(process: Process) -> Run[int]:
    for path in process.argv[1:]:
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            parent = "/".join(parts[:length]) or "/"
            if not path.startswith("-") and not process.exists(parent):
                yield from process.mkdir(parent)
    return 0


@program("test-chmod")
def chmod(process: Process) -> Run[int]:
    for path in process.argv[2:]:
        yield from process.chmod(path, 0o755)
    return 0


@program("test-touch")
def touch(process: Process) -> Run[int]:
    for path in process.argv[1:]:
        yield from process.write_file(path, b"", append=True)
    return 0


@program("test-hostname")
def hostname(process: Process) -> Run[int]:
    yield from process.print(process.machine.hostname)
    return 0


@program("test-echo")
def echo(process: Process) -> Run[int]:
    yield from process.print(" ".join(process.argv[1:]))
    return 0


@program("test-true")
def true(process: Process) -> Run[int]:
    return 0
    yield


@program("test-init")
def init(process: Process) -> Run[int]:
    """Process 1, so that what is tested is an ordinary process."""
    yield process.machine.never
    return 0


PROGRAMS = ("cat", "sleep", "env", "sort", "yes", "head", "rm", "mkdir", "chmod", "touch", "hostname", "echo", "true")


def make_box(simulation: Simulation | None = None, *, hostname: str = "box") -> Machine:
    root = FileSystem("root")
    for name in PROGRAMS:
        root.place(f"/usr/bin/{name}", executable(f"test-{name}"))
    for name in ("bash", "sh", "ash", "dash"):
        root.place(f"/bin/{name}", executable(name))
    for name in (
        "null",
        "full",
        "stdin",
        "stdout",
        "stderr",
        *(f"fd/{number}" for number in (*range(10), *range(50, 64))),
    ):
        root.place(f"/dev/{name}", Device(name))
    root.install({"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"})
    root.directory("/root")
    root.directory("/tmp/work")
    root.directory("/usr/lib")
    box = Machine(simulation or Simulation(), "box", root=root, hostname=hostname)
    box.run_function(init, ["init"])
    return box


def run(
    script: str,
    *,
    shell: str = "bash",
    arguments: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    cwd: str = "/tmp/work",
    box: Machine | None = None,
    argv: list[str] | None = None,
    until: float = 600.0,
) -> Outcome:
    """Run a script under `bash -c` (or another shell) until it ends."""
    box = box or make_box()
    written: dict[int, list[bytes]] = {1: [], 2: []}

    def sink(number: int) -> SinkHandle:
        return SinkHandle(lambda process, data: written[number].append(data))

    environment = {"PATH": "/usr/bin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", **(env or {})}
    began = box.sim.now
    process = box.start(
        argv or [shell, "-c", script, *arguments],
        env=environment,
        cwd=cwd,
        stdin=SourceHandle(stdin),
        stdout=sink(1),
        stderr=sink(2),
    )
    box.sim.run(box.sim.any_of(process.exited, box.sim.sleep(until)))
    assert process.status is not None, f"still running after {until} s: {script}"
    return Outcome(
        b"".join(written[1]).decode("utf-8", "surrogateescape"),
        b"".join(written[2]).decode("utf-8", "surrogateescape"),
        process.status,
        box,
        box.sim.now - began,
    )
