"""`kubectl describe`: everything about an object on a page, with what was told about it."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, name
from simk8s.kubectl import files
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.describe import configuration, node, pod, service, storage, workload
from simk8s.kubectl.describe.page import Page
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.selection import ALL_NAMESPACES, SELECTOR, Selectors, Target, found, selectors, targets
from simk8s.sim import Run

_PAGES: dict[str, Callable[[Page, Object], None]] = {
    "Pod": pod.pod,
    "StatefulSet": workload.stateful_set,
    "Deployment": workload.deployment,
    "ReplicaSet": workload.replica_set,
    "Service": service.service,
    "EndpointSlice": service.endpoint_slice,
    "Endpoints": service.endpoints,
    "PersistentVolumeClaim": storage.claim,
    "PersistentVolume": storage.volume,
    "StorageClass": storage.storage_class,
    "Node": node.node,
    "ConfigMap": configuration.config_map,
    "Secret": configuration.secret,
    "Namespace": configuration.namespace,
    "ServiceAccount": configuration.account,
    "PodDisruptionBudget": configuration.budget,
    "PriorityClass": configuration.priority_class,
}


def describe(page: Page, obj: Object) -> str:
    """The page about one object."""
    _PAGES.get(obj["kind"], configuration.generic)(page, obj)
    return page.text()


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    errors: list[Exception] = []
    if arguments["filename"]:
        items, errors = files.items(context)
        wanted = [Target(item.resource, (item.name,)) for item in items]
    else:
        wanted = targets(arguments.words, context.access.registry)
        if not wanted:
            raise Failure(
                'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of '
                "supported resources."
            )
    filters = selectors(context, wanted)
    pages: list[str] = []
    for target in wanted:
        objects, missing = yield from found(context, target, filters)
        if missing:
            objects, missing = yield from _by_prefix(context, target, filters)
        errors += missing
        for obj in objects:
            yield from context.request()
            pages.append(describe(Page(context.store, context.access.sim.datetime), obj))
    context.out("\n\n".join(pages))
    if not pages and not errors:
        where = f" in {context.namespace} namespace." if filters.namespace is not None else ""
        context.err(f"No resources found{where}\n")
    complain(errors)
    return 0


def _by_prefix(context: Context, target: Target, filters: Selectors) -> Run[tuple[list[Object], list[Exception]]]:
    """A name that is not there stands for all that begin with it."""
    everything = yield from context.list(target.resource, filters.namespace)
    objects: list[Object] = []
    errors: list[Exception] = []
    for wanted in target.names or ():
        exact = [obj for obj in everything if name(obj) == wanted]
        matching = exact or [obj for obj in everything if name(obj).startswith(wanted)]
        objects += matching
        if not matching:
            message = f'{target.resource.qualified} "{wanted}" not found'
            errors.append(ApiError("NotFound", 404, message))
    return objects, errors


COMMAND = Command(
    "describe",
    "Show an object in detail, with its Events.",
    "describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
    (*files.FLAGS, SELECTOR, ALL_NAMESPACES),
    run,
    (
        ("A Pod", "kubectl describe pod mysql-0"),
        ("All Pods of a set", "kubectl describe pods -l app=mysql"),
        ("A claim", "kubectl describe pvc data-mysql-0"),
    ),
    not_modelled="chunk-size k kustomize show-events",
)
