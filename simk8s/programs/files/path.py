"""Paths as text, and the programs basename, dirname, realpath, readlink and pwd."""

from __future__ import annotations

import posixpath

from simk8s.machine import Process, Symlink, SyscallError
from simk8s.programs.options import UsageError, parse
from simk8s.programs.tool import complain, tool
from simk8s.sim import Run


def base_name(path: str) -> str:
    """The last part of a path, trailing slashes aside.

    >>> base_name("/a/b/"), base_name("/")
    ('b', '/')
    """
    stripped = path.rstrip("/")
    return stripped.rpartition("/")[2] if stripped else path[:1]


def dir_name(path: str) -> str:
    """A path without its last part.

    >>> dir_name("a//b"), dir_name("a"), dir_name("/a")
    ('a', '.', '/')
    """
    stripped = path.rstrip("/")
    if not stripped:
        return "/" if path else "."
    parent, slash, _ = stripped.rpartition("/")
    return parent.rstrip("/") or ("/" if slash else ".")


def join(directory: str, name: str) -> str:
    """`name` inside `directory`."""
    return directory + name if directory.endswith("/") else f"{directory}/{name}"


def absolute(process: Process, path: str) -> str:
    """A path from the root, without `.` and `..`; links are not looked at."""
    return posixpath.normpath(posixpath.join(process.cwd, path)).replace("//", "/")


@tool("basename")
def basename(process: Process) -> Run[int]:
    """The last part of paths, without a suffix."""
    options = parse(process.argv, "a,multiple s,suffix: z,zero", permute=False)
    paths, suffix = options.operands, options["s"]
    if not paths:
        raise UsageError("missing operand")
    if "a" not in options and "s" not in options:
        if len(paths) > 2:
            raise UsageError(f"extra operand '{paths[2]}'")
        paths, suffix = paths[:1], "".join(paths[1:])
    end = "\0" if "z" in options else "\n"
    for path in paths:
        name = base_name(path)
        shown = name.removesuffix(suffix) if name != suffix else name
        yield from process.write(1, (shown + end).encode())
    return 0


@tool("dirname")
def dirname(process: Process) -> Run[int]:
    """Paths without their last parts."""
    options = parse(process.argv, "z,zero")
    if not options.operands:
        raise UsageError("missing operand")
    end = "\0" if "z" in options else "\n"
    for path in options.operands:
        yield from process.write(1, (dir_name(path) + end).encode())
    return 0


@tool("realpath")
def realpath(process: Process) -> Run[int]:
    """Paths without links and dots."""
    options = parse(process.argv, "e,canonicalize-existing m,canonicalize-missing s,strip,no-symlinks q,quiet z,zero")
    if not options.operands:
        raise UsageError("missing operand")
    status = 0
    for path in options.operands:
        try:
            if "s" in options:
                real = absolute(process, path)
            else:
                real = canonical(process, path, options.last_of("em"))
        except SyscallError as error:
            status = 1
            if "q" not in options:
                yield from complain(process, f"{path}: {error.text}")
        else:
            yield from process.write(1, (real + ("\0" if "z" in options else "\n")).encode())
    return status


@tool("readlink")
def readlink(process: Process) -> Run[int]:
    """What a symbolic link says; with -f, -e or -m where a path leads in the end."""
    options = parse(
        process.argv,
        "f,canonicalize e,canonicalize-existing m,canonicalize-missing n,no-newline q,quiet s,silent v,verbose z,zero",
    )
    if not options.operands:
        raise UsageError("missing operand")
    status = 0
    for path in options.operands:
        try:
            mode = options.last_of("fem")
            target = canonical(process, path, mode) if mode else process.readlink(path)
        except SyscallError as error:
            status = 1
            if "v" in options:
                yield from complain(process, f"{path}: {error.text}")
        else:
            end = "" if "n" in options and len(options.operands) == 1 else "\0" if "z" in options else "\n"
            yield from process.write(1, (target + end).encode())
    return status


def canonical(process: Process, path: str, mode: str = "") -> str:
    """The absolute path without links. The last part need not exist; with mode `m` nothing need, with `e` all must."""
    if mode == "e":
        return process.realpath(path)
    try:
        location = process.locate(path)
    except SyscallError:
        if mode != "m":
            raise
        parent = dir_name(absolute(process, path))
        return join(canonical(process, parent, mode), base_name(path))
    return location.path


@tool("pwd")
def pwd(process: Process) -> Run[int]:
    """The working directory."""
    options = parse(process.argv, "L,logical P,physical")
    claimed = process.environ.get("PWD", "")
    logical = "L" in options and claimed.startswith("/") and process.exists(claimed)
    yield from process.print(claimed if logical else process.realpath(process.cwd))
    return 0


def is_link(process: Process, path: str) -> bool:
    """Whether the last part of a path is a symbolic link itself."""
    try:
        return isinstance(process.stat(path, follow=False), Symlink)
    except SyscallError:
        return False
