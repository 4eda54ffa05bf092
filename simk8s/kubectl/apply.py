"""`kubectl apply`: make the cluster's objects what the files say, leaving alone what the files do not mention."""

from __future__ import annotations

from typing import Any

import msgspec

from simk8s.api.admission import decode
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, annotations_of, updated
from simk8s.api.patch import Patch, three_way
from simk8s.api.resources import Resource
from simk8s.kubectl import dry_run, files
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain, with_source
from simk8s.kubectl.files import Item
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT, print_objects, report
from simk8s.kubectl.serial import as_json
from simk8s.sim import Run

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments.words:
        raise Failure(f"Unexpected args: [{' '.join(arguments.words)}]\nSee 'kubectl apply -h' for help and examples")
    if not arguments["filename"]:
        raise Failure("must specify one of -f and -k")
    found, errors = files.items(context)
    if not found and not errors:
        raise Failure("no objects passed to apply")
    applied: list[tuple[Resource, list[Object]]] = []
    for item in found:
        try:
            if arguments["server-side"]:
                obj, outcome = yield from _apply_on_the_server(context, item)
            else:
                obj, outcome = yield from apply_item(context, item)
        except (ApiError, Failure) as error:
            errors.append(error)
        else:
            if arguments["output"] in ("", "name"):
                report(context, item.resource, obj, outcome)
            applied.append((item.resource, [obj]))
    if arguments["output"] not in ("", "name"):
        print_objects(context, applied, as_list=len(applied) > 1, version=False)
    complain(errors)
    return 0


def apply_item(context: Context, item: Item) -> Run[tuple[Object, str]]:
    """Create or patch one object; the object as it is now, and what was done. Raises ApiError and Failure."""
    _check_name(item)
    yield from context.request()
    current = context.store.find(item.resource.kind, item.name, item.namespace)
    modified = with_last_applied(item.object)
    if current is None:
        return (yield from _create(context, item, modified)), "created"
    context.access.sources.add(item.manifest)
    if context.dry_run.is_client:
        return current, "configured"
    patch = three_way(_original(context, item, current), modified, current, item.resource)
    if not patch.body:
        return current, "unchanged"
    try:
        return (yield from context.patch(item.resource, current, patch)), "configured"
    except ApiError as error:
        raise _about_patch(error, patch, item) from error


def _apply_on_the_server(context: Context, item: Item) -> Run[tuple[Object, str]]:
    """Without an account of who owns which field nothing is ever taken away, and nobody ever disagrees."""
    _check_name(item)
    if context.dry_run.is_client:
        raise Failure("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)")
    yield from context.request()
    current = context.store.find(item.resource.kind, item.name, item.namespace)
    if current is None:
        return (yield from _create(context, item, item.object)), "serverside-applied"
    patch = three_way({}, item.object, current, item.resource)
    return (yield from context.patch(item.resource, current, patch)), "serverside-applied"


def _check_name(item: Item) -> None:
    if not item.name:
        prefix = item.object["metadata"].get("generateName", "")
        raise Failure(f"from {prefix}: cannot use generate name with apply")


def _create(context: Context, item: Item, obj: Object) -> Run[Object]:
    try:
        obj = decode(obj, item.resource)
        if context.dry_run.is_client:
            return obj
        yield from context.request()
        if not context.dry_run:
            context.access.sources.add(item.manifest)
        return context.store.create(obj, by=context.actor, dry_run=context.dry_run.is_server)
    except ApiError as error:
        raise with_source(error, "creating", item.file) from error


def _about_patch(error: ApiError, patch: Patch, item: Item) -> ApiError:
    """The server's refusal, with what was asked of it."""
    resource = item.resource
    group = f"{resource.group}/{resource.version}"
    where = item.namespace if resource.namespaced else ""
    about = (
        f"error when applying patch:\n{as_json(patch.body, indent=None)}\nto:\n"
        f'Resource: "{group}, Resource={resource.plural}", GroupVersionKind: "{group}, Kind={resource.kind}"\n'
        f'Name: "{item.name}", Namespace: "{where}"\nfor: "{item.file}": '
    )
    told = with_source(error, "patching", item.file)
    copy = ApiError(told.reason, told.code, about + told.message, told.details)
    copy.causes = told.causes
    return copy


def with_last_applied(obj: Object) -> Object:
    """The object with itself, as it was written, in an annotation: the next `apply` compares with it."""
    annotations = {key: value for key, value in annotations_of(obj).items() if key != LAST_APPLIED}
    written = updated(obj, ("metadata", "annotations"), annotations)
    return updated(
        obj, ("metadata", "annotations"), {**annotations, LAST_APPLIED: as_json(written, indent=None) + "\n"}
    )


def last_applied(current: Object) -> Object | None:
    """What the last `apply` of an object wrote, None where there was none."""
    text = annotations_of(current).get(LAST_APPLIED)
    if text is None:
        return None
    original: Any = msgspec.json.decode(text)
    return original if isinstance(original, dict) else None


def _original(context: Context, item: Item, current: Object) -> Object:
    original = last_applied(current)
    if original is None:
        context.err(
            f"Warning: resource {item.resource.plural}/{item.name} is missing the {LAST_APPLIED} annotation which is "
            "required by kubectl apply. kubectl apply should only be used on resources created declaratively by either "
            "kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n"
        )
    return original or {}


COMMAND = Command(
    "apply",
    "Create or change objects so that they are as the files say.",
    "apply -f FILENAME",
    (
        *files.FLAGS,
        dry_run.FLAG,
        Flag("field-manager", "string", "", "without effect: no account is kept of who owns a field"),
        Flag("force-conflicts", "bool", False, "without effect: nobody owns a field"),
        OUTPUT,
        Flag("server-side", "bool", False, "let the server merge; fields that are left out stay"),
        Flag("validate", "string", "strict", "fields that are not known are always refused here", alone="strict"),
    ),
    run,
    (
        ("Everything in a folder", "kubectl apply -f manifests/"),
        ("Two files", "kubectl apply -f mysql-configmap.yaml -f mysql-services.yaml"),
        ("From standard input", "cat pod.yaml | kubectl apply -f -"),
    ),
    not_modelled=(
        "all allow-missing-template-keys cascade force grace-period k kustomize l openapi-patch overwrite prune "
        "prune-allowlist selector show-managed-fields subresource template timeout wait"
    ),
)
