"""What programs in containers, and the nodes below them, have to tell in a timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simk8s.render.line import Telling, one_line
from simk8s.sim import Record

_SYSTEM_SCHEMAS = ("mysql.", "sys.", "performance_schema.")


def _node_off(record: Record) -> Telling:
    yield "bad", f"node {record.object} loses its power"


def _node_on(record: Record) -> Telling:
    if record.time > 0:
        yield "plain", f"node {record.object} boots"


def _kubelet_restart(record: Record) -> Telling:
    yield "plain", f"the kubelet of {record.object} starts again"


def _unmodelled(record: Record) -> Telling:
    what = record.detail.get("what", "")
    yield "bad", f"{record.object}: {'this program' if what == 'program' else what} is not modelled by simk8s"


def _initialized(record: Record) -> Telling:
    yield "plain", "data directory initialised"


def _ready(record: Record) -> Telling:
    port = record.detail.get("port")
    yield "plain", f"mysqld serves on port {port}" if port else "a temporary mysqld is up, without network"


def _shutdown(record: Record) -> Telling:
    yield "plain", "mysqld has stopped"


def _commit(record: Record) -> Telling:
    detail = record.detail
    position = f" at {detail['file']}:{detail['position']}" if detail.get("file") else ""
    for what in _changes(detail):
        yield "quiet", f"wrote {what}{position}"


def _apply(record: Record) -> Telling:
    for what in _changes(record.detail):
        yield "quiet", f"replicated {what}"


def _changes(detail: Mapping[str, Any]) -> list[str]:
    """What people wrote; what the server's own set-up writes is not worth a line."""
    statement = detail.get("statement")
    if statement:
        return [] if "mysql" in statement or statement.startswith(_SETUP) else [one_line(statement)]
    return [
        f"{len(rows)} row{'s' if len(rows) > 1 else ''} of {table}"
        for table, rows in (detail.get("rows") or {}).items()
        if not table.startswith(_SYSTEM_SCHEMAS)
    ]


_SETUP = ("TRUNCATE TABLE time_zone", "ALTER USER", "GRANT", "CREATE USER", "DROP DATABASE IF EXISTS test")


def _backup(record: Record) -> Telling:
    match record.detail.get("stage"):
        case "innodb":
            yield "plain", "a backup of this server is being streamed"
        case "done":
            yield "plain", "the backup is complete"


def _prepare(record: Record) -> Telling:
    if record.detail.get("stage") == "prepared":
        yield "plain", "the copied data is prepared"


def _replication(record: Record) -> Telling:
    detail = record.detail
    host, io, sql = detail.get("host", "?"), detail.get("io"), detail.get("sql")
    if io == "Yes" and sql == "Yes":
        yield "good", f"replicates from {host}, from {detail.get('applied', '?')} on"
        return
    error = detail.get("io_error") or detail.get("sql_error") or detail.get("error") or ""
    if io == "No" or sql == "No" or error:
        yield "bad", f"replication from {host}: IO {io}, SQL {sql}" + (f": {one_line(str(error))}" if error else "")


TELLERS: dict[str, Callable[[Record], Telling]] = {
    "node.off": _node_off,
    "node.on": _node_on,
    "kubelet.restart": _kubelet_restart,
    "program.unmodelled": _unmodelled,
    "mysql.initialized": _initialized,
    "mysql.ready": _ready,
    "mysql.shutdown": _shutdown,
    "mysql.commit": _commit,
    "mysql.apply": _apply,
    "mysql.backup": _backup,
    "mysql.prepare": _prepare,
    "mysql.replication": _replication,
}
"""By the verb of the record."""
