"""cmp and diff: whether and where two files differ."""

from __future__ import annotations

import re

from simk8s.machine import Errno, Process, SyscallError
from simk8s.programs.files.path import base_name, join
from simk8s.programs.files.wildcard import matches
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.processes.calendar import format_date
from simk8s.programs.stream import raw, write_text
from simk8s.programs.text.difference import Change, Form, changes, contextual, ed, normal, unified
from simk8s.programs.text.digest import read_bytes
from simk8s.programs.text.pattern import Pattern, PatternError, compile_pattern
from simk8s.programs.tool import Failure, complain, tool, whole_number
from simk8s.sim import Run


@tool("cmp", trouble=2)
def cmp(process: Process) -> Run[int]:
    """Where two files differ: 0 nowhere, 1 somewhere, 2 trouble."""
    options = parse(process.argv, "s,quiet,silent l,verbose b,print-bytes n,bytes: i,ignore-initial:", unmodelled="")
    if not options.operands:
        raise UsageError(f"missing operand after '{process.argv[0]}'")
    names = [*options.operands, "-"][:2]
    contents = []
    for name in names:
        try:
            contents.append((yield from read_bytes(process, name)))
        except SyscallError as error:
            raise Failure(f"{name}: {error.text}" if "s" not in options else "", 2) from None
    words = options.get("i", "0").split(":")
    if not all(word.isdecimal() for word in words):
        raise UsageError(f"invalid --ignore-initial value '{options['i']}'")
    skip = [int(word) for word in words] * 2
    one, other = contents[0][skip[0] :], contents[1][skip[1] :]
    if "n" in options:
        limit = whole_number(options, "n", 0, "invalid --bytes value")
        one, other = one[:limit], other[:limit]
    if one == other:
        return 0
    if "s" in options:
        return 1
    common = min(len(one), len(other))
    places = [at for at in range(common) if one[at] != other[at]]
    if "l" in options:
        width = len(str(common))
        for at in places:
            yield from process.print(f"{at + 1:{width}d} {one[at]:3o} {other[at]:3o}")
    elif places:
        at = places[0]
        unit = "byte" if "b" in options else "char"
        text = f"{names[0]} {names[1]} differ: {unit} {at + 1}, line {one[:at].count(10) + 1}"
        if "b" in options:
            text += f" is {one[at]:3o} {_shown(one[at])} {other[at]:3o} {_shown(other[at])}"
        yield from process.print(text)
    if len(one) != len(other) and ("l" in options or not places):
        shorter = names[0] if len(one) < len(other) else names[1]
        yield from complain(process, f"EOF on {shorter} {_where(one[:common], 'l' in options)}")
    return 1


def _where(common: bytes, bytes_only: bool) -> str:
    if not common:
        return "which is empty"
    if bytes_only:
        return f"after byte {len(common)}"
    line = common.count(b"\n")
    return f"after byte {len(common)}, " + (f"line {line}" if common.endswith(b"\n") else f"in line {line + 1}")


def _shown(byte: int) -> str:
    if byte >= 128:
        return "M-" + _shown(byte - 128)
    return "^?" if byte == 127 else f"^{chr(byte + 64)}" if byte < 32 else chr(byte)


@tool("diff", trouble=2)
def diff(process: Process) -> Run[int]:
    """Where files or directories differ: 0 nowhere, 1 somewhere, 2 trouble."""
    try:
        options = parse(
            process.argv,
            "q,brief s,report-identical-files r,recursive N,new-file u U,unified:: c C,context:: e,ed normal "
            "i,ignore-case "
            "w,ignore-all-space b,ignore-space-change B,ignore-blank-lines I,ignore-matching-lines: a,text L,label: "
            "x,exclude: Z,ignore-trailing-space strip-trailing-cr d,minimal",
            unmodelled="y,side-by-side W,width: left-column suppress-common-lines p,show-c-function "
            "F,show-function-line: "
            "t,expand-tabs T,initial-tab tabsize: l,paginate no-dereference P,unidirectional-new-file D,ifdef: E "
            "ignore-file-name-case X,exclude-from: S,starting-file: from-file: to-file: speed-large-files "
            "horizon-lines: color:: n,rcs suppress-blank-empty line-format: old-line-format: new-line-format: "
            "unchanged-line-format:",
        )
        operands = options.operands
        if len(operands) < 2:
            raise UsageError(f"missing operand after '{operands[0] if operands else process.argv[0]}'")
        if len(operands) > 2:
            raise UsageError(f"extra operand '{operands[2]}'")
    except UsageError as error:
        raise Failure(f"{error.message}\ndiff: Try 'diff --help' for more information.", 2) from None
    one, other = operands
    if process.is_directory(one) != process.is_directory(other) and "-" not in operands:
        if process.is_directory(one):
            one = join(one, base_name(other))
        elif process.exists(other):
            other = join(other, base_name(one))
    if process.is_directory(one) and process.is_directory(other):
        return (yield from _trees(process, one, other, options))
    return (yield from _files(process, one, other, options))


def _trees(process: Process, one: str, other: str, options: Options) -> Run[int]:
    status = 0
    left, right = process.listdir(one), process.listdir(other)
    for name in sorted({*left, *right}):
        if any(matches(name, pattern) for pattern in options.all("x")):
            continue
        mine, theirs = join(one, name), join(other, name)
        if "N" not in options and not (name in left and name in right):
            yield from process.print(f"Only in {one if name in left else other}: {name}")
            status = max(status, 1)
        elif process.is_directory(mine) and process.is_directory(theirs):
            if "r" in options:
                status = max(status, (yield from _trees(process, mine, theirs, options)))
            else:
                yield from process.print(f"Common subdirectories: {mine} and {theirs}")
        elif (
            process.exists(mine)
            and process.exists(theirs)
            and process.is_directory(mine) != process.is_directory(theirs)
        ):
            kinds = ["directory" if process.is_directory(path) else "regular file" for path in (mine, theirs)]
            yield from process.print(f"File {mine} is a {kinds[0]} while file {theirs} is a {kinds[1]}")
            status = max(status, 1)
        else:
            given = " ".join(word for word in process.argv[1:] if word not in options.operands)
            title = f"diff {given} {mine} {theirs}\n" if given else f"diff {mine} {theirs}\n"
            status = max(status, (yield from _files(process, mine, theirs, options, title)))
    return status


def _files(process: Process, one: str, other: str, options: Options, title: str = "") -> Run[int]:
    texts: list[str] = []
    missing: list[str] = []
    for path in (one, other):
        try:
            texts.append((yield from read_bytes(process, path)).decode("latin-1"))
        except SyscallError as error:
            if not ("N" in options and error.errno is Errno.ENOENT):
                missing.append(f"{path}: {error.text}")
            texts.append("")
    if missing:
        raise Failure("\ndiff: ".join(missing), 2)
    sides = [_split(text) for text in texts]
    found = _counted(sides, options) if texts[0] != texts[1] else []
    if not found:
        if "s" in options:
            yield from process.print(f"Files {one} and {other} are identical")
        return 0
    if "q" in options:
        yield from process.print(f"Files {one} and {other} differ")
        return 1
    if any("\0" in text for text in texts) and "a" not in options:
        yield from process.print(f"Binary files {one} and {other} differ")
        return 2
    form = _form(process, one, other, options)
    yield from write_text(process, raw(title) + "".join(form(sides[0], sides[1], found)))
    return 1


def _split(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]


def _counted(sides: list[list[str]], options: Options) -> list[Change]:
    """The changes that count: not those of case, blanks or lines that are to be ignored."""
    found = changes([_key(line, options) for line in sides[0]], [_key(line, options) for line in sides[1]])
    ignored: list[Pattern] = []
    for text in options.all("I"):
        try:
            ignored.append(compile_pattern(raw(text), extended=False))
        except PatternError as error:
            raise Failure(f"{text}: {error}", 2) from None
    if not ignored and "B" not in options:
        return found

    def counts(line: str) -> bool:
        bare = line.removesuffix("\n")
        return not ("B" in options and not bare) and not any(pattern.search(bare) for pattern in ignored)

    return [
        change
        for change in found
        if any(map(counts, sides[0][change.start : change.stop]))
        or any(map(counts, sides[1][change.other_start : change.other_stop]))
    ]


def _key(line: str, options: Options) -> str:
    if "w" in options:
        line = re.sub(r"\s", "", line)
    elif "b" in options:
        line = re.sub(r"\s+", " ", line).rstrip()
    elif "Z" in options:
        line = line.rstrip()
    if "strip-trailing-cr" in options and line.endswith("\r\n"):
        line = line[:-2] + "\n"
    return line.lower() if "i" in options else line


def _form(process: Process, one: str, other: str, options: Options) -> Form:
    style = options.last_of(("u", "U", "c", "C", "e", "normal"))
    if style == "e":
        return ed
    if style.lower() not in ("u", "c"):
        return normal
    context = whole_number(options, style, 3, "invalid context length")
    labels = options.all("L")
    pattern = "%Y-%m-%d %H:%M:%S.%N +0000" if style in "uU" else "%a %b %e %H:%M:%S %Y"
    titles = [
        raw(labels[number]) if number < len(labels) else f"{raw(path)}\t{_moment(process, path, pattern)}"
        for number, path in enumerate((one, other))
    ]
    show = unified if style in "uU" else contextual
    return lambda mine, theirs, found: show(mine, theirs, found, (titles[0], titles[1]), context)


def _moment(process: Process, path: str, pattern: str) -> str:
    inode = process.find(path) if path != "-" else None
    return format_date(inode.mtime if inode else process.sim.now, pattern)
