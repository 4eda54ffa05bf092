"""join: lines of two sorted files that have a field in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.stream import raw, read_lines, write_lines
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run


@dataclass(slots=True)
class Side:
    """One of the two files: its lines as fields, the field to join on, and how far we are."""

    name: str
    lines: list[list[str]]
    texts: list[str]
    column: int
    fold: bool
    position: int = 0
    disorder: str = ""

    def key(self, position: int) -> str:
        """The field that a line is joined on."""
        fields = self.lines[position]
        text = fields[self.column] if self.column < len(fields) else ""
        return text.upper() if self.fold else text

    @property
    def is_over(self) -> bool:
        return self.position >= len(self.lines)

    def group(self) -> range:
        """The lines from here on with the same key."""
        end = self.position
        while end < len(self.lines) and self.key(end) == self.key(self.position):
            end += 1
        return range(self.position, end)

    def move(self, position: int, watch: bool) -> None:
        """Go on to a line, and notice (once) where the lines are not in order."""
        for at in range(self.position + 1, min(position + 1, len(self.lines))):
            if watch and not self.disorder and self.key(at - 1) > self.key(at):
                self.disorder = f"{self.name}:{at + 1}: is not sorted: {self.texts[at]}"
        self.position = position


@dataclass(slots=True)
class Layout:
    """How a line of output is made."""

    separator: str
    filler: str
    wanted: list[tuple[int, int]] = field(default_factory=list)

    def line(self, key: str, left: list[str] | None, right: list[str] | None, columns: tuple[int, int]) -> str:
        """The joined line; a side is None where it has no partner."""
        sides = (left, right)
        if self.wanted:
            cells = [key if side == 0 else _cell(sides[side - 1], number) for side, number in self.wanted]
        else:
            cells = [key]
            for fields, column in zip(sides, columns, strict=True):
                cells += [text for number, text in enumerate(fields or []) if number != column]
        return self.separator.join(cell or self.filler for cell in cells)


def _cell(fields: list[str] | None, number: int) -> str:
    return fields[number] if fields is not None and number < len(fields) else ""


@tool("join")
def join(process: Process) -> Run[int]:
    """Lines of two sorted files that have a field in common."""
    options = parse(
        process.argv,
        "1: 2: j: a: v: e: o: t: i,ignore-case z,zero-terminated check-order nocheck-order header",
        unmodelled="",
    )
    names = options.operands
    if len(names) < 2:
        raise UsageError("missing operand" + (f" after '{names[0]}'" if names else ""))
    if len(names) > 2:
        raise UsageError(f"extra operand '{names[2]}'")
    end = "\0" if "z" in options else "\n"
    separator = _separator(options)
    sides: list[Side] = []
    for number, name in enumerate(names, 1):
        try:
            texts = yield from read_lines(process, name, end)
        except SyscallError as error:
            raise Failure(f"{name}: {error.text}") from None
        lines = [_fields(text, separator) for text in texts]
        sides.append(Side(name, lines, texts, _column(options, str(number)), "i" in options))
    wanted = _wanted(options, sides)
    layout = Layout(" " if separator is None else separator, raw(options["e"]), wanted)
    yield from write_lines(process, list(_joined(sides[0], sides[1], layout, options)), end)
    if "nocheck-order" in options or not any(side.disorder for side in sides):
        return 0
    for side in sides:
        if side.disorder:
            yield from complain(process, side.disorder)
            if "check-order" in options:
                return 1
    raise Failure("input is not in sorted order")


def _separator(options: Options) -> str | None:
    if "t" not in options:
        return None
    text = raw(options["t"])
    if text == "\\0":
        return "\0"
    if len(text) > 1:
        raise Failure(f"multi-character tab '{options['t']}'")
    return text or "\n"


def _fields(text: str, separator: str | None) -> list[str]:
    if separator is None:
        return text.strip(" \t").split() if text.strip(" \t") else []
    return text.split(separator) if text else []


def _column(options: Options, number: str) -> int:
    name = options.last_of((number, "j"))
    text = options[name] if name else "1"
    if not text.isdecimal() or int(text) == 0:
        raise Failure(f"invalid field number: '{text}'")
    return int(text) - 1


def _wanted(options: Options, sides: list[Side]) -> list[tuple[int, int]]:
    if options["o"] == "auto":
        found = [(0, 0)]
        for number, side in enumerate(sides, 1):
            count = len(side.lines[0]) if side.lines else 0
            found += [(number, column) for column in range(count) if column != side.column]
        return found
    wanted = []
    for word in re.split(r"[ ,\t]", ",".join(options.all("o"))) if "o" in options else []:
        match = re.fullmatch(r"(0)|([12])\.([1-9]\d*)", word)
        if match is None:
            if re.match(r"[^12]\.", word):
                raise Failure(f"invalid file number in field spec: '{word}'")
            raise Failure(f"invalid field specifier: '{word}'")
        wanted.append((0, 0) if match[1] else (int(match[2]), int(match[3]) - 1))
    return wanted


def _joined(left: Side, right: Side, layout: Layout, options: Options) -> Iterator[str]:
    lonely = set(options.all("a")) | set(options.all("v"))
    if wrong := sorted(lonely - {"1", "2"}):
        raise Failure(f"invalid field number: '{wrong[0]}'")
    columns = (left.column, right.column)
    watch = "check-order" in options
    if "header" in options and (left.lines or right.lines):
        both = [side.lines[0] if side.lines else None for side in (left, right)]
        yield layout.line((left if left.lines else right).key(0), both[0], both[1], columns)
        left.position, right.position = (int(bool(side.lines)) for side in (left, right))
    while not left.is_over and not right.is_over:
        mine, theirs = left.key(left.position), right.key(right.position)
        if mine == theirs:
            first, second = left.group(), right.group()
            if "v" not in options:
                for one in first:
                    key = _cell(left.lines[one], left.column)
                    yield from (layout.line(key, left.lines[one], right.lines[two], columns) for two in second)
            left.move(first.stop, watch)
            right.move(second.stop, watch)
            continue
        yield from _alone(left if mine < theirs else right, mine < theirs, lonely, layout, columns)
        watch = True
        side = left if mine < theirs else right
        side.move(side.position + 1, watch)
    watch = watch or not (left.is_over and right.is_over)
    for side, is_left in ((left, True), (right, False)):
        while not side.is_over:
            yield from _alone(side, is_left, lonely, layout, columns)
            side.move(side.position + 1, watch)


def _alone(side: Side, is_left: bool, lonely: set[str], layout: Layout, columns: tuple[int, int]) -> Iterator[str]:
    if ("1" if is_left else "2") in lonely:
        fields = side.lines[side.position]
        key = _cell(fields, side.column)
        yield layout.line(key, fields if is_left else None, None if is_left else fields, columns)
