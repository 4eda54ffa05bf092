"""`mysqld --initialize-insecure`: a data directory out of nothing, row by row of MYSQLD-20."""

from __future__ import annotations

from datetime import datetime

from simk8s.machine.content import padded
from simk8s.mysql import myisam
from simk8s.mysql.column import Row, Special, Value
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.engine.account import PRIVILEGES
from simk8s.mysql.engine.catalog import VIEW_MAGIC
from simk8s.mysql.engine.database import database_options
from simk8s.mysql.engine.server import Host
from simk8s.mysql.innodb import InnoDB
from simk8s.mysql.logset import LogSet
from simk8s.mysql.option import Options
from simk8s.mysql.start.failure import abort
from simk8s.mysql.start.identity import server_uuid
from simk8s.mysql.start.shutdown import close_storage
from simk8s.mysql.start.startup import binary_log, check_binary_log, make_binary_log_header
from simk8s.mysql.start.storage import create_storage, make_temporary_space
from simk8s.mysql.start.system_table import mysql_table, mysql_tables, sys_config
from simk8s.mysql.start.system_view import PERFORMANCE_SCHEMA, SYS_TRIGGERS, SYS_VIEWS
from simk8s.mysql.step import Log, Stage, Steps
from simk8s.mysql.table import Definition, Table, TableRows

_BOOTSTRAP_LSN = (
    2_400_000  # SIM: what bootstrap writes to the real redo log (XB-36: a fresh server is at about 2.5 million)
)
_LOCKED = "*THISISNOTAVALIDPASSWORDTHATCANBEUSEDHERE"


def initialize(directory: DataDirectory, options: Options, host: Host, version: str) -> Steps[None]:
    """Make everything. Raises StartFailure where the directory is not empty (ENTRY-47) or an option is missing.

    A `Stage` is yielded at the beginning of each row.
    """
    yield from _check_empty(directory, options)
    yield from check_binary_log(options)
    yield Stage(1, "is_writable")
    yield from directory.write("is_writable", b"", sync=False)
    yield from directory.unlink("is_writable")
    log = binary_log(directory, options, host, version)
    if log is not None:
        yield Stage(2, "binary log index")
        yield from log.open_index()
    yield Stage(3, "system tablespace and redo log")
    innodb = yield from create_storage(directory)
    yield Stage(6, "temporary tablespace")
    yield from make_temporary_space(directory)
    if log is not None:
        yield Stage(7, "binary log")
        yield from log.open_new(with_gtids=False)
    yield Stage(8, "auto.cnf")
    yield from server_uuid(directory, host.new_uuid)
    yield Stage(9, "GTIDs")
    yield Log("Warning", "Gtid table is not ready to be used. Table 'mysql.gtid_executed' cannot be opened.")
    yield from make_binary_log_header(log)
    yield from _fill(directory, innodb, log, host)


def _check_empty(directory: DataDirectory, options: Options) -> Steps[None]:
    ignored = options.ignored_directories
    if any(not name.startswith(".") and name not in ignored for name in directory.names()):
        yield from abort("--initialize specified but the data directory has files in it. Aborting.")


def _fill(directory: DataDirectory, innodb: InnoDB, log: LogSet | None, host: Host) -> Steps[None]:
    yield Stage(10, "mysql")
    yield Log(
        "Warning",
        "root@localhost is created with an empty password ! Please consider switching off the --initialize-insecure "
        "option.",
    )
    yield from directory.mkdir("mysql")
    yield from directory.write("mysql/db.opt", database_options("latin1"), sync=False)
    yield Stage(11, "system tables")
    for definition, size in mysql_tables():
        if definition.name == "proxies_priv":
            yield from _performance_schema(directory)
        yield from _make_table(directory, innodb, "mysql", definition, size)
    innodb.redo.lsn += _BOOTSTRAP_LSN
    yield Stage(12, "rows")
    yield from _rows(directory, host.now().replace(microsecond=0))
    yield Stage(13, "sys")
    yield from _sys(directory, innodb)
    yield Stage(14, "shutdown")
    yield from close_storage(directory, innodb, log)


def _make_table(
    directory: DataDirectory, innodb: InnoDB, database: str, definition: Definition, size: int
) -> Steps[None]:
    yield from directory.write(f"{database}/{definition.name}.frm", definition.frm(), sync=False)
    if definition.engine == "InnoDB":
        yield from innodb.create(database, definition, size=size)
    else:
        yield from myisam.create(directory, database, definition)


def _performance_schema(directory: DataDirectory) -> Steps[None]:
    yield from directory.mkdir("performance_schema")
    yield from directory.write("performance_schema/db.opt", database_options("utf8"), sync=False)
    for name in PERFORMANCE_SCHEMA:
        definition = Definition(name, (), (), "PERFORMANCE_SCHEMA", "utf8")
        yield from directory.write(f"performance_schema/{name}.frm", definition.frm(), sync=False)


def _sys(directory: DataDirectory, innodb: InnoDB) -> Steps[None]:
    yield from directory.mkdir("sys")
    yield from directory.write("sys/db.opt", database_options("utf8"), sync=False)
    yield from _make_table(directory, innodb, "sys", sys_config(), 98304)
    for name in SYS_TRIGGERS:
        yield from directory.write(f"sys/{name}.TRN", b"TYPE=TRIGGERNAME\ntrigger_table=sys_config\n", sync=False)
    yield from directory.write("sys/sys_config.TRG", padded(b"TYPE=TRIGGERS\n", 1084), sync=False)
    for name in SYS_VIEWS:
        yield from directory.write(f"sys/{name}.frm", padded(VIEW_MAGIC, 1500), sync=False)


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(directory: DataDirectory, now: datetime) -> Steps[None]:
    """Accounts (SQL-1). The help tables stay empty (SIM)."""
    root = dict.fromkeys(PRIVILEGES, "Y")
    locked: dict[str, Value] = {"authentication_string": _LOCKED, "account_locked": "Y"}
    users: list[dict[str, Value]] = [
        {"Host": "localhost", "User": "root", "authentication_string": "", **root},
        {"Host": "localhost", "User": "mysql.session", "Super_priv": "Y", **locked},
        {"Host": "localhost", "User": "mysql.sys", **locked},
    ]
    for user in users:
        user["password_last_changed"] = now
    yield from _save(directory, "user", users)
    yield from _save(
        directory,
        "db",
        [
            {"Host": "localhost", "Db": "performance_schema", "User": "mysql.session", "Select_priv": "Y"},
            {"Host": "localhost", "Db": "sys", "User": "mysql.sys", "Trigger_priv": "Y"},
        ],
    )
    grantor: dict[str, Value] = {"Host": "localhost", "Grantor": "boot@connecting host", "Timestamp": now}
    yield from _save(
        directory,
        "tables_priv",
        [
            {**grantor, "Db": "mysql", "User": "mysql.session", "Table_name": "user", "Table_priv": "Select"},
            {**grantor, "Db": "sys", "User": "mysql.sys", "Table_name": "sys_config", "Table_priv": "Select"},
        ],
    )
    proxy: dict[str, Value] = {"User": "root", "With_grant": 1, "Grantor": "boot@connecting host", "Timestamp": now}
    yield from _save(directory, "proxies_priv", [{**proxy, "Host": "localhost"}])


def _save(directory: DataDirectory, name: str, rows: list[dict[str, Value]]) -> Steps[None]:
    definition = mysql_table(name)
    table = Table("mysql", definition, TableRows(definition, dict(enumerate((_row(definition, r) for r in rows), 1))))
    yield from myisam.save(directory, table)


def _row(definition: Definition, values: dict[str, Value]) -> Row:
    return tuple(
        values[column.name]
        if column.name in values
        else ("" if column.type.is_text else b"" if column.type.is_binary else None)
        if isinstance(column.default, Special)
        else column.default
        for column in definition.columns
    )
