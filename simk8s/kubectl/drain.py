"""`kubectl drain`: cordon a node, then evict its Pods, and wait until they are gone (NODE-14, NODE-15)."""

from __future__ import annotations

from dataclasses import dataclass, field

from simk8s.api.deletion import Deletion
from simk8s.api.duration import go
from simk8s.api.errors import ApiError
from simk8s.api.eviction import evict
from simk8s.api.objects import Object, annotations_of, controller_of, dig, name, namespace, uid
from simk8s.api.selector import FieldSelector, parse
from simk8s.kubectl import dry_run
from simk8s.kubectl.chosen import Chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.cordon import mark, nodes_of
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.selection import SELECTOR
from simk8s.kubectl.waiting import WEEK_SECONDS, wait_until
from simk8s.sim import Run

RETRY_SECONDS = 5.0  # NODE-15
_MIRROR = "kubernetes.io/config.mirror"
_ENDED = ("Succeeded", "Failed")

LOCAL_STORAGE = "cannot delete Pods with local storage (use --delete-emptydir-data to override)"
DAEMON_SET = "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
NO_CONTROLLER = "cannot delete cannot delete Pods that declare no controller (use --force to override)"  # sic


@dataclass(slots=True)
class Plan:
    """What is to become of the Pods on a node."""

    going: list[Object] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)
    warned: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, why: str, pod: Object) -> None:
        self.refused.setdefault(why, []).append(f"{namespace(pod)}/{name(pod)}")

    def warn(self, why: str, pod: Object) -> None:
        self.warned.setdefault(why, []).append(f"{namespace(pod)}/{name(pod)}")


def run(context: Context) -> Run[int | None]:
    nodes, errors = yield from nodes_of(context)
    complain(errors)
    for node in nodes:
        yield from mark(context, node, schedulable=False)
    pending: list[str] = []
    failures: list[str] = []
    for node in nodes:
        wrong = yield from _drain(context, node)
        if wrong:
            why = f"due to error: {_aggregate(wrong)}, continuing command..."
            context.err(f'error: unable to drain node "{name(node.object)}" {why}\n')
            pending.append(name(node.object))
            failures += wrong
        else:
            context.out(f"{node.shown} drained{context.dry_run.suffix}\n")
    if pending:
        shown = "".join(f" {each}\n" for each in pending)
        raise Failure(f"There are pending nodes to be drained:\n{shown}" + "\n".join(failures), bare=True)
    return 0


def _aggregate(errors: list[str]) -> str:
    return errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"


def _drain(context: Context, node: Chosen) -> Run[list[str]]:
    """Empty one node. Returns what went wrong."""
    plan = yield from _plan(context, name(node.object))
    if plan.refused:
        return [f"{why}: {', '.join(pods)}" for why, pods in plan.refused.items()]
    if plan.warned:
        shown = "; ".join(f"{why}: {', '.join(pods)}" for why, pods in plan.warned.items())
        context.err(f"Warning: {shown}\n")
    timeout: float = context.arguments["timeout"]
    deadline = context.access.sim.now + (timeout or WEEK_SECONDS)
    evictions = [context.access.sim.task(_evict(context, pod, deadline)) for pod in plan.going]
    failures = []
    for eviction in evictions:
        failure = yield eviction
        failures += [str(failure)] if failure else []
    if failures:
        where = f'There are pending pods in node "{name(node.object)}" when an error occurred'
        context.err(f"{where}: {_aggregate(failures)}\n")
        left = [pod for pod in plan.going if context.store.find("Pod", name(pod), namespace(pod)) is not None]
        context.err("".join(f"pod/{name(pod)}\n" for pod in left))
    return failures


def _plan(context: Context, node: str) -> Run[Plan]:
    pods = context.access.registry.typed("pods")
    on_node = FieldSelector((("spec.nodeName", node, True),))
    selector = context.arguments.text("pod-selector")
    plan = Plan()
    for pod in (yield from context.list(pods, None, parse(selector) if selector else None, on_node)):
        _judge(context, pod, plan)
    return plan


def _judge(context: Context, pod: Object, plan: Plan) -> None:
    """What speaks against evicting this Pod, the first thing only."""
    arguments = context.arguments
    owner = controller_of(pod)
    if owner is not None and owner["kind"] == "DaemonSet":
        if context.store.find("DaemonSet", owner["name"], namespace(pod)) is None:
            if not arguments["force"]:
                plan.refuse(f'daemonsets.apps "{owner["name"]}" not found', pod)
                return
        elif dig(pod, "status", "phase") not in _ENDED:
            if arguments["ignore-daemonsets"]:
                plan.warn("ignoring DaemonSet-managed Pods", pod)
            else:
                plan.refuse(DAEMON_SET, pod)
            return
    if _MIRROR in annotations_of(pod):
        return
    is_over = dig(pod, "status", "phase") in _ENDED
    local = any("emptyDir" in volume for volume in dig(pod, "spec", "volumes", default=[]))
    if local and not is_over and not arguments["delete-emptydir-data"]:
        plan.refuse(LOCAL_STORAGE, pod)
        return
    if owner is None and not is_over:
        if not arguments["force"]:
            plan.refuse(NO_CONTROLLER, pod)
            return
        plan.warn("deleting Pods that declare no controller", pod)
    plan.going.append(pod)


def _evict(context: Context, pod: Object, deadline: float) -> Run[str]:
    """Evict one Pod and wait until it is gone. Returns what went wrong."""
    arguments, sim = context.arguments, context.access.sim
    actor = context.actor.fork()
    where = name(pod), namespace(pod)
    verb = "deleting" if arguments["disable-eviction"] else "evicting"
    grace: int = arguments["grace-period"]
    deletion = Deletion(grace if grace >= 0 else None)
    told = f'error when {verb} pods/"{name(pod)}" -n "{namespace(pod)}"'
    while True:
        if sim.now >= deadline:
            return f"{told}: global timeout reached: {go(arguments['timeout'])}"
        context.out(f"{verb} pod {namespace(pod)}/{name(pod)}{context.dry_run.suffix}\n")
        if context.dry_run.is_client:
            return ""
        yield from context.request()
        try:
            dry = context.dry_run.is_server
            if arguments["disable-eviction"]:
                context.store.delete("Pod", *where, by=actor, deletion=deletion, dry_run=dry)
            else:
                evict(context.store, *where, by=actor, deletion=deletion, dry_run=dry)
            break
        except ApiError as error:
            if error.reason == "NotFound":
                return ""
            if error.reason != "TooManyRequests":
                return f"{told}: {error.message}"
            context.err(f"{told} (will retry after 5s): {error.message}\n")
            yield sim.sleep(RETRY_SECONDS)
    if context.dry_run:
        return ""
    return (yield from _gone(context, pod, deadline))


def _gone(context: Context, pod: Object, deadline: float) -> Run[str]:
    pods = context.access.registry.typed("pods")
    left = deadline - context.access.sim.now
    gone = yield from wait_until(
        context, pods, name(pod), namespace(pod), lambda now: now is None or uid(now) != uid(pod), left
    )
    if not gone:
        told = f'error when waiting for pod "{name(pod)}" in namespace "{namespace(pod)}" to terminate'
        return f"{told}: context deadline exceeded"
    done = "deleted" if context.arguments["disable-eviction"] else "evicted"
    context.out(f"pod/{name(pod)} {done}\n")
    return ""


COMMAND = Command(
    "drain",
    "Empty nodes, for instance to repair them.",
    "drain NODE",
    (
        Flag("delete-emptydir-data", "bool", False, "go on although Pods use emptyDir, whose content is lost"),
        Flag("disable-eviction", "bool", False, "delete Pods, so that disruption budgets have no say"),
        dry_run.FLAG,
        Flag("force", "bool", False, "go on although Pods have no controller that makes them anew"),
        Flag("grace-period", "int", -1, "seconds for a Pod to stop; -1 means what the Pod says"),
        Flag("ignore-daemonsets", "bool", False, "leave the Pods of DaemonSets where they are"),
        Flag("pod-selector", "string", "", "only Pods with these labels"),
        SELECTOR,
        Flag("timeout", "duration", 0.0, "how long to wait; 0 means as long as it takes"),
    ),
    run,
    (("The MySQL Pods have emptyDir volumes", "kubectl drain node-2 --ignore-daemonsets --delete-emptydir-data"),),
    not_modelled="chunk-size skip-wait-for-delete-timeout",
)
