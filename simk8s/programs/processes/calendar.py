"""The program date. Time is the simulation's, the zone is UTC."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

from simk8s.machine import Process
from simk8s.programs.options import UsageError, parse
from simk8s.programs.processes.date_text import read_date
from simk8s.programs.tool import Failure, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import EPOCH, Run

_DIRECTIVE = re.compile(r"%([-_0^#]*)(\d*)(:*[A-Za-z%])")


@tool("date")
def date(process: Process) -> Run[int]:
    """Print the date."""
    options = parse(
        process.argv,
        "u,utc,universal d,date: r,reference: R,rfc-email,rfc-2822 I,iso-8601:: rfc-3339: s,set: f,file:",
        unmodelled="debug resolution",
    )
    if "s" in options or "f" in options:
        raise Unmodelled("setting the clock" if "s" in options else "option '-f'")
    operands = [word for word in options.operands if not word.startswith("+")]
    if operands and options.last_of("dr"):
        raise UsageError(
            f"the argument '{operands[0]}' lacks a leading '+';\n"
            "when using an option to specify date(s), any non-option\nargument must be a format string beginning "
            "with '+'"
        )
    if operands:
        raise Unmodelled("setting the clock")
    seconds: float | None = process.sim.now
    if "d" in options:
        seconds = parse_date(process, options["d"])
        if seconds is None:
            raise Failure(f"invalid date '{options['d']}'")
    elif "r" in options:
        seconds = process.stat(options["r"]).mtime
    assert seconds is not None
    if "I" in options:
        layout = {
            "": "%Y-%m-%d",
            "date": "%Y-%m-%d",
            "hours": "%Y-%m-%dT%H%:z",
            "minutes": "%Y-%m-%dT%H:%M%:z",
            "seconds": "%Y-%m-%dT%H:%M:%S%:z",
            "ns": "%Y-%m-%dT%H:%M:%S,%N%:z",
        }.get(options["I"], "%Y-%m-%d")
    elif "R" in options:
        layout = "%a, %d %b %Y %H:%M:%S %z"
    elif "rfc-3339" in options:
        layout = "%Y-%m-%d" + ("" if options["rfc-3339"] == "date" else " %H:%M:%S%:z")
    else:
        layout = next((word[1:] for word in options.operands), "%a %b %e %H:%M:%S UTC %Y")
    yield from process.print(format_date(seconds, layout))
    return 0


def parse_date(process: Process, text: str) -> float | None:
    """The virtual time that a date means; None where it means nothing."""
    moment = read_date(text, EPOCH + timedelta(seconds=process.sim.now))
    return None if moment is None else (moment - EPOCH).total_seconds()


def format_date(seconds: float, layout: str) -> str:
    """A virtual time in the layout of date(1).

    >>> format_date(0.5, "%F %T.%3N %s %%")
    '2024-01-01 00:00:00.500 1704067200 %'
    """
    moment = EPOCH + timedelta(seconds=round(seconds, 6))

    def directive(match: re.Match[str]) -> str:
        flags, width, letter = match.groups()
        text = _directive(moment, letter, width)
        if "-" in flags:
            text = text.lstrip("0 ") or "0"
        elif "_" in flags:
            stripped = text.lstrip("0") or "0"
            text = stripped.rjust(len(text))
        elif width and letter not in ("N", "s"):
            text = text.zfill(int(width)) if text.isdecimal() else text.rjust(int(width))
        if "#" in flags:
            return text.lower() if letter in ("Z", "p") else text.upper()
        return text.upper() if "^" in flags else text

    return _DIRECTIVE.sub(directive, layout)


def _directive(moment: datetime, letter: str, width: str) -> str:
    match letter:
        case "s":
            return str(math.floor(moment.timestamp()))
        case "N":
            return f"{moment.microsecond * 1000:09d}"[: int(width or 9)]
        case "%":
            return "%"
        case "n":
            return "\n"
        case "t":
            return "\t"
        case ":z":
            return "+00:00"
        case "z":
            return "+0000"
        case "Z":
            return "UTC"
        case "P":
            return moment.strftime("%p").lower()
        case "q":
            return str((moment.month + 2) // 3)
        case "k":
            return f"{moment.hour:2d}"
        case "l":
            return f"{(moment.hour - 1) % 12 + 1:2d}"
        case "F":
            return moment.strftime("%Y-%m-%d")
        case "T":
            return moment.strftime("%H:%M:%S")
        case "R":
            return moment.strftime("%H:%M")
        case "D":
            return moment.strftime("%m/%d/%y")
        case "e":
            return f"{moment.day:2d}"
        case "C":
            return f"{moment.year // 100:02d}"
        case "h":
            return moment.strftime("%b")
        case "c":
            return moment.strftime("%a %b ") + f"{moment.day:2d}" + moment.strftime(" %H:%M:%S %Y")
        case "r":
            return moment.strftime("%I:%M:%S %p")
        case "x":
            return moment.strftime("%m/%d/%y")
        case "X":
            return moment.strftime("%H:%M:%S")
        case "G" | "V" | "g" | "u" | "w" | "U" | "W" | "Y" | "y" | "m" | "d" | "H" | "I" | "M" | "S" | "j" | "a" | "A":
            return moment.strftime(f"%{letter}")
        case "b" | "B" | "p":
            return moment.strftime(f"%{letter}")
    if letter in ("E", "O"):
        raise Unmodelled(f"'%{letter}' in a date format")
    return f"%{width}{letter}"
