"""What printf does with a format: shared by the programs printf and awk."""

from __future__ import annotations

import re
from collections.abc import Callable

from simk8s.programs.unmodelled import Unmodelled

_SPECIFIER = re.compile(r"%([-+ 0#']*)(\*|\d+)?(?:\.(\*|\d*))?([hlLqjzt]*)([a-zA-Z%])")


def format_integer(value: int, flags: str, width: int, precision: int | None, letter: str) -> str:
    """`%d`, `%o`, `%x` and their like, as C writes them.

    >>> format_integer(255, "#", 6, None, "x"), format_integer(-5, "", 0, 3, "d")
    ('  0xff', '-005')
    """
    if letter in "di":
        sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
        digits = str(abs(value))
    else:
        value &= (1 << 64) - 1
        sign = ""
        digits = format(value, {"u": "d"}.get(letter, letter))
        if "#" in flags and value:
            sign = {"x": "0x", "X": "0X", "o": "0"}.get(letter, "")
    if precision is not None:
        digits = "" if precision == 0 and value == 0 else digits.rjust(precision, "0")
    elif "0" in flags and "-" not in flags:
        digits = digits.rjust(width - len(sign), "0")
    return pad(sign + digits, flags, width)


def format_float(value: float, flags: str, width: int, precision: int | None, letter: str) -> str:
    """`%f`, `%e`, `%g`.

    >>> format_float(3.14159, "", 8, 2, "f"), format_float(1e10, "", 0, None, "g")
    ('    3.14', '1e+10')
    """
    if value != value or value in (float("inf"), float("-inf")):
        return pad(str(value) if value == value else "nan", flags.replace("0", ""), width)
    if letter in "aA":
        raise Unmodelled(f"%{letter}")
    python = "".join(flag for flag in "+ #" if flag in flags and not (flag == " " and "+" in flags))
    text = format(value, f"{python}.{6 if precision is None else precision}{letter}")
    if "0" in flags and "-" not in flags:
        sign = text[0] if text[0] in "+- " else ""
        return sign + text[len(sign) :].rjust(width - len(sign), "0")
    return pad(text, flags, width)


def pad(text: str, flags: str, width: int) -> str:
    """Fill up to a width with blanks."""
    return text.ljust(width) if "-" in flags else text.rjust(width)


def expand_format(layout: str, convert: Callable[[str, str, int, int | None], str], star: Callable[[], int]) -> str:
    """Replace each `%...` by what `convert(letter, flags, width, precision)` says; `star()` gives a `*`'s value."""

    def replace(match: re.Match[str]) -> str:
        flags, width_text, precision_text, _, letter = match.groups()
        if letter == "%":
            return "%"
        width = star() if width_text == "*" else int(width_text or 0)
        if width < 0:
            flags, width = flags + "-", -width
        precision = None
        if precision_text is not None:
            precision = star() if precision_text == "*" else int(precision_text or 0)
            precision = None if precision < 0 else precision
        return convert(letter, flags, width, precision)

    return _SPECIFIER.sub(replace, layout)
