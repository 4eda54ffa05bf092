"""A clean end of the server (MYSQLD-54)."""

from __future__ import annotations

from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.engine.server import Server
from simk8s.mysql.innodb import InnoDB
from simk8s.mysql.logset import LogSet
from simk8s.mysql.step import Log, Steps

_BUFFER_POOL = "".join(f"0,{page}\n" for page in (7, 1, 3, 2, 4, 11, 5, 6, 309, 303))


def shut_down(server: Server) -> Steps[None]:
    """Close the logs and write everything back. Clients and replication threads must have gone."""
    for session in list(server.sessions.values()):
        server.disconnect(session)
    yield Log("Note", "Event Scheduler: Purging the queue. 0 events")
    yield from server.replica.relay.close(stop=True)
    yield from close_storage(server.directory, server.innodb, server.binlog)
    yield Log("Note", "mysqld: Shutdown complete\n")


def close_storage(directory: DataDirectory, innodb: InnoDB, log: LogSet | None) -> Steps[None]:
    """Binary log, then InnoDB: everything written back, the flushed LSN noted, `ibtmp1` removed."""
    yield Log("Note", "Binlog end")
    if log is not None:
        yield from log.close(stop=True)
    for plugin in (
        "ngram",
        "partition",
        "BLACKHOLE",
        "ARCHIVE",
        "PERFORMANCE_SCHEMA",
        "MRG_MYISAM",
        "MyISAM",
        "InnoDB",
    ):
        yield Log("Note", f"Shutting down plugin '{plugin}'")
    yield Log("Note", "InnoDB: FTS optimize thread exiting.")
    yield Log("Note", "InnoDB: Starting shutdown...")
    yield Log("Note", "InnoDB: Dumping buffer pool(s) to /var/lib/mysql/ib_buffer_pool")
    yield from directory.write("ib_buffer_pool", _BUFFER_POOL.encode(), sync=False)
    yield from innodb.checkpoint(final=True)
    yield Log("Note", f"InnoDB: Shutdown completed; log sequence number {innodb.redo.lsn}")
    yield Log("Note", 'InnoDB: Removed temporary tablespace data file: "ibtmp1"')
    yield from directory.unlink("ibtmp1")
    for plugin in ("MEMORY", "CSV", "sha256_password", "mysql_native_password", "binlog"):
        yield Log("Note", f"Shutting down plugin '{plugin}'")
