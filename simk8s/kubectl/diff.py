"""`kubectl diff`: what `apply` would change."""

from __future__ import annotations

from difflib import unified_diff

from simk8s.api.admission import decode
from simk8s.api.errors import ApiError
from simk8s.api.manifest import ManifestError
from simk8s.api.objects import Object, annotations_of, dig
from simk8s.api.patch import three_way
from simk8s.api.patch.request import requested
from simk8s.kubectl import files
from simk8s.kubectl.apply import last_applied
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.files import Item
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.serial import as_yaml
from simk8s.sim import Run

DIFFERENT, TROUBLE = 1, 2
"""The exit statuses of diff."""


def run(context: Context) -> Run[int | None]:
    try:
        return (yield from _diff(context))
    except ManifestError as error:
        raise Failure(error.kubectl, TROUBLE) from error
    except ApiError as error:
        raise Failure(f"Error from server ({error.reason}): {error.message}", TROUBLE, bare=True) from error


def _diff(context: Context) -> Run[int]:
    arguments = context.arguments
    if not arguments["filename"]:
        raise Failure("must specify one of -f and -k", TROUBLE)
    found, errors = files.items(context)
    complain(errors)
    different = False
    for item in found:
        yield from context.request()
        live = context.store.find(item.resource.kind, item.name, item.namespace)
        merged = yield from _merged(context, item, live)
        text = _compared(context, item, live, merged)
        different = different or bool(text)
        context.out(text)
    return DIFFERENT if different else 0


def _merged(context: Context, item: Item, live: Object | None) -> Run[Object]:
    """What the server would make of it, in a dry run."""
    yield from context.request()
    if live is None:
        return context.store.create(decode(item.object, item.resource), by=context.actor, dry_run=True)
    original = last_applied(live) or {}
    modified = item.object
    if annotations_of(original) == {} and "annotations" in original.get("metadata", {}):
        modified = {**modified, "metadata": {"annotations": {}, **modified["metadata"]}}
    patch = three_way(original, modified, live, item.resource)
    return context.store.patch(
        item.resource.kind,
        item.name,
        item.namespace,
        requested(patch, item.resource),
        by=context.actor,
        dry_run=True,
    )


def _compared(context: Context, item: Item, live: Object | None, merged: Object) -> str:
    if item.resource.kind == "Secret":
        live, merged = _masked(live, merged)
    before = as_yaml(live).splitlines(keepends=True) if live is not None else []
    after = as_yaml(merged).splitlines(keepends=True)
    if before == after:
        return ""
    group = f"{item.resource.group}." if item.resource.group else ""
    where = f"{group}{item.resource.version}.{item.resource.kind}.{item.namespace}.{item.name}"
    old, new = f"/tmp/LIVE/{where}", f"/tmp/MERGED/{where}"
    now = context.access.sim.datetime.strftime("%Y-%m-%d %H:%M:%S.%f000 +0000")
    lines = unified_diff(before, after, f"{old}\t{now}", f"{new}\t{now}")
    return f"diff -u -N {old} {new}\n" + "".join(lines).replace("--- \t", "---\t")


def _masked(live: Object | None, merged: Object) -> tuple[Object | None, Object]:
    """Secrets are told apart, not shown."""
    old = dig(live, "data", default={})
    new = dig(merged, "data", default={})
    hidden_old = {key: "***" if new.get(key, value) == value else "*** (before)" for key, value in old.items()}
    hidden_new = {key: "***" if old.get(key, value) == value else "*** (after)" for key, value in new.items()}
    return ({**live, "data": hidden_old} if live is not None else None), {**merged, "data": hidden_new}


COMMAND = Command(
    "diff",
    "Show what `kubectl apply` would change. The exit status is 1 where it would change something.",
    "diff -f FILENAME",
    (*files.FLAGS, Flag("show-managed-fields", "bool", False, "without effect: nobody keeps account of fields")),
    run,
    (("Before a set is changed", "kubectl diff -f mysql-statefulset.yaml"),),
    not_modelled="concurrency field-manager force-conflicts k kustomize l prune prune-allowlist selector server-side",
)
