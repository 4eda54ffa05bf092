"""From a statement to what carries it out, with the checks that come before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simk8s.mysql.engine import administration, change, control, database, definition, grant, read, show
from simk8s.mysql.engine.commit import commit
from simk8s.mysql.engine.evaluation import Evaluation
from simk8s.mysql.engine.permission import check_writable
from simk8s.mysql.engine.session import Done, Result, Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.replication import command
from simk8s.mysql.sql import statement as st
from simk8s.mysql.sql import syntax as sql
from simk8s.mysql.step import Steps

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server


def run(server: Server, session: Session, statement: st.Statement, text: str, context: Evaluation) -> Steps[Result]:
    """Carry out a parsed statement. `text` is what was sent, for the binary log."""
    kind = type(statement)
    if isinstance(statement, sql.Select | sql.Union):
        result = yield from read.read(context, statement, text)
        return replace(result, warnings=len(session.warnings)) if session.warnings else result
    if isinstance(statement, sql.Insert | sql.Update | sql.Delete):
        if not _is_temporary(server, session, statement.table):
            check_writable(server, session)
        server.count(f"Com_{kind.__name__.lower()}")
        return (yield from change.change(context, statement))
    if kind in _DEFINITIONS:
        if not getattr(statement, "temporary", False):
            check_writable(server, session)
            yield from commit(server, session)
            yield from server.wait_for_read_lock(session)
        result = yield from _define(context, statement, text.strip().rstrip(";").rstrip())
    else:
        result = yield from _OTHERS[kind](context, statement)
    if isinstance(result, Done) and result.warnings != len(session.warnings):
        return replace(result, warnings=len(session.warnings))
    return result


def _define(context: Evaluation, statement: st.Statement, text: str) -> Steps[Result]:
    """One definition at a time (SIM: MySQL locks each table by its name)."""
    server, session = context.server, context.session
    while server.defining is not None:
        yield from server.wait(session, "Waiting for table metadata lock")
    server.defining = session
    try:
        result = yield from _DEFINITIONS[type(statement)](context, statement, text)
    except MySQLError:
        server.defining = None
        server.redefined.clear()
        server.wake()
        raise
    server.defining = None
    server.redefined.clear()
    server.announce(session, statement=text)
    server.wake()
    return result


def _is_temporary(server: Server, session: Session, table: sql.TableName) -> bool:
    return (table.database or session.database, table.name) in server.temporary.get(session, {})


_DEFINITIONS: dict[type, Callable[[Evaluation, Any, str], Steps[Result]]] = {
    st.CreateDatabase: database.create_database,
    st.DropDatabase: database.drop_database,
    st.CreateTable: definition.create_table,
    st.DropTable: definition.drop_table,
    st.TruncateTable: definition.truncate_table,
    st.RenameTable: definition.rename_table,
    st.AlterTable: definition.alter_table,
    st.CreateUser: grant.create_user,
    st.AlterUser: grant.alter_user,
    st.DropUser: grant.drop_user,
    st.SetPassword: grant.set_password,
    st.Grant: grant.grant,
    st.Revoke: grant.revoke,
}

_OTHERS: dict[type, Callable[[Evaluation, Any], Steps[Result]]] = {
    st.Begin: control.begin,
    st.Commit: control.commit_work,
    st.Rollback: control.roll_back,
    st.Use: control.use,
    st.Set: control.set_variables,
    st.Do: control.do,
    st.Kill: control.kill,
    st.Show: show.show,
    st.Flush: administration.flush,
    st.UnlockTables: administration.unlock_tables,
    st.ResetMaster: administration.reset_master,
    st.PurgeLogs: administration.purge_logs,
    st.Shutdown: administration.shutdown,
    st.ChangeMaster: command.change_master,
    st.StartSlave: command.start_slave,
    st.StopSlave: command.stop_slave,
    st.ResetSlave: command.reset_slave,
}
