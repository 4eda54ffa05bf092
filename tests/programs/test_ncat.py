"""ncat, rule by rule (NCAT-1 to NCAT-16)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from simk8s.images.bash import BASH
from simk8s.machine import Answer, Machine, Network, Process, ResolveError, SinkHandle, SourceHandle
from simk8s.machine.signals import SIGKILL, SIGTERM
from simk8s.machine.socket import Link
from simk8s.sim import Simulation

SERVE = ["ncat", "--listen", "--keep-open", "--send-only", "--max-conns=1", "3307", "-c"]


@dataclass
class Started:
    """A process on one of the two hosts, with what it wrote."""

    process: Process
    out: bytearray
    err: bytearray

    @property
    def status(self) -> int | None:
        return self.process.status


class Pair:
    """Two hosts, `mysql-0` at 10.0.0.1 and `mysql-1` at 10.0.0.2, and a name server that knows the first."""

    def __init__(self) -> None:
        self.sim = Simulation()
        self.network = Network(self.sim)
        self.network.name_servers["10.0.0.53"] = self.answer
        self.down = False
        self.hosts: dict[str, Machine] = {}
        for number in (0, 1):
            root = BASH.root().copy(f"mysql-{number}")
            root.install({"/etc/resolv.conf": "nameserver 10.0.0.53\n"})
            interface = self.network.attach(f"10.0.0.{number + 1}", f"mysql-{number}")
            self.hosts[f"mysql-{number}"] = Machine(self.sim, f"mysql-{number}", root=root, interface=interface)
            self.start(f"mysql-{number}", ["sleep", "infinity"])

    def answer(self, name: str, kind: str) -> Answer:
        if self.down:
            raise ResolveError(name, temporary=True)
        return Answer(("10.0.0.1", "10.0.0.2")) if name == "mysql-0.mysql" else Answer(exists=False)

    def start(self, host: str, argv: list[str], stdin: bytes = b"") -> Started:
        out, err = bytearray(), bytearray()
        process = self.hosts[host].start(
            argv,
            env={"PATH": "/usr/bin:/bin"},
            stdin=SourceHandle(stdin),
            stdout=SinkHandle(lambda _, data: out.extend(data)),
            stderr=SinkHandle(lambda _, data: err.extend(data)),
        )
        return Started(process, out, err)

    def client(self, *argv: str, stdin: bytes = b"") -> Started:
        return self.start("mysql-1", ["ncat", *(argv or ("--recv-only", "mysql-0.mysql", "3307"))], stdin)

    def serve(self, command: str) -> Started:
        server = self.start("mysql-0", [*SERVE, command])
        self.pass_time(0.1)
        return server

    def pass_time(self, seconds: float) -> None:
        self.sim.run(self.sim.now + seconds)


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_a_name_that_does_not_resolve_ends_the_client_with_status_2(pair: Pair) -> None:
    """NCAT-1"""
    client = pair.client("--recv-only", "mysql-7.mysql", "3307")
    pair.pass_time(1)
    assert client.status == 2
    text = b'Ncat: Could not resolve hostname "mysql-7.mysql": Name or service not known. QUITTING.\n'
    assert bytes(client.err) == text


def test_a_name_server_that_is_down_is_a_temporary_failure(pair: Pair) -> None:
    """NCAT-1"""
    pair.down = True
    client = pair.client()
    pair.pass_time(30)
    assert client.status == 2
    assert b"Temporary failure in name resolution. QUITTING." in client.err


def test_a_refused_connection_ends_the_client_with_status_1(pair: Pair) -> None:
    """NCAT-2, NCAT-16"""
    client = pair.client()
    pair.pass_time(1)
    assert (client.status, bytes(client.err)) == (1, b"Ncat: Connection refused.\n")


def test_who_listens_on_one_address_hears_only_what_is_called_by_it(pair: Pair) -> None:
    """As the real ncat 7.93 does, word for word."""
    pair.start("mysql-0", ["ncat", "--listen", "--keep-open", "--send-only", "127.0.0.1", "3307", "-c", "echo there"])
    pair.pass_time(0.1)
    outside, inside = pair.client(), pair.start("mysql-0", ["ncat", "--recv-only", "localhost", "3307"])
    pair.pass_time(1)
    assert (outside.status, bytes(outside.err)) == (1, b"Ncat: Connection refused.\n")
    assert (inside.status, bytes(inside.out)) == (0, b"there\n")
    stranger = pair.start("mysql-0", ["ncat", "--listen", "10.9.9.9", "3308"])
    pair.pass_time(1)
    text = b"Ncat: bind to 10.9.9.9:3308: Cannot assign requested address. QUITTING.\n"
    assert (stranger.status, bytes(stranger.err)) == (2, text)


def test_no_answer_for_ten_seconds_ends_the_client_with_status_1(pair: Pair) -> None:
    """NCAT-2"""
    pair.network.links["10.0.0.1", "10.0.0.2"] = Link(cut=True)
    client = pair.client()
    pair.pass_time(9.9)
    assert client.status is None
    pair.pass_time(0.5)
    assert (client.status, bytes(client.err)) == (1, b"Ncat: Connection timed out.\n")


def test_an_address_that_nobody_has_is_no_route_to_host(pair: Pair) -> None:
    """NCAT-2"""
    client = pair.client("--recv-only", "10.0.0.99", "3307")
    pair.pass_time(5)
    assert (client.status, bytes(client.err)) == (1, b"Ncat: No route to host.\n")


def test_only_the_first_address_of_a_name_is_tried(pair: Pair) -> None:
    """NCAT-7: the second address, where somebody listens, is not tried."""
    pair.start("mysql-1", [*SERVE, "echo hi"])
    pair.pass_time(0.1)
    client = pair.client()
    pair.pass_time(1)
    assert client.status == 1


def test_a_client_gets_what_the_command_writes_and_ends_with_0(pair: Pair) -> None:
    """NCAT-4, NCAT-11"""
    pair.serve("echo one; echo two")
    client = pair.client()
    pair.pass_time(1)
    assert (client.status, bytes(client.out)) == (0, b"one\ntwo\n")


def test_the_commands_status_is_lost_and_its_errors_go_to_the_servers_log(pair: Pair) -> None:
    """NCAT-11, NCAT-12"""
    server = pair.serve("echo failed >&2; exit 3")
    client = pair.client()
    pair.pass_time(1)
    assert (client.status, bytes(client.out), bytes(client.err)) == (0, b"", b"")
    assert bytes(server.err) == b"failed\n"


def test_exec_does_not_search_the_path(pair: Pair) -> None:
    """As the real ncat 7.93: execv(3) fails in the child, the client gets nothing and the server goes on."""
    for command, said, complaint in (
        ("echo hi", b"", b"exec: No such file or directory\n"),
        ("/bin/echo hi", b"hi\n", b""),
    ):
        server = pair.start("mysql-0", ["ncat", "--listen", "--keep-open", "3307", "-e", command])
        pair.pass_time(0.1)
        client = pair.client()
        pair.pass_time(1)
        assert (client.status, bytes(client.out), bytes(server.err)) == (0, said, complaint)
        assert server.status is None
        server.process.kill(SIGKILL)


def test_a_second_client_is_accepted_and_closed_without_a_byte(pair: Pair) -> None:
    """NCAT-13"""
    server = pair.serve("echo start; sleep 5; echo end")
    first = pair.client()
    pair.pass_time(1)
    second = pair.client()
    pair.pass_time(1)
    assert (second.status, bytes(second.out), bytes(second.err)) == (0, b"", b"")
    assert bytes(server.err) == b""
    pair.pass_time(5)
    assert (first.status, bytes(first.out)) == (0, b"start\nend\n")


def test_the_slot_is_free_again_when_the_relay_has_ended(pair: Pair) -> None:
    """NCAT-13"""
    pair.serve("echo hi")
    for _ in range(3):
        client = pair.client()
        pair.pass_time(1)
        assert bytes(client.out) == b"hi\n"


def test_a_recv_only_client_leaves_standard_input_and_its_sending_side_alone(pair: Pair) -> None:
    """NCAT-5: the command sees no end of file on its standard input while the client lives."""
    pair.serve("cat; echo over")
    client = pair.client(stdin=b"ignored")
    pair.pass_time(2)
    assert (client.status, bytes(client.out)) == (None, b"")


def test_the_server_as_first_process_ignores_sigterm() -> None:
    """NCAT-14: no handler, and pid 1 gets only the signals that it handles."""
    sim = Simulation()
    machine = Machine(sim, root=BASH.root().copy("box"))
    server = machine.start([*SERVE, "true"], env={"PATH": "/usr/bin:/bin"})
    sim.run(1)
    server.kill(SIGTERM)
    assert server.is_alive
    server.kill(SIGKILL)
    assert server.status == 137


def test_a_client_that_dies_in_mid_transfer_ends_the_relay_and_then_the_command(pair: Pair) -> None:
    """NCAT-15: the command's next write meets a closed pipe; afterwards the server serves again."""
    pair.serve("yes && echo not reached >&2")
    client = pair.client()
    pair.pass_time(0.5)
    client.process.kill(SIGKILL)
    pair.pass_time(1)
    names = [process.argv[0] for process in pair.hosts["mysql-0"].processes.values()]
    assert sorted(names) == ["ncat", "sleep"]


def test_a_client_that_vanishes_without_a_word_keeps_the_slot(pair: Pair) -> None:
    """NCAT-6, NCAT-15: the relay blocks, and every further client gets an empty stream."""
    link = Link(latency_seconds=0.0005, bytes_per_second=50e6)
    pair.network.links["10.0.0.1", "10.0.0.2"] = link
    pair.serve("yes")
    client = pair.client()
    pair.pass_time(0.5)
    link.cut = True
    pair.pass_time(60)
    assert client.status is None
    other = pair.start("mysql-0", ["ncat", "--recv-only", "127.0.0.1", "3307"])
    pair.pass_time(1)
    assert (other.status, bytes(other.out)) == (0, b"")


def test_a_port_that_is_taken_ends_the_server_with_status_2(pair: Pair) -> None:
    """NCAT-10"""
    pair.serve("true")
    second = pair.start("mysql-0", [*SERVE, "true"])
    pair.pass_time(1)
    assert (second.status, bytes(second.err)) == (2, b"Ncat: bind to :::3307: Address already in use. QUITTING.\n")


def test_without_a_shell_the_server_refuses_a_command(pair: Pair) -> None:
    """NCAT-10"""
    pair.start("mysql-0", ["mv", "/bin/sh", "/bin/sh.off"])
    pair.pass_time(1)
    server = pair.start("mysql-0", [*SERVE, "true"])
    pair.pass_time(1)
    assert server.status == 2
    assert b"/bin/sh is not executable, so `-c' won't work. QUITTING." in server.err


def test_the_command_is_told_who_is_connected(pair: Pair) -> None:
    """NCAT-11"""
    pair.serve("echo $NCAT_REMOTE_ADDR $NCAT_PROTO")
    client = pair.client()
    pair.pass_time(1)
    assert bytes(client.out) == b"10.0.0.2 TCP\n"


def test_a_peer_that_sends_end_of_file_ends_the_relay_before_the_answer(pair: Pair) -> None:
    """NCAT-12: the client passes the end of its input on, and the server takes that for the end of everything."""
    pair.start("mysql-0", ["ncat", "-l", "99", "-e", "/bin/cat"])
    pair.pass_time(0.1)
    client = pair.client("mysql-0.mysql", "99", stdin=b"there and back\n")
    pair.pass_time(1)
    assert (client.status, bytes(client.out)) == (0, b"")


def test_standard_input_goes_to_the_peer_and_back(pair: Pair) -> None:
    pair.start("mysql-0", ["ncat", "-l", "99", "-e", "/bin/cat"])
    pair.pass_time(0.1)
    client = pair.client("--no-shutdown", "mysql-0.mysql", "99", stdin=b"there and back\n")
    pair.pass_time(1)
    assert bytes(client.out) == b"there and back\n"


def test_an_unmodelled_option_is_refused_by_name(pair: Pair) -> None:
    client = pair.client("--ssl", "mysql-0.mysql", "3307")
    pair.pass_time(1)
    assert client.status == 120
    assert bytes(client.err) == b"ncat: option '--ssl' is not modelled by simk8s (SK310)\n"
