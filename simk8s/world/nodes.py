"""What the records of nodes and kubelets do to the world: `node.*`, `sandbox.*`, `volume.*`, `container.*`, `pod.*`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simk8s.machine.content import from_json
from simk8s.sim import Record
from simk8s.world.fold import Fold, Tree, rule
from simk8s.world.state import Container, Inode, Mount, Pod, Volume


@rule("node.on", "node.off")
def _power(fold: Fold, record: Record) -> None:
    fold.own("nodes")[record.object] = record.verb == "node.on"


@rule("volume.mount")
def _mount(fold: Fold, record: Record) -> None:
    detail = record.detail
    name, filesystem, kind = detail["volume"], detail["filesystem"], detail["kind"]
    pod = _pod(fold, record)
    volume = Volume(name, kind, filesystem, detail.get("base", ""))
    fold.own("pods")[pod.uid] = replace(pod, volumes={**pod.volumes, name: volume})
    if "files" in detail:
        _show(fold.new_tree(filesystem, kind), record)
    elif "mode" in detail:
        root = Inode("directory", record.seq, detail["mode"], mtime=record.time)
        fold.new_tree(filesystem, kind, root=root)
    if "group" in detail:
        _give_to_group(fold.tree(filesystem), detail["group"])


@rule("volume.update")
def _update(fold: Fold, record: Record) -> None:
    tree = fold.tree(record.detail["filesystem"])
    tree.files.clear()
    _show(tree, record)


def _show(tree: Tree, record: Record) -> None:
    modes = record.detail.get("modes", {})
    for path, data in record.detail["files"].items():
        tree.files[f"/{path}"] = Inode(
            "file", record.seq, modes.get(path, 0o644), mtime=record.time, content=from_json(data)
        )


def _give_to_group(tree: Tree, group: int) -> None:
    """`fsGroup`: everything in the volume belongs to that group, which may write to it."""
    for path, inode in tree.files.items():
        more = 0o2070 if inode.kind == "directory" else 0o060
        tree.files[path] = replace(inode, gid=group, mode=inode.mode | more)


@rule("sandbox.create")
def _sandbox(fold: Fold, record: Record) -> None:
    pod = _pod(fold, record)
    detail = record.detail
    fold.own("pods")[pod.uid] = replace(pod, address=detail["address"], node=detail["node"])


@rule("sandbox.remove")
def _no_sandbox(fold: Fold, record: Record) -> None:
    fold.change("pods", record.detail["pod"], address="")


@rule("sandbox.lost")
def _forget(fold: Fold, record: Record) -> None:
    _drop_containers(fold, record.detail["pod"])


@rule("container.create")
def _container(fold: Fold, record: Record) -> None:
    detail = record.detail
    fold.new_tree(detail["root"], "layer", image=detail["image"])
    before = fold.see("containers").get(detail["machine"])
    if before is not None and before.layer != detail["root"]:
        fold.drop_tree(before.layer)
    fold.own("containers")[detail["machine"]] = Container(
        detail["machine"],
        detail["pod"],
        record.object.rpartition("/")[2],
        detail["number"],
        detail["image"],
        detail["node"],
        detail["root"],
        tuple(detail["argv"]),
        detail["environ"],
        tuple(_point(entry) for entry in detail["mounts"]),
    )


def _point(entry: dict[str, Any]) -> Mount:
    return Mount(entry["point"], entry["filesystem"], entry.get("path", ""), bool(entry.get("readOnly")))


@rule("pod.remove")
def _remove(fold: Fold, record: Record) -> None:
    gone = fold.own("pods").pop(record.detail["pod"], None)
    if gone is None:
        return
    _drop_containers(fold, gone.uid)
    for volume in gone.volumes.values():
        if volume.kind not in ("persistentVolumeClaim", "ephemeral", "nfs", "hostPath"):
            fold.drop_tree(volume.filesystem)


def _drop_containers(fold: Fold, pod: str) -> None:
    for machine, container in list(fold.see("containers").items()):
        if container.pod == pod:
            del fold.own("containers")[machine]
            fold.drop_tree(container.layer)


def _pod(fold: Fold, record: Record) -> Pod:
    uid = record.detail["pod"]
    known: Pod | None = fold.see("pods").get(uid)
    if known is not None:
        return known
    _, namespace, name = record.object.split("/")
    return Pod(namespace, name, uid)
