"""`mapfile` (`readarray`): lines into an array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import SyscallError
from simk8s.shell import assignment, evaluation, quote
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import parse
from simk8s.shell.control import BuiltinError, ShellError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@builtin("mapfile", "readarray")
def mapfile(shell: Shell, words: list[str]) -> Run[int]:
    options, operands = parse(words, "t", "dnOsuCc")
    given = dict(options)
    name = operands[0] if operands else "MAPFILE"
    if not name.isidentifier():
        raise BuiltinError(f"`{name}': not a valid identifier")
    variable = shell.find(name)
    if variable is not None and variable.associative:
        raise BuiltinError(f"{name}: not an indexed array")
    fd = _number(given, "u", "0", "file descriptor specification")
    delimiter = (given.get("d", "\n")[:1] or "\0").encode("utf-8", "surrogateescape")[:1]
    limit = _number(given, "n", "0", "line count")
    skip = _number(given, "s", "0", "line count")
    origin = _number(given, "O", "0", "array origin")
    quantum = _number(given, "c", "5000", "callback quantum", least=1)
    name = shell.resolve(name)
    if variable is not None and variable.readonly:
        raise ShellError(f"{name}: readonly variable")
    variable = shell.table.own(name)
    variable.make_indexed()
    variable.bare = False
    if "O" not in given:
        variable.elements = {}
    number = index = 0
    try:
        while not limit or index < limit:
            data = yield from shell.process.read_until(fd, delimiter, 1 << 24)
            if not data:
                break
            number += 1
            if number <= skip:
                continue
            if "t" in given:
                data = data.removesuffix(delimiter)
            text = data.replace(b"\0", b"").decode("utf-8", "surrogateescape")
            if "C" in given and (index + 1) % quantum == 0:
                command = f"{given['C']} {origin + index} {quote.quoted_word(text)}"
                yield from evaluation.run_text(shell, command, "mapfile", first_line=shell.line)
            assignment.assign_element(shell, name, origin + index, text)
            index += 1
    except SyscallError as error:
        raise BuiltinError(f"{fd}: invalid file descriptor: {error.text}") from error
    return 0


def _number(given: dict[str, str], letter: str, default: str, what: str, *, least: int = 0) -> int:
    text = given.get(letter, default)
    if not text.isdecimal() or int(text) < least:
        raise BuiltinError(f"{text}: invalid {what}")
    return int(text)
