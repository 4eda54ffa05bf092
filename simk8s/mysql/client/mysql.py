"""`mysql`: sends statements to a server and prints what comes back (SQL-2 to SQL-17)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from simk8s.machine import program
from simk8s.machine.signals import SIGPIPE
from simk8s.mysql.client.arguments import BadArguments, Grammar, Option, parse
from simk8s.mysql.client.option_file import BadOptionFile, load_defaults
from simk8s.mysql.client.session import Options, Session, about
from simk8s.mysql.client.settings import CONNECTION_OPTIONS, Settings, environment, user_name
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
    try:
        defaults = load_defaults(process, ("mysql", "client"), process.argv[1:])
        for warning in defaults.warnings:
            yield from process.write(2, f"{warning}\n".encode())
        if defaults.print_only:
            yield from process.print("mysql would have been started with the following arguments:")
            yield from process.print(" ".join(defaults.words))
            return 0
        options = _options(
            tuple(defaults.from_files),
            tuple(defaults.arguments),
            environment(process),
            user_name(process),
            _is_interactive(process),
        )
    except (BadArguments, BadOptionFile, ValueError) as error:
        yield from process.write(2, f"mysql: [ERROR] {error}\n".encode())
        return error.status if isinstance(error, BadArguments) else 1
    if options.only_about or len(options.positional) > 1:
        yield from process.print(about(process))
        return 0 if options.only_about else 1
    target = options.target
    if options.warns_of_password:
        yield from process.write(
            2, b"mysql: [Warning] Using a password on the command line interface can be insecure.\n"
        )
    if options.asks_password:
        target = target._replace(password=(yield from _asked_password(process)))
    process.on_signal(SIGPIPE, "ignore")
    yield from process.sleep(START_SECONDS)
    try:
        return (yield from Session(process, options, target).run())
    except MySQLError as error:
        yield from process.write(2, f"{error.line()}\n".encode())
        return 1


def _is_interactive(process: Process) -> bool:
    stdin, stdout = process.files.get(0), process.files.get(1)
    return stdin is not None and stdin.is_terminal and stdout is not None and stdout.is_terminal


def _asked_password(process: Process) -> Run[str]:
    yield from process.write(2, b"Enter password: ")
    line = yield from process.read_until(0)
    yield from process.write(2, b"\n")
    return line.decode().rstrip("\n")


@lru_cache(maxsize=256)  # probes and loops start it with the same words again and again
def _options(
    from_files: tuple[str, ...],
    arguments: tuple[str, ...],
    environ: tuple[tuple[str, str], ...],
    user: str,
    is_interactive: bool,
) -> Options:
    """What the words of option files and command line ask for. Raises BadArguments, SimError or ValueError."""
    settings = Settings(dict(environ))
    options = Options(settings.target(user), batch=not is_interactive, silent=0 if is_interactive else 1)
    for words, from_command_line in ((from_files, False), (arguments, True)):
        for name, value in parse(words, GRAMMAR, unmodelled=_UNMODELLED, program="mysql"):
            if name in ("version", "help"):
                options.only_about = True
                return options
            if not settings.take(name, value, from_command_line=from_command_line):
                _take(options, settings, name, value)
    if options.positional:
        settings.database = options.positional[0]
    options.target = settings.target(user)
    options.warns_of_password, options.asks_password = settings.password_on_command_line, settings.asks_password
    return options


def _take(options: Options, settings: Settings, name: str, value: str | None) -> None:
    match name:
        case "":
            options.positional.append(value or "")
        case "execute":
            options.execute, options.batch = value, True
        case "database":
            settings.database = value or ""
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
