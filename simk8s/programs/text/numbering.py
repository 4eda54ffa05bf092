"""nl: lines with numbers before them, in logical pages of a header, a body and a footer."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.machine import Process
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.stream import Lines, raw, write_lines
from simk8s.programs.text.pattern import Pattern, PatternError, compile_pattern
from simk8s.programs.tool import Failure, each_input, tool, whole_number
from simk8s.sim import Run

_LAYOUTS = {"ln": "{:<{}d}", "rn": "{:>{}d}", "rz": "{:0>{}d}"}


@dataclass(slots=True)
class Numbering:
    """Which lines of which part of a page get a number, what it looks like, and which is next."""

    styles: dict[str, str]
    patterns: dict[str, Pattern]
    layout: str
    width: int
    separator: str
    first: int
    step: int
    blanks: int
    continues: bool
    delimiter: str
    number: int
    section: str = "b"
    blank: int = 0

    def shown(self, line: str) -> str:
        """A line with its number, with room for one, or empty where it begins a part of a page."""
        parts = {self.delimiter * count: name for count, name in ((3, "h"), (2, "b"), (1, "f"))}
        if line in parts:
            self.section = parts[line]
            if not self.continues:
                self.number = self.first
            return ""
        if not self._counts(line):
            return " " * (self.width + len(self.separator)) + line
        text = self.layout.format(self.number, self.width) + self.separator + line
        self.number += self.step
        return text

    def _counts(self, line: str) -> bool:
        style = self.styles[self.section]
        if style == "a":
            self.blank = 0 if line else self.blank + 1
            if line or self.blank == self.blanks:
                self.blank = 0
                return True
            return False
        return (style == "t" and bool(line)) or (style[:1] == "p" and bool(self.patterns[style].search(line)))


@tool("nl")
def nl(process: Process) -> Run[int]:
    """Number lines."""
    options = parse(
        process.argv,
        "b,body-numbering: h,header-numbering: f,footer-numbering: d,section-delimiter: i,line-increment: "
        "l,join-blank-lines: n,number-format: p,no-renumber s,number-separator: v,starting-line-number: "
        "w,number-width:",
        unmodelled="",
    )
    numbering = _numbering(options)

    def work(fd: int) -> Run[None]:
        lines = Lines(process, fd)
        while block := (yield from lines.block()):
            yield from write_lines(process, [numbering.shown(line) for line in block])

    return (yield from each_input(process, options.operands, work))


def _numbering(options: Options) -> Numbering:
    styles = {"h": options.get("h", "n"), "b": options.get("b", "t"), "f": options.get("f", "n")}
    patterns: dict[str, Pattern] = {}
    for name, part in (("header", "h"), ("body", "b"), ("footer", "f")):
        style = styles[part]
        if style.startswith("p"):
            try:
                patterns[style] = compile_pattern(raw(style[1:]), extended=False)
            except PatternError as error:
                raise Failure(str(error)) from None
        elif style not in ("a", "t", "n"):
            raise UsageError(f"invalid {name} numbering style: '{style}'")
    layout = options.get("n", "rn")
    if layout not in _LAYOUTS:
        raise UsageError(f"invalid line numbering format: '{layout}'")
    first = whole_number(options, "v", 1, "invalid starting line number", -(1 << 62))
    delimiter = raw(options.get("d", "\\:"))
    return Numbering(
        styles,
        patterns,
        _LAYOUTS[layout],
        whole_number(options, "w", 6, "invalid line number field width", 1),
        raw(options.get("s", "\t")),
        first,
        whole_number(options, "i", 1, "invalid line number increment", -(1 << 62)),
        whole_number(options, "l", 1, "invalid line number of blank lines", 1),
        "p" in options,
        delimiter if len(delimiter) != 1 else delimiter + ":",
        first,
    )
