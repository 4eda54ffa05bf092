"""The end of a transaction: what is written, and in which order (MYSQLD-52)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simk8s.mysql import binlog
from simk8s.mysql.engine.session import Session
from simk8s.mysql.event import AnonymousGtid, Event, Query, Xid
from simk8s.mysql.step import Steps

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server


def commit(server: Server, session: Session) -> Steps[None]:
    """Prepare in InnoDB, write the binary log, commit in InnoDB; without a binary log the commit alone.

    Waits while somebody holds the global read lock.
    """
    transaction = session.transaction
    if transaction is None:
        return
    if not transaction.has_changes:
        server.end_transaction(session)
        return
    while server.defining is not session and any(holder is not session for holder in server.commit_locks):
        yield from server.wait(session, "Waiting for commit lock")
    changes = {}
    for table, rows in transaction.changes().items():
        if table.space:
            changes[table] = rows
        else:  # a temporary one
            table.rows.apply(rows)
    server.committing += 1
    session.state = "query end"
    position = None
    logged = bool(transaction.events) and is_logged(server, session)
    if logged and changes:
        xid = transaction.number
        yield from server.innodb.prepare(transaction.number, xid, changes)
        begin = (Query("BEGIN", transaction.database, session.id), transaction.events[0][1])
        events = [begin, *transaction.events, (Xid(xid), server.timestamp())]
        position = yield from log_group(server, session, events)
        server.announce(session, rows=changes, position=position)  # from here on it counts, and replicas may get it
    if changes:
        yield from server.innodb.commit(transaction.number, changes, binlog=position, prepared=logged)
        if position is None:
            server.announce(session, rows=changes)
    server.committing -= 1
    server.count("Com_commit")
    server.end_transaction(session)
    if server.innodb.wants_checkpoint:
        yield from server.innodb.checkpoint()


def is_logged(server: Server, session: Session) -> bool:
    """Whether what this session does goes to the binary log (REPL-7); the SQL thread's only with log_slave_updates."""
    if server.binlog is None or not session.variables.get("sql_log_bin", 1):
        return False
    return not session.applies or bool(server.options.get("log_slave_updates"))


def log_group(server: Server, session: Session, events: Sequence[tuple[Event, int]]) -> Steps[tuple[str, int]]:
    """Write events as one group, an Anonymous_gtid event before them."""
    log = server.binlog
    assert log is not None
    last, server.last_committed = server.last_committed, server.last_committed + 1
    gtid = (AnonymousGtid(last, last + 1), events[0][1])
    return (yield from binlog.write_group(log, [gtid, *events], server_id=session.origin))


def log_statement(
    server: Server, session: Session, text: str, *, database: str | None = None, updated: Sequence[str] = ()
) -> Steps[None]:
    """Log a statement as it is: DDL (REPL-7). `updated` are the databases that it touches."""
    if not is_logged(server, session):
        return
    current = session.database if database is None else database
    event = Query(text, current, session.id, tuple(dict.fromkeys(updated)))
    yield from log_group(server, session, [(event, server.timestamp())])


def log_rows_at_once(server: Server, session: Session, events: Sequence[tuple[Event, int]]) -> Steps[None]:
    """Log rows of a table without transactions, between a BEGIN and a COMMIT of their own."""
    if not events or not is_logged(server, session):
        return
    first, last = events[0][1], events[-1][1]
    begin = (Query("BEGIN", session.database, session.id), first)
    end = (Query("COMMIT", session.database, session.id), last)
    yield from log_group(server, session, [begin, *events, end])
