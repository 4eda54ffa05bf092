"""Changes to the rows of one table within a transaction: locks, unique keys, and what is to be logged of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simk8s.mysql import myisam
from simk8s.mysql.column import Row, Value, plain_text
from simk8s.mysql.engine.commit import log_rows_at_once
from simk8s.mysql.engine.session import Session
from simk8s.mysql.engine.transaction import Transaction
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.event import Event
from simk8s.mysql.row_event import RowChange, statement_events
from simk8s.mysql.step import Steps
from simk8s.mysql.table import Table, key_values, unique_indexes

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server


@dataclass(slots=True)
class Rows:
    """The table that one statement changes. `changes` are in the order they were made."""

    server: Server
    session: Session
    transaction: Transaction
    table: Table
    changes: list[RowChange] = field(default_factory=list)

    def insert(self, row: Row) -> Steps[None]:
        number = self.table.rows.next_row
        self.table.rows.next_row += 1
        self.transaction.lock(self.table, number)
        self._put(number, None, row)
        return
        yield

    def update(self, number: int, before: Row, after: Row) -> Steps[None]:
        """Raises 1062 where the new values collide with another row."""
        conflict = yield from self.conflict(after, except_row=number)
        if conflict is not None:
            raise self.duplicate(after, conflict[0])
        self._put(number, before, after)

    def delete(self, number: int, before: Row) -> Steps[None]:
        yield from self.lock(number)
        self._put(number, before, None)

    def lock(self, number: int) -> Steps[Row | None]:
        """Lock a row, waiting for whoever holds it, and return it as it is then. Raises 1205 or 1213."""
        deadline = None
        while (holder := self.transaction.lock(self.table, number)) is not None:
            deadline = deadline or self.server.now() + timedelta(seconds=self._patience())
            yield from self._wait_for(holder, deadline)
        return self.transaction.row(self.table, number)

    def conflict(self, row: Row, *, except_row: int = 0) -> Steps[tuple[int, int, Row] | None]:
        """The first unique key of `row` that another row has: its place, that row's number, and that row, locked."""
        deadline = None
        for key, places in enumerate(self.table.rows.places):
            values = key_values(row, places)
            if values is None:
                continue
            while (other := self._uncommitted(key, values)) is not None:
                deadline = deadline or self.server.now() + timedelta(seconds=self._patience())
                yield from self._wait_for(other, deadline)
            number = self.transaction.find(self.table, key, values)
            if number is None or number == except_row:
                continue
            existing = yield from self.lock(number)
            if existing is not None and key_values(existing, places) == values:
                return key, number, existing
            return (yield from self.conflict(row, except_row=except_row))
        return None

    def duplicate(self, row: Row, key: int) -> MySQLError:
        """1062 for a row and the place of a unique key."""
        places = self.table.rows.places[key]
        entry = "-".join("NULL" if row[place] is None else plain_text(row[place]) for place in places)
        return MySQLError(1062, entry, unique_indexes(self.table.definition.indexes)[key].name)

    def events(self, timestamp: int) -> list[tuple[Event, int]]:
        """What the binary log gets for the changes made."""
        return [(event, timestamp) for event in statement_events(self.table, self.changes)]

    def _put(self, number: int, before: Row | None, after: Row | None) -> None:
        self.transaction.put(self.table, number, after)
        self.changes.append((before, after))

    def _uncommitted(self, key: int, values: tuple[Value, ...]) -> Transaction | None:
        """Another transaction that has inserted these key values and not committed yet."""
        for other in self.server.transactions:
            if other is not self.transaction:
                overlay = other.overlays.get(self.table)
                if overlay is not None and values in overlay.keys[key]:
                    return other
        return None

    def _wait_for(self, holder: Transaction, deadline: datetime) -> Steps[None]:
        if self.transaction.would_deadlock(holder):
            raise MySQLError(1213)
        self.transaction.waits_for = holder
        try:
            yield from self.server.wait(self.session, "updating", deadline)
        except MySQLError:
            self.transaction.waits_for = None
            raise
        self.transaction.waits_for = None

    def _patience(self) -> int:
        seconds = self.session.variables.get("innodb_lock_wait_timeout", 50)
        assert isinstance(seconds, int)
        return seconds


def write_through(rows: Rows, events: list[tuple[Event, int]]) -> Steps[None]:
    """Let the changes of a table without transactions count at once, and log them."""
    if not rows.changes:
        return
    transaction, table, server = rows.transaction, rows.table, rows.server
    changes = transaction.overlays.pop(table).rows
    transaction.undo = [entry for entry in transaction.undo if entry[0].table is not table]
    server.committing += 1
    table.rows.apply(changes)
    yield from myisam.save(server.directory, table)
    yield from log_rows_at_once(server, rows.session, events)
    server.committing -= 1
