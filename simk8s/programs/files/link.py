"""ln and link: further names for files, and names that point elsewhere."""

from __future__ import annotations

import posixpath

from simk8s.machine import Directory, Errno, Process, SyscallError
from simk8s.programs.files.backup import BACKUP_OPTIONS, keep
from simk8s.programs.files.path import absolute, base_name, dir_name, is_link, join
from simk8s.programs.files.prompt import confirmed
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run


@tool("ln")
def ln(process: Process) -> Run[int]:
    """Make links."""
    options = parse(
        process.argv,
        "s,symbolic f,force i,interactive n,no-dereference v,verbose t,target-directory: T,no-target-directory "
        "r,relative "
        f"L,logical P,physical {BACKUP_OPTIONS}",
        unmodelled="d,F,directory",
    )
    names = list(options.operands)
    if not names:
        raise UsageError("missing file operand")
    directory = options["t"]
    target = ""
    if not directory:
        last = names[-1] if len(names) > 1 else "."
        keeps = "T" in options or ("n" in options and is_link(process, last))
        if process.is_directory(last) and not keeps:
            directory = last
        elif len(names) > 2:
            raise Failure(f"target '{last}': {(Errno.ENOTDIR if process.exists(last) else Errno.ENOENT).text}")
        else:
            target = last
        names = names[:-1] if len(names) > 1 else names
    status = 0
    for name in names:
        link = join(directory, base_name(name)) if directory else target
        if "r" in options and "s" in options:
            name = posixpath.relpath(absolute(process, name), dir_name(absolute(process, link)))
        try:
            made = yield from _link(process, name, link, options)
            if not made:
                continue
        except Failure as failure:
            yield from complain(process, failure.message)
            status = 1
            continue
        except SyscallError as error:
            kind = "symbolic" if "s" in options else "hard"
            missing = "s" not in options and not process.exists(name, follow=False)
            problem = f"failed to access '{name}'" if missing else f"failed to create {kind} link '{link}'"
            yield from complain(process, f"{problem}: {error.text}")
            status = 1
            continue
        if "v" in options:
            yield from process.print(f"'{link}' {'->' if 's' in options else '=>'} '{name}'")
    return status


def _link(process: Process, name: str, link: str, options: Options) -> Run[bool]:
    """Make one link; whether it was made, or its maker said no."""
    symbolic = "s" in options
    follow = options.last_of("LP") != "P"
    if not symbolic and isinstance(process.stat(name, follow=follow), Directory):
        raise Failure(f"{name}: hard link not allowed for directory")
    there = process.stat(link, follow=False) if process.exists(link, follow=False) else None
    replaces = options.last_of(("f", "i", "b", "backup"))
    if there is not None and replaces:
        target = join(dir_name(link), name) if symbolic and not name.startswith("/") else name
        same = process.exists(target) and process.stat(target, follow=not symbolic) is there
        if same and not ("b" in options and symbolic):
            raise Failure(f"'{name}' and '{link}' are the same file")
        if isinstance(there, Directory):
            raise Failure(f"{link}: cannot overwrite directory")
        if "i" in options and not (yield from confirmed(process, f"replace '{link}'")):
            return False
        yield from keep(process, link, options)
        if process.exists(link, follow=False):
            yield from process.unlink(link)  # GNU ln renames a temporary link instead: SIM, two steps
    if symbolic:
        yield from process.symlink(name, link)
    elif not follow and is_link(process, name):
        yield from process.symlink(process.readlink(name), link)  # a link of its own: SIM, two inodes
    else:
        yield from process.link(name, link)
    return True


@tool("link")
def link(process: Process) -> Run[int]:
    """A second name for a file, by link(2) itself."""
    operands = parse(process.argv, "", unmodelled="").operands
    if len(operands) < 2:
        raise UsageError(f"missing operand after '{operands[0]}'" if operands else "missing operand")
    if len(operands) > 2:
        raise UsageError(f"extra operand '{operands[2]}'")
    try:
        yield from process.link(operands[0], operands[1])
    except SyscallError as error:
        raise Failure(f"cannot create link '{operands[1]}' to '{operands[0]}': {error.text}") from None
    return 0
