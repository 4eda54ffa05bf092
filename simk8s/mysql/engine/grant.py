"""CREATE, ALTER and DROP USER, SET PASSWORD, GRANT, REVOKE: changes of the grant tables."""

from __future__ import annotations

from dataclasses import replace

from simk8s.mysql.column import Value
from simk8s.mysql.engine.account import (
    ALL,
    ALL_ON_DATABASE,
    ALL_ON_TABLE,
    DATABASE_COLUMNS,
    PRIVILEGES,
    Account,
    password_hash,
)
from simk8s.mysql.engine.commit import log_statement
from simk8s.mysql.engine.evaluation import Evaluation
from simk8s.mysql.engine.permission import require
from simk8s.mysql.engine.privilege_table import delete_rows, put_row, row_of, table_words
from simk8s.mysql.engine.session import Done, Result
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import statement as st
from simk8s.mysql.step import Steps

PLUGINS = ("mysql_native_password", "sha256_password")


def create_user(context: Evaluation, statement: st.CreateUser, text: str) -> Steps[Result]:
    """Raises 1396 for accounts that exist; the others are created none the less."""
    server, session = context.server, context.session
    require(session, "CREATE USER")
    failed: list[str] = []
    for spec in statement.users:
        name = spec.name
        if server.accounts.find(name.user, name.host) is not None:
            if statement.if_not_exists:
                session.note(3163, name)
            else:
                failed.append(str(name))
            continue
        values = _user_values(context, spec, None)
        values["account_locked"] = "Y" if statement.locked else "N"
        yield from put_row(server, "user", values)
    if len(failed) < len(statement.users) or statement.if_not_exists:
        yield from _log(context, _as_logged("CREATE USER", statement, text))
    if failed:
        raise MySQLError(1396, "CREATE USER", ",".join(failed))
    return Done()


def alter_user(context: Evaluation, statement: st.AlterUser, text: str) -> Steps[Result]:
    server, session = context.server, context.session
    users = [replace(spec, name=_current(context, spec.name)) for spec in statement.users]
    if any((spec.name.user, spec.name.host) != (session.account.user, session.account.host) for spec in users):
        require(session, "CREATE USER")
    failed: list[str] = []
    for spec in users:
        row = yield from row_of(server, "user", User=spec.name.user, Host=spec.name.host)
        if row is None:
            if statement.if_exists:
                session.note(3162, spec.name)
            else:
                failed.append(str(spec.name))
            continue
        values = _user_values(context, spec, row)
        if statement.locked is not None:
            values["account_locked"] = "Y" if statement.locked else "N"
        yield from put_row(server, "user", values)
    if failed:
        raise MySQLError(1396, "ALTER USER", ",".join(failed))
    yield from _log(context, _as_logged("ALTER USER", replace(statement, users=tuple(users)), text))
    return Done()


def drop_user(context: Evaluation, statement: st.DropUser, text: str) -> Steps[Result]:
    server, session = context.server, context.session
    require(session, "CREATE USER")
    failed: list[str] = []
    for user in statement.users:
        name = _current(context, user)

        def is_its(row: dict[str, Value], name: st.UserName = name) -> bool:
            return (row["User"], row["Host"]) == (name.user, name.host)

        count = yield from delete_rows(server, "user", is_its)
        for table in ("db", "tables_priv"):
            yield from delete_rows(server, table, is_its)
        if not count:
            if statement.if_exists:
                session.note(3162, name)
            else:
                failed.append(str(name))
    if len(failed) < len(statement.users):
        yield from _log(context, text)
    if failed:
        raise MySQLError(1396, "DROP USER", ",".join(failed))
    return Done()


def set_password(context: Evaluation, statement: st.SetPassword, text: str) -> Steps[Result]:
    server, session = context.server, context.session
    name = _current(context, statement.user)
    row = yield from row_of(server, "user", User=name.user, Host=name.host)
    if row is None:
        raise MySQLError(1133)
    if (name.user, name.host) != (session.account.user, session.account.host):
        require(session, "SUPER")
    row["authentication_string"] = password_hash(statement.password)
    row["password_last_changed"] = context.now.replace(microsecond=0)
    yield from put_row(server, "user", row)
    spec = st.UserSpec(name, statement.password)
    yield from _log(context, _as_logged("ALTER USER", st.AlterUser((spec,)), text))
    return Done()


# ── GRANT and REVOKE ─────────────────────────────────────────────────────────────────────────────────────────────


def grant(context: Evaluation, statement: st.Grant, text: str) -> Steps[Result]:
    """Raises 1133 for an account that does not exist (NO_AUTO_CREATE_USER), 1045 or 1044 for one that may not give."""
    server = context.server
    database, table = _level(context, statement.database, statement.table)
    if table != "*" and not server.catalog.has_table(database, table):
        raise MySQLError(1146, f"{database}.{table}")
    for spec in statement.users:
        name = _current(context, spec.name)
        if server.accounts.find(name.user, name.host) is None:
            if spec.password is None and spec.hash is None:
                raise MySQLError(1133)
            values = _user_values(context, spec, None)
            yield from put_row(server, "user", values)
            context.session.warn(MySQLError(1287, "GRANT", "CREATE USER"))
        elif spec.password is not None or spec.hash is not None:
            row = yield from row_of(server, "user", User=name.user, Host=name.host)
            yield from put_row(server, "user", _user_values(context, replace(spec, name=name), row))
    given = _named(statement.privileges, database, table)
    _check_may_give(context, given, database)
    if statement.with_grant_option:
        given |= {"GRANT OPTION"}
    for spec in statement.users:
        yield from _set_privileges(context, _current(context, spec.name), database, table, give=given)
    yield from _log(context, text)
    return Done()


def revoke(context: Evaluation, statement: st.Revoke, text: str) -> Steps[Result]:
    """Raises 1141 where nothing of the kind was granted."""
    database, table = _level(context, statement.database, statement.table)
    taken = _named(tuple(p for p in statement.privileges if p != "GRANT OPTION"), database, table)
    if "GRANT OPTION" in statement.privileges:
        taken |= {"GRANT OPTION"}
    _check_may_give(context, taken, database)
    for user in statement.users:
        name = _current(context, user)
        if context.server.accounts.find(name.user, name.host) is None:
            raise MySQLError(1141, name.user, name.host)
        yield from _set_privileges(context, name, database, table, take=taken)
    yield from _log(context, text)
    return Done()


def _level(context: Evaluation, database: str, table: str) -> tuple[str, str]:
    if database == "" and not context.session.database:
        raise MySQLError(1046)
    return database or context.session.database, table


def _named(privileges: tuple[str, ...], database: str, table: str) -> frozenset[str]:
    """Privileges spelled out. Raises 1221 for one that cannot be given on this level."""
    every = ALL if database == "*" else ALL_ON_DATABASE if table == "*" else ALL_ON_TABLE
    if "ALL" in privileges:
        return every
    named = frozenset(privileges) - {"USAGE"}
    if named - every - {"GRANT OPTION"}:
        raise MySQLError(1221, "DB GRANT", "GLOBAL PRIVILEGES")
    return named


def _check_may_give(context: Evaluation, privileges: frozenset[str], database: str) -> None:
    session = context.session
    own = session.account.privileges
    if database != "*":
        own = context.server.accounts.on_database(session.account, database)
    if "GRANT OPTION" in own and privileges <= own:
        return
    if database == "*":
        raise MySQLError(1045, session.account.user, session.account.host, "YES" if session.account.hash else "NO")
    raise MySQLError(1044, session.account.user, session.account.host, database)


def _set_privileges(
    context: Evaluation,
    name: st.UserName,
    database: str,
    table: str,
    *,
    give: frozenset[str] = frozenset(),
    take: frozenset[str] = frozenset(),
) -> Steps[None]:
    server = context.server
    account = server.accounts.find(name.user, name.host)
    assert account is not None
    if database == "*":
        row = yield from row_of(server, "user", User=account.user, Host=account.host)
        assert row is not None
        row.update({c: _flag(p, give, take, row[c]) for c, p in PRIVILEGES.items()})
        yield from put_row(server, "user", row)
    elif table == "*":
        key: dict[str, Value] = {"Host": account.host, "Db": database, "User": account.user}
        row = (yield from row_of(server, "db", **key)) or dict(key)
        row.update({c: _flag(PRIVILEGES[c], give, take, row.get(c, "N")) for c in DATABASE_COLUMNS})
        yield from _put_or_drop(context, "db", key, row, any(row[c] == "Y" for c in DATABASE_COLUMNS))
    else:
        yield from _set_on_table(context, account, database, table, give, take)


def _set_on_table(
    context: Evaluation, account: Account, database: str, table: str, give: frozenset[str], take: frozenset[str]
) -> Steps[None]:
    server = context.server
    key: dict[str, Value] = {"Host": account.host, "Db": database, "User": account.user, "Table_name": table}
    have = server.accounts.tables.get((account.host, account.user, database, table), frozenset())
    privileges = (have | give) - take
    row = dict(
        key,
        Grantor=context.session.account.name,
        Timestamp=context.now.replace(microsecond=0),
        Table_priv=table_words(privileges),
        Column_priv="",
    )
    yield from _put_or_drop(context, "tables_priv", key, row, bool(privileges))


def _put_or_drop(
    context: Evaluation, name: str, key: dict[str, Value], row: dict[str, Value], is_kept: bool
) -> Steps[None]:
    if is_kept:
        yield from put_row(context.server, name, row)
    else:
        yield from delete_rows(context.server, name, lambda other: all(other[c] == v for c, v in key.items()))


def _flag(privilege: str, give: frozenset[str], take: frozenset[str], before: Value) -> Value:
    return "Y" if privilege in give else "N" if privilege in take else before


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _user_values(context: Evaluation, spec: st.UserSpec, row: dict[str, Value] | None) -> dict[str, Value]:
    plugin = spec.plugin or "mysql_native_password"
    if plugin not in PLUGINS:
        raise MySQLError(1524, plugin)
    values: dict[str, Value] = {"Host": spec.name.host, "User": spec.name.user, "plugin": plugin}
    values = dict(row) if row is not None else values
    if row is None or spec.password is not None or spec.hash is not None:
        values["plugin"] = plugin
        values["authentication_string"] = spec.hash if spec.hash is not None else password_hash(spec.password or "")
        values["password_last_changed"] = context.now.replace(microsecond=0)
    return values


def _current(context: Evaluation, name: st.UserName) -> st.UserName:
    account = context.session.account
    return st.UserName(account.user, account.host) if name.is_current else name


def _as_logged(verb: str, statement: st.CreateUser | st.AlterUser, text: str) -> str:
    """The statement with hashes in place of passwords, as the server writes it to the binary log."""
    if all(spec.password is None for spec in statement.users):
        return text
    option = ""
    if isinstance(statement, st.CreateUser) and statement.if_not_exists:
        option = "IF NOT EXISTS "
    if isinstance(statement, st.AlterUser) and statement.if_exists:
        option = "IF EXISTS "
    users = ",".join(_authentication(spec) for spec in statement.users)
    locked = "" if statement.locked is None else f" ACCOUNT {'LOCK' if statement.locked else 'UNLOCK'}"
    return f"{verb} {option}{users}{locked}"


def _authentication(spec: st.UserSpec) -> str:
    plugin = spec.plugin or "mysql_native_password"
    hashed = spec.hash if spec.hash is not None else password_hash(spec.password or "")
    return f"{spec.name} IDENTIFIED WITH '{plugin}'" + (f" AS '{hashed}'" if hashed else "")


def _log(context: Evaluation, text: str) -> Steps[None]:
    yield from log_statement(context.server, context.session, text, updated=("mysql",))
