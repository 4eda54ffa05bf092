"""expand and unexpand: tabs into blanks, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simk8s.machine import Process
from simk8s.programs.options import parse
from simk8s.programs.stream import Lines, write_text
from simk8s.programs.tool import Failure, each_input, tool
from simk8s.sim import Run


@dataclass(frozen=True, slots=True)
class Stops:
    """Tab stops: some single ones, then every `every` columns, counted from `base`; no more where that is 0."""

    single: tuple[int, ...]
    every: int
    base: int = 0

    def after(self, column: int) -> int | None:
        """The next stop behind a column."""
        following = next((stop for stop in self.single if stop > column), None)
        if following is not None or not self.every:
            return following
        return self.base + ((column - self.base) // self.every + 1) * self.every


def _stops(texts: list[str]) -> Stops:
    single: list[int] = []
    every, base = 0, 0
    words = [word for text in texts for word in re.split(r"[, ]+", text) if word]
    for word in words:
        match = re.fullmatch(r"([/+]?)(\d+)", word)
        if match is None:
            raise Failure(f"tab size contains invalid character(s): '{word.lstrip('0123456789/+')}'")
        size = int(match[2])
        if size == 0:
            raise Failure("tab size cannot be 0")
        if match[1]:
            every, base = size, single[-1] if match[1] == "+" and single else 0
        elif single and size <= single[-1]:
            raise Failure("tab sizes must be ascending")
        else:
            single.append(size)
    if len(single) == 1 and not every:
        return Stops((), single[0])
    return Stops(tuple(single), every, base) if words else Stops((), 8)


def _old_style(argv: list[str]) -> list[str]:
    """`-4` as `-t 4`."""
    return [re.sub(r"^-(\d[\d,]*)$", r"-t\1", word) for word in argv]


@tool("expand")
def expand(process: Process) -> Run[int]:
    """Tabs into blanks."""
    options = parse(_old_style(process.argv), "i,initial t,tabs:", unmodelled="")
    stops = _stops(options.all("t"))

    def work(fd: int) -> Run[None]:
        lines = Lines(process, fd)
        while block := (yield from lines.block()):
            text = "\n".join(_expanded(line, stops, "i" in options) for line in block)
            yield from write_text(process, text + ("" if lines.is_open_ended else "\n"))

    return (yield from each_input(process, options.operands, work))


def _expanded(line: str, stops: Stops, initial: bool) -> str:
    shown: list[str] = []
    column = 0
    for number, character in enumerate(line):
        if initial and not line[:number].isspace() and number:
            return "".join(shown) + line[number:]
        if character == "\t":
            blanks = (stops.after(column) or column + 1) - column
            shown.append(" " * blanks)
            column += blanks
        else:
            shown.append(character)
            column = max(0, column - 1) if character == "\b" else column + 1
    return "".join(shown)


@tool("unexpand")
def unexpand(process: Process) -> Run[int]:
    """Blanks into tabs: those before the text, or (-a, -t) all that end at a tab stop."""
    options = parse(_old_style(process.argv), "a,all first-only t,tabs:", unmodelled="")
    stops = _stops(options.all("t"))
    everywhere = ("a" in options or "t" in options) and "first-only" not in options

    def work(fd: int) -> Run[None]:
        lines = Lines(process, fd)
        while block := (yield from lines.block()):
            text = "\n".join(_unexpanded(line, stops, everywhere) for line in block)
            yield from write_text(process, text + ("" if lines.is_open_ended else "\n"))

    return (yield from each_input(process, options.operands, work))


def _unexpanded(line: str, stops: Stops, everywhere: bool) -> str:
    shown: list[str] = []
    column = 0
    for gap, text in re.findall(r"([ \t]*)([^ \t]*)", line):
        if shown and not everywhere:
            shown.append(gap + text)
            continue
        shown.append(_gap(gap, column, stops) + text)
        for character in gap:
            column = (stops.after(column) or column + 1) if character == "\t" else column + 1
        column += len(text)
    return "".join(shown)


def _gap(gap: str, column: int, stops: Stops) -> str:
    """A gap with tabs for what reaches a stop. A single blank that does so stays one."""
    shown, pending = "", 0
    for number, character in enumerate(gap):
        stop = stops.after(column)
        if stop is None:
            return shown + " " * pending + gap[number:]
        pending += 1
        column = stop if character == "\t" else column + 1
        if column == stop:
            alone = pending == 1 and character == " " and gap[number + 1 : number + 2] not in (" ", "\t")
            shown, pending = shown + (" " if alone else "\t"), 0
    return shown + " " * pending
