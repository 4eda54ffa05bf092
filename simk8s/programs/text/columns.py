"""cut, paste and fold: text by columns."""

from __future__ import annotations

import re

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import UsageError, parse
from simk8s.programs.stream import Lines, close_input, open_input, raw, read_lines, write_lines
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run


def parse_list(text: str) -> list[tuple[int, int]]:
    """`1,3-5,7-` as ranges, both ends included; the end of an open one is very far.

    >>> parse_list("3-5,1")
    [(1, 1), (3, 5)]
    """
    ranges = []
    for item in re.split(r"[, ]", text):
        match = re.fullmatch(r"(\d*)(-?)(\d*)", item)
        if match is None or item in ("", "-"):
            raise UsageError(f"invalid field value '{item}'" if item != "-" else "invalid range with no endpoint: -")
        low, dash, high = match.groups()
        first = int(low or 1)
        last = int(high) if high else (1 << 31 if dash else first)
        if first == 0:
            raise UsageError("fields are numbered from 1")
        if last < first:
            raise UsageError("invalid decreasing range")
        ranges.append((first, last))
    return sorted(ranges)


@tool("cut")
def cut(process: Process) -> Run[int]:
    """Some bytes or fields of each line."""
    options = parse(
        process.argv,
        "f,fields: d,delimiter: c,characters: b,bytes: s,only-delimited complement output-delimiter: n "
        "z,zero-terminated",
    )
    unit = options.last_of("fcb")
    if not unit:
        raise UsageError("you must specify a list of bytes, characters, or fields")
    delimiter = raw(options.get("d", "\t")) or "\0"
    if len(delimiter) > 1:
        raise UsageError("the delimiter must be a single character")
    if unit != "f" and "d" in options:
        raise UsageError("an input delimiter may be specified only when operating on fields")
    ranges = parse_list(options[unit])
    complement = "complement" in options

    def chosen(number: int) -> bool:
        return any(low <= number <= high for low, high in ranges) != complement

    glue = raw(options.get("output-delimiter", delimiter if unit == "f" else ""))

    def part(line: str) -> str | None:
        if unit != "f":
            if not glue:
                return "".join(character for number, character in enumerate(line, 1) if chosen(number))
            runs = [line[low - 1 : high] for low, high in ranges if line[low - 1 : high]]
            return glue.join(runs)
        if delimiter not in line:
            return None if "s" in options else line
        return glue.join(field for number, field in enumerate(line.split(delimiter), 1) if chosen(number))

    end = "\0" if "z" in options else "\n"
    status = 0
    for path in options.operands or ["-"]:
        try:
            fd = yield from open_input(process, path)
        except SyscallError as error:
            yield from complain(process, f"{path}: {error.text}")
            status = 1
            continue
        lines = Lines(process, fd, end)
        while block := (yield from lines.block()):
            yield from write_lines(process, [kept for line in block if (kept := part(line)) is not None], end)
        close_input(process, fd)
    return status


@tool("paste")
def paste(process: Process) -> Run[int]:
    """Files side by side, or (-s) each on one line."""
    options = parse(process.argv, "d,delimiters: s,serial")
    delimiters = raw(options.get("d", "\t"))
    marks = [{"n": "\n", "t": "\t", "\\": "\\", "0": ""}.get(m[1:], m) if len(m) > 1 else m
             for m in re.findall(r"\\.|.", delimiters, re.DOTALL)] or [""]  # fmt: skip
    files: list[list[str]] = []
    paths = options.operands or ["-"]
    shared = (yield from read_lines(process, "-")) if "-" in paths else []
    stdins = paths.count("-")
    seen = 0
    for path in paths:
        if path == "-":
            files.append(shared if "s" in options else shared[seen::stdins])
            seen += 1
            continue
        try:
            files.append((yield from read_lines(process, path)))
        except SyscallError as error:
            raise Failure(f"{path}: {error.text}") from None
    if "s" in options:
        rows = files
    else:
        rows = [[file[row] if row < len(file) else "" for file in files] for row in range(max(len(f) for f in files))]
    yield from write_lines(process, [_joined(row, marks) for row in rows])
    return 0


def _joined(cells: list[str], marks: list[str]) -> str:
    text = cells[0] if cells else ""
    for number, cell in enumerate(cells[1:]):
        text += marks[number % len(marks)] + cell
    return text


@tool("fold")
def fold(process: Process) -> Run[int]:
    """Lines of limited width."""
    options = parse(process.argv, "w,width: s,spaces b,bytes")
    width = int(options.get("w", "80"))
    status = 0
    for path in options.operands or ["-"]:
        try:
            lines = yield from read_lines(process, path)
        except SyscallError as error:
            yield from complain(process, f"{path}: {error.text}")
            status = 1
            continue
        shown: list[str] = []
        for line in lines:
            while len(line) > width:
                at = line.rfind(" ", 0, width) + 1 if "s" in options else 0
                shown.append(line[: at or width])
                line = line[at or width :]
            shown.append(line)
        yield from write_lines(process, shown)
    return status
