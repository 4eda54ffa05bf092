"""`kubectl create secret`: one kind of Secret is modelled, `generic`."""

from __future__ import annotations

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.group import run_group
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    words = context.arguments.words
    if words and words[0] in ("docker-registry", "tls"):
        raise Failure(f'simk8s does not model "kubectl create secret {words[0]}"; use `generic` or write a manifest')
    return (yield from run_group(context))


COMMAND = Command(
    "create secret",
    "Create a Secret of a certain type.",
    "create secret generic NAME",
    (),
    run,
    subcommands=("generic",),
)
