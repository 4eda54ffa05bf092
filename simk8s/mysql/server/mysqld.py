"""`mysqld`: from its options over initialisation or start-up to a clean end (MYSQLD-20, MYSQLD-40, MYSQLD-54)."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from simk8s.machine import File, SyscallError, program
from simk8s.machine.signals import SIGHUP, SIGPIPE, SIGQUIT, SIGTERM
from simk8s.mysql.client.option_file import BadOptionFile
from simk8s.mysql.engine.server import Host, Server
from simk8s.mysql.option import BadOption, Options
from simk8s.mysql.profile import profile_of
from simk8s.mysql.server.command_line import help_text, read_command_line, refuse_unmodelled, understood
from simk8s.mysql.server.disk import Disk, seconds_of
from simk8s.mysql.server.duration import DURATIONS
from simk8s.mysql.server.error_log import ErrorLog
from simk8s.mysql.server.instance import Instance
from simk8s.mysql.server.network import Sockets
from simk8s.mysql.start.failure import StartFailure
from simk8s.mysql.start.initialize import initialize
from simk8s.mysql.start.shutdown import shut_down
from simk8s.mysql.start.startup import LISTEN, start
from simk8s.mysql.step import Blocked, Log, Stage
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

LOCK_TRIES = 100  # MYSQLD-45
FLUSH_ON_HANGUP = "FLUSH TABLES, LOGS"


@program("mysqld")
def mysqld(process: Process) -> Run[int]:
    """Say something about itself, initialise a data directory, or serve."""
    log = ErrorLog(process)
    version = profile_of(process).server_version
    try:
        line = read_command_line(process)
        options, values = understood(line.words)
    except (BadOptionFile, BadOption) as error:
        yield from log.error(str(error))
        yield from log.error("Aborting")
        return 1
    yield from process.sleep(DURATIONS.look_at_options)
    for warning in line.warnings:
        yield from log.plain(warning)
    if options.flags & {"help", "version"}:
        verbose = "verbose" in options.flags and "help" in options.flags
        text = help_text(line.words, version, verbose=verbose)
        yield from process.print(text if "help" in options.flags else text.splitlines()[0])
        return 0
    refuse_unmodelled(options)
    daemon = Daemon(process, options, log, version)
    try:
        yield from daemon.become(values.get("user", ""))
        if "initialize_insecure" in options.flags:
            return (yield from daemon.initialize())
        return (yield from daemon.serve())
    except StartFailure as failure:
        return failure.status


RESIDENT_BYTES = 190 << 20
"""What an idle server with the default settings holds (SIM): tables of its own, performance schema, a few pages."""


class Daemon:
    """One run of the server process."""

    def __init__(self, process: Process, options: Options, log: ErrorLog, version: str) -> None:
        self.process = process
        self.options = options
        self.log = log
        self.version = version
        self.stretch = process.sim.uniform(DURATIONS.fastest, DURATIONS.slowest, f"mysqld/{process.machine.hostname}")
        self.stop_asked = process.sim.event()
        self.sockets = Sockets(process, options, log)

    def become(self, user: str) -> Run[None]:
        """Be another user where one is named; root must be asked for by name. Raises StartFailure."""
        if self.process.uid != 0:
            return
        if not user:
            yield from self._abort(
                'Fatal error: Please read "Security" section of the manual to find out how to run mysqld as root!'
            )
        for line in self.process.peek("/etc/passwd").decode().splitlines():
            name, _, uid, gid, *_ = line.split(":")
            if name == user:
                self.process.uid, self.process.gid = int(uid), int(gid)
                return
        yield from self._abort(
            f"Fatal error: Can't change to run as user '{user}' ;  Please check that the user exists!"
        )

    def initialize(self) -> Run[int]:
        """MYSQLD-20."""
        data = str(self.options.get("datadir"))
        if not self.process.exists(data):
            yield from self.process.mkdir(data.rstrip("/"), 0o750)
        yield from self._greet()
        disk = yield from self._open_directory()
        disk.stage = lambda stage: self._stage(disk, stage)
        yield from disk.perform(initialize(disk.directory, self.options, self._host(), self.version))
        self.process.record("mysql.initialized", self.process.machine.hostname)
        return 0

    def serve(self) -> Run[int]:
        """Start up, serve until told to stop, shut down; exit status 0 then."""
        process = self.process
        process.on_signal(SIGPIPE, "ignore")
        for number in (SIGTERM, SIGQUIT):
            process.on_signal(number, lambda _: self._ask_to_stop())
        yield from self._greet()
        disk = yield from self._open_directory()
        yield from self._wait_for_lock(disk)
        process.stage = "start"
        disk.stage = lambda stage: self._stage(disk, stage)
        yield from self._sleep(DURATIONS.plugins)
        server = yield from disk.perform(start(disk.directory, self.options, self._host(), self.version))
        yield from self._sleep(DURATIONS.grants)
        instance = self._open_for_clients(disk, server)
        process.stage = "serve"
        yield from self._say_ready(server)
        yield process.sim.any_of(self.stop_asked, instance.stop_asked)
        yield from self._stop(instance)
        return 0

    # ── the beginning ────────────────────────────────────────────────────────────────────────────────────────────

    def _greet(self) -> Run[None]:
        yield from self.process.hold(RESIDENT_BYTES)
        yield from self.log.warn(
            "TIMESTAMP with implicit DEFAULT value is deprecated. Please use --explicit_defaults_for_timestamp server "
            "option (see documentation for more details)."
        )
        for warning in self.options.warnings:
            yield from self.log.warn(warning)
        name = f"mysqld (mysqld {self._full_version})"
        if "initialize_insecure" not in self.options.flags:
            yield from self.log.note(f"{name} starting as process {self.process.pid} ...")

    @property
    def _full_version(self) -> str:
        return self.version if self.options.log_bin is None else f"{self.version}-log"

    def _open_directory(self) -> Run[Disk]:
        data = str(self.options.get("datadir"))
        try:
            disk = Disk(self.process, data)
        except SyscallError as error:
            yield from self._abort(f"Can't change dir to '{data}' (Errcode: {error.errno.number} - {error.text})")
            raise
        self.process.cwd = disk.path
        disk.log = self._take_line
        return disk

    def _wait_for_lock(self, disk: Disk) -> Run[None]:
        """MYSQLD-45: another server on this directory keeps InnoDB from starting."""
        for _ in range(LOCK_TRIES):
            holder = getattr(disk.directory.inode("ibdata1"), "locked_by", None)
            if holder is None or not holder.is_alive:
                return
            yield from self.log.error("InnoDB: Unable to lock ./ibdata1 error: 11")
            yield from self.log.note(
                "InnoDB: Check that you do not already have another mysqld process using the same InnoDB data or log "
                "files."
            )
            yield from self.process.sleep(1.0)
        yield from self._abort(
            "InnoDB: Unable to open the first data file",
            "InnoDB: Operating system error number 11 in a file operation.",
            "Plugin 'InnoDB' init function returned error.",
            "Plugin 'InnoDB' registration as a STORAGE ENGINE failed.",
            "Failed to initialize builtin plugins.",
        )

    def _stage(self, disk: Disk, stage: Stage) -> Run[None]:
        """A stage takes time at its beginning, and for each file in it."""
        inode = disk.directory.inode("ibdata1")
        if isinstance(inode, File):
            inode.locked_by = self.process
        if stage is LISTEN:
            yield from self._sleep(DURATIONS.storage)
            yield from self.sockets.open()
            return
        first, each = DURATIONS.stages.get(stage.row, (0.0, 0.0))
        disk.pace = lambda change: seconds_of(change) + each * self.stretch
        self.process.stage = f"initialize {stage.row} {stage.title}"
        self.process.record("mysql.stage", self.process.machine.hostname, row=stage.row, title=stage.title)
        yield from self._sleep(first * disk.filesystem.slowness)

    def _take_line(self, line: Log) -> Run[None]:
        yield from self.log.take(line)
        if line.text == "InnoDB: Starting crash recovery.":
            yield from self._sleep(DURATIONS.recovery)
        elif line.text == "InnoDB: Starting shutdown...":
            yield from self._sleep(DURATIONS.shutdown)

    def _open_for_clients(self, disk: Disk, server: Server) -> Instance:
        instance = Instance(self.process, disk, server, self.log)
        server.replica.threads = instance.replication
        if server.starts_replication:
            instance.replication.start(io=True, sql=True)
        self.process.on_signal(SIGHUP, lambda _: instance.run_by_itself(FLUSH_ON_HANGUP))
        instance.accept_clients(self.sockets.listeners)
        return instance

    def _say_ready(self, server: Server) -> Run[None]:
        """MYSQLD-43."""
        yield from self.log.note("mysqld: ready for connections.")
        yield from self.log.plain(
            f"Version: '{server.version}'  socket: '{self.sockets.socket}'  port: {self.sockets.port}  "
            "MySQL Community Server (GPL)"
        )
        binlog = server.binlog
        position = {"file": binlog.current, "position": binlog.position} if binlog is not None else {}
        self.process.record("mysql.ready", self.process.machine.hostname, port=self.sockets.port, **position)

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _ask_to_stop(self) -> None:
        if not self.stop_asked.triggered:
            self.stop_asked.succeed()

    def _stop(self, instance: Instance) -> Run[None]:
        """MYSQLD-54."""
        self.process.record("mysql.stopping", self.process.machine.hostname)
        self.process.stage = "stop"
        yield from self.sockets.close()
        yield from instance.disconnect_clients()
        yield from instance.disk.perform(shut_down(instance.server), blocked=self._wait)
        yield from self.sockets.remove_pid_file()
        self.process.record("mysql.shutdown", self.process.machine.hostname)

    def _wait(self, step: Blocked) -> Run[None]:
        """A replication thread is in the middle of something; it is soon over."""
        yield self.process.sim.sleep(step.timeout_seconds)

    # ── small things ─────────────────────────────────────────────────────────────────────────────────────────────

    def _host(self) -> Host:
        sim = self.process.sim
        return Host(self.process.machine.hostname, lambda: sim.microseconds, self._new_uuid)

    def _new_uuid(self) -> str:
        """Unique by machine and time, like the real ones."""
        seed = f"{self.process.machine.name}/{self.process.sim.now}/{self.process.pid}"
        digits = blake2b(seed.encode(), digest_size=12).hexdigest()
        return f"{digits[:8]}-{digits[8:12]}-11ee-{digits[12:16]}-0242{digits[16:24]}"

    def _sleep(self, seconds: float) -> Run[None]:
        yield from self.process.sleep(seconds * self.stretch)

    def _abort(self, *lines: str) -> Run[None]:
        for line in (*lines, "Aborting"):
            yield from self.log.error(line)
        raise StartFailure
