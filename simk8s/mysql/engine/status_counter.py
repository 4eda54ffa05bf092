"""SHOW STATUS: the counters of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server

_ZERO = (
    *("Aborted_clients", "Aborted_connects", "Bytes_received", "Bytes_sent", "Com_commit", "Com_create_db"),
    *("Com_delete", "Com_insert", "Com_select", "Com_update", "Connections", "Questions", "Slow_queries"),
)


def status_values(server: Server) -> dict[str, str]:
    """Name and value, as text."""
    values = {name: str(server.counters.get(name, 0)) for name in (*_ZERO, *server.counters)}
    clients = sum(not session.applies for session in server.sessions.values())
    uptime = int((server.now() - server.started).total_seconds()) if server.started is not None else 0
    running = sum(session.command != "Sleep" for session in server.sessions.values())
    values.update(
        Innodb_os_log_written=str(server.innodb.redo.lsn),
        Open_tables=str(len(server.catalog.open_tables)),
        Queries=values["Questions"],
        Slave_open_temp_tables="0",
        Threads_connected=str(clients),
        Threads_running=str(running),
        Uptime=str(uptime),
    )
    return values
