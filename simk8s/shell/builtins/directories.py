"""`cd` and `pwd`. `directory_stack.py` has `pushd` and its like."""

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
        found = _on_cdpath(shell, target) or _named_by_variable(shell, target)
        if found is not None:
            target, show = found, True
    if not change(shell, target, physical=physical):
        yield from shell.say(f"cd: {_LOST}")
    if show:
        yield from shell.process.write(1, f"{shell.process.cwd}\n".encode())
    return 0


def _on_cdpath(shell: Shell, target: str) -> str | None:
    if target.startswith(("/", "./", "../")) or target in (".", ".."):
        return None
    for folder in (shell.get("CDPATH") or "").split(":"):
        path = f"{folder.rstrip('/')}/{target}"
        if not folder and shell.process.is_directory(target):
            return None
        if folder and shell.process.is_directory(path):
            return path
    return None


def _named_by_variable(shell: Shell, target: str) -> str | None:
    """`shopt -s cdable_vars`: what is no directory may be the name of a variable that has one."""
    if not shell.options.get("cdable_vars") or shell.process.is_directory(target or "."):
        return None
    path = shell.get(target)
    return path if path is not None and shell.process.is_directory(path) else None


_LOST = "error retrieving current directory: getcwd: cannot access parent directories: No such file or directory"


def change(shell: Shell, target: str, *, physical: bool = False) -> bool:
    """Make a directory the working directory, and tell PWD and OLDPWD. Raises BuiltinError.

    Returns False where it came from a directory that was removed, and this one was too.
    """
    process = shell.process
    here = process.cwd
    path = target if target.startswith("/") else here.rstrip("/") + "/" + target
    try:
        if not set(target.split("/")) - {"", ".", ".."} and _is_lost(shell, target):
            shell.set_plain("OLDPWD", shell.get("PWD") or here)
            process.cwd = logical(path)
            assignment.assign(shell, "PWD", f"{shell.get('PWD') or here}/{target}")
            return False
        resolved = process.realpath(target or ".")
        path = logical(path)
        if not process.is_directory(resolved):
            raise SyscallError(Errno.ENOTDIR, target)
        if not process.may(process.stat(resolved), 1):
            raise SyscallError(Errno.EACCES, target)
    except SyscallError as error:
        raise BuiltinError(f"{target}: {error.text}", 2 if shell.dialect.almquist else 1) from error
    shell.set_plain("OLDPWD", shell.get("PWD") or here)
    process.cwd = resolved if physical else path
    assignment.assign(shell, "PWD", process.cwd)
    return True


def _is_lost(shell: Shell, target: str) -> bool:
    """Whether the working directory was removed, and what is there upwards of it."""
    process = shell.process
    return not target.startswith("/") and not process.exists(process.cwd) and not process.exists(target)


def logical(path: str) -> str:
    """A path without `.`, `..` and double slashes, links not followed."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    start = "//" if path.startswith("//") and not path.startswith("///") else "/"  # two slashes are another root
    return start + "/".join(parts)


@builtin("pwd")
def pwd(shell: Shell, words: list[str]) -> Run[int]:
    options, _ = parse(words, "LP")
    process = shell.process
    physical = bool(options) and options[-1][0] == "P"
    try:
        path = process.realpath(process.cwd) if physical else process.cwd
    except SyscallError:
        yield from shell.say(f"pwd: {_LOST}")
        return 1
    yield from process.write(1, f"{path}\n".encode("utf-8", "surrogateescape"))
    return 0
