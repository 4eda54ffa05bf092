"""`history` and `fc`: the list of commands, which a script fills with `history -s` or by `set -o history`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import SyscallError
from simk8s.shell import evaluation
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import parse
from simk8s.shell.control import BuiltinError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@builtin("history")
def history(shell: Shell, words: list[str]) -> Run[int]:
    """`history [n]`, and `-c -d -s -p -a -n -r -w`."""
    options, operands = parse(words, "canrwps", "d")
    letters = [letter for letter, _ in options]
    lines = shell.history
    if "c" in letters:
        lines.clear()
    for letter, value in options:
        if letter == "d":
            index = _position(shell, value)
            del lines[index]
    if "s" in letters:
        lines.append(" ".join(operands))
    elif "p" in letters:
        yield from _write(shell, operands)
    elif set(letters) & set("anrw"):
        yield from _with_file(shell, letters[-1], operands)
    elif not letters:
        count = len(lines)
        if operands:
            if not operands[0].isdecimal():
                raise BuiltinError(f"{operands[0]}: numeric argument required")
            count = min(int(operands[0]), count)
        first = len(lines) - count
        yield from _write(shell, [f"{number + 1:5}  {lines[number]}" for number in range(first, len(lines))])
    return 0


def _position(shell: Shell, text: str) -> int:
    count = len(shell.history)
    try:
        number = int(text)
    except ValueError:
        number = 0
    index = number - 1 if number > 0 else count + number
    if number == 0 or not 0 <= index < count:
        raise BuiltinError(f"{text}: history position out of range")
    return index


def _with_file(shell: Shell, letter: str, operands: list[str]) -> Run[None]:
    path = operands[0] if operands else shell.get("HISTFILE") or ""
    if not path:
        return
    try:
        if letter in "nr":
            data = yield from shell.process.read_file(path)
            shell.history.extend(data.decode("utf-8", "surrogateescape").splitlines())
        elif letter == "w":
            text = "".join(line + "\n" for line in shell.history)
            yield from shell.process.write_file(path, text.encode("utf-8", "surrogateescape"))
    except SyscallError as error:
        raise BuiltinError(f"{path}: cannot open: {error.text}") from error


def _write(shell: Shell, lines: list[str]) -> Run[None]:
    yield from shell.process.write(1, "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape"))


@builtin("fc")
def fc(shell: Shell, words: list[str]) -> Run[int]:
    """`fc -l [first] [last]` lists, `fc -s [old=new] [command]` runs again; there is no editor."""
    options, operands = parse(words, "lnrs", "e")
    letters = {letter for letter, _ in options}
    lines = shell.history
    if "s" in letters:
        return (yield from _again(shell, operands))
    if "l" not in letters:
        if lines:
            raise BuiltinError("there is no editor")
        return 0
    if not lines:
        return 0
    first = _found(shell, operands[0]) if operands else max(len(lines) - 16, 0)
    last = _found(shell, operands[1]) if len(operands) > 1 else len(lines) - 1
    numbers = list(range(min(first, last), max(first, last) + 1))
    if ("r" in letters) != (first > last):
        numbers.reverse()
    yield from _write(shell, [f"{'' if 'n' in letters else number + 1}\t {lines[number]}" for number in numbers])
    return 0


def _found(shell: Shell, text: str) -> int:
    """The command that a number, a distance from the end, or the beginning of its text names."""
    lines = shell.history
    if text.lstrip("-").isdecimal():
        number = int(text)
        return min(max(number - 1 if number > 0 else len(lines) + number, 0), len(lines) - 1)
    for index in range(len(lines) - 1, -1, -1):
        if lines[index].startswith(text):
            return index
    raise BuiltinError("history specification out of range")


def _again(shell: Shell, operands: list[str]) -> Run[int]:
    changes = [operand.split("=", 1) for operand in operands if "=" in operand]
    wanted = [operand for operand in operands if "=" not in operand]
    try:
        text = shell.history[_found(shell, wanted[0]) if wanted else -1]
    except (BuiltinError, IndexError):
        raise BuiltinError("no command found") from None
    for old, new in changes:
        text = text.replace(old, new)
    yield from shell.say(text)
    return (yield from evaluation.run_text(shell, text, "fc"))
