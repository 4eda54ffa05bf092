"""find's language: expressions become nested functions over one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from simk8s.machine import Directory, Process, SyscallError
from simk8s.programs.files.find_condition import Found, condition_for, formatted_by
from simk8s.programs.files.path import base_name, dir_name
from simk8s.programs.tool import Failure, complain
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

Outcome: TypeAlias = bool | Run[bool]
"""Whether a test holds, or what takes time to find that out."""

Test: TypeAlias = Callable[[Found], Outcome]


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


def after(outcome: Outcome, then: Callable[[bool], Outcome]) -> Outcome:
    """What follows from an outcome: at once where that is there at once."""
    return then(outcome) if isinstance(outcome, bool) else _later(outcome, then)


def _later(running: Run[bool], then: Callable[[bool], Outcome]) -> Run[bool]:
    outcome = then((yield from running))
    return outcome if isinstance(outcome, bool) else (yield from outcome)


class Quit(Exception):
    """`-quit` was reached."""


def run_command(process: Process, argv: list[str]) -> Run[int]:
    """Run a program and wait for it; its status."""
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
        self.extended = False

    def parse(self) -> Test:
        """The whole expression."""
        test = self._list()
        if self.words:
            word = self.words[-1]
            if word == ")":
                raise Failure("you have too many ')'")
            raise Failure(f"paths must precede expression: `{word}'")
        return test

    def always(self, found: Found) -> bool:
        """The test that holds for every file."""
        return True

    def both(self, left: Test, right: Test) -> Test:
        """Left and, where it holds, right."""

        def test(found: Found) -> Outcome:
            outcome = left(found)
            if outcome is True:
                return right(found)
            return outcome and _later(outcome, lambda holds: holds and right(found))

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
        return lambda found: after(left(found), lambda _: right(found))

    def _or(self) -> Test:
        test = self._and()
        while self.words and self.words[-1] in ("-o", "-or"):
            self.words.pop()
            test = self._either(test, self._and())
        return test

    def _either(self, left: Test, right: Test) -> Test:
        return lambda found: after(left(found), lambda holds: holds or right(found))

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

            def test(found: Found) -> Outcome:
                outcome = inner(found)
                if outcome is True or outcome is False:
                    return not outcome
                return _later(outcome, lambda holds: not holds)

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
        return condition_for(self.process, name, lambda: self._argument(name), extended=self.extended)

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
            case "-xdev" | "-mount":
                plan.one_system = True
                return self.always
            case "-noleaf" | "-ignore_readdir_race" | "-warn" | "-nowarn" | "-true":
                return self.always
            case "-follow":
                plan.follow = True
                return self.always
            case "-regextype":
                self.extended = self._argument(name) not in ("emacs", "findutils-default", "posix-basic", "grep", "sed")
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

    def _quit(self, found: Found) -> bool:
        raise Quit

    def _prune(self, found: Found) -> bool:
        found.pruned = True
        return True

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

            def collect(found: Found) -> bool:
                paths.append(found.path)
                return True

            return collect

        def run(found: Found) -> Run[bool]:
            path = found.path if name == "-exec" else f"./{base_name(found.path)}"
            before = self.process.cwd
            if name == "-execdir":
                self.process.cwd = self.process.realpath(dir_name(found.path))
            status = yield from run_command(self.process, [word.replace("{}", path) for word in words])
            self.process.cwd = before
            return status == 0

        return run

    def _printf(self, layout: str) -> Test:
        def test(found: Found) -> Run[bool]:
            text = formatted_by(self.process, layout, found)
            yield from self.process.write(1, text.encode("utf-8", "surrogateescape"))
            return True

        return test
