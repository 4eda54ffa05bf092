"""The running cluster, seen as a World sees it: what the fold of its history must be equal to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simk8s import Cluster
from simk8s.api.objects import Object
from simk8s.machine import Device, Directory, Fifo, File, FileSystem, Inode, SocketFile, Symlink
from simk8s.mysql.server.instance import Instance
from simk8s.node.atomic_writer import files_in
from simk8s.world import World

KINDS = {
    File: "file",
    Directory: "directory",
    Symlink: "symlink",
    SocketFile: "socket",
    Fifo: "fifo",
    Device: "device",
}


def objects_of(cluster: Cluster) -> dict[str, Object]:
    found = {}
    for obj in cluster.world.store:
        meta = obj["metadata"]
        place = (
            f"{obj['kind']}/{meta['namespace']}/{meta['name']}"
            if "namespace" in meta
            else f"{obj['kind']}/{meta['name']}"
        )
        found[place] = without_heartbeats(obj)
    return found


def without_heartbeats(obj: Object) -> Object:
    """Renewals are no records (NODE-1): their times and versions are left out."""
    if obj["kind"] not in ("Lease", "Node"):
        return obj
    meta = {key: value for key, value in obj["metadata"].items() if key != "resourceVersion"}
    if obj["kind"] == "Lease":
        return {**obj, "metadata": meta, "spec": {**obj["spec"], "renewTime": ""}}
    conditions = [{**entry, "lastHeartbeatTime": ""} for entry in obj["status"].get("conditions", ())]
    return {**obj, "metadata": meta, "status": {**obj["status"], "conditions": conditions}}


def file_systems(cluster: Cluster) -> Iterator[FileSystem]:
    """Every disk, and every volume and layer that a node holds; host paths apart."""
    yield from cluster.world.site.disks._disks.values()
    for node in cluster.world.nodes:
        for pod in node.pods.values():
            for volume in pod.volumes.values():
                if volume.kind not in ("hostPath", "persistentVolumeClaim"):
                    yield volume.filesystem
            for container in pod.current.values():
                yield container.machine.mounts.points()["/"].filesystem


def plain(inode: Inode, *, shown: bool = False) -> tuple[Any, ...]:
    target = inode.target if isinstance(inode, Symlink) else ""
    content = inode.content if isinstance(inode, File) else b""
    return (KINDS[type(inode)], content, target, inode.mode, inode.uid, inode.gid)


def files_of(filesystem: FileSystem) -> dict[str, tuple[Any, ...]]:
    """By path, those that history has been told of."""
    whole = [("/", filesystem.root), *filesystem.walk()]
    known = [(path, inode) for path, inode in whole if inode.number >= 0]
    return {path: plain(inode) for path, inode in known}


def folded_files(world: World, name: str) -> dict[str, tuple[Any, ...]]:
    found = world.filesystems[name].files
    return {path: (i.kind, i.content, i.target, i.mode, i.uid, i.gid) for path, i in found.items()}


def processes_of(cluster: Cluster) -> dict[str, tuple[Any, ...]]:
    machines = [
        container.machine
        for node in cluster.world.nodes
        for pod in node.pods.values()
        for container in pod.current.values()
    ]
    machines += [node._host for node in cluster.world.nodes if node.is_on]
    return {
        f"{machine.name}[{process.pid}]": (tuple(process.argv), process.parent_pid)
        for machine in machines
        for process in machine.processes.values()
    }


def servers_of(instances: list[Instance]) -> dict[str, Any]:
    found = {}
    for instance in instances:
        if not instance.process.is_alive:
            continue
        replica = instance.server.replica
        threads = (
            replica.io.running,
            replica.sql.running,
            replica.master.host,
            f"{replica.master.log_file}:{replica.master.log_pos}",
            f"{replica.applied.master_file}:{replica.applied.master_pos}",
        )
        tables = {
            f"{table.database}.{table.name}": dict(sorted(table.rows.by_number.items()))
            for table in instance.server.catalog.open_tables.values()
            if table.database not in ("mysql", "sys")
        }
        found[instance.process.machine.name] = (threads, tables)
    return found


def compare(cluster: Cluster, world: World, instances: list[Instance] | None = None) -> None:
    """Raises AssertionError where the world is not that of the cluster as it is now."""
    assert {place: without_heartbeats(obj) for place, obj in world.objects.items()} == objects_of(cluster)
    assert {label: (p.argv, p.parent) for label, p in world.processes.items()} == processes_of(cluster)
    names = set()
    for filesystem in file_systems(cluster):
        names.add(filesystem.name)
        live = files_of(filesystem)
        if world.filesystems[filesystem.name].kind in ("configMap", "secret", "projected", "downwardAPI"):
            live = {f"/{path}": plain(inode) for path, inode in files_in(filesystem).items()}
        assert folded_files(world, filesystem.name) == live, filesystem.name
        gone = world.filesystems[filesystem.name].removed - live.keys()
        assert all(filesystem.find(path) is None for path in gone)
    assert {name for name, found in world.filesystems.items() if found.kind != "host"} == names
    for machine, (threads, tables) in servers_of(instances or []).items():
        folded = world.servers[machine]
        if folded.replication is not None:
            said = folded.replication
            assert (said.io, said.sql, said.host, said.received, said.applied) == threads
        else:
            assert threads[:3] == ("No", "No", "")
        for name, rows in tables.items():
            assert {int(n): tuple(row) for n, row in folded.tables[name].rows.items()} == rows
