"""`kubectl scale`: another number of replicas."""

from __future__ import annotations

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig, name, updated
from simk8s.kubectl import files
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.selection import SELECTOR, Target, found, selectors, targets
from simk8s.kubectl.waiting import wait_until
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if not arguments.is_given("replicas"):
        raise Failure('required flag(s) "replicas" not set')
    replicas: int = arguments["replicas"]
    if replicas < 0:
        raise Failure("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    errors: list[Exception] = []
    if arguments["filename"]:
        items, errors = files.items(context)
        wanted = [Target(item.resource, (item.name,)) for item in items]
    else:
        wanted = targets(arguments.words, context.access.registry)
    if not wanted and not errors:
        raise Failure("you must provide one or more resources by argument or filename")
    if not (arguments["all"] or arguments["selector"]) and any(target.names is None for target in wanted):
        raise Failure("resource(s) were provided, but no name was specified")
    filters = selectors(context, wanted)
    count = 0
    for target in wanted:
        objects, missing = yield from found(context, target, filters)
        errors += missing
        for obj in objects:
            try:
                yield from _scale(context, target, obj, replicas)
                count += 1
            except (ApiError, Failure) as error:
                errors.append(error)
    complain(errors)
    if not count:
        raise Failure("no objects passed to scale")
    return 0


def _scale(context: Context, target: Target, obj: Object, replicas: int) -> Run[None]:
    """STS-76."""
    resource = target.resource
    if "scale" not in resource.subresources:
        raise ApiError("NotFound", 404, "the server could not find the requested resource")
    wanted: int = context.arguments["current-replicas"]
    actual = dig(obj, "spec", "replicas", default=0)
    if wanted >= 0 and wanted != actual:
        raise Failure(f"Expected replicas to be {wanted}, was {actual}")
    yield from context.request()
    where = obj["metadata"].get("namespace", "")
    context.store.patch(
        resource.kind,
        name(obj),
        where,
        lambda latest: updated(latest, ("spec", "replicas"), replicas),
        by=context.actor,
    )
    timeout: float = context.arguments["timeout"]
    if timeout:
        done = yield from wait_until(
            context,
            resource,
            name(obj),
            where,
            lambda now: now is None or dig(now, "status", "replicas", default=0) == replicas,
            timeout,
        )
        if not done:
            raise Failure(f"timed out waiting for {resource.prefix}/{name(obj)} to be scaled")
    context.out(f"{resource.prefix}/{name(obj)} scaled\n")


COMMAND = Command(
    "scale",
    "Set the number of replicas of a StatefulSet, Deployment or ReplicaSet.",
    "scale [--current-replicas=COUNT] --replicas=COUNT (-f FILENAME | TYPE NAME)",
    (
        *files.FLAGS,
        SELECTOR,
        Flag("all", "bool", False, "all objects of the type in the namespace"),
        Flag("current-replicas", "int", -1, "scale only where there are so many now"),
        Flag("replicas", "int", 0, "the new number"),
        Flag("timeout", "duration", 0.0, "wait so long until there are as many Pods; 0 means not at all"),
    ),
    run,
    (("Five replicas", "kubectl scale statefulset mysql --replicas=5"),),
    not_modelled=(
        "allow-missing-template-keys dry-run k kustomize o output resource-version show-managed-fields template"
    ),
)
