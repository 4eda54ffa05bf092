"""`kubectl replace`: put objects in the place of those that are there."""

from __future__ import annotations

from simk8s.api.admission import decode
from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, name, resource_version
from simk8s.api.scale import SCALE, scale_of, with_scale
from simk8s.kubectl import dry_run, files
from simk8s.kubectl.apply import with_last_applied
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.delete import is_gone, propagation_of
from simk8s.kubectl.failure import Failure, complain, with_source
from simk8s.kubectl.files import Item
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.patch import Answer
from simk8s.kubectl.waiting import wait_until
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if not arguments["filename"]:
        raise Failure("must specify one of -f and -k")
    if arguments["grace-period"] >= 0 and not arguments["force"]:
        raise Failure("--grace-period must have --force specified")
    if arguments["timeout"] and not arguments["force"]:
        raise Failure("--timeout must have --force specified")
    found, errors = files.items(context)
    if not found and not errors:
        raise Failure("no objects passed to replace")
    if arguments["force"] and not context.dry_run:
        yield from _delete(context, found)
    for item in found:
        try:
            resource, obj = yield from _replace(context, item)
        except ApiError as error:
            errors.append(with_source(error, "replacing", item.file))
        else:
            report(context, resource, obj, "replaced")
    complain(errors)
    return 0


def _delete(context: Context, found: list[Item]) -> Run[None]:
    """Everything goes before the first new object comes."""
    grace: int = context.arguments["grace-period"]
    if grace == 0:
        grace = 1  # as kubectl has it, so that nothing is lost by accident
    deletion = Deletion(grace if grace > 0 else None, propagation=propagation_of(context))
    timeout: float = context.arguments["timeout"]
    going: list[tuple[Item, Object]] = []
    for item in found:
        yield from context.request()
        old = context.store.find(item.resource.kind, item.name, item.namespace)
        if old is None:
            continue
        context.store.delete(item.resource.kind, item.name, item.namespace, by=context.actor, deletion=deletion)
        context.out(f'{item.resource.prefix} "{item.name}" deleted\n')
        going.append((item, old))
    for item, old in going:
        where = item.resource, item.name, item.namespace
        if not (yield from wait_until(context, *where, is_gone(old), timeout or None)):
            raise Failure(f"timed out waiting for the condition on {item.resource.plural}/{item.name}")


def _replace(context: Context, item: Item) -> Run[Answer]:
    arguments, resource = context.arguments, item.resource
    obj = with_last_applied(item.object) if arguments["save-config"] else item.object
    obj = decode(obj, resource)
    dry = context.dry_run
    if dry.is_client:
        return resource, obj
    yield from context.request()
    if arguments["force"]:
        context.access.sources.add(item.manifest)
        return resource, context.store.create(obj, by=context.actor, dry_run=dry.is_server)
    current = context.store.get(resource.kind, item.name, item.namespace)
    if not resource_version(obj):  # the version that was there a moment ago
        obj = {**obj, "metadata": {**obj["metadata"], "resourceVersion": resource_version(current)}}
    yield from context.request()
    match arguments.text("subresource"):
        case "":
            if not dry:
                context.access.sources.add(item.manifest)
            return resource, context.store.update(obj, by=context.actor, dry_run=dry.is_server)
        case "status" if "status" in resource.subresources:
            return resource, context.store.update_status(obj, by=context.actor, dry_run=dry.is_server)
        case "scale":
            scaled = with_scale(current, scale_of(obj, resource))
            new = context.store.update(scaled, by=context.actor, dry_run=dry.is_server)
            return SCALE, scale_of(new, resource)
    raise ApiError("NotFound", 404, f"the server could not find the requested resource ({name(obj)})")


COMMAND = Command(
    "replace",
    "Replace objects by what files say; what the files do not say goes back to its default.",
    "replace -f FILENAME",
    (
        *files.FLAGS,
        Flag("cascade", "string", "background", "with --force: background, foreground or orphan", alone="background"),
        dry_run.FLAG,
        Flag("force", "bool", False, "delete the objects, then create them again"),
        Flag("grace-period", "int", -1, "with --force: seconds for a Pod to stop; -1 means what the Pod says"),
        OUTPUT,
        Flag("save-config", "bool", False, "remember what was written, for a later `kubectl apply`"),
        Flag("subresource", "string", "", "scale or status: replace that only"),
        Flag("timeout", "duration", 0.0, "with --force: how long to wait; 0 means as long as it takes"),
        Flag("validate", "string", "strict", "fields that are not known are always refused here", alone="strict"),
    ),
    run,
    (
        ("Put a file's object in place of the cluster's", "kubectl replace -f mysql-configmap.yaml"),
        ("Delete and create a Pod, whose spec cannot change", "kubectl replace --force -f client.yaml"),
    ),
    not_modelled=("allow-missing-template-keys field-manager k kustomize raw show-managed-fields template wait"),
)
