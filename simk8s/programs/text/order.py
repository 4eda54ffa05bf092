"""sort: lines in order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from simk8s.machine import Errno, Process, SyscallError
from simk8s.programs.options import Options, parse
from simk8s.programs.stream import raw, read_lines, write_lines
from simk8s.programs.text.version import version_key
from simk8s.programs.tool import Failure, tool
from simk8s.sim import Run

_NUMBER = re.compile(r"\s*(-?)(\d*)(?:\.(\d+))?")
_GENERAL = re.compile(
    r"\s*([-+]?(?:0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf|nan))", re.IGNORECASE
)
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
        "n,numeric-sort r,reverse u,unique k,key: t,field-separator: f,ignore-case b,ignore-leading-blanks c check:: C "
        "h,human-numeric-sort V,version-sort g,general-numeric-sort s,stable o,output: z,zero-terminated M,month-sort "
        "d,dictionary-order i,ignore-nonprinting m,merge S,buffer-size: T,temporary-directory: parallel:",
        unmodelled="R,random-sort random-source: debug files0-from: batch-size: compress-program:",
    )
    _check_usage(options)
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

    checks = options.last_of(("c", "check", "C"))
    if checks:
        quiet = checks == "C" or options["check"] in ("silent", "quiet")
        return (yield from _check(process, options.operands, lines, rank, "u" in options, not quiet))
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


def _check_usage(options: Options) -> None:
    checks = options.last_of(("c", "check", "C"))
    if checks and len(options.operands) > 1:
        raise Failure(f"extra operand '{options.operands[1]}' not allowed with -c", 2)
    if "t" in options and not options["t"]:
        raise Failure("empty tab", 2)
    ways = "".join(letter for letter in "dghinMV" if letter in options)
    if len(ways.replace("d", "").replace("i", "")) > 1 or (len(ways) > 1 and "d" in ways and "i" not in ways):
        raise Failure(f"options '-{ways}' are incompatible", 2)


def _check(
    process: Process, paths: list[str], lines: list[str], rank: Callable[[str], Any], unique: bool, loud: bool
) -> Run[int]:
    for number, (line, following) in enumerate(pairwise(lines), 2):
        before, after = rank(line), rank(following)
        if before > after or (unique and before == after) or (before == after and not unique and line > following):
            if loud:
                yield from process.complain(f"{paths[0] if paths else '-'}:{number}: disorder: {following}")
            return 1
    return 0


def _key(text: str) -> Key:
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?", text)
    if match is None:
        raise Failure(f"invalid number at field start: invalid count at start of '{text}'", 2)
    if not int(match[1]) or (match[2] and not int(match[2])):
        zero = "field number" if not int(match[1]) else "character offset"
        raise Failure(f"{zero} is zero: invalid field specification '{text}'", 2)
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
        match = _GENERAL.match(text)
        if match is None:
            return (0, 0.0)
        if match[1].lower().lstrip("+-") == "nan":
            return (1, 0.0)
        return (2, float.fromhex(match[1]) if "x" in match[1].lower() else float(match[1]))
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
        return version_key(text)
    if "d" in letters:
        text = re.sub(r"[^A-Za-z0-9 \t]", "", text)
    if "i" in letters:
        text = re.sub(r"[^ -~]", "", text)
    return text.upper() if "f" in letters else text
