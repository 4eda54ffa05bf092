"""`kubectl rollout restart`: a new revision of the same template, so that every Pod is made anew (STS-101)."""

from __future__ import annotations

from simk8s.api.errors import ApiError
from simk8s.api.objects import dig, name
from simk8s.api.patch import Patch
from simk8s.kubectl import files
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.rollout.revision import NOT_NAMED
from simk8s.kubectl.selection import SELECTOR
from simk8s.sim import Run

RESTARTED = "kubectl.kubernetes.io/restartedAt"


def run(context: Context) -> Run[int | None]:
    objects, errors = yield from chosen(context, context.arguments.words, nothing=NOT_NAMED, type_alone=True)
    if not objects and not errors:
        context.err(f"No resources found in {context.namespace} namespace.\n")
    for each in objects:
        try:
            yield from _restart(context, each)
        except (ApiError, Failure) as error:
            errors.append(error)
    complain(errors)
    return 0


def _restart(context: Context, each: Chosen) -> Run[None]:
    if each.resource.kind not in ("DaemonSet", "Deployment", "StatefulSet"):
        raise Failure(f'error: {each.resource.qualified} "{name(each.object)}" restarting is not supported', bare=True)
    now = context.access.sim.timestamp
    if dig(each.object, "spec", "template", "metadata", "annotations", RESTARTED) == now:
        raise Failure(
            f"error: failed to create patch for {name(each.object)}: if restart has already been triggered within the "
            "past second, please wait before attempting to trigger another",
            bare=True,
        )
    template = {"metadata": {"annotations": {RESTARTED: now}}}
    obj = yield from context.patch(each.resource, each.object, Patch("strategic", {"spec": {"template": template}}))
    report(context, each.resource, obj, "restarted")


COMMAND = Command(
    "rollout restart",
    "Have all Pods of a set made anew, one after the other.",
    "rollout restart RESOURCE",
    (*files.FLAGS, SELECTOR, OUTPUT),
    run,
    (("All Pods of a set", "kubectl rollout restart statefulset mysql"),),
    not_modelled="allow-missing-template-keys field-manager k kustomize show-managed-fields template",
)
