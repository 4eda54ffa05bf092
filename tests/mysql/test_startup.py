"""Starting on directories in every state: clean, crashed, copied, cut."""

from __future__ import annotations

import pytest

from simk8s.machine.content import padded
from simk8s.mysql.ibd import decode_system_space
from tests.mysql.box import PRIMARY, REPLICA, SAMPLE, Box, primary


def with_sample() -> Box:
    box = primary()
    for statement in SAMPLE:
        box.sql(statement)
    return box


def test_a_clean_stop_and_start_keeps_everything() -> None:
    """MYSQLD-40, MYSQLD-54, DIR-8."""
    box = with_sample().stop()
    assert "ibtmp1" not in box.files()
    assert "mysqld: Shutdown complete" in box.log_text()
    box.start()
    assert "Database was not shutdown normally" not in box.log_text()
    assert box.sql("SELECT * FROM test.messages") == [("hello",)]
    assert "ibtmp1" in box.files()


def test_the_server_lives_in_its_files_alone() -> None:
    box = with_sample().stop()
    other = box.copy(*PRIMARY, hostname="mysql-0").start()
    assert other.sql("SELECT * FROM test.messages") == [("hello",)]
    assert other.server.server_uuid == Box(*PRIMARY, top=box.directory.top).start().server.server_uuid


def test_after_a_kill_the_redo_log_brings_back_what_no_data_file_has() -> None:
    """MYSQLD-50, MYSQLD-51."""
    box = with_sample().kill()
    assert b"hello" not in bytes(box.directory.read("test/messages.ibd")[:200])
    box.start()
    assert "InnoDB: Database was not shutdown normally!" in box.log_text()
    assert "InnoDB: Starting crash recovery." in box.log_text()
    assert box.sql("SELECT * FROM test.messages") == [("hello",)]
    assert b"hello" in bytes(box.directory.read("test/messages.ibd")[:200])


def test_redo_logs_without_system_tablespace_are_refused() -> None:
    """MYSQLD-60."""
    box = with_sample().stop()
    box.drive(box.directory.unlink("ibdata1"))
    errors = box.fails_to_start()
    assert errors[0].startswith(
        "InnoDB: redo log file './ib_logfile0' exists. Creating system tablespace with existing"
    )
    assert errors[-4:] == [
        "Plugin 'InnoDB' init function returned error.",
        "Plugin 'InnoDB' registration as a STORAGE ENGINE failed.",
        "Failed to initialize builtin plugins.",
        "Aborting",
    ]


def test_with_neither_a_new_tablespace_is_made_and_every_innodb_table_is_unknown() -> None:
    """MYSQLD-60b, MYSQLD-17."""
    box = with_sample().stop()
    for name in ("ibdata1", "ib_logfile0", "ib_logfile1"):
        box.drive(box.directory.unlink(name))
    box.start()
    assert "Can't open the mysql.plugin table. Please run mysql_upgrade to create it." in box.log_text()
    assert box.sql("SHOW TABLES FROM test") == [("messages",)]
    assert box.error("SELECT * FROM test.messages") == "ERROR 1146 (42S02): Table 'test.messages' doesn't exist"


@pytest.mark.parametrize("ending", [".frm", ".MYD", ".MYI"])
def test_without_the_table_of_users_the_server_does_not_start(ending: str) -> None:
    """MYSQLD-61."""
    box = with_sample().stop()
    box.drive(box.directory.unlink(f"mysql/user{ending}"))
    box.drive(box.directory.unlink("auto.cnf"))
    errors = box.fails_to_start()
    assert errors[-1] == "Aborting"
    assert errors[-2] == (
        "Fatal error: Failed to initialize ACL/grant/time zones structures or failed to remove temporary table files."
    )
    if ending == ".frm":
        assert errors[-3] == "Fatal error: Can't open and lock privilege tables: Table 'mysql.user' doesn't exist"
    assert {"auto.cnf", "ibtmp1", "ib_logfile0", "mysql-0-bin.000004"} <= set(box.files())


def backup(box: Box, *, hostname: str = "mysql-1") -> Box:
    """A copy of the files that XtraBackup takes, without its redo log."""
    clone = box.copy(*REPLICA, hostname=hostname)
    for name in clone.files():
        if not clone.directory.is_directory(name) and name != "ibdata1":
            clone.drive(clone.directory.unlink(name))
    return clone


def test_an_unprepared_backup_starts_and_lacks_what_only_the_redo_log_had() -> None:
    """MYSQLD-62."""
    box = with_sample()
    clone = backup(box).start()
    assert "InnoDB: New log files created, LSN=" in clone.log_text()
    assert "is in the future! Current system log sequence number" not in clone.log_text()
    assert not clone.server.is_inconsistent
    assert clone.error("SELECT * FROM test.messages").startswith("ERROR 1146")  # the dictionary was not written yet
    assert box.sql("SELECT * FROM test.messages") == [("hello",)]


def test_an_unprepared_backup_with_newer_pages_starts_with_complaints() -> None:
    """MYSQLD-62."""
    box = with_sample()
    box.sql("FLUSH ENGINE LOGS")
    box.sql("INSERT INTO test.messages VALUES ('lost')")
    clone = backup(box).start()
    assert clone.server.is_inconsistent
    assert "is in the future! Current system log sequence number" in clone.log_text()
    assert (
        "Your database may be corrupt or you may have copied the InnoDB tablespace but not the InnoDB log files."
        in (clone.log_text())
    )
    assert clone.sql("SELECT * FROM test.messages") == [("hello",)]


def test_files_of_a_server_that_never_stopped_cleanly_cannot_do_without_their_redo_log() -> None:
    """MYSQLD-62b."""
    box = primary()
    system = decode_system_space(box.directory.read("ibdata1"))
    system.flushed_lsn = 0
    clone = backup(box)
    clone.directory.put("ibdata1", system.encode())
    assert clone.fails_to_start()[0] == (
        "InnoDB: Cannot create log files because data files are corrupt or the database was not shut down cleanly "
        "after creating the data files."
    )


def test_one_redo_log_file_alone_is_refused() -> None:
    """MYSQLD-63."""
    box = with_sample().stop()
    box.drive(box.directory.unlink("ib_logfile1"))
    for _ in range(2):
        assert box.fails_to_start()[0] == "InnoDB: Only one log file found."


def test_a_prepared_backup_starts_and_is_consistent() -> None:
    """MYSQLD-64: shut down cleanly, its logs not made yet."""
    clone = backup(with_sample().stop()).start()
    assert not clone.server.is_inconsistent
    assert clone.sql("SELECT * FROM test.messages") == [("hello",)]
    assert "auto.cnf" in clone.files()


def test_redo_log_files_of_unequal_size_are_refused() -> None:
    """MYSQLD-65."""
    box = with_sample().stop()
    box.directory.put("ib_logfile1", padded(b"", 1 << 20))
    assert box.fails_to_start()[0].startswith("InnoDB: Log file ./ib_logfile1 is of different size 1048576 bytes")


def test_a_system_tablespace_received_in_part_is_refused() -> None:
    """XB-71: the first chunk alone."""
    box = primary()
    clone = backup(box)
    clone.directory.put("ibdata1", clone.directory.read("ibdata1")[: 10 << 20])
    assert "InnoDB: The innodb_system data file './ibdata1' is of a different size" in clone.fails_to_start()[0]


def test_a_clone_gets_an_identity_of_its_own() -> None:
    """MYSQLD-1, DIR-30."""
    box = primary().stop()
    clone = backup(box).start()
    assert clone.server.server_uuid != box.start().server.server_uuid


def test_super_read_only_is_on_after_the_start() -> None:
    """MYSQLD-34, MYSQLD-40."""
    box = Box(*REPLICA, "--super-read-only", hostname="mysql-1").initialize().start()
    assert box.sql("SELECT @@read_only, @@super_read_only") == [(1, 1)]
    assert box.error("CREATE DATABASE test", box.login()) == (
        "ERROR 1290 (HY000): The MySQL server is running with the --super-read-only option so it cannot execute this "
        "statement"
    )


def test_the_warning_about_a_changing_hostname() -> None:
    """MYSQLD-34."""
    assert "acts as a master and has his hostname changed!! Please use '--log-bin=mysql-0-bin'" in primary().log_text()


def test_a_missing_tablespace_file_is_named() -> None:
    box = with_sample().stop()
    box.drive(box.directory.unlink("test/messages.ibd"))
    box.start()
    assert box.error("SELECT * FROM test.messages") == (
        "ERROR 1812 (HY000): Tablespace is missing for table `test`.`messages`."
    )


def test_a_frm_without_tablespace_is_listed_and_cannot_be_made_again_under_its_file() -> None:
    """MYSQLD-17."""
    box = with_sample().stop()
    box.drive(box.directory.unlink("test/messages.frm"))
    box.start()
    assert box.sql("SHOW TABLES FROM test") == []
    assert box.error("CREATE TABLE test.messages (a INT)").startswith("ERROR 1813 (HY000)")
