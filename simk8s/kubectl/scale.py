"""`kubectl scale`: another number of replicas."""

from __future__ import annotations

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig, name, namespace, resource_version, updated
from simk8s.api.scale import check_scales
from simk8s.kubectl import dry_run, files
from simk8s.kubectl.chosen import ALL, Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.marks import VERSION
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.selection import SELECTOR
from simk8s.kubectl.waiting import wait_until
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if not arguments.is_given("replicas"):
        raise Failure('required flag(s) "replicas" not set')
    replicas: int = arguments["replicas"]
    if replicas < 0:
        raise Failure("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    objects, errors = yield from chosen(context, arguments.words)
    if not objects:
        why = " " + ", ".join(error.message if isinstance(error, ApiError) else str(error) for error in errors)
        raise Failure(f"no objects passed to scale{why if errors else ''}")
    for each in objects:
        try:
            obj = yield from _scale(context, each, replicas)
        except (ApiError, Failure) as error:
            errors.append(error)
        else:
            report(context, each.resource, obj, "scaled")
    complain(errors)
    return 0


def _scale(context: Context, each: Chosen, replicas: int) -> Run[Object]:
    """STS-76."""
    arguments, resource, obj = context.arguments, each.resource, each.object
    if context.dry_run.is_client:
        return updated(obj, ("spec", "replicas"), replicas)
    check_scales(resource)
    wanted: int = arguments["current-replicas"]
    actual = dig(obj, "spec", "replicas", default=0)
    if wanted >= 0 and wanted != actual:
        raise Failure(f"Expected replicas to be {wanted}, was {actual}")
    version = arguments.text("resource-version")
    if version and version != resource_version(obj):
        raise Failure(f"Expected resource version to be {version}, was {resource_version(obj)}")
    yield from context.request()
    new = context.store.patch(
        resource.kind,
        name(obj),
        namespace(obj),
        lambda latest: updated(latest, ("spec", "replicas"), replicas),
        by=context.actor,
        dry_run=context.dry_run.is_server,
    )
    timeout: float = arguments["timeout"]
    if timeout and not context.dry_run:
        done = yield from wait_until(
            context,
            resource,
            name(obj),
            namespace(obj),
            lambda now: now is None or dig(now, "status", "replicas", default=0) == replicas,
            timeout,
        )
        if not done:
            raise Failure("timed out waiting for the condition")
    return new


COMMAND = Command(
    "scale",
    "Set the number of replicas of a StatefulSet, Deployment or ReplicaSet.",
    "scale [--current-replicas=COUNT] --replicas=COUNT (-f FILENAME | TYPE NAME)",
    (
        *files.FLAGS,
        SELECTOR,
        ALL,
        Flag("current-replicas", "int", -1, "scale only where there are so many now"),
        dry_run.FLAG,
        OUTPUT,
        Flag("replicas", "int", 0, "the new number"),
        VERSION,
        Flag("timeout", "duration", 0.0, "wait so long until there are as many Pods; 0 means not at all"),
    ),
    run,
    (("Five replicas", "kubectl scale statefulset mysql --replicas=5"),),
    not_modelled="allow-missing-template-keys k kustomize show-managed-fields template",
)
