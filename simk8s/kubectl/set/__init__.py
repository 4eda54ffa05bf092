"""`kubectl set`: change one thing of a template."""

from __future__ import annotations

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.group import run_group
from simk8s.sim import Run

_REFUSED = ("resources", "selector", "serviceaccount", "sa", "subject")


def run(context: Context) -> Run[int | None]:
    words = context.arguments.words
    if words and words[0] in _REFUSED:
        raise Failure(f'simk8s does not model "kubectl set {words[0]}"; use `kubectl patch`')
    return (yield from run_group(context))


COMMAND = Command(
    "set",
    "Configure application resources.",
    "set SUBCOMMAND",
    (),
    run,
    subcommands=("env", "image"),
    not_modelled="l selector all f filename dry-run o output limits requests containers c local",
)
