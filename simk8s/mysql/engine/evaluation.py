"""What an expression can see while it is evaluated: rows, the session, the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from simk8s.mysql.column import Column, Row, Value, places_by_name
from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.moment import calendar
from simk8s.mysql.sql.syntax import Aggregate, Name

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server


@dataclass(slots=True)
class Source:
    """One table, derived table or virtual table of FROM: how it is called, its columns, and its rows."""

    alias: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]
    database: str = ""
    hidden: frozenset[str] = frozenset()  # columns that `*` leaves out: joined by USING
    primary: tuple[int, ...] = ()  # the places of the primary key
    by_name: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.by_name:
            self.by_name = places_by_name(self.columns)


@dataclass(slots=True)
class Environment:
    """The rows at hand, one a source; the values of a group's aggregates; and the query around this one."""

    rows: list[Row]
    outer: Environment | None = None
    aggregates: list[Value] = field(default_factory=list)


Compiled: TypeAlias = Callable[[Environment], Value]


@dataclass(slots=True)
class Scope:
    """What names mean. `clause` is for messages (`field list`, `where clause`, ...); `aggregates` are those met so far,
    None where none is allowed; `aliases` are select items that HAVING and ORDER BY may name."""

    sources: list[Source] = field(default_factory=list)
    outer: Scope | None = None
    clause: str = "field list"
    aggregates: list[Aggregate] | None = None
    aliases: dict[str, Compiled] = field(default_factory=dict)
    inserted: dict[str, Compiled] = field(default_factory=dict)

    def find(self, name: Name) -> Compiled:
        """How to get at a column. Raises 1052 or 1054."""
        if not name.table and name.name.lower() in self.aliases:
            return self.aliases[name.name.lower()]
        found = self.places(name)
        if len(found) > 1:
            raise MySQLError(1052, str(name), self.clause)
        if found:
            source, place = found[0]
            return lambda environment: environment.rows[source][place]
        if self.outer is not None:
            try:
                outside = self.outer.find(name)
            except MySQLError as error:
                raise (MySQLError(1054, str(name), self.clause) if error.number == 1054 else error) from None
            return lambda environment: outside(environment.outer)  # type: ignore[arg-type]
        raise MySQLError(1054, str(name), self.clause)

    def column(self, name: Name) -> Column | None:
        """The column that a name means here, for those who need its type."""
        found = self.places(name)
        return self.sources[found[0][0]].columns[found[0][1]] if len(found) == 1 else None

    def places(self, name: Name) -> list[tuple[int, int]]:
        """Every source and place that a name can mean."""
        wanted = name.name.lower()
        return [
            (number, place)
            for number, source in enumerate(self.sources)
            if (not name.table or name.table == source.alias)
            and (not name.database or name.database == source.database)
            for place in source.by_name.get(wanted, ())
            if name.table or wanted not in source.hidden
        ]


@dataclass(slots=True)
class Evaluation:
    """One statement at work. `moment` is its time, in microseconds, and stands still for all of it (SQL-40); `sleep`
    adds up what SLEEP() asks for."""

    server: Server
    session: Session
    moment: int
    sleep: float = 0.0
    reads_current: bool = False  # FOR UPDATE: the newest committed rows, whatever the snapshot has

    @property
    def now(self) -> datetime:
        """What NOW() says."""
        return calendar(self.moment)
