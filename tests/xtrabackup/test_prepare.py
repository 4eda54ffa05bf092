"""`xtrabackup --prepare`: stages, renames, and what it does without its files."""

from __future__ import annotations

import pytest

from simk8s.machine import File, Process
from simk8s.machine.content import dense
from simk8s.machine.signals import SIGKILL
from simk8s.mysql.ibd import Space, SystemSpace, decode_space, decode_system_space
from simk8s.mysql.redo import Entry, RedoContent
from simk8s.mysql.xtrabackup.information import Checkpoints
from tests.xtrabackup.box import Box

PREPARE = ("xtrabackup", "--prepare", "--target-dir=/var/lib/mysql")
REDO = RedoContent(
    1000,
    (
        Entry(1100, "rows", [7, 0, 0, [[5, 1, ["hello"]]]]),
        Entry(1110, "commit", [7, "mysql-0-bin.000003", 500]),
        Entry(1200, "rows", [8, 0, 0, [[5, 2, ["unfinished"]]]]),
    ),
    "xtrabkup",
)


def backup() -> Box:
    """A box with a backup that was received whole: a table, a committed and an unfinished transaction in the redo."""
    box = Box()
    files = {
        "ibdata1": SystemSpace(1000, 1000, {"test/t": 5}).encode(),
        "test/t.ibd": Space(5, 1000).encode(),
        "test/t.frm": b"frm",
        "xtrabackup_binlog_info": b"mysql-0-bin.000003\t500\n",
        "xtrabackup_logfile": REDO.encode(2560),
        "xtrabackup_checkpoints": Checkpoints("full-backuped", 1000, 1200).text(),
    }
    for path, content in files.items():
        box.volume.place(path, File(content))
    return box


def crash_before(box: Box, verb: str, ending: str) -> None:
    def crash(process: Process, this: str, object: str) -> None:
        if this == verb and object.endswith(ending):
            process.kill(SIGKILL)

    box.machine.before_step = crash


def content(box: Box, path: str) -> bytes:
    inode = box.volume.find(path)
    assert isinstance(inode, File)
    return dense(inode.content)


def test_committed_rows_are_in_the_data_files_afterwards_and_others_are_not() -> None:
    """XB-52."""
    box = backup()
    outcome = box.run(*PREPARE)
    assert outcome.status == 0, outcome.stderr
    assert decode_space(content(box, "test/t.ibd")).rows == {1: ["hello"]}
    system = decode_system_space(content(box, "ibdata1"))
    assert system.flushed_lsn == system.lsn == 1200
    assert outcome.stderr.splitlines()[-1].endswith("completed OK!")


def test_afterwards_there_are_log_files_and_no_temporary_tablespace() -> None:
    """XB-52 g, DIR-29."""
    box = backup()
    box.run(*PREPARE)
    files = box.files()
    assert files["ib_logfile0"] == files["ib_logfile1"] == 48 << 20
    assert files["xtrabackup_logfile"] == 8 << 20
    assert "ibtmp1" not in files
    assert content(box, "xtrabackup_checkpoints").startswith(b"backup_type = full-prepared\n")
    assert content(box, "xtrabackup_binlog_pos_innodb") == b"mysql-0-bin.000003\t500\n"
    assert content(box, "xtrabackup_binlog_info") == b"mysql-0-bin.000003\t500\n"  # XB-57


def test_nothing_received_is_the_well_known_log() -> None:
    """XB-50, XB-51, XB-70."""
    box = Box()
    outcome = box.run(*PREPARE)
    assert outcome.status == 1
    assert outcome.stderr.splitlines() == [
        "xtrabackup version 2.4.4 based on MySQL server 5.7.13 Linux (x86_64) (revision id: df58cf2)",
        "xtrabackup: cd to /var/lib/mysql",
        "xtrabackup: Error: cannot open ./xtrabackup_checkpoints",
        "xtrabackup: error: xtrabackup_read_metadata()",
        "xtrabackup: This target seems not to have correct metadata...",
        "xtrabackup: Warning: cannot open ./xtrabackup_logfile. will try to find.",
        "  xtrabackup: Fatal error: cannot find ./xtrabackup_logfile.",
        "xtrabackup: Error: xtrabackup_init_temp_log() failed.",
    ]
    assert box.files() == {}


@pytest.mark.parametrize(
    ("verb", "ending", "there", "gone"),
    [
        ("write", "xtrabackup_logfile", ["xtrabackup_logfile"], ["ib_logfile0"]),
        ("write", "ibtmp1", ["ib_logfile0"], ["xtrabackup_logfile", "ib_logfile1"]),
        ("write", "test/t.ibd", ["ib_logfile0", "ibtmp1"], ["xtrabackup_logfile"]),
        ("write", "xtrabackup_checkpoints", ["xtrabackup_logfile"], ["ib_logfile0", "ibtmp1"]),
        ("write", "ib_logfile1", ["xtrabackup_logfile", "ib_logfile101"], ["ib_logfile0", "ib_logfile1"]),
    ],
)
def test_a_kill_leaves_the_files_of_its_stage_and_a_second_run_finishes(
    verb: str, ending: str, there: list[str], gone: list[str]
) -> None:
    """XB-52, XB-53, XB-76, XB-77."""
    box = backup()
    crash_before(box, verb, ending)
    assert box.run(*PREPARE).status == 137
    files = box.files()
    assert [name for name in there if name not in files] == []
    assert [name for name in gone if name in files] == []

    box.machine.before_step = None
    again = box.run(*PREPARE)
    assert again.status == 0, again.stderr
    assert decode_space(content(box, "test/t.ibd")).rows == {1: ["hello"]}
    assert "ib_logfile101" not in box.files()


def test_a_second_run_on_a_prepared_directory_changes_nothing_of_substance() -> None:
    """XB-53."""
    box = backup()
    box.run(*PREPARE)
    before = box.files()
    again = box.run(*PREPARE)
    assert again.status == 0
    assert "This target seems to be already prepared." in again.stderr
    assert box.files() == before


def test_redo_that_is_too_short_is_refused() -> None:
    """XB-54."""
    box = backup()
    box.volume.place("xtrabackup_checkpoints", File(Checkpoints("full-backuped", 5000, 5000).text()))
    outcome = box.run(*PREPARE)
    assert outcome.status == 1
    assert "The log was not applied to the intended LSN!" in outcome.stderr


def test_redo_without_the_system_tablespace_is_refused_and_renamed_back() -> None:
    """XB-55."""
    box = backup()
    del box.volume.root.entries["ibdata1"]
    outcome = box.run(*PREPARE)
    assert outcome.status == 1
    assert "innodb_init(): Error occured." in outcome.stderr
    assert "xtrabackup_logfile" in box.files()
    assert "ib_logfile0" not in box.files()


def test_an_empty_directory_is_removed() -> None:
    """XB-52 f."""
    box = backup()
    box.volume.directory("/empty")
    box.run(*PREPARE)
    assert "empty" not in box.files()
