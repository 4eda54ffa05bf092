"""What must hold wherever a server is killed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.machine import Process
from tests.mysql_server.replicated import bring_up, replica_status
from tests.mysql_server.scripts import scripts
from tests.mysql_server.world import Container, Output, World

INSERTS = 6


def kill_at(container: Container, step: int) -> None:
    """Kill the container before the n-th step that its server takes from now on."""
    left = step

    def before(process: Process, verb: str, object: str) -> None:
        nonlocal left
        if process.pid == 1:
            left -= 1
            if left < 0:
                container.machine.before_step = None
                container.machine.kill()

    container.machine.before_step = before


def insert_one_by_one(client: Container) -> list[int]:
    """Rows 1 to 6, each in a statement of its own; those for which the server has said yes."""
    out = Output()
    text = "".join(f"INSERT INTO test.k VALUES ({n}); SELECT {n};\n" for n in range(1, INSERTS + 1))
    main = client.start("mysql", "-h", "mysql-0.mysql", "-N", stdin=text.encode(), output=out, errors=Output())
    client.sim.run(main.exited)
    return [int(line) for line in out.text.split()]


@given(step=st.integers(0, 60))
@settings(max_examples=10, deadline=None)
def test_a_row_that_was_acknowledged_survives_a_kill_of_the_primary(step: int) -> None:
    """MYSQLD-51, MYSQLD-52: primary and replica agree afterwards, and at most the row in flight is undecided."""
    world = World(history=False)
    (primary, _), (replica, _) = bring_up(world, 2, scripts("article"))
    primary.sql("CREATE DATABASE test; CREATE TABLE test.k (n INT PRIMARY KEY)")
    kill_at(primary, step)
    acknowledged = insert_one_by_one(world.pod(1).sidecar())

    primary.machine.kill()
    primary = world.pod(0).serve()
    world.sim.run(world.sim.now + 15)

    rows = [int(line) for line in primary.sql("SELECT n FROM test.k", "-N").split()]
    assert rows[: len(acknowledged)] == acknowledged
    assert len(rows) <= len(acknowledged) + 1
    assert replica.sql("SELECT n FROM test.k", "-N").split() == [str(n) for n in rows]


@given(step=st.integers(0, 150))
@settings(max_examples=10, deadline=None)
def test_a_killed_replica_converges_or_stops_with_a_duplicate_key(step: int) -> None:
    """REPL-69, REPL-71: with files as repositories nothing better can be had."""
    world = World(history=False)
    (primary, _), (replica, _) = bring_up(world, 2, scripts("article"))
    primary.sql("CREATE DATABASE test; CREATE TABLE test.k (n INT PRIMARY KEY)")
    world.sim.run(world.sim.now + 1)
    kill_at(replica, step)
    assert insert_one_by_one(world.pod(0).sidecar()) == list(range(1, INSERTS + 1))
    world.sim.run(world.sim.now + 2)

    replica.machine.kill()
    replica = world.pod(1).serve()
    world.sim.run(world.sim.now + 15)

    status = replica_status(replica)
    rows = replica.sql("SELECT n FROM test.k", "-N").split()
    assert status["Slave_IO_Running"] == "Yes"
    if status["Last_SQL_Errno"] == "0":
        assert rows == [str(n) for n in range(1, INSERTS + 1)]
    else:
        assert status["Last_SQL_Errno"] in ("1062", "1007", "1050")
        assert rows == [str(n) for n in range(1, len(rows) + 1)]
