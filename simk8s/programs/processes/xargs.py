"""xargs: words from standard input become the arguments of a program."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.machine import NullHandle, Process, SyscallError
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.processes.environment import run_failure
from simk8s.programs.stream import cooked, open_input
from simk8s.programs.tool import Failure, tool
from simk8s.sim import Run

_KNOWN = (
    "0,null d,delimiter: n,max-args: I: i replace:: r,no-run-if-empty t,verbose P,max-procs: L,max-lines: "
    "a,arg-file: s,max-chars: x,exit E:"
)
_UNMODELLED = "l e,eof o,open-tty p,interactive process-slot-var: show-limits"
_MOST_CHARACTERS = 131072


@dataclass(frozen=True, slots=True)
class Limits:
    """How much goes into one command line."""

    words: int
    lines: int
    characters: int


@tool("xargs")
def xargs(process: Process) -> Run[int]:
    """Run a program with words read from standard input; with -P several at a time."""
    options = parse(process.argv, _KNOWN, permute=False, unmodelled=_UNMODELLED)
    command = options.operands or ["echo"]
    limits = Limits(_count(options, "n"), _count(options, "L"), _count(options, "s") or _MOST_CHARACTERS)
    most_at_once = _count(options, "P", least=0) if "P" in options else 1
    fd = yield from open_input(process, options["a"] or "-")
    text = (yield from process.read_all(fd)).decode("latin-1")
    mark = options["I"] or options["replace"] or ("{}" if "i" in options or "replace" in options else "")
    if "0" in options or "d" in options:
        delimiter = "\0" if "0" in options else options["d"].encode().decode("unicode_escape")
        if len(delimiter) != 1:
            raise Failure(f"Invalid input delimiter specification {options['d']}: it must be a single character.")
        words = text.removesuffix(delimiter).split(delimiter) if text else []
    elif mark:
        words = [line.lstrip() for line in text.splitlines() if line.strip()]
    elif limits.lines:
        words = text.splitlines()
    else:
        words = split_words(text)
    words = [cooked(word) for word in words]
    if "E" in options and options["E"] in words:
        words = words[: words.index(options["E"])]
    batches = _batches(words, command, mark, limits, "r" in options)
    running: list[tuple[str, Process]] = []
    worst = 0
    for batch in batches:
        while most_at_once and len(running) >= most_at_once:
            worst = max(worst, (yield from _reap(process, running)))
        argv = [word.replace(mark, batch[0]) for word in command] if mark else [*command, *batch]
        if "t" in options:
            yield from process.write(2, (" ".join(argv) + "\n").encode())
        try:
            child = yield from process.spawn(argv, files={} if "a" in options else {0: NullHandle()})
        except SyscallError as error:
            raise run_failure(argv[0], error) from None
        running.append((argv[0], child))
    while running:
        worst = max(worst, (yield from _reap(process, running)))
    return worst


def _count(options: Options, name: str, least: int = 1) -> int:
    text = options[name]
    if not text:
        return 0
    if not text.lstrip("-").isdecimal():
        raise UsageError(f'invalid number "{text}" for -{name} option')
    if int(text) < least:
        raise UsageError(f"value {text} for -{name} option should be >= {least}")
    return int(text)


def _reap(process: Process, running: list[tuple[str, Process]]) -> Run[int]:
    """Wait until one of the running programs has ended; 0 or 123. Raises Failure where no other is to be started."""
    if all(child.is_alive for _, child in running):
        yield process.sim.any_of(*(child.exited for _, child in running))
    worst = 0
    for name, child in [pair for pair in running if not pair[1].is_alive]:
        running.remove((name, child))
        status = yield from process.wait(child)
        assert status is not None
        if child.signal:
            raise Failure(f"{name}: terminated by signal {child.signal}", 125)
        if status == 255:
            raise Failure(f"{name}: exited with status 255; aborting", 124)
        worst = 123 if status else worst
    return worst


def _batches(words: list[str], command: list[str], mark: str, limits: Limits, skip_empty: bool) -> list[list[str]]:
    if mark:
        return [[word] for word in words]
    if not words:
        return [] if skip_empty else [[]]
    if limits.lines:
        batches = [words[at : at + limits.lines] for at in range(0, len(words), limits.lines)]
        return [[word for line in batch for word in line.split()] for batch in batches]
    batches = []
    start = sum(len(word.encode()) + 1 for word in command)
    room = 0
    for word in words:
        size = len(word.encode()) + 1
        if start + size > limits.characters:
            raise Failure("argument line too long")
        if not batches or room < size or (limits.words and len(batches[-1]) >= limits.words):
            batches.append([])
            room = limits.characters - start
        batches[-1].append(word)
        room -= size
    return batches


def split_words(text: str) -> list[str]:
    """Words separated by blanks, with quotes and backslashes as xargs reads them.

    >>> split_words("a 'b c' d\\\\ e")
    ['a', 'b c', 'd e']
    """
    words: list[str] = []
    word: str | None = None
    quote = ""
    characters = iter(text)
    for character in characters:
        if quote:
            if character == quote:
                quote = ""
            elif character == "\n":
                raise _unmatched(quote)
            else:
                word = (word or "") + character
        elif character in "'\"":
            quote, word = character, word or ""
        elif character == "\\":
            word = (word or "") + next(characters, "")
        elif character in " \t\n":
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or "") + character
    if quote:
        raise _unmatched(quote)
    return [*words, word] if word is not None else words


def _unmatched(quote: str) -> Failure:
    kind = "double" if quote == '"' else "single"
    return Failure(f"unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 option")
