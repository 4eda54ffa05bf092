"""What `label` and `annotate` have in common: pairs on objects, listed, set and taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simk8s.api.errors import ApiError, conflict
from simk8s.api.objects import Object, name, resource_version
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.pair import Pairs, divided, pairs_of
from simk8s.sim import Run

VERSION = Flag("resource-version", "string", "", "change an object only where this is its version now")


def mark(
    context: Context,
    what: str,
    own: Callable[[Object], Any],
    change: Callable[[Context, Chosen, Pairs], Run[None]],
    check: Callable[[str, str], None] | None = None,
) -> Run[int | None]:
    """Run the command: `own` reads an object's pairs, `change` writes them; `what` is `label` or `annotation`."""
    arguments = context.arguments
    words, changes = divided(arguments.words, what)
    if not words and not arguments["filename"]:
        raise Failure("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    if arguments["all"] and arguments["selector"]:
        raise Failure("cannot set --all and --selector at the same time")
    pairs = pairs_of(changes, what, check)
    if not pairs and not arguments["list"]:
        raise Failure(f"at least one {what} update is required")
    objects, errors = yield from chosen(context, words)
    if arguments["list"]:
        _list(context, what, own, objects)
        objects = []
    for each in objects:
        try:
            yield from change(context, each, pairs)
        except (ApiError, Failure) as error:
            errors.append(error)
    complain(errors)
    return 0


def check_version(context: Context, each: Chosen) -> None:
    """`--resource-version`. Raises ApiError Conflict."""
    wanted = context.arguments.text("resource-version")
    if wanted and wanted != resource_version(each.object):
        raise conflict(each.resource, name(each.object))


def _list(context: Context, what: str, own: Callable[[Object], Any], objects: list[Chosen]) -> None:
    for each in objects:
        if len(objects) > 1:
            context.out(f"Listing {what}s for {each.resource.kind}.{each.resource.group}/{name(each.object)}:\n")
        indent = " " if len(objects) > 1 else ""
        context.out("".join(f"{indent}{key}={value}\n" for key, value in sorted(own(each.object).items())))
