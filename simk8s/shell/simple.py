"""Simple commands: expand the words, set up redirections and assignments, run a function, built-in or program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import Exec, SyscallError
from simk8s.shell import (
    arguments,
    array,
    assignment,
    ending,
    expansion,
    external,
    failure,
    function,
    step,
    subshell,
    temporary,
    trace,
    trap,
)
from simk8s.shell.builtins import usage
from simk8s.shell.builtins.registry import BUILTINS, SPECIAL, find_builtin
from simk8s.shell.control import BuiltinError, Discard, ExitShell, ShellError
from simk8s.shell.dispatch import runs
from simk8s.shell.redirection import RedirectionError, is_constant, redirect
from simk8s.shell.syntax.nodes import ArrayValue, Assignment, FunctionDefinition, SimpleCommand
from simk8s.shell.syntax.parts import Word
from simk8s.shell.variables import Variable
from simk8s.shell.wordless import only_assign
from simk8s.sim import Run, Waits

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@runs(SimpleCommand)
def run_simple(shell: Shell, node: SimpleCommand) -> int | Run[int]:
    """Run one simple command: a step that may be the last one of this process."""
    shell.line = node.told + shell.line_shift
    may_exec, shell.may_exec = shell.may_exec and shell.takes_over(node), False
    if shell.is_watched or shell.pending or shell.dying is not None:
        return _run_watched(shell, node, may_exec)
    shell.current_command = node
    rest = step.take(shell, node)
    if rest:
        return _run(shell, node, may_exec, rest)
    if not node.is_plain or (node.words and not _is_quick(shell, node.name)):
        return _run(shell, node, may_exec)
    try:
        if node.words:
            words = arguments.words_now(shell, node.words)  # type: ignore[arg-type]  # a plain command has only words
        else:
            for item in node.assignments:
                value = expansion.string_now(shell, item.value)  # type: ignore[arg-type]  # and assigns no array
                assignment.assign(shell, item.name, value, append=item.append)
    except ShellError as error:
        return _reported(shell, error)
    if node.words:
        return _run_quick(shell, words)
    shell.last_argument = ""
    return failure.ended(shell, 0)


def _run_watched(shell: Shell, node: SimpleCommand, may_exec: bool) -> Run[int]:
    """The same where traps may have to run before the command."""
    if shell.pending:
        yield from trap.run_pending(shell)
    if shell.dying is not None:
        trap.check_dying(shell)
    yield from step.take(shell, node)
    if not shell.active_traps and shell.status_before_trap is None:
        shell.current_command = node
    refused = bool((yield from trap.run_event(shell, "DEBUG"))) if not shell.active_traps else False
    if refused and shell.options.get("extdebug"):
        shell.status = 0
        return 0
    return (yield from _run(shell, node, may_exec))


def _run(shell: Shell, node: SimpleCommand, may_exec: bool, rest: Waits = ()) -> Run[int]:
    """The command itself, behind the rest of its step."""
    yield from rest
    shell.substitution_status = None
    trapped = bool(shell.traps) and bool(shell.traps.get("ERR"))
    opened = len(shell.substituted_files)
    try:
        if node.is_ready:
            words = arguments.words_now(shell, node.words)  # type: ignore[arg-type]
        else:
            words = yield from _arguments(shell, node.words)
        if shell.remarks:
            yield from shell.tell_remarks()
        if words:
            excused, shell.moment.excused = shell.moment.excused, 0
            shell.moment.inverted += excused
            try:
                if shell.options.xtrace and not node.assignments:
                    yield from trace.show_words(shell, words)
                status = yield from _run_words(shell, node, words, may_exec)
            finally:
                shell.moment.excused = excused
                shell.moment.inverted -= excused
        else:
            status = yield from only_assign(shell, node)
            if shell.remarks:
                yield from shell.tell_remarks()
    except ShellError as error:
        return (yield from _reported(shell, error))
    except ExitShell as end:
        if end.by_simple and node.redirections:
            yield from ending.by_failure(shell, end.status, simple=False)
        raise
    except Exec:
        opened = len(shell.substituted_files)
        raise
    finally:
        if shell.substituted_files:
            subshell.close_substituted(shell, opened)
    shell.status = status
    shell.pipe_statuses = [status]
    if shell.pending:
        yield from trap.run_pending(shell)
    if shell.dying is not None:
        trap.check_dying(shell)
    if status and shell.moment.failures_count:
        yield from failure.failed(shell, status, simple=True, trapped=trapped)
    return status


def _reported(shell: Shell, error: ShellError) -> Run[int]:
    yield from failure.report(shell, error)
    return 1


QUICK = frozenset([":", "[", "break", "continue", "echo", "false", "printf", "shift", "test", "true"])
"""Built-ins of every dialect that start nothing and never take over the process."""


def _is_quick(shell: Shell, name: str | None) -> bool:
    return name in QUICK and name not in shell.functions and name not in shell.disabled


def _run_quick(shell: Shell, words: list[str]) -> int | Run[int]:
    """One of them, with nothing but its words."""
    try:
        result = BUILTINS[words[0]](shell, words)
    except (BuiltinError, ShellError, SyscallError) as error:
        return _finish_quick(shell, words, _told(shell, words[0], error))
    if not isinstance(result, int):
        return _finish_quick(shell, words, _answered(shell, words[0], result))
    shell.last_argument = words[-1]
    return failure.ended(shell, result, simple=True)


def _finish_quick(shell: Shell, words: list[str], running: Run[int]) -> Run[int]:
    status = yield from running
    shell.last_argument = words[-1]
    result = failure.ended(shell, status, simple=True)
    return result if isinstance(result, int) else (yield from result)


def _arguments(shell: Shell, words: tuple[Word | Assignment, ...]) -> Run[list[str]]:
    for word in words:
        if type(word) is not Word:
            return _declared(shell, words)
    return arguments.expand_words(shell, words)  # type: ignore[arg-type]


def _declared(shell: Shell, words: tuple[Word | Assignment, ...]) -> Run[list[str]]:
    """The words of `declare` and its like, where assignments are not split."""
    result: list[str] = []
    for word in words:
        if isinstance(word, Word):
            result.extend((yield from arguments.expand_words(shell, (word,))))
            continue
        name = word.name
        if word.subscript is not None:
            name += f"[{yield from expansion.expand_subscript(shell, name, word.subscript)}]"
        sign = "+=" if word.append else "="
        if isinstance(word.value, ArrayValue):
            associative = any(option[0] == "-" and "A" in option for option in result[1:] if option)
            elements = yield from array.expand_array(shell, word.name, word.value, associative=associative)
            if shell.options.xtrace:
                yield from trace.show_line(shell, f"{name}{sign}({array.shown(elements)})")
            result.append(array.ArrayArgument(name, elements, word.append))
        else:
            result.append(name + sign + (yield from expansion.expand_string(shell, word.value)))
    return result


def _run_words(shell: Shell, node: SimpleCommand, words: list[str], may_exec: bool) -> Run[int]:
    name = words[0]
    builtin = find_builtin(shell, name)
    special = name in SPECIAL and builtin is not None
    definition = None if special and shell.dialect.posix else shell.functions.get(name)
    if node.assignments or node.redirections:
        is_program = builtin is None and definition is None
        return _run_inside(shell, node, words, may_exec, definition, is_program=is_program, special=special)
    if definition is not None:
        return function.call(shell, definition, words, node.line)
    if builtin is not None:
        return _run_builtin(shell, words, may_exec)
    return external.run(shell, words, node, may_exec)


def _run_inside(
    shell: Shell,
    node: SimpleCommand,
    words: list[str],
    may_exec: bool,
    definition: FunctionDefinition | None,
    *,
    is_program: bool,
    special: bool,
) -> Run[int]:
    """The same inside of the assignments and redirections of the command."""
    name = words[0]
    restored: dict[str, Variable | None] = {}
    if node.assignments:
        restored = yield from temporary.assign(shell, node.assignments)
        if shell.options.xtrace:
            yield from trace.show_words(shell, words)
    hiding = temporary.exchange(shell, restored)  # redirections do not see what is assigned in front of the command
    child_shell = shell
    if is_program and any(not is_constant(item) for item in node.redirections):
        child_shell = shell.copy()  # what the expansions assign is the child's
        child_shell.level = shell.level
        child_shell.traps = {}
    shell.moment.redirected += bool(node.redirections)
    try:
        try:
            saved = yield from redirect(child_shell, node.redirections, child=child_shell is not shell)
        except ShellError as error:
            if child_shell is shell:
                raise
            return (yield from _failed_child(child_shell, error))
        except RedirectionError as error:
            status = 2 if shell.dialect.almquist else 1
            if special and shell.dialect.posix:
                raise ExitShell(status) from error
            return status
        finally:
            restored = temporary.exchange(shell, hiding)
        if is_program:
            try:
                child = yield from external.start(shell, words, node, may_exec)
            except Exec:
                saved.keep(shell)
                raise
            finally:
                saved.put_back(shell)
            temporary.restore(shell, restored)
            restored = {}
            return child if isinstance(child, int) else (yield from external.finish(shell, child, node))
        if node.redirections is shell.moment.lasting:
            saved.keep(shell)
        try:
            if definition is not None:
                if shell.dialect.almquist:
                    return (yield from function.call(shell, definition, words, node.line))
                hidden, restored = restored, {}
                return (yield from function.call(shell, definition, words, node.line, hidden))
            before, shell.in_front = shell.in_front, restored
            try:
                status = yield from _run_builtin(shell, words, may_exec)
            finally:
                shell.in_front = before
            if name not in ("eval", ".", "source"):  # what is said in a text holds for that text
                restored = {given: old for given, old in restored.items() if not temporary.stays(shell, given)}
            if name == "exec" and status == 0:
                saved.keep(shell)
                shell.own_input = shell.process.files.get(0)
            return status
        except Exec:
            saved.keep(shell)
            raise
        finally:
            saved.put_back(shell)
    finally:
        shell.moment.redirected -= bool(node.redirections)
        if not (special and shell.dialect.posix):
            temporary.restore(shell, restored)


def _failed_child(shell: Shell, error: ShellError) -> Run[int]:
    """An error in a child before its program runs: this shell goes on."""
    try:
        yield from failure.report(shell, error)
    except (ExitShell, Discard) as end:
        return end.status
    return 1


def _run_builtin(shell: Shell, words: list[str], may_exec: bool) -> Run[int]:
    name = words[0]
    shell.may_exec = may_exec and name in ("exec", "command", "eval", ".", "source")
    try:
        result = BUILTINS[name](shell, words)
        status = result if isinstance(result, int) else (yield from result)
        if shell.remarks:
            yield from shell.tell_remarks()
    except (BuiltinError, ShellError, SyscallError) as error:
        status = yield from _told(shell, name, error)
    finally:
        shell.may_exec = False
    shell.last_argument = words[-1]
    return status


def _answered(shell: Shell, name: str, running: Run[int]) -> Run[int]:
    """A built-in's status; its errors are told."""
    try:
        return (yield from running)
    except (BuiltinError, ShellError, SyscallError) as error:
        return (yield from _told(shell, name, error))


def _told(shell: Shell, name: str, error: BuiltinError | ShellError | SyscallError) -> Run[int]:
    """Tell of a built-in's error; its status."""
    if isinstance(error, SyscallError):
        yield from shell.complain(f"{name}: write error: {error.text}")
        status = 1
    elif isinstance(error, BuiltinError):
        yield from usage.tell(shell, name, error)
        status = error.status
    else:
        if error.value and not error.fatal:
            error.message = f"{name}: {error.message}"
        if error.fatal or error.aborts:
            yield from failure.report(shell, error)
        yield from shell.complain(error.message)
        status = error.status
    if name in SPECIAL and shell.dialect.posix and status and name not in ("eval", "exec", "trap", "shift"):
        raise ExitShell(2 if shell.dialect.almquist else status)
    return status
