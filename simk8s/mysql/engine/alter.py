"""ALTER TABLE: the table is made anew under another name, filled, and put in the old one's place."""

from __future__ import annotations

from dataclasses import replace

from simk8s.mysql import myisam
from simk8s.mysql.column import Column, Row, Special, Value, plain_text
from simk8s.mysql.engine.coerce import coerce, implicit_default
from simk8s.mysql.engine.commit import log_statement
from simk8s.mysql.engine.design import engine_of, validated
from simk8s.mysql.engine.evaluation import Evaluation
from simk8s.mysql.engine.permission import require_on_table
from simk8s.mysql.engine.session import Diagnostic, Done, Result
from simk8s.mysql.errors import MySQLError, not_supported
from simk8s.mysql.sql import statement as st
from simk8s.mysql.step import Steps
from simk8s.mysql.table import (
    Definition,
    Index,
    Table,
    TableRows,
    key_values,
    path_of,
    unique_indexes,
)


def alter_table(context: Evaluation, statement: st.AlterTable, text: str) -> Steps[Result]:
    """All changes in one pass over the rows. Raises 1060, 1062, 1091 and their like; then nothing is changed."""
    from simk8s.mysql.engine.definition import move_table

    server, session = context.server, context.session
    database = statement.table.database or session.database
    require_on_table(server, session, "ALTER", database, statement.table.name)
    yield from server.wait_for_users(session, database, statement.table.name)
    table = yield from server.open(session, database, statement.table.name)
    if (database, table.name) in server.temporary.get(session, {}):
        raise not_supported("ALTER of a temporary table")
    sources: list[int | None] = list(range(len(table.definition.columns)))
    definition = table.definition
    renames = [change.table for change in statement.changes if change.verb == "rename" and change.table is not None]
    for change in statement.changes:
        if change.verb == "order":
            _check_order(definition, context)
        elif change.verb != "rename":
            definition = _changed(definition, sources, change)
    affected = 0
    if definition != table.definition or any(change.verb == "engine" for change in statement.changes):
        definition = validated(definition)
        rows = _converted(table, definition, sources, context)
        affected = len(rows) if _copies(statement) else 0
        table = yield from _replaced(context, table, definition, rows)
    for target in renames:
        yield from move_table(context, (database, table.name), (target.database or session.database, target.name))
    yield from log_statement(server, session, text, updated=(database,))
    return Done(affected, info=f"Records: {affected}  Duplicates: 0  Warnings: 0")


def _check_order(definition: Definition, context: Evaluation) -> None:
    """ORDER BY changes nothing where the primary key gives the order."""
    if definition.primary is None:
        raise not_supported("ALTER TABLE ... ORDER BY for a table without primary key")
    text = f"ORDER BY ignored as there is a user-defined clustered index in the table '{definition.name}'"
    context.session.warnings.append(Diagnostic("Warning", 1105, text))


def _changed(definition: Definition, sources: list[int | None], change: st.Change) -> Definition:
    """A definition after one clause. `sources` says for each new column which old one its values come from."""
    columns, indexes = list(definition.columns), list(definition.indexes)
    match change.verb:
        case "add":
            assert change.column is not None
            if definition.place(change.column.name) is not None:
                raise MySQLError(1060, change.column.name)
            place = _target(definition, change, len(columns))
            columns.insert(place, change.column)
            sources.insert(place, None)
            if change.index is not None:
                indexes.append(change.index)
        case "drop":
            place = _existing(definition, change.old)
            if len(columns) == 1:
                raise MySQLError(1090)
            name = columns.pop(place).name.lower()
            sources.pop(place)
            indexes = [
                replace(index, columns=tuple(c for c in index.columns if c.lower() != name)) for index in indexes
            ]
            indexes = [index for index in indexes if index.columns]
        case "modify":
            assert change.column is not None
            found = definition.place(change.old)
            if found is None:
                raise MySQLError(1054, change.old, definition.name)
            place = found
            old, source = columns.pop(place), sources.pop(place)
            indexes = [_with_new_name(index, old.name, change.column.name) for index in indexes]
            without = replace(definition, columns=tuple(columns))
            target = place if change.after == "" else _target(without, change, len(columns))
            columns.insert(target, change.column)
            sources.insert(target, source)
        case "add_index":
            assert change.index is not None
            indexes.append(change.index)
        case "drop_index" | "drop_primary":
            name = "PRIMARY" if change.verb == "drop_primary" else change.old
            if not any(index.name.lower() == name.lower() for index in indexes):
                raise MySQLError(1091, name)
            indexes = [index for index in indexes if index.name.lower() != name.lower()]
        case "engine":
            return replace(definition, engine=engine_of(change.old))
    return replace(definition, columns=tuple(columns), indexes=tuple(indexes))


def _target(definition: Definition, change: st.Change, end: int) -> int:
    if change.after is None:
        return 0
    if not change.after:
        return end
    place = definition.place(change.after)
    if place is None:
        raise MySQLError(1054, change.after, definition.name)
    return place + 1


def _existing(definition: Definition, name: str) -> int:
    place = definition.place(name)
    if place is None:
        raise MySQLError(1091, name)
    return place


def _with_new_name(index: Index, old: str, new: str) -> Index:
    return replace(index, columns=tuple(new if c.lower() == old.lower() else c for c in index.columns))


def _copies(statement: st.AlterTable) -> bool:
    """Whether the answer counts the rows: changes in place (a key, a column added) do not."""
    return any(change.verb in ("modify", "engine") for change in statement.changes)


def _converted(table: Table, definition: Definition, sources: list[int | None], context: Evaluation) -> dict[int, Row]:
    """Every row in its new form. Raises 1062 where a new unique key does not hold."""
    next_number = 1
    rows: dict[int, Row] = {}
    values: list[Value]
    for number, (row_number, row) in enumerate(table.rows.scan(), 1):
        values = []
        for column, source in zip(definition.columns, sources, strict=True):
            value = _default(column, context) if source is None else row[source]
            if column.auto_increment and source is None:
                value, next_number = next_number, next_number + 1
            if value is None and not column.nullable:
                raise MySQLError(1138)
            values.append(coerce(value, column, number))
        rows[row_number] = tuple(values)
    _check_unique(definition, rows)
    return rows


def _check_unique(definition: Definition, rows: dict[int, Row]) -> None:
    for index, places in zip(unique_indexes(definition.indexes), definition.unique, strict=True):
        seen: set[object] = set()
        for row in rows.values():
            values = key_values(row, places)
            if values is not None and values in seen:
                raise MySQLError(1062, "-".join(plain_text(row[place]) for place in places), index.name)
            seen.add(values)


def _default(column: Column, context: Evaluation) -> Value:
    if column.default is Special.NOW:
        return context.now
    if column.default is Special.NONE:
        return implicit_default(column.type)
    return column.default


def _replaced(context: Evaluation, table: Table, definition: Definition, rows: dict[int, Row]) -> Steps[Table]:
    """Write the new table beside the old, then put it in its place."""
    server = context.server
    database, name, path = table.database, table.name, table.path
    temporary = replace(definition, name=f"#mysql50##sql-1_{context.session.id:x}")
    aside = path_of(database, temporary.name)
    yield from server.directory.write(f"{aside}.frm", definition.frm())
    if definition.engine == "InnoDB":
        fresh = yield from server.innodb.create(database, temporary, rows=rows)
        if table.space:
            yield from server.innodb.replace(path, aside)
        else:
            yield from myisam.drop(server.directory, path, table.definition.engine)
            yield from server.innodb.rename(aside, path)
    else:
        fresh = Table(database, definition, TableRows(definition))
        if table.space:
            yield from server.innodb.drop(path)
        fresh.rows = TableRows(definition, rows, max(rows, default=0) + 1)
        yield from myisam.save(server.directory, fresh)
    yield from server.directory.rename(f"{aside}.frm", f"{path}.frm")
    fresh.definition = definition
    fresh.rows = TableRows(definition, rows, max(rows, default=0) + 1)
    fresh.next_number = table.next_number
    if table.definition.auto_increment is None:
        fresh.count_up()
    server.catalog.forget(database, name)
    return server.catalog.adopt(fresh)
