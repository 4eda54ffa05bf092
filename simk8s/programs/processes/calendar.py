"""The program date. Time is the simulation's, the zone is UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from simk8s.machine import Process
from simk8s.programs.options import UsageError, parse
from simk8s.programs.tool import Failure, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import EPOCH, Run

_UNIT_SECONDS = {"sec": 1, "second": 1, "min": 60, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_RELATIVE = re.compile(r"([-+]?)\s*(\d+)?\s*(sec|second|min|minute|hour|day|week)s?(\s+ago)?\b")
_STAMP = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]+(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?)?\s*(?:(Z|UTC|GMT)|([-+]\d\d):?(\d\d))?"
)
_DIRECTIVE = re.compile(r"%([-_0^#]*)(\d*)(:*[A-Za-z%])")


@tool("date")
def date(process: Process) -> Run[int]:
    """Print the date."""
    options = parse(
        process.argv,
        "u,utc,universal d,date: r,reference: R,rfc-email,rfc-2822 I,iso-8601:: rfc-3339: s,set: f,file:",
    )
    if "s" in options or "f" in options:
        raise Unmodelled("setting the clock" if "s" in options else "option '-f'")
    operands = [word for word in options.operands if not word.startswith("+")]
    if operands:
        raise UsageError(f"extra operand '{operands[0]}'")
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
    """The virtual time that a date means; None where it means nothing.

    Known are `@SECONDS`, ISO dates and times, `now`, `today`, `yesterday`, `tomorrow` and distances like `-2 days`.
    """
    text = text.strip()
    now = process.sim.now
    if re.fullmatch(r"@-?\d+(\.\d+)?", text):
        return float(text[1:]) - EPOCH.timestamp()
    rest = text.lower()
    base: float = now
    stamp = _STAMP.match(text)
    if stamp:
        moment = _moment(stamp)
        if moment is None:
            return None
        base, rest = (moment - EPOCH).total_seconds(), rest[stamp.end() :]
    for word, days in (("now", 0), ("today", 0), ("yesterday", -1), ("tomorrow", 1)):
        if re.search(rf"\b{word}\b", rest):
            base += days * 86400
            rest = re.sub(rf"\b{word}\b", "", rest)
    clock = re.search(r"\b(\d\d):(\d\d)(?::(\d\d))?\b", rest)
    if clock and not stamp:
        day = (EPOCH + timedelta(seconds=base)).replace(hour=0, minute=0, second=0, microsecond=0)
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        base = (day - EPOCH).total_seconds() + hours * 3600 + minutes * 60 + seconds
        rest = rest.replace(clock[0], "")
    for sign, number, unit, ago in _RELATIVE.findall(rest):
        distance = int(number or 1) * _UNIT_SECONDS[unit]
        base += -distance if (sign == "-") != bool(ago) else distance
    leftover = _RELATIVE.sub("", rest).replace("utc", "").replace("ago", "").strip()
    return None if leftover else base


def _moment(stamp: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second, fraction, _, zone_hours, zone_minutes = stamp.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        return None
    moment += timedelta(seconds=float(fraction or 0))
    if zone_hours:
        offset = timedelta(hours=abs(int(zone_hours)), minutes=int(zone_minutes))
        moment -= -offset if zone_hours.startswith("-") else offset
    return moment


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
        return text.upper() if "^" in flags else text

    return _DIRECTIVE.sub(directive, layout)


def _directive(moment: datetime, letter: str, width: str) -> str:
    match letter:
        case "s":
            return str(int(moment.timestamp()))
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
    raise Unmodelled(f"'%{letter}' in a date format")
