"""`xtrabackup --backup`: data files first, then the lock, the rest, the positions and the redo (XB-10 to XB-29)."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import UUID

from simk8s.machine import SyscallError
from simk8s.machine.signals import SIGTERM
from simk8s.mysql.client.connection import Connection, connect
from simk8s.mysql.client.settings import user_name
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.profile import Profile
from simk8s.mysql.wire import Rows
from simk8s.mysql.xtrabackup.information import (
    Checkpoints,
    Coordinates,
    Summary,
    backup_my_cnf,
    binlog_info,
    slave_info,
    version_line,
)
from simk8s.mysql.xtrabackup.options import Options
from simk8s.mysql.xtrabackup.redo_copy import LostRedo, RedoCopy
from simk8s.mysql.xtrabackup.sink import Sink, WriteFailed, sink_for
from simk8s.sim import Run, Waits

if TYPE_CHECKING:
    from simk8s.machine import Process

START_SECONDS = 1.0  # DUR-11
POLL_SECONDS = 1.0  # XB-13, XB-16
LOCK_SECONDS = 0.1  # DUR-13
FILE_SECONDS = 0.0015  # DUR-14: 290 files or so in half a second
ENDINGS = (
    "frm", "isl", "MYD", "MYI", "MAD", "MAI", "MRG", "TRG", "TRN", "ARM", "ARZ", "CSM", "CSV", "opt", "par",
)  # fmt: skip


class BackupFailed(Exception):
    """The backup cannot go on; the text, if any, is what it says."""


class Backup:
    """One backup of the server that `options` lead to."""

    def __init__(self, process: Process, options: Options, profile: Profile) -> None:
        self.process = process
        self.options = options
        self.profile = profile
        self.started_at = _clock(process)
        self.data_directory = ""
        self.server_version = ""
        self.binlog: Coordinates | None = None
        self.followed: tuple[str, Coordinates] | None = None  # of a replica: its primary's name and position there

    def run(self) -> Run[int]:
        self.process.thread(self._die_with_parent())
        try:
            connection = yield from self._connect()
            try:
                yield from self._back_up(connection)
            except MySQLError as error:
                raise BackupFailed(f"Error: {error.text}") from error
            except WriteFailed as error:
                raise BackupFailed("") from error
            except LostRedo as error:
                raise BackupFailed("xtrabackup: error: log block numbers mismatch:") from error
            except SyscallError as error:
                raise BackupFailed(f"xtrabackup: Error: cannot read {error}") from error
        except BackupFailed as failure:
            if str(failure):
                yield from self._tell(str(failure))
            return 1
        yield from connection.quit()
        yield from self._log("completed OK!")
        return 0

    def _die_with_parent(self) -> Run[None]:
        if self.process.parent is not None:
            yield self.process.parent.exited
            self.process.kill(SIGTERM)  # XB-14

    def _connect(self) -> Run[Connection]:
        target = self.options.settings.target(user_name(self.process))
        yield from self.process.sleep(START_SECONDS)
        host = f"host={target.host};port={target.port};" if target.is_tcp else ""
        dsn = f"dbi:mysql:;mysql_read_default_group=xtrabackup;{host}mysql_socket={target.socket}"
        uses = "YES" if target.password else "NO"
        yield from self._log(
            f" version_check Connecting to MySQL server with DSN '{dsn}' as '{target.user}'  (using password: {uses})."
        )
        try:
            connection = yield from connect(self.process, target)
        except MySQLError as error:
            raise BackupFailed(f"Failed to connect to MySQL server: {error.text}.") from error  # XB-3
        yield from self._log(" version_check Connected to MySQL server")
        yield from self._log(" version_check Executing a version check against the server...")
        yield from self._log(" version_check Done.")
        secret = "set" if target.password else "not set"
        yield from self._log(
            f"Connecting to MySQL server host: {target.host or 'localhost'}, user: {target.user}, password: {secret}, "
            f"port: {target.port if target.is_tcp else 'not set'}, socket: {target.socket}"
        )
        return connection

    def _back_up(self, connection: Connection) -> Run[None]:
        process = self.process
        yield from self._read_variables(connection)
        target = self.options.target_directory
        if not process.exists(target):
            yield from process.mkdir(target, 0o777)  # XB-12: on the source, even when everything goes to a stream
        self.directory = process.realpath(target)
        sink = sink_for(process, self.options.values.get("stream"), self.directory)
        redo = RedoCopy(process)
        yield from self._log(f">> log scanned up to ({redo.scanned})")
        process.thread(self._follow_redo(redo))
        yield from self._copy_innodb(sink)
        redo.check()
        lock_started = process.sim.now
        yield from self._lock(connection)
        redo.scan()
        redo.check()
        yield from self._copy_others(sink)
        yield from self._write_positions(connection, sink)
        checkpoints = yield from self._finish_redo(connection, sink, redo)
        yield from self._put(sink, "xtrabackup_checkpoints", checkpoints.text())
        yield from self._log("Executing UNLOCK TABLES")
        yield from self._query(connection, "UNLOCK TABLES")
        yield from self._log("All tables unlocked")
        process.record("mysql.backup", self.data_directory, stage="unlocked")
        lock_seconds = int(process.sim.now - lock_started)
        if process.is_file("ib_buffer_pool"):
            yield from self._copy(sink, "ib_buffer_pool", "00")
        yield from self._write_summary(sink, checkpoints, lock_seconds)
        yield from sink.finish()
        yield from self._tell(f"xtrabackup: Transaction log of lsn ({redo.first}) to ({redo.scanned}) was copied.")
        process.record("mysql.backup", self.data_directory, stage="done", lsn=redo.scanned)

    def _read_variables(self, connection: Connection) -> Run[None]:
        """XB-4."""
        result = yield from connection.query("SHOW VARIABLES")
        variables = {row[0]: row[1] or "" for row in result.rows} if isinstance(result, Rows) else {}
        self.server_version = variables.get("version", "")
        self.data_directory = variables.get("datadir") or self.options.values.get("datadir", "/var/lib/mysql/")
        yield from self._tell(f"Using server version {self.server_version}")
        yield from self._tell(version_line(self.profile))
        yield from self._tell("xtrabackup: uses posix_fadvise().")
        yield from self._tell(f"xtrabackup: cd to {self.data_directory.rstrip('/')}")
        if not self.process.is_directory(self.data_directory):
            raise BackupFailed(
                f"xtrabackup: Can't change dir to '{self.data_directory}' (Errcode: 2 - No such file or directory)"
            )
        self.process.cwd = self.process.realpath(self.data_directory)
        for name in ("ib_logfile0", "ib_logfile1"):
            if not self.process.is_file(name):  # XB-11
                raise BackupFailed(f"xtrabackup: error: cannot open ./{name}")

    def _follow_redo(self, redo: RedoCopy) -> Run[None]:
        while not redo.is_finished:
            yield from self.process.sleep(POLL_SECONDS)
            if not redo.is_finished:
                redo.scan()
                yield from self._log(f">> log scanned up to ({redo.scanned})")

    def _copy_innodb(self, sink: Sink) -> Run[None]:
        """XB-15, XB-16: the system tablespace first; then the main thread looks once a second whether all is done."""
        started = self.process.sim.now
        self.process.record("mysql.backup", self.data_directory, stage="innodb")
        yield from self._tell("xtrabackup: Generating a list of tablespaces")
        yield from self._copy(sink, "ibdata1", "01")
        for directory in self._directories():
            for name in self._names(directory):
                if name.endswith(".ibd"):
                    yield from self._copy(sink, f"{directory}/{name}", "01")
        polls = int((self.process.sim.now - started) / POLL_SECONDS) + 1
        yield from self.process.sleep(max(started + polls * POLL_SECONDS - self.process.sim.now, 0.0))

    def _lock(self, connection: Connection) -> Run[None]:
        """XB-17."""
        yield from self._query(connection, "SET SESSION lock_wait_timeout=31536000")
        for statement in ("FLUSH NO_WRITE_TO_BINLOG TABLES", "FLUSH TABLES WITH READ LOCK"):
            yield from self._log(f"Executing {statement}...")
            yield from self._query(connection, statement)
        self.process.record("mysql.backup", self.data_directory, stage="locked")
        yield from self.process.sleep(LOCK_SECONDS)

    def _copy_others(self, sink: Sink) -> Run[None]:
        """XB-18."""
        yield from self._log("Starting to backup non-InnoDB tables and files")
        for directory in self._directories():
            names = self._names(directory)
            if not names:
                yield from self._put(sink, f"{directory}/db.opt", b"")
            for name in names:
                if name.rpartition(".")[2] in ENDINGS:
                    path = f"{directory}/{name}"
                    yield from self.process.step("backup", path, FILE_SECONDS)
                    yield from self._copy(sink, path, "01")
        yield from self._log("Finished backing up non-InnoDB tables and files")

    def _write_positions(self, connection: Connection, sink: Sink) -> Run[None]:
        """XB-19, XB-20: under the lock, so both belong to the data."""
        if "slave-info" in self.options.flags:
            replica = _first_row((yield from self._query(connection, "SHOW SLAVE STATUS")))
            content = slave_info(self.profile, replica)
            if replica:
                file, position = replica.get("Relay_Master_Log_File"), replica.get("Exec_Master_Log_Pos")
                self.followed = (replica.get("Master_Host") or "", Coordinates(file or "", position or ""))
            if content is not None:
                yield from self._put(sink, "xtrabackup_slave_info", content)
            elif not self.profile.is_xtrabackup_at_least("2.4.8"):
                yield from self._tell("Failed to get master binlog coordinates from SHOW SLAVE STATUS")
                yield from self._tell(
                    "This means that the server is not a replication slave. Ignoring the --slave-info option"
                )
        primary = _first_row((yield from self._query(connection, "SHOW MASTER STATUS")))
        if primary:
            gtids = (primary.get("Executed_Gtid_Set") or "").replace("\n", "")
            self.binlog = Coordinates(primary.get("File") or "", primary.get("Position") or "", gtids)
            yield from self._put(sink, "xtrabackup_binlog_info", binlog_info(self.binlog))

    def _finish_redo(self, connection: Connection, sink: Sink, redo: RedoCopy) -> Run[Checkpoints]:
        """XB-21."""
        statement = "FLUSH NO_WRITE_TO_BINLOG ENGINE LOGS"
        yield from self._log(f"Executing {statement}...")
        yield from self._query(connection, statement)
        redo.scan()
        redo.check()
        redo.is_finished = True
        yield from self._tell(f"xtrabackup: The latest check point (for incremental): '{redo.checkpoint}'")
        yield from self._tell("xtrabackup: Stopping log copying thread.")
        yield from self._log(f">> log scanned up to ({redo.scanned})")
        yield from sink.put("xtrabackup_logfile", redo.content())
        return Checkpoints("full-backuped", redo.checkpoint, redo.scanned)

    def _write_summary(self, sink: Sink, checkpoints: Checkpoints, lock_seconds: int) -> Run[None]:
        """XB-26."""
        yield from self._log(f"Backup created in directory '{self.directory}/'")
        if self.binlog is not None:
            yield from self._tell(f"MySQL binlog position: {self.binlog}")
        if self.followed is not None:
            host, position = self.followed
            yield from self._tell(f"MySQL slave binlog position: master host '{host}', {position}")
        server_id = int(self.options.values.get("server-id", "0") or 0)
        yield from self._put(sink, "backup-my.cnf", backup_my_cnf(server_id))
        identity = blake2b(f"{self.process.machine.name}/{self.started_at}".encode(), digest_size=16).digest()
        summary = Summary(
            str(UUID(bytes=identity)),
            " ".join(self.process.argv[1:]),
            self.profile.xtrabackup_version,
            self.server_version,
            self.started_at,
            _clock(self.process),
            lock_seconds,
            str(self.binlog or ""),
            checkpoints.to_lsn,
            self.options.values.get("stream", "file"),
        )
        yield from self._put(sink, "xtrabackup_info", summary.text())

    def _copy(self, sink: Sink, path: str, thread: str) -> Run[None]:
        """One file of the data directory, as it is at this moment."""
        verb, where = sink.doing
        yield from self._log(f"[{thread}] {verb} ./{path}{where}")
        yield from sink.copy(path)
        yield from self._log(f"[{thread}]        ...done")

    def _put(self, sink: Sink, path: str, content: bytes) -> Run[None]:
        """A file that the backup itself makes."""
        verb, where = sink.doing
        yield from self._log(f"[00] {verb} {path}{where}")
        yield from sink.put(path, content)
        yield from self._log("[00]        ...done")

    def _query(self, connection: Connection, statement: str) -> Run[Rows | None]:
        try:
            result = yield from connection.query(statement)
        except MySQLError as error:
            raise BackupFailed(f"Error: failed to execute query {statement}: {error.text}") from error  # XB-40
        return result if isinstance(result, Rows) else None

    def _directories(self) -> list[str]:
        names = [name for name in self._names(".") if self.process.is_directory(name)]
        return [name for name in names if not name.startswith(".")]

    def _names(self, path: str) -> list[str]:
        """XB-22, SW-4: by name, or in any order."""
        names = self.process.listdir(path)
        if self.profile.directory_order != "name":
            choose = self.process.sim.choose
            names = [names.pop(choose(len(names), "directory-order")) for _ in range(len(names))]
        return names

    def _log(self, text: str) -> Waits:
        return self.process.write(2, f"{self.process.sim.written('%y%m%d %H:%M:%S')} {text}\n".encode())

    def _tell(self, text: str) -> Waits:
        return self.process.write(2, f"{text}\n".encode())


def _first_row(result: Rows | None) -> dict[str, str | None]:
    if result is None or not result.rows:
        return {}
    return dict(zip((field.name for field in result.fields), result.rows[0], strict=True))


def _clock(process: Process) -> str:
    return process.sim.written("%Y-%m-%d %H:%M:%S")
