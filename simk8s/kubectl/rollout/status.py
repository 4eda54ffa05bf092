"""`kubectl rollout status`: wait until a set's Pods are as its template says (STS-102)."""

from __future__ import annotations

from simk8s.api.objects import Object, dig, name, namespace
from simk8s.kubectl import files
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.rollout.revision import NOT_NAMED
from simk8s.kubectl.selection import SELECTOR
from simk8s.kubectl.waiting import wait_until
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    objects, errors = yield from chosen(context, arguments.words, nothing=NOT_NAMED, type_alone=True)
    if not objects and not errors:
        context.err(f"No resources found in {context.namespace} namespace.\n")
    for each in objects:
        try:
            yield from _follow(context, each)
        except Failure as error:
            errors.append(error)
    complain(errors)
    return 0


def _follow(context: Context, each: Chosen) -> Run[None]:
    arguments = context.arguments
    if each.resource.kind in ("Deployment", "DaemonSet"):
        raise Failure(f"simk8s does not model the rollouts of a {each.resource.kind}")
    if each.resource.kind != "StatefulSet":
        raise Failure(f"no status viewer has been implemented for {each.resource.kind}")
    if not arguments["watch"]:
        context.out(f"{progress(each.object)[0]}\n")
        return
    timeout: float = arguments["timeout"]
    where = name(each.object), namespace(each.object)
    seen: set[str] = set()

    def is_done(now: Object | None) -> bool:
        """Tell how far it is, at every change of the set."""
        if now is None:
            raise Failure("object has been deleted")
        version = str(dig(now, "metadata", "resourceVersion"))
        if version in seen:  # a watch begins with what has been looked at already
            return False
        seen.add(version)
        text, done = progress(now)
        context.out(f"{text}\n")
        return done

    if not (yield from wait_until(context, each.resource, *where, is_done, timeout or None)):
        raise Failure("timed out waiting for the condition")


def progress(set: Object) -> tuple[str, bool]:
    """What is said of a StatefulSet, and whether it is the last word. Raises Failure."""
    spec, status = set["spec"], set.get("status") or {}
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") != "RollingUpdate":
        raise Failure("rollout status is only available for RollingUpdate strategy type")
    observed = status.get("observedGeneration", 0)
    if observed == 0 or observed < set["metadata"].get("generation", 0):
        return "Waiting for statefulset spec update to be observed...", False
    replicas = spec.get("replicas", 0)
    ready = status.get("readyReplicas", 0)
    if ready < replicas:
        return f"Waiting for {replicas - ready} pods to be ready...", False
    updated = status.get("updatedReplicas", 0)
    rolling = strategy.get("rollingUpdate")
    if rolling is not None:
        wanted = replicas - rolling.get("partition", 0)
        if updated < wanted:
            text = f"{updated} out of {wanted} new pods have been updated..."
            return f"Waiting for partitioned roll out to finish: {text}", False
        return f"partitioned roll out complete: {updated} new pods have been updated...", True
    if status.get("updateRevision") != status.get("currentRevision"):
        revision = status.get("updateRevision", "")
        text = f"waiting for statefulset rolling update to complete {updated} pods at revision {revision}..."
        return text, False
    current = status.get("currentReplicas", 0)
    revision = status.get("currentRevision", "")
    return f"statefulset rolling update complete {current} pods at revision {revision}...", True


COMMAND = Command(
    "rollout status",
    "Wait until a rollout is complete.",
    "rollout status (TYPE NAME | TYPE/NAME)",
    (
        *files.FLAGS,
        SELECTOR,
        Flag("revision", "int", 0, "without effect for StatefulSets"),
        Flag("timeout", "duration", 0.0, "how long to wait; 0 means as long as it takes"),
        Flag("watch", "bool", True, "wait; with =false only say how far it is", "w"),
    ),
    run,
    (("Until all Pods have the new template", "kubectl rollout status statefulset mysql --timeout=10m"),),
    not_modelled="k kustomize",
)
