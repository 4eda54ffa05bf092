"""What the kubelet does next for a Pod, as a function of what its containers are doing (KUBELET-2 to KUBELET-10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from simk8s.node.status import Kind


@dataclass(frozen=True, slots=True)
class Slot:
    """One container of the spec and what has become of it.

    `condemned` is why a running one must be killed ("" where it need not): its probe failed, its definition changed.
    """

    name: str
    kind: Kind = "app"
    state: Literal["absent", "running", "exited"] = "absent"
    exit_code: int = 0
    is_started: bool = False
    condemned: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    name: str


@dataclass(frozen=True, slots=True)
class Kill:
    name: str
    why: str


Action: TypeAlias = Start | Kill


def plan(init: Sequence[Slot], app: Sequence[Slot], restart_policy: str = "Always") -> Iterator[Action]:
    """Yield one sync's actions in order, for a Pod that has a sandbox and is not being deleted."""
    is_initialized = any(slot.state != "absent" for slot in app)  # KUBELET-9: init containers do not run again

    for slot in init:
        if slot.kind == "sidecar":  # KUBELET-5: done as soon as it is started, and kept running ever after
            yield from _keep_running(slot, "Always")
            if not is_initialized and not (slot.state == "running" and slot.is_started):
                return
        elif not is_initialized and not (slot.state == "exited" and slot.exit_code == 0):
            if slot.state == "absent" or (slot.state == "exited" and restart_policy != "Never"):
                yield Start(slot.name)  # KUBELET-3, KUBELET-4
            return

    for slot in app:  # KUBELET-6: none waits for another
        yield from _keep_running(slot, restart_policy)


def _keep_running(slot: Slot, restart_policy: str) -> Iterator[Action]:
    """KUBELET-10: the restart decision."""
    if slot.state == "running":
        if slot.condemned:
            yield Kill(slot.name, slot.condemned)
            if restart_policy != "Never":
                yield Start(slot.name)  # KUBELET-24: in the same sync
    elif slot.state == "absent" or _is_restarted(slot, restart_policy):
        yield Start(slot.name)


def _is_restarted(slot: Slot, restart_policy: str) -> bool:
    return restart_policy == "Always" or (restart_policy == "OnFailure" and slot.exit_code != 0)


def is_complete(init: Sequence[Slot], app: Sequence[Slot], restart_policy: str) -> bool:
    """Whether the Pod's work is over for good: nothing but native sidecars would ever run again."""
    if restart_policy == "Always":
        return False
    if restart_policy == "Never" and any(s.kind == "init" and s.state == "exited" and s.exit_code != 0 for s in init):
        return True
    return all(slot.state == "exited" and not _is_restarted(slot, restart_policy) for slot in app)
