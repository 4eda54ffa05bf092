"""wc: how many lines, words and bytes there are."""

from __future__ import annotations

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import UsageError, parse
from simk8s.programs.stream import close_input, cooked, open_input, read_lines
from simk8s.programs.tool import complain, tool
from simk8s.sim import Run


@tool("wc")
def wc(process: Process) -> Run[int]:
    """Count lines, words and bytes."""
    options = parse(process.argv, "l,lines w,words c,bytes m,chars L,max-line-length files0-from:", unmodelled="")
    wanted = [letter for letter in "lwmcL" if letter in options] or list("lwc")
    rows: list[tuple[list[int], str]] = []
    status = 0
    sizes = 0
    irregular = False
    paths = options.operands
    if "files0-from" in options:
        if paths:
            raise UsageError(f"extra operand '{paths[0]}'\nfile operands cannot be combined with --files0-from")
        paths = [cooked(name) for name in (yield from read_lines(process, options["files0-from"], "\0"))]
    for path in paths or ["-"]:
        try:
            fd = yield from open_input(process, path)
        except SyscallError as error:
            yield from complain(process, f"{path}: {error.text}")
            status = 1
            irregular = irregular or error.text == "Is a directory"
            if error.text == "Is a directory":
                rows.append(([0] * len(wanted), path))
            continue
        lines = words = size = longest = column = 0
        in_word = False
        while len(piece := (yield from process.read(fd, 1 << 20))):
            data = bytes(piece)
            size += len(data)
            lines += data.count(b"\n")
            found = data.split()
            words += len(found) - (in_word and bool(found) and not data[:1].isspace())
            in_word = not data[-1:].isspace()
            for number, text in enumerate(data.split(b"\n")):
                column = (column if number == 0 else 0) + len(text)
                longest = max(longest, column)
        measured = {"l": lines, "w": words, "c": size, "m": size, "L": longest}
        irregular = irregular or path == "-"
        sizes += size
        rows.append(([measured[letter] for letter in wanted], path))
        close_input(process, fd)
    if len(paths) > 1:
        totals = [
            max(column) if letter == "L" else sum(column)
            for letter, column in zip(wanted, zip(*(counts for counts, _ in rows), strict=True), strict=False)
        ]
        rows.append((totals or [0] * len(wanted), "total"))
    single = len(wanted) == 1 and len(rows) == 1
    width = 1 if single else 7 if irregular else len(str(sizes))
    for counts, path in rows:
        name = f" {path}" if paths else ""
        yield from process.print(" ".join(str(count).rjust(width) for count in counts) + name)
    return status
