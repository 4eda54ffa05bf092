"""Volumes that have to be attached to a node before they can be mounted (VOL-20, VOL-25)."""

from __future__ import annotations

from simk8s.api.objects import Object, name


def attachment_name(volume: Object) -> str | None:
    """The name under which a node's `status.volumesAttached` lists a PersistentVolume; None: needs no attaching."""
    spec = volume["spec"]
    if "csi" in spec:
        return f"kubernetes.io/csi/{spec['csi']['driver']}^{spec['csi']['volumeHandle']}"
    if "flexVolume" in spec:
        return f"flexvolume-{spec['flexVolume']['driver']}/{name(volume)}"
    return None


def is_exclusive(volume: Object) -> bool:
    """Whether one node only may have it (VOL-10)."""
    return not {"ReadWriteMany", "ReadOnlyMany"} & {*volume["spec"].get("accessModes", ())}
