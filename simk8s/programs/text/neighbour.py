"""uniq, comm and shuf: lines that are like their neighbours, lines of two sorted files, lines in a chance order."""

from __future__ import annotations

import re
from itertools import groupby

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.stream import raw, read_lines, write_lines, write_text
from simk8s.programs.tool import Failure, complain, tool, whole_number
from simk8s.sim import Run


@tool("uniq")
def uniq(process: Process) -> Run[int]:
    """Lines without repeats of the one before."""
    argv = [re.sub(r"^-(\d+)$", r"-f\1", re.sub(r"^\+(\d+)$", r"-s\1", word)) for word in process.argv]
    options = parse(
        argv,
        "c,count d,repeated D all-repeated:: group:: u,unique i,ignore-case f,skip-fields: s,skip-chars: "
        "w,check-chars: "
        "z,zero-terminated",
        unmodelled="",
    )
    if len(options.operands) > 2:
        raise UsageError(f"extra operand '{options.operands[2]}'")
    end = "\0" if "z" in options else "\n"
    path = options.operands[0] if options.operands else "-"
    try:
        lines = yield from read_lines(process, path, end)
    except SyscallError as error:
        raise Failure(f"{path}: {error.text}") from None
    runs = [list(run) for _, run in groupby(lines, _comparer(options))]
    text = "".join(line + end for line in _kept(runs, options))
    if len(options.operands) == 2:
        yield from process.write_file(options.operands[1], text.encode("latin-1"))
    else:
        yield from write_text(process, text)
    return 0


class _Comparer:
    """What uniq compares of a line."""

    def __init__(self, fields: int, characters: int, width: int | None, fold: bool) -> None:
        self.fields = fields
        self.characters = characters
        self.width = width
        self.fold = fold

    def __call__(self, line: str) -> str:
        if self.fields:
            line = re.sub(rf"^(?:[ \t]*[^ \t]+){{0,{self.fields}}}", "", line)
        line = line[self.characters :]
        line = line if self.width is None else line[: self.width]
        return line.lower() if self.fold else line


def _comparer(options: Options) -> _Comparer:
    return _Comparer(
        whole_number(options, "f", 0, "invalid number of fields to skip"),
        whole_number(options, "s", 0, "invalid number of bytes to skip"),
        whole_number(options, "w", 0, "invalid number of bytes to compare") if "w" in options else None,
        "i" in options,
    )


def _kept(runs: list[list[str]], options: Options) -> list[str]:
    if "group" in options or "all-repeated" in options or "D" in options:
        name = options.last_of(("group", "all-repeated", "D"))
        method = options[name] or ("separate" if name == "group" else "none")
        shown = runs if name == "group" else [run for run in runs if len(run) > 1]
        lines: list[str] = []
        for number, run in enumerate(shown):
            gap = method in ("prepend", "both") if number == 0 else method != "none"
            lines += [""] * gap + run
        return lines + [""] * (method in ("append", "both") and bool(shown))
    kept = [run for run in runs if not ("d" in options and len(run) == 1) and not ("u" in options and len(run) > 1)]
    return [f"{len(run):7d} {run[0]}" if "c" in options else run[0] for run in kept]


@tool("comm")
def comm(process: Process) -> Run[int]:
    """Lines of two sorted files: only in the first, only in the second, in both."""
    options = parse(
        process.argv, "1 2 3 check-order nocheck-order output-delimiter: total z,zero-terminated", unmodelled=""
    )
    if len(options.operands) < 2:
        last = f" after '{options.operands[-1]}'" if options.operands else ""
        raise UsageError(f"missing operand{last}")
    if len(options.operands) > 2:
        raise UsageError(f"extra operand '{options.operands[2]}'")
    end = "\0" if "z" in options else "\n"
    sides: list[list[str]] = []
    for path in options.operands:
        try:
            sides.append((yield from read_lines(process, path, end)))
        except SyscallError as error:
            raise Failure(f"{path}: {error.text}") from None
    left, right = sides
    delimiter = raw(options.get("output-delimiter", "\t")) or "\0"
    strict = "check-order" in options
    indent = {
        "1": "",
        "2": delimiter * ("1" not in options),
        "3": delimiter * (("1" not in options) + ("2" not in options)),
    }
    counts = {"1": 0, "2": 0, "3": 0}
    shown: list[str] = []
    i = j = 0
    while i < len(left) or j < len(right):
        if j >= len(right) or (i < len(left) and left[i] < right[j]):
            column, line, i = "1", left[i], i + 1
        elif i >= len(left) or right[j] < left[i]:
            column, line, j = "2", right[j], j + 1
        else:
            column, line, i, j = "3", left[i], i + 1, j + 1
        counts[column] += 1
        if column not in options:
            shown.append(indent[column] + line)
        if strict and (_falls(left, i) or _falls(right, j)):
            yield from write_lines(process, shown, end)
            raise Failure(f"file {1 if _falls(left, i) else 2} is not in sorted order")
    yield from write_lines(process, shown, end)
    if "total" in options:
        yield from write_text(process, delimiter.join([*map(str, counts.values()), "total"]) + end)
    unsorted = [number for number, lines in ((1, left), (2, right)) if lines != sorted(lines)]
    if not unsorted or left == right or "nocheck-order" in options:
        return 0
    for number in unsorted:
        yield from complain(process, f"file {number} is not in sorted order")
    raise Failure("input is not in sorted order")


def _falls(lines: list[str], position: int) -> bool:
    """Whether the line at a position is smaller than the one before it."""
    return 0 < position < len(lines) and lines[position] < lines[position - 1]


@tool("shuf")
def shuf(process: Process) -> Run[int]:
    """Lines in a chance order."""
    options = parse(
        process.argv,
        "n,head-count: e,echo i,input-range: r,repeat o,output: z,zero-terminated",
        unmodelled="random-source:",
    )
    end = "\0" if "z" in options else "\n"
    if "i" in options:
        match = re.fullmatch(r"(\d+)-(\d+)", options["i"])
        if match is None or int(match[1]) > int(match[2]) + 1:
            raise Failure(f"invalid input range: '{options['i']}'")
        lines = [str(number) for number in range(int(match[1]), int(match[2]) + 1)]
    elif "e" in options:
        lines = [raw(word) for word in options.operands]
    else:
        lines = yield from read_lines(process, options.operands[0] if options.operands else "-", end)
    repeats = "r" in options
    wanted = whole_number(options, "n", len(lines) if not repeats else 1 << 62, "invalid line count")
    if repeats and not lines and wanted:
        raise Failure("no lines to repeat")
    drawn: list[str] = []
    for _ in range(wanted if repeats else min(wanted, len(lines))):
        at = process.sim.choose(len(lines), "shuf")
        line = lines[at] if repeats else lines.pop(at)
        if "o" in options:
            drawn.append(line + end)
        else:
            yield from write_text(process, line + end)
            yield from process.sleep(process.machine.costs.syscall)
    if "o" in options:
        yield from process.write_file(options["o"], "".join(drawn).encode("latin-1"))
    return 0
