"""gzip, gunzip and zcat, with real gzip data."""

from __future__ import annotations

import zlib

from simk8s.machine import File, Process, SyscallError
from simk8s.programs.options import Options, parse
from simk8s.programs.stream import close_input, open_input
from simk8s.programs.tool import tool
from simk8s.sim import Run


def compressed(data: bytes, level: int = 6) -> bytes:
    """gzip data with no name and no time in it, so that it is the same in every run."""
    worker = zlib.compressobj(level, zlib.DEFLATED, 31)
    return worker.compress(data) + worker.flush()


def decompressed(data: bytes) -> bytes:
    """The opposite; several members follow one another. Raises zlib.error."""
    pieces = []
    while data:
        worker = zlib.decompressobj(31)
        pieces.append(worker.decompress(data))
        if not worker.eof:
            raise zlib.error("unexpected end of file")
        data = worker.unused_data
    return b"".join(pieces)


@tool("gzip", "gunzip", "zcat", "gzcat")
def gzip(process: Process) -> Run[int]:
    """Compress files (or standard input), or the opposite."""
    name = process.argv[0].rpartition("/")[2]
    options = parse(
        process.argv,
        "d,decompress,uncompress c,stdout,to-stdout k,keep f,force v,verbose q,quiet n,no-name t,test "
        "1,fast 2 3 4 5 6 7 8 9,best",
    )
    unpack = "d" in options or "t" in options or name != "gzip"
    level = int(options.last_of("123456789") or 6)
    status = 0
    for path in options.operands or ["-"]:
        to_stdout = path == "-" or "c" in options or name in ("zcat", "gzcat")
        status = max(status, (yield from _one(process, path, options, unpack, level, to_stdout)))
    return status


def _one(process: Process, path: str, options: Options, unpack: bool, level: int, to_stdout: bool) -> Run[int]:
    target = path.removesuffix(".gz").replace(".tgz", ".tar") if unpack else f"{path}.gz"
    if unpack and path != "-" and not process.exists(path) and process.exists(f"{path}.gz"):
        path, target = f"{path}.gz", path
    try:
        fd = yield from open_input(process, path)
    except SyscallError as error:
        text = f"{path} is a directory -- ignored" if error.text == "Is a directory" else f"{path}: {error.text}"
        yield from _say(process, text)
        return 2 if "directory --" in text else 1
    if not to_stdout and "t" not in options and ((unpack and target == path) or (not unpack and path.endswith(".gz"))):
        text = "unknown suffix -- ignored" if unpack else "already has .gz suffix -- unchanged"
        yield from _say(process, f"{path}: {text}")
        return 2
    data = yield from process.read_all(fd)
    close_input(process, fd)
    try:
        result = decompressed(data) if unpack else compressed(data, level)
    except zlib.error:
        shown = "stdin" if path == "-" else path
        short = data[:2] == b"\x1f\x8b"
        text = f"{shown}: unexpected end of file" if short else f"{shown}: not in gzip format"
        yield from process.write(2, f"\ngzip: {text}\n".encode())
        return 1
    if "t" in options:
        return 0
    if to_stdout:
        yield from process.write(1, result)
        return 0
    if process.exists(target) and "f" not in options:
        yield from _say(process, f"{target} already exists;\tnot overwritten")
        return 2
    inode = process.stat(path)
    mode = inode.mode if isinstance(inode, File) else 0o644
    yield from process.write_file(target, result, mode=mode)
    if "k" not in options:
        yield from process.unlink(path)
    return 0


def _say(process: Process, text: str) -> Run[None]:
    """gunzip and zcat speak as gzip too."""
    yield from process.write(2, f"gzip: {text}\n".encode("utf-8", "surrogateescape"))
