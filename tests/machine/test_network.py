"""Connections between machines, partitions, virtual addresses, and names as libc resolves them."""

from __future__ import annotations

import pytest

from simk8s.machine import Answer, Errno, FileSystem, Link, Machine, Network, Process, ResolveError, SyscallError
from simk8s.sim import Run, Simulation

RESOLV_CONF = (
    "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"
)


class Pair:
    """Two machines on one network; the server echoes one message."""

    def __init__(self) -> None:
        self.sim = Simulation()
        self.network = Network(self.sim, latency_seconds=0.001, bytes_per_second=1e6)
        root = FileSystem("root")
        root.install({"/etc/resolv.conf": RESOLV_CONF, "/etc/hosts": "10.244.1.2 mysql-1.mysql mysql-1\n"})
        self.client = Machine(self.sim, "client", root=root, interface=self.network.attach("10.244.0.2"))
        self.server = Machine(self.sim, "server", interface=self.network.attach("10.244.1.2"))
        self.server.run_function(echo, ["echo"])
        self.sim.run(0.1)


def echo(process: Process) -> Run[int]:
    listener = yield from process.listen(3306)
    while True:
        connection = yield from listener.accept(process)
        while data := (yield from connection.read(process, 1 << 20)):
            yield from connection.write(process, data)
        connection.release()


@pytest.fixture
def pair() -> Pair:
    return Pair()


def connect(pair: Pair, address: str, port: int = 3306, message: bytes = b"hello") -> bytes:
    """Send a message from the client's machine and return the answer."""
    answers: list[bytes] = []
    errors: list[Errno] = []

    def main(process: Process) -> Run[int]:
        try:
            connection = yield from process.connect(address, port)
        except SyscallError as error:
            errors.append(error.errno)
            return 1
        yield from connection.write(process, message)
        connection.shutdown()
        process.install(connection, 9)
        answers.append((yield from process.read_all(9)))
        return 0

    pair.sim.run(pair.client.run_function(main, ["client"]).exited)
    if errors:
        raise SyscallError(errors[0])
    return answers[0]


def test_bytes_take_latency_and_bandwidth(pair: Pair) -> None:
    before = pair.sim.now
    assert connect(pair, "10.244.1.2", message=b"x" * 50_000) == b"x" * 50_000
    assert 0.1 < pair.sim.now - before < 0.11  # there and back at a megabyte a second


@pytest.mark.parametrize(
    ("address", "port", "errno"),
    [
        ("10.244.1.2", 3307, Errno.ECONNREFUSED),
        ("10.244.9.9", 3306, Errno.EHOSTUNREACH),
        ("127.0.0.1", 3306, Errno.ECONNREFUSED),
    ],
)
def test_a_connection_that_cannot_be_says_why(pair: Pair, address: str, port: int, errno: Errno) -> None:
    with pytest.raises(SyscallError) as error:
        connect(pair, address, port)
    assert error.value.errno is errno


def test_across_a_partition_connecting_times_out(pair: Pair) -> None:
    pair.network.links["10.244.0.2", "10.244.1.2"] = Link(cut=True)
    with pytest.raises(SyscallError) as error:
        connect(pair, "10.244.1.2")
    assert error.value.errno is Errno.ETIMEDOUT


def test_a_virtual_address_leads_to_what_the_router_says(pair: Pair) -> None:
    pair.network.is_virtual = lambda address: address == "10.96.0.20"
    pair.network.route = lambda address, port, source: ("10.244.1.2", 3306, -1)
    assert connect(pair, "10.96.0.20", 80) == b"hello"
    pair.network.route = lambda address, port, source: None
    with pytest.raises(SyscallError) as error:
        connect(pair, "10.96.0.20", 80)
    assert error.value.errno is Errno.ECONNREFUSED


def lookup(pair: Pair, name: str) -> list[str]:
    found: list[list[str]] = []

    def main(process: Process) -> Run[int]:
        try:
            found.append((yield from process.resolve(name)))
        except ResolveError:
            found.append([])
        return 0

    pair.sim.run(pair.client.run_function(main, ["client"]).exited)
    return found[0]


def test_a_short_name_is_tried_with_the_search_list_first(pair: Pair) -> None:
    """DNS-8: each failed candidate costs one query."""
    asked: list[str] = []

    def name_server(name: str, kind: str) -> Answer:
        asked.append(name)
        known = {"mysql-0.mysql.default.svc.cluster.local": ("10.244.1.7",), "example.org": ("192.0.2.1",)}
        return Answer(known.get(name, ()), exists=name in known)

    pair.network.name_servers["10.96.0.10"] = name_server
    assert lookup(pair, "mysql-0.mysql") == ["10.244.1.7"]
    assert asked == ["mysql-0.mysql.default.svc.cluster.local"]
    asked.clear()
    assert lookup(pair, "example.org") == ["192.0.2.1"]
    assert asked == [
        "example.org.default.svc.cluster.local",
        "example.org.svc.cluster.local",
        "example.org.cluster.local",
        "example.org",
    ]
    assert lookup(pair, "no.such.name.") == []


def test_hosts_and_literal_addresses_need_no_name_server(pair: Pair) -> None:
    """DNS-9: a Pod finds itself by name although it is not Ready."""
    assert lookup(pair, "mysql-1.mysql") == ["10.244.1.2"]
    assert lookup(pair, "localhost") == ["127.0.0.1"]
    assert lookup(pair, "10.1.2.3") == ["10.1.2.3"]
