"""cat, tac, rev, tee: text passed on, forwards, backwards or twice."""

from __future__ import annotations

import re
from itertools import pairwise

from simk8s.machine import Errno, Handle, Process, SyscallError
from simk8s.programs.options import Options, parse
from simk8s.programs.stream import BLOCK, Lines, close_input, open_input, raw, write_text
from simk8s.programs.text.pattern import PatternError, compile_pattern
from simk8s.programs.tool import Failure, complain, quoted_if_empty, tool
from simk8s.sim import Run


@tool("cat")
def cat(process: Process) -> Run[int]:
    """Copy files to standard output."""
    options = parse(
        process.argv,
        "n,number b,number-nonblank s,squeeze-blank A,show-all E,show-ends T,show-tabs e t u v,show-nonprinting",
        unmodelled="",
    )
    plain = not any(letter in options for letter in "nbsAETetv")
    number = 0
    status = 0
    for path in options.operands or ["-"]:
        try:
            fd = yield from open_input(process, path)
        except SyscallError as error:
            yield from complain(process, f"{quoted_if_empty(path)}: {error.text}")
            status = 1
            continue
        if plain:
            while len(data := (yield from process.read(fd, BLOCK))):
                yield from process.write(1, data)
        else:
            number = yield from _decorated(process, fd, options, number)
        close_input(process, fd)
    return status


def _decorated(process: Process, fd: int, options: Options, number: int) -> Run[int]:
    lines = Lines(process, fd)
    blank = 0
    while block := (yield from lines.block()):
        shown = []
        for line in block:
            blank = 0 if line else blank + 1
            if blank > 1 and "s" in options:
                continue
            text = line
            if any(letter in options for letter in "vAet"):
                text = _visible(text)
            if any(letter in options for letter in "TAt"):
                text = text.replace("\t", "^I")
            if any(letter in options for letter in "EAe") and not (lines.is_open_ended and line is block[-1]):
                text += "$"
            if ("n" in options and "b" not in options) or ("b" in options and line):
                number += 1
                text = f"{number:6d}\t{text}"
            shown.append(text)
        yield from write_text(process, "\n".join(shown) + ("" if lines.is_open_ended else "\n"))
    return number


def _visible(text: str) -> str:
    return "".join(_visible_character(ord(character)) for character in text)


def _visible_character(code: int) -> str:
    if code >= 128:
        return "M-" + _visible_character(code - 128)
    if code == 127:
        return "^?"
    return f"^{chr(code + 64)}" if code < 32 and code != 9 else chr(code)


@tool("tac")
def tac(process: Process) -> Run[int]:
    """Lines (or what a separator ends) in reverse order."""
    options = parse(process.argv, "b,before r,regex s,separator:", unmodelled="")
    separator = raw(options.get("s", "\n"))
    status = 0
    for path in options.operands or ["-"]:
        try:
            fd = yield from open_input(process, path)
        except SyscallError as error:
            is_directory = error.errno is Errno.EISDIR
            text = f"{path}: read error: Invalid argument" if is_directory else f"failed to open '{path}' for reading"
            yield from complain(process, text if is_directory else f"{text}: {error.text}")
            status = 1
            continue
        text = (yield from process.read_all(fd)).decode("latin-1")
        close_input(process, fd)
        pieces = _separated(text, separator, "r" in options, "b" in options)
        yield from write_text(process, "".join(reversed(pieces)))
    return status


def _separated(text: str, separator: str, is_pattern: bool, before: bool) -> list[str]:
    """A text in pieces, each with the separator that ends it or (`before`) begins it."""
    if is_pattern:
        try:
            pattern = compile_pattern(separator, extended=False)
        except PatternError as error:
            raise Failure(str(error)) from None
        found = [(match.start(), match.end()) for match in pattern.finditer(text) if match.end() > match.start()]
    else:
        found = [(match.start(), match.end()) for match in re.finditer(re.escape(separator), text)]
    cuts = [0, *(start if before else end for start, end in found), len(text)]
    return [text[first:last] for first, last in pairwise(cuts) if first < last]


@tool("rev")
def rev(process: Process) -> Run[int]:
    """Each line backwards."""
    status = 0
    for path in parse(process.argv, "", unmodelled="").operands or ["-"]:
        try:
            fd = yield from open_input(process, path)
        except SyscallError as error:
            yield from complain(process, f"cannot open {path}: {error.text}")
            status = 1
            continue
        lines = Lines(process, fd)
        while block := (yield from lines.block()):
            yield from write_text(
                process, "\n".join(line[::-1] for line in block) + ("" if lines.is_open_ended else "\n")
            )
        close_input(process, fd)
    return status


@tool("tee")
def tee(process: Process) -> Run[int]:
    """Copy standard input to standard output and to files."""
    options = parse(process.argv, "a,append i,ignore-interrupts p output-error::")
    handles: list[Handle] = []
    status = 0
    append = "a" in options
    for path in options.operands:
        try:
            handle = yield from process.open(path, write=True, create=True, truncate=not append, append=append)
        except SyscallError as error:
            yield from complain(process, f"{quoted_if_empty(path)}: {error.text}")
            status = 1
            continue
        process.install(handle, private=True)
        handles.append(handle)
    while len(data := (yield from process.read(0, BLOCK))):
        yield from process.write(1, data)
        for handle in handles:
            yield from handle.write(process, data)
    return status
