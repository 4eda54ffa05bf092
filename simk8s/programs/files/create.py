"""Programs that make something where nothing was: mkdir, mkfifo, mknod, touch, mktemp, truncate."""

from __future__ import annotations

import re

from simk8s.machine import Errno, Process, SyscallError
from simk8s.programs.files.copy import make_directories
from simk8s.programs.files.mode import parse_mode
from simk8s.programs.files.path import dir_name, is_link, join
from simk8s.programs.names import unused_name
from simk8s.programs.options import UsageError, parse
from simk8s.programs.processes.calendar import format_date, parse_date
from simk8s.programs.tool import Failure, complain, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_UNITS: dict[str, int] = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}


@tool("mkdir")
def mkdir(process: Process) -> Run[int]:
    """Make directories; with -p also those above them."""
    options = parse(process.argv, "p,parents m,mode: v,verbose", unmodelled="Z context::")
    if not options.operands:
        raise UsageError("missing operand")
    mode = parse_mode(options.get("m", "777"), 0o777, is_directory=True, umask=0)
    if mode is None:
        raise Failure(f"invalid mode '{options['m']}'")
    status = 0
    for path in options.operands:
        try:
            if "p" in options:
                made = yield from make_directories(process, path)
            else:
                if not path:
                    raise SyscallError(Errno.ENOENT, path)
                yield from process.mkdir(path, mode)
                made = [path]
            if "m" in options and path in made:
                yield from process.chmod(path, mode)
        except SyscallError as error:
            shown = error.subject if error.errno is Errno.ENOTDIR and "p" in options else path
            yield from complain(process, f"cannot create directory '{shown}': {error.text}")
            status = 1
            continue
        if "v" in options:
            for directory in made:
                yield from process.print(f"mkdir: created directory '{directory}'")
    return status


@tool("mkfifo")
def mkfifo(process: Process) -> Run[int]:
    """Make named pipes."""
    options = parse(process.argv, "m,mode:", unmodelled="Z context::")
    if not options.operands:
        raise UsageError("missing operand")
    mode = parse_mode(options.get("m", "666"), 0o666, is_directory=False, umask=0)
    if mode is None:
        raise Failure("invalid mode")
    status = 0
    for path in options.operands:
        try:
            yield from process.mkfifo(path, mode)
        except SyscallError as error:
            yield from complain(process, f"cannot create fifo '{path}': {error.text}")
            status = 1
    return status


@tool("mknod")
def mknod(process: Process) -> Run[int]:
    """Make a named pipe; devices are the images' own."""
    options = parse(process.argv, "m,mode:", unmodelled="Z context::")
    words = options.operands
    if len(words) < 2 or (words[1] in ("b", "c", "u") and len(words) < 4):
        text = f"missing operand after '{words[-1]}'" if words else "missing operand"
        raise UsageError(text + "\nSpecial files require major and minor device numbers." * (len(words) > 1))
    if words[1] in ("b", "c", "u"):
        raise Unmodelled("a new device")
    if words[1] != "p":
        raise UsageError(f"invalid device type '{words[1]}'")
    if len(words) > 2:
        text = f"extra operand '{words[2]}'"
        raise UsageError(text + "\nFifos do not have major and minor device numbers." * (len(words) == 4))
    mode = parse_mode(options.get("m", "666"), 0o666, is_directory=False, umask=0)
    if mode is None:
        raise Failure("invalid mode")
    try:
        yield from process.mkfifo(words[0], mode)
    except SyscallError as error:
        raise Failure(f"{words[0]}: {error.text}") from None
    return 0


@tool("touch")
def touch(process: Process) -> Run[int]:
    """Make empty files, or set the time of existing ones to now."""
    options = parse(process.argv, "a c,no-create m d,date: r,reference: t: h,no-dereference time: f", unmodelled="")
    if not options.operands:
        raise UsageError("missing file operand")
    when = process.sim.now
    if "r" in options:
        when = process.stat(options["r"]).mtime
    elif "d" in options:
        date = parse_date(process, options["d"])
        if date is None:
            raise Failure(f"invalid date format '{options['d']}'")
        when = date
    elif "t" in options:
        when = _stamp(process, options["t"])
    status = 0
    for path in options.operands:
        try:
            if "h" in options and is_link(process, path):
                continue  # a link's own time is not kept
            if process.exists(path):
                reading_only = ("a" in options and "m" not in options) or options["time"] in ("atime", "access", "use")
                if not reading_only:  # the time of the last reading is not kept
                    yield from process.utime(path, when)
            elif "c" not in options and "h" not in options:
                handle = yield from process.open(path, write=True, create=True)
                handle.release()
                if options.last_of("rdt"):
                    yield from process.utime(path, when)
        except SyscallError as error:
            yield from complain(process, f"cannot touch '{path}': {error.text}")
            status = 1
    return status


def _stamp(process: Process, text: str) -> float:
    match = re.fullmatch(r"(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?", text)
    if match is None:
        raise Failure(f"invalid date format '{text}'")
    century, year, month, day, hour, minute, second = match.groups()
    if century and not year:
        century, year = None, century
    full = f"{century or '20'}{year}" if year else format_date(process.sim.now, "%Y")
    date = parse_date(process, f"{full}-{month}-{day} {hour}:{minute}:{second or '00'}")
    if date is None:
        raise Failure(f"invalid date format '{text}'")
    return date


@tool("mktemp")
def mktemp(process: Process) -> Run[int]:
    """Make a temporary file or directory with a name that nobody else has, and print it."""
    options = parse(process.argv, "d,directory q,quiet u,dry-run p: tmpdir:: t suffix:", unmodelled="")
    template = options.operands[0] if options.operands else "tmp.XXXXXXXXXX"
    folder = ""
    if not options.operands or "t" in options or "p" in options or "tmpdir" in options:
        folder = options["p"] or options["tmpdir"] or process.environ.get("TMPDIR", "") or "/tmp"
    path = join(folder, template) if folder else template
    if "X" in template and "/" in template.rpartition("X")[2]:
        raise Failure(f"invalid suffix '{template.rpartition('X')[2]}', contains directory separator")
    try:
        name = unused_name(process, path, "mktemp") + options["suffix"]
        if "d" in options and "u" not in options:
            yield from process.mkdir(name, 0o700)
        elif "u" not in options:
            handle = yield from process.open(name, write=True, create=True, exclusive=True, mode=0o600)
            handle.release()
    except ValueError:
        raise Failure(f"too few X's in template '{template}'") from None
    except SyscallError as error:
        kind = "directory" if "d" in options else "file"
        raise Failure(f"failed to create {kind} via template '{path}': {error.text}") from None
    yield from process.print(name)
    return 0


def parse_size(text: str) -> int | None:
    """`10`, `4K`, `1MB` in bytes; None where the text is no size.

    >>> parse_size("4K"), parse_size("1MB"), parse_size("x")
    (4096, 1000000, None)
    """
    match = re.fullmatch(r"(\d+)([KMGTPkmg]?)(iB|B)?", text)
    if match is None:
        small = re.fullmatch(r"(\d+)([bcw])", text)
        return int(small[1]) * {"b": 512, "c": 1, "w": 2}[small[2]] if small else None
    number, unit, suffix = match.groups()
    if suffix == "B" and unit:
        return int(number) * int(1000 ** ("KMGTP".index(unit.upper()) + 1))
    return int(number) * _UNITS[unit.upper()]


@tool("truncate")
def truncate(process: Process) -> Run[int]:
    """Set the size of files; what is added is a hole."""
    options = parse(process.argv, "s,size: c,no-create r,reference: o,io-blocks", unmodelled="")
    if "s" not in options and "r" not in options:
        raise UsageError("you must specify either '--size' or '--reference'")
    if not options.operands:
        raise UsageError("missing file operand")
    text = options["s"].strip()
    sign = text[:1] if text[:1] in "+-<>/%" else ""
    size = parse_size(text[len(sign) :]) if text else _size(process, options["r"])
    if size is None:
        raise Failure(f"Invalid number: '{options['s']}'")
    if "o" in options:
        size *= 4096
    for path in options.operands:
        if process.is_directory(path):
            raise Failure(f"cannot open '{path}' for writing: Is a directory")
        if not process.exists(path):
            if "c" in options:
                continue
            if not process.is_directory(dir_name(path)):
                raise Failure(f"cannot open '{path}' for writing: No such file or directory")
            handle = yield from process.open(path, write=True, create=True)
            handle.release()
        now = _size(process, path)
        wanted = {
            "+": now + size,
            "-": max(0, now - size),
            "<": min(now, size),
            ">": max(now, size),
            "/": now // size * size if size else 0,
            "%": -(-now // size) * size if size else 0,
        }.get(sign, size)
        yield from process.truncate(path, wanted)
    return 0


def _size(process: Process, path: str) -> int:
    return len(getattr(process.stat(path), "content", b""))
