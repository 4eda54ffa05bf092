"""What a shell's children get of its variables and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import unparse
from simk8s.shell.variables import Variable

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def child_environment(shell: Shell, *, inside: int = 0) -> dict[str, str]:
    """What a child process gets, in bash's order. A program in this shell's place is less deep inside of shells."""
    result = {}
    exported = {name: variable for name, variable in shell.names.items() if variable.exported}
    for name in shell.table.in_order(exported):
        variable = exported[name]
        if not (variable.indexed or variable.associative):
            value = variable.value if type(variable) is Variable else variable.scalar(shell)
            if value is None and shell.table.frames:
                value = _outer_value(shell, name)
            if value is not None:
                result[name] = value
    if inside and result.get("SHLVL", "").isdecimal():
        result["SHLVL"] = str(int(result["SHLVL"]) + inside)
    for name in sorted(shell.exported_functions & shell.functions.keys()) if shell.exported_functions else ():
        result[f"BASH_FUNC_{name}%%"] = unparse.function(shell.functions[name]).removeprefix(f"{name} ")
    return result


def _outer_value(shell: Shell, name: str) -> str | None:
    """What a local name without a value hides: children still get that."""
    for frame in reversed(shell.table.frames):
        outer = frame.saved.get(name)
        if outer is not None and outer.exported and outer.value is not None:
            return outer.value
    return None
