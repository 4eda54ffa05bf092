"""Checksums: md5sum and its family, cksum, sum."""

from __future__ import annotations

import hashlib
import re

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.stream import close_input, cooked, open_input, read_lines
from simk8s.programs.tool import Failure, complain, tool, whole_number
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
_CKSUM_ALGORITHMS = tuple(_ALGORITHMS.values())
_TITLES = {"blake2b": "BLAKE2b", **{name: name.upper() for name in _ALGORITHMS.values() if name != "blake2b"}}


def read_bytes(process: Process, path: str) -> Run[bytes]:
    """A whole file or standard input. Raises SyscallError."""
    fd = yield from open_input(process, path)
    data = yield from process.read_all(fd)
    close_input(process, fd)
    return data


@tool(*_ALGORITHMS)
def checksum(process: Process) -> Run[int]:
    """Print checksums of files, or check those in a list."""
    name = process.argv[0].rpartition("/")[2]
    options = parse(
        process.argv,
        "b,binary c,check t,text status quiet w,warn strict z,zero ignore-missing tag"
        + " l,length:" * (name == "b2sum"),
        unmodelled="",
    )
    algorithm = _ALGORITHMS[name]
    if "c" in options:
        return (yield from _check(process, algorithm, options))
    bits = whole_number(options, "l", 0, "invalid length")
    if bits % 8 or bits > 512:
        yield from complain(process, f"invalid length: '{options['l']}'")
        raise Failure(
            "length is not a multiple of 8" if bits % 8 else "maximum digest length for 'BLAKE2b' is 512 bits"
        )
    return (yield from _print_all(process, algorithm, bits, options, tagged="tag" in options))


def _print_all(process: Process, algorithm: str, bits: int, options: Options, *, tagged: bool) -> Run[int]:
    status = 0
    for path in options.operands or ["-"]:
        try:
            data = yield from read_bytes(process, path)
        except SyscallError as error:
            yield from complain(process, f"{path}: {error.text}")
            status = 1
            continue
        digest = _digest(algorithm, data, bits)
        if tagged:
            title = _TITLES[algorithm] + (f"-{bits}" if bits and bits != 512 else "")
            text = f"{title} ({path}) = {digest}"
        else:
            text = f"{digest} {'*' if 'b' in options else ' '}{path}"
        yield from process.write(1, text.encode() + (b"\0" if "z" in options else b"\n"))
    return status


def _digest(algorithm: str, data: bytes, bits: int = 0) -> str:
    if bits:
        return hashlib.blake2b(data, digest_size=bits // 8).hexdigest()
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


def _check(process: Process, algorithm: str, options: Options) -> Run[int]:
    status = 0
    for path in options.operands or ["-"]:
        try:
            lines = yield from read_lines(process, path)
        except SyscallError as error:
            yield from complain(process, f"{path}: {error.text}")
            status = 1
            continue
        status |= yield from _check_list(process, algorithm, path, lines, options)
    return status


def _check_list(process: Process, algorithm: str, path: str, lines: list[str], options: Options) -> Run[int]:
    title = _TITLES[algorithm]
    length = len(_digest(algorithm, b""))
    shown = "'standard input'" if path == "-" else path
    failed = unread = wrong = good = 0
    for number, line in enumerate(lines, 1):
        match = re.fullmatch(rf"{title} \((.*)\) = ([0-9a-fA-F]{{{length}}})", line)
        plain = re.fullmatch(rf"\\?([0-9a-fA-F]{{{length}}}) [ *](.*)", line)
        if match is None and plain is None:
            wrong += not line.startswith("#")
            if "w" in options and not line.startswith("#"):
                yield from complain(
                    process, f"{shown}: {number}: improperly formatted {title.removesuffix('b')} checksum line"
                )
            continue
        name, wanted = (match[1], match[2]) if match else (plain[2], plain[1]) if plain else ("", "")
        name = cooked(name)
        try:
            equal = _digest(algorithm, (yield from read_bytes(process, name))) == wanted.lower()
        except SyscallError as error:
            if "ignore-missing" in options and not process.exists(name):
                continue
            unread += 1
            yield from complain(process, f"{name}: {error.text}")
            if "status" not in options:
                yield from process.print(f"{name}: FAILED open or read")
            continue
        failed += not equal
        good += equal
        if "status" not in options and not (equal and "quiet" in options):
            yield from process.print(f"{name}: {'OK' if equal else 'FAILED'}")
    if not failed + unread + good and wrong == len([line for line in lines if not line.startswith("#")]):
        yield from complain(process, f"{shown}: no properly formatted checksum lines found")
        return 1
    if "status" not in options:
        yield from _warn(process, wrong, unread, failed)
        if "ignore-missing" in options and not good and not failed:
            yield from complain(process, f"{shown}: no file was verified")
    nothing = "ignore-missing" in options and not good
    return 1 if failed or unread or nothing or (wrong and "strict" in options) else 0


def _warn(process: Process, wrong: int, unread: int, failed: int) -> Run[None]:
    for count, one, several in (
        (wrong, "line is improperly formatted", "lines are improperly formatted"),
        (unread, "listed file could not be read", "listed files could not be read"),
        (failed, "computed checksum did NOT match", "computed checksums did NOT match"),
    ):
        if count:
            yield from complain(process, f"WARNING: {count} {one if count == 1 else several}")


@tool("cksum")
def cksum(process: Process) -> Run[int]:
    """Print the POSIX checksum and size of files, or (-a) another checksum."""
    options = parse(
        process.argv,
        "a,algorithm: untagged tag z,zero l,length: b",
        unmodelled="c,check base64 raw debug w,warn strict",
    )
    name = options.get("a", "crc")
    if name in ("crc", "bsd", "sysv"):
        return (yield from _sums(process, name, options.operands))
    if name == "sm3":
        raise Unmodelled("algorithm 'sm3'")
    if name not in _TITLES:
        known = "".join(f"\n  - '{word}'" for word in ("bsd", "sysv", "crc", *_CKSUM_ALGORITHMS, "sm3"))
        raise UsageError(f"invalid argument '{name}' for '--algorithm'\nValid arguments are:{known}")
    bits = whole_number(options, "l", 0, "invalid length")
    return (
        yield from _print_all(process, name, bits, options, tagged=options.last_of(("untagged", "tag")) != "untagged")
    )


@tool("sum")
def old_sum(process: Process) -> Run[int]:
    """Print the checksum of BSD or System V, and the number of blocks."""
    options = parse(process.argv, "r s,sysv", unmodelled="")
    name = "sysv" if options.last_of("rs") == "s" else "bsd"
    return (yield from _sums(process, name, options.operands))


def _sums(process: Process, kind: str, paths: list[str]) -> Run[int]:
    status = 0
    for path in paths or ["-"]:
        try:
            data = yield from read_bytes(process, path)
        except SyscallError as error:
            yield from complain(process, f"{path}: {error.text}")
            status = 1
            continue
        name = f" {path}" if paths else ""
        if kind == "crc":
            text = f"{_posix_crc(data)} {len(data)}"
        elif kind == "sysv":
            folded = sum(data)
            folded = (folded & 0xFFFF) + ((folded & 0xFFFFFFFF) >> 16)
            text = f"{(folded & 0xFFFF) + (folded >> 16)} {-(-len(data) // 512)}"
        else:
            text = f"{_bsd_sum(data):05d} {-(-len(data) // 1024):5d}"
        yield from process.print(text + name)
    return status


def _bsd_sum(data: bytes) -> int:
    total = 0
    for byte in data:
        total = ((total >> 1) + ((total & 1) << 15) + byte) & 0xFFFF
    return total


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
