"""`--initialize-insecure`: what appears, in which order, and what a kill leaves."""

from __future__ import annotations

import pytest

from simk8s.mysql.start.failure import StartFailure
from simk8s.mysql.start.initialize import initialize
from simk8s.mysql.step import Change, Log, Stage
from tests.mysql.box import PRIMARY, VERSION, Box, Killed


def stages(box: Box) -> dict[int, list[str]]:
    """The changes of each row of the table."""
    rows: dict[int, list[str]] = {}
    row = 0
    for step in initialize(box.directory, box.options, box._host(), VERSION):
        if isinstance(step, Stage):
            row = step.row
        elif isinstance(step, Change):
            rows.setdefault(row, []).append(f"{step.verb} {step.path}")
    return rows


def test_files_appear_in_the_order_of_the_table() -> None:
    """MYSQLD-20, MYSQLD-21, ENTRY-48."""
    rows = stages(Box(*PRIMARY))
    assert rows[1] == ["write is_writable", "unlink is_writable"]
    assert rows[2] == ["write mysql-0-bin.index"]
    assert rows[3] == [
        "write ibdata1",
        "write ib_logfile101",
        "write ib_logfile1",
        "rename ib_logfile101 -> ib_logfile0",
    ]
    assert rows[6] == ["write ibtmp1"]
    assert rows[7] == ["write mysql-0-bin.000001", "append mysql-0-bin.index"]
    assert rows[8] == ["write auto.cnf"]
    assert rows[9] == ["append mysql-0-bin.000001"]
    assert rows[10] == ["mkdir mysql", "write mysql/db.opt"]
    assert rows[11][:3] == ["write mysql/db.frm", "write mysql/db.MYD", "write mysql/db.MYI"]
    assert "write mysql/user.MYD" in rows[12]
    assert rows[13][0] == "mkdir sys"
    assert rows[14][-3:] == ["write ibdata1", "write ib_logfile0", "unlink ibtmp1"]


def test_the_finished_directory_has_the_files_and_sizes_of_a_fresh_server() -> None:
    """MYSQLD-1 to MYSQLD-10, DIR-5, DUR-14."""
    box = Box(*PRIMARY).initialize()
    sizes = {name: box.directory.size(name) for name in box.files() if not box.directory.is_directory(name)}
    assert sizes == {
        "auto.cnf": 56,
        "ib_buffer_pool": 45,
        "ib_logfile0": 48 << 20,
        "ib_logfile1": 48 << 20,
        "ibdata1": 12 << 20,
        "mysql-0-bin.000001": 177,
        "mysql-0-bin.index": 21,
    }
    files = list(box.walk())
    assert 270 <= len(files) <= 300
    in_mysql = {name for name in files if name.startswith("mysql/")}
    assert sum(name.endswith(".ibd") for name in in_mysql) == 19
    assert sum(name.endswith(".MYD") for name in in_mysql) == 10
    assert sum(name.endswith(".frm") for name in in_mysql) == 31
    assert sum(name.startswith("performance_schema/") for name in files) == 88
    assert "root@localhost is created with an empty password !" in box.log_text()


def test_a_directory_with_files_is_refused() -> None:
    """ENTRY-41, ENTRY-47: lost+found counts, names with a point do not."""
    box = Box(*PRIMARY)
    box.drive(box.directory.mkdir(".hidden"))
    box.drive(box.directory.mkdir("lost+found"))
    with pytest.raises(StartFailure):
        box.initialize()
    assert [line.text for line in box.logged] == [
        "--initialize specified but the data directory has files in it. Aborting.",
        "Aborting",
    ]
    ignoring = Box(*PRIMARY, "--ignore-db-dir=lost+found", top=box.directory.top).initialize()
    assert "mysql" in ignoring.files()


def test_a_binary_log_needs_a_server_id() -> None:
    """MYSQLD-23."""
    box = Box("--log-bin")
    with pytest.raises(StartFailure):
        box.initialize()
    assert box.logged[0].text.startswith(
        "You have enabled the binary log, but you haven't provided the mandatory server-id"
    )
    assert box.files() == []


def boundaries() -> list[tuple[int, int]]:
    """For each change of an initialisation, its number and the row of the table that it is in."""
    box = Box(*PRIMARY)
    found: list[tuple[int, int]] = []
    row = 0
    for step in initialize(box.directory, box.options, box._host(), VERSION):
        if isinstance(step, Stage):
            row = step.row
        elif isinstance(step, Change):
            found.append((len(found), row))
    return found


def killed_at(number: int) -> Box:
    box = Box(*PRIMARY)
    box.kill_at = number
    with pytest.raises(Killed):
        box.initialize()
    box.kill_at = None
    return box


def test_every_kill_before_the_database_mysql_exists_sticks_for_ever() -> None:
    """ENTRY-40, ENTRY-41: the next start of the entrypoint initialises again, and is refused."""
    for number, row in boundaries():
        if row > 10 or (row == 10 and number > min(n for n, r in boundaries() if r == 10)):
            break
        box = killed_at(number)
        assert "mysql" not in box.files()
        if box.files():
            with pytest.raises(StartFailure):
                box.initialize()
        else:
            box.initialize()


@pytest.mark.parametrize("row", [10, 11, 12, 13, 14])
def test_a_kill_later_leaves_a_server_that_starts_only_with_its_grant_tables(row: int) -> None:
    """ENTRY-42, ENTRY-43: fatal until the system tables are there; then it starts, without root@'%'."""
    inside = [number for number, r in boundaries() if r == row]
    for number in (inside[1], inside[len(inside) // 2], inside[-1]):
        box = killed_at(number)
        if row <= 11:
            errors = box.fails_to_start()
            assert any(line.startswith("Fatal error: Can't open and lock privilege tables: ") for line in errors)
        else:
            box.start()
            accounts = {account.name for account in box.server.accounts.accounts}
            assert "root@%" not in accounts
            assert row == 12 or "root@localhost" in accounts


def test_warnings_and_notes_come_as_steps_too() -> None:
    steps = list(initialize(Box(*PRIMARY).directory, Box(*PRIMARY).options, Box()._host(), VERSION))
    assert any(isinstance(step, Log) and "Generating a new UUID" in step.text for step in steps)
