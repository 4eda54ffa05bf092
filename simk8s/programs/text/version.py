"""Version strings in order: `1.9` before `1.10`, `1.0~rc1` before `1.0` (sort -V, ls -v)."""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import Any

_SUFFIX = re.compile(r"(?:\.[A-Za-z~][A-Za-z0-9~]*)*\Z")


def compare_versions(one: str, other: str) -> int:
    """Below 0, 0 or above 0, as GNU's filevercmp; file name suffixes count only where nothing else differs.

    >>> compare_versions("mysql-9", "mysql-10") < 0, compare_versions("1.0~rc1", "1.0") < 0
    (True, True)
    """
    if one == other:
        return 0
    for first in ("", ".", ".."):
        if first in (one, other):
            return -1 if one == first else 1
    if one.startswith(".") != other.startswith("."):
        return -1 if one.startswith(".") else 1
    bare, other_bare = _SUFFIX.sub("", one, count=1), _SUFFIX.sub("", other, count=1)
    return _compare(bare, other_bare) if bare != other_bare else _compare(one, other)


version_key: Any = cmp_to_key(compare_versions)


def _compare(one: str, other: str) -> int:
    i = j = 0
    while i < len(one) or j < len(other):
        while (i < len(one) and not one[i].isdigit()) or (j < len(other) and not other[j].isdigit()):
            mine, theirs = _weight(one, i), _weight(other, j)
            if mine != theirs:
                return mine - theirs
            i, j = i + 1, j + 1
        digits, other_digits = _digits(one, i), _digits(other, j)
        difference = int(digits or 0) - int(other_digits or 0)
        if difference:
            return difference
        i, j = i + len(digits), j + len(other_digits)
    return 0


def _weight(text: str, position: int) -> int:
    if position >= len(text):
        return -1
    character = text[position]
    if character.isdigit():
        return 0
    return -2 if character == "~" else ord(character) + (0 if character.isalpha() else 256)


def _digits(text: str, position: int) -> str:
    match = re.compile(r"\d*").match(text, position)
    assert match is not None
    return match[0]
