"""CREATE TABLE, ALTER TABLE, DROP TABLE, TRUNCATE, CREATE and DROP INDEX."""

from __future__ import annotations

from dataclasses import replace

from simk8s.mysql.errors import MySQLError, not_supported
from simk8s.mysql.sql.administrative import table_name
from simk8s.mysql.sql.column_definition import Body, column, free_name, known_charset
from simk8s.mysql.sql.lexer import Cursor
from simk8s.mysql.sql.statement import (
    AlterTable,
    Change,
    CreateTable,
    DropTable,
    Statement,
    TruncateTable,
)
from simk8s.mysql.sql.syntax import (
    Query,
)
from simk8s.mysql.table import Index


def create(cursor: Cursor) -> Statement:
    """CREATE TABLE or CREATE INDEX."""
    cursor.expect("CREATE")
    unique = cursor.accept("UNIQUE")
    if cursor.accept("INDEX"):
        return _create_index(cursor, unique=unique)
    temporary = cursor.accept("TEMPORARY")
    if not cursor.accept("TABLE"):
        word = cursor.token.key
        if word in ("VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "SERVER", "TABLESPACE", "FULLTEXT", "OR"):
            raise not_supported(f"CREATE {word}")
        raise cursor.error()
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = table_name(cursor)
    if cursor.accept("LIKE"):
        return CreateTable(name, if_not_exists=if_not_exists, like=table_name(cursor), temporary=temporary)
    body = Body()
    if cursor.accept("("):
        if cursor.accept("LIKE"):
            like = table_name(cursor)
            cursor.expect(")")
            return CreateTable(name, if_not_exists=if_not_exists, like=like, temporary=temporary)
        if cursor.token.key != "SELECT":
            _body(cursor, body)
            cursor.expect(")")
        else:
            cursor.place -= 1
    table = CreateTable(name, tuple(body.columns), tuple(body.indexes), if_not_exists, temporary=temporary)
    table = _options(cursor, table)
    query = _query(cursor)
    if query is None and not body.columns:
        cursor.expect_end()
        raise MySQLError(1113)
    return replace(table, query=query)


def drop(cursor: Cursor) -> Statement:
    """DROP TABLE or DROP INDEX."""
    cursor.expect("DROP")
    if cursor.accept("INDEX"):
        name = cursor.identifier()
        cursor.expect("ON")
        return AlterTable(table_name(cursor), (_drop_index(name),))
    temporary = cursor.accept("TEMPORARY")
    if not cursor.accept_any("TABLE", "TABLES"):
        word = cursor.token.key
        if word in ("VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "SERVER", "TABLESPACE"):
            raise not_supported(f"DROP {word}")
        raise cursor.error()
    if_exists = cursor.accept("IF", "EXISTS")
    tables = [table_name(cursor)]
    while cursor.accept(","):
        tables.append(table_name(cursor))
    cursor.accept_any("RESTRICT", "CASCADE")
    return DropTable(tuple(tables), if_exists, temporary)


def truncate(cursor: Cursor) -> Statement:
    cursor.expect("TRUNCATE")
    cursor.accept("TABLE")
    return TruncateTable(table_name(cursor))


def alter(cursor: Cursor) -> Statement:
    cursor.expect("ALTER")
    if not cursor.accept("TABLE"):
        word = cursor.token.key
        if word in ("DATABASE", "SCHEMA", "VIEW", "EVENT", "SERVER", "PROCEDURE", "FUNCTION", "INSTANCE"):
            raise not_supported(f"ALTER {word}")
        raise cursor.error()
    name = table_name(cursor)
    changes = [_change(cursor)]
    while cursor.accept(","):
        changes.append(_change(cursor))
    return AlterTable(name, tuple(changes))


# ── ALTER TABLE ──────────────────────────────────────────────────────────────────────────────────────────────────


def _change(cursor: Cursor) -> Change:
    if cursor.accept("ADD"):
        return _add(cursor)
    if cursor.accept("DROP"):
        if cursor.accept("PRIMARY", "KEY"):
            return Change("drop_primary")
        if cursor.accept_any("INDEX", "KEY"):
            return _drop_index(cursor.identifier())
        if cursor.peek("FOREIGN"):
            raise not_supported("foreign keys")
        cursor.accept("COLUMN")
        return Change("drop", old=cursor.identifier())
    if cursor.accept("MODIFY"):
        cursor.accept("COLUMN")
        body = Body()
        column(cursor, body)
        return Change("modify", body.columns[0], old=body.columns[0].name, after=_place(cursor))
    if cursor.accept("CHANGE"):
        cursor.accept("COLUMN")
        old, body = cursor.identifier(), Body()
        column(cursor, body)
        return Change("modify", body.columns[0], old=old, after=_place(cursor))
    if cursor.accept("RENAME"):
        if cursor.peek("INDEX") or cursor.peek("KEY"):
            raise not_supported("RENAME INDEX")
        cursor.accept_any("TO", "AS")
        return Change("rename", table=table_name(cursor))
    if cursor.accept("ENGINE"):
        cursor.accept("=")
        return Change("engine", old=cursor.identifier())
    if cursor.accept("ORDER", "BY"):
        while not cursor.at_end:
            cursor.identifier()
            cursor.accept_any("ASC", "DESC")
            if not cursor.accept(","):
                break
        return Change("order")
    raise cursor.error() if cursor.token.kind != "word" else not_supported(f"ALTER TABLE ... {cursor.token.key}")


def _add(cursor: Cursor) -> Change:
    body = Body()
    if _index(cursor, body):
        return Change("add_index", index=body.indexes[0])
    cursor.accept("COLUMN")
    if cursor.peek("("):
        raise not_supported("ADD COLUMN with a list")
    column(cursor, body)
    index = body.indexes[0] if body.indexes else None
    return Change("add", body.columns[0], index=index, after=_place(cursor))


def _place(cursor: Cursor) -> str | None:
    if cursor.accept("FIRST"):
        return None
    return cursor.identifier() if cursor.accept("AFTER") else ""


def _drop_index(name: str) -> Change:
    return Change("drop_primary") if name.upper() == "PRIMARY" else Change("drop_index", old=name)


def _create_index(cursor: Cursor, *, unique: bool) -> Statement:
    name = cursor.identifier()
    cursor.expect("ON")
    table = table_name(cursor)
    return AlterTable(table, (Change("add_index", index=Index(name, _columns(cursor), unique)),))


# ── the body of CREATE TABLE ─────────────────────────────────────────────────────────────────────────────────────


def _body(cursor: Cursor, body: Body) -> None:
    while True:
        if not _index(cursor, body):
            column(cursor, body)
        if not cursor.accept(","):
            return


def _index(cursor: Cursor, body: Body) -> bool:
    named = ""
    if cursor.accept("CONSTRAINT"):
        if cursor.token.key not in ("PRIMARY", "UNIQUE", "FOREIGN"):
            named = cursor.identifier()
        if cursor.token.key not in ("PRIMARY", "UNIQUE", "FOREIGN"):
            raise cursor.error()
    if cursor.peek("FOREIGN"):
        raise not_supported("foreign keys")
    if cursor.token.key in ("FULLTEXT", "SPATIAL", "CHECK"):
        raise not_supported(f"{cursor.token.key} keys")
    if cursor.accept("PRIMARY", "KEY"):
        _method(cursor)
        body.indexes.append(Index("PRIMARY", _columns(cursor), True))
        return True
    unique = cursor.accept("UNIQUE")
    if not cursor.accept_any("INDEX", "KEY") and not unique:
        return False
    name = cursor.identifier() if cursor.token.kind in ("word", "quoted") and not cursor.peek("USING") else named
    _method(cursor)
    columns = _columns(cursor)
    body.indexes.append(Index(name or free_name(columns[0], body.indexes), columns, unique))
    return True


def _method(cursor: Cursor) -> None:
    if cursor.accept("USING"):
        cursor.expect_any("BTREE", "HASH")


def _columns(cursor: Cursor) -> tuple[str, ...]:
    cursor.expect("(")
    columns = []
    while True:
        columns.append(cursor.identifier())
        if cursor.peek("("):
            raise not_supported("keys over a part of a column")
        cursor.accept_any("ASC", "DESC")
        if cursor.accept(")"):
            _method(cursor)
            return tuple(columns)
        cursor.expect(",")


# ── table options ────────────────────────────────────────────────────────────────────────────────────────────────

_IGNORED = frozenset((
    "ROW_FORMAT", "KEY_BLOCK_SIZE", "AVG_ROW_LENGTH", "CHECKSUM", "MAX_ROWS", "MIN_ROWS", "PACK_KEYS",
    "STATS_PERSISTENT", "STATS_AUTO_RECALC", "STATS_SAMPLE_PAGES", "DELAY_KEY_WRITE",
))  # fmt: skip


def _options(cursor: Cursor, table: CreateTable) -> CreateTable:
    while cursor.token.kind == "word" and cursor.token.key not in ("AS", "SELECT"):
        cursor.accept("DEFAULT")
        if cursor.accept("ENGINE"):
            cursor.accept("=")
            table = replace(table, engine=cursor.identifier())
        elif cursor.accept("CHARACTER", "SET") or cursor.accept("CHARSET"):
            cursor.accept("=")
            table = replace(table, charset=known_charset(cursor.identifier()))
        elif cursor.accept("COLLATE"):
            cursor.accept("=")
            cursor.identifier()
        elif cursor.accept("AUTO_INCREMENT"):
            cursor.accept("=")
            table = replace(table, next_number=cursor.integer())
        elif cursor.accept("COMMENT"):
            cursor.accept("=")
            table = replace(table, comment=cursor.string())
        elif cursor.token.key in _IGNORED:
            cursor.place += 1
            cursor.accept("=")
            cursor.take("word", "number", "string")
        elif cursor.token.key == "PARTITION":
            raise not_supported("partitions")
        else:
            raise cursor.error()
        cursor.accept(",")
    return table


def _query(cursor: Cursor) -> Query | None:
    if not cursor.accept("AS") and cursor.token.key not in ("SELECT", "("):
        return None
    from simk8s.mysql.sql.ordinary import statement

    query = statement(cursor.text[cursor.token.start :])
    cursor.place = len(cursor.tokens) - 1
    return query  # type: ignore[return-value]
