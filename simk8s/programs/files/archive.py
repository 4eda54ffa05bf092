"""tar: real ustar archives. Holes of sparse files stay holes in the simulation's streams."""

from __future__ import annotations

import zlib

from simk8s.machine import Content, Directory, Errno, Fifo, File, Inode, Process, Symlink, SyscallError
from simk8s.programs.accounts import gid_of, name_of_gid, name_of_uid, uid_of
from simk8s.programs.files.archive_member import BLOCK, NO_ARCHIVE, RECORD, Member, parse_header, text_of
from simk8s.programs.files.compression import compressed, decompressed
from simk8s.programs.files.copy import make_directories
from simk8s.programs.files.mode import letters
from simk8s.programs.files.path import dir_name, join
from simk8s.programs.files.wildcard import matches
from simk8s.programs.options import Options, parse
from simk8s.programs.processes.calendar import format_date
from simk8s.programs.stream import open_input, read_lines
from simk8s.programs.tool import Failure, complain, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_PIECE = 1 << 20
_USAGE = "Try 'tar --help' or 'tar --usage' for more information."

_KNOWN = (
    "c,create x,extract,get t,list r,append u,update A f,file: C,directory: z,gzip,gunzip j,bzip2 J,xz v,verbose "
    "p,preserve-permissions,same-permissions k,keep-old-files overwrite O,to-stdout h,dereference T,files-from: "
    "exclude: strip-components: no-same-owner same-owner o m,touch numeric-owner owner: group: P,absolute-names "
    "S,sparse a,auto-compress no-recursion one-file-system transform: warning: sort:"
)


@tool("tar", trouble=2)
def tar(process: Process) -> Run[int]:
    """Create, list and extract archives."""
    options = parse(_old_style(process.argv), _KNOWN)
    mode = options.last_of("cxtruA")
    if not mode:
        raise Failure(f"You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\n{_USAGE}", 2)
    if mode in "ruA" or "j" in options or "J" in options or "transform" in options:
        raise Unmodelled(f"option '-{mode}'" if mode in "ruA" else "this compression or --transform")
    if mode == "c":
        return (yield from _create(process, options))
    return (yield from _read(process, options, extract=mode == "x"))


def _old_style(argv: list[str]) -> list[str]:
    """`tar xzf FILE`: letters without a dash, whose values follow in order."""
    if len(argv) < 2 or argv[1].startswith("-"):
        return argv
    words, rest = [], argv[2:]
    for letter in argv[1]:
        if letter in "fCTbX":
            if not rest:
                raise Failure(f"Old option '{letter}' requires an argument.\n{_USAGE}", 2)
            words.append(f"-{letter}{rest.pop(0)}")
        else:
            words.append(f"-{letter}")
    return [argv[0], *words, *rest]


class Writer:
    """Writes an archive to a descriptor, compressed at the end where that is asked for."""

    def __init__(self, process: Process, fd: int, gzip: bool) -> None:
        self.process = process
        self.fd = fd
        self.gzip = gzip
        self.kept: list[bytes] = []
        self.length = 0

    def write(self, data: Content) -> Run[None]:
        """Some more of the archive."""
        self.length += len(data)
        if self.gzip:
            self.kept.append(bytes(data))
        else:
            yield from self.process.write(self.fd, data)

    def finish(self) -> Run[None]:
        """The end mark, and zeros up to a whole record."""
        yield from self.write(bytes(2 * BLOCK))
        yield from self.write(bytes(-self.length % RECORD))
        if self.gzip:
            yield from self.process.write(self.fd, compressed(b"".join(self.kept)))


def _create(process: Process, options: Options) -> Run[int]:
    archive = options.get("f", "-")
    names = list(options.operands)
    if "T" in options:
        names += yield from read_lines(process, options["T"])
    if not names:
        raise Failure(f"Cowardly refusing to create an empty archive\n{_USAGE}", 2)
    fd = 1
    if archive != "-":
        try:
            handle = yield from process.open(archive, write=True, create=True, truncate=True)
        except SyscallError as error:
            raise Failure(
                f"{archive}: Cannot open: {error.text}\ntar: Error is not recoverable: exiting now", 2
            ) from None
        fd = process.install(handle, private=True)
    automatic = "a" in options and archive.endswith((".gz", ".tgz"))
    writer = Writer(process, fd, "z" in options or automatic)
    own = process.stat(archive) if archive != "-" else None
    _change_directory(process, options)
    status = 0
    if any(name.startswith("/") for name in names) and "P" not in options:
        yield from complain(process, "Removing leading `/' from member names")
    for name in names:
        status |= yield from _add(process, writer, name, options, own)
    yield from writer.finish()
    if status:
        yield from complain(process, "Exiting with failure status due to previous errors")
    return status


def _change_directory(process: Process, options: Options) -> None:
    for directory in options.all("C"):
        if not process.is_directory(directory):
            reason = Errno.ENOTDIR.text if process.exists(directory) else Errno.ENOENT.text
            raise Failure(f"{directory}: Cannot open: {reason}\ntar: Error is not recoverable: exiting now", 2)
        process.cwd = process.realpath(directory)


def _add(process: Process, writer: Writer, name: str, options: Options, own: Inode | None) -> Run[int]:
    if any(matches(name, pattern) or matches(name.rpartition("/")[2], pattern) for pattern in options.all("exclude")):
        return 0
    try:
        inode = process.stat(name, follow="h" in options)
    except SyscallError as error:
        yield from complain(process, f"{name}: Cannot stat: {error.text}")
        return 2
    if inode is own:
        yield from complain(process, f"{name}: file is the archive; not dumped")
        return 0
    member = _member(process, name, inode, options)
    if member is None:
        yield from complain(process, f"{name}: socket ignored")
        return 0
    if "v" in options:
        yield from process.write(2 if writer.fd == 1 else 1, f"{member.name}\n".encode("utf-8", "surrogateescape"))
    yield from writer.write(member.header())
    status = 0
    if isinstance(inode, File):
        content = inode.content
        for at in range(0, len(content), _PIECE):
            yield from writer.write(content[at : at + _PIECE])
        yield from writer.write(bytes(-len(content) % BLOCK))
    elif isinstance(inode, Directory) and "no-recursion" not in options:
        for below in process.listdir(name):
            status |= yield from _add(process, writer, join(name, below), options, own)
    return status


def _member(process: Process, name: str, inode: Inode, options: Options) -> Member | None:
    stored = name if "P" in options else name.lstrip("/") or "./"
    uid = (uid_of(process, options["owner"]) or 0) if "owner" in options else inode.uid
    gid = (gid_of(process, options["group"]) or 0) if "group" in options else inode.gid
    kind, size, link = {Directory: "5", Symlink: "2", Fifo: "6", File: "0"}.get(type(inode), ""), 0, ""
    if not kind:
        return None
    if isinstance(inode, Directory):
        stored = stored.rstrip("/") + "/"
    elif isinstance(inode, File):
        size = len(inode.content)
    elif isinstance(inode, Symlink):
        link = inode.target
    user, group = name_of_uid(process, uid), name_of_gid(process, gid)
    return Member(stored, kind, inode.mode, uid, gid, size, inode.mtime, link, user, group)


class Reader:
    """Reads an archive from a descriptor, in the exact portions that are asked for."""

    def __init__(self, process: Process, fd: int, data: bytes | None = None) -> None:
        self.process = process
        self.fd = fd
        self.buffer: Content = data if data is not None else b""
        self.is_whole = data is not None

    def take(self, count: int) -> Run[Content]:
        """The next `count` bytes; fewer at the end."""
        while len(self.buffer) < count and not self.is_whole:
            piece = yield from self.process.read(self.fd, max(RECORD, min(count, _PIECE)))
            if not len(piece):
                self.is_whole = True
            self.buffer = self.buffer + piece if len(self.buffer) else piece
        head, self.buffer = self.buffer[:count], self.buffer[count:]
        return head


def _read(process: Process, options: Options, *, extract: bool) -> Run[int]:
    archive = options.get("f", "-")
    try:
        fd = yield from open_input(process, archive)
    except SyscallError as error:
        raise Failure(f"{archive}: Cannot open: {error.text}\ntar: Error is not recoverable: exiting now", 2) from None
    reader = Reader(process, fd)
    start = bytes((yield from reader.take(2)))
    if start == b"\x1f\x8b":
        whole = start + bytes(reader.buffer) + (yield from process.read_all(fd))
        try:
            reader = Reader(process, fd, decompressed(whole))
        except zlib.error:
            raise Failure("Child returned status 1\ntar: Error is not recoverable: exiting now", 2) from None
    else:
        reader.buffer = start + reader.buffer
    _change_directory(process, options)
    wanted = [name.rstrip("/") for name in options.operands]
    seen: set[str] = set()
    later: list[tuple[str, Member]] = []
    status = 0
    long_name = ""
    first = True
    while True:
        block = bytes((yield from reader.take(BLOCK)))
        if len(block) < BLOCK:
            if first:
                raise Failure(NO_ARCHIVE, 2)
            if block:
                raise Failure("Unexpected EOF in archive\ntar: Error is not recoverable: exiting now", 2)
            break
        first = False
        if not block.strip(b"\0"):
            yield from process.read_all(fd)  # so that whoever writes into a pipe does not get SIGPIPE
            break
        member = parse_header(block)
        if member.kind in "Lxg":
            data = bytes((yield from reader.take(member.size + -member.size % BLOCK)))[: member.size]
            long_name = text_of(data) if member.kind == "L" else long_name
            continue
        name, long_name = long_name or member.name, ""
        hit = next((w for w in wanted if name.rstrip("/") == w or name.startswith(w + "/")), None)
        excluded = any(matches(name.rstrip("/"), pattern) for pattern in options.all("exclude"))
        if (wanted and hit is None) or excluded:
            yield from _skip(reader, member)
            continue
        seen.add(hit or "")
        path = _stripped(name, int(options["strip-components"] or 0))
        if "v" in options or not extract:
            yield from _announce(process, member, name, full="v" in options and not extract, quiet="O" in options)
        if not extract or not path:
            yield from _skip(reader, member)
            continue
        try:
            yield from _extract(process, reader, member, path, options)
        except SyscallError as error:
            yield from complain(process, f"{path}: Cannot open: {error.text}")
            status = 2
            yield from _skip(reader, member)
            continue
        if member.kind == "5":
            later.append((path, member))
    for path, member in reversed(later):
        yield from _finish_directory(process, path, member, options)
    for name in wanted:
        if name not in seen:
            yield from complain(process, f"{name}: Not found in archive")
            status = 2
    if status:
        yield from complain(process, "Exiting with failure status due to previous errors")
    return status


def _stripped(name: str, components: int) -> str:
    name = name.lstrip("/")
    parts = [part for part in name.split("/") if part]
    return "/".join(parts[components:]) if components else name


def _skip(reader: Reader, member: Member) -> Run[None]:
    left = member.size + -member.size % BLOCK
    while left > 0:
        piece = yield from reader.take(min(left, _PIECE))
        if not len(piece):
            return
        left -= len(piece)


def _announce(process: Process, member: Member, name: str, *, full: bool, quiet: bool) -> Run[None]:
    text = name
    if full:
        kinds: dict[str, Inode] = {
            "5": Directory(mode=member.mode),
            "2": Symlink("", member.mode),
            "6": Fifo(None, member.mode),
        }
        mode = letters(kinds.get(member.kind, File(b"", member.mode)))
        owner = f"{member.user or member.uid}/{member.group or member.gid}"
        moment = format_date(member.mtime, "%Y-%m-%d %H:%M")
        arrow = f" -> {member.link}" if member.kind == "2" else ""
        size = str(member.size).rjust(18 - len(owner))
        text = f"{mode} {owner} {size} {moment} {name}{arrow}"
    yield from process.write(2 if quiet else 1, f"{text}\n".encode("utf-8", "surrogateescape"))


def _extract(process: Process, reader: Reader, member: Member, path: str, options: Options) -> Run[None]:
    parent = dir_name(path.rstrip("/"))
    if "O" not in options:
        yield from make_directories(process, parent)
    if member.kind == "5":
        if not process.is_directory(path):
            yield from process.mkdir(path.rstrip("/"), member.mode | 0o700)
        return
    exists = process.exists(path, follow=False) and "O" not in options
    if exists and "k" in options:
        raise SyscallError(Errno.EEXIST, path)
    if exists and not isinstance(process.stat(path, follow=False), Directory):
        yield from process.unlink(path)  # GNU tar replaces files rather than writing into them
    if member.kind == "2":
        yield from process.symlink(member.link, path)
        return
    if member.kind == "1":
        yield from process.link(member.link, path)
        return
    if member.kind == "6":
        yield from process.mkfifo(path, member.mode)
        return
    if "O" in options:
        fd = 1
    else:
        mode = member.mode if _keeps_mode(process, options) else member.mode & 0o777
        handle = yield from process.open(path, write=True, create=True, exclusive=True, mode=mode)
        fd = process.install(handle, private=True)
    left = member.size
    while left > 0:
        piece = yield from reader.take(min(left, _PIECE))
        if not len(piece):
            raise Failure("Unexpected EOF in archive\ntar: Error is not recoverable: exiting now", 2)
        left -= len(piece)
        yield from process.write(fd, piece)
    yield from reader.take(-member.size % BLOCK)
    if fd != 1:
        process.close(fd)
        yield from _set_attributes(process, path, member, options)


def _keeps_mode(process: Process, options: Options) -> bool:
    return "p" in options or process.uid == 0


def _set_attributes(process: Process, path: str, member: Member, options: Options) -> Run[None]:
    if process.uid == 0 and "no-same-owner" not in options and "o" not in options:
        numeric = "numeric-owner" in options
        uid = member.uid if numeric or not member.user else uid_of(process, member.user)
        gid = member.gid if numeric or not member.group else gid_of(process, member.group)
        yield from process.chown(path, member.uid if uid is None else uid, member.gid if gid is None else gid)
    if _keeps_mode(process, options) and process.stat(path).mode != member.mode:
        yield from process.chmod(path, member.mode)
    if "m" not in options:
        yield from process.utime(path, member.mtime)


def _finish_directory(process: Process, path: str, member: Member, options: Options) -> Run[None]:
    if process.is_directory(path):
        yield from _set_attributes(process, path, member, options)
