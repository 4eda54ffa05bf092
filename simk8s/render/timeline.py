"""A run as a story: the records of its history that a person wants to read, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from simk8s.api.objects import Object, dig, is_terminating, is_true
from simk8s.api.world import World
from simk8s.render.line import Line, Telling, Tone, one_line
from simk8s.render.process import TELLERS
from simk8s.sim import Record


def timeline(records: Iterable[Record]) -> list[Line]:
    """All lines of a history."""
    story = Timeline()
    return [line for record in records for line in story.lines(record)]


class Timeline:
    """Tells the story record by record, as they come."""

    def __init__(self) -> None:
        self._world = World()

    def lines(self, record: Record) -> Iterator[Line]:
        """What one more record has to tell: mostly nothing."""
        teller = TELLERS.get(record.verb)
        if teller is not None:
            texts = teller(record)
        else:
            old = self._world.objects.get(record.object)
            if not self._world.apply(record):
                return
            new = self._world.objects.get(record.object)
            kind, _, name = record.object.partition("/")
            tell = _OBJECTS.get(kind)
            if tell is None or name.startswith("kube-") or name.endswith("/kube-root-ca.crt"):
                return
            texts = tell(_title(record.object), old, new)
        for tone, text in texts:
            yield Line(record.time, record.actor, text, tone)


_SHORT = {"PersistentVolumeClaim": "pvc"}


def _title(place: str) -> str:
    """`pod/mysql-0`, with the namespace where it is not the default one."""
    kind, *rest = place.split("/")
    if len(rest) == 2 and rest[0] == "default":
        rest = rest[1:]
    return "/".join([_SHORT.get(kind, kind.lower()), *rest])


def _plain(title: str, old: Object | None, new: Object | None) -> Telling:
    if old is None:
        yield "plain", f"{title} created"
    elif new is None:
        yield "plain", f"{title} deleted"


def _configuration(title: str, old: Object | None, new: Object | None) -> Telling:
    """What people write: every change of it is worth a line."""
    yield from _plain(title, old, new)
    if old is not None and new is not None and any(old.get(key) is not new.get(key) for key in ("spec", "data")):
        yield "plain", f"{title} changed"


def _set(title: str, old: Object | None, new: Object | None) -> Telling:
    wanted = dig(new, "spec", "replicas", default=1)
    if old is None:
        yield "plain", f"{title} created, {wanted} replicas wanted"
        return
    if new is None:
        yield "plain", f"{title} deleted"
        return
    before = dig(old, "spec", "replicas", default=1)
    if before != wanted:
        yield "plain", f"{title} scaled from {before} to {wanted}"
    elif old.get("spec") is not new.get("spec"):
        yield "plain", f"{title} changed"
    if not _is_complete(old) and _is_complete(new) and wanted:
        yield "good", f"{title} complete, {wanted} of {wanted} replicas ready"


def _is_complete(owner: Object) -> bool:
    ready = dig(owner, "status", "readyReplicas", default=0)
    return bool(ready == dig(owner, "spec", "replicas", default=1))


def _claim(title: str, old: Object | None, new: Object | None) -> Telling:
    yield from _plain(title, old, new)
    if new is not None and dig(new, "status", "phase") == "Bound" and dig(old, "status", "phase") != "Bound":
        yield "plain", f"{title} bound to a volume of {dig(new, 'status', 'capacity', 'storage', default='?')}"
    if old is not None and new is not None and is_terminating(new) and not is_terminating(old):
        yield "plain", f"{title} is to be deleted"


def _node(title: str, old: Object | None, new: Object | None) -> Telling:
    if old is None or new is None or not dig(old, "status", "conditions"):
        return
    was, now = is_true(old, "Ready"), is_true(new, "Ready")
    if was != now:
        yield ("good", f"{title} is ready") if now else ("bad", f"{title} is not ready")


def _pod(title: str, old: Object | None, new: Object | None) -> Telling:
    if new is None:
        yield "plain", f"{title} gone"
        return
    if old is None:
        yield "plain", f"{title} created"
        old = {}
    if dig(new, "spec", "nodeName") and not dig(old, "spec", "nodeName"):
        yield "plain", f"{title} scheduled to {new['spec']['nodeName']}"
    if is_terminating(new) and not is_terminating(old):
        grace = dig(new, "metadata", "deletionGracePeriodSeconds", default=0)
        yield "plain", f"{title} is to end within {grace} s"
    if new.get("status") is not old.get("status"):
        yield from _statuses(title, old.get("status") or {}, new)


def _statuses(title: str, old: Object, pod: Object) -> Telling:
    new = pod["status"]
    init = dig(pod, "spec", "initContainers", default=[])
    for field, total in (("initContainerStatuses", len(init)), ("containerStatuses", 0)):
        before = {entry["name"]: entry for entry in old.get(field) or []}
        for number, entry in enumerate(new.get(field) or [], 1):
            what = f"init container {entry['name']} ({number}/{total})" if total else f"container {entry['name']}"
            yield from _container(f"{title} {what}", before.get(entry["name"]) or {}, entry)
    ready, was_ready = is_true({"status": new}, "Ready"), is_true({"status": old}, "Ready")
    if ready and not was_ready:
        count = len(dig(pod, "spec", "containers", default=[]))
        yield "good", f"{title} ready, {count}/{count}"
    elif was_ready and not ready and new.get("phase") == "Running":
        yield "bad", f"{title} no longer ready"
    if new.get("phase") in ("Succeeded", "Failed") and old.get("phase") != new["phase"] and not is_terminating(pod):
        yield "good" if new["phase"] == "Succeeded" else "bad", f"{title} {new['phase'].lower()}"


def _container(what: str, old: Object, new: Object) -> Telling:
    """The step that one container made between two statuses."""
    (state, detail), before = _state(new), _state(old)
    if (state, detail) == before:
        return
    ended = detail if state == "terminated" else dig(new, "lastState", "terminated", default={})
    known = before[1] if before[0] == "terminated" else dig(old, "lastState", "terminated", default={})
    if ended and ended != known:
        yield _end(what, ended)
    if state == "running":
        restarts = new.get("restartCount", 0)
        yield "plain", f"{what} started" + (f" again, restart {restarts}" if restarts else "")
    elif state == "waiting" and detail.get("reason") not in ("PodInitializing", "ContainerCreating", None):
        told = detail["reason"] == "ErrImagePull"  # by the Event before it
        why = "" if told else one_line(detail.get("message", "")).partition(" restarting failed ")[0]
        yield "bad", f"{what} waits: {detail['reason']}" + (f": {why}" if why else "")


def _state(status: Object) -> tuple[str, Object]:
    return next(iter((status.get("state") or {"": {}}).items()))


def _end(what: str, ended: Object) -> tuple[Tone, str]:
    code = ended.get("exitCode", 0)
    if code == 0:
        return "plain", f"{what} done"
    how = {137: "killed (status 137)", 143: "stopped by SIGTERM (status 143)"}.get(code, f"ended with status {code}")
    return "plain" if code == 143 else "bad", f"{what} {how}"


_TOLD_BY_STATUS = frozenset({"Created", "Started", "Scheduled", "SuccessfulCreate", "Killing", "BackOff", "Unhealthy"})


def _event(title: str, old: Object | None, new: Object | None) -> Telling:
    """Events that tell what no status shows: pulls, and refusals. Later counts of the same one are not repeated."""
    if old is not None or new is None or new["reason"] in _TOLD_BY_STATUS:
        return
    involved = new["involvedObject"]
    about = _title(f"{involved['kind']}/{involved.get('namespace', 'default')}/{involved['name']}")
    if new["type"] == "Warning" and not new["message"].startswith("Error: "):
        yield "bad", f"{about} {new['reason']}: {one_line(new['message'])}"
    elif new["reason"] == "Pulled" and new["message"].startswith("Successfully"):
        image = new["message"].split('"')[1]
        yield "quiet", f"{about} image {image} pulled"
    elif new["reason"] == "SuccessfulAttachVolume":
        yield "quiet", f"{about} volume attached"


_OBJECTS: dict[str, Any] = {
    "ConfigMap": _configuration,
    "Secret": _configuration,
    "Service": _configuration,
    "StorageClass": _configuration,
    "Pool": _plain,
    "CephBlockPool": _plain,
    "PodDisruptionBudget": _configuration,
    "PriorityClass": _configuration,
    "StatefulSet": _set,
    "Deployment": _set,
    "ReplicaSet": _set,
    "DaemonSet": _plain,
    "Job": _plain,
    "PersistentVolumeClaim": _claim,
    "Node": _node,
    "Pod": _pod,
    "Event": _event,
}
