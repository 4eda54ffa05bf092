"""The Pod template of whatever has one, and how a changed one is sent."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.api.objects import Object, dig, name, updated
from simk8s.api.patch import two_way
from simk8s.kubectl.chosen import Chosen
from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.output import report
from simk8s.sim import Run

PodSpec = Object


def pod_spec_of(each: Chosen) -> tuple[PodSpec, tuple[str, ...]]:
    """The Pod spec and its path. Raises Failure for a kind that has none."""
    for path in (("spec", "template", "spec"), ("spec",)):
        spec = dig(each.object, *path)
        if isinstance(spec, dict) and "containers" in spec:
            return spec, path
    where = f"{each.resource.plural}/{name(each.object)}"
    kind = f"*{each.resource.version}.{each.resource.kind}"
    raise Failure(f"error: {where} the object is not a pod or does not have a pod template: {kind}\n", bare=True)


def change(context: Context, each: Chosen, edit: Callable[[PodSpec], PodSpec], done: str) -> Run[None]:
    """Send what `edit` makes of the Pod spec; nothing is sent, nor said, where it is as it was."""
    spec, path = pod_spec_of(each)
    new = updated(each.object, path, edit(spec))
    patch = two_way(each.object, new, each.resource)
    if not patch.body:
        return
    obj = yield from context.patch(each.resource, each.object, patch)
    report(context, each.resource, obj, done)
