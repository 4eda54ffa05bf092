"""What of `kubectl rollout` only a Deployment can do."""

from __future__ import annotations

from simk8s.api.objects import name
from simk8s.kubectl import files
from simk8s.kubectl.chosen import chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.rollout.revision import NOT_NAMED
from simk8s.kubectl.selection import SELECTOR
from simk8s.sim import Run


def refusal(verb: str, doing: str) -> Command:
    """`kubectl rollout VERB`, which refuses; `doing` is what it says is not supported."""

    def run(context: Context) -> Run[int | None]:
        objects, errors = yield from chosen(context, context.arguments.words, nothing=NOT_NAMED, type_alone=True)
        for each in objects:
            if each.resource.kind == "Deployment":
                raise Failure("simk8s does not model the rollouts of a Deployment")
            what = f'{each.resource.qualified} "{name(each.object)}"'
            errors.append(Failure(f"error: {what} {doing} is not supported", bare=True))
        complain(errors)
        return 0

    return Command(
        f"rollout {verb}",
        "Refuse: only a Deployment can do that.",
        f"rollout {verb} RESOURCE",
        (*files.FLAGS, SELECTOR),
        run,
    )
