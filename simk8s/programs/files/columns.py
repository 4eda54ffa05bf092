"""Names in columns, as ls shows them on a terminal."""

from __future__ import annotations


def in_one_line(names: list[str], width: int) -> str:
    """Names with commas between them, in lines of at most `width` characters."""
    lines = [""]
    for number, name in enumerate(names):
        piece = name + ("," if number < len(names) - 1 else "")
        if lines[-1] and width and len(lines[-1]) + 1 + len(name) > width:
            lines.append(piece)
        else:
            lines[-1] += (" " if lines[-1] else "") + piece
    return "".join(f"{line}\n" for line in lines)


def in_columns(names: list[str], width: int, *, down: bool) -> str:
    """As many columns as fit, each as wide as its longest name; the gaps are filled with tabs where they reach one."""
    count, widths = 1, [max(map(len, names))]
    for columns in range(min(len(names), max(1, width // 3)), 0, -1):
        rows = -(-len(names) // columns)
        placed = [(n // rows if down else n % columns, len(name)) for n, name in enumerate(names)]
        used = max(column for column, _ in placed) + 1
        room = [0] * columns
        for column, length in placed:
            room[column] = max(room[column], length + (0 if column == columns - 1 else 2))
        if sum(max(3, size) for size in room) < width or columns == 1:
            count, widths = columns, [max(3, size) for size in room[:used]]
            break
    rows = -(-len(names) // count)
    lines = []
    for row in range(rows):
        cells = names[row::rows] if down else names[row * count : (row + 1) * count]
        lines.append(_spaced(cells, widths))
    return "".join(f"{line}\n" for line in lines)


def _spaced(cells: list[str], widths: list[int]) -> str:
    text, column, start = "", 0, 0
    for number, cell in enumerate(cells):
        while column < start:
            if start // 8 > (column + 1) // 8:
                text, column = text + "\t", column // 8 * 8 + 8
            else:
                text, column = text + " ", column + 1
        text, column = text + cell, column + len(cell)
        start += widths[number]
    return text
