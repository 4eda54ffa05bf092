"""xargs: words from standard input become the arguments of a program."""

from __future__ import annotations

from simk8s.machine import NullHandle, Process, SyscallError
from simk8s.programs.options import UsageError, parse
from simk8s.programs.processes.environment import run_failure
from simk8s.programs.stream import cooked, open_input
from simk8s.programs.tool import Failure, tool
from simk8s.sim import Run

_KNOWN = (
    "0,null d,delimiter: n,max-args: I: i,replace:: r,no-run-if-empty t,verbose P,max-procs: L,max-lines: l:: "
    "a,arg-file: s,max-chars: x,exit"
)
_MAX_WORDS = 5000  # the kernel's limit on the size of a command line, in words (SIM)


@tool("xargs")
def xargs(process: Process) -> Run[int]:
    """Run a program with words read from standard input. With -P the runs still come one after another (SIM)."""
    options = parse(process.argv, _KNOWN, permute=False)
    command = options.operands or ["echo"]
    fd = yield from open_input(process, options["a"] or "-")
    text = (yield from process.read_all(fd)).decode("latin-1")
    mark = options["I"] or ("{}" if "i" in options and not options["i"] else options["i"])
    if "0" in options or "d" in options:
        delimiter = "\0" if "0" in options else options["d"].encode().decode("unicode_escape")
        words = text.removesuffix(delimiter).split(delimiter) if text else []
    elif mark:
        words = [line.lstrip() for line in text.splitlines() if line.strip()]
    elif "L" in options:
        words = text.splitlines()
    else:
        words = split_words(text)
    words = [cooked(word) for word in words]
    batches = _batches(words, mark, int(options["n"] or options["L"] or _MAX_WORDS), "r" in options, "L" in options)
    worst = 0
    for batch in batches:
        argv = [word.replace(mark, batch[0]) for word in command] if mark else [*command, *batch]
        if "t" in options:
            yield from process.write(2, (" ".join(argv) + "\n").encode())
        status = yield from _run(process, argv)
        if status == 255:
            raise Failure(f"{argv[0]}: exited with status 255; aborting", 124)
        if status >= 128:
            raise Failure(f"{argv[0]}: terminated by signal {status - 128}", 125)
        worst = 123 if status else worst
    return worst


def _batches(words: list[str], mark: str, size: int, skip_empty: bool, lines: bool) -> list[list[str]]:
    if mark:
        return [[word] for word in words]
    if not words:
        return [] if skip_empty else [[]]
    batches = [words[at : at + size] for at in range(0, len(words), size)]
    return [[word for line in batch for word in line.split()] for batch in batches] if lines else batches


def _run(process: Process, argv: list[str]) -> Run[int]:
    try:
        child = yield from process.spawn(argv, files={0: NullHandle()})
    except SyscallError as error:
        raise run_failure(argv[0], error) from None
    status = yield from process.wait(child)
    assert status is not None
    return status


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
                kind = "double" if quote == '"' else "single"
                raise Failure(
                    f"unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 option"
                )
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
        raise UsageError("unmatched quote")
    return [*words, word] if word is not None else words
