"""The menu of `select`: numbered choices in columns."""

from __future__ import annotations

from collections.abc import Sequence

_TAB = 8


def lines(choices: Sequence[str], width: int) -> list[str]:
    """The choices from top to bottom, in as many columns as `width` has room for; bash pads with tabs."""
    digits = len(str(len(choices)))
    cell = max(len(choice) for choice in choices) + digits + len(") ") + 2
    columns = max(1, width // cell)
    rows = -(-len(choices) // columns)
    if rows == 1:
        rows = len(choices)
    result = []
    for row in range(rows):
        line = f"{row + 1:>{len(str(rows))}}) {choices[row]}"
        end = len(line)
        for column, index in enumerate(range(row + rows, len(choices), rows), 1):
            shown = f"{index + 1:>{digits}}) {choices[index]}"
            line += _padding(end, column * cell) + shown
            end = column * cell + len(shown)
        result.append(line)
    return result


def _padding(start: int, end: int) -> str:
    text = ""
    while start < end:
        if end // _TAB > start // _TAB:
            text += "\t"
            start += _TAB - start % _TAB
        else:
            text += " "
            start += 1
    return text
