"""`declare -f` and its like: functions' texts and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import unparse
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def mark_function(shell: Shell, letter: str, name: str, *, on: bool = True) -> None:
    """Give a function one of the attributes `r`, `t` and `x`, or take it away."""
    (_marked(shell, letter).add if on else _marked(shell, letter).discard)(name)


def declare_functions(shell: Shell, letters: list[str], operands: list[str]) -> Run[int]:
    """`declare -f` (`-F`: names only) with or without attributes to be given, or to be chosen by."""
    marks = [letter for letter in letters if letter[-1] in "rtx"]
    status = 0
    if not operands:
        wanted = [letter for letter in marks if len(letter) == 1]
        for name in sorted(shell.functions):
            if all(name in _marked(shell, letter) for letter in wanted):
                yield from _show(shell, name, text="F" not in letters, attributes=True)
        return 0
    for name in operands:
        if name not in shell.functions:
            status = 1
        elif marks and "p" not in letters:
            for letter in marks:
                mark_function(shell, letter[-1], name, on=len(letter) == 1)
        elif "F" in letters:
            source = shell.function_sources[name].name
            place = f" {shell.functions[name].line} {source}" if shell.options.get("extdebug") else ""
            yield from _write(shell, name + place)
        else:
            yield from _show(shell, name, text=True, attributes="p" in letters)
    return status


def list_marked_functions(shell: Shell, letter: str) -> Run[None]:
    """What `export -f` and `readonly -f` print without names."""
    for name in sorted(shell.functions):
        if name in _marked(shell, letter):
            yield from _show(shell, name, text=True, attributes=True)


def _marked(shell: Shell, letter: str) -> set[str]:
    return {"r": shell.readonly_functions, "t": shell.traced_functions, "x": shell.exported_functions}[letter]


def _show(shell: Shell, name: str, *, text: bool, attributes: bool) -> Run[None]:
    if text:
        yield from _write(shell, unparse.function(shell.functions[name]))
    letters = "".join(letter for letter in "rtx" if name in _marked(shell, letter))
    if attributes and (letters or not text):
        yield from _write(shell, f"declare -f{letters} {name}")


def _write(shell: Shell, line: str) -> Run[None]:
    yield from shell.process.write(1, f"{line}\n".encode("utf-8", "surrogateescape"))
