"""Child shells: `( )`, pipeline stages, background jobs, command and process substitution."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain, count
from typing import TYPE_CHECKING, TypeAlias

from simk8s.errors import SimError
from simk8s.machine import Handle, NullHandle, Process, SyscallError
from simk8s.shell import arguments, job, trap
from simk8s.shell.control import BreakLoop, ContinueLoop, DiedOf, Discard, ExitShell, ReturnFrom, ShellError
from simk8s.shell.dispatch import begin
from simk8s.shell.limit import LONGEST_TEXT, too_deep, too_long
from simk8s.shell.syntax import Parser, ShellSyntaxError, parse
from simk8s.shell.syntax.dialect import Dialect
from simk8s.shell.syntax.expansion import only_input_file
from simk8s.shell.syntax.nodes import Command, Group, Pipeline, Sequence, SimpleCommand, Subshell
from simk8s.shell.syntax.parts import Backquoted, CommandSubstitution, FileSubstitution, ProcessSubstitution, Word
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_PIECE = 1 << 20

Body: TypeAlias = Callable[["Shell"], int | Run[int]]
"""What a shell process does."""


def life(shell: Shell, body: Body) -> Run[int]:
    """A shell process from its first command to its EXIT trap. Returns its status."""
    try:
        try:
            status = yield from _to_the_end(shell, body)
            if shell.traps.get("EXIT") and not shell.exiting:
                status = yield from trap.run_exit(shell, status)
        except DiedOf as death:
            status = yield from _die(shell, death.signal)
    except RecursionError:
        stop = too_deep("this script")
        stop.place = shell.place_of(shell.line)
        raise stop from None
    except SimError as error:
        error.place = error.place or shell.place_of(shell.line)
        raise
    return status & 0xFF


def _to_the_end(shell: Shell, body: Body) -> Run[int]:
    try:
        result = body(shell)
        status = result if isinstance(result, int) else (yield from result)
        if shell.pending:
            yield from trap.run_pending(shell)
        return status
    except (ExitShell, ReturnFrom, Discard) as end:
        return end.status
    except (BreakLoop, ContinueLoop):
        if shell.moment.evaluations:  # out of a substitution in a loop: bash leaves the EXIT trap out, too
            shell.exiting = True
        return 0


def _die(shell: Shell, signal: int) -> Run[int]:
    """Run the EXIT trap (unless it has run), then let the signal have its way."""
    if shell.traps.get("EXIT") and not shell.exiting:
        shell.dying = None
        try:
            yield from trap.run_exit(shell, 128 + signal)
        except DiedOf as again:
            signal = again.signal
    shell.process.on_signal(signal, None)
    yield from shell.process.raise_signal(signal)
    return 128 + signal


def fork(shell: Shell, body: Body, files: Mapping[int, Handle] | None = None) -> Run[Process]:
    """Start a copy of this shell that runs `body`. The copy is taken now, whatever happens before it first runs."""
    twin = shell.copy()
    trap.reset_for_subshell(twin)

    given = files.get(0) if files else None
    twin.input_given = shell.has_input_of_its_own or (given is not None and type(given) is not NullHandle)

    def main(process: Process) -> Run[int]:
        twin.adopt(process)
        return life(twin, body)

    return shell.process.fork(main, files=files)


def running(command: Command, *, exec_last: bool = True) -> Body:
    """The body of a child shell that runs one command and ends: the command may take over its process."""

    def body(shell: Shell) -> int | Run[int]:
        shell.may_exec = exec_last and shell.leaves_quietly
        become(shell, command)
        if type(command) is SimpleCommand:
            shell.is_stage = True
        else:
            shell.loops = 0  # only a lone `break` still knows the loop that it stands in
        return begin(shell, command)

    return body


def become(shell: Shell, command: Command) -> None:
    """This child is there for one command: its redirections stay for an EXIT trap, which not all kinds run at all.

    Nobody in here asks for the status of a simple command or a pipeline.
    """
    shell.moment.whole = command
    shell.is_stage = type(command) is Subshell
    if isinstance(command, SimpleCommand | Pipeline):
        shell.moment.guarded += 1
        shell.moment.excused = 1
    if isinstance(command, SimpleCommand | Group | Subshell):
        shell.moment.lasting = command.redirections
    else:
        shell.exiting = True


def wait_for(shell: Shell, child: Process) -> Run[int]:
    """The status of a child in the foreground. Traps that became due meanwhile run after it."""
    return _ended_among_jobs(shell, child) if shell.jobs else _ended(shell, child)


def _ended_among_jobs(shell: Shell, child: Process) -> Run[int]:
    status = yield from _ended(shell, child)
    yield from job.forget_ended(shell)
    return status


def _ended(shell: Shell, child: Process) -> Run[int]:
    while True:
        status = yield from shell.process.wait(child, interruptible="EXIT" in shell.traps)
        if shell.dying is not None:
            trap.check_dying(shell)
        if status is not None:
            return status


def substitute(shell: Shell, part: CommandSubstitution) -> Run[str]:
    """`$(...)`: what the commands write, without the newlines at its end."""
    body = part.body
    return captured(shell, _commands(body), shell.line - part.first_line) if body.commands else _nothing(shell)


def _nothing(shell: Shell) -> Run[str]:
    shell.substitution_status = 0
    return ""
    yield


def _commands(body: Sequence) -> Body:
    def run(shell: Shell) -> int | Run[int]:
        single = body.commands[0] if len(body.commands) == 1 else body
        shell.may_exec = len(body.commands) == 1 and not shell.traps
        return begin(shell, single)

    return run


def substitute_text(shell: Shell, part: Backquoted) -> Run[str]:
    """A command in backquotes: parsed now, by the child, as bash does."""

    def run(child: Shell) -> Run[int]:
        parser = Parser(
            part.text,
            child.dialect,
            extglob=child.options.extglob,
            first_line=part.line,
            first_column=part.column + 1,
        )
        child.line_shift = child.line - part.line  # in messages, bash counts from where the command ends
        status = 0
        if (target := input_file(part, child.dialect)) is not None:
            child.may_exec = False
            text = yield from substitute_file(child, FileSubstitution(part.line, part.column, target, part.text))
            yield from child.process.write(1, text.encode("utf-8", "surrogateescape"))
            return child.substitution_status or 0
        while True:
            try:
                parser.aliases = child.known_aliases
                command = parser.next_command()
            except ShellSyntaxError as error:
                for line in _numbered_from_one(error, part.line).lines(f"{child.label}: command substitution"):
                    yield from child.say(line)
                return 2
            if command is None:
                return status
            result = begin(child, command)
            status = result if isinstance(result, int) else (yield from result)

    return (yield from captured(shell, run))


def input_file(part: Backquoted, dialect: Dialect) -> Word | None:
    """The file of a `<file` in backquotes."""
    if not part.text.lstrip().startswith("<") or not dialect.file_substitution:
        return None
    try:
        return only_input_file(parse(part.text, dialect))
    except ShellSyntaxError:
        return None


def _numbered_from_one(error: ShellSyntaxError, first_line: int) -> ShellSyntaxError:
    """bash counts the lines inside backquotes on their own."""
    return ShellSyntaxError(error.message, error.line - first_line + 1, error.column, second=error.second)


def captured(shell: Shell, body: Body, shift: int | None = None) -> Run[str]:
    """What a child that runs `body` writes, without the newlines at its end."""

    def run(child: Shell) -> int | Run[int]:
        if not (child.options.get("inherit_errexit") or child.dialect.posix):
            child.options.errexit = False
        child.moment.guarded = int(shell.moment.guarded > shell.moment.inverted + shell.moment.excused)
        child.moment.inverted = 0
        child.trace_depth += 1
        child.moment.evaluations = 1
        child.moment.resting_line = 0
        if shift is not None:
            child.line_shift = shift
        return body(child)

    reader, writer = shell.process.pipe()
    pieces = []
    try:
        try:
            child = yield from fork(shell, run, {1: writer})
        finally:
            writer.release()
        length = 0
        while data := (yield from reader.read(shell.process, _PIECE)):
            pieces.append(bytes(data))
            length += len(data)
            if length > LONGEST_TEXT:
                raise too_long("the output of a command substitution")
    finally:
        reader.release()
    shell.substitution_status = shell.status = yield from _ended(shell, child)
    data = b"".join(pieces)
    return (yield from _without_nulls(shell, data)) if b"\0" in data else _text(data)


def _without_nulls(shell: Shell, data: bytes) -> Run[str]:
    yield from shell.complain("warning: command substitution: ignored null byte in input")
    return _text(data.replace(b"\0", b""))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").rstrip("\n")


def substitute_file(shell: Shell, part: FileSubstitution) -> Run[str]:
    """`$(<file)`"""
    names = yield from arguments.expand_words(shell, (part.target,))
    if len(names) != 1:
        raise ShellError(f"{part.target.source}: ambiguous redirect")
    try:
        data = yield from shell.process.read_file(names[0])
    except SyscallError as error:
        yield from shell.complain(f"{names[0]}: {error.text}")
        if shell.options.errexit:  # bash does not ask whether failures count here
            raise ExitShell(shell.status or 1) from error
        shell.substitution_status = shell.status = 1
        return ""
    shell.substitution_status = shell.status = 0
    return (yield from _without_nulls(shell, data)) if b"\0" in data else _text(data)


def substitute_process(shell: Shell, part: ProcessSubstitution) -> Run[str]:
    """`<(...)` or `>(...)`: a path that leads to the other end of the commands' output or input."""
    process = shell.process
    reader, writer = process.pipe()
    mine, theirs, fd = (reader, writer, 1) if part.direction == "<" else (writer, reader, 0)
    body = part.body
    child = yield from fork(shell, _substituted(body, shell.line - part.first_line), {fd: theirs})
    theirs.release()
    number = next(n for n in chain(range(63, 9, -1), count(64)) if n not in process.files)
    process.install(mine, number)
    shell.substituted_files.append(number)
    shell.background_pid = child.pid
    shell.substituting[child.pid] = child
    return f"/dev/fd/{number}"


def _substituted(body: Sequence, shift: int) -> Body:
    def run(shell: Shell) -> int | Run[int]:
        shell.moment.guarded = shell.moment.inverted = 0
        shell.moment.evaluations = 1
        shell.moment.resting_line = 0
        shell.line_shift = shift
        for number in shell.substituted_files:
            if number in shell.process.files:
                shell.process.close(number)
        shell.substituted_files = []
        return begin(shell, body)

    return run


def close_substituted(shell: Shell, before: int) -> None:
    """A command is through: the ends that its process substitutions held are closed."""
    while len(shell.substituted_files) > before:
        number = shell.substituted_files.pop()
        if number in shell.process.files:
            shell.process.close(number)
