"""The information files of a backup, by version."""

from __future__ import annotations

import pytest

from simk8s.mysql.profile import Profile
from simk8s.mysql.xtrabackup.information import Checkpoints, Coordinates, binlog_info, slave_info

REPLICA = {
    "Relay_Master_Log_File": "mysql-0-bin.000003",
    "Exec_Master_Log_Pos": "154",
    "Executed_Gtid_Set": "",
    "Auto_Position": "0",
}


@pytest.mark.parametrize(
    ("version", "on_a_replica", "elsewhere"),
    [
        ("2.4.4", b"CHANGE MASTER TO MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS=154\n", None),
        ("2.4.8", b"CHANGE MASTER TO MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS=154;\n", None),
        ("2.4.9", b"CHANGE MASTER TO MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS=154;\n", b""),
        ("2.4.20", b"CHANGE MASTER TO MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS=154;\n", b""),
    ],
)
def test_slave_info_by_version(version: str, on_a_replica: bytes, elsewhere: bytes | None) -> None:
    """XB-30, SW-1."""
    profile = Profile(xtrabackup_version=version)
    assert slave_info(profile, REPLICA) == on_a_replica
    assert slave_info(profile, {}) == elsewhere


def test_binlog_info_has_a_third_column_only_with_gtids() -> None:
    """XB-33, XB-34."""
    assert binlog_info(Coordinates("mysql-0-bin.000003", "154")) == b"mysql-0-bin.000003\t154\n"
    assert binlog_info(Coordinates("b.000001", "4", "uuid:1-5")) == b"b.000001\t4\tuuid:1-5\n"


def test_checkpoints_are_six_lines_and_can_be_read_again() -> None:
    """XB-36."""
    checkpoints = Checkpoints("full-backuped", 2539618, 2539627)
    assert checkpoints.text().decode().splitlines() == [
        "backup_type = full-backuped",
        "from_lsn = 0",
        "to_lsn = 2539618",
        "last_lsn = 2539627",
        "compact = 0",
        "recover_binlog_info = 0",
    ]
    assert Checkpoints.parse(checkpoints.text()) == checkpoints
