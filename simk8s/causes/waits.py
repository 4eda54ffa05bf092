"""Why something has not happened: what is waited for, by whom, and whether they wait for each other in a ring."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from simk8s.api.claim import claim_names
from simk8s.api.objects import Object, controller_of, dig, is_terminating, is_true, name, namespace
from simk8s.api.world import world_at
from simk8s.causes.phrase import title
from simk8s.sim import Record

LOG_LINES = 4


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that is waited for and not there. `on` are the `what`s that it waits for in turn, `log` a log's end."""

    what: str
    reason: str
    on: tuple[str, ...] = ()
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What the goal waits for: `waits[0]` is the goal itself. `ring` names those that wait for each other."""

    goal: str
    waits: tuple[Waiting, ...]
    ring: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{wait.what}: no. {wait.reason}" for wait in self.waits]
        return "\n".join([*lines, f"a ring: {', '.join(self.ring)}"] if self.ring else lines)


def why_not(records: Sequence[Record], place: str, word: str, reasons: Mapping[str, tuple[str, str]]) -> WhyNot:
    """What the object `place` (`Pod/default/mysql-2`) waits for before `word` is true of it, at the end of history.

    `reasons` tells of `pod/default/mysql-2` and others what is known about why they are not as wanted, and the
    container whose log says more ("" for none).
    """
    scene = _Scene(records, reasons)
    goal = (place, word)
    found: dict[tuple[str, str], Waiting] = {}
    ahead = [goal]
    while ahead:
        node = ahead.pop(0)
        if node in found:
            continue
        reason, log, on = scene.look(*node)
        found[node] = Waiting(_what(node), reason, tuple(_what(other) for other in on), log)
        ahead += on
    return WhyNot(_what(goal), tuple(found.values()), _ring(found.values()))


Node = tuple[str, str]


def _what(node: Node) -> str:
    place, word = node
    if place.startswith("DNS/"):
        return f"name {place[4:]} {word}"
    return f"{title(place)} {word}"


def _ring(waits: Iterable[Waiting]) -> tuple[str, ...]:
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    for wait in waits:
        graph.add_edges_from((wait.what, other) for other in wait.on)
    try:
        return tuple(edge[0] for edge in networkx.find_cycle(graph))
    except networkx.NetworkXNoCycle:
        return ()


class _Scene:
    """The objects at the end, and what containers tried in vain."""

    def __init__(self, records: Sequence[Record], reasons: Mapping[str, tuple[str, str]]) -> None:
        self.objects = world_at(records).objects
        self.reasons = reasons
        self.records = records
        self.vain = _in_vain(records)

    def look(self, place: str, word: str) -> tuple[str, tuple[str, ...], list[Node]]:
        """Why this is not so: in words, the end of a log, and what it waits for in turn."""
        kind, _, rest = place.partition("/")
        if kind == "DNS":
            return self._name(rest)
        found = self.objects.get(place)
        if found is None:
            return self._absent(kind, rest, place)
        if word.lower() in ("deleted", "gone", "terminating") and not is_terminating(found):
            return "nobody has deleted it", (), []
        reason, container = self.reasons.get(f"{kind.lower()}/{rest}", ("", ""))
        if kind == "Pod":
            return self._pod(place, found, reason, container)
        on: list[Node] = []
        if kind in _OWNERS:
            on = [(where, "Ready") for where in self._pods_of(found)]
            on = [node for node in on if not is_true(self.objects[node[0]], "Ready")]
        return reason or f"nothing tells why it is not {word}", (), on

    def _absent(self, kind: str, rest: str, place: str) -> tuple[str, tuple[str, ...], list[Node]]:
        space, _, own = rest.rpartition("/")
        match = re.fullmatch(r"(.+)-(\d+)", own)
        owner = self.objects.get(f"StatefulSet/{space}/{match[1]}") if match and kind == "Pod" else None
        if match is None or owner is None:
            return "it does not exist, and nothing here creates it", (), []
        ordinal, wanted = int(match[2]), dig(owner, "spec", "replicas", default=1)
        about = f"statefulset/{match[1]}"
        if ordinal >= wanted:
            return f"{about} wants {wanted} replicas only", (), []
        if dig(owner, "spec", "podManagementPolicy", default="OrderedReady") == "OrderedReady":
            for lower in range(ordinal):
                before = f"Pod/{space}/{match[1]}-{lower}"
                if before not in self.objects or not is_true(self.objects[before], "Ready"):
                    return f"{about} creates it when {title(before)} is Ready", (), [(before, "Ready")]
        reason, _ = self.reasons.get(f"statefulset/{space}/{match[1]}", ("", ""))
        return f"{about} has not created it" + (f": {reason}" if reason else ""), (), []

    def _pod(self, place: str, pod: Object, reason: str, container: str) -> tuple[str, tuple[str, ...], list[Node]]:
        on: list[Node] = []
        if not dig(pod, "spec", "nodeName"):
            on += [(claim, "Bound") for claim in self._claims(pod)]
        on += self._asked_in_vain(pod)
        return reason or "nothing tells why", self._log(place, container), on

    def _claims(self, pod: Object) -> Iterator[str]:
        for claim in claim_names(pod):
            where = f"PersistentVolumeClaim/{namespace(pod)}/{claim}"
            if dig(self.objects.get(where), "status", "phase") != "Bound":
                yield where

    def _asked_in_vain(self, pod: Object) -> Iterator[Node]:
        home = name(pod) if namespace(pod) == "default" else f"{namespace(pod)}/{name(pod)}"
        for actor, names in self.vain.items():
            if actor.startswith(f"{home}/"):
                for asked in names:
                    if self._service_of(asked):
                        yield f"DNS/{asked.removesuffix(_DOMAIN)}", "resolves"

    def _service_of(self, asked: str) -> Object | None:
        words = asked.removesuffix(_DOMAIN).split(".")
        if not asked.endswith(_DOMAIN) or len(words) not in (2, 3):
            return None
        return self.objects.get(f"Service/{words[-1]}/{words[-2]}")

    def _name(self, asked: str) -> tuple[str, tuple[str, ...], list[Node]]:
        """A name that has no address: the Pods behind it are not there or not ready."""
        *host, service, space = asked.split(".")
        found = self.objects.get(f"Service/{space}/{service}")
        if found is None:
            return f"service/{service} does not exist", (), []
        wanted = dig(found, "spec", "selector", default={})
        if host:
            pods = [f"Pod/{space}/{host[0]}"]
        else:
            pods = [place for place in self.objects if place.startswith(f"Pod/{space}/") and self._has(place, wanted)]
        absent = [place for place in pods if place not in self.objects]
        if absent:
            return f"{title(absent[0])} does not exist", (), [(absent[0], "exists")]
        why = f"service/{service} has no publishNotReadyAddresses, so a Pod must be Ready before it has a name"
        return why, (), [(place, "Ready") for place in pods if not is_true(self.objects[place], "Ready")]

    def _has(self, place: str, wanted: Mapping[str, str]) -> bool:
        labels = dig(self.objects[place], "metadata", "labels", default={})
        return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())

    def _pods_of(self, owner: Object) -> list[str]:
        uid = dig(owner, "metadata", "uid")
        return [
            place
            for place, found in self.objects.items()
            if place.startswith("Pod/") and dig(controller_of(found) or {}, "uid") == uid
        ]

    def _log(self, place: str, container: str) -> tuple[str, ...]:
        if not container:
            return ()
        pod = place.removeprefix("Pod/").removeprefix("default/")
        told = (record for record in reversed(self.records) if record.verb == "log")
        lines: list[str] = []
        for record in told:
            if record.object == f"{pod}/{container}":
                lines = [*str(record.detail.get("text", "")).splitlines(), *lines]
                if len(lines) >= LOG_LINES:
                    break
        return tuple(lines[-LOG_LINES:])


_DOMAIN = ".svc.cluster.local"
_OWNERS = frozenset({"StatefulSet", "Deployment", "ReplicaSet", "DaemonSet", "Job"})


def _in_vain(records: Sequence[Record]) -> dict[str, list[str]]:
    """The names that each container has asked for, without an address the last time."""
    last: dict[tuple[str, str], bool] = {}
    for record in records:
        if record.verb == "net.resolve":
            last[record.actor, record.object] = bool(record.detail.get("answers"))
    result: dict[str, list[str]] = {}
    for (actor, asked), answered in last.items():
        if not answered:
            result.setdefault(actor, []).append(asked)
    return result
