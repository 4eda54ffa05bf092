"""One new object out of the arguments of a `create` subcommand."""

from __future__ import annotations

from simk8s.api.admission import decode
from simk8s.api.objects import Object
from simk8s.api.resources import Resource
from simk8s.kubectl import dry_run
from simk8s.kubectl.apply import with_last_applied
from simk8s.kubectl.command import Context
from simk8s.kubectl.create import SAVE_CONFIG, VALIDATE
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.output import OUTPUT, report
from simk8s.sim import Run

FLAGS = (dry_run.FLAG, OUTPUT, SAVE_CONFIG, VALIDATE)
NOT_MODELLED = "allow-missing-template-keys field-manager show-managed-fields template"


def name_of(context: Context) -> str:
    """The one argument. Raises Failure."""
    words = context.arguments.words
    if len(words) != 1:
        command = context.command.name
        raise Failure(
            f"exactly one NAME is required, got {len(words)}\nSee 'kubectl {command} -h' for help and examples"
        )
    return words[0]


def create(context: Context, kind: str, obj: Object, name: str, **meta: Object) -> Run[int]:
    """Create an object of that kind from what is beside `metadata`, and say so."""
    resource: Resource = context.access.registry.typed(kind)
    metadata: Object = {"name": name, **meta}
    if context.is_namespace_given and resource.namespaced:
        metadata["namespace"] = context.namespace
    new: Object = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata, **obj}
    if context.arguments["save-config"]:
        new = with_last_applied(new)
    dry = context.dry_run
    if not dry.is_client:
        if resource.namespaced:
            new = {**new, "metadata": {**new["metadata"], "namespace": context.namespace}}
        new = decode(new, resource)
        yield from context.request()
        new = context.store.create(new, by=context.actor, dry_run=dry.is_server)
    report(context, resource, new, "created")
    return 0
