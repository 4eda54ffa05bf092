"""One kubectl command, from its words to its output."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import KNOWN, Failure, text_of
from simk8s.kubectl.flags import GLOBAL, parse
from simk8s.kubectl.help import command_help, overview
from simk8s.kubectl.runtime import Access
from simk8s.sim import Run

COMMANDS = (
    "api-resources",
    "apply",
    "create",
    "delete",
    "describe",
    "exec",
    "get",
    "logs",
    "run",
    "scale",
    "wait",
)
"""Each is a module of this package, imported when it is called."""

_NOT_MODELLED = (
    "annotate api-versions attach auth autoscale certificate cluster-info completion config cordon cp debug diff drain "
    "edit events explain expose kustomize label options patch plugin port-forward proxy replace rollout set taint top "
    "uncordon version"
)


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
) -> Run[Result]:
    """Run `kubectl ARGV...` against a cluster, as an actor named `kubectl`.

    `stdin` is all of its standard input, `namespace` that of its context. `listener` hears every piece of output as it
    is printed, with 1 for standard output and 2 for standard error.
    """
    printed: dict[int, list[bytes]] = {1: [], 2: []}

    def write(stream: int, data: bytes) -> None:
        printed[stream].append(data)
        if listener:
            listener(stream, data)

    try:
        status = yield from _run(access, list(argv), stdin, namespace, write)
    except KNOWN as error:
        message = text_of(error)
        if message:
            write(2, message.encode() + (b"" if message.endswith("\n") else b"\n"))
        status = error.status if isinstance(error, Failure) else 1
    return Result(b"".join(printed[1]), b"".join(printed[2]), status)


def _run(
    access: Access, argv: list[str], stdin: bytes, namespace: str, write: Callable[[int, bytes], None]
) -> Run[int]:
    leading, name, rest = _split(argv)
    if not name:
        write(1, overview(map(load, COMMANDS)).encode())
        return 0
    command = load(name)
    arguments = parse([*leading, *rest], command.flags, name, command.not_modelled)
    if arguments["help"]:
        write(1, command_help(command).encode())
        return 0
    actor = access.sim.actor("kubectl")
    access.sim.record(actor, "kubectl", " ".join(argv), argv=list(argv))
    context = Context(access, command, arguments, actor, stdin=stdin, namespace=namespace, print=write)
    status = yield from command.run(context)
    return status or 0


def _split(argv: list[str]) -> tuple[list[str], str, list[str]]:
    """Global flags before the command, the command, and the rest: `kubectl -n test get pods`."""
    takes_value = {f"-{flag.short}" for flag in GLOBAL if flag.kind != "bool"}
    takes_value |= {f"--{flag.name}" for flag in GLOBAL if flag.kind != "bool"}
    index = 0
    while index < len(argv) and argv[index].startswith("-"):
        index += 2 if argv[index] in takes_value else 1
    if index >= len(argv):
        return argv, "", []
    if argv[index] == "help":
        return ["--help"], *_after_help(argv[index + 1 :])
    return argv[:index], argv[index], argv[index + 1 :]


def _after_help(words: list[str]) -> tuple[str, list[str]]:
    return (words[0], []) if words else ("", [])


def load(name: str) -> Command:
    """The command of that name. Raises Failure where kubectl, or this kubectl, has none."""
    if name in COMMANDS:
        module = import_module(f"simk8s.kubectl.{name.replace('-', '_')}")
        command: Command = module.COMMAND
        return command
    if name in _NOT_MODELLED.split():
        raise Failure(f'simk8s does not model "kubectl {name}"; it models: {", ".join(COMMANDS)}')
    near = difflib.get_close_matches(name, COMMANDS, 3)
    suggestion = "\n\nDid you mean this?\n" + "\n".join(f"\t{word}" for word in near) + "\n" if near else ""
    raise Failure(f'unknown command "{name}" for "kubectl"{suggestion}')
