"""The system calls on sockets: listen and connect, over the network and at Unix-domain paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simk8s.machine.errno import Errno, SyscallError
from simk8s.machine.filesystem import Inode, SocketFile, unseen
from simk8s.machine.mount import Location
from simk8s.machine.socket import LOOPBACK, Listener, SocketHandle, connection
from simk8s.sim import Actor, Run, Simulation, Waits

if TYPE_CHECKING:
    from simk8s.machine.machine import Machine


class Sockets:
    """The part of a Process that deals with sockets. Handles are the caller's: `install` or `release` them."""

    machine: Machine
    actor: Actor
    sim: Simulation
    uid: int
    gid: int

    def step(self, verb: str, object: str = "", seconds: float | None = None) -> Waits:
        raise NotImplementedError

    def record(self, verb: str, object: str = "", **detail: Any) -> int:
        raise NotImplementedError

    @property
    def _owner(self) -> dict[str, int]:
        raise NotImplementedError

    def locate(self, path: str, *, follow: bool = True) -> Location:
        raise NotImplementedError

    def stat(self, path: str, *, follow: bool = True) -> Inode:
        raise NotImplementedError

    def listen(self, port: int, address: str = "") -> Run[Listener]:
        """Listen on a TCP port of all of this machine's addresses, or of one. Raises EADDRINUSE, EADDRNOTAVAIL."""
        interface = self.machine.interface
        yield from self.step("listen", f"{interface.address}:{port}")
        listener = interface.listen(port, address)
        listener.process = self  # type: ignore[assignment]
        listener.seq = self.record("net.listen", listener.label)
        return listener

    def connect(self, address: str, port: int, timeout_seconds: float | None = None) -> Run[SocketHandle]:
        """Connect to an address (not a name: see `resolve`). Raises ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT."""
        yield from self.step("connect", f"{address}:{port}")
        network = self.machine.interface.network
        return (yield from network.connect(self, address, port, timeout_seconds))  # type: ignore[arg-type]

    def listen_unix(self, path: str) -> Run[Listener]:
        """Listen at a path; the socket file appears there. Raises EADDRINUSE where the name is taken."""
        location = self.locate(path)
        if location.inode is not None or location.parent is None:
            raise SyscallError(Errno.EADDRINUSE, path)
        yield from self.step("bind", location.label)
        listener = Listener(self.sim, path, 0, location.label)
        listener.process = self  # type: ignore[assignment]
        socket = SocketFile(listener, 0o777, self.uid, self.gid, self.sim.now)
        unseen(location.parent)
        location.parent.entries[location.name] = socket
        socket.number = listener.seq = self.record("file.socket", location.label, **self._owner)
        return listener

    def connect_unix(self, path: str) -> Run[SocketHandle]:
        """Connect to a path. Raises ENOENT, or ECONNREFUSED where nobody listens any more."""
        try:
            inode = self.stat(path)
        except SyscallError:
            self.record("net.refused", self.locate(path).label)
            raise
        yield from self.step("connect", path)
        if not isinstance(inode, SocketFile) or inode.listener is None or not inode.listener.is_open:
            self.record("net.refused", self.locate(path).label)
            raise SyscallError(Errno.ECONNREFUSED, path)
        client, server = connection(self.sim, LOOPBACK, ("", 0), (path, 0))
        self.actor.hear(inode.listener.seq)
        client.open(self, inode.listener.label)  # type: ignore[arg-type]
        inode.listener.enqueue(server)
        return client
