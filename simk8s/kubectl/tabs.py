"""Text with tabs set in columns, by the rules of Go's `text/tabwriter`, which all of kubectl's tables go through.

A cell ends with a tab; what follows the last tab of a line is not part of a column. A column is a run of lines that
follow each other and all have that cell; it is as wide as its widest cell.
"""

from __future__ import annotations

from collections.abc import Sequence

DESCRIBE_PADDING = 2
TABLE_PADDING = 3
TABLE_MINIMUM = 6


def aligned(text: str, *, padding: int = DESCRIBE_PADDING, minimum: int = 0) -> str:
    """`text` with its tabs replaced by as many spaces as its columns need.

    >>> aligned("Name:\\tmysql-0\\nService Account:\\tdefault\\n")
    'Name:             mysql-0\\nService Account:  default\\n'
    """
    lines = [line.split("\t") for line in text.split("\n")]
    widths: list[list[int]] = [[] for _ in lines]
    _measure(lines, widths, 0, len(lines), 0, padding, minimum)
    result = []
    for cells, columns in zip(lines, widths, strict=True):
        padded = [cell.ljust(width) for cell, width in zip(cells[:-1], columns, strict=True)]
        result.append("".join(padded) + cells[-1])
    return "\n".join(result)


def _measure(
    lines: Sequence[list[str]], widths: list[list[int]], first: int, last: int, column: int, padding: int, minimum: int
) -> None:
    """Find the blocks of lines that have this column, and in each the blocks of the next one."""
    index = first
    while index < last:
        if len(lines[index]) - 1 <= column:
            index += 1
            continue
        end = index
        width = minimum
        while end < last and len(lines[end]) - 1 > column:
            width = max(width, len(lines[end][column]) + padding)
            end += 1
        for line in range(index, end):
            widths[line].append(width)
        _measure(lines, widths, index, end, column + 1, padding, minimum)
        index = end


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as `kubectl get` prints them."""
    return Growing().rows(rows)


class Growing:
    """A table that goes on later: its columns stay as wide as they were, and widen for longer cells."""

    def __init__(self) -> None:
        self._widths: list[int] = []

    def rows(self, rows: Sequence[Sequence[str]]) -> str:
        """The next rows of the table."""
        for row in rows:
            for index, cell in enumerate(row[:-1]):
                width = max(TABLE_MINIMUM, len(cell) + TABLE_PADDING)
                if index == len(self._widths):
                    self._widths.append(width)
                self._widths[index] = max(self._widths[index], width)
        return "".join(
            "".join(cell.ljust(width) for cell, width in zip(row[:-1], self._widths, strict=False)) + row[-1] + "\n"
            for row in rows
            if row
        )
