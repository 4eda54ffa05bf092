"""ncat, as it was in 6.4x: a client, and a server that runs a command for each connection (NCAT-1 to NCAT-17)."""

from __future__ import annotations

from simk8s.machine import Content, Errno, Listener, Main, Process, ResolveError, SocketHandle, SyscallError
from simk8s.machine.network import resolve
from simk8s.programs.network.connect import port_number
from simk8s.programs.network.relay import BLOCK, Exchange, run_with_pipes
from simk8s.programs.options import Options, parse
from simk8s.programs.processes.duration import parse_duration
from simk8s.programs.tool import tool, whole_number
from simk8s.sim import Run, Waits

_KNOWN = (
    "l,listen k,keep-open m,max-conns: c,sh-exec: e,exec: w,wait: p,source-port: v,verbose n,nodns 4 6 z U,unixsock "
    "recv-only send-only no-shutdown"
)
DEFAULT_PORT = 31337
CONNECT_TIMEOUT_SECONDS = 10.0  # NCAT-2
DEFAULT_CONNECTIONS = 100


class Bye(Exception):
    """`Ncat: ... QUITTING.`, status 2."""


@tool("ncat", trouble=2)
def ncat(process: Process) -> Run[int]:
    """Concatenate and redirect sockets."""
    options = parse(process.argv, _KNOWN)
    try:
        if "l" in options:
            return (yield from _serve(process, options))
        return (yield from _connect(process, options))
    except Bye as bye:
        yield from _say(process, f"{bye} QUITTING.")
        return 2


def _say(process: Process, text: str) -> Run[None]:
    yield from process.write(2, f"Ncat: {text}\n".encode())


def _command(process: Process, options: Options) -> list[str]:
    """What to run for a connection; nothing where the options name no command."""
    if "c" in options:
        shell = process.is_file("/bin/sh") and process.may(process.stat("/bin/sh"), 1)
        if not shell:  # NCAT-10
            raise Bye("/bin/sh is not executable, so `-c' won't work.")
        return ["/bin/sh", "-c", options["c"]]
    name, *words = options.get("e").split() or [""]
    # execv(3): PATH is not searched
    return [name if "/" in name else f"./{name}", *words] if name else []


# The client


def _connect(process: Process, options: Options) -> Run[int]:
    operands = options.operands
    if not operands:
        raise Bye("You must specify a host to connect to.")
    if len(operands) > 2:
        raise Bye("Got more than one port specification: " + " ".join(operands[1:]) + ".")
    command = _command(process, options)
    port = port_number(operands[1]) if len(operands) > 1 else DEFAULT_PORT
    if port is None and "U" not in options:
        raise Bye(f'Invalid port number "{operands[1]}".')
    if "v" in options:
        yield from _say(process, "Version 6.47 ( http://nmap.org/ncat )")
    try:
        socket = yield from _open(process, options, operands[0], port or 0)
    except ResolveError as error:  # NCAT-1
        raise Bye(f'Could not resolve hostname "{operands[0]}": {error.text}.') from None
    except SyscallError as error:  # NCAT-2
        yield from _say(process, f"{error.text}.")
        return 1
    process.install(socket, private=True)
    if "v" in options:
        yield from _say(process, f"Connected to {socket.peer[0]}:{socket.peer[1]}.")
    if "z" in options:
        return 0
    if command:
        return (yield from run_with_pipes(process, socket, command, _environment(process, socket)))
    return (yield from _talk(process, socket, options))


def _open(process: Process, options: Options, host: str, port: int) -> Run[SocketHandle]:
    if "U" in options:
        return (yield from process.connect_unix(host))
    address = (yield from process.resolve(host))[0]  # NCAT-7: 6.4x uses the first address only
    patience = parse_duration(options["w"]) if "w" in options else CONNECT_TIMEOUT_SECONDS
    return (yield from process.connect(address, port, patience))


def _talk(process: Process, socket: SocketHandle, options: Options) -> Run[int]:
    """Standard input to the peer, the peer to standard output, until the peer ends (or, --send-only, the input)."""
    exchange = Exchange(process, socket)

    def show(data: Content) -> Waits:
        return process.write(1, data)

    if "send-only" not in options:
        socket.pass_on_to(process.files.get(1), process, BLOCK)
        process.thread(exchange.receive(show))
    if "recv-only" not in options:  # NCAT-5: then standard input is not read and the sending side stays open
        at_end = None
        if "send-only" not in options:
            at_end = socket.shutdown if "no-shutdown" not in options else _nothing
        process.thread(exchange.send(process.handle(0), at_end=at_end))
    yield exchange.ended
    if exchange.error is not None:  # NCAT-3
        yield from _say(process, f"{exchange.error.text}.")
        return 1
    return 0  # NCAT-4


def _nothing() -> None:
    """The end of the input is not passed on."""


# The server


def _serve(process: Process, options: Options) -> Run[int]:
    command = _command(process, options)
    listener = yield from _listen(process, options)
    process.install(listener, private=True)
    most = whole_number(options, "m", DEFAULT_CONNECTIONS, "Invalid connection limit")
    relays: list[Process] = []
    while True:
        socket = yield from listener.accept(process)
        relays = [relay for relay in relays if relay.is_alive]  # NCAT-13: SIGCHLD gives the slot back
        if len(relays) >= most:
            if "v" in options:
                yield from _say(process, f"New connection denied: connection limit reached ({len(relays)})")
            socket.release()
            continue
        if "v" in options:
            yield from _say(process, f"Connection from {socket.peer[0]}.")
        fd = process.install(socket, private=True)
        if "k" not in options:
            listener.release()
            if command:
                return (yield from run_with_pipes(process, socket, command, _environment(process, socket)))
            return (yield from _talk(process, socket, options))
        if not command:
            yield from _serve_plainly(process, socket, options)
            process.close(fd)
            continue
        relays.append((yield from process.fork(_relay(fd, command))))
        process.close(fd)


def _relay(fd: int, command: list[str]) -> Main:
    """NCAT-11: a process of its own for one connection."""

    def main(process: Process) -> Run[int]:
        for other in [n for n in sorted(process.files) if n not in (0, 1, 2, fd)]:
            process.close(other)
        socket = process.handle(fd)
        assert isinstance(socket, SocketHandle)
        return (yield from run_with_pipes(process, socket, command, _environment(process, socket)))

    return main


def _serve_plainly(process: Process, socket: SocketHandle, options: Options) -> Run[None]:
    """--keep-open without a command: connections one after another (SIM: the real one talks to all at once)."""
    if "send-only" in options:
        yield from Exchange(process, socket).send(process.handle(0))
        return
    try:
        while len(data := (yield from socket.read(process, BLOCK))):
            yield from process.write(1, data)
    except SyscallError:
        return


def _listen(process: Process, options: Options) -> Run[Listener]:
    words = options.operands
    host = words[0] if len(words) > 1 or (words and not words[0].isdigit()) else ""
    if "U" in options:
        try:
            return (yield from process.listen_unix(words[0]))
        except SyscallError as error:
            raise Bye(f"bind to {words[0]}: {error.text}.") from None
    text = options["p"] or (words[-1] if words and words[-1:] != [host] else str(DEFAULT_PORT))
    port = port_number(text)
    if port is None:
        raise Bye(f'Invalid port number "{text}".')
    try:
        addresses = (yield from resolve(process, host)) if host else [""]
        listener = yield from process.listen(port, addresses[0])
    except ResolveError as error:  # NCAT-1
        raise Bye(f'Could not resolve hostname "{host}": {error.text}.') from None
    except SyscallError as error:
        if error.errno not in (Errno.EADDRINUSE, Errno.EADDRNOTAVAIL):
            raise
        raise Bye(f"bind to {addresses[0] or '::'}:{port}: {error.text}.") from None  # NCAT-10
    if "v" in options:
        yield from _say(process, "Version 6.47 ( http://nmap.org/ncat )")
        for address in ("::", "0.0.0.0") if not host else addresses[:1]:
            yield from _say(process, f"Listening on {address}:{port}")
    return listener


def _environment(process: Process, socket: SocketHandle) -> dict[str, str]:
    return {
        **process.environ,
        "NCAT_REMOTE_ADDR": socket.peer[0],
        "NCAT_REMOTE_PORT": str(socket.peer[1]),
        "NCAT_LOCAL_ADDR": socket.local[0],
        "NCAT_LOCAL_PORT": str(socket.local[1]),
        "NCAT_PROTO": "TCP",
    }
