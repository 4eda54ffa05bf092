"""What can be broken at the moment in focus: the faults that fit the object in focus, told as a person would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simk8s.api.objects import dig, namespace
from simk8s.faults import DeletePod, Evict, FailLiveness, Fault, Kill, Partition, PowerOff, PowerOn
from simk8s.tui.focus import Subject
from simk8s.tui.language import _
from simk8s.tui.moving import Breakpoint, stops_of
from simk8s.tui.view import View

BACK_SECONDS = 60.0
"""A node that is to come back boots after a virtual minute."""

CUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Choice:
    """A fault, what it is called, and at which record it strikes (None: the one in focus)."""

    text: str
    fault: Fault
    seq: int | None = None


def choices(view: View, line: int = 0) -> list[Choice]:
    """Faults of the container, the Pod, its node and its connections. `line` is one of the script, in the manifest."""
    found: list[Choice] = []
    subject = view.focus.subject
    if line and view.machine:
        found += _at_line(view, line)
    if subject.kind == "Node":
        return [*found, *_of_node(view, subject.name)]
    space, _sep, name = view.pod.rpartition("/")
    key = f"Pod/{space or 'default'}/{name}"
    found += _of_pod(view, key)
    node = dig(view.world.objects.get(key), "spec", "nodeName")
    return [*found, *(_of_node(view, node) if node else ())]


def _at_line(view: View, line: int) -> Iterator[Choice]:
    """A kill right when this run of the container comes to a line, before that line has done anything."""
    home, _sep, container = view.machine.rpartition("/")
    space, _sep, pod = home.rpartition("/")
    point = Breakpoint(place=f"{view.listing.file}:{line}")
    stops = [seq for seq in stops_of(view.run, point) if view.run.records[seq].actor == view.machine]
    text = _("kill {container} when it comes to line {line}").format(container=view.machine, line=line)
    kill = Kill(pod=pod, container=container, namespace=space or "default")
    for seq in stops:
        if seq >= view.seq:
            yield Choice(text, Fault(kill), seq)
            return


def _of_pod(view: View, key: str) -> Iterator[Choice]:
    pod = view.world.objects.get(key)
    if pod is None:
        return
    subject = Subject(key)
    name, space = subject.name, subject.namespace
    for container in _running(view, pod):
        if view.focus.subject.container not in ("", container):
            continue  # another one was chosen
        what = f"{subject.pod}/{container}"
        yield Choice(
            _("kill {what} now: SIGKILL, between two steps").format(what=what),
            Fault(Kill(pod=name, container=container, namespace=space)),
        )
        yield Choice(
            _("{what} runs out of memory: OOMKilled").format(what=what),
            Fault(Kill(pod=name, container=container, reason="OOMKilled", namespace=space)),
        )
        yield Choice(
            _("the liveness probe of {what} fails: SIGTERM, then a restart").format(what=what),
            Fault(FailLiveness(pod=name, container=container, namespace=space)),
        )
    yield Choice(_("delete Pod {pod}").format(pod=subject.pod), Fault(DeletePod(pod=name, namespace=space)))
    yield Choice(
        _("delete Pod {pod} by force, without waiting for it").format(pod=subject.pod),
        Fault(DeletePod(pod=name, force=True, namespace=space)),
    )
    if dig(pod, "spec", "nodeName"):
        yield Choice(
            _("evict Pod {pod} from its node").format(pod=subject.pod), Fault(Evict(pod=name, namespace=space))
        )
    for peer in _peers(view, key):
        yield Choice(
            _("cut {pod} off from {peer} for a minute").format(pod=subject.pod, peer=peer),
            Fault(Partition(pod=name, peer=peer, seconds=CUT_SECONDS, namespace=space)),
        )


def _running(view: View, pod: dict[str, object]) -> list[str]:
    home = f"{namespace(pod)}/" if namespace(pod) != "default" else ""
    name = dig(pod, "metadata", "name")
    names = [
        container["name"]
        for field in ("initContainers", "containers")
        for container in dig(pod, "spec", field, default=[])
    ]
    return [one for one in names if f"{home}{name}/{one}[1]" in view.world.processes]


def _peers(view: View, key: str) -> list[str]:
    """The other Pods of the same set."""
    subject = Subject(key)
    stem = subject.name.rpartition("-")[0]
    others = (Subject(other) for other in view.world.objects if other.startswith(f"Pod/{subject.namespace}/"))
    return sorted(other.name for other in others if other.name.rpartition("-")[0] == stem and other.key != key)


def _of_node(view: View, node: str) -> Iterator[Choice]:
    if not view.world.nodes.get(node, True):
        yield Choice(_("{node} gets its power back").format(node=node), Fault(PowerOn(node=node)))
        return
    yield Choice(_("{node} loses its power").format(node=node), Fault(PowerOff(node=node)))
    yield Choice(
        _("{node} loses its power, and boots again after a minute").format(node=node),
        Fault(PowerOff(node=node, back_seconds=BACK_SECONDS)),
    )
    yield Choice(
        _("{node} loses its power, and what was not yet forced to disk").format(node=node),
        Fault(PowerOff(node=node, unsynced="lost", back_seconds=BACK_SECONDS)),
    )
