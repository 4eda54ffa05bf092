"""Sessions of a running server: locks, kills, limits, names, and what its end does to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simk8s.errors import SimError
from simk8s.machine import Process
from simk8s.machine.signals import SIGKILL, SIGQUIT, SIGTERM
from tests.mysql_server.world import Container, Output, World


@pytest.fixture
def server() -> Container:
    return World().pod(0).serve()


@pytest.fixture
def clients(server: Container) -> Iterator[Container]:
    server.sql("CREATE DATABASE test; CREATE TABLE test.t (n INT PRIMARY KEY)")
    yield server


class Client:
    """A client whose statements keep coming: `SLEEP` holds it between them."""

    def __init__(self, server: Container, text: str) -> None:
        self.out, self.errors = Output(), Output()
        self.process: Process = server.start(
            "mysql", "-h", "127.0.0.1", "-e", text, output=self.out, errors=self.errors
        )

    @property
    def status(self) -> int | None:
        return self.process.status


def pause(server: Container, seconds: float) -> None:
    server.sim.run(server.sim.now + seconds)


def test_writers_wait_behind_the_global_read_lock_and_readers_do_not(clients: Container) -> None:
    """SQL-31, XB-43."""
    holder = Client(clients, "FLUSH TABLES WITH READ LOCK; SELECT SLEEP(10); UNLOCK TABLES; SELECT SLEEP(5)")
    pause(clients, 1)
    writer = Client(clients, "INSERT INTO test.t VALUES (1)")
    pause(clients, 1)
    assert clients.sql("SELECT COUNT(*) FROM test.t", "-N") == "0\n"
    states = [line.split("\t")[6] for line in clients.sql("SHOW PROCESSLIST", "-N").splitlines()]
    assert "Waiting for global read lock" in states
    assert writer.status is None
    pause(clients, 9)
    assert writer.status == 0
    assert holder.status is None


def test_the_lock_goes_with_the_connection_of_its_holder(clients: Container) -> None:
    """XB-42."""
    holder = Client(clients, "FLUSH TABLES WITH READ LOCK; SELECT SLEEP(100)")
    pause(clients, 1)
    writer = Client(clients, "INSERT INTO test.t VALUES (1)")
    pause(clients, 1)
    holder.process.kill(SIGKILL)
    pause(clients, 101)
    assert writer.status == 0


def test_ones_own_lock_is_an_error(clients: Container) -> None:
    """Error 1223."""
    client = Client(clients, "FLUSH TABLES WITH READ LOCK; INSERT INTO test.t VALUES (1)")
    pause(clients, 1)
    assert client.errors.text == (
        "ERROR 1223 (HY000) at line 1: Can't execute the query because you have a conflicting read lock\n"
    )


def test_a_killed_query_that_waits_gives_up(clients: Container) -> None:
    Client(clients, "FLUSH TABLES WITH READ LOCK; SELECT SLEEP(50)")
    pause(clients, 1)
    writer = Client(clients, "INSERT INTO test.t VALUES (1)")
    pause(clients, 1)
    row = next(r for r in clients.sql("SHOW PROCESSLIST", "-N").splitlines() if "INSERT INTO" in r)
    clients.sql(f"KILL {row.split()[0]}")
    pause(clients, 1)
    assert writer.status == 1
    assert "ERROR 1317 (70100) at line 1: Query execution was interrupted" in writer.errors.text


def test_two_transactions_that_want_each_others_rows_do_not_both_win(clients: Container) -> None:
    clients.sql("INSERT INTO test.t VALUES (1), (2)")
    first = Client(clients, "BEGIN; DELETE FROM test.t WHERE n=1; DO SLEEP(2); DELETE FROM test.t WHERE n=2; COMMIT")
    second = Client(clients, "BEGIN; DELETE FROM test.t WHERE n=2; DO SLEEP(2); DELETE FROM test.t WHERE n=1; COMMIT")
    pause(clients, 60)
    assert sorted([first.status, second.status], key=str) == [0, 1]
    assert "ERROR 1213 (40001) at line 1: Deadlock found" in first.errors.text + second.errors.text


def test_one_client_too_many_is_turned_away(server: Container) -> None:
    """Error 1040."""
    server.sql("SET GLOBAL max_connections=2; CREATE USER 'app'@'%'")
    for _ in range(2):
        Client(server, "DO SLEEP(50)")
    pause(server, 1)
    status, _, errors = server.run("mysql", "-h", "127.0.0.1", "-u", "app", "-e", "SELECT 1")
    assert (status, errors) == (1, "ERROR 1040 (08004): Too many connections\n")
    assert server.run("mysqladmin", "-h", "127.0.0.1", "-u", "app", "ping")[0] == 0  # SQL-20
    assert server.sql("SELECT 1", "-N") == "1\n"  # one more with SUPER


@pytest.mark.parametrize("number", [SIGTERM, SIGQUIT])
def test_a_clean_stop_ends_with_status_zero_and_tells_its_clients(clients: Container, number: int) -> None:
    """MYSQLD-54, MYSQLD-56."""
    idle = Client(clients, "FLUSH TABLES WITH READ LOCK; DO SLEEP(2); SELECT 1")
    pause(clients, 1)
    waiting = Client(clients, "INSERT INTO test.t VALUES (1)")
    pause(clients, 0.5)
    main = clients.machine.processes[1]
    main.kill(number)
    clients.sim.run(main.exited)
    assert main.status == 0
    assert "ERROR 1053 (08S01) at line 1: Server shutdown in progress" in waiting.errors.text
    assert "mysqld: Shutdown complete" in clients.output.text
    assert clients.output.text.index("Giving 2 client threads a chance to die gracefully") > 0
    assert idle.status != 0


def test_a_killed_server_is_lost_in_the_middle_of_a_query(clients: Container) -> None:
    """MYSQLD-55, error 2013."""
    client = Client(clients, "DO SLEEP(50)")
    pause(clients, 1)
    server = clients.machine.processes[1]
    outcome = client.errors
    server.kill(SIGKILL)
    assert server.status == 137
    assert outcome.text == ""  # the client was in the same container and went with it


def test_a_remote_client_sees_the_connection_break() -> None:
    """MYSQLD-55, error 2013."""
    world = World()
    server = world.pod(0).serve()
    remote = world.pod(1).sidecar()
    errors = Output()
    client = remote.start("mysql", "-h", "mysql-0.mysql", "-e", "DO SLEEP(50)", errors=errors)
    pause(server, 1)
    server.machine.processes[1].kill(SIGKILL)
    pause(server, 1)
    assert (client.status, errors.text) == (
        1,
        "ERROR 2013 (HY000) at line 1: Lost connection to MySQL server during query\n",
    )


def test_loopback_is_localhost_and_others_are_known_by_their_dns_name() -> None:
    """MYSQLD-33, SQL-3."""
    world = World()
    server = world.pod(0).serve()
    remote = world.pod(1).sidecar()
    assert server.sql("SELECT USER(), CURRENT_USER()", "-N") == "root@localhost\troot@localhost\n"
    answer = remote.run("mysql", "-h", "mysql-0.mysql", "-N", "-e", "SELECT USER(), CURRENT_USER()")[1]
    assert answer == "root@mysql-1.mysql.default.svc.cluster.local\troot@%\n"


def test_a_server_that_does_not_resolve_names_knows_addresses() -> None:
    """SW-5, ENTRY-43."""
    world = World()
    world.pod(0).conf.install({"/names.cnf": "[mysqld]\nskip-name-resolve\n"})
    world.pod(0).serve()
    remote = world.pod(1).sidecar()
    answer = remote.run("mysql", "-h", "mysql-0.mysql", "-N", "-e", "SELECT USER()")[1]
    assert answer == "root@10.0.0.11\n"


def test_clients_that_come_too_early_wait_in_the_queue() -> None:
    """MYSQLD-41."""
    pod = World().pod(0)
    stopped = pod.serve().machine.processes[1]
    stopped.kill(SIGTERM)
    pod.world.sim.run(stopped.exited)
    container = pod.mysql()
    container.start("docker-entrypoint.sh", "mysqld")
    while "Server socket created on IP" not in container.output.text:
        pause(container, 0.05)
    client = Client(container, "SELECT 1")
    pause(container, 0.1)
    assert client.status is None
    pause(container, 1)
    assert (client.status, client.out.text) == (0, "1\n1\n")


def test_a_second_server_on_the_same_directory_waits_and_gives_up() -> None:
    """MYSQLD-45."""
    pod = World().pod(0)
    pod.serve()
    second = pod.mysql()
    main = second.start("docker-entrypoint.sh", "mysqld", "--port=3310")
    pod.world.sim.run(main.exited)
    assert main.status == 1
    assert second.output.text.count("InnoDB: Unable to lock ./ibdata1 error: 11") == 100


def test_a_taken_port_ends_the_second_server() -> None:
    """MYSQLD-45."""
    world = World()
    pod = world.pod(0)
    pod.serve()
    pod.data.directory("other")
    other = pod.mysql()
    other.machine.mounts.mount("/var/lib/mysql", pod.data, sub_path="other")
    main = other.start("docker-entrypoint.sh", "mysqld")
    world.sim.run(main.exited)
    assert main.status == 1
    assert "Can't start server: Bind on TCP/IP port: Address already in use" in other.output.text


def test_a_server_bound_to_loopback_is_not_reached_from_elsewhere() -> None:
    """MYSQLD-32: without `bind-address` it listens on all. A real MariaDB bound to 127.0.0.1 does the same."""
    world = World()
    pod = world.pod(0)
    pod.conf.install({"/bind.cnf": "[mysqld]\nbind-address=127.0.0.1\n"})
    server = pod.serve()
    assert "Server socket created on IP: '127.0.0.1'." in server.output.text
    status, _, said = world.pod(1).sidecar().run("mysql", "-h", "10.0.0.10", "-u", "root", "-e", "SELECT 1")
    assert (status, said) == (1, "ERROR 2003 (HY000): Can't connect to MySQL server on '10.0.0.10' (111)\n")


def test_root_must_be_asked_for_by_name(server: Container) -> None:
    status, _, errors = server.run("mysqld")
    assert status == 1
    assert 'Please read "Security" section of the manual' in errors


def test_a_hangup_opens_a_new_binary_log(server: Container) -> None:
    """MYSQLD-54, REPL-2."""
    server.machine.processes[1].kill(1)
    pause(server, 1)
    assert server.sql("SHOW MASTER STATUS", "-N").split("\t")[0] == "mysql-0-bin.000004"


@pytest.mark.parametrize(
    ("words", "named"),
    [(["--gtid-mode=ON"], "gtid_mode=ON"), (["--skip-grant-tables"], "--skip-grant-tables"),
     (["--relay-log-recovery"], "relay_log_recovery=1"), (["--slave-skip-errors=all"], "slave_skip_errors=all"),
     (["--innodb-force-recovery=1"], "innodb_force_recovery=1")],
)  # fmt: skip
def test_what_the_model_does_not_act_upon_is_refused_by_name(words: list[str], named: str) -> None:
    container = World().pod(0).mysql()
    with pytest.raises(SimError, match=named):
        container.run("mysqld", *words)


def test_whoever_connects_and_only_listens_is_let_go_after_ten_seconds(server: Container) -> None:
    """MySQL's connect_timeout; so `ncat --recv-only mysql-0.mysql 3306` ends, and a clone from a wrong port fails."""
    listener = server.start("bash", "-c", "cat < /dev/tcp/127.0.0.1/3306", output=Output(), errors=Output())
    pause(server, 9)
    assert listener.status is None
    pause(server, 2)
    assert listener.status == 0
