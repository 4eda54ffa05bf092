"""rm, rmdir and unlink. Each name removed is a step of its own, so a crash can fall between two of them."""

from __future__ import annotations

from simk8s.machine import Directory, Errno, Process, SyscallError
from simk8s.programs.files.path import base_name, dir_name, join
from simk8s.programs.files.prompt import confirmed, kind_of
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run


@tool("rm")
def rm(process: Process) -> Run[int]:
    """Remove files; with -r directories and what is in them."""
    options = parse(
        process.argv,
        "r,R,recursive f,force i I interactive:: v,verbose d,dir one-file-system preserve-root:: no-preserve-root",
        unmodelled="",
    )
    if not options.operands and "f" not in options:
        raise UsageError("missing operand")
    count = len(options.operands)
    if asks(options) == "once" and (count > 3 or "r" in options):
        how = " recursively" if "r" in options else ""
        if not (yield from confirmed(process, f"remove {count} argument{'s' * (count > 1)}{how}")):
            return 0
    status = 0
    for path in options.operands:
        if "r" in options and base_name(path) in (".", ".."):
            yield from complain(process, f"refusing to remove '.' or '..' directory: skipping '{path}'")
            status = 1
        elif "r" in options and path.strip("/") == "" and "no-preserve-root" not in options:
            yield from complain(process, "it is dangerous to operate recursively on '/'")
            yield from complain(process, "use --no-preserve-root to override this failsafe")
            status = 1
        else:
            status |= yield from _remove(process, path, options)
    return status


def asks(options: Options) -> str:
    """When to ask before something is removed: `always`, `once` or `never`."""
    name = options.last_of(("f", "i", "I", "interactive"))
    word = options["interactive"] or "always"
    said = {"f": "never", "i": "always", "I": "once"}.get(name) or (word if name else "never")
    return {"yes": "always", "no": "never", "none": "never"}.get(said, said)


def _remove(process: Process, path: str, options: Options) -> Run[int]:
    try:
        inode = process.stat(path, follow=False)
        if isinstance(inode, Directory) and "r" in options:
            return (yield from _remove_tree(process, path, options))
        asked = asks(options) == "always" and (not isinstance(inode, Directory) or "d" in options)
        if asked and not (yield from confirmed(process, f"remove {kind_of(inode)} '{path}'")):
            return 0
        if isinstance(inode, Directory) and "d" in options:
            yield from process.rmdir(path)
            if "v" in options:
                yield from process.print(f"removed directory '{path}'")
            return 0
        yield from process.unlink(path)
        if "v" in options:
            yield from process.print(f"removed '{path}'")
    except SyscallError as error:
        if error.errno in (Errno.ENOENT, Errno.ENOTDIR) and "f" in options:
            return 0
        yield from complain(process, f"cannot remove '{path}': {error.text}")
        return 1
    return 0


def _remove_tree(process: Process, path: str, options: Options) -> Run[int]:
    status = 0
    careful = asks(options) == "always"
    if careful and process.listdir(path) and not (yield from confirmed(process, f"descend into directory '{path}'")):
        return 0
    for name in process.listdir(path):
        status |= yield from _remove(process, join(path, name), options)
    if status or (careful and not (yield from confirmed(process, f"remove directory '{path}'"))):
        return status
    yield from process.rmdir(path)
    if "v" in options:
        yield from process.print(f"removed directory '{path}'")
    return 0


@tool("rmdir")
def rmdir(process: Process) -> Run[int]:
    """Remove empty directories."""
    options = parse(process.argv, "p,parents v,verbose ignore-fail-on-non-empty", unmodelled="")
    if not options.operands:
        raise UsageError("missing operand")
    status = 0
    for path in options.operands:
        while True:
            try:
                yield from process.rmdir(path)
            except SyscallError as error:
                if error.errno is not Errno.ENOTEMPTY or "ignore-fail-on-non-empty" not in options:
                    yield from complain(process, f"failed to remove '{path}': {error.text}")
                    status = 1
                break
            if "v" in options:
                yield from process.print(f"rmdir: removing directory, '{path}'")
            path = dir_name(path)
            if "p" not in options or path in (".", "/"):
                break
    return status


@tool("unlink")
def unlink(process: Process) -> Run[int]:
    """Remove one name."""
    operands = parse(process.argv, "", unmodelled="").operands
    if len(operands) != 1:
        raise UsageError("missing operand" if not operands else f"extra operand '{operands[1]}'")
    try:
        yield from process.unlink(operands[0])
    except SyscallError as error:
        raise Failure(f"cannot unlink '{operands[0]}': {error.text}") from None
    return 0
