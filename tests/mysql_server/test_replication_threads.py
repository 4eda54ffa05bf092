"""Replication between running servers: connecting, losing, refusing, stopping (REPL-15 to 74, DIR-60 to 65)."""

from __future__ import annotations

import pytest

from simk8s.machine import FileSystem, Process
from simk8s.machine.signals import SIGKILL, SIGTERM
from tests.mysql_server.replicated import bring_up, replica_status, start
from tests.mysql_server.scripts import Scripts, scripts
from tests.mysql_server.world import Container, Pod, World


@pytest.fixture
def article() -> Scripts:
    return scripts("article")


def pair(article: Scripts) -> tuple[World, Container, Container]:
    """A primary and its replica, with a table that has a key and one that has none."""
    world = World()
    (primary, _), (replica, _) = bring_up(world, 2, article)
    primary.sql("CREATE DATABASE test; CREATE TABLE test.k (n INT PRIMARY KEY); CREATE TABLE test.m (t VARCHAR(9))")
    pause(world, 1)
    return world, primary, replica


def pause(world: World, seconds: float) -> None:
    world.sim.run(world.sim.now + seconds)


def stop(container: Container, signal: int = SIGTERM) -> None:
    main = container.machine.processes[1]
    main.kill(signal)
    container.sim.run(main.exited)


def test_a_row_arrives_within_a_tenth_of_a_second(article: Scripts) -> None:
    """DUR-20, REPL-74."""
    world, primary, replica = pair(article)
    primary.sql("INSERT INTO test.m VALUES ('hello')")
    pause(world, 0.1)
    assert replica.sql("SELECT t FROM test.m", "-N") == "hello\n"


def test_an_applied_row_follows_from_the_commit_on_the_primary(article: Scripts) -> None:
    world, primary, _ = pair(article)
    primary.sql("INSERT INTO test.m VALUES ('hello')")
    pause(world, 1)
    records = world.sim.history.records
    commit = next(r for r in records if r.verb == "mysql.commit" and "test.m" in r.detail.get("rows", {}))
    applied = next(r for r in records if r.verb == "mysql.apply" and "test.m" in r.detail.get("rows", {}))
    assert commit.detail["rows"] == applied.detail["rows"] == {"test.m": {"1": ["hello"]}}
    reached, seen = [applied.seq], set()
    while reached:
        seq = reached.pop()
        if seq not in seen:
            seen.add(seq)
            reached += records[seq].causes
    assert commit.seq in seen


def test_both_sides_show_their_threads(article: Scripts) -> None:
    """REPL-50, REPL-52, REPL-58, SQL-42."""
    _, primary, replica = pair(article)
    rows = [line.split("\t") for line in primary.sql("SHOW PROCESSLIST", "-N").splitlines()]
    assert [(row[1], row[4], row[6]) for row in rows if row[4] != "Query"] == [
        ("root", "Binlog Dump", "Master has sent all binlog to slave; waiting for more updates")
    ]
    hosts = [line.split("\t") for line in primary.sql("SHOW SLAVE HOSTS", "-N").splitlines()]
    assert [(row[0], row[3]) for row in hosts] == [("101", "100")]
    rows = [line.split("\t") for line in replica.sql("SHOW PROCESSLIST", "-N").splitlines()]
    assert [(row[1], row[4], row[6]) for row in rows if row[4] != "Query"] == [
        ("system user", "Connect", "Waiting for master to send event"),
        ("system user", "Connect", "Slave has read all relay log; waiting for more updates"),
    ]


def test_a_restarted_primary_is_found_again_and_its_next_log_is_followed(article: Scripts) -> None:
    """REPL-72, DIR-60, REPL-53."""
    world, primary, replica = pair(article)
    stop(primary, SIGKILL)
    pause(world, 3)
    status = replica_status(replica)
    assert (status["Slave_IO_Running"], status["Last_IO_Errno"]) == ("Connecting", "2003")
    assert status["Last_IO_Error"] == (
        "error reconnecting to master 'root@mysql-0.mysql:3306' - retry-time: 10  retries: 1"
    )
    assert status["Seconds_Behind_Master"] == "NULL"  # REPL-60
    primary = world.pod(0).serve()
    pause(world, 12)
    primary.sql("INSERT INTO test.k VALUES (5)")
    pause(world, 1)
    status = replica_status(replica)
    assert (status["Slave_IO_Running"], status["Last_IO_Errno"], status["Last_IO_Error"]) == ("Yes", "0", "")
    assert status["Master_Log_File"] == "mysql-0-bin.000004"
    assert replica.sql("SELECT n FROM test.k", "-N") == "5\n"


def test_a_name_that_does_not_resolve_is_retried_by_name(article: Scripts) -> None:
    """REPL-54, REPL-57."""
    world, primary, replica = pair(article)
    world.published.discard(0)
    stop(primary, SIGKILL)
    pause(world, 3)
    assert replica_status(replica)["Last_IO_Errno"] == "2005"
    world.pod(0).serve()
    world.published.add(0)
    pause(world, 12)
    assert replica_status(replica)["Slave_IO_Running"] == "Yes"


def test_a_replaced_replica_goes_on_by_itself(article: Scripts) -> None:
    """REPL-44, DIR-61."""
    world, primary, replica = pair(article)
    stop(replica)
    primary.sql("INSERT INTO test.k VALUES (7)")
    replica, _ = start(world.pod(1), article)
    assert replica.sql("SELECT n FROM test.k", "-N") == "7\n"
    assert "mysql-1-relay-bin.000002" not in world.pod(1).names()
    assert [line.split("\t")[0] for line in primary.sql("SHOW SLAVE HOSTS", "-N").splitlines()] == ["101"]


def test_a_silent_primary_is_given_up_after_a_minute(article: Scripts) -> None:
    """REPL-56."""
    world, _, replica = pair(article)
    link = world.network.link("10.0.0.10", "10.0.0.11")
    link.cut = True
    pause(world, 50)
    assert replica_status(replica)["Slave_IO_Running"] == "Yes"
    pause(world, 60)
    assert replica_status(replica)["Slave_IO_Running"] == "Connecting"
    link.cut = False
    pause(world, 140)
    assert replica_status(replica)["Slave_IO_Running"] == "Yes"


def test_heartbeats_keep_an_idle_connection(article: Scripts) -> None:
    """REPL-56."""
    world, _, replica = pair(article)
    connects = len([r for r in world.sim.history if r.verb == "net.connect" and r.actor.startswith("mysql-1")])
    pause(world, 300)
    assert replica_status(replica)["Slave_IO_Running"] == "Yes"
    assert len([r for r in world.sim.history if r.verb == "net.connect" and "mysql-1/mysql" in r.actor]) <= connects


def test_a_duplicate_key_stops_the_applier_before_the_transaction(article: Scripts) -> None:
    """REPL-66, REPL-67."""
    world, primary, replica = pair(article)
    replica.sql("SET GLOBAL super_read_only=OFF; INSERT INTO test.k VALUES (1)")
    before = replica_status(replica)["Exec_Master_Log_Pos"]
    primary.sql("INSERT INTO test.k VALUES (1); INSERT INTO test.k VALUES (2)")
    pause(world, 1)
    status = replica_status(replica)
    assert (status["Slave_IO_Running"], status["Slave_SQL_Running"], status["Last_Errno"]) == ("Yes", "No", "1062")
    assert status["Exec_Master_Log_Pos"] == before
    assert status["Last_SQL_Error"].startswith(
        "Could not execute Write_rows event on table test.k; Duplicate entry '1' for key 'PRIMARY', Error_code: 1062; "
        "handler error HA_ERR_FOUND_DUPP_KEY; the event's master log mysql-0-bin.000003, end_log_pos "
    )
    assert "Slave SQL for channel '': Could not execute Write_rows" in replica.output.text
    replica.sql("DELETE FROM test.k WHERE n=1; START SLAVE")
    pause(world, 1)
    assert replica.sql("SELECT n FROM test.k", "-N") == "1\n2\n"


def test_a_definition_that_is_there_already_stops_the_applier(article: Scripts) -> None:
    """REPL-68."""
    world, primary, replica = pair(article)
    replica.sql("SET GLOBAL read_only=OFF; CREATE DATABASE twice")
    primary.sql("CREATE DATABASE twice")
    pause(world, 1)
    assert replica_status(replica)["Last_SQL_Error"] == (
        "Error 'Can't create database 'twice'; database exists' on query. Default database: 'twice'. Query: 'CREATE "
        "DATABASE twice'"
    )


@pytest.mark.parametrize(("table", "value", "error"), [("k", "(9)", "1062"), ("m", "('again')", "0")])
def test_a_kill_between_commit_and_relay_log_info_applies_twice(
    article: Scripts, table: str, value: str, error: str
) -> None:
    """REPL-69, REPL-71."""
    world, primary, replica = pair(article)

    def before(process: Process, verb: str, object: str) -> None:
        if verb == "write" and object.endswith("relay-log.info"):
            replica.machine.before_step = None
            replica.machine.kill()

    replica.machine.before_step = before
    primary.sql(f"INSERT INTO test.{table} VALUES {value}")
    pause(world, 1)
    assert not replica.machine.processes
    again = world.pod(1).serve()
    pause(world, 2)
    assert replica_status(again)["Last_SQL_Errno"] == error
    if table == "m":
        assert again.sql("SELECT t FROM test.m", "-N") == "again\nagain\n"


@pytest.mark.parametrize(
    ("position", "text"),
    [
        ("MASTER_LOG_FILE='mysql-0-bin.000099', MASTER_LOG_POS=4",
         "Could not find first log file name in binary log index file"),
        ("MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS=99999",
         "Client requested master to start replication from position > file size"),
    ],
)  # fmt: skip
def test_the_primary_refuses_a_position_that_it_does_not_have(article: Scripts, position: str, text: str) -> None:
    """REPL-55, REPL-62."""
    world, _, replica = pair(article)
    replica.sql(f"STOP SLAVE; CHANGE MASTER TO {position}; START SLAVE")
    pause(world, 1)
    status = replica_status(replica)
    assert (status["Slave_IO_Running"], status["Last_IO_Errno"]) == ("No", "1236")
    assert status["Last_IO_Error"] == f"Got fatal error 1236 from master when reading data from binary log: '{text}'"
    pause(world, 60)
    assert replica_status(replica)["Slave_IO_Running"] == "No"


def test_equal_server_ids_stop_the_receiver(article: Scripts) -> None:
    """REPL-15."""
    world, _, replica = pair(article)
    stop(replica)
    world.pod(1).conf.install({"/server-id.cnf": "[mysqld]\nserver-id=100\n"})
    again = world.pod(1).serve()
    pause(world, 1)
    status = replica_status(again)
    assert (status["Slave_IO_Running"], status["Last_IO_Errno"]) == ("No", "1593")
    assert "master and slave have equal MySQL server ids" in status["Last_IO_Error"]


def test_two_replicas_with_one_uuid_throw_each_other_out(article: Scripts) -> None:
    """REPL-17."""
    world = World()
    bring_up(world, 3, article)
    uuid = world.pod(1).text("auto.cnf")
    stop(next_container(world.pod(2)))
    world.pod(2).data.install({"/mysql/auto.cnf": uuid})
    second = world.pod(2).serve()
    pause(world, 3)
    loser = next_container(world.pod(1))
    assert (
        "A slave with the same server_uuid/server_id as this slave has connected"
        in (replica_status(loser)["Last_IO_Error"])
    )
    assert replica_status(second)["Slave_IO_Running"] == "Yes"


def next_container(pod: Pod) -> Container:
    """The mysql container that runs in a Pod."""
    return next(c for c in pod.started if c.machine.processes and "mysqld" in c.machine.processes[1].argv)


def test_a_server_without_a_binary_log_sends_nothing(article: Scripts) -> None:
    """REPL-19."""
    world, _, replica = pair(article)
    other = world.pod(2).sidecar()
    replica.sql(
        "STOP SLAVE; CHANGE MASTER TO MASTER_HOST='mysql-1.mysql', MASTER_LOG_FILE='x.000001', MASTER_LOG_POS=4"
    )
    del other
    status, _, errors = replica.run("mysql", "-h", "127.0.0.1", "-e", "SHOW BINARY LOGS")
    assert (status, errors) == (1, "ERROR 1381 (HY000) at line 1: You are not using binary logging\n")


def test_start_slave_says_nothing_of_a_primary_that_is_not_there(article: Scripts) -> None:
    """REPL-40, REPL-54."""
    world, _, replica = pair(article)
    replica.sql("STOP SLAVE; CHANGE MASTER TO MASTER_HOST='nowhere'; START SLAVE")
    pause(world, 1)
    status = replica_status(replica)
    assert (status["Slave_IO_Running"], status["Last_IO_Errno"]) == ("Connecting", "2005")
    replica.sql("STOP SLAVE")
    assert replica_status(replica)["Slave_IO_State"] == ""


def test_a_new_primary_on_an_empty_volume_is_refused_or_silently_mixed(article: Scripts) -> None:
    """REPL-10, DIR-65, S13."""
    world, primary, replica = pair(article)
    stop(primary, SIGKILL)
    world.pod(0).data = FileSystem("data-mysql-0-new")
    world.pod(0).data.directory("mysql")
    world.pod(0).serve()
    pause(world, 15)
    status = replica_status(replica)
    assert (status["Slave_IO_Running"], status["Last_IO_Errno"]) == ("No", "1236")
    assert "position > file size" in status["Last_IO_Error"]
