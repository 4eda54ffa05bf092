"""Compound assignment: `name=( ... )`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simk8s.shell import arguments, assignment, expansion, splitting
from simk8s.shell.control import ShellError
from simk8s.shell.quote import single_quoted
from simk8s.shell.syntax import Parser, ShellSyntaxError
from simk8s.shell.syntax.nodes import ArrayValue, SimpleCommand
from simk8s.shell.variables import Dynamic, Variable
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@dataclass(frozen=True, slots=True)
class Element:
    """One element, expanded. Without a key it takes the next index."""

    key: str | None
    append: bool
    value: str
    source: str = ""


def expand_array(shell: Shell, name: str, value: ArrayValue, *, associative: bool = False) -> Run[list[Element]]:
    """The elements of `( ... )`: words are split and matched against files, keyed values are not."""
    result: list[Element] = []
    for item in value.elements:
        if item.key is None:
            words = yield from arguments.expand_words(shell, (item.value,))
            result.extend(Element(None, False, word) for word in words)
        else:
            key = yield from expansion.expand_subscript(shell, name, item.key, key=associative)
            variable = shell.find(name)
            if associative or (variable is not None and variable.associative):
                text = yield from expansion.expand_string(shell, item.value)
            else:
                text = splitting.starred((yield from expansion.expand_pieces(shell, item.value)), shell.ifs)
            source = f"[{item.key.source}]{'+=' if item.append else '='}{item.value.source}"
            result.append(Element(key, item.append, text, source))
    return result


def assign_array(shell: Shell, name: str, elements: list[Element], *, append: bool = False) -> str:
    """Replace (or extend) an array. Returns what there is to complain about. Raises ShellError for a readonly one."""
    name = shell.resolve(name)
    variable = shell.table.own(name)
    if variable.readonly:
        raise ShellError(f"{name}: readonly variable")
    if type(variable) is Dynamic:
        return ""
    complaint = ""
    if variable.reference and variable.value and (shell.table.frames or shell.hidden(name)):
        variable = assignment.circular(shell, name)
    elif variable.reference:  # one that leads nowhere yet
        variable.reference = False
        complaint = f"warning: {name}: removing nameref attribute"
    if not variable.is_array:
        variable.make_indexed()
    if not append:
        variable.elements = {}
    variable.bare = False
    if variable.associative:
        complaint = _fill_associative(shell, name, variable, elements)
    else:
        _fill_indexed(shell, name, variable, elements)
    assignment.told_anew(shell, name)
    return complaint


def _fill_indexed(shell: Shell, name: str, variable: Variable, elements: list[Element]) -> None:
    index = max((key for key in variable.elements if isinstance(key, int)), default=-1) + 1
    for element in elements:
        if element.key is not None:
            key = assignment.subscript_key(shell, name, element.key)
            assert isinstance(key, int)
            index = key
        old = variable.elements.get(index)
        variable.elements[index] = assignment.converted(shell, variable, element.value, old, element.append)
        index += 1


def _fill_associative(shell: Shell, name: str, variable: Variable, elements: list[Element]) -> str:
    complaint = ""
    if elements and elements[0].key is None:  # ( key value key value )
        values = [element.value for element in elements]
        for number in range(0, len(values), 2):
            value = values[number + 1] if number + 1 < len(values) else ""
            variable.elements[values[number]] = assignment.converted(shell, variable, value, None, False)
        return ""
    for element in elements:
        if element.key is None:
            complaint = f"{name}: '{element.value}': must use subscript when assigning associative array"
            continue
        if not element.key:
            complaint = f"{element.source}: bad array subscript"
            continue
        old = variable.elements.get(element.key)
        variable.elements[element.key] = assignment.converted(shell, variable, element.value, old, element.append)
    return complaint


def written(text: str) -> ArrayValue | None:
    """The list that `text` is when it stands in parentheses; None for anything else."""
    if not (text.startswith("(") and text.endswith(")")):
        return None
    try:
        command = Parser(f"_={text}").next_command()
    except ShellSyntaxError:
        return None
    if isinstance(command, SimpleCommand) and len(command.assignments) == 1 and not command.words:
        value = command.assignments[0].value
        return value if isinstance(value, ArrayValue) else None
    return None


def shown(elements: list[Element]) -> str:
    """The elements as `set -x` shows them for `declare`."""
    return " ".join(
        single_quoted(element.value)
        if element.key is None
        else f"[{single_quoted(element.key)}]={single_quoted(element.value)}"
        for element in elements
    )


class ArrayArgument(str):
    """An argument `name=( ... )` of `declare` and its like: the name, with the elements that it brings."""

    elements: list[Element]
    append: bool

    def __new__(cls, name: str, elements: list[Element], append: bool) -> ArrayArgument:
        argument = super().__new__(cls, name)
        argument.elements = elements
        argument.append = append
        return argument
