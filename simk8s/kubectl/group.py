"""A command that is only a group of others: alone it prints its help."""

from __future__ import annotations

from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.help import group_help
from simk8s.sim import Run


def run_group(context: Context) -> Run[int]:
    """Complain of a subcommand that does not exist; without any print what there is, and fail."""
    command = context.command
    words = context.arguments.words
    if words:
        shown = " ".join(words)
        raise Failure(f"unknown command \"{shown}\"\nSee 'kubectl {command.name} -h' for help and examples")
    context.err(group_help(command))
    return 1
    yield  # a Run, though nothing here takes time
