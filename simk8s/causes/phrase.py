"""What one record of a path says: whose work it is, in which words, and what it may be told together with."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from simk8s.api.objects import Object, dig, is_true
from simk8s.api.world import WRITES
from simk8s.causes.path import Step
from simk8s.causes.scene import Glimpse, Scene
from simk8s.causes.work import of_process
from simk8s.sim import Record


@dataclass(frozen=True, slots=True)
class Phrase:
    """Records in a row with the same `key` are one link. A `key` of None goes with whatever stands before it.

    `items` are put together, each once, behind `text`. `part` names a piece of a longer work, `of_container` that a
    container's processes did it: short ones of these are folded. The words of a link are those of its longest step,
    among those of the highest `weight`.
    """

    key: Hashable
    actor: str
    text: str = ""
    items: tuple[str, ...] = ()
    place: str = ""
    part: str = ""
    of_container: str = ""
    weight: int = 0


def phrase(step: Step, scene: Scene) -> Phrase:
    """What this step of a path says."""
    record = step.record
    glimpse = scene.glimpse(record)
    if glimpse.process is not None:
        work = of_process(step, glimpse, scene)
        return Phrase(
            work.key, record.actor, work.text, (), work.place, work.part, "" if work.stands_out else work.home
        )
    if record.verb in WRITES:
        return _write(record, glimpse, scene)
    return _kubelet(record)


def title(place: str) -> str:
    """`pod/mysql-0` for `Pod/default/mysql-0`; other namespaces are kept."""
    kind, *rest = place.split("/")
    if len(rest) == 2 and rest[0] == "default":
        rest = rest[1:]
    return "/".join([_SHORT.get(kind, kind.lower()), *rest])


_SHORT = {"PersistentVolumeClaim": "pvc", "PersistentVolume": "pv"}

_SILENT = frozenset({"Event", "ControllerRevision", "Lease", "Namespace"})


def _write(record: Record, glimpse: Glimpse, scene: Scene) -> Phrase:
    actor, (kind, _, name) = record.actor, record.object.partition("/")
    what = title(record.object)
    if kind in _SILENT:
        return Phrase(None, actor)
    if actor == "kubectl":
        return _by_hand(record, glimpse, what)
    if kind == "PersistentVolumeClaim" and record.verb == "create":
        return Phrase((actor, "creates"), actor, "creates", (what,))
    if kind in ("PersistentVolumeClaim", "PersistentVolume"):
        claim = name if kind == "PersistentVolumeClaim" else scene.claims.get(name, name)
        about = title(f"PersistentVolumeClaim/{claim}")
        if kind == "PersistentVolume" and record.verb == "create":
            return Phrase(("claim", claim), actor, f"provisions a volume for {about} and binds it", weight=1)
        return Phrase(("claim", claim), actor, f"binds {about} to a volume")
    if kind == "Pod":
        return _pod(record, glimpse, what)
    if kind == "EndpointSlice":
        service = dig(glimpse.new or glimpse.old, "metadata", "labels", "kubernetes.io/service-name", default="")
        return Phrase((actor, service), actor, f"publishes the endpoints of service/{service}")
    verb = {"create": "creates", "delete": "removes"}.get(record.verb, "updates")
    return Phrase((actor, verb), actor, verb, (what,))


def _by_hand(record: Record, glimpse: Glimpse, what: str) -> Phrase:
    before, now = (dig(version, "spec", "replicas") for version in (glimpse.old, glimpse.new))
    if record.verb == "update" and before != now:
        return Phrase(("kubectl", what), record.actor, f"scales {what} from {before} to {now} replicas")
    verb = {"create": "creates", "delete": "deletes"}.get(record.verb, "changes")
    return Phrase(("kubectl", verb), record.actor, verb, (what,))


def _pod(record: Record, glimpse: Glimpse, what: str) -> Phrase:
    actor, old, new = record.actor, glimpse.old, glimpse.new
    if record.verb == "create":
        return Phrase((actor, "creates"), actor, "creates", (what,))
    if record.verb == "delete":
        return Phrase((actor, "removes", what), actor, f"removes {what}")
    if dig(new, "spec", "nodeName") and not dig(old, "spec", "nodeName"):
        return Phrase((actor, what), actor, f"schedules {what} to {dig(new, 'spec', 'nodeName')}")
    ready = new is not None and is_true(new, "Ready")
    if ready and not (old is not None and is_true(old, "Ready")):
        return Phrase((actor, "Ready", what), actor, f"reports {what} Ready")
    ended = [name for name in _ended(new) if name not in set(_ended(old))]
    if ended:
        return Phrase((actor, "exit", what, ended[0]), actor, f"sees that {ended[0]} is done")
    return Phrase(None, actor)


def _ended(pod: Object | None) -> Iterator[str]:
    for field in ("initContainerStatuses", "containerStatuses"):
        for entry in dig(pod, "status", field, default=[]):
            if "terminated" in (entry.get("state") or {}):
                yield entry["name"]


def _kubelet(record: Record) -> Phrase:
    """What nodes do besides writing to the API."""
    actor, verb, place, detail = record.actor, record.verb, record.object, record.detail
    pod = title("/".join(place.split("/")[:3]))
    container = place.rpartition("/")[2]
    match verb:
        case "volume.mount" | "sandbox.create" | "attach" | "disk.create":
            return Phrase((actor, "set up"), actor, f"mounts the volumes of {pod}, makes its sandbox")
        case "image.pull":
            return Phrase((actor, "pull", place), actor, f"pulls {place.removeprefix('docker.io/library/')}")
        case "container.create":
            return Phrase((actor, "start"), actor, f"starts container {container} of {pod}")
        case "container.exit":
            status = detail.get("status", 0)
            how = "is done" if status == 0 else f"ended with status {status}"
            return Phrase((actor, "exit", pod, container), actor, f"sees that {container} {how}")
        case "probe":
            said = "succeeds" if detail.get("result") == "success" else "fails"
            return Phrase((actor, "probe", place), actor, f"{detail.get('kind')} probe of {container} {said}")
        case _ if verb.startswith("file."):
            return Phrase((actor, "start"), actor, "makes the directory of a subPath", weight=-1)
    return Phrase((actor, verb, place), actor, f"{verb.replace('.', ' ')} {place}")
