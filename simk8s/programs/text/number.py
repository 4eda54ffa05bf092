"""factor and numfmt: numbers taken apart, and numbers for people to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal

from simk8s.machine import Process
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.stream import read_lines, write_text
from simk8s.programs.text.columns import parse_list
from simk8s.programs.tool import Failure, complain, tool, whole_number
from simk8s.sim import Run

_LARGEST = 10**18  # trial division beyond it takes too long
_UNITS = "KMGTPEZY"
_ROUNDING = {
    "up": ROUND_CEILING,
    "down": ROUND_FLOOR,
    "from-zero": ROUND_UP,
    "towards-zero": ROUND_DOWN,
    "nearest": ROUND_HALF_UP,
}


@tool("factor")
def factor(process: Process) -> Run[int]:
    """Print the prime factors of numbers."""
    words = parse(process.argv, "h,exponents", unmodelled="").operands
    if not words:
        words = " ".join((yield from read_lines(process, "-"))).split()
    status = 0
    for word in words:
        if not re.fullmatch(r"\+?\d+", word.strip()):
            yield from complain(process, f"'{word}' is not a valid positive integer")
            status = 1
            continue
        number = int(word)
        if number > _LARGEST:
            raise Failure(f"'{word}' is too large for simk8s (SK310)", 120)
        yield from process.print(f"{number}:" + "".join(f" {prime}" for prime in _prime_factors(number)))
    return status


def _prime_factors(number: int) -> Iterator[int]:
    candidate = 2
    while candidate * candidate <= number:
        while number % candidate == 0:
            yield candidate
            number //= candidate
        candidate += 1 if candidate == 2 else 2
    if number > 1:
        yield number


class Unreadable(Exception):
    """A field is no number in the form that is wanted."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What numfmt does with a number."""

    source: str
    target: str
    source_unit: int
    target_unit: int
    rounding: str
    suffix: str
    width: int
    places: int | None
    zero: bool
    before: str = ""
    after: str = ""

    def text(self, field: str) -> str:
        """A field converted. Raises Unreadable."""
        stripped = field.strip()
        if self.suffix and stripped.endswith(self.suffix):
            stripped = stripped[: -len(self.suffix)]
        value = self._read(stripped) * self.source_unit / self.target_unit
        shown = self._shown(value) + self.suffix
        fill = "0" if self.zero else " "
        shown = shown.ljust(-self.width) if self.width < 0 else shown.rjust(self.width, fill)
        return self.before + shown + self.after

    def _read(self, text: str) -> Decimal:
        match = re.fullmatch(r"(-?\d+(?:\.\d+)?)([a-zA-Z]?)(i?)(.*)", text)
        if match is None or (match[3] and not match[2]):
            raise Unreadable(f"invalid number: '{text}'")
        number, unit, binary, rest = match.groups()
        if rest:
            raise Unreadable(f"invalid suffix in input '{text}': '{unit + binary + rest}'")
        if not unit:
            return Decimal(number)
        if unit not in _UNITS + "k":
            raise Unreadable(f"invalid suffix in input: '{text}'")
        if self.source == "none":
            raise Unreadable(f"rejecting suffix in input: '{text}' (consider using --from)")
        if self.source == "iec-i" and not binary:
            raise Unreadable(f"missing 'i' suffix in input: '{text}' (e.g Ki/Mi/Gi)")
        if binary and self.source not in ("iec-i", "auto"):
            raise Unreadable(f"invalid suffix in input '{text}': 'i'")
        base = 1024 if self.source in ("iec", "iec-i") or binary else 1000
        return Decimal(number) * Decimal(base) ** (_UNITS.index(unit.upper()) + 1)

    def _shown(self, value: Decimal) -> str:
        if self.target == "none":
            written = value.normalize() if self.source != "none" else value
            places = self.places if self.places is not None else max(0, -int(written.as_tuple().exponent))
            return f"{_rounded(value, places, self.rounding):.{places}f}"
        base = 1000 if self.target == "si" else 1024
        power = 0
        while abs(value) >= base and power < len(_UNITS):
            value /= base
            power += 1
        places = self.places if self.places is not None else 1 if power and abs(value) < 10 else 0
        value = _rounded(value, places, self.rounding)
        if abs(value) >= base and power < len(_UNITS):
            value, power = value / base, power + 1
        if self.places is None:
            places = 1 if power and abs(value) < 10 else 0
        unit = (_UNITS[power - 1] + ("i" if self.target == "iec-i" else "")) if power else ""
        return f"{value:.{places}f}{unit}"


def _rounded(value: Decimal, places: int, rounding: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=_ROUNDING[rounding])


@tool("numfmt", trouble=1)
def numfmt(process: Process) -> Run[int]:
    """Numbers with units into plain ones, and back."""
    options = parse(
        process.argv,
        "from: to: from-unit: to-unit: suffix: padding: field: d,delimiter: header:: round: format: invalid: "
        "z,zero-terminated",
        unmodelled="grouping debug",
    )
    conversion = _conversion(options)
    ranges = parse_list(options.get("field", "1"))
    header = whole_number(options, "header", 1, "invalid header value") if "header" in options else 0
    end = "\0" if "z" in options else "\n"
    if "d" in options and len(options["d"]) != 1:
        raise Failure("the delimiter must be a single character")
    lines = list(options.operands) or (yield from read_lines(process, "-", end))
    mode = options.get("invalid", "abort")
    status = 0
    for number, line in enumerate(lines):
        if number < header and not options.operands:
            yield from write_text(process, line + end)
            continue
        fields = re.findall(r"[ \t]*[^ \t]+", line) if "d" not in options else line.split(options["d"])
        for at, text in enumerate(fields):
            if not any(low <= at + 1 <= high for low, high in ranges):
                continue
            try:
                shown = conversion.text(text)
            except Unreadable as problem:
                if mode == "abort":
                    raise Failure(str(problem), 2) from None
                if mode != "ignore":
                    yield from complain(process, str(problem))
                    status = 2 if mode == "fail" else status
                continue
            lead = text[: len(text) - len(text.lstrip())] if "d" not in options else ""
            keeps = at > 0 and not conversion.width
            fields[at] = lead + shown if keeps else (" " if at and "d" not in options else "") + shown
        yield from write_text(process, options["d"].join(fields) + end)
    return status


def _conversion(options: Options) -> Conversion:
    for name in ("from", "to"):
        known = ["none", "auto", "si", "iec", "iec-i"] if name == "from" else ["none", "si", "iec", "iec-i"]
        if options.get(name, "none") not in known:
            valid = "\n".join(f"  - '{word}'" for word in known)
            raise UsageError(f"invalid argument '{options[name]}' for '--{name}'\nValid arguments are:\n{valid}")
    width = whole_number(options, "padding", 0, "invalid padding value", -(1 << 31))
    places: int | None = None
    zero = False
    before = after = ""
    if "format" in options:
        match = re.fullmatch(r"((?:[^%]|%%)*)%(0?)(-?\d*)(?:\.(\d+))?f((?:[^%]|%%)*)", options["format"])
        if match is None:
            raise Failure(f"invalid format '{options['format']}', directive must be %[0]['][-][N][.][N]f")
        zero, width = bool(match[2]), int(match[3] or 0) or width
        places = int(match[4]) if match[4] is not None else None
        before, after = match[1].replace("%%", "%"), match[5].replace("%%", "%")
    rounding = options.get("round", "from-zero")
    if rounding not in _ROUNDING:
        raise UsageError(f"invalid argument '{rounding}' for '--round'")
    return Conversion(
        options.get("from", "none"),
        options.get("to", "none"),
        whole_number(options, "from-unit", 1, "invalid unit size", 1),
        whole_number(options, "to-unit", 1, "invalid unit size", 1),
        rounding,
        options["suffix"],
        width,
        places,
        zero,
        before,
        after,
    )
