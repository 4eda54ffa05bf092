"""Running text as commands: scripts, `eval`, `source`, traps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import Errno, SyscallError
from simk8s.shell import ending, message
from simk8s.shell.control import Discard, ExitShell
from simk8s.shell.dispatch import begin, execute
from simk8s.shell.prompt import expand_prompt
from simk8s.shell.syntax import Parser, ShellSyntaxError
from simk8s.shell.syntax.nodes import Command
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def run_text(shell: Shell, text: str, reader: str, *, first_line: int = 1, sourced: bool = False) -> Run[int]:
    """Run every command of `text`, one complete command at a time; a syntax error ends it (status 2; in an array 1).

    `reader` stands in the message of a syntax error (`eval`); empty: the text is the shell's own script, or
    (`sourced`) a file that it reads.
    """
    parser = Parser(text, shell.dialect, first_line=first_line)
    status = 0
    outside = shell.moment.guarded, shell.moment.inverted, shell.loops
    resting_line = shell.moment.resting_line
    while True:
        try:
            command = _next(shell, parser)
        except ShellSyntaxError as error:
            if shell.options.errexit and shell.moment.failures_count and not shell.dialect.almquist:
                error.second = None  # with its first line the message is out, and bash ends
                yield from report(shell, error, reader, sourced=sourced)
                yield from ending.by_error(shell, 2)
            yield from report(shell, error, reader, sourced=sourced)
            shell.status = 1 if error.status == 1 else 2
            inside = reader == "eval" and error.status == 127 and shell.reading_mode == "c"
            if shell.level and error.status == 1:
                raise Discard(1) from error
            if shell.dialect.posix or inside:
                raise ExitShell(127 if inside else 2) from error
            return shell.status
        for line, warning in parser.warnings:
            yield from warn(shell, line, warning)
        if command is None:
            return status
        if shell.options.noexec:
            continue
        shell.moment.resting_line = parser.last_line
        try:
            status = yield from execute(shell, command)
        except Discard as end:
            if shell.level or end.status > 128:  # a subshell gives up altogether, and so does who is interrupted
                raise
            status = shell.status = end.status
            shell.moment.guarded, shell.moment.inverted, shell.loops = outside
        finally:
            shell.moment.resting_line = resting_line


def _next(shell: Shell, parser: Parser) -> Command | None:
    """The parser's next command, by today's options."""
    parser.dialect = shell.dialect
    parser.extglob = shell.options.extglob
    parser.aliases = shell.known_aliases
    return parser.next_command()


def report(shell: Shell, error: ShellSyntaxError, reader: str, *, sourced: bool = False) -> Run[None]:
    """Print a syntax error as this shell does."""
    if shell.dialect.almquist:
        shell.line = error.line
        said = message.syntax_error(error, shell.dialect)
        yield from shell.complain(f"{reader}: {said}" if reader else said)
        return
    if reader:
        prefix = f"{shell.label}: {reader}"
    else:
        prefix = f"{shell.label}: -c" if shell.reading_mode == "c" and not sourced else shell.label
    for line in error.lines(prefix):
        yield from shell.say(line)


def warn(shell: Shell, line: int, warning: str) -> Run[None]:
    """A here-document that ends with the text; the ash family does not mind."""
    if not shell.dialect.almquist:
        yield from shell.say(f"{shell.label}: line {line}: {warning}")


def run_script(shell: Shell, text: str) -> Run[int]:
    """Run the shell's own script: a `-c` text or a file. The last command of a `-c` text may take over the process."""
    parser = Parser(text, shell.dialect)
    status = 0
    while True:
        try:
            command = _next(shell, parser)
        except ShellSyntaxError as error:
            yield from report(shell, error, "")
            if shell.reading_mode != "c":
                return _unread(shell, error)
            return shell.status if error.status is None else error.status
        for line, warning in parser.warnings:
            yield from warn(shell, line, warning)
        if command is None:
            return status
        if shell.options.verbose:
            yield from shell.write(2, parser.last_text)
        if shell.options.history:
            shell.history.append(parser.last_text.strip())
        if shell.options.noexec:
            continue
        shell.moment.resting_line = parser.last_line
        shell.may_exec = shell.reading_mode == "c" and parser.at_end and not shell.traps
        try:
            result = begin(shell, command)
            status = result if isinstance(result, int) else (yield from result)
        except Discard as end:
            if end.aborts and shell.reading_mode == "c":
                raise ExitShell(1) from end
            status = shell.status = end.status
            shell.moment.guarded = shell.moment.inverted = shell.loops = 0


def _unread(shell: Shell, error: ShellSyntaxError) -> int:
    """What a script ends with that cannot be read on."""
    return shell.status if error.status is None else 1 if error.status == 1 else 2


def run_input(shell: Shell) -> Run[int]:
    """Run commands from standard input as they come: no more is read than each complete command needs."""
    status = 0
    text = ""
    first_line = line = 1
    ended = False
    while not ended:
        if shell.interactive:
            if not text:
                yield from _run_prompt_commands(shell)
            prompt = yield from expand_prompt(shell, shell.get("PS2" if text else "PS1") or "")
            yield from shell.write(2, prompt)
        try:
            data = yield from shell.process.read_until(0, b"\n")
        except SyscallError as error:
            if not shell.interactive or error.errno is not Errno.EINTR:
                raise
            text, status, shell.status = "", 130, 130  # Ctrl-C: what was typed so far is forgotten
            continue
        ended = not data.endswith(b"\n")
        text += data.decode("utf-8", "surrogateescape")
        if not ended and (not text.strip() or _unfinished(shell, text, first_line)):
            line += 1
            continue
        line += 1
        shell.moment.guarded = shell.moment.inverted = 0
        status = yield from _run_piece(shell, text, first_line, status)
        text, first_line = "", line
    if shell.interactive:
        yield from shell.say("exit")
    return status


def _run_prompt_commands(shell: Shell) -> Run[None]:
    """What PROMPT_COMMAND wants before each prompt; `$?` is the same after it."""
    commands = shell.names.get("PROMPT_COMMAND")
    status = shell.status
    for command in commands.values(shell) if commands is not None else ():
        try:
            yield from run_text(shell, command, "PROMPT_COMMAND")
        except Discard:
            pass
        shell.status = status


def _unfinished(shell: Shell, text: str, first_line: int) -> bool:
    """Whether more lines may make a complete command of the text."""
    parser = Parser(text, shell.dialect, extglob=shell.options.extglob, first_line=first_line)
    try:
        while parser.next_command() is not None:
            if parser.warnings:
                return True
    except ShellSyntaxError as error:
        return "unexpected end of file" in error.message or "unexpected EOF" in error.message
    stripped = text.rstrip("\n")
    return stripped.endswith("\\") and not stripped.endswith("\\\\")


def _run_piece(shell: Shell, text: str, first_line: int, before: int) -> Run[int]:
    parser = Parser(text, shell.dialect, first_line=first_line)
    status = before
    while True:
        try:
            command = _next(shell, parser)
        except ShellSyntaxError as error:
            yield from report(shell, error, "")
            if shell.interactive:
                return 2
            raise ExitShell(_unread(shell, error)) from error
        if command is None:
            return status
        if shell.options.verbose:
            yield from shell.write(2, parser.last_text)
        if shell.options.noexec:
            continue
        shell.moment.resting_line = parser.last_line
        try:
            status = yield from execute(shell, command)
        except Discard as end:
            status = shell.status = end.status
            shell.moment.guarded = shell.moment.inverted = shell.loops = 0
