"""What needs no second look in a word: text in which nothing means anything, the commonest quotes and parameters."""

from __future__ import annotations

import re
from functools import lru_cache

from simk8s.shell.syntax.context import Context
from simk8s.shell.syntax.parts import DoubleQuoted, Literal, Parameter, Part, Quoted, Word, constant_of

_LETTERS = "[A-Za-z_][A-Za-z0-9_]*+"
_DEFAULTED = rf"\$\{{({_LETTERS})(:?[-=?+]|##?|%%?)([A-Za-z0-9_./:,*-]*+)\}}"
"""A parameter with a default or a pattern that is plain text."""

PLAIN, _NAME, _BRACED, _OPERAND, _SINGLE, _DOUBLE = 1, 2, 3, 6, 7, 8
_QUOTED_OPERAND = 13


@lru_cache(maxsize=64)
def scanner(context: Context, extglob: bool) -> re.Pattern[str]:
    """Matches a run of characters that mean nothing in this context (PLAIN), or what `part_of` makes a part of."""
    special = set(context.stops + context.opening + "$`\\")
    if not context.double_quote_is_text:
        special.add('"')
    if not context.double:
        special |= set("'<>")
        if extglob and context.groups:
            special |= set("?*+@!")
    if context.regex:
        special |= set("(|")
    choices = [
        "([^" + re.escape("".join(sorted(special))) + "]++)",
        rf"\$({_LETTERS}(?!\\\n)|[0-9@*#?$!-])",
        rf"\$\{{({_LETTERS}|[0-9]++|[@*#?$!-])\}}",
        _DEFAULTED,
    ]
    if not context.double:
        choices += [
            "'([^']*+)'",
            r'"([^"$`\\]*+)"',
            rf'"\$({_LETTERS})"',
            rf'"\$\{{({_LETTERS})\}}"',
            f'"{_DEFAULTED}"',
        ]
    return re.compile("|".join(choices))


def part_of(found: re.Match[str], line: int, column: int) -> Part:
    """The part that a scanner has found at this place."""
    kind = found.lastindex or 0
    if kind in (_NAME, _BRACED):
        return Parameter(line, column, found.group(kind), found.group())
    if kind == _OPERAND:
        return _with_operand(found, found.group(), line, column)
    if kind == _SINGLE:
        return Quoted(line, column, found.group(kind), "'")
    if kind == _DOUBLE:
        text = found.group(kind)
        return DoubleQuoted(line, column, (Literal(line, column + 1, text),) if text else ())
    source = found.group()[1:-1]
    if kind == _QUOTED_OPERAND:
        return DoubleQuoted(line, column, (_with_operand(found, source, line, column + 1),))
    return DoubleQuoted(line, column, (Parameter(line, column + 1, found.group(kind), source),))


def _with_operand(found: re.Match[str], source: str, line: int, column: int) -> Parameter:
    last = found.lastindex or 0
    name, operator, text = found.group(last - 2, last - 1, last)
    behind = column + len(source) - len(text) - 1
    parts = (Literal(line, behind, text),) if text else ()
    operand = Word(line, behind, parts, text, constant_of(parts))
    return Parameter(line, column, name, source, None, operator, (operand,))
