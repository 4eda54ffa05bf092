"""Processes: what a program may do, and what its end leaves behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simk8s.machine import (
    Errno,
    FileSystem,
    Machine,
    Process,
    SinkHandle,
    Sparse,
    SyscallError,
    executable,
    program,
)
from simk8s.machine.signals import SIGKILL, SIGTERM
from simk8s.sim import Run, Simulation


@pytest.fixture
def box() -> Machine:
    root = FileSystem("root")
    root.install({"/etc/hostname": "box\n", "/tmp/.keep": ""})
    for name in ("test-copy", "test-remove-two", "test-sleep", "test-flood"):
        root.place(f"/bin/{name}", executable(name))
    return Machine(Simulation(), root=root)


@program("test-copy")
def copy(process: Process) -> Run[int]:
    data = yield from process.read_file(process.argv[1])
    yield from process.write_file(process.argv[2], data)
    return 0


@program("test-remove-two")
def remove_two(process: Process) -> Run[int]:
    for path in process.argv[1:]:
        yield from process.unlink(path)
    return 0


@program("test-sleep")
def sleep(process: Process) -> Run[int]:
    yield from process.sleep(float(process.argv[1]))
    return 0


@program("test-flood")
def flood(process: Process) -> Run[int]:
    while True:
        yield from process.write(1, b"y\n" * 1000)


def run(box: Machine, main: Callable[[Process], Run[int]]) -> tuple[int, bytes]:
    """Run a Python program in the box; its status and what it wrote."""
    written: list[bytes] = []
    process = box.run_function(main, ["test"], stdout=SinkHandle(lambda _, data: written.append(data)))
    process.environ["PATH"] = "/bin"
    return box.sim.run(process.exited), b"".join(written)


def test_a_program_is_found_by_its_file_and_gone_when_the_file_is_moved(box: Machine) -> None:
    def main(process: Process) -> Run[int]:
        child = yield from process.spawn(["test-copy", "/etc/hostname", "/tmp/copy"])
        assert (yield from process.wait(child)) == 0
        yield from process.rename("/bin/test-copy", "/bin/test-copy.off")
        with pytest.raises(SyscallError) as error:
            yield from process.spawn(["test-copy", "/a", "/b"])
        assert error.value.errno is Errno.ENOENT
        yield from process.write(1, (yield from process.read_file("/tmp/copy")))
        return 3

    assert run(box, main) == (3, b"box\n")


def test_a_kill_between_two_unlinks_leaves_the_second_file(box: Machine) -> None:
    box.mounts.resolve("/").mount.filesystem.install({"/data/first": "1", "/data/second": "2"})

    def crash(process: Process, verb: str, object: str) -> None:
        if (verb, object) == ("unlink", "root:/data/second"):
            process.kill(SIGKILL)

    box.before_step = crash
    process = box.start(["/bin/test-remove-two", "/data/first", "/data/second"])
    assert box.sim.run(process.exited) == 137
    assert [path for path, _ in box.mounts.resolve("/").mount.filesystem.walk() if "/data/" in path] == ["/data/second"]


def test_a_writer_without_readers_gets_sigpipe(box: Machine) -> None:
    def main(process: Process) -> Run[int]:
        reader, writer = process.pipe()
        child = yield from process.spawn(["test-flood"], files={1: writer})
        writer.release()
        yield from reader.read(process, 10)
        reader.release()
        status = yield from process.wait(child)
        return status or 0

    assert run(box, main)[0] == 141


def test_the_first_process_ignores_sigterm_unless_it_handles_it_and_others_die(box: Machine) -> None:
    """pid_namespaces(7); ENTRY-24, NCAT-14."""
    first = box.start(["/bin/test-sleep", "100"])
    second = box.start(["/bin/test-sleep", "100"])
    box.sim.run(1.0)
    first.kill(SIGTERM), second.kill(SIGTERM)
    assert first.is_alive
    assert second.status == 143


def test_the_end_of_the_first_process_ends_all(box: Machine) -> None:
    box.start(["/bin/test-sleep", "5"])
    second = box.start(["/bin/test-sleep", "100"])
    box.sim.run(6.0)
    assert second.status == 137
    assert box.processes == {}


def test_a_truncating_open_and_its_write_are_two_steps_in_history(box: Machine) -> None:
    def main(process: Process) -> Run[int]:
        yield from process.write_file("/etc/hostname", b"new\n")
        return 0

    run(box, main)
    changes = [(r.verb, r.detail) for r in box.sim.history if r.verb.startswith("file.")]
    assert [verb for verb, _ in changes] == ["file.copy_up", "file.truncate", "file.write"]
    assert changes[2][1]["data"] == "new\n"


def test_volumes_outlive_the_machine_and_sub_paths_are_made(box: Machine) -> None:
    volume = FileSystem("pvc-1")
    box.mounts.mount("/var/lib/mysql", volume, sub_path="mysql")

    def main(process: Process) -> Run[int]:
        yield from process.write_file("/var/lib/mysql/ibdata1", Sparse([b"head", 1 << 30]))
        with pytest.raises(SyscallError) as error:
            yield from process.rename("/var/lib/mysql/ibdata1", "/tmp/ibdata1")
        assert error.value.errno is Errno.EXDEV
        return 0

    assert run(box, main)[0] == 0
    assert [path for path, _ in volume.walk()] == ["/mysql", "/mysql/ibdata1"]


def test_connecting_is_refused_until_somebody_listens_and_ends_with_end_of_file(box: Machine) -> None:
    def server(process: Process) -> Run[int]:
        yield from process.sleep(1)
        listener = yield from process.listen(3307)
        connection = yield from listener.accept(process)
        yield from connection.write(process, b"stream")
        connection.release()
        return 0

    def client(process: Process) -> Run[int]:
        with pytest.raises(SyscallError) as error:
            yield from process.connect("127.0.0.1", 3307)
        assert error.value.errno is Errno.ECONNREFUSED
        yield from process.sleep(2)
        connection = yield from process.connect("127.0.0.1", 3307)
        process.install(connection, 9)
        yield from process.write(1, (yield from process.read_all(9)))
        return 0

    box.start(["/bin/test-sleep", "100"])  # the first process, whose end would end the others
    box.run_function(server, ["server"])
    assert run(box, client) == (0, b"stream")
