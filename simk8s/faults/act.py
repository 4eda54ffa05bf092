"""What a fault does: frozen data, named as in a scenario file. How it is done is in `strike.py`."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

Unsynced: TypeAlias = Literal["kept", "lost", "chosen"]
"""What becomes of what was written and not forced to disk: kept, lost, or a choice for each file and directory."""


class Act(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """One thing that goes wrong."""

    def as_plain(self) -> dict[str, Any]:
        """`{"kill": {"pod": ..., "container": ...}}`"""
        return {name_of(type(self)): msgspec.to_builtins(self)}


class Kill(Act, frozen=True, kw_only=True):
    """SIGKILL for everything in a container. `reason` OOMKilled: it was the kernel, short of memory."""

    pod: str
    container: str
    reason: Literal["", "OOMKilled"] = ""
    namespace: str = "default"


class FailLiveness(Act, frozen=True, kw_only=True):
    """The kubelet ends a container as after a failed liveness probe: SIGTERM, the grace period, SIGKILL."""

    pod: str
    container: str
    namespace: str = "default"


class DeletePod(Act, frozen=True, kw_only=True):
    """What `kubectl delete pod` does; `force` as with `--force --grace-period=0`."""

    pod: str
    force: bool = False
    namespace: str = "default"


class Evict(Act, frozen=True, kw_only=True):
    """The kubelet ends a Pod because its node is short of something."""

    pod: str
    namespace: str = "default"


class PowerOff(Act, frozen=True, kw_only=True):
    """A node loses its power: the one named, or the one that a Pod is on. It boots again after `back_seconds`."""

    node: str = ""
    pod: str = ""
    unsynced: Unsynced = "kept"
    back_seconds: float | None = None
    namespace: str = "default"


class PowerOn(Act, frozen=True, kw_only=True):
    """A node that had lost its power boots again."""

    node: str


class Partition(Act, frozen=True, kw_only=True):
    """Nothing passes between two Pods any more; connections between them hang. It ends after `seconds`."""

    pod: str
    peer: str
    seconds: float | None = None
    namespace: str = "default"


class Delay(Act, frozen=True, kw_only=True):
    """Whatever passes between two Pods takes longer by `added_seconds`, in each direction."""

    pod: str
    peer: str
    added_seconds: float
    seconds: float | None = None
    namespace: str = "default"


AnyAct: TypeAlias = Kill | FailLiveness | DeletePod | Evict | PowerOff | PowerOn | Partition | Delay

ACTS: dict[str, type[Act]] = {
    f"{kind.__name__[0].lower()}{kind.__name__[1:]}": kind
    for kind in (
        Kill,
        FailLiveness,
        DeletePod,
        Evict,
        PowerOff,
        PowerOn,
        Partition,
        Delay,
    )
}
"""Every kind of fault by its name in a scenario."""


def name_of(kind: type[Act]) -> str:
    return next(name for name, known in ACTS.items() if known is kind)
