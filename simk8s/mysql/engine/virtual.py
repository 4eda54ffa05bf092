"""The tables of information_schema that the model has, computed from what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from simk8s.mysql.column import COLLATIONS, Column, ColumnType, Row, Special, plain_text
from simk8s.mysql.engine.catalog import INFORMATION_SCHEMA
from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.table import Definition, path_of

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server

ENGINES: tuple[Row, ...] = (
    ("InnoDB", "DEFAULT", "Supports transactions, row-level locking, and foreign keys", "YES", "YES", "YES"),
    ("MRG_MYISAM", "YES", "Collection of identical MyISAM tables", "NO", "NO", "NO"),
    ("MEMORY", "YES", "Hash based, stored in memory, useful for temporary tables", "NO", "NO", "NO"),
    ("BLACKHOLE", "YES", "/dev/null storage engine (anything you write to it disappears)", "NO", "NO", "NO"),
    ("MyISAM", "YES", "MyISAM storage engine", "NO", "NO", "NO"),
    ("CSV", "YES", "CSV storage engine", "NO", "NO", "NO"),
    ("ARCHIVE", "YES", "Archive storage engine", "NO", "NO", "NO"),
    ("PERFORMANCE_SCHEMA", "YES", "Performance Schema", "NO", "NO", "NO"),
    ("FEDERATED", "NO", "Federated MySQL storage engine", None, None, None),
)


def virtual_table(
    server: Server, session: Session, name: str
) -> tuple[tuple[Column, ...], Callable[[], Iterator[Row]]]:
    """The columns and rows of a table of information_schema. Raises 1109 for one that there is not."""
    known = _TABLES.get(name.upper())
    if known is None:
        raise MySQLError(1109, name, INFORMATION_SCHEMA)
    columns, rows = known
    return tuple(_column(text) for text in columns.split()), lambda: rows(server, session)


def process_rows(server: Server, session: Session, *, full: bool = True) -> Iterator[Row]:
    """SHOW PROCESSLIST (SQL-42): every session that the account may see."""
    now = server.clock()
    for other in server.sessions.values():
        if "PROCESS" not in session.account.privileges and other.account.user != session.account.user:
            continue
        seconds = (now - other.since) // 1_000_000
        state = "starting" if other is session and not other.state else other.state
        info = other.info if full or other.info is None else other.info[:100]
        yield other.id, other.user, other.address, other.database or None, other.command, seconds, state, info


def visible_databases(server: Server, session: Session) -> list[str]:
    """information_schema first, then the directories that the account may see (SQL-41)."""
    return [INFORMATION_SCHEMA, *(d for d in server.catalog.databases() if server.accounts.sees(session.account, d))]


def table_status(server: Server, database: str, name: str) -> tuple[Definition | None, Row]:
    """A table's definition (None for a view or what cannot be read) and its row of SHOW TABLE STATUS after the name."""
    try:
        definition = server.catalog.definition(database, name)
    except MySQLError as error:
        comment = "VIEW" if server.catalog.is_view(database, name) else error.text
        return None, (*((None,) * 16), comment)
    table = server.catalog.open_tables.get((database, name))
    count = len(table.rows.by_number) if table is not None else 0
    size = server.directory.size(f"{path_of(database, name)}.ibd")
    auto = table.next_number if table is not None and definition.auto_increment is not None else None
    length = max(size // 6, 16384) if definition.engine == "InnoDB" else 0
    return definition, (
        *(definition.engine, 10, "Dynamic", count, length // count if count else 0, length, 0, 0, 0, auto),
        *(None, None, None, COLLATIONS[definition.charset], None, "", definition.comment),
    )


def _schemata(server: Server, session: Session) -> Iterator[Row]:
    for name in visible_databases(server, session):
        charset = "utf8" if name == INFORMATION_SCHEMA else server.catalog.charset_of(name)
        yield "def", name, charset, COLLATIONS[charset], None


def _tables(server: Server, session: Session) -> Iterator[Row]:
    for name in _TABLES:
        yield "def", INFORMATION_SCHEMA, name, "SYSTEM VIEW", "MEMORY", 10, "Fixed", *((None,) * 13), ""
    for database in visible_databases(server, session)[1:]:
        for name in server.catalog.tables(database):
            definition, status = table_status(server, database, name)
            kind = "VIEW" if definition is None and status[-1] == "VIEW" else "BASE TABLE"
            yield "def", database, name, kind, *status


def _columns(server: Server, session: Session) -> Iterator[Row]:
    for database in visible_databases(server, session)[1:]:
        for name in server.catalog.tables(database):
            definition, _ = table_status(server, database, name)
            for place, column in enumerate(definition.columns if definition else (), 1):
                yield _column_row(database, name, definition, column, place)


def _column_row(database: str, table: str, definition: Definition | None, column: Column, place: int) -> Row:
    type, default = column.type, column.default
    shown = None if default is None or default is Special.NONE else _default_text(column)
    length = type.length if type.name in ("char", "varchar", "binary", "varbinary") else None
    charset = type.charset if type.is_text else None
    return (
        *("def", database, table, column.name, place, shown, "YES" if column.nullable else "NO", type.name),
        *(length, None if length is None else type.max_bytes, None, None, None, charset),
        *(COLLATIONS[charset] if charset else None, type.sql(), key_of(definition, column.name), extra_of(column)),
        *("select,insert,update,references", column.comment, ""),
    )


def key_of(definition: Definition | None, column: str) -> str:
    """PRI, UNI, MUL or nothing, as DESCRIBE shows it."""
    for index in definition.indexes if definition is not None else ():
        names = [name.lower() for name in index.columns]
        if column.lower() not in names:
            continue
        if index.name == "PRIMARY":
            return "PRI"
        if names[0] == column.lower():
            return "UNI" if index.unique and len(names) == 1 else "MUL"
    return ""


def extra_of(column: Column) -> str:
    """The last column of DESCRIBE."""
    if column.auto_increment:
        return "auto_increment"
    return "on update CURRENT_TIMESTAMP" if column.updates_itself else ""


def _default_text(column: Column) -> str:
    return column.default.value if isinstance(column.default, Special) else plain_text(column.default)


def _processlist(server: Server, session: Session) -> Iterator[Row]:
    return process_rows(server, session)


def _engines(server: Server, session: Session) -> Iterator[Row]:
    return iter(ENGINES)


def _statistics(server: Server, session: Session) -> Iterator[Row]:
    for database in visible_databases(server, session)[1:]:
        for name in server.catalog.tables(database):
            definition, _ = table_status(server, database, name)
            for index in definition.indexes if definition else ():
                for place, column in enumerate(index.columns, 1):
                    yield (
                        "def",
                        database,
                        name,
                        int(not index.unique),
                        database,
                        index.name,
                        place,
                        column,
                        "A",
                        "BTREE",
                    )


def _column(text: str) -> Column:
    name, _, kind = text.partition(":")
    return Column(name, ColumnType("bigint", unsigned=True) if kind else ColumnType("varchar", 192, charset="utf8"))


_TABLES: dict[str, tuple[str, Callable[[Server, Session], Iterator[Row]]]] = {
    "COLUMNS": (
        (
            "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME ORDINAL_POSITION:n COLUMN_DEFAULT IS_NULLABLE DATA_TYPE "
            "CHARACTER_MAXIMUM_LENGTH:n CHARACTER_OCTET_LENGTH:n NUMERIC_PRECISION:n NUMERIC_SCALE:n "
            "DATETIME_PRECISION:n CHARACTER_SET_NAME COLLATION_NAME COLUMN_TYPE COLUMN_KEY EXTRA PRIVILEGES "
            "COLUMN_COMMENT GENERATION_EXPRESSION"
        ),
        _columns,
    ),
    "ENGINES": ("ENGINE SUPPORT COMMENT TRANSACTIONS XA SAVEPOINTS", _engines),
    "PROCESSLIST": ("ID:n USER HOST DB COMMAND TIME:n STATE INFO", _processlist),
    "SCHEMATA": ("CATALOG_NAME SCHEMA_NAME DEFAULT_CHARACTER_SET_NAME DEFAULT_COLLATION_NAME SQL_PATH", _schemata),
    "STATISTICS": (
        (
            "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME NON_UNIQUE:n INDEX_SCHEMA INDEX_NAME SEQ_IN_INDEX:n COLUMN_NAME "
            "COLLATION INDEX_TYPE"
        ),
        _statistics,
    ),
    "TABLES": (
        (
            "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_TYPE ENGINE VERSION:n ROW_FORMAT TABLE_ROWS:n "
            "AVG_ROW_LENGTH:n DATA_LENGTH:n MAX_DATA_LENGTH:n INDEX_LENGTH:n DATA_FREE:n AUTO_INCREMENT:n "
            "CREATE_TIME UPDATE_TIME CHECK_TIME TABLE_COLLATION CHECKSUM:n CREATE_OPTIONS TABLE_COMMENT"
        ),
        _tables,
    ),
}
