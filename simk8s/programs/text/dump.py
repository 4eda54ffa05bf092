"""od, hexdump and xxd: bytes as numbers."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from simk8s.machine import Process, SyscallError
from simk8s.programs.files.create import parse_size
from simk8s.programs.options import Options, parse
from simk8s.programs.stream import write_text
from simk8s.programs.text.digest import read_bytes
from simk8s.programs.tool import Failure, complain, tool, whole_number
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_SHORT = {"a": "a", "b": "o1", "c": "c", "d": "u2", "f": "fF", "i": "dI", "l": "dL", "o": "o2", "s": "d2", "x": "x2"}
_SIZES = {"C": 1, "S": 2, "I": 4, "L": 8, "F": 4, "D": 8, "": 4}
_WIDTHS = {
    "x": {1: 2, 2: 4, 4: 8, 8: 16},
    "o": {1: 3, 2: 6, 4: 11, 8: 22},
    "d": {1: 4, 2: 6, 4: 11, 8: 20},
    "u": {1: 3, 2: 5, 4: 10, 8: 20},
    "f": {4: 15, 8: 24},
    "a": {1: 3},
    "c": {1: 3},
}
_NAMES = (
    "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so "
    "si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp"
).split()


@dataclass(frozen=True, slots=True)
class Kind:
    """How a row of bytes is written: in which letter's way, so many bytes a cell, with the text beside it or not."""

    letter: str
    size: int
    with_text: bool

    @property
    def width(self) -> int:
        """The characters of a cell, without the blank before it."""
        return _WIDTHS[self.letter][self.size]


def _kinds(text: str) -> list[Kind]:
    found = []
    position = 0
    while position < len(text):
        match = re.compile(r"(?:([ac])|([doux])(\d+|[CSIL]?)|(f)(\d+|[FDL]?))(z?)").match(text, position)
        if match is None:
            raise Failure(f"invalid character '{text[position]}' in type string '{text}'")
        letter = match[1] or match[2] or match[4]
        written = match[3] or match[5] or ""
        size = (
            1
            if match[1]
            else int(written)
            if written.isdecimal()
            else 8
            if match[4] and not written
            else _SIZES[written]
        )
        if match[4] and written == "L":
            raise Unmodelled("type 'fL'")
        if size not in _WIDTHS[letter]:
            name = "floating point" if letter == "f" else "integral"
            raise Failure(f"invalid type string '{text}';\nthis system doesn't provide a {size}-byte {name} type")
        found.append(Kind(letter, size, bool(match[6])))
        position = match.end()
    return found


@tool("od")
def od(process: Process) -> Run[int]:
    """Bytes as numbers."""
    options = parse(
        process.argv,
        "A,address-radix: t,format: N,read-bytes: j,skip-bytes: v,output-duplicates w,width:: a b c d f i l o s x",
        unmodelled="S,strings: traditional endian:",
    )
    kinds: list[Kind] = []
    for name, value in options.given:
        if name == "t":
            kinds += _kinds(value)
        elif name in _SHORT:
            kinds += _kinds(_SHORT[name])
    kinds = kinds or _kinds("o2")
    data = b""
    status = 0
    for path in options.operands or ["-"]:
        try:
            data += yield from read_bytes(process, path)
        except SyscallError as error:
            yield from complain(process, f"{path}: {error.text}")
            status = 1
    if status and not data:
        return status
    skip = _amount(options, "j", 0)
    if skip > len(data):
        raise Failure("cannot skip past end of combined input")
    data = data[skip:][: _amount(options, "N", len(data))]
    radix = {"d": "{:07d}", "o": "{:07o}", "x": "{:06x}", "n": ""}.get(options.get("A", "o"))
    if radix is None:
        raise Failure(f"invalid output address radix '{options['A']}'; it must be one character from [doxn]")
    width = (_amount(options, "w", 32) or 32) if "w" in options else 16
    yield from _rows(process, data, skip, kinds, radix, width, "v" in options)
    return status


def _amount(options: Options, name: str, default: int) -> int:
    text = options[name]
    if not text:
        return default
    value = int(text, 16) if text.lower().startswith("0x") else parse_size(text)
    if value is None:
        raise Failure(f"invalid -{name} argument '{text}'")
    return value


def _rows(
    process: Process, data: bytes, skip: int, kinds: list[Kind], radix: str, width: int, duplicates: bool
) -> Run[None]:
    cell = max((kind.width + 1) / kind.size for kind in kinds)  # the widest kind gives each byte its room
    starred = False
    for at in range(0, len(data), width):
        row = data[at : at + width]
        if at and row == data[at - width : at] and len(row) == width and not duplicates:
            if not starred:
                yield from process.print("*")
            starred = True
            continue
        starred = False
        address = radix.format(at + skip)
        for number, kind in enumerate(kinds):
            text = _cells(kind, row, round(cell * kind.size))
            if kind.with_text:
                shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
                text = f"{text.ljust(round(cell * kind.size) * (width // kind.size))}  >{shown}<"
            yield from process.print((address if number == 0 else " " * len(address)) + text)
    if radix:
        yield from process.print(radix.format(len(data) + skip))


def _cells(kind: Kind, row: bytes, room: int) -> str:
    text = ""
    for at in range(0, len(row), kind.size):
        part = row[at : at + kind.size].ljust(kind.size, b"\0")
        text += _cell(kind, part).rjust(room)
    return text


def _cell(kind: Kind, part: bytes) -> str:
    match kind.letter:
        case "a":
            code = part[0] & 127
            return _NAMES[code] if code < len(_NAMES) else "del" if code == 127 else chr(code)
        case "c":
            return _character(part[0])
        case "f":
            value = struct.unpack("<f" if kind.size == 4 else "<d", part)[0]
            return _shortest(value, kind.size)
    number = int.from_bytes(part, "little", signed=kind.letter == "d")
    return format(number, kind.letter).rjust(kind.width, "0") if kind.letter in "xo" else str(number)


def _shortest(value: float, size: int) -> str:
    """The shortest number that reads back as the same one."""
    for digits in range(1, 18):
        text = f"{value:.{digits}g}"
        if struct.pack("<f" if size == 4 else "<d", float(text)) == struct.pack("<f" if size == 4 else "<d", value):
            return text
    return f"{value:g}"


def _character(byte: int) -> str:
    named = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
    return named.get(byte) or (chr(byte) if 32 <= byte < 127 else f"{byte:03o}")


@tool("hexdump", "xxd", "hd")
def hexdump(process: Process) -> Run[int]:
    """Bytes in hexadecimal: `hexdump -C` and plain `xxd`, `xxd -p`."""
    name = process.argv[0].rpartition("/")[2]
    if name == "xxd":
        options = parse(process.argv, "p,ps,plain l,len: r", unmodelled="a b c: C e E g: h i n: o: R: s: u d")
    else:
        options = parse(process.argv, "C n: v", unmodelled="b c d o x s: e: f: L::")
        if "C" not in options and name == "hexdump":
            raise Unmodelled("a format other than -C")
    try:
        data = yield from read_bytes(process, options.operands[0] if options.operands else "-")
    except SyscallError as error:
        raise Failure(f"{options.operands[0]}: {error.text}", 2 if name == "xxd" else 1) from None
    limit = whole_number(options, "l" if name == "xxd" else "n", -1, "invalid length")
    data = data[:limit] if limit >= 0 else data
    if "r" in options:
        if "p" not in options:
            raise Unmodelled("option '-r' without '-p'")
        digits = re.sub(rb"[^0-9a-fA-F]", b"", data).decode()
        yield from process.write(1, bytes.fromhex(digits[: len(digits) // 2 * 2]))
        return 0
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
