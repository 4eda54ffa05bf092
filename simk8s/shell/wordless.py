"""Simple commands without words: assignments that stay, redirections that open and close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import array, assignment, expansion, trace
from simk8s.shell.control import ShellError
from simk8s.shell.locale import in_locale
from simk8s.shell.quote import traced_word
from simk8s.shell.redirection import RedirectionError, redirect
from simk8s.shell.syntax.nodes import ArrayValue, Assignment, Redirection, SimpleCommand
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def only_assign(shell: Shell, node: SimpleCommand) -> Run[int]:
    """Assignments without a command stay; redirections without a command open and close their files."""
    shell.last_argument = ""
    for item in node.assignments:
        yield from _assign(shell, item)
    if node.redirections:
        try:
            saved = yield from redirect(shell, node.redirections)
        except RedirectionError:
            return 1
        saved.put_back(shell)
        if any(map(_is_left_to_a_child, node.redirections)):
            return 0
    return shell.substitution_status or 0


def _is_left_to_a_child(redirection: Redirection) -> bool:
    """Standard input without a command: bash has a child open it, and asks nobody how a substitution has ended."""
    operator, target = redirection.operator, redirection.target.constant
    if operator in ("<", "<>"):
        return redirection.descriptor in (None, 0)
    duplicates = (operator == "<&" and redirection.descriptor in (None, 0)) or (
        operator == ">&" and redirection.descriptor == 0
    )
    return duplicates and (target is None or target == "-")


def _assign(shell: Shell, item: Assignment) -> Run[None]:
    xtrace = shell.options.xtrace
    sign = "+=" if item.append else "="
    if isinstance(item.value, ArrayValue):
        if item.subscript is not None:
            raise ShellError(f"{item.name}[{item.subscript.source}]: cannot assign list to array member")
        elements = yield from array.expand_array(shell, item.name, item.value)
        if xtrace:
            yield from trace.show_line(shell, f"{item.name}{sign}{item.value.source}")
        if complaint := array.assign_array(shell, item.name, elements, append=item.append):
            yield from shell.complain(complaint)
        return
    if item.subscript is None:
        value = item.value.constant
        if value is None:
            value = yield from expansion.expand_string(shell, item.value)
        if xtrace:
            yield from trace.show_line(
                shell, f"{item.name}{sign}{traced_word(in_locale(shell, value)) if value else ''}"
            )
        assignment.assign(shell, item.name, value, append=item.append)
        return
    if not item.subscript.source:
        raise ShellError(f"{item.name}[]: bad array subscript")
    subscript = yield from expansion.expand_subscript(shell, item.name, item.subscript)
    value = yield from expansion.expand_string(shell, item.value)
    if xtrace:
        shown = traced_word(in_locale(shell, value)) if value else ""
        yield from trace.show_line(shell, f"{item.name}[{item.subscript.source}]{sign}{shown}")
    try:
        key = assignment.subscript_key(shell, shell.resolve(item.name), subscript)
    except assignment.BadSubscript as error:
        raise ShellError(f"{item.name}[{item.subscript.source}]: bad array subscript") from error
    assignment.assign_element(shell, item.name, key, value, append=item.append)
