"""A transaction: the changes that nobody else sees yet, laid over the committed rows; locks; what to log at its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from simk8s.mysql.column import Row, Value
from simk8s.mysql.event import Event
from simk8s.mysql.table import Table, in_order, key_values


@dataclass(slots=True)
class Overlay:
    """One table's uncommitted rows (None: deleted), with their unique keys."""

    table: Table
    rows: dict[int, Row | None] = field(default_factory=dict)
    keys: list[dict[tuple[Value, ...], int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = [{} for _ in self.table.rows.places]

    def put(self, number: int, row: Row | None) -> None:
        before = self.rows.get(number)
        if before is not None:
            for places, keys in zip(self.table.rows.places, self.keys, strict=True):
                values = key_values(before, places)
                if values is not None and keys.get(values) == number:
                    del keys[values]
        self.rows[number] = row
        if row is not None:
            for places, keys in zip(self.table.rows.places, self.keys, strict=True):
                values = key_values(row, places)
                if values is not None:
                    keys[values] = number


@dataclass(slots=True, eq=False)
class Transaction:
    """`events` are what goes to the binary log with the commit, each with its timestamp; `snapshot` is what a
    REPEATABLE READ sees of tables, by identity of the table's row store."""

    number: int = 0
    explicit: bool = False
    read_only: bool = False
    used: set[tuple[str, str]] = field(default_factory=set)  # tables that must not be redefined until the end
    overlays: dict[Table, Overlay] = field(default_factory=dict)
    events: list[tuple[Event, int]] = field(default_factory=list)
    snapshot: dict[Table, dict[int, Row]] | None = None
    locked: list[tuple[Table, int]] = field(default_factory=list)
    waits_for: Transaction | None = None
    database: str = ""  # the current database when the first change was made: BEGIN is logged with it
    undo: list[tuple[Overlay, int, Row | None, bool]] = field(default_factory=list)

    # ── rows as this transaction sees them ───────────────────────────────────────────────────────────────────────

    def scan(self, table: Table, *, current: bool = False) -> Iterator[tuple[int, Row]]:
        """Rows in the order of the clustered index: from the snapshot, or the newest committed (`current`), with the
        transaction's own changes over them."""
        overlay = self.overlays.get(table)
        base = None if current or self.snapshot is None else self.snapshot.get(table)
        if overlay is None and base is None:
            return table.rows.scan()
        rows = dict(base if base is not None else table.rows.by_number)
        for number, row in overlay.rows.items() if overlay else ():
            if row is None:
                rows.pop(number, None)
            else:
                rows[number] = row
        return iter([(number, rows[number]) for number in in_order(table.definition, rows)])

    def row(self, table: Table, number: int) -> Row | None:
        """One row as it is now: changed here, or as committed."""
        overlay = self.overlays.get(table)
        if overlay is not None and number in overlay.rows:
            return overlay.rows[number]
        return table.rows.by_number.get(number)

    def find(self, table: Table, key: int, values: tuple[Value, ...]) -> int | None:
        """The row that has these values in a unique key, as it is now."""
        overlay = self.overlays.get(table)
        if overlay is not None:
            number = overlay.keys[key].get(values)
            if number is not None:
                return number
        number = table.rows.find(key, values)
        if number is not None and overlay is not None and number in overlay.rows:
            return None  # deleted here, or its key was changed
        return number

    # ── changes ──────────────────────────────────────────────────────────────────────────────────────────────────

    def put(self, table: Table, number: int, row: Row | None) -> None:
        overlay = self.overlays.get(table)
        if overlay is None:
            overlay = self.overlays[table] = Overlay(table)
        self.undo.append((overlay, number, overlay.rows.get(number), number in overlay.rows))
        overlay.put(number, row)

    def undo_to(self, mark: int) -> None:
        """Take back the changes since `mark`, a length of `undo`: a statement that failed leaves no trace."""
        while len(self.undo) > mark:
            overlay, number, before, was_there = self.undo.pop()
            if was_there:
                overlay.put(number, before)
            else:
                overlay.put(number, None)
                del overlay.rows[number]

    @property
    def has_changes(self) -> bool:
        return any(overlay.rows for overlay in self.overlays.values())

    def changes(self) -> dict[Table, dict[int, Row | None]]:
        return {table: overlay.rows for table, overlay in self.overlays.items() if overlay.rows}

    # ── locks ────────────────────────────────────────────────────────────────────────────────────────────────────

    def lock(self, table: Table, number: int) -> Transaction | None:
        """Lock a row; whoever holds it instead, where somebody does."""
        holder = table.locks.get(number)
        if holder is None:
            table.locks[number] = self
            self.locked.append((table, number))
            return None
        assert isinstance(holder, Transaction)
        return None if holder is self else holder

    def release(self) -> None:
        for table, number in self.locked:
            if table.locks.get(number) is self:
                del table.locks[number]
        self.locked.clear()

    def would_deadlock(self, holder: Transaction) -> bool:
        """Whether waiting for `holder` would close a circle."""
        waiting: Transaction | None = holder
        while waiting is not None:
            if waiting is self:
                return True
            waiting = waiting.waits_for
        return False
