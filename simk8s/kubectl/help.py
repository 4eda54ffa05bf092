"""The text of `kubectl --help` and `kubectl COMMAND --help`."""

from __future__ import annotations

from collections.abc import Iterable

from simk8s.kubectl.command import Command
from simk8s.kubectl.flags import Flag


def overview(commands: Iterable[Command]) -> str:
    """All commands with a line each."""
    lines = ["kubectl controls the simulated cluster.", "", "Commands:"]
    lines += [f"  {command.name:<15} {command.summary}" for command in commands]
    lines += ["", "Usage:", "  kubectl [flags] [options]", ""]
    lines += ['Use "kubectl <command> --help" for more information about a given command.', ""]
    return "\n".join(lines)


def command_help(command: Command) -> str:
    """What the command does, examples, its options, its usage."""
    lines = [command.summary, ""]
    if command.examples:
        lines.append("Examples:")
        for comment, line in command.examples:
            lines += [f"  # {comment}", f"  {line}", ""]
    if command.flags:
        lines.append("Options:")
        for flag in sorted(command.flags, key=lambda flag: flag.name):
            lines += [f"    {flag.shown}={_default(flag)}:", f"        {flag.help}", ""]
    lines += ["Usage:", f"  kubectl {command.usage} [options]", ""]
    return "\n".join(lines)


def group_help(command: Command) -> str:
    """What a group of commands is, and which there are."""
    lines = [command.summary, "", "Available Commands:"]
    lines += [f"  {name}" for name in command.subcommands]
    lines += ["", "Usage:", f"  kubectl {command.usage} [options]", ""]
    lines += [f'Use "kubectl {command.name} <command> --help" for more information about a given command.', ""]
    return "\n".join(lines)


def _default(flag: Flag) -> str:
    match flag.kind:
        case "bool":
            return str(bool(flag.default)).lower()
        case "list":
            return "[]"
        case "int":
            return str(flag.default or 0)
        case "duration":
            return f"{flag.default or 0:g}s"
    return f"'{flag.default or ''}'"
