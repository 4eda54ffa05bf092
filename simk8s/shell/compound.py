"""Compound commands: conditions, loops, groups, subshells, tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from simk8s.machine import Exec
from simk8s.shell import conditional, expansion, failure, job, pattern, step, subshell, trace, trap, unparse
from simk8s.shell.control import ShellError
from simk8s.shell.dispatch import begin, runs
from simk8s.shell.locale import in_locale
from simk8s.shell.redirection import RedirectionError, redirect
from simk8s.shell.source import Source
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
)
from simk8s.sim import Run, Waits

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

Compound: TypeAlias = (
    Group | Subshell | If | While | For | ArithmeticFor | Select | Case | Conditional | ArithmeticCommand
)


Body: TypeAlias = Callable[["Shell", Any], int | Run[int]]
"""What runs one kind of compound command, its redirections aside."""


def redirected(shell: Shell, node: Compound, body: Body) -> int | Run[int]:
    """Run `body` with the descriptors that the command's redirections make."""
    return _redirected(shell, node, body) if node.redirections else body(shell, node)


def _redirected(shell: Shell, node: Compound, body: Body) -> Run[int]:
    redirections = node.redirections
    shell.may_exec = False
    before = len(shell.substituted_files)
    if isinstance(node, Conditional | ArithmeticCommand):
        shell.line = node.told + shell.line_shift
    elif isinstance(node, ArithmeticFor) or not shell.moment.resting_line:
        shell.line = node.line + shell.line_shift
    else:
        shell.line = shell.moment.resting_line
    try:
        saved = yield from redirect(shell, redirections)
    except RedirectionError:
        shell.status = 1
        moment = shell.moment
        moment.unopened = redirections
        alone = redirections is moment.lasting or redirections is getattr(moment.whole, "redirections", None)
        if moment.failures_count and not alone:
            yield from failure.failed(shell, 1)
        return 1
    except ShellError as error:
        yield from failure.report(shell, error)
        return 1
    if redirections is shell.moment.lasting:  # an EXIT trap runs with them
        saved.keep(shell)
    try:
        try:
            result = body(shell, node)
            return result if isinstance(result, int) else (yield from result)
        except ShellError as error:
            yield from failure.report(shell, error)
            return 1
    except Exec:
        saved.keep(shell)
        before = len(shell.substituted_files)
        raise
    finally:
        saved.put_back(shell)
        subshell.close_substituted(shell, before)


def checked(shell: Shell, status: int) -> Run[int]:
    """A command of its own has this status; see `failure.ended`."""
    result = failure.ended(shell, status)
    return result if isinstance(result, int) else (yield from result)


@runs(Group)
def run_group(shell: Shell, node: Group) -> int | Run[int]:
    return _redirected(shell, node, _body) if node.redirections else begin(shell, node.body)


def _body(shell: Shell, node: Group | Subshell) -> int | Run[int]:
    return begin(shell, node.body)


@runs(Subshell)
def run_subshell(shell: Shell, node: Subshell) -> Run[int]:
    """`( )`. Redirections and commands belong to the child."""
    shell.line = node.line + shell.line_shift
    if shell.takes_over(node):  # this process is itself a child with nothing else to do
        shell.level += not shell.is_stage
        shell.is_stage = False
        shell.moment.evaluations = shell.moment.redirected = 0
        return (yield from _inside(shell, node))

    def body(child: Shell) -> Run[int]:
        child.may_exec = child.leaves_quietly and not node.redirections
        child.loops = 0
        status = yield from _inside(child, node)
        unopened.append(child.moment.unopened)
        return status

    unopened: list[tuple[Redirection, ...]] = []
    if "ERR" in shell.traps:
        shell.current_command = node
    child = yield from subshell.fork(shell, body)
    status = yield from subshell.wait_for(shell, child)
    if unopened:
        (shell.moment.unopened,) = unopened
    if child.signal is not None:
        yield from job.tell_end(shell, child, node)
    return (yield from checked(shell, status))


def _inside(shell: Shell, node: Subshell) -> Run[int]:
    """What the process of a `( )` does."""
    shell.moment.whole = node.body.commands[0] if len(node.body.commands) == 1 else None
    shell.moment.lasting = node.redirections
    shell.moment.resting_line = node.line + node.source.count("\n") + shell.line_shift
    result = redirected(shell, node, _body)
    return result if isinstance(result, int) else (yield from result)


@runs(If)
def run_if(shell: Shell, node: If) -> int | Run[int]:
    return _redirected(shell, node, _if) if node.redirections else _if(shell, node)


def _if(shell: Shell, node: If) -> int | Run[int]:
    may_exec = shell.may_exec
    for number, (asked, body) in enumerate(node.branches):
        answer = condition(shell, asked)
        if not isinstance(answer, int):
            return _go_on_asking(shell, node, number, answer, may_exec)
        if answer == 0:
            shell.may_exec = may_exec
            return begin(shell, body)
    return _otherwise(shell, node, may_exec)


def _go_on_asking(shell: Shell, node: If, number: int, asking: Run[int], may_exec: bool) -> Run[int]:
    """The rest of an `if`, from a condition on that has to wait."""
    answer = yield from asking
    while answer != 0:
        number += 1
        if number == len(node.branches):
            result = _otherwise(shell, node, may_exec)
            return result if isinstance(result, int) else (yield from result)
        asked = condition(shell, node.branches[number][0])
        answer = asked if isinstance(asked, int) else (yield from asked)
    shell.may_exec = may_exec
    result = begin(shell, node.branches[number][1])
    return result if isinstance(result, int) else (yield from result)


def _otherwise(shell: Shell, node: If, may_exec: bool) -> int | Run[int]:
    if node.otherwise is None:
        shell.status = 0
        return 0
    shell.may_exec = may_exec
    return begin(shell, node.otherwise)


def condition(shell: Shell, condition: Sequence) -> int | Run[int]:
    """Run commands whose failure is an answer, not an error."""
    shell.may_exec = False
    shell.moment.guarded += 1
    result: int | Run[int] = 0
    try:
        result = begin(shell, condition)
    finally:
        if isinstance(result, int):
            shell.moment.guarded -= 1
    return result if isinstance(result, int) else _guarded(shell, result)


def _guarded(shell: Shell, running: Run[int]) -> Run[int]:
    try:
        return (yield from running)
    finally:
        shell.moment.guarded -= 1


@runs(Case)
def run_case(shell: Shell, node: Case) -> int | Run[int]:
    return redirected(shell, node, _case)


def _case(shell: Shell, node: Case) -> Run[int]:
    shell.line = node.subject.line + node.subject.source.count("\n") + shell.line_shift
    may_exec, shell.may_exec = shell.may_exec, False
    options = shell.options
    if options.xtrace:
        yield from trace.show_line(shell, f"case {unparse.word(node.subject)} in")
    if not step.announce(shell, node.line, node.column, lambda: f"case {unparse.word(node.subject)} in "):
        yield from step.never(shell)
    yield from trap.run_debug(shell, f"case {unparse.word(node.subject)} in ")
    resting_line, shell.moment.resting_line = shell.moment.resting_line, shell.line
    try:
        subject = in_locale(shell, (yield from expansion.expand_operand(shell, node.subject)))
        status = 0
        matched = False
        falling = False
        for item in node.items:
            if not falling:
                for word in item.patterns:
                    text = (
                        (yield from expansion.expand_pattern(shell, word))
                        if word.waits
                        else expansion.pattern_now(shell, word)
                    )
                    text = in_locale(shell, text)
                    if pattern.matches(text, subject, extglob=options.extglob, ignore_case=options.get("nocasematch")):
                        break
                else:
                    continue
            matched = True
            shell.may_exec = may_exec and item.terminator == ";;"
            result = begin(shell, item.body) if item.body.commands else 0
            status = result if isinstance(result, int) else (yield from result)
            if item.terminator == ";;":
                break
            falling = item.terminator == ";&"
    except ShellError as error:
        yield from failure.report(shell, error)
        return 1
    finally:
        shell.moment.resting_line = resting_line
    if not matched or status == 0:
        shell.status = status
    return status


@runs(Conditional)
def run_conditional(shell: Shell, node: Conditional) -> int | Run[int]:
    return redirected(shell, node, _conditional)


def _conditional(shell: Shell, node: Conditional) -> int | Run[int]:
    shell.line = node.told + shell.line_shift
    if not shell.is_watched:
        shell.current_command = node
    rest = step.take(shell, node)
    if rest or shell.is_watched or node.waits:
        return _wait_for_conditional(shell, node, rest)
    try:
        return failure.ended(shell, 0 if conditional.holds(shell, node.test) else 1)
    except (conditional.BadTest, ShellError) as error:
        return _unanswered(shell, error)


def _wait_for_conditional(shell: Shell, node: Conditional, rest: Waits) -> Run[int]:
    yield from rest
    if (yield from trap.run_debug(shell, node)):
        return 0
    try:
        answer = yield from conditional.test(shell, node.test)
    except (conditional.BadTest, ShellError) as error:
        return (yield from _unanswered(shell, error))
    return (yield from checked(shell, 0 if answer else 1))


def _unanswered(shell: Shell, error: conditional.BadTest | ShellError) -> Run[int]:
    """A test or expression that is neither true nor false."""
    if isinstance(error, ShellError) and not error.asked:
        yield from failure.report(shell, error)
    if error.message:
        yield from shell.complain(error.message)
    return (yield from checked(shell, 1 if isinstance(error, ShellError) else 2))


@runs(ArithmeticCommand)
def run_arithmetic(shell: Shell, node: ArithmeticCommand) -> int | Run[int]:
    return redirected(shell, node, _arithmetic)


def _arithmetic(shell: Shell, node: ArithmeticCommand) -> int | Run[int]:
    shell.line = node.told + shell.line_shift
    if not shell.is_watched:
        shell.current_command = node
    rest = step.take(shell, node)
    if rest or shell.is_watched or node.expression.waits:
        return _wait_for_arithmetic(shell, node, rest)
    try:
        return failure.ended(shell, 0 if expansion.arithmetic_now(shell, node.expression, "((") else 1)
    except ShellError as error:
        return _unanswered(shell, error)


def _wait_for_arithmetic(shell: Shell, node: ArithmeticCommand, rest: Waits) -> Run[int]:
    yield from rest
    if (yield from trap.run_debug(shell, node)):
        return 0
    if shell.options.xtrace:
        yield from trace.show_line(shell, f"(( {node.expression.source} ))")
    moment = shell.moment
    try:
        guarded, inverted = moment.guarded, moment.inverted
        moment.guarded = moment.inverted = 0  # not so in its substitutions
        try:
            value = yield from expansion.expand_arithmetic(shell, node.expression, command="((")
        finally:
            moment.guarded, moment.inverted = guarded, inverted
    except ShellError as error:
        return (yield from _unanswered(shell, error))
    return (yield from checked(shell, 0 if value else 1))


_NO_FUNCTION_NAME = re.compile(r"[$\\'\"]|[<>]\(")
"""Quoted or expanded: bash reads such a name, but refuses it when the definition runs."""


@runs(FunctionDefinition)
def run_definition(shell: Shell, node: FunctionDefinition) -> int | Run[int]:
    shell.line = node.line + shell.line_shift
    if _NO_FUNCTION_NAME.search(node.name) and not shell.dialect.almquist:
        return _refused(shell, f"`{node.name}': not a valid identifier")
    if node.name in shell.readonly_functions:
        return _refused(shell, f"{node.name}: readonly function")
    shell.functions[node.name] = node
    source = shell.sources[-1] if shell.sources else shell.source
    shell.function_sources[node.name] = source if source.name else Source("environment", source.script, source.place)
    shell.status = 0
    return 0


def _refused(shell: Shell, complaint: str) -> Run[int]:
    yield from shell.complain(complaint)
    return (yield from checked(shell, 1))
