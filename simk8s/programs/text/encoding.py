"""base64, base32 and basenc: bytes as text that survives anywhere, and back."""

from __future__ import annotations

import base64 as codec
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.stream import write_text
from simk8s.programs.text.digest import read_bytes
from simk8s.programs.tool import Failure, tool, whole_number
from simk8s.sim import Run


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become text: the letters (as in a bracket), how many make a group, and both ways."""

    letters: str
    group: int
    encode: Callable[[bytes], bytes]
    decode: Callable[[bytes], bytes]


def _bits(data: bytes, step: int) -> bytes:
    return "".join(f"{byte:08b}"[::step] for byte in data).encode()


def _bytes(text: bytes, step: int) -> bytes:
    return bytes(int(text[at : at + 8][::step], 2) for at in range(0, len(text), 8))


ENCODINGS = {
    "base64": Encoding("A-Za-z0-9+/", 4, codec.b64encode, lambda text: codec.b64decode(text, validate=True)),
    "base64url": Encoding("A-Za-z0-9_-", 4, codec.urlsafe_b64encode, codec.urlsafe_b64decode),
    "base32": Encoding("A-Z2-7", 8, codec.b32encode, codec.b32decode),
    "base32hex": Encoding("0-9A-V", 8, codec.b32hexencode, codec.b32hexdecode),
    "base16": Encoding("0-9A-F", 2, codec.b16encode, codec.b16decode),
    "base2msbf": Encoding("01", 8, lambda data: _bits(data, 1), lambda text: _bytes(text, 1)),
    "base2lsbf": Encoding("01", 8, lambda data: _bits(data, -1), lambda text: _bytes(text, -1)),
}


@tool("base64", "base32")
def base64(process: Process) -> Run[int]:
    """Encode or decode."""
    options = parse(process.argv, "d,D,decode w,wrap: i,ignore-garbage", unmodelled="")
    return (yield from _convert(process, options, ENCODINGS[process.argv[0].rpartition("/")[2]]))


@tool("basenc")
def basenc(process: Process) -> Run[int]:
    """Encode or decode in any of several ways."""
    options = parse(process.argv, f"d,D,decode w,wrap: i,ignore-garbage {' '.join(ENCODINGS)}", unmodelled="z85")
    name = options.last_of(list(ENCODINGS))
    if not name:
        raise UsageError("missing encoding type")
    return (yield from _convert(process, options, ENCODINGS[name]))


def _convert(process: Process, options: Options, encoding: Encoding) -> Run[int]:
    width = whole_number(options, "w", 76, "invalid wrap size")
    if len(options.operands) > 1:
        raise UsageError(f"extra operand '{options.operands[1]}'")
    path = options.operands[0] if options.operands else "-"
    try:
        data = yield from read_bytes(process, path)
    except SyscallError as error:
        raise Failure(f"{'read error' if process.is_directory(path) else path}: {error.text}") from None
    if "d" in options:
        yield from _decode(process, data, encoding, "i" in options)
        return 0
    text = encoding.encode(data).decode()
    if width:
        text = "".join(text[at : at + width] + "\n" for at in range(0, len(text), width))
    yield from write_text(process, text)
    return 0


def _decode(process: Process, data: bytes, encoding: Encoding, forgiving: bool) -> Run[None]:
    """Write what can be decoded, also where the text is wrong further on or its padding is missing."""
    text = re.sub(rb"[^%s=]" % encoding.letters.encode() if forgiving else rb"\n", b"", data)
    good = re.match(rb"(?:[%s]{%d})*" % (encoding.letters.encode(), encoding.group), text)
    assert good is not None
    whole, rest = text[: good.end()], text[good.end() :]
    yield from process.write(1, encoding.decode(whole))
    if not rest:
        return
    letters = re.match(rb"[%s]*" % encoding.letters.encode(), rest)
    assert letters is not None
    kept = letters[0]
    while kept:
        try:
            yield from process.write(1, encoding.decode(kept.ljust(encoding.group, b"=")))
            break
        except (binascii.Error, ValueError):
            kept = kept[:-1]
    if rest != letters[0].ljust(encoding.group, b"="):
        raise Failure("invalid input")
