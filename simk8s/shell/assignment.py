"""Giving variables their values, as their attributes demand, and writing that to history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import arithmetic
from simk8s.shell.control import ShellError
from simk8s.shell.limit import LONGEST_TEXT, too_long
from simk8s.shell.locale import lower, upper
from simk8s.shell.syntax.arithmetic import wrapped
from simk8s.shell.variables import Dynamic, Variable

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


LONG = 1 << 16
"""Values of this length count as memory that the shell needs: one that is being made, and those that it has."""


class BadSubscript(ShellError):
    """A subscript leads to before an array's first element."""


def assign(shell: Shell, name: str, value: str, *, append: bool = False) -> None:
    """`name=value` or `name+=value`. Raises ShellError for a readonly variable."""
    variable = shell.names.get(name)
    if variable is not None and variable.reference:
        if not variable.value:
            shell.table.own(name).value = value
            return
        resolved = shell.resolve(name)
        if resolved == name:
            outer = circular(shell, name)
            outer.value = converted(shell, outer, value, outer.value, append)
            return
        name = resolved
        if "[" in name:
            base, _, rest = name.partition("[")
            assign_element(shell, base, subscript_key(shell, base, rest[:-1]), value, append=append)
            return
        variable = shell.names.get(name)
    if variable is not None and variable.readonly:
        raise ShellError(f"{name}: readonly variable")
    if type(variable) is Dynamic:
        variable.write(shell, value)
        return
    is_new = variable is None
    variable = shell.table.own(name)
    if is_new:
        variable.exported = shell.options.allexport
    if variable.is_array:
        key: int | str = 0 if variable.indexed else "0"
        variable.elements[key] = converted(shell, variable, value, variable.elements.get(key), append)
    else:
        variable.value = converted(shell, variable, value, variable.value, append)
    if shell.options.allexport:
        variable.exported = True
    _changed(shell, name, variable.scalar(shell))


def circular(shell: Shell, name: str) -> Variable:
    """What is assigned to where a name reference leads to itself: in a function, what the name means outside of it."""
    table = shell.table
    for index in reversed(range(len(table.frames))):
        if (outer := table.frames[index].saved.get(name)) is not None and not outer.reference:
            return table.own_in(table.frame(index).saved, name)
    holder, _ = table.at_global(name)
    if holder is shell.names:
        raise ShellError(f"warning: {name}: circular name reference")
    return table.own_in(holder, name)


def assign_element(shell: Shell, name: str, key: int | str, value: str, *, append: bool = False) -> None:
    """`name[key]=value`; a name that is no array yet becomes an indexed one."""
    name = shell.resolve(name)
    variable = shell.table.own(name)
    if variable.readonly:
        raise ShellError(f"{name}: readonly variable")
    if type(variable) is Dynamic:
        if isinstance(key, int):
            variable.write_element(shell, key, value)
        return
    if not variable.is_array:
        variable.make_indexed()
    if isinstance(key, int) and key < 0:
        raise ShellError(f"{name}[{key}]: bad array subscript")
    variable.elements[key] = converted(shell, variable, value, variable.elements.get(key), append)
    _changed(shell, f"{name}[{key}]", variable.elements[key])


def element(shell: Shell, name: str, key: int | str) -> str | None:
    """The value of `${name[key]}`."""
    variable = shell.find(name)
    if variable is None:
        return None
    if type(variable) is Dynamic:
        values = variable.values(shell)
        return values[key] if isinstance(key, int) and -len(values) <= key < len(values) else None
    if variable.is_array:
        return variable.elements.get(key)
    return variable.value if key in (0, "0") else None


def subscript_key(shell: Shell, name: str, text: str) -> int | str:
    """What a subscript (its expansions done) selects: a key, or an index counted from the end where negative."""
    variable = shell.find(name)
    if variable is not None and variable.associative:
        if not text:
            raise BadSubscript(f"{name}[{text}]: bad array subscript")
        return text
    index = _aborting(shell, text)
    if index < 0:
        if type(variable) is Dynamic:
            count = len(variable.values(shell))
        elif variable is not None and variable.indexed:
            count = max((k for k in variable.elements if isinstance(k, int)), default=-1) + 1
        else:
            count = 1 if variable is not None and variable.value is not None else 0
        if index + count < 0:
            raise BadSubscript(f"{name}[{text}]: bad array subscript")
        index += count
    return index


def _aborting(shell: Shell, text: str) -> int:
    """The value of an expression, an error in which ends all that bash had been told to do."""
    try:
        return arithmetic.evaluate(shell, text)
    except ShellError as error:
        error.aborts = True
        raise


def converted(shell: Shell, variable: Variable, value: str, old: str | None, append: bool) -> str:
    if variable.integer:
        try:
            number = _aborting(shell, value)
        except ShellError as error:
            error.value = True
            raise
        if append:
            number = wrapped(number + _aborting(shell, old or "0"))
        return str(number)
    if append:
        value = (old or "") + value
    if len(value) > LONGEST_TEXT:
        raise too_long("the value of a variable")
    if variable.lower:
        return lower(value)
    if variable.upper:
        return upper(value)
    if variable.capitalized:
        return upper(value[:1]) + lower(value[1:])
    return value


def told_anew(shell: Shell, name: str) -> None:
    """A name means something else now, though nobody has assigned to it: a function's local has come or gone."""
    if not shell.process.sim.history.enabled:
        return
    variable = shell.names.get(name)
    if type(variable) is Dynamic:
        return
    if variable is not None and variable.is_array:
        elements = {_as_text(str(key)): _as_text(value) for key, value in variable.ordered(shell)}
        shell.process.record("variable", name, value=elements)
    else:
        _changed(shell, name, variable.scalar(shell) if variable is not None else None)


def _changed(shell: Shell, name: str, value: str | None) -> None:
    process = shell.process
    if process.sim.history.enabled:
        process.record("variable", name, value=value if value is None or value.isascii() else _as_text(value))
    if value is not None and len(value) >= LONG:
        values = (variable.value for variable in shell.names.values() if variable.value is not None)
        process.need(len(value) + sum(len(value) for value in values if len(value) >= LONG))


def _as_text(value: str) -> str:
    """History is UTF-8: a byte that is none shows as a replacement."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
