"""Awk's built-in functions on numbers and texts. Those that change a variable or take time are the interpreter's."""

from __future__ import annotations

import math
from collections.abc import Callable

from simk8s.programs.processes.calendar import format_date
from simk8s.programs.text.awk.value import Value, to_number, to_text
from simk8s.programs.text.format import expand_format, format_float, format_integer, pad
from simk8s.programs.text.pattern import Match, Pattern
from simk8s.programs.tool import Failure
from simk8s.sim import EPOCH


def substr(text: str, start: float, length: float | None) -> str:
    """Part of a text, from 1, with POSIX's rounding.

    >>> substr("hello", 2, 3), substr("hello", 0, 2), substr("hello", 4, None)
    ('ell', 'h', 'lo')
    """
    if math.isnan(start) or (length is not None and math.isnan(length)):
        return ""
    begin = _rounded(start)
    end = len(text) + 1 if length is None or math.isinf(length) else _rounded(start + length)
    return text[max(begin, 1) - 1 : max(end, 1) - 1]


def _rounded(number: float) -> int:
    return math.floor(number + 0.5) if math.isfinite(number) else (1 << 31 if number > 0 else -(1 << 31))


def substitute(pattern: Pattern, replacement: str, text: str, *, everywhere: bool) -> tuple[str, int]:
    """What `sub` and `gsub` make of a text, and how many replacements that took."""
    pieces: list[str] = []
    position = copied = count = 0
    previous_end = -1
    while position <= len(text) and (match := pattern.search(text, position)):
        begin, end = match.span()
        if begin == end == previous_end:
            position = end + 1
            continue
        pieces += [text[copied:begin], _filled(replacement, match)]
        copied = previous_end = end
        count += 1
        if not everywhere:
            break
        position = end if end > begin else end + 1
    return "".join(pieces) + text[copied:], count


def _filled(replacement: str, match: Match) -> str:
    if "&" not in replacement and "\\" not in replacement:
        return replacement
    parts: list[str] = []
    characters = iter(replacement)
    for character in characters:
        if character == "&":
            parts.append(match[0])
        elif character == "\\":
            following = next(characters, "")
            parts.append(following if following in ("&", "\\") else f"\\{following}")
        else:
            parts.append(character)
    return "".join(parts)


def sprintf(layout: str, values: list[Value], number_layout: str) -> str:
    """`printf` in awk."""
    waiting = list(reversed(values))

    def following() -> Value:
        if not waiting:
            raise Failure('not enough arguments passed to sprintf("' + layout + '")', 2)
        return waiting.pop()

    def convert(letter: str, flags: str, width: int, precision: int | None) -> str:
        if letter in "diouxX":
            number = to_number(following())
            if not math.isfinite(number):
                return pad(to_text(number), flags, width)
            return format_integer(int(number), flags, width, precision, letter)
        if letter in "feEgGaAF":
            return format_float(to_number(following()), flags, width, precision, letter.replace("F", "f"))
        if letter == "c":
            value = following()
            text = chr(int(value) & 255) if isinstance(value, float) else to_text(value)[:1]
            return pad(text, flags, width)
        if letter == "s":
            text = to_text(following(), number_layout)
            return pad(text if precision is None else text[:precision], flags, width)
        raise Failure(f'bad conversion %{letter} in "{layout}"', 2)

    return expand_format(layout, convert, lambda: int(to_number(following())))


def _logarithm(number: float) -> float:
    return math.log(number) if number > 0 else -math.inf if number == 0 else math.nan


def _exponential(number: float) -> float:
    return math.exp(number) if number < 709.78 else math.inf


NUMERIC: dict[str, Callable[[float], float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "exp": _exponential,
    "log": _logarithm,
    "sqrt": lambda number: math.sqrt(number) if number >= 0 else math.nan,
    "int": lambda number: float(int(number)) if math.isfinite(number) else number,
}


def strftime(layout: str, seconds: float) -> str:
    """A calendar time, given seconds since 1970."""
    return format_date(seconds - EPOCH.timestamp(), layout)
