"""`[[ string =~ ERE ]]`: POSIX extended regular expressions, leftmost-longest, as glibc's `regcomp` reads them."""

from __future__ import annotations

import re
from functools import lru_cache

import regex

_CLASSES = {
    "alnum": r"\p{L}\p{Nd}",
    "alpha": r"\p{L}",
    "blank": r" \t",
    "cntrl": r"\p{Cc}",
    "digit": r"0-9",
    "graph": r"\p{L}\p{M}\p{N}\p{P}\p{S}",
    "lower": r"\p{Ll}",
    "print": r"\p{L}\p{M}\p{N}\p{P}\p{S} ",
    "punct": r"!-/:-@\[-`{-~",
    "space": r" \t\n\r\f\v",
    "upper": r"\p{Lu}",
    "xdigit": r"0-9A-Fa-f",
}
_ESCAPES = {
    "w": r"[\p{L}\p{Nd}_]",
    "W": r"[^\p{L}\p{Nd}_]",
    "s": r"[ \t\n\r\f\v]",
    "S": r"[^ \t\n\r\f\v]",
    "b": r"\b",
    "B": r"\B",
    "<": r"\m",
    ">": r"\M",
    "`": r"\A",
    "'": r"\Z",
}
"""glibc's extensions. Any other escaped letter is just that letter: `\\d` is `d`."""


class BadExpression(ValueError):
    """`regcomp` would refuse this; `[[ ]]` then has the status 2."""


def search(pattern: str, subject: str, *, ignore_case: bool = False) -> list[str] | None:
    """The leftmost-longest match and its groups (an unused group is empty), or None. Raises BadExpression.

    >>> search("^(.*?)[[:space:]]+(.*?)$", "mysql-bin.000003\\t154")
    ['mysql-bin.000003\\t154', 'mysql-bin.000003', '154']
    """
    found = compiled(pattern, ignore_case).search(subject)
    if found is None:
        return None
    return [found.group(), *(group or "" for group in found.groups())]


@lru_cache(maxsize=2048)
def compiled(pattern: str, ignore_case: bool = False) -> regex.Pattern[str]:
    """The `regex` pattern of an ERE. Raises BadExpression."""
    translated = _translate(pattern)
    flags = regex.POSIX | regex.DOTALL | regex.V0 | (regex.IGNORECASE if ignore_case else 0)
    try:
        return regex.compile(translated, flags)
    except regex.error as error:
        raise BadExpression(str(error)) from error


def quote_expression(text: str) -> str:
    """`text` with a backslash before each character that means something in an ERE."""
    return "".join("\\" + c if c in "\\.[]()*+?{}|^$" else c for c in text)


_INTERVAL = re.compile(r"\{(\d*)(,?)(\d*)\}")


def _translate(pattern: str) -> str:
    result: list[str] = []
    offset = 0
    depth = 0
    has_atom = False  # whether a repetition here would repeat something
    while offset < len(pattern):
        character = pattern[offset]
        offset += 1
        if character == "\\":
            if offset >= len(pattern):
                raise BadExpression("trailing backslash")
            result.append(_escape(pattern[offset]))
            offset += 1
            has_atom = True
        elif character == "[":
            bracket, offset = _bracket(pattern, offset)
            result.append(bracket)
            has_atom = True
        elif character == "(":
            depth += 1
            result.append("(")
            has_atom = False
        elif character == ")" and depth:
            depth -= 1
            result.append(")")
            has_atom = True
        elif character == "|":
            result.append("|")
            has_atom = False
        elif character in "*+?" or (character == "{" and _INTERVAL.match(pattern, offset - 1)):
            repeat, offset = _repetition(pattern, offset - 1)
            if not has_atom:
                raise BadExpression("nothing to repeat")
            result.append(repeat)
        elif character in "^$":
            result.append(r"\A" if character == "^" else r"\Z")
            has_atom = character == "$"
        elif character == ".":
            result.append(".")
            has_atom = True
        else:
            result.append(regex.escape(character))
            has_atom = True
    if depth:
        raise BadExpression("unmatched ( or \\(")
    return "".join(result)


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isdecimal() and character != "0":
        return "\\" + character
    return regex.escape(character)


def _repetition(pattern: str, offset: int) -> tuple[str, int]:
    """One or more repetition signs in a row: `*?` is the optional of a starred thing, never a lazy star."""
    low, high = 1, 1
    unlimited = False
    while offset < len(pattern):
        character = pattern[offset]
        interval = _INTERVAL.match(pattern, offset) if character == "{" else None
        if character in "*+?":
            low = 0 if character != "+" else low
            unlimited = unlimited or character != "?"
            offset += 1
        elif interval:
            least = int(interval.group(1) or 0)
            most = int(interval.group(3)) if interval.group(3) else least
            if interval.group(3) and most < least:
                raise BadExpression("invalid interval")
            low *= least
            if interval.group(2) and not interval.group(3):
                unlimited = True
            high *= most
            offset = interval.end()
        else:
            break
    if unlimited:
        return ("*" if low == 0 else "+" if low == 1 else f"{{{low},}}"), offset
    if (low, high) == (0, 1):
        return "?", offset
    return f"{{{low},{high}}}", offset


def _bracket(pattern: str, offset: int) -> tuple[str, int]:
    negated = pattern[offset : offset + 1] == "^"
    offset += negated
    members: list[str] = []
    first = True
    while True:
        if offset >= len(pattern):
            raise BadExpression("unmatched [, [^, [:, [., or [=")
        character = pattern[offset]
        if character == "]" and not first:
            break
        first = False
        if character == "[" and pattern[offset + 1 : offset + 2] in (":", ".", "="):
            kind = pattern[offset + 1]
            end = pattern.find(kind + "]", offset + 2)
            if end < 0:
                raise BadExpression("unmatched [, [^, [:, [., or [=")
            name = pattern[offset + 2 : end]
            offset = end + 2
            if kind == ":":
                if name not in _CLASSES:
                    raise BadExpression("invalid character class")
                members.append(_CLASSES[name])
                continue
            character = name
        else:
            offset += 1
        following = pattern[offset + 1 : offset + 2]
        if pattern[offset : offset + 1] == "-" and following and following != "]":
            if character > following:
                raise BadExpression("invalid range end")
            members.append(f"{_escaped(character)}-{_escaped(following)}")
            offset += 2
            continue
        members.append(_escaped(character))
    return f"[{'^' if negated else ''}{''.join(members)}]", offset + 1


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in "\\]^-[&~|" else c for c in text)


def unquoted(pattern: str) -> str:
    """The expression as `set -x` shows it: without the backslashes that quoting in the script put there."""
    return re.sub(r"\\(.)", r"\1", pattern)
