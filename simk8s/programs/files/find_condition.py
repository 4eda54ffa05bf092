"""What find can ask about a file it has come to, and how it prints one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from simk8s.machine import Device, Directory, Fifo, File, Inode, Process, SocketFile, Symlink, SyscallError
from simk8s.programs.accounts import gid_of, name_of_gid, name_of_uid, uid_of
from simk8s.programs.files.listing import blocks_of, links_of, size_of
from simk8s.programs.files.mode import letters, parse_mode
from simk8s.programs.files.path import base_name, dir_name
from simk8s.programs.files.status import formatted
from simk8s.programs.files.wildcard import matches
from simk8s.programs.processes.calendar import format_date
from simk8s.programs.text.pattern import compile_pattern
from simk8s.programs.tool import Failure
from simk8s.programs.unmodelled import Unmodelled

_KINDS = {"f": File, "d": Directory, "l": Symlink, "p": Fifo, "s": SocketFile, "c": Device}


@dataclass(slots=True)
class Found:
    """A file that the walk has come to."""

    path: str
    inode: Inode
    depth: int
    start: str
    pruned: bool = False


def condition_for(
    process: Process, name: str, argument: Callable[[], str], *, extended: bool
) -> Callable[[Found], bool]:
    """The test that a name stands for; `argument` gives the word behind it. Raises Failure for an unknown name."""
    match name:
        case "-false":
            return lambda found: False
        case "-empty":
            return _is_empty
        case "-readable" | "-writable" | "-executable":
            access = {"-readable": 4, "-writable": 2, "-executable": 1}[name]
            return lambda found: process.may(found.inode, access)
        case "-nouser":
            return lambda found: name_of_uid(process, found.inode.uid) == str(found.inode.uid)
        case "-nogroup":
            return lambda found: name_of_gid(process, found.inode.gid) == str(found.inode.gid)
    tests = {
        "-name", "-iname", "-path", "-ipath", "-wholename", "-type", "-xtype", "-user", "-group", "-uid", "-gid",
        "-newer", "-anewer", "-cnewer", "-size", "-mtime", "-atime", "-ctime", "-mmin", "-amin", "-cmin", "-perm",
        "-links", "-regex", "-iregex", "-lname", "-samefile", "-inum", "-newermt",
    }  # fmt: skip
    if name in ("-fprint", "-fprint0", "-fprintf", "-fls", "-used", "-fstype", "-context", "-follow", "-noleaf"):
        raise Unmodelled(f"test '{name}'")
    if name not in tests:
        raise Failure(f"unknown predicate `{name}'")
    return _test_with(process, name, argument(), extended)


def _test_with(process: Process, name: str, argument: str, extended: bool) -> Callable[[Found], bool]:
    match name:
        case "-name" | "-iname":
            return lambda found: matches(base_name(found.path), argument, ignore_case=name == "-iname")
        case "-path" | "-ipath" | "-wholename":
            return lambda found: matches(found.path, argument, ignore_case=name == "-ipath")
        case "-lname":
            return lambda found: isinstance(found.inode, Symlink) and matches(found.inode.target, argument)
        case "-type" | "-xtype":
            kinds = tuple(_KINDS[letter] for letter in argument.split(",") if letter in _KINDS)
            if not kinds:
                raise Failure(f"Unknown argument to {name}: {argument}")
            return lambda found: isinstance(found.inode, kinds)
        case "-user" | "-uid":
            uid = uid_of(process, argument)
            if uid is None:
                raise Failure(f"'{argument}' is not the name of a known user")
            return lambda found: found.inode.uid == uid
        case "-group" | "-gid":
            gid = gid_of(process, argument)
            if gid is None:
                raise Failure(f"'{argument}' is not the name of an existing group")
            return lambda found: found.inode.gid == gid
        case "-newer" | "-anewer" | "-cnewer" | "-samefile":
            try:
                other = process.stat(argument)
            except SyscallError as error:
                raise Failure(f"'{argument}': {error.text}") from None
            if name == "-samefile":
                return lambda found: found.inode is other
            return lambda found: found.inode.mtime > other.mtime
        case "-size":
            return _size_test(argument)
        case "-mtime" | "-atime" | "-ctime":
            return lambda found: _compare(argument, int((process.sim.now - found.inode.mtime) // 86400))
        case "-mmin" | "-amin" | "-cmin":
            return lambda found: _compare(argument, -int(-(process.sim.now - found.inode.mtime) // 60))
        case "-perm":
            return _mode_test(argument)
        case "-links":
            return lambda found: _compare(argument, links_of(found.inode))
        case "-regex" | "-iregex":
            if not extended:  # in Emacs's syntax + and ? repeat without a backslash
                argument = re.sub(r"(?<!\\)([+?])", r"\\\1", argument)
            pattern = compile_pattern(argument, extended=extended, ignore_case=name == "-iregex")
            return lambda found: pattern.fullmatch(found.path) is not None
    raise Unmodelled(f"test '{name}'")


def _is_empty(found: Found) -> bool:
    match found.inode:
        case Directory(entries):
            return not entries
        case File(content):
            return not len(content)
    return False


def _compare(argument: str, number: int) -> bool:
    wanted = float(argument.lstrip("+-"))
    if argument.startswith("+"):
        return number > wanted
    return number < wanted if argument.startswith("-") else number == wanted


def _size_test(argument: str) -> Callable[[Found], bool]:
    match = re.fullmatch(r"([+-]?)(\d+)([bcwkMG]?)", argument)
    if match is None:
        raise Failure(f"Invalid argument `{argument}' to -size")
    unit = {"": 512, "b": 512, "c": 1, "w": 2, "k": 1 << 10, "M": 1 << 20, "G": 1 << 30}[match[3]]
    amount = match[1] + match[2]
    return lambda found: _compare(amount, -(-size_of(found.inode) // unit))


def _mode_test(argument: str) -> Callable[[Found], bool]:
    mode = parse_mode(argument.lstrip("-/"), 0, is_directory=False, umask=0)
    if mode is None:
        raise Failure(f"invalid mode '{argument}'")
    if argument.startswith("-"):
        return lambda found: found.inode.mode & mode == mode
    if argument.startswith("/"):
        return lambda found: bool(found.inode.mode & mode) or mode == 0
    return lambda found: found.inode.mode == mode


_DIRECTIVE = re.compile(r"%([-0]?\d*)([ACT]?)([@a-zA-Z%])|\\([nt0r\\])")


def formatted_by(process: Process, layout: str, found: Found) -> str:
    """A file in the layout of -printf."""
    inode = found.inode

    def replace(match: re.Match[str]) -> str:
        width, time, letter, escape = match.groups()
        if escape:
            return {"n": "\n", "t": "\t", "0": "\0", "r": "\r", "\\": "\\"}[escape]
        if time:
            text = format_date(inode.mtime, "%s.%N0" if letter == "@" else f"%{letter}")
        else:
            text = value(letter)
        size = int(width.lstrip("-0") or 0)
        return text.ljust(size) if width.startswith("-") else text.rjust(size)

    def value(letter: str) -> str:
        match letter:
            case "p":
                return found.path
            case "f":
                return base_name(found.path)
            case "h":
                return dir_name(found.path)
            case "P":
                return found.path[len(found.start) :].lstrip("/")
            case "H":
                return found.start
            case "d":
                return str(found.depth)
            case "y":
                return letters(inode)[0].replace("-", "f")
            case "m":
                return format(inode.mode, "o")
            case "M":
                return letters(inode)
            case "l":
                return inode.target if isinstance(inode, Symlink) else ""
            case "k":
                return str(blocks_of(inode))
            case "n":
                return str(links_of(inode))
            case "t" | "a" | "c":
                return format_date(inode.mtime, "%a %b %e %H:%M:%S.%N0 %Y")
            case "u" | "g" | "s" | "U" | "G" | "i" | "b":
                named = {"u": "U", "g": "G", "U": "u", "G": "g"}.get(letter, letter)
                return formatted(process, found.path, inode, f"%{named}")
            case "%":
                return "%"
        raise Unmodelled(f"'%{letter}' of -printf")

    return _DIRECTIVE.sub(replace, layout)
