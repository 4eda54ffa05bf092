"""The binary log: positions, files, purging, recovery, and what a replica gets that asks for a position."""

from __future__ import annotations

import pytest

from simk8s.mysql.binlog import follow
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.event import EventType, Rotate, parse
from tests.mysql.box import PRIMARY, SAMPLE, Box, primary


def test_the_positions_of_the_sample_are_those_of_the_rule() -> None:
    """REPL-3, REPL-6, SQL-45."""
    box = primary()
    assert box.sql("SHOW MASTER STATUS") == [("mysql-0-bin.000003", 154, "", "", "")]
    box.sql(SAMPLE[0])
    assert box.position == 313
    box.sql(SAMPLE[1])
    before = box.position
    box.sql(SAMPLE[2])
    assert box.position - before == 259


def test_initialise_and_each_start_take_one_file() -> None:
    """REPL-2, REPL-3, REPL-4."""
    box = Box(*PRIMARY).initialize()
    assert box.directory.size("mysql-0-bin.000001") == 177
    box.start().stop().start()
    assert box.sql("SHOW BINARY LOGS") == [
        ("mysql-0-bin.000001", 177),
        ("mysql-0-bin.000002", 177),
        ("mysql-0-bin.000003", 154),
    ]
    assert bytes(box.directory.read("mysql-0-bin.index")) == (
        b"./mysql-0-bin.000001\n./mysql-0-bin.000002\n./mysql-0-bin.000003\n"
    )


def test_flush_logs_ends_a_file_with_a_rotate_event() -> None:
    """REPL-4."""
    box = primary()
    box.sql("FLUSH LOGS")
    assert box.directory.size("mysql-0-bin.000003") == 154 + 49
    assert box.sql("SHOW MASTER STATUS")[0][:2] == ("mysql-0-bin.000004", 154)


def test_reset_master_begins_with_the_first_file_again() -> None:
    box = primary()
    box.sql("RESET MASTER")
    assert box.sql("SHOW BINARY LOGS") == [("mysql-0-bin.000001", 154)]


def test_what_changes_no_row_is_not_logged() -> None:
    """REPL-7."""
    box = primary()
    for statement in SAMPLE:
        box.sql(statement)
    before = box.position
    box.sql("SELECT * FROM test.messages")
    box.sql("UPDATE test.messages SET message = 'hello'")
    box.sql("DELETE FROM test.messages WHERE message = 'nobody'")
    box.sql("SET @x = 1")
    box.sql("FLUSH NO_WRITE_TO_BINLOG TABLES")
    box.error("CREATE DATABASE test")
    box.sql("SET sql_log_bin = 0")
    box.sql("INSERT INTO test.messages VALUES ('secret')")
    assert box.position == before


def test_purge_takes_whole_files_but_none_that_is_read() -> None:
    """REPL-9."""
    box = primary()
    box.sql("PURGE BINARY LOGS TO 'mysql-0-bin.000002'")
    assert [row[0] for row in box.sql("SHOW BINARY LOGS")] == ["mysql-0-bin.000002", "mysql-0-bin.000003"]
    assert "mysql-0-bin.000001" not in box.files()
    box.server.dumped_files[77] = "mysql-0-bin.000002"
    box.sql("PURGE BINARY LOGS TO 'mysql-0-bin.000003'")
    assert box.session.warnings[0].number == 1867
    assert [row[0] for row in box.sql("SHOW BINARY LOGS")] == ["mysql-0-bin.000002", "mysql-0-bin.000003"]
    assert box.error("PURGE BINARY LOGS TO 'nope.000001'").startswith("ERROR 1373 (HY000)")


def test_without_binary_log_there_is_no_status() -> None:
    """REPL-8, REPL-43."""
    box = Box("--server-id=101", hostname="mysql-1").initialize().start()
    assert box.sql("SHOW MASTER STATUS") == []
    assert box.error("SHOW BINARY LOGS") == "ERROR 1381 (HY000): You are not using binary logging"
    assert box.error("RESET MASTER") == "ERROR 1186 (HY000): Binlog closed, cannot RESET MASTER"
    assert box.sql("SELECT VERSION()") == [("5.7.42",)]


def test_a_torn_tail_is_cut_at_the_last_whole_group() -> None:
    """MYSQLD-53."""
    box = primary()
    for statement in SAMPLE:
        box.sql(statement)
    whole = box.position
    log = box.directory.read("mysql-0-bin.000003")
    box.sql("INSERT INTO test.messages VALUES ('torn')")
    grown = box.directory.read("mysql-0-bin.000003")
    box.kill()
    box.directory.put("mysql-0-bin.000003", grown[: len(log) + 100])
    box.start()
    assert (
        f"Crashed binlog file ./mysql-0-bin.000003 size is {whole + 100}, but recovered up to {whole}. "
        f"Binlog trimmed to {whole} bytes."
    ) in box.log_text()
    assert box.directory.size("mysql-0-bin.000003") == whole
    assert "Recovering after a crash using mysql-0-bin" in box.log_text()
    assert box.sql("SHOW MASTER STATUS")[0][:2] == ("mysql-0-bin.000004", 154)


def test_a_replica_is_told_the_file_and_its_format_before_the_events() -> None:
    """REPL-61: two events that stand in no file."""
    box = primary()
    box.sql(SAMPLE[0])
    follower = follow(box.server.binlog, 100, "mysql-0-bin.000003", 154)
    events = follower.read()
    assert [event.type for event in events] == [
        EventType.ROTATE,
        EventType.FORMAT_DESCRIPTION,
        EventType.ANONYMOUS_GTID,
        EventType.QUERY,
    ]
    assert parse(events[0]) == Rotate("mysql-0-bin.000003", 154)
    assert follower.read() == []
    box.sql("CREATE DATABASE other")
    assert [event.type for event in follower.read()] == [EventType.ANONYMOUS_GTID, EventType.QUERY]
    box.sql("FLUSH LOGS")
    following = follower.read()
    assert [event.type for event in following] == [
        EventType.ROTATE,
        EventType.ROTATE,
        EventType.FORMAT_DESCRIPTION,
        EventType.PREVIOUS_GTIDS,
    ]
    assert (follower.file, follower.position) == ("mysql-0-bin.000004", 154)


@pytest.mark.parametrize(
    ("file", "position", "text"),
    [
        ("mysql-0-bin.000009", 4, "Could not find first log file name in binary log index file"),
        ("mysql-0-bin.000003", 999, "Client requested master to start replication from position > file size"),
        ("mysql-0-bin.000003", 3, "Client requested master to start replication from position < 4"),
    ],
)
def test_positions_that_are_not_in_the_log_are_refused(file: str, position: int, text: str) -> None:
    """REPL-62, REPL-10."""
    box = primary()
    with pytest.raises(MySQLError) as caught:
        follow(box.server.binlog, 100, file, position)
    assert caught.value.number == 1236
    assert caught.value.text == f"Got fatal error 1236 from master when reading data from binary log: '{text}'"


def test_a_position_inside_an_event_is_a_bogus_event() -> None:
    """REPL-62."""
    box = primary()
    box.sql(SAMPLE[0])
    with pytest.raises(MySQLError, match="bogus data in log event; the first event"):
        follow(box.server.binlog, 100, "mysql-0-bin.000003", 160).read()


def test_a_server_without_binary_log_or_server_id_serves_nobody() -> None:
    """REPL-19."""
    with pytest.raises(MySQLError, match="Binary log is not open"):
        follow(None, 100, "", 4)
    with pytest.raises(MySQLError, match="Misconfigured master - master server_id is 0"):
        follow(primary().server.binlog, 0, "", 4)
