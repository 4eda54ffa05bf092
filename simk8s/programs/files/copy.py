"""cp, mv and install: a rename is one atomic step, a copy is many."""

from __future__ import annotations

from simk8s.machine import Directory, Errno, Fifo, File, Inode, Process, Symlink, SyscallError
from simk8s.programs.accounts import gid_of, uid_of
from simk8s.programs.files.backup import BACKUP_OPTIONS, keep
from simk8s.programs.files.mode import parse_mode
from simk8s.programs.files.path import base_name, dir_name, is_link, join
from simk8s.programs.files.prompt import confirmed
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run

BLOCK = 1 << 20  # a copy writes in pieces of this many bytes, each a step (SIM)


@tool("cp")
def cp(process: Process) -> Run[int]:
    """Copy files and trees."""
    options = parse(
        process.argv,
        "r,R,recursive a,archive p f,force n,no-clobber v,verbose t,target-directory: T,no-target-directory "
        "u,update L,dereference P,no-dereference d H l,link s,symbolic-link preserve:: remove-destination parents "
        "no-preserve: reflink:: sparse: x,one-file-system "
        f"i,interactive attributes-only {BACKUP_OPTIONS}",
        unmodelled="copy-contents strip-trailing-slashes debug Z context:: c",
    )
    sources, directory, target = destination(process, options)
    status = 0
    for source in sources:
        if "parents" in options and directory:
            target = join(target if target else directory, source)
            yield from make_directories(process, dir_name(target))
        copy = join(directory, base_name(source)) if directory and "parents" not in options else target
        status |= yield from _copy(process, source, copy, options, top=True)
    return status


@tool("mv")
def mv(process: Process) -> Run[int]:
    """Move files and trees: a rename inside one volume, a copy and a removal between two."""
    options = parse(
        process.argv,
        "f,force i,interactive n,no-clobber v,verbose t,target-directory: T,no-target-directory u,update "
        + BACKUP_OPTIONS,
        unmodelled="strip-trailing-slashes Z,context debug",
    )
    sources, directory, target = destination(process, options)
    status = 0
    for source in sources:
        status |= yield from _move(
            process, source, join(directory, base_name(source)) if directory else target, options
        )
    return status


def destination(process: Process, options: Options) -> tuple[list[str], str, str]:
    """The sources, and either the directory to put them into or the one path that the copy gets."""
    operands = options.operands
    if "t" in options:
        if not operands:
            raise UsageError("missing file operand")
        if not process.is_directory(options["t"]):
            raise Failure(f"target directory '{options['t']}': {_why_no_directory(process, options['t'])}")
        return operands, options["t"], ""
    if not operands:
        raise UsageError("missing file operand")
    if len(operands) == 1:
        raise UsageError(f"missing destination file operand after '{operands[0]}'")
    *sources, target = operands
    if "T" in options:
        if len(sources) > 1:
            raise UsageError(f"extra operand '{operands[2]}'")
        return sources, "", target
    if process.is_directory(target):
        return sources, target, ""
    if len(sources) > 1:
        raise Failure(f"target '{target}': {_why_no_directory(process, target)}")
    return sources, "", target


def _why_no_directory(process: Process, path: str) -> str:
    return (Errno.ENOTDIR if process.exists(path) else Errno.ENOENT).text


def _move(process: Process, source: str, target: str, options: Options) -> Run[int]:
    try:
        inode = process.stat(source, follow=False)
    except SyscallError as error:
        yield from complain(process, f"cannot stat '{source}': {error.text}")
        return 1
    try:
        there: Inode | None = process.stat(target, follow=False)
    except SyscallError:
        there = None
    if there is not None:
        asked = options.last_of("fin")
        if asked == "n" or (_only_newer(options) and there.mtime >= inode.mtime):
            return 0
        problem = ""
        if there is inode:
            problem = f"'{source}' and '{target}' are the same file"
        elif isinstance(inode, Directory) and not isinstance(there, Directory):
            problem = f"cannot overwrite non-directory '{target}' with directory '{source}'"
        elif isinstance(there, Directory) and not isinstance(inode, Directory):
            problem = f"cannot overwrite directory '{target}' with non-directory"
        if problem:
            yield from complain(process, problem)
            return 1
        if asked == "i" and not (yield from confirmed(process, f"overwrite '{target}'")):
            return 0
        yield from keep(process, target, options)
    try:
        yield from process.rename(source.rstrip("/") or "/", target)
    except SyscallError as error:
        if error.errno is Errno.EXDEV:
            return (yield from _move_across(process, source, target, there is not None, options))
        if error.errno is Errno.EINVAL:
            yield from complain(process, f"cannot move '{source}' to a subdirectory of itself, '{target}'")
        else:
            yield from complain(process, f"cannot move '{source}' to '{target}': {error.text}")
        return 1
    if "v" in options:
        yield from process.print(f"renamed '{source}' -> '{target}'")
    return 0


def _move_across(process: Process, source: str, target: str, replace: bool, options: Options) -> Run[int]:
    """EXDEV: what was there is removed, the source copied with all its attributes and then removed."""
    if replace:
        yield from remove_tree(process, target)
    as_archive = Options((("a", ""), *((("v", ""),) if "v" in options else ())), [])
    status = yield from _copy(process, source, target, as_archive, top=True)
    if status:
        return status
    yield from remove_tree(process, source)
    return 0


def remove_tree(process: Process, path: str) -> Run[None]:
    """Remove whatever is at a path, from the leaves up."""
    if isinstance(process.stat(path, follow=False), Directory):
        for name in process.listdir(path):
            yield from remove_tree(process, join(path, name))
        yield from process.rmdir(path)
    else:
        yield from process.unlink(path)


def _copy(process: Process, source: str, target: str, options: Options, *, top: bool) -> Run[int]:
    keeps_links = options.last_of("LPdaH") in ("P", "d", "a") or ("r" in options and "L" not in options)
    follow = not keeps_links or (top and "H" in options)
    try:
        inode = process.stat(source, follow=follow)
    except SyscallError as error:
        yield from complain(process, f"cannot stat '{source}': {error.text}")
        return 1
    recursive = "r" in options or "a" in options
    if isinstance(inode, Directory):
        if not recursive:
            yield from complain(process, f"-r not specified; omitting directory '{source}'")
            return 1
        return (yield from _copy_directory(process, source, target, inode, options))
    try:
        return (yield from _copy_file(process, source, target, inode, options))
    except SyscallError as error:
        verb = "create symbolic link" if isinstance(inode, Symlink) else "create regular file"
        yield from complain(process, f"cannot {verb} '{target}': {error.text}")
        return 1


def _copy_directory(process: Process, source: str, target: str, inode: Directory, options: Options) -> Run[int]:
    here, there = process.realpath(source), process.locate(target).path
    into_itself = there == here or there.startswith(here.rstrip("/") + "/")
    names = process.listdir(source)
    try:
        existing = process.stat(target)
    except SyscallError:
        yield from process.mkdir(target, inode.mode | 0o700)
    else:
        if not isinstance(existing, Directory):
            yield from complain(process, f"cannot overwrite non-directory '{target}' with directory '{source}'")
            return 1
    if "v" in options:
        yield from process.print(f"'{source}' -> '{target}'")
    status = 0
    for name in names:
        if not (into_itself and process.locate(join(source, name)).path == there):
            status |= yield from _copy(process, join(source, name), join(target, name), options, top=False)
    if into_itself:
        yield from complain(process, f"cannot copy a directory, '{source}', into itself, '{target}'")
        status = 1
    yield from _keep(process, inode, target, options)
    return status


def _copy_file(process: Process, source: str, target: str, inode: Inode, options: Options) -> Run[int]:
    try:
        there: Inode | None = process.stat(target)
    except SyscallError:
        there = None
    if there is not None:
        if "n" in options or (_only_newer(options) and there.mtime >= inode.mtime):
            return 0
        if there is inode:
            yield from complain(process, f"'{source}' and '{target}' are the same file")
            return 1
        if isinstance(there, Directory):
            yield from complain(process, f"cannot overwrite directory '{target}' with non-directory")
            return 1
    if there is not None:
        if options.last_of("ni") == "i" and not (yield from confirmed(process, f"overwrite '{target}'")):
            return 0
        if options.last_of(("b", "backup", "S")):
            yield from keep(process, target, options)
            there = None
    link_there = there is not None or is_link(process, target)
    makes_link = isinstance(inode, Symlink) or "l" in options or "s" in options
    if link_there and (makes_link or "remove-destination" in options):
        if "s" in options and "f" not in options:
            raise SyscallError(Errno.EEXIST, target)
        yield from process.unlink(target)
    if isinstance(inode, Symlink):
        yield from process.symlink(inode.target, target)
    elif "s" in options:
        yield from process.symlink(source, target)
    elif "l" in options:
        yield from process.link(source, target)
    elif isinstance(inode, Fifo) and ("r" in options or "a" in options):
        yield from process.mkfifo(target, inode.mode)
    else:
        if "attributes-only" in options:
            yield from process.write_file(target, b"", append=True, mode=inode.mode & 0o777)
        else:
            yield from copy_content(process, source, target, inode.mode & 0o777)
        yield from _keep(process, inode, target, options)
    if "v" in options:
        yield from process.print(f"'{source}' -> '{target}'")
    return 0


def copy_content(process: Process, source: str, target: str, mode: int) -> Run[None]:
    """Create or truncate the target and write the source's bytes into it, piece by piece."""
    reader = yield from process.open(source, read=True)
    writer = yield from process.open(target, write=True, create=True, truncate=True, mode=mode)
    while len(data := (yield from reader.read(process, BLOCK))):
        yield from writer.write(process, data)
    reader.release()
    writer.release()


def _keep(process: Process, inode: Inode, target: str, options: Options) -> Run[None]:
    """-p and -a: mode, owner and time of the original."""
    listed = options["preserve"].split(",") if options["preserve"] else []
    everything = "a" in options or "p" in options or ("preserve" in options and not listed) or "all" in listed
    kept = {"ownership", "mode", "timestamps"} if everything else set(listed)
    kept -= set(options["no-preserve"].split(","))
    if "ownership" in kept and process.uid == 0:
        yield from process.chown(target, inode.uid, inode.gid)
    if "mode" in kept and process.stat(target).mode != inode.mode:
        yield from process.chmod(target, inode.mode)
    if "timestamps" in kept:
        yield from process.utime(target, inode.mtime)


def _only_newer(options: Options) -> bool:
    return "u" in options


def make_directories(process: Process, path: str, mode: int = 0o777) -> Run[list[str]]:
    """`mkdir -p`: the path and what is missing above it. Returns what was made."""
    made: list[str] = []
    if process.is_directory(path):
        return made
    parent = dir_name(path)
    if parent not in (".", "/"):
        if process.exists(parent) and not process.is_directory(parent):
            raise SyscallError(Errno.ENOTDIR, parent)
        made += yield from make_directories(process, parent)
    try:
        yield from process.mkdir(path, mode)
    except SyscallError as error:
        if error.errno is not Errno.EEXIST or not process.is_directory(path):
            raise
        return made
    return [*made, path]


@tool("install")
def install(process: Process) -> Run[int]:
    """Copy files and set their mode and owner; with -d make directories."""
    options = parse(
        process.argv,
        "d,directory D m,mode: o,owner: g,group: v,verbose t,target-directory: T,no-target-directory p "
        f"c C,compare s,strip {BACKUP_OPTIONS}",
        unmodelled="strip-program: preserve-context Z,context:: debug",
    )
    mode = parse_mode(options.get("m", "755"), 0, is_directory="d" in options, umask=0)
    if mode is None:
        raise Failure(f"invalid mode '{options['m']}'")
    if "d" in options:
        if not options.operands:
            raise UsageError("missing file operand")
        for path in options.operands:
            yield from make_directories(process, path)
            yield from _set_attributes(process, path, mode, options)
        return 0
    if "D" in options and "t" not in options and len(options.operands) == 2:
        yield from make_directories(process, dir_name(options.operands[1]))
    elif "D" in options and "t" in options:
        yield from make_directories(process, options["t"])
    sources, directory, target = destination(process, options)
    for source in sources:
        if not process.is_file(source):
            reason = "omitting directory" if process.is_directory(source) else "cannot stat"
            detail = f"{reason} '{source}'" + ("" if "omit" in reason else ": No such file or directory")
            raise Failure(detail)
        path = join(directory, base_name(source)) if directory else target
        if process.exists(path, follow=False) and isinstance(process.stat(path, follow=False), File):
            yield from keep(process, path, options)
            if process.exists(path, follow=False):
                yield from process.unlink(path)
        yield from copy_content(process, source, path, 0o600)
        yield from _set_attributes(process, path, mode, options)
        if "v" in options:
            yield from process.print(f"'{source}' -> '{path}'")
    return 0


def _set_attributes(process: Process, path: str, mode: int, options: Options) -> Run[None]:
    yield from process.chmod(path, mode)
    if "o" in options or "g" in options:
        inode = process.stat(path)
        uid = uid_of(process, options["o"]) if "o" in options else inode.uid
        gid = gid_of(process, options["g"]) if "g" in options else inode.gid
        if uid is None:
            raise Failure(f"invalid user '{options['o']}'")
        if gid is None:
            raise Failure(f"invalid group '{options['g']}'")
        yield from process.chown(path, uid, gid)
