"""The network between machines: addresses, virtual addresses, partitions; and name resolution as libc does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING

from simk8s.machine.errno import Errno, ResolveError, SyscallError
from simk8s.machine.socket import LOOPBACK, Link, Listener, SocketHandle, connection
from simk8s.sim import Run, Simulation

if TYPE_CHECKING:
    from simk8s.machine.process import Process

CONNECT_TIMEOUT_SECONDS = 127.0  # tcp(7), six retries of a SYN
ARP_TIMEOUT_SECONDS = 3.0
QUERY_SECONDS = 0.002  # DUR-17
ANY_ADDRESS = ("", "0.0.0.0", "::")
"""What stands for all addresses of a machine."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name server said: addresses (or, for SRV and PTR, texts); none and `exists=False` is NXDOMAIN.

    `seq` is the history record that made the answer what it is, so that whoever asked has it as a cause.
    """

    records: tuple[str, ...] = ()
    exists: bool = True
    seq: int = -1


NameServer = Callable[[str, str], Answer]
"""`query(name, type)` for type A, SRV or PTR. Raises ResolveError(temporary=True) when it is down."""

Router = Callable[[str, int, str], tuple[str, int, int] | None]
"""`route(address, port, source address)`: where a virtual address leads now; None: nowhere (refused).

The third number is the history record that made it lead there, or -1.
"""


class Interface:
    """A network namespace: one address, and the ports that are listened on. Shared by the containers of a Pod."""

    def __init__(self, network: Network, address: str, hostname: str = "") -> None:
        self.network = network
        self.address = address
        self.hostname = hostname
        self.listeners: dict[int, Listener] = {}
        self.next_port = 32768

    def listen(self, port: int, address: str = "") -> Listener:
        """Listen on a port of all addresses, or of one: 127.0.0.1 is not reached from elsewhere.

        Raises EADDRINUSE (also where two want the same port of different addresses), EADDRNOTAVAIL.
        """
        only = "" if address in ANY_ADDRESS else address
        if only and not self.is_local(only):
            raise SyscallError(Errno.EADDRNOTAVAIL)
        held = self.listeners.get(port)
        if held is not None and held.is_open:
            raise SyscallError(Errno.EADDRINUSE)
        listener = Listener(self.network.sim, self.address, port, only=only)
        self.listeners[port] = listener
        return listener

    def is_local(self, address: str) -> bool:
        return address == self.address or address.startswith("127.") or address in ("::1", "0.0.0.0")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong between two hosts: nothing passes, or it takes longer."""

    cut: bool = False
    added_seconds: float = 0.0


def in_order(*names: str) -> tuple[str, str]:
    one, other = sorted(names)
    return one, other


class Network:
    """All machines' interfaces by address, and what lies between them."""

    def __init__(self, sim: Simulation, *, latency_seconds: float = 0.0005, bytes_per_second: float = 50e6) -> None:
        self.sim = sim
        self.default_link = Link(latency_seconds, bytes_per_second)
        self.links: dict[tuple[str, str], Link] = {}
        self.troubles: dict[tuple[str, str], Trouble] = {}
        """What lies between two hosts that are not as well connected as others, by their names in order."""
        self.interfaces: dict[str, Interface] = {}
        self.name_servers: dict[str, NameServer] = {}
        self.is_virtual: Callable[[str], bool] = lambda address: False
        self.route: Router = lambda address, port, source: None

    def attach(self, address: str, hostname: str = "") -> Interface:
        """A new interface with this address."""
        interface = Interface(self, address, hostname)
        for pair in [pair for pair in self.links if address in pair]:
            del self.links[pair]  # somebody else has this address now
        self.interfaces[address] = interface
        return interface

    def detach(self, interface: Interface) -> None:
        """Nothing reaches this address any more."""
        if self.interfaces.get(interface.address) is interface:
            del self.interfaces[interface.address]

    def link(self, source: str, target: str) -> Link:
        """What lies between two addresses, in either direction."""
        pair = (source, target) if source < target else (target, source)
        link = self.links.get(pair)
        if link is None:
            link = self.links[pair] = replace(self.default_link)
            names = [end.hostname for address in pair if (end := self.interfaces.get(address))]
            self._apply(link, self.troubles.get(in_order(*names)) if len(names) == 2 else None)
        return link

    def trouble(self, one: str, other: str, trouble: Trouble | None) -> None:
        """Something is in the way between two hosts from now on, or (None) nothing is any more."""
        pair = in_order(one, other)
        self.troubles.pop(pair, None)
        if trouble is not None:
            self.troubles[pair] = trouble
        for (source, target), link in self.links.items():
            ends = [self.interfaces.get(source), self.interfaces.get(target)]
            if in_order(*(end.hostname if end else "" for end in ends)) == pair:
                self._apply(link, trouble)

    def _apply(self, link: Link, trouble: Trouble | None) -> None:
        link.latency_seconds = self.default_link.latency_seconds + (trouble.added_seconds if trouble else 0.0)
        if trouble is not None and trouble.cut:
            link.cut = True
        else:
            link.heal()

    def vanish(self, interface: Interface) -> None:
        """Whoever has this address is gone without a word: its peers get neither data nor an end (NCAT-6)."""
        for pair, link in self.links.items():
            if interface.address in pair:
                link.cut = link.is_dead = True

    def connect(
        self, process: Process, address: str, port: int, timeout_seconds: float | None = None
    ) -> Run[SocketHandle]:
        """Open a connection. Raises ECONNREFUSED, EHOSTUNREACH or ETIMEDOUT."""
        source = process.machine.interface
        patience = CONNECT_TIMEOUT_SECONDS if timeout_seconds is None else timeout_seconds
        target_address, target_port = address, port
        if source.is_local(address):
            target: Interface | None = source
            link = LOOPBACK
        else:
            if self.is_virtual(address):
                routed = self.route(address, port, source.address)
                if routed is None:
                    process.record("net.refused", f"{address}:{port}")
                    raise SyscallError(Errno.ECONNREFUSED)
                target_address, target_port, since = routed
                process.actor.hear(since)
            target = self.interfaces.get(target_address)
            link = LOOPBACK if target is source else self.link(source.address, target_address)
            if link.cut:
                yield self.sim.sleep(patience)
                raise SyscallError(Errno.ETIMEDOUT)
            yield self.sim.sleep(2 * link.latency_seconds)
        if target is None:
            yield self.sim.sleep(min(ARP_TIMEOUT_SECONDS, patience))
            raise SyscallError(Errno.EHOSTUNREACH if patience > ARP_TIMEOUT_SECONDS else Errno.ETIMEDOUT)
        listener = target.listeners.get(target_port)
        if listener is None or not listener.is_open or not listener.hears(target_address):
            process.record("net.refused", f"{target_address}:{target_port}")
            raise SyscallError(Errno.ECONNREFUSED)
        process.actor.hear(listener.seq)
        source.next_port += 1
        local = "127.0.0.1" if link is LOOPBACK and address.startswith("127.") else source.address
        client, server = connection(self.sim, link, (local, source.next_port), (address, port))
        client.open(process, f"{target_address}:{target_port}", name=address)
        listener.enqueue(server)
        return client


def resolve(process: Process, name: str) -> Run[list[str]]:
    """Turn a host name into addresses as libc does: literal, /etc/hosts, then the servers of /etc/resolv.conf.

    DNS-8: a name with fewer dots than `ndots` tries the search list first; each candidate costs one query.
    Raises ResolveError.
    """
    if _is_address(name):
        return [name]
    hosts = _lines(process, "/etc/hosts")
    for fields in hosts:
        if name in fields[1:]:
            return [fields[0]]
    if name == "localhost":
        return ["127.0.0.1"]
    servers, search, ndots = _resolver_configuration(process)
    if not servers:
        raise ResolveError(name, temporary=True)
    for candidate in _candidates(name, search, ndots):
        answer = yield from query(process, servers[0], candidate, "A")
        if answer.records:
            return list(answer.records)
    raise ResolveError(name)


def query(process: Process, server: str, name: str, kind: str) -> Run[Answer]:
    """Ask one name server one question. Raises ResolveError where nobody answers."""
    network = process.machine.interface.network
    yield process.sim.sleep(QUERY_SECONDS)
    name_server = network.name_servers.get(server)
    if name_server is None or network.link(process.machine.interface.address, server).cut:
        yield process.sim.sleep(10.0)  # resolv.conf(5): two attempts of five seconds
        raise ResolveError(name, temporary=True)
    answer = name_server(name.rstrip("."), kind)
    process.actor.hear(answer.seq)
    process.record("net.resolve", name, type=kind, answers=list(answer.records))
    return answer


def name_servers(process: Process) -> list[str]:
    """The servers that this machine's /etc/resolv.conf names."""
    return _resolver_configuration(process)[0]


def search_candidates(process: Process, name: str) -> list[str]:
    """The full names that a name may stand for, in the order in which libc asks for them (DNS-8)."""
    _, search, ndots = _resolver_configuration(process)
    return _candidates(name, search, ndots)


def _candidates(name: str, search: list[str], ndots: int) -> list[str]:
    if name.endswith("."):
        return [name]
    searched = [f"{name}.{domain}" for domain in search]
    return [*searched, name] if name.count(".") < ndots else [name, *searched]


def _resolver_configuration(process: Process) -> tuple[list[str], list[str], int]:
    servers: list[str] = []
    search: list[str] = []
    ndots = 1
    for fields in _lines(process, "/etc/resolv.conf"):
        match fields:
            case ["nameserver", address]:
                servers.append(address)
            case ["search", *domains]:
                search = domains
            case ["options", *options]:
                for option in options:
                    if option.startswith("ndots:"):
                        ndots = int(option[6:])
    return servers, search, ndots


def _lines(process: Process, path: str) -> list[list[str]]:
    text = process.peek(path)
    return [fields for line in text.decode().splitlines() if (fields := line.split("#")[0].split())]


@lru_cache(maxsize=1024)
def _is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except AddressValueError:
        return name == "::1"
    return True
