"""InnoDB: tables that survive a crash. Changes go to the redo log at once, and to the data files at a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field

from simk8s.mysql.column import Row, to_plain
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.ibd import IBDATA1_EXTENDED, SPACE_SIZE, Space, SystemSpace, decode_space
from simk8s.mysql.redo import Redo
from simk8s.mysql.step import Change, Log, Steps
from simk8s.mysql.table import Definition, Table, TableRows, path_of, rows_from_plain, rows_to_plain

CHECKPOINT_BYTES = 64 << 10  # SIM: so much redo makes InnoDB write its dirty pages

_BIG_UNDO = "mysql/time_zone_transition"  # SIM: the load of time zones is what makes ibdata1 grow (MYSQLD-2)


@dataclass(slots=True)
class InnoDB:
    """The storage engine of one running server."""

    directory: DataDirectory
    system: SystemSpace
    redo: Redo
    dirty: dict[str, Table] = field(default_factory=dict)
    dirty_since: int | None = None  # in microseconds since 1970: kept by the server, which has the clock

    # ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────

    def knows(self, path: str) -> bool:
        """Whether the dictionary in ibdata1 has the table (MYSQLD-17)."""
        return path in self.system.tables

    def load(self, database: str, definition: Definition) -> Steps[Table]:
        """Open a table's file. Raises 1146, 1812 or 1033 where dictionary, file and `.frm` do not fit together."""
        path = path_of(database, definition.name)
        space = self.system.tables.get(path)
        if space is None:
            yield Log(
                "Warning",
                f"InnoDB: Cannot open table {path} from the internal data dictionary of InnoDB though the .frm file "
                "for the table exists. Please refer to "
                "http://dev.mysql.com/doc/refman/5.7/en/innodb-troubleshooting.html for how to resolve the issue.",
            )
            raise MySQLError(1146, f"{database}.{definition.name}")
        if not self.directory.is_file(f"{path}.ibd"):
            yield Log("ERROR", f"InnoDB: Tablespace {space} for table {path} is missing.")
            raise MySQLError(1812, database, definition.name)
        try:
            file = decode_space(self.directory.read(f"{path}.ibd"))
        except ValueError as problem:
            yield Log("ERROR", f"InnoDB: Table {path} in the tablespace {space} is corrupted.")
            raise MySQLError(1033, f"./{path}.ibd") from problem
        rows = rows_from_plain(file.rows.items(), definition)
        table = Table(database, definition, TableRows(definition, rows, max(rows, default=0) + 1), space=space)
        table.lsn = file.lsn
        table.count_up()
        return table

    def create(
        self, database: str, definition: Definition, *, size: int = SPACE_SIZE, rows: dict[int, Row] | None = None
    ) -> Steps[Table]:
        """Make the `.ibd` file, with rows if there are any, then enter it in the dictionary.

        Raises 1813 if a file of that name is there.
        """
        path = path_of(database, definition.name)
        if self.directory.is_file(f"{path}.ibd") or self.knows(path):
            raise MySQLError(1813, database, definition.name)
        space = self.system.next_space
        self.system.next_space += 1
        plain = dict(rows_to_plain(rows or {}))
        yield from self.directory.write(f"{path}.ibd", Space(space, self.redo.lsn, plain, size).encode())
        lsn = yield from self.redo.append(("create", [path, space]))
        self.system.tables[path] = space
        return Table(database, definition, TableRows(definition), space=space, lsn=lsn)

    def drop(self, path: str) -> Steps[None]:
        yield from self.redo.append(("drop", [path, self.system.tables[path]]))
        self.system.tables.pop(path, None)
        self.dirty.pop(path, None)
        yield from self.directory.unlink(f"{path}.ibd")

    def rename(self, path: str, target: str) -> Steps[None]:
        yield from self.redo.append(("rename", [path, target]))
        self.system.tables[target] = self.system.tables.pop(path)
        table = self.dirty.pop(path, None)
        if table is not None:
            self.dirty[target] = table
        yield from self.directory.rename(f"{path}.ibd", f"{target}.ibd")

    def replace(self, path: str, fresh: str) -> Steps[None]:
        """Let the table at `fresh` take the place of the one at `path`, in one entry of the log."""
        yield from self.redo.append(("drop", [path, self.system.tables[path]]), ("rename", [fresh, path]))
        self.system.tables[path] = self.system.tables.pop(fresh)
        self.dirty.pop(path, None)
        yield from self.directory.rename(f"{fresh}.ibd", f"{path}.ibd")

    # ── transactions ─────────────────────────────────────────────────────────────────────────────────────────────

    def next_transaction(self) -> int:
        number = self.system.next_transaction
        self.system.next_transaction += 1
        return number

    def prepare(self, number: int, xid: int, changes: dict[Table, dict[int, Row | None]]) -> Steps[None]:
        """Promise the rows; the binary log decides whether it counts (MYSQLD-52)."""
        yield from self.redo.append(("rows", [number, xid, True, _plain(changes)]))

    def commit(
        self,
        number: int,
        changes: dict[Table, dict[int, Row | None]],
        *,
        binlog: tuple[str, int] | None,
        prepared: bool,
    ) -> Steps[None]:
        """Make the rows visible, the promise first if there was none yet."""
        commit = ("commit", [number, binlog[0] if binlog else None, binlog[1] if binlog else 0])
        rows = () if prepared else (("rows", [number, 0, False, _plain(changes)]),)
        lsn = yield from self.redo.append(*rows, commit)
        self.system.binlog = binlog or self.system.binlog
        for table, rows_by_number in changes.items():
            table.rows.apply(rows_by_number)
            table.lsn = lsn
            self.dirty[table.path] = table

    def rollback(self, number: int) -> Steps[None]:
        """Take a promise back."""
        yield from self.redo.append(("rollback", [number]), sync=False)

    # ── writing back ─────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def wants_checkpoint(self) -> bool:
        return self.redo.bytes_since_checkpoint > CHECKPOINT_BYTES

    def checkpoint(self, *, final: bool = False) -> Steps[None]:
        """Write every dirty table and the dictionary, then move the checkpoint. `final` is a clean shutdown: the
        flushed LSN goes to ibdata1's first page, and only then (MYSQLD-20 row 14, MYSQLD-62)."""
        lsn = self.redo.lsn
        for path in sorted(self.dirty):
            yield from self._flush(path)
        yield Change("write", "ibdata1", self.system.size, sync=True)
        self.system.lsn = self.redo.lsn
        if final:
            self.system.flushed_lsn = self.redo.lsn
        self.directory.put("ibdata1", self.system.encode())
        yield from self.redo.move_checkpoint(lsn)

    def _flush(self, path: str) -> Steps[None]:
        file = f"{path}.ibd"
        yield Change("write", file, self.directory.size(file), sync=True)
        table = self.dirty.pop(path, None)
        if table is None:  # dropped meanwhile
            return
        if path == _BIG_UNDO:
            self.system.size = IBDATA1_EXTENDED
        rows = dict(rows_to_plain(table.rows.by_number))
        self.directory.put(file, Space(table.space, table.lsn, rows, self.directory.size(file) or SPACE_SIZE).encode())


def _plain(changes: dict[Table, dict[int, Row | None]]) -> list[list[object]]:
    return [
        [table.space, number, None if row is None else [to_plain(value) for value in row]]
        for table, rows in changes.items()
        for number, row in rows.items()
    ]
