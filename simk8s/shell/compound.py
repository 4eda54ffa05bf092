"""Compound commands: conditions, loops, groups, subshells, tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simk8s.machine import Exec
from simk8s.shell import conditional, expansion, failure, job, pattern, subshell, trace, trap
from simk8s.shell.control import ShellError
from simk8s.shell.dispatch import execute, runs
from simk8s.shell.redirection import RedirectionError, redirect
from simk8s.shell.shell import Source
from simk8s.shell.syntax.nodes import (
    ArithmeticCommand,
    Case,
    Conditional,
    FunctionDefinition,
    Group,
    If,
    Redirection,
    Sequence,
    Subshell,
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
        if shell.guarded == shell.inverted:
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
    if status and shell.guarded == shell.inverted:
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
        child.loops = 0
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
    for asked, body in node.branches:
        if (yield from condition(shell, asked)) == 0:
            shell.may_exec = may_exec
            return (yield from execute(shell, body))
    if node.otherwise is not None:
        shell.may_exec = may_exec
        return (yield from execute(shell, node.otherwise))
    shell.status = 0
    return 0


def condition(shell: Shell, condition: Sequence) -> Run[int]:
    """Run commands whose failure is an answer, not an error."""
    shell.may_exec = False
    shell.guarded += 1
    try:
        return (yield from execute(shell, condition))
    finally:
        shell.guarded -= 1


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
    if node.name in shell.readonly_functions:
        yield from shell.complain(f"{node.name}: readonly function")
        return (yield from checked(shell, 1))
    shell.functions[node.name] = node
    source = shell.sources[-1] if shell.sources else shell.source
    shell.function_sources[node.name] = source if source.name else Source("environment", source.script, source.place)
    shell.status = 0
    return 0
