"""split and csplit: a file cut into files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from simk8s.machine import Process, SyscallError
from simk8s.programs.files.create import parse_size
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.stream import raw
from simk8s.programs.text.digest import read_bytes
from simk8s.programs.text.format import expand_format, format_integer
from simk8s.programs.text.pattern import Pattern, PatternError, compile_pattern
from simk8s.programs.tool import Failure, tool, whole_number
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run


@tool("split")
def split(process: Process) -> Run[int]:
    """Cut a file into files of so many lines or bytes, or into so many files."""
    argv = [re.sub(r"^-(\d+)$", r"-l\1", word) for word in process.argv]
    options = parse(
        argv,
        "l,lines: b,bytes: C,line-bytes: n,number: a,suffix-length: d x numeric-suffixes:: hex-suffixes:: "
        "additional-suffix: e,elide-empty-files t,separator: verbose u,unbuffered",
        unmodelled="filter:",
    )
    operands = options.operands
    if len(operands) > 2:
        raise UsageError(f"extra operand '{operands[2]}'")
    path = operands[0] if operands else "-"
    prefix = operands[1] if len(operands) > 1 else "x"
    try:
        data = yield from read_bytes(process, path)
    except SyscallError as error:
        raise Failure(f"cannot open '{path}' for reading: {error.text}") from None
    pieces, only = _cut(data, options)
    if only:
        yield from process.write(1, pieces[only - 1])
        return 0
    if "e" in options:
        pieces = [piece for piece in pieces if piece]
    suffixes = _suffixes(options, len(pieces) if "n" in options else 0)
    for piece in pieces:
        name = prefix + next(suffixes) + options["additional-suffix"]
        if "verbose" in options:
            yield from process.print(f"creating file '{name}'")
        yield from process.write_file(name, piece)
    return 0


def _cut(data: bytes, options: Options) -> tuple[list[bytes], int]:
    """The pieces, and which of them alone is wanted (0: all)."""
    separator = {"\\0": b"\0"}.get(options["t"], raw(options["t"]).encode("latin-1")) or b"\n"
    lines = [line + separator for line in data.split(separator)]
    lines[-1] = lines[-1][: -len(separator)]
    lines = [line for line in lines if line]
    kind = options.last_of("lbCn") or "l"
    if kind == "n":
        return _into_chunks(data, lines, options["n"])
    size = parse_size(options.get(kind, "1000"))
    if not size:
        range_text = ": Numerical result out of range" if size == 0 else ""
        raise Failure(f"invalid number of {'lines' if kind == 'l' else 'bytes'}: '{options[kind]}'{range_text}")
    if kind == "b":
        return [data[at : at + size] for at in range(0, len(data), size)], 0
    if kind == "l":
        return [b"".join(lines[at : at + size]) for at in range(0, len(lines), size)], 0
    pieces: list[bytes] = []
    for line in lines:
        if pieces and len(pieces[-1]) + len(line) <= size and pieces[-1].endswith(separator):
            pieces[-1] += line
        else:
            pieces += [line[at : at + size] for at in range(0, len(line), size)]
    return pieces, 0


def _into_chunks(data: bytes, lines: list[bytes], text: str) -> tuple[list[bytes], int]:
    match = re.fullmatch(r"(?:([lr])/)?(?:(\d+)/)?(\d+)", text)
    if match is None or not int(match[3]):
        raise Failure(f"invalid number of chunks: '{text}'")
    kind, only, count = match[1], int(match[2] or 0), int(match[3])
    if only > count:
        raise Failure(f"invalid chunk number: '{only}'")
    if kind == "r":
        return [b"".join(lines[at::count]) for at in range(count)], only
    size = max(1, len(data) // count)
    starts = [*(min(number * size, len(data)) for number in range(count)), len(data)]  # the last chunk has the rest
    if kind is None:
        return [data[starts[n] : starts[n + 1]] for n in range(count)], only
    chunks = [b""] * count
    at = 0
    for line in lines:  # a line belongs to the chunk in which it begins
        number = max(n for n in range(count) if starts[n] <= at)
        chunks[number] += line
        at += len(line)
    return chunks, only


def _suffixes(options: Options, count: int) -> Iterator[str]:
    kind = options.last_of(("d", "x", "numeric-suffixes", "hex-suffixes"))
    letters = {"d": "0123456789", "n": "0123456789", "x": "0123456789abcdef", "h": "0123456789abcdef"}.get(
        kind[:1], "abcdefghijklmnopqrstuvwxyz"
    )
    given = whole_number(options, "a", 0, "invalid suffix length")
    length = given or max(2, len(_in_letters(max(0, count - 1), letters)))
    start = options[kind] if len(kind) > 1 else ""
    if start and not set(start) <= set(letters):
        raise Failure(f"invalid start value '{start}' for {'numerical' if kind[0] == 'n' else 'hexadecimal'} suffix")
    first = int(start or "0", len(letters))
    widens = not given and not first and not count
    number, lead = first, ""
    while True:
        text = _in_letters(number, letters).rjust(length, letters[0])
        if len(text) > length:
            raise Failure("output file suffixes exhausted")
        if widens and text.startswith(letters[-1]):  # a suffix that begins with the last letter is kept for longer ones
            lead, length, number = lead + letters[-1], length + 1, 0
            text = letters[0] * length
        yield lead + text
        number += 1


def _in_letters(number: int, letters: str) -> str:
    text = ""
    while True:
        number, digit = divmod(number, len(letters))
        text = letters[digit] + text
        if not number:
            return text


class Cutter:
    """csplit's way through a file: the lines, where we are, and what was cut off."""

    def __init__(self, lines: list[str], skip_match: bool) -> None:
        self.lines = lines
        self.skip_match = skip_match
        self.start = 0
        self.from_line = 0  # a pattern is looked for from here on
        self.pieces: list[str] = []

    def cut(self, end: int, *, keep: bool = True) -> None:
        """End the piece before line `end`."""
        if keep:
            self.pieces.append("".join(self.lines[self.start : end]))
        self.start = end


@tool("csplit")
def csplit(process: Process) -> Run[int]:
    """Cut a file into files where lines match, or at line numbers."""
    options = parse(
        process.argv,
        "f,prefix: n,digits: s,silent,quiet k,keep-files z,elide-empty-files b,suffix-format: suppress-matched",
        unmodelled="",
    )
    if len(options.operands) < 2:
        after = f" after '{options.operands[0]}'" if options.operands else ""
        raise UsageError(f"missing operand{after}")
    path, *words = options.operands
    try:
        data = yield from read_bytes(process, path)
    except SyscallError as error:
        raise Failure(f"cannot open '{path}' for reading: {error.text}") from None
    cutter = Cutter(data.decode("latin-1").splitlines(keepends=True), "suppress-matched" in options)
    problem = ""
    try:
        for move, times in _moves(words):
            turn = 0
            while turn < times or times < 0:
                if times < 0 and cutter.start >= len(cutter.lines):
                    break
                if not move(cutter, turn, times < 0):
                    break
                turn += 1
        cutter.cut(len(cutter.lines))
    except Failure as failure:
        problem = failure.message
        cutter.cut(len(cutter.lines))
    return (yield from _write_pieces(process, cutter.pieces, options, problem))


def _write_pieces(process: Process, pieces: list[str], options: Options, problem: str) -> Run[int]:
    digits = whole_number(options, "n", 2, "invalid number")
    made: list[str] = []
    for piece in pieces:
        if not piece and "z" in options:
            continue
        number = len(made)
        suffix = f"{number:0{digits}d}"
        if "b" in options:
            suffix = _in_layout(options["b"], number)
        name = options.get("f", "xx") + suffix
        yield from process.write_file(name, piece.encode("latin-1"))
        made.append(name)
        if "s" not in options:
            yield from process.print(str(len(piece)))
    if not problem:
        return 0
    if "k" not in options:
        for name in made:
            yield from process.unlink(name)
    raise Failure(problem)


def _in_layout(layout: str, number: int) -> str:
    def convert(letter: str, flags: str, width: int, precision: int | None) -> str:
        return format_integer(number, flags, width, precision, letter)

    return expand_format(layout, convert, int)


def _moves(words: list[str]) -> Iterator[tuple[Callable[[Cutter, int, bool], bool], int]]:
    """Each operand as a move through the file, and how often it is made (-1: as long as it can be)."""
    for number, word in enumerate(words):
        if re.fullmatch(r"\{(\d+|\*)\}", word):
            continue
        repeat = re.fullmatch(r"\{(\d+|\*)\}", words[number + 1]) if number + 1 < len(words) else None
        times = 1 if repeat is None else -1 if repeat[1] == "*" else int(repeat[1]) + 1
        if word.isdecimal():
            yield _to_line(word, words[number]), times
            continue
        match = re.fullmatch(r"([/%])(.*)\1([-+]?\d+)?", word, re.DOTALL)
        if match is None:
            raise Failure(f"{word}: invalid pattern")
        try:
            pattern = compile_pattern(raw(match[2]), extended=False)
        except PatternError as error:
            raise Failure(f"{word}: invalid regular expression: {error}") from None
        yield _to_match(pattern, word, match[1] == "/", int(match[3] or 0)), times


def _to_line(word: str, shown: str) -> Callable[[Cutter, int, bool], bool]:
    def move(cutter: Cutter, turn: int, endless: bool) -> bool:
        end = int(word) * (turn + 1) - 1
        if end > len(cutter.lines) or (turn and end >= len(cutter.lines)):
            repetition = f" on repetition {turn}" if turn else ""
            if endless:
                return False
            raise Failure(f"'{shown}': line number out of range{repetition}")
        cutter.cut(end)
        cutter.from_line = end
        if cutter.skip_match:
            raise Unmodelled("option '--suppress-matched' with a line number")
        return True

    return move


def _to_match(pattern: Pattern, word: str, keep: bool, offset: int) -> Callable[[Cutter, int, bool], bool]:
    def move(cutter: Cutter, turn: int, endless: bool) -> bool:
        lines = range(cutter.from_line, len(cutter.lines))
        found = next((at for at in lines if pattern.search(cutter.lines[at].removesuffix("\n"))), None)
        if found is None:
            if endless:
                return False
            repetition = f" on repetition {turn}" if turn else ""
            raise Failure(f"'{word}': match not found{repetition}")
        end = found + offset
        if not cutter.start <= end <= len(cutter.lines):
            raise Failure(f"'{word}': line number out of range")
        cutter.cut(end, keep=keep)
        cutter.from_line = found + 1
        if cutter.skip_match:
            cutter.start += 1
        return True

    return move
