"""FLUSH, UNLOCK TABLES, RESET MASTER, PURGE BINARY LOGS, SHUTDOWN."""

from __future__ import annotations

from datetime import UTC

from simk8s.mysql import binlog
from simk8s.mysql.engine.commit import commit, log_statement
from simk8s.mysql.engine.compile import compile_expression
from simk8s.mysql.engine.evaluation import Environment, Evaluation, Scope
from simk8s.mysql.engine.permission import require
from simk8s.mysql.engine.privilege_table import read_grants
from simk8s.mysql.engine.session import Done, Result
from simk8s.mysql.engine.value import datetime_of
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import statement as st
from simk8s.mysql.step import Steps


def flush(context: Evaluation, statement: st.Flush) -> Steps[Result]:
    """Each kind in turn; all but the lock are logged unless NO_WRITE_TO_BINLOG says otherwise (REPL-7)."""
    require(context.session, "RELOAD")
    for kind in statement.kinds:
        yield from _flush(context, kind)
    locks = "tables with read lock" in statement.kinds
    if not statement.not_logged and not locks and not any("logs" in kind for kind in statement.kinds):
        text = f"FLUSH {', '.join(kind.upper() for kind in statement.kinds)}"
        yield from log_statement(context.server, context.session, text)
    return Done()


def _flush(context: Evaluation, kind: str) -> Steps[None]:
    server, session = context.server, context.session
    match kind:
        case "tables":
            yield from commit(server, session)
            server.catalog.close_clean_tables({name for t in server.transactions for name in t.used})
        case "tables with read lock":
            yield from _lock_everything(context)
        case "logs" | "binary logs":
            if server.binlog is not None:
                yield from server.binlog.rotate()
            if kind == "logs":
                yield from server.innodb.checkpoint()
        case "engine logs":
            yield from server.innodb.checkpoint()
        case "relay logs":
            yield from server.replica.rotate_relay_log()
        case "privileges":
            yield from read_grants(server)
        case "status":
            server.counters.clear()
        case _:
            return  # hosts, query cache and the like: nothing of them is kept


def _lock_everything(context: Evaluation) -> Steps[None]:
    """FLUSH TABLES WITH READ LOCK: waits for commits under way, then holds writers off (SQL-31)."""
    server, session = context.server, context.session
    yield from commit(server, session)
    if session in server.commit_locks:
        return
    server.read_locks.append(session)  # at once, so that new writers wait behind it
    try:
        while server.committing or server.defining is not None:
            yield from server.wait(session, "Waiting for commit lock")
    except MySQLError:
        server.unlock(session)
        raise
    server.commit_locks.append(session)


def unlock_tables(context: Evaluation, statement: st.UnlockTables) -> Steps[Result]:
    context.server.unlock(context.session)
    return Done()
    yield


def reset_master(context: Evaluation, statement: st.ResetMaster) -> Steps[Result]:
    require(context.session, "RELOAD")
    if context.server.binlog is None:
        raise MySQLError(1186)
    yield from binlog.reset(context.server.binlog)
    return Done()


def purge_logs(context: Evaluation, statement: st.PurgeLogs) -> Steps[Result]:
    """REPL-9."""
    server = context.server
    require(context.session, "SUPER")
    if server.binlog is None:
        return Done()
    read_by = list(server.dumped_files.values())
    if statement.before is None:
        kept = yield from binlog.purge_to(server.binlog, statement.to, read_by=read_by)
    else:
        moment = datetime_of(compile_expression(statement.before, Scope(), context)(Environment([])))
        if moment is None:
            raise MySQLError(1210, "PURGE LOGS BEFORE")
        timestamp = int(moment.replace(tzinfo=UTC).timestamp())
        kept = yield from binlog.purge_before(server.binlog, timestamp, read_by=read_by)
    if kept:
        context.session.warn(MySQLError(1867, read_by[0], kept))
    return Done()


def shutdown(context: Evaluation, statement: st.Shutdown) -> Steps[Result]:
    """Asks for the end; whoever runs the server sees `shutdown_asked` and does it (MYSQLD-54)."""
    require(context.session, "SHUTDOWN")
    context.server.shutdown_asked = True
    context.server.wake()
    return Done()
    yield
