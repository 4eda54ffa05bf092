"""Checksums and encodings: md5sum and its family, cksum, base64."""

from __future__ import annotations

import base64 as codec
import binascii
import hashlib
import re

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import parse
from simk8s.programs.stream import close_input, cooked, open_input, read_lines, write_text
from simk8s.programs.tool import Failure, complain, tool
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
