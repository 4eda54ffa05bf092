"""A MySQL server in a box: a directory, a clock, and statements without time passing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from simk8s.machine.filesystem import Directory, copy_tree
from simk8s.mysql.column import Row
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.engine.account import SYSTEM_USER
from simk8s.mysql.engine.server import Host, Server
from simk8s.mysql.engine.session import Done, ResultSet, Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.option import parse_options
from simk8s.mysql.replication.applier import apply_next
from simk8s.mysql.start.failure import StartFailure
from simk8s.mysql.start.initialize import initialize
from simk8s.mysql.start.shutdown import shut_down
from simk8s.mysql.start.startup import start
from simk8s.mysql.step import Blocked, Change, Log, Step, Steps

VERSION = "5.7.42"
PRIMARY = ("--server-id=100", "--log-bin")
REPLICA = ("--server-id=101",)
SAMPLE = (
    "CREATE DATABASE test",
    "CREATE TABLE test.messages (message VARCHAR(250))",
    "INSERT INTO test.messages VALUES ('hello')",
)


class Killed(Exception):
    """The server was killed before a step."""


class Box:
    """One server. `logged` is its error log, `changes` the steps taken; `kill_at` kills it before its n-th change."""

    def __init__(self, *words: str, hostname: str = "mysql-0", top: Directory | None = None) -> None:
        self.options = parse_options(words)
        self.directory = DataDirectory(top)
        self.hostname = hostname
        self.time = datetime(2024, 1, 1)  # noqa: DTZ001
        self.logged: list[Log] = []
        self.changes: list[Change] = []
        self.kill_at: int | None = None
        self._uuids = 0
        self._server: Server | None = None
        self._session: Session | None = None

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def initialize(self) -> Box:
        self.drive(initialize(self.directory, self.options, self._host(), VERSION))
        return self

    def start(self) -> Box:
        self._server = self.drive(start(self.directory, self.options, self._host(), VERSION))
        self._session = self.server.open_session("root", "localhost", SYSTEM_USER)
        return self

    def stop(self) -> Box:
        self.drive(shut_down(self.server))
        self._server = None
        return self

    def kill(self) -> Box:
        self._server = None
        return self

    def fails_to_start(self) -> list[str]:
        """Start, expecting a failure, and return the errors logged."""
        before = len(self.logged)
        try:
            self.start()
        except StartFailure as failure:
            assert failure.status == 1
            return [line.text for line in self.logged[before:] if line.level == "ERROR"]
        raise AssertionError("it started")

    def copy(self, *words: str, hostname: str) -> Box:
        """Another box on a copy of this one's files."""
        return Box(*words, hostname=hostname, top=copy_tree(self.directory.top))

    # ── statements ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def server(self) -> Server:
        assert self._server is not None
        return self._server

    @property
    def session(self) -> Session:
        assert self._session is not None
        return self._session

    def sql(self, text: str, session: Session | None = None) -> list[Row]:
        """The rows that a statement returns."""
        result = self.run(text, session)
        return list(result.rows) if isinstance(result, ResultSet) else []

    def run(self, text: str, session: Session | None = None) -> ResultSet | Done:
        return self.drive(self.server.execute(session or self.session, text))

    def error(self, text: str, session: Session | None = None) -> str:
        """The client's line for the error that a statement ends in."""
        try:
            self.run(text, session)
        except MySQLError as error:
            return error.line()
        raise AssertionError(f"no error: {text}")

    def login(self, user: str = "root", host: str = "localhost", **more: Any) -> Session:
        return self.server.connect(user, [host], **more)

    @property
    def position(self) -> int:
        assert self.server.binlog is not None
        return self.server.binlog.position

    def files(self) -> list[str]:
        """The names in the data directory itself."""
        return self.directory.names()

    def log_text(self) -> str:
        return "\n".join(line.text for line in self.logged)

    # ── replication without threads ──────────────────────────────────────────────────────────────────────────────

    def apply_all(self) -> None:
        """Let the applier work until nothing is left. Raises ApplyError."""
        session = self.server.open_session("system user", "", SYSTEM_USER, applies=True)
        while self.drive(apply_next(self.server, session)):
            pass

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    def drive(self, steps: Steps[Any]) -> Any:
        """Take all steps; raises Killed where the box is to be killed."""
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                return stop.value
            self.take(step)

    def take(self, step: Step) -> None:
        if isinstance(step, Log):
            self.logged.append(step)
        elif isinstance(step, Blocked):
            raise RuntimeError(f"blocked: {step.state}")
        elif isinstance(step, Change):
            if self.kill_at is not None and len(self.changes) == self.kill_at:
                self._server = None
                raise Killed
            self.changes.append(step)

    def walk(self, path: str = "") -> Iterator[str]:
        """Every file below the data directory."""
        for name in self.directory.names(path):
            inner = f"{path}/{name}" if path else name
            if self.directory.is_directory(inner):
                yield from self.walk(inner)
            else:
                yield inner

    def _host(self) -> Host:
        return Host(self.hostname, self._clock, self._new_uuid)

    def _clock(self) -> int:
        self.time += timedelta(milliseconds=1)
        return (self.time - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001

    def _new_uuid(self) -> str:
        self._uuids += 1
        return f"{self._uuids:08d}-0000-0000-0000-{sum(self.hostname.encode()):012d}"


def primary() -> Box:
    """A started primary, as after the entrypoint's two first runs."""
    box = Box(*PRIMARY).initialize().start()
    box.sql("SET sql_log_bin = 0")
    box.sql("CREATE USER 'root'@'%' IDENTIFIED BY ''")
    box.sql("GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION")
    return box.stop().start()


def feed(source: Box, replica: Box) -> None:
    """Bring the replica's relay log up to the end of the source's binary log."""
    from simk8s.mysql.binlog import follow

    master = replica.server.replica.master
    follower = follow(source.server.binlog, 100, master.log_file, master.log_pos)
    for event in follower.read():
        replica.drive(replica.server.replica.queue(event))
