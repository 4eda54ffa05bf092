"""Asking name servers: getent, nslookup, dig, host, ping."""

from __future__ import annotations

import pytest

from simk8s.images import default_registry
from simk8s.machine import Answer, Machine, Network, ResolveError, SinkHandle
from simk8s.machine.network import Trouble
from simk8s.sim import Simulation

ZONE = {
    ("web-0.nginx.default.svc.cluster.local", "A"): ("10.0.0.5",),
    ("nginx.default.svc.cluster.local", "A"): ("10.0.0.5", "10.0.0.6"),
    ("_web._tcp.nginx.default.svc.cluster.local", "SRV"): ("0 50 80 web-0.nginx.default.svc.cluster.local.",),
    ("5.0.0.10.in-addr.arpa", "PTR"): ("web-0.nginx.default.svc.cluster.local.",),
}
RESOLV = "nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local\noptions ndots:5\n"


class Asker:
    """A machine with a name server that knows a small zone."""

    def __init__(self, image: str = "bash") -> None:
        self.sim = Simulation()
        self.network = Network(self.sim)
        self.network.name_servers["10.96.0.10"] = self.answer
        self.network.attach("10.0.0.5", "web-0")
        self.down = False
        found = default_registry().find(image)
        assert found is not None
        root = found.root().copy("asker")
        root.install({"/etc/resolv.conf": RESOLV, "/etc/hosts": "127.0.0.1\tlocalhost\n10.0.0.9\tasker.here\tasker\n"})
        self.machine = Machine(self.sim, root=root, interface=self.network.attach("10.0.0.9", "asker"))
        self.env = found.env
        self.machine.start(["sleep", "infinity"], env=self.env)

    def answer(self, name: str, kind: str) -> Answer:
        if self.down:
            raise ResolveError(name, temporary=True)
        records = ZONE.get((name, kind), ())
        return Answer(records, exists=any(name == known for known, _ in ZONE))

    def run(self, *argv: str) -> tuple[int, str]:
        written = bytearray()
        sink = SinkHandle(lambda _, data: written.extend(data))
        process = self.machine.start(list(argv), env=self.env, stdout=sink, stderr=sink.share())
        return self.sim.run(process.exited), written.decode()


@pytest.fixture
def asker() -> Asker:
    return Asker()


def test_getent_gives_the_address_and_the_full_name(asker: Asker) -> None:
    assert asker.run("getent", "hosts", "web-0.nginx") == (0, "10.0.0.5        web-0.nginx.default.svc.cluster.local\n")
    assert asker.run("getent", "hosts", "asker") == (0, "10.0.0.9        asker.here asker\n")
    assert asker.run("getent", "hosts", "nobody") == (2, "")


def test_getent_knows_users_and_groups(asker: Asker) -> None:
    assert asker.run("getent", "passwd", "daemon") == (0, "daemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n")
    assert asker.run("getent", "group", "nogroup") == (0, "nogroup:x:65534:\n")
    assert asker.run("getent", "passwd", "nobody-at-all")[0] == 2


def test_nslookup_follows_the_search_list(asker: Asker) -> None:
    status, text = asker.run("nslookup", "web-0.nginx")
    assert status == 0
    assert text.split() == ["Server:", "10.96.0.10", "Address:", "10.96.0.10#53", "Name:",
                            "web-0.nginx.default.svc.cluster.local", "Address:", "10.0.0.5"]  # fmt: skip
    assert asker.run("nslookup", "web-7.nginx")[0] == 1


def test_busybox_prints_it_in_the_way_of_its_version() -> None:
    """The documentation of Kubernetes shows the form of busybox 1.28."""
    old, new = Asker("busybox:1.28"), Asker("busybox:1.36")
    server = "Server:    10.96.0.10\nAddress 1: 10.96.0.10\n\n"
    answer = "Name:      web-0.nginx\nAddress 1: 10.0.0.5 web-0.nginx.default.svc.cluster.local\n"
    assert old.run("nslookup", "web-0.nginx") == (0, server + answer)
    assert old.run("nslookup", "web-7.nginx")[1].endswith("nslookup: can't resolve 'web-7.nginx'\n")
    assert "Address:\t10.96.0.10:53" in new.run("nslookup", "web-0.nginx")[1]
    assert "** server can't find web-7.nginx: NXDOMAIN" in new.run("nslookup", "web-7.nginx")[1]


def test_dig_does_not_search_unless_told_to(asker: Asker) -> None:
    assert asker.run("dig", "+short", "web-0.nginx") == (0, "")
    assert asker.run("dig", "+short", "+search", "web-0.nginx") == (0, "10.0.0.5\n")
    name = "nginx.default.svc.cluster.local"
    assert asker.run("dig", "+short", name) == (0, "10.0.0.5\n10.0.0.6\n")
    assert asker.run("dig", "+short", "SRV", f"_web._tcp.{name}") == (0, f"0 50 80 web-0.{name}.\n")
    assert asker.run("dig", "+short", "-x", "10.0.0.5") == (0, f"web-0.{name}.\n")


def test_dig_in_full_shows_question_and_answer(asker: Asker) -> None:
    status, text = asker.run("dig", "nginx.default.svc.cluster.local")
    assert status == 0
    assert "status: NOERROR" in text
    assert "nginx.default.svc.cluster.local.\t30\tIN\tA\t10.0.0.6" in text


def test_a_name_server_that_is_down_is_said_to_be_out_of_reach(asker: Asker) -> None:
    asker.down = True
    assert asker.run("dig", "x.") == (9, ";; connection timed out; no servers could be reached\n")
    assert asker.run("nslookup", "x")[0] == 1
    assert asker.run("getent", "hosts", "x") == (2, "")


def test_host_speaks_in_sentences(asker: Asker) -> None:
    assert asker.run("host", "web-0.nginx") == (0, "web-0.nginx.default.svc.cluster.local has address 10.0.0.5\n")
    assert asker.run("host", "nobody") == (1, "Host nobody not found: 3(NXDOMAIN)\n")


def test_ping_reaches_whoever_is_there_and_not_cut_off(asker: Asker) -> None:
    assert asker.run("ping", "-c", "1", "-W", "1", "web-0.nginx")[0] == 0
    asker.network.trouble("asker", "web-0", Trouble(cut=True))
    before = asker.sim.now
    assert asker.run("ping", "-c", "1", "-W", "1", "web-0.nginx")[0] == 1
    assert 1 <= asker.sim.now - before < 1.1
    assert asker.run("ping", "-c", "1", "nobody")[0] == 2


def test_netcat_says_whether_a_port_is_open(asker: Asker) -> None:
    assert asker.run("nc", "-z", "localhost", "80")[0] == 1
    assert asker.run("bash", "-c", "nc -l -p 80 </dev/null & sleep 0.1; nc -z localhost 80")[0] == 0


def test_netcat_passes_bytes_both_ways(asker: Asker) -> None:
    script = "echo answer | nc -N -l 99 > got & sleep 0.1; echo question | nc -N localhost 99; wait; cat got"
    assert asker.run("bash", "-c", script) == (0, "answer\nquestion\n")


def test_busybox_netcat_runs_a_program_for_a_connection() -> None:
    asker = Asker("busybox:1.36")
    script = "nc -l -p 99 -e /bin/cat & sleep 0.1; echo there and back | nc localhost 99"
    assert asker.run("sh", "-c", script) == (0, "there and back\n")
    assert asker.run("sh", "-c", "nc nobody 99") == (1, "nc: bad address 'nobody'\n")
