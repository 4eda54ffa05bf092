"""`kubectl apply`: make the cluster's objects what the files say, leaving alone what the files do not mention."""

from __future__ import annotations

from typing import Any

import msgspec

from simk8s.api.admission import decode
from simk8s.api.errors import ApiError
from simk8s.api.patch import three_way
from simk8s.api.objects import Object, annotations_of, updated
from simk8s.api.validation import check_structure
from simk8s.kubectl import files
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain, with_source
from simk8s.kubectl.files import Item
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.serial import as_json
from simk8s.sim import Run

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments.words:
        raise Failure(f"Unexpected args: {arguments.words}\nSee 'kubectl apply -h' for help and examples")
    if not arguments["filename"]:
        raise Failure("must specify one of -f and -k")
    dry_run = dry_run_suffix(context)
    found, errors = files.items(context)
    if not found and not errors:
        raise Failure("no objects passed to apply")
    for item in found:
        try:
            outcome = yield from apply_item(context, item, bool(dry_run))
        except (ApiError, Failure) as error:
            errors.append(error)
        else:
            name = arguments["output"] == "name"
            context.out(f"{item.shown}\n" if name else f"{item.shown} {outcome}{dry_run}\n")
    complain(errors)
    return 0


def dry_run_suffix(context: Context) -> str:
    """What follows each line of a dry run; "" where the command is meant."""
    match context.arguments.text("dry-run"):
        case "" | "none":
            return ""
        case "client":
            return " (dry run)"
        case "server":
            return " (server dry run)"
        case other:
            raise Failure(f'Invalid dry-run value ({other}). Must be "none", "server", or "client".')


DRY_RUN = Flag("dry-run", "string", "none", "none, client or server: only say what would be done", alone="client")


def apply_item(context: Context, item: Item, dry_run: bool) -> Run[str]:
    if not item.name:
        prefix = item.object["metadata"].get("generateName", "")
        raise Failure(f"from {prefix}: cannot use generate name with apply")
    yield from context.request()
    current = context.store.find(item.resource.kind, item.name, item.namespace)
    modified = with_last_applied(item.object)
    if current is None:
        try:
            modified = decode(modified, item.resource)
            if not dry_run:
                yield from context.request()
                context.access.sources.add(item.manifest)
                context.store.create(modified, by=context.actor)
        except ApiError as error:
            raise with_source(error, "creating", item.file) from error
        return "created"
    context.access.sources.add(item.manifest)
    original = _last_applied(context, item, current)
    if three_way(original, modified, current, item.resource).of(current, item.resource) == current:
        return "unchanged"
    try:
        check_structure(modified, item.resource)
        if not dry_run:
            yield from context.request()

            def change(latest: Object) -> Object:
                return three_way(original, modified, latest, item.resource).of(latest, item.resource)

            context.store.patch(item.resource.kind, item.name, item.namespace, change, by=context.actor)
    except ApiError as error:
        raise with_source(error, "patching", item.file) from error
    return "configured"


def with_last_applied(obj: Object) -> Object:
    """The object with itself, as it was written, in an annotation: the next `apply` compares with it."""
    annotations = {key: value for key, value in annotations_of(obj).items() if key != LAST_APPLIED}
    written = updated(obj, ("metadata", "annotations"), annotations)
    return updated(
        obj, ("metadata", "annotations"), {**annotations, LAST_APPLIED: as_json(written, indent=None) + "\n"}
    )


def _last_applied(context: Context, item: Item, current: Object) -> Object:
    text = annotations_of(current).get(LAST_APPLIED)
    if text is None:
        context.err(
            f"Warning: resource {item.resource.plural}/{item.name} is missing the {LAST_APPLIED} annotation which is "
            "required by kubectl apply. kubectl apply should only be used on resources created declaratively by either "
            "kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n"
        )
        return {}
    original: Any = msgspec.json.decode(text)
    return original if isinstance(original, dict) else {}


COMMAND = Command(
    "apply",
    "Create or change objects so that they are as the files say.",
    "apply -f FILENAME",
    (
        *files.FLAGS,
        DRY_RUN,
        Flag("output", "string", "", "name: print only what was applied", "o"),
        Flag("validate", "string", "strict", "fields that are not known are always refused here", alone="strict"),
    ),
    run,
    (
        ("Everything in a folder", "kubectl apply -f manifests/"),
        ("Two files", "kubectl apply -f mysql-configmap.yaml -f mysql-services.yaml"),
        ("From standard input", "cat pod.yaml | kubectl apply -f -"),
    ),
    not_modelled=(
        "all allow-missing-template-keys cascade field-manager force force-conflicts grace-period k kustomize "
        "openapi-patch overwrite prune prune-allowlist l selector server-side show-managed-fields subresource "
        "template timeout wait"
    ),
)
