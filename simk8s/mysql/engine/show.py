"""SHOW, in all the forms that the model has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from simk8s.mysql import binlog
from simk8s.mysql.column import COLLATIONS, Column, ColumnType, Row, Special, plain_text
from simk8s.mysql.engine import variable
from simk8s.mysql.engine.account import ALL, ALL_ON_DATABASE, ALL_ON_TABLE, PRIVILEGES, Account
from simk8s.mysql.engine.catalog import INFORMATION_SCHEMA
from simk8s.mysql.engine.compile import condition, like_pattern
from simk8s.mysql.engine.evaluation import Environment, Evaluation, Scope, Source
from simk8s.mysql.engine.permission import require, require_on_table
from simk8s.mysql.engine.session import Result, ResultSet
from simk8s.mysql.engine.status_counter import status_values
from simk8s.mysql.engine.virtual import (
    ENGINES,
    extra_of,
    key_of,
    process_rows,
    table_status,
    virtual_table,
    visible_databases,
)
from simk8s.mysql.errors import MySQLError, not_supported
from simk8s.mysql.replication import status
from simk8s.mysql.sql.statement import Show, UserName
from simk8s.mysql.step import Steps
from simk8s.mysql.table import Definition, Table


def show(context: Evaluation, statement: Show) -> Steps[Result]:
    """Answer a SHOW statement; LIKE and WHERE are for those that have them."""
    maker = _MAKERS.get(statement.what)
    if maker is None:
        raise not_supported(f"SHOW {statement.what.upper()}")
    if statement.table is not None and _schema(context, statement).lower() != INFORMATION_SCHEMA:
        yield from _open(context, statement)
    return _filtered(context, statement, maker(context, statement))


def _filtered(context: Evaluation, statement: Show, result: ResultSet) -> ResultSet:
    rows = result.rows
    if statement.like is not None:
        pattern = like_pattern(statement.like)
        rows = tuple(row for row in rows if pattern.search(plain_text(row[0])))
    if statement.where is not None:
        columns = tuple(Column(name, ColumnType("varchar", 255)) for name in result.names)
        scope = Scope([Source("", columns, lambda: iter(()))], clause="where clause")
        test = condition(statement.where, scope, context)
        rows = tuple(row for row in rows if test(Environment([row])))
    return result if rows is result.rows else replace(result, rows=rows)


def _table(names: str, rows: Iterable[Row], numeric: str = "") -> ResultSet:
    """A result from space-separated column names; `numeric` names those aligned to the right."""
    columns = tuple(names.split())
    return ResultSet(columns, tuple(rows), tuple(name in numeric.split() for name in columns))


def _open(context: Evaluation, statement: Show) -> Steps[Table]:
    assert statement.table is not None
    database = _schema(context, statement)
    require_on_table(context.server, context.session, "SELECT", database, statement.table.name)
    yield from context.server.wait_for_definitions(context.session, {(database, statement.table.name)})
    return (yield from context.server.open(context.session, database, statement.table.name))


def _schema(context: Evaluation, statement: Show) -> str:
    named = statement.table.database if statement.table is not None else statement.database
    database = named or context.session.database
    if not database:
        raise MySQLError(1046)
    return database


# ── databases and tables ─────────────────────────────────────────────────────────────────────────────────────────


def _databases(context: Evaluation, statement: Show) -> ResultSet:
    found = visible_databases(context.server, context.session)
    return ResultSet((_liked("Database", statement),), tuple((name,) for name in found))


def _liked(header: str, statement: Show) -> str:
    """A header that says what was asked for."""
    return header if statement.like is None else f"{header} ({statement.like})"


def _tables(context: Evaluation, statement: Show) -> ResultSet:
    server, database = context.server, _schema(context, statement)
    header = _liked(f"Tables_in_{database}", statement)
    if database.lower() == INFORMATION_SCHEMA:
        _, rows = virtual_table(server, context.session, "TABLES")
        names = [str(row[2]) for row in rows() if row[1] == INFORMATION_SCHEMA]
        found: list[Row] = [(name, "SYSTEM VIEW") for name in names]
    else:
        if not server.accounts.sees(context.session.account, database):
            raise MySQLError(1044, context.session.account.user, context.session.account.host, database)
        if not server.catalog.has_database(database):
            raise MySQLError(1049, database)
        found = [
            (n, "VIEW" if server.catalog.is_view(database, n) else "BASE TABLE")
            for n in server.catalog.tables(database)
        ]
    if statement.full:
        return ResultSet((header, "Table_type"), tuple(found))
    return ResultSet((header,), tuple((row[0],) for row in found))


def _table_status(context: Evaluation, statement: Show) -> ResultSet:
    server, database = context.server, _schema(context, statement)
    if not server.catalog.has_database(database):
        raise MySQLError(1049, database)
    names = (
        "Name Engine Version Row_format Rows Avg_row_length Data_length Max_data_length Index_length Data_free "
        "Auto_increment Create_time Update_time Check_time Collation Checksum Create_options Comment"
    )
    return _table(names, ((name, *table_status(server, database, name)[1]) for name in server.catalog.tables(database)))


def _create_table(context: Evaluation, statement: Show) -> ResultSet:
    table = _opened(context, statement)
    temporary = (table.database, table.name) in context.server.temporary.get(context.session, {})
    text = table.definition.sql(table.next_number)
    text = text.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1) if temporary else text
    return ResultSet(("Table", "Create Table"), ((table.name, text),))


def _create_database(context: Evaluation, statement: Show) -> ResultSet:
    name = statement.database
    if not context.server.catalog.has_database(name):
        raise MySQLError(1049, name)
    charset = context.server.catalog.charset_of(name)
    text = f"CREATE DATABASE `{name}` /*!40100 DEFAULT CHARACTER SET {charset} */"
    return ResultSet(("Database", "Create Database"), ((name, text),))


def _columns(context: Evaluation, statement: Show) -> ResultSet:
    definition = _definition(context, statement)
    names = "Field Type Null Key Default Extra"
    rows: list[Row] = []
    for column in definition.columns:
        default = column.default
        shown = None if default is None or default is Special.NONE else default
        text = shown.value if isinstance(shown, Special) else None if shown is None else plain_text(shown)
        nullable, key = "YES" if column.nullable else "NO", key_of(definition, column.name)
        rows.append((column.name, column.type.sql(), nullable, key, text, extra_of(column)))
    if not statement.full:
        return _table(names, rows)
    collations = [COLLATIONS[c.type.charset] if c.type.is_text else None for c in definition.columns]
    full = [
        (row[0], row[1], collation, *row[2:], "select,insert,update,references", column.comment)
        for row, collation, column in zip(rows, collations, definition.columns, strict=True)
    ]
    return _table("Field Type Collation Null Key Default Extra Privileges Comment", full)


def _index(context: Evaluation, statement: Show) -> ResultSet:
    definition = _definition(context, statement)
    count = len(_opened(context, statement).rows.by_number)
    names = (
        "Table Non_unique Key_name Seq_in_index Column_name Collation Cardinality Sub_part Packed Null Index_type "
        "Comment Index_comment"
    )
    rows: list[Row] = []
    for index in definition.indexes:
        for place, name in enumerate(index.columns, 1):
            column = definition.columns[definition.place(name) or 0]
            null = "YES" if column.nullable else ""
            head = (definition.name, int(not index.unique), index.name, place, column.name, "A", count)
            rows.append((*head, None, None, null, "BTREE", "", ""))
    return _table(names, rows, "Non_unique Seq_in_index Cardinality")


def _opened(context: Evaluation, statement: Show) -> Table:
    assert statement.table is not None
    return context.server.opened(context.session, _schema(context, statement), statement.table.name)


def _definition(context: Evaluation, statement: Show) -> Definition:
    assert statement.table is not None
    if _schema(context, statement).lower() == INFORMATION_SCHEMA:
        columns, _ = virtual_table(context.server, context.session, statement.table.name)
        return Definition(statement.table.name, columns, engine="MEMORY", charset="utf8")
    return _opened(context, statement).definition


# ── the server ───────────────────────────────────────────────────────────────────────────────────────────────────


def _variables(context: Evaluation, statement: Show) -> ResultSet:
    session = None if statement.scope == "global" else context.session
    return _table("Variable_name Value", variable.listing(context.server, session))


def _status(context: Evaluation, statement: Show) -> ResultSet:
    return _table("Variable_name Value", sorted(status_values(context.server).items()))


def _processlist(context: Evaluation, statement: Show) -> ResultSet:
    rows = process_rows(context.server, context.session, full=statement.full)
    return _table("Id User Host db Command Time State Info", rows, "Id Time")


def _engines(context: Evaluation, statement: Show) -> ResultSet:
    return _table("Engine Support Comment Transactions XA Savepoints", ENGINES)


def _plugins(context: Evaluation, statement: Show) -> ResultSet:
    rows = [
        (name, "ACTIVE", kind, None, "GPL")
        for name, kind in (
            ("binlog", "STORAGE ENGINE"),
            ("mysql_native_password", "AUTHENTICATION"),
            ("sha256_password", "AUTHENTICATION"),
            ("InnoDB", "STORAGE ENGINE"),
            ("MyISAM", "STORAGE ENGINE"),
            ("CSV", "STORAGE ENGINE"),
        )
    ]
    return _table("Name Status Type Library License", rows)


def _warnings(context: Evaluation, statement: Show) -> ResultSet:
    diagnostics = context.session.warnings
    if statement.what == "errors":
        diagnostics = [diagnostic for diagnostic in diagnostics if diagnostic.level == "Error"]
    return _table("Level Code Message", ((d.level, d.number, d.text) for d in diagnostics), "Code")


def _charset(context: Evaluation, statement: Show) -> ResultSet:
    widths = {"latin1": 1, "ascii": 1, "binary": 1, "utf8": 3, "utf8mb4": 4}
    titles = {
        "latin1": "cp1252 West European",
        "ascii": "US ASCII",
        "binary": "Binary pseudo charset",
        "utf8": "UTF-8 Unicode",
        "utf8mb4": "UTF-8 Unicode",
    }
    rows = [(name, titles[name], COLLATIONS[name], widths[name]) for name in sorted(COLLATIONS)]
    result = _table("Charset Description Default_collation Maxlen", rows, "Maxlen")
    return replace(result, names=("Charset", "Description", "Default collation", "Maxlen"))


# ── replication ──────────────────────────────────────────────────────────────────────────────────────────────────


def _master_status(context: Evaluation, statement: Show) -> ResultSet:
    """One row; none while the binary log is off (REPL-8)."""
    require(context.session, "SUPER", "REPLICATION CLIENT")
    log = context.server.binlog
    rows = [] if log is None else [(log.current, log.position, "", "", "")]
    return _table("File Position Binlog_Do_DB Binlog_Ignore_DB Executed_Gtid_Set", rows, "Position")


def _binary_logs(context: Evaluation, statement: Show) -> ResultSet:
    require(context.session, "SUPER", "REPLICATION CLIENT")
    if context.server.binlog is None:
        raise MySQLError(1381)
    return _table("Log_name File_size", binlog.sizes(context.server.binlog), "File_size")


def _slave_status(context: Evaluation, statement: Show) -> ResultSet:
    require(context.session, "SUPER", "REPLICATION CLIENT")
    server = context.server
    row = status.status_row(server.replica, server.now(), server.timestamp())
    return ResultSet(status.COLUMNS, (row,) if row is not None else ())


def _slave_hosts(context: Evaluation, statement: Show) -> ResultSet:
    require(context.session, "REPLICATION SLAVE")
    server = context.server
    own = server.number("server_id")
    rows = [(h.server_id, h.host, h.port, own, h.uuid) for _, h in sorted(server.replica_hosts.items())]
    return _table("Server_id Host Port Master_id Slave_UUID", rows, "Server_id Port Master_id")


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _grants(context: Evaluation, statement: Show) -> ResultSet:
    account = _account(context, statement.user)
    accounts = context.server.accounts
    name = f"'{account.user}'@'{account.host}'"
    lines = [_grant_line(account.privileges, ALL, "*.*", name)]
    for (host, user, database), privileges in accounts.databases.items():
        if (host, user) == (account.host, account.user):
            lines.append(_grant_line(privileges, ALL_ON_DATABASE, f"`{database}`.*", name))
    for (host, user, database, table), privileges in accounts.tables.items():
        if (host, user) == (account.host, account.user):
            lines.append(_grant_line(privileges, ALL_ON_TABLE, f"`{database}`.`{table}`", name))
    return ResultSet((f"Grants for {account.name}",), tuple((line,) for line in lines))


def _grant_line(privileges: frozenset[str], every: frozenset[str], level: str, name: str) -> str:
    given = privileges - {"GRANT OPTION"}
    ordered = [privilege for privilege in PRIVILEGES.values() if privilege in given]
    words = "ALL PRIVILEGES" if given >= every else ", ".join(ordered) or "USAGE"
    option = " WITH GRANT OPTION" if "GRANT OPTION" in privileges else ""
    return f"GRANT {words} ON {level} TO {name}{option}"


def _create_user(context: Evaluation, statement: Show) -> ResultSet:
    account = _account(context, statement.user)
    hashed = f" AS '{account.hash}'" if account.hash else ""
    text = (
        f"CREATE USER '{account.user}'@'{account.host}' IDENTIFIED WITH '{account.plugin}'{hashed} REQUIRE NONE "
        f"PASSWORD EXPIRE DEFAULT ACCOUNT {'LOCK' if account.locked else 'UNLOCK'}"
    )
    return ResultSet((f"CREATE USER for {account.name}",), ((text,),))


def _account(context: Evaluation, user: UserName | None) -> Account:
    own = context.session.account
    if user is None or user.is_current:
        return own
    account = context.server.accounts.find(user.user, user.host)
    if (user.user, user.host) != (own.user, own.host):
        require_on_table(context.server, context.session, "SELECT", "mysql", "user")
    if account is None:
        raise MySQLError(1141, user.user, user.host)
    return account


_MAKERS: dict[str, Callable[[Evaluation, Show], ResultSet]] = {
    "databases": _databases,
    "tables": _tables,
    "table status": _table_status,
    "create table": _create_table,
    "create database": _create_database,
    "columns": _columns,
    "index": _index,
    "variables": _variables,
    "status": _status,
    "processlist": _processlist,
    "engines": _engines,
    "plugins": _plugins,
    "warnings": _warnings,
    "errors": _warnings,
    "charset": _charset,
    "master status": _master_status,
    "binary logs": _binary_logs,
    "slave status": _slave_status,
    "slave hosts": _slave_hosts,
    "grants": _grants,
    "create user": _create_user,
}
