"""How each Pod stands by its status alone: Ready, crashing, stuck or absent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from simk8s.api.claim import claim_names
from simk8s.api.objects import Object, dig, is_terminating, is_true, key
from simk8s.api.store import Store
from simk8s.checker.oracle.outcome import Word
from simk8s.cluster.settling import wants

UNMODELLED = 120
"""The exit status of a program that came to something simk8s does not model (SK310, SK311)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One Pod. `word` is None for a Pod that is Ready: its status alone does not say more.

    `container` is the one that came to something that is not modelled.
    """

    namespace: str
    pod: str
    is_ready: bool
    restarts: int
    word: Word | None
    why: str = ""
    container: str = ""

    @property
    def name(self) -> str:
        return self.pod if self.namespace == "default" else f"{self.namespace}/{self.pod}"


def wanted(store: Store) -> list[tuple[str, str]]:
    """Namespace and name of every Pod that there should be: those of sets by ordinal, then all others."""
    names: dict[tuple[str, str], None] = {}
    for owner in store.list("StatefulSet"):
        where = key(owner)
        first = dig(owner, "spec", "ordinals", "start", default=0)
        for ordinal in range(first, first + dig(owner, "spec", "replicas", default=1)):
            names[(where.namespace, f"{where.name}-{ordinal}")] = None
    for pod in store.list("Pod"):
        where = key(pod)
        if not is_terminating(pod) or (where.namespace, where.name) in names:
            names[(where.namespace, where.name)] = None
    return list(names)


def standings(store: Store) -> list[Standing]:
    found = [_standing(namespace, name, store.find("Pod", name, namespace)) for namespace, name in wanted(store)]
    if not any(one.word == "stuck" and not one.why for one in found):
        return found
    waits = _waits(store)
    return [replace(one, why=one.why or waits.get((one.namespace, one.pod), "")) for one in found]


def _standing(namespace: str, name: str, pod: Object | None) -> Standing:
    if pod is None:
        return Standing(namespace, name, False, 0, "absent", "it was never made")
    statuses = list(_statuses(pod))
    restarts = sum(int(entry.get("restartCount", 0)) for entry in statuses)
    for entry in statuses:
        ended = [dig(entry, state, "terminated", "exitCode") for state in ("state", "lastState")]
        if UNMODELLED in ended:
            return Standing(namespace, name, False, restarts, "unknown", container=entry["name"])
    if is_terminating(pod):
        return Standing(namespace, name, False, restarts, "stuck", "it is being deleted, and does not end")
    if is_true(pod, "Ready"):
        return Standing(namespace, name, True, restarts, None)
    if dig(pod, "status", "phase") == "Succeeded":
        return Standing(namespace, name, False, restarts, "ok")
    crashing = next((entry for entry in statuses if _crashes(entry)), None)
    if crashing is not None:
        return Standing(namespace, name, False, restarts, "crashloop", _ends(crashing))
    return Standing(namespace, name, False, restarts, "stuck")


def _statuses(pod: Object) -> Iterator[Object]:
    for kind in ("initContainerStatuses", "containerStatuses"):
        yield from dig(pod, "status", kind, default=[])


def _crashes(entry: Object) -> bool:
    """Whether it ended with a failure and is, or will be, started once more."""
    if dig(entry, "state", "waiting", "reason") in ("CrashLoopBackOff", "RunContainerError"):
        return True
    if entry.get("ready"):
        return False
    failed = dig(entry, "state", "terminated", "exitCode") or dig(entry, "lastState", "terminated", "exitCode")
    return bool(failed and entry.get("restartCount", 0) >= 2) or bool(dig(entry, "state", "terminated", "exitCode"))


def _ends(entry: Object) -> str:
    ended = dig(entry, "lastState", "terminated", default={}) or dig(entry, "state", "terminated", default={})
    return f"container {entry['name']} ended with status {ended.get('exitCode', '?')} again and again"


def _waits(store: Store) -> dict[tuple[str, str], str]:
    """What each Pod waits for, and what its claims wait for, by namespace and Pod."""
    found = {(wait.namespace, wait.object): wait.reason for wait in wants(store).waits}
    told: dict[tuple[str, str], str] = {}
    for pod in store.list("Pod"):
        where = key(pod)
        reason = found.get((where.namespace, f"pod/{where.name}"), "")
        claims = [(name, found.get((where.namespace, f"persistentvolumeclaim/{name}"))) for name in claim_names(pod)]
        parts = [reason.partition(" preemption: ")[0], *(f"claim {name}: {text}" for name, text in claims if text)]
        told[where.namespace, where.name] = "; ".join(part.rstrip(".") for part in parts if part)
    return told
