"""Backslash escapes: `$'...'`, `echo -e` and `printf` each have nearly the same list."""

from __future__ import annotations

import re

_SIMPLE = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "?": "?",
}

_ANSI = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c(\\\\|[^\\]))",
    re.DOTALL,
)
_ECHO = re.compile(
    r"\\(?:([abeEfnrtv\\])|0([0-7]{0,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|(c))"
)
_POSIX = re.compile(r"\\(?:([abfnrtv\\])|0([0-7]{0,3})|(?!)(x)|(?!)(u)|(?!)(U)|(c))")
_PRINTF = re.compile(
    r"\\(?:([abeEfnrtv\\\"'?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|(c))"
)
_PRINTF_B = re.compile(
    r"\\(?:([abeEfnrtv\\'?])|0?([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|(c))"
)


def ansi_c(text: str) -> str:
    """What `$'text'` stands for. A NUL ends the string, as in bash."""
    value = _joined(_ANSI.sub(_ansi_character, text))
    return value.split("\0", 1)[0]


def _ansi_character(match: re.Match[str]) -> str:
    simple, octal, braced, hexadecimal, short, long, control = match.groups()
    if simple:
        return _SIMPLE[simple]
    if octal:
        return _byte(int(octal, 8))
    if braced:
        return _byte(int(braced, 16))
    if hexadecimal:
        return _byte(int(hexadecimal, 16))
    if short or long:
        return _character(int(short or long, 16))
    return "\x7f" if control == "?" else chr(ord(control[0].upper()) & 0x1F) if control[0] < "\x80" else control


def echo_escapes(text: str, *, plain: bool = False, utf8: bool) -> tuple[str, bool]:
    """What `echo -e` writes for `text`, and whether a `\\c` ended all output. `plain`: only what POSIX has."""
    return _until_c(text, _POSIX if plain else _ECHO, utf8)


def printf_escapes(text: str, *, utf8: bool) -> tuple[str, bool]:
    """What printf writes for the backslashes of its format."""
    return _until_c(text, _PRINTF, utf8, stop=False)


def printf_b_escapes(text: str, *, utf8: bool) -> tuple[str, bool]:
    """What printf's `%b` writes for `text`, and whether a `\\c` ended all output."""
    return _until_c(text, _PRINTF_B, utf8)


def _until_c(text: str, pattern: re.Pattern[str], utf8: bool, stop: bool = True) -> tuple[str, bool]:
    if "\\" not in text:
        return text, False
    result: list[str] = []
    offset = 0
    for match in pattern.finditer(text):
        result.append(text[offset : match.start()])
        offset = match.end()
        simple, octal, hexadecimal, short, long, end = match.groups()
        if end:
            if stop:
                return _joined("".join(result)), True
            result.append("\\c")
        elif simple:
            result.append(_SIMPLE[simple])
        elif octal is not None:
            result.append(_byte(int(octal or "0", 8)))
        elif hexadecimal:
            result.append(_byte(int(hexadecimal, 16)))
        else:
            value = int(short or long, 16)
            result.append(_character(value) if utf8 or value < 0x80 else _in_ascii(value))
    result.append(text[offset:])
    return _joined("".join(result)), False


def _byte(value: int) -> str:
    """One byte, as text carries it: above 127 a surrogate, which stands for exactly that byte."""
    value &= 0xFF
    return chr(value) if value < 0x80 else chr(0xDC00 + value)


def _character(value: int) -> str:
    return chr(value) if value < 0x110000 and not 0xD800 <= value < 0xE000 else "�"


def _in_ascii(value: int) -> str:
    """What stands for a character that the C locale does not have."""
    return f"\\u{value:04X}" if value < 0x10000 else f"\\U{value:08X}"


def _joined(text: str) -> str:
    """Bytes that together make a UTF-8 character become that character."""
    if text.isascii() or not any("\udc80" <= character <= "\udcff" for character in text):
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
