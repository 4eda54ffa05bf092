"""Checksums and encodings: md5sum and its family, cksum, base64, od, hexdump, xxd; and cmp."""

from __future__ import annotations

import base64 as codec
import binascii
import hashlib
import re

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import UsageError, parse
from simk8s.programs.stream import close_input, cooked, open_input, raw, read_lines, write_text
from simk8s.programs.tool import Failure, complain, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_ALGORITHMS = {
    "md5sum": "md5",
    "sha1sum": "sha1",
    "sha224sum": "sha224",
    "sha256sum": "sha256",
    "sha384sum": "sha384",
    "sha512sum": "sha512",
    "b2sum": "blake2b",
}


def read_bytes(process: Process, path: str) -> Run[bytes]:
    """A whole file or standard input. Raises SyscallError."""
    fd = yield from open_input(process, path)
    data = yield from process.read_all(fd)
    close_input(process, fd)
    return data


@tool(*_ALGORITHMS)
def checksum(process: Process) -> Run[int]:
    """Print checksums of files, or check those in a list."""
    algorithm = _ALGORITHMS[process.argv[0].rpartition("/")[2]]
    options = parse(process.argv, "b,binary c,check t,text s,status quiet w,warn strict z,zero ignore-missing tag")
    if "c" in options:
        return (yield from _check(process, algorithm, options.operands or ["-"], "s" in options, "quiet" in options))
    status = 0
    for path in options.operands or ["-"]:
        try:
            data = yield from read_bytes(process, path)
        except SyscallError as error:
            yield from complain(process, f"{path}: {error.text}")
            status = 1
            continue
        mark = "*" if "b" in options else " "
        yield from process.print(f"{_digest(algorithm, data)} {mark}{path}")
    return status


def _digest(algorithm: str, data: bytes) -> str:
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


def _check(process: Process, algorithm: str, lists: list[str], silent: bool, quiet: bool) -> Run[int]:
    failed = unread = 0
    for path in lists:
        for line in (yield from read_lines(process, path)):
            match = re.fullmatch(r"\\?([0-9a-fA-F]+) [ *](.*)", line)
            if match is None:
                continue
            name = cooked(match[2])
            try:
                good = _digest(algorithm, (yield from read_bytes(process, name))) == match[1].lower()
            except SyscallError as error:
                unread += 1
                yield from complain(process, f"{name}: {error.text}")
                yield from process.print(f"{name}: FAILED open or read")
                continue
            failed += not good
            if not silent and (not good or not quiet):
                yield from process.print(f"{name}: {'OK' if good else 'FAILED'}")
    for count, what in ((unread, "listed file{} could not be read"), (failed, "computed checksum{} did NOT match")):
        if count and not silent:
            yield from complain(process, f"WARNING: {count} {what.format('' if count == 1 else 's')}")
    return 1 if failed or unread else 0


@tool("cksum")
def cksum(process: Process) -> Run[int]:
    """Print the POSIX checksum and size of files."""
    status = 0
    operands = parse(process.argv, "").operands
    for path in operands or ["-"]:
        try:
            data = yield from read_bytes(process, path)
        except SyscallError as error:
            yield from complain(process, f"{path}: {error.text}")
            status = 1
            continue
        name = f" {path}" if operands else ""
        yield from process.print(f"{_posix_crc(data)} {len(data)}{name}")
    return status


def _posix_crc(data: bytes) -> int:
    crc = 0
    size = len(data)
    tail = b""
    while size:
        tail += bytes([size & 255])
        size >>= 8
    for byte in data + tail:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        crc &= 0xFFFFFFFF
    return crc ^ 0xFFFFFFFF


@tool("base64")
def base64(process: Process) -> Run[int]:
    """Encode or decode base64."""
    options = parse(process.argv, "d,D,decode w,wrap: i,ignore-garbage")
    path = options.operands[0] if options.operands else "-"
    try:
        data = yield from read_bytes(process, path)
    except SyscallError as error:
        raise Failure(f"{path}: {error.text}") from None
    if "d" in options:
        text = re.sub(rb"\s" if "i" not in options else rb"[^A-Za-z0-9+/=]", b"", data)
        try:
            yield from process.write(1, codec.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            raise Failure("invalid input") from None
        return 0
    width = int(options.get("w", "76"))
    encoded = codec.b64encode(data).decode()
    if width:
        encoded = "".join(encoded[at : at + width] + "\n" for at in range(0, len(encoded), width))
    yield from write_text(process, encoded)
    return 0


@tool("od")
def od(process: Process) -> Run[int]:
    """Bytes as numbers."""
    options = parse(
        process.argv, "A,address-radix: t,format: N,read-bytes: j,skip-bytes: v,output-duplicates w,width:: c x b d o a"
    )
    kinds = options.all("t") + [
        {"c": "c", "x": "x2", "b": "o1", "d": "u2", "o": "o2", "a": "a"}[k] for k in "cxbdoa" if k in options
    ]
    data = b""
    for path in options.operands or ["-"]:
        data += yield from read_bytes(process, path)
    skip = int(options["j"] or 0)
    data = data[skip : skip + int(options["N"])] if "N" in options else data[skip:]
    radix = {"d": "{:07d}", "o": "{:07o}", "x": "{:06x}", "n": ""}[options.get("A", "o")]
    width = int(options["w"] or 32) if "w" in options else 16
    previous = ""
    starred = False
    for at in range(0, len(data), width):
        row = data[at : at + width]
        cells = [_cells(kind, row) for kind in kinds or ["o2"]]
        text = "\n".join(
            (radix.format(at) if number == 0 else " " * len(radix.format(at))) + c for number, c in enumerate(cells)
        )
        if "".join(cells) == previous and "v" not in options and at + width < len(data):
            if not starred:
                yield from process.print("*")
            starred = True
            continue
        previous, starred = "".join(cells), False
        yield from process.print(text)
    if radix:
        yield from process.print(radix.format(len(data)))
    return 0


def _cells(kind: str, row: bytes) -> str:
    match = re.fullmatch(r"([xoduca])([1248CSIL]?)(z?)", kind)
    if match is None:
        raise UsageError(f"invalid type string '{kind}'")
    letter = match[1]
    if letter == "c":
        return "".join(_character(byte).rjust(4) for byte in row)
    if letter == "a":
        raise Unmodelled("type 'a'")
    size = {"": 4, "C": 1, "S": 2, "I": 4, "L": 8}.get(match[2]) or int(match[2])
    digits = {"x": 2 * size, "o": [0, 3, 6, 0, 11, 0, 0, 0, 22][size], "d": [0, 4, 6, 0, 11, 0, 0, 0, 20][size]}
    text = ""
    for at in range(0, len(row), size):
        number = int.from_bytes(row[at : at + size], "little", signed=letter == "d")
        if letter in "xo":
            text += " " + format(number, letter).rjust(digits[letter], "0")
        else:
            width = [0, 3, 5, 0, 10, 0, 0, 0, 20][size] + (letter == "d")
            text += " " + str(number).rjust(width)
    return text


def _character(byte: int) -> str:
    named = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
    return named.get(byte) or (chr(byte) if 32 <= byte < 127 else f"{byte:03o}")


@tool("hexdump", "xxd", "hd")
def hexdump(process: Process) -> Run[int]:
    """Bytes in hexadecimal: `hexdump -C` and plain `xxd`, `xxd -p`."""
    name = process.argv[0].rpartition("/")[2]
    if name == "xxd":
        options = parse(process.argv, "p,ps,plain l: c: r u")
        if "r" in options:
            raise Unmodelled("option '-r'")
    else:
        options = parse(process.argv, "C n: v e:")
        if "e" in options or ("C" not in options and name == "hexdump"):
            raise Unmodelled("a format other than -C")
    data = yield from read_bytes(process, options.operands[0] if options.operands else "-")
    limit = options["l"] or options["n"]
    data = data[: int(limit)] if limit else data
    if name == "xxd" and "p" in options:
        text = data.hex()
        yield from write_text(process, "".join(text[at : at + 60] + "\n" for at in range(0, len(text), 60)))
        return 0
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        if name == "xxd":
            pairs = " ".join(row[n : n + 2].hex() for n in range(0, len(row), 2))
            yield from process.print(f"{at:08x}: {pairs:<39}  {shown}")
        else:
            left, right = row[:8].hex(" "), row[8:].hex(" ")
            yield from process.print(f"{at:08x}  {left:<23}  {right:<23}  |{shown}|")
    if name != "xxd" and data:
        yield from process.print(f"{len(data):08x}")
    return 0


@tool("cmp", trouble=2)
def cmp(process: Process) -> Run[int]:
    """Where two files differ: 0 nowhere, 1 somewhere, 2 trouble."""
    options = parse(process.argv, "s,quiet,silent l,verbose b,print-bytes n,bytes:")
    names = [*options.operands, "-"][:2]
    contents = []
    for name in names:
        try:
            contents.append((yield from read_bytes(process, name)))
        except SyscallError as error:
            raise Failure(f"{name}: {error.text}" if "s" not in options else "", 2) from None
    one, other = contents
    if "n" in options:
        one, other = one[: int(options["n"])], other[: int(options["n"])]
    if one == other:
        return 0
    if "s" in options:
        return 1
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if at == min(len(one), len(other)):
        shorter = names[0] if len(one) < len(other) else names[1]
        line = one[:at].count(b"\n")
        where = (
            "which is empty"
            if at == 0
            else f"after byte {at}, line {line}"
            if one[at - 1 : at] == b"\n"
            else f"after byte {at}, in line {line + 1}"
        )
        yield from complain(process, f"EOF on {shorter} {where}")
    else:
        yield from process.print(f"{names[0]} {names[1]} differ: char {at + 1}, line {one[:at].count(10) + 1}")
    return 1


@tool("diff", trouble=2)
def diff(process: Process) -> Run[int]:
    """Whether two files differ (-q); how they differ is not modelled."""
    options = parse(process.argv, "q,brief u,U:: r,recursive N,new-file w b B i s,report-identical-files")
    if len(options.operands) != 2:
        raise UsageError("missing operand")
    contents = []
    for name in options.operands:
        try:
            contents.append((yield from read_bytes(process, name)))
        except SyscallError as error:
            if "N" in options and error.text == "No such file or directory":
                contents.append(b"")
                continue
            raise Failure(f"{name}: {error.text}", 2) from None
    if contents[0] == contents[1]:
        if "s" in options:
            yield from process.print(f"Files {options.operands[0]} and {options.operands[1]} are identical")
        return 0
    if "q" not in options:
        raise Unmodelled("showing differences (only -q)")
    yield from process.print(f"Files {options.operands[0]} and {options.operands[1]} differ")
    return 1


@tool("envsubst")
def envsubst(process: Process) -> Run[int]:
    """Standard input with environment variables filled in."""
    options = parse(process.argv, "v,variables")
    shown = options.operands[0] if options.operands else None
    names = re.findall(r"\$\{?([A-Za-z_]\w*)", shown) if shown is not None else None
    if "v" in options:
        yield from write_text(process, "".join(f"{name}\n" for name in names or []))
        return 0
    text = (yield from process.read_all(0)).decode("latin-1")

    def replace(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if names is not None and name not in names:
            return match[0]
        return raw(process.environ.get(name, ""))

    yield from write_text(process, re.sub(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", replace, text))
    return 0
