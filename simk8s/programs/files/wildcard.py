"""Shell wildcards (`*.cnf`) as fnmatch(3) reads them, for find and grep."""

from __future__ import annotations

import re
from functools import lru_cache

_BRACKET = re.compile(r"([!^]?)(\]?(?:\[:\w+:\]|[^\]])*)\]")
_CLASSES = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": "\\s"}


def matches(name: str, pattern: str, *, ignore_case: bool = False) -> bool:
    """Whether a whole name matches a wildcard pattern.

    >>> matches("my.cnf", "*.[!d]nf"), matches("a", "\\\\*")
    (True, False)
    """
    return _compiled(pattern, ignore_case).fullmatch(name) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    parts = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*":
            parts.append(".*")
        elif character == "?":
            parts.append(".")
        elif character == "\\" and position < len(pattern):
            parts.append(re.escape(pattern[position]))
            position += 1
        elif character == "[" and (bracket := _BRACKET.match(pattern, position)):
            parts.append(_translated(bracket[1], bracket[2]))
            position = bracket.end()
        else:
            parts.append(re.escape(character))
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _translated(negation: str, inside: str) -> str:
    inside = inside.replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")
    if inside.startswith("]"):
        inside = "\\" + inside
    for name, letters in _CLASSES.items():
        inside = inside.replace(f"\\[:{name}:]", letters)
    return f"[{'^' if negation else ''}{inside}]"
