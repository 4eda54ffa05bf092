"""grep: the lines that match."""

from __future__ import annotations

import re
from dataclasses import dataclass

import regex

from simk8s.machine import Directory, Process, SyscallError
from simk8s.programs.files.path import base_name, is_link, join
from simk8s.programs.files.wildcard import matches
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.stream import Lines, close_input, open_input, raw, read_lines, write_text
from simk8s.programs.text.pattern import Match, Pattern, PatternError, compile_pattern
from simk8s.programs.tool import Failure, complain, tool, whole_number
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_KNOWN = (
    "E,extended-regexp F,fixed-strings G,basic-regexp P,perl-regexp q,quiet,silent v,invert-match i,y,ignore-case "
    "o,only-matching c,count n,line-number r,recursive R,dereference-recursive w,word-regexp x,line-regexp "
    "l,files-with-matches L,files-without-match A,after-context: B,before-context: C,context: e,regexp: f,file: "
    "s,no-messages h,no-filename H,with-filename m,max-count: a,text I color,colour:: z,null-data b,byte-offset "
    "include: exclude: exclude-dir: line-buffered no-ignore-case Z,null U,binary d,directories: no-group-separator "
    "group-separator:"
)
_UNMODELLED = "T,initial-tab binary-files: D,devices: exclude-from: label:"
_USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information."


@dataclass(slots=True)
class Search:
    """What is searched for and how a hit is shown."""

    patterns: list[Pattern]
    options: Options
    before: int
    after: int
    limit: int | None
    named: bool
    found: bool = False


@tool("grep", "egrep", "fgrep", trouble=2)
def grep(process: Process) -> Run[int]:
    """Print the lines that match: 0 where there is one, 1 where there is none, 2 on errors."""
    try:
        options = parse(_digits_as_context(process.argv), _KNOWN, unmodelled=_UNMODELLED)
    except UsageError as error:
        raise Failure(f"{error.message}\n{_USAGE}", 2) from None
    if options["color"] == "always":
        raise Unmodelled("option '--color=always'")
    operands = list(options.operands)
    texts = [line for text in options.all("e") for line in raw(text).split("\n")]
    for path in options.all("f"):
        texts += yield from read_lines(process, path)
    if "e" not in options and "f" not in options:
        if not operands:
            yield from write_text(process, f"{_USAGE}\n", 2)
            return 2
        texts = raw(operands.pop(0)).split("\n")
    recursive = _is_recursive(options)
    paths = operands or (["."] if recursive else ["-"])
    search = Search(
        _compiled(process, texts, options),
        options,
        _context(options, "B"),
        _context(options, "A"),
        whole_number(options, "m", 0, "invalid max count") if "m" in options else None,
        options.last_of("hH") == "H" or (options.last_of("hH") != "h" and (len(paths) > 1 or recursive)),
    )
    trouble = 0
    for path in paths:
        trouble |= yield from _search_path(process, search, path, bool(operands), top=True)
        if search.found and "q" in options:
            return 0
    return 2 if trouble and not ("q" in options and search.found) else 0 if search.found else 1


def _context(options: Options, name: str) -> int:
    text = options[name] or options["C"] or "0"
    if not text.isdecimal():
        raise Failure(f"{text}: invalid context length argument", 2)
    return int(text)


def _is_recursive(options: Options) -> bool:
    return "r" in options or "R" in options or options["d"] == "recurse"


def _digits_as_context(argv: list[str]) -> list[str]:
    return [f"-C{word[1:]}" if word[:1] == "-" and word[1:].isdecimal() else word for word in argv]


def _compiled(process: Process, texts: list[str], options: Options) -> list[Pattern]:
    name = process.argv[0].rpartition("/")[2]
    kind = options.last_of("EFGP") or {"egrep": "E", "fgrep": "F"}.get(name, "G")
    if kind == "P":
        return [_perl(texts, options)]
    compiled = []
    for text in texts:
        if kind == "F":
            text = "".join(f"\\{character}" if character in "\\.[]*^$" else character for character in text)
        if "x" in options:
            text = f"^({text})$" if kind == "E" else f"^\\({text}\\)$"
        try:
            compiled.append(compile_pattern(text, extended=kind == "E", ignore_case="i" in options))
        except PatternError as error:
            raise Failure(str(error), 2) from None
    return compiled


def _perl(texts: list[str], options: Options) -> Pattern:
    """A Perl expression, as far as the `regex` library reads it as PCRE does."""
    if len(texts) > 1:
        raise Failure("the -P option only supports a single pattern", 2)
    text = texts[0]
    if re.search(r"\\[QRXhHNGpPCg]|\(\*|\(\?[CR0-9&+]", text):
        raise Unmodelled("this expression of option '-P'")
    if "x" in options:
        text = f"^(?:{text})$"
    elif "w" in options:
        text = f"(?<!\\w)(?:{text})(?!\\w)"
    flags = regex.V0 | regex.ASCII | (regex.IGNORECASE if "i" in options else 0)
    try:
        return regex.compile(text, flags)
    except regex.error as error:
        raise Unmodelled(f"this expression of option '-P' ({error})") from None


def _search_path(process: Process, search: Search, path: str, named: bool, *, top: bool) -> Run[int]:
    recursive = _is_recursive(search.options)
    try:
        if search.options["d"] == "skip" and process.is_directory(path):
            return 0
        if not top and "R" not in search.options and is_link(process, path):
            return 0
        if recursive and path != "-" and isinstance(process.stat(path, follow=top or "R" in search.options), Directory):
            return (yield from _search_tree(process, search, path, named))
        if not top and not process.is_file(path):
            return 0
        fd = yield from open_input(process, path)
    except SyscallError as error:
        if "s" not in search.options:
            yield from complain(process, f"{path}: {error.text}")
        return 1
    shown = "(standard input)" if path == "-" else path if named else path.removeprefix("./")
    yield from _search_lines(process, search, Lines(process, fd, "\0" if "z" in search.options else "\n"), raw(shown))
    close_input(process, fd)
    return 0


def _search_tree(process: Process, search: Search, path: str, named: bool) -> Run[int]:
    options = search.options
    trouble = 0
    for name in process.listdir(path):
        below = join(path, name)
        if process.is_directory(below) and not is_link(process, below):
            if any(matches(name, pattern) for pattern in options.all("exclude-dir")):
                continue
        elif ("include" in options and not any(matches(name, pattern) for pattern in options.all("include"))) or any(
            matches(base_name(name), pattern) for pattern in options.all("exclude")
        ):
            continue
        trouble |= yield from _search_path(process, search, below, named, top=False)
    return trouble


def _search_lines(process: Process, search: Search, lines: Lines, name: str) -> Run[None]:
    options = search.options
    silent = any(letter in options for letter in "qlLc")
    prefix = f"{name}\0" if "Z" in options else name
    number = count = 0
    last_shown = 0
    pending = 0
    place = 0
    earlier: list[tuple[int, str]] = []
    gap = [] if "no-group-separator" in options else [raw(options.get("group-separator", "--")) + "\n"]
    while block := (yield from lines.block()):
        output: list[str] = []
        for line in block:
            number += 1
            start_of_line, place = place, place + len(line) + 1
            if search.limit is not None and count >= search.limit and not pending:
                break
            hit = bool(_find(search, line)) != ("v" in options)
            if hit and (search.limit is None or count < search.limit):
                count += 1
                search.found = search.found or "L" not in options
                if "q" in options:
                    return
                if not silent:
                    start = number - len(earlier)
                    if (search.before or search.after) and last_shown and start > last_shown + 1:
                        output += gap
                    for above, (at, text) in enumerate(earlier):
                        output.append(_shown(search, prefix, start + above, text, "-", at))
                    output += _hits(search, prefix, number, line, start_of_line)
                    last_shown, pending = number, search.after
                earlier = []
                continue
            if pending and not silent:
                output.append(_shown(search, prefix, number, line, "-", start_of_line))
                last_shown, pending = number, pending - 1
            elif search.before:
                earlier = [*earlier, (start_of_line, line)][-search.before :]
        yield from write_text(process, "".join(output))
        if (count and "l" in options) or (search.limit is not None and count >= search.limit and not pending):
            break
    if "c" in options and "q" not in options:
        yield from write_text(process, f"{prefix}:{count}\n" if search.named else f"{count}\n")
    elif ("l" in options and count) or ("L" in options and not count):
        search.found = True
        yield from write_text(process, f"{name}\0" if "Z" in options else f"{name}\n")


def _find(search: Search, line: str, start: int = 0) -> Match | None:
    best: Match | None = None
    for pattern in search.patterns:
        match = pattern.search(line, start)
        if "w" in search.options and "P" not in search.options:
            match = _as_word(pattern, line, match)
        if match and (
            best is None or match.start() < best.start() or (match.start() == best.start() and match.end() > best.end())
        ):
            best = match
    return best


def _as_word(pattern: Pattern, line: str, match: Match | None) -> Match | None:
    """-w: neither neighbour is part of a word; otherwise a shorter or a later match is tried."""
    while match is not None:
        begin, end = match.span()
        while not (_is_edge(line, begin - 1) and _is_edge(line, end)):
            shorter = pattern.match(line, begin, end - 1) if end > begin else None
            if shorter is None:
                match = pattern.search(line, begin + 1) if begin < len(line) else None
                break
            match, end = shorter, shorter.end()
        else:
            return match
    return None


def _is_edge(line: str, position: int) -> bool:
    if not 0 <= position < len(line):
        return True
    return not (line[position].isalnum() and line[position].isascii()) and line[position] != "_"


def _hits(search: Search, name: str, number: int, line: str, start: int) -> list[str]:
    if "o" not in search.options:
        return [_shown(search, name, number, line, ":", start)]
    hits: list[str] = []
    position = 0
    while "v" not in search.options and position <= len(line) and (match := _find(search, line, position)):
        if match[0]:
            hits.append(_shown(search, name, number, match[0], ":", start + match.start()))
        position = match.end() if match[0] else match.end() + 1
    return hits


def _shown(search: Search, name: str, number: int, text: str, mark: str, offset: int) -> str:
    prefix = f"{name}{mark}" if search.named and not name.endswith("\0") else name if search.named else ""
    if "n" in search.options:
        prefix += f"{number}{mark}"
    if "b" in search.options:
        prefix += f"{offset}{mark}"
    end = "\0" if "z" in search.options else "\n"
    return f"{prefix}{text}{end}"
