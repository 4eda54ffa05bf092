"""sort, uniq, comm and shuf: lines in order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from simk8s.machine import Errno, Process, SyscallError
from simk8s.programs.options import UsageError, parse
from simk8s.programs.stream import Lines, close_input, open_input, raw, read_lines, write_lines, write_text
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run

_NUMBER = re.compile(r"\s*(-?)(\d*)(?:\.(\d+))?")
_HUMAN = re.compile(r"\s*(-?[\d.]+)([KMGTPEkmgtpe]?)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Key:
    """A -k key: from field and character to field and character (from 1; 0: the end), with its own letters."""

    first: tuple[int, int]
    last: tuple[int, int]
    letters: str


@tool("sort", trouble=2)
def sort(process: Process) -> Run[int]:
    """Sort lines, byte by byte (the C locale) or as numbers."""
    options = parse(
        process.argv,
        "n,numeric-sort r,reverse u,unique k,key: t,field-separator: f,ignore-case b,ignore-leading-blanks c,check:: C "
        "h,human-numeric-sort V,version-sort g,general-numeric-sort s,stable o,output: z,zero-terminated M,month-sort "
        "d,dictionary-order i,ignore-nonprinting m,merge S,buffer-size: T,temporary-directory: parallel:",
    )
    end = "\0" if "z" in options else "\n"
    lines: list[str] = []
    for path in options.operands or ["-"]:
        try:
            lines += yield from read_lines(process, path, end)
        except SyscallError as error:
            what = "read failed" if error.errno is Errno.EISDIR else "cannot read"
            raise Failure(f"{what}: {path}: {error.text}", 2) from None
    letters = "".join(letter for letter in "nfbhVgMdir" if letter in options)
    separator = raw(options["t"]).replace("\\0", "\0")
    if len(separator) > 1:
        raise Failure(f"multi-character tab '{options['t']}'", 2)
    keys = [_key(text) for text in options.all("k")] or [Key((1, 1), (0, 0), "")]
    comparers = [(key, key.letters or letters) for key in keys]

    def rank(line: str) -> tuple[Any, ...]:
        return tuple(_rank(_part(line, key, separator, used), used) for key, used in comparers)

    if "c" in options or "C" in options:
        return (yield from _check(process, options.operands, lines, rank, "u" in options, "C" not in options))
    ordered = lines
    if "s" not in options and "u" not in options:  # the last resort: whole lines, byte by byte
        ordered = sorted(ordered, reverse="r" in options)
    for key, used in reversed(comparers):
        ordered = sorted(ordered, key=lambda line: _rank(_part(line, key, separator, used), used), reverse="r" in used)
    if "u" in options:
        ordered = [next(group) for _, group in groupby(ordered, rank)]
    if "o" in options:
        yield from process.write_file(options["o"], "".join(line + end for line in ordered).encode("latin-1"))
    else:
        yield from write_lines(process, ordered, end)
    return 0


def _check(
    process: Process, paths: list[str], lines: list[str], rank: Callable[[str], Any], unique: bool, loud: bool
) -> Run[int]:
    for number, (line, following) in enumerate(pairwise(lines), 2):
        if rank(line) > rank(following) or (unique and rank(line) == rank(following)):
            if loud:
                yield from process.complain(f"{paths[0] if paths else '-'}:{number}: disorder: {following}")
            return 1
    return 0


def _key(text: str) -> Key:
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?", text)
    if match is None or match[1] == "0":
        raise Failure(f"invalid number at field start: invalid count at start of '{text}'", 2)
    last = (int(match[4]), int(match[5] or 0)) if match[4] else (0, 0)
    return Key((int(match[1]), int(match[2] or 1)), last, match[3] + (match[6] or ""))


def _part(line: str, key: Key, separator: str, letters: str) -> str:
    """The part of a line that a key means. Without a separator a field begins with the blanks before it."""
    if key.first == (1, 1) and key.last == (0, 0):
        return line.lstrip(" \t") if "b" in letters else line
    fields = line.split(separator) if separator else re.findall(r"[ \t]*[^ \t]+|[ \t]+$", line)
    width = len(separator)
    starts: list[int] = []
    position = 0
    for field in fields:
        starts.append(position)
        position += len(field) + width

    def offset(field: int, character: int) -> int:
        if field > len(fields):
            return len(line)
        start = starts[field - 1]
        if "b" in letters:
            start += len(fields[field - 1]) - len(fields[field - 1].lstrip(" \t"))
        return min(start + character, len(line))

    begin = offset(key.first[0], key.first[1] - 1)
    field, character = key.last
    if field == 0:
        return line[begin:]
    if field > len(fields):
        return line[begin:]
    end = offset(field, character) if character else starts[field - 1] + len(fields[field - 1])
    return line[begin:end]


def _rank(text: str, letters: str) -> Any:
    if "n" in letters:
        match = _NUMBER.match(text)
        assert match is not None
        sign, whole, fraction = match.groups()
        value = (int(whole or 0), (fraction or "").rstrip("0"))
        if sign == "-" and value != (0, ""):
            return (-1, -value[0], (*tuple(-ord(digit) for digit in value[1]), 0))
        return (0, value[0], tuple(ord(digit) for digit in value[1]))
    if "g" in letters:
        try:
            return (1, float(text.split(maxsplit=1)[0]))
        except (ValueError, IndexError):
            return (0, 0.0)
    if "h" in letters:
        match = _HUMAN.match(text)
        if match is None:
            return (0, 0.0)
        power = " KMGTPE".index(match[2].upper() or " ")
        number = float(match[1])
        return (-power if number < 0 else power, number)
    if "M" in letters:
        name = text.strip()[:3].lower()
        return _MONTHS.index(name) + 1 if name in _MONTHS else 0
    if "V" in letters:
        return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in re.split(r"(\d+)", text) if part]
    if "d" in letters:
        text = re.sub(r"[^A-Za-z0-9 \t]", "", text)
    if "i" in letters:
        text = re.sub(r"[^ -~]", "", text)
    return text.upper() if "f" in letters else text


@tool("uniq")
def uniq(process: Process) -> Run[int]:
    """Lines without repeats of the one before."""
    options = parse(
        process.argv,
        "c,count d,repeated u,unique i,ignore-case f,skip-fields: s,skip-chars: w,check-chars: z,zero-terminated",
    )
    if len(options.operands) > 2:
        raise UsageError(f"extra operand '{options.operands[2]}'")
    end = "\0" if "z" in options else "\n"
    fields, characters = int(options["f"] or 0), int(options["s"] or 0)
    width = int(options["w"]) if "w" in options else None

    def part(line: str) -> str:
        if fields:
            line = re.sub(rf"^(?:[ \t]*[^ \t]+){{0,{fields}}}", "", line)
        line = line[characters:]
        line = line if width is None else line[:width]
        return line.lower() if "i" in options else line

    path = options.operands[0] if options.operands else "-"
    lines = yield from read_lines(process, path, end)
    shown = []
    for _, group in groupby(lines, part):
        same = list(group)
        if ("d" in options and len(same) < 2) or ("u" in options and len(same) > 1):
            continue
        shown.append(f"{len(same):7d} {same[0]}" if "c" in options else same[0])
    if len(options.operands) == 2:
        text = "".join(line + end for line in shown)
        yield from process.write_file(options.operands[1], text.encode("latin-1"))
    else:
        yield from write_lines(process, shown, end)
    return 0


@tool("comm")
def comm(process: Process) -> Run[int]:
    """Lines of two sorted files: only in the first, only in the second, in both."""
    options = parse(process.argv, "1 2 3 check-order nocheck-order output-delimiter: z,zero-terminated")
    if len(options.operands) != 2:
        last = f" after '{options.operands[-1]}'" if options.operands else ""
        raise UsageError(f"missing operand{last}")
    end = "\0" if "z" in options else "\n"
    left = yield from read_lines(process, options.operands[0], end)
    right = yield from read_lines(process, options.operands[1], end)
    delimiter = options.get("output-delimiter", "\t")
    indent = {
        "1": "",
        "2": delimiter * ("1" not in options),
        "3": delimiter * (("1" not in options) + ("2" not in options)),
    }
    shown: list[str] = []
    i = j = 0
    while i < len(left) or j < len(right):
        if j >= len(right) or (i < len(left) and left[i] < right[j]):
            column, line, i = "1", left[i], i + 1
        elif i >= len(left) or right[j] < left[i]:
            column, line, j = "2", right[j], j + 1
        else:
            column, line, i, j = "3", left[i], i + 1, j + 1
        if column not in options:
            shown.append(indent[column] + line)
    yield from write_lines(process, shown, end)
    unsorted = [name for name, lines in (("1", left), ("2", right)) if lines != sorted(lines)]
    if not unsorted or left == right or "nocheck-order" in options:
        return 0
    for name in unsorted:
        yield from complain(process, f"file {name} is not in sorted order")
    raise Failure("input is not in sorted order")


@tool("shuf")
def shuf(process: Process) -> Run[int]:
    """Lines in a chance order."""
    options = parse(process.argv, "n,head-count: e,echo i,input-range:")
    if "i" in options:
        low, _, high = options["i"].partition("-")
        lines = [str(number) for number in range(int(low), int(high) + 1)]
    elif "e" in options:
        lines = [raw(word) for word in options.operands]
    else:
        fd = yield from open_input(process, options.operands[0] if options.operands else "-")
        lines = yield from Lines(process, fd).all()
        close_input(process, fd)
    wanted = min(int(options["n"]), len(lines)) if "n" in options else len(lines)
    for _ in range(wanted):
        yield from write_text(process, lines.pop(process.sim.choose(len(lines), "shuf")) + "\n")
    return 0
