"""`kubectl cordon`: no new Pods on a node (NODE-13)."""

from __future__ import annotations

from simk8s.api.errors import ApiError
from simk8s.api.objects import dig
from simk8s.api.patch import Patch
from simk8s.kubectl import dry_run
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.selection import SELECTOR
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    errors = yield from set_schedulable(context, schedulable=False)
    complain(errors)
    return 0


def nodes_of(context: Context) -> Run[tuple[list[Chosen], list[Exception]]]:
    """The nodes that the arguments or the selector name. Raises Failure where there are neither, or both."""
    arguments = context.arguments
    words = [word.removeprefix("node/").removeprefix("nodes/") for word in arguments.words]
    if not words and not arguments["selector"]:
        name = context.command.name
        raise Failure(f"USAGE: {name} NODE [flags]\nSee 'kubectl {name} -h' for help and examples")
    if words and arguments["selector"]:
        see = f"See 'kubectl {context.command.name} -h' for help and examples"
        raise Failure(f"cannot specify both a node name and a --selector option\n{see}")
    return (yield from chosen(context, ["nodes", *words]))


def set_schedulable(context: Context, *, schedulable: bool) -> Run[list[Exception]]:
    """Make the nodes schedulable or not, and say so of each. Returns what went wrong."""
    nodes, errors = yield from nodes_of(context)
    for node in nodes:
        try:
            yield from mark(context, node, schedulable=schedulable)
        except ApiError as error:
            errors.append(error)
    return errors


def mark(context: Context, node: Chosen, *, schedulable: bool) -> Run[None]:
    done = "uncordoned" if schedulable else "cordoned"
    if bool(dig(node.object, "spec", "unschedulable", default=False)) is not schedulable:
        context.out(f"{node.shown} already {done}{context.dry_run.suffix}\n")
        return
    patch = Patch("strategic", {"spec": {"unschedulable": None if schedulable else True}})
    yield from context.patch(node.resource, node.object, patch)
    context.out(f"{node.shown} {done}{context.dry_run.suffix}\n")


COMMAND = Command(
    "cordon",
    "Mark nodes as unschedulable.",
    "cordon NODE",
    (dry_run.FLAG, SELECTOR),
    run,
    (("No new Pods on a node", "kubectl cordon node-2"),),
)
