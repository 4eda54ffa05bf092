"""ls, dir and vdir: what there is."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.machine import Directory, Fifo, File, Inode, Process, SocketFile, Symlink, SyscallError
from simk8s.programs.accounts import name_of_gid, name_of_uid
from simk8s.programs.files.columns import in_columns, in_one_line
from simk8s.programs.files.mode import letters
from simk8s.programs.files.path import base_name, join
from simk8s.programs.files.wildcard import matches
from simk8s.programs.options import Options, parse
from simk8s.programs.processes.calendar import format_date
from simk8s.programs.text.version import version_key
from simk8s.programs.tool import complain, tool, whole_number
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_HALF_YEAR_SECONDS = 15_778_476


def size_of(inode: Inode) -> int:
    """A file's size in bytes as stat(2) tells it."""
    match inode:
        case File(content):
            return len(content)
        case Directory():
            return 4096
        case Symlink(target):
            return len(target.encode())
    return 0


def blocks_of(inode: Inode) -> int:
    """How many KiB of disk a file takes."""
    return -(-size_of(inode) // 4096) * 4 if isinstance(inode, File | Directory) else 0


def links_of(inode: Inode) -> int:
    """How many names lead to an inode."""
    if isinstance(inode, Directory):
        return 2 + sum(isinstance(below, Directory) for below in inode.entries.values())
    return inode.links if isinstance(inode, File) else 1


def human(size: int) -> str:
    """A size as `1.5K`, rounded up.

    >>> human(500), human(1025), human(50 * 1024)
    ('500', '1.1K', '50K')
    """
    power = 0
    while -(-size // 1024**power) >= 1024 and power < 5:
        power += 1
    if power == 0:
        return str(size)
    tenths = -(-size * 10 // 1024**power)
    amount = f"{tenths // 10}.{tenths % 10}" if tenths < 100 else str(-(-size // 1024**power))
    return amount + " KMGTP"[power]


_KNOWN = (
    "l a,all A,almost-all 1 d,directory h,human-readable t r,reverse S R,recursive F classify:: p file-type "
    "indicator-style: n,numeric-uid-gid g o G,no-group s,size U X c u C x m format: k,kibibytes L,dereference H "
    "color:: full-time time-style: time: sort: group-directories-first q,hide-control-chars b,escape Q,quote-name "
    "N,literal quoting-style: show-control-chars B,ignore-backups f v w,width: I,ignore: hide: i,inode T,tabsize: si"
)
_UNMODELLED = "D,dired Z,context author block-size: hyperlink:: dereference-command-line-symlink-to-dir zero"
_FORMATS = {
    "across": "x",
    "commas": "m",
    "horizontal": "x",
    "long": "l",
    "single-column": "1",
    "verbose": "l",
    "vertical": "C",
}


@tool("ls", "dir", "vdir", trouble=2)
def ls(process: Process) -> Run[int]:
    """List directories and files; dir does so in columns, vdir at length."""
    given = {"dir": ["-Cb"], "vdir": ["-lb"]}.get(process.argv[0].rpartition("/")[2], [])
    options = parse([process.argv[0], *given, *process.argv[1:]], _KNOWN, unmodelled=_UNMODELLED)
    if "i" in options:
        raise Unmodelled("option '-i'")
    if options["color"] in ("always", "yes", "force"):
        raise Unmodelled("option '--color=always'")
    paths = options.operands or ["."]
    files: list[tuple[str, Inode]] = []
    folders: list[str] = []
    status = 0
    for path in paths:
        try:
            inode = _look(process, path, options)
        except SyscallError as error:
            yield from complain(process, f"cannot access '{path}': {error.text}")
            status = 2
            continue
        if isinstance(inode, Directory) and "d" not in options:
            folders.append(path)
        else:
            files.append((path, inode))
    yield from _show(process, _ordered(files, options), options)
    folders = [path for path, _ in _ordered([(path, process.stat(path)) for path in folders], options)]
    titled = len(paths) > 1 or "R" in options
    first = not files
    while folders:
        folder = folders.pop(0)
        if titled:
            yield from process.print(f"{folder}:" if first else f"\n{folder}:")
        first = False
        entries = _entries(process, folder, options)
        if _is_long(options) or "s" in options:
            yield from process.print(f"total {sum(blocks_of(inode) for _, inode in entries)}")
        yield from _show(process, entries, options)
        if "R" in options:
            below = [join(folder, name) for name, inode in entries if isinstance(inode, Directory)]
            folders = [path for path in below if base_name(path) not in (".", "..")] + folders
    return status


def _look(process: Process, path: str, options: Options) -> Inode:
    inode = process.stat(path, follow=False)
    plain = not ("d" in options or _is_long(options) or "F" in options or "classify" in options)
    if isinstance(inode, Symlink) and ("L" in options or "H" in options or plain):
        try:
            return process.stat(path)
        except SyscallError:
            return inode
    return inode


def _is_long(options: Options) -> bool:
    return _layout(options) == "l" or (_layout(options) == "1" and options.last_of(("l", "n", "g", "o")) != "")


def _layout(options: Options) -> str:
    """`l`, `1`, `C`, `x` or `m`; nothing where the command line does not say."""
    name = options.last_of(("l", "n", "g", "o", "full-time", "C", "x", "m", "1", "format"))
    if name == "format":
        return _FORMATS.get(options["format"], "1")
    return "l" if name in ("n", "g", "o", "full-time") else name


def _entries(process: Process, folder: str, options: Options) -> list[tuple[str, Inode]]:
    names = process.listdir(folder)
    if "a" in options or "f" in options:
        names = [".", "..", *names]
    elif "A" not in options:
        names = [name for name in names if not name.startswith(".")]
    ignored = options.all("I") + ([] if "a" in options or "A" in options else options.all("hide"))
    names = [name for name in names if not any(matches(name, pattern) for pattern in ignored)]
    if "B" in options:
        names = [name for name in names if not name.endswith("~")]
    entries: list[tuple[str, Inode]] = []
    for name in names:
        try:
            entries.append((name, process.stat(join(folder, name), follow="L" in options)))
        except SyscallError:
            continue
    return _ordered(entries, options, lambda entry: process.is_directory(join(folder, entry[0])))


def _ordered(
    entries: list[tuple[str, Inode]],
    options: Options,
    leads_to_directory: Callable[[tuple[str, Inode]], bool] = lambda entry: isinstance(entry[1], Directory),
) -> list[tuple[str, Inode]]:
    order = options["sort"] or options.last_of(("t", "S", "U", "X", "f", "v"))
    if order in ("U", "f", "none"):
        return entries
    entries = sorted(entries, key=lambda entry: entry[0].encode("utf-8", "surrogateescape"))
    if order in ("t", "time"):
        entries = sorted(entries, key=lambda entry: -entry[1].mtime)
    elif order in ("S", "size"):
        entries = sorted(entries, key=lambda entry: -size_of(entry[1]))
    elif order in ("X", "extension"):
        entries = sorted(entries, key=lambda entry: entry[0].rpartition(".")[2] if "." in entry[0] else "")
    elif order in ("v", "version"):
        entries = sorted(entries, key=lambda entry: version_key(entry[0]))
    if "r" in options:
        entries.reverse()
    if "group-directories-first" in options:
        entries = sorted(entries, key=lambda entry: not leads_to_directory(entry))
    return entries


def _show(process: Process, entries: list[tuple[str, Inode]], options: Options) -> Run[None]:
    if not entries:
        return
    names = [_quoted(name, options) + _mark(inode, options) for name, inode in entries]
    if _is_long(options):
        text = _long(process, entries, names, options)
    else:
        if "s" in options:
            width = max(len(str(blocks_of(inode))) for _, inode in entries)
            names = [f"{blocks_of(inode):{width}d} {name}" for (_, inode), name in zip(entries, names, strict=True)]
        layout = _layout(options)
        width = whole_number(options, "w", 80, "invalid line width")
        if layout == "m":
            text = in_one_line(names, width)
        elif layout in ("C", "x") or (not layout and process.handle(1).is_terminal):
            text = in_columns(names, width, down=layout != "x")
        else:
            text = "".join(f"{name}\n" for name in names)
    yield from process.write(1, text.encode("utf-8", "surrogateescape"))


def _quoted(name: str, options: Options) -> str:
    style = options["quoting-style"] or {"Q": "c", "b": "escape"}.get(options.last_of("QbN"), "")
    if style == "c":
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
    if style == "escape":
        return name.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace(" ", "\\ ")
    return name


def _mark(inode: Inode, options: Options) -> str:
    name = options.last_of(("F", "classify", "p", "file-type", "indicator-style"))
    style = {"F": "classify", "p": "slash"}.get(name, name)
    style = options["indicator-style"] if style == "indicator-style" else style
    if isinstance(inode, Directory) and style in ("slash", "file-type", "classify"):
        return "/"
    if style not in ("file-type", "classify"):
        return ""
    match inode:
        case Symlink():
            return "" if _is_long(options) else "@"
        case Fifo():
            return "|"
        case SocketFile():
            return "="
        case File() if inode.mode & 0o111 and style == "classify":
            return "*"
    return ""


def _long(process: Process, entries: list[tuple[str, Inode]], names: list[str], options: Options) -> str:
    rows = []
    for (_, inode), name in zip(entries, names, strict=True):
        numeric = "n" in options
        size = human(size_of(inode)) if "h" in options else str(size_of(inode))
        owner = str(inode.uid) if numeric else name_of_uid(process, inode.uid)
        group = str(inode.gid) if numeric else name_of_gid(process, inode.gid)
        target = f" -> {inode.target}" if isinstance(inode, Symlink) else ""
        columns = [letters(inode), str(links_of(inode))]
        columns += [] if "g" in options else [owner]
        columns += [] if "o" in options or "G" in options else [group]
        rows.append([*columns, size, _time(process, inode.mtime, options), name + target])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    left = {0, *range(2, len(rows[0]) - 3)}
    lines = []
    for row in rows:
        cells = [c.ljust(w) if n in left else c.rjust(w) for n, (c, w) in enumerate(zip(row, widths, strict=False))]
        lines.append(" ".join([*cells, row[-1]]) + "\n")
    return "".join(lines)


def _time(process: Process, seconds: float, options: Options) -> str:
    style = options["time-style"]
    if "full-time" in options or style == "full-iso":
        return format_date(seconds, "%Y-%m-%d %H:%M:%S.%N +0000")
    if style == "long-iso":
        return format_date(seconds, "%Y-%m-%d %H:%M")
    if style.startswith("+"):
        return format_date(seconds, style[1:])
    recent = -3600 < process.sim.now - seconds < _HALF_YEAR_SECONDS
    return format_date(seconds, "%b %e %H:%M" if recent else "%b %e  %Y")
