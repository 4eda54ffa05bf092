"""What a fault does: frozen data, named as in a scenario file. How it is done is in `strike.py`."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from simk8s.node.power import Unsynced


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


class LateStart(Act, frozen=True, kw_only=True):
    """The program of a container gets going so many seconds after the container has been started for the first time."""

    pod: str
    container: str
    late_seconds: float
    namespace: str = "default"


class DeletePod(Act, frozen=True, kw_only=True):
    """What `kubectl delete pod` does; `force` as with `--force --grace-period=0`.

    Its kubelet hears of it at once, so that this is the moment at which the containers are asked to end.
    """

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


class SlowDisk(Act, frozen=True, kw_only=True):
    """Writes to a claim's volume, and what is forced to it, take `factor` times as long."""

    claim: str
    factor: float
    seconds: float | None = None
    namespace: str = "default"


class FailDisk(Act, frozen=True, kw_only=True):
    """Writes to a claim's volume fail with an input/output error."""

    claim: str
    seconds: float | None = None
    namespace: str = "default"


class SlowProvisioning(Act, frozen=True, kw_only=True):
    """The provisioner of volumes does nothing for that long."""

    seconds: float


class FailPull(Act, frozen=True, kw_only=True):
    """Pulls of an image fail, on every node that does not have it yet."""

    image: str
    seconds: float | None = None


class SlowPull(Act, frozen=True, kw_only=True):
    """Pulls of an image take that much longer."""

    image: str
    added_seconds: float
    seconds: float | None = None


class StaleNames(Act, frozen=True, kw_only=True):
    """The name server answers with what it knew when this began, as a cache does that is out of date."""

    seconds: float


AnyAct: TypeAlias = Kill | FailLiveness | LateStart | DeletePod | Evict | PowerOff | PowerOn | Partition | Delay

ACTS: dict[str, type[Act]] = {
    f"{kind.__name__[0].lower()}{kind.__name__[1:]}": kind
    for kind in (
        Kill,
        FailLiveness,
        LateStart,
        DeletePod,
        Evict,
        PowerOff,
        PowerOn,
        Partition,
        Delay,
        SlowDisk,
        FailDisk,
        SlowProvisioning,
        FailPull,
        SlowPull,
        StaleNames,
    )
}
"""Every kind of fault by its name in a scenario."""


_NAMES = {kind: name for name, kind in ACTS.items()}


def name_of(kind: type[Act]) -> str:
    return _NAMES[kind]
