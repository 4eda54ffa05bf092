"""Compound commands: conditions, loops, groups, subshells, tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simk8s.machine import Exec
from simk8s.shell import assignment, conditional, expansion, failure, job, pattern, subshell, trace, trap
from simk8s.shell.control import BreakLoop, ContinueLoop, ExitShell, ShellError
from simk8s.shell.dispatch import execute, runs
from simk8s.shell.redirection import RedirectionError, redirect
from simk8s.shell.shell import Source
from simk8s.shell.syntax.nodes import (
    ArithmeticCommand,
    ArithmeticFor,
    Case,
    Conditional,
    For,
    FunctionDefinition,
    Group,
    If,
    Redirection,
    Select,
    Sequence,
    Subshell,
    While,
    Word,
)
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def redirected(
    shell: Shell, line: int, redirections: tuple[Redirection, ...], body: Callable[[], Run[int]]
) -> Run[int]:
    """Run `body` with the descriptors that the redirections make."""
    if not redirections:
        return (yield from body())
    shell.may_exec = False
    before = len(shell.substituted_files)
    try:
        saved = yield from redirect(shell, redirections)
    except RedirectionError as error:
        shell.line = line + shell.line_shift
        yield from shell.complain(error.message)
        shell.status = 1
        if not shell.guarded:
            yield from failure.failed(shell, 1)
        return 1
    except ShellError as error:
        yield from failure.report(shell, error)
        return 1
    try:
        try:
            return (yield from body())
        except ShellError as error:
            yield from failure.report(shell, error)
            return 1
    except Exec:
        saved.keep()
        before = len(shell.substituted_files)
        raise
    finally:
        saved.put_back(shell)
        subshell.close_substituted(shell, before)


def checked(shell: Shell, status: int) -> Run[int]:
    """A command of its own has this status: a failure may end the shell."""
    shell.status = status
    shell.pipe_statuses = [status]
    if status and not shell.guarded:
        yield from failure.failed(shell, status)
    return status


@runs(Group)
def run_group(shell: Shell, node: Group) -> Run[int]:
    return redirected(shell, node.line, node.redirections, lambda: execute(shell, node.body))


@runs(Subshell)
def run_subshell(shell: Shell, node: Subshell) -> Run[int]:
    """`( )`. Redirections and commands belong to the child."""
    if shell.may_exec and not shell.traps:  # this process is itself a child with nothing else to do
        shell.level += 1
        return (yield from redirected(shell, node.line, node.redirections, lambda: execute(shell, node.body)))

    def body(child: Shell) -> Run[int]:
        child.may_exec = not child.traps and not node.redirections
        return redirected(child, node.line, node.redirections, lambda: execute(child, node.body))

    child = yield from subshell.fork(shell, body)
    status = yield from subshell.wait_for(shell, child)
    if child.signal is not None:
        yield from job.tell_end(shell, child, node)
    return (yield from checked(shell, status))


@runs(If)
def run_if(shell: Shell, node: If) -> Run[int]:
    return redirected(shell, node.line, node.redirections, lambda: _if(shell, node))


def _if(shell: Shell, node: If) -> Run[int]:
    may_exec = shell.may_exec
    for condition, body in node.branches:
        if (yield from _condition(shell, condition)) == 0:
            shell.may_exec = may_exec
            return (yield from execute(shell, body))
    if node.otherwise is not None:
        shell.may_exec = may_exec
        return (yield from execute(shell, node.otherwise))
    shell.status = 0
    return 0


def _condition(shell: Shell, condition: Sequence) -> Run[int]:
    """Run commands whose failure is an answer, not an error."""
    shell.may_exec = False
    shell.guarded += 1
    try:
        return (yield from execute(shell, condition))
    finally:
        shell.guarded -= 1


@runs(While)
def run_while(shell: Shell, node: While) -> Run[int]:
    shell.may_exec = False
    return redirected(shell, node.line, node.redirections, lambda: _while(shell, node))


def _while(shell: Shell, node: While) -> Run[int]:
    status = 0
    shell.loops += 1
    try:
        while True:
            try:
                if ((yield from _condition(shell, node.condition)) == 0) == node.until:
                    break
                status = yield from execute(shell, node.body)
            except BreakLoop as leave:
                status = leave.status
                if leave.levels > 1 and shell.loops > 1:
                    raise BreakLoop(leave.levels - 1, status) from None
                break
            except ContinueLoop as again:
                status = 0
                if again.levels > 1 and shell.loops > 1:
                    raise ContinueLoop(again.levels - 1) from None
    finally:
        shell.loops -= 1
    shell.status = status
    return status


def _loop_once(shell: Shell, body: Sequence) -> Run[tuple[int, bool]]:
    """One round of a loop: its status, and whether the loop is over."""
    try:
        return (yield from execute(shell, body)), False
    except BreakLoop as leave:
        if leave.levels > 1 and shell.loops > 1:
            raise BreakLoop(leave.levels - 1, leave.status) from None
        return leave.status, True
    except ContinueLoop as again:
        if again.levels > 1 and shell.loops > 1:
            raise ContinueLoop(again.levels - 1) from None
        return 0, False


@runs(For)
def run_for(shell: Shell, node: For) -> Run[int]:
    shell.may_exec = False
    return redirected(shell, node.line, node.redirections, lambda: _for(shell, node))


def _for(shell: Shell, node: For) -> Run[int]:
    shell.line = node.line + shell.line_shift
    if not _is_name(node.name):
        yield from shell.complain(f"`{node.name}': not a valid identifier")
        if shell.dialect.posix:
            raise ExitShell(2)
        return (yield from checked(shell, 1))
    before = len(shell.substituted_files)
    try:
        words = yield from _listed(shell, node.words)
    except ShellError as error:
        yield from failure.report(shell, error)
        return 1
    status = 0
    shell.loops += 1
    try:
        for word in words:
            shell.line = node.line + shell.line_shift
            if shell.options.xtrace:
                yield from trace.show_line(shell, _header(node.name, "for", node.words))
            if "DEBUG" in shell.traps and not shell.active_traps:
                shell.current_command = _header(node.name, "for", node.words)
                yield from trap.run_event(shell, "DEBUG")
            try:
                _set_loop_variable(shell, node.name, word)
            except ShellError as error:
                if shell.dialect.posix:
                    yield from failure.report(shell, error)
                yield from shell.complain(error.message)
                status = 1
                break
            status, over = yield from _loop_once(shell, node.body)
            if over:
                break
    finally:
        shell.loops -= 1
        subshell.close_substituted(shell, before)
    shell.status = status
    return status


def _set_loop_variable(shell: Shell, name: str, value: str) -> None:
    variable = shell.names.get(name)
    if variable is not None and variable.reference:
        variable.value = value  # a loop over a name reference moves the reference
        return
    assignment.assign(shell, name, value)


def _is_name(name: str) -> bool:
    return name.isidentifier() and name.isascii()


def _listed(shell: Shell, words: tuple[Word, ...] | None) -> Run[list[str]]:
    if words is None:
        return list(shell.positional)
    return (yield from expansion.expand_words(shell, words))


def _header(name: str, keyword: str, words: tuple[Word, ...] | None) -> str:
    listed = ' in "$@"' if words is None else "".join([" in", *(f" {word.source}" for word in words)])
    return f"{keyword} {name}{listed}"


@runs(ArithmeticFor)
def run_arithmetic_for(shell: Shell, node: ArithmeticFor) -> Run[int]:
    shell.may_exec = False
    return redirected(shell, node.line, node.redirections, lambda: _arithmetic_for(shell, node))


def _arithmetic_for(shell: Shell, node: ArithmeticFor) -> Run[int]:
    status = 0
    shell.loops += 1
    try:
        yield from _evaluated(shell, node.start, node.line, 1)
        while True:
            if (yield from _evaluated(shell, node.condition, node.line, 1)) == 0:
                break
            status, over = yield from _loop_once(shell, node.body)
            if over:
                break
            yield from _evaluated(shell, node.step, node.line, 1)
    finally:
        shell.loops -= 1
    shell.status = status
    return status


def _evaluated(shell: Shell, expression: Word, line: int, empty: int) -> Run[int]:
    """One of the three expressions of `for ((;;))`; an empty one is true."""
    if not expression.source.strip():
        return empty
    shell.line = line + shell.line_shift
    if shell.options.xtrace:
        yield from trace.show_line(shell, f"(( {expression.source.strip()} ))")
    yield from shell.tick(line)
    try:
        return (yield from expansion.expand_arithmetic(shell, expression, command="(("))
    except ShellError as error:
        yield from failure.report(shell, error)
        return 0


@runs(Select)
def run_select(shell: Shell, node: Select) -> Run[int]:
    shell.may_exec = False
    return redirected(shell, node.line, node.redirections, lambda: _select(shell, node))


def _select(shell: Shell, node: Select) -> Run[int]:
    from simk8s.shell.builtins.reading import read_line

    try:
        words = yield from _listed(shell, node.words)
    except ShellError as error:
        yield from failure.report(shell, error)
        return 1
    if not words:
        return 0
    status = 0
    show = True
    shell.loops += 1
    try:
        while True:
            if show:
                for number, word in enumerate(words, 1):
                    yield from shell.say(f"{number:>{len(str(len(words)))}}) {word}")
            prompt = shell.get("PS3")
            yield from shell.write(2, "#? " if prompt is None else prompt)
            line = yield from read_line(shell, 0)
            if line is None:
                yield from shell.write(1, "\n")
                status = 1
                break
            show = not line
            if show:
                continue
            assignment.assign(shell, "REPLY", line)
            chosen = words[int(line) - 1] if line.isdecimal() and 0 < int(line) <= len(words) else ""
            _set_loop_variable(shell, node.name, chosen)
            status, over = yield from _loop_once(shell, node.body)
            if over:
                break
    finally:
        shell.loops -= 1
    shell.status = status
    return status


@runs(Case)
def run_case(shell: Shell, node: Case) -> Run[int]:
    return redirected(shell, node.line, node.redirections, lambda: _case(shell, node))


def _case(shell: Shell, node: Case) -> Run[int]:
    shell.line = node.line + shell.line_shift
    may_exec, shell.may_exec = shell.may_exec, False
    options = shell.options
    if options.xtrace:
        yield from trace.show_line(shell, f"case {node.subject.source} in")
    if "DEBUG" in shell.traps and not shell.active_traps:
        shell.current_command = f"case {node.subject.source} in "
        yield from trap.run_event(shell, "DEBUG")
    try:
        subject = yield from expansion.expand_string(shell, node.subject)
        status = 0
        matched = False
        falling = False
        for item in node.items:
            if not falling:
                for word in item.patterns:
                    text = yield from expansion.expand_pattern(shell, word)
                    if text == subject or pattern.matches(
                        text, subject, extglob=options.extglob, ignore_case=options.get("nocasematch")
                    ):
                        break
                else:
                    continue
            matched = True
            shell.may_exec = may_exec and item.terminator == ";;"
            status = (yield from execute(shell, item.body)) if item.body.commands else 0
            if item.terminator == ";;":
                break
            falling = item.terminator == ";&"
    except ShellError as error:
        yield from failure.report(shell, error)
        return 1
    if not matched or status == 0:
        shell.status = status
    return status


@runs(Conditional)
def run_conditional(shell: Shell, node: Conditional) -> Run[int]:
    return redirected(shell, node.line, node.redirections, lambda: _conditional(shell, node))


def _conditional(shell: Shell, node: Conditional) -> Run[int]:
    shell.line = node.line + shell.line_shift
    yield from shell.step(node)
    if "DEBUG" in shell.traps and not shell.active_traps:
        shell.current_command = node.source
        yield from trap.run_event(shell, "DEBUG")
    try:
        answer = yield from conditional.test(shell, node.test)
    except conditional.BadTest as bad:
        if bad.message:
            yield from shell.complain(bad.message)
        return (yield from checked(shell, 2))
    except ShellError as error:
        if error.fatal:
            yield from failure.report(shell, error)
        yield from shell.complain(error.message)
        return (yield from checked(shell, 1))
    return (yield from checked(shell, 0 if answer else 1))


@runs(ArithmeticCommand)
def run_arithmetic(shell: Shell, node: ArithmeticCommand) -> Run[int]:
    return redirected(shell, node.line, node.redirections, lambda: _arithmetic(shell, node))


def _arithmetic(shell: Shell, node: ArithmeticCommand) -> Run[int]:
    shell.line = node.line + shell.line_shift
    yield from shell.step(node)
    if "DEBUG" in shell.traps and not shell.active_traps:
        shell.current_command = node.source
        yield from trap.run_event(shell, "DEBUG")
    if shell.options.xtrace:
        yield from trace.show_line(shell, f"(( {node.expression.source} ))")
    try:
        value = yield from expansion.expand_arithmetic(shell, node.expression, command="((")
    except ShellError as error:
        if error.fatal:
            yield from failure.report(shell, error)
        yield from shell.complain(error.message)
        return (yield from checked(shell, 1))
    return (yield from checked(shell, 0 if value else 1))


@runs(FunctionDefinition)
def run_definition(shell: Shell, node: FunctionDefinition) -> Run[int]:
    shell.line = node.line + shell.line_shift
    shell.functions[node.name] = node
    source = shell.sources[-1] if shell.sources else shell.source
    shell.function_sources[node.name] = source if source.name else Source("environment", source.script, source.place)
    shell.status = 0
    return 0
    yield
