"""find: walks trees and tests what it meets. Expressions become nested functions over one file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from simk8s.machine import Device, Directory, Fifo, File, Inode, Process, SocketFile, Symlink, SyscallError
from simk8s.programs.accounts import gid_of, name_of_gid, name_of_uid, uid_of
from simk8s.programs.files.listing import blocks_of, formatted, links_of, size_of
from simk8s.programs.files.mode import letters, parse_mode
from simk8s.programs.files.path import base_name, dir_name, join
from simk8s.programs.files.wildcard import matches
from simk8s.programs.processes.calendar import format_date
from simk8s.programs.text.pattern import compile_pattern
from simk8s.programs.tool import Failure, complain, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_KINDS = {"f": File, "d": Directory, "l": Symlink, "p": Fifo, "s": SocketFile, "c": Device}


@dataclass(slots=True)
class Found:
    """A file that the walk has come to."""

    path: str
    inode: Inode
    depth: int
    start: str
    pruned: bool = False


Test = Callable[[Found], Run[bool]]


@dataclass(slots=True)
class Plan:
    """Options that concern the whole walk, and the commands that `-exec ... +` has collected words for."""

    least: int = 0
    most: int = 1 << 30
    depth_first: bool = False
    follow: bool = False
    acts: bool = False
    one_system: bool = False
    collected: list[tuple[list[str], list[str]]] = field(default_factory=list)
    status: int = 0


class Quit(Exception):
    """`-quit` was reached."""


@tool("find")
def find(process: Process) -> Run[int]:
    """Find files below some directories."""
    words = process.argv[1:]
    plan = Plan()
    while words and words[0] in ("-H", "-L", "-P"):
        plan.follow = words.pop(0) == "-L"
    starts = []
    while words and not words[0].startswith("-") and words[0] not in ("(", "!"):
        starts.append(words.pop(0))
    expression = Expression(process, words, plan)
    test = expression.parse() if words else expression.always
    if not plan.acts:
        test = expression.both(test, expression.print_test("\n"))
    try:
        for start in starts or ["."]:
            try:
                inode = process.stat(start, follow=plan.follow)
            except SyscallError as error:
                yield from complain(process, f"'{start}': {error.text}")
                plan.status = 1
                continue
            yield from _walk(process, plan, test, Found(start, inode, 0, start))
    except Quit:
        pass
    for command, paths in plan.collected:
        if paths and (yield from _run(process, [*command, *paths])):
            plan.status = 1
    return plan.status


def _walk(process: Process, plan: Plan, test: Test, found: Found) -> Run[None]:
    if not plan.depth_first and found.depth >= plan.least:
        yield from test(found)
    if isinstance(found.inode, Directory) and found.depth < plan.most and not found.pruned:
        try:
            names = process.listdir(found.path)
        except SyscallError as error:
            yield from complain(process, f"'{found.path}': {error.text}")
            plan.status = 1
            return
        for name in names:
            path = join(found.path, name)
            try:
                inode = _stat(process, path, plan.follow)
            except SyscallError:
                continue
            yield from _walk(process, plan, test, Found(path, inode, found.depth + 1, found.start))
    if plan.depth_first and found.depth >= plan.least:
        yield from test(found)


def _stat(process: Process, path: str, follow: bool) -> Inode:
    if follow and process.exists(path):
        return process.stat(path)
    return process.stat(path, follow=False)


def _run(process: Process, argv: list[str]) -> Run[int]:
    try:
        child = yield from process.spawn(argv)
    except SyscallError as error:
        yield from complain(process, f"'{argv[0]}': {error.text}")
        return 1
    return (yield from process.wait(child)) or 0


class Expression:
    """Parser of find's language: a list, alternatives, conjunctions, negation, primaries."""

    def __init__(self, process: Process, words: list[str], plan: Plan) -> None:
        self.process = process
        self.words = list(reversed(words))
        self.plan = plan

    def parse(self) -> Test:
        """The whole expression."""
        test = self._list()
        if self.words:
            word = self.words[-1]
            if word == ")":
                raise Failure("you have too many ')'")
            raise Failure(f"paths must precede expression: `{word}'")
        return test

    def always(self, found: Found) -> Run[bool]:
        """The test that holds for every file."""
        return True
        yield

    def both(self, left: Test, right: Test) -> Test:
        """Left and, where it holds, right."""

        def test(found: Found) -> Run[bool]:
            return (yield from left(found)) and (yield from right(found))

        return test

    def print_test(self, end: str) -> Test:
        """-print and -print0."""

        def test(found: Found) -> Run[bool]:
            yield from self.process.write(1, (found.path + end).encode("utf-8", "surrogateescape"))
            return True

        return test

    def _list(self) -> Test:
        test = self._or()
        while self.words and self.words[-1] == ",":
            self.words.pop()
            test = self._sequence(test, self._or())
        return test

    def _sequence(self, left: Test, right: Test) -> Test:
        def test(found: Found) -> Run[bool]:
            yield from left(found)
            return (yield from right(found))

        return test

    def _or(self) -> Test:
        test = self._and()
        while self.words and self.words[-1] in ("-o", "-or"):
            self.words.pop()
            test = self._either(test, self._and())
        return test

    def _either(self, left: Test, right: Test) -> Test:
        def test(found: Found) -> Run[bool]:
            return (yield from left(found)) or (yield from right(found))

        return test

    def _and(self) -> Test:
        test = self._not()
        while self.words and self.words[-1] not in ("-o", "-or", ")", ","):
            if self.words[-1] in ("-a", "-and"):
                self.words.pop()
            test = self.both(test, self._not())
        return test

    def _not(self) -> Test:
        if self.words and self.words[-1] in ("!", "-not"):
            self.words.pop()
            inner = self._not()

            def test(found: Found) -> Run[bool]:
                return not (yield from inner(found))

            return test
        if self.words and self.words[-1] == "(":
            self.words.pop()
            inside = self._list()
            if not self.words or self.words.pop() != ")":
                raise Failure("invalid expression; I was expecting to find a ')' somewhere but did not see one.")
            return inside
        return self._primary()

    def _argument(self, name: str) -> str:
        if not self.words:
            raise Failure(f"missing argument to `{name}'")
        return self.words.pop()

    def _primary(self) -> Test:
        if not self.words:
            raise Failure("expected an expression")
        name = self.words.pop()
        if not name.startswith("-"):
            raise Failure(f"paths must precede expression: `{name}'")
        action = self._action(name)
        if action is not None:
            return action
        holds = self._test(name)

        def test(found: Found) -> Run[bool]:
            return holds(found)
            yield

        return test

    def _action(self, name: str) -> Test | None:
        plan = self.plan
        match name:
            case "-maxdepth":
                plan.most = int(self._argument(name))
                return self.always
            case "-mindepth":
                plan.least = int(self._argument(name))
                return self.always
            case "-depth":
                plan.depth_first = True
                return self.always
            case "-xdev" | "-mount" | "-noleaf" | "-ignore_readdir_race" | "-warn" | "-nowarn" | "-true" | "-daystart":
                return self.always
            case "-follow":
                plan.follow = True
                return self.always
            case "-regextype":
                self._argument(name)
                return self.always
            case "-print" | "-print0":
                plan.acts = True
                return self.print_test("\0" if name == "-print0" else "\n")
            case "-printf":
                plan.acts = True
                return self._printf(self._argument(name))
            case "-ls":
                plan.acts = True
                return self._printf("%i %6k %M %3n %-8u %-8g %8s %Tb %Td %TH:%TM %p\\n")
            case "-exec" | "-execdir" | "-ok":
                plan.acts = True
                return self._exec(name)
            case "-delete":
                plan.acts = plan.depth_first = True
                return self._delete
            case "-quit":
                plan.acts = True
                return self._quit
            case "-prune":
                return self._prune
        return None

    def _delete(self, found: Found) -> Run[bool]:
        if found.path == ".":
            return True
        try:
            if isinstance(found.inode, Directory):
                yield from self.process.rmdir(found.path)
            else:
                yield from self.process.unlink(found.path)
        except SyscallError as error:
            yield from complain(self.process, f"cannot delete '{found.path}': {error.text}")
            self.plan.status = 1
            return False
        return True

    def _quit(self, found: Found) -> Run[bool]:
        raise Quit
        yield

    def _prune(self, found: Found) -> Run[bool]:
        found.pruned = True
        return True
        yield

    def _exec(self, name: str) -> Test:
        words: list[str] = []
        while True:
            word = self._argument(name)
            if word == ";" or (word == "+" and words[-1:] == ["{}"]):
                break
            words.append(word)
        if not words:
            raise Failure(f"invalid argument `;' to `{name}'")
        if name == "-ok":
            raise Unmodelled("-ok")
        if word == "+":
            paths: list[str] = []
            self.plan.collected.append((words[:-1], paths))

            def collect(found: Found) -> Run[bool]:
                paths.append(found.path)
                return True
                yield

            return collect

        def run(found: Found) -> Run[bool]:
            path = found.path if name == "-exec" else f"./{base_name(found.path)}"
            before = self.process.cwd
            if name == "-execdir":
                self.process.cwd = self.process.realpath(dir_name(found.path))
            status = yield from _run(self.process, [word.replace("{}", path) for word in words])
            self.process.cwd = before
            return status == 0

        return run

    def _printf(self, layout: str) -> Test:
        def test(found: Found) -> Run[bool]:
            text = _formatted(self.process, layout, found)
            yield from self.process.write(1, text.encode("utf-8", "surrogateescape"))
            return True

        return test

    def _test(self, name: str) -> Callable[[Found], bool]:
        process = self.process
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
        if name not in tests:
            raise Failure(f"unknown predicate `{name}'")
        return self._test_with(name, self._argument(name))

    def _test_with(self, name: str, argument: str) -> Callable[[Found], bool]:
        process = self.process
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
                pattern = compile_pattern(argument, extended=False, ignore_case=name == "-iregex")
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


def _formatted(process: Process, layout: str, found: Found) -> str:
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
