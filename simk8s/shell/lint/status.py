"""Failures that nobody hears of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simk8s.shell.lint.command import HARMLESS, TRANSFERS, arguments, is_work, program, sequences, written
from simk8s.shell.lint.finding import Finding
from simk8s.shell.syntax.check import walk
from simk8s.shell.syntax.nodes import Assignment, Command, Group, Pipeline, Sequence, SimpleCommand, Subshell
from simk8s.shell.syntax.parts import CommandSubstitution, Word

if TYPE_CHECKING:
    from simk8s.shell.lint.script import Script

_PARTICULAR = frozenset(["grep", "egrep", "fgrep"])
_DECLARING = frozenset(["declare", "export", "local", "readonly", "typeset"])


def masked_pipelines(script: Script) -> Iterator[Finding]:
    """SK251: the status of a pipeline is that of its last stage. One of grep fails where nothing comes to it."""
    if script.pipefail:
        return
    for item in script.commands:
        node = item.node
        heard = item.checked or (script.errexit and not item.asked)
        if not isinstance(node, Pipeline) or len(node.stages) < 2 or not heard or _last(node) in _PARTICULAR:
            continue
        for stage in node.stages[:-1]:
            name = program(stage)
            if name in TRANSFERS:
                yield Finding(
                    stage.line,
                    stage.column,
                    "SK251",
                    f"if {name} fails, nobody hears of it: the status of this pipeline is that of {_last(node)}",
                    "`set -o pipefail` at the top of the script",
                )
                break


def _last(node: Pipeline) -> str:
    return program(node.stages[-1]) or "its last stage"


def errexit_without_effect(script: Script) -> Iterator[Finding]:
    """SK252: where a condition asks, `set -e` is off, in all that is called from there."""
    if not script.errexit:
        return
    told: set[str] = set()
    for item in script.commands:
        node = item.node
        name = program(node)
        if item.asked and name in script.functions and name not in told:
            body = script.functions[name].body
            first = _unheard(body)
            if first is not None:
                told.add(name)
                yield Finding(
                    node.line,
                    node.column,
                    "SK252",
                    f"`set -e` has no effect in {name} here, since its status is asked for: "
                    f"if {program(first)} in line {{line}} fails, {name} goes on",
                    f"call {name} on a line of its own, or write `|| return` behind what may fail in it",
                    first.line,
                )
        elif item.asked and isinstance(node, Group | Subshell) and _sets_errexit(node.body):
            yield Finding(
                node.line,
                node.column,
                "SK252",
                "`set -e` has no effect in here, since the status of the whole is asked for",
                "run it on a line of its own, or write `|| exit` behind what may fail",
            )


def _unheard(body: Command) -> SimpleCommand | None:
    """The first command of a function whose failure only `set -e` would have noticed."""
    commands = body.body.commands if isinstance(body, Group | Subshell) else ()
    for command in commands[:-1]:
        if isinstance(command, SimpleCommand) and is_work(command):
            return command
    return None


def _sets_errexit(body: Sequence) -> bool:
    return any(
        program(command) == "set"
        and any(isinstance(word, Word) and (word.constant or "").startswith("-e") for word in command.words[1:])
        for command in body.commands
        if isinstance(command, SimpleCommand)
    )


def masked_substitutions(script: Script) -> Iterator[Finding]:
    """SK253: the status of `local x=$(...)` is that of `local`."""
    if not script.errexit:
        return
    for item in script.commands:
        node = item.node
        if not isinstance(node, SimpleCommand) or node.name not in _DECLARING:
            continue
        for word in node.words[1:]:
            inner = _substitution(word)
            if inner is not None and any(_may_fail(found) for found in walk(inner.body)):
                yield Finding(
                    word.line,
                    word.column,
                    "SK253",
                    f"if the command in $( ) fails, nobody hears of it: the status is that of `{node.name}`",
                    f"assign on a line of its own: `{node.name} x; x=$(...)`",
                )


def _substitution(word: Word | Assignment) -> CommandSubstitution | None:
    return next((found for found in walk(word) if isinstance(found, CommandSubstitution)), None)


def _may_fail(node: Any) -> bool:
    return isinstance(node, SimpleCommand) and bool(program(node)) and program(node) not in HARMLESS


def unchecked_cd(script: Script) -> Iterator[Finding]:
    """SK256: after a failed `cd`, what follows happens somewhere else."""
    if script.errexit:
        return
    asked = {id(item.node) for item in script.commands if item.asked}
    for commands in sequences(script.tree):
        for number, node in enumerate(commands):
            if not isinstance(node, SimpleCommand) or node.name != "cd" or id(node) in asked or len(node.words) < 2:
                continue
            if arguments(node)[:1] in (["/"], ["-"], []):
                continue
            for later in commands[number + 1 :]:
                for found in walk(later):
                    name = program(found)
                    targets = [name for name, _ in written(found)]
                    if name in ("rm", "mv", "cp", "tar", "chown", "chmod", "unzip", "touch"):
                        targets += arguments(found) or ["."]
                    if any(not target.startswith(("/", "$", "~")) for target in targets):
                        yield Finding(
                            node.line,
                            node.column,
                            "SK256",
                            "if this `cd` fails, line {line} works on the files of another directory",
                            "`cd ... || exit`",
                            found.line,
                        )
                        break
                else:
                    continue
                break


RULES = (masked_pipelines, errexit_without_effect, masked_substitutions, unchecked_cd)
