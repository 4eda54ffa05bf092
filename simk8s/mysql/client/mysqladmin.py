"""`mysqladmin`: asks a server how it is, and stops it (SQL-20 to SQL-22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simk8s.machine import program
from simk8s.machine.signals import SIGPIPE
from simk8s.mysql.client.arguments import BadArguments, Grammar, Option, parse
from simk8s.mysql.client.connection import Connection, Target, connect, is_from_client
from simk8s.mysql.client.mysql import START_SECONDS
from simk8s.mysql.client.option_file import BadOptionFile, load_defaults
from simk8s.mysql.client.result import table
from simk8s.mysql.client.settings import CONNECTION_OPTIONS, Settings, user_name
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.profile import profile_of
from simk8s.mysql.wire import Rows
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

GRAMMAR = Grammar(
    *CONNECTION_OPTIONS,
    Option("silent", "s"),
    Option("force", "f"),
    Option("verbose", "v"),
    Option("wait", "w", "optional"),
    Option("shutdown-timeout", "", "required"),
)
_UNMODELLED = ("sleep", "count", "relative", "vertical", "-i", "-c", "-r", "-E")
POLL_SECONDS = 1.0


@dataclass(slots=True)
class _Options:
    settings: Settings
    words: list[str]
    silent: bool = False
    tries: int = 1
    shutdown_timeout: int = 3600


@program("mysqladmin")
def mysqladmin(process: Process) -> Run[int]:
    """Connect and run each command of the command line; the first that fails is the last."""
    options = _Options(Settings(process.environ), [])
    try:
        status = yield from _read_options(process, options)
    except (BadArguments, BadOptionFile, ValueError) as error:
        yield from process.write(2, f"mysqladmin: [ERROR] {error}\n".encode())
        return error.status if isinstance(error, BadArguments) else 1
    if status is not None:
        return status
    process.on_signal(SIGPIPE, "ignore")
    yield from process.sleep(START_SECONDS)
    target = options.settings.target(user_name(process))
    try:
        connection = yield from _connect(process, target, options.tries)
    except MySQLError as error:
        if not options.silent:
            yield from process.write(2, _connect_failure(target, error).encode())
        # SQL-20: an error that the server has sent proves that it is alive
        return int(is_from_client(error) or any(word != "ping" for word in options.words))
    for word in options.words:
        command = _COMMANDS.get(word)
        if command is None:
            yield from process.write(2, f"mysqladmin: Unknown command: '{word}'\n".encode())
            return 1
        if not (yield from command(process, connection, options)):
            return 1
    yield from connection.quit()
    return 0


def _read_options(process: Process, options: _Options) -> Run[int | None]:
    defaults = load_defaults(process, ("mysqladmin", "client"), process.argv[1:])
    for words, from_command_line in ((defaults.from_files, False), (defaults.arguments, True)):
        for name, value in parse(words, GRAMMAR, unmodelled=_UNMODELLED, program="mysqladmin"):
            if options.settings.take(name, value, from_command_line=from_command_line):
                continue
            match name:
                case "":
                    options.words.append(value or "")
                case "silent":
                    options.silent = True
                case "wait":
                    options.tries = 1 + int(value or "1000000")
                case "shutdown-timeout":
                    options.shutdown_timeout = int(value or "3600")
                case "version" | "help":
                    yield from process.print(_about(process))
                    return 0
    if options.settings.password_on_command_line:
        yield from process.write(
            2, b"mysqladmin: [Warning] Using a password on the command line interface can be insecure.\n"
        )
    if not options.words:
        yield from process.print(_about(process))
        return 1
    return None


def _connect(process: Process, target: Target, tries: int) -> Run[Connection]:
    while True:
        try:
            return (yield from connect(process, target))
        except MySQLError as error:
            tries -= 1
            if tries <= 0 or error.number not in (2002, 2003):
                raise
        yield from process.sleep(5.0)


def _connect_failure(target: Target, error: MySQLError) -> str:
    """SQL-21."""
    host = target.host or "localhost"
    text = f"mysqladmin: connect to server at '{host}' failed\nerror: '{error.text}'\n"
    if error.number == 2002:
        return text + f"Check that mysqld is running and that the socket: '{target.socket}' exists!\n"
    if error.number in (2003, 2005):
        where = f"Check that mysqld is running on {host} and that the port is {target.port}.\n"
        return text + where + f"You can check this by doing 'telnet {host} {target.port}'\n"
    return text


def _about(process: Process) -> str:
    return f"mysqladmin  Ver 8.42 Distrib {profile_of(process).server_version}, for Linux on x86_64"


def _ping(process: Process, connection: Connection, options: _Options) -> Run[bool]:
    try:
        yield from connection.ping()
    except MySQLError as error:
        yield from process.write(2, f"mysqladmin: ping failed; error: '{error.text}'\n".encode())
        return False
    if not options.silent:
        yield from process.print("mysqld is alive")
    return True


def _shutdown(process: Process, connection: Connection, options: _Options) -> Run[bool]:
    """SQL-22: over the socket, wait until the pid file is gone."""
    pid_file = ""
    try:
        if not options.settings.target(user_name(process)).is_tcp:
            result = yield from connection.query("SHOW VARIABLES LIKE 'pid_file'")
            pid_file = (result.rows[0][1] or "") if isinstance(result, Rows) and result.rows else ""
        watches = bool(pid_file) and process.exists(pid_file)
        yield from connection.shutdown()
    except MySQLError as error:
        yield from process.write(2, f"mysqladmin: shutdown failed; error: '{error.text}'\n".encode())
        return False
    connection.close()
    deadline = process.sim.now + options.shutdown_timeout
    while watches and process.exists(pid_file):
        if process.sim.now >= deadline:
            yield from process.write(2, f"Warning;  Aborted waiting on pid file: '{pid_file}'\n".encode())
            break
        yield from process.sleep(POLL_SECONDS)
    return True


def _status(process: Process, connection: Connection, options: _Options) -> Run[bool]:
    result = yield from _asked(process, connection, "SHOW GLOBAL STATUS")
    if result is None:
        return False
    values = {row[0]: row[1] or "0" for row in result.rows}
    uptime, questions = int(values.get("Uptime", "0")), int(values.get("Questions", "0"))
    yield from process.print(
        f"Uptime: {uptime}  Threads: {values.get('Threads_connected', '1')}  Questions: {questions}  Slow queries: 0  "
        f"Opens: {values.get('Opened_tables', '0')}  Flush tables: 1  Open tables: {values.get('Open_tables', '0')}  "
        f"Queries per second avg: {questions / uptime if uptime else 0:.3f}"
    )
    return True


def _asked(process: Process, connection: Connection, statement: str) -> Run[Rows | None]:
    try:
        result = yield from connection.query(statement)
    except MySQLError as error:
        yield from process.write(2, f"mysqladmin: {error.text}\n".encode())
        return None
    return result if isinstance(result, Rows) else Rows((), ())


_Command = Callable[["Process", Connection, _Options], Run[bool]]


def _printing(statement: str) -> _Command:
    def command(process: Process, connection: Connection, options: _Options) -> Run[bool]:
        result = yield from _asked(process, connection, statement)
        if result is None:
            return False
        if result.rows:
            yield from process.write(1, table(result).encode())
        return True

    return command


def _about_server(process: Process, connection: Connection, options: _Options) -> Run[bool]:
    yield from process.print(f"{_about(process)}\n\nServer version\t\t{connection.server_version}")
    return (yield from _status(process, connection, options))


_COMMANDS: dict[str, _Command] = {
    "ping": _ping,
    "shutdown": _shutdown,
    "status": _status,
    "version": _about_server,
    "processlist": _printing("SHOW PROCESSLIST"),
    "variables": _printing("SHOW GLOBAL VARIABLES"),
    "extended-status": _printing("SHOW GLOBAL STATUS"),
    "flush-logs": _printing("FLUSH LOGS"),
    "flush-privileges": _printing("FLUSH PRIVILEGES"),
    "reload": _printing("FLUSH PRIVILEGES"),
    "start-slave": _printing("START SLAVE"),
    "stop-slave": _printing("STOP SLAVE"),
}
