"""CHANGE MASTER TO, START, STOP and RESET SLAVE (REPL-30 to REPL-43). None of them minds read-only modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.mysql.column import Value
from simk8s.mysql.engine.commit import commit
from simk8s.mysql.engine.evaluation import Evaluation
from simk8s.mysql.engine.permission import require
from simk8s.mysql.engine.session import Done, Result
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.replication.info import MASTER_INFO, RELAY_LOG_INFO, MasterInfo, RelayLogInfo
from simk8s.mysql.replication.replica import Replica
from simk8s.mysql.sql import statement as st
from simk8s.mysql.step import Log, Steps

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server

_APPLIER_OPTIONS = frozenset(("RELAY_LOG_FILE", "RELAY_LOG_POS", "MASTER_DELAY"))
_FIELDS = {
    "MASTER_HOST": "host",
    "MASTER_USER": "user",
    "MASTER_PASSWORD": "password",
    "MASTER_PORT": "port",
    "MASTER_CONNECT_RETRY": "connect_retry",
    "MASTER_RETRY_COUNT": "retry_count",
    "MASTER_HEARTBEAT_PERIOD": "heartbeat",
    "MASTER_BIND": "bind",
    "MASTER_LOG_FILE": "log_file",
    "MASTER_LOG_POS": "log_pos",
}


def change_master(context: Evaluation, statement: st.ChangeMaster) -> Steps[Result]:
    """Check, then write master.info, purge the relay logs, write relay-log.info, in this order (REPL-34)."""
    server, session = context.server, context.session
    replica = server.replica
    require(session, "SUPER")
    options = dict(statement.options)
    _check(replica, options)
    before = replica.master
    replica.master = _changed(replica, options)
    if "MASTER_LOG_FILE" in options and "MASTER_LOG_POS" not in options:
        session.warn(MySQLError(3023))
    if "MASTER_USER" in options or "MASTER_PASSWORD" in options:
        session.note(1759)
        session.note(1760)
    if "MASTER_DELAY" in options:
        replica.applied = replica.applied._replace(delay=_number(options["MASTER_DELAY"]))
    yield from replica.write_master_info()
    if not replica.is_running:
        yield from _settle_relay_log(replica, options)
    elif options.keys() & _APPLIER_OPTIONS:
        yield from replica.write_relay_log_info()
    yield Log(
        "Note",
        f"'CHANGE MASTER TO FOR CHANNEL '' executed'. Previous state {_described(before)}. "
        f"New state {_described(replica.master)}.",
    )
    return Done()


def start_slave(context: Evaluation, statement: st.StartSlave) -> Steps[Result]:
    """Returns when the threads are started, which says nothing of a connection (REPL-40)."""
    server, session = context.server, context.session
    replica = server.replica
    require(session, "SUPER")
    yield from commit(server, session)
    _check_usable(replica)
    io = statement.io and replica.io.running == "No"
    sql = statement.sql and replica.sql.running == "No"
    if not io and not sql:
        session.note(3083, "")
        return Done()
    if not replica.is_configured:
        raise MySQLError(1200)
    if replica.is_broken:
        raise MySQLError(1872)
    if io:
        replica.io.clear_error()
        replica.io.running = "Connecting"
    if sql:
        replica.sql.clear_error()
        replica.sql.running = "Yes"
    if replica.threads is not None:
        replica.threads.start(io=io, sql=sql)
    return Done()


def stop_slave(context: Evaluation, statement: st.StopSlave) -> Steps[Result]:
    """Waits for the threads to end; the applier finishes its group first (REPL-41)."""
    server, session = context.server, context.session
    replica = server.replica
    require(session, "SUPER")
    yield from commit(server, session)
    io = statement.io and replica.io.running != "No"
    sql = statement.sql and replica.sql.running != "No"
    if not io and not sql:
        session.note(3084, "")
        return Done()
    if replica.threads is None:
        _mark_stopped(replica, io=io, sql=sql)
    else:
        replica.threads.stop(io=io, sql=sql)
    while (io and replica.io.running != "No") or (sql and replica.sql.running != "No"):
        yield from server.wait(session, "Killing slave")
    return Done()


def reset_slave(context: Evaluation, statement: st.ResetSlave) -> Steps[Result]:
    """Relay logs and both files go; the connection settings stay in memory, but with ALL (REPL-42)."""
    server = context.server
    replica = server.replica
    require(context.session, "RELOAD")
    _check_usable(replica)
    if replica.is_running:
        raise MySQLError(3081, "")
    if replica.relay.files or replica.directory.is_file(RELAY_LOG_INFO):
        yield from replica.purge_relay_logs()
    replica.master = MasterInfo() if statement.all else replica.master._replace(log_file="", log_pos=4)
    replica.applied = RelayLogInfo(replica.relay.current)
    replica.is_broken = False
    replica.io.clear_error()
    replica.sql.clear_error()
    for name in (MASTER_INFO, RELAY_LOG_INFO):
        if replica.directory.is_file(name):
            yield from replica.directory.unlink(name)
    return Done()


# ── CHANGE MASTER ────────────────────────────────────────────────────────────────────────────────────────────────


def _check(replica: Replica, options: dict[str, Value]) -> None:
    """The order of checks of REPL-31."""
    _check_usable(replica)
    if "MASTER_AUTO_POSITION" in options:
        if replica.is_running:
            raise MySQLError(3081, "")
        if options["MASTER_AUTO_POSITION"]:
            if options.keys() & {"MASTER_LOG_FILE", "MASTER_LOG_POS", "RELAY_LOG_FILE", "RELAY_LOG_POS"}:
                raise MySQLError(1776)
            raise MySQLError(1777)
    if replica.io.running != "No" and options.keys() - _APPLIER_OPTIONS:
        raise MySQLError(3021, "")
    if replica.sql.running != "No" and options.keys() & _APPLIER_OPTIONS:
        raise MySQLError(3085, "")
    if options.get("MASTER_HOST") == "":
        raise MySQLError(1210, "MASTER_HOST")
    if options.get("MASTER_SSL"):
        raise MySQLError(1235, "encrypted replication connections")


def _check_usable(replica: Replica) -> None:
    if not replica.is_usable:
        raise MySQLError(1794)


def _changed(replica: Replica, options: dict[str, Value]) -> MasterInfo:
    """The settings after the statement (REPL-32, REPL-33)."""
    before = replica.master
    moves = bool(options.keys() & {"MASTER_LOG_FILE", "MASTER_LOG_POS"})
    elsewhere = bool(options.keys() & {"MASTER_HOST", "MASTER_PORT"})
    master = before._replace(**{_FIELDS[name]: value for name, value in options.items() if name in _FIELDS})  # type: ignore[arg-type]
    if "MASTER_LOG_POS" in options:
        master = master._replace(log_pos=max(4, master.log_pos))
    if (master.host, master.port) != (before.host, before.port):
        master = master._replace(uuid="")
        replica.master_server_id = 0
    if elsewhere and not moves:
        return master._replace(log_file="", log_pos=4)
    if not elsewhere and not moves and not replica.is_running and replica.applied.master_file:
        return master._replace(log_file=replica.applied.master_file, log_pos=max(4, replica.applied.master_pos))
    return master


def _settle_relay_log(replica: Replica, options: dict[str, Value]) -> Steps[None]:
    """Without relay options all relay logs go and what is applied becomes what is received (REPL-33)."""
    if options.keys() & {"RELAY_LOG_FILE", "RELAY_LOG_POS"}:
        file = str(options.get("RELAY_LOG_FILE", replica.applied.relay_file))
        position = _number(options.get("RELAY_LOG_POS", replica.applied.relay_pos))
        replica.applied = replica.applied._replace(relay_file=file, relay_pos=position)
    else:
        yield from replica.purge_relay_logs()
    master = replica.master
    replica.applied = replica.applied._replace(master_file=master.log_file, master_pos=master.log_pos)
    replica.is_broken = False
    replica.event_timestamp = 0
    yield from replica.write_relay_log_info()


def _described(master: MasterInfo) -> str:
    return (
        f"master_host='{master.host}', master_port= {master.port}, master_log_file='{master.log_file}', "
        f"master_log_pos= {master.log_pos}, master_bind='{master.bind}'"
    )


def _number(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _mark_stopped(replica: Replica, *, io: bool, sql: bool) -> None:
    for asked, thread in ((io, replica.io), (sql, replica.sql)):
        if asked:
            thread.running, thread.state = "No", ""


def mark_stopped(server: Server, *, io: bool = False, sql: bool = False) -> None:
    """For whoever runs the threads: they have ended. Wakes STOP SLAVE."""
    _mark_stopped(server.replica, io=io, sql=sql)
    server.wake()
