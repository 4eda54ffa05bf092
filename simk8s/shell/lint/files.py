"""Files that say that something is done: what if the script is killed between the deed and the word?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from simk8s.shell.lint.command import arguments, bare, does_work, is_work, program, sequences, written
from simk8s.shell.lint.finding import Finding
from simk8s.shell.syntax.check import walk
from simk8s.shell.syntax.nodes import (
    AndOr,
    Command,
    Conditional,
    Either,
    If,
    Not,
    Pipeline,
    Redirection,
    SimpleCommand,
    Unary,
)
from simk8s.shell.syntax.nodes import Sequence as Commands
from simk8s.shell.syntax.parts import FileSubstitution, Word

if TYPE_CHECKING:
    from simk8s.shell.lint.script import Script

_EXISTS = ("-e", "-f", "-s", "-r", "-a")
_REPEATABLE = re.compile(
    r"STOP\s+(SLAVE|REPLICA)|IF\s+(NOT\s+)?EXISTS|INSERT\s+IGNORE|ON\s+(DUPLICATE|CONFLICT)|REPLACE\s+INTO"
    r"|SHOW\s+(SLAVE|REPLICA)\s+STATUS",
    re.IGNORECASE,
)


def tested(node: Any, operators: Sequence[str]) -> Iterator[tuple[str, bool, Any]]:
    """Paths that tests in `node` ask about, whether they must be there, and where the test stands."""
    for found in walk(node):
        if isinstance(found, Conditional):
            yield from _tested(found.test, operators, True, found)
        elif isinstance(found, SimpleCommand) and found.name in ("[", "test"):
            words = [word for word in found.words[1:] if isinstance(word, Word)]
            for number, word in enumerate(words[:-1]):
                if word.constant in operators:
                    wanted = number == 0 or words[number - 1].constant != "!"
                    yield bare(words[number + 1]), wanted, found


def _tested(test: Any, operators: Sequence[str], wanted: bool, where: Any) -> Iterator[tuple[str, bool, Any]]:
    if isinstance(test, Unary) and test.operator in operators:
        yield bare(test.operand), wanted, where
    elif isinstance(test, Not):
        yield from _tested(test.operand, operators, not wanted, where)
    elif hasattr(test, "left") and hasattr(test.left, "line") and not isinstance(test.left, Word):
        yield from _tested(test.left, operators, wanted, where)
        if not isinstance(test, Either):
            yield from _tested(test.right, operators, wanted, where)
    elif hasattr(test, "operand") and not isinstance(test.operand, Word):
        yield from _tested(test.operand, operators, wanted, where)


def _made(node: Any) -> Iterator[str]:
    """Files that a simple command makes."""
    if isinstance(node, SimpleCommand):
        if program(node) == "touch":
            yield from arguments(node)
        yield from (path for path, _ in written(node))


def marker_before_work(script: Script) -> Iterator[Finding]:
    """SK254: a file says that work is done which comes only after it."""
    asked = {path for path, _, _ in tested(script.tree, _EXISTS)}
    for commands in sequences(script.tree):
        for number, node in enumerate(commands):
            if not isinstance(node, SimpleCommand) or program(node) not in ("touch", "echo", "printf", ":", "date", ""):
                continue
            marked = [path for path in _made(node) if path in asked and not _is_used(script, path)]
            work = [
                later
                for later in commands[number + 1 :]
                if isinstance(later, SimpleCommand | Pipeline) and does_work(later) and not _replaces(later)
            ]
            if marked and work:
                yield Finding(
                    node.line,
                    node.column,
                    "SK254",
                    f"{marked[0]} is written before the work of line {{line}}: "
                    "killed between the two, the script takes the work for done",
                    "do the work first, then write the marker (to another name, and rename it)",
                    work[0].line,
                )


def _is_used(script: Script, path: str) -> bool:
    """Whether the file's content matters: then it is data, not a marker."""
    for found in walk(script.tree):
        if isinstance(found, FileSubstitution) and bare(found.target) == path:
            return True
        if isinstance(found, Redirection) and found.operator == "<" and bare(found.target) == path:
            return True
        if (
            isinstance(found, SimpleCommand)
            and program(found) not in ("touch", "rm", "[", "test", "")
            and path in arguments(found)
        ):
            return True
    return False


def _replaces(node: Command) -> bool:
    """`exec server`: no work of this script."""
    return isinstance(node, SimpleCommand) and node.name == "exec"


def source_removed_first(script: Script) -> Iterator[Finding]:
    """SK255: what a file said is gone, and what it was to become is not there yet."""
    for path, body in _branches(script):
        for number, node in enumerate(body):
            if not isinstance(node, SimpleCommand) or program(node) != "rm" or path not in arguments(node):
                continue
            for later in body[number + 1 :]:
                target = next((name for found in walk(later) for name, _ in written(found)), None)
                if target is not None and target != path:
                    yield Finding(
                        node.line,
                        node.column,
                        "SK255",
                        f"{path} is removed before {target} is written in line {{line}}: "
                        "killed between the two, the script has neither",
                        f"write {target} first (to another name, and rename it), then remove {path}",
                        later.line,
                    )
                    break


def act_then_burn(script: Script) -> Iterator[Finding]:
    """SK261: killed between the act and putting its file aside, a script acts twice. SK262: or, turned round, never."""
    for path, body in _branches(script):
        for number, node in enumerate(body):
            if not isinstance(node, SimpleCommand) or program(node) not in ("mv", "rm"):
                continue
            names = arguments(node)
            if names[:1] != [path]:
                continue
            aside = names[1] if program(node) == "mv" and len(names) == 2 else ""
            for act in body[:number]:
                if _acts(act, path) and not any(_is_repeatable(before) for before in body[:number]):
                    yield Finding(
                        act.line,
                        act.column,
                        "SK261",
                        f"killed between this and line {{line}}, which puts {path} aside, the script does this again "
                        "when it is restarted",
                        "make it safe to repeat: undo first (STOP REPLICA), or look whether it is done",
                        node.line,
                    )
            act_later = next((later for later in body[number + 1 :] if aside and _acts(later, aside)), None)
            if act_later is not None:
                yield Finding(
                    node.line,
                    node.column,
                    "SK262",
                    f"{path} is put aside before line {{line}} does what it is for: killed between the two, the script "
                    "never does it",
                    "do it first, in a way that is safe to repeat, and put the file aside afterwards",
                    act_later.line,
                )


def _acts(node: Command, path: str) -> bool:
    return isinstance(node, SimpleCommand | Pipeline) and does_work(node) and _reads(node, path)


def _is_repeatable(node: Command) -> bool:
    return bool(_REPEATABLE.search(getattr(node, "source", "")))


def _reads(node: Any, path: str) -> bool:
    for found in walk(node):
        if isinstance(found, FileSubstitution) and bare(found.target) == path:
            return True
        if isinstance(found, Redirection) and found.operator == "<" and bare(found.target) == path:
            return True
        if isinstance(found, SimpleCommand) and path in arguments(found):
            return True
    return False


def _branches(script: Script) -> Iterator[tuple[str, list[Command]]]:
    """The branches that run only where a file is there, each with that file."""
    for found in walk(script.tree):
        if isinstance(found, If):
            for condition, body in found.branches:
                commands = next(sequences(body))
                for path in dict.fromkeys(path for path, wanted, _ in tested(condition, _EXISTS) if wanted):
                    yield path, commands


def directory_as_marker(script: Script) -> Iterator[Finding]:
    """SK257: a directory is there as soon as the work on it has begun."""
    top = script.tree.commands
    for number, node in enumerate(top):
        works_later = any(does_work(later) for later in top[number + 1 :])
        if isinstance(node, AndOr) and works_later and _leaves(node.rest[-1][1]) and node.rest[-1][0] == "&&":
            condition: Any = (node.first, *(command for _, command in node.rest[:-1]))
        elif isinstance(node, If) and works_later and _leaves(node.branches[0][1]):
            condition = node.branches[0][0]
        else:
            continue
        for path, wanted, where in tested(condition, ("-d",)):
            if wanted:
                yield _directory(path, where)
    for found in walk(script.tree):
        if isinstance(found, If) and len(found.branches) == 1:
            condition, body = found.branches[0]
            for path, wanted, where in tested(condition, ("-d",)):
                if not wanted and _makes_by_work(body, path):
                    yield _directory(path, where)


def _makes_by_work(body: Commands, path: str) -> bool:
    for found in walk(body):
        if isinstance(found, SimpleCommand) and program(found) in ("mkdir", "install") and path in arguments(found):
            return False
    return any(isinstance(found, SimpleCommand) and is_work(found) for found in walk(body))


def _directory(path: str, where: Any) -> Finding:
    return Finding(
        where.line,
        where.column,
        "SK257",
        f"that the directory {path} is there does not mean that the work on it was finished",
        "ask for a file that is written last, and begin anew where it is missing",
    )


def _leaves(node: Any) -> bool:
    if isinstance(node, Commands):
        return bool(node.commands) and _leaves(node.commands[-1])
    return (
        isinstance(node, SimpleCommand)
        and node.name in ("exit", "return")
        and len(node.words) < 3
        and _is_success(node)
    )


def _is_success(node: SimpleCommand) -> bool:
    status = [word.constant for word in node.words[1:] if isinstance(word, Word)]
    return status in ([], ["0"])


RULES = (marker_before_work, source_removed_first, act_then_burn, directory_as_marker)
