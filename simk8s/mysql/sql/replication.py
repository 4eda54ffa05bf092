"""CHANGE MASTER TO, START, STOP and RESET SLAVE, RESET MASTER, PURGE BINARY LOGS."""

from __future__ import annotations

from simk8s.mysql.column import Value
from simk8s.mysql.errors import not_supported
from simk8s.mysql.sql.lexer import Cursor
from simk8s.mysql.sql.simple import expression_in
from simk8s.mysql.sql.statement import (
    ChangeMaster,
    Flush,
    PurgeLogs,
    ResetMaster,
    ResetSlave,
    StartSlave,
    Statement,
    StopSlave,
)

_STRING_OPTIONS = frozenset((
    "MASTER_HOST", "MASTER_USER", "MASTER_PASSWORD", "MASTER_LOG_FILE", "RELAY_LOG_FILE", "MASTER_BIND",
    "MASTER_SSL_CA", "MASTER_SSL_CAPATH", "MASTER_SSL_CERT", "MASTER_SSL_CIPHER", "MASTER_SSL_KEY",
    "MASTER_SSL_CRL", "MASTER_SSL_CRLPATH", "MASTER_TLS_VERSION",
))  # fmt: skip
_NUMBER_OPTIONS = frozenset((
    "MASTER_PORT", "MASTER_CONNECT_RETRY", "MASTER_RETRY_COUNT", "MASTER_DELAY", "MASTER_LOG_POS", "RELAY_LOG_POS",
    "MASTER_AUTO_POSITION", "MASTER_SSL", "MASTER_SSL_VERIFY_SERVER_CERT", "MASTER_HEARTBEAT_PERIOD",
))  # fmt: skip


def change_master(cursor: Cursor) -> Statement:
    cursor.expect("CHANGE", "MASTER", "TO")
    options: list[tuple[str, Value]] = []
    while True:
        name = cursor.token.key
        if name == "IGNORE_SERVER_IDS":
            raise not_supported("IGNORE_SERVER_IDS in CHANGE MASTER TO")
        if name not in _STRING_OPTIONS and name not in _NUMBER_OPTIONS:
            raise cursor.error()
        cursor.place += 1
        cursor.expect("=")
        if name in _STRING_OPTIONS:
            options.append((name, cursor.string()))
        elif name == "MASTER_HEARTBEAT_PERIOD":
            options.append((name, float(cursor.take("number").text)))
        else:
            options.append((name, cursor.integer()))
        if not cursor.accept(","):
            break
    _channel(cursor)
    return ChangeMaster(tuple(options))


def start(cursor: Cursor) -> Statement:
    cursor.expect("START", "SLAVE")
    io, sql = _threads(cursor)
    if cursor.peek("UNTIL"):
        raise not_supported("START SLAVE UNTIL")
    if cursor.token.key in ("USER", "PASSWORD"):
        raise not_supported("connection options of START SLAVE")
    _channel(cursor)
    return StartSlave(io, sql)


def stop(cursor: Cursor) -> Statement:
    cursor.expect("STOP", "SLAVE")
    io, sql = _threads(cursor)
    _channel(cursor)
    return StopSlave(io, sql)


def reset(cursor: Cursor) -> Statement:
    cursor.expect("RESET")
    if cursor.accept("MASTER"):
        return ResetMaster()
    if cursor.accept("QUERY", "CACHE"):
        return Flush(("query cache",))
    cursor.expect("SLAVE")
    every = cursor.accept("ALL")
    _channel(cursor)
    return ResetSlave(every)


def purge(cursor: Cursor) -> Statement:
    cursor.expect("PURGE")
    cursor.expect_any("BINARY", "MASTER")
    cursor.expect("LOGS")
    if cursor.accept("TO"):
        return PurgeLogs(to=cursor.string())
    cursor.expect("BEFORE")
    return PurgeLogs(before=expression_in(cursor))


def _threads(cursor: Cursor) -> tuple[bool, bool]:
    io = sql = False
    while cursor.token.key in ("IO_THREAD", "SQL_THREAD"):
        key = cursor.expect_any("IO_THREAD", "SQL_THREAD")
        io, sql = io or key == "IO_THREAD", sql or key == "SQL_THREAD"
        if not cursor.accept(","):
            break
    return (io, sql) if io or sql else (True, True)


def _channel(cursor: Cursor) -> None:
    if cursor.accept("FOR", "CHANNEL") and cursor.string():
        raise not_supported("replication channels other than ''")
