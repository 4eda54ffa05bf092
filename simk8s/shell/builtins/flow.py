"""Control flow: `break`, `return`, `exit`, `eval`, `source`, `exec`, `command`, `builtin`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import Errno, SyscallError, find_on_path
from simk8s.machine.program import DEFAULT_PATH
from simk8s.shell import ending, evaluation, external, trap
from simk8s.shell.builtins import registry, usage
from simk8s.shell.builtins.directories import logical
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import UsageError, parse
from simk8s.shell.control import BreakLoop, BuiltinError, ContinueLoop, ExitShell, ReturnFrom, ShellError
from simk8s.shell.environment import child_environment
from simk8s.shell.scope import Frame
from simk8s.shell.source import Source
from simk8s.shell.syntax.nodes import SimpleCommand
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@builtin(":", "true")
def true(shell: Shell, words: list[str]) -> int:
    return 0


@builtin("false")
def false(shell: Shell, words: list[str]) -> int:
    return 1


@builtin("break", "continue")
def leave_loop(shell: Shell, words: list[str]) -> Run[int]:
    """`break [n]`, `continue [n]`"""
    shell.status = 0
    if shell.loops == 0:
        if not shell.dialect.posix:
            yield from shell.complain(f"{words[0]}: only meaningful in a `for', `while', or `until' loop")
        return 0
    levels = 1
    if len(words) > 1:
        if not words[1].lstrip("+").isdecimal() and not words[1].lstrip("-").isdecimal():
            yield from shell.complain(f"{words[0]}: {words[1]}: numeric argument required")
            raise ExitShell(128)
        levels = int(words[1])
        if len(words) > 2:
            raise ShellError(f"{words[0]}: too many arguments", aborts=True)
        if levels < 1:
            yield from shell.complain(f"{words[0]}: {words[1]}: loop count out of range")
            raise BreakLoop(shell.loops, 1)
    raise (BreakLoop if words[0] == "break" else ContinueLoop)(levels)


@builtin("return")
def return_(shell: Shell, words: list[str]) -> Run[int]:
    if not shell.table.frames and shell.dialect.almquist:
        raise ExitShell((yield from _status(shell, words)))
    if not shell.table.frames:
        yield from shell.complain("return: can only `return' from a function or sourced script")
        if shell.dialect.posix:
            raise ExitShell(2)
        return 2
    status = yield from _status(shell, words)
    if len(shell.table.frames) == shell.table.inherited and not shell.dialect.almquist:
        yield from ending.by_exit(shell, status)  # a subshell inside the function ends
    raise ReturnFrom(status)


@builtin("logout")
def logout(shell: Shell, words: list[str]) -> int:
    raise BuiltinError("not login shell: use `exit'")


@builtin("exit")
def exit_(shell: Shell, words: list[str]) -> Run[int]:
    status = yield from _status(shell, words)
    if shell.dialect.almquist:
        raise ExitShell(status)
    return (yield from ending.by_exit(shell, status))


def _status(shell: Shell, words: list[str]) -> Run[int]:
    """The status that `exit` or `return` was given, else that of the last command."""
    operands = [word for word in words[1:] if word != "--"]
    if not operands:
        before = shell.status_before_trap
        return shell.status if before is None or (words[0] == "exit" and not shell.exiting) else before
    try:
        status = int(operands[0]) & 0xFF
        if len(operands) > 1:
            raise ShellError(f"{words[0]}: too many arguments", aborts=True)
        return status
    except ValueError:
        yield from shell.complain(f"{words[0]}: {operands[0]}: numeric argument required")
        return 2


@builtin("eval")
def eval_(shell: Shell, words: list[str]) -> Run[int]:
    _, operands = parse(words, "")
    text = " ".join(operands)
    if not text.strip():
        return 0
    shell.may_exec = False
    shell.trace_depth += 1
    try:
        running = evaluation.run_text(shell, text, "eval", first_line=shell.line)
        return (yield from ending.evaluated(shell, running))
    finally:
        shell.trace_depth -= 1


@builtin("source", ".")
def source(shell: Shell, words: list[str]) -> Run[int]:
    """Run a file's commands in this shell."""
    operands = words[2:] if words[1:2] == ["--"] else words[1:]
    if not operands:
        raise UsageError(words[0], "filename argument required")
    path = _found(shell, operands[0])
    try:
        if shell.process.is_directory(path):
            raise BuiltinError(f"{operands[0]}: {Errno.EISDIR.text.lower()}")
        text = yield from shell.process.read_file(path)
    except SyscallError as error:
        if shell.dialect.almquist:
            yield from shell.complain(f"{words[0]}: {operands[0]}: {error.text}")
            raise ExitShell(2) from error
        if shell.dialect.posix and "/" not in operands[0]:
            raise BuiltinError(f"{operands[0]}: file not found") from error
        if shell.options.errexit and shell.moment.failures_count:  # at once, without the ERR trap
            yield from shell.complain(f"{operands[0]}: {error.text}")
            yield from ending.by_error(shell, shell.status)
        raise ShellError(f"{operands[0]}: {error.text}") from error
    return (yield from run_file(shell, path, text, operands[1:]))


def run_file(shell: Shell, path: str, content: bytes, arguments: list[str]) -> Run[int]:
    """The commands of a sourced file, with its own positional parameters where it is given any."""
    text = content.decode("utf-8", "surrogateescape").replace("\0", "")
    positional = shell.positional
    given = bool(arguments)
    set_before, shell.positional_set = shell.positional_set, False
    if given:
        shell.positional = arguments
    shell.sources.append(Source(path, path, shell.process.machine.place_of(text)))
    shell.table.push(Frame("source", path, shell.line))
    shell.trace_depth += 1
    shell.may_exec = False
    line = shell.line
    try:
        try:
            running = evaluation.run_text(shell, text, "", sourced=True)
            status = shell.status = yield from ending.evaluated(shell, running)
        except ReturnFrom as back:
            status = back.status
        if "RETURN" in shell.traps:
            yield from trap.run_event(shell, "RETURN")
        return status
    finally:
        shell.trace_depth -= 1
        locals_of_caller(shell)
        shell.sources.pop()
        shell.line = line
        if given and (not shell.positional_set or shell.in_function):
            shell.positional = positional
        shell.positional_set = set_before


def locals_of_caller(shell: Shell) -> None:
    """Leave a sourced file. What it made local belongs to the function that sourced it."""
    frame = shell.table.frames.pop()
    if shell.table.frames:
        below = shell.table.frame()
        for name, outer in frame.saved.items():
            below.saved.setdefault(name, outer)


def _found(shell: Shell, name: str) -> str:
    if "/" in name or not shell.options.get("sourcepath"):
        return name
    return find_on_path(shell.process, name, shell.get("PATH") or "") or name


@builtin("exec")
def exec_(shell: Shell, words: list[str]) -> Run[int]:
    """Become a program; without one, redirections stay (that part is done by the caller)."""
    options, operands = parse(words, "cl", "a")
    if not operands:
        return 0
    given = dict(options)
    environment = {} if "c" in given else child_environment(shell, inside=0 if shell.level or shell.is_stage else -1)
    path = external.find(shell, operands[0])
    if path is None:
        yield from shell.complain(f"exec: {operands[0]}: not found")
        return _not_become(shell, 127)
    argv = [given.get("a", operands[0]), *operands[1:]]
    if "l" in given:
        argv[0] = "-" + argv[0]
    try:
        yield from shell.process.exec(argv, env=environment, path=path)
    except SyscallError as error:
        if error.errno is Errno.ENOEXEC:
            yield from external.as_script(shell, argv, path, environment, True)
        shown = path if path.startswith("/") else logical(f"{shell.process.cwd}/{path}")
        return _not_become(shell, (yield from external.refuse(shell, shown, error)))
    return 0


def _not_become(shell: Shell, status: int) -> int:
    """A shell that was to become a program that cannot run ends, unless `execfail` is set."""
    if shell.options.get("execfail"):
        return status
    raise ExitShell(status)


@builtin("command")
def command(shell: Shell, words: list[str]) -> Run[int]:
    """Run a command without looking for functions; `-v` and `-V` say what it is."""
    from simk8s.shell.builtins.lookup import describe

    options, operands = parse(words, "pVv")
    letters = {letter for letter, _ in options}
    if letters & {"v", "V"}:
        return (yield from describe(shell, operands, brief="v" in letters))
    if not operands:
        return 0
    if "p" in letters and "/" not in operands[0] and registry.find_builtin(shell, operands[0]) is None:
        external.find(shell, operands[0])  # brings what is remembered up to date with PATH
        path = find_on_path(shell.process, operands[0], DEFAULT_PATH)
        if path is None:
            yield from shell.complain(f"{operands[0]}: command not found")
            return 127
        shell.hashed[operands[0]] = path
    return (yield from _run(shell, operands))


@builtin("builtin")
def builtin_(shell: Shell, words: list[str]) -> Run[int]:
    _, operands = parse(words, "")
    if not operands:
        return 0
    if registry.find_builtin(shell, operands[0]) is None:
        raise BuiltinError(f"{operands[0]}: not a shell builtin")
    return (yield from _run(shell, operands))


def _run(shell: Shell, words: list[str]) -> Run[int]:
    run = registry.find_builtin(shell, words[0])
    if run is None:
        may_exec, shell.may_exec = shell.may_exec, False
        node = SimpleCommand(shell.line, 1, (), (), (), " ".join(words), shell.line)
        return (yield from external.run(shell, words, node, may_exec))
    try:
        result = run(shell, words)
        return result if isinstance(result, int) else (yield from result)
    except BuiltinError as error:
        yield from usage.tell(shell, words[0], error)
        return error.status
