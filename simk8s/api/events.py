"""Kubernetes Events: what components tell people about objects, folded and rate limited (API-30 to API-33)."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object
from simk8s.api.store import Store
from simk8s.sim import EPOCH, Actor, Run

LIFETIME_SECONDS = 3600  # API-30
SIMILAR_LIMIT = 10  # API-32
SIMILAR_SECONDS = 600
BURST = 25  # API-33
REFILL_SECONDS = 300

_SWEEP_SECONDS = 300
_EPOCH_NANOSECONDS = int(EPOCH.timestamp()) * 10**9


@dataclass(slots=True)
class _Similar:
    """Different messages with one source, object, type and reason."""

    messages: set[str] = field(default_factory=set)
    last: float = 0.0


@dataclass(slots=True)
class _Bucket:
    """The spam filter of one source and object."""

    tokens: float = BURST
    filled: float = 0.0


class EventRecorder:
    """Writes the Events of one component (`statefulset-controller`; a kubelet also has its node as `host`)."""

    def __init__(self, store: Store, component: str, host: str = "") -> None:
        self.store = store
        self.component = component
        self.host = host
        self._actor = store.sim.actor(component if not host else f"{component}/{host}")
        self._similar: dict[Hashable, _Similar] = {}
        self._buckets: dict[str, _Bucket] = {}
        self._written: dict[Hashable, str] = {}

    def event(
        self,
        about: Object,
        type: Literal["Normal", "Warning"],
        reason: str,
        message: str,
        *,
        by: Actor | None = None,
        field_path: str = "",
    ) -> None:
        """Tell people that something happened to `about`. `by` is the actor whose act it is, for the cause.

        `field_path` names a container: `spec.containers{mysql}`.
        """
        involved = _reference(about, field_path)
        identity = (involved.get("uid", ""), involved["kind"], involved["name"], field_path, type, reason)
        message, key = self._aggregate(identity, message)
        if not self._admit(f"{involved['kind']}/{involved.get('namespace', '')}/{involved['name']}/{involved['uid']}"):
            return  # API-33: dropped silently
        actor = by or self._actor
        namespace = involved.get("namespace", "default")
        name = self._written.get(key)
        if name is not None and self.store.find("Event", name, namespace) is not None:
            now = self.store.sim.timestamp
            self.store.patch(
                "Event",
                name,
                namespace,
                lambda event: {**event, "count": event["count"] + 1, "lastTimestamp": now, "message": message},
                by=actor,
            )
            return
        try:
            event = self.store.create(self._new(involved, namespace, type, reason, message), by=actor, is_given=True)
        except ApiError:  # the namespace is going away: nobody is left to be told
            return
        self._written[key] = event["metadata"]["name"]

    def _aggregate(self, identity: Hashable, message: str) -> tuple[str, Hashable]:
        """API-32: from the tenth different message on, similar events become one."""
        now = self.store.sim.now
        similar = self._similar.setdefault(identity, _Similar())
        if now - similar.last > SIMILAR_SECONDS:
            similar.messages.clear()
        similar.last = now
        similar.messages.add(message)
        if len(similar.messages) < SIMILAR_LIMIT:
            return message, (identity, message)
        similar.messages.remove(message)
        return f"(combined from similar events): {message}", identity

    def _admit(self, object: str) -> bool:
        now = self.store.sim.now
        bucket = self._buckets.setdefault(object, _Bucket(filled=now))
        bucket.tokens = min(BURST, bucket.tokens + (now - bucket.filled) / REFILL_SECONDS)
        bucket.filled = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def _new(self, involved: Object, namespace: str, type: str, reason: str, message: str) -> Object:
        sim = self.store.sim
        now = sim.timestamp
        nanoseconds = _EPOCH_NANOSECONDS + round(sim.now * 10**9) + self.store.version % 1000
        source = {"component": self.component}
        if self.host:
            source["host"] = self.host
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{involved['name']}.{nanoseconds:x}", "namespace": namespace},
            "involvedObject": involved,
            "type": type,
            "reason": reason,
            "message": message,
            "source": source,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "reportingComponent": self.component,
            "reportingInstance": self.host,
        }


def expire(store: Store) -> Run[None]:
    """Remove Events an hour after they were last seen (API-30). A task that never ends."""
    actor = store.sim.actor("kube-apiserver")
    while True:
        yield store.sim.sleep(_SWEEP_SECONDS)
        limit = (store.sim.datetime - timedelta(seconds=LIFETIME_SECONDS)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for event in store.list("Event"):
            if event.get("lastTimestamp", limit) < limit:
                store.delete("Event", event["metadata"]["name"], event["metadata"]["namespace"], by=actor)


def _reference(about: Object, field_path: str) -> Object:
    meta = about["metadata"]
    reference: Object = {
        "kind": about["kind"],
        "apiVersion": about["apiVersion"],
        "name": meta["name"],
        "uid": meta.get("uid", ""),
    }
    for key in ("namespace", "resourceVersion"):
        if key in meta:
            reference[key] = meta[key]
    if field_path:
        reference["fieldPath"] = field_path
    return reference
