"""`mysql`: sends statements to a server and prints what comes back (SQL-2 to SQL-17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import program
from simk8s.machine.signals import SIGPIPE
from simk8s.mysql.client.arguments import BadArguments, Grammar, Option, parse
from simk8s.mysql.client.option_file import BadOptionFile, load_defaults
from simk8s.mysql.client.session import Options, Session, about
from simk8s.mysql.client.settings import CONNECTION_OPTIONS, Settings
from simk8s.mysql.errors import MySQLError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

START_SECONDS = 0.008  # DUR-18, with the exec of the program and the server's part

GRAMMAR = Grammar(
    *CONNECTION_OPTIONS,
    Option("execute", "e", "required"),
    Option("database", "D", "required"),
    Option("batch", "B"),
    Option("silent", "s"),
    Option("verbose", "v"),
    Option("table", "t"),
    Option("vertical", "E"),
    Option("raw", "r"),
    Option("force", "f"),
    Option("column-names"),
    Option("skip-column-names", "N"),
    Option("auto-rehash"),
    Option("no-auto-rehash", "A"),
    Option("comments", "c"),
    Option("unbuffered", "n"),
    Option("quick", "q"),
    Option("line-numbers"),
    Option("reconnect"),
    Option("show-warnings"),
    Option("delimiter", "", "required"),
    Option("init-command", "", "required"),
    Option("max-allowed-packet", "", "required"),
)
_UNMODELLED = ("html", "xml", "tee", "pager", "safe-updates", "one-database", "binary-mode", "login-path", "-H", "-X",
               "-U", "-i", "-w", "-b", "-T", "-G")  # fmt: skip


@program("mysql")
def mysql(process: Process) -> Run[int]:
    """Connect, run statements from `-e` or standard input, print results."""
    is_interactive = all(fd in process.files and process.files[fd].is_terminal for fd in (0, 1))
    options = Options(Settings(process), batch=not is_interactive, silent=0 if is_interactive else 1)
    try:
        status = yield from _read_options(process, options)
    except (BadArguments, BadOptionFile, ValueError) as error:
        yield from process.write(2, f"mysql: [ERROR] {error}\n".encode())
        return error.status if isinstance(error, BadArguments) else 1
    if status is not None:
        return status
    process.on_signal(SIGPIPE, "ignore")
    yield from process.sleep(START_SECONDS)
    session = Session(process, options)
    try:
        yield from session.open()
    except MySQLError as error:
        yield from process.write(2, f"{error.line()}\n".encode())
        return 1
    return (yield from session.run())


def _read_options(process: Process, options: Options) -> Run[int | None]:
    """Fill in `options`. An exit status where that is all there is to do."""
    defaults = load_defaults(process, ("mysql", "client"), process.argv[1:])
    for warning in defaults.warnings:
        yield from process.write(2, f"{warning}\n".encode())
    if defaults.print_only:
        yield from process.print("mysql would have been started with the following arguments:")
        yield from process.print(" ".join(defaults.words))
        return 0
    for words, from_command_line in ((defaults.from_files, False), (defaults.arguments, True)):
        for name, value in parse(words, GRAMMAR, unmodelled=_UNMODELLED, program="mysql"):
            if name in ("version", "help"):
                yield from process.print(about(process))
                return 0
            _take(options, name, value, from_command_line)
    if len(options.positional) > 1:
        yield from process.print(about(process))
        return 1
    if options.positional:
        options.settings.database = options.positional[0]
    if options.settings.password_on_command_line:
        yield from process.write(
            2, b"mysql: [Warning] Using a password on the command line interface can be insecure.\n"
        )
    if options.settings.asks_password:
        yield from process.write(2, b"Enter password: ")
        line = yield from process.read_until(0)
        yield from process.write(2, b"\n")
        options.settings.password = line.decode().rstrip("\n")
    return None


def _take(options: Options, name: str, value: str | None, from_command_line: bool) -> None:
    if options.settings.take(name, value, from_command_line=from_command_line):
        return
    match name:
        case "":
            options.positional.append(value or "")
        case "execute":
            options.execute, options.batch = value, True
        case "database":
            options.settings.database = value or ""
        case "batch":
            options.batch, options.silent = True, max(options.silent, 1)
        case "silent":
            options.silent += 1
        case "verbose":
            options.verbose += 1
        case "table" | "vertical" | "raw" | "force" | "comments":
            setattr(options, name, True)
        case "column-names" | "skip-column-names":
            options.names = name == "column-names"
        case "show-warnings":
            options.shows_warnings = True
        case "delimiter":
            options.delimiter = value or ";"
        case "init-command":
            options.init_command = value or ""
