"""Paths as text, and the programs basename, dirname, realpath, readlink, pathchk and pwd."""

from __future__ import annotations

import posixpath
import re

from simk8s.machine import Errno, Process, Symlink, SyscallError
from simk8s.programs.options import Options, UsageError, parse
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
    options = parse(process.argv, "a,multiple s,suffix: z,zero", permute=False, unmodelled="")
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
    options = parse(process.argv, "z,zero", unmodelled="")
    if not options.operands:
        raise UsageError("missing operand")
    end = "\0" if "z" in options else "\n"
    for path in options.operands:
        yield from process.write(1, (dir_name(path) + end).encode())
    return 0


@tool("realpath")
def realpath(process: Process) -> Run[int]:
    """Paths without links and dots."""
    options = parse(
        process.argv,
        "e,canonicalize-existing m,canonicalize-missing s,strip,no-symlinks q,quiet z,zero relative-to: relative-base: "
        "L,logical P,physical",
        unmodelled="",
    )
    if not options.operands:
        raise UsageError("missing operand")
    status = 0
    for path in options.operands:
        try:
            if "s" in options:
                real = absolute(process, path)
                if "m" not in options and not process.is_directory(dir_name(real)):
                    raise SyscallError(Errno.ENOENT, path)
                if "e" in options:
                    process.stat(real)
            else:
                real = canonical(process, path, options.last_of("em"))
            real = _relative(process, real, options)
        except SyscallError as error:
            status = 1
            if "q" not in options:
                yield from complain(process, f"{path}: {error.text}")
        else:
            yield from process.write(1, (real + ("\0" if "z" in options else "\n")).encode())
    return status


def _relative(process: Process, real: str, options: Options) -> str:
    base = canonical(process, options["relative-base"], "m") if "relative-base" in options else "/"
    start = canonical(process, options["relative-to"], "m") if "relative-to" in options else base
    if not ("relative-to" in options or "relative-base" in options):
        return real
    inside = f"{real}/".startswith(base.rstrip("/") + "/") and f"{start}/".startswith(base.rstrip("/") + "/")
    return posixpath.relpath(real, start) if inside else real


@tool("readlink")
def readlink(process: Process) -> Run[int]:
    """What a symbolic link says; with -f, -e or -m where a path leads in the end."""
    options = parse(
        process.argv,
        "f,canonicalize e,canonicalize-existing m,canonicalize-missing n,no-newline q,quiet s,silent v,verbose z,zero",
        unmodelled="",
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
        full = absolute(process, path)
        return full if full == "/" else join(canonical(process, dir_name(full), mode), base_name(full))
    return location.path


_PORTABLE = re.compile(r"[A-Za-z0-9._/-]*")


@tool("pathchk")
def pathchk(process: Process) -> Run[int]:
    """Whether paths can be used here, or (-p) on any POSIX system."""
    options = parse(process.argv, "p P portability", unmodelled="")
    if not options.operands:
        raise UsageError("missing operand")
    everywhere = "p" in options or "portability" in options
    status = 0
    for path in options.operands:
        problem = _problem(process, path, everywhere, "P" in options or "portability" in options)
        if problem:
            yield from complain(process, problem)
            status = 1
    return status


def _problem(process: Process, path: str, everywhere: bool, strict: bool) -> str:
    if strict and any(part.startswith("-") for part in path.split("/")):
        return f"leading '-' in a component of file name '{path}'"
    if not path and (everywhere or strict):
        return "empty file name"
    if everywhere:
        wrong = _PORTABLE.sub("", path)
        if wrong:
            return f"nonportable character '{wrong[0]}' in file name '{path}'"
        name_limit, path_limit = 14, 255
    else:
        name_limit, path_limit = 255, 4095
        try:
            process.locate(path, follow=False)
        except SyscallError as error:
            if error.errno is not Errno.ENOENT:
                return f"{path}: {error.text}"
        if not path:
            return f"'{path}': {Errno.ENOENT.text}"
    if len(path) > path_limit:
        return f"limit {path_limit} exceeded by length {len(path)} of file name {path}"
    long = next((part for part in path.split("/") if len(part) > name_limit), "")
    return f"limit {name_limit} exceeded by length {len(long)} of file name component '{long}'" if long else ""


@tool("pwd")
def pwd(process: Process) -> Run[int]:
    """The working directory."""
    options = parse(process.argv, "L,logical P,physical", unmodelled="")
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
