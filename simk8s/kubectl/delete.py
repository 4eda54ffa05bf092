"""`kubectl delete`: ask for deletion, then wait until the objects are gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, name, namespace, uid
from simk8s.api.resources import Resource
from simk8s.kubectl import dry_run, files
from simk8s.kubectl.chosen import NOTHING_NAMED
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain, with_source
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.selection import (
    ALL_NAMESPACES,
    FIELD_SELECTOR,
    SELECTOR,
    Selectors,
    Target,
    found,
    selectors,
    targets,
)
from simk8s.kubectl.waiting import wait_until
from simk8s.sim import Run

FORCE_WARNING = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. "
    "The resource may continue to run on the cluster indefinitely.\n"
)  # KUBELET-59

_PROPAGATION: dict[str, Literal["Background", "Foreground", "Orphan"]] = {
    "background": "Background",
    "foreground": "Foreground",
    "orphan": "Orphan",
    "true": "Background",
    "false": "Orphan",
}


@dataclass(frozen=True, slots=True)
class Victim:
    """An object to delete; `file` is where it was named."""

    resource: Resource
    object: Object
    file: str = ""


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments["output"] not in ("", "name"):
        raise Failure(f"unexpected -o output mode: {arguments['output']}. We only support '-o name'")
    deletion = _deletion(context)
    dry = context.dry_run
    victims, errors = yield from _victims(context)
    deleted: list[Victim] = []
    if deletion.grace_seconds == 0 and not dry:
        context.err(FORCE_WARNING)
    for victim in victims:
        try:
            if not dry.is_client:
                yield from _delete(context, victim, deletion)
        except ApiError as error:
            errors.append(with_source(error, "deleting", victim.file) if victim.file else error)
            continue
        deleted.append(victim)
        _report(context, victim, forced=deletion.grace_seconds == 0)
    if arguments["ignore-not-found"]:
        errors = [error for error in errors if getattr(error, "reason", "") != "NotFound"]
    elif not victims and not errors:
        context.out("No resources found\n")
    complain(errors)
    if arguments["wait"] and not dry:
        yield from _wait(context, deleted)
    return 0


def _delete(context: Context, victim: Victim, deletion: Deletion) -> Run[None]:
    yield from context.request()
    where = victim.resource.kind, name(victim.object), namespace(victim.object)
    context.store.delete(*where, by=context.actor, deletion=deletion, dry_run=context.dry_run.is_server)


def _deletion(context: Context) -> Deletion:
    """What `--grace-period`, `--force`, `--now` and `--cascade` ask for. Raises Failure."""
    arguments = context.arguments
    grace: int = arguments["grace-period"]
    if arguments["now"] and grace >= 0:
        raise Failure("--now and --grace-period cannot be specified together")
    if arguments["force"] and grace > 0:
        raise Failure("--force and --grace-period greater than 0 cannot be specified together")
    if arguments["now"]:
        grace = 1
    if grace == 0 and not arguments["force"]:
        grace = 1  # kubectl takes 0 for an oversight unless --force says that it is meant
    if arguments["force"] and grace < 0:
        grace = 0
    return Deletion(None if grace < 0 else grace, propagation=propagation_of(context))


def propagation_of(context: Context) -> Literal["Background", "Foreground", "Orphan"]:
    """What `--cascade` says. Raises Failure."""
    cascade = context.arguments.text("cascade")
    if cascade not in _PROPAGATION:
        raise Failure(f'invalid cascade value ({cascade}). Must be "background", "foreground", or "orphan"')
    return _PROPAGATION[cascade]


def _victims(context: Context) -> Run[tuple[list[Victim], list[Exception]]]:
    arguments = context.arguments
    if arguments["filename"]:
        items, errors = files.items(context)
        victims: list[Victim] = []
        for item in items:
            here = Selectors(None, None, item.namespace)
            try:
                victims.append(
                    Victim(item.resource, (yield from context.get(item.resource, item.name, here.namespace)), item.file)
                )
            except ApiError as error:
                errors.append(with_source(error, "deleting", item.file))
        return victims, errors
    wanted = targets(arguments.words, context.access.registry)
    if not wanted:
        raise Failure(_NO_TYPE if arguments["all"] or arguments["selector"] else NOTHING_NAMED)
    if arguments["all"] and arguments["selector"]:
        raise Failure("setting 'all' parameter but found a non empty selector. ")
    filtered = arguments["selector"] or arguments["field-selector"] or arguments["all"]
    if not filtered and any(target.names is None for target in wanted):
        raise Failure("resource(s) were provided, but no name was specified")
    if arguments["all"] and any(target.names for target in wanted):
        raise Failure("name cannot be provided when a selector is specified")
    return (yield from _found(context, wanted))


def _found(context: Context, wanted: list[Target]) -> Run[tuple[list[Victim], list[Exception]]]:
    filters = selectors(context, wanted)
    victims: list[Victim] = []
    errors: list[Exception] = []
    for target in wanted:
        objects, missing = yield from found(context, target, filters)
        victims += [Victim(target.resource, obj) for obj in objects]
        errors += missing
    return victims, errors


def _report(context: Context, victim: Victim, *, forced: bool) -> None:
    """KCTL-13."""
    if context.arguments["output"] == "name":
        context.out(f"{victim.resource.prefix}/{name(victim.object)}\n")
    else:
        done = "force deleted" if forced else "deleted"
        context.out(f'{victim.resource.prefix} "{name(victim.object)}" {done}{context.dry_run.suffix}\n')


def _wait(context: Context, deleted: list[Victim]) -> Run[None]:
    timeout: float = context.arguments["timeout"]
    deadline = context.access.sim.now + timeout
    for victim in deleted:
        left = max(0.0, deadline - context.access.sim.now) if timeout > 0 else None
        gone = yield from wait_until(
            context, victim.resource, name(victim.object), namespace(victim.object), is_gone(victim.object), left
        )
        if not gone:
            raise Failure(f"timed out waiting for the condition on {victim.resource.plural}/{name(victim.object)}")


def is_gone(obj: Object) -> Callable[[Object | None], bool]:
    """A namesake with another UID is a new object: the old one is gone."""
    return lambda now: now is None or uid(now) != uid(obj)


_NO_TYPE = "at least one resource must be specified to use a selector"

COMMAND = Command(
    "delete",
    "Delete objects by file, by name, by label, or all of a type.",
    "delete ([-f FILENAME] | TYPE [(NAME | -l label | --all)])",
    (
        *files.FLAGS,
        SELECTOR,
        FIELD_SELECTOR,
        ALL_NAMESPACES,
        Flag("all", "bool", False, "all objects of the type in the namespace"),
        Flag("cascade", "string", "background", "background, foreground or orphan", alone="background"),
        dry_run.FLAG,
        Flag("force", "bool", False, "remove Pods from the API at once, without a grace period"),
        Flag("grace-period", "int", -1, "seconds for a Pod to stop; -1 means what the Pod says"),
        Flag("ignore-not-found", "bool", False, "no complaint about a name that is not there"),
        Flag("now", "bool", False, "the same as --grace-period=1"),
        Flag("output", "string", "", "name: print only what was deleted", "o"),
        Flag("timeout", "duration", 0.0, "how long to wait; 0 means as long as it takes"),
        Flag("wait", "bool", True, "wait until the objects are gone"),
    ),
    run,
    (
        ("A Pod", "kubectl delete pod mysql-2"),
        ("What a file names", "kubectl delete -f mysql-statefulset.yaml"),
        ("Claims by label", "kubectl delete pvc -l app=mysql"),
        ("A Pod whose node is gone", "kubectl delete pod mysql-1 --force --grace-period=0"),
    ),
    not_modelled="i interactive k kustomize raw",
)
