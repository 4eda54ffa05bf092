"""What probes and lifecycle hooks do: run a command in the container, ask for a page, open a connection, or sleep."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal

import simpy

from simk8s.api.objects import Object, dig
from simk8s.machine import Errno, Process, ResolveError, SinkHandle, SyscallError
from simk8s.machine.signals import SIGKILL
from simk8s.machine.socket import SocketHandle
from simk8s.node.container import Container, StartError
from simk8s.sim import Actor, Run, Simulation

OUTPUT_LIMIT = 10 * 1024  # KUBELET-46
_RESPONSE_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """`unknown`: it could not be carried out, so nothing is known (KUBELET-47)."""

    kind: Literal["success", "failure", "unknown"]
    output: str = ""
    is_missing: bool = False


def perform(
    handler: Object, pod: Object, container: Container, client: Process, by: Actor, timeout_seconds: float | None = None
) -> Run[Outcome]:
    """Carry out an action of a probe or a hook. `client` makes the connections: the kubelet on its node.

    A command that is not there gives the outcome `failure`, with `is_missing` (KUBELET-47).
    """
    if "exec" in handler:
        return (yield from run_command(container, list(handler["exec"].get("command") or []), by, timeout_seconds))
    if "sleep" in handler:
        yield container.sim.sleep(float(handler["sleep"].get("seconds", 0)))
        return Outcome("success")
    address = container.machine.interface.address
    for kind, talk in (("httpGet", _get), ("tcpSocket", _open)):
        if kind in handler:
            action = handler[kind]
            port = port_number(action["port"], pod, container.name)
            if port is None:
                return Outcome("unknown", f"couldn't find port: {action['port']!r}")
            caller = client.acting_as(by)  # what it records follows from this probe, not from others
            talking = talk(caller, action.get("host") or address, port, action)
            outcome = yield from _within(container.sim, talking, timeout_seconds)
            return outcome or Outcome("failure", _timed_out(kind, action, address, port))
    kind = next(iter(handler), "nothing")
    return Outcome("unknown", f"simk8s does not model {kind} handlers; use exec, httpGet or tcpSocket")


def run_command(container: Container, argv: list[str], by: Actor, timeout_seconds: float | None) -> Run[Outcome]:
    """KUBELET-46: a process in the container, without a shell; killed when it takes too long."""
    written: list[bytes] = []
    sink = SinkHandle(lambda _, data: written.append(data))
    try:
        process = container.run(argv, cause=by, stdout=sink, stderr=sink.share())
    except StartError as error:
        text = f"OCI runtime exec failed: exec failed: unable to start container process: {error}: unknown"
        return Outcome("failure", text, is_missing=True)
    if timeout_seconds is None:
        yield process.exited
    else:
        yield container.sim.any_of(process.exited, container.sim.sleep(timeout_seconds))
    if process.status is None:
        process.kill(SIGKILL)
        by.hear(process.actor.last)
        return Outcome("failure", f'command "{" ".join(argv)}" timed out')
    by.hear(process.actor.last)
    if not container.is_running:
        return Outcome("unknown", "the container is gone")
    output = b"".join(written)[:OUTPUT_LIMIT].decode(errors="replace")
    return Outcome("failure" if process.status else "success", output)


def port_number(port: int | str, pod: Object, container_name: str) -> int | None:
    """A port by number, or by its name among the container's ports."""
    if isinstance(port, int) or str(port).isdecimal():
        return int(port)
    spec = pod["spec"]
    for container in [*(spec.get("containers") or []), *(spec.get("initContainers") or [])]:
        if container["name"] == container_name:
            for entry in container.get("ports") or []:
                if entry.get("name") == port:
                    return int(entry["containerPort"])
    return None


def _within(
    sim: Simulation, talk: Generator[simpy.Event, Any, Outcome], timeout_seconds: float | None
) -> Run[Outcome | None]:
    """The outcome of a conversation, None where it took too long."""
    if timeout_seconds is None:
        return (yield from talk)
    task = sim.task(talk)
    yield sim.any_of(task, sim.sleep(timeout_seconds))
    if task.triggered:
        result: Outcome | None = task.value
        return result
    task.kill()
    return None


def _open(client: Process, host: str, port: int, action: Object) -> Run[Outcome]:
    try:
        addresses = yield from client.resolve(host)
        connection = yield from client.connect(addresses[0], port)
    except (SyscallError, ResolveError) as error:
        return Outcome("failure", f"dial tcp {host}:{port}: {_dial_error(error)}")
    connection.release()
    return Outcome("success")


def _get(client: Process, host: str, port: int, action: Object) -> Run[Outcome]:
    path = action.get("path") or "/"
    url = f"{action.get('scheme', 'HTTP').lower()}://{host}:{port}{path}"
    try:
        addresses = yield from client.resolve(host)
        connection = yield from client.connect(addresses[0], port)
    except (SyscallError, ResolveError) as error:
        return Outcome("failure", f'Get "{url}": dial tcp {host}:{port}: {_dial_error(error)}')
    if action.get("scheme") == "HTTPS":
        return (yield from _shake_hands(client, connection, url))
    headers = {"Host": f"{host}:{port}", "User-Agent": "kube-probe/1.35", "Accept": "*/*", "Connection": "close"}
    headers |= {entry["name"]: entry.get("value", "") for entry in dig(action, "httpHeaders", default=[])}
    request = f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    received = b""
    try:
        yield from connection.write(client, request.encode())
        while len(received) < _RESPONSE_LIMIT and (data := (yield from connection.read(client, 65536))):
            received += bytes(data)
    except SyscallError as error:
        if not received:
            return Outcome("failure", f'Get "{url}": {error.text.lower()}')
    connection.release()
    return _judged(url, received)


_CLIENT_HELLO = b"\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03" + bytes(range(238))
"""How a TLS client begins: a handshake record of 244 bytes."""


def _shake_hands(client: Process, connection: SocketHandle, url: str) -> Run[Outcome]:
    """Ask for TLS. No simulated server speaks it, so what they answer is what Go complains of."""
    answer = b""
    try:
        yield from connection.write(client, _CLIENT_HELLO)
        while len(answer) < 5 and (data := (yield from connection.read(client, 65536))):
            answer += bytes(data)
    except SyscallError as error:
        return Outcome("failure", f'Get "{url}": {error.text.lower()}')
    connection.release()
    if answer.startswith(b"HTTP/"):
        return Outcome("failure", f'Get "{url}": http: server gave HTTP response to HTTPS client')
    what = "tls: first record does not look like a TLS handshake" if len(answer) >= 5 else "EOF"
    return Outcome("failure", f'Get "{url}": {what}')


def _judged(url: str, response: bytes) -> Outcome:
    first, _, rest = response.partition(b"\r\n")
    words = first.split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        return Outcome("failure", f'Get "{url}": EOF' if not response else f'Get "{url}": malformed HTTP response')
    code = int(words[1])
    if 200 <= code < 400:
        return Outcome("success", rest.partition(b"\r\n\r\n")[2].decode(errors="replace")[:OUTPUT_LIMIT])
    return Outcome("failure", f"HTTP probe failed with statuscode: {code}")


def _dial_error(error: SyscallError | ResolveError) -> str:
    if isinstance(error, ResolveError):
        return f"lookup {error.name}: no such host"
    if error.errno is Errno.ETIMEDOUT:
        return "i/o timeout"
    return f"connect: {error.text.lower()}"


def _timed_out(kind: str, action: Object, address: str, port: int) -> str:
    host = action.get("host") or address
    if kind == "tcpSocket":
        return f"dial tcp {host}:{port}: i/o timeout"
    url = f"{action.get('scheme', 'HTTP').lower()}://{host}:{port}{action.get('path') or '/'}"
    return f'Get "{url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
