"""`cd`, `pwd` and the directory stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import Errno, SyscallError
from simk8s.shell import assignment
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import parse
from simk8s.shell.control import BuiltinError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@builtin("cd")
def cd(shell: Shell, words: list[str]) -> Run[int]:
    """`cd [-LP] [directory]`: `-` is the one before, CDPATH is searched."""
    options, operands = parse(words, "LPe@")
    physical = bool(options) and options[-1][0] == "P"
    if len(operands) > 1:
        raise BuiltinError("too many arguments")
    show = False
    if not operands:
        target = shell.get("HOME")
        if target is None:
            raise BuiltinError("HOME not set")
    elif operands[0] == "-":
        target = shell.get("OLDPWD")
        if target is None:
            raise BuiltinError("OLDPWD not set")
        show = True
    else:
        target = operands[0]
        found = _on_cdpath(shell, target)
        if found is not None:
            target, show = found, True
    change(shell, target, physical=physical)
    if show:
        yield from shell.process.write(1, f"{shell.process.cwd}\n".encode())
    return 0


def _on_cdpath(shell: Shell, target: str) -> str | None:
    if target.startswith(("/", "./", "../")) or target in (".", ".."):
        return None
    for folder in (shell.get("CDPATH") or "").split(":"):
        if folder and shell.process.is_directory(f"{folder}/{target}"):
            return f"{folder}/{target}"
    return None


def change(shell: Shell, target: str, *, physical: bool = False) -> None:
    """Make a directory the working directory, and tell PWD and OLDPWD. Raises BuiltinError."""
    process = shell.process
    if not target:
        return
    here = shell.get("PWD") or process.cwd
    path = target if target.startswith("/") else f"{here}/{target}"
    path = path if physical else logical(path)
    try:
        resolved = process.realpath(path)
        if not process.is_directory(resolved):
            raise SyscallError(Errno.ENOTDIR, target)
        if not process.may(process.stat(resolved), 1):
            raise SyscallError(Errno.EACCES, target)
    except SyscallError as error:
        raise BuiltinError(f"{target}: {error.text}", 2 if shell.dialect.almquist else 1) from error
    shell.set_plain("OLDPWD", here)
    process.cwd = resolved if physical else path
    assignment.assign(shell, "PWD", process.cwd)


def logical(path: str) -> str:
    """A path without `.`, `..` and double slashes, links not followed."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


@builtin("pwd")
def pwd(shell: Shell, words: list[str]) -> Run[int]:
    options, _ = parse(words, "LP")
    process = shell.process
    physical = bool(options) and options[-1][0] == "P"
    try:
        path = process.realpath(process.cwd) if physical else process.cwd
    except SyscallError as error:
        raise BuiltinError(f"error retrieving current directory: getcwd: {error.text}") from error
    yield from process.write(1, f"{path}\n".encode("utf-8", "surrogateescape"))
    return 0


@builtin("dirs")
def dirs(shell: Shell, words: list[str]) -> Run[int]:
    options, _ = parse(words, "clpv")
    letters = {letter for letter, _ in options}
    if "c" in letters:
        shell.directories.clear()
        return 0
    yield from _show(shell, letters)
    return 0


def _show(shell: Shell, letters: set[str]) -> Run[None]:
    stack = [shell.process.cwd, *shell.directories]
    if "l" not in letters:
        stack = [_short(shell, path) for path in stack]
    if "v" in letters:
        text = "".join(f"{number:2}  {path}\n" for number, path in enumerate(stack))
    elif "p" in letters:
        text = "".join(f"{path}\n" for path in stack)
    else:
        text = " ".join(stack) + "\n"
    yield from shell.process.write(1, text.encode("utf-8", "surrogateescape"))


def _short(shell: Shell, path: str) -> str:
    home = shell.get("HOME")
    if home and home != "/" and (path == home or path.startswith(home + "/")):
        return "~" + path[len(home) :]
    return path


@builtin("pushd")
def pushd(shell: Shell, words: list[str]) -> Run[int]:
    operands = [word for word in words[1:] if word not in ("-n", "--")]
    stack = shell.directories
    here = shell.process.cwd
    if not operands:
        if not stack:
            raise BuiltinError("no other directory")
        change(shell, stack[0])
        stack[0] = here
    elif operands[0][0] in "+-" and operands[0][1:].isdecimal():
        whole = [here, *stack]
        number = int(operands[0][1:])
        index = number if operands[0][0] == "+" else len(whole) - 1 - number
        if not 0 <= index < len(whole):
            raise BuiltinError(f"{operands[0]}: directory stack index out of range")
        whole = whole[index:] + whole[:index]
        change(shell, whole[0])
        shell.directories = whole[1:]
    else:
        change(shell, operands[0])
        stack.insert(0, here)
    yield from _show(shell, set())
    return 0


@builtin("popd")
def popd(shell: Shell, words: list[str]) -> Run[int]:
    operands = [word for word in words[1:] if word not in ("-n", "--")]
    if not shell.directories:
        raise BuiltinError("directory stack empty")
    index = 0
    if operands and operands[0][0] in "+-" and operands[0][1:].isdecimal():
        number = int(operands[0][1:])
        index = number if operands[0][0] == "+" else len(shell.directories) - number
        if not 0 <= index <= len(shell.directories):
            raise BuiltinError(f"{operands[0]}: directory stack index out of range")
    if index == 0:
        change(shell, shell.directories[0])
        del shell.directories[0]
    else:
        del shell.directories[index - 1]
    yield from _show(shell, set())
    return 0
