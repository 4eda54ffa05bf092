"""The names in the data directory of a Pod: what lies on its claims' volumes."""

from __future__ import annotations

from simk8s.api.objects import Object, dig
from simk8s.cluster.wiring import World
from simk8s.machine import Directory


def files_left(world: World, namespace: str, pod: str) -> tuple[str, ...]:
    """The top-level names on the volumes of the Pod's claims, below the `subPath` where it uses one."""
    found: set[str] = set()
    for claim in world.store.list("PersistentVolumeClaim", namespace):
        volume = _volume_of(claim, pod)
        disk = world.site.disks.find(volume) if volume else None
        if disk is None:
            continue
        for path in _sub_paths(world, namespace, pod, claim):
            found |= set(_names(disk.root, path))
    return tuple(sorted(found))


def _volume_of(claim: Object, pod: str) -> str:
    """The volume of a claim that a set made for this Pod (`<template>-<pod>`)."""
    name = claim["metadata"]["name"]
    return str(dig(claim, "spec", "volumeName", default="")) if name.endswith(f"-{pod}") else ""


def _sub_paths(world: World, namespace: str, pod: str, claim: Object) -> list[str]:
    template = claim["metadata"]["name"].removesuffix(f"-{pod}")
    owner = world.store.find("StatefulSet", pod.rpartition("-")[0], namespace)
    spec = dig(owner or {}, "spec", "template", "spec", default={})
    mounts = [
        mount
        for kind in ("initContainers", "containers")
        for container in spec.get(kind) or []
        for mount in container.get("volumeMounts") or []
        if mount["name"] == template
    ]
    return sorted({mount.get("subPath", "") for mount in mounts})


def _names(top: Directory, path: str) -> list[str]:
    here: object = top
    for part in path.split("/"):
        if part and isinstance(here, Directory):
            here = here.entries.get(part)
    return list(here.entries) if isinstance(here, Directory) else []
