"""Loops: `while`, `until`, `for`, `for (( ))`, `select`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import arguments, assignment, expansion, failure, menu, step, subshell, trace, trap, unparse
from simk8s.shell.compound import checked, condition, redirected
from simk8s.shell.control import BreakLoop, ContinueLoop, ExitShell, ShellError
from simk8s.shell.dispatch import begin, runs
from simk8s.shell.syntax.nodes import ArithmeticFor, For, Select, While
from simk8s.shell.syntax.parts import Word
from simk8s.sim import Run, Waits

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@runs(While)
def run_while(shell: Shell, node: While) -> int | Run[int]:
    shell.may_exec = False
    return redirected(shell, node, _while)


def _while(shell: Shell, node: While) -> Run[int]:
    status = 0
    shell.loops += 1
    try:
        while True:
            asking = True
            try:
                asked = condition(shell, node.condition)
                if ((asked if isinstance(asked, int) else (yield from asked)) == 0) == node.until:
                    break
                asking = False
                result = begin(shell, node.body)
                status = result if isinstance(result, int) else (yield from result)
            except BreakLoop as leave:
                status = _left(shell, leave)
                break
            except ContinueLoop as again:
                status = _continued(shell, again)
                if asking and (status == 0) == node.until:  # `continue` is the condition's answer, too
                    break
    finally:
        shell.loops -= 1
    shell.status = status
    return status


def _left(shell: Shell, leave: BreakLoop) -> int:
    """`break` has left this loop: its status; or it goes on leaving those around it."""
    if leave.levels > 1 and shell.loops > 1:
        raise BreakLoop(leave.levels - 1, leave.status) from None
    return leave.status


def _continued(shell: Shell, again: ContinueLoop) -> int:
    """`continue` ends this round: its status; or it leaves this loop for the next round of one around it."""
    if again.levels > 1 and shell.loops > 1:
        raise ContinueLoop(again.levels - 1, again.status) from None
    return again.status


@runs(For)
def run_for(shell: Shell, node: For) -> int | Run[int]:
    shell.may_exec = False
    return redirected(shell, node, _for)


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
    resting_line, shell.moment.resting_line = shell.moment.resting_line, shell.line
    shell.loops += 1
    header = _header(node.name, "for", node.words) if words else ""
    try:
        for word in words:
            shell.line = node.line + shell.line_shift
            if shell.options.xtrace:
                yield from trace.show_line(shell, header)
            if not step.announce(shell, node.line, node.column, lambda: header):
                yield from step.never(shell)
            try:
                yield from trap.run_debug(shell, header)
                try:
                    _set_loop_variable(shell, node.name, word)
                except ShellError as error:
                    if shell.dialect.posix or shell.options.errexit:
                        yield from failure.report(shell, error)
                    yield from shell.complain(error.message)
                    status = 1
                    break
                result = begin(shell, node.body)
                status = result if isinstance(result, int) else (yield from result)
            except BreakLoop as leave:
                status = _left(shell, leave)
                break
            except ContinueLoop as again:
                status = _continued(shell, again)
    finally:
        shell.moment.resting_line = resting_line
        shell.loops -= 1
        subshell.close_substituted(shell, before)
    shell.status = status
    return status


def _set_loop_variable(shell: Shell, name: str, value: str) -> None:
    variable = shell.names.get(name)
    if variable is not None and variable.reference:
        shell.table.own(name).value = value  # a loop over a name reference moves the reference
        return
    assignment.assign(shell, name, value)


def _is_name(name: str) -> bool:
    return name.isidentifier() and name.isascii()


def _listed(shell: Shell, words: tuple[Word, ...] | None) -> Run[list[str]]:
    if words is None:
        return list(shell.positional)
    return (yield from arguments.expand_words(shell, words))


def _header(name: str, keyword: str, words: tuple[Word, ...] | None) -> str:
    listed = ' in "$@"' if words is None else "".join([" in", *(f" {unparse.word(word)}" for word in words)])
    return f"{keyword} {name}{listed}"


@runs(ArithmeticFor)
def run_arithmetic_for(shell: Shell, node: ArithmeticFor) -> int | Run[int]:
    shell.may_exec = False
    return redirected(shell, node, _arithmetic_for)


def _arithmetic_for(shell: Shell, node: ArithmeticFor) -> Run[int]:
    status = 0
    shell.loops += 1
    try:
        value = _evaluated(shell, node.start, node.line)
        if not isinstance(value, int):
            yield from value
        while True:
            value = _evaluated(shell, node.condition, node.line)
            if (value if isinstance(value, int) else (yield from value)) == 0:
                break
            try:
                result = begin(shell, node.body)
                status = result if isinstance(result, int) else (yield from result)
            except BreakLoop as leave:
                status = _left(shell, leave)
                break
            except ContinueLoop as again:
                status = _continued(shell, again)
            value = _evaluated(shell, node.step, node.line)
            if not isinstance(value, int):
                yield from value
    except ShellError as error:
        if not error.asked:
            yield from failure.report(shell, error)
        yield from shell.complain(error.message)
        status = 1
    finally:
        shell.loops -= 1
    shell.status = status
    return status


def _evaluated(shell: Shell, expression: Word, line: int) -> int | Run[int]:
    """One of the three expressions of `for ((;;))`; an empty one is true."""
    if not expression.source.strip():
        return 1
    shell.line = line + shell.line_shift
    if not step.announce(shell, line, 0, lambda: f"(({expression.source.strip()}))"):
        return _wait_for_value(shell, expression, step.never(shell))
    rest = step.tick(shell, line)
    if rest or shell.is_watched or expression.waits:
        return _wait_for_value(shell, expression, rest)
    return expansion.arithmetic_now(shell, expression, "((")


def _wait_for_value(shell: Shell, expression: Word, rest: Waits) -> Run[int]:
    yield from rest
    yield from trap.run_debug(shell, f"(({expression.source.strip()}))")
    if shell.options.xtrace:
        yield from trace.show_line(shell, f"(( {expression.source.strip()} ))")
    return (yield from expansion.expand_arithmetic(shell, expression, command="(("))


@runs(Select)
def run_select(shell: Shell, node: Select) -> int | Run[int]:
    shell.may_exec = False
    return redirected(shell, node, _select)


def _columns(shell: Shell) -> int:
    given = shell.get("COLUMNS") or ""
    return int(given) if given.isdecimal() and int(given) else 80


def _select(shell: Shell, node: Select) -> Run[int]:
    from simk8s.shell.builtins.reading import read_line

    try:
        words = yield from _listed(shell, node.words)
    except ShellError as error:
        yield from failure.report(shell, error)
        return 1
    if not words:
        shell.status = 0
        return 0
    header = _header(node.name, "select", node.words)
    shell.line = node.line + shell.line_shift
    yield from trap.run_debug(shell, header)
    if shell.options.xtrace:
        yield from trace.show_line(shell, header)
    status = 0
    show = True
    shell.loops += 1
    try:
        while True:
            if show:
                for row in menu.lines(words, _columns(shell)):
                    yield from shell.say(row)
            prompt = shell.get("PS3")
            yield from shell.write(2, "#? " if prompt is None else prompt)
            line = yield from read_line(shell, 0)
            if line is None:
                assignment.assign(shell, "REPLY", "")
                yield from shell.write(1, "\n")
                status = 1
                break
            show = not line
            if show:
                continue
            assignment.assign(shell, "REPLY", line)
            chosen = words[int(line) - 1] if line.isdecimal() and 0 < int(line) <= len(words) else ""
            _set_loop_variable(shell, node.name, chosen)
            try:
                result = begin(shell, node.body)
                status = result if isinstance(result, int) else (yield from result)
            except BreakLoop as leave:
                status = _left(shell, leave)
                break
            except ContinueLoop as again:
                status = _continued(shell, again)
    finally:
        shell.loops -= 1
    shell.status = status
    return status
