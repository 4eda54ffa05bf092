"""One kubectl command, from its words to its output."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import KNOWN, Failure, text_of
from simk8s.kubectl.flags import GLOBAL, Flag, parse
from simk8s.kubectl.help import command_help, overview
from simk8s.kubectl.runtime import Access
from simk8s.sim import Run

COMMANDS = (
    "annotate",
    "api-resources",
    "api-versions",
    "apply",
    "cluster-info",
    "cordon",
    "cp",
    "create",
    "delete",
    "describe",
    "diff",
    "drain",
    "edit",
    "events",
    "exec",
    "explain",
    "expose",
    "get",
    "label",
    "logs",
    "patch",
    "replace",
    "rollout",
    "run",
    "scale",
    "set",
    "taint",
    "top",
    "uncordon",
    "version",
    "wait",
)
"""Each is a module of this package, imported when it is called."""

_NOT_MODELLED = "attach auth autoscale certificate completion config debug kustomize options plugin port-forward proxy"

INTERRUPTED = 130
"""What a shell reports of a command that was ended with Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command printed, and its exit status."""

    stdout: bytes
    stderr: bytes
    status: int


def kubectl(
    access: Access,
    argv: Sequence[str],
    *,
    stdin: bytes = b"",
    namespace: str = "default",
    listener: Callable[[int, bytes], None] | None = None,
    interrupt_seconds: float | None = None,
) -> Run[Result]:
    """Run `kubectl ARGV...` against a cluster, as an actor named `kubectl`.

    `stdin` is all of its standard input, `namespace` that of its context. `listener` hears every piece of output as it
    is printed, with 1 for standard output and 2 for standard error. After `interrupt_seconds` of virtual time whoever
    called it presses Ctrl-C: `get -w` and `logs -f` may have no other end.
    """
    printed: dict[int, list[bytes]] = {1: [], 2: []}

    def write(stream: int, data: bytes) -> None:
        printed[stream].append(data)
        if listener:
            listener(stream, data)

    command = _told(_run(access, list(argv), stdin, namespace, write), write)
    if interrupt_seconds is None:
        status = yield from command
    else:
        task = access.sim.task(command)
        yield access.sim.any_of(task, access.sim.sleep(interrupt_seconds))
        status = int(str(task.value)) if task.triggered else INTERRUPTED
        task.kill()
    return Result(b"".join(printed[1]), b"".join(printed[2]), status)


def _told(command: Run[int], write: Callable[[int, bytes], None]) -> Run[int]:
    """The command's exit status; what went wrong is told on standard error."""
    try:
        return (yield from command)
    except KNOWN as error:
        message = text_of(error)
        if message:
            write(2, message.encode() + (b"" if message.endswith("\n") else b"\n"))
        return error.status if isinstance(error, Failure) else 1


def _run(
    access: Access, argv: list[str], stdin: bytes, namespace: str, write: Callable[[int, bytes], None]
) -> Run[int]:
    leading, name, rest = _split(argv, GLOBAL)
    if not name:
        write(1, overview(map(load, COMMANDS)).encode())
        return 0
    command, rest = _subcommand(load(name), rest)
    arguments = parse([*leading, *rest], command.flags, command.name, command.not_modelled)
    if arguments["help"]:
        write(1, command_help(command).encode())
        return 0
    actor = access.sim.actor("kubectl")
    access.sim.record(actor, "kubectl", " ".join(argv), argv=list(argv))
    context = Context(access, command, arguments, actor, stdin=stdin, namespace=namespace, print=write)
    status = yield from command.run(context)
    return status or 0


def _split(argv: list[str], flags: Sequence[Flag]) -> tuple[list[str], str, list[str]]:
    """Flags before the command, the command, and the rest: `kubectl -n test get pods`."""
    takes_value = {f"-{flag.short}" for flag in flags if flag.kind != "bool" and flag.alone is None}
    takes_value |= {f"--{flag.name}" for flag in flags if flag.kind != "bool" and flag.alone is None}
    index = 0
    while index < len(argv) and argv[index].startswith("-") and argv[index] != "--":
        index += 2 if argv[index] in takes_value else 1
    if index >= len(argv):
        return argv, "", []
    if argv[index] == "help":
        return ["--help"], *_after_help(argv[index + 1 :])
    return argv[:index], argv[index], argv[index + 1 :]


def _after_help(words: list[str]) -> tuple[str, list[str]]:
    return (words[0], words[1:]) if words else ("", [])


def _subcommand(command: Command, rest: list[str]) -> tuple[Command, list[str]]:
    """`rollout status ...`: the command of that name, and what is left of the line. Its own name may be in the way."""
    if not command.subcommands:
        return command, rest
    leading, word, others = _split(rest, (*command.flags, *GLOBAL))
    word = command.aliases.get(word, word)
    if word not in command.subcommands:
        return command, rest
    module = import_module(f"simk8s.kubectl.{_module(command.name)}.{_module(word)}")
    return _subcommand(module.COMMAND, [*leading, *others])


def load(name: str) -> Command:
    """The command of that name. Raises Failure where kubectl, or this kubectl, has none."""
    if name in COMMANDS:
        command: Command = import_module(f"simk8s.kubectl.{_module(name)}").COMMAND
        return command
    if name in _NOT_MODELLED.split():
        raise Failure(f'simk8s does not model "kubectl {name}"; it models: {", ".join(COMMANDS)}')
    near = difflib.get_close_matches(name, COMMANDS, 3)
    suggestion = "\n\nDid you mean this?\n" + "\n".join(f"\t{word}" for word in near) + "\n" if near else ""
    raise Failure(f'unknown command "{name}" for "kubectl"{suggestion}')


def _module(name: str) -> str:
    return name.replace("-", "_").replace(" ", ".")
