"""A client's session: who it is, where it stands, what it has set; and what a statement answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from simk8s.mysql.column import Row, Value
from simk8s.mysql.engine.account import Account
from simk8s.mysql.engine.transaction import Transaction
from simk8s.mysql.errors import MySQLError


@dataclass(frozen=True, slots=True)
class ResultSet:
    """Rows with the names of their columns. `numeric` says which columns clients align to the right."""

    names: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    numeric: tuple[bool, ...] = ()
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to a statement without rows."""

    affected: int = 0
    last_insert_id: int = 0
    warnings: int = 0
    info: str = ""


Result: TypeAlias = ResultSet | Done


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A row of SHOW WARNINGS. `level` is Note, Warning or Error."""

    level: str
    number: int
    text: str


@dataclass(slots=True, eq=False)
class Session:
    """`host` is the client's as the server knows it (`localhost`, a name or an address), `port` its TCP port or 0 for
    the socket. `applies` marks the replication SQL thread, which no read-only mode stops (REPL-65). `since` is when it
    began what it does now, in microseconds since 1970."""

    id: int
    user: str
    host: str
    account: Account
    port: int = 0
    database: str = ""
    applies: bool = False
    origin: int = 0  # the server id that the events being applied came from
    command: str = "Sleep"
    state: str = ""
    info: str | None = None
    since: int = 0
    variables: dict[str, Value] = field(default_factory=dict)
    user_variables: dict[str, Value] = field(default_factory=dict)
    transaction: Transaction | None = None
    isolation_next: str = ""
    warnings: list[Diagnostic] = field(default_factory=list)
    last_insert_id: int = 0
    row_count: int = -1
    found_rows: int = 0
    killed: bool = False
    query_killed: bool = False

    @property
    def address(self) -> str:
        """As SHOW PROCESSLIST has it (SQL-42)."""
        return f"{self.host}:{self.port}" if self.port else self.host

    def warn(self, error: MySQLError, level: str = "Warning") -> None:
        self.warnings.append(Diagnostic(level, error.number, error.text))

    def note(self, number: int, *arguments: object) -> None:
        self.warn(MySQLError(number, *arguments), "Note")
