"""CHANGE MASTER TO, START, STOP and RESET SLAVE; the two files; SHOW SLAVE STATUS."""

# ruff: noqa: E501  (a message is easier to find where it stands on one line)

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simk8s.mysql.replication.info import MasterInfo, RelayLogInfo, decode_master_info, decode_relay_log_info
from simk8s.mysql.replication.status import COLUMNS
from tests.mysql.box import REPLICA, Box, Killed

CHANGE = (
    "CHANGE MASTER TO MASTER_LOG_FILE='mysql-0-bin.000003',                  MASTER_LOG_POS=154,\n"
    "  MASTER_HOST='mysql-0.mysql',\n  MASTER_USER='root',\n  MASTER_PASSWORD='',\n  MASTER_CONNECT_RETRY=10"
)


def replica() -> Box:
    return Box(*REPLICA, hostname="mysql-1").initialize().start()


def status(box: Box) -> dict[str, object]:
    rows = box.sql("SHOW SLAVE STATUS")
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else {}


def test_change_master_alone_is_remembered_and_starts_replication_with_the_next_server() -> None:
    """REPL-34, REPL-44, DIR-35."""
    box = replica()
    assert "master.info" not in box.files()
    box.sql(CHANGE)
    assert {"master.info", "relay-log.info", "mysql-1-relay-bin.index", "mysql-1-relay-bin.000001"} <= set(box.files())
    assert not box.server.starts_replication
    box.kill().start()
    assert box.server.starts_replication
    shown = status(box)
    assert shown["Master_Host"] == "mysql-0.mysql"
    assert (shown["Relay_Master_Log_File"], shown["Exec_Master_Log_Pos"]) == ("mysql-0-bin.000003", 154)
    assert shown["Connect_Retry"] == 10
    assert "mysql-1-relay-bin.000002" in box.files()


def test_the_order_of_what_change_master_writes() -> None:
    """REPL-34."""
    box = replica()
    before = len(box.changes)
    box.sql(CHANGE)
    paths = [change.path for change in box.changes[before:]]
    assert paths[0] == "master.info"
    assert paths[-1] == "relay-log.info"
    assert "mysql-1-relay-bin.000001" in paths


def test_a_kill_within_change_master_can_leave_the_two_files_apart() -> None:
    """REPL-34."""
    seen = set()
    for number in range(8):
        box = replica()
        box.kill_at = len(box.changes) + number
        with suppress(Killed):
            box.sql(CHANGE)
        seen.add(("master.info" in box.files(), "relay-log.info" in box.files()))
        box.kill_at = None
        box.start()
    assert seen == {(False, False), (True, False), (True, True)}


def test_the_statement_is_refused_while_the_receiver_runs() -> None:
    """REPL-31 d, DIR-36."""
    box = replica()
    box.sql(CHANGE)
    box.sql("START SLAVE")
    assert box.error(CHANGE) == (
        "ERROR 3021 (HY000): This operation cannot be performed with a running slave io thread; run STOP SLAVE IO_THREAD "
        "FOR CHANNEL '' first."
    )
    assert box.error("CHANGE MASTER TO MASTER_DELAY=5").startswith("ERROR 3085 (HY000)")
    assert box.error("RESET SLAVE") == (
        "ERROR 3081 (HY000): This operation cannot be performed with running replication threads; run STOP SLAVE FOR "
        "CHANNEL '' first"
    )
    box.sql("STOP SLAVE IO_THREAD")
    box.sql("CHANGE MASTER TO MASTER_CONNECT_RETRY=5")
    assert status(box)["Slave_SQL_Running"] == "Yes"


def test_without_server_id_there_is_no_replication() -> None:
    """REPL-31 a, REPL-47."""
    box = Box(hostname="mysql-1").initialize().start()
    assert box.error(CHANGE).startswith("ERROR 1794 (HY000): Slave is not configured or failed to initialize properly.")
    assert box.error("START SLAVE").startswith("ERROR 1794")


def test_a_host_that_is_empty_or_never_set() -> None:
    """REPL-31 f, REPL-36, XB-31."""
    box = replica()
    assert box.error("CHANGE MASTER TO MASTER_HOST=''") == "ERROR 1210 (HY000): Incorrect arguments to MASTER_HOST"
    box.sql("CHANGE MASTER TO MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS=154")
    assert box.error("START SLAVE") == (
        "ERROR 1200 (HY000): The server is not configured as slave; fix in config file or with CHANGE MASTER TO"
    )
    assert box.sql("SHOW SLAVE STATUS") == []
    box.stop().start()
    assert not box.server.starts_replication


def test_a_host_without_position_means_from_the_beginning() -> None:
    """REPL-32."""
    box = replica()
    box.sql(CHANGE)
    box.sql("CHANGE MASTER TO MASTER_HOST='elsewhere'")
    shown = status(box)
    assert (shown["Master_Host"], shown["Master_Log_File"], shown["Read_Master_Log_Pos"]) == ("elsewhere", "", 4)
    assert shown["Master_User"] == "root"


def test_start_and_stop_are_idempotent_with_a_note() -> None:
    """REPL-40, REPL-41."""
    box = replica()
    box.sql(CHANGE)
    box.sql("START SLAVE")
    assert status(box)["Slave_IO_Running"] == "Connecting"
    box.sql("START SLAVE")
    assert box.sql("SHOW WARNINGS") == [("Note", 3083, "Replication thread(s) for channel '' are already running.")]
    box.sql("STOP SLAVE")
    assert (status(box)["Slave_IO_Running"], status(box)["Slave_SQL_Running"]) == ("No", "No")
    box.sql("STOP SLAVE")
    assert box.sql("SHOW WARNINGS") == [("Note", 3084, "Replication thread(s) for channel '' are already stopped.")]


def test_reset_slave_keeps_the_host_until_all_is_reset() -> None:
    """REPL-42."""
    box = replica()
    box.sql(CHANGE)
    box.sql("RESET SLAVE")
    assert "master.info" not in box.files()
    assert status(box)["Master_Host"] == "mysql-0.mysql"
    assert status(box)["Master_Log_File"] == ""
    box.sql("RESET SLAVE ALL")
    assert box.sql("SHOW SLAVE STATUS") == []


def test_notes_about_plain_passwords() -> None:
    """REPL-35."""
    box = replica()
    box.sql(CHANGE)
    assert [row[1] for row in box.sql("SHOW WARNINGS")] == [1759, 1760]
    assert (
        "'CHANGE MASTER TO FOR CHANNEL '' executed'. Previous state master_host='', master_port= 3306" in box.log_text()
    )


def test_relay_log_info_that_names_a_missing_file_stops_replication() -> None:
    """REPL-45."""
    box = replica()
    box.sql(CHANGE)
    box.stop()
    moved = Box(*REPLICA, hostname="mysql-2", top=box.directory.top).start()
    assert not moved.server.starts_replication
    assert "Failed to open the relay log './mysql-1-relay-bin.000001' (relay_log_pos 4)." in moved.log_text()
    assert moved.error("START SLAVE") == (
        "ERROR 1872 (HY000): Slave failed to initialize relay log info structure from the repository"
    )


def test_the_status_has_its_57_columns_in_order() -> None:
    """REPL-59."""
    assert len(COLUMNS) == 57
    assert COLUMNS[0] == "Slave_IO_State"
    assert COLUMNS[9] == "Relay_Master_Log_File"
    assert COLUMNS[21] == "Exec_Master_Log_Pos"
    assert COLUMNS[32] == "Seconds_Behind_Master"
    assert COLUMNS[-1] == "Master_TLS_Version"


def test_seconds_behind_master_is_null_for_a_drained_replica_that_is_cut_off() -> None:
    """REPL-60."""
    box = replica()
    box.sql(CHANGE)
    assert status(box)["Seconds_Behind_Master"] is None
    box.sql("START SLAVE")
    assert status(box)["Seconds_Behind_Master"] is None
    box.server.replica.io.running = "Yes"
    assert status(box)["Seconds_Behind_Master"] == 0
    server = box.server.replica
    server.io.running = "Connecting"
    server.master = server.master._replace(log_pos=500)
    server.event_timestamp = box.server.timestamp() - 42
    assert status(box)["Seconds_Behind_Master"] == 42


texts = st.text(st.characters(codec="ascii", exclude_characters="\n", exclude_categories=["Cc"]), max_size=20)


master_infos = st.builds(
    MasterInfo,
    texts,
    st.integers(4, 10**9),
    texts,
    texts,
    texts,
    st.integers(1, 65535),
    connect_retry=st.integers(0, 10**6),
    heartbeat=st.sampled_from((0.0, 0.25, 30.0)),
    bind=texts,
    uuid=texts,
    retry_count=st.integers(0, 10**6),
)


@given(master_infos)
def test_master_info_can_be_read_back(info: MasterInfo) -> None:
    """REPL-37."""
    assert info.encode().startswith(b"25\n")
    assert decode_master_info(info.encode()) == info


@given(st.builds(RelayLogInfo, texts, st.integers(4, 10**9), texts, st.integers(4, 10**9), st.integers(0, 99)))
def test_relay_log_info_can_be_read_back(info: RelayLogInfo) -> None:
    """REPL-37."""
    assert decode_relay_log_info(info.encode()) == info


def test_an_info_file_that_was_cut_is_not_believed() -> None:
    with pytest.raises(ValueError, match="not a replication info file"):
        decode_master_info(b"")
    box = replica()
    box.sql(CHANGE)
    box.directory.put("master.info", b"")
    box.kill().start()
    assert not box.server.starts_replication
    assert box.error("START SLAVE").startswith("ERROR 1200")
