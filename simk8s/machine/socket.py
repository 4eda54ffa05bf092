"""Stream sockets: listeners, connections, and the time that bytes take between two machines."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import simpy

from simk8s.machine.content import Content, Sparse
from simk8s.machine.errno import Errno, SyscallError
from simk8s.machine.handle import Handle
from simk8s.machine.pipe import Pipe, PipeWriter
from simk8s.sim import Run, Simulation, Waits
from simk8s.sim.clock import Wait

if TYPE_CHECKING:
    from simk8s.machine.process import Process


@dataclass(slots=True)
class Link:
    """What lies between two machines. Faults change it while traffic flows."""

    latency_seconds: float = 0.0
    bytes_per_second: float = 0.0  # 0: no limit
    cut: bool = False  # a partition: nothing arrives, nobody is told
    is_dead: bool = False  # the machine at one end has vanished; this link never comes back
    held: list[Pipe] = field(default_factory=list)
    """Directions of connections that were closed during the partition: their readers learn of it when it is over."""

    def heal(self) -> None:
        """Let everything pass again."""
        if self.is_dead:
            return
        self.cut = False
        held, self.held = self.held, []
        for pipe in held:
            pipe.lose_writer()


LOOPBACK = Link()

RETRANSMIT_SECONDS = 924.6  # tcp(7), tcp_retries2: then a connection that gets no answer is given up


class Listener(Handle):
    """A listening socket with its backlog of connections that nobody has accepted yet. `only` is the one address that
    it hears, "" for all of its machine.
    """

    def __init__(self, sim: Simulation, address: str, port: int, label: str = "", *, only: str = "") -> None:
        self.sim = sim
        self.only = only
        self.address = address
        self.port = port
        self.label = label or f"{address}:{port}"
        """What history calls it: address and port, or where the socket file is."""
        self.seq = -1  # the history record of the listen, which every connection follows
        self.is_open = True
        self.process: Process | None = None  # who listens
        self._backlog: deque[SocketHandle] = deque()
        self._waiting = simpy.Event(sim.env)

    def hears(self, address: str) -> bool:
        """Whether who calls this address comes here."""
        own = "127.0.0.1" if address in ("0.0.0.0", "localhost") else address
        return not self.only or own == self.only

    def enqueue(self, connection: SocketHandle) -> None:
        self._backlog.append(connection)
        self._wake()

    def accept(self, process: Process) -> Run[SocketHandle]:
        """The next connection, waiting for one."""
        while not self._backlog:
            if not self.is_open:
                raise SyscallError(Errno.EINVAL)
            yield self._waiting
        connection = self._backlog.popleft()
        connection.process = process
        process.actor.hear(connection.seq)
        return connection

    def close(self) -> None:
        if self.is_open and self.process is not None:
            self.process.record("net.unlisten", self.label)
        self.is_open = False
        while self._backlog:
            self._backlog.popleft().release()
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, simpy.Event(self.sim.env)
        self.sim.env.wake([waiting])


class SocketHandle(Handle):
    """One end of an established connection."""

    def __init__(
        self, link: Link, incoming: Pipe, outgoing: Pipe, local: tuple[str, int], peer: tuple[str, int]
    ) -> None:
        self.link = link
        self.local = local
        self.peer = peer
        self.seq = -1  # the history record of the connect
        self.peer_handle: SocketHandle | None = None
        self.process: Process | None = None  # who has connected or accepted
        self.is_open = True
        self._incoming = incoming
        self._outgoing = outgoing
        self._is_shut = False  # nothing more will be written
        incoming.readers += 1
        outgoing.writers += 1

    def read(self, process: Process, count: int) -> Run[Content]:
        return self._incoming.read(process, count)

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        return self._incoming.read_until(process, delimiter, limit)

    def write(self, process: Process, data: Content) -> Waits:
        if self._is_shut:
            raise SyscallError(Errno.EPIPE)
        link = self.link
        if link.cut or link.latency_seconds or link.bytes_per_second:
            return self._send(process, data)
        outgoing = self._outgoing
        if outgoing.readers and outgoing.put(data, process.actor.latest):
            return ()
        return outgoing.write(process, data)

    def _send(self, process: Process, data: Content) -> Run[None]:
        """Write what is under way for a while."""
        link = self.link
        if link.cut:
            yield from self._outlast_partition(process)
        seconds, size = link.latency_seconds, data.length if type(data) is Sparse else len(data)
        if link.bytes_per_second:
            seconds += size / link.bytes_per_second
        if seconds:
            yield Wait(process.sim.env, seconds)
        yield from self._outgoing.write(process, data)

    def _outlast_partition(self, process: Process) -> Run[None]:
        sim = process.sim
        waiting_since = sim.now
        while self.link.cut:
            if sim.now - waiting_since >= RETRANSMIT_SECONDS:
                raise SyscallError(Errno.ETIMEDOUT)
            yield sim.sleep(1.0)

    def shutdown(self) -> None:
        """Say that no more will be written; reading goes on."""
        if not self._is_shut:
            self._is_shut = True
            if self.link.cut:
                self.link.held.append(self._outgoing)
            else:
                self._outgoing.lose_writer()

    @property
    def peer_closed(self) -> bool:
        """Whether the peer has closed and everything it sent was read."""
        return self._incoming.writers == 0 and self._incoming.is_empty

    @property
    def is_readable(self) -> bool:
        """Whether a read returns at once: with data, or with the end."""
        return self._incoming.is_ready

    def pass_on_to(self, handle: Handle | None, process: Process, count: int) -> None:
        """`process` reads here, so much at a time, writes all of that there, at once, and does nothing else with it."""
        if isinstance(handle, PipeWriter):
            self._incoming.pass_on_to(handle.pipe, process, count)

    def arrival(self) -> simpy.Event:
        """An event for the next change of what there is to read, for those who also wait for something else."""
        return self._incoming.changed()

    def open(self, process: Process, target: str, **detail: str) -> None:
        """Write to history that `process` has connected this end, the client's, to `target`."""
        self.process = process
        address, port = self.local
        here = {"local": f"{address}:{port}"} if port else {}
        self.seq = process.record("net.connect", target, **here, **detail)
        if self.peer_handle is not None:
            self.peer_handle.seq = self.seq

    def close(self) -> None:
        """Close this end. The connection is over when the first of the two does it."""
        self.is_open = False
        self.shutdown()
        self._incoming.lose_reader()
        peer, process = self.peer_handle, self.process
        if peer is not None and peer.is_open and (process or peer.process):
            (process or peer.process).record("net.close", connection=self.seq)  # type: ignore[union-attr]


def connection(
    sim: Simulation, link: Link, client: tuple[str, int], server: tuple[str, int]
) -> tuple[SocketHandle, SocketHandle]:
    """The two ends of a new connection: the client's and the server's."""
    there, back = Pipe(sim), Pipe(sim)
    ends = SocketHandle(link, back, there, client, server), SocketHandle(link, there, back, server, client)
    ends[0].peer_handle, ends[1].peer_handle = ends[1], ends[0]
    return ends
