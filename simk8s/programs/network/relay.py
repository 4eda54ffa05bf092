"""Two directions of one connection at the same time, as netcat and its relatives need them."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from simk8s.machine import Content, Errno, Handle, Process, SocketHandle, Sparse, SyscallError
from simk8s.machine.pipe import PipeReader
from simk8s.machine.signals import SIGPIPE
from simk8s.sim import Run, Waits

BLOCK = 1 << 16


class Exchange:
    """Copies between a socket and a pair of other ends. `ended` happens with the reason: `peer`, `input`, `error`."""

    def __init__(self, process: Process, socket: SocketHandle) -> None:
        self.process = process
        self.socket = socket
        self.ended: simpy.Event = process.sim.event()
        self.error: SyscallError | None = None

    def receive(self, sink: Callable[[Content], Waits]) -> Run[None]:
        """Hand on what the peer sends, until it closes."""
        try:
            while len(data := (yield from self.socket.read(self.process, BLOCK))):
                yield from sink(data)
        except SyscallError as error:
            self.end("error", error)
            return
        self.end("peer")

    def send(self, source: Handle, *, at_end: Callable[[], None] | None = None) -> Run[None]:
        """Send what comes from `source`; at its end either call `at_end` or end the exchange."""
        try:
            while len(data := (yield from source.read(self.process, BLOCK))):
                yield from self.socket.write(self.process, data)
                if isinstance(data, Sparse) and not data.weight and isinstance(source, PipeReader):
                    for hole in source.take_more(data):
                        yield from self.socket.write(self.process, hole)
        except SyscallError as error:
            self.end("error", error)
            return
        if at_end is not None:
            at_end()
        else:
            self.end("input")

    def end(self, reason: str, error: SyscallError | None = None) -> None:
        """Let `ended` happen, if it has not yet."""
        if not self.ended.triggered:
            self.error = error
            self.ended.succeed(reason)


def run_with_pipes(process: Process, socket: SocketHandle, argv: list[str], env: dict[str, str]) -> Run[int]:
    """NCAT-11, NCAT-12: start a program between two pipes and relay until it closes its output or the peer is gone.

    Standard error is inherited. The program's own status is lost: this returns 0.
    """
    command_input, to_command = process.pipe()
    from_command, command_output = process.pipe()
    try:
        child = yield from process.spawn(argv, env=env, files={0: command_input, 1: command_output})
    except SyscallError as error:
        yield from process.write(2, f"exec: {error.text}\n".encode())
        for end in (command_input, to_command, from_command, command_output, socket):
            end.release()
        return 0
    command_input.release()
    command_output.release()
    process.install(to_command, private=True)
    process.install(from_command, private=True)
    process.on_signal(SIGPIPE, "ignore")
    exchange = Exchange(process, socket)

    def feed(data: Content) -> Run[None]:
        try:
            yield from to_command.write(process, data)
        except SyscallError as error:
            if error.errno is not Errno.EPIPE:  # the command does not read: what arrives for it is dropped
                raise

    process.thread(exchange.receive(feed))
    process.thread(exchange.send(from_command))
    yield exchange.ended
    process.children.pop(child.pid, None)
    return 0


def run_on_socket(process: Process, socket: SocketHandle, argv: list[str], *, stderr: bool) -> Run[int]:
    """Start a program with the socket as its standard input and output, and wait for it."""
    files: dict[int, Handle] = {0: socket, 1: socket}
    if stderr:
        files[2] = socket
    child = yield from process.spawn(argv, files=files)
    return (yield from process.wait(child)) or 0
