"""od, hexdump and xxd: bytes as numbers."""

from __future__ import annotations

import re

from simk8s.machine import Process
from simk8s.programs.options import UsageError, parse
from simk8s.programs.stream import write_text
from simk8s.programs.text.digest import read_bytes
from simk8s.programs.tool import tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run


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
