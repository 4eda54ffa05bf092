"""Which databases and tables there are: directories and `.frm` files (MYSQLD-16, MYSQLD-17), opened when first used."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from simk8s.machine.content import dense
from simk8s.mysql import myisam
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.errors import MySQLError, not_supported
from simk8s.mysql.innodb import InnoDB
from simk8s.mysql.step import Steps
from simk8s.mysql.table import Definition, Table, file_name, name_of_file, path_of, read_frm

INFORMATION_SCHEMA = "information_schema"
VIEW_MAGIC = b"TYPE=VIEW\n"
_FIRST_MAP_ID = 108  # lower numbers have gone to system tables by the time a client can connect


@dataclass(slots=True)
class Catalog:
    """The databases of a running server."""

    directory: DataDirectory
    innodb: InnoDB
    open_tables: dict[tuple[str, str], Table] = field(default_factory=dict)
    next_map_id: int = _FIRST_MAP_ID

    def databases(self) -> list[str]:
        """Every sub-directory whose name does not begin with a point, by name."""
        directory = self.directory
        return [name_of_file(n) for n in directory.names() if not n.startswith(".") and directory.is_directory(n)]

    def has_database(self, name: str) -> bool:
        return bool(name) and self.directory.is_directory(file_name(name)) and not name.startswith(".")

    def charset_of(self, database: str) -> str:
        """The default of new tables in a database, from its `db.opt`."""
        path = f"{file_name(database)}/db.opt"
        if self.directory.is_file(path):
            for line in dense(self.directory.read(path)).decode().splitlines():
                if line.startswith("default-character-set="):
                    return line.partition("=")[2]
        return "latin1"

    def tables(self, database: str) -> list[str]:
        """The tables of a database that SQL can see: those with a `.frm`."""
        names = self.directory.names(file_name(database))
        return [
            name_of_file(name.removesuffix(".frm"))
            for name in names
            if name.endswith(".frm") and not name.startswith("#sql")  # left by an ALTER TABLE that was cut off
        ]

    def has_table(self, database: str, name: str) -> bool:
        return self.directory.is_file(f"{path_of(database, name)}.frm")

    def is_view(self, database: str, name: str) -> bool:
        path = f"{path_of(database, name)}.frm"
        return self.directory.is_file(path) and dense(self.directory.read(path)).startswith(VIEW_MAGIC)

    def definition(self, database: str, name: str) -> Definition:
        """What the `.frm` says. Raises 1146, 1033, or 1235 for a view."""
        path = f"{path_of(database, name)}.frm"
        try:
            content = dense(self.directory.read(path))
        except FileNotFoundError:
            raise MySQLError(1146, f"{database}.{name}") from None
        if content.startswith(VIEW_MAGIC):
            raise not_supported("views")
        try:
            return read_frm(content)
        except ValueError as problem:
            raise MySQLError(1033, f"./{path}") from problem

    def open(self, database: str, name: str) -> Steps[Table]:
        """A table ready for use. Raises 1146 and others where it is not."""
        table = self.open_tables.get((database, name))
        if table is not None:
            return table
        definition = self.definition(database, name)
        if definition.engine == "InnoDB":
            table = yield from self.innodb.load(database, definition)
        elif definition.engine in myisam.FILES:
            table = myisam.load(self.directory, database, definition)
        else:
            raise not_supported(f"tables of the engine {definition.engine}")
        return self.adopt(table)

    def adopt(self, table: Table) -> Table:
        """Keep a table open, under a number of its own for row events."""
        table.map_id = self.next_map_id
        self.next_map_id += 1
        self.open_tables[table.database, table.name] = table
        return table

    def forget(self, database: str, name: str) -> None:
        self.open_tables.pop((database, name), None)

    def close_clean_tables(self, used: Collection[tuple[str, str]]) -> None:
        """FLUSH TABLES: what has nothing in memory alone, and is not in use, is opened anew the next time."""
        for key, table in list(self.open_tables.items()):
            if table.path not in self.innodb.dirty and key not in used:
                del self.open_tables[key]
