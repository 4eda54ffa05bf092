"""Statements about the session itself: transactions, USE, SET, DO, KILL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.mysql.column import COLLATIONS, Value
from simk8s.mysql.engine import variable
from simk8s.mysql.engine.commit import commit
from simk8s.mysql.engine.compile import compile_expression
from simk8s.mysql.engine.evaluation import Environment, Evaluation, Scope
from simk8s.mysql.engine.permission import require
from simk8s.mysql.engine.read import keeps_snapshot
from simk8s.mysql.engine.session import Done, Result, Session
from simk8s.mysql.engine.value import number_of
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import statement as st
from simk8s.mysql.sql import syntax as sql
from simk8s.mysql.step import Steps
from simk8s.mysql.variables import VARIABLES

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server

# ── transactions ─────────────────────────────────────────────────────────────────────────────────────────────────


def begin(context: Evaluation, statement: st.Begin) -> Steps[Result]:
    """A transaction that is open is committed first."""
    server, session = context.server, context.session
    yield from commit(server, session)
    transaction = server.begin(session, explicit=True)
    transaction.read_only = statement.read_only or bool(session.variables.get("tx_read_only", 0))
    if statement.snapshot and keeps_snapshot(context):
        server.take_snapshot(transaction)
    return Done()


def commit_work(context: Evaluation, statement: st.Commit) -> Steps[Result]:
    yield from commit(context.server, context.session)
    return Done()


def roll_back(context: Evaluation, statement: st.Rollback) -> Steps[Result]:
    context.server.end_transaction(context.session)
    return Done()
    yield


# ── USE, DO, KILL ────────────────────────────────────────────────────────────────────────────────────────────────


def use(context: Evaluation, statement: st.Use) -> Steps[Result]:
    context.server.use(context.session, statement.database)
    return Done()
    yield


def do(context: Evaluation, statement: st.Do) -> Steps[Result]:
    for expression in statement.expressions:
        yield from _value(expression, context)
    return Done()


def kill(context: Evaluation, statement: st.Kill) -> Steps[Result]:
    """Mark a session; it ends at its next look. Raises 1094 or 1095."""
    server = context.server
    number = number_of((yield from _value(statement.connection, context)))
    victim = server.sessions.get(int(number or 0))
    if victim is None:
        raise MySQLError(1094, int(number or 0))
    if victim.account.user != context.session.account.user and "SUPER" not in context.session.account.privileges:
        raise MySQLError(1095, victim.id)
    if statement.query_only:
        victim.query_killed = True
    else:
        victim.killed = True
    server.wake()
    if victim is context.session:
        raise MySQLError(1317)
    return Done()


def _value(expression: sql.Expression, context: Evaluation) -> Steps[Value]:
    for name in sql.tables_in(expression):
        yield from context.server.open(context.session, name.database or context.session.database, name.name)
    return compile_expression(expression, Scope(), context)(Environment([]))


# ── SET ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def set_variables(context: Evaluation, statement: st.Set) -> Steps[Result]:
    """Every part is checked and evaluated first, then all are set."""
    checked: list[tuple[sql.SystemVariable | sql.UserVariable, Value]] = []
    for assignment in statement.assignments:
        target = assignment.target
        value = None if assignment.value is None else (yield from _value(assignment.value, context))
        if isinstance(target, sql.SystemVariable) and target.name != "names":
            value = _checked(context, target, value, is_default=assignment.value is None)
        checked.append((target, value))
    for target, value in checked:
        if isinstance(target, sql.UserVariable):
            context.session.user_variables[target.name] = value
        elif target.name == "names":
            _set_names(context.session, str(value))
        else:
            yield from _set(context, target, value)
    return Done()


def _checked(context: Evaluation, target: sql.SystemVariable, value: Value, *, is_default: bool) -> Value:
    name = "tx_isolation" if target.name == "transaction_isolation" else target.name
    known = variable.definition(name)
    is_global = target.scope == "global"
    if not known.dynamic:
        raise MySQLError(1238, name, "read only")
    if known.scope == "global" and not is_global:
        raise MySQLError(1229, name)
    if known.scope == "session" and is_global:
        raise MySQLError(1228, name)
    if is_global:
        require(context.session, "SUPER")
    if name == "sql_log_bin":
        require(context.session, "SUPER")
        if context.session.transaction is not None and context.session.transaction.has_changes:
            raise MySQLError(1694)
    if name == "character_set_results" and value is None:
        return "binary"  # no conversion
    if is_default:
        return known.default if is_global or known.scope == "session" else variable.value_of(context.server, None, name)
    return variable.checked(name, known, value)


def _set(context: Evaluation, target: sql.SystemVariable, value: Value) -> Steps[None]:
    server, session = context.server, context.session
    name = "tx_isolation" if target.name == "transaction_isolation" else target.name
    if target.scope == "global":
        _set_global(server, name, value)
        return
    if name in ("last_insert_id", "identity"):
        session.last_insert_id = int(number_of(value) or 0)
        return
    if name == "tx_isolation" and not target.scope and session.transaction is None:
        session.isolation_next = str(value)
        return
    if name == "autocommit" and value and not session.variables.get("autocommit", 1):
        yield from commit(server, session)
    session.variables[name] = value


def _set_global(server: Server, name: str, value: Value) -> None:
    """SQL-43: super_read_only brings read_only along; read_only off takes it away."""
    if VARIABLES[name].scope == "both":
        server.session_defaults[name] = value
        return
    server.variables[name] = value
    if name == "super_read_only" and value:
        server.variables["read_only"] = 1
    if name == "read_only" and not value:
        server.variables["super_read_only"] = 0
    if name == "sql_slave_skip_counter":
        server.replica.skip_counter = int(number_of(value) or 0)


def _set_names(session: Session, charset: str) -> None:
    name = charset.lower()
    if name == "default":
        name = "latin1"
    if name not in COLLATIONS:
        raise MySQLError(1115, charset)
    for variable_name in ("character_set_client", "character_set_connection", "character_set_results"):
        session.variables[variable_name] = name
    session.variables["collation_connection"] = COLLATIONS[name]
