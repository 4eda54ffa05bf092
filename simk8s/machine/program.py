"""Programs: generator functions over a Process, found by the name in their executable file."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from simk8s.machine.errno import Errno, SyscallError
from simk8s.machine.filesystem import EXECUTABLE_MAGIC, File, Inode
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine.process import Process

Main: TypeAlias = "Callable[[Process], Run[int]]"
"""A program: takes its process, returns the exit status (0 to 255)."""

PROGRAMS: dict[str, Main] = {}
DEFAULT_PATH = "/bin:/usr/bin"  # execvp(3), where PATH is not set


def program(*names: str) -> Callable[[Main], Main]:
    """Register a program under the name (or names) that an image's executable files carry.

    >>> @program("greet")
    ... def greet(process):
    ...     yield from process.print("hello")
    ...     return 0
    """

    def register(main: Main) -> Main:
        for name in names:
            PROGRAMS[name] = main
        return main

    return register


def load(process: Process, path: str, argv: list[str], depth: int = 0) -> tuple[Main, list[str]]:
    """What `execve` does with a file: the program to run and the arguments it gets.

    Raises SyscallError ENOENT, EACCES (not executable, or a directory), ENOEXEC (neither a program nor `#!`).
    """
    return _load(process, path, process.stat(path), argv, depth)


def load_from_path(process: Process, argv: list[str]) -> tuple[Main, list[str]]:
    """As `load`, of the program that `argv` names without a slash."""
    name = argv[0]
    found = _search(process, name, process.environ.get("PATH", DEFAULT_PATH))
    if found is None:
        raise SyscallError(Errno.ENOENT, name)
    path, file = found
    return _load(process, path, file, argv)


def _load(process: Process, path: str, inode: Inode, argv: list[str], depth: int = 0) -> tuple[Main, list[str]]:
    if not isinstance(inode, File) or not inode.mode & 0o111:
        raise SyscallError(Errno.EACCES, path)
    head = bytes(inode.content[:256])
    name = _program_name(head)
    if name is not None:
        main = PROGRAMS.get(name)
        if main is None:
            raise LookupError(f"an image holds the executable {path}, but no program {name!r} is registered")
        return main, argv
    if head.startswith(b"#!"):
        if depth > 4:
            raise SyscallError(Errno.ELOOP, path)
        interpreter, *argument = head[2:].split(b"\n", 1)[0].decode(errors="replace").split(None, 1) or [""]
        if not interpreter:
            raise SyscallError(Errno.ENOEXEC, path)
        words = [interpreter, *(word.strip() for word in argument), path, *argv[1:]]
        return load(process, interpreter, words, depth + 1)
    raise SyscallError(Errno.ENOEXEC, path)


@lru_cache(maxsize=1024)  # there are only so many programs
def _program_name(head: bytes) -> str | None:
    if not head.startswith(EXECUTABLE_MAGIC):
        return None
    return head[len(EXECUTABLE_MAGIC) :].split(b"\n", 1)[0].decode()


def find_on_path(process: Process, name: str, path: str) -> str | None:
    """The file that a command name without a slash leads to, by PATH; an executable one is preferred."""
    found = _search(process, name, path)
    return None if found is None else found[0]


def _search(process: Process, name: str, path: str) -> tuple[str, File] | None:
    second_best = None
    find, cwd = process.machine.mounts.find, process.cwd
    for candidate in _candidates(name, path):
        try:
            inode = find(candidate, cwd)
        except SyscallError:
            continue
        if inode is not None and isinstance(inode, File):
            if inode.mode & 0o111:
                return candidate, inode
            second_best = second_best or (candidate, inode)
    return second_best


@lru_cache(maxsize=1024)
def _candidates(name: str, path: str) -> tuple[str, ...]:
    return tuple(f"{folder or '.'}/{name}" for folder in path.split(":"))
