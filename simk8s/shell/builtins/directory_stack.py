"""The directory stack: `pushd`, `popd`, `dirs`, and what `~1` means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simk8s.shell.builtins.directories import change
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import UsageError
from simk8s.shell.control import BuiltinError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_PLACE = re.compile(r"[-+]\d+\Z")


@builtin("dirs")
def dirs(shell: Shell, words: list[str]) -> Run[int]:
    """`dirs [-clpv] [+N] [-N]`"""
    letters: set[str] = set()
    place = None
    for word in words[1:]:
        if _PLACE.match(word):
            place = word
        elif word[0:1] != "-":
            raise UsageError("dirs", f"{word}: invalid option")
        elif word.strip("-clpv"):
            raise UsageError("dirs", f"{word}: invalid number")
        else:
            letters |= set(word[1:])
    if "c" in letters:
        shell.directories.clear()
        return 0
    yield from _show(shell, letters, None if place is None else _index(shell, place))
    return 0


def _index(shell: Shell, place: str) -> int:
    """Where `+N` (from the left) or `-N` (from the right) leads in the stack, whose first is the working directory."""
    count = len(shell.directories) + 1
    number = int(place[1:])
    index = number if place[0] == "+" else count - 1 - number
    if not 0 <= index < count or (count == 1 and index):
        raise BuiltinError(f"{place}: directory stack index out of range" if count > 1 else "directory stack empty")
    return index


def _show(shell: Shell, letters: set[str], index: int | None = None) -> Run[None]:
    stack = [shell.process.cwd, *shell.directories]
    if "l" not in letters:
        stack = [_short(shell, path) for path in stack]
    numbered = list(enumerate(stack)) if index is None else [(index, stack[index])]
    if "v" in letters:
        text = "".join(f"{number:2}  {path}\n" for number, path in numbered)
    else:
        text = ("\n" if "p" in letters else " ").join(path for _, path in numbered) + "\n"
    yield from shell.process.write(1, text.encode("utf-8", "surrogateescape"))


def _short(shell: Shell, path: str) -> str:
    home = shell.get("HOME")
    if home and home != "/" and (path == home or path.startswith(home + "/")):
        return "~" + path[len(home) :]
    return path


@builtin("pushd")
def pushd(shell: Shell, words: list[str]) -> Run[int]:
    """`pushd [-n] [+N | -N | dir]`"""
    stay, operands = _operands("pushd", words, "-")
    stack = shell.directories
    here = shell.process.cwd
    if not operands:
        if stay and not stack:
            return 0
        if not stack:
            raise BuiltinError("no other directory")
        if not stay:
            change(shell, stack[0])
            stack[0] = here
    elif _PLACE.match(operands[0]):
        index = _index(shell, operands[0])
        whole = [here, *stack]
        whole = whole[index:] + whole[:index]
        if not stay:
            change(shell, whole[0])
        shell.directories = whole[1:]
        if stay:
            return 0
    elif stay:
        stack.insert(0, operands[0])
    elif len(operands) > 1:
        raise BuiltinError("too many arguments")
    else:
        target = operands[0]
        if target == "-":
            target = shell.get("OLDPWD") or ""
            if not target:
                raise BuiltinError("OLDPWD not set")
            yield from shell.process.write(1, f"{target}\n".encode("utf-8", "surrogateescape"))
        change(shell, target)
        stack.insert(0, here)
    yield from _show(shell, set())
    return 0


@builtin("popd")
def popd(shell: Shell, words: list[str]) -> Run[int]:
    """`popd [-n] [+N | -N]`"""
    stay, operands = _operands("popd", words, "")
    for operand in operands:
        if not _PLACE.match(operand):
            raise UsageError("popd", f"{operand}: invalid argument")
    if not shell.directories:
        raise BuiltinError("directory stack empty")
    index = _index(shell, operands[-1]) if operands else 0
    if index == 0 and not stay:
        change(shell, shell.directories[0])
    del shell.directories[max(index - 1, 0)]
    yield from _show(shell, set())
    return 0


def _operands(name: str, words: list[str], plain: str) -> tuple[bool, list[str]]:
    """Whether the working directory is to stay (`-n`), and the other words."""
    operands: list[str] = []
    stay = False
    for number, word in enumerate(words[1:], 2):
        if word == "--":
            return stay, operands + words[number:]
        if word == "-n":
            stay = True
        elif word[:1] == "-" and word != plain and not _PLACE.match(word):
            raise UsageError(name, f"{word}: invalid number")
        else:
            operands.append(word)
    return stay, operands
