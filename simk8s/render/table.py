"""Tables in kubectl's manner: upper-case headings, three blanks between columns, no lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_GAP = "   "


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under headings, each column as wide as its widest cell, the last one without blanks behind it.

    >>> print(table(("NAME", "READY"), [("mysql-0", "2/2"), ("mysql-10", "1/2")]), end="")
    NAME       READY
    mysql-0    2/2
    mysql-10   1/2
    """
    cells = [tuple(headings), *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(headings))]
    lines = [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join(lines) + "\n"
