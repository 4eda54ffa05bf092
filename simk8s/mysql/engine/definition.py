"""CREATE, DROP, TRUNCATE and RENAME TABLE: the `.frm`, then what the storage engine has of it (MYSQLD-17)."""

from __future__ import annotations

from dataclasses import replace

from simk8s.mysql import myisam
from simk8s.mysql.column import Row
from simk8s.mysql.engine.alter import alter_table
from simk8s.mysql.engine.commit import commit, is_logged, log_statement
from simk8s.mysql.engine.database import drop_files
from simk8s.mysql.engine.design import check_name, completed, designed
from simk8s.mysql.engine.evaluation import Evaluation
from simk8s.mysql.engine.permission import require_on_table
from simk8s.mysql.engine.query import prepare
from simk8s.mysql.engine.read import open_tables
from simk8s.mysql.engine.rows import Rows
from simk8s.mysql.engine.session import Done, Result
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import statement as st
from simk8s.mysql.sql.syntax import TableName
from simk8s.mysql.step import Steps
from simk8s.mysql.table import Definition, Table, TableRows, path_of

__all__ = ["alter_table", "create_table", "drop_table", "rename_table", "truncate_table"]


def create_table(context: Evaluation, statement: st.CreateTable, text: str) -> Steps[Result]:
    """CREATE TABLE: with columns, LIKE another, or AS a query."""
    server, session = context.server, context.session
    database, name = _located(context, statement.table)
    require_on_table(server, session, "CREATE", database, name)
    check_name(name)
    if not server.catalog.has_database(database):
        raise MySQLError(1049, database)
    own = server.temporary.setdefault(session, {})
    if not statement.temporary:
        yield from server.wait_for_users(session, database, name)
    if (database, name) in own if statement.temporary else server.catalog.has_table(database, name):
        if not statement.if_not_exists:
            raise MySQLError(1050, name)
        session.note(1050, name)
        if not statement.temporary:
            yield from log_statement(server, session, text, updated=(database,))
        return Done()
    rows: list[Row] = []
    if statement.query is not None:
        yield from open_tables(context, statement.query)
        prepared = prepare(statement.query, context)
        rows = prepared.rows(None)
        definition = designed(statement, server.catalog.charset_of(database), prepared.columns)
    elif statement.like is not None:
        like = statement.like
        model = yield from server.open(session, like.database or session.database, like.name)
        definition = replace(model.definition, name=name)
    else:
        definition = designed(statement, server.catalog.charset_of(database))
    if statement.temporary:
        own[database, name] = Table(database, definition, TableRows(definition))
        own[database, name].next_number = statement.next_number
    else:
        table = yield from make_files(context, database, definition)
        table.next_number = max(table.next_number, statement.next_number)
        logged = text
        if statement.query is not None:
            logged = definition.sql()
            if database != session.database:
                logged = logged.replace("CREATE TABLE ", f"CREATE TABLE `{database}`.", 1)
        yield from log_statement(server, session, logged, updated=(database,))
    return (yield from _fill(context, TableName(name, database), rows, is_query=statement.query is not None))


def make_files(context: Evaluation, database: str, definition: Definition) -> Steps[Table]:
    """The `.frm` first, then what the storage engine has."""
    server = context.server
    frm = f"{path_of(database, definition.name)}.frm"
    yield from server.directory.write(frm, definition.frm())
    try:
        if definition.engine == "InnoDB":
            table = yield from server.innodb.create(database, definition)
        else:
            table = yield from myisam.create(server.directory, database, definition)
    except MySQLError:
        yield from server.directory.unlink(frm)
        raise
    return server.catalog.adopt(table)


def _fill(context: Evaluation, name: TableName, rows: list[Row], *, is_query: bool) -> Steps[Result]:
    if not is_query:
        return Done()
    server, session = context.server, context.session
    table = server.opened(session, name.database, name.name)
    transaction = server.begin(session, explicit=False)
    target = Rows(server, session, transaction, table)
    for number, row in enumerate(rows, 1):
        yield from target.insert(completed(table.definition, row, number))
    if table.space:
        transaction.events += target.events(server.timestamp())
    elif table.definition.engine in myisam.FILES and is_logged(server, session):
        raise MySQLError(1235, "CREATE TABLE ... SELECT into MyISAM with a binary log")
    yield from commit(server, session)
    return Done(len(rows), info=f"Records: {len(rows)}  Duplicates: 0  Warnings: 0")


def drop_table(context: Evaluation, statement: st.DropTable, text: str) -> Steps[Result]:
    """Drops what is there; then 1051 for what was not. Logged as the server writes it."""
    server, session = context.server, context.session
    missing: list[str] = []
    dropped: list[tuple[str, str]] = []
    places = [_located(context, name) for name in statement.tables]
    for database, name in places:
        require_on_table(server, session, "DROP", database, name)
    for database, name in places:
        if server.temporary.get(session, {}).pop((database, name), None) is not None:
            continue
        if statement.temporary or not server.catalog.has_table(database, name):
            missing.append(f"{database}.{name}")
            continue
        if server.catalog.is_view(database, name):
            raise MySQLError(1051, f"{database}.{name}")
        yield from server.wait_for_users(session, database, name)
        yield from drop_files(context, database, name)
        dropped.append((database, name))
    logged = places if statement.if_exists else dropped
    if logged and not statement.temporary and (dropped or missing):
        yield from _log_drop(context, logged, if_exists=statement.if_exists)
    if missing and not statement.if_exists:
        raise MySQLError(1051, ",".join(missing))
    for name in missing:
        session.note(1051, name)
    return Done()


def _log_drop(context: Evaluation, tables: list[tuple[str, str]], *, if_exists: bool) -> Steps[None]:
    current = context.session.database
    names = ",".join(f"`{name}`" if database == current else f"`{database}`.`{name}`" for database, name in tables)
    text = f"DROP TABLE {'IF EXISTS ' if if_exists else ''}{names} /* generated by server */"
    yield from log_statement(context.server, context.session, text, updated=[database for database, _ in tables])


def truncate_table(context: Evaluation, statement: st.TruncateTable, text: str) -> Steps[Result]:
    """The table is made anew, under a new tablespace number; AUTO_INCREMENT begins at 1."""
    server, session = context.server, context.session
    database, name = _located(context, statement.table)
    require_on_table(server, session, "DROP", database, name)
    yield from server.wait_for_users(session, database, name)
    table = yield from server.open(session, database, name)
    if table.space:
        size = server.directory.size(f"{table.path}.ibd")
        yield from server.innodb.drop(table.path)
        fresh = yield from server.innodb.create(database, table.definition, size=size)
        server.catalog.adopt(fresh)
    else:
        table.rows = TableRows(table.definition)
        table.next_number = 1
        if table.definition.engine in myisam.FILES and (database, name) not in server.temporary.get(session, {}):
            yield from myisam.save(server.directory, table)
    if (database, name) not in server.temporary.get(session, {}):
        yield from log_statement(server, session, text, updated=(database,))
    return Done()


def rename_table(context: Evaluation, statement: st.RenameTable, text: str) -> Steps[Result]:
    server, session = context.server, context.session
    updated: list[str] = []
    for source, target in statement.pairs:
        database, name = _located(context, source)
        to_database, to_name = _located(context, target)
        require_on_table(server, session, "ALTER", database, name)
        require_on_table(server, session, "DROP", database, name)
        require_on_table(server, session, "CREATE", to_database, to_name)
        yield from move_table(context, (database, name), (to_database, to_name))
        updated += [database, to_database]
    yield from log_statement(server, session, text, updated=updated)
    return Done()


def move_table(context: Evaluation, source: tuple[str, str], target: tuple[str, str]) -> Steps[None]:
    """Give a table another name or database. Raises 1146, 1049 or 1050."""
    server, session = context.server, context.session
    (database, name), (to_database, to_name) = source, target
    check_name(to_name)
    yield from server.wait_for_users(session, database, name)
    table = yield from server.catalog.open(database, name)
    if not server.catalog.has_database(to_database):
        raise MySQLError(1049, to_database)
    if server.catalog.has_table(to_database, to_name):
        raise MySQLError(1050, to_name)
    yield from server.wait_for_users(session, to_database, to_name)
    old, new = table.path, path_of(to_database, to_name)
    if table.space:
        yield from server.innodb.rename(old, new)
    else:
        yield from myisam.rename(server.directory, old, new, table.definition.engine)
    table.database, table.definition = to_database, replace(table.definition, name=to_name)
    server.catalog.forget(database, name)
    server.catalog.adopt(table)
    yield from server.directory.write(f"{new}.frm", table.definition.frm())
    yield from server.directory.unlink(f"{old}.frm")


def _located(context: Evaluation, name: TableName) -> tuple[str, str]:
    database = name.database or context.session.database
    if not database:
        raise MySQLError(1046)
    return database, name.name
