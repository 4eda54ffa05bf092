"""How the mysql client prints a result: tab-separated, as a table, or vertically (SQL-11, SQL-12)."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import combining, east_asian_width

from simk8s.mysql.wire import Rows

_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\\": "\\\\", "\0": "\\0"})
_STARS = "*" * 27


def tabbed(result: Rows, *, names: bool = True, raw: bool = False) -> str:
    """Batch form: a line a row, columns separated by tabs, a header line before them."""
    lines = ["\t".join([field.name for field in result.fields])] if names else []
    for row in result.rows:
        cells = ["NULL" if value is None else value if raw else value.translate(_ESCAPES) for value in row]
        lines.append("\t".join(cells))
    lines.append("")
    return "\n".join(lines)


def table(result: Rows, *, names: bool = True) -> str:
    """The form for people: boxes of plus, minus and bar; numbers to the right.

    >>> from simk8s.mysql.wire import Field
    >>> print(table(Rows((Field("message"),), (("hello",),))), end="")
    +---------+
    | message |
    +---------+
    | hello   |
    +---------+
    """
    rows = [["NULL" if value is None else value for value in row] for row in result.rows]
    widths = [_width(field.name) if names else 0 for field in result.fields]
    for row in rows:
        widths = [max(width, _width(cell)) for width, cell in zip(widths, row, strict=True)]
    ruler = "+" + "".join("-" * (width + 2) + "+" for width in widths)
    lines = [ruler]
    if names:
        heads = (_pad(field.name, width) for field, width in zip(result.fields, widths, strict=True))
        lines += ["|" + "".join(f" {head} |" for head in heads), ruler]
    for row in rows:
        cells = zip(row, widths, result.fields, strict=True)
        lines.append("|" + "".join(f" {_pad(cell, width, field.is_number)} |" for cell, width, field in cells))
    lines.append(ruler)
    return "".join(f"{line}\n" for line in lines)


def vertical(result: Rows, *, names: bool = True) -> str:
    r"""The form of `\G`: a line a column, a row of stars before each row."""
    return "".join(_vertical_lines(result, names))


def _vertical_lines(result: Rows, names: bool) -> Iterator[str]:
    widest = max((_width(field.name) for field in result.fields), default=0)
    for number, row in enumerate(result.rows, 1):
        yield f"{_STARS} {number}. row {_STARS}\n"
        for field, value in zip(result.fields, row, strict=True):
            label = f"{_pad(field.name, widest, True)}: " if names else ""
            yield f"{label}{'NULL' if value is None else value}\n"


def _pad(text: str, width: int, right: bool = False) -> str:
    room = " " * (width - _width(text))
    return room + text if right else text + room


def _width(text: str) -> int:
    """Columns on a terminal: wide letters take two."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
