"""cut, paste and fold: text by columns."""

from __future__ import annotations

import re

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import UsageError, parse
from simk8s.programs.stream import Lines, close_input, open_input, raw, read_lines, write_lines, write_text
from simk8s.programs.tool import Failure, complain, each_input, tool, whole_number
from simk8s.sim import Run


def parse_list(text: str, *, fields: bool = True) -> list[tuple[int, int]]:
    """`1,3-5,7-` as ranges, both ends included; the end of an open one is very far.

    >>> parse_list("3-5,1")
    [(1, 1), (3, 5)]
    """
    ranges = []
    for item in re.split(r"[, ]", text):
        match = re.fullmatch(r"(\d*)(-?)(\d*)", item)
        if item == "-":
            raise UsageError("invalid range with no endpoint: -")
        if match is None and re.fullmatch(r"[\d-]+", item):
            raise UsageError("invalid field range" if fields else "invalid byte or character range")
        if match is None:
            raise UsageError(f"invalid {'field value' if fields else 'byte/character position'} '{item}'")
        low, dash, high = match.groups()
        first = int(low or 1) if item else 0
        last = int(high) if high else (1 << 31 if dash else first)
        if first == 0:
            raise UsageError(f"{'fields' if fields else 'byte/character positions'} are numbered from 1")
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
        unmodelled="",
    )
    unit = options.last_of("fcb")
    if len({name for name, _ in options.given if name in "fcb"}) > 1:
        raise UsageError("only one list may be specified")
    if not unit:
        raise UsageError("you must specify a list of bytes, characters, or fields")
    delimiter = raw(options.get("d", "\t")) or "\0"
    if len(delimiter) > 1:
        raise UsageError("the delimiter must be a single character")
    if unit != "f" and "d" in options:
        raise UsageError("an input delimiter may be specified only when operating on fields")
    if unit != "f" and "s" in options:
        raise UsageError("suppressing non-delimited lines makes sense\n\tonly when operating on fields")
    ranges = parse_list(options[unit], fields=unit == "f")
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
    options = parse(process.argv, "d,delimiters: s,serial z,zero-terminated", unmodelled="")
    end = "\0" if "z" in options else "\n"
    delimiters = raw(options.get("d", "\t"))
    marks = [{"n": "\n", "t": "\t", "\\": "\\", "0": ""}.get(m[1:], m) if len(m) > 1 else m
             for m in re.findall(r"\\.|.", delimiters, re.DOTALL)] or [""]  # fmt: skip
    if re.search(r"(?<!\\)(\\\\)*\\$", delimiters):
        raise Failure(f"delimiter list ends with an unescaped backslash: {options['d']}")
    files: list[list[str]] = []
    paths = options.operands or ["-"]
    shared = (yield from read_lines(process, "-", end)) if "-" in paths else []
    stdins = paths.count("-")
    seen = 0
    for path in paths:
        if path == "-":
            files.append(shared if "s" in options else shared[seen::stdins])
            seen += 1
            continue
        try:
            files.append((yield from read_lines(process, path, end)))
        except SyscallError as error:
            raise Failure(f"{path}: {error.text}") from None
    if "s" in options:
        rows = files
    else:
        rows = [[file[row] if row < len(file) else "" for file in files] for row in range(max(len(f) for f in files))]
    yield from write_lines(process, [_joined(row, marks) for row in rows], end)
    return 0


def _joined(cells: list[str], marks: list[str]) -> str:
    text = cells[0] if cells else ""
    for number, cell in enumerate(cells[1:]):
        text += marks[number % len(marks)] + cell
    return text


@tool("fold")
def fold(process: Process) -> Run[int]:
    """Lines of limited width."""
    argv = [re.sub(r"^-(\d+)$", r"-w\1", word) for word in process.argv]
    options = parse(argv, "w,width: s,spaces b,bytes", unmodelled="")
    width = whole_number(options, "w", 80, "invalid number of columns", 1)

    def work(fd: int) -> Run[None]:
        lines = Lines(process, fd)
        while block := (yield from lines.block()):
            shown = [part for line in block for part in _folded(line, width, "s" in options, "b" in options)]
            yield from write_text(process, "\n".join(shown) + ("" if lines.is_open_ended else "\n"))

    return (yield from each_input(process, options.operands, work))


def _folded(line: str, width: int, at_blanks: bool, by_bytes: bool) -> list[str]:
    """A line in parts that take at most `width` columns each; one of a tab that is wider stands alone."""
    parts: list[str] = []
    part, column = "", 0
    for character in line:
        while True:
            after = _column_after(column, character, by_bytes)
            if after <= width or not part:
                break
            at = max(part.rfind(" "), part.rfind("\t")) + 1 if at_blanks else 0
            parts.append(part[: at or len(part)])
            part, column = part[at or len(part) :], 0
            for kept in part:
                column = _column_after(column, kept, by_bytes)
        part, column = part + character, after
    return [*parts, part]


def _column_after(column: int, character: str, by_bytes: bool) -> int:
    if by_bytes:
        return column + 1
    match character:
        case "\t":
            return column // 8 * 8 + 8
        case "\b":
            return max(0, column - 1)
        case "\r":
            return 0
    return column + 1
