"""The one thing that all panes follow: a moment of a history, and an object."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simk8s.api.claim import claim_names
from simk8s.api.objects import Object, controller_of, dig, namespace
from simk8s.sim import Record
from simk8s.world import World


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at: `Pod/default/mysql-0`, with one of its containers or none; or another object or node."""

    key: str = ""
    container: str = ""

    @property
    def kind(self) -> str:
        return self.key.partition("/")[0]

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]

    @property
    def namespace(self) -> str:
        parts = self.key.split("/")
        return parts[1] if len(parts) == 3 else ""

    @property
    def pod(self) -> str:
        """What history calls the Pod: `mysql-0`, with its namespace where that is not the default one."""
        if self.kind != "Pod":
            return ""
        return self.name if self.namespace == "default" else f"{self.namespace}/{self.name}"

    @property
    def machine(self) -> str:
        """What history calls the container: `mysql-0/mysql`; empty where no container is meant."""
        return f"{self.pod}/{self.container}" if self.container else ""

    @property
    def title(self) -> str:
        """As a person would say it: `mysql-0/mysql`, `node/node-1`."""
        return self.machine or self.pod or f"{self.kind.lower()}/{self.name}" if self.key else "-"

    def concerns(self, record: Record) -> bool:
        """Whether a record is about this, or about something in it, or by it."""
        if not self.key:
            return True
        if self.container:
            return (
                record.actor == self.machine
                or _is_in(record.object, self.machine)
                or record.object == f"{self.key}/{self.container}"
            )
        if self.pod and (_is_in(record.actor, self.pod) or _is_in(record.object, self.pod)):
            return True
        if self.kind == "Node" and (record.object == self.name or record.actor.endswith(f"/{self.name}")):
            return True
        return _is_in(record.object, self.key) or _is_event_of(record, self)


@dataclass(frozen=True, slots=True)
class Focus:
    """A moment (right after the record `seq`) and a subject."""

    seq: int = -1
    subject: Subject = Subject()

    def at(self, seq: int) -> Focus:
        """The same subject at another moment."""
        return replace(self, seq=seq)

    def on(self, subject: Subject) -> Focus:
        """Another subject at the same moment."""
        return replace(self, subject=subject)


def subject_of(record: Record, world: World) -> Subject | None:
    """What a record is about, as far as the app can show it: a container, a Pod, or another object."""
    for name in (record.actor, record.object):
        container = world.containers.get(name.partition("[")[0])
        if container is not None:
            pod = world.pods.get(container.pod)
            if pod is not None:
                return Subject(f"Pod/{pod.namespace}/{pod.name}", container.name)
    parts = record.object.split("/")
    if parts[0] == "Pod" and len(parts) == 4:
        return Subject("/".join(parts[:3]), parts[3])
    if parts[0] == "Event":
        return _involved(record.object, world)
    if record.object in world.objects:
        return Subject(record.object)
    return Subject(f"Node/{record.object}") if record.object in world.nodes else None


def pods_of(subject: Subject, world: World) -> list[str]:
    """The Pods that a subject is, has on it, or owns, as `Pod/namespace/name`."""
    if subject.kind == "Pod":
        return [subject.key]
    return [key for key, obj in world.objects.items() if key.startswith("Pod/") and _belongs(obj, subject)]


def _belongs(pod: Object, subject: Subject) -> bool:
    if subject.kind == "Node":
        return bool(dig(pod, "spec", "nodeName") == subject.name)
    if namespace(pod) != subject.namespace:
        return False
    if subject.kind == "PersistentVolumeClaim":
        return subject.name in claim_names(pod)
    owner = controller_of(pod)
    return owner is not None and (owner["kind"], owner["name"]) == (subject.kind, subject.name)


def _involved(key: str, world: World) -> Subject | None:
    about = dig(world.objects.get(key), "involvedObject", default={})
    if not about:
        return None
    space = about.get("namespace")
    return Subject(f"{about['kind']}/{space}/{about['name']}" if space else f"{about['kind']}/{about['name']}")


def _is_event_of(record: Record, subject: Subject) -> bool:
    """Events are named `<object>.<number>` and lie in the object's namespace."""
    return record.object.startswith(f"Event/{subject.namespace or 'default'}/{subject.name}.")


def _is_in(name: str, whole: str) -> bool:
    return name.startswith(whole) and (len(name) == len(whole) or name[len(whole)] in "/:[")
