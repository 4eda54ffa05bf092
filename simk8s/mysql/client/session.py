"""One run of the mysql client: its connection, and the statements that come in (SQL-10 to SQL-17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simk8s.errors import SimError
from simk8s.machine import SyscallError
from simk8s.mysql.client.connection import Connection, Target, connect, is_from_client
from simk8s.mysql.client.result import tabbed, table, vertical
from simk8s.mysql.client.statement import Splitter, Statement, split
from simk8s.mysql.errors import ClientError, MySQLError
from simk8s.mysql.profile import profile_of
from simk8s.mysql.wire import Ok, Rows
from simk8s.sim import Run, Waits

if TYPE_CHECKING:
    from simk8s.machine import Process


@dataclass(slots=True)
class Options:
    """How a run behaves. `silent` counts: 1 is the tab-separated form, 2 leaves the header out as well.

    Runs with the same words share it, so nobody changes it once it has been read.
    """

    target: Target
    warns_of_password: bool = False  # it stood on the command line
    asks_password: bool = False
    only_about: bool = False  # --help or --version
    execute: str | None = None
    silent: int = 0
    verbose: int = 0
    batch: bool = False
    table: bool = False
    vertical: bool = False
    raw: bool = False
    force: bool = False
    names: bool = True
    comments: bool = False
    shows_warnings: bool = False
    delimiter: str = ";"
    init_command: str = ""
    positional: list[str] = field(default_factory=list)


class Session:
    """One run of the client: its connection, and the statements that come in."""

    __slots__ = ("connection", "failed", "finished", "options", "process", "shows_warnings", "target")

    def __init__(self, process: Process, options: Options, target: Target) -> None:
        self.process = process
        self.options = options
        self.target = target
        self.connection: Connection | None = None
        self.shows_warnings = options.shows_warnings
        self.failed = False
        self.finished = False

    def run(self) -> Run[int]:
        """Connect, perform what is asked for, say goodbye. Raises MySQLError where there is no connection."""
        options = self.options
        self.connection = yield from connect(self.process, self.target)
        if options.init_command:
            yield from self.connection.query(options.init_command)
        if not options.batch:
            yield from self._say(_banner(self.connection))
        if options.execute is not None:
            yield from self._perform(split(options.execute, options.delimiter, keep_comments=options.comments))
        else:
            yield from self._feed_input(Splitter(options.delimiter, keep_comments=options.comments))
        if not options.batch:
            yield from self._say("Bye\n")
        if self.connection is not None:
            yield from self.connection.quit()
        return int(self.failed and options.batch)

    def _feed_input(self, splitter: Splitter) -> Run[None]:
        """Standard input, line by line as it arrives."""
        rest = b""
        while not self.finished:
            if not self.options.batch:
                yield from self._say(_prompt(splitter))
            data = bytes((yield from self.process.read(0)))
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                yield from self._perform(splitter.feed(line.decode(errors="replace")))
                if self.finished:
                    return
        if rest and not self.finished:
            yield from self._perform(splitter.feed(rest.decode(errors="replace")))
        if self.options.batch and not self.finished:
            yield from self._perform(splitter.finish())

    def _perform(self, statements: Sequence[Statement]) -> Run[None]:
        for statement in statements:
            if statement.command:
                yield from self._command(statement)
            else:
                yield from self._query(statement)
            if self.finished:
                return

    def _query(self, statement: Statement) -> Run[None]:
        options, process = self.options, self.process
        yield from process.step("statement", statement.text, 0.0)
        if options.verbose:
            yield from self._say(f"{'-' * 14}\n{statement.text}\n{'-' * 14}\n\n")
        tells = not options.batch or options.verbose >= 2
        started = process.sim.now if tells else 0.0
        try:
            if self.connection is None:
                yield from self._reconnect()
            assert self.connection is not None
            result = yield from self.connection.query(statement.text)
        except MySQLError as error:
            yield from self._report(error, statement.line)
            return
        text = _shown(result, statement, options)
        if tells:
            text += _told(result, process.sim.now - started)
        if text:
            yield from self._say(text)
        if result.warnings and self.shows_warnings:
            yield from self._show_warnings()

    def _report(self, error: MySQLError, line: int) -> Run[None]:
        """SQL-13, SQL-14: in batch mode the first error is the last."""
        self.failed = True
        yield from self.process.write(2, f"{error.line(line if self.options.batch else None)}\n".encode())
        if self.options.batch and not self.options.force:
            self.finished = True
        if is_from_client(error) and self.connection is not None:
            self.connection.close()
            self.connection = None
            if self.options.batch:
                self.finished = True

    def _reconnect(self) -> Run[None]:
        yield from self._say("No connection. Trying to reconnect...\n")
        self.connection = yield from connect(self.process, self.target)
        database = self.target.database or "*** NONE ***"
        yield from self._say(f"Connection id:    {self.connection.id}\nCurrent database: {database}\n\n")

    def _show_warnings(self) -> Run[None]:
        if self.connection is None:
            return
        result = yield from self.connection.query("SHOW WARNINGS")
        if isinstance(result, Rows):
            for level, code, message in result.rows:
                yield from self._say(f"{level} (Code {code}): {message}\n")

    def _command(self, statement: Statement) -> Run[None]:
        match statement.command:
            case "use":
                yield from self._use(statement)
            case "quit":
                self.finished = True
            case "source":
                yield from self._source(statement)
            case "delimiter" | "rehash" | "notee" | "nopager" | "charset" | "help":
                pass
            case "warnings" | "nowarning":
                self.shows_warnings = statement.command == "warnings"
            case "status":
                text = yield from self._status()
                yield from self._say(text)
            case name:
                raise SimError("SK721", f"the mysql client's command {name!r} is not modelled")

    def _use(self, statement: Statement) -> Run[None]:
        name = statement.text.strip("`'\" ")
        if not name:
            yield from self._report_text("ERROR: \nUSE must be followed by a database name\n")
            return
        try:
            if self.connection is None:
                raise ClientError(2006)
            yield from self.connection.query(f"USE `{name}`")
        except MySQLError as error:
            yield from self._report(error, statement.line)
            return
        if not self.options.batch:
            yield from self._say("Database changed\n")

    def _source(self, statement: Statement) -> Run[None]:
        try:
            text = yield from self.process.read_file(statement.text)
        except SyscallError as error:
            number = error.errno.number
            yield from self._report_text(f"ERROR: \nFailed to open file '{statement.text}', error: {number}\n")
            return
        yield from self._perform(split(text.decode(errors="replace"), keep_comments=self.options.comments))

    def _report_text(self, text: str) -> Run[None]:
        self.failed = True
        yield from self.process.write(2, text.encode())
        if self.options.batch and not self.options.force:
            self.finished = True

    def _status(self) -> Run[str]:
        assert self.connection is not None
        result = yield from self.connection.query("SELECT DATABASE(), CURRENT_USER()")
        database, user = result.rows[0] if isinstance(result, Rows) else ("", "")
        where = f"{self.target.host} via TCP/IP" if self.target.is_tcp else "Localhost via UNIX socket"
        lines = (
            about(self.process),
            "",
            f"Connection id:\t\t{self.connection.id}",
            f"Current database:\t{database or ''}",
            f"Current user:\t\t{user}",
            f"Server version:\t\t{self.connection.server_version} MySQL Community Server (GPL)",
            f"Connection:\t\t{where}",
        )
        return "-" * 14 + "\n" + "\n".join(lines) + "\n" + "-" * 14 + "\n\n"

    def _say(self, text: str) -> Waits:
        return self.process.write(1, text.encode())


def _prompt(splitter: Splitter) -> str:
    if not splitter.is_waiting:
        return "mysql> "
    return f"    {splitter.open_quote or '-'}> "


def _banner(connection: Connection | None) -> str:
    assert connection is not None
    return (
        "Welcome to the MySQL monitor.  Commands end with ; or \\g.\n"
        f"Your MySQL connection id is {connection.id}\n"
        f"Server version: {connection.server_version} MySQL Community Server (GPL)\n\n"
        "Type 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.\n\n"
    )


def _shown(result: Ok | Rows, statement: Statement, options: Options) -> str:
    """What a result looks like (SQL-11, SQL-12)."""
    if isinstance(result, Ok) or not result.rows:
        return ""
    if statement.vertical or options.vertical:
        return vertical(result, names=options.names)
    if options.silent and not options.table:
        return tabbed(result, names=options.names and options.silent < 2, raw=options.raw)
    return table(result, names=options.names)


def _told(result: Ok | Rows, seconds: float) -> str:
    """What interactive use says about a result."""
    after = f"{_warned(result.warnings)} ({seconds:.2f} sec)\n"
    if isinstance(result, Ok):
        info = f"{result.info}\n" if result.info else ""
        return f"Query OK, {_rows(result.affected_rows)} affected{after}{info}\n"
    return f"{_rows(len(result.rows))} in set{after}\n" if result.rows else f"Empty set{after}\n"


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"


def _warned(count: int) -> str:
    return f", {count} warning{'' if count == 1 else 's'}" if count else ""


def about(process: Process) -> str:
    """What `--version` prints."""
    version = profile_of(process).server_version
    return f"mysql  Ver 14.14 Distrib {version}, for Linux (x86_64) using  EditLine wrapper"
