"""The programs `bash`, `sh`, `ash` and `dash`: options, where the script comes from, the shell's life."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import lru_cache

from simk8s.machine import Errno, Main, Process, SyscallError, find_on_path, program
from simk8s.machine.filesystem import EXECUTABLE_MAGIC
from simk8s.machine.signals import SIGINT
from simk8s.shell import builtins, compound, evaluation, loop, pipeline, sequence, simple, subshell
from simk8s.shell.builtins.directories import logical
from simk8s.shell.builtins.flow import run_file
from simk8s.shell.builtins.settings import switch
from simk8s.shell.options import SET_LETTERS, SET_NAMES, SHOPT_NAMES
from simk8s.shell.shell import Shell
from simk8s.shell.source import Source
from simk8s.shell.special import COMPUTED
from simk8s.shell.syntax import Parser, ShellSyntaxError
from simk8s.shell.syntax.dialect import ASH, BASH, DASH, POSIX, Dialect
from simk8s.shell.syntax.nodes import FunctionDefinition
from simk8s.shell.variables import Variable
from simk8s.sim import Run

_HANDLERS_LIVE_IN = (builtins, compound, loop, pipeline, sequence, simple)  # importing them registers what they run

VERSION = "5.2.15(1)-release"

if sys.getrecursionlimit() < 12_000:  # a script's functions may nest a thousand deep, at a dozen Python frames each
    sys.setrecursionlimit(12_000)

USAGE = """\
Usage:\tbash [GNU long option] [option] ...
\tbash [GNU long option] [option] script-file ...
GNU long options:
\t--debug
\t--debugger
\t--dump-po-strings
\t--dump-strings
\t--help
\t--init-file
\t--login
\t--noediting
\t--noprofile
\t--norc
\t--posix
\t--pretty-print
\t--rcfile
\t--restricted
\t--verbose
\t--version
Shell options:
\t-ilrsD or -c command or -O shopt_option\t\t(invocation only)
\t-abefhkmnptuvxBCEHPT or -o option
"""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(slots=True)
class Invocation:
    """How the shell was called. `command` is the text after `-c`; `file` a script's path; else standard input."""

    command: str | None = None
    file: str | None = None
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    options: list[tuple[str, bool]] = field(default_factory=list)
    interactive: bool = False
    login: bool = False
    rcfile: str | None = ""
    """The file that an interactive shell reads first: empty for the usual one, None for none."""
    shows_version: bool = False
    shows_usage: bool = False
    problem: str = ""


def main_for(dialect: Dialect) -> Main:
    """The program that speaks this dialect."""

    def main(process: Process) -> Run[int]:
        return run(process, dialect)

    return main


program("bash")(main_for(BASH))
program("sh")(main_for(POSIX))
program("ash")(main_for(ASH))
program("dash")(main_for(DASH))


def run(process: Process, dialect: Dialect) -> Run[int]:
    """A shell process from its arguments to its exit status."""
    call = read_arguments(process.argv)
    shell = Shell(process, call.name or process.argv[0], dialect)
    if call.problem or call.shows_version:
        return _only_tell(shell, call)
    start(shell, call)

    def body(shell: Shell) -> Run[int]:
        return _run_script(shell, call)

    return subshell.life(shell, body)


def _only_tell(shell: Shell, call: Invocation) -> Run[int]:
    if call.problem:
        yield from shell.say(f"{shell.process.argv[0]}: {call.problem}")
        if "invalid option" in call.problem and not call.problem.endswith("name"):
            yield from shell.write(2, USAGE)
        return 2
    yield from shell.write(1, f"GNU bash, version {VERSION} (x86_64-pc-linux-gnu)\n" + USAGE * call.shows_usage)
    return 0


def _run_script(shell: Shell, call: Invocation) -> Run[int]:
    handles = shell.process.files
    typed = all(fd in handles and handles[fd].is_terminal for fd in (0, 2))
    if call.interactive or (typed and call.command is None and call.file is None):
        _become_interactive(shell)
    yield from _run_startup_files(shell, call)
    if call.command is not None:
        shell.reading_mode = "c"
        shell.moment.evaluations = 1
        shell.source.place = shell.process.machine.place_of(call.command)
        if not shell.dialect.almquist:
            shell.names["BASH_EXECUTION_STRING"] = Variable(call.command)
        return (yield from evaluation.run_script(shell, call.command))
    if call.file is not None:
        shell.reading_mode = ""
        text = yield from _read_file(shell, call.file)
        if isinstance(text, int):
            return text
        return (yield from evaluation.run_script(shell, text))
    shell.reading_mode = "s"
    return (yield from evaluation.run_input(shell))


def _become_interactive(shell: Shell) -> None:
    """Somebody types: there are prompts, aliases and a history, and Ctrl-C ends what runs, not the shell."""
    shell.interactive = True
    shell.process.on_signal(SIGINT, shell.pending.append)
    shell.options.set("expand_aliases", True)
    shell.names.setdefault("PS1", Variable("\\s-\\v\\$ " if not shell.dialect.almquist else "# "))
    shell.names.setdefault("PS2", Variable("> "))


def _run_startup_files(shell: Shell, call: Invocation) -> Run[None]:
    """What a login shell reads first, and the file that BASH_ENV names for a script."""
    home = shell.get("HOME") or "/"
    process = shell.process
    if call.login:
        profiles = [f"{home}/{name}" for name in (".bash_profile", ".bash_login", ".profile")]
        first = next((path for path in profiles if process.is_file(path)), "")
        for path in ("/etc/profile", first):
            if path and process.is_file(path):
                yield from run_file(shell, path, (yield from process.read_file(path)), [])
    if call.interactive and not call.login and shell.dialect is BASH and call.rcfile is not None:
        path = call.rcfile or f"{home}/.bashrc"
        if process.is_file(path):
            yield from run_file(shell, path, (yield from process.read_file(path)), [])
    path = shell.get("BASH_ENV") or ""
    if path and shell.dialect is BASH and (call.command is not None or call.file is not None) and process.is_file(path):
        yield from run_file(shell, path, (yield from process.read_file(path)), [])


def _read_file(shell: Shell, path: str) -> Run[str | int]:
    process, name = shell.process, path
    if "/" not in path and not process.exists(path):
        path = find_on_path(process, path, shell.get("PATH") or "") or path
    try:
        if process.is_directory(path):
            yield from shell.say(f"{process.argv[0]}: {path}: {Errno.EISDIR.text}")
            return 126
        data = yield from process.read_file(path)
    except SyscallError as error:
        yield from shell.say(f"{process.argv[0]}: {path}: {error.text}")
        return 127 if error.errno is Errno.ENOENT else 126
    if b"\0" in data[:80].split(b"\n", 1)[0] or data.startswith(EXECUTABLE_MAGIC):
        yield from shell.say(f"{path}: {path}: cannot execute binary file")
        return 126
    text = data.decode("utf-8", "surrogateescape")
    shell.source = Source(name, name, process.machine.place_of(text))
    shell.name = name
    return text


def read_arguments(argv: list[str]) -> Invocation:
    """Sort out the command line of a shell."""
    call = Invocation()
    index = 1
    takes_command = standard_input = False
    while index < len(argv):
        word = argv[index]
        if word in ("--", "-"):
            index += 1
            break
        if word.startswith("--"):
            index += 1
            if word == "--posix":
                call.options.append(("posix", True))
            elif word == "--login":
                call.login = True
            elif word in ("--init-file", "--rcfile"):
                call.rcfile = argv[index] if index < len(argv) else ""
                index += 1
            elif word == "--norc":
                call.rcfile = None
            elif word == "--help":
                call.shows_version = call.shows_usage = True
            elif word == "--version":
                call.shows_version = True
            elif word not in ("--noprofile", "--noediting", "--verbose", "--restricted"):
                call.problem = f"{word}: invalid option"
                return call
            continue
        if len(word) < 2 or word[0] not in "-+":
            break
        index += 1
        on = word[0] == "-"
        for letter in word[1:]:
            if letter == "c":
                takes_command = True
            elif letter == "s":
                standard_input = True
            elif letter == "i":
                call.interactive = True
            elif letter == "l":
                call.login = True
            elif letter in "oO":
                names = SET_NAMES if letter == "o" else SHOPT_NAMES
                if index >= len(argv) or argv[index] not in names:
                    name = argv[index] if index < len(argv) else ""
                    call.problem = f"{name}: invalid {'' if letter == 'o' else 'shell '}option name"
                    return call
                call.options.append((argv[index], on))
                index += 1
            elif letter in SET_LETTERS:
                call.options.append((SET_LETTERS[letter], on))
            elif letter not in "rD":
                call.problem = f"{word[0]}{letter}: invalid option"
                return call
    rest = argv[index:]
    if takes_command:
        if not rest:
            call.problem = "-c: option requires an argument"
            return call
        call.command, rest = rest[0], rest[1:]
        if rest:
            call.name, rest = rest[0], rest[1:]
    elif rest and not standard_input:
        call.file, rest = rest[0], rest[1:]
    call.arguments = rest
    return call


def start(shell: Shell, call: Invocation) -> None:
    """What a new shell knows: its environment, its own variables, the options it was given."""
    process = shell.process
    shell.positional = call.arguments
    for name, value in process.environ.items():
        if name.isidentifier() and name.isascii():
            shell.names[name] = _starting(value, exported=True)
        elif name.startswith("BASH_FUNC_") and name.endswith("%%") and shell.dialect is BASH:
            _import_function(shell, name[10:-2], value)
    for name, on in call.options:
        switch(shell, name, on)
    _own_variables(shell)


def _import_function(shell: Shell, name: str, text: str) -> None:
    """A function that the parent shell has exported."""
    try:
        definition = Parser(f"{name} {text}").next_command()
    except ShellSyntaxError:
        return
    if isinstance(definition, FunctionDefinition) and definition.name == name:
        shell.functions[name] = definition
        shell.function_sources[name] = Source("environment", "environment")
        shell.exported_functions.add(name)


def _own_variables(shell: Shell) -> None:
    process, names = shell.process, shell.names

    def default(name: str, value: str, *, exported: bool = False) -> None:
        if name not in names or names[name].scalar(shell) is None:
            names[name] = _starting(value, exported=exported)

    names["IFS"] = _starting(" \t\n")
    default("PATH", PATH)
    default("PS4", "+ ")
    names["OPTIND"] = _starting("1", integer=not shell.dialect.almquist)
    cwd = logical(process.cwd)
    given = names.get("PWD")
    if given is None or given.value != cwd:
        names["PWD"] = _starting(cwd, exported=True)
    if "OLDPWD" not in names:
        names["OLDPWD"] = _starting(None, exported=True)
    level = names.get("SHLVL")
    depth = int(level.value) + 1 if level and level.value and level.value.lstrip("-").isdecimal() else 1
    names["PPID"] = _starting(str(process.parent_pid), integer=True, readonly=True)
    if shell.dialect.almquist:
        default("PS2", "> ")
        return
    names["SHLVL"] = _starting(str(depth), exported=True)
    default("HOSTNAME", process.machine.hostname)
    names["UID"] = _starting(str(process.uid), integer=True, readonly=True)
    names["EUID"] = _starting(str(process.uid), integer=True, readonly=True)
    names["OPTERR"] = _starting("1")
    names["BASH"] = _starting("/bin/bash" if shell.dialect is BASH else "/bin/sh")
    names["BASH_VERSION"] = _starting(VERSION)
    names["BASH_VERSINFO"] = _VERSIONS
    names["HOSTTYPE"] = _starting("x86_64")
    names["OSTYPE"] = _starting("linux-gnu")
    names["MACHTYPE"] = _starting("x86_64-pc-linux-gnu")
    shell.last_argument = process.environ.get("_", process.argv[0])
    names["_"] = COMPUTED["_"]


@lru_cache(maxsize=1024)
def _starting(value: str | None, *, exported: bool = False, integer: bool = False, readonly: bool = False) -> Variable:
    """A variable as shells start with it. They have it in common: `Table.own` copies what one of them changes."""
    variable = Variable(value, exported=exported)
    variable.integer = integer
    variable.readonly = readonly
    return variable


def _versions() -> Variable:
    variable = Variable()
    variable.indexed = variable.readonly = True
    variable.elements = dict(enumerate(["5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"]))
    return variable


_VERSIONS = _versions()
