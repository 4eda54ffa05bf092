"""nc, as busybox has it and as OpenBSD has it."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.machine import Content, Process, ResolveError, SocketHandle, SyscallError
from simk8s.machine.network import resolve
from simk8s.programs.network.connect import connect_first, port_number
from simk8s.programs.network.relay import Exchange, run_on_socket
from simk8s.programs.options import Options, parse
from simk8s.programs.processes.duration import parse_duration
from simk8s.programs.tool import Failure, complain, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run


@dataclass(frozen=True, slots=True)
class Flavour:
    """How the two differ: `closes_input` passes the end of standard input on to the peer."""

    known: str
    closes_input: bool


BUSYBOX = Flavour("l k p: z w: e: v n u N", closes_input=True)
OPENBSD = Flavour("l k p: z w: v n u q: N U 4 6 d e:", closes_input=False)


@tool("busybox-nc")
def busybox_nc(process: Process) -> Run[int]:
    """busybox's nc: `-e PROG ARG...` ends the options."""
    return (yield from _netcat(process, BUSYBOX))


@tool("nc", "netcat")
def openbsd_nc(process: Process) -> Run[int]:
    """OpenBSD's nc, which is Debian's."""
    return (yield from _netcat(process, OPENBSD))


def _netcat(process: Process, flavour: Flavour) -> Run[int]:
    argv = list(process.argv)
    command: list[str] = []
    if "-e" in argv and flavour is BUSYBOX:
        at = argv.index("-e")
        argv, command = argv[:at], argv[at + 1 :]
    options = parse(argv, flavour.known)
    if "u" in options:
        raise Unmodelled("option '-u'")
    if "e" in options:
        command = options["e"].split()
    if "l" in options:
        return (yield from _listen(process, options, flavour, command))
    return (yield from _connect(process, options, flavour, command))


def _listen(process: Process, options: Options, flavour: Flavour, command: list[str]) -> Run[int]:
    text = options["p"] or (options.operands[-1] if options.operands else "")
    port = port_number(text)
    try:
        if "U" in options:
            listener = yield from process.listen_unix(options.operands[0])
        elif port is None:
            raise Failure(f"port number invalid: {text}" if text else "missing port number")
        else:
            hosts = options.operands[:-1]
            listener = yield from process.listen(port, (yield from resolve(process, hosts[0]))[0] if hosts else "")
    except ResolveError as error:
        raise Failure(f"getaddrinfo: {error.text}") from None
    except SyscallError as error:
        raise Failure(f"bind: {error.text}" if flavour is BUSYBOX else error.text) from None
    process.install(listener, private=True)
    while True:
        socket = yield from listener.accept(process)
        fd = process.install(socket, private=True)
        if "v" in options:
            yield from process.write(
                2, f"connect to {socket.local[0]} from {socket.peer[0]}:{socket.peer[1]}\n".encode()
            )
        if command and "k" in options:
            files = {0: socket, 1: socket}
            yield from process.spawn(command, files=files)
            status = 0
        elif command:
            status = yield from run_on_socket(process, socket, command, stderr=flavour is BUSYBOX)
        else:
            status = yield from _talk(process, socket, options, flavour)
        process.close(fd)
        if "k" not in options:
            return status


def _connect(process: Process, options: Options, flavour: Flavour, command: list[str]) -> Run[int]:
    operands = options.operands
    if len(operands) < (1 if "U" in options else 2):
        raise Failure("missing port number" if operands else "missing host and port")
    host = operands[0]
    patience = parse_duration(options["w"]) if "w" in options else None
    status = 0
    for port in [0] if "U" in options else _ports(operands[1]):
        try:
            if "U" in options:
                socket = yield from process.connect_unix(host)
            else:
                socket = yield from connect_first(process, host, port, patience)
        except ResolveError as error:
            if flavour is BUSYBOX:
                raise Failure(f"bad address '{host}'") from None
            raise Failure(f'getaddrinfo for host "{host}" port {port}: {error.text}') from None
        except SyscallError as error:
            if "v" in options and flavour is BUSYBOX:
                yield from complain(process, f"{host} ({host}:{port}): {error.text}")
            elif "v" in options:
                yield from complain(process, f"connect to {host} port {port} (tcp) failed: {error.text}")
            status = 1
            continue
        fd = process.install(socket, private=True)
        if "v" in options:
            shown = f"{host} ({socket.peer[0]}:{port}) open" if flavour is BUSYBOX else ""
            yield from process.write(2, f"{shown or f'Connection to {host} {port} port [tcp/*] succeeded!'}\n".encode())
        if "z" not in options:
            if command:
                status = yield from run_on_socket(process, socket, command, stderr=flavour is BUSYBOX)
            else:
                status = yield from _talk(process, socket, options, flavour)
        process.close(fd)
    return status


def _ports(text: str) -> range | list[int]:
    low, dash, high = text.partition("-")
    if dash and low.isdecimal() and high.isdecimal():
        return range(int(low), int(high) + 1)
    port = port_number(text)
    if port is None:
        raise Failure(f"port number invalid: {text}")
    return [port]


def _talk(process: Process, socket: SocketHandle, options: Options, flavour: Flavour) -> Run[int]:
    exchange = Exchange(process, socket)
    linger = parse_duration(options["q"]) if "q" in options else None

    def show(data: Content) -> Run[None]:
        yield from process.write(1, data)

    def input_ended() -> None:
        if flavour.closes_input or "N" in options or linger is not None:
            socket.shutdown()
        if linger is not None:
            process.thread(_end_later(exchange, linger))

    process.thread(exchange.receive(show))
    if "d" not in options:
        process.thread(exchange.send(process.handle(0), at_end=input_ended))
    patience = parse_duration(options["w"]) if "w" in options else None
    if patience is None:
        yield exchange.ended
    else:
        yield process.sim.any_of(exchange.ended, process.sim.sleep(patience))
    return 1 if exchange.error is not None else 0


def _end_later(exchange: Exchange, seconds: float) -> Run[None]:
    yield from exchange.process.sleep(seconds)
    exchange.end("quiet")
