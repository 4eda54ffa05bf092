"""A kill between any two steps: what was acknowledged stays, and primary and binary log agree."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.mysql.errors import MySQLError
from simk8s.mysql.event import iterate, parse
from simk8s.mysql.row_event import decode_rows
from tests.mysql.box import PRIMARY, Box, Killed, primary

SCRIPT = (
    "INSERT INTO shop.t VALUES (1, 'a'), (2, 'b')",
    "INSERT INTO shop.plain VALUES ('p')",
    "UPDATE shop.t SET v = 'c' WHERE id = 2",
    "FLUSH ENGINE LOGS",
    "INSERT INTO shop.t VALUES (3, 'd')",
    "DELETE FROM shop.t WHERE id = 1",
    "FLUSH LOGS",
    "INSERT INTO shop.t VALUES (4, 'e')",
)
TABLES = (
    "CREATE DATABASE shop",
    "CREATE TABLE shop.t (id INT PRIMARY KEY, v VARCHAR(10))",
    "CREATE TABLE shop.plain (v VARCHAR(10))",
)


def prepared() -> Box:
    box = primary()
    for statement in TABLES:
        box.sql(statement)
    return box


def rows(box: Box) -> list[object]:
    return [box.sql("SELECT * FROM shop.t"), box.sql("SELECT * FROM shop.plain")]


def replayed(box: Box) -> list[object]:
    """The rows that the binary log alone gives, applied to empty tables with a primary key."""
    state: dict[str, list[tuple[object, ...]]] = {"t": [], "plain": []}
    assert box.server.binlog is not None
    for name in box.server.binlog.files[2:]:
        mapped = None
        for raw in iterate(box.server.binlog.data(name)):
            event = parse(raw)
            if type(event).__name__ == "TableMap":
                mapped = event
            elif type(event).__name__ == "Rows":
                table = box.drive(box.server.catalog.open("shop", mapped.table))  # type: ignore[union-attr]
                for before, after in decode_rows(event, mapped, table.definition.types):  # type: ignore[arg-type]
                    if before is not None:
                        state[table.name].remove(before)
                    if after is not None:
                        state[table.name].append(after)
    return [sorted(state["t"]), sorted(state["plain"])]  # type: ignore[type-var]


def test_a_kill_before_any_step_keeps_every_acknowledged_change_and_agrees_with_the_binary_log() -> None:
    """MYSQLD-51, MYSQLD-52."""
    reference = prepared()
    start = len(reference.changes)
    states = [rows(reference)]
    for statement in SCRIPT:
        reference.sql(statement)
        states.append(rows(reference))
    total = len(reference.changes) - start
    assert total > 20
    for number in range(total):
        box = prepared()
        box.kill_at = len(box.changes) + number
        done = 0
        with suppress(Killed):
            for statement in SCRIPT:
                box.sql(statement)
                done += 1
        box.kill_at = None
        box.start()
        after = rows(box)
        assert after in (states[done], states[min(done + 1, len(SCRIPT))]), (number, SCRIPT[done])
        assert after == replayed(box), (number, SCRIPT[done])


def test_a_kill_before_the_binary_log_is_written_rolls_back_and_one_after_it_commits() -> None:
    """MYSQLD-52."""
    outcomes = []
    for number in range(4):
        box = prepared()
        box.kill_at = len(box.changes) + number
        with suppress(Killed):
            box.sql("INSERT INTO shop.t VALUES (1, 'a')")
        box.kill_at = None
        box.start()
        outcomes.append(box.sql("SELECT * FROM shop.t"))
    assert outcomes == [[], [], [(1, "a")], [(1, "a")]]


def test_the_steps_of_a_commit_are_prepare_binary_log_commit() -> None:
    """MYSQLD-52."""
    box = prepared()
    before = len(box.changes)
    box.sql("INSERT INTO shop.t VALUES (1, 'a')")
    assert [(change.verb, change.path) for change in box.changes[before:]] == [
        ("splice", "ib_logfile0"),
        ("append", "mysql-0-bin.000003"),
        ("splice", "ib_logfile0"),
    ]


def test_recovery_can_itself_be_killed_at_any_step() -> None:
    """MYSQLD-50."""
    for number in range(40):
        box = prepared()
        for statement in SCRIPT[:3]:
            box.sql(statement)
        expected = rows(box)
        box.kill()
        box.kill_at = len(box.changes) + number
        with suppress(Killed):
            box.start()
            number = 99
        box.kill_at = None
        box.start() if number != 99 else None
        assert rows(box) == expected
        if number == 99:
            return
    raise AssertionError("recovery never ended")


def test_a_shutdown_can_be_killed_at_any_step() -> None:
    box = prepared()
    box.sql(SCRIPT[0])
    before = len(box.changes)
    box.stop()
    for number in range(len(box.changes) - before):
        other = prepared()
        other.sql(SCRIPT[0])
        other.kill_at = len(other.changes) + number
        with pytest.raises(Killed):
            other.stop()
        other.kill_at = None
        assert other.start().sql("SELECT * FROM shop.t") == [(1, "a"), (2, "b")]


DEFINITIONS = (
    "CREATE TABLE shop.extra (a INT)",
    "ALTER TABLE shop.t ADD COLUMN w INT NOT NULL DEFAULT 7",
    "DROP TABLE shop.plain",
    "TRUNCATE TABLE shop.t",
    "RENAME TABLE shop.plain TO shop.simple",
    "CREATE DATABASE other",
    "DROP DATABASE shop",
)


@pytest.mark.parametrize("statement", DEFINITIONS)
def test_a_kill_within_a_definition_leaves_a_server_that_starts_and_keeps_other_tables(statement: str) -> None:
    reference = prepared()
    reference.sql("INSERT INTO shop.t VALUES (1, 'a')")
    before = len(reference.changes)
    reference.sql(statement)
    for number in range(len(reference.changes) - before):
        box = prepared()
        box.sql("INSERT INTO shop.t VALUES (1, 'a')")
        box.sql("CREATE DATABASE bystander")
        box.sql("CREATE TABLE bystander.t (a INT)")
        box.sql("INSERT INTO bystander.t VALUES (5)")
        box.kill_at = len(box.changes) + number
        with suppress(Killed):
            box.sql(statement)
        box.kill_at = None
        box.start()
        assert box.sql("SELECT * FROM bystander.t") == [(5,)]
        for (database,) in box.sql("SHOW DATABASES"):
            if database in ("shop", "other"):
                for (table,) in box.sql(f"SHOW TABLES FROM {database}"):
                    with suppress(MySQLError):
                        box.run(f"SELECT * FROM {database}.{table}")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 400), st.lists(st.sampled_from(SCRIPT), max_size=12))
def test_any_sequence_of_statements_survives_a_kill_anywhere(number: int, statements: list[str]) -> None:
    """MYSQLD-51: nothing that was acknowledged is lost."""
    box = prepared()
    box.kill_at = len(box.changes) + number
    acknowledged = rows(box)
    done = 0
    try:
        for statement in statements:
            with suppress(MySQLError):
                box.run(statement)
            acknowledged = rows(box)
            done += 1
        box.kill()
    except Killed:
        pass
    shadow = prepared()
    for statement in statements[: done + 1]:
        with suppress(MySQLError):
            shadow.run(statement)
    box.kill_at = None
    box.start()
    assert rows(box) in (acknowledged, rows(shadow))
    assert rows(box) == replayed(box)


def test_two_kills_in_a_row_lose_nothing() -> None:
    box = prepared()
    for count in range(1, 6):
        box.sql(f"INSERT INTO shop.t VALUES ({count}, 'x')")
        box.kill().start()
    assert len(box.sql("SELECT * FROM shop.t")) == 5
    assert Box(*PRIMARY, top=box.directory.top).start().sql("SELECT COUNT(*) FROM shop.t") == [(5,)]
