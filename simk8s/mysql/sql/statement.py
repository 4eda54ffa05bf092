"""Statements that define, administer and control, as data; those about rows are in `syntax`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from simk8s.mysql.column import Column, Value
from simk8s.mysql.sql.syntax import (
    Delete,
    Expression,
    Insert,
    Query,
    SystemVariable,
    TableName,
    Update,
    UserVariable,
)
from simk8s.mysql.table import Index

# ── definitions ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class CreateDatabase:
    name: str
    if_not_exists: bool = False
    charset: str = ""


@dataclass(frozen=True, slots=True)
class DropDatabase:
    name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateTable:
    """CREATE TABLE: with columns, LIKE another table, or AS a query."""

    table: TableName
    columns: tuple[Column, ...] = ()
    indexes: tuple[Index, ...] = ()
    if_not_exists: bool = False
    engine: str = "InnoDB"
    charset: str = ""
    comment: str = ""
    next_number: int = 1
    like: TableName | None = None
    query: Query | None = None
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class DropTable:
    tables: tuple[TableName, ...]
    if_exists: bool = False
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class TruncateTable:
    table: TableName


@dataclass(frozen=True, slots=True)
class RenameTable:
    pairs: tuple[tuple[TableName, TableName], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One clause of ALTER TABLE. verb: add, drop, modify, add_index, drop_index, drop_primary, rename, engine, order.

    `old` is the name of what is changed; `after` is the column to stand behind, empty for the end, `FIRST` as None.
    """

    verb: str
    column: Column | None = None
    index: Index | None = None
    old: str = ""
    after: str | None = ""
    table: TableName | None = None


@dataclass(frozen=True, slots=True)
class AlterTable:
    """ALTER TABLE, CREATE INDEX and DROP INDEX."""

    table: TableName
    changes: tuple[Change, ...]


# ── sessions and transactions ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Begin:
    snapshot: bool = False
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Commit:
    pass


@dataclass(frozen=True, slots=True)
class Rollback:
    pass


@dataclass(frozen=True, slots=True)
class Use:
    database: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """One part of SET. `target` is a system or user variable; value None is DEFAULT; NAMES has the name `names`."""

    target: SystemVariable | UserVariable
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Set:
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Do:
    expressions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Kill:
    connection: Expression
    query_only: bool = False


# ── administration ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Show:
    """SHOW, by what is shown: `databases`, `slave status`, `create table`, ..."""

    what: str
    like: str | None = None
    where: Expression | None = None
    table: TableName | None = None
    database: str = ""
    full: bool = False
    scope: str = "session"
    user: UserName | None = None


@dataclass(frozen=True, slots=True)
class Flush:
    """FLUSH of `tables`, `tables with read lock`, `logs`, `binary logs`, `engine logs`, `privileges`, ..."""

    kinds: tuple[str, ...]
    not_logged: bool = False


@dataclass(frozen=True, slots=True)
class UnlockTables:
    pass


@dataclass(frozen=True, slots=True)
class ResetMaster:
    pass


@dataclass(frozen=True, slots=True)
class PurgeLogs:
    to: str = ""
    before: Expression | None = None


@dataclass(frozen=True, slots=True)
class Shutdown:
    pass


@dataclass(frozen=True, slots=True)
class ChangeMaster:
    """CHANGE MASTER TO, by option name in capitals (`MASTER_HOST`), in the order written."""

    options: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class StartSlave:
    io: bool = True
    sql: bool = True


@dataclass(frozen=True, slots=True)
class StopSlave:
    io: bool = True
    sql: bool = True


@dataclass(frozen=True, slots=True)
class ResetSlave:
    all: bool = False


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class UserName:
    """`'user'@'host'`; an empty one is the current account (CURRENT_USER)."""

    user: str = ""
    host: str = "%"
    is_current: bool = False

    def __str__(self) -> str:
        return f"'{self.user}'@'{self.host}'"


@dataclass(frozen=True, slots=True)
class UserSpec:
    """An account with its authentication: `password` in clear, or `hash` as stored; both None: not changed."""

    name: UserName
    password: str | None = None
    hash: str | None = None
    plugin: str = ""


@dataclass(frozen=True, slots=True)
class CreateUser:
    users: tuple[UserSpec, ...]
    if_not_exists: bool = False
    locked: bool | None = None


@dataclass(frozen=True, slots=True)
class AlterUser:
    users: tuple[UserSpec, ...]
    if_exists: bool = False
    locked: bool | None = None


@dataclass(frozen=True, slots=True)
class DropUser:
    users: tuple[UserName, ...]
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class SetPassword:
    user: UserName
    password: str


@dataclass(frozen=True, slots=True)
class Grant:
    """GRANT on `*.*`, a database or a table (`level` with names, `*` for all; an empty database is the current one)."""

    privileges: tuple[str, ...]
    database: str
    table: str
    users: tuple[UserSpec, ...]
    with_grant_option: bool = False


@dataclass(frozen=True, slots=True)
class Revoke:
    privileges: tuple[str, ...]
    database: str
    table: str
    users: tuple[UserName, ...]


Statement: TypeAlias = (
    Query
    | Insert
    | Update
    | Delete
    | CreateDatabase
    | DropDatabase
    | CreateTable
    | DropTable
    | TruncateTable
    | RenameTable
    | AlterTable
    | Begin
    | Commit
    | Rollback
    | Use
    | Set
    | Do
    | Kill
    | Show
    | Flush
    | UnlockTables
    | ResetMaster
    | PurgeLogs
    | Shutdown
    | ChangeMaster
    | StartSlave
    | StopSlave
    | ResetSlave
    | CreateUser
    | AlterUser
    | DropUser
    | SetPassword
    | Grant
    | Revoke
)
