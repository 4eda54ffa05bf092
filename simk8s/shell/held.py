"""What a parameter holds: a variable, an element, what a reference leads to, `$@`, `$?` and their like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from simk8s.shell import assignment, ending, expansion
from simk8s.shell.control import ShellError
from simk8s.shell.options import SHOWN_ORDER
from simk8s.shell.syntax.braced import read_subscript
from simk8s.shell.syntax.dialect import BASH
from simk8s.shell.syntax.grammar import read_nested
from simk8s.shell.syntax.parts import Literal, Parameter, Word
from simk8s.shell.syntax.reader import Reader, ShellSyntaxError
from simk8s.shell.variables import Variable
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(slots=True)
class Held:
    """What a parameter holds. `values` is empty for one that is unset."""

    values: list[str]
    is_set: bool
    many: bool = False
    star: bool = False
    variable: Variable | None = None
    key: int | str | None = None


def hold(shell: Shell, part: Parameter) -> Run[Held]:
    """What the parameter of `part` holds now."""
    name = part.name
    if part.subscript is None:
        variable = shell.names.get(name)
        if variable is not None:
            if variable.reference:
                return (yield from _through_reference(shell, part, variable))
            value = variable.scalar(shell)
            return Held([] if value is None else [value], value is not None, variable=variable)
        if name in ("@", "*"):
            return Held(list(shell.positional), bool(shell.positional), many=True, star=name == "*")
        value = special_value(shell, name)
        return Held([] if value is None else [value], value is not None)
    variable = shell.find(name)
    name = shell.resolve(name)
    if part.subscript.source in ("@", "*"):
        values = variable.values(shell) if variable is not None else []
        return Held(values, bool(values), many=True, star=part.subscript.source == "*", variable=variable)
    text = yield from expansion.expand_subscript(shell, name, part.subscript)
    try:
        key = assignment.subscript_key(shell, name, text)
    except assignment.BadSubscript as error:
        if part.operator == "length":
            if variable is None:
                return Held([], False)
            raise ShellError(f"{part.subscript.source}]: bad array subscript") from error
        yield from shell.complain(f"{name}: bad array subscript")
        if shell.options.errexit:
            yield from ending.by_error(shell, shell.status)
        return Held([], False)
    value = assignment.element(shell, name, key)
    return Held([] if value is None else [value], value is not None, variable=variable, key=key)


def _through_reference(shell: Shell, part: Parameter, variable: Variable) -> Run[Held]:
    target = shell.resolve(part.name)
    if target == part.name:
        outer = shell.hidden(part.name)
        value = outer.scalar(shell) if outer is not None else None
        return Held([] if value is None else [value], value is not None, variable=outer)
    return (yield from hold(shell, _parameter_of(part, target)))


def _parameter_of(part: Parameter, text: str) -> Parameter:
    """The parameter that `text` names (`x`, `x[1]`, `x[@]`, `1`, `@`), with the operator of `part`."""
    base, bracket, rest = text.partition("[")
    subscript = None
    if bracket:
        subscript = _subscript(rest, part.line, part.column)
    return replace(part, name=base, subscript=subscript, indirect=False)


def _subscript(text: str, line: int, column: int) -> Word:
    """`subscript]`, which may expand where the name before it is the value of a variable."""
    inner = text.removesuffix("]")
    if {"$", "`", "'", '"', "\\"} & set(text):
        reader = Reader("[" + text, BASH, first_line=line, first_column=column, nested=read_nested)
        try:
            return read_subscript(reader)
        except ShellSyntaxError:
            pass
    return Word(line, column, (Literal(line, column, inner),), inner, inner)


def indirect(shell: Shell, part: Parameter) -> Run[Parameter]:
    """The parameter that `${!name}` means: the one that the value of `name` names."""
    plain = shell.names.get(part.name) if part.subscript is None else None
    if plain is not None and not plain.reference and plain.value is not None and _NAME.match(plain.value):
        return replace(part, name=plain.value, indirect=False)
    held = yield from hold(shell, replace(part, operator="", operands=(), indirect=False))
    if not held.is_set:
        if part.subscript is not None and held.variable is not None:
            return replace(part, operator="", operands=(), name="_unset", indirect=False)
        if part.name.isdecimal() and shell.options.nounset:
            raise ShellError(f"!{part.name}: unbound variable", fatal=True, status=127)
        shown = part.name if part.subscript is None else f"{part.name}[{part.subscript.source}]"
        raise ShellError(f"{shown}: invalid indirect expansion")
    target = " ".join(held.values)
    base = target.partition("[")[0]
    valid = base.isidentifier() or base.isdecimal() or base in tuple("@*#?$!-") or not target
    if not valid or not target or (base != target and not target.endswith("]")):
        raise ShellError(f"{target}: invalid variable name")
    return _parameter_of(part, target)


def special_value(shell: Shell, name: str) -> str | None:
    """`$1`, `$#`, `$?` and their like; None where unset."""
    if name.isdecimal():
        number = int(name)
        if number == 0:
            return shell.name
        return shell.positional[number - 1] if number <= len(shell.positional) else None
    match name:
        case "?":
            return str(shell.status)
        case "#":
            return str(len(shell.positional))
        case "$":
            return str(shell.main_pid)
        case "!":
            return None if shell.background_pid is None else str(shell.background_pid)
        case "-":
            if shell.dialect.almquist:
                return "".join(letter for letter in shell.options.letters() if letter not in "hB")
            letters = shell.options.letters() + "i" * shell.interactive
            return "".join(sorted(letters, key=SHOWN_ORDER.index)) + shell.reading_mode
    return None
